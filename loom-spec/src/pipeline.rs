//! A pipeline as it is written: every key of the file with its value and its place, nothing looked up.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Entry, Gather, Metric, Scalar, Span, Style, Sweep, Value};

/// A pipeline file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// The files: `data`.
    pub data: Vec<Data>,
    /// The values: `parameters`.
    pub parameters: Vec<Parameter>,
    /// The steps in file order, those in groups among them.
    pub steps: Vec<Step>,
    /// The groups in file order.
    pub groups: Vec<Group>,
    /// The search: `sweep`.
    pub sweep: Option<Sweep>,
    /// How to run: `execution`.
    pub execution: Execution,
    /// `output_dir`: accepted, and without meaning to the engine.
    pub output_dir: Option<Scalar>,
    /// `layout`: the editor's; kept, never read.
    pub layout: Option<Value>,
    /// `editor`: the editor's; kept, never read.
    pub editor: Option<Value>,
}

/// A data node: a file or folder with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// The name that `$name` refers to.
    pub name: Scalar,
    /// The path, relative to the pipeline folder.
    pub path: Scalar,
    /// `type`: what kind of data it is.
    pub kind: Option<Scalar>,
    /// `name`: what the editor shows.
    pub title: Option<Scalar>,
    /// `description`: what it holds.
    pub description: Option<Scalar>,
    /// `pattern`: what counts as an item of a folder. The engine keeps it; the editor reads it.
    pub pattern: Option<Scalar>,
    /// `nested_in`: a reference to the node that the path is inside of, which makes it relative to that node's.
    pub nested_in: Option<Scalar>,
    /// `allow_outside_pipeline`: a step may write it outside the pipeline folder.
    pub allow_outside_pipeline: bool,
    /// `metrics`: the numbers in it that configurations are compared by.
    pub metrics: Vec<Metric>,
}

/// A parameter: a value with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// The name that `$name` refers to.
    pub name: Scalar,
    /// The value as it is written.
    pub value: Value,
}

/// A step: one command line, and the data that it reads and makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The name, which no other step has.
    pub name: Scalar,
    /// What it does.
    pub program: Program,
    /// `loop`: the step runs once for each file of a folder.
    pub each: Option<Loop>,
    /// `inputs`: the data it reads, handed over by position in this order. The keys are for people.
    pub inputs: Vec<Entry>,
    /// `outputs`: flags, and the data behind them that the step makes.
    pub outputs: Vec<Entry>,
    /// `args`: flags and their values.
    pub args: Vec<Entry>,
    /// `env`: variables of the task's environment, each a scalar; null takes one away.
    pub env: Vec<Entry>,
    /// `resources`: what one unit of the step takes while it runs.
    pub resources: Resources,
    /// `timeout`: how long one attempt at a unit of the step may take; more than nothing.
    pub timeout: Option<Duration>,
    /// `retries`: what is tried again.
    pub retries: Option<Retries>,
    /// `gather`: whether the step gets what all configurations made.
    pub gather: Option<Gather>,
    /// `cache`: whether a unit that is up to date may be left out; true, where it is not said.
    pub cache: bool,
    /// `detach`: whether what a task leaves running may go on.
    pub detach: bool,
    /// `optional`: runs only if it is asked for by name.
    pub optional: bool,
    /// `disabled`: runs only if it is selected by name.
    pub disabled: bool,
    /// The group it stands in, as an index into [`Pipeline::groups`].
    pub group: Option<usize>,
    /// Where the step stands in the file.
    pub span: Span,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// `task` (or `script`): runs a file that its suffix tells how to run.
    Task(Scalar),
    /// `command` as a list: runs a program with its first arguments.
    Words(Vec<Scalar>),
    /// `command` as one string: runs a line for the shell.
    Shell(Scalar),
    /// `kind: condition`: finds out whether something holds.
    Condition(Condition),
    /// `kind: switch`: hands data on to one of two branches.
    Switch(Switch),
}

/// A question that has a yes or a no for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What answers it.
    pub test: Test,
    /// `negate`: turns the answer round.
    pub negate: bool,
}

/// What answers a [`Condition`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Test {
    /// `predicate`: a look at the input named `data`.
    Predicate(Predicate),
    /// `script`: a Python file whose function `evaluate` is called with the inputs and arguments by name.
    Script(Scalar),
}

/// What can be asked of a path, or of a value, without a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// Whether anything is there.
    Exists,
    /// Whether a file is there.
    IsFile,
    /// Whether a folder is there.
    IsDir,
    /// Whether a file has any bytes, or a folder any entry.
    NonEmpty,
    /// How the number of files that match `pattern` compares (`op`) with `n`.
    Count,
    /// Whether a value is anything but false, zero, empty, or a word for one of these.
    Param,
}

impl Predicate {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Exists, Self::IsFile, Self::IsDir, Self::NonEmpty, Self::Count, Self::Param];

    /// The word for it in a pipeline file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::IsFile => "is_file",
            Self::IsDir => "is_dir",
            Self::NonEmpty => "non_empty",
            Self::Count => "count",
            Self::Param => "param",
        }
    }
}

/// A parting of the ways: `$name.then` and `$name.else` both stand for `data`, and only one of them is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// `condition`: a reference to a condition, or to a parameter that is true or false.
    pub condition: Scalar,
    /// `data`: what is handed on.
    pub data: Option<Scalar>,
}

