//! From values as written to what they stand for: names, variables, switches.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Meaning, MultiPass, Piece, Pipeline, Program, Scalar, Span, Step, Style, Value};

use crate::sweep::{ConfigId, Space};
use crate::{NoText, World};

mod nested;
mod swept;
mod visit;

use nested::nested_paths;
use swept::swept;
use visit::each_scalar;
pub(crate) use visit::{each_of_passes, each_of_step, program_scalars};

/// What a name refers to, as an index into the pipeline's data, parameters or steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Data(u32),
    Parameter(u32),
    /// A condition, for its answer.
    Condition(u32),
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
    /// The answer of a condition, by step.
    Answer(u32),
    /// What a switch hands on, and which way.
    Branch(Branch, Box<Resolved<'a>>),
    /// In a loop: the file that an item is.
    LoopItem,
    /// In a loop: the file of the same name in the other folder.
    LoopOutput,
    /// In a `multi_pass` group: what the pass gives this parameter.
    OfPass(&'a str),
    /// A parameter that has another value in every configuration, where none is looked at.
    OfSweep(&'a str),
}

/// Where the values of parameters are taken from: the file as it is written, or one configuration of its sweep.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Values<'a> {
    pub(crate) pipeline: &'a Pipeline,
    pub(crate) config: Option<(&'a Space, ConfigId)>,
}

impl<'a> From<&'a Pipeline> for Values<'a> {
    fn from(pipeline: &'a Pipeline) -> Self {
        Self { pipeline, config: None }
    }
}

/// One way out of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Branch {
    /// The switch, by step.
    pub(crate) switch: u32,
    /// Whether it is the way that is taken if the condition holds.
    pub(crate) then: bool,
}

