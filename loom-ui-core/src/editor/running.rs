//! Runs: what would run, starting and stopping, and what became of it.

use std::path::Path;
use std::time::SystemTime;

use loom_exec::{Apart, Memory, Project, Settings, TERM};
use loom_spec::Source;

use super::{Editor, Shared};
use crate::Refused;
use crate::api::{LogPage, Plan, PlanRequest, RunDetail, RunDiff, RunInfo, RunRequest, StopRequest};
use crate::files::LogFile;
use crate::runs::{self, ToRun};

/// The word that makes this program a runner; what follows is [`ToRun`] as JSON.
pub const RUN_APART: &str = "--run-apart";

impl Editor {
    /// What would run, of the text as it is here. Nothing is run.
    pub fn plan(&self, request: &PlanRequest) -> Result<Plan, Refused> {
        let project = self.shared.project_for(request)?;
        Ok(runs::plan(&project, request, &self.shared.memory, &self.shared.watching.seen().runs))
    }

    /// Starts a run of the file, as a process of its own: `program` with [`RUN_APART`]. Returns its name.
    pub fn start(&self, program: &Path, request: &RunRequest) -> Result<String, Refused> {
        self.shared.may_write()?;
        let file = {
            let now = self.shared.now();
            if now.document.rev() != request.rev {
                return Err(Refused::new("stale", "the pipeline has changed meanwhile: look, and run again"));
            }
            if let (None, Some(first)) = (&now.model.project.checked().expanded, first_error(&now.model.project)) {
                return Err(Refused::new("refused", format!("the pipeline has errors (see Problems): {first}")));
            }
            if now.document.is_dirty() || now.lost.is_some() {
                return Err(Refused::new(
                    "unsaved",
                    "a run reads the file, and that does not have your changes: save first",
                ));
            }
            now.disk.path().to_path_buf()
        };
        let json = ToRun::new(&file, request).json();
        let environment = self.shared.settings.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
        let run = Apart::start(program, &[RUN_APART.into(), json.into()], &self.shared.folder, environment)
            .map_err(|error| Refused::new("refused", error.to_string()))?;
        let name = run.name().to_string();
        self.shared.watching.seen().ours.push(run);
        self.shared.watching.poke();
        Ok(name)
    }

    /// Asks a run that was started here to end, or some units of it alone.
    pub fn cancel(&self, run: &str, request: &StopRequest) -> Result<(), Refused> {
        self.shared.may_write()?;
        let seen = self.shared.watching.seen();
        let ours = seen.ours.iter().find(|ours| **ours.name() == *run);
        let Some(ours) = ours else {
            let message = "this run was started elsewhere: stop it there, with Ctrl+C";
            return Err(Refused::new("refused", message));
        };
        let asked = match &*request.units {
            [] => ours.signal(TERM),
            units => units.iter().try_for_each(|unit| ours.stop_unit(unit)),
        };
        asked.map_err(|error| Refused::new("refused", format!("cannot stop it: {error}")))
    }

    /// Whether a run that was started here is still at work.
    pub fn is_running(&self) -> bool {
        self.shared.watching.seen().ours.iter().any(|run| run.try_wait().is_none())
    }

    /// Asks all runs that were started here to end.
    pub fn cancel_all(&self) {
        for run in &self.shared.watching.seen().ours {
            // One that has ended needs nothing more.
            let _ = run.signal(TERM);
        }
    }

    /// The runs that are kept, the newest first.
    pub fn runs(&self) -> Vec<RunInfo> {
        self.shared.watching.seen().runs.infos(SystemTime::now())
    }

    /// A run with its units.
    pub fn run(&self, run: &str) -> Option<RunDetail> {
        let model = self.shared.now().model.clone();
        self.shared.watching.seen().runs.detail(run, &model.units, SystemTime::now())
    }

    /// Lines of the output of a unit; with a query, which lines have it as well.
    pub fn log(&self, run: &str, unit: &str, from: usize, limit: usize, query: Option<&str>) -> Option<LogPage> {
        let (path, is_open) = {
            let seen = self.shared.watching.seen();
            let kept = seen.runs.kept(run)?;
            (kept.log(unit), seen.runs.at_work().is_some_and(|at_work| at_work.run().name() == run))
        };
        let mut logs = self.shared.logs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let log = match logs.iter().position(|log: &LogFile| log.path() == path) {
            Some(place) => logs.remove(place)?,
            None => LogFile::open(&path),
        };
        logs.push_front(log);
        logs.truncate(MOST_LOGS);
        let page = logs.front_mut()?.page(from, limit, query);
        Some(LogPage { open: is_open, ..page })
    }

    /// How two runs differ.
    pub fn run_diff(&self, one: &str, other: &str) -> Option<RunDiff> {
        self.shared.watching.seen().runs.diff(one, other, SystemTime::now())
    }

    /// Removes a run that is kept and over. What it made stays.
    pub fn delete_run(&self, run: &str) -> Result<(), Refused> {
        self.shared.may_write()?;
        let kept = self.shared.watching.seen().runs.kept(run).cloned();
        let kept = kept.ok_or_else(|| Refused::new("not_found", "there is no such run, or there is none any more"))?;
        loom_exec::runs::remove(&kept)
            .map_err(|error| Refused::new("refused", format!("cannot remove it: {error}")))?;
        self.shared.watching.poke();
        Ok(())
    }
}

/// The first thing that keeps a pipeline from running.
fn first_error(project: &Project) -> Option<&str> {
    project.checked().problems.iter().find(|problem| problem.is_error()).map(|problem| &*problem.message)
}

/// How many logs are kept open: those that were looked at last.
const MOST_LOGS: usize = 16;

impl Shared {
    /// The pipeline as it is here, with the values of a request.
    fn project_for(&self, request: &PlanRequest) -> Result<Project, Refused> {
        let (text, file) = {
            let now = self.now();
            (now.document.text().to_owned(), now.disk.path().to_path_buf())
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let settings: Settings = runs::settings(&self.settings, request);
        Project::of(Source::new(name, text), file, settings)
            .map_err(|error| Refused::new("unreadable", error.to_string()))
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }
}
