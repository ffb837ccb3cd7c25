//! Lines that scroll above an area that stays.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

/// Lines may wait for so many bytes.
const FULL: usize = 64 << 10;
/// A line that is not ended is shown once it is so long.
const LONG: usize = 16 << 10;

/// The size of a terminal, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

/// A line of the area: what is written, and how many columns it takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AreaLine {
    pub(super) text: String,
    pub(super) width: usize,
}

/// What has been written to a terminal, and what is to be.
#[derive(Debug)]
pub(super) struct Screen<W> {
    out: W,
    waiting: Vec<u8>,
    filter: Filter,
    area: Vec<AreaLine>,
}

impl<W: Write> Screen<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, waiting: Vec::new(), filter: Filter::Text, area: Vec::new() }
    }

    /// Adds lines, or parts of lines, to what is to be written.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.filter.pass(bytes, &mut self.waiting);
    }

    /// Whether so much waits that it should be written before more comes.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= FULL
    }

    /// Writes the lines that wait, and the area below them. A line that has not ended waits for its end.
    pub(super) fn draw(&mut self, area: &[AreaLine], size: Size) -> io::Result<()> {
        let whole = self.waiting.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let (whole, end) = if self.waiting.len() - whole > LONG { (self.waiting.len(), "\n") } else { (whole, "") };
        if whole == 0 && area == self.area {
            return Ok(());
        }
        let mut frame = Vec::with_capacity(whole + 1000);
        // Terminals that know it show the frame when it is whole; the others pass it over.
        frame.extend_from_slice(b"\x1b[?2026h");
        self.go_up(size, &mut frame);
        if whole > 0 {
            frame.extend_from_slice(b"\x1b[J");
            frame.extend(self.waiting.drain(..whole));
            frame.extend_from_slice(end.as_bytes());
            // A step may have left a colour on.
            frame.extend_from_slice(b"\x1b[m");
        }
        for line in area {
            frame.extend_from_slice(line.text.as_bytes());
            frame.extend_from_slice(b"\x1b[K\n");
        }
        frame.extend_from_slice(b"\x1b[J\x1b[?2026l");
        self.area = area.to_vec();
        self.out.write_all(&frame)?;
        self.out.flush()
    }

    /// Writes all that waits, and no area.
    pub(super) fn end(&mut self, size: Size) -> io::Result<()> {
        let mut frame = Vec::new();
        if !self.area.is_empty() {
            self.go_up(size, &mut frame);
            frame.extend_from_slice(b"\x1b[J");
            self.area.clear();
        }
        frame.append(&mut self.waiting);
        self.out.write_all(&frame)?;
        self.out.flush()
    }

    /// To where the area begins. In a terminal that has become narrower, its lines take more rows.
    fn go_up(&self, size: Size, frame: &mut Vec<u8>) {
        let columns = size.columns.max(1);
        let rows: usize = self.area.iter().map(|line| line.width.div_ceil(columns).max(1)).sum();
        if rows > 0 {
            frame.extend_from_slice(format!("\r\x1b[{rows}A").as_bytes());
        }
    }
}

/// Keeps from the terminal what would break the display: everything that moves the cursor or clears the screen. Colours
/// pass.
#[derive(Debug, PartialEq, Eq)]
enum Filter {
    Text,
    /// Behind an ESC.
    Escape,
    /// In a sequence that began with `ESC [`, which is kept until it is known to be a colour.
    Sequence(Vec<u8>),
    /// In a text for the terminal itself, such as a title, which ends with BEL or `ESC \`.
    Title,
    /// In such a text behind an ESC.
    TitleEscape,
}

