//! Arithmetic and comparison as Python does them: integers without a size, floats, and Bools as 1 and 0.

use std::borrow::Cow;
use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

use super::value::{Integer, MOST_BITS, Value};

/// What an operation cannot do, without the place.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) message: String,
    pub(super) help: Option<&'static str>,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    pub(super) fn with_help(message: impl Into<String>, help: &'static str) -> Self {
        Self { message: message.into(), help: Some(help) }
    }

    /// `what` was asked of a text.
    pub(super) fn text(what: &str) -> Self {
        Self::with_help(
            format!("{what} numbers, not text"),
            "text can only be compared with `==` and `!=`; a number is written without quotes",
        )
    }
}

/// Between two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "**",
        }
    }
}

/// Between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value that can be reckoned with.
pub(super) enum Number<'a> {
    Int(Cow<'a, BigInt>),
    Float(f64),
}

impl<'a> Number<'a> {
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Int(number) => Some(Self::Int(Cow::Borrowed(&number.0))),
            Value::Float(number) => Some(Self::Float(*number)),
            Value::Bool(truth) => Some(Self::Int(Cow::Owned(BigInt::from(u8::from(*truth))))),
            Value::Text(_) => None,
        }
    }

    pub(super) fn to_float(&self) -> Result<f64, Fault> {
        match self {
            Self::Int(number) => nearest_ratio(number, &BigInt::from(1)).ok_or_else(|| {
                Fault::with_help(
                    "the integer is too large for a floating-point number",
                    "no float is above 1.8e308; `//` and `%` divide integers of any size",
                )
            }),
            Self::Float(number) => Ok(*number),
        }
    }
}

/// `left operator right`.
pub(super) fn operate(operator: Operator, left: &Value, right: &Value) -> Result<Value, Fault> {
    let (Some(left), Some(right)) = (Number::of(left), Number::of(right)) else {
        return Err(Fault::text(&format!("`{}` takes", operator.sign())));
    };
    match (&left, &right) {
        (Number::Int(left), Number::Int(right)) if stays_whole(operator, right) => whole(operator, left, right),
        (Number::Int(left), Number::Int(right)) if operator == Operator::Divide => {
            let quotient = nearest_ratio(left, right);
            quotient
                .map(Value::Float)
                .ok_or_else(|| Fault::new("the quotient is too large for a floating-point number"))
        }
        _ => floats(operator, left.to_float()?, right.to_float()?).map(Value::Float),
    }
}

/// Whether two integers give an integer, or an error of integers. Division by zero is left to the floats.
fn stays_whole(operator: Operator, right: &BigInt) -> bool {
    match operator {
        Operator::Divide => *right == BigInt::ZERO,
        Operator::Power => right.sign() != Sign::Minus,
        _ => true,
    }
}

fn whole(operator: Operator, left: &BigInt, right: &BigInt) -> Result<Value, Fault> {
    let divisor_is_zero = *right == BigInt::ZERO;
    let result = match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide | Operator::FloorDivide | Operator::Modulo if divisor_is_zero => return Err(by_zero()),
        Operator::Divide | Operator::FloorDivide => floor_division(left, right).0,
        Operator::Modulo => floor_division(left, right).1,
        Operator::Power => power(left, right)?,
    };
    bounded(result)
}

fn by_zero() -> Fault {
    Fault::new("division by zero")
}

/// An integer as a value, if it is no larger than integers may be.
pub(super) fn bounded(number: BigInt) -> Result<Value, Fault> {
    if number.bits() > MOST_BITS { Err(too_long()) } else { Ok(Value::Int(Integer(number))) }
}

pub(super) fn too_long() -> Fault {
    Fault::with_help(
        "the integer has more than 10,000 bits, and none may",
        "a float goes up to 1.8e308: write `2.0` for `2`, say",
    )
}

