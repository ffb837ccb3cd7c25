//! What a run would do, decided before it begins: what a dry run shows, and what a run begins with.

use std::cell::Cell;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use foldhash::{HashMap, HashSet};
use loom_graph::{Part, StepGraph, StepId, Unit, UnitFile};
use loom_spec::Program;

use super::contents::Content;
use super::{Always, Decider, Needs, Reason, Role, Verdict, ancestors};
use crate::Decisions;
use crate::memory::journal::Past;

/// What was decided about the units of a plan.
#[derive(Clone, Debug, Default)]
pub struct Forecast {
    /// What was decided about each unit, and when it last ran.
    units: HashMap<Arc<str>, (Verdict, Option<LastRun>)>,
    /// What is known of the time that blocks will take, by their first steps: all their units one after another, and the
    /// longest one.
    blocks: HashMap<StepId, (Duration, Duration)>,
    /// Loops whose files are going to be made anew, so that nobody knows them yet.
    uncounted: HashSet<StepId>,
    /// What is going to be removed, with the unit that made it.
    left_overs: Vec<(Arc<str>, Arc<str>)>,
}

/// When and how a unit last ran, as far as that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRun {
    /// The name of the run.
    pub run: Arc<str>,
    /// When it ended, or began, if no more is known: milliseconds since 1970.
    pub at: i64,
    /// Whether it ended well.
    pub well: bool,
    /// How long it took when it last ended well, be that this time or before.
    pub took: Option<Duration>,
}

impl LastRun {
    fn of(past: &Past) -> Option<Self> {
        let took = past.done.as_ref().map(|done| Duration::from_millis(done.took));
        match (&past.since, &past.done) {
            (Some(since), _) => Some(Self { run: Arc::clone(&since.run), at: since.at, well: false, took }),
            (None, Some(done)) => Some(Self { run: Arc::clone(&done.run), at: done.at, well: true, took }),
            (None, None) => None,
        }
    }
}

/// What is remembered of earlier runs could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}: {source}", path.display())]
pub struct ForecastError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl Forecast {
    /// What was decided about a unit; none if it is not known yet that there is such a unit.
    pub fn verdict(&self, unit: &str) -> Option<&Verdict> {
        self.units.get(unit).map(|(verdict, _)| verdict)
    }

    /// How long a unit took when it last ended well.
    pub fn expected(&self, unit: &str) -> Option<Duration> {
        self.last(unit)?.took
    }

    /// When and how a unit last ran; none if it never did, or nobody remembers.
    pub fn last(&self, unit: &str) -> Option<&LastRun> {
        self.units.get(unit)?.1.as_ref()
    }

    /// The names of all units that were decided about, in no order.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.units.keys().map(|unit| &**unit)
    }

    /// How long the units that are to run took when they last ended well, and of how many that is not known.
    pub(crate) fn expected_of_run(&self) -> (Duration, usize) {
        let to_run = self.units.values().filter(|(verdict, _)| !matches!(verdict, Verdict::UpToDate { .. }));
        let took = to_run.map(|(_, last)| last.as_ref()?.took);
        took.fold((Duration::ZERO, 0), |(sum, unknown), took| match took {
            Some(took) => (sum.saturating_add(took), unknown),
            None => (sum, unknown + 1),
        })
    }

    /// What loops had made of files that are not there any more, and a run would remove: units, and paths relative to the
    /// pipeline folder.
    pub fn left_overs(&self) -> &[(Arc<str>, Arc<str>)] {
        &self.left_overs
    }

    /// How long a block, by its first step, is expected to take from its beginning to its end with so many workers, if anything is
    /// known of that.
    pub(crate) fn expected_of(&self, graph: &StepGraph, step: StepId, workers: usize) -> Option<Duration> {
        let (all, longest) = *self.blocks.get(&step)?;
        let at_once =
            if graph.step(step).each.is_some() { u32::try_from(workers).unwrap_or(u32::MAX).max(1) } else { 1 };
        Some((all / at_once).max(longest))
    }

    /// How many units are known, up to date and not, or perhaps not.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let up_to_date = self.units.values().filter(|(verdict, _)| matches!(verdict, Verdict::UpToDate { .. })).count();
        (up_to_date, self.units.len() - up_to_date)
    }

    /// Whether the files that a loop goes through are going to be made anew.
    pub fn is_uncounted(&self, step: StepId) -> bool {
        self.uncounted.contains(&step)
    }
}

