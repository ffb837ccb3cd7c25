//! What a Python file imports, found without running it.

use crate::python::Scanner;

/// What a Python file imports, as its text says.
///
/// Everything that Python could come to counts, whether it would or not: imports in functions, in branches, under
/// `TYPE_CHECKING`. So do `importlib.import_module("x.y")` and `__import__("x")`, if what they name is written out.
/// What stands in strings and comments does not.
///
/// ```
/// use loom_spec::PythonImports;
///
/// let found = PythonImports::of("
/// import numpy as np, helpers.plots
/// from .losses import (hinge,  # the one that is used
///                      square as sq)
/// try: from .. import fast
/// except ImportError: fast = None
/// \"\"\"import nothing\"\"\"
/// ");
/// let found: Vec<String> = found.imports.iter().map(ToString::to_string).collect();
/// assert_eq!(
///     found,
///     ["import numpy", "import helpers.plots", "from .losses import hinge, square", "from .. import fast"],
/// );
/// ```
///
/// Any text is read to its end, in time that grows with its length. Where it is not Python, what is found is a guess.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PythonImports {
    /// The imports, in the order of the text.
    pub imports: Vec<Import>,
    /// The texts in statements that begin with `__all__`: what `from package import *` may import.
    pub exported: Vec<String>,
}

/// One module that is imported, or names of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The dots in front: 0 if the module is looked for on the path, 1 in the package of the importing file, 2 in the
    /// package around that, and so on.
    pub level: u32,
    /// The module behind the dots: `a.b`. Empty only where there are dots, for `from . import x`.
    pub module: String,
    /// The names taken from it, each of which may be a module, too: `["*"]` for all, none for `import a.b`.
    pub names: Vec<String>,
}

/// As Python has it, without `as`.
impl std::fmt::Display for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let from = if self.names.is_empty() { "import " } else { "from " };
        f.write_str(from)?;
        (0..self.level).try_for_each(|_| f.write_str("."))?;
        f.write_str(&self.module)?;
        if self.names.is_empty() { Ok(()) } else { write!(f, " import {}", self.names.join(", ")) }
    }
}

impl PythonImports {
    /// Reads the text of a Python file.
    pub fn of(source: &str) -> Self {
        let mut parser = Parser {
            lexer: Lexer { scanner: Scanner::new(source), frames: Vec::new() },
            now: None,
            found: Self::default(),
        };
        parser.now = parser.lexer.next();
        parser.file();
        parser.found
    }
}

/// `import` is no name and stands in no expression: wherever the word comes, it imports, and what is around it need not be
/// understood.
struct Parser<'a> {
    lexer: Lexer<'a>,
    now: Option<Token<'a>>,
    found: PythonImports,
}

impl<'a> Parser<'a> {
    fn file(&mut self) {
        let mut caller = false;
        // How many brackets are open in a statement about `__all__`.
        let mut exporting: Option<usize> = None;
        while let Some(token) = self.take() {
            let calls = std::mem::replace(&mut caller, matches!(token, Token::Word("import_module" | "__import__")));
            match (token, &mut exporting) {
                (Token::Word("import"), _) => {
                    exporting = None;
                    self.modules();
                }
                (Token::Word("from"), _) => caller = self.names(),
                (Token::Word("__all__"), None) => exporting = Some(0),
                (Token::Text(name), Some(_)) => self.found.exported.push(name),
                (Token::Sign(sign), depth) => {
                    match (sign, depth) {
                        ('(' | '[' | '{', Some(depth)) => *depth += 1,
                        (')' | ']' | '}', Some(depth)) => *depth = depth.saturating_sub(1),
                        (';', _) => exporting = None,
                        _ => {}
                    }
                    if calls && sign == '(' {
                        self.call();
                    }
                }
                (Token::LineEnd, Some(0)) => exporting = None,
                _ => {}
            }
        }
    }

