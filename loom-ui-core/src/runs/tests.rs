#![allow(clippy::disallowed_methods, reason = "tests hand runs an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write;
use std::sync::mpsc;

use loom_exec::{RunOptions, Settings};

use super::*;
use crate::api::{PlanRequest, RunTarget, StepState};

/// A folder with a pipeline in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(pipeline: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("pipeline.yml", pipeline);
        folder
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn open(&self, request: &PlanRequest) -> Project {
        let base = Settings::with_environment(std::env::vars_os());
        Project::open(self.0.path(), settings(&base, request)).unwrap()
    }

    fn run(&self, request: &PlanRequest, runs: &Runs) {
        let project = self.open(request);
        let selection = selection(project.checked(), request, runs).unwrap();
        let options = RunOptions { force: request.force, workers: 1, ..RunOptions::default() };
        project.plan(&selection).unwrap().run(&options, |_| {}).unwrap();
    }

    fn look(&self, runs: &mut Runs) -> Vec<String> {
        runs.look(&self.open(&PlanRequest::default()), &Memory::default(), &[]).unwrap()
    }

    fn plan(&self, request: &PlanRequest, runs: &Runs) -> String {
        let plan = plan(&self.open(request), request, &Memory::default(), runs);
        let mut text = format!("{} to run, {} up to date\n", plan.to_run, plan.up_to_date);
        for unit in &plan.units {
            let run = if unit.runs { "run " } else { "skip" };
            let _ = writeln!(text, "{run} {} ({}): {}", unit.unit, unit.node, unit.why.join(", "));
        }
        for problem in &plan.problems {
            let _ = writeln!(text, "{:?} {}", problem.severity, problem.message);
        }
        text
    }

    fn states(&self, runs: &Runs) -> String {
        let project = self.open(&PlanRequest::default());
        let units = Units::of(project.checked());
        let outlook = Outlook::of(&project, &Memory::default(), &units);
        told(&states(&outlook, runs.latest(), None, &units))
    }
}

fn told(states: &[StepState]) -> String {
    let mut text = String::new();
    for state in states {
        let _ = write!(text, "{} {:?}", state.id, state.state);
        if state.counts.units > 1 {
            let counts = state.counts;
            let _ = write!(text, " {}/{}/{} of {}", counts.ok, counts.failed, counts.stale, counts.units);
        }
        let why = state.why.join(", ");
        let _ = if why.is_empty() { writeln!(text) } else { writeln!(text, ": {why}") };
    }
    text
}

fn rows(runs: &Runs, folder: &Folder, run: &str) -> String {
    let units = Units::of(folder.open(&PlanRequest::default()).checked());
    let detail = runs.detail(run, &units, SystemTime::now()).unwrap();
    let mut text = format!("{:?} {:?}, {} lanes\n", detail.info.state, detail.info.counts, detail.lanes);
    for row in &detail.units {
        let _ = writeln!(
            text,
            "{} ({}) {:?} {} {} lane {:?}{}",
            row.unit,
            row.node,
            row.state,
            row.outcome.as_deref().unwrap_or("-"),
            row.why.join(", "),
            row.lane,
            if row.log { " log" } else { "" },
        );
    }
    text
}

const CHAIN: &str = "parameters: {level: 1}
data:
  made: {type: txt, path: made.txt}
pipeline:
  - {name: make, command: 'echo made; echo $1 $2 > made.txt', args: {--level: $level}, outputs: {-o: $made}}
  - {name: check, command: 'cat made.txt; test ! -e broken', inputs: {x: $made}, outputs: {-o: checked.txt}}
  - {name: after, command: 'cp checked.txt after.txt', inputs: {x: checked.txt}, outputs: {-o: after.txt}}
  - {name: aside, command: 'echo > aside.txt', outputs: {-o: aside.txt}}
  - {name: rare, command: [cat], inputs: {x: $made}, optional: true}
";

