//! How far down each item stands: the method of Brandes and Köpf (2001). Items are aligned with the median of
//! their neighbours in four ways (from the left or from the right, favouring the top or the bottom), and each gets
//! the mean of the two middle ones of its four places. Long edges come out straight.
//!
//! Blocks of aligned items are put in place by a longest path through the graph of the blocks, not by the paper's
//! recursion: that is correct where the paper erred, and needs no stack.

use super::Shape;
use super::layers::{Layers, Role};
use super::lists::Lists;

/// Above and below a box.
const BOX_GAP: f64 = 28.0;
/// Between a box and an edge that passes it.
const BEND_GAP: f64 = 22.0;
/// Between two edges.
const EDGE_GAP: f64 = 16.0;
/// Outside a frame.
const FRAME_GAP: f64 = 20.0;
/// Inside a frame, between its upper border, where its name stands, and the first box.
pub(super) const FRAME_TOP: f64 = 36.0;
/// Inside a frame, elsewhere.
pub(super) const FRAME_PAD: f64 = 16.0;

/// The middle of each item, as a distance from some common line.
pub(super) fn heights(layers: &Layers, boxes: &[Shape]) -> Vec<f64> {
    let mut aligner = Aligner::new(layers, boxes);
    aligner.find_conflicts();
    let mut four: Vec<Vec<f64>> = Vec::with_capacity(4);
    for (forth, from_top) in [(true, true), (true, false), (false, true), (false, false)] {
        let blocks = aligner.align(forth, from_top);
        four.push(aligner.compact(&blocks, from_top));
    }
    aligner.bring_together(&mut four);
    let middle = |item: usize| {
        let mut places = [four[0][item], four[1][item], four[2][item], four[3][item]];
        places.sort_unstable_by(f64::total_cmp);
        // Whole numbers look sharp, and are written the same everywhere.
        // Halves go one way, lest two that are in line should not be.
        ((places[1] + places[2]) / 2.0 + 0.5).floor()
    };
    (0..layers.items.len()).map(middle).collect()
}

struct Aligner<'a> {
    layers: &'a Layers,
    boxes: &'a [Shape],
    /// Each item's place in its column.
    places: Vec<u32>,
    /// The segments that nothing is aligned along, because they cross one that is to be straight.
    conflicts: Vec<bool>,
}

/// Items joined to blocks that move as one, in such a way that what joins them is straight.
struct Blocks {
    /// Each block goes by the number of its first item.
    roots: Vec<u32>,
    /// How far each item's middle is below that of the first one of its block.
    shifts: Vec<f64>,
}

impl<'a> Aligner<'a> {
    fn new(layers: &'a Layers, boxes: &'a [Shape]) -> Self {
        let mut places = vec![0; layers.items.len()];
        for rank in 0..layers.columns.len() as u32 {
            for (item, place) in layers.columns.of(rank).iter().zip(0..) {
                places[*item as usize] = place;
            }
        }
        Self { layers, boxes, places, conflicts: vec![false; layers.segments.len()] }
    }

    fn find_conflicts(&mut self) {
        let layers = self.layers;
        let from_place = |segment: u32| self.places[layers.segments[segment as usize].0 as usize];
        for rank in 1..layers.columns.len() as u32 {
            let column = layers.columns.of(rank);
            let inner = |item: &u32| layers.before.of(*item).iter().copied().find(|each| layers.is_inner(*each));
            // Between two inner segments, edges may only come from between the two.
            let (mut lowest, mut first) = (0, 0);
            for at in 0..column.len() {
                let next = inner(&column[at]);
                if next.is_none() && at + 1 < column.len() {
                    continue;
                }
                let highest = next.map_or(u32::MAX, from_place);
                for segment in column[first..=at].iter().flat_map(|item| layers.before.of(*item)) {
                    let from = from_place(*segment);
                    self.conflicts[*segment as usize] = !layers.is_inner(*segment) && (from < lowest || from > highest);
                }
                (lowest, first) = (if next.is_some() { highest } else { lowest }, at + 1);
            }
        }
    }

    /// Joins items to blocks.
    fn align(&self, forth: bool, from_top: bool) -> Blocks {
        let layers = self.layers;
        let signed = |item: u32| {
            let place = i64::from(self.places[item as usize]);
            if from_top { place } else { -place }
        };
        let signed_slot = |slot: u32| if from_top { i64::from(slot) } else { -i64::from(slot) };
        let mut roots: Vec<u32> = (0..layers.items.len() as u32).collect();
        let mut shifts = vec![0.0; layers.items.len()];
        let mut joined: Vec<((i64, i64), u32, u32)> = Vec::new();
        let count = layers.columns.len() as u32;
        for step in 1..count {
            let column = layers.columns.of(if forth { step } else { count - 1 - step });
            let mut last = (i64::MIN, 0);
            for at in 0..column.len() {
                let item = column[if from_top { at } else { column.len() - 1 - at }];
                let segments = if forth { layers.before.of(item) } else { layers.after.of(item) };
                joined.clear();
                joined.extend(segments.iter().map(|segment| {
                    let (from, to) = layers.segments[*segment as usize];
                    let other = if forth { from } else { to };
                    let (leaves, arrives) = layers.slots[*segment as usize];
                    ((signed(other), signed_slot(if forth { leaves } else { arrives })), other, *segment)
                }));
                joined.sort_unstable();
                // The median, or the two that it lies between.
                for middle in [joined.len().saturating_sub(1) / 2, joined.len() / 2] {
                    let Some((place, other, segment)) = joined.get(middle).copied() else { continue };
                    if place.0 > last.0 && !self.conflicts[segment as usize] {
                        let (leaves, arrives) = layers.offsets[segment as usize];
                        let shift = if forth { leaves - arrives } else { arrives - leaves };
                        roots[item as usize] = roots[other as usize];
                        shifts[item as usize] = shifts[other as usize] + shift;
                        last = place;
                        break;
                    }
                }
            }
        }
        Blocks { roots, shifts }
    }

