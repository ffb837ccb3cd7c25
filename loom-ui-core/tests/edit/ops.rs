//! Each kind of edit, and the text that it makes.

use loom_ui_core::api::{NewStep, Op, RemoveRefs, Written};

use super::{change, rename, set, text};

const TEXT: &str = "\
# A table is made, and looked at.
data:
  table:
    type: csv
    path: data/table.csv
  numbers: {type: json, path: data/numbers.json}  # what comes of it

parameters:
  rows: 500       # many
  rate: 0.10
  copy: $rate

pipeline:
  # The table.
  - name: make
    task: tasks/make.py
    outputs: {--output: $table}
    args:
      --rows: $rows

  - group: fitting
    steps:
      - name: fit
        task: tasks/fit.py
        inputs:
          table: $table   # as made
        outputs:
          --output: $numbers
        args: {--rate: $rate, --list: [a, $rate]}

  - name: has_table
    kind: condition
    predicate: exists
    inputs: {data: $table}
  - name: way
    kind: switch
    condition: $has_table
    data: $table
  - name: look
    command: [cat, $way.then]
";

const PASSES: &str = "\
parameters: {lr: 0.5, config: low}
sweep:
  axes:
    config: [low, high]
    depth: {deep: {layers: 9}, flat: {layers: 1}}
  zip: [[config, depth]]
  exclude: [{config: low, depth: flat}]
  where: config != 'none' and layers > 0
data:
  g: data/{config}/g.txt
pipeline:
  - group: passes
    multi_pass:
      count: 3
      expressions: {lr: '0.5 / (iter + 1)', half: lr / 2}
      feedback: {fit.-o: fit.--init}
    steps:
      - {name: fit, task: fit.py, outputs: {-o: $g}, args: {--lr: $lr, --half: $half}}
  - {name: all, task: all.py, gather: [config], inputs: {g: $g}, args: {--config: $config}}
layout:
  fit: {x: 10, y: 20}
  data_g: {x: 30, y: 40}
";

fn shown(cases: &[(&str, &str, Op)]) -> String {
    let one = |(title, text, op): &(&str, &str, Op)| format!("=== {title}\n{}\n", change(text, vec![op.clone()]));
    cases.iter().map(one).collect()
}

fn remove(node: &str, refs: RemoveRefs) -> Op {
    Op::Remove { node: node.into(), refs }
}

fn unset(node: &str, path: &[&str]) -> Op {
    Op::Unset { node: node.into(), path: path.iter().map(|key| (*key).to_owned()).collect() }
}

#[test]
fn values() {
    insta::assert_snapshot!(shown(&[
        ("a parameter", TEXT, set("param:rows", &[], "1000")),
        ("a path", TEXT, set("data:table", &[], "data/other.csv")),
        ("a key of data", TEXT, set("data:numbers", &["description"], "how it went: well")),
        ("the short form grows", "data:\n  a: a.csv  # short\npipeline: []\n", set("data:a", &["type"], "csv")),
        ("a new argument", TEXT, set("step:make", &["args", "--seed"], "1")),
        ("the first argument", TEXT, set("step:has_table", &["args", "n"], "1")),
        ("an item of a list", TEXT, set("step:fit", &["args", "--list", "0"], "b")),
        (
            "a switch as a word",
            TEXT,
            Op::Set { node: "param:rate".into(), path: vec![], value: Written::Quoted("true".into()) }
        ),
        (
            "a list",
            TEXT,
            Op::Set { node: "param:rate".into(), path: vec![], value: Written::List(vec![text("a"), text("b c")]) }
        ),
        ("a setting of the run", TEXT, set("", &["execution", "max_workers"], "2")),
        ("a name", TEXT, set("step:make", &["name"], "build")),
        ("nothing there", TEXT, set("step:none", &["task"], "a.py")),
        ("below a text", TEXT, set("step:make", &["task", "deep"], "a.py")),
        ("taken away", TEXT, unset("step:make", &["args", "--rows"])),
        ("taken away of several", TEXT, unset("step:fit", &["args", "--list"])),
        ("what must be", TEXT, unset("step:make", &["name"])),
        ("what is not", TEXT, unset("step:make", &["inputs"])),
    ]));
}

