//! Who makes and who reads each datum: the one place that knows the rule.
//!
//! It takes any pipeline, broken ones too: what stands for nothing links to nothing.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Pipeline, Span};

use crate::names::{Names, Resolved};
use crate::passes::{is_made_by_pass, plain_of};
use crate::{Location, World};

mod expand;
mod maker;

pub(crate) use expand::Expanded;
use maker::{Maker, leaders, pass_counts, passes_that_end_with};

/// A step, as an index into [`Pipeline::steps`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

/// A datum, as an index into [`Links::data`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatumId(pub u32);

impl StepId {
    /// The index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl DatumId {
    /// The index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A file or folder that the pipeline speaks of.
#[derive(Clone, Debug)]
pub struct Datum {
    /// The name, if it is a data node; none if a step writes the path out.
    pub name: Option<Arc<str>>,
    /// The path as tasks receive it: relative where it lies inside the pipeline folder. Of a condition or a switch, its
    /// name.
    pub path: Arc<str>,
    /// The address that the file is fetched from, if it is; the path is then where it is kept.
    pub url: Option<Arc<str>>,
    /// Where it leads.
    pub location: Arc<Location>,
    /// The first datum of the same location: itself, mostly.
    pub canonical: DatumId,
    /// The step that makes it; the first one, where several claim to. Kept by the canonical datum.
    producer: Option<StepId>,
    /// The place of its definition.
    pub span: Span,
}

impl Datum {
    /// What to call it: its name, else its path.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.path)
    }
}

/// How a step uses a datum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads it: an entry of `inputs`.
    Input,
    /// Makes it: an entry of `outputs`.
    Output,
    /// Names it in `args`, in `env` or in its command, which counts as reading unless the step makes it.
    Argument,
    /// Goes through its files, in a loop.
    Over,
    /// Makes a file in it for each file that it goes through.
    Into,
    /// Looks at it: a condition, which may find nothing there; or a switch, which hands it on.
    Question,
    /// Runs only if the switch, whose answer the datum is, leads this way.
    Gate {
        /// Whether the way is the one that is taken if the condition holds.
        then: bool,
    },
    /// Needs it for the passes of the group that the step stands in.
    Pass,
}

/// One use of a datum by a step.
#[derive(Clone, Debug)]
pub struct Use {
    /// The datum.
    pub datum: DatumId,
    /// How.
    pub role: Role,
    /// The path as the task receives it.
    pub path: Arc<str>,
    /// Where the step says so. All the items of a list parameter are used where the parameter is.
    pub span: Span,
    /// Whether the step makes the datum itself.
    pub(crate) own: bool,
    /// Whether a switch hands it on, so that it need not exist.
    pub(crate) handed_on: bool,
    /// Which of the uses that the step writes it is; what is gathered is several uses of the same.
    pub(crate) written: u32,
    /// Whether it is one of several that are gathered.
    pub(crate) gathered: bool,
}

impl Use {
    fn is_read(&self) -> bool {
        match self.role {
            Role::Input | Role::Over | Role::Question | Role::Gate { .. } | Role::Pass => true,
            Role::Output | Role::Into => false,
            Role::Argument => !self.own,
        }
    }

    /// Whether it must be there before the step begins.
    pub(crate) fn must_exist(&self) -> bool {
        matches!(self.role, Role::Input | Role::Argument) && !self.handed_on
    }
}

/// A step that another one waits for, and the datum between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The step that makes the datum.
    pub on: StepId,
    /// The datum that it makes.
    pub through: DatumId,
    /// Which use of the step that waits reads it, as an index into [`Links::uses`].
    pub used: u32,
}

/// Who makes and who reads each datum.
#[derive(Clone, Debug)]
pub struct Links {
    data: Vec<Datum>,
    uses: Vec<Use>,
    use_starts: Vec<u32>,
    dependencies: Vec<Dependency>,
    dependency_starts: Vec<u32>,
    /// For each step, the first one of those that it runs in passes with; empty where no group has passes.
    leaders: Vec<StepId>,
    /// How many passes there are of the steps that go by this one.
    passes: HashMap<StepId, u32>,
    /// The data whose path is a parameter of the sweep, by the name of that.
    parameters: HashMap<DatumId, Arc<str>>,
    /// Whether readers of folders have more writers to wait for than could be held.
    pub(crate) overflow: bool,
}

