//! Why a unit runs.

use serde::{Deserialize, Serialize};

/// Why a unit runs, or will. As text: what a person is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Nothing is known of an earlier run.
    NeverRan,
    /// Everything selected is to run, whether it is up to date or not.
    Forced,
    /// It was selected by its name.
    Selected,
    /// It makes no files, so nothing tells whether it is up to date.
    NoOutputs,
    /// Its step says `cache: false`.
    NotCached,
    /// Nothing is kept of runs.
    NotRemembered,
    /// It began in an earlier run, and how it ended is not known.
    DidNotFinish,
    /// It was stopped last time.
    Stopped,
    /// Something that it reads changed while it ran last time, so nobody knows what it made its files from.
    ChangedMeanwhile {
        /// The data node, or the path where it is none.
        input: String,
    },
    /// It ended otherwise than well last time.
    Failed {
        /// How.
        how: String,
    },
    /// What is handed to it changed.
    Argument {
        /// The option; empty for the program and the words before the first option.
        name: String,
        /// The words behind the option before; none if it was not given.
        old: Option<String>,
        /// The words now; none if it is not given.
        new: Option<String>,
    },
    /// It is handed the same options, in another order.
    Reordered,
    /// A variable that its step declares changed.
    Variable {
        /// The variable.
        name: String,
        /// Its value before, if it had one.
        old: Option<String>,
        /// Its value now, if it has one.
        new: Option<String>,
    },
    /// Another Python runs it.
    Python {
        /// The version before.
        old: String,
        /// The version now.
        new: String,
    },
    /// Something that it reads changed.
    InputChanged {
        /// The data node, or the path where it is none.
        input: String,
        /// The path.
        path: String,
    },
    /// Something that it read is not there.
    InputMissing {
        /// The data node, or the path where it is none.
        input: String,
        /// The path.
        path: String,
    },
    /// Something that it reads is going to be made anew; if it comes out the same, the unit does not run after all.
    InputWillChange {
        /// The data node, or the path where it is none.
        input: String,
        /// The path.
        path: String,
    },
    /// What it is handed depends on an answer that is not known yet.
    AnswerUnknown {
        /// The condition.
        condition: String,
    },
    /// Its task, or a script that its command names, changed.
    TaskChanged {
        /// The path.
        path: String,
        /// Whether it `changed`, `is new` or `is gone`.
        how: String,
    },
    /// A Python file that its task imports, itself or by way of others, changed.
    ModuleChanged {
        /// The path.
        path: String,
        /// The file that imports it.
        by: String,
        /// Whether it `changed`, `is new` or `is gone`.
        how: String,
    },
    /// Something that it reads or made cannot be read.
    Unreadable {
        /// What, and why.
        why: String,
    },
    /// Something that it made is not there.
    OutputMissing {
        /// The path.
        path: String,
    },
    /// Something that it made was changed since.
    OutputChanged {
        /// The path.
        path: String,
    },
}

impl Reason {
    /// Whether it tells of a difference from the last run; else the unit runs because of how it was asked for, or because
    /// nothing is known of it.
    pub fn is_change(&self) -> bool {
        !matches!(
            self,
            Self::NeverRan
                | Self::Forced
                | Self::Selected
                | Self::NoOutputs
                | Self::NotCached
                | Self::NotRemembered
                | Self::AnswerUnknown { .. }
        )
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NeverRan => f.write_str("has not run yet"),
            Self::Forced => f.write_str("forced"),
            Self::Selected => f.write_str("selected by name"),
            Self::NoOutputs => f.write_str("makes no files"),
            Self::NotCached => f.write_str("`cache: false`"),
            Self::NotRemembered => f.write_str("nothing is kept of runs"),
            Self::DidNotFinish => f.write_str("did not finish last time"),
            Self::Stopped => f.write_str("was stopped last time"),
            Self::ChangedMeanwhile { input } => write!(f, "input {input} changed while it ran"),
            Self::Failed { how } => write!(f, "failed last time: {how}"),
            Self::Argument { name, old, new } => {
                let words = |name: &str, words: &str| match (name.is_empty(), words.is_empty()) {
                    (true, _) => shown(words),
                    (false, true) => name.to_owned(),
                    (false, false) => format!("{name} {}", shown(words)),
                };
                match (old, new) {
                    (Some(old), Some(new)) if name.is_empty() => write!(f, "{} -> {}", shown(old), shown(new)),
                    (Some(old), Some(new)) => write!(f, "{name} {} -> {}", shown(old), shown(new)),
                    (None, Some(new)) => write!(f, "{} added", words(name, new)),
                    (Some(old), None) => write!(f, "{} removed", words(name, old)),
                    (None, None) => write!(f, "{name} changed"),
                }
            }
            Self::Reordered => f.write_str("arguments in another order"),
            Self::Variable { name, old, new } => {
                let text = |value: &Option<String>| value.as_deref().map_or("(unset)".to_owned(), shown);
                write!(f, "{name} {} -> {}", text(old), text(new))
            }
            Self::Python { old, new } => write!(f, "Python {} -> {}", shown(old), shown(new)),
            Self::InputChanged { input, .. } => write!(f, "input {input} changed"),
            Self::InputMissing { input, .. } => write!(f, "input {input} is missing"),
            Self::InputWillChange { input, .. } => write!(f, "input {input} will change"),
            Self::AnswerUnknown { condition } => write!(f, "{condition} is to be answered"),
            Self::TaskChanged { path, how } => write!(f, "{path} {how}"),
            Self::ModuleChanged { path, by, how } => write!(f, "{path} {how} (imported by {by})"),
            Self::Unreadable { why } => f.write_str(why),
            Self::OutputMissing { path } => write!(f, "output {path} is missing"),
            Self::OutputChanged { path } => write!(f, "output {path} was changed"),
        }
    }
}

/// A value that can be seen even if it is empty, and does not fill the screen.
fn shown(value: &str) -> String {
    const LONGEST: usize = 300;
    match value.char_indices().nth(LONGEST) {
        _ if value.is_empty() => "(nothing)".to_owned(),
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
