//! Looking back: the runs that are kept, and what happened in them.
//!
//! A run may have been cut off at any moment, and its files may be gone or torn: what can be read is told.
//!
//! ```
//! use loom_exec::{Memory, Project, RunOptions, Selection, Settings, runs};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("pipeline.yml"), "pipeline: [{name: hello, command: 'echo hello'}]")?;
//! let project = Project::open(folder.path(), Settings::with_environment(std::env::vars_os()))?;
//! project.plan(&Selection::default())?.run(&RunOptions::default(), |_| {})?;
//! let kept = runs::list(&project, &Memory::default())?;
//! let history = kept[0].history();
//! assert_eq!(history.units[0].unit.as_ref(), "hello");
//! assert_eq!(std::fs::read_to_string(kept[0].log("hello"))?, "hello\n");
//! # Ok(())
//! # }
//! ```

mod estimate;
mod follow;

pub use estimate::Estimate;
pub use follow::Follow;

use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::event::{Event, Outcome, SkipReason, Summary};
use crate::memory::run_folder::{EVENTS, SUMMARY, log_name, runs_folder};
use crate::{Command, Memory, Project, Reason};

/// The runs of a pipeline that are kept, the newest first. None are no error.
pub fn list(project: &Project, memory: &Memory) -> io::Result<Vec<Run>> {
    let Some(base) = memory.folder(project.folder()) else { return Ok(Vec::new()) };
    let file = project.file.file_name().unwrap_or_default().to_string_lossy();
    let entries = match fs::read_dir(runs_folder(&base, &file)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut runs = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What people put there is not ours.
        if began(&name).is_some() {
            runs.push(Run { name, folder: entry.path() });
        }
    }
    runs.sort_unstable_by(|one, other| other.name.cmp(&one.name));
    Ok(runs)
}

/// Removes a run that is kept: its events, its summary, and what its units wrote. What they made stays, and is
/// remembered. A run that is at work is not removed, which is an error of the kind [`io::ErrorKind::ResourceBusy`].
pub fn remove(run: &Run) -> io::Result<()> {
    if run.is_running() {
        let message = format!("the run {} is at work", run.name);
        return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
    }
    fs::remove_dir_all(&run.folder)
}

/// A run that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    name: String,
    folder: PathBuf,
}

impl Run {
    /// Its name, which its tasks found in `LOOM_RUN_ID`: when it began, and by which process it was run.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder that keeps it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// When it began: milliseconds since 1970.
    pub fn began(&self) -> i64 {
        began(&self.name).unwrap_or_default()
    }

    /// How it went; none if it did not come to its end, or has not yet.
    pub fn summary(&self) -> Option<Summary> {
        serde_json::from_slice(&fs::read(self.folder.join(SUMMARY)).ok()?).ok()
    }

    /// Whether it is still at work. Where files cannot be locked, nobody knows, and it is said not to be.
    pub fn is_running(&self) -> bool {
        // A process that is being started may keep a lock for a moment that its parent has let go.
        if self.folder.join(SUMMARY).exists() {
            return false;
        }
        let file = File::open(self.folder.join(EVENTS));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Where the output of a unit is kept, if it wrote any.
    pub fn log(&self, unit: &str) -> PathBuf {
        self.folder.join(log_name(unit))
    }

    /// Its events as they come, from the first one on.
    pub fn follow(&self) -> io::Result<Follow> {
        Follow::open(&self.folder.join(EVENTS))
    }

    /// What happened. Of a run whose events cannot be read, that is nothing.
    pub fn history(&self) -> History {
        let mut history = History::default();
        // What cannot be read any further ends there.
        if let Ok(mut follow) = self.follow() {
            let _ = follow.advance_with(&mut |at, event| history.add(at, &event));
        }
        if history.summary.is_none() {
            history.summary = self.summary();
        }
        history
    }
}

/// What happened in a run, unit by unit.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The name of the run, if it began.
    pub run: Option<Arc<str>>,
    /// How many units could run at the same time.
    pub workers: usize,
    /// How many units were known to be up to date when it began.
    pub up_to_date: usize,
    /// How many were known not to be, or perhaps not.
    pub to_run: usize,
    /// How long these took when they last ended well, all in all, as far as that was known.
    pub expected: Duration,
    /// Of how many of them it was not.
    pub unexpected: usize,
    /// The files of loops that were found out about later.
    pub found: usize,
    /// Why not all that happened was kept.
    pub trouble: Option<String>,
    /// The units, in the order in which they were first heard of.
    pub units: Vec<UnitHistory>,
    /// How the run went; none if it did not come to its end, or has not yet.
    pub summary: Option<Summary>,
    /// The last moment that is known of, since the run began.
    pub until: Duration,
    places: HashMap<Arc<str>, usize>,
}

