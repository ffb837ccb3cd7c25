//! The exit codes of `loom`.

/// All that was asked for is there.
pub(crate) const OK: u8 = 0;
/// A step failed, or the run could not be kept.
pub(crate) const FAILED: u8 = 1;
/// The pipeline or the call is wrong; nothing was run.
pub(crate) const WRONG: u8 = 2;
/// A bug in loom.
pub(crate) const BUG: u8 = 70;

/// Another run is at work, and this one was not to wait for it.
pub(crate) const LOCKED: u8 = 75;

/// Ended by a signal, as a shell counts it.
pub(crate) fn by_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(FAILED)
}
