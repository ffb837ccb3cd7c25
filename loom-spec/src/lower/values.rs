//! Values: scalars, lists and mappings, and what is said of one of the wrong kind.

use std::fmt::Display;
use std::hash::BuildHasher;
use std::sync::Arc;

use super::Lower;
use crate::tree::{self, Kind, Node};
use crate::{Entry, Problem, Scalar, Style, Value};

/// The texts that came last: flags and the names of tasks recur with every step, and share one copy. Most others come once, so
/// that to know them all would cost more than it saves.
#[derive(Default)]
pub(super) struct Texts {
    hasher: foldhash::fast::RandomState,
    /// Each at a place that its hash says.
    last: Vec<Option<Arc<str>>>,
}

impl Texts {
    const PLACES: usize = 1 << 12;

    fn intern(&mut self, text: &str) -> Arc<str> {
        if self.last.is_empty() {
            self.last.resize(Self::PLACES, None);
        }
        let place = self.hasher.hash_one(text) as usize % Self::PLACES;
        match &self.last[place] {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(self.last[place].insert(text.into())),
        }
    }
}

impl Lower<'_> {
    /// A key with nothing behind it, which `inputs:` and its like may be.
    pub(super) fn is_absent(&self, node: Node<'_>) -> bool {
        node.scalar().is_some_and(|(text, style)| style == Style::Plain && matches!(text, "" | "~" | "null"))
    }

    pub(super) fn key(&mut self, key: tree::Scalar<'_>) -> Scalar {
        Scalar { text: self.intern(key.text), span: key.span, style: key.style }
    }

    pub(super) fn intern(&mut self, text: &str) -> Arc<str> {
        self.texts.intern(text)
    }

    pub(super) fn value(&mut self, node: Node<'_>) -> Value {
        match node.kind() {
            Kind::Scalar(text, style) => Value::Scalar(Scalar { text: self.intern(text), span: node.span(), style }),
            Kind::Sequence => Value::List(node.items().map(|item| self.value(item)).collect(), node.span()),
            Kind::Mapping => {
                let mut entries = Vec::new();
                for (key, value) in node.entries(self.problems) {
                    entries.push(Entry { key: self.key(key), value: self.value(value) });
                }
                Value::Map(entries.into(), node.span())
            }
        }
    }

    /// A value that a task may receive: says where YAML 1.1 would have read another one.
    pub(super) fn value_with_warnings(&mut self, node: Node<'_>) -> Value {
        let value = self.value(node);
        match &value {
            Value::Scalar(scalar) => self.warn_of_old_bool(scalar),
            Value::List(items, _) => {
                for item in items {
                    if let Value::Scalar(scalar) = item {
                        self.warn_of_old_bool(scalar);
                    }
                }
            }
            Value::Map(..) => {}
        }
        value
    }

    pub(super) fn warn_of_old_bool(&mut self, scalar: &Scalar) {
        if !scalar.is_old_bool() {
            return;
        }
        let word = &scalar.text;
        let switch = matches!(&*word.to_lowercase(), "yes" | "on");
        self.problems.push(
            Problem::warning("word-not-switch", format!("`{word}` is a word here, not a switch"))
                .at(scalar.span, "passed on as this word")
                .help(format!("loom-pipeline took it for `{switch}`: write that, or put quotes around the word")),
        );
    }

    pub(super) fn text(&mut self, node: Node<'_>, what: impl Display, expected: &str) -> Option<Scalar> {
        let scalar = match node.kind() {
            Kind::Scalar(text, style) => Scalar { text: self.intern(text), span: node.span(), style },
            _ => {
                self.wrong_kind(node, &what.to_string(), expected);
                return None;
            }
        };
        if scalar.is_null() {
            self.problems.push(
                Problem::error("wrong-kind", format!("{what} has no value"))
                    .at(scalar.span, format!("expected {expected}")),
            );
            return None;
        }
        Some(scalar)
    }

    /// A text that is wholly `$name`. The name alone, which loom-pipeline takes as well, is read as one.
    pub(super) fn reference(&mut self, node: Node<'_>, what: &str, expected: &str) -> Option<Scalar> {
        let scalar = self.text(node, what, expected)?;
        if scalar.reference().is_some_and(|name| !name.is_empty()) {
            return Some(scalar);
        }
        if scalar.as_bool().is_some() || scalar.text.is_empty() || scalar.text.contains(['$', '/']) {
            self.wrong_kind(node, what, expected);
            return None;
        }
        Some(Scalar { text: self.intern(&format!("${}", scalar.text)), ..scalar })
    }

    pub(super) fn switch(&mut self, node: Node<'_>, what: &str) -> Option<bool> {
        let scalar = node.scalar().map(|(text, style)| Scalar { text: self.intern(text), span: node.span(), style });
        let switch = scalar.as_ref().and_then(Scalar::as_bool);
        if switch.is_none() {
            let help = scalar.and_then(|word| match &*word.text.to_lowercase() {
                "yes" | "on" if word.is_old_bool() => Some("write `true`"),
                "no" | "off" if word.is_old_bool() => Some("write `false`"),
                "true" | "false" => Some("write it without the quotes"),
                _ => None,
            });
            let problem = self.wrong_kind_problem(node, what, "true or false");
            self.problems.push(problem.maybe_help(help.map(ToOwned::to_owned)));
        }
        switch
    }

    pub(super) fn count(&mut self, node: Node<'_>, what: &str) -> Option<usize> {
        let count = node.scalar().and_then(|(text, _)| text.parse().ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.wrong_kind(node, what, "a whole number, 1 or more");
        }
        count
    }

    /// How many there are, which may be none.
    pub(super) fn whole(&mut self, node: Node<'_>, what: &str) -> Option<u32> {
        let whole = node.scalar().and_then(|(text, _)| digits(text)?.parse().ok());
        if whole.is_none() {
            self.wrong_kind(node, what, "a whole number, 0 or more");
        }
        whole
    }

    pub(super) fn expect_mapping(&mut self, node: Node<'_>, what: &str, holding: &str) -> bool {
        let fits = matches!(node.kind(), Kind::Mapping);
        if !fits {
            let problem = self.wrong_kind_problem(node, what, &format!("a mapping: {holding}"));
            self.problems.push(match node.kind() {
                Kind::Sequence => problem.help("give each item a key: `key: value`"),
                _ if self.is_absent(node) => problem,
                _ => problem.help("write `key: value`, with a space behind the `:`"),
            });
        }
        fits
    }

    pub(super) fn expect_list(&mut self, node: Node<'_>, what: &str, expected: &str) -> bool {
        let fits = matches!(node.kind(), Kind::Sequence);
        if !fits {
            let problem = self.wrong_kind_problem(node, what, expected);
            self.problems.push(if self.is_absent(node) { problem } else { problem.help("each step begins with `- `") });
        }
        fits
    }

    pub(super) fn wrong_kind(&mut self, node: Node<'_>, what: &str, expected: &str) {
        let problem = self.wrong_kind_problem(node, what, expected);
        self.problems.push(problem);
    }

    pub(super) fn wrong_kind_problem(&mut self, node: Node<'_>, what: &str, expected: &str) -> Problem {
        const SHORT: usize = 30;
        let found = match node.kind() {
            Kind::Scalar(..) if self.is_absent(node) => "empty".to_owned(),
            Kind::Scalar(text, Style::Plain) if text.len() <= SHORT && !text.contains('\n') => {
                format!("`{text}`")
            }
            Kind::Scalar(_, Style::Quoted) => "text in quotes".to_owned(),
            Kind::Scalar(..) => "text".to_owned(),
            Kind::Sequence => "a list".to_owned(),
            Kind::Mapping => "a mapping".to_owned(),
        };
        Problem::error("wrong-kind", format!("{what} cannot be {found}"))
            .at(node.span(), format!("expected {expected}"))
    }
}

/// Digits and nothing else: Rust takes `+1` for a number, and YAML takes it for one as well, but nobody means it.
pub(crate) fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}
