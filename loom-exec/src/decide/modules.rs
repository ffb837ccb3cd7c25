//! The local Python modules that a task imports, found by reading and never by running.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use loom_spec::{Import, PythonImports};

use crate::host::LARGEST_SCRIPT;

/// More modules than this a task does not have.
const MOST_MODULES: usize = 10_000;

/// What Python has loaded before it looks at any folder, whatever stands there.
const BUILT_IN: [&str; 20] = [
    "__main__",
    "abc",
    "atexit",
    "builtins",
    "codecs",
    "encodings",
    "errno",
    "faulthandler",
    "gc",
    "io",
    "itertools",
    "marshal",
    "os",
    "posix",
    "pwd",
    "site",
    "stat",
    "sys",
    "time",
    "zipimport",
];

/// A file that a task imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    /// The file, relative to the pipeline folder.
    pub(crate) path: String,
    /// The file that imports it, on the shortest way from the task: the task as it was asked for, or another module.
    pub(crate) by: String,
}

/// Finds the files in a pipeline folder that its tasks import, as they are when it is first asked: each folder is looked
/// at once, each file read once, and each task followed once.
///
/// It resolves names as `python TASK` does in the pipeline folder: in the folder of the task, then in those of
/// PYTHONPATH. A name that neither has is of the standard library, or installed. What lies outside the pipeline folder
/// or in a virtual environment is not followed; a link in the pipeline folder counts as what it leads to.
///
/// What is found may be more than what Python loads, as branches and functions may not be come to; and less where the
/// program computes the name of a module, or changes `sys.path`.
#[derive(Debug)]
pub(crate) struct Modules {
    disk: Disk,
    python_path: Vec<String>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    tasks: HashMap<String, Arc<[Module]>>,
    /// What modules of a name there are, by their path without `.py`.
    entries: HashMap<String, Entry>,
    imports: HashMap<String, Arc<PythonImports>>,
}

impl Modules {
    /// `folder` is the pipeline folder: absolute, its links resolved. Of the environment, PYTHONPATH is read.
    pub(crate) fn new(folder: PathBuf, environment: &HashMap<OsString, OsString>) -> Self {
        let disk = Disk { folder };
        let python_path = environment.get(OsStr::new("PYTHONPATH")).filter(|path| !path.is_empty());
        let entries = python_path.into_iter().flat_map(|path| std::env::split_paths(path));
        let python_path = entries.filter_map(|entry| disk.name_of(&disk.folder.join(entry))).collect();
        Self { disk, python_path, known: Mutex::default() }
    }

    /// The files that a task imports, directly or not, by path; the task itself is not among them. The task is a Python
    /// file, its path relative to the pipeline folder. A file that is not there imports nothing.
    pub(crate) fn of(&self, task: &str) -> Arc<[Module]> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(modules) = known.tasks.get(task) {
            return modules.clone();
        }
        let mut roots: Vec<String> = self.disk.folder_of(task).into_iter().chain(self.python_path.clone()).collect();
        let mut seen = HashSet::new();
        roots.retain(|root| seen.insert(root.clone()) && !self.disk.is_installed(root));
        let file = self.disk.name_of(&self.disk.folder.join(task)).unwrap_or_else(|| task.to_owned());
        let mut search = Search {
            disk: &self.disk,
            known: &mut known,
            roots: Found { file: None, folders: roots },
            named: HashMap::new(),
            ahead: VecDeque::new(),
            modules: BTreeMap::new(),
        };
        search.follow("", &file, task);
        while let Some((package, path)) = search.ahead.pop_front() {
            let by = if path == file { task } else { &path };
            search.follow(&package, &path, by);
        }
        search.modules.remove(&file);
        let modules = search.modules.into_iter().map(|(path, by)| Module { path, by });
        let modules: Arc<[Module]> = modules.collect();
        known.tasks.insert(task.to_owned(), modules.clone());
        modules
    }
}

/// The way through the modules of one task. Modules are told apart by their dotted names, as Python does: a file with two
/// names has two packages, too.
struct Search<'a> {
    disk: &'a Disk,
    known: &'a mut Known,
    /// The path.
    roots: Found,
    /// What was found under dotted names.
    named: HashMap<String, Option<Rc<Found>>>,
    /// Files that are to be followed, each with the package that its relative imports begin in.
    ahead: VecDeque<(String, String)>,
    /// What was found, each with what imports it.
    modules: BTreeMap<String, String>,
}

/// A module: its file, if it is not a mere folder, and where its own modules are, if it is a package.
#[derive(Debug)]
struct Found {
    file: Option<String>,
    folders: Vec<String>,
}

