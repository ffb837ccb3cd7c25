//! Who stands above whom in each column, such that few edges cross.

use super::layers::{Layers, Role};
use super::lists::Lists;

/// Puts the items of every column into an order: barycentre sweeps to and fro, each followed by swaps of neighbours
/// where that helps, and the best of all orders is kept. The items of a frame stay together.
pub(super) fn reduce_crossings(layers: &mut Layers) {
    // A few sweeps do most of it; more are for graphs where they cost nothing.
    let rounds = (1_500_000 / (layers.segments.len() + 1)).clamp(2, 24);
    let mut sorter = Sorter::new(layers);
    for rank in 0..sorter.columns.len() as u32 {
        sorter.sort(rank, |sorter, item| f64::from(sorter.layers.items[item as usize].origin));
    }
    let mut best: Option<(u64, Vec<u32>)> = None;
    let mut without_gain = 0;
    for round in 0..rounds {
        sorter.sweep(round % 2 == 0);
        sorter.swap_neighbours(if rounds > 4 { 8 } else { 1 });
        let crossings = sorter.crossings();
        if best.as_ref().is_none_or(|(fewest, _)| crossings < *fewest) {
            best = Some((crossings, sorter.places.clone()));
            without_gain = 0;
        } else {
            without_gain += 1;
        }
        if crossings == 0 || without_gain == 6 {
            break;
        }
    }
    let mut columns = sorter.columns;
    if let Some((_, places)) = best {
        for rank in 0..columns.len() as u32 {
            columns.of_mut(rank).sort_unstable_by_key(|item| places[*item as usize]);
        }
    }
    layers.columns = columns;
}

struct Sorter<'a> {
    layers: &'a Layers,
    columns: Lists,
    /// Each item's place in its column, from 0.
    places: Vec<u32>,
    /// For the column being sorted, by frame: the sum of its items' keys, their number, and the place of the first.
    groups: Vec<(f64, u32, u32)>,
}

/// The state of a frame before its items in a column are counted.
const NO_ITEMS: (f64, u32, u32) = (0.0, 0, u32::MAX);

/// What an item is sorted by: first the frame as a whole, or the item, if it is in none.
struct Key {
    unit: f64,
    unit_place: u32,
    role: Role,
    own: f64,
    place: u32,
    item: u32,
}

impl<'a> Sorter<'a> {
    fn new(layers: &'a mut Layers) -> Self {
        let columns = std::mem::take(&mut layers.columns);
        let groups = vec![NO_ITEMS; layers.group_count];
        let mut sorter = Self { layers, columns, places: vec![0; layers.items.len()], groups };
        for rank in 0..sorter.columns.len() as u32 {
            sorter.note_places(rank);
        }
        sorter
    }

    fn note_places(&mut self, rank: u32) {
        for (item, place) in self.columns.of(rank).iter().zip(0..) {
            self.places[*item as usize] = place;
        }
    }

    /// Sorts a column by a key for each item; those of one frame as one, by their mean.
    fn sort(&mut self, rank: u32, key: impl Fn(&Self, u32) -> f64) {
        let items = &self.layers.items;
        let mut keys: Vec<Key> = Vec::with_capacity(self.columns.of(rank).len());
        for item in self.columns.of(rank) {
            let (own, place) = (key(self, *item), self.places[*item as usize]);
            // Boxes and bends stand among each other.
            let role = Some(items[*item as usize].role).filter(|role| *role != Role::Bend).unwrap_or(Role::Box);
            keys.push(Key { unit: own, unit_place: place, role, own, place, item: *item });
        }
        let group_of = |key: &Key| items[key.item as usize].group.map(|group| group as usize);
        for key in &keys {
            if let Some(group) = group_of(key) {
                let (sum, count, first) = &mut self.groups[group];
                (*sum, *count, *first) = (*sum + key.own, *count + 1, key.place.min(*first));
            }
        }
        for key in &mut keys {
            if let Some(group) = group_of(key) {
                let (sum, count, first) = self.groups[group];
                (key.unit, key.unit_place) = (sum / f64::from(count), first);
            }
        }
        for key in &keys {
            if let Some(group) = group_of(key) {
                self.groups[group] = NO_ITEMS;
            }
        }
        keys.sort_unstable_by(|a, b| {
            let units = a.unit.total_cmp(&b.unit).then(a.unit_place.cmp(&b.unit_place));
            units.then(a.role.cmp(&b.role)).then(a.own.total_cmp(&b.own)).then(a.place.cmp(&b.place))
        });
        for (slot, key) in self.columns.of_mut(rank).iter_mut().zip(&keys) {
            *slot = key.item;
        }
        self.note_places(rank);
    }

    /// Sorts each column by the mean of the places that its edges come from (or, going back, lead to).
    fn sweep(&mut self, forth: bool) {
        let count = self.columns.len() as u32;
        for step in 1..count {
            let rank = if forth { step } else { count - 1 - step };
            self.sort(rank, |sorter, item| sorter.barycentre(item, forth));
        }
    }

