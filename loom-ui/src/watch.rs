//! Notices that files change, and tells the open pipelines.
//!
//! Where nothing can be watched, or not all, the pipelines are told every now and then.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::serve::Server;
use loom_ui_core::Editor;
use tokio::sync::Notify;

mod folders;

use folders::{Folders, News};

/// How long it is waited for what comes with a change: an editor that saves does three things or four.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often it is looked whether a pipeline was opened, or has changed behind the system's back, as on a network.
const ROUND: Duration = Duration::from_secs(1);
/// How often pipelines are told where not all can be watched.
const BLIND: Duration = Duration::from_secs(2);
/// How many times as long as it took to look, it is not looked again: files that are written without end must not keep this
/// program busy without end.
const REST: u32 = 4;

/// Watches until the program ends.
pub(crate) fn watch(server: &Arc<Server>) {
    let bell = Arc::new(Notify::new());
    let rings = Arc::clone(&bell);
    let folders = Folders::new(move || rings.notify_one());
    let watched = Arc::new(Mutex::new(Watched { folders, stamps: Vec::new(), told: Instant::now() }));
    let server = Arc::clone(server);
    tokio::spawn(async move {
        loop {
            if tokio::time::timeout(ROUND, bell.notified()).await.is_ok() {
                tokio::time::sleep(TOGETHER).await;
            }
            let (server, watched) = (Arc::clone(&server), Arc::clone(&watched));
            let began = Instant::now();
            let round = move || watched.lock().unwrap_or_else(PoisonError::into_inner).round(&server.workspace.open());
            let _ = tokio::task::spawn_blocking(round).await;
            tokio::time::sleep(began.elapsed() * REST).await;
        }
    });
}

struct Watched {
    folders: Folders,
    /// The files of open pipelines as they were seen last.
    stamps: Vec<(PathBuf, Stamp)>,
    /// When pipelines were last told without a reason.
    told: Instant,
}

type Stamp = Option<(SystemTime, u64)>;

impl Watched {
    fn round(&mut self, open: &[(PathBuf, Arc<Editor>)]) {
        let mut news = self.folders.news();
        let files: Vec<&Path> = open.iter().map(|(file, _)| &**file).collect();
        let is_new = self.folders.watch(&files, &news);
        if self.folders.is_blind() && self.told.elapsed() >= BLIND {
            news = News::Anything;
            self.told = Instant::now();
        }
        let stamps: Vec<_> = files.iter().map(|file| (file.to_path_buf(), stamp(file))).collect();
        for (entry, (file, editor)) in stamps.iter().zip(open) {
            let is_known = self.stamps.iter().any(|(known, _)| known == file);
            let has_changed = is_known && !self.stamps.contains(entry);
            if has_changed || is_new || news.concerns(file.parent().unwrap_or(file)) {
                editor.files_changed();
            }
        }
        self.stamps = stamps;
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
