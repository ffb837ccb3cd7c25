//! Groups that run in passes: what each pass is given, what it makes, and when it is the last.

use std::fmt::Write as _;

use super::both::{Case, Different, Program, assert_alike, assert_different};

#[test]
fn passes_run_alike() {
    let mut cases: Vec<Case> = PASSES.iter().map(|(passes, call)| Case::new(&refine(passes, FILES), call)).collect();
    cases.extend(PATHS.iter().map(|files| Case::new(&refine("count: 2", files), &[])));
    cases.extend(WRITTEN.iter().map(|(yaml, call)| Case::new(yaml, call)));
    assert_alike(&cases);
}

#[test]
fn expressions_come_to_the_same() {
    let mut expressions = String::new();
    let mut args = String::new();
    for (row, expression) in EXPRESSIONS.iter().enumerate() {
        let _ = writeln!(expressions, "        e{row}: \"{expression}\"");
        let _ = writeln!(args, "          --e{row}: $e{row}");
    }
    let yaml = format!(
        "
pipeline:
  - group: g
    multi_pass:
      count: 4
      expressions:
{expressions}
    steps:
      - name: a
        task: tasks/a.py
        args:
{args}
"
    );
    assert_alike(&[Case::new(&yaml, &[])]);
}

#[test]
fn passes_differ_where_they_are_meant_to() {
    assert_different(DIFFERENT);
}

#[test]
fn scheduled_values_arrive_as_written() {
    for (value, by_original, by_us) in [
        ("0.10", "-x|0.1", "-x|0.10"),
        ("1_000", "-x|1000", "-x|1_000"),
        ("[1, 2]", "-x|[1, 2]", "-x|1|2"),
        ("null", "-x|None", ""),
        ("no", "", "-x|no"),
    ] {
        let steps = "[{name: a, task: tasks/a.py, args: {-x: $x}}]";
        let yaml = format!("pipeline: [{{group: g, multi_pass: {{schedule: [{{x: {value}}}]}}, steps: {steps}}}]\n");
        for (program, expected) in [(Program::Original, by_original), (Program::Ours, by_us)] {
            let outcome = Case::new(&yaml, &[]).run(program);
            assert_eq!(outcome.words(), expected, "{program:?}: {value}\n{outcome}");
        }
    }
}

/// Steps that refine, and one that reads what comes of it.
fn refine(passes: &str, files: &str) -> String {
    format!(
        "
data: {{source: data/table.csv, {files}}}
parameters: {{rate: 0.5, verbose: true, mode: slow, steps: 3}}
pipeline:
  - group: refine
    multi_pass: {{{passes}}}
    steps:
      - name: fit
        task: tasks/a.py
        inputs: {{x: $source}}
        outputs: {{-o: $fit}}
        args: {{--rate: $rate, --verbose: $verbose, --mode: $mode, --plain: 1.5, --source: $source}}
      - name: check
        task: tasks/b.py
        inputs: {{fit: $fit, other: data/other.csv}}
        outputs: {{--output: $score, out: $more}}
        args: {{--fit: $fit, --steps: $steps, --init: none}}
  - {{name: report, task: tasks/c.py, inputs: {{x: $score}}, outputs: {{-o: out/report.txt}}, args: {{--fit: $fit, --rate: $rate}}}}
"
    )
}

const FILES: &str = "fit: out/fit.txt, score: out/deep/score, more: {type: txt, path: made/more.txt}";

/// What is made, of which each pass has its own.
const PATHS: &[&str] = &[
    "fit: out/fit, score: out/score.tar.gz, more: made/.hidden",
    "fit: out.d/fit, score: out.d/score.x.y.z, more: made/two words.txt",
    "fit: '${MADE}/fit.txt', score: out/score., more: made/x_iter0.txt",
    "fit: fit.txt, score: out/score.txt, more: {path: '${HERE}/made/more', description: inside}",
];