/// The places that are going to be made anew.
#[derive(Default)]
struct Changing {
    /// By the folder that each is in.
    places: HashMap<String, HashSet<String>>,
    around: HashSet<String>,
}

impl Changing {
    fn add(&mut self, place: &str) {
        for around in ancestors(place) {
            if !self.around.insert(around.to_owned()) {
                break;
            }
        }
        let (folder, name) = apart(place);
        match self.places.get_mut(folder) {
            Some(names) => names.insert(name.to_owned()),
            None => self.places.entry(folder.to_owned()).or_default().insert(name.to_owned()),
        };
    }

    /// Whether something in a folder is going to be made anew that is not one of these files.
    fn has_other_in(&self, folder: &str, files: Option<&HashSet<Arc<str>>>) -> bool {
        let is_one = |name: &String| files.is_some_and(|files| files.contains(name.as_str()));
        self.places.get(folder).is_some_and(|names| names.iter().any(|name| !is_one(name)))
    }

    fn has(&self, place: &str) -> bool {
        if self.places.is_empty() {
            return false;
        }
        self.has_itself(place) || self.around.contains(place) || ancestors(place).any(|around| self.has_itself(around))
    }

    fn has_itself(&self, place: &str) -> bool {
        let (folder, name) = apart(place);
        self.places.get(folder).is_some_and(|names| names.contains(name))
    }
}

/// A place as the folder that it is in, and its name there.
fn apart(place: &str) -> (&str, &str) {
    place.rsplit_once('/').unwrap_or(("", place))
}

/// What was looked at.
#[derive(Default)]
struct Looked {
    /// By path.
    by_all: HashMap<String, Result<Content, String>>,
    /// By path, and for whom, where that makes a difference.
    by_some: HashMap<(String, StepId, Role), Result<Content, String>>,
}

/// What a run would come to, in this order.
enum Ahead<'d> {
    /// A loop, whose units follow, as far as its files are there.
    Loop(StepId),
    Unit(Box<Seen<'d>>),
}

/// A unit with what it needs, and with what stands there now, where that is worth reading.
struct Seen<'d> {
    unit: Unit,
    past: Option<&'d Past>,
    /// Why it runs whatever stands there.
    foregone: Option<Reason>,
    needs: Option<Needs>,
    unknown: Option<StepId>,
    found: Option<Result<Verdict, String>>,
}

/// How many units are looked at before they are decided about: what is known of them takes a multiple of what is left of it.
const AT_ONCE: usize = 2048;

/// What is known of what comes after, while it is decided about one unit after another.
#[derive(Default)]
struct Outlook {
    forecast: Forecast,
    changing: Changing,
    /// What is going to be removed.
    removed: HashSet<String>,
    /// What was looked at.
    looked: Mutex<Looked>,
    /// How many threads may look.
    threads: usize,
}

