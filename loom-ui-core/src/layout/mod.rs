//! Where boxes stand and edges run: a layered drawing from left to right.
//!
//! A pure function over sizes and pairs of numbers ([`lay_out`]); it knows nothing of pipelines, and nothing of
//! pixels but its gaps.
//!
//! 1. Every box gets a column behind all that leads to it (`rank`).
//! 2. In each column that an edge passes it gets a bend, and each that a frame passes gets its borders (`layers`).
//! 3. Each column is put in an order such that few edges cross (`order`).
//! 4. Each item gets a height, so that long edges are straight (`place`).
//!
//! All of it is iterative and takes little more than linear time: a chain or a fan of 100,000 boxes is drawn
//! in a second or so.

mod layers;
mod lists;
mod order;
mod place;
mod rank;

use layers::{Edge, Layers, Role};
use place::{FRAME_PAD, FRAME_TOP};
use serde::Serialize;

/// Between columns, at least; more where edges rise or fall steeply.
const COLUMN_GAP: f64 = 64.0;
/// What a column gap grows by at most.
const STEEP_GAP: f64 = 120.0;
/// The steps that it grows by, where it does so by steps.
const STEADY_GAP: f64 = 40.0;
/// How far before a column the edges run level, so that an arrowhead finds room.
const LEAD: f64 = 14.0;
/// Between parts that nothing joins.
const PART_GAP: f64 = 40.0;

/// What is to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// The boxes.
    pub boxes: Vec<Shape>,
    /// From box to box, by index.
    pub edges: Vec<(usize, usize)>,
    /// For each edge how far below the middle of the one box it leaves, and below that of the other it arrives. Edges
    /// beyond the end of this list run from middle to middle.
    pub ends: Vec<(f64, f64)>,
    /// Whether gaps between columns grow by steps only, so that a small change moves little.
    pub steady: bool,
}

/// A box to be placed. Lengths have no unit; the gaps are made for pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
    /// The frame it is to stand in: boxes of one number stand together.
    pub frame: Option<usize>,
}

/// A place; y grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

/// A drawing. Nothing in it stands left of 0 or above 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The upper left corner of each box. No two boxes overlap.
    pub corners: Vec<Point>,
    /// The course of each edge, from the right side of one box to the left side of another: points two by two.
    /// Within a pair the edge runs level; from one pair to the next it is a curve, level at both ends. Edges from one
    /// place of a box share their way as far as they can. No points for an edge from a box to itself or to no box.
    ///
    /// Every edge leads to the right, but those that close a cycle: they run back.
    pub routes: Vec<Vec<Point>>,
    /// The frames that have boxes, by number, each round its boxes.
    pub frames: Vec<(usize, Rect)>,
    /// The width of it all.
    pub width: f64,
    /// The height of it all.
    pub height: f64,
}

/// Lays out a drawing. The same sketch gives the same drawing, everywhere.
///
/// ```
/// use loom_ui_core::layout::{Point, Shape, Sketch, lay_out};
/// let shape = Shape { w: 100.0, h: 40.0, frame: None };
/// let layout = lay_out(&Sketch { boxes: vec![shape; 3], edges: vec![(0, 1), (0, 2)], ends: vec![], steady: false });
/// assert_eq!(layout.corners[0], Point { x: 0.0, y: 34.0 });
/// assert_eq!(layout.corners[1].x, layout.corners[2].x);
/// assert_eq!(layout.height, 108.0);
/// ```
pub fn lay_out(sketch: &Sketch) -> Layout {
    let count = sketch.boxes.len();
    let mut layout = Layout {
        corners: vec![Point::default(); count],
        routes: vec![Vec::new(); sketch.edges.len()],
        ..Layout::default()
    };
    for (index, part) in parts(sketch).iter().enumerate() {
        let top = if index > 0 { layout.height + PART_GAP } else { 0.0 };
        part.lay_out(sketch, top, &mut layout);
    }
    layout.frames.sort_by_key(|(frame, _)| *frame);
    layout
}

/// Boxes that edges and frames join, and that nothing joins to others.
#[derive(Default)]
struct Part {
    /// By index in the sketch.
    boxes: Vec<usize>,
    /// Each with its index in the sketch; its ends are places in `boxes`.
    edges: Vec<(usize, (u32, u32))>,
}

