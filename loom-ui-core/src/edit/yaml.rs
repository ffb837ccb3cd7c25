//! The file as a tree of values, and changes of it: the one place that speaks to the YAML layer.

pub(crate) use loom_spec::edit::{Edit, New, Seg};
use loom_spec::{Entry, Scalar, Span, Style, Value, edit};

use crate::Refused;
use crate::api::Written;

/// A path into a file.
pub(crate) type Path = Vec<Seg>;

/// The text as a tree, aliases and merged keys followed; none if it is not YAML.
pub(crate) fn read(text: &str) -> Option<Value> {
    edit::read(text).ok()
}

/// What is wrong with a text that [`read`] gives nothing for.
pub(crate) fn broken() -> Refused {
    Refused::new("broken", "the text cannot be read as YAML; mend it in the text view first")
}

/// The text with these edits made in it, one after another.
pub(crate) fn changed(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let mut text = text.to_owned();
    for each in edits {
        let patches = edit::patches(&text, each).map_err(|error| Refused::edit(error.to_string()))?;
        text = edit::apply(&text, &patches);
    }
    Ok(text)
}

/// The text with these scalars changed, all of them at once: the span of each, its text as it is, and as it is to be. Whether
/// that is all that changes is for the caller to see.
pub(crate) fn rewritten(text: &str, scalars: &[(Span, String, String)]) -> Result<String, Refused> {
    let mut patches = Vec::new();
    for (span, from, to) in scalars {
        let raw = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let quote = ["", "'", "\""]
            .into_iter()
            .find(|quote| raw.strip_prefix(quote).and_then(|raw| raw.strip_suffix(quote)) == Some(from));
        // What needs no other quotes is written where it stands: there may be thousands.
        let is_plain = |c: char| c.is_alphanumeric() || "_$.-".contains(c);
        if let Some(quote) = quote
            && to.chars().all(is_plain)
            && !to.starts_with(['-', '.'])
        {
            let inner = Span { start: span.start + quote.len() as u32, end: span.end - quote.len() as u32 };
            patches.push(edit::Patch { span: inner, text: to.clone() });
            continue;
        }
        let edit = Edit::SetText { span: *span, text: to.clone() };
        patches.extend(edit::patches(text, &edit).map_err(|error| Refused::edit(error.to_string()))?);
    }
    patches.sort_by_key(|patch| patch.span.start);
    Ok(edit::apply(text, &patches))
}

/// Whether two values are the same, wherever they stand. The order of keys counts: of inputs it is that of the arguments.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Scalar(one), Value::Scalar(other)) => same_scalar(one, other),
        (Value::List(one, _), Value::List(other, _)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one, _), Value::Map(other, _)) => {
            let same =
                |(one, other): (&Entry, &Entry)| one.key.text == other.key.text && same(&one.value, &other.value);
            one.len() == other.len() && one.iter().zip(other).all(same)
        }
        _ => false,
    }
}

/// Quoting counts only where it decides what the text means.
fn same_scalar(one: &Scalar, other: &Scalar) -> bool {
    if one.is_null() || other.is_null() {
        return one.is_null() && other.is_null();
    }
    one.text == other.text && one.as_bool() == other.as_bool()
}

/// A value that is to be written somewhere else.
pub(crate) fn new_of(value: &Value) -> New {
    match value {
        // Nothing at all cannot be written everywhere; all other spellings of null are kept.
        Value::Scalar(scalar) if scalar.is_null() && scalar.text.is_empty() => New::Text("null".to_owned()),
        Value::Scalar(scalar) if scalar.style == Style::Plain => New::Text(scalar.text.to_string()),
        Value::Scalar(scalar) => New::Quoted(scalar.text.to_string()),
        Value::List(items, _) => New::List(items.iter().map(new_of).collect()),
        Value::Map(entries, _) => {
            New::Map(entries.iter().map(|entry| (entry.key.text.to_string(), new_of(&entry.value))).collect())
        }
    }
}

/// A value as a front end gives it.
pub(crate) fn new_of_written(written: &Written) -> New {
    match written {
        Written::Text(text) => New::Text(text.clone()),
        Written::Quoted(text) => New::Quoted(text.clone()),
        Written::List(items) => New::List(items.iter().map(new_of_written).collect()),
        Written::Map(entries) => {
            New::Map(entries.iter().map(|(key, value)| (key.clone(), new_of_written(value))).collect())
        }
    }
}

/// What a path leads to.
pub(crate) fn get<'v>(value: &'v Value, path: &[Seg]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, seg| match (value, seg) {
        (Value::Map(entries, _), Seg::Key(key)) => {
            entries.iter().find(|entry| *entry.key.text == **key).map(|entry| &entry.value)
        }
        (Value::List(items, _), Seg::Item(at)) => items.get(*at),
        _ => None,
    })
}

/// The value of a key.
pub(crate) fn key<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    entries(value).iter().find(|entry| &*entry.key.text == name).map(|entry| &entry.value)
}

/// The entries of a mapping; none if it is something else.
pub(crate) fn entries(value: &Value) -> &[Entry] {
    match value {
        Value::Map(entries, _) => entries,
        _ => &[],
    }
}

/// The items of a list; none if it is something else.
pub(crate) fn items(value: &Value) -> &[Value] {
    match value {
        Value::List(items, _) => items,
        _ => &[],
    }
}

/// The scalar that a value is.
pub(crate) fn scalar(value: &Value) -> Option<&Scalar> {
    match value {
        Value::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

/// Whether nothing is said.
pub(crate) fn is_null(value: &Value) -> bool {
    scalar(value).is_some_and(Scalar::is_null)
}

/// One level deeper.
pub(crate) fn below(path: &[Seg], key: &str) -> Path {
    let mut path = path.to_vec();
    path.push(Seg::Key(key.to_owned()));
    path
}

/// One level deeper, in a list.
pub(crate) fn item(path: &[Seg], at: usize) -> Path {
    let mut path = path.to_vec();
    path.push(Seg::Item(at));
    path
}
