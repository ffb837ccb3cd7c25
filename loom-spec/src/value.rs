//! Values as they are written.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Span;

/// How a scalar is written, which decides what it can mean: only a plain one can be a switch or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single or double quotes, or as a block (`|`, `>`).
    Quoted,
    /// Given from outside the file (`--set`): `true` and `false` are switches, all else is taken byte for byte.
    Given,
}

/// One scalar: its text as it stands in the file (escapes and folding of quoted ones resolved), never
/// turned into a number and back.
///
/// ```
/// let text = "parameters: {threshold: 50.0}\npipeline: []\n";
/// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
/// let loom_spec::Value::Scalar(value) = &parsed.pipeline.parameters[0].value else { panic!() };
/// assert_eq!(&*value.text, "50.0");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Scalar {
    /// The text.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
    /// How it is written.
    pub style: Style,
}

/// What a scalar means, before anyone knows what the names in it stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning<'a> {
    /// Nothing: empty, `~` or `null`.
    Null,
    /// A switch.
    Bool(bool),
    /// The whole text is `$name`.
    Reference(&'a str),
    /// Text, in pieces: what stands there, and the environment variables between.
    Text(Vec<Piece<'a>>),
}

/// A piece of a [`Meaning::Text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// As it stands.
    Literal(Cow<'a, str>),
    /// `${NAME}` or `${NAME:-default}`.
    Variable {
        /// The variable's name.
        name: &'a str,
        /// What to use where it is not set.
        default: Option<&'a str>,
    },
}

impl Scalar {
    /// Whether it is null: plain and empty, `~`, `null`, `Null` or `NULL` (YAML 1.2, core schema).
    pub fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(&*self.text, "" | "~" | "null" | "Null" | "NULL")
    }

    /// The switch it is, if it is one: plain `true` or `false`, also capitalised or in capitals (YAML 1.2, core schema).
    pub fn as_bool(&self) -> Option<bool> {
        as_bool(&self.text, self.style)
    }

    /// Whether it is one of the words that YAML 1.1 took for a switch and YAML 1.2 does not: `yes`, `no`, `on`, `off`.
    pub fn is_old_bool(&self) -> bool {
        const WORDS: [&str; 12] = ["yes", "Yes", "YES", "no", "No", "NO", "on", "On", "ON", "off", "Off", "OFF"];
        self.style == Style::Plain && WORDS.contains(&&*self.text)
    }

    /// The name, if the whole text is a reference (`$name`).
    pub fn reference(&self) -> Option<&str> {
        if self.style == Style::Given {
            return None;
        }
        self.text.strip_prefix('$').filter(|rest| !rest.starts_with(['$', '{']))
    }

    /// What it means.
    ///
    /// `$name` is a reference, `${NAME}` anywhere an environment variable; a leading `$$` is the text
    /// `$`, and `$${` anywhere is the text `${`. A brace that holds no variable name is a brace.
    pub fn meaning(&self) -> Meaning<'_> {
        if self.is_null() {
            Meaning::Null
        } else if let Some(switch) = self.as_bool() {
            Meaning::Bool(switch)
        } else if let Some(name) = self.reference() {
            Meaning::Reference(name)
        } else if self.style == Style::Given {
            Meaning::Text(vec![Piece::Literal(Cow::Borrowed(&self.text))])
        } else {
            Meaning::Text(pieces(&self.text))
        }
    }
}

/// The switch that a text of this style is, if it is one.
pub(crate) fn as_bool(text: &str, style: Style) -> Option<bool> {
    match (text, style) {
        (_, Style::Quoted) => None,
        ("true" | "True" | "TRUE", _) => Some(true),
        ("false" | "False" | "FALSE", _) => Some(false),
        _ => None,
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    if let Some(unescaped) = rest.strip_prefix("$$")
        && !unescaped.starts_with('{')
    {
        literal.push('$');
        rest = unescaped;
    }
    // Behind the last brace that closes, nothing is looked for: a text of nothing but `${` costs its length, not the
    // square of it.
    let closed = text.rfind('}').map_or(usize::MAX, |last| text.len() - last);
    while let Some(at) = rest.find("${") {
        let (before, opened) = rest.split_at(at);
        if let Some(escaped) = before.strip_suffix('$') {
            literal.push_str(escaped);
            literal.push_str("${");
            rest = &opened[2..];
            continue;
        }
        literal.push_str(before);
        if let Some((name, default, after)) = (opened.len() > closed).then(|| variable(opened)).flatten() {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(Cow::Owned(std::mem::take(&mut literal))));
            }
            pieces.push(Piece::Variable { name, default });
            rest = after;
        } else {
            literal.push_str("${");
            rest = &opened[2..];
        }
    }
    if pieces.is_empty() && literal.is_empty() {
        return vec![Piece::Literal(Cow::Borrowed(rest))];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(Cow::Owned(literal)));
    }
    pieces
}

