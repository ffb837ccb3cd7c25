//! `loom --list`: the steps in file order, by group.

use std::fmt::Write;

use loom_exec::Project;
use loom_graph::{Plan, StepGraph, StepId};
use loom_spec::{Group, Pipeline, Program, Step, Test};

use crate::terminal::{DIM, Paint, STRONG, plain};

/// Lists the selected steps, or all; with `expand`, the units of a sweep below their steps.
pub(super) fn list(project: &Project, selected: Option<&Plan>, expand: bool, paint: Paint) -> String {
    let pipeline: &Pipeline = &project.checked().pipeline;
    if pipeline.steps.is_empty() {
        return "the pipeline has no steps\n".to_owned();
    }
    let graph: Option<&StepGraph> = project.checked().expanded.as_deref();
    let instances = |step: usize| -> Vec<StepId> {
        let all = graph.map_or_else(Vec::new, |graph| graph.instances(StepId(step as u32)));
        all.into_iter().filter(|id| selected.is_none_or(|plan| plan.has(*id))).collect()
    };
    let steps = pipeline.steps.iter().enumerate().map(|(index, step)| (step, instances(index)));
    let steps: Vec<(&Step, Vec<StepId>)> =
        steps.filter(|(_, instances)| selected.is_none() || !instances.is_empty()).collect();
    let called = |step: &Step, instances: &[StepId]| {
        let is_swept = |id: &StepId| graph.is_some_and(|graph| graph.instance_count(*id) > 1);
        match instances {
            [only] if is_swept(only) => plain(graph.map_or(&step.name.text, |graph| graph.name(*only))),
            [_, _, ..] => format!("{} ×{}", plain(&step.name.text), instances.len()),
            _ => plain(&step.name.text),
        }
    };
    let names = steps.iter().map(|(step, instances)| called(step, instances).chars().count());
    let width = names.max().unwrap_or(0).min(40);
    let mut out = String::new();
    let mut group = None;
    for (step, instances) in &steps {
        if step.group != group {
            group = step.group;
            let name = group.map(|group| group_name(&pipeline.groups[group]));
            let _ = match name {
                Some(name) => writeln!(out, "{}", paint.styled(STRONG, format_args!("group {name}"))),
                None => writeln!(out),
            };
        }
        let indent = if step.group.is_some() { "  " } else { "" };
        let each = step.each.as_ref().map(|each| format!("  for each file of {}", plain(&each.over.text)));
        let mark = match (step.optional, step.disabled) {
            (_, true) => "  disabled",
            (true, false) => "  optional",
            (false, false) => "",
        };
        let marks = format!("{}{mark}", each.unwrap_or_default());
        let name = called(step, instances);
        let _ = writeln!(out, "{indent}{name:width$}  {}{marks}", paint.styled(DIM, program(step)));
        for unit in instances.iter().filter(|_| expand && instances.len() > 1) {
            let unit = graph.map_or("", |graph| graph.name(*unit));
            let _ = writeln!(out, "{indent}  {}", plain(unit));
        }
    }
    out
}

fn group_name(group: &Group) -> String {
    let name = plain(&group.name.text);
    match &group.passes {
        None => name,
        Some(passes) if passes.stop.is_some() => format!("{name}, up to {} passes", passes.pass_count()),
        Some(passes) if passes.pass_count() == 1 => format!("{name}, 1 pass"),
        Some(passes) => format!("{name}, {} passes", passes.pass_count()),
    }
}

fn program(step: &Step) -> String {
    let words = match &step.program {
        Program::Task(scalar) | Program::Shell(scalar) => plain(&scalar.text),
        Program::Words(words) => words.iter().map(|word| plain(&word.text)).collect::<Vec<_>>().join(" "),
        Program::Condition(condition) => match &condition.test {
            Test::Predicate(predicate) => format!("condition: {}", predicate.word()),
            Test::Script(script) => format!("condition: {}", plain(&script.text)),
        },
        Program::Switch(switch) => format!("switch: {}", plain(&switch.condition.text)),
    };
    let mut shown: String = words.chars().take(60).collect();
    if shown.len() < words.len() {
        shown.push('…');
    }
    shown
}
