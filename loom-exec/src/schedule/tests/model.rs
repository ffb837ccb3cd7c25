//! The reference model: what may start, worked out anew each time from what has happened so far.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use loom_graph::{Plan, Role, StepGraph, StepId};

use super::super::{How, Part, Policy};

/// CPUs, memory, GPUs.
pub(super) type Amounts = [u64; 3];

/// A part of a step.
pub(super) type Unit = (StepId, Part);

pub(super) fn fits(wanted: Amounts, room: Amounts) -> bool {
    wanted.iter().zip(room).all(|(wanted, room)| *wanted <= room)
}

pub(super) struct Model {
    graph: Arc<StepGraph>,
    /// What each block needs, directly or not.
    needs: Vec<Vec<usize>>,
    gates: Vec<Vec<(usize, bool)>>,
    rank: Vec<u64>,
    place: Vec<usize>,
    all: Amounts,
    pub(super) planned: Vec<bool>,
    pub(super) fate: Vec<Option<Fate>>,
    pub(super) running: Vec<Unit>,
    progress: HashMap<StepId, Progress>,
}

/// What has become of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fate {
    Running,
    Succeeded,
    Led(bool),
    Failed,
    Skipped,
    NotTaken,
}

/// What has happened in a block.
#[derive(Default)]
struct Progress {
    /// Of a loop: how many items there are, and how many have begun.
    items: u32,
    begun: u32,
    /// Of passes: the one that runs, and the one that was the last.
    pass: u32,
    last: Option<u32>,
    ended: Vec<Unit>,
    failed: bool,
}

impl Model {
    pub(super) fn new(plan: &Plan, policy: Policy, all: Amounts, times: &[Option<u64>]) -> Self {
        let graph = Arc::clone(plan.graph());
        let links = graph.links();
        let count = links.step_count();
        let mut needs: Vec<Vec<usize>> = vec![Vec::new(); count];
        let mut gates: Vec<Vec<(usize, bool)>> = vec![Vec::new(); count];
        let mut place = vec![0; count];
        for (index, step) in graph.run_order().enumerate() {
            place[step.index()] = index;
        }
        let leaders: Vec<StepId> = graph.run_order().filter(|step| links.leader(*step) == *step).collect();
        for first in &leaders {
            let legs = links.block(*first).flat_map(|step| links.dependencies(step));
            let direct = legs.map(|leg| links.leader(leg.on)).filter(|on| on != first).map(StepId::index);
            let direct: Vec<usize> = direct.collect();
            let all = direct.iter().flat_map(|on| needs[*on].clone()).chain(direct.iter().copied());
            let mut all: Vec<usize> = all.collect();
            all.sort_unstable();
            all.dedup();
            needs[first.index()] = all;
            for used in links.block(*first).flat_map(|step| links.uses(step)) {
                if let Role::Gate { then } = used.role {
                    gates[first.index()].push((links.producer(used.datum).expect("a switch").index(), then));
                }
            }
        }
        let mut planned = vec![false; count];
        let of_plan = plan.steps().iter().filter(|step| links.leader(**step) == **step);
        of_plan.for_each(|step| planned[step.index()] = true);
        let mut rank = vec![0; count];
        if policy == Policy::LongestPathFirst {
            let mut known: Vec<u64> = (0..count).filter(|step| planned[*step]).filter_map(|step| times[step]).collect();
            known.sort_unstable();
            let middle = known.get(known.len() / 2).copied().unwrap_or(1);
            for step in leaders.iter().rev().map(|step| step.index()) {
                let behind = leaders.iter().map(|other| other.index());
                let behind = behind.filter(|other| needs[*other].binary_search(&step).is_ok());
                let behind = behind.map(|other| rank[other]).max().unwrap_or(0);
                rank[step] = behind + if planned[step] { times[step].unwrap_or(middle) } else { 0 };
            }
        }
        Self {
            fate: vec![None; count],
            graph,
            needs,
            gates,
            rank,
            place,
            all,
            planned,
            running: Vec::new(),
            progress: HashMap::new(),
        }
    }

    /// What a unit takes while it runs.
    pub(super) fn takes(&self, (step, part): Unit) -> Amounts {
        let asked = &self.graph.step(step).resources;
        let amount = |asked: &Option<loom_spec::Amount>, else_| asked.as_ref().map_or(else_, |asked| asked.amount);
        let asked = match part {
            Part::Whole if self.graph.step(step).each.is_some() => [0, 0, 0],
            Part::Stop(_) | Part::Final(_) => [1, 0, 0],
            _ => [amount(&asked.cpus, 1), amount(&asked.mem, 0), amount(&asked.gpus, 0)],
        };
        std::array::from_fn(|resource| asked[resource].min(self.all[resource]))
    }

    /// What no running unit takes; a panic, if they take more than there is.
    pub(super) fn free(&self) -> Amounts {
        let mut free = self.all;
        for unit in &self.running {
            for (free, taken) in free.iter_mut().zip(self.takes(*unit)) {
                *free = free
                    .checked_sub(taken)
                    .unwrap_or_else(|| panic!("{:?} take more than {:?}", self.running, self.all));
            }
        }
        free
    }

