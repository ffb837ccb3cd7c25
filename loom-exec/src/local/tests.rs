//! The executor with real processes.

use std::ffi::OsString;
use std::time::Duration;

use super::*;
use crate::{Cancel, Command, Leak, Stream};

const LONG: Duration = Duration::from_secs(600);

/// A step that is a line for the shell, and what became of it.
struct Step {
    name: &'static str,
    line: &'static str,
    grace: Duration,
    timeout: Option<Duration>,
    detach: bool,
    /// Whether this process is to be given the orphans.
    adopt: bool,
}

struct Ran {
    outcome: Outcome,
    told: String,
    leaks: Vec<Leak>,
}

impl Step {
    fn new(line: &'static str) -> Self {
        Self { name: "step", line, grace: LONG, timeout: None, detach: false, adopt: false }
    }

    fn run(&self) -> Ran {
        let cancel = Cancel::new().unwrap();
        if self.adopt {
            #[cfg(target_os = "linux")]
            adopt_orphans(&cancel).unwrap();
        }
        let command =
            Command { program: "/bin/sh".into(), args: vec!["-c".into(), self.line.into()], variables: Vec::new() };
        // Each is a step of a run of its own.
        let run: OsString = format!("{:?}", std::thread::current().id()).into();
        let environment = [
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("LOOM_RUN_ID".into(), run),
            ("LOOM_STEP".into(), self.name.into()),
        ];
        let (mut told, mut leaks) = (Vec::new(), Vec::new());
        let outcome = LocalExecutor.execute(Job {
            unit: self.name,
            command: &command,
            folder: "/".as_ref(),
            environment: &environment,
            cancel: &cancel,
            grace: self.grace,
            timeout: self.timeout,
            detach: self.detach,
            output: &mut |_: Stream, bytes: &[u8]| told.extend_from_slice(bytes),
            leaked: &mut |leak| leaks.push(leak),
            warn: &mut |message| panic!("{message}"),
        });
        Ran { outcome, told: String::from_utf8(told).unwrap(), leaks }
    }
}

/// A zombie has ended; who reaps it is not the executor's business.
fn is_running(pid: &str) -> bool {
    let state = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap().stdout;
    !state.is_empty() && !state.starts_with(b"Z")
}

fn kill(pid: &str) {
    assert!(std::process::Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
}

#[test]
fn a_step_has_its_time_and_no_more() {
    let after = Duration::from_millis(50);
    let timed_out = Outcome::TimedOut { after };
    let timeout = Some(after);
    // One that ends when it is told to; one that then says it went well; one that does not hear.
    assert_eq!(Step { timeout, ..Step::new("exec sleep 1000") }.run().outcome, timed_out);
    assert_eq!(
        Step { timeout, ..Step::new("trap 'exit 0' TERM; while :; do sleep 0.01; done") }.run().outcome,
        timed_out
    );
    let deaf = Step { timeout, grace: Duration::ZERO, ..Step::new("trap '' TERM; sleep 1000 & wait") }.run();
    assert_eq!((deaf.outcome, deaf.leaks), (timed_out, Vec::new()));
    assert_eq!(Step { timeout: Some(LONG), ..Step::new("exit 3") }.run().outcome, Outcome::Exited { code: 3 });
    let endless = Step { timeout: Some(Duration::MAX), grace: Duration::MAX, ..Step::new("exit 3") };
    assert_eq!(endless.run().outcome, Outcome::Exited { code: 3 });
}

/// Runs a line of the shell as a unit that is stopped as soon as it has said something.
fn stopped(line: &str, grace: Duration) -> (Outcome, String) {
    let cancel = Cancel::new().unwrap();
    let unit: std::sync::Arc<str> = "unit".into();
    let _at_work = cancel.begin_unit(&unit);
    let command = Command { program: "/bin/sh".into(), args: vec!["-c".into(), line.into()], variables: Vec::new() };
    let mut told = Vec::new();
    let outcome = LocalExecutor.execute(Job {
        unit: &unit,
        command: &command,
        folder: "/".as_ref(),
        environment: &[("PATH".into(), "/usr/bin:/bin".into())],
        cancel: &cancel,
        grace,
        timeout: None,
        detach: false,
        output: &mut |_: Stream, bytes: &[u8]| {
            told.extend_from_slice(bytes);
            assert!(cancel.stop_unit("unit").unwrap());
        },
        leaked: &mut |leak| panic!("{leak:?} was to be ended with it"),
        warn: &mut |message| panic!("{message}"),
    });
    assert!(!cancel.is_stopped());
    (outcome, String::from_utf8(told).unwrap().trim().to_owned())
}

#[test]
fn a_unit_ends_alone() {
    // One that ends when it is told to, with what is in its group; one that then says it went well; one that does not hear.
    let (outcome, pid) = stopped("sleep 1000 & echo $!; wait", LONG);
    assert_eq!(outcome, Outcome::Stopped);
    while is_running(&pid) {
        std::thread::yield_now();
    }
    assert_eq!(stopped("trap 'exit 0' TERM; echo x; while :; do sleep 0.01; done", LONG).0, Outcome::Stopped);
    let (outcome, pid) = stopped("trap '' TERM; echo $$; while :; do sleep 1; done", Duration::from_millis(1));
    assert_eq!((outcome, is_running(&pid)), (Outcome::Stopped, false));
}

#[test]
fn a_unit_that_waits_or_has_yet_to_start_hears_that_it_is_to_end() {
    let cancel = Cancel::new().unwrap();
    let unit: std::sync::Arc<str> = "unit".into();
    let at_work = cancel.begin_unit(&unit);
    assert!(cancel.wait_in_unit("unit", Duration::ZERO));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| cancel.wait_in_unit("unit", LONG));
        assert!(cancel.stop_unit("unit").unwrap());
        assert!(!waiting.join().unwrap());
    });
    let command = Command { program: "/bin/sleep".into(), args: vec!["1000".into()], variables: Vec::new() };
    let outcome = LocalExecutor.execute(Job {
        unit: "unit",
        command: &command,
        folder: "/".as_ref(),
        environment: &[],
        cancel: &cancel,
        grace: LONG,
        timeout: None,
        detach: false,
        output: &mut |_, _| {},
        leaked: &mut |_| {},
        warn: &mut |message| panic!("{message}"),
    });
    assert_eq!(outcome, Outcome::Stopped);
    drop(at_work);
    let _again = cancel.begin_unit(&unit);
    assert!(!cancel.ends_unit("unit"), "it begins anew");
}

