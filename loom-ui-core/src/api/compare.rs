//! Configurations beside each other.

use serde::{Deserialize, Serialize};

/// The table of `loom results`, by columns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Comparison {
    /// A row for each configuration, or for each unit where there is no sweep.
    pub rows: Vec<ComparisonRow>,
    /// Parameters first, then numbers, then the duration.
    pub columns: Vec<ComparisonColumn>,
    /// Parameters that all rows have the same value of.
    pub constant: Vec<(String, String)>,
    /// Numbers that came out the same in all rows.
    pub alike: Vec<(String, String)>,
    /// The best row by the first goal that is declared.
    pub best: Option<usize>,
    /// Why numbers that should be there are not.
    pub troubles: Vec<String>,
    /// Why there is nothing to compare.
    pub empty: Option<String>,
}

/// A row of a [`Comparison`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparisonRow {
    /// Its name: `lr=0.1,depth=2`, or that of a unit.
    pub label: String,
    /// `ok`, `outdated`, `failed`, `missing`.
    pub state: String,
    /// The id of the step that made its numbers, if it is one.
    pub node: Option<String>,
    /// The unit.
    pub unit: Option<String>,
    /// What "use as default" would set: parameters and their values.
    pub defaults: Vec<(String, String)>,
}

/// A column of a [`Comparison`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ComparisonColumn {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ColumnKind,
    /// Which is better: `min`, `max`; none if that is not declared.
    pub goal: Option<String>,
    /// As text, one for each row.
    pub texts: Vec<String>,
    /// As numbers, one for each row; none where it is none.
    pub numbers: Vec<Option<f64>>,
    /// Whether all that there are are numbers.
    pub numeric: bool,
}

/// What a column of a [`Comparison`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum ColumnKind {
    /// What the rows differ by.
    Parameter,
    /// What came out.
    Metric,
    /// How long it took, in seconds.
    Duration,
}
