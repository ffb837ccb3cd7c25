//! Results for programs: CSV, JSON and Markdown, with all columns and every digit.

use std::collections::HashMap;

use loom_exec::results::{Figure, Of, Results, Row, State};
use serde::ser::{Serialize, Serializer};

/// The version of the format of JSON. It grows when a field goes or changes what it means, not when one is added.
const VERSION: u32 = 1;

/// A number as JSON and CSV have it, in the fewest digits that read back the same.
pub(super) fn digits(number: f64) -> String {
    let is_plain = number == 0.0 || (1e-5..1e16).contains(&number.abs());
    if is_plain { number.to_string() } else { format!("{number:e}") }
}

/// The state of a row. A mean of those that did not fail is told from one of all.
fn state(row: &Row) -> &'static str {
    if row.state == State::Made && row.count_of(State::Failed) > 0 { "partly failed" } else { row.state.word() }
}

/// The heads of the columns, and the rows.
fn sheet(results: &Results) -> (Vec<String>, Vec<Vec<String>>) {
    let is_aggregated = results.is_aggregated();
    let mut heads = vec!["label".to_owned(), "state".to_owned()];
    heads.extend(results.axes.iter().map(|axis| axis.name.to_string()));
    for metric in &results.metrics {
        heads.push(metric.name.to_string());
        if is_aggregated {
            heads.extend([format!("{} std", metric.name), format!("{} n", metric.name)]);
        }
    }
    heads.push("duration".to_owned());
    let rows = results.rows.iter().map(|row| {
        let mut cells = vec![row.label.to_string(), state(row).to_owned()];
        cells.extend(row.parameters.iter().map(ToString::to_string));
        for figure in &row.metrics {
            cells.push(figure.map(|figure| digits(figure.mean)).unwrap_or_default());
            if is_aggregated {
                cells.push(figure.and_then(|figure| figure.std).map(digits).unwrap_or_default());
                cells.push(figure.map_or(0, |figure| figure.count).to_string());
            }
        }
        cells.push(row.duration.map(|duration| digits(duration.as_secs_f64())).unwrap_or_default());
        cells
    });
    let rows = rows.collect();
    (heads, rows)
}

pub(super) fn csv(results: &Results) -> String {
    let (heads, rows) = sheet(results);
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Rows of one length, written to memory, cannot fail.
    for row in std::iter::once(&heads).chain(&rows) {
        let _ = writer.write_record(row);
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

pub(super) fn markdown(results: &Results) -> String {
    let (heads, rows) = sheet(results);
    let cell = |text: &String| {
        text.replace('\\', "\\\\").replace('|', "\\|").replace("\r\n", "<br>").replace(['\n', '\r'], "<br>")
    };
    let line = |row: &Vec<String>| format!("| {} |\n", row.iter().map(cell).collect::<Vec<_>>().join(" | "));
    let is_number = |column: usize| column >= 2 + results.axes.len();
    let rule = (0..heads.len()).map(|column| if is_number(column) { "---:" } else { "---" });
    let rule = format!("| {} |\n", rule.collect::<Vec<_>>().join(" | "));
    line(&heads) + &rule + &rows.iter().map(line).collect::<String>()
}

/// Names with their values, in this order.
struct Named<'a, V>(Vec<(&'a str, V)>);

impl<V: Serialize> Serialize for Named<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

#[derive(serde::Serialize)]
struct Told<'a> {
    version: u32,
    /// `configurations` or `units`.
    of: &'a str,
    axes: Vec<Axis<'a>>,
    metrics: Vec<Metric<'a>>,
    /// The label of the best row.
    best: Option<&'a str>,
    rows: Vec<TheRow<'a>>,
    troubles: &'a [String],
}

#[derive(serde::Serialize)]
struct Axis<'a> {
    name: &'a str,
    repeat: bool,
}

#[derive(serde::Serialize)]
struct Metric<'a> {
    name: &'a str,
    path: &'a str,
    /// `max` or `min`.
    goal: Option<&'a str>,
}

