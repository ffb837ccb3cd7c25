//! Pictures of a graph in text: the same bytes on every machine.

mod dot;
mod mermaid;
mod text;

pub use dot::dot;
pub use mermaid::mermaid;
pub use text::{problems, text};

use crate::{DatumId, Links, StepGraph, StepId};

/// The data that steps use, each location once, in the order of [`Links::data`].
fn shown_data(links: &Links) -> Vec<DatumId> {
    let mut used = vec![false; links.data().len()];
    for step in links.steps() {
        for each in links.uses(step) {
            used[links.datum(each.datum).canonical.index()] = true;
        }
    }
    (0..used.len() as u32).map(DatumId).filter(|id| used[id.index()]).collect()
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

/// Text on one line, nothing in it that would be taken for a sign of control.
fn one_line(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
