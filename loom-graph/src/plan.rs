//! What is to run: selection, and what the selected steps need to be there.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use loom_spec::{Condition, NotShown, Pipeline, Problem, Problems, Program, Severity, Span, Step, Suggest, Test};

use crate::graph::{Checked, StepGraph};
use crate::links::{DatumId, Role, StepId};
use crate::names::{Resolved, Values};
use crate::sweep::matches_all;
use crate::{Location, Presence, World, checks};

/// Which steps are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The steps.
    pub target: Target,
    /// Optional steps to treat as if they were not optional.
    pub include: Vec<String>,
}

/// The steps that a [`Selection`] asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// All but the optional and the disabled ones.
    #[default]
    All,
    /// These and no others, be they optional or disabled; of a loop also one file, as `clean/foo.txt`, and of a sweep those
    /// with some values, as `train@rate=0.1`.
    Steps(Vec<String>),
    /// Those at or behind one of `from` and at or before one of `to`; an empty list asks for nothing.
    Between {
        /// Where to begin.
        from: Vec<String>,
        /// Where to end.
        to: Vec<String>,
    },
    /// All the steps of these groups, be they optional or disabled.
    Groups(Vec<String>),
}

/// Why a step is not in a [`Plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It was not asked for.
    NotSelected,
    /// It is optional and was not included.
    Optional,
    /// It is disabled.
    Disabled,
}

/// What is to run, and in what order.
#[derive(Clone, Debug)]
pub struct Plan {
    graph: Arc<StepGraph>,
    steps: Vec<StepId>,
    left_out: Vec<(StepId, LeftOut)>,
    /// Whether each step runs.
    planned: Vec<bool>,
    /// Of loops that are not to run as a whole, the files that are.
    items: HashMap<StepId, Vec<String>>,
}

impl Plan {
    /// The graph that it is a selection of.
    pub fn graph(&self) -> &Arc<StepGraph> {
        &self.graph
    }

    /// The steps that run, each after all it waits for; where that leaves a choice, in file order. Of the steps that run
    /// in passes together, either all are here or none.
    pub fn steps(&self) -> &[StepId] {
        &self.steps
    }

    /// Of a loop, the files that it is to go through, by name; none if that is all.
    pub fn items(&self, step: StepId) -> Option<&[String]> {
        self.items.get(&step).map(Vec::as_slice)
    }

    /// Whether a step runs.
    pub fn has(&self, step: StepId) -> bool {
        self.planned[step.index()]
    }

    /// How many steps people would count: those that run in passes together are one.
    pub fn step_count(&self) -> usize {
        self.steps.iter().filter(|step| self.graph.links().leader(**step) == **step).count()
    }

    /// The steps that do not run, in run order, with the reason.
    pub fn left_out(&self) -> &[(StepId, LeftOut)] {
        &self.left_out
    }
}

impl Checked {
    /// Decides what is to run. The error has all that stands against it, in file order: the errors of the pipeline,
    /// names that the selection got wrong, and files that the selected steps read and nobody makes.
    ///
    /// ```
    /// use loom_graph::{OnPaper, Selection, Target};
    /// let text = "
    /// pipeline:
    ///   - {name: make, command: [make], outputs: {-o: a.txt}}
    ///   - {name: look, command: [cat], inputs: {file: a.txt}, optional: true}
    /// ";
    /// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", text));
    /// let checked = loom_graph::check(parsed, &OnPaper);
    /// let all = checked.plan(&Selection::default(), &OnPaper).unwrap();
    /// assert_eq!(all.steps().len(), 1);
    /// let from = Target::Between { from: vec!["look".into()], to: vec![] };
    /// let plan = checked.plan(&Selection { target: from, include: vec![] }, &OnPaper).unwrap();
    /// assert_eq!(&**plan.graph().name(plan.steps()[0]), "look");
    /// ```
    pub fn plan(&self, selection: &Selection, world: &dyn World) -> Result<Plan, Vec<Problem>> {
        let NotShown { errors, .. } = self.not_shown;
        let mut missing = Problems::resume(Vec::new(), NotShown { errors, warnings: 0 });
        self.planned(selection, &mut missing, |chosen, missing| {
            self.missing_tasks(chosen, world, missing);
            self.missing_sources(chosen, world, missing);
            self.missing_answers(chosen, missing);
        })
    }

