//! From the YAML tree to the pipeline, collecting every problem on the way.

use std::sync::Arc;

use foldhash::{HashSet, HashSetExt};

use crate::pipeline::{DATA_TYPES, Data, Execution, Group, Parameter, Pipeline, Program, Step};
use crate::problem::Problems;
use crate::tree::{self, Kind, Node, Tree};
use crate::{Entry, Problem, Scalar, Span, Suggest, Value};

#[cfg(all(test, feature = "schema"))]
mod keys;

const TOP_KEYS: &[&str] = &["data", "parameters", "pipeline", "execution", "output_dir", "layout", "editor"];
const DATA_KEYS: &[&str] = &["type", "path", "name", "description", "allow_outside_pipeline"];
const STEP_KEYS: &[&str] = &["name", "task", "script", "command", "inputs", "outputs", "args", "optional", "disabled"];
const GROUP_KEYS: &[&str] = &["group", "steps"];
const EXECUTION_KEYS: &[&str] = &["parallel", "max_workers", "python"];

/// Where a key belongs that stands in the wrong place.
const PLACES: [(&[&str], &str); 4] = [
    (STEP_KEYS, "of a step"),
    (EXECUTION_KEYS, "under `execution`"),
    (TOP_KEYS, "of the file, to be written in the first column"),
    (DATA_KEYS, "of a data node"),
];

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
        Some(root) if !lower.is_absent(root) => {
            let kind = lower.value(root).kind();
            let of_steps = root.items().any(|item| matches!(item.kind(), Kind::Mapping));
            lower.problems.push(
                Problem::error("wrong-kind", format!("a pipeline file is a mapping, not {kind}"))
                    .at(root.span(), "expected a key, such as `pipeline:`")
                    .maybe_help(of_steps.then(|| "if these are the steps, write `pipeline:` above them".to_owned())),
            );
        }
        _ => lower.problems.push(no_pipeline("the file is empty", end, NO_KEY)),
    }
    pipeline
}

const NO_KEY: &str = "expected a key `pipeline` with a list of steps";

fn no_pipeline(message: &str, at: Span, label: &str) -> Problem {
    Problem::error("no-pipeline", message)
        .at(at, label)
        .help("a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none")
}

/// The keys and values of a mapping.
type Entries<'t> = Vec<(tree::Scalar<'t>, Node<'t>)>;

struct Lower<'p> {
    problems: &'p mut Problems,
    /// One copy of every text: flags and task names recur with every step.
    texts: HashSet<Arc<str>>,
    suggest: Suggest,
}

