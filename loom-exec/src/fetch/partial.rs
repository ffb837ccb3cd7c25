//! A file that is not complete yet.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

use crate::Cancel;

/// A file under a temporary name beside its final one. Whoever waits for it can give it up while another thread is
/// writing it, and find nothing left of it even if that thread never comes to an end.
#[derive(Debug)]
pub(super) struct Partial {
    to: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Nothing of it is there, or it is complete.
    Nothing,
    /// It is being written under this name.
    Open(PathBuf),
    /// Nobody wants it any more.
    GivenUp,
}

impl Partial {
    pub(super) fn of(to: &Path) -> Self {
        Self { to: to.to_path_buf(), state: Mutex::new(State::Nothing) }
    }

    /// Where it will be.
    pub(super) fn to(&self) -> &Path {
        &self.to
    }

    /// Makes it, and its folder; none if it was given up. Dropping it removes it.
    pub(super) fn create(&self) -> io::Result<Option<NamedTempFile>> {
        let mut state = self.lock();
        if matches!(*state, State::GivenUp) {
            return Ok(None);
        }
        let folder = self.to.parent().unwrap_or(Path::new(""));
        std::fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new()
            .prefix(".fetching-")
            .suffix(".part")
            // As for any other file: the umask takes from this what it wants.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(folder)?;
        *state = State::Open(file.path().to_path_buf());
        Ok(Some(file))
    }

    /// Gives it its final name, unless it was given up or the run stopped; then it is gone, and this is false.
    pub(super) fn publish(&self, file: NamedTempFile, cancel: &Cancel) -> io::Result<bool> {
        // Else a machine that goes down may keep the name and lose the bytes.
        file.as_file().sync_all()?;
        let mut state = self.lock();
        if matches!(*state, State::GivenUp) || cancel.is_stopped() {
            return Ok(false);
        }
        file.persist(&self.to)?;
        *state = State::Nothing;
        Ok(true)
    }

    /// Removes it, now and whatever may still be written.
    pub(super) fn give_up(&self) {
        let mut state = self.lock();
        if let State::Open(path) = &*state {
            // If this fails it is because the file is gone, or because nothing can be done.
            let _ = std::fs::remove_file(path);
        }
        *state = State::GivenUp;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