/// What [`Links`] are made of.
struct Parts {
    data: Vec<Datum>,
    uses: Vec<Use>,
    use_starts: Vec<u32>,
    leaders: Vec<StepId>,
    passes: HashMap<StepId, u32>,
    parameters: HashMap<DatumId, Arc<str>>,
}

/// How many dependencies may come from folders that are read as a whole.
const MAX_FOLDER_DEPENDENCIES: usize = 1_000_000;

impl Links {
    pub(crate) fn new(pipeline: &Pipeline, names: &Names, world: &dyn World) -> Self {
        let mut maker = Maker::new(pipeline, names, world);
        for (index, data) in pipeline.data.iter().enumerate() {
            let path = names.full_path(pipeline, index as u32);
            let path = path.as_deref().unwrap_or(&data.path.text);
            let datum = maker.datum(Some(Arc::clone(&data.name.text)), path, data.name.span);
            if let Ok(Resolved::OfSweep(name)) = names.data_path(pipeline, &data.path) {
                maker.parameters.insert(datum, name.into());
            }
        }
        let mut use_starts = vec![0];
        let leaders = leaders(pipeline);
        for (index, step) in pipeline.steps.iter().enumerate() {
            maker.first_use = maker.uses.len();
            maker.step(step);
            maker.gates();
            if let Some(passes) = passes_that_end_with(pipeline, index) {
                maker.passes(passes);
            }
            use_starts.push(maker.uses.len() as u32);
        }
        let Maker { data, at, uses, parameters, .. } = maker;
        let parts = Parts { data, uses, use_starts, passes: pass_counts(pipeline, &leaders), leaders, parameters };
        Self::of_parts(parts, &at)
    }

    /// Finds out who makes and who waits for what. `at` has the first datum of each place.
    fn of_parts(parts: Parts, at: &HashMap<Place, DatumId>) -> Self {
        let Parts { data, uses, use_starts, leaders, passes, parameters } = parts;
        let mut links = Self {
            data,
            uses,
            use_starts,
            dependencies: Vec::new(),
            dependency_starts: Vec::new(),
            passes,
            leaders,
            parameters,
            overflow: false,
        };
        links.find_makers();
        (links.dependencies, links.dependency_starts, links.overflow) = links.find_dependencies(at);
        links
    }

    /// The parameter of the sweep that the path of a datum is, if it is one.
    pub(crate) fn parameter_of(&self, datum: DatumId) -> Option<&str> {
        self.parameters.get(&datum).map(|name| &**name)
    }

    /// Every datum: the data nodes in file order, then the paths that steps write out.
    pub fn data(&self) -> &[Datum] {
        &self.data
    }

    /// One datum.
    pub fn datum(&self, id: DatumId) -> &Datum {
        &self.data[id.index()]
    }

    /// The number of steps.
    pub fn step_count(&self) -> usize {
        self.use_starts.len() - 1
    }

    /// The steps, in file order.
    pub fn steps(&self) -> impl DoubleEndedIterator<Item = StepId> + Clone + use<> {
        (0..self.step_count() as u32).map(StepId)
    }

    /// What a step uses: inputs, then outputs, then arguments and variables, each in file order.
    pub fn uses(&self, step: StepId) -> &[Use] {
        let range = self.use_starts[step.index()] as usize..self.use_starts[step.index() + 1] as usize;
        &self.uses[range]
    }

    /// What a step reads: its inputs, and the arguments that it does not make itself.
    pub fn reads(&self, step: StepId) -> impl Iterator<Item = &Use> {
        self.uses(step).iter().filter(move |used| used.is_read() && !self.is_of_own_passes(step, used))
    }

    /// Whether a use is of what the passes that the step runs in make themselves, for each other: no reading to wait for.
    fn is_of_own_passes(&self, step: StepId, used: &Use) -> bool {
        let maker = || self.producer(used.datum).map(|maker| self.leader(maker));
        used.role == Role::Pass && maker() == Some(self.leader(step))
    }

    /// What a step reads, each with what the step waits for because of it.
    pub fn reads_with_makers(&self, step: StepId) -> impl Iterator<Item = (&Use, &[Dependency])> {
        let mut rest = self.dependencies(step);
        let reads = self.uses(step).iter().enumerate();
        let reads = reads.filter(move |(_, used)| used.is_read() && !self.is_of_own_passes(step, used));
        reads.map(move |(index, used)| {
            let (legs, behind) = rest.split_at(rest.partition_point(|leg| leg.used as usize <= index));
            rest = behind;
            (used, legs)
        })
    }

