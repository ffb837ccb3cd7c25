//! Values one a line: how they are written, put between others, and taken away.

use super::find::{Doc, Part, Spot};
use super::flow::patch;
use super::text::{
    before_blank_lines, begins_line, column, line_above, line_end, newline, past_blank_lines, past_spaces, past_trivia,
};
use super::write::{Quotes, key};
use super::{New, Patch, written};
use crate::tree::Shape;

/// How this file sets what is inside something off.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    pub(super) map: usize,
    pub(super) list: usize,
    /// Spaces behind a dash.
    gap: usize,
}

/// Looks no further than this many neighbours for how they are written.
const NEIGHBOURS: usize = 24;
/// What is longer stands one a line, where no neighbour says otherwise.
const SHORT: usize = 80;

pub(super) fn habits(doc: &Doc<'_>) -> Habits {
    let mut habits = Habits { map: 2, list: 2, gap: 1 };
    if doc.tree.len() == 0 || doc.tree.shape(0) != Shape::Mapping || doc.is_flow(0) {
        return habits;
    }
    let (mut map, mut list) = (None, None);
    for part in doc.parts(0, doc.root_head()) {
        if doc.is_flow(part.value) || doc.is_empty_collection(part.value) || !doc.is_collection(part.value) {
            continue;
        }
        let outer = column(doc.text, part.start);
        let begin = past_trivia(doc.text, part.head);
        let step = column(doc.text, begin).saturating_sub(outer);
        if doc.tree.shape(part.value) == Shape::Mapping {
            map = map.or((step > 0).then_some(step));
        } else if list.is_none() {
            list = Some(step);
            let behind = past_spaces(doc.text, begin + 1);
            if !doc.text[behind..].starts_with(['\n', '\r', '#']) {
                habits.gap = (behind - begin - 1).clamp(1, 8);
            }
        }
    }
    habits.map = map.or(list.filter(|list| *list > 0)).unwrap_or(2);
    habits.list = list.unwrap_or(habits.map);
    habits
}

/// Collections in whose place, or beside which, a new one is to stand: it is written as they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Likes(pub(super) Vec<u32>);

impl Likes {
    fn push(&mut self, doc: &Doc<'_>, node: u32) {
        if self.0.len() < NEIGHBOURS && doc.is_collection(node) && !doc.is_empty_collection(node) {
            self.0.push(node);
        }
    }

    /// For a part of a collection: what has the same key in those beside it, then what is beside the part.
    pub(super) fn of_part(doc: &Doc<'_>, spot: &Spot, at: usize, key: Option<&str>) -> Self {
        let mut likes = Self::default();
        if let (Some(key), Some((around, own))) = (key, spot.up.last()) {
            let near = near(&values(doc, *around), *own);
            for other in near.into_iter().filter(|other| *other != spot.node) {
                likes.push_key(doc, other, key);
            }
        }
        for value in near(&values(doc, spot.node), at) {
            likes.push(doc, value);
        }
        likes
    }

    fn push_key(&mut self, doc: &Doc<'_>, mapping: u32, key: &str) {
        if doc.tree.shape(mapping) != Shape::Mapping {
            return;
        }
        for pair in doc.children(mapping).chunks_exact(2) {
            if doc.tree.node(pair[0]).scalar().is_some_and(|(text, _)| text == key) {
                self.push(doc, pair[1]);
            }
        }
    }

    /// For what is under a key of a new mapping.
    fn under(&self, doc: &Doc<'_>, key: &str) -> Self {
        let mut likes = Self::default();
        for like in &self.0 {
            likes.push_key(doc, *like, key);
        }
        for like in &self.0 {
            if doc.tree.shape(*like) == Shape::Mapping {
                values(doc, *like).into_iter().for_each(|value| likes.push(doc, value));
            }
        }
        likes
    }

    fn inside(&self, doc: &Doc<'_>) -> Self {
        let mut likes = Self::default();
        for like in self.0.iter().filter(|like| doc.tree.shape(**like) == Shape::Sequence) {
            values(doc, *like).into_iter().for_each(|value| likes.push(doc, value));
        }
        likes
    }

