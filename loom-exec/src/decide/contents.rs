//! What files hold, told by a hash, with as little reading as is safe.
//!
//! A file is read once and its hash remembered with its size, times and inode number. These are believed only if
//! the file was last changed at least [`TOO_YOUNG`] before it was read: until then, clocks of file systems are too coarse
//! to tell a second change from the first. It is the time of change (ctime) that counts, which no program can set; the
//! time of modification may be anything.

use std::ffi::OsStr;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use crate::copies;
use crate::memory::journal::Record;

/// How long ago a file must have been changed for its stamp to stand for its content.
const TOO_YOUNG: Duration = Duration::from_secs(2);

/// What stands at a path. As text: `-` nothing, `f` or `d` and 32 hexadecimal digits a file or a folder, `o` something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) enum Content {
    Nothing,
    /// The first half of the BLAKE3 hash of its bytes.
    File([u8; 16]),
    /// The first half of the BLAKE3 hash of the names in it and what stands there; see [`Contents::of`].
    Folder([u8; 16]),
    /// A device, a pipe or a socket: it has no content to compare.
    Other,
}

impl Content {
    /// As of a file that has this text.
    pub(crate) fn of_text(text: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(text.as_bytes());
        Self::File(half(&hasher))
    }
}

impl From<Content> for String {
    fn from(content: Content) -> Self {
        let hex = |kind: char, hash: [u8; 16]| format!("{kind}{:032x}", u128::from_be_bytes(hash));
        match content {
            Content::Nothing => "-".to_owned(),
            Content::File(hash) => hex('f', hash),
            Content::Folder(hash) => hex('d', hash),
            Content::Other => "o".to_owned(),
        }
    }
}

impl TryFrom<String> for Content {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::try_from(&*text)
    }
}

impl TryFrom<&str> for Content {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let hash = || {
            let digits = text.as_bytes().get(1..).filter(|digits| digits.len() == 32).ok_or("a hash has 32 digits")?;
            let mut hash = [0; 16];
            for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
                let digit = |digit: u8| char::from(digit).to_digit(16).ok_or("a hash is hexadecimal");
                *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
            }
            Ok(hash)
        };
        match text.chars().next() {
            Some('-') => Ok(Self::Nothing),
            Some('f') => hash().map(Self::File),
            Some('d') => hash().map(Self::Folder),
            Some('o') => Ok(Self::Other),
            _ => Err("no content"),
        }
    }
}

/// By what a file is known again without reading it. Times are nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    pub(crate) size: u64,
    pub(crate) mtime: i64,
    pub(crate) ctime: i64,
    pub(crate) inode: u64,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |seconds: i64, part: i64| seconds.saturating_mul(1_000_000_000).saturating_add(part);
        Self {
            size: metadata.len(),
            mtime: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            ctime: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }

    /// Whether a change after this moment would show.
    pub(crate) fn is_settled_at(&self, moment: SystemTime) -> bool {
        let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let settled = since.saturating_sub(TOO_YOUNG).as_nanos();
        u128::try_from(self.ctime).is_ok_and(|ctime| ctime <= settled)
    }
}

/// The hash of files and folders of one pipeline folder.
#[derive(Debug)]
pub(crate) struct Contents {
    folder: PathBuf,
    known: Mutex<HashMap<Arc<str>, (Stamp, Content)>>,
    /// What was read and is worth remembering.
    fresh: Mutex<Vec<Record>>,
}

/// Which files inside a folder are to be left out, by their places.
pub(crate) type LeftOut<'a> = &'a dyn Fn(&str) -> bool;

/// Whether to give up, which is asked again and again while much is read.
pub(crate) type GiveUp<'a> = &'a dyn Fn() -> bool;

/// A walk through a folder.
struct Walk<'a> {
    left_out: LeftOut<'a>,
    give_up: GiveUp<'a>,
    /// The folders on the way, by device and inode, so that a link that leads back ends there.
    around: Vec<(u64, u64)>,
    /// Whether files are told by their state, and not read.
    by_state: bool,
}

impl Contents {
    pub(crate) fn new(folder: &Path, known: HashMap<Arc<str>, (Stamp, Content)>) -> Self {
        Self { folder: folder.to_path_buf(), known: Mutex::new(known), fresh: Mutex::default() }
    }

    /// What was read since this was last asked, for the journal.
    pub(crate) fn take_fresh(&self) -> Vec<Record> {
        std::mem::take(&mut *lock(&self.fresh))
    }

    /// What stands at a path, links followed. A folder is the names and contents of all files below it, but for those that
    /// are left out; folders in which nothing is left, `__pycache__`, and loom's own folders do not count.
    /// `place` is where the path leads.
    pub(crate) fn of(
        &self,
        path: &str,
        place: &str,
        left_out: LeftOut<'_>,
        give_up: GiveUp<'_>,
    ) -> io::Result<Content> {
        let full = self.folder.join(path);
        let metadata = match full.metadata() {
            Ok(metadata) => metadata,
            Err(error) if is_absence(&error) => return Ok(Content::Nothing),
            Err(error) => return Err(error),
        };
        if metadata.is_dir() {
            let mut walk = Walk { left_out, give_up, around: Vec::new(), by_state: false };
            let hash = self.tree(&full, &metadata, path, place, &mut walk)?;
            return Ok(Content::Folder(hash.unwrap_or_default()));
        }
        self.file(&full, &metadata, Some(path), give_up)
    }

