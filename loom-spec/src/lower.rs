//! From the YAML tree to the pipeline, collecting every problem on the way.

use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};

use crate::pipeline::{DATA_TYPES, Data, Execution, Group, Parameter, Pipeline, Program, Step};
use crate::problem::Problems;
use crate::tree::{self, Kind, Node, Tree};
use crate::{Entry, Problem, Scalar, Span, Suggest, Value};

const TOP_KEYS: &[&str] = &["data", "parameters", "pipeline", "execution", "output_dir", "layout", "editor"];
const DATA_KEYS: &[&str] = &["type", "path", "name", "description", "allow_outside_pipeline"];
const STEP_KEYS: &[&str] = &["name", "task", "script", "command", "inputs", "outputs", "args", "optional", "disabled"];
const GROUP_KEYS: &[&str] = &["group", "steps"];
const EXECUTION_KEYS: &[&str] = &["parallel", "max_workers", "python"];

/// Keys of the format that this version of loom cannot honour: refused by name, because leaving out
/// what they ask for would be worse.
#[rustfmt::skip]
const UNSUPPORTED: &[&str] = &[
    "sweep", "nested_in", "pattern", "metrics", "loop", "multi_pass", "kind", "condition", "predicate", "negate",
    "feedback", "retries", "timeout", "env", "resources", "cache", "gather", "detach",
];

/// Turns a document into the pipeline it describes, as far as it does. `end` is the end of the text.
pub(crate) fn pipeline(tree: &Tree<'_>, end: Span, problems: &mut Problems) -> Pipeline {
    let mut lower = Lower { problems, texts: HashSet::new(), suggest: Suggest::default() };
    let mut pipeline = Pipeline::default();
    match tree.root() {
        Some(root) if matches!(root.kind(), Kind::Mapping) => lower.top(root, end, &mut pipeline),
        Some(root) if root.scalar().is_none_or(|(text, _)| !text.is_empty()) => {
            let kind = lower.value(root).kind();
            lower.problems.push(
                Problem::error("wrong-kind", format!("a pipeline file is a mapping, not {kind}"))
                    .at(root.span(), "expected a key, such as `pipeline:`"),
            );
        }
        _ => lower.problems.push(no_pipeline("the file is empty", end)),
    }
    pipeline
}

fn no_pipeline(message: &str, at: Span) -> Problem {
    Problem::error("no-pipeline", message)
        .at(at, "expected a key `pipeline` with a list of steps")
        .help("`pipeline: []` is the smallest pipeline")
}

struct Lower<'p> {
    problems: &'p mut Problems,
    /// One copy of every text: flags and task names recur with every step.
    texts: HashSet<Arc<str>>,
    suggest: Suggest,
}

