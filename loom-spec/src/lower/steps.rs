//! Steps: what they run, what they read, and what they make.

use super::{CONDITION_KEYS, Entries, LOOP_KEYS, Lower, STEP_KEYS, SWITCH_KEYS, no_pipeline};
use crate::pipeline::{Condition, Group, Loop, Pipeline, Predicate, Program, Resources, Step, Switch, Test};
use crate::tree::{self, Kind, Node};
use crate::value::as_bool;
use crate::{Entry, Problem, Scalar, Span, Style, Value};

/// What `kind` may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StepKind {
    Task,
    Condition,
    Switch,
}

impl StepKind {
    fn word(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Condition => "condition",
            Self::Switch => "switch",
        }
    }
}

impl Program {
    fn condition(test: Test) -> Self {
        Self::Condition(Condition { test, negate: false })
    }
}

impl Lower<'_> {
    pub(super) fn steps(&mut self, node: Node<'_>, key: Span, pipeline: &mut Pipeline) {
        if node.scalar().is_some_and(|(text, style)| text.is_empty() && style == Style::Plain) {
            let message = "`pipeline` has no steps: is the file complete?";
            self.problems.push(no_pipeline(message, key, "expected a list of steps under it"));
        } else if self.expect_list(node, "`pipeline`", "a list of steps") {
            pipeline.steps.reserve_exact(node.items().count());
            for item in node.items() {
                if !self.expect_mapping(item, "a step", "keys such as `name` and `task`") {
                    continue;
                }
                let entries = item.entries(self.problems);
                let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
                let has_steps = entries.iter().any(|(key, value)| {
                    let is_list = matches!(value.kind(), Kind::Sequence) && !STEP_KEYS.contains(&key.text);
                    is_list && self.suggest.nearest(key.text, ["steps"]).is_some()
                });
                let runs = ["task", "script", "command", "kind"].iter().any(|key| has(key));
                if has_steps || has("steps") || has("multi_pass") || has("group") && !runs {
                    self.group(item, entries, pipeline);
                } else {
                    let label = self.group_label(&entries, pipeline);
                    let step = self.step(item, entries, label);
                    pipeline.steps.extend(step);
                }
            }
        }
    }

    /// A step without a readable program keeps its place among the others, so that what it makes is not missed as well.
    pub(super) fn step<'t>(&mut self, node: Node<'t>, entries: Entries<'t>, group: Option<usize>) -> Option<Step> {
        let kind = self.kind(&entries);
        let (what, keys) = match kind {
            StepKind::Task => ("of a step", STEP_KEYS),
            StepKind::Condition => ("of a condition", CONDITION_KEYS),
            StepKind::Switch => ("of a switch", SWITCH_KEYS),
        };
        let mut name = None;
        let mut programs: Vec<(Span, Option<Program>)> = Vec::with_capacity(1);
        let (mut negate, mut condition, mut payload) = (false, None, None);
        let mut step = Step {
            name: Scalar { text: "".into(), span: node.span(), style: Style::Plain },
            program: Program::Words(Vec::new()),
            each: None,
            inputs: Vec::new(),
            outputs: Vec::new(),
            args: Vec::new(),
            env: Vec::new(),
            resources: Resources::default(),
            timeout: None,
            retries: None,
            gather: None,
            cache: true,
            detach: false,
            optional: false,
            disabled: false,
            group,
            span: node.span(),
        };
        let at = entries.first().map_or(node.span(), |(key, _)| key.span);
        for (key, value) in self.known(entries, what, keys) {
            match (key.text, kind) {
                ("name", _) => name = Some(self.text(value, "the name of a step", "a name")),
                ("script", StepKind::Condition) => {
                    let script = self.path_text(value, "`script`");
                    programs.push((key.span, script.map(|script| Program::condition(Test::Script(script)))));
                }
                ("predicate", _) => {
                    let predicate = self.predicate(value);
                    programs.push((key.span, predicate.map(|found| Program::condition(Test::Predicate(found)))));
                }
                ("task" | "script", _) => {
                    let task = self.path_text(value, format_args!("`{}`", key.text));
                    programs.push((key.span, task.map(Program::Task)));
                }
                ("command", _) => programs.push((key.span, self.command(value))),
                // What a condition looks at may be any value.
                ("inputs", StepKind::Condition) => step.inputs = self.arguments(value, "`inputs`", "names and values"),
                ("inputs", _) => step.inputs = self.paths(value, "`inputs`", "names and the data to read"),
                ("outputs", _) => step.outputs = self.paths(value, "`outputs`", "flags and the data to write"),
                ("args", _) => step.args = self.arguments(value, "`args`", "flags and their values"),
                ("loop", _) => step.each = self.each(value),
                ("env", _) => step.env = self.env(value),
                ("resources", _) => step.resources = self.resources(value),
                ("timeout", _) => step.timeout = self.timeout(value),
                ("retries", _) => step.retries = self.retries(value),
                ("gather", _) => step.gather = self.gather(value),
                ("cache", _) => step.cache = self.switch(value, "`cache`").unwrap_or(true),
                ("detach", _) => step.detach = self.switch(value, "`detach`").unwrap_or(false),
                ("negate", _) => negate = self.switch(value, "`negate`").unwrap_or(false),
                ("condition", _) => {
                    let expected = "a condition, or a parameter that is true or false, such as `$name`";
                    condition = Some(self.reference(value, "`condition`", expected));
                }
                ("data", _) => payload = self.path(value, "data"),
                ("optional", _) => step.optional = self.switch(value, "`optional`").unwrap_or(false),
                ("disabled", _) => step.disabled = self.switch(value, "`disabled`").unwrap_or(false),
                _ => {}
            }
        }
        let lacks_program = programs.is_empty() && kind != StepKind::Switch;
        if name.is_none() && lacks_program && kind == StepKind::Task {
            self.problems.push(
                Problem::error("missing-key", "a step has no name, and nothing to run")
                    .at(at, "expected the keys `name` and `task` in this step"),
            );
            return None;
        }
        if name.is_none() {
            self.problems
                .push(Problem::error("missing-key", "a step has no name").at(at, "expected a key `name` in this step"));
        }
        if let [(first, _), (second, _), ..] = programs[..] {
            let message = match kind {
                StepKind::Condition => "a condition has one of `predicate` and `script`",
                _ => "a step has one of `task`, `script` and `command`",
            };
            self.problems.push(
                Problem::error("two-programs", message)
                    .at(second, "a second one")
                    .at(first, "the first one")
                    .help("keep one of them; what one step cannot do, two steps can"),
            );
        } else if lacks_program {
            let (message, expected) = match kind {
                StepKind::Condition => ("a condition has nothing to find out", "`predicate` or `script`"),
                _ => ("a step has nothing to run", "`task` or `command`"),
            };
            self.problems
                .push(Problem::error("missing-key", message).at(at, format!("expected a key {expected} in this step")));
        }
        if kind == StepKind::Switch && condition.is_none() {
            self.problems.push(
                Problem::error("missing-key", "a switch has no condition")
                    .at(at, "expected a key `condition` in this step"),
            );
        }
        step.name = name.flatten()?;
        if step.name.text.is_empty() {
            self.problems
                .push(Problem::error("wrong-kind", "a name cannot be empty").at(step.name.span, "expected a name"));
            return None;
        }
        if let (StepKind::Switch, Some(Some(condition))) = (kind, condition) {
            step.program = Program::Switch(Switch { condition, data: payload });
        } else if let Some((_, Some(program))) = programs.into_iter().next() {
            step.program = program;
        }
        if let Program::Condition(condition) = &mut step.program {
            condition.negate = negate;
        }
        Some(step)
    }

    /// The group that a step names by a key of its own.
    fn group_label(&mut self, entries: &[(tree::Scalar<'_>, Node<'_>)], pipeline: &mut Pipeline) -> Option<usize> {
        let (_, value) = entries.iter().find(|(key, _)| key.text == "group")?;
        let name = self.text(*value, "the name of a group", "a name")?;
        let known = pipeline.groups.iter().position(|group| group.name.text == name.text && group.passes.is_none());
        Some(known.unwrap_or_else(|| {
            pipeline.groups.push(Group { span: name.span, name, passes: None });
            pipeline.groups.len() - 1
        }))
    }

    /// What `kind` says; where it says nothing that is known, what the other keys look like.
    fn kind(&mut self, entries: &[(tree::Scalar<'_>, Node<'_>)]) -> StepKind {
        let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let looks_like = if has("predicate") || has("negate") {
            StepKind::Condition
        } else if has("condition") && !has("task") && !has("command") {
            StepKind::Switch
        } else {
            StepKind::Task
        };
        let Some((_, value)) = entries.iter().find(|(key, _)| key.text == "kind") else {
            let Some((key, _)) = entries.iter().find(|(key, _)| matches!(key.text, "predicate" | "condition")) else {
                return StepKind::Task;
            };
            if looks_like != StepKind::Task {
                let word = looks_like.word();
                self.problems.push(
                    Problem::error("missing-key", format!("a step with `{}` has no `kind`", key.text))
                        .at(key.span, format!("a key of a {word}"))
                        .help(format!("write `kind: {word}` in this step")),
                );
            }
            return looks_like;
        };
        const KINDS: [StepKind; 3] = [StepKind::Task, StepKind::Condition, StepKind::Switch];
        let Some(kind) = self.text(*value, "`kind`", "`condition` or `switch`") else { return looks_like };
        match KINDS.into_iter().find(|known| known.word() == &*kind.text) {
            Some(known) => known,
            None => {
                let near = self.suggest.did_you_mean(&kind.text, KINDS.map(StepKind::word));
                self.problems.push(
                    Problem::error("unknown-kind", format!("there is no kind of step `{}`", kind.text))
                        .at(kind.span, "expected `condition` or `switch`")
                        .help(near.unwrap_or_else(|| "a step that runs something needs no `kind`".to_owned())),
                );
                looks_like
            }
        }
    }

    fn predicate(&mut self, node: Node<'_>) -> Option<Predicate> {
        let word = self.text(node, "`predicate`", "one of the words below")?;
        let found = Predicate::ALL.into_iter().find(|known| known.word() == &*word.text);
        if found.is_none() {
            let words = Predicate::ALL.map(Predicate::word);
            let near = self.suggest.did_you_mean(&word.text, words);
            self.problems.push(
                Problem::error("unknown-predicate", format!("there is no predicate `{}`", word.text))
                    .at(word.span, "unknown")
                    .help(near.unwrap_or_else(|| format!("the predicates are: {}", words.join(", ")))),
            );
        }
        found
    }

    fn each(&mut self, node: Node<'_>) -> Option<Loop> {
        if !self.expect_mapping(node, "`loop`", "the keys `over` and `into`") {
            return None;
        }
        let (mut over, mut into, mut filter, mut parallel) = (None, None, None, None);
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "of a loop", LOOP_KEYS) {
            match key.text {
                "over" => over = Some(self.path(value, "over")),
                "into" => into = Some(self.path(value, "into")),
                "filter" => filter = self.text(value, "`filter`", "a pattern such as `\"*.txt\"`"),
                "parallel" => parallel = self.switch(value, "`parallel`"),
                _ => {}
            }
        }
        for (key, given, what) in
            [("over", over.is_some(), "folder to go through"), ("into", into.is_some(), "folder for the results")]
        {
            if !given {
                self.problems.push(
                    Problem::error("missing-key", format!("a loop has no {what}"))
                        .at(node.span(), format!("expected a key `{key}` in this loop")),
                );
            }
        }
        Some(Loop { over: over??, into: into??, filter, parallel, span: node.span() })
    }

    pub(super) fn command(&mut self, node: Node<'_>) -> Option<Program> {
        let program = match node.kind() {
            Kind::Scalar(..) => self.text(node, "`command`", "a program and its arguments").map(Program::Shell)?,
            Kind::Sequence => {
                let mut words = Vec::with_capacity(node.items().count());
                words.extend(node.items().filter_map(|item| self.text(item, "a word of `command`", "a word")));
                Program::Words(words)
            }
            Kind::Mapping => {
                self.wrong_kind(node, "`command`", "a list of words, or one line for the shell");
                return None;
            }
        };
        let first = match &program {
            Program::Words(words) => words.first(),
            Program::Shell(line) => Some(line),
            _ => None,
        };
        // A word without a value is told of as such.
        let has_nothing = node.items().next().is_none();
        if first.map_or(has_nothing, |first| first.text.trim().is_empty()) {
            self.problems.push(
                Problem::error("wrong-kind", "`command` does not name a program")
                    .at(first.map_or(node.span(), |first| first.span), "expected a program and its arguments"),
            );
            return None;
        }
        first.is_some().then_some(program)
    }

    /// The entries of `inputs` or `outputs`: every value is a path or a reference.
    pub(super) fn paths(&mut self, node: Node<'_>, what: &str, expected: &str) -> Vec<Entry> {
        if self.is_absent(node) || !self.expect_mapping(node, what, expected) {
            return Vec::new();
        }
        let found = node.entries(self.problems);
        let mut entries = Vec::with_capacity(found.len());
        for (key, value) in found {
            if let Some(path) = self.path(value, key.text) {
                entries.push(Entry { key: self.key(key), value: Value::Scalar(path) });
            }
        }
        entries
    }

    pub(super) fn path(&mut self, node: Node<'_>, key: &str) -> Option<Scalar> {
        let expected = "a path, or a reference such as `$name`";
        let fits = node.scalar().is_some_and(|(text, style)| as_bool(text, style).is_none());
        if !fits {
            let problem = self.wrong_kind_problem(node, &format!("`{key}`"), expected);
            let several = node.items().next().is_some();
            let help = several.then(|| "give each path a key of its own".to_owned());
            self.problems.push(problem.maybe_help(help));
            return None;
        }
        self.path_text(node, format_args!("`{key}`"))
    }

    pub(super) fn arguments(&mut self, node: Node<'_>, what: &str, expected: &str) -> Vec<Entry> {
        if self.is_absent(node) || !self.expect_mapping(node, what, expected) {
            return Vec::new();
        }
        let found = node.entries(self.problems);
        let mut entries = Vec::with_capacity(found.len());
        for (key, value) in found {
            let value = self.value_with_warnings(value);
            entries.push(Entry { key: self.key(key), value });
        }
        entries
    }
}
