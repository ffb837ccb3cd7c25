//! How two runs differ.

use std::collections::HashSet;
use std::time::Duration;

use loom_exec::runs::{Fate, UnitHistory};

use super::Followed;
use super::followed::line;
use crate::api::RunDiffLine;

/// Times that differ by less are the same.
const SLACK: Duration = Duration::from_millis(50);

/// What differs from one run to another: units in the order of the one, then those that only the other has. Times are said to
/// differ where one is more than a tenth longer.
pub fn diff(one: &Followed, other: &Followed) -> Vec<RunDiffLine> {
    let mut lines = Vec::new();
    let (first, second) = (one.history(), other.history());
    let known: HashSet<&str> = first.units.iter().map(|unit| &*unit.unit).collect();
    let only = second.units.iter().filter(|unit| !known.contains(&*unit.unit));
    let both = first.units.iter().map(|unit| (Some(unit), second.of(&unit.unit)));
    for (one, other) in both.chain(only.map(|unit| (None, Some(unit)))) {
        let Some(unit) = one.or(other).map(|unit| unit.unit.to_string()) else { continue };
        let mut add = |what: &str, one: Option<String>, other: Option<String>| {
            if one != other {
                lines.push(RunDiffLine { unit: unit.clone(), what: what.to_owned(), one, other });
            }
        };
        add("result", one.map(result), other.map(result));
        // Of one that did not run nothing more can be told.
        let (Some(one), Some(other)) = (one.filter(ran), other.filter(ran)) else { continue };
        add("command", one.command.as_ref().map(line), other.command.as_ref().map(line));
        let (short, long) = (one.duration.min(other.duration), one.duration.max(other.duration));
        if long - short > SLACK && long.as_secs_f64() > short.as_secs_f64() * 1.1 {
            add("duration", Some(seconds(one.duration)), Some(seconds(other.duration)));
        }
    }
    lines
}

fn ran(unit: &&UnitHistory) -> bool {
    unit.started.is_some()
}

fn result(unit: &UnitHistory) -> String {
    match &unit.fate {
        Fate::Unfinished => "not finished".to_owned(),
        Fate::Ended(outcome) => outcome.to_string(),
        Fate::UpToDate { .. } => "up to date".to_owned(),
        Fate::Skipped(because) => because.to_string(),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.2} s", duration.as_secs_f64())
}
