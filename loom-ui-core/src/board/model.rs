//! Every node of a pipeline and everything that flows between them, folded or not.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use loom_graph::{Checked, DatumId, Links, Location, StepGraph, StepId};
use loom_spec::{Data, Pipeline, Program, Source, Span, Step, TaskInterface};

use super::Interfaces;
use super::wiring::{Wired, wire};
use crate::api::{Severity, WireKind};

/// A pipeline as nodes and flows.
pub(super) struct Model<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) links: &'a Links,
    pub(super) graph: Option<&'a StepGraph>,
    /// Along the data: what a step uses, the step, what it makes.
    pub(super) nodes: Vec<Node>,
    pub(super) flows: Vec<Flow>,
    /// The nodes of the steps.
    pub(super) steps: Vec<usize>,
    /// The node of each parameter.
    pub(super) parameters: Vec<usize>,
    /// The node of each datum: that of the first one of its place.
    pub(super) data: Vec<Option<usize>>,
    /// How often each parameter is referred to.
    pub(super) uses: Vec<usize>,
    /// What the tasks of the steps say of themselves.
    pub(super) interfaces: Vec<Option<Arc<TaskInterface>>>,
    /// For each of [`Pipeline::groups`] the first one of its name: groups of one name are one.
    pub(super) groups: Vec<usize>,
    /// The worst problem in each node.
    pub(super) severities: Vec<Option<Severity>>,
    /// The worst problem in each group that is in no node of it.
    pub(super) group_severities: Vec<Option<Severity>>,
    /// The places of the nodes, by where they begin.
    places: Vec<(Span, usize)>,
    /// Where the lines of the file begin.
    lines: Vec<u32>,
}

/// A step, a datum or a parameter.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) id: String,
    pub(super) what: What,
    /// The group that it stands in: that of a step; of data that of their maker, else that of all that read them.
    pub(super) group: Option<usize>,
    /// Its piece of the file.
    pub(super) span: Span,
    /// Where it is named.
    pub(super) name_span: Span,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// By its index.
    Parameter(usize),
    /// A datum; where it is a data node, that by its index.
    Data(DatumId, Option<usize>),
    Step(StepId),
}

/// Something flows from a port of a node to one of another.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) from: usize,
    pub(super) from_port: String,
    pub(super) to: usize,
    pub(super) to_port: String,
    pub(super) kind: WireKind,
}

impl<'a> Model<'a> {
    pub(super) fn new(checked: &'a Checked, source: &Source, interfaces: &Interfaces<'_>) -> Self {
        let pipeline = &*checked.pipeline;
        let mut first = HashMap::new();
        let groups = pipeline.groups.iter().enumerate();
        let groups: Vec<usize> = groups.map(|(at, group)| *first.entry(&*group.name.text).or_insert(at)).collect();
        let interface = |step: &Step| match &step.program {
            Program::Task(task) => interfaces(&task.text),
            _ => None,
        };
        let mut model = Self {
            pipeline,
            links: &checked.links,
            graph: checked.graph.as_deref(),
            nodes: Vec::new(),
            flows: Vec::new(),
            steps: Vec::new(),
            parameters: Vec::new(),
            data: vec![None; checked.links.data().len()],
            uses: Vec::new(),
            interfaces: pipeline.steps.iter().map(interface).collect(),
            group_severities: vec![None; groups.len()],
            groups,
            severities: Vec::new(),
            places: Vec::new(),
            lines: std::iter::once(0).chain(source.text().match_indices('\n').map(|(at, _)| at as u32 + 1)).collect(),
        };
        model.add_nodes();
        let Wired { flows, uses } = wire(&model);
        (model.flows, model.uses) = (flows, uses);
        model.put_in_order();
        model.group_the_others();
        model.note_problems(checked);
        model
    }

