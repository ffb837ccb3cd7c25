//! `loom`: arguments in, lines out. What a pipeline means and how it runs is the libraries' business.

mod args;
mod commands;
mod diagnostic;
mod events;
mod exit;
mod outlet;
mod report;
mod signals;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let Cli { command, run } = Cli::try_parse().unwrap_or_else(|error| args::refuse(&error));
    let color = run.color;
    let code = match command {
        None => commands::run::run(&run),
        Some(Command::Check(args)) => commands::check::check(&args, color),
        Some(Command::Graph(args)) => commands::graph::graph(&args, color),
        Some(Command::Init(args)) => commands::init::init(&args),
        Some(Command::Schema) => commands::schema::schema(),
        Some(Command::Completions(args)) => commands::install::completions(&args),
        Some(Command::Man(args)) => commands::install::man(&args),
    };
    ExitCode::from(code)
}
