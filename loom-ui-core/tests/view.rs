//! What is shown of a pipeline.

use loom_ui_core::{EdgeKind, NodeKind, View};

fn view(text: &str) -> View {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
    let graph = checked.graph.unwrap_or_else(|| panic!("{}", loom_graph::render::problems(&source, &checked.problems)));
    View::of(&graph)
}

/// The edges as `from → to`, what is not an input or an output with its kind.
fn edges(view: &View) -> Vec<String> {
    let id = |node: usize| &*view.nodes[node].id;
    let shown = view.edges.iter().map(|edge| {
        let kind = match edge.kind {
            EdgeKind::Input | EdgeKind::Output => "",
            EdgeKind::Argument => " (argument)",
            EdgeKind::Folder => " (folder)",
        };
        format!("{} → {}{kind}", id(edge.from), id(edge.to))
    });
    shown.collect()
}

/// Each node with its texts, its place and its size; then the frames.
fn places(view: &View) -> String {
    let mut shown = String::new();
    for node in &view.nodes {
        let sub = node.sub.as_ref().map_or("-", |sub| &*sub.shown);
        let frame = node.frame.map_or("-", |frame| &*view.frames[frame].id);
        shown += &format!("{} | {} | {sub} | {frame} | ", node.id, node.label.shown);
        shown += &format!("at {},{} {}×{}\n", node.x, node.y, node.w, node.h);
    }
    for frame in &view.frames {
        shown += &format!("{} | {} | ", frame.id, frame.label.shown);
        shown += &format!("at {},{} {}×{}\n", frame.x, frame.y, frame.w, frame.h);
    }
    shown
}

const DIAMOND: &str = "
data:
  trial: {type: csv, path: data/trial.csv, description: one patient a row}
  report: {path: report.txt, name: Report}
  unused: {path: unused.txt}
pipeline:
  - {name: simulate, task: simulate.py, outputs: {--output: $trial}}
  - group: analysis
    steps:
      - {name: effect, task: effect.py, inputs: {trial: $trial}, outputs: {-o: effect.json}}
      - {name: chance, task: chance.py, optional: true, inputs: {trial: $trial}, outputs: {-o: chance.json}}
  - {name: write, command: [cat], inputs: {a: effect.json, b: chance.json}, outputs: {'>': $report}}
";

