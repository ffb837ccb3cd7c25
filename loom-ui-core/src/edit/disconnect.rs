//! Taking wires away.

use super::draft::Draft;
use super::index::Index;
use super::lookup::port_path;
use super::set::{name, says};
use super::uses::Use;
use super::yaml::{Edit, New, Path, Seg, below, entries, key, scalar};
use crate::Refused;
use crate::api::Target;

/// The two ends of a wire, by its id: `FROM/PORT>TO/PORT`. Names may have these signs in them, so it is tried which is meant.
pub(super) fn ends(wire: &str, index: &Index) -> Option<(Target, Target)> {
    wire.match_indices('>').find_map(|(at, _)| Some((end(&wire[..at], index)?, end(&wire[at + 1..], index)?)))
}

fn end(text: &str, index: &Index) -> Option<Target> {
    let target = |at: usize| Target { node: text[..at].to_owned(), port: text[at + 1..].to_owned() };
    if text.starts_with("path:") {
        return text.rfind('/').map(target);
    }
    let mut slashes = text.match_indices('/');
    let is_known = |node: &str| match node.split_once(':') {
        Some(("group", name)) => index.groups.iter().any(|group| group.name == name),
        Some(("step", name)) => index.steps.iter().any(|step| step.name == name),
        _ => !node.is_empty() && index.path_of(node).is_ok(),
    };
    slashes.find(|(at, _)| is_known(&text[..*at])).map(|(at, _)| target(at))
}

/// Takes a wire away.
pub(super) fn disconnect(draft: &mut Draft<'_>, wire: &str) -> Result<String, Refused> {
    let none = || Refused::edit("this wire is not there any more");
    let (from, to) = ends(wire, &draft.index).ok_or_else(none)?;
    let label = format!("disconnect {} from {}", name(&from.node), name(&to.node));
    if from.port == "loop:into" || to.port == "loop:over" {
        let step = if from.port == "loop:into" { &from.node } else { &to.node };
        return Err(Refused::edit(format!(
            "a loop goes from one folder to another: connect `{}` with another folder, or take its `loop` away",
            name(step)
        )));
    }
    let is_step = |target: &Target| target.node.starts_with("step:");
    if is_step(&from) && is_step(&to) && from.port.starts_with("out:") && fed_back(draft, &from, &to)? {
        return Ok(label);
    }
    // What a step makes is said by that step, all else by who reads it.
    let (side, port, other) = match to.node.split_once(':') {
        Some(("data" | "path", _)) if is_step(&from) => (&from, &from.port, &to),
        _ => (&to, &to.port, &from),
    };
    let start = draft.index.path_of(&side.node)?;
    let places = places(draft, &start, port, other);
    if places.is_empty() {
        return Err(none());
    }
    for place in places.iter().rev() {
        if draft.get(place).is_none() {
            continue;
        }
        let is_path = side.node.starts_with("data:") && place.last() != Some(&Seg::Key("nested_in".to_owned()));
        if is_path || side.node.starts_with("param:") && *place == start {
            replace(draft, place, other)?;
        } else if place.last() == Some(&Seg::Key("condition".to_owned())) && says(draft, &side.node, "kind") {
            draft.edit(Edit::Remove { path: place.clone() })?;
        } else {
            draft.unset(place, start.len())?;
        }
    }
    Ok(label)
}

/// Where a node names another at a port.
fn places(draft: &Draft<'_>, start: &[Seg], port: &str, other: &Target) -> Vec<Path> {
    let at = port_path(start, port);
    let named = |found: &&Use| {
        let way = matches!(&*other.port, "then" | "else");
        found.target == other.node
            && found.path.starts_with(&at)
            && !found.is_key
            && (!way || found.text.ends_with(&format!(".{}", other.port)))
    };
    let mut places: Vec<Path> = draft.index.uses.iter().filter(named).map(|found| found.path.clone()).collect();
    if let (Some(("path", path)), Some(value)) = (other.node.split_once(':'), draft.get(&at)) {
        let is_meant = |value| scalar(value).is_some_and(|text| &*text.text == path);
        if is_meant(value) {
            places.push(at.clone());
        }
        let items = super::yaml::items(value).iter().enumerate().filter(|(_, item)| is_meant(item));
        places.extend(items.map(|(number, _)| super::yaml::item(&at, number)));
    }
    places
}

/// Puts the value itself in the place of a reference that cannot be left out.
fn replace(draft: &mut Draft<'_>, place: &[Seg], other: &Target) -> Result<(), Refused> {
    let path = draft.index.path_of(&other.node)?;
    let value = draft.get(&path).map(|value| key(value, "path").unwrap_or(value));
    let new = value.map_or(New::Text("null".to_owned()), super::yaml::new_of);
    draft.edit(Edit::Set { path: place.to_vec(), value: new })
}

/// Takes a line of `feedback` away, if the wire is one.
fn fed_back(draft: &mut Draft<'_>, from: &Target, to: &Target) -> Result<bool, Refused> {
    let line =
        |target: &Target| format!("{}.{}", name(&target.node), target.port.split_once(':').map_or("", |(_, key)| key));
    let (made, read) = (line(from), line(to));
    for group in &draft.index.groups {
        let Some(path) = &group.path else { continue };
        let feedback = below(&below(path, "multi_pass"), "feedback");
        let lines = draft.get(&feedback).map(entries).unwrap_or_default();
        let is_meant = lines
            .iter()
            .any(|entry| *entry.key.text == *made && scalar(&entry.value).is_some_and(|to| *to.text == *read));
        if is_meant {
            let depth = path.len() + 1;
            draft.unset(&below(&feedback, &made), depth)?;
            return Ok(true);
        }
    }
    Ok(false)
}
