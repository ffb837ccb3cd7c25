//! Putting what the last pass made in its place.

use std::io;
use std::path::Path;

/// Copies a file, a link or a folder with all that is in it. What was there before is replaced once the copy is complete.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot copy {} to {}: {error}", from.display(), to.display());
    let folder = to.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let beside = tempfile::Builder::new().prefix(".loom-copy-").tempdir_in(folder).map_err(failed)?;
    let copy = beside.path().join("copy");
    copy_tree(from, &copy).map_err(failed)?;
    // A folder cannot take the place of another thing; what stands there goes to where the copy is removed.
    if to.symlink_metadata().is_ok_and(|old| old.is_dir()) || copy.is_dir() && to.symlink_metadata().is_ok() {
        std::fs::rename(to, beside.path().join("old")).map_err(failed)?;
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
