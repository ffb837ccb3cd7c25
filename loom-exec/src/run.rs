//! Running a plan: one thread that owns all state, and workers that know nothing of the graph.
//!
//! Jobs go to the workers and control messages come back on channels that never block whoever ends a unit. Output comes back
//! on a bounded one: whoever watches slowly slows the output down, not the memory up.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded, select, unbounded};
use loom_graph::{Asked, Part, Question, StepId, Unit};

use crate::event::{Event, Outcome, SkipReason, Stream, Summary};
use crate::executor::{Executor, Job};
use crate::fetch::{FetchError, Fetcher};
use crate::lines::Lines;
use crate::project::Task;
use crate::record::{Log, Memory, RunFolder};
use crate::schedule::{self, Because, How, Policy, Scheduler, Skipped, Start};
use crate::{Cancel, Command, Decisions, copies, limits, question};

/// How a plan is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How many units may run at the same time; 0 is as many as the pipeline says, else as many as this process has CPUs.
    pub workers: usize,
    /// What ends the run from outside.
    pub cancel: Option<Cancel>,
    /// How long steps may take to end once they were told to, before they are killed.
    pub grace: Duration,
    /// Where the output of the units is kept.
    pub memory: Memory,
    /// Whether what steps leave running outside their process group (`setsid`) is ended with the run. For this the
    /// process becomes the parent of all its orphaned descendants, and ends **every** child it has when the run is over: it is
    /// for programs that have no others. Only Linux can do this; elsewhere it has no effect.
    pub end_orphans: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { workers: 0, cancel: None, grace: Duration::from_secs(10), memory: Memory::default(), end_orphans: false }
    }
}

/// A run could not begin. Once it has begun, whatever happens is an [`Event`].
#[derive(Debug, thiserror::Error)]
#[error("cannot {what}: {source}")]
pub struct RunError {
    what: String,
    source: io::Error,
}

/// Output that may be on its way to the watcher at once: at most this many pieces of some 64 kB.
const OUTPUT_IN_FLIGHT: usize = 64;

/// A unit for a worker to run.
struct Assignment {
    unit: Unit,
    part: schedule::Part,
    task: Task,
}

/// A unit that has ended.
struct Finished {
    step: StepId,
    part: schedule::Part,
    unit: Arc<str>,
    outcome: Outcome,
    duration: Duration,
    log: Option<PathBuf>,
}

struct Output {
    unit: Arc<str>,
    stream: Stream,
    text: Vec<u8>,
}