/// `retries`: how often a unit that failed is tried again.
///
/// ```
/// let text = "pipeline: [{name: a, command: [x], retries: {max: 2, delay: 1m30s, on: [timeout]}}]";
/// let pipeline = loom_spec::parse(&loom_spec::Source::new("p.yml", text)).pipeline;
/// let retries = pipeline.steps[0].retries.as_ref().unwrap();
/// assert_eq!((retries.max, retries.delay.as_secs()), (2, 90));
/// assert_eq!(retries.on, [loom_spec::FailedBy::Timeout]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// `max`: how many attempts there may be beyond the first.
    pub max: u32,
    /// `delay`: how long to wait before each of them.
    pub delay: Duration,
    /// `on`: the failures that are tried again, never none; all of them, where it is not said.
    pub on: Vec<FailedBy>,
}

/// How an attempt at a unit can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailedBy {
    /// A signal ended it.
    Signal,
    /// It took longer than `timeout` allows.
    Timeout,
    /// It ended by itself and not well: by its exit code, or without an output that it declares.
    Exit,
}

impl FailedBy {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Signal, Self::Timeout, Self::Exit];

    /// The word for it in a pipeline file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Timeout => "timeout",
            Self::Exit => "exit",
        }
    }
}

/// `resources`: what a unit of a step takes while it runs, or what there is in all.
///
/// ```
/// let text = "pipeline: [{name: a, command: [x], resources: {cpus: 2, mem: 1.5G}}]";
/// let pipeline = loom_spec::parse(&loom_spec::Source::new("p.yml", text)).pipeline;
/// let resources = &pipeline.steps[0].resources;
/// assert_eq!(resources.cpus.as_ref().unwrap().amount, 2);
/// assert_eq!(resources.mem.as_ref().unwrap().amount, 3 << 29);
/// assert_eq!(resources.gpus, None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resources {
    /// `cpus`: how many CPUs, one or more.
    pub cpus: Option<Amount>,
    /// `mem`: how much memory, in bytes.
    pub mem: Option<Amount>,
    /// `gpus`: how many GPUs.
    pub gpus: Option<Amount>,
}

/// How much of a resource, and where the file says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// How much: bytes of memory, or a number of things.
    pub amount: u64,
    /// Where it stands.
    pub span: Span,
}

/// `loop`: once for each file of a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loop {
    /// `over`: the folder with the files.
    pub over: Scalar,
    /// `into`: the folder that takes a file of the same name for each.
    pub into: Scalar,
    /// `filter`: which files; all of them, where it is not said.
    pub filter: Option<Scalar>,
    /// `parallel`: whether items may run at the same time; where it is not said, as the run does.
    pub parallel: Option<bool>,
    /// Where the loop stands in the file.
    pub span: Span,
}

/// A label on some steps, which changes no order; or, with `multi_pass`, steps that run several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name.
    pub name: Scalar,
    /// `multi_pass`: how often its steps run, and with what.
    pub passes: Option<MultiPass>,
    /// Where the group stands in the file.
    pub span: Span,
}

/// The key `multi_pass` of a group: its steps run in passes, one after another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultiPass {
    /// `schedule`: the parameters of each pass; there are as many passes as it has items.
    pub schedule: Option<Vec<Vec<Entry>>>,
    /// `count`: the number of passes.
    pub count: Option<Scalar>,
    /// `expressions`: the parameters of every pass, to be computed for each.
    pub expressions: Vec<(Scalar, Scalar)>,
    /// `feedback`: which output of one pass goes to which flag or input of the next; each as `step.flag`.
    pub feedback: Vec<(Scalar, Scalar)>,
    /// `condition`: what may end the passes early.
    pub stop: Option<StopCondition>,
    /// Where it stands in the file.
    pub span: Span,
}

impl MultiPass {
    /// Whether a pass gives a parameter of this name.
    pub fn gives(&self, name: &str) -> bool {
        self.expressions.iter().any(|(given, _)| &*given.text == name)
            || self.schedule.iter().flatten().flatten().any(|entry| &*entry.key.text == name)
    }

    /// How many passes there are at most.
    pub fn pass_count(&self) -> usize {
        let counted = || self.count.as_ref().and_then(|count| count.text.parse().ok());
        self.schedule.as_ref().map(Vec::len).or_else(counted).unwrap_or(1)
    }
}

/// A Python file that is asked after each pass whether that was the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopCondition {
    /// `script`: the file, whose function `evaluate` is called with the inputs and arguments by name.
    pub script: Scalar,
    /// `inputs`: names, and the data of the pass.
    pub inputs: Vec<Entry>,
    /// `args`: names, and values.
    pub args: Vec<Entry>,
}

/// The key `execution`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// `parallel`: whether steps may run at the same time; where it is not said, they may.
    pub parallel: Option<bool>,
    /// `max_workers`: how many may at the same time.
    pub max_workers: Option<usize>,
    /// `python`, or `interpreter` in it: what runs Python tasks.
    pub python: Option<Scalar>,
    /// `preload` in `python`: the modules that are imported once for all Python tasks, by their names.
    #[serde(default)]
    pub preload: Vec<Scalar>,
    /// `resources`: what all that runs at the same time may take together.
    pub resources: Resources,
}

/// The data types that loom knows by name; any other word is kept.
pub const DATA_TYPES: [&str; 7] = ["video", "image", "csv", "json", "txt", "image_directory", "data_folder"];

impl Pipeline {
    /// Gives a data node another path, as `--var` does. Returns whether there is such a node.
    pub fn set_path(&mut self, name: &str, path: &str) -> bool {
        let Some(data) = self.data.iter_mut().find(|data| &*data.name.text == name) else {
            return false;
        };
        data.path = Scalar { text: path.into(), span: data.path.span, style: Style::Given };
        true
    }
}
