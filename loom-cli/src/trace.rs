//! `--trace`: the timeline of a run, as Chrome trace events.

use std::io::{self, Write};
use std::time::Duration;

use loom_exec::runs::{Fate, History, UnitHistory};
use serde::Serialize;

use crate::terminal::shell_line;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Trace<'a> {
    trace_events: Vec<Entry<'a>>,
    display_time_unit: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    cat: &'a str,
    /// `X`: something that took its time; `M`: what a lane is called.
    ph: &'a str,
    /// In microseconds, as `dur` is.
    ts: u64,
    dur: u64,
    pid: u32,
    tid: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    cname: Option<&'a str>,
    args: Args<'a>,
}

#[derive(Default, Serialize)]
struct Args<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<std::borrow::Cow<'a, str>>,
}

/// Writes the trace of a run, to be opened in Perfetto or `chrome://tracing`: an event for each unit that ran, in lanes of what
/// ran at the same time.
pub(crate) fn write(history: &History, out: &mut dyn Write) -> io::Result<()> {
    let lanes = history.lanes();
    let count = lanes.iter().map(|(lane, _)| lane + 1).max().unwrap_or(0);
    let run = history.run.as_deref().unwrap_or_default();
    let named = |name: &'static str, tid, text| Entry {
        args: Args { name: Some(text), ..Args::default() },
        ..entry(name, "M", tid)
    };
    let mut entries = vec![named("process_name", 0, format!("loom {run}"))];
    entries.extend((0..count).map(|lane| named("thread_name", lane + 1, format!("worker {}", lane + 1))));
    entries.extend(lanes.into_iter().map(|(lane, unit)| {
        let (from, to) = history.span(unit);
        Entry {
            ts: micros(from),
            // From rounded ends, so that nothing overlaps by rounding.
            dur: micros(to) - micros(from),
            cname: Some(colour(unit)),
            args: args(unit),
            ..entry(&unit.unit, "X", lane + 1)
        }
    }));
    serde_json::to_writer(&mut *out, &Trace { trace_events: entries, display_time_unit: "ms" })?;
    out.write_all(b"\n")?;
    out.flush()
}

fn entry<'a>(name: &'a str, ph: &'a str, tid: usize) -> Entry<'a> {
    Entry { name, cat: "unit", ph, ts: 0, dur: 0, pid: 1, tid, cname: None, args: Args::default() }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// One of the names that the viewers have for colours.
fn colour(unit: &UnitHistory) -> &'static str {
    match &unit.fate {
        Fate::Ended(outcome) if outcome.is_success() => "good",
        Fate::Ended(loom_exec::Outcome::Stopped) | Fate::Unfinished => "grey",
        _ => "terrible",
    }
}

fn args(unit: &UnitHistory) -> Args<'_> {
    Args {
        name: None,
        outcome: Some(match &unit.fate {
            Fate::Ended(outcome) => outcome.to_string(),
            _ => "unfinished".to_owned(),
        }),
        reasons: unit.reasons.iter().map(ToString::to_string).collect(),
        command: unit.command.as_ref().map(|command| shell_line(command.words())),
        log: unit.log.as_ref().map(|log| log.to_string_lossy()),
    }
}
