//! Edits.

use serde::{Deserialize, Serialize};

/// Edits that are one step for undo.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EditRequest {
    /// The revision that they were made for. If there were others since, they are made on top of those, where that is sure to
    /// mean the same.
    pub base_rev: u64,
    /// What undo is to call them; else it is found from what they do.
    #[serde(default)]
    pub label: Option<String>,
    /// Edits that come after one another with the same word are one step for undo: typing, dragging.
    #[serde(default)]
    pub coalesce: Option<String>,
    /// What to do, in this order; all of it or nothing.
    pub ops: Vec<Op>,
}

/// An edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Op {
    /// Gives something a value: what `path` leads to from the node.
    Set {
        /// The node.
        node: String,
        /// Keys, as of [`Field::path`](super::Field::path); of a parameter none, and of data none is the path.
        path: Vec<String>,
        /// The value.
        value: Written,
    },
    /// Takes a key and its value away.
    Unset {
        /// The node.
        node: String,
        /// Keys.
        path: Vec<String>,
    },
    /// Adds a step.
    AddStep(NewStep),
    /// Adds a data node.
    AddData {
        /// Its name; found from the path if there is none.
        #[serde(default)]
        name: Option<String>,
        /// Its type.
        #[serde(default)]
        data_type: Option<String>,
        /// Its path.
        path: String,
    },
    /// Adds a parameter.
    AddParameter {
        /// Its name.
        name: String,
        /// Its value.
        value: Written,
    },
    /// Removes a node.
    Remove {
        /// The node.
        node: String,
        /// What to do with what refers to it.
        refs: RemoveRefs,
    },
    /// Gives a node another name, and names it so wherever it is named.
    Rename {
        /// The node.
        node: String,
        /// The new name.
        to: String,
    },
    /// Lets something flow from one port to another. From an output straight to an input: through the data that the output
    /// has, or new data.
    Connect {
        /// Where from.
        from: Target,
        /// Where to.
        to: Target,
    },
    /// Takes a wire away.
    Disconnect {
        /// The id of the wire.
        wire: String,
    },
    /// Puts steps into a new group.
    Group {
        /// The steps.
        nodes: Vec<String>,
        /// The name of the group.
        name: String,
    },
    /// Takes a group away; its steps stay.
    Ungroup {
        /// The group.
        node: String,
    },
    /// Puts a step before another, or last.
    Reorder {
        /// The step.
        node: String,
        /// The other one.
        before: Option<String>,
    },
    /// Moves cards. They are pinned there. Where the file has a `layout`, it is written there; else it is kept beside the file and
    /// does not change it.
    Move {
        /// Cards and their upper left corners.
        positions: Vec<(String, f64, f64)>,
    },
    /// Lets the layout move cards again; of none, all.
    Unpin {
        /// The cards.
        nodes: Vec<String>,
    },
    /// Puts a piece of YAML with steps, data and parameters in, under new names where the old ones are taken.
    Paste {
        /// `data`, `parameters` and `pipeline`, as in a file.
        text: String,
    },
}

/// A new step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NewStep {
    /// The task file, relative to the pipeline folder; else it is a condition, a switch, or a command.
    #[serde(default)]
    pub task: Option<String>,
    /// A line for the shell.
    #[serde(default)]
    pub command: Option<String>,
    /// `condition` or `switch`.
    #[serde(default)]
    pub kind: Option<String>,
    /// Its name; found from the task if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// The group that it is put into, by id.
    #[serde(default)]
    pub group: Option<String>,
}

/// A port of a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Target {
    /// The card.
    pub node: String,
    /// The port.
    pub port: String,
}

/// What to do with what refers to a node that is removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RemoveRefs {
    /// Do not remove it then.
    Refuse,
    /// Take the keys that refer to it away; of a parameter and of data, put its value in their place.
    Detach,
    /// Remove the steps that refer to it, and so on.
    Cascade,
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Written {
    /// A text as people type it. It is quoted only where it must be to stay that text; `true`, `false` and `null` are switches.
    Text(String),
    /// A text that is no switch whatever it says.
    Quoted(String),
    /// A list.
    List(Vec<Written>),
    /// A mapping.
    Map(Vec<(String, Written)>),
}

/// Whether an edit could be made, and what it would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OpVerdict {
    /// Whether it could.
    pub allowed: bool,
    /// Why not, or what one should know of it: that the types differ.
    pub reason: Option<String>,
    /// What refers to what it removes or renames.
    pub refs: Vec<super::UsedBy>,
    /// What it would change in the text.
    pub diff: Option<super::TextDiff>,
}

/// How conflicts are to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct MergeChoices {
    /// Each by its id.
    pub choices: Vec<(String, Choice)>,
}

/// One side of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Choice {
    /// What is here.
    Mine,
    /// What is in the file.
    Theirs,
}
