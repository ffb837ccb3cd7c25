//! Other names, here and wherever they are named.

use std::collections::HashMap;

use loom_spec::{Span, Value};

use super::draft::Draft;
use super::index::{Index, StepKind};
use super::set::name;
use super::uses::UseKind;
use super::yaml::{Path, Seg, below, entries, get, key, scalar};
use super::{add, layout};
use crate::Refused;

/// What a scalar is and is to be, and where it stands: an anchor makes it stand in several places.
struct Wanted {
    is: String,
    to: String,
    places: Vec<(Path, bool)>,
}

/// Gives a node another name.
pub(super) fn rename(draft: &mut Draft<'_>, node: &str, to: &str) -> Result<String, Refused> {
    let to = to.trim();
    let from = name(node).to_owned();
    usable(to)?;
    let renamed = match node.split_once(':') {
        Some(("step", _)) => format!("step:{to}"),
        Some(("data", _)) => format!("data:{to}"),
        Some(("param", _)) => format!("param:{to}"),
        Some(("group", _)) => format!("group:{to}"),
        _ => return Err(Refused::edit(format!("`{from}` has no name to be changed"))),
    };
    let own = definitions(draft, node)?;
    if from == to {
        return Ok(format!("rename {from}"));
    }
    let kind = draft.index.steps.iter().find(|step| step.name == from).map(|step| step.kind);
    let is_taken = match node.split_once(':') {
        Some(("step", _)) => {
            draft.index.steps.iter().any(|step| step.name == to)
                || draft.index.groups.iter().any(|group| group.has_passes && group.name == to)
                || kind != Some(StepKind::Task) && draft.index.is_taken(to)
        }
        Some(("group", _)) => {
            let group = draft.index.find_group(&from)?.1;
            draft.index.groups.iter().any(|group| group.name == to)
                || group.has_passes && draft.index.steps.iter().any(|step| step.name == to)
        }
        _ => draft.index.is_taken(to),
    };
    if is_taken {
        return Err(Refused::edit(format!("the name `{to}` is taken; choose another one")));
    }
    if let (Some(("param", _)), Some(file)) =
        (node.split_once(':'), key(&draft.tree, "sweep").and_then(|s| key(s, "from")))
    {
        let file = scalar(file).map(|file| file.text.to_string()).unwrap_or_default();
        draft.warnings.push(format!("if `{from}` is a column of `{file}`, rename it there, too"));
    }
    let mut scalars: HashMap<Span, Wanted> = HashMap::new();
    let mut want = |span, is: &str, to: String, place: (Path, bool)| {
        let wanted = scalars.entry(span).or_insert_with(|| Wanted { is: is.to_owned(), to, places: Vec::new() });
        wanted.places.push(place);
    };
    for (span, path, is_key) in own {
        want(span, &from, to.to_owned(), (path, is_key));
    }
    for found in draft.index.uses_of(node) {
        want(found.span, &found.text, found.renamed(&from, to), (found.path.clone(), found.is_key));
        if found.kind == UseKind::Braces {
            let text = "paths that name it change their names, so what was made before is not found again".to_owned();
            if !draft.warnings.contains(&text) {
                draft.warnings.push(text);
            }
        }
    }
    for (span, path, key) in layout::keys(&draft.tree, node) {
        let (is, to) = (layout::key_of(node, &path), layout::key_of(&renamed, &path));
        want(span, &is, to, (path, key));
    }
    let before =
        (draft.tree.clone(), mentions(&draft.index, |id| if id == node { renamed.clone() } else { id.to_owned() }));
    let change = |(span, wanted): (&Span, &Wanted)| (*span, wanted.is.clone(), wanted.to.clone());
    let mut changes: Vec<_> = scalars.iter().map(change).collect();
    changes.sort_by_key(|(span, ..)| *span);
    draft.rewrite(&changes)?;
    // Nothing else may have changed, and every name must name what it named.
    let is_meant = |path: &Path, is_key: bool, span: Span| {
        let wanted = scalars.get(&span)?;
        wanted.places.iter().any(|(place, key)| place == path && *key == is_key).then_some(&wanted.to)
    };
    if !is_renamed(&before.0, &draft.tree, &mut Vec::new(), &is_meant)
        || before.1 != mentions(&draft.index, str::to_owned)
    {
        return Err(Refused::edit(format!("`{to}` would mean something else somewhere; choose another name")));
    }
    if let Some(at) = draft.pins.remove(node) {
        draft.pins.insert(renamed, at);
    }
    Ok(format!("rename {from} to {to}"))
}

