//! Steps beside what their tasks say of themselves.

use crate::support::Sandbox;

const TASK: &str = r#""""Train a model.

---
inputs:
  table: {type: csv, description: one row per sample}
outputs:
  --model: {type: json, required: true}
args:
  --rate: {type: float, default: 0.1, description: step size}
  --depth: {type: int, choices: [1, 2, 4]}
  --fast: {type: bool}
  --name: {type: str, required: true}
---
"""
open("ran", "w")
"#;

/// A step of this task, with this rest of its description.
fn step(rest: &str) -> Sandbox {
    let sandbox = Sandbox::with(&format!(
        "data:\n  table: {{type: csv, path: table.csv}}\n  image: {{type: image, path: image.png}}\n  model: {{type: json, path: model.json}}\n\
         pipeline:\n  - name: train\n    task: train.py\n{rest}"
    ));
    sandbox.write("train.py", TASK).write("table.csv", "").write("image.png", "");
    sandbox
}

#[test]
fn a_step_that_fits_its_task_is_passed_over_in_silence() {
    let fits = step(
        "    inputs: {whatever: $table}
    outputs: {--model: $model}
    args: {--rate: 1e-3, --depth: 2, --fast: true, --name: 5}
",
    );
    assert_eq!(fits.loom(&["check"]), "exit 0\n--- stdout\n./pipeline.yml: 1 step, no problems\n");
}

#[test]
fn a_mismatch_is_a_warning_that_names_both_places() {
    let misfit = step(
        "    inputs: {table: $image}
    outputs: {--modell: $table2}
    args: {--rate: fast, --depth: 3, --fast: \"true\", --deepth: 4}
"
        .replace("$table2", "$model")
        .as_str(),
    );
    insta::assert_snapshot!(misfit.loom(&["check"]), @r#"
    exit 0
    --- stdout
    ./pipeline.yml: 1 step, 8 warnings
    --- stderr
    warning: `train.py` needs `--model`, which this step does not give
     --> ./pipeline.yml:6:11
      |
    6 |   - name: train
      |           ^^^^^ this step
      |
      = help: the task says so at train.py:7:3

    warning: `train.py` needs `--name`, which this step does not give
     --> ./pipeline.yml:6:11
      |
    6 |   - name: train
      |           ^^^^^ this step
      |
      = help: the task says so at train.py:12:3

    warning: `table` is csv to the task and image here
     --> ./pipeline.yml:8:21
      |
    8 |     inputs: {table: $image}
      |                     ^^^^^^ handed over as `table`
      |
     ::: ./pipeline.yml:3:17
      |
    3 |   image: {type: image, path: image.png}
      |                 ----- `image` has this type
      |
      = help: the task says so at train.py:5:3

    warning: `train.py` declares no output `--modell`
     --> ./pipeline.yml:9:15
      |
    9 |     outputs: {--modell: $model}
      |               ^^^^^^^^ handed over all the same
      |
      = help: did you mean `--model`? See train.py:7:3

    warning: `--rate` takes a number, and this is `fast`
      --> ./pipeline.yml:10:20
       |
    10 |     args: {--rate: fast, --depth: 3, --fast: "true", --deepth: 4}
       |                    ^^^^ expected a number
       |
       = help: the task says so at train.py:9:3

    warning: `3` is not one of the choices of `--depth`
      --> ./pipeline.yml:10:35
       |
    10 |     args: {--rate: fast, --depth: 3, --fast: "true", --deepth: 4}
       |                                   ^ expected one of 1, 2, 4
       |
       = help: the task says so at train.py:10:3

    warning: `--fast` takes true or false, without quotes, and this is `true`
      --> ./pipeline.yml:10:46
       |
    10 |     args: {--rate: fast, --depth: 3, --fast: "true", --deepth: 4}
       |                                              ^^^^^^ expected true or false, without quotes
       |
       = help: the task says so at train.py:11:3

    warning: `train.py` declares no argument `--deepth`
      --> ./pipeline.yml:10:54
       |
    10 |     args: {--rate: fast, --depth: 3, --fast: "true", --deepth: 4}
       |                                                      ^^^^^^^^ handed over all the same
       |
       = help: did you mean `--depth`? See train.py:10:3
    "#);
    assert!(!misfit.has("ran"), "a task is read, never run");
}

#[test]
fn front_matter_that_cannot_be_read_is_a_warning() {
    let sandbox = step("    args: {--name: x}\n");
    sandbox.write("train.py", "'''x\n---\nargs: [1\n---\n'''\n");
    insta::assert_snapshot!(sandbox.loom(&["check"]), @"
    exit 0
    --- stdout
    ./pipeline.yml: 1 step, 1 warning
    --- stderr
    warning: the front matter of `train.py` cannot be read: this is not YAML: `[` is not closed
     --> ./pipeline.yml:7:11
      |
    7 |     task: train.py
      |           ^^^^^^^^ not compared with what this step hands over
      |
      = help: see train.py:3:7
    ");
}

#[test]
fn an_investigation_tells_what_a_task_takes_and_gets() {
    let sandbox =
        step("    inputs: {table: $table}\n    outputs: {--model: $model}\n    args: {--name: x, --rate: 0.5}\n");
    // Nothing has to be there for it but the task.
    std::fs::remove_file(sandbox.path().join("table.csv")).unwrap();
    insta::assert_snapshot!(sandbox.loom(&["--investigate", "--step", "train"]), @"
    exit 0
    --- stdout
    train
      train.py
      Train a model.

      inputs
        table  csv  one row per sample
               given $table

      outputs
        --model  json  required
                 given $model

      args
        --rate   float  step size; default 0.1
                 given 0.5
        --depth  int    one of 1, 2, 4
        --fast   bool
        --name   str    required
                 given x
    ");
    assert!(!sandbox.has("ran"));
}

#[test]
fn a_task_that_is_missing_is_an_error_only_for_a_step_that_is_to_run() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: ['true']}, {name: b, task: no.py, optional: true}]");
    assert!(sandbox.loom(&[]).contains("warning: the task `no.py` does not exist"));
    let asked_for = sandbox.loom(&["--step", "b"]);
    assert!(asked_for.starts_with("exit 2") && !asked_for.contains("warning"), "{asked_for}");
}