    fn add_nodes(&mut self) {
        let (pipeline, links) = (self.pipeline, self.links);
        let mut ids = HashSet::new();
        for (at, parameter) in pipeline.parameters.iter().enumerate() {
            let (name, value) = (&parameter.name, parameter.value.span());
            self.parameters.push(self.nodes.len());
            self.nodes.push(Node {
                id: unique(&mut ids, &format!("param:{}", name.text)),
                what: What::Parameter(at),
                group: None,
                span: Span { start: name.span.start, end: value.end.max(name.span.end) },
                name_span: name.span,
            });
        }
        for (at, datum) in links.data().iter().enumerate() {
            let node = pipeline.data.get(at);
            let is_another = datum.canonical.index() != at;
            if matches!(*datum.location, Location::Answer(_)) || is_another && node.is_none() {
                self.data[at] = self.data.get(datum.canonical.index()).copied().flatten();
                continue;
            }
            let canonical = is_another.then(|| self.data[datum.canonical.index()]).flatten();
            self.data[at] = canonical.or(Some(self.nodes.len()));
            let (id, span, name_span) = match node {
                Some(data) => (format!("data:{}", data.name.text), span_of_data(data), data.name.span),
                None => (format!("path:{}", datum.path), datum.span, datum.span),
            };
            let what = What::Data(DatumId(at as u32), node.map(|_| at));
            self.nodes.push(Node { id: unique(&mut ids, &id), what, group: None, span, name_span });
        }
        for (at, step) in pipeline.steps.iter().enumerate() {
            self.steps.push(self.nodes.len());
            self.nodes.push(Node {
                id: unique(&mut ids, &format!("step:{}", step.name.text)),
                what: What::Step(StepId(at as u32)),
                group: step.group.map(|group| self.groups[group]),
                span: step.span,
                name_span: step.name.span,
            });
        }
    }

    /// Puts the nodes in the order in which the file speaks of them: each step between what it uses and what it makes.
    fn put_in_order(&mut self) {
        let count = self.nodes.len();
        let mut leads_to: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut comes_from: Vec<Vec<usize>> = vec![Vec::new(); count];
        for flow in self.flows.iter().filter(|flow| flow.kind != WireKind::Feedback) {
            leads_to[flow.from].push(flow.to);
            comes_from[flow.to].push(flow.from);
        }
        let is_step = |at: usize| matches!(self.nodes[at].what, What::Step(_));
        let mut order = Vec::with_capacity(count);
        let mut taken = vec![false; count];
        let mut take = |at: usize, order: &mut Vec<usize>| {
            if !std::mem::replace(&mut taken[at], true) {
                order.push(at);
            }
        };
        for step in &self.steps {
            for from in comes_from[*step].iter().filter(|from| !is_step(**from)) {
                take(*from, &mut order);
            }
            take(*step, &mut order);
            for to in leads_to[*step].iter().filter(|to| !is_step(**to)) {
                take(*to, &mut order);
            }
        }
        for at in 0..count {
            take(at, &mut order);
        }
        let mut place = vec![0; count];
        for (new, old) in order.iter().enumerate() {
            place[*old] = new;
        }
        self.nodes = order.iter().map(|old| self.nodes[*old].clone()).collect();
        for flow in &mut self.flows {
            (flow.from, flow.to) = (place[flow.from], place[flow.to]);
        }
        for at in self.steps.iter_mut().chain(&mut self.parameters).chain(self.data.iter_mut().flatten()) {
            *at = place[*at];
        }
    }

    /// Data stand with what makes them, else, as parameters do, with what reads them, if all of that stands in one group.
    fn group_the_others(&mut self) {
        let nodes = &mut self.nodes;
        let is_step: Vec<bool> = nodes.iter().map(|node| matches!(node.what, What::Step(_))).collect();
        let mut read = vec![false; nodes.len()];
        let mut made = vec![false; nodes.len()];
        for flow in &self.flows {
            if is_step[flow.from] && !is_step[flow.to] && flow.kind == WireKind::Output {
                nodes[flow.to].group = nodes[flow.from].group;
                made[flow.to] = true;
            }
        }
        // Backwards, so that what leads to data that lead to a step is seen after those.
        for flow in self.flows.iter().filter(|flow| flow.kind != WireKind::Feedback) {
            if !is_step[flow.from] && !made[flow.from] {
                let group = nodes[flow.to].group;
                let is_first = !std::mem::replace(&mut read[flow.from], true);
                nodes[flow.from].group =
                    if is_first { group } else { group.filter(|_| nodes[flow.from].group == group) };
            }
        }
    }

