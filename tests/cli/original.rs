//! Beside the original, `loom-pipeline` 0.7.0: what runs there runs here and hands the tasks the same arguments, but for
//! the differences that are meant.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use crate::support::{self, Sandbox};

#[test]
fn generated_pipelines_hand_over_the_same_arguments() {
    let mut generator = Generator::new();
    let mut cases: Vec<Case> = (0..WHOLE).map(|_| generator.whole()).collect();
    // In these every step runs, so that whatever has been dealt is compared.
    generator.assert_everything_was_dealt();
    cases.extend((0..PARTIAL).map(|_| generator.partial()));
    generator.assert_every_call_was_made();
    assert_alike(&cases);
}

#[test]
fn written_pipelines_hand_over_the_same_arguments() {
    assert_alike(&WRITTEN.iter().map(|(yaml, call)| Case::new(yaml, call)).collect::<Vec<_>>());
}

#[test]
fn what_nobody_would_run_is_refused_by_both() {
    for (yaml, call) in REFUSED_BY_BOTH {
        let case = Case::new(yaml, call);
        for program in [Program::Original, Program::Ours] {
            let outcome = case.run(program);
            assert!(outcome.is_refusal(), "{program:?}\n{case}\n{outcome}");
        }
    }
}

#[test]
fn values_arrive_as_written_where_the_original_changes_them() {
    let mut yaml = "parameters:\n".to_owned();
    for (row, (value, ..)) in CHANGED.iter().enumerate() {
        let _ = writeln!(yaml, "  p{row}: {value}");
    }
    yaml.push_str("pipeline:\n  - name: a\n    task: tasks/a.py\n    args:\n");
    for (row, (value, ..)) in CHANGED.iter().enumerate() {
        let _ = writeln!(yaml, "      --written-{row}: {value}\n      --named-{row}: $p{row}");
    }
    let case = Case::new(&yaml, &[]);
    let (original, ours) = (case.run(Program::Original), case.run(Program::Ours));
    for (row, (value, by_original, by_us)) in CHANGED.iter().enumerate() {
        for flag in [format!("--written-{row}"), format!("--named-{row}")] {
            assert_eq!(original.behind(&flag), *by_original, "the original, {flag}: {value}");
            assert_eq!(ours.behind(&flag), *by_us, "loom, {flag}: {value}");
        }
    }
}

#[test]
fn calls_and_paths_differ_where_they_are_meant_to() {
    for (step, call, by_original, by_us) in DIFFERENT {
        let yaml = format!("parameters: {{p: 1}}\npipeline:\n  - {{name: a, task: tasks/a.py, {step}}}\n");
        let case = Case::new(&yaml, call);
        for (program, expected) in [(Program::Original, by_original), (Program::Ours, by_us)] {
            let outcome = case.run(program);
            assert_eq!(outcome.words(), *expected, "{program:?}\n{case}\n{outcome}");
        }
    }
}

// What differs

const ALONE: &str = "(the flag alone)";
const LEFT_OUT: &str = "(nothing)";
const REFUSED: &str = "(refused)";

/// Values that the original changes: as written, what it passes on, what loom does. `|` stands between words.
const CHANGED: &[(&str, &str, &str)] = &[
    ("0.10", "0.1", "0.10"),
    ("1.50", "1.5", "1.50"),
    (".5", "0.5", ".5"),
    ("5.", "5.0", "5."),
    ("+5", "5", "+5"),
    ("007", "7", "007"),
    ("010", "8", "010"),
    ("0x1F", "31", "0x1F"),
    ("0b101", "5", "0b101"),
    ("1_000", "1000", "1_000"),
    ("12:30", "750", "12:30"),
    ("1.0e+3", "1000.0", "1.0e+3"),
    ("0.00001", "1e-05", "0.00001"),
    ("12345678901234567.0", "1.2345678901234568e+16", "12345678901234567.0"),
    (".inf", "inf", ".inf"),
    (".nan", "nan", ".nan"),
    ("2024-01-31T12:00:00Z", "2024-01-31 12:00:00+00:00", "2024-01-31T12:00:00Z"),
    ("yes", ALONE, "yes"),
    ("On", ALONE, "On"),
    ("no", LEFT_OUT, "no"),
    ("OFF", LEFT_OUT, "OFF"),
    ("null", "None", LEFT_OUT),
    ("~", "None", LEFT_OUT),
    ("", "None", LEFT_OUT),
    ("[64, 32]", "[64, 32]", "64|32"),
    ("[a, true, 0.10]", "['a', True, 0.1]", "a|true|0.10"),
    ("[]", "[]", ALONE),
    ("${UNSET:-two words}", "${UNSET:-two words}", "two words"),
];

