//! Running a plan: one thread that owns all state, and workers that know nothing of the graph.
//!
//! Jobs go to the workers and control messages come back on channels that never block whoever ends a unit. Output comes back
//! on a bounded one: whoever watches slowly slows the output down, not the memory up.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{RecvTimeoutError, bounded, unbounded};
use loom_graph::{DatumId, StepId, Unit};

use crate::decide::{Always, Decider, Forecast, Reason, Verdict};
use crate::event::{Event, Outcome, Stream, Summary};
use crate::executor::{Executor, Leak};
use crate::fetch::Fetcher;
use crate::memory::lock::{Asked, Lock};
use crate::memory::run_folder::{Recorder, RunFolder};
use crate::memory::{self, Ledger, Memory};
use crate::project::Task;
use crate::schedule::{self, Policy, Scheduler};
use crate::slots::{GpuPool, Machine};
use crate::{Cancel, Command, Decisions, limits};

mod aside;
mod coordinator;
mod worker;

pub(crate) use aside::Whose;
use coordinator::Run;
use worker::Worker;

/// How a plan is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// How many units may run at the same time; 0 is as many as the pipeline says, else as many as this process has CPUs.
    pub workers: usize,
    /// What ends the run from outside.
    pub cancel: Option<Cancel>,
    /// How long steps may take to end once they were told to, before they are killed.
    pub grace: Duration,
    /// Where the run is kept, and what is known of earlier ones.
    pub memory: Memory,
    /// Whether everything selected runs, be it up to date or not.
    pub force: bool,
    /// Whether to wait for another run that has the lock; else it is an error with [`RunError::is_locked`].
    pub wait: bool,
    /// Whether nothing more starts after the first failure.
    pub fail_fast: bool,
    /// Whether what steps leave running outside their process group (`setsid`) is found and ended, too. For this the
    /// process becomes the parent of all its orphaned descendants, and ends **every** child it has when the run is over: it is
    /// for programs that have no others. Only Linux can do this; elsewhere it has no effect.
    pub end_orphans: bool,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            workers: 0,
            cancel: None,
            grace: Duration::from_secs(10),
            memory: Memory::default(),
            force: false,
            wait: true,
            fail_fast: false,
            end_orphans: false,
        }
    }
}

/// A run could not begin. Once it has begun, whatever happens is an [`Event`].
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct RunError {
    kind: RunErrorKind,
}

#[derive(Debug, thiserror::Error)]
enum RunErrorKind {
    #[error("cannot {what}: {source}")]
    System { what: String, source: io::Error },
    #[error("the pipeline folder is in use by the run {holder}")]
    Locked { holder: Arc<str> },
    #[error("the pipeline folder is in use by the run {holder}, of which this is a step: it would wait for itself")]
    WaitsForItself { holder: Arc<str> },
}

impl RunError {
    fn system(what: &str, source: io::Error) -> Self {
        Self { kind: RunErrorKind::System { what: what.to_owned(), source } }
    }

    /// Whether it is another run that is in the way, and only that.
    pub fn is_locked(&self) -> bool {
        matches!(self.kind, RunErrorKind::Locked { .. } | RunErrorKind::WaitsForItself { .. })
    }
}

/// Output that may be on its way to the watcher at once: at most this many pieces of some 64 kB.
const OUTPUT_IN_FLIGHT: usize = 64;