    /// The steps that a selection asks for, to be looked at: whatever they need in order to run may be missing.
    pub fn select(&self, selection: &Selection) -> Result<Plan, Vec<Problem>> {
        self.planned(selection, &mut Problems::default(), |_, _| {})
    }

    fn planned(
        &self,
        selection: &Selection,
        missing: &mut Problems,
        look: impl FnOnce(&[Option<LeftOut>], &mut Problems),
    ) -> Result<Plan, Vec<Problem>> {
        let is_told = |problem: &&Problem| problem.is_error() && problem.code != Problem::NOT_SHOWN;
        let mut problems: Vec<Problem> = self.problems.iter().filter(is_told).cloned().collect();
        let mut choice = Choice::new(self, selection, &mut problems);
        choice.run();
        let Choice { chosen, items, .. } = choice;
        look(&chosen, missing);
        let (missing, not_shown) = std::mem::take(missing).into_parts();
        problems.extend(missing);
        loom_spec::sort(&mut problems);
        problems.extend(not_shown.closing());
        let Some(graph) = self.expanded.as_ref().filter(|_| problems.is_empty()) else { return Err(problems) };
        let steps = graph.run_order().filter(|step| chosen[step.index()].is_none()).collect();
        let left_out = graph.run_order().filter_map(|step| Some((step, chosen[step.index()]?))).collect();
        let planned = chosen.iter().map(Option::is_none).collect();
        Ok(Plan { graph: Arc::clone(graph), steps, left_out, planned, items })
    }

