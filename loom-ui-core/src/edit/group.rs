//! Groups, and the order of steps.

use std::ops::Range;

use loom_spec::{Entry, Scalar, Span, Style, Value};

use super::draft::Draft;
use super::layout;
use super::rename::usable;
use super::set::name;
use super::yaml::{self, Edit, New, Path, Seg, below, entries, item, items, key, new_of, same};
use crate::Refused;

/// Puts steps into a new group.
pub(super) fn group(draft: &mut Draft<'_>, nodes: &[String], to: &str) -> Result<String, Refused> {
    let to = to.trim();
    usable(to)?;
    if draft.index.groups.iter().any(|group| group.name == to) {
        return Err(Refused::edit(format!("there is a group `{to}` already; choose another name")));
    }
    if nodes.is_empty() {
        return Err(Refused::edit("select the steps that are to be in the group"));
    }
    let mut places = Vec::new();
    for node in nodes {
        let Some(("step", step)) = node.split_once(':') else {
            return Err(Refused::edit(format!("only steps can be in a group, and `{}` is none", name(node))));
        };
        let found = draft.index.find_step(step)?;
        if let Some(group) = found.group {
            let group = &draft.index.groups[group].name;
            return Err(Refused::edit(format!("`{step}` is in the group `{group}`; take that group away first")));
        }
        if let Some(Seg::Item(at)) = found.path.last() {
            places.push(*at);
        }
    }
    places.sort_unstable();
    places.dedup();
    let label = format!("group {} steps as {to}", places.len());
    let list = vec![Seg::Key("pipeline".to_owned())];
    let together = places[places.len() - 1] - places[0] + 1 == places.len();
    if together && let Some(text) = indented(draft, places[0]..places[places.len() - 1] + 1, to) {
        draft.become_text(text)?;
        return Ok(label);
    }
    // Where they do not stand together, each says that it is in the group.
    for at in places {
        draft.edit(Edit::Set { path: below(&item(&list, at), "group"), value: New::Text(to.to_owned()) })?;
    }
    Ok(label)
}

/// The text with some items of the pipeline moved to the right, under the head of a group; none, if they are not written one
/// below the other.
fn indented(draft: &Draft<'_>, range: Range<usize>, group: &str) -> Option<String> {
    let pipeline = key(&draft.tree, "pipeline")?;
    let steps = items(pipeline);
    let text = &*draft.text;
    let (first, last) = (steps.get(range.start)?, steps.get(range.end - 1)?);
    let (start, column) = dash(text, first.span().start as usize)?;
    let end = end_of_line(text, last.span().end as usize);
    let newline = if text[..end].contains("\r\n") { "\r\n" } else { "\n" };
    let (outer, head) = (" ".repeat(column), loom_spec::edit::written(&New::Text(group.to_owned()), false));
    let mut new = format!("{}{outer}- group: {head}{newline}{outer}  steps:{newline}", &text[..start]);
    for line in text[start..end].split_inclusive('\n') {
        if !line.trim().is_empty() {
            new.push_str("    ");
        }
        new.push_str(line);
    }
    new.push_str(&text[end..]);
    let mut expected = steps.to_vec();
    let members: Vec<Value> = expected.drain(range.clone()).collect();
    let own = vec![("group", text_value(group)), ("steps", Value::List(members.into(), Span::default()))];
    expected.insert(
        range.start,
        Value::Map(own.into_iter().map(|(name, value)| entry(name, value)).collect(), Span::default()),
    );
    is_pipeline(draft, &new, expected).then_some(new)
}

/// Takes a group away; its steps stay.
pub(super) fn ungroup(draft: &mut Draft<'_>, node: &str) -> Result<String, Refused> {
    let Some(("group", group)) = node.split_once(':') else {
        return Err(Refused::edit(format!("`{}` is no group", name(node))));
    };
    let label = format!("ungroup {group}");
    let (number, found) = draft.index.find_group(group)?;
    if found.has_passes {
        return Err(Refused::edit(format!("the steps of `{group}` run in passes; take its `multi_pass` away first")));
    }
    let labelled: Vec<Path> = draft
        .index
        .steps
        .iter()
        .filter(|step| step.group == Some(number))
        .map(|step| below(&step.path, "group"))
        .collect();
    let Some(path) = found.path.clone() else {
        for path in labelled {
            draft.edit(Edit::Remove { path })?;
        }
        layout::forget(draft, node)?;
        return Ok(label);
    };
    for path in labelled {
        if draft.get(&path).is_some() {
            draft.edit(Edit::Remove { path })?;
        }
    }
    match outdented(draft, &path) {
        Some(text) => draft.become_text(text)?,
        None => {
            let steps = draft.get(&below(&path, "steps")).map(items).unwrap_or_default();
            let steps: Vec<New> = steps.iter().map(new_of).collect();
            let (Some(Seg::Item(at)), list) = (path.last(), path[..path.len() - 1].to_vec()) else {
                return Err(Refused::edit(format!("`{group}` cannot be taken away")));
            };
            for (more, step) in steps.into_iter().enumerate() {
                draft.edit(Edit::Insert { path: list.clone(), at: at + 1 + more, value: step })?;
            }
            super::remove::take_item(draft, &path)?;
        }
    }
    layout::forget(draft, node)?;
    Ok(label)
}