    /// Between 0 (the top of the neighbouring column) and 1; an item without neighbours stays where it is.
    fn barycentre(&self, item: u32, forth: bool) -> f64 {
        let layers = self.layers;
        let neighbours = if forth { layers.before.of(item) } else { layers.after.of(item) };
        let place = |item: u32, within: f64| {
            let column = self.columns.of(layers.items[item as usize].rank).len();
            (f64::from(self.places[item as usize]) + within) / column as f64
        };
        if neighbours.is_empty() {
            return place(item, 0.5);
        }
        let sum: f64 = neighbours
            .iter()
            .map(|segment| {
                let ((from, to), (leaves, arrives)) =
                    (layers.segments[*segment as usize], layers.slots[*segment as usize]);
                let (item, slot) = if forth { (from, leaves) } else { (to, arrives) };
                place(item, (f64::from(slot) + 0.5) / f64::from(layers.slot_count))
            })
            .sum();
        sum / neighbours.len() as f64
    }

    /// Swaps neighbours for as long as that leaves fewer crossings, at most so many times through all columns.
    fn swap_neighbours(&mut self, passes: usize) {
        for _ in 0..passes {
            let mut swapped = false;
            for rank in 0..self.columns.len() as u32 {
                for at in 1..self.columns.of(rank).len() {
                    swapped |= self.swap_if_better(rank, at);
                }
            }
            if !swapped {
                break;
            }
        }
    }

    fn swap_if_better(&mut self, rank: u32, at: usize) -> bool {
        let column = self.columns.of(rank);
        let (upper, lower) = (column[at - 1], column[at]);
        let [above, below] = [upper, lower].map(|item| self.layers.items[item as usize]);
        let is_border = |role: Role| matches!(role, Role::Top | Role::Bottom);
        if above.group != below.group || is_border(above.role) || is_border(below.role) {
            return false;
        }
        let mut gain = 0;
        for forth in [false, true] {
            let [above, below] = [upper, lower].map(|item| self.neighbour_places(item, forth).map(|(_, place)| place));
            let [above, below] = [above, below].map(|places| {
                let mut places: Vec<u32> = places.collect();
                places.sort_unstable();
                places
            });
            gain += inversions(&above, &below) as i64 - inversions(&below, &above) as i64;
        }
        if gain > 0 {
            self.columns.of_mut(rank).swap(at - 1, at);
            self.places.swap(upper as usize, lower as usize);
        }
        gain > 0
    }

    /// Where the segments of an item lead to (or come from), each with its own place at the item.
    fn neighbour_places(&self, item: u32, forth: bool) -> impl Iterator<Item = (u32, u32)> {
        let layers = self.layers;
        let segments = if forth { layers.after.of(item) } else { layers.before.of(item) };
        segments.iter().map(move |segment| {
            let ((from, to), (leaves, arrives)) = (layers.segments[*segment as usize], layers.slots[*segment as usize]);
            let (own, other, slot) = if forth { (leaves, to, arrives) } else { (arrives, from, leaves) };
            (own, self.places[other as usize] * layers.slot_count + slot)
        })
    }

    /// The number of crossings in the whole drawing (Barth, Mutzel, Jünger: by a tree that counts).
    fn crossings(&self) -> u64 {
        let mut crossings = 0;
        let mut tree = Vec::new();
        let mut ends: Vec<(u32, u32)> = Vec::new();
        for rank in 1..self.columns.len() as u32 {
            let size = self.columns.of(rank).len() * self.layers.slot_count as usize;
            tree.clear();
            tree.resize(size + 1, 0u64);
            let mut seen = 0;
            for item in self.columns.of(rank - 1) {
                ends.clear();
                ends.extend(self.neighbour_places(*item, true));
                ends.sort_unstable();
                // Those that leave at one height do not cross.
                for ends in ends.chunk_by(|one, other| one.0 == other.0) {
                    for (_, end) in ends {
                        let mut not_above = 0;
                        let mut node = *end as usize + 1;
                        while node > 0 {
                            not_above += tree[node];
                            node &= node - 1;
                        }
                        crossings += seen - not_above;
                    }
                    for (_, end) in ends {
                        let mut node = *end as usize + 1;
                        while node <= size {
                            tree[node] += 1;
                            node += node & node.wrapping_neg();
                        }
                    }
                    seen += ends.len() as u64;
                }
            }
        }
        crossings
    }
}

/// How many pairs of an upper and a lower place are in the wrong order; both lists are sorted.
fn inversions(upper: &[u32], lower: &[u32]) -> usize {
    let mut smaller = 0;
    let count_smaller = |place: &u32| {
        while lower.get(smaller).is_some_and(|other| other < place) {
            smaller += 1;
        }
        smaller
    };
    upper.iter().map(count_smaller).sum()
}
