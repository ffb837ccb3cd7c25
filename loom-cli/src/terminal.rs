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
pub(crate) fn shell_line<'a>(words: impl Iterator<Item = &'a std::ffi::OsStr>) -> String {
    let quoted = words.map(|word| {
        let text = word.to_string_lossy();
        // A NUL cannot be in an argument, so quoting cannot fail.
        shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or_default()
    });
    quoted.collect::<Vec<_>>().join(" ")
}
