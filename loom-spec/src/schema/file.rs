//! A pipeline file as people write it. The comments of the fields are what editors show.

#![expect(dead_code, reason = "the types stand for the file; only their schema is made")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value as Json, json};

use super::values::{
    Anything, Command, ConditionKind, Configuration, Count, DataType, Failures, Goal, HandedOver, Kind, Module, Number,
    Over, Path, Place, Predicate, Size, Span, Switch, SwitchKind, Text, Together, Value, Variable, Whole,
};
use super::{OrEmpty, widen};

type Named<T> = OrEmpty<BTreeMap<String, T>>;

/// A pipeline: files (`data`), values (`parameters`), and the steps that make files of files (`pipeline`). loom runs the
/// steps in the order their data demand.
#[derive(JsonSchema)]
#[schemars(title = "loom pipeline", deny_unknown_fields)]
pub(super) struct File {
    /// Files and folders, by name. Steps refer to them as `$name`.
    #[schemars(default, extend("examples" = [{"table": "data/table.csv"}]))]
    data: Named<Data>,
    /// Values, by name. Steps refer to them as `$name`, and `--set name=value` gives one another value for a run.
    #[schemars(default, extend("examples" = [{"threshold": 0.5}]))]
    parameters: Named<Value>,
    /// The steps, in any order: their data decide which runs first.
    pipeline: Vec<Item>,
    /// How to run.
    #[schemars(default)]
    execution: OrEmpty<Execution>,
    /// Runs the steps for many values of some parameters, and each step only for the values that it depends on.
    #[schemars(default)]
    sweep: OrEmpty<Sweep>,
    /// Accepted for pipelines of loom-pipeline. It has no effect: nothing is removed because it lies in some folder.
    #[schemars(default, extend("doNotSuggest" = true))]
    output_dir: Path,
    /// Where the editor shows what. Kept, and never read to run.
    #[schemars(default, extend("doNotSuggest" = true))]
    layout: Anything,
    /// What the editor keeps for itself. Never read to run.
    #[schemars(default, extend("doNotSuggest" = true))]
    editor: Anything,
}

/// A file or folder: its path, or a mapping with the key `path`. Paths are relative to the folder of this file; an http(s)
/// address is fetched.
#[derive(JsonSchema)]
#[schemars(title = "data node", deny_unknown_fields, transform = or_path)]
struct Data {
    /// What kind of data it is. Any word will do, but loom knows video, image, csv, json, txt, image_directory and
    /// data_folder.
    #[schemars(default)]
    r#type: DataType,
    /// The path, relative to the folder of this file (with `nested_in`, to that folder), or an http(s) address to fetch it
    /// from.
    #[schemars(extend("examples" = ["data/table.csv"]))]
    path: Path,
    /// What the editor shows. By default the name that `$name` refers to.
    #[schemars(default)]
    name: Text,
    /// What it holds, in a few words.
    #[schemars(default)]
    description: Text,
    /// What counts as an item of a folder. By default every file.
    #[schemars(default, extend("examples" = ["*.png"]))]
    pattern: Text,
    /// The folder that the path is inside of, as a reference. Whatever step makes the folder makes this, too.
    #[schemars(default, extend("examples" = ["$run_folder"]))]
    nested_in: Path,
    /// Whether a step may write it outside the folder of this file. By default false: that is an error.
    #[schemars(default)]
    allow_outside_pipeline: bool,
    /// The numbers in it that the configurations of a sweep are compared by, and which one is better: a path of keys in a
    /// JSON file, or a column of a CSV file. By default every number of a JSON file.
    #[schemars(default, extend("examples" = [{"accuracy": "max"}]))]
    metrics: Named<Goal>,
}

fn or_path(schema: &mut Schema) {
    widen(schema, &["string", "number"]);
    schema.insert("minLength".to_owned(), 1.into());
}

