//! Where everything stands. What is pinned stays exactly where it is; all else stands where the layout puts it, unless
//! something pinned is there.

use std::collections::HashMap;

use super::cards::Draft;
use super::positions::Positions;
use crate::api::{Board, Card, Side, WireKind};
use crate::layout::{Layout, Point, Rect, Shape, Sketch, lay_out};
use crate::text::{clip, one_line, width};
use crate::view::SUB_SIZE;

/// Between a card and one that something pinned has driven away.
const GAP: f64 = 16.0;
/// Between cards that stand beside each other because a wire joins them.
const COLUMN_GAP: f64 = 64.0;
/// Between the drawing and the cards that nothing is joined to.
const ROW_GAP: f64 = 40.0;
/// How wide rows of cards that nothing is joined to are at least.
const ROW_WIDTH: f64 = 900.0;
/// Inside a frame, above and elsewhere; as the layout has it.
const FRAME_TOP: f64 = 36.0;
const FRAME_PAD: f64 = 16.0;
/// How far a wire runs level where it leaves and where it ends.
const LEAD: f64 = 14.0;

/// Gives a draft its places.
pub(super) fn place(draft: Draft, positions: &Positions) -> Board {
    let mut placer = Placer::new(draft, positions);
    placer.lay_out();
    placer.put_aside();
    placer.pin(positions);
    placer.frame();
    placer.route();
    placer.finish()
}

struct Placer {
    draft: Draft,
    /// Of each wire, the heights of its ports on their cards.
    heights: Vec<(f64, f64)>,
    layout: Layout,
    /// For each card, its place in the layout's sketch.
    sketched: Vec<Option<usize>>,
    /// For each wire, its place there.
    edges: Vec<Option<usize>>,
    /// The cards that do not stand where the layout put them.
    moved: Vec<bool>,
}

impl Placer {
    fn new(mut draft: Draft, positions: &Positions) -> Self {
        for card in &mut draft.cards {
            card.pinned = positions.get(&card.id).is_some();
        }
        let height = |card: &Card, id: &str, side: Side| {
            let port = card.ports.iter().find(|port| port.side == side && port.id == id);
            port.map_or(card.h / 2.0, |port| f64::from(port.y))
        };
        let heights = draft.wires.iter().zip(&draft.ends).map(|(wire, (from, to))| {
            let (from, to) = (&draft.cards[*from], &draft.cards[*to]);
            (height(from, &wire.from_port, Side::Right), height(to, &wire.to_port, Side::Left))
        });
        let (cards, wires) = (draft.cards.len(), draft.wires.len());
        Self {
            heights: heights.collect(),
            draft,
            layout: Layout::default(),
            sketched: vec![None; cards],
            edges: vec![None; wires],
            moved: vec![false; cards],
        }
    }

    /// Lays out all that is joined to anything.
    fn lay_out(&mut self) {
        let Draft { cards, wires, ends, frame_of, .. } = &self.draft;
        let mut is_joined: Vec<bool> = frame_of.iter().map(Option::is_some).collect();
        let flows = |(at, (from, to)): &(usize, &(usize, usize))| wires[*at].kind != WireKind::Feedback && from != to;
        for (_, (from, to)) in ends.iter().enumerate().filter(flows) {
            (is_joined[*from], is_joined[*to]) = (true, true);
        }
        let mut sketch = Sketch { steady: true, ..Sketch::default() };
        for (at, card) in cards.iter().enumerate().filter(|(at, _)| is_joined[*at]) {
            self.sketched[at] = Some(sketch.boxes.len());
            sketch.boxes.push(Shape { w: card.w, h: card.h, frame: frame_of[at] });
        }
        for (at, (from, to)) in ends.iter().enumerate().filter(flows) {
            let (Some(one), Some(other)) = (self.sketched[*from], self.sketched[*to]) else { continue };
            let (leaves, arrives) = self.heights[at];
            self.edges[at] = Some(sketch.edges.len());
            sketch.edges.push((one, other));
            sketch.ends.push((leaves - cards[*from].h / 2.0, arrives - cards[*to].h / 2.0));
        }
        self.layout = lay_out(&sketch);
        for (card, sketched) in self.draft.cards.iter_mut().zip(&self.sketched) {
            if let Some(corner) = sketched.and_then(|at| self.layout.corners.get(at)) {
                (card.x, card.y) = (corner.x, corner.y);
            }
        }
    }

