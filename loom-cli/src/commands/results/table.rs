//! Results for people.

use std::fmt::Write as _;

use anstyle::Style;
use loom_exec::results::{Figure, Key, Of, Results, Row, State};
use unicode_width::UnicodeWidthStr;

use super::{Before, counted};
use crate::args::ResultsArgs;
use crate::table::{Side, Table};
use crate::terminal::{DIM, DONE, FAIL, Paint, SKIP, plain};
use crate::when::in_words;

/// Of what stands in the way, this many lines are told.
const MOST_TROUBLES: usize = 5;
/// A value that is wider than this is cut.
const WIDEST: usize = 40;

/// A column, with a cell for each row.
struct Column {
    head: String,
    side: Side,
    cells: Vec<String>,
    /// Columns of a higher rank go first, where not all have room; those of rank 0 stay.
    rank: u32,
}

impl Column {
    fn width(&self) -> usize {
        self.cells.iter().map(|cell| cell.width()).chain([self.head.width()]).max().unwrap_or(0)
    }
}

/// The table, and what there is to say of it. `before` is what there was before some rows were chosen.
pub(super) fn render(
    results: &Results,
    before: &Before,
    args: &ResultsArgs,
    width: Option<usize>,
    paint: Paint,
) -> String {
    let best = results.best();
    let (columns, same) = columns(results, best, &asked(results, args));
    let (columns, cut) = fitting(columns, width);
    let mut table = Table::named(columns.iter().map(|column| (column.head.clone(), column.side)).collect());
    for (index, row) in results.rows.iter().enumerate() {
        let style = match row.state {
            _ if Some(index) == best => DONE.bold(),
            State::Made => Style::new(),
            State::Outdated | State::Failed | State::Missing => DIM,
        };
        let cells = columns.iter().map(|column| {
            let style = match (row.state, &*column.head) {
                (State::Failed, "state") => FAIL,
                (State::Outdated | State::Missing, "state") => SKIP,
                (State::Made, "state") if row.count_of(State::Failed) > 0 => FAIL,
                _ => style,
            };
            (column.cells[index].clone(), style)
        });
        table.row(cells.collect());
    }
    let mut out = table.render(paint);
    let mut note = |text: &str| {
        let _ = writeln!(out, "{}", paint.styled(DIM, text));
    };
    if !cut.is_empty() {
        let what = if cut.len() == 1 { "1 more column".to_owned() } else { format!("{} more columns", cut.len()) };
        note(&within(&format!("{what} in a wider window: {}", cut.join(", ")), width));
    }
    if !same.is_empty() {
        note(&within(&format!("the same in all: {}", same.join(", ")), width));
    }
    note(&within(&footer(results, before), width));
    if let Some(advice) = advice(results, args) {
        note(&advice);
    }
    for trouble in results.troubles.iter().take(MOST_TROUBLES) {
        let _ = writeln!(out, "{}", paint.styled(SKIP, plain(trouble)));
    }
    if results.troubles.len() > MOST_TROUBLES {
        let more = results.troubles.len() - MOST_TROUBLES;
        let _ = writeln!(out, "{}", paint.styled(SKIP, format_args!("… and {more} more of these")));
    }
    out
}

/// The columns that were asked for by name.
fn asked(results: &Results, args: &ResultsArgs) -> Vec<Key> {
    let found = |name: &str| results.find(name).ok();
    let sorted = args.sort.as_deref().and_then(|name| found(name).or_else(|| found(name.strip_prefix('-')?)));
    let weighed = args.pareto.iter().filter_map(|name| found(name).or_else(|| found(name.rsplit_once(':')?.0)));
    sorted.into_iter().chain(weighed).collect()
}

/// How many there are, of how many, and where the numbers are from.
fn footer(results: &Results, before: &Before) -> String {
    let shown = results.rows.len();
    let mut told = match results.is_aggregated() {
        true if shown == 1 => format!("1 row of {}", counted(results, before.rows)),
        true => format!("{shown} rows of {}", counted(results, before.rows)),
        false if shown < before.rows => format!("{shown} of {}", counted(results, before.rows)),
        false => counted(results, shown),
    };
    for (state, count) in before.states.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(told, ", {count} {}", state.word());
    }
    match &results.files[..] {
        [] => {}
        [only] => {
            let _ = write!(told, "; from {}", plain(only));
        }
        [first, rest @ ..] => {
            let more = if rest.len() == 1 { "1 more file".to_owned() } else { format!("{} more files", rest.len()) };
            let _ = write!(told, "; from {} and {more}", plain(first));
        }
    }
    told
}

