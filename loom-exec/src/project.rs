//! From a path to a run: the way that programs take.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use loom_graph::{
    Asked, Checked, CommandLine, DatumId, Facts, LeftOut, Manifest, Part, Plan, ProgramLine, Question, Selection,
    StepId, Target, Unit, Work, World,
};
use loom_spec::{FrontMatterError, Problem, ReadError, SetError, Source, Suggest, Sweep, TaskInterface};

use crate::Command;
use crate::event::{Event, Summary};
use crate::executor::Executor;
use crate::files::{self, Items};
use crate::host::Host;
use crate::local::{LocalExecutor, Preloaded};
use crate::memory::run_folder;
use crate::program::Programs;
use crate::question;
use crate::run::{self, RunError, RunOptions};

/// What a pipeline is opened with, besides its file.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The environment: what `${NAME}` means, where programs are found, and what tasks inherit.
    pub environment: HashMap<OsString, OsString>,
    /// Parameters with other values, in the order given; see [`loom_spec::Pipeline::set_parameter`].
    pub parameters: Vec<(String, String)>,
    /// Axes of the sweep with other values, or further ones, as text; see [`loom_spec::Pipeline::set_axis`].
    pub axes: Vec<(String, String)>,
    /// Values that configurations are to have: of each axis that is named, one of these.
    pub only: Vec<(String, String)>,
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
pub struct Refused {
    /// All that stands against it, in file order.
    pub problems: Vec<Problem>,
    pub(crate) source: Source,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.problems.len();
        write!(f, "{}: {count} {}", self.source.name(), if count == 1 { "problem" } else { "problems" })?;
        write!(f, "\n{}", loom_graph::render::problems(&self.source, &self.problems).trim_end())
    }
}

