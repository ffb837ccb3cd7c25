//! What people see of a sweep: of a few units each, of many how many.

use std::fmt::Write as _;

use crate::support::{Sandbox, status};

/// A step before, one that is swept, and one that gathers; the tasks of the swept one fail as the file `bad` says.
fn search(rates: usize) -> Sandbox {
    let values: Vec<String> = (0..rates).map(|rate| rate.to_string()).collect();
    let sandbox = Sandbox::with(&format!(
        r#"data:
  dataset: {{type: txt, path: dataset.txt}}
  results: {{type: json, path: "results_{{rate}}.json"}}
  best: {{type: json, path: best.json}}
sweep:
  axes: {{rate: [{}]}}
pipeline:
  - {{name: generate, command: 'echo 1 > "$2"', outputs: {{--out: $dataset}}}}
  - name: process
    command: 'echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"'
    inputs: {{in: $dataset}}
    outputs: {{--out: $results}}
    args: {{--rate: $rate}}
  - {{name: compare, command: 'echo $# > best.json', gather: true, inputs: {{r: $results}}, outputs: {{--out: $best}}}}
"#,
        values.join(", ")
    ));
    sandbox.write("fails.sh", "exit 0\n");
    sandbox
}

/// `process` fails wherever this holds.
fn failing_where(sandbox: &Sandbox, condition: &str) {
    // The shell that runs the step ends with it.
    sandbox.write("fails.sh", format!("if [ {condition} ]; then echo \"rate $1 is bad\" >&2; kill $PPID; fi\n"));
}

#[test]
fn of_a_few_units_each_has_its_lines() {
    let sandbox = search(2);
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["--quiet"]), @"");
}

#[test]
fn of_many_units_there_is_where_they_begin_and_where_they_end() {
    let sandbox = search(21);
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"");
    std::fs::remove_file(sandbox.path().join("results_7.json")).unwrap();
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"");
    let verbose = sandbox.loom(&["--sequential", "--verbose", "--force"]);
    assert_eq!(verbose.matches("done   process@rate=").count(), 21, "{verbose}");
    assert_eq!(verbose.matches("| rate ").count(), 21, "{verbose}");
}

#[test]
fn what_failed_alike_is_one_block() {
    let sandbox = search(30);
    failing_where(&sandbox, "$1 -ge 7 -a $1 -lt 24");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"");
    let quiet = sandbox.loom(&["--sequential", "--quiet"]);
    assert_eq!(quiet.matches("is bad").count(), 2, "{quiet}");
    assert!(quiet.contains("fail   process ×17  "), "{quiet}");
    let few = search(3);
    failing_where(&few, "$1 -ge 1");
    insta::assert_snapshot!(few.loom(&["--sequential"]), @"");
}

#[test]
fn what_differs_is_told_apart() {
    let sandbox = search(30);
    sandbox.write("fails.sh", "case $1 in\n3|5) echo too low >&2; kill $PPID;;\n8) echo too high >&2; kill $PPID;;\nesac\n");
    let shown = sandbox.loom(&["--sequential"]);
    assert_eq!(shown.matches("fail   process@rate=").count(), 2, "{shown}");
    assert_eq!(shown.matches("fail   process ×").count(), 1, "{shown}");
    assert!(shown.contains("fail   process ×2  "), "{shown}");
}

#[test]
fn what_is_skipped_for_one_cause_is_one_line() {
    let mut pipeline = search(25).read("pipeline.yml");
    let _ = write!(pipeline, "  - {{name: score, command: 'true', inputs: {{r: $results}}}}\n");
    let sandbox = Sandbox::with(&pipeline);
    failing_where(&sandbox, "$1 -lt 22");
    let shown = sandbox.loom(&["--sequential"]);
    assert!(shown.contains("\nskip   score ×22  process failed\n"), "{shown}");
    assert_eq!(shown.matches("skip   score").count(), 1, "{shown}");
    assert!(shown.contains("3/25, 22 skipped"), "{shown}");
}

#[test]
fn a_plan_is_folded_until_it_is_expanded() {
    let sandbox = search(3);
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential"]), @"");
    sandbox.loom(&["--quiet"]);
    std::fs::remove_file(sandbox.path().join("results_1.json")).unwrap();
    let plan = |args: &[&str]| {
        let shown = sandbox.loom(args);
        shown.split("; 0.").next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(plan(&["plan"]), @"");
    insta::assert_snapshot!(plan(&["plan", "--expand"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--step", "process@rate=1"]), @"");
    let output = sandbox.command(&["plan", "--format", "json"]).output().unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["units"].as_array().map(Vec::len), Some(5), "every unit is there");
}

#[test]
fn lists_and_graphs_tell_how_many() {
    let sandbox = search(3);
    insta::assert_snapshot!(sandbox.loom(&["--list"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["--list", "--expand", "--step", "process@rate=1", "compare"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["check"]), @"");
    let expanded = |format: &str| sandbox.loom(&["graph", "--expand", "--format", format]);
    for format in ["text", "dot", "mermaid", "svg"] {
        assert!(!sandbox.loom(&["graph", "--format", format]).contains("process@rate=1"), "{format}");
        assert!(expanded(format).contains("process@rate=1"), "{format}");
    }
    let output = sandbox.command(&["check", "--format", "json"]).output().unwrap();
    let check: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&check["steps"], &check["units"], &check["configurations"]), (&3.into(), &5.into(), &3.into()));
}

#[test]
fn a_unit_is_asked_about_by_its_name_and_a_step_by_its_own() {
    let sandbox = search(25);
    sandbox.loom(&["--quiet"]);
    assert_eq!(sandbox.loom(&["log", "process@rate=7"]), "exit 0\n--- stdout\nrate 7\n");
    insta::assert_snapshot!(sandbox.loom(&["log", "process"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["log", "proces@rate=7"]), @"");
    insta::assert_snapshot!(sandbox.loom(&["why", "proces"]), @"");
    assert!(sandbox.loom(&["why", "process@rate=7"]).contains("process@rate=7 is up to date"));
    std::fs::remove_file(sandbox.path().join("results_7.json")).unwrap();
    insta::assert_snapshot!(sandbox.loom(&["why", "process"]), @"");
    let expanded = sandbox.loom(&["why", "process", "--expand"]);
    assert_eq!(expanded.matches("process@rate=").count(), 25, "{expanded}");
}

#[test]
fn the_page_about_a_run_is_folded() {
    let sandbox = search(30);
    failing_where(&sandbox, "$1 -ge 20");
    assert_eq!(status(&sandbox.command(&["--quiet"]).output().unwrap()), "1");
    assert_eq!(status(&sandbox.command(&["report", "-o", "page.html"]).output().unwrap()), "0");
    let page = sandbox.read("page.html");
    assert_eq!(page.matches("<article class=\"failure\">").count(), 1);
    assert!(page.contains("<b>9 more failed alike</b>"));
    assert!(page.contains("<b>process ×30</b> <span class=\"pill ok\">20 ok</span> <span class=\"pill failed\">10 failed</span>"));
    assert!(page.contains("<g class=\"step failed\""), "the step is drawn as its worst unit");
}
