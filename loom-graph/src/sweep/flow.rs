//! Which axes concern a step: those that it names, and those of the data that it reads.

use loom_spec::{Gather, MultiPass, Pipeline, Problem, Problems, Program, Scalar, Span, Suggest, Value};

use super::Space;
use super::paths::axes_in;
use crate::Location;
use crate::links::{DatumId, Links, Role, StepId};
use crate::names::{Names, each_of_passes, each_of_step};
use crate::passes::plain_of;

/// Axes, one bit for each.
pub(crate) type Axes = u64;

/// The axes of each step and of each datum of a pipeline as it is written.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    steps: Vec<Axes>,
    /// The axes that each step gathers over.
    gathered: Vec<Axes>,
    data: Vec<Axes>,
    /// The axes that the path of each datum names.
    named: Vec<Axes>,
    /// Whether each datum is a file or a folder, and not an answer.
    lies_somewhere: Vec<bool>,
}

impl Flow {
    /// `order` has every step after all it waits for, those that run in passes together side by side.
    pub(crate) fn new(
        pipeline: &Pipeline,
        names: &Names,
        links: &Links,
        space: &Space,
        order: &[StepId],
        problems: &mut Problems,
    ) -> Self {
        let named: Vec<Axes> =
            links.data().iter().map(|datum| axes_in(datum.url.as_deref().unwrap_or(&datum.path), space)).collect();
        let parameter = |datum: usize| links.parameter_of(DatumId(datum as u32));
        let named = named.into_iter().enumerate();
        let named = named
            .map(|(index, axes)| axes | parameter(index).map_or(0, |name| names.axes_of(pipeline, name)))
            .collect();
        let count = pipeline.steps.len();
        let lies_somewhere = links.data().iter().map(|datum| !matches!(*datum.location, Location::Answer(_))).collect();
        let (steps, gathered) = (vec![0; count], vec![0; count]);
        let mut flow = Self { steps, gathered, data: Vec::new(), named, lies_somewhere };
        for block in order.chunk_by(|one, other| links.leader(*one) == links.leader(*other)) {
            let mut axes = 0;
            for step in block {
                axes |= flow.own(pipeline, names, links, space, *step);
                let gather = pipeline.steps[step.index()].gather.as_ref();
                let wanted = gather.map_or(0, |gather| wanted(gather, space, problems));
                let mut ended = 0;
                for read in links.reads(*step) {
                    let of_read = flow.axes_of(links, read.datum);
                    let kept = if flow.may_be_gathered(read.datum, read.role) { of_read & !wanted } else { of_read };
                    ended |= of_read & !kept;
                    axes |= kept;
                }
                flow.gathered[step.index()] = ended;
                if let Some(gather) = gather {
                    nothing_to_gather(pipeline, space, gather, ended, *step, problems);
                }
            }
            for step in block {
                flow.steps[step.index()] = axes;
                names_what_it_gathers(&flow, (pipeline, names, links), space, *step, problems);
            }
        }
        flow.data = (0..links.data().len() as u32).map(|datum| flow.axes_of(links, DatumId(datum))).collect();
        flow.inside_of_many(pipeline, links, problems);
        flow.idle_axes(pipeline, names, space, problems);
        flow.nearly_axes(links, space, problems);
        flow
    }

    /// An axis that no step depends on is perhaps misspelt.
    fn idle_axes(&self, pipeline: &Pipeline, names: &Names, space: &Space, problems: &mut Problems) {
        let used = self.steps.iter().fold(0, |all, axes| all | axes);
        for (_, axis) in space.axes().iter().enumerate().filter(|(index, _)| used & (1 << index) == 0) {
            let message = format!("no step depends on the axis `{}`", axis.name);
            let near = Suggest::default().did_you_mean(
                &axis.name,
                pipeline.parameters.iter().map(|parameter| &*parameter.name.text).filter(|name| **name != *axis.name),
            );
            let help = near.filter(|_| names.of_sweep().any(|name| *name == *axis.name));
            let help = help.unwrap_or_else(|| format!("a step depends on it by naming it: `${}`", axis.name));
            let problem = Problem::warning("idle-axis", message).help(help);
            let is_given = axis.span == Span::default();
            problems.push(if is_given { problem } else { problem.at(axis.span, "makes no difference") });
        }
    }

