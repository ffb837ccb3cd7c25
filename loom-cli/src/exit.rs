//! The exit codes of `loom`.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;

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

/// Tells of a panic in one line; with RUST_BACKTRACE, all that is known of it.
pub(crate) fn tell_bug(panic: &PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("a panic");
    let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
    let mut message = format!(
        "error: a bug in loom: {what}{place}\n  help: please report it, with the pipeline that it happens with\n"
    );
    let backtrace = Backtrace::capture();
    if backtrace.status() == BacktraceStatus::Captured {
        message.push_str(&backtrace.to_string());
    }
    // A panic while a panic is told would end the program without the news.
    let _ = std::io::stderr().write_all(message.as_bytes());
}

/// Ended by a signal, as a shell counts it.
pub(crate) fn by_signal(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(FAILED)
}
