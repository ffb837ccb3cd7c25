//! Runs belong to the server: neither a tab nor its own end loses one.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Server, folder, program};

/// Two steps: the first ends, the second says who it is and stays.
const STAYS: &str = "\
pipeline:
  - {name: told, command: 'env > env.txt; echo one; echo two', outputs: {out: env.txt}}
  - {name: stays, command: 'echo $$ > pid.txt; exec sleep 1000', inputs: {env: env.txt}, outputs: {out: pid.txt}}
";

fn server() -> Server {
    let folder = folder();
    std::fs::write(folder.path().join("work/pipeline.yml"), STAYS).unwrap();
    let mut command = program(folder.path());
    command.args(["--json", "--port", "0"]).env("LOOM_UI_TOKEN", "a-token-for-the-test");
    Server::start(folder, command)
}

impl Server {
    /// Starts a run.
    fn run(&self) -> String {
        let doc = self.doc();
        let rev = self.get(&doc).json()["rev"].clone();
        let answer = self.post(&format!("{doc}/runs"), &json!({"rev": rev}));
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["run"].as_str().unwrap().to_owned()
    }

    /// How a run stands.
    fn state(&self, run: &str) -> Value {
        let runs = self.get(&format!("{}/runs", self.doc())).json();
        let runs = runs.as_array().unwrap().clone();
        runs.into_iter().find(|info| info["run"] == run).map_or(Value::Null, |info| info["state"].clone())
    }

    /// Waits for the step that stays, and gives its number.
    fn stays(&self) -> i32 {
        let file = self.work().join("pid.txt");
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if text.ends_with('\n') {
                return text.trim().parse().unwrap();
            }
            std::thread::yield_now();
        }
    }
}

/// Whether a process is at work.
fn is_there(pid: i32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    // A zombie has ended; who reaps it is not loom's business.
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

fn kill(pid: i32, signal: Signal) {
    kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
}

#[test]
fn a_run_is_told_of_and_its_lines_come_as_they_are_written() {
    let server = server();
    let doc = server.doc();
    let id = doc.rsplit('/').next().unwrap().to_owned();
    server.get(&doc);
    let mut socket = server.socket();
    socket.say(&json!({"t": "sub", "doc": id}));
    let run = server.run();
    server.stays();
    while socket.wait_for("run")["info"]["run"] != *run {}
    socket.say(&json!({"t": "watch_log", "doc": id, "run": run, "unit": "told", "from": 0}));
    let page = socket.wait_for("log");
    assert_eq!((&page["run"], &page["unit"]), (&json!(run), &json!("told")));
    assert_eq!(page["page"]["lines"][1]["spans"][0]["text"], "two", "{page}");
    // What runs inherits the environment, and not the token.
    let environment = std::fs::read_to_string(server.work().join("env.txt")).unwrap();
    assert!(environment.contains("PATH=") && !environment.contains("a-token-for-the-test"), "{environment}");
    // A tab that goes takes nothing along.
    drop(socket);
    assert_eq!(server.state(&run), "running");
    let stopped = server.ask("POST", &format!("{doc}/runs/{run}/cancel"), &[], "");
    assert_eq!(stopped.status, 204, "{stopped:?}");
    while server.state(&run) != "stopped" {}
    assert!(!is_there(server.stays()));
}

#[test]
fn one_unit_is_stopped_and_the_run_goes_on() {
    let folder = folder();
    let text = "pipeline:
  - {name: stays, command: 'echo $$ > pid.txt; exec sleep 1000', outputs: {out: pid.txt}}
  - {name: needs, command: 'touch needs.txt', inputs: {in: pid.txt}, outputs: {out: needs.txt}}
  - {name: waits, command: 'until [ -e go ]; do sleep 0.01; done'}
";
    std::fs::write(folder.path().join("work/pipeline.yml"), text).unwrap();
    let mut command = program(folder.path());
    command.args(["--json", "--port", "0"]).env("LOOM_UI_TOKEN", "a-token-for-the-test");
    let server = Server::start(folder, command);
    let run = server.run();
    let step = server.stays();
    let stop = |units: Value| server.post(&format!("{}/runs/{run}/cancel", server.doc()), &json!({"units": units}));
    assert_eq!(
        stop(json!(["stays", "needs", "nobody"])).status,
        204,
        "those that are not at work are left as they are"
    );
    while is_there(step) {
        std::thread::yield_now();
    }
    assert_eq!(server.state(&run), "running");
    std::fs::write(server.work().join("go"), "").unwrap();
    while server.state(&run) != "failed" {}
    let detail = server.get(&format!("{}/runs/{run}", server.doc())).json();
    let units = detail["units"].as_array().unwrap();
    let mut states: Vec<_> = units.iter().map(|unit| format!("{} {}", unit["unit"], unit["state"])).collect();
    states.sort();
    assert_eq!(states, [r#""needs" "skipped""#, r#""stays" "stopped""#, r#""waits" "fresh""#]);
    assert!(!server.work().join("needs.txt").exists());
    assert_eq!(stop(json!(["waits"])).status, 204, "to a run that is over nothing is said");
}

#[test]
fn the_server_takes_its_runs_along_however_it_ends() {
    for (signal, of_runner) in
        [(Signal::TERM, false), (Signal::INT, false), (Signal::KILL, false), (Signal::KILL, true)]
    {
        let mut server = server();
        server.run();
        let step = server.stays();
        assert!(is_there(step));
        let first = i32::try_from(server.child.id()).unwrap();
        kill(if of_runner { server.pid } else { first }, signal);
        let code = server.child.wait().unwrap().code();
        if signal != Signal::KILL {
            assert_eq!(code, Some(128 + signal.as_raw()));
            assert!(!is_there(step), "it was waited for");
        }
        while is_there(step) {
            std::thread::yield_now();
        }
    }
}

#[test]
fn there_are_sixteen_and_the_next_is_told() {
    let server = server();
    for _ in 0..16 {
        server.run();
    }
    let doc = server.doc();
    let rev = server.get(&doc).json()["rev"].clone();
    let answer = server.post(&format!("{doc}/runs"), &json!({"rev": rev}));
    assert_eq!((answer.status, &*answer.code()), (429, "too_many"));
}

#[test]
fn only_what_is_saved_runs_and_only_what_was_seen() {
    let server = server();
    let doc = server.doc();
    let state = server.get(&doc).json();
    let rev = state["rev"].as_u64().unwrap();
    let body = json!({"base_rev": rev, "text": STAYS.replace("1000", "999")}).to_string();
    assert_eq!(server.ask("PUT", &format!("{doc}/text"), &["Content-Type: application/json"], &body).status, 200);
    for (rev, code) in [(rev, "stale"), (rev + 1, "unsaved")] {
        let answer = server.post(&format!("{doc}/runs"), &json!({"rev": rev}));
        assert_eq!((answer.status, &*answer.code()), (409, code));
    }
    assert!(!server.work().join("env.txt").exists());
}
