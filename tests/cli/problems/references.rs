//! References and environment variables.

use super::refused;

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
      = help: set it, or write a default: `${DATA_FOLDER:-text}`; for the text
              `${DATA_FOLDER}` write `$${DATA_FOLDER}`

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
      = help: set it, or write a default: `${SOMEBODY:-text}`; for the text
              `${SOMEBODY}` write `$${SOMEBODY}`

    3 errors; nothing was run
    ");
}
