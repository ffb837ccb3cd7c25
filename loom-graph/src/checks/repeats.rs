//! What can be wrong with loops, and with groups that run in passes.

use foldhash::HashMap;
use loom_spec::{Group, MultiPass, Pipeline, Problem, Program, Span, Step, Value};

use super::Check;
use crate::expression::{Expression, inside, problem as expression_problem};
use crate::links::{Role, StepId, Use};
use crate::names::{Resolved, Within};
use crate::passes::{self, Expressions, NoFeedback, pass_of};
use crate::{Location, Presence};

impl<'a> Check<'a> {
    pub(super) fn each(&mut self, id: StepId, step: &'a Step) {
        let Some(each) = &step.each else { return };
        for (scalar, is_read) in [(&each.over, true), (&each.into, false)] {
            match self.names.scalar(self.pipeline, scalar) {
                Ok(Resolved::Branch(..)) if is_read => {}
                found => self.path(scalar, found, true),
            }
        }
        if let Some(filter) = &each.filter {
            match self.names.scalar(self.pipeline, filter) {
                Ok(Resolved::Text(text)) => {
                    let looks_outside = text.split('/').any(|part| part == "..") || text.starts_with('/');
                    let fault = match glob::Pattern::new(&text) {
                        _ if looks_outside => {
                            Some("a filter looks into the folder of the loop, and nowhere else".to_owned())
                        }
                        Ok(_) => None,
                        Err(error) => Some(format!("`{text}` is no pattern: {}", error.msg)),
                    };
                    if let Some(fault) = fault {
                        self.problems.push(
                            Problem::error("wrong-kind", fault)
                                .at(filter.span, "expected a pattern such as `\"*.txt\"`")
                                .help("`*` is any text in a name, `?` a letter, `[ab]` one of these, `**` any folders"),
                        );
                    }
                }
                Ok(Resolved::OfSweep(name)) => self.of_sweep(filter, name, false),
                Ok(found) => self.not_a_path(filter, &found),
                Err(fault) => self.fault(fault),
            }
        }
        let links = self.links;
        let Some((over, _)) = links.folders_of_loop(id) else { return };
        if links.datum(over.datum).url.is_some() {
            self.problems.push(
                Problem::error("wrong-kind", "a loop goes through a folder, and this is the address of a file")
                    .at(each.over.span, "expected a folder"),
            );
        }
        let makers = links.dependencies(id).iter().any(|leg| links.uses(id)[leg.used as usize].datum == over.datum);
        // Which folder that is may differ from configuration to configuration.
        let is_one = !self.names.have_sweep() || !over.path.contains(['{', '$']);
        if !makers && is_one && self.world.presence(&over.path) == Presence::Missing {
            self.problems.push(
                Problem::warning(
                    "missing-folder",
                    format!("`{}` goes through `{}`, which does not exist", step.name.text, over.path),
                )
                .at(each.over.span, "no such folder")
                .help("no step makes it: the step will fail; a path is relative to the folder of the pipeline file"),
            );
        }
        let uses_item = |role: Role| links.uses(id).iter().any(|used| used.role == role && used.span != each.over.span);
        let names_item = mentions(step, "loop_item") || uses_item(Role::Over);
        if !names_item {
            self.problems.push(
                Problem::warning("loop-without-item", format!("`{}` does the same for every file", step.name.text))
                    .at(each.span, format!("goes through `{}`", over.path))
                    .help("hand the file over: write `$loop_item` under `inputs` or `args`"),
            );
        }
        let several = step.outputs.iter().filter_map(|entry| match &entry.value {
            Value::Scalar(scalar) if scalar.reference() != Some("loop_output") => Some(scalar),
            _ => None,
        });
        for scalar in several {
            self.problems.push(
                Problem::warning("loop-output", "every item of the loop writes this one file")
                    .at(scalar.span, "the last one wins")
                    .help("`$loop_output` is a file of its own for each item"),
            );
        }
    }

    /// What holds for a step in a group that runs in passes.
    pub(super) fn in_passes(&mut self, step: &'a Step) {
        let Some(group) = step.group.map(|group| &self.pipeline.groups[group]) else { return };
        if group.passes.is_none() {
            return;
        }
        let what = match (&step.program, &step.each) {
            (Program::Condition(_), _) => "a condition",
            (Program::Switch(_), _) => "a switch",
            (_, Some(_)) => "a loop",
            _ => "",
        };
        if !what.is_empty() {
            self.problems.push(
                Problem::error("not-in-passes", format!("{what} cannot stand in a group that runs in passes"))
                    .at(step.name.span, format!("stands in `{}`", group.name.text))
                    .help("put it before or behind the group"),
            );
        }
        for (is_set, key) in [(step.optional, "optional"), (step.disabled, "disabled")] {
            if is_set {
                let message = format!("`{key}` has no effect in a group that runs in passes");
                self.problems.push(
                    Problem::warning("no-effect", message)
                        .at(step.name.span, format!("runs in every pass of `{}`", group.name.text))
                        .help("take the step out of the group, or remove the key"),
                );
            }
        }
    }