/// Quotient and remainder where the remainder has the divisor's sign. The divisor is not zero.
fn floor_division(left: &BigInt, right: &BigInt) -> (BigInt, BigInt) {
    let (quotient, remainder) = (left / right, left % right);
    if remainder != BigInt::ZERO && remainder.sign() != right.sign() {
        (quotient - 1, remainder + right)
    } else {
        (quotient, remainder)
    }
}

/// `base ** exponent` where the exponent is not negative. What would be too long is not computed first.
fn power(base: &BigInt, exponent: &BigInt) -> Result<BigInt, Fault> {
    if base.bits() <= 1 {
        // 0, 1 and -1 stay what they are, whatever the exponent.
        let is_one = *exponent == BigInt::ZERO || (base.sign() == Sign::Minus && !exponent.bit(0));
        return Ok(if is_one { BigInt::from(1) } else { base.clone() });
    }
    match u32::try_from(exponent) {
        Ok(exponent) if (base.bits() - 1).saturating_mul(u64::from(exponent)) <= MOST_BITS => Ok(base.pow(exponent)),
        _ => Err(too_long()),
    }
}

fn floats(operator: Operator, left: f64, right: f64) -> Result<f64, Fault> {
    match operator {
        Operator::Add => Ok(left + right),
        Operator::Subtract => Ok(left - right),
        Operator::Multiply => Ok(left * right),
        Operator::Divide | Operator::FloorDivide | Operator::Modulo if right == 0.0 => Err(by_zero()),
        Operator::Divide => Ok(left / right),
        Operator::FloorDivide => Ok(float_floor_division(left, right)),
        Operator::Modulo => Ok(float_modulo(left, right)),
        Operator::Power => float_power(left, right),
    }
}

/// The remainder with the divisor's sign, also where it is zero. The divisor is not zero.
fn float_modulo(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    if remainder == 0.0 {
        0f64.copysign(right)
    } else if (right < 0.0) != (remainder < 0.0) {
        remainder + right
    } else {
        remainder
    }
}

fn float_floor_division(left: f64, right: f64) -> f64 {
    let remainder = left % right;
    let mut quotient = (left - remainder) / right;
    if remainder != 0.0 && (right < 0.0) != (remainder < 0.0) {
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return 0f64.copysign(left / right);
    }
    // The quotient is whole but for what the division above lost.
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

fn float_power(base: f64, exponent: f64) -> Result<f64, Fault> {
    let both_finite = base.is_finite() && exponent.is_finite();
    if base == 0.0 && exponent < 0.0 && both_finite {
        return Err(Fault::new("zero to a negative power is a division by zero"));
    }
    if base < 0.0 && both_finite && exponent.fract() != 0.0 {
        return Err(Fault::with_help(
            "a negative number to a fractional power is a complex number, and there are none here",
            "`abs(x)` takes the sign away; `-x ** 0.5` is `-(x ** 0.5)`",
        ));
    }
    let result = base.powf(exponent);
    if result.is_infinite() && both_finite {
        return Err(Fault::new("the power is too large for a floating-point number"));
    }
    Ok(result)
}

/// `left comparison right`.
pub(super) fn compare(comparison: Comparison, left: &Value, right: &Value) -> Result<bool, Fault> {
    let ordering = match (left, right) {
        (Value::Text(left), Value::Text(right)) => (left == right).then_some(Ordering::Equal),
        // A text and a number are unequal, which is no error.
        (Value::Text(_), _) | (_, Value::Text(_)) => None,
        _ => order(left, right),
    };
    let has_text = matches!(left, Value::Text(_)) || matches!(right, Value::Text(_));
    match comparison {
        Comparison::Equal => Ok(ordering == Some(Ordering::Equal)),
        Comparison::Unequal => Ok(ordering != Some(Ordering::Equal)),
        _ if has_text => Err(Fault::text("what is smaller or larger is a matter of")),
        Comparison::Less => Ok(ordering == Some(Ordering::Less)),
        Comparison::LessOrEqual => Ok(matches!(ordering, Some(Ordering::Less | Ordering::Equal))),
        Comparison::Greater => Ok(ordering == Some(Ordering::Greater)),
        Comparison::GreaterOrEqual => Ok(matches!(ordering, Some(Ordering::Greater | Ordering::Equal))),
    }
}

/// Which of two numbers is the larger, exactly: an integer is not made a float for it.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (Number::of(left)?, Number::of(right)?) {
        (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
        (Number::Float(left), Number::Float(right)) => left.partial_cmp(&right),
        (Number::Int(left), Number::Float(right)) => order_mixed(&left, right),
        (Number::Float(left), Number::Int(right)) => order_mixed(&right, left).map(Ordering::reverse),
    }
}

