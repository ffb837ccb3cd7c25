//! Values.

use loom_spec::Value;

use super::draft::{Draft, words};
use super::lookup::keyed;
use super::yaml::{Edit, New, Path, new_of, new_of_written};
use super::{index, rename};
use crate::Refused;
use crate::api::Written;

/// Gives something a value.
pub(super) fn set(draft: &mut Draft<'_>, node: &str, keys: &[String], value: &Written) -> Result<String, Refused> {
    let is_named = matches!(node.split_once(':'), Some(("step", _))) && keys == ["name"]
        || matches!(node.split_once(':'), Some(("group", _))) && keys == ["group"];
    if is_named {
        let (Written::Text(to) | Written::Quoted(to)) = value else {
            return Err(Refused::edit("a name is a text"));
        };
        return rename::rename(draft, node, to);
    }
    let new = new_of_written(value);
    let start = draft.index.path_of(node)?;
    if let (Some(("data", _)), Some(Value::Scalar(path))) = (node.split_once(':'), draft.get(&start))
        && !keys.is_empty()
        && keys != ["path"]
    {
        // The short form has room for nothing but the path.
        let path = ("path".to_owned(), new_of(&Value::Scalar(path.clone())));
        let own = keys[1..].iter().rev().fold(new, |value, key| New::Map(vec![(key.clone(), value)]));
        let own = (keys[0].clone(), own);
        let entries = if keys[0] == "type" { vec![own, path] } else { vec![path, own] };
        draft.edit(Edit::Set { path: start, value: New::Map(entries) })?;
        return Ok(label("set", node, keys));
    }
    let path = place(draft, node, start, keys);
    if path.is_empty() {
        return Err(Refused::edit("the whole file is set in the text view"));
    }
    draft.set(&path, new)?;
    Ok(label("set", node, keys))
}

/// Takes a key and its value away.
pub(super) fn unset(draft: &mut Draft<'_>, node: &str, keys: &[String]) -> Result<String, Refused> {
    let start = draft.index.path_of(node)?;
    if keys.is_empty() {
        return Err(Refused::edit(format!("`{}` itself is removed, not unset", name(node))));
    }
    let is_short = matches!(draft.get(&start), Some(Value::Scalar(_)));
    let path = place(draft, node, start.clone(), keys);
    if draft.get(&path).is_none() || is_short && keys != ["path"] {
        return Err(Refused::edit(format!(
            "`{}` says nothing of `{}`",
            name(node),
            words(&path[start.len().min(path.len())..])
        )));
    }
    let must_be = match node.split_once(':') {
        Some(("step", _)) => keys == ["name"],
        Some(("group", _)) => keys == ["group"] || keys == ["steps"],
        Some(("data", _)) => keys == ["path"],
        _ => false,
    };
    if must_be {
        return Err(Refused::edit(format!("`{}` cannot be without `{}`", name(node), keys.join(" › "))));
    }
    draft.unset(&path, start.len())?;
    Ok(label("remove", node, keys))
}

/// Where keys lead; of data none leads to the path.
fn place(draft: &Draft<'_>, node: &str, start: Path, keys: &[String]) -> Path {
    let is_data = matches!(node.split_once(':'), Some(("data", _)));
    let is_short = matches!(draft.get(&start), Some(Value::Scalar(_)));
    match (is_data, is_short) {
        (true, true) if keys.is_empty() || keys == ["path"] => start,
        (true, false) if keys.is_empty() => keyed(&draft.tree, start, &["path".to_owned()]),
        _ => keyed(&draft.tree, start, keys),
    }
}

/// What a node is called.
pub(super) fn name(node: &str) -> &str {
    node.split_once(':').map_or(node, |(_, name)| name)
}

fn label(verb: &str, node: &str, keys: &[String]) -> String {
    match (keys.last(), name(node)) {
        (None, name) => format!("{verb} {name}"),
        (Some(key), "") => format!("{verb} {key}"),
        (Some(key), name) => format!("{verb} {key} of {name}"),
    }
}

/// Whether a step, a condition or a switch says this.
pub(super) fn says(draft: &Draft<'_>, node: &str, key: &str) -> bool {
    let value = draft.index.path_of(node).ok().and_then(|path| draft.get(&path).cloned());
    value.is_some_and(|value| index::says(&value, key))
}
