//! Changes made here and outside.

use std::collections::BTreeMap;

use loom_ui_core::api::{Choice, MergeChoices, Op, Written};
use loom_ui_core::{Document, Merged};
use proptest::prelude::*;
use serde_json::Value;

use super::laws::{meaning, op};
use super::texts::pipeline;
use super::{change, edited, rename, set, text};

const BASE: &str = "\
# a pipeline
data:
  a: data/a.csv   # the first
parameters:
  low: 0.3
  high: 0.7
pipeline:
  # makes it
  - name: make
    task: tasks/make.py
    outputs: {--output: $a}
    args:
      --rows: 5
  - name: look
    task: tasks/look.py
    inputs: {table: $a}
";

fn both(mine: Vec<Op>, theirs: &str) -> (Document, Merged) {
    let mut document = Document::new(BASE);
    edited(&mut document, mine).expect("it can be done");
    let merged = document.outside(theirs);
    (document, merged)
}

#[test]
fn an_unchanged_document_takes_the_file_over() {
    let mut document = Document::new(BASE);
    let theirs = BASE.replace("0.3", "0.4");
    assert_eq!(document.outside(&theirs), Merged::TakenOver);
    assert_eq!((document.text(), document.is_dirty()), (&*theirs, false));
    assert_eq!(document.undo().as_deref(), Some("change made outside"));
    assert_eq!((document.text(), document.base(), document.is_dirty()), (BASE, &*theirs, true));
    assert_eq!(document.outside(&theirs), Merged::Nothing);
}

#[test]
fn changes_of_both_sides_go_together() {
    let theirs = BASE.replace("  high: 0.7", "  high: 0.8  # higher").replace("# makes it", "# makes the table");
    let (mut document, merged) =
        both(vec![set("param:low", &[], "0.35"), set("step:look", &["optional"], "true")], &theirs);
    assert_eq!(merged, Merged::Both);
    insta::assert_snapshot!(document.text_diff().unified);
    assert_eq!(document.base(), theirs);
    document.undo();
    assert!(document.text().contains("low: 0.35") && document.text().contains("high: 0.7\n"));
}

#[test]
fn neighbours_go_together_by_what_they_mean() {
    // Line by line, these two would be in each other's way.
    let theirs = BASE.replace("  low: 0.3\n", "  low: 0.4  # lower\n");
    let (document, merged) = both(vec![set("param:high", &[], "0.9")], &theirs);
    assert_eq!(merged, Merged::Both);
    assert!(document.text().contains("  low: 0.4  # lower\n  high: 0.9\n"), "{}", document.text());
    let theirs = BASE.replace("    args:\n      --rows: 5\n", "    args: {--rows: 5, --seed: 1}\n");
    let (document, merged) = both(vec![set("step:make", &["args", "--rows"], "6")], &theirs);
    assert_eq!(merged, Merged::Both);
    assert!(document.text().contains("args: {--rows: 6, --seed: 1}"), "{}", document.text());
}

#[test]
fn steps_are_told_apart_by_their_names() {
    let theirs = BASE.replace("pipeline:\n", "pipeline:\n  - {name: first, command: [true]}\n");
    let add = Op::AddStep(loom_ui_core::api::NewStep { task: Some("tasks/new.py".into()), ..Default::default() });
    let (document, merged) = both(vec![set("step:make", &["task"], "tasks/other.py"), add], &theirs);
    assert_eq!(merged, Merged::Both);
    insta::assert_snapshot!(document.text_diff().unified);
}

