//! Which steps a selection asks for, by their names and by those of their units.

use std::sync::Arc;

use foldhash::HashMap;
use loom_spec::{Pipeline, Problem, Step, Suggest};

use super::{LeftOut, Selection, Target};
use crate::graph::{Checked, StepGraph};
use crate::links::{DatumId, StepId};
use crate::names::Values;
use crate::sweep::matches_all;

/// What may be chosen from, by index.
#[derive(Clone, Copy)]
pub(super) struct Nodes<'a> {
    pub(super) pipeline: &'a Pipeline,
    /// The graph of what runs, whose nodes these are; without it, they are the steps of the pipeline.
    pub(super) graph: Option<&'a StepGraph>,
}

impl<'a> Nodes<'a> {
    pub(super) fn len(self) -> usize {
        self.graph.map_or(self.pipeline.steps.len(), |graph| graph.links().step_count())
    }

    pub(super) fn step(self, node: usize) -> &'a Step {
        self.graph.map_or_else(|| &self.pipeline.steps[node], |graph| graph.step(StepId(node as u32)))
    }

    pub(super) fn name(self, node: usize) -> &'a Arc<str> {
        self.graph.map_or_else(|| &self.pipeline.steps[node].name.text, |graph| graph.name(StepId(node as u32)))
    }

    pub(super) fn values(self, node: usize) -> Values<'a> {
        self.graph.map_or_else(|| Values::from(self.pipeline), |graph| graph.values(StepId(node as u32)))
    }

    /// Those of a step as it is written.
    fn of(self, written: usize) -> Vec<usize> {
        let instances = |graph: &StepGraph| graph.instances(StepId(written as u32));
        self.graph.map_or_else(|| vec![written], |graph| instances(graph).into_iter().map(StepId::index).collect())
    }

    /// Whether a node has these values of its axes, as they are written behind the name of a step.
    fn has_values(self, node: usize, values: &str) -> bool {
        let Some(graph) = self.graph else { return false };
        let configuration = graph.configuration(StepId(node as u32));
        !configuration.is_empty() && matches_all(values, &configuration)
    }
}

/// A selection being worked out: for every node, why it is left out, if it is.
pub(super) struct Choice<'a> {
    pipeline: &'a Pipeline,
    nodes: Nodes<'a>,
    selection: &'a Selection,
    problems: &'a mut Vec<Problem>,
    pub(super) chosen: Vec<Option<LeftOut>>,
    included: Vec<bool>,
    pub(super) items: HashMap<StepId, Vec<String>>,
}

impl<'a> Choice<'a> {
    pub(super) fn new(checked: &'a Checked, selection: &'a Selection, problems: &'a mut Vec<Problem>) -> Self {
        let nodes = checked.nodes();
        Self {
            pipeline: &checked.pipeline,
            nodes,
            selection,
            problems,
            chosen: vec![Some(LeftOut::NotSelected); nodes.len()],
            included: vec![false; nodes.len()],
            items: HashMap::default(),
        }
    }

    pub(super) fn run(&mut self) {
        let selection = self.selection;
        for node in self.named("--include", selection.include.iter().map(String::as_str)) {
            self.included[node] = true;
        }
        match &selection.target {
            Target::All => (0..self.chosen.len()).for_each(|step| self.choose_unless_set_aside(step)),
            Target::Steps(names) => {
                let (items, names): (Vec<&String>, Vec<&String>) =
                    names.iter().partition(|name| !self.items_of_loops(name).is_empty());
                for step in self.named("--step", names.iter().map(|name| name.as_str())) {
                    self.chosen[step] = None;
                }
                let items: Vec<(usize, &str)> = items.into_iter().flat_map(|name| self.items_of_loops(name)).collect();
                for (step, item) in items {
                    // A loop that was named itself runs as a whole.
                    if self.chosen[step].take().is_some() || self.items.contains_key(&StepId(step as u32)) {
                        self.items.entry(StepId(step as u32)).or_default().push(item.to_owned());
                    }
                }
            }
            Target::Groups(names) => self.choose_groups(names),
            Target::Between { from, to } => self.choose_between(from, to),
        }
    }

    fn choose_unless_set_aside(&mut self, index: usize) {
        let step = self.nodes.step(index);
        if self.runs_in_passes(step) {
            self.chosen[index] = None;
            return;
        }
        self.chosen[index] = match (step.disabled, step.optional) {
            (true, _) => Some(LeftOut::Disabled),
            (false, true) if !self.included[index] => Some(LeftOut::Optional),
            (false, _) => None,
        };
    }

