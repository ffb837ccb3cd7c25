//! Noticing the end of a process in `poll`: the one thing here that every system does in its own way.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::process::Child;
use std::time::Duration;

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

/// A file descriptor that becomes readable when a process has ended. It reaps nothing.
pub(super) struct Ending {
    fd: Option<OwnedFd>,
    pid: Pid,
    is_child: bool,
}

/// How often a process is looked at that no file descriptor tells of.
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

impl Ending {
    #[cfg(target_os = "linux")]
    pub(super) fn of(child: &Child) -> Self {
        use rustix::process::{PidfdFlags, pidfd_open};
        let pid = Pid::from_child(child);
        match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(fd) => Self { fd: Some(fd), pid, is_child: true },
            // A kernel before 5.3, or a sandbox that hides the call.
            Err(rustix::io::Errno::NOSYS | rustix::io::Errno::PERM) => Self::by_thread(child),
            Err(_) => Self::by_looks(child),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(child: &Child) -> Self {
        Self::by_thread(child)
    }

    /// Of a process that is not this one's child, and that its parent does not reap meanwhile.
    #[cfg(target_os = "linux")]
    pub(super) fn of_another_s(pid: Pid) -> Self {
        use rustix::process::{PidfdFlags, pidfd_open};
        Self { fd: pidfd_open(pid, PidfdFlags::empty()).ok(), pid, is_child: false }
    }

    /// A thread that waits, and then closes the writing end of a pipe.
    fn by_thread(child: &Child) -> Self {
        let pid = Pid::from_child(child);
        let waiting = io::pipe().and_then(|(read_end, write_end)| {
            std::thread::Builder::new().name("loom-wait".to_owned()).spawn(move || {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
                drop(write_end);
            })?;
            Ok(read_end)
        });
        waiting
            .map_or_else(|_| Self::by_looks(child), |read_end| Self { fd: Some(read_end.into()), pid, is_child: true })
    }

    /// Neither a file descriptor nor a thread is to be had, but the process runs already.
    fn by_looks(child: &Child) -> Self {
        Self { fd: None, pid: Pid::from_child(child), is_child: true }
    }

    pub(super) fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.fd.as_ref().map(AsFd::as_fd)
    }

    /// How long to wait at most before [`Ending::is_over`] is to be asked again; for ever if the file descriptor tells.
    pub(super) fn patience(&self) -> Option<Duration> {
        self.fd.is_none().then_some(BETWEEN_LOOKS)
    }

    /// Whether it has ended.
    pub(super) fn is_over(&self) -> bool {
        #[cfg(target_os = "linux")]
        if !self.is_child {
            return super::tree::has_ended(self.pid);
        }
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        !matches!(waitid(WaitId::Pid(self.pid), options), Ok(None) | Err(rustix::io::Errno::INTR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::event::{PollFd, PollFlags, poll};

    fn becomes_readable(make: fn(&Child) -> Ending) {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let ending = make(&child);
        let fd = ending.fd().unwrap();
        let mut fds = [PollFd::new(&fd, PollFlags::IN)];
        let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
        assert_eq!(poll(&mut fds, Some(&now)).unwrap(), 0, "it still runs");
        drop(child.stdin.take());
        assert_eq!(poll(&mut fds, None).unwrap(), 1);
        assert!(ending.is_over());
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

    #[test]
    fn the_end_of_a_process_is_noticed_by_looks() {
        let mut child = std::process::Command::new("cat").stdin(std::process::Stdio::piped()).spawn().unwrap();
        let ending = Ending::by_looks(&child);
        assert!(ending.fd().is_none() && !ending.is_over());
        drop(child.stdin.take());
        while !ending.is_over() {
            std::thread::yield_now();
        }
        assert!(child.wait().unwrap().success(), "it was not reaped");
    }
}
