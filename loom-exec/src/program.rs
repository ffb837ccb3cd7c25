//! What runs a task: programs, and where they are found.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use loom_graph::{CommandLine, Plan, ProgramLine, StepId};
use loom_spec::{Problem, Program, Step, Test};
use serde::{Deserialize, Serialize};

use crate::host::Host;

/// A command as the system takes it: a program and its arguments, no shell between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The program.
    pub program: PathBuf,
    /// Its arguments, the program's own name not among them.
    pub args: Vec<OsString>,
    /// What differs for it from the environment of the run: variables with their values, or with none to be taken away.
    pub variables: Vec<(String, Option<String>)>,
}

/// As a list of words, the program first. What is not UTF-8 is replaced by U+FFFD.
impl Serialize for Command {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.words().map(|word| word.to_string_lossy().into_owned()))
    }
}

/// From such a list.
impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut words = Vec::<String>::deserialize(deserializer)?.into_iter();
        let program = words.next().unwrap_or_default().into();
        Ok(Self { program, args: words.map(OsString::from).collect(), variables: Vec::new() })
    }
}

impl Command {
    /// The words by which it is run by hand: the program and its arguments, with `env` before them where variables differ.
    pub fn words(&self) -> impl Iterator<Item = Cow<'_, OsStr>> {
        let taken = self.variables.iter().filter(|(_, value)| value.is_none());
        let taken = taken.flat_map(|(name, _)| [OsStr::new("-u"), OsStr::new(name)].map(Cow::Borrowed));
        let given = self.variables.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        // `env` takes its options first.
        let variables = taken.chain(given.map(|text| Cow::Owned(OsString::from(text))));
        let env = (!self.variables.is_empty()).then_some(Cow::Borrowed(OsStr::new("env")));
        let command = std::iter::once(self.program.as_os_str()).chain(self.args.iter().map(OsString::as_os_str));
        env.into_iter().chain(variables).chain(command.map(Cow::Borrowed))
    }
}

/// What a task is run by, told by its suffix.
const INTERPRETERS: [(&str, &str); 5] =
    [("sh", "sh"), ("R", "Rscript"), ("r", "Rscript"), ("jl", "julia"), ("js", "node")];

/// The programs that a plan needs, each looked up once.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// By the name that a pipeline gives them, or by the suffix of what they interpret.
    found: HashMap<String, PathBuf>,
}

impl Programs {
    /// Looks up what the units of a plan need. The error has a problem for each program that is not there.
    pub(crate) fn find(plan: &Plan, host: &Host) -> Result<Self, Vec<Problem>> {
        let mut programs = Self::default();
        let mut problems = Vec::new();
        let mut missing: HashMap<String, usize> = HashMap::new();
        let python = OnceCell::new();
        let graph = plan.graph();
        let needed = plan.steps().iter().flat_map(|step| {
            let stop = graph.group(*step).and_then(|(_, passes)| passes.stop.as_ref());
            let asked = stop.filter(|_| graph.links().leader(*step) == *step).map(|_| asks());
            std::iter::once((*step, graph.program(*step))).chain(asked.map(|program| (*step, program)))
        });
        for (step, program) in needed {
            let program = if asks_python(graph.step(step)) { asks() } else { program };
            let Some(key) = Key::of(&program) else { continue };
            let name = key.text();
            if programs.found.contains_key(name) {
                continue;
            }
            if let Some(others) = missing.get_mut(name) {
                *others += 1;
                continue;
            }
            let found = match &key {
                Key::Python => python.get_or_init(|| find_python(plan.graph().python().as_deref(), host)).clone(),
                Key::Interpreter(program) | Key::Shell(program) => find_named(program, host),
                Key::Program(program) => find_named(program, host),
                Key::Task(task) => find_executable_task(task, host),
            };
            match found {
                Ok(path) => {
                    programs.found.insert(name.to_owned(), path);
                }
                Err(problem) => {
                    missing.insert(name.to_owned(), 0);
                    problems.push(place(problem, &key, plan, step));
                }
            }
        }
        loom_spec::sort(&mut problems);
        if problems.is_empty() { Ok(programs) } else { Err(problems) }
    }

