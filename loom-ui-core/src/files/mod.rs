//! Files: what the data of a pipeline hold, what units said, and which tasks there are.
//!
//! Nothing is run here, and nothing is read that the pipeline does not name: see [`locate`]. Whatever stands at a path, pipes
//! and devices among it, nobody waits for it, and no file costs more memory than what is shown of it.
//!
//! ```
//! use loom_exec::{Project, Settings};
//! use loom_ui_core::api::PreviewKind;
//! use loom_ui_core::files;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pipeline.yml");
//! # std::fs::write(&path, "
//! # data: {table: table.csv}
//! # pipeline: [{name: look, command: [wc], inputs: {table: $table}}]
//! # ")?;
//! std::fs::write(folder.path().join("table.csv"), "x,y\n1,2\n3,4\n")?;
//! let project = Project::open(&path, Settings::default())?;
//! let table = files::locate(&project, "data:table")?;
//! let preview = files::preview(&table, 1, 100)?;
//! let PreviewKind::Table { rows, total, .. } = preview.content else { panic!("it is a table") };
//! assert_eq!((rows, total), (vec![vec!["3".to_owned(), "4".to_owned()]], Some(2)));
//! assert!(files::locate(&project, "path:/etc/passwd").is_err());
//! # Ok(())
//! # }
//! ```

mod cleaning;
mod comparing;
mod instances;
mod kinds;
mod log;
mod place;
mod preview;
mod searching;
mod states;
mod tasks;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#[allow(clippy::disallowed_methods, reason = "what others do to the files")]
mod tests;
mod tree;

pub use cleaning::{clean, clean_preview};
pub use comparing::comparison;
pub use log::LogFile;
pub use place::{Located, locate};
pub use preview::{content_type_of, preview, raw, thumb};
pub use searching::search;
pub use states::{DataWatch, facts};
pub use tasks::tasks;