    /// What may be chosen from: what runs, or the steps as they are written if it cannot be told what runs.
    fn nodes(&self) -> Nodes<'_> {
        Nodes { pipeline: &self.pipeline, graph: self.expanded.as_deref() }
    }

    /// Steps that run only by name may lack their task until they are to run; so may those whose task is another one in every
    /// configuration.
    fn missing_tasks(&self, chosen: &[Option<LeftOut>], world: &dyn World, problems: &mut Problems) {
        let nodes = self.nodes();
        let mut told: HashSet<String> = HashSet::default();
        for (node, _) in chosen.iter().enumerate().filter(|(_, left)| left.is_none()) {
            let step = nodes.step(node);
            let (Program::Task(task) | Program::Condition(Condition { test: Test::Script(task), .. })) = &step.program
            else {
                continue;
            };
            let is_looked_at = !(step.optional || step.disabled || task.reference().is_some());
            if !is_looked_at
                && let Ok(Resolved::Text(path)) = self.names.scalar(nodes.values(node), task)
                && told.insert(path.to_string())
                && let Some(problem) = checks::missing_task(world, task, &path)
            {
                problems.push(problem);
            }
        }
    }

    fn missing_sources(&self, chosen: &[Option<LeftOut>], world: &dyn World, problems: &mut Problems) {
        // Who misses hundreds of files has not misspelt them.
        const LOOKED_FOR: usize = 20;
        let nodes = self.nodes();
        let links = nodes.graph.map_or(&*self.links, StepGraph::links);
        // A data node whose path could not be read says enough.
        let told: HashSet<Span> =
            self.problems.iter().filter(|problem| problem.is_error()).filter_map(Problem::span).collect();
        let is_told = |datum: DatumId| {
            let span = links.datum(datum).span;
            let node = self.pipeline.data.iter().find(|node| !told.is_empty() && node.name.span == span);
            // Without configurations a path that names an axis leads nowhere.
            let has_axes =
                nodes.graph.is_none() && self.names.have_sweep() && links.datum(datum).path.contains(['{', '$']);
            has_axes || node.is_some_and(|node| told.contains(&node.path.span))
        };
        let mut suggest = Suggest::default();
        let runs = |step: StepId| chosen[step.index()].is_none();
        let mut seen: HashSet<DatumId> = HashSet::default();
        // What one configuration lacks, others mostly lack as well.
        let mut places: HashSet<Span> = HashSet::default();
        for step in links.steps().filter(|step| runs(*step)) {
            let gather = nodes.step(step.index()).gather.as_ref();
            let may_lack = gather.is_some_and(|gather| gather.allow_failed);
            for (read, legs) in links.reads_with_makers(step) {
                let canonical = links.datum(read.datum).canonical;
                if !read.must_exist()
                    || matches!(*links.datum(canonical).location, Location::Answer(_))
                    || links.producer(canonical).is_some_and(|maker| links.leader(maker) == links.leader(step))
                    || links.datum(canonical).url.is_some()
                    || legs.iter().any(|leg| runs(leg.on))
                    || is_told(read.datum)
                    || seen.contains(&canonical)
                    || read.gathered && may_lack
                    || nodes.graph.is_some_and(|graph| graph.space().is_some()) && places.contains(&read.span)
                    || world.presence(&read.path) != Presence::Missing
                {
                    continue;
                }
                seen.insert(canonical);
                places.insert(read.span);
                if problems.are_too_many(Severity::Error) {
                    problems.leave_out(Severity::Error);
                    continue;
                }
                let reader = nodes.name(step.index());
                let path = &read.path;
                let problem =
                    Problem::error("missing-source", format!("`{reader}` reads `{path}`, which does not exist"))
                        .at(read.span, "no such file or folder");
                let help = match legs.first() {
                    Some(leg) => self.how_to_get(leg.on, chosen),
                    None => self.what_else(&read.path, read.role, (seen.len() <= LOOKED_FOR).then_some(&mut suggest)),
                };
                problems.push(problem.help(help));
            }
        }
    }

    /// What a step is told by a condition must be found out in the same run.
    fn missing_answers(&self, chosen: &[Option<LeftOut>], problems: &mut Problems) {
        let nodes = self.nodes();
        let links = nodes.graph.map_or(&*self.links, StepGraph::links);
        let runs = |step: StepId| chosen[step.index()].is_none();
        for step in links.steps().filter(|step| runs(*step)) {
            for (read, legs) in links.reads_with_makers(step) {
                // Whoever is behind a switch that does not run is not held up by it.
                let is_answer = matches!(*links.datum(read.datum).location, Location::Answer(_));
                if !is_answer || matches!(read.role, Role::Gate { .. }) || legs.iter().any(|leg| runs(leg.on)) {
                    continue;
                }
                let name = nodes.name(step.index());
                let condition = links.datum(read.datum).label();
                problems.push(
                    Problem::error(
                        "missing-answer",
                        format!("`{name}` needs the answer of `{condition}`, which does not run"),
                    )
                    .at(read.span, "not found out")
                    .help(format!("select it, too: `--step {condition} {name}`")),
                );
            }
        }
    }

    /// How to go on with a path that no step makes.
    fn what_else(&self, path: &str, role: Role, suggest: Option<&mut Suggest>) -> String {
        const TELLING: usize = 5;
        let hint = "a path is relative to the folder of the pipeline file";
        if role == Role::Argument {
            return format!("if this step makes it, name it under `outputs`; {hint}");
        }
        let Some(suggest) = suggest else { return format!("no step makes it; {hint}") };
        // Short names differ little from one another by nature.
        fn stem(path: &str) -> &str {
            let file = path.rsplit('/').next().unwrap_or_default();
            file.split_once('.').map_or(file, |(stem, _)| stem)
        }
        let made = self.links.steps().flat_map(|step| self.links.writes(step)).map(|made| &*made.path);
        let near = suggest.nearest(path, made.filter(|made| stem(made).len().min(stem(path).len()) >= TELLING));
        match near.filter(|near| stem(near) == stem(path) || suggest.nearest(stem(path), [stem(near)]).is_some()) {
            Some(near) => format!("no step makes it; did you mean `{near}`?"),
            None => format!("no step makes it; {hint}"),
        }
    }

    fn how_to_get(&self, maker: StepId, chosen: &[Option<LeftOut>]) -> String {
        let nodes = self.nodes();
        let name = nodes.name(maker.index());
        let step = &nodes.step(maker.index()).name.text;
        match chosen[maker.index()] {
            Some(LeftOut::Optional) => format!("the optional step `{step}` makes it: add `--include {step}`"),
            Some(LeftOut::Disabled) => format!("the disabled step `{step}` makes it: run it with `--step {step}`"),
            _ => format!("`{name}` makes it: run that first, or begin with `--from {name}`"),
        }
    }
}

