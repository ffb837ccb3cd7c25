//! Where things stand in a text: keys, dashes, values, and where each of them ends.

use super::text::{line_above, line_start, next_line, past_spaces, past_trivia};
use super::{Edit, EditError, Seg};
use crate::tree::{Shape, Tree};
use crate::{Span, Style};

/// A text, and the tree of it with notes.
pub(super) struct Doc<'s> {
    pub(super) text: &'s str,
    pub(super) tree: Tree<'s>,
}

/// An entry of a mapping or an item of a list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// Where its key begins, or its dash, or, inside brackets, itself.
    pub(super) start: usize,
    pub(super) key: Option<u32>,
    pub(super) value: u32,
    /// Behind the `:` or the dash, and behind an anchor.
    pub(super) head: usize,
    /// Whether a `:` or a dash stands there.
    pub(super) is_divided: bool,
    /// Where the value ends.
    pub(super) end: usize,
    /// `? key`, which nothing here can write.
    pub(super) is_complex: bool,
}

/// A node and the one around it.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) node: u32,
    /// The nodes around it, from outside, and the number of the part that leads on.
    pub(super) up: Vec<(u32, usize)>,
}

/// Where a path leads.
pub(super) enum Found {
    There(Spot),
    /// To here, and from the step of this number on nothing is there.
    Missing(Spot, usize),
}

