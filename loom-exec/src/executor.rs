//! The seam between a run and the world that its commands run in.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Cancel, Command, Outcome, Stream};

/// One command to run, and what the executor owes the run while it does.
pub struct Job<'a> {
    /// The name of the unit.
    pub unit: &'a str,
    /// What to run.
    pub command: &'a Command,
    /// The folder to run it in.
    pub folder: &'a Path,
    /// The whole environment to run it in, name and value.
    pub environment: &'a [(std::ffi::OsString, std::ffi::OsString)],
    /// Tells when the run, or [this unit alone](Cancel::ends_unit), is to end; the executor ends the command then and answers
    /// [`Outcome::Stopped`].
    pub cancel: &'a Cancel,
    /// How long a command may take to end once it was told to, before it is killed.
    pub grace: Duration,
    /// How long the command may take. If it takes longer it is ended as by SIGTERM, and the answer is
    /// [`Outcome::TimedOut`].
    pub timeout: Option<Duration>,
    /// Whether what the command leaves running when it ends may go on, for as long as it likes. Otherwise it is told by
    /// `leaked`, and ended.
    pub detach: bool,
    /// Takes what the command writes, as it writes it. An error means that it cannot be kept; the command is not
    /// ended for that, but has failed.
    pub output: &'a mut dyn FnMut(Stream, &[u8]),
    /// Takes what the command has left running, before that is ended; never called where the command did not end by
    /// itself.
    pub leaked: &'a mut dyn FnMut(Leak),
    /// Takes what is to be told, once in a run, of how commands are run other than the pipeline asks for.
    pub warn: &'a mut dyn FnMut(String),
}

/// A process that a command left running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Its number; that of the process group, where nothing more is known.
    pub pid: i32,
    /// Its command line, as far as the system tells it.
    pub command: String,
}

/// Runs commands. The engine calls it from as many threads as it has workers.
///
/// An embedding program may bring its own, for another machine or for a test:
///
/// ```
/// use loom_exec::{Executor, Job, Outcome, Stream};
///
/// /// Runs nothing, and says so.
/// struct Pretend;
///
/// impl Executor for Pretend {
///     fn execute(&self, job: Job<'_>) -> Outcome {
///         (job.output)(Stream::Stdout, format!("would run {}\n", job.unit).as_bytes());
///         Outcome::Succeeded
///     }
/// }
/// ```
pub trait Executor: Sync {
    /// Runs one command to its end. It is over when this returns: nothing of it is left running.
    fn execute(&self, job: Job<'_>) -> Outcome;

    /// Whether the commands' files are where this process sees them, so that folders can be made before a command and
    /// its outputs looked for after it.
    fn shares_files(&self) -> bool {
        true
    }
}
