//! Which unit may start when: a state machine without clock, thread or file.
//!
//! It is told what ended and says what may start. It walks the whole graph, the steps that are not planned among
//! it: those take no time, so that a planned step still comes after the planned steps behind an unplanned one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use loom_graph::{Followers, Plan, StepId};

/// What a step is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not all it waits for has ended.
    Waiting,
    /// It may start, as soon as there is room.
    Ready,
    Running,
    Succeeded,
    Failed,
    /// It cannot run, because this step failed.
    Skipped(StepId),
    /// Not planned, and all before it has ended well.
    Passed,
}

/// In which order ready units start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// As in the file: for one at a time.
    FileOrder,
    /// The one with the most steps on its longest way to the end first; ties in file order.
    LongestPathFirst,
}

/// The state of all steps of a run.
#[derive(Debug)]
pub(crate) struct Scheduler {
    state: Vec<State>,
    planned: Vec<bool>,
    /// How many dependencies of each step have not ended.
    waiting_for: Vec<u32>,
    followers: Followers,
    rank: Vec<u32>,
    /// By rank, then in run order.
    ready: BinaryHeap<(u32, Reverse<u32>, u32)>,
    place: Vec<u32>,
    running: usize,
    unfinished: usize,
}

impl Scheduler {
    pub(crate) fn new(plan: &Plan, policy: Policy) -> Self {
        let graph = plan.graph();
        let links = graph.links();
        let count = links.step_count();
        let mut planned = vec![false; count];
        for unit in plan.units() {
            planned[unit.step.index()] = true;
        }
        let waiting_for = links.steps().map(|step| links.dependencies(step).len() as u32).collect();
        let mut place = vec![0; count];
        for (index, step) in graph.run_order().enumerate() {
            place[step.index()] = index as u32;
        }
        let mut scheduler = Self {
            state: vec![State::Waiting; count],
            unfinished: plan.units().len(),
            planned,
            waiting_for,
            followers: Followers::of_all(links),
            rank: vec![0; count],
            ready: BinaryHeap::new(),
            place,
            running: 0,
        };
        if policy == Policy::LongestPathFirst {
            for step in graph.run_order().rev() {
                let behind = scheduler.followers.of(step).iter().map(|step| scheduler.rank[step.index()]).max();
                scheduler.rank[step.index()] = behind.unwrap_or(0) + u32::from(scheduler.planned[step.index()]);
            }
        }
        let roots: Vec<StepId> = links.steps().filter(|step| scheduler.waiting_for[step.index()] == 0).collect();
        scheduler.release(roots);
        scheduler
    }

    /// A unit that may start now, which from here on counts as running.
    pub(crate) fn start(&mut self) -> Option<StepId> {
        let (_, _, step) = self.ready.pop()?;
        let step = StepId(step);
        self.enter(step, State::Running);
        self.running += 1;
        Some(step)
    }

    /// A running unit ended well.
    pub(crate) fn succeeded(&mut self, step: StepId) {
        self.end(step, State::Succeeded);
        let followers = self.one_less_for_followers(step);
        self.release(followers);
    }

    /// A running unit failed. Returns the units that can no longer run, in run order.
    pub(crate) fn failed(&mut self, failed: StepId) -> Vec<StepId> {
        self.end(failed, State::Failed);
        let mut skipped = Vec::new();
        let mut open = vec![failed];
        while let Some(step) = open.pop() {
            for index in 0..self.followers.of(step).len() {
                let follower = self.followers.of(step)[index];
                if self.state[follower.index()] != State::Waiting {
                    continue;
                }
                self.enter(follower, State::Skipped(failed));
                open.push(follower);
                if self.planned[follower.index()] {
                    self.unfinished -= 1;
                    skipped.push(follower);
                }
            }
        }
        skipped.sort_unstable_by_key(|step| self.place[step.index()]);
        skipped
    }

    /// How many units are running.
    pub(crate) fn running(&self) -> usize {
        self.running
    }

    /// Whether every planned unit has ended or been skipped.
    pub(crate) fn is_finished(&self) -> bool {
        self.unfinished == 0
    }

    /// How many planned units have neither ended nor been skipped.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished
    }

    fn end(&mut self, step: StepId, state: State) {
        self.enter(step, state);
        self.running -= 1;
        self.unfinished -= 1;
    }

    /// Every change of state passes through here.
    fn enter(&mut self, step: StepId, next: State) {
        let state = &mut self.state[step.index()];
        debug_assert!(
            matches!(
                (*state, next),
                (State::Waiting, State::Ready | State::Skipped(_) | State::Passed)
                    | (State::Ready, State::Running)
                    | (State::Running, State::Succeeded | State::Failed)
            ),
            "a step cannot go from {state:?} to {next:?}"
        );
        *state = next;
    }

    /// Steps that wait for nothing any more: the planned ones become ready, the others let through.
    fn release(&mut self, mut steps: Vec<StepId>) {
        while let Some(step) = steps.pop() {
            if self.planned[step.index()] {
                self.enter(step, State::Ready);
                self.ready.push((self.rank[step.index()], Reverse(self.place[step.index()]), step.0));
            } else {
                self.enter(step, State::Passed);
                steps.extend(self.one_less_for_followers(step));
            }
        }
    }

    /// A step has ended: its followers wait for one less. Returns those that wait for nothing any more.
    fn one_less_for_followers(&mut self, step: StepId) -> Vec<StepId> {
        let mut released = Vec::new();
        for follower in self.followers.of(step) {
            let waiting_for = &mut self.waiting_for[follower.index()];
            *waiting_for -= 1;
            if *waiting_for == 0 && self.state[follower.index()] == State::Waiting {
                released.push(*follower);
            }
        }
        released
    }
}
