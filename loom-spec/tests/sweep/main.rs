//! `sweep`, `gather` and `metrics`: what is read of them, and what is said of what cannot be.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod given;
mod reading;
mod wrong;

use std::fmt::Write;

use loom_spec::{Axis, AxisValues, Entry, Pipeline, Source, Style, Value};

const SWEPT: &str = "parameters: {threshold: 0.5, lr: 0.1}
sweep:
  axes: {lr: [0.1, 0.2], config: {low: {threshold: 0.3}, high: {threshold: 0.7}, 1: {threshold: 0.9}}}
  repeat: {seed: [1, 2]}
pipeline: []
";

/// Every problem of a file with its places, what stands there, and what is said of it.
fn problems(text: &str) -> String {
    let source = Source::new("pipeline.yml", text);
    let mut shown = String::new();
    for problem in loom_spec::parse(&source).problems {
        let severity = if problem.is_error() { "error" } else { "warning" };
        writeln!(shown, "{severity}[{}]: {}", problem.code, problem.message).unwrap();
        for label in &problem.labels {
            let place = source.position(label.span.start);
            let there = source.slice(label.span).lines().next().unwrap_or_default();
            writeln!(shown, "  {}:{} {there} -- {}", place.line, place.column, label.text).unwrap();
        }
        if let Some(help) = &problem.help {
            writeln!(shown, "  = {help}").unwrap();
        }
    }
    shown
}

fn read(text: &str) -> Pipeline {
    assert_eq!(problems(text), "", "{text}");
    loom_spec::parse(&Source::new("pipeline.yml", text)).pipeline
}

/// The problems of each of these under `sweep`, with a list of steps behind.
fn of_sweeps(sweeps: &[&str]) -> String {
    let of_one = |sweep: &&str| problems(&format!("sweep: {sweep}\npipeline: []\n"));
    sweeps.iter().map(of_one).collect::<Vec<_>>().join("\n")
}

fn of_axes(axes: &[&str]) -> String {
    let sweeps: Vec<String> = axes.iter().map(|axis| format!("{{axes: {{lr: {axis}}}}}")).collect();
    of_sweeps(&sweeps.iter().map(String::as_str).collect::<Vec<_>>())
}

fn value(value: &Value) -> String {
    match value {
        Value::Scalar(scalar) if scalar.style == Style::Given => format!("<{}>", scalar.text),
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::List(items, _) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Value::Map(..) => "a mapping".to_owned(),
    }
}

fn settings(entries: &[Entry]) -> String {
    let entries = entries.iter().map(|entry| format!("{}: {}", entry.key.text, value(&entry.value)));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

fn axis(axis: &Axis) -> String {
    let numbers = |numbers: &[loom_spec::Scalar]| {
        numbers.iter().map(|number| value(&Value::Scalar(number.clone()))).collect::<Vec<_>>().join(", ")
    };
    let values = match &axis.values {
        AxisValues::List(values) => values.iter().map(value).collect::<Vec<_>>().join(", "),
        AxisValues::Settings(labels) => {
            let labels = labels.iter().map(|(label, set)| format!("{} {}", label.text, settings(set)));
            labels.collect::<Vec<_>>().join(", ")
        }
        AxisValues::Range(range, ends) => format!("{}({})", range.word(), numbers(ends)),
        AxisValues::Draw(draw, ends) => format!("{}({})", draw.word(), numbers(ends)),
    };
    format!("{} = {values}", axis.name.text)
}

/// Each axis of a pipeline, those of `repeat` with a sign.
fn axes(pipeline: &Pipeline) -> Vec<String> {
    let sweep = pipeline.sweep.as_ref().unwrap();
    let repeat = sweep.repeat.iter().map(|one| format!("repeat {}", axis(one)));
    sweep.axes.iter().map(axis).chain(repeat).collect()
}
