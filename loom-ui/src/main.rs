//! `loom-ui`: the editor of loom pipelines. It serves a page and what the page asks for; what that means is the libraries' business.

mod apart;
mod args;
mod assets;
mod exit;
mod guard;
mod hosts;
mod hub;
mod listen;
mod opener;
mod refusal;
mod routes;
mod serve;
mod signals;
mod socket;
mod token;
mod watch;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use loom_exec::{Ended, Supervised};

use args::Args;

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
    let parsed = Args::try_parse_from(&args).unwrap_or_else(|error| error.exit());
    match early.unwrap_or_else(|| loom_exec::supervise(args)) {
        Supervised::Over(ended) => take_over(ended),
        Supervised::Runner(runner) => match &parsed.run_apart {
            Some(json) => apart::run_apart(json, runner),
            None => serve::serve(&parsed, runner).unwrap_or_else(|failed| failed.say()),
        },
    }
}

/// Ends as the server did. One that was killed could not say so itself.
fn take_over(ended: Ended) -> u8 {
    if let Some(signal) = ended.by_surprise() {
        exit::say(&format!("error: the editor was ended by signal {signal}; what it had started was ended"));
    }
    ended.code()
}
