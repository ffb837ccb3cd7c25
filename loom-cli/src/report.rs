//! The events of a run as lines for people.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use loom_exec::{Event, Outcome, Reason, SkipReason, Stream, Summary};

use crate::reasons;
use crate::sameness::{Sameness, own};
use crate::swept::Swept;
use crate::terminal::{DIM, DONE, FAIL, Paint, SKIP, START, STRONG, plain, shell_line};
use crate::when::{ago, in_words};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// What fails.
    Quiet,
    /// A line for what starts, ends, fails or is skipped, and the steps' own lines.
    Normal,
    /// The commands, too.
    Verbose,
}

/// Lines of a failed step that are told again.
pub(crate) const TAIL_LINES: usize = 20;

/// Of units that are up to date one after another, so many have lines of their own.
const UP_TO_DATE_LINES: usize = 3;

mod folded;

use folded::{Folded, Repeated, Skips};

/// Of a step with no more units than this, each has lines of its own, as if there was no sweep.
const FEW_UNITS: usize = 20;
/// Of more failures of one step that differ from each other, what was written is not told again.
const FAILURES_IN_FULL: usize = 20;

/// A command that is longer, as one that gathers thousands of files, is nothing to be read.
pub(crate) const LONGEST_COMMAND: usize = 8 << 10;

/// Writes one line for each thing that happens; a step's own lines carry its name.
pub(crate) struct Report<W> {
    out: W,
    paint: Paint,
    verbosity: Verbosity,
    folder: PathBuf,
    /// The step and stream whose last line was told in part.
    open_line: Option<(Arc<str>, Stream)>,
    /// How many steps were to run.
    steps: usize,
    /// What is known of the units that run, to be told if they fail.
    running: HashMap<Arc<str>, Running>,
    /// Whose lines were told last, and how many of them without another line between.
    last_lines: Option<(Arc<str>, usize)>,
    /// How many units were up to date since the last other line.
    up_to_date: usize,
    /// The last of them that has not been told, with when it ran.
    untold: Option<(Arc<str>, i64)>,
    /// The units of a sweep, by their steps.
    swept: Swept,
    /// Whether each unit has its lines, however many there are.
    expand: bool,
    /// What was told of these, by the same places.
    folded: Vec<Folded>,
    /// How the user named the pipeline, where that is to be said again to ask about a unit.
    pipeline: Option<String>,
    /// Whether what units write is kept, so that it need not be told.
    is_kept: bool,
    sameness: Sameness,
    failures: Vec<Repeated>,
    skips: Skips,
}

/// A unit that runs.
#[derive(Debug, Default)]
struct Running {
    command: String,
    /// Of a unit of a sweep, what its failure is told apart from others without.
    own: Vec<String>,
    /// How many lines it wrote.
    lines: usize,
}

impl<W: Write> Report<W> {
    /// `folder` is the pipeline folder: where a command that failed is to be tried again.
    pub(crate) fn new(out: W, paint: Paint, verbosity: Verbosity, folder: &Path) -> Self {
        Self {
            out,
            paint,
            verbosity,
            folder: folder.to_path_buf(),
            open_line: None,
            steps: 0,
            running: HashMap::new(),
            last_lines: None,
            up_to_date: 0,
            untold: None,
            swept: Swept::default(),
            expand: false,
            folded: Vec::new(),
            pipeline: None,
            is_kept: false,
            sameness: Sameness::default(),
            failures: Vec::new(),
            skips: Skips::default(),
        }
    }

    /// With the units of a sweep told of by their steps where they are many. `pipeline` is how the user named it, where it has to be
    /// said again to ask about a unit; with `expand`, each unit has its lines however many there are.
    pub(crate) fn with_sweep(mut self, swept: Swept, pipeline: Option<String>, expand: bool) -> Self {
        (self.swept, self.pipeline, self.expand) = (swept, pipeline, expand);
        self
    }

