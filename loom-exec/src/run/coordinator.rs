//! The coordinator's side: owns the state, decides, tells.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select};
use loom_graph::{DatumId, Part, StepId};

use super::{Assignment, End, Finished, Told};
use crate::decide::{Decider, Forecast, Reason, Verdict};
use crate::event::{Event, Outcome, SkipReason, Summary};
use crate::files::Items;
use crate::memory::Ledger;
use crate::memory::journal::Record;
use crate::project::Task;
use crate::schedule::{self, Because, How, Scheduler, Skipped, Start};
use crate::slots::GpuPool;
use crate::{Cancel, Decisions, slots};

/// The coordinator's side: owns the state, decides, tells.
pub(super) struct Run<'a> {
    pub(super) decisions: &'a Decisions,
    pub(super) decider: &'a Decider<'a>,
    pub(super) forecast: &'a Forecast,
    pub(super) ledger: Option<&'a Ledger>,
    /// After how many failures nothing more starts.
    pub(super) max_failures: Option<usize>,
    /// The GPUs that no unit has, and those that units have.
    pub(super) gpus: GpuPool,
    pub(super) gpus_of: HashMap<(StepId, schedule::Part), Vec<String>>,
    pub(super) scheduler: Scheduler,
    pub(super) workers: usize,
    /// Closed when nothing more will start, which ends the workers.
    pub(super) jobs: Option<Sender<Assignment>>,
    pub(super) control: Receiver<Finished>,
    pub(super) output: Receiver<Told>,
    pub(super) cancel: &'a Cancel,
    /// What conditions and switches found out, by step.
    pub(super) answers: HashMap<StepId, bool>,
    /// The files that loops go through.
    pub(super) items: HashMap<StepId, Items>,
    /// The first unit of each block that failed.
    pub(super) failed: HashMap<StepId, Arc<str>>,
    /// The blocks of which units were stopped, which are counted themselves.
    pub(super) cut_off: HashSet<StepId>,
    /// The blocks of which something ran.
    pub(super) ran: HashSet<StepId>,
    pub(super) summary: Summary,
    pub(super) watch: &'a mut dyn FnMut(&Event),
}

