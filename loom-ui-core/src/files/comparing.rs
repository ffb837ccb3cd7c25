//! What configurations came to, by columns.

use std::collections::HashMap;
use std::sync::Arc;

use loom_exec::results::{Key, NoResults, Of, Results};
use loom_exec::{Memory, Part, Project};
use loom_graph::{StepGraph, StepId};
use loom_spec::Goal;

use crate::api::{ColumnKind, Comparison, ComparisonColumn, ComparisonRow};

/// Of a group that runs in passes, the units of no more than this are told apart.
const MOST_PASSES: usize = 10_000;

/// The table of what configurations came to, or units where there is no sweep; as `loom results` has it. What all rows have
/// in common is no column.
pub fn comparison(project: &Project, memory: &Memory) -> Comparison {
    let results = match Results::collect(project, memory) {
        Ok(results) => results,
        Err(NoResults::Refused(refused)) => {
            let first = refused.problems.iter().find(|problem| problem.is_error());
            let first = first.map(|problem| format!(": {}", problem.message)).unwrap_or_default();
            return empty(format!("there is nothing to compare while the pipeline has errors{first}"));
        }
        Err(error) => return empty(error.to_string()),
    };
    if results.rows.is_empty() || (results.metrics.is_empty() && results.of == Of::Units) {
        let hint = "no step makes a JSON file with numbers in it, or says by `metrics` what counts in a table";
        return Comparison { troubles: results.troubles, ..empty(hint.to_owned()) };
    }
    let makers = Makers::of(project, &results);
    let varying = results.varying();
    let constant = |axis: &usize| !varying.contains(axis);
    let folded = (0..results.axes.len()).filter(constant);
    let folded: Vec<(String, String)> = folded
        .map(|axis| (results.axes[axis].name.to_string(), results.rows[0].parameters[axis].to_string()))
        .collect();
    let defaults = Defaults::of(project, &results);
    let rows = results.rows.iter().map(|row| {
        let (node, unit) = makers.of_row(&row.label, &row.parameters);
        let state = row.told_state();
        ComparisonRow { label: row.label.to_string(), state, node, unit, defaults: defaults.of_row(&row.parameters) }
    });
    let rows: Vec<ComparisonRow> = rows.collect();
    let (alike, columns): (Vec<_>, Vec<_>) = columns(&results, &varying).into_iter().partition(is_alike);
    let alike = alike.into_iter().filter_map(|column| Some((column.name, column.texts.into_iter().next()?)));
    Comparison {
        rows,
        columns,
        constant: folded,
        alike: alike.collect(),
        best: results.best(),
        troubles: results.troubles.clone(),
        empty: None,
    }
}

fn empty(why: String) -> Comparison {
    Comparison { empty: Some(why), ..Comparison::default() }
}

fn columns(results: &Results, varying: &[usize]) -> Vec<ComparisonColumn> {
    let column = |name: &str, kind, goal: Option<Goal>, key: Key| {
        let numbers: Vec<Option<f64>> = results.rows.iter().map(|row| results.value(row, key)).collect();
        let text = |(row, number): (&loom_exec::results::Row, &Option<f64>)| match key {
            Key::Axis(axis) => row.parameters[axis].to_string(),
            _ => number.map(|number| number.to_string()).unwrap_or_default(),
        };
        let texts: Vec<String> = results.rows.iter().zip(&numbers).map(text).collect();
        let mut filled = texts.iter().zip(&numbers).filter(|(text, _)| !text.is_empty()).peekable();
        let numeric = filled.peek().is_some() && filled.all(|(_, number)| number.is_some());
        let goal = goal.map(|goal| if goal == Goal::Max { "max" } else { "min" }.to_owned());
        ComparisonColumn { name: name.to_owned(), kind, goal, texts, numbers, numeric }
    };
    let parameters =
        varying.iter().map(|axis| column(&results.axes[*axis].name, ColumnKind::Parameter, None, Key::Axis(*axis)));
    let metrics = results.metrics.iter().enumerate();
    let metrics = metrics.map(|(at, metric)| column(&metric.name, ColumnKind::Metric, metric.goal, Key::Metric(at)));
    let duration = results.rows.iter().any(|row| row.duration.is_some());
    let duration = duration.then(|| column("duration", ColumnKind::Duration, None, Key::Duration));
    parameters.chain(metrics).chain(duration).collect()
}

/// Whether a number that nobody asked to be better says the same of several rows.
fn is_alike(column: &ComparisonColumn) -> bool {
    let first = column.texts.first().filter(|first| !first.is_empty());
    column.kind == ColumnKind::Metric
        && column.goal.is_none()
        && column.texts.len() > 1
        && first.is_some_and(|first| column.texts.iter().all(|text| text == first))
}

