//! What is drawn as one card: folded groups, and branches that are alike.
//!
//! Steps are alike if they run the same, have the same keys, and what they read is the same or was made by steps that are
//! alike themselves; values, and sources that only one of them reads, may differ. So a search that was written out branch by
//! branch is one card for each of its stages.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};

use loom_spec::{Program, Scalar};

use super::Folding;
use super::model::{Flow, Model, What};
use crate::api::WireKind;

/// Which nodes are drawn as one.
pub(super) struct Fold {
    /// For each node the bundle that it is folded into.
    pub(super) bundle_of: Vec<Option<usize>>,
    /// What is one card.
    pub(super) bundles: Vec<Bundle>,
    /// The branches that are alike, folded or not, each with the steps as nodes.
    pub(super) branches: Vec<Branches>,
    /// For each node the branches that it is one of.
    pub(super) branches_of: Vec<Option<usize>>,
}

/// Nodes that are one card.
pub(super) struct Bundle {
    pub(super) what: Bundled,
    pub(super) members: Vec<usize>,
}

/// What a [`Bundle`] is, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bundled {
    Group(usize),
    Branches(usize),
}

/// Steps that are alike.
pub(super) struct Branches {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) steps: Vec<usize>,
    /// They are drawn one by one because somebody wants it so.
    pub(super) is_open: bool,
}

impl Fold {
    pub(super) fn new(model: &Model<'_>, folding: &Folding) -> Self {
        let branches = alike(model);
        let count = model.nodes.len();
        let mut branches_of = vec![None; count];
        for (at, branches) in branches.iter().enumerate() {
            branches.steps.iter().for_each(|step| branches_of[*step] = Some(at));
        }
        let mut fold = Self { bundle_of: vec![None; count], bundles: Vec::new(), branches, branches_of };
        fold.fold(model, folding, false);
        let hidden: usize = fold.bundles.iter().map(|bundle| bundle.members.len() - 1).sum();
        if count - hidden > Folding::MANY {
            (fold.bundle_of, fold.bundles) = (vec![None; count], Vec::new());
            fold.fold(model, folding, true);
        }
        for branches in &mut fold.branches {
            branches.is_open = folding.choice(&branches.id) == Some(false);
        }
        fold
    }

    /// Whether a group is one card.
    pub(super) fn is_folded(&self, group: usize) -> bool {
        self.bundles.iter().any(|bundle| bundle.what == Bundled::Group(group))
    }

    fn fold(&mut self, model: &Model<'_>, folding: &Folding, all: bool) {
        let mut folded_groups: HashMap<usize, usize> = HashMap::new();
        for step in &model.steps {
            let Some(group) = model.nodes[*step].group else { continue };
            let id = format!("group:{}", model.pipeline.groups[group].name.text);
            if !folded_groups.contains_key(&group) && folding.choice(&id).unwrap_or(all) {
                folded_groups.insert(group, self.bundles.len());
                self.bundles.push(Bundle { what: Bundled::Group(group), members: Vec::new() });
            }
        }
        for (at, node) in model.nodes.iter().enumerate() {
            self.bundle_of[at] = node.group.and_then(|group| folded_groups.get(&group).copied());
        }
        for at in 0..self.branches.len() {
            let branches = &self.branches[at];
            let by_itself = branches.steps.len() >= Folding::ALIKE || all;
            let is_hidden = branches.steps.iter().any(|step| self.bundle_of[*step].is_some());
            if !is_hidden && folding.choice(&branches.id).unwrap_or(by_itself) {
                for step in &self.branches[at].steps {
                    self.bundle_of[*step] = Some(self.bundles.len());
                }
                self.bundles.push(Bundle { what: Bundled::Branches(at), members: Vec::new() });
            }
        }
        self.take_along(model);
        for (at, bundle) in self.bundle_of.iter().enumerate() {
            if let Some(bundle) = bundle {
                self.bundles[*bundle].members.push(at);
            }
        }
    }

    /// What folded steps make goes with them, and so does what nobody else uses.
    fn take_along(&mut self, model: &Model<'_>) {
        for (at, owner) in owners(model, &self.bundle_of).into_iter().enumerate() {
            self.bundle_of[at] = self.bundle_of[at].or(owner);
        }
    }
}