impl Lower<'_> {
    fn top(&mut self, root: Node<'_>, end: Span, pipeline: &mut Pipeline) {
        let mut has_pipeline = false;
        for (key, value) in root.entries(self.problems) {
            match key.text {
                "data" => self.data(value, pipeline),
                "parameters" => self.parameters(value, pipeline),
                "pipeline" => {
                    has_pipeline = true;
                    self.steps(value, key.span, pipeline);
                }
                "execution" => self.execution(value, &mut pipeline.execution),
                "output_dir" => pipeline.output_dir = self.text(value, "`output_dir`"),
                "layout" => pipeline.layout = Some(self.value(value)),
                "editor" => pipeline.editor = Some(self.value(value)),
                "variables" => self.variables(key, value),
                text if text.starts_with("x-") => {}
                _ => self.unknown_key(key, "in a pipeline file", TOP_KEYS),
            }
        }
        if !has_pipeline {
            self.problems.push(no_pipeline("the file has no key `pipeline`: is it complete?", end));
        }
    }

    fn variables(&mut self, key: tree::Scalar<'_>, value: Node<'_>) {
        let example = value.entries(self.problems).first().and_then(|(name, path)| Some((name.text, path.scalar()?.0)));
        let (name, path) = example.unwrap_or(("name", "path"));
        self.problems.push(
            Problem::error("old-key", "`variables` is the older word for `data`, and is no longer read")
                .at(key.span, "write `data:` here")
                .help(format!("under `data:`, each line stays as it is: `{name}: {path}`")),
        );
    }

    // data, parameters, execution

    fn data(&mut self, node: Node<'_>, pipeline: &mut Pipeline) {
        if !self.expect_mapping(node, "`data`", "names and their paths") {
            return;
        }
        for (name, value) in node.entries(self.problems) {
            if let Some(data) = self.data_node(name, value) {
                pipeline.data.push(data);
            }
        }
    }

    fn data_node(&mut self, name: tree::Scalar<'_>, value: Node<'_>) -> Option<Data> {
        let what = format!("the data node `{}`", name.text);
        let name = self.key(name);
        let mut data = Data {
            path: name.clone(),
            name,
            kind: None,
            title: None,
            description: None,
            allow_outside_pipeline: false,
        };
        if let Some((text, _)) = value.scalar() {
            data.path = self.text(value, &what)?;
            return self.local_path(text, value.span()).then_some(data);
        }
        if !self.expect_mapping(value, &what, "a path, or the keys `type` and `path`") {
            return None;
        }
        let mut has_path = false;
        for (key, value) in value.entries(self.problems) {
            match key.text {
                "type" => data.kind = self.data_type(value),
                "path" => {
                    has_path = true;
                    if let Some(path) = self.text(value, "`path`")
                        && self.local_path(&path.text, path.span)
                    {
                        data.path = path;
                    }
                }
                "name" => data.title = self.text(value, "`name`"),
                "description" => data.description = self.text(value, "`description`"),
                "allow_outside_pipeline" => {
                    data.allow_outside_pipeline = self.switch(value, "`allow_outside_pipeline`").unwrap_or(false);
                }
                _ => self.unknown_key(key, "of a data node", DATA_KEYS),
            }
        }
        if !has_path {
            self.problems.push(
                Problem::error("missing-key", format!("{what} has no path"))
                    .at(data.name.span, "expected a key `path` under this name"),
            );
        }
        Some(data)
    }

    fn local_path(&mut self, path: &str, span: Span) -> bool {
        if path.is_empty() {
            self.problems.push(Problem::error("wrong-kind", "a path cannot be empty").at(span, "expected a path"));
            return false;
        }
        if path.starts_with("http://") || path.starts_with("https://") {
            self.problems.push(
                Problem::error("unsupported", "this version of loom does not fetch data from a URL")
                    .at(span, "expected the path of a file")
                    .help("fetch the file, and write its path here"),
            );
            return false;
        }
        true
    }

    fn data_type(&mut self, node: Node<'_>) -> Option<Scalar> {
        let kind = self.text(node, "`type`")?;
        if !DATA_TYPES.contains(&&*kind.text)
            && let Some(near) = self.suggest.nearest(&kind.text, DATA_TYPES)
        {
            self.problems.push(
                Problem::warning("unknown-type", format!("`{}` is not a type that loom knows", kind.text))
                    .at(kind.span, "kept as it is")
                    .help(format!("did you mean `{near}`?")),
            );
        }
        Some(kind)
    }

    fn parameters(&mut self, node: Node<'_>, pipeline: &mut Pipeline) {
        if !self.expect_mapping(node, "`parameters`", "names and their values") {
            return;
        }
        for (name, value) in node.entries(self.problems) {
            let name = self.key(name);
            let value = self.value_with_warnings(value);
            pipeline.parameters.push(Parameter { name, value });
        }
    }

    fn execution(&mut self, node: Node<'_>, execution: &mut Execution) {
        if !self.expect_mapping(node, "`execution`", "keys such as `max_workers`") {
            return;
        }
        for (key, value) in node.entries(self.problems) {
            match key.text {
                "parallel" => execution.parallel = self.switch(value, "`parallel`"),
                "max_workers" => execution.max_workers = self.count(value, "`max_workers`"),
                "python" => execution.python = self.text(value, "`python`"),
                _ => self.unknown_key(key, "under `execution`", EXECUTION_KEYS),
            }
        }
    }

    // steps

    fn steps(&mut self, node: Node<'_>, key: Span, pipeline: &mut Pipeline) {
        if node.scalar().is_some_and(|(text, style)| text.is_empty() && style == crate::Style::Plain) {
            self.problems.push(no_pipeline("`pipeline` has no steps: is the file complete?", key));
        } else if self.expect_list(node, "`pipeline`", "a list of steps") {
            for item in node.items() {
                if !self.expect_mapping(item, "a step", "keys such as `name` and `task`") {
                    continue;
                }
                let entries = item.entries(self.problems);
                if entries.iter().any(|(key, _)| key.text == "group") {
                    self.group(item, &entries, pipeline);
                } else if let Some(step) = self.step(item, &entries, None) {
                    pipeline.steps.push(step);
                }
            }
        }
    }

    fn group(&mut self, node: Node<'_>, entries: &[(tree::Scalar<'_>, Node<'_>)], pipeline: &mut Pipeline) {
        let index = pipeline.groups.len();
        let mut steps = None;
        for (key, value) in entries {
            match key.text {
                "group" => {
                    if let Some(name) = self.text(*value, "the name of a group") {
                        pipeline.groups.push(Group { name, span: node.span() });
                    }
                }
                "steps" => steps = Some(*value),
                _ => self.unknown_key(*key, "of a group", GROUP_KEYS),
            }
        }
        let group = (pipeline.groups.len() > index).then_some(index);
        let Some(steps) = steps else {
            let at = entries.first().map_or(node.span(), |(key, _)| key.span);
            self.problems.push(
                Problem::error("missing-key", "a group has a key `steps` with a list of steps")
                    .at(at, "this one has none"),
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
            if let Some((key, _)) = entries.iter().find(|(key, _)| key.text == "group") {
                self.problems.push(
                    Problem::error("nested-group", "a group cannot stand in a group")
                        .at(key.span, "begins inside another group")
                        .help("groups only label steps: put the two side by side"),
                );
            } else if let Some(step) = self.step(item, &entries, group) {
                pipeline.steps.push(step);
            }
        }
    }

    fn step(&mut self, node: Node<'_>, entries: &[(tree::Scalar<'_>, Node<'_>)], group: Option<usize>) -> Option<Step> {
        let mut name = None;
        let mut programs: Vec<(Span, Option<Program>)> = Vec::new();
        let mut step = Step {
            name: Scalar { text: "".into(), span: node.span(), style: crate::Style::Plain },
            program: Program::Words(Vec::new()),
            inputs: Vec::new(),
            outputs: Vec::new(),
            args: Vec::new(),
            optional: false,
            disabled: false,
            group,
            span: node.span(),
        };
        for &(key, value) in entries {
            match key.text {
                "name" => name = Some(self.text(value, "the name of a step")),
                "task" | "script" => {
                    let task = self.text(value, &format!("`{}`", key.text));
                    programs.push((key.span, task.map(Program::Task)));
                }
                "command" => programs.push((key.span, self.command(value))),
                "inputs" => step.inputs = self.paths(value, "`inputs`", "names and the data to read"),
                "outputs" => step.outputs = self.paths(value, "`outputs`", "flags and the data to write"),
                "args" => step.args = self.arguments(value),
                "optional" => step.optional = self.switch(value, "`optional`").unwrap_or(false),
                "disabled" => step.disabled = self.switch(value, "`disabled`").unwrap_or(false),
                _ => self.unknown_key(key, "of a step", STEP_KEYS),
            }
        }
        let at = entries.first().map_or(node.span(), |(key, _)| key.span);
        if name.is_none() {
            self.problems
                .push(Problem::error("missing-key", "a step has no name").at(at, "expected a key `name` in this step"));
        }
        if let [(first, _), (second, _), ..] = programs[..] {
            self.problems.push(
                Problem::error("two-programs", "a step has one of `task`, `script` and `command`")
                    .at(second, "a second one")
                    .at(first, "the first one"),
            );
        } else if programs.is_empty() {
            let unsupported = entries.iter().any(|(key, _)| matches!(key.text, "kind" | "predicate"));
            if !unsupported {
                self.problems.push(
                    Problem::error("missing-key", "a step has nothing to run")
                        .at(at, "expected a key `task` or `command` in this step"),
                );
            }
        }
        step.name = name.flatten()?;
        if step.name.text.is_empty() {
            self.problems
                .push(Problem::error("wrong-kind", "a name cannot be empty").at(step.name.span, "expected a name"));
            return None;
        }
        step.program = programs.into_iter().next()?.1?;
        Some(step)
    }

    fn command(&mut self, node: Node<'_>) -> Option<Program> {
        match node.kind() {
            Kind::Scalar(..) => self.text(node, "`command`").map(Program::Shell),
            Kind::Sequence => {
                let words: Vec<Scalar> =
                    node.items().filter_map(|item| self.text(item, "a word of `command`")).collect();
                if node.items().next().is_none() {
                    self.problems.push(
                        Problem::error("wrong-kind", "`command` has no words")
                            .at(node.span(), "expected a program and its arguments"),
                    );
                }
                (!words.is_empty()).then_some(Program::Words(words))
            }
            Kind::Mapping => {
                self.wrong_kind(node, "`command`", "a list of words, or one line for the shell");
                None
            }
        }
    }

    /// The entries of `inputs` or `outputs`: every value is a path or a reference.
    fn paths(&mut self, node: Node<'_>, what: &str, expected: &str) -> Vec<Entry> {
        if self.is_absent(node) || !self.expect_mapping(node, what, expected) {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for (key, value) in node.entries(self.problems) {
            if let Some(path) = self.path(value, key.text) {
                entries.push(Entry { key: self.key(key), value: Value::Scalar(path) });
            }
        }
        entries
    }

    fn path(&mut self, node: Node<'_>, key: &str) -> Option<Scalar> {
        let path = self.text(node, &format!("`{key}`"))?;
        if path.as_bool().is_some() {
            self.wrong_kind(node, &format!("`{key}`"), "a path, or a reference such as `$name`");
            return None;
        }
        self.local_path(&path.text, path.span).then_some(path)
    }

    fn arguments(&mut self, node: Node<'_>) -> Vec<Entry> {
        if self.is_absent(node) || !self.expect_mapping(node, "`args`", "flags and their values") {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for (key, value) in node.entries(self.problems) {
            let value = self.value_with_warnings(value);
            entries.push(Entry { key: self.key(key), value });
        }
        entries
    }

    // values

    /// A key with nothing behind it, which `inputs:` and its like may be.
    fn is_absent(&self, node: Node<'_>) -> bool {
        node.scalar().is_some_and(|(text, style)| style == crate::Style::Plain && matches!(text, "" | "~" | "null"))
    }

    fn key(&mut self, key: tree::Scalar<'_>) -> Scalar {
        Scalar { text: self.intern(key.text), span: key.span, style: key.style }
    }

    fn intern(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&text));
        text
    }

    fn value(&mut self, node: Node<'_>) -> Value {
        match node.kind() {
            Kind::Scalar(text, style) => Value::Scalar(Scalar { text: self.intern(text), span: node.span(), style }),
            Kind::Sequence => Value::List(node.items().map(|item| self.value(item)).collect(), node.span()),
            Kind::Mapping => {
                let mut entries = Vec::new();
                for (key, value) in node.entries(self.problems) {
                    entries.push(Entry { key: self.key(key), value: self.value(value) });
                }
                Value::Map(entries.into(), node.span())
            }
        }
    }

    /// A value that a task may receive: says where YAML 1.1 would have read another one.
    fn value_with_warnings(&mut self, node: Node<'_>) -> Value {
        let value = self.value(node);
        if let Value::Scalar(scalar) = &value
            && scalar.is_old_bool()
        {
            let word = &scalar.text;
            let switch = matches!(&*word.to_lowercase(), "yes" | "on");
            self.problems.push(
                Problem::warning("word-not-switch", format!("`{word}` is a word here, not a switch"))
                    .at(scalar.span, "passed on as this word")
                    .help(format!("loom-pipeline took it for `{switch}`: write that, or put quotes around the word")),
            );
        }
        value
    }

    fn text(&mut self, node: Node<'_>, what: &str) -> Option<Scalar> {
        let scalar = match node.kind() {
            Kind::Scalar(text, style) => Scalar { text: self.intern(text), span: node.span(), style },
            _ => {
                self.wrong_kind(node, what, "text");
                return None;
            }
        };
        if scalar.is_null() {
            self.problems
                .push(Problem::error("wrong-kind", format!("{what} has no value")).at(scalar.span, "expected text"));
            return None;
        }
        Some(scalar)
    }

    fn switch(&mut self, node: Node<'_>, what: &str) -> Option<bool> {
        let scalar = node.scalar().map(|(text, style)| Scalar { text: self.intern(text), span: node.span(), style });
        let switch = scalar.as_ref().and_then(Scalar::as_bool);
        if switch.is_none() {
            let old = scalar.filter(Scalar::is_old_bool).map(|word| {
                let switch = matches!(&*word.text.to_lowercase(), "yes" | "on");
                format!("`{}` is a word in YAML 1.2; write `{switch}`", word.text)
            });
            let problem = self.wrong_kind_problem(node, what, "true or false");
            self.problems.push(problem.maybe_help(old));
        }
        switch
    }

    fn count(&mut self, node: Node<'_>, what: &str) -> Option<usize> {
        let count = node.scalar().and_then(|(text, _)| text.parse().ok()).filter(|count| *count > 0);
        if count.is_none() {
            self.wrong_kind(node, what, "a whole number, 1 or more");
        }
        count
    }

    fn expect_mapping(&mut self, node: Node<'_>, what: &str, holding: &str) -> bool {
        let fits = matches!(node.kind(), Kind::Mapping);
        if !fits {
            self.wrong_kind(node, what, &format!("a mapping: {holding}"));
        }
        fits
    }

    fn expect_list(&mut self, node: Node<'_>, what: &str, expected: &str) -> bool {
        let fits = matches!(node.kind(), Kind::Sequence);
        if !fits {
            self.wrong_kind(node, what, expected);
        }
        fits
    }

    fn wrong_kind(&mut self, node: Node<'_>, what: &str, expected: &str) {
        let problem = self.wrong_kind_problem(node, what, expected);
        self.problems.push(problem);
    }

    fn wrong_kind_problem(&mut self, node: Node<'_>, what: &str, expected: &str) -> Problem {
        let found = match node.kind() {
            Kind::Scalar(..) => self.value(node).kind(),
            Kind::Sequence => "a list",
            Kind::Mapping => "a mapping",
        };
        Problem::error("wrong-kind", format!("{what} cannot be {found}"))
            .at(node.span(), format!("expected {expected}"))
    }

    fn unknown_key(&mut self, key: tree::Scalar<'_>, place: &str, known: &[&'static str]) {
        if self.problems.are_too_many() {
            return self.problems.leave_out();
        }
        let text = key.text;
        let problem = if UNSUPPORTED.contains(&text) {
            Problem::error("unsupported", format!("this version of loom cannot do what `{text}` asks for"))
                .at(key.span, "not supported yet")
        } else {
            let near = self.suggest.did_you_mean(text, known.iter().copied());
            let help = near
                .unwrap_or_else(|| format!("known keys: {}; a key that begins with `x-` is free", known.join(", ")));
            Problem::error("unknown-key", format!("`{text}` is not a key {place}"))
                .at(key.span, "unknown key")
                .help(help)
        };
        self.problems.push(problem);
    }
}