/// What "use as default" would set: the columns that are parameters of the pipeline.
struct Defaults(Vec<(usize, String)>);

impl Defaults {
    fn of(project: &Project, results: &Results) -> Self {
        let parameters = &project.checked().pipeline.parameters;
        let columns = results.axes.iter().enumerate().filter(|(_, column)| !column.is_repeat);
        let of_column = |(at, column): (usize, &loom_exec::results::Column)| {
            // Of units, the columns are flags; of a sweep, parameters.
            let is_it = |name: &str| {
                *column.name == *name || (results.of == Of::Units && column.name.replace('-', "_") == name)
            };
            let parameter = parameters.iter().find(|parameter| is_it(&parameter.name.text))?;
            Some((at, parameter.name.text.to_string()))
        };
        Self(columns.filter_map(of_column).collect())
    }

    fn of_row(&self, values: &[Arc<str>]) -> Vec<(String, String)> {
        let set = self.0.iter().filter_map(|(at, name)| Some((name.clone(), values.get(*at)?.to_string())));
        set.filter(|(_, value)| !value.is_empty()).collect()
    }
}

/// Who made the numbers of a row.
enum Makers {
    /// The steps of units, by the names of these; a loop by its own.
    Units(HashMap<Arc<str>, String>),
    /// The step whose instances the numbers are of: its name, the columns of its axes, and its units by their values.
    Step { node: String, on: Vec<usize>, units: HashMap<Vec<Arc<str>>, Arc<str>> },
    /// There is none, or more than one.
    Unknown,
}

impl Makers {
    fn of(project: &Project, results: &Results) -> Self {
        let Some(graph) = project.checked().expanded.as_deref() else { return Self::Unknown };
        match results.of {
            Of::Units => {
                let mut steps = HashMap::new();
                for step in graph.links().steps() {
                    let count = graph.group(step).map_or(0, |(_, passes)| passes.pass_count().min(MOST_PASSES));
                    let passes = (0..u32::try_from(count).unwrap_or(0)).map(Part::Pass);
                    for part in std::iter::once(Part::Whole).chain(passes) {
                        steps.insert(graph.unit(step, part).name, graph.step(step).name.text.to_string());
                    }
                }
                Self::Units(steps)
            }
            Of::Configurations => Self::of_sweep(project, graph, results),
        }
    }

    /// The last step that makes what configurations are compared by.
    fn of_sweep(project: &Project, graph: &StepGraph, results: &Results) -> Self {
        let nodes = &project.checked().pipeline.data;
        let has_metrics = |name: &str| nodes.iter().any(|node| *node.name.text == *name && !node.metrics.is_empty());
        let links = graph.links();
        let makes = |step: &StepId, only_declared: bool| {
            !graph.axes(*step).is_empty()
                && links.writes(*step).any(|made| {
                    let datum = links.datum(made.datum);
                    let is_file = results.files.iter().any(|file| **file == *made.path);
                    is_file && (!only_declared || datum.name.as_deref().is_some_and(has_metrics))
                })
        };
        let last = |only| graph.run_order().rfind(|step| makes(step, only));
        let Some(step) = last(true).or_else(|| last(false)) else { return Self::Unknown };
        let column = |name: &str| results.axes.iter().position(|axis| axis.set_by.is_none() && *axis.name == *name);
        let names: Vec<Arc<str>> = graph.configuration(step).into_iter().map(|(name, _)| name).collect();
        let Some(on) = names.iter().map(|name| column(name)).collect::<Option<Vec<usize>>>() else {
            return Self::Unknown;
        };
        let units = graph.instances(graph.written(step)).into_iter().map(|one| {
            let values = graph.configuration(one).into_iter().map(|(_, value)| value).collect();
            (values, graph.unit(one, Part::Whole).name)
        });
        Self::Step { node: format!("step:{}", graph.step(step).name.text), on, units: units.collect() }
    }

    fn of_row(&self, label: &Arc<str>, values: &[Arc<str>]) -> (Option<String>, Option<String>) {
        match self {
            Self::Unknown => (None, None),
            Self::Units(steps) => {
                // A file that a loop goes through may have any name.
                let folders = label.match_indices('/').map(|(at, _)| &label[..at]);
                let step = std::iter::once(&**label).chain(folders).find_map(|name| steps.get(name));
                (step.map(|step| format!("step:{step}")), Some(label.to_string()))
            }
            Self::Step { node, on, units } => {
                let key: Option<Vec<Arc<str>>> = on.iter().map(|at| values.get(*at).cloned()).collect();
                let unit = key.and_then(|key| units.get(&key)).map(ToString::to_string);
                (Some(node.clone()), unit)
            }
        }
    }
}
