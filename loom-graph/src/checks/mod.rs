//! Everything that can be wrong with the meaning of a pipeline, found at once.

use foldhash::{HashMap, HashMapExt, HashSet};
use loom_spec::{
    Condition, Entry, Pipeline, Problem, Problems, Program, Scalar, Severity, Span, Step, Suggest, Test, Value,
};

use crate::links::{Links, Role, StepId};
use crate::names::{Fault, MAX_WORDS, Names, Resolved, Target, Within, program_scalars};
use crate::order::Leg;
use crate::sweep::Space;
use crate::url::is_url;
use crate::world::refused_as_path;
use crate::{Location, NoText, Presence, World};

mod logic;
mod repeats;
mod steering;
mod swept;
mod tasks;

/// How many operations the expressions of all passes may take together: that is well under a second.
const MAX_WORK: u64 = 2_000_000;

/// Checks what does not need an order of steps.
pub(crate) fn check(
    pipeline: &Pipeline,
    space: Option<&Space>,
    names: &Names,
    links: &Links,
    world: &dyn World,
    problems: &mut Problems,
) {
    let mut check = Check {
        pipeline,
        space,
        names,
        links,
        world,
        problems,
        suggest: Suggest::default(),
        unset: HashSet::default(),
        endless: HashSet::default(),
        overused: HashSet::default(),
        work_left: MAX_WORK,
    };
    check.names();
    check.data_and_parameters();
    check.nested();
    for (step, id) in pipeline.steps.iter().zip(links.steps()) {
        check.step(step, id);
    }
    check.groups();
    check.producers();
    check.own_outputs();
    check.outside();
    check.overwrites();
    check.made_tasks();
    if links.overflow {
        check.problems.push(
            Problem::error("too-many-links", "more than a million links by folders that are read as a whole")
                .help("let the steps read the files, or fewer steps the folder"),
        );
    }
}

/// Tells a cycle: its path, and on each leg the datum between.
pub(crate) fn cycle<'a>(name: &dyn Fn(StepId) -> &'a str, links: &Links, cycle: &[Leg]) -> Problem {
    const SHOWN: usize = 12;
    // A dependency points back at what is waited for; people follow the data forward. The first leg leads to the
    // step that the path begins with.
    let length = cycle.len();
    let mut legs: Vec<Leg> = cycle.to_vec();
    legs[1..].reverse();
    let mut path: Vec<&str> = legs.iter().map(|leg| name(leg.reader)).collect();
    if length > SHOWN {
        path.splice(SHOWN - 2..length - 1, ["…"]);
        legs.drain(SHOWN - 2..length - 1);
    }
    path.push(path[0]);
    let path = path.join(" → ");
    let mut problem = Problem::error("cycle", format!("the steps wait for each other: {path}"));
    let mut in_passes = false;
    for Leg { reader, dependency } in legs {
        let datum = links.datum(dependency.through).label();
        let is_answer = matches!(*links.datum(dependency.through).location, Location::Answer(_));
        let label = match is_answer {
            true => format!("`{}` needs the answer of `{datum}`", name(reader)),
            false => format!("`{}` reads `{datum}`, which `{}` makes", name(reader), name(dependency.on)),
        };
        problem = problem.at(links.uses(reader)[dependency.used as usize].span, label);
        in_passes |= links.block(reader).nth(1).is_some();
    }
    problem.help(if in_passes {
        "what goes from one pass to the next is written under `feedback`; a step between the steps of a `multi_pass` \
         group belongs into it"
    } else {
        "one of these steps must read something else"
    })
}

/// What has a meaning in a step with a loop.
const LOOP_NAMES: [&str; 2] = ["loop_item", "loop_output"];

struct Check<'a> {
    pipeline: &'a Pipeline,
    /// The configurations, if they are known.
    space: Option<&'a Space>,
    names: &'a Names,
    links: &'a Links,
    world: &'a dyn World,
    problems: &'a mut Problems,
    suggest: Suggest,
    /// Variables that were told of.
    unset: HashSet<&'a str>,
    /// Parameters that lead nowhere, as was told.
    endless: HashSet<&'a str>,
    /// Parameters that stand for too many words, as was told.
    overused: HashSet<&'a str>,
    /// What computing the expressions of all passes may still cost.
    work_left: u64,
}

