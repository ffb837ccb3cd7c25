//! Edits inside brackets and braces.

use super::find::{Doc, Part, Spot};
use super::text::{begins_line, line_above, line_end, line_start, newline, past_spaces, past_trivia};
use super::{EditError, Patch};
use crate::Span;

pub(super) fn patch(start: usize, end: usize, text: impl Into<String>) -> Patch {
    Patch { span: Span { start: start as u32, end: end as u32 }, text: text.into() }
}

/// Puts a part at a place among others.
pub(super) fn insert(doc: &Doc<'_>, spot: &Spot, at: usize, text: &str) -> Result<Vec<Patch>, EditError> {
    needs_brackets(doc, spot)?;
    let parts = doc.parts_at(spot);
    let Some(last) = parts.last() else {
        let inside = doc.tree.place(spot.node).start as usize + 1;
        return Ok(vec![patch(inside, inside, text)]);
    };
    if let Some(next) = parts.get(at) {
        let next = start(doc, next, parts[..at].last(), doc.tree.place(spot.node).start as usize + 1);
        let gap = match begins_line(doc.text, next) && at > 0 {
            true => format!("{}{}", newline(doc.text), &doc.text[line_start(doc.text, next)..next]),
            false => " ".to_owned(),
        };
        return Ok(vec![patch(next, next, format!("{text},{gap}"))]);
    }
    let comma = past_trivia(doc.text, last.end);
    let has_comma = doc.text[comma..].starts_with(',');
    if !begins_line(doc.text, last.start) || parts.len() == 1 && !has_line_end(doc, last.end) {
        return Ok(vec![patch(last.end, last.end, format!(", {text}"))]);
    }
    let indent = &doc.text[line_start(doc.text, last.start)..last.start];
    let behind = if has_comma { comma + 1 } else { last.end };
    let line = if has_line_end(doc, behind) { line_end(doc.text, behind) } else { behind };
    let new = format!("{}{indent}{text}{}", newline(doc.text), if has_comma { "," } else { "" });
    if has_comma {
        return Ok(vec![patch(line, line, new)]);
    }
    if line == last.end {
        return Ok(vec![patch(line, line, format!(",{new}"))]);
    }
    Ok(vec![patch(last.end, last.end, ","), patch(line, line, new)])
}

/// Whether nothing but a comment follows in the line.
fn has_line_end(doc: &Doc<'_>, at: usize) -> bool {
    let next = past_spaces(doc.text, at);
    doc.text[next..].is_empty() || doc.text[next..].starts_with(['#', '\n', '\r'])
}

/// Where a part begins, with a `?` before it.
fn start(doc: &Doc<'_>, part: &Part, before: Option<&Part>, inside: usize) -> usize {
    if !part.is_complex {
        return part.start;
    }
    let from = before.map_or(inside, |before| before.end);
    let at = past_trivia(doc.text, from);
    if doc.text[at..].starts_with(',') { past_trivia(doc.text, at + 1) } else { at }
}

/// Takes one of several parts away.
pub(super) fn remove(doc: &Doc<'_>, spot: &Spot, at: usize) -> Result<Vec<Patch>, EditError> {
    needs_brackets(doc, spot)?;
    let parts = doc.parts_at(spot);
    let inside = doc.tree.place(spot.node).start as usize + 1;
    let part = &parts[at];
    let from = start(doc, part, parts[..at].last(), inside);
    if let Some(next) = parts.get(at + 1) {
        let next = start(doc, next, Some(part), inside);
        let comma = past_trivia(doc.text, part.end);
        let comma = if doc.text[comma..].starts_with(',') { comma + 1 } else { part.end };
        if !doc.text[comma..next].contains('#') {
            return Ok(vec![patch(from, next, "")]);
        }
        // A comment behind it in its line goes, one in a line of its own stays.
        if begins_line(doc.text, from) && has_line_end(doc, comma) {
            let end = super::text::next_line(doc.text, comma);
            return Ok(vec![patch(line_start(doc.text, from), end, "")]);
        }
        return Ok(vec![patch(from, past_spaces(doc.text, comma), "")]);
    }
    let Some(before) = at.checked_sub(1).map(|before| &parts[before]) else {
        let end = doc.tree.place(spot.node).end as usize - 1;
        let comma = past_trivia(doc.text, part.end);
        let behind = if doc.text[comma..].starts_with(',') { comma + 1 } else { part.end };
        // What is said behind the bracket is not of this one.
        return Ok(vec![match doc.text[inside..from].contains('#') {
            true => patch(from, behind, ""),
            false => patch(inside, end, ""),
        }]);
    };
    if !doc.text[before.end..from].contains('#') {
        return Ok(vec![patch(before.end, part.end, "")]);
    }
    // The comma before it serves as the last one, the one behind it is one too many.
    let comma = past_trivia(doc.text, part.end);
    let end = if doc.text[comma..].starts_with(',') { comma + 1 } else { part.end };
    if begins_line(doc.text, from) && has_line_end(doc, end) {
        let line = line_end(doc.text, end);
        let start = line_start(doc.text, from);
        let above = line_above(doc.text, start).map_or(start, |above| line_end(doc.text, above));
        return Ok(vec![patch(above, line, "")]);
    }
    Ok(vec![patch(from, end, "")])
}

fn needs_brackets(doc: &Doc<'_>, spot: &Spot) -> Result<(), EditError> {
    if doc.has_brackets(spot.node) {
        return Ok(());
    }
    Err(EditError::new("a pair in a list has no braces here; put braces around it first"))
}
