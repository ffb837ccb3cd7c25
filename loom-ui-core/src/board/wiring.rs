//! What flows between nodes: who refers to what, and what comes of it by way of paths.
//!
//! References are read as they are written, so that a broken pipeline shows all that it says; where a path leads, and who
//! waits for whom because of it, is the word of [`Links`].

use std::collections::{HashMap, HashSet};

use loom_graph::{Datum, DatumId, Links, Location, Role, StepId};
use loom_spec::{Entry, MultiPass, Pipeline, Program, Scalar, Span, Step, Value};

use super::model::{Flow, Model};
use crate::api::WireKind;

/// How many wires there may be because something lies in a folder: each step that reads a folder waits for all that write
/// into it, which may be a great many more than anybody can see.
const MAX_FOLDER_WIRES: usize = 5_000;

/// The port of what a step uses outside of its inputs and arguments: in its command, its environment, its passes.
pub(super) const OTHER: &str = "in";

/// What [`wire`] finds.
pub(super) struct Wired {
    pub(super) flows: Vec<Flow>,
    /// How often each parameter is referred to.
    pub(super) uses: Vec<usize>,
}

/// Finds all that flows between the nodes of a model.
pub(super) fn wire(model: &Model<'_>) -> Wired {
    let mut wiring = Wiring::new(model);
    for (at, step) in model.pipeline.steps.iter().enumerate() {
        wiring.step(StepId(at as u32), step);
    }
    wiring.data();
    wiring.parameters();
    wiring.passes();
    Wired { flows: wiring.flows, uses: wiring.uses }
}

/// What a name refers to, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Named {
    Data(usize),
    Parameter(usize),
    Condition(usize),
    Switch(usize),
}

struct Wiring<'m, 'a> {
    model: &'m Model<'a>,
    pipeline: &'a Pipeline,
    links: &'a Links,
    names: HashMap<&'a str, Named>,
    flows: Vec<Flow>,
    uses: Vec<usize>,
    folder_wires: usize,
}

/// A step whose references are being read.
struct Reader<'u> {
    id: StepId,
    node: usize,
    /// What the step uses, by where it says so.
    by_place: Vec<(u32, usize)>,
    /// The port at which each of that was found.
    ports: HashMap<u32, String>,
    passes: Option<&'u MultiPass>,
    in_loop: bool,
}

impl<'m, 'a> Wiring<'m, 'a> {
    fn new(model: &'m Model<'a>) -> Self {
        let pipeline = model.pipeline;
        let mut names = HashMap::new();
        // Where a name is in several, which is refused, data win.
        for (at, step) in pipeline.steps.iter().enumerate() {
            let named = match &step.program {
                Program::Condition(_) => Named::Condition(at),
                Program::Switch(_) => Named::Switch(at),
                _ => continue,
            };
            names.insert(&*step.name.text, named);
        }
        names.extend(pipeline.parameters.iter().enumerate().map(|(at, each)| (&*each.name.text, Named::Parameter(at))));
        names.extend(pipeline.data.iter().enumerate().map(|(at, each)| (&*each.name.text, Named::Data(at))));
        let uses = vec![0; pipeline.parameters.len()];
        Self { model, pipeline, links: model.links, names, flows: Vec::new(), uses, folder_wires: 0 }
    }

    fn flow(&mut self, (from, from_port): (usize, &str), (to, to_port): (usize, &str), kind: WireKind) {
        let (from_port, to_port) = (from_port.to_owned(), to_port.to_owned());
        self.flows.push(Flow { from, from_port, to, to_port, kind });
    }

