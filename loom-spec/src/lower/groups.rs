//! Groups: labels on steps, and steps that run in passes.

use super::{Entries, GROUP_KEYS, Lower, MULTI_PASS_KEYS, STOP_KEYS};
use crate::pipeline::{Group, MultiPass, Pipeline, StopCondition};
use crate::tree::{Kind, Node};
use crate::{Entry, Problem, Scalar};

/// Several thousand passes are a mistake, or a loop in a script.
const MAX_PASSES: usize = 100_000;

impl Lower<'_> {
    pub(super) fn group<'t>(&mut self, node: Node<'t>, entries: Entries<'t>, pipeline: &mut Pipeline) {
        let index = pipeline.groups.len();
        let (mut name, mut passes, mut steps) = (None, None, None);
        let at = entries.first().map_or(node.span(), |(key, _)| key.span);
        for (key, value) in self.known(entries, "of a group", GROUP_KEYS) {
            match key.text {
                "group" => name = Some(self.text(value, "the name of a group", "a name")),
                "multi_pass" => passes = self.multi_pass(value),
                "steps" => steps = Some(value),
                _ => {}
            }
        }
        let has_name = name.is_some();
        if let Some(name) = name.flatten() {
            pipeline.groups.push(Group { name, passes, span: node.span() });
        }
        let group = (pipeline.groups.len() > index).then_some(index);
        if !has_name {
            self.problems.push(
                Problem::error("missing-key", "a group has no name").at(at, "expected a key `group` with the name"),
            );
        }
        let Some(steps) = steps else {
            self.problems.push(
                Problem::error("missing-key", "a group has no steps").at(at, "expected a key `steps` in this group"),
            );
            return;
        };
        if !self.expect_list(steps, "`steps`", "a list of steps") {
            return;
        }
        for item in steps.items() {
            if !self.expect_mapping(item, "a step", "keys such as `name` and `task`") {
                continue;
            }
            let entries = item.entries(self.problems);
            let has_steps = entries.iter().any(|(key, _)| matches!(key.text, "steps" | "multi_pass"));
            if let Some((key, _)) = entries.iter().find(|(key, _)| key.text == "group" && has_steps) {
                self.problems.push(
                    Problem::error("nested-group", "a group cannot stand in a group")
                        .at(key.span, "begins inside another group")
                        .help("groups only label steps: put the two side by side"),
                );
            } else if let Some(step) = self.step(item, entries, group) {
                pipeline.steps.push(step);
            }
        }
    }

    fn multi_pass(&mut self, node: Node<'_>) -> Option<MultiPass> {
        if !self.expect_mapping(node, "`multi_pass`", "`schedule`, or `count` with `expressions`") {
            return None;
        }
        let mut passes = MultiPass { span: node.span(), ..MultiPass::default() };
        let mut places = Vec::new();
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "under `multi_pass`", MULTI_PASS_KEYS) {
            places.push((key.text, key.span));
            match key.text {
                "schedule" => passes.schedule = self.schedule(value),
                "count" => passes.count = self.pass_count(value),
                "expressions" => passes.expressions = self.texts(value, "`expressions`", "an expression"),
                "feedback" => passes.feedback = self.texts(value, "`feedback`", "`step.flag` of the next pass"),
                "condition" => passes.stop = self.stop_condition(value),
                _ => {}
            }
        }
        let place = |name: &str| places.iter().find(|(key, _)| *key == name).map(|(_, span)| *span);
        if let (Some(schedule), Some(expressions)) = (place("schedule"), place("expressions")) {
            self.problems.push(
                Problem::error("two-schedules", "a group has one of `schedule` and `expressions`")
                    .at(expressions, "computes the parameters")
                    .at(schedule, "writes them out")
                    .help("keep one of the two"),
            );
        }
        match (place("schedule"), place("count"), place("expressions")) {
            (Some(_), Some(count), _) => {
                if let (Some(schedule), Some(_)) = (&passes.schedule, &passes.count) {
                    let passes = match schedule.len() {
                        1 => "1 pass".to_owned(),
                        length => format!("{length} passes"),
                    };
                    let message = format!("`count` has no effect: the schedule has {passes}");
                    self.problems
                        .push(Problem::warning("two-counts", message).at(count, "not needed").help("remove it"));
                }
            }
            (None, None, Some(expressions)) => self.problems.push(
                Problem::error("missing-key", "a group with `expressions` has no `count`")
                    .at(expressions, "for how many passes?")
                    .help("write `count: N` beside it"),
            ),
            (None, None, None) => self.problems.push(
                Problem::warning("missing-key", "a group with neither `schedule` nor `count` runs once")
                    .at(node.span(), "expected how often the steps run")
                    .help("write `count: N`, or a `schedule` with the parameters of each pass"),
            ),
            _ => {}
        }
        Some(passes)
    }

    fn schedule(&mut self, node: Node<'_>) -> Option<Vec<Vec<Entry>>> {
        let expected = "a list of mappings, one per pass, such as `- {lr: 0.1}`";
        if !matches!(node.kind(), Kind::Sequence) {
            self.wrong_kind(node, "`schedule`", expected);
            return None;
        }
        if node.items().next().is_none() {
            let problem = Problem::error("wrong-kind", "`schedule` has no passes");
            self.problems.push(problem.at(node.span(), format!("expected {expected}")));
            return None;
        }
        let mut passes = Vec::new();
        for item in node.items() {
            passes.push(self.arguments(item, "a pass of `schedule`", "parameters and their values"));
        }
        Some(passes)
    }

    fn pass_count(&mut self, node: Node<'_>) -> Option<Scalar> {
        let count = self.count(node, "`count`")?;
        if count > MAX_PASSES {
            self.problems.push(
                Problem::error("too-many-passes", format!("{count} passes are more than loom plans"))
                    .at(node.span(), format!("expected at most {MAX_PASSES}"))
                    .help("let one run of the script do more of the work"),
            );
            return None;
        }
        self.text(node, "`count`", "a number")
    }

    /// Names and texts.
    fn texts(&mut self, node: Node<'_>, what: &str, expected: &str) -> Vec<(Scalar, Scalar)> {
        if self.is_absent(node) || !self.expect_mapping(node, what, &format!("names, and {expected} for each")) {
            return Vec::new();
        }
        let mut texts = Vec::new();
        for (key, value) in node.entries(self.problems) {
            if let Some(text) = self.text(value, format!("`{}`", key.text), expected) {
                texts.push((self.key(key), text));
            }
        }
        texts
    }

    fn stop_condition(&mut self, node: Node<'_>) -> Option<StopCondition> {
        if !self.expect_mapping(node, "`condition`", "a `script`, with `inputs` and `args`") {
            return None;
        }
        let (mut script, mut inputs, mut args) = (None, Vec::new(), Vec::new());
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "of the condition of `multi_pass`", STOP_KEYS) {
            match key.text {
                "script" => script = Some(self.path_text(value, "`script`")),
                "inputs" => inputs = self.arguments(value, "`inputs`", "names and the data to look at"),
                "args" => args = self.arguments(value, "`args`", "names and values"),
                _ => {}
            }
        }
        if script.is_none() {
            self.problems.push(
                Problem::error("missing-key", "the condition of `multi_pass` has no script")
                    .at(node.span(), "expected a key `script` with a Python file that has a function `evaluate`"),
            );
        }
        Some(StopCondition { script: script??, inputs, args })
    }
}
