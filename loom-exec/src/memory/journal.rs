//! The journal: what the engine remembers of units and files, in one file that only grows.
//!
//! It is text, to be read without loom. The first line is `loom-journal 1`; each further one is a record: a checksum in 16
//! hexadecimal digits, the length of the JSON text behind it in bytes, and that text.
//!
//! ```text
//! 3f0c9a52b7e11d46 71 {"record":"start","unit":"train","run":"20260101T120000.000Z-7","at":1767268800000}
//! ```
//!
//! The checksum is the first 8 bytes of BLAKE3 over the checksum of the line before it and the text, so that a line counts
//! only where it was written. The last record of a unit or file wins. Reading ends at the first line that is not as it
//! should be, and writing goes on from there: what is lost so is run again. A file of another version is as good as none.
//!
//! Every record is written at once, in one call; it is on the disk at most [`SYNC_AFTER`] later. When most lines are
//! outdated, a new file with the others takes the place of the old one.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::decide::Key;
use crate::decide::contents::{Content, Stamp};

mod line;

pub(crate) use line::Rest;

const HEADER: &str = "loom-journal 1\n";

/// How long a record may be written and not yet on the disk.
pub(crate) const SYNC_AFTER: Duration = Duration::from_millis(100);

/// How many outdated lines are worth nothing to remove.
const OUTDATED_AT_LEAST: usize = 1000;

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// A unit begins: what it made before is not to be trusted any more.
    Start {
        unit: Arc<str>,
        run: Arc<str>,
        /// Milliseconds since 1970.
        at: i64,
        /// Of a loop's unit, the file that it goes through.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<Arc<str>>,
        /// The paths that it is going to make.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        makes: Vec<Arc<str>>,
    },
    /// A unit ended well, and what it made is what stands there.
    Done(Done),
    /// A unit ended otherwise.
    End { unit: Arc<str>, run: Arc<str>, at: i64, how: Ending },
    /// A unit is no more.
    Gone { unit: Arc<str> },
    /// A file had this content when it was in this state.
    File { path: Arc<str>, stamp: Stamp, content: Content },
    /// A program was of this version when its file was in this state.
    Program { path: Arc<str>, stamp: Stamp, version: Arc<str> },
}

/// A unit ended well.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) unit: Arc<str>,
    pub(crate) run: Arc<str>,
    /// When it ended, in milliseconds since 1970.
    pub(crate) at: i64,
    /// How long it took, in milliseconds.
    pub(crate) took: u64,
    /// Of a loop's unit, the file that it went through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<Arc<str>>,
    /// What it was made from, and what it made.
    pub(crate) key: Key,
}

/// How a unit ended, if not well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ending {
    /// It failed, in these words.
    Failed(String),
    /// The run was stopped.
    Stopped,
    /// It ended well, but this input changed while it ran.
    Outdated(String),
}

/// What is remembered of a unit that ended well. Its key stays as it was read: mostly it is the one of now, letter by letter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) run: Arc<str>,
    pub(crate) at: i64,
    pub(crate) took: u64,
    pub(crate) item: Option<Arc<str>>,
    key: Box<str>,
}

impl Kept {
    /// What the unit was made from, and what it made.
    pub(crate) fn key(&self) -> Key {
        // It was seen to be one when it was read.
        serde_json::from_str(&self.key).unwrap_or_default()
    }

    /// The same as it is written.
    pub(crate) fn key_as_written(&self) -> &str {
        &self.key
    }

    fn line(&self, unit: &str) -> io::Result<String> {
        let (unit, run) = (serde_json::to_string(unit)?, serde_json::to_string(&*self.run)?);
        let item = match &self.item {
            Some(item) => format!(",\"item\":{}", serde_json::to_string(&**item)?),
            None => String::new(),
        };
        let Self { at, took, key, .. } = self;
        let head = format!("{{\"record\":\"done\",\"unit\":{unit},\"run\":{run},\"at\":{at},\"took\":{took}{item}");
        Ok(format!("{head},\"key\":{key}}}"))
    }
}

/// What is remembered of a unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Past {
    /// Its last good end.
    pub(crate) done: Option<Kept>,
    /// What came after that: it began again, and how that ended, if it did.
    pub(crate) since: Option<Box<Since>>,
}

/// A start after the last good end of a unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Since {
    pub(crate) run: Arc<str>,
    pub(crate) at: i64,
    /// How it ended; none if that is not known.
    pub(crate) how: Option<Ending>,
    pub(crate) item: Option<Arc<str>>,
    pub(crate) makes: Vec<Arc<str>>,
}

impl Past {
    fn paths(&self) -> impl Iterator<Item = Arc<str>> {
        self.done.iter().flat_map(|done| done.key().files).map(|file| file.path)
    }

