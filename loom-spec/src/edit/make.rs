//! From an edit to the patches that make it, which are still to be held against what was meant.

use super::block::{Likes, Writer, swapped};
use super::find::{Doc, Found, Part, Spot};
use super::flow::{self, patch};
use super::text::{column, line_end, line_start, next_line, past_spaces, past_trivia};
use super::write::{Quotes, double, is_escaped, key, scalar};
use super::{Edit, EditError, New, Patch, Seg, written};
use crate::Style;
use crate::tree::Shape;

/// The patches; none where there is no such place, or no way. `is_careful` prefers what is surest to what is finest.
pub(super) fn patches(doc: &Doc<'_>, edit: &Edit, is_careful: bool) -> Result<Option<Vec<Patch>>, EditError> {
    let maker = Maker { doc, writer: Writer::new(doc, is_careful) };
    match edit {
        Edit::Set { path, value } => maker.set(path, value).map(Some),
        Edit::Insert { path, at, value } => maker.insert(path, *at, value),
        Edit::Remove { path } => maker.remove(path),
        Edit::RenameKey { path, to } => maker.rename(path, to),
        Edit::Move { path, from, to } => maker.shift(path, *from, *to),
        Edit::SetText { span, text } => {
            let Some((spot, is_key)) = doc.spot_of_span(*span) else { return Ok(None) };
            if is_key {
                return Ok(Some(vec![maker.key(spot.node, text, maker.is_inside(&spot))]));
            }
            let is_text = doc.tree.node(spot.node).scalar().is_some_and(|(_, style)| style == Style::Quoted);
            let new = if is_text { New::Quoted(text.clone()) } else { New::Text(text.clone()) };
            Ok(Some(maker.replace(&spot, &new)))
        }
    }
}

struct Maker<'d, 's> {
    doc: &'d Doc<'s>,
    writer: Writer<'d, 's>,
}

impl Maker<'_, '_> {
    fn set(&self, path: &[Seg], value: &New) -> Result<Vec<Patch>, EditError> {
        let (spot, depth) = match self.doc.find(path)? {
            Found::There(spot) => return Ok(self.replace(&spot, value)),
            Found::Missing(spot, depth) => (spot, depth),
        };
        let Some((Seg::Key(key), rest)) = path[depth..].split_first() else {
            return Err(EditError::new("only keys are made where they are missing; an item is inserted"));
        };
        let mut inner = value.clone();
        for seg in rest.iter().rev() {
            let Seg::Key(key) = seg else { return Err(EditError::new("there is no such list yet")) };
            inner = New::Map(vec![(key.clone(), inner)]);
        }
        if self.doc.tree.len() == 0 || spot.up.is_empty() && self.doc.is_empty_text(0) {
            return Ok(self.first(key, &inner));
        }
        if self.doc.tree.shape(spot.node) != Shape::Mapping || self.doc.is_blank(spot.node) {
            return Ok(self.replace(&spot, &New::Map(vec![(key.clone(), inner)])));
        }
        let flow = self.doc.is_flow(spot.node);
        if flow {
            let text = format!("{}: {}", super::write::key(key, true, Quotes::None), written(&inner, true));
            return flow::insert(self.doc, &spot, usize::MAX, &text);
        }
        let parts = self.doc.parts_at(&spot);
        let likes = Likes::of_part(self.doc, &spot, parts.len(), Some(key));
        let is_root = spot.up.is_empty();
        let write = |out: &mut String, column| self.writer.entry(out, key, &inner, column, &likes, is_root);
        Ok(self.writer.insert(&parts, self.doc.head_of(&spot), parts.len(), is_root, write))
    }

    /// The first key of a file that has none.
    fn first(&self, key: &str, value: &New) -> Vec<Patch> {
        let text = self.doc.text;
        let end = text
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .filter(|line| line.starts_with("..."))
            .map_or(text.len(), |line| line.as_ptr() as usize - text.as_ptr() as usize);
        let before = if end > 0 && !text[..end].ends_with('\n') && text[..end] != *"\u{feff}" {
            self.writer.newline
        } else {
            ""
        };
        let mut out = before.to_owned();
        self.writer.entry(&mut out, key, value, 0, &Likes::default(), true);
        out.push_str(self.writer.newline);
        vec![patch(end, end, out)]
    }

    /// Whether a spot is inside brackets.
    fn is_inside(&self, spot: &Spot) -> bool {
        spot.up.last().is_some_and(|(around, _)| self.doc.is_flow(*around))
    }

