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
    /// What each block needs directly.
    direct: Vec<Vec<Need>>,
    gates: Vec<Vec<(usize, bool)>>,
    rank: Vec<u64>,
    place: Vec<usize>,
    all: Amounts,
    pub(super) planned: Vec<bool>,
    pub(super) fate: Vec<Option<Fate>>,
    pub(super) running: Vec<Unit>,
    progress: HashMap<StepId, Progress>,
}

/// Something that a block needs, and what it can do without.
#[derive(Clone, Copy)]
struct Need {
    on: usize,
    /// It is gathered, and nothing else: without what a switch leads past, there is less of it.
    is_gathered: bool,
    /// So it is without what failed.
    may_fail: bool,
}

/// What a block comes to, as far as it can be told by now.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Prospect {
    /// It waits for something.
    Open,
    /// It may begin.
    May,
    /// What it makes is there.
    Made,
    /// It will not run: something failed, or a switch leads past it.
    Lost(Fate),
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
        let mut direct: Vec<Vec<Need>> = vec![Vec::new(); count];
        let mut gates: Vec<Vec<(usize, bool)>> = vec![Vec::new(); count];
        let mut place = vec![0; count];
        for (index, step) in graph.run_order().enumerate() {
            place[step.index()] = index;
        }
        let leaders: Vec<StepId> = graph.run_order().filter(|step| links.leader(*step) == *step).collect();
        for first in &leaders {
            let of_block = &mut direct[first.index()];
            for step in links.block(*first) {
                let may_fail = graph.step(step).gather.as_ref().is_some_and(|gather| gather.allow_failed);
                for leg in links.dependencies(step).iter().filter(|leg| links.leader(leg.on) != *first) {
                    let (on, is_gathered) = (links.leader(leg.on).index(), links.is_gathered(step, leg));
                    let need = Need { on, is_gathered, may_fail: is_gathered && may_fail };
                    match of_block.iter_mut().find(|need| need.on == on) {
                        None => of_block.push(need),
                        Some(known) => {
                            known.is_gathered &= need.is_gathered;
                            known.may_fail &= need.may_fail;
                        }
                    }
                }
            }
            let direct = of_block.iter().map(|need| need.on);
            let all = direct.clone().flat_map(|on| needs[on].clone()).chain(direct);
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
            direct,
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

    /// What each block comes to, worked out from those before it.
    fn prospects(&self) -> Vec<Prospect> {
        let mut prospects = vec![Prospect::Open; self.fate.len()];
        for block in self.graph.run_order().filter(|step| self.graph.links().leader(*step) == *step) {
            let block = block.index();
            prospects[block] = match self.fate[block] {
                Some(Fate::Running) => Prospect::Open,
                Some(Fate::Succeeded | Fate::Led(_)) => Prospect::Made,
                Some(Fate::Failed | Fate::Skipped) => Prospect::Lost(Fate::Skipped),
                Some(Fate::NotTaken) => Prospect::Lost(Fate::NotTaken),
                None => match self.prospect(block, &prospects) {
                    Prospect::May if !self.planned[block] => Prospect::Made,
                    prospect => prospect,
                },
            };
        }
        prospects
    }

    /// What a block that has not begun comes to, if this is what those come to that it needs.
    fn prospect(&self, block: usize, of: &[Prospect]) -> Prospect {
        let leads_past = |(switch, then): &(usize, bool)| self.fate[*switch] == Some(Fate::Led(!*then));
        if self.gates[block].iter().any(leads_past) {
            return Prospect::Lost(Fate::NotTaken);
        }
        let needs = &self.direct[block];
        let is_fatal = |need: &&Need| match of[need.on] {
            Prospect::Lost(Fate::NotTaken) => !need.is_gathered,
            Prospect::Lost(_) => !need.may_fail,
            _ => false,
        };
        if let Some(fatal) = needs.iter().find(is_fatal) {
            return of[fatal.on];
        }
        if needs.iter().any(|need| matches!(of[need.on], Prospect::Open | Prospect::May)) {
            return Prospect::Open;
        }
        let gathered = || needs.iter().filter(|need| need.is_gathered).map(|need| of[need.on]);
        if gathered().next().is_none() || gathered().any(|made| made == Prospect::Made) {
            return Prospect::May;
        }
        // Of nothing, one that failed may be a part.
        let by_failure = gathered().any(|lost| lost == Prospect::Lost(Fate::Skipped));
        Prospect::Lost(if by_failure { Fate::Skipped } else { Fate::NotTaken })
    }

    /// Everything that could start, were there room, in no order.
    pub(super) fn ready(&self) -> Vec<Unit> {
        let links = self.graph.links();
        let nothing_yet = Progress::default();
        let prospects = self.prospects();
        let mut ready = Vec::new();
        for block in links.steps().filter(|step| self.planned[step.index()]) {
            let begins = prospects[block.index()] == Prospect::May;
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

    /// What can no longer run because of what has just become of a block, and what that makes of it.
    pub(super) fn skipped(&self) -> Vec<(usize, Fate)> {
        let prospects = self.prospects();
        let open = |step: &usize| self.planned[*step] && self.fate[*step].is_none();
        let lost = |step: usize| match prospects[step] {
            Prospect::Lost(fate) => Some((step, fate)),
            _ => None,
        };
        (0..self.fate.len()).filter(open).filter_map(lost).collect()
    }
}
