//! Where in the file a part of an expression stands.

use std::ops::Range;

use loom_spec::{Problem, Scalar, Span, Style};

use super::ExpressionError;

/// What is told of a fault in an expression that a scalar is.
pub(crate) fn problem(text: &Scalar, error: &ExpressionError) -> Problem {
    Problem::error("expression", error.message.clone())
        .at(inside(text, error.range.clone()), "in this expression")
        .maybe_help(error.help.clone())
}

/// A range of a scalar's text as a place in the file, where the text stands in it as it is; else the whole scalar.
pub(crate) fn inside(scalar: &Scalar, range: Range<usize>) -> Span {
    let quote = match scalar.style {
        Style::Plain => 0,
        // Escapes and folded lines make a text shorter, but for these characters, whose escapes are shorter than they.
        Style::Quoted if !scalar.text.contains(['\n', '\u{2028}', '\u{2029}']) => 1,
        _ => return scalar.span,
    };
    let Span { start, end } = scalar.span;
    if (end - start) as usize != scalar.text.len() + 2 * quote {
        return scalar.span;
    }
    let place = |at: usize| start + (quote + at) as u32;
    Span { start: place(range.start), end: place(range.end) }
}