/// Keys of a step and words of a call that do not mean the same: what the original passes on, what loom does.
const DIFFERENT: &[(&str, &[&str], &str, &str)] = &[
    ("args: {--x: {a: 1}}", &[], "--x|{'a': 1}", REFUSED),
    ("args: {--x: $$name}", &[], REFUSED, "--x|$name"),
    ("inputs: {x: -dash.csv}", &[], "-dash.csv", "./-dash.csv"),
    ("args: {--x: $p}", &["--set", "p=0.50"], "--x|0.5", "--x|0.50"),
    ("args: {--x: $p}", &["--set", "p=1_000"], "--x|1000", "--x|1_000"),
    ("args: {}", &["--step", "a", "--extra", "'two words' one"], "'two|words'|one", "two words|one"),
];

// What does not

/// Pipelines that the generator does not come to, and the words of the call.
const WRITTEN: &[(&str, &[&str])] = &[
    // A step fails; what reads what it makes does not run, all else does.
    (
        "
data: {one: out/1, two: out/2, three: out/3}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {-o: $one}, args: {--fail: true}}
  - {name: b, task: tasks/b.py, inputs: {x: $one}, outputs: {-o: $two}}
  - {name: c, task: tasks/c.py, args: {--file: $two}}
  - {name: d, task: tasks/d.py, outputs: {-o: $three}}
",
        &[],
    ),
    (
        "
parameters: {broken: false}
pipeline:
  - {name: a, task: tasks/a.py, args: {--fail: $broken}}
  - {name: b, task: tasks/b.py}
",
        &["--set", "broken=true"],
    ),
    // Two groups of one name; in a group, what is optional and what is disabled.
    (
        "
pipeline:
  - group: first
    steps:
      - {name: a, task: tasks/a.py}
      - {name: b, task: tasks/b.py, optional: true}
  - {name: c, task: tasks/c.py}
  - {group: first, steps: [{name: d, task: tasks/d.py, disabled: true}]}
",
        &["--group", "first"],
    ),
    (
        "
pipeline:
  - group: first
    steps:
      - {name: a, task: tasks/a.py, optional: true}
      - {name: b, task: tasks/b.py, optional: true}
      - {name: c, task: tasks/c.py, optional: true, disabled: true}
  - {name: d, task: tasks/d.py, optional: false, disabled: false}
",
        &["--include", "b", "c"],
    ),
    (
        "
data: {one: out/1, two: out/2}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {-o: $one}, optional: true}
  - {name: b, task: tasks/b.py, inputs: {x: $one}, outputs: {-o: $two}}
",
        &["--from", "a", "--include", "a"],
    ),
    // Anchors on whatever can have one, and merges.
    (
        "
x-step: &step
  task: tasks/a.py
  args: &args {--one: &one 1, &flag --two: two}
pipeline:
  - {<<: *step, name: a}
  - {name: b, task: tasks/b.py, args: *args}
  - {name: c, task: tasks/c.py, args: {<<: *args}}
  - {name: d, task: tasks/d.py, args: {--first: *one, *flag : *one}}
",
        &[],
    ),
    // What the engine does not read, and how it may run.
    (
        "%YAML 1.1
---
# A comment.
output_dir: results
layout: {a: {x: 1, y: 2}}
editor: {autoSave: true}
execution:   # of no consequence
  parallel: true
  max_workers: 2
pipeline:
  - name: a
    task: ./tasks/a.py
    outputs: {--output: results/deep/inside/a.txt}
    args: {--text: 'a # b'}   # not `b`
  - ? name
    : b
    ? task
    : ${TASKS}/b.py
...
",
        &[],
    ),
    ("pipeline:\r\n- name: a\r\n  task: tasks/a.py\r\n  args:\r\n    --text: |\r\n      one\r\n      two\r\n", &[]),
    // Keys go over as they stand; names may hold anything.
    (
        "
parameters: {my value: 5, a.b-c: 6}
pipeline:
  - name: a step, so to say
    task: ${HERE}/tasks/a.py
    args: {'two words': $my value, \"--${WHO}\": $a.b-c, $key: 1, \"\": 2, größe: 3}
  - {name: b, task: tasks/b.py}
",
        &["--step", "a step, so to say", "--set", "my value=two words"],
    ),
    ("pipeline: []\n", &[]),
];

