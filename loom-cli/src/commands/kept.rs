//! The runs that are kept, and how they are named on the command line.

use std::path::Path;
use std::sync::Arc;

use loom_exec::runs::{self, Run};
use loom_exec::{Decisions, Memory, Project, Selection, Settings, Target};
use loom_spec::Suggest;

use super::{Said, open, say};
use crate::exit;

/// A pipeline, and the runs that are kept of it, the newest first.
pub(super) fn open_with_runs(pipeline: &str) -> Result<(Project, Vec<Run>), Said> {
    let project = open(Path::new(pipeline), Settings::with_environment(std::env::vars_os()))?;
    let runs = runs::list(&project, &Memory::default()).map_err(|error| {
        say(&format!("error: cannot list the runs in {}: {error}", project.folder().join(".loom").display()));
        Said(exit::FAILED)
    })?;
    Ok((project, runs))
}

/// Whether a word names a run: its number in the list, or the beginning of its name, which is a date.
pub(super) fn is_run(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let date = word.split_once('T').map_or(word, |(date, _)| date);
    is_number(word) || date.len() == 8 && is_number(date)
}

/// The run that a word names.
pub(super) fn find<'a>(runs: &'a [Run], word: &str) -> Result<&'a Run, Said> {
    if runs.is_empty() {
        return Err(wrong("no run is kept", "a run is kept in `.loom` in the pipeline folder"));
    }
    if let Some(run) = word.parse::<usize>().ok().and_then(|number| runs.get(number.checked_sub(1)?)) {
        return Ok(run);
    }
    let mut named = runs.iter().filter(|run| run.name().starts_with(word));
    match (named.next(), named.next()) {
        (Some(run), None) => Ok(run),
        (Some(run), Some(other)) => Err(wrong(
            &format!("several runs have names that begin with `{word}`"),
            &format!("write more of it: {}, {}, …", other.name(), run.name()),
        )),
        (None, _) => {
            let many = if runs.len() == 1 { "1 run is".to_owned() } else { format!("{} runs are", runs.len()) };
            Err(wrong(&format!("no run is named `{word}`"), &format!("{many} kept: `loom runs` lists them")))
        }
    }
}

/// The units that a name stands for where a sweep makes several of a step: all, or those with some of the values.
pub(super) fn swept_units(project: &Project, decisions: &Decisions, unit: &str) -> Vec<Arc<str>> {
    if decisions.plan().graph().space().is_none() {
        return Vec::new();
    }
    let selection = Selection { target: Target::Steps(vec![unit.to_owned()]), include: Vec::new() };
    let Ok(plan) = project.checked().select(&selection) else { return Vec::new() };
    let wanted = |name: &Arc<str>| {
        let is_item = |item: &str| **name == *unit || name.strip_suffix(item).is_some_and(|step| step.ends_with('/'));
        let items = plan.steps().iter().find_map(|step| plan.items(*step));
        items.is_none_or(|items| items.iter().any(|item| is_item(item)))
    };
    let units = plan.steps().iter().flat_map(|step| decisions.units(*step).unwrap_or_default());
    units.map(|unit| unit.name).filter(wanted).collect()
}

/// No unit has this name.
pub(super) fn no_unit<'a>(unit: &str, known: impl Iterator<Item = &'a str>) -> Said {
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    known.dedup();
    let help = Suggest::default().did_you_mean(unit, known.iter().copied()).unwrap_or_else(|| match &known[..] {
        [] => "there are no units".to_owned(),
        known => {
            let more = if known.len() > 20 { ", …" } else { "" };
            format!("there are: {}{more}", known[..known.len().min(20)].join(", "))
        }
    });
    wrong(&format!("no unit is named `{unit}`"), &help)
}

/// Tells what is wrong with a call, and how to go on.
pub(super) fn wrong(what: &str, help: &str) -> Said {
    say(&format!("error: {what}\n  help: {help}"));
    Said(exit::WRONG)
}

#[cfg(test)]
mod tests {
    use super::is_run;

    #[test]
    fn a_number_and_a_date_name_a_run() {
        let words = ["1", "20260102T030405.006Z-7", "20260102T03", "2026", "./1", "experiments", "2026T", "train", ""];
        assert_eq!(words.map(is_run), [true, true, true, true, false, false, false, false, false]);
    }
}
