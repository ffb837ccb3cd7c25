//! What holds of every board.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use loom_ui_core::api::{Board, BoardChange, Card, CardKind, Side, WireKind};
use loom_ui_core::board::{Drawn, Folding, Positions, change};
use proptest::prelude::*;

use super::draw::{drawn, drawn_with};

/// A step of a pipeline to be made up.
#[derive(Clone, Debug)]
struct Made {
    reads: Vec<usize>,
    parameters: Vec<usize>,
    task: usize,
    group: Option<usize>,
    outputs: usize,
    values: usize,
}

fn steps() -> impl Strategy<Value = Vec<Made>> {
    let reads = prop::collection::vec(0usize..30, 0..4);
    let parameters = prop::collection::vec(0usize..6, 0..3);
    let group = prop_oneof![2 => Just(None), 1 => (0usize..3).prop_map(Some)];
    let made = (reads, parameters, 0usize..3, group, 0usize..3, 0usize..9).prop_map(
        |(reads, parameters, task, group, outputs, values)| Made { reads, parameters, task, group, outputs, values },
    );
    prop::collection::vec(made, 0..20)
}

/// A pipeline without cycles; with `broken`, one in which anything may be wrong.
fn pipeline(steps: &[Made], broken: bool) -> String {
    let mut text =
        String::from("parameters: {p0: 0, p1: 1, p2: 2, p3: 3, p4: 4, p5: a longer value than fits}\npipeline:\n");
    if steps.is_empty() {
        text += "  []\n";
    }
    let mut made: Vec<usize> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let mut inputs = Vec::new();
        for (place, read) in step.reads.iter().enumerate() {
            let path = match made.get(*read).copied() {
                Some(maker) => format!("d/{maker}_0"),
                // From later steps, or from none at all.
                None if broken => format!("d/{read}_0"),
                None => format!("source_{}", read % 4),
            };
            inputs.push(format!("i{place}: {path}"));
        }
        if broken && step.values == 3 {
            inputs.push("bad: $nothing".to_owned());
        }
        let outputs: Vec<String> = (0..step.outputs).map(|out| format!("-o{out}: d/{at}_{out}")).collect();
        let mut args: Vec<String> = step.parameters.iter().enumerate().map(|(n, p)| format!("--p{n}: $p{p}")).collect();
        args.extend((0..step.values).map(|value| format!("--value{value}: {value}")));
        let name = if broken && step.values == 5 { 0 } else { at };
        let group = step.group.map(|group| format!(", group: g{group}")).unwrap_or_default();
        let _ = writeln!(
            text,
            "  - {{name: s{name}, task: t{}.py{group}, inputs: {{{}}}, outputs: {{{}}}, args: {{{}}}}}",
            step.task,
            inputs.join(", "),
            outputs.join(", "),
            args.join(", ")
        );
        if step.outputs > 0 {
            made.push(at);
        }
    }
    text
}

fn overlap(one: &Card, other: &Card) -> bool {
    one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h
}

/// What holds wherever cards were put.
fn check(drawn: &Drawn) {
    let board = &drawn.board;
    let ids: HashSet<&str> = board.cards.iter().map(|card| &*card.id).collect();
    assert_eq!(ids.len(), board.cards.len(), "each id once");
    let by_id: HashMap<&str, &Card> = board.cards.iter().map(|card| (&*card.id, card)).collect();
    for (at, one) in board.cards.iter().enumerate() {
        for other in board.cards[..at].iter().filter(|other| !(one.pinned && other.pinned)) {
            assert!(!overlap(one, other), "{} {}", one.id, other.id);
        }
        let frame = one.frame.as_ref().map(|id| board.frames.iter().find(|frame| frame.id == *id).expect("a frame"));
        if let Some(frame) = frame {
            assert!(frame.x < one.x && one.x + one.w < frame.x + frame.w, "{} in {}", one.id, frame.id);
            assert!(frame.y < one.y && one.y + one.h < frame.y + frame.h, "{} in {}", one.id, frame.id);
        }
        assert!(one.ports.iter().all(|port| f64::from(port.y) < one.h), "{}", one.id);
    }
    for wire in &board.wires {
        let end = |card: &str, port: &str, side: Side| {
            let card = by_id.get(card).expect("both ends are there");
            let port = card.ports.iter().find(|each| each.id == port && each.side == side).expect("and have ports");
            (card.x + if side == Side::Right { card.w } else { 0.0 }, card.y + f64::from(port.y))
        };
        let start = wire.route.first().map(|point| (point.x, point.y));
        assert_eq!(start, Some(end(&wire.from, &wire.from_port, Side::Right)), "{}", wire.id);
        let last = wire.route.last().map(|point| (point.x, point.y));
        assert_eq!(last, Some(end(&wire.to, &wire.to_port, Side::Left)), "{}", wire.id);
        assert_eq!(wire.id, format!("{}/{}>{}/{}", wire.from, wire.from_port, wire.to, wire.to_port));
    }
    let mut listed = HashSet::new();
    for item in &drawn.outline {
        assert!(listed.insert(&*item.id), "{} once", item.id);
        let is_frame = matches!(item.kind, CardKind::Group | CardKind::Branches);
        match &item.card {
            Some(card) => {
                let card = by_id.get(&**card).expect("the card that shows it");
                assert!(card.id == item.id || card.members.contains(&item.id) || is_frame, "{}", item.id);
            }
            None => assert!(is_frame, "{}", item.id),
        }
    }
    let members = board.cards.iter().flat_map(|card| &card.members);
    let mut shown = HashSet::new();
    for id in members.chain(board.cards.iter().filter(|card| card.members.is_empty()).map(|card| &card.id)) {
        assert!(shown.insert(&**id), "{id} once");
        assert!(listed.contains(&**id), "{id} in the outline");
    }
}

