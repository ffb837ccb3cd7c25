//! What failed, with the last lines that it wrote.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::path::Path;

use loom_exec::runs::{Fate, UnitHistory};

use super::{Html, Page, State};
use crate::report::{LONGEST_COMMAND, last_lines};
use crate::sameness::{Sameness, own};
use crate::terminal::{as_read, shell_line};
use crate::when::in_words;

/// Of more failures than this, the rest is only counted.
const MOST_FAILURES: usize = 50;
/// So many of the units are named that failed like another one.
const NAMED: usize = 20;

impl Page<'_> {
    pub(super) fn failures(&self, swept: &HashMap<&str, &str>, out: &mut String) -> fmt::Result {
        let failed: Vec<&UnitHistory> =
            self.history.units.iter().filter(|unit| State::of(unit) == State::Failed).collect();
        if let Some(why) = self.history.summary.as_ref().and_then(|summary| summary.not_kept.as_ref()) {
            writeln!(out, "<section><h2>It ended early</h2><div class=\"inside\">{}</div></section>", Html(why))?;
        }
        if failed.is_empty() {
            return Ok(());
        }
        writeln!(out, "<section id=\"failures\"><h2>What failed</h2><div class=\"inside\">")?;
        let failures = self.told_apart(&failed, swept);
        for units in failures.iter().take(MOST_FAILURES) {
            self.failure(units, out)?;
        }
        if failures.len() > MOST_FAILURES {
            let more: usize = failures[MOST_FAILURES..].iter().map(Vec::len).sum();
            writeln!(out, "<p class=\"note\">… and {more} more</p>")?;
        }
        writeln!(out, "</div></section>")
    }

    /// The units that failed, those together that failed alike.
    fn told_apart<'a>(
        &self,
        failed: &[&'a UnitHistory],
        swept: &HashMap<&'a str, &'a str>,
    ) -> Vec<Vec<&'a UnitHistory>> {
        let mut apart: Vec<Vec<&UnitHistory>> = Vec::new();
        let mut sameness = Sameness::default();
        let mut steps: HashMap<&str, usize> = HashMap::new();
        for unit in failed {
            let next = apart.len();
            let step = swept.get(&*unit.unit).filter(|_| matches!(unit.fate, Fate::Ended(_)));
            let place = match (step, &unit.fate) {
                (Some(step), Fate::Ended(outcome)) => {
                    let count = steps.len();
                    let step = *steps.entry(step).or_insert(count);
                    let own = own(std::iter::empty(), unit.command.as_ref());
                    sameness.find(step, &unit.unit, &own, outcome, self.log(unit).as_deref(), next)
                }
                _ => next,
            };
            match apart.get_mut(place) {
                Some(units) => units.push(unit),
                None => apart.push(vec![unit]),
            }
        }
        apart
    }

    fn failure(&self, units: &[&UnitHistory], out: &mut String) -> fmt::Result {
        let Some((unit, others)) = units.split_first() else { return Ok(()) };
        let Fate::Ended(outcome) = &unit.fate else { return Ok(()) };
        writeln!(
            out,
            "<article class=\"failure\"><h3><span>{}</span> <span class=\"pill failed long\">{}</span> <span>after {}</span></h3>",
            Html(&unit.unit),
            Html(&outcome.to_string()),
            in_words(unit.duration)
        )?;
        let log = self.log(unit);
        if let Some(tail) = log.as_deref().and_then(last_lines) {
            writeln!(out, "<pre>{}</pre>", Html(as_read(&tail).trim_end()))?;
        }
        if !others.is_empty() {
            let named: Vec<&str> = others.iter().take(NAMED).map(|unit| &*unit.unit).collect();
            let more = if others.len() > NAMED { ", …" } else { "" };
            let named = Html(&named.join(", ")).to_string();
            writeln!(out, "<p class=\"note\"><b>{} more failed alike</b>: {named}{more}</p>", others.len())?;
        }
        writeln!(out, "<dl>")?;
        if let Some(log) = &log {
            writeln!(out, "<dt>log</dt><dd>{}</dd>", self.link(log, &log.to_string_lossy()))?;
        }
        let command = unit.command.as_ref().map(|command| shell_line(command.words()));
        if let Some(command) = command.filter(|command| command.len() <= LONGEST_COMMAND) {
            let folder = self.pipeline.parent().unwrap_or(Path::new("."));
            let folder = shell_line(std::iter::once(folder.as_os_str()));
            let by_hand = format!("(cd {folder} && {command})");
            writeln!(out, "<dt>by hand</dt><dd><code>{}</code></dd>", Html(&by_hand))?;
        }
        writeln!(out, "</dl></article>")
    }
}
