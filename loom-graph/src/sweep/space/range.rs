//! Values that are computed from their ends, as numpy does it, and alike on every machine: what the platform's library
//! may do as it likes comes from `libm`.

use loom_spec::{Range, Scalar};

use super::value::shortest;
use crate::expression;

/// Why there are no values.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadRange {
    /// Not so many numbers.
    Count(&'static str),
    /// The number at this place cannot be one, because of this.
    Number(usize, String),
    /// So many values.
    TooMany(u128),
}

/// The values as they reach a task: at most `most` of them, never none.
pub(super) fn values(range: Range, numbers: &[Scalar], most: u64) -> Result<Vec<String>, BadRange> {
    let values = numbers.iter().enumerate().map(|(place, scalar)| {
        number(scalar).ok_or_else(|| BadRange::Number(place, format!("`{}` is not a number", scalar.text)))
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    match (range, &values[..]) {
        (Range::Linspace, [start, stop, count]) => {
            let count = count_of(count, most)?;
            let shown = |(n, number)| if n == 0 || n + 1 == count { shortest(number) } else { shown(number) };
            Ok((0_u64..).zip(linspace(start.float(), stop.float(), count)).map(shown).collect())
        }
        (Range::Geomspace, [start, stop, count]) => geomspace(start.float(), stop.float(), count_of(count, most)?),
        (Range::Arange, [stop]) => arange(Number::Int(0), *stop, Number::Int(1), most, 0),
        (Range::Arange, [start, stop]) => arange(*start, *stop, Number::Int(1), most, 1),
        (Range::Arange, [start, stop, step]) => arange(*start, *stop, *step, most, 1),
        (Range::Linspace | Range::Geomspace, _) => Err(BadRange::Count("[start, stop, count]")),
        (Range::Arange, _) => Err(BadRange::Count("[stop], [start, stop] or [start, stop, step]")),
    }
}

#[derive(Clone, Copy)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(number) => number as f64,
            Self::Float(number) => number,
        }
    }
}

/// The finite number that is written.
pub(super) fn number(scalar: &Scalar) -> Option<Number> {
    match expression::Value::from_text(&scalar.text) {
        expression::Value::Int(number) => match number.to_i64() {
            Some(number) => Some(Number::Int(number)),
            None => number.to_string().parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Float),
        },
        expression::Value::Float(number) if number.is_finite() => Some(Number::Float(number)),
        _ => None,
    }
}

fn count_of(count: &Number, most: u64) -> Result<u64, BadRange> {
    let wrong = |found: String| BadRange::Number(2, format!("the third number says how many, and {found}"));
    match count {
        Number::Int(count) if *count < 1 => Err(wrong(format!("{count} are none"))),
        Number::Int(count) if *count as u64 > most => Err(BadRange::TooMany(*count as u128)),
        Number::Int(count) => Ok(*count as u64),
        Number::Float(count) => Err(wrong(format!("`{}` is not a whole number", shortest(*count)))),
    }
}

/// Both ends exactly as they are.
fn linspace(start: f64, stop: f64, count: u64) -> impl Iterator<Item = f64> {
    let parts = count.saturating_sub(1);
    let length = stop - start;
    let step = length / parts as f64;
    (0..count).map(move |n| match n {
        0 => start,
        n if n == parts => stop,
        // Too far apart for their distance to be a number.
        n if !length.is_finite() => {
            let share = n as f64 / parts as f64;
            start * (1.0 - share) + stop * share
        }
        n if step == 0.0 => n as f64 / parts as f64 * length + start,
        n => n as f64 * step + start,
    })
}

fn geomspace(start: f64, stop: f64, count: u64) -> Result<Vec<String>, BadRange> {
    for (place, end) in [start, stop].into_iter().enumerate() {
        if end == 0.0 {
            return Err(BadRange::Number(place, "no factor leads to or from 0".to_owned()));
        }
    }
    if (start < 0.0) != (stop < 0.0) {
        return Err(BadRange::Number(
            1,
            "both ends have the same sign, as no factor leads from one to the other".to_owned(),
        ));
    }
    let sign = start.signum();
    let exponents = linspace(logarithm(start.abs()), logarithm(stop.abs()), count);
    Ok(exponents
        .enumerate()
        .map(|(n, exponent)| match n as u64 {
            0 => shortest(start),
            n if n + 1 == count => shortest(stop),
            _ => shown(sign * power(tidied(exponent))),
        })
        .collect())
}

