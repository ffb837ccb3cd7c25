//! `loom results`: the numbers that steps wrote, a row for each configuration.

mod formats;
mod table;

use std::path::Path;

use loom_exec::results::{Key, NoColumn, NoResults, Objective, Of, Results, State};
use loom_exec::{Memory, Project, Settings};
use loom_spec::Goal;

use super::kept::wrong;
use super::{Said, open, print, refused_to, say, tell_problems, with_warnings};
use crate::args::{Color, ResultsArgs, ResultsFormat};
use crate::exit;
use crate::results_page::Page;
use crate::terminal::{Paint, plain, wants_color, width_of};

pub(super) use table::{short, significant};

pub(crate) fn results(args: &ResultsArgs, color: Color) -> u8 {
    match try_results(args, color) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_results(args: &ResultsArgs, color: Color) -> Result<u8, Said> {
    let project = open(&args.pipeline, Settings::with_environment(std::env::vars_os()))?;
    let results = Results::collect(&project, &Memory::default()).map_err(|error| refuse(&project, error, color))?;
    if let Some(why) = nothing(&results, &args.pipeline) {
        match (&args.html, args.format) {
            (None, ResultsFormat::Table) => return Ok(print(&why)),
            // A program gets a table with nothing in it.
            (None, _) => say(why.trim_end()),
            (Some(_), _) => {
                say(why.trim_end());
                return Err(Said(exit::WRONG));
            }
        }
    }
    let before = Before::of(&results);
    let results = asked_for(results, args)?;
    if let Some(path) = &args.html {
        return page(&project, &results, path);
    }
    if args.format != ResultsFormat::Table {
        results.troubles.iter().for_each(|trouble| say(&format!("warning: {}", plain(trouble))));
    }
    Ok(print(&match args.format {
        ResultsFormat::Table => {
            let stdout = std::io::stdout();
            let paint = Paint { color: wants_color(color, &stdout) };
            table::render(&results, &before, args, width_of(&stdout), paint)
        }
        ResultsFormat::Csv => formats::csv(&results),
        ResultsFormat::Json => formats::json(&results),
        ResultsFormat::Markdown => formats::markdown(&results),
    }))
}

/// Tells why there is no table.
pub(super) fn refuse(project: &Project, error: NoResults, color: Color) -> Said {
    match error {
        NoResults::Refused(refused) => {
            let errors = refused.problems.into_iter().filter(loom_spec::Problem::is_error).collect();
            let problems = with_warnings(errors, project);
            tell_problems(project.source(), &problems, color);
            refused_to("compared", &problems)
        }
        NoResults::Forgotten(error) => {
            say(&format!("error: {error}"));
            Said(exit::FAILED)
        }
    }
}

/// What there was before some of it was put together, or left out.
struct Before {
    rows: usize,
    /// How many are in which state, of those that there is something to say of.
    states: [(State, usize); 3],
}

impl Before {
    fn of(results: &Results) -> Self {
        let states = [State::Outdated, State::Failed, State::Missing].map(|state| (state, results.count(state)));
        Self { rows: results.rows.len(), states }
    }
}

/// What to say where there is nothing to be shown.
fn nothing(results: &Results, pipeline: &Path) -> Option<String> {
    if results.rows.iter().any(|row| row.state != State::Missing) {
        return None;
    }
    let run = match pipeline.to_str() {
        Some(".") | None => "loom".to_owned(),
        Some(path) => format!("loom {}", plain(path)),
    };
    let mut why = match results.rows.len() {
        0 if results.files.is_empty() => {
            "no results: no step makes a file that numbers could be read from, JSON or a table with `metrics`\n  help: say which \
             numbers count: `metrics: {loss: min}` in a data node, a key\n        of its JSON or a column of its CSV\n"
                .to_owned()
        }
        1.. if results.troubles.is_empty() && is_made(results, pipeline) => {
            "no results: there are no numbers in what was made\n  help: numbers are those of JSON files, and those that `metrics` names\n"
                .to_owned()
        }
        _ if !results.troubles.is_empty() => "no results: no numbers could be read from what was made\n".to_owned(),
        0 => format!(
            "no results: no step has made a JSON file with numbers in it\n  help: run the pipeline: `{run}`\n  help: or say which \
             numbers count: `metrics: {{loss: min}}` in a data node, a key\n        of its JSON or a column of its CSV\n"
        ),
        1 => format!("no results: the one there would be is not made yet\n  help: `{run}` makes it\n"),
        many => format!("no results: none of {many} is made yet\n  help: `{run}` makes them\n"),
    };
    why.extend(results.troubles.iter().take(3).map(|trouble| format!("  {}\n", plain(trouble))));
    Some(why)
}

/// Whether any of the files is there that numbers would be read from.
fn is_made(results: &Results, pipeline: &Path) -> bool {
    let folder = if pipeline.is_dir() { pipeline } else { pipeline.parent().unwrap_or(pipeline) };
    results.files.iter().any(|file| folder.join(&**file).exists())
}

/// The table in the form and the order that was asked for.
fn asked_for(results: Results, args: &ResultsArgs) -> Result<Results, Said> {
    let told = |error: &NoColumn| wrong(&error.to_string(), &error.help);
    let mut results = if args.by.is_empty() {
        results.over_repeats()
    } else {
        let axes: Result<Vec<usize>, _> = args.by.iter().map(|name| results.find_axis(name)).collect();
        let axes = axes.map_err(|error| told(&error))?;
        results.by(&axes)
    };
    let objectives: Result<Vec<Objective>, Said> = args.pareto.iter().map(|name| objective(&results, name)).collect();
    let objectives = objectives?;
    if objectives.len() == 1 {
        return Err(wrong("`--pareto` weighs two columns or more", "as in `--pareto accuracy,duration`"));
    }
    match &args.sort {
        None => results.sort_by_goals(),
        Some(name) => {
            let found = results.find(name).map(|key| (key, false));
            let found = found.or_else(|error| match name.strip_prefix('-') {
                Some(name) => results.find(name).map(|key| (key, true)),
                None => Err(error),
            });
            let (key, is_turned) = found.map_err(|error| told(&error))?;
            let is_largest_best = match key {
                Key::Metric(metric) => results.metrics[metric].goal == Some(Goal::Max),
                Key::Label | Key::Axis(_) | Key::Duration => false,
            };
            results.sort(key, is_largest_best != is_turned);
        }
    }
    if !objectives.is_empty() {
        results.keep_pareto(&objectives);
    }
    if let Some(top) = args.top {
        results.keep_first(top);
    }
    Ok(results)
}

/// A column of `--pareto`, and which value of it is better.
fn objective(results: &Results, text: &str) -> Result<Objective, Said> {
    let split = text.rsplit_once(':').and_then(|(name, goal)| {
        let goal = Goal::ALL.into_iter().find(|known| known.word() == goal)?;
        Some((name, Some(goal)))
    });
    let (name, goal) = split.unwrap_or((text, None));
    let key = results.find(name).map_err(|error| wrong(&error.to_string(), &error.help))?;
    let is_text = matches!(key, Key::Label | Key::Axis(_));
    if is_text && results.rows.iter().all(|row| results.value(row, key).is_none()) {
        let help = "`--pareto` weighs metrics, parameters that are numbers, and `duration`";
        return Err(wrong(&format!("there are no numbers in the column `{name}`"), help));
    }
    let declared = match key {
        Key::Metric(metric) => results.metrics[metric].goal,
        Key::Duration => Some(Goal::Min),
        Key::Label | Key::Axis(_) => None,
    };
    let goal = goal.or(declared).ok_or_else(|| {
        let help = format!("`--pareto {name}:min` for the smaller, `{name}:max` for the larger");
        wrong(&format!("which `{name}` is better is not said"), &help)
    })?;
    Ok(Objective { key, goal })
}

fn page(project: &Project, results: &Results, path: &Path) -> Result<u8, Said> {
    let failed = |error: &std::io::Error| {
        say(&format!("error: cannot write {}: {error}", path.display()));
        Said(exit::FAILED)
    };
    let path = std::path::absolute(path).map_err(|error| failed(&error))?;
    let file = project.folder().join(Path::new(project.source().name()).file_name().unwrap_or_default());
    let page = Page { results, pipeline: &file }.render();
    std::fs::write(&path, page).map_err(|error| failed(&error))?;
    Ok(print(&format!("{}\n", path.display())))
}

/// What the rows are, so many of them.
fn counted(results: &Results, count: usize) -> String {
    let what = match (results.of, count) {
        (Of::Configurations, 1) => "configuration",
        (Of::Configurations, _) => "configurations",
        (Of::Units, 1) => "unit",
        (Of::Units, _) => "units",
    };
    format!("{count} {what}")
}