/// What nobody would run.
const REFUSED_BY_BOTH: &[(&str, &[&str])] = &[
    ("pipeline: [{name: a, task: tasks/a.py, args: {--x: $unknown}}]\n", &[]),
    ("pipeline: [{name: a, task: tasks/a.py, args: {--x: '${UNSET}'}}]\n", &[]),
    ("pipeline: [{name: a, task: tasks/a.py}]\n", &["--step", "b"]),
    ("pipeline: [{name: a, task: tasks/a.py}]\n", &["--group", "b"]),
    ("parameters: {p: 1}\npipeline: [{name: a, task: tasks/a.py}]\n", &["--set", "p"]),
    ("pipeline: [{name: a, task: tasks/a.py, args: {--x: 'open}}]\n", &[]),
];

/// How many pipelines are generated to run as a whole, and how many to run in part or with other values.
const WHOLE: usize = 36;
const PARTIAL: usize = 28;

/// Every generated pipeline begins with these names.
const DATA: &str = "data:
  table: data/table.csv
  typed: {type: csv, path: data/typed.csv, name: A table}
  spaced:
    path: \"data/two words.csv\"
    description: >
      its name
      has a space
  by_variable: ${DATA}/größe.csv
  dotted.name-1: data/table.csv
  folder: {type: data_folder, path: data}
";
const PARAMETERS: &str = "parameters:
  where: data/typed.csv
  5th: 5
";
#[rustfmt::skip]
const SOURCES: &[&str] = &[
    "data/table.csv", "data/typed.csv", "data/two words.csv", "data/größe.csv", "data/other.csv", "5", "-dash.csv",
];

/// Values, as they stand in a file. Those of several lines stand in block style only.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    // Words and texts.
    "word", "two words", "'single ''quoted'' words'", r#""double \"quoted\" words""#,
    r#""tab\t, line\n, \u00e9, \\d+ and \x41""#, "\"  spaces around  \"", "\"\"", "''", "größe", "日本語 😀",
    "'a: b, [c] {d} #e'", "a:b", "a#b", "it's", "100%", "a=b", "'*.txt'", "'a?b'", "'&x'", "'!x'", "'@x'", "'- x'", "'<<'",
    "-v", "--level", "--level=3", "~/x", "./x", "data/table.csv", "https://example.org/a&b=c",
    // Switches, and words that look like them.
    "true", "false", "True", "TRUE", "False", "FALSE", "tRUE", "\"true\"", "'false'", "\"null\"", "'~'", "'yes'",
    "\"off\"", "y", "N", "None",
    // Numbers and dates, and words that look like them.
    "0", "5", "-3", "12345678901234567890123", "0.5", "3.14", "-0.25", "50.0", "0.30000000000000004", "1e-3", "1e5",
    "1.5e10", "0o17", "1.2.3", "nan", "\"0.10\"", "'007'", "\"12:30\"", "2024-01-31", "2024-01-31 12:00:00",
    "'2024-01-31'",
    // Variables, and what looks like them.
    "'${WHO}'", "\"hello, ${WHO}!\"", "'${WHO}${SPACED}${WHO}'", "'${SPACED}'", "'${EMPTY}'", "'a${EMPTY}b'",
    "'${REFERENCE}'", "a$b", "5$", "'costs $5'", "' $table'", "a $WHO b", "'${not a name}'", "'${WHO'",
    // Several lines.
    "|\n  one\n    two\n\n  three\n", "|-\n  one\n  ${WHO}", "|+\n  one\n\n", "|2\n   indented\n  text",
    ">\n  one\n  two\n\n  three\n    four\n", ">-\n  'one'\n  \"two\"", "one, [two]\n  {three} # not this",
    "\"one\n  two \\\n  three\n\n  four\"", "'one\n\n  two'",
];

