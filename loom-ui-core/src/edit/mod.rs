//! Edits of a pipeline, as patches of its text.
//!
//! Each is made on the text alone: what it is about is looked up by name, the YAML layer makes a patch of it, and the new text is
//! read again. An edit that would do anything but what it says is refused, with a sentence.

mod add;
mod connect;
mod disconnect;
mod draft;
mod group;
pub(crate) mod index;
mod layout;
mod lookup;
mod paste;
mod remove;
mod rename;
mod set;
mod uses;
pub(crate) mod yaml;

use std::sync::Arc;

use loom_spec::{Source, TaskInterface};

use crate::Refused;
use crate::api::{Op, OpVerdict, UsedBy};
use crate::document::{Pins, lines};
use draft::Draft;
use index::Index;

pub use lookup::used_by;

/// What a task says of itself, by its path.
pub(crate) type Interfaces<'a> = dyn Fn(&str) -> Option<Arc<TaskInterface>> + 'a;

/// What edits must know that is not in the text.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// What the task at this path, relative to the pipeline folder, says of itself.
    pub interface: &'a Interfaces<'a>,
}

impl Default for Surroundings<'_> {
    /// Nothing is known of any task.
    fn default() -> Self {
        Self { interface: &|_| None }
    }
}

impl std::fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Surroundings").finish_non_exhaustive()
    }
}

/// What edits come to.
pub(crate) struct Done {
    pub(crate) text: String,
    pub(crate) pins: Pins,
    /// What undo is to call them.
    pub(crate) label: String,
    warnings: Vec<String>,
}

/// Makes edits, one on top of the other.
pub(crate) fn run(text: &str, pins: &Pins, ops: &[Op], around: &Surroundings<'_>) -> Result<Done, Refused> {
    if ops.iter().all(|op| matches!(op, Op::Move { .. } | Op::Unpin { .. })) && yaml::read(text).is_none() {
        // Cards can be moved whatever the text is.
        let mut pins = pins.clone();
        for op in ops {
            layout::beside(&mut pins, op);
        }
        return Ok(Done { text: text.to_owned(), pins, label: label_of(&[], ops), warnings: Vec::new() });
    }
    let mut draft = Draft::new(text, pins, around)?;
    let mut labels = Vec::new();
    for op in ops {
        labels.push(one(&mut draft, op)?);
    }
    let label = label_of(&labels, ops);
    Ok(Done { text: draft.text, pins: draft.pins, label, warnings: draft.warnings })
}

fn one(draft: &mut Draft<'_>, op: &Op) -> Result<String, Refused> {
    match op {
        Op::Set { node, path, value } => set::set(draft, node, path, value),
        Op::Unset { node, path } => set::unset(draft, node, path),
        Op::AddStep(step) => add::step(draft, step),
        Op::AddData { name, data_type, path } => add::data(draft, name.as_deref(), data_type.as_deref(), path),
        Op::AddParameter { name, value } => add::parameter(draft, name, value),
        Op::Remove { node, refs } => remove::remove(draft, node, *refs),
        Op::Rename { node, to } => rename::rename(draft, node, to),
        Op::Connect { from, to } => connect::connect(draft, from, to),
        Op::Disconnect { wire } => disconnect::disconnect(draft, wire),
        Op::Group { nodes, name } => group::group(draft, nodes, name),
        Op::Ungroup { node } => group::ungroup(draft, node),
        Op::Reorder { node, before } => group::reorder(draft, node, before.as_deref()),
        Op::Move { positions } => layout::put(draft, positions),
        Op::Unpin { nodes } => layout::unpin(draft, nodes),
        Op::Paste { text } => paste::paste(draft, text),
    }
}

fn label_of(labels: &[String], ops: &[Op]) -> String {
    match (labels, ops) {
        ([only], _) => only.clone(),
        ([first, rest @ ..], _) => format!("{first}, and {} more", rest.len()),
        ([], [Op::Unpin { .. }, ..]) => "let the layout move cards".to_owned(),
        ([], _) => "move cards".to_owned(),
    }
}

/// Whether edits could be made, and what they would do.
pub(crate) fn check(text: &str, pins: &Pins, ops: &[Op], around: &Surroundings<'_>) -> OpVerdict {
    let refs = yaml::read(text).map(|tree| refs(&Index::of(&tree), text, ops)).unwrap_or_default();
    match run(text, pins, ops, around) {
        Ok(done) => {
            let reason = (!done.warnings.is_empty()).then(|| done.warnings.join("; "));
            OpVerdict { allowed: true, reason, refs, diff: Some(lines::diff(text, &done.text)) }
        }
        Err(refused) => OpVerdict { allowed: false, reason: Some(refused.message), refs, diff: None },
    }
}

/// What refers to what the edits remove or rename.
fn refs(index: &Index, text: &str, ops: &[Op]) -> Vec<UsedBy> {
    let source = Source::new("", text);
    let nodes = ops.iter().filter_map(|op| match op {
        Op::Remove { node, .. } | Op::Rename { node, .. } => Some(node),
        _ => None,
    });
    nodes.flat_map(|node| lookup::uses(index, &source, node)).collect()
}

/// Whether edits that were made for one text mean the same in another: what they are about says there what it says here.
pub(crate) fn mean_the_same(ops: &[Op], then: &str, now: &str) -> bool {
    if ops.iter().all(|op| matches!(op, Op::Move { .. } | Op::Unpin { .. })) {
        return true;
    }
    let (Some(then), Some(now)) = (yaml::read(then), yaml::read(now)) else { return false };
    let (then_index, now_index) = (Index::of(&then), Index::of(&now));
    ops.iter().all(|op| lookup::about(op, &then, &then_index) == lookup::about(op, &now, &now_index))
}
