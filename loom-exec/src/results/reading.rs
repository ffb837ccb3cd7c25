//! From configurations and the files that their units made to a table.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use loom_spec::Goal;

use super::numbers::{each_number, number_of_csv, number_of_json, strict};
use super::{Column, Figure, Metric, Of, Results, Row, State};

/// Of metrics that nobody declared, no more than this become columns.
const MOST_COLUMNS: usize = 200;
/// How many files a thread is worth.
const FILES_PER_THREAD: usize = 32;
/// Of what stands in the way, no more than this is told.
const MOST_TROUBLES: usize = 100;

/// A configuration of a sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Its name.
    pub label: Arc<str>,
    /// Its values, one for each axis.
    pub values: Vec<Arc<str>>,
}

/// A unit that ran, or would, for all configurations that share some values.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Its name.
    pub label: Arc<str>,
    /// The axes that it depends on, as indices in ascending order, with its value.
    pub parameters: Vec<(usize, Arc<str>)>,
    /// What it makes that may have numbers in it.
    pub outputs: Vec<Output>,
    /// How long it took when it last ended well.
    pub duration: Option<Duration>,
    /// Whether there is nothing to be read, because it did not end well: `Failed`, or `Missing` if it was stopped. `Made` or
    /// `Outdated`, if the files can tell.
    pub state: State,
}

/// A file that may have numbers in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The data node; empty, if each row has one of its own.
    pub data: Arc<str>,
    /// What people call it: its path as the unit is handed it.
    pub name: Arc<str>,
    /// Where it stands.
    pub path: PathBuf,
    /// The metrics that are declared of it; none, if all its numbers are meant.
    pub metrics: Vec<(Arc<str>, Goal)>,
    /// How it is read.
    pub kind: Kind,
}

/// How numbers are read from a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As JSON.
    Json,
    /// As a table, its columns between commas; only what is declared.
    Csv,
    /// As a table, its columns between tabs; only what is declared.
    Tsv,
}

impl Kind {
    /// The kind of a file, by the `type` of its data node, else by its suffix; none, if there are no numbers to be read
    /// from such a file.
    pub fn of(kind: Option<&str>, path: &str) -> Option<Self> {
        let suffix = Path::new(path).extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        let is_suffix = |known: &str| suffix.eq_ignore_ascii_case(known);
        match kind {
            _ if is_suffix("tsv") => Some(Self::Tsv),
            Some("json") => Some(Self::Json),
            Some("csv") => Some(Self::Csv),
            _ if is_suffix("json") => Some(Self::Json),
            _ if is_suffix("csv") => Some(Self::Csv),
            _ => None,
        }
    }
}

impl Results {
    /// The table of a sweep: a row for each configuration, with the numbers of every instance that it shares the values of; the
    /// last one's, where several have a number of the same name. What depends on no axis tells no two configurations
    /// apart, and is left out. The files are read here, from several threads. A row took as long as all its instances
    /// together.
    ///
    /// ```
    /// use loom_exec::results::{Column, Configuration, Instance, Kind, Output, Results, State};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let axes = vec![Column { name: "lr".into(), is_repeat: false, set_by: None }];
    /// let (mut configurations, mut instances) = (Vec::new(), Vec::new());
    /// for lr in ["0.1", "0.2"] {
    ///     configurations.push(Configuration { label: format!("lr={lr}").into(), values: vec![lr.into()] });
    ///     let name = format!("results@lr={lr}.json");
    ///     let path = folder.path().join(&name);
    ///     std::fs::write(&path, format!("{{\"loss\": {lr}}}"))?;
    ///     let (metrics, kind) = (Vec::new(), Kind::Json);
    ///     let output = Output { data: "results".into(), name: name.into(), path, metrics, kind };
    ///     instances.push(Instance {
    ///         label: format!("train@lr={lr}").into(),
    ///         parameters: vec![(0, lr.into())],
    ///         outputs: vec![output],
    ///         duration: None,
    ///         state: State::Made,
    ///     });
    /// }
    /// let results = Results::of_configurations(axes, configurations, &instances);
    /// assert_eq!(&*results.metrics[0].path, "results.loss");
    /// assert_eq!(results.rows[1].metrics[0].unwrap().mean, 0.2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn of_configurations(axes: Vec<Column>, configurations: Vec<Configuration>, instances: &[Instance]) -> Self {
        // All instances of a step depend on the same axes.
        let mut places: HashMap<Vec<usize>, HashMap<Vec<&str>, Vec<usize>>> = HashMap::new();
        let concerned = instances.iter().enumerate().filter(|(_, instance)| !instance.parameters.is_empty());
        for (index, instance) in concerned {
            let on: Vec<usize> = instance.parameters.iter().map(|(axis, _)| *axis).collect();
            let values: Vec<&str> = instance.parameters.iter().map(|(_, value)| &**value).collect();
            places.entry(on).or_default().entry(values).or_default().push(index);
        }
        let rows = configurations.into_iter().map(|Configuration { label, values }| {
            let mut of_row = Vec::new();
            for (on, known) in &places {
                let own: Vec<&str> = on.iter().filter_map(|axis| values.get(*axis)).map(|value| &**value).collect();
                of_row.extend_from_slice(known.get(&own).map_or(&[][..], Vec::as_slice));
            }
            of_row.sort_unstable();
            (label, values, of_row)
        });
        let reading = Reading::of(instances);
        reading.table(Of::Configurations, axes, rows.collect(), instances)
    }
}

