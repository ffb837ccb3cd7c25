//! `loom --investigate`: what tasks take, and what the steps hand them.

use std::collections::HashSet;
use std::fmt::Write;

use loom_exec::Project;
use loom_graph::{Plan, ProgramLine, StepGraph, StepId};
use loom_spec::{Entry, Port, Value};

use crate::terminal::{DIM, Paint, STRONG, plain};

pub(super) fn investigate(project: &Project, plan: &Plan, paint: Paint) -> String {
    let graph = plan.graph();
    // The units of a sweep are handed the same options.
    let mut seen = HashSet::new();
    let steps = plan.steps().iter().filter(|id| seen.insert(graph.written(**id)));
    let told: Vec<String> = steps.map(|id| step(project, graph, *id, paint)).collect();
    told.join("\n")
}

fn step(project: &Project, graph: &StepGraph, id: StepId, paint: Paint) -> String {
    let step = graph.step(id);
    let program = graph.program(id);
    let mut out = String::new();
    let _ = writeln!(out, "{}", paint.styled(STRONG, plain(&step.name.text)));
    let ProgramLine::Task(task) = program else {
        let _ = writeln!(out, "  runs {}", plain(&graph.command_line(id).to_string()));
        return out;
    };
    let _ = writeln!(out, "  {}", paint.styled(DIM, plain(&task)));
    let interface = match project.interface(&task).as_deref() {
        Some(Ok(interface)) => interface.clone(),
        Some(Err(error)) => {
            let _ = writeln!(out, "  its front matter cannot be read: {error} ({task}:{})", error.position.line);
            return out;
        }
        None => {
            let _ = writeln!(out, "  its docstring has no front matter");
            return out;
        }
    };
    for line in interface.description.lines() {
        let _ = writeln!(out, "  {}", plain(line).trim_end());
    }
    let sections = [
        ("inputs", &interface.inputs, &step.inputs),
        ("outputs", &interface.outputs, &step.outputs),
        ("args", &interface.args, &step.args),
    ];
    for (title, ports, given) in sections {
        section(title, ports, given, paint, &mut out);
    }
    out
}

/// What a task declares, line by line, and behind it what the step gives.
fn section(title: &str, ports: &[Port], given: &[Entry], paint: Paint, out: &mut String) {
    if ports.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {}", paint.styled(STRONG, title));
    let width = |of: fn(&Port) -> &str| ports.iter().map(|port| of(port).chars().count()).max().unwrap_or(0);
    let name_width = width(|port| &port.name);
    let kind_width = width(|port| port.kind.as_deref().unwrap_or_default());
    for port in ports {
        let (name, kind) = (plain(&port.name), plain(port.kind.as_deref().unwrap_or_default()));
        let mut notes: Vec<String> = port.description.iter().map(|text| plain(text)).collect();
        if port.required {
            notes.push("required".to_owned());
        }
        if !port.choices.is_empty() {
            notes.push(format!("one of {}", plain(&port.choices.join(", "))));
        }
        notes.extend(port.default.iter().map(|default| format!("default {}", plain(default))));
        let line = format!("    {name:name_width$}  {kind:kind_width$}  {}", notes.join("; "));
        let _ = writeln!(out, "{}", line.trim_end());
        if let Some(entry) = given.iter().find(|entry| *entry.key.text == *port.name) {
            let _ = writeln!(
                out,
                "    {:name_width$}  {}",
                "",
                paint.styled(DIM, format_args!("given {}", value(&entry.value)))
            );
        }
    }
}

/// A value as it is written.
fn value(value: &Value) -> String {
    match value {
        Value::Scalar(scalar) => plain(&scalar.text),
        Value::List(items, _) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Value::Map(..) => "a mapping".to_owned(),
    }
}
