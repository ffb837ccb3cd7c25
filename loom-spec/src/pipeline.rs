//! A pipeline as it is written: every key of the file with its value and its place, nothing looked up.

use serde::{Deserialize, Serialize};

use crate::{Entry, Scalar, Span, Style, Value};

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
    /// `allow_outside_pipeline`: a step may write it outside the pipeline folder.
    pub allow_outside_pipeline: bool,
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
    /// What runs.
    pub program: Program,
    /// `inputs`: the data it reads, handed over by position in this order. The keys are for people.
    pub inputs: Vec<Entry>,
    /// `outputs`: flags, and the data behind them that the step makes.
    pub outputs: Vec<Entry>,
    /// `args`: flags and their values.
    pub args: Vec<Entry>,
    /// `optional`: runs only if it is asked for by name.
    pub optional: bool,
    /// `disabled`: runs only if it is selected by name.
    pub disabled: bool,
    /// The group it stands in, as an index into [`Pipeline::groups`].
    pub group: Option<usize>,
    /// Where the step stands in the file.
    pub span: Span,
}

/// What a step runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Program {
    /// `task` (or `script`): a file that its suffix tells how to run.
    Task(Scalar),
    /// `command` as a list: a program and its first arguments.
    Words(Vec<Scalar>),
    /// `command` as one string: a line for the shell.
    Shell(Scalar),
}

/// A label on some steps. It changes no order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The name.
    pub name: Scalar,
    /// Where the group stands in the file.
    pub span: Span,
}

/// The key `execution`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// `parallel`: whether steps may run at the same time; where it is not said, they may.
    pub parallel: Option<bool>,
    /// `max_workers`: how many may at the same time.
    pub max_workers: Option<usize>,
    /// `python`: what runs Python tasks.
    pub python: Option<Scalar>,
}

/// The data types that loom knows by name; any other word is kept.
pub const DATA_TYPES: [&str; 7] = ["video", "image", "csv", "json", "txt", "image_directory", "data_folder"];

impl Pipeline {
    /// Gives a parameter another value, as `--set` does: `true` and `false` are switches, everything else
    /// reaches the tasks byte for byte. Returns whether there is such a parameter.
    ///
    /// ```
    /// let source = loom_spec::Source::new("p.yml", "parameters: {threshold: 0.5}\npipeline: []\n");
    /// let mut pipeline = loom_spec::parse(&source).pipeline;
    /// assert!(pipeline.set_parameter("threshold", "0.70"));
    /// assert!(!pipeline.set_parameter("treshold", "0.70"));
    /// ```
    pub fn set_parameter(&mut self, name: &str, text: &str) -> bool {
        let Some(parameter) = self.parameters.iter_mut().find(|parameter| &*parameter.name.text == name) else {
            return false;
        };
        let span = parameter.value.span();
        parameter.value = Value::Scalar(Scalar { text: text.into(), span, style: Style::Given });
        true
    }

    /// Gives a data node another path, as `--var` does. Returns whether there is such a node.
    pub fn set_path(&mut self, name: &str, path: &str) -> bool {
        let Some(data) = self.data.iter_mut().find(|data| &*data.name.text == name) else {
            return false;
        };
        data.path = Scalar { text: path.into(), span: data.path.span, style: Style::Given };
        true
    }
}
