//! Whatever happens to a run, nothing of it is left, and what happened is told.
//!
//! The kills at random moments are few here; `LOOM_KILLS=1000 cargo test -p loom-cli --test cli survive` makes them many, and
//! `LOOM_SEED` chooses other moments.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Sandbox, status};

/// By this, what belongs to a run is known whatever becomes of it.
const MARK: &str = "LOOM_TEST_RUN";

/// What has not happened by then will not.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run of `loom`, and the folder it is in.
pub struct Run {
    pub sandbox: Sandbox,
    child: Child,
}

impl Run {
    pub fn start(sandbox: Sandbox, args: &[&str]) -> Self {
        Self::start_by(sandbox, |sandbox| sandbox.command(args))
    }

    fn start_by(sandbox: Sandbox, command: impl FnOnce(&Sandbox) -> Command) -> Self {
        let mut command = command(&sandbox);
        command.env(MARK, sandbox.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // As a shell does it for a job, so that there is a group to send to.
        let child = command.process_group(0).spawn().expect("it starts");
        Self { sandbox, child }
    }

    /// The first supervisor, the second, and the runner, as soon as all three are there.
    pub fn chain(&self) -> [u32; 3] {
        let first = self.child.id();
        let second = until("the second supervisor", || children(first).first().copied());
        // Until it has become the program it is a copy of the supervisor, and its child another.
        let runner = until("the runner", || {
            let runner = *children(second).first()?;
            let words = fs::read(format!("/proc/{runner}/cmdline")).ok()?;
            String::from_utf8_lossy(&words).contains("(runner below").then_some(runner)
        });
        [first, second, runner]
    }

    /// The processes of the run that have not ended.
    pub fn left(&self) -> Vec<u32> {
        let entry = format!("{MARK}={}\0", self.sandbox.path().display());
        let pids =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let is_marked = |pid: &u32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environment.windows(entry.len()).any(|window| window == entry.as_bytes())
        };
        // The environment of a zombie cannot be read, and it has ended.
        pids.filter(is_marked).collect()
    }

    /// Waits for the end; returns the exit code, what was told, and what was told of errors.
    pub fn end(&mut self) -> (Option<i32>, String, String) {
        let (mut told, mut errors) = (Vec::new(), String::new());
        // Neither is more than a pipe holds, or it is read to its end before the other one fills.
        if let Some(mut stdout) = self.child.stdout.take() {
            stdout.read_to_end(&mut told).unwrap();
        }
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), String::from_utf8_lossy(&told).into_owned(), errors)
    }

    pub fn is_gone(&self, when: &str) {
        let lost = Instant::now() + PATIENCE;
        loop {
            let left = self.left();
            if left.is_empty() {
                return;
            }
            let line = |pid: &u32| {
                let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                format!("{pid} {} {}\n", state(&pid.to_string()), String::from_utf8_lossy(&words).replace('\0', " "))
            };
            assert!(Instant::now() < lost, "left {when}:\n{}", left.iter().map(line).collect::<String>());
            std::thread::yield_now();
        }
    }
}

impl Drop for Run {
    /// A test that has failed leaves nothing either.
    fn drop(&mut self) {
        for pid in self.left() {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
        }
    }
}

/// Looks again and again until something is there; gives up when it must be taken for lost.
fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let lost = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < lost, "still waiting for {what}");
        std::thread::yield_now();
    }
}

