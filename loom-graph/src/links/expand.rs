//! From the links of the steps as they are written to those of all their instances: of each step one for each
//! configuration of the axes that concern it.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use loom_spec::{Pipeline, Problem, Problems, Program, Span};

use super::maker::Maker;
use super::{Datum, DatumId, Links, Parts, Role, StepId, Use};
use crate::names::{Names, Resolved, Values};
use crate::sweep::{ConfigId, Sweeping, fill, mark, push_name};
use crate::{Location, World};

/// An instance of a step.
#[derive(Clone, Debug)]
struct Instance {
    /// The step as it is written.
    written: StepId,
    /// The first of the configurations that it is for.
    config: ConfigId,
    name: Arc<str>,
}

/// The instances of all steps, and their links.
#[derive(Clone, Debug)]
pub(crate) struct Expanded {
    instances: Vec<Instance>,
    /// For each step as it is written, its first instance, and how far the next one is from that.
    places: Vec<(u32, u32)>,
    /// For each datum as it is written, the first of its instances.
    data: Vec<u32>,
    /// What instances of groups that run in passes are called, by the first of their steps.
    groups: HashMap<StepId, Arc<str>>,
}

impl Expanded {
    /// Makes the instances. Two configurations that would write one file are a problem.
    pub(crate) fn new(
        pipeline: &Pipeline,
        names: &Names,
        written: &Links,
        sweeping: &Sweeping,
        world: &dyn World,
        problems: &mut Problems,
    ) -> (Self, Links) {
        let mut expanded = Self { instances: Vec::new(), places: Vec::new(), data: Vec::new(), groups: HashMap::new() };
        let leaders = expanded.add_instances(pipeline, written, sweeping);
        let mut expansion = Expansion {
            pipeline,
            names,
            written,
            sweeping,
            maker: Maker::new(pipeline, names, world),
            expanded,
            problems,
        };
        expansion.data();
        let use_starts = expansion.uses();
        let Expansion { maker, expanded, .. } = expansion;
        let mut passes = HashMap::new();
        for leader in expanded.groups.keys() {
            if let Some(count) = written.passes.get(&expanded.written(*leader)) {
                passes.insert(*leader, *count);
            }
        }
        let Maker { data, at, uses, .. } = maker;
        let parts = Parts { data, uses, use_starts, leaders, passes, parameters: HashMap::new() };
        let links = Links::of_parts(parts, &at);
        expanded.tell_of_places(pipeline, (names, written, &links), sweeping, world, problems);
        expanded.tell_of_namesakes(problems);
        (expanded, links)
    }

    /// The step that an instance is one of.
    pub(crate) fn written(&self, id: StepId) -> StepId {
        self.instances[id.index()].written
    }

    /// The first of the configurations that an instance is for.
    pub(crate) fn config(&self, id: StepId) -> ConfigId {
        self.instances[id.index()].config
    }

    /// What an instance is called.
    pub(crate) fn name(&self, id: StepId) -> &Arc<str> {
        &self.instances[id.index()].name
    }

    /// What the instance of a group that runs in passes is called, by the first of its steps.
    pub(crate) fn group(&self, leader: StepId) -> Option<&str> {
        self.groups.get(&leader).map(|name| &**name)
    }

    /// The instances of a step as it is written, in the order of the sweep.
    pub(crate) fn of(&self, written: StepId, sweeping: &Sweeping) -> impl Iterator<Item = StepId> + use<> {
        let (first, stride) = self.places[written.index()];
        let count = sweeping.projection(sweeping.flow.of_step(written)).len();
        (0..count).map(move |class| StepId(first + class * stride))
    }

    /// The instance of a step that goes with a configuration.
    pub(crate) fn step_for(&self, written: StepId, config: ConfigId, sweeping: &Sweeping) -> StepId {
        let (first, stride) = self.places[written.index()];
        StepId(first + sweeping.projection(sweeping.flow.of_step(written)).class(config) * stride)
    }

    /// The instances of a datum that an instance of a step uses: one, or all that it gathers.
    pub(crate) fn data_for(&self, written: DatumId, id: StepId, role: Role, sweeping: &Sweeping) -> Vec<DatumId> {
        let Instance { written: step, config, .. } = self.instances[id.index()];
        let flow = &sweeping.flow;
        let first = self.data[written.index()];
        let (axes, ended) = (flow.of_datum(written), flow.ended(step, written, role));
        if ended == 0 {
            return vec![DatumId(first + sweeping.projection(axes).class(config))];
        }
        let kept = axes & !ended;
        let class = sweeping.projection(kept).class(config);
        sweeping.gathered(axes, kept, class).iter().map(|class| DatumId(first + class)).collect()
    }

    /// The datum, as it is written, that an instance is one of, and which.
    pub(crate) fn written_datum(&self, datum: DatumId) -> (DatumId, u32) {
        // Data without instances have the same place as the one behind them, and there are none.
        let written = self.data.partition_point(|first| *first <= datum.0).saturating_sub(1);
        (DatumId(written as u32), datum.0 - self.data[written])
    }

