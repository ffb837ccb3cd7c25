//! Signals: the first ends the run politely, the second at once.

use std::io;

use loom_exec::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

/// Hands the signals that ask a program to end to a run.
pub(crate) fn hand_to(cancel: Cancel) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
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
