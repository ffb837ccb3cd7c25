//! Lines of a text, and what stands in them beside values.

/// Where the line begins that a place is in; a byte order mark is no part of it.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// Where the line above begins, from the beginning of a line.
pub(super) fn line_above(text: &str, start: usize) -> Option<usize> {
    text[..start].ends_with('\n').then(|| line_start(text, start - 1))
}

/// Where the line ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    if end > at && text[..end].ends_with('\r') && end < text.len() { end - 1 } else { end }
}

/// Where the next line begins; the end of the text if there is none.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// In which column a place is, counted in characters from 0.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// Whether nothing but spaces stands before a place in its line.
pub(super) fn begins_line(text: &str, at: usize) -> bool {
    text[line_start(text, at)..at].trim().is_empty()
}

/// Past spaces, line breaks and comments.
pub(super) fn past_trivia(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

/// Past spaces.
pub(super) fn past_spaces(text: &str, at: usize) -> usize {
    at + text[at..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// Past lines in which nothing stands, from the beginning of a line.
pub(super) fn past_blank_lines(text: &str, mut at: usize) -> usize {
    while at < text.len() && text[at..next_line(text, at)].trim().is_empty() {
        at = next_line(text, at);
    }
    at
}

/// Back over lines in which nothing stands, from the beginning of a line, to the beginning of the first one.
pub(super) fn before_blank_lines(text: &str, mut at: usize) -> usize {
    while let Some(above) = line_above(text, at).filter(|above| text[*above..at].trim().is_empty()) {
        at = above;
    }
    at
}

/// How lines end here.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}
