//! From what steps say to the data that they use.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Entry, MultiPass, Pipeline, Program, Scalar, Span, Step, Value};

use super::{Datum, DatumId, Place, Role, StepId, Use};
use crate::names::{Branch, Fault, Names, Resolved, Within, program_scalars};
use crate::url::{cached_path, is_url};
use crate::world::refused_as_path;
use crate::{Location, World};

pub(super) struct Maker<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) names: &'a Names,
    pub(super) world: &'a dyn World,
    pub(super) data: Vec<Datum>,
    pub(super) at: HashMap<Place, DatumId>,
    pub(super) uses: Vec<Use>,
    /// The gates of the step that is being looked at, which come behind what its words use.
    pub(super) gates: Vec<(Branch, Span)>,
    /// The data whose path is a parameter of the sweep.
    pub(super) parameters: HashMap<DatumId, Arc<str>>,
    /// Where the uses of the step that is being looked at begin.
    pub(super) first_use: usize,
}

impl<'a> Maker<'a> {
    pub(super) fn new(pipeline: &'a Pipeline, names: &'a Names, world: &'a dyn World) -> Self {
        Self {
            pipeline,
            names,
            world,
            data: Vec::with_capacity(pipeline.data.len()),
            at: HashMap::with_capacity(pipeline.data.len()),
            uses: Vec::new(),
            gates: Vec::new(),
            parameters: HashMap::new(),
            first_use: 0,
        }
    }

    pub(super) fn datum(&mut self, name: Option<Arc<str>>, path: &str, span: Span) -> DatumId {
        let id = DatumId(self.data.len() as u32);
        let url = is_url(path).then(|| Arc::from(path));
        let kept = url.as_deref().map(cached_path);
        let path = kept.as_deref().unwrap_or(path);
        // What cannot be a path leads nowhere, and nowhere else than another one: a NUL is in no path.
        let location = match refused_as_path(path) {
            Some(_) => Location::Inside(format!("\0{}", id.0)),
            None => self.world.locate(path),
        };
        let location = Arc::new(location);
        let canonical = *self.at.entry(Place(Arc::clone(&location))).or_insert(id);
        let path = handed_over(path, &location);
        self.data.push(Datum { name, path, url, location, canonical, producer: None, span });
        id
    }

    /// What a condition or a switch finds out.
    fn answer(&mut self, step: u32) -> DatumId {
        let name = &self.pipeline.steps[step as usize].name;
        self.answer_of(StepId(step), Arc::clone(&name.text), name.span)
    }

    /// What this step, of this name, finds out.
    pub(super) fn answer_of(&mut self, step: StepId, name: Arc<str>, span: Span) -> DatumId {
        // A NUL is in no path.
        let location = Location::Answer(format!("\0answer {}", step.0));
        if let Some(known) = self.at.get(location.as_str()) {
            return *known;
        }
        let id = DatumId(self.data.len() as u32);
        let location = Arc::new(location);
        self.at.insert(Place(Arc::clone(&location)), id);
        let (path, url, producer) = (Arc::clone(&name), None, Some(step));
        self.data.push(Datum { name: Some(name), path, url, location, canonical: id, producer, span });
        id
    }

    pub(super) fn step(&mut self, step: &'a Step) {
        let names = self.names.within(self.pipeline, step);
        match &step.program {
            Program::Switch(switch) => {
                let asked = [Some(&switch.condition), switch.data.as_ref()];
                for scalar in asked.into_iter().flatten() {
                    self.named(names.scalar(scalar), Role::Question, scalar.span);
                }
                return;
            }
            Program::Condition(_) => {
                for entry in step.inputs.iter().chain(&step.args) {
                    self.value(names, &entry.value, Role::Question);
                }
                for scalar in program_scalars(&step.program) {
                    self.named(names.scalar(scalar), Role::Question, scalar.span);
                }
                return;
            }
            Program::Task(_) | Program::Words(_) | Program::Shell(_) => {}
        }
        let each = step.each.as_ref().map(|each| (self.folder(&each.over), self.folder(&each.into)));
        let (over, into) = (each.and_then(|(over, _)| over), each.and_then(|(_, into)| into));
        // What a loop goes through may be what a switch hands on.
        let handed_on = !self.gates.is_empty();
        for (entries, role) in [(&step.inputs, Role::Input), (&step.outputs, Role::Output)] {
            for entry in entries {
                let Value::Scalar(scalar) = &entry.value else { continue };
                match names.scalar(scalar) {
                    Ok(Resolved::LoopItem) => self.use_of_folder(over, Role::Over, scalar, handed_on),
                    Ok(Resolved::LoopOutput) => self.use_of_folder(into, Role::Into, scalar, false),
                    found => self.path(found, role, scalar.span),
                }
            }
        }
        for scalar in program_scalars(&step.program) {
            self.named(names.scalar(scalar), Role::Argument, scalar.span);
        }
        for entry in &step.args {
            self.value(names, &entry.value, Role::Argument);
        }
        for entry in &step.env {
            self.value(names, &entry.value, Role::Argument);
        }
        if let Some(each) = &step.each {
            for (folder, role, scalar) in [(over, Role::Over, &each.over), (into, Role::Into, &each.into)] {
                if !self.uses[self.first_use..].iter().any(|used| used.role == role) {
                    self.use_of_folder(folder, role, scalar, handed_on && role == Role::Over);
                }
            }
        }
    }