#[test]
fn what_both_changed_is_asked() {
    let theirs = BASE.replace("0.3", "0.4").replace("0.7", "0.8");
    let (mut document, merged) =
        both(vec![set("param:low", &[], "0.35"), set("step:make", &["args", "--rows"], "6")], &theirs);
    assert_eq!(merged, Merged::Conflicts);
    let [conflict] = document.conflicts() else { panic!("{:?}", document.conflicts()) };
    assert_eq!((&*conflict.label, conflict.mine.as_deref()), ("parameters › low", Some("0.35")));
    assert_eq!((conflict.base.as_deref(), conflict.theirs.as_deref()), (Some("0.3"), Some("0.4")));
    assert!(document.text().contains("0.35") && document.base() == BASE);
    let id = conflict.id.clone();
    let none = document.settle(&MergeChoices { choices: vec![] }).expect_err("nothing is chosen");
    assert_eq!(none.code, "conflicts");
    let mut other = document.clone();
    document.settle(&MergeChoices { choices: vec![(id.clone(), Choice::Mine)] }).expect("it is settled");
    assert!(document.text().contains("low: 0.35\n  high: 0.8\n") && document.text().contains("--rows: 6"));
    assert_eq!(document.base(), theirs);
    other.settle(&MergeChoices { choices: vec![(id, Choice::Theirs)] }).expect("it is settled");
    assert!(other.text().contains("low: 0.4\n  high: 0.8\n") && other.text().contains("--rows: 6"));
    assert!(document.conflicts().is_empty());
}

#[test]
fn a_conflict_that_is_mended_here_is_none() {
    let theirs = BASE.replace("0.3", "0.4");
    let (mut document, merged) = both(vec![set("param:low", &[], "0.35")], &theirs);
    assert_eq!(merged, Merged::Conflicts);
    edited(&mut document, vec![set("param:low", &[], "0.4")]).expect("it can be done");
    assert!(document.conflicts().is_empty());
    assert_eq!((document.text(), document.is_dirty()), (&*theirs, false));
}

#[test]
fn what_was_removed_there_and_changed_here_is_asked() {
    let theirs = BASE.replace("  high: 0.7\n", "");
    let (document, merged) = both(vec![set("param:high", &[], "0.9")], &theirs);
    assert_eq!(merged, Merged::Conflicts);
    assert_eq!(
        (&*document.conflicts()[0].label, document.conflicts()[0].theirs.as_deref()),
        ("parameters › high", None)
    );
}

#[test]
fn broken_texts_go_together_line_by_line() {
    let theirs = BASE.replace("# a pipeline", "# a pipeline: [");
    let mut document = Document::new(BASE);
    document.replace(0, &BASE.replace("{table: $a}", "{table: $a"), "typed").expect("any text can be typed");
    assert_eq!(document.outside(&theirs), Merged::Both);
    assert!(document.text().contains("a pipeline: [") && document.text().ends_with("{table: $a\n"));
    let mut document = Document::new(BASE);
    document.replace(0, &BASE.replace("low: 0.3", "low: [0.3"), "typed").expect("any text can be typed");
    assert_eq!(document.outside(&BASE.replace("low: 0.3", "low: 0.4")), Merged::Conflicts);
    assert_eq!(document.conflicts()[0].label, "the whole file");
}

#[test]
fn an_edit_of_an_earlier_revision_is_made_on_top() {
    let mut document = Document::new(BASE);
    edited(&mut document, vec![set("param:low", &[], "0.1")]).expect("it can be done");
    let mut late = |op| {
        let request = loom_ui_core::api::EditRequest { base_rev: 0, label: None, coalesce: None, ops: vec![op] };
        document.edit(&request, &loom_ui_core::Surroundings::default()).map_err(|refused| refused.code)
    };
    assert_eq!(late(set("param:low", &[], "0.2")), Err("stale"));
    assert_eq!(late(set("param:high", &[], "0.2")), Ok(()));
    assert_eq!(late(rename("step:make", "build")), Ok(()));
    assert_eq!(late(set("step:make", &["args", "--rows"], "7")), Err("stale"));
    assert_eq!(document.rev(), 3);
    let typed = BASE.replace("--rows: 5", "--rows: 8");
    document.replace(0, &typed, "typed").expect("it is elsewhere");
    assert!(document.text().contains("--rows: 8") && document.text().contains("name: build"));
    let stale = document.replace(0, &BASE.replace("low: 0.3", "low: 0"), "typed").expect_err("it was changed");
    assert_eq!(stale.code, "stale");
}

