use std::fmt::Write;

use loom_spec::{Problem, Program, Severity, Source};

use super::{one_line, way};
use crate::{Location, Role, StepGraph, StepId};

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
    let links = graph.links();
    let group = step.group.map(|group| &*graph.pipeline().groups[group].name.text);
    let group = match (group, graph.group(id)) {
        (Some(group), Some((_, passes))) => {
            let passes = match passes.pass_count() {
                1 => "1 pass".to_owned(),
                count if passes.stop.is_some() => format!("up to {count} passes"),
                count => format!("{count} passes"),
            };
            Some(format!("{passes} of group {}", one_line(group)))
        }
        (group, _) => group.map(|group| format!("group {}", one_line(group))),
    };
    let each = links.folders_of_loop(id).map(|(over, _)| {
        let filter = step.each.as_ref().and_then(|each| each.filter.as_ref());
        let files = filter.map_or("file".to_owned(), |filter| one_line(&filter.text));
        format!("for each {files} of {}", one_line(&over.path))
    });
    let axes = |axes: Vec<usize>| {
        let axes = axes.into_iter().filter_map(|axis| Some(one_line(&graph.space()?.axes()[axis].name)));
        Some(axes.collect::<Vec<_>>().join(", ")).filter(|axes| !axes.is_empty())
    };
    let swept = if graph.config(id).is_some() { None } else { axes(graph.axes(id)) };
    let marks: Vec<String> = step
        .optional
        .then(|| "optional".to_owned())
        .into_iter()
        .chain(step.disabled.then(|| "disabled".to_owned()))
        .chain(swept.map(|axes| format!("for each {axes}")))
        .chain(axes(graph.gathered_axes(id)).map(|axes| format!("gathers {axes}")))
        .chain(group)
        .chain(each)
        .collect();
    out.push_str(&one_line(&graph.step_label(id)));
    if !marks.is_empty() {
        let _ = write!(out, "  ({})", marks.join(", "));
    }
    out.push('\n');
    match &step.program {
        Program::Switch(switch) => {
            let _ = writeln!(out, "  leads   by {}", one_line(&switch.condition.text));
        }
        Program::Condition(condition) => {
            let not = if condition.negate { "not " } else { "" };
            let line = one_line(&graph.command_line(id).program.to_string());
            let _ = writeln!(out, "  asks    {not}{line}");
        }
        Program::Task(_) | Program::Words(_) | Program::Shell(_) => {
            let _ = writeln!(out, "  runs    {}", one_line(&graph.command_line(id).to_string()));
        }
    }
    for (read, legs) in links.reads_with_makers(id) {
        let makers: Vec<String> = legs.iter().map(|leg| one_line(&graph.step_label(leg.on))).collect();
        let path = one_line(&read.path);
        if let Some(way) = way(read) {
            let _ = writeln!(out, "  only    if `{path}` leads to `{way}`");
            continue;
        }
        if matches!(*links.datum(read.datum).location, Location::Answer(_)) {
            let _ = writeln!(out, "  needs   the answer of {path}");
            continue;
        }
        let verb = match read.role {
            Role::Question if matches!(step.program, Program::Switch(_)) => "hands on",
            Role::Question => "looks at",
            _ => "reads",
        };
        let _ = write!(out, "  {verb:<7} {path}");
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