fn children(pid: u32) -> Vec<u32> {
    let list = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_ascii_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

/// The state of a process, as `ps` shows it; `X` if it is no more.
fn state(pid: &str) -> char {
    let stat = fs::read_to_string(PathBuf::from("/proc").join(pid).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next()).unwrap_or('X')
}

pub fn send(signal: &str, to: &[&str]) {
    let _ = Command::new("kill").args([&format!("-{signal}"), "--"]).args(to).stderr(Stdio::null()).status().unwrap();
}

/// Numbers that look random and are the same each time.
pub struct Seeded(pub u64);

impl Seeded {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// Kills what `victims` says at a random moment, and looks that nothing is left.
fn kill_at_random(victims: &[&[usize]]) {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().expect("a number"));
    let mut seeded = Seeded(number("LOOM_SEED", 0x5EED));
    for turn in 0..number("LOOM_KILLS", 20) {
        // Steps with children of every kind, some of which ignore what they can; steps that end, so that others begin.
        let steps: String = (0..8)
            .map(|step| {
                let command = match step % 3 {
                    0 => "setsid sleep 1000 & sleep 1000",
                    1 => "trap '' TERM INT HUP; (setsid sh -c 'trap \"\" TERM; sleep 1000; :' &); sleep 1000; :",
                    _ => "setsid sleep 1000 & exec sleep 0.00$(($$ % 10))",
                };
                format!("  - {{name: s{step}, command: {}}}\n", serde_json::Value::from(command))
            })
            .collect();
        let mut run = Run::start(Sandbox::with(&format!("pipeline:\n{steps}")), &["--max-workers", "8"]);
        let chain = run.chain();
        let moment = Instant::now() + Duration::from_micros(seeded.below(30_000));
        while Instant::now() < moment {
            std::thread::yield_now();
        }
        let victims = victims[usize::try_from(seeded.below(victims.len() as u64)).unwrap()];
        let pids: Vec<String> = victims.iter().map(|victim| chain[*victim].to_string()).collect();
        send("KILL", &pids.iter().map(String::as_str).collect::<Vec<_>>());
        let (code, told, errors) = run.end();
        assert_ne!(code, Some(0), "turn {turn}: {told}{errors}");
        let what = format!("in turn {turn}, when {victims:?} of {chain:?} were killed");
        run.is_gone(&what);
    }
}

#[test]
fn a_killed_runner_leaves_nothing() {
    kill_at_random(&[&[2]]);
}

#[test]
fn a_killed_supervisor_leaves_nothing() {
    kill_at_random(&[&[0], &[1]]);
}

#[test]
fn two_killed_at_once_leave_nothing() {
    kill_at_random(&[&[0, 1], &[1, 0], &[0, 2], &[2, 0], &[1, 2], &[2, 1]]);
}

#[test]
fn a_killed_group_leaves_nothing() {
    let mut run = Run::start(Sandbox::with("pipeline: [{name: a, command: 'setsid sleep 1000 & sleep 1000'}]"), &[]);
    let [first, ..] = run.chain();
    send("KILL", &[&format!("-{first}")]);
    run.end();
    run.is_gone("after its end");
}

#[test]
fn a_runner_that_hears_nothing_ends_with_its_supervisors() {
    let mut run = Run::start(Sandbox::with("pipeline: [{name: a, command: [sleep, '1000']}]"), &[]);
    let [first, _, runner] = run.chain().map(|pid| pid.to_string());
    send("STOP", &[&runner]);
    send("KILL", &[&first]);
    // Looked at first: as long as anything is left, there is no end of what it may say.
    run.is_gone("though the runner could not be told");
    run.end();
}

#[test]
fn that_the_runner_was_killed_is_told() {
    let mut run = Run::start(Sandbox::with("pipeline: [{name: a, command: [sleep, '1000']}]"), &["--quiet"]);
    let [.., runner] = run.chain();
    send("KILL", &[&runner.to_string()]);
    let (code, told, errors) = run.end();
    assert_eq!((code, &*told), (Some(137), ""));
    assert_eq!(errors, "error: the run was killed by SIGKILL (out of memory?); what it had started was ended\n");
}

/// A step that takes its time to end when it is asked to, and says so; and one that a polite word does not end.
const POLITE: &str = r#"pipeline:
  - name: polite
    command: "trap 'sleep 0.1; echo $name > bye; exit 1' INT TERM HUP QUIT; echo ready; while :; do sleep 0.01; done"
"#;

#[test]
fn each_signal_ends_the_run_politely_whoever_it_is_sent_to() {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129), ("QUIT", 131)] {
        for to in ["the program", "the group", "the runner"] {
            let mut run = Run::start(Sandbox::with(POLITE), &[]);
            let [first, _, runner] = run.chain();
            let mut told = BufReader::new(run.child.stdout.take().unwrap());
            let mut line = String::new();
            while !line.ends_with("| ready\n") {
                line.clear();
                assert!(told.read_line(&mut line).unwrap() > 0, "it ended too early");
            }
            let to_whom = match to {
                "the group" => format!("-{first}"),
                "the runner" => runner.to_string(),
                _ => first.to_string(),
            };
            send(signal, &[&to_whom]);
            assert_eq!(run.end().0, Some(code), "{signal} to {to}");
            assert!(run.sandbox.has("bye"), "{signal} to {to}: the step was not left the time to end");
            run.is_gone("after its end");
        }
    }
}

