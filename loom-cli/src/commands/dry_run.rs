//! `loom --dry-run`: every unit with its command and why it would run or not, and every step that is left out.

use std::fmt::Write as _;

use loom_exec::{Decisions, Forecast};
use loom_graph::StepGraph;

use super::folded::{Counts, fold};
use super::rows::{left_out, rows};
use super::run::nothing_to_do;
use crate::terminal::{DIM, Paint, SKIP, START, plain, shell_line};

/// `folded` is the graph of the steps as they are written; none if every unit of a sweep is to be shown.
pub(super) fn dry_run(
    decisions: &Decisions,
    forecast: &Forecast,
    folded: Option<&StepGraph>,
    workers: usize,
    paint: Paint,
) -> String {
    if decisions.steps().is_empty() {
        return nothing_to_do(decisions);
    }
    let mut out = String::new();
    let rows = rows(decisions, forecast, folded.is_some());
    for told in fold(&rows, folded) {
        let is_up_to_date = told.is_up_to_date();
        let (style, word) = if is_up_to_date { (SKIP, "skip") } else { (START, "run ") };
        let why = told.why();
        let _ = write!(out, "{}  {}", paint.styled(style, word), told.name());
        if !why.is_empty() {
            let _ = write!(out, "  {}", paint.styled(DIM, why));
        }
        out.push('\n');
        if let Some(line) = told.line().filter(|_| !is_up_to_date) {
            let _ = writeln!(out, "      {line}");
        }
    }
    let Counts { run, perhaps, up_to_date } = Counts::of(&rows);
    let to_run = run + perhaps;
    for (_, path) in forecast.left_overs() {
        let why = paint.styled(DIM, "what it was made from is gone, so it would be removed");
        let _ = writeln!(out, "{}  {}  {why}", paint.styled(SKIP, "gone"), plain(path));
    }
    for (step, reason) in left_out(decisions, folded.is_none()) {
        let _ = writeln!(out, "{}  {}  {}", paint.styled(SKIP, "skip"), plain(&step), paint.styled(DIM, reason));
    }
    // A loop, a group that runs in passes, and a step of a sweep are several units.
    let is_swept = rows.iter().any(|row| row.family.is_some());
    let what = if !is_swept && to_run + up_to_date == decisions.plan().step_count() { "step" } else { "unit" };
    let counted = if to_run == 1 { what.to_owned() } else { format!("{what}s") };
    let at_once = if workers == 1 { "one at a time".to_owned() } else { format!("up to {workers} at a time") };
    let folder = shell_line(std::iter::once(decisions.folder().as_os_str()));
    let known = if up_to_date == 0 { String::new() } else { format!("; {up_to_date} up to date") };
    let _ = writeln!(out, "{to_run} {counted} would run in {folder}, {at_once}{known}");
    out
}