/// As for people: this is what a `main` that returns it shows.
impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
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
        Self::of(source, file, settings).map_err(|error| ReadError { path: path.to_path_buf(), kind: error.kind })
    }

    /// As [`Project::open`], with a text that is not, or not yet, in the file: what an editor has. The file need not be
    /// there; its folder must.
    ///
    /// ```
    /// # use loom_exec::{Project, Settings};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let source = loom_spec::Source::new("pipeline.yml", "pipeline: [{name: hello, command: 'echo hello'}]");
    /// let project = Project::of(source, folder.path().join("pipeline.yml"), Settings::default())?;
    /// assert!(project.checked().graph.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(source: Source, file: PathBuf, settings: Settings) -> Result<Self, ReadError> {
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder = folder.canonicalize().map_err(|error| ReadError { path: file.clone(), kind: error.into() })?;
        let mut parsed = loom_spec::parse(&source);
        for (name, values) in &settings.axes {
            if let Err(message) = parsed.pipeline.set_axis(name, values) {
                parsed.problems.push(Problem::error("sweep", format!("{message} (`--sweep`)")));
            }
        }
        for (axis, value) in &settings.only {
            if !parsed.pipeline.keep_only(axis, value) {
                let message = "the pipeline has no `sweep` of which a part could be kept (`--only`)";
                parsed.problems.push(Problem::error("only", message));
                break;
            }
        }
        for (name, value) in &settings.parameters {
            match parsed.pipeline.set_parameter(name, value) {
                Ok(()) => {}
                Err(SetError::Unknown(_)) => {
                    let axes = parsed.pipeline.sweep.iter().flat_map(Sweep::all_axes).map(|axis| &*axis.name.text);
                    let known = parsed.pipeline.parameters.iter().map(|parameter| &*parameter.name.text);
                    let mut known: Vec<&str> = known.chain(axes).collect();
                    let mut seen = HashSet::new();
                    known.retain(|name| seen.insert(*name));
                    parsed.problems.push(unknown("--set", "parameter", name, known.iter().copied()));
                }
                Err(error) => parsed.problems.push(Problem::error("set", format!("{error} (`--set`)"))),
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
        if !self.extra.is_empty() && plan.step_count() != 1 {
            let message = format!("`--extra` is for one step, and {} are selected", plan.step_count());
            return Err(refused(vec![Problem::error("extra", message).help("select one with `--step NAME`")]));
        }
        let programs = Programs::find(&plan, &self.host).map_err(refused)?;
        let file_name = self.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Decisions {
            plan,
            programs,
            folder: self.host.folder().to_path_buf(),
            manifests: format!(".loom/{}/gathered", run_folder::file_name(&file_name)),
            file_name,
            environment: self.host.environment().clone(),
            extra: self.extra.clone(),
            by_name: matches!(selection.target, Target::Steps(_)),
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
    by_name: bool,
    /// The folder of the lists that steps are handed of what they gather.
    manifests: String,
}

impl Decisions {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The steps that are to run, in run order.
    pub fn steps(&self) -> &[StepId] {
        self.plan.steps()
    }

    /// The steps that are not, in run order, with the reason.
    pub fn left_out(&self) -> &[(StepId, LeftOut)] {
        self.plan.left_out()
    }

    /// The units of a step, in order: of a loop, those of the files that are there now; of a group that runs in
    /// passes, those of this step in every pass. The error says why the files of a loop cannot be listed.
    pub fn units(&self, step: StepId) -> Result<Vec<Unit>, String> {
        let graph = self.plan.graph();
        if let Some((_, passes)) = graph.group(step) {
            let count = u32::try_from(passes.pass_count()).unwrap_or(u32::MAX);
            return Ok((0..count).map(|pass| graph.unit(step, Part::Pass(pass))).collect());
        }
        if graph.step(step).each.is_some() {
            let items = self.items(step)?.names.into_iter();
            return Ok(items.map(|item| graph.unit(step, Part::Item(item))).collect());
        }
        Ok(vec![graph.unit(step, Part::Whole)])
    }

    /// The exact command of a unit; none where the engine itself does what is to be done. Where a command depends on
    /// the answer of a condition, the reference stands in its place.
    pub fn command(&self, unit: &Unit) -> Option<Command> {
        match self.task(unit, self.facts(&|_| None, &|_| true)) {
            Task::Run { command, .. } | Task::Ask(_, Some(command)) => Some(command),
            Task::Ask(_, None) | Task::Lead(_) | Task::Copy(_) => None,
        }
    }

    /// What is known to a unit of this pipeline, which keeps what it hands over in a folder of its own.
    pub(crate) fn facts<'a>(
        &'a self,
        answers: &'a dyn Fn(StepId) -> Option<bool>,
        is_there: &'a dyn Fn(DatumId) -> bool,
    ) -> Facts<'a> {
        Facts { answers, is_there, manifests: &self.manifests }
    }

    /// What is to be done for a unit.
    pub(crate) fn task(&self, unit: &Unit, facts: Facts<'_>) -> Task {
        match self.plan.graph().work(unit, facts) {
            Work::Command(line) => {
                let name = self.plan.graph().name(unit.step);
                let (code, runs_python) = self.code(&line);
                let words = line.words().chain(self.extra.iter().cloned()).collect();
                let manifests = line.manifests.clone();
                let python = self.python_for(runs_python);
                let variables = self.plan.graph().variables(unit, facts);
                let command = self.programs.command(line, name, &self.extra, variables);
                Task::Run { command, words, manifests, code, python }
            }
            Work::Question(question) => {
                let command = match question.asked {
                    Asked::Script(_) => question::command(&question, self.programs.python()),
                    Asked::Predicate(_) => None,
                };
                Task::Ask(question, command)
            }
            Work::Switch(then) => Task::Lead(then),
            Work::Copies(copies) => Task::Copy(copies),
        }
    }

    /// What makes what a unit makes; none if it only finds something out.
    pub(crate) fn made_by(&self, unit: &Unit, facts: Facts<'_>) -> Option<MadeBy> {
        let graph = self.plan.graph();
        match graph.work(unit, facts) {
            Work::Command(mut line) => {
                let (code, runs_python) = self.code(&line);
                let manifests = std::mem::take(&mut line.manifests);
                let mut words = line.into_words();
                words.extend(self.extra.iter().cloned());
                let (python, variables) = (self.python_for(runs_python), graph.variables(unit, facts));
                Some(MadeBy { words, code, python, variables, manifests })
            }
            Work::Copies(_) => Some(MadeBy::copy()),
            Work::Question(_) | Work::Switch(_) => None,
        }
    }

    /// The Python of the pipeline, for what it runs.
    fn python_for(&self, runs_python: bool) -> Option<PathBuf> {
        runs_python.then(|| self.programs.python())
    }

    /// The files that a command line runs, which are code of the pipeline, and whether loom's Python runs them: its task; of a
    /// `command`, the words that are scripts in the pipeline folder, by their suffix, and its program if that is a path.
    fn code(&self, line: &CommandLine) -> (Vec<String>, bool) {
        const SCRIPTS: [&str; 9] = ["py", "sh", "bash", "R", "r", "jl", "js", "pl", "rb"];
        let is_code = |word: &str, is_program: bool| {
            let suffix = Path::new(word).extension().and_then(std::ffi::OsStr::to_str);
            let looks_like = suffix.is_some_and(|suffix| SCRIPTS.contains(&suffix)) || is_program && word.contains('/');
            looks_like && !Path::new(word).is_absolute() && self.folder.join(word).is_file()
        };
        match &line.program {
            ProgramLine::Task(task) => {
                (vec![task.clone()], Path::new(task).extension().is_some_and(|suffix| suffix == "py"))
            }
            ProgramLine::Words(words) => {
                let words = words.iter().enumerate();
                (words.filter(|(at, word)| is_code(word, *at == 0)).map(|(_, word)| word.clone()).collect(), false)
            }
            ProgramLine::Shell(line) => {
                let is_of_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '+');
                let mut words: Vec<&str> = line.split(|c| !is_of_word(c)).filter(|word| is_code(word, false)).collect();
                words.dedup();
                (words.into_iter().map(str::to_owned).collect(), false)
            }
            ProgramLine::Predicate(_) | ProgramLine::Switch(_) => (Vec::new(), false),
        }
    }

    /// Whether the steps were selected by their names, so that they run in any case.
    pub(crate) fn is_by_name(&self) -> bool {
        self.by_name
    }

    /// The files that a loop goes through.
    pub(crate) fn items(&self, step: StepId) -> Result<Items, String> {
        let mut items = files::items(self.plan.graph(), step, &self.folder)?;
        let Some(wanted) = self.plan.items(step) else { return Ok(items) };
        if let Some(missing) = wanted.iter().find(|wanted| !items.names.iter().any(|item| **item == ***wanted)) {
            let name = self.plan.graph().name(step);
            return Err(format!("the loop {name} goes through no file {missing}"));
        }
        let (names, nameless) = items.names.split_at(items.names.len() - items.nameless);
        let is_wanted = |item: &&Arc<str>| wanted.iter().any(|wanted| ***item == **wanted);
        let found: Vec<Arc<str>> = names.iter().filter(is_wanted).cloned().collect();
        let foundless: Vec<Arc<str>> = nameless.iter().filter(is_wanted).cloned().collect();
        items.nameless = foundless.len();
        items.names = found.into_iter().chain(foundless).collect();
        Ok(items)
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
        let preload = &self.plan.graph().pipeline().execution.preload;
        if preload.is_empty() {
            return run::run(self, &LocalExecutor, options, &mut watch);
        }
        let modules = preload.iter().map(|name| name.text.to_string()).collect();
        run::run(self, &Preloaded::new(self.programs.python(), modules), options, &mut watch)
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
}

