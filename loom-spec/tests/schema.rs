//! The JSON Schema of a pipeline file, held against the examples, and against files that are wrong in one place.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

fn validator() -> Validator {
    jsonschema::draft7::new(&loom_spec::schema()).unwrap()
}

/// A file as an editor sees it: with `<<` merged in.
fn read(text: &str) -> Value {
    let mut yaml: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    yaml.apply_merge().unwrap();
    serde_json::to_value(yaml).unwrap()
}

/// Where a file is wrong, and by which keyword of the schema.
fn faults(text: &str) -> Vec<String> {
    let mut faults: Vec<String> = validator()
        .iter_errors(&read(text))
        .map(|error| format!("{} {}", error.instance_path(), error.kind().keyword()))
        .collect();
    faults.sort();
    faults
}

fn errors_of_the_reader(text: &str) -> Vec<loom_spec::Problem> {
    let problems = loom_spec::parse(&loom_spec::Source::new("pipeline.yml", text)).problems;
    problems.into_iter().filter(loom_spec::Problem::is_error).collect()
}

#[test]
fn it_is_a_schema() {
    assert!(jsonschema::draft7::meta::validate(&loom_spec::schema()).is_ok());
}

#[test]
fn every_example_fits() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let files: Vec<_> = std::fs::read_dir(examples)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("pipeline.yml"))
        .filter(|path| path.is_file())
        .collect();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(faults(&text), [""; 0], "{}", file.display());
    }
}

