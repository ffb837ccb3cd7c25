//! How data stand: whether they are there, how large they are, how they begin.

use std::collections::{HashMap, HashSet};
use std::fs::{self, Metadata};
use std::io::Read;
use std::path::Path;
use std::time::SystemTime;

use loom_exec::Project;
use loom_exec::results::{Kind, metrics_of_json, number_of_csv, number_of_json};

use super::locate::{Located, OF, among, at, open};
use super::preview::is_table;
use crate::Refused;
use crate::api::{Board, DataFacts, DataState, FileKind, FileLink, States, StepState, UnitState};

/// So much of a file is read to show how it begins, in bytes.
const HEAD: u64 = 4 << 10;
/// So many lines of it are shown, and so many characters of each.
const LINES: usize = 4;
const WIDTH: usize = 60;
/// A file with numbers is read up to this size.
const MOST_NUMBERS: u64 = 4 << 20;
/// So many entries of a folder are counted.
const MOST_ENTRIES: usize = 100_000;
/// So many files of one card are told.
const MOST_FILES: usize = 1000;

/// Looks at all data of a board from time to time. What has not changed is not read again.
#[derive(Debug, Default)]
pub struct DataWatch {
    known: HashMap<String, DataState>,
}

impl DataWatch {
    /// How the data of a board stand; `steps` tells which of them are to be made again.
    pub fn look(&mut self, project: &Project, board: &Board, steps: &[StepState]) -> Vec<DataState> {
        let checked = project.checked();
        let outdated: HashSet<&str> =
            steps.iter().filter(|step| is_outdated(step.state)).map(|step| &*step.id).collect();
        let ids = board.cards.iter().filter(|card| card.slot).map(|card| &*card.id);
        let mut states = Vec::new();
        for id in ids {
            let Some(datum) = among(&checked.links, id) else { continue };
            let Some(located) = at(project, &checked.links, datum, id) else { continue };
            let maker = checked.links.producer(datum).and_then(|step| checked.pipeline.steps.get(step.index()));
            let stale = maker.is_some_and(|maker| outdated.contains(&*format!("step:{}", maker.name.text)));
            states.push(self.one(project, &located, stale));
        }
        self.known = states.iter().map(|state| (state.id.clone(), state.clone())).collect();
        states
    }

    fn one(&self, project: &Project, located: &Located, stale: bool) -> DataState {
        let metadata = fs::metadata(&located.path).ok();
        let etag = metadata.as_ref().map_or_else(|| "none".to_owned(), stamp);
        match self.known.get(&located.id) {
            Some(known) if known.etag == etag => DataState { stale, ..known.clone() },
            _ => state(project, located, metadata.as_ref(), etag, stale),
        }
    }
}

fn is_outdated(state: UnitState) -> bool {
    matches!(state, UnitState::Stale | UnitState::Queued | UnitState::Failed | UnitState::Stopped | UnitState::Skipped)
}

/// Changes whenever a file does.
fn stamp(metadata: &Metadata) -> String {
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    format!("{:x}-{:x}", modified.unwrap_or_default().as_nanos(), metadata.len())
}

pub(super) fn millis(metadata: &Metadata) -> Option<u64> {
    let modified = metadata.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    u64::try_from(modified.as_millis()).ok()
}

fn state(project: &Project, located: &Located, metadata: Option<&Metadata>, etag: String, stale: bool) -> DataState {
    let mut state = DataState {
        id: located.id.clone(),
        exists: metadata.is_some(),
        kind: None,
        size: None,
        modified: metadata.and_then(millis),
        etag,
        stale,
        lines: Vec::new(),
        thumb: false,
        numbers: Vec::new(),
    };
    let Some(metadata) = metadata else { return state };
    if metadata.is_dir() {
        let entries = fs::read_dir(&located.path).map_or(0, |entries| entries.take(MOST_ENTRIES).count());
        state.kind = Some(FileKind::Folder);
        state.size = u64::try_from(entries).ok();
        state.lines = listing(&located.path);
        return state;
    }
    state.size = Some(metadata.len());
    let head = head(&located.path);
    let kind = kind_of(located, &head);
    state.kind = Some(kind);
    state.thumb = kind == FileKind::Image;
    if matches!(kind, FileKind::Table | FileKind::Json | FileKind::Text) {
        state.lines = first_lines(&head);
    }
    if metadata.len() <= MOST_NUMBERS {
        state.numbers = numbers(project, located);
    }
    state
}

/// The names of what is in a folder, as lines.
fn listing(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten().take(MOST_ENTRIES);
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort_unstable();
    names.truncate(LINES);
    names.iter().map(|name| cut(name)).collect()
}

/// The beginning of a file; nothing, if it is none.
pub(super) fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok((file, _)) = open(path) {
        // As much as could be read is shown.
        let _ = file.take(HEAD).read_to_end(&mut head);
    }
    head
}