const PASSES: &[(&str, &[&str])] = &[
    ("count: 1", &[]),
    ("count: 3", &[]),
    ("schedule: [{rate: 1}]", &[]),
    ("schedule: [{rate: 1.5, mode: fast}, {rate: 2, mode: slow}, {rate: 1e-3, mode: 'two words'}]", &[]),
    (
        "schedule: [{rate: $steps, verbose: false}, {rate: $mode, verbose: true}, {rate: $source, verbose: $verbose}]",
        &[],
    ),
    // A pass that gives nothing, and one that gives less.
    ("schedule: [{rate: 2}, {mode: fast}, {}]", &[]),
    ("schedule: [{rate: 2, count: 5}, {rate: '${WHO}'}], count: 7", &["--set", "rate=8", "mode=other"]),
    ("count: 3, expressions: {rate: 'iter + 1'}", &[]),
    (
        "count: 2, expressions: {rate: '0.5 / (iter + 1)', steps: 'int(rate * 10)', verbose: 'iter > 0', other: '1'}",
        &[],
    ),
    ("count: 2", &["--set", "rate=0.25", "verbose=false", "--var", "source=data/typed.csv", "score=else/where.txt"]),
    // What comes of a pass goes into the next one: to an argument that is there, to one that is not, to an input.
    ("count: 3, feedback: {check.--output: check.--init}", &[]),
    ("count: 3, feedback: {check.--output: fit.--init}", &[]),
    ("count: 3, feedback: {check.out: fit.x, fit.-o: check.other}", &[]),
    ("count: 1, feedback: {check.--output: fit.x}", &[]),
    ("schedule: [{rate: 1}, {rate: 2}], feedback: {fit.-o: fit.--rate}", &[]),
    // When to stop.
    ("count: 3, condition: {script: asks/yes.py}", &[]),
    ("count: 3, condition: {script: asks/no.py, inputs: {fit: $fit, source: $source, plain: data/other.csv}}", &[]),
    ("count: 5, condition: {script: asks/after.py, inputs: {score: $score}, args: {passes: 3}}", &[]),
    (
        "count: 3, condition: {script: asks/after.py, args: {passes: 3, text: a b, switch: true, list: [1, x], number: 0.5}}",
        &[],
    ),
    (
        "schedule: [{rate: 1}, {rate: 2}, {rate: 3}], feedback: {check.--output: fit.x}, condition: {script: asks/after.py, args: {passes: 2}}",
        &[],
    ),
    ("count: 3, condition: {script: asks/broken.py, inputs: {fit: $fit}}", &[]),
    // Calls.
    ("count: 2", &["--group", "refine"]),
    ("count: 2", &["--step", "refine"]),
    ("count: 2", &["--step", "refine", "report"]),
    ("count: 2", &["--from", "refine"]),
    ("count: 2", &["--from", "refine", "--sequential"]),
    ("count: 2, expressions: {rate: '2 ** iter'}", &["--dry-run"]),
    ("count: 2", &["--list"]),
    ("count: 2", &["--group", "refine", "--investigate"]),
];

const WRITTEN: &[(&str, &[&str])] = &[
    // A pass fails; what reads what comes of it does not run.
    (
        "
data: {fit: out/fit.txt}
pipeline:
  - group: g
    multi_pass: {schedule: [{rate: 1}, {rate: 2}, {rate: 3}]}
    steps:
      - {name: a, task: tasks/a.py, outputs: {-o: $fit}, args: {--rate: $rate, --fail-for: 2}}
      - {name: b, task: tasks/b.py, inputs: {x: $fit}}
  - {name: c, task: tasks/c.py, inputs: {x: $fit}}
  - {name: d, task: tasks/d.py}
",
        &[],
    ),
    // Passes read what is made before, and by passes of another group.
    (
        "
data: {one: out/one.txt, two: out/two.txt, three: out/three.txt}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {-o: $one}}
  - group: first
    multi_pass: {count: 2}
    steps:
      - {name: b, task: tasks/b.py, inputs: {x: $one}, outputs: {-o: $two}}
  - group: second
    multi_pass: {count: 3}
    steps:
      - {name: c, task: tasks/c.py, inputs: {x: $two, y: $one}, outputs: {-o: $three}}
  - {name: d, script: tasks/d.py, inputs: {x: $three}}
",
        &[],
    ),
    // What is written out is the same in every pass.
    (
        "
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps:
      - {name: a, task: tasks/a.py, outputs: {-o: out/a.txt}, args: {--x: '${WHO}'}}
",
        &["--step", "g"],
    ),
    // `optional` and `disabled` mean nothing here.
    (
        "
data: {one: out/one.txt}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps:
      - {name: a, task: tasks/a.py, outputs: {-o: $one}, optional: true}
      - {name: b, script: tasks/b.py, inputs: {x: $one}, disabled: true}
",
        &[],
    ),
    // A loop goes through what passes made.
    (
        "
data: {texts: out/texts/one.txt, all: {type: data_folder, path: out/texts}, clean: out/clean}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps:
      - {name: a, task: tasks/a.py, outputs: {-o: $texts}}
  - {name: b, task: tasks/b.py, loop: {over: $all, into: $clean}, inputs: {x: $loop_item, y: $texts}, outputs: {-o: $loop_output}}
",
        &[],
    ),
    ("pipeline: [{group: g, multi_pass: {count: 2}, steps: []}]\n", &[]),
];

