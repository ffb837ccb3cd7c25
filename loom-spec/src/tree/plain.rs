//! The plain part of YAML, read quickly: what nearly every pipeline file keeps to.
//!
//! Block mappings and lists, flow ones that end on their line, plain and quoted scalars that end on theirs, texts under `|`, and
//! comments. All else, and all that is not certain to be right, is left to the parser, which then reads the file
//! from its beginning: so nothing here can be an error, and what is read here is, place by place, what the parser would have
//! read.

use super::{MAX_DEPTH, Raw, What};
use crate::{Span, Style};

/// A longer key may be none to the parser.
const LONGEST_KEY: usize = 500;

/// The nodes of a text, and the scalars that do not stand in it as they are; `None` where the parser is to read it.
pub(super) fn read(source: &str, max_nodes: usize) -> Option<(Vec<Raw>, Vec<Box<str>>)> {
    if !has_plain_characters(source) {
        return None;
    }
    // A node of a pipeline file takes some nine bytes of it.
    let nodes = Vec::with_capacity((source.len() / 8).min(max_nodes));
    let mut reader =
        Reader { text: source.as_bytes(), source, nodes, decoded: Vec::new(), open: Vec::new(), due: None, end: 0 };
    reader.document()?;
    (reader.nodes.len() <= max_nodes).then_some((reader.nodes, reader.decoded))
}

/// Whether no character of a text means something that few know: all line ends are line feeds, there are no tabs, and nothing is
/// invisible.
fn has_plain_characters(source: &str) -> bool {
    let odd = |byte: u8| (byte < b' ' && byte != b'\n') || byte >= 0x7f;
    // In pieces, so that the compiler compares many bytes at once.
    let has_odd = |bytes: &[u8]| bytes.iter().fold(false, |found, byte| found | odd(*byte));
    let is_plain = |sign: char| match sign {
        '\n' | ' '..='~' => true,
        '\0'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}'.. => false,
        sign => !sign.is_whitespace(),
    };
    !source.as_bytes().chunks(1024).any(has_odd) || source.chars().all(is_plain)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sequence,
    Mapping,
}

/// A collection that is not closed yet.
struct Open {
    node: u32,
    kind: Kind,
    /// The column of its keys or dashes; of one in brackets, of no meaning.
    indent: usize,
}

/// What may come next in brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    /// An item, a key, or the end.
    Entry,
    /// The value of a key.
    Value,
    /// A comma, or the end.
    Comma,
}

struct Reader<'s> {
    text: &'s [u8],
    source: &'s str,
    nodes: Vec<Raw>,
    decoded: Vec<Box<str>>,
    open: Vec<Open>,
    /// The value of a key, or of a dash, is to come on a further line: where it stands if it does not.
    due: Option<usize>,
    /// Where the last node ended.
    end: usize,
}