#[test]
fn what_can_be_written_fits() {
    for text in [
        "pipeline: []",
        "data:\nparameters:\nexecution:\npipeline:\n- name: a\n  task: b\n  inputs:\n  outputs:\n  args:\n",
        "x-mine: {a: [1]}\npipeline: [{name: a, task: b, x-note: later}, {group: g, x-note: 1, steps: []}]",
        "layout: {a: {x: 1}}\neditor: [1]\noutput_dir: out\npipeline: []",
        "data: {a: x.csv, b: 2024, c: {path: 7, type: hologram, name: 1, description: 2, x-n: 3}}\npipeline: []",
        "data: {a: {path: https://example.org/a.csv, pattern: '*', allow_outside_pipeline: true}}\npipeline: []",
        "data: {r: runs, a: {path: a.csv, nested_in: $r}}\npipeline: []",
        "parameters: {a: 1, b: 0.50, c: true, d: null, e: [1, b, true], f: '', g: 12:30}\npipeline: []",
        "execution: {parallel: false, max_workers: 3, python: python3.12}\npipeline: []",
        "execution: {python: {interpreter: python3, preload: [numpy, scipy.stats, _größe], x-n: 1}}\npipeline: []",
        "execution: {python: {preload: }}\npipeline: []",
        "execution: {resources: {cpus: 8, mem: 16G, gpus: 0, x-n: 1}}\npipeline: []",
        "execution: {resources: }\npipeline: [{name: a, task: b, resources: , env: }]",
        "pipeline: [{name: a, task: b, env: {A: 1, b_2: 0.10, C: true, D: null, E: $x, F: ''}, cache: false, detach: true}]",
        "pipeline: [{name: a, task: b, timeout: 30m, retries: 0, resources: {cpus: 1, mem: 512}}]",
        "pipeline: [{name: a, task: b, timeout: 1d2h3.5m4s, retries: {max: 2, delay: 0.5, on: [signal, exit]}}]",
        "pipeline: [{name: a, task: b, timeout: '90', retries: {max: 2, delay: 10s, x-n: 1}, resources: {mem: 1.5gib}}]",
        "pipeline: [{name: 1, kind: task, script: b.sh, optional: true, disabled: false}]",
        "pipeline: [{name: a, command: [head, -n, 3]}, {name: b, command: ls | wc -l}]",
        "pipeline: [{name: a, task: b, loop: {over: $x, into: out, filter: '*.txt', parallel: true}}]",
        "pipeline: [{group: g, multi_pass: {schedule: [{lr: 0.1}, {lr: [1]}, null], count: 2}, steps: [{name: a, task: b}]}]",
        "pipeline: [{group: g, multi_pass: {count: 2, expressions: {lr: 0.5 / iter, n: 3}}, steps: []}]",
        "pipeline: [{group: g, multi_pass: {count: 9, feedback: {a.-o: b.--init}, condition: {script: s.py, \
         inputs: {r: $r}, args: {t: 1}}}, steps: []}]",
        "pipeline: [{name: a, kind: condition, predicate: count, inputs: {data: $x}, args: {n: 3, op: '>'}, negate: true}]",
        "pipeline: [{group: g, steps: [{name: a, kind: condition, script: c.py, optional: true}]}]",
        "pipeline: [{name: a, kind: switch, condition: $c, data: $d, disabled: true}, {name: b, kind: switch, condition: $c}]",
        "sweep: \npipeline: []",
        "sweep: {axes: {a: [1, 0.50, x, true, null, [1, b]], b: {low: {t: 1, u: [1, 2]}, mid: {}, high: }}}\npipeline: []",
        "sweep: {axes: {a: {linspace: [0, 1.0, 5]}, b: {geomspace: [1e-4, .1, 4]}, c: {arange: [3]}}, x-n: 1}\npipeline: []",
        "sweep: {axes: {a: {arange: [5, 1, -1]}, b: [1], c: [2]}, zip: [[b, c]], exclude: , include: []}\npipeline: []",
        "sweep: {axes: {a: {uniform: [0, 1]}, b: {log_uniform: [1.e-4, 1]}, c: {int_uniform: [-1, 8]}}, sample: 60, seed: 0}\n\
         pipeline: []",
        "sweep: {from: configs.csv, where: a < 1, max: 200, max_failures: 3, repeat: {seed: [1, 2]}}\npipeline: []",
        "sweep: {repeat: {seed: [1]}, exclude: [{seed: 1}], include: [{seed: 3, lr: [1, 2]}]}\npipeline: []",
        "data: {a: {path: a.json, metrics: {m.f1: max, loss: min}}, b: {path: b, metrics: }}\npipeline: []",
        "pipeline: [{name: a, task: b, gather: true}, {name: c, task: b, gather: false}, {name: d, task: b, gather: [s, t]}]",
        "pipeline: [{name: a, task: b, gather: {axes: true, as: manifest, allow_failed: true, x-n: 1}}]",
        "pipeline: [{name: a, task: b, gather: {axes: [seed], as: arguments}}, {name: c, task: b, gather: {}}]",
        "x-s: &s {task: b.py, args: &a {-x: 1}}\npipeline: [{<<: *s, name: a}, {<<: [*s], name: c, args: {<<: *a}}]",
    ] {
        assert_eq!(faults(text), [""; 0], "{text}");
        let errors = errors_of_the_reader(text);
        assert!(errors.is_empty(), "{text}\n{errors:?}");
    }
}

#[test]
fn merges_need_not_be_merged() {
    let text = "x-b: &b {path: p}\n<<: {x-c: 1}\ndata: {<<: {d: p}, a: {<<: *b, path: q}}\npipeline: [{<<: [*b], name: a, \
                task: t, args: {<<: *b}}]";
    let unmerged: Value = serde_yaml::from_str(text).unwrap();
    assert!(unmerged["pipeline"][0].get("<<").is_some());
    assert!(validator().is_valid(&unmerged));
}