#[test]
fn a_run_that_fails_is_told_with_what_would_mend_it() {
    let folder = Folder::with(&CHAIN.replace("test ! -e broken", "test ! -e broken && echo > checked.txt"));
    folder.write("broken", "");
    let mut runs = Runs::default();
    let all = PlanRequest::default();
    insta::assert_snapshot!(folder.plan(&all, &runs));
    insta::assert_snapshot!(folder.states(&runs));
    folder.run(&all, &runs);
    let news = folder.look(&mut runs);
    assert_eq!(news.len(), 1);
    assert!(folder.look(&mut runs).is_empty(), "nothing is new");
    insta::assert_snapshot!(rows(&runs, &folder, &news[0]));
    insta::assert_snapshot!(folder.states(&runs));
    let failed = PlanRequest { target: RunTarget::FailedOf(news[0].clone()), ..PlanRequest::default() };
    insta::assert_snapshot!(folder.plan(&failed, &runs));
    assert!(
        folder
            .plan(&PlanRequest { target: RunTarget::FailedOf("gone".into()), ..failed.clone() }, &runs)
            .contains("the run gone is not kept any more")
    );
    std::fs::remove_file(folder.0.path().join("broken")).unwrap();
    folder.run(&failed, &runs);
    let news = folder.look(&mut runs);
    insta::assert_snapshot!(rows(&runs, &folder, &news[0]));
    insta::assert_snapshot!(folder.states(&runs));
    let infos = runs.infos(SystemTime::now());
    let told: Vec<_> = infos.iter().map(|info| (info.number, info.state, info.changed.as_deref())).collect();
    assert_eq!(told, [(2, RunState::Ok, Some("what failed before")), (1, RunState::Failed, Some("new steps"))]);
    assert!(
        infos
            .iter()
            .all(|info| !info.ours && info.workers == 1 && info.left_ms.is_none() && info.began > 1_700_000_000_000)
    );
    // The run of before is read again.
    assert!(rows(&runs, &folder, &infos[1].run).contains("check (step:check) Failed exit code 1"));
    let diff = runs.diff(&infos[1].run, &infos[0].run, SystemTime::now()).unwrap();
    let diff: Vec<_> = diff.lines.iter().filter(|line| line.what == "result").collect();
    assert!(
        diff.iter().any(|line| line.unit == "check"
            && line.one.as_deref() == Some("exit code 1")
            && line.other.as_deref() == Some("ok")),
        "{diff:?}"
    );
    assert!(runs.diff("gone", &infos[0].run, SystemTime::now()).is_none());
}

#[test]
fn what_is_selected_is_what_is_meant() {
    let folder = Folder::with(CHAIN);
    let runs = Runs::default();
    let named = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let targets = [
        RunTarget::Steps(named(&["after", "rare"])),
        RunTarget::From(named(&["check"])),
        RunTarget::Until(named(&["check"])),
        RunTarget::Data("data:made".into()),
        RunTarget::Data("after.txt".into()),
        RunTarget::Data("nothing.txt".into()),
        RunTarget::Group("none".into()),
        RunTarget::Steps(vec![]),
    ];
    let mut text = String::new();
    folder.write("checked.txt", "");
    folder.write("made.txt", "");
    for target in targets {
        let _ = write!(text, "{target:?}: ");
        let request = PlanRequest { target, ..PlanRequest::default() };
        text.push_str(&folder.plan(&request, &runs));
    }
    let other = PlanRequest { set: vec![("level".into(), "2".into())], ..PlanRequest::default() };
    let plan = plan(&folder.open(&other), &other, &Memory::default(), &runs);
    let _ = writeln!(text, "{:?}", plan.units[0].command.as_ref().map(|line| line.ends_with("--level 2")));
    insta::assert_snapshot!(text);
}

#[test]
fn a_parameter_that_changes_is_what_changed() {
    let folder = Folder::with(CHAIN);
    folder.write("broken", "");
    let mut runs = Runs::default();
    folder.run(&PlanRequest::default(), &runs);
    let other = PlanRequest { set: vec![("level".into(), "2".into())], ..PlanRequest::default() };
    folder.run(&other, &runs);
    folder.look(&mut runs);
    let infos = runs.infos(SystemTime::now());
    assert_eq!(infos[0].changed.as_deref(), Some("level 1→2"));
    assert_eq!(infos[0].up_to_date, 1, "aside");
}