/// To the base of ten; whole where it is.
fn logarithm(number: f64) -> f64 {
    let written = format!("{number:e}");
    let whole = written.strip_prefix("1e").and_then(|exponent| exponent.parse().ok());
    whole.unwrap_or_else(|| libm::log10(number))
}

/// Ten to the power of this; a whole one exactly.
fn power(exponent: f64) -> f64 {
    let whole = (exponent.fract() == 0.0).then(|| format!("1e{exponent}").parse().ok()).flatten();
    whole.unwrap_or_else(|| libm::pow(10.0, exponent))
}

/// `place` is where the end stands.
fn arange(start: Number, stop: Number, step: Number, most: u64, place: usize) -> Result<Vec<String>, BadRange> {
    let nothing = |from: String, to: &str| BadRange::Number(place, format!("there is nothing from {from} up to {to}"));
    if let (Number::Int(start), Number::Int(stop), Number::Int(step)) = (start, stop, step) {
        let (from, to, by) = (i128::from(start), i128::from(stop), i128::from(step));
        if by == 0 {
            return Err(BadRange::Number(2, "a step of 0 leads nowhere".to_owned()));
        }
        let count = (to - from + by - by.signum()) / by;
        if count < 1 {
            return Err(nothing(start.to_string(), &stop.to_string()));
        }
        if count > i128::from(most) {
            return Err(BadRange::TooMany(count as u128));
        }
        return Ok((0..count).map(|n| (from + n * by).to_string()).collect());
    }
    let (start, stop, step) = (start.float(), stop.float(), step.float());
    if step == 0.0 {
        return Err(BadRange::Number(2, "a step of 0 leads nowhere".to_owned()));
    }
    // 0.3 is three steps of 0.1, whatever is left of it in binary.
    let count = tidied((stop - start) / step).ceil();
    if count.is_nan() || count < 1.0 {
        return Err(nothing(shortest(start), &shortest(stop)));
    }
    if count > most as f64 {
        return Err(BadRange::TooMany(count as u128));
    }
    let value = |n| if n == 0 { shortest(start) } else { shown(start + n as f64 * step) };
    Ok((0..count as u64).map(value).collect())
}

fn shown(number: f64) -> String {
    shortest(tidied(number))
}

/// The number with 12 digits that is nearest, where nothing but the last bits of a calculation tells them apart: 3 · 0.1
/// is 0.3, and not 0.30000000000000004.
fn tidied(number: f64) -> f64 {
    const KEPT: usize = 15;
    const FEW: usize = 12;
    let rounded = format!("{number:.*e}", KEPT - 1);
    let (mantissa, _) = rounded.split_once('e').unwrap_or((&rounded, ""));
    let digits = mantissa.trim_end_matches('0').bytes().filter(u8::is_ascii_digit).count();
    if digits <= FEW { rounded.parse().unwrap_or(number) } else { number }
}

#[cfg(test)]
mod tests {
    use loom_spec::{Span, Style};

    use super::*;

    fn of(range: Range, numbers: &str) -> Result<Vec<String>, BadRange> {
        let scalar = |text: &str| Scalar { text: text.into(), span: Span::default(), style: Style::Plain };
        let numbers: Vec<Scalar> = numbers.split_whitespace().map(scalar).collect();
        values(range, &numbers, 1000)
    }

    fn shown(range: Range, numbers: &str) -> String {
        match of(range, numbers) {
            Ok(values) => values.join(" "),
            Err(bad) => format!("{bad:?}"),
        }
    }

