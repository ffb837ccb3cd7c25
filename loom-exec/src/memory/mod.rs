//! What the engine keeps from run to run, all of it under `.loom`, as text:
//!
//! ```text
//! .loom/lock                              who runs now; that it exists means nothing
//! .loom/<pipeline file>/journal           what ended how, made from what
//! .loom/<pipeline file>/runs/<run>/       one run: its events, its summary, the output of its units
//! ```
//!
//! Deleting it costs re-runs and nothing else.

pub(crate) mod journal;
pub(crate) mod lock;
pub(crate) mod run_folder;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use journal::{Done, Ending, Journal, Record, Remembered};
use lock::{Asked, Lock};
use run_folder::file_name;

use crate::decide::{Key, Needs};

/// Where the engine keeps what it remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// In `.loom` in the pipeline folder.
    #[default]
    InPipelineFolder,
    /// In this folder.
    In(PathBuf),
    /// Nowhere: everything runs, and output is only told in events.
    Nowhere,
}

impl Memory {
    /// The folder that stands for `.loom`.
    pub(crate) fn folder(&self, pipeline_folder: &Path) -> Option<PathBuf> {
        match self {
            Self::Nowhere => None,
            Self::InPipelineFolder => Some(pipeline_folder.join(".loom")),
            Self::In(folder) => Some(folder.clone()),
        }
    }

    pub(crate) fn journal_path(&self, folder: &Path, file: &str) -> Option<PathBuf> {
        Some(self.folder(folder)?.join(file_name(file)).join("journal"))
    }
}

/// Makes the folder that everything is kept in.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    if ignore.exists() { Ok(()) } else { std::fs::write(&ignore, "*\n") }
}

/// Asks for the right to run here.
pub(crate) fn ask_for_lock(folder: &Path, run: &str) -> io::Result<Asked> {
    Lock::ask(&folder.join("lock"), run)
}

/// What a run adds to what is remembered. Several threads write to it.
#[derive(Debug)]
pub(crate) struct Ledger {
    run: Arc<str>,
    journal: Mutex<Journal>,
    _lock: Lock,
}

impl Ledger {
    /// Opens what is remembered of a pipeline, under the lock.
    pub(crate) fn open(
        folder: &Path,
        pipeline_file: &str,
        run: Arc<str>,
        lock: Lock,
    ) -> io::Result<(Self, Remembered)> {
        let folder = folder.join(file_name(pipeline_file));
        std::fs::create_dir_all(&folder)?;
        let (journal, remembered) = Journal::open(&folder.join("journal"))?;
        Ok((Self { run, journal: Mutex::new(journal), _lock: lock }, remembered))
    }

    /// A unit begins: what it made before is not to be trusted any more.
    pub(crate) fn start(&self, unit: &Arc<str>, needs: &Needs) -> Result<(), String> {
        let makes = needs.makes().iter().map(|made| made.path.as_str().into()).collect();
        let item = needs.item().map(Arc::from);
        self.add(&[Record::Start { unit: Arc::clone(unit), run: Arc::clone(&self.run), at: now(), item, makes }])
    }

    /// A unit ended well; `fresh` is what was learnt of files meanwhile.
    pub(crate) fn done(
        &self,
        unit: &Arc<str>,
        needs: &Needs,
        took: Duration,
        key: Key,
        mut fresh: Vec<Record>,
    ) -> Result<(), String> {
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        fresh.push(Record::Done(Done {
            unit: Arc::clone(unit),
            run: Arc::clone(&self.run),
            at: now(),
            took,
            item: needs.item().map(Arc::from),
            key,
        }));
        self.add(&fresh)
    }

    /// A unit ended otherwise.
    pub(crate) fn end(&self, unit: &Arc<str>, how: Ending) -> Result<(), String> {
        self.add(&[Record::End { unit: Arc::clone(unit), run: Arc::clone(&self.run), at: now(), how }])
    }

    /// Any records; none are no write.
    pub(crate) fn add(&self, records: &[Record]) -> Result<(), String> {
        if records.is_empty() { Ok(()) } else { self.journal().append(records) }
    }

    /// How long until what was written must be on the disk; none if it is.
    pub(crate) fn sync_in(&self) -> Option<Duration> {
        self.journal().sync_in()
    }

    /// Waits until what was written is on the disk.
    pub(crate) fn sync(&self) -> Result<(), String> {
        self.journal().sync()
    }

    /// Why nothing more can be written, if so.
    pub(crate) fn broken(&self) -> Option<String> {
        self.journal().broken().map(str::to_owned)
    }

    fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
