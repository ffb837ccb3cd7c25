//! `exclude`, `include`, `where` and `--only`, with their names looked up.

use std::sync::Arc;

use loom_spec::{Entry, Problem, Scalar, Span, Style, Value};

use super::build::Build;
use super::column::{Column, Pattern};
use super::condition::Condition;
use super::sieve::{Exclude, Include};

impl<'a> Build<'a> {
    /// The axis of the product that a key names; tells that there is none.
    pub(super) fn named(&mut self, key: &Scalar, most: usize) -> Option<usize> {
        if let Some(column) = self.columns.iter().position(|column| column.name == key.text) {
            if column < most {
                return Some(column);
            }
            let kind = if column < self.base { "an axis that only `include` names" } else { "an axis of `repeat`" };
            self.error(
                Problem::error("unknown-axis", format!("`{}` is {kind}", key.text))
                    .at(key.span, "expected one of the `axes`")
                    .help("what is repeated or included comes after the other axes were crossed"),
            );
            return None;
        }
        let sets =
            |column: &&Column| column.values.iter().any(|value| value.settings.iter().any(|(set, _)| *set == key.text));
        let help = match self.columns.iter().find(sets) {
            Some(column) => format!("the labels of `{}` set it: name one of them", column.name),
            None => {
                let names: Vec<Arc<str>> =
                    self.columns.iter().take(most).map(|column| Arc::clone(&column.name)).collect();
                self.near_or_all("", &key.text, "the axes are", names.iter().map(|name| &**name))
            }
        };
        self.error(
            Problem::error("unknown-axis", format!("no axis is named `{}`", key.text))
                .at(key.span, "no such axis")
                .help(help),
        );
        None
    }

    /// The axes that only `include` names.
    pub(super) fn extras(&mut self, repeats: &[Column]) {
        let sweep = self.sweep;
        for entry in sweep.include.iter().flatten() {
            let key = &entry.key;
            if self.columns.iter().any(|column| column.name == key.text) {
                continue;
            }
            if repeats.iter().any(|column| column.name == key.text) {
                self.error(
                    Problem::error("unknown-axis", format!("`{}` is an axis of `repeat`", key.text))
                        .at(key.span, "every included configuration is repeated, too")
                        .help("leave it out"),
                );
                continue;
            }
            self.take_name(key, &key.text, "is included");
            let mut column = Column::new(&key.text, key.span);
            if let Some(value) = self.parameter(&key.text) {
                let id = column.intern(value);
                column.sequence = vec![id];
                column.is_pinned = self.pinned(&key.text).is_some();
            }
            self.columns.push(column);
        }
    }

    pub(super) fn excludes(&mut self) -> Vec<Exclude> {
        let sweep = self.sweep;
        let mut excludes = Vec::new();
        for object in sweep.exclude.iter().filter(|object| !object.is_empty()) {
            let mut patterns = Vec::new();
            for entry in object {
                let Some(column) = self.named(&entry.key, self.originals) else { continue };
                patterns.push(Pattern::new(column, std::slice::from_ref(&entry.value)));
            }
            let mut of = object.iter().filter_map(|entry| {
                Some((self.columns.iter().find(|column| column.name == entry.key.text)?, &entry.value))
            });
            let is_there =
                |(column, value): (&Column, &Value)| column.urn.is_some() || column.matching(value).is_some();
            let is_pinned = patterns.iter().any(|pattern| self.columns[pattern.column].is_pinned);
            let is_quiet = is_pinned || (sweep.sample.is_some() && of.all(is_there));
            excludes.push(Exclude { patterns, span: span_of(object), has_hit: false, is_quiet });
        }
        excludes
    }

    pub(super) fn includes(&mut self) -> Vec<Include> {
        let sweep = self.sweep;
        let mut includes = Vec::new();
        for object in &sweep.include {
            // What was given from outside the file is for all; an object without anything adds nothing.
            let is_without_effect = object.is_empty() || self.contradicts(object);
            let mut include = Include { patterns: Vec::new(), extras: Vec::new(), has_hit: is_without_effect };
            for entry in object {
                let Some(column) = self.columns.iter().position(|column| column.name == entry.key.text) else {
                    continue;
                };
                if column >= self.base {
                    continue;
                }
                if self.columns[column].is_labelled && self.columns[column].matching(&entry.value).is_none() {
                    let text = super::value::text_of(&entry.value);
                    let texts: Vec<String> = self.columns[column].texts().map(str::to_owned).collect();
                    let help = self.near_or_all("", &text, "the labels are", texts.iter().map(String::as_str));
                    let message = format!("`{}` has no label `{text}`", entry.key.text);
                    self.error(
                        Problem::error("unknown-label", message).at(entry.value.span(), "no such label").help(help),
                    );
                }
                if column < self.originals {
                    include.patterns.push(Pattern::new(column, std::slice::from_ref(&entry.value)));
                } else if !is_without_effect {
                    let known = &mut self.columns[column];
                    let id = known.matching(&entry.value).unwrap_or_else(|| known.intern(&entry.value));
                    include.extras.push((column, id));
                }
            }
            if is_without_effect {
                // Nothing matches no value at all.
                include.patterns = vec![Pattern::new(0, &[])];
            }
            includes.push(include);
        }
        includes
    }

    pub(super) fn condition(&mut self) -> Option<Condition<'a>> {
        let scalar = self.sweep.condition.as_ref()?;
        match Condition::new(scalar, self.pipeline, &self.columns, self.world) {
            Ok(condition) => Some(condition),
            Err(problems) => {
                problems.into_iter().for_each(|problem| self.error(problem));
                None
            }
        }
    }

    /// What `--only` asks for: of each axis that it names, one of the values.
    pub(super) fn only(&mut self) -> Vec<Pattern> {
        let sweep = self.sweep;
        let mut patterns: Vec<Pattern> = Vec::new();
        for (name, text) in &sweep.only {
            let Some(column) = self.columns.iter().position(|column| **name == *column.name) else {
                let names: Vec<Arc<str>> = self.columns.iter().map(|column| Arc::clone(&column.name)).collect();
                let help = self.near_or_all("", name, "the axes are", names.iter().map(|name| &**name));
                let message = format!("`--only {name}={text}`: no axis is named `{name}`");
                self.error(Problem::error("unknown-axis", message).help(help));
                continue;
            };
            let value =
                Value::Scalar(Scalar { text: text.as_str().into(), span: Span::default(), style: Style::Given });
            let may_be_included =
                sweep.include.iter().flatten().any(|entry| entry.key.text == self.columns[column].name);
            let may_come = self.columns[column].urn.is_some() || may_be_included;
            if self.columns[column].matching(&value).is_none() && !may_come {
                let texts: Vec<String> = self.columns[column].texts().map(str::to_owned).collect();
                let help = self.near_or_all("", text, "the values are", texts.iter().map(String::as_str));
                let message = format!("`--only {name}={text}`: `{name}` has no value `{text}`");
                self.error(Problem::error("no-such-value", message).help(help));
                continue;
            }
            match patterns.iter_mut().find(|pattern| pattern.column == column) {
                Some(pattern) => pattern.or(&value),
                None => patterns.push(Pattern::new(column, &[value])),
            }
        }
        patterns
    }
}

/// Where an item of `exclude` or `include` stands.
pub(super) fn span_of(object: &[Entry]) -> Span {
    let ends = object.first().zip(object.last());
    ends.map_or(Span::default(), |(first, last)| Span { start: first.key.span.start, end: last.value.span().end })
}
