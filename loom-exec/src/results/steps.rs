//! The results of a pipeline as they are now.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use loom_graph::{CommandLine, ConfigId, Facts, Part, Space, StepGraph, StepId, Unit, Work};

use super::reading::Reading;
use super::{Column, Configuration, Instance, Kind, Of, Output, Results, State};
use crate::memory::journal::{self, Ending, Kept, Past};
use crate::project::Refused;
use crate::{ForecastError, Memory, Project, files};

/// There is no table to be shown.
#[derive(Debug, thiserror::Error)]
pub enum NoResults {
    /// The pipeline is wrong.
    #[error("{0}")]
    Refused(Refused),
    /// What is remembered of earlier runs could not be read.
    #[error(transparent)]
    Forgotten(#[from] ForecastError),
}

impl Results {
    /// The results of a pipeline as they stand in its folder now. Without a sweep, the rows are units whose numbers can be
    /// compared: those that declare metrics, else those that have a number of the same name as another one, with the units
    /// that run the same program; and the parameters are the arguments that they differ by.
    pub fn collect(project: &Project, memory: &Memory) -> Result<Self, NoResults> {
        let graph = graph_of(project)?;
        let past = remembered(project, memory)?;
        let made = instances(project, graph, &past);
        Ok(match graph.space() {
            Some(space) => Self::of_sweep(graph, space, made),
            None => Self::of_units(made),
        })
    }

    fn of_sweep(graph: &StepGraph, space: &Space, made: Vec<Made>) -> Self {
        let columns = Columns::of(space);
        let instances = made.into_iter().filter_map(|made| {
            let config = graph.config(made.step)?;
            let of_axis = |axis: usize| columns.of_axis(space, axis, config);
            let parameters: Vec<_> = graph.axes(made.step).into_iter().flat_map(of_axis).collect();
            Some(Instance { parameters, ..made.instance })
        });
        let instances: Vec<Instance> = instances.filter(|instance| !instance.parameters.is_empty()).collect();
        let configurations = (0..u32::try_from(space.len()).unwrap_or(u32::MAX)).map(ConfigId).map(|config| {
            let values = (0..space.axes().len()).flat_map(|axis| columns.of_axis(space, axis, config));
            Configuration { label: space.name(config).into(), values: values.map(|(_, value)| value).collect() }
        });
        let configurations = configurations.collect();
        Self::of_configurations(columns.all, configurations, &instances)
    }

    fn of_units(mut made: Vec<Made>) -> Self {
        made.retain(|made| !made.instance.outputs.is_empty());
        // Where each unit has a data node of its own, its name tells nothing of what the numbers are.
        made.iter_mut().flat_map(|made| &mut made.instance.outputs).for_each(|output| output.data = "".into());
        let instances: Vec<Instance> = made.iter().map(|made| made.instance.clone()).collect();
        let mut reading = Reading::of(&instances);
        let rows = rows(&made, &reading);
        let is_row: HashSet<usize> = rows.iter().copied().collect();
        for (index, numbers) in reading.numbers.iter_mut().enumerate() {
            if !is_row.contains(&index) {
                numbers.clear();
            }
        }
        // Arguments that all have, with different values.
        let mut flags: Vec<&str> = Vec::new();
        let mut known = HashSet::new();
        for (flag, _) in rows.iter().flat_map(|row| &made[*row].arguments) {
            if known.insert(&**flag) {
                flags.push(flag);
            }
        }
        let arguments: Vec<HashMap<&str, &str>> = rows
            .iter()
            .map(|row| made[*row].arguments.iter().map(|(flag, value)| (&**flag, &**value)).collect())
            .collect();
        let value = |row: usize, flag: &str| arguments[row].get(flag).copied().unwrap_or_default();
        flags.retain(|flag| (1..rows.len()).any(|row| value(row, flag) != value(0, flag)));
        let axes = flags.iter().map(|flag| Column { name: axis_name(flag).into(), is_repeat: false, set_by: None });
        let rows = rows.iter().enumerate().map(|(row, index)| {
            let values = flags.iter().map(|flag| value(row, flag).into()).collect();
            (Arc::clone(&made[*index].instance.label), values, vec![*index])
        });
        reading.table(Of::Units, axes.collect(), rows.collect(), &instances)
    }
}

/// The columns of a sweep: each axis, and behind it the parameters that its labels set.
struct Columns {
    all: Vec<Column>,
    /// For each axis its column, and the parameters in those behind it.
    of_axes: Vec<(usize, Vec<Arc<str>>)>,
}

impl Columns {
    fn of(space: &Space) -> Self {
        let (mut all, mut of_axes) = (Vec::new(), Vec::new());
        for axis in space.axes() {
            let first = all.len();
            let mut set: Vec<Arc<str>> = Vec::new();
            for (name, _) in axis.values.iter().flat_map(|value| &value.settings) {
                if !set.contains(name) {
                    set.push(Arc::clone(name));
                }
            }
            let column = |name: &Arc<str>, set_by| Column { name: Arc::clone(name), is_repeat: axis.is_repeat, set_by };
            all.push(column(&axis.name, None));
            all.extend(set.iter().map(|name| column(name, Some(first))));
            of_axes.push((first, set));
        }
        Self { all, of_axes }
    }