/// How to run.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
struct Execution {
    /// Whether steps run at the same time where their data allow it. By default true.
    #[schemars(default = "yes")]
    parallel: bool,
    /// At most so many steps at the same time. By default as many as there are CPUs.
    #[schemars(default, extend("examples" = [4]))]
    max_workers: Count,
    /// The Python that runs `.py` tasks. By default that of the active environment, else of `.venv` or `venv` here or
    /// above, else `python3`.
    #[schemars(default, extend("examples" = [".venv/bin/python", {"preload": ["numpy"]}]))]
    python: Python,
    /// What all that runs at the same time may take together. By default the CPUs are as many as `max_workers`, and memory
    /// and GPUs are those of the machine.
    #[schemars(default)]
    resources: OrEmpty<Resources>,
}

/// A program or its path, or how it runs the tasks.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields, transform = or_path)]
struct Python {
    /// The program or its path. By default that of the active environment, else of `.venv` or `venv` here or above, else
    /// `python3`.
    #[schemars(default, extend("examples" = [".venv/bin/python"]))]
    interpreter: Path,
    /// Modules that many small tasks import: they are imported once, and each task begins as a fork of the interpreter that has
    /// done so. By default none.
    #[schemars(default, extend("examples" = [["numpy", "pandas"]]))]
    preload: OrEmpty<Vec<Module>>,
}

/// Runs the steps for many values of some parameters, each together a configuration.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
#[schemars(extend(
    "anyOf" = [{"required": ["axes"]}, {"required": ["repeat"]}, {"required": ["from"]}],
    "dependencies" = {"from": {"properties": {"axes": false, "sample": false}}},
))]
struct Sweep {
    /// What is varied: the names of parameters and their values. The last one varies fastest.
    #[schemars(default, extend("examples" = [{"threshold": [0.3, 0.5, 0.7]}], "minProperties" = 1))]
    axes: Named<Axis>,
    /// Axes that go through their values together instead of being crossed.
    #[schemars(default, extend("examples" = [[["model", "depth"]]]))]
    zip: OrEmpty<Vec<Together>>,
    /// Configurations to leave out, each by some of its values.
    #[schemars(default, extend("examples" = [[{"model": "deep", "threshold": 0.7}]]))]
    exclude: OrEmpty<Vec<Configuration>>,
    /// Configurations to add, or values to add to configurations, as in a workflow of GitHub Actions.
    #[schemars(default, extend("examples" = [[{"model": "mlp", "lr": 0.5}]]))]
    include: OrEmpty<Vec<Configuration>>,
    /// What is to hold of a configuration. Arithmetic, comparisons, `a if c else b`, and min max abs round int float.
    #[schemars(default, extend("examples" = ["lr * threshold < 0.05"]))]
    r#where: Path,
    /// Axes that results are aggregated over, such as the seed of a generator. Every configuration goes through them.
    #[schemars(default, extend("examples" = [{"seed": [1, 2, 3, 4, 5]}], "minProperties" = 1))]
    repeat: Named<Axis>,
    /// How many configurations to draw instead of going through all.
    #[schemars(default, extend("examples" = [60]))]
    sample: Count,
    /// What the drawing begins with: the same number draws the same configurations. By default 0.
    #[schemars(default, extend("examples" = [1]))]
    seed: Whole,
    /// A file with the configurations, .csv or .jsonl: its columns or keys are the axes.
    #[schemars(default, extend("examples" = ["configs.csv"]))]
    from: Path,
    /// At most so many configurations: more are an error. By default 10000.
    #[schemars(default, extend("examples" = [200]))]
    max: Count,
    /// After how many failures nothing more starts. By default all runs that can.
    #[schemars(default, extend("examples" = [3]))]
    max_failures: Count,
}

