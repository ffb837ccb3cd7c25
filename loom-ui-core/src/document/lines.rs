//! Texts line by line: what differs, and two changes in one text.

use std::ops::Range;

use similar::{Algorithm, DiffOp, TextDiff as Lines, capture_diff_slices};

use crate::api::TextDiff;

/// How two texts differ, as a unified diff.
pub(crate) fn diff(old: &str, new: &str) -> TextDiff {
    if old == new {
        return TextDiff { unified: String::new(), added: 0, removed: 0 };
    }
    let lines = Lines::from_lines(old, new);
    let (mut added, mut removed) = (0, 0);
    for change in lines.ops() {
        if !matches!(change, DiffOp::Equal { .. }) {
            removed += change.old_range().len();
            added += change.new_range().len();
        }
    }
    TextDiff { unified: lines.unified_diff().context_radius(3).to_string(), added, removed }
}

/// Some lines in the place of others.
struct Hunk<'t> {
    old: Range<usize>,
    new: &'t [&'t str],
}

/// Both changes of a text in one, where they are apart: no line is touched by both, and none stands directly beside one that is.
pub(crate) fn merged(base: &str, mine: &str, theirs: &str) -> Option<String> {
    let split = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
    let (base, mine, theirs) = (split(base), split(mine), split(theirs));
    let (mine, theirs) = (hunks(&base, &mine), hunks(&base, &theirs));
    let (mut mine, mut theirs) = (mine.into_iter().peekable(), theirs.into_iter().peekable());
    let mut text = String::new();
    let mut at = 0;
    loop {
        let hunk = match (mine.peek(), theirs.peek()) {
            (Some(ours), Some(other)) if ours.old == other.old && ours.new == other.new => {
                theirs.next();
                mine.next()
            }
            (Some(ours), Some(other)) if ours.old.end < other.old.start => mine.next(),
            (Some(ours), Some(other)) if other.old.end < ours.old.start => theirs.next(),
            (Some(_), Some(_)) => return None,
            (Some(_), None) => mine.next(),
            (None, _) => theirs.next(),
        };
        let Some(hunk) = hunk else { break };
        text.extend(base[at..hunk.old.start].iter().copied());
        // A line that was the last one may have no end.
        if !text.is_empty() && !text.ends_with('\n') && !hunk.new.is_empty() {
            return None;
        }
        text.extend(hunk.new.iter().copied());
        at = hunk.old.end;
    }
    if !text.is_empty() && !text.ends_with('\n') && at < base.len() {
        return None;
    }
    text.extend(base[at..].iter().copied());
    Some(text)
}

fn hunks<'t>(old: &[&'t str], new: &'t [&'t str]) -> Vec<Hunk<'t>> {
    let changes = capture_diff_slices(Algorithm::Myers, old, new);
    let changes = changes.iter().filter(|change| !matches!(change, DiffOp::Equal { .. }));
    changes.map(|change| Hunk { old: change.old_range(), new: &new[change.new_range()] }).collect()
}

#[cfg(test)]
mod tests {
    use super::{diff, merged};

    #[test]
    fn changes_that_are_apart_go_together() {
        let base = "a\nb\nc\nd\n";
        assert_eq!(merged(base, "A\nb\nc\nd\n", "a\nb\nc\nD\n").as_deref(), Some("A\nb\nc\nD\n"));
        assert_eq!(merged(base, "A\nb\nc\nd\n", "A\nb\nc\nd\n").as_deref(), Some("A\nb\nc\nd\n"));
        assert_eq!(merged(base, "b\nc\nd\n", "a\nb\nc\nd\ne\n").as_deref(), Some("b\nc\nd\ne\n"));
        assert_eq!(merged(base, "A\nb\nc\nd\n", "a\nB\nc\nd\n"), None);
        assert_eq!(merged("a\nb", "a\nb", "a\nc").as_deref(), Some("a\nc"));
    }

    #[test]
    fn a_diff_counts_lines() {
        let diff = diff("a\nb\nc\n", "a\nB\nc\nd\n");
        assert_eq!((diff.added, diff.removed), (2, 1));
        assert!(diff.unified.contains("-b\n+B\n"), "{}", diff.unified);
    }
}
