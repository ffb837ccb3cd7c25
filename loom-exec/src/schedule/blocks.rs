//! What the blocks of a graph are to each other, as a scheduler begins with it.

use std::collections::{BTreeMap, BinaryHeap, HashMap};

use loom_graph::{Links, Role, StepGraph, StepId};

use super::{Gathering, Line, OF_GROUP};
use crate::slots::Slots;

/// A line for each amount that something takes, and the line of each step's units.
pub(super) fn lines(graph: &StepGraph, all: Slots) -> (Vec<Line>, Vec<usize>) {
    let line = |takes| Line { takes, ready: BinaryHeap::new() };
    let of_group = Slots::ONE_CPU.at_most(all);
    let mut lines = vec![line(Slots::NONE), line(of_group)];
    let mut known: HashMap<Slots, usize> = HashMap::from([(of_group, OF_GROUP)]);
    let mut line_of = |step| {
        let takes = Slots::of(&graph.step(step).resources).at_most(all);
        *known.entry(takes).or_insert_with(|| {
            lines.push(line(takes));
            lines.len() - 1
        })
    };
    let line_of = graph.links().steps().map(&mut line_of).collect();
    (lines, line_of)
}

/// What blocks gather.
pub(super) fn gathering(graph: &StepGraph) -> BTreeMap<StepId, Gathering> {
    let links = graph.links();
    let mut gathering: BTreeMap<StepId, Gathering> = BTreeMap::new();
    for step in links.steps() {
        let Some(gather) = &graph.step(step).gather else { continue };
        let legs = || links.dependencies(step).iter().map(|leg| (links.leader(leg.on), links.is_gathered(step, leg)));
        let of_step = gathering.entry(links.leader(step)).or_default();
        for (maker, _) in legs().filter(|(_, gathered)| *gathered) {
            *of_step.from.entry(maker).or_insert(true) &= gather.allow_failed;
        }
        legs().filter(|(_, gathered)| !gathered).for_each(|(maker, _)| {
            of_step.from.remove(&maker);
        });
    }
    gathering
}

/// For each step of a group that runs in passes, how many others it waits for in a pass, and which wait for it, by their
/// places in the group.
pub(super) fn needs_within(links: &Links, block: StepId) -> (Vec<u32>, Vec<Vec<u32>>) {
    let count = links.block(block).count();
    let (mut needs, mut behind) = (vec![0; count], vec![Vec::new(); count]);
    for (place, step) in links.block(block).enumerate() {
        for leg in links.dependencies(step).iter().filter(|leg| links.leader(leg.on) == block) {
            needs[place] += 1;
            behind[leg.on.index() - block.index()].push(place as u32);
        }
    }
    (needs, behind)
}

/// The blocks behind each way out of a switch.
pub(super) fn gates(links: &Links) -> BTreeMap<(StepId, bool), Vec<StepId>> {
    let mut gates: BTreeMap<(StepId, bool), Vec<StepId>> = BTreeMap::new();
    for step in links.steps() {
        for used in links.uses(step) {
            if let (Role::Gate { then }, Some(switch)) = (used.role, links.producer(used.datum)) {
                gates.entry((switch, then)).or_default().push(links.leader(step));
            }
        }
    }
    gates
}
