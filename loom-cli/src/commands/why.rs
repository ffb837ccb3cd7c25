//! `loom why`: when and how a unit last ran, and what changed since.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;

use loom_exec::runs::{Fate, Run};
use loom_exec::{Forecast, LeftOut, Memory, Project, Reason, Selection, Settings, Target, Verdict};

use super::kept::{no_unit, swept_units};
use super::{Said, open, print, refused, say, tell_problems, with_warnings};
use crate::args::{Color, WhyArgs};
use crate::exit;
use crate::reasons::{Tally, told, without_own};
use crate::terminal::{DIM, DONE, Paint, SKIP, START, STRONG, plain, wants_color};
use crate::when::{ago, by_the_clock, in_words};

/// Units of a step that a sweep makes have a line each, if they are no more than this.
const FEW_UNITS: usize = 20;
/// Of more, so many of those that have the same to be told are named.
const NAMED: usize = 4;
/// If more differ than this, they are told without what is each unit's own.
const MOST_ALIKE: usize = 8;

pub(crate) fn why(args: &WhyArgs, color: Color) -> u8 {
    match try_why(&args.words, args.expand, color) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_why(words: &[String], expand: bool, color: Color) -> Result<u8, Said> {
    let (pipeline, unit) = match words {
        [pipeline, unit] => (pipeline.as_str(), unit),
        [unit] => (".", unit),
        // The arguments are one or two.
        _ => return Err(Said(exit::WRONG)),
    };
    let project = open(Path::new(pipeline), Settings::with_environment(std::env::vars_os()))?;
    let selection = selection(&project, unit);
    let decisions = project.plan(&selection).map_err(|error| {
        let problems = with_warnings(error.problems, &project);
        tell_problems(project.source(), &problems, color);
        refused(&problems)
    })?;
    let forecast = decisions.forecast(&Memory::default(), false).map_err(|error| {
        say(&format!("error: {error}"));
        Said(exit::FAILED)
    })?;
    let paint = Paint { color: wants_color(color, &std::io::stdout()) };
    let is_part = |name: &&str| name.strip_prefix(&**unit).is_some_and(|rest| rest.starts_with(['/', '#']));
    let mut parts: Vec<&str> = forecast.units().filter(is_part).collect();
    if parts.is_empty() && forecast.verdict(unit).is_some() {
        let runs = loom_exec::runs::list(&project, &Memory::default()).unwrap_or_default();
        return Ok(print(&one(unit, &forecast, &runs, paint)));
    }
    let graph = decisions.plan().graph();
    let swept = if parts.is_empty() { swept_units(&project, &decisions, unit) } else { Vec::new() };
    parts.extend(swept.iter().map(|unit| &**unit).filter(|unit| forecast.verdict(unit).is_some()));
    if let [only] = parts[..]
        && !swept.is_empty()
    {
        let runs = loom_exec::runs::list(&project, &Memory::default()).unwrap_or_default();
        return Ok(print(&one(only, &forecast, &runs, paint)));
    }
    if parts.is_empty()
        && let Some(step) = decisions.steps().iter().find(|step| **graph.name(**step) == **unit)
        && (forecast.is_uncounted(*step) || graph.step(*step).each.is_some())
    {
        let what = if forecast.is_uncounted(*step) { "is not known yet: they are to be made anew" } else { "is none" };
        return Ok(print(&format!("{} is a loop; which files it goes through {what}\n", plain(unit))));
    }
    if parts.is_empty() {
        return Err(match disabled(&project, unit) {
            true => super::kept::wrong(
                &format!("`{unit}` is disabled, so it does not run"),
                &format!("`--step {unit}` runs it all the same"),
            ),
            false => {
                let steps = graph.links().steps().flat_map(|step| [&**graph.name(step), &*graph.step(step).name.text]);
                no_unit(unit, forecast.units().chain(steps))
            }
        });
    }
    if swept.is_empty() {
        // By pass, and of a pass by name.
        let pass = |name: &str| name.rsplit_once('#').and_then(|(_, pass)| pass.parse::<u32>().ok());
        parts.sort_unstable_by_key(|name| (pass(name), *name));
    }
    if !swept.is_empty() && !expand && parts.len() > FEW_UNITS {
        return Ok(print(&many(unit, &parts, &forecast, paint)));
    }
    let mut out = String::new();
    for part in &parts {
        let _ = writeln!(out, "{}  {}", plain(part), brief(part, &forecast, paint));
    }
    Ok(print(&out))
}

/// All that runs by itself, and the step of a unit if it is optional.
fn selection(project: &Project, unit: &str) -> Selection {
    let steps = &project.checked().pipeline.steps;
    let is_meant =
        |name: &str| unit.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '@']));
    let optional = steps.iter().filter(|step| step.optional && !step.disabled && is_meant(&step.name.text));
    Selection { target: Target::All, include: optional.map(|step| step.name.text.to_string()).collect() }
}

fn disabled(project: &Project, unit: &str) -> bool {
    let plan = project.plan(&Selection::default());
    plan.is_ok_and(|decisions| {
        let mut left_out = decisions.left_out().iter();
        left_out.any(|(step, reason)| *reason == LeftOut::Disabled && **decisions.plan().graph().name(*step) == *unit)
    })
}