    /// What a step makes.
    pub fn writes(&self, step: StepId) -> impl Iterator<Item = &Use> {
        self.uses(step).iter().filter(|used| matches!(used.role, Role::Output | Role::Into))
    }

    /// The first of the steps that run in passes with this one: itself, mostly. They wait, run and end as one.
    pub fn leader(&self, step: StepId) -> StepId {
        self.leaders.get(step.index()).copied().unwrap_or(step)
    }

    /// The steps that run in passes with this one; itself alone, mostly.
    pub fn block(&self, step: StepId) -> impl DoubleEndedIterator<Item = StepId> + Clone + use<> {
        self.block_range(step).map(StepId)
    }

    fn block_range(&self, step: StepId) -> std::ops::Range<u32> {
        if self.leaders.is_empty() {
            return step.0..step.0 + 1;
        }
        let leader = self.leader(step);
        let behind = &self.leaders[leader.index()..];
        leader.0..leader.0 + behind.iter().take_while(|other| **other == leader).count() as u32
    }

    /// What the steps that run in passes with this one wait for: each other, and the rest of the pipeline.
    pub(crate) fn block_dependencies(&self, step: StepId) -> &[Dependency] {
        let block = self.block_range(step);
        let starts = &self.dependency_starts;
        &self.dependencies[starts[block.start as usize] as usize..starts[block.end as usize] as usize]
    }

    /// How a step leaves a loop's folder, if it has one: the folder that it goes through, and the one that it fills.
    pub fn folders_of_loop(&self, step: StepId) -> Option<(&Use, &Use)> {
        let with = |role| self.uses(step).iter().find(move |used| used.role == role);
        Some((with(Role::Over)?, with(Role::Into)?))
    }

    /// The step that makes a datum, if one does.
    pub fn producer(&self, datum: DatumId) -> Option<StepId> {
        self.datum(self.datum(datum).canonical).producer
    }

    /// The steps that a step waits for, each with the datum between; a step may appear several times.
    pub fn dependencies(&self, step: StepId) -> &[Dependency] {
        let range = self.dependency_starts[step.index()] as usize..self.dependency_starts[step.index() + 1] as usize;
        &self.dependencies[range]
    }

    /// Whether a step waits for another one in order to gather what that makes.
    pub fn is_gathered(&self, step: StepId, leg: &Dependency) -> bool {
        self.uses(step)[leg.used as usize].gathered
    }

    /// Finds who makes each datum, and which uses are of what the step makes itself.
    fn find_makers(&mut self) {
        let mut last_maker = vec![None; self.data.len()];
        for step in self.steps() {
            let range = self.use_starts[step.index()] as usize..self.use_starts[step.index() + 1] as usize;
            for used in self.uses[range.clone()].iter().filter(|used| matches!(used.role, Role::Output | Role::Into)) {
                let canonical = self.data[used.datum.index()].canonical;
                self.data[canonical.index()].producer.get_or_insert(step);
                last_maker[canonical.index()] = Some(step);
            }
            for used in &mut self.uses[range] {
                used.own = last_maker[self.data[used.datum.index()].canonical.index()] == Some(step);
            }
        }
    }

    /// A step waits for whatever makes what it reads: the datum itself; else a folder around it; and, where
    /// it reads a folder, for the steps that write into it. Of those that both read a folder and write into it, none waits
    /// for another: they could only wait for each other.
    ///
    /// Returns the dependencies, where those of each step begin, and whether there were too many.
    fn find_dependencies(&self, at: &HashMap<Place, DatumId>) -> (Vec<Dependency>, Vec<u32>, bool) {
        let into_folders = self.writers_into_read_folders(at);
        let mut by_folder = 0;
        let mut dependencies = Vec::new();
        let mut starts = vec![0];
        for step in self.steps() {
            for (index, used) in self.uses(step).iter().enumerate().filter(|(_, used)| used.is_read()) {
                let canonical = self.datum(used.datum).canonical;
                let made = match self.datum(canonical).producer {
                    Some(producer) => Some((producer, canonical)),
                    None => self.producer_around(canonical, at).or_else(|| self.producer_of_pass(canonical, at)),
                };
                let inside = into_folders.get(&canonical).map_or(&[][..], |writers| writers.as_slice());
                let first_own = inside.partition_point(|writer| writer.step < step);
                let writes_into = inside.get(first_own).is_some_and(|writer| writer.step == step);
                by_folder += inside.len();
                if by_folder > MAX_FOLDER_DEPENDENCIES {
                    starts.resize(self.use_starts.len(), dependencies.len() as u32);
                    return (dependencies, starts, true);
                }
                let inside = inside.iter().filter(|writer| !(writes_into && writer.reads));
                let inside = inside.map(|writer| (writer.step, writer.datum));
                for (on, through) in made.into_iter().chain(inside) {
                    // What the passes need of each other is no matter of order.
                    let within = used.role == Role::Pass && self.leader(on) == self.leader(step);
                    if on != step && !within {
                        dependencies.push(Dependency { on, through, used: index as u32 });
                    }
                }
            }
            starts.push(dependencies.len() as u32);
        }
        (dependencies, starts, false)
    }

