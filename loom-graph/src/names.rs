//! From values as written to what they stand for: names, variables, switches.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Meaning, Piece, Pipeline, Program, Scalar, Span, Value};

use crate::World;

/// What a name refers to, as an index into the pipeline's data or parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Data(u32),
    Parameter(u32),
}

/// A value with its names followed and its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resolved<'a> {
    /// Left out.
    Nothing,
    /// A flag that stands alone, or does not stand at all.
    Switch(bool),
    /// A word of the command line.
    Text(Cow<'a, str>),
    /// The path of a data node, by index.
    Data(u32),
    /// Several words.
    List(Vec<Resolved<'a>>),
}

/// Why a value stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    UnknownName(&'a str, Span),
    UnsetVariable(&'a str, Span),
    /// A parameter that leads back to itself, or through too many others.
    Endless(&'a str, Span),
    /// Not a thing that can stand in a command line: where, and what it is.
    Kind(Span, &'static str),
    /// The fault lies in the parameter that is named, and is told there.
    Elsewhere,
}

/// Through how many parameters a reference may lead.
const MAX_HOPS: usize = 32;

/// The names of a pipeline and the values of the variables it mentions.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    targets: HashMap<Arc<str>, Target>,
    /// What each variable stands for, by its name and its default.
    variables: BTreeMap<(String, Option<String>), String>,
}

impl Names {
    pub(crate) fn new(pipeline: &Pipeline, world: &dyn World) -> Self {
        let mut targets = HashMap::with_capacity(pipeline.data.len() + pipeline.parameters.len());
        // Where a name is in both, which is refused, data wins.
        for (index, parameter) in pipeline.parameters.iter().enumerate() {
            targets.insert(Arc::clone(&parameter.name.text), Target::Parameter(index as u32));
        }
        for (index, data) in pipeline.data.iter().enumerate() {
            targets.insert(Arc::clone(&data.name.text), Target::Data(index as u32));
        }
        let mut variables = BTreeMap::new();
        each_scalar(pipeline, &mut |scalar| {
            if !scalar.text.contains("${") {
                return;
            }
            if let Meaning::Text(pieces) = scalar.meaning() {
                for piece in pieces {
                    if let Piece::Variable { name, default } = piece
                        && let Some(value) = world.variable(name, default)
                    {
                        variables.insert((name.to_owned(), default.map(str::to_owned)), value);
                    }
                }
            }
        });
        Self { targets, variables }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Target> {
        self.targets.get(name).copied()
    }

    /// The text with its variables filled in; as it stands, where it is a switch, null or a reference.
    pub(crate) fn text<'a>(&self, scalar: &'a Scalar) -> Result<Cow<'a, str>, Fault<'a>> {
        // Nothing to fill in, nothing to unescape: most texts, without a copy.
        if !scalar.text.contains('$') {
            return Ok(Cow::Borrowed(&scalar.text));
        }
        let Meaning::Text(mut pieces) = scalar.meaning() else {
            return Ok(Cow::Borrowed(&scalar.text));
        };
        if let [Piece::Literal(text)] = &mut pieces[..] {
            return Ok(std::mem::take(text));
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(&literal),
                Piece::Variable { name, default } => {
                    let known = self.variables.get(&(name.to_owned(), default.map(str::to_owned)));
                    text.push_str(known.ok_or(Fault::UnsetVariable(name, scalar.span))?);
                }
            }
        }
        Ok(Cow::Owned(text))
    }

    /// What a value stands for on a command line.
    pub(crate) fn resolve<'a>(&'a self, pipeline: &'a Pipeline, value: &'a Value) -> Result<Resolved<'a>, Fault<'a>> {
        match value {
            Value::Scalar(scalar) => self.scalar(pipeline, scalar),
            Value::List(items, _) => items
                .iter()
                .map(|item| match item {
                    Value::Scalar(scalar) => match self.scalar(pipeline, scalar)? {
                        // A switch says nothing in a row of words; the word does.
                        Resolved::Switch(_) if scalar.reference().is_none() => {
                            Ok(Resolved::Text(Cow::Borrowed(&scalar.text)))
                        }
                        Resolved::Switch(switch) => {
                            Ok(Resolved::Text(Cow::Borrowed(if switch { "true" } else { "false" })))
                        }
                        Resolved::List(_) => Err(Fault::Kind(scalar.span, "a list in a list")),
                        resolved => Ok(resolved),
                    },
                    Value::List(_, span) => Err(Fault::Kind(*span, "a list in a list")),
                    Value::Map(_, span) => Err(Fault::Kind(*span, "a mapping")),
                })
                .collect::<Result<_, _>>()
                .map(Resolved::List),
            Value::Map(_, span) => Err(Fault::Kind(*span, "a mapping")),
        }
    }

    /// What a scalar stands for.
    pub(crate) fn scalar<'a>(&'a self, pipeline: &'a Pipeline, scalar: &'a Scalar) -> Result<Resolved<'a>, Fault<'a>> {
        if scalar.is_null() {
            return Ok(Resolved::Nothing);
        }
        if let Some(switch) = scalar.as_bool() {
            return Ok(Resolved::Switch(switch));
        }
        let Some(name) = scalar.reference() else {
            return self.text(scalar).map(Resolved::Text);
        };
        let mut target = self.get(name).ok_or(Fault::UnknownName(name, scalar.span))?;
        for _ in 0..MAX_HOPS {
            let parameter = match target {
                Target::Data(index) => return Ok(Resolved::Data(index)),
                Target::Parameter(index) => &pipeline.parameters[index as usize],
            };
            let value = &parameter.value;
            let Some(next) = (match value {
                Value::Scalar(scalar) => scalar.reference(),
                _ => None,
            }) else {
                // The value as such is checked where it stands, but a mapping is no fault until it is used.
                return self.resolve(pipeline, value).map_err(|fault| match fault {
                    Fault::Kind(_, what) => Fault::Kind(scalar.span, what),
                    _ => Fault::Elsewhere,
                });
            };
            target = self.get(next).ok_or(Fault::Elsewhere)?;
        }
        Err(Fault::Endless(name, scalar.span))
    }
}

/// Visits every scalar that may hold a variable.
fn each_scalar<'a>(pipeline: &'a Pipeline, visit: &mut dyn FnMut(&'a Scalar)) {
    for data in &pipeline.data {
        visit(&data.path);
    }
    for parameter in &pipeline.parameters {
        each_in_value(&parameter.value, visit);
    }
    for step in &pipeline.steps {
        for scalar in program_scalars(&step.program) {
            visit(scalar);
        }
        for entry in step.inputs.iter().chain(&step.outputs).chain(&step.args) {
            each_in_value(&entry.value, visit);
        }
    }
    if let Some(python) = &pipeline.execution.python {
        visit(python);
    }
}

/// Visits every scalar in a value. Nesting is bounded by the reader of the file.
fn each_in_value<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a Scalar)) {
    match value {
        Value::Scalar(scalar) => visit(scalar),
        Value::List(items, _) => items.iter().for_each(|item| each_in_value(item, visit)),
        Value::Map(entries, _) => entries.iter().for_each(|entry| each_in_value(&entry.value, visit)),
    }
}

/// The words of a program as they are written.
pub(crate) fn program_scalars(program: &Program) -> &[Scalar] {
    match program {
        Program::Task(scalar) | Program::Shell(scalar) => std::slice::from_ref(scalar),
        Program::Words(words) => words,
    }
}
