//! What to show of a pipeline.

use std::collections::HashMap;

use loom_graph::{DatumId, Location, ProgramLine, Role, StepGraph, StepId};
use loom_spec::Span;
use serde::Serialize;

use crate::layout::{Layout, Point, Shape, Sketch, lay_out};
use crate::text::{clip, one_line, width};

/// The font size of labels.
pub(crate) const LABEL_SIZE: f64 = 13.0;
/// The font size of all other text.
pub(crate) const SUB_SIZE: f64 = 11.0;
/// The widest text in a box.
const MAX_TEXT: f64 = 224.0;
/// From the side of a box to its text.
const PADDING: f64 = 16.0;
const MIN_WIDTH: f64 = 120.0;
/// Widths are multiples of this, so that a column of boxes does not look ragged.
const WIDTH_STEP: f64 = 24.0;
const STEP_HEIGHT: f64 = 52.0;
const DATA_HEIGHT: f64 = 44.0;
/// The height of data without a second line.
const LOW_HEIGHT: f64 = 32.0;
/// How many characters of a command line are kept.
const MAX_COMMAND: usize = 2000;

/// A pipeline as boxes, edges and frames, each in its place. Lengths are CSS pixels; y grows downwards.
///
/// Its JSON form is for front ends, which need not measure or place anything themselves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct View {
    /// The steps, and the data that they use, in the order in which the file speaks of them: each step between what
    /// it reads and what it makes.
    pub nodes: Vec<Node>,
    /// What flows where.
    pub edges: Vec<Edge>,
    /// The groups that have steps, in file order. Groups of one name are one.
    pub frames: Vec<Frame>,
    /// The width of it all.
    pub width: f64,
    /// The height of it all.
    pub height: f64,
}

/// A step or a datum. Data of one location are one node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Node {
    /// `step:NAME`, `data:NAME` for a data node, `path:PATH` for a path that steps write out. It stays the same as
    /// long as the name does.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// What to call it.
    pub label: Label,
    /// A second line: what a step runs; the type and the path of a data node.
    pub sub: Option<Label>,
    /// The type of a data node, as it is written.
    #[serde(rename = "type")]
    pub data_type: Option<String>,
    /// What a data node holds, in the words of the file.
    pub description: Option<String>,
    /// The command line of a step, cut if it is very long.
    pub command: Option<String>,
    /// The step runs only if it is asked for by name.
    pub optional: bool,
    /// The step runs only if it is selected by name.
    pub disabled: bool,
    /// The frame it stands in, as an index into [`View::frames`]: that of the step's group. Data stand with the
    /// step that makes them, or, if none does, with those that read them, if these stand in one frame.
    pub frame: Option<usize>,
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// The place of its definition in the pipeline file.
    pub span: Span,
}

/// What a [`Node`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A step.
    Step,
    /// A file or folder.
    Data,
}

/// A text in a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// As much of it as there is room for, on one line.
    pub shown: String,
    /// The whole text, as it is.
    pub full: String,
}

/// Something flows from one node to another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Edge {
    /// Where from, as an index into [`View::nodes`].
    pub from: usize,
    /// Where to.
    pub to: usize,
    /// What it stands for.
    pub kind: EdgeKind,
    /// Its course, as [`Layout::routes`] has it.
    pub route: Vec<Point>,
}

/// What an [`Edge`] stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    /// From data to a step that has it among its `inputs`.
    Input,
    /// From data to a step that names it in `args` or in its command.
    Argument,
    /// From data to a step that waits for it because it lies in a folder that the step reads, or around
    /// something that it reads.
    Folder,
    /// From a step to data that it makes.
    Output,
}

/// A frame round the steps of a group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Frame {
    /// `group:NAME`.
    pub id: String,
    /// The name of the group.
    pub label: Label,
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// The place of its definition in the pipeline file.
    pub span: Span,
}

impl View {
    /// What there is to see of a pipeline, laid out from left to right.
    pub fn of(graph: &StepGraph) -> Self {
        let mut maker = Maker::new(graph);
        maker.add_nodes();
        maker.add_edges();
        maker.frame_data();
        maker.place()
    }
}

struct Maker<'a> {
    graph: &'a StepGraph,
    view: View,
    /// The frame of each group.
    frames: Vec<usize>,
    steps: Vec<usize>,
    /// The node of each datum that has one, by its canonical number.
    data: Vec<Option<usize>>,
}