    fn may_begin(&self, block: usize) -> bool {
        let well = |need: &usize| matches!(self.fate[*need], Some(Fate::Succeeded | Fate::Led(_)));
        let satisfied = |need: &usize| !self.planned[*need] || well(need);
        self.planned[block] && self.fate[block].is_none() && self.needs[block].iter().all(satisfied)
    }

    /// Everything that could start, were there room, in no order.
    pub(super) fn ready(&self) -> Vec<Unit> {
        let links = self.graph.links();
        let nothing_yet = Progress::default();
        let mut ready = Vec::new();
        for block in links.steps().filter(|step| self.planned[step.index()]) {
            let begins = self.may_begin(block.index());
            if !begins && self.fate[block.index()] != Some(Fate::Running) {
                continue;
            }
            let is_running = |unit: Unit| self.running.contains(&unit);
            let here = self.progress.get(&block).unwrap_or(&nothing_yet);
            if let Some(each) = &self.graph.step(block).each {
                let has_room = each.parallel != Some(false) || !self.running.iter().any(|(step, _)| *step == block);
                if begins {
                    ready.push((block, Part::Whole));
                } else if here.begun < here.items && has_room {
                    ready.push((block, Part::Item(here.begun)));
                }
            } else if self.graph.group(block).is_some() {
                let pass = Part::Pass(here.pass);
                let has_ended = |step: StepId| here.ended.contains(&(step, pass));
                let wanted = match here.last {
                    _ if here.failed => Vec::new(),
                    Some(last) => vec![(block, Part::Final(last))],
                    None if links.block(block).all(has_ended) => vec![(block, Part::Stop(here.pass))],
                    None => {
                        let may = |step: &StepId| {
                            let mut inner =
                                links.dependencies(*step).iter().filter(|leg| links.leader(leg.on) == block);
                            !has_ended(*step) && inner.all(|leg| has_ended(leg.on))
                        };
                        links.block(block).filter(may).map(|step| (step, pass)).collect()
                    }
                };
                ready.extend(wanted.into_iter().filter(|unit| !is_running(*unit)));
            } else if begins {
                ready.push((block, Part::Whole));
            }
        }
        ready
    }

    /// The highest of these.
    pub(super) fn highest(&self, units: impl Iterator<Item = Unit>) -> Option<Unit> {
        let leader = |step| self.graph.links().leader(step).index();
        units.max_by_key(|(step, _)| (self.rank[leader(*step)], Reverse(self.place[step.index()])))
    }

    /// A unit starts, or the items of a loop are counted.
    pub(super) fn started(&mut self, unit: Unit, items: Option<u32>) {
        let block = self.graph.links().leader(unit.0);
        self.fate[block.index()] = Some(Fate::Running);
        let here = self.progress.entry(block).or_default();
        match (unit.1, items) {
            (Part::Whole, Some(items)) => here.items = items,
            (part, _) => {
                here.begun += u32::from(matches!(part, Part::Item(_)));
                self.running.push(unit);
            }
        }
    }

    /// A unit has ended. Returns whether its block has, too.
    pub(super) fn ended(&mut self, unit: Unit, how: How) -> bool {
        self.running.retain(|running| *running != unit);
        let links = self.graph.links();
        let block = links.leader(unit.0);
        let none_runs = !self.running.iter().any(|(step, _)| links.leader(*step) == block);
        let here = self.progress.get_mut(&block).expect("it began");
        here.ended.push(unit);
        here.failed |= how == How::Failed;
        if let (Some((_, passes)), false) = (self.graph.group(block), here.failed) {
            let pass = here.pass;
            let is_whole = links.block(block).all(|step| here.ended.contains(&(step, Part::Pass(pass))));
            let goes_on = match unit.1 {
                Part::Pass(_) => is_whole && passes.stop.is_none(),
                Part::Stop(_) => how != How::Answered(true),
                _ => false,
            };
            let was_last = pass as usize + 1 == passes.pass_count();
            match unit.1 {
                Part::Pass(_) | Part::Stop(_) if goes_on && !was_last => here.pass += 1,
                Part::Pass(_) if goes_on => here.last = Some(pass),
                Part::Stop(_) => here.last = Some(pass),
                _ => {}
            }
        }
        let over = match unit.1 {
            Part::Whole | Part::Final(_) => true,
            Part::Item(_) => here.ended.len() as u32 == here.items,
            Part::Pass(_) | Part::Stop(_) => here.failed && none_runs,
        };
        if over {
            let fate = match (here.failed, how) {
                (true, _) => Fate::Failed,
                (false, How::Answered(holds)) => Fate::Led(holds),
                (false, _) => Fate::Succeeded,
            };
            self.fate[block.index()] = Some(fate);
        }
        over
    }

    /// What can no longer run because of what has just become of a block: it is behind it, or behind what is barred.
    pub(super) fn skipped_by(&self, ended: usize) -> Vec<usize> {
        let open = |step: &usize| self.planned[*step] && self.fate[*step].is_none();
        let barred = |step: usize| match self.fate[ended] {
            Some(Fate::Led(then)) => self.gates[step].contains(&(ended, !then)),
            _ => false,
        };
        let failed = self.fate[ended] == Some(Fate::Failed);
        let hit = |step: &usize| {
            failed && self.needs[*step].binary_search(&ended).is_ok()
                || barred(*step)
                || self.needs[*step].iter().any(|need| barred(*need))
        };
        (0..self.needs.len()).filter(|step| open(step) && hit(step)).collect()
    }
}
