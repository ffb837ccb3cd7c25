//! Removing what a pipeline made: what its steps write and what loom keeps beside it, and nothing else.
//!
//! [`Project::cleaning`] looks, and changes nothing; [`Cleaning::remove`] removes what was found.
//!
//! ```
//! use loom_exec::clean::{Kind, Removal};
//! use loom_exec::{Project, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pipeline.yml");
//! # std::fs::write(&path, "
//! # data: {result: out/result.txt}
//! # pipeline: [{name: make, command: [cp], inputs: {i: source.txt}, outputs: {-t: $result}}]
//! # ")?;
//! # std::fs::write(folder.path().join("source.txt"), "a source")?;
//! # std::fs::create_dir(folder.path().join("out"))?;
//! # std::fs::write(folder.path().join("out/result.txt"), "a result")?;
//! let project = Project::open(&path, Settings::default())?;
//! let cleaning = project.cleaning()?;
//! let [result] = cleaning.entries() else { panic!("one step made one file") };
//! assert_eq!(result.path, std::path::Path::new("out/result.txt"));
//! assert_eq!((&result.kind, result.bytes), (&Kind::File, 8));
//!
//! let results = cleaning.remove(Removal::Permanently);
//! assert!(results.iter().all(Result::is_ok));
//! assert!(!folder.path().join("out").exists() && folder.path().join("source.txt").exists());
//! # Ok(())
//! # }
//! ```
//!
//! # What is removed
//!
//! * What a step writes, also an optional or disabled one. A link goes, what it leads to stays.
//! * `.loom-url-cache` and `.loom-thumbnails`, and what `.loom` holds of this pipeline: all of `.loom`, where it holds
//!   nothing of another one.
//! * Folders that are empty when what was in them is removed.
//!
//! # What is not
//!
//! * A source: what a step reads and no step makes. As everywhere in loom, the step that makes a folder makes what
//!   lies in it, unless that step reads it itself. A folder with a source in it is removed around the source.
//! * The pipeline file, the tasks, and the pipeline folder itself.
//! * Anything outside the pipeline folder, whatever links lead there.
//!
//! Links are looked at again when something is removed, and nothing is removed through one.

mod remove;
mod survey;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

pub use remove::{Removal, RemoveError};

use crate::memory::{self, lock::Asked};
use crate::project::{Project, Refused};

/// What there is to remove of a pipeline, and what is left alone.
#[derive(Clone, Debug)]
pub struct Cleaning {
    folder: PathBuf,
    entries: Vec<Entry>,
    left_alone: Vec<LeftAlone>,
    /// Relative to the folder, links resolved: what must stay, wherever it lies.
    kept: BTreeSet<PathBuf>,
}

/// A file or folder that can be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path, relative to the pipeline folder.
    pub path: PathBuf,
    /// The data node that it is, if it is one.
    pub name: Option<Arc<str>>,
    /// What stands there.
    pub kind: Kind,
    /// The size of all that goes with it.
    pub bytes: u64,
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder {
        /// How many files and links go with it.
        files: usize,
        /// How many sources and tasks lie in it, and stay.
        kept: usize,
    },
    /// A link; what it leads to stays.
    Link,
}

/// Something that a step makes, or that lies in what a step makes, and that is not removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftAlone {
    /// Its path, as the pipeline says it or relative to the pipeline folder.
    pub path: String,
    /// Why.
    pub reason: Reason,
}

/// Why something is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is outside the pipeline folder.
    Outside,
    /// It is the pipeline folder.
    PipelineFolder,
    /// A step reads it, and none makes it.
    Source,
    /// It is the pipeline file or a task.
    Needed,
}

impl Cleaning {
    /// What can be removed: by path, what loom itself keeps last.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What is there and is left alone, by path.
    pub fn left_alone(&self) -> &[LeftAlone] {
        &self.left_alone
    }

    /// Keeps only some of the entries to be removed.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }

    /// Removes the entries. What vanished meanwhile is as good as removed; an entry with an error may be gone in part. While a
    /// run is at work in the folder, nothing is removed.
    ///
    /// Returns one result for each entry, in the order of [`Cleaning::entries`].
    pub fn remove(&self, how: Removal) -> Vec<Result<(), RemoveError>> {
        // Where nothing is kept, nothing ever ran, or it was cleaned away.
        let state = self.folder.join(".loom");
        let _lock = match memory::ask_for_lock(&state, "that cleans") {
            Ok(Asked::Taken(holder)) => {
                let in_use = |entry: &Entry| RemoveError::InUse { path: entry.path.clone(), holder: holder.clone() };
                return self.entries.iter().map(|entry| Err(in_use(entry))).collect();
            }
            lock => lock,
        };
        let removed = |entry: &Entry| remove::remove(&self.folder, &entry.path, &self.kept, how);
        self.entries.iter().map(removed).collect()
    }
}

impl Project {
    /// Looks for what the pipeline made. One with errors is refused: who makes what in it is not certain.
    pub fn cleaning(&self) -> Result<Cleaning, Refused> {
        survey::survey(self)
    }
}
