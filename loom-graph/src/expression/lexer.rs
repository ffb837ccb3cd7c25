//! From the text of an expression to its words, numbers and signs, one at a time.

use std::ops::Range;
use std::sync::Arc;

use super::ExpressionError;
use super::value::{Value, integer};

/// What stands in an expression. Every sign that Python knows is one, so that those that are not evaluated can
/// be told by name.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Number(Value),
    Text(Arc<str>),
    Word(&'a str),
    Sign(&'a str),
    End,
}

/// Signs of several characters, the longer ones first.
const LONG_SIGNS: [&str; 27] = [
    "**=", "//=", "<<=", ">>=", "...", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", ":=", "->", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "@=", "&&", "||", "<>",
];

#[derive(Clone)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and its place.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, Range<usize>), Box<ExpressionError>> {
        self.skip_space();
        let start = self.at;
        let Some(first) = self.peek() else { return Ok((Token::End, start..start)) };
        let token = if first.is_ascii_digit() || (first == '.' && self.rest()[1..].starts_with(is_digit)) {
            Token::Number(self.number()?)
        } else if starts_word(first) {
            let word = self.take_while(continues_word);
            if self.rest().starts_with(['\'', '"'])
                && let Some(kind) = text_kind(word)
            {
                return Err(ExpressionError::refused(kind, start..self.at + 1));
            }
            Token::Word(word)
        } else if first == '\'' || first == '"' {
            Token::Text(self.quoted(first)?)
        } else {
            let length =
                LONG_SIGNS.iter().find(|sign| self.rest().starts_with(**sign)).map_or(first.len_utf8(), |s| s.len());
            self.at += length;
            Token::Sign(&self.text[start..self.at])
        };
        Ok((token, start..self.at))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take_while(&mut self, is_wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|next| !is_wanted(next)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// A line break is space, since YAML makes it easy to write one, and a comment is as in Python.
    fn skip_space(&mut self) {
        loop {
            self.take_while(|next| matches!(next, ' ' | '\t' | '\n' | '\r' | '\x0c'));
            if self.peek() != Some('#') {
                return;
            }
            self.take_while(|next| next != '\n');
        }
    }

    fn number(&mut self) -> Result<Value, Box<ExpressionError>> {
        let start = self.at;
        let radix = match self.rest().as_bytes() {
            [b'0', b'x' | b'X', ..] => 16,
            [b'0', b'o' | b'O', ..] => 8,
            [b'0', b'b' | b'B', ..] => 2,
            _ => 10,
        };
        if radix != 10 {
            self.at += 2;
            if self.peek() == Some('_') {
                self.at += 1;
            }
            let digits = self.digits(radix);
            self.end_number(start)?;
            return if digits.is_empty() {
                Err(ExpressionError::new("a number has digits after its prefix", start..self.at))
            } else {
                self.integer(&digits.replace('_', ""), radix, start)
            };
        }
        let mut is_float = false;
        self.digits(10);
        if self.peek() == Some('.') {
            is_float = true;
            self.at += 1;
            self.digits(10);
        }
        if let Some(exponent) = self.rest().strip_prefix(['e', 'E'])
            && exponent.strip_prefix(['+', '-']).unwrap_or(exponent).starts_with(is_digit)
        {
            is_float = true;
            self.at += 1 + usize::from(exponent.starts_with(['+', '-']));
            self.digits(10);
        }
        if self.rest().starts_with(['j', 'J']) {
            return Err(ExpressionError::refused("a complex number", start..self.at + 1));
        }
        self.end_number(start)?;
        let digits = self.text[start..self.at].replace('_', "");
        if !is_float {
            if digits.starts_with('0') && digits.bytes().any(|digit| digit != b'0') {
                let decimal = digits.trim_start_matches('0');
                return Err(ExpressionError::new("an integer has no zeros before it", start..self.at)
                    .help(format!("write `{decimal}`; an octal number begins with `0o`")));
            }
            return self.integer(&digits, 10, start);
        }
        match digits.parse() {
            Ok(number) => Ok(Value::Float(number)),
            Err(_) => Err(ExpressionError::new("this is no number", start..self.at)),
        }
    }

    fn integer(&self, digits: &str, radix: u32, start: usize) -> Result<Value, Box<ExpressionError>> {
        let significant = digits.trim_start_matches('0');
        let number = integer(if significant.is_empty() { "0" } else { significant }, radix);
        number.ok_or_else(|| ExpressionError::of(super::arithmetic::too_long(), start..self.at))
    }

    /// Digits, with single `_` between them.
    fn digits(&mut self, radix: u32) -> &'a str {
        let start = self.at;
        self.take_while(|next| next.is_digit(radix));
        while self.at > start
            && let Some(more) = self.rest().strip_prefix('_')
            && more.starts_with(|next: char| next.is_digit(radix))
        {
            self.at += 1;
            self.take_while(|next| next.is_digit(radix));
        }
        &self.text[start..self.at]
    }

    /// A number must not run into a name, but may, as in Python, into one of the words that follow values.
    fn end_number(&mut self, start: usize) -> Result<(), Box<ExpressionError>> {
        let end = self.at;
        let word = self.take_while(continues_word);
        if word.is_empty() || matches!(word, "and" | "else" | "for" | "if" | "in" | "is" | "not" | "or") {
            self.at = end;
            return Ok(());
        }
        Err(ExpressionError::new(
            format!("`{}` is neither a number nor a name", &self.text[start..self.at]),
            start..self.at,
        )
        .help("a product is written with `*`, and a name begins with a letter"))
    }

    fn quoted(&mut self, quote: char) -> Result<Arc<str>, Box<ExpressionError>> {
        let start = self.at;
        let rest = self.rest();
        if rest.bytes().take(3).eq([quote as u8; 3]) {
            return Err(ExpressionError::refused("a text in triple quotes", start..start + 3));
        }
        let mut text = String::new();
        let mut letters = rest.char_indices().skip(1);
        while let Some((offset, letter)) = letters.next() {
            match letter {
                '\n' => break,
                '\\' => match letters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, 't')) => text.push('\t'),
                    Some((_, 'r')) => text.push('\r'),
                    Some((_, escaped @ ('\\' | '\'' | '"'))) => text.push(escaped),
                    Some((after, other)) => {
                        let place = start + offset..start + after + other.len_utf8();
                        return Err(ExpressionError::new("this escape is not known", place)
                            .help("known are `\\\\`, `\\'`, `\\\"`, `\\n`, `\\t` and `\\r`"));
                    }
                    None => break,
                },
                _ if letter == quote => {
                    self.at = start + offset + 1;
                    return Ok(Arc::from(text));
                }
                _ => text.push(letter),
            }
        }
        Err(ExpressionError::new("this text has no closing quote", start..start + 1))
    }
}

/// What Python takes a text with this word directly before it for, if for anything but a text.
fn text_kind(prefix: &str) -> Option<&'static str> {
    match prefix.to_ascii_lowercase().as_str() {
        "f" | "fr" | "rf" => Some("an f-string"),
        "b" | "br" | "rb" | "r" | "u" => Some("a text with a prefix"),
        _ => None,
    }
}

fn is_digit(letter: char) -> bool {
    letter.is_ascii_digit()
}

fn starts_word(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

fn continues_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}
