//! The graph of a pipeline's steps: acyclic, and sound in every way that can be checked.

use std::sync::Arc;

use daggy::petgraph::visit::EdgeRef;
use daggy::{Dag, NodeIndex};
use loom_spec::{MultiPass, NotShown, Parsed, Pipeline, Predicate, Problem, Problems, Scalar, Step};

use crate::links::{DatumId, Expanded, Links, Role, StepId};
use crate::names::{Names, Resolved, Values, Within};
use crate::sweep::{Axes, ConfigId, Flow, Space, Sweeping};
use crate::work::Manifest;
use crate::{World, checks, interfaces, order, passes};

/// A pipeline that means something: its steps, the data between them, and an order to run them in.
///
/// There is no way to make one from a pipeline with errors, so whoever holds one need not ask.
#[derive(Clone, Debug)]
pub struct StepGraph {
    pipeline: Arc<Pipeline>,
    names: Arc<Names>,
    links: Arc<Links>,
    dag: Dag<StepId, DatumId>,
    nodes: Vec<NodeIndex>,
    sweeping: Option<Arc<Sweeping>>,
    /// In the graph of the instances: which of what they are, and the links of the steps as they are written.
    expanded: Option<Arc<Expanded>>,
    written_links: Option<Arc<Links>>,
}

/// How many units a sweep may come to: each takes some hundred bytes.
const MOST_UNITS: u64 = 5_000_000;
/// How many files all units together may gather: each is a link.
const MOST_GATHERED: u64 = 5_000_000;

/// What checking a pipeline gives: the graph, unless something is wrong, and all that is.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The pipeline.
    pub pipeline: Arc<Pipeline>,
    /// The graph of the steps as they are written; none if there is an error among the problems.
    pub graph: Option<Arc<StepGraph>>,
    /// The graph of what runs: where the pipeline has a sweep, each step once for every configuration of the axes that concern it;
    /// else the same graph.
    pub expanded: Option<Arc<StepGraph>>,
    /// Who makes and who reads what, as far as it can be told.
    pub links: Arc<Links>,
    /// Errors and warnings in file order, those of reading included; where there are too many, with
    /// [`NotShown::closing`] at the end.
    pub problems: Vec<Problem>,
    pub(crate) names: Arc<Names>,
    pub(crate) not_shown: NotShown,
}

/// Checks a pipeline: links, names, kinds, files, cycles.
///
/// ```
/// let source = loom_spec::Source::new("p.yml", "
/// pipeline:
///   - {name: a, command: [a], inputs: {x: b.txt}, outputs: {-o: a.txt}}
///   - {name: b, command: [b], inputs: {x: a.txt}, outputs: {-o: b.txt}}
/// ");
/// let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
/// assert!(checked.graph.is_none());
/// assert_eq!(checked.problems[0].message, "the steps wait for each other: a → b → a");
/// ```
pub fn check(parsed: Parsed, world: &dyn World) -> Checked {
    let Parsed { pipeline, problems, not_shown } = parsed;
    let mut problems = Problems::resume(problems, not_shown);
    let pipeline = Arc::new(pipeline);
    let space = Space::new(&pipeline, world, &mut problems).map(Arc::new);
    let names = Arc::new(Names::new(&pipeline, space.as_deref(), world));
    let links = Arc::new(Links::new(&pipeline, &names, world));
    checks::check(&pipeline, space.as_deref(), &names, &links, world, &mut problems);
    interfaces::check(&pipeline, space.as_deref(), &names, &links, world, &mut problems);
    let order = order::run_order(&links).map_err(|cycles| {
        for cycle in cycles {
            let name = |step: StepId| &*pipeline.steps[step.index()].name.text;
            problems.push(checks::cycle(&name, &links, &cycle));
        }
    });
    let mut graph = match order {
        Ok(order) if !problems.has_errors() => {
            let sweeping = space.filter(|space| !space.is_empty()).map(|space| {
                let flow = Flow::new(&pipeline, &names, &links, &space, &order, &mut problems);
                Arc::new(Sweeping::new(space, flow, &links))
            });
            Some(StepGraph::new(Arc::clone(&pipeline), Arc::clone(&names), Arc::clone(&links), &order, sweeping))
        }
        _ => None,
    };
    let expanded = match graph.take_if(|_| problems.has_errors()) {
        None => graph.as_ref().and_then(|graph| graph.expand(world, &mut problems)),
        Some(_) => None,
    };
    let (mut problems, not_shown) = problems.into_parts();
    problems.extend(not_shown.closing());
    let graph = graph.filter(|_| !problems.iter().any(Problem::is_error)).map(Arc::new);
    let expanded = graph.as_ref().map(|graph| expanded.map_or_else(|| Arc::clone(graph), Arc::new));
    Checked { pipeline, graph, expanded, links, problems, names, not_shown }
}