/// Splits `${NAME}rest` or `${NAME:-default}rest`; `None` if the text does not begin with one.
fn variable(text: &str) -> Option<(&str, Option<&str>, &str)> {
    let inside = text.strip_prefix("${")?;
    let end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    let (name, rest) = inside.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(after) = rest.strip_prefix('}') {
        return Some((name, None, after));
    }
    let (default, after) = rest.strip_prefix(":-")?.split_once('}')?;
    Some((name, Some(default), after))
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// One scalar.
    Scalar(Scalar),
    /// `[a, b]`, or one `- item` a line.
    List(Box<[Value]>, Span),
    /// `{key: value}`, or one `key: value` a line, in file order.
    Map(Box<[Entry]>, Span),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The key.
    pub key: Scalar,
    /// The value.
    pub value: Value,
}

impl Value {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Scalar(scalar) => scalar.span,
            Self::List(_, span) | Self::Map(_, span) => *span,
        }
    }

    /// What it is, in words for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(scalar) if scalar.is_null() => "null",
            Self::Scalar(scalar) if scalar.as_bool().is_some() => "a switch (true or false)",
            Self::Scalar(_) => "text",
            Self::List(..) => "a list",
            Self::Map(..) => "a mapping",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str, style: Style) -> Scalar {
        Scalar { text: text.into(), span: Span::default(), style }
    }

    fn shown(text: &str) -> String {
        match scalar(text, Style::Quoted).meaning() {
            Meaning::Reference(name) => format!("reference {name}"),
            Meaning::Text(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => format!("[{text}]"),
                    Piece::Variable { name, default: None } => format!("<{name}>"),
                    Piece::Variable { name, default: Some(default) } => format!("<{name}|{default}>"),
                })
                .collect(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn strings_are_taken_apart() {
        let cases = [
            ("plain", "[plain]"),
            ("", "[]"),
            ("$name", "reference name"),
            ("$$name", "[$name]"),
            ("$", "reference "),
            ("a$name", "[a$name]"),
            ("a$$name", "[a$$name]"),
            ("${HOME}", "<HOME>"),
            ("${HOME}/x", "<HOME>[/x]"),
            ("a${B}c${D:-e f}g", "[a]<B>[c]<D|e f>[g]"),
            ("${D:-}", "<D|>"),
            ("$${HOME}", "[${HOME}]"),
            ("a$${B}${C}", "[a${B}]<C>"),
            ("${not a name}", "[${not a name}]"),
            ("${f%.txt}", "[${f%.txt}]"),
            ("${open", "[${open]"),
            ("${1}", "[${1}]"),
            ("$$${X}", "[$]<X>"),
            ("${A}${B", "<A>[${B]"),
            ("${A}$${B", "<A>[${B]"),
            ("${A:-${B}", "<A|${B>"),
            ("${A:-${B", "[${A:-${B]"),
            ("${A:b}", "[${A:b}]"),
            ("${${A}", "[${]<A>"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_of_open_braces_costs_its_length() {
        for part in ["${", "$${", "${A", "${A:-"] {
            let text = part.repeat(1_000_000);
            assert!(matches!(scalar(&text, Style::Quoted).meaning(), Meaning::Text(pieces) if pieces.len() == 1));
            let closed = format!("{text}}}");
            assert!(matches!(scalar(&closed, Style::Quoted).meaning(), Meaning::Text(_)));
        }
    }

    #[test]
    fn quoting_decides_what_a_word_is() {
        for (text, style, expected) in [
            ("true", Style::Plain, Meaning::Bool(true)),
            ("FALSE", Style::Plain, Meaning::Bool(false)),
            ("true", Style::Given, Meaning::Bool(true)),
            ("~", Style::Plain, Meaning::Null),
            ("", Style::Plain, Meaning::Null),
        ] {
            assert_eq!(scalar(text, style).meaning(), expected, "{text} {style:?}");
        }
        for (text, style) in
            [("true", Style::Quoted), ("null", Style::Given), ("$x", Style::Given), ("yes", Style::Plain)]
        {
            let literal = Meaning::Text(vec![Piece::Literal(Cow::Borrowed(text))]);
            assert_eq!(scalar(text, style).meaning(), literal, "{text} {style:?}");
        }
    }
}