pub(crate) fn run(
    decisions: &Decisions,
    executor: &dyn Executor,
    options: &RunOptions,
    watch: &mut dyn FnMut(&Event),
) -> Result<Summary, RunError> {
    let begun = Instant::now();
    let plan = decisions.plan();
    let workers = match options.workers {
        0 => decisions.workers(None),
        workers => workers,
    };
    let failed = |what: &str| {
        let what = what.to_owned();
        move |source| RunError { what, source }
    };
    let cancel = match &options.cancel {
        Some(cancel) => cancel.clone(),
        None => Cancel::new().map_err(failed("make a pipe"))?,
    };
    let id: Arc<str> = run_id().into();
    let folder = match &options.memory {
        Memory::Nowhere => None,
        Memory::InPipelineFolder => Some(decisions.folder().join(".loom")),
        Memory::In(folder) => Some(folder.clone()),
    };
    let folder = match folder.filter(|_| !plan.steps().is_empty()) {
        Some(base) => {
            let made = RunFolder::create(&base, decisions.file_name(), &id);
            Some(made.map_err(failed(&format!("keep the run in {}", base.display())))?)
        }
        None => None,
    };

    #[cfg(target_os = "linux")]
    if options.end_orphans {
        crate::local::orphans::adopt().map_err(failed("adopt orphaned processes"))?;
    }
    watch(&Event::RunStarted { run: Arc::clone(&id), steps: plan.step_count(), workers });
    let policy = if workers == 1 { Policy::FileOrder } else { Policy::LongestPathFirst };
    // A loop, and a group that runs in passes, may have any number of units.
    let is_one = |step: &StepId| plan.graph().step(*step).each.is_none();
    let units = if plan.steps().iter().all(is_one) { plan.steps().len() } else { usize::MAX };
    let threads = workers.min(units).min(limits::workers());
    let fetcher = Fetcher::new(decisions.environment());
    let (jobs, job_queue) = unbounded::<Assignment>();
    let (control_sender, control) = unbounded();
    let (output_sender, output) = bounded(OUTPUT_IN_FLIGHT);
    let mut run = Run {
        decisions,
        scheduler: Scheduler::new(plan, policy),
        workers: threads,
        jobs: Some(jobs),
        control,
        output,
        cancel: &cancel,
        answers: HashMap::new(),
        items: HashMap::new(),
        failed: HashMap::new(),
        summary: Summary::default(),
        watch,
    };
    let environment = environment(decisions, &id);
    std::thread::scope(|scope| {
        for index in 0..threads {
            let worker = Worker {
                decisions,
                executor,
                fetcher: &fetcher,
                environment: environment.clone(),
                folder: folder.as_ref(),
                cancel: &cancel,
                grace: options.grace,
                jobs: job_queue.clone(),
                control: control_sender.clone(),
                output: output_sender.clone(),
            };
            let spawned = std::thread::Builder::new()
                .name(format!("loom-worker-{index}"))
                .spawn_scoped(scope, move || worker.run());
            // With fewer threads there is less at the same time, but with none there is nothing.
            if let Err(error) = spawned {
                run.workers = index;
                if index == 0 {
                    return Err(RunError { what: "start a thread".to_owned(), source: error });
                }
                break;
            }
        }
        drop((job_queue, control_sender, output_sender));
        run.coordinate();
        Ok(())
    })?;
    #[cfg(target_os = "linux")]
    if options.end_orphans {
        crate::local::orphans::end_all();
    }
    let mut summary = run.summary;
    summary.not_run += run.scheduler.unfinished();
    summary.stopped_by = cancel.signal();
    summary.duration = begun.elapsed();
    watch(&Event::RunFinished { summary: summary.clone() });
    Ok(summary)
}

/// Names a run by when it began and who ran it, so that names sort by time.
fn run_id() -> String {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ");
    format!("{now}-{}", std::process::id())
}

/// What all steps of a run have in their environment.
fn environment(decisions: &Decisions, run: &str) -> Vec<(OsString, OsString)> {
    let mut environment: Vec<_> =
        decisions.environment().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    if !decisions.environment().contains_key(std::ffi::OsStr::new("PYTHONUNBUFFERED")) {
        environment.push(("PYTHONUNBUFFERED".into(), "1".into()));
    }
    environment.retain(|(name, _)| name != "PWD");
    environment.push(("PWD".into(), decisions.folder().into()));
    environment.push(("LOOM_RUN_ID".into(), run.into()));
    environment.push(("LOOM_PIPELINE_DIR".into(), decisions.folder().into()));
    environment
}

/// The coordinator's side: owns the state, decides, tells.
struct Run<'a> {
    decisions: &'a Decisions,
    scheduler: Scheduler,
    workers: usize,
    /// Closed when nothing more will start, which ends the workers.
    jobs: Option<Sender<Assignment>>,
    control: Receiver<Finished>,
    output: Receiver<Output>,
    cancel: &'a Cancel,
    /// What conditions and switches found out, by step.
    answers: HashMap<StepId, bool>,
    /// The files that loops go through.
    items: HashMap<StepId, Vec<Arc<str>>>,
    /// The first unit of each block that failed.
    failed: HashMap<StepId, Arc<str>>,
    summary: Summary,
    watch: &'a mut dyn FnMut(&Event),
}