#[derive(serde::Serialize)]
struct TheRow<'a> {
    label: &'a str,
    /// `ok`, `outdated`, `partly failed`, `failed` or `missing`.
    state: &'a str,
    /// How many configurations it stands for.
    count: usize,
    parameters: Named<'a, serde_json::Value>,
    /// Means, where it stands for several.
    metrics: Named<'a, Option<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    std: Option<Named<'a, Option<f64>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<Named<'a, usize>>,
    /// In seconds.
    duration: Option<f64>,
}

pub(super) fn json(results: &Results) -> String {
    let is_aggregated = results.is_aggregated();
    let numbers: Vec<bool> = (0..results.axes.len()).map(|axis| is_of_numbers(results, axis)).collect();
    fn figures<'a, V>(results: &'a Results, row: &Row, of: impl Fn(Option<Figure>) -> V) -> Named<'a, V> {
        let figures = results.metrics.iter().zip(&row.metrics);
        Named(figures.map(|(metric, figure)| (&*metric.name, of(*figure))).collect())
    }
    let rows = results.rows.iter().map(|row| {
        let values = results.axes.iter().zip(&row.parameters).zip(&numbers);
        TheRow {
            label: &row.label,
            state: state(row),
            count: row.count,
            parameters: Named(values.map(|((axis, text), number)| (&*axis.name, value(text, *number))).collect()),
            metrics: figures(results, row, |figure| figure.map(|figure| figure.mean)),
            std: is_aggregated.then(|| figures(results, row, |figure| figure?.std)),
            n: is_aggregated.then(|| figures(results, row, |figure| figure.map_or(0, |figure| figure.count))),
            duration: row.duration.map(|duration| duration.as_secs_f64()),
        }
    });
    let told = Told {
        version: VERSION,
        of: match results.of {
            Of::Configurations => "configurations",
            Of::Units => "units",
        },
        axes: results.axes.iter().map(|axis| Axis { name: &axis.name, repeat: axis.is_repeat }).collect(),
        metrics: results
            .metrics
            .iter()
            .map(|metric| Metric {
                name: &metric.name,
                path: &metric.path,
                goal: metric.goal.map(loom_spec::Goal::word),
            })
            .collect(),
        best: results.best().map(|best| &*results.rows[best].label),
        rows: rows.collect(),
        troubles: &results.troubles,
    };
    match serde_json::to_string_pretty(&told) {
        Ok(text) => text + "\n",
        // Strings and finite numbers alone cannot fail to be JSON.
        Err(error) => format!("{{\"error\": \"{error}\"}}\n"),
    }
}

/// Whether all values of a parameter are numbers to JSON; if one is not, the others are no numbers either.
fn is_of_numbers(results: &Results, axis: usize) -> bool {
    let mut known: HashMap<&str, bool> = HashMap::new();
    results
        .rows
        .iter()
        .map(|row| &*row.parameters[axis])
        .all(|text| *known.entry(text).or_insert_with(|| serde_json::from_str::<serde_json::Number>(text).is_ok()))
}

