//! Names and keys.

use super::refused;

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
      = help: known keys: data, parameters, pipeline, execution, sweep, output_dir,
              layout, editor; a key that begins with `x-` is free

    error: `colour` is not a key of a data node
     --> ./pipeline.yml:3:24
      |
    3 |   raw: {path: raw.csv, colour: red}
      |                        ^^^^^^ unknown key
      |
      = help: known keys: type, path, name, description, pattern, nested_in,
              allow_outside_pipeline, metrics; a key that begins with `x-` is free

    error: `colour` is not a key under `execution`
     --> ./pipeline.yml:4:13
      |
    4 | execution: {colour: red}
      |             ^^^^^^ unknown key
      |
      = help: known keys: parallel, max_workers, python, resources; a key that
              begins with `x-` is free

    error: `colour` is not a key of a step
     --> ./pipeline.yml:6:31
      |
    6 |   - {name: fit, command: [x], colour: red}
      |                               ^^^^^^ unknown key
      |
      = help: known keys: name, kind, group, task, script, command, inputs,
              outputs, args, loop, env, resources, timeout, retries, gather, cache,
              detach, optional, disabled; a key that begins with `x-` is free

    error: `colour` is not a key of a group
     --> ./pipeline.yml:7:16
      |
    7 |   - {group: g, colour: red, steps: []}
      |                ^^^^^^ unknown key
      |
      = help: known keys: group, multi_pass, steps; a key that begins with `x-` is
              free

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

    4 errors; nothing was run
    ");
}

#[test]
fn keys_of_a_search_that_say_nothing_are_told() {
    insta::assert_snapshot!(refused("sweep: {n: [1, 2]}
data:
  raw: {path: raw.csv, nested_in: $folder}
  page: https://example.org/page.csv
pipeline:
  - {name: fit, command: [x], inputs: {i: $page}, gather: 3}
  - {name: ready, kind: condition, predicate: exists}
"), @"
    exit 2
    --- stderr
    warning: the sweep varies nothing
     --> ./pipeline.yml:1:8
      |
    1 | sweep: {n: [1, 2]}
      |        ^^^^^^^^^^^ there is no axis
      |
      = help: write `axes: {name: [1, 2, 3]}`

    error: `n` is not a key under `sweep`
     --> ./pipeline.yml:1:9
      |
    1 | sweep: {n: [1, 2]}
      |         ^ unknown key
      |
      = help: axes stand one level deeper: `sweep: {axes: {n: [1, 2]}}`

    error: no data node is named `folder`
     --> ./pipeline.yml:3:35
      |
    3 |   raw: {path: raw.csv, nested_in: $folder}
      |                                   ^^^^^^^ expected the node that this one is inside of

    error: `gather` cannot be `3`
     --> ./pipeline.yml:6:59
      |
    6 |   - {name: fit, command: [x], inputs: {i: $page}, gather: 3}
      |                                                           ^ expected true, or a list of axes
      |
      = help: write a list: `[3]`

    error: `exists` has nothing to look at
     --> ./pipeline.yml:7:12
      |
    7 |   - {name: ready, kind: condition, predicate: exists}
      |            ^^^^^ expected an input `data` in this step
      |
      = help: write `inputs: {data: $name}`

    4 errors; nothing was run
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
