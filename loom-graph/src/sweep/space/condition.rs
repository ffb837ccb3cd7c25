//! `where`: what is asked of each configuration.

use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use loom_spec::{Meaning, Piece, Pipeline, Problem, Scalar, Style, Value};

use super::column::{Column, UNSET};
use super::value::in_expression;
use crate::expression::{self, Expression, ExpressionError, inside, problem};
use crate::{NoText, World};

/// How many operations all answers together may take: a few seconds at most.
const MAX_WORK: u64 = 100_000_000;
/// How many answers are kept to be given again.
const MAX_KEPT: usize = 1 << 16;

pub(super) struct Condition<'a> {
    scalar: &'a Scalar,
    expression: Expression,
    names: HashMap<String, Source>,
    /// The axes that the answer depends on.
    columns: Vec<usize>,
    /// Answers by the values of these.
    answers: HashMap<Box<[u32]>, bool>,
    key: Vec<u32>,
    work_left: u64,
}

/// What a name stands for.
enum Source {
    Constant(expression::Value),
    /// The value of an axis, by the index of it.
    Axis(usize, Vec<Option<expression::Value>>),
    /// What the labels of an axis set, or else the parameter is.
    Setting(usize, Arc<str>, Option<expression::Value>, Vec<Option<expression::Value>>),
}

impl<'a> Condition<'a> {
    /// Reads the expression and finds its names; tells what is wrong with it.
    pub(super) fn new(
        scalar: &'a Scalar,
        pipeline: &Pipeline,
        columns: &[Column],
        world: &dyn World,
    ) -> Result<Self, Vec<Problem>> {
        let expression = Expression::parse(&scalar.text).map_err(|error| vec![problem(scalar, &error)])?;
        let is_known = |column: &&Column| !column.is_repeat;
        let axes = columns.iter().filter(is_known).map(|column| &*column.name);
        let settings = columns
            .iter()
            .filter(is_known)
            .flat_map(|column| &column.values)
            .flat_map(|value| value.settings.iter().map(|(name, _)| &**name));
        let is_repeated = |name: &str| columns.iter().any(|column| column.is_repeat && &*column.name == name);
        let parameters = pipeline.parameters.iter().filter(|parameter| matches!(parameter.value, Value::Scalar(_)));
        let mut known: Vec<&str> =
            axes.chain(settings).chain(parameters.map(|parameter| &*parameter.name.text)).collect();
        known.retain(|name| !is_repeated(name));
        let mut told = std::collections::BTreeSet::new();
        known.retain(|name| told.insert(*name));
        let repeated: Vec<_> = expression.names().filter(|(name, _)| is_repeated(name)).collect();
        let of_repeated = |range: &Range<usize>| repeated.iter().any(|(_, other)| other == range);
        let mut problems: Vec<Problem> = expression
            .check_names(&known)
            .iter()
            .filter(|error| !of_repeated(&error.range))
            .map(|error| problem(scalar, error))
            .collect();
        problems.extend(repeated.iter().map(|(name, range)| {
            Problem::error("expression", format!("`where` is asked before `{name}` is repeated"))
                .at(inside(scalar, range.clone()), "an axis of `repeat`")
                .help(format!("make `{name}` one of the `axes` if it is to be asked for"))
        }));
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut names = HashMap::default();
        for (name, _) in expression.names() {
            if !names.contains_key(name)
                && let Some(source) = source(name, pipeline, columns, world)
            {
                names.insert(name.to_owned(), source);
            }
        }
        let mut needed: Vec<usize> = names.values().filter_map(Source::column).collect();
        needed.sort_unstable();
        needed.dedup();
        let (answers, key) = (HashMap::default(), Vec::new());
        Ok(Self { scalar, expression, names, columns: needed, answers, key, work_left: MAX_WORK })
    }

