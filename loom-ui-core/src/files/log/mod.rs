//! The output of a unit, read a page at a time while it grows.
//!
//! A file of any size is read with little memory: every 64th line is known by its place.

mod ansi;
mod errors;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#[allow(clippy::disallowed_methods, reason = "what others do to the files")]
mod tests;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use ansi::{Line, Look, Sequences};
use errors::{Needles, looks_like_error};
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::place::open_plain;
use crate::api::{LogLine, LogPage};

/// Every so many lines the place is known.
const STRIDE: usize = 64;
/// How much is read at once.
const CHUNK: usize = 256 << 10;
/// A page has no more lines than this.
const MOST_LINES: usize = 5_000;
/// A search tells no more lines than this.
const MOST_MATCHES: usize = 10_000;
/// Of a line, no more bytes than this are made into what a terminal shows; behind that, only its looks are followed.
const LONGEST_RAW: usize = 16 << 20;

/// Where a line begins, and how text looks there.
#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: u64,
    look: Look,
}

/// The log of a unit. What was read once is not read again when it has grown.
///
/// ```
/// use loom_ui_core::files::LogFile;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("train.log");
/// std::fs::write(&path, "10 %\r20 %\n\x1b[31mred\x1b[0m\nValueError: no data\n")?;
/// let page = LogFile::open(&path).page(0, 100, Some("RED"));
/// assert_eq!(page.lines[0].spans[0].text, "20 %");
/// assert_eq!(page.lines[1].spans[0].style, "red");
/// assert_eq!((page.total, page.first_error, page.matches), (3, Some(2), vec![1]));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    /// Which file it was: another one of the same name is another log.
    identity: Option<(u64, u64)>,
    /// How far it was read.
    read: u64,
    marks: Vec<Mark>,
    /// The lines that are at their end.
    ended: usize,
    /// Where the last line begins.
    last_line: u64,
    /// Where the looks of the text stand at the end of what was read.
    sequences: Sequences,
    first_error: Option<usize>,
    needles: Needles,
}

