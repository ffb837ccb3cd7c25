//! The engine on a fake executor: what runs, what is told, and what no failure can upset.

#![allow(clippy::disallowed_methods, reason = "tests run programs and hand them an environment")]

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{Barrier, Mutex};

use loom_exec::{
    Cancel, Decisions, Event, Executor, Job, Memory, Outcome, Project, RunOptions, Selection, Settings, SkipReason,
    Stream,
};

/// What a unit does on the fake executor.
enum Act<'a> {
    End(Outcome),
    Say(&'a [&'a [u8]]),
    Panic,
    /// Waits for as many others as the barrier wants.
    Meet(&'a Barrier),
    /// Waits for the run, or the unit alone, to be stopped.
    UntilStopped,
}

/// Does what the script says, and nothing that it does not: a unit that runs twice or is not in the script is a failure.
struct Script<'a>(Mutex<HashMap<&'a str, Act<'a>>>);

impl<'a> Script<'a> {
    fn new(acts: impl IntoIterator<Item = (&'a str, Act<'a>)>) -> Self {
        Self(Mutex::new(acts.into_iter().collect()))
    }
}

impl Executor for Script<'_> {
    fn execute(&self, job: Job<'_>) -> Outcome {
        let act = self.0.lock().expect("no act panics while it is taken").remove(job.unit);
        match act.unwrap_or_else(|| panic!("{} is not to run", job.unit)) {
            Act::End(outcome) => return outcome,
            Act::Say(pieces) => pieces.iter().for_each(|piece| (job.output)(Stream::Stdout, piece)),
            Act::Panic => panic!("on purpose"),
            Act::Meet(barrier) => {
                barrier.wait();
            }
            Act::UntilStopped => {
                while !job.cancel.ends_unit(job.unit) {
                    std::thread::yield_now();
                }
                return Outcome::Stopped;
            }
        }
        Outcome::Succeeded
    }

    fn shares_files(&self) -> bool {
        false
    }
}

/// Decisions about a pipeline whose programs are all `true`, and the folder it lives in.
fn decide(pipeline: &str) -> (tempfile::TempDir, Decisions) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pipeline.yml");
    std::fs::write(&path, pipeline).expect("it can be written");
    let project = Project::open(&path, Settings::with_environment(std::env::vars_os())).expect("it can be read");
    let decisions = project.plan(&Selection::default()).expect("it is sound");
    (folder, decisions)
}

fn options(workers: usize) -> RunOptions {
    RunOptions { workers, memory: Memory::Nowhere, ..RunOptions::default() }
}

/// The events as lines, without what differs from run to run.
fn tell(log: &mut String, event: &Event) {
    let _ = match event {
        Event::RunStarted { steps, workers, .. } => writeln!(log, "run of {steps} on {workers}"),
        Event::UnitStarted { unit, .. } => writeln!(log, "start {unit}"),
        Event::UnitOutput { unit, text, .. } => writeln!(log, "{unit} says {:?}", String::from_utf8_lossy(text)),
        Event::UnitFinished { unit, outcome, .. } => writeln!(log, "end {unit}: {outcome}"),
        Event::UnitSkipped { unit, because: SkipReason::Failed(by) } => writeln!(log, "skip {unit} because of {by}"),
        Event::UnitSkipped { unit, because } => writeln!(log, "skip {unit}: {because:?}"),
        Event::RunFinished { summary } => writeln!(
            log,
            "{} ok, {} failed, {} skipped, {} not run",
            summary.succeeded, summary.failed, summary.skipped, summary.not_run
        ),
        _ => Ok(()),
    };
}

fn run(decisions: &Decisions, script: &Script<'_>, options: &RunOptions) -> String {
    let mut log = String::new();
    decisions.run_on(script, options, |event| tell(&mut log, event)).expect("it can begin");
    log
}

const DIAMOND: &str = "pipeline:
- {name: join, command: ['true'], inputs: {l: l, r: r}}
- {name: left, command: ['true'], inputs: {i: top}, outputs: {-o: l}}
- {name: right, command: ['true'], inputs: {i: top}, outputs: {-o: r}}
- {name: top, command: ['true'], outputs: {-o: top}}
";

fn ok<'a>() -> Act<'a> {
    Act::End(Outcome::Succeeded)
}