/// How to say which is the best, where nobody did.
fn advice(results: &Results, args: &ResultsArgs) -> Option<String> {
    if results.rows.len() < 2 || results.metrics.is_empty() || args.sort.is_some() || !results.goals().is_empty() {
        return None;
    }
    // Who counts something seldom wants more of it.
    let is_measured = |metric: &usize| {
        results.rows.iter().filter_map(|row| row.metrics[*metric]).any(|figure| figure.mean.fract() != 0.0)
    };
    // What is the same in all rows tells none from another.
    let differs = |metric: &usize| {
        let mut numbers = results.rows.iter().filter_map(|row| row.metrics[*metric]).map(|figure| figure.mean);
        let first = numbers.next();
        numbers.any(|number| Some(number) != first)
    };
    let differing = (0..results.metrics.len()).filter(differs);
    let metric = differing.clone().find(is_measured).or_else(|| differing.clone().next())?;
    let metric = &results.metrics[metric];
    let inside = match results.of {
        Of::Units => &*metric.path,
        Of::Configurations => metric.path.split_once('.').map_or(&*metric.path, |(_, inside)| inside),
    };
    let (name, inside) = (plain(&metric.name), plain(inside));
    Some(format!("to mark the best: `metrics: {{{inside}: max}}` in the data node; or `--sort -{name}`"))
}

/// The columns that tell rows apart, and what is the same in all rows.
fn columns(results: &Results, best: Option<usize>, asked: &[Key]) -> (Vec<Column>, Vec<String>) {
    let mut columns = Vec::new();
    let mut same = Vec::new();
    let rows = &results.rows;
    let column = |head: &str, side, rank, cells| Column { head: plain(head), side, cells, rank };
    if let Some(best) = best {
        let cells = (0..rows.len()).map(|index| if index == best { "★" } else { "" }.to_owned()).collect();
        columns.push(column("", Side::Left, 0, cells));
    }
    let varying = results.varying();
    if results.of == Of::Units && !results.is_aggregated() || varying.is_empty() {
        let head = if results.of == Of::Units { "unit" } else { "configuration" };
        columns.push(column(head, Side::Left, 0, rows.iter().map(|row| short(&row.label)).collect()));
    }
    for (index, axis) in results.axes.iter().enumerate() {
        if !varying.contains(&index) {
            if let Some(row) = rows.first() {
                same.push(format!("{}={}", plain(&axis.name), short(&row.parameters[index])));
            }
            continue;
        }
        let values: Vec<String> = rows.iter().map(|row| short(&row.parameters[index])).collect();
        let is_number = values.iter().all(|value| value.is_empty() || value.parse::<f64>().is_ok());
        let side = if is_number { Side::Right } else { Side::Left };
        let cells = values.into_iter().map(|value| if value.is_empty() { "-".to_owned() } else { value }).collect();
        columns.push(column(&axis.name, side, 3, cells));
    }
    for (index, metric) in results.metrics.iter().enumerate() {
        let figures: Vec<Option<Figure>> = rows.iter().map(|row| row.metrics[index]).collect();
        // What failed has no number, which makes those of the others no different.
        let made = || rows.iter().zip(&figures).filter(|(row, _)| row.state == State::Made).map(|(_, figure)| *figure);
        if let Some(Some(first)) = made().next().filter(|_| metric.goal.is_none() && made().count() > 1)
            && made().all(|figure| figure.is_some_and(|figure| figure.mean == first.mean))
        {
            same.push(format!("{}={}", plain(&metric.name), significant(first.mean, 5)));
            continue;
        }
        // Of those that do not fit, the last go first, and those with a goal last of all.
        let rank = match metric.goal {
            _ if asked.contains(&Key::Metric(index)) => 1,
            Some(_) => 2,
            None => 4,
        };
        columns.push(column(&metric.name, Side::Right, rank, in_column(&figures)));
    }
    if rows.iter().any(|row| row.duration.is_some()) {
        let took = |row: &Row| row.duration.map_or("-".to_owned(), in_words);
        let rank = if asked.contains(&Key::Duration) { 1 } else { 5 };
        columns.push(column("took", Side::Right, rank, rows.iter().map(took).collect()));
    }
    if rows.iter().any(|row| row.count_of(State::Made) < row.count) {
        columns.push(column("state", Side::Left, 0, rows.iter().map(Row::told_state).collect()));
    }
    (columns, same)
}

