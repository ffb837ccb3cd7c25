//! The text of a pipeline while it is edited: its changes, undone and done again, and those that come from outside.

mod history;
pub(crate) mod lines;
mod merge;
mod splice;

use std::collections::BTreeMap;

use crate::Refused;
use crate::api::{Conflict, EditRequest, MergeChoices, Op, OpVerdict, TextDiff};
use crate::edit::{self, Surroundings};
use history::History;
use merge::Merging;
use splice::Splice;

/// Where cards were put: the upper left corners, by the ids of the cards.
pub type Pins = BTreeMap<String, (f64, f64)>;

/// The text of a pipeline, with the file that it came from, and the way there and back.
///
/// ```
/// use loom_ui_core::{Document, Surroundings, api::{EditRequest, Op, Written}};
///
/// let mut document = Document::new("parameters: {rate: 0.10}  # slow\npipeline: []\n");
/// let set = Op::Set { node: "param:rate".into(), path: vec![], value: Written::Text("0.2".into()) };
/// let request = EditRequest { base_rev: document.rev(), label: None, coalesce: None, ops: vec![set] };
/// document.edit(&request, &Surroundings::default()).unwrap();
/// assert_eq!(document.text(), "parameters: {rate: 0.2}  # slow\npipeline: []\n");
/// assert_eq!(document.undo().as_deref(), Some("set rate"));
/// assert!(!document.is_dirty());
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    text: String,
    base: String,
    rev: u64,
    pins: Pins,
    history: History,
    /// What the file has become, while it is not known what is to come of it.
    theirs: Option<String>,
    conflicts: Vec<Conflict>,
}

/// What became of a change that was made outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Merged {
    /// The file has the text that it had.
    Nothing,
    /// The text is that of the file now.
    TakenOver,
    /// The text has the changes of both.
    Both,
    /// Both changed the same; nothing was done. See [`Document::conflicts`].
    Conflicts,
}

