//! From values as written to what they stand for: names, variables, switches.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};
use loom_spec::{AxisValues, Meaning, MultiPass, Piece, Pipeline, Program, Scalar, Span, Step, Style, Test, Value};

use crate::sweep::{AxisValue, ConfigId, Space};
use crate::{NoText, World};

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
        names.overused = names.overused(pipeline);
        names.nested = nested_paths(&names, pipeline);
        names
    }

    fn overused(&self, pipeline: &Pipeline) -> BTreeSet<u32> {
        let mut weights: Vec<Option<usize>> = vec![None; pipeline.parameters.len()];
        let mut words_left = MAX_WORDS;
        let mut overused = BTreeSet::new();
        each_scalar(pipeline, &mut |scalar| {
            let Some(End::Value(end)) = scalar.reference().and_then(|name| self.end(name)) else { return };
            if self.swept.contains_key(&end) {
                return;
            }
            let weight = *weights[end as usize].get_or_insert_with(|| self.weight(pipeline, end));
            match words_left.checked_sub(weight) {
                Some(left) => words_left = left,
                None => {
                    overused.insert(end);
                }
            }
        });
        overused
    }

    /// How many words a use of a parameter with a value stands for, beyond one.
    fn weight(&self, pipeline: &Pipeline, parameter: u32) -> usize {
        let of_scalar = |value: &Value| match value {
            Value::Scalar(scalar) => scalar.text.len() / BYTES_PER_WORD,
            Value::List(..) | Value::Map(..) => 0,
        };
        let value = |parameter: u32| &pipeline.parameters[parameter as usize].value;
        let Value::List(items, _) = value(parameter) else { return of_scalar(value(parameter)) };
        let of_item = |item: &Value| {
            let name = if let Value::Scalar(scalar) = item { scalar.reference() } else { None };
            match name.and_then(|name| self.end(name)) {
                Some(End::Value(end)) if !self.swept.contains_key(&end) => of_scalar(value(end)),
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

    /// The value of a parameter as it is written; none, if that differs from configuration to configuration and none is looked at,
    /// or if the configuration gives it none.
    fn value<'a>(&self, values: Values<'a>, parameter: u32) -> Option<&'a Value> {
        let written = || values.pipeline.parameters.get(parameter as usize).map(|parameter| &parameter.value);
        let Some(axis) = self.swept.get(&parameter) else { return written() };
        let (space, config) = values.config?;
        let found = space.value(config, *axis as usize);
        let name = self.parameter_name(values.pipeline, parameter);
        if *space.axes()[*axis as usize].name == *name {
            return Some(&found.value);
        }
        // Another label sets it.
        found.settings.iter().find(|(set, _)| **set == *name).map(|(_, value)| value).or_else(written)
    }

    /// The names that only a sweep gives a value.
    pub(crate) fn of_sweep(&self) -> impl Iterator<Item = &str> {
        self.of_sweep.iter().map(|name| &**name)
    }

    /// Whether any parameter has other values from configuration to configuration.
    pub(crate) fn have_sweep(&self) -> bool {
        !self.swept.is_empty()
    }

    /// All values that a sweep gives what a name stands for.
    pub(crate) fn swept_values<'a>(&self, pipeline: &'a Pipeline, space: &'a Space, name: &str) -> Vec<&'a Value> {
        let Some(End::Value(end)) = self.end(name) else { return Vec::new() };
        let Some(axis) = self.swept.get(&end) else { return Vec::new() };
        let axis = &space.axes()[*axis as usize];
        let name = self.parameter_name(pipeline, end);
        let written = pipeline.parameters.get(end as usize).map(|parameter| &parameter.value);
        let value = |value: &'a AxisValue| {
            let set = value.settings.iter().find(|(set, _)| **set == *name).map(|(_, value)| value);
            if *axis.name == *name { Some(&value.value) } else { set.or(written) }
        };
        axis.values.iter().filter_map(value).collect()
    }

    fn parameter_name<'a>(&'a self, pipeline: &'a Pipeline, parameter: u32) -> &'a str {
        let behind = || &self.of_sweep[parameter as usize - pipeline.parameters.len()];
        pipeline.parameters.get(parameter as usize).map_or_else(behind, |parameter| &parameter.name.text)
    }

    /// The axes that what a name stands for depends on, one bit for each. Data depend on what makes them, which is not
    /// looked at here.
    pub(crate) fn axes_of(&self, pipeline: &Pipeline, name: &str) -> u64 {
        let axes_of = |name: &str| match self.end(name) {
            Some(End::Value(end)) => self.swept.get(&end).map_or(Err(end), |axis| Ok(1 << axis)),
            _ => Ok(0),
        };
        match axes_of(name) {
            Ok(axes) => axes,
            Err(written) => {
                let Some(Value::List(items, _)) = pipeline.parameters.get(written as usize).map(|p| &p.value) else {
                    return 0;
                };
                let of_item = |item: &Value| match item {
                    Value::Scalar(scalar) => scalar.reference().and_then(|name| axes_of(name).ok()).unwrap_or(0),
                    Value::List(..) | Value::Map(..) => 0,
                };
                items.iter().map(of_item).fold(0, |all, axes| all | axes)
            }
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

/// The paths of the data nodes that are nested in others: each is looked at once, however long the chains are.
fn nested_paths(names: &Names, pipeline: &Pipeline) -> HashMap<u32, Option<Arc<str>>> {
    let mut paths: HashMap<u32, Option<Arc<str>>> = HashMap::new();
    let around = |data: u32| {
        let name = pipeline.data[data as usize].nested_in.as_ref()?.reference()?;
        match names.get(name) {
            Some(Target::Data(index)) => Some(index),
            _ => None,
        }
    };
    for start in 0..pipeline.data.len() as u32 {
        if pipeline.data[start as usize].nested_in.is_none() {
            continue;
        }
        let mut way = vec![start];
        let mut seen: HashSet<u32> = HashSet::from_iter([start]);
        let mut outer = None;
        while let Some(next) = around(way[way.len() - 1]) {
            if let Some(known) = paths.get(&next) {
                outer = known.clone();
                break;
            }
            if !seen.insert(next) {
                // A circle, which is refused, leads nowhere.
                outer = None;
                break;
            }
            way.push(next);
        }
        for data in way.into_iter().rev() {
            let own = match names.data_path(pipeline, &pipeline.data[data as usize].path) {
                Ok(Resolved::Text(text)) => Some(text),
                _ => None,
            };
            let full = match (own, outer, around(data)) {
                (Some(own), _, _) if own.starts_with('/') => Some(Arc::from(&*own)),
                (Some(own), Some(outer), _) => Some(Arc::from(format!("{}/{own}", outer.trim_end_matches('/')))),
                (Some(own), None, None) => Some(Arc::from(&*own)),
                _ => None,
            };
            if pipeline.data[data as usize].nested_in.is_some() {
                paths.insert(data, full.clone());
            }
            outer = full;
        }
    }
    paths
}

/// Makes parameters of the names that only a sweep gives a value, and says which of all parameters it gives one.
fn swept(
    pipeline: &Pipeline,
    space: Option<&Space>,
    targets: &mut HashMap<Arc<str>, Target>,
) -> (Vec<Arc<str>>, HashMap<u32, u32>) {
    let (mut of_sweep, mut swept) = (Vec::new(), HashMap::new());
    for (index, axis) in space.iter().flat_map(|space| space.axes().iter().enumerate()) {
        let set = axis.values.iter().flat_map(|value| value.settings.iter().map(|(name, _)| name));
        for name in std::iter::once(&axis.name).chain(set) {
            let parameter = match targets.get(name) {
                Some(Target::Parameter(parameter)) => *parameter,
                _ => {
                    let behind = (pipeline.parameters.len() + of_sweep.len()) as u32;
                    targets.insert(Arc::clone(name), Target::Parameter(behind));
                    of_sweep.push(Arc::clone(name));
                    behind
                }
            };
            swept.entry(parameter).or_insert(index as u32);
        }
    }
    (of_sweep, swept)
}

/// Visits every scalar that may hold a variable.
fn each_scalar<'a>(pipeline: &'a Pipeline, visit: &mut dyn FnMut(&'a Scalar)) {
    for data in &pipeline.data {
        visit(&data.path);
    }
    for parameter in &pipeline.parameters {
        each_in_value(&parameter.value, visit);
    }
    pipeline.steps.iter().for_each(|step| each_of_step(step, visit));
    for passes in pipeline.groups.iter().filter_map(|group| group.passes.as_ref()) {
        each_of_passes(passes, visit);
    }
    if let Some(python) = &pipeline.execution.python {
        visit(python);
    }
    if let Some(sweep) = &pipeline.sweep {
        let of_axes = sweep.axes.iter().chain(&sweep.repeat);
        for axis in of_axes {
            match &axis.values {
                AxisValues::List(values) => values.iter().for_each(|value| each_in_value(value, visit)),
                AxisValues::Settings(labels) => {
                    let entries = labels.iter().flat_map(|(_, entries)| entries);
                    entries.for_each(|entry| each_in_value(&entry.value, visit));
                }
                AxisValues::Range(..) | AxisValues::Draw(..) => {}
            }
        }
        sweep.include.iter().flatten().for_each(|entry| each_in_value(&entry.value, visit));
    }
}

/// Visits every scalar of a step that may hold a variable or a reference.
pub(crate) fn each_of_step<'a>(step: &'a Step, visit: &mut dyn FnMut(&'a Scalar)) {
    for scalar in program_scalars(&step.program) {
        visit(scalar);
    }
    if let Program::Switch(switch) = &step.program {
        [Some(&switch.condition), switch.data.as_ref()].into_iter().flatten().for_each(&mut *visit);
    }
    for entry in step.inputs.iter().chain(&step.outputs).chain(&step.args).chain(&step.env) {
        each_in_value(&entry.value, visit);
    }
    if let Some(each) = &step.each {
        [Some(&each.over), Some(&each.into), each.filter.as_ref()].into_iter().flatten().for_each(&mut *visit);
    }
}

/// Visits every scalar that the passes of a group say.
pub(crate) fn each_of_passes<'a>(passes: &'a MultiPass, visit: &mut dyn FnMut(&'a Scalar)) {
    for entry in passes.schedule.iter().flatten().flatten() {
        each_in_value(&entry.value, visit);
    }
    if let Some(stop) = &passes.stop {
        visit(&stop.script);
        stop.inputs.iter().chain(&stop.args).for_each(|entry| each_in_value(&entry.value, visit));
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
        Program::Condition(condition) => match &condition.test {
            Test::Script(script) => std::slice::from_ref(script),
            Test::Predicate(_) => &[],
        },
        Program::Switch(_) => &[],
    }
}