#[test]
fn units_of_loops_passes_and_sweeps_have_the_card_of_their_step() {
    let folder = Folder::with(
        "sweep: {axes: {rate: [0.1, 0.2]}}
data:
  texts: {type: data_folder, path: texts}
  clean: {type: data_folder, path: clean}
  model: {type: txt, path: 'model-{rate}.txt'}
pipeline:
  - {name: clean, command: 'cp $1 $3', loop: {over: $texts, into: $clean}, inputs: {x: $loop_item}, outputs: {-o: $loop_output}}
  - {name: train, command: 'echo $4 > $2', args: {--rate: $rate}, outputs: {-o: $model}}
  - group: refine
    multi_pass: {count: 2}
    steps:
      - {name: fit, command: 'echo > $2', outputs: {-o: fit.txt}}
",
    );
    folder.write("texts/a.txt", "a");
    folder.write("texts/b.txt", "b");
    let mut runs = Runs::default();
    let plan = folder.plan(&PlanRequest::default(), &runs);
    insta::assert_snapshot!(plan);
    folder.run(&PlanRequest::default(), &runs);
    let news = folder.look(&mut runs);
    insta::assert_snapshot!(rows(&runs, &folder, &news[0]));
    insta::assert_snapshot!(folder.states(&runs));
}

#[test]
fn a_run_at_work_is_told_as_it_goes_on() {
    let folder = Folder::with(
        "pipeline:
  - {name: first, command: 'mkfifo go; echo ready; cp go first.txt', outputs: {-o: first.txt}}
  - {name: second, command: 'cp first.txt second.txt', inputs: {x: first.txt}, outputs: {-o: second.txt}}
",
    );
    let project = folder.open(&PlanRequest::default());
    let units = Units::of(project.checked());
    let outlook = Outlook::of(&project, &Memory::default(), &units);
    let mut runs = Runs::default();
    std::thread::scope(|scope| {
        let (started, begun) = mpsc::channel();
        let running = scope.spawn(|| {
            let tell = move |event: &loom_exec::Event| {
                if matches!(event, loom_exec::Event::UnitOutput { .. }) {
                    let _ = started.send(());
                }
            };
            project.plan(&loom_exec::Selection::default()).unwrap().run(&RunOptions::default(), tell).unwrap()
        });
        begun.recv().unwrap();
        let name = folder.look(&mut runs).remove(0);
        let now = SystemTime::now();
        let info = runs.info(&name, now).unwrap();
        assert_eq!((info.state, info.counts.running, info.counts.stale), (RunState::Running, 1, 1));
        assert_eq!(
            told(&states(&outlook, runs.latest(), None, &units)),
            "step:first Running: has not run yet\nstep:second Queued: has not run yet\n"
        );
        let news = runs.followed(&name).unwrap().changes(&units, now);
        assert_eq!(
            (news.len(), &*news[0].unit, news[0].state, news[0].lane),
            (1, "first", UnitState::Running, Some(0))
        );
        assert!(runs.followed(&name).unwrap().changes(&units, now).is_empty(), "nothing is new");
        let later = runs.info(&name, now + std::time::Duration::from_secs(60)).unwrap();
        assert!(later.took_ms >= info.took_ms + 59_000);

        let go = folder.0.path().join("go");
        while !go.exists() {
            std::thread::yield_now();
        }
        std::fs::write(go, "2").unwrap();
        running.join().unwrap();
        assert_eq!(folder.look(&mut runs), std::slice::from_ref(&name));
        assert_eq!(told(&states(&outlook, runs.latest(), None, &units)), "step:first Fresh\nstep:second Fresh\n");
        let news = runs.followed(&name).unwrap().changes(&units, now);
        let news: Vec<_> = news.iter().map(|row| (&*row.unit, row.state, row.critical)).collect();
        assert_eq!(news, [("first", UnitState::Fresh, true), ("second", UnitState::Fresh, true)]);
        loom_exec::runs::remove(runs.kept(&name).unwrap()).unwrap();
        assert_eq!(folder.look(&mut runs), [name]);
        assert!(runs.infos(now).is_empty());
    });
}