/// Many units of a step, those together that have the same to be told.
fn many(unit: &str, parts: &[&str], forecast: &Forecast, paint: Paint) -> String {
    let mut alike = alike(parts, forecast, Reason::to_string);
    if alike.len() > MOST_ALIKE {
        alike = self::alike(parts, forecast, without_own);
    }
    let name = paint.styled(STRONG, plain(unit)).to_string();
    let mut out = format!("{name} is {} units\n", parts.len());
    for (word, why, units) in &alike {
        let style = match *word {
            "up to date" => DONE,
            "will run" => START,
            _ => SKIP,
        };
        let _ = write!(out, "{}", paint.styled(style, format_args!("{} {word}", units.len())));
        let _ = if why.is_empty() { writeln!(out) } else { writeln!(out, "  {}", plain(why)) };
        let mut named: Vec<String> = units.iter().take(NAMED).map(|unit| plain(unit)).collect();
        named.extend((units.len() > NAMED).then(|| format!("… {} more", units.len() - NAMED)));
        let _ = writeln!(out, "  {}", paint.styled(DIM, named.join(", ")));
    }
    out
}

/// Units that have the same to be told: what becomes of them, why, and which these are.
fn alike<'a>(
    parts: &[&'a str],
    forecast: &Forecast,
    text: fn(&Reason) -> String,
) -> Vec<(&'static str, String, Vec<&'a str>)> {
    let mut alike: Vec<(&str, String, Vec<&str>)> = Vec::new();
    let mut places: HashMap<(&str, String), usize> = HashMap::new();
    for part in parts {
        let (word, reasons) = match forecast.verdict(part) {
            Some(Verdict::Run(reasons)) => ("will run", &reasons[..]),
            Some(Verdict::Open(reasons)) => ("will perhaps run", &reasons[..]),
            _ => ("up to date", &[][..]),
        };
        let why = reasons.iter().map(text).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ");
        let place = *places.entry((word, why.clone())).or_insert(alike.len());
        match alike.get_mut(place) {
            Some((.., units)) => units.push(part),
            None => alike.push((word, why, vec![part])),
        }
    }
    alike
}

fn brief(unit: &str, forecast: &Forecast, paint: Paint) -> String {
    match forecast.verdict(unit) {
        Some(Verdict::UpToDate { ran_at }) => {
            let ran = paint.styled(DIM, format_args!("(ran {})", ago(*ran_at))).to_string();
            format!("{} {ran}", paint.styled(DONE, "up to date"))
        }
        Some(Verdict::Run(reasons)) => {
            format!("{}  {}", paint.styled(START, "run"), paint.styled(DIM, told(reasons)))
        }
        Some(Verdict::Open(reasons)) => {
            format!("{}  {}", paint.styled(SKIP, "perhaps"), paint.styled(DIM, told(reasons)))
        }
        None => String::new(),
    }
}

fn one(unit: &str, forecast: &Forecast, runs: &[Run], paint: Paint) -> String {
    let name = paint.styled(STRONG, plain(unit)).to_string();
    let mut out = String::new();
    let (head, reasons) = match forecast.verdict(unit) {
        Some(Verdict::UpToDate { .. }) => (format!("{name} is {}", paint.styled(DONE, "up to date")), &[][..]),
        Some(Verdict::Run(reasons)) => (format!("{name} {}", paint.styled(START, "will run")), &reasons[..]),
        Some(Verdict::Open(reasons)) => {
            let head = format!("{name} {}, unless what it reads comes out as it was", paint.styled(SKIP, "will run"));
            (head, &reasons[..])
        }
        None => (name, &[][..]),
    };
    let _ = writeln!(out, "{head}");
    let mut lines = Tally::default();
    reasons.iter().for_each(|reason| lines.add(reason.to_string()));
    for (reason, count) in lines.all() {
        let _ = match count {
            1 => writeln!(out, "  {}", plain(reason)),
            count => writeln!(out, "  {} ×{count}", plain(reason)),
        };
    }
    let mut line = |what: &str, text: &str| {
        let _ = writeln!(out, "{}  {text}", paint.styled(DIM, format_args!("{what:11}")));
    };
    let Some(last) = forecast.last(unit) else { return out };
    let when = format!("{}, {}", ago(last.at), by_the_clock(last.at));
    let run = runs.iter().find(|run| *run.name() == *last.run);
    let history = run.map(Run::history);
    let known = history.as_ref().and_then(|history| history.of(unit));
    let (how, took) = match known.map(|known| (&known.fate, known.duration)) {
        Some((Fate::Ended(outcome), took)) => (plain(&outcome.to_string()), Some(took)),
        _ if last.well => ("ok".to_owned(), last.took),
        _ => ("it did not end well".to_owned(), None),
    };
    line("last ran", &when);
    line(
        "ended",
        &match took {
            Some(took) => format!("{how}, after {}", in_words(took)),
            None => how,
        },
    );
    let was_for = known.map(|known| match &known.reasons[..] {
        [Reason::NeverRan] => "it had not run before".to_owned(),
        reasons => told(reasons),
    });
    if let Some(was_for) = was_for.filter(|was_for| !was_for.is_empty()) {
        line("because", &was_for);
    }
    line(
        "run",
        &match run {
            Some(run) => plain(run.name()),
            None => format!("{} (not kept any more)", plain(&last.run)),
        },
    );
    if let Some(log) = run.map(|run| run.log(unit)).filter(|log| log.exists()) {
        line("log", &log.display().to_string());
    }
    out
}
