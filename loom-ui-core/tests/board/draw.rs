//! What is drawn, and where.

use loom_ui_core::api::{Board, PortState, WireKind};
use loom_ui_core::board::{Drawn, Folding, Positions, draw};

pub(super) fn drawn_with(text: &str, folding: &Folding, positions: &Positions) -> Drawn {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
    draw(&checked, &source, &|_| None, folding, positions)
}

pub(super) fn drawn(text: &str) -> Drawn {
    drawn_with(text, &Folding::default(), &Positions::default())
}

fn folded(text: &str, choices: &[(&str, bool)]) -> Drawn {
    let mut folding = Folding::default();
    choices.iter().for_each(|(id, folded)| folding.choose(id, *folded));
    drawn_with(text, &folding, &Positions::default())
}

/// A line for each card, its ports below it, then the wires, then the frames.
fn shown(board: &Board) -> String {
    let mut out = String::new();
    for card in &board.cards {
        let sub = card.sub.as_ref().map_or("-", |sub| &*sub.shown);
        out += &format!("{} | {} | {sub} | at {},{} {}×{}", card.id, card.label.shown, card.x, card.y, card.w, card.h);
        if let Some(frame) = &card.frame {
            out += &format!(" in {frame}");
        }
        card.badges.iter().for_each(|badge| out += &format!(" [{}]", badge.text));
        if !card.members.is_empty() {
            out += &format!(" = {}", card.members.join(", "));
        }
        out.push('\n');
        for port in &card.ports {
            let state = match port.state {
                PortState::Connected => "●",
                PortState::Value => "◐",
                PortState::Open => "○",
            };
            let value = port.value.as_deref().unwrap_or_default();
            out += format!("  {state} {} {:?} {} {} {value}", port.id, port.side, port.y, port.label).trim_end();
            out.push('\n');
        }
    }
    for wire in &board.wires {
        out += &format!("{} | {:?} | {} points\n", wire.id, wire.kind, wire.route.len());
    }
    for frame in &board.frames {
        out += &format!("{} | {} | at {},{} {}×{}", frame.id, frame.label.shown, frame.x, frame.y, frame.w, frame.h);
        frame.badges.iter().for_each(|badge| out += &format!(" [{}]", badge.text));
        out.push('\n');
    }
    out
}

