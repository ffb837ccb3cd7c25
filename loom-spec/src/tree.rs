//! YAML as a flat tree that keeps the place, the raw text and the quoting of every node.
//!
//! One pass over the text fills an arena: our own over the plain part of YAML that most files keep to ([`plain`]), else one over
//! the parser's events. Nothing here recurses, and aliases stay references until they are read, so that no file can exhaust the
//! stack or the memory.

use foldhash::{HashMap, HashMapExt};
use granit_parser::{Event, Options, Parser, ScalarStyle, Span as Range};

use crate::problem::Problems;
use crate::syntax::{syntax_error, too_deep};
use crate::{Problem, Span, Style};

mod plain;

/// Deeper than any pipeline is meant to be.
pub(crate) const MAX_DEPTH: usize = 128;
/// How many nodes, and how many bytes of text, aliases may stand for.
const MAX_ALIASED: Weight = Weight { nodes: 100_000, bytes: 4 << 20 };
/// How many nodes a file may have: a million, or one per five bytes, so that reading costs no more than
/// its size suggests.
fn max_nodes(text: &str) -> usize {
    (text.len() / 5).max(1_000_000)
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Raw {
    span: Span,
    /// Index of the first node that is not inside this one.
    after: u32,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// A plain scalar that is its span.
    Plain,
    /// A quoted scalar that is its span without the quotes.
    Quoted,
    /// A scalar whose text is not in the source as it is: index into `decoded`.
    Decoded(Style, u32),
    Sequence,
    Mapping,
    /// Another node, by index.
    Alias(u32),
}

#[derive(Clone, Copy, Debug, Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
}

impl Weight {
    fn add(&mut self, other: Weight) {
        self.nodes += other.nodes;
        self.bytes += other.bytes;
    }
}

/// A YAML document.
#[derive(Debug)]
pub(crate) struct Tree<'s> {
    source: &'s str,
    nodes: Vec<Raw>,
    decoded: Vec<Box<str>>,
    /// One for each node, if they were asked for.
    notes: Vec<Note>,
}

/// How a node is written, which only those need to know who change the text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Note {
    /// It stands in brackets or braces of its own.
    pub(crate) flow: bool,
    /// It is a text under `|` or `>`.
    pub(crate) block_text: bool,
    /// Where the `&name` stands that names it.
    pub(crate) anchor: Option<Span>,
}

/// What a node is before aliases are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Scalar,
    Sequence,
    Mapping,
    /// Another node, by number.
    Alias(u32),
}

/// A node of a [`Tree`]; aliases are already followed.
#[derive(Clone, Copy)]
pub(crate) struct Node<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

/// What a [`Node`] is.
pub(crate) enum Kind<'t> {
    Scalar(&'t str, Style),
    Sequence,
    Mapping,
}

struct Open {
    node: u32,
    anchor: usize,
    weight: Weight,
    flow: bool,
}

struct Builder<'s> {
    tree: Tree<'s>,
    open: Vec<Open>,
    /// Anchored nodes by the parser's number; without a weight while they are still open.
    anchors: HashMap<usize, (u32, Option<Weight>)>,
    aliased: Weight,
    max_nodes: usize,
    with_notes: bool,
}

impl<'s> Tree<'s> {
    /// Reads one document. The error is the first thing that makes the text unreadable as YAML.
    pub(crate) fn parse(source: &'s str) -> Result<Self, Problem> {
        match Self::plain(source) {
            Some(tree) => Ok(tree),
            None => Self::read(source, false),
        }
    }

    /// Reads a document that keeps to the plain part of YAML; none if it does not, or cannot be seen to.
    fn plain(source: &'s str) -> Option<Self> {
        let (nodes, decoded) = plain::read(source, max_nodes(source))?;
        Some(Self { source, nodes, decoded, notes: Vec::new() })
    }

    /// As [`Tree::parse`], and notes how everything is written.
    pub(crate) fn with_notes(source: &'s str) -> Result<Self, Problem> {
        Self::read(source, true)
    }

    fn read(source: &'s str, with_notes: bool) -> Result<Self, Problem> {
        if let Some(at) = source.find('\0') {
            let span = Span { start: at as u32, end: at as u32 + 1 };
            return Err(Problem::error("not-text", "the file holds a NUL byte, so it is not text")
                .at(span, "here")
                .help("is this the right file?"));
        }
        let mut options = Options::default();
        options.flow_nesting_limit = MAX_DEPTH + 1;
        options.block_nesting_limit = MAX_DEPTH + 1;
        // As libyaml and PyYAML do: what the file does not have is not added.
        options.block_scalar_eof_without_line_feed = true;
        options.emit_anchor_events = with_notes;
        let mut parser = Parser::new_from_str_with_options(source, options);
        let mut builder = Builder {
            tree: Tree { source, nodes: Vec::new(), decoded: Vec::new(), notes: Vec::new() },
            open: Vec::new(),
            anchors: HashMap::new(),
            aliased: Weight::default(),
            max_nodes: max_nodes(source),
            with_notes,
        };
        while let Some(event) = parser.next_event() {
            let (event, range) = event.map_err(|error| syntax_error(source, &error))?;
            builder.take(event, span(&range))?;
        }
        Ok(builder.tree)
    }

