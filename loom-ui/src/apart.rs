//! A run as a process of its own: what it does is kept in its folder, where the server and everybody else find it.

use std::io::Write;

use loom_exec::{Apart, Cancel, Event, Project, RunOptions, Runner, Settings, Summary, hand_signals_to};
use loom_ui_core::runs::ToRun;

use crate::exit;

/// All that was asked for is there.
const OK: u8 = 0;

/// Runs what `json` describes, and gives the code to exit with: that of `loom`. Which run it is is told on standard output,
/// as [`Apart::line`] has it; why there is none, on standard error.
pub(crate) fn run_apart(json: &str, runner: Runner) -> u8 {
    try_run(json, runner).unwrap_or_else(|failed| {
        exit::say(&failed.message);
        failed.code
    })
}

/// Why there is no run, for people.
struct NoRun {
    code: u8,
    message: String,
}

#[expect(clippy::needless_pass_by_value, reason = "they are what errors are made with, by value")]
impl NoRun {
    fn wrong(message: impl ToString) -> Self {
        Self { code: exit::WRONG, message: message.to_string() }
    }

    fn failed(message: impl ToString) -> Self {
        Self { code: exit::FAILED, message: message.to_string() }
    }
}

fn try_run(json: &str, runner: Runner) -> Result<u8, NoRun> {
    let to_run = ToRun::read(json).map_err(NoRun::wrong)?;
    let settings = to_run.settings(&Settings::with_environment(std::env::vars_os()));
    let project = Project::open(&to_run.file, settings).map_err(NoRun::wrong)?;
    // What is wrong with the pipeline itself says more than what is wrong with the selection.
    if project.checked().expanded.is_none() {
        let refused = project.plan(&loom_exec::Selection::default()).err();
        return Err(NoRun::wrong(refused.map_or_else(String::new, |refused| refused.to_string())));
    }
    let selection = to_run.selection(&project).map_err(NoRun::wrong)?;
    let decisions = project.plan(&selection).map_err(NoRun::wrong)?;
    if decisions.steps().is_empty() {
        return Err(NoRun::wrong("nothing to run: no step is selected that is not optional or disabled"));
    }
    let cancel = Cancel::new().map_err(|error| NoRun::failed(format!("cannot prepare a run: {error}")))?;
    let held_up = |signal| std::process::exit(exit::by_signal(signal).into());
    hand_signals_to(cancel.clone(), Some(runner), held_up)
        .map_err(|error| NoRun::failed(format!("cannot wait for signals: {error}")))?;
    Apart::hear(cancel.clone()).map_err(|error| NoRun::failed(format!("cannot hear what is asked: {error}")))?;
    let options = RunOptions {
        workers: to_run.workers.unwrap_or_else(|| decisions.workers(None)),
        cancel: Some(cancel),
        force: to_run.plan.force,
        end_orphans: true,
        ..RunOptions::default()
    };
    let summary = decisions.run(&options, tell).map_err(NoRun::failed)?;
    Ok(code(&summary))
}

/// Tells which run it is. If nobody reads that any more, the run goes on all the same.
fn tell(event: &Event) {
    if let Some(line) = Apart::line(event) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    }
}

fn code(summary: &Summary) -> u8 {
    match summary.stopped_by {
        _ if summary.panicked => exit::BUG,
        Some(signal) => exit::by_signal(signal),
        None if summary.is_success() => OK,
        None => exit::FAILED,
    }
}