/// Each with the place and the keyword that refuse it; the reader refuses each as well.
const BROKEN: &[(&str, &[&str])] = &[
    ("[]", &[" type"]),
    ("data: {}", &[" required"]),
    ("dta: {}\npipeline: []", &[" additionalProperties"]),
    ("variables: {a: b}\npipeline: []", &[" additionalProperties"]),
    ("pipeline:", &["/pipeline type"]),
    ("pipeline: {name: a, task: b}", &["/pipeline type"]),
    ("pipeline: [fit.py]", &["/pipeline/0 anyOf"]),
    ("data: [a.csv]\npipeline: []", &["/data type"]),
    ("data: {a: [b]}\npipeline: []", &["/data/a type"]),
    ("data: {a: ''}\npipeline: []", &["/data/a minLength"]),
    ("data: {a: {type: csv}}\npipeline: []", &["/data/a required"]),
    ("data: {a: {path: b, typ: csv}}\npipeline: []", &["/data/a additionalProperties"]),
    ("data: {a: {path: b, allow_outside_pipeline: 'yes'}}\npipeline: []", &["/data/a/allow_outside_pipeline type"]),
    ("parameters: [a]\npipeline: []", &["/parameters type"]),
    ("execution: {max_workers: 0}\npipeline: []", &["/execution/max_workers minimum"]),
    ("execution: {max_workers: many}\npipeline: []", &["/execution/max_workers type"]),
    ("execution: {python: {preload: numpy}}\npipeline: []", &["/execution/python/preload type"]),
    ("execution: {python: {preload: [scikit-learn]}}\npipeline: []", &["/execution/python/preload/0 pattern"]),
    ("execution: {python: {preload: [lib/x.py]}}\npipeline: []", &["/execution/python/preload/0 pattern"]),
    ("execution: {python: {preload: [a..b]}}\npipeline: []", &["/execution/python/preload/0 pattern"]),
    ("execution: {python: {preloads: [a]}}\npipeline: []", &["/execution/python additionalProperties"]),
    ("execution: {paralel: true}\npipeline: []", &["/execution additionalProperties"]),
    ("execution: {resources: {cpus: 0}}\npipeline: []", &["/execution/resources/cpus minimum"]),
    ("execution: {resources: {ram: 1G}}\npipeline: []", &["/execution/resources additionalProperties"]),
    ("pipeline: [{name: a, task: b, resources: {gpus: 0.5}}]", &["/pipeline/0/resources/gpus type"]),
    ("pipeline: [{name: a, task: b, resources: {mem: a lot}}]", &["/pipeline/0/resources/mem pattern"]),
    ("pipeline: [{name: a, task: b, timeout: 30 minutes}]", &["/pipeline/0/timeout pattern"]),
    ("pipeline: [{name: a, task: b, timeout: 30m1h}]", &["/pipeline/0/timeout pattern"]),
    ("pipeline: [{name: a, task: b, timeout: -1}]", &["/pipeline/0/timeout minimum"]),
    ("pipeline: [{name: a, task: b, retries: -1}]", &["/pipeline/0/retries minimum"]),
    ("pipeline: [{name: a, task: b, retries: often}]", &["/pipeline/0/retries type"]),
    ("pipeline: [{name: a, task: b, retries: {delay: 1s}}]", &["/pipeline/0/retries required"]),
    ("pipeline: [{name: a, task: b, retries: {max: 1, on: [crash]}}]", &["/pipeline/0/retries/on/0 enum"]),
    ("pipeline: [{name: a, task: b, retries: {max: 1, on: []}}]", &["/pipeline/0/retries/on minItems"]),
    ("pipeline: [{name: a, task: b, env: {A: [1]}}]", &["/pipeline/0/env/A type"]),
    ("pipeline: [{name: a, task: b, env: {A-B: 1}}]", &["/pipeline/0/env propertyNames"]),
    ("pipeline: [{name: a, task: b, cache: never}]", &["/pipeline/0/cache type"]),
    ("pipeline: [{name: a, kind: switch, condition: $c, env: {A: 1}}]", &["/pipeline/0 additionalProperties"]),
    ("sweep: []\npipeline: []", &["/sweep type"]),
    ("sweep: {}\npipeline: []", &["/sweep anyOf"]),
    ("sweep: {seed: 1, sample: 2}\npipeline: []", &["/sweep anyOf"]),
    ("sweep: {n: [1, 2]}\npipeline: []", &["/sweep additionalProperties", "/sweep anyOf"]),
    ("sweep: {axis: {n: [1, 2]}}\npipeline: []", &["/sweep additionalProperties", "/sweep anyOf"]),
    ("sweep: {axes: {}}\npipeline: []", &["/sweep/axes minProperties"]),
    ("sweep: {axes: {a: 0.3}}\npipeline: []", &["/sweep/axes/a type"]),
    ("sweep: {axes: {a: []}}\npipeline: []", &["/sweep/axes/a minItems"]),
    ("sweep: {axes: {a: {}}}\npipeline: []", &["/sweep/axes/a minProperties"]),
    ("sweep: {axes: {a: [{b: 1}]}}\npipeline: []", &["/sweep/axes/a/0 type"]),
    ("sweep: {axes: {a: {low: 0.3}}}\npipeline: []", &["/sweep/axes/a/low type"]),
    ("sweep: {axes: {a: {linspce: [0, 1, 5]}}}\npipeline: []", &["/sweep/axes/a/linspce type"]),
    ("sweep: {axes: {a: {linspace: [0, 1]}}}\npipeline: []", &["/sweep/axes/a/linspace minItems"]),
    ("sweep: {axes: {a: {linspace: 5}}}\npipeline: []", &["/sweep/axes/a/linspace type"]),
    ("sweep: {axes: {a: {arange: [0, 1, 2, 3]}}}\npipeline: []", &["/sweep/axes/a/arange maxItems"]),
    ("sweep: {axes: {a: {arange: [many]}}}\npipeline: []", &["/sweep/axes/a/arange/0 pattern"]),
    (
        "sweep: {axes: {a: {arange: [3], linspace: [0, 1, 2]}}}\npipeline: []",
        &["/sweep/axes/a maxProperties", "/sweep/axes/a maxProperties"],
    ),
    ("sweep: {axes: {a: [1]}, zip: [a, b]}\npipeline: []", &["/sweep/zip/0 type", "/sweep/zip/1 type"]),
    ("sweep: {axes: {a: [1]}, zip: [[a]]}\npipeline: []", &["/sweep/zip/0 minItems"]),
    ("sweep: {axes: {a: [1]}, exclude: {a: 1}}\npipeline: []", &["/sweep/exclude type"]),
    ("sweep: {axes: {a: [1]}, include: [{}]}\npipeline: []", &["/sweep/include/0 minProperties"]),
    ("sweep: {axes: {a: [1]}, where: ''}\npipeline: []", &["/sweep/where minLength"]),
    ("sweep: {axes: {a: [1]}, sample: 0}\npipeline: []", &["/sweep/sample minimum"]),
    ("sweep: {axes: {a: [1]}, max: 0}\npipeline: []", &["/sweep/max minimum"]),
    ("sweep: {axes: {a: [1]}, max_failures: none}\npipeline: []", &["/sweep/max_failures type"]),
    ("sweep: {axes: {a: [1]}, from: a.csv}\npipeline: []", &["/sweep/axes falseSchema"]),
    ("sweep: {sample: 3, from: a.csv}\npipeline: []", &["/sweep/sample falseSchema"]),
    ("sweep: {repeat: 5}\npipeline: []", &["/sweep/repeat type"]),
    ("data: {a: {path: b, metrics: {m: maximum}}}\npipeline: []", &["/data/a/metrics/m enum"]),
    ("data: {a: {path: b, metrics: [m]}}\npipeline: []", &["/data/a/metrics type"]),
    ("pipeline: [{name: a, task: b, gather: seed}]", &["/pipeline/0/gather type"]),
    ("pipeline: [{name: a, task: b, gather: []}]", &["/pipeline/0/gather minItems"]),
    ("pipeline: [{name: a, task: b, gather: {axes: false}}]", &["/pipeline/0/gather/axes not"]),
    ("pipeline: [{name: a, task: b, gather: {as: json}}]", &["/pipeline/0/gather/as enum"]),
    ("pipeline: [{name: a, task: b, gather: {over: [seed]}}]", &["/pipeline/0/gather additionalProperties"]),
    ("pipeline: [{name: a, kind: switch, condition: $c, gather: true}]", &["/pipeline/0 additionalProperties"]),
    ("pipeline: [{task: b}]", &["/pipeline/0 required"]),
    ("pipeline: [{name: a}]", &["/pipeline/0 anyOf"]),
    ("pipeline: [{name: a, task: b, inptus: {}}]", &["/pipeline/0 additionalProperties"]),
    ("pipeline: [{name: a, task: b, command: c}]", &["/pipeline/0/command falseSchema"]),
    ("pipeline: [{name: a, task: b, optional: 'true'}]", &["/pipeline/0/optional type"]),
    ("pipeline: [{name: a, task: b, inputs: {x: [c, d]}}]", &["/pipeline/0/inputs/x type"]),
    ("pipeline: [{name: a, task: b, outputs: {-o: true}}]", &["/pipeline/0/outputs/-o type"]),
    ("pipeline: [{name: a, task: b, args: [--x, 1]}]", &["/pipeline/0/args type"]),
    ("pipeline: [{name: a, command: []}]", &["/pipeline/0/command minItems"]),
    ("pipeline: [{name: a, command: {ls: x}}]", &["/pipeline/0/command type"]),
    ("pipeline: [{name: a, task: b, loop: {over: $x}}]", &["/pipeline/0/loop required"]),
    (
        "pipeline: [{name: a, task: b, loop: {over: $x, into: $y, fliter: z}}]",
        &["/pipeline/0/loop additionalProperties"],
    ),
    ("pipeline: [{name: a, kind: conditon, predicate: exists}]", &["/pipeline/0/kind const"]),
    ("pipeline: [{name: a, predicate: exists}]", &["/pipeline/0 required"]),
    ("pipeline: [{name: a, kind: condition}]", &["/pipeline/0 anyOf"]),
    ("pipeline: [{name: a, kind: condition, predicate: exsts}]", &["/pipeline/0/predicate enum"]),
    ("pipeline: [{name: a, kind: condition, predicate: exists, script: s}]", &["/pipeline/0/script falseSchema"]),
    ("pipeline: [{name: a, kind: switch}]", &["/pipeline/0 required"]),
    ("pipeline: [{name: a, condition: $c, data: $d}]", &["/pipeline/0 required"]),
    ("pipeline: [{group: g}]", &["/pipeline/0 required"]),
    ("pipeline: [{group: g, stesp: [], steps: []}]", &["/pipeline/0 additionalProperties"]),
    (
        "pipeline: [{group: g, steps: [{name: a, taks: b}]}]",
        &["/pipeline/0/steps/0 additionalProperties", "/pipeline/0/steps/0 anyOf"],
    ),
    ("pipeline: [{group: g, steps: [{group: h, steps: []}]}]", &["/pipeline/0/steps/0/steps falseSchema"]),
    ("pipeline: [{group: g, multi_pass: {schedule: []}, steps: []}]", &["/pipeline/0/multi_pass/schedule minItems"]),
    ("pipeline: [{group: g, multi_pass: {expressions: {a: b}}, steps: []}]", &["/pipeline/0/multi_pass required"]),
    (
        "pipeline: [{group: g, multi_pass: {count: 1, schedule: [{a: 1}], expressions: {a: b}}, steps: []}]",
        &["/pipeline/0/multi_pass/expressions falseSchema"],
    ),
    (
        "pipeline: [{group: g, multi_pass: {count: 1, condition: {}}, steps: []}]",
        &["/pipeline/0/multi_pass/condition required"],
    ),
];