/// A command line whose names are followed and whose variables are filled in. What interprets the task is
/// left to whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What runs.
    pub program: ProgramLine,
    /// The words behind it: inputs, outputs, arguments.
    pub words: Vec<String>,
    /// The lists that it is handed of what it gathers, to be written before it starts.
    pub manifests: Vec<Manifest>,
}

/// The program of a [`CommandLine`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramLine {
    /// A task file, as a path relative to the pipeline folder.
    Task(String),
    /// A program and its first arguments; never empty.
    Words(Vec<String>),
    /// A line for the shell, which finds the words behind it in `$1`, `$2`, …
    Shell(String),
    /// A look at a path or a value, for which nothing is run.
    Predicate(Predicate),
    /// A switch, by the reference to what decides it.
    Switch(String),
}

impl StepGraph {
    /// `order` has every step after all it waits for.
    fn new(
        pipeline: Arc<Pipeline>,
        names: Arc<Names>,
        links: Arc<Links>,
        order: &[StepId],
        sweeping: Option<Arc<Sweeping>>,
    ) -> Self {
        // Each edge leads to the newest node, which has none of its own yet: so daggy finds at once that it closes no
        // cycle, where in any other order it would search the graph for every edge.
        let mut dag = Dag::with_capacity(order.len(), order.len());
        let mut nodes = vec![NodeIndex::end(); order.len()];
        for step in order {
            let node = dag.add_node(*step);
            nodes[step.index()] = node;
            for dependency in links.dependencies(*step) {
                let edge = dag.add_edge(nodes[dependency.on.index()], node, dependency.through);
                debug_assert!(edge.is_ok(), "the order is one of the graph");
            }
        }
        Self { pipeline, names, links, dag, nodes, sweeping, expanded: None, written_links: None }
    }

    /// The graph of the instances; none if there is no sweep, or something is wrong with it.
    fn expand(&self, world: &dyn World, problems: &mut Problems) -> Option<Self> {
        let sweeping = self.sweeping.as_ref()?;
        if let Some(problem) = self.is_too_much(sweeping) {
            problems.push(problem);
            return None;
        }
        let (expanded, links) = Expanded::new(&self.pipeline, &self.names, &self.links, sweeping, world, problems);
        let name = |step: StepId| &**expanded.name(step);
        let order = order::run_order(&links).map_err(|cycles| {
            for cycle in cycles {
                problems.push(checks::cycle(&name, &links, &cycle));
            }
        });
        let (pipeline, names) = (Arc::clone(&self.pipeline), Arc::clone(&self.names));
        let graph = Self::new(pipeline, names, Arc::new(links), &order.ok()?, Some(Arc::clone(sweeping)));
        let written_links = Some(Arc::clone(&self.links));
        Some(Self { expanded: Some(Arc::new(expanded)), written_links, ..graph })
    }