/// Data nodes as arguments, which are passed as paths.
const REFERENCES: &[&str] = &["$table", "$typed", "$spaced", "$by_variable", "$dotted.name-1", "$folder", "\"$table\""];

/// Paths as inputs. The number is one, too.
#[rustfmt::skip]
const INPUTS: &[&str] = &[
    "$table", "$typed", "$spaced", "$by_variable", "$dotted.name-1", "$folder", "data/table.csv", "'data/two words.csv'",
    "data/größe.csv", "\"${DATA}/typed.csv\"", "'${HERE}/data/table.csv'", "/dev/null", "5", "$where", "$5th",
];

/// Outputs: the line that defines each under `data`, or under `parameters`; how steps refer to it; where it is.
const PRODUCTS: &[(&str, &str, &str, &str)] = &[
    ("made#: output/#.csv", "", "$made#", "output/#.csv"),
    ("made#: {type: csv, path: output/deep/#.csv}", "", "$made#", "output/deep/#.csv"),
    ("", "made#: output/#.csv", "$made#", "output/#.csv"),
    ("", "", "output/#.csv", "output/#.csv"),
    ("", "", "'output/two words #.csv'", "output/two words #.csv"),
    ("", "", "\"${MADE}/#.csv\"", "made/#.csv"),
];

/// The task makes what stands behind these.
const OUTPUT_FLAGS: &[&str] = &["--output", "-o", "out", "--out_put"];
const FLAGS: &[&str] = &["--name", "-n", "key", "--two-words", "--under_score", "--camelCase", "--größe", "+x"];

/// Values for `--set`: words, and numbers as Python would write them.
#[rustfmt::skip]
const SETTINGS: &[&str] = &[
    "word", "two words", "a=b", "=", "", "true", "false", "True", "FALSE", "5", "-3", "0.25", "-0.5", "50.0", "größe",
    "--flag", "$table", "$$", "yes", "null", "\"quoted\"", "it's", "#", "[1, 2]", "12345678901234567890", "1e5", "a\nb",
];

/// What the task does: says what it was handed, makes its outputs, and fails if it is told to.
const TASK: &str = r#"
import json, os, sys

tasks, name = os.path.split(os.path.abspath(sys.argv[0]))
with open(os.path.join(tasks, "..", "ran", name), "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\n")
for flag, path in zip(sys.argv, sys.argv[1:]):
    if flag in OUTPUT_FLAGS:
        open(path, "w").close()
sys.exit("--fail" in sys.argv)
"#;

/// The tasks that every pipeline may run, each of its own name, so that it can be told which ran.
const TASKS: [&str; 4] = ["a", "b", "c", "d"];

// Running both

#[derive(Clone, Copy, Debug)]
enum Program {
    Original,
    Ours,
}

/// A pipeline and a call.
struct Case {
    yaml: String,
    call: Vec<String>,
    /// Files that are there before the run, beside the sources.
    made_before: Vec<String>,
}

/// What came of a run.
struct Outcome {
    succeeded: bool,
    /// For every task that ran, the arguments of each time that it did.
    ran: BTreeMap<&'static str, Vec<Vec<String>>>,
    /// What it said, for whoever looks into a difference.
    said: String,
}

/// Runs every case twice, and tells of all that differ.
fn assert_alike(cases: &[Case]) {
    let differences = |cases: &[Case]| -> Vec<String> { cases.iter().filter_map(Case::difference).collect() };
    let (one, other) = cases.split_at(cases.len() / 2);
    let mut differing = std::thread::scope(|scope| {
        let other = scope.spawn(|| differences(other));
        let mut differing = differences(one);
        differing.extend(other.join().expect("the other half is compared"));
        differing
    });
    let (count, all) = (differing.len(), cases.len());
    differing.truncate(5);
    assert!(count == 0, "{count} of {all} pipelines differ; the first of them:\n\n{}", differing.join("\n"));
}

