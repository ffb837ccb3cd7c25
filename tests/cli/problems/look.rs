//! How problems look.

use super::SMALL;
use super::{refusal, refused};
use crate::support::Sandbox;

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
      = help: set it, or write a default: `${NOWHERE:-text}`; for the text
              `${NOWHERE}` write `$${NOWHERE}`

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
      = help: define it under `data` or `parameters`; for the text `$🦀` write `$$🦀`

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
      = help: known keys: name, kind, group, task, script, command, inputs,
              outputs, args, loop, env, resources, timeout, retries, gather, cache,
              detach, optional, disabled; a key that begins with `x-` is free

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