    pub(crate) fn tell(&mut self, event: &Event) -> io::Result<()> {
        let step = self.swept.add(event);
        if let Some(step) = step
            && self.tell_folded(step, event)?
        {
            return self.out.flush();
        }
        match event {
            Event::RunWaiting { holder, .. } => {
                let who =
                    if holder.is_empty() { "another run".to_owned() } else { format!("the run {}", plain(holder)) };
                writeln!(self.out, "{}   for {who}, which has this folder", self.paint.styled(SKIP, "wait"))?;
            }
            Event::RunStarted { steps, folder, .. } => (self.steps, self.is_kept) = (*steps, folder.is_some()),
            // What the engine does itself is done at once.
            Event::UnitStarted { command: None, .. } => {}
            Event::UnitStarted { unit, command: Some(words), configuration, reasons, .. } => {
                let command = shell_line(words.words());
                if self.verbosity != Verbosity::Quiet {
                    let changes: Vec<Reason> = reasons.iter().filter(|reason| reason.is_change()).cloned().collect();
                    let why = self.paint.styled(DIM, reasons::told(&changes)).to_string();
                    self.line(
                        &self.paint.styled(START, "start").to_string(),
                        unit,
                        if changes.is_empty() { "" } else { &why },
                    )?;
                }
                self.last_lines = None;
                if self.verbosity == Verbosity::Verbose && !command.contains('\n') && command.len() <= LONGEST_COMMAND {
                    writeln!(self.out, "       {}", self.paint.styled(DIM, &command))?;
                }
                let own = step.map(|_| own(configuration.iter().map(|(_, value)| &**value), Some(words)));
                let known = Running { command, own: own.unwrap_or_default(), lines: 0 };
                self.running.insert(Arc::clone(unit), known);
            }
            Event::UnitUpToDate { unit, ran_at } if self.verbosity != Verbosity::Quiet => {
                self.up_to_date += 1;
                if self.up_to_date <= UP_TO_DATE_LINES || self.verbosity == Verbosity::Verbose {
                    self.tell_up_to_date(unit, *ran_at)?;
                } else {
                    self.untold = Some((Arc::clone(unit), *ran_at));
                }
            }
            Event::RunNotRecorded { message } => {
                self.is_kept = false;
                self.close_line()?;
                let what = format!("the run is not kept: {}", plain(message));
                writeln!(self.out, "{}  {what}", self.paint.styled(SKIP, "note "))?;
            }
            Event::RunWarned { message } => {
                self.close_line()?;
                writeln!(self.out, "{}  {}", self.paint.styled(SKIP, "note "), plain(message))?;
            }
            Event::UnitRetried { unit, outcome, attempt, of, delay } => {
                let when = if delay.is_zero() { String::new() } else { format!(" in {}", in_words(*delay)) };
                let what = format!("{}; retry {attempt} of {of}{when}", plain(&outcome.to_string()));
                self.line(&self.paint.styled(SKIP, "retry").to_string(), unit, &what)?;
            }
            Event::UnitLeaked { unit, leak } => {
                let what = format!("left a process running, which was ended: {} {}", leak.pid, plain(&leak.command));
                self.line(&self.paint.styled(SKIP, "leak ").to_string(), unit, what.trim_end())?;
            }
            Event::PutAside { unit, path, to } if self.verbosity != Verbosity::Quiet => {
                let what = format!("what stood at {} before is kept in {}", plain(path), to.display());
                self.line(&self.paint.styled(SKIP, "aside").to_string(), unit, &what)?;
            }
            Event::InputChanged { unit, input } => {
                let what = format!("input {} changed while it ran: it runs again next time", plain(input));
                self.line(&self.paint.styled(SKIP, "note ").to_string(), unit, &what)?;
            }
            Event::LeftOverRemoved { unit, path } if self.verbosity != Verbosity::Quiet => {
                let what = format!("removed {}, as what it was made from is gone", plain(path));
                self.line(&self.paint.styled(SKIP, "gone ").to_string(), unit, &what)?;
            }
            Event::UnitOutput { unit, stream, text } if self.verbosity != Verbosity::Quiet => {
                let lines = text.iter().filter(|byte| **byte == b'\n').count().max(1);
                self.output(unit, *stream, text)?;
                if let Some(known) = self.running.get_mut(unit) {
                    known.lines += lines;
                }
                match &mut self.last_lines {
                    Some((last, count)) if last == unit => *count += lines,
                    last => *last = Some((Arc::clone(unit), lines)),
                }
            }
            Event::UnitFinished { unit, outcome, duration, log } => {
                let known = self.running.remove(unit).unwrap_or_default();
                if !is_failure(outcome)
                    || !self.is_told_before(step, unit, (outcome, *duration, log.as_deref()), &known)?
                {
                    self.finished(unit, outcome, *duration, log.as_deref(), &known)?;
                }
                if let Some(step) = step.filter(|step| self.is_folded(*step)) {
                    self.go_on(step)?;
                }
            }
            Event::LoopCounted { unit, items, .. } if self.verbosity != Verbosity::Quiet => {
                let files = match items {
                    0 => "no files".to_owned(),
                    1 => "1 file".to_owned(),
                    items => format!("{items} files"),
                };
                self.line(&self.paint.styled(START, "loop ").to_string(), unit, &files)?;
            }
            Event::UnitSkipped { because: SkipReason::ConditionNotMet(_), .. }
                if self.verbosity == Verbosity::Quiet => {}
            Event::UnitSkipped { unit, because } => {
                let because = plain(&because.to_string());
                self.line(&self.paint.styled(SKIP, "skip ").to_string(), unit, &because)?;
            }
            Event::RunFinished { summary } => {
                self.close_folded()?;
                self.summary(summary)?;
            }
            _ => {}
        }
        self.out.flush()
    }

