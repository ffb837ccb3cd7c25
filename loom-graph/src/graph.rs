//! The graph of a pipeline's steps: acyclic, and sound in every way that can be checked.

use std::sync::Arc;

use daggy::petgraph::visit::EdgeRef;
use daggy::{Dag, NodeIndex};
use loom_spec::{MultiPass, NotShown, Parsed, Pipeline, Predicate, Problem, Problems, Scalar, Step};

use crate::links::{DatumId, Links, StepId};
use crate::names::{Names, Resolved};
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
}

/// What checking a pipeline gives: the graph, unless something is wrong, and all that is.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The pipeline.
    pub pipeline: Arc<Pipeline>,
    /// The graph; none if there is an error among the problems.
    pub graph: Option<Arc<StepGraph>>,
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
    let names = Arc::new(Names::new(&pipeline, world));
    let links = Arc::new(Links::new(&pipeline, &names, world));
    checks::check(&pipeline, &names, &links, world, &mut problems);
    interfaces::check(&pipeline, &names, &links, world, &mut problems);
    let order = order::run_order(&links).map_err(|cycles| {
        for cycle in cycles {
            problems.push(checks::cycle(&pipeline, &links, &cycle));
        }
    });
    let (mut problems, not_shown) = problems.into_parts();
    problems.extend(not_shown.closing());
    let sound = !problems.iter().any(Problem::is_error);
    let graph = match order {
        Ok(order) if sound => {
            Some(Arc::new(StepGraph::new(Arc::clone(&pipeline), Arc::clone(&names), Arc::clone(&links), &order)))
        }
        _ => None,
    };
    Checked { pipeline, graph, links, problems, names, not_shown }
}

/// A command line whose names are followed and whose variables are filled in. What interprets the task is
/// left to whoever runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What runs.
    pub program: ProgramLine,
    /// The words behind it: inputs, outputs, arguments.
    pub words: Vec<String>,
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
    fn new(pipeline: Arc<Pipeline>, names: Arc<Names>, links: Arc<Links>, order: &[StepId]) -> Self {
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
        Self { pipeline, names, links, dag, nodes }
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
        &self.pipeline.steps[id.index()]
    }

    /// The name of a step.
    pub fn name(&self, id: StepId) -> &Arc<str> {
        &self.step(id).name.text
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
        Some((&group.name.text, group.passes.as_ref()?))
    }

    /// Whether the passes of the group that a step stands in make a datum, each a file of its own.
    pub fn is_made_per_pass(&self, step: StepId, datum: DatumId) -> bool {
        self.group(step).is_some() && passes::is_made_by_pass(&self.links, datum, step)
    }

    /// A text of the pipeline with its variables filled in.
    pub fn text(&self, scalar: &Scalar) -> String {
        self.word(scalar)
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn word(&self, scalar: &Scalar) -> String {
        match self.names.scalar(&self.pipeline, scalar) {
            Ok(Resolved::Text(text)) => text.into_owned(),
            Ok(Resolved::Data(index)) => self.links.datum(DatumId(index)).path.to_string(),
            _ => scalar.text.to_string(),
        }
    }

    /// `execution.python` with its variables filled in.
    pub fn python(&self) -> Option<String> {
        self.pipeline.execution.python.as_ref().map(|python| self.word(python))
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