impl Case {
    fn new(yaml: &str, call: &[&str]) -> Self {
        let call = call.iter().map(ToString::to_string).collect();
        Self { yaml: yaml.to_owned(), call, made_before: Vec::new() }
    }

    /// Both runs, if they differ. Where nothing runs, nothing is compared: that counts as a difference, too.
    fn difference(&self) -> Option<String> {
        let (original, ours) = (self.run(Program::Original), self.run(Program::Ours));
        let alike = original.succeeded == ours.succeeded && original.ran == ours.ran && !original.is_refusal();
        (!alike).then(|| format!("{self}\n--- the original\n{original}\n--- loom\n{ours}\n"))
    }

    /// Runs it in a folder of its own.
    fn run(&self, program: Program) -> Outcome {
        let sandbox = Sandbox::with(&self.yaml);
        let folder = sandbox.path();
        let task = TASK.replace("OUTPUT_FLAGS", &format!("{OUTPUT_FLAGS:?}"));
        for name in TASKS {
            sandbox.write(&format!("tasks/{name}.py"), &task);
        }
        for path in SOURCES.iter().copied().chain(self.made_before.iter().map(String::as_str)) {
            sandbox.write(path, "");
        }
        std::fs::create_dir(folder.join("ran")).expect("folders can be made");

        let mut command = match program {
            Program::Original => Command::new(original().join("bin/loom")),
            Program::Ours => support::loom(),
        };
        let output = command
            .arg("pipeline.yml")
            .args(&self.call)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .env_clear()
            .env("PATH", support::path())
            // The original runs tasks with its own Python: the same one here.
            .env("LOOM_PYTHON", original().join("bin/python"))
            .envs([("WHO", "world"), ("SPACED", "two words"), ("EMPTY", ""), ("REFERENCE", "$table")])
            .envs([("DATA", "data"), ("TASKS", "tasks"), ("MADE", "made")])
            .env("HERE", &folder)
            .output()
            .expect("it can be started");

        let log = |name: &str| std::fs::read_to_string(folder.join(format!("ran/{name}.py"))).ok();
        let times = |log: String| log.lines().map(|line| arguments(line, &folder)).collect();
        Outcome {
            succeeded: output.status.success(),
            ran: TASKS.into_iter().filter_map(|name| Some((name, times(log(name)?)))).collect(),
            said: sandbox.shown(&output),
        }
    }
}

/// The arguments that a task wrote down; paths into the folder, which the original passes in full, from there on.
fn arguments(line: &str, folder: &Path) -> Vec<String> {
    let mut words: Vec<String> = serde_json::from_str(line).expect("the task writes a list of texts");
    let folder = format!("{}/", folder.display());
    for word in &mut words {
        if let Some(inside) = word.strip_prefix(&folder) {
            *word = inside.to_owned();
        }
    }
    words
}

impl Outcome {
    fn is_refusal(&self) -> bool {
        !self.succeeded && self.ran.is_empty()
    }

    /// All that the task `a` was handed.
    fn words(&self) -> String {
        self.ran.get("a").map_or(REFUSED.to_owned(), |times| times.concat().join("|"))
    }

    /// What the task `a` was handed behind a flag, up to the next one.
    fn behind(&self, flag: &str) -> String {
        let words = self.ran.get("a").map(|times| times.concat()).unwrap_or_default();
        let Some(at) = words.iter().position(|word| word == flag) else { return LEFT_OUT.to_owned() };
        let behind: Vec<&str> =
            words[at + 1..].iter().map(String::as_str).take_while(|w| !w.starts_with("--")).collect();
        if behind.is_empty() { ALONE.to_owned() } else { behind.join("|") }
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\nloom pipeline.yml {:?}", self.yaml, self.call)
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (task, times) in &self.ran {
            times.iter().try_for_each(|words| writeln!(f, "{task}: {words:?}"))?;
        }
        f.write_str(&self.said)
    }
}