impl<'a> Maker<'a> {
    fn new(graph: &'a StepGraph) -> Self {
        let mut view = View { nodes: Vec::new(), edges: Vec::new(), frames: Vec::new(), width: 0.0, height: 0.0 };
        let groups = &graph.pipeline().groups;
        let mut used = vec![false; groups.len()];
        for group in graph.pipeline().steps.iter().filter_map(|step| step.group) {
            used[group] = true;
        }
        let mut by_name = HashMap::new();
        let frames = groups.iter().zip(used).map(|(group, used)| {
            let name = &*group.name.text;
            if !used {
                return usize::MAX;
            }
            *by_name.entry(name).or_insert_with(|| {
                let label = Label { shown: String::new(), full: name.to_owned() };
                let id = format!("group:{name}");
                view.frames.push(Frame { id, label, x: 0.0, y: 0.0, w: 0.0, h: 0.0, span: group.span });
                view.frames.len() - 1
            })
        });
        let frames = frames.collect();
        Self { graph, view, frames, steps: Vec::new(), data: vec![None; graph.links().data().len()] }
    }

    fn add_nodes(&mut self) {
        let links = self.graph.links();
        for step in links.steps() {
            for read in links.reads(step) {
                self.add_datum(read.datum);
            }
            self.steps.push(self.view.nodes.len());
            let node = self.step_node(step);
            self.view.nodes.push(node);
            for made in links.writes(step) {
                self.add_datum(made.datum);
            }
        }
        // What a condition or a switch finds out comes from its own box.
        for (index, datum) in links.data().iter().enumerate() {
            if let (Location::Answer(_), Some(step)) = (&*datum.location, links.producer(DatumId(index as u32))) {
                self.data[index] = Some(self.steps[step.index()]);
            }
        }
    }

    fn step_node(&self, id: StepId) -> Node {
        let step = self.graph.step(id);
        let line = self.graph.command_line(id);
        let sub = match &line.program {
            ProgramLine::Task(task) => task.clone(),
            ProgramLine::Words(words) => words.first().cloned().unwrap_or_default(),
            ProgramLine::Shell(line) => line.clone(),
            ProgramLine::Predicate(predicate) => predicate.word().to_owned(),
            ProgramLine::Switch(condition) => format!("switch {condition}"),
        };
        let mut command = line.to_string();
        if let Some((end, _)) = command.char_indices().nth(MAX_COMMAND) {
            command.truncate(end);
            command.push('…');
        }
        Node {
            command: Some(command),
            optional: step.optional,
            disabled: step.disabled,
            frame: step.group.map(|group| self.frames[group]),
            ..node(NodeKind::Step, format!("step:{}", self.graph.name(id)), &self.graph.step_label(id), sub, step.span)
        }
    }

    fn add_datum(&mut self, id: DatumId) {
        let links = self.graph.links();
        let id = links.datum(id).canonical;
        if self.data[id.index()].is_some() || matches!(*links.datum(id).location, Location::Answer(_)) {
            return;
        }
        self.data[id.index()] = Some(self.view.nodes.len());
        let datum = links.datum(id);
        // In the graph of the instances, data are several of one name.
        let is_expanded = links.steps().next().is_some_and(|step| self.graph.config(step).is_some());
        let data = &self.graph.pipeline().data;
        let (written, key) = match &datum.name {
            Some(name) if is_expanded => {
                (data.iter().find(|node| node.name.text == *name), format!("data:{name}:{}", datum.path))
            }
            name => (data.get(id.index()), format!("data:{}", name.as_deref().unwrap_or_default())),
        };
        let node = match (&datum.name, written) {
            (Some(name), Some(written)) => {
                let data_type = written.kind.as_ref().map(|kind| kind.text.to_string());
                let path = Some(&*datum.path).filter(|path| **path != **name);
                let sub: Vec<&str> = data_type.as_deref().into_iter().chain(path).collect();
                let sub = sub.join(" · ");
                let title = written.title.as_ref().map_or(&**name, |title| &*title.text);
                Node {
                    data_type,
                    description: written.description.as_ref().map(|description| description.text.to_string()),
                    ..node(NodeKind::Data, key, title, sub, datum.span)
                }
            }
            _ => node(NodeKind::Data, format!("path:{}", datum.path), &datum.path, String::new(), datum.span),
        };
        self.view.nodes.push(node);
    }

