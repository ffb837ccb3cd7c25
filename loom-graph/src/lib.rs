//! What a loom pipeline means: links, checks, the graph of its steps, selection, and rendering.
//!
//! # Pin your pipelines with one line
//!
//! A project that ships a pipeline can keep its meaning under test. [`snapshot`] turns the text of a pipeline
//! file into a few lines that are the same on every machine: the graph of a good pipeline, the problems of a
//! broken one.
//!
//! ```
//! let text = "
//! parameters: {threshold: 0.5}
//! pipeline:
//!   - name: process
//!     task: tasks/process.py
//!     inputs: {data: data/table.csv}
//!     outputs: {--output: data/result.json}
//!     args: {--threshold: $threshold}
//! ";
//! assert_eq!(loom_graph::snapshot(text), "\
//! process
//!   runs    tasks/process.py data/table.csv --output data/result.json --threshold 0.5
//!   reads   data/table.csv
//!   writes  data/result.json
//! ");
//! ```
//!
//! In a test that is `insta::assert_snapshot!(loom_graph::snapshot(include_str!("../pipeline.yml")))`;
//! `examples/snapshot-tests` is a project that does it.
//!
//! # The way through
//!
//! [`check`] turns what [`loom_spec::parse`] read into a [`Checked`]: a [`StepGraph`] if all is well, and every
//! problem if not. [`Checked::plan`] selects what is to run. This crate does no I/O: what it must know
//! of the machine it asks a [`World`], and [`OnPaper`] is the world of a pipeline that is only a text.

#![deny(missing_docs)]

mod checks;
mod expression;
mod graph;
mod interfaces;
mod links;
mod names;
mod order;
mod passes;
mod plan;
pub mod render;
mod sweep;
mod url;
mod used;
mod work;
mod world;

pub use expression::{Expression, ExpressionError, FUNCTIONS, Integer, Value};
pub use graph::{Checked, CommandLine, ProgramLine, StepGraph, check};
pub use links::{Datum, DatumId, Dependency, Followers, Links, Role, StepId, Use};
pub use passes::{pass_of, plain_of};
pub use plan::{LeftOut, Plan, Selection, Target};
pub use sweep::{AxisValue, ConfigId, Space, SpaceAxis};
pub use url::{cached_path, is_url};
pub use used::UnitFile;
pub use work::{Argument, Asked, Facts, Manifest, Part, Question, Unit, Work};
pub use world::{Location, NoText, OnPaper, Presence, World, locate_by_text};

/// The meaning of a pipeline as text, for snapshot tests: the graph of a good one ([`render::text`]), the problems
/// of a broken one ([`render::problems`]). No file is looked at and no variable is read.
pub fn snapshot(text: &str) -> String {
    let source = loom_spec::Source::new("pipeline.yml", text);
    let checked = check(loom_spec::parse(&source), &OnPaper);
    let mut shown = render::problems(&source, &checked.problems);
    if let Some(graph) = &checked.graph {
        if !shown.is_empty() {
            shown.push('\n');
        }
        shown.push_str(&render::text(graph));
    }
    shown
}
