//! A worker's side: takes a job, runs it, tells how it ended.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender};
use loom_graph::{Asked, Manifest, Part, Question, StepId, Unit, UnitFile};
use loom_spec::FailedBy;

use super::aside::{self, Aside, Whose};
use super::{Assignment, End, Finished, Told};
use crate::decide::contents::Content;
use crate::decide::{Decider, Key, KeyFile, Needs, Role, Verdict};
use crate::event::{Outcome, Stream};
use crate::executor::{Executor, Job};
use crate::fetch::{FetchError, Fetcher};
use crate::lines::Lines;
use crate::memory::Ledger;
use crate::memory::journal::Ending;
use crate::memory::run_folder::{Log, RunFolder};
use crate::project::Task;
use crate::{Cancel, Command, Decisions, copies, question, schedule};

/// A worker's side: takes a job, runs it, tells how it ended.
pub(super) struct Worker<'a> {
    pub(super) decisions: &'a Decisions,
    pub(super) decider: &'a Decider<'a>,
    /// Where units are remembered; none if nothing is, or their files cannot be seen from here.
    pub(super) ledger: Option<&'a Ledger>,
    pub(super) executor: &'a dyn Executor,
    pub(super) fetcher: &'a Fetcher,
    pub(super) environment: Vec<(OsString, OsString)>,
    /// What the unit at hand was given, as variables.
    pub(super) granted: Vec<(&'static str, String)>,
    pub(super) folder: Option<&'a RunFolder>,
    pub(super) cancel: &'a Cancel,
    pub(super) grace: Duration,
    pub(super) jobs: Receiver<Assignment>,
    pub(super) control: Sender<Finished>,
    pub(super) output: Sender<Told>,
}

/// What a unit is made from, and in which state that was, before it began.
struct Sources {
    key: Key,
    state: Vec<(Arc<str>, Content)>,
}