    /// Whether a new value is to stand one a line.
    pub(super) fn are_block(&self, doc: &Doc<'_>, new: &New, is_section: bool) -> bool {
        let parts: Vec<&New> = match new {
            New::List(items) => items.iter().collect(),
            New::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            _ => return false,
        };
        if parts.is_empty() {
            return false;
        }
        let same_kind = |like: &&u32| (doc.tree.shape(**like) == Shape::Sequence) == matches!(new, New::List(_));
        match self.0.iter().find(same_kind).or(self.0.first()) {
            Some(like) => !doc.is_flow(*like),
            None => {
                let is_deep = parts.iter().any(|part| matches!(part, New::List(_) | New::Map(_)));
                is_section || is_deep || written(new, false).len() > SHORT
            }
        }
    }
}

fn values(doc: &Doc<'_>, node: u32) -> Vec<u32> {
    let children = doc.children(node);
    match doc.tree.shape(node) {
        Shape::Mapping => children.into_iter().skip(1).step_by(2).collect(),
        _ => children,
    }
}

/// The neighbours of a place, the nearest first.
fn near(values: &[u32], at: usize) -> Vec<u32> {
    let from = at.saturating_sub(NEIGHBOURS / 2).min(values.len());
    let mut near: Vec<(usize, u32)> =
        values[from..].iter().take(NEIGHBOURS).enumerate().map(|(n, v)| ((from + n).abs_diff(at), *v)).collect();
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, value)| value).collect()
}

/// Writes new values into this document.
pub(super) struct Writer<'d, 's> {
    pub(super) doc: &'d Doc<'s>,
    pub(super) habits: Habits,
    pub(super) newline: &'static str,
    /// What is surest is preferred to what is finest: blank lines stay as they are.
    pub(super) is_careful: bool,
}

impl<'d, 's> Writer<'d, 's> {
    pub(super) fn new(doc: &'d Doc<'s>, is_careful: bool) -> Self {
        Self { doc, habits: habits(doc), newline: newline(doc.text), is_careful }
    }