    /// The outermost node; none in an empty file.
    pub(crate) fn root(&self) -> Option<Node<'_>> {
        (!self.nodes.is_empty()).then(|| self.node(0))
    }

    /// How many nodes there are; they are numbered in the order of the file, and the outermost is the first.
    pub(crate) fn len(&self) -> u32 {
        self.nodes.len() as u32
    }

    /// What a node is; an empty file is as one that holds an empty scalar.
    pub(crate) fn shape(&self, index: u32) -> Shape {
        match self.nodes.get(index as usize).map(|node| node.what) {
            None | Some(What::Plain | What::Quoted | What::Decoded(..)) => Shape::Scalar,
            Some(What::Sequence) => Shape::Sequence,
            Some(What::Mapping) => Shape::Mapping,
            Some(What::Alias(target)) => Shape::Alias(target),
        }
    }

    /// Where a node stands; of an alias, the alias itself.
    pub(crate) fn place(&self, index: u32) -> Span {
        self.nodes.get(index as usize).map_or_else(Span::default, |node| node.span)
    }

    /// The first node that is not inside this one.
    pub(crate) fn after(&self, index: u32) -> u32 {
        self.nodes.get(index as usize).map_or(index + 1, |node| node.after)
    }

    pub(crate) fn note(&self, index: u32) -> Note {
        self.notes.get(index as usize).copied().unwrap_or_default()
    }

    /// A node by its number; an alias is followed.
    pub(crate) fn node(&self, index: u32) -> Node<'_> {
        let target = match self.nodes[index as usize].what {
            What::Alias(target) => target,
            _ => index,
        };
        Node { tree: self, index: target }
    }
}

