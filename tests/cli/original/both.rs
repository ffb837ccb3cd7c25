//! Runs a pipeline with the original and with loom, each in a folder of its own, and compares what came of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;

use super::program::{Original, python};
use crate::support::{self, Sandbox};

pub const REFUSED: &str = "(refused)";

#[rustfmt::skip]
pub const SOURCES: &[&str] = &[
    "data/table.csv", "data/typed.csv", "data/two words.csv", "data/größe.csv", "data/other.csv", "5", "-dash.csv",
    "texts/a.txt", "texts/b.txt", "texts/c.csv", "texts/.hidden.txt", "texts/deep/d.txt", "texts/deep/er/e.txt",
    "texts/deep/f.csv",
];

/// A source with nothing in it, and a folder.
const EMPTY: (&str, &str) = ("data/empty.csv", "empty");

/// The task makes what stands behind these; behind `--folder` there are to be files inside.
pub const OUTPUT_FLAGS: &[&str] = &["--output", "-o", "out", "--out_put", "--folder"];

/// What the task does.
const TASK: &str = include_str!("task.py");

/// The tasks that every pipeline may run, each of its own name, so that it can be told which ran.
pub const TASKS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// The conditions that every pipeline may ask, each in a file of its own. All write down what they are asked with.
const ASKS: [(&str, &str); 4] = [
    ("yes", "return True"),
    ("no", "return []"),
    ("broken", "raise ValueError('cannot tell')"),
    // After so many passes. The files that it is handed differ.
    ("after", "return len(ASKED) >= given['passes']"),
];
const ASK: &str = "
import os

def evaluate(**given):
    here = os.path.join(os.getcwd(), '')
    shown = {k: v.removeprefix(here) if isinstance(v, str) else v for k, v in given.items()}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'ran', 'NAME.py')
    with open(path, 'a') as log:
        log.write(repr(list(shown.items())) + '\\n')
    ASKED = open(path).readlines()
    BODY
";

/// What is not compared: what loom keeps beside a pipeline, what Python keeps, and what the tasks write down. What is
/// fetched has another name in each.
const ASIDE: [&str; 4] = [".loom", ".loom-url-cache", "__pycache__", "ran"];

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Program {
    Original,
    Ours,
}

/// A pipeline and a call.
pub struct Case {
    yaml: String,
    pub call: Vec<String>,
    /// Files that are there before the run, beside the sources.
    pub made_before: Vec<String>,
    /// Calls before the one that is looked at.
    before: Vec<Vec<String>>,
}

/// What came of a run.
pub struct Outcome {
    succeeded: bool,
    /// For every task and condition that ran, what it was handed each time that it did, sorted.
    ran: BTreeMap<&'static str, Vec<Vec<String>>>,
    /// The folder afterwards: the texts of files, and no text for a folder.
    tree: BTreeMap<String, Option<String>>,
    /// The texts of what was fetched.
    fetched: Vec<Option<String>>,
    /// What is new in the folder, and what is gone, but for the sources' folders.
    changed: Vec<String>,
    /// What it said, for whoever looks into a difference.
    pub said: String,
}

/// What differs, and is meant to: a pipeline, a call, in short what came of it with the original and with loom, and why.
pub struct Different {
    pub yaml: &'static str,
    pub call: &'static [&'static str],
    pub original: &'static str,
    pub ours: &'static str,
    pub why: &'static str,
}

/// The same pipeline with a module to preload, where there is a plain place to say so.
fn preloading(yaml: &str) -> String {
    const PRELOAD: &str = "python: {preload: [json]}";
    if yaml.contains("preload:") || yaml.contains("python:") || !yaml.starts_with(|first: char| first.is_alphabetic()) {
        return yaml.to_owned();
    }
    if yaml.contains("execution: {") {
        return yaml.replacen("execution: {", &format!("execution: {{{PRELOAD}, "), 1);
    }
    if yaml.contains("execution:") { yaml.to_owned() } else { format!("execution: {{{PRELOAD}}}\n{yaml}") }
}

/// Runs every case twice, and tells of all that differ.
pub fn assert_alike(cases: &[Case]) {
    let both = |case: &Case, original: &mut Original| {
        let (original, ours) = (case.run_with(original), case.run(Program::Ours));
        let difference = original.difference(&ours)?;
        Some(format!("{case}\n--- the original\n{original}\n--- loom\n{ours}\n--- what differs\n{difference}\n"))
    };
    tell("pipelines differ", cases.len(), side_by_side(cases, both));
}

/// Runs every case twice, and tells of all where not exactly the difference that is meant is found.
pub fn assert_different(differences: &[Different]) {
    assert_different_after(&[], differences);
}

