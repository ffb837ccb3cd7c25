//! Runs of a pipeline: which there are, how they stand, what would run next, and how the steps stand by all that.
//!
//! Everything is read from the folders that runs keep, so it is the same for a run of this program and of any other; nothing
//! here starts one.

mod apart;
mod critical;
mod diff;
mod followed;
mod names;
mod plan;
mod states;
mod words;

use std::collections::HashMap;
use std::io;
use std::time::SystemTime;

use loom_exec::runs::{self, Run};
use loom_exec::{Memory, Project};

pub use apart::ToRun;
pub use diff::diff;
pub use followed::Followed;
pub use names::Units;
pub use plan::{plan, selection, settings};
pub use states::{Outlook, add_folded, states};

use crate::api::{RunDetail, RunInfo, RunState, UnitState};

/// A run that this program has started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ours {
    /// Its name.
    pub run: String,
    /// Whether its process is still there.
    pub is_alive: bool,
}

/// The runs of a pipeline that are kept. Look from time to time; that is cheap while nothing is new.
///
/// ```
/// use loom_exec::{Memory, Project, RunOptions, Selection, Settings};
/// use loom_ui_core::api::RunState;
/// use loom_ui_core::runs::Runs;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # std::fs::write(folder.path().join("pipeline.yml"), "pipeline: [{name: hello, command: 'echo hello'}]")?;
/// let project = Project::open(folder.path(), Settings::with_environment(std::env::vars_os()))?;
/// let mut runs = Runs::default();
/// project.plan(&Selection::default())?.run(&RunOptions::default(), |_| {})?;
/// let news = runs.look(&project, &Memory::default(), &[])?;
/// assert_eq!(news.len(), 1);
/// let infos = runs.infos(std::time::SystemTime::now());
/// assert_eq!((infos[0].number, infos[0].state, infos[0].counts.ok), (1, RunState::Ok, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Runs {
    /// The oldest first.
    kept: Vec<Kept>,
    ours: Vec<Ours>,
    /// When those of ours that have no folder yet were first seen.
    waiting: HashMap<String, SystemTime>,
}

#[derive(Debug)]
struct Kept {
    run: Run,
    /// None while its events cannot be read.
    followed: Option<Box<Followed>>,
    /// Of a run that is over and not the latest, what is told of it; its units are read again when somebody asks.
    over: Option<RunInfo>,
}

impl Runs {
    /// Looks at the folders. Returns the names of the runs of which something is new, and of those that are gone.
    pub fn look(&mut self, project: &Project, memory: &Memory, ours: &[Ours]) -> io::Result<Vec<String>> {
        let mut news = Vec::new();
        let mut before: HashMap<String, Kept> =
            self.kept.drain(..).map(|kept| (kept.run.name().to_owned(), kept)).collect();
        let mut runs = runs::list(project, memory)?;
        runs.reverse();
        let latest = runs.last().map(|run| run.name().to_owned());
        for run in runs {
            let name = run.name().to_owned();
            let mut kept = before.remove(&name).unwrap_or(Kept { run, followed: None, over: None });
            if kept.over.is_none() && kept.followed.is_none() {
                // A run that has yet to begin its events is not there yet.
                kept.followed = Followed::open(kept.run.clone()).ok().map(Box::new);
            }
            if let Some(followed) = &mut kept.followed {
                if followed.advance().unwrap_or(false) {
                    news.push(name.clone());
                }
                if !followed.is_running() && latest.as_ref() != Some(&name) {
                    kept.over = Some(followed.info(0, false, SystemTime::UNIX_EPOCH));
                    kept.followed = None;
                }
            }
            self.kept.push(kept);
        }
        news.extend(before.into_keys());
        for one in ours {
            let is_new = self.ours.iter().all(|known| known != one);
            if is_new && !news.contains(&one.run) {
                news.push(one.run.clone());
            }
        }
        self.ours = ours.to_vec();
        let is_waiting = |run: &str| self.ours.iter().any(|one| one.is_alive && one.run == run);
        let has_begun = |run: &str| self.kept.iter().any(|kept| kept.run.name() == run && kept.is_there());
        let mut waiting: HashMap<String, SystemTime> = std::mem::take(&mut self.waiting);
        waiting.retain(|run, _| is_waiting(run) && !has_begun(run));
        for one in self.ours.iter().filter(|one| one.is_alive && !has_begun(&one.run)) {
            waiting.entry(one.run.clone()).or_insert_with(SystemTime::now);
        }
        self.waiting = waiting;
        Ok(news)
    }