/// The virtual environment that holds the original; made once, for all tests and all times.
fn original() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = target.join("loom-pipeline-0.7.0");
        let (python, stamp) = (folder.join("bin/python"), folder.join("complete"));
        // Other processes may want it at the same time.
        let lock = File::create(target.join("loom-pipeline.lock")).expect("the target folder can be written");
        lock.lock().expect("files can be locked");
        // The Python that it was made with may be gone since.
        if !stamp.exists() || !python.exists() {
            prepare("python3", &["-m", "venv", "--clear", &folder.to_string_lossy()]);
            // It always imports Send2Trash, but asks for it only with its editor.
            let packages = ["loom-pipeline==0.7.0", "Send2Trash==2.2.0"];
            prepare(&python, &[&["-m", "pip", "install", "--quiet"], &packages[..]].concat());
            File::create(&stamp).expect("the target folder can be written");
        }
        folder
    })
}

/// Runs a program that makes the environment.
fn prepare(program: impl AsRef<Path>, args: &[&str]) {
    let program = program.as_ref();
    let failure = match Command::new(program).args(args).output() {
        Ok(Output { status, .. }) if status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!(
        "cannot install the original. This test needs Python 3.11 or later with `venv`, and access to PyPI.\n\
         {} {}\n{failure}",
        program.display(),
        args.join(" "),
    );
}

// Generating

/// How a value reaches an argument.
#[derive(Clone, Copy)]
enum Way {
    Directly,
    ByParameter,
    ByAlias,
}

/// How a step is laid out.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Flow,
    FlowInBlock,
    Block,
}

/// What the call asks for.
#[derive(Clone, Copy)]
enum Choice {
    OneStep,
    FirstAndLast,
    From,
    Group,
    Include,
}

/// Makes pipelines, always the same ones.
struct Generator {
    chance: Chance,
    values: Deck<(&'static str, Way)>,
    references: Deck<&'static str>,
    inputs: Deck<&'static str>,
    products: Deck<&'static (&'static str, &'static str, &'static str, &'static str)>,
    flags: Deck<&'static str>,
    settings: Deck<&'static str>,
    programs: Deck<&'static str>,
    asides: Deck<Option<&'static str>>,
    styles: Deck<Style>,
    choices: Deck<Choice>,
}

impl Generator {
    fn new() -> Self {
        use {Choice as C, Style as S, Way as W};
        let ways = [W::Directly, W::ByParameter, W::ByAlias];
        let asides = [None, None, None, None, None, Some("optional"), Some("disabled")];
        Self {
            chance: Chance(7),
            values: Deck::new(VALUES.iter().flat_map(|value| ways.map(|way| (*value, way)))),
            references: Deck::new(REFERENCES.iter().copied()),
            inputs: Deck::new(INPUTS.iter().copied()),
            products: Deck::new(PRODUCTS),
            flags: Deck::new(FLAGS.iter().copied()),
            settings: Deck::new(SETTINGS.iter().copied()),
            programs: Deck::new(["task", "script"]),
            asides: Deck::new(asides),
            styles: Deck::new([S::Flow, S::FlowInBlock, S::Block]),
            choices: Deck::new([C::OneStep, C::FirstAndLast, C::From, C::Group, C::Include]),
        }
    }

    fn assert_everything_was_dealt(&self) {
        let paths = self.inputs.is_through() && self.products.is_through();
        let values = self.values.is_through() && self.references.is_through();
        assert!(paths && values, "some input, output or value is in no pipeline: make more of them");
    }

    fn assert_every_call_was_made(&self) {
        let calls = self.choices.is_through() && self.settings.is_through() && self.asides.is_through();
        assert!(calls, "some choice or setting is in no call: make more of them");
    }

    /// A pipeline to run as a whole.
    fn whole(&mut self) -> Case {
        Case::new(&self.draft().yaml(), &[])
    }

