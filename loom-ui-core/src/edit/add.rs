//! New steps, data and parameters.

use loom_spec::Value;

use super::draft::Draft;
use super::index::{GroupAt, Index};
use super::rename::usable;
use super::yaml::{Edit, New, Path, Seg, below, entries, items, key, new_of_written};
use crate::Refused;
use crate::api::{NewStep, Written};

/// What a suffix says of what is in a file.
const SUFFIXES: [(&str, &str); 19] = [
    ("csv", "csv"),
    ("tsv", "csv"),
    ("json", "json"),
    ("txt", "txt"),
    ("md", "txt"),
    ("log", "txt"),
    ("png", "image"),
    ("jpg", "image"),
    ("jpeg", "image"),
    ("gif", "image"),
    ("svg", "image"),
    ("webp", "image"),
    ("bmp", "image"),
    ("tif", "image"),
    ("tiff", "image"),
    ("mp4", "video"),
    ("avi", "video"),
    ("mov", "video"),
    ("mkv", "video"),
];

/// Adds a step.
pub(super) fn step(draft: &mut Draft<'_>, step: &NewStep) -> Result<String, Refused> {
    let text = |text: &str| New::Text(text.to_owned());
    let mut own: Vec<(String, New)> = Vec::new();
    let (stem, program): (&str, Vec<(&str, New)>) = match (&step.task, &step.command, step.kind.as_deref()) {
        (Some(task), None, None) => (stem(task), vec![("task", text(task))]),
        (None, Some(command), None) => {
            let word = command.split_whitespace().next().unwrap_or("step");
            (self::stem(word), vec![("command", text(command))])
        }
        (task, None, Some("condition")) => {
            let test = match task {
                Some(script) => ("script", text(script)),
                None => ("predicate", text("exists")),
            };
            ("condition", vec![("kind", text("condition")), test])
        }
        (None, None, Some("switch")) => ("switch", vec![("kind", text("switch"))]),
        (_, _, Some(kind)) if !matches!(kind, "condition" | "switch") => {
            return Err(Refused::edit(format!("there is no kind of step `{kind}`: it is a condition or a switch")));
        }
        _ => return Err(Refused::edit("a step has a task, or a command, or is a condition or a switch")),
    };
    if program.iter().any(|(_, value)| matches!(value, New::Text(text) if text.trim().is_empty())) {
        return Err(Refused::edit("a step needs something to run: the path of a task, or a command"));
    }
    let name = match &step.name {
        Some(name) => {
            usable(name)?;
            if draft.index.steps.iter().any(|known| known.name == *name)
                || step.kind.is_some() && draft.index.is_taken(name)
            {
                return Err(Refused::edit(format!("the name `{name}` is taken; choose another one")));
            }
            name.clone()
        }
        None => unique(&word(stem, "step"), |name| is_taken_for_step(&draft.index, name)),
    };
    own.push(("name".to_owned(), text(&name)));
    own.extend(program.into_iter().map(|(key, value)| (key.to_owned(), value)));
    let pipeline = vec![Seg::Key("pipeline".to_owned())];
    let (list, at) = match &step.group {
        None => (pipeline, None),
        Some(group) => {
            let (number, GroupAt { path, name, .. }) = draft.index.find_group(group.trim_start_matches("group:"))?;
            match path {
                Some(path) => (below(path, "steps"), None),
                None => {
                    own.insert(1, ("group".to_owned(), text(name)));
                    let last = draft.index.steps.iter().rfind(|step| step.group == Some(number));
                    let at = last.and_then(|step| match step.path.last() {
                        Some(Seg::Item(at)) => Some(at + 1),
                        _ => None,
                    });
                    (pipeline, at)
                }
            }
        }
    };
    append(draft, &list, at, New::Map(own))?;
    Ok(format!("add step {name}"))
}

/// Puts an item into a list, at the end if no place is said.
pub(super) fn append(draft: &mut Draft<'_>, list: &[Seg], at: Option<usize>, value: New) -> Result<(), Refused> {
    match draft.get(list) {
        Some(Value::List(items, _)) if !items.is_empty() => {
            let at = at.unwrap_or(items.len());
            draft.edit(Edit::Insert { path: list.to_vec(), at, value })
        }
        Some(Value::List(..)) => draft.edit(Edit::Set { path: list.to_vec(), value: New::List(vec![value]) }),
        _ => draft.set(list, New::List(vec![value])),
    }
}

