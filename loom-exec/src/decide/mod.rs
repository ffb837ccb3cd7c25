//! What is to run, and why: the one place that decides it, for a dry run and for a run.
//!
//! Before a run, every unit is given a [`Verdict`] from what stands in the folder then. A unit that reads what another one is
//! going to make is left open; it is decided again, by the same rules, when that is there.

pub(crate) mod contents;
mod forecast;
mod key;
mod modules;
mod python;
mod reason;
mod written;

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use foldhash::{HashMap, HashSet};
use loom_graph::{DatumId, Facts, Manifest, Part, Role as LinkRole, StepId, Unit, UnitFile, plain_of};

use loom_spec::Program;

pub use forecast::{Forecast, ForecastError, LastRun};
pub(crate) use key::{Key, KeyFile, Role};
pub use reason::Reason;

use self::contents::{Content, Contents, GiveUp};
use self::modules::Modules;
use self::python::Versions;
use crate::files::Items;
use crate::memory::journal::{Ending, Kept, Past, Record, Remembered, Since};
use crate::project::{MadeBy, Task};
use crate::run::Whose;
use crate::{Cancel, Decisions};

/// Whether a unit is to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It need not.
    UpToDate {
        /// When it ran last: milliseconds since 1970.
        ran_at: i64,
    },
    /// It is to run, for these reasons.
    Run(Vec<Reason>),
    /// That depends on what others are going to make: it will run, unless that comes out as it was.
    Open(Vec<Reason>),
}

/// What a unit's key is made of, before anything is read.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    command: Vec<String>,
    /// The files that it runs.
    code: Vec<String>,
    python: Option<PathBuf>,
    env: Vec<(String, Option<String>)>,
    reads: Vec<UnitFile>,
    makes: Vec<UnitFile>,
    item: Option<String>,
    /// What it is handed in place of what it gathers, which is written when it starts.
    lists: Vec<Manifest>,
}

impl Needs {
    /// Whether a path is that of a list of what it gathers.
    fn lists(&self, path: &str) -> bool {
        self.lists.iter().any(|list| list.path == path)
    }

    /// Of a loop's unit, its file.
    pub(crate) fn item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    /// What the unit makes.
    pub(crate) fn makes(&self) -> &[UnitFile] {
        &self.makes
    }
}

/// What makes a unit run whether it is up to date or not.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Always {
    pub(crate) forced: bool,
    /// Nothing is kept, so nothing is known.
    pub(crate) forgetful: bool,
}

/// Decides about the units of a plan. Several threads may ask it.
pub(crate) struct Decider<'a> {
    decisions: &'a Decisions,
    always: Always,
    /// What ends the run from outside.
    cancel: Option<Cancel>,
    units: HashMap<Arc<str>, Past>,
    contents: Contents,
    versions: Versions,
    modules: Modules,
    /// Who makes what, by place.
    makers: HashMap<&'a str, StepId>,
    /// The folders around all that is made, by place.
    around_made: HashSet<&'a str>,
    has_switches: bool,
    /// The names of all units that are remembered, in order, once that is asked.
    sorted: OnceLock<Vec<Arc<str>>>,
    /// The steps behind switches, and those that failed or are behind such ones, once that is asked.
    behind_switches: OnceLock<Vec<bool>>,
    failed: OnceLock<Vec<bool>>,
}

impl<'a> Decider<'a> {
    pub(crate) fn new(
        decisions: &'a Decisions,
        remembered: Remembered,
        always: Always,
        cancel: Option<Cancel>,
    ) -> Self {
        let makers: HashMap<&str, StepId> = decisions.plan().graph().made_places().collect();
        let mut around_made = HashSet::default();
        for place in makers.keys() {
            around_made.extend(ancestors(place));
        }
        let steps = &decisions.plan().graph().pipeline().steps;
        let Remembered { units, files, programs } = remembered;
        let contents = Contents::new(decisions.folder(), files);
        let modules = Modules::new(decisions.folder().to_path_buf(), decisions.environment());
        Self {
            decisions,
            always,
            cancel,
            units,
            contents,
            versions: Versions::new(programs),
            modules,
            makers,
            around_made,
            sorted: OnceLock::new(),
            behind_switches: OnceLock::new(),
            failed: OnceLock::new(),
            has_switches: steps.iter().any(|step| matches!(step.program, Program::Switch(_))),
        }
    }

