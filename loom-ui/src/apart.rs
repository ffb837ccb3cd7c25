//! A run as a process of its own.

use loom_exec::Runner;

/// Runs what `json` describes, and gives the code to exit with.
pub(crate) fn run_apart(_json: &str, _runner: Runner) -> u8 {
    crate::exit::WRONG
}
