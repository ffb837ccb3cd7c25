//! Boxes in columns, with something in every column that an edge or a frame passes through.

use super::lists::Lists;

/// How many bends the edges of a drawing may have together, and likewise the borders of its frames. Beyond that the
/// longest edges go straight across, and frames are drawn round wherever their boxes come to stand.
const MAX_FILLERS: u64 = 1_000_000;

/// How many heights at which edges leave or arrive at a box are told apart, when crossings are counted.
const MOST_SLOTS: u32 = 32;

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

/// From one box to another in a later column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) from: u32,
    pub(super) to: u32,
    /// How far below the middle of the one it leaves.
    pub(super) leaves: f64,
    /// How far below the middle of the other it arrives.
    pub(super) arrives: f64,
}

/// The columns, and the segments between neighbouring ones.
pub(super) struct Layers {
    /// The boxes first, under their numbers.
    pub(super) items: Vec<Item>,
    /// The items of each column, from top to bottom.
    pub(super) columns: Lists,
    /// From an item to one in the next column.
    pub(super) segments: Vec<(u32, u32)>,
    /// How far below the middles of its two items each segment begins and ends.
    pub(super) offsets: Vec<(f64, f64)>,
    /// For each segment, its places among those where segments leave the one item and arrive at the other, from the top.
    pub(super) slots: Vec<(u32, u32)>,
    /// How many such places there are at most.
    pub(super) slot_count: u32,
    /// The segments that lead to each item.
    pub(super) before: Lists,
    /// The segments that lead on from each item.
    pub(super) after: Lists,
    pub(super) group_count: usize,
    /// The first bend of each edge: edges that leave a box at one height share them, one for each column.
    bends: Vec<u32>,
    /// The number of columns beyond which an edge has no bends.
    reach: u32,
}