/// The same, after another call.
pub fn assert_different_after(call: &[&[&str]], differences: &[Different]) {
    let both = |different: &Different, original: &mut Original| {
        let case = Case::new(different.yaml, different.call);
        let case = call.iter().fold(case, |case, call| case.after(call));
        let (original, ours) = (case.run_with(original), case.run(Program::Ours));
        let found = (original.in_short(), ours.in_short());
        let as_meant = found.0 == different.original && found.1 == different.ours;
        let (why, (by_original, by_us)) = (different.why, &found);
        let told = format!("{case}\n{why}\n--- the original: {by_original}\n{original}\n--- loom: {by_us}\n{ours}\n");
        (!as_meant).then_some(told)
    };
    tell("differences are not as they are meant", differences.len(), side_by_side(differences, both));
}

/// Does something with every case, on as many threads as there are processors, and returns what came of it.
fn side_by_side<T: Sync>(cases: &[T], both: impl Fn(&T, &mut Original) -> Option<String> + Sync) -> Vec<String> {
    let ahead = Mutex::new(cases.iter());
    let work = || {
        let mut original = Original::lend();
        let next = || ahead.lock().ok()?.next();
        let mut found = Vec::new();
        while let Some(case) = next() {
            found.extend(both(case, &mut original));
        }
        found
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("all cases are compared")).collect()
    })
}

fn tell(what: &str, all: usize, mut found: Vec<String>) {
    let count = found.len();
    found.truncate(5);
    assert!(count == 0, "{count} of {all} {what}; the first of them:\n\n{}", found.join("\n"));
}

impl Case {
    pub fn new(yaml: &str, call: &[&str]) -> Self {
        let call = call.iter().map(ToString::to_string).collect();
        Self { yaml: yaml.to_owned(), call, made_before: Vec::new(), before: Vec::new() }
    }

    /// After another call.
    pub fn after(mut self, call: &[&str]) -> Self {
        self.before.push(call.iter().map(ToString::to_string).collect());
        self
    }

    /// Runs it in a folder of its own.
    pub fn run(&self, program: Program) -> Outcome {
        match program {
            Program::Original => self.run_with(&mut Original::lend()),
            Program::Ours => self.in_a_folder(|sandbox, call| {
                let mut command = support::loom();
                let written = sandbox.read("pipeline.yml");
                if self.is_preloaded() {
                    sandbox.write("pipeline.yml", preloading(&written));
                }
                command.args(words(call)).current_dir(sandbox.path()).env_clear();
                let output = command.envs(environment(sandbox)).stdin(Stdio::null()).output();
                let output = output.expect("it can be started");
                sandbox.write("pipeline.yml", &written);
                (output.status.success(), sandbox.shown(&output))
            }),
        }
    }

    /// Whether the tasks begin as forks: those of one in four, or of all where `LOOM_TEST_PRELOAD` says so.
    fn is_preloaded(&self) -> bool {
        self.yaml.len().is_multiple_of(4) || std::env::var_os("LOOM_TEST_PRELOAD").is_some()
    }

    fn run_with(&self, original: &mut Original) -> Outcome {
        self.in_a_folder(|sandbox, call| original.run(sandbox, &words(call), &environment(sandbox)))
    }

    fn in_a_folder(&self, mut run: impl FnMut(&Sandbox, &[String]) -> (bool, String)) -> Outcome {
        let sandbox = Sandbox::with(&self.yaml);
        let folder = sandbox.path();
        let task = TASK.replace("OUTPUT_FLAGS", &format!("{OUTPUT_FLAGS:?}"));
        for name in TASKS {
            sandbox.write(&format!("tasks/{name}.py"), &task);
        }
        for (name, body) in ASKS {
            sandbox.write(&format!("asks/{name}.py"), ASK.replace("NAME", name).replace("BODY", body));
        }
        sandbox.write("asks/without.py", "value = 1\n");
        for path in SOURCES {
            sandbox.write(path, path);
        }
        sandbox.write(EMPTY.0, "");
        for path in &self.made_before {
            sandbox.write(path, "");
        }
        for path in ["ran", EMPTY.1] {
            std::fs::create_dir(folder.join(path)).expect("folders can be made");
        }
        for call in &self.before {
            run(&sandbox, call);
        }
        let before = tree(&folder);
        let (succeeded, said) = run(&sandbox, &self.call);
        let tree = tree(&folder);
        let names = TASKS.into_iter().chain(ASKS.map(|(name, _)| name));
        let ran = names.filter_map(|name| Some((name, times(&folder.join(format!("ran/{name}.py")))?)));
        let mut fetched: Vec<_> = self::tree(&folder.join(".loom-url-cache")).into_values().collect();
        fetched.sort();
        let new = tree.iter().filter(|(path, _)| !before.contains_key(*path)).map(|(path, text)| match text {
            Some(_) => path.clone(),
            None => format!("{path}/"),
        });
        let gone = before.keys().filter(|path| !tree.contains_key(*path)).map(|path| format!("-{path}"));
        let changed = new.chain(gone).collect();
        Outcome { succeeded, ran: ran.collect(), changed, fetched, said, tree }
    }
}

