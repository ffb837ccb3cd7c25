//! Which unit may start when: a state machine without clock, thread or file.
//!
//! It is told what ended and says what may start. It walks the whole graph, the steps that are not planned among
//! it: those take no time, so that a planned step still comes after the planned steps behind an unplanned one.
//!
//! Its nodes are **blocks**: a step, or the steps of a group that runs in passes, which go by the first of them. A block
//! that has begun hands out units: one, or those of a loop, or those of pass after pass. Whatever a block
//! consists of, its units wait for the same workers, and it ends once.
//!
//! A unit takes **slots** while it runs, and starts only if what it takes is free. The highest of those that are ready goes
//! first. If it does not fit, its share of what is free is set aside for it, and the highest that fits in the rest starts
//! beside it. So nothing that starts later can keep it waiting: what it lacks is only ever given back, and what it does not lack
//! stays. Only the highest has a share set aside: one for each that waits would leave CPUs idle behind a row of units that
//! wait for one GPU.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use loom_graph::{Followers, Plan, StepGraph, StepId};

use crate::slots::Slots;

mod blocks;
#[cfg(test)]
mod tests;

use blocks::{gates, gathering, lines, needs_within};

/// What a block is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not all it waits for has ended.
    Waiting,
    /// It may begin, as soon as there is room.
    Ready,
    /// It has begun.
    Running,
    Succeeded,
    Failed,
    /// It cannot run, or is not to.
    Skipped,
    /// Not planned, and all before it has ended well.
    Passed,
}

/// In which order ready units start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// As in the file: for one at a time.
    FileOrder,
    /// The one with the longest way to the end first, by the time that its steps are expected to take, else by their number;
    /// ties in file order.
    LongestPathFirst,
}

/// Which part of a step a unit is, the items of a loop by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Whole,
    Item(u32),
    Pass(u32),
    Stop(u32),
    Final(u32),
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Run this unit, which from here on counts as running.
    Unit(StepId, Part),
    /// Count the items of this loop, and say so by [`Scheduler::counted`].
    Count(StepId),
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Succeeded,
    /// It ended well, and found out whether something holds.
    Answered(bool),
    Failed,
}

/// A block that cannot run, or is not to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) step: StepId,
    pub(crate) because: Because,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// What it needs has failed: this block, or what that needed.
    Failure(StepId),
    /// This switch leads another way.
    Switch(StepId),
}

/// What a planned block consists of.
#[derive(Clone, Debug)]
enum Inside {
    Loop(Loop),
    Passes(Passes),
}

#[derive(Clone, Debug)]
struct Loop {
    one_at_a_time: bool,
    /// Known once it has begun.
    count: u32,
    next: u32,
    running: u32,
    failed: bool,
}

#[derive(Clone, Debug)]
struct Passes {
    count: u32,
    has_stop: bool,
    pass: u32,
    /// For each step, how many others of a pass it waits for; and those that wait for it, once for each time that they do.
    needs: Vec<u32>,
    behind: Vec<Vec<u32>>,
    /// For each step, how many others of this pass it still waits for.
    waiting_for: Vec<u32>,
    left: u32,
    running: u32,
    failed: bool,
}

/// What a block gathers.
#[derive(Debug, Default)]
struct Gathering {
    /// The blocks that make it, which the block needs for nothing else; and whether it can do without each that failed.
    from: HashMap<StepId, bool>,
    /// Why it goes without something, if it does: a failure, if there was one.
    without: Option<Because>,
}

/// Something that may start. Of two with the same rank, the one that stands first in run order does.
type Ready = (u64, Reverse<u32>, Reverse<Part>, StepId);

/// What may start, of all that takes the same: if the first of it does not fit, nothing of it does.
#[derive(Debug)]
struct Line {
    takes: Slots,
    ready: BinaryHeap<Ready>,
}

/// The line of what takes nothing: to count the items of a loop, to begin a pass.
const NOTHING: usize = 0;
/// The line of what stands for a whole group: to ask whether a pass was the last, to put its files in place.
const OF_GROUP: usize = 1;