    /// What stands against making all instances, and a link for each thing that each of them gathers.
    fn is_too_much(&self, sweeping: &Sweeping) -> Option<Problem> {
        let span = self.pipeline.sweep.as_ref().map(|sweep| sweep.span).unwrap_or_default();
        let units: u64 = self.links.steps().map(|step| sweeping.count(step) as u64).sum();
        if units > MOST_UNITS {
            let message = format!("the sweep comes to {units} units, and no more than {MOST_UNITS} can be planned");
            return Some(Problem::error("too-many-units", message).at(span, "too many").help("draw a `sample`"));
        }
        let mut gathered = 0;
        for step in self.links.steps() {
            for used in self.links.uses(step) {
                gathered += sweeping.gathered_count(step, used.datum, used.role);
                if gathered > MOST_GATHERED {
                    let name = &self.step(step).name.text;
                    let message = format!("the units of `{name}` gather more than {MOST_GATHERED} files together");
                    return Some(
                        Problem::error("too-much-to-gather", message)
                            .at(used.span, "gathered by each of its units")
                            .help("gather in a step that depends on fewer axes"),
                    );
                }
            }
        }
        None
    }

    /// The pipeline as it is written.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Who makes and who reads each datum.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// A step as it is written.
    pub fn step(&self, id: StepId) -> &Step {
        &self.pipeline.steps[self.written(id).index()]
    }

    /// The step that an instance is one of, as an index into [`Pipeline::steps`].
    pub fn written(&self, id: StepId) -> StepId {
        self.expanded.as_ref().map_or(id, |expanded| expanded.written(id))
    }

    /// The name of a step; of an instance, with the values of its axes: `train@rate=0.1`.
    pub fn name(&self, id: StepId) -> &Arc<str> {
        match &self.expanded {
            Some(expanded) => expanded.name(id),
            None => &self.step(id).name.text,
        }
    }

    /// The configurations of the pipeline's sweep, if it has one.
    pub fn space(&self) -> Option<&Space> {
        self.sweeping.as_ref().map(|sweeping| &*sweeping.space)
    }

    /// The axes that concern a step, as indices into [`Space::axes`].
    pub fn axes(&self, id: StepId) -> Vec<usize> {
        let axes = self.sweeping.as_ref().map_or(0, |sweeping| sweeping.flow.of_step(self.written(id)));
        (0..Axes::BITS as usize).filter(|axis| axes & (1 << axis) != 0).collect()
    }

    /// The axes that a step gathers over, as indices into [`Space::axes`].
    pub fn gathered_axes(&self, id: StepId) -> Vec<usize> {
        let axes = self.sweeping.as_ref().map_or(0, |sweeping| sweeping.flow.gathered(self.written(id)));
        (0..Axes::BITS as usize).filter(|axis| axes & (1 << axis) != 0).collect()
    }

    /// Of an instance, the first of the configurations that it is for.
    pub fn config(&self, id: StepId) -> Option<ConfigId> {
        self.expanded.as_ref().map(|expanded| expanded.config(id))
    }

    /// Of an instance, the values of the axes that concern it: names, and values as people read them.
    pub fn configuration(&self, id: StepId) -> Vec<(Arc<str>, Arc<str>)> {
        let (Some(space), Some(config)) = (self.space(), self.config(id)) else { return Vec::new() };
        let value = |axis: usize| (Arc::clone(&space.axes()[axis].name), Arc::clone(&space.value(config, axis).text));
        self.axes(id).into_iter().map(value).collect()
    }

    /// How many instances a step has: one, where no axis concerns it.
    pub fn instance_count(&self, id: StepId) -> usize {
        self.sweeping.as_ref().map_or(1, |sweeping| sweeping.count(self.written(id)))
    }

    /// The instances of a step as it is written; the step itself, in the graph of the steps as they are written.
    pub fn instances(&self, written: StepId) -> Vec<StepId> {
        match (&self.expanded, &self.sweeping) {
            (Some(expanded), Some(sweeping)) => expanded.of(written, sweeping).collect(),
            _ => vec![written],
        }
    }