    fn tell_up_to_date(&mut self, unit: &Arc<str>, ran_at: i64) -> io::Result<()> {
        let when = self.paint.styled(DIM, format_args!("up to date (ran {})", ago(ran_at))).to_string();
        let word = self.paint.styled(DONE, "skip ").to_string();
        self.close_output()?;
        writeln!(self.out, "{word}  {}  {when}", plain(unit))
    }

    /// Tells how many units were up to date since those that were told.
    fn close_up_to_date(&mut self) -> io::Result<()> {
        let more = std::mem::take(&mut self.up_to_date).saturating_sub(UP_TO_DATE_LINES);
        match self.untold.take() {
            None => Ok(()),
            Some((unit, ran_at)) if more == 1 => self.tell_up_to_date(&unit, ran_at),
            Some(_) => {
                self.close_output()?;
                let more = self.paint.styled(DIM, format!("… {more} more, up to date"));
                writeln!(self.out, "{}  {more}", self.paint.styled(DONE, "skip "))
            }
        }
    }

    /// `word  unit  rest`.
    fn line(&mut self, word: &str, unit: &str, rest: &str) -> io::Result<()> {
        self.close_line()?;
        let unit = plain(unit);
        let gap = if rest.is_empty() { "" } else { "  " };
        writeln!(self.out, "{word}  {unit}{gap}{rest}")
    }

    fn finished(
        &mut self,
        unit: &Arc<str>,
        outcome: &Outcome,
        duration: Duration,
        log: Option<&Path>,
        known: &Running,
    ) -> io::Result<()> {
        let took = in_words(duration);
        match outcome {
            outcome if outcome.is_success() && self.verbosity == Verbosity::Quiet => Ok(()),
            Outcome::Succeeded => {
                let took = self.paint.styled(DIM, took).to_string();
                self.line(&self.paint.styled(DONE, "done ").to_string(), unit, &took)
            }
            found if found.is_success() => {
                let took = self.paint.styled(DIM, format_args!("{took}  {found}")).to_string();
                self.line(&self.paint.styled(DONE, "done ").to_string(), unit, &took)
            }
            Outcome::Stopped => self.line(&self.paint.styled(SKIP, "stop ").to_string(), unit, &took),
            failure => {
                let what = format!("{took}  {}", plain(&failure.to_string()));
                // What stands right above need not be told again.
                let is_in_sight = known.lines > 0
                    && self
                        .last_lines
                        .as_ref()
                        .is_some_and(|(last, lines)| last == unit && *lines >= known.lines.min(TAIL_LINES));
                self.line(&self.paint.styled(FAIL, "fail ").to_string(), unit, &what)?;
                if let Some(log) = log {
                    if !is_in_sight {
                        self.tail(unit, log)?;
                    }
                    writeln!(self.out, "       log      {}", log.display())?;
                }
                // What asks a condition is a program of its own, and nothing to be typed.
                let command = &known.command;
                if !command.is_empty() && !command.contains('\n') && command.len() <= LONGEST_COMMAND {
                    let folder = shell_line(std::iter::once(self.folder.as_os_str()));
                    writeln!(self.out, "       by hand  (cd {folder} && {command})")?;
                }
                Ok(())
            }
        }
    }

