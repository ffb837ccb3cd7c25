//! How one board becomes another.

use std::collections::{HashMap, HashSet};

use crate::api::{Board, BoardChange};

/// What became of a board: what is new, changed or gone. [`BoardChange::apply`] makes the new one of the old.
pub fn change(old: &Board, new: &Board) -> BoardChange {
    let (cards, gone_cards) = difference(&old.cards, &new.cards, |card| &card.id);
    let (wires, gone_wires) = difference(&old.wires, &new.wires, |wire| &wire.id);
    let mut change = BoardChange {
        cards,
        gone_cards,
        order: None,
        wires,
        gone_wires,
        frames: (old.frames != new.frames).then(|| new.frames.clone()),
        width: new.width,
        height: new.height,
    };
    let order = order_after(&old.cards, &change.cards, &change.gone_cards, |card| &card.id);
    if !order.iter().eq(new.cards.iter().map(|card| &card.id)) {
        change.order = Some(new.cards.iter().map(|card| card.id.clone()).collect());
    }
    change
}

impl BoardChange {
    /// Makes the change.
    pub fn apply(&self, board: &mut Board) {
        put(&mut board.cards, &self.cards, &self.gone_cards, |card| &card.id);
        put(&mut board.wires, &self.wires, &self.gone_wires, |wire| &wire.id);
        board.wires.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        if let Some(order) = &self.order {
            let place: HashMap<&str, usize> = order.iter().enumerate().map(|(at, id)| (&**id, at)).collect();
            board.cards.sort_by_key(|card| place.get(&*card.id).copied().unwrap_or(usize::MAX));
        }
        if let Some(frames) = &self.frames {
            board.frames.clone_from(frames);
        }
        (board.width, board.height) = (self.width, self.height);
    }
}

/// What is new or changed, and the ids of what is gone.
fn difference<T: Clone + PartialEq>(old: &[T], new: &[T], id: impl Fn(&T) -> &str) -> (Vec<T>, Vec<String>) {
    let known: HashMap<&str, &T> = old.iter().map(|each| (id(each), each)).collect();
    let kept: HashSet<&str> = new.iter().map(&id).collect();
    let changed = new.iter().filter(|each| known.get(id(each)).is_none_or(|known| known != each)).cloned();
    let gone = old.iter().map(&id).filter(|id| !kept.contains(id)).map(str::to_owned);
    (changed.collect(), gone.collect())
}

/// The ids that [`put`] leaves, in its order.
fn order_after<'t, T>(old: &'t [T], changed: &'t [T], gone: &[String], id: impl Fn(&'t T) -> &'t str) -> Vec<&'t str> {
    let gone: HashSet<&str> = gone.iter().map(String::as_str).collect();
    let known: HashSet<&str> = old.iter().map(&id).collect();
    let kept = old.iter().map(&id).filter(|id| !gone.contains(id));
    kept.chain(changed.iter().map(&id).filter(|id| !known.contains(id))).collect()
}

fn put<T: Clone>(all: &mut Vec<T>, changed: &[T], gone: &[String], id: impl Fn(&T) -> &str) {
    let gone: HashSet<&str> = gone.iter().map(String::as_str).collect();
    all.retain(|each| !gone.contains(id(each)));
    let place: HashMap<String, usize> = all.iter().enumerate().map(|(at, each)| (id(each).to_owned(), at)).collect();
    for each in changed {
        match place.get(id(each)) {
            Some(at) => all[*at] = each.clone(),
            None => all.push(each.clone()),
        }
    }
}