/// Why a value stands for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault<'a> {
    UnknownName(&'a str, Span),
    Variable(NoText, &'a str, Span),
    /// A parameter that leads back to itself.
    Endless(&'a str, Span),
    /// A parameter that is used too often for its size.
    TooMuch(&'a str, Span),
    /// Not a thing that can stand in a command line: where, and what it is.
    Kind(Span, &'static str),
    /// A switch, not one of its two ways; the text behind its name.
    NoBranch(u32, &'a str, Span),
    /// The fault lies in the parameter that is named, and is told there.
    Elsewhere,
}

/// Where a parameter leads, through however many others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// To a data node.
    Data(u32),
    /// To the parameter that has a value of its own.
    Value(u32),
    /// To the answer of a condition.
    Answer(u32),
    /// To one way out of a switch.
    Branch(Branch),
    /// To a name that nothing has.
    Unknown,
    /// Back to itself.
    Endless,
}

/// How many words all uses of parameters may stand for, beyond the one that each use is. A list is resolved where it is
/// used, so without a bound a small file could ask for any number of words.
pub(crate) const MAX_WORDS: usize = 1_000_000;
/// How much text weighs as much as a further word.
const BYTES_PER_WORD: usize = 64;

/// The names of a pipeline and the values of the variables it mentions.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    targets: HashMap<Arc<str>, Target>,
    /// The switches, by name.
    switches: HashMap<Arc<str>, u32>,
    /// The paths of data nodes that are nested in others; `None` where they cannot be told.
    nested: HashMap<u32, Option<Arc<str>>>,
    /// Where each parameter leads.
    ends: Vec<End>,
    /// The parameters that are used too often for their size.
    overused: BTreeSet<u32>,
    /// The names that only a sweep gives a value, as parameters behind those of the pipeline.
    of_sweep: Vec<Arc<str>>,
    /// The parameters that have other values from configuration to configuration, with the axis that says which.
    swept: HashMap<u32, u32>,
    /// What each variable stands for, by its name and its default.
    variables: BTreeMap<(String, Option<String>), Result<String, NoText>>,
}

impl Names {
    pub(crate) fn new(pipeline: &Pipeline, space: Option<&Space>, world: &dyn World) -> Self {
        let mut targets = HashMap::with_capacity(pipeline.data.len() + pipeline.parameters.len());
        let mut switches = HashMap::new();
        for (index, step) in pipeline.steps.iter().enumerate() {
            match &step.program {
                Program::Condition(_) => {
                    targets.insert(Arc::clone(&step.name.text), Target::Condition(index as u32));
                }
                Program::Switch(_) => {
                    switches.insert(Arc::clone(&step.name.text), index as u32);
                }
                _ => {}
            }
        }
        // Where a name is in several, which is refused, data wins.
        for (index, parameter) in pipeline.parameters.iter().enumerate() {
            targets.insert(Arc::clone(&parameter.name.text), Target::Parameter(index as u32));
        }
        let (of_sweep, swept) = swept(pipeline, space, &mut targets);
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
                    if let Piece::Variable { name, default } = piece {
                        let value = || world.variable(name, default);
                        variables.entry((name.to_owned(), default.map(str::to_owned))).or_insert_with(value);
                    }
                }
            }
        });
        let mut names = Self {
            targets,
            switches,
            nested: HashMap::new(),
            ends: Vec::new(),
            overused: BTreeSet::new(),
            of_sweep,
            swept,
            variables,
        };
        names.ends = names.ends_of_all(pipeline);
        names.overused = names.overused(pipeline, space);
        names.nested = nested_paths(&names, pipeline);
        names
    }

    fn overused(&self, pipeline: &Pipeline, space: Option<&Space>) -> BTreeSet<u32> {
        let mut weights: Vec<Option<usize>> = vec![None; self.ends.len()];
        let mut words_left = MAX_WORDS;
        let mut overused = BTreeSet::new();
        each_scalar(pipeline, &mut |scalar| {
            let Some(name) = scalar.reference() else { return };
            let Some(End::Value(end)) = self.end(name) else { return };
            let weight = *weights[end as usize].get_or_insert_with(|| match space {
                // One configuration has one value: the heaviest counts.
                Some(space) if self.swept.contains_key(&end) => {
                    let values = self.swept_values(pipeline, space, name).into_iter();
                    values.map(|value| self.weight(pipeline, value)).max().unwrap_or(0)
                }
                _ => pipeline.parameters.get(end as usize).map_or(0, |known| self.weight(pipeline, &known.value)),
            });
            match words_left.checked_sub(weight) {
                Some(left) => words_left = left,
                None => {
                    overused.insert(end);
                }
            }
        });
        overused
    }

    /// How many words a use of a parameter with this value stands for, beyond one.
    fn weight(&self, pipeline: &Pipeline, value: &Value) -> usize {
        let of_scalar = |value: &Value| match value {
            Value::Scalar(scalar) => scalar.text.len() / BYTES_PER_WORD,
            Value::List(..) | Value::Map(..) => 0,
        };
        let Value::List(items, _) = value else { return of_scalar(value) };
        let of_item = |item: &Value| {
            let name = if let Value::Scalar(scalar) = item { scalar.reference() } else { None };
            match name.and_then(|name| self.end(name)) {
                Some(End::Value(end)) if !self.swept.contains_key(&end) => {
                    pipeline.parameters.get(end as usize).map_or(0, |known| of_scalar(&known.value))
                }
                _ => of_scalar(item),
            }
        };
        items.iter().map(of_item).sum::<usize>() + items.len().saturating_sub(1)
    }

    fn end(&self, name: &str) -> Option<End> {
        if let Some(Ok(branch)) = self.branch(name) {
            return Some(End::Branch(branch));
        }
        Some(match self.get(name)? {
            Target::Data(index) => End::Data(index),
            Target::Parameter(index) => self.ends[index as usize],
            Target::Condition(step) => End::Answer(step),
        })
    }

    /// The way out of a switch that a name stands for; where it names a switch and no way out, the switch and what stands
    /// behind its name.
    fn branch<'n>(&self, name: &'n str) -> Option<Result<Branch, (u32, &'n str)>> {
        if self.switches.is_empty() {
            return None;
        }
        if let Some(switch) = self.switches.get(name) {
            return Some(Err((*switch, "")));
        }
        let (switch, way) = name.rsplit_once('.')?;
        let switch = *self.switches.get(switch)?;
        Some(match way {
            "then" => Ok(Branch { switch, then: true }),
            "else" => Ok(Branch { switch, then: false }),
            _ => Err((switch, way)),
        })
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
                    let known = known.map_or(Err(NoText::Unset), |value| value.as_deref().map_err(|why| *why));
                    text.push_str(known.map_err(|why| Fault::Variable(why, name, scalar.span))?);
                }
            }
        }
        Ok(Cow::Owned(text))
    }

    /// What a value stands for on a command line.
    pub(crate) fn resolve<'a>(
        &'a self,
        values: impl Into<Values<'a>>,
        value: &'a Value,
    ) -> Result<Resolved<'a>, Fault<'a>> {
        let values = values.into();
        match value {
            Value::Scalar(scalar) => self.scalar(values, scalar),
            Value::List(items, _) => {
                items.iter().map(|item| self.item(values, item)).collect::<Result<_, _>>().map(Resolved::List)
            }
            Value::Map(_, span) => Err(Fault::Kind(*span, "a mapping")),
        }
    }

    /// What an item of a list stands for: never a list, so that lists of lists need not be walked to be refused.
    fn item<'a>(&'a self, values: Values<'a>, item: &'a Value) -> Result<Resolved<'a>, Fault<'a>> {
        let scalar = match item {
            Value::Scalar(scalar) => scalar,
            Value::List(_, span) => return Err(Fault::Kind(*span, "a list in a list")),
            Value::Map(_, span) => return Err(Fault::Kind(*span, "a mapping")),
        };
        if let Some(End::Value(end)) = scalar.reference().and_then(|name| self.end(name))
            && !self.swept.contains_key(&end)
            && matches!(self.value(values, end), Some(Value::List(..)))
        {
            return Err(Fault::Kind(scalar.span, "a list in a list"));
        }
        Ok(match self.scalar(values, scalar)? {
            // A switch says nothing in a row of words; the word does.
            Resolved::Switch(_) if scalar.reference().is_none() => Resolved::Text(Cow::Borrowed(&scalar.text)),
            Resolved::Switch(switch) => Resolved::Text(Cow::Borrowed(if switch { "true" } else { "false" })),
            resolved => resolved,
        })
    }

    /// What a scalar stands for.
    pub(crate) fn scalar<'a>(
        &'a self,
        values: impl Into<Values<'a>>,
        scalar: &'a Scalar,
    ) -> Result<Resolved<'a>, Fault<'a>> {
        let values = values.into();
        if scalar.is_null() {
            return Ok(Resolved::Nothing);
        }
        if let Some(switch) = scalar.as_bool() {
            return Ok(Resolved::Switch(switch));
        }
        let Some(name) = scalar.reference() else {
            return self.text(scalar).map(Resolved::Text);
        };
        let Some(end) = self.end(name) else {
            return Err(match self.branch(name) {
                Some(Err((switch, way))) => Fault::NoBranch(switch, way, scalar.span),
                _ => Fault::UnknownName(name, scalar.span),
            });
        };
        let end = match end {
            End::Data(index) => return Ok(Resolved::Data(index)),
            End::Answer(step) => return Ok(Resolved::Answer(step)),
            End::Branch(branch) => return self.handed_on(values, branch, scalar.span),
            End::Unknown => return Err(Fault::Elsewhere),
            End::Endless => return Err(Fault::Endless(name, scalar.span)),
            End::Value(end) => end,
        };
        if self.overused.contains(&end) {
            return Err(Fault::TooMuch(name, scalar.span));
        }
        let Some(value) = self.value(values, end) else {
            return Ok(Resolved::OfSweep(self.parameter_name(values.pipeline, end)));
        };
        // The value as such is checked where it stands, but a mapping is no fault until it is used.
        self.resolve(values, value).map_err(|fault| match fault {
            Fault::Kind(_, what) => Fault::Kind(scalar.span, what),
            _ => Fault::Elsewhere,
        })
    }

    /// What `$name` stands for.
    pub(crate) fn named<'a>(&'a self, values: Values<'a>, name: &'a str) -> Result<Resolved<'a>, Fault<'a>> {
        match self.end(name) {
            Some(End::Data(index)) => Ok(Resolved::Data(index)),
            Some(End::Value(end)) => match self.value(values, end) {
                Some(value) => self.resolve(values, value),
                None => Ok(Resolved::OfSweep(self.parameter_name(values.pipeline, end))),
            },
            Some(End::Answer(step)) => Ok(Resolved::Answer(step)),
            _ => Err(Fault::Elsewhere),
        }
    }

    /// The value of the parameter that a reference leads to, as it is written.
    pub(crate) fn parameter<'a>(&self, values: Values<'a>, reference: &Scalar) -> Option<&'a Value> {
        match self.end(reference.reference()?)? {
            End::Value(end) => self.value(values, end),
            _ => None,
        }
    }

    /// What one way out of a switch stands for: the data of the switch, or of the one that hands it on to that.
    fn handed_on<'a>(&'a self, values: Values<'a>, branch: Branch, at: Span) -> Result<Resolved<'a>, Fault<'a>> {
        let mut switch = branch.switch;
        for _ in 0..=self.switches.len() {
            let Program::Switch(found) = &values.pipeline.steps[switch as usize].program else { break };
            let Some(data) = &found.data else { return Err(Fault::Kind(at, "a switch without `data` to hand on")) };
            if let Some(End::Branch(inner)) = data.reference().and_then(|name| self.end(name)) {
                switch = inner.switch;
                continue;
            }
            return match self.scalar(values, data) {
                Ok(Resolved::OfSweep(_)) => Err(Fault::Kind(at, "a switch that hands on a parameter of the sweep")),
                Ok(found @ (Resolved::Data(_) | Resolved::Text(_))) => Ok(Resolved::Branch(branch, Box::new(found))),
                Ok(_) | Err(_) => Err(Fault::Elsewhere),
            };
        }
        Err(Fault::Kind(at, "a circle of switches"))
    }

    /// Names as a step uses them: in a loop and in a group that runs in passes, there are more than in the pipeline.
    pub(crate) fn within<'a>(&'a self, values: impl Into<Values<'a>>, step: &'a Step) -> Within<'a> {
        let values = values.into();
        let passes = step.group.and_then(|group| values.pipeline.groups[group].passes.as_ref());
        Within { names: self, values, in_loop: step.each.is_some(), passes }
    }

    /// What the path of a data node stands for: given from outside (`--var`), `true` is the name of a file.
    pub(crate) fn data_path<'a>(&'a self, pipeline: &'a Pipeline, path: &'a Scalar) -> Result<Resolved<'a>, Fault<'a>> {
        match path.style {
            Style::Given => Ok(Resolved::Text(Cow::Borrowed(&path.text))),
            Style::Plain | Style::Quoted => self.scalar(pipeline, path),
        }
    }

    /// The path of a data node, from the node that it is nested in on; `None` where there is none to be told.
    pub(crate) fn full_path<'a>(&'a self, pipeline: &'a Pipeline, data: u32) -> Option<Cow<'a, str>> {
        if let Some(nested) = self.nested.get(&data) {
            return nested.as_deref().map(Cow::Borrowed);
        }
        match self.data_path(pipeline, &pipeline.data[data as usize].path) {
            Ok(Resolved::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Where each parameter leads. Every one is looked at once, however long the chains are.
    fn ends_of_all(&self, pipeline: &Pipeline) -> Vec<End> {
        let count = pipeline.parameters.len() + self.of_sweep.len();
        let mut ends: Vec<Option<End>> = vec![None; count];
        let mut on_the_way = vec![false; count];
        let mut way = Vec::new();
        for start in 0..count {
            let mut at = start;
            let end = loop {
                if let Some(end) = ends[at] {
                    break end;
                }
                if std::mem::replace(&mut on_the_way[at], true) {
                    break End::Endless;
                }
                way.push(at);
                let is_swept = self.swept.contains_key(&(at as u32));
                let next = match pipeline.parameters.get(at).map(|parameter| &parameter.value) {
                    Some(Value::Scalar(scalar)) if !is_swept => scalar.reference(),
                    _ => None,
                };
                let Some(next) = next else { break End::Value(at as u32) };
                match (self.get(next), self.branch(next)) {
                    (_, Some(Ok(branch))) => break End::Branch(branch),
                    (None, _) => break End::Unknown,
                    (Some(Target::Data(index)), _) => break End::Data(index),
                    (Some(Target::Condition(step)), _) => break End::Answer(step),
                    (Some(Target::Parameter(index)), _) => at = index as usize,
                }
            };
            for passed in way.drain(..) {
                ends[passed] = Some(end);
            }
        }
        ends.into_iter().map(|end| end.unwrap_or(End::Unknown)).collect()
    }
}

/// The names of a pipeline, and those that hold in one step only.
#[derive(Clone, Copy)]
pub(crate) struct Within<'a> {
    names: &'a Names,
    values: Values<'a>,
    in_loop: bool,
    passes: Option<&'a MultiPass>,
}

impl<'a> Within<'a> {
    fn local(self, scalar: &'a Scalar) -> Option<Resolved<'a>> {
        let name = scalar.reference()?;
        match name {
            "loop_item" if self.in_loop => Some(Resolved::LoopItem),
            "loop_output" if self.in_loop => Some(Resolved::LoopOutput),
            _ => None,
        }
    }

    /// What an entry of `inputs` or `outputs`, or a word of `command`, stands for.
    pub(crate) fn scalar(self, scalar: &'a Scalar) -> Result<Resolved<'a>, Fault<'a>> {
        self.local(scalar).map_or_else(|| self.names.scalar(self.values, scalar), Ok)
    }

    /// What the value of an argument stands for: here the parameters of a pass come before all others.
    pub(crate) fn argument(self, value: &'a Value) -> Result<Resolved<'a>, Fault<'a>> {
        match value {
            Value::Scalar(scalar) => self.argument_scalar(scalar),
            Value::List(items, _) => {
                let item = |item: &'a Value| match item {
                    Value::Scalar(scalar) => match self.own(scalar) {
                        Some(own) => Ok(own),
                        None => self.names.item(self.values, item),
                    },
                    _ => self.names.item(self.values, item),
                };
                items.iter().map(item).collect::<Result<_, _>>().map(Resolved::List)
            }
            Value::Map(..) => self.names.resolve(self.values, value),
        }
    }

    fn argument_scalar(self, scalar: &'a Scalar) -> Result<Resolved<'a>, Fault<'a>> {
        self.own(scalar).map_or_else(|| self.names.scalar(self.values, scalar), Ok)
    }

    fn own(self, scalar: &'a Scalar) -> Option<Resolved<'a>> {
        let of_pass = || {
            let name = scalar.reference()?;
            self.passes?.gives(name).then_some(Resolved::OfPass(name))
        };
        self.local(scalar).or_else(of_pass)
    }
}
