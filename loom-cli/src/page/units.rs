//! The table of the units; where a sweep makes many of one step, folded.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use loom_exec::runs::{Fate, UnitHistory};

use super::{Html, MOST_UNITS, Page, State};
use crate::reasons;
use crate::report::LONGEST_COMMAND;
use crate::terminal::shell_line;
use crate::when::{by_the_clock, in_words};

/// The units of a step are folded where they are more than this.
const FEW_UNITS: usize = 20;
/// Of the units of one step, so many are on the page.
const MOST_OF_STEP: usize = 200;
/// So much is shown of a command that is too long to be.
const SHOWN_OF_COMMAND: usize = 1000;

impl Page<'_> {
    pub(super) fn units(&self, swept: &HashMap<&str, &str>, out: &mut String) -> fmt::Result {
        let units = &self.history.units;
        writeln!(out, "<section id=\"units\" class=\"units\"><h2>Units <small>{}</small></h2>", units.len())?;
        if units.is_empty() {
            return writeln!(out, "<p class=\"inside note\">Nothing is known of any.</p></section>");
        }
        let there: Vec<State> =
            State::ALL.into_iter().filter(|state| units.iter().any(|unit| State::of(unit) == *state)).collect();
        if there.len() > 1 {
            write!(
                out,
                "<div class=\"filter\"><input type=\"radio\" name=\"show\" id=\"show-all\" checked>\
                 <label for=\"show-all\">all</label>"
            )?;
            for state in there {
                let (class, word) = (state.class(), state.word());
                write!(
                    out,
                    "<input type=\"radio\" name=\"show\" id=\"show-{class}\"><label for=\"show-{class}\">{word}</label>"
                )?;
            }
            writeln!(out, "</div>")?;
        }
        writeln!(
            out,
            "<table><thead><tr><th>Unit</th><th class=\"c-outcome\">Outcome</th><th class=\"c-took\">Took</th>\
             <th>Why</th><th class=\"c-log\">Log</th></tr></thead><tbody>"
        )?;
        let longest = units.iter().map(|unit| unit.duration).max().unwrap_or_default();
        let mut more = 0;
        for (index, rows) in folded(units, swept).into_iter().enumerate() {
            match &rows[..] {
                _ if index >= MOST_UNITS => more += rows.len(),
                [unit] => self.row(unit, longest, out)?,
                rows => self.step(swept.get(&*rows[0].unit).copied().unwrap_or_default(), rows, longest, out)?,
            }
        }
        writeln!(out, "</tbody></table>")?;
        if more > 0 {
            writeln!(out, "<p class=\"inside note\">… and {more} more</p>")?;
        }
        writeln!(out, "</section>")
    }

    /// The units of a step in a row of their own, to be unfolded.
    fn step(&self, name: &str, units: &[&UnitHistory], longest: Duration, out: &mut String) -> fmt::Result {
        let count = |state: State| units.iter().filter(|unit| State::of(unit) == state).count();
        let states: Vec<(State, usize)> = State::ALL.into_iter().map(|state| (state, count(state))).collect();
        let states: Vec<(State, usize)> = states.into_iter().filter(|(_, count)| *count > 0).collect();
        let classes: Vec<&str> = states.iter().map(|(state, _)| state.class()).collect();
        write!(
            out,
            "<tr class=\"{}\"><td class=\"fold\" colspan=\"5\"><details><summary><b>{} ×{}</b>",
            classes.join(" "),
            Html(name),
            units.len()
        )?;
        for (state, count) in &states {
            write!(out, " <span class=\"pill {}\">{count} {}</span>", state.class(), state.word())?;
        }
        let ran: Vec<Duration> = units.iter().filter(|unit| unit.started.is_some()).map(|unit| unit.duration).collect();
        if let Some(mean) = ran.iter().sum::<Duration>().checked_div(u32::try_from(ran.len()).unwrap_or(u32::MAX)) {
            write!(out, " <span class=\"took\">{} on average</span>", in_words(mean))?;
        }
        writeln!(out, "</summary><table><tbody>")?;
        // What went wrong is what is looked for.
        let mut shown: Vec<&UnitHistory> = units.to_vec();
        shown.sort_by_key(|unit| match State::of(unit) {
            State::Failed => 0,
            State::Stopped => 1,
            _ => 2,
        });
        for unit in shown.iter().take(MOST_OF_STEP) {
            self.row(unit, longest, out)?;
        }
        writeln!(out, "</tbody></table>")?;
        if shown.len() > MOST_OF_STEP {
            let more = shown.len() - MOST_OF_STEP;
            writeln!(out, "<p class=\"inside note\">… and {more} more, which are not on this page</p>")?;
        }
        writeln!(out, "</details></td></tr>")
    }

    fn row(&self, unit: &UnitHistory, longest: Duration, out: &mut String) -> fmt::Result {
        let state = State::of(unit);
        write!(out, "<tr class=\"{}\"><td><b>{}</b>", state.class(), Html(&unit.unit))?;
        if let Some(command) = &unit.command {
            let mut line = shell_line(command.words());
            if line.len() > LONGEST_COMMAND {
                line = line.chars().take(SHOWN_OF_COMMAND).chain(['…']).collect();
            }
            write!(out, "<details><summary><code>{}</code></summary></details>", Html(&line))?;
        }
        let outcome = match &unit.fate {
            Fate::Ended(outcome) => outcome.to_string(),
            _ => state.word().to_owned(),
        };
        let long = if outcome.chars().count() > 24 { " long" } else { "" };
        write!(out, "</td><td><span class=\"pill {}{long}\">{}</span></td><td>", state.class(), Html(&outcome))?;
        if unit.started.is_some() {
            write!(out, "<span class=\"took\">{}</span>", in_words(unit.duration))?;
            if longest > Duration::ZERO {
                let share = unit.duration.as_secs_f64() / longest.as_secs_f64() * 100.0;
                write!(out, "<div class=\"share\" style=\"width:{share:.1}%\"></div>")?;
            }
        }
        let why = match &unit.fate {
            Fate::UpToDate { ran_at } => format!("ran {}", by_the_clock(*ran_at)),
            Fate::Skipped(because) => because.to_string(),
            _ => {
                let mut why = vec![reasons::told(&unit.reasons)];
                match unit.retries {
                    0 => {}
                    1 => why.push("tried twice".to_owned()),
                    retries => why.push(format!("tried {} times", retries + 1)),
                }
                why.retain(|why| !why.is_empty());
                why.join(", ")
            }
        };
        write!(out, "</td><td class=\"why\">{}</td><td>", Html(&why))?;
        if let Some(log) = self.log(unit) {
            write!(out, "{}", self.link(&log, "log"))?;
        }
        writeln!(out, "</td></tr>")
    }
}

/// The units in their order, those of a step together that has many.
fn folded<'a>(units: &'a [UnitHistory], swept: &HashMap<&str, &'a str>) -> Vec<Vec<&'a UnitHistory>> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    units.iter().filter_map(|unit| swept.get(&*unit.unit)).for_each(|step| *counts.entry(step).or_default() += 1);
    let mut rows: Vec<Vec<&UnitHistory>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for unit in units {
        let step = swept.get(&*unit.unit).filter(|step| counts[*step] > FEW_UNITS);
        let place = step.map_or(rows.len(), |step| *places.entry(step).or_insert(rows.len()));
        match rows.get_mut(place) {
            Some(row) => row.push(unit),
            None => rows.push(vec![unit]),
        }
    }
    rows
}
