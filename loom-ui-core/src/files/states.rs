//! How data stand, for all cards at once.

use std::collections::HashMap;
use std::io::Read;

use loom_exec::Project;
use loom_exec::results::{Kind, metrics_of_json, number_of_csv, number_of_json};
use loom_graph::Datum;

use super::instances::{MOST_INSTANCES, instances};
use super::kinds::{HEAD, cut, kind_of, text_of};
use super::place::{Located, Stamp, Wanted, datum_of, id_of, missing};
use super::tree;
use crate::Refused;
use crate::api::{Board, CardKind, DataFacts, DataState, FileKind, FileLink, States, StepState, UnitState};

const LINES: usize = 4;
const LINE_LENGTH: usize = 60;
const FEW: usize = 4;
/// A file that is longer is not looked through for numbers.
const LONGEST_RESULT: u64 = 4 << 20;

/// Looks at the files of a pipeline again and again, and into those that have changed.
#[derive(Debug, Default)]
pub struct DataWatch {
    seen: HashMap<String, Seen>,
}

/// What was in a file when it was last looked into.
#[derive(Clone, Debug)]
struct Seen {
    located: Located,
    etag: String,
    metrics: Vec<String>,
    kind: FileKind,
    entries: Option<u64>,
    lines: Vec<String>,
    numbers: Vec<(String, String)>,
}

impl DataWatch {
    /// How the data on a board stand now, by their cards. `steps` tell whether what makes them is to run again. Of a file that
    /// is what it was, nothing is read; of one that is not, the first 4 kB, and what numbers it is compared by.
    pub fn look(&mut self, project: &Project, board: &Board, steps: &[StepState]) -> Vec<DataState> {
        let stale = Stale::of(project, steps);
        let data: HashMap<String, &Datum> =
            project.checked().links.data().iter().rev().map(|datum| (id_of(datum), datum)).collect();
        let mut before = std::mem::take(&mut self.seen);
        let mut states = Vec::new();
        for card in board.cards.iter().filter(|card| card.kind == CardKind::Data) {
            let Some(datum) = data.get(&card.id) else { continue };
            let (mut state, seen) = state(project, datum, &card.id, before.remove(&card.id));
            state.stale = stale.is(project, datum);
            if let Some(seen) = seen {
                self.seen.insert(card.id.clone(), seen);
            }
            states.push(state);
        }
        states
    }
}

/// Which steps are to run again.
struct Stale<'a>(HashMap<&'a str, bool>);

impl<'a> Stale<'a> {
    fn of(_: &Project, steps: &'a [StepState]) -> Self {
        let is_stale =
            |state: &StepState| !matches!(state.state, UnitState::Fresh | UnitState::Unknown | UnitState::LeftOut);
        Self(steps.iter().map(|state| (&*state.id, is_stale(state))).collect())
    }

    fn is(&self, project: &Project, datum: &Datum) -> bool {
        producer(project, datum).is_some_and(|step| self.0.get(&*step).copied().unwrap_or(false))
    }
}

/// The id of the step that makes a datum.
fn producer(project: &Project, datum: &Datum) -> Option<String> {
    let checked = project.checked();
    let step = checked.links.producer(datum.canonical)?;
    Some(format!("step:{}", checked.pipeline.steps.get(step.index())?.name.text))
}

fn state(project: &Project, datum: &Datum, id: &str, seen: Option<Seen>) -> (DataState, Option<Seen>) {
    let mut state = DataState {
        id: id.to_owned(),
        exists: false,
        kind: None,
        size: None,
        modified: None,
        etag: String::new(),
        stale: false,
        lines: Vec::new(),
        thumb: false,
        numbers: Vec::new(),
    };
    if let Some(located) = Wanted::of(project, datum).resolve(project.folder(), id)
        && let Some(stamp) = located.stamp()
    {
        let seen = look_into(project, datum, located, stamp, seen);
        fill(&mut state, &seen, stamp);
        return (state, Some(seen));
    }
    if let Some(folder) = project.folder().join(&*datum.path).metadata().ok().filter(|_| datum.name.is_some()) {
        // It is there for the steps, but a link leads out of the pipeline folder.
        state.exists = true;
        state.kind = Some(if folder.is_dir() { FileKind::Folder } else { FileKind::Binary });
        state.etag = "elsewhere".to_owned();
        state.lines = vec!["a link out of the pipeline folder".to_owned(), "what is there is not shown".to_owned()];
        return (state, None);
    }
    of_several(project, datum, id, state, seen)
}

