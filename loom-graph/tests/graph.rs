//! What pipelines mean: a text, and the graph it stands for.

use loom_graph::{OnPaper, render};
use loom_spec::Source;

fn graph(text: &str) -> std::sync::Arc<loom_graph::StepGraph> {
    let source = Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    checked.graph.unwrap_or_else(|| panic!("{}", render::problems(&source, &checked.problems)))
}

#[test]
fn every_way_to_name_a_datum_is_a_dependency() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {table: data/table.csv, again: ./data/x/../table.csv}
parameters: {which: $table}
pipeline:
  - {name: by_name, command: [a], inputs: {i: $table}}
  - {name: by_path, command: [b], inputs: {i: data/table.csv}}
  - {name: by_other_name, command: [c], inputs: {i: $again}}
  - {name: by_argument, command: [d], args: {--table: $table}}
  - {name: by_list, command: [e], args: {--tables: [x, $table]}}
  - {name: by_parameter, command: [f], args: {--table: $which}}
  - {name: by_command, command: [g, $table]}
  - {name: maker, command: [h], outputs: {-o: $table}, args: {--also: $table}}
"), @"
    maker
      runs    h -o data/table.csv --also data/table.csv
      writes  data/table.csv

    by_name
      runs    a data/table.csv
      reads   data/table.csv  from maker

    by_path
      runs    b data/table.csv
      reads   data/table.csv  from maker

    by_other_name
      runs    c ./data/x/../table.csv
      reads   ./data/x/../table.csv  from maker

    by_argument
      runs    d --table data/table.csv
      reads   data/table.csv  from maker

    by_list
      runs    e --tables x data/table.csv
      reads   data/table.csv  from maker

    by_parameter
      runs    f --table data/table.csv
      reads   data/table.csv  from maker

    by_command
      runs    g data/table.csv
      reads   data/table.csv  from maker
    ");
}