    fn step(&mut self, id: StepId, step: &'a Step) {
        let uses = self.links.uses(id);
        let mut by_place: Vec<(u32, usize)> = uses.iter().enumerate().map(|(at, used)| (used.span.start, at)).collect();
        by_place.sort_unstable();
        let passes = step.group.and_then(|group| self.pipeline.groups[group].passes.as_ref());
        let node = self.model.steps[id.index()];
        let mut reader = Reader { id, node, by_place, ports: HashMap::new(), passes, in_loop: step.each.is_some() };
        for (entries, section, kind) in [(&step.inputs, "in", WireKind::Input), (&step.args, "arg", WireKind::Argument)]
        {
            for entry in entries {
                let port = format!("{section}:{}", entry.key.text);
                self.value(&mut reader, &entry.value, &port, kind);
            }
        }
        match &step.program {
            Program::Switch(switch) => {
                self.scalar(&mut reader, &switch.condition, "condition", WireKind::Decision);
                if let Some(data) = &switch.data {
                    self.scalar(&mut reader, data, "data", WireKind::Input);
                }
            }
            Program::Task(scalar) | Program::Shell(scalar) => {
                self.scalar(&mut reader, scalar, OTHER, WireKind::Argument);
            }
            Program::Words(words) => {
                for word in words {
                    self.scalar(&mut reader, word, OTHER, WireKind::Argument);
                }
            }
            Program::Condition(condition) => {
                if let loom_spec::Test::Script(script) = &condition.test {
                    self.scalar(&mut reader, script, OTHER, WireKind::Argument);
                }
            }
        }
        for entry in &step.env {
            self.value(&mut reader, &entry.value, OTHER, WireKind::Argument);
        }
        if let Some(each) = &step.each {
            reader.in_loop = false;
            self.scalar(&mut reader, &each.over, "loop:over", WireKind::Input);
            if let Some(filter) = &each.filter {
                self.scalar(&mut reader, filter, OTHER, WireKind::Argument);
            }
            // The folders count as used where the step speaks of an item in them.
            self.of_role(&reader, Role::Over, "loop:over", &each.over);
            self.count(&each.into);
        }
        for used in uses.iter().filter(|used| used.role == Role::Into) {
            if let Some(to) = self.node_of(used.datum) {
                self.flow((node, "loop:into"), (to, "in"), WireKind::Output);
            }
        }
        for entry in &step.outputs {
            let Value::Scalar(scalar) = &entry.value else { continue };
            let port = format!("out:{}", entry.key.text);
            self.count(scalar);
            for used in self.used_at(&reader, scalar.span).filter(|used| used.role == Role::Output) {
                if let Some(to) = self.node_of(used.datum) {
                    self.flow((node, &port), (to, "in"), WireKind::Output);
                }
            }
        }
        self.others(&reader);
    }

    /// What the step reads without saying so at one of its ports: for its passes, or because of where it lies.
    fn others(&mut self, reader: &Reader<'_>) {
        for used in self.links.reads(reader.id).filter(|used| used.role == Role::Pass) {
            if let Some(from) = self.node_of(used.datum) {
                self.flow((from, "out"), (reader.node, OTHER), WireKind::Input);
            }
        }
        let mut seen = HashSet::new();
        for dependency in self.links.dependencies(reader.id) {
            let used = &self.links.uses(reader.id)[dependency.used as usize];
            let datum = self.links.datum(used.datum);
            if dependency.through == datum.canonical || self.is_nested(used.datum, dependency.through) {
                continue;
            }
            let (Some(from), false) = (self.node_of(dependency.through), self.folder_wires == MAX_FOLDER_WIRES) else {
                continue;
            };
            let port = reader.ports.get(&used.span.start).map_or(OTHER, String::as_str);
            if seen.insert((from, port.to_owned())) {
                self.folder_wires += 1;
                self.flow((from, "out"), (reader.node, port), WireKind::Folder);
            }
        }
    }

    /// Whether a data node is said to be nested in another datum, which then leads to it.
    fn is_nested(&self, datum: DatumId, around: DatumId) -> bool {
        let mut at = datum.index();
        for _ in 0..16 {
            let Some(outer) = self.pipeline.data.get(at).and_then(|data| data.nested_in.as_ref()) else { return false };
            let Some(Named::Data(outer)) = outer.reference().and_then(|name| self.names.get(name)).copied() else {
                return false;
            };
            if self.links.data().get(outer).is_some_and(|datum| datum.canonical == around) {
                return true;
            }
            at = outer;
        }
        false
    }

    fn value(&mut self, reader: &mut Reader<'_>, value: &'a Value, port: &str, kind: WireKind) {
        match value {
            Value::Scalar(scalar) => self.scalar(reader, scalar, port, kind),
            Value::List(items, _) => items.iter().for_each(|item| self.value(reader, item, port, kind)),
            Value::Map(entries, _) => entries.iter().for_each(|entry| self.value(reader, &entry.value, port, kind)),
        }
    }

