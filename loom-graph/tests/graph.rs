//! What pipelines mean: a text, and the graph it stands for.

use std::sync::Arc;

use loom_graph::{Location, NoText, OnPaper, Presence, Selection, StepId, World, locate_by_text, render};
use loom_spec::{FrontMatterError, Source, TaskInterface};

fn graph(text: &str) -> Arc<loom_graph::StepGraph> {
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
      runs    c data/x/../table.csv
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

    reads_and_writes
      runs    c figures -o figures/own.png
      reads   figures  from writes_into_it
      writes  figures/own.png

    reads_the_folder
      runs    a figures
      reads   figures  from reads_and_writes, writes_into_it

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
      runs    -odd.py ./-dash here --tenth 0.10 --chain 0.10 --list 1.0 2e-3 true --empty-list --on --word true --time 12:30 --octal 007 --env x${HOME}y${UNSET:-z} --dollar $tenth --brace ${HOME} --price 5$ --block two\nlines\n
      reads   ./-dash
      reads   ./here
    ");
}

#[test]
fn the_pipeline_folder_is_a_folder_like_any_other() {
    insta::assert_snapshot!(loom_graph::snapshot("
pipeline:
  - {name: reads_all, command: [a], inputs: {d: .}}
  - {name: reads_and_writes, command: [b], inputs: {d: ./}, outputs: {-o: own.txt}}
  - {name: writes, command: [c], outputs: {-o: sub/a.txt}}
"), @"
    writes
      runs    c -o sub/a.txt
      writes  sub/a.txt

    reads_and_writes
      runs    b . -o own.txt
      reads   ./  from writes
      writes  own.txt

    reads_all
      runs    a .
      reads   .  from reads_and_writes, writes
    ");
}

#[test]
fn each_item_of_a_list_parameter_has_its_own_maker() {
    insta::assert_snapshot!(loom_graph::snapshot("
data: {made: made.txt, missing: missing.txt, last: last.txt}
parameters: {files: [$made, $missing, $last]}
pipeline:
  - {name: use, command: [a], args: {-e: $files}}
  - {name: make, command: [b], outputs: {-o: $made}}
  - {name: end, command: [c], outputs: {-o: $last}}
"), @"
    make
      runs    b -o made.txt
      writes  made.txt

    end
      runs    c -o last.txt
      writes  last.txt

    use
      runs    a -e made.txt missing.txt last.txt
      reads   made.txt  from make
      reads   missing.txt
      reads   last.txt  from end
    ");
}

#[test]
fn what_no_step_makes_is_missed_in_a_list_parameter_too() {
    let text = "
data: {made: made.txt, missing: missing.txt}
parameters: {files: [$made, $missing]}
pipeline:
  - {name: make, command: [b], outputs: {-o: $made}}
  - {name: use, command: [a], args: {-e: $files}}
";
    let source = Source::new("pipeline.yml", text);
    let checked = loom_graph::check(loom_spec::parse(&source), &Empty);
    let problems = checked.plan(&Selection::default(), &Empty).expect_err("a file is missing");
    insta::assert_snapshot!(render::problems(&source, &problems), @"
    6:42: error[missing-source]: `use` reads `missing.txt`, which does not exist
      at 6:42: no such file or folder
      help: if this step makes it, name it under `outputs`; a path is relative to the folder of the pipeline file
    ");
}

/// A machine without files and without variables.
struct Empty;

impl World for Empty {
    fn variable(&self, _: &str, default: Option<&str>) -> Result<String, NoText> {
        default.map(str::to_owned).ok_or(NoText::Unset)
    }

    fn locate(&self, path: &str) -> Location {
        locate_by_text(path)
    }

    fn presence(&self, _: &str) -> Presence {
        Presence::Missing
    }

    fn interface(&self, _: &str) -> Option<Arc<Result<TaskInterface, FrontMatterError>>> {
        None
    }

    fn text(&self, _: &str) -> Option<Result<String, String>> {
        None
    }
}

/// The codes of the problems, without those that repeat the one before.
fn codes(text: &str) -> Vec<&'static str> {
    let checked = loom_graph::check(loom_spec::parse(&Source::new("pipeline.yml", text)), &OnPaper);
    let mut codes: Vec<&str> = checked.problems.iter().map(|problem| problem.code).collect();
    codes.dedup();
    codes
}

#[test]
fn what_costs_more_than_it_says_is_refused() {
    let path = |path: &str| format!("pipeline:\n- {{name: a, command: x, outputs: {{o: {path}}}}}\n");
    assert_eq!(codes(&path(&"a/".repeat(400_000))), ["path-too-long"]);
    assert_eq!(codes(&path(&"a/".repeat(129))), ["path-too-long"]);
    assert_eq!(codes(&path(&"a".repeat(4097))), ["path-too-long"]);
    assert!(codes(&path(&"a/".repeat(128))).is_empty());
    assert!(codes(&path(&"a".repeat(4096))).is_empty());
    let long = "a/".repeat(400_000);
    let data = format!(
        "data: {{a: {long}, b: {long}}}\npipeline:\n- {{name: a, command: x, inputs: {{i: $a}}, outputs: {{o: $b}}}}\n"
    );
    assert_eq!(codes(&data), ["path-too-long"]);
    assert_eq!(codes(&format!("pipeline:\n- {{name: a, task: {long}}}\n")), ["path-too-long"]);

    let list = |items: usize, uses: usize| {
        let items = vec!["x"; items].join(",");
        let steps: String =
            (0..uses).map(|n| format!("- {{name: s{n}, command: [x], args: {{a: $l, b: $s}}}}\n")).collect();
        format!("parameters: {{l: [{items}], s: [u, v]}}\npipeline:\n{steps}")
    };
    assert!(codes(&list(1000, 900)).is_empty());
    assert_eq!(codes(&list(1000, 1100)), ["too-many-words"]);
    let chained: String = (0..1100).map(|n| format!(", p{n}: $l")).collect();
    let chained = format!("parameters: {{l: [{}]{chained}}}\npipeline: []\n", vec!["x"; 1000].join(","));
    assert_eq!(codes(&chained), ["too-many-words"]);
    let text = format!("parameters: {{l: {}}}\npipeline:\n", "x".repeat(100_000));
    let steps: String = (0..1000).map(|n| format!("- {{name: s{n}, command: [x], args: {{a: $l}}}}\n")).collect();
    assert_eq!(codes(&(text + &steps)), ["too-many-words"]);
}

#[test]
fn chains_of_parameters_end_however_long_they_are() {
    let chain: String = (1..100_000).map(|n| format!("  p{n}: $p{}\n", n - 1)).collect();
    let text = format!("parameters:\n  p0: end\n{chain}pipeline:\n- {{name: a, command: [x], args: {{a: $p99999}}}}\n");
    let graph = graph(&text);
    assert_eq!(graph.command_line(StepId(0)).words, ["a", "end"]);
    assert!(codes("parameters: {a: [$b], b: [$a]}\npipeline: []\n").is_empty());
    let round = "parameters: {a: [$b], b: [$a]}\npipeline:\n- {name: s, command: [x], args: {a: $a}}\n";
    assert_eq!(codes(round), ["wrong-kind"]);
    assert_eq!(codes("parameters: {a: [$a]}\npipeline:\n- {name: s, command: [x], args: {a: $a}}\n"), ["wrong-kind"]);
}

#[test]
fn many_warnings_are_no_error() {
    let warnings: String = (0..1001).map(|n| format!("  p{n}: yes\n")).collect();
    let text = format!("parameters:\n{warnings}pipeline:\n");
    let checked = |text: &str| loom_graph::check(loom_spec::parse(&Source::new("p.yml", text)), &OnPaper);
    let sound = checked(&format!("{text}- {{name: a, command: x}}\n"));
    assert!(sound.graph.is_some());
    let last = sound.problems.last().expect("there are problems");
    assert_eq!((last.is_error(), &*last.message), (false, "and 1 more, not shown"));
    let wrong = checked(&format!("{text}- {{name: a, command: [x], args: {{a: $none}}}}\n"));
    assert!(wrong.graph.is_none() && wrong.problems.iter().any(|problem| problem.code == "unknown-name"));

    // What the reader left out and what the checks left out is told in one sum.
    let unknown: String = (0..1500).map(|n| format!("  x{n}: $none\n")).collect();
    let keys: String = (0..1500).map(|n| format!("key{n}: 1\n")).collect();
    let wrong = checked(&format!("{keys}parameters:\n{unknown}pipeline: []\n"));
    let closing: Vec<_> = wrong.problems.iter().filter(|problem| problem.labels.is_empty()).collect();
    assert_eq!(closing.len(), 1);
    assert_eq!((closing[0].is_error(), &*closing[0].message), (true, "and 2000 more, not shown"));
    let refused = wrong.plan(&Selection::default(), &OnPaper).expect_err("it is wrong");
    assert_eq!(refused.iter().filter(|problem| problem.labels.is_empty()).count(), 1);
    assert_eq!(refused.last().map(|last| &*last.message), Some("and 2000 more, not shown"));
}

#[test]
fn a_path_from_outside_is_a_path_whatever_it_says() {
    let mut parsed = loom_spec::parse(&Source::new(
        "p.yml",
        "data: {a: a.txt}\npipeline:\n- {name: a, command: x, outputs: {o: $a}}\n",
    ));
    assert!(parsed.pipeline.set_path("a", "true"));
    let checked = loom_graph::check(parsed, &OnPaper);
    let graph = checked.graph.expect("nothing is wrong");
    assert_eq!(graph.command_line(StepId(0)).words, ["o", "true"]);
}

#[test]
fn a_command_names_a_program() {
    insta::assert_snapshot!(loom_graph::snapshot("
parameters: {nothing: '', blank: ' '}
pipeline:
  - {name: a, command: ''}
  - {name: b, command: ' '}
  - {name: c, command: []}
  - {name: d, command: ['', x]}
  - {name: e, command: $blank}
  - {name: f, command: [$nothing, x]}
  - {name: g, command: [x, '']}
"), @"
    4:24: error[wrong-kind]: `command` does not name a program
      at 4:24: expected a program and its arguments
    5:24: error[wrong-kind]: `command` does not name a program
      at 5:24: expected a program and its arguments
    6:24: error[wrong-kind]: `command` does not name a program
      at 6:24: expected a program and its arguments
    7:25: error[wrong-kind]: `command` does not name a program
      at 7:25: expected a program and its arguments
    8:24: error[wrong-kind]: `command` does not name a program
      at 8:24: stands for an empty text
    9:25: error[wrong-kind]: `command` does not name a program
      at 9:25: stands for an empty text
    ");
}

#[test]
fn old_switches_are_words_in_lists_too() {
    insta::assert_snapshot!(loom_graph::snapshot("
parameters: {answers: [yes, 'no']}
pipeline:
  - {name: a, command: [x], args: {-a: [off, on]}}
"), @"
    2:24: warning[word-not-switch]: `yes` is a word here, not a switch
      at 2:24: passed on as this word
      help: loom-pipeline took it for `true`: write that, or put quotes around the word
    4:41: warning[word-not-switch]: `off` is a word here, not a switch
      at 4:41: passed on as this word
      help: loom-pipeline took it for `false`: write that, or put quotes around the word
    4:46: warning[word-not-switch]: `on` is a word here, not a switch
      at 4:46: passed on as this word
      help: loom-pipeline took it for `true`: write that, or put quotes around the word

    a
      runs    x -a off on
    ");
}

#[test]
fn nothing_in_a_name_reaches_the_terminal_as_more_than_text() {
    assert_eq!(
        render::one_line("a\u{202e}b\u{200b}\u{1b}[31m\u{9b}\n\u{a0}ü 数据"),
        "a\\u{202e}b\\u{200b}\\u{1b}[31m\\u{9b}\\n\\u{a0}ü 数据"
    );
    let graph = graph("pipeline:\n- {name: \"a\\u202eb\", command: x, outputs: {o: \"c\\u2066\"}}\n");
    for shown in [render::text(&graph), render::dot(&graph), render::mermaid(&graph)] {
        assert!(!shown.contains(['\u{202e}', '\u{2066}']), "{shown}");
    }
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

#[test]
fn no_step_makes_its_own_task() {
    insta::assert_snapshot!(loom_graph::snapshot("
pipeline:
  - {name: own, task: tasks/a.py, outputs: {-o: tasks/a.py}}
  - {name: other, task: tasks/b.py, outputs: {-o: ./tasks/../tasks/c.py}}
  - {name: asked, kind: condition, script: tasks/c.py}
"), @"
    3:49: error[overwrites]: `own` makes `tasks/a.py`, which is its own task
      at 3:49: made here
      at 3:23: run here
      help: give what it makes another path
    ");
}

#[test]
fn a_folder_between_two_steps_is_in_every_picture() {
    let graph = graph(
        "
data: {folder: out, inner: {path: x.txt, nested_in: $folder}}
pipeline:
  - {name: make, command: [m], outputs: {-o: $folder}}
  - {name: read, command: [r], inputs: {i: $inner}}
",
    );
    insta::assert_snapshot!(render::mermaid(&graph), @r#"
    flowchart LR
      d0(["folder"])
      d1(["inner"])
      s0["make"]
      s1["read"]
      s0 --> d0
      d1 --> s1
      d0 -.-> s1
    "#);
    assert!(render::dot(&graph).contains("[style=dotted]"));
}

#[test]
fn a_task_that_another_step_makes_is_told_of() {
    let text = "pipeline:
- {name: use, task: ./tools/gen.sh, outputs: {-o: u.txt}}
- {name: gen, command: [cp], inputs: {i: in.txt}, outputs: {-t: tools/gen.sh}}
- {name: other, task: gen.sh}
";
    let checked = loom_graph::check(loom_spec::parse(&loom_spec::Source::new("p.yml", text)), &loom_graph::OnPaper);
    let told: Vec<&str> = checked.problems.iter().map(|problem| &*problem.message).collect();
    assert_eq!(told, ["`use` runs `./tools/gen.sh`, which `gen` makes, and does not wait for that"]);
}