/// The state of what comes in several: there, if any is.
fn of_several(
    project: &Project,
    datum: &Datum,
    id: &str,
    mut state: DataState,
    seen: Option<Seen>,
) -> (DataState, Option<Seen>) {
    let several = instances(project, datum);
    let found: Vec<(Located, Stamp)> = several
        .iter()
        .filter_map(|instance| instance.wanted(project, datum).resolve(project.folder(), id))
        .filter_map(|located| Some((located.stamp()?, located)).map(|(stamp, located)| (located, stamp)))
        .collect();
    let Some((located, stamp)) = found.first().cloned() else { return (state, None) };
    let seen = look_into(project, datum, located, stamp, seen);
    fill(&mut state, &seen, stamp);
    state.numbers.clear();
    state.modified = found.iter().map(|(_, stamp)| stamp.modified()).max();
    state.size = Some(found.iter().map(|(_, stamp)| stamp.size).sum());
    let mut all = blake3::Hasher::new();
    for (_, stamp) in &found {
        all.update(stamp.etag().as_bytes());
    }
    state.etag = all.finalize().to_hex()[..16].to_owned();
    state.lines = vec![format!("{} of {} are there", found.len(), several.len())];
    (state, Some(seen))
}

fn fill(state: &mut DataState, seen: &Seen, stamp: Stamp) {
    state.exists = true;
    state.kind = Some(seen.kind);
    state.size = Some(seen.entries.unwrap_or(stamp.size));
    state.modified = Some(stamp.modified());
    state.etag.clone_from(&seen.etag);
    state.lines.clone_from(&seen.lines);
    state.thumb = seen.kind == FileKind::Image;
    state.numbers.clone_from(&seen.numbers);
}

fn look_into(project: &Project, datum: &Datum, located: Located, stamp: Stamp, seen: Option<Seen>) -> Seen {
    let nodes = &project.checked().pipeline.data;
    let node = datum.name.as_ref().and_then(|name| nodes.iter().find(|node| node.name.text == *name));
    let metrics: Vec<String> =
        node.map_or(&[][..], |node| &node.metrics).iter().map(|m| m.path.text.to_string()).collect();
    let etag = stamp.etag();
    if let Some(seen) = seen.filter(|seen| seen.etag == etag && seen.located == located && seen.metrics == metrics) {
        return seen;
    }
    let head = if stamp.is_file { located.head(HEAD).unwrap_or_default() } else { Vec::new() };
    let kind = kind_of(&located, stamp, &head);
    let listed = if stamp.is_folder { located.list(LINES) } else { None };
    let entries = listed.as_ref().map(|(_, total)| *total as u64);
    let lines = match listed {
        Some((first, _)) => first.iter().map(|entry| cut(&entry.name.to_string_lossy(), LINE_LENGTH)).collect(),
        None => first_lines(kind, &head, stamp.size > head.len() as u64),
    };
    let numbers = numbers(&located, stamp, &metrics);
    Seen { located, etag, metrics, kind, entries, lines, numbers }
}

/// The first lines of a file, by its first bytes.
fn first_lines(kind: FileKind, head: &[u8], is_cut: bool) -> Vec<String> {
    let text = || text_of(head, is_cut);
    let lines: Vec<String> = match kind {
        FileKind::Json => tree::first_lines(&text(), LINES),
        FileKind::Table | FileKind::Text => text().lines().take(LINES).map(str::to_owned).collect(),
        FileKind::Image | FileKind::Video | FileKind::Folder | FileKind::Binary => Vec::new(),
    };
    lines.iter().map(|line| cut(line.trim_end(), LINE_LENGTH)).collect()
}

