//! What is to hold of the values of an axis, whether they stand in the file or on the command line.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};

use super::{AxisValues, Draw, Range};
use crate::{Problem, Scalar, Span, Style, Value};

/// What is wrong with the values of an axis, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    code: &'static str,
    span: Span,
    message: String,
    label: String,
    /// Where the first of two stands.
    first: Option<Span>,
    help: Option<String>,
}

impl Fault {
    fn new(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        let (message, label) = (message.into(), label.into());
        Self { code: "wrong-kind", span, message, label, first: None, help: None }
    }

    fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    pub(crate) fn problem(self) -> Problem {
        let problem = Problem::error(self.code, self.message).at(self.span, self.label);
        let problem = match self.first {
            Some(first) => problem.at(first, "first given here"),
            None => problem,
        };
        problem.maybe_help(self.help)
    }

    /// In one line, for what has no place in a file.
    pub(crate) fn line(self) -> String {
        match self.help {
            Some(help) => format!("{}: {}", self.message, help),
            None => format!("{}: {}", self.message, self.label),
        }
    }
}

/// Where an axis stands.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Whether something says how often to draw.
    pub(crate) is_sampled: bool,
    /// Whether it is an axis of `repeat`.
    pub(crate) is_repeat: bool,
}

/// What computes the values of an axis.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Computed {
    Range(Range),
    Draw(Draw),
}

/// More values on one axis are a mistake in a number, and would only fill the memory.
const MOST: f64 = 1e6;

impl Computed {
    pub(crate) fn all() -> impl Iterator<Item = Self> + Clone {
        Range::ALL.map(Self::Range).into_iter().chain(Draw::ALL.map(Self::Draw))
    }

    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::all().find(|known| known.word() == word)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Range(range) => range.word(),
            Self::Draw(draw) => draw.word(),
        }
    }

    /// What the numbers are.
    pub(crate) fn numbers(self) -> &'static str {
        match self {
            Self::Range(Range::Linspace | Range::Geomspace) => "start, stop, count",
            Self::Range(Range::Arange) => "start, stop, step",
            Self::Draw(_) => "from, to",
        }
    }

    fn takes(self) -> (std::ops::RangeInclusive<usize>, &'static str) {
        match self {
            Self::Range(Range::Linspace | Range::Geomspace) => (3..=3, "3 numbers"),
            Self::Range(Range::Arange) => (1..=3, "1 to 3 numbers"),
            Self::Draw(_) => (2..=2, "2 numbers"),
        }
    }

    /// The values by these numbers, which are written at `span`.
    pub(crate) fn values(self, numbers: Vec<Scalar>, span: Span) -> Result<AxisValues, Fault> {
        let word = self.word();
        let (count, takes) = self.takes();
        if !count.contains(&numbers.len()) {
            let message = format!("`{word}` takes {takes}, not {}", numbers.len());
            let label = match self {
                Self::Range(Range::Arange) => "expected `[stop]`, `[start, stop]` or `[start, stop, step]`".to_owned(),
                _ => format!("expected `[{}]`", self.numbers()),
            };
            return Err(Fault::new(span, message, label));
        }
        let mut read = Vec::with_capacity(numbers.len());
        for scalar in &numbers {
            read.push(number(scalar).ok_or_else(|| {
                let message = match &*scalar.text {
                    "" => format!("a number of `{word}` is missing"),
                    text => format!("`{word}` needs numbers, and `{}` is none", shown(text)),
                };
                Fault::new(scalar.span, message, "expected a number")
            })?);
        }
        match self {
            Self::Range(range) => {
                match (range, &read[..]) {
                    (Range::Arange, [stop]) => steps(0.0, *stop, 1.0, &numbers)?,
                    (Range::Arange, [start, stop]) => steps(*start, *stop, 1.0, &numbers)?,
                    (Range::Arange, [start, stop, step]) => steps(*start, *stop, *step, &numbers)?,
                    _ => self.spaced(&read, &numbers)?,
                }
                Ok(AxisValues::Range(range, numbers))
            }
            Self::Draw(draw) => {
                self.drawn(&read, &numbers)?;
                Ok(AxisValues::Draw(draw, numbers))
            }
        }
    }

    /// Why nothing may be computed like this here, and how to go on.
    pub(crate) fn refused(self, place: Place) -> Option<(String, &'static str)> {
        let Self::Draw(draw) = self else { return None };
        let word = draw.word();
        if place.is_repeat {
            Some((
                format!("`{word}` cannot be an axis of `repeat`, which every configuration goes through"),
                "write a list, such as `[1, 2, 3]`",
            ))
        } else if place.is_sampled {
            None
        } else {
            let help = "write `sample: N` under `sweep` for N draws, or use `linspace` or `geomspace`";
            Some((format!("`{word}` is drawn, and nothing says how often"), help))
        }
    }

    fn spaced(self, read: &[f64], numbers: &[Scalar]) -> Result<(), Fault> {
        let word = self.word();
        let ([start, stop, _], [from, to, count]) = (read, numbers) else { return Ok(()) };
        self.above_zero(read, numbers)?;
        let many: Option<u64> = crate::lower::digits(&count.text).and_then(|text| text.parse().ok());
        let Some(many) = many.filter(|many| *many > 0) else {
            let message = format!("`{word}` cannot have `{}` values", shown(&count.text));
            return Err(Fault::new(count.span, message, "expected a whole number, 1 or more"));
        };
        if many as f64 > MOST {
            return Err(too_many(word, count.span));
        }
        if !(stop - start).is_finite() {
            return Err(too_far(word, to.span));
        }
        if many > 1 && start == stop {
            let message = format!("`{word}` from {} to {} is {many} times one value", from.text, to.text);
            return Err(Fault::new(to.span, message, "expected another end, or a count of 1"));
        }
        Ok(())
    }

    fn drawn(self, read: &[f64], numbers: &[Scalar]) -> Result<(), Fault> {
        let word = self.word();
        let ([from, to], [low, high]) = (read, numbers) else { return Ok(()) };
        self.above_zero(read, numbers)?;
        let mut is_ordered = from < to;
        if self == Self::Draw(Draw::IntUniform) {
            let mut ends = [0; 2];
            for (end, scalar) in ends.iter_mut().zip(numbers) {
                *end = scalar.text.parse::<i64>().map_err(|_| {
                    let message = format!("`{word}` draws whole numbers, and `{}` is none", shown(&scalar.text));
                    Fault::new(scalar.span, message, "expected a whole number of at most 64 bits")
                })?;
            }
            is_ordered = ends[0] < ends[1];
        }
        if !is_ordered {
            let message = format!("`{word}` has nothing to draw from {} to {}", shown(&low.text), shown(&high.text));
            return Err(Fault::new(high.span, message, "expected a number that is larger than the first"));
        }
        if !(to - from).is_finite() {
            return Err(too_far(word, high.span));
        }
        Ok(())
    }

    /// What has a logarithm, where one is needed.
    fn above_zero(self, read: &[f64], numbers: &[Scalar]) -> Result<(), Fault> {
        if !matches!(self, Self::Range(Range::Geomspace) | Self::Draw(Draw::LogUniform)) {
            return Ok(());
        }
        match read.iter().take(2).zip(numbers).find(|(number, _)| **number <= 0.0) {
            Some((_, scalar)) => {
                let message = format!("`{}` is logarithmic, and `{}` has no logarithm", self.word(), scalar.text);
                Err(Fault::new(scalar.span, message, "expected a number above zero"))
            }
            None => Ok(()),
        }
    }
}

