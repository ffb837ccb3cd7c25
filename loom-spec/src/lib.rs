//! Reads loom pipeline files: text to [`Pipeline`], every node with its place, every problem at once.
//!
//! A pipeline file describes files (`data`), values (`parameters`) and steps (`pipeline`) in YAML. This
//! crate says what is written in it and where, and looks nothing up: whether `$dataset` exists is
//! the business of `loom-graph`.
//!
//! ```
//! let source = loom_spec::Source::new("pipeline.yml", "
//! data: {table: data/table.csv}
//! pipeline:
//!   - name: make
//!     task: tasks/make.py
//!     outputs: {--output: $table}
//!     args: {--rows: 0500}
//! ");
//! let parsed = loom_spec::parse(&source);
//! assert!(parsed.problems.is_empty());
//! let step = &parsed.pipeline.steps[0];
//! assert_eq!(&*step.name.text, "make");
//! assert_eq!(source.position(step.name.span.start).line, 4);
//! ```
//!
//! Values stay as they are written ([`Scalar`]): `0500` is `0500`, `50.0` is `50.0`, and only a plain `true` or
//! `false` is a switch. Problems are collected, so a broken file gives as much of a
//! pipeline as can be read, with everything that is wrong with it.
//!
//! Reading is safe for any input: nesting, aliases and size are bounded, and no file makes it panic,
//! recurse or expand without end.
//!
//! With the feature `schema`, `schema()` gives the JSON Schema of a pipeline file, for editors.

#![deny(missing_docs)]

mod docstring;
pub mod edit;
mod imports;
mod interface;
mod lower;
mod pipeline;
mod problem;
mod python;
#[cfg(feature = "schema")]
mod schema;
mod source;
mod suggest;
mod sweep;
mod syntax;
mod tree;
mod value;

use std::io::Read;
use std::path::{Path, PathBuf};

pub use imports::{Import, PythonImports};
pub use interface::{FrontMatterError, Port, TaskInterface};
pub use lower::duration;
pub use pipeline::{
    Amount, Condition, DATA_TYPES, Data, Execution, FailedBy, Group, Loop, MultiPass, Parameter, Pipeline, Predicate,
    Program, Resources, Retries, Step, StopCondition, Switch, Test,
};
pub use problem::{Label, NotShown, Problem, Problems, Severity, sort};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use source::{Position, Source, Span};
pub use suggest::Suggest;
pub use sweep::{Axis, AxisValues, Draw, Gather, Goal, Metric, Range, SetError, Sweep};
#[cfg(fuzzing)]
pub use tree::is_plain;
pub use value::{Entry, Meaning, Piece, Scalar, Style, Value};

/// A pipeline as far as it could be read, and all that is wrong with it, in file order.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The pipeline; incomplete where there are errors.
    pub pipeline: Pipeline,
    /// The problems, up to [`Problems::KEPT`] of each severity.
    pub problems: Vec<Problem>,
    /// How many there are beyond those.
    pub not_shown: NotShown,
}

/// Reads the text of a pipeline file.
pub fn parse(source: &Source) -> Parsed {
    let mut problems = Problems::default();
    let text = source.text();
    let end = text.trim_end().len() as u32;
    let pipeline = match tree::Tree::parse(text) {
        Ok(tree) => lower::pipeline(&tree, Span { start: end, end }, &mut problems),
        Err(problem) => {
            problems.push(problem);
            Pipeline::default()
        }
    };
    let (problems, not_shown) = problems.into_parts();
    Parsed { pipeline, problems, not_shown }
}

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 256 << 20;

/// A pipeline file cannot be read at all.
#[derive(thiserror::Error)]
#[error("cannot read {}: {kind}", path.display())]
pub struct ReadError {
    /// The path that was tried.
    pub path: PathBuf,
    /// What went wrong.
    #[source]
    pub kind: ReadErrorKind,
}

/// As for people: this is what a `main` that returns it shows.
impl std::fmt::Debug for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

/// Why a pipeline file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The system refused.
    #[error("{}", told(.0))]
    Io(#[from] std::io::Error),
    /// A folder without a pipeline file.
    #[error("no pipeline.yml or pipeline.yaml in this folder")]
    NoPipelineInFolder,
    /// A device, a pipe or a socket.
    #[error("it is not a file")]
    NotAFile,
    /// Larger than [`MAX_FILE_SIZE`].
    #[error("it is larger than {} MB", MAX_FILE_SIZE >> 20)]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8 text from byte {at} of line {line} on; save it as UTF-8")]
    NotUtf8 {
        /// Line, from 1.
        line: usize,
        /// Byte within the line, from 1.
        at: usize,
    },
}

/// The commonest reason in plain words, any other in the system's.
fn told(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Finds the pipeline file that a path means: the file itself, or `pipeline.yml`, else `pipeline.yaml`, in that folder.
pub fn locate(path: &Path) -> Result<PathBuf, ReadError> {
    if !path.is_dir() {
        return Ok(path.to_path_buf());
    }
    ["pipeline.yml", "pipeline.yaml"]
        .map(|name| path.join(name))
        .into_iter()
        .find(|file| file.is_file())
        .ok_or_else(|| ReadError { path: path.to_path_buf(), kind: ReadErrorKind::NoPipelineInFolder })
}

/// Reads a pipeline file into memory. Messages will show it under the path as given.
pub fn read(path: &Path) -> Result<Source, ReadError> {
    let fail = |kind| ReadError { path: path.to_path_buf(), kind };
    let metadata = std::fs::metadata(path).map_err(|error| fail(error.into()))?;
    if !metadata.is_file() {
        return Err(fail(ReadErrorKind::NotAFile));
    }
    let file = std::fs::File::open(path).map_err(|error| fail(error.into()))?;
    let mut bytes = Vec::with_capacity(metadata.len().min(MAX_FILE_SIZE) as usize);
    file.take(MAX_FILE_SIZE + 1).read_to_end(&mut bytes).map_err(|error| fail(error.into()))?;
    if bytes.len() as u64 > MAX_FILE_SIZE {
        return Err(fail(ReadErrorKind::TooLarge));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let at = good.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        fail(ReadErrorKind::NotUtf8 { line, at })
    })?;
    Ok(Source::new(path.to_string_lossy(), text))
}
