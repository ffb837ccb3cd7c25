//! From a card to a file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use loom_exec::Project;
use loom_graph::{Checked, DatumId, Links, Location};

use crate::Refused;

/// A file, or where it would be.
#[derive(Clone, Debug)]
pub struct Located {
    /// The id that it was asked for by.
    pub id: String,
    /// Its path, as tasks are handed it.
    pub shown: String,
    /// Its path on this machine.
    pub path: PathBuf,
    /// The type of its data node, as it is written.
    pub kind: Option<String>,
}

/// Between the id of a card and what tells one of its files from the others.
pub(super) const OF: char = '@';

/// The file that an id means: `data:NAME` or `path:PATH`, and where it comes in several, each with `@` and its own path behind.
pub fn locate(project: &Project, id: &str) -> Result<Located, Refused> {
    let missing = || Refused::new("not_found", "there are no such data, or none any more");
    let checked = project.checked();
    let (links, datum) = find(checked, id).ok_or_else(missing)?;
    at(project, links, datum, id).ok_or_else(missing)
}

/// The datum that an id means.
fn find<'a>(checked: &'a Checked, id: &str) -> Option<(&'a Links, DatumId)> {
    if let Some(found) = among(&checked.links, id) {
        return Some((&checked.links, found));
    }
    // One of the files that a card stands for.
    let (card, path) = id.split_once(OF)?;
    let expanded = checked.expanded.as_ref()?.links();
    let name = card.strip_prefix("data:").or_else(|| card.strip_prefix("path:"))?;
    let is_it = |datum: &loom_graph::Datum| {
        *datum.path == *path && (datum.name.as_deref() == Some(name) || datum.name.is_none())
    };
    let index = expanded.data().iter().position(is_it)?;
    Some((expanded, DatumId(u32::try_from(index).ok()?)))
}

pub(super) fn among(links: &Links, id: &str) -> Option<DatumId> {
    let is_it = |datum: &loom_graph::Datum| match (id.split_once(':'), &datum.name) {
        (Some(("data", name)), Some(known)) => **known == *name,
        (Some(("path", path)), None) => *datum.path == *path,
        _ => false,
    };
    let index = links.data().iter().position(is_it)?;
    Some(DatumId(u32::try_from(index).ok()?))
}

pub(super) fn at(project: &Project, links: &Links, datum: DatumId, id: &str) -> Option<Located> {
    let datum = links.datum(datum);
    let path = match &*datum.location {
        // An answer of a condition is no file.
        Location::Answer(_) => return None,
        Location::Inside(path) => project.folder().join(path),
        Location::Outside(path) => project.folder().join(path),
    };
    let written = |name: &str| project.checked().pipeline.data.iter().find(|data| *data.name.text == *name);
    let kind = datum.name.as_deref().and_then(written).and_then(|data| data.kind.as_ref());
    Some(Located {
        id: id.to_owned(),
        shown: datum.path.to_string(),
        path,
        kind: kind.map(|kind| kind.text.to_string()),
    })
}

/// A file that has been opened to be read, and what is known of it; an error also for what is no file.
pub(super) fn open(path: &Path) -> Result<(File, fs::Metadata), Refused> {
    let told = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Refused::new("not_found", "it is not there"),
        _ => Refused::new("cannot_read", format!("it cannot be read: {error}")),
    };
    // A pipe would wait for somebody to write into it: what it is is asked first.
    let metadata = fs::metadata(path).map_err(|error| told(&error))?;
    if !metadata.is_file() {
        return Err(Refused::new("cannot_read", "it is neither a file nor a folder"));
    }
    let file = File::open(path).map_err(|error| told(&error))?;
    let metadata = file.metadata().map_err(|error| told(&error))?;
    Ok((file, metadata))
}

/// A file to be handed out as it is, and the name to keep it under.
pub fn raw(located: &Located) -> Result<(File, String), Refused> {
    let (file, _) = open(&located.path)?;
    let name = located.path.file_name().unwrap_or_default().to_string_lossy();
    let safe = |c: char| if c.is_control() || matches!(c, '"' | '\\' | '/') { '_' } else { c };
    Ok((file, name.chars().map(safe).collect()))
}
