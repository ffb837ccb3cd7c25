//! Runs in processes of their own, and runs that are followed while they are at work.

#![allow(clippy::disallowed_methods, reason = "tests run programs and hand them an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::OsString;
use std::path::Path;
use std::sync::mpsc;

use loom_exec::runs::{self, Fate, History};
use loom_exec::{Apart, Ended, Event, Memory, NotStarted, Project, RunOptions, Selection, Settings, TERM};

/// Lines for a shell, run apart in a folder.
fn apart(folder: &Path, script: &str) -> Result<Apart, NotStarted> {
    let args = ["-c", script].map(OsString::from);
    let path = std::env::var_os("PATH").expect("tests run with a PATH");
    Apart::start(Path::new("/bin/sh"), &args, folder, [("PATH".into(), path)])
}

#[test]
fn a_run_apart_says_who_it_is_and_outlives_the_handle() {
    let folder = tempfile::tempdir().unwrap();
    let go = folder.path().join("go");
    assert!(std::process::Command::new("mkfifo").arg(&go).status().unwrap().success());
    let script = "test -z \"$HOME\" || exit 9; cat; echo r1 waits r0; echo anything; read go < go; echo r1 begins; \
                  read go < go; seq 100000; seq 100000 >&2; pwd > done; echo ended > go";
    let run = apart(folder.path(), script).unwrap();
    assert_eq!((&**run.name(), run.waits_for().as_deref(), run.try_wait()), ("r1", Some("r0"), None));
    std::fs::write(&go, "go\n").unwrap();
    while run.waits_for().is_some() {
        std::thread::yield_now();
    }
    drop(run);
    std::fs::write(&go, "go\n").unwrap();
    assert_eq!(std::fs::read_to_string(&go).unwrap(), "ended\n");
    let done = std::fs::read_to_string(folder.path().join("done")).unwrap();
    assert_eq!(Path::new(done.trim()), folder.path().canonicalize().unwrap());
}

#[test]
fn what_ends_before_there_is_a_run_tells_why() {
    let folder = tempfile::tempdir().unwrap();
    let error = apart(folder.path(), "echo nothing to say; echo 'no such step' >&2; exit 2").unwrap_err();
    assert!(matches!(error, NotStarted::Ended { ended: Ended::Exited(2), .. }));
    assert_eq!(error.to_string(), "no such step");
    let error = apart(folder.path(), "kill -KILL $$").unwrap_err();
    assert_eq!(error.to_string(), "the run ended before it began, with exit code 137");
    let error = Apart::start(Path::new("/nowhere"), &[], folder.path(), []).unwrap_err();
    assert!(error.to_string().starts_with("cannot start /nowhere: "), "{error}");
}

#[test]
fn a_run_apart_is_asked_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let script = "trap 'echo told >&2; exit 143' TERM; echo r begins; while :; do sleep 0.01; done";
    let run = apart(folder.path(), script).unwrap();
    run.signal(TERM).unwrap();
    assert_eq!(run.wait(), Ended::Exited(143));
    assert_eq!((run.said().as_str(), run.try_wait()), ("told", Some(Ended::Exited(143))));
    // Its number may be anybody's now.
    run.signal(TERM).unwrap();
    let run = apart(folder.path(), "echo r begins; exec sleep 1000").unwrap();
    run.signal(9).unwrap();
    assert_eq!(run.wait(), Ended::Signalled(9));
}

#[test]
fn a_run_apart_is_asked_to_end_a_unit() {
    let folder = tempfile::tempdir().unwrap();
    // What it says and what it is asked go by the same socket.
    let run = apart(folder.path(), "echo r begins; head -n 2 <&1 > asked; exit 3").unwrap();
    run.stop_unit("a[x \"y\"\n.csv]").unwrap();
    run.stop_unit("b").unwrap();
    assert_eq!(run.wait(), Ended::Exited(3));
    let asked = std::fs::read_to_string(folder.path().join("asked")).unwrap();
    assert_eq!(asked, "\"a[x \\\"y\\\"\\n.csv]\"\n\"b\"\n");
    run.stop_unit("c").unwrap();
    // One that does not listen is not waited for.
    let run = apart(folder.path(), "echo r begins; exec sleep 1000").unwrap();
    let long = "x".repeat(1 << 20);
    assert!(run.stop_unit(&long).is_err());
    run.signal(9).unwrap();
    run.wait();
}