    /// The last end that was good and is not outdated by a later start.
    pub(crate) fn success(&self) -> Option<&Kept> {
        self.done.as_ref().filter(|_| self.since.is_none())
    }
}

/// All that the journal says.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Remembered {
    pub(crate) units: HashMap<Arc<str>, Past>,
    pub(crate) files: HashMap<Arc<str>, (Stamp, Content)>,
    pub(crate) programs: HashMap<Arc<str>, (Stamp, Arc<str>)>,
}

impl Remembered {
    pub(crate) fn take(&mut self, record: Record) {
        match record {
            Record::Start { unit, run, at, item, makes } => {
                self.units.entry(unit).or_default().since = Some(Since { run, at, how: None, item, makes }.into());
            }
            Record::Done(done) => {
                let Done { unit, run, at, took, item, key } = done;
                // Nothing in a key is such that it could not be written.
                let key = serde_json::to_string(&key).unwrap_or_default().into();
                self.units.insert(unit, Past { done: Some(Kept { run, at, took, item, key }), since: None });
            }
            Record::End { unit, run, at, how } => {
                let since = &mut self.units.entry(unit).or_default().since;
                let (item, makes) = since.take().map(|since| (since.item, since.makes)).unwrap_or_default();
                *since = Some(Since { run, at, how: Some(how), item, makes }.into());
            }
            Record::Gone { unit } => {
                self.units.remove(&unit);
            }
            Record::File { path, stamp, content } => {
                self.files.insert(path, (stamp, content));
            }
            Record::Program { path, stamp, version } => {
                self.programs.insert(path, (stamp, version));
            }
        }
    }

    /// A journal that says the same, as far as it is of use, and the checksum of its last line.
    fn journal(&self) -> io::Result<(String, u64)> {
        let mut text = HEADER.to_owned();
        let mut checksum = 0;
        let mut units: Vec<(&Arc<str>, &Past)> = self.units.iter().collect();
        units.sort_unstable_by_key(|(unit, _)| *unit);
        for (unit, Past { done, since }) in units {
            if let Some(done) = done {
                checksum = write_line(&done.line(unit)?, checksum, &mut text);
            }
            if let Some(since) = since {
                let Since { run, at, how, item, makes } = Since::clone(since);
                let unit = Arc::clone(unit);
                let start = Record::Start { unit: Arc::clone(&unit), run: Arc::clone(&run), at, item, makes };
                let end = how.map(|how| Record::End { unit, run, at, how });
                checksum = write_lines([start].iter().chain(&end), checksum, &mut text)?;
            }
        }
        // Of files, what no unit has to do with any more is left out.
        let used: foldhash::HashSet<Arc<str>> = self.units.values().flat_map(Past::paths).collect();
        let is_used = |path: &str| {
            used.contains(path) || {
                let around = Path::new(path).ancestors().filter_map(Path::to_str);
                around.skip(1).any(|path| used.contains(path))
            }
        };
        let mut files: Vec<_> = self.files.iter().filter(|(path, _)| is_used(path)).collect();
        files.sort_unstable_by_key(|(path, _)| *path);
        let files = files.into_iter().map(|(path, (stamp, content))| Record::File {
            path: Arc::clone(path),
            stamp: *stamp,
            content: *content,
        });
        let mut programs: Vec<_> = self.programs.iter().collect();
        programs.sort_unstable_by_key(|(path, _)| *path);
        let programs = programs.into_iter().map(|(path, (stamp, version))| Record::Program {
            path: Arc::clone(path),
            stamp: *stamp,
            version: Arc::clone(version),
        });
        for record in files.chain(programs) {
            checksum = write_lines([&record], checksum, &mut text)?;
        }
        Ok((text, checksum))
    }
}

/// What a journal holds, as far as it is sound.
struct Sound {
    remembered: Remembered,
    /// How many bytes are sound, the header among them; 0 if not even that is.
    length: usize,
    checksum: u64,
    lines: usize,
}

fn read(bytes: &[u8]) -> Sound {
    let mut sound = Sound { remembered: Remembered::default(), length: 0, checksum: 0, lines: 0 };
    if !bytes.starts_with(HEADER.as_bytes()) {
        return sound;
    }
    sound.length = HEADER.len();
    let mut run: Arc<str> = "".into();
    while let Some(end) = memchr::memchr(b'\n', &bytes[sound.length..]) {
        let line = &bytes[sound.length..sound.length + end];
        let Some((checksum, json)) = sound_line(line, sound.checksum) else { break };
        if line::take(json, &mut sound.remembered, &mut run).is_none() {
            let Ok(record) = serde_json::from_str(json) else { break };
            sound.remembered.take(record);
        }
        sound.checksum = checksum;
        sound.length += end + 1;
        sound.lines += 1;
    }
    sound
}

