//! One open pipeline: its file, its text, its graph, its runs.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use loom_exec::{Memory, Project, Settings};
use loom_spec::{Parameter, Pipeline, Source, Span};

use crate::api::{
    Board, BoardChange, DocState, EditRequest, MergeChoices, Op, OpVerdict, Outside, OutsideKind, ServerMessage,
};
use crate::board::{self, Drawn, Folding, Positions};
use crate::document::{Document, Merged};
use crate::edit::Surroundings;
use crate::files::LogFile;
use crate::{Refused, runs};

mod disk;
mod looking;
mod running;
mod side;
mod watching;

use disk::{Disk, Found};
pub use running::RUN_APART;
use side::Side;
use watching::Watching;

/// What is called with everything that is new. It must not call the editor, and should take no time.
pub type Listener = Box<dyn Fn(ServerMessage) + Send + Sync>;

/// An open pipeline, for any number of front ends at once. What one of them changes the others are told.
///
/// All methods may be called from any thread; they read and write files, and so may take a while.
///
/// ```
/// use loom_exec::Settings;
/// use loom_ui_core::{Editor, api::{EditRequest, Op, Written}};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// let file = folder.path().join("pipeline.yml");
/// std::fs::write(&file, "parameters: {rows: 50}  # as in the paper\npipeline: []\n")?;
/// let editor = Editor::open("p", folder.path(), &file, Settings::default(), false)?;
/// let set = Op::Set { node: "param:rows".to_owned(), path: Vec::new(), value: Written::Text("60".to_owned()) };
/// editor.edit(&EditRequest { base_rev: editor.state().rev, label: None, coalesce: None, ops: vec![set] })?;
/// editor.save(&editor.state().version, false)?;
/// assert_eq!(std::fs::read_to_string(&file)?, "parameters: {rows: 60}  # as in the paper\npipeline: []\n");
/// # Ok(())
/// # }
/// ```
pub struct Editor {
    shared: Arc<Shared>,
}

struct Shared {
    id: String,
    /// The path of the file as people see it.
    shown: String,
    /// The pipeline folder.
    folder: PathBuf,
    settings: Settings,
    /// Where tasks are looked for, if not in `tasks`.
    tasks_dir: OnceLock<PathBuf>,
    /// Nothing may be written or run.
    read_only: bool,
    memory: Memory,
    now: Mutex<Now>,
    watching: Watching,
    /// Logs that were looked at, the last one first.
    logs: Mutex<VecDeque<LogFile>>,
    listeners: Mutex<Vec<Listener>>,
}

/// What changes by edits, and with the file.
struct Now {
    disk: Disk,
    document: Document,
    /// What the file held when it was last read or written.
    version: String,
    /// The file is not there, or no text; what it has become is told by the document.
    lost: Option<(OutsideKind, String)>,
    side: Side,
    model: Arc<Model>,
}

/// What a text means.
struct Model {
    /// The pipeline of the text at hand; of one that cannot be read, an empty one.
    project: Project,
    units: runs::Units,
    drawn: Drawn,
    /// The text at hand cannot be read: what is drawn is the last one that could.
    broken: bool,
    saved: Arc<Saved>,
}

impl Editor {
    /// Opens a pipeline. One whose text is broken opens, too: that is what an editor is for.
    ///
    /// `root` is the folder that people see paths from.
    pub fn open(id: &str, root: &Path, file: &Path, settings: Settings, read_only: bool) -> Result<Self, Refused> {
        let shown = file.strip_prefix(root).unwrap_or(file).to_string_lossy().into_owned();
        let disk = Disk::new(file.to_path_buf());
        let found = disk.look();
        let text = match &found {
            Found::Text(text) => text.clone(),
            Found::Nothing => return Err(Refused::new("not_found", format!("there is no file {shown}"))),
            Found::Unreadable(why) => return Err(Refused::new("unreadable", format!("cannot read {shown}: {why}"))),
        };
        let side = Side::read(file);
        let document = Document::new(text).with_pins(side.positions.clone());
        let model = Model::of(&document, disk.path(), &settings, &side, None)?;
        let folder = model.project.folder().to_path_buf();
        let now = Now { version: disk::version(&found), disk, document, lost: None, side, model: Arc::new(model) };
        let shared = Arc::new(Shared {
            id: id.to_owned(),
            shown,
            folder,
            settings,
            tasks_dir: OnceLock::new(),
            read_only,
            memory: Memory::default(),
            now: Mutex::new(now),
            watching: Watching::default(),
            logs: Mutex::default(),
            listeners: Mutex::new(Vec::new()),
        });
        watching::watch(&shared)?;
        Ok(Self { shared })
    }