fn span(range: &Range) -> Span {
    let bytes = range.byte_range().unwrap_or_default();
    Span { start: bytes.start as u32, end: bytes.end as u32 }
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) if !self.tree.nodes.is_empty() => {
                Err(Problem::error("second-document", "a second document begins here; a pipeline file holds one")
                    .at(span, "")
                    .help("remove what divides the two, or put the second into a file of its own"))
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span)?;
                let weight = Weight { nodes: 1, bytes: text.len() };
                let what = self.scalar(&text, style, span)?;
                let node = self.push(span, what)?;
                if let Some(note) = self.tree.notes.last_mut() {
                    note.block_text = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                }
                self.finished(node, anchor, weight, span.end);
                Ok(())
            }
            Event::Anchor(..) => {
                if let Some(note) = self.tree.notes.last_mut() {
                    note.anchor = Some(span);
                }
                Ok(())
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span)?;
                self.start(span, What::Sequence, anchor, style == granit_parser::StructureStyle::Flow)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), span)?;
                self.start(span, What::Mapping, anchor, style == granit_parser::StructureStyle::Flow)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    // The end of a block collection is told where the next token stands; its last child knows better.
                    let own = &mut self.tree.nodes[open.node as usize].span;
                    if open.flow {
                        own.end = own.end.max(span.end);
                    }
                    let end = own.end;
                    self.finished(open.node, open.anchor, open.weight, end);
                }
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            _ => Ok(()),
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, span: Span) -> Result<What, Problem> {
        let raw = &self.tree.source[span.start as usize..span.end as usize];
        let plain = style == ScalarStyle::Plain;
        if plain && raw == text {
            return Ok(What::Plain);
        }
        // A value that is left out arrives as `~` with an empty range.
        if plain && raw.is_empty() {
            return Ok(What::Plain);
        }
        // Only quotes are surely one byte wide: a block of text may begin with anything.
        let unquoted = || raw.get(1..raw.len() - 1);
        if !plain && raw.len() >= 2 && raw.starts_with(['"', '\'']) && unquoted() == Some(text) {
            return Ok(What::Quoted);
        }
        // The source has none as such, but an escape may stand for one.
        if text.contains('\0') {
            return Err(Problem::error("not-text", "a text holds a NUL character, which no path and no argument can")
                .at(span, "`\\0` or its like is in this text")
                .help("remove it"));
        }
        self.tree.decoded.push(text.into());
        let style = if plain { Style::Plain } else { Style::Quoted };
        Ok(What::Decoded(style, self.tree.decoded.len() as u32 - 1))
    }

    fn push(&mut self, span: Span, what: What) -> Result<u32, Problem> {
        let index = self.tree.nodes.len();
        if index >= self.max_nodes {
            return Err(Problem::error("too-large", format!("more than {} values in one file", self.max_nodes))
                .at(span, "stopped reading here"));
        }
        self.tree.nodes.push(Raw { span, after: index as u32 + 1, what });
        if self.with_notes {
            self.tree.notes.push(Note::default());
        }
        Ok(index as u32)
    }

    fn start(&mut self, span: Span, what: What, anchor: usize, flow: bool) -> Result<(), Problem> {
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        let node = self.push(span, what)?;
        if let Some(note) = self.tree.notes.last_mut() {
            note.flow = flow;
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node, None));
        }
        self.open.push(Open { node, anchor, weight: Weight { nodes: 1, bytes: 0 }, flow });
        Ok(())
    }

    /// A node is complete: it hands its weight and its end to the one around it.
    fn finished(&mut self, node: u32, anchor: usize, weight: Weight, end: u32) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node, Some(weight)));
        }
        self.tree.nodes[node as usize].after = self.tree.nodes.len() as u32;
        if let Some(parent) = self.open.last_mut() {
            parent.weight.add(weight);
            let span = &mut self.tree.nodes[parent.node as usize].span;
            span.end = span.end.max(end);
        }
    }

    fn refuse_tag(&self, tagged: bool, span: Span) -> Result<(), Problem> {
        if !tagged {
            return Ok(());
        }
        // The event tells where the value stands; the tag stands before it.
        let before = self.tree.source[..span.start as usize].trim_end();
        let word = before.rfind(|c: char| c.is_whitespace() || "[{,".contains(c)).map_or(0, |at| at + 1);
        let tag = Span { start: word as u32, end: before.len() as u32 };
        let (at, name) = if before[word..].starts_with('!') { (tag, &before[word..]) } else { (span, "!something") };
        Err(Problem::error("tag", format!("the tag `{name}` has no meaning in a pipeline"))
            .at(at, "a tag")
            .help("remove it; for a text that begins with `!`, put quotes around it"))
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Problem> {
        let Some(&(target, weight)) = self.anchors.get(&anchor) else {
            return Err(Problem::error("yaml-syntax", "this alias has no anchor").at(span, "used here"));
        };
        let Some(weight) = weight else {
            return Err(Problem::error("endless-alias", "this alias stands inside what it stands for")
                .at(span, "used here")
                .at(self.tree.nodes[target as usize].span, "defined here")
                .help("write out what is meant"));
        };
        self.aliased.add(weight);
        if self.aliased.nodes > MAX_ALIASED.nodes || self.aliased.bytes > MAX_ALIASED.bytes {
            let limit = match self.aliased.nodes > MAX_ALIASED.nodes {
                true => format!("{} values", MAX_ALIASED.nodes),
                false => format!("{} MB of text", MAX_ALIASED.bytes >> 20),
            };
            return Err(Problem::error("too-many-aliases", format!("the aliases expand to more than {limit}"))
                .at(span, "too many from here on")
                .help("no pipeline needs so many; is this the right file?"));
        }
        let node = self.push(span, What::Alias(target))?;
        self.finished(node, 0, weight, span.end);
        Ok(())
    }
}

impl<'t> Node<'t> {
    fn raw(self) -> &'t Raw {
        &self.tree.nodes[self.index as usize]
    }

    pub(crate) fn span(self) -> Span {
        self.raw().span
    }

    pub(crate) fn kind(self) -> Kind<'t> {
        let raw = self.raw();
        let text = |trim: u32| &self.tree.source[(raw.span.start + trim) as usize..(raw.span.end - trim) as usize];
        match raw.what {
            What::Plain => Kind::Scalar(text(0), Style::Plain),
            What::Quoted => Kind::Scalar(text(1), Style::Quoted),
            What::Decoded(style, index) => Kind::Scalar(&self.tree.decoded[index as usize], style),
            What::Mapping => Kind::Mapping,
            // An alias is followed when the node is made.
            What::Sequence | What::Alias(_) => Kind::Sequence,
        }
    }

    /// The text and the style, where it is a scalar.
    pub(crate) fn scalar(self) -> Option<(&'t str, Style)> {
        match self.kind() {
            Kind::Scalar(text, style) => Some((text, style)),
            _ => None,
        }
    }

    fn children(self) -> impl Iterator<Item = Node<'t>> {
        let end = self.raw().after;
        let mut next = self.index + 1;
        std::iter::from_fn(move || {
            let index = (next < end).then_some(next)?;
            next = self.tree.nodes[index as usize].after;
            Some(self.tree.node(index))
        })
    }

    /// The items of a sequence; none if it is something else.
    pub(crate) fn items(self) -> impl Iterator<Item = Node<'t>> {
        let is_sequence = matches!(self.kind(), Kind::Sequence);
        self.children().take_while(move |_| is_sequence)
    }

    /// The keys and values of a mapping in file order, `<<` merged in; none if it is something else.
    /// A key given twice is a problem, and the first one holds.
    pub(crate) fn entries(self, problems: &mut Problems) -> Vec<(Scalar<'t>, Node<'t>)> {
        if !matches!(self.kind(), Kind::Mapping) {
            return Vec::new();
        }
        let mut entries: Vec<(Scalar<'t>, Node<'t>)> = Vec::with_capacity(8);
        let mut seen = Seen::default();
        let mut merged = Vec::new();
        let mut children = self.children();
        while let (Some(key), Some(value)) = (children.next(), children.next()) {
            let Some((text, style)) = key.scalar() else {
                problems.push(
                    Problem::error("wrong-kind", "a key must be a word")
                        .at(key.span(), "this is not")
                        .help("put quotes around it, if it is meant as a text"),
                );
                continue;
            };
            if text == "<<" && style == Style::Plain {
                merged.push((key.span(), value));
                continue;
            }
            let key = Scalar { text, style, span: key.span() };
            if let Some(first) = seen.insert(&entries, key) {
                problems.push(
                    Problem::error("duplicate-key", format!("`{text}` is given twice"))
                        .at(key.span, "given again here")
                        .at(first, "first given here")
                        .help("keep one of the two"),
                );
            } else {
                entries.push((key, value));
            }
        }
        if merged.is_empty() { entries } else { overlaid(merged, entries, problems) }
    }
}

