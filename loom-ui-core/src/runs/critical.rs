//! The units that a run could not have been shorter without.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use loom_exec::runs::{History, UnitHistory};
use loom_graph::{StepGraph, StepId};

use super::Units;

/// The chain of units that led to the end of a run: from the one that ended last back to what each was waiting for, be it
/// that it reads what that made, or that it got its place.
pub(super) fn path(history: &History, units: &Units) -> HashSet<Arc<str>> {
    let mut ran: Vec<(&UnitHistory, Duration, Duration)> = history
        .units
        .iter()
        // Of one whose end nobody knows nothing can have come.
        .filter(|unit| unit.started.is_some() && unit.ended.is_some())
        .map(|unit| {
            let (from, to) = history.span(unit);
            (unit, from, to)
        })
        .collect();
    ran.sort_by_key(|(_, _, to)| *to);
    // By step, in the order of their ends.
    let mut of_step: HashMap<StepId, Vec<usize>> = HashMap::new();
    let steps: Vec<Option<StepId>> = ran.iter().map(|(unit, ..)| units.step(&unit.unit)).collect();
    for (place, step) in steps.iter().enumerate() {
        if let Some(step) = step {
            of_step.entry(*step).or_default().push(place);
        }
    }
    let mut chain = HashSet::new();
    let mut next = ran.len().checked_sub(1);
    while let Some(place) = next {
        let (unit, from, _) = ran[place];
        if !chain.insert(Arc::clone(&unit.unit)) {
            break;
        }
        // Ends are heard of a moment after they happen, so what made room for it may seem to end a little later.
        let before = |other: &usize| *other != place && ran[*other].2 <= from + SLACK && ran[*other].1 < from;
        let awaited = units.graph().zip(steps[place]).map(|(graph, step)| waited_for(graph, step)).unwrap_or_default();
        let by_data = awaited.iter().filter_map(|step| of_step.get(step)?.iter().rev().copied().find(before));
        // With room for it, it would have started when the last of what it reads was made.
        next = by_data.max().or_else(|| {
            let upto = ran.partition_point(|(_, _, to)| *to <= from + SLACK);
            (0..upto).rev().find(before).filter(|_| from > SLACK)
        });
    }
    chain
}

/// By how much a start and what it waited for may be told apart wrongly.
const SLACK: Duration = Duration::from_millis(5);

/// The steps whose units a unit of this one waits for; in passes, those of its own group as well.
fn waited_for(graph: &StepGraph, step: StepId) -> Vec<StepId> {
    let links = graph.links();
    let mut steps: Vec<StepId> = graph.before(step).into_iter().map(|(step, _)| step).collect();
    if graph.group(step).is_some() {
        steps.extend(links.block(links.leader(step)));
    }
    steps.sort_unstable();
    steps.dedup();
    steps
}

#[cfg(test)]
mod tests {
    use loom_exec::{Event, Outcome};
    use loom_graph::OnPaper;

    use super::*;

    /// What of units that ran from then till then was critical.
    fn critical(pipeline: &str, ran: &[(&str, u64, u64)]) -> Vec<String> {
        let checked = loom_graph::check(loom_spec::parse(&loom_spec::Source::new("p.yml", pipeline)), &OnPaper);
        let mut history = History::default();
        for (unit, from, to) in ran {
            let (unit, configuration, reasons) = (Arc::from(*unit), Vec::new(), Vec::new());
            let started =
                Event::UnitStarted { unit: Arc::clone(&unit), configuration, command: None, reasons, expected: None };
            history.add(Duration::from_millis(*from), &started);
            let (outcome, duration) = (Outcome::Succeeded, Duration::from_millis(to - from));
            history.add(Duration::from_millis(*to), &Event::UnitFinished { unit, outcome, duration, log: None });
        }
        let mut path: Vec<String> = path(&history, &Units::of(&checked)).iter().map(ToString::to_string).collect();
        path.sort();
        path
    }

    const DIAMOND: &str = "pipeline:
  - {name: a, command: [a], outputs: {-o: a.txt}}
  - {name: b, command: [b], inputs: {x: a.txt}, outputs: {-o: b.txt}}
  - {name: c, command: [c], inputs: {x: a.txt}, outputs: {-o: c.txt}}
  - {name: d, command: [d], inputs: {x: b.txt, y: c.txt}, outputs: {-o: d.txt}}
  - {name: e, command: [e], outputs: {-o: e.txt}}
";

    #[test]
    fn it_leads_from_the_end_back_along_what_was_waited_for() {
        let ran = [("a", 0, 100), ("e", 0, 290), ("b", 100, 200), ("c", 101, 300), ("d", 302, 400)];
        assert_eq!(critical(DIAMOND, &ran), ["a", "c", "d"]);
        // What is read was there before, so it was the place that was waited for.
        assert_eq!(critical(DIAMOND, &[("c", 0, 100), ("e", 0, 300), ("d", 100, 200), ("b", 301, 400)]), ["b", "e"]);
        // Units that there are no more have been at their times all the same.
        assert_eq!(critical(DIAMOND, &[("old", 0, 100), ("older", 101, 200), ("a", 0, 50)]), ["old", "older"]);
        assert!(critical(DIAMOND, &[]).is_empty());
    }

    #[test]
    fn passes_wait_for_each_other() {
        let passes = "pipeline:
  - group: refine
    multi_pass: {count: 2, feedback: {fit.-o: fit.--from}}
    steps:
      - {name: fit, command: [fit], outputs: {-o: fit.txt}}
  - {name: aside, command: [aside], outputs: {-o: aside.txt}}
";
        let ran = [("refine/fit#0", 0, 100), ("aside", 0, 110), ("refine/fit#1", 120, 300)];
        assert_eq!(critical(passes, &ran), ["refine/fit#0", "refine/fit#1"]);
    }
}