    /// Makes a pipeline without steps, where there is no file yet.
    pub fn create(root: &Path, file: &Path) -> Result<(), Refused> {
        let disk = Disk::new(file.to_path_buf());
        let shown = file.strip_prefix(root).unwrap_or(file).display();
        match disk.look() {
            Found::Nothing => disk.write(NEW),
            _ => Err(Refused::new("refused", format!("there is a file {shown} already"))),
        }
    }

    /// The pipeline folder, without links in its path.
    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// Looks for tasks in this folder of the pipeline folder from now on, and not in `tasks`. To be said once.
    pub fn look_for_tasks_in(&self, folder: &Path) {
        // Who says it again is not heard.
        let _ = self.shared.tasks_dir.set(folder.to_path_buf());
    }

    /// Tells of everything that is new from now on.
    pub fn listen(&self, listener: Listener) {
        self.shared.listeners.lock().unwrap_or_else(PoisonError::into_inner).push(listener);
    }

    /// All that there is to show.
    pub fn state(&self) -> DocState {
        let now = self.shared.now();
        DocState { board: now.model.drawn.board.clone(), ..self.shared.state(&now) }
    }

    /// The revision, and the text as it is here.
    pub fn text(&self) -> (u64, String) {
        let now = self.shared.now();
        (now.document.rev(), now.document.text().to_owned())
    }

    /// How the text here differs from that in the file.
    pub fn diff(&self) -> crate::api::TextDiff {
        self.shared.now().document.text_diff()
    }

    /// Makes edits, as one step for undo: all of them or none. Returns the revision that came of it, as all that edits do.
    pub fn edit(&self, request: &EditRequest) -> Result<u64, Refused> {
        self.shared.change(|now| {
            let model = Arc::clone(&now.model);
            now.document.edit(request, &Surroundings { interface: &|task| interface(&model.project, task) })
        })
    }

    /// Whether edits could be made, and what they would do. Nothing is changed.
    pub fn check(&self, ops: &[Op]) -> OpVerdict {
        let (document, model) = {
            let now = self.shared.now();
            (now.document.clone(), Arc::clone(&now.model))
        };
        document.check(ops, &Surroundings { interface: &|task| interface(&model.project, task) })
    }

    /// Replaces the whole text, as one step for undo.
    pub fn replace_text(&self, base_rev: u64, text: &str) -> Result<u64, Refused> {
        self.shared.change(|now| now.document.replace(base_rev, text, "edit the text"))
    }

    /// Takes the last step back.
    pub fn undo(&self) -> Result<u64, Refused> {
        self.shared.change(|now| {
            let done = now.document.undo();
            done.map(|_| ()).ok_or_else(|| Refused::new("refused", "there is nothing to undo"))
        })
    }

    /// Makes the step again that was taken back last.
    pub fn redo(&self) -> Result<u64, Refused> {
        self.shared.change(|now| {
            let done = now.document.redo();
            done.map(|_| ()).ok_or_else(|| Refused::new("refused", "there is nothing to do again"))
        })
    }

    /// Folds and unfolds groups and branches.
    pub fn fold(&self, folds: &[(String, bool)]) -> Result<u64, Refused> {
        self.shared.change(|now| {
            now.side.folded.extend(folds.iter().cloned());
            Ok(())
        })
    }

    /// Lets the layout place all cards anew.
    pub fn lay_out(&self) -> Result<u64, Refused> {
        let base_rev = self.shared.now().document.rev();
        let ops = vec![Op::Unpin { nodes: Vec::new() }];
        self.edit(&EditRequest { base_rev, label: Some("lay out anew".to_owned()), coalesce: None, ops })
    }

    /// Writes the text to the file. `version` is the one of the file that is known; if it has changed since, nothing is
    /// written unless `force` says so.
    pub fn save(&self, version: &str, force: bool) -> Result<DocState, Refused> {
        self.shared.may_write()?;
        let saved = self.shared.change(|now| {
            let found = now.disk.look();
            let there = disk::version(&found);
            // A file that is gone has nothing in it that could be lost.
            let is_known = there == version && there == now.version && now.document.conflicts().is_empty();
            if !force && found != Found::Nothing && !is_known {
                now.found(&found);
                let message = match &now.lost {
                    Some((_, message)) => message,
                    None if now.document.conflicts().is_empty() => {
                        // For somebody to see before it is written.
                        "the file was changed outside; its changes are put together with yours: look, and save again"
                    }
                    None => "the file was changed outside, in the same places as here: settle that first",
                };
                return Ok(Err(Refused::new("changed_on_disk", message)));
            }
            if now.document.text() != now.document.base() || now.lost.is_some() || found == Found::Nothing {
                now.disk.write(now.document.text())?;
            }
            now.document.saved();
            now.lost = None;
            now.version = disk::version(&Found::Text(now.document.text().to_owned()));
            Ok(Ok(()))
        });
        saved??;
        Ok(self.state())
    }