/// The text with the steps of a group moved to the left, in place of the group; none, if they are not written one below the other.
fn outdented(draft: &Draft<'_>, path: &[Seg]) -> Option<String> {
    let group = draft.get(path)?;
    let keys: Vec<&str> = entries(group).iter().map(|entry| &*entry.key.text).collect();
    let steps = key(group, "steps").map(items).filter(|steps| !steps.is_empty())?;
    if keys != ["group", "steps"] {
        return None;
    }
    let text = &*draft.text;
    let (start, column) = dash(text, group.span().start as usize)?;
    let (first, inner) = dash(text, steps[0].span().start as usize)?;
    let end = end_of_line(text, steps[steps.len() - 1].span().end as usize);
    let shift = inner.checked_sub(column)?;
    let mut new = text[..start].to_owned();
    let mut push = |line: &str| {
        let blank = line.len() - line.trim_start_matches(' ').len();
        new.push_str(&line[blank.min(shift)..]);
    };
    // What was said of the group is kept.
    for line in text[start..first].split_inclusive('\n').filter(|line| line.trim_start().starts_with('#')) {
        push(line);
    }
    text[first..end].split_inclusive('\n').for_each(push);
    new.push_str(&text[end..]);
    let Some(Seg::Item(at)) = path.last() else { return None };
    let mut expected = items(key(&draft.tree, "pipeline")?).to_vec();
    expected.splice(*at..*at + 1, steps.to_vec());
    is_pipeline(draft, &new, expected).then_some(new)
}

/// Puts a step before another one, or last.
pub(super) fn reorder(draft: &mut Draft<'_>, node: &str, before: Option<&str>) -> Result<String, Refused> {
    let place = |draft: &Draft<'_>, node: &str| -> Result<(Path, usize), Refused> {
        let path = draft.index.path_of(node)?;
        match (node.split_once(':'), path.split_last()) {
            (Some(("step" | "group", _)), Some((Seg::Item(at), list))) => Ok((list.to_vec(), *at)),
            _ => Err(Refused::edit(format!("`{}` is no step", name(node)))),
        }
    };
    let (list, from) = place(draft, node)?;
    let to = match before {
        None => super::add::length(draft, &list) - 1,
        Some(before) => {
            let (other, at) = place(draft, before)?;
            if other != list {
                return Err(Refused::edit(format!(
                    "`{}` and `{}` stand in different groups, and a step is moved within its own",
                    name(node),
                    name(before)
                )));
            }
            if at > from { at - 1 } else { at }
        }
    };
    if from != to {
        draft.edit(Edit::Move { path: list, from, to })?;
    }
    Ok(format!("reorder {}", name(node)))
}

/// Whether a text is the same pipeline, but for the items of its list of steps.
fn is_pipeline(draft: &Draft<'_>, text: &str, expected: Vec<Value>) -> bool {
    let Some(tree) = yaml::read(text) else { return false };
    let mut wanted: Vec<Entry> = entries(&draft.tree).to_vec();
    let pipeline = wanted.iter_mut().find(|entry| &*entry.key.text == "pipeline");
    let Some(pipeline) = pipeline else { return false };
    pipeline.value = Value::List(expected.into(), Span::default());
    same(&tree, &Value::Map(wanted.into(), Span::default()))
}

/// The start of the line with the dash of an item that begins there, and how far that is indented; none, if something else
/// stands in the line.
fn dash(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let before = &text[start..at];
    let column = before.find('-')?;
    (before[..column].chars().all(|c| c == ' ') && before[column + 1..].chars().all(|c| c == ' '))
        .then_some((start, column))
}

/// The end of the line, behind its end.
fn end_of_line(text: &str, at: usize) -> usize {
    if text[..at].ends_with('\n') {
        return at;
    }
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

fn text_value(text: &str) -> Value {
    Value::Scalar(Scalar { text: text.into(), span: Span::default(), style: Style::Quoted })
}

fn entry(name: &str, value: Value) -> Entry {
    Entry { key: Scalar { text: name.into(), span: Span::default(), style: Style::Plain }, value }
}
