//! When what ran, in lanes.

use std::fmt::{self, Write as _};
use std::time::Duration;

use loom_exec::runs::History;

use super::{Html, MOST_UNITS, State, legend};
use crate::when::in_words;

pub(super) fn section(history: &History, out: &mut String) -> fmt::Result {
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
    for (lane, unit) in lanes.iter().take(MOST_UNITS) {
        let (from, to) = history.span(unit);
        let (left, share) = (from.as_secs_f64() / whole * 100.0, (to - from).as_secs_f64() / whole * 100.0);
        let thin = if share < 0.6 { " thin" } else { "" };
        let name = Html(&unit.unit);
        // A letter or two say nothing.
        let label = Html(if share < 4.0 { "" } else { &unit.unit });
        writeln!(
            rows[*lane],
            "<div class=\"bar {}{thin}\" style=\"left:{left:.3}%;width:{share:.3}%\" title=\"{name}: {}, from {}\">{label}</div>",
            State::of(unit).class(),
            in_words(to - from),
            mark(from.as_secs_f64()),
        )?;
    }
    for row in rows {
        writeln!(out, "<div class=\"lane\">\n{row}</div>")?;
    }
    writeln!(out, "</div>")?;
    legend(lanes.iter().map(|(_, unit)| State::of(unit)), out)?;
    writeln!(out, "</div></section>")
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