/// What became of a unit.
#[derive(Clone, Debug)]
pub struct UnitHistory {
    /// Its name.
    pub unit: Arc<str>,
    /// What ran, if a command did.
    pub command: Option<Command>,
    /// Why it ran.
    pub reasons: Vec<Reason>,
    /// When it started, since the run began, if it did.
    pub started: Option<Duration>,
    /// How long it took when it last ended well before.
    pub expected: Option<Duration>,
    /// When its end was heard of, since the run began, if it was.
    pub ended: Option<Duration>,
    /// How long it took; of one whose end is not known, as long as anything is known.
    pub duration: Duration,
    /// How often it was tried again.
    pub retries: u32,
    /// What became of it.
    pub fate: Fate,
    /// The file that kept its output when it ended.
    pub log: Option<PathBuf>,
}

/// What became of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It started, and no end is known of.
    Unfinished,
    /// It ran.
    Ended(Outcome),
    /// It did not need to run.
    UpToDate {
        /// When it ran last: milliseconds since 1970.
        ran_at: i64,
    },
    /// It could not run, or was not to.
    Skipped(SkipReason),
}

impl History {
    /// Takes in what happened so long after the beginning.
    pub fn add(&mut self, at: Duration, event: &Event) {
        self.until = self.until.max(at);
        match event {
            Event::RunStarted { run, workers, up_to_date, to_run, expected, unexpected, .. } => {
                self.run = Some(Arc::clone(run));
                self.workers = *workers;
                (self.up_to_date, self.to_run) = (*up_to_date, *to_run);
                (self.expected, self.unexpected) = (*expected, *unexpected);
            }
            Event::RunNotRecorded { message } => self.trouble = Some(message.clone()),
            Event::LoopCounted { items, foreseen: false, .. } => self.found += items,
            Event::UnitStarted { unit, command, reasons, expected, .. } => {
                let known = self.unit(unit);
                known.command.clone_from(command);
                known.reasons.clone_from(reasons);
                known.expected = *expected;
                known.started.get_or_insert(at);
            }
            Event::UnitFinished { unit, outcome, duration, log } => {
                let known = self.unit(unit);
                known.duration = *duration;
                known.ended = Some(at);
                known.fate = Fate::Ended(outcome.clone());
                known.log.clone_from(log);
            }
            Event::UnitRetried { unit, attempt, .. } => self.unit(unit).retries = *attempt,
            Event::UnitUpToDate { unit, ran_at } => self.unit(unit).fate = Fate::UpToDate { ran_at: *ran_at },
            Event::UnitSkipped { unit, because } => self.unit(unit).fate = Fate::Skipped(because.clone()),
            Event::RunFinished { summary } => self.summary = Some(summary.clone()),
            _ => {}
        }
        if matches!(event, Event::RunFinished { .. }) {
            self.close();
        }
    }

    /// What became of a unit, if it was heard of.
    pub fn of(&self, unit: &str) -> Option<&UnitHistory> {
        self.places.get(unit).map(|place| &self.units[*place])
    }

    /// The units that ran, each with a lane, so that what ran at the same time is in different lanes; by their start.
    pub fn lanes(&self) -> Vec<(usize, &UnitHistory)> {
        let mut ran: Vec<&UnitHistory> = self.units.iter().filter(|unit| unit.started.is_some()).collect();
        ran.sort_by_key(|unit| unit.started);
        let mut free_from: Vec<Duration> = Vec::new();
        let placed = ran.into_iter().map(|unit| {
            let (from, to) = self.span(unit);
            // What goes on makes no room for what came after it.
            let to = if unit.fate == Fate::Unfinished { Duration::MAX } else { to };
            let lane = free_from.iter().position(|free| *free <= from).unwrap_or(free_from.len());
            match free_from.get_mut(lane) {
                Some(free) => *free = to,
                None => free_from.push(to),
            }
            (lane, unit)
        });
        placed.collect()
    }

    /// From when until when a unit ran, since the run began.
    pub fn span(&self, unit: &UnitHistory) -> (Duration, Duration) {
        let from = unit.started.unwrap_or_default();
        match unit.fate {
            Fate::Unfinished => (from, self.until.max(from)),
            // That it started may have been heard of late, but what it made room for started after its end.
            _ => (from, (from + unit.duration).min(unit.ended.unwrap_or(Duration::MAX)).max(from)),
        }
    }

