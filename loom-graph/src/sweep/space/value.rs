//! Values of axes: the text that people know them by, and when two of them match.

use std::sync::Arc;

use loom_spec::{Span, Style, Value};

use crate::expression::{self, Integer};

/// A plain number: `1`, `1.0` and `1e0` are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Number {
    Whole(Integer),
    /// By its bits.
    Other(u64),
}

/// The text of a value: a scalar as it is written, a list as its words with a space between.
pub(super) fn text_of(value: &Value) -> Arc<str> {
    match value {
        Value::Scalar(scalar) if scalar.is_null() => Arc::from("null"),
        Value::Scalar(scalar) => Arc::clone(&scalar.text),
        Value::List(items, _) => {
            items.iter().map(|item| text_of(item).to_string()).collect::<Vec<_>>().join(" ").into()
        }
        Value::Map(..) => Arc::from("{…}"),
    }
}

/// The number that a value is, if it is one and not in quotes.
pub(super) fn number_of(value: &Value) -> Option<Number> {
    match value {
        Value::Scalar(scalar) if scalar.style != Style::Quoted => number(&scalar.text),
        _ => None,
    }
}

/// The number that a text is.
pub(super) fn number(text: &str) -> Option<Number> {
    match expression::Value::from_text(text) {
        expression::Value::Int(number) => Some(Number::Whole(number)),
        // All of these are integers that an `i64` has, too.
        expression::Value::Float(number) if number.fract() == 0.0 && number.abs() < 9e18 => {
            Some(Number::Whole(Integer::from(number as i64)))
        }
        expression::Value::Float(number) if !number.is_nan() => Some(Number::Other(number.to_bits())),
        _ => None,
    }
}

/// What a value is in an expression.
pub(super) fn in_expression(value: &Value) -> expression::Value {
    match value {
        Value::Scalar(scalar) if scalar.style != Style::Quoted => expression::Value::from_text(&scalar.text),
        value => expression::Value::from(&*text_of(value)),
    }
}

/// A value that is computed, as if it stood there plainly.
pub(super) fn plain(text: impl Into<Arc<str>>, span: Span) -> Value {
    Value::Scalar(loom_spec::Scalar { text: text.into(), span, style: Style::Plain })
}

/// The shortest text that reads back as this number: `0.5`, `1e-4`, `2.5e-7`. Whole numbers below 10¹⁶ are written
/// out, without a point; where `0.01` and `1e-2` are equally short it is the former.
pub(super) fn shortest(number: f64) -> String {
    let number = if number == 0.0 { 0.0 } else { number };
    let written_out = number.to_string();
    let with_exponent = format!("{number:e}");
    let is_short = number.fract() == 0.0 && number.abs() < 1e16;
    if is_short || written_out.len() <= with_exponent.len() { written_out } else { with_exponent }
}