#[test]
fn new_nodes() {
    let step = |task: &str| NewStep { task: Some(task.into()), ..NewStep::default() };
    let in_group = NewStep { group: Some("group:fitting".into()), ..step("tasks/fit.py") };
    let kind = |kind: &str| Op::AddStep(NewStep { kind: Some(kind.into()), ..NewStep::default() });
    let data = |name: Option<&str>, kind: Option<&str>, path: &str| Op::AddData {
        name: name.map(str::to_owned),
        data_type: kind.map(str::to_owned),
        path: path.into(),
    };
    insta::assert_snapshot!(shown(&[
        ("a step", TEXT, Op::AddStep(step("tasks/look-at.py"))),
        ("a step in a group", TEXT, Op::AddStep(in_group)),
        ("a command", TEXT, Op::AddStep(NewStep { command: Some("sort a.txt > b.txt".into()), ..NewStep::default() })),
        ("a condition", TEXT, kind("condition")),
        ("a switch", TEXT, kind("switch")),
        ("an unknown kind", TEXT, kind("loop")),
        ("a name that is taken", TEXT, Op::AddStep(NewStep { name: Some("make".into()), ..step("a.py") })),
        ("the first step", "pipeline: []\n", Op::AddStep(step("a.py"))),
        ("the first step of nothing", "", Op::AddStep(step("a.py"))),
        ("data", TEXT, data(None, None, "data/my results.json")),
        ("data of a name", TEXT, data(Some("extra"), Some("txt"), "data/extra")),
        ("data by a name that is there", TEXT, data(None, None, "other/table.csv")),
        ("the first data", "pipeline: []\n", data(None, None, "data/plots/")),
        ("data in the short form", "data: {a: a.csv}\npipeline: []\n", data(None, None, "b.csv")),
        ("a parameter", TEXT, Op::AddParameter { name: "seed".into(), value: text("007") }),
        ("a parameter called like data", TEXT, Op::AddParameter { name: "table".into(), value: text("1") }),
        ("an empty name", TEXT, Op::AddParameter { name: " ".into(), value: text("1") }),
    ]));
}

#[test]
fn other_names() {
    insta::assert_snapshot!(shown(&[
        ("data", TEXT, rename("data:table", "rows_of_it")),
        ("a parameter", TEXT, rename("param:rate", "speed")),
        ("a step", TEXT, rename("step:make", "build")),
        ("a condition", TEXT, rename("step:has_table", "is_there")),
        ("a switch", TEXT, rename("step:way", "fork")),
        ("a group", TEXT, rename("group:fitting", "fits")),
        ("an axis", PASSES, rename("param:config", "setup")),
        ("an axis of labels", PASSES, rename("param:depth", "size")),
        ("what a label sets", PASSES, rename("param:layers", "sheets")),
        ("what a pass gives", PASSES, rename("param:lr", "rate")),
        ("a step that is fed back", PASSES, rename("step:fit", "train")),
        ("data with a place", PASSES, rename("data:g", "grid")),
        ("no word of an expression", PASSES, rename("param:config", "a-b")),
        ("taken", TEXT, rename("data:table", "rows")),
        ("taken by a condition", TEXT, rename("data:table", "has_table")),
        ("given by a pass", PASSES, rename("param:config", "half")),
        ("empty", TEXT, rename("data:table", "")),
        ("not a name", TEXT, rename("data:table", "$table")),
        ("nothing there", TEXT, rename("data:none", "some")),
        ("by an anchor", "data: {a: &x a, b: *x}\npipeline: [{name: s, command: [c, $a]}]\n", rename("data:a", "z")),
        (
            "an anchor that is a reference",
            "data: {a: a.csv}\npipeline:\n- {name: s, command: [c], inputs: {i: &r $a}}\n- {name: t, command: [c], inputs: {i: *r}}\n",
            rename("data:a", "z"),
        ),
        (
            "an anchor that is two things",
            "data: {a: &r $p}\nparameters: {p: x, q: *r}\npipeline: [{name: s, command: [c], env: {W: *r}, x-note: *r}]\n",
            rename("param:p", "z"),
        ),
    ]));
}

#[test]
fn nodes_that_go() {
    insta::assert_snapshot!(shown(&[
        ("a step that nobody needs", TEXT, remove("step:look", RemoveRefs::Refuse)),
        ("a step with a comment", TEXT, remove("step:make", RemoveRefs::Refuse)),
        ("the only step of a group", TEXT, remove("step:fit", RemoveRefs::Refuse)),
        ("a group", TEXT, remove("group:fitting", RemoveRefs::Refuse)),
        ("data that are used", TEXT, remove("data:table", RemoveRefs::Refuse)),
        ("data, their path in their place", TEXT, remove("data:table", RemoveRefs::Detach)),
        ("data and all that use them", TEXT, remove("data:table", RemoveRefs::Cascade)),
        ("a parameter that is used", TEXT, remove("param:rate", RemoveRefs::Refuse)),
        ("a parameter, its value in its place", TEXT, remove("param:rate", RemoveRefs::Detach)),
        ("a parameter and all that use it", TEXT, remove("param:rows", RemoveRefs::Cascade)),
        ("a condition", TEXT, remove("step:has_table", RemoveRefs::Cascade)),
        ("a switch", TEXT, remove("step:way", RemoveRefs::Detach)),
        ("an axis", PASSES, remove("param:config", RemoveRefs::Detach)),
        ("a step that is fed back", PASSES, remove("step:fit", RemoveRefs::Detach)),
        ("the last parameter", "parameters: {a: 1}\npipeline: []\n", remove("param:a", RemoveRefs::Refuse)),
        ("nothing there", TEXT, remove("step:none", RemoveRefs::Refuse)),
        (
            "a path that only steps name",
            "pipeline:\n- {name: s, command: [c], inputs: {i: a.txt, j: b.txt}}\n",
            remove("path:a.txt", RemoveRefs::Detach),
        ),
    ]));
}