    /// In which state what stands at a path is, of a folder all that counts in it: it differs when something was written to,
    /// even if it holds the same again. What is changed about a file without writing to it, such as another name for it, is
    /// no difference.
    pub(crate) fn state_of(&self, path: &str, place: &str, left_out: LeftOut<'_>) -> Content {
        let full = self.folder.join(path);
        let Ok(metadata) = full.metadata() else { return Content::Nothing };
        if !metadata.is_dir() {
            return state(&metadata);
        }
        let mut walk = Walk { left_out, give_up: &|| false, around: Vec::new(), by_state: true };
        let hash = self.tree(&full, &metadata, path, place, &mut walk);
        Content::Folder(hash.ok().flatten().unwrap_or_default())
    }

    /// A file, by its path if that is text.
    fn file(&self, full: &Path, metadata: &Metadata, path: Option<&str>, give_up: GiveUp<'_>) -> io::Result<Content> {
        if !metadata.is_file() {
            return Ok(Content::Other);
        }
        let stamp = Stamp::of(metadata);
        if let Some(path) = path
            && let Some((known, content)) = lock(&self.known).get(path)
            && *known == stamp
        {
            return Ok(*content);
        }
        let begun = SystemTime::now();
        let mut file = match File::open(full) {
            Ok(file) => file,
            Err(error) if is_absence(&error) => return Ok(Content::Nothing),
            Err(error) => return Err(error),
        };
        let stamp = Stamp::of(&file.metadata()?);
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            if give_up() {
                return Err(io::Error::other("the run was stopped"));
            }
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(length) => hasher.update(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
        }
        let content = Content::File(half(&hasher));
        let unchanged = file.metadata().is_ok_and(|after| Stamp::of(&after) == stamp);
        if let Some(path) = path.filter(|_| unchanged && stamp.is_settled_at(begun)) {
            let path: Arc<str> = path.into();
            lock(&self.fresh).push(Record::File { path: Arc::clone(&path), stamp, content });
            lock(&self.known).insert(path, (stamp, content));
        }
        Ok(content)
    }

    /// The hash of a folder; none if nothing in it counts.
    fn tree(
        &self,
        full: &Path,
        metadata: &Metadata,
        path: &str,
        place: &str,
        walk: &mut Walk<'_>,
    ) -> io::Result<Option<[u8; 16]>> {
        let here = (metadata.dev(), metadata.ino());
        if walk.around.contains(&here) {
            return Ok(None);
        }
        walk.around.push(here);
        let mut names = Vec::new();
        for entry in full.read_dir()? {
            names.push(entry?.file_name());
        }
        names.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        let mut is_empty = true;
        for name in names {
            let child_place = inside(place, &name.to_string_lossy());
            if is_own(&name, place) || (walk.left_out)(&child_place) {
                continue;
            }
            let child = full.join(&name);
            let child_path = name.to_str().map(|name| inside(path, name));
            let content = match child.metadata() {
                Ok(metadata) if metadata.is_dir() => {
                    let path = child_path.as_deref().unwrap_or_default();
                    match self.tree(&child, &metadata, path, &child_place, walk)? {
                        Some(hash) => Content::Folder(hash),
                        None => continue,
                    }
                }
                Ok(metadata) if walk.by_state => state(&metadata),
                Ok(metadata) => self.file(&child, &metadata, child_path.as_deref(), walk.give_up)?,
                // A link to nothing; or a file that went away meanwhile.
                Err(error) if is_absence(&error) => Content::Nothing,
                Err(error) => return Err(error),
            };
            is_empty = false;
            hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes());
            match content {
                Content::Nothing => hasher.update(b"-"),
                Content::File(hash) => hasher.update(b"f").update(&hash),
                Content::Folder(hash) => hasher.update(b"d").update(&hash),
                Content::Other => hasher.update(b"o"),
            };
        }
        walk.around.pop();
        Ok((!is_empty).then(|| half(&hasher)))
    }
}

/// A file by its size, its time of modification and its inode.
fn state(metadata: &Metadata) -> Content {
    let Stamp { size, mtime, inode, .. } = Stamp::of(metadata);
    let mut hasher = blake3::Hasher::new();
    hasher.update(&size.to_le_bytes()).update(&mtime.to_le_bytes()).update(&inode.to_le_bytes());
    Content::File(half(&hasher))
}

/// Whether an error says that nothing is there.
fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Whether a name in a folder is loom's own, or what Python keeps beside its modules.
fn is_own(name: &OsStr, folder: &str) -> bool {
    name == "__pycache__"
        || name.as_bytes().starts_with(copies::UNFINISHED.as_bytes())
        || folder.is_empty()
            && [".loom", ".loom-url-cache", ".loom-thumbnails"].iter().any(|own| name.as_bytes() == own.as_bytes())
}

fn inside(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        folder if folder.ends_with('/') => format!("{folder}{name}"),
        folder => format!("{folder}/{name}"),
    }
}

fn half(hasher: &blake3::Hasher) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    half
}

/// What is kept under a lock is whole at every moment, so a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests;
