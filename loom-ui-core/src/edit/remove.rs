//! Taking nodes away, and what refers to them.

use loom_spec::Value;

use super::draft::Draft;
use super::layout;
use super::set::name;
use super::uses::{Use, UseKind};
use super::yaml::{Edit, New, Path, Seg, below, entries, items, key, new_of, scalar};
use crate::Refused;
use crate::api::RemoveRefs;

/// Removes a node.
pub(super) fn remove(draft: &mut Draft<'_>, node: &str, refs: RemoveRefs) -> Result<String, Refused> {
    let label = format!("remove {}", name(node));
    if node.starts_with("path:") {
        path(draft, node, refs)?;
        return Ok(label);
    }
    let mut gone = members(draft, node)?;
    if refs == RemoveRefs::Cascade {
        let mut at = 0;
        while at < gone.len() {
            let id = gone[at].clone();
            let followers: Vec<String> =
                draft.index.uses_of(&id).filter(|found| takes_along(found)).map(|found| found.node.clone()).collect();
            for follower in followers {
                if !gone.contains(&follower) {
                    gone.push(follower);
                }
            }
            at += 1;
        }
    }
    refuse_sweep(draft, &gone)?;
    let is_inside = |found: &Use| gone.contains(&found.node) || node == found.node;
    let uses: Vec<Use> =
        draft.index.uses.iter().filter(|found| gone.contains(&found.target) && !is_inside(found)).cloned().collect();
    if let (RemoveRefs::Refuse, Some(first)) = (refs, uses.first()) {
        let more = match uses.len() - 1 {
            0 => String::new(),
            1 => ", and in another place".to_owned(),
            more => format!(", and in {more} more places"),
        };
        return Err(Refused::edit(format!(
            "`{}` is used by `{}` ({}){more}; remove it together with what refers to it",
            name(&first.target),
            name(&first.node),
            first.how
        )));
    }
    for found in &uses {
        let value = match refs {
            RemoveRefs::Detach => in_place(draft, found),
            _ => None,
        };
        detach(draft, found, value)?;
    }
    for id in &gone {
        take(draft, id)?;
    }
    if let Some(("group", group)) = node.split_once(':') {
        // The item goes with the last step; one without steps is still there.
        if let Ok((_, found)) = draft.index.find_group(group)
            && let Some(path) = found.path.clone()
        {
            take_item(draft, &path)?;
        }
        layout::forget(draft, node)?;
    }
    Ok(label)
}

/// The nodes that a node stands for: itself, or the steps of a group.
fn members(draft: &Draft<'_>, node: &str) -> Result<Vec<String>, Refused> {
    match node.split_once(':') {
        Some(("group", name)) => {
            let number = draft.index.find_group(name)?.0;
            let steps = draft.index.steps.iter().filter(|step| step.group == Some(number));
            Ok(steps.map(|step| format!("step:{}", step.name)).collect())
        }
        Some(("step" | "data" | "param", _)) => {
            draft.index.path_of(node)?;
            Ok(vec![node.to_owned()])
        }
        _ => draft.index.path_of(node).and_then(|_| Err(Refused::edit("the file itself cannot be removed"))),
    }
}

/// Whether what refers to a node goes with it.
fn takes_along(found: &Use) -> bool {
    matches!(found.kind, UseKind::Reference | UseKind::Branch)
        && !matches!(&*found.node, "sweep" | "execution")
        && !found.node.starts_with("group:")
}

/// What a sweep is made of cannot be taken away from under it.
fn refuse_sweep(draft: &Draft<'_>, gone: &[String]) -> Result<(), Refused> {
    let is_gone = |id: &str| gone.iter().any(|gone| gone == id);
    if let Some(axis) = draft.index.swept.iter().find(|axis| is_gone(&format!("param:{}", axis.name))) {
        return Err(Refused::edit(format!(
            "the sweep goes through values of `{}`; take it out of `sweep` first",
            axis.name
        )));
    }
    let asked = draft.index.uses.iter().find(|found| found.kind == UseKind::Word && is_gone(&found.target));
    match asked {
        Some(found) => Err(Refused::edit(format!(
            "`{}` is part of an expression ({}); change that first",
            name(&found.target),
            found.how
        ))),
        None => Ok(()),
    }
}

/// What can stand in the place of a reference to what goes.
fn in_place(draft: &Draft<'_>, found: &Use) -> Option<New> {
    if found.kind != UseKind::Reference {
        return None;
    }
    let path = draft.index.path_of(&found.target).ok()?;
    let value = draft.get(&path)?;
    let is_item = matches!(found.path.last(), Some(Seg::Item(_)));
    match found.target.split_once(':') {
        Some(("param", _)) if is_item && matches!(value, Value::List(..)) => None,
        Some(("param", _)) => Some(new_of(value)),
        Some(("data", _)) if found.path.last() == Some(&Seg::Key("nested_in".to_owned())) => None,
        Some(("data", _)) => {
            if key(value, "nested_in").is_some() {
                return whole_path(draft, value).map(New::Text);
            }
            let path = if scalar(value).is_some() { value } else { key(value, "path")? };
            Some(new_of(path))
        }
        _ => None,
    }
}