#[test]
fn a_diamond() {
    let view = view(DIAMOND);
    insta::assert_snapshot!(places(&view), @r"
    step:simulate | simulate | simulate.py | - | at 0,76 120×52
    data:trial | trial | csv · data/trial.csv | - | at 184,80 144×44
    step:effect | effect | effect.py | group:analysis | at 397,36 120×52
    path:effect.json | effect.json | - | group:analysis | at 581,46 120×32
    step:chance | chance | chance.py | group:analysis | at 397,116 120×52
    path:chance.json | chance.json | - | group:analysis | at 581,126 120×32
    step:write | write | cat | - | at 770,76 120×52
    data:report | Report | report.txt | - | at 954,80 120×44
    group:analysis | analysis | at 381,0 336×184
    ");
    insta::assert_snapshot!(edges(&view).join("\n"), @r"
    step:simulate → data:trial
    data:trial → step:effect
    step:effect → path:effect.json
    data:trial → step:chance
    step:chance → path:chance.json
    path:effect.json → step:write
    path:chance.json → step:write
    step:write → data:report
    ");
}

#[test]
fn the_form_for_front_ends() {
    let view = view(
        "
data: {table: {type: csv, path: data/table.csv, description: what was measured}}
pipeline:
  - group: all
    steps: [{name: make, task: make.py, disabled: true, outputs: {--output: $table}}]
",
    );
    insta::assert_snapshot!(serde_json::to_string_pretty(&view).expect("JSON"));
}

#[test]
fn an_empty_pipeline_has_nothing_to_show() {
    let view = view("pipeline: []\n");
    assert_eq!(view.nodes, []);
    assert_eq!((view.width, view.height), (0.0, 0.0));
}

#[test]
fn a_location_is_shown_once() {
    let view = view(
        "
data: {table: data/table.csv, again: ./data/table.csv}
pipeline:
  - {name: make, command: [make], outputs: {-o: $again}}
  - {name: look, command: [look], inputs: {a: $table, b: data//table.csv}}
",
    );
    assert_eq!(edges(&view), ["step:make → data:table", "data:table → step:look"]);
}

#[test]
fn a_name_and_a_path_of_one_text_are_two_things() {
    let view = view(
        "
data: {a.csv: b.csv}
pipeline: [{name: a.csv, command: [look], inputs: {a: $a.csv, b: a.csv}}]
",
    );
    assert_eq!(edges(&view), ["data:a.csv → step:a.csv", "path:a.csv → step:a.csv"]);
}

#[test]
fn arguments_are_told_from_inputs() {
    let view = view(
        "
data: {config: config.json, table: table.csv, out: out.csv}
parameters: {all: [$config, $table]}
pipeline:
  - name: fit
    command: [fit]
    inputs: {table: $table}
    outputs: {-o: $out}
    args: {--config: $config, --all: $all, --again: $out}
",
    );
    let expected = ["data:table → step:fit", "data:config → step:fit (argument)", "step:fit → data:out"];
    assert_eq!(edges(&view), expected);
}

#[test]
fn what_a_step_waits_for_by_a_folder_is_shown() {
    let view = view(
        "
pipeline:
  - {name: collect, command: [collect], inputs: {all: parts}}
  - {name: make, command: [make], outputs: {-o: parts/a.csv}}
  - {name: unpack, command: [unpack], outputs: {-o: raw}}
  - {name: read, command: [read], inputs: {one: raw/one.csv}}
",
    );
    let expected = [
        "path:parts → step:collect",
        "path:parts/a.csv → step:collect (folder)",
        "step:make → path:parts/a.csv",
        "step:unpack → path:raw",
        "path:raw/one.csv → step:read",
        "path:raw → step:read (folder)",
    ];
    assert_eq!(edges(&view), expected);
}

#[test]
fn data_stand_in_the_frame_they_belong_to() {
    let view = view(
        "
pipeline:
  - group: one
    steps:
      - {name: a, command: [a], inputs: {own: own, shared: shared}, outputs: {-o: made}}
      - {name: b, command: [b], inputs: {own: own, made: made}}
  - {name: c, command: [c], inputs: {shared: shared, made: made}, outputs: {-o: free}}
  - group: none
    steps: []
  - group: two
    steps: [{name: d, command: [d], inputs: {free: free, shared: shared}}]
  - group: one
    steps: [{name: e, command: [e]}]
",
    );
    let framed: Vec<_> = view.nodes.iter().map(|node| (&*node.id, node.frame)).collect();
    let expected = [
        ("path:own", Some(0)),
        ("path:shared", None),
        ("step:a", Some(0)),
        ("path:made", Some(0)),
        ("step:b", Some(0)),
        ("step:c", None),
        ("path:free", None),
        ("step:d", Some(1)),
        ("step:e", Some(0)),
    ];
    assert_eq!(framed, expected);
    assert_eq!(view.frames.iter().map(|frame| &*frame.id).collect::<Vec<_>>(), ["group:one", "group:two"]);
}

#[test]
fn long_texts_are_clipped_and_kept() {
    let long = "n".repeat(300);
    let view = view(&format!("pipeline: [{{name: {long}, command: [echo, {}]}}]", "x".repeat(5000)));
    let node = &view.nodes[0];
    assert_eq!((node.kind, &*node.label.full), (NodeKind::Step, &*long));
    assert!(node.label.shown.contains('…') && node.label.shown.len() < 50);
    assert!(node.w < 300.0);
    let command = node.command.as_ref().expect("a step has one");
    assert!(command.ends_with("xxx…") && command.len() < 2100);
}

#[test]
fn a_long_pipeline_is_shown() {
    let mut text = String::from("pipeline:\n");
    for at in 0..10_000 {
        let next = at + 1;
        text += &format!("  - {{name: s{at}, command: [s], inputs: {{a: d{at}}}, outputs: {{-o: d{next}}}}}\n");
    }
    let view = view(&text);
    assert_eq!(view.nodes.len(), 20_001);
    assert!(view.nodes.is_sorted_by(|one, other| one.x < other.x));
}