impl Doc<'_> {
    pub(super) fn is_empty_text(&self, node: u32) -> bool {
        let place = self.tree.place(node);
        self.tree.shape(node) == Shape::Scalar && place.start == place.end && !self.tree.note(node).block_text
    }

    pub(super) fn is_null(&self, node: u32) -> bool {
        let null =
            |(text, style): (&str, Style)| style == Style::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL");
        self.is_empty_text(node)
            || self.tree.shape(node) == Shape::Scalar && self.tree.node(node).scalar().is_some_and(null)
    }

    /// The direct children.
    pub(super) fn children(&self, node: u32) -> Vec<u32> {
        let is_leaf = matches!(self.tree.shape(node), Shape::Scalar | Shape::Alias(_));
        let end = if is_leaf { node + 1 } else { self.tree.after(node) };
        let mut children = Vec::new();
        let mut next = node + 1;
        while next < end {
            children.push(next);
            next = self.tree.after(next);
        }
        children
    }

    pub(super) fn is_collection(&self, node: u32) -> bool {
        matches!(self.tree.shape(node), Shape::Sequence | Shape::Mapping)
    }

    pub(super) fn is_empty_collection(&self, node: u32) -> bool {
        self.is_collection(node) && self.tree.after(node) == node + 1
    }

    /// `[]` or `{}` on one line, which says nothing of how what comes into it is to be written.
    pub(super) fn is_blank(&self, node: u32) -> bool {
        let place = self.tree.place(node);
        self.is_empty_collection(node) && !self.text[place.start as usize..place.end as usize].contains('\n')
    }

    /// Whether it stands inside brackets or is in such itself. A pair in a list, `[a: b]`, has none of its own.
    pub(super) fn is_flow(&self, node: u32) -> bool {
        self.tree.note(node).flow
    }

    pub(super) fn has_brackets(&self, node: u32) -> bool {
        self.is_flow(node) && self.text[self.tree.place(node).start as usize..].starts_with(['[', '{'])
    }

    /// Where a node begins, with its anchor.
    fn start(&self, node: u32) -> usize {
        self.tree.note(node).anchor.unwrap_or(self.tree.place(node)).start as usize
    }

    /// Where a value ends whose `:` or dash ends at `head`.
    pub(super) fn end(&self, node: u32, head: usize) -> usize {
        let place = self.tree.place(node);
        let note = self.tree.note(node);
        let after_anchor = note.anchor.map_or(head, |anchor| anchor.end as usize);
        match self.tree.shape(node) {
            Shape::Scalar if note.block_text => self.end_of_block_text(node, after_anchor),
            Shape::Scalar if place.start == place.end => after_anchor.max(head),
            Shape::Scalar | Shape::Alias(_) => place.end as usize,
            _ if self.has_brackets(node) => place.end as usize,
            shape => {
                // Of the last child; of a mapping behind its last key.
                let mut child = node + 1;
                let (mut last, mut key) = (None, None);
                while child < self.tree.after(node) {
                    (key, last) = (last, Some(child));
                    child = self.tree.after(child);
                }
                let Some(last) = last else { return place.end as usize };
                let key = key.filter(|_| shape == Shape::Mapping);
                let head = match key {
                    Some(key) => self.behind_colon(key).unwrap_or_else(|| self.tree.place(key).end as usize),
                    // Of an item nothing but its dash may be there.
                    None => self.tree.place(last).end as usize,
                };
                self.end(last, head)
            }
        }
    }

    /// What introduces a text under `|` or `>`.
    pub(super) fn header(&self, head: usize) -> Span {
        let start = past_trivia(self.text, head);
        let word = self.text[start..].find(char::is_whitespace).map_or(self.text.len(), |found| start + found);
        Span { start: start as u32, end: word as u32 }
    }

    fn end_of_block_text(&self, node: u32, head: usize) -> usize {
        let header = self.header(head);
        let place = self.tree.place(node);
        let content = &self.text[place.start as usize..place.end as usize];
        // It may reach into the indentation of what comes next.
        let content = match content.rfind('\n') {
            Some(last) if content[last..].trim().is_empty() => &content[..=last],
            _ => content,
        };
        let keeps = self.text[header.start as usize..header.end as usize].contains('+');
        let content = match (keeps, content.strip_suffix('\n')) {
            (true, Some(without)) => without.strip_suffix('\r').unwrap_or(without),
            (true, None) => content,
            (false, _) => content.trim_end_matches([' ', '\t', '\n', '\r']),
        };
        if content.is_empty() { header.end as usize } else { place.start as usize + content.len() }
    }

    fn behind_colon(&self, key: u32) -> Option<usize> {
        let end = self.tree.place(key).end as usize;
        let at = past_trivia(self.text, end);
        self.text[at..].starts_with(':').then_some(at + 1)
    }

    /// The parts of a list or mapping. `head` is where that which introduces it ends: the `:` or dash before it.
    pub(super) fn parts(&self, node: u32, head: usize) -> Vec<Part> {
        let children = self.children(node);
        let flow = self.is_flow(node);
        let mut end = if self.has_brackets(node) { self.tree.place(node).start as usize + 1 } else { head };
        if self.tree.shape(node) == Shape::Mapping {
            let pairs = children.chunks_exact(2);
            return pairs
                .map(|pair| {
                    let (key, value) = (pair[0], pair[1]);
                    let start = self.start(key);
                    let colon = self.behind_colon(key);
                    let head = colon.unwrap_or_else(|| self.tree.place(key).end as usize);
                    let before = past_trivia(self.text, end);
                    let is_complex = self.is_collection(key)
                        || self.text[before.min(start)..start].trim_start_matches(',').trim_start().starts_with('?');
                    end = self.end(value, head);
                    Part {
                        start,
                        key: Some(key),
                        value,
                        head: self.behind_anchor(value, head),
                        is_divided: colon.is_some(),
                        end,
                        is_complex,
                    }
                })
                .collect();
        }
        if flow {
            return children
                .into_iter()
                .map(|value| {
                    let start = self.start(value);
                    let end = self.end(value, start);
                    Part {
                        start,
                        key: None,
                        value,
                        head: self.behind_anchor(value, start),
                        is_divided: true,
                        end,
                        is_complex: false,
                    }
                })
                .collect();
        }
        children
            .into_iter()
            .map(|value| {
                let start = past_trivia(self.text, end);
                let head = (start + 1).min(self.text.len());
                end = self.end(value, head);
                Part {
                    start,
                    key: None,
                    value,
                    head: self.behind_anchor(value, head),
                    is_divided: true,
                    end,
                    is_complex: false,
                }
            })
            .collect()
    }

    fn behind_anchor(&self, value: u32, head: usize) -> usize {
        self.tree.note(value).anchor.map_or(head, |anchor| anchor.end as usize)
    }

    /// Where what introduces the outermost node ends.
    pub(super) fn root_head(&self) -> usize {
        if self.tree.len() == 0 { 0 } else { self.root_start() }
    }

    fn root_start(&self) -> usize {
        match self.tree.note(0).anchor {
            Some(anchor) => anchor.end as usize,
            None => self.tree.place(0).start as usize,
        }
    }

    /// The parts of what is at a spot.
    pub(super) fn parts_at(&self, spot: &Spot) -> Vec<Part> {
        self.parts(spot.node, self.head_of(spot))
    }

    /// The part that is at a spot; none for the outermost node.
    pub(super) fn part_of(&self, spot: &Spot) -> Option<(Spot, Part)> {
        let (around, at) = *spot.up.last()?;
        let above = Spot { node: around, up: spot.up[..spot.up.len() - 1].to_vec() };
        let part = *self.parts_at(&above).get(at)?;
        Some((above, part))
    }

    /// Behind the `:` or dash before it.
    pub(super) fn head_of(&self, spot: &Spot) -> usize {
        self.part_of(spot).map_or_else(|| self.root_head(), |(_, part)| part.head)
    }

    pub(super) fn key_text(&self, part: &Part) -> Option<&str> {
        part.key.and_then(|key| self.tree.node(key).scalar()).map(|(text, _)| text)
    }

    pub(super) fn find(&self, path: &[Seg]) -> Result<Found, EditError> {
        let mut spot = Spot { node: 0, up: Vec::new() };
        for (depth, seg) in path.iter().enumerate() {
            let children = match self.tree.shape(spot.node) {
                Shape::Alias(_) => return Err(self.shared(&path[..depth], spot.node)),
                Shape::Scalar => return Ok(Found::Missing(spot, depth)),
                _ => self.children(spot.node),
            };
            let (at, node) = match seg {
                Seg::Item(at) => (*at, children.get(*at).copied()),
                Seg::Key(key) => {
                    let is_it = |pair: &&[u32]| self.tree.node(pair[0]).scalar().is_some_and(|(text, _)| text == key);
                    let at = children.chunks_exact(2).position(|pair| is_it(&pair));
                    (at.unwrap_or_default(), at.map(|at| children[2 * at + 1]))
                }
            };
            let Some(node) = node else { return Ok(Found::Missing(spot, depth)) };
            let around = std::mem::replace(&mut spot.node, node);
            spot.up.push((around, at));
        }
        Ok(Found::There(spot))
    }

    fn shared(&self, path: &[Seg], alias: u32) -> EditError {
        let place = self.tree.place(alias);
        let name = &self.text[place.start as usize..place.end as usize];
        EditError::new(format!(
            "{} is `{name}`, so a change in it would be made wherever `{}` is used; write out what is meant first",
            words(path),
            name.replace('*', "&")
        ))
    }

    /// Where a spot is that a span of a scalar names.
    pub(super) fn spot_of_span(&self, span: Span) -> Option<(Spot, bool)> {
        let is_it = |node: &u32| self.tree.shape(*node) == Shape::Scalar && self.tree.place(*node) == span;
        let node = (0..self.tree.len()).find(is_it)?;
        let mut up = Vec::new();
        let mut around = 0;
        let mut is_key = false;
        while around != node {
            let children = self.children(around);
            let at = children.partition_point(|child| *child <= node).checked_sub(1)?;
            let is_mapping = self.tree.shape(around) == Shape::Mapping;
            is_key = is_mapping && at % 2 == 0 && children[at] == node;
            up.push((around, if is_mapping { at / 2 } else { at }));
            around = children[at];
        }
        Some((Spot { node, up }, is_key))
    }

    /// Where the lines of comment begin that stand right above a part and belong to it; the part itself if there are none.
    /// What ends at `before` is no part of it.
    pub(super) fn lead(&self, part: &Part, before: usize) -> usize {
        let mut start = line_start(self.text, part.start);
        let column = part.start - start;
        while let Some(above) = line_above(self.text, start) {
            let at = past_spaces(self.text, above);
            if above < before || at - above != column || !self.text[at..].starts_with('#') {
                break;
            }
            start = above;
        }
        start
    }

    /// Where the line of a part ends, behind its comment.
    pub(super) fn next_line(&self, part: &Part) -> usize {
        next_line(self.text, part.end)
    }

    fn line(&self, at: u32) -> usize {
        self.text[..at as usize].matches('\n').count() + 1
    }
}