impl Decider<'_> {
    /// Decides about every unit of the plan, as things stand.
    pub(crate) fn forecast(&self) -> Forecast {
        let plan = self.decisions.plan();
        let links = plan.graph().links();
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut outlook = Outlook { threads, ..Outlook::default() };
        let mut ahead = Vec::new();
        for block in plan.steps().chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
            self.see(block, &mut ahead);
            if ahead.len() >= AT_ONCE {
                self.decide_about(std::mem::take(&mut ahead), &mut outlook);
            }
        }
        self.decide_about(ahead, &mut outlook);
        outlook.forecast
    }

    /// Decides about these units, which come next.
    fn decide_about(&self, mut ahead: Vec<Ahead<'_>>, outlook: &mut Outlook) {
        self.look_at_all(&mut ahead, outlook);
        let mut items: HashMap<StepId, HashSet<Arc<str>>> = HashMap::default();
        for ahead in &ahead {
            if let Ahead::Unit(seen) = ahead
                && let Part::Item(item) = &seen.unit.part
            {
                items.entry(seen.unit.step).or_default().insert(Arc::clone(item));
            }
        }
        for ahead in ahead {
            match ahead {
                Ahead::Loop(step) => self.decide_about_loop(step, items.get(&step), outlook),
                Ahead::Unit(seen) => self.decide_about_unit(*seen, outlook),
            }
        }
    }

    fn decide_about_loop(&self, step: StepId, items: Option<&HashSet<Arc<str>>>, outlook: &mut Outlook) {
        let links = self.decisions.plan().graph().links();
        let Outlook { forecast, changing, removed, .. } = outlook;
        let Some((over, into)) = links.folders_of_loop(step) else { return };
        let left_overs = self.decisions.items(step).map(|items| self.left_overs(step, &items));
        for (unit, paths) in left_overs.unwrap_or_default() {
            for path in paths {
                changing.add(loom_graph::locate_by_text(&path).as_str());
                removed.insert(path.to_string());
                forecast.left_overs.push((Arc::clone(&unit), path));
            }
        }
        let over = links.datum(over.datum).location.as_str();
        if changing.has(over) && (self.is_to_be_filled(step, forecast) || changing.has_other_in(over, items)) {
            forecast.uncounted.insert(step);
            changing.add(links.datum(into.datum).location.as_str());
        }
    }

    fn decide_about_unit(&self, seen: Seen<'_>, outlook: &mut Outlook) {
        let Seen { unit, past, foregone, needs, unknown, found } = seen;
        let Outlook { forecast, changing, removed, .. } = outlook;
        if forecast.uncounted.contains(&unit.step) {
            return;
        }
        // What goes takes with it what a further loop made of it.
        if needs.as_ref().and_then(Needs::item).is_some_and(|item| removed.contains(item)) {
            for made in needs.iter().flat_map(Needs::makes) {
                changing.add(&made.place);
                removed.insert(made.path.clone());
                forecast.left_overs.push((Arc::clone(&unit.name), made.path.as_str().into()));
            }
            return;
        }
        // Which pass comes last, a condition says.
        let is_any_pass = matches!(unit.part, Part::Final(_)) && has_stop(self.decisions, unit.step);
        let verdict = if is_any_pass {
            Verdict::Open(Vec::new())
        } else {
            match foregone {
                Some(reason) => Verdict::Run(vec![reason]),
                None => self.foresee(&unit, needs.as_ref(), unknown, found, changing),
            }
        };
        let is_to_run = !matches!(verdict, Verdict::UpToDate { .. });
        let last = past.and_then(LastRun::of);
        if let Some(done) = past.and_then(|past| past.done.as_ref()) {
            let took = Duration::from_millis(done.took);
            let took = if is_to_run { took } else { Duration::ZERO };
            let leader = self.decisions.plan().graph().links().leader(unit.step);
            let (all, longest) = forecast.blocks.entry(leader).or_default();
            (*all, *longest) = (*all + took, took.max(*longest));
        }
        if is_to_run {
            needs.iter().flat_map(Needs::makes).for_each(|made| changing.add(&made.place));
        }
        forecast.units.insert(unit.name, (verdict, last));
    }

    /// Whether what a loop goes through is going to be made by something else than a loop whose items are known: then its
    /// own items are not.
    fn is_to_be_filled(&self, step: StepId, forecast: &Forecast) -> bool {
        let plan = self.decisions.plan();
        let links = plan.graph().links();
        let Some((over, _)) = links.folders_of_loop(step) else { return false };
        let legs = links.reads_with_makers(step).filter(|(read, _)| read.datum == over.datum);
        let mut makers = legs.flat_map(|(_, legs)| legs).map(|leg| leg.on).filter(|on| plan.has(*on));
        makers.any(|on| links.folders_of_loop(on).is_none() || forecast.uncounted.contains(&on))
    }

    /// The units of a block, in the order in which they would run.
    fn see<'d>(&'d self, block: &[StepId], ahead: &mut Vec<Ahead<'d>>) {
        let graph = self.decisions.plan().graph();
        let units: Vec<Vec<Unit>> = block.iter().map(|step| self.decisions.units(*step).unwrap_or_default()).collect();
        let Some(passes) = block.first().and_then(|step| graph.group(*step)).map(|(_, passes)| passes) else {
            ahead.extend(block.iter().copied().filter(|step| graph.step(*step).each.is_some()).map(Ahead::Loop));
            ahead.extend(units.into_iter().flatten().map(|unit| self.see_unit(unit)));
            return;
        };
        let count = u32::try_from(passes.pass_count()).unwrap_or(u32::MAX);
        let leader = graph.links().leader(block[0]);
        for pass in 0..count {
            let of_pass = units.iter().filter_map(|units| units.get(pass as usize)).cloned();
            ahead.extend(of_pass.map(|unit| self.see_unit(unit)));
            if passes.stop.is_some() {
                ahead.push(self.see_unit(graph.unit(leader, Part::Stop(pass))));
            }
        }
        ahead.push(self.see_unit(graph.unit(leader, Part::Final(count.saturating_sub(1)))));
    }

    fn see_unit(&self, unit: Unit) -> Ahead<'_> {
        let graph = self.decisions.plan().graph();
        let links = graph.links();
        let past = self.past(&unit.name);
        // Of a unit that runs whatever stands in the folder, the command need not be worked out.
        let is_command = !matches!(graph.step(unit.step).program, Program::Condition(_) | Program::Switch(_))
            && !matches!(unit.part, Part::Stop(_) | Part::Final(_));
        let makes = graph.makes(&unit);
        let foregone = is_command.then(|| self.foregone(&unit, past, Some(&makes))).flatten();
        if foregone.is_some() {
            let needs = Some(Needs { makes, item: graph.item_path(&unit), ..Needs::default() });
            return Ahead::Unit(Box::new(Seen { unit, past, foregone, needs, unknown: None, found: None }));
        }
        let unknown = Cell::new(None);
        let answers = |step| {
            unknown.set(Some(step));
            None
        };
        let is_made_before = |datum| {
            let maker = links.producer(datum);
            maker.is_none_or(|maker| !self.decisions.plan().has(maker))
        };
        let may_lack = self.may_lack(unit.step);
        let is_there = |datum| !may_lack || !is_made_before(datum) || self.is_there(datum);
        let facts = self.decisions.facts(&answers, &is_there);
        let made_by = self.decisions.made_by(&unit, facts);
        let needs = made_by.map(|made_by| self.needs_of(&unit, made_by, makes, facts));
        let foregone = if is_command { None } else { self.foregone(&unit, past, needs.as_ref().map(Needs::makes)) };
        Ahead::Unit(Box::new(Seen { unit, past, foregone, needs, unknown: unknown.get(), found: None }))
    }

    /// Looks at all files that matter, from several threads.
    fn look_at_all(&self, ahead: &mut [Ahead<'_>], outlook: &Outlook) {
        let looked = &outlook.looked;
        let seen = ahead.iter_mut().filter_map(|ahead| match ahead {
            Ahead::Loop(_) => None,
            Ahead::Unit(seen) => Some(&mut **seen),
        });
        let is_worth = |seen: &&mut Seen<'_>| seen.needs.is_some() && seen.foregone.is_none();
        let mut worth: Vec<Mutex<&mut Seen<'_>>> = seen.filter(is_worth).map(Mutex::new).collect();
        let next = AtomicUsize::new(0);
        let look_on = || {
            while let Some(place) = worth.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut seen = place.lock().unwrap_or_else(PoisonError::into_inner);
                let Seen { unit, past, needs: Some(needs), found, .. } = &mut **seen else { continue };
                let look = |file: &UnitFile, role| {
                    // What others make inside a folder is seen by some and not by others.
                    let view = self.has_made_inside(&file.place).then(|| (file.path.clone(), unit.step, role));
                    let known = |looked: &Looked| match &view {
                        Some(view) => looked.by_some.get(view).cloned(),
                        None => looked.by_all.get(&file.path).cloned(),
                    };
                    if let Some(known) = known(&looked.lock().unwrap_or_else(PoisonError::into_inner)) {
                        return known;
                    }
                    let seen = self.look(unit.step, file, role);
                    let mut looked = looked.lock().unwrap_or_else(PoisonError::into_inner);
                    match view {
                        Some(view) => looked.by_some.insert(view, seen.clone()),
                        None => looked.by_all.insert(file.path.clone(), seen.clone()),
                    };
                    seen
                };
                *found = Some(self.found(*past, needs, &look));
            }
        };
        let threads = outlook.threads.min(worth.len());
        if threads < 2 {
            look_on();
        } else {
            std::thread::scope(|scope| {
                for _ in 1..threads {
                    // With fewer threads it takes longer, no more.
                    let _ = std::thread::Builder::new().spawn_scoped(scope, look_on);
                }
                look_on();
            });
        }
        worth.clear();
    }

    fn foresee(
        &self,
        unit: &Unit,
        needs: Option<&Needs>,
        unknown: Option<StepId>,
        found: Option<Result<Verdict, String>>,
        changing: &Changing,
    ) -> Verdict {
        let Some(needs) = needs else { return Verdict::Run(vec![Reason::NoOutputs]) };
        let will_change = needs.reads.iter().filter(|read| changing.has(&read.place));
        let mut open: Vec<Reason> = will_change
            .map(|read| Reason::InputWillChange { input: read.label().to_owned(), path: read.path.clone() })
            .collect();
        let task_will_change = needs.code.iter().filter(|task| changing.has(task));
        open.extend(task_will_change.map(|task| Reason::InputWillChange { input: task.clone(), path: task.clone() }));
        if let Some(condition) = unknown {
            let condition = self.decisions.plan().graph().name(condition).to_string();
            open.push(Reason::AnswerUnknown { condition });
            return Verdict::Open(open);
        }
        // Some of what it gathers may not come to be.
        if !open.is_empty() && self.may_lack(unit.step) || self.depends_on_switches(unit.step) {
            return Verdict::Open(open);
        }
        let found = match found {
            Some(Ok(found)) => found,
            Some(Err(why)) => Verdict::Open(vec![Reason::Unreadable { why }]),
            None => Verdict::Open(Vec::new()),
        };
        match found {
            _ if open.is_empty() => found,
            // What is to be made anew says nothing yet about what changed.
            Verdict::Run(mut reasons) => {
                let is_open = |reason: &Reason| match reason {
                    Reason::InputChanged { path, .. } | Reason::InputMissing { path, .. } => {
                        needs.reads.iter().any(|read| read.path == *path && changing.has(&read.place))
                    }
                    _ => false,
                };
                reasons.retain(|reason| !is_open(reason));
                if reasons.is_empty() {
                    return Verdict::Open(open);
                }
                reasons.extend(open);
                Verdict::Run(reasons)
            }
            _ => Verdict::Open(open),
        }
    }
}

fn has_stop(decisions: &Decisions, step: StepId) -> bool {
    decisions.plan().graph().group(step).is_some_and(|(_, passes)| passes.stop.is_some())
}

impl Decisions {
    /// Decides what a run would do now, unit by unit, with the reason: what the run itself begins with. Nothing is
    /// written, and no lock is taken. `forced` is as [`RunOptions::force`](crate::RunOptions::force).
    pub fn forecast(&self, memory: &crate::Memory, forced: bool) -> Result<Forecast, ForecastError> {
        Ok(self.decider(memory, forced)?.forecast())
    }

    pub(crate) fn decider(&self, memory: &crate::Memory, forced: bool) -> Result<Decider<'_>, ForecastError> {
        let remembered = match memory.journal_path(self.folder(), self.file_name()) {
            Some(path) => {
                let loaded = crate::memory::journal::load(&path);
                loaded.map_err(|source| ForecastError { path, source })?
            }
            None => Default::default(),
        };
        let forgetful = *memory == crate::Memory::Nowhere;
        Ok(Decider::new(self, remembered, Always { forced, forgetful }, None))
    }
}
