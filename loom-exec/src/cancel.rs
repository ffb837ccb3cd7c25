//! Ending a run from outside, in two stages: stop, then kill.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use crossbeam_channel::{Receiver, Sender};
use rustix::process::Signal;

use crate::local::Groups;

/// A handle that ends a run: clone it, keep one, give the other to [`RunOptions`](crate::RunOptions).
///
/// ```
/// let cancel = loom_exec::Cancel::new()?;
/// let handle = cancel.clone();
/// std::thread::spawn(move || handle.stop(loom_exec::TERM)).join().unwrap();
/// assert!(cancel.is_stopped());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cancel {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// The signal that running steps get; 0 until the run is stopped.
    signal: AtomicI32,
    stop: Stage,
    kill: Stage,
    groups: Groups,
}

/// A thing that happens once, which any number of threads can wait for, in `poll` or in `select!`.
#[derive(Debug)]
struct Stage {
    readable_after: PipeReader,
    closed_after: Receiver<()>,
    not_yet: Mutex<Option<(PipeWriter, Sender<()>)>>,
}

impl Stage {
    fn new() -> io::Result<Self> {
        let (readable_after, write_end) = io::pipe()?;
        let (sender, closed_after) = crossbeam_channel::bounded(0);
        Ok(Self { readable_after, closed_after, not_yet: Mutex::new(Some((write_end, sender))) })
    }

    /// Closing the only write end wakes everyone who polls the other, now and from now on.
    fn happen(&self) {
        self.not_yet.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
    }

    fn has_happened(&self) -> bool {
        self.not_yet.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_none()
    }
}

impl Cancel {
    /// A handle for one run. Needs four file descriptors.
    pub fn new() -> io::Result<Self> {
        let inner =
            Inner { signal: AtomicI32::new(0), stop: Stage::new()?, kill: Stage::new()?, groups: Groups::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Stops the run: nothing more is started, and what runs gets this signal, as a process group. What is still
    /// there after [`RunOptions::grace`](crate::RunOptions::grace) is killed. Only the first call counts.
    pub fn stop(&self, signal: i32) {
        let _ = self.inner.signal.compare_exchange(0, signal, Ordering::SeqCst, Ordering::SeqCst);
        self.inner.stop.happen();
    }

    /// Stops the run and skips the grace.
    pub fn kill(&self) {
        self.stop(Signal::TERM.as_raw());
        self.inner.kill.happen();
    }

    /// Sends a signal to the process groups of all steps that run here, and changes nothing else: SIGTSTP and SIGCONT,
    /// for a program that is suspended and goes on.
    pub fn pass_on(&self, signal: i32) {
        if let Some(signal) = Signal::from_named_raw(signal) {
            self.inner.groups.send(signal);
        }
    }

    /// What runs as processes of this machine.
    pub(crate) fn groups(&self) -> &Groups {
        &self.inner.groups
    }

    /// Whether the run has been told to stop.
    pub fn is_stopped(&self) -> bool {
        self.signal().is_some()
    }

    /// The signal it was stopped with.
    pub fn signal(&self) -> Option<i32> {
        Some(self.inner.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Closed as soon as the run is to stop.
    pub(crate) fn stopped(&self) -> &Receiver<()> {
        &self.inner.stop.closed_after
    }

    /// A file descriptor that becomes readable, and stays so, as soon as the run is to stop: for `poll`. Nothing is to be
    /// read from it.
    pub fn stop_fd(&self) -> BorrowedFd<'_> {
        self.inner.stop.readable_after.as_fd()
    }

    /// Readable as soon as what runs is to be killed.
    pub(crate) fn kill_fd(&self) -> BorrowedFd<'_> {
        self.inner.kill.readable_after.as_fd()
    }

    /// Whether the grace is to be skipped.
    pub fn is_killed(&self) -> bool {
        self.inner.kill.has_happened()
    }
}