    fn note_problems(&mut self, checked: &Checked) {
        self.places = self.nodes.iter().enumerate().map(|(at, node)| (node.span, at)).collect();
        self.places.sort_unstable_by_key(|(span, at)| (span.start, std::cmp::Reverse(span.end), *at));
        self.severities = vec![None; self.nodes.len()];
        for problem in &checked.problems {
            let severity = Some(if problem.is_error() { Severity::Error } else { Severity::Warning });
            let Some(span) = problem.span() else { continue };
            if let Some(node) = self.node_at(span) {
                self.severities[node] = self.severities[node].max(severity);
            } else if let Some(group) = self.group_at(span) {
                self.group_severities[group] = self.group_severities[group].max(severity);
            }
        }
    }

    /// The node whose piece of the file has a place in it.
    pub(super) fn node_at(&self, span: Span) -> Option<usize> {
        let behind = self.places.partition_point(|(place, _)| place.start <= span.start);
        // Paths that steps write out lie in these.
        let near = self.places[..behind].iter().rev().take(64);
        let mut around = near.filter(|(place, _)| place.end >= span.end.max(span.start));
        let innermost = around.next()?;
        let is_path = |at: usize| matches!(self.nodes[at].what, What::Data(_, None));
        Some(if is_path(innermost.1) {
            around.find(|(_, at)| !is_path(*at)).unwrap_or(innermost).1
        } else {
            innermost.1
        })
    }

    /// The group whose piece of the file has a place in it.
    pub(super) fn group_at(&self, span: Span) -> Option<usize> {
        let has = |group: &loom_spec::Group| {
            let passes = group.passes.as_ref().map(|passes| passes.span);
            [Some(group.span), Some(group.name.span), passes]
                .into_iter()
                .flatten()
                .any(|place| place.start <= span.start && span.end <= place.end)
        };
        let at = self.pipeline.groups.iter().position(has)?;
        Some(self.groups[at])
    }

    /// The step that a node is.
    pub(super) fn step(&self, node: usize) -> Option<(StepId, &'a Step)> {
        match self.nodes[node].what {
            What::Step(id) => Some((id, &self.pipeline.steps[id.index()])),
            _ => None,
        }
    }

    /// The name of a node as it is written; of a path that steps write out, the path.
    pub(super) fn name(&self, node: usize) -> &'a str {
        match self.nodes[node].what {
            What::Parameter(at) => &self.pipeline.parameters[at].name.text,
            What::Data(_, Some(at)) => &self.pipeline.data[at].name.text,
            What::Data(datum, None) => &self.links.datum(datum).path,
            What::Step(id) => &self.pipeline.steps[id.index()].name.text,
        }
    }

    /// The line of a place, from 1.
    pub(super) fn line(&self, span: Span) -> usize {
        self.lines.partition_point(|start| *start <= span.start).max(1)
    }

    /// How many units a step comes to.
    pub(super) fn unit_count(&self, step: StepId) -> usize {
        self.graph.map_or(1, |graph| graph.instance_count(step))
    }
}

/// An id that no other node has: of several of one name, the later ones get a number.
fn unique(ids: &mut HashSet<String>, id: &str) -> String {
    let mut found = id.to_owned();
    let mut number = 1;
    while !ids.insert(found.clone()) {
        number += 1;
        found = format!("{id}#{number}");
    }
    found
}

/// From the name of a data node to the end of the last that is said of it.
fn span_of_data(data: &Data) -> Span {
    let others = [&data.kind, &data.title, &data.description, &data.pattern, &data.nested_in];
    let ends = others.into_iter().flatten().chain([&data.path, &data.name]).map(|scalar| scalar.span.end);
    let metrics = data.metrics.iter().map(|metric| metric.path.span.end);
    let start = data.name.span.start;
    Span { start, end: ends.chain(metrics).max().unwrap_or(start).max(start) }
}
