//! Boxes in columns, with something in every column that an edge or a frame passes through.

use super::lists::Lists;

/// How many bends the edges of a drawing may have together, and likewise the borders of its frames. Beyond that the
/// longest edges go straight across, and frames are drawn round wherever their boxes come to stand.
const MAX_FILLERS: u64 = 1_000_000;

/// What an [`Item`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// The upper border of a frame.
    Top,
    /// A box.
    Box,
    /// A place where an edge passes.
    Bend,
    /// The lower border of a frame.
    Bottom,
}

/// Something that takes up room in a column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) role: Role,
    pub(super) rank: u32,
    /// The frame it lies in.
    pub(super) group: Option<u32>,
    /// The box it belongs to: itself, where the edge comes from, the first one in the frame.
    pub(super) origin: u32,
}

/// The columns, and the segments between neighbouring ones.
pub(super) struct Layers {
    /// The boxes first, under their numbers.
    pub(super) items: Vec<Item>,
    /// The items of each column, from top to bottom.
    pub(super) columns: Lists,
    /// From an item to one in the next column.
    pub(super) segments: Vec<(u32, u32)>,
    /// The segments that lead to each item.
    pub(super) before: Lists,
    /// The segments that lead on from each item.
    pub(super) after: Lists,
    pub(super) group_count: usize,
    /// The bends of each box's edges, as the number of the first: its edges share them, one for each column.
    bends: Vec<u32>,
    /// The number of columns beyond which an edge has no bends.
    reach: u32,
}

impl Layers {
    /// `groups` and `ranks` are those of the boxes; each edge leads to a later column.
    pub(super) fn new(groups: &[Option<u32>], ranks: &[u32], edges: &[(u32, u32)], group_count: usize) -> Self {
        let boxes = groups.iter().zip(ranks).zip(0..);
        let items = boxes.map(|((group, rank), at)| Item { role: Role::Box, rank: *rank, group: *group, origin: at });
        let mut layers = Self {
            items: items.collect(),
            columns: Lists::default(),
            segments: Vec::new(),
            before: Lists::default(),
            after: Lists::default(),
            group_count,
            bends: vec![0; ranks.len()],
            reach: reach(ranks, edges),
        };
        layers.add_edges(edges);
        layers.add_borders();

        let Self { items, segments, .. } = &layers;
        let column_count = ranks.iter().max().map_or(0, |last| *last as usize + 1);
        let columns = Lists::new(column_count, items.iter().zip(0..).map(|(item, at)| (item.rank, at)));
        let numbered = || segments.iter().zip(0..);
        let before = Lists::new(items.len(), numbered().map(|((_, to), at)| (*to, at)));
        let after = Lists::new(items.len(), numbered().map(|((from, _), at)| (*from, at)));
        Self { columns, before, after, ..layers }
    }

    /// The bends of an edge, which are numbered in a row; none if it is not to have any.
    pub(super) fn bends(&self, from: u32, to: u32) -> Option<std::ops::Range<u32>> {
        let span = self.items[to as usize].rank - self.items[from as usize].rank;
        let first = self.bends[from as usize];
        (span <= self.reach).then_some(first..first + span - 1)
    }

    /// Whether a segment runs between two bends, or along a frame, and is to be kept straight.
    pub(super) fn is_inner(&self, segment: u32) -> bool {
        let (from, to) = self.segments[segment as usize];
        self.items[from as usize].role != Role::Box && self.items[to as usize].role != Role::Box
    }

    fn add_edges(&mut self, edges: &[(u32, u32)]) {
        let box_count = self.items.len();
        let targets = Lists::new(box_count, edges.iter().copied());
        for from in 0..box_count as u32 {
            let Item { rank, group, .. } = self.items[from as usize];
            let span = |to: &u32| self.items[*to as usize].rank - rank;
            let near = || targets.of(from).iter().filter(|to| span(to) <= self.reach);
            let farthest = near().map(span).max().unwrap_or(0);
            let group = group.filter(|_| near().all(|to| self.items[*to as usize].group == group));
            self.bends[from as usize] = self.items.len() as u32;
            for step in 1..farthest {
                let bend = self.items.len() as u32;
                self.segments.push((if step == 1 { from } else { bend - 1 }, bend));
                self.items.push(Item { role: Role::Bend, rank: rank + step, group, origin: from });
            }
        }
        for (from, to) in edges {
            if let Some(bends) = self.bends(*from, *to) {
                let last = if bends.is_empty() { *from } else { bends.end - 1 };
                self.segments.push((last, *to));
            }
        }
    }

    /// A frame's borders pass through all of its columns, so that what does not belong in it is kept out of it.
    fn add_borders(&mut self) {
        let mut extents: Vec<Option<(u32, u32, u32)>> = vec![None; self.group_count];
        for (at, item) in self.items.iter().enumerate() {
            let Some(group) = item.group else { continue };
            let (_, first, last) = extents[group as usize].get_or_insert((at as u32, item.rank, item.rank));
            (*first, *last) = ((*first).min(item.rank), (*last).max(item.rank));
        }
        let total: u64 = extents.iter().flatten().map(|(_, first, last)| 2 * u64::from(last - first + 1)).sum();
        if total > MAX_FILLERS {
            return;
        }
        for (group, extent) in extents.into_iter().enumerate() {
            let Some((origin, first, last)) = extent else { continue };
            for role in [Role::Top, Role::Bottom] {
                for rank in first..=last {
                    let border = self.items.len() as u32;
                    if rank > first {
                        self.segments.push((border - 1, border));
                    }
                    self.items.push(Item { role, rank, group: Some(group as u32), origin });
                }
            }
        }
    }
}

/// The longest edges that may have bends, in columns, such that there are not too many bends.
fn reach(ranks: &[u32], edges: &[(u32, u32)]) -> u32 {
    let span = |edge: &(u32, u32)| ranks[edge.1 as usize] - ranks[edge.0 as usize];
    let mut reach = edges.iter().map(span).max().unwrap_or(0);
    let mut farthest = vec![0; ranks.len()];
    loop {
        farthest.fill(0);
        for edge in edges.iter().filter(|edge| span(edge) <= reach) {
            let farthest = &mut farthest[edge.0 as usize];
            *farthest = span(edge).max(*farthest);
        }
        if farthest.iter().map(|span| u64::from(*span)).sum::<u64>() <= MAX_FILLERS + edges.len() as u64 {
            return reach;
        }
        reach /= 2;
    }
}
