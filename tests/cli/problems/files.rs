//! Tasks, sources, programs, and where files may be made.

use super::{refusal, refused};
use crate::support::Sandbox;

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
