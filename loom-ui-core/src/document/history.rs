//! What was done, so that it can be taken back, and done again.

use std::collections::VecDeque;

use super::Pins;
use super::splice::Splice;

/// How many steps are kept.
const STEPS: usize = 500;
/// How many bytes of text they may keep all together.
const BYTES: usize = 16 << 20;

/// A card, where it was pinned, and where it is.
type Moved = (String, Option<(f64, f64)>, Option<(f64, f64)>);

#[derive(Clone, Debug)]
struct Step {
    label: String,
    splice: Splice,
    moved: Vec<Moved>,
    /// What comes next with the same word belongs to it.
    word: Option<String>,
}

impl Step {
    fn size(&self) -> usize {
        self.splice.size() + self.label.len() + self.moved.iter().map(|(card, ..)| card.len() + 32).sum::<usize>()
    }
}

/// What was done, and what was taken back; and how the text came to be what it is, whichever way.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    done: VecDeque<Step>,
    undone: Vec<Step>,
    /// What leads back through the revisions, the last one at the end.
    passed: VecDeque<Splice>,
}

impl History {
    pub(super) fn undo_label(&self) -> Option<&str> {
        self.done.back().map(|step| &*step.label)
    }

    pub(super) fn redo_label(&self) -> Option<&str> {
        self.undone.last().map(|step| &*step.label)
    }

    /// Takes the last step back. What leads to the text before, and the label.
    pub(super) fn undo(&mut self, text: &mut String, pins: &mut Pins) -> Option<(Splice, String)> {
        let mut step = self.done.pop_back()?;
        *text = step.splice.back().applied(text);
        for (card, was, _) in &step.moved {
            put(pins, card, *was);
        }
        step.word = None;
        let told = (step.splice.clone(), step.label.clone());
        self.undone.push(step);
        self.end_word();
        Some(told)
    }

    /// The other way round.
    pub(super) fn redo(&mut self, text: &mut String, pins: &mut Pins) -> Option<(Splice, String)> {
        let step = self.undone.pop()?;
        *text = step.splice.applied(text);
        for (card, _, is) in &step.moved {
            put(pins, card, *is);
        }
        let told = (step.splice.back(), step.label.clone());
        self.done.push_back(step);
        Some(told)
    }

    /// A step that is about to be done.
    pub(super) fn push(
        &mut self,
        text: &str,
        splice: Splice,
        pins: &Pins,
        new_pins: &Pins,
        label: String,
        word: Option<&str>,
    ) {
        self.undone.clear();
        let mut moved: Vec<Moved> = Vec::new();
        for card in pins.keys().chain(new_pins.keys().filter(|card| !pins.contains_key(*card))) {
            let (was, is) = (pins.get(card).copied(), new_pins.get(card).copied());
            if was != is {
                moved.push((card.clone(), was, is));
            }
        }
        let mut step = Step { label, splice, moved, word: word.map(str::to_owned) };
        if let Some(last) = self.done.pop_back_if(|last| word.is_some() && last.word.as_deref() == word) {
            step = continued(last, step, text);
        }
        self.done.push_back(step);
        let mut bytes: usize = self.done.iter().map(Step::size).sum();
        while self.done.len() > STEPS || bytes > BYTES && self.done.len() > 1 {
            bytes -= self.done.pop_front().map_or(0, |step| step.size());
        }
    }

    /// What comes next is a step of its own.
    pub(super) fn end_word(&mut self) {
        if let Some(last) = self.done.back_mut() {
            last.word = None;
        }
    }

    /// The text has got another revision, from which this leads back.
    pub(super) fn passed(&mut self, back: Splice) {
        self.passed.push_back(back);
        let mut bytes: usize = self.passed.iter().map(Splice::size).sum();
        while self.passed.len() > STEPS || bytes > BYTES {
            bytes -= self.passed.pop_front().map_or(0, |splice| splice.size());
        }
    }

    /// The text as it was so many revisions ago; none if that is not known any more.
    pub(super) fn text_before(&self, text: &str, revisions: u64) -> Option<String> {
        let count = usize::try_from(revisions).ok().filter(|count| *count <= self.passed.len())?;
        let back = self.passed.iter().rev().take(count);
        Some(back.fold(text.to_owned(), |text, splice| splice.applied(&text)))
    }
}

/// Two steps as one; `text` is the text between them.
fn continued(first: Step, second: Step, text: &str) -> Step {
    let splice = Splice::between(&first.splice.back().applied(text), &second.splice.applied(text));
    let mut moved = first.moved;
    for (card, was, is) in second.moved {
        match moved.iter_mut().find(|(known, ..)| *known == card) {
            Some(known) => known.2 = is,
            None => moved.push((card, was, is)),
        }
    }
    moved.retain(|(_, was, is)| was != is);
    Step { splice, moved, ..second }
}

fn put(pins: &mut Pins, card: &str, at: Option<(f64, f64)>) {
    match at {
        Some(at) => pins.insert(card.to_owned(), at),
        None => pins.remove(card),
    };
}

#[cfg(test)]
mod tests {
    use super::{BYTES, History, STEPS};
    use crate::document::{Pins, splice::Splice};

    fn add(history: &mut History, text: &mut String, more: &str) {
        let new = format!("{text}{more}");
        let splice = Splice::between(text, &new);
        let back = splice.back();
        history.push(text, splice, &Pins::new(), &Pins::new(), "add".to_owned(), None);
        history.passed(back);
        *text = new;
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (mut history, mut text) = (History::default(), String::new());
        for _ in 0..STEPS + 10 {
            add(&mut history, &mut text, "a");
        }
        assert_eq!(history.text_before(&text, STEPS as u64).as_deref(), Some("aaaaaaaaaa"));
        assert_eq!(history.text_before(&text, STEPS as u64 + 1), None);
        let mut pins = Pins::new();
        let steps = std::iter::from_fn(|| history.undo(&mut text, &mut pins)).count();
        assert_eq!((steps, &*text), (STEPS, "aaaaaaaaaa"));
        let (mut history, mut text) = (History::default(), String::new());
        for _ in 0..3 {
            add(&mut history, &mut text, &"b".repeat(BYTES / 2));
        }
        let steps = std::iter::from_fn(|| history.undo(&mut text, &mut pins)).count();
        assert!(steps < 3, "{steps}");
    }
}
