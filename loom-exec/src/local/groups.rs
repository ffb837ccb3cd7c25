//! The process groups of the steps that run.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// The process groups of the steps that run, to reach them all, and to wait until one less does.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    state: Mutex<State>,
    one_ended: Condvar,
    /// Whether this process is given the orphans below it, and they are the run's.
    has_orphans: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    groups: Vec<Pid>,
    running: usize,
    ends: u64,
}

/// A step that runs, for as long as this is kept.
pub(super) struct Entry<'a> {
    groups: &'a Groups,
    group: Pid,
}

impl Groups {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn enter(&self, group: Pid) -> Entry<'_> {
        let mut state = self.state();
        state.groups.push(group);
        state.running += 1;
        drop(state);
        Entry { groups: self, group }
    }

    /// Sends a signal to all that run.
    pub(crate) fn send(&self, signal: Signal) {
        for group in &self.state().groups {
            let _ = kill_process_group(*group, signal);
        }
    }

    pub(super) fn contains(&self, pid: Pid) -> bool {
        self.state().groups.contains(&pid)
    }

    #[cfg(target_os = "linux")]
    pub(super) fn count(&self) -> usize {
        self.state().running
    }

    /// How many have ended so far.
    pub(super) fn ends(&self) -> u64 {
        self.state().ends
    }

    /// Waits, but not for long, until more have ended than so many. Returns whether there is anything to wait for.
    pub(super) fn wait_for_end(&self, ends: u64, at_most: Duration) -> bool {
        let state = self.state();
        if state.running == 0 && state.ends == ends {
            return false;
        }
        let still = |state: &mut State| state.ends == ends && state.running > 0;
        drop(self.one_ended.wait_timeout_while(state, at_most, still));
        true
    }

    /// From now on, orphans are looked for.
    #[cfg(target_os = "linux")]
    pub(crate) fn take_orphans(&self) {
        self.has_orphans.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_orphans(&self) -> bool {
        self.has_orphans.load(Ordering::Relaxed)
    }
}

impl Entry<'_> {
    /// Sends no more signals to the group: to be called before its first process is reaped, since a stranger may have the
    /// number from then on.
    pub(super) fn let_go(&self) {
        self.groups.state().groups.retain(|group| *group != self.group);
    }

    /// The same, for a process that somebody else may reap as soon as it is let go: that has to wait until it is done here.
    #[cfg(target_os = "linux")]
    pub(super) fn let_go_while<T>(&self, reap: impl FnOnce() -> T) -> T {
        let mut state = self.groups.state();
        state.groups.retain(|group| *group != self.group);
        reap()
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        // Nobody is left who would end it.
        if std::thread::panicking() && self.groups.contains(self.group) {
            let _ = kill_process_group(self.group, Signal::KILL);
        }
        self.let_go();
        let mut state = self.groups.state();
        state.running -= 1;
        state.ends += 1;
        self.groups.one_ended.notify_all();
    }
}