fn steps(start: f64, stop: f64, step: f64, numbers: &[Scalar]) -> Result<(), Fault> {
    let last = numbers.last().map_or_else(Span::default, |last| last.span);
    let end = numbers.get(1).or(numbers.first()).map_or_else(Span::default, |end| end.span);
    if step == 0.0 {
        return Err(Fault::new(last, "`arange` gets nowhere with a step of 0", "expected a step that is not 0"));
    }
    let count = (stop - start) / step;
    if !(stop - start).is_finite() || count > MOST {
        return Err(too_many("arange", last));
    }
    if count <= 0.0 {
        let message = format!("`arange` from {start} to {stop} has no values");
        let label = match step > 0.0 {
            true => "expected a larger end, or a step below 0",
            false => "expected a smaller end, or a step above 0",
        };
        return Err(Fault::new(end, message, label));
    }
    Ok(())
}

fn too_many(word: &str, span: Span) -> Fault {
    Fault::new(span, format!("`{word}` has more values than loom plans"), format!("expected at most {MOST}"))
}

fn too_far(word: &str, span: Span) -> Fault {
    Fault::new(span, format!("the ends of `{word}` are too far apart"), "expected a nearer one")
}

/// A number, as YAML and the command line have it, and neither infinite nor none.
pub(crate) fn number(scalar: &Scalar) -> Option<f64> {
    scalar.text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Whether two values are the same to one who asks for them: by their texts, or as plain numbers.
pub(crate) fn is_same(one: &Scalar, other: &Scalar) -> bool {
    let number = |scalar: &Scalar| (scalar.style != Style::Quoted).then(|| number(scalar)).flatten();
    one.text == other.text || number(one).is_some_and(|one| Some(one) == number(other))
}

/// Whether an axis can have the name: units and paths are named by it, and `$name` stands for it.
pub(crate) fn name(name: &str) -> Result<(), String> {
    const FORBIDDEN: [char; 9] = ['=', ',', '@', '/', '#', '"', '{', '}', '$'];
    if name.is_empty() {
        return Err("an axis has no name".to_owned());
    }
    match name.chars().find(|c| FORBIDDEN.contains(c) || c.is_control()) {
        Some('$') => Err(format!("`{}` cannot be the name of an axis: write it without the `$`", shown(name))),
        Some(c) => {
            Err(format!("`{}` cannot be the name of an axis: it has a `{}` in it", shown(name), c.escape_default()))
        }
        None if name.trim() != name => Err(format!("`{name}` cannot be the name of an axis: take out the space")),
        None => Ok(()),
    }
}

/// What a message can show of a text.
pub(crate) fn shown(text: &str) -> String {
    const SHORT: usize = 40;
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as people read it.
pub(crate) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Scalar(scalar) if scalar.is_null() => "null".into(),
        Value::Scalar(scalar) => Cow::Borrowed(&*scalar.text),
        Value::List(items, _) => items.iter().map(text).collect::<Vec<_>>().join(" ").into(),
        // Refused where it is read.
        Value::Map(..) => "".into(),
    }
}

/// A value that is there before.
pub(crate) fn twice(values: &[Value]) -> Option<Fault> {
    let mut seen = HashMap::with_capacity(values.len());
    values.iter().find_map(|value| {
        let first = seen.insert(text(value), value.span())?;
        let message = format!("the value `{}` is given twice", shown(&text(value)));
        let help = "keep one of the two; to run the same again, give each run a value of its own under `repeat`";
        let fault = Fault::new(value.span(), message, "given again here").help(help);
        Some(Fault { code: "duplicate-value", first: Some(first), ..fault })
    })
}
