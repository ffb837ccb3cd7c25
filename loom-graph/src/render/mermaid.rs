use std::fmt::Write;

use loom_spec::Program;

use super::{by_group, folders_between, is_solid, is_unseen, origin, shown_data, way};
use crate::{DatumId, StepGraph, StepId};

/// The graph in Mermaid's language, which Markdown hosts draw: boxes are steps, rounded boxes are data, arrows
/// follow the data.
pub fn mermaid(graph: &StepGraph) -> String {
    let mut out = String::from("flowchart LR\n");
    let links = graph.links();
    for datum in shown_data(links) {
        let _ = writeln!(out, "  d{}([{}])", datum.0, quoted(graph.datum_label(datum)));
    }
    for (index, (group, steps)) in by_group(graph).into_iter().enumerate() {
        let indent = if let Some(name) = group {
            let _ = writeln!(out, "  subgraph g{index} [{}]", quoted(name));
            "    "
        } else {
            "  "
        };
        for id in steps {
            let step = graph.step(id);
            let class = if step.optional || step.disabled { ":::aside" } else { "" };
            let (open, close) = match step.program {
                Program::Condition(_) | Program::Switch(_) => ("{", "}"),
                Program::Task(_) | Program::Words(_) | Program::Shell(_) => ("[", "]"),
            };
            let _ = writeln!(out, "{indent}s{}{open}{}{close}{class}", id.0, quoted(&graph.step_label(id)));
        }
        if group.is_some() {
            out.push_str("  end\n");
        }
    }
    let canonical = |datum: DatumId| links.datum(datum).canonical.0;
    for StepId(step) in links.steps() {
        for used in links.reads(StepId(step)) {
            let arrow = match (is_solid(used), way(used)) {
                (true, _) => "-->".to_owned(),
                (false, None) => "-.->".to_owned(),
                (false, Some(way)) => format!("-. {way} .->"),
            };
            let _ = writeln!(out, "  {} {arrow} s{step}", origin(links, used));
        }
        for datum in folders_between(links, StepId(step)) {
            let _ = writeln!(out, "  d{} -.-> s{step}", datum.0);
        }
        for made in links.writes(StepId(step)) {
            let _ = writeln!(out, "  s{step} --> d{}", canonical(made.datum));
        }
    }
    if graph.pipeline().steps.iter().any(|step| step.optional || step.disabled) {
        out.push_str("  classDef aside stroke-dasharray: 5 5\n");
    }
    out
}

/// Mermaid reads entities in quoted labels; what it could take for its own syntax, or for HTML, becomes one.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '\\' | '`' => {
                let _ = write!(out, "#{};", c as u32);
            }
            c if is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