    fn choose_groups(&mut self, names: &[String]) {
        for name in names {
            let groups = &self.pipeline.groups;
            if !groups.iter().any(|group| *group.name.text == **name) {
                let known = groups.iter().map(|group| &*group.name.text);
                let near = self.is_step(name).then(|| format!("`{name}` is a step: select it with `--step {name}`"));
                let near = near.or_else(|| Suggest::default().did_you_mean(name, known));
                self.problems.push(
                    Problem::error("unknown-group", format!("no group is named `{name}` (`--group`)"))
                        .help(near.unwrap_or_else(|| listed("groups", groups.iter().map(|group| &*group.name.text)))),
                );
            }
        }
        for index in 0..self.chosen.len() {
            let group = self.nodes.step(index).group.map(|group| &*self.pipeline.groups[group].name.text);
            if group.is_some_and(|group| names.iter().any(|name| name == group)) {
                self.chosen[index] = None;
            }
        }
    }

    fn choose_between(&mut self, from: &[String], to: &[String]) {
        let starts = self.named("--from", from.iter().map(String::as_str));
        let ends = self.named("--to", to.iter().map(String::as_str));
        // A broken pipeline has no downstream; what else is wrong is found for the named steps alone.
        let behind = self.nodes.graph.filter(|_| !from.is_empty()).map(|graph| reach(graph, &starts, StepGraph::after));
        let before = self.nodes.graph.filter(|_| !to.is_empty()).map(|graph| reach(graph, &ends, StepGraph::before));
        if self.nodes.graph.is_some() {
            for index in 0..self.chosen.len() {
                let inside = |reached: &Option<Vec<bool>>| reached.as_ref().is_none_or(|reached| reached[index]);
                if inside(&behind) && inside(&before) {
                    self.choose_unless_set_aside(index);
                }
            }
        }
        for step in starts.into_iter().chain(ends) {
            let inside = |reached: &Option<Vec<bool>>| reached.as_ref().is_none_or(|reached| reached[step]);
            if inside(&behind) && inside(&before) {
                self.chosen[step] = None;
            }
        }
    }

    fn runs_in_passes(&self, step: &Step) -> bool {
        step.group.is_some_and(|group| self.pipeline.groups[group].passes.is_some())
    }

    /// The steps, as they are written, of the group of this name that run in passes, which go by its name.
    fn in_passes(&self, name: &str) -> Vec<usize> {
        let group = self.pipeline.groups.iter().position(|group| group.passes.is_some() && *group.name.text == *name);
        let steps = self.pipeline.steps.iter().enumerate();
        steps.filter(|(_, step)| group.is_some() && step.group == group).map(|(index, _)| index).collect()
    }

