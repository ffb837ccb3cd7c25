//! The journal as a fuzz target sees it: there in builds of cargo-fuzz, and in no other.

use super::*;

/// What was read of a journal.
pub struct Loaded(Sound);

impl Loaded {
    /// Reads bytes as a run reads its journal.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(read(bytes))
    }

    /// How many bytes are sound; 0 if not even the header is.
    pub fn length(&self) -> usize {
        self.0.length
    }

    /// How many lines behind the header are sound.
    pub fn lines(&self) -> usize {
        self.0.lines
    }

    /// Whether two journals say the same.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.0.remembered == other.0.remembered
    }

    /// The file that takes the place of one with too many outdated lines; none if it cannot be written.
    pub fn written_anew(&self) -> Option<Vec<u8>> {
        let (text, _) = self.0.remembered.journal().ok()?;
        Some(text.into_bytes())
    }
}

/// A journal with these texts as its lines, each with the length and the checksum that it should have there.
pub fn signed<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut journal = HEADER.to_owned();
    let mut checksum = 0;
    for text in texts {
        checksum = write_line(text, checksum, &mut journal);
    }
    journal.into_bytes()
}

/// Whether a text says something that can be remembered.
pub fn is_record(text: &str) -> bool {
    serde_json::from_str::<Record>(text).is_ok()
}
