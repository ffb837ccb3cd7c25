//! A run, from its folder: at work, or over.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use loom_exec::runs::{Estimate, Fate, Follow, History, Run, UnitHistory};
use loom_exec::{Event, Outcome, SkipReason, reasons};

use super::{Units, critical, words};
use crate::api::{Counts, RunDetail, RunInfo, RunState, UnitRow, UnitState};

/// What is told of a command that is longer is cut.
const LONGEST_COMMAND: usize = 2000;

/// A run of a pipeline, whoever started it, followed by what it writes into its folder. It is not slowed down by that.
#[derive(Debug)]
pub struct Followed {
    run: Run,
    /// None once all is known.
    follow: Option<Follow>,
    history: History,
    estimate: Estimate,
    is_running: bool,
    began: u64,
    /// In which lane each unit that ran is.
    lanes: HashMap<Arc<str>, usize>,
    /// Who is in each lane.
    taken: Vec<Option<Arc<str>>>,
    /// The units that run, and when the present try began.
    running: HashMap<Arc<str>, Duration>,
    /// Those of which something is new.
    news: HashSet<Arc<str>>,
    counted: Counts,
    up_to_date: usize,
    /// What is different from the run before.
    changed: Option<String>,
    /// It has ended, and nobody has been told which units were critical.
    is_closing: bool,
}

impl Followed {
    /// Begins to follow a run; nothing is known of it before it is [advanced](Followed::advance). The error says why its events
    /// cannot be read, as before there are any.
    pub fn open(run: Run) -> io::Result<Self> {
        let follow = run.follow()?;
        Ok(Self {
            began: u64::try_from(run.began()).unwrap_or(0),
            run,
            follow: Some(follow),
            history: History::default(),
            estimate: Estimate::default(),
            is_running: true,
            lanes: HashMap::new(),
            taken: Vec::new(),
            running: HashMap::new(),
            news: HashSet::new(),
            counted: Counts::default(),
            up_to_date: 0,
            changed: None,
            is_closing: false,
        })
    }

    /// Takes in what is new. Whether anything was; that is cheap to ask.
    pub fn advance(&mut self) -> io::Result<bool> {
        let Some(follow) = &mut self.follow else { return Ok(false) };
        // In this order, so that nothing comes after what was read.
        let is_locked = follow.is_running();
        let events = follow.advance()?;
        if let Some(began) = follow.began().filter(|_| !events.is_empty()) {
            self.began = self.began.max(millis(began.duration_since(UNIX_EPOCH).unwrap_or_default()));
        }
        for (at, event) in &events {
            self.add(*at, event);
        }
        if events.iter().any(|(_, event)| matches!(event, Event::UnitStarted { .. })) {
            self.changed = words::changed(&self.history);
        }
        // The summary is the last that comes, though a process that is being started may keep the lock for a moment.
        let is_running = is_locked && self.history.summary.is_none();
        let is_news = !events.is_empty() || is_running != self.is_running;
        self.is_running = is_running;
        if !is_running {
            self.follow = None;
            if self.history.summary.is_none() {
                self.history.summary = self.run.summary();
            }
            self.news.extend(self.running.drain().map(|(unit, _)| unit));
            self.is_closing = true;
        }
        Ok(is_news)
    }

    fn add(&mut self, at: Duration, event: &Event) {
        self.history.add(at, event);
        self.estimate.add(event);
        let counted = &mut self.counted;
        let unit = match event {
            Event::UnitStarted { unit, .. } => {
                let free = self.taken.iter().position(Option::is_none).unwrap_or(self.taken.len());
                self.taken.resize(self.taken.len().max(free + 1), None);
                self.taken[free] = Some(Arc::clone(unit));
                self.lanes.insert(Arc::clone(unit), free);
                self.running.insert(Arc::clone(unit), at);
                unit
            }
            Event::UnitRetried { unit, delay, .. } => {
                self.running.insert(Arc::clone(unit), at + *delay);
                unit
            }
            Event::UnitFinished { unit, outcome, .. } => {
                if let Some(lane) = self.lanes.get(unit) {
                    self.taken[*lane] = None;
                }
                self.running.remove(unit);
                match outcome {
                    outcome if outcome.is_success() => counted.ok += 1,
                    Outcome::Stopped => counted.skipped += 1,
                    _ => counted.failed += 1,
                }
                unit
            }
            Event::UnitUpToDate { unit, .. } => {
                counted.ok += 1;
                self.up_to_date += 1;
                unit
            }
            Event::UnitSkipped { unit, .. } => {
                counted.skipped += 1;
                unit
            }
            _ => return,
        };
        self.news.insert(Arc::clone(unit));
    }

    /// The run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Whether it is at work.
    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// What happened, as far as it was taken in.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// When it began to run: milliseconds since 1970. What it waited for another run is not counted.
    pub fn began(&self) -> u64 {
        self.began
    }

    /// How it stands.
    pub fn state(&self) -> RunState {
        match &self.history.summary {
            _ if self.is_running => RunState::Running,
            None => RunState::Lost,
            Some(summary) if summary.stopped_by.is_some() => RunState::Stopped,
            Some(summary) if summary.is_success() && !summary.panicked => RunState::Ok,
            Some(_) => RunState::Failed,
        }
    }

