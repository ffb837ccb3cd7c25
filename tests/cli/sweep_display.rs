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

/// What is seen of a run, without the lines that there are only if it takes long.
fn seen(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.loom(args);
    let is_count = |line: &&str| line.starts_with("done   process  ") && line.contains('/');
    let counts = shown.lines().filter(is_count).count();
    let mut passed = 0;
    let lines = shown.lines().filter(|line| {
        passed += usize::from(is_count(line));
        !is_count(line) || passed == counts
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn of_a_few_units_each_has_its_lines() {
    let sandbox = search(2);
    insta::assert_snapshot!(seen(&sandbox, &["--sequential"]), @"
    exit 0
    --- stdout
    start  generate
    done   generate  [TIME] s
    start  process@rate=0
           process@rate=0 | rate 0
    done   process@rate=0  [TIME] s
    start  process@rate=1
           process@rate=1 | rate 1
    done   process@rate=1  [TIME] s
    start  compare
    done   compare  [TIME] s
    4 units: 4 ok in [TIME] s
    ");
    insta::assert_snapshot!(sandbox.loom(&["--quiet"]), @"exit 0");
}

#[test]
fn of_many_units_there_is_where_they_begin_and_where_they_end() {
    let sandbox = search(21);
    insta::assert_snapshot!(seen(&sandbox, &["--sequential"]), @"
    exit 0
    --- stdout
    start  generate
    done   generate  [TIME] s
    start  process ×21
    done   process  21/21  [TIME] s
    start  compare
    done   compare  [TIME] s
    23 units: 23 ok in [TIME] s
    ");
    insta::assert_snapshot!(seen(&sandbox, &["--sequential"]), @"
    exit 0
    --- stdout
    skip   generate  up to date (ran [AGO])
    skip   process ×21  up to date
    skip   compare  up to date (ran [AGO])
    23 units: 0 ok, 23 up to date in [TIME] s
    ");
    std::fs::remove_file(sandbox.path().join("results_7.json")).unwrap();
    insta::assert_snapshot!(seen(&sandbox, &["--sequential"]), @"
    exit 0
    --- stdout
    skip   generate  up to date (ran [AGO])
    start  process ×21
    done   process  1/21, 20 up to date  [TIME] s
    skip   compare  up to date (ran [AGO])
    23 units: 1 ok, 22 up to date in [TIME] s
    ");
    let verbose = sandbox.loom(&["--sequential", "--verbose", "--force"]);
    assert_eq!(verbose.matches("done   process@rate=").count(), 21, "{verbose}");
    assert_eq!(verbose.matches("| rate ").count(), 21, "{verbose}");
    let expanded = sandbox.loom(&["--sequential", "--expand", "--force"]);
    assert_eq!(expanded.matches("start  process@rate=").count(), 21, "{expanded}");
}

#[test]
fn what_failed_alike_is_one_block() {
    let sandbox = search(30);
    failing_where(&sandbox, "$1 -ge 7 -a $1 -lt 24");
    insta::assert_snapshot!(seen(&sandbox, &["--sequential"]), @r#"
    exit 1
    --- stdout
    start  generate
    done   generate  [TIME] s
    start  process ×30
    fail   process@rate=7  [TIME] s  killed by SIGTERM
           process@rate=7 | rate 7
           process@rate=7 | rate 7 is bad
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/process@rate=7.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"' 'process@rate=7' dataset.txt --out results_7.json --rate 7)
    skip   compare  process@rate=7 failed
    done   process  13/30, 17 failed  [TIME] s
    fail   process ×17  killed by SIGTERM
           process@rate=7, process@rate=8, process@rate=9, … 14 more
           process@rate=7 | rate 7
           process@rate=7 | rate 7 is bad
           log      loom log 'process@rate=7'
    32 units: 14 ok, 17 failed, 1 skipped in [TIME] s
    "#);
    let quiet = sandbox.loom(&["--sequential", "--quiet"]);
    assert_eq!(quiet.matches("is bad").count(), 2, "{quiet}");
    assert!(quiet.contains("fail   process ×17  "), "{quiet}");
    let few = search(3);
    failing_where(&few, "$1 -ge 1");
    insta::assert_snapshot!(few.loom(&["--sequential"]), @r#"
    exit 1
    --- stdout
    start  generate
    done   generate  [TIME] s
    start  process@rate=0
           process@rate=0 | rate 0
    done   process@rate=0  [TIME] s
    start  process@rate=1
           process@rate=1 | rate 1
           process@rate=1 | rate 1 is bad
    fail   process@rate=1  [TIME] s  killed by SIGTERM
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/process@rate=1.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"' 'process@rate=1' dataset.txt --out results_1.json --rate 1)
    skip   compare  process@rate=1 failed
    start  process@rate=2
           process@rate=2 | rate 2
           process@rate=2 | rate 2 is bad
    fail   process@rate=2  [TIME] s  killed by SIGTERM, as process@rate=1
    fail   process ×2  killed by SIGTERM
           process@rate=1, process@rate=2
           process@rate=1 | rate 1
           process@rate=1 | rate 1 is bad
           log      loom log 'process@rate=1'
    5 units: 2 ok, 2 failed, 1 skipped in [TIME] s
    "#);
}

#[test]
fn what_differs_is_told_apart() {
    let sandbox = search(30);
    sandbox.write(
        "fails.sh",
        "case $1 in\n3|5) echo too low >&2; kill $PPID;;\n8) echo too high >&2; kill $PPID;;\nesac\n",
    );
    let shown = seen(&sandbox, &["--sequential"]);
    assert_eq!(shown.matches("fail   process@rate=").count(), 2, "{shown}");
    assert_eq!(shown.matches("fail   process ×").count(), 1, "{shown}");
    assert!(shown.contains("fail   process ×2  "), "{shown}");
}

#[test]
fn what_is_skipped_for_one_cause_is_one_line() {
    let mut pipeline = search(25).read("pipeline.yml");
    let _ = writeln!(pipeline, "  - {{name: score, command: 'true', inputs: {{r: $results}}}}");
    let sandbox = Sandbox::with(&pipeline);
    failing_where(&sandbox, "$1 -lt 22");
    let shown = seen(&sandbox, &["--sequential"]);
    assert!(shown.contains("\nskip   score ×22  process failed\n"), "{shown}");
    assert_eq!(shown.matches("skip   score").count(), 1, "{shown}");
    assert!(shown.contains("3/25, 22 skipped"), "{shown}");
}

#[test]
fn a_plan_is_folded_until_it_is_expanded() {
    let sandbox = search(3);
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential"]), @r#"
    exit 0
    --- stdout
    run   generate  has not run yet
          /usr/bin/sh -c 'echo 1 > "$2"' generate --out dataset.txt
    run   process ×3  has not run yet
          sh -c "echo \"rate $5\"; sh fails.sh \"$5\"; cat \"$1\" > \"$3\"" dataset.txt --out results_{rate}.json --rate $rate
    run   compare  has not run yet
          /usr/bin/sh -c 'echo $# > best.json' compare results_0.json results_1.json results_2.json --out best.json
    5 units would run in [SANDBOX], one at a time
    "#);
    sandbox.loom(&["--quiet"]);
    std::fs::remove_file(sandbox.path().join("results_1.json")).unwrap();
    let plan = |args: &[&str]| {
        let shown = sandbox.loom(args);
        shown.split("; ").next().unwrap_or_default().to_owned()
    };
    insta::assert_snapshot!(plan(&["plan"]), @"
    exit 0
    --- stdout
    UNIT        WHAT     WHY
    generate    skip     up to date (ran [AGO])
    process ×3  run      1 to run, 2 up to date: output results_1.json is missing
    compare     perhaps  input results will change
    1 to run, 1 perhaps, 3 up to date
    ");
    insta::assert_snapshot!(plan(&["plan", "--expand"]), @"
    exit 0
    --- stdout
    UNIT            WHAT     WHY
    generate        skip     up to date (ran [AGO])
    process@rate=0  skip     up to date (ran [AGO])
    process@rate=1  run      output results_1.json is missing
    process@rate=2  skip     up to date (ran [AGO])
    compare         perhaps  input results will change
    1 to run, 1 perhaps, 3 up to date
    ");
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential", "--step", "process@rate=1"]), @r#"
    exit 0
    --- stdout
    run   process@rate=1  selected by name
          /usr/bin/sh -c 'echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"' 'process@rate=1' dataset.txt --out results_1.json --rate 1
    1 unit would run in [SANDBOX], one at a time
    "#);
    let output = sandbox.command(&["plan", "--format", "json"]).output().unwrap();
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(plan["units"].as_array().map(Vec::len), Some(5), "every unit is there");
}

#[test]
fn lists_and_graphs_tell_how_many() {
    let sandbox = search(3);
    insta::assert_snapshot!(sandbox.loom(&["--list"]), @r#"
    exit 0
    --- stdout
    generate    echo 1 > "$2"
    process ×3  echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"
    compare     echo $# > best.json
    "#);
    insta::assert_snapshot!(sandbox.loom(&["--list", "--expand", "--step", "process@rate=1", "compare"]), @r#"
    exit 0
    --- stdout
    process@rate=1  echo "rate $5"; sh fails.sh "$5"; cat "$1" > "$3"
    compare         echo $# > best.json
    "#);
    insta::assert_snapshot!(sandbox.loom(&["check"]), @"
    exit 0
    --- stdout
    ./pipeline.yml: 3 steps, 5 units in 3 configurations, no problems
    ");
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
    insta::assert_snapshot!(sandbox.loom(&["log", "process"]), @"
    exit 2
    --- stderr
    error: `process` is 25 units
      help: name one of `process@rate=0` … `process@rate=24`: `loom log 'process@rate=0'`
    ");
    insta::assert_snapshot!(sandbox.loom(&["log", "proces@rate=7"]), @"
    exit 2
    --- stderr
    error: no unit is named `proces@rate=7`
      help: did you mean `process@rate=7`?
    ");
    insta::assert_snapshot!(sandbox.loom(&["why", "proces"]), @"
    exit 2
    --- stderr
    error: no unit is named `proces`
      help: did you mean `process`?
    ");
    assert!(sandbox.loom(&["why", "process@rate=7"]).contains("process@rate=7 is up to date"));
    std::fs::remove_file(sandbox.path().join("results_7.json")).unwrap();
    insta::assert_snapshot!(sandbox.loom(&["why", "process"]), @"
    exit 0
    --- stdout
    process is 25 units
    24 up to date
      process@rate=0, process@rate=1, process@rate=2, process@rate=3, … 20 more
    1 will run  output results_7.json is missing
      process@rate=7
    ");
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
    assert!(page.contains(
        "<b>process ×30</b> <span class=\"pill ok\">20 ok</span> <span class=\"pill failed\">10 failed</span>"
    ));
    assert!(page.contains("<g class=\"step failed\""), "the step is drawn as its worst unit");
}
