//! The docstring of a Python module, found without running Python.

/// The text of a module's docstring, and the line (from 1) on which it begins. None if the module has none, or none that
/// is plain text (an f-string or bytes are not).
///
/// By the rules of the Python reference, sections 2.4 (string literals) and 7.1 (expression statements): comments, blank
/// lines and an encoding line may come first; `r` and `u` prefixes, all four kinds of quotes, escapes, concatenation of
/// adjacent literals and parentheses are read as Python reads them.
pub(crate) fn module_docstring(source: &str) -> Option<(String, u32)> {
    let mut scanner = Scanner { rest: source.strip_prefix('\u{feff}').unwrap_or(source) };
    scanner.skip_space(true);
    let mut open = 0;
    while scanner.eat("(") {
        open += 1;
        scanner.skip_space(true);
    }
    let begin = source.len() - scanner.rest.len();
    let mut text = scanner.literal()?;
    loop {
        scanner.skip_space(open > 0);
        match scanner.literal() {
            Some(more) => text.push_str(&more),
            None if open > 0 && scanner.eat(")") => open -= 1,
            None => break,
        }
    }
    let ended = open == 0 && (scanner.rest.is_empty() || scanner.rest.starts_with(['\n', '\r', ';', '#']));
    let line = source[..begin].matches('\n').count() as u32 + 1;
    ended.then_some((text, line))
}

struct Scanner<'a> {
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

    /// One string literal; nothing is taken if there is none.
    fn literal(&mut self) -> Option<String> {
        let prefixed = self.rest.strip_prefix(['r', 'R', 'u', 'U']);
        let raw = prefixed.is_some() && self.rest.starts_with(['r', 'R']);
        let body = prefixed.unwrap_or(self.rest);
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote))?;
        let body = &body[quote.len()..];
        let mut text = String::new();
        let mut at = 0;
        loop {
            let rest = &body[at..];
            if let Some(after) = rest.strip_prefix(quote) {
                self.rest = after;
                return Some(text);
            }
            let c = rest.chars().next()?;
            match c {
                '\n' if quote.len() == 1 => return None,
                '\\' if raw => {
                    // The character behind it cannot end the literal, and both stay.
                    let pair: String = rest.chars().take(2).collect();
                    at += pair.len();
                    text.push_str(&pair);
                }
                '\\' => {
                    let (escaped, length) = escape(&rest[1..]);
                    text.push_str(&escaped);
                    at += 1 + length;
                }
                c => {
                    text.push(c);
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
            assert_eq!(found.as_ref().map(|(text, line)| (text.as_str(), *line)), expected, "{source:?}");
        }
    }
}
