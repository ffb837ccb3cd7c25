//! Removing files and folders, through no link.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, open, openat, statat, unlinkat};
use rustix::io::Errno;

/// Where what is removed goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// To the trash of the desktop, which is found by this process's own environment (`XDG_DATA_HOME`, `HOME`). What
    /// holds nothing, such as a link or a pipe, is removed for good: a trash on another disk would get a copy of what a
    /// link leads to.
    Trash,
    /// Nowhere.
    Permanently,
}

/// Why something could not be removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// The system refused.
    #[error("cannot remove {}: {source}", path.display())]
    System {
        /// What could not be removed, relative to the pipeline folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder on the way was replaced after it was looked at, by a link, for one.
    #[error("{} was left alone: the folders on the way to it have changed meanwhile", path.display())]
    Changed {
        /// What was left alone, relative to the pipeline folder.
        path: PathBuf,
    },
    /// A run is at work in the folder.
    #[error("{} was left alone: the pipeline folder is in use by the run {holder}", path.display())]
    InUse {
        /// What was left alone, relative to the pipeline folder.
        path: PathBuf,
        /// The name of the run.
        holder: String,
    },
    /// There is no trash, or it did not take it.
    #[error("cannot move {} to the trash: {why}", path.display())]
    Trash {
        /// What could not be moved, relative to the pipeline folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Removes what stands at a place of the pipeline folder but for what is to be kept, and the folders that
/// this leaves empty. Goes on after an error, and returns the first one.
pub(super) fn remove(folder: &Path, place: &Path, kept: &BTreeSet<PathBuf>, how: Removal) -> Result<(), RemoveError> {
    let parts = match parts(folder, place, kept) {
        Ok(parts) => parts,
        Err(source) => return Err(RemoveError::System { path: place.to_path_buf(), source }),
    };
    let mut result = Ok(());
    for part in parts {
        match remove_part(folder, &part, how) {
            Ok(()) => remove_emptied(folder, &part, kept),
            Err(error) => result = result.and(Err(error)),
        }
    }
    result
}

/// What is to be removed of what stands at a place: itself, unless something to be kept lies in it.
pub(super) fn parts(folder: &Path, place: &Path, kept: &BTreeSet<PathBuf>) -> io::Result<Vec<PathBuf>> {
    match kept.range(place.to_path_buf()..).next() {
        Some(first) if first == place => return Ok(Vec::new()),
        Some(first) if first.starts_with(place) => {}
        _ => return Ok(vec![place.to_path_buf()]),
    }
    let mut inside = Vec::new();
    for entry in folder.join(place).read_dir()? {
        inside.push(place.join(entry?.file_name()));
    }
    inside.sort_unstable();
    let mut all = Vec::new();
    for path in inside {
        all.extend(parts(folder, &path, kept)?);
    }
    Ok(all)
}

fn remove_part(folder: &Path, place: &Path, how: Removal) -> Result<(), RemoveError> {
    let failed = |(path, errno): (PathBuf, Errno)| RemoveError::System { path, source: errno.into() };
    let parent = match open_parent(folder, place) {
        Ok(parent) => parent,
        Err(Errno::NOENT) => return Ok(()),
        Err(Errno::NOTDIR | Errno::LOOP) => return Err(RemoveError::Changed { path: place.to_path_buf() }),
        Err(errno) => return Err(failed((place.to_path_buf(), errno))),
    };
    let name = place.file_name().unwrap_or_default();
    if how == Removal::Permanently {
        return remove_at(parent.as_fd(), name, place).map_err(failed);
    }
    match kind_at(parent.as_fd(), name) {
        Ok(FileType::Directory | FileType::RegularFile) => {}
        Ok(_) => return remove_at(parent.as_fd(), name, place).map_err(failed),
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(failed((place.to_path_buf(), errno))),
    }
    trash::delete(folder.join(place)).or_else(|error| match kind_at(parent.as_fd(), name) {
        Err(Errno::NOENT) => Ok(()),
        _ => Err(RemoveError::Trash { path: place.to_path_buf(), why: in_words(error) }),
    })
}

fn in_words(error: trash::Error) -> String {
    match error {
        #[cfg(all(unix, not(target_os = "macos")))]
        trash::Error::FileSystem { path, source } => format!("{}: {source}", path.display()),
        trash::Error::Unknown { description } | trash::Error::Os { description, .. } => description,
        other => other.to_string(),
    }
}

/// Removes the folders around something that was removed, as far as they are empty.
fn remove_emptied(folder: &Path, place: &Path, kept: &BTreeSet<PathBuf>) {
    for around in place.ancestors().skip(1) {
        let Some(name) = around.file_name().filter(|_| !kept.contains(around)) else { return };
        let removed = open_parent(folder, around).and_then(|parent| unlinkat(parent, name, AtFlags::REMOVEDIR));
        if !matches!(removed, Ok(()) | Err(Errno::NOENT)) {
            return;
        }
    }
}

/// Opens the folder around a place, on a way that must lead through no link.
fn open_parent(folder: &Path, place: &Path) -> Result<OwnedFd, Errno> {
    let mut at = open(folder, FOLDER, Mode::empty())?;
    for part in place.parent().into_iter().flat_map(Path::components) {
        at = openat(&at, part.as_os_str(), FOLDER, Mode::empty())?;
    }
    Ok(at)
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn kind_at(folder: BorrowedFd<'_>, name: &OsStr) -> Result<FileType, Errno> {
    Ok(FileType::from_raw_mode(statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?.st_mode))
}

/// Removes a name from a folder, with all that lies in it; goes on after an error, and returns the first one.
/// `path` is what to call it.
fn remove_at(folder: BorrowedFd<'_>, name: &OsStr, path: &Path) -> Result<(), (PathBuf, Errno)> {
    let gone = |result: Result<(), Errno>| match result {
        Err(Errno::NOENT) => Ok(()),
        other => other.map_err(|errno| (path.to_path_buf(), errno)),
    };
    match kind_at(folder, name) {
        Ok(FileType::Directory) => {}
        Ok(_) => return gone(unlinkat(folder, name, AtFlags::empty())),
        Err(errno) => return gone(Err(errno)),
    }
    let inside = match openat(folder, name, FOLDER, Mode::empty()) {
        Ok(inside) => inside,
        // An empty folder can be removed by who may not look into it.
        Err(Errno::ACCESS) => {
            let removed = unlinkat(folder, name, AtFlags::REMOVEDIR);
            return gone(removed.map_err(|errno| if errno == Errno::NOTEMPTY { Errno::ACCESS } else { errno }));
        }
        Err(errno) => return gone(Err(errno)),
    };
    let mut result = Ok(());
    match names(inside.as_fd()) {
        Ok(names) => {
            for name in names {
                let name = OsStr::from_bytes(&name);
                result = result.and(remove_at(inside.as_fd(), name, &path.join(name)));
            }
        }
        Err(errno) => result = gone(Err(errno)),
    }
    result.and_then(|()| gone(unlinkat(folder, name, AtFlags::REMOVEDIR)))
}

fn names(folder: BorrowedFd<'_>) -> Result<Vec<Vec<u8>>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    Ok(names)
}