    /// A brace in a path that is nearly an axis is perhaps meant to be one.
    fn nearly_axes(&self, links: &Links, space: &Space, problems: &mut Problems) {
        let mut suggest = Suggest::default();
        for datum in links.data().iter().filter(|datum| datum.path.contains('{')) {
            let braces = datum.path.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
            for name in braces.filter(|name| space.axis(name).is_none()) {
                let axes = space.axes();
                let set_by = axes.iter().find(|axis| axis.values.iter().any(|value| value.setting(name).is_some()));
                let near = || suggest.nearest(name, axes.iter().map(|axis| &*axis.name));
                let Some(meant) = set_by.map(|axis| &*axis.name).or_else(near) else { continue };
                problems.push(
                    Problem::warning("nearly-an-axis", format!("`{{{name}}}` names no axis, and stays as it is"))
                        .at(datum.span, "in this path")
                        .help(format!("did you mean `{{{meant}}}`?")),
                );
            }
        }
    }

    /// The axes of a step.
    pub(crate) fn of_step(&self, step: StepId) -> Axes {
        self.steps[step.index()]
    }

    /// The axes that a step gathers over.
    pub(crate) fn gathered(&self, step: StepId) -> Axes {
        self.gathered[step.index()]
    }

    /// The axes of a datum.
    pub(crate) fn of_datum(&self, datum: DatumId) -> Axes {
        self.data[datum.index()]
    }

    /// Whether the path of a datum says where its axes go.
    pub(crate) fn is_named(&self, datum: DatumId) -> bool {
        self.named[datum.index()] != 0
    }

    /// The axes that the path of a datum names.
    pub(crate) fn named(&self, datum: DatumId) -> Axes {
        self.named[datum.index()]
    }

    /// The axes that a use of a datum by a step gathers over.
    pub(crate) fn ended(&self, step: StepId, datum: DatumId, role: Role) -> Axes {
        if self.may_be_gathered(datum, role) { self.of_datum(datum) & self.gathered(step) } else { 0 }
    }

    fn may_be_gathered(&self, datum: DatumId, role: Role) -> bool {
        matches!(role, Role::Input | Role::Argument) && self.lies_somewhere[datum.index()]
    }

    fn axes_of(&self, links: &Links, datum: DatumId) -> Axes {
        let canonical = links.datum(datum).canonical;
        let made = links.producer(canonical).map_or(0, |maker| self.steps[maker.index()]);
        made | self.named[datum.index()] | self.named[canonical.index()]
    }

    /// The axes that a step names itself, what it gathers left out.
    fn own(&self, pipeline: &Pipeline, names: &Names, links: &Links, space: &Space, id: StepId) -> Axes {
        let step = &pipeline.steps[id.index()];
        let passes = step.group.and_then(|group| pipeline.groups[group].passes.as_ref());
        let mut axes = 0;
        let mut visit = |scalar: &Scalar| {
            let Some(name) = scalar.reference() else { return };
            if !passes.is_some_and(|passes| gives_always(passes, name)) {
                axes |= names.axes_of(pipeline, name);
            }
        };
        each_of_step(step, &mut visit);
        passes.into_iter().for_each(|passes| each_of_passes(passes, &mut visit));
        for made in links.writes(id) {
            axes |= self.named[made.datum.index()];
        }
        // What a condition looks at need be no datum.
        if matches!(step.program, Program::Condition(_)) {
            for entry in &step.inputs {
                if let Value::Scalar(scalar) = &entry.value {
                    axes |= axes_in(&scalar.text, space);
                }
            }
        }
        axes
    }

    /// Who reads a file inside a folder of which there is one for each configuration must say in which.
    fn inside_of_many(&self, pipeline: &Pipeline, links: &Links, problems: &mut Problems) {
        for step in links.steps() {
            for leg in links.dependencies(step) {
                let used = &links.uses(step)[leg.used as usize];
                let (made, read) = (links.datum(leg.through), links.datum(used.datum));
                let (made_at, read_at) = (made.location.as_str(), read.location.as_str());
                let is_of_pass = plain_of(read_at).is_some_and(|(plain, _)| plain == made_at);
                let is_around = read.location.ancestors().any(|around| around == made_at);
                if made.canonical == read.canonical
                    || !(is_around || is_of_pass)
                    || self.named[leg.through.index()] != 0
                    || self.steps[leg.on.index()] == 0
                {
                    continue;
                }
                let maker = &pipeline.steps[leg.on.index()].name.text;
                let message = format!("`{}` is one of many: `{maker}` makes it for each configuration", made.path);
                problems.push(
                    Problem::error("one-of-many", message)
                        .at(used.span, "inside of which of them?")
                        .at(made.span, "made here")
                        .help("name the axes in its path: `{axis}`"),
                );
            }
        }
    }
}

