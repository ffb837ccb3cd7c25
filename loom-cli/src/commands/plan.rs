//! `loom plan`: what a run would do, as a table, or as JSON for programs.

use std::time::Duration;

use anstyle::Style;
use loom_exec::{Decisions, Forecast, Memory, Reason, Verdict};
use loom_graph::StepGraph;
use serde::Serialize;

use super::folded::{Counts, fold};
use super::rows::{Row, left_out, rows};
use super::run::{nothing_to_do, selection, settings};
use super::{Said, open, print, refused, say, tell_problems, with_warnings};
use crate::args::{Color, PlanArgs, PlanFormat};
use crate::exit;
use crate::table::{Side, Table};
use crate::terminal::{DIM, DONE, Paint, SKIP, START, plain, wants_color};
use crate::when::in_words;

pub(crate) fn plan(args: &PlanArgs, color: Color) -> u8 {
    match try_plan(args, color) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_plan(args: &PlanArgs, color: Color) -> Result<u8, Said> {
    let project = open(&args.pipeline, settings(&args.selected)?)?;
    let decisions = project.plan(&selection(&args.selected)).map_err(|error| {
        let problems = with_warnings(error.problems, &project);
        tell_problems(project.source(), &problems, color);
        refused(&problems)
    })?;
    tell_problems(project.source(), &with_warnings(Vec::new(), &project), color);
    let forecast = decisions.forecast(&Memory::default(), args.force).map_err(|error| {
        say(&format!("error: {error}"));
        Said(exit::FAILED)
    })?;
    let folds = args.format == PlanFormat::Table && !args.expand;
    let rows = rows(&decisions, &forecast, folds);
    Ok(print(&match args.format {
        PlanFormat::Json => json(&decisions, &forecast, &rows),
        PlanFormat::Table if rows.is_empty() => nothing_to_do(&decisions),
        PlanFormat::Table => {
            let paint = Paint { color: wants_color(color, &std::io::stdout()) };
            let folded = project.checked().graph.as_deref().filter(|_| !args.expand);
            table(&decisions, &forecast, &rows, folded, paint)
        }
    }))
}

fn table(
    decisions: &Decisions,
    forecast: &Forecast,
    rows: &[Row<'_>],
    folded: Option<&StepGraph>,
    paint: Paint,
) -> String {
    let mut table = Table::new(&[("unit", Side::Left), ("what", Side::Left), ("why", Side::Left)]);
    for told in fold(rows, folded) {
        let (word, style) = match told.counts() {
            Counts { run: 1.., .. } => ("run", START),
            Counts { perhaps: 1.., .. } => ("perhaps", START),
            _ => ("skip", DONE),
        };
        table.row(vec![(told.name(), Style::new()), (word.to_owned(), style), (told.why(), DIM)]);
    }
    let (mut expected, mut unknown) = (Duration::ZERO, 0);
    for row in rows.iter().filter(|row| !matches!(*row.verdict, Verdict::UpToDate { .. })) {
        match forecast.expected(&row.name) {
            Some(took) => expected += took,
            None => unknown += usize::from(row.what.is_empty()),
        }
    }
    for (step, reason) in left_out(decisions, folded.is_none()) {
        let cells = [(plain(&step), Style::new()), ("skip".to_owned(), SKIP), (reason.to_owned(), DIM)];
        table.row(cells.into());
    }
    let Counts { run, perhaps, up_to_date } = Counts::of(rows);
    let mut counted = vec![format!("{run} to run")];
    if perhaps > 0 {
        counted.push(format!("{perhaps} perhaps"));
    }
    counted.push(format!("{up_to_date} up to date"));
    let time = match (expected > Duration::ZERO, unknown) {
        (false, _) => String::new(),
        (true, 0) => format!("; {} of work, as it took last time", in_words(expected)),
        (true, unknown) => format!("; {} of work, as it took last time, and {unknown} never done", in_words(expected)),
    };
    format!("{}{}{time}\n", table.render(paint), counted.join(", "))
}

/// The version of the format. It grows when a field goes or changes what it means, not when one is added.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Plan<'a> {
    version: u32,
    folder: std::borrow::Cow<'a, str>,
    units: Vec<Told<'a>>,
    left_out: Vec<LeftOut>,
}

#[derive(Serialize)]
struct Told<'a> {
    unit: &'a str,
    /// `command`, `condition` or `switch`.
    kind: &'a str,
    /// `run`, `perhaps` or `up_to_date`.
    verdict: &'a str,
    reasons: Vec<Why<'a>>,
    notes: &'a [String],
    /// The words, the program first.
    command: Option<&'a [String]>,
    /// Milliseconds since 1970.
    last_ran: Option<i64>,
    /// In seconds.
    expected: Option<f64>,
}

#[derive(Serialize)]
struct Why<'a> {
    what: &'a Reason,
    text: String,
}

#[derive(Serialize)]
struct LeftOut {
    step: String,
    reason: &'static str,
}

fn json(decisions: &Decisions, forecast: &Forecast, rows: &[Row<'_>]) -> String {
    let units = rows.iter().map(|row| Told {
        unit: &row.name,
        kind: if row.what.is_empty() { "command" } else { row.what },
        verdict: match *row.verdict {
            Verdict::Run(_) => "run",
            Verdict::Open(_) => "perhaps",
            Verdict::UpToDate { .. } => "up_to_date",
        },
        reasons: row.reasons().iter().map(|what| Why { what, text: what.to_string() }).collect(),
        notes: &row.notes,
        command: row.command.as_deref(),
        last_ran: forecast.last(&row.name).map(|last| last.at),
        expected: forecast.expected(&row.name).map(|took| took.as_secs_f64()),
    });
    let plan = Plan {
        version: VERSION,
        folder: decisions.folder().to_string_lossy(),
        units: units.collect(),
        left_out: left_out(decisions, true).into_iter().map(|(step, reason)| LeftOut { step, reason }).collect(),
    };
    match serde_json::to_string_pretty(&plan) {
        Ok(text) => text + "\n",
        // Strings and numbers alone cannot fail to be JSON.
        Err(error) => format!("{{\"error\": \"{error}\"}}\n"),
    }
}
