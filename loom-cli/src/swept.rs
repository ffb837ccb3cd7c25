//! The units of a sweep, counted by the step that they are instances of: what a run of ten thousand is told by.

use std::collections::HashMap;
use std::sync::Arc;

use loom_exec::{Event, Outcome};
use loom_graph::Plan;

/// The steps, and groups that run in passes, of which a run has several instances.
#[derive(Clone, Debug, Default)]
pub(crate) struct Swept {
    tallies: Vec<Tally>,
    by_name: HashMap<Arc<str>, usize>,
}

/// How far the units of one step are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// The step as it is written; of what runs in passes, the group.
    pub(crate) name: Arc<str>,
    pub(crate) instances: usize,
    /// How many units the instances that were counted have.
    units: usize,
    /// How many of the instances have not been counted.
    uncounted: usize,
    pub(crate) running: usize,
    pub(crate) done: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    pub(crate) up_to_date: usize,
    pub(crate) stopped: usize,
    pub(crate) retried: usize,
}

impl Swept {
    pub(crate) fn of(plan: &Plan) -> Self {
        let graph = plan.graph();
        let mut swept = Self::default();
        for step in plan.steps().iter().filter(|step| graph.links().leader(**step) == **step) {
            if graph.instance_count(*step) < 2 {
                continue;
            }
            let in_passes = graph.step(*step).group.filter(|_| graph.group(*step).is_some());
            let name = in_passes.map_or(&graph.step(*step).name, |group| &graph.pipeline().groups[group].name);
            let tally = swept.tally(&name.text);
            tally.instances += 1;
            // How many files there are, and how many passes it takes, is found out as the run goes on.
            if in_passes.is_some() || graph.step(*step).each.is_some() {
                tally.uncounted += 1;
            } else {
                tally.units += 1;
            }
        }
        // One that is alone is told of by its own name.
        swept.by_name.retain(|_, place| swept.tallies[*place].instances > 1);
        swept
    }

    fn tally(&mut self, name: &Arc<str>) -> &mut Tally {
        let next = self.tallies.len();
        let place = *self.by_name.entry(Arc::clone(name)).or_insert(next);
        if place == next {
            self.tallies.push(Tally { name: Arc::clone(name), ..Tally::default() });
        }
        &mut self.tallies[place]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The step that a unit is an instance of, as an index.
    pub(crate) fn place(&self, unit: &str) -> Option<usize> {
        if self.is_empty() {
            return None;
        }
        unit.match_indices('@').find_map(|(at, _)| self.by_name.get(&unit[..at]).copied())
    }

    pub(crate) fn get(&self, place: usize) -> &Tally {
        &self.tallies[place]
    }

    /// All that several units are counted for, in the order of the plan.
    pub(crate) fn all(&self) -> impl Iterator<Item = (usize, &Tally)> {
        self.tallies.iter().enumerate().filter(|(_, tally)| tally.instances > 1)
    }

    /// Takes in what happened; returns the step that it happened to.
    pub(crate) fn add(&mut self, event: &Event) -> Option<usize> {
        let unit = unit_of(event)?;
        let place = self.place(unit)?;
        self.tallies[place].add(unit, event);
        Some(place)
    }
}

/// The unit that an event is about.
fn unit_of(event: &Event) -> Option<&str> {
    match event {
        Event::UnitStarted { unit, .. }
        | Event::UnitUpToDate { unit, .. }
        | Event::LoopCounted { unit, .. }
        | Event::UnitOutput { unit, .. }
        | Event::UnitRetried { unit, .. }
        | Event::UnitFinished { unit, .. }
        | Event::UnitSkipped { unit, .. } => Some(unit),
        _ => None,
    }
}

impl Tally {
    fn add(&mut self, unit: &str, event: &Event) {
        match event {
            Event::UnitStarted { .. } => self.running += 1,
            Event::UnitUpToDate { .. } => self.up_to_date += 1,
            Event::UnitRetried { .. } => self.retried += 1,
            Event::LoopCounted { items, .. } => {
                self.units += (*items).max(1);
                self.uncounted = self.uncounted.saturating_sub(1);
            }
            Event::UnitFinished { outcome, .. } => {
                self.running = self.running.saturating_sub(1);
                match outcome {
                    outcome if outcome.is_success() => self.done += 1,
                    Outcome::Stopped => self.stopped += 1,
                    _ => self.failed += 1,
                }
            }
            Event::UnitSkipped { .. } => {
                self.skipped += 1;
                // A loop, or a group, that is skipped with all its units.
                if self.uncounted > 0 && !is_part(unit) {
                    self.units += 1;
                    self.uncounted -= 1;
                }
            }
            _ => {}
        }
    }

    /// How many units ended, one way or another.
    pub(crate) fn ended(&self) -> usize {
        self.done + self.failed + self.skipped + self.up_to_date + self.stopped
    }

