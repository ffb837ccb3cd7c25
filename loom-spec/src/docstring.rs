//! The docstring of a Python module, found without running Python.

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
    let mut scanner = Scanner { source, rest: source.strip_prefix('\u{feff}').unwrap_or(source) };
    scanner.skip_space(true);
    let mut open = 0;
    while scanner.eat("(") {
        open += 1;
        scanner.skip_space(true);
    }
    scanner.literal(&mut docstring)?;
    loop {
        scanner.skip_space(open > 0);
        match scanner.literal(&mut docstring) {
            Some(()) => {}
            None if open > 0 && scanner.eat(")") => open -= 1,
            None => break,
        }
    }
    let ended = open == 0 && (scanner.rest.is_empty() || scanner.rest.starts_with(['\n', '\r', ';', '#']));
    ended.then_some(docstring)
}

struct Scanner<'a> {
    source: &'a str,
    rest: &'a str,
}

impl Scanner<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    /// Skips spaces and joined lines; and, where a line end means nothing, line ends and comments.
    fn skip_space(&mut self, across_lines: bool) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\u{c}']);
            if self.eat("\\\n") || self.eat("\\\r\n") || (across_lines && (self.eat("\n") || self.eat("\r"))) {
                continue;
            }
            if across_lines && self.rest.starts_with('#') {
                self.rest = self.rest.find('\n').map_or("", |at| &self.rest[at..]);
                continue;
            }
            return;
        }
    }

    /// One string literal; nothing is taken if there is none, or none that ends.
    fn literal(&mut self, docstring: &mut Docstring) -> Option<()> {
        let prefixed = self.rest.strip_prefix(['r', 'R', 'u', 'U']);
        let raw = prefixed.is_some() && self.rest.starts_with(['r', 'R']);
        let body = prefixed.unwrap_or(self.rest);
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote))?;
        let body = &body[quote.len()..];
        let begin = self.source.len() - body.len();
        let mut at = 0;
        loop {
            let rest = &body[at..];
            if let Some(after) = rest.strip_prefix(quote) {
                self.rest = after;
                return Some(());
            }
            let c = rest.chars().next()?;
            match c {
                '\n' if quote.len() == 1 => return None,
                '\\' if raw => {
                    // The character behind it cannot end the literal, and both stay.
                    let pair: String = rest.chars().take(2).collect();
                    docstring.push(&pair, begin + at);
                    at += pair.len();
                }
                '\\' => {
                    let (escaped, length) = escape(&rest[1..]);
                    docstring.push(&escaped, begin + at);
                    at += 1 + length;
                }
                c => {
                    docstring.push(c.encode_utf8(&mut [0; 4]), begin + at);
                    at += c.len_utf8();
                }
            }
        }
    }
}

/// What stands behind a backslash: the text it means, and how many bytes it takes.
fn escape(rest: &str) -> (String, usize) {
    let hex = |digits: usize| {
        let code = rest.get(1..=digits).and_then(|text| u32::from_str_radix(text, 16).ok()).and_then(char::from_u32);
        code.map(|c| (c.to_string(), 1 + digits))
    };
    let one = |text: &str| Some((text.to_owned(), 1));
    let known = match rest.chars().next() {
        Some('\n') => one(""),
        Some('\r') => Some((String::new(), if rest.starts_with("\r\n") { 2 } else { 1 })),
        Some(c @ ('\\' | '\'' | '"')) => one(&c.to_string()),
        Some('n') => one("\n"),
        Some('t') => one("\t"),
        Some('r') => one("\r"),
        Some('a') => one("\u{7}"),
        Some('b') => one("\u{8}"),
        Some('f') => one("\u{c}"),
        Some('v') => one("\u{b}"),
        Some('x') => hex(2),
        Some('u') => hex(4),
        Some('U') => hex(8),
        Some('0'..='7') => {
            let length = rest.bytes().take(3).take_while(|byte| (b'0'..=b'7').contains(byte)).count();
            let code = u32::from_str_radix(&rest[..length], 8).ok().and_then(char::from_u32);
            code.map(|c| (c.to_string(), length))
        }
        _ => None,
    };
    // An escape that Python does not know stays as it is.
    known.unwrap_or_else(|| ("\\".to_owned(), 0))
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
