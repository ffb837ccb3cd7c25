//! `loom graph`: the graph of a pipeline, as a run on this machine would have it.

use std::sync::Arc;

use loom_exec::{Project, Settings};
use loom_graph::{OnPaper, StepGraph, render};
use loom_spec::{Problem, Severity};

use super::{Said, open, print, refused, tell_problems};
use crate::args::{Color, GraphArgs, GraphFormat};

pub(crate) fn graph(args: &GraphArgs, color: Color) -> u8 {
    let project = match open(&args.pipeline, Settings::with_environment(std::env::vars_os())) {
        Ok(project) => project,
        Err(Said(code)) => return code,
    };
    let checked = project.checked();
    let known = if args.expand { &checked.expanded } else { &checked.graph };
    let (graph, problems) = match (known, without_tasks(&project, args.expand)) {
        (Some(graph), _) => (Arc::clone(graph), checked.problems.clone()),
        (None, Some(found)) => found,
        (None, None) => {
            tell_problems(project.source(), &checked.problems, color);
            let Said(code) = refused(&checked.problems);
            return code;
        }
    };
    tell_problems(project.source(), &problems, color);
    print(&match args.format {
        GraphFormat::Text => render::text(&graph),
        GraphFormat::Dot => render::dot(&graph),
        GraphFormat::Mermaid => render::mermaid(&graph),
        GraphFormat::Svg => loom_ui_core::svg(&loom_ui_core::View::of(&graph)),
    })
}

/// The graph of a pipeline that lacks nothing but tasks, as it would be on any machine, and what is lacking as warnings:
/// what the steps are to run need not be written yet for people to see how they hang together.
fn without_tasks(project: &Project, expand: bool) -> Option<(Arc<StepGraph>, Vec<Problem>)> {
    let mut problems = project.checked().problems.clone();
    let lacks_only_tasks = |problem: &Problem| matches!(problem.code, "missing-task" | Problem::NOT_SHOWN);
    if project.checked().graph.is_some() || !problems.iter().filter(|problem| problem.is_error()).all(lacks_only_tasks)
    {
        return None;
    }
    let checked = loom_graph::check(loom_spec::parse(project.source()), &OnPaper);
    let graph = if expand { checked.expanded } else { checked.graph }?;
    problems.iter_mut().for_each(|problem| problem.severity = Severity::Warning);
    Some((graph, problems))
}