    /// What the passes of a group need, as uses of its last step.
    pub(super) fn passes(&mut self, passes: &'a MultiPass) {
        let stop = passes.stop.iter().flat_map(|stop| stop.inputs.iter().chain(&stop.args));
        let entries: Vec<&'a Entry> = passes.schedule.iter().flatten().flatten().chain(stop).collect();
        for entry in entries {
            if let Value::Scalar(scalar) = &entry.value {
                self.named(self.names.scalar(self.pipeline, scalar), Role::Pass, scalar.span);
            }
        }
        if let Some(stop) = &passes.stop {
            self.named(self.names.scalar(self.pipeline, &stop.script), Role::Pass, stop.script.span);
        }
    }

    fn folder(&mut self, scalar: &'a Scalar) -> Option<DatumId> {
        let found = match self.names.scalar(self.pipeline, scalar) {
            Ok(Resolved::Branch(branch, payload)) => {
                self.gates.push((branch, scalar.span));
                Ok(*payload)
            }
            found => found,
        };
        match found {
            Ok(Resolved::Data(index)) => Some(DatumId(index)),
            Ok(Resolved::Text(text)) => self.known_or_new(&text, scalar.span).map(|(datum, _)| datum),
            Ok(Resolved::OfSweep(name)) => self.of_parameter(name, scalar.span).map(|(datum, _)| datum),
            _ => None,
        }
    }

    /// A path that is a parameter of the sweep: each configuration has another; the graph of the steps as they are written has
    /// one for all.
    fn of_parameter(&mut self, name: &str, span: Span) -> Option<(DatumId, Arc<str>)> {
        let found = self.known_or_new(&format!("${name}"), span)?;
        self.parameters.insert(found.0, name.into());
        Some(found)
    }

    fn use_of_folder(&mut self, folder: Option<DatumId>, role: Role, scalar: &Scalar, handed_on: bool) {
        if let Some(folder) = folder {
            self.push_use(folder, role, scalar.span, handed_on);
        }
    }

    /// An entry of `inputs` or `outputs`.
    fn path(&mut self, found: Result<Resolved<'a>, Fault<'a>>, role: Role, span: Span) {
        match found {
            Ok(Resolved::Data(index)) => self.push_use(DatumId(index), role, span, false),
            Ok(Resolved::Text(text)) => self.written_out(&text, role, span, false),
            Ok(Resolved::OfSweep(name)) => {
                if let Some((datum, path)) = self.of_parameter(name, span) {
                    self.add(datum, role, path, span, false);
                }
            }
            Ok(Resolved::Branch(branch, payload)) => {
                match *payload {
                    Resolved::Data(index) => self.push_use(DatumId(index), role, span, true),
                    Resolved::Text(text) => self.written_out(&text, role, span, true),
                    _ => {}
                }
                self.gates.push((branch, span));
            }
            _ => {}
        }
    }

    /// A path that is written out. One that is known already, under a name or not, is the same datum.
    fn written_out(&mut self, text: &str, role: Role, span: Span, handed_on: bool) {
        if let Some((datum, path)) = self.known_or_new(text, span) {
            self.add(datum, role, path, span, handed_on);
        }
    }

    fn known_or_new(&mut self, text: &str, span: Span) -> Option<(DatumId, Arc<str>)> {
        if text.is_empty() || refused_as_path(text).is_some() {
            return None;
        }
        if !is_url(text) {
            let location = self.world.locate(text);
            if let Some(known) = self.at.get(location.as_str()) {
                return Some((*known, handed_over(text, &location)));
            }
        }
        let datum = self.datum(None, text, span);
        Some((datum, Arc::clone(&self.data[datum.index()].path)))
    }

