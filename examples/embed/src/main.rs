//! Runs the pipeline that it is given, shows its progress in its own way, and stops it after a time limit.
//!
//! ```sh
//! cargo run -p example-embed -- examples/parallel
//! ```

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use loom_exec::{Cancel, Event, Project, RunOptions, Selection, Settings};

fn main() -> Result<(), Box<dyn Error>> {
    let path: PathBuf = std::env::args_os().nth(1).unwrap_or_else(|| ".".into()).into();
    let project = Project::open(&path, Settings::with_environment(std::env::vars_os()))?;
    let decisions = project.plan(&Selection::default())?;

    // Any thread may end the run; this one gives it a minute.
    let cancel = Cancel::new()?;
    let timer = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_secs(60));
        timer.stop(loom_exec::TERM);
    });

    let total = decisions.plan().step_count();
    let mut ended = 0;
    let options = RunOptions { cancel: Some(cancel), ..RunOptions::default() };
    let summary = decisions.run(&options, |event| match event {
        Event::UnitFinished { unit, outcome, .. } => {
            ended += 1;
            println!("[{ended}/{total}] {unit}: {outcome}");
        }
        Event::UnitUpToDate { unit, .. } => {
            ended += 1;
            println!("[{ended}/{total}] {unit}: up to date");
        }
        Event::UnitSkipped { unit, because } => {
            ended += 1;
            println!("[{ended}/{total}] {unit}: skipped, {because}");
        }
        _ => {}
    })?;
    if summary.is_success() { Ok(()) } else { Err(format!("{} of {total} failed", summary.failed).into()) }
}