/// The state of all steps of a run.
#[derive(Debug)]
pub(crate) struct Scheduler {
    graph: Arc<StepGraph>,
    state: Vec<State>,
    planned: Vec<bool>,
    /// Those blocks that are more than one unit.
    inside: HashMap<StepId, Inside>,
    /// How many dependencies of each block have not ended.
    waiting_for: Vec<u32>,
    followers: Followers,
    /// What blocks gather: from whom, and whether they can do without what failed.
    gathering: BTreeMap<StepId, Gathering>,
    /// The blocks behind each way out of a switch.
    gates: BTreeMap<(StepId, bool), Vec<StepId>>,
    rank: Vec<u64>,
    lines: Vec<Line>,
    /// The line of each step's units.
    line_of: Vec<usize>,
    /// What no running unit takes.
    free: Slots,
    place: Vec<u32>,
    running: usize,
    unfinished: usize,
}

impl Scheduler {
    /// `all` is what all units together may take; a step that asks for more takes all of that. `expected` is how long a
    /// step, or a group that runs in passes by its first step, is expected to take from its beginning to its end, where that is
    /// known.
    pub(crate) fn new(plan: &Plan, policy: Policy, all: Slots, expected: &dyn Fn(StepId) -> Option<Duration>) -> Self {
        let graph = plan.graph();
        let links = graph.links();
        let count = links.step_count();
        let mut planned = vec![false; count];
        let mut inside = HashMap::new();
        for step in plan.steps().iter().filter(|step| links.leader(**step) == **step) {
            planned[step.index()] = true;
            if let Some((_, passes)) = graph.group(*step) {
                inside.insert(
                    *step,
                    Inside::Passes(Passes {
                        count: u32::try_from(passes.pass_count()).unwrap_or(u32::MAX),
                        has_stop: passes.stop.is_some(),
                        pass: 0,
                        needs: Vec::new(),
                        behind: Vec::new(),
                        waiting_for: Vec::new(),
                        left: 0,
                        running: 0,
                        failed: false,
                    }),
                );
            } else if let Some(each) = &graph.step(*step).each {
                let one_at_a_time = each.parallel == Some(false);
                inside
                    .insert(*step, Inside::Loop(Loop { one_at_a_time, count: 0, next: 0, running: 0, failed: false }));
            }
        }
        let followers = Followers::of_all(links);
        let mut waiting_for = vec![0; count];
        for step in links.steps() {
            followers.of(step).iter().for_each(|follower| waiting_for[follower.index()] += 1);
        }
        let mut place = vec![0; count];
        for (index, step) in graph.run_order().enumerate() {
            place[step.index()] = index as u32;
        }
        let (lines, line_of) = lines(graph, all);
        let mut scheduler = Self {
            graph: Arc::clone(graph),
            state: vec![State::Waiting; count],
            unfinished: planned.iter().filter(|planned| **planned).count(),
            planned,
            inside,
            waiting_for,
            followers,
            gathering: gathering(graph),
            gates: gates(links),
            rank: vec![0; count],
            lines,
            line_of,
            free: all,
            place,
            running: 0,
        };
        if policy == Policy::LongestPathFirst {
            scheduler.rank = scheduler.ranks(expected);
        }
        let is_root = |step: &StepId| links.leader(*step) == *step && scheduler.waiting_for[step.index()] == 0;
        let roots: Vec<StepId> = links.steps().filter(is_root).collect();
        let passed =
            roots.into_iter().filter(|root| scheduler.is_let_through(*root)).map(|root| (root, None)).collect();
        scheduler.settle(passed);
        scheduler
    }

    /// How long each planned block's longest way to the end is: in nanoseconds if any time is known, else in blocks. One of which
    /// nothing is known counts as the one in the middle of those that are.
    fn ranks(&self, expected: &dyn Fn(StepId) -> Option<Duration>) -> Vec<u64> {
        let nanoseconds = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(1);
        let time = |step: StepId| expected(step).filter(|_| self.planned[step.index()]).map(nanoseconds);
        let times: Vec<Option<u64>> = self.graph.links().steps().map(time).collect();
        let mut known: Vec<u64> = times.iter().copied().flatten().collect();
        known.sort_unstable();
        let unknown = known.get(known.len() / 2).copied().unwrap_or(1);
        let mut ranks = vec![0; times.len()];
        for step in self.graph.run_order().rev() {
            let behind = self.followers.of(step).iter().map(|step| ranks[step.index()]).max();
            let own = if self.planned[step.index()] { times[step.index()].unwrap_or(unknown) } else { 0 };
            ranks[step.index()] = behind.unwrap_or(0_u64).saturating_add(own);
        }
        ranks
    }

