//! `loom diff`: two units, held against each other.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anstyle::Style;
use loom_exec::results::{NoSide, Side, State};
use loom_exec::{Memory, Project, Settings};
use similar::TextDiff;

use super::kept::no_unit;
use super::results::{refuse, short, significant};
use super::{Said, open, print};
use crate::args::{Color, DiffArgs};
use crate::exit;
use crate::table::{Side as Flush, Table};
use crate::terminal::{DIM, DONE, FAIL, Paint, SKIP, START, STRONG, plain, wants_color};
use crate::when::in_words;

/// A document that is longer than this, in bytes, is data: that it differs is all that is told.
const LONGEST: u64 = 1 << 20;
/// A line of a document that is longer than this, in bytes, was not written for people.
const LONGEST_LINE: usize = 500;
/// How long to look for the shortest way from one document to the other.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn diff(args: &DiffArgs, color: Color) -> u8 {
    match try_diff(&args.words, color) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_diff(words: &[String], color: Color) -> Result<u8, Said> {
    let (pipeline, one, other) = match words {
        [pipeline, one, other] => (pipeline.as_str(), one, other),
        [one, other] => (".", one, other),
        // The arguments are two or three.
        _ => return Err(Said(exit::WRONG)),
    };
    let project = open(Path::new(pipeline), Settings::with_environment(std::env::vars_os()))?;
    let one = side(&project, one, color)?;
    let other = side(&project, other, color)?;
    let paint = Paint { color: wants_color(color, &std::io::stdout()) };
    Ok(print(&told(&one, &other, paint)))
}

fn side(project: &Project, unit: &str, color: Color) -> Result<Side, Said> {
    Side::of(project, &Memory::default(), unit).map_err(|error| match error {
        NoSide::Unknown { known } => no_unit(unit, known.iter().map(|name| &**name)),
        NoSide::NoResults(error) => refuse(project, error, color),
    })
}

fn told(one: &Side, other: &Side, paint: Paint) -> String {
    let head = |text: &str| (text.to_owned(), Flush::Left);
    let mut table = Table::named(vec![head(""), head(&plain(&one.unit)), head(&plain(&other.unit)), head("")]);
    let mut differs = false;
    let mut add = |what: &str, one: &str, other: &str, note: String| {
        let shown = |text: &str| if text.is_empty() { ("-".to_owned(), DIM) } else { (short(text), Style::new()) };
        table.row(vec![(plain(what), STRONG), shown(one), shown(other), (note, DIM)]);
        differs = true;
    };
    if one.program != other.program {
        add("program", &one.program, &other.program, String::new());
    }
    let variables = |side: &Side| -> Vec<(String, String)> {
        let unset = |value: &Option<String>| value.clone().unwrap_or_else(|| "(unset)".to_owned());
        side.variables.iter().map(|(name, value)| (format!("${name}"), unset(value))).collect()
    };
    // What an argument says is not said twice.
    let mut configuration = differing(&one.configuration, &other.configuration);
    let arguments = differing(&one.arguments, &other.arguments);
    configuration.retain(|(_, one, other)| !arguments.iter().any(|(_, first, second)| (first, second) == (one, other)));
    let parameters = [
        configuration,
        differing(&one.inputs, &other.inputs),
        arguments,
        differing(&variables(one), &variables(other)),
    ];
    for (name, one, other) in parameters.concat() {
        add(&name, &one, &other, String::new());
    }
    let arguments = (&one.arguments, &other.arguments);
    let mut same = 0;
    for (path, one, other) in pairs(&one.numbers, &other.numbers) {
        if one == other {
            same += 1;
            continue;
        }
        if is_echo(&path, one, arguments.0) && is_echo(&path, other, arguments.1) {
            continue;
        }
        let shown = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let change = one.zip(other).map(|(one, other)| change(one, other)).unwrap_or_default();
        add(&path, &shown(one), &shown(other), change);
    }
    let state = |side: &Side| match (side.state, side.duration) {
        (State::Made, took) => took.map(in_words).unwrap_or_default(),
        (state, _) => state.word().to_owned(),
    };
    let is_said = |side: &Side| side.state != State::Made || side.duration.is_some();
    if is_said(one) || is_said(other) {
        add("took", &state(one), &state(other), String::new());
    }
    let mut out = table.render(paint);
    if !differs {
        out = format!("{} and {} are called with the same\n", plain(&one.unit), plain(&other.unit));
    }
    match same {
        0 => {}
        1 => out.push_str("1 number is the same\n"),
        same => {
            let _ = writeln!(out, "{same} numbers are the same");
        }
    }
    for trouble in one.troubles.iter().chain(other.troubles.iter().filter(|trouble| !one.troubles.contains(trouble))) {
        let _ = writeln!(out, "{}", paint.styled(SKIP, plain(trouble)));
    }
    for (one, other) in one.documents.iter().zip(&other.documents) {
        documents((&one.0, &one.1), (&other.0, &other.1), paint, &mut out);
    }
    out
}