    /// Gives up what was changed here for what is in the file, as a step that can be undone.
    pub fn reload(&self) -> Result<u64, Refused> {
        self.shared.change(|now| {
            let found = now.disk.look();
            let Found::Text(text) = &found else {
                now.found(&found);
                return Err(Refused::new("unreadable", "there is no text in the file to go back to"));
            };
            let rev = now.document.rev();
            now.version = disk::version(&found);
            now.lost = None;
            now.document.replace(rev, text, "go back to the file")?;
            now.document.saved();
            Ok(())
        })
    }

    /// Settles what was changed here and outside.
    pub fn settle(&self, choices: &MergeChoices) -> Result<u64, Refused> {
        self.shared.change(|now| now.document.settle(choices))
    }

    /// To be called when anything in the pipeline folder may have changed: looks at the file, the tasks and the data.
    pub fn files_changed(&self) {
        self.shared.files_changed();
    }
}

/// A pipeline to begin with.
const NEW: &str = "data: {}\n\nparameters: {}\n\npipeline: []\n";

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, message: &ServerMessage) {
        for listener in &*self.listeners.lock().unwrap_or_else(PoisonError::into_inner) {
            listener(message.clone());
        }
    }

    fn may_write(&self) -> Result<(), Refused> {
        let why = "loom-ui was started with --read-only: nothing is written or run";
        if self.read_only { Err(Refused::new("read_only", why)) } else { Ok(()) }
    }

    /// Everything but the board.
    fn state(&self, now: &Now) -> DocState {
        let (document, model) = (&now.document, &now.model);
        let conflicts = document.conflicts().to_vec();
        let outside = match &now.lost {
            Some((kind, message)) => Some(Outside { kind: *kind, message: message.clone(), conflicts }),
            None if conflicts.is_empty() => None,
            None => {
                let message = "the file was changed outside, in the same places as here".to_owned();
                Some(Outside { kind: OutsideKind::Changed, message, conflicts })
            }
        };
        let read_only = if self.read_only { Some("started with --read-only".to_owned()) } else { now.disk.refuses() };
        DocState {
            id: self.id.clone(),
            path: self.shown.clone(),
            rev: document.rev(),
            dirty: document.is_dirty() || now.lost.is_some(),
            version: now.version.clone(),
            read_only,
            broken: model.broken,
            board: Board::default(),
            diagnostics: model.drawn.diagnostics.clone(),
            parameters: model.drawn.parameters.clone(),
            outline: model.drawn.outline.clone(),
            undo: document.undo_label().map(ToOwned::to_owned),
            redo: document.redo_label().map(ToOwned::to_owned),
            outside,
        }
    }

    /// Changes something, makes the model anew, and tells what is new. Of a refusal nothing remains.
    fn change<T: Changed>(&self, change: impl FnOnce(&mut Now) -> Result<T, Refused>) -> Result<T::Told, Refused> {
        let mut now = self.now();
        let side = now.side.clone();
        let done = change(&mut now)?;
        let pins = now.document.pins().clone();
        now.side.positions = pins;
        if now.side != side && !self.read_only {
            // Only places would be lost.
            let _ = now.side.write(now.disk.path());
        }
        self.renew(&mut now)?;
        let rev = now.document.rev();
        drop(now);
        self.watching.poke();
        Ok(done.told(rev))
    }

    /// Makes the model anew, and tells what is new in it.
    fn renew(&self, now: &mut Now) -> Result<(), Refused> {
        let old = Arc::clone(&now.model);
        let model = Model::of(&now.document, now.disk.path(), &self.settings, &now.side, Some(&old))?;
        now.model = Arc::new(model);
        let board: BoardChange = board::change(&old.drawn.board, &now.model.drawn.board);
        self.tell(&ServerMessage::Doc { doc: self.id.clone(), state: Box::new(self.state(now)), board });
        Ok(())
    }

    fn files_changed(&self) {
        let mut now = self.now();
        let found = now.disk.look();
        let before = (now.document.rev(), now.lost.clone(), now.document.conflicts().len(), now.document.is_dirty());
        now.found(&found);
        let is_new =
            before != (now.document.rev(), now.lost.clone(), now.document.conflicts().len(), now.document.is_dirty());
        // What tasks say of themselves may have changed as well: that shows in the model.
        let told = if is_new { self.renew(&mut now) } else { self.renew_if_other(&mut now) };
        // A folder that is gone is told of with the file.
        let _ = told;
        drop(now);
        self.watching.files_changed();
    }

    fn renew_if_other(&self, now: &mut Now) -> Result<(), Refused> {
        let model = Model::of(&now.document, now.disk.path(), &self.settings, &now.side, Some(&now.model))?;
        let is_other = model.drawn != now.model.drawn;
        let old = std::mem::replace(&mut now.model, Arc::new(model));
        if is_other {
            let board = board::change(&old.drawn.board, &now.model.drawn.board);
            self.tell(&ServerMessage::Doc { doc: self.id.clone(), state: Box::new(self.state(now)), board });
        }
        Ok(())
    }
}

