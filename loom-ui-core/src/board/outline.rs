//! Everything, folded or not, as a list with depths: the board for those who do not look at it.

use loom_graph::StepId;

use super::cards::program_text;
use super::fold::{Bundled, Fold};
use super::model::{Model, What};
use super::ports::value_text;
use crate::api::{CardKind, OutlineItem, Parameter, WireKind};

/// Groups, in them branches that are alike, in them steps, below each what it makes; then the parameters, then the data that no
/// step makes.
pub(super) fn outline(model: &Model<'_>, fold: &Fold) -> Vec<OutlineItem> {
    let mut maker = Maker { model, fold, items: Vec::new(), made: vec![Vec::new(); model.nodes.len()] };
    let mut is_made = vec![false; model.nodes.len()];
    for flow in model.flows.iter().filter(|flow| flow.kind == WireKind::Output) {
        if !std::mem::replace(&mut is_made[flow.to], true) {
            maker.made[flow.from].push(flow.to);
        }
    }
    maker.steps();
    for at in &model.parameters {
        maker.node(*at, 0);
    }
    let sources = (0..model.nodes.len()).filter(|at| matches!(model.nodes[*at].what, What::Data(..)) && !is_made[*at]);
    for at in sources {
        maker.node(at, 0);
    }
    maker.items
}

/// The parameters, in file order.
pub(super) fn parameters(model: &Model<'_>) -> Vec<Parameter> {
    let parameters = model.pipeline.parameters.iter().zip(&model.parameters).zip(&model.uses);
    parameters
        .map(|((parameter, node), uses)| Parameter {
            id: model.nodes[*node].id.clone(),
            name: parameter.name.text.to_string(),
            value: value_text(&parameter.value),
            saved: None,
            uses: *uses,
            line: model.line(parameter.name.span),
        })
        .collect()
}

struct Maker<'m, 'a> {
    model: &'m Model<'a>,
    fold: &'m Fold,
    items: Vec<OutlineItem>,
    /// What each step makes.
    made: Vec<Vec<usize>>,
}

impl Maker<'_, '_> {
    fn steps(&mut self) {
        let (model, fold) = (self.model, self.fold);
        let mut group_is_done = vec![false; model.pipeline.groups.len()];
        let mut in_group: Vec<Vec<usize>> = vec![Vec::new(); model.pipeline.groups.len()];
        for step in &model.steps {
            if let Some(group) = model.nodes[*step].group {
                in_group[group].push(*step);
            }
        }
        let mut branches_are_done = vec![false; fold.branches.len()];
        for step in &model.steps {
            match model.nodes[*step].group {
                Some(group) if !std::mem::replace(&mut group_is_done[group], true) => {
                    self.group(group);
                    for step in &in_group[group] {
                        self.step(*step, 1, &mut branches_are_done);
                    }
                }
                Some(_) => {}
                None => self.step(*step, 0, &mut branches_are_done),
            }
        }
    }

    fn group(&mut self, group: usize) {
        let (model, written) = (self.model, &self.model.pipeline.groups[group]);
        let id = format!("group:{}", written.name.text);
        let passes = written.passes.as_ref().map(loom_spec::MultiPass::pass_count);
        self.items.push(OutlineItem {
            card: self.fold.is_folded(group).then(|| id.clone()),
            id,
            kind: CardKind::Group,
            label: written.name.text.to_string(),
            sub: passes.map(|count| format!("{count} passes")),
            depth: 0,
            problem: model.group_severities[group],
            line: model.line(written.name.span),
        });
    }

    /// A step; with it the others that are like it, which the first of them stands for.
    fn step(&mut self, step: usize, depth: usize, branches_are_done: &mut [bool]) {
        let Some(at) = self.fold.branches_of[step] else { return self.one_step(step, depth) };
        if std::mem::replace(&mut branches_are_done[at], true) {
            return;
        }
        let branches = &self.fold.branches[at];
        let is_folded = self.fold.bundles.iter().any(|bundle| bundle.what == Bundled::Branches(at));
        let outer = self.fold.bundle_of[branches.steps[0]].filter(|_| !is_folded);
        self.items.push(OutlineItem {
            id: branches.id.clone(),
            card: if is_folded { Some(branches.id.clone()) } else { outer.map(|outer| self.bundle_id(outer)) },
            kind: CardKind::Branches,
            label: format!("{} ×{}", branches.label, branches.steps.len()),
            sub: None,
            depth,
            problem: None,
            line: self.line(branches.steps[0]),
        });
        for step in &branches.steps {
            self.one_step(*step, depth + 1);
        }
    }

    fn one_step(&mut self, step: usize, depth: usize) {
        self.node(step, depth);
        for made in std::mem::take(&mut self.made[step]) {
            self.node(made, depth + 1);
        }
    }

    fn node(&mut self, at: usize, depth: usize) {
        let (model, node) = (self.model, &self.model.nodes[at]);
        let (kind, sub) = match node.what {
            What::Parameter(index) => (CardKind::Parameter, value_text(&model.pipeline.parameters[index].value)),
            What::Data(_, index) => (
                CardKind::Data,
                index.map_or_else(String::new, |index| model.pipeline.data[index].path.text.to_string()),
            ),
            What::Step(StepId(index)) => {
                let step = &model.pipeline.steps[index as usize];
                (super::cards::step_kind(step), program_text(step))
            }
        };
        let card = self.fold.bundle_of[at].map_or_else(|| node.id.clone(), |bundle| self.bundle_id(bundle));
        self.items.push(OutlineItem {
            id: node.id.clone(),
            card: Some(card),
            kind,
            label: model.name(at).to_owned(),
            sub: (!sub.is_empty()).then_some(sub),
            depth,
            problem: model.severities[at],
            line: self.line(at),
        });
    }

    fn bundle_id(&self, bundle: usize) -> String {
        match self.fold.bundles[bundle].what {
            Bundled::Group(group) => format!("group:{}", self.model.pipeline.groups[group].name.text),
            Bundled::Branches(branches) => self.fold.branches[branches].id.clone(),
        }
    }

    fn line(&self, node: usize) -> usize {
        self.model.line(self.model.nodes[node].name_span)
    }
}
