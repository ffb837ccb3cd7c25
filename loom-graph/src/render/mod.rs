//! Pictures of a graph in text: the same bytes on every machine.

mod dot;
mod mermaid;
mod text;

pub use dot::dot;
pub use mermaid::mermaid;
pub use text::{problems, text};

use crate::{DatumId, Links, Location, Role, StepGraph, StepId, Use};

/// The data that steps use, each location once, in the order of [`Links::data`]; the answers of conditions and switches,
/// which lie nowhere, not among them.
fn shown_data(links: &Links) -> Vec<DatumId> {
    let mut used = vec![false; links.data().len()];
    for step in links.steps() {
        for each in links.uses(step) {
            used[links.datum(each.datum).canonical.index()] = true;
        }
    }
    let is_answer = |id: &DatumId| matches!(*links.datum(*id).location, Location::Answer(_));
    (0..used.len() as u32).map(DatumId).filter(|id| used[id.index()] && !is_answer(id)).collect()
}

/// The data that a step waits for without reading them as such: the folder around what it reads, or what is written into
/// the folder that it reads.
fn folders_between(links: &Links, step: StepId) -> Vec<DatumId> {
    let canonical = |datum: DatumId| links.datum(datum).canonical;
    let legs = links.dependencies(step).iter();
    let legs = legs.filter(|leg| canonical(leg.through) != canonical(links.uses(step)[leg.used as usize].datum));
    let mut between: Vec<DatumId> = legs.map(|leg| canonical(leg.through)).collect();
    between.sort_unstable();
    between.dedup();
    between
}

/// Where the arrow of what a step reads comes from: a step whose answer it is, or a datum.
fn origin(links: &Links, read: &Use) -> String {
    let canonical = links.datum(read.datum).canonical;
    match (&*links.datum(canonical).location, links.producer(canonical)) {
        (Location::Answer(_), Some(StepId(step))) => format!("s{step}"),
        _ => format!("d{}", canonical.0),
    }
}

/// Whether what is read is a file, or a folder, that the step goes through itself.
fn is_solid(read: &Use) -> bool {
    matches!(read.role, Role::Input | Role::Over)
}

/// What is written on the arrow from a switch.
fn way(read: &Use) -> Option<&'static str> {
    match read.role {
        Role::Gate { then: true } => Some("then"),
        Role::Gate { then: false } => Some("else"),
        _ => None,
    }
}

/// Steps by group, in file order: those of no group under `None`, where the first of them stands.
fn by_group(graph: &StepGraph) -> Vec<(Option<&str>, Vec<StepId>)> {
    let mut groups: Vec<(Option<usize>, Vec<StepId>)> = Vec::new();
    let mut place = std::collections::HashMap::new();
    for step in graph.links().steps() {
        let group = graph.step(step).group;
        let at = *place.entry(group).or_insert_with(|| {
            groups.push((group, Vec::new()));
            groups.len() - 1
        });
        groups[at].1.push(step);
    }
    let name = |group: usize| &*graph.pipeline().groups[group].name.text;
    groups.into_iter().map(|(group, steps)| (group.map(name), steps)).collect()
}

/// Text on one line as a person can be shown it, whoever wrote it: what a terminal would obey, what turns the line round,
/// and what nobody sees or takes for an ordinary space, is spelt out.
///
/// ```
/// assert_eq!(loom_graph::render::one_line("a\nb \u{202e}c"), "a\\nb \\u{202e}c");
/// ```
pub fn one_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unseen(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether a character is a sign of control, turns the text round, or cannot be told from nothing or from a space.
/// The joiners of scripts and emoji (U+200C, U+200D) are part of how a word is written.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || c != ' ' && c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{e0000}'..='\u{e007f}')
}