    /// Where the values of a step's parameters are taken from.
    pub(crate) fn values(&self, id: StepId) -> Values<'_> {
        let space = self.sweeping.as_ref().map(|sweeping| &*sweeping.space);
        Values { pipeline: &self.pipeline, config: space.zip(self.config(id)) }
    }

    /// Names as a step uses them.
    pub(crate) fn within(&self, id: StepId) -> Within<'_> {
        self.names.within(self.values(id), self.step(id))
    }

    /// What a data node is to a step: itself, or its instance, or all that the step gathers.
    pub(crate) fn data_for(&self, id: StepId, node: u32, role: Role) -> Vec<DatumId> {
        match (&self.expanded, &self.sweeping) {
            (Some(expanded), Some(sweeping)) => expanded.data_for(DatumId(node), id, role, sweeping),
            _ => vec![DatumId(node)],
        }
    }

    /// Whether a step gathers what a data node is.
    pub(crate) fn is_gathered(&self, id: StepId, node: u32) -> bool {
        let ended = |sweeping: &Arc<Sweeping>| sweeping.flow.ended(self.written(id), DatumId(node), Role::Argument);
        self.expanded.is_some() && self.sweeping.as_ref().is_some_and(|sweeping| ended(sweeping) != 0)
    }

    /// What a datum is called in the file: by its name, else by its path as it is written.
    pub(crate) fn label_of(&self, datum: DatumId) -> String {
        let expanded = self.expanded.as_ref().zip(self.written_links.as_ref());
        let written = expanded.map(|(expanded, links)| links.datum(expanded.written_datum(datum).0));
        written.unwrap_or_else(|| self.links.datum(datum)).label().to_owned()
    }

    /// What to call a step in a picture: by its name, and how often it is there where one stands for many.
    pub fn step_label(&self, id: StepId) -> String {
        let name = self.name(id);
        match self.instance_count(id) {
            count if count != 1 && self.config(id).is_none() => format!("{name} ×{count}"),
            _ => name.to_string(),
        }
    }

    /// What to call a datum: its name, else its path; an instance of one that axes concern by its path, as they all have one name.
    pub fn datum_label(&self, datum: DatumId) -> &str {
        let is_one_of_many = self.axes_of_datum(datum).is_some_and(|(_, axes, _)| !axes.is_empty());
        let datum = self.links.datum(datum);
        if is_one_of_many { &datum.path } else { datum.label() }
    }

    /// Of an instance of a datum: the configurations, the axes that concern it, and the first configuration that it is of.
    pub(crate) fn axes_of_datum(&self, datum: DatumId) -> Option<(&Space, Vec<usize>, ConfigId)> {
        let (expanded, sweeping) = (self.expanded.as_ref()?, self.sweeping.as_ref()?);
        let (written, class) = expanded.written_datum(datum);
        let axes = sweeping.flow.of_datum(written);
        let config = sweeping.projection(axes).first(class);
        let axes = (0..Axes::BITS as usize).filter(|axis| axes & (1 << axis) != 0).collect();
        Some((&sweeping.space, axes, config))
    }

    /// What another step is to one: itself, or its instance for the same configuration.
    pub(crate) fn step_for(&self, id: StepId, written: u32) -> StepId {
        match (&self.expanded, &self.sweeping) {
            (Some(expanded), Some(sweeping)) => expanded.step_for(StepId(written), expanded.config(id), sweeping),
            _ => StepId(written),
        }
    }

    /// Every step, each after all it waits for; where that leaves a choice, in file order.
    pub fn run_order(&self) -> impl DoubleEndedIterator<Item = StepId> + ExactSizeIterator {
        self.dag.raw_nodes().iter().map(|node| node.weight)
    }

    /// The steps that this one waits for, with the datum between: one item per datum, in run order.
    pub fn before(&self, id: StepId) -> Vec<(StepId, DatumId)> {
        self.neighbours(id, daggy::petgraph::Direction::Incoming)
    }

    /// The steps that wait for this one, with the datum between: one item per datum, in run order.
    pub fn after(&self, id: StepId) -> Vec<(StepId, DatumId)> {
        self.neighbours(id, daggy::petgraph::Direction::Outgoing)
    }

    fn neighbours(&self, id: StepId, direction: daggy::petgraph::Direction) -> Vec<(StepId, DatumId)> {
        let edges = self.dag.graph().edges_directed(self.nodes[id.index()], direction);
        let mut found: Vec<_> = edges
            .map(|edge| {
                let other =
                    if direction == daggy::petgraph::Direction::Incoming { edge.source() } else { edge.target() };
                (other, *edge.weight())
            })
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(node, datum)| (self.dag.graph()[node], datum)).collect()
    }

    /// The number of dependencies: one for each datum that one step makes and another reads.
    pub fn dependency_count(&self) -> usize {
        self.dag.edge_count()
    }

    /// The name of the group that a step runs in passes with, and the passes.
    pub fn group(&self, id: StepId) -> Option<(&str, &MultiPass)> {
        let group = &self.pipeline.groups[self.step(id).group?];
        let passes = group.passes.as_ref()?;
        let name = self.expanded.as_ref().and_then(|expanded| expanded.group(self.links.leader(id)));
        Some((name.unwrap_or(&group.name.text), passes))
    }

    /// Whether the passes of the group that a step stands in make a datum, each a file of its own.
    pub fn is_made_per_pass(&self, step: StepId, datum: DatumId) -> bool {
        self.group(step).is_some() && passes::is_made_by_pass(&self.links, datum, step)
    }

    /// A text of the pipeline with its variables filled in, as a step has it.
    pub fn text(&self, id: StepId, scalar: &Scalar) -> String {
        self.word(Some(id), scalar)
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn word(&self, id: Option<StepId>, scalar: &Scalar) -> String {
        let values = id.map_or_else(|| Values::from(&*self.pipeline), |id| self.values(id));
        let path = |node| {
            let data = id.map_or_else(|| vec![DatumId(node)], |id| self.data_for(id, node, Role::Argument));
            data.first().map_or_else(String::new, |datum| self.links.datum(*datum).path.to_string())
        };
        match self.names.scalar(values, scalar) {
            Ok(Resolved::Text(text)) => text.into_owned(),
            Ok(Resolved::Data(index)) => path(index),
            _ => scalar.text.to_string(),
        }
    }

    /// `execution.python` with its variables filled in.
    pub fn python(&self) -> Option<String> {
        self.pipeline.execution.python.as_ref().map(|python| self.word(None, python))
    }
}