    /// What a configuration has in the columns of an axis, each with its index.
    fn of_axis(&self, space: &Space, axis: usize, config: ConfigId) -> Vec<(usize, Arc<str>)> {
        let (first, set) = &self.of_axes[axis];
        let value = space.value(config, axis);
        let setting = |name: &Arc<str>| value.setting(name).unwrap_or_default();
        let values = std::iter::once(Arc::clone(&value.text)).chain(set.iter().map(setting));
        values.enumerate().map(|(offset, value)| (first + offset, value)).collect()
    }
}

/// The graph of a pipeline, whose units the table is of.
pub(super) fn graph_of(project: &Project) -> Result<&StepGraph, NoResults> {
    let checked = project.checked();
    let refused = || Refused { problems: checked.problems.clone(), source: project.source.clone() };
    checked.expanded.as_deref().ok_or_else(|| NoResults::Refused(refused()))
}

/// A unit that makes something that numbers may be read from.
pub(crate) struct Made {
    /// The step of the graph that it is of.
    pub(crate) step: StepId,
    /// As the table takes it; a unit of a sweep is yet to be given its parameters.
    pub(crate) instance: Instance,
    /// What it runs.
    program: String,
    /// What it is called with.
    arguments: Vec<(String, String)>,
    /// Whether it is a pass that there need not be, because a condition may end the passes before.
    is_perhaps: bool,
}

/// What is remembered of the units of a pipeline.
pub(crate) fn remembered(
    project: &Project,
    memory: &Memory,
) -> Result<foldhash::HashMap<Arc<str>, Past>, ForecastError> {
    let file = project.file.file_name().unwrap_or_default().to_string_lossy();
    let Some(path) = memory.journal_path(project.folder(), &file) else { return Ok(Default::default()) };
    match journal::load(&path) {
        Ok(remembered) => Ok(remembered.units),
        Err(source) => Err(ForecastError { path, source }),
    }
}

/// The units of a graph in run order: those that make JSON, or a table with declared metrics, and for their states all others that
/// something is remembered of.
pub(crate) fn instances(project: &Project, graph: &StepGraph, past: &foldhash::HashMap<Arc<str>, Past>) -> Vec<Made> {
    let mut found = Vec::new();
    let nodes = nodes(graph);
    let mut fates = Fates::default();
    for step in graph.run_order() {
        // What cannot have numbers, and never ran, need not be split into its units.
        if graph.step(step).outputs.is_empty() && past.is_empty() {
            continue;
        }
        let before = fates.of_all(graph, step);
        for unit in units(graph, step, project.folder()) {
            let mut instance = instance(project, graph, &unit, past, &nodes);
            let past = past.get(&unit.name);
            instance.state = fates.meet(step, before, instance.state, past);
            let (program, arguments) = match graph.work(&unit, Facts::NONE) {
                _ if instance.outputs.is_empty() => (String::new(), Vec::new()),
                Work::Command(line) => (line.program.to_string(), arguments_in(graph, step, &line)),
                _ => {
                    instance.outputs.clear();
                    (String::new(), Vec::new())
                }
            };
            if instance.outputs.is_empty() && instance.state == State::Made {
                continue;
            }
            let is_perhaps = graph.group(step).is_some_and(|(_, passes)| passes.stop.is_some());
            found.push(Made { step, instance, program, arguments, is_perhaps });
        }
    }
    keep_last(&mut found);
    found
}

/// What became of the steps before others, which these inherit.
#[derive(Default)]
struct Fates(HashMap<StepId, Fate>);

#[derive(Clone, Copy, Default)]
struct Fate {
    is_outdated: bool,
    /// When a unit failed, in milliseconds since 1970.
    failed: Option<i64>,
}

impl Fate {
    fn add(&mut self, other: Self) {
        self.is_outdated |= other.is_outdated;
        self.failed = self.failed.max(other.failed);
    }
}

impl Fates {
    /// What the units of a step inherit.
    fn of_all(&self, graph: &StepGraph, step: StepId) -> Fate {
        let mut all = Fate::default();
        if !self.0.is_empty() {
            graph.before(step).iter().filter_map(|(before, _)| self.0.get(before)).for_each(|fate| all.add(*fate));
        }
        all
    }