    /// The line whose first may start: the highest of all, if it fits; else the highest that fits beside its share.
    fn next_line(&self) -> Option<usize> {
        let highest = |room: Slots| {
            let fitting = self.lines.iter().enumerate().filter(|(_, line)| line.takes.fit_in(room));
            fitting.filter_map(|(index, line)| Some((line.ready.peek()?, index))).max()
        };
        let (_, first) = highest(Slots { cpus: u64::MAX, mem: u64::MAX, gpus: u64::MAX })?;
        let takes = self.lines[first].takes;
        if takes.fit_in(self.free) {
            return Some(first);
        }
        highest(self.free.without(takes)).map(|(_, line)| line)
    }

    /// The line that a unit waits in before it starts.
    fn line(&self, step: StepId, part: Part) -> usize {
        match part {
            Part::Whole if self.inside.contains_key(&step) => NOTHING,
            Part::Stop(_) | Part::Final(_) => OF_GROUP,
            Part::Whole | Part::Item(_) | Part::Pass(_) => self.line_of[step.index()],
        }
    }

    /// What a unit takes while it runs.
    pub(crate) fn takes(&self, step: StepId, part: Part) -> Slots {
        self.lines[self.line(step, part)].takes
    }

    /// What may start now, if anything may.
    pub(crate) fn start(&mut self) -> Option<Start> {
        while let Some(line) = self.next_line() {
            let Some((_, _, Reverse(part), step)) = self.lines[line].ready.pop() else { break };
            let block = self.graph.links().leader(step);
            if part == Part::Whole {
                self.enter(block, State::Running);
                match self.inside.get(&block) {
                    None => {}
                    Some(Inside::Loop(_)) => return Some(Start::Count(block)),
                    Some(Inside::Passes(_)) => {
                        self.begin_pass(block);
                        continue;
                    }
                }
            }
            match self.inside.get_mut(&block) {
                Some(Inside::Loop(items)) => {
                    let item = items.next;
                    items.next += 1;
                    items.running += 1;
                    let more = items.next < items.count && !items.one_at_a_time;
                    if more {
                        self.make_ready(step, Part::Item(0));
                    }
                    self.took(step, part);
                    return Some(Start::Unit(step, Part::Item(item)));
                }
                Some(Inside::Passes(passes)) => passes.running += 1,
                None => {}
            }
            self.took(step, part);
            return Some(Start::Unit(step, part));
        }
        None
    }

    /// Says how many items a loop has; `None` if they cannot be counted, which is a failure. Returns what is skipped for
    /// that.
    pub(crate) fn counted(&mut self, step: StepId, count: Option<u32>) -> Vec<Skipped> {
        let Some(Inside::Loop(items)) = self.inside.get_mut(&step) else { return Vec::new() };
        match count {
            Some(0) => self.block_ended(step, How::Succeeded),
            Some(count) => {
                items.count = count;
                self.make_ready(step, Part::Item(0));
                Vec::new()
            }
            None => self.block_ended(step, How::Failed),
        }
    }

    /// A running unit ended. Returns the blocks that no longer run, in run order.
    pub(crate) fn ended(&mut self, step: StepId, part: Part, how: How) -> Vec<Skipped> {
        self.running -= 1;
        self.free = self.free.and(self.takes(step, part));
        let block = self.graph.links().leader(step);
        let failed = how == How::Failed;
        match self.inside.get_mut(&block) {
            None => self.block_ended(block, how),
            Some(Inside::Loop(items)) => {
                items.running -= 1;
                items.failed |= failed;
                let over = items.running == 0 && items.next == items.count;
                let how = if items.failed { How::Failed } else { How::Succeeded };
                let next = items.one_at_a_time && items.next < items.count;
                if next {
                    self.make_ready(step, Part::Item(0));
                }
                if over { self.block_ended(block, how) } else { Vec::new() }
            }
            Some(Inside::Passes(passes)) => {
                passes.running -= 1;
                passes.failed |= failed;
                if passes.failed {
                    let over = passes.running == 0;
                    if failed {
                        // What the pass had ready is not wanted any more, nor is a share for it.
                        let links = self.graph.links();
                        let lines = self.lines.iter_mut();
                        lines.for_each(|line| line.ready.retain(|ready| links.leader(ready.3) != block));
                    }
                    return if over { self.block_ended(block, How::Failed) } else { Vec::new() };
                }
                match part {
                    Part::Stop(pass) if how == How::Answered(true) => self.make_ready(block, Part::Final(pass)),
                    Part::Stop(_) => self.next_pass(block),
                    Part::Final(_) => return self.block_ended(block, How::Succeeded),
                    Part::Whole | Part::Item(_) | Part::Pass(_) => self.step_of_pass_succeeded(block, step),
                }
                Vec::new()
            }
        }
    }