#[test]
fn folders_hold_what_is_made_in_them() {
    insta::assert_snapshot!(loom_graph::snapshot("
pipeline:
  - {name: reads_the_folder, command: [a], inputs: {f: figures}}
  - {name: reads_a_file_of_it, command: [b], inputs: {f: unpacked/deep/a.txt}}
  - {name: reads_and_writes, command: [c], inputs: {f: figures}, outputs: {-o: figures/own.png}}
  - {name: writes_into_it, command: [d], outputs: {-o: figures/a.png}}
  - {name: makes_a_folder, command: [e], outputs: {-o: unpacked}}
"), @"
    writes_into_it
      runs    d -o figures/a.png
      writes  figures/a.png

    reads_the_folder
      runs    a figures
      reads   figures  from writes_into_it

    reads_and_writes
      runs    c figures -o figures/own.png
      reads   figures  from writes_into_it
      writes  figures/own.png

    makes_a_folder
      runs    e -o unpacked
      writes  unpacked

    reads_a_file_of_it
      runs    b unpacked/deep/a.txt
      reads   unpacked/deep/a.txt  from makes_a_folder
    ");
}

#[test]
fn values_stay_as_they_are_written() {
    insta::assert_snapshot!(loom_graph::snapshot(r#"
parameters: {tenth: 0.10, list: [1.0, 2e-3, true, ~], on: true, chain: $tenth}
pipeline:
  - name: a
    task: -odd.py
    inputs: {x: -dash, y: ./here}
    args:
      --tenth: $tenth
      --chain: $chain
      --list: $list
      --empty-list: []
      --on: $on
      --off: false
      --null:
      --word: "true"
      --time: 12:30
      --octal: 007
      --env: x${HOME}y${UNSET:-z}
      --dollar: $$tenth
      --brace: $${HOME}
      --price: 5$
      --block: |
        two
        lines
"#), @r"
    a
      runs    -odd.py ./-dash ./here --tenth 0.10 --chain 0.10 --list 1.0 2e-3 true --empty-list --on --word true --time 12:30 --octal 007 --env x${HOME}y${UNSET:-z} --dollar $tenth --brace ${HOME} --price 5$ --block two\nlines\n
      reads   ./-dash
      reads   ./here
    ");
}

const GROUPED: &str = r#"
data:
  raw: {type: csv, path: raw.csv}
  clean: clean.csv
pipeline:
  - {name: "load \"it\"", task: load.py, outputs: {-o: $raw}}
  - group: cleaning & more
    steps:
      - {name: clean, task: clean.py, inputs: {i: $raw}, outputs: {-o: $clean}}
      - {name: look, task: look.py, args: {--in: $clean}, optional: true}
  - {name: later, task: later.py, inputs: {i: $clean}, disabled: true}
"#;

#[test]
fn a_graph_in_graphviz_language() {
    insta::assert_snapshot!(render::dot(&graph(GROUPED)), @r#"
    digraph pipeline {
      rankdir=LR
      node [fontname="Helvetica,Arial,sans-serif", fontsize=11]
      d0 [shape=note, label="raw"]
      d1 [shape=note, label="clean"]
      s0 [shape=box, style="rounded", label="load \"it\""]
      s3 [shape=box, style="rounded,dotted", label="later"]
      subgraph cluster_1 {
        label="cleaning & more"
        s1 [shape=box, style="rounded", label="clean"]
        s2 [shape=box, style="rounded,dashed", label="look"]
      }
      s0 -> d0
      d0 -> s1
      s1 -> d1
      d1 -> s2 [style=dashed]
      d1 -> s3
    }
    "#);
}

#[test]
fn a_graph_in_mermaids_language() {
    insta::assert_snapshot!(render::mermaid(&graph(GROUPED)), @r#"
    flowchart LR
      d0(["raw"])
      d1(["clean"])
      s0["load #34;it#34;"]
      s3["later"]:::aside
      subgraph g1 ["cleaning #38; more"]
        s1["clean"]
        s2["look"]:::aside
      end
      s0 --> d0
      d0 --> s1
      s1 --> d1
      d1 -.-> s2
      d1 --> s3
      classDef aside stroke-dasharray: 5 5
    "#);
}

#[test]
fn what_is_broken_is_told_in_file_order() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {a: a.txt, b: ../b.txt}
parameters: {a: 1, loop1: $loop2, loop2: $loop1, map: {k: v}}
pipeline:
  - {name: x, command: [c], inputs: {i: $b}, outputs: {-o: a.txt}, args: {--m: $map, --n: $nothing}}
  - {name: x, command: [c], inputs: {i: a.txt}, outputs: {-o: $b, -p: ./a.txt}}
  - {name: y, command: [c], inputs: {i: y.txt}, outputs: {-o: y.txt}}
"), @"
    3:14: error[name-clash]: `a` is both a data node and a parameter
      at 3:14: the parameter
      at 2:8: the data node
      help: `$name` could mean either: rename one of the two
    3:27: error[endless-reference]: `$loop2` leads from parameter to parameter without end
      at 3:27: never comes to a value
      help: one of the parameters on the way must have a value of its own
    5:41: error[cycle]: the steps wait for each other: x → x → x
      at 5:41: `x` reads `b`, which `x` makes
      at 6:41: `x` reads `a`, which `x` makes
      help: one of these steps must read something else
    5:80: error[wrong-kind]: a mapping cannot be passed to a task
      at 5:80: expected text, true, false, or a list of words
      help: write one flag per value
    5:91: error[unknown-name]: nothing is named `nothing`
      at 5:91: no such data node or parameter
      help: define it under `data` or `parameters`; for the text `$nothing` write `$$nothing`
    6:12: error[duplicate-step]: two steps are named `x`
      at 6:12: named again here
      at 5:12: first named here
      help: rename one of the two
    6:41: error[own-output]: `x` reads `a`, which it makes itself
      at 6:41: reads it here
      at 6:71: makes it here
      help: write the result to another file
    6:63: error[outside]: `x` makes `../b.txt`, outside the pipeline folder
      at 6:63: leads to ../b.txt
      help: write `allow_outside_pipeline: true` under the data node if that is meant
    6:71: error[two-producers]: both `x` and `x` make `a.txt`
      at 6:71: `x` makes it here
      at 5:60: `x` makes it here
      help: each file is made by one step, once: give one of them another path
    7:41: error[own-output]: `y` reads `y.txt`, which it makes itself
      at 7:41: reads it here
      at 7:63: makes it here
      help: write the result to another file
    ");
}

#[test]
fn each_knot_of_steps_has_its_cycle() {
    insta::assert_snapshot!(loom_graph::snapshot("
pipeline:
  - {name: a, command: [x], inputs: {i: b.txt}, outputs: {-o: a.txt}}
  - {name: b, command: [x], inputs: {i: a.txt, j: c.txt}, outputs: {-o: b.txt}}
  - {name: c, command: [x], inputs: {i: b.txt}, outputs: {-o: c.txt}}
  - {name: apart, command: [x], inputs: {i: other.txt}, outputs: {-o: apart.txt}}
  - {name: other, command: [x], inputs: {i: apart.txt}, outputs: {-o: other.txt}}
  - {name: behind, command: [x], inputs: {i: c.txt}}
"), @"
    3:41: error[cycle]: the steps wait for each other: a → b → a
      at 3:41: `a` reads `b.txt`, which `b` makes
      at 4:41: `b` reads `a.txt`, which `a` makes
      help: one of these steps must read something else
    6:45: error[cycle]: the steps wait for each other: apart → other → apart
      at 6:45: `apart` reads `other.txt`, which `other` makes
      at 7:45: `other` reads `apart.txt`, which `apart` makes
      help: one of these steps must read something else
    ");
}
