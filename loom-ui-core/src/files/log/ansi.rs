//! What a terminal makes of output: colours, and lines that overwrite themselves.

use crate::api::LogSpan;

/// A line is cut behind this many characters.
pub(super) const LONGEST_LINE: usize = 4_000;
/// What stands where a line was cut.
const CUT: &str = " … the line goes on";
/// A sequence with more numbers than this is none.
const MOST_NUMBERS: usize = 32;

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Look {
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    inverse: bool,
    /// As an index into [`COLOURS`].
    front: Option<u8>,
    back: Option<u8>,
}

const COLOURS: [&str; 9] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "gray"];
const GRAY: u8 = 8;
/// What the colours are, as far as others are taken for them.
const SHADES: [[u8; 3]; 9] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
];

impl Look {
    /// The words for it.
    fn words(self) -> String {
        let (front, back) = if self.inverse { (self.back, self.front.or(Some(7))) } else { (self.front, self.back) };
        let front = if self.inverse { front.or(Some(0)) } else { front };
        let flags = [(self.bold, "bold"), (self.dim, "dim"), (self.italic, "italic"), (self.underline, "underline")];
        let mut words: Vec<String> = flags.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned()).collect();
        let name = |colour: u8| COLOURS[usize::from(colour) % COLOURS.len()];
        words.extend(front.map(|colour| name(colour).to_owned()));
        words.extend(back.map(|colour| format!("bg-{}", name(colour))));
        words.join(" ")
    }

    /// Takes over what a sequence `ESC [ … m` says.
    fn take(&mut self, numbers: &[u16]) {
        let mut rest = numbers.iter().copied();
        while let Some(number) = rest.next() {
            match number {
                0 => *self = Self::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 | 21 => self.underline = true,
                7 => self.inverse = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underline = false,
                27 => self.inverse = false,
                30..=37 => self.front = Some((number - 30) as u8),
                38 => self.front = colour(&mut rest).or(self.front),
                39 => self.front = None,
                40..=47 => self.back = Some((number - 40) as u8),
                48 => self.back = colour(&mut rest).or(self.back),
                49 => self.back = None,
                90..=97 => self.front = Some(bright((number - 90) as u8)),
                100..=107 => self.back = Some(bright((number - 100) as u8)),
                _ => {}
            }
        }
    }
}

fn bright(colour: u8) -> u8 {
    if colour == 0 { GRAY } else { colour }
}

/// One of many colours, as the nearest of those that have names.
fn colour(rest: &mut impl Iterator<Item = u16>) -> Option<u8> {
    let [r, g, b] = match rest.next()? {
        5 => match rest.next()? {
            number @ 0..=7 => return Some(number as u8),
            number @ 8..=15 => return Some(bright((number - 8) as u8)),
            number @ 16..=231 => {
                let part = |part: u16| if part == 0 { 0 } else { (55 + 40 * part) as u8 };
                let number = number - 16;
                [part(number / 36), part(number / 6 % 6), part(number % 6)]
            }
            number @ 232..=255 => [(8 + 10 * (number - 232)) as u8; 3],
            _ => return None,
        },
        2 => {
            let mut part = || rest.next().map(|part| part.min(255) as u8);
            [part()?, part()?, part()?]
        }
        _ => return None,
    };
    let away = |shade: &[u8; 3]| -> u32 {
        shade.iter().zip([r, g, b]).map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    let nearest = SHADES.iter().enumerate().min_by_key(|(_, shade)| away(shade))?;
    u8::try_from(nearest.0).ok()
}

/// Where in a sequence a byte stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum At {
    /// In none.
    #[default]
    Text,
    /// Behind ESC.
    Escape,
    /// In `ESC [`, with the numbers so far; whether it is one that is not known.
    Csi { numbers: Vec<u16>, is_private: bool },
    /// In `ESC ]` and the like, up to BEL or `ESC \`.
    Words,
    /// There, behind ESC.
    WordsEscape,
    /// One byte more belongs to it.
    One,
}

/// What a sequence asks for.
pub(super) enum Asks {
    /// Nothing, or it is not at its end.
    Nothing,
    /// Another look.
    Look,
    /// To erase in the line: 0 behind, 1 before, 2 all.
    Erase(u16),
    /// To go to a column, from 0.
    Column(usize),
    /// To go so many columns on, or back.
    By(isize),
}

/// Reads sequences: the only one who knows their form, for the index and for the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sequences {
    at: At,
    pub(super) look: Look,
}

impl Sequences {
    pub(super) fn with(look: Look) -> Self {
        Self { at: At::Text, look }
    }

    /// Whether what comes is text, unless it is ESC.
    pub(super) fn is_text(&self) -> bool {
        self.at == At::Text
    }

    /// A sequence ends with its line.
    pub(super) fn end_line(&mut self) {
        self.at = At::Text;
    }

