//! A worker's side: takes a job, runs it, tells how it ended.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use loom_graph::{Asked, Part, Question, StepId, Unit};

use super::{Assignment, Finished, Output};
use crate::event::{Outcome, Stream};
use crate::executor::{Executor, Job};
use crate::fetch::{FetchError, Fetcher};
use crate::lines::Lines;
use crate::project::Task;
use crate::record::{Log, RunFolder};
use crate::{Cancel, Command, Decisions, copies, question, schedule};

/// A worker's side: takes a job, runs it, tells how it ended.
pub(super) struct Worker<'a> {
    pub(super) decisions: &'a Decisions,
    pub(super) executor: &'a dyn Executor,
    pub(super) fetcher: &'a Fetcher,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) folder: Option<&'a RunFolder>,
    pub(super) cancel: &'a Cancel,
    pub(super) grace: Duration,
    pub(super) jobs: Receiver<Assignment>,
    pub(super) control: Sender<Finished>,
    pub(super) output: Sender<Output>,
}

impl Worker<'_> {
    pub(super) fn run(mut self) {
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
            timeout: None,
            detach: false,
            leaked: &mut |_| {},
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
pub(super) struct Completion<'a> {
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
