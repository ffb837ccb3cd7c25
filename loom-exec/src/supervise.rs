//! A program that supervises its own run, so that nothing of it is left however it ends.
//!
//! On Linux the program becomes three processes: the one that was started, a second supervisor below it, and below that the
//! runner, which does the work. Both supervisors are given the orphans below them, and each knows of the end of
//! the one below by the end of a pipe, however it came about. Whichever of the three are killed, one that is left ends
//! all the rest; only who kills all three at once leaves anything. Each of them leads a process group, so that what a terminal or
//! `kill` sends to the program's group comes to the runner once, passed on by the supervisors.

use std::ffi::OsString;

#[cfg(target_os = "linux")]
mod linux;
mod signals;

pub use signals::{ending_signals, hand_signals_to};

/// What a process is to do once it asked to be supervised.
#[derive(Clone, Copy, Debug)]
pub enum Supervised {
    /// The work: it is the runner.
    Runner(Runner),
    /// Nothing more: it supervised a runner that has ended, and ends now as that did.
    Over(Ended),
}

/// The process that does the work of a supervised program.
#[derive(Clone, Copy, Debug)]
pub struct Runner {
    is_supervised: bool,
}

impl Runner {
    /// Whether it had a supervisor, and has lost it. A runner gets SIGTERM then, and should end at once: there is
    /// nobody left who could end what it leaves.
    pub fn is_abandoned(self) -> bool {
        #[cfg(target_os = "linux")]
        return self.is_supervised && linux::reader_is_gone();
        #[cfg(not(target_os = "linux"))]
        self.is_supervised
    }
}

/// How a supervised runner ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It exited with this code.
    Exited(u8),
    /// This signal ended it.
    Signalled(i32),
}

impl Ended {
    /// The signal that ended it, if that is none by which a program is asked to end: then it could not say so itself.
    pub fn by_surprise(self) -> Option<i32> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        match self {
            Self::Signalled(signal) if ![SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(&signal) => Some(signal),
            _ => None,
        }
    }

    /// The code to exit with: the runner's own, or 128 and the number of the signal, as a shell counts it.
    pub fn code(self) -> u8 {
        match self {
            Self::Exited(code) => code,
            Self::Signalled(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        }
    }
}

/// Makes this process the supervisor of another that runs the same program with the same arguments, and returns twice: in the
/// other process at once, as [`Supervised::Runner`], and in this one when that has ended, as [`Supervised::Over`], with all
/// that it had started ended and waited for. What a step of a pipeline may leave behind on purpose
/// ([`Job::detach`](crate::Job::detach)) is left.
///
/// To be called once, from the first thread and before there is another, with the arguments as the process got them.
/// What it does before this call it does in each of the processes, so that should be little: the reading of arguments.
///
/// It is for programs whose business a run is, because it does this to the process:
///
/// * It starts itself anew from `/proc/self/exe`, with the same environment and folder, and with a word added to the
///   name that `ps` shows. Standard input of the runner is a pipe that only tells that it lives: there is nothing to read.
/// * The supervisors pass on SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT and SIGWINCH, and leave it to the runner to
///   end by them; SIGHUP stays ignored where it was.
/// * The runner is in a process group of its own. It may write to a terminal but should not set its modes, and gets SIGTERM when
///   its supervisor is killed: see [`Runner::is_abandoned`].
///
/// Where a second process cannot be started, on a terminal that stops programs which write from the background (`stty
/// tostop`), and on systems other than Linux, this process is the runner and has no supervisor.
///
/// ```no_run
/// use loom_exec::Supervised;
///
/// fn main() -> std::process::ExitCode {
///     match loom_exec::supervise(std::env::args_os()) {
///         Supervised::Over(ended) => ended.code().into(),
///         Supervised::Runner(_) => {
///             // The run, with `end_orphans` in its options.
///             std::process::ExitCode::SUCCESS
///         }
///     }
/// }
/// ```
pub fn supervise(args: impl IntoIterator<Item = OsString>) -> Supervised {
    let args: Vec<OsString> = args.into_iter().collect();
    #[cfg(target_os = "linux")]
    return linux::supervise(&args);
    #[cfg(not(target_os = "linux"))]
    {
        drop(args);
        Supervised::Runner(Runner { is_supervised: false })
    }
}

/// Whether these are the arguments of a process that [`supervise`] started to be a supervisor itself. It has nothing
/// else to do, so a program that asks this first and calls [`supervise`] spares itself the reading of its arguments.
pub fn is_supervisor(args: &[OsString]) -> bool {
    #[cfg(target_os = "linux")]
    return linux::is_supervisor(args);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = args;
        false
    }
}