impl LogFile {
    /// A log that may not be there yet. The folder is trusted: it is loom's own.
    pub fn open(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            identity: None,
            read: 0,
            marks: vec![Mark { offset: 0, look: Look::default() }],
            ended: 0,
            last_line: 0,
            sequences: Sequences::default(),
            first_error: None,
            needles: Needles::default(),
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lines from `from` on, at most `limit` and 5,000; with a query, the numbers of all lines with that text as well,
    /// whatever its case. A file that is not there, or cannot be read, has none.
    pub fn page(&mut self, from: usize, limit: usize, query: Option<&str>) -> LogPage {
        let Some(mut file) = open_plain(&self.path) else { return LogPage { from, ..LogPage::default() } };
        // What could be read before an error is shown.
        let _ = self.catch_up(&mut file);
        let total = self.total();
        let mut page = LogPage { from, total, first_error: self.first_error, ..LogPage::default() };
        if page.first_error.is_none() && total > self.ended {
            page.first_error = self.is_error(&mut file, self.ended).unwrap_or(false).then_some(self.ended);
        }
        if from < total {
            let _ = self.each_line(&mut file, from, &mut |_, line| {
                let error = looks_like_error(&line.text());
                page.lines.push(LogLine { spans: line.end().0, error });
                page.lines.len() < limit.min(MOST_LINES)
            });
            page.lines.truncate(limit.min(MOST_LINES));
        }
        if let Some(query) = query.filter(|query| !query.is_empty()) {
            let query = query.to_lowercase();
            let _ = self.each_line(&mut file, 0, &mut |number, line| {
                if line.text().to_lowercase().contains(&query) {
                    page.matches.push(number);
                }
                page.matches.len() < MOST_MATCHES
            });
        }
        page
    }

    /// How many lines there are, the last one with them if it is not at its end.
    fn total(&self) -> usize {
        self.ended + usize::from(self.read > self.last_line)
    }

    /// Reads what is new.
    fn catch_up(&mut self, file: &mut File) -> io::Result<()> {
        let metadata = file.metadata()?;
        let identity = Some((metadata.dev(), metadata.ino()));
        if self.identity != identity || metadata.len() < self.read {
            *self = Self { identity, ..Self::open(&self.path) };
        }
        file.seek(SeekFrom::Start(self.read))?;
        let mut chunk = vec![0; CHUNK];
        loop {
            let size = match file.read(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(size) => size,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let candidates = self.first_error.is_none();
            let (first_line, start) = (self.ended, self.last_line);
            let before = self.read;
            self.index(&chunk[..size]);
            if candidates {
                self.look_for_error(file, first_line, start, before, &chunk[..size])?;
                file.seek(SeekFrom::Start(self.read))?;
            }
        }
    }

    /// Takes over where lines begin in bytes that follow what was read.
    fn index(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while at < bytes.len() {
            if self.sequences.is_text() {
                let Some(found) = memchr2(b'\n', 0x1b, &bytes[at..]) else { break };
                at += found;
            }
            if bytes[at] == b'\n' {
                self.sequences.end_line();
                self.ended += 1;
                self.last_line = self.read + at as u64 + 1;
                if self.ended.is_multiple_of(STRIDE) {
                    self.marks.push(Mark { offset: self.last_line, look: self.sequences.look });
                }
            } else {
                self.sequences.take(bytes[at]);
            }
            at += 1;
        }
        self.read += bytes.len() as u64;
    }

    /// Looks for the first error in lines that begin at `start` and end in bytes that were read from `before` on. A line that
    /// is not at its end is looked at once it is.
    fn look_for_error(
        &mut self,
        file: &mut File,
        first_line: usize,
        start: u64,
        before: u64,
        bytes: &[u8],
    ) -> io::Result<()> {
        let Some(end) = memrchr(b'\n', bytes) else { return Ok(()) };
        let whole = &bytes[..end];
        let (mut at, mut line) = (0, first_line);
        // The first line may have begun before these bytes.
        if start < before {
            let end = memchr(b'\n', whole).unwrap_or(whole.len());
            if self.is_error(file, line)? {
                self.first_error = Some(line);
                return Ok(());
            }
            (at, line) = (end + 1, line + 1);
        }
        while at < whole.len() {
            let Some(found) = self.needles.first_in(&whole[at..]) else { break };
            line += memchr_iter(b'\n', &whole[at..at + found]).count();
            let begin = memrchr(b'\n', &whole[..at + found]).map_or(0, |end| end + 1);
            let end = memchr(b'\n', &whole[at + found..]).map_or(whole.len(), |end| at + found + end);
            let mut shown = Line::default();
            shown.add(&whole[begin..end]);
            if looks_like_error(&shown.text()) {
                self.first_error = Some(line);
                break;
            }
            (at, line) = (end + 1, line + 1);
        }
        Ok(())
    }

    fn is_error(&self, file: &mut File, number: usize) -> io::Result<bool> {
        let mut is_error = false;
        self.each_line(file, number, &mut |_, line| {
            is_error = looks_like_error(&line.text());
            false
        })?;
        Ok(is_error)
    }

    /// Tells lines from this one on, as a terminal shows them, until `tell` has enough.
    fn each_line(&self, file: &mut File, from: usize, tell: &mut dyn FnMut(usize, Line) -> bool) -> io::Result<()> {
        let place = (from / STRIDE).min(self.marks.len() - 1);
        let Mark { offset, look } = self.marks[place];
        file.seek(SeekFrom::Start(offset))?;
        let mut rest = file.take(self.read - offset);
        let mut reading =
            Reading { number: place * STRIDE, from, sequences: Sequences::with(look), line: None, size: 0 };
        // What is asked for is mostly a few lines.
        let mut chunk = vec![0; CHUNK.min(64 << 10)];
        loop {
            let size = match rest.read(&mut chunk) {
                Ok(0) => break,
                Ok(size) => size,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let mut bytes = &chunk[..size];
            while let Some(end) = memchr(b'\n', bytes) {
                reading.add(&bytes[..end]);
                if !reading.end(tell) {
                    return Ok(());
                }
                bytes = &bytes[end + 1..];
            }
            reading.add(bytes);
        }
        if reading.size > 0 {
            reading.end(tell);
        }
        Ok(())
    }
}

/// Where lines are made.
struct Reading {
    number: usize,
    from: usize,
    /// How text looks at this place.
    sequences: Sequences,
    line: Option<Line>,
    /// How many bytes of the line there were.
    size: usize,
}

impl Reading {
    fn add(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.number >= self.from {
            let look = self.sequences.look;
            let line =
                if self.size == 0 { self.line.insert(Line::with(look)) } else { self.line.get_or_insert_default() };
            let most = LONGEST_RAW.saturating_sub(self.size).min(bytes.len());
            line.add(&bytes[..most]);
        }
        self.size += bytes.len();
        let mut at = 0;
        while at < bytes.len() {
            if self.sequences.is_text() {
                let Some(found) = memchr(0x1b, &bytes[at..]) else { break };
                at += found;
            }
            self.sequences.take(bytes[at]);
            at += 1;
        }
    }

    /// Tells the line. Returns whether more are wanted.
    fn end(&mut self, tell: &mut dyn FnMut(usize, Line) -> bool) -> bool {
        self.sequences.end_line();
        let line = self.line.take();
        let number = self.number;
        (self.number, self.size) = (self.number + 1, 0);
        number < self.from || tell(number, line.unwrap_or_default())
    }
}
