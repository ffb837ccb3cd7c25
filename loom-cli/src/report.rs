//! The events of a run as lines for people.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use loom_exec::{Event, Outcome, SkipReason, Stream, Summary};

use crate::terminal::{DIM, DONE, FAIL, Paint, SKIP, START, STRONG, plain, shell_line};

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

/// Lines of a failed step that `--quiet` shows.
const TAIL_LINES: usize = 20;

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
    /// The commands of running steps, to be told if they fail.
    commands: std::collections::HashMap<Arc<str>, String>,
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
            commands: Default::default(),
        }
    }

    pub(crate) fn tell(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunWaiting { holder } => {
                let who =
                    if holder.is_empty() { "another run".to_owned() } else { format!("the run {}", plain(holder)) };
                writeln!(self.out, "{}   for {who}, which has this folder", self.paint.styled(SKIP, "wait"))?;
            }
            Event::RunStarted { steps, .. } => self.steps = *steps,
            // What the engine does itself is done at once.
            Event::UnitStarted { command: None, .. } => {}
            Event::UnitStarted { unit, command: Some(command), reasons, .. } => {
                let command = shell_line(command.words());
                if self.verbosity != Verbosity::Quiet {
                    let reasons: Vec<String> = reasons
                        .iter()
                        .filter(|reason| reason.is_change())
                        .map(|reason| plain(&reason.to_string()))
                        .collect();
                    let why = self.paint.styled(DIM, reasons.join(", ")).to_string();
                    self.line(
                        &self.paint.styled(START, "start").to_string(),
                        unit,
                        if reasons.is_empty() { "" } else { &why },
                    )?;
                }
                if self.verbosity == Verbosity::Verbose && !command.contains('\n') {
                    writeln!(self.out, "       {}", self.paint.styled(DIM, &command))?;
                }
                self.commands.insert(Arc::clone(unit), command);
            }
            Event::UnitUpToDate { unit, ran_at } if self.verbosity != Verbosity::Quiet => {
                let when = self.paint.styled(DIM, format_args!("up to date (ran {})", ago(*ran_at))).to_string();
                self.line(&self.paint.styled(DONE, "skip ").to_string(), unit, &when)?;
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
            Event::InputChanged { unit, input } => {
                let what = format!("input {} changed while it ran: it runs again next time", plain(input));
                self.line(&self.paint.styled(SKIP, "note ").to_string(), unit, &what)?;
            }
            Event::LeftOverRemoved { unit, path } if self.verbosity != Verbosity::Quiet => {
                let what = format!("removed {}, as what it was made from is gone", plain(path));
                self.line(&self.paint.styled(SKIP, "gone ").to_string(), unit, &what)?;
            }
            Event::UnitOutput { unit, stream, text } if self.verbosity != Verbosity::Quiet => {
                self.output(unit, *stream, text)?;
            }
            Event::UnitFinished { unit, outcome, duration, log } => {
                let command = self.commands.remove(unit).unwrap_or_default();
                self.finished(unit, outcome, *duration, log.as_deref(), &command)?;
            }
            Event::LoopCounted { unit, items } if self.verbosity != Verbosity::Quiet => {
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
            Event::RunFinished { summary } => self.summary(summary)?,
            _ => {}
        }
        self.out.flush()
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
        command: &str,
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
                self.line(&self.paint.styled(FAIL, "fail ").to_string(), unit, &what)?;
                if let Some(log) = log {
                    if self.verbosity == Verbosity::Quiet {
                        self.tail(unit, log)?;
                    }
                    writeln!(self.out, "       log      {}", log.display())?;
                }
                // What asks a condition is a program of its own, and nothing to be typed.
                if !command.is_empty() && !command.contains('\n') {
                    let folder = shell_line(std::iter::once(self.folder.as_os_str()));
                    writeln!(self.out, "       by hand  (cd {folder} && {command})")?;
                }
                Ok(())
            }
        }
    }

    /// What a step wrote, each line behind the step's name. Bytes pass as they are.
    fn output(&mut self, unit: &Arc<str>, stream: Stream, text: &[u8]) -> io::Result<()> {
        let goes_on = self.open_line.as_ref().is_some_and(|(open, on)| open == unit && *on == stream);
        if !goes_on {
            self.close_line()?;
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

    /// Ends a line that a step left open.
    fn close_line(&mut self) -> io::Result<()> {
        if self.open_line.take().is_some() { self.out.write_all(b"\n") } else { Ok(()) }
    }

    /// The last lines of a log.
    fn tail(&mut self, unit: &Arc<str>, log: &Path) -> io::Result<()> {
        const READ: u64 = 16 << 10;
        let mut text = Vec::new();
        let read = std::fs::File::open(log).and_then(|mut file| {
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(READ)))?;
            file.read_to_end(&mut text)
        });
        if read.is_err() {
            return Ok(());
        }
        let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
        let shown = lines.split_off(lines.len().saturating_sub(TAIL_LINES));
        self.output(unit, Stream::Stdout, &shown.concat())?;
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
            (summary.not_run, "stopped", SKIP),
        ];
        let told: Vec<String> = counts
            .iter()
            .filter(|(count, word, _)| *count > 0 || *word == "ok")
            .map(|(count, word, style)| self.paint.styled(*style, format_args!("{count} {word}")).to_string())
            .collect();
        let total = summary.total();
        // A loop, and a group that runs in passes, are several units.
        let what = if total == self.steps { "step" } else { "unit" };
        let steps = if total == 1 { what.to_owned() } else { format!("{what}s") };
        let head = self.paint.styled(STRONG, format_args!("{total} {steps}")).to_string();
        writeln!(self.out, "{head}: {} in {}", told.join(", "), in_words(summary.duration))?;
        if let Some(why) = &summary.not_kept {
            writeln!(self.out, "{}: {}", self.paint.styled(FAIL, "ended early"), plain(why))?;
        }
        Ok(())
    }
}

/// What a terminal would show of a line in the end: a progress bar writes it again and again after `\r`.
fn overwritten(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.iter().rposition(|byte| *byte == b'\r').map_or(line, |at| &line[at + 1..])
}

/// A duration as people say it: `0.06 s`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.2} s", duration.as_secs_f64()),
        10..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// How long ago something was, as people say it, from milliseconds since 1970.
pub(crate) fn ago(at: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
    let then = Duration::from_millis(u64::try_from(at).unwrap_or(0));
    match now.saturating_sub(then).as_secs() {
        0..2 => "just now".to_owned(),
        seconds @ 2..60 => format!("{seconds} s ago"),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds @ 3600..86400 => format!("{} h ago", seconds / 3600),
        seconds @ 86400..172_800 => format!("{} day ago", seconds / 86400),
        seconds => format!("{} days ago", seconds / 86400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_as_people_say_them() {
        let told = [60, 12_340, 59_960, 245_000, 7_380_000].map(|ms| in_words(Duration::from_millis(ms)));
        assert_eq!(told, ["0.06 s", "12.3 s", "60.0 s", "4 min 05 s", "2 h 03 min"]);
    }

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

    #[test]
    fn a_name_cannot_command_the_terminal() {
        let skipped = Event::UnitSkipped { unit: "a\u{1b}[2J".into(), because: SkipReason::Failed("b\nc".into()) };
        assert_eq!(told(&[skipped]), "skip   a\\u{1b}[2J  b\\nc failed\n");
    }
}
