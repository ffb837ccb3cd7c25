//! `loom`: arguments in, lines out. What a pipeline means and how it runs is the libraries' business.

mod args;
mod commands;
mod diagnostic;
mod exit;
mod junit;
mod live;
mod outlet;
mod page;
mod reasons;
mod report;
mod results_page;
mod sameness;
mod swept;
mod table;
mod terminal;
mod trace;
mod when;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use loom_exec::{Ended, Outcome, Supervised};

use args::{Cli, Command};

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(exit::tell_bug));
    ExitCode::from(std::panic::catch_unwind(start).unwrap_or(exit::BUG))
}

fn start() -> u8 {
    let args: Vec<OsString> = std::env::args_os().collect();
    // A supervisor needs to know no more of its arguments than that.
    let early = loom_exec::is_supervisor(&args).then(|| loom_exec::supervise(args.clone()));
    if let Some(Supervised::Over(ended)) = early {
        return take_over(ended);
    }
    let Cli { command, run } = Cli::try_parse_from(&args).unwrap_or_else(|error| args::refuse(&error));
    let color = run.color;
    match command {
        None if run.only_shows() => commands::run::run(&run, None),
        None => match early.unwrap_or_else(|| loom_exec::supervise(args)) {
            Supervised::Runner(runner) => commands::run::run(&run, Some(runner)),
            Supervised::Over(ended) => take_over(ended),
        },
        Some(Command::Check(args)) => commands::check::check(&args, color),
        Some(Command::Graph(args)) => commands::graph::graph(&args, color),
        Some(Command::Plan(args)) => commands::plan::plan(&args, color),
        Some(Command::Why(args)) => commands::why::why(&args, color),
        Some(Command::Runs(args)) => commands::runs::runs(&args, color),
        Some(Command::Log(args)) => commands::log::log(&args),
        Some(Command::Report(args)) => commands::report::report(&args),
        Some(Command::Results(args)) => commands::results::results(&args, color),
        Some(Command::Diff(args)) => commands::diff::diff(&args, color),
        Some(Command::Init(args)) => commands::init::init(&args),
        Some(Command::Schema) => commands::schema::schema(),
        Some(Command::Completions(args)) => commands::install::completions(&args),
        Some(Command::Man(args)) => commands::install::man(&args),
    }
}

/// Ends as the run did. One that was killed could not say so itself.
fn take_over(ended: Ended) -> u8 {
    if let Some(signal) = ended.by_surprise() {
        let how = Outcome::Signalled { signal };
        commands::say(&format!("error: the run was {how}; what it had started was ended"));
    }
    ended.code()
}
