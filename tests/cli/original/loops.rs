//! Loops: which files they go through, how, and what depends on them.

use super::both::{Case, Different, assert_alike, assert_different};

#[test]
fn loops_run_alike() {
    let mut cases = Vec::new();
    // What a loop goes through, and where it leads.
    for (into, each) in [
        ("$clean", "over: $texts, into: $clean"),
        ("$clean", "over: $texts, into: $clean, filter: '*.txt'"),
        ("$clean", "over: $texts, into: $clean, filter: '[ab].*'"),
        ("$clean", "over: $texts, into: $clean, filter: '[!a].???'"),
        ("$clean", "over: $texts, into: $clean, filter: '*/*.txt'"),
        ("$clean", "over: $texts, into: $clean, filter: '**/*.txt'"),
        ("$clean", "over: $texts, into: $clean, filter: 'deep/**/*.*'"),
        ("$clean", "over: $texts, into: $clean, filter: '.*.txt'"),
        ("$clean", "over: $texts, into: $clean, filter: b.txt, parallel: true"),
        ("$clean", "over: $texts, into: $clean, filter: '*.*', parallel: false"),
        ("$nested", "over: $texts, into: $nested"),
        ("out/some where", "over: texts, into: out/some where"),
        ("'${MADE}/there'", "over: '${HERE}/texts', into: '${MADE}/there'"),
        ("$clean", "over: texts/deep, into: $clean"),
    ] {
        cases.push(Case::new(
            &format!(
                "
data: {{texts: {{type: data_folder, path: texts}}, clean: out/clean, box: out/box, nested: {{path: in, nested_in: $box}}}}
pipeline:
  - name: clean
    task: tasks/a.py
    loop: {{{each}}}
    inputs: {{input: $loop_item}}
    outputs: {{--output: $loop_output}}
    args: {{--source: $loop_item, --to: $loop_output, --fast: true, --n: 5, --texts: $texts}}
  - {{name: after, task: tasks/b.py, inputs: {{x: {into}}}, outputs: {{-o: out/b}}}}
"
            ),
            &[],
        ));
    }
    cases.extend(WRITTEN.iter().map(|(yaml, call)| Case::new(yaml, call)));
    assert_alike(&cases);
}

#[test]
fn loops_differ_where_they_are_meant_to() {
    assert_different(DIFFERENT);
}

