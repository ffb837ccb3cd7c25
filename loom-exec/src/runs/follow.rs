//! The events of a run as they come.

use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::event::Event;
use crate::event_lines::EventLines;

/// Reads the events of a run that may still be at work. The run does not know of it, and is not slowed down by it.
///
/// ```
/// # use loom_exec::{Memory, Project, RunOptions, Selection, Settings, runs};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("pipeline.yml"), "pipeline: [{name: hello, command: 'echo hello'}]")?;
/// # let project = Project::open(folder.path(), Settings::with_environment(std::env::vars_os()))?;
/// # project.plan(&Selection::default())?.run(&RunOptions::default(), |_| {})?;
/// let runs = runs::list(&project, &Memory::default())?;
/// let mut follow = runs[0].follow()?;
/// let mut history = runs::History::default();
/// for (at, event) in follow.advance()? {
///     history.add(at, &event);
/// }
/// assert!(!follow.is_running() && history.summary.is_some());
/// assert!(follow.advance()?.is_empty(), "nothing is new");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Follow {
    reader: BufReader<File>,
    /// The beginning of a line whose end has yet to come.
    torn: Vec<u8>,
    began: Option<SystemTime>,
}

impl Follow {
    pub(super) fn open(events: &Path) -> io::Result<Self> {
        Ok(Self { reader: BufReader::new(File::open(events)?), torn: Vec::new(), began: None })
    }

    /// What has come since the last time, with how long after the beginning. A line that no event can be read from, as a later
    /// version may write, is passed over.
    pub fn advance(&mut self) -> io::Result<Vec<(Duration, Event)>> {
        let mut events = Vec::new();
        self.advance_with(&mut |at, event| events.push((at, event)))?;
        Ok(events)
    }

    pub(super) fn advance_with(&mut self, tell: &mut dyn FnMut(Duration, Event)) -> io::Result<()> {
        let mut last = None;
        while self.reader.read_until(b'\n', &mut self.torn)? > 0 {
            if !self.torn.ends_with(b"\n") {
                continue;
            }
            if let Some((at, event)) = EventLines::<File>::read(&String::from_utf8_lossy(&self.torn)) {
                last = Some(at);
                tell(at, event);
            }
            self.torn.clear();
        }
        if let Some(last) = last {
            // Each is written as it comes, so the file is as old as its last line; and what else came meanwhile makes it
            // younger, never older.
            let began = self.reader.get_ref().metadata().and_then(|metadata| metadata.modified());
            let began = began.ok().and_then(|modified| modified.checked_sub(last));
            self.began = self.began.into_iter().chain(began).min();
        }
        Ok(())
    }

    /// The moment that the times of events are counted from, as far as it can be told by the time of the file: none until
    /// something was read.
    pub fn began(&self) -> Option<SystemTime> {
        self.began
    }

    /// Whether the run is still at work; a moment later than it says so, perhaps, by [`Event::RunFinished`]. Ask this first and [`Follow::advance`] then to have heard all of one that is not.
    /// Where files cannot be locked, nobody knows, and it is said not to be.
    pub fn is_running(&self) -> bool {
        let file = self.reader.get_ref();
        match file.try_lock_shared() {
            Ok(()) => {
                let _ = file.unlock();
                false
            }
            Err(error) => matches!(error, TryLockError::WouldBlock),
        }
    }
}