#[test]
fn groups_and_order() {
    let group = |nodes: &[&str], name: &str| Op::Group {
        nodes: nodes.iter().map(|node| (*node).to_owned()).collect(),
        name: name.into(),
    };
    let reorder =
        |node: &str, before: Option<&str>| Op::Reorder { node: node.into(), before: before.map(str::to_owned) };
    let ungroup = |node: &str| Op::Ungroup { node: node.into() };
    let labelled = "pipeline:\n- {name: a, group: g, command: [a]}\n- {name: b, command: [b]}\n- {name: c, group: g, command: [c]}\n";
    insta::assert_snapshot!(shown(&[
        ("steps that stand together", TEXT, group(&["step:has_table", "step:way"], "logic")),
        ("steps that do not", TEXT, group(&["step:make", "step:look"], "ends")),
        ("a step in a group", TEXT, group(&["step:fit", "step:look"], "x")),
        ("no steps", TEXT, group(&["data:table"], "x")),
        ("a name that is taken", TEXT, group(&["step:make"], "fitting")),
        ("a group taken away", TEXT, ungroup("group:fitting")),
        ("a label taken away", labelled, ungroup("group:g")),
        ("a group in passes", PASSES, ungroup("group:passes")),
        (
            "a group in brackets",
            "pipeline: [{group: g, steps: [{name: a, command: [a]}]}, {name: b, command: [b]}]\n",
            ungroup("group:g")
        ),
        ("a step before another", TEXT, reorder("step:look", Some("step:make"))),
        ("a step last", TEXT, reorder("step:make", None)),
        ("a group moved", TEXT, reorder("group:fitting", Some("step:make"))),
        ("into another group", TEXT, reorder("step:make", Some("step:fit"))),
    ]));
}

#[test]
fn places_of_cards() {
    let moved = |card: &str| Op::Move { positions: vec![(card.into(), 11.6, -3.0)] };
    insta::assert_snapshot!(shown(&[
        ("in the file", PASSES, moved("step:fit")),
        ("new in the file", PASSES, moved("param:lr")),
        ("unpinned", PASSES, Op::Unpin { nodes: vec!["data:g".into()] }),
        ("all unpinned", PASSES, Op::Unpin { nodes: vec![] }),
        ("beside the file", TEXT, moved("step:fit")),
    ]));
    let mut document = loom_ui_core::Document::new(TEXT);
    super::edited(&mut document, vec![moved("step:fit")]).expect("it can be moved");
    assert_eq!(document.pins().get("step:fit"), Some(&(11.6, -3.0)));
    assert_eq!((document.rev(), document.is_dirty()), (0, false));
    super::edited(&mut document, vec![rename("step:fit", "train")]).expect("it can be renamed");
    assert_eq!(document.pins().keys().collect::<Vec<_>>(), ["step:train"]);
    assert_eq!(document.undo().as_deref(), Some("rename fit to train"));
    assert_eq!(document.undo().as_deref(), Some("move fit"));
    assert!(document.pins().is_empty());
    document.redo();
    assert_eq!(document.pins().get("step:fit"), Some(&(11.6, -3.0)));
}

#[test]
fn pieces_that_are_pasted() {
    let paste = |text: &str| Op::Paste { text: text.into() };
    let piece = "data: {table: {type: csv, path: data/table.csv}}\nparameters: {rows: 5}\npipeline:\n  - name: make\n    task: tasks/make.py\n    outputs: {--output: $table}\n    args: {--rows: $rows}\n  - {name: new, command: [wc, $table]}\n";
    insta::assert_snapshot!(shown(&[
        ("under new names", TEXT, paste(piece)),
        ("as it is", "pipeline: []\n", paste(piece)),
        ("no pipeline", TEXT, paste("sweep: {axes: {a: [1]}}")),
        ("no YAML", TEXT, paste("[")),
        ("nothing", TEXT, paste("data: {}")),
    ]));
}
