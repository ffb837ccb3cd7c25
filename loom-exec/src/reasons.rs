//! Why units run, in few words, however many reasons there are.

use std::collections::HashMap;

use crate::Reason;

/// So many different reasons are told of one unit, or of one step.
const MOST_TOLD: usize = 5;
/// What is longer, as the words of a step that gathers thousands of files, is told without what differs.
const LONGEST: usize = 400;

/// The reasons of one unit, each in a few words; one that is there for several inputs is told once, with how many these are.
///
/// ```
/// use loom_exec::Reason;
/// let input = |path: &str| Reason::InputChanged { input: "results".into(), path: path.into() };
/// let told = loom_exec::reasons::told(&[input("a.txt"), Reason::Reordered, input("b.txt")]);
/// assert_eq!(told, ["input results changed ×2", "arguments in another order"]);
/// ```
pub fn told(reasons: &[Reason]) -> Vec<String> {
    let mut tally = Tally::default();
    for reason in reasons {
        let text = reason.to_string();
        tally.add(if text.len() > LONGEST { without_own(reason) } else { text });
    }
    let more = tally.0.len().saturating_sub(MOST_TOLD);
    let told = tally.0.into_iter().take(MOST_TOLD);
    let told = told.map(|(text, count)| if count == 1 { text } else { format!("{text} ×{count}") });
    told.chain((more > 0).then(|| format!("… {more} more"))).collect()
}

/// Texts, and how often they are there, in the order in which they were first.
///
/// ```
/// let mut tally = loom_exec::reasons::Tally::default();
/// ["a", "b", "b"].map(str::to_owned).into_iter().for_each(|text| tally.add(text));
/// assert_eq!(tally.told(3), ["b (2)", "a (1)"]);
/// ```
#[derive(Debug, Default)]
pub struct Tally(Vec<(String, usize)>, HashMap<String, usize>);

impl Tally {
    /// Adds a text.
    pub fn add(&mut self, text: String) {
        let next = self.0.len();
        let place = *self.1.entry(text.clone()).or_insert(next);
        match self.0.get_mut(place) {
            Some((_, count)) => *count += 1,
            None => self.0.push((text, 1)),
        }
    }

    /// Each text, and how often it is there.
    pub fn all(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(text, count)| (&**text, *count))
    }

    /// How many differ.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The most frequent ones, with their counts unless it is all of `all`.
    pub fn told(mut self, all: usize) -> Vec<String> {
        self.0.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = self.0.len().saturating_sub(MOST_TOLD);
        let told = self.0.into_iter().take(MOST_TOLD);
        let told = told.map(|(text, count)| if count == all { text } else { format!("{text} ({count})") });
        told.chain((more > 0).then(|| format!("… {more} more"))).collect()
    }
}

/// A reason without what is another one for every unit.
pub fn without_own(reason: &Reason) -> String {
    match reason {
        Reason::Argument { name, .. } if name.is_empty() => "command line changed".to_owned(),
        Reason::Argument { name, .. } | Reason::Variable { name, .. } => format!("{name} changed"),
        Reason::OutputMissing { .. } => "an output is missing".to_owned(),
        Reason::OutputChanged { .. } => "an output was changed".to_owned(),
        Reason::InputChanged { .. } => "an input changed".to_owned(),
        Reason::InputMissing { .. } => "an input is missing".to_owned(),
        Reason::InputWillChange { .. } => "an input will change".to_owned(),
        Reason::ChangedMeanwhile { .. } => "an input changed while it ran".to_owned(),
        Reason::AnswerUnknown { .. } => "a condition is to be answered".to_owned(),
        Reason::Failed { .. } => "failed last time".to_owned(),
        Reason::Unreadable { .. } => "something cannot be read".to_owned(),
        reason => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_of_reasons_are_one_line() {
        let input = |input: &str, path: usize| Reason::InputChanged { input: input.to_owned(), path: path.to_string() };
        let mut reasons: Vec<Reason> = (0..10_000).map(|path| input("results", path)).collect();
        let [old, new] = [1000, 1001].map(|words| Some("word ".repeat(words)));
        reasons.push(Reason::Argument { name: String::new(), old, new });
        assert_eq!(told(&reasons), ["input results changed ×10000", "command line changed"]);
        let reasons: Vec<Reason> = (0..9).map(|name| input(&name.to_string(), 0)).collect();
        assert_eq!(told(&reasons)[4..], ["input 4 changed", "… 4 more"]);
    }
}