    /// The loops and the file that the name of a unit is made of, unless it is that of a step.
    fn items_of_loops<'n>(&self, name: &'n str) -> Vec<(usize, &'n str)> {
        if self.is_step(name) {
            return Vec::new();
        }
        let loops = (0..self.nodes.len()).filter(|node| self.nodes.step(*node).each.is_some());
        let behind = |step: &str| name.strip_prefix(step)?.strip_prefix('/').filter(|item| !item.is_empty());
        let found = loops.filter_map(|node| {
            let item = behind(self.nodes.name(node)).or_else(|| behind(&self.nodes.step(node).name.text))?;
            Some((node, item))
        });
        found.collect()
    }

    fn is_step(&self, name: &str) -> bool {
        self.pipeline.steps.iter().any(|step| *step.name.text == *name)
    }

    /// The nodes of the steps, as they are written, that a name stands for.
    fn of_name(&self, name: &str) -> Vec<usize> {
        let step = self.pipeline.steps.iter().position(|step| *step.name.text == *name);
        let step = step.filter(|index| !self.runs_in_passes(&self.pipeline.steps[*index]));
        let steps = step.map_or_else(|| self.in_passes(name), |step| vec![step]);
        steps.into_iter().flat_map(|step| self.nodes.of(step)).collect()
    }

    /// The nodes that have the values which stand behind the name of a step: all of its axes, or some. The error says what is
    /// wrong with them; none, if the name does not begin with that of a step.
    fn of_values(&self, name: &str) -> Option<Result<Vec<usize>, Problem>> {
        let graph = self.nodes.graph.filter(|graph| graph.space().is_some())?;
        let mut signs = name.match_indices('@').map(|(at, _)| (&name[..at], &name[at + 1..]));
        let (step, values, nodes) = signs.find_map(|(step, values)| {
            let nodes = self.of_name(step);
            (!nodes.is_empty()).then_some((step, values, nodes))
        })?;
        let found: Vec<usize> = nodes.iter().copied().filter(|node| self.nodes.has_values(*node, values)).collect();
        if !found.is_empty() {
            return Some(Ok(found));
        }
        // What runs in passes goes by the name of its group.
        let group = |node: usize| graph.group(StepId(node as u32)).map(|(name, _)| name);
        let mut names: Vec<&str> = nodes.iter().map(|node| group(*node).unwrap_or(self.nodes.name(*node))).collect();
        names.dedup();
        let near =
            (names.len() <= LOOKED_THROUGH).then(|| Suggest::default().did_you_mean(name, names.iter().copied()));
        let help = match (near.flatten(), graph.axes(StepId(nodes[0] as u32)).is_empty()) {
            (_, true) => format!("no axis of the sweep concerns it: select it with `{step}`"),
            (Some(near), _) => near,
            (None, _) => listed("units", names.into_iter()),
        };
        Some(Err(Problem::error("unknown-step", format!("`{step}` has no unit with `{values}`")).help(help)))
    }

    /// The nodes that an option names.
    fn named<'n>(&mut self, option: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            let steps = &self.pipeline.steps;
            let nodes = self.of_name(name);
            if !nodes.is_empty() {
                found.extend(nodes);
                continue;
            }
            match self.of_values(name) {
                Some(Ok(nodes)) => {
                    found.extend(nodes);
                    continue;
                }
                Some(Err(problem)) => {
                    let message = format!("{} (`{option}`)", problem.message);
                    self.problems.push(Problem { message, ..problem });
                    continue;
                }
                None => {}
            }
            let written = name.split_once('@').map_or(name, |(step, _)| step);
            let step = steps.iter().find(|step| *step.name.text == *name);
            let step = step.or_else(|| steps.iter().find(|step| *step.name.text == *written));
            if let Some(group) = step.filter(|step| self.runs_in_passes(step)).and_then(|step| step.group) {
                let group = &self.pipeline.groups[group].name.text;
                self.problems.push(
                    Problem::error(
                        "unknown-step",
                        format!("`{name}` runs only in the passes of `{group}` (`{option}`)"),
                    )
                    .help(format!("select them all: `{option} {group}`")),
                );
                continue;
            }
            // What runs in passes goes by the name of its group.
            let single = || steps.iter().filter(|step| !self.runs_in_passes(step));
            let passes = || self.pipeline.groups.iter().filter(|group| group.passes.is_some());
            let known = || single().map(|step| &*step.name.text).chain(passes().map(|group| &*group.name.text));
            let is_group = self.pipeline.groups.iter().any(|group| *group.name.text == *name);
            let near = is_group.then(|| format!("`{name}` is a group: select it with `--group {name}`"));
            let near = near.or_else(|| Suggest::default().did_you_mean(name, known()));
            let near = near.or_else(|| Suggest::default().did_you_mean(written, known()));
            self.problems.push(
                Problem::error("unknown-step", format!("no step is named `{name}` (`{option}`)"))
                    .help(near.unwrap_or_else(|| listed("steps", known()))),
            );
        }
        found
    }
}

/// Among how many names the nearest one is looked for.
const LOOKED_THROUGH: usize = 1000;

/// `the steps are: a, b, c`, cut where that would fill the screen.
fn listed<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    match names.len() {
        0 => format!("the pipeline has no {what}"),
        n if n > SHOWN => format!("the {what} are: {}, and {} more", names[..SHOWN].join(", "), n - SHOWN),
        _ => format!("the {what} are: {}", names.join(", ")),
    }
}

/// All steps that can be reached from some, those included.
fn reach(
    graph: &StepGraph,
    starts: &[usize],
    neighbours: impl Fn(&StepGraph, StepId) -> Vec<(StepId, DatumId)>,
) -> Vec<bool> {
    let mut reached = vec![false; graph.links().step_count()];
    let mut open: Vec<StepId> = starts.iter().map(|index| StepId(*index as u32)).collect();
    while let Some(step) = open.pop() {
        if !std::mem::replace(&mut reached[step.index()], true) {
            open.extend(neighbours(graph, step).into_iter().map(|(other, _)| other));
            open.extend(graph.links().block(step).filter(|other| *other != step));
        }
    }
    reached
}
