//! What there is to see of an open pipeline: the board, and what stands beside it.
//!
//! [`draw`] takes a pipeline as it was checked, broken or not, and gives cards, wires and frames in their places, the
//! outline, the table of parameters, and the problems with what would mend them. It opens no file and depends on nothing
//! but what it is handed, so the same text gives the same board on every machine.
//!
//! What the file means comes in three layers: every node and everything that flows (`model`), what of it is folded into one
//! card (`fold`), and where all of that stands (`place`).

mod cards;
mod change;
mod details;
mod diagnostics;
mod fields;
mod fixes;
mod fold;
mod model;
mod outline;
mod place;
mod ports;
mod positions;
mod raw;
mod wiring;

use std::collections::BTreeMap;
use std::sync::Arc;

use loom_graph::Checked;
use loom_spec::{Source, TaskInterface};

use crate::api::{Board, Diagnostic, OutlineItem, Parameter};

pub use change::change;
pub use details::details;
pub use positions::Positions;

/// What tasks say of themselves, by their paths as they are written; none of those that say nothing.
pub type Interfaces<'a> = dyn Fn(&str) -> Option<Arc<TaskInterface>> + 'a;

/// Which groups and branches are folded.
///
/// Those that nobody chose for go by a rule: groups are drawn whole, and branches that are alike are one card from
/// [`Folding::ALIKE`] on. Where that would come to more than [`Folding::MANY`] cards, all that can be folded is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folding {
    choices: BTreeMap<String, bool>,
}

impl Folding {
    /// How many branches that are alike are one card by themselves.
    pub const ALIKE: usize = 6;
    /// How many cards are more than one can see at a time.
    pub const MANY: usize = 300;

    /// Folds or unfolds what has this id: `group:NAME` or `fold:NAME`.
    pub fn choose(&mut self, id: &str, folded: bool) {
        self.choices.insert(id.to_owned(), folded);
    }

    /// What was chosen for an id; none if nobody did.
    pub fn choice(&self, id: &str) -> Option<bool> {
        self.choices.get(id).copied()
    }

    /// All that was chosen, by id.
    pub fn choices(&self) -> impl Iterator<Item = (&str, bool)> {
        self.choices.iter().map(|(id, folded)| (&**id, *folded))
    }
}

/// What [`draw`] makes of a pipeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Drawn {
    /// The graph.
    pub board: Board,
    /// Everything, folded or not: groups, steps and what they make; then the parameters, and the data that no step makes.
    pub outline: Vec<OutlineItem>,
    /// What is wrong, in file order.
    pub diagnostics: Vec<Diagnostic>,
    /// The parameters, in file order; what the file on the disk has is left to be filled in.
    pub parameters: Vec<Parameter>,
}

/// Draws a pipeline.
///
/// ```
/// use loom_ui_core::board::{Folding, Positions, draw};
/// let source = loom_spec::Source::new("pipeline.yml", "
/// data: {table: {type: csv, path: data/table.csv}}
/// parameters: {rows: 50}
/// pipeline:
///   - {name: make, task: tasks/make.py, outputs: {--output: $table}, args: {--rows: $rows}}
/// ");
/// let checked = loom_graph::check(loom_spec::parse(&source), &loom_graph::OnPaper);
/// let drawn = draw(&checked, &source, &|_| None, &Folding::default(), &Positions::default());
/// let ids: Vec<&str> = drawn.board.cards.iter().map(|card| &*card.id).collect();
/// assert_eq!(ids, ["param:rows", "step:make", "data:table"]);
/// assert_eq!(drawn.board.wires[0].id, "param:rows/out>step:make/arg:--rows");
/// ```
pub fn draw(
    checked: &Checked,
    source: &Source,
    interfaces: &Interfaces<'_>,
    folding: &Folding,
    positions: &Positions,
) -> Drawn {
    let model = model::Model::new(checked, source, interfaces);
    let fold = fold::Fold::new(&model, folding);
    let board = place::place(cards::cards(&model, &fold), positions);
    let outline = outline::outline(&model, &fold);
    let tree = if checked.problems.is_empty() { None } else { raw::read(source) };
    let diagnostics = diagnostics::diagnostics(checked, &model, tree.as_ref(), source);
    let parameters = outline::parameters(&model);
    Drawn { board, outline, diagnostics, parameters }
}
