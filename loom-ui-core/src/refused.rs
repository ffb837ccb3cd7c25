//! Why something was not done.

/// What was asked for was not done, and nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which kind of refusal: `stale`, `refused`, `broken`, `conflicts`; see [`api::Problem`](crate::api::Problem).
    pub code: &'static str,
    /// In a sentence, with what to do.
    pub message: String,
}

impl Refused {
    /// A refusal of this kind.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// An edit that cannot be made.
    pub(crate) fn edit(message: impl Into<String>) -> Self {
        Self::new("refused", message)
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Refused {}