    fn replace(&self, spot: &Spot, new: &New) -> Vec<Patch> {
        let doc = self.doc;
        let place = doc.tree.place(spot.node);
        let (start, end) = (place.start as usize, place.end as usize);
        let flow = self.is_inside(spot);
        let Some((around, part)) = doc.part_of(spot) else { return self.replace_root(spot, new) };
        let is_block = !flow && self.is_block(&around, spot, new);
        let is_scalar = matches!(new, New::Text(_) | New::Quoted(_));
        if doc.tree.note(spot.node).block_text {
            return self.replace_block_text(&part, spot, new, is_block, &around);
        }
        let old_is_block = doc.is_collection(spot.node) && !doc.is_flow(spot.node);
        if !is_block && !old_is_block {
            if doc.is_empty_text(spot.node) {
                let colon = if part.is_divided { "" } else { ":" };
                let space = if flow && part.key.is_none() { "" } else { " " };
                return vec![patch(part.head, part.head, format!("{colon}{space}{}", self.scalar(new, flow, None)))];
            }
            let was = (doc.tree.shape(spot.node) == Shape::Scalar && is_scalar).then(|| self.quotes(start));
            return vec![patch(start, end, self.scalar(new, flow, was))];
        }
        self.replace_lines(&part, &around, spot, new, is_block)
    }

    /// Puts a value in the place of one, where one of them stands in lines of its own.
    fn replace_lines(&self, part: &Part, around: &Spot, spot: &Spot, new: &New, is_block: bool) -> Vec<Patch> {
        let doc = self.doc;
        let text = doc.text;
        let likes = self.likes(around, spot);
        let old_is_block = doc.is_collection(spot.node) && !doc.is_flow(spot.node);
        let end = line_end(text, part.end);
        let begin = past_trivia(text, part.head);
        let is_below = old_is_block && line_start(text, begin) > part.head;
        let same_kind = doc.tree.shape(spot.node) == Shape::Sequence && matches!(new, New::List(_))
            || doc.tree.shape(spot.node) == Shape::Mapping && matches!(new, New::Map(_));
        if old_is_block && is_block && (same_kind || !is_below) {
            let mut out = String::new();
            self.writer.block(&mut out, new, column(text, begin), &likes);
            return vec![patch(begin, end, out)];
        }
        if is_block {
            let out = self.lines(part, new, &likes, is_below.then(|| column(text, begin)));
            let line = line_end(text, part.head);
            if is_below {
                return vec![patch(line, end, out)];
            }
            if part.key.is_none() || end == part.end {
                return vec![patch(part.head, part.end, out)];
            }
            // A comment stays in the line of the key.
            let comment = past_spaces(text, part.end);
            let gap = if comment > part.end { "" } else { " " };
            return vec![patch(part.head, part.end, gap), patch(end, end, out)];
        }
        let value = self.scalar(new, false, None);
        if is_below {
            let line = line_end(text, part.head);
            return vec![patch(part.head, part.head, format!(" {value}")), patch(line, end, "")];
        }
        vec![patch(begin, end, value)]
    }

    /// A value in lines of its own, from behind what introduces it on; `column` if it is to begin in a line below a dash.
    fn lines(&self, part: &Part, new: &New, likes: &Likes, column: Option<usize>) -> String {
        let own = super::text::column(self.doc.text, part.start);
        let mut out = String::new();
        if part.key.is_some() {
            self.writer.below(&mut out, new, own, likes);
            return out;
        }
        // Behind an anchor no lines can begin.
        if column.is_some() || part.head > part.start + 1 {
            out = format!("{}{}", self.writer.newline, " ".repeat(column.unwrap_or(own + 2)));
        } else {
            out.push(' ');
        }
        self.writer.block(&mut out, new, column.unwrap_or(own + 2), likes);
        out
    }

    fn replace_root(&self, spot: &Spot, new: &New) -> Vec<Patch> {
        let doc = self.doc;
        let mut out = String::new();
        if Likes::default().are_block(doc, new, true) {
            self.writer.block(&mut out, new, 0, &Likes::default());
        } else {
            out = written(new, false);
        }
        if doc.tree.len() == 0 || doc.is_empty_text(spot.node) {
            let end = doc.text.len();
            let before = if end == 0 || doc.text.ends_with('\n') { "" } else { self.writer.newline };
            return vec![patch(end, end, format!("{before}{out}{}", self.writer.newline))];
        }
        let start = doc.tree.place(spot.node).start as usize;
        vec![patch(start, doc.end(spot.node, start).max(start), out)]
    }

