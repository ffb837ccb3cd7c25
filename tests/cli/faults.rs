//! Every call to the system fails, one at a time: what is told to be right is right, and the next run makes it so.
//!
//! A small library (`faults/faults.c`) stands between `loom` and the system. It lets the n-th call of a kind fail, or
//! ends the process there, for every n that a run comes to.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::support::{Sandbox, how_often, repository};

const PIPELINE: &str = "data: {raw: raw, clean: clean}
pipeline:
  - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: join, command: 'echo joined; cat $1/* > $3', inputs: {clean: $clean}, outputs: {-o: joined.txt}}
  - {name: count, command: 'wc -c < $1 > $3', inputs: {joined: joined.txt}, outputs: {-o: out/count.txt}}
";

/// What a step makes, by path.
const MADE: [(&str, &str); 4] = [("clean/a", "1"), ("clean/b", "23"), ("joined.txt", "123"), ("out/count.txt", "3")];

/// No space, an error of the disk, a signal that came between, too many open files, not now, and the end of the process.
const ERRORS: [&str; 6] = ["28", "5", "4", "24", "11", "kill"];

const CALLS: [&str; 10] = ["open", "read", "write", "sync", "truncate", "mkdir", "unlink", "lock", "pipe", "spawn"];

static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("faults.so");
    let source = repository().join("tests/cli/faults/faults.c");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(compiled.unwrap().success(), "what links Rust programs compiles this");
    library
});

/// What is not as it should be.
fn wrong(sandbox: &Sandbox) -> Vec<String> {
    let is_right = |path: &str, text: &str| {
        std::fs::read_to_string(sandbox.path().join(path)).is_ok_and(|found| found.trim() == text)
    };
    MADE.iter().filter(|(path, text)| !is_right(path, text)).map(|(path, _)| (*path).to_owned()).collect()
}

/// Runs the pipeline where one call fails, and then where none does. Returns whether it came to that call.
fn comes_to(call: &str, at: usize, error: &str) -> bool {
    let what = format!("{call} {at} fails with {error}");
    let sandbox = Sandbox::with(PIPELINE);
    sandbox.write("raw/a", "1\n").write("raw/b", "23\n");
    // There is something to be read, to be replaced and to be removed.
    assert!(sandbox.command(&["--quiet", "--step", "clean"]).status().unwrap().success());
    sandbox.write("raw/a", "1").write("raw/b", "23").write("clean/a", "by hand");
    let told = sandbox.path().join(".loom/told");
    let faulty = sandbox
        .command(&["--max-workers", "2"])
        .env("LD_PRELOAD", &*LIBRARY)
        .envs([("FAULT_IN", "loom"), ("FAULT_CALL", call), ("FAULT_ERROR", error)])
        .env("FAULT_AT", at.to_string())
        .env("FAULT_TOLD", &told)
        .output()
        .unwrap();
    if faulty.status.success() {
        assert_eq!(wrong(&sandbox), [""; 0], "{what}, and all is told to be well: {}", sandbox.shown(&faulty));
    }
    assert_ne!(faulty.status.code(), Some(101), "{what}: {}", sandbox.shown(&faulty));
    let came = told.exists();
    let next = sandbox.command(&[]).output().unwrap();
    let shown = format!("{}\n{}", sandbox.shown(&faulty), sandbox.shown(&next));
    assert!(next.status.success(), "{what}: {shown}");
    assert_eq!(wrong(&sandbox), [""; 0], "{what}: {shown}");
    came
}

#[test]
fn whichever_call_fails_the_next_run_is_right() {
    let all = how_often("LOOM_FAULTS", 1);
    for call in CALLS {
        let mut at = 0;
        loop {
            at += 1;
            // Every error at every place takes long; so each place has its turn with one of them.
            let errors = ERRORS.iter().cycle().skip(at).take(all.min(ERRORS.len()));
            let came: Vec<bool> = errors.map(|error| comes_to(call, at, error)).collect();
            if !came.contains(&true) {
                break;
            }
        }
        assert!(at > 1 || ["unlink", "lock", "truncate"].contains(&call), "{call} is never called");
    }
}