/// The columns that have room, and the heads of those that have none.
fn fitting(mut columns: Vec<Column>, width: Option<usize>) -> (Vec<Column>, Vec<String>) {
    const BETWEEN: usize = 2;
    let mut cut = Vec::new();
    let Some(width) = width else { return (columns, cut) };
    // A column of ten thousand rows is measured once.
    let mut widths: Vec<usize> = columns.iter().map(|column| column.width() + BETWEEN).collect();
    while widths.iter().sum::<usize>() > width + BETWEEN {
        let last = columns.iter().enumerate().filter(|(_, column)| column.rank > 0);
        let Some(last) = last.max_by_key(|(index, column)| (column.rank, *index)).map(|(index, _)| index) else {
            break;
        };
        widths.remove(last);
        cut.push(columns.remove(last).head);
    }
    cut.reverse();
    (columns, cut)
}

/// A line of text, cut where the window ends.
fn within(text: &str, width: Option<usize>) -> String {
    let Some(width) = width.filter(|width| text.width() > *width) else { return text.to_owned() };
    cut(text, width)
}

/// A value on one line, cut where it is too wide for a table.
pub(in super::super) fn short(text: &str) -> String {
    let text = plain(text);
    if text.width() > WIDEST { cut(&text, WIDEST) } else { text }
}

fn cut(text: &str, width: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        out.push(c);
        if out.width() + 1 > width {
            out.pop();
            break;
        }
    }
    out + "…"
}

/// Numbers of one column, all with the same number of digits behind the point.
fn in_column(figures: &[Option<Figure>]) -> Vec<String> {
    let numbers = || figures.iter().flatten().map(|figure| figure.mean);
    let spreads = figures.iter().flatten().filter_map(|figure| figure.std);
    let largest = numbers().map(f64::abs).chain(spreads).fold(0.0, f64::max);
    let are_whole = numbers().all(|number| number.fract() == 0.0);
    let has_std = figures.iter().flatten().any(|figure| figure.std.is_some());
    let has_spread = figures.iter().flatten().any(|figure| figure.std.is_some_and(|std| std != 0.0));
    let places = if are_whole && !has_spread {
        0
    } else {
        let before = if largest > 0.0 { largest.log10().floor() as i32 } else { 0 };
        let most = if largest >= 1.0 { (4 - before).clamp(1, 4) } else { (3 - before).clamp(0, 6) };
        let needed = numbers().map(places_of).max().unwrap_or(0);
        if has_spread { most as usize } else { needed.min(most as usize) }
    };
    let one = |number: f64| {
        let text = format!("{number:.places$}");
        // What is not zero is not to look like it.
        let is_lost = number != 0.0 && text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'));
        if is_lost || largest >= 1e9 && !are_whole { significant(number, 4) } else { text }
    };
    let cells = figures.iter().map(|figure| match figure {
        None => "-".to_owned(),
        Some(Figure { mean, std: Some(std), count }) => format!("{} ± {} ({count})", one(*mean), one(*std)),
        // Flush with those that have a deviation, as far as that is known.
        Some(figure) if has_std => format!("{} ({})", one(figure.mean), figure.count),
        Some(figure) => one(figure.mean),
    });
    cells.collect()
}

/// How many digits behind the point a number has.
fn places_of(number: f64) -> usize {
    let text = number.to_string();
    text.split_once('.').map_or(0, |(_, behind)| behind.len())
}