/// What was read of the files of instances.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// By number: data node and path, and the goal, if one is declared.
    names: Names,
    /// The numbers of each instance.
    pub(super) numbers: Vec<Vec<(u32, f64)>>,
    pub(super) troubles: Vec<String>,
}

/// Metrics by number, each once.
#[derive(Debug, Default)]
struct Names {
    numbers: HashMap<Arc<str>, u32>,
    all: Vec<(Arc<str>, Option<Goal>)>,
}

impl Names {
    fn number(&mut self, path: &str, goal: Option<Goal>) -> u32 {
        if let Some(number) = self.numbers.get(path) {
            return *number;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let path: Arc<str> = path.into();
        self.all.push((Arc::clone(&path), goal));
        self.numbers.insert(path, number);
        number
    }
}

/// A row to be: its name, a value for each axis, and the indices of its instances.
type Outline = (Arc<str>, Vec<Arc<str>>, Vec<usize>);

/// Where the numbers of some files come to, and the memory that reading them takes.
struct Reader {
    reading: Reading,
    only_declared: bool,
    path: String,
}

impl Reading {
    /// Reads the files of all instances, the declared metrics alone if there are any.
    pub(super) fn of(instances: &[Instance]) -> Self {
        let outputs = || instances.iter().flat_map(|instance| &instance.outputs);
        let only_declared = outputs().any(|output| !output.metrics.is_empty());
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(instances.len().div_ceil(FILES_PER_THREAD)).max(1);
        let read = |instances: &[Instance]| {
            let mut reader = Reader { reading: Self::default(), only_declared, path: String::new() };
            instances.iter().for_each(|instance| reader.read(instance));
            reader.reading
        };
        let mut parts = instances.chunks(instances.len().div_ceil(threads).max(1));
        let first = parts.next().unwrap_or_default();
        let parts: Vec<&[Instance]> = parts.collect();
        let mut readings = thread::scope(|scope| {
            let others: Vec<_> =
                parts.iter().map(|part| thread::Builder::new().spawn_scoped(scope, || read(part)).ok()).collect();
            let mut readings = vec![read(first)];
            for (other, part) in others.into_iter().zip(&parts) {
                // Without another thread it takes longer, no more.
                let read_there = other.and_then(|thread| thread.join().ok());
                readings.push(read_there.unwrap_or_else(|| read(part)));
            }
            readings
        })
        .into_iter();
        let mut all = readings.next().unwrap_or_default();
        readings.for_each(|reading| all.add(reading));
        all
    }

    fn add(&mut self, other: Self) {
        let numbers: Vec<u32> = other.names.all.iter().map(|(path, goal)| self.names.number(path, *goal)).collect();
        self.numbers.extend(other.numbers.into_iter().map(|mut found| {
            found.iter_mut().for_each(|(number, _)| *number = numbers[*number as usize]);
            found
        }));
        self.troubles.extend(other.troubles);
    }

    /// The numbers of an instance, with their paths.
    pub(super) fn numbers_of(&self, instance: usize) -> Vec<(Arc<str>, f64)> {
        let found = self.numbers.get(instance).map_or(&[][..], Vec::as_slice);
        found.iter().map(|(number, value)| (Arc::clone(&self.names.all[*number as usize].0), *value)).collect()
    }