    /// What a step wrote, each line behind the step's name. Bytes pass as they are.
    fn output(&mut self, unit: &Arc<str>, stream: Stream, text: &[u8]) -> io::Result<()> {
        self.close_up_to_date()?;
        let goes_on = self.open_line.as_ref().is_some_and(|(open, on)| open == unit && *on == stream);
        if !goes_on {
            self.close_output()?;
        }
        let prefix = format!("       {} ", self.paint.styled(DIM, format_args!("{} |", plain(unit))));
        for (index, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
            if index > 0 || !goes_on {
                self.out.write_all(prefix.as_bytes())?;
            }
            let whole = line.ends_with(b"\n");
            self.out.write_all(overwritten(line))?;
            if whole {
                self.out.write_all(b"\n")?;
            }
        }
        self.open_line = (!text.ends_with(b"\n")).then(|| (Arc::clone(unit), stream));
        Ok(())
    }

    /// Ends what is open, before a line of another kind.
    fn close_line(&mut self) -> io::Result<()> {
        self.close_up_to_date()?;
        self.last_lines = None;
        self.close_output()
    }

    /// Ends a line that a step left open.
    fn close_output(&mut self) -> io::Result<()> {
        if self.open_line.take().is_some() { self.out.write_all(b"\n") } else { Ok(()) }
    }

    /// The last lines of a log.
    fn tail(&mut self, unit: &Arc<str>, log: &Path) -> io::Result<()> {
        let Some(tail) = last_lines(log) else { return Ok(()) };
        self.output(unit, Stream::Stdout, &tail)?;
        self.close_line()
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        self.close_line()?;
        if self.verbosity == Verbosity::Quiet && summary.is_success() {
            return Ok(());
        }
        let counts: [(usize, &str, anstyle::Style); 6] = [
            (summary.succeeded, "ok", DONE),
            (summary.up_to_date, "up to date", DONE),
            (summary.failed, "failed", FAIL),
            (summary.skipped, "skipped", SKIP),
            (summary.not_taken, "not taken", SKIP),
            (summary.not_run, if summary.stopped_by.is_some() { "stopped" } else { "not run" }, SKIP),
        ];
        let told: Vec<String> = counts
            .iter()
            .filter(|(count, word, _)| *count > 0 || *word == "ok")
            .map(|(count, word, style)| self.paint.styled(*style, format_args!("{count} {word}")).to_string())
            .collect();
        let total = summary.total();
        // A loop, a group that runs in passes, and a step of a sweep are several units.
        let what = if total == self.steps && self.swept.is_empty() { "step" } else { "unit" };
        let steps = if total == 1 { what.to_owned() } else { format!("{what}s") };
        let head = self.paint.styled(STRONG, format_args!("{total} {steps}")).to_string();
        writeln!(self.out, "{head}: {} in {}", told.join(", "), in_words(summary.duration))?;
        if let Some(why) = &summary.not_kept {
            writeln!(self.out, "{}: {}", self.paint.styled(FAIL, "ended early"), plain(why))?;
        }
        Ok(())
    }
}

fn is_failure(outcome: &Outcome) -> bool {
    !outcome.is_success() && *outcome != Outcome::Stopped
}

/// The last lines of a log, but no more than some thousand bytes; none if it cannot be read.
pub(crate) fn last_lines(log: &Path) -> Option<Vec<u8>> {
    const READ: u64 = 16 << 10;
    let mut text = Vec::new();
    let mut file = std::fs::File::open(log).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(READ))).ok()?;
    file.take(READ).read_to_end(&mut text).ok()?;
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let shown = lines.split_off(lines.len().saturating_sub(TAIL_LINES));
    Some(shown.concat())
}