/// The numbers that a file is compared by, as text, those that are not there left out; of JSON that says nothing of that, the
/// first few.
fn numbers(located: &Located, stamp: Stamp, metrics: &[String]) -> Vec<(String, String)> {
    if !stamp.is_file || stamp.size > LONGEST_RESULT {
        return Vec::new();
    }
    let Some(kind) = Kind::of(located.data_type.as_deref(), &located.path) else { return Vec::new() };
    let found = |number: &dyn Fn(&str) -> Option<f64>| -> Vec<(String, String)> {
        metrics.iter().filter_map(|metric| Some((metric.clone(), number(metric)?.to_string()))).collect()
    };
    let delimiter = match kind {
        Kind::Json => {
            let Some(bytes) = located.head(LONGEST_RESULT) else { return Vec::new() };
            let text = text_of(&bytes, false);
            // Python's `NaN` is known to the one, any amount of numbers to the other.
            let few = metrics_of_json(&text).unwrap_or_default();
            if metrics.is_empty() {
                return few.into_iter().take(FEW).map(|(name, number)| (name, number.to_string())).collect();
            }
            let document = few.is_empty().then(|| serde_json::from_str(&text).ok()).flatten();
            return found(&|metric| {
                let known = few.iter().find(|(path, _)| path == metric).map(|(_, number)| *number);
                known.or_else(|| number_of_json(document.as_ref()?, metric))
            });
        }
        Kind::Csv => b',',
        Kind::Tsv => b'\t',
    };
    found(&|metric| number_of_csv(located.open()?.take(LONGEST_RESULT), delimiter, metric).ok())
}

/// What is known of data: how it stands, who makes and who reads it, and its files if it comes in several.
pub fn facts(project: &Project, id: &str, states: &States) -> Result<DataFacts, Refused> {
    let datum = datum_of(project, id).ok_or_else(|| missing(id))?;
    let checked = project.checked();
    let links = &checked.links;
    let step_id = |step: loom_graph::StepId| {
        checked.pipeline.steps.get(step.index()).map(|step| format!("step:{}", step.name.text))
    };
    let is_it = |used: &loom_graph::Use| links.datum(used.datum).canonical == datum.canonical;
    let readers = links.steps().filter(|step| links.reads(*step).any(is_it));
    let known = states.data.iter().find(|state| state.id == id).cloned();
    let state = known.unwrap_or_else(|| state(project, datum, id, None).0);
    Ok(DataFacts {
        id: id.to_owned(),
        path: datum.path.to_string(),
        state,
        producer: producer(project, datum),
        consumers: readers.filter_map(step_id).collect(),
        instances: links_of(project, datum, id),
    })
}

/// The files of a datum: of each configuration or pass, else of the folder that it is.
fn links_of(project: &Project, datum: &Datum, id: &str) -> Vec<FileLink> {
    let several = instances(project, datum);
    if !several.is_empty() {
        let link = |instance: &super::instances::Instance| FileLink {
            id: format!("{id}@{}", instance.label),
            label: instance.label.clone(),
            exists: instance.wanted(project, datum).resolve(project.folder(), id).is_some(),
        };
        return several.iter().map(link).collect();
    }
    let located = Wanted::of(project, datum).resolve(project.folder(), id);
    let is_folder = |located: &Located| located.stamp().is_some_and(|stamp| stamp.is_folder);
    let Some(folder) = located.filter(is_folder) else { return Vec::new() };
    let entries = folder.list(MOST_INSTANCES).map(|(entries, _)| entries).unwrap_or_default();
    let names = entries.iter().filter(|entry| !entry.is_folder).filter_map(|entry| entry.name.to_str());
    names.map(|name| FileLink { id: format!("{id}@{name}"), label: name.to_owned(), exists: true }).collect()
}
