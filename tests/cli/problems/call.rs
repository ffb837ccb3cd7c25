//! What is wrong with the call.

use super::SMALL;
use crate::support::Sandbox;

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
      = help: there are: raw

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