    fn scalar(&mut self, reader: &mut Reader<'_>, scalar: &'a Scalar, port: &str, kind: WireKind) {
        reader.ports.entry(scalar.span.start).or_insert_with(|| port.to_owned());
        let to = reader.node;
        if let Some(name) = scalar.reference() {
            let of_item = reader.in_loop && matches!(name, "loop_item" | "loop_output");
            if of_item || reader.passes.is_some_and(|passes| passes.gives(name)) {
                return;
            }
            match self.named(name) {
                Some((Named::Switch(at), way)) => {
                    if !way.is_empty() {
                        self.flow((self.model.steps[at], way), (to, port), WireKind::Decision);
                    }
                    return;
                }
                Some((Named::Condition(at), _)) => {
                    self.flow((self.model.steps[at], "out"), (to, port), WireKind::Decision);
                    return;
                }
                Some((Named::Parameter(at), _)) => {
                    self.uses[at] += 1;
                    self.flow((self.model.parameters[at], "out"), (to, port), WireKind::Parameter);
                }
                Some((Named::Data(_), _)) | None => {}
            }
        }
        for used in self.used_at(reader, scalar.span) {
            let is_read = match used.role {
                Role::Input | Role::Question | Role::Over => true,
                // What it makes itself may be named among its arguments, too.
                Role::Argument => self.links.producer(used.datum) != Some(reader.id),
                _ => false,
            };
            if let Some(from) = self.node_of(used.datum).filter(|_| is_read) {
                let kind = if kind == WireKind::Decision { WireKind::Input } else { kind };
                self.flow((from, "out"), (to, port), kind);
            }
        }
    }

    fn of_role(&mut self, reader: &Reader<'_>, role: Role, port: &str, scalar: &Scalar) {
        // What a switch hands on comes from the switch.
        let is_branch = |name| matches!(self.named(name), Some((Named::Switch(_), _)));
        if scalar.reference().is_some_and(is_branch) {
            return;
        }
        let mut seen = Vec::new();
        for used in self.links.uses(reader.id).iter().filter(|used| used.role == role) {
            if used.span.start != scalar.span.start && !seen.contains(&used.datum) {
                seen.push(used.datum);
                if let Some(from) = self.node_of(used.datum) {
                    self.flow((from, "out"), (reader.node, port), WireKind::Input);
                }
            }
        }
    }

    fn used_at(&self, reader: &Reader<'_>, span: Span) -> impl Iterator<Item = &'a loom_graph::Use> + use<'a> {
        let first = reader.by_place.partition_point(|(start, _)| *start < span.start);
        let here = reader.by_place[first..].iter().take_while(|(start, _)| *start == span.start);
        let uses = self.links.uses(reader.id);
        here.map(|(_, at)| &uses[*at]).collect::<Vec<_>>().into_iter()
    }

    /// The node of a datum; none of the answer of a condition.
    fn node_of(&self, datum: DatumId) -> Option<usize> {
        let is_answer = |datum: &Datum| matches!(*datum.location, Location::Answer(_));
        self.model.data[datum.index()].filter(|_| !is_answer(self.links.datum(datum)))
    }

