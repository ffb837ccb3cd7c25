//! Where cards are pinned: under `layout` in the file, where that is, and else beside it.

use loom_spec::{Span, Value};

use super::draft::Draft;
use super::yaml::{Edit, New, Path, Seg, below, entries, key};
use crate::Refused;
use crate::api::Op;
use crate::document::Pins;

/// The key of a card under `layout`, as loom-pipeline has it.
fn key_as_written(card: &str) -> String {
    match card.split_once(':') {
        Some(("step", name)) => name.to_owned(),
        Some(("data", name)) => format!("data_{name}"),
        Some(("param", name)) => format!("param_{name}"),
        _ => card.to_owned(),
    }
}

/// The key that a card has there; `path` says which form it had.
pub(super) fn key_of(card: &str, path: &[Seg]) -> String {
    match path.last() {
        Some(Seg::Key(key)) if key.contains(':') => card.to_owned(),
        _ => key_as_written(card),
    }
}

/// The keys of a card under `layout`, in either form.
pub(super) fn keys(tree: &Value, card: &str) -> Vec<(Span, Path, bool)> {
    let (path, written) = (vec![Seg::Key("layout".to_owned())], key_as_written(card));
    let own = key(tree, "layout").map(entries).unwrap_or_default().iter();
    let own = own.filter(|entry| *entry.key.text == *card || *entry.key.text == *written);
    own.map(|entry| (entry.key.span, below(&path, &entry.key.text), true)).collect()
}

/// Pins cards.
pub(super) fn put(draft: &mut Draft<'_>, positions: &[(String, f64, f64)]) -> Result<String, Refused> {
    let in_file = matches!(key(&draft.tree, "layout"), Some(Value::Map(..)));
    for (card, x, y) in positions {
        if !x.is_finite() || !y.is_finite() {
            return Err(Refused::edit("a card cannot be put there"));
        }
        if !in_file {
            draft.pins.insert(card.clone(), (*x, *y));
            continue;
        }
        let known = keys(&draft.tree, card).into_iter().next().map(|(_, path, _)| path);
        let path = known.unwrap_or_else(|| vec![Seg::Key("layout".to_owned()), Seg::Key(key_as_written(card))]);
        let number = |at: f64| New::Text(format!("{}", at.round() as i64));
        let is_there = |name| draft.get(&below(&path, name)).is_some();
        if is_there("x") && is_there("y") {
            draft.edit(Edit::Set { path: below(&path, "x"), value: number(*x) })?;
            draft.edit(Edit::Set { path: below(&path, "y"), value: number(*y) })?;
        } else {
            let value = New::Map(vec![("x".to_owned(), number(*x)), ("y".to_owned(), number(*y))]);
            draft.edit(Edit::Set { path, value })?;
        }
    }
    Ok(match positions {
        [(card, ..)] => format!("move {}", super::set::name(card)),
        _ => format!("move {} cards", positions.len()),
    })
}

/// Lets the layout move cards again; of none, all.
pub(super) fn unpin(draft: &mut Draft<'_>, cards: &[String]) -> Result<String, Refused> {
    draft.pins.retain(|card, _| !cards.is_empty() && !cards.contains(card));
    let own = key(&draft.tree, "layout").map(entries).unwrap_or_default();
    let paths: Vec<Path> = if cards.is_empty() {
        own.iter().map(|entry| vec![Seg::Key("layout".to_owned()), Seg::Key(entry.key.text.to_string())]).collect()
    } else {
        cards.iter().flat_map(|card| keys(&draft.tree, card)).map(|(_, path, _)| path).collect()
    };
    if !paths.is_empty() && paths.len() == own.len() {
        // The key stays: it says that cards are pinned here and not beside the file.
        draft.edit(Edit::Set { path: vec![Seg::Key("layout".to_owned())], value: New::Map(Vec::new()) })?;
    } else {
        for path in paths {
            draft.edit(Edit::Remove { path })?;
        }
    }
    Ok("let the layout move cards".to_owned())
}

/// Forgets where a card was.
pub(super) fn forget(draft: &mut Draft<'_>, card: &str) -> Result<(), Refused> {
    draft.pins.remove(card);
    if keys(&draft.tree, card).is_empty() {
        return Ok(());
    }
    unpin(draft, &[card.to_owned()]).map(|_| ())
}

/// Moves and unpins cards without the file.
pub(super) fn beside(pins: &mut Pins, op: &Op) {
    match op {
        Op::Move { positions } => pins.extend(positions.iter().map(|(card, x, y)| (card.clone(), (*x, *y)))),
        Op::Unpin { nodes } => pins.retain(|card, _| !nodes.is_empty() && !nodes.contains(card)),
        _ => {}
    }
}
