//! The pipelines that can be opened, and those that are.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use loom_exec::Settings;
use loom_spec::{ReadError, ReadErrorKind};
use loom_ui_core::api::{PipelineEntry, RunRequest, RunState};

use crate::args::Args;
use crate::exit::Failed;
use crate::hub::Hub;
use loom_ui_core::{Editor, Refused};

mod listing;

use listing::Listing;
pub(crate) use listing::is_ignored;

/// How many runs may be at work at the same time, of all pipelines.
const MAX_RUNS: usize = 16;

/// A folder with pipelines, or one pipeline. What is asked for is looked up among what was found there, by an id that is no path:
/// there is no way to name anything else.
pub(crate) struct Workspace {
    root: PathBuf,
    /// The one pipeline that was named, if it was not a folder.
    only: Option<PathBuf>,
    settings: Settings,
    /// Where tasks are looked for, if not beside each pipeline.
    tasks_dir: Option<PathBuf>,
    read_only: bool,
    hub: Arc<Hub>,
    listing: Mutex<Listing>,
    docs: Mutex<HashMap<String, Arc<Doc>>>,
    /// The runs that were started here and may still be at work. Held while one is started, so that two at the same time are counted
    /// one after the other.
    started: Mutex<Vec<(Arc<Editor>, String)>>,
}