    pub(super) fn groups(&mut self) {
        let pipeline = self.pipeline;
        if pipeline.groups.iter().all(|group| group.passes.is_none()) {
            return;
        }
        let links = self.links;
        let uses = links.steps().flat_map(|step| links.uses(step).iter().map(move |used| (step, used)));
        let like_passes: Vec<(StepId, &Use)> =
            uses.filter(|(_, used)| links.datum(used.datum).location.as_str().contains("_iter")).collect();
        for (index, group) in pipeline.groups.iter().enumerate() {
            let Some(passes) = &group.passes else { continue };
            let clash = pipeline.steps.iter().map(|step| &step.name).find(|name| name.text == group.name.text);
            let other =
                pipeline.groups[..index].iter().map(|group| &group.name).find(|name| name.text == group.name.text);
            if let Some(name) = clash.or(other) {
                let message = format!("a step and a group that runs in passes are both named `{}`", name.text);
                let message = if clash.is_some() { message } else { format!("two groups are named `{}`", name.text) };
                self.problems.push(
                    Problem::error("duplicate-step", message)
                        .at(group.name.span, "this group runs as one step")
                        .at(name.span, "named here, too")
                        .help("rename one of the two"),
                );
            }
            let Some(first) = pipeline.steps.iter().position(|step| step.group == Some(index)) else { continue };
            let first = StepId(first as u32);
            self.schedule(passes, first);
            self.expressions(passes);
            self.feedback(passes, first);
            self.stop(passes, first);
            self.files_of_passes(passes, group, first, &like_passes);
        }
    }

    /// The file of a pass is made by that pass, and by nothing else. Whoever runs behind the passes may read it.
    fn files_of_passes(
        &mut self,
        passes: &'a MultiPass,
        group: &'a Group,
        first: StepId,
        like_passes: &[(StepId, &'a Use)],
    ) {
        let links = self.links;
        let made: Vec<&str> = links
            .block(first)
            .flat_map(|step| links.writes(step))
            .filter(|made| passes::is_made_by_pass(links, made.datum, first))
            .map(|made| links.datum(made.datum).location.as_str())
            .collect();
        for (step, used) in like_passes {
            let is_made = matches!(used.role, Role::Output | Role::Into);
            let verb = if is_made { "makes" } else { "reads" };
            if !is_made && links.leader(*step) != links.leader(first) {
                continue;
            }
            let location = links.datum(used.datum).location.as_str();
            let of_pass = made.iter().find_map(|plain| Some((*plain, pass_of(plain, location)?)));
            let Some((plain, pass)) = of_pass.filter(|(_, pass)| (*pass as usize) < passes.pass_count()) else {
                continue;
            };
            let name = &self.pipeline.steps[step.index()].name.text;
            self.problems.push(
                Problem::error(
                    "two-producers",
                    format!("`{name}` {verb} `{location}`, which is what pass {pass} of `{}` makes", group.name.text),
                )
                .at(used.span, "used here")
                .at(group.name.span, format!("makes `{plain}` in passes, each a file of its own"))
                .help("give one of the two another path; what the passes come to is at the plain path"),
            );
        }
    }

    /// Every pass must give what another one gives, unless the pipeline has a parameter for it; and what is given, is used.
    fn schedule(&mut self, passes: &'a MultiPass, first: StepId) {
        for entry in passes.schedule.iter().flatten().flatten() {
            if let Err(fault) = self.names.resolve(self.pipeline, &entry.value) {
                self.fault(fault);
            }
        }
        let mut used: Vec<&'a str> = Vec::new();
        for step in self.links.block(first) {
            let step = &self.pipeline.steps[step.index()];
            for entry in step.args.iter().chain(&step.env) {
                references(&entry.value, &mut |name, span| {
                    if !passes.gives(name) {
                        return;
                    }
                    used.push(name);
                    let missing = passes
                        .schedule
                        .iter()
                        .flatten()
                        .position(|pass| pass.iter().all(|entry| &*entry.key.text != name));
                    if let Some(pass) = missing
                        && self.names.get(name).is_none()
                    {
                        self.problems.push(
                            Problem::error("unknown-name", format!("pass {pass} of the schedule gives no `{name}`"))
                                .at(span, "needed here")
                                .help(format!("add `{name}` to each pass, or give it a value under `parameters`")),
                        );
                    }
                });
            }
        }
        let scheduled = passes.schedule.iter().flatten().flatten().map(|entry| &entry.key);
        let mut told: Vec<&str> = Vec::new();
        for key in scheduled {
            if used.contains(&&*key.text) || told.contains(&&*key.text) {
                continue;
            }
            told.push(&key.text);
            let near = self.suggest.nearest(&key.text, used.iter().copied());
            self.problems.push(
                Problem::warning("no-effect", format!("no step of the group has an argument `${}`", key.text))
                    .at(key.span, "given to nobody")
                    .help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("write `${}` under the `args` of a step", key.text),
                    }),
            );
        }
    }

