//! The language of `multi_pass.expressions`: a small part of Python, and nothing that could reach out of it.

mod arithmetic;
mod functions;
mod lexer;
mod parser;
mod place;
mod program;
mod refusals;
mod value;

use std::fmt;
use std::ops::Range;

use loom_spec::Suggest;

use arithmetic::Fault;
use program::Program;

pub use functions::FUNCTIONS;
pub(crate) use place::{inside, problem};
pub use value::{Integer, Value};

/// What can be written, where something else is.
const LANGUAGE: &str = "an expression is made of numbers, names, `+ - * / // % **`, comparisons, `and or not`, \
                        `a if c else b` and min, max, abs, round, int, float";

/// An expression such as `0.5 / (iter + 1)`.
///
/// It means what it means in Python, to the last digit and the kind of the number, as far as it is understood:
/// arithmetic, comparisons, `and or not`, `a if c else b`, the [`FUNCTIONS`], numbers, `True`, `False`, names, and texts to
/// compare for equality. Everything else that Python knows is an error that names it. Parsing and evaluating end, whatever
/// the text is: it may have 10,000 bytes and be nested 128 deep, and no integer in it may have more than 10,000 bits.
///
/// ```
/// use loom_graph::{Expression, Value};
///
/// let rate = Expression::parse("0.5 / (iter + 1)")?;
/// let at = |pass: i64| rate.evaluate(&|name| (name == "iter").then(|| Value::from(pass)));
/// assert_eq!(at(0)?.to_string(), "0.5");
/// assert_eq!(at(4)?.to_string(), "0.1");
///
/// let error = Expression::parse("iter + open('x')").unwrap_err();
/// assert_eq!(error.message, "`open` is not a function that can be called here");
/// assert_eq!(error.range, 7..11);
/// # Ok::<(), loom_graph::ExpressionError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Expression {
    program: Program,
}

/// What is wrong with an expression, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// Where, in bytes of the expression's text.
    pub range: Range<usize>,
    /// What to write instead, if that can be said.
    pub help: Option<String>,
}

impl Expression {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        parser::parse(text).map(|program| Self { program }).map_err(|error| *error)
    }

    /// The names in it as they occur, each with its place. Functions that are called are not among them.
    ///
    /// ```
    /// let expression = loom_graph::Expression::parse("max(lr, 0.1) if iter else lr")?;
    /// let names: Vec<_> = expression.names().collect();
    /// assert_eq!(names, [("lr", 4..6), ("iter", 16..20), ("lr", 26..28)]);
    /// # Ok::<(), loom_graph::ExpressionError>(())
    /// ```
    pub fn names(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.program.names.iter().map(|(name, range)| (name.as_str(), range.clone()))
    }

    /// An error for each name that is not among the known ones, with the nearest of them.
    ///
    /// ```
    /// let expression = loom_graph::Expression::parse("0.5 / (itre + 1)")?;
    /// let errors = expression.check_names(&["iter", "lr"]);
    /// assert_eq!(errors[0].message, "nothing here is called `itre`");
    /// assert_eq!(errors[0].help.as_deref(), Some("did you mean `iter`?"));
    /// # Ok::<(), loom_graph::ExpressionError>(())
    /// ```
    pub fn check_names(&self, known: &[&str]) -> Vec<ExpressionError> {
        let mut suggest = Suggest::default();
        let unknown = self.names().filter(|(name, _)| !known.contains(name));
        unknown.map(|(name, range)| *unknown_name(name, &range, known, &mut suggest)).collect()
    }

    /// What it comes to, where `lookup` says what the names stand for. As in Python, what is not reached is not
    /// evaluated: `1 if True else 1 / 0` is 1.
    ///
    /// ```
    /// use loom_graph::{Expression, Value};
    ///
    /// let error = Expression::parse("1 + 1 / 0")?.evaluate(&|_| None).unwrap_err();
    /// assert_eq!((error.message.as_str(), error.range), ("division by zero", 4..9));
    /// # Ok::<(), loom_graph::ExpressionError>(())
    /// ```
    pub fn evaluate(&self, lookup: &dyn Fn(&str) -> Option<Value>) -> Result<Value, ExpressionError> {
        let mut unbounded = u64::MAX;
        self.evaluate_within(lookup, &mut unbounded)
    }

    /// The same, where many evaluations together may cost no more than there was left for them. What is counted are
    /// operations, and that large integers take longer.
    pub(crate) fn evaluate_within(
        &self,
        lookup: &dyn Fn(&str) -> Option<Value>,
        work_left: &mut u64,
    ) -> Result<Value, ExpressionError> {
        self.program.run(lookup, work_left).map_err(|error| *error)
    }
}

impl ExpressionError {
    fn new(message: impl Into<String>, range: Range<usize>) -> Box<Self> {
        Box::new(Self { message: message.into(), range, help: None })
    }

    /// For what Python could do and this language does not.
    fn refused(construct: &str, range: Range<usize>) -> Box<Self> {
        Self::new(format!("{construct} cannot be used in an expression"), range).help(LANGUAGE)
    }

    fn of(fault: Fault, range: Range<usize>) -> Box<Self> {
        Box::new(Self { message: fault.message, range, help: fault.help.map(str::to_owned) })
    }

    fn help(mut self: Box<Self>, help: impl Into<String>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExpressionError {}

fn unknown_name(name: &str, range: &Range<usize>, known: &[&str], suggest: &mut Suggest) -> Box<ExpressionError> {
    if FUNCTIONS.contains(&name) {
        return ExpressionError::new(format!("`{name}` is a function"), range.clone())
            .help(format!("it is called with what it is to work on: `{name}(…)`"));
    }
    let error = ExpressionError::new(format!("nothing here is called `{name}`"), range.clone());
    let candidates = known.iter().copied().chain(["True", "False"]);
    match suggest.did_you_mean(name, candidates) {
        Some(near) => error.help(near),
        None if known.is_empty() => error,
        None => error.help(format!("known are {}", listed(known))),
    }
}

/// The first few of the names.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", shown.join(", "))
}