/// The parts of a sketch, by their first boxes.
fn parts(sketch: &Sketch) -> Vec<Part> {
    let count = sketch.boxes.len();
    let mut parents: Vec<u32> = (0..count as u32).collect();
    let mut first_of_frame = std::collections::HashMap::new();
    for (at, shape) in sketch.boxes.iter().enumerate() {
        if let Some(frame) = shape.frame {
            join(&mut parents, *first_of_frame.entry(frame).or_insert(at), at);
        }
    }
    let is_drawn = |(from, to): (usize, usize)| from != to && from < count && to < count;
    for (from, to) in sketch.edges.iter().copied().filter(|edge| is_drawn(*edge)) {
        join(&mut parents, from, to);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of = vec![usize::MAX; count];
    let mut place = vec![0; count];
    for at in 0..count {
        // The root of a tree is its lowest number, and so comes first.
        let root = root(&mut parents, at);
        if root == at {
            part_of[at] = parts.len();
            parts.push(Part::default());
        }
        part_of[at] = part_of[root];
        let boxes = &mut parts[part_of[at]].boxes;
        place[at] = boxes.len() as u32;
        boxes.push(at);
    }
    for (at, (from, to)) in sketch.edges.iter().copied().enumerate().filter(|(_, edge)| is_drawn(*edge)) {
        parts[part_of[from]].edges.push((at, (place[from], place[to])));
    }
    parts
}

fn root(parents: &mut [u32], mut at: usize) -> usize {
    while parents[at] as usize != at {
        parents[at] = parents[parents[at] as usize];
        at = parents[at] as usize;
    }
    at
}

fn join(parents: &mut [u32], one: usize, other: usize) {
    let (one, other) = (root(parents, one), root(parents, other));
    parents[one.max(other)] = one.min(other) as u32;
}

impl Part {
    /// Adds the part to a drawing, below `top`.
    fn lay_out(&self, sketch: &Sketch, top: f64, layout: &mut Layout) {
        let shapes: Vec<Shape> = self.boxes.iter().map(|at| sketch.boxes[*at]).collect();
        let mut edges: Vec<(u32, u32)> = self.edges.iter().map(|(_, edge)| *edge).collect();
        let ranks = rank::ranks(shapes.len(), &mut edges);
        let edges = self.edges.iter().zip(edges).map(|((index, written), (from, to))| {
            let (one, other) = sketch.ends.get(*index).copied().unwrap_or_default();
            let (leaves, arrives) = if *written == (from, to) { (one, other) } else { (other, one) };
            Edge { from, to, leaves, arrives }
        });
        let edges: Vec<Edge> = edges.collect();
        let mut frames: Vec<usize> = shapes.iter().filter_map(|shape| shape.frame).collect();
        frames.sort_unstable();
        frames.dedup();
        let number = |frame: usize| frames.partition_point(|other| *other < frame) as u32;
        let groups: Vec<Option<u32>> = shapes.iter().map(|shape| shape.frame.map(number)).collect();
        let mut layers = Layers::new(&groups, &ranks, &edges, frames.len());
        order::reduce_crossings(&mut layers);
        let drawing = Drawing::new(&layers, &shapes, sketch.steady);
        let (first_frame, first_box) = (layout.frames.len(), drawing.box_rect(0));
        for (frame, rect) in frames.into_iter().zip(drawing.frames()) {
            layout.frames.push((frame, rect));
        }
        let rects = (0..shapes.len()).map(|at| drawing.box_rect(at));
        let all = rects.chain(layout.frames[first_frame..].iter().map(|(_, rect)| *rect)).fold(first_box, around);
        // Edges may bend above the uppermost box and below the lowest.
        let (highest, lowest) = drawing
            .middles
            .iter()
            .fold((all.y, all.y + all.h), |(highest, lowest), middle| (middle.min(highest), middle.max(lowest)));
        let (dx, dy) = (-all.x, top - highest);
        let moved = |point: Point| Point { x: point.x + dx, y: point.y + dy };
        for (at, index) in self.boxes.iter().enumerate() {
            let Rect { x, y, .. } = drawing.box_rect(at);
            layout.corners[*index] = moved(Point { x, y });
        }
        for (_, rect) in &mut layout.frames[first_frame..] {
            (rect.x, rect.y) = (rect.x + dx, rect.y + dy);
        }
        for (at, ((index, written), edge)) in self.edges.iter().zip(edges).enumerate() {
            let mut route = drawing.route(at, edge);
            route.iter_mut().for_each(|point| *point = moved(*point));
            if *written != (edge.from, edge.to) {
                route.reverse();
            }
            layout.routes[*index] = route;
        }
        layout.width = layout.width.max(all.w);
        layout.height = lowest + dy;
    }
}

fn around(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let (right, bottom) = ((one.x + one.w).max(other.x + other.w), (one.y + one.h).max(other.y + other.h));
    Rect { x, y, w: right - x, h: bottom - y }
}

/// Columns that have been ordered, with coordinates.
struct Drawing<'a> {
    layers: &'a Layers,
    boxes: &'a [Shape],
    /// The height of each item's middle.
    middles: Vec<f64>,
    /// The left and the right side of each column.
    columns: Vec<(f64, f64)>,
}