impl Run<'_> {
    fn coordinate(&mut self) {
        let stopped = self.cancel.stopped().clone();
        let never = crossbeam_channel::never();
        loop {
            self.start_what_may_start();
            if self.scheduler.running() == 0 {
                break;
            }
            let stop = if self.jobs.is_some() { &stopped } else { &never };
            select! {
                recv(self.control) -> finished => match finished {
                    Ok(finished) => self.finished(finished),
                    Err(_) => break,
                },
                recv(self.output) -> output => if let Ok(output) = output { self.tell(output) },
                recv(stop) -> _ => self.jobs = None,
            }
        }
        self.jobs = None;
    }

    fn start_what_may_start(&mut self) {
        if self.cancel.is_stopped() {
            self.jobs = None;
        }
        let Some(jobs) = &self.jobs else { return };
        let jobs = jobs.clone();
        while self.scheduler.running() < self.workers && !self.cancel.is_stopped() {
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

    fn start(&mut self, step: StepId, part: schedule::Part, jobs: &Sender<Assignment>) {
        let unit = self.decisions.plan().graph().unit(step, self.part(step, part));
        let task = self.decisions.task(&unit, &|step| self.answers.get(&step).copied());
        let command = match &task {
            Task::Run(command) | Task::Ask(_, Some(command)) => Some(command.clone()),
            Task::Ask(_, None) | Task::Lead(_) | Task::Copy(_) => None,
        };
        // Told before the worker knows of it, so that nothing of the unit can be told earlier.
        (self.watch)(&Event::UnitStarted { unit: Arc::clone(&unit.name), command });
        if let Task::Lead(then) = task {
            let outcome = Outcome::Led { then };
            return self.finished(Finished {
                step,
                part,
                unit: unit.name,
                outcome,
                duration: Duration::ZERO,
                log: None,
            });
        }
        // The workers live as long as the sender does.
        let _ = jobs.send(Assignment { unit, part, task });
    }

    fn part(&self, step: StepId, part: schedule::Part) -> Part {
        match part {
            schedule::Part::Whole => Part::Whole,
            schedule::Part::Item(item) => {
                let item = self.items.get(&step).and_then(|items| items.get(item as usize));
                item.map_or(Part::Whole, |item| Part::Item(Arc::clone(item)))
            }
            schedule::Part::Pass(pass) => Part::Pass(pass),
            schedule::Part::Stop(pass) => Part::Stop(pass),
            schedule::Part::Final(pass) => Part::Final(pass),
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
            (self.watch)(&Event::LoopCounted { unit: Arc::clone(&unit), items: items.len() });
        }
        let (count, outcome) = match items {
            Ok(items) if !items.is_empty() => {
                let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
                self.items.insert(step, items);
                self.scheduler.counted(step, Some(count));
                return;
            }
            Ok(_) => (Some(0), Outcome::Succeeded),
            Err(message) => (None, Outcome::Broken { message }),
        };
        (self.watch)(&Event::UnitStarted { unit: Arc::clone(&unit), command: None });
        self.count(&outcome);
        if !outcome.is_success() {
            self.failed.insert(step, Arc::clone(&unit));
        }
        (self.watch)(&Event::UnitFinished { unit, outcome, duration: begun.elapsed(), log: None });
        let skipped = self.scheduler.counted(step, count);
        self.tell_skipped(step, skipped);
    }

    fn tell(&mut self, output: Output) {
        let Output { unit, stream, text } = output;
        (self.watch)(&Event::UnitOutput { unit, stream, text });
    }

    fn finished(&mut self, finished: Finished) {
        // What the unit wrote was sent before the news of its end, on another channel.
        while let Ok(output) = self.output.try_recv() {
            self.tell(output);
        }
        let Finished { step, part, unit, outcome, duration, log } = finished;
        let block = self.decisions.plan().graph().links().leader(step);
        if outcome == Outcome::Stopped {
            self.summary.not_run += 1;
            self.scheduler.stopped(step);
            (self.watch)(&Event::UnitFinished { unit, outcome, duration, log });
            return;
        }
        self.count(&outcome);
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
        self.tell_skipped(block, skipped);
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

    /// What is skipped because of how a block ended.
    fn tell_skipped(&mut self, block: StepId, skipped: Vec<Skipped>) {
        let graph = self.decisions.plan().graph();
        for Skipped { step, because } in skipped {
            let unit = graph.group(step).map_or_else(|| Arc::clone(graph.name(step)), |(name, _)| name.into());
            let because = match because {
                Because::Failure => {
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

/// A worker's side: takes a job, runs it, tells how it ended.
struct Worker<'a> {
    decisions: &'a Decisions,
    executor: &'a dyn Executor,
    fetcher: &'a Fetcher,
    environment: Vec<(OsString, OsString)>,
    folder: Option<&'a RunFolder>,
    cancel: &'a Cancel,
    grace: Duration,
    jobs: Receiver<Assignment>,
    control: Sender<Finished>,
    output: Sender<Output>,
}

impl Worker<'_> {
    fn run(mut self) {
        while let Ok(Assignment { unit, part, task }) = self.jobs.recv() {
            let completion = Completion {
                control: &self.control.clone(),
                begun: Instant::now(),
                step: unit.step,
                part,
                unit: Arc::clone(&unit.name),
                // What is told if this thread unwinds before it knows better.
                outcome: Outcome::Panicked,
                log: None,
            };
            // A panic was told of by then; the thread goes on, so that the others' jobs are not left lying.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.work(&unit, &task, completion)));
        }
    }

    fn work(&mut self, unit: &Unit, task: &Task, mut completion: Completion<'_>) {
        if self.cancel.is_stopped() {
            completion.outcome = Outcome::Stopped;
            return;
        }
        let mut log = Log::new(self.folder.map(|folder| folder.log_path(&unit.name)));
        completion.outcome = self.do_task(unit, task, &mut log);
        match log.finish() {
            Ok(path) => completion.log = path,
            Err(message) if completion.outcome.is_success() => {
                completion.outcome = Outcome::Broken { message };
            }
            Err(_) => {}
        }
    }

    fn do_task(&mut self, unit: &Unit, task: &Task, log: &mut Log) -> Outcome {
        let folder = self.decisions.folder();
        let broken = |message| Outcome::Broken { message };
        match task {
            Task::Run(command) => self.execute(unit, command, log),
            Task::Ask(question, Some(command)) => self.ask(unit, question, command, log),
            Task::Ask(question, None) => match question.asked {
                Asked::Predicate(predicate) => match question::look(question, predicate, folder) {
                    Ok(holds) => Outcome::Answered { holds },
                    Err(message) => broken(message),
                },
                Asked::Script(_) => broken("there is no Python to ask".to_owned()),
            },
            Task::Lead(then) => Outcome::Led { then: *then },
            Task::Copy(copies) => {
                let copy = |(from, to): &(String, String)| copies::copy(&folder.join(from), &folder.join(to));
                copies.iter().try_for_each(copy).map_or_else(broken, |()| Outcome::Succeeded)
            }
        }
    }

    /// Asks a script: its answer is all that comes by standard output, and is no output of the unit.
    fn ask(&mut self, unit: &Unit, question: &Question, command: &Command, log: &mut Log) -> Outcome {
        /// No answer is longer.
        const LONGEST: usize = 16;
        let mut answer = Vec::new();
        let outcome = self.run_command(unit, command, log, &mut |stream, bytes| {
            if stream == Stream::Stdout {
                let room = LONGEST.saturating_sub(answer.len()).min(bytes.len());
                answer.extend_from_slice(&bytes[..room]);
            }
            stream == Stream::Stderr
        });
        match (outcome, question::answer(question, &answer), &unit.part) {
            (Outcome::Succeeded, Some(last), Part::Stop(_)) => Outcome::Judged { last },
            (Outcome::Succeeded, Some(holds), _) => Outcome::Answered { holds },
            (Outcome::Succeeded, None, _) => Outcome::Broken { message: "it ended without an answer".to_owned() },
            (outcome, ..) => outcome,
        }
    }

    fn execute(&mut self, unit: &Unit, command: &Command, log: &mut Log) -> Outcome {
        let graph = self.decisions.plan().graph();
        for (url, path) in graph.fetched(unit) {
            match self.fetcher.fetch(&url, &self.decisions.folder().join(&*path), self.cancel) {
                Ok(()) => {}
                Err(FetchError::Stopped) => return Outcome::Stopped,
                Err(error) => return Outcome::Broken { message: error.to_string() },
            }
        }
        let outputs = graph.outputs(unit);
        if self.executor.shares_files()
            && let Err(message) = self.make_folders(&outputs)
        {
            return Outcome::Broken { message };
        }
        let outcome = self.run_command(unit, command, log, &mut |_, _| true);
        if outcome == Outcome::Succeeded && self.executor.shares_files() {
            return self.look_for(outputs);
        }
        outcome
    }

    /// Runs a command; what it writes is kept and told where `wanted` says so.
    fn run_command(
        &mut self,
        unit: &Unit,
        command: &Command,
        log: &mut Log,
        wanted: &mut dyn FnMut(Stream, &[u8]) -> bool,
    ) -> Outcome {
        let mut out = Lines::default();
        let mut err = Lines::default();
        let (sender, cancel) = (&self.output, self.cancel);
        let tell = |stream: Stream, text: Option<Vec<u8>>| {
            let Some(text) = text else { return };
            let mut message = Output { unit: Arc::clone(&unit.name), stream, text };
            // Whoever reads may be slow, but must not keep the step from being stopped.
            while let Err(SendTimeoutError::Timeout(back)) = sender.send_timeout(message, Duration::from_millis(20)) {
                if cancel.is_stopped() {
                    break;
                }
                message = back;
            }
        };
        self.environment.push(("LOOM_STEP".into(), (*unit.name).into()));
        let outcome = self.executor.execute(Job {
            unit: &unit.name,
            command,
            folder: self.decisions.folder(),
            environment: &self.environment,
            cancel: self.cancel,
            grace: self.grace,
            output: &mut |stream, bytes| {
                if !wanted(stream, bytes) {
                    return;
                }
                log.append(bytes);
                match stream {
                    Stream::Stdout => tell(stream, out.push(bytes)),
                    Stream::Stderr => tell(stream, err.push(bytes)),
                }
            },
        });
        self.environment.pop();
        tell(Stream::Stdout, out.finish());
        tell(Stream::Stderr, err.finish());
        outcome
    }

    fn make_folders(&self, outputs: &[String]) -> Result<(), String> {
        for output in outputs {
            let path = self.decisions.folder().join(output);
            let Some(folder) = path.parent() else { continue };
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
        }
        Ok(())
    }

    fn look_for(&self, outputs: Vec<String>) -> Outcome {
        let missing = |path: &String| !self.decisions.folder().join(path).exists();
        let paths: Vec<String> = outputs.into_iter().filter(missing).collect();
        if paths.is_empty() { Outcome::Succeeded } else { Outcome::MissingOutputs { paths } }
    }
}

/// Tells the end of a job when it is dropped, however that comes about: no path through a worker, not even a panic,
/// can leave the coordinator waiting.
struct Completion<'a> {
    control: &'a Sender<Finished>,
    begun: Instant,
    step: StepId,
    part: schedule::Part,
    unit: Arc<str>,
    outcome: Outcome,
    log: Option<PathBuf>,
}

impl Drop for Completion<'_> {
    fn drop(&mut self) {
        let outcome = std::mem::replace(&mut self.outcome, Outcome::Panicked);
        let _ = self.control.send(Finished {
            step: self.step,
            part: self.part,
            unit: Arc::clone(&self.unit),
            outcome,
            duration: self.begun.elapsed(),
            log: self.log.take(),
        });
    }
}
