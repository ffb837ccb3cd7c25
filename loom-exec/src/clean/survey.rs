//! Finding what there is to remove.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use loom_graph::{Links, Location, NoText, Presence, ProgramLine, Role, StepGraph, StepId, World};
use loom_spec::{FrontMatterError, NotShown, Parsed, Pipeline, TaskInterface};

use super::remove::parts;
use super::{Cleaning, Entry, Kind, LeftAlone, Reason};
use crate::files;
use crate::host::Host;
use crate::memory::run_folder;
use crate::project::{Project, Refused};

/// What a pipeline may be wrong about because of where links lead, when a step made those links.
const BY_LINKS: [&str; 4] = ["two-producers", "own-output", "outside", "cycle"];

/// What the editor and the fetching of URLs keep beside a pipeline.
const CACHES: [&str; 2] = [".loom-url-cache", ".loom-thumbnails"];

/// How many links a path may lead through, as for Linux.
const MAX_LINKS: usize = 40;

/// Looks for all that the steps of a project make, and for what is to be kept.
pub(super) fn survey(project: &Project) -> Result<Cleaning, Refused> {
    let refused = |problems| Refused { problems, source: project.source.clone() };
    let checked = project.checked();
    if checked.problems.iter().any(|problem| problem.is_error() && !BY_LINKS.contains(&problem.code)) {
        return Err(refused(checked.problems.clone()));
    }
    // The project may have looked at the folder before a run.
    let places = Places(Host::new(project.folder().to_path_buf(), project.host.environment().clone()));
    let pipeline = Pipeline::clone(&checked.pipeline);
    let parsed = Parsed { pipeline, problems: Vec::new(), not_shown: NotShown::default() };
    let by_place = loom_graph::check(parsed, &places);
    let Some(graph) = &by_place.expanded else { return Err(refused(by_place.problems)) };

    let mut survey = Survey {
        folder: project.folder().to_path_buf(),
        places: &places,
        products: BTreeMap::new(),
        own: BTreeSet::new(),
        kept: BTreeMap::new(),
        left_alone: Vec::new(),
    };
    survey.products(graph);
    survey.sources(graph.links());
    survey.needed(graph, &project.file);
    survey.own_state(&project.file);
    Ok(survey.finish())
}

/// The machine, but a link at the end of a path is not followed: where something stands, not where it leads.
struct Places(Host);

impl World for Places {
    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, NoText> {
        self.0.variable(name, default)
    }

    fn locate(&self, path: &str) -> Location {
        let path = Path::new(path);
        let (Some(Component::Normal(name)), Some(parent)) = (path.components().next_back(), path.parent()) else {
            return self.0.locate(&path.to_string_lossy());
        };
        let name = name.to_string_lossy();
        let within = |parent: String| if parent.is_empty() { name.to_string() } else { format!("{parent}/{name}") };
        match self.0.locate(&parent.to_string_lossy()) {
            Location::Inside(parent) => Location::Inside(within(parent)),
            // An absolute path may lead to the pipeline folder itself.
            Location::Outside(parent) => self.inside_out(&within(parent)),
            // No path leads to an answer.
            answer @ Location::Answer(_) => answer,
        }
    }

    fn presence(&self, path: &str) -> Presence {
        self.0.presence(path)
    }

    fn interface(&self, task: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>> {
        self.0.interface(task)
    }

    fn text(&self, path: &str) -> Option<Result<String, String>> {
        self.0.text(path)
    }
}

impl Places {
    fn inside_out(&self, path: &str) -> Location {
        let path = path.replace("//", "/");
        if Path::new(&path) == self.0.folder() { Location::Inside(String::new()) } else { Location::Outside(path) }
    }
}

/// What was found so far. All paths are relative to the pipeline folder, the links on the way to them resolved.
struct Survey<'a> {
    folder: PathBuf,
    places: &'a Places,
    /// What steps make, whether it is there or not.
    products: BTreeMap<PathBuf, Product>,
    /// What loom itself keeps.
    own: BTreeSet<PathBuf>,
    /// What is there and must stay.
    kept: BTreeMap<PathBuf, Reason>,
    left_alone: Vec<LeftAlone>,
}

#[derive(Clone)]
struct Product {
    maker: StepId,
    /// The data node, if it is one.
    name: Option<Arc<str>>,
    /// Of the folder that a loop fills: the files that it makes there, as far as they can be told.
    items: Option<Arc<HashSet<String>>>,
}