    /// Puts what nothing is joined to in rows below the rest.
    fn put_aside(&mut self) {
        let width = self.layout.width.max(ROW_WIDTH);
        let mut top = if self.layout.corners.is_empty() { 0.0 } else { self.layout.height + ROW_GAP };
        let (mut x, mut height) = (0.0, 0.0f64);
        for (card, _) in self.draft.cards.iter_mut().zip(&self.sketched).filter(|(_, sketched)| sketched.is_none()) {
            if x > 0.0 && x + card.w > width {
                (x, top, height) = (0.0, top + height + GAP, 0.0);
            }
            (card.x, card.y) = (x, top);
            (x, height) = (x + card.w + GAP, height.max(card.h));
        }
    }

    /// Puts what is pinned in its place, and what is not out of its way.
    fn pin(&mut self, positions: &Positions) {
        let cards = &mut self.draft.cards;
        let pinned = cards.iter().filter(|card| card.pinned).count();
        if pinned == 0 {
            return;
        }
        let mut taken = Taken::default();
        for (card, moved) in cards.iter_mut().zip(&mut self.moved) {
            if let Some(Point { x, y }) = positions.get(&card.id) {
                (card.x, card.y, *moved) = (x, y, true);
                taken.add(rect(card));
            }
        }
        if 2 * pinned >= cards.len() {
            self.follow_the_pinned();
        }
        let cards = &mut self.draft.cards;
        let mut others: Vec<usize> = (0..cards.len()).filter(|at| !cards[*at].pinned).collect();
        others.sort_by(|one, other| cards[*one].y.total_cmp(&cards[*other].y).then(one.cmp(other)));
        for at in others {
            let card = &mut cards[at];
            while let Some(below) = taken.below(rect(card)) {
                (card.y, self.moved[at]) = (below + GAP, true);
            }
            taken.add(rect(card));
        }
    }

    /// Where most cards are pinned, the others stand beside what they are joined to.
    fn follow_the_pinned(&mut self) {
        let count = self.draft.cards.len();
        let mut wires_of: Vec<Vec<usize>> = vec![Vec::new(); count];
        for (at, (from, to)) in self.draft.ends.iter().enumerate() {
            wires_of[*from].push(at);
            wires_of[*to].push(at);
        }
        let cards = &mut self.draft.cards;
        let mut is_placed: Vec<bool> = cards.iter().map(|card| card.pinned).collect();
        let mut ready: Vec<usize> = (0..count).filter(|at| is_placed[*at]).collect();
        let mut next = 0;
        while let Some(at) = ready.get(next).copied() {
            next += 1;
            for wire in &wires_of[at] {
                let ((from, to), (leaves, arrives)) = (self.draft.ends[*wire], self.heights[*wire]);
                let other = if from == at { to } else { from };
                if std::mem::replace(&mut is_placed[other], true) {
                    continue;
                }
                let near = rect(&cards[at]);
                let card = &mut cards[other];
                (card.x, card.y) = if from == at {
                    (near.x + near.w + COLUMN_GAP, near.y + leaves - arrives)
                } else {
                    (near.x - card.w - COLUMN_GAP, near.y + arrives - leaves)
                };
                self.moved[other] = true;
                ready.push(other);
            }
        }
        let lowest = ready.iter().map(|at| cards[*at].y + cards[*at].h).fold(0.0, f64::max);
        let highest = (0..count).filter(|at| !is_placed[*at]).map(|at| cards[at].y).fold(f64::INFINITY, f64::min);
        for at in (0..count).filter(|at| !is_placed[*at]) {
            cards[at].y += lowest + ROW_GAP - highest;
            self.moved[at] = true;
        }
    }

    fn frame(&mut self) {
        let Draft { cards, frames, frame_of, .. } = &mut self.draft;
        let mut around: Vec<Option<Rect>> = vec![None; frames.len()];
        let mut is_whole = vec![true; frames.len()];
        for (at, frame) in frame_of.iter().enumerate() {
            let Some(frame) = *frame else { continue };
            let inner = rect(&cards[at]);
            around[frame] = Some(around[frame].map_or(inner, |outer| union(outer, inner)));
            is_whole[frame] &= !self.moved[at];
        }
        let laid_out: HashMap<usize, Rect> = self.layout.frames.iter().copied().collect();
        for (at, frame) in frames.iter_mut().enumerate() {
            let inner = around[at].unwrap_or_default();
            let padded = Rect {
                x: inner.x - FRAME_PAD,
                y: inner.y - FRAME_TOP,
                w: inner.w + 2.0 * FRAME_PAD,
                h: inner.h + FRAME_TOP + FRAME_PAD,
            };
            let rect = laid_out.get(&at).filter(|_| is_whole[at]).copied().unwrap_or(padded);
            (frame.x, frame.y, frame.w, frame.h) = (rect.x, rect.y, rect.w, rect.h);
            let badges: f64 = frame.badges.iter().map(|badge| width(&badge.text, SUB_SIZE) + 24.0).sum();
            frame.label.shown = clip(&one_line(&frame.label.full), SUB_SIZE, frame.w - 28.0 - badges);
        }
    }

