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

use crossbeam_channel::{bounded, unbounded};
use loom_graph::{StepId, Unit};

use crate::event::{Event, Outcome, Stream, Summary};
use crate::executor::Executor;
use crate::fetch::Fetcher;
use crate::project::Task;
use crate::record::{Memory, RunFolder};
use crate::schedule::{self, Policy, Scheduler};
use crate::{Cancel, Decisions, limits};

mod coordinator;
mod worker;

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
    /// Where the output of the units is kept.
    pub memory: Memory,
    /// Whether what steps leave running outside their process group (`setsid`) is found and ended, too. For this the
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
        crate::local::adopt_orphans(&cancel).map_err(failed("adopt orphaned processes"))?;
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
        crate::local::end_orphans();
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
