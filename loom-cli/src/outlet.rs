//! Writing to whoever reads, without waiting for a reader who does not once the run is to stop.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use loom_exec::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// What a pipe that says it can be written to takes without making the writer wait (POSIX: PIPE_BUF is at least 512; it
/// is 4096 on Linux).
const SURE: usize = 512;
/// What a file takes at once: it makes nobody wait.
const LARGE: usize = 64 << 10;
/// How long a reader may keep a stopped run waiting, all in all.
const PATIENCE: Duration = Duration::from_millis(500);

/// A stream that belongs to a run. As long as the run goes on, a slow reader slows it down; when it has been told to stop,
/// what nobody reads is dropped.
pub(crate) struct Outlet<W> {
    out: W,
    cancel: Cancel,
    is_file: bool,
    /// When a stopped run waited for its reader first.
    waited_since: Option<Instant>,
}

impl<W: Write + AsFd> Outlet<W> {
    pub(crate) fn new(out: W, cancel: Cancel) -> Self {
        let kind = rustix::fs::fstat(&out).map(|stat| rustix::fs::FileType::from_raw_mode(stat.st_mode));
        let is_file = kind.is_ok_and(|kind| kind == rustix::fs::FileType::RegularFile);
        Self { out, cancel, is_file, waited_since: None }
    }

    /// Waits until the reader takes something. Returns whether it does.
    fn wait(&mut self) -> io::Result<bool> {
        loop {
            let stopped = self.cancel.is_stopped();
            let left = match (stopped, self.waited_since) {
                (false, _) => None,
                (true, None) => {
                    self.waited_since = Some(Instant::now());
                    Some(PATIENCE)
                }
                (true, Some(since)) => Some(PATIENCE.saturating_sub(since.elapsed())),
            };
            let stop = self.cancel.stop_fd();
            let mut fds = vec![PollFd::new(&self.out, PollFlags::OUT)];
            if !stopped {
                fds.push(PollFd::from_borrowed_fd(stop, PollFlags::IN));
            }
            let timeout = left.map(|left| Timespec { tv_sec: 0, tv_nsec: left.subsec_nanos().into() });
            match poll(&mut fds, timeout.as_ref()) {
                Ok(_) if !fds[0].revents().is_empty() => return Ok(true),
                Ok(_) if stopped => return Ok(false),
                // It has been told to stop meanwhile, or a signal came.
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl<W: Write + AsFd> Write for Outlet<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_file {
            return self.out.write(&bytes[..bytes.len().min(LARGE)]);
        }
        if !self.wait()? {
            return Ok(bytes.len());
        }
        let written = self.out.write(&bytes[..bytes.len().min(SURE)])?;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        // Nothing is held back here, and standard output holds back at most what stands before the next line end.
        if self.is_file || self.wait()? { self.out.flush() } else { Ok(()) }
    }
}