/// A unit for a worker to run.
struct Assignment {
    unit: Unit,
    part: schedule::Part,
    task: Task,
    /// What it would gather, and nobody made.
    absent: HashSet<DatumId>,
    /// Why it is to run; none if that is still to be decided.
    reasons: Option<Vec<Reason>>,
    /// Variables that tell it what it was given.
    granted: Vec<(&'static str, String)>,
}

/// A unit that has ended.
struct Finished {
    step: StepId,
    part: schedule::Part,
    unit: Arc<str>,
    end: End,
}

/// How a unit came to its end.
enum End {
    UpToDate { ran_at: i64 },
    Ran { outcome: Outcome, duration: Duration, log: Option<PathBuf> },
}

/// What a worker tells while it is at a unit.
enum Told {
    Started { step: StepId, unit: Arc<str>, command: Option<Command>, reasons: Vec<Reason> },
    Output { unit: Arc<str>, stream: Stream, text: Vec<u8> },
    InputChanged { unit: Arc<str>, input: String },
    Leaked { unit: Arc<str>, leak: Leak },
    PutAside { unit: Arc<str>, path: String, to: PathBuf },
    Warned(String),
    Retried { unit: Arc<str>, outcome: Outcome, attempt: u32, of: u32, delay: Duration },
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
    let cancel = match &options.cancel {
        Some(cancel) => cancel.clone(),
        None => Cancel::new().map_err(|error| RunError::system("make a pipe", error))?,
    };
    let id: Arc<str> = run_id().into();
    let kept = match options.memory.folder(decisions.folder()).filter(|_| !plan.steps().is_empty()) {
        Some(base) => {
            let failed = |error| RunError::system(&format!("keep the run in {}", base.display()), error);
            memory::make_folder(&base).map_err(failed)?;
            let around = decisions.environment().get(OsStr::new("LOOM_RUN_ID")).map(OsString::as_os_str);
            let Some(lock) = wait_for_lock(&base, &id, around, options, &cancel, watch)? else {
                return Ok(never_begun(plan.step_count(), &cancel, begun, &id, watch));
            };
            let (ledger, remembered) =
                Ledger::open(&base, decisions.file_name(), Arc::clone(&id), lock).map_err(failed)?;
            let folder = RunFolder::create(&base, decisions.file_name(), &id).map_err(failed)?;
            // From here on others see that it is at work, though it has yet to decide about its units.
            let recorder = Recorder::begin(&folder);
            Some((ledger, remembered, folder, recorder))
        }
        None => None,
    };
    let (ledger, remembered, folder, mut recorder) = match kept {
        Some((ledger, remembered, folder, recorder)) => (Some(ledger), remembered, Some(folder), Some(recorder)),
        None => (None, Default::default(), None, None),
    };
    let always = Always { forced: options.force, forgetful: ledger.is_none() || !executor.shares_files() };
    let mut decider = Decider::new(decisions, remembered, always, Some(cancel.clone()));
    let forecast = decider.forecast();
    decider.begin();
    if let Some(ledger) = &ledger {
        // A journal that cannot be written is told of below, before anything starts.
        let _ = ledger.add(&decider.take_fresh());
    }

    #[cfg(target_os = "linux")]
    if options.end_orphans {
        crate::local::adopt_orphans(&cancel).map_err(|error| RunError::system("adopt orphaned processes", error))?;
    }
    let mut watch = |event: &Event| {
        let trouble = recorder.as_mut().and_then(|recorder| recorder.tell(event));
        let Some(message) = trouble else { return watch(event) };
        let trouble = Event::RunNotRecorded { message };
        // The beginning comes first, and the end last.
        let told = if matches!(event, Event::RunStarted { .. }) { [event, &trouble] } else { [&trouble, event] };
        told.into_iter().for_each(&mut *watch);
    };
    let (up_to_date, to_run) = forecast.counts();
    let (expected, unexpected) = forecast.expected_of_run();
    watch(&Event::RunStarted {
        run: Arc::clone(&id),
        steps: plan.step_count(),
        workers,
        folder: folder.as_ref().map(|folder| folder.path().to_path_buf()),
        up_to_date,
        to_run,
        expected,
        unexpected,
    });
    let policy = if workers == 1 { Policy::FileOrder } else { Policy::LongestPathFirst };
    let threads = workers.min(most_at_once(decisions, &forecast)).min(limits::workers()).max(1);
    let fetcher = Fetcher::new(decisions.environment());
    let (jobs, job_queue) = unbounded::<Assignment>();
    let (control_sender, control) = unbounded();
    let (output_sender, output) = bounded(OUTPUT_IN_FLIGHT);
    let machine =
        Machine::look(decisions.environment().get(OsStr::new("CUDA_VISIBLE_DEVICES")).map(OsString::as_os_str));
    let all = machine.total(&plan.graph().pipeline().execution.resources, workers);
    let run = Run {
        decisions,
        decider: &decider,
        forecast: &forecast,
        ledger: ledger.as_ref(),
        max_failures: max_failures(decisions, options),
        gpus: GpuPool::new(machine.gpus.clone()),
        gpus_of: HashMap::new(),
        scheduler: Scheduler::new(plan, policy, all, &|step| forecast.expected_of(plan.graph(), step, threads)),
        workers: threads,
        jobs: Some(jobs),
        control,
        output,
        cancel: &cancel,
        answers: HashMap::new(),
        items: HashMap::new(),
        failed: HashMap::new(),
        cut_off: HashSet::new(),
        ran: HashSet::new(),
        summary: Summary::default(),
        watch: &mut watch,
    };
    let environment = environment(decisions, &id);
    let run = std::thread::scope(|scope| {
        // In here, so that it is dropped, and with it what the workers wait for, if whoever watches panics.
        let mut run = run;
        for index in 0..threads {
            let worker = Worker {
                decisions,
                decider: &decider,
                ledger: ledger.as_ref().filter(|_| executor.shares_files()),
                executor,
                fetcher: &fetcher,
                environment: environment.clone(),
                granted: Vec::new(),
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
                    return Err(RunError::system("start a thread", error));
                }
                break;
            }
        }
        drop((job_queue, control_sender, output_sender));
        run.coordinate();
        Ok(run)
    })?;
    #[cfg(target_os = "linux")]
    if options.end_orphans {
        crate::local::end_orphans();
    }
    let never_begun = run.never_begun();
    let mut summary = run.summary;
    summary.not_run += never_begun;
    summary.stopped_by = cancel.signal();
    summary.duration = begun.elapsed();
    if let Some(ledger) = &ledger {
        let _ = ledger.sync();
        summary.not_kept = ledger.broken();
    }
    watch(&Event::RunFinished { summary: summary.clone() });
    Ok(summary)
}