/// The values of an axis: a list, a key that computes or draws them, or labels, each with the parameters that it sets.
#[derive(JsonSchema)]
#[schemars(title = "axis", transform = or_list)]
#[schemars(extend("minProperties" = 1, "minItems" = 1))]
struct Axis {
    /// Evenly spaced numbers: start, stop, count.
    #[schemars(default, length(equal = 3), extend("examples" = [[0, 1, 5]]))]
    linspace: Vec<Number>,
    /// Numbers evenly spaced on a logarithmic scale: start, stop, count.
    #[schemars(default, length(equal = 3), extend("examples" = [[0.0001, 0.1, 4]]))]
    geomspace: Vec<Number>,
    /// Numbers from start, by step, without stop: stop alone, start and stop, or start, stop and step.
    #[schemars(default, length(min = 1, max = 3), extend("examples" = [[0, 10, 2]]))]
    arange: Vec<Number>,
    /// With `sample`, a number drawn between two ends.
    #[schemars(default, length(equal = 2), extend("examples" = [[0, 1]]))]
    uniform: Vec<Number>,
    /// With `sample`, a number drawn between two ends on a logarithmic scale.
    #[schemars(default, length(equal = 2), extend("examples" = [[0.0001, 0.1]]))]
    log_uniform: Vec<Number>,
    /// With `sample`, a whole number drawn between two ends, both among them.
    #[schemars(default, length(equal = 2), extend("examples" = [[1, 8]]))]
    int_uniform: Vec<Number>,
}

fn or_list(schema: &mut Schema) {
    let value = json!({
        "type": ["string", "number", "boolean", "array", "null"],
        "items": {"type": ["string", "number", "boolean", "null"]},
    });
    widen(schema, &["array"]);
    schema.insert("items".to_owned(), value.clone());
    let label = json!({"type": ["object", "null"], "additionalProperties": value});
    schema.insert("additionalProperties".to_owned(), label);
    let alone: serde_json::Map<String, Json> =
        ["linspace", "geomspace", "arange", "uniform", "log_uniform", "int_uniform"]
            .map(|word| (word.to_owned(), json!({"maxProperties": 1})))
            .into_iter()
            .collect();
    schema.insert("dependencies".to_owned(), alone.into());
}

/// What a step takes, or what there is.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
struct Resources {
    /// CPUs: a whole number. A step that says nothing takes one.
    #[schemars(default, extend("examples" = [2]))]
    cpus: Count,
    /// Memory: bytes, or a number with K, M, G or T, which are powers of 1024. A step that says nothing takes none.
    #[schemars(default, extend("examples" = ["4G"]))]
    mem: Size,
    /// GPUs: a whole number. A step that says nothing takes none.
    #[schemars(default, extend("examples" = [1]))]
    gpus: Whole,
}

/// How often to try again, or when and how.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields, transform = or_number)]
struct Retries {
    /// How many attempts there may be beyond the first.
    #[schemars(extend("examples" = [2]))]
    max: Whole,
    /// How long to wait before each of them: seconds, or a number with s, m, h or d. By default not at all.
    #[schemars(default, extend("examples" = ["10s"]))]
    delay: Span,
    /// Which failures are tried again: a signal, the timeout, or an exit code that is not 0. By default all of them.
    #[schemars(default, extend("examples" = [["signal", "timeout"]]))]
    on: Failures,
}

fn or_number(schema: &mut Schema) {
    widen(schema, &["integer"]);
    schema.insert("minimum".to_owned(), 0.into());
}

fn yes() -> bool {
    true
}

