//! Which failures are the same one, but for the unit that it happened to.

use std::collections::HashMap;
use std::path::Path;

use loom_exec::{Command, Outcome};

use crate::report::last_lines;
use crate::terminal::as_read;

/// No more words of a command are looked for in what it wrote.
const MOST_WORDS: usize = 200;

/// Failures by what they have in common: how they ended, and the last line that was written, whatever is the unit's own in
/// these.
#[derive(Debug, Default)]
pub(crate) struct Sameness(HashMap<(usize, String), usize>);

impl Sameness {
    /// The failure that one of a unit of this step is the same as; else it is known as `new` from here on.
    pub(crate) fn find(
        &mut self,
        step: usize,
        unit: &str,
        own: &[String],
        outcome: &Outcome,
        log: Option<&Path>,
        new: usize,
    ) -> usize {
        let last = log.and_then(last_lines).map(|tail| as_read(&tail)).unwrap_or_default();
        let last = last.trim_end().rsplit('\n').next().unwrap_or_default();
        let mut names: Vec<&str> = std::iter::once(unit).chain(own.iter().map(String::as_str)).collect();
        names.retain(|name| !name.is_empty());
        names.sort_unstable_by_key(|name| std::cmp::Reverse(name.len()));
        names.dedup();
        // A value of one unit may stand in what all of them write, and in how all of them end.
        let how = outcome.to_string();
        let (hows, lasts) = ([without(&how, &names), how], [without(last, &names), last.to_owned()]);
        let keys = hows.iter().flat_map(|how| lasts.iter().map(move |last| (step, format!("{how}\n{last}"))));
        let keys: Vec<(usize, String)> = keys.collect();
        let found = keys.iter().find_map(|key| self.0.get(key)).copied().unwrap_or(new);
        for key in keys {
            self.0.entry(key).or_insert(found);
        }
        found
    }
}

/// What is a unit's own: its values, as they stand in texts and in paths, and the words that it is handed.
pub(crate) fn own<'a>(values: impl Iterator<Item = &'a str>, command: Option<&Command>) -> Vec<String> {
    let in_path = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-') { c } else { '_' };
    let values = values.flat_map(|value| [value.to_owned(), value.chars().map(in_path).collect()]);
    let words = command.into_iter().flat_map(Command::words).skip(1).take(MOST_WORDS);
    let words = words.map(|word| word.to_string_lossy().into_owned()).filter(|word| !word.starts_with('-'));
    values.chain(words).collect()
}

/// A text without these names, the longest of which come first, where they stand as words.
fn without(text: &str, names: &[&str]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = None;
    while let Some(c) = rest.chars().next() {
        let begins = |name: &&&str| {
            let Some(behind) = rest.strip_prefix(**name) else { return false };
            let goes_on = |one: Option<char>, other: Option<char>| {
                one.zip(other).is_some_and(|(one, other)| one.is_alphanumeric() && other.is_alphanumeric())
            };
            !goes_on(before, name.chars().next()) && !goes_on(name.chars().last(), behind.chars().next())
        };
        let taken = match names.iter().find(begins) {
            Some(name) => {
                out.push('\u{1}');
                name
            }
            None => {
                out.push(c);
                &rest[..c.len_utf8()]
            }
        };
        before = taken.chars().last();
        rest = &rest[taken.len()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_the_same_whatever_unit_it_happened_to() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("log");
        let mut sameness = Sameness::default();
        let mut next = 0;
        let mut find = |rate: &str, code: i32, text: &str| {
            std::fs::write(&log, format!("{rate} is tried\n{text}\n\n")).expect("it can be written");
            let own = own([rate].into_iter(), None);
            next += 1;
            sameness.find(0, &format!("train@rate={rate}"), &own, &Outcome::Exited { code }, Some(&log), next)
        };
        assert_eq!(find("0.1", 3, "rate 0.1 is too low in r_0.1.json"), 1);
        assert_eq!(find("0.2", 3, "rate 0.2 is too low in r_0.2.json"), 1);
        assert_eq!(find("0.3", 3, "rate 0.31 is too low in r_0.3.json"), 3, "another number");
        assert_eq!(find("0.4", 4, "rate 0.4 is too low in r_0.4.json"), 4, "another code");
        assert_eq!(find("5", 3, "there are 5 rows"), 5);
        assert_eq!(find("6", 3, "there are 5 rows"), 5, "the five is not the unit's own");
        assert_eq!(find("7", 3, "there are 5 rows"), 5);
        assert_eq!(find("3", 3, "there are 5 rows"), 5, "nor is the code");
        assert_eq!(find("8", 3, "train@rate=8: no"), 9);
        assert_eq!(find("9", 3, "train@rate=9: no"), 9);
    }
}
