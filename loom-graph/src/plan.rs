//! What is to run: selection, and what the selected steps need to be there.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use loom_spec::{Condition, NotShown, Problem, Problems, Program, Severity, Span, Suggest, Test};

use crate::graph::{Checked, StepGraph};
use crate::links::{DatumId, Role, StepId};
use crate::names::Resolved;
use crate::{Location, Presence, World, checks};

mod choice;

use choice::{Choice, Nodes};

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