    /// A running unit ended because the run is to stop: what needs it is neither begun nor told of. Nothing starts after
    /// that, so what it took need not be given back.
    pub(crate) fn stopped(&mut self, step: StepId) {
        self.running -= 1;
        let block = self.graph.links().leader(step);
        if !self.inside.contains_key(&block) {
            self.enter(block, State::Failed);
            self.unfinished -= 1;
        }
    }

    fn begin_pass(&mut self, block: StepId) {
        let links = self.graph.links();
        let Some(Inside::Passes(passes)) = self.inside.get_mut(&block) else { return };
        if passes.needs.is_empty() {
            (passes.needs, passes.behind) = needs_within(links, block);
        }
        passes.left = passes.needs.len() as u32;
        passes.waiting_for.clone_from(&passes.needs);
        let part = Part::Pass(passes.pass);
        let free = links.block(block).zip(&passes.needs).filter(|(_, needs)| **needs == 0);
        let free: Vec<StepId> = free.map(|(step, _)| step).collect();
        free.into_iter().for_each(|step| self.make_ready(step, part));
    }

    fn step_of_pass_succeeded(&mut self, block: StepId, ended: StepId) {
        let Some(Inside::Passes(passes)) = self.inside.get_mut(&block) else { return };
        let mut free = Vec::new();
        for place in &passes.behind[ended.index() - block.index()] {
            let waiting_for = &mut passes.waiting_for[*place as usize];
            *waiting_for -= 1;
            if *waiting_for == 0 {
                free.push(StepId(block.0 + place));
            }
        }
        passes.left -= 1;
        let (pass, left, has_stop) = (passes.pass, passes.left, passes.has_stop);
        free.into_iter().for_each(|step| self.make_ready(step, Part::Pass(pass)));
        match (left, has_stop) {
            (0, true) => self.make_ready(block, Part::Stop(pass)),
            (0, false) => self.next_pass(block),
            _ => {}
        }
    }

    fn next_pass(&mut self, block: StepId) {
        let Some(Inside::Passes(passes)) = self.inside.get_mut(&block) else { return };
        if passes.pass + 1 < passes.count {
            passes.pass += 1;
            self.begin_pass(block);
        } else {
            let last = Part::Final(passes.pass);
            self.make_ready(block, last);
        }
    }

    fn block_ended(&mut self, block: StepId, how: How) -> Vec<Skipped> {
        self.unfinished -= 1;
        if how == How::Failed {
            self.enter(block, State::Failed);
            return self.settle(vec![(block, Some(Because::Failure(block)))]);
        }
        self.enter(block, State::Succeeded);
        let mut settled = vec![(block, None)];
        let mut skipped = Vec::new();
        if let How::Answered(holds) = how
            && let Some(barred) = self.gates.get(&(block, !holds)).cloned()
        {
            let because = Because::Switch(block);
            for step in barred {
                if self.state[step.index()] == State::Waiting {
                    skipped.extend(self.skip(step, because));
                    settled.push((step, Some(because)));
                }
            }
        }
        skipped.extend(self.settle(settled));
        skipped.sort_unstable_by_key(|skipped| self.place[skipped.step.index()]);
        skipped
    }

    /// A block does not run.
    fn skip(&mut self, block: StepId, because: Because) -> Option<Skipped> {
        self.enter(block, State::Skipped);
        let planned = self.planned[block.index()];
        self.unfinished -= usize::from(planned);
        planned.then_some(Skipped { step: block, because })
    }

