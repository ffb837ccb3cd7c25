//! Any text as a pipeline file, through everything that is done with one before it runs.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use loom_graph::{Facts, OnPaper, Part, Selection, StepGraph, StepId, Target, render};
use loom_spec::{Problem, Source};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    let source = Source::new("pipeline.yml", text);
    let parsed = loom_spec::parse(&source);
    lie_inside(&source, &parsed.problems);

    let checked = loom_graph::check(parsed, &OnPaper);
    lie_inside(&source, &checked.problems);
    render::problems(&source, &checked.problems);
    let has_errors = checked.problems.iter().any(Problem::is_error);
    assert_eq!(checked.graph.is_none(), has_errors, "a pipeline has either a graph or errors");

    let all = Selection::default();
    let by_name = checked.pipeline.steps.iter().map(|step| step.name.text.to_string()).collect();
    for selection in [all, Selection { target: Target::Steps(by_name), include: Vec::new() }] {
        match checked.plan(&selection, &OnPaper) {
            Ok(plan) => assert_eq!(plan.steps().len() + plan.left_out().len(), checked.pipeline.steps.len()),
            Err(problems) => lie_inside(&source, &problems),
        }
    }
    if let Some(graph) = &checked.graph {
        render::text(graph);
        render::dot(graph);
        render::mermaid(graph);
        for step in graph.run_order().take(8) {
            work(graph, step);
        }
    }
    Corpus::Keep
});

/// What a problem points at is there to be shown.
fn lie_inside(source: &Source, problems: &[Problem]) {
    let text = source.text();
    for problem in problems {
        for label in &problem.labels {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(start <= end && text.get(start..end).is_some(), "{label:?} of {problem:?}");
            source.position(label.span.start);
        }
    }
}

/// The first units of a step, with each answer that a condition may give.
fn work(graph: &StepGraph, step: StepId) {
    let parts = match graph.group(step) {
        Some(_) => vec![Part::Pass(0), Part::Pass(1), Part::Stop(0), Part::Final(1)],
        None if graph.step(step).each.is_some() => vec![Part::Item("a file.txt".into())],
        None => vec![Part::Whole],
    };
    for part in parts {
        let unit = graph.unit(step, part);
        for answer in [None, Some(true), Some(false)] {
            graph.work(&unit, Facts { answers: &|_| answer, ..Facts::NONE });
        }
        graph.makes(&unit);
        graph.fetched(&unit);
    }
    graph.command_line(step);
}