/// The path of data that lie in other data, as text.
fn whole_path(draft: &Draft<'_>, value: &Value) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut value = value;
    for _ in 0..64 {
        let own = scalar(value).or_else(|| key(value, "path").and_then(scalar))?;
        if own.reference().is_some() {
            return None;
        }
        parts.insert(0, own.text.trim_end_matches('/').to_owned());
        if own.text.starts_with('/') {
            return Some(parts.join("/"));
        }
        let Some(outer) = key(value, "nested_in").and_then(scalar).and_then(|outer| outer.reference()) else {
            return Some(parts.join("/"));
        };
        value = draft.get(&draft.index.find_data(outer).ok()?.path)?;
    }
    None
}

/// Takes a reference away, or puts something in its place.
fn detach(draft: &mut Draft<'_>, found: &Use, value: Option<New>) -> Result<(), Refused> {
    // Places move while others are taken away: it is looked for again.
    let now = draft.index.uses.iter().find(|now| {
        now.node == found.node && now.target == found.target && now.how == found.how && now.kind == found.kind
    });
    let Some(now) = now.cloned() else { return Ok(()) };
    if let Some(value) = value {
        return draft.edit(Edit::Set { path: now.path, value });
    }
    match now.kind {
        // A pass gives it all the same.
        UseKind::Name | UseKind::Word | UseKind::Braces => Ok(()),
        UseKind::Reference | UseKind::Branch | UseKind::Feedback => {
            let depth = draft.index.path_of(&now.node).map_or(1, |path| path.len());
            let must_be = matches!(now.path.last(), Some(Seg::Key(key)) if matches!(&**key, "over" | "into"));
            if must_be && now.path.len() > 1 {
                // A loop without its folder is none.
                return draft.unset(&now.path[..now.path.len() - 1], depth);
            }
            match now.node.split_once(':') {
                Some(("data", name)) if now.path.last() != Some(&Seg::Key("nested_in".to_owned())) => {
                    Err(Refused::edit(format!("the data node `{name}` would have no path; give it one first")))
                }
                Some(("param", _)) if now.path.len() == depth => {
                    draft.edit(Edit::Set { path: now.path, value: New::Text("null".to_owned()) })
                }
                _ => draft.unset(&now.path, depth),
            }
        }
    }
}

/// Takes a node's own piece of the file away.
fn take(draft: &mut Draft<'_>, id: &str) -> Result<(), Refused> {
    let Ok(path) = draft.index.path_of(id) else { return Ok(()) };
    if id.starts_with("step:") {
        take_item(draft, &path)?;
    } else {
        draft.unset(&path, 0)?;
    }
    layout::forget(draft, id)
}

/// Takes a step or a group out of its list; a group goes with its last step.
pub(super) fn take_item(draft: &mut Draft<'_>, path: &[Seg]) -> Result<(), Refused> {
    let mut path = path.to_vec();
    loop {
        let list = path[..path.len() - 1].to_vec();
        if super::add::length(draft, &list) > 1 {
            return draft.edit(Edit::Remove { path });
        }
        if list.len() <= 1 {
            return draft.edit(Edit::Set { path: list, value: New::List(Vec::new()) });
        }
        path = list[..list.len() - 1].to_vec();
    }
}

/// Takes away a path that only steps name.
fn path(draft: &mut Draft<'_>, node: &str, refs: RemoveRefs) -> Result<(), Refused> {
    let wanted = name(node).to_owned();
    let mut found: Vec<(String, Path)> = Vec::new();
    for step in &draft.index.steps {
        for section in ["inputs", "outputs", "args"] {
            let start = below(&step.path, section);
            for entry in draft.get(&start).map(entries).unwrap_or_default() {
                let is_meant = |value: &Value| scalar(value).is_some_and(|scalar| *scalar.text == *wanted);
                if is_meant(&entry.value) || items(&entry.value).iter().any(is_meant) {
                    found.push((step.name.clone(), below(&start, &entry.key.text)));
                }
            }
        }
    }
    let Some((first, _)) = found.first() else {
        return Err(Refused::edit(format!("no step names the path `{wanted}` as it is")));
    };
    match refs {
        RemoveRefs::Refuse => Err(Refused::edit(format!("`{wanted}` is used by `{first}`"))),
        RemoveRefs::Detach => {
            for (step, path) in found {
                let depth = draft.index.find_step(&step)?.path.len();
                draft.unset(&path, depth)?;
            }
            Ok(())
        }
        RemoveRefs::Cascade => {
            for (step, _) in found {
                if draft.index.find_step(&step).is_ok() {
                    remove(draft, &format!("step:{step}"), RemoveRefs::Cascade)?;
                }
            }
            Ok(())
        }
    }
}