/// What a file is: by its suffix, by the type that the pipeline says, by its first bytes.
pub(super) fn kind_of(located: &Located, head: &[u8]) -> FileKind {
    let suffix = located.path.extension().and_then(std::ffi::OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    if is_picture(head) {
        return FileKind::Image;
    }
    if is_binary(head) {
        let is_film = matches!(&*suffix, "mp4" | "webm" | "avi" | "mov" | "mkv") || located.kind.as_deref() == Some("video");
        return if is_film { FileKind::Video } else { FileKind::Binary };
    }
    match located.kind.as_deref() {
        _ if is_table(&suffix) => FileKind::Table,
        _ if suffix == "json" => FileKind::Json,
        Some("csv") => FileKind::Table,
        Some("json") => FileKind::Json,
        _ => FileKind::Text,
    }
}

fn is_picture(head: &[u8]) -> bool {
    image::guess_format(head).is_ok_and(|format| format.reading_enabled())
}

/// Whether bytes are no text: by a NUL, or by many that are no UTF-8.
pub(super) fn is_binary(head: &[u8]) -> bool {
    if head.contains(&0) {
        return true;
    }
    let broken = String::from_utf8_lossy(head).chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    broken > 2 + head.len() / 10
}

fn first_lines(head: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}');
    // The last line may be cut off, and is if it is not the first.
    let lines = text.lines().take(LINES).map(cut);
    lines.collect()
}

fn cut(line: &str) -> String {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim_end();
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// The numbers that the pipeline declares of a file; of JSON without any, the first few.
fn numbers(project: &Project, located: &Located) -> Vec<(String, String)> {
    const FEW: usize = 4;
    let name = located.id.strip_prefix("data:").map(|name| name.split(OF).next().unwrap_or_default());
    let data = project.checked().pipeline.data.iter().find(|data| Some(&*data.name.text) == name);
    let Some(kind) = Kind::of(located.kind.as_deref(), &located.shown) else { return Vec::new() };
    let declared: Vec<String> =
        data.map(|data| data.metrics.iter().map(|metric| metric.path.text.to_string()).collect()).unwrap_or_default();
    let shown = |number: f64| format!("{number}");
    match kind {
        Kind::Json => {
            let Ok(text) = fs::read_to_string(&located.path) else { return Vec::new() };
            if declared.is_empty() {
                let all = metrics_of_json(&text).unwrap_or_default();
                return all.into_iter().take(FEW).map(|(name, number)| (name, shown(number))).collect();
            }
            let Ok(document) = serde_json::from_str(&text) else { return Vec::new() };
            let found = |path: &String| Some((path.clone(), shown(number_of_json(&document, path)?)));
            declared.iter().filter_map(found).collect()
        }
        Kind::Csv | Kind::Tsv => {
            let delimiter = if kind == Kind::Tsv { b'\t' } else { b',' };
            let found = |column: &String| {
                let (file, _) = open(&located.path).ok()?;
                Some((column.clone(), shown(number_of_csv(file, delimiter, column).ok()?)))
            };
            declared.iter().filter_map(found).collect()
        }
    }
}

/// All that is known of data.
pub fn facts(project: &Project, id: &str, states: &States) -> Result<DataFacts, Refused> {
    let located = super::locate(project, id)?;
    let checked = project.checked();
    let known = states.data.iter().find(|state| state.id == id);
    let metadata = fs::metadata(&located.path).ok();
    let etag = metadata.as_ref().map_or_else(|| "none".to_owned(), stamp);
    let state = match known {
        Some(known) if known.etag == etag => known.clone(),
        _ => state(project, &located, metadata.as_ref(), etag, known.is_some_and(|known| known.stale)),
    };
    let datum = among(&checked.links, id.split(OF).next().unwrap_or_default());
    let name = |step: loom_graph::StepId| checked.pipeline.steps.get(step.index()).map(|step| step.name.text.to_string());
    let producer = datum.and_then(|datum| checked.links.producer(datum)).and_then(name);
    let mut consumers = Vec::new();
    if let Some(datum) = datum {
        let canonical = checked.links.datum(datum).canonical;
        for step in checked.links.steps() {
            let reads = |used: &loom_graph::Use| checked.links.datum(used.datum).canonical == canonical;
            if checked.links.reads(step).any(reads) {
                consumers.extend(name(step));
            }
        }
    }
    let instances = instances(project, id);
    Ok(DataFacts { id: id.to_owned(), path: located.shown, state, producer, consumers, instances })
}

/// The files that a data node stands for in a sweep.
fn instances(project: &Project, id: &str) -> Vec<FileLink> {
    let checked = project.checked();
    let (Some(expanded), Some(name)) = (&checked.expanded, id.strip_prefix("data:")) else { return Vec::new() };
    if expanded.space().is_none() {
        return Vec::new();
    }
    let of_it = expanded.links().data().iter().filter(|datum| datum.name.as_deref() == Some(name));
    let links = of_it.take(MOST_FILES).map(|datum| FileLink {
        id: format!("{id}{OF}{}", datum.path),
        label: datum.path.to_string(),
        exists: project.folder().join(datum.location.as_str()).exists(),
    });
    links.collect()
}