impl Worker<'_> {
    pub(super) fn run(mut self) {
        while let Ok(assignment) = self.jobs.recv() {
            let completion = Completion {
                control: &self.control.clone(),
                step: assignment.unit.step,
                part: assignment.part,
                unit: Arc::clone(&assignment.unit.name),
                begun: Instant::now(),
                // What is told if this thread unwinds before it knows better.
                end: None,
            };
            // A panic was told of by then; the thread goes on, so that the others' jobs are not left lying.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.work(assignment, completion)));
        }
    }

    fn work(&mut self, assignment: Assignment, mut completion: Completion<'_>) {
        let Assignment { unit, task, absent, reasons, granted, .. } = assignment;
        self.granted = granted;
        let _at_work = self.cancel.begin_unit(&unit.name);
        if self.cancel.is_stopped() {
            return completion.ran(Outcome::Stopped, None);
        }
        let is_there = |datum| !absent.contains(&datum);
        let needs = self.decider.needs(&unit, &task, self.decisions.facts(&|_| None, &is_there));
        let verdict = match reasons {
            Some(reasons) => Ok(Verdict::Run(reasons)),
            None => self.decider.decide(&unit, needs.as_ref()),
        };
        let (reasons, broken) = match verdict {
            Ok(Verdict::UpToDate { ran_at }) => {
                completion.end = Some(End::UpToDate { ran_at });
                return;
            }
            Ok(Verdict::Run(reasons) | Verdict::Open(reasons)) => (reasons, None),
            Err(message) => (Vec::new(), Some(message)),
        };
        let command = match &task {
            Task::Run { command, .. } | Task::Ask(_, Some(command)) => Some(command.clone()),
            Task::Ask(_, None) | Task::Lead(_) | Task::Copy(_) => None,
        };
        // The coordinator takes what it is told until the last unit has ended.
        let _ = self.output.send(Told::Started { step: unit.step, unit: Arc::clone(&unit.name), command, reasons });
        completion.begun = Instant::now();
        let mut log = Log::new(self.folder.map(|folder| folder.log_path(&unit.name)));
        let outcome = match (broken, &needs, self.ledger) {
            (Some(message), ..) => self.unread(message),
            (None, Some(needs), Some(ledger)) => self.remembered(&unit, &task, needs, ledger, &mut log),
            _ => self.do_task(&unit, &task, needs.as_ref(), &mut log),
        };
        match log.finish() {
            Ok(path) => completion.ran(outcome, path),
            Err(message) if outcome.is_success() => completion.ran(Outcome::Broken { message }, None),
            Err(_) => completion.ran(outcome, None),
        }
    }

    /// Does what is to be done, in the order that makes what is remembered true at every moment: the old success is taken back
    /// first, and the new one written last, when all that it speaks of was seen to be so.
    fn remembered(&mut self, unit: &Unit, task: &Task, needs: &Needs, ledger: &Ledger, log: &mut Log) -> Outcome {
        let begun = Instant::now();
        let whose = self.decider.whose(unit, needs);
        if let Err(message) = ledger.start(&unit.name, needs) {
            return Outcome::Broken { message };
        }
        let outcome = self.attempted(unit, task, needs, whose, log, &mut |worker, before| {
            worker.remember(unit, needs, before, begun.elapsed(), ledger)
        });
        if !outcome.is_success() {
            let ending = match &outcome {
                Outcome::Stopped => Ending::Stopped,
                outcome => Ending::Failed(outcome.to_string()),
            };
            // It failed in any case; a journal that cannot be written is told of where the next unit would start.
            let _ = ledger.end(&unit.name, ending);
        }
        outcome
    }

    /// What stands between the old success and the new one.
    fn attempted(
        &mut self,
        unit: &Unit,
        task: &Task,
        needs: &Needs,
        whose: Whose,
        log: &mut Log,
        remember: &mut dyn FnMut(&Self, &Sources) -> Result<(), String>,
    ) -> Outcome {
        if let Err(outcome) = self.fetch(unit) {
            return outcome;
        }
        let before = match self.decider.made_from(unit, needs) {
            Ok(key) => Sources { state: self.decider.state_of_sources(unit, needs, &key), key },
            Err(message) => return self.unread(message),
        };
        let folder = self.decisions.folder();
        // A copy takes the place of what stood there as a whole.
        let aside = match (self.folder, task) {
            (Some(run), Task::Run { .. }) => Aside::put(run.path(), folder, self.decider, unit, needs, whose),
            _ => Ok(None),
        };
        let aside = match aside {
            Ok(aside) => aside,
            Err(message) => return Outcome::Broken { message },
        };
        let mut outcome = self.do_task(unit, task, Some(needs), log);
        if outcome.is_success()
            && let Err(message) = log.check().and_then(|()| remember(self, &before))
        {
            outcome = self.unread(message);
        }
        if let Some((parts, kept)) = aside.and_then(|aside| aside.settle(folder, outcome.is_success())) {
            for part in parts {
                let (path, to) = (part.to_string_lossy().into_owned(), kept.join(&part));
                let _ = self.output.send(Told::PutAside { unit: Arc::clone(&unit.name), path, to });
            }
        }
        outcome
    }

    /// A unit whose files could not be read, or not to their end.
    fn unread(&self, message: String) -> Outcome {
        if self.cancel.is_stopped() { Outcome::Stopped } else { Outcome::Broken { message } }
    }

    /// Writes a success down, unless what it was made from is no longer what it was.
    fn remember(
        &self,
        unit: &Unit,
        needs: &Needs,
        before: &Sources,
        took: Duration,
        ledger: &Ledger,
    ) -> Result<(), String> {
        let key = self.decider.key(unit, needs)?;
        let fresh = self.decider.take_fresh();
        let state = self.decider.state_of_sources(unit, needs, &before.key);
        let written_to =
            before.state.iter().zip(&state).find(|(before, after)| before != after).map(|(_, after)| &after.0);
        let is_same = |at: usize, file: &KeyFile| {
            let was_written_to = written_to.is_some_and(|path| *path == file.path);
            !was_written_to && before.key.has(at, file)
        };
        let mut sources = key.files.iter().enumerate().filter(|(_, file)| file.role != Role::Output);
        let Some((_, changed)) = sources.find(|(at, file)| !is_same(*at, file)) else {
            return ledger.done(&unit.name, needs, took, key, fresh);
        };
        let input = changed.name.as_ref().filter(|_| changed.role == Role::Input).unwrap_or(&changed.path).to_string();
        let _ = self.output.send(Told::InputChanged { unit: Arc::clone(&unit.name), input: input.clone() });
        ledger.end(&unit.name, Ending::Outdated(input))
    }

    fn do_task(&mut self, unit: &Unit, task: &Task, needs: Option<&Needs>, log: &mut Log) -> Outcome {
        // What it is made from may have taken a while to look at.
        if self.cancel.ends_unit(&unit.name) {
            return Outcome::Stopped;
        }
        let folder = self.decisions.folder();
        let broken = |message| Outcome::Broken { message };
        match task {
            Task::Run { command, manifests, .. } => match manifests.iter().try_for_each(|list| self.write_list(list)) {
                Ok(()) => self.try_and_retry(unit, command, needs, log),
                Err(message) => broken(message),
            },
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
        let environment = self.environment.clone();
        let outcome = self.run_command(unit, command, &environment, log, &mut |stream, bytes| {
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

    /// Fetches what the unit reads from elsewhere.
    fn fetch(&self, unit: &Unit) -> Result<(), Outcome> {
        for (url, path) in self.decisions.plan().graph().fetched(unit) {
            match self.fetcher.fetch(&unit.name, &url, &self.decisions.folder().join(&*path), self.cancel) {
                Ok(()) => {}
                Err(FetchError::Stopped) => return Err(Outcome::Stopped),
                Err(error) => return Err(Outcome::Broken { message: error.to_string() }),
            }
        }
        Ok(())
    }

    /// Runs a command, and again where its step says so of how it failed.
    fn try_and_retry(&mut self, unit: &Unit, command: &Command, needs: Option<&Needs>, log: &mut Log) -> Outcome {
        let environment = self.environment_of(&command.variables);
        let mut attempt = 0;
        loop {
            let outcome = self.execute(unit, command, &environment, needs, log);
            let retries = &self.decisions.plan().graph().step(unit.step).retries;
            let Some(retries) = retries.as_ref().filter(|retries| attempt < retries.max) else { return outcome };
            if !failed_by(&outcome).is_some_and(|by| retries.on.contains(&by)) {
                return outcome;
            }
            attempt += 1;
            if let Some(needs) = needs.filter(|_| self.ledger.is_some()) {
                aside::clear(self.decisions.folder(), self.decider, needs);
            }
            let name = Arc::clone(&unit.name);
            let (of, delay) = (retries.max, retries.delay);
            let _ = self.output.send(Told::Retried { unit: Arc::clone(&name), outcome, attempt, of, delay });
            if !self.cancel.wait_in_unit(&name, delay) {
                return Outcome::Stopped;
            }
        }
    }

    /// The environment with what a step says of it, and with what its unit was given.
    fn environment_of(&self, env: &[(String, Option<String>)]) -> Vec<(OsString, OsString)> {
        let mut environment = self.environment.clone();
        let granted = self.granted.iter().map(|(name, value)| (*name, Some(value)));
        let said = env.iter().map(|(name, value)| (&**name, value.as_ref()));
        for (name, value) in granted.chain(said) {
            environment.retain(|(known, _)| known != name);
            environment.extend(value.map(|value| (name.into(), value.into())));
        }
        environment
    }

    fn execute(
        &mut self,
        unit: &Unit,
        command: &Command,
        environment: &[(OsString, OsString)],
        needs: Option<&Needs>,
        log: &mut Log,
    ) -> Outcome {
        if let Err(outcome) = self.fetch(unit) {
            return outcome;
        }
        let outputs = needs.filter(|_| self.executor.shares_files()).map(Needs::makes).unwrap_or_default();
        if let Err(message) = self.make_folders(outputs) {
            return Outcome::Broken { message };
        }
        let outcome = self.run_command(unit, command, environment, log, &mut |_, _| true);
        if outcome == Outcome::Succeeded { self.look_for(outputs) } else { outcome }
    }

    /// Runs a command; what it writes is kept and told where `wanted` says so.
    fn run_command(
        &mut self,
        unit: &Unit,
        command: &Command,
        environment: &[(OsString, OsString)],
        log: &mut Log,
        wanted: &mut dyn FnMut(Stream, &[u8]) -> bool,
    ) -> Outcome {
        let mut out = Lines::default();
        let mut err = Lines::default();
        let (sender, cancel) = (&self.output, self.cancel);
        let tell = |stream: Stream, text: Option<Vec<u8>>| {
            let Some(text) = text else { return };
            let mut message = Told::Output { unit: Arc::clone(&unit.name), stream, text };
            // Whoever reads may be slow, but must not keep the step from being stopped.
            while let Err(SendTimeoutError::Timeout(back)) = sender.send_timeout(message, Duration::from_millis(20)) {
                if cancel.ends_unit(&unit.name) {
                    break;
                }
                message = back;
            }
        };
        let step = self.decisions.plan().graph().step(unit.step);
        // What holds the passes of a group together is asked on behalf of no step.
        let is_of_step = !matches!(unit.part, Part::Stop(_) | Part::Final(_));
        let own = [(OsString::from("LOOM_STEP"), OsString::from(&*unit.name))];
        let environment = [environment, &own].concat();
        let outcome = self.executor.execute(Job {
            unit: &unit.name,
            command,
            folder: self.decisions.folder(),
            environment: &environment,
            cancel: self.cancel,
            grace: self.grace,
            timeout: step.timeout.filter(|_| is_of_step),
            detach: step.detach && is_of_step,
            leaked: &mut |leak| {
                let _ = sender.send(Told::Leaked { unit: Arc::clone(&unit.name), leak });
            },
            warn: &mut |message| {
                let _ = sender.send(Told::Warned(message));
            },
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
        tell(Stream::Stdout, out.finish());
        tell(Stream::Stderr, err.finish());
        outcome
    }

    /// Writes a list of what a step gathers.
    fn write_list(&self, list: &Manifest) -> Result<(), String> {
        let path = self.decisions.folder().join(&list.path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        let written = written.and_then(|()| std::fs::write(&path, &list.text));
        written.map_err(|error| format!("cannot write {}: {error}", path.display()))
    }

    fn make_folders(&self, outputs: &[UnitFile]) -> Result<(), String> {
        for output in outputs {
            let path = self.decisions.folder().join(&output.path);
            let Some(folder) = path.parent() else { continue };
            std::fs::create_dir_all(folder)
                .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
        }
        Ok(())
    }

    fn look_for(&self, outputs: &[UnitFile]) -> Outcome {
        let missing = outputs.iter().filter(|output| !self.decisions.folder().join(&output.path).exists());
        let paths: Vec<String> = missing.map(|output| output.path.clone()).collect();
        if paths.is_empty() { Outcome::Succeeded } else { Outcome::MissingOutputs { paths } }
    }
}

/// By what kind of failure a unit may be tried again.
fn failed_by(outcome: &Outcome) -> Option<FailedBy> {
    match outcome {
        Outcome::Exited { .. } | Outcome::MissingOutputs { .. } => Some(FailedBy::Exit),
        Outcome::Signalled { .. } => Some(FailedBy::Signal),
        Outcome::TimedOut { .. } => Some(FailedBy::Timeout),
        _ => None,
    }
}

/// Tells the end of a job when it is dropped, however that comes about: no path through a worker, not even a panic,
/// can leave the coordinator waiting.
pub(super) struct Completion<'a> {
    control: &'a Sender<Finished>,
    step: StepId,
    part: schedule::Part,
    unit: Arc<str>,
    begun: Instant,
    end: Option<End>,
}

impl Completion<'_> {
    fn ran(&mut self, outcome: Outcome, log: Option<PathBuf>) {
        self.end = Some(End::Ran { outcome, duration: self.begun.elapsed(), log });
    }
}

impl Drop for Completion<'_> {
    fn drop(&mut self) {
        if self.end.is_none() {
            self.ran(Outcome::Panicked, None);
        }
        let Some(end) = self.end.take() else { return };
        let (step, part, unit) = (self.step, self.part, Arc::clone(&self.unit));
        let _ = self.control.send(Finished { step, part, unit, end });
    }
}
