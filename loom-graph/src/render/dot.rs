use std::fmt::Write;

use loom_spec::Program;

use super::{by_group, folders_between, is_solid, is_unseen, origin, shown_data, way};
use crate::{DatumId, StepGraph, StepId};

/// The graph in Graphviz' language: boxes are steps, notes are data, arrows follow the data.
pub fn dot(graph: &StepGraph) -> String {
    let mut out = String::from(
        "digraph pipeline {\n  rankdir=LR\n  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=11]\n",
    );
    let links = graph.links();
    for datum in shown_data(links) {
        let _ = writeln!(out, "  d{} [shape=note, label={}]", datum.0, quoted(graph.datum_label(datum)));
    }
    for (index, (group, steps)) in by_group(graph).into_iter().enumerate() {
        let indent = if let Some(name) = group {
            let _ = writeln!(out, "  subgraph cluster_{index} {{\n    label={}", quoted(name));
            "    "
        } else {
            "  "
        };
        for id in steps {
            let step = graph.step(id);
            let shape = match step.program {
                Program::Condition(_) | Program::Switch(_) => "diamond",
                Program::Task(_) | Program::Words(_) | Program::Shell(_) => "box",
            };
            let style = match (step.disabled, step.optional) {
                (true, _) => "rounded,dotted",
                (false, true) => "rounded,dashed",
                (false, false) => "rounded",
            };
            let label = quoted(&graph.step_label(id));
            let _ = writeln!(out, "{indent}s{} [shape={shape}, style=\"{style}\", label={label}]", id.0);
        }
        if group.is_some() {
            out.push_str("  }\n");
        }
    }
    let canonical = |datum: DatumId| links.datum(datum).canonical.0;
    for StepId(step) in links.steps() {
        for used in links.reads(StepId(step)) {
            let style = match (is_solid(used), way(used)) {
                (true, _) => String::new(),
                (false, None) => " [style=dashed]".to_owned(),
                (false, Some(way)) => format!(" [style=dashed, label=\"{way}\"]"),
            };
            let _ = writeln!(out, "  {} -> s{step}{style}", origin(links, used));
        }
        for datum in folders_between(links, StepId(step)) {
            let _ = writeln!(out, "  d{} -> s{step} [style=dotted]", datum.0);
        }
        for made in links.writes(StepId(step)) {
            let _ = writeln!(out, "  s{step} -> d{}", canonical(made.datum));
        }
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if is_unseen(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
