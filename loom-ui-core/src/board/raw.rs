//! A file as it is written, key by key: where a place in it is, and what stands there.

use loom_spec::{Entry, Scalar, Source, Span, Value};

use super::model::{Model, What};
use crate::api::Written;

/// The text as a tree of values; none if it cannot be read.
pub(super) fn read(source: &Source) -> Option<Value> {
    crate::edit::yaml::read(source.text())
}

/// The value of a key of a mapping.
pub(super) fn get<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    entries(value).iter().find(|entry| &*entry.key.text == key).map(|entry| &entry.value)
}

/// The entries of a mapping; none of anything else.
pub(super) fn entries(value: &Value) -> &[Entry] {
    if let Value::Map(entries, _) = value { entries } else { &[] }
}

/// The items of a list; none of anything else.
pub(super) fn items(value: &Value) -> &[Value] {
    if let Value::List(items, _) = value { items } else { &[] }
}

/// What is written for a node: the mapping of a step, the value of data or of a parameter.
pub(super) fn of_node<'v>(tree: &'v Value, model: &Model<'_>, node: usize) -> Option<&'v Value> {
    let at = model.nodes[node].name_span;
    let below = |section: &str| {
        let entries = entries(get(tree, section)?);
        entries.iter().find(|entry| entry.key.span == at).map(|entry| &entry.value)
    };
    match model.nodes[node].what {
        What::Parameter(_) => below("parameters"),
        What::Data(_, Some(_)) => below("data"),
        What::Data(_, None) => None,
        What::Step(_) => {
            let is_it = |value: &&Value| match get(value, "name") {
                Some(Value::Scalar(name)) => name.span == at,
                _ => value.span() == at,
            };
            let list = items(get(tree, "pipeline")?);
            list.iter()
                .flat_map(|each| std::iter::once(each).chain(items(get(each, "steps").unwrap_or(each))))
                .find(is_it)
        }
    }
}

/// What is written for a group that is one item.
pub(super) fn of_group<'v>(tree: &'v Value, name: &Scalar) -> Option<&'v Value> {
    let is_it = |value: &&Value| match get(value, "group") {
        Some(Value::Scalar(group)) => group.span == name.span && get(value, "steps").is_some(),
        _ => false,
    };
    items(get(tree, "pipeline")?).iter().find(is_it)
}

/// The keys that lead to a place, and whether it is the last of these keys itself.
pub(super) fn path_to(value: &Value, place: Span) -> (Vec<String>, bool) {
    let has = |span: Span| span.start <= place.start && place.end <= span.end;
    let mut path = Vec::new();
    let mut value = value;
    'down: loop {
        for entry in entries(value) {
            if has(entry.key.span) {
                path.push(entry.key.text.to_string());
                return (path, true);
            }
            if has(entry.value.span()) {
                path.push(entry.key.text.to_string());
                value = &entry.value;
                continue 'down;
            }
        }
        let Some(at) = items(value).iter().position(|item| has(item.span())) else { return (path, false) };
        path.push(at.to_string());
        value = &items(value)[at];
    }
}

/// What a path leads to.
pub(super) fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, key| match value {
        Value::List(items, _) => items.get(key.parse::<usize>().ok()?),
        _ => get(value, key),
    })
}

/// The port of a step at which a path ends.
pub(super) fn port(path: &[String]) -> Option<String> {
    let key = path.get(1);
    Some(match (&**path.first()?, key) {
        ("inputs", Some(key)) => format!("in:{key}"),
        ("outputs", Some(key)) => format!("out:{key}"),
        ("args", Some(key)) => format!("arg:{key}"),
        ("loop", Some(key)) if matches!(&**key, "over" | "into") => format!("loop:{key}"),
        (key @ ("condition" | "data"), None) => key.to_owned(),
        _ => return None,
    })
}

/// A value as an edit writes it.
pub(super) fn written(value: &Value) -> Written {
    match value {
        Value::Scalar(scalar) if scalar.style == loom_spec::Style::Plain => Written::Text(scalar.text.to_string()),
        Value::Scalar(scalar) => Written::Quoted(scalar.text.to_string()),
        Value::List(items, _) => Written::List(items.iter().map(written).collect()),
        Value::Map(entries, _) => {
            Written::Map(entries.iter().map(|entry| (entry.key.text.to_string(), written(&entry.value))).collect())
        }
    }
}

/// A value as it would be typed: lists and mappings as they stand in the file.
pub(super) fn typed(value: &Value, source: &Source) -> String {
    match value {
        Value::Scalar(scalar) if scalar.is_null() => String::new(),
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::List(_, span) | Value::Map(_, span) => source.slice(*span).trim_end().to_owned(),
    }
}