impl Search<'_> {
    /// Finds what a file imports.
    fn follow(&mut self, package: &str, file: &str, by: &str) {
        for import in &self.imports(file).imports {
            let Some(name) = absolute(import, package) else { continue };
            let Some(found) = self.module(&name, by) else { continue };
            if found.folders.is_empty() {
                continue;
            }
            for taken in &import.names {
                if taken != "*" {
                    self.module(&format!("{name}.{taken}"), by);
                    continue;
                }
                let Some(init) = &found.file else { continue };
                for exported in &self.imports(init).exported {
                    self.module(&format!("{name}.{exported}"), by);
                }
            }
        }
    }

    /// The module of a dotted name, and on the way to it every package around it.
    fn module(&mut self, name: &str, by: &str) -> Option<Rc<Found>> {
        let mut around: Option<Rc<Found>> = None;
        let mut begin = 0;
        for end in name.match_indices('.').map(|(at, _)| at).chain([name.len()]) {
            let (dotted, last) = (&name[..end], &name[begin..end]);
            if begin == 0 && BUILT_IN.contains(&last) {
                return None;
            }
            begin = end + 1;
            let found = match self.named.get(dotted) {
                Some(found) => found.clone(),
                None => {
                    let folders = &around.as_deref().unwrap_or(&self.roots).folders;
                    let found = self.known.find(self.disk, folders, last).map(Rc::new);
                    self.named.insert(dotted.to_owned(), found.clone());
                    if let Some(found) = &found {
                        self.push(dotted, found, by);
                    }
                    found
                }
            };
            around = Some(found?);
        }
        around
    }

    fn push(&mut self, name: &str, found: &Found, by: &str) {
        let Some(file) = &found.file else { return };
        if self.modules.len() >= MOST_MODULES {
            return;
        }
        let package =
            if found.folders.is_empty() { name.rsplit_once('.').map_or("", |(around, _)| around) } else { name };
        self.ahead.push_back((package.to_owned(), file.clone()));
        self.modules.entry(file.clone()).or_insert_with(|| by.to_owned());
    }

    fn imports(&mut self, file: &str) -> Arc<PythonImports> {
        let read = || Arc::new(PythonImports::of(&self.disk.read(file).unwrap_or_default()));
        self.known.imports.entry(file.to_owned()).or_insert_with(read).clone()
    }
}

/// The dotted name of what is imported. None for a relative import that leads out of all packages: Python refuses it, and
/// so it does every one in a file that is in none, as a task is.
fn absolute(import: &Import, package: &str) -> Option<String> {
    if import.level == 0 {
        return Some(import.module.clone());
    }
    let mut around = package;
    for _ in 1..import.level {
        around = around.rsplit_once('.')?.0;
    }
    match (around, import.module.as_str()) {
        ("", _) => None,
        (around, "") => Some(around.to_owned()),
        (around, module) => Some(format!("{around}.{module}")),
    }
}

/// What there is under a name in one folder, in the order in which Python prefers it.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// A folder with an `__init__.py`.
    Package,
    File,
    Folder,
    Nothing,
}

impl Known {
    /// The module of this name in the first folder that has one; else, all folders of that name.
    fn find(&mut self, disk: &Disk, folders: &[String], name: &str) -> Option<Found> {
        // What a program makes up, no folder has.
        if name.is_empty() || name.contains(['/', '\\', '\0']) {
            return None;
        }
        let mut portions = Vec::new();
        for folder in folders {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            match *self.entries.entry(path.clone()).or_insert_with(|| disk.entry(&path)) {
                Entry::Package => {
                    return Some(Found { file: Some(format!("{path}/__init__.py")), folders: vec![path] });
                }
                Entry::File => return Some(Found { file: Some(format!("{path}.py")), folders: Vec::new() }),
                Entry::Folder => portions.push(path),
                Entry::Nothing => {}
            }
        }
        (!portions.is_empty()).then_some(Found { file: None, folders: portions })
    }
}

/// The pipeline folder. Paths in it are texts, relative to it, with no links, `.` or `..` but for links that lead out.
#[derive(Debug)]
struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// What a path is called in the pipeline folder, if it is there: where it leads, or itself if it is a link that leads
    /// out.
    fn name_of(&self, path: &Path) -> Option<String> {
        let real = path.canonicalize().ok()?;
        let inside = real.strip_prefix(&self.folder).or_else(|_| path.strip_prefix(&self.folder)).ok()?;
        let is_plain = inside.components().all(|part| matches!(part, Component::Normal(_)));
        is_plain.then(|| inside.to_str().map(ToOwned::to_owned)).flatten()
    }

    /// The folder in which Python first looks for what a task imports: the one that the task's file is in, whatever links
    /// lead to it.
    fn folder_of(&self, task: &str) -> Option<String> {
        let path = self.folder.join(task);
        let real = path.canonicalize().ok()?;
        let (real, written) = (real.parent()?, path.parent()?);
        let is_there = written.canonicalize().is_ok_and(|written| written == real);
        self.name_of(if is_there { written } else { real })
    }

    fn entry(&self, path: &str) -> Entry {
        let whole = self.folder.join(path);
        let is_folder = whole.is_dir() && !self.is_installed(path);
        if is_folder && whole.join("__init__.py").is_file() {
            Entry::Package
        } else if self.folder.join(format!("{path}.py")).is_file() {
            Entry::File
        } else if is_folder {
            Entry::Folder
        } else {
            Entry::Nothing
        }
    }

    /// Whether a folder belongs to a virtual environment, or is where packages are installed. The pipeline folder itself
    /// may be an environment.
    fn is_installed(&self, folder: &str) -> bool {
        let Ok(real) = self.folder.join(folder).canonicalize() else { return false };
        let inside = real.strip_prefix(&self.folder).unwrap_or(&real);
        let is_for_packages =
            |part: Component<'_>| part.as_os_str() == "site-packages" || part.as_os_str() == "dist-packages";
        let is_environment = |folder: &Path| folder.join("pyvenv.cfg").is_file();
        inside.components().any(is_for_packages)
            || real.ancestors().take_while(|around| *around != self.folder).any(is_environment)
    }

    /// The text of a file. What is not UTF-8 in it says nothing of imports; a file that is too large says nothing at all.
    fn read(&self, file: &str) -> Option<String> {
        let path = self.folder.join(file);
        if !path.metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path).ok()?.take(LARGEST_SCRIPT + 1).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 <= LARGEST_SCRIPT).then(|| String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests;