/// Whether every pass gives a parameter of this name a value, so that the pipeline's is never used.
fn gives_always(passes: &MultiPass, name: &str) -> bool {
    let by_expression = passes.expressions.iter().any(|(given, _)| *given.text == *name);
    let mut schedule = passes.schedule.iter().flatten().peekable();
    by_expression
        || schedule.peek().is_some() && schedule.all(|entries| entries.iter().any(|entry| *entry.key.text == *name))
}

/// The axes that a step is to gather over, as far as what it reads has them.
fn wanted(gather: &Gather, space: &Space, problems: &mut Problems) -> Axes {
    let Some(named) = &gather.axes else { return Axes::MAX };
    let mut axes = 0;
    for name in named {
        match space.axis(&name.text) {
            Some(axis) => axes |= 1 << axis,
            None => {
                let known = space.axes().iter().map(|axis| &*axis.name);
                let help = Suggest::default().did_you_mean(&name.text, known.clone());
                let listed = || format!("the axes are: {}", known.clone().collect::<Vec<_>>().join(", "));
                problems.push(
                    Problem::error("unknown-axis", format!("no axis of the sweep is named `{}`", name.text))
                        .at(name.span, "gathered over here")
                        .help(help.unwrap_or_else(listed)),
                );
            }
        }
    }
    axes
}

fn nothing_to_gather(
    pipeline: &Pipeline,
    space: &Space,
    gather: &Gather,
    ended: Axes,
    step: StepId,
    problems: &mut Problems,
) {
    let name = &pipeline.steps[step.index()].name.text;
    let idle: Vec<&Scalar> = gather.axes.iter().flatten().collect();
    let mut idle = idle.into_iter().filter(|axis| space.axis(&axis.text).is_some_and(|axis| ended & (1 << axis) == 0));
    let (message, span) = match (&gather.axes, idle.next()) {
        (None, _) if ended == 0 => (format!("there is nothing for `{name}` to gather"), gather.span),
        (Some(_), Some(axis)) => {
            (format!("`{name}` gathers over `{}`, and nothing that it reads depends on that", axis.text), axis.span)
        }
        _ => return,
    };
    problems.push(Problem::warning("nothing-to-gather", message).at(span, "has no effect"));
}

/// What is gathered over has no one value in the step that gathers; and a task is one file.
fn names_what_it_gathers(
    flow: &Flow,
    (pipeline, names, links): (&Pipeline, &Names, &Links),
    space: &Space,
    id: StepId,
    problems: &mut Problems,
) {
    let step = &pipeline.steps[id.index()];
    let Some(gather) = &step.gather else { return };
    let both = flow.steps[id.index()] & flow.gathered[id.index()];
    if both != 0 {
        let axis = &space.axes()[both.trailing_zeros() as usize].name;
        let in_passes = step.group.is_some_and(|group| pipeline.groups[group].passes.is_some());
        let behind_switch = links.uses(id).iter().any(|used| matches!(used.role, Role::Gate { .. }));
        let others: Vec<&str> = space.axes().iter().map(|axis| &*axis.name).filter(|name| **name != **axis).collect();
        let help = if in_passes {
            "the steps that run in passes together run for the same configurations: gather in a step behind them"
                .to_owned()
        } else if behind_switch {
            "a switch leads one way in each configuration: gather what the steps behind it make".to_owned()
        } else if others.is_empty() {
            format!("without `gather` it runs once for each `{axis}`; with it, it cannot depend on one of them")
        } else {
            format!("to keep a unit for each of its values, list other axes: `gather: [{}]`", others.join(", "))
        };
        let message = format!("`{}` gathers over `{axis}`, and depends on it as well", step.name.text);
        let mut problem = Problem::error("gathered-axis", message).at(gather.span, format!("ends `{axis}` here"));
        let mut named = None;
        each_of_step(step, &mut |scalar| {
            let axes = scalar.reference().map_or(0, |name| names.axes_of(pipeline, name));
            if axes & both != 0 {
                named.get_or_insert(scalar.span);
            }
        });
        if let Some(span) = named {
            problem = problem.at(span, "depends on it here");
        }
        problems.push(problem.help(help));
    }
    let (Program::Task(word) | Program::Shell(word)) = &step.program else { return };
    let mut of_program = links.uses(id).iter().filter(|used| used.span == word.span);
    if of_program.any(|used| flow.axes_of(links, used.datum) & flow.gathered[id.index()] != 0) {
        let message = format!("`{}` gathers what it runs, and runs one file", step.name.text);
        problems.push(Problem::error("gathered-task", message).at(word.span, "one of many"));
    }
}
