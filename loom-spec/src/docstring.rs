//! The docstring of a Python module, found without running Python.

use crate::python::Scanner;

/// The docstring of a Python module, and where each part of it stands.
#[derive(Debug, Default)]
pub(crate) struct Docstring {
    /// What it says.
    pub(crate) text: String,
    /// Offsets in the text and in the source from which on the two run side by side: an escape, or the end of a
    /// literal, begins anew.
    runs: Vec<(usize, usize)>,
}

impl Docstring {
    /// Where in the source stands what begins at this offset of the text.
    pub(crate) fn place(&self, at: usize) -> usize {
        let before = self.runs.partition_point(|(in_text, _)| *in_text <= at);
        let (in_text, in_source) = self.runs[..before].last().copied().unwrap_or_default();
        in_source + (at - in_text)
    }

    /// Adds what is written at this offset of the source.
    fn push(&mut self, text: &str, at: usize) {
        if self.runs.is_empty() || self.place(self.text.len()) != at {
            self.runs.push((self.text.len(), at));
        }
        self.text.push_str(text);
    }
}

/// The docstring of a module. None if the module has none, or none that is plain text (an f-string or bytes are not).
///
/// By the rules of the Python reference, sections 2.4 (string literals) and 7.1 (expression statements): comments, blank
/// lines and an encoding line may come first; `r` and `u` prefixes, all four kinds of quotes, escapes, concatenation of
/// adjacent literals and parentheses are read as Python reads them.
pub(crate) fn module_docstring(source: &str) -> Option<Docstring> {
    let mut docstring = Docstring::default();
    let mut scanner = Scanner::new(source);
    scanner.skip_space(true);
    let mut open = 0;
    while scanner.eat("(") {
        open += 1;
        scanner.skip_space(true);
    }
    literal(&mut scanner, &mut docstring)?;
    loop {
        scanner.skip_space(open > 0);
        match literal(&mut scanner, &mut docstring) {
            Some(()) => {}
            None if open > 0 && scanner.eat(")") => open -= 1,
            None => break,
        }
    }
    let ended = open == 0 && (scanner.rest.is_empty() || scanner.rest.starts_with(['\n', '\r', ';', '#']));
    ended.then_some(docstring)
}

/// One string literal; nothing is taken if there is none, or none that ends.
fn literal(scanner: &mut Scanner<'_>, docstring: &mut Docstring) -> Option<()> {
    let before = scanner.rest;
    let raw = before.starts_with(['r', 'R']);
    scanner.rest = before.strip_prefix(['r', 'R', 'u', 'U']).unwrap_or(before);
    let quote = scanner.quote();
    let read = quote.and_then(|quote| scanner.literal(quote, raw, |text, at| docstring.push(text, at)));
    if read.is_none() {
        scanner.rest = before;
    }
    read
}

#[cfg(test)]
mod tests {
    use super::module_docstring;

    #[test]
    fn docstrings_are_found_as_python_finds_them() {
        let cases = [
            ("\"\"\"one\ntwo\"\"\"\nimport os\n", Some(("one\ntwo", 1))),
            ("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\n'''x'''\n", Some(("x", 4))),
            ("\u{feff}'x'", Some(("x", 1))),
            ("'it\\'s'  # comment\n", Some(("it's", 1))),
            ("r'raw\\n\\''\n", Some(("raw\\n\\'", 1))),
            ("R\"\"\"a\\\"\"\"\"\n", Some(("a\\\"", 1))),
            ("u'x' 'y' \"z\"\n", Some(("xyz", 1))),
            ("('a'\n 'b'  # why\n 'c')\n", Some(("abc", 1))),
            ("'a' \\\n 'b'\n", Some(("ab", 1))),
            ("'\\x41\\u00e4\\101\\q'; x = 1\n", Some(("Aä\u{41}\\q", 1))),
            ("'a\\\nb'\n", Some(("ab", 1))),
            ("# a\r'x'\rimport os\r", Some(("x", 1))),
            ("r'a\\\r\nb'\r\n", Some(("a\\\r\nb", 1))),
            ("f'no'\n", None),
            ("b'no'\n", None),
            ("import os\n'no'\n", None),
            ("'no'.upper()\n", None),
            ("'no' + x\n", None),
            ("'not closed\n", None),
            ("'''not closed\n", None),
            ("('a'\n", None),
            ("", None),
        ];
        for (source, expected) in cases {
            let found = module_docstring(source);
            let found = found.as_ref().map(|found| {
                let begin = found.place(0);
                (found.text.as_str(), source[..begin].matches('\n').count() + 1)
            });
            assert_eq!(found, expected, "{source:?}");
        }
    }
    #[test]
    fn every_part_has_its_place() {
        let source = "# x\n('a\\n\\x41b'\n  r'\\n' \"c\\\nd\")";
        let found = module_docstring(source).expect("it has one");
        assert_eq!(found.text, "a\nAb\\ncd");
        let places: Vec<&str> = (0..found.text.len()).map(|at| &source[found.place(at)..][..1]).collect();
        assert_eq!(places, ["a", "\\", "\\", "b", "\\", "n", "c", "d"]);
    }
}