    /// The state of a unit, after what it inherits: it was skipped because of what failed, unless it ran since; and what it made of
    /// something outdated is so, too.
    fn meet(&mut self, step: StepId, before: Fate, own: State, past: Option<&Past>) -> State {
        let done = past.and_then(|past| past.done.as_ref());
        let skipped = before.failed.filter(|failed| done.is_none_or(|done| done.at < *failed));
        let state = match own {
            State::Made | State::Outdated if skipped.is_some() => State::Failed,
            State::Made if before.is_outdated && done.is_some() => State::Outdated,
            own => own,
        };
        let failed = past.and_then(|past| past.since.as_ref()).map(|since| since.at);
        let failed = skipped.or(failed).filter(|_| state == State::Failed);
        if matches!(state, State::Failed | State::Outdated) {
            self.0.entry(step).or_default().add(Fate { is_outdated: state == State::Outdated, failed });
        }
        state
    }
}

/// Whether a unit was called otherwise, when it last ended well, than it would be now, whatever the conditions that it asks
/// for say: with other words, or in another environment. What is handed those that are there cannot be told.
fn is_outdated(project: &Project, graph: &StepGraph, unit: &Unit, past: &Past) -> bool {
    const MOST_ASKED: usize = 4;
    let Some(done) = past.done.as_ref().map(Kept::key) else { return false };
    let call = |facts: Facts<'_>| match graph.work(unit, facts) {
        Work::Command(line) => Some((line.words().collect::<Vec<_>>(), graph.variables(unit, facts))),
        _ => None,
    };
    let is_past = |(words, variables): &(Vec<String>, _)| *words == done.command && *variables == done.env;
    let file = project.file.file_name().unwrap_or_default().to_string_lossy();
    let manifests = format!(".loom/{file}/gathered");
    let known = Facts { manifests: &manifests, ..Facts::NONE };
    let asked = RefCell::new(Vec::new());
    let ask = |condition| {
        let mut asked = asked.borrow_mut();
        if !asked.contains(&condition) {
            asked.push(condition);
        }
        None
    };
    let Some(now) = call(Facts { answers: &ask, ..known }) else { return false };
    if is_past(&now) {
        return false;
    }
    let asked = asked.take();
    let is_answered = |answers: usize| {
        let place = |condition| asked.iter().position(|known| *known == condition);
        let answer = |condition| place(condition).map(|place| answers >> place & 1 == 1);
        call(Facts { answers: &answer, ..known }).is_some_and(|call| is_past(&call))
    };
    if asked.len() > MOST_ASKED || (0..1 << asked.len()).any(is_answered) {
        return false;
    }
    let gets_all = graph.step(unit.step).gather.as_ref().is_some_and(|gather| !gather.allow_failed);
    gets_all || call(Facts { is_there: &|_| false, ..known }).as_ref() == Some(&now)
}

/// Leaves a file to the last of the units that make it: passes may write over what the pass before made. Those that are left
/// with none have no part in how long the numbers took.
fn keep_last(made: &mut [Made]) {
    let mut known = HashSet::new();
    for made in made.iter_mut().rev() {
        made.instance.outputs.retain(|output| known.insert(output.path.clone()));
    }
    made.iter_mut().filter(|made| made.instance.outputs.is_empty()).for_each(|made| made.instance.duration = None);
}