    fn expressions(&mut self, passes: &'a MultiPass) {
        let mut sound = true;
        for (index, (_, text)) in passes.expressions.iter().enumerate() {
            let parsed = match Expression::parse(&text.text) {
                Ok(parsed) => parsed,
                Err(error) => {
                    sound = false;
                    self.problems.push(expression_problem(text, &error));
                    continue;
                }
            };
            let known = passes::names_above(passes, index);
            for (name, range) in parsed.names() {
                if known.iter().any(|known| known == name) {
                    continue;
                }
                sound = false;
                let near = self.suggest.nearest(name, known.iter().map(|known| &**known));
                let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
                self.problems.push(
                    Problem::error("unknown-name", format!("nothing is named `{name}` in this expression"))
                        .at(inside(text, range), "not known here")
                        .help(match near {
                            Some(near) => format!("did you mean `{near}`?"),
                            None => format!("known here: {}", known.join(", ")),
                        }),
                );
            }
        }
        if !sound {
            return;
        }
        let Ok(expressions) = Expressions::parse(passes) else { return };
        for pass in 0..passes.pass_count() as u32 {
            if let Err((text, error)) = expressions.compute(pass, &mut self.work_left) {
                let problem = expression_problem(text, &error);
                let message = format!("{} (in pass {pass})", problem.message);
                return self.problems.push(Problem { message, ..problem });
            }
        }
    }

    fn feedback(&mut self, passes: &'a MultiPass, first: StepId) {
        let pipeline = self.pipeline;
        let links = self.links;
        let steps = || links.block(first).map(|step| &*pipeline.steps[step.index()].name.text);
        let step = |id: StepId| &pipeline.steps[id.index()];
        for line in passes::feedback(step, passes, links.block(first)) {
            let problem = match line {
                Ok(line) => {
                    let reader = &pipeline.steps[line.reader.index()];
                    let output = reader.outputs.iter().find(|entry| &*entry.key.text == line.flag);
                    let Some(output) = output else { continue };
                    Problem::error("feedback", format!("`{}` is an output of `{}`", line.flag, reader.name.text))
                        .at(output.key.span, "made by the step")
                        .help("what is fed back goes to an input or an argument")
                }
                Err(NoFeedback::NoStep(text, span)) => {
                    let name = text.split('.').next().unwrap_or_default();
                    let problem = Problem::error("feedback", format!("`{text}` names no step of this group"))
                        .at(span, "expected `step.flag`");
                    match self.suggest.nearest(name, steps()) {
                        Some(near) => problem.help(format!("did you mean `{near}`?")),
                        None => problem.help(format!("the steps are: {}", steps().collect::<Vec<_>>().join(", "))),
                    }
                }
                Err(NoFeedback::NoOutput(step, flag, span)) => {
                    let step = &pipeline.steps[step.index()];
                    let flags: Vec<&str> = step.outputs.iter().map(|entry| &*entry.key.text).collect();
                    let problem = Problem::error("feedback", format!("`{}` has no output `{flag}`", step.name.text))
                        .at(span, "nothing to feed back");
                    match (self.suggest.nearest(flag, flags.iter().copied()), flags.is_empty()) {
                        (Some(near), _) => problem.help(format!("did you mean `{}.{near}`?", step.name.text)),
                        (None, true) => problem.help("the step has no outputs"),
                        (None, false) => problem.help(format!("its outputs are: {}", flags.join(", "))),
                    }
                }
            };
            self.problems.push(problem);
        }
    }

    fn stop(&mut self, passes: &'a MultiPass, first: StepId) {
        let Some(stop) = &passes.stop else { return };
        self.task(&stop.script, false);
        let names = self.names.within(self.pipeline, &self.pipeline.steps[first.index()]);
        for entry in stop.inputs.iter().chain(&stop.args) {
            self.asked_with(names, entry);
        }
    }

