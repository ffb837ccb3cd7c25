//! From chunks of output to whole lines.

/// What is told at once, at most, of a line that does not end.
const LONGEST: usize = 64 << 10;

/// Cuts a stream of bytes behind line ends. A line that grows too long is told in pieces, so that what is kept is bounded.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    unfinished: Vec<u8>,
}

impl Lines {
    /// Takes a chunk and returns the lines that are whole with it, if any are.
    pub(crate) fn push(&mut self, chunk: &[u8]) -> Option<Vec<u8>> {
        let whole = chunk.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        if whole == 0 && self.unfinished.len() + chunk.len() <= LONGEST {
            self.unfinished.extend_from_slice(chunk);
            return None;
        }
        let (told, kept) = if whole == 0 { (chunk, &[][..]) } else { chunk.split_at(whole) };
        let mut text = std::mem::take(&mut self.unfinished);
        text.extend_from_slice(told);
        self.unfinished.extend_from_slice(kept);
        Some(text)
    }

    /// What is left at the end of the stream, if anything is.
    pub(crate) fn finish(self) -> Option<Vec<u8>> {
        Some(self.unfinished).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut lines = Lines::default();
        let mut told: Vec<Vec<u8>> = chunks.iter().filter_map(|chunk| lines.push(chunk)).collect();
        told.extend(lines.finish());
        told
    }

    #[test]
    fn lines_are_told_when_they_are_whole() {
        assert_eq!(cut(&[b"a", b"b\nc\nd", b"e"]), [b"ab\nc\n".to_vec(), b"de".to_vec()]);
        assert_eq!(cut(&[b"a\n", b"", b"\n"]), [b"a\n".to_vec(), b"\n".to_vec()]);
        assert!(cut(&[]).is_empty());
    }

    #[test]
    fn an_endless_line_is_told_in_bounded_pieces() {
        let chunk = [b'x'; 50_000];
        let told = cut(&[chunk.as_slice(); 20]);
        assert_eq!(told.iter().map(Vec::len).sum::<usize>(), 1_000_000);
        assert!(told.iter().all(|piece| piece.len() <= LONGEST + chunk.len()));
    }
}