impl Lower<'_> {
    fn top(&mut self, root: Node<'_>, end: Span, pipeline: &mut Pipeline) {
        let entries = root.entries(self.problems);
        let has = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let (has_data, mut has_pipeline) = (has("data"), false);
        for (key, value) in self.known(entries, "of a pipeline file", TOP_KEYS) {
            match key.text {
                "data" => self.data(value, pipeline),
                "parameters" => self.parameters(value, pipeline),
                "pipeline" => {
                    has_pipeline = true;
                    self.steps(value, key.span, pipeline);
                }
                "execution" => self.execution(value, &mut pipeline.execution),
                "output_dir" => pipeline.output_dir = self.text(value, "`output_dir`", "a path"),
                "layout" => pipeline.layout = Some(self.value(value)),
                "editor" => pipeline.editor = Some(self.value(value)),
                "variables" => {
                    self.variables(key, value);
                    if !has_data && matches!(value.kind(), Kind::Mapping) {
                        self.data(value, pipeline);
                    }
                }
                _ => {}
            }
        }
        if !has_pipeline {
            self.problems.push(no_pipeline("the file has no key `pipeline`: is it complete?", end, NO_KEY));
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
        if self.is_absent(node) || !self.expect_mapping(node, "`data`", "names and their paths") {
            return;
        }
        for (name, value) in node.entries(self.problems) {
            let data = self.data_node(name, value);
            pipeline.data.push(data);
        }
    }

    /// A node without a readable path stands for its own name, so that references to it are not wrong as well.
    fn data_node(&mut self, name: tree::Scalar<'_>, value: Node<'_>) -> Data {
        let what = format!("the data node `{}`", name.text);
        let name = self.key(name);
        let mut data = Data {
            path: Scalar { span: value.span(), ..name.clone() },
            name,
            kind: None,
            title: None,
            description: None,
            allow_outside_pipeline: false,
        };
        if value.scalar().is_some() {
            data.path = self.local_path(value, &what).unwrap_or(data.path);
            return data;
        }
        if !matches!(value.kind(), Kind::Mapping) {
            self.wrong_kind(value, &what, "a path, or a mapping with a key `path`");
            return data;
        }
        let mut has_path = false;
        let entries = value.entries(self.problems);
        for (key, value) in self.known(entries, "of a data node", DATA_KEYS) {
            match key.text {
                "type" => data.kind = self.data_type(value),
                "path" => {
                    has_path = true;
                    data.path.span = value.span();
                    if let Some(path) = self.local_path(value, "`path`") {
                        data.path = path;
                    }
                }
                "name" => data.title = self.text(value, "`name`", "text"),
                "description" => data.description = self.text(value, "`description`", "text"),
                "allow_outside_pipeline" => {
                    data.allow_outside_pipeline = self.switch(value, "`allow_outside_pipeline`").unwrap_or(false);
                }
                _ => {}
            }
        }
        if !has_path {
            data.path.span = data.name.span;
            self.problems.push(
                Problem::error("missing-key", format!("{what} has no path"))
                    .at(data.name.span, "expected a key `path` under this name"),
            );
        }
        data
    }

    fn local_path(&mut self, node: Node<'_>, what: &str) -> Option<Scalar> {
        let path = self.text(node, what, "a path")?;
        if path.text.is_empty() {
            self.problems.push(Problem::error("wrong-kind", "a path cannot be empty").at(path.span, "expected a path"));
            return None;
        }
        if path.text.starts_with("http://") || path.text.starts_with("https://") {
            self.problems.push(
                Problem::error("unsupported", "this version of loom does not fetch data from a URL")
                    .at(path.span, "expected the path of a file")
                    .help("fetch the file, and write its path here"),
            );
            return None;
        }
        Some(path)
    }

    fn data_type(&mut self, node: Node<'_>) -> Option<Scalar> {
        let kind = self.text(node, "`type`", "a word such as `csv`")?;
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
        if self.is_absent(node) || !self.expect_mapping(node, "`parameters`", "names and their values") {
            return;
        }
        for (name, value) in node.entries(self.problems) {
            let name = self.key(name);
            let value = self.value_with_warnings(value);
            pipeline.parameters.push(Parameter { name, value });
        }
    }

    fn execution(&mut self, node: Node<'_>, execution: &mut Execution) {
        if self.is_absent(node) || !self.expect_mapping(node, "`execution`", "keys such as `max_workers`") {
            return;
        }
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "under `execution`", EXECUTION_KEYS) {
            match key.text {
                "parallel" => execution.parallel = self.switch(value, "`parallel`"),
                "max_workers" => execution.max_workers = self.count(value, "`max_workers`"),
                "python" => execution.python = self.text(value, "`python`", "a program or its path"),
                _ => {}
            }
        }
    }

    // steps

    fn steps(&mut self, node: Node<'_>, key: Span, pipeline: &mut Pipeline) {
        if node.scalar().is_some_and(|(text, style)| text.is_empty() && style == crate::Style::Plain) {
            let message = "`pipeline` has no steps: is the file complete?";
            self.problems.push(no_pipeline(message, key, "expected a list of steps under it"));
        } else if self.expect_list(node, "`pipeline`", "a list of steps") {
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
                if has_steps || has("steps") || has("group") && !has("task") && !has("script") && !has("command") {
                    self.group(item, entries, pipeline);
                } else if let Some(step) = self.step(item, entries, None) {
                    pipeline.steps.push(step);
                }
            }
        }
    }

    fn group<'t>(&mut self, node: Node<'t>, entries: Entries<'t>, pipeline: &mut Pipeline) {
        let index = pipeline.groups.len();
        let (mut has_name, mut steps) = (false, None);
        let at = entries.first().map_or(node.span(), |(key, _)| key.span);
        for (key, value) in self.known(entries, "of a group", GROUP_KEYS) {
            match key.text {
                "group" => {
                    has_name = true;
                    if let Some(name) = self.text(value, "the name of a group", "a name") {
                        pipeline.groups.push(Group { name, span: node.span() });
                    }
                }
                "steps" => steps = Some(value),
                _ => {}
            }
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
            if let Some((key, _)) = entries.iter().find(|(key, _)| key.text == "group") {
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

    /// A step without a readable program keeps its place among the others, so that what it makes is not missed as well.
    fn step<'t>(&mut self, node: Node<'t>, entries: Entries<'t>, group: Option<usize>) -> Option<Step> {
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
        let at = entries.first().map_or(node.span(), |(key, _)| key.span);
        let may_be_without = entries.iter().any(|(key, _)| matches!(key.text, "kind" | "predicate"));
        for (key, value) in self.known(entries, "of a step", STEP_KEYS) {
            match key.text {
                "name" => name = Some(self.text(value, "the name of a step", "a name")),
                "task" | "script" => {
                    let task = self.local_path(value, &format!("`{}`", key.text));
                    programs.push((key.span, task.map(Program::Task)));
                }
                "command" => programs.push((key.span, self.command(value))),
                "inputs" => step.inputs = self.paths(value, "`inputs`", "names and the data to read"),
                "outputs" => step.outputs = self.paths(value, "`outputs`", "flags and the data to write"),
                "args" => step.args = self.arguments(value),
                "optional" => step.optional = self.switch(value, "`optional`").unwrap_or(false),
                "disabled" => step.disabled = self.switch(value, "`disabled`").unwrap_or(false),
                _ => {}
            }
        }
        let has_nothing = programs.is_empty() && !may_be_without;
        if name.is_none() && has_nothing {
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
            self.problems.push(
                Problem::error("two-programs", "a step has one of `task`, `script` and `command`")
                    .at(second, "a second one")
                    .at(first, "the first one")
                    .help("keep one of them; what one step cannot do, two steps can"),
            );
        } else if has_nothing {
            self.problems.push(
                Problem::error("missing-key", "a step has nothing to run")
                    .at(at, "expected a key `task` or `command` in this step"),
            );
        }
        step.name = name.flatten()?;
        if step.name.text.is_empty() {
            self.problems
                .push(Problem::error("wrong-kind", "a name cannot be empty").at(step.name.span, "expected a name"));
            return None;
        }
        if let Some((_, Some(program))) = programs.into_iter().next() {
            step.program = program;
        }
        Some(step)
    }

    fn command(&mut self, node: Node<'_>) -> Option<Program> {
        let program = match node.kind() {
            Kind::Scalar(..) => self.text(node, "`command`", "a program and its arguments").map(Program::Shell)?,
            Kind::Sequence => {
                let words = node.items().filter_map(|item| self.text(item, "a word of `command`", "a word"));
                Program::Words(words.collect())
            }
            Kind::Mapping => {
                self.wrong_kind(node, "`command`", "a list of words, or one line for the shell");
                return None;
            }
        };
        let first = match &program {
            Program::Words(words) => words.first(),
            Program::Task(line) | Program::Shell(line) => Some(line),
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
        let expected = "a path, or a reference such as `$name`";
        let fits = node
            .scalar()
            .is_some_and(|(text, style)| Scalar { text: text.into(), span: node.span(), style }.as_bool().is_none());
        if !fits {
            let problem = self.wrong_kind_problem(node, &format!("`{key}`"), expected);
            let several = node.items().next().is_some();
            let help = several.then(|| "give each path a key of its own".to_owned());
            self.problems.push(problem.maybe_help(help));
            return None;
        }
        self.local_path(node, &format!("`{key}`"))
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
        match &value {
            Value::Scalar(scalar) => self.warn_of_old_bool(scalar),
            Value::List(items, _) => {
                for item in items {
                    if let Value::Scalar(scalar) = item {
                        self.warn_of_old_bool(scalar);
                    }
                }
            }
            Value::Map(..) => {}
        }
        value
    }

    fn warn_of_old_bool(&mut self, scalar: &Scalar) {
        if !scalar.is_old_bool() {
            return;
        }
        let word = &scalar.text;
        let switch = matches!(&*word.to_lowercase(), "yes" | "on");
        self.problems.push(
            Problem::warning("word-not-switch", format!("`{word}` is a word here, not a switch"))
                .at(scalar.span, "passed on as this word")
                .help(format!("loom-pipeline took it for `{switch}`: write that, or put quotes around the word")),
        );
    }

    fn text(&mut self, node: Node<'_>, what: &str, expected: &str) -> Option<Scalar> {
        let scalar = match node.kind() {
            Kind::Scalar(text, style) => Scalar { text: self.intern(text), span: node.span(), style },
            _ => {
                self.wrong_kind(node, what, expected);
                return None;
            }
        };
        if scalar.is_null() {
            self.problems.push(
                Problem::error("wrong-kind", format!("{what} has no value"))
                    .at(scalar.span, format!("expected {expected}")),
            );
            return None;
        }
        Some(scalar)
    }

    fn switch(&mut self, node: Node<'_>, what: &str) -> Option<bool> {
        let scalar = node.scalar().map(|(text, style)| Scalar { text: self.intern(text), span: node.span(), style });
        let switch = scalar.as_ref().and_then(Scalar::as_bool);
        if switch.is_none() {
            let help = scalar.and_then(|word| match &*word.text.to_lowercase() {
                "yes" | "on" if word.is_old_bool() => Some("write `true`"),
                "no" | "off" if word.is_old_bool() => Some("write `false`"),
                "true" | "false" => Some("write it without the quotes"),
                _ => None,
            });
            let problem = self.wrong_kind_problem(node, what, "true or false");
            self.problems.push(problem.maybe_help(help.map(ToOwned::to_owned)));
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
            let problem = self.wrong_kind_problem(node, what, &format!("a mapping: {holding}"));
            self.problems.push(match node.kind() {
                Kind::Sequence => problem.help("give each item a key: `key: value`"),
                _ if self.is_absent(node) => problem,
                _ => problem.help("write `key: value`, with a space behind the `:`"),
            });
        }
        fits
    }

    fn expect_list(&mut self, node: Node<'_>, what: &str, expected: &str) -> bool {
        let fits = matches!(node.kind(), Kind::Sequence);
        if !fits {
            let problem = self.wrong_kind_problem(node, what, expected);
            self.problems.push(if self.is_absent(node) { problem } else { problem.help("each step begins with `- `") });
        }
        fits
    }

    fn wrong_kind(&mut self, node: Node<'_>, what: &str, expected: &str) {
        let problem = self.wrong_kind_problem(node, what, expected);
        self.problems.push(problem);
    }

    fn wrong_kind_problem(&mut self, node: Node<'_>, what: &str, expected: &str) -> Problem {
        const SHORT: usize = 30;
        let found = match node.kind() {
            Kind::Scalar(..) if self.is_absent(node) => "empty".to_owned(),
            Kind::Scalar(text, crate::Style::Plain) if text.len() <= SHORT && !text.contains('\n') => {
                format!("`{text}`")
            }
            Kind::Scalar(_, crate::Style::Quoted) => "text in quotes".to_owned(),
            Kind::Scalar(..) => "text".to_owned(),
            Kind::Sequence => "a list".to_owned(),
            Kind::Mapping => "a mapping".to_owned(),
        };
        Problem::error("wrong-kind", format!("{what} cannot be {found}"))
            .at(node.span(), format!("expected {expected}"))
    }

    /// The entries under known keys; each other key is a problem, but for those that begin with `x-`. A key that is near
    /// to one that is not given is read as that one: a slip of the finger is one problem, not one with its consequences.
    fn known<'t>(&mut self, mut entries: Entries<'t>, place: &str, known: &[&'static str]) -> Entries<'t> {
        let is_known = |text: &str| known.contains(&text) || text == "variables" && place == "of a pipeline file";
        if entries.iter().all(|(key, _)| is_known(key.text)) {
            return entries;
        }
        let has_kind = entries.iter().any(|(key, _)| key.text == "kind");
        let mut given: Vec<&str> = entries.iter().map(|(key, _)| key.text).collect();
        entries.retain_mut(|(key, _)| {
            if is_known(key.text) {
                return true;
            }
            let belongs_to_kind = has_kind && matches!(key.text, "predicate" | "condition" | "negate");
            if key.text.starts_with("x-") || belongs_to_kind {
                return false;
            }
            let meant = self.unknown_key(*key, place, known).filter(|near| !given.contains(near));
            if let Some(near) = meant {
                key.text = near;
                given.push(near);
            }
            meant.is_some()
        });
        entries
    }

    /// Tells of an unknown key; the known one that it is near to.
    fn unknown_key(&mut self, key: tree::Scalar<'_>, place: &str, known: &[&'static str]) -> Option<&'static str> {
        if self.problems.are_too_many(crate::Severity::Error) {
            self.problems.leave_out(crate::Severity::Error);
            return None;
        }
        let text = key.text;
        if UNSUPPORTED.contains(&text) {
            self.problems.push(
                Problem::error("unsupported", format!("this version of loom cannot do what `{text}` asks for"))
                    .at(key.span, "not supported yet"),
            );
            return None;
        }
        let near = self.suggest.nearest(text, known.iter().copied());
        let elsewhere = PLACES.iter().find(|(keys, _)| keys.contains(&text));
        let help = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else if text == "group" {
            "a group is an item of its own: `- group: NAME`, with its steps under `steps:`".to_owned()
        } else if let Some((_, elsewhere)) = elsewhere {
            format!("`{text}` is a key {elsewhere}")
        } else {
            format!("known keys: {}; a key that begins with `x-` is free", known.join(", "))
        };
        self.problems.push(
            Problem::error("unknown-key", format!("`{text}` is not a key {place}"))
                .at(key.span, "unknown key")
                .help(help),
        );
        near
    }
}