    /// Returns for each instance the first of those that it runs in passes with; nothing, where no group has passes.
    fn add_instances(&mut self, pipeline: &Pipeline, written: &Links, sweeping: &Sweeping) -> Vec<StepId> {
        let mut leaders = Vec::new();
        self.places = vec![(0, 1); pipeline.steps.len()];
        for leader in written.steps().filter(|step| written.leader(*step) == *step) {
            let axes = sweeping.flow.of_step(leader);
            let block: Vec<StepId> = written.block(leader).collect();
            let passes = pipeline.steps[leader.index()].group.map(|group| &pipeline.groups[group]);
            let passes = passes.filter(|group| group.passes.is_some());
            let first = self.instances.len() as u32;
            for (offset, step) in block.iter().enumerate() {
                self.places[step.index()] = (first + offset as u32, block.len() as u32);
            }
            for config in sweeping.projection(axes).firsts() {
                let called = |name: &str| {
                    let mut name = name.to_owned();
                    push_name(&sweeping.space, axes, config, &mut name);
                    Arc::from(name)
                };
                let id = StepId(self.instances.len() as u32);
                if let Some(group) = passes {
                    self.groups.insert(id, called(&group.name.text));
                }
                for step in &block {
                    let name = called(&pipeline.steps[step.index()].name.text);
                    self.instances.push(Instance { written: *step, config, name });
                    if !written.leaders.is_empty() {
                        leaders.push(id);
                    }
                }
            }
        }
        leaders
    }

    /// Two units of one name would take each other's results for their own.
    fn tell_of_namesakes(&self, problems: &mut Problems) {
        let mut known: HashSet<&str> = HashSet::with_capacity(self.instances.len());
        let mut names = self.instances.iter().map(|instance| &instance.name).chain(self.groups.values());
        if let Some(name) = names.find(|name| !known.insert(name)) {
            problems.push(
                Problem::error("duplicate-step", format!("two units are named `{name}`"))
                    .help("rename the step, or give the value a label"),
            );
        }
    }

    /// What is told of the steps as they are written before, where only some configurations come to it: files that are made
    /// twice, or outside, or in the place of the task that makes them.
    fn tell_of_places(
        &self,
        pipeline: &Pipeline,
        (names, written, links): (&Names, &Links, &Links),
        sweeping: &Sweeping,
        world: &dyn World,
        problems: &mut Problems,
    ) {
        let mut first: Vec<Option<(StepId, DatumId, Span)>> = vec![None; links.data().len()];
        let mut told: HashSet<(StepId, Span)> = HashSet::default();
        for step in links.steps() {
            let program = &pipeline.steps[self.written(step).index()].program;
            let task = || {
                let Program::Task(task) = program else { return None };
                let values = Values { pipeline, config: Some((&sweeping.space, self.config(step))) };
                match names.scalar(values, task) {
                    Ok(Resolved::Text(path)) => Some((task.span, path)),
                    _ => None,
                }
            };
            for made in links.writes(step) {
                let datum = links.datum(made.datum);
                let canonical = datum.canonical;
                let own = written.datum(self.written_datum(made.datum).0).canonical;
                let (other, same, place) = *first[canonical.index()].get_or_insert((step, own, made.span));
                let name = self.name(step);
                let path = &made.path;
                let is_twice = place != made.span || other != step;
                let problem = if is_twice && !(same == own && self.written(other) == self.written(step)) {
                    let other = self.name(other);
                    let message = match name == other {
                        true => format!("`{name}` makes `{path}` twice"),
                        false => format!("both `{other}` and `{name}` make `{path}`"),
                    };
                    Problem::error("two-producers", message)
                        .at(made.span, format!("`{name}` makes it here"))
                        .at(place, format!("`{other}` makes it here"))
                        .help("each file is made by one step, once: give one of them another path")
                } else if let Location::Outside(outside) = &*datum.location
                    && matches!(*written.datum(self.written_datum(made.datum).0).location, Location::Inside(_))
                {
                    let message = format!("`{name}` makes `{path}`, outside the pipeline folder");
                    Problem::error("outside", message)
                        .at(made.span, format!("leads to {outside}"))
                        .help("a step makes files in the folder of its pipeline")
                } else if let Some((span, task)) = task()
                    && task.rsplit('/').next() == datum.location.as_str().rsplit('/').next()
                    && world.locate(&task) == *datum.location
                {
                    Problem::error("overwrites", format!("`{name}` makes `{path}`, which is its own task"))
                        .at(made.span, "made here")
                        .at(span, "run here")
                        .help("give what it makes another path")
                } else {
                    continue;
                };
                if told.insert((self.written(step), made.span)) {
                    problems.push(problem);
                }
            }
        }
    }
}

struct Expansion<'a> {
    pipeline: &'a Pipeline,
    names: &'a Names,
    written: &'a Links,
    sweeping: &'a Sweeping,
    maker: Maker<'a>,
    expanded: Expanded,
    problems: &'a mut Problems,
}