/// The checksum of a line, and the text behind it, if they belong together.
fn sound_line(line: &[u8], before: u64) -> Option<(u64, &str)> {
    let line = std::str::from_utf8(line).ok()?;
    let (checksum, rest) = line.split_at_checked(16)?;
    let (length, json) = rest.strip_prefix(' ')?.split_once(' ')?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let told = u64::from_str_radix(checksum, 16).ok().filter(|_| checksum.bytes().all(is_digit))?;
    (length.parse() == Ok(json.len()) && checksum_of(before, json) == told).then_some((told, json))
}

fn checksum_of(before: u64, json: &str) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&before.to_le_bytes()).update(json.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    u64::from_be_bytes(first)
}

/// Puts records behind a line with this checksum; the checksum of the last one.
fn write_lines<'a>(
    records: impl IntoIterator<Item = &'a Record>,
    mut checksum: u64,
    text: &mut String,
) -> io::Result<u64> {
    for record in records {
        checksum = write_line(&serde_json::to_string(record)?, checksum, text);
    }
    Ok(checksum)
}

fn write_line(json: &str, before: u64, text: &mut String) -> u64 {
    let checksum = checksum_of(before, json);
    let _ = writeln!(text, "{checksum:016x} {} {json}", json.len());
    checksum
}

/// What the journal at a path says; nothing, if there is none or it is of another kind.
pub(crate) fn load(path: &Path) -> io::Result<Remembered> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(read(&bytes).remembered),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Remembered::default()),
        Err(error) => Err(error),
    }
}

/// The journal, open to be written. Whoever holds one holds the lock.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    checksum: u64,
    /// When the first record was written that is not yet known to be on the disk.
    unsynced_since: Option<Instant>,
    /// Why nothing more can be written.
    broken: Option<String>,
}

impl Journal {
    /// Opens the journal at a path, or begins one, and reads what it says.
    pub(crate) fn open(path: &Path) -> io::Result<(Self, Remembered)> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let Sound { remembered, length, checksum, lines } = read(&bytes);
        let mut journal = Self {
            path: path.to_path_buf(),
            file,
            length: length as u64,
            checksum,
            unsynced_since: None,
            broken: None,
        };
        let needed = remembered.units.len() + remembered.files.len() + remembered.programs.len();
        if length == 0 || lines > 2 * needed + OUTDATED_AT_LEAST {
            journal.begin_anew(&remembered)?;
        } else if length < bytes.len() {
            journal.file.set_len(length as u64)?;
        }
        Ok((journal, remembered))
    }

    /// Puts a new file in the place of the old one, which stays until the new one is complete and on the disk.
    fn begin_anew(&mut self, remembered: &Remembered) -> io::Result<()> {
        let (text, checksum) = remembered.journal()?;
        self.checksum = checksum;
        let folder = self.path.parent().unwrap_or(Path::new("."));
        // Whoever may read the folder may read what is remembered, as with every other file of it.
        let everybody = std::fs::Permissions::from_mode(0o666);
        let mut new = tempfile::Builder::new().prefix(".journal-").permissions(everybody).tempfile_in(folder)?;
        new.write_all(text.as_bytes())?;
        new.as_file().sync_all()?;
        new.persist(&self.path).map_err(|error| error.error)?;
        File::open(folder)?.sync_all()?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        self.length = text.len() as u64;
        Ok(())
    }

    /// Adds records, in one write. After an error it takes no more: what was written in part is cut off.
    pub(crate) fn append(&mut self, records: &[Record]) -> Result<(), String> {
        if let Some(why) = &self.broken {
            return Err(why.clone());
        }
        let mut text = String::new();
        let written = write_lines(records, self.checksum, &mut text).and_then(|checksum| {
            self.file.write_all(text.as_bytes())?;
            Ok(checksum)
        });
        match written {
            Ok(checksum) => {
                self.checksum = checksum;
                self.length += text.len() as u64;
                self.unsynced_since.get_or_insert_with(Instant::now);
                if self.sync_in() == Some(Duration::ZERO) { self.sync() } else { Ok(()) }
            }
            Err(error) => {
                let _ = self.file.set_len(self.length);
                Err(self.break_off(&error))
            }
        }
    }

    /// How long until what was written must be on the disk; none if it is.
    pub(crate) fn sync_in(&self) -> Option<Duration> {
        self.unsynced_since.map(|since| SYNC_AFTER.saturating_sub(since.elapsed()))
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&mut self) -> Result<(), String> {
        if self.unsynced_since.take().is_none() {
            return Ok(());
        }
        self.file.sync_data().map_err(|error| self.break_off(&error))
    }

    /// Why nothing more can be written, if so.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    fn break_off(&mut self, error: &io::Error) -> String {
        let why = format!("cannot write {}: {error}", self.path.display());
        self.broken.get_or_insert(why).clone()
    }
}

#[cfg(fuzzing)]
pub mod fuzzing;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