    /// Who makes the file of a pass, under the name that the pass gives it.
    fn producer_of_pass(&self, datum: DatumId, at: &HashMap<Place, DatumId>) -> Option<(StepId, DatumId)> {
        if self.passes.is_empty() {
            return None;
        }
        let (plain, pass) = plain_of(self.datum(datum).location.as_str())?;
        let plain = *at.get(&*plain)?;
        let maker = self.datum(plain).producer?;
        let count = *self.passes.get(&self.leader(maker))?;
        (pass < count && is_made_by_pass(self, plain, maker)).then_some((maker, plain))
    }

    fn producer_around(&self, datum: DatumId, at: &HashMap<Place, DatumId>) -> Option<(StepId, DatumId)> {
        self.datum(datum).location.ancestors().find_map(|folder| {
            let around = *at.get(folder)?;
            Some((self.datum(around).producer?, around))
        })
    }

    /// For each datum that is read, what steps write inside it, in file order.
    fn writers_into_read_folders(&self, at: &HashMap<Place, DatumId>) -> HashMap<DatumId, Vec<WriterInto>> {
        // Who reads each datum: nobody, or a step, the one that is being looked at last.
        let mut reader = vec![None; self.data.len()];
        for step in self.steps() {
            for used in self.reads(step) {
                reader[self.datum(used.datum).canonical.index()] = Some(step);
            }
        }
        let mut writers: HashMap<DatumId, Vec<WriterInto>> = HashMap::new();
        for step in self.steps() {
            for used in self.reads(step) {
                reader[self.datum(used.datum).canonical.index()] = Some(step);
            }
            for made in self.writes(step) {
                for folder in self.datum(made.datum).location.ancestors() {
                    let Some(folder) = at.get(folder).copied() else { continue };
                    if let Some(last) = reader[folder.index()] {
                        let datum = self.datum(made.datum).canonical;
                        writers.entry(folder).or_default().push(WriterInto { step, datum, reads: last == step });
                    }
                }
            }
        }
        writers
    }
}

/// A step that writes inside a folder which is read.
struct WriterInto {
    step: StepId,
    datum: DatumId,
    /// Whether the step reads the folder itself.
    reads: bool,
}

/// A location as a key that is looked up by its text. The text is enough: what is outside is absolute or begins
/// with `..`, and nothing inside is or does.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place(Arc<Location>);

impl Borrow<str> for Place {
    fn borrow(&self) -> &str {
        self.0.as_str()
    }
}

impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_str().hash(state);
    }
}

/// Who waits for each step: [`Links::dependencies`] turned round.
#[derive(Clone, Debug)]
pub struct Followers {
    starts: Vec<u32>,
    steps: Vec<StepId>,
}

impl Followers {
    /// The followers of every step. Steps that run in passes together are as one, which goes by the first of them.
    pub fn of_all(links: &Links) -> Self {
        let count = links.step_count();
        let ends = links.steps().flat_map(|step| {
            let leader = links.leader(step);
            let waited_for = links.dependencies(step).iter().map(|dependency| links.leader(dependency.on));
            waited_for.filter(move |on| *on != leader).map(move |on| (on, leader))
        });
        let mut starts = vec![0u32; count + 1];
        for (on, _) in ends.clone() {
            starts[on.index() + 1] += 1;
        }
        for index in 0..count {
            starts[index + 1] += starts[index];
        }
        let mut free = starts.clone();
        let mut steps = vec![StepId(0); starts[count] as usize];
        for (on, step) in ends {
            let slot = &mut free[on.index()];
            steps[*slot as usize] = step;
            *slot += 1;
        }
        Self { starts, steps }
    }

    /// The steps that wait for this one, in file order: once per dependency, so that counting them down comes to zero.
    pub fn of(&self, step: StepId) -> &[StepId] {
        &self.steps[self.starts[step.index()] as usize..self.starts[step.index() + 1] as usize]
    }
}