impl Filter {
    /// No colour is longer.
    const LONGEST: usize = 64;

    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        for byte in bytes {
            match (&mut *self, *byte) {
                (Self::Text | Self::Escape, 0x1b) => *self = Self::Escape,
                (Self::Text, b'\n' | b'\t' | 0x20..=0x7e | 0x80..) => out.push(*byte),
                (Self::Text, _) => {}
                (Self::Escape, b'[') => *self = Self::Sequence(Vec::new()),
                (Self::Escape, b']' | b'P' | b'X' | b'^' | b'_') => *self = Self::Title,
                (Self::Sequence(parts), 0x20..=0x3f) if parts.len() < Self::LONGEST => parts.push(*byte),
                (Self::Sequence(parts), b'm') => {
                    out.extend_from_slice(b"\x1b[");
                    out.append(parts);
                    out.push(b'm');
                    *self = Self::Text;
                }
                // Nothing goes on beyond the end of a line.
                (Self::Escape | Self::Sequence(_) | Self::Title | Self::TitleEscape, b'\n') => {
                    out.push(b'\n');
                    *self = Self::Text;
                }
                (Self::Title, 0x07) | (Self::TitleEscape, _) => *self = Self::Text,
                (Self::Title, 0x1b) => *self = Self::TitleEscape,
                (Self::Title, _) => {}
                // Intermediate bytes, as of the choice of a character set.
                (Self::Escape, 0x20..=0x2f) => {}
                (Self::Escape | Self::Sequence(_), _) => *self = Self::Text,
            }
        }
    }
}

/// As much of a text as fits into so many columns, and how many it takes.
pub(super) fn clip(text: &str, room: usize) -> AreaLine {
    let width = text.width();
    if width <= room {
        return AreaLine { text: text.to_owned(), width };
    }
    let mut clipped = String::new();
    for c in text.chars() {
        if clipped.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) + 1 > room {
            break;
        }
        clipped.push(c);
    }
    if room > 0 {
        clipped.push('…');
    }
    AreaLine { width: clipped.width(), text: clipped }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { columns: 20, rows: 10 };

    fn line(text: &str) -> AreaLine {
        clip(text, 100)
    }

    fn written(screen: &mut Screen<Vec<u8>>) -> String {
        String::from_utf8(std::mem::take(&mut screen.out)).expect("it is text").replace('\u{1b}', "^")
    }

    #[test]
    fn lines_go_above_the_area() {
        let mut screen = Screen::new(Vec::new());
        screen.add(b"one\ntw");
        screen.draw(&[line("a"), line("b")], SIZE).unwrap();
        assert_eq!(written(&mut screen), "^[?2026h^[Jone\n^[ma^[K\nb^[K\n^[J^[?2026l");
        screen.draw(&[line("a"), line("b")], SIZE).unwrap();
        assert_eq!(written(&mut screen), "", "nothing is new");
        screen.draw(&[line("c")], SIZE).unwrap();
        assert_eq!(written(&mut screen), "^[?2026h\r^[2Ac^[K\n^[J^[?2026l");
        screen.add(b"o\n");
        screen.end(SIZE).unwrap();
        assert_eq!(written(&mut screen), "\r^[1A^[Jtwo\n");
    }

    #[test]
    fn a_narrower_terminal_has_more_rows_to_clear() {
        let mut screen = Screen::new(Vec::new());
        screen.draw(&[line("123456789012345"), line("b")], SIZE).unwrap();
        written(&mut screen);
        screen.end(Size { columns: 7, rows: 10 }).unwrap();
        assert_eq!(written(&mut screen), "\r^[4A^[J");
    }

    #[test]
    fn nothing_that_a_step_writes_moves_the_cursor() {
        let cases: [(&str, &str); 8] = [
            ("\x1b[31mred\x1b[0m\n", "\x1b[31mred\x1b[0m\n"),
            ("\x1b[2J\x1b[5;5Hx\n", "x\n"),
            ("\x1b[38;5;1mx", "\x1b[38;5;1mx"),
            ("\x1b]0;title\x07x\x1b]8;;u\x1b\\y", "xy"),
            ("\x1b(Bx\x1bcy\x0c\x08\x07z", "xyz"),
            ("\x1b[", ""),
            ("\x1b[12\nx", "\nx"),
            ("näh\t数", "näh\t数"),
        ];
        for (given, expected) in cases {
            let (mut whole, mut pieces) = (Vec::new(), Vec::new());
            Filter::Text.pass(given.as_bytes(), &mut whole);
            let mut filter = Filter::Text;
            given.as_bytes().chunks(1).for_each(|piece| filter.pass(piece, &mut pieces));
            assert_eq!(String::from_utf8_lossy(&whole), expected, "{given:?}");
            assert_eq!(whole, pieces, "{given:?}");
        }
    }

    #[test]
    fn clipped_text_fits() {
        for room in 0..8 {
            assert!(clip("数据abc数据", room).width <= room, "{room}");
        }
        assert_eq!(clip("abcdef", 4).text, "abc…");
    }
}