    fn add_edges(&mut self) {
        let links = self.graph.links();
        let edges = &mut self.view.edges;
        // The last edge from each datum, by which a datum that a step reads twice is found.
        let mut last: Vec<Option<usize>> = vec![None; links.data().len()];
        for (step, to) in links.steps().zip(&self.steps) {
            let mut add = |datum: DatumId, kind: EdgeKind| {
                let canonical = links.datum(datum).canonical.index();
                let Some(from) = self.data[canonical] else { return };
                match last[canonical].filter(|edge| edges[*edge].to == *to) {
                    Some(edge) if kind == EdgeKind::Input => edges[edge].kind = kind,
                    Some(_) => {}
                    None => {
                        last[canonical] = Some(edges.len());
                        edges.push(Edge { from, to: *to, kind, route: Vec::new() });
                    }
                }
            };
            for read in links.reads(step) {
                let is_input = matches!(read.role, Role::Input | Role::Over);
                add(read.datum, if is_input { EdgeKind::Input } else { EdgeKind::Argument });
            }
            for dependency in links.dependencies(step) {
                add(dependency.through, EdgeKind::Folder);
            }
            for made in links.writes(step) {
                if let Some(datum) = self.data[links.datum(made.datum).canonical.index()] {
                    edges.push(Edge { from: *to, to: datum, kind: EdgeKind::Output, route: Vec::new() });
                }
            }
        }
    }

    /// Data stand with the step that makes them, else with those that read them, if all of those stand in one frame.
    fn frame_data(&mut self) {
        let nodes = &mut self.view.nodes;
        let mut read = vec![false; nodes.len()];
        for edge in self.view.edges.iter().filter(|edge| edge.kind != EdgeKind::Output) {
            let frame = nodes[edge.to].frame;
            let first = !std::mem::replace(&mut read[edge.from], true);
            nodes[edge.from].frame = if first { frame } else { frame.filter(|_| nodes[edge.from].frame == frame) };
        }
        for edge in self.view.edges.iter().filter(|edge| edge.kind == EdgeKind::Output) {
            nodes[edge.to].frame = nodes[edge.from].frame;
        }
    }

    fn place(self) -> View {
        let mut view = self.view;
        let boxes = view.nodes.iter().map(|node| Shape { w: node.w, h: node.h, frame: node.frame }).collect();
        let edges = view.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let Layout { corners, routes, frames, width, height } = lay_out(&Sketch { boxes, edges, ..Sketch::default() });
        for (node, Point { x, y }) in view.nodes.iter_mut().zip(corners) {
            (node.x, node.y) = (x, y);
        }
        for (edge, route) in view.edges.iter_mut().zip(routes) {
            edge.route = route;
        }
        for (frame, rect) in frames {
            let frame = &mut view.frames[frame];
            (frame.x, frame.y, frame.w, frame.h) = (rect.x, rect.y, rect.w, rect.h);
            frame.label.shown = clip(&one_line(&frame.label.full), SUB_SIZE, frame.w - 2.0 * PADDING);
        }
        View { width, height, ..view }
    }
}

/// A node with its size, and nothing said of it but its name.
fn node(kind: NodeKind, id: String, label: &str, sub: String, span: Span) -> Node {
    let label = Label { shown: clip(&one_line(label), LABEL_SIZE, MAX_TEXT), full: label.to_owned() };
    let sub = (!sub.is_empty()).then(|| Label { shown: clip(&one_line(&sub), SUB_SIZE, MAX_TEXT), full: sub });
    let text = sub.as_ref().map_or(0.0, |sub| width(&sub.shown, SUB_SIZE)).max(width(&label.shown, LABEL_SIZE));
    let w = ((text + 2.0 * PADDING).max(MIN_WIDTH) / WIDTH_STEP).ceil() * WIDTH_STEP;
    let h = match (kind, &sub) {
        (NodeKind::Step, _) => STEP_HEIGHT,
        (NodeKind::Data, Some(_)) => DATA_HEIGHT,
        (NodeKind::Data, None) => LOW_HEIGHT,
    };
    Node {
        id,
        kind,
        label,
        sub,
        data_type: None,
        description: None,
        command: None,
        optional: false,
        disabled: false,
        frame: None,
        x: 0.0,
        y: 0.0,
        w,
        h,
        span,
    }
}