#[test]
fn what_is_wrong_is_marked_where_it_is_wrong() {
    for (text, expected) in BROKEN {
        assert_eq!(faults(text), *expected, "{text}");
        assert!(!errors_of_the_reader(text).is_empty(), "the reader takes it:\n{text}");
    }
}

#[test]
fn every_key_is_explained() {
    fn walk(schema: &Value, path: &str) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}/{key}");
            let description = property["description"].as_str().unwrap_or_default();
            assert!(description.ends_with('.') && !description.contains('\n'), "{path}: {description:?}");
            walk(property, &path);
        }
    }
    let schema = loom_spec::schema();
    walk(&schema, "");
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        walk(definition, name);
    }
}

/// The schema without its words: a line for each key, in order, with what it takes.
fn outline(schema: &Value) -> String {
    fn walk(schema: &Value, path: &str, lines: &mut String) {
        let takes = match (&schema["type"], &schema["enum"], &schema["const"], &schema["$ref"]) {
            (Value::String(one), ..) => one.clone(),
            (Value::Array(several), ..) => words(several, "|"),
            (_, Value::Array(several), ..) => words(several, " or "),
            (_, _, Value::String(one), _) => one.clone(),
            (_, _, _, Value::String(name)) => name.rsplit('/').next().unwrap().to_owned(),
            _ if schema["if"].is_object() => "as its keys say".to_owned(),
            _ if schema["anyOf"].is_array() => "one of several".to_owned(),
            _ => "anything".to_owned(),
        };
        lines.push_str(&format!("{path}  {takes}\n"));
        let required = |key: &str| schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == key));
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            walk(property, &format!("{path}.{key}{}", if required(key) { "!" } else { "" }), lines);
        }
        for (key, of_which) in [("additionalProperties", ".*"), ("items", "[]")] {
            if schema[key].is_object() {
                walk(&schema[key], &format!("{path}{of_which}"), lines);
            }
        }
    }
    fn words(all: &[Value], between: &str) -> String {
        all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(between)
    }
    let mut lines = String::new();
    walk(schema, "file", &mut lines);
    for (name, definition) in schema["definitions"].as_object().unwrap() {
        lines.push('\n');
        walk(definition, name, &mut lines);
    }
    lines
}