    /// Puts together the table.
    pub(super) fn table(mut self, of: Of, axes: Vec<Column>, rows: Vec<Outline>, instances: &[Instance]) -> Results {
        // What nobody of these rows has is no column.
        let mut used = vec![false; self.names.all.len()];
        let of_rows: HashSet<usize> = rows.iter().flat_map(|(_, _, of_row)| of_row).copied().collect();
        for (number, _) in of_rows.iter().flat_map(|instance| &self.numbers[*instance]) {
            used[*number as usize] = true;
        }
        let declared = self.names.all.iter().map(|(_, goal)| goal.is_some());
        let is_echo = self.echoes(&axes, &rows);
        let numbers = 0..self.names.all.len();
        let is_column: Vec<bool> =
            declared.zip(numbers).map(|(declared, at)| declared || used[at] && !is_echo[at]).collect();
        let mut columns: Vec<usize> = (0..is_column.len()).filter(|number| is_column[*number]).collect();
        columns.sort_by_key(|number| self.names.all[*number].1.is_none());
        if columns.len() > MOST_COLUMNS {
            let over = columns.len() - MOST_COLUMNS;
            self.troubles.insert(0, format!("{over} more metrics are left out: declare those that count (`metrics`)"));
            columns.truncate(MOST_COLUMNS);
        }
        let mut place = vec![None; is_column.len()];
        columns.iter().enumerate().for_each(|(column, number)| place[*number] = Some(column));
        let paths: Vec<Arc<str>> = columns.iter().map(|number| Arc::clone(&self.names.all[*number].0)).collect();
        let names = short_names(&paths, &axes);
        let metrics = columns.iter().zip(paths).zip(names).map(|((number, path), name)| Metric {
            name,
            path,
            goal: self.names.all[*number].1,
        });
        let metrics: Vec<Metric> = metrics.collect();
        let rows = rows.into_iter().map(|(label, parameters, of_row)| {
            let mut figures = vec![None; metrics.len()];
            let mut sources = vec![u32::MAX; metrics.len()];
            for instance in &of_row {
                for (number, value) in &self.numbers[*instance] {
                    if let Some(column) = place[*number as usize] {
                        figures[column] = Some(Figure::one(*value));
                        sources[column] = u32::try_from(*instance).unwrap_or(u32::MAX);
                    }
                }
            }
            let of_row = || of_row.iter().map(|instance| &instances[*instance]);
            let states = of_row().map(|instance| instance.state);
            let state = match states.max() {
                Some(State::Made | State::Outdated) | None if figures.iter().all(Option::is_none) => State::Missing,
                _ if of_row().any(|instance| instance.state == State::Failed) => State::Failed,
                state => state.unwrap_or(State::Missing),
            };
            let known = of_row().filter_map(|instance| instance.duration);
            let duration = known.reduce(Duration::saturating_add);
            Row { label, parameters, metrics: figures, duration, state, count: 1, parts: Vec::new(), sources }
        });
        let rows = rows.collect();
        let mut files: Vec<Arc<str>> = Vec::new();
        let mut known = HashSet::new();
        for (_, instance) in
            instances.iter().enumerate().filter(|(index, _)| of_rows.is_empty() || of_rows.contains(index))
        {
            files
                .extend(instance.outputs.iter().map(|output| &output.name).filter(|name| known.insert(*name)).cloned());
        }
        self.troubles.truncate(MOST_TROUBLES);
        Results { of, axes, metrics, rows, files, troubles: self.troubles, cut: None }
    }