    /// All runs in short, the newest first.
    pub fn infos(&self, now: SystemTime) -> Vec<RunInfo> {
        let mut infos: Vec<RunInfo> =
            self.kept.iter().enumerate().filter_map(|(place, kept)| self.info_of(place, kept, now)).collect();
        let mut waiting: Vec<(&String, &SystemTime)> = self.waiting.iter().collect();
        waiting.sort();
        for (run, since) in waiting {
            infos.push(waits(run, self.kept.len() + 1, *since, now));
        }
        infos.reverse();
        infos
    }

    /// A run in short.
    pub fn info(&self, run: &str, now: SystemTime) -> Option<RunInfo> {
        match self.waiting.get(run) {
            Some(since) => Some(waits(run, self.kept.len() + 1, *since, now)),
            None => {
                let (place, kept) = self.place(run)?;
                self.info_of(place, kept, now)
            }
        }
    }

    fn info_of(&self, place: usize, kept: &Kept, now: SystemTime) -> Option<RunInfo> {
        let ours = self.is_ours(kept.run.name());
        match (&kept.followed, &kept.over) {
            (Some(followed), _) => Some(followed.info(place + 1, ours, now)),
            (None, Some(info)) => Some(RunInfo { number: place + 1, ours, ..info.clone() }),
            (None, None) => None,
        }
    }

    /// A run with its units. One that is long over is read for that.
    pub fn detail(&self, run: &str, units: &Units, now: SystemTime) -> Option<RunDetail> {
        if self.waiting.contains_key(run) {
            return Some(RunDetail { info: self.info(run, now)?, units: Vec::new(), lanes: 0 });
        }
        let (place, _) = self.place(run)?;
        self.with(run, |followed| followed.detail(place + 1, self.is_ours(run), units, now))
    }

    /// Something of a run, which is read if it is long over.
    pub(crate) fn with<T>(&self, run: &str, ask: impl FnOnce(&Followed) -> T) -> Option<T> {
        let (_, kept) = self.place(run)?;
        if let Some(followed) = &kept.followed {
            return Some(ask(followed));
        }
        let mut followed = Followed::open(kept.run.clone()).ok()?;
        // What can be read of it is told.
        let _ = followed.advance();
        Some(ask(&followed))
    }

    /// The run that began last, if it can be read.
    pub fn latest(&self) -> Option<&Followed> {
        self.kept.last()?.followed.as_deref()
    }

    /// The same, to ask it for what is [new](Followed::changes).
    pub fn followed(&mut self, run: &str) -> Option<&mut Followed> {
        self.kept.iter_mut().find(|kept| kept.run.name() == run)?.followed.as_deref_mut()
    }

    /// The run that is at work, if there is one.
    pub fn at_work(&self) -> Option<&Followed> {
        self.kept.iter().rev().filter_map(|kept| kept.followed.as_deref()).find(|followed| followed.is_running())
    }

    /// The units that failed in a run, or did not come to their end; none, if it is not kept.
    pub(crate) fn failed(&self, run: &str) -> Option<Vec<String>> {
        let is_bad = |state| matches!(state, UnitState::Failed | UnitState::Stopped);
        self.with(run, |followed| {
            let units = followed.history().units.iter().filter(|unit| is_bad(followed.state_of(unit)));
            units.map(|unit| unit.unit.to_string()).collect()
        })
    }

    /// Where a run is kept.
    pub fn kept(&self, run: &str) -> Option<&Run> {
        self.place(run).map(|(_, kept)| &kept.run)
    }

    /// How two runs differ, unit by unit.
    pub fn diff(&self, one: &str, other: &str, now: SystemTime) -> Option<crate::api::RunDiff> {
        let infos = (self.info(one, now)?, self.info(other, now)?);
        let lines = self.with(one, |one| self.with(other, |other| diff(one, other)))??;
        Some(crate::api::RunDiff { one: infos.0, other: infos.1, lines })
    }

    fn place(&self, run: &str) -> Option<(usize, &Kept)> {
        self.kept.iter().enumerate().find(|(_, kept)| kept.run.name() == run)
    }

    fn is_ours(&self, run: &str) -> bool {
        self.ours.iter().any(|ours| ours.run == run)
    }
}

impl Kept {
    fn is_there(&self) -> bool {
        self.followed.is_some() || self.over.is_some()
    }
}

/// A run of ours that has no folder yet.
fn waits(run: &str, number: usize, since: SystemTime, now: SystemTime) -> RunInfo {
    let millis = |time: SystemTime| followed::millis(time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
    RunInfo {
        run: run.to_owned(),
        number,
        began: millis(since),
        state: RunState::Waiting,
        ours: true,
        took_ms: millis(now).saturating_sub(millis(since)),
        left_ms: None,
        counts: Default::default(),
        up_to_date: 0,
        workers: 0,
        changed: None,
        trouble: None,
    }
}

#[cfg(test)]
mod tests;
