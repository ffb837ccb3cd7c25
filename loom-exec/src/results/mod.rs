//! What a search came to: a table of configurations, the numbers that their steps wrote, and which is the best.
//!
//! Numbers are those that scripts write anyway, into JSON and CSV files. Nothing is run, and nothing is written.
//!
//! ```
//! use loom_exec::results::Results;
//! use loom_exec::{Memory, Project, RunOptions, Selection, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("pipeline.yml"), r#"
//! # pipeline:
//! #   - {name: low, command: 'echo "{\"score\": 0.$4}" > $2', outputs: {-o: low.json}, args: {-t: 3}}
//! #   - {name: high, command: 'echo "{\"score\": 0.$4}" > $2', outputs: {-o: high.json}, args: {-t: 7}}
//! # "#)?;
//! let project = Project::open(folder.path(), Settings::with_environment(std::env::vars_os()))?;
//! project.plan(&Selection::default())?.run(&RunOptions::default(), |_| {})?;
//! let mut results = Results::collect(&project, &Memory::default())?;
//! let score = results.find("score")?;
//! results.sort(score, true);
//! assert_eq!(&*results.rows[0].label, "high");
//! assert_eq!(&*results.rows[0].parameters[0], "7");
//! assert_eq!(results.value(&results.rows[0], score), Some(0.7));
//! # Ok(())
//! # }
//! ```

mod groups;
mod numbers;
mod order;
mod reading;
mod side;
mod steps;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use loom_spec::Goal;

pub use numbers::{metrics_of_json, number_of_csv, number_of_json};
pub use order::{NoColumn, Objective};
pub use reading::{Configuration, Instance, Kind, Output};
pub use side::{NoSide, Side};
pub use steps::{NoResults, arguments};

/// A table of configurations and their numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// What the rows are.
    pub of: Of,
    /// What the configurations differ by, in the order of the sweep.
    pub axes: Vec<Column>,
    /// What is measured: declared metrics first, in the order in which they were found.
    pub metrics: Vec<Metric>,
    /// A row for each configuration, in the order of the sweep, until they are sorted.
    pub rows: Vec<Row>,
    /// The files that the numbers were read from, or would have been: their paths as the steps are handed them.
    pub files: Vec<Arc<str>>,
    /// Why numbers that should be there are not, one line each.
    pub troubles: Vec<String>,
    /// What was the best, if rows have been left out since.
    pub cut: Option<Cut>,
}

/// What was known of all rows before some were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// The name of the best row, if there was one.
    pub best: Option<Arc<str>>,
}

/// What the rows of [`Results`] are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Of {
    /// Configurations of a sweep.
    #[default]
    Configurations,
    /// Units of a pipeline without one.
    Units,
}

/// A parameter that configurations differ by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: Arc<str>,
    /// Whether it only repeats: results are aggregated over it.
    pub is_repeat: bool,
    /// The axis, as an index into [`Results::axes`], whose labels set it, if it is none itself.
    pub set_by: Option<usize>,
}

/// A number to compare configurations by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// What people call it: the end of its path that nothing else in the table is called.
    pub name: Arc<str>,
    /// The data node, unless each row has one of its own, and the keys and indices that lead to it, dots between.
    pub path: Arc<str>,
    /// Which one is better, if that is declared.
    pub goal: Option<Goal>,
}

/// A configuration, or several with what they have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name: `lr=0.1,depth=2`, or that of a unit.
    pub label: Arc<str>,
    /// Its values, one for each of [`Results::axes`]; empty, where it has none.
    pub parameters: Vec<Arc<str>>,
    /// Its numbers, one for each of [`Results::metrics`].
    pub metrics: Vec<Option<Figure>>,
    /// How long its units took, one after another; of several configurations, the mean.
    pub duration: Option<Duration>,
    /// Whether there are numbers.
    pub state: State,
    /// How many configurations it stands for.
    pub count: usize,
    /// Of several configurations, how many are in which state; empty of a single one.
    pub parts: Vec<(State, usize)>,
    /// For each of its numbers the instance that it is of, as an index: what several rows share is one number. Empty, if
    /// no two rows share any.
    pub sources: Vec<u32>,
}

/// A number, or the mean of several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The number, or the mean; always finite.
    pub mean: f64,
    /// The standard deviation of the sample; none of a single number.
    pub std: Option<f64>,
    /// How many numbers it was made from.
    pub count: usize,
}

/// Whether a configuration has results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// It has.
    #[default]
    Made,
    /// It has, but they are of units that would be called otherwise now: with other words, or in another environment.
    Outdated,
    /// A unit of it failed.
    Failed,
    /// It has not run yet, or not to its end, or there are no numbers in what it made.
    Missing,
}

impl State {
    /// All of them, the better ones first.
    pub const ALL: [Self; 4] = [Self::Made, Self::Outdated, Self::Failed, Self::Missing];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Made => "ok",
            Self::Outdated => "outdated",
            Self::Failed => "failed",
            Self::Missing => "missing",
        }
    }
}

/// A column of [`Results`], of those that have an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The names of the rows.
    Label,
    /// A parameter, as an index into [`Results::axes`].
    Axis(usize),
    /// A number, as an index into [`Results::metrics`].
    Metric(usize),
    /// How long it took, in seconds.
    Duration,
}

impl Figure {
    /// A single number.
    pub fn one(number: f64) -> Self {
        Self { mean: number, std: None, count: 1 }
    }
}

impl Results {
    /// Whether any row stands for more than one configuration.
    pub fn is_aggregated(&self) -> bool {
        self.rows.iter().any(|row| row.count > 1)
    }

    /// The axes that not all rows have the same value of, as indices; of a single row, all of them.
    pub fn varying(&self) -> Vec<usize> {
        let Some(first) = self.rows.first() else { return Vec::new() };
        let differs = |axis: &usize| self.rows.iter().any(|row| row.parameters[*axis] != first.parameters[*axis]);
        (0..self.axes.len()).filter(|axis| self.rows.len() == 1 || differs(axis)).collect()
    }

    /// How many configurations, of all rows together, are in this state.
    pub fn count(&self, state: State) -> usize {
        self.rows.iter().map(|row| row.count_of(state)).sum()
    }
}

impl Row {
    /// The word for its state; of several configurations, how many are not as they should be: `2 failed, 1 missing`.
    pub fn told_state(&self) -> String {
        if self.parts.len() < 2 {
            return self.state.word().to_owned();
        }
        let others = self.parts.iter().filter(|(state, _)| *state != State::Made);
        others.map(|(state, count)| format!("{count} {}", state.word())).collect::<Vec<_>>().join(", ")
    }

    /// How many of its configurations are in this state.
    pub fn count_of(&self, state: State) -> usize {
        match &self.parts[..] {
            [] if self.state == state => self.count,
            parts => parts.iter().filter(|(known, _)| *known == state).map(|(_, count)| count).sum(),
        }
    }
}