/// What a terminal would show of a line in the end: a progress bar writes it again and again after `\r`.
pub(crate) fn overwritten(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().rposition(|byte| *byte == b'\r').map_or(line, |at| &line[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_progress_bar_is_its_last_state() {
        assert_eq!(overwritten(b"\r 10%\r 50%\r100%\n"), b"100%");
        assert_eq!(overwritten(b"windows\r\n"), b"windows");
        assert_eq!(overwritten(b"50%\r"), b"50%");
        assert_eq!(overwritten(b"\n"), b"");
    }

    fn told(events: &[Event]) -> String {
        let paint = Paint { color: false };
        let mut report = Report::new(Vec::new(), paint, Verbosity::Normal, Path::new("/p"));
        events.iter().for_each(|event| report.tell(event).expect("a vector takes everything"));
        String::from_utf8(report.out).expect("it is text")
    }

    fn output(unit: &str, text: &str) -> Event {
        Event::UnitOutput { unit: unit.into(), stream: Stream::Stdout, text: text.into() }
    }

    #[test]
    fn lines_of_several_steps_do_not_mix() {
        let events = [
            output("a", "one\ntwo"),
            output("a", " and a half\n"),
            output("a", "open"),
            output("b", "x\n"),
            output("a", "y\n"),
        ];
        assert_eq!(
            told(&events),
            "       a | one\n       a | two and a half\n       a | open\n       b | x\n       a | y\n"
        );
    }

    fn started(unit: &str) -> Event {
        let command = Some(loom_exec::Command { program: "cat".into(), args: vec![], variables: vec![] });
        Event::UnitStarted { unit: unit.into(), configuration: vec![], command, reasons: vec![], expected: None }
    }

    fn failed(unit: &str, log: &Path) -> Event {
        Event::UnitFinished {
            unit: unit.into(),
            outcome: Outcome::Exited { code: 3 },
            duration: Duration::ZERO,
            log: Some(log.to_path_buf()),
        }
    }

    #[test]
    fn what_a_failed_step_wrote_is_told_again_only_if_other_lines_came_between() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let log = folder.path().join("a.log");
        std::fs::write(&log, "one\ntwo\n").expect("it can be written");
        let alone = [started("a"), output("a", "one\n"), output("a", "two\n"), failed("a", &log)];
        assert_eq!(told(&alone).matches("two").count(), 1);
        let mixed = [started("a"), output("a", "one\n"), started("b"), output("a", "two\n"), failed("a", &log)];
        assert_eq!(told(&mixed).matches("two").count(), 2);
        assert_eq!(told(&mixed).matches("a | one").count(), 2);
        let interleaved =
            [started("a"), started("b"), output("a", "one\ntwo\n"), output("b", "x\n"), failed("a", &log)];
        assert_eq!(told(&interleaved).matches("a | two").count(), 2);
    }

    #[test]
    fn of_many_that_are_up_to_date_few_have_a_line() {
        let skipped = |count: usize| {
            let events = (0..count).map(|n| Event::UnitUpToDate { unit: format!("u{n}").into(), ran_at: 0 });
            let mut events: Vec<Event> = events.collect();
            events.push(started("x"));
            told(&events).lines().map(|line| line.split("up to date (").next().unwrap_or_default().to_owned()).collect()
        };
        let lines: Vec<String> = skipped(4);
        assert_eq!(lines, ["skip   u0  ", "skip   u1  ", "skip   u2  ", "skip   u3  ", "start  x"]);
        let lines: Vec<String> = skipped(1000);
        assert_eq!(lines[2..], ["skip   u2  ", "skip   … 997 more, up to date", "start  x"]);
    }

    #[test]
    fn a_name_cannot_command_the_terminal() {
        let skipped = Event::UnitSkipped { unit: "a\u{1b}[2J".into(), because: SkipReason::Failed("b\nc".into()) };
        assert_eq!(told(&[skipped]), "skip   a\\u{1b}[2J  b\\nc failed\n");
    }
}
