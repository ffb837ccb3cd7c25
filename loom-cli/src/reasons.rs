//! Why units run, on one line.

use loom_exec::Reason;
pub(crate) use loom_exec::reasons::{Tally, without_own};

use crate::terminal::plain;

/// The reasons of one unit.
pub(crate) fn told(reasons: &[Reason]) -> String {
    loom_exec::reasons::told(reasons).iter().map(|reason| plain(reason)).collect::<Vec<_>>().join(", ")
}
