//! What the checks ask about the machine. This crate looks at nothing itself.

use std::sync::Arc;

use loom_spec::{FrontMatterError, TaskInterface};

/// Where a path leads.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// Inside the pipeline folder: relative to it, `.`, `..` and links resolved, `/` between the parts.
    /// The folder itself is the empty string.
    Inside(String),
    /// Elsewhere: absolute where the folder is known, else beginning with `..`.
    Outside(String),
}

impl Location {
    /// The text by which two locations of one kind are compared.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Inside(path) | Self::Outside(path) => path,
        }
    }

    /// The folders around it, nearest first, down to the pipeline folder (or the root).
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        let mut rest = self.as_str();
        std::iter::from_fn(move || {
            let (parent, _) = rest.rsplit_once('/')?;
            rest = parent;
            (!parent.is_empty()).then(|| match self {
                Self::Inside(_) => Self::Inside(parent.to_owned()),
                Self::Outside(_) => Self::Outside(parent.to_owned()),
            })
        })
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing, or something that cannot be reached.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
    /// Nobody looked.
    Unknown,
}

/// The machine, as far as a pipeline's meaning depends on it. Paths are as written in the
/// pipeline: relative to its folder, or absolute.
pub trait World {
    /// The text that `${name}` or `${name:-default}` stands for; none if the variable is not set and has no default.
    fn variable(&self, name: &str, default: Option<&str>) -> Option<String>;
    /// Where a path leads.
    fn locate(&self, path: &str) -> Location;
    /// What stands there.
    fn presence(&self, path: &str) -> Presence;
    /// What the task at this path says of itself; none if it says nothing, or nobody looked.
    fn interface(&self, task: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>>;
}

/// No machine at all: paths are resolved as text, variables stand for themselves, and every file may be there.
/// What a pipeline means here, it means everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnPaper;

impl World for OnPaper {
    fn variable(&self, name: &str, default: Option<&str>) -> Option<String> {
        Some(match default {
            Some(default) => format!("${{{name}:-{default}}}"),
            None => format!("${{{name}}}"),
        })
    }

    fn locate(&self, path: &str) -> Location {
        locate_by_text(path)
    }

    fn presence(&self, _: &str) -> Presence {
        Presence::Unknown
    }

    fn interface(&self, _: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>> {
        None
    }
}

/// Resolves `.`, `..` and repeated slashes in a path without looking at any file.
///
/// ```
/// use loom_graph::{Location, locate_by_text};
/// assert_eq!(locate_by_text("./data//a/../b.csv"), Location::Inside("data/b.csv".into()));
/// assert_eq!(locate_by_text("data/../../b.csv"), Location::Outside("../b.csv".into()));
/// ```
pub fn locate_by_text(path: &str) -> Location {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if absolute {
        Location::Outside(format!("/{joined}"))
    } else if parts.first() == Some(&"..") {
        Location::Outside(joined)
    } else {
        Location::Inside(joined)
    }
}
