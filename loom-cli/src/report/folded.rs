//! The lines of a step that has many units: where it begins, how far it is, what fails, and where it ends.

use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_exec::{Event, Outcome, SkipReason};

use super::{FAILURES_IN_FULL, FEW_UNITS, Report, Running, Verbosity, is_failure, last_lines};
use crate::swept::Tally;
use crate::terminal::{DIM, DONE, FAIL, SKIP, START, plain, shell_line};
use crate::when::in_words;

/// So long after the last line about a step there is another one, however little was done.
const EVERY: Duration = Duration::from_secs(600);
/// And so long there is none.
const SOON: Duration = Duration::from_secs(1);
/// So many units are named of those that something happened to.
const NAMED: usize = 3;
/// So many of the last lines that a failed unit wrote stand for what all of them wrote.
const SHARED_LINES: usize = 5;

/// What was told of a step.
#[derive(Debug, Default)]
pub(super) struct Folded {
    began: Option<Instant>,
    told: Option<Instant>,
    /// How far it was at the last line, in tenths.
    tenths: usize,
    /// At how many units there is a line next, where nobody knows how many there are.
    next: usize,
    is_told_over: bool,
    /// How many failures were told in full.
    in_full: usize,
}

/// A failure, and how often it happened.
#[derive(Debug)]
pub(super) struct Repeated {
    step: usize,
    outcome: Outcome,
    log: Option<PathBuf>,
    count: usize,
    /// The first units that it happened to.
    units: Vec<Arc<str>>,
}

/// What was skipped of which step, and because of what.
#[derive(Debug, Default)]
pub(super) struct Skips {
    places: HashMap<(usize, bool, Arc<str>), usize>,
    skips: Vec<Skip>,
}

#[derive(Debug)]
struct Skip {
    step: usize,
    count: usize,
    unit: Arc<str>,
    because: SkipReason,
    /// The step, or the unit, that it was because of.
    cause: Arc<str>,
}

impl<W: Write> Report<W> {
    /// Whether the units of a step have no lines of their own.
    pub(super) fn is_folded(&self, step: usize) -> bool {
        let tally = self.swept.get(step);
        self.verbosity != Verbosity::Verbose && !self.expand && tally.instances.max(tally.known()) > FEW_UNITS
    }

    fn folded(&mut self, step: usize) -> &mut Folded {
        if self.folded.len() <= step {
            self.folded.resize_with(step + 1, Folded::default);
        }
        &mut self.folded[step]
    }

