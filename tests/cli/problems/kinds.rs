//! Values of the wrong kind.

use super::refused;

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
      |                                                     ^^^^^^^^^ expected a program or its path, or the keys `interpreter` and `preload`

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

#[test]
fn what_is_preloaded_is_named_as_import_takes_it() {
    insta::assert_snapshot!(refused("execution:
  python:
    interpreters: python3
    preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
pipeline: []
"), @"
    exit 2
    --- stderr
    error: `interpreters` is not a key of `python`
     --> ./pipeline.yml:3:5
      |
    3 |     interpreters: python3
      |     ^^^^^^^^^^^^ unknown key
      |
      = help: did you mean `interpreter`?

    error: `scikit-learn` is not the name of a module
     --> ./pipeline.yml:4:22
      |
    4 |     preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
      |                      ^^^^^^^^^^^^ expected a name that `import` takes
      |
      = help: this is what `import` takes, not what `pip install` does: of
              `scikit-learn` it is `sklearn`

    error: `lib/losses.py` is not the name of a module
     --> ./pipeline.yml:4:36
      |
    4 |     preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
      |                                    ^^^^^^^^^^^^^ expected a name that `import` takes
      |
      = help: modules are named as `import` takes them, not by their files:
              `lib/losses.py` is `lib.losses`

    error: the module `numpy` is named twice
     --> ./pipeline.yml:4:51
      |
    4 |     preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
      |               ----- first named here              ^^^^^ named again here
      |
      = help: keep one of the two

    error: `3d` is not the name of a module
     --> ./pipeline.yml:4:58
      |
    4 |     preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
      |                                                          ^^ expected a name that `import` takes
      |
      = help: a module is named as `import` takes it, such as `numpy` or
              `scipy.stats`

    error: a module cannot be a mapping
     --> ./pipeline.yml:4:62
      |
    4 |     preload: [numpy, scikit-learn, lib/losses.py, numpy, 3d, {a: b}]
      |                                                              ^^^^^^ expected its name, such as `numpy`

    6 errors; nothing was run
    ");
    insta::assert_snapshot!(refused("execution: {python: {preload: numpy}}\npipeline: []\n"), @"
    exit 2
    --- stderr
    error: `preload` cannot be `numpy`
     --> ./pipeline.yml:1:31
      |
    1 | execution: {python: {preload: numpy}}
      |                               ^^^^^ expected a list of modules
      |
      = help: write it in brackets: `preload: [numpy]`

    1 error; nothing was run
    ");
}
