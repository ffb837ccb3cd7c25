//! Lists of numbers, all in one allocation.

/// A list for each of some numbered things.
#[derive(Default)]
pub(super) struct Lists {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Lists {
    /// Gathers pairs of a thing and an item of its list, keeping their order.
    pub(super) fn new(count: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; count + 1];
        for (thing, _) in pairs.clone() {
            starts[thing as usize + 1] += 1;
        }
        for thing in 0..count {
            starts[thing + 1] += starts[thing];
        }
        let mut free = starts.clone();
        let mut items = vec![0; starts[count] as usize];
        for (thing, item) in pairs {
            let slot = &mut free[thing as usize];
            items[*slot as usize] = item;
            *slot += 1;
        }
        Self { starts, items }
    }

    /// The number of lists.
    pub(super) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// The list of one thing.
    pub(super) fn of(&self, thing: u32) -> &[u32] {
        &self.items[self.starts[thing as usize] as usize..self.starts[thing as usize + 1] as usize]
    }

    /// The list of one thing, to be put into another order.
    pub(super) fn of_mut(&mut self, thing: u32) -> &mut [u32] {
        &mut self.items[self.starts[thing as usize] as usize..self.starts[thing as usize + 1] as usize]
    }
}