/// Of data and parameters: what they go along with, where steps go as this says. Data go with what makes them, else, as
/// parameters do, with the one step that uses them: what several use is seen.
pub(super) fn owners(model: &Model<'_>, of_step: &[Option<usize>]) -> Vec<Option<usize>> {
    let is_step = |at: usize| matches!(model.nodes[at].what, What::Step(_));
    let mut owners: Vec<Option<usize>> = vec![None; model.nodes.len()];
    let mut is_known = vec![false; model.nodes.len()];
    for flow in model.flows.iter().filter(|flow| flow.kind == WireKind::Output) {
        owners[flow.to] = of_step[flow.from];
        is_known[flow.to] = true;
    }
    let mut user = vec![None; model.nodes.len()];
    for flow in model.flows.iter().filter(|flow| !is_step(flow.from)) {
        if is_known[flow.from] {
            continue;
        }
        let is_only = *user[flow.from].get_or_insert(flow.to) == flow.to;
        owners[flow.from] = of_step[flow.to].filter(|_| is_only && is_step(flow.to));
        is_known[flow.from] = !is_only;
    }
    owners
}

/// The steps that are alike, two or more at a time, by the first of them.
pub(super) fn alike(model: &Model<'_>) -> Vec<Branches> {
    let signatures = signatures(model);
    let mut classes: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for step in &model.steps {
        if model.step(*step).is_some_and(|(_, step)| can_fold(model, step)) {
            classes.entry(signatures[*step]).or_default().push(*step);
        }
    }
    let mut classes: Vec<Vec<usize>> = classes.into_values().filter(|steps| steps.len() > 1).collect();
    classes.sort_unstable();
    let branches = classes.into_iter().map(|steps| {
        let names: Vec<&str> = steps.iter().map(|step| model.name(*step)).collect();
        Branches { id: format!("fold:{}", names[0]), label: common(&names), steps, is_open: false }
    });
    branches.collect()
}

fn can_fold(model: &Model<'_>, step: &loom_spec::Step) -> bool {
    let in_passes = step.group.is_some_and(|group| model.pipeline.groups[group].passes.is_some());
    !in_passes && matches!(step.program, Program::Task(_) | Program::Words(_) | Program::Shell(_))
}

/// What names begin with together, without what parts words; the first one, if that is next to nothing.
fn common(names: &[&str]) -> String {
    let first = names[0];
    let shared = names.iter().map(|name| first.chars().zip(name.chars()).take_while(|(a, b)| a == b).count()).min();
    let shared: String = first.chars().take(shared.unwrap_or(0)).collect();
    let shared = shared.trim_end_matches(|c: char| !c.is_alphabetic());
    if shared.chars().count() < 3 { first.to_owned() } else { shared.to_owned() }
}

/// A number for each node that is the same for nodes that are alike.
fn signatures(model: &Model<'_>) -> Vec<u64> {
    let count = model.nodes.len();
    let mut into: Vec<Vec<&Flow>> = vec![Vec::new(); count];
    let mut waiting = vec![0usize; count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut readers = vec![0usize; count];
    for flow in &model.flows {
        readers[flow.from] += 1;
        // Values may differ.
        if !matches!(flow.kind, WireKind::Parameter | WireKind::Feedback) {
            into[flow.to].push(flow);
            after[flow.from].push(flow.to);
            waiting[flow.to] += 1;
        }
    }
    let mut signatures: Vec<u64> = (0..count as u64).collect();
    let mut ready: Vec<usize> = (0..count).filter(|at| waiting[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        let mut hasher = DefaultHasher::new();
        base(model, at, readers[at], into[at].is_empty(), &mut hasher);
        for flow in &into[at] {
            (signatures[flow.from], &flow.from_port, &flow.to_port).hash(&mut hasher);
        }
        signatures[at] = hasher.finish();
        for next in &after[at] {
            waiting[*next] -= 1;
            if waiting[*next] == 0 {
                ready.push(*next);
            }
        }
    }
    signatures
}

/// What a node is, apart from what leads to it.
fn base(model: &Model<'_>, at: usize, readers: usize, is_source: bool, hasher: &mut DefaultHasher) {
    let node = &model.nodes[at];
    let Some((_, step)) = model.step(at) else {
        if is_source && readers != 1 {
            node.id.hash(hasher);
        }
        return;
    };
    let masked = |scalar: &Scalar, hasher: &mut DefaultHasher| match scalar.reference() {
        Some(_) => "$".hash(hasher),
        None => scalar.text.hash(hasher),
    };
    match &step.program {
        Program::Task(task) => (0, &task.text).hash(hasher),
        Program::Shell(line) => (1, &line.text).hash(hasher),
        Program::Words(words) => {
            words.len().hash(hasher);
            words.iter().for_each(|word| masked(word, hasher));
        }
        Program::Condition(_) | Program::Switch(_) => node.id.hash(hasher),
    }
    for entries in [&step.inputs, &step.outputs, &step.args, &step.env] {
        entries.len().hash(hasher);
        entries.iter().for_each(|entry| entry.key.text.hash(hasher));
    }
    (node.group, step.each.is_some(), step.gather.is_some(), step.optional, step.disabled).hash(hasher);
}
