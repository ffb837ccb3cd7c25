//! Changes of a YAML text that leave everything else in it as it is: comments, order, quoting, line ends.
//!
//! An [`Edit`] says what is to be other than it is; [`patches`] finds the few bytes of the text that have to change for it,
//! and [`apply`] changes them. Before patches are given back, the changed text is read again: it must be exactly what
//! was read before with the edit made in it, else the edit is refused with an [`EditError`] and there are no patches.
//!
//! ```
//! use loom_spec::edit::{Edit, New, Seg, apply, inverse, patches};
//!
//! let text = "
//! parameters:
//!   rate: 0.10   # per second
//!   kind: 'fast'
//! ";
//! let path = vec![Seg::Key("parameters".to_owned()), Seg::Key("rate".to_owned())];
//! let edit = Edit::Set { path, value: New::Text("0.25".to_owned()) };
//! let found = patches(text, &edit)?;
//! let changed = apply(text, &found);
//! assert_eq!(changed, text.replace("0.10", "0.25"));
//! assert_eq!(apply(&changed, &inverse(text, &found)), text);
//! # Ok::<(), loom_spec::edit::EditError>(())
//! ```
//!
//! New values are written as their surroundings are: in braces inside braces, one a line between lines, with a blank line
//! above where the neighbours have one. A text is quoted only where it must be to read back as it is.
//!
//! What an alias or a `<<` brings in from elsewhere can be set, which gives this place a value of its own. It cannot be changed
//! or taken away from inside, because the change would be made in all places at once.

mod block;
mod find;
mod flow;
mod make;
mod model;
#[cfg(test)]
mod tests;
mod text;
mod write;

use crate::problem::Problems;
use crate::tree::{Kind, Node, Tree};
use crate::{Entry, Problem, Scalar, Span, Style, Value};

pub use write::written;

/// One step of a path into a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Seg {
    /// The value of a key.
    Key(String),
    /// An item of a list, from 0.
    Item(usize),
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum New {
    /// A text as people type it: `true`, `false`, `null` and `~` are what they are in YAML, everything else is a text, and
    /// is quoted if it must be to stay one. The empty text is a text, not null.
    Text(String),
    /// A text that is no switch and no null, whatever it says.
    Quoted(String),
    /// A list.
    List(Vec<New>),
    /// A mapping, in this order.
    Map(Vec<(String, New)>),
}

/// A change of a document. Paths go through aliases' own places only: see the [module](self).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Gives what is at a path another value. A key that is not there comes last in its mapping; mappings that are
    /// missing on the way are made.
    Set {
        /// The place.
        path: Vec<Seg>,
        /// Its value from now on.
        value: New,
    },
    /// Puts an item into a list.
    Insert {
        /// The list.
        path: Vec<Seg>,
        /// The number that the item will have, from 0; at most the length of the list.
        at: usize,
        /// The item.
        value: New,
    },
    /// Takes a key with its value, or an item, away, and the comments that stand right above and behind it.
    Remove {
        /// The place.
        path: Vec<Seg>,
    },
    /// Gives a key another name; its place and its value stay.
    RenameKey {
        /// The place, whose last step is the key.
        path: Vec<Seg>,
        /// The new name.
        to: String,
    },
    /// Gives an item of a list, or an entry of a mapping, another place in it.
    Move {
        /// The list or mapping.
        path: Vec<Seg>,
        /// The number of what is moved, from 0.
        from: usize,
        /// The number that it has afterwards.
        to: usize,
    },
    /// Gives the scalar that stands at a span another text. It keeps its quotes, and so what it is: a text in quotes stays a
    /// text. Where aliases bring it to other places it changes there, too.
    SetText {
        /// The span of a [`Scalar`] of this text, a value or a key.
        span: Span,
        /// Its text from now on.
        text: String,
    },
}

/// Bytes of a text and what is to stand in their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// The bytes.
    pub span: Span,
    /// What replaces them.
    pub text: String,
}

/// Why an edit cannot be made; the text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EditError {
    /// Why, in a sentence without a full stop, and how to go on.
    pub message: String,
}

impl EditError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

