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
    line_starts: OnceLock<Arc<[u32]>>,
}

impl Source {
    /// A text under the name that messages show, usually the path that the user typed.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), text: text.into(), line_starts: OnceLock::new() }
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
        let starts = self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= offset).max(1);
        let start = starts[line - 1] as usize;
        let end = (offset as usize).clamp(start, self.text.len().max(start));
        let before = self.text.get(start..end).unwrap_or_default();
        let column = before.trim_start_matches('\u{feff}').chars().count();
        Position { line: line as u32, column: column as u32 + 1 }
    }
}