/// What a change gives, besides the revision.
trait Changed {
    type Told;
    fn told(self, rev: u64) -> Self::Told;
}

impl Changed for () {
    type Told = u64;
    fn told(self, rev: u64) -> u64 {
        rev
    }
}

impl Changed for Result<(), Refused> {
    type Told = Self;
    fn told(self, _: u64) -> Self {
        self
    }
}

impl Now {
    /// Takes in what the file has become.
    fn found(&mut self, found: &Found) {
        let version = disk::version(found);
        match found {
            Found::Nothing => {
                let message = "the file is gone; saving writes it anew".to_owned();
                self.lost = Some((OutsideKind::Deleted, message));
            }
            Found::Unreadable(why) => {
                let message =
                    format!("the file cannot be read any more: {why}; what is shown is the last text that could");
                self.lost = Some((OutsideKind::Unreadable, message));
            }
            Found::Text(text) => {
                self.lost = None;
                if version != self.version {
                    // What comes of it is told by the document: taken over, put together, or conflicts.
                    let _: Merged = self.document.outside(text);
                }
            }
        }
        if self.lost.is_none() {
            self.version = version;
        }
    }
}

impl Model {
    /// What the text at hand means. Of one that cannot be read, only its problems are new.
    fn of(
        document: &Document,
        file: &Path,
        settings: &Settings,
        side: &Side,
        old: Option<&Model>,
    ) -> Result<Self, Refused> {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = Source::new(name, document.text());
        let project = Project::of(source, file.to_path_buf(), settings.clone())
            .map_err(|error| Refused::new("unreadable", error.to_string()))?;
        // Only a text that gives nothing at all may be none: most need not be read again for that.
        let broken =
            *project.checked().pipeline == Pipeline::default() && loom_spec::edit::read(document.text()).is_err();
        let mut folding = Folding::default();
        side.folded.iter().for_each(|(id, folded)| folding.choose(id, *folded));
        let mut positions = Positions::default();
        document.pins().iter().for_each(|(id, (x, y))| positions.pin(id, *x, *y));
        positions.extend(&Positions::of_layout(&project.checked().pipeline));
        let told = |task: &str| interface(&project, task);
        let mut drawn = board::draw(project.checked(), project.source(), &told, &folding, &positions);
        if let (true, Some(old)) = (broken, old) {
            let Drawn { board, outline, parameters, .. } = old.drawn.clone();
            drawn = Drawn { board, outline, parameters, ..drawn };
        }
        let saved = match old {
            Some(old) if old.saved.text == document.base() => Arc::clone(&old.saved),
            _ => Arc::new(Saved::of(document.base())),
        };
        if document.is_dirty() {
            for parameter in &mut drawn.parameters {
                let there = saved.parameters.get(&parameter.name).cloned().unwrap_or_default();
                parameter.saved = Some(there).filter(|there| *there != parameter.value);
            }
        }
        let units = runs::Units::of(project.checked());
        Ok(Self { project, units, drawn, broken, saved })
    }
}

/// What the file has.
struct Saved {
    text: String,
    /// The values of the parameters as they are written.
    parameters: HashMap<String, String>,
}

impl Saved {
    fn of(text: &str) -> Self {
        let pipeline = loom_spec::parse(&Source::new("", text)).pipeline;
        let slice = |span: Span| text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned();
        let written = |parameter: &Parameter| (parameter.name.text.to_string(), slice(parameter.value.span()));
        Self { text: text.to_owned(), parameters: pipeline.parameters.iter().map(written).collect() }
    }
}

fn interface(project: &Project, task: &str) -> Option<Arc<loom_spec::TaskInterface>> {
    project.interface(task).and_then(|told| told.as_ref().as_ref().ok().cloned().map(Arc::new))
}