/// A pipeline that goes on when something is written to `go`.
fn waiting() -> (tempfile::TempDir, Project) {
    let folder = tempfile::tempdir().unwrap();
    let pipeline = "pipeline:
  - {name: first, command: 'echo 1; mkfifo go; cp go first.txt', outputs: {-o: first.txt}}
  - {name: second, command: 'exit 3; cat', inputs: {x: first.txt}, outputs: {-o: second.txt}}
";
    std::fs::write(folder.path().join("pipeline.yml"), pipeline).unwrap();
    let project = Project::open(folder.path(), Settings::with_environment(std::env::vars_os())).unwrap();
    (folder, project)
}

#[test]
fn a_run_is_followed_while_it_is_at_work() {
    let (folder, project) = waiting();
    std::thread::scope(|scope| {
        let (started, begun) = mpsc::channel();
        let running = scope.spawn(|| {
            let tell = move |event: &Event| {
                if matches!(event, Event::UnitOutput { .. }) {
                    let _ = started.send(());
                }
            };
            project.plan(&Selection::default()).unwrap().run(&RunOptions::default(), tell).unwrap()
        });
        begun.recv().unwrap();
        let kept = runs::list(&project, &Memory::default()).unwrap();
        let mut follow = kept[0].follow().unwrap();
        let mut history = History::default();
        let mut advance = |history: &mut History| {
            let events = follow.advance().unwrap();
            events.iter().for_each(|(at, event)| history.add(*at, event));
            (follow.is_running(), events.len())
        };
        assert_eq!(advance(&mut history), (true, 2), "the run began, and a unit");
        assert_eq!(advance(&mut history), (true, 0), "nothing is new");
        assert_eq!((history.to_run, history.unexpected, history.units[0].unit.as_ref()), (2, 2, "first"));
        assert_eq!(history.of("first").unwrap().fate, Fate::Unfinished);
        let refused = runs::remove(&kept[0]).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ResourceBusy);

        while !folder.path().join("go").exists() {
            std::thread::yield_now();
        }
        std::fs::write(folder.path().join("go"), "2").unwrap();
        let summary = running.join().unwrap();
        assert_eq!((summary.succeeded, summary.failed), (1, 1));
        advance(&mut history);
        assert_eq!(history.summary, Some(summary));
        assert!(matches!(history.of("second").unwrap().fate, Fate::Ended(loom_exec::Outcome::Exited { code: 3 })));
        while follow.is_running() {
            std::thread::yield_now();
        }
        let began = follow.began().unwrap().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
        assert!((began - kept[0].began()).abs() < 60_000, "{began}, {}", kept[0].began());

        runs::remove(&kept[0]).unwrap();
        assert!(runs::list(&project, &Memory::default()).unwrap().is_empty());
        assert_eq!(std::fs::read_to_string(folder.path().join("first.txt")).unwrap(), "2");
    });
}

#[test]
fn a_line_is_read_when_it_is_whole() {
    use std::io::Write;
    let (_folder, project) = waiting();
    let run = project.folder().join(".loom/pipeline.yml/runs/20260102T030405.006Z-7");
    std::fs::create_dir_all(&run).unwrap();
    let mut events = std::fs::File::create(run.join("events.jsonl")).unwrap();
    let mut follow = runs::list(&project, &Memory::default()).unwrap()[0].follow().unwrap();
    let mut add = |text: &str| {
        events.write_all(text.as_bytes()).unwrap();
        follow.advance().unwrap().len()
    };
    assert_eq!(add("{\"version\":1,\"at\":0.5,\"what\":{\"event\":\"unit_up_to"), 0);
    assert_eq!(add("_date\",\"unit\":\"a\",\"ran_at\":1}}"), 0);
    assert_eq!(add("\nno event\n{\"version\":1"), 1);
    assert_eq!(add(",\"at\":1,\"what\":{\"event\":\"unit_up_to_date\",\"unit\":\"b\",\"ran_at\":1}}\n"), 1);
}