/// The pipeline file goes before a call, unless that names a folder itself.
fn words(call: &[String]) -> Vec<&str> {
    let file = (call.first().map(String::as_str) != Some(".")).then_some("pipeline.yml");
    file.into_iter().chain(call.iter().map(String::as_str)).collect()
}

fn environment(sandbox: &Sandbox) -> Vec<(&'static str, String)> {
    let (path, python, here) = (support::path(), python(), sandbox.path());
    let variables = [
        ("PATH", &*path.to_string_lossy()),
        // The original runs tasks with its own Python: the same one here.
        ("LOOM_PYTHON", &*python.to_string_lossy()),
        ("WHO", "world"),
        ("SPACED", "two words"),
        ("EMPTY", ""),
        ("REFERENCE", "$table"),
        ("DATA", "data"),
        ("TASKS", "tasks"),
        ("MADE", "made"),
        ("HERE", &*here.to_string_lossy()),
    ];
    variables.map(|(name, value)| (name, value.to_owned())).into()
}

/// What a task wrote down: a list of words each time. What a condition was asked with is one word.
fn times(log: &Path) -> Option<Vec<Vec<String>>> {
    let log = std::fs::read_to_string(log).ok()?;
    let words = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| vec![line.to_owned()]);
    let mut times: Vec<Vec<String>> = log.lines().map(words).collect();
    times.sort();
    Some(times)
}

/// Everything in a folder, by its path.
fn tree(folder: &Path) -> BTreeMap<String, Option<String>> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![folder.to_path_buf()];
    while let Some(inside) = ahead.pop() {
        for entry in inside.read_dir().into_iter().flatten() {
            let path = entry.expect("the folder can be read").path();
            if path.file_name().is_some_and(|name| ASIDE.iter().any(|aside| name == *aside)) {
                continue;
            }
            let text = std::fs::read(&path).ok().map(|text| String::from_utf8_lossy(&text).into_owned());
            let name = path.strip_prefix(folder).expect("it is inside").to_string_lossy().into_owned();
            if text.is_none() {
                ahead.push(path);
            }
            found.insert(name, text);
        }
    }
    found
}

impl Outcome {
    pub fn is_refusal(&self) -> bool {
        !self.succeeded && self.ran.is_empty()
    }

    /// What is not the same. Where nothing runs, nothing is compared: that counts as a difference, too.
    fn difference(&self, other: &Self) -> Option<String> {
        let mut told = String::new();
        if self.is_refusal() {
            told.push_str("refused by the original: nothing is compared\n");
        }
        if self.succeeded != other.succeeded {
            let _ = writeln!(told, "success: {} and {}", self.succeeded, other.succeeded);
        }
        if self.ran != other.ran {
            told.push_str("what the tasks were handed\n");
        }
        if self.fetched != other.fetched {
            let _ = writeln!(told, "fetched: {:?} and {:?}", self.fetched, other.fetched);
        }
        let paths = self.tree.keys().chain(other.tree.keys().filter(|path| !self.tree.contains_key(*path)));
        for path in paths {
            let (one, two) = (self.tree.get(path), other.tree.get(path));
            if one != two {
                let _ = writeln!(told, "{path}: {one:?} and {two:?}");
            }
        }
        (!told.is_empty()).then_some(told)
    }

    /// Whether it succeeded, how often each task ran, and what is new and gone.
    fn in_short(&self) -> String {
        if self.is_refusal() && self.changed.is_empty() {
            return REFUSED.to_owned();
        }
        let mut words = vec![if self.succeeded { "succeeds:" } else { "fails:" }.to_owned()];
        words.extend(self.ran.iter().map(|(task, times)| match times.len() {
            1 => (*task).to_owned(),
            count => format!("{task}*{count}"),
        }));
        words.push("|".to_owned());
        // A folder with something in it is told by that.
        let files = self.changed.iter().filter(|path| {
            !path.ends_with('/') || !self.changed.iter().any(|other| other != *path && other.starts_with(*path))
        });
        words.extend(files.cloned());
        words.join(" ")
    }

    /// All that the task `a` was handed.
    pub fn words(&self) -> String {
        self.ran.get("a").map_or(REFUSED.to_owned(), |times| times.concat().join("|"))
    }

    /// What the task `a` was handed behind a flag, up to the next one.
    pub fn behind(&self, flag: &str) -> Option<String> {
        let words = self.ran.get("a").map(|times| times.concat()).unwrap_or_default();
        let at = words.iter().position(|word| word == flag)?;
        let behind: Vec<&str> =
            words[at + 1..].iter().map(String::as_str).take_while(|w| !w.starts_with("--")).collect();
        Some(behind.join("|"))
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for call in &self.before {
            writeln!(f, "loom {:?}", words(call))?;
        }
        writeln!(f, "{}\nloom {:?}", self.yaml, words(&self.call))
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (task, times) in &self.ran {
            times.iter().try_for_each(|words| writeln!(f, "{task}: {words:?}"))?;
        }
        f.write_str(&self.said)
    }
}
