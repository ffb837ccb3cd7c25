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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use loom_graph::{OnPaper, Selection, Target};
    use loom_spec::Source;

    use super::*;

    /// Numbers that are the same for the same seed: SplitMix64.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, bound: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((z ^ (z >> 31)) % bound as u64) as usize
        }
    }

    fn plan(pipeline: &str, steps: Option<Vec<String>>) -> Plan {
        let checked = loom_graph::check(loom_spec::parse(&Source::new("p.yml", pipeline)), &OnPaper);
        let target = steps.map_or(Target::All, Target::Steps);
        checked.plan(&Selection { target, include: Vec::new() }, &OnPaper).expect("a sound pipeline")
    }

    /// A random pipeline in random file order, and a random selection of its steps.
    fn random_plan(dice: &mut Dice) -> Plan {
        let count = 1 + dice.below(40);
        let mut steps: Vec<String> = (0..count)
            .map(|step| {
                let mut inputs = String::new();
                for input in 0..dice.below(4).min(step) {
                    let _ = write!(inputs, "i{input}: f{}, ", dice.below(step));
                }
                format!("- {{name: s{step}, command: [x], inputs: {{{inputs}}}, outputs: {{-o: f{step}}}}}\n")
            })
            .collect();
        for index in (1..count).rev() {
            steps.swap(index, dice.below(index + 1));
        }
        let some = (dice.below(2) == 0)
            .then(|| (0..count).filter(|_| dice.below(3) > 0).map(|step| format!("s{step}")).collect::<Vec<_>>());
        plan(&format!("pipeline:\n{}", steps.concat()), some)
    }

    /// The reference model: what each step needs, directly or not, and what has become of it.
    struct Model {
        needs: Vec<Vec<usize>>,
        planned: Vec<bool>,
        fate: Vec<Option<Fate>>,
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fate {
        Running,
        Succeeded,
        Failed,
        Skipped,
    }

    impl Model {
        fn new(plan: &Plan) -> Self {
            let links = plan.graph().links();
            let mut needs: Vec<Vec<usize>> = vec![Vec::new(); links.step_count()];
            for step in plan.graph().run_order() {
                let direct: Vec<usize> = links.dependencies(step).iter().map(|leg| leg.on.index()).collect();
                let all = direct.iter().flat_map(|on| needs[*on].clone()).chain(direct.iter().copied());
                let mut all: Vec<usize> = all.collect();
                all.sort_unstable();
                all.dedup();
                needs[step.index()] = all;
            }
            let mut planned = vec![false; needs.len()];
            plan.units().iter().for_each(|unit| planned[unit.step.index()] = true);
            Self { fate: vec![None; needs.len()], needs, planned }
        }

        fn may_start(&self, step: usize) -> bool {
            let satisfied = |need: &usize| !self.planned[*need] || self.fate[*need] == Some(Fate::Succeeded);
            self.planned[step] && self.fate[step].is_none() && self.needs[step].iter().all(satisfied)
        }

        fn skipped_by(&self, failed: usize) -> Vec<usize> {
            let hit =
                |step: &usize| self.planned[*step] && self.fate[*step].is_none() && self.needs[*step].contains(&failed);
            (0..self.needs.len()).filter(hit).collect()
        }
    }

    /// Runs a random plan to its end in random order of events, and holds every move against the model.
    fn simulate(seed: u64) {
        let mut dice = Dice(seed);
        let plan = random_plan(&mut dice);
        let policy = [Policy::FileOrder, Policy::LongestPathFirst][dice.below(2)];
        let workers = 1 + dice.below(8);
        let mut scheduler = Scheduler::new(&plan, policy);
        let mut model = Model::new(&plan);
        let mut running: Vec<StepId> = Vec::new();
        loop {
            while running.len() < workers && dice.below(5) > 0 {
                let Some(step) = scheduler.start() else {
                    let possible = (0..model.fate.len()).find(|step| model.may_start(*step));
                    assert_eq!(possible, None, "seed {seed}: it could have started");
                    break;
                };
                assert!(model.may_start(step.index()), "seed {seed}: {step:?} started too early or twice");
                model.fate[step.index()] = Some(Fate::Running);
                running.push(step);
            }
            assert_eq!(scheduler.running(), running.len(), "seed {seed}");
            if running.is_empty() {
                match (0..model.fate.len()).any(|step| model.may_start(step)) {
                    true => continue,
                    false => break,
                }
            }
            let ended = running.swap_remove(dice.below(running.len()));
            if dice.below(10) > 0 {
                model.fate[ended.index()] = Some(Fate::Succeeded);
                scheduler.succeeded(ended);
            } else {
                model.fate[ended.index()] = Some(Fate::Failed);
                let expected = model.skipped_by(ended.index());
                let mut skipped: Vec<usize> = scheduler.failed(ended).iter().map(|step| step.index()).collect();
                skipped.sort_unstable();
                assert_eq!(skipped, expected, "seed {seed}: skipped by {ended:?}");
                skipped.iter().for_each(|step| model.fate[*step] = Some(Fate::Skipped));
            }
        }
        assert!(scheduler.is_finished(), "seed {seed}");
        for step in 0..model.fate.len() {
            assert_eq!(model.fate[step].is_some(), model.planned[step], "seed {seed}: step {step} was left over");
        }
    }

    #[test]
    fn every_schedule_is_one_the_model_allows() {
        (0..3000).for_each(simulate);
    }

    fn order(plan: &Plan, policy: Policy) -> Vec<&str> {
        let mut scheduler = Scheduler::new(plan, policy);
        let mut order = Vec::new();
        while let Some(step) = scheduler.start() {
            order.push(&**plan.graph().name(step));
            scheduler.succeeded(step);
        }
        order
    }

    const LONG_WAY: &str = "pipeline:
- {name: short, command: [x]}
- {name: a, command: [x], outputs: {-o: a}}
- {name: b, command: [x], inputs: {i: a}, outputs: {-o: b}}
- {name: c, command: [x], inputs: {i: b}}
";

    #[test]
    fn one_at_a_time_goes_in_file_order() {
        assert_eq!(order(&plan(LONG_WAY, None), Policy::FileOrder), ["short", "a", "b", "c"]);
    }

    #[test]
    fn the_longest_way_goes_first() {
        assert_eq!(order(&plan(LONG_WAY, None), Policy::LongestPathFirst), ["a", "b", "short", "c"]);
    }

    #[test]
    fn a_chain_of_any_length_overflows_no_stack() {
        let mut text = String::from("pipeline:\n- {name: s0, command: [x], outputs: {-o: f0}}\n");
        for step in 1..100_000 {
            let _ = writeln!(
                text,
                "- {{name: s{step}, command: [x], inputs: {{i: f{}}}, outputs: {{-o: f{step}}}}}",
                step - 1
            );
        }
        let plan = plan(&text, None);
        assert_eq!(order(&plan, Policy::LongestPathFirst).len(), 100_000);
        let mut scheduler = Scheduler::new(&plan, Policy::FileOrder);
        let first = scheduler.start().expect("the first step can start");
        assert_eq!(scheduler.failed(first).len(), 99_999);
        assert!(scheduler.is_finished());
    }
}