impl Layers {
    /// `groups` and `ranks` are those of the boxes; each edge leads to a later column.
    pub(super) fn new(groups: &[Option<u32>], ranks: &[u32], edges: &[Edge], group_count: usize) -> Self {
        let boxes = groups.iter().zip(ranks).zip(0..);
        let items = boxes.map(|((group, rank), at)| Item { role: Role::Box, rank: *rank, group: *group, origin: at });
        let mut layers = Self {
            items: items.collect(),
            columns: Lists::default(),
            segments: Vec::new(),
            offsets: Vec::new(),
            slots: Vec::new(),
            slot_count: 1,
            before: Lists::default(),
            after: Lists::default(),
            group_count,
            bends: vec![0; edges.len()],
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
        layers.find_slots(&before, &after);
        Self { columns, before, after, ..layers }
    }

    /// The bends of an edge, which are numbered in a row; none if it is not to have any.
    pub(super) fn bends(&self, at: usize, edge: Edge) -> Option<std::ops::Range<u32>> {
        let span = self.items[edge.to as usize].rank - self.items[edge.from as usize].rank;
        let first = self.bends[at];
        (span <= self.reach).then_some(first..first + span - 1)
    }

    /// Whether a segment runs between two bends, or along a frame, and is to be kept straight.
    pub(super) fn is_inner(&self, segment: u32) -> bool {
        let (from, to) = self.segments[segment as usize];
        self.items[from as usize].role != Role::Box && self.items[to as usize].role != Role::Box
    }

    fn add_edges(&mut self, edges: &[Edge]) {
        let box_count = self.items.len();
        let leaving = Lists::new(box_count, edges.iter().zip(0..).map(|(edge, at)| (edge.from, at)));
        let rank_of = |item: u32| self.items[item as usize].rank;
        let spans: Vec<u32> = edges.iter().map(|edge| rank_of(edge.to) - rank_of(edge.from)).collect();
        let mut together: Vec<u32> = Vec::new();
        for from in 0..box_count as u32 {
            let Item { rank, group, .. } = self.items[from as usize];
            let reach = self.reach;
            together.clear();
            together.extend(leaving.of(from).iter().filter(|at| spans[**at as usize] <= reach));
            together.sort_by(|one, other| edges[*one as usize].leaves.total_cmp(&edges[*other as usize].leaves));
            for together in together.chunk_by(|one, other| edges[*one as usize].leaves == edges[*other as usize].leaves)
            {
                let farthest = together.iter().map(|at| spans[*at as usize]).max().unwrap_or(0);
                let is_within = |at: &u32| self.items[edges[*at as usize].to as usize].group == group;
                let group = group.filter(|_| together.iter().all(is_within));
                let first = self.items.len() as u32;
                for step in 1..farthest {
                    let bend = self.items.len() as u32;
                    let leaves = edges[together[0] as usize].leaves;
                    self.segments.push((if step == 1 { from } else { bend - 1 }, bend));
                    self.offsets.push((if step == 1 { leaves } else { 0.0 }, 0.0));
                    self.items.push(Item { role: Role::Bend, rank: rank + step, group, origin: from });
                }
                together.iter().for_each(|at| self.bends[*at as usize] = first);
            }
        }
        for (at, edge) in edges.iter().enumerate() {
            if let Some(bends) = self.bends(at, *edge) {
                let (last, leaves) = if bends.is_empty() { (edge.from, edge.leaves) } else { (bends.end - 1, 0.0) };
                self.segments.push((last, edge.to));
                self.offsets.push((leaves, edge.arrives));
            }
        }
    }

    /// Numbers the heights at which segments leave and arrive at each item.
    fn find_slots(&mut self, before: &Lists, after: &Lists) {
        self.offsets.resize(self.segments.len(), (0.0, 0.0));
        self.slots = vec![(0, 0); self.segments.len()];
        if self.offsets.iter().all(|ends| *ends == (0.0, 0.0)) {
            return;
        }
        let mut sorted: Vec<(f64, u32)> = Vec::new();
        for item in 0..self.items.len() as u32 {
            for arrives in [false, true] {
                let offset = |at: &u32| {
                    let (one, other) = self.offsets[*at as usize];
                    if arrives { other } else { one }
                };
                sorted.clear();
                sorted.extend((if arrives { before } else { after }).of(item).iter().map(|at| (offset(at), *at)));
                sorted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
                let mut slot = 0;
                for place in 0..sorted.len() {
                    slot += u32::from(place > 0 && sorted[place].0 > sorted[place - 1].0);
                    let slots = &mut self.slots[sorted[place].1 as usize];
                    // However many there are, the last ones may share one.
                    *(if arrives { &mut slots.1 } else { &mut slots.0 }) = slot.min(MOST_SLOTS - 1);
                }
                self.slot_count = self.slot_count.max((slot + 1).min(MOST_SLOTS));
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
fn reach(ranks: &[u32], edges: &[Edge]) -> u32 {
    let span = |edge: &Edge| ranks[edge.to as usize] - ranks[edge.from as usize];
    let mut reach = edges.iter().map(span).max().unwrap_or(0);
    // Those that leave a box at different heights share no bends.
    let mut by_source: Vec<usize> = (0..edges.len()).collect();
    by_source.sort_by(|one, other| {
        let (one, other) = (&edges[*one], &edges[*other]);
        one.from.cmp(&other.from).then(one.leaves.total_cmp(&other.leaves))
    });
    let is_together = |one: &usize, other: &usize| {
        edges[*one].from == edges[*other].from && edges[*one].leaves == edges[*other].leaves
    };
    loop {
        let near = |at: &usize| Some(span(&edges[*at])).filter(|span| *span <= reach);
        let farthest = |together: &[usize]| u64::from(together.iter().filter_map(near).max().unwrap_or(0));
        let total: u64 = by_source.chunk_by(is_together).map(farthest).sum();
        if total <= MAX_FILLERS + edges.len() as u64 {
            return reach;
        }
        reach /= 2;
    }
}
