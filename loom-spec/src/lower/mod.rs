//! From the YAML tree to the pipeline, collecting every problem on the way.

use crate::pipeline::{Execution, Pipeline};
use crate::problem::Problems;
use crate::tree::{self, Kind, Node, Tree};
use crate::{Problem, Span, Suggest};

mod data;
mod gather;
mod groups;
#[cfg(all(test, feature = "schema"))]
mod keys;
mod steering;
mod steps;
mod sweep;
mod values;

pub use steering::duration;
use values::Texts;
pub(crate) use values::digits;

/// The place of the keys of a sweep, where an unknown one is likely an axis.
const SWEEP: &str = "under `sweep`";

const TOP_KEYS: &[&str] = &["data", "parameters", "pipeline", "execution", "sweep", "output_dir", "layout", "editor"];
const DATA_KEYS: &[&str] =
    &["type", "path", "name", "description", "pattern", "nested_in", "allow_outside_pipeline", "metrics"];
const STEP_KEYS: &[&str] = &[
    "name",
    "kind",
    "group",
    "task",
    "script",
    "command",
    "inputs",
    "outputs",
    "args",
    "loop",
    "env",
    "resources",
    "timeout",
    "retries",
    "gather",
    "cache",
    "detach",
    "optional",
    "disabled",
];
const RESOURCES_KEYS: &[&str] = &["cpus", "mem", "gpus"];
const RETRIES_KEYS: &[&str] = &["max", "delay", "on"];
const LOOP_KEYS: &[&str] = &["over", "into", "filter", "parallel"];
const CONDITION_KEYS: &[&str] =
    &["name", "kind", "group", "predicate", "script", "inputs", "args", "negate", "optional", "disabled"];
const SWITCH_KEYS: &[&str] = &["name", "kind", "group", "condition", "data", "optional", "disabled"];
const GROUP_KEYS: &[&str] = &["group", "multi_pass", "steps"];
const MULTI_PASS_KEYS: &[&str] = &["schedule", "count", "expressions", "feedback", "condition"];
const STOP_KEYS: &[&str] = &["script", "inputs", "args"];
const SWEEP_KEYS: &[&str] =
    &["axes", "zip", "exclude", "include", "where", "repeat", "sample", "seed", "from", "max", "max_failures"];
const GATHER_KEYS: &[&str] = &["axes", "as", "allow_failed"];
const EXECUTION_KEYS: &[&str] = &["parallel", "max_workers", "python", "resources"];
const PYTHON_KEYS: &[&str] = &["interpreter", "preload"];

/// Where a key belongs that stands in the wrong place.
const PLACES: [(&[&str], &str); 13] = [
    (STEP_KEYS, "of a step"),
    (CONDITION_KEYS, "of a condition: a step with `kind: condition`"),
    (SWITCH_KEYS, "of a switch: a step with `kind: switch`"),
    (MULTI_PASS_KEYS, "of a group, under `multi_pass`"),
    (EXECUTION_KEYS, "under `execution`"),
    (PYTHON_KEYS, "of `execution`, under `python`"),
    (LOOP_KEYS, "of a step, under `loop`"),
    (RESOURCES_KEYS, "of a step or of `execution`, under `resources`"),
    (RETRIES_KEYS, "of a step, under `retries`"),
    (SWEEP_KEYS, SWEEP),
    (GATHER_KEYS, "of a step, under `gather`"),
    (TOP_KEYS, "of the file, to be written in the first column"),
    (DATA_KEYS, "of a data node"),
];

/// Turns a document into the pipeline it describes, as far as it does. `end` is the end of the text.
pub(crate) fn pipeline(tree: &Tree<'_>, end: Span, problems: &mut Problems) -> Pipeline {
    let mut lower = Lower { problems, texts: Texts::default(), suggest: Suggest::default() };
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
    texts: Texts,
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
                "sweep" => pipeline.sweep = self.sweep(value, key.span),
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

    fn execution(&mut self, node: Node<'_>, execution: &mut Execution) {
        if self.is_absent(node) || !self.expect_mapping(node, "`execution`", "keys such as `max_workers`") {
            return;
        }
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "under `execution`", EXECUTION_KEYS) {
            match key.text {
                "parallel" => execution.parallel = self.switch(value, "`parallel`"),
                "max_workers" => execution.max_workers = self.count(value, "`max_workers`"),
                "python" => self.python(value, execution),
                "resources" => execution.resources = self.resources(value),
                _ => {}
            }
        }
    }

    /// The entries under known keys; each other key is a problem, but for those that begin with `x-`. A key that is near
    fn known<'t>(&mut self, mut entries: Entries<'t>, place: &str, known: &[&'static str]) -> Entries<'t> {
        let is_known = |text: &str| known.contains(&text) || text == "variables" && place == "of a pipeline file";
        if entries.iter().all(|(key, _)| is_known(key.text)) {
            return entries;
        }
        let mut given: Vec<&str> = entries.iter().map(|(key, _)| key.text).collect();
        entries.retain_mut(|(key, _)| {
            if is_known(key.text) {
                return true;
            }
            if key.text.starts_with("x-") {
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
        let elsewhere = PLACES.iter().find(|(keys, _)| keys.contains(&text));
        // A key that is right in another place is not misspelt.
        let near = self.suggest.nearest(text, known.iter().copied()).filter(|_| elsewhere.is_none());
        let help = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else if text == "group" {
            "a group is an item of its own: `- group: NAME`, with its steps under `steps:`".to_owned()
        } else if text == "gather" && (place == "of a condition" || place == "of a switch") {
            "only a step that runs something gathers: let one of those write what this one looks at".to_owned()
        } else if let Some((_, elsewhere)) = elsewhere {
            format!("`{text}` is a key {elsewhere}")
        } else if place == SWEEP {
            format!("axes stand one level deeper: `sweep: {{axes: {{{text}: [1, 2]}}}}`")
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