    /// The command of a unit of the plan that these programs were found for.
    pub(crate) fn command(
        &self,
        line: CommandLine,
        step: &str,
        extra: &[String],
        variables: Vec<(String, Option<String>)>,
    ) -> Command {
        let program = Key::of(&line.program).and_then(|key| self.found.get(key.text()).cloned());
        let CommandLine { program: written, words, .. } = line;
        let (fallback, first): (String, Vec<String>) = match written {
            ProgramLine::Task(task) if interpreter(&task).is_some() => (task.clone(), vec![not_a_flag(task)]),
            ProgramLine::Task(task) => (task, vec![]),
            ProgramLine::Words(mut words) => {
                let program = words.remove(0);
                (program, words)
            }
            // What follows the line is `$0`, `$1`, … to it.
            ProgramLine::Shell(line) => ("sh".to_owned(), vec!["-c".to_owned(), line, step.to_owned()]),
            // For these nothing is run.
            line @ (ProgramLine::Predicate(_) | ProgramLine::Switch(_)) => (line.to_string(), vec![]),
        };
        let args = first.into_iter().chain(words).chain(extra.iter().cloned()).map(OsString::from).collect();
        Command { program: program.unwrap_or_else(|| fallback.into()), args, variables }
    }

    /// The Python of a plan that asks one something.
    pub(crate) fn python(&self) -> PathBuf {
        self.found.get(Key::Python.text()).cloned().unwrap_or_else(|| "python3".into())
    }
}

/// What a script is asked by: Python, whatever it is called.
fn asks() -> ProgramLine {
    ProgramLine::Task("evaluate.py".to_owned())
}

fn asks_python(step: &Step) -> bool {
    matches!(&step.program, Program::Condition(condition) if matches!(condition.test, Test::Script(_)))
}

