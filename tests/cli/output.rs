//! What steps write: any bytes, any amount, to the terminal, the log and the events.

use crate::support::{Sandbox, status};

#[test]
fn steps_cannot_be_made_to_wait_for_input() {
    let sandbox = Sandbox::with("pipeline: [{name: reader, command: 'cat; echo end of input'}]");
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 0
    --- stdout
    start  reader
           reader | end of input
    done   reader  [TIME] s
    1 step: 1 ok in [TIME] s
    ");
}

#[test]
fn bytes_pass_as_they_are() {
    let bytes = b"\xff\xfe not text \x1b[31m\x80\n";
    let sandbox = Sandbox::with("pipeline: [{name: raw, command: [cat], inputs: {i: bytes}}]");
    sandbox.write("bytes", bytes);
    let output = sandbox.command(&[]).output().unwrap();
    assert_eq!(status(&output), "0");
    assert!(output.stdout.windows(bytes.len()).any(|window| window == bytes));
    assert_eq!(std::fs::read(log_of(&sandbox, "raw")).unwrap(), bytes);
}

#[test]
fn a_progress_bar_is_one_line() {
    let sandbox =
        Sandbox::with(r#"pipeline: [{name: bar, command: "printf '\\r 10%%\\r 50%%\\r100%%\\n'; printf 'no end'"}]"#);
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 0
    --- stdout
    start  bar
           bar | 100%
           bar | no end
    done   bar  [TIME] s
    1 step: 1 ok in [TIME] s
    ");
}

#[test]
fn much_output_takes_no_memory_and_is_all_kept() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: lines, command: 'yes 0123456789 | head -c 200000000'}
  - {name: endless, command: 'head -c 50000000 /dev/zero'}
",
    );
    let output = sandbox.command(&["--events", "/dev/null"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let peak = peak_memory(output);
    assert!(peak < 64 << 20, "{} MB", peak >> 20);
    assert_eq!(std::fs::metadata(log_of(&sandbox, "lines")).unwrap().len(), 200_000_000);
    assert_eq!(std::fs::metadata(log_of(&sandbox, "endless")).unwrap().len(), 50_000_000);
}

/// The most memory that a process has had resident, in bytes, watched until it ends.
fn peak_memory(mut child: std::process::Child) -> u64 {
    let path = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let status = std::fs::read_to_string(&path).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes: Option<u64> = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0) << 10);
        std::thread::yield_now();
    }
    assert!(child.wait().unwrap().success());
    assert!(peak > 0, "it was never seen");
    peak
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let sandbox = Sandbox::with("pipeline: [{name: talker, command: [yes]}]");
    let mut child = sandbox.command(&[]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(141));
}

#[test]
fn events_are_json_lines() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: a, command: 'echo hello; exit 1', outputs: {-o: a.txt}}
  - {name: b, command: [cat], inputs: {a: a.txt}}
",
    );
    let output = sandbox.command(&["--events", "events.jsonl", "-q"]).output().unwrap();
    assert_eq!(status(&output), "1");
    let text = sandbox.read("events.jsonl");
    let kinds: Vec<String> = text
        .lines()
        .map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(line["version"], 1);
            let what = &line["what"];
            let unit = what["unit"].as_str().unwrap_or_default();
            format!("{} {unit}", what["event"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        kinds,
        ["run_started ", "unit_started a", "unit_output a", "unit_finished a", "unit_skipped b", "run_finished "]
    );
    let on_stdout = sandbox.command(&["--events", "-"]).output().unwrap();
    let first = String::from_utf8(on_stdout.stdout).unwrap();
    assert!(first.lines().all(|line| line.starts_with('{')), "{first}");
}

#[test]
fn a_log_that_cannot_be_kept_is_told() {
    // A pipeline folder that cannot be written: as root nothing is read-only, so a file stands in the way.
    let sandbox = Sandbox::with("pipeline: [{name: a, command: [echo]}]");
    sandbox.write(".loom", "in the way");
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 1
    --- stderr
    error: cannot keep the run in [SANDBOX]/.loom: File exists (os error 17)
    ");
}

#[test]
fn colours_are_for_terminals_or_on_request() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: ['true']}]");
    assert!(!sandbox.loom(&[]).contains('\u{1b}'));
    assert!(sandbox.loom(&["--color", "always"]).contains('\u{1b}'));
    sandbox.write("pipeline.yml", "oops: 1\n");
    assert!(!sandbox.loom(&[]).contains('\u{1b}'));
    assert!(sandbox.loom(&["check", "--color", "always"]).contains('\u{1b}'));
}

/// The log of a step in the only run there was.
fn log_of(sandbox: &Sandbox, step: &str) -> std::path::PathBuf {
    let runs = sandbox.path().join(".loom/pipeline.yml/runs");
    let run = std::fs::read_dir(runs).unwrap().next().expect("there was a run").unwrap();
    run.path().join(format!("{step}.log"))
}
