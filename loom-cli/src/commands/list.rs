//! `loom --list`: the steps in file order, by group.

use std::fmt::Write;

use loom_exec::Project;
use loom_graph::{Plan, StepId};
use loom_spec::{Group, Pipeline, Program, Step, Test};

use crate::terminal::{DIM, Paint, STRONG, plain};

/// Lists the selected steps, or all.
pub(super) fn list(project: &Project, selected: Option<&Plan>, paint: Paint) -> String {
    let pipeline: &Pipeline = &project.checked().pipeline;
    if pipeline.steps.is_empty() {
        return "the pipeline has no steps\n".to_owned();
    }
    let is_listed = |index: usize| selected.is_none_or(|plan| plan.steps().contains(&StepId(index as u32)));
    let steps = pipeline.steps.iter().enumerate().filter(|(index, _)| is_listed(*index)).map(|(_, step)| step);
    let steps: Vec<&Step> = steps.collect();
    let width = steps.iter().map(|step| plain(&step.name.text).chars().count()).max().unwrap_or(0).min(40);
    let mut out = String::new();
    let mut group = None;
    for step in steps {
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
        let name = plain(&step.name.text);
        let _ = writeln!(out, "{indent}{name:width$}  {}{marks}", paint.styled(DIM, program(step)));
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