/// A path for people.
pub(super) fn words(path: &[Seg]) -> String {
    if path.is_empty() {
        return "the whole file".to_owned();
    }
    let word = |seg: &Seg| match seg {
        Seg::Key(key) => key.clone(),
        Seg::Item(at) => (at + 1).to_string(),
    };
    format!("`{}`", path.iter().map(word).collect::<Vec<_>>().join(" › "))
}

/// Why no patch does what is meant: most often something is used in more than one place.
pub(super) fn refusal(doc: &Doc<'_>, edit: &Edit) -> EditError {
    let path: &[Seg] = match edit {
        Edit::Set { path, .. } | Edit::Insert { path, .. } | Edit::Remove { path } => path,
        Edit::RenameKey { path, .. } | Edit::Move { path, .. } => path,
        Edit::SetText { .. } => &[],
    };
    let (Ok(Found::There(spot)) | Ok(Found::Missing(spot, _))) = doc.find(path) else {
        return EditError::new(format!("{} cannot be changed here; change the text itself", words(path)));
    };
    let around: Vec<u32> = spot.up.iter().map(|(node, _)| *node).collect();
    let touches = |target: u32| {
        around.contains(&target) || (spot.node..doc.tree.after(spot.node).max(spot.node + 1)).contains(&target)
    };
    let alias =
        (0..doc.tree.len()).find(|node| matches!(doc.tree.shape(*node), Shape::Alias(target) if touches(target)));
    if let Some(alias) = alias {
        let place = doc.tree.place(alias);
        let name = &doc.text[place.start as usize..place.end as usize];
        return EditError::new(format!(
            "{} is used as `{name}` in line {}, too, and would change there as well; write out there what is meant first",
            words(path),
            doc.line(place.start)
        ));
    }
    EditError::new(format!(
        "{} is written so that it cannot be changed without changing something else; change the text itself",
        words(path)
    ))
}
