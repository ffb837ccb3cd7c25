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
    /// Nowhere: what a condition or a switch finds out. The text is no path.
    Answer(String),
}

impl Location {
    /// The text by which two locations of one kind are compared.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Inside(path) | Self::Outside(path) | Self::Answer(path) => path,
        }
    }

    /// The folders around it by their text, nearest first: up to the pipeline folder, which is the empty one, or up to
    /// the root.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        let is_inside = matches!(self, Self::Inside(_));
        let mut rest = if matches!(self, Self::Answer(_)) { "" } else { self.as_str() };
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            rest = rest.rsplit_once('/').map_or("", |(parent, _)| parent);
            (is_inside || !rest.is_empty()).then_some(rest)
        })
    }
}

/// How long a path may be, in bytes: no system that loom runs on takes a longer one.
const LONGEST_PATH: usize = 4096;
/// How many folders a path may lead through, which bounds the work that one costs.
const DEEPEST_PATH: usize = 128;

/// Why a text cannot be a path, if it cannot: it is then not to be looked for.
pub(crate) fn refused_as_path(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("a path cannot be empty".to_owned());
    }
    if text.len() > LONGEST_PATH {
        return Some(format!("a path of {} bytes is too long: no system takes more than {LONGEST_PATH}", text.len()));
    }
    let folders = text.bytes().filter(|byte| *byte == b'/').count();
    (folders > DEEPEST_PATH)
        .then(|| format!("a path through {folders} folders is too deep: loom takes no more than {DEEPEST_PATH}"))
}

/// Why a variable stands for no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoText {
    /// It is not set, and has no default.
    Unset,
    /// Its value is not UTF-8.
    NotUtf8,
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
    /// The text that `${name}` or `${name:-default}` stands for.
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, NoText>;
    /// Where a path leads.
    fn locate(&self, path: &str) -> Location;
    /// What stands there.
    fn presence(&self, path: &str) -> Presence;
    /// What the task at this path says of itself; none if it says nothing, or nobody looked.
    fn interface(&self, task: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>>;
    /// The text of the file at this path, or why it cannot be read; none if nobody looked.
    fn text(&self, path: &str) -> Option<Result<String, String>>;
}

/// No machine at all: paths are resolved as text, variables stand for themselves, and every file may be there.
/// What a pipeline means here, it means everywhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct OnPaper;

impl World for OnPaper {
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, NoText> {
        Ok(match default {
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

    fn text(&self, _: &str) -> Option<Result<String, String>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pipeline_folder_is_around_all_that_is_inside() {
        let around = |location: Location| location.ancestors().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(around(Location::Inside("a/b/c".into())), ["a/b", "a", ""]);
        assert_eq!(around(Location::Inside("a".into())), [""]);
        assert!(around(Location::Inside(String::new())).is_empty());
        assert_eq!(around(Location::Outside("/a/b".into())), ["/a"]);
        assert_eq!(around(Location::Outside("../a/b".into())), ["../a", ".."]);
    }
}
