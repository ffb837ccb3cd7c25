//! A session: what is open, and what is told while it is.

use serde::{Deserialize, Serialize};

use super::{BoardChange, DocState, LogPage, RunInfo, States, UnitRow};

/// What a front end is told first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Session {
    /// The version of loom.
    pub version: String,
    /// The folder that was opened, as people would write it.
    pub root: String,
    /// Whether a folder was opened, and not one file.
    pub workspace: bool,
    /// The document to show at first.
    pub first: Option<String>,
    /// Whether anything can be written or run.
    pub read_only: bool,
    /// Whether files can be opened with the programs of the system.
    pub can_open: bool,
}

/// A pipeline in the folder that was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PipelineEntry {
    /// The id to open it by.
    pub id: String,
    /// Its path, relative to the folder.
    pub path: String,
    /// How many steps it has.
    pub steps: usize,
    /// How its last run ended, if there was one.
    pub last_run: Option<super::RunState>,
    /// Why it cannot be read.
    pub error: Option<String>,
}

/// A task file that a step could run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TaskInfo {
    /// Its path, relative to the pipeline folder.
    pub path: String,
    /// What its docstring says first.
    pub description: Option<String>,
    /// What it reads.
    pub inputs: Vec<TaskPort>,
    /// What it makes.
    pub outputs: Vec<TaskPort>,
    /// What else it takes.
    pub args: Vec<TaskArgument>,
    /// What is wrong with its front matter.
    pub error: Option<String>,
}

/// An input or output of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TaskPort {
    /// The key or flag.
    pub name: String,
    /// The type of data.
    pub data_type: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Whether the task cannot do without.
    pub required: bool,
}

/// An argument of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TaskArgument {
    /// The flag.
    pub name: String,
    /// The type of value.
    pub value_type: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// What is taken without it.
    pub default: Option<String>,
    /// What it may be.
    pub choices: Vec<String>,
    /// Whether the task cannot do without.
    pub required: bool,
}

/// Why a request was refused: the one form of all errors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Problem {
    /// Which kind: `stale`, `refused`, `changed_on_disk`, `unsaved`, `not_found`, `unauthorized`, `cannot_write`.
    pub code: String,
    /// In a sentence, with what to do.
    pub message: String,
}

/// What a tab says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ClientMessage {
    /// It shows this document from now on.
    Sub {
        /// The document.
        doc: String,
    },
    /// It wants to see lines of a log from this one on, as they come.
    WatchLog {
        /// The document.
        doc: String,
        /// The run.
        run: String,
        /// The unit.
        unit: String,
        /// The first line.
        from: usize,
    },
    /// It does not any more.
    UnwatchLog,
    /// It is still there.
    Ping,
}

/// What a tab is told. The first message is `hello`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ServerMessage {
    /// It is connected.
    Hello {
        /// The version of loom.
        version: String,
    },
    /// A document has changed: all of it but the board, which is empty in `state`.
    Doc {
        /// The document.
        doc: String,
        /// How it is now; with an empty board.
        state: Box<DocState>,
        /// What became of the board.
        board: BoardChange,
    },
    /// Cards stand otherwise; those that are not named stand as they did.
    States {
        /// The document.
        doc: String,
        /// The cards.
        states: States,
    },
    /// A run goes on.
    Run {
        /// The document.
        doc: String,
        /// How it is now.
        info: RunInfo,
        /// Units of which something is new.
        units: Vec<UnitRow>,
    },
    /// Lines that the tab watches.
    Log {
        /// The run.
        run: String,
        /// The unit.
        unit: String,
        /// The lines.
        page: LogPage,
    },
    /// The numbers to compare may have changed.
    Compare {
        /// The document.
        doc: String,
    },
    /// The tasks that there are have changed.
    Tasks {
        /// The document.
        doc: String,
    },
    /// How many tabs are there.
    Presence {
        /// That many.
        tabs: usize,
    },
    /// It could not keep up, or asked for what is not known any more: fetch all anew.
    Resync,
    /// It is still there.
    Pong,
}