    /// How many units there are, as far as that is known.
    pub(crate) fn total(&self) -> Option<usize> {
        (self.uncounted == 0).then(|| self.units.max(self.ended() + self.running))
    }

    /// How many units are known of.
    pub(crate) fn known(&self) -> usize {
        (self.units + self.uncounted).max(self.ended() + self.running)
    }

    pub(crate) fn is_over(&self) -> bool {
        self.total() == Some(self.ended())
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.done + self.failed + self.stopped + self.running > 0
    }

    /// `7/12 done`, `2 running`, `1 failed`: what there is to be told, what matters most first.
    pub(crate) fn parts(&self) -> Vec<String> {
        let counts = [
            (self.running, "running"),
            (self.failed, "failed"),
            (self.skipped, "skipped"),
            (self.up_to_date, "up to date"),
            (self.stopped, "stopped"),
            (self.retried, "retried"),
        ];
        let others = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        std::iter::once(format!("{} done", self.done_of_all())).chain(others).collect()
    }

    /// `7/12`: how many were done, of how many.
    pub(crate) fn done_of_all(&self) -> String {
        match self.total() {
            Some(total) => format!("{}/{total}", self.done),
            None => self.done.to_string(),
        }
    }
}

/// Whether a unit is a file of a loop or a pass of a group.
fn is_part(unit: &str) -> bool {
    let (_, behind) = unit.split_once('@').unwrap_or((unit, unit));
    behind_values(behind).is_some()
}

/// What stands behind the values in the name of a unit, a `/` or `#` first. Values are in quotes where they have such signs in
/// them.
fn behind_values(values: &str) -> Option<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let at = values.find(|c| {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '/' | '#' => return !quoted,
            _ => {}
        }
        false
    });
    at.map(|at| &values[at..])
}

/// The step, or the group that runs in passes, whose instance a unit is of, and what stands behind its values; none if the unit
/// has no values.
pub(crate) fn split_unit(unit: &str, is_step: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let step = unit.match_indices('@').map(|(at, _)| &unit[..at]).find(|step| is_step(step))?;
    Some((step, behind_values(&unit[step.len() + 1..]).unwrap_or("")))
}

#[cfg(test)]
impl Swept {
    /// Of one step without files or passes.
    pub(crate) fn with(name: &str, units: usize) -> Self {
        let mut swept = Self::default();
        *swept.tally(&name.into()) = Tally { name: name.into(), instances: units, units, ..Tally::default() };
        swept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(unit: &str) -> Event {
        Event::UnitStarted { unit: unit.into(), configuration: vec![], command: None, reasons: vec![], expected: None }
    }

    #[test]
    fn units_are_counted_for_their_step() {
        let mut swept = Swept::with("train", 3);
        assert_eq!(swept.add(&started("train@rate=0.1")), Some(0));
        assert_eq!(swept.add(&started("train")), None);
        assert_eq!(swept.add(&started("other@rate=0.1")), None);
        let skipped = loom_exec::SkipReason::Failed("x".into());
        swept.add(&Event::UnitSkipped { unit: "train@rate=1".into(), because: skipped });
        let unit = "train@rate=0.1".into();
        let outcome = Outcome::Exited { code: 3 };
        swept.add(&Event::UnitFinished { unit, outcome, duration: std::time::Duration::ZERO, log: None });
        let tally = swept.get(0);
        assert_eq!((tally.running, tally.done, tally.failed, tally.skipped), (0, 0, 1, 1));
        assert_eq!((tally.ended(), tally.total(), tally.is_over()), (2, Some(3), false));
    }

    #[test]
    fn the_files_of_swept_loops_are_counted_as_they_become_known() {
        let mut swept = Swept::with("clean", 2);
        (swept.tallies[0].units, swept.tallies[0].uncounted) = (0, 2);
        let counted = |unit: &str| Event::LoopCounted { unit: unit.into(), items: 5, foreseen: true };
        swept.add(&counted("clean@a=1"));
        assert_eq!((swept.get(0).total(), swept.get(0).done_of_all()), (None, "0".to_owned()));
        swept.add(&counted("clean@a=2"));
        assert_eq!((swept.get(0).total(), swept.get(0).done_of_all()), (Some(10), "0/10".to_owned()));
    }

    #[test]
    fn a_value_in_quotes_makes_no_part() {
        let parts = [r#"a@x="b/c""#, r#"a@x="b\"/c""#, r#"a@x="b/c"/f.txt"#, "a@x=1/f", "a@x=1#2", "a@x=1"];
        assert_eq!(parts.map(is_part), [false, false, true, true, true, false]);
        let split = parts.map(|unit| split_unit(unit, |step| step == "a").map(|(_, rest)| rest));
        assert_eq!(split, ["", "", "/f.txt", "/f", "#2", ""].map(Some));
        assert_eq!(split_unit("b@x=1", |step| step == "a"), None);
    }
}
