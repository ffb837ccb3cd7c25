//! Sorting steps by what they wait for. Iterative throughout: a chain of any length is sorted on any stack.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::links::{Dependency, Followers, Links, StepId};

/// The steps in an order in which each comes after all it waits for and, where that leaves a choice, in file
/// order; or, if there is none, one cycle for each knot of steps that wait for each other. Steps that run in passes
/// together stand together.
pub(crate) fn run_order(links: &Links) -> Result<Vec<StepId>, Vec<Vec<Leg>>> {
    let followers = Followers::of_all(links);
    let is_leader = |step: &StepId| links.leader(*step) == *step;
    let mut waiting = vec![0; links.step_count()];
    for step in links.steps() {
        followers.of(step).iter().for_each(|follower| waiting[follower.index()] += 1);
    }
    let leaders = links.steps().filter(is_leader);
    let mut ready: BinaryHeap<Reverse<StepId>> =
        leaders.clone().filter(|step| waiting[step.index()] == 0).map(Reverse).collect();
    let mut blocks = Vec::with_capacity(links.step_count());
    while let Some(Reverse(step)) = ready.pop() {
        blocks.push(step);
        for follower in followers.of(step) {
            waiting[follower.index()] -= 1;
            if waiting[follower.index()] == 0 {
                ready.push(Reverse(*follower));
            }
        }
    }
    let mut cycles = if blocks.len() == leaders.count() { Vec::new() } else { cycles(&Contracted(links), &waiting) };
    let mut order = Vec::with_capacity(links.step_count());
    for block in blocks {
        match order_within(links, block) {
            Ok(steps) => order.extend(steps),
            Err(found) => cycles.extend(found),
        }
    }
    if cycles.is_empty() { Ok(order) } else { Err(cycles) }
}

/// The order of steps that run in passes together.
fn order_within(links: &Links, block: StepId) -> Result<Vec<StepId>, Vec<Vec<Leg>>> {
    let steps: Vec<StepId> = links.block(block).collect();
    if steps.len() == 1 {
        return Ok(steps);
    }
    let place = |step: StepId| step.index() - steps[0].index();
    let inside = |step: StepId| {
        let leader = links.leader(step);
        links.dependencies(step).iter().map(|leg| leg.on).filter(move |on| links.leader(*on) == leader)
    };
    let mut followers: Vec<Vec<StepId>> = vec![Vec::new(); steps.len()];
    let mut waiting = vec![0u32; links.step_count()];
    for step in &steps {
        for on in inside(*step) {
            followers[place(on)].push(*step);
            waiting[step.index()] += 1;
        }
    }
    let mut ready: BinaryHeap<Reverse<StepId>> =
        steps.iter().copied().filter(|step| waiting[step.index()] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(Reverse(step)) = ready.pop() {
        order.push(step);
        for follower in &followers[place(step)] {
            waiting[follower.index()] -= 1;
            if waiting[follower.index()] == 0 {
                ready.push(Reverse(*follower));
            }
        }
    }
    if order.len() == steps.len() { Ok(order) } else { Err(cycles(&Inside(links, links.leader(block)), &waiting)) }
}

/// One leg of a cycle: who waits, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Leg {
    pub(crate) reader: StepId,
    pub(crate) dependency: Dependency,
}

/// What waits for what: between the blocks of steps that run in passes together, or inside one of them.
trait Waiting {
    fn links(&self) -> &Links;
    /// What a node waits for; those of other nodes are looked at.
    fn dependencies(&self, node: StepId) -> &[Dependency];
    /// The node that a step belongs to; none, if it is not looked at.
    fn node(&self, step: StepId, from: StepId) -> Option<StepId>;
}

struct Contracted<'a>(&'a Links);

impl Waiting for Contracted<'_> {
    fn links(&self) -> &Links {
        self.0
    }

    fn dependencies(&self, node: StepId) -> &[Dependency] {
        self.0.block_dependencies(node)
    }

    fn node(&self, step: StepId, from: StepId) -> Option<StepId> {
        Some(self.0.leader(step)).filter(|node| *node != from)
    }
}

struct Inside<'a>(&'a Links, StepId);