/// Adds a data node.
pub(super) fn data(
    draft: &mut Draft<'_>,
    name: Option<&str>,
    data_type: Option<&str>,
    path: &str,
) -> Result<String, Refused> {
    if path.trim().is_empty() {
        return Err(Refused::edit("data need a path"));
    }
    let name = match name {
        Some(name) => {
            free(&draft.index, name)?;
            name.to_owned()
        }
        None => unique(&word(stem(path), "data"), |name| draft.index.is_taken(name)),
    };
    put_data(draft, &name, data_type, path)?;
    Ok(format!("add data {name}"))
}

/// Writes a data node, in the form that its neighbours have.
pub(super) fn put_data(draft: &mut Draft<'_>, name: &str, data_type: Option<&str>, path: &str) -> Result<(), Refused> {
    let siblings = key(&draft.tree, "data").map(entries).unwrap_or_default();
    let is_short = !siblings.is_empty() && siblings.iter().all(|entry| matches!(entry.value, Value::Scalar(_)));
    let path = New::Text(path.to_owned());
    let value = match (data_type.or_else(|| type_of(&path)), is_short && data_type.is_none()) {
        (_, true) | (None, _) => path,
        (Some(kind), false) => {
            New::Map(vec![("type".to_owned(), New::Text(kind.to_owned())), ("path".to_owned(), path)])
        }
    };
    draft.set(&named("data", name), value)
}

/// Adds a parameter.
pub(super) fn parameter(draft: &mut Draft<'_>, name: &str, value: &Written) -> Result<String, Refused> {
    // An axis of the sweep may get a value for when there is no sweep.
    let is_axis = draft.index.swept.iter().any(|axis| axis.name == name)
        && !draft.index.parameters.iter().any(|known| known.name == name);
    if !is_axis {
        free(&draft.index, name)?;
    }
    draft.set(&named("parameters", name), new_of_written(value))?;
    Ok(format!("add parameter {name}"))
}

fn named(section: &str, name: &str) -> Path {
    vec![Seg::Key(section.to_owned()), Seg::Key(name.to_owned())]
}

/// Whether something that is referred to by `$name` can be called this.
pub(super) fn free(index: &Index, name: &str) -> Result<(), Refused> {
    usable(name)?;
    if index.is_taken(name) {
        return Err(Refused::edit(format!("the name `{name}` is taken; choose another one")));
    }
    Ok(())
}

/// Whether no step can be called this.
pub(super) fn is_taken_for_step(index: &Index, name: &str) -> bool {
    index.steps.iter().any(|step| step.name == name)
        || index.groups.iter().any(|group| group.name == name)
        || index.is_taken(name)
}

/// The type that a path tells.
pub(super) fn type_of(path: &New) -> Option<&'static str> {
    let New::Text(path) = path else { return None };
    if path.ends_with('/') {
        return Some("data_folder");
    }
    let file = path.rsplit('/').next()?;
    match file.rsplit_once('.') {
        Some((_, suffix)) => {
            let suffix = suffix.to_ascii_lowercase();
            SUFFIXES.iter().find(|(known, _)| *known == suffix).map(|(_, kind)| *kind)
        }
        None => Some("data_folder"),
    }
}

/// The suffix of a file of a type, with its dot; none of a folder.
pub(super) fn suffix_of(kind: Option<&str>) -> &'static str {
    match kind {
        Some("csv") => ".csv",
        Some("json") => ".json",
        Some("image") => ".png",
        Some("video") => ".mp4",
        Some("image_directory" | "data_folder") => "",
        _ => ".txt",
    }
}

/// The name of a file without its suffix.
pub(super) fn stem(path: &str) -> &str {
    let file = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    }
}

/// A text as a name: letters, digits and `_`.
pub(super) fn word(text: &str, otherwise: &str) -> String {
    let mut word = String::new();
    for letter in text.chars() {
        if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
        } else if !word.ends_with('_') && !word.is_empty() {
            word.push('_');
        }
    }
    let word = word.trim_end_matches('_');
    if word.is_empty() { otherwise.to_owned() } else { word.to_owned() }
}

/// The name, or the next with a number that is free.
pub(super) fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(name) {
        return name.to_owned();
    }
    let numbered = (2..).map(|number: u64| format!("{name}_{number}"));
    numbered.into_iter().find(|name| !is_taken(name)).unwrap_or_else(|| name.to_owned())
}

/// How many items a list has.
pub(super) fn length(draft: &Draft<'_>, list: &[Seg]) -> usize {
    draft.get(list).map(items).unwrap_or_default().len()
}