#[test]
fn how_long_a_step_had_is_said_in_the_largest_unit() {
    for (seconds, said) in [(1800.0, "30 min"), (7200.0, "2 h"), (90.0, "90 s"), (1.5, "1.5 s"), (60.0, "1 min")] {
        let after = Duration::from_secs_f64(seconds);
        assert_eq!(Outcome::TimedOut { after }.to_string(), format!("timed out after {said}"));
    }
    assert!(!Outcome::TimedOut { after: LONG }.is_success());
}

#[test]
fn what_is_left_in_the_group_is_told_and_ended() {
    let ran = Step::new("sleep 1000 & echo $!").run();
    assert_eq!(ran.outcome, Outcome::Succeeded);
    assert_eq!(ran.leaks.len(), 1);
    let pid = ran.told.trim();
    while is_running(pid) {
        std::thread::yield_now();
    }
}

#[test]
fn what_may_stay_stays() {
    let ran = Step { detach: true, ..Step::new("sleep 1000 & echo $!") }.run();
    assert_eq!((ran.outcome, &*ran.leaks), (Outcome::Succeeded, &[][..]));
    assert!(is_running(ran.told.trim()));
    kill(ran.told.trim());
}

#[cfg(target_os = "linux")]
#[test]
fn orphans_are_told_by_name_and_ended_wherever_they_went() {
    for line in ["sleep 1000 & echo $!", "setsid sleep 1000 & echo $!", "(setsid sleep 1000 & echo $!)"] {
        let ran = Step { adopt: true, ..Step::new(line) }.run();
        let pid = ran.told.trim();
        let leak = Leak { pid: pid.parse().unwrap(), command: "sleep 1000".to_owned() };
        assert_eq!((ran.outcome, ran.leaks), (Outcome::Succeeded, vec![leak]), "{line}");
        assert!(!is_running(pid), "{line}");
    }
    // And what is below them, which is not told of.
    let ran = Step { adopt: true, ..Step::new("setsid sh -c 'setsid sleep 1000 & echo $!; wait' & sleep 0.1") }.run();
    assert_eq!(ran.leaks.len(), 1);
    assert!(!is_running(ran.told.trim()));
    let soon = Step { adopt: true, ..Step::new("setsid sleep 0.01 &") };
    assert!(
        (0..50).any(|_| soon.run().leaks.is_empty()),
        "it ended by itself, if the machine is not too busy for that"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn an_orphan_that_may_stay_is_known_as_one() {
    let ran = Step { adopt: true, detach: true, ..Step::new("setsid sleep 1000 & echo $!") }.run();
    assert!(ran.leaks.is_empty());
    let is_detached = |pid: &str| tree::is_detached(Pid::from_raw(pid.parse().unwrap()).unwrap());
    assert!(is_detached(ran.told.trim()));
    // Another step does not take it for its own.
    assert!(Step { name: "other", adopt: true, ..Step::new("exit 0") }.run().leaks.is_empty());
    assert!(is_running(ran.told.trim()));
    kill(ran.told.trim());
}

#[test]
fn a_step_waits_for_room_until_another_ends() {
    let groups = Groups::default();
    assert!(!groups.wait_for_end(0, LONG), "there is nothing to wait for");
    let running = groups.enter(Pid::from_raw(i32::MAX).unwrap());
    let ends = groups.ends();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| groups.wait_for_end(ends, LONG));
        drop(running);
        assert!(waiting.join().unwrap());
    });
    assert!(groups.wait_for_end(ends, LONG), "one has ended meanwhile");
}
