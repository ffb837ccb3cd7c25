//! An axis while its values are being found.

use std::sync::Arc;

use foldhash::HashMap;
use loom_spec::{Span, Value};

use super::draw::Urn;
use super::value::{Number, number_of, text_of};
use super::{AxisValue, SpaceAxis};

/// The value of an axis that a configuration does not have yet.
pub(super) const UNSET: u32 = u32::MAX;

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: Arc<str>,
    pub(super) span: Span,
    pub(super) is_repeat: bool,
    /// Whether the values are labels.
    pub(super) is_labelled: bool,
    /// Whether there is one value, which was given from outside the file.
    pub(super) is_pinned: bool,
    /// What the values are drawn from, if they are not listed.
    pub(super) urn: Option<Urn>,
    /// Each value once.
    pub(super) values: Vec<AxisValue>,
    /// What the axis goes through, as indices into the values; the same value may be there twice.
    pub(super) sequence: Vec<u32>,
    by_text: HashMap<Arc<str>, u32>,
    by_number: HashMap<Number, u32>,
}

impl Column {
    pub(super) fn new(name: &Arc<str>, span: Span) -> Self {
        Self {
            name: Arc::clone(name),
            span,
            is_repeat: false,
            is_labelled: false,
            is_pinned: false,
            urn: None,
            values: Vec::new(),
            sequence: Vec::new(),
            by_text: HashMap::default(),
            by_number: HashMap::default(),
        }
    }

    /// The index of a value, which becomes one of the axis if it is none yet.
    pub(super) fn intern(&mut self, value: &Value) -> u32 {
        let text = text_of(value);
        // Words that read alike are one value, but not a list of them and a text with spaces.
        let is_alike =
            |id: &&u32| matches!(self.values[**id as usize].value, Value::List(..)) == matches!(value, Value::List(..));
        match self.by_text.get(&text).filter(is_alike) {
            Some(id) => *id,
            None => self.add(AxisValue { value: value.clone(), settings: Vec::new(), text }),
        }
    }

    pub(super) fn add(&mut self, value: AxisValue) -> u32 {
        let id = self.values.len() as u32;
        self.by_text.entry(Arc::clone(&value.text)).or_insert(id);
        if let Some(number) = number_of(&value.value) {
            self.by_number.entry(number).or_insert(id);
        }
        self.values.push(value);
        id
    }

    /// The value that matches this one, the one with the same text first.
    pub(super) fn matching(&self, value: &Value) -> Option<u32> {
        let by_text = self.by_text.get(&text_of(value));
        by_text.or_else(|| self.by_number.get(&number_of(value)?)).copied()
    }

    /// The texts of the values, for a message.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> + Clone {
        self.values.iter().map(|value| &*value.text)
    }

    /// The axis with the values that some configuration gives it; `places` tells where each of them went.
    pub(super) fn finished(self, is_used: &[bool]) -> (SpaceAxis, Vec<u32>) {
        let mut places = vec![UNSET; self.values.len()];
        let mut kept = Vec::new();
        for (id, value) in self.values.into_iter().enumerate() {
            if is_used.get(id).copied().unwrap_or(false) {
                places[id] = kept.len() as u32;
                kept.push(value);
            }
        }
        (SpaceAxis { name: self.name, is_repeat: self.is_repeat, values: kept, span: self.span }, places)
    }
}

/// What a value is to match.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) column: usize,
    /// One of these texts, or equal to one of these numbers.
    wanted: Vec<(Arc<str>, Option<Number>)>,
    /// What was found out, by the index of the value.
    hits: Vec<bool>,
}

impl Pattern {
    pub(super) fn new(column: usize, values: &[Value]) -> Self {
        let wanted = values.iter().map(|value| (text_of(value), number_of(value))).collect();
        Self { column, wanted, hits: Vec::new() }
    }

    pub(super) fn or(&mut self, value: &Value) {
        self.wanted.push((text_of(value), number_of(value)));
        self.hits.clear();
    }

    /// Whether a configuration's value matches. Drawing adds values as it goes on.
    pub(super) fn holds(&mut self, columns: &[Column], row: &[u32]) -> bool {
        let Some(id) = row.get(self.column).map(|id| *id as usize) else { return false };
        let values = &columns[self.column].values;
        for value in values.get(self.hits.len()..=id).unwrap_or_default() {
            let number = number_of(&value.value);
            let is_same = |(text, wanted): &(Arc<str>, Option<Number>)| {
                *text == value.text || (number.is_some() && *wanted == number)
            };
            self.hits.push(self.wanted.iter().any(is_same));
        }
        self.hits.get(id).copied().unwrap_or(false)
    }
}
