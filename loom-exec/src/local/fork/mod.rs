//! Python tasks as forks of an interpreter that has imported what they need.
//!
//! One Python of the pipeline imports the modules that `execution.python.preload` names, once, and each unit of a Python task is
//! a fork of it, in a process group of its own and with pipes of its own, that runs the script as `__main__`. To all else it is a
//! process like any other: the server does not reap it before it is told to, so its number stays its own.
//!
//! A module may read any variable when it is imported, so a server forks only for units with the very environment that it
//! was started with; some few environments have a server each. Whatever it does not suit runs by an interpreter of its own.

#[cfg(target_os = "linux")]
mod server;

use std::path::PathBuf;

use crate::{Executor, Job, LocalExecutor, Outcome};

#[cfg(target_os = "linux")]
pub(super) use server::Server;

/// The executor of this machine for a pipeline that has modules to preload.
pub(crate) struct Preloaded {
    python: PathBuf,
    #[cfg(target_os = "linux")]
    servers: server::Servers,
    #[cfg(not(target_os = "linux"))]
    told: std::sync::Once,
}

impl Preloaded {
    #[cfg(target_os = "linux")]
    pub(crate) fn new(python: PathBuf, modules: Vec<String>) -> Self {
        Self { python, servers: server::Servers::new(modules) }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn new(python: PathBuf, _: Vec<String>) -> Self {
        Self { python, told: std::sync::Once::new() }
    }

    /// Whether this is a Python task as `python script arguments`, and nothing may outlive it.
    fn suits(&self, job: &Job<'_>) -> bool {
        use std::os::unix::ffi::OsStrExt;
        /// Far below what a system takes, so that what is refused for its length is refused as ever. In bytes.
        const LONGEST: usize = 64 << 10;
        let script = job.command.args.first().map(|script| script.as_bytes()).unwrap_or_default();
        let args = || job.command.args.iter();
        job.command.program == self.python
            && !job.detach
            && script.ends_with(b".py")
            && !script.starts_with(b"-")
            && args().map(|word| word.len() + 1).sum::<usize>() <= LONGEST
            && !args().any(|word| word.as_bytes().contains(&0))
    }
}

impl Executor for Preloaded {
    #[cfg(target_os = "linux")]
    fn execute(&self, mut job: Job<'_>) -> Outcome {
        if !self.suits(&job) {
            return LocalExecutor.execute(job);
        }
        match self.servers.start(&mut job) {
            Ok(Some(process)) => super::to_its_end(process, &mut job),
            Ok(None) => LocalExecutor.execute(job),
            Err(refusal) => refusal.into(),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn execute(&self, job: Job<'_>) -> Outcome {
        if self.suits(&job) {
            self.told.call_once(|| (job.warn)(not_used("it takes Linux")));
        }
        LocalExecutor.execute(job)
    }
}

/// What is told of modules that are not preloaded after all.
fn not_used(why: &str) -> String {
    format!("`preload` has no effect, and each Python task starts an interpreter: {why}")
}
