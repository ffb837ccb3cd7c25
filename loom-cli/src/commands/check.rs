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
    let steps = count("step", project.checked().pipeline.steps.len());
    let name = project.source().name();
    match (errors.len(), warnings.len()) {
        (0, 0) => format!("{name}: {steps}, no problems\n"),
        (0, warnings) => format!("{name}: {steps}, {}\n", count("warning", warnings)),
        (errors, 0) => format!("{name}: {}\n", count("error", errors)),
        (errors, warnings) => format!("{name}: {}, {}\n", count("error", errors), count("warning", warnings)),
    }
}

#[derive(Serialize)]
struct Report<'a> {
    file: std::borrow::Cow<'a, str>,
    ok: bool,
    steps: usize,
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
    as_json(&Report { file: error.path.to_string_lossy(), ok: false, steps: 0, problems: vec![problem] })
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
