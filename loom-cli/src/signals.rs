//! Signals: the first ends the run politely, the second at once.

use std::io;

use loom_exec::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

/// Hands the signals that ask a program to end to a run.
pub(crate) fn hand_to(cancel: Cancel) -> io::Result<()> {
    // Whoever starts a program by `nohup` wants it to outlive the terminal.
    let wanted =
        [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|signal| *signal != SIGHUP || !is_ignored(SIGHUP));
    let mut signals = Signals::new(wanted)?;
    let wait = move || {
        for (count, signal) in signals.forever().enumerate() {
            match count {
                0 => cancel.stop(signal),
                1 => cancel.kill(),
                // Nothing is left but this program, perhaps held up by whoever should read its output.
                _ => std::process::exit(crate::exit::by_signal(signal).into()),
            }
        }
    };
    std::thread::Builder::new().name("loom-signals".to_owned()).spawn(wait)?;
    Ok(())
}

/// Whether this process was started with a signal ignored. Only Linux tells.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
