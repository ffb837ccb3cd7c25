//! `sweep`, `gather` and `metrics`, as they are written.

use serde::{Deserialize, Serialize};

pub(crate) mod check;
mod given;

pub use given::SetError;

use crate::{Amount, Entry, Scalar, Span, Style, Value};

/// The key `sweep`: the values that parameters are to take, together making the configurations of a search.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// `axes`: what is varied, in file order.
    pub axes: Vec<Axis>,
    /// `zip`: axes that go through their values together, each as a list of names.
    pub zip: Vec<Vec<Scalar>>,
    /// `exclude`: configurations to leave out, each by some of its values.
    pub exclude: Vec<Vec<Entry>>,
    /// `include`: configurations to add, each by its values.
    pub include: Vec<Vec<Entry>>,
    /// `where`: an expression that is to hold of each configuration.
    pub condition: Option<Scalar>,
    /// `repeat`: axes that results are aggregated over.
    pub repeat: Vec<Axis>,
    /// `sample`: how many configurations to draw in place of all.
    pub sample: Option<Amount>,
    /// `seed`: what the drawing begins with; 0, where it is not said.
    pub seed: Option<Amount>,
    /// `from`: the file that has the configurations.
    pub from: Option<Scalar>,
    /// `max`: how many configurations there may be; [`Sweep::MAX`], where it is not said.
    pub max: Option<Amount>,
    /// `max_failures`: after how many failures nothing more starts.
    pub max_failures: Option<Amount>,
    /// Values that configurations are to have, from outside the file (`--only`): of each axis that is named, one of these.
    pub only: Vec<(String, String)>,
    /// Where the sweep stands in the file.
    pub span: Span,
}

impl Sweep {
    /// How many configurations there may be, where `max` is not said.
    pub const MAX: u64 = 10_000;
}

/// An axis: a parameter with several values, or a name with labelled settings of several parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Axis {
    /// The name: `$name` is the value, or the label.
    pub name: Scalar,
    /// What it goes through.
    pub values: AxisValues,
    /// Whether it was given this one value from outside the file (`--set`).
    pub is_pinned: bool,
    /// Where the values stand in the file.
    pub span: Span,
}

/// What an [`Axis`] goes through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisValues {
    /// These values: scalars and lists of scalars, no references.
    List(Vec<Value>),
    /// These labels, each with the parameters that it sets.
    Settings(Vec<(Scalar, Vec<Entry>)>),
    /// Computed ones, by their ends, as numpy has them.
    Range(Range, Vec<Scalar>),
    /// One drawn for each configuration, between two ends.
    Draw(Draw, Vec<Scalar>),
}

/// How the values of an axis are computed. The names, and what the numbers mean, are those of numpy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Range {
    /// `linspace: [start, stop, count]`: evenly spaced, `stop` the last of them.
    Linspace,
    /// `geomspace: [start, stop, count]`: evenly spaced on a logarithmic scale, `stop` the last of them.
    Geomspace,
    /// `arange: [stop]`, `[start, stop]` or `[start, stop, step]`: without `stop`.
    Arange,
}

impl Range {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linspace, Self::Geomspace, Self::Arange];

    /// The word for it in a pipeline file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Linspace => "linspace",
            Self::Geomspace => "geomspace",
            Self::Arange => "arange",
        }
    }
}

/// How the value of an axis is drawn between two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Draw {
    /// `uniform: [from, to]`: any number, `to` not among them.
    Uniform,
    /// `log_uniform: [from, to]`: any number above zero, its logarithm evenly distributed.
    LogUniform,
    /// `int_uniform: [from, to]`: a whole number, both ends among them.
    IntUniform,
}

impl Draw {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Uniform, Self::LogUniform, Self::IntUniform];

    /// The word for it in a pipeline file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::LogUniform => "log_uniform",
            Self::IntUniform => "int_uniform",
        }
    }
}

/// The key `gather` of a step: each input is all that the configurations made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gather {
    /// The axes that are gathered over; none, if that is all of them.
    pub axes: Option<Vec<Scalar>>,
    /// `as: manifest`: an input is one JSON file that lists them, instead of an argument for each.
    pub manifest: bool,
    /// `allow_failed`: the step runs with those that are there.
    pub allow_failed: bool,
    /// Where it stands in the file.
    pub span: Span,
}

/// A number to compare configurations by: an entry of `metrics` of a data node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Where it stands in the data: keys and indices with dots between (`metrics.f1_score`), or a column.
    pub path: Scalar,
    /// Which one is better.
    pub goal: Goal,
}

/// Which value of a [`Metric`] is the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Goal {
    /// The larger.
    Max,
    /// The smaller.
    Min,
}

impl Goal {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Max, Self::Min];

    /// The word for it in a pipeline file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Min => "min",
        }
    }
}

impl Axis {
    /// An axis whose values come from outside the file.
    pub fn given(name: &str, values: AxisValues) -> Self {
        let name = Scalar { text: name.into(), span: Span::default(), style: Style::Given };
        Self { name, values, is_pinned: false, span: Span::default() }
    }
}
