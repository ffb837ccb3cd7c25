//! The picture of a pipeline.

use loom_ui_core::{View, svg};
use proptest::prelude::*;

fn picture(text: &str) -> String {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
    svg(&View::of(&checked.graph.expect("a sound pipeline")))
}

#[test]
fn two_steps() {
    let picture = picture(
        "
data:
  table: {type: csv, path: data/table.csv, description: what was measured}
  config: {type: json, path: config.json}
pipeline:
  - {name: make, task: tasks/make.py, outputs: {--output: $table}}
  - group: looking
    steps:
      - name: look
        command: sort | head
        optional: true
        inputs: {table: $table}
        args: {--config: $config}
",
    );
    insta::assert_snapshot!(picture);
}

#[test]
fn an_empty_pipeline_is_said_to_be_empty() {
    let picture = picture("pipeline: []\n");
    let document = roxmltree::Document::parse(&picture).expect("XML");
    let said = document.descendants().find(|node| node.has_tag_name("text")).and_then(|node| node.text());
    assert_eq!(said, Some("no steps"));
}

/// The texts that the picture of one step of this name shows: its label, and that of a group of the same name.
fn texts(name: &str) -> Vec<String> {
    let quoted: String = name.chars().map(|c| format!("\\U{:08x}", c as u32)).collect();
    let step = format!("{{name: \"{quoted}\", command: [echo]}}");
    let picture = picture(&format!("pipeline: [{{group: \"{quoted}\", steps: [{step}]}}]"));
    let document = roxmltree::Document::parse(&picture).unwrap_or_else(|error| panic!("{error}: {picture}"));
    let texts = document.descendants().filter(|node| node.has_tag_name("text"));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn names_stay_text() {
    let names = ["<script>alert(1)</script>", "]]>", "a & b", "\"one\" 'two'", "--><!--", "&amp;", "👩‍👩‍👧 ラベル"];
    for name in names {
        assert_eq!(texts(name)[1], name);
    }
    assert_eq!(texts("a\u{1}\n\t\u{85}b")[1], r"a\u{1}\n\t\u{85}b");
    assert_eq!(texts("a\u{ffff}b")[1], "a\u{fffd}b");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_can_be_drawn(name in "\\PC{1,40}|[ -~]{1,40}|[\u{1}-\u{2ff}]{1,12}") {
        // `$` would be a reference.
        texts(&format!("n{}", name.replace('$', "")));
    }
}
