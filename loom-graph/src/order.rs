//! Sorting steps by what they wait for. Iterative throughout: a chain of any length is sorted on any stack.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::links::{Dependency, Followers, Links, StepId};

/// The steps in an order in which each comes after all it waits for and, where that leaves a choice, in file
/// order; or, if there is none, one cycle for each knot of steps that wait for each other.
pub(crate) fn run_order(links: &Links) -> Result<Vec<StepId>, Vec<Vec<Dependency>>> {
    let count = links.step_count();
    let followers = Followers::of_all(links);
    let mut waiting: Vec<u32> = links.steps().map(|step| links.dependencies(step).len() as u32).collect();
    let mut ready: BinaryHeap<Reverse<StepId>> =
        links.steps().filter(|step| waiting[step.index()] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(step)) = ready.pop() {
        order.push(step);
        for follower in followers.of(step) {
            waiting[follower.index()] -= 1;
            if waiting[follower.index()] == 0 {
                ready.push(Reverse(*follower));
            }
        }
    }
    if order.len() == count { Ok(order) } else { Err(cycles(links, &waiting)) }
}

/// One shortest cycle through the first step of each strongly connected knot. `waiting` is above zero for
/// the steps that are in a knot or behind one.
fn cycles(links: &Links, waiting: &[u32]) -> Vec<Vec<Dependency>> {
    let knots = knots(links, waiting);
    let mut reported = vec![false; knots.len()];
    let mut found = Vec::new();
    let mut via: Vec<Option<(StepId, Dependency)>> = vec![None; knots.len()];
    for step in links.steps() {
        let Some(knot) = knots[step.index()] else { continue };
        if std::mem::replace(&mut reported[knot as usize], true) {
            continue;
        }
        if let Some(cycle) = shortest_cycle(links, step, |other| knots[other.index()] == Some(knot), &mut via) {
            found.push(cycle);
        }
    }
    found
}

/// Breadth first from a step along what it waits for, back to itself. The dependencies of the cycle, beginning with
/// that of the step itself.
fn shortest_cycle(
    links: &Links,
    start: StepId,
    inside: impl Fn(StepId) -> bool,
    via: &mut [Option<(StepId, Dependency)>],
) -> Option<Vec<Dependency>> {
    let mut queue = std::collections::VecDeque::from([start]);
    while let Some(step) = queue.pop_front() {
        for dependency in links.dependencies(step) {
            let on = dependency.on;
            if on == start {
                let mut cycle = vec![*dependency];
                let mut at = step;
                while at != start {
                    let (before, dependency) = via[at.index()]?;
                    cycle.push(dependency);
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
fn knots(links: &Links, waiting: &[u32]) -> Vec<Option<u32>> {
    const UNSEEN: u32 = u32::MAX;
    let count = links.step_count();
    let mut index = vec![UNSEEN; count];
    let mut low = vec![0u32; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut knots = vec![None; count];
    let mut next_index = 0;
    let mut next_knot = 0;
    // Each frame: a step, and how many of its dependencies have been looked at.
    let mut frames: Vec<(StepId, usize)> = Vec::new();
    for root in links.steps().filter(|step| waiting[step.index()] > 0) {
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
            let next = links.dependencies(*step)[*looked_at..].first().map(|dependency| dependency.on);
            *looked_at += 1;
            if let Some(on) = next {
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
