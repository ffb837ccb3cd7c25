//! The difference of two texts as one piece that is put in the place of another.

/// At an offset, one text in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    at: usize,
    removed: String,
    inserted: String,
}

impl Splice {
    /// The smallest one that makes the second text of the first.
    pub(super) fn between(old: &str, new: &str) -> Self {
        let mut start = old.bytes().zip(new.bytes()).take_while(|(old, new)| old == new).count();
        while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
            start -= 1;
        }
        let ends = old[start..].bytes().rev().zip(new[start..].bytes().rev());
        let mut same = ends.take_while(|(old, new)| old == new).count();
        while !old.is_char_boundary(old.len() - same) || !new.is_char_boundary(new.len() - same) {
            same -= 1;
        }
        let piece = |text: &str| text[start..text.len() - same].to_owned();
        Self { at: start, removed: piece(old), inserted: piece(new) }
    }

    /// The other way round.
    pub(super) fn back(&self) -> Self {
        Self { at: self.at, removed: self.inserted.clone(), inserted: self.removed.clone() }
    }

    /// The text that it makes of the one that it was made for.
    pub(super) fn applied(&self, text: &str) -> String {
        let (before, rest) = text.split_at(self.at);
        [before, &self.inserted, &rest[self.removed.len()..]].concat()
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.removed.is_empty() && self.inserted.is_empty()
    }

    /// How many bytes it keeps.
    pub(super) fn size(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Splice;

    proptest! {
        #[test]
        fn it_leads_there_and_back(old in "[aäb€]{0,12}", new in "[aäb€]{0,12}") {
            let splice = Splice::between(&old, &new);
            prop_assert_eq!(splice.applied(&old), new.clone());
            prop_assert_eq!(splice.back().applied(&new), old.clone());
            prop_assert_eq!(splice.is_nothing(), old == new);
        }
    }
}
