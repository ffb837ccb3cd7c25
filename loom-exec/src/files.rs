//! Files that match a pattern, as Python's `Path.glob` has it: what the items of a loop are, and what `count` counts.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::{MatchOptions, Pattern};
use loom_graph::{StepGraph, StepId};

/// The files that a loop goes through.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// By name, in the order of the names: first those that a command line can have, then the others, as far as they are
    /// text.
    pub(crate) names: Vec<Arc<str>>,
    /// How many of them no command line can have, because they are not UTF-8.
    pub(crate) nameless: usize,
}

/// Lists the files of a loop, as they are now.
pub(crate) fn items(graph: &StepGraph, step: StepId, folder: &Path) -> Result<Items, String> {
    let (Some(each), Some((over, _))) = (&graph.step(step).each, graph.links().folders_of_loop(step)) else {
        return Ok(Items::default());
    };
    let files = folder.join(&*over.path);
    if !files.is_dir() {
        let what = if files.exists() { "is not a folder" } else { "does not exist" };
        return Err(format!("the folder {} {what}", over.path));
    }
    // As in loom-pipeline, an empty filter is none.
    let filter = each.filter.as_ref().map(|filter| graph.text(step, filter)).filter(|filter| !filter.is_empty());
    let found = matching(&files, filter.as_deref())
        .map_err(|error| format!("cannot list the files of {}: {error}", over.path))?;
    let mut items = Items::default();
    let mut nameless: Vec<Arc<str>> = Vec::new();
    let mut names = HashSet::new();
    for found in found.into_iter().filter(|found| found.is_file) {
        if !names.insert(found.path.file_name().map(std::ffi::OsStr::to_owned)) {
            let path = found.path.display();
            return Err(format!("two files of {} have the same name, and would become one: {path}", over.path));
        }
        match found.path.to_str() {
            Some(path) => items.names.push(path.into()),
            None => nameless.push(found.path.to_string_lossy().into()),
        }
    }
    items.nameless = nameless.len();
    items.names.extend(nameless);
    Ok(items)
}

/// Something in a folder.
pub(crate) struct Found {
    /// Its path, relative to the folder.
    pub(crate) path: PathBuf,
    /// Whether it is a file, or a link to one.
    pub(crate) is_file: bool,
}

/// How deep a pattern with `**` looks.
const DEEPEST: usize = 64;

/// What in a folder matches a pattern, in the order of the names; everything that stands in it, without one. A pattern
/// looks into the folders inside only if it says so (`*/x.txt`, `**/*.txt`).
pub(crate) fn matching(folder: &Path, pattern: Option<&str>) -> Result<Vec<Found>, String> {
    let pattern = pattern.map(|pattern| pattern.trim_start_matches("./"));
    let compiled = pattern.map(Pattern::new).transpose().map_err(|error| format!("{error}"))?;
    let depth = match pattern {
        Some(pattern) if pattern.contains("**") => DEEPEST,
        Some(pattern) => pattern.matches('/').count(),
        None => 0,
    };
    let mut found = Vec::new();
    walk(folder, Path::new(""), depth, &mut |found_here| {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        if compiled.as_ref().is_none_or(|pattern| pattern.matches_path_with(&found_here.path, options)) {
            found.push(found_here);
        }
    })
    .map_err(|error| format!("cannot read the folder {}: {error}", folder.display()))?;
    found.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn walk(folder: &Path, inside: &Path, depth: usize, visit: &mut dyn FnMut(Found)) -> io::Result<()> {
    for entry in std::fs::read_dir(folder.join(inside))? {
        let entry = entry?;
        let path = inside.join(entry.file_name());
        let target = std::fs::metadata(entry.path());
        if depth > 0 && entry.file_type()?.is_dir() {
            walk(folder, &path, depth - 1, visit)?;
        }
        visit(Found { path, is_file: target.is_ok_and(|target| target.is_file()) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_python() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["b.txt", "a.txt", ".hidden.txt", "c.csv", "deep/d.txt", "deep/er/e.txt"] {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        for (pattern, expected) in [
            (None, ".hidden.txt a.txt b.txt c.csv"),
            (Some("*.txt"), ".hidden.txt a.txt b.txt"),
            (Some("[ab].txt"), "a.txt b.txt"),
            (Some("[!a].txt"), "b.txt"),
            (Some("?.csv"), "c.csv"),
            (Some("*/*.txt"), "deep/d.txt"),
            (Some("**/*.txt"), ".hidden.txt a.txt b.txt deep/d.txt deep/er/e.txt"),
            (Some("x*"), ""),
        ] {
            let found = matching(folder.path(), pattern).unwrap();
            let files: Vec<_> =
                found.iter().filter(|found| found.is_file).map(|found| found.path.to_str().unwrap()).collect();
            assert_eq!(files.join(" "), expected, "{pattern:?}");
        }
        assert!(matching(folder.path(), Some("***")).is_err());
        assert!(matching(&folder.path().join("none"), None).is_err());
    }
}