fn example(name: &str) -> String {
    let path = format!("{}/../examples/{name}/pipeline.yml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_examples() {
    for name in ["parallel", "branching", "refine", "loop", "sweep", "groups", "image-processing", "optional_steps"] {
        let drawn = drawn(&example(name));
        assert_eq!(drawn.diagnostics, [], "{name}");
        insta::assert_snapshot!(name, shown(&drawn.board));
    }
}

#[test]
fn the_tutorial_runs_from_left_to_right() {
    let board = drawn(&example("parallel")).board;
    let x = |id: &str| board.cards.iter().find(|card| card.id == id).map(|card| card.x + card.w / 2.0);
    let columns = [
        &["param:num_samples"][..],
        &["step:generate_data"],
        &["data:dataset", "param:threshold_low", "param:threshold_mid", "param:threshold_high"],
        &["step:process_config_low", "step:process_config_mid", "step:process_config_high"],
        &["data:results_low", "data:results_mid", "data:results_high"],
        &["step:compare_results"],
        &["data:comparison"],
    ];
    for column in columns {
        assert!(column.iter().all(|id| x(id).is_some() && x(id) == x(column[0])), "{column:?}");
    }
    assert!(columns.windows(2).all(|pair| x(pair[0][0]) < x(pair[1][0])));
    // In file order from top to bottom, and no wire but those of the parameters crosses another.
    let y = |id: &str| board.cards.iter().find(|card| card.id == id).map(|card| card.y);
    assert!(columns[3].iter().map(|id| y(id)).is_sorted() && columns[4].iter().map(|id| y(id)).is_sorted());
}

#[test]
fn branches_that_are_alike_are_one_card() {
    let text = example("parallel");
    let board = folded(&text, &[("fold:process_config_low", true)]).board;
    insta::assert_snapshot!(shown(&board));
    let open = folded(&text, &[("fold:process_config_low", false)]).board;
    assert_eq!(open.frames[0].id, "fold:process_config_low");
    assert_eq!(open.cards.iter().filter(|card| card.frame.is_some()).count(), 9);
}

/// A search over so many configurations, written out, in two stages.
fn search(count: usize) -> String {
    let mut text = String::from("data: {table: table.csv}\nparameters:\n");
    (0..count).for_each(|at| text += &format!("  p{at}: {at}\n"));
    text += "pipeline:\n";
    for at in 0..count {
        text += &format!(
            "  - {{name: fit_{at}, task: fit.py, inputs: {{t: $table}}, outputs: {{-o: m{at}.bin}}, args: {{-p: $p{at}}}}}\n"
        );
        text +=
            &format!("  - {{name: test_{at}, task: test.py, inputs: {{m: m{at}.bin}}, outputs: {{-o: s{at}.json}}}}\n");
    }
    let scores: Vec<String> = (0..count).map(|at| format!("s{at}: s{at}.json")).collect();
    text + &format!(
        "  - {{name: pick, task: pick.py, inputs: {{{}}}, outputs: {{-o: best.json}}}}\n",
        scores.join(", ")
    )
}

#[test]
fn from_six_on_branches_fold_by_themselves() {
    assert_eq!(drawn(&search(5)).board.cards.len(), 1 + 5 * 5 + 2);
    let board = drawn(&search(6)).board;
    let ids: Vec<&str> = board.cards.iter().map(|card| &*card.id).collect();
    assert_eq!(ids, ["data:table", "fold:fit_0", "fold:test_0", "step:pick", "path:best.json"]);
    assert_eq!((board.cards[1].units, board.cards[1].members.len()), (Some(6), 18));
    assert_eq!(board.cards[1].label.full, "fit ×6");
    assert!(board.wires.iter().any(|wire| wire.id == "fold:fit_0/out>fold:test_0/in"));
}

#[test]
fn a_step_has_no_more_ports_than_one_can_see() {
    let board = drawn(&search(100)).board;
    let pick = board.cards.iter().find(|card| card.id == "step:pick").expect("it is there");
    assert_eq!(pick.ports.iter().filter(|port| port.id.starts_with("in")).count(), 24);
    assert_eq!(pick.ports.iter().find(|port| port.id == "in").map(|port| &*port.label), Some("77 more"));
    assert_eq!(board.wires.iter().filter(|wire| wire.to == "step:pick").count(), 24);
}

/// So many groups of three steps each, none like another.
fn groups(count: usize) -> String {
    let mut text = String::from("pipeline:\n");
    for group in 0..count {
        text += &format!("  - group: g{group}\n    steps:\n");
        for step in 0..3 {
            let from = if step == 0 { "in.csv".to_owned() } else { format!("{group}_{}.csv", step - 1) };
            let name = format!("name: s{group}_{step}, task: t{group}_{step}.py");
            text += &format!("      - {{{name}, inputs: {{i: {from}}}, outputs: {{-o: {group}_{step}.csv}}}}\n");
        }
    }
    text
}

#[test]
fn what_is_too_much_to_see_is_folded() {
    let few = drawn(&groups(40)).board;
    assert_eq!((few.cards.len(), few.frames.len()), (241, 40));
    let many = drawn(&groups(60)).board;
    assert_eq!((many.cards.len(), many.frames.len()), (61, 0));
    let one = folded(&groups(60), &[("group:g3", false)]).board;
    assert_eq!((one.cards.len(), &*one.frames[0].id), (66, "group:g3"));
}

#[test]
fn a_folded_group_is_one_card() {
    let drawn = folded(&example("groups"), &[("group:diversity", true)]);
    let wires = |id: &str| {
        drawn.board.wires.iter().filter(|wire| wire.id.contains(id)).map(|wire| &*wire.id).collect::<Vec<_>>()
    };
    assert_eq!(
        wires("group:diversity"),
        [
            "data:forest/out>group:diversity/in",
            "data:meadow/out>group:diversity/in",
            "group:diversity/out>step:write_report/in:first",
            "group:diversity/out>step:write_report/in:second",
            "group:diversity/out>step:write_report/in:similarity",
        ]
    );
    let card = drawn.board.cards.iter().find(|card| card.id == "group:diversity").expect("it is there");
    assert_eq!((card.units, card.members.len(), card.foldable), (Some(3), 6, true));
}

#[test]
fn what_passes_hand_on_runs_back_within_their_frame() {
    let board = drawn(&example("refine")).board;
    let back: Vec<_> = board.wires.iter().filter(|wire| wire.kind == WireKind::Feedback).collect();
    assert_eq!(back.len(), 2);
    for wire in back {
        let frame = board.cards.iter().find(|card| card.id == wire.from).and_then(|card| card.frame.clone());
        let frame = board.frames.iter().find(|each| Some(&each.id) == frame.as_ref()).expect("it has a frame");
        assert!(wire.route.iter().all(|point| point.y > frame.y && point.y < frame.y + frame.h), "{wire:?}");
        assert_eq!(frame.badges.len(), 1);
    }
}

#[test]
fn a_broken_pipeline_shows_all_that_it_says() {
    let text = "
data: {a: a.csv, b: b.csv, b: c.csv}
parameters: {p: $nobody, q: 1}
pipeline:
  - {name: one, task: one.py, inputs: {x: $b, y: $nothing}, outputs: {-o: $a}, args: {--q: $q}}
  - {name: two, task: two.py, inputs: {x: $a}, outputs: {-o: $b}}
  - {name: two, inputs: {x: $a, y: $sw.then}}
  - {task: three.py, outputs: {-o: $a}}
  - {name: sw, kind: switch, condition: $p, data: $a}
  - {group: g, multi_pass: {count: 2, feedback: {four.-o: four.x, five.-o: four.x}}, steps: [{name: four, command: [x], inputs: {x: ''}, outputs: {-o: q}}]}
";
    let drawn = drawn(text);
    assert!(drawn.diagnostics.len() >= 4, "{:?}", drawn.diagnostics);
    insta::assert_snapshot!(shown(&drawn.board));
    for text in [
        "",
        "pipeline:",
        "a: [",
        "data: {a: $a}\nparameters: {b: $b, c: [$d], d: $c}\npipeline: [{}]",
        "pipeline: [1, [2], {group: x}]",
    ] {
        self::drawn(text);
    }
}