/// Whether a name can be one at all.
pub(super) fn usable(name: &str) -> Result<(), Refused> {
    if name.trim().is_empty() {
        return Err(Refused::edit("a name cannot be empty"));
    }
    if let Some(bad) = name.chars().find(|letter| letter.is_control() || "${}[]/>\\\"'`,:#@".contains(*letter)) {
        let bad = if bad.is_control() { "a control character".to_owned() } else { format!("`{bad}`") };
        return Err(Refused::edit(format!(
            "a name cannot have {bad} in it; letters, digits, `_`, `-` and `.` are well"
        )));
    }
    if name.trim() != name {
        return Err(Refused::edit("a name begins and ends with a letter, not with a space"));
    }
    let is_switch = ["true", "false", "null", "yes", "no", "on", "off"].contains(&&*name.to_ascii_lowercase());
    if is_switch || matches!(name, "<<" | "~") || name.starts_with(['-', '&', '*', '!', '|', '%', '?', '=']) {
        return Err(Refused::edit(format!("`{name}` cannot be a name; begin it with a letter")));
    }
    Ok(())
}

/// The scalars that give a node its name.
fn definitions(draft: &Draft<'_>, node: &str) -> Result<Vec<(Span, Path, bool)>, Refused> {
    let tree = &draft.tree;
    let value = |path: Path| {
        let span = get(tree, &path).map(Value::span).unwrap_or_default();
        (span, path, false)
    };
    let entry_key = |path: &Path| -> Option<(Span, Path, bool)> {
        let (Some(Seg::Key(name)), around) = (path.last(), get(tree, &path[..path.len() - 1])?) else { return None };
        let entry = entries(around).iter().find(|entry| *entry.key.text == **name)?;
        Some((entry.key.span, path.clone(), true))
    };
    match node.split_once(':') {
        Some(("step", name)) => Ok(vec![value(below(&draft.index.find_step(name)?.path, "name"))]),
        Some(("data", name)) => Ok(entry_key(&draft.index.find_data(name)?.path).into_iter().collect()),
        Some(("param", name)) => Ok(entry_key(&draft.index.find_parameter(name)?.path).into_iter().collect()),
        Some(("group", name)) => {
            let (number, group) = draft.index.find_group(name)?;
            let labels = draft.index.steps.iter().filter(|step| step.group == Some(number));
            let labelled = labels.map(|step| below(&step.path, "group")).filter(|path| get(tree, path).is_some());
            let own = group.path.iter().map(|path| below(path, "group"));
            Ok(own.chain(labelled).map(value).collect())
        }
        _ => draft.index.path_of(node).map(|_| Vec::new()),
    }
}

/// Who names what, and how, with other ids.
fn mentions(index: &Index, id: impl Fn(&str) -> String) -> Vec<(String, String, UseKind, usize)> {
    let mut seen: HashMap<(String, String, UseKind), usize> = HashMap::new();
    for found in &index.uses {
        *seen.entry((id(&found.node), id(&found.target), found.kind)).or_default() += 1;
    }
    let mut all: Vec<_> = seen.into_iter().map(|((node, target, kind), count)| (node, target, kind, count)).collect();
    all.sort_by(|one, other| (&one.0, &one.1, one.2 as u8).cmp(&(&other.0, &other.1, other.2 as u8)));
    all
}

/// Whether one tree is the other, but for the scalars that were to be changed.
fn is_renamed<'t>(
    old: &Value,
    new: &Value,
    path: &mut Path,
    meant: &dyn Fn(&Path, bool, Span) -> Option<&'t String>,
) -> bool {
    match (old, new) {
        (Value::Scalar(old), Value::Scalar(new)) => match meant(path, false, old.span) {
            Some(text) => *new.text == **text,
            None => old.text == new.text && old.style == new.style,
        },
        (Value::List(old, _), Value::List(new, _)) => {
            old.len() == new.len()
                && old.iter().zip(new).enumerate().all(|(at, (old, new))| {
                    path.push(Seg::Item(at));
                    let same = is_renamed(old, new, path, meant);
                    path.pop();
                    same
                })
        }
        (Value::Map(old, _), Value::Map(new, _)) => {
            old.len() == new.len()
                && old.iter().zip(new).all(|(old, new)| {
                    path.push(Seg::Key(old.key.text.to_string()));
                    let wanted = meant(path, true, old.key.span).map_or(&*old.key.text, |text| &**text);
                    let same = *new.key.text == *wanted && is_renamed(&old.value, &new.value, path, meant);
                    path.pop();
                    same
                })
        }
        _ => false,
    }
}

/// A name for a copy of what has this one.
pub(super) fn for_copy(index: &Index, name: &str, also: impl Fn(&str) -> bool) -> String {
    add::unique(name, |name| add::is_taken_for_step(index, name) || also(name))
}
