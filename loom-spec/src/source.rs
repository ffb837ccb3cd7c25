//! The text of a file, and places in it.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

/// A range of bytes in a [`Source`]: `start` is in it, `end` is not.
///
/// ```
/// let source = loom_spec::Source::new("p.yml", "pipeline: []\n");
/// let span = loom_spec::Span { start: 10, end: 12 };
/// assert_eq!(source.slice(span), "[]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset of the byte after the last one.
    pub end: u32,
}

/// A place as people and editors count it: both numbers begin at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
}

/// The text of a pipeline file, and the name it is shown under.
#[derive(Clone, Debug)]
pub struct Source {
    name: Arc<str>,
    text: Arc<str>,
    index: OnceLock<Arc<Index>>,
}

/// What makes a place in a long text quick to find.
#[derive(Debug)]
struct Index {
    line_starts: Vec<u32>,
    /// How many characters begin before each multiple of [`Index::STRIDE`].
    characters: Vec<u32>,
}

impl Index {
    const STRIDE: usize = 4096;

    fn new(text: &[u8]) -> Self {
        let breaks = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let line_starts = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        let mut characters = vec![0];
        for stride in text.chunks(Self::STRIDE) {
            characters.push(characters[characters.len() - 1] + beginnings(stride));
        }
        Self { line_starts, characters }
    }

    /// How many characters begin before an offset.
    fn characters_before(&self, text: &[u8], offset: usize) -> u32 {
        let stride = offset / Self::STRIDE;
        self.characters[stride] + beginnings(&text[stride * Self::STRIDE..offset])
    }
}

/// How many characters begin in a stretch of UTF-8.
fn beginnings(text: &[u8]) -> u32 {
    text.iter().filter(|byte| (**byte as i8) >= -0x40).count() as u32
}

impl Source {
    /// A text under the name that messages show, usually the path that the user typed.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), index: OnceLock::new() }
    }

    /// The name that messages show.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a span; empty where the span does not lie in this source.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// The line and column of a byte offset. An offset past the end is the end.
    ///
    /// ```
    /// let source = loom_spec::Source::new("p.yml", "a: ä\nb: c\n");
    /// let place = source.position(source.text().find('c').unwrap() as u32);
    /// assert_eq!((place.line, place.column), (2, 4));
    /// ```
    pub fn position(&self, offset: u32) -> Position {
        let text = self.text.as_bytes();
        let index = self.index.get_or_init(|| Arc::new(Index::new(text)));
        let offset = (offset as usize).min(text.len());
        let line = index.line_starts.partition_point(|start| *start as usize <= offset).max(1);
        let start = index.line_starts[line - 1] as usize;
        let mut column = index.characters_before(text, offset) - index.characters_before(text, start);
        if start == 0 && self.text.starts_with('\u{feff}') {
            column = column.saturating_sub(1);
        }
        Position { line: line as u32, column: column + 1 }
    }
}
