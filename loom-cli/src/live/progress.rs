//! How far a run is, and how long it may yet take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use loom_exec::Event;
use loom_exec::runs::Estimate;

use super::screen::{AreaLine, Size, clip};
use crate::swept::{Swept, Tally};
use crate::terminal::{DIM, DONE, FAIL, Paint, START, plain};
use crate::when::{in_seconds, roughly};

/// At most so many lines stand below.
const MOST_LINES: usize = 8;

/// What is known of a run that goes on.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    /// All units, as far as they are known.
    total: usize,
    /// Units that ended, one way or another.
    ended: usize,
    failed: usize,
    running: Vec<Running>,
    /// The units of a sweep, by their steps.
    swept: Swept,
    estimate: Estimate,
}

#[derive(Debug)]
struct Running {
    unit: Arc<str>,
    /// Whether it is told of by its step.
    swept: bool,
    since: Instant,
    expected: Option<Duration>,
}

impl Progress {
    pub(super) fn new(now: Instant, swept: Swept) -> Self {
        Self { begun: now, total: 0, ended: 0, failed: 0, running: Vec::new(), swept, estimate: Estimate::default() }
    }

    pub(super) fn add(&mut self, event: &Event, now: Instant) {
        let swept = self.swept.add(event).is_some();
        self.estimate.add(event);
        match event {
            Event::RunStarted { up_to_date, to_run, .. } => {
                self.begun = now;
                self.total = up_to_date + to_run;
            }
            Event::LoopCounted { items, foreseen: false, .. } => self.total += items,
            Event::UnitStarted { unit, expected, .. } => {
                self.running.push(Running { unit: Arc::clone(unit), swept, since: now, expected: *expected });
            }
            Event::UnitRetried { unit, delay, .. } => {
                let again = self.running.iter_mut().filter(|running| running.unit == *unit);
                again.for_each(|running| running.since = now + *delay);
            }
            Event::UnitFinished { unit, outcome, .. } => {
                self.ended += 1;
                self.failed += usize::from(!outcome.is_success() && *outcome != loom_exec::Outcome::Stopped);
                self.running.retain(|running| running.unit != *unit);
            }
            Event::UnitUpToDate { .. } | Event::UnitSkipped { .. } => self.ended += 1,
            _ => {}
        }
        self.total = self.total.max(self.ended + self.running.len());
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        let so_far = |running: &Running| now.saturating_duration_since(running.since);
        self.estimate.left(self.running.iter().map(|running| (so_far(running), running.expected)))
    }

    /// What stands below the lines: what runs and for how long, what has run longest first, and how far it all is.
    pub(super) fn lines(&self, now: Instant, size: Size, paint: Paint) -> Vec<AreaLine> {
        // Text in the last column makes some terminals go on to the next row.
        let room = size.columns.saturating_sub(1).min(120);
        let most = MOST_LINES.min(size.rows / 2);
        if self.total == 0 || most == 0 || room < 20 {
            return Vec::new();
        }
        // A step of a sweep keeps its line from its first unit to its last one, lest the lines jump.
        let steps = self.swept.all().map(|(_, tally)| tally);
        let steps: Vec<&Tally> =
            steps.filter(|tally| tally.running > 0 || tally.has_begun() && !tally.is_over()).collect();
        let alone: Vec<&Running> = self.running.iter().filter(|one| !one.swept).collect();
        let (shown, more) = match steps.len() + alone.len() {
            count if count < most => (count, 0),
            _ if most < 3 => (0, 0),
            count => (most - 2, count + 2 - most),
        };
        let steps = &steps[..steps.len().min(shown)];
        let mut lines: Vec<AreaLine> = step_lines(steps, room, paint);
        let rows: Vec<(String, String, String)> = alone[..shown - steps.len()]
            .iter()
            .map(|one| {
                let expected = one.expected.filter(|expected| expected.as_secs() > 0);
                let expected = expected.map(|expected| format!(" of about {}", roughly(expected)));
                let took = in_seconds(now.saturating_duration_since(one.since));
                (plain(&one.unit), took, expected.unwrap_or_default())
            })
            .collect();
        let took = rows.iter().map(|(_, took, _)| took.len()).max().unwrap_or(0);
        let expected = rows.iter().map(|(.., expected)| expected.len()).max().unwrap_or(0);
        let names = room.saturating_sub(7 + 2 + took + expected);
        let widest = rows.iter().map(|(name, ..)| clip(name, names).width).max().unwrap_or(0);
        for (name, time, of) in &rows {
            let name = clip(name, names);
            let gap = " ".repeat(widest - name.width + took - time.len());
            let text = format!(
                "{}  {}{gap}  {}",
                paint.styled(START, "run  "),
                name.text,
                paint.styled(DIM, format_args!("{time}{of}"))
            );
            lines.push(AreaLine { text, width: 7 + widest + 2 + took + of.len() });
        }
        if more > 0 {
            let more = format!("       … {more} more");
            let width = more.chars().count();
            lines.push(AreaLine { text: paint.styled(DIM, &more).to_string(), width });
        }
        lines.push(self.bar(now, room, paint));
        lines
    }

