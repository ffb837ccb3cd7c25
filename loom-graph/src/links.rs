//! Who makes and who reads each datum: the one place that knows the rule.
//!
//! It takes any pipeline, broken ones too: what stands for nothing links to nothing.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Pipeline, Scalar, Span, Value};

use crate::names::{Names, Resolved, program_scalars};
use crate::world::refused_as_path;
use crate::{Location, World};

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
    /// The path as tasks receive it: relative where it lies inside the pipeline folder.
    pub path: Arc<str>,
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
    /// Names it in `args` or in its command, which counts as reading unless the step makes it.
    Argument,
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
}

impl Use {
    fn is_read(&self) -> bool {
        match self.role {
            Role::Input => true,
            Role::Output => false,
            Role::Argument => !self.own,
        }
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
    /// Whether readers of folders have more writers to wait for than could be held.
    pub(crate) overflow: bool,
}

/// How many dependencies may come from folders that are read as a whole.
const MAX_FOLDER_DEPENDENCIES: usize = 1_000_000;

impl Links {
    pub(crate) fn new(pipeline: &Pipeline, names: &Names, world: &dyn World) -> Self {
        let mut maker = Maker {
            pipeline,
            names,
            world,
            data: Vec::with_capacity(pipeline.data.len()),
            at: HashMap::with_capacity(pipeline.data.len()),
            uses: Vec::new(),
        };
        for data in &pipeline.data {
            let path = match names.data_path(pipeline, &data.path) {
                Ok(Resolved::Text(path)) => path,
                _ => (&*data.path.text).into(),
            };
            maker.datum(Some(Arc::clone(&data.name.text)), &path, data.name.span);
        }
        let mut use_starts = vec![0];
        for step in &pipeline.steps {
            for entry in &step.inputs {
                maker.path(&entry.value, Role::Input);
            }
            for entry in &step.outputs {
                maker.path(&entry.value, Role::Output);
            }
            for scalar in program_scalars(&step.program) {
                maker.argument(scalar);
            }
            for entry in &step.args {
                match &entry.value {
                    Value::Scalar(scalar) => maker.argument(scalar),
                    Value::List(items, _) => {
                        for item in items {
                            if let Value::Scalar(scalar) = item {
                                maker.argument(scalar);
                            }
                        }
                    }
                    Value::Map(..) => {}
                }
            }
            use_starts.push(maker.uses.len() as u32);
        }
        let Maker { data, at, uses, .. } = maker;
        let mut links =
            Self { data, uses, use_starts, dependencies: Vec::new(), dependency_starts: Vec::new(), overflow: false };
        links.find_makers();
        (links.dependencies, links.dependency_starts, links.overflow) = links.find_dependencies(&at);
        links
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
    pub fn steps(&self) -> impl Iterator<Item = StepId> + use<> {
        (0..self.step_count() as u32).map(StepId)
    }

    /// What a step uses: inputs, then outputs, then arguments, each in file order.
    pub fn uses(&self, step: StepId) -> &[Use] {
        let range = self.use_starts[step.index()] as usize..self.use_starts[step.index() + 1] as usize;
        &self.uses[range]
    }

    /// What a step reads: its inputs, and the arguments that it does not make itself.
    pub fn reads(&self, step: StepId) -> impl Iterator<Item = &Use> {
        self.uses(step).iter().filter(|used| used.is_read())
    }

    /// What a step reads, each with what the step waits for because of it.
    pub fn reads_with_makers(&self, step: StepId) -> impl Iterator<Item = (&Use, &[Dependency])> {
        let mut rest = self.dependencies(step);
        self.uses(step).iter().enumerate().filter(|(_, used)| used.is_read()).map(move |(index, used)| {
            let (legs, behind) = rest.split_at(rest.partition_point(|leg| leg.used as usize <= index));
            rest = behind;
            (used, legs)
        })
    }

    /// What a step makes.
    pub fn writes(&self, step: StepId) -> impl Iterator<Item = &Use> {
        self.uses(step).iter().filter(|used| used.role == Role::Output)
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

    /// Finds who makes each datum, and which uses are of what the step makes itself.
    fn find_makers(&mut self) {
        let mut last_maker = vec![None; self.data.len()];
        for step in self.steps() {
            let range = self.use_starts[step.index()] as usize..self.use_starts[step.index() + 1] as usize;
            for used in self.uses[range.clone()].iter().filter(|used| used.role == Role::Output) {
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
    /// it reads a folder, for the steps that write into it and do not read that folder themselves.
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
                    None => self.producer_around(canonical, at),
                };
                let inside = into_folders.get(&canonical).map_or(&[][..], |writers| writers.as_slice());
                by_folder += inside.len();
                if by_folder > MAX_FOLDER_DEPENDENCIES {
                    starts.resize(self.use_starts.len(), dependencies.len() as u32);
                    return (dependencies, starts, true);
                }
                for (on, through) in made.into_iter().chain(inside.iter().copied()) {
                    if on != step {
                        dependencies.push(Dependency { on, through, used: index as u32 });
                    }
                }
            }
            starts.push(dependencies.len() as u32);
        }
        (dependencies, starts, false)
    }

    fn producer_around(&self, datum: DatumId, at: &HashMap<Place, DatumId>) -> Option<(StepId, DatumId)> {
        self.datum(datum).location.ancestors().find_map(|folder| {
            let around = *at.get(folder)?;
            Some((self.datum(around).producer?, around))
        })
    }

    /// For each datum that is read, the steps that write inside it.
    fn writers_into_read_folders(&self, at: &HashMap<Place, DatumId>) -> HashMap<DatumId, Vec<(StepId, DatumId)>> {
        // Who reads each datum: nobody, or a step, the one that is being looked at last.
        let mut reader = vec![None; self.data.len()];
        for step in self.steps() {
            for used in self.reads(step) {
                reader[self.datum(used.datum).canonical.index()] = Some(step);
            }
        }
        let mut writers: HashMap<DatumId, Vec<(StepId, DatumId)>> = HashMap::new();
        for step in self.steps() {
            for used in self.reads(step) {
                reader[self.datum(used.datum).canonical.index()] = Some(step);
            }
            for made in self.writes(step) {
                for folder in self.datum(made.datum).location.ancestors() {
                    let Some(folder) = at.get(folder).copied() else { continue };
                    if reader[folder.index()].is_some_and(|reader| reader != step) {
                        let canonical = self.datum(made.datum).canonical;
                        writers.entry(folder).or_default().push((step, canonical));
                    }
                }
            }
        }
        writers
    }
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
    /// The followers of every step.
    pub fn of_all(links: &Links) -> Self {
        let count = links.step_count();
        let mut starts = vec![0u32; count + 1];
        for dependency in links.steps().flat_map(|step| links.dependencies(step)) {
            starts[dependency.on.index() + 1] += 1;
        }
        for index in 0..count {
            starts[index + 1] += starts[index];
        }
        let mut free = starts.clone();
        let mut steps = vec![StepId(0); starts[count] as usize];
        for step in links.steps() {
            for dependency in links.dependencies(step) {
                let slot = &mut free[dependency.on.index()];
                steps[*slot as usize] = step;
                *slot += 1;
            }
        }
        Self { starts, steps }
    }

    /// The steps that wait for this one, in file order: once per dependency, so that counting them down comes to zero.
    pub fn of(&self, step: StepId) -> &[StepId] {
        &self.steps[self.starts[step.index()] as usize..self.starts[step.index() + 1] as usize]
    }
}

struct Maker<'a> {
    pipeline: &'a Pipeline,
    names: &'a Names,
    world: &'a dyn World,
    data: Vec<Datum>,
    at: HashMap<Place, DatumId>,
    uses: Vec<Use>,
}

impl Maker<'_> {
    fn datum(&mut self, name: Option<Arc<str>>, path: &str, span: Span) -> DatumId {
        let id = DatumId(self.data.len() as u32);
        // What cannot be a path leads nowhere, and nowhere else than another one: a NUL is in no path.
        let location = match refused_as_path(path) {
            Some(_) => Location::Inside(format!("\0{}", id.0)),
            None => self.world.locate(path),
        };
        let location = Arc::new(location);
        let canonical = *self.at.entry(Place(Arc::clone(&location))).or_insert(id);
        let path = handed_over(path, &location);
        self.data.push(Datum { name, path, location, canonical, producer: None, span });
        id
    }