impl Waiting for Inside<'_> {
    fn links(&self) -> &Links {
        self.0
    }

    fn dependencies(&self, node: StepId) -> &[Dependency] {
        self.0.dependencies(node)
    }

    fn node(&self, step: StepId, _: StepId) -> Option<StepId> {
        (self.0.leader(step) == self.1).then_some(step)
    }
}

/// One shortest cycle through the first step of each strongly connected knot. `waiting` is above zero for
/// the steps that are in a knot or behind one.
fn cycles(graph: &impl Waiting, waiting: &[u32]) -> Vec<Vec<Leg>> {
    let knots = knots(graph, waiting);
    let mut reported = vec![false; knots.len()];
    let mut found = Vec::new();
    let mut via: Vec<Option<(StepId, Dependency)>> = vec![None; knots.len()];
    for step in graph.links().steps() {
        let Some(knot) = knots[step.index()] else { continue };
        if std::mem::replace(&mut reported[knot as usize], true) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(graph, step, |other| knots[other.index()] == Some(knot), &mut via) {
            found.push(cycle);
        }
    }
    found
}

/// Breadth first from a step along what it waits for, back to itself. The dependencies of the cycle, beginning with
/// that of the step itself.
fn shortest_cycle(
    graph: &impl Waiting,
    start: StepId,
    inside: impl Fn(StepId) -> bool,
    via: &mut [Option<(StepId, Dependency)>],
) -> Option<Vec<Leg>> {
    let leg = |node: StepId, dependency: Dependency| {
        let readers = &mut graph.links().block(node);
        let reader = readers.find(|step| graph.links().dependencies(*step).contains(&dependency)).unwrap_or(node);
        Leg { reader, dependency }
    };
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(step) = queue.pop_front() {
        for dependency in graph.dependencies(step) {
            let Some(on) = graph.node(dependency.on, step) else { continue };
            if on == start {
                let mut cycle = vec![leg(step, *dependency)];
                let mut at = step;
                while at != start {
                    let (before, dependency) = via[at.index()]?;
                    cycle.push(leg(before, dependency));
                    at = before;
                }
                cycle.reverse();
                return Some(cycle);
            }
            if inside(on) && via[on.index()].is_none() {
                via[on.index()] = Some((step, *dependency));
                queue.push_back(on);
            }
        }
    }
    None
}

/// Tarjan's strongly connected components of more than one step, numbered; `None` for steps in none.
fn knots(graph: &impl Waiting, waiting: &[u32]) -> Vec<Option<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let count = graph.links().step_count();
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0u32; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut knots = vec![None; count];
    let mut next_index = 0;
    let mut next_knot = 0;
    // Each frame: a step, and how many of its dependencies have been looked at.
    let mut frames: Vec<(StepId, usize)> = Vec::new();
    for root in graph.links().steps().filter(|step| waiting[step.index()] > 0) {
        if index[root.index()] != UNSEEN {
            continue;
        }
        frames.push((root, 0));
        while let Some((step, looked_at)) = frames.last_mut() {
            let at = step.index();
            if *looked_at == 0 {
                index[at] = next_index;
                low[at] = next_index;
                next_index += 1;
                stack.push(*step);
                on_stack[at] = true;
            }
            let next = graph.dependencies(*step)[*looked_at..].first().map(|dependency| dependency.on);
            *looked_at += 1;
            if let Some(on) = next {
                let Some(on) = graph.node(on, *step) else { continue };
                if waiting[on.index()] == 0 {
                    continue;
                }
                if index[on.index()] == UNSEEN {
                    frames.push((on, 0));
                } else if on_stack[on.index()] {
                    low[at] = low[at].min(index[on.index()]);
                }
                continue;
            }
            frames.pop();
            if let Some((parent, _)) = frames.last() {
                low[parent.index()] = low[parent.index()].min(low[at]);
            }
            if low[at] == index[at] {
                let size = stack.len();
                let first = stack.iter().rposition(|step: &StepId| step.index() == at).unwrap_or(size);
                for member in stack.drain(first..) {
                    on_stack[member.index()] = false;
                    if size - first > 1 {
                        knots[member.index()] = Some(next_knot);
                    }
                }
                next_knot += 1;
            }
        }
    }
    knots
}
