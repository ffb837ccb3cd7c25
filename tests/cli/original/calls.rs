//! Calls: what is selected, what is shown, what goes wrong.

use super::both::{Case, Different, assert_alike, assert_different};

#[test]
fn calls_come_to_the_same() {
    assert_alike(&CALLS.iter().map(|(yaml, call)| Case::new(yaml, call)).collect::<Vec<_>>());
}

#[test]
fn calls_differ_where_they_are_meant_to() {
    assert_different(DIFFERENT);
}

/// A step of every kind.
const ALL: &str = "
data: {table: data/table.csv, made: out/made, clean: out/clean, fit: out/fit.txt, more: out/more}
parameters: {go: true, n: 1}
execution: {parallel: false, max_workers: 3}
pipeline:
  - {name: make, task: tasks/a.py, inputs: {x: $table}, outputs: {-o: $made}, args: {-n: $n}}
  - group: prepare
    steps:
      - {name: clean, task: tasks/b.py, loop: {over: texts, into: $clean, filter: '*.txt'}, inputs: {x: $loop_item, y: $made}, outputs: {-o: $loop_output}}
      - {name: big, kind: condition, predicate: count, inputs: {data: $clean}, args: {n: 2}}
      - {name: way, kind: switch, condition: $big, data: $clean}
  - group: refine
    multi_pass: {count: 2, expressions: {rate: 1 / (iter + 1)}}
    steps:
      - {name: fit, task: tasks/c.py, inputs: {x: $way.then}, outputs: {-o: $fit}, args: {--rate: $rate}}
  - {name: less, task: tasks/d.py, inputs: {x: $way.else}}
  - {name: more, task: tasks/e.py, inputs: {x: $fit}, outputs: {-o: $more}, optional: true}
  - {name: never, task: tasks/f.py, inputs: {x: $more}, disabled: true}
";

const CALLS: &[(&str, &[&str])] = &[
    (ALL, &[]),
    (ALL, &["--sequential"]),
    (ALL, &["--max-workers", "1"]),
    (ALL, &["--include", "more"]),
    (ALL, &["--include", "more", "--set", "n=5", "go=false", "--var", "made=else/where", "table=data/other.csv"]),
    (ALL, &["--include", "more", "never"]),
    (ALL, &["--step", "make", "--extra=--more 5"]),
    (ALL, &["--step", "make", "clean"]),
    (ALL, &["--dry-run"]),
    (ALL, &["--dry-run", "--include", "more", "--set", "n=2"]),
    (ALL, &["--step", "make", "--dry-run"]),
    (ALL, &["--list"]),
    (ALL, &["--list", "--include", "more"]),
    (ALL, &["--step", "make", "--investigate"]),
    (ALL, &["--step", "clean", "--investigate"]),
    (ALL, &["--step", "big", "--investigate"]),
    (ALL, &["--group", "prepare", "--investigate"]),
    (ALL, &["--group", "refine", "--investigate"]),
    (ALL, &["--clean-list"]),
    (ALL, &["--clean", "--permanent", "-y"]),
    (ALL, &["--clean", "--permanent", "--yes"]),
];

const DIFFERENT: &[Different] = &[
    Different {
        yaml: ALL,
        call: &["--investigate"],
        original: "(refused)",
        ours: "succeeds: |",
        why: "without a step it is about all of them",
    },
    Different {
        yaml: ALL,
        call: &["--step", "make", "clean", "--investigate"],
        original: "(refused)",
        ours: "succeeds: |",
        why: "it may be about more than one step",
    },
    Different {
        yaml: ALL,
        call: &["--step", "make", "--set", "m=5"],
        original: "succeeds: a | out/made",
        ours: "(refused)",
        why: "a parameter that there is none of is a slip",
    },
    Different {
        yaml: ALL,
        call: &["--step", "make", "--var", "tabel=5"],
        original: "succeeds: a | out/made",
        ours: "(refused)",
        why: "a data node that there is none of is a slip",
    },
    Different {
        yaml: ALL,
        call: &["--include", "mroe", "--dry-run"],
        original: "succeeds: |",
        ours: "(refused)",
        why: "a step that there is none of is a slip",
    },
    Different {
        yaml: "
data: {made: out/made}
pipeline:
  - {name: a, task: tasks/a.py, outputs: {--folder: $made}}
  - {name: b, task: tasks/b.py, loop: {over: $made, into: out/b}, inputs: {x: $loop_item}}
",
        call: &["--step", "b", "a"],
        original: "fails: a | out/made/deep/three.txt out/made/one.txt out/made/two.csv",
        ours: "succeeds: a b*2 | out/b/ out/made/deep/three.txt out/made/one.txt out/made/two.csv",
        why: "selected steps run in data order",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py}, {name: b, task: tasks/b.py}]\n",
        call: &["--extra=5"],
        original: "succeeds: a b |",
        ours: "(refused)",
        why: "`--extra` is for one step, and has no meaning without",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py}]\n",
        call: &["."],
        original: "(refused)",
        ours: "succeeds: a |",
        why: "the folder stands for the pipeline in it",
    },
    Different {
        yaml: "
data: {made: out/made}
pipeline:
  - {name: b, task: tasks/b.py, inputs: {x: $made}}
  - {name: a, task: tasks/a.py, outputs: {-o: $made}}
  - {name: c, task: tasks/c.py}
",
        call: &["--from", "a"],
        original: "succeeds: a c | out/made",
        ours: "succeeds: a b | out/made",
        why: "`--from` means what depends on the step, wherever it stands",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py}]\n",
        call: &["--sequential", "--max-workers", "2"],
        original: "succeeds: a |",
        ours: "(refused)",
        why: "one at a time, and two at a time: that is a slip",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py}]\n",
        call: &["--dry-run", "--list"],
        original: "succeeds: |",
        ours: "(refused)",
        why: "one thing at a time is shown",
    },
];
