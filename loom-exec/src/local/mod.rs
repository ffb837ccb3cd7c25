//! Commands as processes of this machine.
//!
//! A worker thread spawns the command, then waits in one `poll` for its output, its end and the run's stop, so that no
//! further thread and no timer is needed.

mod ending;
mod fork;
mod groups;
mod leaks;
mod running;
mod start;
#[cfg(target_os = "linux")]
pub(crate) mod tree;

#[cfg(target_os = "linux")]
use std::io::PipeReader;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};

use ending::Ending;
use leaks::Leaks;
use running::{Running, Told};
use rustix::process::{Pid, Signal, kill_process_group};
use start::start;

pub(crate) use fork::Preloaded;
pub(crate) use groups::Groups;

use crate::{Executor, Job, Outcome};

/// The executor of this machine: each command a process of its own, in a process group of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExecutor;

impl Executor for LocalExecutor {
    fn execute(&self, mut job: Job<'_>) -> Outcome {
        match start(&job, || start::command(&job).spawn()) {
            Ok(child) => to_its_end(Process::of(child), &mut job),
            Err(refusal) => refusal.into(),
        }
    }
}

/// A process that has been started and is to be seen to its end. It leads a process group.
struct Process {
    pid: Pid,
    running: Running,
    ending: Ending,
    reaper: Reaper,
}

/// Who can reap a process: its parent.
enum Reaper {
    Us(Child),
    #[cfg(target_os = "linux")]
    Server(std::sync::Arc<fork::Server>),
}

impl Process {
    fn of(mut child: Child) -> Self {
        let pid = Pid::from_child(&child);
        let stdout = child.stdout.take().map(|pipe| OwnedFd::from(pipe).into());
        let stderr = child.stderr.take().map(|pipe| OwnedFd::from(pipe).into());
        let running = Running::new(pid, stdout, stderr);
        Self { pid, running, ending: Ending::of(&child), reaper: Reaper::Us(child) }
    }

    #[cfg(target_os = "linux")]
    fn forked(pid: Pid, [stdout, stderr]: [PipeReader; 2], server: std::sync::Arc<fork::Server>) -> Self {
        let running = Running::new(pid, Some(stdout), Some(stderr));
        Self { pid, running, ending: Ending::of_another_s(pid), reaper: Reaper::Server(server) }
    }

    /// Lets the process go, whose number may be a stranger's from then on. It has ended.
    fn reap(&mut self, entry: &groups::Entry<'_>) -> Result<ExitStatus, String> {
        match &mut self.reaper {
            Reaper::Us(child) => {
                entry.let_go();
                child.wait().map_err(|error| error.to_string())
            }
            #[cfg(target_os = "linux")]
            Reaper::Server(server) => entry.let_go_while(|| server.reap(self.pid)),
        }
    }
}

fn to_its_end(process: Process, job: &mut Job<'_>) -> Outcome {
    see_to_its_end(process, job).unwrap_or_else(|message| Outcome::Broken {
        message: format!("cannot wait for {}: {message}", job.command.program.display()),
    })
}

fn see_to_its_end(mut process: Process, job: &mut Job<'_>) -> Result<Outcome, String> {
    let group = process.pid;
    // Dropped last of all, when there is room for another process.
    let entry = job.cancel.groups().enter(group);
    #[cfg(debug_assertions)]
    panic_on_purpose(job);
    let leaks = Leaks::of(job, group);
    let told = process.running.wait(&process.ending, job);
    // The process has ended but is not reaped, so its number, which is that of the group, is still its own.
    let by_itself = matches!(told, Ok(None));
    if !by_itself {
        let _ = kill_process_group(group, Signal::KILL);
    }
    if leaks.finds_orphans() && !(by_itself && job.detach) {
        process.running.end_leaks(&leaks, by_itself, job);
    }
    let status = process.reap(&entry)?;
    if !leaks.finds_orphans() && by_itself && !job.detach {
        process.running.end_leaks(&leaks, by_itself, job);
    }
    Ok(match (status.code(), status.signal(), told?) {
        (.., Some(Told::TimedOut)) => Outcome::TimedOut { after: job.timeout.unwrap_or_default() },
        // Somebody did not want it to come to its end, so what it made is not taken for whole.
        (.., Some(Told::UnitStopped)) => Outcome::Stopped,
        (Some(0), ..) => Outcome::Succeeded,
        // It was told to end, and ended: how is not worth telling.
        (.., Some(Told::Stopped)) => Outcome::Stopped,
        (Some(code), ..) => Outcome::Exited { code },
        (None, signal, None) => Outcome::Signalled { signal: signal.unwrap_or(0) },
    })
}

/// A place to see what a bug in a worker does: the tests say by LOOM_FAILPOINT which unit meets one.
#[cfg(debug_assertions)]
fn panic_on_purpose(job: &Job<'_>) {
    let here = |(name, value): &(std::ffi::OsString, std::ffi::OsString)| name == "LOOM_FAILPOINT" && value == job.unit;
    assert!(!job.environment.iter().any(here), "asked for by LOOM_FAILPOINT");
}

/// Waits for the end of what a run left that was killed, as far as this system tells.
pub(crate) fn outlive(run: &str) {
    #[cfg(target_os = "linux")]
    tree::outlive(run);
    #[cfg(not(target_os = "linux"))]
    let _ = run;
}

/// From now on, orphaned descendants become children of this process, and are looked for where a step of this run ends.
#[cfg(target_os = "linux")]
pub(crate) fn adopt_orphans(cancel: &crate::Cancel) -> std::io::Result<()> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    cancel.groups().take_orphans();
    Ok(())
}

/// Ends all descendants of this process but those that may stay, and waits for their end.
#[cfg(target_os = "linux")]
pub(crate) fn end_orphans() {
    tree::end_all(&tree::is_detached);
}

#[cfg(test)]
mod tests;
