//! A unit as one side of a comparison of two.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use loom_graph::{Facts, Unit, Work};

use super::reading::Reading;
use super::steps::{NoResults, arguments, graph_of, made_by, remembered, units};
use super::{Kind, State};
use crate::{Memory, Project};

/// What is known of a unit, to be held against another one.
#[derive(Clone, Debug)]
pub struct Side {
    /// Its name.
    pub unit: Arc<str>,
    /// What it runs, without the words behind it; empty of what the engine does itself.
    pub program: String,
    /// What it is handed to read: what its step calls it, and the path.
    pub inputs: Vec<(String, String)>,
    /// The axes of the sweep that concern it, and its values.
    pub configuration: Vec<(String, String)>,
    /// The arguments of its step, by flag: see [`arguments`].
    pub arguments: Vec<(String, String)>,
    /// What its step says of the environment; without a value, what it takes away.
    pub variables: Vec<(String, Option<String>)>,
    /// The numbers of its outputs, by the keys and indices that lead to them: those that are declared, else all.
    pub numbers: Vec<(Arc<str>, f64)>,
    /// Its outputs that are JSON: their paths as it is handed them, and where they stand.
    pub documents: Vec<(Arc<str>, PathBuf)>,
    /// How long it took when it last ended well.
    pub duration: Option<Duration>,
    /// `Failed`, if it did; `Missing`, if it was stopped; `Outdated`, if it was called otherwise than it would be now; else
    /// `Made`, whether or not it ever ran.
    pub state: State,
    /// Why numbers that should be there are not.
    pub troubles: Vec<String>,
}

/// There is nothing to be compared.
#[derive(Debug, thiserror::Error)]
pub enum NoSide {
    /// No unit has this name.
    #[error("no unit has this name")]
    Unknown {
        /// The names of all units.
        known: Vec<Arc<str>>,
    },
    /// The pipeline is wrong, or the memory cannot be read.
    #[error(transparent)]
    NoResults(#[from] NoResults),
}

impl Side {
    /// What is known of the unit of this name, as it stands in the folder now.
    ///
    /// ```
    /// use loom_exec::results::Side;
    /// use loom_exec::{Memory, Project, Settings};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # std::fs::write(folder.path().join("pipeline.yml"), "
    /// # pipeline: [{name: train, command: [train], args: {--lr: 0.1}, outputs: {-o: a.json}}]")?;
    /// # std::fs::write(folder.path().join("a.json"), r#"{"loss": 0.5}"#)?;
    /// let project = Project::open(folder.path(), Settings::default())?;
    /// let side = Side::of(&project, &Memory::default(), "train")?;
    /// assert_eq!(side.arguments, [("--lr".to_owned(), "0.1".to_owned())]);
    /// assert_eq!((&*side.numbers[0].0, side.numbers[0].1), ("loss", 0.5));
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(project: &Project, memory: &Memory, name: &str) -> Result<Self, NoSide> {
        let graph = graph_of(project)?;
        let all = || graph.run_order().flat_map(|step| units(graph, step, project.folder()));
        let Some(unit) = all().find(|unit| *unit.name == *name) else {
            return Err(NoSide::Unknown { known: all().map(|unit: Unit| unit.name).collect() });
        };
        let past = remembered(project, memory).map_err(NoResults::from)?;
        let mut instance = made_by(project, graph, &unit, &past);
        // The two sides may each have a data node of its own.
        instance.outputs.iter_mut().for_each(|output| output.data = "".into());
        let reading = Reading::of(std::slice::from_ref(&instance));
        let (program, inputs) = match graph.work(&unit, Facts::NONE) {
            Work::Command(line) => {
                let entries = graph.step(unit.step).inputs.iter().map(|entry| entry.key.text.to_string());
                let mut words = line.words.into_iter();
                let counts = graph.words_of_inputs(unit.step).into_iter();
                let inputs = entries
                    .zip(counts)
                    .map(|(entry, count)| (entry, words.by_ref().take(count).collect::<Vec<_>>().join(" ")));
                (line.program.to_string(), inputs.collect())
            }
            _ => (String::new(), Vec::new()),
        };
        let axes = graph.configuration(unit.step).into_iter();
        let axes = axes.map(|(name, value)| (name.to_string(), value.to_string()));
        let documents = instance.outputs.iter().filter(|output| output.kind == Kind::Json);
        Ok(Self {
            program,
            inputs,
            configuration: axes.collect(),
            arguments: arguments(graph, &unit),
            variables: graph.variables(&unit, Facts::NONE),
            numbers: reading.numbers_of(0),
            documents: documents.map(|output| (Arc::clone(&output.name), output.path.clone())).collect(),
            duration: instance.duration,
            state: instance.state,
            troubles: reading.troubles,
            unit: unit.name,
        })
    }
}