    fn take(&mut self) -> Option<Token<'a>> {
        std::mem::replace(&mut self.now, self.lexer.next())
    }

    fn eat(&mut self, token: &Token<'_>) -> bool {
        let is_next = self.now.as_ref() == Some(token);
        if is_next {
            self.take();
        }
        is_next
    }

    /// In brackets the end of a line is space.
    fn skip_line_ends(&mut self, in_brackets: bool) {
        while in_brackets && self.eat(&Token::LineEnd) {}
    }

    /// A name, which none of the words of an import is.
    fn name(&mut self) -> Option<&'a str> {
        match self.now {
            Some(Token::Word(word)) if !matches!(word, "import" | "from" | "as") => {
                self.take();
                Some(word)
            }
            _ => None,
        }
    }

    /// `a.b.c`, or as much of it as is there.
    fn dotted(&mut self) -> String {
        let mut dotted = String::new();
        while let Some(name) = self.name() {
            dotted.push_str(name);
            if !self.eat(&Token::Sign('.')) {
                break;
            }
            dotted.push('.');
        }
        dotted
    }

    /// What follows `import`.
    fn modules(&mut self) {
        loop {
            let module = self.dotted();
            self.push(0, &module, Vec::new());
            if self.eat(&Token::Word("as")) {
                self.name();
            }
            if !self.eat(&Token::Sign(',')) {
                return;
            }
        }
    }

    /// What follows `from`, which may be the one of `raise` or `yield`. Whether what was read of that ends in the name of
    /// a function that imports.
    fn names(&mut self) -> bool {
        let mut level = 0;
        while self.eat(&Token::Sign('.')) {
            level += 1;
        }
        let module = self.dotted();
        if !self.eat(&Token::Word("import")) {
            return matches!(module.rsplit('.').next(), Some("import_module" | "__import__"));
        }
        let bracketed = self.eat(&Token::Sign('('));
        let mut names = Vec::new();
        loop {
            self.skip_line_ends(bracketed);
            if self.eat(&Token::Sign('*')) {
                names.push("*".to_owned());
            } else if let Some(name) = self.name() {
                names.push(name.to_owned());
            } else {
                break;
            }
            self.skip_line_ends(bracketed);
            if self.eat(&Token::Word("as")) {
                self.skip_line_ends(bracketed);
                self.name();
                self.skip_line_ends(bracketed);
            }
            if !self.eat(&Token::Sign(',')) {
                break;
            }
        }
        if !names.is_empty() {
            self.push(level, &module, names);
        }
        false
    }

    /// What follows the bracket of `import_module(`: `"x"`, or `".x", "package"`, with or without the names of the two.
    fn call(&mut self) {
        let Some(name) = self.argument("name") else { return };
        let module = name.trim_start_matches('.');
        let level = name.len() - module.len();
        let package = if level > 0 && self.eat(&Token::Sign(',')) { self.argument("package") } else { None };
        match package {
            None => self.push(u32::try_from(level).unwrap_or(u32::MAX), module, Vec::new()),
            Some(package) => {
                let around: Vec<&str> = package.split('.').collect();
                if let Some(length) = (around.len() + 1).checked_sub(level).filter(|length| *length > 0) {
                    self.push(0, &format!("{}.{module}", around[..length].join(".")), Vec::new());
                }
            }
        }
    }

    /// A text that is a whole argument.
    fn argument(&mut self, keyword: &str) -> Option<String> {
        self.skip_line_ends(true);
        if self.eat(&Token::Word(keyword)) {
            self.eat(&Token::Sign('='));
        }
        let mut argument: Option<String> = None;
        loop {
            self.skip_line_ends(true);
            let Some(Token::Text(text)) = &self.now else { break };
            argument.get_or_insert_default().push_str(text);
            self.take();
        }
        argument.filter(|_| matches!(self.now, Some(Token::Sign(',' | ')'))))
    }

    fn push(&mut self, level: u32, module: &str, names: Vec<String>) {
        let module = module.trim_end_matches('.');
        let parts_are_names = module.split('.').all(|part| !part.is_empty() && !part.contains(['/', '\0']));
        if if module.is_empty() { level > 0 } else { parts_are_names } {
            self.found.imports.push(Import { level, module: module.to_owned(), names });
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Token<'a> {
    /// A name, a keyword or a number.
    Word(&'a str),
    /// A literal that is plain text, with its escapes read.
    Text(String),
    /// Any other character that is no space, and a literal that is no plain text.
    Sign(char),
    LineEnd,
}

struct Lexer<'a> {
    scanner: Scanner<'a>,
    /// The f-strings that it is in, with the fields in them, the innermost last. Python 3.12 lets them nest without
    /// end; what was Python before is read the same.
    frames: Vec<Frame>,
}

#[derive(Clone, Copy)]
enum Frame {
    /// The text of an f-string.
    Text { quote: &'static str, raw: bool },
    /// The code between braces.
    Field { brackets: usize },
    /// The text behind the colon of a field.
    Format,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if let Some(Frame::Text { .. } | Frame::Format) = self.frames.last() {
                self.formatted()?;
                continue;
            }
            self.scanner.skip_space(false);
            let rest = self.scanner.rest;
            let c = rest.chars().next()?;
            match c {
                '#' => self.scanner.skip_line(),
                '\n' | '\r' => {
                    self.scanner.rest = &rest[1..];
                    return Some(Token::LineEnd);
                }
                '"' | '\'' => return self.literal(""),
                c if is_of_word(c) => {
                    let end = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                    let word = &rest[..end];
                    self.scanner.rest = &rest[end..];
                    let opens = self.scanner.quote().is_some() && is_prefix(word);
                    return if opens { self.literal(word) } else { Some(Token::Word(word)) };
                }
                c => {
                    self.scanner.rest = &rest[c.len_utf8()..];
                    self.bracket(c);
                    return Some(Token::Sign(c));
                }
            }
        }
    }

    /// A literal behind its prefix.
    fn literal(&mut self, prefix: &str) -> Option<Token<'a>> {
        let quote = self.scanner.quote()?;
        let has = |letter: char| prefix.contains([letter, letter.to_ascii_uppercase()]);
        if has('f') || has('t') {
            self.scanner.eat(quote);
            self.frames.push(Frame::Text { quote, raw: has('r') });
            return Some(Token::Sign('f'));
        }
        let mut text = String::new();
        match self.scanner.literal(quote, has('r'), |piece, _| text.push_str(piece)) {
            Some(()) => {}
            None if quote.len() == 1 => self.scanner.skip_line(),
            None => self.scanner.rest = "",
        }
        Some(if has('b') { Token::Sign('b') } else { Token::Text(text) })
    }

    /// What a sign means for the field that it stands in.
    fn bracket(&mut self, sign: char) {
        let Some(Frame::Field { brackets }) = self.frames.last_mut() else { return };
        match (sign, *brackets) {
            ('(' | '[' | '{', _) => *brackets += 1,
            ('}', 0) => _ = self.frames.pop(),
            (')' | ']' | '}', _) => *brackets = brackets.saturating_sub(1),
            (':', 0) => self.frames.push(Frame::Format),
            _ => {}
        }
    }

    /// The text of an f-string, up to its end or a field.
    fn formatted(&mut self) -> Option<()> {
        let in_format = matches!(self.frames.last(), Some(Frame::Format));
        let texts = |frame: &Frame| matches!(frame, Frame::Text { .. });
        let innermost = self.frames.iter().rposition(texts)?;
        let Frame::Text { quote, raw } = self.frames[innermost] else { return None };
        loop {
            let rest = self.scanner.rest;
            let skipped = rest.find(['\\', '{', '}', '\n', '\r', '"', '\'']).unwrap_or(rest.len());
            self.scanner.rest = &rest[skipped..];
            let c = self.scanner.rest.chars().next()?;
            if self.scanner.eat(quote) {
                self.frames.truncate(innermost);
                return Some(());
            }
            if matches!(c, '\n' | '\r') && quote.len() == 1 {
                // It does not end, and its line does.
                self.frames.truncate(innermost);
                return Some(());
            }
            if (!raw && self.scanner.eat("\\N{")) || (!in_format && self.scanner.eat("{{")) {
                continue;
            }
            self.scanner.rest = &self.scanner.rest[1..];
            match c {
                '{' => {
                    self.frames.push(Frame::Field { brackets: 0 });
                    return Some(());
                }
                '}' if in_format => {
                    // The format, and the field that it is of.
                    self.frames.truncate(self.frames.len() - 2);
                    return Some(());
                }
                // What it escapes, if it does: a brace it does not, and a joined line may end in two characters.
                '\\' if !self.scanner.eat("\r\n") => {
                    let escaped = self.scanner.rest.chars().next().filter(|c| !matches!(c, '{' | '}'));
                    self.scanner.rest = &self.scanner.rest[escaped.map_or(0, char::len_utf8)..];
                }
                _ => {}
            }
        }
    }
}

/// What is not ASCII is taken for a letter: other signs Python has none.
fn is_of_word(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

fn is_prefix(word: &str) -> bool {
    let prefixes = ["r", "u", "b", "f", "t", "br", "rb", "fr", "rf", "tr", "rt"];
    prefixes.iter().any(|prefix| word.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests;
