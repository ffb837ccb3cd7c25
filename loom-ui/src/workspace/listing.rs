//! Finding pipelines in a folder.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use loom_exec::{Memory, Project, Settings};
use loom_ui_core::api::RunState;

/// How many folders deep pipelines are looked for.
const DEPTH: usize = 6;
/// How many folders and files are looked at.
const ENOUGH: usize = 50_000;
/// Folders that hold what other programs made.
const OF_OTHERS: [&str; 5] = ["node_modules", "target", "venv", "site-packages", "__pycache__"];

/// The id of a pipeline: it says nothing, stays the same, and is no path.
pub(super) fn id(path: &str) -> String {
    blake3::hash(path.as_bytes()).to_hex()[..12].to_owned()
}

/// Whether what is in a folder by that name is left alone.
pub(crate) fn is_ignored(name: &str) -> bool {
    name.starts_with('.') || OF_OTHERS.contains(&name)
}

/// The YAML files below a folder, by path. Links to folders are not followed, links to files only where they stay inside.
pub(super) fn find(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = ENOUGH;
    let mut folders = vec![(root.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten().take(left) {
            left = left.saturating_sub(1);
            let (Ok(kind), name) = (entry.file_type(), entry.file_name()) else { continue };
            if is_ignored(&name.to_string_lossy()) {
                continue;
            }
            let path = entry.path();
            if kind.is_dir() {
                if depth < DEPTH {
                    folders.push((path, depth + 1));
                }
            } else if path.extension().is_some_and(|end| end == "yml" || end == "yaml") {
                let is_inside = || path.canonicalize().is_ok_and(|real| real.starts_with(root) && real.is_file());
                if kind.is_file() || is_inside() {
                    found.push(path);
                }
            }
        }
    }
    found.sort();
    found
}

/// What was seen in files, as long as they stay as they are.
#[derive(Default)]
pub(super) struct Listing {
    seen: HashMap<PathBuf, (Stamp, Option<Seen>)>,
}

type Stamp = (Option<SystemTime>, u64);

/// What a pipeline looks like from outside.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) steps: usize,
    pub(super) error: Option<String>,
}

impl Listing {
    /// Looks into a file. None if it is no pipeline, unless it was called one.
    pub(super) fn look(&mut self, file: &Path, is_one: bool) -> Option<Seen> {
        let metadata = std::fs::metadata(file).ok();
        let stamp = metadata.map(|metadata| (metadata.modified().ok(), metadata.len())).unwrap_or_default();
        if let Some((known, seen)) = self.seen.get(file)
            && *known == stamp
        {
            return seen.clone();
        }
        let seen = look(file, is_one);
        self.seen.insert(file.to_owned(), (stamp, seen.clone()));
        seen
    }
}

fn look(file: &Path, is_one: bool) -> Option<Seen> {
    let source = match loom_spec::read(file) {
        Ok(source) => source,
        Err(error) => return is_one.then(|| Seen { steps: 0, error: Some(error.kind.to_string()) }),
    };
    if !is_one && !has_steps(source.text()) {
        return None;
    }
    let parsed = loom_spec::parse(&source);
    let error = parsed.problems.iter().find(|problem| problem.is_error());
    Some(Seen { steps: parsed.pipeline.steps.len(), error: error.map(|problem| problem.message.clone()) })
}

/// Whether a text has the key `pipeline`, be it that the rest is wrong.
fn has_steps(text: &str) -> bool {
    let is_key = |line: &str| {
        let line = line.trim_start_matches(['"', '\'']);
        let rest = line.strip_prefix("pipeline").map(|rest| rest.trim_start_matches(['"', '\'', ' ']));
        rest.is_some_and(|rest| rest.starts_with(':'))
    };
    let text = text.trim_start_matches('\u{feff}');
    let pieces = text.split(['{', ',']).map(str::trim_start);
    text.lines().any(is_key) || (text.starts_with('{') && pieces.into_iter().any(is_key))
}

/// How the last run of a pipeline ended.
pub(super) fn last_run(file: &Path, settings: &Settings) -> Option<RunState> {
    // Most have never run, and need not be read for that.
    let name = file.file_name()?;
    file.parent()?.join(".loom").join(name).is_dir().then_some(())?;
    let project = Project::open(file, settings.clone()).ok()?;
    let runs = loom_exec::runs::list(&project, &Memory::default()).ok()?;
    let last = runs.first()?;
    if last.is_running() {
        return Some(RunState::Running);
    }
    Some(match last.summary() {
        None => RunState::Lost,
        Some(summary) if summary.stopped_by.is_some() => RunState::Stopped,
        Some(summary) if summary.is_success() => RunState::Ok,
        Some(_) => RunState::Failed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_the_key_is_a_pipeline() {
        for text in [
            "pipeline: []",
            "data: {}\npipeline:\n  - x",
            "\"pipeline\" : []",
            "{\"data\": {}, \"pipeline\": []}",
            "\u{feff}pipeline:",
            "pipeline: [",
        ] {
            assert!(has_steps(text), "{text}");
        }
        for text in
            ["", "services: {}\n", "# pipeline: no\n", "  pipeline: nested\n", "pipelines: []\n", "a: {pipeline: []}"]
        {
            assert!(!has_steps(text), "{text}");
        }
    }
}
