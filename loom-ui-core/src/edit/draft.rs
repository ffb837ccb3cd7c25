//! A text while edits are made in it.

use loom_spec::{Span, Value};

use super::Surroundings;
use super::index::Index;
use super::yaml::{self, Edit, New, Path, Seg, entries, get, is_null};
use crate::Refused;
use crate::document::Pins;

/// The text, what it says, and what one should know of the edits that were made so far.
pub(super) struct Draft<'a> {
    pub(super) text: String,
    pub(super) tree: Value,
    pub(super) index: Index,
    pub(super) pins: Pins,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) warnings: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(text: &str, pins: &Pins, around: &'a Surroundings<'a>) -> Result<Self, Refused> {
        let tree = readable(text)?;
        let index = Index::of(&tree);
        Ok(Self { text: text.to_owned(), tree, index, pins: pins.clone(), around, warnings: Vec::new() })
    }

    /// Takes another text, if it is one that can be read.
    pub(super) fn become_text(&mut self, text: String) -> Result<(), Refused> {
        self.tree = readable(&text)?;
        self.index = Index::of(&self.tree);
        self.text = text;
        Ok(())
    }

    pub(super) fn edit(&mut self, edit: Edit) -> Result<(), Refused> {
        let text = yaml::changed(&self.text, &[edit])?;
        self.become_text(text)
    }

    pub(super) fn rewrite(&mut self, scalars: &[(Span, String, String)]) -> Result<(), Refused> {
        let text = yaml::rewritten(&self.text, scalars)?;
        self.become_text(text)
    }

    pub(super) fn get(&self, path: &[Seg]) -> Option<&Value> {
        get(&self.tree, path)
    }

    /// Gives what is at a path a value, and makes what is missing on the way there.
    pub(super) fn set(&mut self, path: &[Seg], value: New) -> Result<(), Refused> {
        let mut there = 0;
        while there < path.len() {
            match self.get(&path[..there]) {
                Some(Value::Map(..) | Value::List(..)) if self.get(&path[..=there]).is_some() => there += 1,
                Some(value @ Value::Scalar(_)) if there > 0 && !is_null(value) => {
                    let what = words(&path[there - 1..there]);
                    return Err(Refused::edit(format!("`{what}` is a text, so nothing can be put under it")));
                }
                _ => break,
            }
        }
        if there == path.len() {
            return self.edit(Edit::Set { path: path.to_vec(), value });
        }
        // What is there holds nothing yet: it becomes the mapping itself.
        let own = match self.get(&path[..there]) {
            Some(Value::Map(..)) => there + 1,
            Some(Value::List(list, _)) => {
                let at = list.len();
                let value = path[there + 1..].iter().rev().fold(value, around);
                return self.edit(Edit::Insert { path: path[..there].to_vec(), at, value });
            }
            _ if there == 0 => 1,
            _ => there,
        };
        let value = path[own..].iter().rev().fold(value, around);
        let is_top = own == 1;
        self.edit(Edit::Set { path: path[..own].to_vec(), value })?;
        if let (true, Some(Seg::Key(key))) = (is_top, path.first()) {
            self.place_section(key);
        }
        Ok(())
    }

    /// Puts a new section where people look for it: data and parameters stand before the steps.
    fn place_section(&mut self, name: &str) {
        let keys: Vec<&str> = entries(&self.tree).iter().map(|entry| &*entry.key.text).collect();
        let before: &[&str] = match name {
            "data" => &["parameters", "sweep", "pipeline"],
            "parameters" => &["sweep", "pipeline"],
            _ => return,
        };
        let (Some(from), Some(to)) =
            (keys.iter().position(|key| *key == name), keys.iter().position(|key| before.contains(key)))
        else {
            return;
        };
        if to < from {
            // Where it cannot be moved it stands well enough.
            let _ = self.edit(Edit::Move { path: Path::new(), from, to });
        }
    }

    /// Takes away what is at a path, and what is around it, down to this depth, if there is nothing else in it.
    pub(super) fn unset(&mut self, path: &[Seg], depth: usize) -> Result<(), Refused> {
        let mut path = path.to_vec();
        while path.len() > depth + 1 {
            let alone = match self.get(&path[..path.len() - 1]) {
                Some(Value::Map(entries, _)) => entries.len() == 1,
                Some(Value::List(items, _)) => items.len() == 1,
                _ => false,
            };
            if !alone {
                break;
            }
            path.pop();
        }
        self.edit(Edit::Remove { path })
    }
}

/// A value under a key.
fn around(value: New, seg: &Seg) -> New {
    match seg {
        Seg::Key(key) => New::Map(vec![(key.clone(), value)]),
        Seg::Item(_) => New::List(vec![value]),
    }
}

fn readable(text: &str) -> Result<Value, Refused> {
    let tree = yaml::read(text).ok_or_else(yaml::broken)?;
    if matches!(tree, Value::Map(..)) || is_null(&tree) {
        return Ok(tree);
    }
    Err(Refused::new("broken", "a pipeline file is a mapping, and this is not; mend it in the text view first"))
}

/// A path for people: `data › results`.
pub(super) fn words(path: &[Seg]) -> String {
    let word = |seg: &Seg| match seg {
        Seg::Key(key) => key.clone(),
        Seg::Item(at) => (at + 1).to_string(),
    };
    path.iter().map(word).collect::<Vec<_>>().join(" › ")
}
