//! What steers a step: the variables that its task is given, and what it asks for.

use loom_graph::{OnPaper, Part, StepGraph};
use loom_spec::Source;

fn graph(pipeline: &str) -> std::sync::Arc<StepGraph> {
    let checked = loom_graph::check(loom_spec::parse(&Source::new("p.yml", pipeline)), &OnPaper);
    checked.graph.unwrap_or_else(|| panic!("{:?}", checked.problems))
}

/// The variables of a part of the first step, as a shell would write them.
fn variables(graph: &StepGraph, part: Part, holds: Option<bool>) -> Vec<String> {
    let step = graph.links().steps().next().expect("there is a step");
    let variables =
        graph.variables(&graph.unit(step, part), loom_graph::Facts { answers: &|_| holds, ..loom_graph::Facts::NONE });
    variables
        .into_iter()
        .map(|(name, value)| value.map_or(format!("-{name}"), |value| format!("{name}={value}")))
        .collect()
}

#[test]
fn variables_are_handed_over_as_they_are_written() {
    let graph = graph(
        "
data: {table: ./data/table.csv, outside: /tmp/x}
parameters: {rate: 0.10, debug: True, nothing: null, other: $rate, off: FALSE}
pipeline:
- name: a
  command: [x]
  env:
    A: 0.10
    B: true
    C: FALSE
    D: null
    E: ''
    F: yes
    G: $rate
    H: $debug
    I: $nothing
    J: $other
    K: $table
    L: ${UNSET:-d}/x
    M: $$rate
    N: '~'
    O: 1_000
    P: two words
    Q: $holds
    R: $way.then
    S: $off
- {name: holds, kind: condition, predicate: param, inputs: {data: 1}}
- {name: way, kind: switch, condition: $holds, data: $table}
",
    );
    assert_eq!(
        variables(&graph, Part::Whole, Some(true)),
        [
            "A=0.10",
            "B=true",
            "C=FALSE",
            "-D",
            "E=",
            "F=yes",
            "G=0.10",
            "H=True",
            "-I",
            "J=0.10",
            "K=data/table.csv",
            "L=${UNSET:-d}/x",
            "M=$rate",
            "N=~",
            "O=1_000",
            "P=two words",
            "Q=true",
            "R=data/table.csv",
            "S=FALSE",
        ]
    );
    assert!(variables(&graph, Part::Whole, None).contains(&"Q=$holds".to_owned()));
}

#[test]
fn items_and_passes_have_variables_of_their_own() {
    let of_loop = graph(
        "
pipeline:
- name: a
  command: [x]
  loop: {over: in, into: out}
  env: {FROM: $loop_item, TO: $loop_output}
",
    );
    assert_eq!(variables(&of_loop, Part::Item("f.txt".into()), None), ["FROM=in/f.txt", "TO=out/f.txt"]);
    let of_passes = graph(
        "
data: {model: model.txt}
pipeline:
- group: g
  multi_pass: {schedule: [{lr: 0.10, on: True}, {lr: 1e-3, on: }], condition: {script: s.py}}
  steps:
  - {name: a, command: [x], outputs: {-o: $model}, env: {LR: $lr, ON: $on, MODEL: $model}}
",
    );
    assert_eq!(variables(&of_passes, Part::Pass(0), None), ["LR=0.10", "ON=True", "MODEL=model_iter0.txt"]);
    assert_eq!(variables(&of_passes, Part::Pass(1), None), ["LR=1e-3", "-ON", "MODEL=model_iter1.txt"]);
    for part in [Part::Stop(0), Part::Final(1)] {
        assert_eq!(variables(&of_passes, part, None), [""; 0]);
    }
}

#[test]
fn data_in_variables_are_waited_for() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {table: data/table.csv}
pipeline:
- {name: fit, command: [fit], env: {TABLE: $table, ALSO: $way.else}}
- {name: way, kind: switch, condition: $holds, data: $table}
- {name: holds, kind: condition, predicate: exists, inputs: {data: $table}}
- {name: make, command: [make], outputs: {-o: $table}, env: {OUT: $table}}
"), @"
    make
      runs    make -o data/table.csv
      writes  data/table.csv

    holds
      asks    exists
      looks at data/table.csv  from make

    way
      leads   by $holds
      needs   the answer of holds
      hands on data/table.csv  from make

    fit
      runs    fit
      reads   data/table.csv  from make
      reads   data/table.csv  from make
      only    if `way` leads to `else`
    ");
}

#[test]
fn what_no_variable_can_be_is_refused() {
    insta::assert_snapshot!(loom_graph::snapshot(r#"
parameters: {sizes: [1, 2], map: {a: 1}}
pipeline:
- name: a
  command: [x]
  env:
    A: $sizes
    B: $map
    C: $size
    D: ${UNSET_HERE}
    F: $loop_item
    G: $way
- {name: way, kind: switch, condition: $c}
- {name: c, kind: condition, predicate: param, inputs: {data: 1}}
- group: g
  multi_pass: {schedule: [{lr: 1, n: 2}, {lr: [1, 2]}]}
  steps:
  - {name: b, command: [x], env: {LR: $lr, N: $n}}
"#), @"
    7:8: error[wrong-kind]: the variable `A` cannot be a list
      at 7:8: expected one text
      help: several values are arguments, or a file
    8:8: error[wrong-kind]: the variable `B` cannot be a mapping
      at 8:8: expected one text
      help: several values are arguments, or a file
    9:8: error[unknown-name]: nothing is named `size`
      at 9:8: no such data node or parameter
      help: did you mean `$sizes`?
    11:8: error[unknown-name]: `$loop_item` has a meaning only in a step with a `loop`
      at 11:8: this step has none
      help: add `loop: {over: $folder, into: $other_folder}` to the step
    12:8: error[unknown-name]: the switch `way` has two ways, `then` and `else`
      at 12:8: which of the two?
      help: write `$way.then` or `$way.else`
    18:39: error[wrong-kind]: the variable `LR` cannot be a list, which a pass gives it
      at 18:39: expected one text
      help: several values are arguments, or a file
    18:47: error[unknown-name]: pass 1 of the schedule gives no `n`
      at 18:47: needed here
      help: add `n` to each pass, or give it a value under `parameters`
    ");
}

#[test]
fn no_step_asks_for_more_than_there_is() {
    insta::assert_snapshot!(loom_graph::snapshot("
execution: {resources: {cpus: 4, mem: 1G}}
pipeline:
- {name: fits, command: [x], resources: {cpus: 4, mem: 1024M, gpus: 8}}
- {name: fit, command: [x], resources: {cpus: 5, mem: 1.5G}}
- group: g
  multi_pass: {count: 2}
  steps:
  - {name: late, command: [x], resources: {mem: 2T}}
"), @"
    5:47: error[too-much]: `fit` asks for more `cpus` than there is
      at 5:47: asked for here
      at 2:31: all that there is
      help: ask for less, or raise what `execution` has under `resources`
    5:55: error[too-much]: `fit` asks for more `mem` than there is
      at 5:55: asked for here
      at 2:39: all that there is
      help: ask for less, or raise what `execution` has under `resources`
    9:49: error[too-much]: `late` asks for more `mem` than there is
      at 9:49: asked for here
      at 2:39: all that there is
      help: ask for less, or raise what `execution` has under `resources`
    ");
}