/// A number in so many digits that count, without zeros at its end.
pub(in super::super) fn significant(number: f64, digits: usize) -> String {
    let size = number.abs();
    if number == 0.0 || number.fract() == 0.0 && size < 1e15 {
        return number.to_string();
    }
    let rounded: f64 = format!("{number:.*e}", digits.saturating_sub(1)).parse().unwrap_or(number);
    if (1e-4..1e9).contains(&size) { rounded.to_string() } else { format!("{rounded:e}") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use loom_exec::results::{Column as Axis, Metric};
    use loom_spec::Goal;

    use super::*;

    fn args() -> ResultsArgs {
        ResultsArgs {
            pipeline: ".".into(),
            sort: None,
            by: Vec::new(),
            pareto: Vec::new(),
            top: None,
            format: Default::default(),
            html: None,
        }
    }

    fn results() -> Results {
        let row = |values: [&str; 3], metrics: [f64; 3], state| {
            let made = |number: f64| Some(Figure::one(number)).filter(|_| state == State::Made);
            Row {
                label: values.join(",").into(),
                parameters: values.map(Into::into).into(),
                metrics: metrics.map(made).into(),
                duration: (state == State::Made).then(|| Duration::from_millis(1500)),
                state,
                count: 1,
                ..Row::default()
            }
        };
        let axis = |name: &str| Axis { name: name.into(), is_repeat: name == "seed", set_by: None };
        let metric = |name: &str, goal| Metric { name: name.into(), path: format!("results.m.{name}").into(), goal };
        Results {
            of: Of::Configurations,
            axes: vec![axis("model"), axis("lr"), axis("seed")],
            metrics: vec![metric("f1", Some(Goal::Max)), metric("loss", None), metric("epochs", None)],
            rows: vec![
                row(["mlp", "0.01", "1"], [0.8123456, 12.5, 30.0], State::Made),
                row(["mlp", "0.01", "2"], [0.8, 13.5, 30.0], State::Made),
                row(["mlp", "0.1", "1"], [0.0, 0.0, 0.0], State::Failed),
                row(["mlp", "0.1", "2"], [0.91, 1e-7, 30.0], State::Made),
            ],
            files: vec!["a.json".into(), "b.json".into()],
            troubles: vec!["c.json: not JSON".to_owned()],
            cut: None,
        }
    }

    fn shown(results: &Results, width: Option<usize>) -> String {
        render(results, &Before::of(&self::results()), &args(), width, Paint { color: false })
    }

    #[test]
    fn the_best_is_marked_and_what_failed_is_told() {
        insta::assert_snapshot!(shown(&results(), None), @"
             lr  seed      f1    loss    took  state
           0.01     1  0.8123  12.500  1.50 s  ok
           0.01     2  0.8000  13.500  1.50 s  ok
            0.1     1       -       -       -  failed
        ★   0.1     2  0.9100    1e-7  1.50 s  ok
        the same in all: model=mlp, epochs=30
        4 configurations, 1 failed; from a.json and 1 more file
        c.json: not JSON
        ");
    }

    #[test]
    fn means_have_their_deviation() {
        insta::assert_snapshot!(shown(&results().over_repeats(), None), @"
             lr                   f1                loss    took  state
           0.01  0.8062 ± 0.0087 (2)  13.000 ± 0.707 (2)  1.50 s  ok
        ★   0.1           0.9100 (1)            1e-7 (1)  1.50 s  1 failed
        the same in all: model=mlp, epochs=30
        2 rows of 4 configurations, 1 failed; from a.json and 1 more file
        c.json: not JSON
        ");
    }

    #[test]
    fn columns_that_do_not_fit_are_named() {
        for width in [10, 24, 40, 60, 80] {
            let text = shown(&results(), Some(width));
            assert!(width < 20 || text.lines().all(|line| line.width() <= width), "{text}");
        }
        insta::assert_snapshot!(shown(&results(), Some(40)), @"
             lr  seed      f1    loss  state
           0.01     1  0.8123  12.500  ok
           0.01     2  0.8000  13.500  ok
            0.1     1       -       -  failed
        ★   0.1     2  0.9100    1e-7  ok
        1 more column in a wider window: took
        the same in all: model=mlp, epochs=30
        4 configurations, 1 failed; from a.json…
        c.json: not JSON
        ");
    }

    #[test]
    fn where_no_goal_is_told_one_is_asked_for() {
        let mut results = results();
        results.metrics[0].goal = None;
        results.rows.truncate(2);
        results.troubles.clear();
        insta::assert_snapshot!(shown(&results, None), @"
        seed      f1  loss    took
           1  0.8123  12.5  1.50 s
           2  0.8000  13.5  1.50 s
        the same in all: model=mlp, lr=0.01, epochs=30
        2 of 4 configurations, 1 failed; from a.json and 1 more file
        to mark the best: `metrics: {m.f1: max}` in the data node; or `--sort -f1`
        ");
    }

    #[test]
    fn numbers_of_a_column_have_the_same_form() {
        let column = |numbers: &[f64]| {
            let figures: Vec<_> = numbers.iter().map(|number| Some(Figure::one(*number))).collect();
            in_column(&figures).join(" ")
        };
        assert_eq!(column(&[1.0, 20.0, -3.0]), "1 20 -3");
        assert_eq!(column(&[0.5, 0.25]), "0.50 0.25");
        assert_eq!(column(&[0.81234567, 0.5]), "0.8123 0.5000");
        assert_eq!(column(&[123.456789, 0.5]), "123.46 0.50");
        assert_eq!(column(&[1e-7, 2.345678e-9]), "1e-7 2.346e-9");
        assert_eq!(column(&[1.5e12, 0.25]), "1500000000000 0.25");
        assert_eq!(column(&[12.5, 1e-7, 0.0]), "12.500 1e-7 0.000");
        assert_eq!(column(&[0.0, 0.0]), "0 0");
        assert_eq!(significant(-0.012345, 3), "-0.0123");
    }

    #[test]
    fn means_of_nothing_have_a_spread() {
        let figure = |std| Some(Figure { mean: 0.0, std: Some(std), count: 2 });
        assert_eq!(in_column(&[figure(1.5)]), ["0.0000 ± 1.5000 (2)"]);
        assert_eq!(in_column(&[figure(0.0)]), ["0 ± 0 (2)"]);
    }
}