const EXPRESSIONS: &[&str] = &[
    // Numbers, as Python writes them.
    "iter",
    "1",
    "1.0",
    "0.1 + 0.2",
    "1e16",
    "1e15",
    "1e-5",
    "0.0001",
    "1_000",
    "0x1F",
    "0b101",
    "0o17",
    "1e400",
    "-1e400",
    "2 ** 100",
    "2 ** -1",
    "2.0 ** 0.5",
    "10 ** iter",
    "-2 ** 2",
    "123456789012345678901234567890",
    ".5",
    "5.",
    // Arithmetic.
    "7 // 2",
    "-7 // 2",
    "7 % 3",
    "-7 % 3",
    "7 % -3",
    "-7.5 // 2",
    "-7.5 % 2",
    "1 / 3",
    "6 / 2",
    "0.5 / (iter + 1)",
    "3 - -2",
    "+iter",
    "2 + 3 * 4",
    "(2 + 3) * 4",
    "2 ** 3 ** 2",
    "True + 1",
    // Comparisons and logic.
    "iter > 1",
    "1 < 2 < 3",
    "1 < 3 < 2",
    "iter == 2",
    "iter != 2",
    "iter >= 1 and iter < 3",
    "iter or 5",
    "not iter",
    "0 or 0.0",
    "1 and 2",
    "1 if iter else 0",
    "'a' if iter == 0 else 'b' if iter == 1 else 'c'",
    "True",
    "False",
    "1 == 1.0",
    "not not iter",
    // Functions.
    "min(iter, 2)",
    "max(1, 2.5, iter)",
    "abs(-3)",
    "abs(-0.5)",
    "round(2.5)",
    "round(3.5)",
    "round(2.675, 2)",
    "round(-0.5)",
    "round(1234, -2)",
    "int(3.9)",
    "int(-3.9)",
    "float(3)",
    "int(True)",
    "min(3, 1.0)",
    "max(1, True)",
    // Names above.
    "e0 + 1",
    "e0 * e1 + iter",
    "float(e0) if e0 > 1 else e2",
];

const DIFFERENT: &[Different] = &[
    Different {
        yaml: "
data: {fit: out/fit/}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps: [{name: a, task: tasks/a.py, outputs: {--folder: $fit}}]
",
        call: &[],
        original: "fails: a*2 | out/fit_iter0/deep/three.txt out/fit_iter0/one.txt out/fit_iter0/two.csv out/fit_iter1/deep/three.txt out/fit_iter1/one.txt out/fit_iter1/two.csv",
        ours: "succeeds: a*2 | out/fit/deep/three.txt out/fit/one.txt out/fit/two.csv out/fit_iter0/deep/three.txt out/fit_iter0/one.txt out/fit_iter0/two.csv out/fit_iter1/deep/three.txt out/fit_iter1/one.txt out/fit_iter1/two.csv",
        why: "the final version of a folder is put in its place, too",
    },
    Different {
        yaml: "
data: {fit: out/fit.txt}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps: [{name: a, task: tasks/a.py, outputs: {-o: $fit}}]
",
        call: &["--parallel"],
        original: "fails: | out/",
        ours: "succeeds: a*2 | out/fit.txt out/fit_iter0.txt out/fit_iter1.txt",
        why: "passes run also where steps run side by side",
    },
    Different {
        yaml: "
data: {fit: out/fit.txt}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps:
      - {name: b, task: tasks/b.py, inputs: {x: $fit}}
      - {name: a, task: tasks/a.py, outputs: {-o: $fit}}
",
        call: &[],
        original: "(refused)",
        ours: "succeeds: a*2 b*2 | out/fit.txt out/fit_iter0.txt out/fit_iter1.txt",
        why: "order comes from data, also within a pass",
    },
    Different {
        yaml: "
data: {box: {type: data_folder, path: out/box}, fit: {path: fit.txt, nested_in: $box}}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps: [{name: a, task: tasks/a.py, outputs: {-o: $fit}}]
",
        call: &[],
        original: "succeeds: a*2 | fit_iter0.txt fit_iter1.txt out/box/fit.txt",
        ours: "succeeds: a*2 | out/box/fit.txt out/box/fit_iter0.txt out/box/fit_iter1.txt",
        why: "what a pass makes stays in the node that it is nested in",
    },
    Different {
        yaml: "pipeline: [{group: g, multi_pass: {count: 2, expressions: {x: 6 & 3}}, steps: [{name: a, task: tasks/a.py, args: {-x: $x}}]}]\n",
        call: &[],
        original: "succeeds: a*2 |",
        ours: "(refused)",
        why: "an expression is arithmetic, comparison and choice; bit operators are none of these",
    },
    Different {
        yaml: "pipeline: [{group: g, multi_pass: {count: 1, expressions: {x: \"int('12')\"}}, steps: [{name: a, task: tasks/a.py, args: {-x: $x}}]}]\n",
        call: &[],
        original: "succeeds: a |",
        ours: "(refused)",
        why: "functions take numbers: a number that is written as a text is a slip",
    },
    Different {
        yaml: "pipeline: [{group: g, multi_pass: {count: 1, expressions: {x: \"'x'.upper()\"}}, steps: [{name: a, task: tasks/a.py, args: {-x: $x}}]}]\n",
        call: &[],
        original: "succeeds: a |",
        ours: "(refused)",
        why: "nothing of Python can be reached from an expression",
    },
    Different {
        yaml: "
parameters: {n: 2}
pipeline:
  - group: g
    multi_pass: {count: 3, condition: {script: asks/after.py, args: {passes: $n}}}
    steps: [{name: a, task: tasks/a.py}]
",
        call: &[],
        original: "fails: a after |",
        ours: "succeeds: a*2 after*2 |",
        why: "a reference is a reference wherever it stands; the original hands on the text `$n`",
    },
];