/// What makes what a unit makes, as the pipeline has it.
#[derive(Debug)]
pub(crate) struct MadeBy {
    pub(crate) words: Vec<String>,
    /// The files of the pipeline that it runs.
    pub(crate) code: Vec<String>,
    /// The Python that runs it, if one does.
    pub(crate) python: Option<PathBuf>,
    pub(crate) variables: Vec<(String, Option<String>)>,
    /// The lists of what it gathers.
    pub(crate) manifests: Vec<Manifest>,
}

impl MadeBy {
    /// By the engine itself, which copies.
    pub(crate) fn copy() -> Self {
        let words = vec!["copy".to_owned()];
        Self { words, code: Vec::new(), python: None, variables: Vec::new(), manifests: Vec::new() }
    }
}

/// What is to be done for a unit.
#[derive(Debug)]
pub(crate) enum Task {
    /// To run a command.
    Run {
        command: Command,
        /// The same as the pipeline has it, whatever this machine runs it by.
        words: Vec<String>,
        /// The lists of what it gathers, to be written first.
        manifests: Vec<Manifest>,
        /// The files of the pipeline that it runs.
        code: Vec<String>,
        /// The Python that runs it, if one does.
        python: Option<PathBuf>,
    },
    /// To find out whether something holds, by a command if there is one.
    Ask(Question, Option<Command>),
    /// To lead one of two ways.
    Lead(bool),
    /// To copy, each from here to there.
    Copy(Vec<(String, String)>),
}
