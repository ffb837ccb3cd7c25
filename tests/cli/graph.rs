//! `loom graph` and `loom check` as a run on this machine would have it.

use std::os::unix::ffi::OsStringExt;

use crate::support::Sandbox;

#[test]
fn the_graph_is_that_of_a_run() {
    let sandbox = Sandbox::new();
    let folder = sandbox.path();
    let folder = folder.display();
    sandbox.write("real.txt", "");
    std::os::unix::fs::symlink("later.txt", sandbox.path().join("link.txt")).unwrap();
    sandbox.write(
        "pipeline.yml",
        format!(
            "
pipeline:
  - {{name: reads_link, command: [cat], inputs: {{i: link.txt}}}}
  - {{name: makes, command: [cp, '${{FROM}}'], outputs: {{o: {folder}/later.txt}}}}
"
        ),
    );
    let output = sandbox.command(&["graph"]).env("FROM", "real.txt").output().unwrap();
    insta::assert_snapshot!(sandbox.shown(&output), @"
    exit 0
    --- stdout
    makes
      runs    cp real.txt o later.txt
      writes  later.txt

    reads_link
      runs    cat link.txt
      reads   link.txt  from makes
    ");
}

#[test]
fn a_graph_needs_no_tasks() {
    let sandbox = Sandbox::with("pipeline:\n  - {name: a, task: later.py, outputs: {-o: a.txt}}\n");
    insta::assert_snapshot!(sandbox.loom(&["graph"]), @"
    exit 0
    --- stdout
    a
      runs    later.py -o a.txt
      writes  a.txt
    --- stderr
    warning: the task `later.py` does not exist
     --> ./pipeline.yml:2:21
      |
    2 |   - {name: a, task: later.py, outputs: {-o: a.txt}}
      |                     ^^^^^^^^ no such file
      |
      = help: a path is relative to the folder of the pipeline file
    ");
    sandbox.write("pipeline.yml", "pipeline:\n  - {name: a, task: later.py, outputs: {-o: ../a.txt}}\n");
    let shown = sandbox.loom(&["graph"]);
    assert!(shown.starts_with("exit 2\n--- stderr\nerror: the task `later.py` does not exist\n"), "{shown}");
    assert!(shown.contains("`a` makes `../a.txt`, outside the pipeline folder"), "{shown}");
}

#[test]
fn a_report_as_json_is_one_whatever_the_file_is() {
    let sandbox = Sandbox::new();
    sandbox.write("bytes.yml", b"a: \xff\n");
    insta::assert_snapshot!(sandbox.loom(&["check", "bytes.yml", "--format", "json"]), @r#"
    exit 2
    --- stdout
    {
      "file": "bytes.yml",
      "ok": false,
      "steps": 0,
      "units": 0,
      "configurations": null,
      "problems": [
        {
          "code": "unreadable",
          "severity": "error",
          "message": "cannot read bytes.yml: it is not UTF-8 text from byte 4 of line 1 on; save it as UTF-8",
          "help": null,
          "places": []
        }
      ]
    }
    "#);
    insta::assert_snapshot!(sandbox.loom(&["check", "none.yml", "--format", "json"]), @r#"
    exit 2
    --- stdout
    {
      "file": "none.yml",
      "ok": false,
      "steps": 0,
      "units": 0,
      "configurations": null,
      "problems": [
        {
          "code": "unreadable",
          "severity": "error",
          "message": "cannot read none.yml: there is no such file or folder",
          "help": null,
          "places": []
        }
      ]
    }
    "#);
    insta::assert_snapshot!(sandbox.loom(&["check", "--format", "json"]), @r#"
    exit 2
    --- stdout
    {
      "file": ".",
      "ok": false,
      "steps": 0,
      "units": 0,
      "configurations": null,
      "problems": [
        {
          "code": "unreadable",
          "severity": "error",
          "message": "cannot read .: no pipeline.yml or pipeline.yaml in this folder",
          "help": null,
          "places": []
        }
      ]
    }
    "#);
}

#[test]
fn what_is_not_shown_is_not_counted_as_one_more() {
    let old: String = (0..1005).map(|n| format!("  p{n}: yes\n")).collect();
    let sandbox = Sandbox::with(&format!("parameters:\n{old}pipeline: []\n"));
    let shown = sandbox.loom(&["check"]);
    assert!(shown.starts_with("exit 0\n--- stdout\n./pipeline.yml: 0 steps, 1000 warnings\n"), "{shown}");
    assert!(shown.ends_with("warning: and 5 more, not shown\n\n"), "{shown}");
}

#[test]
fn a_path_given_in_the_call_may_be_any_word() {
    let sandbox = Sandbox::with("data: {a: a.txt}\npipeline:\n  - {name: a, command: [touch], outputs: {--: $a}}\n");
    let shown = sandbox.loom(&["--dry-run", "--var", "a=true"]);
    assert!(shown.starts_with("exit 0\n") && shown.contains("touch -- true\n"), "{shown}");
}

#[test]
fn a_variable_that_is_no_text_is_told_of_as_such() {
    let sandbox = Sandbox::with("pipeline:\n  - {name: a, command: [echo, '${BYTES:-x}']}\n");
    let bytes = std::ffi::OsString::from_vec(vec![0xff]);
    let output = sandbox.command(&["check"]).env("BYTES", bytes).output().unwrap();
    insta::assert_snapshot!(sandbox.shown(&output), @"
    exit 2
    --- stdout
    ./pipeline.yml: 1 error
    --- stderr
    error: the environment variable `BYTES` is not UTF-8 text
     --> ./pipeline.yml:2:31
      |
    2 |   - {name: a, command: [echo, '${BYTES:-x}']}
      |                               ^^^^^^^^^^^^^ needed here
      |
      = help: give it another value
    ");
}
