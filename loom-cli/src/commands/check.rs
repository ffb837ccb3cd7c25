//! `loom check`: everything that is wrong with a pipeline.

use loom_exec::{Project, Selection, Settings};
use loom_spec::{Label, Position, Problem, ReadError, Source};
use serde::Serialize;

use super::{Said, print, tell_problems, unreadable, with_warnings};
use crate::args::{CheckArgs, CheckFormat, Color};
use crate::exit;

pub(crate) fn check(args: &CheckArgs, color: Color) -> u8 {
    let project = match Project::open(&args.pipeline, Settings::with_environment(std::env::vars_os())) {
        Ok(project) => project,
        Err(error) if args.format == CheckFormat::Json => {
            print(&json_unreadable(&error));
            return exit::WRONG;
        }
        Err(error) => {
            let Said(code) = unreadable(&error);
            return code;
        }
    };
    let problems = all_problems(&project);
    let sound = !problems.iter().any(Problem::is_error);
    let told = match args.format {
        CheckFormat::Json => print(&json(&project, &problems)),
        CheckFormat::Text => {
            tell_problems(project.source(), &problems, color);
            print(&summary(&project, &problems))
        }
    };
    // The system takes back at once what would be given back piece by piece.
    std::mem::forget(project);
    if sound { told } else { exit::WRONG }
}

/// The problems that a run would refuse the pipeline for, and the warnings.
fn all_problems(project: &Project) -> Vec<Problem> {
    let errors = project.plan(&Selection::default()).err().map(|refused| refused.problems);
    with_warnings(errors.unwrap_or_default(), project)
}

fn summary(project: &Project, problems: &[Problem]) -> String {
    let count = |what: &str, n: usize| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
    // The entry that says how many are not shown is none of them.
    let shown = problems.iter().filter(|problem| problem.code != Problem::NOT_SHOWN);
    let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) = shown.partition(|problem| problem.is_error());
    let mut steps = count("step", project.checked().pipeline.steps.len());
    if let Some((units, configurations)) = swept(project) {
        steps = format!("{steps}, {} in {}", count("unit", units), count("configuration", configurations));
    }
    let name = project.source().name();
    match (errors.len(), warnings.len()) {
        (0, 0) => format!("{name}: {steps}, no problems\n"),
        (0, warnings) => format!("{name}: {steps}, {}\n", count("warning", warnings)),
        (errors, 0) => format!("{name}: {}\n", count("error", errors)),
        (errors, warnings) => format!("{name}: {}, {}\n", count("error", errors), count("warning", warnings)),
    }
}

/// How many units the steps of a sweep come to, and how many configurations it has.
fn swept(project: &Project) -> Option<(usize, usize)> {
    let graph = project.checked().expanded.as_ref()?;
    Some((graph.run_order().len(), graph.space()?.len()))
}

#[derive(Serialize)]
struct Report<'a> {
    file: std::borrow::Cow<'a, str>,
    ok: bool,
    steps: usize,
    /// How many steps there are when each is counted once for every configuration that concerns it.
    units: usize,
    /// How many configurations the sweep has; none where there is no sweep.
    configurations: Option<usize>,
    problems: Vec<Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    code: &'a str,
    severity: loom_spec::Severity,
    message: &'a str,
    help: Option<&'a str>,
    /// The first one is the place of the problem.
    places: Vec<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    start: Position,
    end: Position,
    text: &'a str,
}

fn json(project: &Project, problems: &[Problem]) -> String {
    let source = project.source();
    let report = Report {
        file: source.name().into(),
        ok: !problems.iter().any(Problem::is_error),
        steps: project.checked().pipeline.steps.len(),
        units: swept(project).map_or(project.checked().pipeline.steps.len(), |(units, _)| units),
        configurations: swept(project).map(|(_, configurations)| configurations),
        problems: problems.iter().map(|problem| told(source, problem)).collect(),
    };
    as_json(&report)
}

/// The report on a file that cannot be read at all.
fn json_unreadable(error: &ReadError) -> String {
    let message = error.to_string();
    let problem = Told {
        code: "unreadable",
        severity: loom_spec::Severity::Error,
        message: &message,
        help: None,
        places: Vec::new(),
    };
    let file = error.path.to_string_lossy();
    as_json(&Report { file, ok: false, steps: 0, units: 0, configurations: None, problems: vec![problem] })
}

fn as_json(report: &Report<'_>) -> String {
    match serde_json::to_string_pretty(report) {
        Ok(text) => text + "\n",
        // Strings and numbers alone cannot fail to be JSON.
        Err(error) => format!("{{\"error\": \"{error}\"}}\n"),
    }
}

fn told<'a>(source: &Source, problem: &'a Problem) -> Told<'a> {
    let Problem { code, severity, message, labels, help } = problem;
    let place = |label: &'a Label| Place {
        start: source.position(label.span.start),
        end: source.position(label.span.end),
        text: &label.text,
    };
    let places = labels.iter().map(place).collect();
    Told { code, severity: *severity, message, help: help.as_deref(), places }
}