    /// The run begins: what modules there are may change from here on, as steps make them.
    pub(crate) fn begin(&mut self) {
        self.modules = Modules::new(self.decisions.folder().to_path_buf(), self.decisions.environment());
    }

    /// What is remembered of a unit.
    pub(crate) fn past(&self, unit: &str) -> Option<&Past> {
        self.units.get(unit)
    }

    /// What was read of files since this was last asked.
    pub(crate) fn take_fresh(&self) -> Vec<Record> {
        let mut fresh = self.contents.take_fresh();
        fresh.extend(self.versions.take_fresh());
        fresh
    }

    /// What a unit needs; none if it only finds something out.
    pub(crate) fn needs(&self, unit: &Unit, task: &Task, facts: Facts<'_>) -> Option<Needs> {
        let made_by = match task {
            Task::Run { command, words, manifests, code, python } => MadeBy {
                words: words.clone(),
                code: code.clone(),
                python: python.clone(),
                variables: command.variables.clone(),
                manifests: manifests.clone(),
            },
            Task::Copy(_) => MadeBy::copy(),
            Task::Ask(..) | Task::Lead(_) => return None,
        };
        let makes = self.decisions.plan().graph().makes(unit);
        Some(self.needs_of(unit, made_by, makes, facts))
    }

    fn needs_of(&self, unit: &Unit, made_by: MadeBy, makes: Vec<UnitFile>, facts: Facts<'_>) -> Needs {
        let MadeBy { words: command, mut code, python, variables: env, manifests: lists } = made_by;
        let graph = self.decisions.plan().graph();
        let reads = graph.reads(unit, facts);
        // A word of a command may name what it makes.
        code.retain(|path| !makes.iter().any(|made| made.path == *path));
        Needs { command, code, python, env, reads, makes, item: graph.item_path(unit), lists }
    }

    /// Whether a step may have to do without some of what it gathers.
    pub(crate) fn may_lack(&self, step: StepId) -> bool {
        let allows = self.decisions.plan().graph().step(step).gather.as_ref().is_some_and(|gather| gather.allow_failed);
        allows && self.gathered(step).next().is_some() || self.depends_on_switches(step)
    }

    /// Whether what a step gathers depends on the ways that switches lead, which nobody knows before they do.
    pub(crate) fn depends_on_switches(&self, step: StepId) -> bool {
        if !self.has_switches {
            return false;
        }
        let behind = self.behind_switches.get_or_init(|| {
            let links = self.decisions.plan().graph().links();
            self.spread(|step| links.uses(step).iter().any(|used| matches!(used.role, LinkRole::Gate { .. })))
        });
        self.gathered(step).any(|maker| behind[maker.index()])
    }

