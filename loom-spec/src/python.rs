//! Reading Python without running it: what docstrings and imports have in common.

/// Reads Python from where it stands on. Offsets are bytes of the source.
pub(crate) struct Scanner<'a> {
    source: &'a str,
    /// What is still to be read.
    pub(crate) rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, rest: source.strip_prefix('\u{feff}').unwrap_or(source) }
    }

    /// Takes this, if it comes next.
    pub(crate) fn eat(&mut self, token: &str) -> bool {
        self.rest.strip_prefix(token).map(|rest| self.rest = rest).is_some()
    }

    /// Skips spaces and joined lines; and, where a line end means nothing, line ends and comments.
    pub(crate) fn skip_space(&mut self, across_lines: bool) {
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\u{c}']);
            let joined = ["\\\r\n", "\\\n", "\\\r"].into_iter().any(|line_end| self.eat(line_end));
            if joined || (across_lines && (self.eat("\n") || self.eat("\r"))) {
                continue;
            }
            if across_lines && self.rest.starts_with('#') {
                self.skip_line();
                continue;
            }
            return;
        }
    }

    /// Skips to the end of the line, which is left.
    pub(crate) fn skip_line(&mut self) {
        self.rest = self.rest.find(['\n', '\r']).map_or("", |at| &self.rest[at..]);
    }

    /// The quotes that come next.
    pub(crate) fn quote(&self) -> Option<&'static str> {
        ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| self.rest.starts_with(quote))
    }

    /// A string literal from its quotes on. What it says is told piece by piece, with the offset where each piece is
    /// written. Nothing is taken if it does not end.
    pub(crate) fn literal(&mut self, quote: &str, raw: bool, mut tell: impl FnMut(&str, usize)) -> Option<()> {
        let body = self.rest.strip_prefix(quote)?;
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
                '\n' | '\r' if quote.len() == 1 => return None,
                '\\' if raw => {
                    // The character behind it cannot end the literal, and both stay.
                    let behind = rest[1..].chars().next().map_or(0, char::len_utf8);
                    let length = if rest.starts_with("\\\r\n") { 3 } else { 1 + behind };
                    tell(&rest[..length], begin + at);
                    at += length;
                }
                '\\' => {
                    let (escaped, length) = escape(&rest[1..]);
                    tell(&escaped, begin + at);
                    at += 1 + length;
                }
                c => {
                    tell(&rest[..c.len_utf8()], begin + at);
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