    /// A pipeline to run in part, or with other values.
    fn partial(&mut self) -> Case {
        let mut draft = self.draft();
        for step in &mut draft.steps {
            step.aside = self.asides.deal();
        }
        let mut case = Case::new(&draft.yaml(), &self.selection(&draft));
        // A step may read what another one, which is left out, would make.
        case.made_before.extend(draft.made.iter().map(|made| made.path.clone()));
        self.settings(&draft, &mut case);
        case
    }

    fn draft(&mut self) -> Draft {
        let mut draft = Draft::default();
        for name in &TASKS[..=self.chance.below(TASKS.len())] {
            let step = self.step(name, &mut draft);
            draft.steps.push(step);
        }
        let first = self.chance.below(draft.steps.len());
        draft.group = first..first + self.chance.below(draft.steps.len() - first + 1);
        draft
    }

    /// A step that reads what the one before it makes.
    fn step(&mut self, name: &'static str, draft: &mut Draft) -> Step {
        let mut inputs: Vec<String> = (0..self.chance.below(3)).map(|_| self.inputs.deal().to_owned()).collect();
        if let Some(made) = draft.made.last() {
            inputs.insert(self.chance.below(inputs.len() + 1), made.reference.clone());
        }
        let inputs = inputs.into_iter().enumerate().map(|(at, input)| (format!("input{at}"), input)).collect();

        let mut args = Entries::new();
        if let Some(made) = draft.made.iter().find(|made| made.is_node) {
            args.push((self.flag(&args), made.reference.clone()));
        }
        for _ in 0..self.chance.below(2) {
            args.push((self.flag(&args), self.references.deal().to_owned()));
        }
        for _ in 0..self.chance.below(9) {
            let flag = self.flag(&args);
            match self.values.deal() {
                (value, Way::Directly) => args.push((flag, value.to_owned())),
                (value, Way::ByParameter) => args.push((flag, draft.parameter(value))),
                (value, Way::ByAlias) => {
                    let anchor = draft.unique("v");
                    args.push((flag, format!("&{anchor} {value}")));
                    args.push((self.flag(&args), format!("*{anchor}")));
                }
            }
        }

        let flags = &OUTPUT_FLAGS[..=self.chance.below(OUTPUT_FLAGS.len())];
        let outputs = flags.iter().map(|flag| ((*flag).to_owned(), draft.product(self.products.deal()))).collect();

        let head =
            vec![("name".to_owned(), name.to_owned()), (self.programs.deal().to_owned(), format!("tasks/{name}.py"))];
        let sections = [("inputs", inputs), ("outputs", outputs), ("args", args)];
        Step { name, head, sections, aside: None, style: self.styles.deal() }
    }

    /// A flag that is not among these yet.
    fn flag(&mut self, taken: &Entries) -> String {
        format!("{}{}", self.flags.deal(), taken.len())
    }

    fn selection(&mut self, draft: &Draft) -> Vec<&'static str> {
        let names: Vec<&'static str> = draft.steps.iter().map(|step| step.name).collect();
        let (one, last) = (self.chance.below(names.len()), names.len() - 1);
        match self.choices.deal() {
            Choice::OneStep => vec!["--step", names[one], "--extra=--extra 5 words"],
            Choice::FirstAndLast if last > 0 => vec!["--step", names[0], names[last]],
            // The original does not begin with a step that is optional or disabled.
            Choice::From if draft.steps[one].aside.is_none() => vec!["--from", names[one]],
            Choice::Group if !draft.group.is_empty() => vec!["--group", "some steps"],
            Choice::Include => [&["--include"], &names[..]].concat(),
            _ => vec![],
        }
    }

    /// Other values for parameters, other paths for data nodes.
    fn settings(&mut self, draft: &Draft, case: &mut Case) {
        let set = draft.settable.iter().take(self.chance.below(3));
        let set: Vec<String> = set.map(|name| format!("{name}={}", self.settings.deal())).collect();
        if !set.is_empty() {
            case.call.push("--set".to_owned());
            case.call.extend(set);
        }
        if self.chance.below(3) == 0 {
            case.call.extend(["--var", "table=data/other.csv", "typed=data/two words.csv"].map(str::to_owned));
            if let Some(made) = draft.made.iter().find(|made| made.is_node) {
                let path = format!("else where/{}", made.path);
                case.call.push(format!("{}={path}", &made.reference[1..]));
                case.made_before.push(path);
            }
        }
    }
}