fn order_mixed(left: &BigInt, right: f64) -> Option<Ordering> {
    if !right.is_finite() {
        return 0f64.partial_cmp(&right);
    }
    Some(left.cmp(&truncated(right)).then(0f64.partial_cmp(&right.fract())?))
}

/// A finite number without what stands behind its point.
pub(super) fn truncated(number: f64) -> BigInt {
    const FRACTION_BITS: u64 = 52;
    let bits = number.abs().to_bits();
    let exponent = bits >> FRACTION_BITS;
    let mantissa = BigInt::from((bits & ((1 << FRACTION_BITS) - 1)) | (1 << FRACTION_BITS));
    // The mantissa is a whole number from this exponent on.
    const WHOLE: u64 = 1023 + FRACTION_BITS;
    let magnitude = if exponent >= WHOLE { mantissa << (exponent - WHOLE) } else { mantissa >> (WHOLE - exponent) };
    if number < 0.0 { -magnitude } else { magnitude }
}

/// The float nearest to `top / bottom`, of two equally near ones the even one; nothing where no float is so large.
/// `bottom` is not zero.
pub(super) fn nearest_ratio(top: &BigInt, bottom: &BigInt) -> Option<f64> {
    let is_negative = (top.sign() == Sign::Minus) != (bottom.sign() == Sign::Minus);
    let magnitude = nearest_ratio_of(top.magnitude(), bottom.magnitude())?;
    Some(if is_negative { -magnitude } else { magnitude })
}

fn nearest_ratio_of(top: &BigUint, bottom: &BigUint) -> Option<f64> {
    if *top == BigUint::ZERO {
        return Some(0.0);
    }
    // Shifted so that the quotient has 66 or 67 bits: more than a float has, and few enough for a machine number.
    let shift = 66 - (top.bits() as i64 - bottom.bits() as i64);
    let top = if shift > 0 { top << shift } else { top.clone() };
    let bottom = if shift < 0 { bottom << -shift } else { bottom.clone() };
    let quotient = &top / &bottom;
    let is_exact = &quotient * &bottom == top;
    let bits = quotient.iter_u64_digits().rev().fold(0u128, |bits, digit| (bits << 64) | u128::from(digit));

    let length = i64::from(u128::BITS - bits.leading_zeros());
    let exponent = length - 1 - shift;
    // How many bits fit: 53, or fewer near zero, where floats lie no denser than 2^-1074.
    let kept = 53.min(exponent + 1075);
    if exponent > 1023 {
        return None;
    }
    if kept < 0 {
        return Some(0.0);
    }
    let dropped = length - kept;
    let (mantissa, rest) = (bits >> dropped, bits & ((1 << dropped) - 1));
    let half = 1 << (dropped - 1);
    let is_up = rest > half || (rest == half && (!is_exact || mantissa & 1 == 1));
    let rounded = (mantissa + u128::from(is_up)) as f64;
    let scaled = scale(rounded, dropped - shift);
    scaled.is_finite().then_some(scaled)
}

/// `number * 2 ** exponent` where that is a float exactly, or beyond all floats. The exponent is from -1074 to 1023.
fn scale(number: f64, exponent: i64) -> f64 {
    let power = |exponent: i64| f64::from_bits(((exponent + 1023).clamp(0, 2046) as u64) << 52);
    if exponent < -1022 { number * power(-537) * power(exponent + 537) } else { number * power(exponent) }
}