impl Survey<'_> {
    fn products(&mut self, graph: &StepGraph) {
        let links = graph.links();
        for (maker, made) in links.steps().flat_map(|step| links.writes(step).map(move |made| (step, made))) {
            let datum = links.datum(made.datum);
            let Some(place) = self.inside(&made.path, &datum.location) else { continue };
            let items = (made.role == Role::Into).then(|| self.items(graph, maker)).flatten();
            let product = Product { maker, name: datum.name.clone(), items };
            if graph.is_made_per_pass(maker, made.datum) {
                let count = graph.group(maker).map_or(0, |(_, passes)| passes.pass_count());
                let passes = passes_beside(&self.folder, &place, count);
                self.products.extend(passes.into_iter().map(|pass| (pass, product.clone())));
            }
            self.products.insert(place, product);
        }
    }

    /// Where to remove something; none if that is not inside the pipeline folder.
    fn inside(&mut self, path: &str, location: &Location) -> Option<PathBuf> {
        let reason = match location {
            Location::Inside(place) if !place.is_empty() => return Some(place.into()),
            Location::Inside(_) => Reason::PipelineFolder,
            Location::Outside(_) => Reason::Outside,
            Location::Answer(_) => return None,
        };
        if self.folder.join(path).symlink_metadata().is_ok() {
            self.left_alone.push(LeftAlone { path: path.to_owned(), reason });
        }
        None
    }

    /// What steps read and none makes, under every name that leads to it.
    fn sources(&mut self, links: &Links) {
        for reader in links.steps() {
            for read in links.reads(reader) {
                let datum = links.datum(read.datum);
                if datum.url.is_some() || matches!(*datum.location, Location::Answer(_)) {
                    continue;
                }
                for place in self.ways(&read.path) {
                    if !self.is_made_for(reader, &place) {
                        self.keep(place, Reason::Source);
                    }
                }
            }
        }
    }

    /// Whether a step makes what stands there, as the order of the steps has it: the thing itself; else the folder around
    /// it, unless it is the reader who makes that.
    fn is_made_for(&self, reader: StepId, place: &Path) -> bool {
        let mut around = place.ancestors().filter_map(|path| Some((path, self.products.get(path)?)));
        let Some((path, product)) = around.next() else { return false };
        match &product.items {
            _ if path == place => true,
            // A loop fills its folder file by file, and what it cannot have made there was there before.
            Some(items) => place.strip_prefix(path).is_ok_and(|file| items.contains(&*file.to_string_lossy())),
            None => product.maker != reader,
        }
    }

    /// The files that a loop makes in its folder, if what it goes through is there to be listed.
    fn items(&self, graph: &StepGraph, step: StepId) -> Option<Arc<HashSet<String>>> {
        let items = files::items(graph, step, &self.folder).ok()?.names;
        let name = |item: &Arc<str>| item.rsplit('/').next().unwrap_or(item).to_owned();
        Some(Arc::new(items.iter().map(name).collect()))
    }

    /// The pipeline file, and what must be there before a step can start.
    fn needed(&mut self, graph: &StepGraph, file: &Path) {
        let file = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut needed = vec![file];
        for step in graph.links().steps() {
            match graph.program(step) {
                ProgramLine::Task(task) => needed.push(task),
                ProgramLine::Words(words) => {
                    let program = words.into_iter().next().filter(|word| word.contains('/'));
                    needed.extend(program.filter(|path| !self.is_product(path)));
                }
                ProgramLine::Shell(_) | ProgramLine::Predicate(_) | ProgramLine::Switch(_) => {}
            }
            let stop = graph.group(step).and_then(|(_, passes)| passes.stop.as_ref());
            needed.extend(stop.map(|stop| graph.text(step, &stop.script)));
        }
        for place in needed.iter().flat_map(|path| self.ways(path)).collect::<Vec<_>>() {
            self.keep(place, Reason::Needed);
        }
    }

    fn is_product(&self, path: &str) -> bool {
        self.products.contains_key(Path::new(self.places.locate(path).as_str()))
    }

    /// What loom keeps: all of `.loom`, unless something in it is not of this pipeline.
    fn own_state(&mut self, file: &Path) {
        let state = run_folder::file_name(&file.file_name().unwrap_or_default().to_string_lossy());
        let loom = self.folder.join(".loom");
        let is_ours = |name: &std::ffi::OsStr| [".gitignore", "lock", &state].iter().any(|ours| name == *ours);
        let all_ours = || -> io::Result<bool> {
            let is_folder = loom.symlink_metadata()?.is_dir();
            let mut names = loom.read_dir()?;
            Ok(is_folder && names.all(|entry| entry.is_ok_and(|entry| is_ours(&entry.file_name()))))
        };
        let state = if all_ours().unwrap_or(false) { ".loom".to_owned() } else { format!(".loom/{state}") };
        for path in CACHES.into_iter().chain([&*state]) {
            let location = self.places.locate(path);
            if let Some(place) = self.inside(path, &location) {
                self.own.insert(place);
            }
        }
    }

    /// Where a path stands, the links that it leads through, and where it ends, as far as that is there and inside the
    /// pipeline folder.
    fn ways(&self, path: &str) -> Vec<PathBuf> {
        let mut ways = Vec::new();
        if let Location::Inside(place) = self.places.locate(path) {
            ways.push(place.into());
        }
        let mut at = self.folder.join(path);
        let mut pass = |path: Option<PathBuf>| {
            ways.extend(path.and_then(|path| Some(path.strip_prefix(&self.folder).ok()?.to_path_buf())));
        };
        for _ in 0..MAX_LINKS {
            let mut prefixes: Vec<&Path> = at.ancestors().collect();
            prefixes.reverse();
            let link = prefixes.into_iter().find_map(|prefix| Some((prefix, prefix.read_link().ok()?)));
            let Some((link, target)) = link else { break };
            let (Some(parent), Some(name)) = (link.parent(), link.file_name()) else { break };
            pass(parent.canonicalize().ok().map(|parent| parent.join(name)));
            let rest = at.strip_prefix(link).unwrap_or(Path::new("")).components();
            at = rest.fold(parent.join(target), |at, part| at.join(part));
        }
        pass(at.canonicalize().ok());
        ways
    }

    fn keep(&mut self, place: PathBuf, reason: Reason) {
        if self.folder.join(&place).symlink_metadata().is_ok() {
            self.kept.insert(place, reason);
        }
    }

    fn finish(mut self) -> Cleaning {
        let kept: BTreeSet<PathBuf> = self.kept.keys().cloned().collect();
        let mut entries = Vec::new();
        for (place, product) in &self.products {
            if self.goes_with_another(place) {
                continue;
            }
            let staying = self.kept.range(place.clone()..).take_while(|(path, _)| path.starts_with(place));
            self.left_alone.extend(
                staying.map(|(path, reason)| LeftAlone { path: path.to_string_lossy().into_owned(), reason: *reason }),
            );
            entries.extend(look_at(&self.folder, place, product.name.clone(), &kept));
        }
        for place in &self.own {
            if !self.products.contains_key(place) && !self.goes_with_another(place) {
                entries.extend(look_at(&self.folder, place, None, &kept));
            }
        }
        self.left_alone.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.left_alone.dedup();
        Cleaning { folder: self.folder, entries, left_alone: self.left_alone, kept }
    }

    /// Whether a step makes a folder around this, and nothing between the two stays.
    fn goes_with_another(&self, place: &Path) -> bool {
        for around in place.ancestors().skip(1) {
            if self.kept.contains_key(around) {
                return false;
            }
            if self.products.contains_key(around) {
                return true;
            }
        }
        false
    }
}