/// Whether a number only says again what its unit was called with.
fn is_echo(path: &str, number: Option<f64>, arguments: &[(String, String)]) -> bool {
    let name = path.rsplit_once('.').map_or(path, |(_, name)| name);
    let is_it = |flag: &str| {
        let flag = flag.trim_start_matches('-');
        flag == name || flag.replace('-', "_") == name
    };
    arguments.iter().any(|(flag, value)| is_it(flag) && value.parse().ok() == number)
}

/// What two lists say differently under one name, in the order of the first.
fn differing(one: &[(String, String)], other: &[(String, String)]) -> Vec<(String, String, String)> {
    let all = pairs(one, other).into_iter();
    let texts = all.map(|(name, one, other)| (name, one.unwrap_or_default(), other.unwrap_or_default()));
    texts.filter(|(_, one, other)| one != other).collect()
}

/// The values of two lists under each name.
fn pairs<K: AsRef<str>, V: Clone>(one: &[(K, V)], other: &[(K, V)]) -> Vec<(String, Option<V>, Option<V>)> {
    let in_other: std::collections::HashMap<&str, &V> =
        other.iter().map(|(name, value)| (name.as_ref(), value)).collect();
    let known: std::collections::HashSet<&str> = one.iter().map(|(name, _)| name.as_ref()).collect();
    let both = one.iter().map(|(name, value)| {
        (name.as_ref().to_owned(), Some(value.clone()), in_other.get(name.as_ref()).map(|value| (*value).clone()))
    });
    let only = other.iter().filter(|(name, _)| !known.contains(name.as_ref()));
    both.chain(only.map(|(name, value)| (name.as_ref().to_owned(), None, Some(value.clone())))).collect()
}

/// By how much a number is another one, and by what part of it.
fn change(one: f64, other: f64) -> String {
    let by = other - one;
    let part = by / one.abs() * 100.0;
    let sign = if by > 0.0 { "+" } else { "" };
    let by = significant(by, 3);
    if (0.05..1000.0).contains(&part.abs()) { format!("{sign}{by} ({sign}{part:.1} %)") } else { format!("{sign}{by}") }
}

fn documents(one: (&str, &Path), other: (&str, &Path), paint: Paint, out: &mut String) {
    let (Some(first), Some(second)) = (text(one.1), text(other.1)) else { return };
    let title = if one.0 == other.0 { plain(one.0) } else { format!("{} → {}", plain(one.0), plain(other.0)) };
    let _ = writeln!(out, "\n{}", paint.styled(STRONG, title));
    let (first, second) = match (first, second) {
        (Text::Whole(first), Text::Whole(second)) => (first, second),
        (first, second) => {
            let is_same = matches!((&first, &second), (Text::TooLong(one), Text::TooLong(other)) if one == other);
            let what = if is_same { "the same length" } else { "not the same" };
            let _ = writeln!(out, "{what}; more than {} MB are not compared line by line", LONGEST >> 20);
            return;
        }
    };
    if first == second {
        let _ = writeln!(out, "the same");
        return;
    }
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(&first, &second);
    for line in diff.unified_diff().context_radius(2).missing_newline_hint(false).to_string().lines() {
        let style = match line.as_bytes().first() {
            Some(b'-') => FAIL,
            Some(b'+') => DONE,
            Some(b'@') => START,
            _ => Style::new(),
        };
        let _ = writeln!(out, "{}", paint.styled(style, plain(line)));
    }
}

/// A document, as far as it is compared.
enum Text {
    Whole(String),
    /// The length, in bytes.
    TooLong(u64),
}

/// The text of a document; none, if it is not there. What was not written for people is written out for them.
fn text(path: &Path) -> Option<Text> {
    let length = std::fs::metadata(path).ok()?.len();
    if length > LONGEST {
        return Some(Text::TooLong(length));
    }
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let is_for_people = text.trim_end().contains('\n') && text.lines().all(|line| line.len() <= LONGEST_LINE);
    if is_for_people {
        return Some(Text::Whole(text));
    }
    let value: Result<serde_json::Value, _> = serde_json::from_str(&text);
    let pretty = value.and_then(|value| serde_json::to_string_pretty(&value));
    Some(Text::Whole(pretty.unwrap_or(text)))
}
