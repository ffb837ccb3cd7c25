//! Signals: the first ends the run politely, the second at once.

use std::io;

use rustix::process::Signal;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::Runner;
use crate::Cancel;

/// Hands the signals that ask a program to end to a run, and those that suspend one to its steps: for programs whose business a
/// run is. The first ends the run politely ([`Cancel::stop`]), the second at once ([`Cancel::kill`]); should a third one come,
/// the program is held up by something else, and `exit` is called with it, to end the program and not to return.
///
/// SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT and SIGXFSZ are heard from then on, in a thread that is never ended.
pub fn hand_signals_to(cancel: Cancel, runner: Option<Runner>, exit: impl Fn(i32) + Send + 'static) -> io::Result<()> {
    let suspend = (!is_ignored(SIGTSTP)).then_some(SIGTSTP);
    let mut signals = Signals::new(ending_signals().chain(suspend).chain([SIGCONT, SIGXFSZ]))?;
    let wait = move || {
        let mut count = 0;
        for signal in signals.forever() {
            // That a file has become too large is told by whoever writes it.
            if signal == SIGXFSZ {
                continue;
            }
            if [SIGTSTP, SIGCONT].contains(&signal) {
                cancel.pass_on(signal);
                if signal == SIGTSTP {
                    let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::STOP);
                }
                continue;
            }
            count += 1;
            match count {
                // The supervisor was killed: nobody could end what this program leaves, so it must leave nothing.
                _ if runner.is_some_and(Runner::is_abandoned) => cancel.kill(),
                1 => cancel.stop(signal),
                2 => cancel.kill(),
                // Perhaps it is held up by whoever should read its output; should anything else be left, its supervisor
                // ends that.
                _ => exit(signal),
            }
        }
    };
    std::thread::Builder::new().name("loom-signals".to_owned()).spawn(wait)?;
    Ok(())
}

/// The signals by which this program is asked to end: SIGINT, SIGTERM, SIGQUIT, and SIGHUP unless it was started to ignore that, as by
/// `nohup`, to outlive its terminal.
pub fn ending_signals() -> impl Iterator<Item = i32> {
    [SIGINT, SIGTERM, SIGQUIT].into_iter().chain((!is_ignored(SIGHUP)).then_some(SIGHUP))
}

/// Whether this process was started with a signal ignored. Only Linux tells.
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