#[test]
fn a_failure_stops_what_needs_it_and_nothing_else() {
    let (_folder, decisions) = decide(DIAMOND);
    let script = Script::new([("top", ok()), ("left", Act::End(Outcome::Exited { code: 3 })), ("right", ok())]);
    insta::assert_snapshot!(run(&decisions, &script, &options(1)), @"
    run of 4 on 1
    start top
    end top: ok
    start left
    end left: exit code 3
    skip join because of left
    start right
    end right: ok
    2 ok, 1 failed, 1 skipped, 0 not run
    ");
}

#[test]
fn as_many_run_at_the_same_time_as_there_are_workers() {
    let steps: String = (0..12).map(|step| format!("- {{name: s{step}, command: ['true']}}\n")).collect();
    let (_folder, decisions) = decide(&format!("pipeline:\n{steps}"));
    // With fewer than four at a time, the first four would wait for ever.
    let barrier = Barrier::new(4);
    let names: Vec<String> = (0..12).map(|step| format!("s{step}")).collect();
    let script = Script::new(names.iter().map(|name| (&**name, Act::Meet(&barrier))));
    let (mut running, mut most) = (0_usize, 0);
    let summary = decisions.run_on(&script, &options(4), |event| {
        match event {
            Event::UnitStarted { .. } => running += 1,
            Event::UnitFinished { .. } => running -= 1,
            _ => {}
        }
        most = most.max(running);
    });
    assert_eq!(summary.expect("it can begin").succeeded, 12);
    assert_eq!(most, 4);
}

#[test]
fn a_panic_fails_its_unit_and_no_other() {
    let (_folder, decisions) = decide(DIAMOND);
    let script = Script::new([("top", ok()), ("left", Act::Panic), ("right", ok())]);
    let summary = decisions.run_on(&script, &options(2), |_| {}).expect("it can begin");
    assert!(summary.panicked);
    assert_eq!((summary.succeeded, summary.failed, summary.skipped), (2, 1, 1));
}

#[test]
fn every_worker_may_panic_and_the_run_still_ends() {
    let (_folder, decisions) = decide("pipeline: [{name: a, command: ['true']}, {name: b, command: ['true']}]");
    let script = Script::new([("a", Act::Panic), ("b", Act::Panic)]);
    let summary = decisions.run_on(&script, &options(1), |_| {}).expect("it can begin");
    assert_eq!((summary.failed, summary.panicked), (2, true));
}

#[test]
fn a_watcher_that_panics_ends_the_run() {
    let (_folder, decisions) = decide(DIAMOND);
    let script = Script::new([("top", ok()), ("left", ok()), ("right", ok())]);
    let watched = std::panic::catch_unwind(|| {
        decisions.run_on(&script, &options(2), |event| {
            assert!(!matches!(event, Event::UnitFinished { unit, .. } if &**unit == "left"), "on purpose");
        })
    });
    assert!(watched.is_err(), "the panic is the watcher's, and goes to whoever called");
}

#[test]
fn a_stopped_run_starts_nothing_more() {
    let (_folder, decisions) = decide(DIAMOND);
    let cancel = Cancel::new().expect("pipes can be made");
    let options = RunOptions { cancel: Some(cancel.clone()), ..options(1) };
    let script = Script::new([("top", ok()), ("left", Act::UntilStopped)]);
    let mut log = String::new();
    let summary = decisions.run_on(&script, &options, |event| {
        tell(&mut log, event);
        if matches!(event, Event::UnitStarted { unit, .. } if &**unit == "left") {
            cancel.stop(loom_exec::TERM);
        }
    });
    assert_eq!(summary.expect("it can begin").stopped_by, Some(loom_exec::TERM));
    insta::assert_snapshot!(log, @"
    run of 4 on 1
    start top
    end top: ok
    start left
    end left: stopped
    1 ok, 0 failed, 0 skipped, 3 not run
    ");
}

#[test]
fn a_unit_that_is_stopped_alone_is_one_that_failed() {
    let (_folder, decisions) = decide(DIAMOND);
    let cancel = Cancel::new().expect("pipes can be made");
    let options = RunOptions { cancel: Some(cancel.clone()), ..options(1) };
    let script = Script::new([("top", ok()), ("left", Act::UntilStopped), ("right", ok())]);
    let mut log = String::new();
    let summary = decisions.run_on(&script, &options, |event| {
        tell(&mut log, event);
        if matches!(event, Event::UnitStarted { unit, .. } if &**unit == "left") {
            let stopped = ["left", "right", "top", "nobody"].map(|unit| cancel.stop_unit(unit).expect("a pipe"));
            assert_eq!(stopped, [true, false, false, false], "the others are not at work");
        }
    });
    let summary = summary.expect("it can begin");
    assert_eq!((summary.stopped_by, summary.is_success()), (None, false));
    insta::assert_snapshot!(log, @"
    run of 4 on 1
    start top
    end top: ok
    start left
    end left: stopped
    skip join because of left
    start right
    end right: ok
    2 ok, 1 failed, 1 skipped, 0 not run
    ");
}

#[test]
fn a_run_that_is_stopped_before_it_begins_runs_nothing() {
    let (_folder, decisions) = decide(DIAMOND);
    let cancel = Cancel::new().expect("pipes can be made");
    cancel.stop(loom_exec::TERM);
    let options = RunOptions { cancel: Some(cancel), ..options(2) };
    insta::assert_snapshot!(run(&decisions, &Script::new([]), &options), @"
    run of 4 on 2
    0 ok, 0 failed, 0 skipped, 4 not run
    ");
}

#[test]
fn output_comes_in_whole_lines_and_before_the_end() {
    let (_folder, decisions) = decide("pipeline: [{name: a, command: ['true']}]");
    let script = Script::new([("a", Act::Say(&[b"one\ntw", b"o\n", b"th", b"ree"]))]);
    insta::assert_snapshot!(run(&decisions, &script, &options(1)), @r#"
    run of 1 on 1
    start a
    a says "one\n"
    a says "two\n"
    a says "three"
    end a: ok
    1 ok, 0 failed, 0 skipped, 0 not run
    "#);
}

#[test]
fn a_slow_watcher_loses_nothing() {
    let (_folder, decisions) = decide("pipeline: [{name: a, command: ['true']}]");
    // Far more than may be on its way at once.
    let lines = vec![b"x\n".as_slice(); 1000];
    let script = Script::new([("a", Act::Say(&lines))]);
    let mut told = 0;
    let watch = |event: &Event| {
        if let Event::UnitOutput { text, .. } = event {
            told += text.len();
            std::thread::yield_now();
        }
    };
    decisions.run_on(&script, &options(1), watch).expect("it can begin");
    assert_eq!(told, 2000);
}

#[test]
fn a_run_is_kept_where_it_is_said() {
    let (folder, decisions) = decide("pipeline: [{name: a, command: ['true']}]");
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    for (memory, here, there) in [
        (Memory::Nowhere, false, false),
        (Memory::In(elsewhere.path().to_path_buf()), false, true),
        (Memory::InPipelineFolder, true, true),
    ] {
        let script = Script::new([("a", Act::Say(&[b"kept\n"]))]);
        let mut log = None;
        let options = RunOptions { memory, ..options(1) };
        let watch = |event: &Event| {
            if let Event::UnitFinished { log: path, .. } = event {
                log.clone_from(path);
            }
        };
        decisions.run_on(&script, &options, watch).expect("it can begin");
        assert_eq!(folder.path().join(".loom").exists(), here);
        assert_eq!(elsewhere.path().join("pipeline.yml").exists(), there);
        if let Some(log) = log {
            assert_eq!(std::fs::read_to_string(log).expect("the log is there"), "kept\n");
        }
    }
}

#[test]
fn fifty_runs_are_kept() {
    let (folder, decisions) = decide("pipeline: [{name: a, command: ['true']}]");
    let runs = folder.path().join(".loom/pipeline.yml/runs");
    for old in 0..60 {
        std::fs::create_dir_all(runs.join(format!("20200101T0000{old:02}.000Z-1"))).expect("folders can be made");
    }
    let options = RunOptions { workers: 1, ..RunOptions::default() };
    run(&decisions, &Script::new([("a", ok())]), &options);
    let mut kept: Vec<_> =
        std::fs::read_dir(&runs).expect("it is there").map(|run| run.expect("it is").file_name()).collect();
    kept.sort();
    assert_eq!(kept.len(), 50);
    assert_eq!(kept[0], "20200101T000011.000Z-1");
}