/// A step: one command line, of the task, its inputs, its outputs and its args, in this order.
#[derive(JsonSchema)]
#[schemars(title = "step", deny_unknown_fields)]
// One of the three: by `dependencies` the second one is marked, where `oneOf` could only mark the whole step.
#[schemars(extend(
    "anyOf" = [{"required": ["task"]}, {"required": ["script"]}, {"required": ["command"]}],
    "dependencies" = {
        "task": {"properties": {"script": false, "command": false}},
        "script": {"properties": {"command": false}},
    },
))]
struct Step {
    /// The name, which no other step has.
    #[schemars(extend("examples" = ["fit"]))]
    name: Path,
    /// `condition` or `switch`, for a step that decides. By default `task`: the step runs something.
    #[schemars(default)]
    kind: Kind,
    /// The group that the step belongs to, for `--group`: short for an item `- group: NAME` around it.
    #[schemars(default, extend("doNotSuggest" = true))]
    group: Path,
    /// The script to run: .py, .sh, .R, .jl, .js, or anything executable. Its path is relative to the folder of this file.
    #[schemars(default, extend("examples" = ["tasks/fit.py"]))]
    task: Path,
    /// The older word for `task`.
    #[schemars(default, extend("doNotSuggest" = true))]
    script: Path,
    /// Instead of `task`: a program and its words as a list, or a line for the shell.
    #[schemars(default, extend("examples" = [["gnuplot", "-c", "plot.gp"], "sort words.txt | uniq -c"]))]
    command: Command,
    /// The data that the step reads: handed over by position, in this order. The keys are for people.
    #[schemars(default, extend("examples" = [{"table": "$table"}]))]
    inputs: Named<Path>,
    /// The data that the step makes: flags, and a reference or path behind each.
    #[schemars(default, extend("examples" = [{"--output": "$results"}]))]
    outputs: Named<Path>,
    /// Flags and their values, handed over as they are written. `true` gives the flag alone, `false` leaves it out, a list
    /// gives each item as a word of its own.
    #[schemars(default, extend("examples" = [{"--threshold": "$threshold", "--verbose": true}]))]
    args: Named<Value>,
    /// Runs the step once for each file of a folder.
    #[schemars(default)]
    r#loop: Loop,
    /// Variables of the task's environment, each as it is written. One without a value is taken away.
    #[schemars(default, extend(
        "examples" = [{"PYTHONHASHSEED": 0}],
        "propertyNames" = {"pattern": "^([A-Za-z_][A-Za-z0-9_]*|<<)$"},
    ))]
    env: Named<Variable>,
    /// What the step takes while it runs. A step waits until that is free.
    #[schemars(default, extend("examples" = [{"cpus": 2, "mem": "4G"}]))]
    resources: OrEmpty<Resources>,
    /// How long an attempt may take: seconds, or a number with s, m, h or d. By default as long as it takes.
    #[schemars(default, extend("examples" = ["30m", "1h30m"]))]
    timeout: Span,
    /// How often the step is tried again when it fails: a number, or a mapping with `max`. By default never.
    #[schemars(default, extend("examples" = [2]))]
    retries: Retries,
    /// Whether each input is all that the configurations of a sweep made, in their order: true, or the axes that are gathered
    /// over. By default false: the step runs for each.
    #[schemars(default, extend("examples" = [true, ["seed"]]))]
    gather: Gather,
    /// Whether the step is left out when it is up to date. By default true; with false it runs each time.
    #[schemars(default = "yes")]
    cache: bool,
    /// Whether processes that the task leaves behind go on running. By default false: they are ended, and told of.
    #[schemars(default)]
    detach: bool,
    /// Whether the step runs only if it is asked for, with `--include` or by name. By default false.
    #[schemars(default)]
    optional: bool,
    /// Whether the step never runs, unless it is selected by name. By default false.
    #[schemars(default)]
    disabled: bool,
}

/// What a step gathers of the configurations of a sweep.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields, transform = or_over)]
struct Gather {
    /// The axes that are gathered over. By default true: all of them.
    #[schemars(default, extend("examples" = [true, ["seed"]]))]
    axes: Over,
    /// `manifest` for one JSON file that lists them, `arguments` for an argument each, which is the default.
    #[schemars(default)]
    r#as: HandedOver,
    /// Whether the step runs with those that are there when some have failed. By default false.
    #[schemars(default)]
    allow_failed: bool,
}

fn or_over(schema: &mut Schema) {
    widen(schema, &["boolean", "array"]);
    schema.insert("minItems".to_owned(), 1.into());
    schema.insert("items".to_owned(), json!({"type": ["string", "number"], "minLength": 1}));
}

/// Runs a step once for each file of a folder: `$loop_item` is the file, `$loop_output` the file of the same name in `into`.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
struct Loop {
    /// The folder with the files.
    #[schemars(extend("examples" = ["$raw_texts"]))]
    over: Path,
    /// The folder for the results, which is made if it is not there.
    #[schemars(extend("examples" = ["$clean_texts"]))]
    into: Path,
    /// Which files, by a pattern of their names. By default all of them.
    #[schemars(default, extend("examples" = ["*.txt"]))]
    filter: Text,
    /// Whether the files may be worked on at the same time. By default as the run does.
    #[schemars(default)]
    parallel: Switch,
}