/// What has to be looked up to run a command line.
enum Key<'a> {
    Python,
    Interpreter(&'static str),
    Shell(&'static str),
    Program(&'a str),
    Task(&'a str),
}

impl<'a> Key<'a> {
    fn of(program: &'a ProgramLine) -> Option<Self> {
        Some(match program {
            ProgramLine::Predicate(_) | ProgramLine::Switch(_) => return None,
            ProgramLine::Shell(_) => Self::Shell("sh"),
            ProgramLine::Words(words) => Self::Program(&words[0]),
            ProgramLine::Task(task) => match interpreter(task) {
                Some("python") => Self::Python,
                Some(program) => Self::Interpreter(program),
                None => Self::Task(task),
            },
        })
    }

    /// A name under which no two different programs are found. A task that runs itself is a path with a slash or
    /// stands in the pipeline folder, where a bare name would be looked for on PATH.
    fn text(&self) -> &'a str {
        match self {
            Self::Python => "*.py",
            Self::Interpreter(program) | Self::Shell(program) => program,
            Self::Program(program) => program,
            Self::Task(task) => task,
        }
    }
}

fn interpreter(task: &str) -> Option<&'static str> {
    let suffix = Path::new(task).extension()?.to_str()?;
    if suffix == "py" {
        return Some("python");
    }
    INTERPRETERS.iter().find(|(known, _)| *known == suffix).map(|(_, program)| *program)
}

fn not_a_flag(path: String) -> String {
    if path.starts_with('-') { format!("./{path}") } else { path }
}

/// Where the pipeline asks for what could not be found.
fn place(problem: Problem, key: &Key<'_>, plan: &Plan, step: StepId) -> Problem {
    let configured = plan.graph().pipeline().execution.python.as_ref();
    if let (Key::Python, Some(python)) = (key, configured) {
        return problem.at(python.span, "asked for here");
    }
    let step = plan.graph().step(step);
    let span = match &step.program {
        Program::Task(scalar) | Program::Shell(scalar) => scalar.span,
        Program::Words(words) => words.first().map_or(step.span, |word| word.span),
        Program::Condition(_) | Program::Switch(_) => step.name.span,
    };
    problem.at(span, "needed here")
}

/// A program by its name (looked for on PATH) or its path (relative to the pipeline folder).
fn find_named(name: &str, host: &Host) -> Result<PathBuf, Problem> {
    which::which_in(name, Some(search_path(host)), host.folder()).map_err(|_| {
        let is_there = name.contains('/') && host.folder().join(name).is_file();
        let message = if is_there {
            format!("the program `{name}` is not executable")
        } else {
            format!("the program `{name}` cannot be found")
        };
        let help = if is_there {
            format!("make it executable: `chmod +x {name}`")
        } else if name.contains('/') {
            "a path is relative to the folder of the pipeline file".to_owned()
        } else if name.contains(' ') {
            "commas divide the words of a list; a line for the shell stands without brackets".to_owned()
        } else {
            format!("install it, or add its folder to PATH, which is {}", path_shown(host))
        };
        Problem::error("missing-program", message).help(help)
    })
}

/// Where the C library looks if there is no PATH, too.
fn search_path(host: &Host) -> &OsStr {
    host.get("PATH").unwrap_or(OsStr::new("/usr/local/bin:/usr/bin:/bin"))
}

fn path_shown(host: &Host) -> String {
    match host.get("PATH") {
        Some(path) => path.to_string_lossy().into_owned(),
        None => format!("not set, so {}", search_path(host).to_string_lossy()),
    }
}

fn find_executable_task(task: &str, host: &Host) -> Result<PathBuf, Problem> {
    let path = host.folder().join(task.trim_start_matches("./"));
    let found = which::which_in(&path, None::<OsString>, host.folder()).map_err(|_| {
        Problem::error("not-executable", format!("nothing is known to run `{task}` by, and it is not executable"))
            .help(format!("make it executable (`chmod +x {task}`), or write `command: [PROGRAM, {task}]`"))
    })?;
    match missing_interpreter(&found) {
        None => Ok(found),
        Some(interpreter) => Err(Problem::error(
            "missing-program",
            format!("the first line of `{task}` says that `{interpreter}` runs it, which is not there"),
        )
        .help("install it, or mend the first line")),
    }
}

/// What the first line of a script names as its interpreter, if that is not there.
fn missing_interpreter(script: &Path) -> Option<String> {
    let mut start = [0; 256];
    let length = std::fs::File::open(script).and_then(|mut file| file.read(&mut start)).ok()?;
    let line = start[..length].split(|byte| *byte == b'\n').next()?.strip_prefix(b"#!")?;
    let interpreter = line.trim_ascii().split(u8::is_ascii_whitespace).next()?;
    let interpreter = String::from_utf8_lossy(interpreter).into_owned();
    (!interpreter.is_empty() && !Path::new(&interpreter).exists()).then_some(interpreter)
}

/// Python: what the pipeline says, else LOOM_PYTHON, else the active environment, else a `.venv` or `venv` here or
/// above, else PATH.
fn find_python(configured: Option<&str>, host: &Host) -> Result<PathBuf, Problem> {
    let explicit =
        [("`execution.python`", configured), ("LOOM_PYTHON", host.get("LOOM_PYTHON").and_then(OsStr::to_str))];
    for (origin, name) in explicit {
        let Some(name) = name else { continue };
        return find_named(name, host)
            .and_then(|found| real_python(found, host))
            .map_err(|problem| Problem { message: format!("{} ({origin})", problem.message), ..problem });
    }
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(|name| host.get(name)).map(PathBuf::from);
    let beside = host.folder().ancestors().flat_map(|folder| [folder.join(".venv"), folder.join("venv")]);
    let in_environment = active.chain(beside).map(|environment| environment.join("bin/python"));
    if let Some(found) = in_environment.into_iter().find(|python| python.is_file()) {
        return real_python(found, host);
    }
    let found = ["python3", "python"].into_iter().find_map(|name| find_named(name, host).ok());
    match found {
        Some(found) => real_python(found, host),
        None => Err(Problem::error("missing-program", "Python cannot be found").help(format!(
            "looked for an active environment, for .venv and venv in the pipeline folder and above, and for python3 and \
             python on PATH, which is {}",
            path_shown(host)
        ))),
    }
}

/// A version manager's shim is a script that looks for the interpreter at every start, which costs more than many a
/// task: it is asked once where it leads.
fn real_python(found: PathBuf, host: &Host) -> Result<PathBuf, Problem> {
    if !is_script(&found) {
        return Ok(found);
    }
    let asked = std::process::Command::new(&found)
        .args(["-c", "import sys; sys.stdout.write(sys.executable)"])
        .current_dir(host.folder())
        .env_clear()
        .envs(host.environment())
        .stdin(Stdio::null())
        .output();
    let answer = asked.ok().filter(|output| output.status.success());
    let path = answer.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).into_owned()));
    path.filter(|path| path.is_file()).ok_or_else(|| {
        Problem::error("missing-program", format!("{} does not lead to a Python", found.display()))
            .help(format!("it is a script; run `{} --version` to see what it says", found.display()))
    })
}

fn is_script(path: &Path) -> bool {
    let mut start = [0; 2];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"#!"
}
