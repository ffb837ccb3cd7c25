//! Signals: the run ends, its processes with it, and the exit code says why.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Sandbox;

/// Steps that end when asked, that do not, and that have children; and one that must not begin.
const BUSY: &str = "pipeline:
  - {name: polite, command: 'echo $$ > polite.pid; echo ready; exec sleep 1000'}
  - {name: parent, command: 'sleep 1000 & echo $! > child.pid; echo $$ > parent.pid; echo ready; sleep 1000', outputs: {-o: x}}
  - {name: daemon, command: 'setsid sleep 1000 & echo $! > daemon.pid; echo ready; exec sleep 1000'}
  - {name: stubborn, command: 'trap \"\" INT TERM HUP QUIT; echo $$ > stubborn.pid; echo ready; while :; do sleep 1; done'}
  - {name: after, command: 'touch began', inputs: {x: x}}
";

fn send(signal: &str, pid: u32) {
    assert!(Command::new("kill").args([&format!("-{signal}"), &pid.to_string()]).status().unwrap().success());
}

fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    // A zombie has ended; who reaps it is not loom's business.
    stat.is_ok_and(|stat| !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')))
}

/// Runs BUSY until all of it runs, sends the signals, and returns the exit code and what was told.
fn stopped_by(signals: &[&str]) -> (Option<i32>, String, Sandbox) {
    let sandbox = Sandbox::with(BUSY);
    let mut child = sandbox.command(&["--max-workers", "4"]).stdout(Stdio::piped()).spawn().expect("loom starts");
    let mut told = BufReader::new(child.stdout.take().unwrap());
    let mut ready = 0;
    while ready < 4 {
        let mut line = String::new();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended too early");
        ready += usize::from(line.ends_with("| ready\n"));
    }
    for signal in signals {
        send(signal, child.id());
        // The next one is another one, not the same one before it was heard.
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
    }
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    (child.wait().unwrap().code(), rest, sandbox)
}

#[test]
fn a_signal_ends_the_run_and_a_second_one_does_not_wait() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        let (status, told, sandbox) = stopped_by(&[signal, signal]);
        assert_eq!(status, Some(code), "{signal}");
        assert!(told.contains("5 stopped"), "{signal}: {told}");
        for process in ["polite", "child", "parent", "daemon", "stubborn"] {
            let pid = sandbox.read(&format!("{process}.pid"));
            assert!(!is_running(pid.trim()), "{signal}: {process} is left");
        }
        assert!(!sandbox.has("began"));
    }
}

#[test]
fn what_a_step_leaves_running_does_not_outlive_the_run() {
    let sandbox = Sandbox::with(
        "pipeline: [{name: leaver, command: 'setsid sleep 1000 & echo $! > daemon.pid; sleep 1000 & echo $! > child.pid'}]",
    );
    assert!(sandbox.loom(&[]).contains("1 ok"));
    for process in ["daemon", "child"] {
        assert!(!is_running(sandbox.read(&format!("{process}.pid")).trim()), "{process}");
    }
}