    /// A value that begins in a column and goes on below it.
    pub(super) fn block(&self, out: &mut String, new: &New, column: usize, likes: &Likes) {
        let between = format!("{}{}", self.newline, " ".repeat(column));
        match new {
            New::Text(_) | New::Quoted(_) => out.push_str(&written(new, false)),
            New::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { &between } else { "" });
                    self.item(out, item, column, self.habits.gap, &likes.inside(self.doc));
                }
            }
            New::Map(entries) => {
                for (at, (name, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { &between } else { "" });
                    self.entry(out, name, value, column, &likes.under(self.doc, name), false);
                }
            }
        }
    }

    /// A dash and what is behind it.
    pub(super) fn item(&self, out: &mut String, item: &New, column: usize, gap: usize, likes: &Likes) {
        out.push('-');
        out.push_str(&" ".repeat(gap));
        if likes.are_block(self.doc, item, matches!(item, New::Map(_))) {
            self.block(out, item, column + 1 + gap, likes);
        } else {
            out.push_str(&written(item, false));
        }
    }

    /// A key and what is behind it, or below.
    pub(super) fn entry(
        &self,
        out: &mut String,
        name: &str,
        value: &New,
        column: usize,
        likes: &Likes,
        is_section: bool,
    ) {
        out.push_str(&key(name, false, Quotes::None));
        out.push(':');
        if likes.are_block(self.doc, value, is_section) {
            self.below(out, value, column, likes);
        } else {
            out.push(' ');
            out.push_str(&written(value, false));
        }
    }

    /// A value in the lines below a key that stands in a column.
    pub(super) fn below(&self, out: &mut String, value: &New, column: usize, likes: &Likes) {
        let step = if matches!(value, New::List(_)) { self.habits.list } else { self.habits.map };
        out.push_str(self.newline);
        out.push_str(&" ".repeat(column + step));
        self.block(out, value, column + step, likes);
    }

    /// Puts what is written by `write`, given its column, among the parts of a block.
    pub(super) fn insert(
        &self,
        parts: &[Part],
        head: usize,
        at: usize,
        is_root: bool,
        write: impl FnOnce(&mut String, usize),
    ) -> Vec<Patch> {
        let text = self.doc.text;
        let first = &parts[0];
        let column = column(text, first.start);
        let spaces = " ".repeat(column);
        let gap = if !self.is_careful && self.are_set_off(parts, is_root) { self.newline } else { "" };
        let mut body = String::new();
        write(&mut body, column);
        if let Some(next) = parts.get(at) {
            if !begins_line(text, next.start) {
                let new = format!("{body}{}{gap}{spaces}", self.newline);
                return vec![patch(next.start, next.start, new)];
            }
            let before = at.checked_sub(1).map_or(head, |before| parts[before].end);
            let line = self.doc.lead(next, self.below_line(before, at == 0));
            return vec![patch(line, line, format!("{spaces}{body}{}{gap}", self.newline))];
        }
        let last = parts[parts.len() - 1];
        let next = self.doc.next_line(&last);
        if next == text.len() && !text.ends_with('\n') {
            return vec![patch(next, next, format!("{}{gap}{spaces}{body}", self.newline))];
        }
        vec![patch(next, next, format!("{gap}{spaces}{body}{}", self.newline))]
    }

    /// Where the line below a place begins. The outermost block has nothing before it.
    fn below_line(&self, at: usize, is_head: bool) -> usize {
        if is_head && begins_line(self.doc.text, at) { 0 } else { super::text::next_line(self.doc.text, at) }
    }

    /// Whether the parts have blank lines between them.
    fn are_set_off(&self, parts: &[Part], is_root: bool) -> bool {
        if let ([only], true) = (parts, is_root) {
            return self.doc.is_collection(only.value) && !self.doc.is_flow(only.value);
        }
        let is_gap = |pair: &&[Part]| {
            let below = self.doc.next_line(&pair[0]);
            below < pair[1].start && past_blank_lines(self.doc.text, below) > below
                || before_blank_lines(self.doc.text, self.doc.lead(&pair[1], below)) >= below
                    && before_blank_lines(self.doc.text, self.doc.lead(&pair[1], below))
                        < self.doc.lead(&pair[1], below)
        };
        let near = &parts[..parts.len().min(2 * NEIGHBOURS)];
        let gaps = near.windows(2).filter(is_gap).count();
        gaps > 0 && 2 * gaps >= near.len() - 1
    }

    /// Takes a part away.
    pub(super) fn remove(&self, parts: &[Part], head: usize, at: usize) -> Vec<Patch> {
        let text = self.doc.text;
        let part = &parts[at];
        let below = self.doc.next_line(part);
        if !begins_line(text, part.start) {
            let next = past_spaces(text, past_blank_lines(text, below));
            return vec![patch(part.start, next, "")];
        }
        let before = at.checked_sub(1).map_or(head, |before| parts[before].end);
        let line = self.doc.lead(part, self.below_line(before, at == 0));
        if below == text.len() {
            // Blank lines above would stand at the end; and where no line break was at the end, none comes there, unless a
            // text above would lose its own.
            let above = if self.is_careful { line } else { before_blank_lines(text, line) };
            let ends = self.is_careful || text.ends_with('\n');
            let above = if ends { above } else { line_above(text, above).map_or(above, |start| line_end(text, start)) };
            return vec![patch(above, text.len(), "")];
        }
        // Under `|+` the blank lines would become those of the text above.
        let is_set_off = before_blank_lines(text, line) < line || at == 0;
        let end = if is_set_off || self.is_careful { past_blank_lines(text, below) } else { below };
        let end = if end == text.len() { below } else { end };
        vec![patch(line, end, "")]
    }

    /// Gives a part another place: what is written changes places, what is between stays.
    pub(super) fn shift(&self, parts: &[Part], head: usize, from: usize, to: usize) -> Vec<Patch> {
        let text = self.doc.text;
        let (low, high) = (from.min(to), from.max(to));
        let slot = |at: usize| {
            let part = &parts[at];
            let start = if begins_line(text, part.start) {
                let before = at.checked_sub(1).map_or(head, |before| parts[before].end);
                past_spaces(text, self.doc.lead(part, self.below_line(before, at == 0)))
            } else {
                part.start
            };
            (start, line_end(text, part.end))
        };
        let slots: Vec<(usize, usize)> = (low..=high).map(slot).collect();
        let mut patches = swapped(text, &slots, from - low, to - low);
        // A text that ends with its line would not at the end of a file that does not.
        if let (true, Some(patch)) = (self.is_careful, patches.last_mut())
            && patch.span.end as usize == text.len()
        {
            patch.text.push_str(self.newline);
        }
        patches
    }
}

/// The patch for a piece of text that takes another place among others.
pub(super) fn swapped(text: &str, slots: &[(usize, usize)], from: usize, to: usize) -> Vec<Patch> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    let piece = order.remove(from);
    order.insert(to, piece);
    let mut new = String::new();
    for (at, piece) in order.iter().enumerate() {
        let (start, end) = slots[*piece];
        new.push_str(&text[start..end]);
        if let Some(next) = slots.get(at + 1) {
            new.push_str(&text[slots[at].1..next.0]);
        }
    }
    vec![patch(slots[0].0, slots[slots.len() - 1].1, new)]
}
