//! The program of the README: runs `pipeline.yml` of the current folder.

use loom_exec::{Event, Project, RunOptions, Selection, Settings};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = Settings::with_environment(std::env::vars_os());
    let project = Project::open("pipeline.yml", settings)?;
    let decisions = project.plan(&Selection::default())?;
    let summary = decisions.run(&RunOptions::default(), |event| {
        if let Event::UnitFinished { unit, outcome, .. } = event {
            println!("{unit}: {outcome}");
        }
    })?;
    println!("{} of {} ok", summary.succeeded, summary.total());
    Ok(())
}