    #[test]
    fn values_are_those_of_numpy() {
        let cases = [
            (Range::Linspace, "0 1 5", "0 0.25 0.5 0.75 1"),
            (Range::Linspace, "0 1 11", "0 0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9 1"),
            (Range::Linspace, "2 3 1", "2"),
            (Range::Linspace, "1 -1 3", "1 0 -1"),
            (Range::Linspace, "5 5 2", "5 5"),
            (Range::Linspace, "0 1 4", "0 0.3333333333333333 0.6666666666666666 1"),
            (Range::Linspace, "-1.7e308 1.7e308 3", "-1.7e308 0 1.7e308"),
            (Range::Linspace, "0 4000 5", "0 1000 2000 3000 4000"),
            (Range::Geomspace, "1e-4 1e-1 4", "1e-4 1e-3 0.01 0.1"),
            (Range::Geomspace, "1 1000 4", "1 10 100 1000"),
            (Range::Geomspace, "1 256 9", "1 2 4 8 16 32 64 128 256"),
            (Range::Geomspace, "-1000 -1 4", "-1000 -100 -10 -1"),
            (Range::Geomspace, "0.003 0.003 1", "3e-3"),
            (Range::Geomspace, "1 10 3", "1 3.1622776601683795 10"),
            (Range::Arange, "5", "0 1 2 3 4"),
            (Range::Arange, "3 7", "3 4 5 6"),
            (Range::Arange, "0 10 3", "0 3 6 9"),
            (Range::Arange, "10 0 -3", "10 7 4 1"),
            (Range::Arange, "0 0x10 8", "0 8"),
            (Range::Arange, "0 1 0.25", "0 0.25 0.5 0.75"),
            (Range::Arange, "1 1.3 0.1", "1 1.1 1.2"),
            (Range::Arange, "9223372036854775805 9223372036854775807", "9223372036854775805 9223372036854775806"),
        ];
        for (range, numbers, expected) in cases {
            assert_eq!(shown(range, numbers), expected, "{} {numbers}", range.word());
        }
    }

    #[test]
    fn ends_are_exact_and_texts_read_back() {
        let of = |range, start: f64, stop: f64, count: usize| of(range, &format!("{start} {stop} {count}")).unwrap();
        for (start, stop) in [(0.1, 0.7), (1e-300, 3e300), (0.1 + 0.2, 7.3), (123_456.789, 1e-9)] {
            for count in [2, 3, 7, 100] {
                for range in [Range::Linspace, Range::Geomspace] {
                    let values: Vec<f64> =
                        of(range, start, stop, count).iter().map(|text| text.parse().unwrap()).collect();
                    assert_eq!((values[0], values[count - 1]), (start, stop));
                    let rises = |pair: &[f64]| pair[0] < pair[1];
                    assert!(values.windows(2).all(|pair| rises(pair) == (start < stop)), "{values:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_range_is_told() {
        let cases = [
            (Range::Linspace, "0 1", "Count(\"[start, stop, count]\")"),
            (Range::Arange, "", "Count(\"[stop], [start, stop] or [start, stop, step]\")"),
            (Range::Linspace, "0 x 3", "Number(1, \"`x` is not a number\")"),
            (Range::Linspace, "0 .inf 3", "Number(1, \"`.inf` is not a number\")"),
            (
                Range::Linspace,
                "0 1 2.5",
                "Number(2, \"the third number says how many, and `2.5` is not a whole number\")",
            ),
            (Range::Linspace, "0 1 0", "Number(2, \"the third number says how many, and 0 are none\")"),
            (Range::Linspace, "0 1 1001", "TooMany(1001)"),
            (Range::Geomspace, "0 1 3", "Number(0, \"no factor leads to or from 0\")"),
            (
                Range::Geomspace,
                "-1 1 3",
                "Number(1, \"both ends have the same sign, as no factor leads from one to the other\")",
            ),
            (Range::Arange, "5 1", "Number(1, \"there is nothing from 5 up to 1\")"),
            (Range::Arange, "0 1 0", "Number(2, \"a step of 0 leads nowhere\")"),
            (Range::Arange, "0.5 0.5", "Number(1, \"there is nothing from 0.5 up to 0.5\")"),
            (Range::Arange, "0 1e300", "TooMany(340282366920938463463374607431768211455)"),
            (Range::Arange, "0 9223372036854775807", "TooMany(9223372036854775807)"),
        ];
        for (range, numbers, expected) in cases {
            assert_eq!(shown(range, numbers), expected, "{} {numbers}", range.word());
        }
    }
}
