//! Watching folders, one by one and not as trees: data, an environment or the history of a repository may hold more of them than a
//! system can watch.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::event::{AccessKind, AccessMode, CreateKind, EventKind, ModifyKind, RemoveKind};
use notify::{Config, ErrorKind, Event, RecommendedWatcher, RecursiveMode, Watcher};

use crate::workspace::is_ignored;

/// How many folders are watched, and how deep below a pipeline.
const MOST: usize = 2000;
const DEPTH: usize = 6;
/// How many places of changes are told apart.
const MANY: usize = 256;
/// The engine's folder.
const KEPT: &str = ".loom";

/// Where something changed.
#[derive(Debug)]
pub(super) enum News {
    /// In these folders, or to them.
    In(HashSet<PathBuf>),
    /// Nobody knows where.
    Anything,
}

impl Default for News {
    fn default() -> Self {
        Self::In(HashSet::new())
    }
}

impl News {
    /// Whether something changed in this folder or below it.
    pub(super) fn concerns(&self, folder: &Path) -> bool {
        match self {
            Self::In(places) => places.iter().any(|place| place.starts_with(folder)),
            Self::Anything => true,
        }
    }

    fn add(&mut self, place: Option<&Path>) {
        match (self, place) {
            (Self::In(places), Some(place)) if places.len() < MANY => {
                places.insert(place.to_owned());
            }
            (this, _) => *this = Self::Anything,
        }
    }
}

/// What the system told since it was last asked.
#[derive(Default)]
struct Heard {
    news: News,
    /// Folders came or went.
    is_moved: bool,
    /// What was taken away or renamed: if it was a folder, it is watched no more, whatever is there now.
    gone: HashSet<PathBuf>,
}

/// The folders that are watched.
pub(super) struct Folders {
    watcher: Option<RecommendedWatcher>,
    watched: HashSet<PathBuf>,
    /// The files whose folders these are.
    files: Vec<PathBuf>,
    heard: Arc<Mutex<Heard>>,
    is_blind: bool,
}

impl Folders {
    /// Calls `ring` when there is something new.
    pub(super) fn new(ring: impl Fn() + Send + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Heard::default()));
        let hears = Arc::clone(&heard);
        let hear = move |event: notify::Result<Event>| {
            if hears.lock().unwrap_or_else(PoisonError::into_inner).take(event.ok().as_ref()) {
                ring();
            }
        };
        let watcher = RecommendedWatcher::new(hear, Config::default()).ok();
        Self { is_blind: watcher.is_none(), watcher, watched: HashSet::new(), files: Vec::new(), heard }
    }

    /// Whether something could not be watched.
    pub(super) fn is_blind(&self) -> bool {
        self.is_blind
    }

    /// What is new since this was last asked.
    pub(super) fn news(&mut self) -> News {
        let (news, gone, is_moved) = {
            let mut heard = self.heard();
            (std::mem::take(&mut heard.news), std::mem::take(&mut heard.gone), std::mem::take(&mut heard.is_moved))
        };
        if let News::Anything = news {
            self.forget(|_| true);
        } else if !gone.is_empty() {
            self.forget(|folder| folder.ancestors().any(|ancestor| gone.contains(ancestor)));
        }
        if is_moved {
            self.files.clear();
        }
        news
    }

    /// Watches the folders of these files. Returns whether there are some that were not watched before: what happened there until now,
    /// nobody has told.
    pub(super) fn watch(&mut self, files: &[&Path], news: &News) -> bool {
        let is_known = self.files == files && !matches!(news, News::Anything);
        let is_there =
            |file: &&Path| file.parent().is_none_or(|folder| self.watched.contains(folder) || !folder.is_dir());
        if is_known && files.iter().all(is_there) {
            return false;
        }
        self.files = files.iter().map(|file| file.to_path_buf()).collect();
        let mut wanted = HashSet::new();
        let mut is_all = true;
        for file in files {
            is_all &= collect(file, &mut wanted);
        }
        self.forget(|folder| !wanted.contains(folder));
        let Some(watcher) = &mut self.watcher else { return false };
        let mut is_new = false;
        self.is_blind = !is_all;
        for folder in wanted {
            if self.watched.contains(&folder) {
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    is_new = true;
                    self.watched.insert(folder);
                }
                // It has gone meanwhile.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) || !folder.exists() => {}
                // The system watches no more than it does.
                Err(_) => self.is_blind = true,
            }
        }
        is_new
    }

    fn forget(&mut self, which: impl Fn(&Path) -> bool) {
        let Some(watcher) = &mut self.watcher else { return };
        self.watched.retain(|folder| {
            let goes = which(folder);
            if goes {
                // If it is gone, it is watched no more.
                let _ = watcher.unwatch(folder);
            }
            !goes
        });
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Heard {
    /// Takes note of what the system told. Returns whether it matters.
    fn take(&mut self, event: Option<&Event>) -> bool {
        let Some(event) = event.filter(|event| !event.need_rescan()) else {
            self.news.add(None);
            return true;
        };
        let is_going = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        let is_coming = matches!(event.kind, EventKind::Create(CreateKind::Folder | CreateKind::Any));
        let is_of_folder = is_coming || matches!(event.kind, EventKind::Remove(RemoveKind::Folder | RemoveKind::Any));
        let is_change = match event.kind {
            EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
            _ => true,
        };
        let mut matters = false;
        for path in event.paths.iter().filter(|_| is_change) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            // Of what the engine keeps, only that a run begins, or is taken away.
            let is_kept = path.components().any(|part| part.as_os_str() == KEPT);
            if if is_kept { !is_of_folder } else { is_ignored(&name) || name.ends_with('~') } {
                continue;
            }
            matters = true;
            self.is_moved |= is_going || is_coming;
            if is_going {
                self.gone.insert(path.clone());
            }
            self.news.add(Some(path));
        }
        matters
    }
}