const WRITTEN: &[(&str, &[&str])] = &[
    // The items are what another step makes; what depends on it comes after all of them.
    (
        "
data: {texts: {type: data_folder, path: out/texts}, clean: {type: data_folder, path: out/clean}, all: out/all}
pipeline:
  - {name: make, task: tasks/a.py, outputs: {--folder: $texts}}
  - {name: clean, task: tasks/b.py, loop: {over: $texts, into: $clean}, inputs: {x: $loop_item}, outputs: {-o: $loop_output}}
  - {name: join, task: tasks/c.py, inputs: {x: $clean}, outputs: {-o: $all}}
",
        &["--parallel"],
    ),
    // From loop to loop; other inputs, and a further file.
    (
        "
data: {one: out/one, two: out/two, table: data/table.csv}
pipeline:
  - name: a
    task: tasks/a.py
    loop: {over: texts, into: $one}
    inputs: {table: $table, x: $loop_item, plain: data/typed.csv}
    outputs: {-o: $loop_output}
  - name: b
    task: tasks/b.py
    loop: {over: $one, into: $two, filter: '?.txt'}
    inputs: {x: $loop_item}
    outputs: {-o: $loop_output}
",
        &["--parallel", "--max-workers", "2"],
    ),
    // The last item fails, so that all others have run wherever one is enough to end it.
    (
        "
data: {clean: out/clean}
pipeline:
  - name: a
    task: tasks/a.py
    loop: {over: texts, into: $clean}
    inputs: {x: $loop_item}
    args: {--fail-for: texts/c.csv}
    outputs: {-o: $loop_output}
  - {name: b, task: tasks/b.py, inputs: {x: $clean}}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    // One in the middle fails, and they run side by side.
    (
        "
data: {clean: out/clean}
pipeline:
  - name: a
    task: tasks/a.py
    loop: {over: texts, into: $clean, parallel: true}
    inputs: {x: $loop_item}
    args: {--fail-for: texts/b.txt}
    outputs: {-o: $loop_output}
  - {name: b, task: tasks/b.py, inputs: {x: $clean}}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    // A folder that is not there fails the step, and no other.
    (
        "
data: {clean: out/clean}
pipeline:
  - {name: a, task: tasks/a.py, loop: {over: nowhere, into: $clean}, inputs: {x: $loop_item}}
  - {name: b, task: tasks/b.py, inputs: {x: $clean}}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    // Other folders; a step alone; a group; what is optional, and disabled.
    (
        "
data: {texts: nowhere, clean: out/clean}
pipeline:
  - {name: a, task: tasks/a.py, loop: {over: $texts, into: $clean}, inputs: {x: $loop_item}, outputs: {-o: $loop_output}}
  - {name: b, task: tasks/b.py}
",
        &["--step", "a", "--var", "texts=texts/deep", "clean=made/clean"],
    ),
    (
        "
data: {clean: out/clean}
pipeline:
  - group: g
    steps:
      - {name: a, task: tasks/a.py, loop: {over: texts, into: $clean}, inputs: {x: $loop_item}, args: {-n: $n}}
  - {name: b, task: tasks/b.py}
parameters: {n: 1}
",
        &["--group", "g", "--set", "n=3"],
    ),
    (
        "
data: {clean: out/clean, other: out/other}
pipeline:
  - {name: a, task: tasks/a.py, optional: true, loop: {over: texts, into: $clean}, inputs: {x: $loop_item}}
  - {name: b, task: tasks/b.py, disabled: true, loop: {over: texts, into: $other}, inputs: {x: $loop_item}}
  - {name: c, task: tasks/c.py, optional: true, loop: {over: texts, into: out/c}, inputs: {x: $loop_item}}
",
        &["--include", "a"],
    ),
    // A task that does not look at what it is handed.
    (
        "
pipeline:
  - {name: a, task: tasks/a.py, loop: {over: texts, into: out/a}, inputs: {x: data/table.csv}, args: {--x: 1}}
",
        &["--sequential"],
    ),
    ("pipeline: [{name: a, task: tasks/a.py, loop: {over: texts, into: out/a}}]\n", &["--dry-run"]),
];

const DIFFERENT: &[Different] = &[
    Different {
        yaml: "
pipeline:
  - name: a
    task: tasks/a.py
    loop: {over: texts, into: out/a}
    inputs: {x: $loop_item}
    args: {--fail-for: texts/a.txt}
",
        call: &[],
        original: "fails: a*2 | out/a/",
        ours: "fails: a*4 | out/a/",
        why: "an item that fails keeps no other item from running",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py, loop: {over: texts, into: out/a, filter: '*'}, inputs: {x: $loop_item}}]\n",
        call: &[],
        original: "succeeds: a*5 | out/a/",
        ours: "succeeds: a*4 | out/a/",
        why: "a loop goes through files: the folder `deep` is none",
    },
    Different {
        yaml: "pipeline: [{name: a, task: tasks/a.py, loop: {over: empty, into: out/a}, inputs: {x: $loop_item}}]\n",
        call: &[],
        original: "succeeds: |",
        ours: "succeeds: | out/a/",
        why: "`into` is made, also if it stays empty: what reads it finds it",
    },
    Different {
        yaml: "
pipeline:
  - {name: a, task: tasks/a.py, loop: {over: texts, into: out/a, filter: '[ab].txt'}, inputs: {x: $loop_item}, outputs: {-o: out/one/all}}
",
        call: &[],
        original: "fails: a | out/a/",
        ours: "succeeds: a*2 | out/a/ out/one/all",
        why: "the folders of outputs are made in loops, too",
    },
];
