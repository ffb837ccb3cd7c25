//! Which Python runs a task: its version, asked once and remembered by the state of its file.

use foldhash::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};

use super::contents::Stamp;
use crate::memory::journal::Record;

/// By path, the state of a file, and the version that it said then.
type Known = HashMap<Arc<str>, (Stamp, Arc<str>)>;

/// The versions of interpreters, by path.
#[derive(Debug, Default)]
pub(crate) struct Versions {
    known: Mutex<Known>,
    fresh: Mutex<Vec<Record>>,
}

impl Versions {
    pub(crate) fn new(known: Known) -> Self {
        Self { known: Mutex::new(known), fresh: Mutex::default() }
    }

    pub(crate) fn take_fresh(&self) -> Vec<Record> {
        std::mem::take(&mut *self.fresh.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The version of the Python at a path, such as `3.11.2`; none if it does not say.
    pub(crate) fn of(&self, python: &Path) -> Option<String> {
        let path = python.to_str()?;
        let stamp = Stamp::of(&python.metadata().ok()?);
        // Held while it is asked, so that all who want to know ask once.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, version)) = known.get(path)
            && *at == stamp
        {
            return Some(version.to_string());
        }
        let asked = std::process::Command::new(python).arg("-V").stdin(Stdio::null()).env_clear().output().ok()?;
        let said = if asked.stdout.is_empty() { asked.stderr } else { asked.stdout };
        let version = String::from_utf8_lossy(&said).trim().trim_start_matches("Python ").to_owned();
        let (path, kept): (Arc<str>, Arc<str>) = (path.into(), version.as_str().into());
        let record = Record::Program { path: Arc::clone(&path), stamp, version: Arc::clone(&kept) };
        self.fresh.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        known.insert(path, (stamp, kept));
        Some(version)
    }
}
