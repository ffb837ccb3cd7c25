//! The machine that a pipeline runs on, as its checks see it.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use loom_graph::{Location, Presence, World};
use loom_spec::{FrontMatterError, TaskInterface};

/// A pipeline folder and an environment. Reads the file system, changes nothing.
#[derive(Debug)]
pub(crate) struct Host {
    folder: PathBuf,
    environment: HashMap<OsString, OsString>,
    /// Folders whose links are resolved already: most paths of a pipeline lie in few of them.
    real_folders: Mutex<HashMap<PathBuf, RealFolder>>,
    /// What was found at paths: many steps share a task.
    presences: Mutex<HashMap<String, Presence>>,
    /// What tasks say of themselves.
    interfaces: Mutex<HashMap<String, Option<Interface>>>,
}

type Interface = Arc<Result<TaskInterface, FrontMatterError>>;

/// A script larger than this is not looked into.
const LARGEST_SCRIPT: u64 = 4 << 20;

#[derive(Clone, Debug)]
struct RealFolder {
    path: PathBuf,
    exists: bool,
}

impl Host {
    /// `folder` is absolute, its links resolved.
    pub(crate) fn new(folder: PathBuf, environment: HashMap<OsString, OsString>) -> Self {
        Self {
            folder,
            environment,
            real_folders: Mutex::default(),
            presences: Mutex::default(),
            interfaces: Mutex::default(),
        }
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
        let folder = self.real_folder(parent);
        let real = folder.path.join(name);
        if !folder.exists {
            return real;
        }
        match real.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => real.canonicalize().unwrap_or(real),
            _ => real,
        }
    }

    fn real_folder(&self, folder: &Path) -> RealFolder {
        let mut known = self.real_folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(real) = known.get(folder) {
            return real.clone();
        }
        let existing = folder.ancestors().find_map(|existing| Some((existing, existing.canonicalize().ok()?)));
        let path = match &existing {
            Some((existing, real)) => match folder.strip_prefix(existing) {
                Ok(rest) => by_text(&real.join(rest)),
                Err(_) => real.clone(),
            },
            None => by_text(folder),
        };
        let real = RealFolder { path, exists: existing.is_some_and(|(existing, _)| existing == folder) };
        known.insert(folder.to_path_buf(), real.clone());
        real
    }
}

/// The front matter of a Python script, if it is one and has any.
fn interface_of(path: &Path) -> Option<Interface> {
    if path.extension()? != "py" || path.metadata().ok()?.len() > LARGEST_SCRIPT {
        return None;
    }
    let source = std::fs::read_to_string(path).ok()?;
    TaskInterface::of_python(&source).map(Arc::new)
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
    fn variable(&self, name: &str, default: Option<&str>) -> Option<String> {
        let value = self.environment.get(OsStr::new(name)).and_then(|value| value.to_str());
        // As in a shell, a default stands in for an empty value, too.
        value.filter(|value| !value.is_empty() || default.is_none()).or(default).map(ToOwned::to_owned)
    }

    fn locate(&self, path: &str) -> Location {
        let real = self.real(&self.folder.join(path));
        match real.strip_prefix(&self.folder) {
            Ok(inside) => Location::Inside(inside.to_string_lossy().into_owned()),
            Err(_) => Location::Outside(real.to_string_lossy().into_owned()),
        }
    }

    fn presence(&self, path: &str) -> Presence {
        let mut known = self.presences.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(presence) = known.get(path) {
            return *presence;
        }
        let presence = match std::fs::metadata(self.folder.join(path)) {
            Ok(metadata) if metadata.is_dir() => Presence::Folder,
            Ok(_) => Presence::File,
            Err(_) => Presence::Missing,
        };
        known.insert(path.to_owned(), presence);
        presence
    }

    fn interface(&self, task: &str) -> Option<Interface> {
        let mut known = self.interfaces.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(interface) = known.get(task) {
            return interface.clone();
        }
        let interface = interface_of(&self.folder.join(task));
        known.insert(task.to_owned(), interface.clone());
        interface
    }
}
