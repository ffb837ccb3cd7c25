//! What an edit means, said of values: the measure that every patched text is held against.

use super::{Edit, EditError, New, Seg, find};
use crate::{Entry, Scalar, Span, Style, Value};

/// Whether two values are the same, wherever they stand and however they are written.
pub(super) fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Scalar(one), Value::Scalar(other)) => same_scalar(one, other),
        (Value::List(one, _), Value::List(other, _)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one, _), Value::Map(other, _)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.key.text == other.key.text && same(&one.value, &other.value))
        }
        _ => false,
    }
}

fn same_scalar(one: &Scalar, other: &Scalar) -> bool {
    if one.is_null() || other.is_null() {
        return one.is_null() && other.is_null();
    }
    one.text == other.text && one.as_bool() == other.as_bool()
}

/// What a new value reads back as.
pub(super) fn value(new: &New) -> Value {
    let nowhere = Span::default();
    match new {
        New::Text(text) => {
            let style = if text.is_empty() { Style::Quoted } else { Style::Plain };
            Value::Scalar(Scalar { text: text.as_str().into(), span: nowhere, style })
        }
        New::Quoted(text) => Value::Scalar(Scalar { text: text.as_str().into(), span: nowhere, style: Style::Quoted }),
        New::List(items) => Value::List(items.iter().map(value).collect(), nowhere),
        New::Map(entries) => Value::Map(entries.iter().map(|(key, new)| entry(key, value(new))).collect(), nowhere),
    }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry { key: Scalar { text: key.into(), span: Span::default(), style: Style::Plain }, value }
}

/// A value with an edit made in it.
pub(super) fn edited(root: Value, edit: &Edit) -> Result<Value, EditError> {
    let holds_nul = match edit {
        Edit::Set { value, .. } | Edit::Insert { value, .. } => holds_nul(value),
        Edit::RenameKey { to: text, .. } | Edit::SetText { text, .. } => text.contains('\0'),
        Edit::Remove { .. } | Edit::Move { .. } => false,
    };
    if holds_nul {
        return Err(EditError::new("a text with a NUL character cannot be written; remove it"));
    }
    match edit {
        Edit::Set { path, value: new } => within(root, path, &mut |_| Ok(Some(value(new)))),
        Edit::Remove { path } if path.is_empty() => Err(EditError::new("the whole file cannot be removed")),
        Edit::Remove { path } => within(root, path, &mut |old| match old {
            Some(_) => Ok(None),
            None => Err(missing(path)),
        }),
        Edit::Insert { path, at, value: new } => within(root, path, &mut |old| {
            let mut items = match old {
                Some(Value::List(items, _)) => items.into_vec(),
                Some(Value::Scalar(scalar)) if scalar.is_null() => Vec::new(),
                None => return Err(missing(path)),
                Some(other) => {
                    return Err(EditError::new(format!("an item goes into a list, and this is {}", other.kind())));
                }
            };
            if *at > items.len() {
                return Err(EditError::new(format!("the list ends before item {at}")));
            }
            items.insert(*at, value(new));
            Ok(Some(Value::List(items.into(), Span::default())))
        }),
        Edit::Move { path, from, to } => within(root, path, &mut |old| match old {
            Some(Value::List(items, span)) => Ok(Some(Value::List(moved(items, *from, *to)?, span))),
            Some(Value::Map(entries, span)) => Ok(Some(Value::Map(moved(entries, *from, *to)?, span))),
            _ => Err(EditError::new("only in a list or a mapping can something be moved")),
        }),
        Edit::RenameKey { path, to } => renamed(root, path, to),
        Edit::SetText { span, text } => {
            let mut root = root;
            if set_text(&mut root, *span, text) {
                Ok(root)
            } else {
                Err(EditError::new("no text stands at this place"))
            }
        }
    }
}

fn holds_nul(new: &New) -> bool {
    match new {
        New::Text(text) | New::Quoted(text) => text.contains('\0'),
        New::List(items) => items.iter().any(holds_nul),
        New::Map(entries) => entries.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
    }
}

fn moved<T>(list: Box<[T]>, from: usize, to: usize) -> Result<Box<[T]>, EditError> {
    if from.max(to) >= list.len() {
        return Err(EditError::new(format!("it ends before number {}", from.max(to) + 1)));
    }
    let mut list = list.into_vec();
    let item = list.remove(from);
    list.insert(to, item);
    Ok(list.into())
}