impl Document {
    /// A document of a text that is in a file like this.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            base: text.clone(),
            text,
            rev: 0,
            pins: Pins::new(),
            history: History::default(),
            theirs: None,
            conflicts: Vec::new(),
        }
    }

    /// With cards pinned that were pinned before, where the file does not say it.
    pub fn with_pins(self, pins: Pins) -> Self {
        Self { pins, ..self }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Counts every change of the text, and of nothing else.
    pub fn rev(&self) -> u64 {
        self.rev
    }

    /// The text that is in the file.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether the text is another one than that in the file.
    pub fn is_dirty(&self) -> bool {
        self.text != self.base
    }

    /// The cards that are pinned, where the file does not say it. They change by edits, and by undo and redo.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// What undo would undo.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.undo_label()
    }

    /// What redo would do again.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.redo_label()
    }

    /// Makes edits, all of them or none. Those that were made for an earlier revision are made if what they are about is still
    /// what it was; else they are refused as `stale`.
    pub fn edit(&mut self, request: &EditRequest, around: &Surroundings<'_>) -> Result<(), Refused> {
        if request.base_rev != self.rev {
            let then = self.text_at(request.base_rev)?;
            if !edit::mean_the_same(&request.ops, &then, &self.text) {
                return Err(stale());
            }
        }
        let done = edit::run(&self.text, &self.pins, &request.ops, around)?;
        let label = request.label.clone().unwrap_or(done.label);
        self.commit(done.text, done.pins, label, request.coalesce.as_deref());
        Ok(())
    }

    /// Whether edits could be made, and what they would do. Nothing is done.
    pub fn check(&self, ops: &[Op], around: &Surroundings<'_>) -> OpVerdict {
        edit::check(&self.text, &self.pins, ops, around)
    }

    /// Gives the document another text, as one step. If it was made from an earlier revision, what it changes there is changed
    /// in the text as it is now, where that is another place.
    pub fn replace(&mut self, base_rev: u64, text: &str, label: &str) -> Result<(), Refused> {
        let new = if base_rev == self.rev {
            text.to_owned()
        } else {
            let then = self.text_at(base_rev)?;
            lines::merged(&then, &self.text, text).ok_or_else(stale)?
        };
        let pins = self.pins.clone();
        self.commit(new, pins, label.to_owned(), None);
        Ok(())
    }

    /// Takes the last change back; its label, if there was one.
    pub fn undo(&mut self) -> Option<String> {
        let step = self.history.undo(&mut self.text, &mut self.pins)?;
        self.moved_on(step.0);
        Some(step.1)
    }

    /// Makes the change again that was taken back last; its label, if there was one.
    pub fn redo(&mut self) -> Option<String> {
        let step = self.history.redo(&mut self.text, &mut self.pins)?;
        self.moved_on(step.0);
        Some(step.1)
    }

    /// The text is in the file now, whatever that had become.
    pub fn saved(&mut self) {
        self.base.clone_from(&self.text);
        self.theirs = None;
        self.conflicts.clear();
        self.history.end_word();
    }

    /// The file has this text now. An unchanged document takes it over; else the changes of both are put together, and what
    /// both changed is left to be [settled](Self::settle).
    pub fn outside(&mut self, theirs: &str) -> Merged {
        self.theirs = None;
        self.conflicts.clear();
        if theirs == self.base {
            return Merged::Nothing;
        }
        if theirs == self.text {
            theirs.clone_into(&mut self.base);
            return Merged::TakenOver;
        }
        if !self.is_dirty() {
            self.take_over(theirs.to_owned(), theirs, "change made outside");
            return Merged::TakenOver;
        }
        match merge::merge(&self.base, &self.text, theirs, &[]) {
            Merging::Text(text) => {
                self.take_over(text, theirs, "change made outside, put together with those made here");
                Merged::Both
            }
            Merging::Conflicts(conflicts) => {
                self.theirs = Some(theirs.to_owned());
                self.conflicts = conflicts;
                Merged::Conflicts
            }
        }
    }

    /// What both sides changed, while that is not settled.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Settles conflicts. All must be: nothing is done else.
    pub fn settle(&mut self, choices: &MergeChoices) -> Result<(), Refused> {
        let Some(theirs) = self.theirs.clone() else {
            return Err(Refused::edit("there are no conflicts to be settled"));
        };
        match merge::merge(&self.base, &self.text, &theirs, &choices.choices) {
            Merging::Text(text) => {
                self.take_over(text, &theirs, "conflicts settled");
                Ok(())
            }
            Merging::Conflicts(conflicts) => {
                let first = conflicts.first().map(|conflict| conflict.label.clone()).unwrap_or_default();
                self.conflicts = conflicts;
                Err(Refused::new("conflicts", format!("`{first}` was changed here and outside: choose one of the two")))
            }
        }
    }

    /// How the text differs from that in the file.
    pub fn text_diff(&self) -> TextDiff {
        lines::diff(&self.base, &self.text)
    }

    fn take_over(&mut self, text: String, theirs: &str, label: &str) {
        theirs.clone_into(&mut self.base);
        self.theirs = None;
        self.conflicts.clear();
        let pins = self.pins.clone();
        self.commit(text, pins, label.to_owned(), None);
    }

    fn commit(&mut self, text: String, pins: Pins, label: String, word: Option<&str>) {
        let splice = Splice::between(&self.text, &text);
        if splice.is_nothing() && pins == self.pins {
            return;
        }
        let back = splice.back();
        self.history.push(&self.text, splice, &self.pins, &pins, label, word);
        self.text = text;
        self.pins = pins;
        self.moved_on(back);
    }

    /// After a change of the text that this takes back.
    fn moved_on(&mut self, back: Splice) {
        if back.is_nothing() {
            return;
        }
        self.rev += 1;
        self.history.passed(back);
        if let Some(theirs) = self.theirs.take() {
            // What is in conflict may be another thing now, or nothing any more.
            match merge::merge(&self.base, &self.text, &theirs, &[]) {
                Merging::Conflicts(conflicts) => {
                    self.conflicts = conflicts;
                    self.theirs = Some(theirs);
                }
                Merging::Text(text) => {
                    self.take_over(text, &theirs, "change made outside, put together with those made here");
                }
            }
        }
    }

    fn text_at(&self, rev: u64) -> Result<String, Refused> {
        let passed = self.rev.checked_sub(rev).ok_or_else(stale)?;
        self.history.text_before(&self.text, passed).ok_or_else(stale)
    }
}

fn stale() -> Refused {
    Refused::new("stale", "what this is about has been changed meanwhile; look at it as it is now, and try again")
}
