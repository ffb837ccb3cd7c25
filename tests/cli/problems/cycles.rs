//! Cycles, and files that two steps make.

use super::{refusal, refused};
use crate::support::Sandbox;

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
