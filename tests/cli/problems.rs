//! What is wrong is told: all of it at once, each at its place, with what was expected and how to go on. Nothing has run.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::Sandbox;

/// What `loom` says of a pipeline that it refuses.
fn refused(pipeline: impl AsRef<[u8]>) -> String {
    refusal(Sandbox::new().write("pipeline.yml", pipeline))
}

/// What `loom` says of a folder that it refuses to run. `loom check` says the same, every message has a place, and nothing
/// has been written.
fn refusal(sandbox: &Sandbox) -> String {
    let before = files(&sandbox.path());
    let run = sandbox.loom(&[]);
    let check = sandbox.loom(&["check"]);
    assert_eq!(files(&sandbox.path()), before, "something has run:\n{run}");
    assert!(check.starts_with("exit 2\n--- stdout\n"), "{check}");
    let told = |shown: &str| shown.split_once("--- stderr\n").expect("problems are told on stderr").1.to_owned();
    let rest = told(&run).strip_prefix(&told(&check)).map(ToOwned::to_owned);
    assert!(rest.is_some_and(|rest| rest.ends_with("; nothing was run\n")), "{run}\nbut check says\n{check}");
    let messages = run.lines().filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
    let places = run.lines().filter(|line| line.trim_start().starts_with("--> ./pipeline.yml:"));
    assert_eq!(messages.count(), places.count(), "{run}");
    assert_eq!(run.lines().find(|line| line.ends_with(' ')), None, "{run}");
    run
}

/// Every file and folder in a folder.
fn files(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| {
            if path.is_dir() { files(&path) } else { BTreeSet::from([path.clone()]) }.into_iter().chain([path])
        })
        .collect()
}

// Cycles and producers

#[test]
fn a_cycle_of_two_is_shown_as_its_path() {
    insta::assert_snapshot!(refused("data:
  raw: data/raw.csv
  model: data/model.bin
pipeline:
  - name: fit
    command: [fit]
    inputs: {data: $raw}
    outputs: {--model: $model}
  - name: clean
    command: [clean]
    outputs: {-o: $raw}
    args: {--like: $model}
"), @"
    exit 2
    --- stderr
    error: the steps wait for each other: fit → clean → fit
      --> ./pipeline.yml:7:20
       |
     7 |     inputs: {data: $raw}
       |                    ^^^^ `fit` reads `raw`, which `clean` makes
       |
      ::: ./pipeline.yml:12:20
       |
    12 |     args: {--like: $model}
       |                    ------ `clean` reads `model`, which `fit` makes
       |
       = help: one of these steps must read something else

    1 error; nothing was run
    ");
}

#[test]
fn a_longer_cycle_is_shown_without_the_steps_beside_it() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: before, command: [x], outputs: {-o: in.txt}}
  - {name: a, command: [x], inputs: {i: in.txt, j: c.txt}, outputs: {-o: a.txt}}
  - {name: b, command: [x], inputs: {i: a.txt}, outputs: {-o: b.txt}}
  - {name: c, command: [x], inputs: {i: b.txt}, outputs: {-o: c.txt}}
  - {name: behind, command: [x], inputs: {i: c.txt}}
"), @"
    exit 2
    --- stderr
    error: the steps wait for each other: a → b → c → a
     --> ./pipeline.yml:3:52
      |
    3 | ...uts: {i: in.txt, j: c.txt}, outputs: {-o: a.txt}}
      |                        ^^^^^ `a` reads `c.txt`, which `c` makes
    4 | ...uts: {i: a.txt}, outputs: {-o: b.txt}}
      |             ----- `b` reads `a.txt`, which `a` makes
    5 | ...uts: {i: b.txt}, outputs: {-o: c.txt}}
      |             ----- `c` reads `b.txt`, which `b` makes
      |
      = help: one of these steps must read something else

    1 error; nothing was run
    ");
}

#[test]
fn a_cycle_that_no_root_reaches_is_found_and_so_is_a_second_one() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: alone, command: [x], outputs: {-o: alone.txt}}
  - {name: a, command: [x], inputs: {i: b.txt}, outputs: {-o: a.txt}}
  - {name: b, command: [x], inputs: {i: a.txt}, outputs: {-o: b.txt}}
  - {name: c, command: [x], inputs: {i: d.txt}, outputs: {-o: c.txt}}
  - {name: d, command: [x], inputs: {i: c.txt}, outputs: {-o: d.txt}}
"), @"
    exit 2
    --- stderr
    error: the steps wait for each other: a → b → a
     --> ./pipeline.yml:3:41
      |
    3 |   - {name: a, command: [x], inputs: {i: b.txt}, outputs: {-o: a.txt}}
      |                                         ^^^^^ `a` reads `b.txt`, which `b` makes
    4 |   - {name: b, command: [x], inputs: {i: a.txt}, outputs: {-o: b.txt}}
      |                                         ----- `b` reads `a.txt`, which `a` makes
      |
      = help: one of these steps must read something else

    error: the steps wait for each other: c → d → c
     --> ./pipeline.yml:5:41
      |
    5 |   - {name: c, command: [x], inputs: {i: d.txt}, outputs: {-o: c.txt}}
      |                                         ^^^^^ `c` reads `d.txt`, which `d` makes
    6 |   - {name: d, command: [x], inputs: {i: c.txt}, outputs: {-o: d.txt}}
      |                                         ----- `d` reads `c.txt`, which `c` makes
      |
      = help: one of these steps must read something else

    2 errors; nothing was run
    ");
}

#[test]
fn a_long_cycle_is_cut_short() {
    let step = |i| {
        format!("  - {{name: s{i}, command: [x], inputs: {{i: {i}.txt}}, outputs: {{-o: {}.txt}}}}\n", (i + 1) % 30)
    };
    insta::assert_snapshot!(refused(format!("pipeline:\n{}", (0..30).map(step).collect::<String>())), @"
    exit 2
    --- stderr
    error: the steps wait for each other: s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → s8 → s9 → … → s29 → s0
      --> ./pipeline.yml:2:42
       |
     2 |   - {name: s0, command: [x], inputs: {i: 0.txt}, outputs: {-o: 1.txt}}
       |                                          ^^^^^ `s0` reads `0.txt`, which `s29` makes
     3 |   - {name: s1, command: [x], inputs: {i: 1.txt}, outputs: {-o: 2.txt}}
       |                                          ----- `s1` reads `1.txt`, which `s0` makes
     4 |   - {name: s2, command: [x], inputs: {i: 2.txt}, outputs: {-o: 3.txt}}
       |                                          ----- `s2` reads `2.txt`, which `s1` makes
     5 |   - {name: s3, command: [x], inputs: {i: 3.txt}, outputs: {-o: 4.txt}}
       |                                          ----- `s3` reads `3.txt`, which `s2` makes
     6 |   - {name: s4, command: [x], inputs: {i: 4.txt}, outputs: {-o: 5.txt}}
       |                                          ----- `s4` reads `4.txt`, which `s3` makes
     7 |   - {name: s5, command: [x], inputs: {i: 5.txt}, outputs: {-o: 6.txt}}
       |                                          ----- `s5` reads `5.txt`, which `s4` makes
     8 |   - {name: s6, command: [x], inputs: {i: 6.txt}, outputs: {-o: 7.txt}}
       |                                          ----- `s6` reads `6.txt`, which `s5` makes
     9 |   - {name: s7, command: [x], inputs: {i: 7.txt}, outputs: {-o: 8.txt}}
       |                                          ----- `s7` reads `7.txt`, which `s6` makes
    10 |   - {name: s8, command: [x], inputs: {i: 8.txt}, outputs: {-o: 9.txt}}
       |                                          ----- `s8` reads `8.txt`, which `s7` makes
    11 |   - {name: s9, command: [x], inputs: {i: 9.txt}, outputs: {-o: 10.txt}}
       |                                          ----- `s9` reads `9.txt`, which `s8` makes
       |
      ::: ./pipeline.yml:31:43
       |
    31 |   - {name: s29, command: [x], inputs: {i: 29.txt}, outputs: {-o: 0.txt}}
       |                                           ------ `s29` reads `29.txt`, which `s28` makes
       |
       = help: one of these steps must read something else

    1 error; nothing was run
    ");
}

#[test]
fn a_cycle_through_a_folder_names_the_file_in_it() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: list, command: [ls], inputs: {i: parts}, outputs: {-o: list.txt}}
  - {name: part, command: [x], inputs: {i: list.txt}, outputs: {-o: parts/1.txt}}
"), @"
    exit 2
    --- stderr
    error: the steps wait for each other: list → part → list
     --> ./pipeline.yml:2:45
      |
    2 | ...uts: {i: parts}, outputs: {-o: list.txt}}
      |             ^^^^^ `list` reads `parts/1.txt`, which `part` makes
    3 | ...ts: {i: list.txt}, outputs: {-o: parts/1.txt}}
      |            -------- `part` reads `list.txt`, which `list` makes
      |
      = help: one of these steps must read something else

    1 error; nothing was run
    ");
}

#[test]
fn a_step_cannot_read_what_it_makes() {
    insta::assert_snapshot!(refused("data: {state: state.json}
pipeline:
  - name: update
    command: [x]
    inputs: {before: $state}
    outputs: {-o: ./state.json}
"), @"
    exit 2
    --- stderr
    error: `update` reads `state`, which it makes itself
     --> ./pipeline.yml:5:22
      |
    5 |     inputs: {before: $state}
      |                      ^^^^^^ reads it here
    6 |     outputs: {-o: ./state.json}
      |                   ------------ makes it here
      |
      = help: write the result to another file

    1 error; nothing was run
    ");
}

#[test]
fn one_file_is_made_once_however_it_is_spelt() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: a, command: [x], outputs: {-o: data/x.csv}}
  - {name: b, command: [x], outputs: {-o: ./data/../data/x.csv}}
"), @"
    exit 2
    --- stderr
    error: both `a` and `b` make `data/x.csv`
     --> ./pipeline.yml:3:43
      |
    2 |   - {name: a, command: [x], outputs: {-o: data/x.csv}}
      |                                           ---------- `a` makes it here
    3 |   - {name: b, command: [x], outputs: {-o: ./data/../data/x.csv}}
      |                                           ^^^^^^^^^^^^^^^^^^^^ `b` makes it here
      |
      = help: each file is made by one step, once: give one of them another path

    1 error; nothing was run
    ");
}