    fn unit(&mut self, unit: &Arc<str>) -> &mut UnitHistory {
        let next = self.units.len();
        let place = *self.places.entry(Arc::clone(unit)).or_insert(next);
        if place == next {
            self.units.push(UnitHistory {
                unit: Arc::clone(unit),
                command: None,
                reasons: Vec::new(),
                started: None,
                expected: None,
                ended: None,
                duration: Duration::ZERO,
                retries: 0,
                fate: Fate::Unfinished,
                log: None,
            });
        }
        &mut self.units[place]
    }

    fn close(&mut self) {
        let until = self.until;
        for unit in self.units.iter_mut().filter(|unit| unit.fate == Fate::Unfinished) {
            unit.duration = until.saturating_sub(unit.started.unwrap_or(until));
        }
    }
}

/// When a run of this name began: milliseconds since 1970.
fn began(name: &str) -> Option<i64> {
    let (time, _) = name.split_once("Z-")?;
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S%.f", time).ok()?;
    Some(jiff::tz::TimeZone::UTC.to_timestamp(time).ok()?.as_millisecond())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;

    fn kept(files: &[(&str, &str)]) -> (tempfile::TempDir, Run) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let run = Run { name: "20260102T030405.006Z-7".to_owned(), folder: folder.path().to_path_buf() };
        (folder, run)
    }

    #[test]
    fn a_name_tells_when_a_run_began() {
        assert_eq!(began("20260102T030405.006Z-7"), Some(1_767_323_045_006));
        assert_eq!(began("notes"), None);
        assert_eq!(began("20261302T030405.006Z-7"), None);
    }

    #[test]
    fn what_can_be_read_of_a_run_that_was_cut_off_is_told() {
        let events = r#"{"version":1,"at":0.0,"what":{"event":"run_started","run":"r","steps":2,"workers":2,"folder":null,"up_to_date":0,"to_run":2}}
{"version":1,"at":0.5,"what":{"event":"unit_started","unit":"a","command":["cat","x"],"reasons":[{"reason":"never_ran"}],"expected":null}}
{"version":1,"at":0.5,"what":{"event":"from_the_future","unit":"a"}}
{"version":1,"at":2.5,"what":{"event":"unit_started","unit":"b","command":["cat"],"reasons":[],"expected":1.5}}
{"version":1,"at":3.0,"what":{"event":"unit_fin"#;
        let (_folder, run) = kept(&[(EVENTS, events), (SUMMARY, "{\"succeeded\":")]);
        let history = run.history();
        assert_eq!(history.workers, 2);
        assert!(history.summary.is_none() && !run.is_running());
        let [a, b] = &history.units[..] else { panic!("{:?}", history.units) };
        assert_eq!((&*a.unit, &a.fate, &a.reasons[..]), ("a", &Fate::Unfinished, &[Reason::NeverRan][..]));
        assert_eq!(history.span(a), (Duration::from_millis(500), Duration::from_millis(2500)));
        assert_eq!(history.span(b), (Duration::from_millis(2500), Duration::from_millis(2500)));
        let (_folder, run) = kept(&[]);
        assert!(run.history().units.is_empty() && run.summary().is_none());
    }

    #[test]
    fn what_ran_at_the_same_time_has_lanes_of_its_own() {
        let mut history = History::default();
        let spans = [("a", 0, 10), ("b", 1, 3), ("c", 2, 9), ("d", 3, 5), ("e", 10, 11)];
        for (unit, from, to) in spans {
            let started = Event::UnitStarted {
                unit: unit.into(),
                configuration: vec![],
                command: None,
                reasons: vec![],
                expected: None,
            };
            history.add(Duration::from_secs(from), &started);
            let duration = Duration::from_secs(to - from);
            let unit = unit.into();
            let finished = Event::UnitFinished { unit, outcome: Outcome::Succeeded, duration, log: None };
            history.add(Duration::from_secs(to), &finished);
        }
        let lanes: Vec<(usize, &str)> = history.lanes().into_iter().map(|(lane, unit)| (lane, &*unit.unit)).collect();
        assert_eq!(lanes, [(0, "a"), (1, "b"), (2, "c"), (1, "d"), (0, "e")]);
    }

    #[test]
    fn a_start_that_was_heard_of_late_takes_no_lane_from_the_next() {
        let mut history = History::default();
        let started = |unit: &str| Event::UnitStarted {
            unit: unit.into(),
            configuration: vec![],
            command: None,
            reasons: vec![],
            expected: None,
        };
        let (outcome, duration) = (Outcome::Succeeded, Duration::from_secs(5));
        history.add(Duration::from_secs(3), &started("a"));
        history.add(Duration::from_secs(6), &Event::UnitFinished { unit: "a".into(), outcome, duration, log: None });
        history.add(Duration::from_secs(6), &started("b"));
        assert!(history.lanes().iter().all(|(lane, _)| *lane == 0));
    }
}
