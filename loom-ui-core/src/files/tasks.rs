//! The task files that there are. None is run, or imported: what they say of themselves is read.

use std::io::Read;
use std::path::{Path, PathBuf};

use loom_spec::{Port, TaskInterface};

use super::place::open_plain;
use crate::api::{TaskArgument, TaskInfo, TaskPort};

const SUFFIXES: [&str; 5] = ["py", "sh", "R", "jl", "js"];
const DEEPEST: usize = 4;
const MOST_TASKS: usize = 2_000;
/// A folder with more in it is looked through no further.
const MOST_ENTRIES: usize = 20_000;
/// A script larger than this is not looked into.
const LARGEST_SCRIPT: u64 = 4 << 20;

/// The files in a folder of the pipeline folder that a step could run, by path; at most 2,000. Links are followed to
/// files in the pipeline folder, and no further.
pub fn tasks(folder: &Path, tasks_dir: &Path) -> Vec<TaskInfo> {
    let Ok(folder) = folder.canonicalize() else { return Vec::new() };
    let Ok(tasks) = folder.join(tasks_dir).canonicalize() else { return Vec::new() };
    let Ok(inside) = tasks.strip_prefix(&folder) else { return Vec::new() };
    let mut walk = Walk { folder: &folder, found: Vec::new(), entries: 0 };
    walk.look(&tasks, inside, DEEPEST);
    walk.found.sort_unstable();
    walk.found.iter().take(MOST_TASKS).map(|(path, real)| task(path, real)).collect()
}

struct Walk<'a> {
    folder: &'a Path,
    /// Paths relative to the pipeline folder, and where they lead.
    found: Vec<(String, PathBuf)>,
    entries: usize,
}

impl Walk<'_> {
    fn look(&mut self, at: &Path, inside: &Path, depth: usize) {
        let Ok(entries) = at.read_dir() else { return };
        for entry in entries.filter_map(Result::ok) {
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return;
            }
            let (name, path) = (entry.file_name(), entry.path());
            let Some(shown) = name.to_str().filter(|name| !name.starts_with('.') && *name != "__pycache__") else {
                continue;
            };
            let Ok(kind) = entry.file_type() else { continue };
            let inside = inside.join(shown);
            if kind.is_dir() {
                if depth > 1 {
                    self.look(&path, &inside, depth - 1);
                }
                continue;
            }
            let is_task = inside.extension().is_some_and(|suffix| SUFFIXES.iter().any(|known| suffix == *known));
            if !is_task {
                continue;
            }
            let Some(real) = path.canonicalize().ok().filter(|real| real.starts_with(self.folder)) else { continue };
            if real.is_file() {
                self.found.push((inside.to_string_lossy().into_owned(), real));
            }
        }
    }
}

fn task(path: &str, real: &Path) -> TaskInfo {
    let mut info = TaskInfo {
        path: path.to_owned(),
        description: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        args: Vec::new(),
        error: None,
    };
    if !path.ends_with(".py") {
        return info;
    }
    match script(real).and_then(|script| TaskInterface::of_python(&script)) {
        None => {}
        Some(Err(error)) => info.error = Some(format!("line {}: {error}", error.position.line)),
        Some(Ok(interface)) => {
            info.description = Some(interface.description).filter(|description| !description.is_empty());
            info.inputs = interface.inputs.into_iter().map(port).collect();
            info.outputs = interface.outputs.into_iter().map(port).collect();
            info.args = interface.args.into_iter().map(argument).collect();
        }
    }
    info
}

fn script(real: &Path) -> Option<String> {
    let file = open_plain(real)?;
    if file.metadata().ok()?.len() > LARGEST_SCRIPT {
        return None;
    }
    let mut script = String::new();
    file.take(LARGEST_SCRIPT).read_to_string(&mut script).ok()?;
    Some(script)
}

fn port(port: Port) -> TaskPort {
    TaskPort { name: port.name, data_type: port.kind, description: port.description, required: port.required }
}

fn argument(port: Port) -> TaskArgument {
    TaskArgument {
        name: port.name,
        value_type: port.kind,
        description: port.description,
        default: port.default,
        choices: port.choices,
        required: port.required,
    }
}