impl CommandLine {
    /// All words, what the program line says first: what tells one command from another on every machine.
    pub fn words(&self) -> impl Iterator<Item = String> {
        let program = match &self.program {
            ProgramLine::Words(words) => words.clone(),
            ProgramLine::Task(text) | ProgramLine::Shell(text) | ProgramLine::Switch(text) => vec![text.clone()],
            ProgramLine::Predicate(predicate) => vec![predicate.word().to_owned()],
        };
        program.into_iter().chain(self.words.iter().cloned())
    }

    /// The same, from a line that is needed no more.
    pub fn into_words(self) -> Vec<String> {
        let mut words = match self.program {
            ProgramLine::Words(words) => words,
            ProgramLine::Task(text) | ProgramLine::Shell(text) | ProgramLine::Switch(text) => vec![text],
            ProgramLine::Predicate(predicate) => vec![predicate.word().to_owned()],
        };
        words.extend(self.words);
        words
    }
}

impl std::fmt::Display for CommandLine {
    /// The words as a person would read them, not as a shell would: nothing is quoted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.program)?;
        self.words.iter().try_for_each(|word| write!(f, " {word}"))
    }
}

impl std::fmt::Display for ProgramLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Task(task) => f.write_str(task),
            Self::Words(words) => f.write_str(&words.join(" ")),
            Self::Shell(line) => write!(f, "sh -c {line:?}"),
            Self::Predicate(predicate) => f.write_str(predicate.word()),
            Self::Switch(condition) => write!(f, "switch {condition}"),
        }
    }
}
