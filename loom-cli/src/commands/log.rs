//! `loom log`: what a unit wrote, byte for byte.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use loom_exec::runs::Run;
use loom_exec::{Project, Selection};
use signal_hook::consts::SIGPIPE;

use super::kept::{find, is_run, no_unit, open_with_runs, swept_units, wrong};
use super::{Said, say};
use crate::args::LogArgs;
use crate::exit;
use crate::terminal::{plain, shell_line};

pub(crate) fn log(args: &LogArgs) -> u8 {
    match try_log(&args.words) {
        Ok(code) | Err(Said(code)) => code,
    }
}

fn try_log(words: &[String]) -> Result<u8, Said> {
    let (pipeline, run, unit) = match words {
        [unit] => (".", None, unit),
        [run, unit] if is_run(run) => (".", Some(run), unit),
        [pipeline, unit] => (pipeline.as_str(), None, unit),
        [pipeline, run, unit] => (pipeline.as_str(), Some(run), unit),
        // The arguments are one to three.
        _ => return Err(wrong("a unit is to be named", "as in `loom log train`")),
    };
    let (project, runs) = open_with_runs(pipeline)?;
    let unit = &full_name(&project, &runs, unit)?;
    match run {
        Some(run) => {
            let run = find(&runs, run)?;
            match wrote(run, unit) {
                Some(wrote) => show(run, unit, wrote),
                None => Err(never_ran(unit, &runs, &format!(" in the run {}", run.name()))),
            }
        }
        None if runs.is_empty() => find(&runs, "1").map(|_| exit::OK),
        None => match runs.iter().find_map(|run| Some((run, wrote(run, unit)?))) {
            Some((run, wrote)) => show(run, unit, wrote),
            None => Err(never_ran(unit, &runs, "")),
        },
    }
}

/// The one unit that a name stands for, if it is not the name of one: it may name a step and some of its values.
fn full_name(project: &Project, runs: &[Run], unit: &str) -> Result<String, Said> {
    let is_one = |run: &Run| run.log(unit).exists() || run.history().of(unit).is_some();
    if project.checked().expanded.as_ref().is_none_or(|graph| graph.space().is_none())
        || runs.iter().take(5).any(is_one)
    {
        return Ok(unit.to_owned());
    }
    let units = match project.plan(&Selection::default()) {
        Ok(decisions) => swept_units(project, &decisions, unit),
        Err(_) => Vec::new(),
    };
    match &units[..] {
        [] => Ok(unit.to_owned()),
        [only] => Ok(only.to_string()),
        [first, .., last] => {
            let what = format!("`{}` is {} units", plain(unit), units.len());
            let quoted = shell_line(std::iter::once(&**first));
            let help = format!("name one of `{}` … `{}`: `loom log {quoted}`", plain(first), plain(last));
            Err(wrong(&what, &help))
        }
    }
}

/// Whether a unit wrote anything in a run; none if it did not run there.
fn wrote(run: &Run, unit: &str) -> Option<bool> {
    if run.log(unit).exists() {
        return Some(true);
    }
    run.history().of(unit).and_then(|unit| unit.started).map(|_| false)
}

fn never_ran(unit: &str, runs: &[Run], where_: &str) -> Said {
    let histories: Vec<_> = runs.iter().take(5).map(Run::history).collect();
    let known = histories.iter().flat_map(|history| &history.units);
    // It may have been up to date there, or run in another one.
    if known.clone().any(|known| &*known.unit == unit) {
        return wrong(
            &format!("`{unit}` did not run{where_}, so it wrote nothing"),
            &format!("`loom why {unit}` tells when it last ran"),
        );
    }
    let known: BTreeSet<&str> = known.filter(|unit| unit.started.is_some()).map(|unit| &*unit.unit).collect();
    no_unit(unit, known.into_iter())
}

fn show(run: &Run, unit: &str, wrote: bool) -> Result<u8, Said> {
    if !wrote {
        say(&format!("{unit} wrote nothing in the run {}", run.name()));
        return Ok(exit::OK);
    }
    let path = run.log(unit);
    let copied = File::open(&path).and_then(|mut file| {
        let mut out = io::stdout().lock();
        io::copy(&mut file, &mut out).and_then(|_| io::Write::flush(&mut out))
    });
    match copied {
        Ok(()) => Ok(exit::OK),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(exit::by_signal(SIGPIPE)),
        Err(error) => {
            say(&format!("error: cannot print {}: {error}", path.display()));
            Err(Said(exit::FAILED))
        }
    }
}