/// What a value is, in words for a message.
fn kind_of(found: &Resolved<'_>) -> &'static str {
    match found {
        Resolved::Nothing => "nothing",
        Resolved::Switch(_) => "a switch (true or false)",
        Resolved::Text(_) => "an empty text",
        Resolved::Data(_) => "another data node",
        Resolved::List(_) => "a list",
        Resolved::Answer(_) => "the answer of a condition",
        Resolved::Branch(..) => "what a switch hands on",
        Resolved::LoopItem | Resolved::LoopOutput => "a file of a loop",
        Resolved::OfPass(_) => "a parameter of a pass",
        Resolved::OfSweep(_) => "a parameter of the sweep",
    }
}

/// What is wrong with the task at a path, if something is.
pub(crate) fn missing_task(world: &dyn World, task: &Scalar, path: &str) -> Option<Problem> {
    if refused_as_path(path).is_some() {
        return None;
    }
    let (message, label) = match world.presence(path) {
        Presence::Missing => (format!("the task `{path}` does not exist"), "no such file"),
        Presence::Folder => (format!("the task `{path}` is a folder"), "expected a file"),
        Presence::File | Presence::Unknown => return None,
    };
    let help = match path.split_once(' ') {
        Some((program, words)) if world.presence(program) == Presence::File => {
            format!("`task` is `{program}` alone; what follows it goes under `args`: `{words}`")
        }
        _ if label == "expected a file" => "name the file in it that is to run".to_owned(),
        _ => "a path is relative to the folder of the pipeline file".to_owned(),
    };
    Some(Problem::error("missing-task", message).at(task.span, label).help(help))
}

impl<'a> Check<'a> {
    fn names(&mut self) {
        for parameter in &self.pipeline.parameters {
            if let Some(Target::Data(data)) = self.names.get(&parameter.name.text) {
                self.problems.push(
                    Problem::error(
                        "name-clash",
                        format!("`{}` is both a data node and a parameter", parameter.name.text),
                    )
                    .at(parameter.name.span, "the parameter")
                    .at(self.pipeline.data[data as usize].name.span, "the data node")
                    .help("`$name` could mean either: rename one of the two"),
                );
            }
        }
        let conditions = self.pipeline.steps.iter().filter(|step| matches!(step.program, Program::Condition(_)));
        for step in conditions {
            let (what, other) = match self.names.get(&step.name.text) {
                Some(Target::Data(data)) => ("data node", self.pipeline.data[data as usize].name.span),
                Some(Target::Parameter(index)) => match self.pipeline.parameters.get(index as usize) {
                    Some(parameter) => ("parameter", parameter.name.span),
                    None => continue,
                },
                _ => continue,
            };
            self.problems.push(
                Problem::error("name-clash", format!("`{}` is both a condition and a {what}", step.name.text))
                    .at(step.name.span, "the condition")
                    .at(other, format!("the {what}"))
                    .help("`$name` could mean either: rename one of the two"),
            );
        }
        let mut steps: HashMap<&str, Span> = HashMap::with_capacity(self.pipeline.steps.len());
        for step in &self.pipeline.steps {
            if let Some(first) = steps.get(&*step.name.text) {
                self.problems.push(
                    Problem::error("duplicate-step", format!("two steps are named `{}`", step.name.text))
                        .at(step.name.span, "named again here")
                        .at(*first, "first named here")
                        .help("rename one of the two"),
                );
            } else {
                steps.insert(&step.name.text, step.name.span);
            }
        }
    }

    fn data_and_parameters(&mut self) {
        for data in &self.pipeline.data {
            let found = self.names.data_path(self.pipeline, &data.path);
            // What is nested is made of texts.
            match found {
                Ok(Resolved::OfSweep(name)) if data.nested_in.is_none() => self.of_sweep(&data.path, name, true),
                found => self.path(&data.path, found, false),
            }
        }
        for parameter in &self.pipeline.parameters {
            // A mapping may be a parameter; it is no fault until a step passes it on.
            match self.names.resolve(self.pipeline, &parameter.value) {
                Ok(_) | Err(Fault::Kind(..)) => {}
                Err(fault) => self.fault(fault),
            }
        }
        for value in self.space.into_iter().flat_map(Space::axes).flat_map(|axis| &axis.values) {
            for value in std::iter::once(&value.value).chain(value.settings.iter().map(|(_, value)| value)) {
                if let Err(fault) = self.names.resolve(self.pipeline, value) {
                    self.fault(fault);
                }
            }
        }
        if let Some(python) = &self.pipeline.execution.python {
            match self.names.scalar(self.pipeline, python) {
                Ok(Resolved::Text(_)) => {}
                Ok(found) => self.not_a_path(python, &found),
                Err(fault) => self.fault(fault),
            }
        }
    }

    fn step(&mut self, step: &'a Step, id: StepId) {
        self.in_passes(step);
        match &step.program {
            Program::Condition(condition) => self.condition(step, condition),
            Program::Switch(switch) => return self.switch_step(step, switch),
            Program::Task(_) | Program::Words(_) | Program::Shell(_) => {
                let names = self.names.within(self.pipeline, step);
                for (entries, may_be_read) in [(&step.inputs, true), (&step.outputs, false)] {
                    for entry in entries {
                        self.path_entry(names, entry, may_be_read);
                    }
                }
                for entry in &step.args {
                    self.argument(names, entry);
                }
                for entry in &step.env {
                    self.variable(step, entry);
                }
                self.resources(step);
                self.each(id, step);
            }
        }
        self.program(id);
    }

    /// An entry of `inputs` or `outputs`.
    fn path_entry(&mut self, names: Within<'a>, entry: &'a Entry, may_be_read: bool) {
        let Value::Scalar(scalar) = &entry.value else { return };
        match names.scalar(scalar) {
            Ok(Resolved::LoopItem) if !may_be_read => self.problems.push(
                Problem::error("wrong-kind", "`$loop_item` is what the step reads; it cannot make it")
                    .at(scalar.span, "expected another path")
                    .help("the file that an item makes is `$loop_output`"),
            ),
            Ok(Resolved::LoopItem | Resolved::LoopOutput) => {}
            Ok(Resolved::Branch(..)) if may_be_read => {}
            Ok(Resolved::Text(text)) if !may_be_read && is_url(&text) => self.problems.push(
                Problem::error("wrong-kind", format!("`{text}` is an address, and a step writes to a file"))
                    .at(scalar.span, "expected a path"),
            ),
            found => self.path(scalar, found, true),
        }
    }

    fn path(&mut self, scalar: &Scalar, found: Result<Resolved<'_>, Fault<'a>>, may_be_data: bool) {
        match found {
            Ok(Resolved::Data(_)) if may_be_data => {}
            Ok(Resolved::OfSweep(name)) if may_be_data => self.of_sweep(scalar, name, true),
            Ok(Resolved::Text(text)) if is_url(&text) => {}
            Ok(Resolved::Text(text)) if !text.is_empty() => {
                if let Some(message) = refused_as_path(&text) {
                    self.problems.push(
                        Problem::error("path-too-long", message)
                            .at(scalar.span, "expected a path")
                            .help("is this the text that was meant?"),
                    );
                }
            }
            Ok(found) => self.not_a_path(scalar, &found),
            Err(fault) => self.fault(fault),
        }
    }

    fn not_a_path(&mut self, scalar: &Scalar, found: &Resolved<'_>) {
        let found = kind_of(found);
        let braces = match found {
            "a parameter of the sweep" => scalar.reference().map(|name| format!("write `{{{name}}}` within a path")),
            _ => None,
        };
        self.problems.push(
            Problem::error("wrong-kind", format!("a path is expected here, and `{}` is {found}", scalar.text))
                .at(scalar.span, "expected a path")
                .maybe_help(braces),
        );
    }

    fn argument(&mut self, names: Within<'a>, entry: &'a Entry) {
        let Err(fault) = names.argument(&entry.value) else { return };
        let items = if let Value::List(items, _) = &entry.value { &items[..] } else { &[] };
        let in_list = |item| match item {
            &Value::List(_, span) => Some(Fault::Kind(span, "a list in a list")),
            item => names.argument(item).err(),
        };
        let mut faults = items.iter().filter_map(in_list).peekable();
        if faults.peek().is_none() {
            self.fault(fault);
        }
        faults.for_each(|fault| self.fault(fault));
    }

    fn program(&mut self, id: StepId) {
        let step = &self.pipeline.steps[id.index()];
        let names = self.names.within(self.pipeline, step);
        for scalar in program_scalars(&step.program) {
            match names.scalar(scalar) {
                Ok(Resolved::Text(_) | Resolved::Data(_)) => {}
                Ok(Resolved::OfSweep(name)) => self.of_sweep(scalar, name, false),
                Ok(Resolved::LoopItem | Resolved::LoopOutput) if matches!(step.program, Program::Words(_)) => {}
                // `true` is a program, and words of a command are words.
                Ok(Resolved::Switch(_) | Resolved::Nothing) if scalar.reference().is_none() => {}
                Ok(found) => self.not_a_path(scalar, &found),
                Err(fault) => self.fault(fault),
            }
        }
        match &step.program {
            Program::Task(task) => self.task(task, step.optional || step.disabled),
            Program::Shell(line) => {
                self.names_a_program(line);
                self.takes_its_words(id, line);
            }
            Program::Words(words) => words.iter().take(1).for_each(|first| self.names_a_program(first)),
            Program::Condition(Condition { test: Test::Script(script), .. }) => {
                self.task(script, step.optional || step.disabled);
            }
            Program::Condition(_) | Program::Switch(_) => {}
        }
    }

    /// What a step hands to a line for the shell reaches it as `$1`, `$2`, … and is lost on a line that uses none of them.
    /// Data may be named only for loom to know; arguments are not.
    fn takes_its_words(&mut self, id: StepId, line: &'a Scalar) {
        let step = &self.pipeline.steps[id.index()];
        let Some(lost) = step.args.first() else { return };
        let is_place = |c: char| c.is_ascii_digit() || matches!(c, '@' | '*' | '#');
        let mut behind_dollars = line.text.split('$').skip(1).map(|rest| rest.trim_start_matches('{'));
        if behind_dollars.any(|rest| rest.starts_with(is_place)) {
            return;
        }
        let message = format!("the line of `{}` does nothing with `{}`", step.name.text, lost.key.text);
        self.problems.push(
            Problem::warning("lost-words", message)
                .at(lost.key.span, "handed to the line as one of `$1`, `$2`, …")
                .at(line.span, "uses none of them")
                .help("write `\"$@\"` where they belong, or the command as a list of words"),
        );
    }

    /// What is written is not empty; what a variable or a parameter stands for may be.
    fn names_a_program(&mut self, first: &Scalar) {
        if let Ok(Resolved::Text(text)) = self.names.scalar(self.pipeline, first)
            && text.trim().is_empty()
        {
            self.problems.push(
                Problem::error("wrong-kind", "`command` does not name a program")
                    .at(first.span, "stands for an empty text"),
            );
        }
    }

    fn task(&mut self, task: &'a Scalar, runs_only_by_name: bool) {
        let Ok(Resolved::Text(path)) = self.names.scalar(self.pipeline, task) else { return };
        if refused_as_path(&path).is_some() {
            return self.path(task, Ok(Resolved::Text(path)), false);
        }
        if let Some(problem) = missing_task(self.world, task, &path) {
            let severity = if runs_only_by_name { Severity::Warning } else { Severity::Error };
            self.problems.push(Problem { severity, ..problem });
        }
    }

    fn producers(&mut self) {
        // By canonical datum, so that two names (or spellings) of one file are one file.
        let mut first: HashMap<u32, (StepId, Span)> = HashMap::new();
        for step in self.links.steps() {
            for made in self.links.writes(step) {
                let canonical = self.links.datum(made.datum).canonical;
                let Some((other, place)) = first.get(&canonical.0).copied() else {
                    first.insert(canonical.0, (step, made.span));
                    continue;
                };
                let name = |step: StepId| &*self.pipeline.steps[step.index()].name.text;
                let path = &*self.links.datum(canonical).path;
                self.problems.push_with(Severity::Error, || {
                    let message = if other == step {
                        format!("`{}` makes `{path}` twice", name(step))
                    } else {
                        format!("both `{}` and `{}` make `{path}`", name(other), name(step))
                    };
                    Problem::error("two-producers", message)
                        .at(made.span, format!("`{}` makes it here", name(step)))
                        .at(place, format!("`{}` makes it here", name(other)))
                        .help("each file is made by one step, once: give one of them another path")
                });
            }
        }
    }

    fn own_outputs(&mut self) {
        let links = self.links;
        let canonical = |datum| links.datum(datum).canonical;
        for step in links.steps() {
            let mut own = links.reads(step).filter(|read| read.own && read.role != Role::Pass).peekable();
            if own.peek().is_none() {
                continue;
            }
            let mut places: HashMap<u32, Span> = HashMap::new();
            for made in links.writes(step) {
                places.entry(canonical(made.datum).0).or_insert(made.span);
            }
            let name = &self.pipeline.steps[step.index()].name.text;
            for read in own {
                let Some(place) = places.get(&canonical(read.datum).0) else { continue };
                self.problems.push_with(Severity::Error, || {
                    let datum = links.datum(read.datum).label();
                    Problem::error("own-output", format!("`{name}` reads `{datum}`, which it makes itself"))
                        .at(read.span, "reads it here")
                        .at(*place, "makes it here")
                        .help("write the result to another file")
                });
            }
        }
    }

    fn outside(&mut self) {
        for step in self.links.steps() {
            for made in self.links.writes(step) {
                let datum = self.links.datum(made.datum);
                let node = self.pipeline.data.get(made.datum.index());
                let allowed = node.is_some_and(|node| node.allow_outside_pipeline);
                if matches!(*datum.location, Location::Inside(_)) || allowed {
                    continue;
                }
                let help = if node.is_some() {
                    "write `allow_outside_pipeline: true` under the data node if that is meant"
                } else {
                    "make it a data node with `allow_outside_pipeline: true` if that is meant"
                };
                let name = &self.pipeline.steps[step.index()].name.text;
                let path = &made.path;
                self.problems.push(
                    Problem::error("outside", format!("`{name}` makes `{path}`, outside the pipeline folder"))
                        .at(made.span, format!("leads to {}", datum.location.as_str()))
                        .help(help),
                );
            }
        }
    }

    fn fault(&mut self, fault: Fault<'a>) {
        let problem = match fault {
            Fault::Elsewhere => return,
            // It may be an axis of the file that the configurations come from.
            Fault::UnknownName(..) if self.space.is_none() && self.comes_from_a_file() => return,
            Fault::UnknownName(..) if self.problems.are_too_many(Severity::Error) => {
                return self.problems.leave_out(Severity::Error);
            }
            Fault::UnknownName(name, span) => self.unknown_name(name, span),
            // One that is needed in a hundred places is still one that is not set.
            Fault::Variable(_, name, _) if !self.unset.insert(name) => return,
            Fault::Variable(NoText::NotUtf8, name, span) => {
                Problem::error("unreadable-variable", format!("the environment variable `{name}` is not UTF-8 text"))
                    .at(span, "needed here")
                    .help("give it another value")
            }
            Fault::Variable(NoText::Unset, name, span) => {
                let help = if self.names.get(name).is_some() {
                    format!("`${{…}}` is a variable of the environment; `${name}` is what the file calls `{name}`")
                } else {
                    format!(
                        "set it, or write a default: `${{{name}:-text}}`; for the text `${{{name}}}` write `$${{{name}}}`"
                    )
                };
                Problem::error("unset-variable", format!("the environment variable `{name}` is not set"))
                    .at(span, "needed here")
                    .help(help)
            }
            Fault::Endless(name, _) if !self.is_new_circle(name) => return,
            Fault::Endless(name, span) => {
                Problem::error("endless-reference", format!("`${name}` leads from parameter to parameter without end"))
                    .at(span, "never comes to a value")
                    .help("one of the parameters on the way must have a value of its own")
            }
            Fault::TooMuch(name, _) if !self.overused.insert(name) => return,
            Fault::TooMuch(name, span) => {
                let message = format!("all uses of parameters together stand for more than {MAX_WORDS} words");
                Problem::error("too-many-words", message)
                    .at(span, format!("`${name}` is too long to be used this often"))
                    .help("write the list to a file, and let the steps read that")
            }
            Fault::NoBranch(switch, way, span) => {
                let name = &self.pipeline.steps[switch as usize].name.text;
                let near = self.suggest.nearest(way, ["then", "else"]);
                let help = match near {
                    Some(near) => format!("did you mean `${name}.{near}`?"),
                    None => format!("write `${name}.then` or `${name}.else`"),
                };
                Problem::error("unknown-name", format!("the switch `{name}` has two ways, `then` and `else`"))
                    .at(span, "which of the two?")
                    .help(help)
            }
            Fault::Kind(span, found) if found.contains("switch") => {
                Problem::error("wrong-kind", format!("{found} cannot be passed to a task"))
                    .at(span, "stands for nothing")
                    .help("write `data: $name` in the switch")
            }
            Fault::Kind(span, found) => Problem::error("wrong-kind", format!("{found} cannot be passed to a task"))
                .at(span, "expected text, true, false, or a list of words")
                .help("write one flag per value"),
        };
        self.problems.push(problem);
    }

    /// Whether none of the parameters that this one leads through was told of.
    fn is_new_circle(&mut self, mut name: &'a str) -> bool {
        let mut way = Vec::new();
        loop {
            if !self.endless.insert(name) {
                return way.contains(&name);
            }
            way.push(name);
            let Some(Target::Parameter(index)) = self.names.get(name) else { return true };
            let parameter = self.pipeline.parameters.get(index as usize);
            let Some(Value::Scalar(scalar)) = parameter.map(|parameter| &parameter.value) else { return true };
            let Some(next) = scalar.reference() else { return true };
            name = next;
        }
    }

    fn unknown_name(&mut self, name: &str, span: Span) -> Problem {
        if name.is_empty() {
            return Problem::error("unknown-name", "a reference needs a name")
                .at(span, "expected a name behind the `$`")
                .help("for the text `$` write `$$`");
        }
        if LOOP_NAMES.contains(&name) {
            return Problem::error("unknown-name", format!("`${name}` has a meaning only in a step with a `loop`"))
                .at(span, "this step has none")
                .help("add `loop: {over: $folder, into: $other_folder}` to the step");
        }
        let problem = Problem::error("unknown-name", format!("nothing is named `{name}`"))
            .at(span, "no such data node or parameter");
        let prefix = name.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        if prefix != name && self.names.get(prefix).is_some() {
            let help =
                format!("a reference is the whole text: `${prefix}`, with nothing behind it; else write the path out");
            return problem.help(help);
        }
        let data = self.pipeline.data.iter().map(|data| &*data.name.text);
        let conditions = self.pipeline.steps.iter().filter(|step| matches!(step.program, Program::Condition(_)));
        let known = data
            .chain(self.pipeline.parameters.iter().map(|parameter| &*parameter.name.text))
            .chain(conditions.map(|step| &*step.name.text))
            .chain(self.names.of_sweep())
            .chain(self.pipeline.steps.iter().filter(|step| step.each.is_some()).take(1).flat_map(|_| LOOP_NAMES));
        if let Some(near) = self.suggest.nearest(name, known) {
            return problem.help(format!("did you mean `${near}`?"));
        }
        problem.help(format!("define it under `data` or `parameters`; for the text `${name}` write `$${name}`"))
    }
}
