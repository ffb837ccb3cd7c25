//! Runs as processes of their own, as the editor starts them.

#![allow(clippy::disallowed_methods, reason = "tests look at processes and hand them an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use loom_exec::{Apart, Ended, Memory, NotStarted, Project, Settings, TERM, runs};
use loom_ui_core::api::{PlanRequest, RunTarget};
use loom_ui_core::runs::ToRun;

const KILL: i32 = 9;

/// A folder with a pipeline, and runs of it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(pipeline: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        std::fs::write(folder.path("pipeline.yml"), pipeline).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn start(&self, plan: PlanRequest) -> Result<Apart, NotStarted> {
        let json = ToRun { file: self.path("pipeline.yml"), plan, workers: Some(4) }.json();
        let args = ["--run-apart".into(), OsString::from(json)];
        let environment = [("PATH".into(), std::env::var_os("PATH").unwrap())];
        Apart::start(Path::new(env!("CARGO_BIN_EXE_loom-ui")), &args, Path::new("/"), environment)
    }

    fn all(&self) -> Apart {
        self.start(PlanRequest::default()).unwrap()
    }

    /// The runs that are kept, the newest first.
    fn kept(&self) -> Vec<runs::Run> {
        let project = Project::open(self.0.path(), Settings::default()).unwrap();
        runs::list(&project, &Memory::default()).unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Waits until a file has a line.
    fn wait_for(&self, name: &str) {
        until(|| self.read(name).ends_with('\n'));
    }

    /// Whether a process is there, whose number a file has.
    fn is_there(&self, name: &str) -> bool {
        let pid = self.read(name);
        let stat = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"));
        // A zombie has ended; who reaps it is not loom's business.
        stat.is_ok_and(|stat| !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')))
    }
}

/// Waits until something is so. It is to be so soon; who waits for ever has found a defect.
fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

/// Steps that end when asked, that do not, and that leave their group; and one that must not begin.
const BUSY: &str = "pipeline:
  - {name: polite, command: 'echo $$ > polite; exec sleep 1000'}
  - {name: daemon, command: 'setsid sleep 1000 & echo $! > daemon; exec sleep 1000'}
  - {name: stubborn, command: 'trap \"\" INT TERM HUP QUIT; echo $$ > stubborn; while :; do sleep 1; done', outputs: {-o: x}}
  - {name: after, command: 'echo > began', inputs: {x: x}}
";
const PROCESSES: [&str; 3] = ["polite", "daemon", "stubborn"];

#[test]
fn a_run_is_kept_under_the_name_that_it_says() {
    let folder = Folder::with(
        "parameters: {level: 1}
pipeline:
  - {name: make, command: 'echo $4 > made.txt', args: {--level: $level}, outputs: {-o: made.txt}}
  - {name: fail, command: 'exit 3', inputs: {x: made.txt}, outputs: {-o: failed.txt}}
",
    );
    let set = vec![("level".to_owned(), "2".to_owned())];
    let target = RunTarget::Until(vec!["make".to_owned()]);
    let run = folder.start(PlanRequest { set, target, ..PlanRequest::default() }).unwrap();
    assert_eq!(run.wait(), Ended::Exited(0), "{}", run.said());
    assert_eq!((folder.read("made.txt").as_str(), run.said().as_str()), ("2\n", ""));
    let run = folder.all();
    assert_eq!(run.wait(), Ended::Exited(1));
    let kept = folder.kept();
    assert_eq!(kept[0].name(), &**run.name());
    let failed = kept[0].summary().unwrap();
    assert_eq!((kept.len(), failed.succeeded, failed.failed), (2, 1, 1));
    let again = RunTarget::FailedOf(kept[0].name().to_owned());
    let run = folder.start(PlanRequest { target: again, ..PlanRequest::default() }).unwrap();
    assert_eq!((run.wait(), folder.kept()[0].summary().unwrap().total()), (Ended::Exited(1), 1));
}

#[test]
fn what_cannot_run_tells_why() {
    let folder = Folder::with("pipeline: [{name: a, command: [cat], inputs: {x: nowhere.txt}}]");
    let error = folder.start(PlanRequest::default()).unwrap_err();
    assert!(matches!(error, NotStarted::Ended { ended: Ended::Exited(2), .. }), "{error}");
    assert!(error.to_string().contains("nowhere.txt"), "{error}");
    let target = RunTarget::Steps(vec!["b".to_owned()]);
    let error = folder.start(PlanRequest { target, ..PlanRequest::default() }).unwrap_err();
    assert!(error.to_string().contains("no step is named `b`"), "{error}");
    assert!(!folder.path(".loom").exists());
}

#[test]
fn a_run_that_is_stopped_leaves_nothing() {
    let folder = Folder::with(BUSY);
    let run = folder.all();
    PROCESSES.iter().for_each(|name| folder.wait_for(name));
    run.signal(TERM).unwrap();
    // It has heard of that as soon as what can end has ended; a second signal does not wait for the rest.
    until(|| !folder.is_there("polite"));
    run.signal(TERM).unwrap();
    assert_eq!(run.wait(), Ended::Exited(143));
    assert!(PROCESSES.iter().all(|name| !folder.is_there(name)));
    assert!(!folder.path("began").exists());
    assert_eq!(folder.kept()[0].summary().unwrap().stopped_by, Some(TERM));
}

#[test]
fn a_unit_that_is_stopped_leaves_the_others() {
    let folder = Folder::with(
        "pipeline:
  - {name: long, command: 'setsid sleep 1000 & echo $! > long; exec sleep 1000', outputs: {-o: x}}
  - {name: after, command: 'echo > began', inputs: {x: x}}
  - {name: other, command: 'mkfifo go; echo $$ > other; cat go > y', outputs: {-o: y}}
  - {name: last, command: 'cp y z', inputs: {y: y}, outputs: {-o: z}}
",
    );
    let run = folder.all();
    ["long", "other"].iter().for_each(|name| folder.wait_for(name));
    run.stop_unit("nobody").unwrap();
    run.stop_unit("long").unwrap();
    until(|| !folder.is_there("long"));
    assert!(folder.is_there("other") && run.try_wait().is_none());
    std::fs::write(folder.path("go"), "through\n").unwrap();
    assert_eq!(run.wait(), Ended::Exited(1));
    assert_eq!(folder.read("z"), "through\n");
    let summary = folder.kept()[0].summary().unwrap();
    assert_eq!((summary.succeeded, summary.failed, summary.skipped, summary.stopped_by), (2, 1, 1, None));
    assert!(!folder.path("began").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_killed_leaves_nothing() {
    let folder = Folder::with(BUSY);
    let run = folder.all();
    PROCESSES.iter().for_each(|name| folder.wait_for(name));
    run.signal(KILL).unwrap();
    assert_eq!(run.wait(), Ended::Signalled(KILL));
    until(|| PROCESSES.iter().all(|name| !folder.is_there(name)));
    until(|| !folder.kept()[0].is_running());
    assert!(!folder.path("began").exists());
}

#[test]
fn a_run_waits_for_another_and_can_be_stopped_meanwhile() {
    let folder = Folder::with("pipeline: [{name: a, command: 'rm -f go; mkfifo go; echo ready > ready; cat go'}]");
    let first = folder.all();
    folder.wait_for("ready");
    let [second, third] = [folder.all(), folder.all()];
    assert_eq!(
        [&second, &third].map(loom_exec::Apart::waits_for),
        [Some(first.name().clone()), Some(first.name().clone())]
    );
    assert_eq!(folder.kept().len(), 1);
    second.signal(TERM).unwrap();
    assert_eq!((second.wait(), second.waits_for()), (Ended::Exited(143), None));
    std::fs::remove_file(folder.path("ready")).unwrap();
    std::fs::write(folder.path("go"), "1\n").unwrap();
    assert_eq!(first.wait(), Ended::Exited(0));
    folder.wait_for("ready");
    until(|| third.waits_for().is_none());
    assert_eq!(folder.kept()[0].name(), &**third.name());
    std::fs::write(folder.path("go"), "2\n").unwrap();
    assert_eq!(third.wait(), Ended::Exited(0));
}