#[test]
fn what_is_suspended_goes_on() {
    let step = "echo $$ > pid; until [ -e go ]; do sleep 0.01; done";
    let pipeline = format!("pipeline: [{{name: a, command: {}}}]", serde_json::Value::from(step));
    let mut run = Run::start(Sandbox::with(&pipeline), &[]);
    let chain = run.chain();
    until("the step", || run.sandbox.has("pid").then(|| run.sandbox.read("pid")).filter(|pid| pid.ends_with('\n')));
    let step = run.sandbox.read("pid");
    let states =
        || chain.iter().map(u32::to_string).chain([step.trim().to_owned()]).map(|pid| state(&pid)).collect::<String>();
    for _ in 0..3 {
        send("TSTP", &[&format!("-{}", chain[0])]);
        until("all to stop", || (states() == "TTTT").then_some(()));
        send("CONT", &[&format!("-{}", chain[0])]);
        until("all to go on", || (!states().contains('T')).then_some(()));
    }
    run.sandbox.write("go", "");
    assert_eq!(run.end().0, Some(0));
}

#[test]
fn a_run_under_nohup_outlives_its_terminal() {
    let step = "echo $$ > pid; until [ -e go ]; do sleep 0.01; done";
    let pipeline = format!("pipeline: [{{name: a, command: {}}}]", serde_json::Value::from(step));
    let mut run = Run::start_by(Sandbox::with(&pipeline), |sandbox| sandbox.shell("trap '' HUP; exec loom"));
    let chain = run.chain();
    until("the step", || run.sandbox.has("pid").then_some(()));
    send("HUP", &chain.map(|pid| pid.to_string()).each_ref().map(String::as_str));
    run.sandbox.write("go", "");
    assert_eq!(run.end().0, Some(0));
}

#[test]
fn a_reader_that_stalls_does_not_keep_a_run_from_ending() {
    let mut run = Run::start(Sandbox::with("pipeline: [{name: a, command: 'touch begun; yes'}]"), &[]);
    until("the step", || run.sandbox.has("begun").then_some(()));
    // Nobody reads, so the pipe fills.
    let stalled = run.child.stdout.take();
    let [first, ..] = run.chain();
    send("TERM", &[&first.to_string()]);
    assert_eq!(run.end().0, Some(143));
    run.is_gone("after its end");
    drop(stalled);
}

#[test]
fn a_reader_that_goes_away_ends_the_run() {
    let run = Run::start_by(Sandbox::with("pipeline: [{name: a, command: 'yes'}]"), |sandbox| {
        sandbox.shell("loom | head -1")
    });
    let mut run = run;
    assert_eq!(run.end().0, Some(0));
    run.is_gone("after its end");
}

#[test]
fn what_a_step_leaves_running_ends_with_the_step() {
    // Each holds the step's output open, and goes one step further to get away.
    for leave in ["./daemon &", "setsid ./daemon &", "(setsid ./daemon &)", "env -i setsid ./daemon &"] {
        let sandbox = Sandbox::with(
            "pipeline:
  - {name: leaver, task: leaver, outputs: {out: pid}}
  - {name: after, command: '! kill -0 $(cat pid)', inputs: {in: pid}}
",
        );
        sandbox.write("daemon", "#!/bin/sh\necho $$ > fifo\nexec /bin/sleep 1000\n");
        sandbox.write("leaver", format!("#!/bin/sh\nmkfifo fifo\n{leave}\nread pid < fifo\necho $pid > pid\n"));
        let mut run = Run::start_by(sandbox, |sandbox| sandbox.shell("chmod +x daemon leaver; exec loom"));
        let (code, told, errors) = run.end();
        assert_eq!(code, Some(0), "{leave}: {told}{errors}");
        assert_eq!(state(run.sandbox.read("pid").trim()), 'X', "{leave}");
    }
}

