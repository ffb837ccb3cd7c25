//! What an expression is given and gives, and how that is written.

use std::fmt;
use std::sync::Arc;

use num_bigint::BigInt;

/// How many bits an integer may have. What is computed for a pipeline needs a few dozen; without a bound a short
/// expression could ask for any amount of work.
pub(super) const MOST_BITS: u64 = 10_000;

/// A value of an [`Expression`](crate::Expression). It is displayed as Python's `str` does: `0.1`, `100.0`, `1e-05`,
/// `True`.
///
/// Two values are equal here if they are of one kind and the same; that `1 == 1.0` is what an expression is asked for.
///
/// ```
/// use loom_graph::Value;
///
/// assert_eq!(Value::from(0.00001).to_string(), "1e-05");
/// assert_eq!(Value::from_text("1e-5"), Value::Float(0.00001));
/// assert_eq!(Value::from_text("mlp"), Value::from("mlp"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(Integer),
    /// A floating-point number.
    Float(f64),
    /// True or false; in arithmetic 1 or 0.
    Bool(bool),
    /// A text, which can be handed on and compared for equality.
    Text(Arc<str>),
}

/// A whole number of any size up to 10,000 bits.
///
/// ```
/// assert_eq!(loom_graph::Integer::from(-3).to_string(), "-3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Integer(pub(super) BigInt);

impl Integer {
    /// It as an `i64`, if it is not too large for one.
    pub fn to_i64(&self) -> Option<i64> {
        i64::try_from(&self.0).ok()
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Self {
        Self(BigInt::from(number))
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Value {
    /// The value of an unquoted YAML scalar, by YAML 1.2's core schema: `3`, `0x1f`, `0.5`, `1e-4`, `.inf` are numbers,
    /// `true` is a Bool, and everything else is text.
    ///
    /// ```
    /// use loom_graph::Value;
    ///
    /// assert_eq!(Value::from_text("3"), Value::from(3));
    /// assert_eq!(Value::from_text("true"), Value::Bool(true));
    /// assert_eq!(Value::from_text("1.2.3"), Value::from("1.2.3"));
    /// ```
    pub fn from_text(text: &str) -> Self {
        match text {
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            ".nan" | ".NaN" | ".NAN" => return Self::Float(f64::NAN),
            _ => {}
        }
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
        let number = if let Some(digits) = text.strip_prefix("0x") {
            integer(digits, 16)
        } else if let Some(digits) = text.strip_prefix("0o") {
            integer(digits, 8)
        } else if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
            Some(Self::Float(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY }))
        } else if unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            // An integer with more digits than integers may have is no infinite float for that.
            let is_float = || text.contains(['.', 'e', 'E']);
            integer(text, 10).or_else(|| is_float().then(|| text.parse().ok().map(Self::Float))?)
        } else {
            None
        };
        number.unwrap_or_else(|| Self::from(text))
    }

    /// Whether it counts as true where a condition is wanted: a number if it is not zero. A text is no condition.
    ///
    /// ```
    /// use loom_graph::Value;
    ///
    /// assert_eq!(Value::from(0.0).truth(), Some(false));
    /// assert_eq!(Value::from("no").truth(), None);
    /// ```
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Int(number) => Some(number.0 != BigInt::ZERO),
            Self::Float(number) => Some(*number != 0.0),
            Self::Bool(truth) => Some(*truth),
            Self::Text(_) => None,
        }
    }
}

/// The integer that these digits, after a sign perhaps, are; nothing if they are not digits or too many.
pub(super) fn integer(digits: &str, radix: u32) -> Option<Value> {
    let unsigned = if radix == 10 { digits.strip_prefix(['-', '+']).unwrap_or(digits) } else { digits };
    // A digit is a bit at least, so that nobody waits for what is too much anyway.
    if unsigned.is_empty() || unsigned.len() as u64 > MOST_BITS || !unsigned.chars().all(|digit| digit.is_digit(radix))
    {
        return None;
    }
    let number = BigInt::parse_bytes(digits.as_bytes(), radix)?;
    (number.bits() <= MOST_BITS).then_some(Value::Int(Integer(number)))
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Integer::from(number))
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Arc::from(text))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => write_float(*number, f),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// The shortest text that reads back as this number, spelt as Python spells it.
fn write_float(number: f64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if number.is_nan() {
        return f.write_str("nan");
    }
    if number.is_infinite() {
        return f.write_str(if number > 0.0 { "inf" } else { "-inf" });
    }
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let decimals = mantissa.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    // Of two shortest texts that are equally near, Python takes the even one, as rounding to so many digits does. Next
    // to a power of two the rounded text may be another number's.
    let reads_back = |text: &String| text.parse() == Ok(number);
    if (-4..16).contains(&exponent) {
        let places = usize::try_from(decimals as i32 - exponent).unwrap_or(0).max(1);
        let rounded = Some(format!("{number:.places$}")).filter(reads_back);
        f.write_str(&rounded.unwrap_or_else(|| number.to_string()))
    } else {
        let rounded = Some(format!("{number:.decimals$e}")).filter(reads_back).unwrap_or(shortest);
        let mantissa = rounded.split_once('e').map_or(&*rounded, |(mantissa, _)| mantissa);
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(f, "{mantissa}e{sign}{:02}", exponent.unsigned_abs())
    }
}