#[test]
fn a_run_that_was_killed_is_lost_and_one_that_waits_is_known() {
    let folder = Folder::with(CHAIN);
    let name = "20260102T030405.006Z-7";
    folder.write(
        &format!(".loom/pipeline.yml/runs/{name}/events.jsonl"),
        r#"{"version":1,"at":0.0,"what":{"event":"run_started","run":"r","steps":2,"workers":2,"folder":null,"up_to_date":0,"to_run":3}}
{"version":1,"at":0.5,"what":{"event":"unit_started","unit":"check","command":["cat","a b"],"reasons":[{"reason":"never_ran"}],"expected":2.0}}
{"version":1,"at":1.5,"what":{"event":"unit_started","unit":"old@rate=1","command":["cat"],"reasons":[],"expected":null}}
"#,
    );
    std::fs::create_dir_all(folder.0.path().join(".loom/pipeline.yml/runs/20260102T030406.006Z-7")).unwrap();
    let mut runs = Runs::default();
    let ours = [Ours { run: "20260102T030407.006Z-8".into(), is_alive: true }];
    let project = folder.open(&PlanRequest::default());
    let news = runs.look(&project, &Memory::default(), &ours).unwrap();
    assert_eq!(news, [name, "20260102T030407.006Z-8"], "one without events is not there yet");
    let now = SystemTime::now();
    let told: Vec<_> = runs.infos(now).iter().map(|info| (info.run.clone(), info.state, info.ours)).collect();
    assert_eq!(
        told,
        [("20260102T030407.006Z-8".into(), RunState::Waiting, true), (name.into(), RunState::Lost, false)]
    );
    assert!(runs.detail("20260102T030407.006Z-8", &Units::default(), now).unwrap().units.is_empty());
    insta::assert_snapshot!(rows(&runs, &folder, name));
    let ours = [Ours { is_alive: false, ..ours[0].clone() }];
    assert_eq!(runs.look(&project, &Memory::default(), &ours).unwrap(), ["20260102T030407.006Z-8"]);
    assert_eq!(runs.infos(now).len(), 1);
}

#[test]
fn what_is_folded_stands_as_the_worst_of_it() {
    use crate::api::{Board, Card};
    let card = |id: &str, members: &[&str]| {
        let value = serde_json::json!({
            "id": id, "kind": "group", "label": {"shown": id, "full": id}, "sub": null, "data_type": null,
            "x": 0.0, "y": 0.0, "w": 0.0, "h": 0.0, "pinned": false, "frame": null, "ports": [], "slot": false, "badges": [],
            "units": null, "members": members, "foldable": true, "problem": null, "line": 1,
        });
        serde_json::from_value::<Card>(value).unwrap()
    };
    let folder = Folder::with(CHAIN);
    folder.write("broken", "");
    let mut runs = Runs::default();
    folder.run(&PlanRequest::default(), &runs);
    folder.look(&mut runs);
    let project = folder.open(&PlanRequest::default());
    let units = Units::of(project.checked());
    let outlook = Outlook::of(&project, &Memory::default(), &units);
    let mut all = states(&outlook, runs.latest(), None, &units);
    let cards = vec![card("group:g", &["step:make", "step:check", "data:made"]), card("step:make", &[])];
    add_folded(&mut all, &Board { cards, ..Board::default() });
    let group = all.last().unwrap();
    assert_eq!((&*group.id, group.state, group.counts.units), ("group:g", UnitState::Failed, 2));
    assert_eq!((group.counts.ok, group.counts.failed, &group.why[..]), (1, 1, &["exit code 1".to_owned()][..]));
}