    /// Tells what happened to a unit of a step that is told of as a whole. Returns false for what is to be told of any unit.
    pub(super) fn tell_folded(&mut self, step: usize, event: &Event) -> io::Result<bool> {
        if !self.is_folded(step) {
            return Ok(false);
        }
        match event {
            Event::UnitStarted { unit, configuration, command, .. } => {
                self.begin(step)?;
                if let Some(words) = command {
                    let own = super::own(configuration.iter().map(|(_, value)| &**value), Some(words));
                    let known = Running { command: shell_line(words.words()), own, lines: 0 };
                    self.running.insert(Arc::clone(unit), known);
                }
            }
            Event::UnitFinished { outcome, .. } if is_failure(outcome) || *outcome == Outcome::Stopped => {
                return Ok(false);
            }
            Event::UnitFinished { unit, .. } => {
                self.running.remove(unit);
                self.go_on(step)?;
            }
            Event::UnitOutput { .. } => return Ok(self.is_kept),
            Event::UnitUpToDate { .. } | Event::LoopCounted { .. } | Event::UnitRetried { .. } => self.go_on(step)?,
            Event::UnitSkipped { unit, because } => {
                self.skip(step, unit, because);
                self.go_on(step)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn skip(&mut self, step: usize, unit: &Arc<str>, because: &SkipReason) {
        let (failed, cause) = match because {
            SkipReason::Failed(cause) => (true, cause),
            SkipReason::ConditionNotMet(cause) => (false, cause),
            _ => return,
        };
        let cause = match self.swept.place(cause) {
            Some(place) => Arc::clone(&self.swept.get(place).name),
            None => Arc::clone(cause),
        };
        let Skips { places, skips } = &mut self.skips;
        let place = *places.entry((step, failed, Arc::clone(&cause))).or_insert(skips.len());
        match skips.get_mut(place) {
            Some(skip) => skip.count += 1,
            None => {
                skips.push(Skip { step, count: 1, unit: Arc::clone(unit), because: because.clone(), cause });
            }
        }
    }

    fn begin(&mut self, step: usize) -> io::Result<()> {
        let now = Instant::now();
        let folded = self.folded(step);
        if folded.began.is_some() {
            return Ok(());
        }
        (folded.began, folded.told, folded.next) = (Some(now), Some(now), 10);
        if self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let name = times(self.swept.get(step));
        self.line(&self.paint.styled(START, "start").to_string(), &name, "")
    }

    /// A line at each tenth of what runs, but not one upon the other, and one where it is over.
    pub(super) fn go_on(&mut self, step: usize) -> io::Result<()> {
        let tally = self.swept.get(step);
        if tally.is_over() {
            return self.tell_over(step);
        }
        let no_work = tally.up_to_date + tally.skipped;
        let (ended, total) = (tally.ended() - no_work, tally.total().map(|total| total - no_work));
        let folded = self.folded(step);
        let Some(told) = folded.told else { return Ok(()) };
        let is_time = match total.filter(|total| *total > 0) {
            Some(total) => {
                let (tenths, before) = (ended * 10 / total, folded.tenths);
                folded.tenths = tenths.max(before);
                before < tenths
            }
            None => {
                let is_time = ended >= folded.next;
                while ended >= folded.next {
                    folded.next *= 2;
                }
                is_time
            }
        };
        // What is decided at once is over at once.
        if is_time && told.elapsed() >= SOON || told.elapsed() >= EVERY {
            folded.told = Some(Instant::now());
            return self.tell_how_far(step);
        }
        Ok(())
    }

    fn tell_over(&mut self, step: usize) -> io::Result<()> {
        if std::mem::replace(&mut self.folded(step).is_told_over, true) || self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let tally = self.swept.get(step);
        if tally.up_to_date > 0 && tally.up_to_date == tally.ended() {
            let name = times(tally);
            let what = self.paint.styled(DIM, "up to date").to_string();
            return self.line(&self.paint.styled(DONE, "skip ").to_string(), &name, &what);
        }
        // What was skipped as a whole is told at the end of the run.
        if tally.skipped == tally.ended() { Ok(()) } else { self.tell_how_far(step) }
    }

    /// `done   process  97/1000, 3 failed  12.3 s`
    fn tell_how_far(&mut self, step: usize) -> io::Result<()> {
        if self.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let began = self.folded(step).began;
        let tally = self.swept.get(step);
        let mut told = vec![tally.done_of_all()];
        told.extend(tally.parts().into_iter().skip(1).filter(|part| !part.ends_with(" running")).map(|part| {
            let is_failed = part.ends_with(" failed");
            if is_failed { self.paint.styled(FAIL, part).to_string() } else { part }
        }));
        let name = tally.name.to_string();
        let took = began.map(|began| self.paint.styled(DIM, in_words(began.elapsed())).to_string());
        let what = format!("{}  {}", told.join(", "), took.unwrap_or_default());
        self.line(&self.paint.styled(DONE, "done ").to_string(), &name, what.trim_end())
    }

    /// Whether a failure of a unit of a sweep need not be told in full; told as far as it need be, then.
    pub(super) fn is_told_before(
        &mut self,
        step: Option<usize>,
        unit: &Arc<str>,
        (outcome, duration, log): (&Outcome, Duration, Option<&Path>),
        known: &Running,
    ) -> io::Result<bool> {
        let Some(step) = step else { return Ok(false) };
        let next = self.failures.len();
        let place = self.sameness.find(step, unit, &known.own, outcome, log, next);
        if place >= next {
            let log = log.map(Path::to_path_buf);
            let units = vec![Arc::clone(unit)];
            self.failures.push(Repeated { step, outcome: outcome.clone(), log, count: 1, units });
            let folded = self.folded(step);
            folded.in_full += 1;
            if folded.in_full <= FAILURES_IN_FULL || self.verbosity == Verbosity::Verbose {
                return Ok(false);
            }
            self.tell_failed(unit, duration, &plain(&outcome.to_string()))?;
        } else {
            let failure = &mut self.failures[place];
            failure.count += 1;
            if failure.units.len() < NAMED {
                failure.units.push(Arc::clone(unit));
            }
            if self.verbosity == Verbosity::Verbose {
                return Ok(false);
            }
            let first = failure.units.first().map(|first| plain(first)).unwrap_or_default();
            if !self.is_folded(step) && self.verbosity != Verbosity::Quiet {
                self.tell_failed(unit, duration, &format!("{}, as {first}", plain(&outcome.to_string())))?;
            }
        }
        Ok(true)
    }

    fn tell_failed(&mut self, unit: &str, took: Duration, what: &str) -> io::Result<()> {
        let what = format!("{}  {what}", in_words(took));
        self.line(&self.paint.styled(FAIL, "fail ").to_string(), unit, &what)
    }

    /// What happened to many units, told once, at the end of the run.
    pub(super) fn close_folded(&mut self) -> io::Result<()> {
        let begun: Vec<usize> = self.swept.all().map(|(step, _)| step).collect();
        for step in begun {
            if self.is_folded(step) && self.folded(step).began.is_some() && !self.folded(step).is_told_over {
                self.folded(step).is_told_over = true;
                self.tell_how_far(step)?;
            }
        }
        for Skip { step, count, unit, because, cause } in std::mem::take(&mut self.skips).skips {
            let is_failure = matches!(because, SkipReason::Failed(_));
            if !is_failure && self.verbosity == Verbosity::Quiet {
                continue;
            }
            let word = self.paint.styled(SKIP, "skip ").to_string();
            match (count, is_failure) {
                (1, _) => self.line(&word, &unit, &plain(&because.to_string()))?,
                (_, true) => {
                    let name = format!("{} ×{count}", self.swept.get(step).name);
                    self.line(&word, &name, &format!("{} failed", plain(&cause)))?;
                }
                (_, false) => {
                    let name = format!("{} ×{count}", self.swept.get(step).name);
                    self.line(&word, &name, &format!("condition not met ({})", plain(&cause)))?;
                }
            }
        }
        for failure in std::mem::take(&mut self.failures).into_iter().filter(|failure| failure.count > 1) {
            self.tell_repeated(&failure)?;
        }
        Ok(())
    }

    fn tell_repeated(&mut self, failure: &Repeated) -> io::Result<()> {
        let Some(first) = failure.units.first() else { return Ok(()) };
        let name = format!("{} ×{}", self.swept.get(failure.step).name, failure.count);
        // What differs from unit to unit stands in that of the first.
        self.line(&self.paint.styled(FAIL, "fail ").to_string(), &name, &plain(&failure.outcome.to_string()))?;
        let mut named: Vec<String> = failure.units.iter().map(|unit| plain(unit)).collect();
        match failure.count - named.len() {
            0 => {}
            more => named.push(format!("… {more} more")),
        }
        writeln!(self.out, "       {}", self.paint.styled(DIM, named.join(", ")))?;
        let Some(log) = &failure.log else { return Ok(()) };
        if let Some(tail) = last_lines(log) {
            let lines: Vec<&[u8]> = tail.trim_ascii_end().split_inclusive(|byte| *byte == b'\n').collect();
            let shared = lines[lines.len().saturating_sub(SHARED_LINES)..].concat();
            self.output(first, loom_exec::Stream::Stdout, &shared)?;
            self.close_line()?;
        }
        let words = ["loom", "log"].map(str::to_owned).into_iter();
        let unit = shell_line(std::iter::once(&**first));
        let words: Vec<String> = words.chain(self.pipeline.clone()).chain([unit]).collect();
        writeln!(self.out, "       log      {}", words.join(" "))
    }
}

/// `process ×12`
fn times(tally: &Tally) -> String {
    match tally.total() {
        Some(total) => format!("{} ×{total}", tally.name),
        None => tally.name.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::swept::Swept;
    use crate::terminal::Paint;

    /// What is told of units of a step that run one after another, each for a while.
    fn told(units: usize, outcome: impl Fn(usize) -> Outcome) -> Vec<String> {
        let report = Report::new(Vec::new(), Paint { color: false }, Verbosity::Normal, Path::new("/p"));
        let mut report = report.with_sweep(Swept::with("train", units), None, false);
        for number in 0..units {
            let unit: Arc<str> = format!("train@rate={number}").into();
            let command = Some(loom_exec::Command { program: "cat".into(), args: vec![], variables: vec![] });
            let (configuration, reasons) = (vec![], vec![]);
            let started =
                Event::UnitStarted { unit: Arc::clone(&unit), configuration, command, reasons, expected: None };
            report.tell(&started).expect("a vector takes everything");
            // As if it had been some time ago.
            if let Some(told) = report.folded.first_mut().and_then(|folded| folded.told.as_mut()) {
                *told = Instant::now().checked_sub(Duration::from_secs(2)).unwrap_or(*told);
            }
            let outcome = outcome(number);
            let finished = Event::UnitFinished { unit, outcome, duration: Duration::ZERO, log: None };
            report.tell(&finished).expect("a vector takes everything");
        }
        let summary = loom_exec::Summary::default();
        report.tell(&Event::RunFinished { summary }).expect("a vector takes everything");
        let text = String::from_utf8(report.out).expect("it is text");
        let mut lines: Vec<String> =
            text.lines().map(|line| line.splitn(4, "  ").take(3).collect::<Vec<_>>().join("  ")).collect();
        lines.pop();
        lines
    }

    #[test]
    fn there_is_a_line_at_each_tenth() {
        let lines = told(10_000, |_| Outcome::Succeeded);
        assert_eq!(lines.len(), 11, "{lines:?}");
        assert_eq!(
            (&*lines[0], &*lines[1], &*lines[10]),
            ("start  train ×10000", "done   train  1000/10000", "done   train  10000/10000")
        );
    }

    #[test]
    fn thousands_of_failures_are_two() {
        let lines = told(10_000, |number| Outcome::Exited { code: if number % 2 == 0 { 3 } else { 4 } });
        let failures: Vec<&String> = lines.iter().filter(|line| line.starts_with("fail")).collect();
        assert_eq!(failures.len(), 4, "{failures:?}");
        assert_eq!(
            (&**failures[2], &**failures[3]),
            ("fail   train ×5000  exit code 3", "fail   train ×5000  exit code 4")
        );
    }
}
