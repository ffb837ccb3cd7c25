//! The machine that a pipeline runs on, as its checks see it.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::Mutex;

use loom_graph::{Location, Presence, World};

/// A pipeline folder and an environment. Reads the file system, changes nothing.
#[derive(Debug)]
pub(crate) struct Host {
    folder: PathBuf,
    environment: HashMap<OsString, OsString>,
    /// Folders whose links are resolved already: most paths of a pipeline lie in few of them.
    real_folders: Mutex<HashMap<PathBuf, PathBuf>>,
}

impl Host {
    /// `folder` is absolute, its links resolved.
    pub(crate) fn new(folder: PathBuf, environment: HashMap<OsString, OsString>) -> Self {
        Self { folder, environment, real_folders: Mutex::default() }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn environment(&self) -> &HashMap<OsString, OsString> {
        &self.environment
    }

    pub(crate) fn get(&self, name: &str) -> Option<&OsStr> {
        self.environment.get(OsStr::new(name)).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The path with all links resolved, as far as it exists; the rest by its text.
    fn real(&self, path: &Path) -> PathBuf {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return path.canonicalize().unwrap_or_else(|_| by_text(path));
        };
        let real = self.real_folder(parent).join(name);
        match real.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => real.canonicalize().unwrap_or(real),
            _ => real,
        }
    }

    fn real_folder(&self, folder: &Path) -> PathBuf {
        let known = |folders: &HashMap<PathBuf, PathBuf>| folders.get(folder).cloned();
        if let Some(real) = self.real_folders.lock().ok().and_then(|folders| known(&folders)) {
            return real;
        }
        let missing_from = folder.ancestors().find_map(|existing| Some((existing, existing.canonicalize().ok()?)));
        let real = match missing_from {
            Some((existing, real)) => match folder.strip_prefix(existing) {
                Ok(rest) if !rest.as_os_str().is_empty() => by_text(&real.join(rest)),
                _ => real,
            },
            None => by_text(folder),
        };
        if let Ok(mut folders) = self.real_folders.lock() {
            folders.insert(folder.to_path_buf(), real.clone());
        }
        real
    }
}

fn by_text(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

impl World for Host {
    fn variable(&self, name: &str) -> Option<String> {
        self.environment.get(OsStr::new(name))?.to_str().map(ToOwned::to_owned)
    }

    fn locate(&self, path: &str) -> Location {
        let real = self.real(&self.folder.join(path));
        match real.strip_prefix(&self.folder) {
            Ok(inside) => Location::Inside(inside.to_string_lossy().into_owned()),
            Err(_) => Location::Outside(real.to_string_lossy().into_owned()),
        }
    }

    fn presence(&self, path: &str) -> Presence {
        match std::fs::metadata(self.folder.join(path)) {
            Ok(metadata) if metadata.is_dir() => Presence::Folder,
            Ok(_) => Presence::File,
            Err(_) => Presence::Missing,
        }
    }
}