    fn route(&mut self) {
        let Draft { cards, wires, ends, frames, frame_of } = &mut self.draft;
        let mut returning = 0;
        for (at, wire) in wires.iter_mut().enumerate() {
            let ((from, to), (leaves, arrives)) = (ends[at], self.heights[at]);
            let (one, other) = (&cards[from], &cards[to]);
            let start = Point { x: one.x + one.w, y: one.y + leaves };
            let end = Point { x: other.x, y: other.y + arrives };
            let laid_out = self.edges[at].filter(|_| !self.moved[from] && !self.moved[to] && start.x < end.x);
            wire.route = match laid_out {
                Some(edge) => std::mem::take(&mut self.layout.routes[edge]),
                None if end.x - start.x >= 2.0 * LEAD => forth(start, end),
                None => {
                    let frame = frame_of[from].filter(|frame| frame_of[to] == Some(*frame));
                    let below = match frame {
                        Some(frame) => frames[frame].y + frames[frame].h - 4.0 - f64::from(returning % 3) * 4.0,
                        None => (one.y + one.h).max(other.y + other.h) + 8.0 + f64::from(returning % 3) * 4.0,
                    };
                    returning += 1;
                    back(start, end, below)
                }
            };
        }
    }

    fn finish(self) -> Board {
        let Draft { cards, mut wires, frames, .. } = self.draft;
        wires.sort_unstable_by(|one, other| one.id.cmp(&other.id));
        let mut board = Board { cards, wires, frames, width: 0.0, height: 0.0 };
        let rects = board.cards.iter().map(rect).chain(board.frames.iter().map(|frame| {
            let (x, y, w, h) = (frame.x, frame.y, frame.w, frame.h);
            Rect { x, y, w, h }
        }));
        let corners = rects.map(|rect| Point { x: rect.x + rect.w, y: rect.y + rect.h });
        let points = board.wires.iter().flat_map(|wire| wire.route.iter().copied());
        let far = |far: (f64, f64), point: Point| (far.0.max(point.x), far.1.max(point.y));
        (board.width, board.height) = corners.chain(points).fold((0.0, 0.0), far);
        board
    }
}

/// From one port to another on its right.
fn forth(start: Point, end: Point) -> Vec<Point> {
    if start.y == end.y {
        return vec![start, end];
    }
    vec![start, Point { x: start.x + LEAD, y: start.y }, Point { x: end.x - LEAD, y: end.y }, end]
}

/// From one port to another that is not on its right: round below.
fn back(start: Point, end: Point, below: f64) -> Vec<Point> {
    let (right, left) = (start.x + LEAD, end.x - LEAD);
    vec![
        start,
        Point { x: right, y: start.y },
        Point { x: right, y: below },
        Point { x: left, y: below },
        Point { x: left, y: end.y },
        end,
    ]
}

fn rect(card: &Card) -> Rect {
    Rect { x: card.x, y: card.y, w: card.w, h: card.h }
}

fn union(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    let (right, bottom) = ((one.x + one.w).max(other.x + other.w), (one.y + one.h).max(other.y + other.h));
    Rect { x, y, w: right - x, h: bottom - y }
}

/// The room that is taken, in squares, so that only what is near is looked at.
#[derive(Default)]
struct Taken {
    squares: HashMap<(i64, i64), Vec<Rect>>,
}

const SQUARE: f64 = 256.0;

impl Taken {
    fn squares(rect: Rect) -> impl Iterator<Item = (i64, i64)> {
        let square = |at: f64| (at / SQUARE).floor() as i64;
        let (left, right) = (square(rect.x), square(rect.x + rect.w));
        let (top, bottom) = (square(rect.y), square(rect.y + rect.h));
        (left..=right).flat_map(move |x| (top..=bottom).map(move |y| (x, y)))
    }

    fn add(&mut self, rect: Rect) {
        for square in Self::squares(rect) {
            self.squares.entry(square).or_default().push(rect);
        }
    }

    /// The lower side of the lowest of what is in the way of something.
    fn below(&self, rect: Rect) -> Option<f64> {
        let near = Self::squares(rect).filter_map(|square| self.squares.get(&square)).flatten();
        let in_the_way = |other: &&Rect| {
            rect.x < other.x + other.w
                && other.x < rect.x + rect.w
                && rect.y < other.y + other.h
                && other.y < rect.y + rect.h
        };
        near.filter(in_the_way).map(|other| other.y + other.h).max_by(f64::total_cmp)
    }
}