#[test]
fn what_ends_soon_after_its_step_is_not_cut_off() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: '(sleep 0.01; echo late) &'}]");
    // On a machine that is too busy it does not end soon.
    let is_heard = |shown: String| shown.starts_with("exit 0") && shown.contains("a | late\n");
    assert!((0..50).any(|_| is_heard(sandbox.loom(&[]))));
}

#[test]
fn a_bug_is_told_as_one_and_leaves_nothing() {
    if !cfg!(debug_assertions) {
        // A program that is made to be used has no such place.
        return;
    }
    let sandbox = Sandbox::with("pipeline: [{name: a, command: 'sleep 1000'}, {name: b, command: 'touch b'}]");
    let mut run = Run::start_by(sandbox, |sandbox| {
        let mut command = sandbox.command(&["--quiet"]);
        command.env("LOOM_FAILPOINT", "a");
        command
    });
    let (code, _, errors) = run.end();
    assert_eq!(code, Some(70));
    assert!(errors.starts_with("error: a bug in loom: asked for by LOOM_FAILPOINT (loom-exec/src/"), "{errors}");
    assert!(!errors.contains("backtrace"), "{errors}");
    assert!(run.sandbox.has("b"), "the other step ran");
    run.is_gone("after its end");
}

#[test]
fn a_full_disk_is_told_in_one_line() {
    let long = "pipeline: [{name: a, command: 'seq 100000'}]";
    for (how, line) in [
        ("loom > /dev/full", "error: cannot write to standard output: No space left on device (os error 28)\n"),
        ("loom --list > /dev/full", "error: cannot write to standard output: No space left on device (os error 28)\n"),
        ("loom --events /dev/full", "error: cannot write /dev/full: No space left on device (os error 28)\n"),
        ("ulimit -f 100; loom -q --events e.jsonl", "error: cannot write e.jsonl: File too large (os error 27)\n"),
    ] {
        let sandbox = Sandbox::with(long);
        let output = sandbox.shell(how).output().unwrap();
        assert_eq!((status(&output), &*String::from_utf8_lossy(&output.stderr)), ("1".to_owned(), line), "{how}");
    }
}

#[test]
fn a_log_that_cannot_be_kept_fails_its_step() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: 'seq 100000'}, {name: b, command: 'echo'}]");
    let output = sandbox.shell("ulimit -f 100; loom -q 2>&1").output().unwrap();
    assert_eq!(status(&output), "1");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("a.log: File too large (os error 27)") && told.contains("1 ok, 1 failed"), "{told}");
}

/// Forty steps of which each makes what it says.
fn forty_steps() -> Sandbox {
    let step = |step| format!("  - {{name: s{step}, task: make.sh, outputs: {{out: o{step}}}}}\n");
    let sandbox = Sandbox::with(&format!("pipeline:\n{}", (0..40).map(step).collect::<String>()));
    sandbox.write("make.sh", "#!/bin/sh\necho made\nsleep 0.02\ntouch $2\n");
    sandbox
}

#[test]
fn a_small_machine_is_enough() {
    // Who may do anything is not held by a number of processes, but may become somebody who is.
    let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let few = "chown -R 54321 .; exec setpriv --reuid 54321 --clear-groups sh -c 'ulimit -u 24; exec loom -q --max-workers 40'";
    let limits = ["ulimit -n 64", "ulimit -n 32", "ulimit -v 524288"].into_iter().chain(is_root.then_some(few));
    for limit in limits {
        let sandbox = forty_steps();
        let output = sandbox.shell(&format!("chmod +x make.sh; {limit}; loom -q --max-workers 40")).output().unwrap();
        let shown = sandbox.shown(&output);
        assert!(shown.starts_with("exit 0"), "{limit}: {shown}");
        assert!((0..40).all(|step| sandbox.has(&format!("o{step}"))), "{limit}");
    }
}
