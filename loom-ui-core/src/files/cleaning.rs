//! Cleaning up: exactly what was shown, or nothing.

use std::collections::HashMap;

use loom_exec::Project;
use loom_exec::clean::{Cleaning, Reason, Removal};

use crate::Refused;
use crate::api::{CleanEntry, CleanPreview};

/// What could be removed.
pub fn clean_preview(project: &Project) -> Result<CleanPreview, Refused> {
    let cleaning = survey(project)?;
    let makers = makers(project);
    let entries = cleaning.entries().iter().map(|entry| CleanEntry {
        path: entry.path.to_string_lossy().into_owned(),
        size: entry.bytes,
        made_by: makers.get(&*entry.path.to_string_lossy()).cloned(),
    });
    let entries = entries.collect();
    let left_alone = cleaning.left_alone().iter().map(|left| {
        let why = match left.reason {
            Reason::Outside => "it is outside the pipeline folder",
            Reason::PipelineFolder => "it is the pipeline folder",
            Reason::Source => "no step makes it",
            Reason::Needed => "it is the pipeline, or a task",
        };
        (left.path.clone(), why.to_owned())
    });
    Ok(CleanPreview { token: token(project, &cleaning), left_alone: left_alone.collect(), entries })
}

/// Who makes what, by where it stands in the pipeline folder.
fn makers(project: &Project) -> HashMap<String, String> {
    let Some(graph) = project.checked().expanded.as_deref() else { return HashMap::new() };
    let made = graph.made_places().map(|(place, step)| (place.to_owned(), graph.step(step).name.text.to_string()));
    made.collect()
}

/// Removes those of what was shown that are named. If anything there has changed since, nothing is removed.
pub fn clean(project: &Project, shown: &str, paths: &[String], permanently: bool) -> Result<(), Refused> {
    let mut cleaning = survey(project)?;
    if token(project, &cleaning) != shown {
        return Err(Refused::new("stale", "what could be removed has changed meanwhile: look again"));
    }
    if let Some(path) =
        paths.iter().find(|path| cleaning.entries().iter().all(|entry| *entry.path.to_string_lossy() != ***path))
    {
        return Err(Refused::new("refused", format!("{path} is not among what could be removed")));
    }
    cleaning.retain(|entry| paths.iter().any(|path| *entry.path.to_string_lossy() == **path));
    let how = if permanently { Removal::Permanently } else { Removal::Trash };
    let failed: Vec<String> =
        cleaning.remove(how).into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
    match failed.first() {
        None => Ok(()),
        Some(first) if failed.len() == 1 => Err(Refused::new("cannot_write", first.clone())),
        Some(first) => Err(Refused::new("cannot_write", format!("{first}; and {} more", failed.len() - 1))),
    }
}

fn survey(project: &Project) -> Result<Cleaning, Refused> {
    project.cleaning().map_err(|refused| {
        let first = refused.problems.iter().find(|problem| problem.is_error());
        let why = first.map_or_else(String::new, |problem| format!(": {}", problem.message));
        Refused::new("refused", format!("who made what is not certain while the pipeline has errors{why}"))
    })
}

/// Another one whenever anything that would be removed has another place, size or time. What loom keeps changes with every
/// run, and is all one.
fn token(project: &Project, cleaning: &Cleaning) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in cleaning.entries() {
        let stamp = (!entry.path.starts_with(".loom")).then(|| {
            let metadata = project.folder().join(&entry.path).symlink_metadata().ok();
            (&entry.kind, entry.bytes, metadata.and_then(|metadata| metadata.modified().ok()))
        });
        hasher.update(format!("{:?}\n", (&entry.path, stamp)).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
