//! What a step left running when its first process ended.
//!
//! Where this process is given the orphans below it, all that a step left is among its children by then, whatever group or
//! session it went to; it is known by the environment that it began with. Elsewhere what is left in the step's process group
//! is all that can be found.

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use super::groups::Groups;
use crate::{Job, Leak};

/// Looks for what one step left.
pub(super) struct Leaks<'a> {
    groups: &'a Groups,
    group: Pid,
    #[cfg(target_os = "linux")]
    environment: &'a [(std::ffi::OsString, std::ffi::OsString)],
}

impl<'a> Leaks<'a> {
    pub(super) fn of(job: &Job<'a>, group: Pid) -> Self {
        Self {
            groups: job.cancel.groups(),
            group,
            #[cfg(target_os = "linux")]
            environment: job.environment,
        }
    }

    /// Whether it finds more than what is in the step's group, and that before the step is reaped. Otherwise it finds
    /// anything only when that has been done, since a process group that has only a dead leader looks like any other.
    pub(super) fn finds_orphans(&self) -> bool {
        self.groups.has_orphans()
    }

    /// What is there now.
    pub(super) fn look(&self) -> Vec<Pid> {
        #[cfg(target_os = "linux")]
        if self.finds_orphans() {
            return self.orphans();
        }
        Vec::from_iter(test_kill_process_group(self.group).is_ok().then_some(self.group))
    }

    /// What is to be told of it.
    pub(super) fn leak(&self, pid: Pid) -> Leak {
        #[cfg(target_os = "linux")]
        let command = if self.finds_orphans() { super::tree::command(pid) } else { String::new() };
        #[cfg(not(target_os = "linux"))]
        let command = String::new();
        Leak { pid: pid.as_raw_pid(), command }
    }

    /// Ends what there is, and all below it, and waits for the end of what can be waited for.
    pub(super) fn end(&self) {
        #[cfg(target_os = "linux")]
        if self.finds_orphans() {
            use rustix::process::{WaitOptions, kill_process, waitpid};
            loop {
                let orphans = self.orphans();
                if orphans.is_empty() {
                    return;
                }
                for pid in super::tree::with_descendants(orphans.clone(), &|_| false) {
                    let _ = kill_process(pid, Signal::KILL);
                }
                // What was below it is an orphan from then on, to be found the next time round.
                for orphan in orphans {
                    while matches!(waitpid(Some(orphan), WaitOptions::empty()), Err(rustix::io::Errno::INTR)) {}
                }
            }
        }
        let _ = kill_process_group(self.group, Signal::KILL);
    }

    /// The orphans of this step. Those that have ended by themselves are reaped on the way, whosever they were.
    #[cfg(target_os = "linux")]
    fn orphans(&self) -> Vec<Pid> {
        use rustix::process::{WaitOptions, waitpid};
        let has_ended = |pid| matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(Some(_)) | Err(_));
        let mut orphans = super::tree::adopted();
        orphans.retain(|pid| !self.groups.contains(*pid) && !has_ended(*pid) && self.is_ours(*pid));
        orphans
    }

    #[cfg(target_os = "linux")]
    fn is_ours(&self, pid: Pid) -> bool {
        let theirs = super::tree::Environment::of(pid);
        let mine =
            |name: &str| self.environment.iter().find(|(mine, _)| mine == name).map(|(_, value)| value.as_os_str());
        if theirs.step() != [None, None] {
            return theirs.step() == ["LOOM_RUN_ID", "LOOM_STEP"].map(mine);
        }
        // It has another environment, or none that may be read. Nobody leaves a group for that of another step.
        let kin = super::tree::Kin::of(pid).map_or([None, None], |kin| [kin.group, kin.session]);
        let belongs_to = kin.into_iter().flatten().find(|of| self.groups.contains(*of));
        belongs_to.map_or_else(|| self.groups.count() <= 1, |group| group == self.group)
    }
}
