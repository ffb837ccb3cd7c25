//! Wires: what may flow where, and what is written for it.

use loom_ui_core::api::Op;

use super::{change, connect};

const TEXT: &str = "\
data:
  table: {type: csv, path: data/table.csv}
  numbers: {type: json, path: data/numbers.json}
  folder: {type: data_folder, path: data/folder}
  other: {type: txt, path: data/other.txt}
parameters:
  rate: fast
  rows: 5
pipeline:
  - name: make
    task: tasks/make.py
    outputs: {--output: $table}
  - name: fit
    task: tasks/fit.py
    inputs: {table: $table}
    outputs: {--output: $numbers}
  - name: look
    task: tasks/look.py
  - name: plain
    command: [x]
    outputs: {-o: plain.txt}
  - name: each
    task: each.py
    loop: {over: $folder, into: data/into}
    inputs: {item: $loop_item}
    outputs: {-o: $loop_output}
    args: {--list: [a, $rows]}
  - {name: is_there, kind: condition, predicate: exists, inputs: {data: $table}}
  - {name: way, kind: switch, condition: $is_there, data: $table}
  - {name: end, command: [cat], inputs: {file: $way.then}}
";

#[test]
fn wires_that_are_drawn() {
    let cases = [
        ("param:rows/out", "step:make/arg:--rows"),
        ("param:rate/out", "step:fit/arg:--rate"),
        ("param:rows/out", "step:look/in"),
        ("data:other/out", "step:look/in:numbers"),
        ("data:numbers/out", "step:look/in"),
        ("data:folder/out", "step:fit/arg:--folder"),
        ("step:fit/out:--output", "step:look/in:numbers"),
        ("step:plain/out:-o", "step:look/in:numbers"),
        ("step:look/out:--report", "step:end/in:file"),
        ("step:make/out:--second", "step:fit/in:more"),
        ("step:look/out:--plot", "data:other/in"),
        ("path:plain.txt/out", "step:end/in:more"),
        ("step:each/loop:into", "step:end/in:all"),
        ("step:each/out:-o", "step:end/in:all"),
        ("data:folder/out", "step:each/loop:over"),
        ("data:other/out", "step:each/loop:over"),
        ("step:is_there/out", "step:way/condition"),
        ("step:is_there/out", "step:look/arg:--there"),
        ("step:is_there/out", "step:look/in:there"),
        ("param:rows/out", "step:way/in"),
        ("step:way/else", "step:look/in:numbers"),
        ("data:numbers/out", "step:way/data"),
        ("data:numbers/out", "step:way/condition"),
        ("data:numbers/out", "step:make/in:back"),
        ("step:fit/out:--output", "step:make/in:back"),
        ("data:numbers/out", "step:fit/in:own"),
        ("step:fit/out:--output", "step:fit/in:own"),
        ("step:look/out:--x", "data:table/in"),
        ("data:table/out", "data:other/in"),
        ("param:rows/out", "data:other/in"),
        ("step:look/in:numbers", "step:fit/in:table"),
        ("data:table/out", "step:look/out:--x"),
        ("data:table/out", "param:rows/in"),
        ("data:none/out", "step:look/in:numbers"),
        ("group:g/out", "step:look/in:numbers"),
    ];
    let shown: String = cases
        .iter()
        .map(|(from, to)| format!("=== {from} > {to}\n{}\n", change(TEXT, vec![connect(from, to)])))
        .collect();
    insta::assert_snapshot!(shown);
}

#[test]
fn wires_that_are_taken_away() {
    let passes = "pipeline:\n- group: g\n  multi_pass: {count: 2, feedback: {a.-o: a.--i}}\n  steps: [{name: a, command: [x], outputs: {-o: o.txt}}]\n";
    let nested =
        "data: {a: out, b: {path: b.txt, nested_in: $a}, c: {path: $p}}\nparameters: {p: c.txt, q: $p}\npipeline: []\n";
    let cases = [
        (TEXT, "param:rows/out>step:each/arg:--list"),
        (TEXT, "data:table/out>step:fit/in:table"),
        (TEXT, "step:fit/out:--output>data:numbers/in"),
        (TEXT, "step:plain/out:-o>path:plain.txt/in"),
        (TEXT, "step:is_there/out>step:way/condition"),
        (TEXT, "data:table/out>step:way/data"),
        (TEXT, "step:way/then>step:end/in:file"),
        (TEXT, "data:folder/out>step:each/loop:over"),
        (TEXT, "data:other/out>step:fit/in:table"),
        (TEXT, "nonsense"),
        (passes, "step:a/out:-o>step:a/arg:--i"),
        (nested, "data:a/out>data:b/in"),
        (nested, "param:p/out>data:c/in"),
        (nested, "param:p/out>param:q/in"),
    ];
    let shown: String = cases
        .iter()
        .map(|(text, wire)| {
            format!("=== {wire}\n{}\n", change(text, vec![Op::Disconnect { wire: (*wire).to_owned() }]))
        })
        .collect();
    insta::assert_snapshot!(shown);
}
