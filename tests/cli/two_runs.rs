//! Two runs of one folder at the same time: one works, the other waits, and nothing runs twice.

use std::process::{Child, Stdio};

use crate::support::{Sandbox, how_often, until};

/// Steps that cannot bear to be run beside each other or twice.
const ALONE: &str = "pipeline:
  - {name: a, command: 'mkdir busy && echo a >> ran && rmdir busy && : > $2', outputs: {-o: a.txt}}
  - {name: b, command: 'mkdir busy && echo b >> ran && rmdir busy && : > $3', inputs: {a: a.txt}, outputs: {-o: b.txt}}
";

fn start(sandbox: &Sandbox, args: &[&str]) -> Child {
    sandbox.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A pipeline whose step goes on when `go` is written to.
fn waiting() -> Sandbox {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: ': > begun; cat go; : > $2', outputs: {-o: a.txt}}]\n");
    assert!(sandbox.shell("mkfifo go").status().unwrap().success());
    sandbox
}

#[test]
fn two_runs_do_not_overlap_and_nothing_runs_twice() {
    for pair in 0..how_often("LOOM_PAIRS", 20) {
        let sandbox = Sandbox::with(ALONE);
        let runs = [start(&sandbox, &["--quiet"]), start(&sandbox, &["--quiet"])];
        for run in runs {
            let output = run.wait_with_output().unwrap();
            assert!(output.status.success(), "pair {pair}: {}", sandbox.shown(&output));
        }
        assert_eq!(sandbox.read("ran"), "a\nb\n", "pair {pair}");
    }
}

#[test]
fn who_waits_says_for_whom() {
    let sandbox = waiting();
    let first = start(&sandbox, &[]);
    until(|| sandbox.has("begun"));
    let holder = sandbox.read(".loom/lock").trim().to_owned();
    let refused = start(&sandbox, &["--no-wait"]).wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(75));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(told, format!("error: the pipeline folder is in use by the run {holder}\n"));

    let refused = start(&sandbox, &["--clean", "--yes", "--permanent"]).wait_with_output().unwrap();
    assert_eq!(refused.status.code(), Some(75));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(
        told.ends_with(&format!("nothing was removed: the pipeline folder is in use by the run {holder}\n")),
        "{told}"
    );

    // What only looks waits for nobody.
    assert!(sandbox.loom(&["--dry-run"]).contains("run   a"));
    assert!(sandbox.loom(&["--list"]).contains('a'));

    let second = start(&sandbox, &["--events", "events"]);
    until(|| sandbox.has("events") && sandbox.read("events").contains("run_waiting"));
    sandbox.write("go", "");
    assert!(first.wait_with_output().unwrap().status.success());
    let told = String::from_utf8(second.wait_with_output().unwrap().stdout).unwrap();
    assert!(told.starts_with(&format!("wait   for the run {holder}, which has this folder\n")), "{told}");
    assert!(told.contains("1 up to date"), "{told}");
}

#[test]
fn who_waits_can_be_stopped() {
    let sandbox = waiting();
    let first = start(&sandbox, &[]);
    until(|| sandbox.has("begun"));
    let second = start(&sandbox, &["--events", "events"]);
    until(|| sandbox.has("events") && sandbox.read("events").contains("run_waiting"));
    let kill = std::process::Command::new("kill").args(["-TERM", &second.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(second.wait_with_output().unwrap().status.code(), Some(143));
    sandbox.write("go", "");
    assert!(first.wait_with_output().unwrap().status.success());
}

#[test]
fn a_step_that_would_wait_for_its_own_run_is_told_so() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: 'loom; echo exit $?'}]\n");
    let shown = sandbox.shown(&sandbox.shell("loom").output().unwrap());
    assert!(shown.contains("of which this is a step: it would wait for itself"), "{shown}");
    assert!(shown.contains("a | exit 75"), "{shown}");
}
