//! Large pipelines.

use std::fmt::Write;

use crate::support::{Sandbox, status};

/// A chain of so many steps, declared from its end.
fn chain(steps: usize) -> String {
    let mut text = String::from("pipeline:\n");
    for step in (1..steps).rev() {
        let _ = writeln!(
            text,
            "  - name: step_{step}\n    command: ['true']\n    inputs: {{i: f{}}}\n    outputs: {{-o: f{step}}}",
            step - 1
        );
    }
    text + "  - {name: step_0, command: ['true'], outputs: {-o: f0}}\n"
}

#[test]
fn a_chain_of_a_hundred_thousand_steps_overflows_no_stack() {
    let sandbox = Sandbox::with(&chain(100_000));
    assert_eq!(sandbox.loom(&["check"]), "exit 0\n--- stdout\n./pipeline.yml: 100000 steps, no problems\n");
    for format in ["text", "dot", "mermaid"] {
        let output = sandbox.command(&["graph", "--format", format]).output().unwrap();
        assert_eq!(status(&output), "0", "{format}");
    }
    // The cycle of all of them has no root that would reach it.
    let closed = chain(100_000).replace("{name: step_0, ", "{name: step_0, inputs: {i: f99999}, ");
    sandbox.write("pipeline.yml", closed);
    let output = sandbox.command(&["check"]).output().unwrap();
    assert_eq!(status(&output), "2");
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: the steps wait for each other: "));
}

#[test]
fn a_thousand_steps_run() {
    let steps: String = (0..1000).map(|step| format!("  - {{name: s{step}, command: ['true']}}\n")).collect();
    let sandbox = Sandbox::with(&format!("pipeline:\n{steps}"));
    assert!(sandbox.loom(&[]).ends_with("1000 steps: 1000 ok in [TIME] s\n"));
}
