//! The examples, edited.

use loom_graph::OnPaper;
use loom_spec::Source;
use loom_ui_core::api::{Op, RemoveRefs};

use super::{change, rename, set};

/// Some edits of each, found by what is in it.
fn edits(text: &str) -> String {
    let pipeline = loom_spec::parse(&Source::new("pipeline.yml", text)).pipeline;
    let mut shown = String::new();
    let mut one = |ops: Vec<Op>| shown.push_str(&format!("=== {}\n\n", change(text, ops)));
    if let Some(data) = pipeline.data.first() {
        let id = format!("data:{}", data.name.text);
        one(vec![rename(&id, "renamed_data")]);
        one(vec![Op::Remove { node: id.clone(), refs: RemoveRefs::Refuse }]);
        one(vec![Op::Remove { node: id, refs: RemoveRefs::Detach }]);
    }
    if let Some(parameter) = pipeline.parameters.first() {
        let id = format!("param:{}", parameter.name.text);
        one(vec![set(&id, &[], "12"), rename(&id, "renamed_parameter")]);
    }
    let (Some(first), Some(last)) = (pipeline.steps.first(), pipeline.steps.last()) else { return shown };
    let id = |step: &loom_spec::Step| format!("step:{}", step.name.text);
    one(vec![rename(&id(first), "renamed_step"), set("step:renamed_step", &["args", "--more"], "it's")]);
    one(vec![Op::Remove { node: id(last), refs: RemoveRefs::Cascade }]);
    one(vec![Op::Reorder { node: id(last), before: Some(id(first)) }]);
    one(vec![Op::Group { nodes: vec![id(first)], name: "new_group".into() }]);
    shown
}

#[test]
fn edits_of_the_examples() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut count = 0;
    for name in ["branching", "groups", "loop", "parallel", "parameters", "refine", "shell-and-r", "sweep"] {
        let text = std::fs::read_to_string(folder.join(name).join("pipeline.yml")).expect("an example");
        insta::assert_snapshot!(format!("example_{name}"), edits(&text));
        count += 1;
    }
    assert_eq!(count, 8);
}

#[test]
fn another_name_is_the_same_graph_in_every_example() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let graph = |text: &str| {
        let source = Source::new("pipeline.yml", text);
        loom_graph::check(loom_spec::parse(&source), &OnPaper).graph.map(|graph| loom_graph::render::text(&graph))
    };
    let mut count = 0;
    for entry in std::fs::read_dir(folder).expect("the examples") {
        let Ok(text) = std::fs::read_to_string(entry.expect("an entry").path().join("pipeline.yml")) else { continue };
        let pipeline = loom_spec::parse(&Source::new("pipeline.yml", &*text)).pipeline;
        let swept = text.contains("\nsweep:");
        let data = pipeline.data.iter().map(|data| format!("data:{}", data.name.text));
        let parameters = pipeline.parameters.iter().map(|each| format!("param:{}", each.name.text));
        for node in data.chain(parameters) {
            let mut document = loom_ui_core::Document::new(&*text);
            super::edited(&mut document, vec![rename(&node, "another")]).expect("it can be renamed");
            let (before, after) = (graph(&text).expect("a graph"), graph(document.text()).expect("a graph"));
            // A switch says what it goes by.
            let before = before.replace(&format!("${}\n", node.split_once(':').expect("an id").1), "$another\n");
            if !swept {
                assert_eq!(before, after, "{node}");
            }
            assert_eq!(before.lines().count(), after.lines().count(), "{node}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
