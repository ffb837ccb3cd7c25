//! What a unit's result depends on, and what two of these differ in.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::contents::Content;
use super::reason::Reason;

/// All that a unit was made from, and what it made. Two that are the same would make the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    /// What runs and the words behind it, as the pipeline has them: nothing of where this machine keeps its programs.
    pub(crate) command: Vec<String>,
    /// The version of Python, where it runs the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) python: Option<String>,
    /// The variables that the step declares; with `None` it is taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) env: Vec<(String, Option<String>)>,
    pub(crate) files: Vec<KeyFile>,
}

/// A file or folder of a [`Key`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyFile {
    pub(crate) role: Role,
    pub(crate) path: Arc<str>,
    /// Of an input or an output, its name; of a module, the file that imports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Arc<str>>,
    pub(crate) content: Content,
}

/// What a file is to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Task,
    Module,
    Input,
    Output,
}

impl Key {
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &KeyFile> {
        self.files.iter().filter(|file| file.role == Role::Output)
    }

    /// Whether a file is of this key and was the same. Most likely it stands where it stands in the other one: a step may gather
    /// ten thousand.
    pub(crate) fn has(&self, at: usize, file: &KeyFile) -> bool {
        self.files.get(at) == Some(file) || self.files.contains(file)
    }

    /// Why a unit that was made from `self` is to run again, if it would now be made from `now`, whose outputs are what stands
    /// there now. Nothing, if it need not.
    pub(crate) fn changes(&self, now: &Self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self == now {
            return reasons;
        }
        words(&self.command, &now.command, &mut reasons);
        for (name, new) in &now.env {
            let old = self.env.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            if old != Some(new) {
                let old = old.cloned().flatten();
                reasons.push(Reason::Variable { name: name.clone(), old, new: new.clone() });
            }
        }
        for (name, old) in self.env.iter().filter(|(name, _)| !now.env.iter().any(|(known, _)| known == name)) {
            reasons.push(Reason::Variable { name: name.clone(), old: old.clone(), new: None });
        }
        if self.python != now.python {
            let text = |version: &Option<String>| version.clone().unwrap_or_default();
            reasons.push(Reason::Python { old: text(&self.python), new: text(&now.python) });
        }
        let mut strangers = Vec::new();
        let before = by_path(&self.files);
        for file in &now.files {
            match before.get(&place_of(file)) {
                Some(known) if known.content == file.content => {}
                Some(_) => reasons.push(reason(file, "changed")),
                None => strangers.push(reason(file, "is new")),
            }
        }
        // Files come and go with the words that name them, which say it better.
        if reasons.is_empty() {
            reasons.append(&mut strangers);
        }
        if reasons.is_empty() {
            let now = by_path(&now.files);
            let gone = self.files.iter().filter(|file| !now.contains_key(&place_of(file)));
            reasons.extend(gone.map(|file| reason(file, "is gone")));
        }
        reasons
    }
}

/// By what a file is found in another key: a task may come to be imported by another, and the other way round.
fn place_of(file: &KeyFile) -> (Role, &str) {
    let role = if file.role == Role::Module { Role::Task } else { file.role };
    (role, &file.path)
}

fn by_path(files: &[KeyFile]) -> HashMap<(Role, &str), &KeyFile> {
    // Of two of one path the first counts.
    files.iter().rev().map(|file| (place_of(file), file)).collect()
}

/// What a file that is not as it was is a reason for.
fn reason(file: &KeyFile, how: &'static str) -> Reason {
    let path = file.path.to_string();
    let label = || file.name.as_deref().unwrap_or(&file.path).to_owned();
    match (file.role, file.content) {
        (Role::Output, Content::Nothing) => Reason::OutputMissing { path },
        (Role::Output, _) => Reason::OutputChanged { path },
        (Role::Input, Content::Nothing) => Reason::InputMissing { input: label(), path },
        (Role::Input, _) => Reason::InputChanged { input: label(), path },
        (Role::Task, _) => Reason::TaskChanged { path, how: how.into() },
        (Role::Module, _) => Reason::ModuleChanged { path, by: label(), how: how.into() },
    }
}

/// An option and the words behind it; words before the first option have none.
type Words<'a> = (&'a str, &'a [String]);

/// More words than this behind an option are not told all.
const MANY: usize = 3;

/// The words that others do not have.
fn without(words: &[String], others: &[String]) -> Vec<String> {
    let others: HashSet<&str> = others.iter().map(String::as_str).collect();
    words.iter().filter(|word| !others.contains(word.as_str())).cloned().collect()
}

/// Tells two command lines apart by their options.
fn words(old: &[String], new: &[String], reasons: &mut Vec<Reason>) {
    if old == new {
        return;
    }
    let (old, new) = (by_option(old), by_option(new));
    let text = |words: &[String]| words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
    let mut matched = vec![false; old.len()];
    for (option, now) in &new {
        let place = (0..old.len()).find(|place| !matched[*place] && old[*place].0 == *option);
        let before = place.map(|place| {
            matched[place] = true;
            old[place].1
        });
        if before == Some(*now) {
            continue;
        }
        let (old, new) = match before {
            // Of many words, those that came and went say it better.
            Some(before) if before.len().max(now.len()) > MANY => {
                let (gone, come) = (without(before, now), without(now, before));
                let some = |words: Vec<String>| Some(text(&words)).filter(|text| !text.is_empty());
                if gone.is_empty() && come.is_empty() { (None, None) } else { (some(gone), some(come)) }
            }
            _ => (before.map(text), Some(text(now))),
        };
        let name = (*option).to_owned();
        reasons.push(if (&old, &new) == (&None, &None) {
            Reason::Reordered
        } else {
            Reason::Argument { name, old, new }
        });
    }
    for ((option, before), _) in old.iter().zip(&matched).filter(|(_, matched)| !**matched) {
        reasons.push(Reason::Argument { name: (*option).to_owned(), old: Some(text(before)), new: None });
    }
    // The same options in another order.
    if reasons.is_empty() {
        reasons.push(Reason::Reordered);
    }
}

/// A word that is seen to be one, among others.
fn quoted(word: &str) -> String {
    if word.is_empty() || word.contains(char::is_whitespace) { format!("'{word}'") } else { word.to_owned() }
}

fn by_option(words: &[String]) -> Vec<Words<'_>> {
    let is_option = |word: &String| word.starts_with('-') && word.len() > 1 && word.parse::<f64>().is_err();
    let starts: Vec<usize> = (0..words.len()).filter(|at| is_option(&words[*at])).collect();
    let ends = starts.iter().skip(1).copied().chain([words.len()]);
    let first = starts.first().copied().unwrap_or(words.len());
    let mut found: Vec<Words<'_>> = vec![("", &words[..first])];
    found.extend(starts.iter().zip(ends).map(|(start, end)| (&*words[*start], &words[start + 1..end])));
    found
}

#[cfg(test)]
mod tests;