impl Run<'_> {
    pub(super) fn coordinate(&mut self) {
        let stopped = self.cancel.stopped().clone();
        let never = crossbeam_channel::never();
        loop {
            self.start_what_may_start();
            if self.scheduler.running() == 0 {
                break;
            }
            let stop = if self.jobs.is_some() { &stopped } else { &never };
            let sync =
                self.ledger.and_then(Ledger::sync_in).map_or_else(crossbeam_channel::never, crossbeam_channel::after);
            select! {
                recv(self.control) -> finished => match finished {
                    Ok(finished) => self.finished(finished),
                    Err(_) => break,
                },
                recv(self.output) -> output => if let Ok(output) = output { self.tell(output) },
                recv(stop) -> _ => self.jobs = None,
                // What cannot be kept is told where the next unit would start.
                recv(sync) -> _ => drop(self.ledger.map(Ledger::sync)),
            }
        }
        self.jobs = None;
    }

    fn start_what_may_start(&mut self) {
        let is_broken = self.ledger.is_some_and(|ledger| ledger.broken().is_some());
        if self.cancel.is_stopped() || is_broken || self.has_failed_enough() {
            self.jobs = None;
        }
        let Some(jobs) = &self.jobs else { return };
        let jobs = jobs.clone();
        while self.scheduler.running() < self.workers && !self.cancel.is_stopped() && !self.has_failed_enough() {
            match self.scheduler.start() {
                None => break,
                Some(Start::Count(step)) => self.count_items(step),
                Some(Start::Unit(step, part)) => self.start(step, part, &jobs),
            }
        }
        if self.scheduler.is_finished() {
            self.jobs = None;
        }
    }

    fn has_failed_enough(&self) -> bool {
        self.max_failures.is_some_and(|most| self.summary.failed >= most)
    }

    fn start(&mut self, step: StepId, part: schedule::Part, jobs: &Sender<Assignment>) {
        let unit = self.decisions.plan().graph().unit(step, self.part(step, part));
        let ended = |outcome| End::Ran { outcome, duration: Duration::ZERO, log: None };
        if self.is_nameless(step, part) {
            self.tell_started(step, &unit.name);
            let end = ended(Outcome::Broken { message: "the name of the file is not UTF-8 text".to_owned() });
            return self.finished(Finished { step, part, unit: unit.name, end });
        }
        let reasons = match self.forecast.verdict(&unit.name) {
            // Whatever it waited for may have made something that nobody foresaw.
            Some(Verdict::UpToDate { .. }) if self.has_news(step) => None,
            Some(Verdict::UpToDate { ran_at }) => {
                let end = End::UpToDate { ran_at: *ran_at };
                return self.finished(Finished { step, part, unit: unit.name, end });
            }
            // What was going to change when that was decided has changed, or not.
            Some(Verdict::Run(reasons)) => {
                let is_known = |reason: &&Reason| !matches!(reason, Reason::InputWillChange { .. });
                Some(reasons.iter().filter(is_known).cloned().collect())
            }
            Some(Verdict::Open(_)) | None => None,
        };
        let absent = self.absent(step);
        let answers = |step| self.answers.get(&step).copied();
        let task = self.decisions.task(&unit, self.decisions.facts(&answers, &|datum| !absent.contains(&datum)));
        if let Task::Lead(then) = task {
            self.tell_started(step, &unit.name);
            let end = ended(Outcome::Led { then });
            return self.finished(Finished { step, part, unit: unit.name, end });
        }
        let granted = self.grant(step, part, &task);
        // The workers live as long as the sender does.
        let _ = jobs.send(Assignment { unit, part, task, absent, reasons, granted });
    }

    /// What a step would gather and nobody made.
    fn absent(&self, step: StepId) -> HashSet<DatumId> {
        if !self.decider.may_lack(step) {
            return HashSet::new();
        }
        let links = self.decisions.plan().graph().links();
        let is_there = |datum: DatumId| match links.producer(datum).map(|maker| links.leader(maker)) {
            Some(maker) if self.scheduler.is_planned(maker) => self.scheduler.has_made(maker),
            _ => self.decider.is_there(datum),
        };
        let data = links.reads(step).map(|read| read.datum);
        data.filter(|datum| !is_there(*datum)).collect()
    }

    /// Gives a unit what it takes, as variables that tell it so.
    fn grant(&mut self, step: StepId, part: schedule::Part, task: &Task) -> Vec<(&'static str, String)> {
        let Task::Run { command, .. } = task else { return Vec::new() };
        let takes = self.scheduler.takes(step, part);
        let gpus = self.gpus.take(takes.gpus);
        let in_step = |name: &str| command.variables.iter().any(|(known, _)| known == name);
        let in_environment = |name: &str| self.decisions.environment().contains_key(OsStr::new(name));
        let asked = &self.decisions.plan().graph().step(step).resources;
        let granted = slots::variables(asked, takes, &gpus, &in_step, &in_environment);
        if !gpus.is_empty() {
            self.gpus_of.insert((step, part), gpus);
        }
        granted
    }

    /// Whether anything ran that a step waited for.
    fn has_news(&self, step: StepId) -> bool {
        let links = self.decisions.plan().graph().links();
        links.dependencies(step).iter().any(|leg| self.ran.contains(&links.leader(leg.on)))
    }

    /// The start of what the engine itself does, at once.
    fn tell_started(&mut self, step: StepId, unit: &Arc<str>) {
        let unit = Arc::clone(unit);
        let configuration = self.decisions.plan().graph().configuration(step);
        let (reasons, expected) = (Vec::new(), None);
        (self.watch)(&Event::UnitStarted { unit, configuration, command: None, reasons, expected });
    }

    fn part(&self, step: StepId, part: schedule::Part) -> Part {
        match part {
            schedule::Part::Whole => Part::Whole,
            schedule::Part::Item(item) => {
                let item = self.items.get(&step).and_then(|items| items.names.get(item as usize));
                item.map_or(Part::Whole, |item| Part::Item(Arc::clone(item)))
            }
            schedule::Part::Pass(pass) => Part::Pass(pass),
            schedule::Part::Stop(pass) => Part::Stop(pass),
            schedule::Part::Final(pass) => Part::Final(pass),
        }
    }

    /// Whether a unit is a file that no command line can have.
    fn is_nameless(&self, step: StepId, part: schedule::Part) -> bool {
        match (part, self.items.get(&step)) {
            (schedule::Part::Item(item), Some(items)) => item as usize >= items.names.len() - items.nameless,
            _ => false,
        }
    }

    /// A loop has begun: its files are listed, and become units. One that has none, or cannot, is itself a unit.
    fn count_items(&mut self, step: StepId) {
        let graph = self.decisions.plan().graph();
        let unit = Arc::clone(graph.name(step));
        let begun = Instant::now();
        let items = self.decisions.items(step).and_then(|items| {
            let Some((_, into)) = graph.links().folders_of_loop(step) else { return Ok(items) };
            let into = self.decisions.folder().join(&*into.path);
            std::fs::create_dir_all(&into)
                .map_err(|error| format!("cannot make the folder {}: {error}", into.display()))?;
            Ok(items)
        });
        if let Ok(items) = &items {
            self.remove_left_overs(step, items);
            let (items, foreseen) = (items.names.len(), !self.forecast.is_uncounted(step));
            (self.watch)(&Event::LoopCounted { unit: Arc::clone(&unit), items, foreseen });
        }
        let (count, outcome) = match items {
            Ok(items) if !items.names.is_empty() => {
                let count = u32::try_from(items.names.len()).unwrap_or(u32::MAX);
                self.items.insert(step, items);
                self.scheduler.counted(step, Some(count));
                return;
            }
            Ok(_) => (Some(0), Outcome::Succeeded),
            Err(message) => (None, Outcome::Broken { message }),
        };
        self.tell_started(step, &unit);
        self.count(&outcome);
        if !outcome.is_success() {
            self.failed.insert(step, Arc::clone(&unit));
        }
        (self.watch)(&Event::UnitFinished { unit, outcome, duration: begun.elapsed(), log: None });
        let skipped = self.scheduler.counted(step, count);
        self.tell_skipped(skipped);
    }

    /// Removes what the loop made of files that are not there any more, where that is still as the loop made it.
    fn remove_left_overs(&mut self, step: StepId, items: &Items) {
        let Some(ledger) = self.ledger else { return };
        for (unit, removed) in self.decider.left_overs(step, items) {
            self.ran.insert(step);
            for path in removed {
                let gone = std::fs::remove_file(self.decisions.folder().join(&*path)).is_ok();
                if gone {
                    (self.watch)(&Event::LeftOverRemoved { unit: Arc::clone(&unit), path: path.to_string() });
                }
            }
            // What cannot be kept is told where the next unit would start.
            let _ = ledger.add(&[Record::Gone { unit }]);
        }
    }

    fn tell(&mut self, told: Told) {
        let event = match told {
            Told::Started { step, unit, command, reasons } => {
                let expected = self.forecast.expected(&unit);
                let configuration = self.decisions.plan().graph().configuration(step);
                Event::UnitStarted { unit, configuration, command, reasons, expected }
            }
            Told::Output { unit, stream, text } => Event::UnitOutput { unit, stream, text },
            Told::InputChanged { unit, input } => Event::InputChanged { unit, input },
            Told::PutAside { unit, path, to } => Event::PutAside { unit, path, to },
            Told::Warned(message) => Event::RunWarned { message },
            Told::Leaked { unit, leak } => Event::UnitLeaked { unit, leak },
            Told::Retried { unit, outcome, attempt, of, delay } => {
                Event::UnitRetried { unit, outcome, attempt, of, delay }
            }
        };
        (self.watch)(&event);
    }

    fn finished(&mut self, finished: Finished) {
        // What the unit wrote was sent before the news of its end, on another channel.
        while let Ok(told) = self.output.try_recv() {
            self.tell(told);
        }
        let Finished { step, part, unit, end } = finished;
        if let Some(gpus) = self.gpus_of.remove(&(step, part)) {
            self.gpus.give_back(&gpus);
        }
        let block = self.decisions.plan().graph().links().leader(step);
        let (outcome, duration, log) = match end {
            End::Ran { outcome, duration, log } => (outcome, duration, log),
            End::UpToDate { ran_at } => {
                self.summary.up_to_date += 1;
                (self.watch)(&Event::UnitUpToDate { unit, ran_at });
                let skipped = self.scheduler.ended(step, part, How::Succeeded);
                return self.tell_skipped(skipped);
            }
        };
        // A unit that was stopped by itself is one that failed: what needs it is skipped, and all else goes on.
        if outcome == Outcome::Stopped && self.cancel.is_stopped() {
            self.summary.not_run += 1;
            self.cut_off.insert(block);
            self.scheduler.stopped(step);
            (self.watch)(&Event::UnitFinished { unit, outcome, duration, log });
            return;
        }
        self.count(&outcome);
        self.ran.insert(block);
        let how = match outcome {
            Outcome::Answered { holds } | Outcome::Led { then: holds } | Outcome::Judged { last: holds } => {
                self.answers.insert(step, holds);
                How::Answered(holds)
            }
            Outcome::Succeeded => How::Succeeded,
            _ => {
                self.failed.entry(block).or_insert_with(|| Arc::clone(&unit));
                How::Failed
            }
        };
        (self.watch)(&Event::UnitFinished { unit, outcome, duration, log });
        let skipped = self.scheduler.ended(step, part, how);
        if how == How::Failed {
            self.tell_end_of_passes(block, part);
        }
        self.tell_skipped(skipped);
    }

    /// How much never began: units, as far as they are known, else blocks.
    pub(super) fn never_begun(&self) -> usize {
        let cut_off = self.cut_off.iter().filter(|block| !self.scheduler.has_ended(**block)).count();
        self.scheduler.unfinished().saturating_sub(cut_off)
    }

    fn count(&mut self, outcome: &Outcome) {
        if outcome.is_success() {
            self.summary.succeeded += 1;
        } else {
            self.summary.failed += 1;
            self.summary.panicked |= *outcome == Outcome::Panicked;
        }
    }

    /// A group whose passes end early has not come to what goes by its name.
    fn tell_end_of_passes(&mut self, block: StepId, part: schedule::Part) {
        let graph = self.decisions.plan().graph();
        let Some((name, _)) = graph.group(block) else { return };
        let unit: Arc<str> = name.into();
        if matches!(part, schedule::Part::Final(_)) || !self.scheduler.has_ended(block) {
            return;
        }
        self.summary.skipped += 1;
        let because = SkipReason::Failed(self.failed.get(&block).cloned().unwrap_or_else(|| Arc::clone(&unit)));
        (self.watch)(&Event::UnitSkipped { unit, because });
    }

    /// What is skipped, and why.
    fn tell_skipped(&mut self, skipped: Vec<Skipped>) {
        let graph = self.decisions.plan().graph();
        for Skipped { step, because } in skipped {
            let unit = graph.group(step).map_or_else(|| Arc::clone(graph.name(step)), |(name, _)| name.into());
            let because = match because {
                Because::Failure(block) => {
                    self.summary.skipped += 1;
                    SkipReason::Failed(self.failed.get(&block).unwrap_or(graph.name(block)).clone())
                }
                Because::Switch(switch) => {
                    self.summary.not_taken += 1;
                    SkipReason::ConditionNotMet(Arc::clone(graph.name(switch)))
                }
            };
            (self.watch)(&Event::UnitSkipped { unit, because });
        }
    }
}