impl Reader<'_> {
    fn at(&self, place: usize) -> u8 {
        // Where the text ends a line does.
        self.text.get(place).copied().unwrap_or(b'\n')
    }

    fn behind_spaces(&self, mut place: usize) -> usize {
        while self.at(place) == b' ' {
            place += 1;
        }
        place
    }

    fn next_line(&self, place: usize) -> usize {
        memchr::memchr(b'\n', &self.text[place..]).map_or(self.text.len(), |length| place + length + 1)
    }

    /// Whether a `-`, or a `:`, at this place means what it means alone.
    fn stands_alone(&self, place: usize) -> bool {
        matches!(self.at(place + 1), b' ' | b'\n')
    }

    fn is_dash(&self, place: usize) -> bool {
        self.at(place) == b'-' && self.stands_alone(place)
    }

    fn document(&mut self) -> Option<()> {
        let mut line = 0;
        self.due = Some(0);
        while line < self.text.len() {
            let place = self.behind_spaces(line);
            line = match self.at(place) {
                b'\n' => place + 1,
                b'#' => self.next_line(place),
                _ => self.line(place, place - line)?,
            };
        }
        // A text without anything in it is no tree.
        self.open.first()?;
        if let Some(absent) = self.due.take() {
            self.absent(absent)?;
        }
        while !self.open.is_empty() {
            self.close();
        }
        Some(())
    }

    /// A line with something on it, from there. All of these return where the next line begins.
    fn line(&mut self, place: usize, indent: usize) -> Option<usize> {
        if indent == 0 && (self.text[place..].starts_with(b"---") || self.text[place..].starts_with(b"...")) {
            return None;
        }
        let is_dash = self.is_dash(place);
        if let Some(absent) = self.due.take() {
            let Some(around) = self.open.last() else { return self.node(place, indent, false) };
            let is_level = indent == around.indent && is_dash && around.kind == Kind::Mapping;
            if indent > around.indent || is_level {
                return self.node(place, indent, is_level);
            }
            self.absent(absent)?;
        }
        while let Some(last) = self.open.last()
            && (last.indent > indent || last.indent == indent && last.kind == Kind::Sequence && !is_dash)
        {
            self.close();
        }
        match self.open.last()? {
            Open { kind: Kind::Sequence, indent: own, .. } if *own == indent => self.item(place, indent),
            Open { kind: Kind::Mapping, indent: own, .. } if *own == indent && !is_dash => {
                self.entry(place, indent, None)
            }
            _ => None,
        }
    }

    /// A node that begins in this column of its line; `is_level` if that is a dash in the column of the key that it is behind.
    fn node(&mut self, place: usize, column: usize, is_level: bool) -> Option<usize> {
        if self.is_dash(place) {
            // What the parser takes for the beginning of a list that is not indented.
            let start = if is_level { self.behind_spaces(place + 1) } else { place };
            if is_level && matches!(self.at(start), b'\n' | b'#') {
                return None;
            }
            self.begin(start, Kind::Sequence, column)?;
            return self.item(place, column);
        }
        match self.at(place) {
            b'[' | b'{' | b'|' => self.value(place),
            _ => self.entry(place, column, Some(Kind::Mapping)),
        }
    }

    /// What stands behind a dash.
    fn item(&mut self, dash: usize, column: usize) -> Option<usize> {
        let place = self.behind_spaces(dash + 1);
        if matches!(self.at(place), b'\n' | b'#') {
            self.due = Some(dash + 1);
            return Some(self.next_line(place));
        }
        self.node(place, column + (place - dash), false)
    }

    /// A key with what is behind it; or a scalar, where there may be one in place of a mapping that would begin here.
    fn entry(&mut self, place: usize, column: usize, begins: Option<Kind>) -> Option<usize> {
        let (what, end) = self.scalar(place, false)?;
        if self.at(end) != b':' {
            begins?;
            self.push(place, end, what);
            return self.rest_of_line(end);
        }
        if !self.stands_alone(end) || end - place > LONGEST_KEY {
            return None;
        }
        if let Some(kind) = begins {
            self.begin(place, kind, column)?;
        }
        self.push(place, end, what);
        let value = self.behind_spaces(end + 1);
        if matches!(self.at(value), b'\n' | b'#') {
            self.due = Some(end);
            return self.rest_of_line(end + 1);
        }
        self.value(value)
    }

    /// What stands behind a key, or in brackets or under a bar behind a dash.
    fn value(&mut self, place: usize) -> Option<usize> {
        let end = match self.at(place) {
            b'[' | b'{' => self.flow(place)?,
            b'|' => return self.literal(place),
            _ => {
                let (what, end) = self.scalar(place, false)?;
                self.push(place, end, what);
                end
            }
        };
        self.rest_of_line(end)
    }

    /// Nothing, or a comment.
    fn rest_of_line(&self, end: usize) -> Option<usize> {
        let place = self.behind_spaces(end);
        match self.at(place) {
            b'\n' => Some((place + 1).min(self.text.len())),
            b'#' if place > end => Some(self.next_line(place)),
            _ => None,
        }
    }

    /// A scalar, and where it ends; in brackets or not.
    fn scalar(&mut self, place: usize, in_flow: bool) -> Option<(What, usize)> {
        match self.at(place) {
            b'"' => self.double_quoted(place),
            b'\'' => self.single_quoted(place),
            _ => Some((What::Plain, self.plain(place, in_flow)?)),
        }
    }

    /// Where a plain scalar ends: before a `:` that stands alone, a comment, or the end of the line.
    fn plain(&self, place: usize, in_flow: bool) -> Option<usize> {
        let is_of_flow = |byte: u8| matches!(byte, b',' | b'[' | b']' | b'{' | b'}');
        match self.at(place) {
            b'-' if self.stands_alone(place) || is_of_flow(self.at(place + 1)) => return None,
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@'
            | b'`' | b'?' | b':' => return None,
            _ => {}
        }
        let mut end = place;
        let stop = loop {
            match self.at(end) {
                b'\n' => break end,
                b':' if self.stands_alone(end) => break end,
                b':' if in_flow && is_of_flow(self.at(end + 1)) => return None,
                b'#' if self.at(end - 1) == b' ' => break end,
                byte if in_flow && is_of_flow(byte) => break end,
                _ => end += 1,
            }
        };
        let mut end = stop;
        while self.text[end - 1] == b' ' {
            end -= 1;
        }
        // Of a key, what is behind it is at once the colon.
        (end == stop || self.at(stop) != b':').then_some(end)
    }

    fn single_quoted(&mut self, place: usize) -> Option<(What, usize)> {
        let mut end = place + 1;
        let mut has_quotes = false;
        loop {
            end += memchr::memchr2(b'\'', b'\n', self.text.get(end..)?)?;
            match (self.at(end), self.at(end + 1)) {
                (b'\'', b'\'') => {
                    has_quotes = true;
                    end += 2;
                }
                (b'\'', _) => break,
                _ => return None,
            }
        }
        let what = if has_quotes { self.decode(self.source[place + 1..end].replace("''", "'")) } else { What::Quoted };
        Some((what, end + 1))
    }

    fn double_quoted(&mut self, place: usize) -> Option<(What, usize)> {
        let mut decoded: Option<String> = None;
        let mut from = place + 1;
        let mut end = from;
        loop {
            end += memchr::memchr3(b'"', b'\\', b'\n', self.text.get(end..)?)?;
            match self.at(end) {
                b'"' => break,
                b'\\' => {
                    let text = decoded.get_or_insert_default();
                    text.push_str(&self.source[from..end]);
                    text.push(match self.at(end + 1) {
                        b'n' if end + 1 < self.text.len() => '\n',
                        b't' => '\t',
                        sign @ (b'"' | b'\\') => char::from(sign),
                        _ => return None,
                    });
                    end += 2;
                    from = end;
                }
                _ => return None,
            }
        }
        let what = match decoded {
            Some(mut text) => {
                text.push_str(&self.source[from..end]);
                self.decode(text)
            }
            None => What::Quoted,
        };
        Some((what, end + 1))
    }

    /// A text under `|` or `|-`.
    fn literal(&mut self, bar: usize) -> Option<usize> {
        let keeps_end = self.at(bar + 1) != b'-';
        let header = self.behind_spaces(if keeps_end { bar + 1 } else { bar + 2 });
        if self.at(header) != b'\n' {
            return None;
        }
        let around = self.open.last().map(|open| open.indent)?;
        let first = header + 1;
        let start = self.behind_spaces(first);
        let indent = start - first;
        if self.at(start) == b'\n' || indent <= around {
            return None;
        }
        let mut text = String::new();
        let mut blank_lines = 0;
        let mut line = first;
        let next = loop {
            if line >= self.text.len() {
                // How it ends where the file does is for the parser to say.
                return None;
            }
            let place = self.behind_spaces(line);
            if self.at(place) == b'\n' {
                if place - line > indent || place >= self.text.len() {
                    return None;
                }
                blank_lines += 1;
                line = place + 1;
                continue;
            }
            if place - line < indent {
                break place;
            }
            text.extend(std::iter::repeat_n('\n', blank_lines));
            blank_lines = 0;
            let end = memchr::memchr(b'\n', &self.text[line..])? + line;
            text.push_str(&self.source[line + indent..=end]);
            line = end + 1;
        };
        if !keeps_end {
            text.pop();
        }
        let what = self.decode(text);
        self.push(start, next, what);
        Some(line)
    }

    /// What stands in brackets, all of it on one line; returns where it ends.
    fn flow(&mut self, place: usize) -> Option<usize> {
        let outside = self.open.len();
        let mut place = place;
        let mut next = Next::Value;
        loop {
            place = self.behind_spaces(place);
            match (self.at(place), next) {
                (byte @ (b'[' | b'{'), Next::Entry | Next::Value) => {
                    let in_mapping =
                        self.open.len() > outside && self.open.last().is_some_and(|open| open.kind == Kind::Mapping);
                    if in_mapping && next == Next::Entry {
                        return None;
                    }
                    let kind = if byte == b'[' { Kind::Sequence } else { Kind::Mapping };
                    self.begin(place, kind, usize::MAX)?;
                    place += 1;
                    next = Next::Entry;
                }
                (byte @ (b']' | b'}'), Next::Entry | Next::Comma) => {
                    let kind = if byte == b']' { Kind::Sequence } else { Kind::Mapping };
                    if self.open.last()?.kind != kind {
                        return None;
                    }
                    place += 1;
                    self.end = place;
                    self.close();
                    if self.open.len() == outside {
                        return Some(place);
                    }
                    next = Next::Comma;
                }
                (b',', Next::Comma) => {
                    place += 1;
                    next = Next::Entry;
                }
                (_, Next::Comma) => return None,
                (_, Next::Entry | Next::Value) => {
                    let (what, end) = self.scalar(place, true)?;
                    self.push(place, end, what);
                    let is_key = next == Next::Entry && self.open.last()?.kind == Kind::Mapping;
                    if is_key && (self.at(end) != b':' || self.at(end + 1) != b' ' || end - place > LONGEST_KEY) {
                        return None;
                    }
                    place = if is_key { end + 2 } else { end };
                    next = if is_key { Next::Value } else { Next::Comma };
                }
            }
        }
    }

    fn decode(&mut self, text: String) -> What {
        self.decoded.push(text.into());
        What::Decoded(Style::Quoted, self.decoded.len() as u32 - 1)
    }

    fn push(&mut self, start: usize, end: usize, what: What) {
        let after = self.nodes.len() as u32 + 1;
        self.nodes.push(Raw { span: Span { start: start as u32, end: end as u32 }, after, what });
        self.end = end;
    }

    /// The value of a key that is left out. Where one behind a dash stands, the parser decides from case to case.
    fn absent(&mut self, place: usize) -> Option<()> {
        (self.open.last()?.kind == Kind::Mapping).then(|| self.push(place, place, What::Plain))
    }

    fn begin(&mut self, start: usize, kind: Kind, indent: usize) -> Option<()> {
        // The parser knows what to say of depth.
        if self.open.len() + 1 >= MAX_DEPTH {
            return None;
        }
        self.open.push(Open { node: self.nodes.len() as u32, kind, indent });
        self.push(start, start, if kind == Kind::Sequence { What::Sequence } else { What::Mapping });
        Some(())
    }

    fn close(&mut self) {
        if let Some(open) = self.open.pop() {
            let after = self.nodes.len() as u32;
            let node = &mut self.nodes[open.node as usize];
            node.after = after;
            node.span.end = self.end as u32;
        }
    }
}