    /// A node that is nested in another lies inside it.
    pub(super) fn nested(&mut self) {
        let pipeline = self.pipeline;
        let around = around_each(pipeline);
        let in_circle = in_circle(&around);
        for (index, data) in pipeline.data.iter().enumerate() {
            let Some(nested_in) = &data.nested_in else { continue };
            let Some(around) = around[index] else {
                let name = nested_in.reference().unwrap_or_default();
                let near = self.suggest.nearest(name, pipeline.data.iter().map(|node| &*node.name.text));
                self.problems.push(
                    Problem::error("unknown-name", format!("no data node is named `{name}`"))
                        .at(nested_in.span, "expected the node that this one is inside of")
                        .maybe_help(near.map(|near| format!("did you mean `${near}`?"))),
                );
                continue;
            };
            if self.names.full_path(pipeline, index as u32).is_none() {
                if in_circle[index] {
                    self.problems.push(
                        Problem::error("endless-nesting", format!("`{}` is nested in itself", data.name.text))
                            .at(nested_in.span, "leads back to this node")
                            .help("one of the nodes on the way must stand alone"),
                    );
                }
                continue;
            }
            let location = |index: usize| &*self.links.data()[index].location;
            let inside = location(index).ancestors().any(|folder| folder == location(around).as_str())
                && matches!(location(index), Location::Inside(_)) == matches!(location(around), Location::Inside(_));
            if !inside {
                let folder = &self.links.data()[around].path;
                self.problems.push(
                    Problem::error(
                        "not-nested",
                        format!("`{}` is not inside `{folder}`", self.links.data()[index].path),
                    )
                    .at(data.path.span, format!("leads to {}", location(index).as_str()))
                    .at(nested_in.span, "the node that it should be inside of")
                    .help("a nested path begins at the node around it"),
                );
            }
        }
    }

    /// A value that a condition is asked with.
    pub(super) fn asked_with(&mut self, names: Within<'a>, entry: &'a loom_spec::Entry) {
        if let Value::Scalar(scalar) = &entry.value
            && scalar.is_null()
        {
            return;
        }
        match &entry.value {
            // A mapping is handed to a script as it is.
            Value::Map(..) => {}
            value => match names.argument(value) {
                Err(crate::names::Fault::Kind(..)) | Ok(_) => {}
                Err(fault) => self.fault(fault),
            },
        }
    }
}

/// For each data node the one that it says it is inside of, if there is one.
fn around_each(pipeline: &Pipeline) -> Vec<Option<usize>> {
    // Of several of one name, the first counts.
    let names = pipeline.data.iter().map(|node| &*node.name.text).enumerate().rev();
    let places: HashMap<&str, usize> = names.map(|(index, name)| (name, index)).collect();
    let named = |name: &str| places.get(name).copied();
    pipeline.data.iter().map(|node| node.nested_in.as_ref()?.reference().and_then(named)).collect()
}

/// Which nodes are inside of themselves, where each says what it is inside of. Every node is passed once.
fn in_circle(around: &[Option<usize>]) -> Vec<bool> {
    let mut in_circle = vec![false; around.len()];
    let mut passed_from = vec![None; around.len()];
    for start in 0..around.len() {
        let mut at = Some(start);
        while let Some(node) = at.filter(|node| passed_from[*node].is_none()) {
            passed_from[node] = Some(start);
            at = around[node];
        }
        // Only a way that runs into itself has found a circle.
        let Some(found) = at.filter(|node| passed_from[*node] == Some(start)) else { continue };
        let mut node = found;
        while !std::mem::replace(&mut in_circle[node], true) {
            node = around[node].unwrap_or(found);
        }
    }
    in_circle
}

/// The names that a value refers to.
fn references<'a>(value: &'a Value, visit: &mut dyn FnMut(&'a str, Span)) {
    match value {
        Value::Scalar(scalar) => {
            if let Some(name) = scalar.reference() {
                visit(name, scalar.span);
            }
        }
        Value::List(items, _) => items.iter().for_each(|item| references(item, visit)),
        Value::Map(entries, _) => entries.iter().for_each(|entry| references(&entry.value, visit)),
    }
}

fn mentions(step: &Step, wanted: &str) -> bool {
    let mut found = false;
    for entry in step.inputs.iter().chain(&step.args).chain(&step.env) {
        references(&entry.value, &mut |name, _| found |= name == wanted);
    }
    let words = crate::names::program_scalars(&step.program);
    found || words.iter().any(|word| word.reference() == Some(wanted))
}

#[cfg(test)]
mod tests {
    use super::in_circle;

    #[test]
    fn circles_are_told_from_the_ways_into_them() {
        // 0 → 1 → 2 → 3 → 1, 4 → itself, 5 → 4, 6 → nothing, 7 → 6
        let around = [Some(1), Some(2), Some(3), Some(1), Some(4), Some(4), None, Some(6)];
        assert_eq!(in_circle(&around), [false, true, true, true, true, false, false, false]);
        let long: Vec<Option<usize>> = (0..200_000).map(|node| Some((node + 1) % 200_000)).collect();
        assert!(in_circle(&long).into_iter().all(|inside| inside));
    }
}