    fn bar(&self, now: Instant, room: usize, paint: Paint) -> AreaLine {
        let counted = format!("{} of {}", self.ended, self.total);
        let failed = if self.failed > 0 { format!("{} failed", self.failed) } else { String::new() };
        let took = in_seconds(now.saturating_duration_since(self.begun));
        let left = self.left(now).map(|left| format!("about {} left", roughly(left)));
        let left = left.unwrap_or_default();
        let parts = [counted, failed, took, left];
        let mut parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        // What there is no room for goes, the last first.
        while parts.len() > 1 && parts.iter().map(|part| part.len() + 2).sum::<usize>() + 12 > room {
            parts.pop();
        }
        let text: usize = parts.iter().map(|part| part.len() + 2).sum();
        let bar = room.saturating_sub(text).min(40);
        let full = (bar * self.ended).checked_div(self.total).unwrap_or(0);
        let style = if self.failed > 0 { FAIL } else { DONE };
        let parts: Vec<String> = parts
            .into_iter()
            .map(|part| if part.ends_with("failed") { paint.styled(FAIL, part).to_string() } else { part.to_owned() })
            .collect();
        let text_ = format!(
            "{}{}  {}",
            paint.styled(style, "█".repeat(full)),
            paint.styled(DIM, "░".repeat(bar - full)),
            parts.join("  ")
        );
        AreaLine { text: text_, width: bar + text }
    }
}