    /// An entry of `inputs` or `outputs`.
    fn path(&mut self, value: &Value, role: Role) {
        let Value::Scalar(scalar) = value else { return };
        let text = match self.names.scalar(self.pipeline, scalar) {
            Ok(Resolved::Data(index)) => return self.push_use(DatumId(index), role, scalar.span),
            Ok(Resolved::Text(text)) if !text.is_empty() && refused_as_path(&text).is_none() => text,
            _ => return,
        };
        // A path that is known already, under a name or not, is the same datum.
        let location = self.world.locate(&text);
        match self.at.get(location.as_str()) {
            Some(known) => {
                let datum = *known;
                let path = handed_over(&text, &location);
                self.uses.push(Use { datum, role, path, span: scalar.span, own: false });
            }
            None => {
                let datum = self.datum(None, &text, scalar.span);
                self.push_use(datum, role, scalar.span);
            }
        }
    }

    /// A word that may refer to a datum.
    fn argument(&mut self, scalar: &Scalar) {
        if scalar.reference().is_none() {
            return;
        }
        match self.names.scalar(self.pipeline, scalar) {
            Ok(Resolved::Data(index)) => self.push_use(DatumId(index), Role::Argument, scalar.span),
            Ok(Resolved::List(items)) => {
                for item in items {
                    if let Resolved::Data(index) = item {
                        self.push_use(DatumId(index), Role::Argument, scalar.span);
                    }
                }
            }
            _ => {}
        }
    }

    fn push_use(&mut self, datum: DatumId, role: Role, span: Span) {
        let path = Arc::clone(&self.data[datum.index()].path);
        self.uses.push(Use { datum, role, path, span, own: false });
    }
}

/// A path as a task receives it: as written, but relative where it was absolute and leads into the pipeline
/// folder (so that the folder can be moved), and never to be mistaken for a flag.
fn handed_over(path: &str, location: &Location) -> Arc<str> {
    match location {
        Location::Inside(inside) if path.starts_with('/') => {
            if inside.is_empty() {
                ".".into()
            } else {
                not_a_flag(inside)
            }
        }
        _ => not_a_flag(path),
    }
}

fn not_a_flag(path: &str) -> Arc<str> {
    if path.starts_with('-') { format!("./{path}").into() } else { path.into() }
}