    pub(super) fn scalar(&self) -> &'a Scalar {
        self.scalar
    }

    /// Whether it holds of a configuration.
    pub(super) fn holds(&mut self, columns: &[Column], row: &[u32]) -> Result<bool, Box<Problem>> {
        self.key.clear();
        self.key.extend(self.columns.iter().map(|column| row[*column]));
        if let Some(answer) = self.answers.get(&*self.key) {
            return Ok(*answer);
        }
        if let Some(column) = self.columns.iter().find(|column| row[**column] == UNSET) {
            let name = &columns[*column].name;
            return Err(Box::new(
                Problem::error(
                    "no-value",
                    format!("`where` asks for `{name}`, which has a value only where it is included"),
                )
                .at(self.scalar.span, "asked of every configuration")
                .help(format!("give `{name}` a value under `parameters`, for the others")),
            ));
        }
        for source in self.names.values_mut() {
            source.prepare(columns, row);
        }
        let answer = self.ask(columns, row)?;
        if self.answers.len() < MAX_KEPT {
            self.answers.insert(self.key.clone().into_boxed_slice(), answer);
        }
        Ok(answer)
    }

    fn ask(&mut self, columns: &[Column], row: &[u32]) -> Result<bool, Box<Problem>> {
        let names = &self.names;
        let lookup = |name: &str| names.get(name)?.value(row).cloned();
        let told = |error: &ExpressionError| {
            let problem = problem(self.scalar, error);
            let values = self.columns.iter().filter_map(|column| {
                let column_of = &columns[*column];
                let value = column_of.values.get(row[*column] as usize)?;
                Some(format!("{}={}", column_of.name, value.text))
            });
            let values = values.collect::<Vec<_>>().join(", ");
            let help = problem.help.clone();
            match (values.is_empty(), help) {
                (true, _) => problem,
                (false, None) => problem.help(format!("it is so for {values}")),
                (false, Some(help)) => problem.help(format!("{help}; it is so for {values}")),
            }
        };
        let value = match self.expression.evaluate_within(&lookup, &mut self.work_left) {
            Ok(value) => value,
            // Whether that is the expression's fault, or that there are so many to ask it of.
            Err(_) if self.expression.evaluate(&lookup).is_ok() => {
                return Err(Box::new(
                    Problem::error("expression", "asking this of every configuration takes too long")
                        .at(self.scalar.span, "in this expression")
                        .help("a shorter expression or fewer values need less"),
                ));
            }
            Err(error) => return Err(Box::new(told(&error))),
        };
        value.truth().ok_or_else(|| {
            Box::new(told(&ExpressionError {
                message: format!("`where` is to be true or false, and `{value}` is a text"),
                range: 0..self.scalar.text.len(),
                help: Some("compare it, as in `model == 'mlp'`".to_owned()),
            }))
        })
    }
}

impl Source {
    fn column(&self) -> Option<usize> {
        match self {
            Self::Constant(_) => None,
            Self::Axis(column, _) | Self::Setting(column, ..) => Some(*column),
        }
    }

    /// Reads the values up to the one that this configuration has.
    fn prepare(&mut self, columns: &[Column], row: &[u32]) {
        match self {
            Self::Constant(_) => {}
            Self::Axis(column, read) => {
                let values = columns[*column].values.get(read.len()..=row[*column] as usize).unwrap_or_default();
                read.extend(values.iter().map(|value| Some(in_expression(&value.value))));
            }
            Self::Setting(column, name, other, read) => {
                let values = columns[*column].values.get(read.len()..=row[*column] as usize).unwrap_or_default();
                read.extend(values.iter().map(|value| {
                    let set = value.settings.iter().find(|(set, _)| set == name);
                    set.map(|(_, value)| in_expression(value)).or_else(|| other.clone())
                }));
            }
        }
    }

    fn value(&self, row: &[u32]) -> Option<&expression::Value> {
        match self {
            Self::Constant(value) => Some(value),
            Self::Axis(column, read) | Self::Setting(column, _, _, read) => read.get(row[*column] as usize)?.as_ref(),
        }
    }
}

fn source(name: &str, pipeline: &Pipeline, columns: &[Column], world: &dyn World) -> Option<Source> {
    let mut name = name;
    // As many as there are parameters can refer to one another; more go round in a circle.
    for _ in 0..=pipeline.parameters.len() {
        if let Some(column) = columns.iter().position(|column| &*column.name == name) {
            return Some(Source::Axis(column, Vec::new()));
        }
        let parameter = pipeline.parameters.iter().find(|parameter| &*parameter.name.text == name);
        let scalar = parameter.and_then(|parameter| match &parameter.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        });
        let sets =
            |column: &Column| column.values.iter().any(|value| value.settings.iter().any(|(set, _)| &**set == name));
        if let Some(column) = columns.iter().position(sets) {
            let other = scalar.and_then(|scalar| constant(scalar, world));
            return Some(Source::Setting(column, Arc::from(name), other, Vec::new()));
        }
        let scalar = scalar?;
        match scalar.reference() {
            Some(other) => name = other,
            None => return constant(scalar, world).map(Source::Constant),
        }
    }
    None
}

fn constant(scalar: &Scalar, world: &dyn World) -> Option<expression::Value> {
    let Meaning::Text(pieces) = scalar.meaning() else {
        return Some(in_expression(&Value::Scalar(scalar.clone())));
    };
    let texts: Result<String, NoText> = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Literal(text) => Ok(text.into_owned()),
            Piece::Variable { name, default } => world.variable(name, default),
        })
        .collect();
    let text = texts.ok()?;
    Some(if scalar.style == Style::Quoted {
        expression::Value::from(&*text)
    } else {
        expression::Value::from_text(&text)
    })
}
