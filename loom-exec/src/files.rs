//! Files that match a pattern, as Python's `Path.glob` has it: what the items of a loop are, and what `count` counts.

use std::io;
use std::path::{Path, PathBuf};

use glob::{MatchOptions, Pattern};

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
