use std::fmt::Write;

use loom_spec::{Problem, Severity, Source};

use super::one_line;
use crate::{StepGraph, StepId};

/// The graph as indented text, in run order: what each step runs, reads (and from whom) and writes.
pub fn text(graph: &StepGraph) -> String {
    let mut out = String::new();
    if graph.run_order().len() == 0 {
        return "no steps\n".to_owned();
    }
    for (index, step) in graph.run_order().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        step_text(graph, step, &mut out);
    }
    out
}

fn step_text(graph: &StepGraph, id: StepId, out: &mut String) {
    let step = graph.step(id);
    let group = step.group.map(|group| format!("group {}", one_line(&graph.pipeline().groups[group].name.text)));
    let marks: Vec<String> = step
        .optional
        .then(|| "optional".to_owned())
        .into_iter()
        .chain(step.disabled.then(|| "disabled".to_owned()))
        .chain(group)
        .collect();
    out.push_str(&one_line(&step.name.text));
    if !marks.is_empty() {
        let _ = write!(out, "  ({})", marks.join(", "));
    }
    let _ = writeln!(out, "\n  runs    {}", one_line(&graph.command_line(id).to_string()));
    let links = graph.links();
    for (read, legs) in links.reads_with_makers(id) {
        let makers: Vec<String> = legs.iter().map(|leg| one_line(graph.name(leg.on))).collect();
        let _ = write!(out, "  reads   {}", one_line(&read.path));
        if !makers.is_empty() {
            let _ = write!(out, "  from {}", makers.join(", "));
        }
        out.push('\n');
    }
    for made in links.writes(id) {
        let _ = writeln!(out, "  writes  {}", one_line(&made.path));
    }
}

/// Problems as text: each with its line and column, what is said of every spot, and how to go on.
pub fn problems(source: &Source, problems: &[Problem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let severity = match problem.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        if let Some(span) = problem.span() {
            let place = source.position(span.start);
            let _ = write!(out, "{}:{}: ", place.line, place.column);
        }
        let _ = writeln!(out, "{severity}[{}]: {}", problem.code, one_line(&problem.message));
        for label in problem.labels.iter().filter(|label| !label.text.is_empty()) {
            let place = source.position(label.span.start);
            let _ = writeln!(out, "  at {}:{}: {}", place.line, place.column, one_line(&label.text));
        }
        if let Some(help) = &problem.help {
            let _ = writeln!(out, "  help: {}", one_line(help));
        }
    }
    out
}