impl Expansion<'_> {
    fn data(&mut self) {
        for index in 0..self.written.data().len() as u32 {
            let id = DatumId(index);
            let first = self.maker.data.len() as u32;
            self.expanded.data.push(first);
            let datum = self.written.datum(id);
            let axes = self.sweeping.flow.of_datum(id);
            let is_made = self.written.producer(id).is_some();
            let may_meet = !is_made && self.written.parameter_of(id).is_some();
            let mut clash = None;
            for (class, config) in self.sweeping.projection(axes).firsts().enumerate() {
                let own = DatumId(first + class as u32);
                match &*datum.location {
                    Location::Answer(_) => self.answer(datum, config),
                    _ => {
                        let path = self.path(id, datum.url.as_deref().unwrap_or(&datum.path), config);
                        self.maker.datum(datum.name.clone(), &path, datum.span);
                    }
                }
                let canonical = self.maker.data[own.index()].canonical;
                if canonical != own && canonical.0 >= first && !may_meet {
                    clash.get_or_insert((canonical.0 - first, class as u32));
                }
            }
            if let Some((one, other)) = clash {
                self.tell_of_clash(id, one, other);
            }
        }
    }

    fn answer(&mut self, datum: &Datum, config: ConfigId) {
        let Some(step) = datum.producer else { return };
        let step = self.expanded.step_for(step, config, self.sweeping);
        let name = Arc::clone(self.expanded.name(step));
        self.maker.answer_of(step, name, datum.span);
    }

    /// The path of a datum in a configuration.
    fn path(&mut self, id: DatumId, path: &str, config: ConfigId) -> String {
        let Sweeping { space, flow, .. } = self.sweeping;
        if let Some(name) = self.written.parameter_of(id) {
            let values = Values { pipeline: self.pipeline, config: Some((space, config)) };
            if let Ok(Resolved::Text(text)) = self.names.named(values, name) {
                return text.into_owned();
            }
            let span = self.written.datum(id).span;
            self.problems.push(
                Problem::error("wrong-kind", format!("a path is expected here, and `${name}` is not always one"))
                    .at(span, "expected a path in every configuration"),
            );
            return path.to_owned();
        }
        if flow.is_named(id) { fill(path, space, config) } else { mark(path, space, flow.of_datum(id), config) }
    }

    fn tell_of_clash(&mut self, id: DatumId, one: u32, other: u32) {
        let Sweeping { space, flow, .. } = self.sweeping;
        let datum = self.written.datum(id);
        let axes = flow.of_datum(id);
        let projection = self.sweeping.projection(axes);
        let [one, other] = [one, other].map(|class| projection.first(class));
        let differing: Vec<usize> = (0..space.axes().len())
            .filter(|axis| axes & (1 << axis) != 0 && space.indices(one)[*axis] != space.indices(other)[*axis])
            .collect();
        let missing: Vec<String> = differing
            .iter()
            .filter(|axis| flow.is_named(id) && flow.named(id) & (1 << **axis) == 0)
            .map(|axis| format!("{{{}}}", space.axes()[*axis].name))
            .collect();
        let named = |config: ConfigId| {
            let axes = differing.iter().fold(0, |axes, axis| axes | 1 << axis);
            let mut name = String::new();
            push_name(space, axes, config, &mut name);
            name.trim_start_matches('@').to_owned()
        };
        let path = self.path(id, datum.url.as_deref().unwrap_or(&datum.path), one);
        let message = format!("`{}` and `{}` would both be `{path}`", named(one), named(other));
        let (label, help) = if missing.is_empty() {
            ("the values are written alike in paths", "rename one of the values, or give each a label".to_owned())
        } else {
            ("the path does not say which", format!("write {} in the path, too", missing.join(" and ")))
        };
        let span = self.pipeline.data.get(id.index()).map_or(datum.span, |node| node.path.span);
        self.problems.push(Problem::error("one-path", message).at(span, label).help(help));
    }

    /// Returns where the uses of each instance begin.
    fn uses(&mut self) -> Vec<u32> {
        let mut starts = Vec::with_capacity(self.expanded.instances.len() + 1);
        starts.push(0);
        for index in 0..self.expanded.instances.len() as u32 {
            let id = StepId(index);
            let Instance { written, config, .. } = self.expanded.instances[id.index()];
            for used in self.written.uses(written) {
                let data = self.expanded.data_for(used.datum, id, used.role, self.sweeping);
                let gathered = self.sweeping.flow.ended(written, used.datum, used.role) != 0;
                let is_plain = used.path == self.written.datum(used.datum).path;
                for datum in data {
                    // A step may spell a path in a way of its own.
                    let path = match is_plain || gathered {
                        true => Arc::clone(&self.maker.data[datum.index()].path),
                        false => self.path(used.datum, &used.path, config).into(),
                    };
                    self.maker.uses.push(Use { datum, path, gathered, ..used.clone() });
                }
            }
            starts.push(self.maker.uses.len() as u32);
        }
        starts
    }
}