    /// Which numbers only say again what the configuration says: they go by the name of an axis and are its value
    /// wherever they are.
    fn echoes(&self, axes: &[Column], rows: &[Outline]) -> Vec<bool> {
        let own = |path: &str| {
            axes.iter().position(|axis| is_end(path, &axis.name) || is_end(path, &axis.name.replace('-', "_")))
        };
        let axis_of: Vec<Option<usize>> = self.names.all.iter().map(|(path, _)| own(path)).collect();
        let mut is_echo: Vec<bool> = axis_of.iter().map(Option::is_some).collect();
        for (_, values, of_row) in rows {
            for (number, found) in of_row.iter().flat_map(|instance| &self.numbers[*instance]) {
                if let Some(axis) = axis_of[*number as usize] {
                    is_echo[*number as usize] &= values[axis].trim().parse() == Ok(*found);
                }
            }
        }
        is_echo
    }
}

impl Reader {
    fn read(&mut self, instance: &Instance) {
        let mut found = Vec::new();
        if matches!(instance.state, State::Made | State::Outdated) {
            for output in &instance.outputs {
                if let Err(why) = self.read_file(output, &mut found) {
                    self.reading.troubles.push(format!("{}: {why}", output.name));
                }
            }
        }
        // What was not read has its columns all the same.
        if matches!(instance.state, State::Failed | State::Missing) {
            instance.outputs.iter().for_each(|output| drop(self.declared(output)));
        }
        self.reading.numbers.push(found);
    }

    /// The numbers of the metrics that are declared of a file, which have a column whether or not it is there.
    fn declared(&mut self, output: &Output) -> Vec<u32> {
        let Self { reading: Reading { names, .. }, path, .. } = self;
        let paths = output.metrics.iter().map(|(metric, goal)| {
            path.clear();
            path.push_str(&output.data);
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(metric);
            names.number(path, Some(*goal))
        });
        paths.collect()
    }

    fn read_file(&mut self, output: &Output, found: &mut Vec<(u32, f64)>) -> Result<(), String> {
        if output.metrics.is_empty() && (self.only_declared || output.kind != Kind::Json) {
            return Ok(());
        }
        let numbers = self.declared(output);
        let Self { reading: Reading { names, troubles, .. }, path, .. } = self;
        path.clear();
        path.push_str(&output.data);
        let bytes = match std::fs::read(&output.path) {
            // It has yet to be made.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            bytes => bytes.map_err(|error| error.to_string())?,
        };
        let delimiter = match output.kind {
            Kind::Csv => b',',
            Kind::Tsv => b'\t',
            Kind::Json => {
                let text = std::str::from_utf8(&bytes).map_err(|_| "not JSON: it is not UTF-8".to_owned())?;
                let text = text.trim_start_matches('\u{feff}');
                if output.metrics.is_empty() {
                    return each_number(text, path, &mut |path, number| {
                        // A document may be a number and nothing else.
                        let path = if path.is_empty() { "value" } else { path };
                        found.push((names.number(path, None), number));
                    });
                }
                let document: serde_json::Value =
                    serde_json::from_str(&strict(text)).map_err(|error| format!("not JSON: {error}"))?;
                for ((metric, _), number) in output.metrics.iter().zip(numbers) {
                    match number_of_json(&document, metric) {
                        Some(value) => found.push((number, value)),
                        None => troubles.push(format!("{}: no number at `{metric}`", output.name)),
                    }
                }
                return Ok(());
            }
        };
        for ((metric, _), number) in output.metrics.iter().zip(numbers) {
            match number_of_csv(&bytes[..], delimiter, metric) {
                Ok(value) => found.push((number, value)),
                Err(why) => troubles.push(format!("{}: {why}", output.name)),
            }
        }
        Ok(())
    }
}

/// Whether a path ends with this name, as a whole.
fn is_end(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// For each path the shortest end of it, cut at dots, that no other path ends with and no parameter is called. Ends that are
/// only an index say nothing.
fn short_names(paths: &[Arc<str>], axes: &[Column]) -> Vec<Arc<str>> {
    const TAKEN: [&str; 4] = ["duration", "label", "state", "count"];
    let ends = |path: &Arc<str>| -> Vec<usize> {
        let mut ends: Vec<usize> = path.match_indices('.').map(|(at, _)| at + 1).collect();
        ends.reverse();
        ends.push(0);
        ends
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for path in paths {
        ends(path).into_iter().for_each(|at| *counts.entry(&path[at..]).or_default() += 1);
    }
    let is_free = |end: &str| {
        counts.get(end) == Some(&1)
            && !TAKEN.contains(&end)
            && !axes.iter().any(|axis| *axis.name == *end)
            && !end.split('.').next().unwrap_or_default().bytes().all(|byte| byte.is_ascii_digit())
    };
    let short = |path: &Arc<str>| ends(path).into_iter().find(|at| is_free(&path[*at..]));
    paths.iter().map(|path| short(path).map_or_else(|| Arc::clone(path), |at| path[at..].into())).collect()
}
