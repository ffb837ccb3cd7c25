//! The graph as it is drawn.

use serde::{Deserialize, Serialize};

use crate::layout::Point;

/// A pipeline as cards, wires and frames, each in its place. What changes while a run goes on is not in it: that is
/// [`States`](super::States), by the ids of the cards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Board {
    /// Parameters, data, steps, in the order in which the keyboard goes through them: along the data.
    pub cards: Vec<Card>,
    /// What flows where, by id.
    pub wires: Vec<Wire>,
    /// The groups that are not folded, and branches that somebody unfolded.
    pub frames: Vec<Frame>,
    /// The width of it all.
    pub width: f64,
    /// The height of it all.
    pub height: f64,
}

/// What became of a board: those that are new or changed, and the ids of those that are gone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct BoardChange {
    /// New and changed cards.
    pub cards: Vec<Card>,
    /// Cards that are gone.
    pub gone_cards: Vec<String>,
    /// The ids of all cards in order, if the order changed.
    pub order: Option<Vec<String>>,
    /// New and changed wires.
    pub wires: Vec<Wire>,
    /// Wires that are gone.
    pub gone_wires: Vec<String>,
    /// All frames, if any changed.
    pub frames: Option<Vec<Frame>>,
    /// The width of it all.
    pub width: f64,
    /// The height of it all.
    pub height: f64,
}

/// A box on the board. From its upper side: a line with what to call it up to 28 px, its second line up to 46 px, its slot or
/// its ports from 52 px on, 20 px for each. Text begins 12 px from its left side, behind 20 px for a sign of what it is; on the
/// right of the first line 24 px are left for how it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Card {
    /// Its id; see [`api`](super).
    pub id: String,
    /// What it is.
    pub kind: CardKind,
    /// What to call it.
    pub label: Text,
    /// A second line: what a step runs, the path of data, the value of a parameter.
    pub sub: Option<Text>,
    /// The type of a data node, as it is written.
    pub data_type: Option<String>,
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// Somebody moved it there, and the layout leaves it.
    pub pinned: bool,
    /// The frame that it stands in, by id.
    pub frame: Option<String>,
    /// Where wires may end. Offsets are from its upper side.
    pub ports: Vec<Port>,
    /// Whether there is room for a picture or lines of what is in a file: at its full width less the padding, 72 px high, from
    /// 52 px below its upper side.
    pub slot: bool,
    /// What is special about it.
    pub badges: Vec<Badge>,
    /// How many units it stands for, if that is more than one: of a sweep, a loop, a folded group or branches.
    pub units: Option<usize>,
    /// Of a folded group, or of branches: the ids of the cards that it stands for.
    pub members: Vec<String>,
    /// Whether it is folded and can be unfolded: a group, or branches.
    pub foldable: bool,
    /// The branches that it is one of, by id, if there are others like it: they can be folded.
    pub branch: Option<String>,
    /// The worst problem at its place in the file.
    pub problem: Option<super::Severity>,
    /// The line of its definition, from 1.
    pub line: usize,
}

/// What a [`Card`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum CardKind {
    /// A step that runs something.
    Step,
    /// A step that answers a question.
    Condition,
    /// A step that leads to one of two branches.
    Switch,
    /// A file or folder.
    Data,
    /// A value with a name.
    Parameter,
    /// A group, folded.
    Group,
    /// Branches that differ only in values, folded.
    Branches,
}

/// A text with what fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Text {
    /// As much of it as there is room for, on one line.
    pub shown: String,
    /// The whole text.
    pub full: String,
}

/// A place on a card where wires end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Port {
    /// `in:KEY`, `out:KEY`, `arg:KEY` on steps; `loop:over`, `loop:into`; `condition`, `data`, `then` and `else` of a switch; `out`
    /// of a condition; `in` of a step for what it uses outside of its inputs and arguments, in its command or its
    /// environment, and for those that there is no room for; `in` and `out` elsewhere.
    pub id: String,
    /// Which side it is on.
    pub side: Side,
    /// From the upper side of the card to its middle.
    pub y: u32,
    /// What is written beside it, clipped to its room; empty if nothing.
    pub label: String,
    /// The value that is written out there, clipped to its room.
    pub value: Option<String>,
    /// The type of data that it takes or gives, if the task says so.
    pub data_type: Option<String>,
    /// Whether the task cannot do without.
    pub required: bool,
    /// What is there.
    pub state: PortState,
}

/// A side of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum Side {
    /// Things come in.
    Left,
    /// Things go out.
    Right,
}

/// What is at a [`Port`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum PortState {
    /// A wire.
    Connected,
    /// A value that is written out.
    Value,
    /// Nothing.
    Open,
}

/// Something special about a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Badge {
    /// What.
    pub kind: BadgeKind,
    /// In a word or two: `optional`, `×12`, `*.txt`.
    pub text: String,
    /// In a sentence.
    pub title: String,
}

/// What a [`Badge`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum BadgeKind {
    /// Runs only if it is asked for.
    Optional,
    /// Runs only if it is selected by name.
    Disabled,
    /// Once for each file.
    Loop,
    /// In passes.
    Passes,
    /// Once for each configuration.
    Sweep,
    /// Gets what all configurations made.
    Gather,
}

/// A line between two ports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Wire {
    /// `FROM/PORT>TO/PORT`.
    pub id: String,
    /// The card that it comes from.
    pub from: String,
    /// The port there.
    pub from_port: String,
    /// The card that it leads to.
    pub to: String,
    /// The port there.
    pub to_port: String,
    /// What it stands for.
    pub kind: WireKind,
    /// Its course in the board's coordinates, from port to port: points two by two. Within a pair it runs level; from one pair to
    /// the next it is a curve, level at both ends, or a line straight down where both have one `x`.
    pub route: Vec<Point>,
}

/// What a [`Wire`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum WireKind {
    /// Data that a step reads.
    Input,
    /// Data that a step names among its arguments.
    Argument,
    /// Data that a step makes.
    Output,
    /// The value of a parameter.
    Parameter,
    /// Data that lie in a folder, or around something, that a step reads; or a node in a node.
    Folder,
    /// What one pass hands to the next.
    Feedback,
    /// The answer of a condition, and what a switch leads to.
    Decision,
}

/// A frame round the cards of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Frame {
    /// `group:NAME`, or `fold:NAME` round branches that are unfolded.
    pub id: String,
    /// The name.
    pub label: Text,
    /// What is special about it.
    pub badges: Vec<Badge>,
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}
