//! Which card a unit belongs to, by its name.

use std::collections::HashMap;
use std::sync::Arc;

use loom_graph::{Checked, StepGraph, StepId};

/// The units that a pipeline can have: which step each is of. Units of a run of long ago may be of none that there still is;
/// then their names are taken for what they look like.
#[derive(Debug, Default)]
pub struct Units {
    graph: Option<Arc<StepGraph>>,
    /// By the name of a step, or of an instance.
    steps: HashMap<Arc<str>, StepId>,
    /// By the name of a group that runs in passes, and of its instances: the first step.
    groups: HashMap<Arc<str>, StepId>,
    /// The steps of such groups: `GROUP/STEP`.
    in_passes: HashMap<String, StepId>,
    /// The ids of the cards of the steps as they are written, by name.
    cards: HashMap<Arc<str>, Arc<str>>,
    /// The same, by step of the graph.
    of_step: HashMap<StepId, Arc<str>>,
}

/// What a unit is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Step(StepId),
    /// A group that runs in passes, by its first step.
    Group(StepId),
}

impl Units {
    /// Those of a pipeline.
    ///
    /// ```
    /// let text = "
    /// sweep: {axes: {rate: [0.1, 0.2]}}
    /// data: {model: {type: txt, path: 'model-{rate}.txt'}}
    /// pipeline:
    ///   - {name: train, command: [train, $rate], outputs: {-o: $model}}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let units = loom_ui_core::runs::Units::of(&loom_graph::check(parsed, &loom_graph::OnPaper));
    /// assert_eq!(&*units.card("train@rate=0.2"), "step:train");
    /// assert_eq!(&*units.card("gone/a.txt"), "step:gone");
    /// ```
    pub fn of(checked: &Checked) -> Self {
        let card = |name: &Arc<str>| (Arc::clone(name), Arc::from(format!("step:{name}")));
        let cards: HashMap<Arc<str>, Arc<str>> =
            checked.pipeline.steps.iter().map(|step| card(&step.name.text)).collect();
        let mut units = Self { cards, ..Self::default() };
        let Some(graph) = &checked.expanded else { return units };
        for step in graph.links().steps() {
            let own = &graph.step(step).name.text;
            let card = units.cards.get(own).map_or_else(|| Arc::from(format!("step:{own}")), Arc::clone);
            units.of_step.insert(step, card);
            match graph.group(step) {
                None => {
                    units.steps.insert(Arc::clone(graph.name(step)), step);
                }
                Some((group, _)) => {
                    units.groups.entry(group.into()).or_insert_with(|| graph.links().leader(step));
                    units.in_passes.insert(format!("{group}/{own}"), step);
                }
            }
        }
        units.graph = Some(Arc::clone(graph));
        units
    }

    /// The graph of what runs, if the pipeline has one.
    pub(super) fn graph(&self) -> Option<&Arc<StepGraph>> {
        self.graph.as_ref()
    }

    /// The id of the card of a unit: of its step, or, of what holds the passes of a group together, of the group.
    pub fn card(&self, unit: &str) -> Arc<str> {
        match self.find(unit) {
            Some(Of::Step(step)) => self.card_of(step),
            Some(Of::Group(step)) => match self.graph.as_ref().and_then(|graph| group_name(graph, step)) {
                Some(group) => format!("group:{group}").into(),
                None => self.card_of(step),
            },
            None => self.guess(unit),
        }
    }

    /// The id of the card of a step of the graph of what runs.
    pub(super) fn card_of(&self, step: StepId) -> Arc<str> {
        self.of_step.get(&step).map_or_else(|| Arc::from(""), Arc::clone)
    }

    /// The id of the card of a step as it is written.
    pub(super) fn card_of_written(&self, name: &str) -> Arc<str> {
        self.cards.get(name).map_or_else(|| format!("step:{name}").into(), Arc::clone)
    }

    /// The step that a unit is of, in the graph of what runs; of what holds passes together, the first one.
    pub(super) fn step(&self, unit: &str) -> Option<StepId> {
        self.find(unit).map(|found| match found {
            Of::Step(step) | Of::Group(step) => step,
        })
    }

    fn find(&self, unit: &str) -> Option<Of> {
        if let Some(step) = self.steps.get(unit) {
            return Some(Of::Step(*step));
        }
        if let Some(group) = self.groups.get(unit) {
            return Some(Of::Group(*group));
        }
        if let Some((before, pass)) = unit.rsplit_once('#')
            && pass.bytes().all(|byte| byte.is_ascii_digit())
        {
            let step = self.in_passes.get(before).map(|step| Of::Step(*step));
            if let Some(found) = step.or_else(|| self.groups.get(before).map(|step| Of::Group(*step))) {
                return Some(found);
            }
        }
        // A file of a loop may have a slash in its name no more than a step may, but the value of an axis may.
        let loops = unit.rmatch_indices('/').filter_map(|(at, _)| self.steps.get(&unit[..at]));
        loops.copied().map(Of::Step).next()
    }

    /// By what it looks like.
    fn guess(&self, unit: &str) -> Arc<str> {
        let whole = unit.rsplit_once('#').map_or(unit, |(before, _)| before);
        let before = whole.split_once(['@', '/']).map_or(whole, |(before, _)| before);
        let behind = whole.rsplit_once('/').map_or(whole, |(_, behind)| behind);
        let known = [before, behind].into_iter().find_map(|name| self.cards.get(name));
        known.map_or_else(|| format!("step:{before}").into(), Arc::clone)
    }
}

/// The name, as it is written, of the group that a step stands in.
fn group_name(graph: &StepGraph, step: StepId) -> Option<&str> {
    let group = graph.step(step).group?;
    Some(&graph.pipeline().groups[group].name.text)
}
