//! Cleaning up: exactly what was shown, or nothing.

use loom_exec::Project;
use loom_exec::clean::{Cleaning, Reason, Removal};

use crate::Refused;
use crate::api::{CleanEntry, CleanPreview};

/// What could be removed.
pub fn clean_preview(project: &Project) -> Result<CleanPreview, Refused> {
    let cleaning = survey(project)?;
    let maker = |name: Option<&str>| {
        let checked = project.checked();
        let datum = super::locate::among(&checked.links, &format!("data:{}", name?))?;
        let step = checked.links.producer(datum)?;
        Some(checked.pipeline.steps.get(step.index())?.name.text.to_string())
    };
    let entries = cleaning.entries().iter().map(|entry| CleanEntry {
        path: entry.path.to_string_lossy().into_owned(),
        size: entry.bytes,
        made_by: maker(entry.name.as_deref()),
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
    Ok(CleanPreview { token: token(&cleaning), left_alone: left_alone.collect(), entries })
}

/// Removes what was shown, or those of it that are named.
pub fn clean(project: &Project, shown: &str, paths: &[String], permanently: bool) -> Result<(), Refused> {
    let mut cleaning = survey(project)?;
    if token(&cleaning) != shown {
        return Err(Refused::new("stale", "what could be removed has changed meanwhile: look again"));
    }
    if let Some(path) = paths.iter().find(|path| cleaning.entries().iter().all(|entry| *entry.path.to_string_lossy() != ***path)) {
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

/// Tells one survey from another.
fn token(cleaning: &Cleaning) -> String {
    let mut hasher = blake3::Hasher::new();
    for entry in cleaning.entries() {
        hasher.update(format!("{:?}\n", (&entry.path, &entry.kind, entry.bytes)).as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}