/// The patches that make an edit, in the order of the text; none overlaps another.
///
/// # Errors
/// If the text cannot be read, if there is no such place, or if nothing less than a change of something else would do it.
pub fn patches(text: &str, edit: &Edit) -> Result<Vec<Patch>, EditError> {
    let tree = Tree::with_notes(text)
        .map_err(|problem| EditError::new(format!("the text cannot be read: {}", problem.message)))?;
    let doc = find::Doc { text, tree };
    let meant = model::edited(doc.tree.root().map_or_else(nothing, value), edit)?;
    for is_careful in [false, true] {
        let Some(mut patches) = make::patches(&doc, edit, is_careful)? else { continue };
        patches.retain(|patch| !patch.text.is_empty() || patch.span.start < patch.span.end);
        patches.sort_by_key(|patch| (patch.span.start, patch.span.end));
        let is_meant = |read: Value| model::same(&read, &meant);
        if are_apart(&patches) && read(&apply(text, &patches)).is_ok_and(is_meant) {
            return Ok(patches);
        }
    }
    Err(find::refusal(&doc, edit))
}

fn are_apart(patches: &[Patch]) -> bool {
    patches.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start)
}

/// The text with patches made in it. They must be those of this text, in order; what does not fit is left out.
pub fn apply(text: &str, patches: &[Patch]) -> String {
    let mut changed = String::with_capacity(text.len() + patches.iter().map(|patch| patch.text.len()).sum::<usize>());
    let mut at = 0;
    for patch in patches {
        let (start, end) = (patch.span.start as usize, patch.span.end as usize);
        let Some(kept) = text.get(at..start) else { continue };
        if !text.is_char_boundary(end) || end < start {
            continue;
        }
        changed.push_str(kept);
        changed.push_str(&patch.text);
        at = end;
    }
    changed.push_str(&text[at..]);
    changed
}

/// The patches that turn the changed text back into what it was, given the text before and the patches made in it.
///
/// ```
/// use loom_spec::{Span, edit::{Patch, apply, inverse}};
/// let made = [Patch { span: Span { start: 3, end: 4 }, text: "two".to_owned() }];
/// let changed = apply("a: 1\n", &made);
/// assert_eq!(changed, "a: two\n");
/// assert_eq!(apply(&changed, &inverse("a: 1\n", &made)), "a: 1\n");
/// ```
pub fn inverse(text: &str, patches: &[Patch]) -> Vec<Patch> {
    let mut shift = 0_i64;
    let back = |patch: &Patch| {
        let start = (i64::from(patch.span.start) + shift) as u32;
        shift += patch.text.len() as i64 - i64::from(patch.span.end - patch.span.start);
        let was = text.get(patch.span.start as usize..patch.span.end as usize).unwrap_or_default();
        Patch { span: Span { start, end: start + patch.text.len() as u32 }, text: was.to_owned() }
    };
    patches.iter().map(back).collect()
}

/// The text as a tree of values: aliases followed, `<<` merged in, every scalar as it is written. An empty text is null.
/// Of a key that is given twice the first counts.
///
/// ```
/// let loom_spec::Value::Map(entries, _) = loom_spec::edit::read("a: &x 0.10\nb: *x\n").unwrap() else { panic!() };
/// let loom_spec::Value::Scalar(b) = &entries[1].value else { panic!() };
/// assert_eq!((&*b.text, b.span.start), ("0.10", 6));
/// ```
///
/// # Errors
/// What makes the text unreadable as YAML.
pub fn read(text: &str) -> Result<Value, Problem> {
    let tree = Tree::parse(text)?;
    Ok(tree.root().map_or_else(nothing, value))
}

fn nothing() -> Value {
    Value::Scalar(Scalar { text: "".into(), span: Span::default(), style: Style::Plain })
}

fn value(node: Node<'_>) -> Value {
    match node.kind() {
        Kind::Scalar(text, style) => Value::Scalar(Scalar { text: text.into(), span: node.span(), style }),
        Kind::Sequence => Value::List(node.items().map(value).collect(), node.span()),
        Kind::Mapping => {
            let entries = node.entries(&mut Problems::default()).into_iter().map(|(key, node)| Entry {
                key: Scalar { text: key.text.into(), span: key.span, style: key.style },
                value: value(node),
            });
            Value::Map(entries.collect(), node.span())
        }
    }
}