    /// The words of a value that may refer to data.
    fn value(&mut self, names: Within<'a>, value: &'a Value, role: Role) {
        match value {
            Value::Scalar(scalar) if scalar.reference().is_some() => {
                self.named(names.argument(value), role, scalar.span);
            }
            Value::List(items, _) => {
                for item in items {
                    if let Value::Scalar(scalar) = item
                        && scalar.reference().is_some()
                    {
                        self.named(names.argument(item), role, scalar.span);
                    }
                }
            }
            Value::Scalar(_) | Value::Map(..) => {}
        }
    }

    /// What a word refers to, where that is a datum.
    fn named(&mut self, found: Result<Resolved<'a>, Fault<'a>>, role: Role, span: Span) {
        match found {
            Ok(Resolved::Data(index)) => self.push_use(DatumId(index), role, span, false),
            Ok(Resolved::Answer(step)) => {
                let answer = self.answer(step);
                self.push_use(answer, role, span, false);
            }
            Ok(Resolved::Branch(branch, payload)) => {
                if let Resolved::Data(index) = *payload {
                    self.push_use(DatumId(index), role, span, true);
                }
                self.gates.push((branch, span));
            }
            Ok(Resolved::List(items)) => {
                for item in items {
                    self.named(Ok(item), role, span);
                }
            }
            _ => {}
        }
    }

    pub(super) fn gates(&mut self) {
        for (branch, span) in std::mem::take(&mut self.gates) {
            let answer = self.answer(branch.switch);
            self.push_use(answer, Role::Gate { then: branch.then }, span, false);
        }
    }

    fn push_use(&mut self, datum: DatumId, role: Role, span: Span, handed_on: bool) {
        let path = Arc::clone(&self.data[datum.index()].path);
        self.add(datum, role, path, span, handed_on);
    }

    fn add(&mut self, datum: DatumId, role: Role, path: Arc<str>, span: Span, handed_on: bool) {
        let written = (self.uses.len() - self.first_use) as u32;
        self.uses.push(Use { datum, role, path, span, own: false, handed_on, written, gathered: false });
    }
}

/// For each step, the first one of those that it runs in passes with; empty where no group has passes.
pub(super) fn leaders(pipeline: &Pipeline) -> Vec<StepId> {
    if !pipeline.groups.iter().any(|group| group.passes.is_some()) {
        return Vec::new();
    }
    let mut leaders: Vec<StepId> = Vec::with_capacity(pipeline.steps.len());
    for (index, step) in pipeline.steps.iter().enumerate() {
        let before = index.checked_sub(1).filter(|before| pipeline.steps[*before].group == step.group);
        let in_passes = step.group.is_some_and(|group| pipeline.groups[group].passes.is_some());
        leaders.push(match before.filter(|_| in_passes) {
            Some(before) => leaders[before],
            None => StepId(index as u32),
        });
    }
    leaders
}

/// How many passes there are of the steps that go by each leader.
pub(super) fn pass_counts(pipeline: &Pipeline, leaders: &[StepId]) -> HashMap<StepId, u32> {
    let of_step = |leader: &StepId| {
        let passes = pipeline.groups[pipeline.steps[leader.index()].group?].passes.as_ref()?;
        Some((*leader, u32::try_from(passes.pass_count()).unwrap_or(u32::MAX)))
    };
    leaders.iter().filter_map(of_step).collect()
}

/// The passes of the group that this step is the last one of.
pub(super) fn passes_that_end_with(pipeline: &Pipeline, index: usize) -> Option<&MultiPass> {
    let group = pipeline.steps[index].group?;
    let is_last = pipeline.steps.get(index + 1).is_none_or(|next| next.group != Some(group));
    pipeline.groups[group].passes.as_ref().filter(|_| is_last)
}

/// A path as a task receives it: as written, but relative where it was absolute and leads into the pipeline
/// folder (so that the folder can be moved), and never to be mistaken for a flag.
fn handed_over(path: &str, location: &Location) -> Arc<str> {
    match location {
        Location::Inside(inside) if path.starts_with('/') => {
            if inside.is_empty() {
                ".".into()
            } else {
                not_a_flag(inside)
            }
        }
        _ => not_a_flag(path),
    }
}

fn not_a_flag(path: &str) -> Arc<str> {
    if path.starts_with('-') { format!("./{path}").into() } else { path.into() }
}