/// What may be chosen from, by index.
#[derive(Clone, Copy)]
struct Nodes<'a> {
    pipeline: &'a Pipeline,
    /// The graph of what runs, whose nodes these are; without it, they are the steps of the pipeline.
    graph: Option<&'a StepGraph>,
}

impl<'a> Nodes<'a> {
    fn len(self) -> usize {
        self.graph.map_or(self.pipeline.steps.len(), |graph| graph.links().step_count())
    }

    fn step(self, node: usize) -> &'a Step {
        self.graph.map_or_else(|| &self.pipeline.steps[node], |graph| graph.step(StepId(node as u32)))
    }

    fn name(self, node: usize) -> &'a Arc<str> {
        self.graph.map_or_else(|| &self.pipeline.steps[node].name.text, |graph| graph.name(StepId(node as u32)))
    }

    fn values(self, node: usize) -> Values<'a> {
        self.graph.map_or_else(|| Values::from(self.pipeline), |graph| graph.values(StepId(node as u32)))
    }

    /// Those of a step as it is written.
    fn of(self, written: usize) -> Vec<usize> {
        let instances = |graph: &StepGraph| graph.instances(StepId(written as u32));
        self.graph.map_or_else(|| vec![written], |graph| instances(graph).into_iter().map(StepId::index).collect())
    }

    /// Whether a node has these values of its axes, as they are written behind the name of a step.
    fn has_values(self, node: usize, values: &str) -> bool {
        let Some(graph) = self.graph else { return false };
        let configuration = graph.configuration(StepId(node as u32));
        !configuration.is_empty() && matches_all(values, &configuration)
    }
}

/// A selection being worked out: for every node, why it is left out, if it is.
struct Choice<'a> {
    pipeline: &'a Pipeline,
    nodes: Nodes<'a>,
    selection: &'a Selection,
    problems: &'a mut Vec<Problem>,
    chosen: Vec<Option<LeftOut>>,
    included: Vec<usize>,
    items: HashMap<StepId, Vec<String>>,
}

impl<'a> Choice<'a> {
    fn new(checked: &'a Checked, selection: &'a Selection, problems: &'a mut Vec<Problem>) -> Self {
        let nodes = checked.nodes();
        Self {
            pipeline: &checked.pipeline,
            nodes,
            selection,
            problems,
            chosen: vec![Some(LeftOut::NotSelected); nodes.len()],
            included: Vec::new(),
            items: HashMap::default(),
        }
    }

    fn run(&mut self) {
        let selection = self.selection;
        self.included = self.named("--include", selection.include.iter().map(String::as_str));
        match &selection.target {
            Target::All => (0..self.chosen.len()).for_each(|step| self.choose_unless_set_aside(step)),
            Target::Steps(names) => {
                let (items, names): (Vec<&String>, Vec<&String>) =
                    names.iter().partition(|name| !self.items_of_loops(name).is_empty());
                for step in self.named("--step", names.iter().map(|name| name.as_str())) {
                    self.chosen[step] = None;
                }
                let items: Vec<(usize, &str)> = items.into_iter().flat_map(|name| self.items_of_loops(name)).collect();
                for (step, item) in items {
                    // A loop that was named itself runs as a whole.
                    if self.chosen[step].take().is_some() || self.items.contains_key(&StepId(step as u32)) {
                        self.items.entry(StepId(step as u32)).or_default().push(item.to_owned());
                    }
                }
            }
            Target::Groups(names) => self.choose_groups(names),
            Target::Between { from, to } => self.choose_between(from, to),
        }
    }

    fn choose_unless_set_aside(&mut self, index: usize) {
        let step = self.nodes.step(index);
        if self.runs_in_passes(step) {
            self.chosen[index] = None;
            return;
        }
        self.chosen[index] = match (step.disabled, step.optional) {
            (true, _) => Some(LeftOut::Disabled),
            (false, true) if !self.included.contains(&index) => Some(LeftOut::Optional),
            (false, _) => None,
        };
    }

