//! Signals: the first ends the runs politely and then the server, the second all at once.

use std::io;

use loom_exec::Runner;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::sync::watch;

/// Tells the number of the first signal that asks this program to end.
pub(crate) fn first(runner: Runner) -> io::Result<watch::Receiver<Option<i32>>> {
    // Whoever starts a program by `nohup` wants it to outlive the terminal.
    let heard =
        [SIGINT, SIGTERM, SIGHUP, SIGQUIT].into_iter().filter(|signal| *signal != SIGHUP || !is_ignored(*signal));
    let mut signals = Signals::new(heard)?;
    let (told, first) = watch::channel(None);
    let wait = move || {
        for signal in signals.forever() {
            // What this program leaves, its supervisor ends. Without one there is nobody to wait for either: the runs have
            // supervisors of their own, which end with this process.
            if told.borrow().is_some() || runner.is_abandoned() {
                std::process::exit(crate::exit::by_signal(signal).into());
            }
            let _ = told.send(Some(signal));
        }
    };
    std::thread::Builder::new().name("loom-ui-signals".to_owned()).spawn(wait)?;
    Ok(first)
}

/// Whether this process was started with a signal ignored. Only Linux tells.
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask >> (signal - 1) & 1 == 1
}
