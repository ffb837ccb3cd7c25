//! Values as text that reads back as the same.

use super::New;
use crate::{Scalar, Span, Style};

/// How a scalar was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

/// A value on one line, lists and mappings in brackets and braces. `flow` says that it is to stand inside such.
///
/// ```
/// use loom_spec::edit::{New, written};
/// let text = |text: &str| New::Text(text.to_owned());
/// assert_eq!(written(&text("a, b"), false), "a, b");
/// assert_eq!(written(&text("a, b"), true), "\"a, b\"");
/// assert_eq!(written(&New::Quoted("true".to_owned()), false), "\"true\"");
/// let value = New::Map(vec![("--rate".to_owned(), text("0.10")), ("of".to_owned(), New::List(vec![text("$x"), text("")]))]);
/// assert_eq!(written(&value, false), "{--rate: 0.10, of: [$x, \"\"]}");
/// ```
pub fn written(new: &New, flow: bool) -> String {
    let mut out = String::new();
    write(&mut out, new, flow);
    out
}

fn write(out: &mut String, new: &New, flow: bool) {
    match new {
        New::Text(_) | New::Quoted(_) => out.push_str(&scalar(new, flow, None)),
        New::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                write(out, item, true);
            }
            out.push(']');
        }
        New::Map(entries) => {
            out.push('{');
            for (at, (name, value)) in entries.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&key(name, true, Quotes::None));
                out.push_str(": ");
                write(out, value, true);
            }
            out.push('}');
        }
    }
}

/// A scalar; `was` is how the one was quoted that it replaces.
pub(super) fn scalar(new: &New, flow: bool, was: Option<Quotes>) -> String {
    let (text, is_text) = match new {
        New::Text(text) => (text.as_str(), false),
        New::Quoted(text) => (text.as_str(), true),
        New::List(_) | New::Map(_) => return written(new, flow),
    };
    let plain = Scalar { text: text.into(), span: Span::default(), style: Style::Plain };
    let is_word = plain.is_null() || plain.as_bool().is_some();
    if is_word && !is_text && !text.is_empty() {
        return text.to_owned();
    }
    if is_word || !is_plain(text, flow) || is_text && (was.is_none() || plain.is_old_bool()) {
        let quotes = was.filter(|was| *was != Quotes::None).unwrap_or(Quotes::Double);
        return quoted(text, quotes, was.is_none_or(|was| was == Quotes::None));
    }
    match was {
        Some(quotes @ (Quotes::Single | Quotes::Double)) => quoted(text, quotes, false),
        _ => text.to_owned(),
    }
}

/// A key.
pub(super) fn key(text: &str, flow: bool, was: Quotes) -> String {
    if was == Quotes::None && is_plain(text, flow) && text != "<<" {
        return text.to_owned();
    }
    let quotes = if was == Quotes::None { Quotes::Double } else { was };
    quoted(text, quotes, was == Quotes::None)
}

/// In quotes of this kind if they can hold the text; in the others, too, if they are `free` and read better.
fn quoted(text: &str, quotes: Quotes, free: bool) -> String {
    let is_single = match quotes {
        Quotes::Single => true,
        _ => free && text.contains(['"', '\\']),
    };
    if is_single && !text.contains(is_escaped) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    double(text)
}

pub(super) fn double(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_escaped(c) && (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c if is_escaped(c) => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// What only an escape can say, or say so that it is seen.
pub(super) fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let last = text.chars().next_back().unwrap_or(first);
    if first.is_whitespace() || last.is_whitespace() || text.contains(is_escaped) {
        return false;
    }
    if "[]{},#&*!|>'\"%@`".contains(first) {
        return false;
    }
    // These begin a text only if one can see that nothing is divided there.
    let is_open = |c: char| c.is_whitespace() || flow && ",[]{}".contains(c);
    if "-?:".contains(first) && chars.next().is_none_or(is_open) {
        return false;
    }
    if text.starts_with("---") && text[3..].chars().next().is_none_or(char::is_whitespace)
        || text.starts_with("...") && text[3..].chars().next().is_none_or(char::is_whitespace)
    {
        return false;
    }
    if last == ':' || flow && text.contains([',', '[', ']', '{', '}']) {
        return false;
    }
    let mut before = first;
    for c in text.chars().skip(1) {
        if before == ':' && is_open(c) || before.is_whitespace() && c == '#' {
            return false;
        }
        before = c;
    }
    true
}
