//! Signals: the first ends the runs politely and then the server, the second all at once.

use std::io;

use loom_exec::Runner;
use signal_hook::iterator::Signals;
use tokio::sync::watch;

/// Tells the number of the first signal that asks this program to end.
pub(crate) fn first(runner: Runner) -> io::Result<watch::Receiver<Option<i32>>> {
    let mut signals = Signals::new(loom_exec::ending_signals())?;
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