impl<'a> Drawing<'a> {
    fn new(layers: &'a Layers, boxes: &'a [Shape], steady: bool) -> Self {
        let middles = place::heights(layers, boxes);
        let count = layers.columns.len();
        let mut widths = vec![0.0f64; count];
        for (item, shape) in layers.items.iter().zip(boxes) {
            widths[item.rank as usize] = widths[item.rank as usize].max(shape.w);
        }
        let mut rises = vec![0.0f64; count];
        for ((from, to), (leaves, arrives)) in layers.segments.iter().zip(&layers.offsets) {
            let rise = &mut rises[layers.items[*from as usize].rank as usize];
            *rise = rise.max((middles[*from as usize] + leaves - middles[*to as usize] - arrives).abs());
        }
        let mut left = 0.0;
        let columns = widths.iter().zip(&rises).map(|(width, rise)| {
            let column = (left, left + width);
            let more = (rise / 8.0).min(STEEP_GAP);
            let more = if steady { (more / STEADY_GAP).floor() * STEADY_GAP } else { more };
            left += (width + COLUMN_GAP + more).round();
            column
        });
        let columns = columns.collect();
        Self { layers, boxes, middles, columns }
    }

    fn box_rect(&self, at: usize) -> Rect {
        let Shape { w, h, .. } = self.boxes[at];
        let (left, right) = self.columns[self.layers.items[at].rank as usize];
        Rect { x: left + ((right - left - w) / 2.0).round(), y: self.middles[at] - h / 2.0, w, h }
    }

    /// The frames, in the order of their numbers.
    fn frames(&self) -> Vec<Rect> {
        let mut frames: Vec<Option<Rect>> = vec![None; self.layers.group_count];
        for (at, item) in self.layers.items.iter().enumerate() {
            let Some(group) = item.group else { continue };
            let frame = &mut frames[group as usize];
            let (x, y) = (self.columns[item.rank as usize].0, self.middles[at]);
            let rect = match item.role {
                Role::Box => {
                    let Rect { x, y, w, h } = self.box_rect(at);
                    Rect { x: x - FRAME_PAD, y: y - FRAME_TOP, w: w + 2.0 * FRAME_PAD, h: h + FRAME_TOP + FRAME_PAD }
                }
                // The borders of a frame come after its boxes.
                Role::Top | Role::Bottom => Rect { x: frame.map_or(x, |frame| frame.x), y, w: 0.0, h: 0.0 },
                Role::Bend => continue,
            };
            *frame = Some(frame.map_or(rect, |frame| around(frame, rect)));
        }
        frames.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// The course of an edge.
    fn route(&self, at: usize, edge: Edge) -> Vec<Point> {
        let Edge { from, to, leaves, arrives } = edge;
        let rank_of = |item: u32| self.layers.items[item as usize].rank as usize;
        let Rect { x, w, .. } = self.box_rect(from as usize);
        let (mut rank, mut y) = (rank_of(from), self.middles[from as usize] + leaves);
        let mut route = vec![Point { x: x + w, y }];
        for item in self.layers.bends(at, edge).unwrap_or_default().chain([to]) {
            let next = self.middles[item as usize] + if item == to { arrives } else { 0.0 };
            if next != y {
                route.push(Point { x: self.columns[rank].1, y });
                route.push(Point { x: self.columns[rank_of(item)].0 - LEAD, y: next });
            }
            (rank, y) = (rank_of(item), next);
        }
        route.push(Point { x: self.box_rect(to as usize).x, y });
        route
    }
}

#[cfg(test)]
mod tests;
