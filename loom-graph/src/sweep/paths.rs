//! Where an axis goes in a path.

use std::fmt::Write;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::flow::Axes;
use super::{ConfigId, Space};

/// How long a value may be in a path, in bytes, before it is shortened.
const LONGEST_IN_PATH: usize = 64;
/// How long a value may be in the name of a unit, in characters, before it is shortened.
const LONGEST_IN_NAME: usize = 64;
/// How long all values together may be where a path does not name its axes, in bytes, before they are shortened: a name of a
/// file has no more than 255.
const LONGEST_MARK: usize = 160;
/// How much is kept of what is shortened.
const KEPT: usize = 48;

/// The pieces of a path: text, and axes between.
fn pieces<'a>(path: &'a str, space: &Space, visit: &mut dyn FnMut(&'a str, Option<usize>)) {
    let mut rest = path;
    let mut text = 0;
    while let Some(at) = rest[text..].find('{').map(|at| text + at) {
        let axis = rest[at..].find('}').and_then(|end| Some((space.axis(&rest[at + 1..at + end])?, at + end + 1)));
        match axis {
            Some((axis, behind)) => {
                visit(&rest[..at], Some(axis));
                rest = &rest[behind..];
                text = 0;
            }
            // A brace that names no axis is a brace.
            None => text = at + 1,
        }
    }
    visit(rest, None);
}

/// The axes that a path names.
pub(crate) fn axes_in(path: &str, space: &Space) -> Axes {
    let mut axes = 0;
    if path.contains('{') {
        pieces(path, space, &mut |_, axis| axes |= axis.map_or(0, |axis| 1 << axis));
    }
    axes
}

/// The path of one configuration.
pub(crate) fn fill(path: &str, space: &Space, config: ConfigId) -> String {
    let mut filled = String::with_capacity(path.len() + 16);
    pieces(path, space, &mut |text, axis| {
        filled.push_str(text);
        if let Some(axis) = axis {
            push_in_path(&space.value(config, axis).text, &mut filled);
        }
    });
    filled
}

/// The path of one configuration, where it does not say where the axes go: before the extension.
pub(crate) fn mark(path: &str, space: &Space, axes: Axes, config: ConfigId) -> String {
    let is_folder = path.ends_with('/');
    let plain = path.trim_end_matches('/');
    let name = plain.rfind('/').map_or(0, |slash| slash + 1);
    let dot = plain[name..].rfind('.').filter(|dot| *dot > 0).map_or(plain.len(), |dot| name + dot);
    let mut mark = String::new();
    let mut sign = '@';
    for (index, axis) in space.axes().iter().enumerate().filter(|(index, _)| axes & (1 << index) != 0) {
        mark.push(sign);
        push_in_path(&axis.name, &mut mark);
        mark.push('=');
        push_in_path(&space.value(config, index).text, &mut mark);
        sign = ',';
    }
    if mark.len() > LONGEST_MARK {
        let digest = digest(&mark);
        shorten(&mut mark, 0, 2 * KEPT);
        let _ = write!(mark, "-{digest}");
    }
    let mut marked = [&plain[..dot], &mark, &plain[dot..]].concat();
    if is_folder {
        marked.push('/');
    }
    marked
}

/// A value as it stands in a path: letters, digits, `.`, `_`, `+`, `-`; anything else is a `_`.
fn push_in_path(text: &str, path: &mut String) {
    let begins = path.len();
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '_' | '+' | '-') { c } else { '_' };
    path.extend(text.chars().map(kept));
    if path[begins..].len() > LONGEST_IN_PATH {
        shorten(path, begins, KEPT);
        let _ = write!(path, "-{}", digest(text));
    }
    if path[begins..].chars().all(|c| c == '.') {
        // `..` would lead elsewhere, and nothing at all would be another path.
        let dots = path.len() - begins;
        path.truncate(begins);
        path.extend(std::iter::repeat_n('_', dots.max(1)));
    }
}

/// A name as that of a file; one that had to be changed has a mark, so that no two become the same.
pub(crate) fn file_name_of(name: &str) -> String {
    let mut file = String::new();
    push_in_path(name, &mut file);
    if file != name {
        let _ = write!(file, "-{}", digest(name));
    }
    file
}

/// Cuts what begins there to some bytes, or a few less.
fn shorten(text: &mut String, begins: usize, kept: usize) {
    let mut end = begins + kept;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

/// Appends `axis=value,axis=value` of a configuration, as units are named by it.
pub(crate) fn push_name(space: &Space, axes: Axes, config: ConfigId, name: &mut String) {
    let mut sign = '@';
    for (index, axis) in space.axes().iter().enumerate().filter(|(index, _)| axes & (1 << index) != 0) {
        name.push(sign);
        name.push_str(&axis.name);
        name.push('=');
        name.push_str(&in_name(&space.value(config, index).text));
        sign = ',';
    }
}

/// A value as it stands in the name of a unit: in quotes where it could be mistaken for more than a value.
pub(crate) fn in_name(text: &str) -> String {
    let mut shown = text.to_owned();
    if text.chars().nth(LONGEST_IN_NAME).is_some() {
        shown = text.chars().take(KEPT).collect();
        let _ = write!(shown, "~{}", digest(text));
    }
    let is_sign = |c: char| matches!(c, ',' | '"' | '\\' | '/' | '#' | '@' | '=') || c.is_control();
    let is_plain = !shown.is_empty() && !shown.contains(is_sign) && shown.trim() == shown;
    if is_plain {
        return shown;
    }
    let mut quoted = String::from("\"");
    for c in shown.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// The beginning of the SHA-256 hash of a text, in hexadecimal digits: it tells apart what was shortened.
fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(6).fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// Whether a configuration has the values that are written as `axis=value,axis=value`, in quotes or not.
pub(crate) fn matches_all(written: &str, configuration: &[(Arc<str>, Arc<str>)]) -> bool {
    let mut rest = written;
    while !rest.is_empty() {
        let behind = |axis: &str| rest.strip_prefix(axis)?.strip_prefix('=');
        let axis = configuration.iter().find_map(|(axis, text)| Some((text, behind(axis)?)));
        let Some((text, value)) = axis else { return false };
        let ends = |behind: &&str| {
            let next = behind.strip_prefix(',');
            behind.is_empty() || next.is_some_and(|next| configuration.iter().any(|(axis, _)| begins(next, axis)))
        };
        let shown = in_name(text);
        let found = [&*shown, &**text].into_iter().find_map(|text| value.strip_prefix(text).filter(ends));
        let Some(behind) = found else { return false };
        rest = behind.strip_prefix(',').unwrap_or(behind);
    }
    !written.is_empty()
}

fn begins(text: &str, axis: &str) -> bool {
    text.strip_prefix(axis).is_some_and(|behind| behind.starts_with('='))
}