/// A mapping with others merged in, in PyYAML's order, which is that of the words on a command line: first what is
/// merged (of a list, the last mapping first), then the mapping's own; a key that comes again keeps its
/// place and takes the later value.
fn overlaid<'t>(
    merged: Vec<(Span, Node<'t>)>,
    own: Vec<(Scalar<'t>, Node<'t>)>,
    problems: &mut Problems,
) -> Vec<(Scalar<'t>, Node<'t>)> {
    let mut entries: Vec<(Scalar<'t>, Node<'t>)> = Vec::new();
    let mut places: HashMap<&'t str, usize> = HashMap::new();
    let mut lay = |(key, value): (Scalar<'t>, Node<'t>)| match places.get(key.text) {
        Some(place) => entries[*place] = (key, value),
        None => {
            places.insert(key.text, entries.len());
            entries.push((key, value));
        }
    };
    for (at, value) in merged {
        let mut sources: Vec<Node<'t>> = match value.kind() {
            Kind::Sequence => value.items().collect(),
            _ => vec![value],
        };
        sources.reverse();
        for source in sources {
            if matches!(source.kind(), Kind::Mapping) {
                // A chain of merges weighs the square of its length in aliases, so their limit keeps this shallow.
                source.entries(problems).into_iter().for_each(&mut lay);
            } else {
                problems.push(
                    Problem::error("wrong-kind", "`<<` merges a mapping, or a list of mappings")
                        .at(at, "merged here")
                        .at(source.span(), "this is neither")
                        .help("name one with `&name` and write `<<: *name`"),
                );
            }
        }
    }
    own.into_iter().for_each(lay);
    entries
}

/// A scalar that serves as a key.
#[derive(Clone, Copy)]
pub(crate) struct Scalar<'t> {
    pub(crate) text: &'t str,
    pub(crate) style: Style,
    pub(crate) span: Span,
}

/// Which keys a mapping has had: a look through the few that most mappings have, a table for the many of a large one.
#[derive(Default)]
struct Seen<'t>(HashMap<&'t str, Span>);

impl<'t> Seen<'t> {
    const FEW: usize = 16;

    /// Where the key was first given; `None` if it is new.
    fn insert(&mut self, entries: &[(Scalar<'t>, Node<'t>)], key: Scalar<'t>) -> Option<Span> {
        if entries.len() < Self::FEW {
            return entries.iter().find(|(known, _)| known.text == key.text).map(|(known, _)| known.span);
        }
        if self.0.is_empty() {
            self.0.extend(entries.iter().map(|(known, _)| (known.text, known.span)));
        }
        let known = self.0.get(key.text).copied();
        if known.is_none() {
            self.0.insert(key.text, key.span);
        }
        known
    }
}

/// Whether a text is read in the quick way; a panic where that differs from what the parser makes of it. There in builds of
/// cargo-fuzz, and in no other.
#[cfg(fuzzing)]
pub fn is_plain(source: &str) -> bool {
    let Some(plain) = Tree::plain(source) else { return false };
    match Tree::read(source, false) {
        Ok(parsed) => assert_eq!((plain.nodes, plain.decoded), (parsed.nodes, parsed.decoded)),
        Err(problem) => panic!("the parser refuses it: {problem:?}"),
    }
    true
}

#[cfg(test)]
mod tests;