    /// These blocks will not change any more, and are lost or there: what is behind them waits for one less, or is lost with them.
    /// Returns what is skipped for that, in run order.
    fn settle(&mut self, mut settled: Vec<(StepId, Option<Because>)>) -> Vec<Skipped> {
        let mut skipped = Vec::new();
        while let Some((block, lost)) = settled.pop() {
            for index in 0..self.followers.of(block).len() {
                let follower = self.followers.of(block)[index];
                if self.state[follower.index()] != State::Waiting {
                    continue;
                }
                let lost = match lost {
                    Some(because) if !self.does_without(follower, block, because) => lost,
                    _ => {
                        let waiting_for = &mut self.waiting_for[follower.index()];
                        *waiting_for -= 1;
                        if *waiting_for > 0 {
                            continue;
                        }
                        self.has_nothing(follower)
                    }
                };
                match lost {
                    Some(because) => skipped.extend(self.skip(follower, because)),
                    None if self.is_let_through(follower) => {}
                    None => continue,
                }
                settled.push((follower, lost));
            }
        }
        skipped.sort_unstable_by_key(|skipped| self.place[skipped.step.index()]);
        skipped
    }

    /// A block waits for nothing any more: if it is planned, it becomes ready, else it is let through.
    fn is_let_through(&mut self, block: StepId) -> bool {
        if !self.planned[block.index()] {
            self.enter(block, State::Passed);
            return true;
        }
        self.enter(block, State::Ready);
        self.make_ready(block, Part::Whole);
        false
    }

    /// Whether a block can run without what another one did not make, which it remembers: what a switch leads past is no part of
    /// what is gathered.
    fn does_without(&mut self, block: StepId, maker: StepId, because: Because) -> bool {
        let Some(gathering) = self.gathering.get_mut(&block) else { return false };
        let may_fail = gathering.from.get(&maker);
        let does = may_fail.is_some_and(|may_fail| *may_fail || matches!(because, Because::Switch(_)));
        if does && !matches!(gathering.without, Some(Because::Failure(_))) {
            gathering.without = Some(because);
        }
        does
    }

    /// Why there is nothing for a block to gather, if that is so.
    fn has_nothing(&self, block: StepId) -> Option<Because> {
        let gathering = self.gathering.get(&block)?;
        let has_something = gathering.from.is_empty() || gathering.from.keys().any(|maker| self.has_made(*maker));
        gathering.without.filter(|_| !has_something)
    }

    /// Whether what a block makes is there, as far as the run knows: it succeeded, or is not to run.
    pub(crate) fn has_made(&self, block: StepId) -> bool {
        matches!(self.state[block.index()], State::Succeeded | State::Passed)
    }

    /// Whether a block is to run.
    pub(crate) fn is_planned(&self, block: StepId) -> bool {
        self.planned[block.index()]
    }

    /// How many units are running.
    pub(crate) fn running(&self) -> usize {
        self.running
    }

    /// Whether every planned block has ended or been skipped.
    pub(crate) fn is_finished(&self) -> bool {
        self.unfinished == 0
    }

    /// Whether a block has ended.
    pub(crate) fn has_ended(&self, block: StepId) -> bool {
        matches!(self.state[block.index()], State::Succeeded | State::Failed)
    }

    /// How many planned blocks have neither ended nor been skipped.
    pub(crate) fn unfinished(&self) -> usize {
        self.unfinished
    }

    /// Every change of state passes through here.
    fn enter(&mut self, block: StepId, next: State) {
        let state = &mut self.state[block.index()];
        debug_assert!(
            matches!(
                (*state, next),
                (State::Waiting, State::Ready | State::Skipped | State::Passed)
                    | (State::Ready, State::Running)
                    | (State::Running, State::Succeeded | State::Failed)
            ),
            "a step cannot go from {state:?} to {next:?}"
        );
        *state = next;
    }

    fn make_ready(&mut self, step: StepId, part: Part) {
        let block = self.graph.links().leader(step);
        let ready = (self.rank[block.index()], Reverse(self.place[step.index()]), Reverse(part), step);
        let line = self.line(step, part);
        self.lines[line].ready.push(ready);
    }

    fn took(&mut self, step: StepId, part: Part) {
        self.running += 1;
        self.free = self.free.without(self.takes(step, part));
    }
}