fn renamed(root: Value, path: &[Seg], to: &str) -> Result<Value, EditError> {
    let Some((Seg::Key(key), around)) = path.split_last() else {
        return Err(EditError::new("only a key can be renamed"));
    };
    within(root, around, &mut |old| {
        let Some(Value::Map(mut entries, span)) = old else { return Err(missing(path)) };
        if to != key && entries.iter().any(|entry| &*entry.key.text == to) {
            return Err(EditError::new(format!("there is a `{to}` already")));
        }
        let entry = entries.iter_mut().find(|entry| *entry.key.text == **key).ok_or_else(|| missing(path))?;
        entry.key.text = to.into();
        Ok(Some(Value::Map(entries, span)))
    })
}

fn missing(path: &[Seg]) -> EditError {
    EditError::new(format!("there is no {}", find::words(path)))
}

type Change<'c> = &'c mut dyn FnMut(Option<Value>) -> Result<Option<Value>, EditError>;

/// Changes what is at a path; `None` is what is not there.
fn within(root: Value, path: &[Seg], change: Change<'_>) -> Result<Value, EditError> {
    let Some((seg, rest)) = path.split_first() else {
        return change(Some(root))?.ok_or_else(|| EditError::new("the whole file cannot be removed"));
    };
    match (root, seg) {
        (Value::Map(entries, span), Seg::Key(key)) => {
            let mut entries = entries.into_vec();
            match entries.iter().position(|entry| *entry.key.text == **key) {
                Some(at) if rest.is_empty() => {
                    let taken = std::mem::replace(&mut entries[at].value, super::nothing());
                    match change(Some(taken))? {
                        Some(value) => entries[at].value = value,
                        None => drop(entries.remove(at)),
                    }
                }
                Some(at) => {
                    let taken = std::mem::replace(&mut entries[at].value, super::nothing());
                    entries[at].value = within(taken, rest, change)?;
                }
                None => entries.extend(made(key, rest, change)?),
            }
            Ok(Value::Map(entries.into(), span))
        }
        (Value::List(items, span), Seg::Item(at)) => {
            let mut items = items.into_vec();
            if *at >= items.len() {
                return Err(EditError::new(format!("the list ends before item {}", at + 1)));
            }
            let taken = std::mem::replace(&mut items[*at], super::nothing());
            if rest.is_empty() {
                match change(Some(taken))? {
                    Some(value) => items[*at] = value,
                    None => drop(items.remove(*at)),
                }
            } else {
                items[*at] = within(taken, rest, change)?;
            }
            Ok(Value::List(items.into(), span))
        }
        (Value::Scalar(scalar), Seg::Key(key)) if scalar.is_null() => {
            Ok(Value::Map(made(key, rest, change)?.into_iter().collect(), Span::default()))
        }
        (value, seg) => Err(EditError::new(match seg {
            Seg::Key(key) => format!("this is {}, so it has no `{key}`", value.kind()),
            Seg::Item(at) => format!("this is {}, so it has no item {}", value.kind(), at + 1),
        })),
    }
}

/// An entry for what is not there.
fn made(key: &str, rest: &[Seg], change: Change<'_>) -> Result<Option<Entry>, EditError> {
    let value = match rest.split_first() {
        None => change(None)?,
        Some((Seg::Key(next), rest)) => {
            made(next, rest, change)?.map(|entry| Value::Map([entry].into(), Span::default()))
        }
        Some((Seg::Item(_), _)) => return Err(EditError::new(format!("there is no list `{key}` yet"))),
    };
    Ok(value.map(|value| entry(key, value)))
}

fn set_text(value: &mut Value, span: Span, text: &str) -> bool {
    let set = |scalar: &mut Scalar| {
        let is_it = scalar.span == span;
        if is_it {
            scalar.text = text.into();
            if text.is_empty() {
                scalar.style = Style::Quoted;
            }
        }
        is_it
    };
    match value {
        Value::Scalar(scalar) => set(scalar),
        Value::List(items, _) => items.iter_mut().fold(false, |any, item| set_text(item, span, text) | any),
        Value::Map(entries, _) => entries
            .iter_mut()
            .fold(false, |any, entry| set(&mut entry.key) | set_text(&mut entry.value, span, text) | any),
    }
}
