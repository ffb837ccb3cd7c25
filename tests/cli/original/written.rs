//! Pipelines of plain steps that the generator does not come to, and what nobody would run.

use super::both::{Case, Program, assert_alike};

#[test]
fn written_pipelines_run_alike() {
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
    // What is made outside, or as a node that is nested elsewhere or in itself.
    ("data: {o: ../o.txt}\npipeline: [{name: a, task: tasks/a.py, outputs: {-o: $o}}]\n", &[]),
    (
        "data: {o: {path: ../o, nested_in: $p}, p: data}\npipeline: [{name: a, task: tasks/a.py, inputs: {x: $o}}]\n",
        &[],
    ),
    ("data: {o: {path: x, nested_in: $o}}\npipeline: [{name: a, task: tasks/a.py}]\n", &[]),
    ("data: {o: {path: x, nested_in: $none}}\npipeline: [{name: a, task: tasks/a.py}]\n", &[]),
    // Conditions and switches that lack something, and a kind that there is none of.
    ("pipeline: [{name: a, kind: condition, inputs: {data: 5}}]\n", &[]),
    ("pipeline: [{name: a, kind: switch, data: 5}]\n", &[]),
    ("pipeline: [{name: a, kind: loop, task: tasks/a.py}]\n", &[]),
    ("pipeline: [{name: a, task: tasks/a.py, inputs: {x: $s.then}}]\n", &[]),
    // Loops and passes that lack something, or say it twice.
    ("pipeline: [{name: a, task: tasks/a.py, loop: {over: texts}}]\n", &[]),
    ("pipeline: [{group: g, multi_pass: {count: 0}, steps: [{name: a, task: tasks/a.py}]}]\n", &[]),
    ("pipeline: [{group: g, multi_pass: {schedule: []}, steps: [{name: a, task: tasks/a.py}]}]\n", &[]),
    ("pipeline: [{group: g, multi_pass: {expressions: {x: 1}}, steps: [{name: a, task: tasks/a.py}]}]\n", &[]),
    (
        "pipeline: [{group: g, multi_pass: {count: 1, schedule: [{x: 1}], expressions: {x: '1'}}, steps: [{name: a, task: tasks/a.py}]}]\n",
        &[],
    ),
    (
        "pipeline: [{group: g, multi_pass: {count: 2, feedback: {a.-o: b.x}}, steps: [{name: a, task: tasks/a.py}]}]\n",
        &[],
    ),
    ("pipeline: [{group: g, multi_pass: {count: 2, condition: {}}, steps: [{name: a, task: tasks/a.py}]}]\n", &[]),
    (
        "pipeline: [{group: g, multi_pass: {count: 2, expressions: {x: 1 +}}, steps: [{name: a, task: tasks/a.py}]}]\n",
        &[],
    ),
    ("pipeline: [{group: g, multi_pass: {count: 2}, steps: [{name: a, task: tasks/a.py}]}]\n", &["--step", "a"]),
    ("pipeline: [{name: a, task: tasks/a.py}]\n", &["--step", "b"]),
    ("pipeline: [{name: a, task: tasks/a.py}]\n", &["--group", "b"]),
    ("parameters: {p: 1}\npipeline: [{name: a, task: tasks/a.py}]\n", &["--set", "p"]),
    ("pipeline: [{name: a, task: tasks/a.py, args: {--x: 'open}}]\n", &[]),
];