    /// A text under `|` or `>` gets another value in its place.
    fn replace_block_text(&self, part: &Part, spot: &Spot, new: &New, is_block: bool, around: &Spot) -> Vec<Patch> {
        let text = self.doc.text;
        let header = self.doc.header(part.head);
        let (start, end) = (header.start as usize, header.end as usize);
        let content = self.doc.tree.place(spot.node);
        if let (New::Text(new) | New::Quoted(new), false) = (new, self.writer.is_careful)
            && content.start < content.end
            && fits_block(new)
        {
            let is_folded = text[start..].starts_with('>') && !new.trim_end_matches('\n').contains('\n');
            let ends = new.len() - new.trim_end_matches('\n').len();
            let chomp = ["-", ""].get(ends).copied().unwrap_or("+");
            let column = column(text, content.start as usize).max(1);
            let mut lines = String::new();
            for (at, line) in new.strip_suffix('\n').unwrap_or(new).split('\n').enumerate() {
                lines.push_str(if at > 0 { self.writer.newline } else { "" });
                if !line.is_empty() {
                    lines.push_str(&" ".repeat(column));
                    lines.push_str(line);
                }
            }
            let first = next_line(text, end);
            let header = patch(start, end, format!("{}{chomp}", if is_folded { ">" } else { "|" }));
            return vec![header, patch(first, part.end.max(first), lines)];
        }
        let stop = if part.end > end { line_end(text, part.end) } else { line_end(text, end) };
        let line = line_end(text, end);
        if is_block {
            let out = self.lines(part, new, &self.likes(around, spot), None);
            return vec![patch(part.head, stop, out)];
        }
        let is_scalar = matches!(new, New::Text(_) | New::Quoted(_));
        let value = self.scalar(new, false, is_scalar.then_some(Quotes::None));
        vec![patch(start, end, value), patch(line, stop.max(line), "")]
    }

    fn likes(&self, around: &Spot, spot: &Spot) -> Likes {
        let at = spot.up.last().map_or(0, |(_, at)| *at);
        let part = self.doc.parts_at(around).get(at).copied();
        let key = part.as_ref().and_then(|part| self.doc.key_text(part));
        let mut likes = Likes::of_part(self.doc, around, at, key);
        if self.doc.is_collection(spot.node) && !self.doc.is_empty_collection(spot.node) {
            likes.0.insert(0, spot.node);
        }
        likes
    }

    fn is_block(&self, around: &Spot, spot: &Spot, new: &New) -> bool {
        if matches!(new, New::Text(_) | New::Quoted(_)) {
            return false;
        }
        if self.doc.is_collection(spot.node) && !self.doc.is_empty_collection(spot.node) {
            let is_empty = matches!(new, New::List(items) if items.is_empty())
                || matches!(new, New::Map(entries) if entries.is_empty());
            return !self.doc.is_flow(spot.node) && !is_empty;
        }
        self.likes(around, spot).are_block(self.doc, new, around.up.is_empty())
    }

    fn scalar(&self, new: &New, flow: bool, was: Option<Quotes>) -> String {
        match new {
            New::Text(text) | New::Quoted(text) if self.writer.is_careful && scalar(new, flow, None) != *text => {
                double(text)
            }
            New::Quoted(text) if self.writer.is_careful => double(text),
            _ => scalar(new, flow, was),
        }
    }

    fn quotes(&self, start: usize) -> Quotes {
        match self.doc.text.as_bytes().get(start) {
            Some(b'"') => Quotes::Double,
            Some(b'\'') => Quotes::Single,
            _ => Quotes::None,
        }
    }

    fn key(&self, node: u32, to: &str, flow: bool) -> Patch {
        let place = self.doc.tree.place(node);
        let (start, end) = (place.start as usize, place.end as usize);
        if start == end {
            return patch(start, end, key(to, flow, Quotes::None));
        }
        patch(start, end, key(to, flow, self.quotes(start)))
    }

    fn there(&self, path: &[Seg]) -> Result<Option<Spot>, EditError> {
        Ok(match self.doc.find(path)? {
            Found::There(spot) => Some(spot),
            Found::Missing(..) => None,
        })
    }