    fn choose_groups(&mut self, names: &[String]) {
        for name in names {
            let groups = &self.pipeline.groups;
            if !groups.iter().any(|group| *group.name.text == **name) {
                let known = groups.iter().map(|group| &*group.name.text);
                let near = self.is_step(name).then(|| format!("`{name}` is a step: select it with `--step {name}`"));
                let near = near.or_else(|| Suggest::default().did_you_mean(name, known));
                self.problems.push(
                    Problem::error("unknown-group", format!("no group is named `{name}` (`--group`)"))
                        .help(near.unwrap_or_else(|| listed("groups", groups.iter().map(|group| &*group.name.text)))),
                );
            }
        }
        for index in 0..self.chosen.len() {
            let group = self.nodes.step(index).group.map(|group| &*self.pipeline.groups[group].name.text);
            if group.is_some_and(|group| names.iter().any(|name| name == group)) {
                self.chosen[index] = None;
            }
        }
    }

    fn choose_between(&mut self, from: &[String], to: &[String]) {
        let starts = self.named("--from", from.iter().map(String::as_str));
        let ends = self.named("--to", to.iter().map(String::as_str));
        // A broken pipeline has no downstream; what else is wrong is found for the named steps alone.
        let behind = self.nodes.graph.filter(|_| !from.is_empty()).map(|graph| reach(graph, &starts, StepGraph::after));
        let before = self.nodes.graph.filter(|_| !to.is_empty()).map(|graph| reach(graph, &ends, StepGraph::before));
        if self.nodes.graph.is_some() {
            for index in 0..self.chosen.len() {
                let inside = |reached: &Option<Vec<bool>>| reached.as_ref().is_none_or(|reached| reached[index]);
                if inside(&behind) && inside(&before) {
                    self.choose_unless_set_aside(index);
                }
            }
        }
        for step in starts.into_iter().chain(ends) {
            let inside = |reached: &Option<Vec<bool>>| reached.as_ref().is_none_or(|reached| reached[step]);
            if inside(&behind) && inside(&before) {
                self.chosen[step] = None;
            }
        }
    }

    fn runs_in_passes(&self, step: &Step) -> bool {
        step.group.is_some_and(|group| self.pipeline.groups[group].passes.is_some())
    }

    /// The steps, as they are written, of the group of this name that run in passes, which go by its name.
    fn in_passes(&self, name: &str) -> Vec<usize> {
        let group = self.pipeline.groups.iter().position(|group| group.passes.is_some() && *group.name.text == *name);
        let steps = self.pipeline.steps.iter().enumerate();
        steps.filter(|(_, step)| group.is_some() && step.group == group).map(|(index, _)| index).collect()
    }

