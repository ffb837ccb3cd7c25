//! The exit codes of `loom-ui`: those of `loom`.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write;
use std::panic::PanicHookInfo;

/// It could not serve.
pub(crate) const FAILED: u8 = 1;
/// The call is wrong; nothing was served.
pub(crate) const WRONG: u8 = 2;
/// A bug in loom-ui.
pub(crate) const BUG: u8 = 70;

/// Tells of a panic in one line; with RUST_BACKTRACE, all that is known of it.
pub(crate) fn tell_bug(panic: &PanicHookInfo<'_>) {
    let what = panic.payload_as_str().unwrap_or("a panic");
    let place = panic.location().map(|place| format!(" ({place})")).unwrap_or_default();
    let mut message = format!(
        "error: a bug in loom-ui: {what}{place}\n  help: please report it, with the pipeline that it happens with\n"
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

/// A line on standard error. If nobody can read it, there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The end of a start that went wrong, told in a line and one of help.
pub(crate) struct Failed {
    /// The code to exit with.
    pub(crate) code: u8,
    message: String,
    help: Option<String>,
}

impl Failed {
    /// The call is wrong.
    pub(crate) fn wrong(message: impl Into<String>) -> Self {
        Self { code: WRONG, message: message.into(), help: None }
    }

    /// The machine refused.
    pub(crate) fn cannot(message: impl Into<String>) -> Self {
        Self { code: FAILED, message: message.into(), help: None }
    }

    /// How to go on.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Tells it, and gives the code.
    pub(crate) fn say(&self) -> u8 {
        say(&format!("error: {}", self.message));
        if let Some(help) = &self.help {
            say(&format!("  help: {help}"));
        }
        self.code
    }
}