#[test]
fn what_an_alias_stands_for_is_written_out_as_it_is_spelt() {
    let base = "parameters:\n  p: &first ~\n  again: *first\npipeline:\n- {name: s, task: t.py, args: {--p: $p}}\n";
    let mut document = Document::new(base);
    edited(&mut document, vec![rename("param:again", "other")]).expect("it can be done");
    let mut outside = Document::new(base);
    let added = Op::AddParameter { name: "added".into(), value: Written::Text("1".into()) };
    edited(&mut outside, vec![added]).expect("it can be done");
    assert_ne!(document.outside(outside.text()), Merged::Conflicts);
    let leaves = leaves(document.text());
    assert_eq!(leaves["/parameters/other/value/scalar/text"], "\"~\"", "{}", document.text());
    assert_eq!(leaves["/parameters/added/value/scalar/text"], "\"1\"");
}

#[test]
fn typing_is_one_step() {
    let mut document = Document::new(BASE);
    for value in ["1", "12", "123"] {
        let request = loom_ui_core::api::EditRequest {
            base_rev: document.rev(),
            label: None,
            coalesce: Some("typing".into()),
            ops: vec![set("param:low", &[], value)],
        };
        document.edit(&request, &loom_ui_core::Surroundings::default()).expect("it can be done");
    }
    assert!(document.text().contains("low: 123"));
    assert_eq!(document.undo().as_deref(), Some("set low"));
    assert_eq!(document.text(), BASE);
    assert_eq!(document.redo_label(), Some("set low"));
    document.redo();
    assert!(document.text().contains("low: 123"));
    assert_eq!(
        change("a: [", vec![set("param:a", &[], "1")]),
        "refused (broken): the text cannot be read as YAML; mend it in the text view first\n"
    );
    let _ = text("");
}

/// What a text says, value by value: steps, data and parameters by their names.
fn leaves(text: &str) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Value, leaves: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(&format!("{path}/{key}"), value, leaves)),
            Value::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    let name = item["name"]["text"].as_str().or(item["key"]["text"].as_str());
                    let name = name.map_or_else(|| at.to_string(), str::to_owned);
                    walk(&format!("{path}/{name}"), item, leaves);
                }
            }
            other => {
                leaves.insert(path.to_owned(), other.to_string());
            }
        }
    }
    let mut leaves = BTreeMap::new();
    let mut tree = meaning(text);
    // Numbers of groups are no names.
    for step in tree["steps"].as_array_mut().into_iter().flatten() {
        step.as_object_mut().map(|step| step.remove("group"));
    }
    walk("", &tree, &mut leaves);
    leaves
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_edits_go_together_or_are_asked(base in pipeline(), mine in op(), theirs in op()) {
        let mut outside = Document::new(&*base);
        let _ = edited(&mut outside, vec![theirs.clone()]);
        let mut document = Document::new(&*base);
        let _ = edited(&mut document, vec![mine.clone()]);
        let before = document.text().to_owned();
        let merged = document.outside(outside.text());
        if merged == Merged::Conflicts {
            prop_assert_eq!(document.text(), &*before);
            prop_assert!(!document.conflicts().is_empty());
            let all = |document: &Document, choice| MergeChoices {
                choices: document.conflicts().iter().map(|conflict| (conflict.id.clone(), choice)).collect(),
            };
            for choice in [Choice::Mine, Choice::Theirs] {
                let mut settled = document.clone();
                if settled.settle(&all(&document, choice)).is_err() {
                    // What cannot be put together part by part is asked for as a whole.
                    prop_assert_eq!(settled.conflicts().len(), 1);
                    let whole = all(&settled, choice);
                    prop_assert!(settled.settle(&whole).is_ok());
                }
                prop_assert_eq!(settled.base(), outside.text());
                let problems = loom_spec::parse(&loom_spec::Source::new("p.yml", settled.text())).problems;
                prop_assert!(!problems.iter().any(|problem| problem.code == "yaml-syntax"), "{}", settled.text());
            }
            return Ok(());
        }
        let (was, mine_now, theirs_now, now) = (leaves(&base), leaves(&before), leaves(outside.text()), leaves(document.text()));
        for (side, other) in [(&mine_now, &theirs_now), (&theirs_now, &mine_now)] {
            for path in was.keys().chain(side.keys()) {
                let changed = was.get(path) != side.get(path);
                let by_one = was.get(path) == other.get(path) || other.get(path) == side.get(path);
                if changed && by_one {
                    prop_assert_eq!(now.get(path), side.get(path), "{}\n{:?}\n{:?}\n{}\n---\n{}", path, mine, theirs, base, document.text());
                }
            }
        }
    }
}
