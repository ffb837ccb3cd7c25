//! Loops, and groups that run in passes: what they mean, and what can be wrong with them.

use std::sync::Arc;

use loom_graph::{OnPaper, Part, StepGraph, StepId, Work};
use loom_spec::Source;

fn graph(text: &str) -> Arc<StepGraph> {
    let source = Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
    checked.graph.unwrap_or_else(|| panic!("{}", loom_graph::render::problems(&source, &checked.problems)))
}

fn step(graph: &StepGraph, name: &str) -> StepId {
    graph.run_order().find(|step| &**graph.name(*step) == name).expect("there is such a step")
}

/// The units of a step as they would run, a line each.
fn units(graph: &StepGraph, name: &str, parts: impl IntoIterator<Item = Part>) -> String {
    let lines = parts.into_iter().map(|part| {
        let unit = graph.unit(step(graph, name), part);
        match graph.work(&unit, loom_graph::Facts::NONE) {
            Work::Command(line) => format!("{}: {line}", unit.name),
            Work::Copies(copies) => format!("{}: {copies:?}", unit.name),
            other => format!("{}: {other:?}", unit.name),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_loop_reads_one_folder_and_makes_another() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {raw: data/raw, clean: {type: data_folder, path: data/clean}}
pipeline:
  - {name: count, command: [wc], inputs: {all: $clean}}
  - name: clean
    task: clean.py
    loop: {over: $raw, into: $clean, filter: '*.txt', parallel: false}
    inputs: {text: $loop_item}
    outputs: {--output: $loop_output}
    args: {--name: $loop_item}
  - {name: fetch, command: [x], outputs: {-o: data/raw/a.txt}}
"), @"
    fetch
      runs    x -o data/raw/a.txt
      writes  data/raw/a.txt

    clean  (for each *.txt of data/raw)
      runs    clean.py $loop_item --output $loop_output --name $loop_item
      reads   data/raw  from fetch
      writes  data/clean

    count
      runs    wc data/clean
      reads   data/clean  from clean
    ");
}

#[test]
fn an_item_has_its_own_command() {
    let graph = graph(
        "
data: {raw: data/raw/, clean: .}
pipeline:
  - name: clean
    command: [x, $loop_item]
    loop: {over: $raw, into: $clean}
    inputs: {text: $loop_item}
    outputs: {--output: $loop_output}
    args: {--both: [$loop_item, $loop_output, plain], --folder: $raw}
",
    );
    insta::assert_snapshot!(units(&graph, "clean", [Part::Whole, Part::Item("a b.txt".into())]), @"
    clean: x $loop_item $loop_item --output $loop_output --both $loop_item $loop_output plain --folder data/raw
    clean/a b.txt: x data/raw/a b.txt data/raw/a b.txt --output a b.txt --both data/raw/a b.txt a b.txt plain --folder data/raw
    ");
    let item = graph.unit(step(&graph, "clean"), Part::Item("a.txt".into()));
    let made: Vec<String> = graph.makes(&item).into_iter().map(|made| made.path).collect();
    assert_eq!(made, ["a.txt"]);
}

#[test]
fn what_is_wrong_with_a_loop_is_told() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {raw: data/raw, page: https://example.org/x}
pipeline:
  - {name: outside, command: [x], inputs: {i: $loop_item}}
  - {name: nothing, command: [x], loop: {}}
  - {name: unknown, command: [x], loop: {over: $rwa, into: out, filtre: '*'}}
  - {name: same, command: [x], loop: {over: $raw, into: $raw}, inputs: {i: $loop_item}}
  - {name: backwards, command: [x], loop: {over: $raw, into: out2}, outputs: {-o: $loop_item}}
  - {name: idle, command: [x], loop: {over: $raw, into: out3}, outputs: {-o: one.txt}}
  - {name: address, command: [x], loop: {over: $page, into: out4}, inputs: {i: $loop_item}}
  - {name: list, command: [x], loop: [raw, out]}
  - {name: kinds, command: [x], loop: {over: true, into: [], parallel: maybe}}
"), @"
    4:47: error[unknown-name]: `$loop_item` has a meaning only in a step with a `loop`
      at 4:47: this step has none
      help: add `loop: {over: $folder, into: $other_folder}` to the step
    5:41: error[missing-key]: a loop has no folder to go through
      at 5:41: expected a key `over` in this loop
    5:41: error[missing-key]: a loop has no folder for the results
      at 5:41: expected a key `into` in this loop
    6:48: error[unknown-name]: nothing is named `rwa`
      at 6:48: no such data node or parameter
      help: did you mean `$raw`?
    6:65: error[unknown-key]: `filtre` is not a key of a loop
      at 6:65: unknown key
      help: did you mean `filter`?
    7:76: error[own-output]: `same` reads `raw`, which it makes itself
      at 7:76: reads it here
      at 7:57: makes it here
      help: write the result to another file
    8:83: error[wrong-kind]: `$loop_item` is what the step reads; it cannot make it
      at 8:83: expected another path
      help: the file that an item makes is `$loop_output`
    8:83: warning[loop-output]: every item of the loop writes this one file
      at 8:83: the last one wins
      help: `$loop_output` is a file of its own for each item
    9:38: warning[loop-without-item]: `idle` does the same for every file
      at 9:38: goes through `data/raw`
      help: hand the file over: write `$loop_item` under `inputs` or `args`
    9:78: warning[loop-output]: every item of the loop writes this one file
      at 9:78: the last one wins
      help: `$loop_output` is a file of its own for each item
    10:48: error[wrong-kind]: a loop goes through a folder, and this is the address of a file
      at 10:48: expected a folder
    11:38: error[wrong-kind]: `loop` cannot be a list
      at 11:38: expected a mapping: the keys `over` and `into`
      help: give each item a key: `key: value`
    12:46: error[wrong-kind]: `over` cannot be `true`
      at 12:46: expected a path, or a reference such as `$name`
    12:58: error[wrong-kind]: `into` cannot be a list
      at 12:58: expected a path, or a reference such as `$name`
    12:72: error[wrong-kind]: `parallel` cannot be `maybe`
      at 12:72: expected true or false
    ");
}

#[test]
fn passes_hand_over_what_each_makes() {
    let text = "
data: {start: in.csv, g: out/g.txt, score: out/score.json, all: out/all}
parameters: {lr0: 0.10}
pipeline:
  - {name: after, command: [x], inputs: {i: $score}}
  - group: refine
    multi_pass:
      schedule:
        - {lr: $lr0, deep: true}
        - {lr: 0.05, deep: false}
        - {lr: 1e-3, deep: yes}
      feedback: {check.-o: fit.--init, fit.-o: fit.from}
      condition: {script: stop.py, inputs: {score: $score, start: $start}, args: {tol: 0.010, name: x}}
    steps:
      - {name: check, command: [c], inputs: {g: $g}, outputs: {-o: $score}, args: {--start: $start}}
      - {name: fit, command: [f], inputs: {from: $start}, outputs: {-o: $g, --log: out/log}, args: {--lr: $lr, --deep: $deep, --list: [$lr, x]}}
";
    let graph = graph(text);
    insta::assert_snapshot!(loom_graph::render::text(&graph), @"
    fit  (up to 3 passes of group refine)
      runs    f in.csv -o out/g.txt --log out/log --lr $lr --deep $deep --list $lr x
      reads   in.csv
      reads   in.csv
      writes  out/g.txt
      writes  out/log

    check  (up to 3 passes of group refine)
      runs    c out/g.txt -o out/score.json --start in.csv
      reads   out/g.txt  from fit
      reads   in.csv
      writes  out/score.json

    after
      runs    x out/score.json
      reads   out/score.json  from check
    ");
    let passes = || (0..3).map(Part::Pass);
    insta::assert_snapshot!(units(&graph, "fit", passes()), @"
    refine/fit#0: f in.csv -o out/g_iter0.txt --log out/log --lr 0.10 --deep --list 0.10 x
    refine/fit#1: f out/g_iter0.txt -o out/g_iter1.txt --log out/log --lr 0.05 --list 0.05 x --init out/score_iter0.json
    refine/fit#2: f out/g_iter1.txt -o out/g_iter2.txt --log out/log --lr 1e-3 --deep yes --list 1e-3 x --init out/score_iter1.json
    ");
    insta::assert_snapshot!(units(&graph, "check", passes().chain([Part::Stop(1), Part::Final(2)])), @r#"
    refine/check#0: c out/g_iter0.txt -o out/score_iter0.json --start in.csv
    refine/check#1: c out/g_iter1.txt -o out/score_iter1.json --start in.csv
    refine/check#2: c out/g_iter2.txt -o out/score_iter2.json --start in.csv
    refine#1: Question(Question { asked: Script("stop.py"), values: [("score", Text("out/score_iter1.json")), ("start", Text("in.csv")), ("tol", Float(0.01)), ("name", Text("x"))], negate: false })
    refine: [("out/score_iter2.json", "out/score.json"), ("out/g_iter2.txt", "out/g.txt")]
    "#);
}

#[test]
fn what_is_wrong_with_passes_is_told() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {g: g.txt}
pipeline:
  - {name: twice, command: [x]}
  - {group: twice, multi_pass: {count: 2}, steps: [{name: a, command: [x]}]}
  - {group: none, multi_pass: {}, steps: [{name: b, command: [x]}]}
  - {group: both, multi_pass: {count: 3, schedule: [{p: 1}], expressions: {q: iter}}, steps: [{name: c, command: [x]}]}
  - {group: empty, multi_pass: {schedule: []}, steps: [{name: d, command: [x]}]}
  - {group: zero, multi_pass: {count: 0}, steps: [{name: e, command: [x]}]}
  - {group: huge, multi_pass: {count: 100000000}, steps: [{name: f, command: [x]}]}
  - {group: no_count, multi_pass: {expressions: {p: iter}}, steps: [{name: g, command: [x], args: {-p: $p}}]}
  - group: feed
    multi_pass:
      count: 2
      feedback: {h.-o: h.--in, hh.-o: h.--in, h.-p: h.--in, h: h.-o, h.-o: x.y}
      conditon: {script: s.py}
    steps: [{name: h, command: [x], outputs: {-o: $g}, optional: true}]
  - group: schedule
    multi_pass: {schedule: [{lr: 1}, {lr: $unknown, rate: 2}, {rate: 3}]}
    steps: [{name: i, command: [x], args: {--lr: $lr, --other: $lrr}}]
  - {group: stop, multi_pass: {count: 2, condition: {inputs: {x: $nothing}}}, steps: [{name: j, command: [x]}]}
  - group: kinds
    multi_pass: {count: 2}
    steps:
      - {name: k, kind: condition, predicate: exists, inputs: {data: $g}}
      - {name: l, command: [x], loop: {over: a, into: b}, inputs: {i: $loop_item}}
"), @"
    5:13: error[duplicate-step]: a step and a group that runs in passes are both named `twice`
      at 5:13: this group runs as one step
      at 4:12: named here, too
      help: rename one of the two
    6:31: warning[missing-key]: a group with neither `schedule` nor `count` runs once
      at 6:31: expected how often the steps run
      help: write `count: N`, or a `schedule` with the parameters of each pass
    7:32: warning[two-counts]: `count` has no effect: the schedule has 1 pass
      at 7:32: not needed
      help: remove it
    7:54: warning[no-effect]: no step of the group has an argument `$p`
      at 7:54: given to nobody
      help: write `$p` under the `args` of a step
    7:62: error[two-schedules]: a group has one of `schedule` and `expressions`
      at 7:62: computes the parameters
      at 7:42: writes them out
      help: keep one of the two
    8:43: error[wrong-kind]: `schedule` has no passes
      at 8:43: expected a list of mappings, one per pass, such as `- {lr: 0.1}`
    9:39: error[wrong-kind]: `count` cannot be `0`
      at 9:39: expected a whole number, 1 or more
    10:39: error[too-many-passes]: 100000000 passes are more than loom plans
      at 10:39: expected at most 100000
      help: let one run of the script do more of the work
    11:36: error[missing-key]: a group with `expressions` has no `count`
      at 11:36: for how many passes?
      help: write `count: N` beside it
    15:32: error[feedback]: `hh.-o` names no step of this group
      at 15:32: expected `step.flag`
      help: the steps are: h
    15:47: error[feedback]: `h` has no output `-p`
      at 15:47: nothing to feed back
      help: its outputs are: -o
    15:61: error[feedback]: `h` names no step of this group
      at 15:61: expected `step.flag`
      help: the steps are: h
    15:70: error[duplicate-key]: `h.-o` is given twice
      at 15:70: given again here
      at 15:18: first given here
      help: keep one of the two
    16:7: error[unknown-key]: `conditon` is not a key under `multi_pass`
      at 16:7: unknown key
      help: did you mean `condition`?
    17:20: warning[no-effect]: `optional` has no effect in a group that runs in passes
      at 17:20: runs in every pass of `feed`
      help: take the step out of the group, or remove the key
    19:43: error[unknown-name]: nothing is named `unknown`
      at 19:43: no such data node or parameter
      help: define it under `data` or `parameters`; for the text `$unknown` write `$$unknown`
    19:53: warning[no-effect]: no step of the group has an argument `$rate`
      at 19:53: given to nobody
      help: write `$rate` under the `args` of a step
    20:50: error[unknown-name]: pass 2 of the schedule gives no `lr`
      at 20:50: needed here
      help: add `lr` to each pass, or give it a value under `parameters`
    20:64: error[unknown-name]: nothing is named `lrr`
      at 20:64: no such data node or parameter
      help: define it under `data` or `parameters`; for the text `$lrr` write `$$lrr`
    21:53: error[missing-key]: the condition of `multi_pass` has no script
      at 21:53: expected a key `script` with a Python file that has a function `evaluate`
    25:16: error[not-in-passes]: a condition cannot stand in a group that runs in passes
      at 25:16: stands in `kinds`
      help: put it before or behind the group
    26:16: error[not-in-passes]: a loop cannot stand in a group that runs in passes
      at 26:16: stands in `kinds`
      help: put it before or behind the group
    ");
}

#[test]
fn a_circle_through_passes_is_told() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {a: a, b: b, c: c}
pipeline:
  - {name: between, command: [x], inputs: {i: $a}, outputs: {-o: $b}}
  - group: refine
    multi_pass: {count: 2}
    steps:
      - {name: first, command: [x], outputs: {-o: $a}}
      - {name: second, command: [x], inputs: {i: $b}, outputs: {-o: $c}}
"), @"
    4:47: error[cycle]: the steps wait for each other: between → second → between
      at 4:47: `between` reads `a`, which `first` makes
      at 9:50: `second` reads `b`, which `between` makes
      help: what goes from one pass to the next is written under `feedback`; a step between the steps of a `multi_pass` group belongs into it
    ");
    insta::assert_snapshot!(loom_graph::snapshot("
data: {a: a, b: b}
pipeline:
  - group: refine
    multi_pass: {count: 2}
    steps:
      - {name: first, command: [x], inputs: {i: $b}, outputs: {-o: $a}}
      - {name: second, command: [x], inputs: {i: $a}, outputs: {-o: $b}}
"), @"
    7:49: error[cycle]: the steps wait for each other: first → second → first
      at 7:49: `first` reads `b`, which `second` makes
      at 8:50: `second` reads `a`, which `first` makes
      help: what goes from one pass to the next is written under `feedback`; a step between the steps of a `multi_pass` group belongs into it
    ");
}

#[test]
fn nested_data_lie_where_they_are_nested() {
    insta::assert_snapshot!(loom_graph::snapshot("
data:
  run: {type: data_folder, path: out/run/}
  log: {path: logs/log.txt, nested_in: $run}
  deep: {path: deep, nested_in: $run}
  deeper: {path: x.csv, nested_in: $deep}
pipeline:
  - {name: read, command: [r], inputs: {log: $log, deeper: $deeper}}
  - {name: make, command: [m], outputs: {-o: $run}}
"), @"
    make
      runs    m -o out/run
      writes  out/run/

    read
      runs    r out/run/logs/log.txt out/run/deep/x.csv
      reads   out/run/logs/log.txt  from make
      reads   out/run/deep/x.csv  from make
    ");
    insta::assert_snapshot!(loom_graph::snapshot("
data:
  run: out
  up: {path: ../x, nested_in: $run}
  away: {path: /tmp/x, nested_in: $run}
  a: {path: a, nested_in: $b}
  b: {path: b, nested_in: $a}
  unknown: {path: b, nested_in: $rnu}
  word: {path: b, nested_in: run}
pipeline: []
"), @"
    4:14: error[not-nested]: `out/../x` is not inside `out`
      at 4:14: leads to x
      at 4:31: the node that it should be inside of
      help: a nested path begins at the node around it
    5:16: error[not-nested]: `/tmp/x` is not inside `out`
      at 5:16: leads to /tmp/x
      at 5:35: the node that it should be inside of
      help: a nested path begins at the node around it
    6:27: error[endless-nesting]: `a` is nested in itself
      at 6:27: leads back to this node
      help: one of the nodes on the way must stand alone
    7:27: error[endless-nesting]: `b` is nested in itself
      at 7:27: leads back to this node
      help: one of the nodes on the way must stand alone
    8:33: error[unknown-name]: no data node is named `rnu`
      at 8:33: expected the node that this one is inside of
      help: did you mean `$run`?
    ");
}

/// A pipeline with these expressions, each computed in so many passes.
fn computed(count: usize, expressions: &str) -> String {
    format!(
        "pipeline: [{{group: g, multi_pass: {{count: {count}, expressions: {{{expressions}}}}}, \
         steps: [{{name: s, task: t.py, args: {{--a: $a}}}}]}}]\n"
    )
}

#[test]
fn a_fault_in_an_expression_is_shown_where_it_stands() {
    let shown = |expressions: &str| {
        let source = Source::new("p.yml", computed(2, expressions));
        let checked = loom_graph::check(loom_spec::parse(&source), &OnPaper);
        let problem = checked.problems.first().expect("something is wrong");
        source.slice(problem.span().expect("it has a place")).to_owned()
    };
    assert_eq!(shown("a: 1 + ä"), "ä");
    assert_eq!(shown("a: '1 + ä'"), "ä");
    assert_eq!(shown("a: \"1 + ä\""), "ä");
    // Where the text is not the file's, byte for byte, all of it is shown, even if the lengths agree.
    assert_eq!(shown("a: 1 +\n  ä"), "1 +\n  ä");
    assert_eq!(shown("a: \"'\\L'ä\\t\""), "\"'\\L'ä\\t\"");
    assert_eq!(shown("a: '1 +\n\n\n  ä'"), "'1 +\n\n\n  ä'");
}

#[test]
fn expressions_that_would_take_too_long_are_refused() {
    let snapshot = |count, expressions: &str| loom_graph::snapshot(&computed(count, expressions));
    let fine = snapshot(20_000, "a: 0.5 / (iter + 1)");
    assert!(!fine.contains("error"), "{fine}");
    insta::assert_snapshot!(snapshot(100_000, "a: 9 ** 3000 // 7"), @"
    1:68: error[expression]: computing this for every pass takes too long (in pass 3062)
      at 1:68: in this expression
      help: loom takes on two million operations; fewer passes or shorter expressions need fewer
    ");
}

#[test]
fn the_file_of_a_pass_belongs_to_the_pass() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {model: model.txt, start: model_iter0.txt, other: model_iter5.txt}
pipeline:
  - {name: first, command: [x], outputs: {-o: model_iter1.txt}}
  - group: g
    multi_pass: {count: 2}
    steps: [{name: fit, command: [x], inputs: {s: $start}, outputs: {-o: $model}}]
  - {name: later, command: [x], inputs: {o: $other}}
  - {name: behind, command: [x], inputs: {o: model_iter1.txt}}
"), @"
    4:47: error[two-producers]: `first` makes `model_iter1.txt`, which is what pass 1 of `g` makes
      at 4:47: used here
      at 5:12: makes `model.txt` in passes, each a file of its own
      help: give one of the two another path; what the passes come to is at the plain path
    7:51: error[two-producers]: `fit` reads `model_iter0.txt`, which is what pass 0 of `g` makes
      at 7:51: used here
      at 5:12: makes `model.txt` in passes, each a file of its own
      help: give one of the two another path; what the passes come to is at the plain path
    ");
}

#[test]
fn what_a_pass_made_can_be_read_behind_the_passes() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {model: model.txt}
pipeline:
  - {name: behind, command: [x], inputs: {first: model_iter0.txt, never: model_iter2.txt}}
  - {group: g, multi_pass: {count: 2}, steps: [{name: fit, command: [x], outputs: {-o: $model}}]}
"), @"
    fit  (2 passes of group g)
      runs    x -o model.txt
      writes  model.txt

    behind
      runs    x model_iter0.txt model_iter2.txt
      reads   model_iter0.txt  from fit
      reads   model_iter2.txt
    ");
}

#[test]
fn what_is_wrong_with_a_filter_is_told() {
    insta::assert_snapshot!(loom_graph::snapshot("
pipeline:
  - {name: a, command: [x], loop: {over: raw, into: a, filter: '[a'}, inputs: {i: $loop_item}}
  - {name: b, command: [x], loop: {over: raw, into: b, filter: ../*.txt}, inputs: {i: $loop_itm}}
  - {name: c, command: [x], loop: {over: raw, into: c, filter: ''}, inputs: {i: $loop_item}}
"), @r#"
    3:64: error[wrong-kind]: `[a` is no pattern: invalid range pattern
      at 3:64: expected a pattern such as `"*.txt"`
      help: `*` is any text in a name, `?` a letter, `[ab]` one of these, `**` any folders
    4:35: warning[loop-without-item]: `b` does the same for every file
      at 4:35: goes through `raw`
      help: hand the file over: write `$loop_item` under `inputs` or `args`
    4:64: error[wrong-kind]: a filter looks into the folder of the loop, and nowhere else
      at 4:64: expected a pattern such as `"*.txt"`
      help: `*` is any text in a name, `?` a letter, `[ab]` one of these, `**` any folders
    4:87: error[unknown-name]: nothing is named `loop_itm`
      at 4:87: no such data node or parameter
      help: did you mean `$loop_item`?
    "#);
}
