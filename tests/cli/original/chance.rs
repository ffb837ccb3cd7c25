//! Chance that is the same every time.

/// Cards that are all dealt once before any is dealt again.
pub struct Deck<T> {
    cards: Vec<T>,
    dealt: usize,
    chance: Chance,
}

impl<T: Clone> Deck<T> {
    pub fn new(cards: impl IntoIterator<Item = T>) -> Self {
        Self { cards: cards.into_iter().collect(), dealt: 0, chance: Chance(11) }
    }

    pub fn deal(&mut self) -> T {
        let next = self.dealt % self.cards.len();
        self.dealt += 1;
        let any = next + self.chance.below(self.cards.len() - next);
        self.cards.swap(next, any);
        self.cards[next].clone()
    }

    pub fn is_through(&self) -> bool {
        self.dealt >= self.cards.len()
    }
}

/// Numbers as good as drawn by lot.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
