//! Beginning with loom, and installing it.

use crate::support::Sandbox;

#[test]
fn a_new_pipeline_runs() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.loom(&["init", "new one"]), @"
    exit 0
    --- stdout
    wrote a pipeline of two steps to 'new one'; now try
      loom 'new one'
      loom 'new one' --set noise=2.5
      loom graph 'new one'
    ");
    assert!(sandbox.loom(&["check", "new one"]).ends_with("2 steps, no problems\n"));
    assert!(sandbox.loom(&["new one"]).contains("2 ok"));
    let line: serde_json::Value = serde_json::from_str(&sandbox.read("new one/data/line.json")).unwrap();
    assert!((line["slope"].as_f64().unwrap() - 2.0).abs() < 0.1);
}

#[test]
fn a_new_pipeline_takes_nobodys_place() {
    let sandbox = Sandbox::with("pipeline: []\n");
    insta::assert_snapshot!(sandbox.loom(&["init"]), @"
    exit 2
    --- stderr
    error: . holds pipeline.yml already
      help: name another folder, as in `loom init my_pipeline`; nothing was written
    ");
    assert_eq!(sandbox.read("pipeline.yml"), "pipeline: []\n");
    assert!(!sandbox.has("tasks"));
}

#[test]
fn editors_can_help() {
    let output = Sandbox::new().command(&["schema"]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert!(output.stdout.ends_with(b"}\n"));
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(schema, loom_spec::schema());
    // In the order of the documentation, which is not that of the alphabet.
    let keys: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["data", "parameters", "pipeline", "execution", "sweep", "output_dir", "layout", "editor"]);
}

#[test]
fn the_help_says_how_an_editor_gets_the_schema() {
    let help = Sandbox::new().loom(&["schema", "--help"]);
    assert!(help.contains("# yaml-language-server: $schema=loom.schema.json"), "{help}");
}

#[test]
fn shells_can_complete() {
    let script = Sandbox::new().loom(&["completions", "bash"]);
    assert!(script.contains("--max-workers") && script.contains("complete -F _loom"));
}

#[test]
fn there_are_manual_pages() {
    let sandbox = Sandbox::new();
    sandbox.loom(&["man", "man1"]);
    for page in ["loom.1", "loom-check.1", "loom-graph.1", "loom-schema.1"] {
        assert!(sandbox.read(&format!("man1/{page}")).starts_with(".ie"), "{page}");
    }
}