/// Asks for the lock until it is had. None if the run was stopped before.
fn wait_for_lock(
    base: &Path,
    run: &Arc<str>,
    around: Option<&OsStr>,
    options: &RunOptions,
    cancel: &Cancel,
    watch: &mut dyn FnMut(&Event),
) -> Result<Option<Lock>, RunError> {
    /// How often it is asked. No system tells when a lock is let go while something else is waited for, too.
    const EVERY: Duration = Duration::from_millis(20);
    let mut told: Option<Arc<str>> = None;
    loop {
        let asked = memory::ask_for_lock(base, run)
            .map_err(|error| RunError::system(&format!("lock {}", base.join("lock").display()), error))?;
        match asked {
            Asked::Mine(lock, killed) => {
                // Its supervisors may still be at ending its steps, beside which the same steps are not to begin.
                killed.iter().for_each(|run| crate::local::outlive(run));
                return Ok(Some(lock));
            }
            Asked::Taken(holder) if around.is_some_and(|around| *around == *holder) => {
                return Err(RunError { kind: RunErrorKind::WaitsForItself { holder: holder.into() } });
            }
            Asked::Taken(holder) if !options.wait => {
                return Err(RunError { kind: RunErrorKind::Locked { holder: holder.into() } });
            }
            Asked::Taken(holder) if told.as_deref() != Some(&holder) => {
                let holder: Arc<str> = holder.into();
                watch(&Event::RunWaiting { run: Arc::clone(run), holder: Arc::clone(&holder) });
                told = Some(holder);
            }
            Asked::Taken(_) => {}
        }
        if cancel.stopped().recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return Ok(None);
        }
    }
}

/// A run that was stopped while it waited for another.
fn never_begun(
    steps: usize,
    cancel: &Cancel,
    begun: Instant,
    run: &Arc<str>,
    watch: &mut dyn FnMut(&Event),
) -> Summary {
    let run = Arc::clone(run);
    watch(&Event::RunStarted {
        run,
        steps,
        workers: 0,
        folder: None,
        up_to_date: 0,
        to_run: steps,
        expected: Duration::ZERO,
        unexpected: steps,
    });
    let summary =
        Summary { not_run: steps, stopped_by: cancel.signal(), duration: begun.elapsed(), ..Summary::default() };
    watch(&Event::RunFinished { summary: summary.clone() });
    summary
}

/// After how many failures nothing more starts, if that is said.
fn max_failures(decisions: &Decisions, options: &RunOptions) -> Option<usize> {
    let sweep = decisions.plan().graph().pipeline().sweep.as_ref();
    let most =
        sweep.and_then(|sweep| sweep.max_failures).map(|most| usize::try_from(most.amount).unwrap_or(usize::MAX));
    if options.fail_fast { Some(1) } else { most }
}

/// How many units may be at work at the same time, at most.
fn most_at_once(decisions: &Decisions, forecast: &Forecast) -> usize {
    let plan = decisions.plan();
    // A loop, and a group that runs in passes, may have any number of units.
    let is_one = |step: &StepId| plan.graph().step(*step).each.is_none() && plan.graph().group(*step).is_none();
    if !plan.steps().iter().all(is_one) {
        return usize::MAX;
    }
    let verdict = |step: &&StepId| forecast.verdict(plan.graph().name(**step));
    plan.steps().iter().filter(|step| !matches!(verdict(step), Some(Verdict::UpToDate { .. }))).count()
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
