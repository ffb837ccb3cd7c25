//! Noticing the end of a process in `poll`: the one thing here that every system does in its own way.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// A file descriptor that becomes readable when a process has ended. It reaps nothing.
pub(super) struct Ending {
    fd: OwnedFd,
}

impl Ending {
    #[cfg(target_os = "linux")]
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        use rustix::process::{PidfdFlags, pidfd_open};
        match pidfd_open(Pid::from_child(child), PidfdFlags::empty()) {
            Ok(fd) => Ok(Self { fd }),
            // A kernel before 5.3, or a sandbox that hides the call.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => Self::by_thread(child),
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        Self::by_thread(child)
    }

    /// A thread that waits, and then closes the writing end of a pipe.
    fn by_thread(child: &Child) -> io::Result<Self> {
        let (read_end, write_end) = io::pipe()?;
        let pid = Pid::from_child(child);
        std::thread::Builder::new().name("loom-wait".to_owned()).spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
            drop(write_end);
        })?;
        Ok(Self { fd: read_end.into() })
    }
}

impl AsFd for Ending {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, poll};

    fn becomes_readable(make: fn(&Child) -> io::Result<Ending>) {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let ending = make(&child).unwrap();
        let mut fds = [PollFd::new(&ending, PollFlags::IN)];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        assert_eq!(poll(&mut fds, Some(&now)).unwrap(), 0, "it still runs");
        drop(child.stdin.take());
        assert_eq!(poll(&mut fds, None).unwrap(), 1);
        assert!(child.wait().unwrap().success(), "it was not reaped");
    }

    #[test]
    fn the_end_of_a_process_is_noticed() {
        becomes_readable(Ending::of);
    }

    #[test]
    fn the_end_of_a_process_is_noticed_by_a_thread() {
        becomes_readable(Ending::by_thread);
    }
}
