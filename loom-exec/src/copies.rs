//! Putting what the last pass made in its place.

use std::io;
use std::path::{Path, PathBuf};

/// How the name of a folder begins in which a copy is made.
pub(crate) const UNFINISHED: &str = ".loom-copy-";

/// A folder that is removed at the end.
struct Removed(PathBuf);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Copies a file, a link or a folder with all that is in it. What was there before is replaced once the copy is complete.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot copy {} to {}: {error}", from.display(), to.display());
    let folder = to.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    // Always the same for one file: what a run left that was killed here is found, and removed.
    let beside = folder.join(format!("{UNFINISHED}{name}"));
    let _ = std::fs::remove_dir_all(&beside);
    std::fs::create_dir(&beside).map_err(failed)?;
    let beside = Removed(beside);
    let copy = beside.0.join("copy");
    copy_tree(from, &copy).map_err(failed)?;
    // A folder cannot take the place of another thing; what stands there goes to where the copy is removed.
    if to.symlink_metadata().is_ok_and(|old| old.is_dir()) || copy.is_dir() && to.symlink_metadata().is_ok() {
        std::fs::rename(to, beside.0.join("old")).map_err(failed)?;
    }
    std::fs::rename(&copy, to).map_err(failed)
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    let metadata = from.symlink_metadata()?;
    if metadata.is_symlink() {
        return std::os::unix::fs::symlink(from.read_link()?, to);
    }
    if !metadata.is_dir() {
        std::fs::copy(from, to)?;
        let times = std::fs::FileTimes::new().set_modified(metadata.modified()?);
        return std::fs::File::open(to)?.set_times(times);
    }
    std::fs::create_dir(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        copy_tree(&entry.path(), &to.join(entry.file_name()))?;
    }
    std::fs::set_permissions(to, metadata.permissions())
}