/// The folders below that of a file in which something may change that it is about. Returns whether that is all of them.
fn collect(file: &Path, found: &mut HashSet<PathBuf>) -> bool {
    let Some(top) = file.parent() else { return true };
    let kept = top.join(KEPT).join(file.file_name().unwrap_or_default());
    let of_engine = [top.join(KEPT), kept.join("runs"), kept];
    found.extend(of_engine.into_iter().filter(|folder| folder.is_dir()));
    let mut folders = vec![(top.to_path_buf(), 0)];
    while let Some((folder, depth)) = folders.pop() {
        if found.len() >= MOST {
            return false;
        }
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        if depth < DEPTH {
            let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
            let below = below.filter(|entry| !is_ignored(&entry.file_name().to_string_lossy()));
            folders.extend(below.map(|entry| (entry.path(), depth + 1)));
        }
        found.insert(folder);
    }
    true
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests take folders away")]
mod tests {
    use std::fs;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    use super::*;

    struct Watching {
        folders: Folders,
        rings: Receiver<()>,
        file: PathBuf,
    }

    impl Watching {
        fn new(folder: &Path) -> Self {
            let (ring, rings) = channel();
            let file = folder.canonicalize().unwrap().join("study/pipeline.yml");
            fs::create_dir_all(file.parent().unwrap().join("data")).unwrap();
            fs::write(&file, "pipeline: []").unwrap();
            let mut this = Self { folders: Folders::new(move || ring.send(()).unwrap_or_default()), rings, file };
            this.look();
            assert!(!this.folders.is_blind());
            this
        }

        fn look(&mut self) -> bool {
            let news = self.folders.news();
            self.folders.watch(&[&self.file], &news)
        }

        /// Waits until it is told that something changed at this place, or that it was not watched until now.
        fn hears_of(&mut self, place: &str) {
            let place = self.file.with_file_name("").join(place);
            loop {
                self.rings.recv_timeout(Duration::from_secs(60)).expect("the change is told");
                let news = self.folders.news();
                let is_new = self.folders.watch(&[&self.file], &news);
                if is_new || news.concerns(&place) {
                    return;
                }
            }
        }
    }

    #[test]
    fn what_is_written_and_what_is_renamed_into_place_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let mut watching = Watching::new(folder.path());
        let study = folder.path().join("study");
        fs::write(study.join("data/table.csv"), "1").unwrap();
        watching.hears_of("data");
        // As many editors save.
        fs::write(study.join(".pipeline.yml.swp"), "pipeline: [{}]").unwrap();
        fs::rename(study.join(".pipeline.yml.swp"), study.join("pipeline.yml")).unwrap();
        watching.hears_of("pipeline.yml");
    }

    #[test]
    fn a_new_folder_is_watched_and_so_is_one_that_was_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut watching = Watching::new(folder.path());
        let study = folder.path().join("study");
        for _ in 0..3 {
            fs::create_dir_all(study.join("tasks")).unwrap();
            watching.hears_of("tasks");
            fs::write(study.join("tasks/make.py"), "").unwrap();
            watching.hears_of("tasks/make.py");
            fs::rename(study.join("tasks"), folder.path().join("away")).unwrap();
            watching.hears_of("tasks");
            fs::rename(folder.path().join("away"), study.join("tasks")).unwrap();
            watching.hears_of("tasks");
            fs::write(study.join("tasks/make.py"), "").unwrap();
            watching.hears_of("tasks/make.py");
            fs::remove_dir_all(study.join("tasks")).unwrap();
            watching.hears_of("tasks");
        }
    }

    #[test]
    fn the_folder_of_the_pipeline_may_go_and_come_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut watching = Watching::new(folder.path());
        let study = folder.path().join("study");
        fs::remove_dir_all(&study).unwrap();
        watching.hears_of("");
        assert!(!watching.look(), "there is nothing to watch");
        fs::create_dir_all(&study).unwrap();
        assert!(watching.look(), "it is found at the next look");
        fs::write(study.join("pipeline.yml"), "pipeline: []").unwrap();
        watching.hears_of("pipeline.yml");
    }

    #[test]
    fn of_what_the_engine_keeps_only_a_new_run_matters() {
        let event = |kind, path: &str| Event::new(kind).add_path(path.into());
        let matters = |kind, path: &str| Heard::default().take(Some(&event(kind, path)));
        let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
        assert!(!matters(written, "/a/.loom/pipeline.yml/journal"));
        assert!(matters(EventKind::Create(CreateKind::Folder), "/a/.loom/pipeline.yml/runs/x"));
        assert!(matters(written, "/a/pipeline.yml"));
        assert!(!matters(EventKind::Access(AccessKind::Read), "/a/pipeline.yml"));
        assert!(!matters(written, "/a/.pipeline.yml.swp"));
        assert!(!matters(written, "/a/pipeline.yml~"));
    }
}
