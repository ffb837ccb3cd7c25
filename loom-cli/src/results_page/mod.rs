//! The page about results: one HTML file that needs nothing else.
//!
//! What comes from a pipeline is only ever text: the numbers and names are JSON in a block of their own, which the page's
//! script reads and shows as text.

use std::path::Path;

use loom_exec::results::{Figure, Of, Results, State};
use serde::Serialize;

use crate::page::{Html, STYLE, fill};

const TEMPLATE: &str = include_str!("template.html");
const OWN_STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// What there is to show.
pub(crate) struct Page<'a> {
    pub(crate) results: &'a Results,
    /// The pipeline file.
    pub(crate) pipeline: &'a Path,
}

/// The table, column by column.
#[derive(Serialize)]
struct Data<'a> {
    /// What the first column is of.
    of: &'a str,
    axes: Vec<Axis<'a>>,
    metrics: Vec<Metric<'a>>,
    labels: Vec<&'a str>,
    /// Of rows whose numbers are not there, or not all to be trusted, the state.
    states: Vec<&'a str>,
    /// What there is to say of the states, of means by number.
    notes: Vec<String>,
    /// How long each row took, in seconds.
    took: Vec<Option<f64>>,
    best: Option<usize>,
}

#[derive(Serialize)]
struct Axis<'a> {
    name: &'a str,
    /// Whether the labels of another one set it.
    set: bool,
    values: Vec<&'a str>,
}

#[derive(Serialize)]
struct Metric<'a> {
    name: &'a str,
    path: &'a str,
    goal: Option<&'a str>,
    values: Vec<Option<f64>>,
    /// Standard deviations and how many numbers each is of, if any is of several.
    std: Option<Vec<Option<f64>>>,
    counts: Option<Vec<usize>>,
}

impl Page<'_> {
    /// The page.
    pub(crate) fn render(&self) -> String {
        let Self { results, pipeline } = self;
        let name = pipeline.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let rows = results.rows.len();
        let what = match (results.of, results.is_aggregated()) {
            (_, true) => "means",
            (Of::Configurations, _) => "configurations",
            (Of::Units, _) => "units",
        };
        let values: [(&str, String); 8] = [
            ("title", Html(&format!("{name}: results")).to_string()),
            ("style", format!("{STYLE}{OWN_STYLE}")),
            ("place", Html(&pipeline.to_string_lossy()).to_string()),
            ("name", Html(&name).to_string()),
            ("verdict", format!("{rows} {}", if rows == 1 { what.trim_end_matches('s') } else { what })),
            ("data", self.data().replace('<', "\\u003c")),
            ("script", SCRIPT.to_owned()),
            ("foot", format!("loom {}", env!("CARGO_PKG_VERSION"))),
        ];
        fill(TEMPLATE, &values)
    }

    fn data(&self) -> String {
        let results = self.results;
        let rows = &results.rows;
        let axes = results.axes.iter().enumerate().map(|(index, axis)| Axis {
            name: &axis.name,
            set: axis.set_by.is_some(),
            values: rows.iter().map(|row| &*row.parameters[index]).collect(),
        });
        let is_aggregated = results.is_aggregated();
        let metrics = results.metrics.iter().enumerate().map(|(index, metric)| {
            let figures = || rows.iter().map(move |row| row.metrics[index]);
            Metric {
                name: &metric.name,
                path: &metric.path,
                goal: metric.goal.map(loom_spec::Goal::word),
                values: figures().map(|figure| figure.map(|figure| figure.mean)).collect(),
                std: is_aggregated.then(|| figures().map(|figure: Option<Figure>| figure?.std).collect()),
                counts: is_aggregated
                    .then(|| figures().map(|figure| figure.map_or(0, |figure| figure.count)).collect()),
            }
        });
        let data = Data {
            of: match results.of {
                Of::Configurations => "configuration",
                Of::Units => "unit",
            },
            axes: axes.collect(),
            metrics: metrics.collect(),
            labels: rows.iter().map(|row| &*row.label).collect(),
            states: rows.iter().map(|row| if row.state == State::Made { "" } else { row.state.word() }).collect(),
            notes: rows
                .iter()
                .map(|row| if row.count_of(State::Made) == row.count { String::new() } else { row.told_state() })
                .collect(),
            took: rows.iter().map(|row| row.duration.map(|duration| duration.as_secs_f64())).collect(),
            best: results.best(),
        };
        // Strings and finite numbers alone cannot fail to be JSON.
        serde_json::to_string(&data).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use loom_exec::results::{Column, Row};

    use super::*;

    #[test]
    fn what_people_wrote_stays_text() {
        let evil = "</script><script>alert(1)</script>";
        let row = Row {
            label: evil.into(),
            parameters: vec![evil.into()],
            metrics: vec![Some(Figure::one(0.5))],
            duration: None,
            state: State::Made,
            count: 2,
            parts: vec![(State::Made, 1), (State::Failed, 1)],
            ..Row::default()
        };
        let metric = loom_exec::results::Metric { name: evil.into(), path: "{{script}}".into(), goal: None };
        let results = Results {
            axes: vec![Column { name: "<b>".into(), is_repeat: false, set_by: None }],
            metrics: vec![metric],
            rows: vec![row],
            ..Results::default()
        };
        let page = Page { results: &results, pipeline: Path::new("/x/<i>/pipeline.yml") }.render();
        assert!(!page.contains("alert(1)</script>") && !page.contains("<i>") && !page.contains("<b>"), "{page}");
        let data = page.split_once("type=\"application/json\">").unwrap().1.split_once("</script>").unwrap().0;
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(data["labels"][0], evil);
        assert_eq!(data["metrics"][0]["path"], "{{script}}");
        assert_eq!(data["metrics"][0]["values"][0], 0.5);
        assert_eq!((&data["states"][0], &data["notes"][0]), (&"".into(), &"1 failed".into()));
    }
}