/// A condition: finds out whether something holds. Steps refer to the answer as `$name`, and switches decide by it.
#[derive(JsonSchema)]
#[schemars(title = "condition", deny_unknown_fields)]
#[schemars(extend(
    "anyOf" = [{"required": ["predicate"]}, {"required": ["script"]}],
    "dependencies" = {"predicate": {"properties": {"script": false}}},
))]
struct Condition {
    /// The name, which no other step has.
    #[schemars(extend("examples" = ["has_data"]))]
    name: Path,
    /// This step finds out whether something holds.
    kind: ConditionKind,
    /// The group that the step belongs to, for `--group`: short for an item `- group: NAME` around it.
    #[schemars(default, extend("doNotSuggest" = true))]
    group: Path,
    /// What to find out of the input `data`: whether it exists, is_file, is_dir or is non_empty; the count of its files
    /// against `n`; or the truth of a param.
    #[schemars(default)]
    predicate: Predicate,
    /// Instead of `predicate`: a Python file with a function `evaluate`, which is called with the inputs and args by name
    /// and returns true or false.
    #[schemars(default, extend("examples" = ["tasks/is_good.py"]))]
    script: Path,
    /// What to look at, by name. A predicate looks at the input `data`.
    #[schemars(default, extend("examples" = [{"data": "$table"}]))]
    inputs: Named<Value>,
    /// Further values, by name. `count` takes `pattern` (by default `*`), `op` (by default `>=`) and `n` (by default 1).
    #[schemars(default, extend("examples" = [{"pattern": "*.csv", "op": ">=", "n": 3}]))]
    args: Named<Value>,
    /// Whether to turn the answer round. By default false.
    #[schemars(default)]
    negate: bool,
    /// Whether the condition is asked only with `--include` or by name. By default false.
    #[schemars(default)]
    optional: bool,
    /// Whether the condition is never asked, unless it is selected by name. By default false.
    #[schemars(default)]
    disabled: bool,
}

/// A switch: hands `data` on to steps that read `$name.then` if the condition holds, to those that read `$name.else` if not. The
/// others are skipped.
#[derive(JsonSchema)]
#[schemars(title = "switch", deny_unknown_fields)]
struct SwitchStep {
    /// The name, which no other step has.
    #[schemars(extend("examples" = ["route"]))]
    name: Path,
    /// This step hands data on to one of two branches.
    kind: SwitchKind,
    /// The group that the step belongs to, for `--group`: short for an item `- group: NAME` around it.
    #[schemars(default, extend("doNotSuggest" = true))]
    group: Path,
    /// What decides: a condition, or a parameter that is true or false.
    #[schemars(extend("examples" = ["$has_data"]))]
    condition: Path,
    /// The data that both branches stand for.
    #[schemars(default, extend("examples" = ["$table"]))]
    data: Path,
    /// Whether the switch takes part only with `--include` or by name. By default false.
    #[schemars(default)]
    optional: bool,
    /// Whether the switch takes no part, unless it is selected by name. By default false.
    #[schemars(default)]
    disabled: bool,
}

/// A group: a label on some steps, which `--group` selects and which changes no order. With `multi_pass`, its steps run
/// several times.
#[derive(JsonSchema)]
#[schemars(title = "group", deny_unknown_fields)]
struct Group {
    /// The name of the group.
    #[schemars(extend("examples" = ["analysis"]))]
    group: Path,
    /// Runs the steps in passes, one after another. A file of a pass carries its number in the name (`g_iter0.txt`); the
    /// last one is at the plain name in the end.
    #[schemars(default)]
    multi_pass: MultiPass,
    /// The steps of the group.
    steps: Vec<GroupItem>,
}

