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