/// A pipeline that is being made.
#[derive(Default)]
struct Draft {
    data: String,
    parameters: String,
    steps: Vec<Step>,
    /// The steps that stand in a group.
    group: Range<usize>,
    made: Vec<Made>,
    /// The parameters that hold values.
    settable: Vec<String>,
    names: usize,
}

/// Keys and values as YAML; a value that goes on behind its line is indented as if its key stood at the margin.
type Entries = Vec<(String, String)>;

struct Step {
    name: &'static str,
    head: Entries,
    sections: [(&'static str, Entries); 3],
    aside: Option<&'static str>,
    style: Style,
}

/// What a step makes: where, and how others refer to it.
struct Made {
    path: String,
    reference: String,
    is_node: bool,
}

impl Draft {
    fn unique(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// Defines a parameter, and refers to it.
    fn parameter(&mut self, value: &str) -> String {
        let name = self.unique("p");
        let _ = writeln!(self.parameters, "  {name}: {}", indented(value));
        self.settable.push(name.clone());
        format!("${name}")
    }

    /// Defines a product, and refers to it.
    fn product(&mut self, template: &(&str, &str, &str, &str)) -> String {
        let number = self.unique("");
        let [data, parameter, reference, path] = <[&str; 4]>::from(*template).map(|text| text.replace('#', &number));
        for (section, line) in [(&mut self.data, &data), (&mut self.parameters, &parameter)] {
            if !line.is_empty() {
                let _ = writeln!(section, "  {line}");
            }
        }
        self.made.push(Made { path, reference: reference.clone(), is_node: !data.is_empty() });
        reference
    }

    fn yaml(&self) -> String {
        let item = |step: &Step| format!("- {}\n", step.yaml().trim_start());
        let items = |steps: &[Step]| steps.iter().map(item).collect::<String>();
        let Range { start, end } = self.group;
        let mut yaml =
            format!("{DATA}{}{PARAMETERS}{}pipeline:\n{}", self.data, self.parameters, items(&self.steps[..start]));
        if start < end {
            let _ = writeln!(yaml, "- group: some steps\n  steps:\n  {}", indented(&items(&self.steps[start..end])));
        }
        yaml + &items(&self.steps[end..])
    }
}

impl Step {
    fn yaml(&self) -> String {
        let mut entries = self.head.clone();
        for (section, values) in &self.sections {
            entries.push(((*section).to_owned(), mapping(values, self.style != Style::Block)));
        }
        entries.extend(self.aside.map(|aside| (aside.to_owned(), "true".to_owned())));
        mapping(&entries, self.style == Style::Flow)
    }
}

/// A mapping on one line, if it can be and is to be; else on as many as it needs.
fn mapping(entries: &Entries, flow: bool) -> String {
    if entries.is_empty() || flow && entries.iter().all(|(_, value)| !value.contains('\n')) {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        return format!("{{{}}}", entries.join(", "));
    }
    indented(&entries.iter().map(|(key, value)| format!("\n{key}: {value}")).collect::<String>())
}

/// The text with every line but the first moved to the right.
fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

/// Cards that are all dealt once before any is dealt again.
struct Deck<T> {
    cards: Vec<T>,
    dealt: usize,
    chance: Chance,
}

impl<T: Clone> Deck<T> {
    fn new(cards: impl IntoIterator<Item = T>) -> Self {
        Self { cards: cards.into_iter().collect(), dealt: 0, chance: Chance(11) }
    }

    fn deal(&mut self) -> T {
        let next = self.dealt % self.cards.len();
        self.dealt += 1;
        let any = next + self.chance.below(self.cards.len() - next);
        self.cards.swap(next, any);
        self.cards[next].clone()
    }

    fn is_through(&self) -> bool {
        self.dealt >= self.cards.len()
    }
}

/// Numbers as good as drawn by lot.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }
}