    /// Puts blocks as close together as they may stand, and gives the place of each item.
    fn compact(&self, blocks: &Blocks, from_top: bool) -> Vec<f64> {
        let Blocks { roots, shifts } = blocks;
        let distance =
            |upper: u32, lower: u32| self.distance(upper, lower) + shifts[upper as usize] - shifts[lower as usize];
        let columns = &self.layers.columns;
        let pairs = || {
            (0..columns.len() as u32).flat_map(|rank| columns.of(rank).windows(2)).map(move |pair| {
                let (upper, lower) = (pair[0], pair[1]);
                if from_top { (upper, lower) } else { (lower, upper) }
            })
        };
        // Between two blocks there may be several distances: one for each column in which they are neighbours.
        let distances: Vec<f64> =
            pairs().map(|(near, far)| if from_top { distance(near, far) } else { distance(far, near) }).collect();
        let block_pairs: Vec<(u32, u32)> =
            pairs().map(|(near, far)| (roots[near as usize], roots[far as usize])).collect();
        let follow = Lists::new(roots.len(), block_pairs.iter().zip(0..).map(|((near, _), at)| (*near, at)));

        let mut waiting = vec![0u32; roots.len()];
        for (_, far) in &block_pairs {
            waiting[*far as usize] += 1;
        }
        let is_block = |item: &u32| roots[*item as usize] == *item;
        let mut order: Vec<u32> =
            (0..roots.len() as u32).filter(is_block).filter(|block| waiting[*block as usize] == 0).collect();
        let mut place = vec![f64::NEG_INFINITY; roots.len()];
        order.iter().for_each(|block| place[*block as usize] = 0.0);
        let mut done = 0;
        while done < order.len() {
            let near = order[done];
            done += 1;
            for pair in follow.of(near) {
                let far = block_pairs[*pair as usize].1 as usize;
                place[far] = place[far].max(place[near as usize] + distances[*pair as usize]);
                waiting[far] -= 1;
                if waiting[far] == 0 {
                    order.push(far as u32);
                }
            }
        }
        // What could stand closer to the blocks behind it does.
        for near in order.iter().rev() {
            let room = |pair: &u32| place[block_pairs[*pair as usize].1 as usize] - distances[*pair as usize];
            if let Some(room) = follow.of(*near).iter().map(room).min_by(f64::total_cmp) {
                place[*near as usize] = place[*near as usize].max(room);
            }
        }
        let sign = if from_top { 1.0 } else { -1.0 };
        roots.iter().zip(shifts).map(|(root, shift)| sign * place[*root as usize] + shift).collect()
    }

    /// How far apart the middles of two neighbours in a column are at least.
    fn distance(&self, upper: u32, lower: u32) -> f64 {
        let half = |item: u32| self.boxes.get(item as usize).map_or(0.0, |shape| shape.h / 2.0);
        let role = |item: u32| self.layers.items[item as usize].role;
        let gap = match (role(upper), role(lower)) {
            (Role::Top, _) => FRAME_TOP,
            (Role::Box | Role::Bend, Role::Bottom) => FRAME_PAD,
            (_, Role::Top) | (Role::Bottom, _) => FRAME_GAP,
            (Role::Box, Role::Box) => BOX_GAP,
            (Role::Bend, Role::Bend) => EDGE_GAP,
            (Role::Box, Role::Bend) | (Role::Bend, Role::Box) => BEND_GAP,
        };
        half(upper) + gap + half(lower)
    }

    /// Moves four drawings over each other: those from the top meet the narrowest at the top, the others at the bottom.
    fn bring_together(&self, four: &mut [Vec<f64>]) {
        let half = |item: usize| self.boxes.get(item).map_or(0.0, |shape| shape.h / 2.0);
        let extents: Vec<(f64, f64)> = four
            .iter()
            .map(|places| {
                places.iter().enumerate().fold((f64::INFINITY, f64::NEG_INFINITY), |(top, bottom), (item, place)| {
                    (top.min(place - half(item)), bottom.max(place + half(item)))
                })
            })
            .collect();
        let Some((top, bottom)) = extents.iter().copied().min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) else {
            return;
        };
        for (at, (places, extent)) in four.iter_mut().zip(extents).enumerate() {
            let shift = if at % 2 == 0 { top - extent.0 } else { bottom - extent.1 };
            places.iter_mut().for_each(|place| *place += shift);
        }
    }
}
