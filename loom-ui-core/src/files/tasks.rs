//! The tasks that steps could run.

use std::fs;
use std::io::Read;
use std::path::Path;

use loom_spec::{Port, TaskInterface};

use super::locate::open;
use crate::api::{TaskArgument, TaskInfo, TaskPort};

const SUFFIXES: [&str; 5] = ["py", "sh", "R", "jl", "js"];
const DEEPEST: usize = 4;
const MOST: usize = 2000;
/// A task of which more than this would have to be read tells nothing of itself, in bytes.
const MOST_SOURCE: u64 = 1 << 20;

/// The tasks below a folder in the pipeline folder, by path. They are read, and not run.
pub fn tasks(folder: &Path, tasks_dir: &Path) -> Vec<TaskInfo> {
    let mut found = Vec::new();
    walk(folder, tasks_dir, 0, &mut found);
    found.sort_unstable_by(|one, other| one.path.cmp(&other.path));
    found
}

fn walk(folder: &Path, below: &Path, depth: usize, found: &mut Vec<TaskInfo>) {
    for entry in fs::read_dir(folder.join(below)).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        if found.len() >= MOST || shown.starts_with('.') || shown.starts_with("__") {
            continue;
        }
        let path = below.join(&name);
        // A link to a folder may lead round in a circle.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if depth < DEEPEST {
                walk(folder, &path, depth + 1, found);
            }
        } else if path.extension().is_some_and(|suffix| SUFFIXES.iter().any(|known| suffix == *known)) {
            found.push(task(folder, &path));
        }
    }
}

fn task(folder: &Path, path: &Path) -> TaskInfo {
    let mut info = TaskInfo {
        path: path.to_string_lossy().into_owned(),
        description: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        args: Vec::new(),
        error: None,
    };
    if path.extension().is_none_or(|suffix| suffix != "py") {
        return info;
    }
    let mut text = String::new();
    let read = open(&folder.join(path)).map(|(file, _)| file.take(MOST_SOURCE).read_to_string(&mut text));
    match read {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => info.error = Some(format!("it cannot be read: {error}")),
        Err(error) => info.error = Some(error.message),
    }
    match TaskInterface::of_python(&text) {
        None => {}
        Some(Err(error)) => info.error = Some(error.message),
        Some(Ok(interface)) => {
            let first = interface.description.split("\n\n").next().unwrap_or_default();
            info.description = Some(first.split_whitespace().collect::<Vec<_>>().join(" ")).filter(|text| !text.is_empty());
            info.inputs = interface.inputs.into_iter().map(port).collect();
            info.outputs = interface.outputs.into_iter().map(port).collect();
            info.args = interface.args.into_iter().map(argument).collect();
        }
    }
    info
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
