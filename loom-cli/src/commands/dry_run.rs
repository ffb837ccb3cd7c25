//! `loom --dry-run`: every unit with its command and why it would run or not, and every step that is left out.

use std::fmt::Write as _;

use loom_exec::{Decisions, Forecast, Reason, Verdict};

use super::rows::{left_out, rows};
use super::run::nothing_to_do;
use crate::terminal::{DIM, Paint, SKIP, START, plain, shell_line};
use crate::when::ago;

pub(super) fn dry_run(decisions: &Decisions, forecast: &Forecast, workers: usize, paint: Paint) -> String {
    if decisions.steps().is_empty() {
        return nothing_to_do(decisions);
    }
    let (mut out, mut to_run, mut up_to_date) = (String::new(), 0, 0);
    for row in rows(decisions, forecast) {
        let (style, word, why) = match &row.verdict {
            Verdict::UpToDate { ran_at } => (SKIP, "skip", format!("up to date (ran {})", ago(*ran_at))),
            _ => (START, "run ", told(row.reasons())),
        };
        let is_up_to_date = matches!(row.verdict, Verdict::UpToDate { .. });
        let mut notes = if is_up_to_date { vec![why] } else { vec![row.what.to_owned(), why] };
        notes.extend(row.notes);
        notes.retain(|note| !note.is_empty());
        let _ = write!(out, "{}  {}", paint.styled(style, word), plain(&row.name));
        if !notes.is_empty() {
            let _ = write!(out, "  {}", paint.styled(DIM, notes.join(", ")));
        }
        out.push('\n');
        if is_up_to_date {
            up_to_date += 1;
        } else {
            to_run += 1;
            if let Some(line) = row.line {
                let _ = writeln!(out, "      {line}");
            }
        }
    }
    for (_, path) in forecast.left_overs() {
        let why = paint.styled(DIM, "what it was made from is gone, so it would be removed");
        let _ = writeln!(out, "{}  {}  {why}", paint.styled(SKIP, "gone"), plain(path));
    }
    for (step, reason) in left_out(decisions) {
        let _ = writeln!(out, "{}  {}  {}", paint.styled(SKIP, "skip"), plain(step), paint.styled(DIM, reason));
    }
    // A loop, and a group that runs in passes, are several units.
    let what = if to_run + up_to_date == decisions.plan().step_count() { "step" } else { "unit" };
    let counted = if to_run == 1 { what.to_owned() } else { format!("{what}s") };
    let at_once = if workers == 1 { "one at a time".to_owned() } else { format!("up to {workers} at a time") };
    let folder = shell_line(std::iter::once(decisions.folder().as_os_str()));
    let known = if up_to_date == 0 { String::new() } else { format!("; {up_to_date} up to date") };
    let _ = writeln!(out, "{to_run} {counted} would run in {folder}, {at_once}{known}");
    out
}

/// Reasons on one line.
pub(super) fn told(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| plain(&reason.to_string())).collect::<Vec<_>>().join(", ")
}
