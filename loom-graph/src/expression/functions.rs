//! The functions that an expression can call.

use std::ops::RangeInclusive;

use num_bigint::{BigInt, BigUint, Sign};

use super::arithmetic::{Comparison, Fault, Number, bounded, compare, nearest_ratio, truncated};
use super::value::{Integer, MOST_BITS, Value};

/// The functions of an [`Expression`](crate::Expression), by name.
pub const FUNCTIONS: [&str; 6] = ["min", "max", "abs", "round", "int", "float"];

/// One of [`FUNCTIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Min,
    Max,
    Abs,
    Round,
    Int,
    Float,
}

impl Function {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "min" => Self::Min,
            "max" => Self::Max,
            "abs" => Self::Abs,
            "round" => Self::Round,
            "int" => Self::Int,
            "float" => Self::Float,
            _ => return None,
        })
    }

    /// How many arguments it takes, and in words.
    pub(super) fn arguments(self) -> (RangeInclusive<usize>, &'static str) {
        match self {
            Self::Min => (2..=usize::MAX, "`min` takes two numbers or more"),
            Self::Max => (2..=usize::MAX, "`max` takes two numbers or more"),
            Self::Abs => (1..=1, "`abs` takes one number"),
            Self::Round => (1..=2, "`round` takes a number, and to how many digits behind the point"),
            Self::Int => (0..=1, "`int` takes one number"),
            Self::Float => (0..=1, "`float` takes one number"),
        }
    }

    /// What it makes of its arguments, of which there are as many as it takes.
    pub(super) fn call(self, arguments: &[Value]) -> Result<Value, Fault> {
        match (self, arguments) {
            (Self::Min, [first, others @ ..]) => extreme(Comparison::Less, first, others),
            (Self::Max, [first, others @ ..]) => extreme(Comparison::Greater, first, others),
            (Self::Abs, [number]) => match Number::of(number) {
                Some(Number::Int(number)) => Ok(Value::Int(Integer(BigInt::from(number.magnitude().clone())))),
                Some(Number::Float(number)) => Ok(Value::Float(number.abs())),
                None => Err(Fault::text("`abs` takes")),
            },
            (Self::Round, [number]) => match Number::of(number) {
                Some(Number::Int(number)) => bounded(number.into_owned()),
                Some(Number::Float(number)) => whole("round", number, f64::round_ties_even),
                None => Err(Fault::text("`round` takes")),
            },
            (Self::Round, [number, digits, ..]) => round_to(number, digits),
            (Self::Int, []) => Ok(Value::from(0)),
            (Self::Int, [number, ..]) => match Number::of(number) {
                Some(Number::Int(number)) => bounded(number.into_owned()),
                Some(Number::Float(number)) => whole("int", number, f64::trunc),
                None => Err(Fault::text("`int` takes")),
            },
            (Self::Float, [number, ..]) => match Number::of(number) {
                Some(number) => number.to_float().map(Value::Float),
                None => Err(Fault::with_help("`float` takes numbers, not text", "infinity is `1e999`")),
            },
            (Self::Float, []) => Ok(Value::from(0.0)),
            // The parser has counted the arguments.
            (Self::Min | Self::Max | Self::Abs | Self::Round, _) => Err(Fault::new(self.arguments().1)),
        }
    }
}

/// The first of the values that none of the others surpasses; where NaN is among them it depends on where, as in
/// Python.
fn extreme(surpasses: Comparison, first: &Value, others: &[Value]) -> Result<Value, Fault> {
    let mut best = first;
    for other in others {
        if compare(surpasses, other, best)? {
            best = other;
        }
    }
    Ok(best.clone())
}

fn whole(function: &str, number: f64, to_whole: fn(f64) -> f64) -> Result<Value, Fault> {
    if number.is_finite() {
        return bounded(truncated(to_whole(number)));
    }
    let what = if number.is_nan() { "nan" } else { "infinity" };
    Err(Fault::new(format!("`{function}` cannot make an integer of {what}")))
}

fn round_to(number: &Value, digits: &Value) -> Result<Value, Fault> {
    let (Some(number), Some(digits)) = (Number::of(number), Number::of(digits)) else {
        return Err(Fault::text("`round` takes"));
    };
    let Number::Int(digits) = digits else {
        return Err(Fault::with_help("`round` takes a whole number of digits", "`int(n)` makes a whole number of one"));
    };
    // What is too large for an i64 rounds as its limits do: not at all, or to zero.
    let limit = if digits.sign() == Sign::Minus { i64::MIN } else { i64::MAX };
    let digits = i64::try_from(digits.as_ref()).unwrap_or(limit);
    match number {
        Number::Int(number) if digits >= 0 => bounded(number.into_owned()),
        Number::Int(number) => {
            // 10 ** (MOST_BITS / 3) is far above all integers.
            let rounded = match u32::try_from(digits.unsigned_abs()) {
                Ok(zeros) if u64::from(zeros) <= MOST_BITS / 3 => to_multiple(number.magnitude(), zeros, false),
                _ => BigUint::ZERO,
            };
            bounded(BigInt::from_biguint(number.sign(), rounded))
        }
        Number::Float(number) => round_float_to(number, digits).map(Value::Float),
    }
}

fn round_float_to(number: f64, digits: i64) -> Result<f64, Fault> {
    // Beyond these limits a float has no digits to round, and none left.
    const MOST: i64 = 323;
    const FEWEST: i64 = -308;
    if !number.is_finite() || digits > MOST {
        return Ok(number);
    }
    if digits < FEWEST {
        return Ok(0f64.copysign(number));
    }
    if let Ok(places) = usize::try_from(digits) {
        // Exact decimals and back, each rounded once and to even.
        return Ok(format!("{number:.places$}").parse().unwrap_or(number));
    }
    let whole = truncated(number.abs());
    let rounded = to_multiple(whole.magnitude(), digits.unsigned_abs() as u32, number.fract() != 0.0);
    match nearest_ratio(&BigInt::from(rounded), &BigInt::from(1)) {
        Some(rounded) => Ok(rounded.copysign(number)),
        None => Err(Fault::new("the rounded number is too large for a floating-point number")),
    }
}

/// The multiple of `10 ** zeros` nearest to the number, of two equally near ones the even one. `has_more` says that the
/// number has a fraction besides.
fn to_multiple(number: &BigUint, zeros: u32, has_more: bool) -> BigUint {
    let unit = BigUint::from(10u8).pow(zeros);
    let quotient = number / &unit;
    let twice = (number - &quotient * &unit) * 2u8;
    let is_up = twice > unit || (twice == unit && (has_more || quotient.bit(0)));
    (quotient + u8::from(is_up)) * unit
}
