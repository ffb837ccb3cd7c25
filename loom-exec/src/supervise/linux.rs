//! Supervision as Linux has it: a subreaper, a pipe that ends with its holder, a signal for the death of a parent.

use std::ffi::OsString;
use std::io::{self, IsTerminal, PipeReader, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{
    Pid, Signal, WaitOptions, getpid, getppid, kill_process, set_child_subreaper, set_parent_process_death_signal,
    waitpid,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

use super::signals::is_ignored;
use super::{Ended, Runner, Supervised};
use crate::local::tree;

/// What a process is in the chain; its name, which `ps` shows, says so to itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    First,
    Second,
    Runner,
}

const SECOND: &str = " (supervisor below ";
const RUNNER: &str = " (runner below ";

pub(super) fn supervise(args: &[OsString]) -> Supervised {
    let (role, parent) = role(args);
    if let Some(parent) = parent {
        let armed = set_parent_process_death_signal(Some(Signal::TERM));
        if armed.is_err() || getppid() != Some(parent) || reader_is_gone() {
            // It was killed before this was arranged: nobody waits for what this process could do.
            return Supervised::Over(Ended::Signalled(Signal::TERM.as_raw()));
        }
        // From now on the parent knows that it is this program that it has started.
        let _ = rustix::io::write(io::stdin(), b".");
    }
    let here = Supervised::Runner(Runner { is_supervised: parent.is_some() });
    let below = match role {
        Role::First if stops_background_writers() => return here,
        Role::First => SECOND,
        Role::Second => RUNNER,
        Role::Runner => return here,
    };
    // With signals first: one that comes before they are listened for ends this process, and one that comes later
    // finds somebody to be passed on to.
    let ended = signals().and_then(|signals| {
        set_child_subreaper(Some(getpid()))?;
        let (child, alive) = spawn(args, below)?;
        Supervisor { is_supervised: parent.is_some(), child, alive, signals }.watch()
    });
    match ended {
        Ok(Some(ended)) => Supervised::Over(ended),
        // There is no room for another process, or it is not this program: so the work is done in this one.
        Ok(None) | Err(_) => here,
    }
}

pub(super) fn is_supervisor(args: &[OsString]) -> bool {
    role(args).0 == Role::Second
}

/// Whether nobody reads what this process may write to its standard input: then its supervisor has ended. That is so before
/// the death signal comes, while what the parent is, a thread may learn later than another.
pub(super) fn reader_is_gone() -> bool {
    let stdin = io::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::empty())];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&now)).is_ok() && fds[0].revents().contains(PollFlags::ERR)
}

/// What a process is by its name, and whom it is below.
fn role(args: &[OsString]) -> (Role, Option<Pid>) {
    let name = args.first().map(OsString::as_os_str).unwrap_or_default().to_string_lossy();
    for (mark, role) in [(SECOND, Role::Second), (RUNNER, Role::Runner)] {
        let parent = name.rsplit_once(mark).and_then(|(_, rest)| rest.strip_suffix(')')?.parse().ok());
        if let Some(parent) = parent.and_then(Pid::from_raw) {
            return (role, Some(parent));
        }
    }
    (Role::First, None)
}

fn spawn(args: &[OsString], mark: &str) -> io::Result<(Child, PipeReader)> {
    let (alive, held) = io::pipe()?;
    let first = args.first().map(OsString::as_os_str).unwrap_or_default();
    let name = first.as_bytes().rsplitn(2, |byte| *byte == b'/').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    let mut name = OsString::from(name.split(SECOND).next().unwrap_or_default());
    name.push(format!("{mark}{})", getpid()));
    let child = Command::new("/proc/self/exe")
        .arg0(name)
        .args(args.iter().skip(1))
        .process_group(0)
        .stdin(Stdio::from(held))
        .spawn()?;
    Ok((child, alive))
}

/// Whether the terminal stops whoever writes to it from the background, as the runner would.
fn stops_background_writers() -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    let stops = |modes: rustix::io::Result<rustix::termios::Termios>| {
        modes.is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP))
    };
    (io::stdout().is_terminal() && stops(tcgetattr(io::stdout())))
        || (io::stderr().is_terminal() && stops(tcgetattr(io::stderr())))
}

/// How long a runner may take to end a run at once.
const FOR_LAST_WORDS: Duration = Duration::from_millis(300);
/// The same for one that has to write down how the run ended, on a machine that may be busy. What does not answer by then does
/// not hear.
const TO_END: Duration = Duration::from_secs(5);