    /// The run in short, at this moment. `number` and `ours` are as in [`RunInfo`].
    pub fn info(&self, number: usize, ours: bool, now: SystemTime) -> RunInfo {
        let history = &self.history;
        let summary = history.summary.as_ref();
        let so_far = self.so_far(now);
        let heard = self.counted.ok + self.counted.failed + self.counted.skipped + self.running.len();
        let total = (history.up_to_date + history.to_run + history.found).max(heard);
        let running = if self.is_running { self.running.len() } else { 0 };
        let left = self.running.iter().map(|(unit, since)| {
            let expected = history.of(unit).and_then(|unit| unit.expected);
            (so_far.saturating_sub(*since), expected)
        });
        let trouble = history.trouble.clone().or_else(|| summary?.not_kept.clone());
        let panicked = || summary.filter(|summary| summary.panicked).map(|_| Outcome::Panicked.to_string());
        RunInfo {
            run: self.run.name().to_owned(),
            number,
            began: self.began,
            state: self.state(),
            ours,
            took_ms: millis(if self.is_running { so_far } else { history.until }),
            left_ms: self.estimate.left(left).filter(|_| self.is_running).map(millis),
            counts: Counts {
                units: total,
                running,
                stale: if self.is_running { total.saturating_sub(heard) } else { 0 },
                ..self.counted
            },
            up_to_date: self.up_to_date,
            workers: history.workers,
            changed: self.changed.clone(),
            trouble: trouble.or_else(panicked),
        }
    }

    /// The run with all its units.
    pub fn detail(&self, number: usize, ours: bool, units: &Units, now: SystemTime) -> RunDetail {
        let rows = self.rows(self.history.units.iter(), units, now);
        RunDetail { info: self.info(number, ours, now), units: rows, lanes: self.taken.len() }
    }

    /// The units of which something is new since this was asked last.
    pub fn changes(&mut self, units: &Units, now: SystemTime) -> Vec<UnitRow> {
        let mut news = std::mem::take(&mut self.news);
        if std::mem::take(&mut self.is_closing) {
            news.extend(critical::path(&self.history, units));
        }
        if news.is_empty() {
            return Vec::new();
        }
        self.rows(self.history.units.iter().filter(|unit| news.contains(&unit.unit)), units, now)
    }

    fn rows<'a>(&self, rows: impl Iterator<Item = &'a UnitHistory>, units: &Units, now: SystemTime) -> Vec<UnitRow> {
        // While it goes on, nobody knows what comes last.
        let critical = if self.is_running { HashSet::new() } else { critical::path(&self.history, units) };
        let so_far = self.so_far(now);
        rows.map(|unit| self.row(unit, units, critical.contains(&unit.unit), so_far)).collect()
    }

    fn row(&self, unit: &UnitHistory, units: &Units, critical: bool, so_far: Duration) -> UnitRow {
        let state = self.state_of(unit);
        let took = match unit.fate {
            Fate::Unfinished => {
                let until = if self.is_running { so_far } else { self.history.until };
                until.saturating_sub(unit.started.unwrap_or(until))
            }
            _ => unit.duration,
        };
        let outcome = match &unit.fate {
            Fate::Ended(outcome) => Some(outcome.to_string()),
            Fate::UpToDate { .. } => Some("up to date".to_owned()),
            Fate::Skipped(because) => Some(because.to_string()),
            Fate::Unfinished => (!self.is_running).then(|| "not finished".to_owned()),
        };
        // There is a file as soon as something was written.
        let log = match unit.fate {
            Fate::Ended(_) => unit.log.is_some(),
            _ => unit.started.is_some() && self.run.log(&unit.unit).exists(),
        };
        UnitRow {
            unit: unit.unit.to_string(),
            node: units.card(&unit.unit).to_string(),
            state,
            started_ms: unit.started.map(millis),
            took_ms: millis(took),
            expected_ms: unit.expected.map(millis),
            lane: self.lanes.get(&unit.unit).copied(),
            critical,
            outcome,
            why: reasons::told(&unit.reasons),
            command: unit.command.as_ref().map(line),
            retries: unit.retries,
            log,
        }
    }

    /// How a unit that was heard of stands.
    pub(super) fn state_of(&self, unit: &UnitHistory) -> UnitState {
        match &unit.fate {
            Fate::Unfinished if self.is_running => UnitState::Running,
            Fate::Unfinished | Fate::Ended(Outcome::Stopped) => UnitState::Stopped,
            Fate::Ended(outcome) if outcome.is_success() => UnitState::Fresh,
            Fate::Ended(_) => UnitState::Failed,
            Fate::UpToDate { .. } => UnitState::Fresh,
            Fate::Skipped(SkipReason::ConditionNotMet(_)) => UnitState::NotMet,
            Fate::Skipped(_) => UnitState::Skipped,
        }
    }

    /// How long it has been at work; never less than what it told.
    fn so_far(&self, now: SystemTime) -> Duration {
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        now.saturating_sub(Duration::from_millis(self.began)).max(self.history.until)
    }
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A command as a line that a shell takes back, unless it is very long.
pub(super) fn line(command: &loom_exec::Command) -> String {
    let words = command.words().map(|word| {
        let text = word.to_string_lossy();
        // A NUL cannot be in an argument, so quoting cannot fail.
        shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or_default()
    });
    let mut line = words.collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(LONGEST_COMMAND) {
        line.truncate(end);
        line.push('…');
    }
    line
}
