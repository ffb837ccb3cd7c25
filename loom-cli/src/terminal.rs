//! What is known of the terminal, and how text is painted on it.

use std::fmt;

use anstyle::{AnsiColor, Style};

use crate::args::Color;

pub(crate) const START: Style = AnsiColor::Cyan.on_default();
pub(crate) const DONE: Style = AnsiColor::Green.on_default();
pub(crate) const FAIL: Style = AnsiColor::Red.on_default().bold();
pub(crate) const SKIP: Style = AnsiColor::Yellow.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const STRONG: Style = Style::new().bold();

/// Whether colours are wanted on a stream: what was typed, else `NO_COLOR` and its like, else whether it is a terminal.
pub(crate) fn wants_color(choice: Color, stream: &impl anstream::stream::RawStream) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    }
}

/// How many columns a stream has; none, if it is no terminal.
pub(crate) fn width_of(stream: &(impl std::os::fd::AsFd + std::io::IsTerminal)) -> Option<usize> {
    let size = stream.is_terminal().then(|| rustix::termios::tcgetwinsize(stream))?.ok()?;
    Some(usize::from(size.ws_col)).filter(|width| *width > 0)
}

/// Text in a style, or plain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) color: bool,
}

impl Paint {
    pub(crate) fn styled<T: fmt::Display>(self, style: Style, text: T) -> impl fmt::Display {
        Styled { style: if self.color { style } else { Style::new() }, text }
    }
}

struct Styled<T> {
    style: Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Styled<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}

/// A name on one line, with nothing in it that a terminal would obey.
pub(crate) fn plain(name: &str) -> String {
    name.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// A command as a line that a shell takes back.
pub(crate) fn shell_line<W: AsRef<std::ffi::OsStr>>(words: impl Iterator<Item = W>) -> String {
    let quoted = words.map(|word| {
        let text = word.as_ref().to_string_lossy();
        // A NUL cannot be in an argument, so quoting cannot fail.
        shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or_default()
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// What a person would have read on a terminal: the text of bytes, each line in its last state, without what was meant for the
/// terminal itself.
pub(crate) fn as_read(bytes: &[u8]) -> String {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let mut out = String::new();
    for line in lines {
        let text = String::from_utf8_lossy(crate::report::overwritten(line));
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, chars.peek()) {
                ('\u{1b}', Some('[')) => {
                    chars.next();
                    while chars.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
                    chars.next();
                }
                ('\u{1b}', Some(']')) => while chars.next_if(|c| !matches!(c, '\u{7}' | '\u{1b}')).is_some() {},
                ('\t', _) => out.push(c),
                (c, _) if c.is_control() => {}
                (c, _) => out.push(c),
            }
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_meant_for_the_terminal_is_not_read() {
        let read = super::as_read(b"\x1b[1;31mred\x1b[0m\x1b]0;title\x07\n 10%\r100%\na\tb\x08\xff");
        assert_eq!(read, "red\n100%\na\tb\u{fffd}\n");
    }
}
