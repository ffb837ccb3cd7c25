//! From a path to a run: the way that programs take.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loom_graph::{Checked, LeftOut, Plan, Selection, StepId, Unit, World};
use loom_spec::{FrontMatterError, Problem, ReadError, Source, Suggest, TaskInterface};

use crate::Command;
use crate::event::{Event, Summary};
use crate::executor::Executor;
use crate::host::Host;
use crate::local::LocalExecutor;
use crate::program::Programs;
use crate::run::{self, RunError, RunOptions};

/// What a pipeline is opened with, besides its file.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The environment: what `${NAME}` means, where programs are found, and what tasks inherit.
    pub environment: HashMap<OsString, OsString>,
    /// Parameters with other values, in the order given; see [`loom_spec::Pipeline::set_parameter`].
    pub parameters: Vec<(String, String)>,
    /// Data nodes with other paths.
    pub paths: Vec<(String, String)>,
    /// Further words for the command line of the one step that is selected.
    pub extra: Vec<String>,
}

impl Settings {
    /// Settings with this environment, as of [`std::env::vars_os`].
    pub fn with_environment(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self { environment: variables.into_iter().collect(), ..Self::default() }
    }
}

/// A pipeline that was read and checked, on this machine. It may have problems; then it has no plans.
#[derive(Debug)]
pub struct Project {
    pub(crate) source: Source,
    pub(crate) file: PathBuf,
    checked: Checked,
    pub(crate) host: Host,
    extra: Vec<String>,
}

/// A pipeline, or what was asked of it, is wrong. Nothing was run.
#[derive(Debug)]
pub struct Refused {
    /// All that stands against it, in file order.
    pub problems: Vec<Problem>,
    pub(crate) source: Source,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} problems", self.source.name(), self.problems.len())?;
        write!(f, "\n{}", loom_graph::render::problems(&self.source, &self.problems).trim_end())
    }
}

impl std::error::Error for Refused {}

impl Project {
    /// Reads and checks a pipeline: `path` is its file, or the folder of a `pipeline.yml`. Problems with what it says are
    /// no errors here: [`Project::plan`] refuses it, and [`Project::checked`] tells them.
    pub fn open(path: impl AsRef<Path>, settings: Settings) -> Result<Self, ReadError> {
        let path = path.as_ref();
        let file = loom_spec::locate(path)?;
        let source = loom_spec::read(&file)?;
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder =
            folder.canonicalize().map_err(|error| ReadError { path: path.to_path_buf(), kind: error.into() })?;
        let mut parsed = loom_spec::parse(&source);
        for (name, value) in &settings.parameters {
            if !parsed.pipeline.set_parameter(name, value) {
                let known = parsed.pipeline.parameters.iter().map(|parameter| &*parameter.name.text);
                parsed.problems.push(unknown("--set", "parameter", name, known));
            }
        }
        for (name, path) in &settings.paths {
            if !parsed.pipeline.set_path(name, path) {
                let known = parsed.pipeline.data.iter().map(|data| &*data.name.text);
                parsed.problems.push(unknown("--var", "data node", name, known));
            }
        }
        let host = Host::new(folder, settings.environment);
        let checked = loom_graph::check(parsed, &host);
        Ok(Self { source, file, checked, host, extra: settings.extra })
    }

    /// The text of the pipeline file.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The pipeline, its links, its graph, and what is wrong with it.
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// The pipeline folder: absolute, its links resolved.
    pub fn folder(&self) -> &Path {
        self.host.folder()
    }

    /// What the task at this path, relative to the pipeline folder, says of itself; none if it says nothing.
    pub fn interface(&self, task: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>> {
        self.host.interface(task)
    }

    /// Decides what is to run, and finds the programs that run it.
    pub fn plan(&self, selection: &Selection) -> Result<Decisions, Refused> {
        let refused = |problems| Refused { problems, source: self.source.clone() };
        let plan = self.checked.plan(selection, &self.host).map_err(refused)?;
        if !self.extra.is_empty() && plan.units().len() != 1 {
            let message = format!("`--extra` is for one step, and {} are selected", plan.units().len());
            return Err(refused(vec![Problem::error("extra", message).help("select one with `--step NAME`")]));
        }
        let programs = Programs::find(&plan, &self.host).map_err(refused)?;
        Ok(Decisions {
            plan,
            programs,
            folder: self.host.folder().to_path_buf(),
            file_name: self.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            environment: self.host.environment().clone(),
            extra: self.extra.clone(),
        })
    }
}

fn unknown<'a>(option: &str, what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Problem {
    let help = Suggest::default().did_you_mean(name, known.clone()).unwrap_or_else(|| {
        let known: Vec<&str> = known.take(20).collect();
        if known.is_empty() {
            format!("the pipeline has no {what}s")
        } else {
            format!("there are: {}", known.join(", "))
        }
    });
    Problem::error("unknown-name", format!("no {what} is named `{name}` (`{option}`)")).help(help)
}

/// What is decided about every unit of a plan: the one source of what a dry run shows and what a run does.
#[derive(Debug)]
pub struct Decisions {
    plan: Plan,
    programs: Programs,
    folder: PathBuf,
    file_name: String,
    environment: HashMap<OsString, OsString>,
    extra: Vec<String>,
}

impl Decisions {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The units that are to run, in run order.
    pub fn units(&self) -> &[Unit] {
        self.plan.units()
    }

    /// The steps that are not, in run order, with the reason.
    pub fn left_out(&self) -> &[(StepId, LeftOut)] {
        self.plan.left_out()
    }

    /// The exact command of a unit.
    pub fn command(&self, unit: &Unit) -> Command {
        let line = self.plan.graph().command_line(unit.step);
        self.programs.command(line, &unit.name, &self.extra)
    }

    /// The pipeline folder, in which every command runs.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// How many units may run at the same time, as the pipeline says (`execution`); else as many as this process has
    /// CPUs. `parallel` overrules what the pipeline says of that.
    pub fn workers(&self, parallel: Option<bool>) -> usize {
        let execution = &self.plan.graph().pipeline().execution;
        if parallel.or(execution.parallel) == Some(false) {
            return 1;
        }
        let cpus = || std::thread::available_parallelism().map_or(1, usize::from);
        execution.max_workers.unwrap_or_else(cpus)
    }

    /// Runs the units as processes of this machine. Everything that happens is told to `watch`, from this thread.
    /// A unit that fails is no error: the [`Summary`] counts it.
    pub fn run(&self, options: &RunOptions, mut watch: impl FnMut(&Event)) -> Result<Summary, RunError> {
        run::run(self, &LocalExecutor, options, &mut watch)
    }

    /// As [`Decisions::run`], on another executor.
    pub fn run_on(
        &self,
        executor: &dyn Executor,
        options: &RunOptions,
        mut watch: impl FnMut(&Event),
    ) -> Result<Summary, RunError> {
        run::run(self, executor, options, &mut watch)
    }

    pub(crate) fn file_name(&self) -> &str {
        &self.file_name
    }

    pub(crate) fn environment(&self) -> &HashMap<OsString, OsString> {
        &self.environment
    }

    /// The paths that a unit must have made when it ends.
    pub(crate) fn outputs(&self, unit: &Unit) -> Vec<String> {
        self.plan.graph().links().writes(unit.step).map(|made| made.path.to_string()).collect()
    }
}