    /// Takes a byte of a sequence: ESC, or what follows while it is not text.
    pub(super) fn take(&mut self, byte: u8) -> Asks {
        self.at = match std::mem::take(&mut self.at) {
            At::Text => At::Escape,
            At::Escape => match byte {
                b'[' => At::Csi { numbers: vec![0], is_private: false },
                b']' | b'P' | b'X' | b'^' | b'_' => At::Words,
                b' '..=b'/' => At::One,
                0x1b => At::Escape,
                _ => At::Text,
            },
            At::Csi { mut numbers, mut is_private } => match byte {
                b'0'..=b'9' => {
                    if let Some(last) = numbers.last_mut() {
                        *last = last.saturating_mul(10).saturating_add(u16::from(byte - b'0'));
                    }
                    At::Csi { numbers, is_private }
                }
                b';' | b':' => {
                    if numbers.len() < MOST_NUMBERS {
                        numbers.push(0);
                    }
                    At::Csi { numbers, is_private }
                }
                b' '..=b'?' => {
                    is_private = true;
                    At::Csi { numbers, is_private }
                }
                0x1b => At::Escape,
                _ if is_private => At::Text,
                _ => return self.asked(byte, &numbers),
            },
            At::Words => match byte {
                0x07 => At::Text,
                0x1b => At::WordsEscape,
                _ => At::Words,
            },
            At::WordsEscape if byte == 0x1b => At::WordsEscape,
            At::WordsEscape if byte == b'\\' => At::Text,
            At::WordsEscape => At::Words,
            At::One => At::Text,
        };
        Asks::Nothing
    }

    fn asked(&mut self, byte: u8, numbers: &[u16]) -> Asks {
        let first = numbers.first().copied().unwrap_or(0);
        let count = isize::try_from(first.max(1)).unwrap_or(1);
        match byte {
            b'm' => {
                self.look.take(numbers);
                Asks::Look
            }
            b'K' => Asks::Erase(first),
            b'G' => Asks::Column(usize::from(first.max(1)) - 1),
            b'C' => Asks::By(count),
            b'D' => Asks::By(-count),
            _ => Asks::Nothing,
        }
    }
}

/// A line as a terminal would show it, made byte by byte.
#[derive(Debug, Default)]
pub(super) struct Line {
    sequences: Sequences,
    cells: Vec<(char, Look)>,
    column: usize,
    is_cut: bool,
    /// The bytes of a character that is not at its end.
    partial: Vec<u8>,
}

impl Line {
    /// A line that begins with this look.
    pub(super) fn with(look: Look) -> Self {
        Self { sequences: Sequences::with(look), ..Self::default() }
    }

    /// Takes bytes of the line, which end anywhere, and have no newline in them.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if !self.sequences.is_text() {
                let asks = self.sequences.take(*byte);
                self.answer(&asks);
                continue;
            }
            match byte {
                0x20..=0x7e if self.partial.is_empty() => self.put(char::from(*byte)),
                0x80.. => self.part_of_character(*byte),
                _ => {
                    self.end_character();
                    self.control(*byte);
                }
            }
        }
    }

    fn control(&mut self, byte: u8) {
        match byte {
            0x1b => {
                self.sequences.take(byte);
            }
            b'\r' => self.column = 0,
            0x08 => self.column = self.column.saturating_sub(1),
            b'\t' => {
                for _ in 0..8 - self.column % 8 {
                    self.put(' ');
                }
            }
            0x20..=0x7e => self.put(char::from(byte)),
            _ => {}
        }
    }

    fn answer(&mut self, asks: &Asks) {
        match asks {
            Asks::Nothing | Asks::Look => {}
            Asks::Erase(0) => {
                self.is_cut &= self.column > LONGEST_LINE;
                self.cells.truncate(self.column);
            }
            Asks::Erase(1) => {
                let before = self.column.saturating_add(1).min(self.cells.len());
                self.cells[..before].fill((' ', Look::default()));
            }
            Asks::Erase(_) => {
                self.cells.clear();
                self.is_cut = false;
            }
            Asks::Column(column) => self.column = *column,
            Asks::By(columns) => self.column = self.column.saturating_add_signed(*columns),
        }
    }

    fn part_of_character(&mut self, byte: u8) {
        if byte >= 0xc0 {
            self.end_character();
        }
        self.partial.push(byte);
        match std::str::from_utf8(&self.partial) {
            Ok(text) => {
                let character = text.chars().next();
                self.partial.clear();
                // Its second control characters are as little to be seen as the first.
                character.filter(|c| !c.is_control()).into_iter().for_each(|c| self.put(c));
            }
            Err(error) if error.error_len().is_some() => {
                self.partial.clear();
                self.put(char::REPLACEMENT_CHARACTER);
            }
            Err(_) => {}
        }
    }

    /// A character that breaks off is not one.
    fn end_character(&mut self) {
        if !self.partial.is_empty() {
            self.partial.clear();
            self.put(char::REPLACEMENT_CHARACTER);
        }
    }

    fn put(&mut self, character: char) {
        let (column, look) = (self.column, self.sequences.look);
        self.column += 1;
        if column >= LONGEST_LINE {
            self.is_cut = true;
            return;
        }
        if self.cells.len() < column {
            self.cells.resize(column, (' ', Look::default()));
        }
        match self.cells.get_mut(column) {
            Some(cell) => *cell = (character, look),
            None => self.cells.push((character, look)),
        }
    }

    /// What was made, and the look that the next line begins with.
    pub(super) fn end(mut self) -> (Vec<LogSpan>, Look) {
        self.end_character();
        let look = self.sequences.look;
        let mut spans: Vec<LogSpan> = Vec::new();
        let mut last = None;
        for (character, look) in &self.cells {
            match spans.last_mut().filter(|_| last == Some(*look)) {
                Some(span) => span.text.push(*character),
                None => spans.push(LogSpan { text: String::from(*character), style: look.words() }),
            }
            last = Some(*look);
        }
        if self.is_cut {
            spans.push(LogSpan { text: CUT.to_owned(), style: "dim".to_owned() });
        }
        (spans, look)
    }

    /// Its text, without what a cut says.
    pub(super) fn text(&self) -> String {
        self.cells.iter().map(|(character, _)| *character).collect()
    }
}