fn choices() -> impl Strategy<Value = Folding> {
    let id = prop_oneof![
        (0usize..3).prop_map(|group| format!("group:g{group}")),
        (0usize..20).prop_map(|step| format!("fold:s{step}"))
    ];
    prop::collection::vec((id, any::<bool>()), 0..6).prop_map(|choices| {
        let mut folding = Folding::default();
        choices.iter().for_each(|(id, folded)| folding.choose(id, *folded));
        folding
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn boards_are_in_order(steps in steps(), folding in choices()) {
        let text = pipeline(&steps, false);
        let drawn = drawn_with(&text, &folding, &Positions::default());
        check(&drawn);
        let by_id: HashMap<&str, &Card> = drawn.board.cards.iter().map(|card| (&*card.id, card)).collect();
        // Groups and branches that are folded may lead to each other both ways.
        let is_whole = drawn.board.cards.iter().all(|card| card.members.is_empty());
        for wire in drawn.board.wires.iter().filter(|wire| is_whole && wire.kind != WireKind::Feedback) {
            let (from, to) = (by_id[&*wire.from], by_id[&*wire.to]);
            prop_assert!(from.x + from.w < to.x, "{}", wire.id);
        }
        prop_assert_eq!(drawn, drawn_with(&text, &folding, &Positions::default()));
    }

    #[test]
    fn broken_boards_are_in_order(steps in steps(), folding in choices()) {
        check(&drawn_with(&pipeline(&steps, true), &folding, &Positions::default()));
    }

    #[test]
    fn what_is_pinned_stays(steps in steps(), pins in prop::collection::vec((0usize..40, -500i32..2000, -500i32..2000), 0..20)) {
        let text = pipeline(&steps, false);
        let free = drawn(&text);
        let mut positions = Positions::default();
        for (at, x, y) in pins {
            if let Some(card) = free.board.cards.get(at) {
                positions.pin(&card.id, f64::from(x), f64::from(y));
            }
        }
        let drawn = drawn_with(&text, &Folding::default(), &positions);
        check(&drawn);
        for card in &drawn.board.cards {
            prop_assert_eq!(card.pinned, positions.get(&card.id).is_some());
            if let Some(point) = positions.get(&card.id) {
                prop_assert_eq!((card.x, card.y), (point.x, point.y));
            }
        }
    }

    #[test]
    fn a_change_makes_the_one_of_the_other(one in steps(), other in steps(), folding in choices(), broken in any::<bool>()) {
        let one = drawn_with(&pipeline(&one, broken), &folding, &Positions::default()).board;
        let other = drawn(&pipeline(&other, broken)).board;
        let mut board = one.clone();
        change(&one, &other).apply(&mut board);
        prop_assert_eq!(&board, &other);
        let nothing = BoardChange { width: other.width, height: other.height, ..BoardChange::default() };
        prop_assert_eq!(change(&other, &other), nothing);
    }
}

const CHAIN: &str = "
data: {raw: raw.csv, clean: clean.csv, model: model.bin, report: report.txt}
parameters: {limit: 5, rate: 0.1}
pipeline:
  - {name: clean, task: clean.py, inputs: {raw: $raw}, outputs: {-o: $clean}, args: {--limit: $limit}}
  - {name: fit, task: fit.py, inputs: {t: $clean}, outputs: {-o: $model}, args: {--rate: $rate}}
  - {name: tell, task: tell.py, inputs: {m: $model, t: $clean}, outputs: {-o: $report}}
";

fn moved(one: &Board, other: &Board) -> Vec<String> {
    let place = |board: &Board| -> HashMap<String, (String, String)> {
        board
            .cards
            .iter()
            .map(|card| (card.id.clone(), (format!("{} {}", card.x, card.y), card.label.full.clone())))
            .collect()
    };
    let (one, other) = (place(one), place(other));
    let mut moved: Vec<String> = one
        .iter()
        .filter(|(id, (at, _))| other.get(*id).is_some_and(|(now, _)| now != at))
        .map(|(id, _)| id.clone())
        .collect();
    moved.sort();
    moved
}

#[test]
fn small_edits_move_little() {
    let board = drawn(CHAIN).board;
    let nothing: [&str; 0] = [];
    let value = drawn(&CHAIN.replace("rate: 0.1", "rate: 0.000000125")).board;
    assert_eq!(moved(&board, &value), nothing);
    assert_eq!(change(&board, &value).cards.iter().map(|card| &*card.id).collect::<Vec<_>>(), ["param:rate"]);
    let renamed = drawn(&CHAIN.replace("name: fit,", "name: fit_model,")).board;
    assert_eq!(moved(&board, &renamed), nothing);
    assert_eq!(change(&board, &renamed).cards.len(), 1);
    let longer = format!("{CHAIN}  - {{name: print, task: print.py, inputs: {{r: $report}}}}\n");
    assert_eq!(moved(&board, &drawn(&longer).board), nothing);
    let more = CHAIN.replace("rate: 0.1}", "rate: 0.1, size: 3}");
    let more = format!("{more}  - {{name: print, task: print.py, inputs: {{r: $report}}, args: {{-s: $size}}}}\n");
    assert_eq!(moved(&board, &drawn(&more).board), nothing);
}