/// Runs the steps of a group in passes, one after another.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
#[schemars(extend("dependencies" = {"schedule": {"properties": {"expressions": false}}, "expressions": ["count"]}))]
struct MultiPass {
    /// The parameters of each pass: as many passes as there are items.
    #[schemars(default, length(min = 1), extend("examples" = [[{"lr": 0.1}, {"lr": 0.01}]]))]
    schedule: Vec<Named<Value>>,
    /// The number of passes. By default 1; with a `schedule`, as many as it has items.
    #[schemars(default, extend("examples" = [3]))]
    count: Count,
    /// Parameters to be computed for each pass, from its number `iter` (0, 1, …) and the names above. Arithmetic, comparisons,
    /// `a if c else b`, and min max abs round int float.
    #[schemars(default, extend("examples" = [{"lr": "0.5 / (iter + 1)"}]))]
    expressions: Named<Text>,
    /// Which output of a pass goes where in the next, from the second pass on, each as `step.flag`.
    #[schemars(default, extend("examples" = [{"check.-o": "fit.--init"}]))]
    feedback: Named<Place>,
    /// A script that is asked after each pass whether that was the last. By default all passes run.
    #[schemars(default)]
    condition: Stop,
}

/// A script that is asked after each pass whether that was the last.
#[derive(Default, JsonSchema)]
#[schemars(inline, deny_unknown_fields)]
struct Stop {
    /// A Python file with a function `evaluate`, which is called with the inputs and args by name and returns true to stop.
    #[schemars(extend("examples" = ["tasks/is_good.py"]))]
    script: Path,
    /// The data of the pass to look at, by name.
    #[schemars(default, extend("examples" = [{"report": "$report"}]))]
    inputs: Named<Value>,
    /// Further values, by name.
    #[schemars(default, extend("examples" = [{"tolerance": 0.01}]))]
    args: Named<Value>,
}

/// An item of `pipeline`: a step of any kind, or a group.
///
/// Which it is shows in its keys. A choice by `if` holds it against that one alone, so that a misspelt key is marked and
/// not the whole item; `anyOf` could only say that none fits. Where there is no key yet, an editor offers those of both.
struct Item;

impl JsonSchema for Item {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Item".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "if": {"type": "object", "anyOf": [
                {"required": ["steps"]},
                {"required": ["multi_pass"]},
                {"required": ["group"], "not": {"anyOf": has_any(&["task", "script", "command", "kind"])}},
            ]},
            "then": generator.subschema_for::<Group>(),
            "else": {
                "if": {"type": "object"},
                "then": generator.subschema_for::<AnyStep>(),
                "else": {"anyOf": [generator.subschema_for::<Step>(), generator.subschema_for::<Group>()]},
            },
        })
    }
}

/// An item of `steps`: a step of any kind.
struct GroupItem;

impl JsonSchema for GroupItem {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "GroupItem".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "if": {"type": "object", "anyOf": has_any(&["steps", "multi_pass"])},
            "then": {"properties": {"steps": false, "multi_pass": false}},
            "else": generator.subschema_for::<AnyStep>(),
        })
    }
}

/// A step of any kind. One that has no `kind`, or no known one, is taken for what its other keys look like.
struct AnyStep;

impl JsonSchema for AnyStep {
    fn schema_name() -> Cow<'static, str> {
        "AnyStep".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // By a pattern: for `const`, language servers take what has only been begun as done.
        let of_kind = |kind: &str| {
            let is_kind = json!({"type": "string", "pattern": format!("^{kind}$")});
            json!({"required": ["kind"], "properties": {"kind": is_kind}})
        };
        let others = has_any(&["task", "script", "command", "predicate", "negate"]);
        let looks_like_switch = json!({"required": ["condition"], "not": {"anyOf": others}});
        json_schema!({
            "if": {"type": "object", "anyOf": [of_kind("switch"), looks_like_switch]},
            "then": generator.subschema_for::<SwitchStep>(),
            "else": {
                "if": {"type": "object", "anyOf": [of_kind("condition"), {"anyOf": has_any(&["predicate", "negate"])}]},
                "then": generator.subschema_for::<Condition>(),
                "else": generator.subschema_for::<Step>(),
            },
        })
    }
}

/// A schema for each key, which a mapping with this key fits.
fn has_any(keys: &[&str]) -> Json {
    keys.iter().map(|key| json!({"required": [key]})).collect()
}