    /// The loops and the file that the name of a unit is made of, unless it is that of a step.
    fn items_of_loops<'n>(&self, name: &'n str) -> Vec<(usize, &'n str)> {
        if self.is_step(name) {
            return Vec::new();
        }
        let loops = (0..self.nodes.len()).filter(|node| self.nodes.step(*node).each.is_some());
        let behind = |step: &str| name.strip_prefix(step)?.strip_prefix('/').filter(|item| !item.is_empty());
        let found = loops.filter_map(|node| {
            let item = behind(self.nodes.name(node)).or_else(|| behind(&self.nodes.step(node).name.text))?;
            Some((node, item))
        });
        found.collect()
    }

    fn is_step(&self, name: &str) -> bool {
        self.pipeline.steps.iter().any(|step| *step.name.text == *name)
    }

    /// The nodes of the steps, as they are written, that a name stands for.
    fn of_name(&self, name: &str) -> Vec<usize> {
        let step = self.pipeline.steps.iter().position(|step| *step.name.text == *name);
        let step = step.filter(|index| !self.runs_in_passes(&self.pipeline.steps[*index]));
        let steps = step.map_or_else(|| self.in_passes(name), |step| vec![step]);
        steps.into_iter().flat_map(|step| self.nodes.of(step)).collect()
    }

    /// The nodes that have the values which stand behind the name of a step: all of its axes, or some. The error says what is
    /// wrong with them; none, if the name does not begin with that of a step.
    fn of_values(&self, name: &str) -> Option<Result<Vec<usize>, Problem>> {
        let graph = self.nodes.graph.filter(|graph| graph.space().is_some())?;
        let mut signs = name.match_indices('@').map(|(at, _)| (&name[..at], &name[at + 1..]));
        let (step, values, nodes) = signs.find_map(|(step, values)| {
            let nodes = self.of_name(step);
            (!nodes.is_empty()).then_some((step, values, nodes))
        })?;
        let found: Vec<usize> = nodes.iter().copied().filter(|node| self.nodes.has_values(*node, values)).collect();
        if !found.is_empty() {
            return Some(Ok(found));
        }
        // What runs in passes goes by the name of its group.
        let group = |node: usize| graph.group(StepId(node as u32)).map(|(name, _)| name);
        let mut names: Vec<&str> = nodes.iter().map(|node| group(*node).unwrap_or(self.nodes.name(*node))).collect();
        names.dedup();
        let near =
            (names.len() <= LOOKED_THROUGH).then(|| Suggest::default().did_you_mean(name, names.iter().copied()));
        let help = match (near.flatten(), graph.axes(StepId(nodes[0] as u32)).is_empty()) {
            (_, true) => format!("no axis of the sweep concerns it: select it with `{step}`"),
            (Some(near), _) => near,
            (None, _) => listed("units", names.into_iter()),
        };
        Some(Err(Problem::error("unknown-step", format!("`{step}` has no unit with `{values}`")).help(help)))
    }

    /// The nodes that an option names.
    fn named<'n>(&mut self, option: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<usize> {
        let mut found = Vec::new();
        for name in names {
            let steps = &self.pipeline.steps;
            let nodes = self.of_name(name);
            if !nodes.is_empty() {
                found.extend(nodes);
                continue;
            }
            match self.of_values(name) {
                Some(Ok(nodes)) => {
                    found.extend(nodes);
                    continue;
                }
                Some(Err(problem)) => {
                    let message = format!("{} (`{option}`)", problem.message);
                    self.problems.push(Problem { message, ..problem });
                    continue;
                }
                None => {}
            }
            let written = name.split_once('@').map_or(name, |(step, _)| step);
            let step = steps.iter().find(|step| *step.name.text == *name);
            let step = step.or_else(|| steps.iter().find(|step| *step.name.text == *written));
            if let Some(group) = step.filter(|step| self.runs_in_passes(step)).and_then(|step| step.group) {
                let group = &self.pipeline.groups[group].name.text;
                self.problems.push(
                    Problem::error(
                        "unknown-step",
                        format!("`{name}` runs only in the passes of `{group}` (`{option}`)"),
                    )
                    .help(format!("select them all: `{option} {group}`")),
                );
                continue;
            }
            // What runs in passes goes by the name of its group.
            let single = || steps.iter().filter(|step| !self.runs_in_passes(step));
            let passes = || self.pipeline.groups.iter().filter(|group| group.passes.is_some());
            let known = || single().map(|step| &*step.name.text).chain(passes().map(|group| &*group.name.text));
            let is_group = self.pipeline.groups.iter().any(|group| *group.name.text == *name);
            let near = is_group.then(|| format!("`{name}` is a group: select it with `--group {name}`"));
            let near = near.or_else(|| Suggest::default().did_you_mean(name, known()));
            let near = near.or_else(|| Suggest::default().did_you_mean(written, known()));
            self.problems.push(
                Problem::error("unknown-step", format!("no step is named `{name}` (`{option}`)"))
                    .help(near.unwrap_or_else(|| listed("steps", known()))),
            );
        }
        found
    }
}

/// Among how many names the nearest one is looked for.
const LOOKED_THROUGH: usize = 1000;

/// `the steps are: a, b, c`, cut where that would fill the screen.
fn listed<'a>(what: &str, names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    match names.len() {
        0 => format!("the pipeline has no {what}"),
        n if n > SHOWN => format!("the {what} are: {}, and {} more", names[..SHOWN].join(", "), n - SHOWN),
        _ => format!("the {what} are: {}", names.join(", ")),
    }
}

/// All steps that can be reached from some, those included.
fn reach(
    graph: &StepGraph,
    starts: &[usize],
    neighbours: impl Fn(&StepGraph, StepId) -> Vec<(StepId, DatumId)>,
) -> Vec<bool> {
    let mut reached = vec![false; graph.links().step_count()];
    let mut open: Vec<StepId> = starts.iter().map(|index| StepId(*index as u32)).collect();
    while let Some(step) = open.pop() {
        if !std::mem::replace(&mut reached[step.index()], true) {
            open.extend(neighbours(graph, step).into_iter().map(|(other, _)| other));
            open.extend(graph.links().block(step).filter(|other| *other != step));
        }
    }
    reached
}
