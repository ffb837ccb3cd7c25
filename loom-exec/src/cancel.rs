//! Ending a run from outside, in two stages: stop, then kill; and ending one unit of it.

use std::collections::HashMap;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, select};
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
    units: Mutex<Units>,
}

/// The units that workers are at.
#[derive(Debug)]
struct Units {
    /// Whether each is to end, though the run goes on.
    at_work: HashMap<Arc<str>, bool>,
    bell: Arc<Stage>,
}

/// A thing that happens once, which any number of threads can wait for, in `poll` or in `select!`.
#[derive(Debug)]
pub(crate) struct Stage {
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
        self.not_yet.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn has_happened(&self) -> bool {
        self.not_yet.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// Readable from then on, for `poll`.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        self.readable_after.as_fd()
    }

    /// Closed from then on.
    pub(crate) fn closed(&self) -> &Receiver<()> {
        &self.closed_after
    }
}

impl Cancel {
    /// A handle for one run. Needs six file descriptors.
    pub fn new() -> io::Result<Self> {
        let units = Units { at_work: HashMap::new(), bell: Arc::new(Stage::new()?) };
        let inner = Inner {
            signal: AtomicI32::new(0),
            stop: Stage::new()?,
            kill: Stage::new()?,
            groups: Groups::default(),
            units: Mutex::new(units),
        };
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

    /// Ends one unit that is at work, and leaves the run to go on as after a failure: what it runs gets SIGTERM, as a process
    /// group, and is killed after [`RunOptions::grace`](crate::RunOptions::grace); it is not tried again. How it ended is
    /// [`Outcome::Stopped`](crate::Outcome::Stopped).
    ///
    /// Returns whether a unit of this name is at work; to one that is not, nothing happens, also when it begins later. The
    /// error is that there is no room for a pipe; then nothing has happened either.
    ///
    /// ```
    /// let cancel = loom_exec::Cancel::new()?;
    /// assert!(!cancel.stop_unit("train")?, "it is not at work");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stop_unit(&self, unit: &str) -> io::Result<bool> {
        let next = Arc::new(Stage::new()?);
        let mut units = self.units();
        let Some(is_to_end) = units.at_work.get_mut(unit) else { return Ok(false) };
        *is_to_end = true;
        // Whoever hears it looks whether it rang for him, and listens to the next one if not.
        std::mem::replace(&mut units.bell, next).happen();
        Ok(true)
    }

    /// Whether a unit is to end: it alone, or with the run.
    pub fn ends_unit(&self, unit: &str) -> bool {
        self.is_stopped() || self.units().at_work.get(unit).is_some_and(|is_to_end| *is_to_end)
    }

    /// A worker is at a unit, for as long as what this gives is kept.
    pub(crate) fn begin_unit(&self, unit: &Arc<str>) -> AtWork {
        self.units().at_work.insert(Arc::clone(unit), false);
        AtWork { cancel: self.clone(), unit: Arc::clone(unit) }
    }

    /// What happens when the next unit is to end. To be asked for before [`Cancel::ends_unit`].
    pub(crate) fn bell(&self) -> Arc<Stage> {
        Arc::clone(&self.units().bell)
    }

    fn units(&self) -> MutexGuard<'_, Units> {
        self.inner.units.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits this long, but not longer than a unit may go on. Returns whether it may.
    pub(crate) fn wait_in_unit(&self, unit: &str, delay: Duration) -> bool {
        let over = crossbeam_channel::after(delay);
        loop {
            let bell = self.bell();
            if self.ends_unit(unit) {
                return false;
            }
            select! {
                recv(over) -> _ => return true,
                recv(self.stopped()) -> _ => return false,
                recv(bell.closed()) -> _ => {}
            }
        }
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

/// A unit that a worker is at.
#[derive(Debug)]
pub(crate) struct AtWork {
    cancel: Cancel,
    unit: Arc<str>,
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.cancel.units().at_work.remove(&self.unit);
    }
}