type Signals = SignalDelivery<UnixStream, SignalOnly>;

fn signals() -> io::Result<Signals> {
    let wanted = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH];
    // Whoever starts a program by `nohup` wants it to outlive the terminal.
    let heard = wanted.into_iter().filter(|signal| ![SIGHUP, SIGTSTP].contains(signal) || !is_ignored(*signal));
    let (read_end, write_end) = UnixStream::pair()?;
    SignalDelivery::with_pipe(read_end, write_end, SignalOnly, heard)
}

struct Supervisor {
    is_supervised: bool,
    child: Child,
    /// Ends when the child does.
    alive: PipeReader,
    signals: Signals,
}

impl Supervisor {
    /// Waits for the end of the child, and ends what it leaves. `None` if it was not this program.
    fn watch(mut self) -> io::Result<Option<Ended>> {
        let mut is_known = false;
        // The process that waits for this one was killed, and the runner has until then.
        let mut alone: Option<Instant> = None;
        loop {
            let mut fds =
                [PollFd::new(&self.alive, PollFlags::IN), PollFd::new(self.signals.get_read(), PollFlags::IN)];
            let patience = alone.map(|until| until.saturating_duration_since(Instant::now()));
            if patience.is_some_and(|patience| patience.is_zero()) {
                break;
            }
            let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
            match poll(&mut fds, patience.as_ref()) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                // Without a way to wait for the child there is one thing left to do.
                Err(_) => break,
            }
            let [news, signals] = fds.map(|fd| !fd.revents().is_empty());
            if signals && !self.pass_on() && alone.is_none() {
                alone = Some(Instant::now() + TO_END);
                // Any two signals, one after the other, end a run at once; it knows better than this process how.
                let child = Pid::from_child(&self.child);
                let _ = [Signal::INT, Signal::TERM].map(|signal| kill_process(child, signal));
            }
            if news {
                match self.alive.read(&mut [0]) {
                    Ok(0) => break,
                    Ok(_) => is_known = true,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(_) => break,
                }
            }
        }
        if !self.is_supervised {
            self.leave_it_to_the_runner()?;
        }
        tree::kill_all(&tree::is_detached);
        // A list of processes may lack any of them, and this one is waited for.
        let _ = self.child.kill();
        let status = self.child.wait()?;
        tree::end_all(&tree::is_detached);
        Ok(match (status.code(), status.signal()) {
            (Some(_), _) if !is_known => None,
            (Some(code), _) => Some(Ended::Exited(u8::try_from(code).unwrap_or(u8::MAX))),
            (None, signal) => Some(Ended::Signalled(signal.unwrap_or(Signal::KILL.as_raw()))),
        })
    }

    /// If only the second supervisor was killed, the runner has heard of it and ends all that it started. To kill it
    /// meanwhile would be one death too many, should this process be killed next.
    fn leave_it_to_the_runner(&mut self) -> io::Result<()> {
        let until = Instant::now() + FOR_LAST_WORDS;
        while self.child.wait()?.signal().is_some() && Instant::now() < until {
            let left = tree::children(getpid());
            let has_ended = |pid: &Pid| !matches!(waitpid(Some(*pid), WaitOptions::NOHANG), Ok(None));
            if left.iter().all(has_ended) {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    /// Passes on what was sent to this process. Returns whether it still has a parent that waits for it.
    fn pass_on(&mut self) -> bool {
        // What comes twice in a row is one thing: `timeout` sends to its child, and to the group that it is in.
        std::thread::sleep(Duration::from_millis(2));
        if self.is_supervised && reader_is_gone() {
            // What is left unread would be news for ever.
            let _ = self.signals.pending().count();
            return false;
        }
        let child = Pid::from_child(&self.child);
        for signal in self.signals.pending() {
            let Some(signal) = Signal::from_named_raw(signal) else { continue };
            let _ = kill_process(child, signal);
            if signal == Signal::TSTP {
                // It goes on here when somebody says so.
                let _ = kill_process(getpid(), Signal::STOP);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_a_process_is() {
        let role = |name: &str| {
            let (role, parent) = role(&[OsString::from(name), OsString::from("p.yml")]);
            (role as u8, parent.map(Pid::as_raw_pid))
        };
        assert_eq!(role("loom"), (Role::First as u8, None));
        assert_eq!(role("loom (supervisor below 12)"), (Role::Second as u8, Some(12)));
        assert_eq!(role("loom (runner below 13)"), (Role::Runner as u8, Some(13)));
        assert_eq!(role("loom (runner below x)"), (Role::First as u8, None));
    }
}
