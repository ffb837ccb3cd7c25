//! `loom runs`: the runs that are kept, the newest first.

use anstyle::Style;
use loom_exec::runs::Run;
use signal_hook::low_level::signal_name;

use super::kept::open_with_runs;
use super::{Said, print};
use crate::args::{Color, RunsArgs};
use crate::table::{Side, Table};
use crate::terminal::{DIM, DONE, FAIL, Paint, SKIP, plain, wants_color};
use crate::when::{ago, by_the_clock, in_words};

pub(crate) fn runs(args: &RunsArgs, color: Color) -> u8 {
    let runs = match open_with_runs(&args.pipeline.to_string_lossy()) {
        Ok((_, runs)) => runs,
        Err(Said(code)) => return code,
    };
    if runs.is_empty() {
        return print("no runs are kept\n");
    }
    let paint = Paint { color: wants_color(color, &std::io::stdout()) };
    print(&table(&runs).render(paint))
}

fn table(runs: &[Run]) -> Table {
    use Side::{Left, Right};
    let mut table = Table::new(&[
        ("#", Right),
        ("run", Left),
        ("when", Left),
        ("", Left),
        ("took", Right),
        ("ok", Right),
        ("up to date", Right),
        ("failed", Right),
        ("skipped", Right),
        ("", Left),
    ]);
    for (index, run) in runs.iter().enumerate() {
        let text = |text: String| (text, Style::new());
        let mut row = vec![
            ((index + 1).to_string(), DIM),
            text(plain(run.name())),
            text(by_the_clock(run.began())),
            (ago(run.began()), DIM),
        ];
        let Some(summary) = run.summary() else {
            let how = if run.is_running() { "is running" } else { "did not finish" };
            row.extend(std::iter::repeat_n(text(String::new()), 5));
            row.push((how.to_owned(), SKIP));
            table.row(row);
            continue;
        };
        let count = |count: usize, style: Style| (count.to_string(), if count == 0 { DIM } else { style });
        row.push(text(in_words(summary.duration)));
        row.push(count(summary.succeeded, DONE));
        row.push(count(summary.up_to_date, DONE));
        row.push(count(summary.failed, FAIL));
        row.push(count(summary.skipped, SKIP));
        row.push(match (summary.stopped_by, &summary.not_kept) {
            (Some(signal), _) => {
                let name = signal_name(signal).map_or_else(|| format!("signal {signal}"), str::to_owned);
                (format!("stopped by {name}"), SKIP)
            }
            (None, Some(_)) => ("ended early: it could not be kept".to_owned(), FAIL),
            (None, None) => text(String::new()),
        });
        table.row(row);
    }
    table
}
