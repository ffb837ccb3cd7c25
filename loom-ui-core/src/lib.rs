//! The loom editor without a screen: what to show of a pipeline, and where.
//!
//! [`View::of`] turns a checked pipeline into boxes, edges and frames with sizes and places, ready to be drawn by
//! anyone who can draw rectangles; [`svg`] is one such, and makes a picture that stands alone:
//!
//! ```
//! let source = loom_spec::Source::new("pipeline.yml", "
//! data: {table: {type: csv, path: data/table.csv}}
//! pipeline:
//!   - {name: make, task: tasks/make.py, outputs: {--output: $table}}
//!   - {name: look, command: [wc, -l], inputs: {table: $table}}
//! ");
//! let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
//! let view = loom_ui_core::View::of(&checked.graph.unwrap());
//! assert_eq!(view.nodes.iter().map(|node| &*node.id).collect::<Vec<_>>(), ["step:make", "data:table", "step:look"]);
//! assert!(loom_ui_core::svg(&view).starts_with("<svg "));
//! ```
//!
//! No drawing opens a file, starts a process, or measures a font: the same pipeline gives the same bytes on
//! every machine. [`files`] reads the files that a pipeline names, [`runs`] what runs keep; neither starts any. The drawing itself ([`layout`]) is a pure function that serves any graph.

#![deny(missing_docs)]

pub mod api;
pub mod board;
mod document;
mod edit;
mod editor;
pub mod files;
pub mod layout;
mod refused;
pub mod runs;
mod svg;
mod text;
mod view;

pub use document::{Document, Merged, Pins};
pub use edit::{Surroundings, used_by};
pub use editor::{Editor, Listener, RUN_APART};
pub use refused::Refused;
pub use svg::{svg, svg_marked};
pub use view::{Edge, EdgeKind, Frame, Label, Node, NodeKind, View};