    /// What a name refers to; of a switch with the way out of it, which is empty if there is none of that name.
    fn named<'n>(&self, name: &'n str) -> Option<(Named, &'n str)> {
        if let Some(named) = self.names.get(name) {
            return Some((*named, ""));
        }
        let (switch, way) = name.rsplit_once('.')?;
        let named = self.names.get(switch).copied().filter(|named| matches!(named, Named::Switch(_)))?;
        Some((named, if matches!(way, "then" | "else") { way } else { "" }))
    }

    /// Counts a reference that is no wire.
    fn count(&mut self, scalar: &Scalar) {
        if let Some((Named::Parameter(at), _)) = scalar.reference().and_then(|name| self.named(name)) {
            self.uses[at] += 1;
        }
    }

    fn data(&mut self) {
        for (at, data) in self.pipeline.data.iter().enumerate() {
            let Some(node) = self.own_node(at) else { continue };
            if let Some(outer) = data.nested_in.as_ref().and_then(|outer| outer.reference())
                && let Some((Named::Data(outer), _)) = self.named(outer)
                && let Some(outer) = self.own_node(outer).filter(|outer| *outer != node)
            {
                self.flow((outer, "out"), (node, "in"), WireKind::Folder);
            }
            if let Some((Named::Parameter(parameter), _)) = data.path.reference().and_then(|name| self.named(name)) {
                self.uses[parameter] += 1;
                self.flow((self.model.parameters[parameter], "out"), (node, "in"), WireKind::Parameter);
            }
            // Another name for the same place.
            if let Some(first) = self.model.data[at].filter(|first| *first != node) {
                self.flow((first, "out"), (node, "in"), WireKind::Folder);
            }
        }
    }

    /// The node of a data node itself, not of the first one of its place.
    fn own_node(&self, data: usize) -> Option<usize> {
        // Data nodes stand behind the parameters, in file order.
        Some(self.model.parameters.len() + data).filter(|_| data < self.links.data().len())
    }

    fn parameters(&mut self) {
        for (at, parameter) in self.pipeline.parameters.iter().enumerate() {
            let node = self.model.parameters[at];
            each_scalar(&parameter.value, &mut |scalar| {
                let Some(name) = scalar.reference() else { return };
                match self.named(name) {
                    Some((Named::Data(data), _)) => {
                        if let Some(from) = self.own_node(data) {
                            self.flow((from, "out"), (node, "in"), WireKind::Argument);
                        }
                    }
                    Some((Named::Parameter(other), _)) => {
                        self.uses[other] += 1;
                        if other != at {
                            self.flow((self.model.parameters[other], "out"), (node, "in"), WireKind::Parameter);
                        }
                    }
                    Some((Named::Condition(step), _)) => {
                        self.flow((self.model.steps[step], "out"), (node, "in"), WireKind::Decision);
                    }
                    Some((Named::Switch(step), way)) if !way.is_empty() => {
                        self.flow((self.model.steps[step], way), (node, "in"), WireKind::Decision);
                    }
                    _ => {}
                }
            });
        }
    }

    /// What one pass hands to the next; and the parameters that passes are given.
    fn passes(&mut self) {
        for (at, group) in self.pipeline.groups.iter().enumerate() {
            let Some(passes) = &group.passes else { continue };
            let stop = passes.stop.iter().flat_map(|stop| stop.inputs.iter().chain(&stop.args));
            let entries: Vec<&'a Entry> = passes.schedule.iter().flatten().flatten().chain(stop).collect();
            for entry in entries {
                each_scalar(&entry.value, &mut |scalar| self.count(scalar));
            }
            let steps: Vec<usize> =
                (0..self.pipeline.steps.len()).filter(|step| self.pipeline.steps[*step].group == Some(at)).collect();
            // A step's name may have dots in it, so it is the names that tell where it ends.
            let part = |scalar: &'a Scalar| {
                steps.iter().find_map(|step| {
                    let name = &*self.pipeline.steps[*step].name.text;
                    Some((*step, scalar.text.strip_prefix(name)?.strip_prefix('.')?))
                })
            };
            let found: Vec<_> =
                passes.feedback.iter().filter_map(|(from, to)| Some((part(from)?, part(to)?))).collect();
            for ((maker, output), (reader, flag)) in found {
                let has_input = self.pipeline.steps[reader].inputs.iter().any(|entry| &*entry.key.text == flag);
                let section = if has_input { "in" } else { "arg" };
                let from = (self.model.steps[maker], format!("out:{output}"));
                let to = (self.model.steps[reader], format!("{section}:{flag}"));
                self.flow((from.0, &from.1), (to.0, &to.1), WireKind::Feedback);
            }
        }
    }
}

fn each_scalar<'v>(value: &'v Value, found: &mut impl FnMut(&'v Scalar)) {
    match value {
        Value::Scalar(scalar) => found(scalar),
        Value::List(items, _) => items.iter().for_each(|item| each_scalar(item, found)),
        Value::Map(entries, _) => entries.iter().for_each(|entry| each_scalar(&entry.value, found)),
    }
}
