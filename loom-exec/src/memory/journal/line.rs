//! One line of the journal, read without a copy where it is written as this program writes it.
//!
//! Most lines of a journal say that a unit began, that it ended well, or what a file held. Those are taken apart in place: a line
//! that is in any way otherwise is no mistake, but left to the general reader.

use std::sync::Arc;

use super::{Kept, Past, Remembered, Since};
use crate::decide::contents::{Content, Stamp};

/// What is left of a line.
pub(crate) struct Rest<'a>(pub(crate) &'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Whether this comes next, which is then left behind.
    pub(crate) fn has(&mut self, text: &str) -> bool {
        self.skip(text).is_some()
    }

    /// Whether this text comes next, in quotes, with nothing in it that would be escaped.
    pub(crate) fn has_text(&mut self, text: &str) -> bool {
        // What must be escaped is no part of what is written; but a quote and a backslash are, with another meaning.
        memchr::memchr2(b'"', b'\\', text.as_bytes()).is_none() && self.has("\"") && self.has(text) && self.has("\"")
    }

    /// A text up to its closing quote, in which nothing is escaped.
    fn text(&mut self) -> Option<&'a str> {
        let (text, rest) = self.0.split_at_checked(memchr::memchr2(b'"', b'\\', self.0.as_bytes())?)?;
        self.0 = rest.strip_prefix('"')?;
        // JSON has no other way for these than to escape them.
        text.bytes().all(|byte| byte >= b' ').then_some(text)
    }

    fn number<T: std::str::FromStr>(&mut self) -> Option<T> {
        let digits = self.0.strip_prefix('-').unwrap_or(self.0);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(self.0.len() - digits.len() + length);
        if length > 1 && digits.starts_with('0') {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    /// What a file held, up to the closing quote.
    pub(crate) fn content(&mut self) -> Option<Content> {
        Content::try_from(self.text()?).ok()
    }

    /// Texts one after another, with an opening quote before them and a closing bracket behind.
    fn texts(&mut self, mut take: impl FnMut(&'a str)) -> Option<()> {
        if self.has("]") {
            return Some(());
        }
        loop {
            self.skip("\"")?;
            take(self.text()?);
            if self.has("]") {
                return Some(());
            }
            self.skip(",")?;
        }
    }

    /// A key as a whole, after a look at whether it is one.
    fn key(&mut self) -> Option<&'a str> {
        let start = self.0;
        self.skip("{\"command\":[")?;
        self.texts(|_| ())?;
        if self.has(",\"python\":\"") {
            self.text()?;
        }
        if self.has(",\"env\":[") {
            loop {
                self.skip("[\"")?;
                self.text()?;
                if !self.has(",null") {
                    self.skip(",\"")?;
                    self.text()?;
                }
                self.skip("]")?;
                if self.has("]") {
                    break;
                }
                self.skip(",")?;
            }
        }
        self.skip(",\"files\":[")?;
        if !self.has("]") {
            loop {
                self.skip("{\"role\":\"")?;
                matches!(self.text()?, "task" | "module" | "input" | "output").then_some(())?;
                self.skip(",\"path\":\"")?;
                self.text()?;
                if self.has(",\"name\":\"") {
                    self.text()?;
                }
                self.skip(",\"content\":\"")?;
                self.content()?;
                self.skip("}")?;
                if self.has("]") {
                    break;
                }
                self.skip(",")?;
            }
        }
        self.skip("}")?;
        start.get(..start.len() - self.0.len())
    }

    /// The end of the line.
    fn end(&self) -> Option<()> {
        (self.0 == "}").then_some(())
    }
}

/// Takes in what a line says; `None`, and nothing is taken in, if the general reader is to read it. `run` is the run of the line
/// before.
pub(super) fn take(json: &str, remembered: &mut Remembered, run: &mut Arc<str>) -> Option<()> {
    let mut rest = Rest(json);
    rest.skip("{\"record\":\"")?;
    match rest.text()? {
        "start" => {
            rest.skip(",\"unit\":\"")?;
            let unit = rest.text()?;
            rest.skip(",\"run\":\"")?;
            let of_run = rest.text()?;
            rest.skip(",\"at\":")?;
            let at = rest.number()?;
            let item = item(&mut rest)?;
            let mut makes = Vec::new();
            if rest.has(",\"makes\":[") {
                rest.texts(|path| makes.push(path.into()))?;
            }
            rest.end()?;
            let since = Some(Since { run: same(run, of_run), at, how: None, item: item.map(Arc::from), makes }.into());
            match remembered.units.get_mut(unit) {
                Some(past) => past.since = since,
                None => drop(remembered.units.insert(unit.into(), Past { done: None, since })),
            }
        }
        "done" => {
            rest.skip(",\"unit\":\"")?;
            let unit = rest.text()?;
            rest.skip(",\"run\":\"")?;
            let of_run = rest.text()?;
            rest.skip(",\"at\":")?;
            let at = rest.number()?;
            rest.skip(",\"took\":")?;
            let took = rest.number()?;
            let item = item(&mut rest)?.map(Arc::from);
            rest.skip(",\"key\":")?;
            let key = rest.key()?;
            rest.end()?;
            let done = Some(Kept { run: same(run, of_run), at, took, item, key: key.into() });
            let past = Past { done, since: None };
            match remembered.units.get_mut(unit) {
                Some(known) => *known = past,
                None => drop(remembered.units.insert(unit.into(), past)),
            }
        }
        "file" => {
            rest.skip(",\"path\":\"")?;
            let path = rest.text()?;
            rest.skip(",\"stamp\":{\"size\":")?;
            let size = rest.number()?;
            rest.skip(",\"mtime\":")?;
            let mtime = rest.number()?;
            rest.skip(",\"ctime\":")?;
            let ctime = rest.number()?;
            rest.skip(",\"inode\":")?;
            let inode = rest.number()?;
            rest.skip("},\"content\":\"")?;
            let content = rest.content()?;
            rest.end()?;
            let known = (Stamp { size, mtime, ctime, inode }, content);
            match remembered.files.get_mut(path) {
                Some(file) => *file = known,
                None => drop(remembered.files.insert(path.into(), known)),
            }
        }
        _ => return None,
    }
    Some(())
}

fn item<'a>(rest: &mut Rest<'a>) -> Option<Option<&'a str>> {
    if rest.has(",\"item\":\"") { rest.text().map(Some) } else { Some(None) }
}

/// The name of a run, which is mostly that of the run of the line before.
fn same(known: &mut Arc<str>, run: &str) -> Arc<str> {
    if **known != *run {
        *known = run.into();
    }
    Arc::clone(known)
}