#[cfg(unix)]
#[test]
fn one_file_is_made_once_even_through_a_link() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: a, command: [x], outputs: {-o: data/x.csv}}
  - {name: b, command: [x], outputs: {-o: link/x.csv}}
",
    );
    sandbox.write("data/other.csv", "");
    std::os::unix::fs::symlink("data", sandbox.path().join("link")).unwrap();
    insta::assert_snapshot!(refusal(&sandbox), @"
    exit 2
    --- stderr
    error: both `a` and `b` make `data/x.csv`
     --> ./pipeline.yml:3:43
      |
    2 |   - {name: a, command: [x], outputs: {-o: data/x.csv}}
      |                                           ---------- `a` makes it here
    3 |   - {name: b, command: [x], outputs: {-o: link/x.csv}}
      |                                           ^^^^^^^^^^ `b` makes it here
      |
      = help: each file is made by one step, once: give one of them another path

    1 error; nothing was run
    ");
}

#[test]
fn one_file_is_made_once_under_whatever_name() {
    insta::assert_snapshot!(refused("data:
  first: out/x.csv
  second: {path: out/x.csv}
pipeline:
  - {name: a, command: [x], outputs: {-o: $first}}
  - {name: b, command: [x], outputs: {-o: $second}}
  - {name: c, command: [x], outputs: {-o: y.csv, -p: ./y.csv}}
"), @"
    exit 2
    --- stderr
    error: both `a` and `b` make `out/x.csv`
     --> ./pipeline.yml:6:43
      |
    5 |   - {name: a, command: [x], outputs: {-o: $first}}
      |                                           ------ `a` makes it here
    6 |   - {name: b, command: [x], outputs: {-o: $second}}
      |                                           ^^^^^^^ `b` makes it here
      |
      = help: each file is made by one step, once: give one of them another path

    error: `c` makes `y.csv` twice
     --> ./pipeline.yml:7:54
      |
    7 |   - {name: c, command: [x], outputs: {-o: y.csv, -p: ./y.csv}}
      |                                           -----      ^^^^^^^ `c` makes it here
      |                                           |
      |                                           `c` makes it here
      |
      = help: each file is made by one step, once: give one of them another path

    2 errors; nothing was run
    ");
}

// Names and keys

#[test]
fn a_step_has_a_name_of_its_own() {
    insta::assert_snapshot!(refused("pipeline:
  - {name: fit, command: [x]}
  - {name: plot, command: [x]}
  - group: again
    steps:
      - {name: fit, command: [x]}
  - {name: plot, command: [x]}
"), @"
    exit 2
    --- stderr
    error: two steps are named `fit`
     --> ./pipeline.yml:6:16
      |
    2 |   - {name: fit, command: [x]}
      |            --- first named here
    ...
    6 |       - {name: fit, command: [x]}
      |                ^^^ named again here
      |
      = help: rename one of the two

    error: two steps are named `plot`
     --> ./pipeline.yml:7:12
      |
    3 |   - {name: plot, command: [x]}
      |            ---- first named here
    ...
    7 |   - {name: plot, command: [x]}
      |            ^^^^ named again here
      |
      = help: rename one of the two

    2 errors; nothing was run
    ");
}

#[test]
fn a_key_is_given_once() {
    insta::assert_snapshot!(refused("data:
  raw: a.csv
  raw: b.csv
parameters: {n: 1, n: 2}
pipeline:
  - name: fit
    command: [x]
    command: [y]
    args: {--n: 1, --n: 2}
data:
  more: c.csv
"), @"
    exit 2
    --- stderr
    error: `raw` is given twice
     --> ./pipeline.yml:3:3
      |
    2 |   raw: a.csv
      |   --- first given here
    3 |   raw: b.csv
      |   ^^^ given again here
      |
      = help: keep one of the two

    error: `n` is given twice
     --> ./pipeline.yml:4:20
      |
    4 | parameters: {n: 1, n: 2}
      |              -     ^ given again here
      |              |
      |              first given here
      |
      = help: keep one of the two

    error: `command` is given twice
     --> ./pipeline.yml:8:5
      |
    7 |     command: [x]
      |     ------- first given here
    8 |     command: [y]
      |     ^^^^^^^ given again here
      |
      = help: keep one of the two

    error: `--n` is given twice
     --> ./pipeline.yml:9:20
      |
    9 |     args: {--n: 1, --n: 2}
      |            ---     ^^^ given again here
      |            |
      |            first given here
      |
      = help: keep one of the two

    error: `data` is given twice
      --> ./pipeline.yml:10:1
       |
    10 | data:
       | ^^^^ given again here
       |
      ::: ./pipeline.yml:1:1
       |
     1 | data:
       | ---- first given here
       |
       = help: keep one of the two

    5 errors; nothing was run
    ");
}

#[test]
fn a_name_is_data_or_a_parameter() {
    insta::assert_snapshot!(refused("data: {rate: rate.txt}
parameters:
  rate: 0.5
pipeline: []
"), @"
    exit 2
    --- stderr
    error: `rate` is both a data node and a parameter
     --> ./pipeline.yml:3:3
      |
    1 | data: {rate: rate.txt}
      |        ---- the data node
    2 | parameters:
    3 |   rate: 0.5
      |   ^^^^ the parameter
      |
      = help: `$name` could mean either: rename one of the two

    1 error; nothing was run
    ");
}

#[test]
fn a_misspelt_key_is_one_mistake_and_not_the_cause_of_others() {
    insta::assert_snapshot!(refused("dta:
  raw: {pth: raw.csv}
paramters: {n: 1}
execution: {max_worker: 3}
pipline:
  - nmae: make
    comand: [x]
    ouputs: {-o: $raw}
    arg: {--n: $n}
  - gruop: g
    step:
      - {name: fit, task: fit.py, inptus: {i: $raw}}
"), @"
    exit 2
    --- stderr
    error: `dta` is not a key of a pipeline file
     --> ./pipeline.yml:1:1
      |
    1 | dta:
      | ^^^ unknown key
      |
      = help: did you mean `data`?

    error: `pth` is not a key of a data node
     --> ./pipeline.yml:2:9
      |
    2 |   raw: {pth: raw.csv}
      |         ^^^ unknown key
      |
      = help: did you mean `path`?

    error: `paramters` is not a key of a pipeline file
     --> ./pipeline.yml:3:1
      |
    3 | paramters: {n: 1}
      | ^^^^^^^^^ unknown key
      |
      = help: did you mean `parameters`?

    error: `max_worker` is not a key under `execution`
     --> ./pipeline.yml:4:13
      |
    4 | execution: {max_worker: 3}
      |             ^^^^^^^^^^ unknown key
      |
      = help: did you mean `max_workers`?

    error: `pipline` is not a key of a pipeline file
     --> ./pipeline.yml:5:1
      |
    5 | pipline:
      | ^^^^^^^ unknown key
      |
      = help: did you mean `pipeline`?

    error: `nmae` is not a key of a step
     --> ./pipeline.yml:6:5
      |
    6 |   - nmae: make
      |     ^^^^ unknown key
      |
      = help: did you mean `name`?

    error: `comand` is not a key of a step
     --> ./pipeline.yml:7:5
      |
    7 |     comand: [x]
      |     ^^^^^^ unknown key
      |
      = help: did you mean `command`?

    error: `ouputs` is not a key of a step
     --> ./pipeline.yml:8:5
      |
    8 |     ouputs: {-o: $raw}
      |     ^^^^^^ unknown key
      |
      = help: did you mean `outputs`?

    error: `arg` is not a key of a step
     --> ./pipeline.yml:9:5
      |
    9 |     arg: {--n: $n}
      |     ^^^ unknown key
      |
      = help: did you mean `args`?

    error: `gruop` is not a key of a group
      --> ./pipeline.yml:10:5
       |
    10 |   - gruop: g
       |     ^^^^^ unknown key
       |
       = help: did you mean `group`?

    error: `step` is not a key of a group
      --> ./pipeline.yml:11:5
       |
    11 |     step:
       |     ^^^^ unknown key
       |
       = help: did you mean `steps`?

    error: the task `fit.py` does not exist
      --> ./pipeline.yml:12:27
       |
    12 |       - {name: fit, task: fit.py, inptus: {i: $raw}}
       |                           ^^^^^^ no such file
       |
       = help: a path is relative to the folder of the pipeline file

    error: `inptus` is not a key of a step
      --> ./pipeline.yml:12:35
       |
    12 |       - {name: fit, task: fit.py, inptus: {i: $raw}}
       |                                   ^^^^^^ unknown key
       |
       = help: did you mean `inputs`?

    13 errors; nothing was run
    ");
}

#[test]
fn an_unknown_key_is_told_with_those_that_are_known() {
    insta::assert_snapshot!(refused("colour: red
data:
  raw: {path: raw.csv, colour: red}
execution: {colour: red}
pipeline:
  - {name: fit, command: [x], colour: red}
  - {group: g, colour: red, steps: []}
"), @"
    exit 2
    --- stderr
    error: `colour` is not a key of a pipeline file
     --> ./pipeline.yml:1:1
      |
    1 | colour: red
      | ^^^^^^ unknown key
      |
      = help: known keys: data, parameters, pipeline, execution, output_dir,
              layout, editor; a key that begins with `x-` is free

    error: `colour` is not a key of a data node
     --> ./pipeline.yml:3:24
      |
    3 |   raw: {path: raw.csv, colour: red}
      |                        ^^^^^^ unknown key
      |
      = help: known keys: type, path, name, description, allow_outside_pipeline; a
              key that begins with `x-` is free

    error: `colour` is not a key under `execution`
     --> ./pipeline.yml:4:13
      |
    4 | execution: {colour: red}
      |             ^^^^^^ unknown key
      |
      = help: known keys: parallel, max_workers, python; a key that begins with
              `x-` is free

    error: `colour` is not a key of a step
     --> ./pipeline.yml:6:31
      |
    6 |   - {name: fit, command: [x], colour: red}
      |                               ^^^^^^ unknown key
      |
      = help: known keys: name, task, script, command, inputs, outputs, args,
              optional, disabled; a key that begins with `x-` is free

    error: `colour` is not a key of a group
     --> ./pipeline.yml:7:16
      |
    7 |   - {group: g, colour: red, steps: []}
      |                ^^^^^^ unknown key
      |
      = help: known keys: group, steps; a key that begins with `x-` is free

    5 errors; nothing was run
    ");
}

#[test]
fn a_key_in_the_wrong_place_is_sent_to_the_right_one() {
    insta::assert_snapshot!(refused("max_workers: 3
inputs: {i: a.csv}
pipeline:
  - name: fit
    command: [x]
    group: g
    parallel: true
    parameters: {n: 1}
"), @"
    exit 2
    --- stderr
    error: `max_workers` is not a key of a pipeline file
     --> ./pipeline.yml:1:1
      |
    1 | max_workers: 3
      | ^^^^^^^^^^^ unknown key
      |
      = help: `max_workers` is a key under `execution`

    error: `inputs` is not a key of a pipeline file
     --> ./pipeline.yml:2:1
      |
    2 | inputs: {i: a.csv}
      | ^^^^^^ unknown key
      |
      = help: `inputs` is a key of a step

    error: `group` is not a key of a step
     --> ./pipeline.yml:6:5
      |
    6 |     group: g
      |     ^^^^^ unknown key
      |
      = help: a group is an item of its own: `- group: NAME`, with its steps under
              `steps:`

    error: `parallel` is not a key of a step
     --> ./pipeline.yml:7:5
      |
    7 |     parallel: true
      |     ^^^^^^^^ unknown key
      |
      = help: `parallel` is a key under `execution`

    error: `parameters` is not a key of a step
     --> ./pipeline.yml:8:5
      |
    8 |     parameters: {n: 1}
      |     ^^^^^^^^^^ unknown key
      |
      = help: `parameters` is a key of the file, to be written in the first column

    5 errors; nothing was run
    ");
}

#[test]
fn what_this_version_cannot_do_is_not_left_out_in_silence() {
    insta::assert_snapshot!(refused("sweep: {n: [1, 2]}
data:
  raw: {path: raw.csv, nested_in: $folder}
  page: https://example.org/page.csv
pipeline:
  - {name: fit, command: [x], inputs: {i: $page}, retries: 3}
  - {name: ready, kind: condition, predicate: exists}
"), @"
    exit 2
    --- stderr
    error: this version of loom cannot do what `sweep` asks for
     --> ./pipeline.yml:1:1
      |
    1 | sweep: {n: [1, 2]}
      | ^^^^^ not supported yet

    error: this version of loom cannot do what `nested_in` asks for
     --> ./pipeline.yml:3:24
      |
    3 |   raw: {path: raw.csv, nested_in: $folder}
      |                        ^^^^^^^^^ not supported yet

    error: this version of loom does not fetch data from a URL
     --> ./pipeline.yml:4:9
      |
    4 |   page: https://example.org/page.csv
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ expected the path of a file
      |
      = help: fetch the file, and write its path here

    error: this version of loom cannot do what `retries` asks for
     --> ./pipeline.yml:6:51
      |
    6 |   - {name: fit, command: [x], inputs: {i: $page}, retries: 3}
      |                                                   ^^^^^^^ not supported yet

    error: this version of loom cannot do what `kind` asks for
     --> ./pipeline.yml:7:19
      |
    7 |   - {name: ready, kind: condition, predicate: exists}
      |                   ^^^^ not supported yet

    5 errors; nothing was run
    ");
}

#[test]
fn variables_are_now_data() {
    insta::assert_snapshot!(refused("variables:
  dataset: data/dataset.csv
pipeline:
  - {name: make, command: [x], outputs: {-o: $dataset}}
  - {name: fit, command: [x], inputs: {i: $dataset}}
"), @"
    exit 2
    --- stderr
    error: `variables` is the older word for `data`, and is no longer read
     --> ./pipeline.yml:1:1
      |
    1 | variables:
      | ^^^^^^^^^ write `data:` here
      |
      = help: under `data:`, each line stays as it is: `dataset: data/dataset.csv`

    1 error; nothing was run
    ");
}

// References and variables

#[test]
fn an_unknown_reference_is_told_with_the_nearest_name() {
    insta::assert_snapshot!(refused("data: {dataset: data.csv}
parameters: {threshold: 0.5}
pipeline:
  - name: fit
    command: [x]
    inputs:
      near: $datset
      more: $dataset/part.csv
      file: $dataset.csv
      none:  $
    args:
      --case: $Threshold
      --far: $colour
      --list: [$thresold, $threshold, $treshold]
"), @"
    exit 2
    --- stderr
    error: nothing is named `datset`
     --> ./pipeline.yml:7:13
      |
    7 |       near: $datset
      |             ^^^^^^^ no such data node or parameter
      |
      = help: did you mean `$dataset`?

    error: nothing is named `dataset/part.csv`
     --> ./pipeline.yml:8:13
      |
    8 |       more: $dataset/part.csv
      |             ^^^^^^^^^^^^^^^^^ no such data node or parameter
      |
      = help: a reference is the whole text: `$dataset`, with nothing behind it;
              else write the path out

    error: nothing is named `dataset.csv`
     --> ./pipeline.yml:9:13
      |
    9 |       file: $dataset.csv
      |             ^^^^^^^^^^^^ no such data node or parameter
      |
      = help: a reference is the whole text: `$dataset`, with nothing behind it;
              else write the path out

    error: a reference needs a name
      --> ./pipeline.yml:10:14
       |
    10 |       none:  $
       |              ^ expected a name behind the `$`
       |
       = help: for the text `$` write `$$`

    error: nothing is named `Threshold`
      --> ./pipeline.yml:12:15
       |
    12 |       --case: $Threshold
       |               ^^^^^^^^^^ no such data node or parameter
       |
       = help: did you mean `$threshold`?

    error: nothing is named `colour`
      --> ./pipeline.yml:13:14
       |
    13 |       --far: $colour
       |              ^^^^^^^ no such data node or parameter
       |
       = help: define it under `data` or `parameters`; for the text `$colour` write
               `$$colour`

    error: nothing is named `thresold`
      --> ./pipeline.yml:14:16
       |
    14 |       --list: [$thresold, $threshold, $treshold]
       |                ^^^^^^^^^ no such data node or parameter
       |
       = help: did you mean `$threshold`?

    error: nothing is named `treshold`
      --> ./pipeline.yml:14:39
       |
    14 |       --list: [$thresold, $threshold, $treshold]
       |                                       ^^^^^^^^^ no such data node or parameter
       |
       = help: did you mean `$threshold`?

    8 errors; nothing was run
    ");
}

#[test]
fn parameters_that_lead_in_a_circle_are_one_mistake() {
    insta::assert_snapshot!(refused("parameters: {a: $b, b: $c, c: $a, own: $own, from: $nowhere}
pipeline:
  - {name: fit, command: [x], args: {--a: $a, --b: $b, --own: $own, --from: $from}}
"), @"
    exit 2
    --- stderr
    error: `$b` leads from parameter to parameter without end
     --> ./pipeline.yml:1:17
      |
    1 | parameters: {a: $b, b: $c, c: $a, own: $own, from: $nowhere}
      |                 ^^ never comes to a value
      |
      = help: one of the parameters on the way must have a value of its own

    error: `$own` leads from parameter to parameter without end
     --> ./pipeline.yml:1:40
      |
    1 | parameters: {a: $b, b: $c, c: $a, own: $own, from: $nowhere}
      |                                        ^^^^ never comes to a value
      |
      = help: one of the parameters on the way must have a value of its own

    error: nothing is named `nowhere`
     --> ./pipeline.yml:1:52
      |
    1 | parameters: {a: $b, b: $c, c: $a, own: $own, from: $nowhere}
      |                                                    ^^^^^^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$nowhere` write
              `$$nowhere`

    3 errors; nothing was run
    ");
}

#[test]
fn an_unset_variable_is_told_once() {
    insta::assert_snapshot!(refused("data:
  raw: ${DATA_FOLDER}/raw.csv
  part: ${raw}/part.csv
pipeline:
  - name: fit
    command: [x]
    inputs: {raw: $raw}
    args: {--folder: '${DATA_FOLDER}', --user: 'by ${SOMEBODY}', --home: '${HOUSE:-none}'}
"), @"
    exit 2
    --- stderr
    error: the environment variable `DATA_FOLDER` is not set
     --> ./pipeline.yml:2:8
      |
    2 |   raw: ${DATA_FOLDER}/raw.csv
      |        ^^^^^^^^^^^^^^^^^^^^^^ needed here
      |
      = help: set it, or write a default: `${DATA_FOLDER:-text}`

    error: the environment variable `raw` is not set
     --> ./pipeline.yml:3:9
      |
    3 |   part: ${raw}/part.csv
      |         ^^^^^^^^^^^^^^^ needed here
      |
      = help: `${…}` is a variable of the environment; `$raw` is what the file
              calls `raw`

    error: the environment variable `SOMEBODY` is not set
     --> ./pipeline.yml:8:48
      |
    8 | ...TA_FOLDER}', --user: 'by ${SOMEBODY}', --home: '${HOUSE:-none}'}
      |                         ^^^^^^^^^^^^^^^^ needed here
      |
      = help: set it, or write a default: `${SOMEBODY:-text}`

    3 errors; nothing was run
    ");
}

// Tasks and files

#[test]
fn a_task_is_a_file_that_is_there() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: missing, task: tasks/none.py}
  - {name: folder, task: tasks}
  - {name: flags, task: tasks/fit.py --fast}
  - {name: nothing, task: ''}
  - {name: cut off, task: }
  - {name: aside, task: tasks/aside.py, optional: true}
",
    );
    sandbox.write("tasks/fit.py", "");
    insta::assert_snapshot!(refusal(&sandbox), @"
    exit 2
    --- stderr
    error: the task `tasks/none.py` does not exist
     --> ./pipeline.yml:2:27
      |
    2 |   - {name: missing, task: tasks/none.py}
      |                           ^^^^^^^^^^^^^ no such file
      |
      = help: a path is relative to the folder of the pipeline file

    error: the task `tasks` is a folder
     --> ./pipeline.yml:3:26
      |
    3 |   - {name: folder, task: tasks}
      |                          ^^^^^ expected a file
      |
      = help: name the file in it that is to run

    error: the task `tasks/fit.py --fast` does not exist
     --> ./pipeline.yml:4:25
      |
    4 |   - {name: flags, task: tasks/fit.py --fast}
      |                         ^^^^^^^^^^^^^^^^^^^ no such file
      |
      = help: `task` is `tasks/fit.py` alone; what follows it goes under `args`:
              `--fast`

    error: a path cannot be empty
     --> ./pipeline.yml:5:27
      |
    5 |   - {name: nothing, task: ''}
      |                           ^^ expected a path

    error: `task` has no value
     --> ./pipeline.yml:6:25
      |
    6 |   - {name: cut off, task: }
      |                         ^ expected a path

    warning: the task `tasks/aside.py` does not exist
     --> ./pipeline.yml:7:25
      |
    7 |   - {name: aside, task: tasks/aside.py, optional: true}
      |                         ^^^^^^^^^^^^^^ no such file
      |
      = help: a path is relative to the folder of the pipeline file

    5 errors; nothing was run
    ");
}

#[test]
fn a_missing_source_is_told_with_what_would_make_it() {
    insta::assert_snapshot!(refused("data: {raw: data/raw.csv}
pipeline:
  - name: read
    command: [x]
    inputs: {none: $raw, near: data/claen.csv, optional: o.txt, disabled: d.txt}
    args: {--again: $raw}
  - {name: clean, command: [x], outputs: {-o: data/clean.csv}}
  - {name: extra, command: [x], outputs: {-o: o.txt}, optional: true}
  - {name: old, command: [x], outputs: {-o: d.txt}, disabled: true}
"), @"
    exit 2
    --- stderr
    error: `read` reads `data/raw.csv`, which does not exist
     --> ./pipeline.yml:5:20
      |
    5 |     inputs: {none: $raw, near: data/claen.csv, optional: o.txt, disabled:...
      |                    ^^^^ no such file or folder
      |
      = help: no step makes it; a path is relative to the folder of the pipeline
              file

    error: `read` reads `data/claen.csv`, which does not exist
     --> ./pipeline.yml:5:32
      |
    5 |     inputs: {none: $raw, near: data/claen.csv, optional: o.txt, disabled:...
      |                                ^^^^^^^^^^^^^^ no such file or folder
      |
      = help: no step makes it; did you mean `data/clean.csv`?

    error: `read` reads `o.txt`, which does not exist
     --> ./pipeline.yml:5:58
      |
    5 | ...claen.csv, optional: o.txt, disabled: d.txt}
      |                         ^^^^^ no such file or folder
      |
      = help: the optional step `extra` makes it: add `--include extra`

    error: `read` reads `d.txt`, which does not exist
     --> ./pipeline.yml:5:75
      |
    5 | ...al: o.txt, disabled: d.txt}
      |                         ^^^^^ no such file or folder
      |
      = help: the disabled step `old` makes it: run it with `--step old`

    4 errors; nothing was run
    ");
}

#[test]
fn a_step_alone_needs_what_the_others_make() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: clean, command: [x], outputs: {-o: clean.csv}}
  - {name: fit, command: [x], inputs: {data: clean.csv}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--step", "fit"]), @"
    exit 2
    --- stderr
    error: `fit` reads `clean.csv`, which does not exist
     --> ./pipeline.yml:3:46
      |
    3 |   - {name: fit, command: [x], inputs: {data: clean.csv}}
      |                                              ^^^^^^^^^ no such file or folder
      |
      = help: `clean` makes it: run that first, or begin with `--from clean`

    1 error; nothing was run
    ");
}

#[test]
fn what_is_made_stays_in_the_pipeline_folder() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "project/pipeline.yml",
        "data:
  up: ../up.csv
  allowed: {path: ../allowed.csv, allow_outside_pipeline: true}
pipeline:
  - name: a
    command: [x]
    outputs: {-o: $up, -p: $allowed, -q: data/../../q.csv}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["project"]), @"
    exit 2
    --- stderr
    error: `a` makes `../up.csv`, outside the pipeline folder
     --> project/pipeline.yml:7:19
      |
    7 |     outputs: {-o: $up, -p: $allowed, -q: data/../../q.csv}
      |                   ^^^ leads to [SANDBOX]/up.csv
      |
      = help: write `allow_outside_pipeline: true` under the data node if that is
              meant

    error: `a` makes `data/../../q.csv`, outside the pipeline folder
     --> project/pipeline.yml:7:42
      |
    7 |     outputs: {-o: $up, -p: $allowed, -q: data/../../q.csv}
      |                                          ^^^^^^^^^^^^^^^^ leads to [SANDBOX]/q.csv
      |
      = help: make it a data node with `allow_outside_pipeline: true` if that is
              meant

    2 errors; nothing was run
    ");
}

#[test]
fn a_program_is_looked_for_before_anything_runs() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: first, command: [./first]}
  - {name: words, command: [frobnicate, x]}
  - {name: again, command: [frobnicate, y]}
  - {name: path, command: [bin/none]}
  - {name: commas, command: [cut -f 1]}
  - {name: R, task: fit.R}
  - {name: python, task: fit.py}
  - {name: suffix, task: fit.rb}
",
    );
    for file in ["first", "fit.R", "fit.py", "fit.rb"] {
        sandbox.write(file, "");
    }
    let output = sandbox.command(&[]).env("PATH", "/nowhere/bin:/neither").output().unwrap();
    insta::assert_snapshot!(sandbox.shown(&output), @"
    exit 2
    --- stderr
    error: the program `./first` is not executable
     --> ./pipeline.yml:2:29
      |
    2 |   - {name: first, command: [./first]}
      |                             ^^^^^^^ needed here
      |
      = help: make it executable: `chmod +x ./first`

    error: the program `frobnicate` cannot be found
     --> ./pipeline.yml:3:29
      |
    3 |   - {name: words, command: [frobnicate, x]}
      |                             ^^^^^^^^^^ needed here
      |
      = help: install it, or add its folder to PATH, which is /nowhere/bin:/neither

    error: the program `bin/none` cannot be found
     --> ./pipeline.yml:5:28
      |
    5 |   - {name: path, command: [bin/none]}
      |                            ^^^^^^^^ needed here
      |
      = help: a path is relative to the folder of the pipeline file

    error: the program `cut -f 1` cannot be found
     --> ./pipeline.yml:6:30
      |
    6 |   - {name: commas, command: [cut -f 1]}
      |                              ^^^^^^^^ needed here
      |
      = help: commas divide the words of a list; a line for the shell stands
              without brackets

    error: the program `Rscript` cannot be found
     --> ./pipeline.yml:7:21
      |
    7 |   - {name: R, task: fit.R}
      |                     ^^^^^ needed here
      |
      = help: install it, or add its folder to PATH, which is /nowhere/bin:/neither

    error: Python cannot be found
     --> ./pipeline.yml:8:26
      |
    8 |   - {name: python, task: fit.py}
      |                          ^^^^^^ needed here
      |
      = help: looked for an active environment, for .venv and venv in the pipeline
              folder and above, and for python3 and python on PATH, which is
              /nowhere/bin:/neither

    error: nothing is known to run `fit.rb` by, and it is not executable
     --> ./pipeline.yml:9:26
      |
    9 |   - {name: suffix, task: fit.rb}
      |                          ^^^^^^ needed here
      |
      = help: make it executable (`chmod +x fit.rb`), or write
              `command: [PROGRAM, fit.rb]`

    7 errors; nothing was run
    ");
    assert!(!sandbox.has(".loom"));
}

#[test]
fn the_python_that_is_asked_for_is_the_one_that_is_missed() {
    let sandbox = Sandbox::with(
        "execution: {python: .venv/bin/python}
pipeline:
  - {name: fit, task: fit.py}
  - {name: plot, task: fit.py}
",
    );
    sandbox.write("fit.py", "");
    insta::assert_snapshot!(sandbox.loom(&["check"]), @"
    exit 2
    --- stdout
    ./pipeline.yml: 1 error
    --- stderr
    error: the program `.venv/bin/python` cannot be found (`execution.python`)
     --> ./pipeline.yml:1:21
      |
    1 | execution: {python: .venv/bin/python}
      |                     ^^^^^^^^^^^^^^^^ asked for here
      |
      = help: a path is relative to the folder of the pipeline file
    ");
}

// Kinds of values

#[test]
fn sections_have_their_kinds() {
    insta::assert_snapshot!(refused("data: [raw.csv]
parameters: none
execution: 4
output_dir: [out]
pipeline: {name: fit, task: fit.py}
"), @"
    exit 2
    --- stderr
    error: `data` cannot be a list
     --> ./pipeline.yml:1:7
      |
    1 | data: [raw.csv]
      |       ^^^^^^^^^ expected a mapping: names and their paths
      |
      = help: give each item a key: `key: value`

    error: `parameters` cannot be `none`
     --> ./pipeline.yml:2:13
      |
    2 | parameters: none
      |             ^^^^ expected a mapping: names and their values
      |
      = help: write `key: value`, with a space behind the `:`

    error: `execution` cannot be `4`
     --> ./pipeline.yml:3:12
      |
    3 | execution: 4
      |            ^ expected a mapping: keys such as `max_workers`
      |
      = help: write `key: value`, with a space behind the `:`

    error: `output_dir` cannot be a list
     --> ./pipeline.yml:4:13
      |
    4 | output_dir: [out]
      |             ^^^^^ expected a path

    error: `pipeline` cannot be a mapping
     --> ./pipeline.yml:5:11
      |
    5 | pipeline: {name: fit, task: fit.py}
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^ expected a list of steps
      |
      = help: each step begins with `- `

    5 errors; nothing was run
    ");
    insta::assert_snapshot!(refused("data:
  raw data/raw.csv
parameters:
pipeline: fit
"), @"
    exit 2
    --- stderr
    error: `data` cannot be `raw data/raw.csv`
     --> ./pipeline.yml:2:3
      |
    2 |   raw data/raw.csv
      |   ^^^^^^^^^^^^^^^^ expected a mapping: names and their paths
      |
      = help: write `key: value`, with a space behind the `:`

    error: `pipeline` cannot be `fit`
     --> ./pipeline.yml:4:11
      |
    4 | pipeline: fit
      |           ^^^ expected a list of steps
      |
      = help: each step begins with `- `

    2 errors; nothing was run
    ");
}

#[test]
fn data_have_their_kinds() {
    insta::assert_snapshot!(refused("data:
  switch: true
  list: [a.csv]
  path list: {path: [a.csv]}
  nothing:
  no path: {type: csv}
  empty: ''
  other: $empty
  keys: {path: x, type: [csv], name: {a: b}, allow_outside_pipeline: 1}
  type: {path: x, type: imgae}
pipeline:
  - {name: fit, command: [x], inputs: {a: $list, b: $nothing, c: $no path, d: $empty}}
"), @"
    exit 2
    --- stderr
    error: a path is expected here, and `true` is a switch (true or false)
     --> ./pipeline.yml:2:11
      |
    2 |   switch: true
      |           ^^^^ expected a path

    error: the data node `list` cannot be a list
     --> ./pipeline.yml:3:9
      |
    3 |   list: [a.csv]
      |         ^^^^^^^ expected a path, or a mapping with a key `path`

    error: `path` cannot be a list
     --> ./pipeline.yml:4:21
      |
    4 |   path list: {path: [a.csv]}
      |                     ^^^^^^^ expected a path

    error: the data node `nothing` has no value
     --> ./pipeline.yml:5:10
      |
    5 |   nothing:
      |          ^ expected a path

    error: the data node `no path` has no path
     --> ./pipeline.yml:6:3
      |
    6 |   no path: {type: csv}
      |   ^^^^^^^ expected a key `path` under this name

    error: a path cannot be empty
     --> ./pipeline.yml:7:10
      |
    7 |   empty: ''
      |          ^^ expected a path

    error: a path is expected here, and `$empty` is another data node
     --> ./pipeline.yml:8:10
      |
    8 |   other: $empty
      |          ^^^^^^ expected a path

    error: `type` cannot be a list
     --> ./pipeline.yml:9:25
      |
    9 |   keys: {path: x, type: [csv], name: {a: b}, allow_outside_pipeline: 1}
      |                         ^^^^^ expected a word such as `csv`

    error: `name` cannot be a mapping
     --> ./pipeline.yml:9:38
      |
    9 |   keys: {path: x, type: [csv], name: {a: b}, allow_outside_pipeline: 1}
      |                                      ^^^^^^ expected text

    error: `allow_outside_pipeline` cannot be `1`
     --> ./pipeline.yml:9:70
      |
    9 |   keys: {path: x, type: [csv], name: {a: b}, allow_outside_pipeline: 1}
      |                                                                      ^ expected true or false

    warning: `imgae` is not a type that loom knows
      --> ./pipeline.yml:10:25
       |
    10 |   type: {path: x, type: imgae}
       |                         ^^^^^ kept as it is
       |
       = help: did you mean `image`?

    10 errors; nothing was run
    ");
}

#[test]
fn steps_have_their_kinds() {
    insta::assert_snapshot!(refused("execution: {parallel: 3, max_workers: many, python: [python3]}
pipeline:
  - {name: [fit], command: [x]}
  - {name: '', command: {x: y}}
  - {name: empty, command: []}
  - {name: nested, command: [x, [y]]}
  - {name: lists, command: [x], inputs: [a.csv], outputs: b.csv, args: [--fast]}
  - {name: switches, command: [x], optional: yes, disabled: 'true'}
  - fit
  -
"), @"
    exit 2
    --- stderr
    error: `parallel` cannot be `3`
     --> ./pipeline.yml:1:23
      |
    1 | execution: {parallel: 3, max_workers: many, python: [python3]}
      |                       ^ expected true or false

    error: `max_workers` cannot be `many`
     --> ./pipeline.yml:1:39
      |
    1 | execution: {parallel: 3, max_workers: many, python: [python3]}
      |                                       ^^^^ expected a whole number, 1 or more

    error: `python` cannot be a list
     --> ./pipeline.yml:1:53
      |
    1 | execution: {parallel: 3, max_workers: many, python: [python3]}
      |                                                     ^^^^^^^^^ expected a program or its path

    error: the name of a step cannot be a list
     --> ./pipeline.yml:3:12
      |
    3 |   - {name: [fit], command: [x]}
      |            ^^^^^ expected a name

    error: a name cannot be empty
     --> ./pipeline.yml:4:12
      |
    4 |   - {name: '', command: {x: y}}
      |            ^^ expected a name

    error: `command` cannot be a mapping
     --> ./pipeline.yml:4:25
      |
    4 |   - {name: '', command: {x: y}}
      |                         ^^^^^^ expected a list of words, or one line for the shell

    error: `command` does not name a program
     --> ./pipeline.yml:5:28
      |
    5 |   - {name: empty, command: []}
      |                            ^^ expected a program and its arguments

    error: a word of `command` cannot be a list
     --> ./pipeline.yml:6:33
      |
    6 |   - {name: nested, command: [x, [y]]}
      |                                 ^^^ expected a word

    error: `inputs` cannot be a list
     --> ./pipeline.yml:7:41
      |
    7 | ...inputs: [a.csv], outputs: b.csv, args: [--fast]}
      |            ^^^^^^^ expected a mapping: names and the data to read
      |
      = help: give each item a key: `key: value`

    error: `outputs` cannot be `b.csv`
     --> ./pipeline.yml:7:59
      |
    7 | ...utputs: b.csv, args: [--fast]}
      |            ^^^^^ expected a mapping: flags and the data to write
      |
      = help: write `key: value`, with a space behind the `:`

    error: `args` cannot be a list
     --> ./pipeline.yml:7:72
      |
    7 | ...v, args: [--fast]}
      |             ^^^^^^^^ expected a mapping: flags and their values
      |
      = help: give each item a key: `key: value`

    error: `optional` cannot be `yes`
     --> ./pipeline.yml:8:46
      |
    8 |   - {name: switches, command: [x], optional: yes, disabled: 'true'}
      |                                              ^^^ expected true or false
      |
      = help: write `true`

    error: `disabled` cannot be text in quotes
     --> ./pipeline.yml:8:61
      |
    8 |   - {name: switches, command: [x], optional: yes, disabled: 'true'}
      |                                                             ^^^^^^ expected true or false
      |
      = help: write it without the quotes

    error: a step cannot be `fit`
     --> ./pipeline.yml:9:5
      |
    9 |   - fit
      |     ^^^ expected a mapping: keys such as `name` and `task`
      |
      = help: write `key: value`, with a space behind the `:`

    error: a step cannot be empty
      --> ./pipeline.yml:10:4
       |
    10 |   -
       |    ^ expected a mapping: keys such as `name` and `task`

    15 errors; nothing was run
    ");
}

#[test]
fn inputs_and_arguments_have_their_kinds() {
    insta::assert_snapshot!(refused("parameters: {list: [a, b], map: {a: b}}
pipeline:
  - name: fit
    command: [x]
    inputs:
      switch: true
      several: [a.csv, b.csv]
      nothing:
      a list: $list
    args:
      --map: {a: b}
      --by name: $map
      --nested: [[a], b, {c: d}]
      --fast: on
"), @"
    exit 2
    --- stderr
    error: `switch` cannot be `true`
     --> ./pipeline.yml:6:15
      |
    6 |       switch: true
      |               ^^^^ expected a path, or a reference such as `$name`

    error: `several` cannot be a list
     --> ./pipeline.yml:7:16
      |
    7 |       several: [a.csv, b.csv]
      |                ^^^^^^^^^^^^^^ expected a path, or a reference such as `$name`
      |
      = help: give each path a key of its own

    error: `nothing` has no value
     --> ./pipeline.yml:8:14
      |
    8 |       nothing:
      |              ^ expected a path

    error: a path is expected here, and `$list` is a list
     --> ./pipeline.yml:9:15
      |
    9 |       a list: $list
      |               ^^^^^ expected a path

    error: a mapping cannot be passed to a task
      --> ./pipeline.yml:11:14
       |
    11 |       --map: {a: b}
       |              ^^^^^^ expected text, true, false, or a list of words
       |
       = help: write one flag per value

    error: a mapping cannot be passed to a task
      --> ./pipeline.yml:12:18
       |
    12 |       --by name: $map
       |                  ^^^^ expected text, true, false, or a list of words
       |
       = help: write one flag per value

    error: a list in a list cannot be passed to a task
      --> ./pipeline.yml:13:18
       |
    13 |       --nested: [[a], b, {c: d}]
       |                  ^^^ expected text, true, false, or a list of words
       |
       = help: write one flag per value

    error: a mapping cannot be passed to a task
      --> ./pipeline.yml:13:26
       |
    13 |       --nested: [[a], b, {c: d}]
       |                          ^^^^^^ expected text, true, false, or a list of words
       |
       = help: write one flag per value

    warning: `on` is a word here, not a switch
      --> ./pipeline.yml:14:15
       |
    14 |       --fast: on
       |               ^^ passed on as this word
       |
       = help: loom-pipeline took it for `true`: write that, or put quotes around
               the word

    8 errors; nothing was run
    ");
}

#[test]
fn a_step_has_a_name_and_one_program() {
    insta::assert_snapshot!(refused("pipeline:
  - name: idle
    outputs: {-o: idle.txt}
  - task: fit.py
  - {name: both, task: fit.py, command: [x], inputs: {i: idle.txt}}
  - {}
  - group: empty
  - steps: []
  - group: outer
    steps:
      - {group: inner, steps: []}
"), @"
    exit 2
    --- stderr
    error: a step has nothing to run
     --> ./pipeline.yml:2:5
      |
    2 |   - name: idle
      |     ^^^^ expected a key `task` or `command` in this step

    error: a step has no name
     --> ./pipeline.yml:4:5
      |
    4 |   - task: fit.py
      |     ^^^^ expected a key `name` in this step

    error: the task `fit.py` does not exist
     --> ./pipeline.yml:5:24
      |
    5 |   - {name: both, task: fit.py, command: [x], inputs: {i: idle.txt}}
      |                        ^^^^^^ no such file
      |
      = help: a path is relative to the folder of the pipeline file

    error: a step has one of `task`, `script` and `command`
     --> ./pipeline.yml:5:32
      |
    5 |   - {name: both, task: fit.py, command: [x], inputs: {i: idle.txt}}
      |                  ----          ^^^^^^^ a second one
      |                  |
      |                  the first one
      |
      = help: keep one of them; what one step cannot do, two steps can

    error: a step has no name, and nothing to run
     --> ./pipeline.yml:6:5
      |
    6 |   - {}
      |     ^^ expected the keys `name` and `task` in this step

    error: a group has no steps
     --> ./pipeline.yml:7:5
      |
    7 |   - group: empty
      |     ^^^^^ expected a key `steps` in this group

    error: a group has no name
     --> ./pipeline.yml:8:5
      |
    8 |   - steps: []
      |     ^^^^^ expected a key `group` with the name

    error: a group cannot stand in a group
      --> ./pipeline.yml:11:10
       |
    11 |       - {group: inner, steps: []}
       |          ^^^^^ begins inside another group
       |
       = help: groups only label steps: put the two side by side

    8 errors; nothing was run
    ");
}

// Text that is no pipeline

#[test]
fn a_file_without_a_pipeline_is_an_error() {
    insta::assert_snapshot!(refused(""), @"
    exit 2
    --- stderr
    error: the file is empty
     --> ./pipeline.yml:1:1
      |
    1 |
      | ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("# to be written\n"), @"
    exit 2
    --- stderr
    error: the file is empty
     --> ./pipeline.yml:1:16
      |
    1 | # to be written
      |                ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: raw.csv}\nparameters:\n"), @"
    exit 2
    --- stderr
    error: the file has no key `pipeline`: is it complete?
     --> ./pipeline.yml:2:12
      |
    2 | parameters:
      |            ^ expected a key `pipeline` with a list of steps
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: raw.csv}\npipeline:\n"), @"
    exit 2
    --- stderr
    error: `pipeline` has no steps: is the file complete?
     --> ./pipeline.yml:2:1
      |
    2 | pipeline:
      | ^^^^^^^^ expected a list of steps under it
      |
      = help: a step is `- {name: fit, task: fit.py}`; `pipeline: []` has none

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    task:"), @"
    exit 2
    --- stderr
    error: `task` has no value
     --> ./pipeline.yml:3:9
      |
    3 |     task:
      |         ^ expected a path

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("- name: fit\n  task: fit.py\n"), @"
    exit 2
    --- stderr
    error: a pipeline file is a mapping, not a list
     --> ./pipeline.yml:1:1
      |
    1 | - name: fit
      | ^^^^^^^^^^^ expected a key, such as `pipeline:`
      |
      = help: if these are the steps, write `pipeline:` above them

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("hello world\n"), @"
    exit 2
    --- stderr
    error: a pipeline file is a mapping, not text
     --> ./pipeline.yml:1:1
      |
    1 | hello world
      | ^^^^^^^^^^^ expected a key, such as `pipeline:`

    1 error; nothing was run
    ");
}

#[test]
fn bytes_that_are_no_text_are_told_at_their_place() {
    insta::assert_snapshot!(Sandbox::new().write("pipeline.yml", b"data:\n  caf\xe9: x.csv\n").loom(&[]), @"
    exit 2
    --- stderr
    error: cannot read ./pipeline.yml: it is not UTF-8 text from byte 6 of line 2 on; save it as UTF-8
       --> ./pipeline.yml:2:6
    ");
    insta::assert_snapshot!(Sandbox::new().write("pipeline.yml", b"\xff\xfep\0i\0").loom(&["check"]), @"
    exit 2
    --- stderr
    error: cannot read ./pipeline.yml: it is not UTF-8 text from byte 1 of line 1 on; save it as UTF-8
       --> ./pipeline.yml:1:1
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\0\n"), @"
    exit 2
    --- stderr
    error: the file holds a NUL byte, so it is not text
     --> ./pipeline.yml:2:14
      |
    2 |   - name: fit␀
      |              ^ here
      |
      = help: is this the right file?

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: \u{1b}[31mfit\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a control character
     --> ./pipeline.yml:2:11
      |
    2 |   - name: ␛[31mfit
      |           ^ not a character of text
      |
      = help: remove it

    1 error; nothing was run
    ");
}

#[test]
fn a_tab_does_not_indent() {
    insta::assert_snapshot!(refused("pipeline:\n\t- name: fit\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a tab where only spaces may stand
     --> ./pipeline.yml:2:1
      |
    2 |     - name: fit
      | ^^^^ a tab
      |
      = help: YAML is indented by spaces; replace the tab by spaces

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n  \ttask: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a tab where only spaces may stand
     --> ./pipeline.yml:3:3
      |
    3 |       task: fit.py
      |   ^^^^ a tab
      |
      = help: YAML is indented by spaces; replace the tab by spaces

    1 error; nothing was run
    ");
}

#[test]
fn what_is_opened_is_closed() {
    insta::assert_snapshot!(refused("data:\n  raw: \"raw.csv\npipeline: []\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: a quote is not closed
     --> ./pipeline.yml:2:8
      |
    2 |   raw: "raw.csv
      |        ^ opened here
      |
      = help: close it where the text ends

    1 error; nothing was run
    "#);
    insta::assert_snapshot!(refused("data:\n  raw: \"raw.csv\npipeline:\n  - name: \"fit\"\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: text behind a closing quote
     --> ./pipeline.yml:4:12
      |
    4 |   - name: "fit"
      |            ^ the quotes are closed before this
      |
      = help: a quote above may not be closed; inside '…' a quote is written twice

    1 error; nothing was run
    "#);
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    command: [x, y\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `[` is not closed
     --> ./pipeline.yml:3:14
      |
    3 |     command: [x, y
      |              ^ opened here
      |
      = help: write the `]` that belongs to it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit, command: [x}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `[` is closed by `}`
     --> ./pipeline.yml:2:26
      |
    2 |   - {name: fit, command: [x}
      |                          ^ opened here
      |
      = help: write the `]` that belongs to it, or remove a `}` too many

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: a, command: [x]\n  - {name: b, command: [x]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: an item with `-` inside brackets
     --> ./pipeline.yml:3:3
      |
    3 |   - {name: b, command: [x]}
      |   ^ a bracket above is still open
      |
      = help: close the `[` or `{` above this line

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit, command: [x]]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `{` is closed by `]`
     --> ./pipeline.yml:2:5
      |
    2 |   - {name: fit, command: [x]]}
      |     ^ opened here
      |
      = help: write the `}` that belongs to it, or remove a `]` too many

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: fit command: [x]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a comma or a closing bracket is missing
     --> ./pipeline.yml:2:23
      |
    2 |   - {name: fit command: [x]}
      |                       ^ expected before this
      |
      = help: inside `[…]` and `{…}`, commas stand between the items

    1 error; nothing was run
    ");
}

#[test]
fn lines_stand_where_they_belong() {
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n   task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: this line does not fit the lines above
     --> ./pipeline.yml:3:4
      |
    3 |    task: fit.py
      |    ^ not in line with them
      |
      = help: what belongs together begins in the same column

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit\n    task fit.py\n    args: {}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a key without a value
     --> ./pipeline.yml:3:5
      |
    3 |     task fit.py
      |     ^ expected `key: value`
      |
      = help: a `:` and a space stand between a key and its value

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name:fit\n    task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:3:9
      |
    3 |     task: fit.py
      |         ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name: fit: again\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:2:14
      |
    2 |   - name: fit: again
      |              ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - name:\u{a0}fit\n    task: fit.py\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a `:` where no key can be
     --> ./pipeline.yml:3:9
      |
    2 |   - name:·fit
      |          - not an ordinary space
    3 |     task: fit.py
      |         ^ this `:`
      |
      = help: put quotes around a text that holds `: `; or a `:` or `-` above lacks
              the space behind it

    1 error; nothing was run
    ");
}

#[test]
fn a_text_that_begins_with_a_sign_needs_quotes() {
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [ls], args: {--only: *.txt}}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `*.txt` stands for a value that was not named above
     --> ./pipeline.yml:2:46
      |
    2 |   - {name: ls, command: [ls], args: {--only: *.txt}}
      |                                              ^^^^^ nothing above has this anchor
      |
      = help: for a text that begins with `*`, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [ls, *]}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: `*` and `&` are followed by a name
     --> ./pipeline.yml:2:30
      |
    2 |   - {name: ls, command: [ls, *]}
      |                              ^ expected a name
      |
      = help: for the text itself, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\n  - {name: ls, command: [test, ! -e x]}\n"), @"
    exit 2
    --- stderr
    error: the tag `!` has no meaning in a pipeline
     --> ./pipeline.yml:2:32
      |
    2 |   - {name: ls, command: [test, ! -e x]}
      |                                ^ a tag
      |
      = help: remove it; for a text that begins with `!`, put quotes around it

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: @raw.csv}\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: a text cannot begin with this character
     --> ./pipeline.yml:1:13
      |
    1 | data: {raw: @raw.csv}
      |             ^ begins here
      |
      = help: put quotes around the text

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("data: {raw: \"C:\\data\\raw.csv\"}\n"), @r#"
    exit 2
    --- stderr
    error: this is not YAML: an escape that does not exist
     --> ./pipeline.yml:1:13
      |
    1 | data: {raw: "C:\data\raw.csv"}
      |             ^ in double quotes, `\` begins an escape
      |
      = help: write `\\`, or use single quotes

    1 error; nothing was run
    "#);
}

#[test]
fn a_tag_makes_nothing() {
    insta::assert_snapshot!(refused("pipeline:
  - name: fit
    command: !!python/object/apply:os.system ['touch made']
"), @"
    exit 2
    --- stderr
    error: the tag `!!python/object/apply:os.system` has no meaning in a pipeline
     --> ./pipeline.yml:3:14
      |
    3 |     command: !!python/object/apply:os.system ['touch made']
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a tag
      |
      = help: remove it; for a text that begins with `!`, put quotes around it

    1 error; nothing was run
    ");
}

#[test]
fn a_file_holds_one_document() {
    insta::assert_snapshot!(refused("---\npipeline: []\n---\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: a second document begins here; a pipeline file holds one
     --> ./pipeline.yml:3:1
      |
    3 | ---
      | ^^^
      |
      = help: remove what divides the two, or put the second into a file of its own

    1 error; nothing was run
    ");
}

#[test]
fn aliases_expand_within_bounds() {
    let line = |(what, of): (char, char)| format!("x-{what}: &{what} [{}]\n", vec![format!("*{of}"); 10].join(", "));
    let bomb: String = "bcdefghi".chars().zip("abcdefgh".chars()).map(line).collect();
    insta::assert_snapshot!(refused(format!("x-a: &a [x, x, x, x]\n{bomb}pipeline: []\n")), @"
    exit 2
    --- stderr
    error: the aliases expand to more than 100000 values
     --> ./pipeline.yml:6:10
      |
    6 | x-f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      |          ^^ too many from here on
      |
      = help: no pipeline needs so many; is this the right file?

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("x-a: &a {b: *a}\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: this alias stands inside what it stands for
     --> ./pipeline.yml:1:13
      |
    1 | x-a: &a {b: *a}
      |         --  ^^ used here
      |         |
      |         defined here
      |
      = help: write out what is meant

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused("x-a: &a 5\npipeline:\n  - {<<: *a, name: fit, command: [x]}\n"), @"
    exit 2
    --- stderr
    error: `<<` merges a mapping, or a list of mappings
     --> ./pipeline.yml:3:6
      |
    1 | x-a: &a 5
      |         - this is neither
    2 | pipeline:
    3 |   - {<<: *a, name: fit, command: [x]}
      |      ^^ merged here
      |
      = help: name one with `&name` and write `<<: *name`

    1 error; nothing was run
    ");
}

#[test]
fn nesting_is_bounded() {
    insta::assert_snapshot!(refused(format!("pipeline: {}", "[".repeat(100_000))), @"
    exit 2
    --- stderr
    error: nested deeper than 128 levels, which no pipeline needs
     --> ./pipeline.yml:1:140
      |
    1 | ...[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
      |                           ^ too deep from here on

    1 error; nothing was run
    ");
    insta::assert_snapshot!(refused((0..200).map(|depth| format!("{:depth$}a:\n", "")).collect::<String>()), @"
    exit 2
    --- stderr
    error: nested deeper than 128 levels, which no pipeline needs
       --> ./pipeline.yml:129:129
        |
    129 | ...                   a:
        |                       ^ too deep from here on

    1 error; nothing was run
    ");
}

#[test]
fn a_key_is_a_word() {
    insta::assert_snapshot!(refused("data: {raw: {{ folder }}}\n[a, b]: c\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: the data node `raw` has no path
     --> ./pipeline.yml:1:8
      |
    1 | data: {raw: {{ folder }}}
      |        ^^^ expected a key `path` under this name

    error: a key must be a word
     --> ./pipeline.yml:1:14
      |
    1 | data: {raw: {{ folder }}}
      |              ^^^^^^^^^^ this is not
      |
      = help: put quotes around it, if it is meant as a text

    error: a key must be a word
     --> ./pipeline.yml:2:1
      |
    2 | [a, b]: c
      | ^^^^^^ this is not
      |
      = help: put quotes around it, if it is meant as a text

    3 errors; nothing was run
    ");
}

// The call

const SMALL: &str = "data: {raw: raw.csv}
parameters: {rate: 0.5}
pipeline:
  - {name: fit, command: [touch], outputs: {-r: fitted}}
  - group: figures
    steps:
      - {name: plot, command: [touch], outputs: {-r: plotted}}
";

#[test]
fn a_misspelt_name_in_the_call_is_told_with_the_nearest() {
    let sandbox = Sandbox::with(SMALL);
    insta::assert_snapshot!(sandbox.loom(&["--step", "fti", "colour", "figures"]), @"
    exit 2
    --- stderr
    error: no step is named `fti` (`--step`)
      = help: did you mean `fit`?

    error: no step is named `colour` (`--step`)
      = help: the steps are: fit, plot

    error: no step is named `figures` (`--step`)
      = help: `figures` is a group: select it with `--group figures`

    3 errors; nothing was run
    ");
    insta::assert_snapshot!(sandbox.loom(&["--from", "fit", "--to", "polt", "--include", "extra"]), @"
    exit 2
    --- stderr
    error: no step is named `extra` (`--include`)
      = help: the steps are: fit, plot

    error: no step is named `polt` (`--to`)
      = help: did you mean `plot`?

    2 errors; nothing was run
    ");
    insta::assert_snapshot!(sandbox.loom(&["--group", "figure", "plot", "colour"]), @"
    exit 2
    --- stderr
    error: no group is named `figure` (`--group`)
      = help: did you mean `figures`?

    error: no group is named `plot` (`--group`)
      = help: `plot` is a step: select it with `--step plot`

    error: no group is named `colour` (`--group`)
      = help: the groups are: figures

    3 errors; nothing was run
    ");
    insta::assert_snapshot!(sandbox.loom(&["--set", "rat=1", "colour=2", "--var", "row=x.csv", "rate=3"]), @"
    exit 2
    --- stderr
    error: no parameter is named `rat` (`--set`)
      = help: did you mean `rate`?

    error: no parameter is named `colour` (`--set`)
      = help: there are: rate

    error: no data node is named `row` (`--var`)
      = help: did you mean `raw`?

    error: no data node is named `rate` (`--var`)
      = help: did you mean `raw`?

    4 errors; nothing was run
    ");
    assert!(!sandbox.has("fitted") && !sandbox.has("plotted") && !sandbox.has(".loom"));
}

#[test]
fn the_call_and_the_file_are_told_together() {
    let sandbox = Sandbox::with("pipeline:\n  - {name: fit, comand: [touch], outputs: {-r: fitted}}\n");
    insta::assert_snapshot!(sandbox.loom(&["--step", "fti", "--set", "rate=1"]), @"
    exit 2
    --- stderr
    error: `comand` is not a key of a step
     --> ./pipeline.yml:2:17
      |
    2 |   - {name: fit, comand: [touch], outputs: {-r: fitted}}
      |                 ^^^^^^ unknown key
      |
      = help: did you mean `command`?

    error: no parameter is named `rate` (`--set`)
      = help: the pipeline has no parameters

    error: no step is named `fti` (`--step`)
      = help: did you mean `fit`?

    3 errors; nothing was run
    ");
}

#[test]
fn a_pipeline_that_cannot_be_read_is_told_in_a_line() {
    let sandbox = Sandbox::new();
    sandbox.write("empty/notes.txt", "");
    insta::assert_snapshot!(sandbox.loom(&["none.yml"]), @"
    exit 2
    --- stderr
    error: cannot read none.yml: there is no such file or folder
    ");
    insta::assert_snapshot!(sandbox.loom(&["check", "none/"]), @"
    exit 2
    --- stderr
    error: cannot read none/: there is no such file or folder
    ");
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 2
    --- stderr
    error: cannot read .: no pipeline.yml or pipeline.yaml in this folder
      help: name the pipeline file, as in `loom path/to/pipeline.yml`
    ");
    insta::assert_snapshot!(sandbox.loom(&["check", "empty"]), @"
    exit 2
    --- stderr
    error: cannot read empty: no pipeline.yml or pipeline.yaml in this folder
      help: name the pipeline file, as in `loom path/to/pipeline.yml`
    ");
    insta::assert_snapshot!(sandbox.loom(&["/dev/null"]), @"
    exit 2
    --- stderr
    error: cannot read /dev/null: it is not a file
    ");
}

// The look of it

#[test]
fn problems_of_every_kind_are_told_at_once_and_in_file_order() {
    let sandbox = Sandbox::with(
        "parameters: {rate: 0.5, rate: 0.6}
data:
  raw: ${NOWHERE}/raw.csv
  clean: data/clean.csv
  model: {pth: model.bin}
execution: {max_workers: all}
pipeline:
  - name: first
    command: [touch]
    outputs: {-r: made}
  - name: clean
    task: tasks/clean.py
    inputs: {raw: $raw}
    outputs: {--output: $clean}
  - name: fit
    command: [x]
    inputs: {data: $claen, model: $model}
    outputs: {--model: $model}
    optional: yes
  - name: fit
    outputs: {--output: ./data/clean.csv}
  - {name: ping, command: [x], inputs: {i: pong.txt}, outputs: {-o: ping.txt}}
  - {name: pong, command: [x], inputs: {i: ping.txt}, outputs: {-o: pong.txt}}
  - {name: last, command: [x], inputs: {i: none.txt}, outputs: {-o: ../last.txt}}
",
    );
    insta::assert_snapshot!(refusal(&sandbox).replace(&*sandbox.path().parent().unwrap().to_string_lossy(), "[ABOVE]"), @"
    exit 2
    --- stderr
    error: `rate` is given twice
     --> ./pipeline.yml:1:25
      |
    1 | parameters: {rate: 0.5, rate: 0.6}
      |              ----       ^^^^ given again here
      |              |
      |              first given here
      |
      = help: keep one of the two

    error: the environment variable `NOWHERE` is not set
     --> ./pipeline.yml:3:8
      |
    3 |   raw: ${NOWHERE}/raw.csv
      |        ^^^^^^^^^^^^^^^^^^ needed here
      |
      = help: set it, or write a default: `${NOWHERE:-text}`

    error: `pth` is not a key of a data node
     --> ./pipeline.yml:5:11
      |
    5 |   model: {pth: model.bin}
      |           ^^^ unknown key
      |
      = help: did you mean `path`?

    error: `max_workers` cannot be `all`
     --> ./pipeline.yml:6:26
      |
    6 | execution: {max_workers: all}
      |                          ^^^ expected a whole number, 1 or more

    error: the task `tasks/clean.py` does not exist
      --> ./pipeline.yml:12:11
       |
    12 |     task: tasks/clean.py
       |           ^^^^^^^^^^^^^^ no such file
       |
       = help: a path is relative to the folder of the pipeline file

    error: nothing is named `claen`
      --> ./pipeline.yml:17:20
       |
    17 |     inputs: {data: $claen, model: $model}
       |                    ^^^^^^ no such data node or parameter
       |
       = help: did you mean `$clean`?

    error: `fit` reads `model`, which it makes itself
      --> ./pipeline.yml:17:35
       |
    17 |     inputs: {data: $claen, model: $model}
       |                                   ^^^^^^ reads it here
    18 |     outputs: {--model: $model}
       |                        ------ makes it here
       |
       = help: write the result to another file

    error: `optional` cannot be `yes`
      --> ./pipeline.yml:19:15
       |
    19 |     optional: yes
       |               ^^^ expected true or false
       |
       = help: write `true`

    error: a step has nothing to run
      --> ./pipeline.yml:20:5
       |
    20 |   - name: fit
       |     ^^^^ expected a key `task` or `command` in this step

    error: two steps are named `fit`
      --> ./pipeline.yml:20:11
       |
    20 |   - name: fit
       |           ^^^ named again here
       |
      ::: ./pipeline.yml:15:11
       |
    15 |   - name: fit
       |           --- first named here
       |
       = help: rename one of the two

    error: both `clean` and `fit` make `data/clean.csv`
      --> ./pipeline.yml:21:25
       |
    21 |     outputs: {--output: ./data/clean.csv}
       |                         ^^^^^^^^^^^^^^^^ `fit` makes it here
       |
      ::: ./pipeline.yml:14:25
       |
    14 |     outputs: {--output: $clean}
       |                         ------ `clean` makes it here
       |
       = help: each file is made by one step, once: give one of them another path

    error: the steps wait for each other: ping → pong → ping
      --> ./pipeline.yml:22:44
       |
    22 | ...ts: {i: pong.txt}, outputs: {-o: ping.txt}}
       |            ^^^^^^^^ `ping` reads `pong.txt`, which `pong` makes
    23 | ...ts: {i: ping.txt}, outputs: {-o: pong.txt}}
       |            -------- `pong` reads `ping.txt`, which `ping` makes
       |
       = help: one of these steps must read something else

    error: `last` reads `none.txt`, which does not exist
      --> ./pipeline.yml:24:44
       |
    24 | ...: [x], inputs: {i: none.txt}, outputs: {-o: ../last.txt}}
       |                       ^^^^^^^^ no such file or folder
       |
       = help: no step makes it; a path is relative to the folder of the pipeline
               file

    error: `last` makes `../last.txt`, outside the pipeline folder
      --> ./pipeline.yml:24:69
       |
    24 | ...}, outputs: {-o: ../last.txt}}
       |                     ^^^^^^^^^^^ leads to [ABOVE]/last.txt
       |
       = help: make it a data node with `allow_outside_pipeline: true` if that is
               meant

    14 errors; nothing was run
    ");
    assert!(!sandbox.has("made") && !sandbox.has(".loom"));
}

#[test]
fn columns_count_characters_and_carets_stand_under_them() {
    insta::assert_snapshot!(refused("data: {données: a.csv, 数据: b.csv}
pipeline:
  - {name: größe, command: [x], inputs: {ü: $donnée, 入力: $数, 🦀: $🦀, e\u{301}: $x}}
"), @"
    exit 2
    --- stderr
    error: nothing is named `donnée`
     --> ./pipeline.yml:3:45
      |
    3 | ...x], inputs: {ü: $donnée, 入力: $数, 🦀: $🦀, é: $x}}
      |                    ^^^^^^^ no such data node or parameter
      |
      = help: did you mean `$données`?

    error: nothing is named `数`
     --> ./pipeline.yml:3:58
      |
    3 | ...ü: $donnée, 入力: $数, 🦀: $🦀, é: $x}}
      |                      ^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$数` write `$$数`

    error: nothing is named `🦀`
     --> ./pipeline.yml:3:65
      |
    3 | ...e, 入力: $数, 🦀: $🦀, é: $x}}
      |                      ^^^ no such data node or parameter
      |
      = help: did you mean `$数据`?

    error: nothing is named `x`
     --> ./pipeline.yml:3:73
      |
    3 | ... $数, 🦀: $🦀, é: $x}}
      |                      ^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$x` write `$$x`

    4 errors; nothing was run
    ");
}

#[test]
fn a_very_long_line_is_shown_around_the_place() {
    let flags = |letter: char| (0..90).map(|i| format!("--{letter}{i}: {i}, ")).collect::<String>();
    let line = format!("--x: 1, {}--y: $rate, {}--x: 2", flags('a'), flags('b'));
    insta::assert_snapshot!(refused(format!("pipeline:\n  - {{name: fit, command: [x], args: {{{line}}}}}\n")), @"
    exit 2
    --- stderr
    error: nothing is named `rate`
     --> ./pipeline.yml:2:1021
      |
    2 | ... --a89: 89, --y: $rate, --b0: 0, --b1: 1, --b2: 2, --b3: 3, --b4: 4, -...
      |                     ^^^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$rate` write
              `$$rate`

    error: `--x` is given twice
     --> ./pipeline.yml:2:1998
      |
    2 | ...7, --b88: 88, --b89: 89, --x: 2}}
      |                             ^^^ given again here
      |
     ::: ./pipeline.yml:2:38
      |
    2 |   - {name: fit, command: [x], args: {--x: 1, --a0: 0, --a1: 1, --a2: 2, -...
      |                                      --- first given here
      |
      = help: keep one of the two

    2 errors; nothing was run
    ");
}

#[test]
fn line_ends_and_byte_order_marks_do_not_move_the_place() {
    insta::assert_snapshot!(refused("\u{feff}pipelines:\r\n  - name: fit\r\n    comand: [x]\r\n    optional: 1\r\n"), @"
    exit 2
    --- stderr
    error: `pipelines` is not a key of a pipeline file
     --> ./pipeline.yml:1:1
      |
    1 | pipelines:
      | ^^^^^^^^^ unknown key
      |
      = help: did you mean `pipeline`?

    error: `comand` is not a key of a step
     --> ./pipeline.yml:3:5
      |
    3 |     comand: [x]
      |     ^^^^^^ unknown key
      |
      = help: did you mean `command`?

    error: `optional` cannot be `1`
     --> ./pipeline.yml:4:15
      |
    4 |     optional: 1
      |               ^ expected true or false

    3 errors; nothing was run
    ");
    insta::assert_snapshot!(refused("pipeline:\r\n  - name: fit\r\n   task: fit.py\r\n"), @"
    exit 2
    --- stderr
    error: this is not YAML: this line does not fit the lines above
     --> ./pipeline.yml:3:4
      |
    3 |    task: fit.py
      |    ^ not in line with them
      |
      = help: what belongs together begins in the same column

    1 error; nothing was run
    ");
}

#[test]
fn nothing_in_a_name_reaches_the_terminal_as_a_command() {
    insta::assert_snapshot!(refused("data: {\"raw\\e[2J\\u202E\": raw.csv}
pipeline:
  - {name: \"fit\\e]0;x\\a\", task: \"\\e[31m.py\"}
  - {name: \"fit\\e]0;x\\a\", command: [x], inputs: {i: \"$ra\\e[2J\\u202E\"}}
  - {name: x, command: [x], args: {--a: $\u{202e}abc\u{200b}, --b: $\u{85}def}, \"a\\nb\\r\": 1}
"), @r#"
    exit 2
    --- stderr
    error: the task `\u{1b}[31m.py` does not exist
     --> ./pipeline.yml:3:33
      |
    3 |   - {name: "fit\e]0;x\a", task: "\e[31m.py"}
      |                                 ^^^^^^^^^^^ no such file
      |
      = help: a path is relative to the folder of the pipeline file

    error: two steps are named `fit\u{1b}]0;x\u{7}`
     --> ./pipeline.yml:4:12
      |
    3 |   - {name: "fit\e]0;x\a", task: "\e[31m.py"}
      |            ------------- first named here
    4 |   - {name: "fit\e]0;x\a", command: [x], inputs: {i: "$ra\e[2J\u202E"}}
      |            ^^^^^^^^^^^^^ named again here
      |
      = help: rename one of the two

    error: nothing is named `ra\u{1b}[2J\u{202e}`
     --> ./pipeline.yml:4:53
      |
    4 |   - {name: "fit\e]0;x\a", command: [x], inputs: {i: "$ra\e[2J\u202E"}}
      |                                                     ^^^^^^^^^^^^^^^^ no such data node or parameter
      |
      = help: did you mean `$raw\u{1b}[2J\u{202e}`?

    error: nothing is named `\u{202e}abc\u{200b}`
     --> ./pipeline.yml:5:41
      |
    5 |   - {name: x, command: [x], args: {--a: $�abc�, --b: $·def}, "a\nb\r": 1}
      |                                         ^^^^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text
              `$\u{202e}abc\u{200b}` write `$$\u{202e}abc\u{200b}`

    error: nothing is named `\u{85}def`
     --> ./pipeline.yml:5:54
      |
    5 |   - {name: x, command: [x], args: {--a: $�abc�, --b: $·def}, "a\nb\r": 1}
      |                                                      ^^^^^ no such data node or parameter
      |
      = help: define it under `data` or `parameters`; for the text `$\u{85}def`
              write `$$\u{85}def`

    error: `a\nb\r` is not a key of a step
     --> ./pipeline.yml:5:62
      |
    5 |   - {name: x, command: [x], args: {--a: $�abc�, --b: $·def}, "a\nb\r": 1}
      |                                                              ^^^^^^^^ unknown key
      |
      = help: known keys: name, task, script, command, inputs, outputs, args,
              optional, disabled; a key that begins with `x-` is free

    6 errors; nothing was run
    "#);
    let sandbox = Sandbox::with(SMALL);
    insta::assert_snapshot!(sandbox.loom(&["--step", "\u{1b}[2Jfit", "--set", "\u{9b}31m=1"]), @r"
    exit 2
    --- stderr
    error: no parameter is named `\u{9b}31m` (`--set`)
      = help: there are: rate

    error: no step is named `\u{1b}[2Jfit` (`--step`)
      = help: the steps are: fit, plot

    2 errors; nothing was run
    ");
}
