//! What steps made, and the tasks that make it.

use std::os::unix::fs::symlink;
use std::path::Path;

use loom_exec::{Memory, Project, RunOptions, Selection};

use super::{Place, fifo, quoted};
use crate::api::{PreviewKind, States};
use crate::files::{clean_preview, comparison, facts, tasks};

const SWEEP: &str = "
data: {result: {type: json, path: out/result.json, metrics: {score: max}}, all: all.txt}
parameters: {rate: 1, seed: 3}
sweep: {axes: {rate: [1, 2]}}
pipeline:
  - {name: train, command: 'mkdir -p out; echo \"{\\\"score\\\": $4}\" > $2', outputs: {-o: $result}, args: {-r: $rate}}
";

#[test]
fn the_files_of_a_sweep_are_asked_for_by_their_configuration() {
    let place = Place::new(SWEEP);
    let project = place.project();
    assert!(project.checked().graph.is_some(), "{:?}", project.checked().problems);
    let facts = |project: &Project| facts(project, "data:result", &States::default()).unwrap();
    let before = facts(&project);
    let ids: Vec<_> = before.instances.iter().map(|file| (&*file.id, file.exists)).collect();
    assert_eq!(ids, [("data:result@rate=1", false), ("data:result@rate=2", false)]);
    assert_eq!((before.state.exists, before.producer.as_deref()), (false, Some("step:train")));
    project.plan(&Selection::default()).unwrap().run(&RunOptions::default(), |_| {}).unwrap();
    let after = facts(&project);
    assert!(after.instances.iter().all(|file| file.exists) && after.state.exists);
    assert_eq!(after.state.lines, ["2 of 2 are there"]);
    let PreviewKind::Json { items, .. } = place.preview("data:result@rate=2").content else { panic!() };
    assert_eq!((&*items[1].key, &*items[1].value), ("score", "2"));
    assert!(place.is_found("data:result") && !place.is_found("data:result@rate=3"));

    let table = comparison(&project, &Memory::default());
    let rows: Vec<_> = table.rows.iter().map(|row| (&*row.label, &*row.state, row.unit.as_deref().unwrap())).collect();
    assert_eq!(rows, [("rate=1", "ok", "train@rate=1"), ("rate=2", "ok", "train@rate=2")]);
    assert_eq!(table.best, Some(1));
    assert_eq!(table.rows[1].node.as_deref(), Some("step:train"));
    assert_eq!(table.rows[1].defaults, [("rate".to_owned(), "2".to_owned())]);
    let columns: Vec<_> = table.columns.iter().map(|column| (&*column.name, column.goal.as_deref())).collect();
    assert_eq!(columns, [("rate", None), ("score", Some("max")), ("duration", None)]);
    assert_eq!(table.columns[1].numbers, [Some(1.0), Some(2.0)]);
}

#[test]
fn units_are_compared_by_what_they_are_called_with() {
    let place = Place::new(
        "
parameters: {rate: 5}
pipeline:
  - {name: low, command: 'echo \"{\\\"score\\\": $4}\" > $2', outputs: {-o: low.json}, args: {--rate: 1, -n: 7}}
  - {name: high, command: 'echo \"{\\\"score\\\": $4}\" > $2', outputs: {-o: high.json}, args: {--rate: 2, -n: 7}}
",
    );
    let nothing = comparison(&place.project(), &Memory::default());
    assert!(nothing.empty.is_some() || !nothing.rows.is_empty());
    place.project().plan(&Selection::default()).unwrap().run(&RunOptions::default(), |_| {}).unwrap();
    let table = comparison(&place.project(), &Memory::default());
    let rows: Vec<_> = table.rows.iter().map(|row| (&*row.label, row.node.as_deref().unwrap())).collect();
    assert_eq!(rows, [("low", "step:low"), ("high", "step:high")]);
    assert_eq!(table.rows[0].defaults, [("rate".to_owned(), "1".to_owned())]);
    let broken = Place::new("pipeline: [{name: a}]");
    assert!(comparison(&broken.project(), &Memory::default()).empty.unwrap().contains("errors"));
}