#[test]
fn its_outline() {
    insta::assert_snapshot!(outline(&loom_spec::schema()), @"
    file  object
    file.data  object|null
    file.data.*  Data
    file.parameters  object|null
    file.parameters.*  string|number|boolean|array|null
    file.parameters.*[]  string|number|boolean|null
    file.pipeline!  array
    file.pipeline![]  as its keys say
    file.execution  object|null
    file.execution.parallel  boolean
    file.execution.max_workers  integer
    file.execution.python  object|string|number
    file.execution.python.interpreter  string|number
    file.execution.python.preload  array|null
    file.execution.python.preload[]  string
    file.execution.resources  object|null
    file.execution.resources.cpus  integer
    file.execution.resources.mem  string|integer
    file.execution.resources.gpus  integer
    file.sweep  object|null
    file.sweep.axes  object|null
    file.sweep.axes.*  Axis
    file.sweep.zip  array|null
    file.sweep.zip[]  array
    file.sweep.zip[][]  string|number
    file.sweep.exclude  array|null
    file.sweep.exclude[]  object
    file.sweep.exclude[].*  string|number|boolean|array|null
    file.sweep.exclude[].*[]  string|number|boolean|null
    file.sweep.include  array|null
    file.sweep.include[]  object
    file.sweep.include[].*  string|number|boolean|array|null
    file.sweep.include[].*[]  string|number|boolean|null
    file.sweep.where  string|number
    file.sweep.repeat  object|null
    file.sweep.repeat.*  Axis
    file.sweep.sample  integer
    file.sweep.seed  integer
    file.sweep.from  string|number
    file.sweep.max  integer
    file.sweep.max_failures  integer
    file.output_dir  string|number
    file.layout  anything
    file.editor  anything

    Data  object|string|number
    Data.type  one of several
    Data.path!  string|number
    Data.name  string|number
    Data.description  string|number
    Data.pattern  string|number
    Data.nested_in  string|number
    Data.allow_outside_pipeline  boolean
    Data.metrics  object|null
    Data.metrics.*  max or min

    Group  object
    Group.group!  string|number
    Group.multi_pass  object
    Group.multi_pass.schedule  array
    Group.multi_pass.schedule[]  object|null
    Group.multi_pass.schedule[].*  string|number|boolean|array|null
    Group.multi_pass.schedule[].*[]  string|number|boolean|null
    Group.multi_pass.count  integer
    Group.multi_pass.expressions  object|null
    Group.multi_pass.expressions.*  string|number
    Group.multi_pass.feedback  object|null
    Group.multi_pass.feedback.*  string
    Group.multi_pass.condition  object
    Group.multi_pass.condition.script!  string|number
    Group.multi_pass.condition.inputs  object|null
    Group.multi_pass.condition.inputs.*  string|number|boolean|array|null
    Group.multi_pass.condition.inputs.*[]  string|number|boolean|null
    Group.multi_pass.condition.args  object|null
    Group.multi_pass.condition.args.*  string|number|boolean|array|null
    Group.multi_pass.condition.args.*[]  string|number|boolean|null
    Group.steps!  array
    Group.steps![]  as its keys say

    AnyStep  as its keys say

    SwitchStep  object
    SwitchStep.name!  string|number
    SwitchStep.kind!  switch
    SwitchStep.group  string|number
    SwitchStep.condition!  string|number
    SwitchStep.data  string|number
    SwitchStep.optional  boolean
    SwitchStep.disabled  boolean

    Condition  object
    Condition.name!  string|number
    Condition.kind!  condition
    Condition.group  string|number
    Condition.predicate  exists or is_file or is_dir or non_empty or count or param
    Condition.script  string|number
    Condition.inputs  object|null
    Condition.inputs.*  string|number|boolean|array|null
    Condition.inputs.*[]  string|number|boolean|null
    Condition.args  object|null
    Condition.args.*  string|number|boolean|array|null
    Condition.args.*[]  string|number|boolean|null
    Condition.negate  boolean
    Condition.optional  boolean
    Condition.disabled  boolean

    Step  object
    Step.name!  string|number
    Step.kind  task or condition or switch
    Step.group  string|number
    Step.task  string|number
    Step.script  string|number
    Step.command  array|string
    Step.command[]  string|number|boolean
    Step.inputs  object|null
    Step.inputs.*  string|number
    Step.outputs  object|null
    Step.outputs.*  string|number
    Step.args  object|null
    Step.args.*  string|number|boolean|array|null
    Step.args.*[]  string|number|boolean|null
    Step.loop  object
    Step.loop.over!  string|number
    Step.loop.into!  string|number
    Step.loop.filter  string|number
    Step.loop.parallel  boolean
    Step.env  object|null
    Step.env.*  string|number|boolean|null
    Step.resources  object|null
    Step.resources.cpus  integer
    Step.resources.mem  string|integer
    Step.resources.gpus  integer
    Step.timeout  string|number
    Step.retries  object|integer
    Step.retries.max!  integer
    Step.retries.delay  string|number
    Step.retries.on  array
    Step.retries.on[]  signal or timeout or exit
    Step.gather  object|boolean|array
    Step.gather.axes  boolean|array
    Step.gather.axes[]  string|number
    Step.gather.as  manifest or arguments
    Step.gather.allow_failed  boolean
    Step.gather[]  string|number
    Step.cache  boolean
    Step.detach  boolean
    Step.optional  boolean
    Step.disabled  boolean

    Axis  object|array
    Axis.linspace  array
    Axis.linspace[]  number|string
    Axis.geomspace  array
    Axis.geomspace[]  number|string
    Axis.arange  array
    Axis.arange[]  number|string
    Axis.uniform  array
    Axis.uniform[]  number|string
    Axis.log_uniform  array
    Axis.log_uniform[]  number|string
    Axis.int_uniform  array
    Axis.int_uniform[]  number|string
    Axis.*  object|null
    Axis.*.*  string|number|boolean|array|null
    Axis.*.*[]  string|number|boolean|null
    Axis[]  string|number|boolean|array|null
    Axis[][]  string|number|boolean|null
    ");
}
