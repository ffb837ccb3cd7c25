//! How wide text is, and as much of it as there is room for.
//!
//! Nothing here asks for a font: the picture is made before anyone knows which one will be there. The table is that
//! of a wide bold sans-serif, so that text in nearly any other stays inside its box.

/// The widths of the characters from space to tilde, in hundredths of the font size.
const WIDTHS: [u8; 95] = [
    28, 34, 48, 65, 65, 89, 73, 24, 40, 40, 55, 68, 30, 47, 29, 38, // space to /
    67, 56, 63, 66, 67, 64, 65, 59, 65, 65, 34, 34, 68, 68, 68, 61, // 0 to ?
    100, 73, 73, 75, 73, 67, 61, 78, 75, 28, 56, 73, 61, 91, 74, 78, // @ to O
    67, 78, 73, 67, 66, 74, 73, 101, 69, 71, 66, 40, 38, 40, 59, 56, // P to _
    50, 58, 63, 58, 63, 60, 38, 63, 62, 28, 28, 57, 28, 90, 61, 61, // ` to o
    63, 63, 40, 56, 38, 61, 58, 84, 57, 58, 57, 40, 36, 40, 68, // p to ~
];

/// More characters than fit into any box, however narrow they are.
const MAX_CHARS: usize = 200;

const ELLIPSIS: char = '…';

/// The width of a text on one line, for a font size.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    let hundredths: u64 = text.chars().map(|c| u64::from(hundredths(c))).sum();
    hundredths as f64 * size / 100.0
}

fn hundredths(c: char) -> u8 {
    match c as u32 {
        code @ 0x20..=0x7e => WIDTHS[code as usize - 0x20],
        _ if joins(c) => 0,
        // Scripts of square characters.
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f => 105,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x2_0000..=0x3_ffff => 105,
        // Signs and pictures.
        0x2300..=0x23ff | 0x2600..=0x27bf | 0x1_f000..=0x1_faff => 135,
        0x2014 | 0x2026 | 0x2190..=0x22ff => 100,
        _ if c.is_uppercase() => 85,
        _ => 68,
    }
}

/// Whether a character belongs to the one before it.
fn joins(c: char) -> bool {
    matches!(c as u32,
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x610..=0x61a | 0x64b..=0x65f | 0x93c | 0x94d
        | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x2064
        | 0x2066..=0x2069 | 0x20d0..=0x20ff | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xfeff
        | 0x1_f3fb..=0x1_f3ff | 0xe_0000..=0xe_01ef)
}

/// Text on one line: signs of control are written out.
pub(crate) fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// The beginning and the end of a text, for a room of this width; the whole text, if it fits. Names that look
/// alike often differ at the end, and the end of a path is the file.
pub(crate) fn clip(text: &str, size: f64, room: f64) -> String {
    if text.chars().nth(MAX_CHARS).is_none() && width(text, size) <= room {
        return text.to_owned();
    }
    let room = (room * 100.0 / size) as u64;
    let left = room.saturating_sub(u64::from(hundredths(ELLIPSIS)));
    let head = fitting(text.char_indices(), left * 6 / 10);
    let head = start_of_sign(text, head.map_or(0, |(at, c)| at + c.len_utf8()));
    let used = (width(&text[..head], 100.0) as u64).min(left);
    let tail = fitting(text[head..].char_indices().rev(), left - used).map_or(text.len(), |(at, _)| head + at);
    let mut tail = &text[tail..];
    // Nothing that belongs to a sign that is gone.
    while let Some(c) = tail.chars().next().filter(|c| joins(*c)) {
        tail = &tail[c.len_utf8()..];
    }
    format!("{}{ELLIPSIS}{tail}", text[..head].trim_end())
}

/// The last of the characters that fit.
fn fitting(chars: impl Iterator<Item = (usize, char)>, mut room: u64) -> Option<(usize, char)> {
    let fits = |(_, c): &(usize, char)| {
        let width = u64::from(hundredths(*c));
        room.checked_sub(width).map(|left| room = left).is_some()
    };
    chars.take(MAX_CHARS / 2).take_while(fits).last()
}

/// The nearest place at or before `at` where one sign ends and another begins.
fn start_of_sign(text: &str, at: usize) -> usize {
    let inside = |at: usize| text[at..].chars().next().is_some_and(joins) || text[..at].ends_with('\u{200d}');
    let mut at = at;
    while at > 0 && inside(at) {
        at -= text[..at].chars().next_back().map_or(at, char::len_utf8);
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_whole() {
        assert_eq!(clip("short", 10.0, 100.0), "short");
        assert_eq!(clip("", 10.0, 0.0), "");
    }

    #[test]
    fn what_does_not_fit_keeps_both_ends() {
        let clipped = clip("data/experiments/2024/run-17/results_high.json", 10.0, 150.0);
        assert_eq!(clipped, "data/experiment…s_high.json");
        assert!(width(&clipped, 10.0) <= 150.0);
    }

    #[test]
    fn no_sign_is_cut_in_two() {
        let family = "👩\u{200d}👩\u{200d}👧";
        let text = family.repeat(20);
        for room in 0..80 {
            let clipped = clip(&text, 10.0, f64::from(room));
            let (head, tail) = clipped.split_once(ELLIPSIS).expect("too long for its room");
            assert_eq!(head.replace(family, ""), "", "{room}");
            assert!(!tail.starts_with('\u{200d}'), "{room}");
        }
        let marks = "a\u{301}".repeat(1000);
        assert!(clip(&marks, 10.0, 50.0).ends_with("a\u{301}"));
        assert!(clip(&"\u{301}".repeat(1000), 10.0, 50.0).chars().count() <= MAX_CHARS + 1);
    }

    #[test]
    fn control_signs_are_seen() {
        assert_eq!(one_line("a\nb\u{1b}[31m\u{85}"), r"a\nb\u{1b}[31m\u{85}");
    }
}
