//! The file, what is wrong with it, and what is known of each of its nodes.

use serde::{Deserialize, Serialize};

use super::{Board, Written};

/// All that there is to show of an open pipeline at one revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DocState {
    /// The id of the document.
    pub id: String,
    /// The path of the file, relative to the folder that was opened.
    pub path: String,
    /// Counts every change of the text, and of nothing else.
    pub rev: u64,
    /// Whether the text differs from the file.
    pub dirty: bool,
    /// What was read from the disk, or written to it, last: what a save must say it knows.
    pub version: String,
    /// Whether the file can be written; if not, why.
    pub read_only: Option<String>,
    /// The text cannot be read as YAML: the board is that of the last text that could.
    pub broken: bool,
    /// The graph.
    pub board: Board,
    /// What is wrong, in file order.
    pub diagnostics: Vec<Diagnostic>,
    /// The parameters, in file order.
    pub parameters: Vec<Parameter>,
    /// Everything, folded or not: groups, steps, data.
    pub outline: Vec<OutlineItem>,
    /// What undo would undo: `rename a to b`.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// The file was changed by somebody else, and that could not be taken over by itself.
    pub outside: Option<Outside>,
}

/// A place in the text, for people: from 1, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column behind the end.
    pub end_column: usize,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Severity {
    /// It may not do what is meant.
    Warning,
    /// Nothing can run.
    Error,
}

/// A problem with the pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Diagnostic {
    /// Which kind of problem: `unknown-reference`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// In a sentence.
    pub message: String,
    /// How to go on.
    pub hint: Option<String>,
    /// The card that it is about, if there is one.
    pub node: Option<String>,
    /// The port of the card.
    pub port: Option<String>,
    /// Its places, the first one foremost, each with a word.
    pub places: Vec<(Place, String)>,
    /// The line of the file at the first place.
    pub excerpt: Option<String>,
    /// What would mend it.
    pub fixes: Vec<Fix>,
}

/// An edit that mends a problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Fix {
    /// What it does: `change to $dataset`.
    pub label: String,
    /// The edit.
    pub ops: Vec<super::Op>,
}

/// A parameter and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Parameter {
    /// `param:NAME`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its value as it is written.
    pub value: String,
    /// Its value in the file on the disk, if it has another there.
    pub saved: Option<String>,
    /// In how many places it is used.
    pub uses: usize,
    /// Its line.
    pub line: usize,
}

/// A line of the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct OutlineItem {
    /// The id of the node.
    pub id: String,
    /// The card that shows it: itself, or the one that it is folded into. None if no card does.
    pub card: Option<String>,
    /// What it is.
    pub kind: super::CardKind,
    /// What to call it.
    pub label: String,
    /// A second line.
    pub sub: Option<String>,
    /// How deep it stands: 0 is outermost.
    pub depth: usize,
    /// The worst problem at its place in the file.
    pub problem: Option<Severity>,
    /// Its line.
    pub line: usize,
}

/// The file is not what it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Outside {
    /// What happened to it.
    pub kind: OutsideKind,
    /// In a sentence.
    pub message: String,
    /// What both sides changed.
    pub conflicts: Vec<Conflict>,
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum OutsideKind {
    /// It has another text.
    Changed,
    /// It is gone.
    Deleted,
    /// It cannot be read.
    Unreadable,
}

/// Something that was changed here and outside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Conflict {
    /// Tells it apart from the others.
    pub id: String,
    /// Where: `parameters › threshold_low`.
    pub label: String,
    /// As it was before, as text.
    pub base: Option<String>,
    /// As it is here; none if it was removed.
    pub mine: Option<String>,
    /// As it is in the file; none if it was removed.
    pub theirs: Option<String>,
}

/// How two texts differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TextDiff {
    /// A unified diff; empty if they do not.
    pub unified: String,
    /// How many lines are new.
    pub added: usize,
    /// How many lines are gone.
    pub removed: usize,
}

/// All that is known of a node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Details {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: super::CardKind,
    /// Its name as it is written.
    pub name: String,
    /// What the task, or the file, says of it.
    pub description: Option<String>,
    /// What can be set, in the order to show it in.
    pub fields: Vec<Field>,
    /// The very command line, of a step.
    pub command: Option<String>,
    /// The task file, relative to the pipeline folder, if there is one.
    pub task: Option<String>,
    /// Where it is used.
    pub used_by: Vec<UsedBy>,
    /// Its piece of the file, as it is written.
    pub text: String,
    /// Where that is.
    pub place: Place,
}

/// Something about a node that can be set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Field {
    /// Keys that lead to it from the node: `["args", "--rows"]`. What [`Op::Set`](super::Op::Set) takes.
    pub path: Vec<String>,
    /// A heading that it stands under: `inputs`, `outputs`, `args`, `settings`.
    pub section: String,
    /// What to call it.
    pub label: String,
    /// How to ask for it.
    pub kind: FieldKind,
    /// What is written; none if nothing is.
    pub value: Option<Written>,
    /// The value as text, as it would be typed.
    pub text: Option<String>,
    /// What the file on the disk has, as text, if that is something else; `Some("")` if it has nothing.
    pub saved: Option<String>,
    /// What the task does without it.
    pub default: Option<String>,
    /// What it may be.
    pub choices: Vec<String>,
    /// What the task says of it.
    pub description: Option<String>,
    /// The type, in a word.
    pub data_type: Option<String>,
    /// Whether the task cannot do without.
    pub required: bool,
    /// Its line, if it is written.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// How to ask for a [`Field`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum FieldKind {
    /// The name of the node: to be changed by a rename.
    Name,
    /// A line of text.
    Text,
    /// A line of text that is a number.
    Number,
    /// On, off, or not said.
    Switch,
    /// One of its choices.
    Choice,
    /// `$name` of data or a parameter, or a path.
    Reference,
    /// Lists and mappings, as YAML.
    Yaml,
}

/// A use of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UsedBy {
    /// The node that uses it.
    pub node: String,
    /// What to call that.
    pub label: String,
    /// How: `inputs › data`.
    pub how: WhereUsed,
    /// The line.
    pub line: usize,
}

/// In words, where something is used: `inputs › data`.
pub type WhereUsed = String;
