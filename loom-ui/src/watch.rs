//! Notices that files change, and tells the open pipelines.
//!
//! Folders are watched one by one, not as trees: a data folder, an environment or the history of a repository may hold more than a
//! system can watch. Where it cannot watch at all, the pipelines are told every now and then.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Config, Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use crate::serve::Server;
use crate::workspace::is_ignored;

/// How long it is waited for what comes with a change: an editor that saves does three things or four.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often it is looked whether there is anything new to watch, and whether a file has changed behind the system's back, as on a network.
const ROUND: Duration = Duration::from_secs(1);
/// How often pipelines are told where nothing can be watched.
const BLIND: Duration = Duration::from_secs(2);
/// How many folders are watched, and how deep below a pipeline.
const MAX_FOLDERS: usize = 2000;
const DEPTH: usize = 6;
/// The engine's folder.
const KEPT: &str = ".loom";

/// Watches until the program ends.
pub(crate) fn watch(server: &Arc<Server>) {
    let news = Arc::new(Notify::new());
    let told = Arc::clone(&news);
    let heard = move |event: notify::Result<Event>| {
        if event.map_or(true, |event| matters(&event)) {
            told.notify_one();
        }
    };
    let watcher = RecommendedWatcher::new(heard, Config::default()).ok();
    let watched = Arc::new(Mutex::new(Watched {
        is_blind: watcher.is_none(),
        watcher,
        folders: HashSet::new(),
        stamps: Vec::new(),
    }));
    let server = Arc::clone(server);
    tokio::spawn(async move {
        loop {
            let is_news = tokio::time::timeout(ROUND, news.notified()).await.is_ok();
            if is_news {
                tokio::time::sleep(TOGETHER).await;
            }
            let (server, watched) = (Arc::clone(&server), Arc::clone(&watched));
            let began = Instant::now();
            let round = move || watched.lock().unwrap_or_else(PoisonError::into_inner).round(&server, is_news);
            let _ = tokio::task::spawn_blocking(round).await;
            // Files that are written without end must not keep this program busy without end.
            if is_news {
                tokio::time::sleep(began.elapsed() * 4).await;
            }
        }
    });
}

/// Whether an event can mean that there is something to show: not that somebody read, nor what the engine writes down.
fn matters(event: &Event) -> bool {
    let is_change = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Metadata(_)) => {
            !event.paths.iter().all(|path| is_kept(path))
        }
        _ => true,
    };
    let is_seen = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // A run that begins makes a folder here.
        is_kept(path) && path.extension().is_none() || !is_kept(path) && !is_ignored(&name) && !name.ends_with('~')
    };
    is_change && (event.paths.is_empty() || event.paths.iter().any(is_seen))
}

fn is_kept(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == KEPT)
}

struct Watched {
    watcher: Option<RecommendedWatcher>,
    folders: HashSet<PathBuf>,
    /// Whether something could not be watched.
    is_blind: bool,
    /// The files of open pipelines as they were last seen.
    stamps: Vec<(PathBuf, Stamp)>,
}

type Stamp = Option<(std::time::SystemTime, u64)>;

impl Watched {
    fn round(&mut self, server: &Server, is_news: bool) {
        let open = server.workspace.open();
        if open.is_empty() {
            return;
        }
        let stamps: Vec<_> = open.iter().map(|(file, _)| (file.clone(), stamp(file))).collect();
        let has_changed = stamps != self.stamps;
        self.stamps = stamps;
        let wanted = open.iter().flat_map(|(file, _)| folders(file)).collect::<HashSet<_>>();
        let _ = (has_changed, wanted, is_news);
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn folders(_file: &Path) -> Vec<PathBuf> {
    let _ = (MAX_FOLDERS, DEPTH, BLIND, RecursiveMode::NonRecursive);
    Vec::new()
}