/// A unit as a table takes it.
pub(super) fn made_by(
    project: &Project,
    graph: &StepGraph,
    unit: &Unit,
    past: &foldhash::HashMap<Arc<str>, Past>,
) -> Instance {
    instance(project, graph, unit, past, &nodes(graph))
}

/// Data nodes by name.
type Nodes<'a> = HashMap<&'a str, &'a loom_spec::Data>;

fn nodes(graph: &StepGraph) -> Nodes<'_> {
    graph.pipeline().data.iter().map(|data| (&*data.name.text, data)).collect()
}

fn instance(
    project: &Project,
    graph: &StepGraph,
    unit: &Unit,
    past: &foldhash::HashMap<Arc<str>, Past>,
    nodes: &Nodes<'_>,
) -> Instance {
    let past = past.get(&unit.name);
    let (state, duration) = match (ended(past), past) {
        ((State::Made, took), Some(past)) if is_outdated(project, graph, unit, past) => (State::Outdated, took),
        (ended, _) => ended,
    };
    let outputs = outputs(graph, unit, project.folder(), nodes);
    Instance { label: Arc::clone(&unit.name), parameters: Vec::new(), outputs, duration, state }
}

/// The units of a step: those that could be told apart now, whether or not they ran.
pub(super) fn units(graph: &StepGraph, step: StepId, folder: &Path) -> Vec<Unit> {
    if let Some((_, passes)) = graph.group(step) {
        let count = u32::try_from(passes.pass_count()).unwrap_or(u32::MAX);
        return (0..count).map(|pass| graph.unit(step, Part::Pass(pass))).collect();
    }
    if graph.step(step).each.is_some() {
        let items = files::items(graph, step, folder).unwrap_or_default().names;
        return items.into_iter().map(|item| graph.unit(step, Part::Item(item))).collect();
    }
    vec![graph.unit(step, Part::Whole)]
}

fn outputs(graph: &StepGraph, unit: &Unit, folder: &Path, data: &HashMap<&str, &loom_spec::Data>) -> Vec<Output> {
    let links = graph.links();
    let makes = graph.makes(unit);
    // One for each output, unless two of them are the same file.
    let written: Vec<_> = links.writes(unit.step).collect();
    let node_of = |at: usize, name: Option<&str>| {
        let used = written.get(at).filter(|_| written.len() == makes.len());
        let name = name.or_else(|| links.datum(used?.datum).name.as_deref());
        data.get(name?).copied()
    };
    let outputs = makes.iter().enumerate().filter_map(|(at, file)| {
        let node = node_of(at, file.name.as_deref());
        let kind = Kind::of(node.and_then(|node| node.kind.as_ref()).map(|kind| &*kind.text), &file.path)?;
        let metrics = node.map_or(&[][..], |node| &node.metrics);
        let metrics: Vec<_> = metrics.iter().map(|metric| (Arc::clone(&metric.path.text), metric.goal)).collect();
        if kind != Kind::Json && metrics.is_empty() {
            return None;
        }
        let path = folder.join(&file.path);
        let data = node.map_or_else(|| "".into(), |node| Arc::clone(&node.name.text));
        Some(Output { data, name: file.path.as_str().into(), path, metrics, kind })
    });
    outputs.collect()
}

/// Whether what a unit made is there to be read, and how long it took.
fn ended(past: Option<&Past>) -> (State, Option<Duration>) {
    let Some(past) = past else { return (State::Made, None) };
    let took = past.done.as_ref().map(|done| Duration::from_millis(done.took));
    match past.since.as_ref().map(|since| &since.how) {
        Some(Some(Ending::Failed(_))) => (State::Failed, None),
        Some(Some(Ending::Stopped) | None) => (State::Missing, None),
        Some(Some(Ending::Outdated(_))) => (State::Outdated, took),
        None => (State::Made, took),
    }
}

