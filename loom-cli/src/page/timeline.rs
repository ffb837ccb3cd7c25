//! When what ran, in lanes.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use loom_exec::runs::{History, UnitHistory};

use super::{Html, MOST_UNITS, State, legend};
use crate::when::in_words;

/// What takes less of the whole, in percent, is drawn together with what comes next to it.
const SEEN: f64 = 0.2;

pub(super) fn section(history: &History, swept: &HashMap<&str, &str>, out: &mut String) -> fmt::Result {
    let lanes = history.lanes();
    let ends = lanes.iter().map(|(_, unit)| history.span(unit).1);
    let whole = ends.chain([history.until]).max().unwrap_or_default().as_secs_f64();
    if lanes.is_empty() || whole <= 0.0 {
        return Ok(());
    }
    let count = lanes.iter().map(|(lane, _)| lane + 1).max().unwrap_or(0);
    let width = if count == 1 { "one at a time".to_owned() } else { format!("up to {count} at a time") };
    writeln!(out, "<section id=\"timeline\"><h2>Timeline <small>{width}</small></h2><div class=\"inside\">")?;
    writeln!(out, "<div class=\"timeline\">")?;
    let every = step(whole);
    let mut at = 0.0;
    // The last mark needs room for its words.
    while at < whole * 0.97 {
        writeln!(out, "<div class=\"tick\" style=\"left:{:.3}%\">{}</div>", at / whole * 100.0, mark(at))?;
        at += every;
    }
    let mut rows: Vec<String> = vec![String::new(); count];
    let (bars, more) = bars(history, &lanes, whole, swept);
    for bar in &bars {
        let (left, share) = (bar.from.as_secs_f64() / whole * 100.0, bar.share(whole));
        let thin = if share < 0.6 { " thin" } else { "" };
        let name = Html(&bar.name);
        // A letter or two say nothing.
        let label = Html(if share < 4.0 { "" } else { &bar.name });
        let failed = if bar.units > 1 && bar.failed > 0 { format!(", {} failed", bar.failed) } else { String::new() };
        writeln!(
            rows[bar.lane],
            "<div class=\"bar {}{thin}\" style=\"left:{left:.3}%;width:{share:.3}%\" title=\"{name}{failed}: {}, from {}\">{label}</div>",
            bar.state.class(),
            in_words(bar.to.saturating_sub(bar.from)),
            mark(bar.from.as_secs_f64()),
        )?;
    }
    for row in rows {
        writeln!(out, "<div class=\"lane\">\n{row}</div>")?;
    }
    writeln!(out, "</div>")?;
    legend(lanes.iter().map(|(_, unit)| State::of(unit)), out)?;
    if bars.iter().any(|bar| bar.units > 1) {
        writeln!(out, "<p class=\"note\">Units too short to be seen are drawn together, step by step.</p>")?;
    }
    if more > 0 {
        writeln!(out, "<p class=\"note\">… and {more} more, which are not drawn</p>")?;
    }
    writeln!(out, "</div></section>")
}

/// What is drawn: a unit, or several of one step that are too short to be seen.
struct Bar<'a> {
    lane: usize,
    name: String,
    step: Option<&'a str>,
    units: usize,
    failed: usize,
    state: State,
    from: Duration,
    to: Duration,
}

impl Bar<'_> {
    /// How much of the whole it takes, in percent.
    fn share(&self, whole: f64) -> f64 {
        self.to.saturating_sub(self.from).as_secs_f64() / whole * 100.0
    }
}

/// The bars, and how many units they leave out.
fn bars<'a>(
    history: &History,
    lanes: &[(usize, &UnitHistory)],
    whole: f64,
    swept: &HashMap<&str, &'a str>,
) -> (Vec<Bar<'a>>, usize) {
    let mut bars: Vec<Bar<'a>> = Vec::new();
    // The last bar of each lane.
    let mut last: HashMap<usize, usize> = HashMap::new();
    let mut more = 0;
    for (lane, unit) in lanes {
        let is_full = bars.len() >= MOST_UNITS;
        let (from, to) = history.span(unit);
        let state = State::of(unit);
        let failed = usize::from(state == State::Failed);
        let step = swept.get(&*unit.unit).copied();
        let bar = Bar { lane: *lane, name: unit.unit.to_string(), step, units: 1, failed, state, from, to };
        let before = last.get(lane).and_then(|place| bars.get_mut(*place));
        let joins = |before: &Bar<'_>| {
            before.step == step
                && before.share(whole) < SEEN
                && (to.saturating_sub(before.from)).as_secs_f64() / whole * 100.0 < 2.0 * SEEN
        };
        match (before.filter(|before| joins(before)), step) {
            (Some(before), Some(step)) => {
                before.to = to;
                before.units += 1;
                before.failed += failed;
                before.state = before.state.max(state);
                before.name = format!("{step} ×{}", before.units);
            }
            _ if is_full => more += 1,
            _ => {
                last.insert(*lane, bars.len());
                bars.push(bar);
            }
        }
    }
    (bars, more)
}

/// How far marks are apart, in seconds: at most some eight of them.
fn step(whole: f64) -> f64 {
    const STEPS: [f64; 25] = [
        0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0,
        600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 28_800.0,
    ];
    STEPS.into_iter().find(|step| whole / step <= 8.0).unwrap_or_else(|| (whole / 8.0 / 86_400.0).ceil() * 86_400.0)
}

/// A moment of a run.
fn mark(at: f64) -> String {
    let duration = Duration::try_from_secs_f64(at.max(0.0)).unwrap_or_default();
    match duration.as_millis() {
        0 => "0 s".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        _ if at < 60.0 => format!("{} s", (at * 10.0).round() / 10.0),
        _ => in_words(duration),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_a_few_marks_however_long_it_took() {
        for whole in [0.0015, 0.3, 1.0, 7.9, 100.0, 5000.0, 100_000.0, 1e7] {
            let marks = whole / step(whole);
            assert!((1.0..=8.0).contains(&marks), "{whole}: {marks}");
        }
        assert_eq!([0.0, 0.2, 2.0, 90.0].map(mark), ["0 s", "200 ms", "2 s", "1 min 30 s"]);
    }
}
