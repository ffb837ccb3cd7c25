//! What `loom` can be asked to do.

mod afterwards;
pub(crate) mod check;
mod clean;
pub(crate) mod diff;
mod dry_run;
mod folded;
pub(crate) mod graph;
pub(crate) mod init;
pub(crate) mod install;
mod investigate;
mod kept;
mod list;
pub(crate) mod log;
pub(crate) mod plan;
pub(crate) mod report;
pub(crate) mod results;
mod rows;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod why;

use std::io::Write;
use std::path::Path;

use loom_exec::{Project, Settings};
use loom_spec::{Problem, ReadError, ReadErrorKind, Source};

use crate::args::{Color, command_like};
use crate::{diagnostic, exit, terminal};

/// The end of a command that went wrong and has said why.
struct Said(u8);

/// Opens a pipeline, or says why it cannot.
fn open(path: &Path, settings: Settings) -> Result<Project, Said> {
    Project::open(path, settings).map_err(|error| unreadable(&error))
}

fn unreadable(error: &ReadError) -> Said {
    say(&format!("error: {error}"));
    match &error.kind {
        ReadErrorKind::NoPipelineInFolder => say("  help: name the pipeline file, as in `loom path/to/pipeline.yml`"),
        ReadErrorKind::Io(io) if io.kind() == std::io::ErrorKind::NotFound => {
            if let Some(help) = command_like(&error.path.to_string_lossy()) {
                say(&format!("  help: {help}"));
            }
        }
        ReadErrorKind::NotUtf8 { line, at } => say(&format!("   --> {}:{line}:{at}", error.path.display())),
        _ => {}
    }
    Said(exit::WRONG)
}

/// Tells problems on standard error.
fn tell_problems(source: &Source, problems: &[Problem], color: Color) {
    if problems.is_empty() {
        return;
    }
    let rendered = diagnostic::render(source, problems, terminal::wants_color(color, &std::io::stderr()));
    say(&rendered);
    say("");
}

/// These errors and the pipeline's warnings, in file order; a warning that has become an error is told as that.
fn with_warnings(errors: Vec<Problem>, project: &Project) -> Vec<Problem> {
    let is_told = |warning: &Problem| errors.iter().any(|error| error.labels == warning.labels);
    let warnings = project.checked().problems.iter().filter(|problem| !problem.is_error() && !is_told(problem));
    let mut problems: Vec<Problem> = warnings.cloned().collect();
    problems.extend(errors);
    loom_spec::sort(&mut problems);
    problems
}

/// Tells how many problems there were, and that they were the end of it.
fn refused(problems: &[Problem]) -> Said {
    refused_to("run", problems)
}

/// Tells how many problems there were, and what was not done because of them.
fn refused_to(what_not: &str, problems: &[Problem]) -> Said {
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let what = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
    say(&format!("{what}; nothing was {what_not}"));
    Said(exit::WRONG)
}

/// A line on standard error. If nobody can read it, there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints to standard output. A reader that went away wanted no more.
fn print(text: &str) -> u8 {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => exit::OK,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => exit::by_signal(signal_hook::consts::SIGPIPE),
        Err(error) => {
            say(&format!("error: cannot write to standard output: {error}"));
            exit::FAILED
        }
    }
}