#[test]
fn tasks_are_read_and_never_run() {
    let place = Place::with_data(&["a"]);
    let ran = place.path().join("ran");
    place.write(
        "tasks/train.py",
        format!(
            "\"\"\"Trains.\n---\ninputs:\n  table: {{type: csv}}\noutputs:\n  --out: {{type: json}}\nargs:\n  --rate: {{type: float, default: 0.1, choices: [0.1, 0.2]}}\n---\n\"\"\"\nopen({}, 'w')\n",
            quoted(ran.to_str().unwrap())
        ),
    );
    place.write("tasks/plain.py", "print(1)\n");
    place.write("tasks/bad.py", "\"\"\"\n---\ninputs: [\n---\n\"\"\"\n");
    place.write("tasks/latin.py", b"# gr\xfc\xdfe\n");
    place.write("tasks/sub/x.sh", "exit 1\n");
    place.write("tasks/1/2/3/ok.R", "");
    place.write("tasks/1/2/3/4/too_deep.R", "");
    place.write("tasks/.hidden.py", "");
    place.write("tasks/__pycache__/x.py", "");
    place.write("tasks/notes.txt", "");
    fifo(&place.path().join("tasks/pipe.py"));
    symlink("/etc/passwd", place.path().join("tasks/out.py")).unwrap();
    symlink("..", place.path().join("tasks/around")).unwrap();
    symlink("plain.py", place.path().join("tasks/other.py")).unwrap();
    let found = tasks(&place.path(), Path::new("tasks"));
    let paths: Vec<&str> = found.iter().map(|task| &*task.path).collect();
    let expected = ["1/2/3/ok.R", "bad.py", "latin.py", "other.py", "plain.py", "sub/x.sh", "train.py"];
    assert_eq!(paths, expected.map(|path| format!("tasks/{path}")));
    let train = found.last().unwrap();
    assert_eq!((train.description.as_deref(), &*train.inputs[0].name), (Some("Trains."), "table"));
    assert_eq!(train.args[0].choices, ["0.1", "0.2"]);
    assert!(found[1].error.is_some() && !ran.exists());
    assert!(tasks(&place.path(), Path::new("..")).is_empty() && tasks(&place.path(), Path::new("none")).is_empty());
}

#[test]
fn exactly_what_was_previewed_is_removed() {
    let place = Place::new(
        "
data: {one: out/one.txt, two: out/two.txt}
pipeline:
  - {name: make, command: [x], inputs: {i: in.txt}, outputs: {-a: $one, -b: $two}}
",
    );
    place.write("in.txt", "x");
    place.write("out/one.txt", "1");
    place.write("out/two.txt", "22");
    let project = place.project();
    let preview = clean_preview(&project).unwrap();
    let entries: Vec<_> =
        preview.entries.iter().map(|entry| (&*entry.path, entry.size, entry.made_by.as_deref())).collect();
    assert_eq!(entries, [("out/one.txt", 1, Some("make")), ("out/two.txt", 2, Some("make"))]);
    let clean = |token: &str, paths: &[&str]| {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        crate::files::clean(&project, token, &paths, true).map_err(|refused| refused.code)
    };
    assert_eq!(clean("another", &["out/one.txt"]), Err("stale"));
    assert_eq!(clean(&preview.token, &["out/one.txt", "in.txt"]), Err("refused"));
    assert_eq!(clean(&preview.token, &[]), Ok(()));
    let is_there = |path: &str| place.path().join(path).exists();
    assert!(is_there("out/one.txt") && is_there("in.txt"));
    assert_eq!(clean(&preview.token, &["out/one.txt"]), Ok(()));
    assert!(!is_there("out/one.txt") && is_there("out/two.txt"));
    // What was previewed is not what there is any more.
    assert_eq!(clean(&preview.token, &["out/two.txt"]), Err("stale"));
    let again = clean_preview(&project).unwrap();
    place.write("out/two.txt", "changed");
    assert_eq!(clean(&again.token, &["out/two.txt"]), Err("stale"));
    assert!(is_there("out/two.txt"));
    assert_eq!(clean_preview(&Place::new("pipeline: [{name: a}]").project()).unwrap_err().code, "refused");
}

#[test]
fn the_files_of_passes_are_asked_for_by_their_number() {
    let place = Place::new(
        "
data: {model: model.txt}
pipeline:
  - group: refine
    multi_pass: {count: 2}
    steps:
      - {name: fit, command: [x], outputs: {-o: $model}}
",
    );
    place.write("model_iter1.txt", "the first");
    let project = place.project();
    assert!(project.checked().expanded.is_some(), "{:?}", project.checked().problems);
    let facts = facts(&project, "data:model", &States::default()).unwrap();
    let found: Vec<_> = facts.instances.iter().map(|file| (&*file.id, file.exists)).collect();
    assert_eq!(found, [("data:model@pass 0", false), ("data:model@pass 1", true), ("data:model@result", false)]);
    assert_eq!(facts.state.lines, ["1 of 3 are there"]);
    let PreviewKind::Text { text, .. } = place.preview("data:model@pass 1").content else { panic!() };
    assert_eq!(text, "the first");
}