    fn insert(&self, path: &[Seg], at: usize, value: &New) -> Result<Option<Vec<Patch>>, EditError> {
        let Some(spot) = self.there(path)? else { return Ok(None) };
        if let Shape::Alias(_) = self.doc.tree.shape(spot.node) {
            return Ok(None);
        }
        if self.doc.is_null(spot.node) || self.doc.is_blank(spot.node) {
            return Ok(Some(self.replace(&spot, &New::List(vec![value.clone()]))));
        }
        if self.doc.is_flow(spot.node) {
            return flow::insert(self.doc, &spot, at, &written(value, true)).map(Some);
        }
        let parts = self.doc.parts_at(&spot);
        let likes = Likes::of_part(self.doc, &spot, at.saturating_sub(1), None);
        let beside = &parts[at.min(parts.len() - 1)];
        let behind = past_spaces(self.doc.text, beside.start + 1);
        let gap = if begins_value(self.doc.text, behind) { behind - beside.start - 1 } else { 1 };
        let write = |out: &mut String, column| self.writer.item(out, value, column, gap.clamp(1, 8), &likes);
        Ok(Some(self.writer.insert(&parts, self.doc.head_of(&spot), at, spot.up.is_empty(), write)))
    }

    fn remove(&self, path: &[Seg]) -> Result<Option<Vec<Patch>>, EditError> {
        let Some(spot) = self.there(path)? else {
            return Err(EditError::new(format!(
                "{} comes from elsewhere, by `<<`; give it another value here, or change it there",
                super::find::words(path)
            )));
        };
        let Some((around, at)) = spot.up.last().copied() else { return Ok(None) };
        let around = Spot { node: around, up: spot.up[..spot.up.len() - 1].to_vec() };
        let parts = self.doc.parts_at(&around);
        refuse_complex(&parts[at..=at])?;
        if self.doc.is_flow(around.node) {
            return flow::remove(self.doc, &around, at).map(Some);
        }
        if parts.len() == 1 {
            let empty = if parts[at].key.is_some() { New::Map(Vec::new()) } else { New::List(Vec::new()) };
            let head = self.doc.head_of(&around);
            let is_below = !around.up.is_empty() && line_start(self.doc.text, parts[at].start) > head;
            if !is_below {
                return Ok(Some(self.replace(&around, &empty)));
            }
            // What stands between the key and this is not its own.
            let mut patches = self.writer.remove(&parts, head, at);
            patches.push(patch(head, head, format!(" {}", written(&empty, false))));
            return Ok(Some(patches));
        }
        Ok(Some(self.writer.remove(&parts, self.doc.head_of(&around), at)))
    }

    fn rename(&self, path: &[Seg], to: &str) -> Result<Option<Vec<Patch>>, EditError> {
        let Some(spot) = self.there(path)? else { return Ok(None) };
        let Some((around, part)) = self.doc.part_of(&spot) else { return Ok(None) };
        Ok(part.key.map(|node| vec![self.key(node, to, self.doc.is_flow(around.node))]))
    }

    fn shift(&self, path: &[Seg], from: usize, to: usize) -> Result<Option<Vec<Patch>>, EditError> {
        let Some(spot) = self.there(path)? else { return Ok(None) };
        let parts = self.doc.parts_at(&spot);
        if from == to {
            return Ok(Some(Vec::new()));
        }
        // Merged keys count among the entries, but are written elsewhere.
        let merges = |part: &Part| self.doc.key_text(part) == Some("<<");
        if from.max(to) >= parts.len() || parts.iter().any(merges) {
            return Err(EditError::new("what `<<` brings in cannot be moved, nor what stands beside it"));
        }
        let (low, high) = (from.min(to), from.max(to));
        refuse_complex(&parts[low..=high])?;
        if self.doc.is_flow(spot.node) {
            let slots: Vec<(usize, usize)> = parts[low..=high].iter().map(|part| (part.start, part.end)).collect();
            return Ok(Some(swapped(self.doc.text, &slots, from - low, to - low)));
        }
        Ok(Some(self.writer.shift(&parts, self.doc.head_of(&spot), from, to)))
    }
}

fn refuse_complex(parts: &[Part]) -> Result<(), EditError> {
    if parts.iter().any(|part| part.is_complex) {
        return Err(EditError::new("a key that begins with `? ` is not changed here; write it as `key: value` first"));
    }
    Ok(())
}

fn begins_value(text: &str, at: usize) -> bool {
    at < text.len() && !text[at..].starts_with(['\n', '\r', '#'])
}

/// Whether a text can stand under `|` as it is.
fn fits_block(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with(['\n', ' ', '\t'])
        && !text.contains(|c: char| is_escaped(c) && !matches!(c, '\n' | '\t'))
        && text.split('\n').all(|line| line.is_empty() || !line.trim().is_empty())
}