/// Which units are compared with one another, as indices.
fn rows(made: &[Made], reading: &Reading) -> Vec<usize> {
    let is_there = |index: &usize| {
        let Made { is_perhaps, instance, .. } = &made[*index];
        !is_perhaps || instance.state == State::Failed || !reading.numbers[*index].is_empty()
    };
    let declares = |made: &Made| made.instance.outputs.iter().any(|output| !output.metrics.is_empty());
    if made.iter().any(declares) {
        return (0..made.len()).filter(|index| declares(&made[*index])).filter(is_there).collect();
    }
    let mut owners: HashMap<u32, usize> = HashMap::new();
    for (number, _) in reading.numbers.iter().flatten() {
        *owners.entry(*number).or_default() += 1;
    }
    let is_shared = |(number, _): &(u32, f64)| owners.get(number).is_some_and(|owners| *owners > 1);
    let has_shared = |index: &usize| reading.numbers[*index].iter().any(is_shared);
    let shared: Vec<usize> = (0..made.len()).filter(has_shared).collect();
    if shared.is_empty() {
        let has_any = |index: &usize| !reading.numbers[*index].is_empty() || made[*index].instance.state != State::Made;
        return (0..made.len()).filter(has_any).collect();
    }
    let programs: HashSet<&str> = shared.iter().map(|index| &*made[*index].program).collect();
    (0..made.len()).filter(|index| programs.contains(&*made[*index].program)).filter(is_there).collect()
}

/// The arguments of a unit's command line, each by its flag: what its step says under `args`, as the unit is handed it. A
/// switch that is on is `true`, and one that is off is not there.
///
/// ```
/// let text = "
/// parameters: {rate: 0.10, fast: true, slow: false}
/// pipeline:
///   - {name: a, command: [x], outputs: {-o: a.txt}, args: {--rate: $rate, --fast: $fast, --slow: $slow, -n: [1, 2]}}
/// ";
/// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
/// let graph = loom_graph::check(parsed, &loom_graph::OnPaper).graph.unwrap();
/// let unit = graph.unit(graph.run_order().next().unwrap(), loom_graph::Part::Whole);
/// let arguments = loom_exec::results::arguments(&graph, &unit);
/// let shown: Vec<_> = arguments.iter().map(|(flag, value)| (&**flag, &**value)).collect();
/// assert_eq!(shown, [("--rate", "0.10"), ("--fast", "true"), ("-n", "1 2")]);
/// ```
pub fn arguments(graph: &StepGraph, unit: &Unit) -> Vec<(String, String)> {
    match graph.work(unit, Facts::NONE) {
        Work::Command(line) => arguments_in(graph, unit.step, &line),
        Work::Question(question) => {
            question.values.into_iter().map(|(name, value)| (name, value.to_string())).collect()
        }
        Work::Switch(_) | Work::Copies(_) => Vec::new(),
    }
}

fn arguments_in(graph: &StepGraph, id: StepId, line: &CommandLine) -> Vec<(String, String)> {
    let step = graph.step(id);
    let inputs: usize = graph.words_of_inputs(id).iter().sum();
    let words = line.words.get(inputs + 2 * step.outputs.len()..).unwrap_or_default();
    // Flags come in the order of the file, those of switches that are off left out; and last, what a pass hands on.
    let mut flags = step.args.iter().map(|entry| &*entry.key.text);
    let fed_back = graph.group(id).map_or(&[][..], |(_, passes)| &passes.feedback);
    let fed_back = |word: &str| {
        let flag_of = |to: &str| to.strip_prefix(&*step.name.text)?.strip_prefix('.').map(str::to_owned);
        fed_back.iter().any(|(_, to)| flag_of(&to.text).as_deref() == Some(word))
    };
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in words {
        if flags.clone().any(|flag| flag == word) {
            flags.find(|flag| flag == word);
            found.push((word, Vec::new()));
        } else if fed_back(word) {
            break;
        } else if let Some((_, values)) = found.last_mut() {
            values.push(word);
        }
    }
    let shown = |values: Vec<&str>| if values.is_empty() { "true".to_owned() } else { values.join(" ") };
    found.into_iter().map(|(flag, values)| (flag.to_owned(), shown(values))).collect()
}

/// What a flag is called where it is no flag.
fn axis_name(flag: &str) -> &str {
    let name = flag.trim_start_matches('-');
    if name.is_empty() { flag } else { name }
}