fn value(text: &str, is_number: bool) -> serde_json::Value {
    let number = is_number.then(|| serde_json::from_str(text).ok()).flatten();
    match number {
        Some(number) => serde_json::Value::Number(number),
        None if text.is_empty() => serde_json::Value::Null,
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use loom_exec::results::{Column, Metric};

    use super::*;

    /// What a table has in it that is hard to write: names with signs in them, numbers with many digits, nothing at all.
    fn results() -> Results {
        let figure = |mean: f64, std| Some(Figure { mean, std, count: if std.is_some() { 3 } else { 1 } });
        let row = |label: &str, parameters: [&str; 2], metrics: Vec<Option<Figure>>| Row {
            label: label.into(),
            parameters: parameters.map(Into::into).into(),
            metrics,
            duration: Some(Duration::from_millis(1234)),
            state: State::Made,
            count: 1,
            ..Row::default()
        };
        let axis = |name: &str| Column { name: name.into(), is_repeat: false, set_by: None };
        let metric = |name: &str| loom_exec::results::Metric { name: name.into(), path: name.into(), goal: None };
        let mut failed = row("c", ["1e-3", ""], vec![None, None]);
        (failed.state, failed.duration) = (State::Failed, None);
        Results {
            axes: vec![axis("lr"), axis("a|b\\c, \"d\"")],
            metrics: vec![metric("f1"), Metric { goal: Some(loom_spec::Goal::Min), ..metric("loss,|") }],
            rows: vec![
                row("a", ["0.10", "x|y\\|z"], vec![figure(0.1 + 0.2, None), figure(-1.5e-300, Some(0.25))]),
                row("b", ["2", "ä, \"q\"\nnext"], vec![figure(1e21, None), figure(7.0, None)]),
                failed,
            ],
            ..Results::default()
        }
    }

    fn aggregated() -> Results {
        let mut results = results();
        results.rows[0].count = 3;
        results
    }

    #[test]
    fn csv_reads_back() {
        for results in [results(), aggregated()] {
            let text = csv(&results);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let read: Vec<Vec<String>> =
                reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let (heads, rows) = sheet(&results);
            assert_eq!(read[0], heads);
            assert_eq!(read[1..], rows);
        }
    }

    #[test]
    fn digits_read_back() {
        for number in [0.1 + 0.2, -1.5e-300, 1e21, 7.0, 0.0, f64::MAX, f64::MIN_POSITIVE, 12345678.9] {
            assert_eq!(digits(number).parse(), Ok(number));
            assert_eq!(serde_json::from_str::<f64>(&digits(number)).unwrap(), number);
        }
    }

    #[test]
    fn json_reads_back_as_numbers() {
        let results = aggregated();
        let read: serde_json::Value = serde_json::from_str(&json(&results)).unwrap();
        for (row, read) in results.rows.iter().zip(read["rows"].as_array().unwrap()) {
            assert_eq!(read["label"], &*row.label);
            assert_eq!(read["state"], row.state.word());
            assert_eq!(read["duration"].as_f64(), row.duration.map(|duration| duration.as_secs_f64()));
            for (metric, figure) in results.metrics.iter().zip(&row.metrics) {
                assert_eq!(read["metrics"][&*metric.name].as_f64(), figure.map(|figure| figure.mean));
                assert_eq!(read["std"][&*metric.name].as_f64(), figure.and_then(|figure| figure.std));
                assert_eq!(read["n"][&*metric.name], figure.map_or(0, |figure| figure.count));
            }
            assert_eq!(read["parameters"]["lr"].as_f64(), row.parameters[0].parse().ok());
            let text = read["parameters"]["a|b\\c, \"d\""].as_str().unwrap_or_default();
            assert_eq!(text, &*row.parameters[1]);
        }
        assert_eq!(read["best"], "a");
        assert_eq!(read["metrics"][1]["goal"], "min");
    }

    #[test]
    fn markdown_reads_back() {
        let results = results();
        let text = markdown(&results);
        let read: Vec<Vec<String>> = text.lines().map(cells).collect();
        let (heads, rows) = sheet(&results);
        assert_eq!(read[0], heads);
        assert_eq!(read[1], ["---", "---", "---", "---", "---:", "---:", "---:"]);
        assert_eq!(read[2..], rows);
    }

    /// The cells of a line of a Markdown table.
    fn cells(line: &str) -> Vec<String> {
        let inner = line.strip_prefix("| ").unwrap().strip_suffix(" |").unwrap();
        let (mut cells, mut cell, mut chars) = (Vec::new(), String::new(), inner.chars());
        while let Some(c) = chars.next() {
            match c {
                '\\' => cell.extend(chars.next()),
                '|' => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
        }
        cells.push(cell);
        cells.iter().map(|cell| cell.trim().replace("<br>", "\n")).collect()
    }
}