/// `process  7/12 done, 2 running, 1 failed`, for each step.
fn step_lines(steps: &[&Tally], room: usize, paint: Paint) -> Vec<AreaLine> {
    /// A name is not cut to less than this for what stands behind it.
    const NAME: usize = 12;
    let room = room.saturating_sub(7 + 2);
    let told: Vec<(String, Vec<String>)> = steps
        .iter()
        .map(|tally| {
            let name = plain(&tally.name);
            let mut parts = tally.parts();
            let width = |parts: &[String]| parts.iter().map(|part| part.len() + 2).sum::<usize>();
            while parts.len() > 1 && width(&parts) + clip(&name, NAME).width > room + 2 {
                parts.pop();
            }
            if let [done] = &mut parts[..] {
                *done = clip(done, room).text;
            }
            (name, parts)
        })
        .collect();
    let behind = |parts: &[String]| parts.join(", ").chars().count();
    let widest =
        told.iter().map(|(name, parts)| clip(name, room.saturating_sub(behind(parts))).width).max().unwrap_or(0);
    let lines = told.iter().map(|(name, parts)| {
        let behind = behind(parts);
        let name = clip(name, room.saturating_sub(behind));
        let gap = widest.min(room.saturating_sub(behind)).saturating_sub(name.width);
        let shown: Vec<String> = parts
            .iter()
            .map(|part| {
                let style = if part.ends_with("failed") { FAIL } else { DIM };
                paint.styled(style, part).to_string()
            })
            .collect();
        let width = 7 + name.width + gap + 2 + behind;
        let text = format!("{}  {}{}  {}", paint.styled(START, "run  "), name.text, " ".repeat(gap), shown.join(", "));
        AreaLine { text, width }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use loom_exec::Outcome;

    use super::*;

    const SIZE: Size = Size { columns: 80, rows: 24 };

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn begun(up_to_date: usize, to_run: usize, expected: u64, unexpected: usize) -> (Progress, Instant) {
        let now = Instant::now();
        let mut progress = Progress::new(now, Swept::default());
        let (run, expected) = ("r".into(), secs(expected));
        let event =
            Event::RunStarted { run, steps: 0, workers: 2, folder: None, up_to_date, to_run, expected, unexpected };
        progress.add(&event, now);
        (progress, now)
    }

    fn start(progress: &mut Progress, unit: &str, expected: Option<u64>, at: Instant) {
        let expected = expected.map(secs);
        progress.add(
            &Event::UnitStarted { unit: unit.into(), configuration: vec![], command: None, reasons: vec![], expected },
            at,
        );
    }

    fn finish(progress: &mut Progress, unit: &str, took: u64, at: Instant) {
        let (unit, outcome) = (unit.into(), Outcome::Succeeded);
        progress.add(&Event::UnitFinished { unit, outcome, duration: secs(took), log: None }, at);
    }

    fn shown(progress: &Progress, at: Instant, size: Size) -> Vec<String> {
        let lines = progress.lines(at, size, Paint { color: false });
        for line in &lines {
            use unicode_width::UnicodeWidthStr;
            assert_eq!(line.text.width(), line.width, "{line:?}");
            assert!(line.width < size.columns, "{line:?}");
        }
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn the_rest_takes_as_long_as_it_did() {
        let (mut progress, now) = begun(1, 3, 90, 0);
        assert_eq!(progress.left(now), Some(secs(90)));
        start(&mut progress, "long", Some(60), now);
        start(&mut progress, "short", Some(20), now);
        assert_eq!(progress.left(now), Some(secs(60)), "the longest is not done sooner");
        finish(&mut progress, "short", 15, now + secs(15));
        assert_eq!(progress.left(now + secs(20)), Some(secs(50)));
    }

    #[test]
    fn what_never_ran_takes_as_long_as_what_did() {
        let (mut progress, now) = begun(0, 5, 0, 5);
        assert_eq!(progress.left(now), None, "nothing is known");
        start(&mut progress, "a", None, now);
        finish(&mut progress, "a", 10, now + secs(10));
        assert_eq!(progress.left(now + secs(10)), Some(secs(40)));
        progress.add(&Event::LoopCounted { unit: "l".into(), items: 3, foreseen: false }, now);
        assert_eq!(progress.left(now + secs(10)), Some(secs(70)));
    }

    #[test]
    fn at_eighty_columns() {
        let (mut progress, now) = begun(2, 10, 300, 2);
        start(&mut progress, "train", Some(240), now);
        start(&mut progress, "clean/a file with a very long name that nobody would ever type by hand.csv", None, now);
        start(&mut progress, "数据", Some(3), now);
        finish(&mut progress, "数据", 3, now + secs(3));
        insta::assert_snapshot!(shown(&progress, now + secs(65), SIZE).join("\n"), @"
        run    train                                          1 min 05 s of about 4 min
        run    clean/a file with a very long name that nobo…  1 min 05 s
        ███░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1 of 12  1 min 05 s  about 3 min left
        ");
    }

    #[test]
    fn many_at_once_and_little_room() {
        let (mut progress, now) = begun(0, 100, 0, 100);
        (0..50).for_each(|n| start(&mut progress, &format!("unit{n}"), None, now));
        let lines = shown(&progress, now + secs(5), SIZE);
        assert_eq!(lines.len(), MOST_LINES);
        assert_eq!(lines[6], "       … 44 more");
        for columns in 0..100 {
            shown(&progress, now + secs(5), Size { columns, rows: 24 });
        }
        for rows in 0..30 {
            assert!(shown(&progress, now, Size { columns: 80, rows }).len() <= rows / 2);
        }
    }

    #[test]
    fn the_units_of_a_sweep_are_one_line() {
        let (mut progress, now) = begun(0, 13, 0, 13);
        progress.swept = Swept::with("process", 12);
        start(&mut progress, "generate", None, now);
        finish(&mut progress, "generate", 1, now);
        for rate in 0..10 {
            start(&mut progress, &format!("process@rate={rate}"), None, now);
        }
        let (unit, outcome) = ("process@rate=0".into(), Outcome::Exited { code: 3 });
        progress.add(&Event::UnitFinished { unit, outcome, duration: secs(1), log: None }, now);
        for rate in 1..8 {
            finish(&mut progress, &format!("process@rate={rate}"), 1, now);
        }
        start(&mut progress, "beside", None, now);
        insta::assert_snapshot!(shown(&progress, now + secs(5), SIZE).join("\n"), @"
        run    process  7/12 done, 2 running, 1 failed
        run    beside  5 s
        ███████████████████████████░░░░░░░░░░░░  9 of 13  1 failed  5 s  about 1 s left
        ");
        for columns in 0..100 {
            shown(&progress, now + secs(5), Size { columns, rows: 24 });
        }
        insta::assert_snapshot!(shown(&progress, now + secs(5), Size { columns: 36, rows: 24 }).join("\n"), @"
        run    process  7/12 done
        run    beside  5 s
        ███████████░░░░░  9 of 13  1 failed
        ");
    }
}