/// What can be removed at a place; none if nothing can.
fn look_at(folder: &Path, place: &Path, name: Option<Arc<str>>, kept: &BTreeSet<PathBuf>) -> Option<Entry> {
    let entry = |kind, bytes| Some(Entry { path: place.to_path_buf(), name, kind, bytes });
    if kept.contains(place) {
        return None;
    }
    let metadata = match folder.join(place).symlink_metadata() {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => return None,
        // Whoever removes it will be told what is the matter.
        Err(_) => return entry(Kind::File, 0),
    };
    if metadata.is_symlink() {
        return entry(Kind::Link, 0);
    }
    if !metadata.is_dir() {
        return entry(Kind::File, metadata.len());
    }
    let staying = kept.range(place.to_path_buf()..).take_while(|path| path.starts_with(place)).count();
    let parts = parts(folder, place, kept).unwrap_or_else(|_| vec![place.to_path_buf()]);
    if parts.is_empty() {
        return None;
    }
    let (files, bytes) = size(parts.iter().map(|part| folder.join(part)).collect());
    entry(Kind::Folder { files, kept: staying }, bytes)
}

/// How many files these are with all that lies in them, and their size. What cannot be read counts for nothing.
fn size(mut paths: Vec<PathBuf>) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0);
    while let Some(path) = paths.pop() {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {
                let inside = path.read_dir().into_iter().flatten().filter_map(Result::ok);
                paths.extend(inside.map(|entry| entry.path()));
            }
            Ok(metadata) => {
                files += 1;
                bytes += if metadata.is_file() { metadata.len() } else { 0 };
            }
            Err(_) => {}
        }
    }
    (files, bytes)
}

/// The files of so many passes: `fit_iter0.txt`, `fit_iter1.txt`, … beside `fit.txt`. One with a higher number was made by
/// nobody, or by a pipeline that was another then.
fn passes_beside(folder: &Path, place: &Path, count: usize) -> Vec<PathBuf> {
    let parent = place.parent().unwrap_or(Path::new(""));
    let plain = place.to_string_lossy();
    let is_pass =
        |path: &Path| loom_graph::pass_of(&plain, &path.to_string_lossy()).is_some_and(|pass| (pass as usize) < count);
    let beside = folder.join(parent).read_dir().into_iter().flatten().filter_map(Result::ok);
    beside.map(|entry| parent.join(entry.file_name())).filter(|path| is_pass(path)).collect()
}