struct Doc {
    file: PathBuf,
    editor: Mutex<Option<Arc<Editor>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Workspace {
    /// What the arguments name. No pipeline is opened yet.
    pub(crate) fn find(args: &Args, settings: Settings, hub: Arc<Hub>) -> Result<Self, Failed> {
        let is_folder = args.path.is_dir() && !args.new;
        let file = match args.new {
            true if args.path.is_dir() => args.path.join("pipeline.yml"),
            _ => args.path.clone(),
        };
        let folder = if is_folder { &args.path } else { folder_of(&file) };
        let root = folder
            .canonicalize()
            .map_err(|error| unreadable(&ReadError { path: folder.to_owned(), kind: error.into() }))?;
        let tasks_dir = args.tasks_dir.as_deref().map(|folder| tasks_dir(folder, &root)).transpose()?;
        if args.new {
            new(&root, &file)?;
        }
        let only = match (is_folder, file.file_name()) {
            (true, _) => None,
            (false, Some(name)) => {
                loom_spec::read(&file).map_err(|error| unreadable(&error))?;
                Some(root.join(name))
            }
            (false, None) => return Err(Failed::wrong(format!("{} is no file", file.display()))),
        };
        Ok(Self {
            root,
            only,
            settings,
            tasks_dir,
            read_only: args.read_only,
            hub,
            listing: Mutex::default(),
            docs: Mutex::default(),
            started: Mutex::default(),
        })
    }

    /// The folder, without links in its path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Whether it is a folder that was opened, and not one pipeline.
    pub(crate) fn is_folder(&self) -> bool {
        self.only.is_none()
    }

    /// Whether nothing may be written or run.
    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The pipeline to show at first: the one that was named, or the one that `loom` would run here.
    pub(crate) fn first(&self) -> Option<String> {
        let file = self.only.clone().or_else(|| loom_spec::locate(&self.root).ok())?;
        Some(listing::id(&self.relative(&file)))
    }

    /// The pipelines that there are.
    pub(crate) fn pipelines(&self) -> Vec<PipelineEntry> {
        let found = match &self.only {
            Some(file) => vec![file.clone()],
            None => listing::find(&self.root),
        };
        let mut entries = Vec::new();
        for file in found {
            let path = self.relative(&file);
            let is_only = self.only.is_some();
            let Some(seen) = locked(&self.listing).look(&file, is_only) else { continue };
            let last_run = listing::last_run(&file, &self.settings);
            let id = listing::id(&path);
            locked(&self.docs).entry(id.clone()).or_insert_with(|| Arc::new(Doc { file, editor: Mutex::default() }));
            entries.push(PipelineEntry { id, path, steps: seen.steps, last_run, error: seen.error });
        }
        entries
    }

    /// An open pipeline. It is opened when it is first asked for.
    pub(crate) fn editor(&self, id: &str) -> Result<Arc<Editor>, Refused> {
        let known = |id: &str| locked(&self.docs).get(id).cloned();
        let doc = known(id).or_else(|| {
            self.pipelines();
            known(id)
        });
        let doc = doc.ok_or_else(|| Refused {
            code: "not_found",
            message: "there is no such pipeline, or there is none any more; go back to the list of pipelines"
                .to_owned(),
        })?;
        let mut editor = locked(&doc.editor);
        if let Some(editor) = &*editor {
            return Ok(Arc::clone(editor));
        }
        let opened = Editor::open(id, &self.root, &doc.file, self.settings.clone(), self.read_only)?;
        if let Some(folder) = &self.tasks_dir {
            opened.look_for_tasks_in(folder);
        }
        let hub = Arc::clone(&self.hub);
        opened.listen(Box::new(move |message| hub.tell(&message)));
        Ok(Arc::clone(editor.insert(Arc::new(opened))))
    }

    /// The pipelines that are open, each with its file.
    pub(crate) fn open(&self) -> Vec<(PathBuf, Arc<Editor>)> {
        let docs: Vec<Arc<Doc>> = locked(&self.docs).values().cloned().collect();
        let opened = |doc: Arc<Doc>| Some((doc.file.clone(), locked(&doc.editor).clone()?));
        docs.into_iter().filter_map(opened).collect()
    }

    /// Begins a pipeline in a new file, `path` below the folder.
    pub(crate) fn create(&self, path: &str) -> Result<PipelineEntry, Refused> {
        let refused = |message: String| Refused { code: "refused", message };
        if self.only.is_some() {
            return Err(refused(
                "this was started for one pipeline; start it for a folder, as in `loom-ui .`".to_owned(),
            ));
        }
        let relative = Path::new(path);
        let is_plain = relative.components().all(|part| match part {
            Component::Normal(name) => !name.to_string_lossy().starts_with('.'),
            _ => false,
        });
        let ends_well =
            ["yml", "yaml"].iter().any(|end| relative.extension().is_some_and(|extension| extension == *end));
        if !is_plain || !ends_well || path.chars().any(char::is_control) {
            return Err(refused(
                "a pipeline is named by a path below this folder that ends in .yml, such as `study/pipeline.yml`"
                    .to_owned(),
            ));
        }
        let file = self.root.join(relative);
        // Links are followed before it is looked where it leads.
        let folder = folder_of(&file).canonicalize().ok().filter(|folder| folder.starts_with(&self.root));
        let folder = folder.ok_or_else(|| refused(format!("there is no folder for `{path}` here; make it first")))?;
        let file = folder.join(file.file_name().unwrap_or_default());
        Editor::create(&self.root, &file)?;
        let path = self.relative(&file);
        let id = listing::id(&path);
        locked(&self.docs).entry(id.clone()).or_insert_with(|| Arc::new(Doc { file, editor: Mutex::default() }));
        Ok(PipelineEntry { id, path, steps: 0, last_run: None, error: None })
    }

    /// Starts a run of an open pipeline, if there are not too many.
    pub(crate) fn start(&self, doc: &str, request: &RunRequest) -> Result<String, Refused> {
        let editor = self.editor(doc)?;
        let mut started = locked(&self.started);
        started.retain(|(editor, run)| is_at_work(editor, run));
        if started.len() >= MAX_RUNS {
            let message = format!("{} runs are at work; wait for one to end, or stop one", started.len());
            return Err(Refused::new("too_many", message));
        }
        let program = std::env::current_exe()
            .map_err(|error| Refused::new("refused", format!("this program does not find itself: {error}")))?;
        let run = editor.start(&program, request)?;
        started.push((editor, run.clone()));
        Ok(run)
    }

    /// Ends the runs that were started here, and waits for them at most as long as the program will.
    pub(crate) fn end_runs(&self) {
        let open = self.open();
        for (_, editor) in &open {
            editor.cancel_all();
        }
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until && open.iter().any(|(_, editor)| editor.is_running()) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn relative(&self, file: &Path) -> String {
        file.strip_prefix(&self.root).unwrap_or(file).to_string_lossy().into_owned()
    }
}

/// Whether a run that was started here has not ended. One that nothing is known of yet has not.
fn is_at_work(editor: &Editor, run: &str) -> bool {
    let known = editor.runs().into_iter().find(|info| info.run == run);
    editor.is_running() && known.is_none_or(|info| [RunState::Running, RunState::Waiting].contains(&info.state))
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The folder that `--tasks-dir` means. A step names its task by a path in the pipeline folder, so it must be in there.
fn tasks_dir(folder: &Path, root: &Path) -> Result<PathBuf, Failed> {
    match folder.canonicalize() {
        Ok(found) if found.is_dir() && found.starts_with(root) => Ok(found),
        Ok(found) if found.is_dir() => Err(Failed::wrong(format!(
            "--tasks-dir {} is not in the folder that is opened, {}",
            folder.display(),
            root.display()
        ))
        .help("open a folder that has both in it")),
        Ok(_) => Err(Failed::wrong(format!("--tasks-dir {} is not a folder", folder.display()))),
        Err(_) => Err(Failed::wrong(format!("--tasks-dir {}: there is no such folder", folder.display()))),
    }
}

/// Begins a new pipeline for `--new`.
fn new(root: &Path, file: &Path) -> Result<(), Failed> {
    let name = file.file_name().ok_or_else(|| Failed::wrong(format!("{} is no name for a file", file.display())))?;
    if file.exists() {
        return Err(Failed::wrong(format!("{} is there already", file.display()))
            .help(format!("`loom-ui {}` edits it; for a new one, give another name", file.display())));
    }
    Editor::create(root, &root.join(name)).map_err(|refused| Failed::wrong(refused.message))
}

fn unreadable(error: &ReadError) -> Failed {
    let failed = Failed::wrong(error.to_string());
    match &error.kind {
        ReadErrorKind::Io(io) if io.kind() == std::io::ErrorKind::NotFound => {
            failed.help(format!("`loom-ui --new {}` begins a new pipeline there", error.path.display()))
        }
        ReadErrorKind::NotAFile => failed.help("name a pipeline file, or a folder of them"),
        _ => failed,
    }
}