    /// The steps that make what a step gathers.
    fn gathered(&self, step: StepId) -> impl Iterator<Item = StepId> + '_ {
        let links = self.decisions.plan().graph().links();
        let legs = links.dependencies(step).iter().filter(move |leg| links.is_gathered(step, leg));
        legs.map(|leg| leg.on)
    }

    /// Whether a datum, which this run does not make, is there to be gathered: it is not what was made before its maker, or
    /// what that needs, last failed.
    pub(crate) fn is_there(&self, datum: DatumId) -> bool {
        let links = self.decisions.plan().graph().links();
        let path = &links.datum(datum).path;
        let failed = self.failed.get_or_init(|| {
            let failed = self.steps_that_failed();
            self.spread(|step| failed.contains(&step))
        });
        let has_failed = links.producer(datum).is_some_and(|maker| failed[maker.index()]);
        !has_failed && self.decisions.folder().join(&**path).exists()
    }

    /// The steps of which a unit did not end well when it last ran.
    fn steps_that_failed(&self) -> HashSet<StepId> {
        let graph = self.decisions.plan().graph();
        let mut known: HashMap<&str, StepId> = HashMap::default();
        for step in graph.run_order() {
            known.insert(graph.name(step), step);
            if let Some((group, _)) = graph.group(step) {
                known.insert(group, step);
            }
        }
        let failed = self.units.iter().filter(|(_, past)| past.since.is_some());
        // The file of a loop, and the pass of a group, stand behind the name of that.
        let whose = |unit: &str| {
            let ends = unit.char_indices().filter(|(_, sign)| matches!(sign, '/' | '#')).map(|(end, _)| end);
            ends.chain([unit.len()]).find_map(|end| known.get(&unit[..end]).copied())
        };
        failed.filter_map(|(unit, _)| whose(unit)).collect()
    }

    /// The steps that something is true of, and all that is behind them.
    fn spread(&self, of: impl Fn(StepId) -> bool) -> Vec<bool> {
        let graph = self.decisions.plan().graph();
        let links = graph.links();
        let mut spread = vec![false; links.step_count()];
        for step in graph.run_order() {
            let is_behind = || links.dependencies(step).iter().any(|leg| spread[leg.on.index()]);
            spread[step.index()] = of(step) || is_behind();
        }
        spread
    }

    /// Why a unit is to run whatever stands in the folder, if so.
    /// `makes` is what the unit makes, if it does more than find something out.
    fn foregone(&self, unit: &Unit, past: Option<&Past>, makes: Option<&[UnitFile]>) -> Option<Reason> {
        let reason = match makes {
            _ if self.always.forgetful => Reason::NotRemembered,
            _ if self.always.forced => Reason::Forced,
            _ if self.decisions.is_by_name() => Reason::Selected,
            None => Reason::NoOutputs,
            Some(_) if !self.decisions.plan().graph().step(unit.step).cache => Reason::NotCached,
            Some([]) => Reason::NoOutputs,
            Some(_) => match past {
                None => Reason::NeverRan,
                Some(Past { since: Some(since), .. }) => match &since.how {
                    None => Reason::DidNotFinish,
                    Some(Ending::Stopped) => Reason::Stopped,
                    Some(Ending::Outdated(input)) => Reason::ChangedMeanwhile { input: input.clone() },
                    Some(Ending::Failed(how)) => Reason::Failed { how: how.clone() },
                },
                Some(Past { done: None, .. }) => Reason::NeverRan,
                Some(Past { done: Some(_), since: None }) => return None,
            },
        };
        Some(reason)
    }

    /// Decides, now that all that the unit reads is there.
    pub(crate) fn decide(&self, unit: &Unit, needs: Option<&Needs>) -> Result<Verdict, String> {
        let past = self.past(&unit.name);
        if let Some(reason) = self.foregone(unit, past, needs.map(Needs::makes)) {
            return Ok(Verdict::Run(vec![reason]));
        }
        let Some(needs) = needs else { return Ok(Verdict::Run(vec![Reason::NoOutputs])) };
        self.found(past, needs, &|file, role| self.look(unit.step, file, role))
    }

    /// What comes of a look at what a unit needs and what it made.
    fn found(&self, past: Option<&Past>, needs: &Needs, look: Look<'_>) -> Result<Verdict, String> {
        let Some(done) = past.and_then(Past::success) else {
            return Ok(Verdict::Run(vec![Reason::NeverRan]));
        };
        if self.is_as_written(needs, done.key_as_written(), look)? {
            return Ok(Verdict::UpToDate { ran_at: done.at });
        }
        let reasons = done.key().changes(&self.key_by(needs, look)?);
        Ok(if reasons.is_empty() { Verdict::UpToDate { ran_at: done.at } } else { Verdict::Run(reasons) })
    }

    /// What a unit is made from, with what it has made. It has ended well, so only who is in a great hurry makes that be
    /// forgotten.
    pub(crate) fn key(&self, unit: &Unit, needs: &Needs) -> Result<Key, String> {
        let give_up = || self.cancel.as_ref().is_some_and(Cancel::is_killed);
        self.key_by(needs, &|file, role| self.look_unless(unit.step, file, role, &give_up))
    }

    /// In which state the files of a key are that a unit is made from: not what they hold, but whether they were written to.
    pub(crate) fn state_of_sources(&self, unit: &Unit, needs: &Needs, key: &Key) -> Vec<(Arc<str>, Content)> {
        let left_out = |place: &str| self.is_left_out(unit.step, place, Role::Input);
        let sources = key.files.iter().filter(|file| file.role != Role::Output && !needs.lists(&file.path));
        let places: HashMap<&str, &str> = needs.reads.iter().map(|read| (&*read.path, &*read.place)).collect();
        sources
            .map(|file| {
                let place = places.get(&*file.path).copied().unwrap_or_default();
                (Arc::clone(&file.path), self.contents.state_of(&file.path, place, &left_out))
            })
            .collect()
    }

    /// What a unit is made from.
    pub(crate) fn made_from(&self, unit: &Unit, needs: &Needs) -> Result<Key, String> {
        self.made_from_by(needs, &|file, role| self.look(unit.step, file, role))
    }

    /// Units of a loop whose files are not there any more, each with what it made that nobody changed since and nobody else
    /// makes or will.
    pub(crate) fn left_overs(&self, step: StepId, items: &Items) -> Vec<(Arc<str>, Vec<Arc<str>>)> {
        let graph = self.decisions.plan().graph();
        let Some((over, _)) = graph.links().folders_of_loop(step) else { return Vec::new() };
        if self.decisions.plan().items(step).is_some() {
            // Who asks for one file speaks of no other.
            return Vec::new();
        }
        let prefix = format!("{}/", graph.name(step));
        let units = items.names.iter().map(|item| graph.unit(step, Part::Item(Arc::clone(item))));
        let (mut names, mut made) = (HashSet::default(), HashSet::default());
        for unit in units {
            made.extend(graph.makes(&unit).into_iter().map(|made| made.path));
            names.insert(unit.name);
        }
        let folder = self.decisions.folder();
        let is_gone = |path: &str| !folder.join(path).is_file();
        let mut found: Vec<(Arc<str>, Vec<Arc<str>>)> = Vec::new();
        let sorted = self.sorted.get_or_init(|| {
            let mut names: Vec<Arc<str>> = self.units.keys().cloned().collect();
            names.sort_unstable();
            names
        });
        let first = sorted.partition_point(|name| **name < *prefix);
        for unit in sorted[first..].iter().take_while(|name| name.starts_with(&prefix)) {
            let Some(item) = unit.strip_prefix(&prefix).filter(|_| !names.contains(unit)) else { continue };
            let Some(past) = self.units.get(unit) else { continue };
            // The file as it was found when the unit ran, wherever the loop may look now.
            let source = match (&past.done, past.since.as_deref()) {
                (_, Some(Since { item: Some(source), .. })) => source.to_string(),
                (Some(Kept { item: Some(source), .. }), _) => source.to_string(),
                _ => format!("{}/{item}", over.path),
            };
            if !is_gone(&source) {
                continue;
            }
            let is_mine = |path: &str| {
                let place = loom_graph::locate_by_text(path);
                let real = folder.join(path).parent().and_then(|parent| parent.canonicalize().ok());
                let is_inside = real.is_some_and(|real| real.starts_with(folder));
                is_inside && !made.contains(path) && !self.makers.contains_key(place.as_str())
            };
            let left: Vec<Arc<str>> = match (past.success(), &past.since) {
                (Some(done), _) => {
                    let as_made = |file: &&KeyFile| {
                        let stands = self.contents.of(&file.path, &file.path, &|_| false, &|| false);
                        matches!(file.content, Content::File(_)) && stands.is_ok_and(|stands| stands == file.content)
                    };
                    done.key().outputs().filter(as_made).map(|file| Arc::clone(&file.path)).collect()
                }
                // What a unit leaves that did not end well is worth nothing.
                (None, Some(since)) => {
                    since.makes.iter().filter(|path| folder.join(&***path).is_file()).map(Arc::clone).collect()
                }
                (None, None) => Vec::new(),
            };
            found.push((Arc::clone(unit), left.into_iter().filter(|path| is_mine(path)).collect()));
        }
        found.sort_unstable();
        found
    }

    /// Who made what stands at the outputs of a unit that is about to run.
    pub(crate) fn whose(&self, unit: &Unit, needs: &Needs) -> Whose {
        match self.past(&unit.name) {
            Some(Past { since: Some(_), .. }) => Whose::Half,
            Some(Past { done: Some(done), since: None }) => {
                let done = done.key();
                let as_made = |made: &UnitFile| {
                    let known = done.outputs().find(|file| *file.path == *made.path).map(|file| file.content);
                    let stands = self.look(unit.step, made, Role::Output).ok();
                    stands == Some(Content::Nothing) || known.is_some() && known == stands
                };
                if needs.makes.iter().all(as_made) { Whose::Result } else { Whose::Somebody }
            }
            _ => Whose::Somebody,
        }
    }

    /// The files that stand at the outputs of a unit. A link is left alone, as somebody made it on purpose; so is a folder:
    /// nobody can tell which of the files in it the unit made.
    pub(crate) fn own_parts(&self, needs: &Needs) -> Vec<PathBuf> {
        let is_file = |path: &str| {
            let metadata = self.decisions.folder().join(path).symlink_metadata();
            metadata.is_ok_and(|metadata| metadata.is_file())
        };
        // What lies outside is somebody else's place, and has none in the folder of the run.
        let is_inside = |made: &UnitFile| {
            Path::new(&made.path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        };
        let is_read = |made: &UnitFile| needs.reads.iter().any(|read| read.place == made.place);
        let own = needs.makes.iter().filter(|made| is_inside(made) && is_file(&made.path) && !is_read(made));
        own.map(|made| PathBuf::from(&made.path)).collect()
    }

    fn key_by(&self, needs: &Needs, look: Look<'_>) -> Result<Key, String> {
        let mut key = self.made_from_by(needs, look)?;
        for made in &needs.makes {
            key.files.push(key_file(Role::Output, made, look(made, Role::Output)?));
        }
        Ok(key)
    }

    fn made_from_by(&self, needs: &Needs, look: Look<'_>) -> Result<Key, String> {
        let mut files = Vec::new();
        let code = |path: &str| UnitFile { path: path.to_owned(), place: String::new(), name: None };
        for task in &needs.code {
            files.push(key_file(Role::Task, &code(task), look(&code(task), Role::Task)?));
        }
        let python = |task: &&String| Path::new(task).extension().is_some_and(|suffix| suffix == "py");
        for module in needs.code.iter().filter(python).flat_map(|task| self.modules.of(task).to_vec()) {
            let name = Some(module.by.as_str().into());
            let file = UnitFile { name, ..code(&module.path) };
            files.push(key_file(Role::Module, &file, look(&file, Role::Module)?));
        }
        for read in &needs.reads {
            files.push(key_file(Role::Input, read, look(read, Role::Input)?));
        }
        for list in &needs.lists {
            let (path, name) = (list.path.as_str().into(), Some(list.of.as_str().into()));
            let content = Content::of_text(&list.text);
            files.push(KeyFile { role: Role::Input, path, name, content });
        }
        let python = needs.python.as_ref().and_then(|python| self.versions.of(python));
        Ok(Key { command: needs.command.clone(), python, env: needs.env.clone(), files })
    }

    /// What stands at a path, as far as it concerns a step.
    fn look(&self, step: StepId, file: &UnitFile, role: Role) -> Result<Content, String> {
        self.look_unless(step, file, role, &|| self.cancel.as_ref().is_some_and(Cancel::is_stopped))
    }

    fn look_unless(&self, step: StepId, file: &UnitFile, role: Role, give_up: GiveUp<'_>) -> Result<Content, String> {
        let left_out = |place: &str| self.is_left_out(step, place, role);
        let found = self.contents.of(&file.path, &file.place, &left_out, give_up);
        found.map_err(|error| format!("cannot read {}: {error}", file.path))
    }

    /// Whether what stands at a place inside a folder does not belong to what a step reads or makes there: others make it,
    /// after the step or beside it.
    fn is_left_out(&self, step: StepId, place: &str, role: Role) -> bool {
        let maker = self.makers.get(place).copied();
        let maker = maker.or_else(|| self.makers.get(&*plain_of(place)?.0).copied());
        let Some(maker) = maker else { return false };
        let links = self.decisions.plan().graph().links();
        let block = links.leader(step);
        if role == Role::Output {
            return links.leader(maker) != block;
        }
        links.leader(maker) == block || !links.dependencies(step).iter().any(|leg| leg.on == maker)
    }

    /// Whether what is made by others may stand inside a place.
    fn has_made_inside(&self, place: &str) -> bool {
        self.around_made.contains(place)
    }
}

/// How a file is looked at.
type Look<'a> = &'a dyn Fn(&UnitFile, Role) -> Result<Content, String>;

fn key_file(role: Role, file: &UnitFile, content: Content) -> KeyFile {
    KeyFile { role, path: file.path.as_str().into(), name: file.name.clone(), content }
}

/// The places around a place, the pipeline folder, which is the empty one, last.
fn ancestors(place: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(place).filter(|place| !place.is_empty());
    std::iter::from_fn(move || {
        let around = rest?.rsplit_once('/').map_or("", |(around, _)| around);
        rest = Some(around).filter(|around| !around.is_empty());
        Some(around)
    })
}
