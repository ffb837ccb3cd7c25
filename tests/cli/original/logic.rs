//! Conditions and switches: what holds, which way it leads, and what is left out.

use std::fmt::Write as _;

use super::both::{Case, Different, assert_alike, assert_different};

#[test]
fn conditions_and_switches_lead_the_same_way() {
    let mut cases: Vec<Case> = PREDICATES.chunks(6).map(|rows| conditions(rows, &[])).collect();
    cases.push(conditions(&PREDICATES[..3], &["--parallel"]));
    cases.extend(WRITTEN.iter().map(|(yaml, call)| Case::new(yaml, call)));
    assert_alike(&cases);
}

#[test]
fn conditions_and_switches_differ_where_they_are_meant_to() {
    assert_different(DIFFERENT);
}

/// A pipeline in which each condition leads to one of two steps.
fn conditions(rows: &[&str], call: &[&str]) -> Case {
    let mut yaml = format!("{HEAD}pipeline:\n  - {{name: plain, task: tasks/c.py}}\n");
    for (row, condition) in rows.iter().enumerate() {
        let _ = write!(
            yaml,
            "
  - {{name: c{row}, kind: condition, {condition}}}
  - {{name: s{row}, kind: switch, condition: $c{row}, data: $table}}
  - {{name: t{row}, task: tasks/a.py, inputs: {{x: $s{row}.then}}, outputs: {{-o: out/t{row}}}, args: {{--row: {row}}}}}
  - {{name: e{row}, task: tasks/b.py, args: {{--x: $s{row}.else, --row: {row}}}, outputs: {{-o: out/e{row}}}}}
"
        );
    }
    Case::new(&yaml, call)
}

pub const HEAD: &str = "
data:
  table: data/table.csv
  nothing: data/empty.csv
  texts: {type: data_folder, path: texts}
  empty: empty
  missing: nowhere/at.all
  nested: {path: deep, nested_in: $texts}
parameters:
  sure: true
  never: false
  zero: 0
  one: 1
  half: 0.5
  none: 0.0
  text: word
  spaced: ' False '
  null_word: 'null'
  blank: ''
  csv: '*.csv'
  many: 3
  less: '<'
  rate: 0.5
  mode: slow
";

/// Conditions, and whatever they are asked with.
pub const PREDICATES: &[&str] = &[
    "predicate: exists, inputs: {data: $table}",
    "predicate: exists, inputs: {data: $texts}",
    "predicate: exists, inputs: {data: $missing}",
    "predicate: exists, inputs: {data: $missing}, negate: true",
    "predicate: exists, inputs: {data: $nested}, negate: false",
    "predicate: exists, inputs: {data: data/other.csv}",
    "predicate: is_file, inputs: {data: $table}",
    "predicate: is_file, inputs: {data: $texts}",
    "predicate: is_file, inputs: {data: $missing}",
    "predicate: is_dir, inputs: {data: $table}",
    "predicate: is_dir, inputs: {data: $texts}",
    "predicate: is_dir, inputs: {data: texts/deep}, negate: true",
    "predicate: non_empty, inputs: {data: $table}",
    "predicate: non_empty, inputs: {data: $nothing}",
    "predicate: non_empty, inputs: {data: $texts}",
    "predicate: non_empty, inputs: {data: $empty}",
    "predicate: non_empty, inputs: {data: $missing}",
    "predicate: non_empty, inputs: {data: $missing}, negate: true",
    "predicate: count, inputs: {data: $texts}",
    "predicate: count, inputs: {data: $empty}",
    "predicate: count, inputs: {data: $missing}",
    "predicate: count, inputs: {data: $table}",
    "predicate: count, inputs: {data: $texts}, args: {n: 5}",
    "predicate: count, inputs: {data: $texts}, args: {n: 6}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '*.txt', op: ==, n: 3}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '**/*.txt', op: '=', n: 5}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '*/*', op: '!=', n: 3}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: $csv, op: '>', n: 1}",
    "predicate: count, inputs: {data: $texts}, args: {op: $less, n: $many}",
    "predicate: count, inputs: {data: $texts}, args: {op: <=, n: 5.5}",
    "predicate: count, inputs: {data: $table}, args: {pattern: '*.txt', op: <, n: 2}",
    "predicate: count, inputs: {data: $texts}, args: {op: '>=', n: '4'}",
    "predicate: count, inputs: {data: $texts, pattern: '[ab].txt'}, args: {op: ==, n: 2}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '**/*', op: ==, n: 9}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: deep, op: ==, n: 1}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: 'deep/**/*.txt', op: ==, n: 2}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '*.TXT', op: '>', n: 0}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '?.[tc]*', op: ==, n: 3}, negate: true",
    "predicate: count, inputs: {data: $texts}, args: {pattern: none, op: ==, n: 0}",
    "predicate: count, inputs: {data: $texts}, args: {pattern: '*', op: '>', n: -1}",
    "predicate: param, inputs: {data: $sure}",
    "predicate: param, inputs: {data: $never}",
    "predicate: param, inputs: {data: $zero}",
    "predicate: param, inputs: {data: $one}",
    "predicate: param, inputs: {data: $half}",
    "predicate: param, inputs: {data: $none}",
    "predicate: param, inputs: {data: $text}",
    "predicate: param, inputs: {data: $spaced}",
    "predicate: param, inputs: {data: $null_word}",
    "predicate: param, inputs: {data: $blank}",
    "predicate: param, inputs: {data: $sure}, negate: true",
    "predicate: param, inputs: {data: $table}",
    "predicate: param, inputs: {data: true}",
    "predicate: param, inputs: {data: false}",
    "predicate: param, inputs: {data: 0}",
    "predicate: param, inputs: {data: 0.0}",
    "predicate: param, inputs: {data: 'yes'}",
    "predicate: param, inputs: {data: 'OFF'}",
    "predicate: param, inputs: {data: [x]}",
    "predicate: param, inputs: {data: []}",
    "predicate: param, args: {data: 1}",
    "predicate: param, args: {data: '0'}",
    "script: asks/yes.py",
    "script: asks/no.py",
    "script: asks/yes.py, negate: true",
    "script: asks/no.py, inputs: {data: $table, folder: $texts, text: $text, plain: data/typed.csv}, negate: true",
    "script: '${HERE}/asks/yes.py', args: {sure: $sure, never: false, n: 5, half: 0.5, text: word, quoted: '5', list: [1, a]}",
    "script: asks/yes.py, inputs: {one: 1, number: $half, none: $missing}, args: {map: {a: 1, b: [true]}, nothing: null}",
];

const WRITTEN: &[(&str, &[&str])] = &[
    // By parameter, as it is and otherwise; a switch without data that leads nowhere.
    (BY_PARAMETER, &[]),
    (BY_PARAMETER, &["--set", "go=true"]),
    (BY_PARAMETER, &["--set", "go=false"]),
    (BY_PARAMETER, &["--parallel"]),
    (BY_PARAMETER, &["--step", "then"]),
    (BY_PARAMETER, &["--step", "else"]),
    (BY_PARAMETER, &["--step", "way", "else"]),
    (BY_PARAMETER, &["--group", "both"]),
    (BY_PARAMETER, &["--dry-run"]),
    (BY_PARAMETER, &["--list"]),
    (BY_PARAMETER, &["--step", "way", "--investigate"]),
    // Whatever depends on the way that is not taken is left out, and nothing else.
    (CHAIN, &[]),
    (CHAIN, &["--parallel", "--max-workers", "3"]),
    (CHAIN, &["--var", "asked=data/typed.csv"]),
    (CHAIN, &["--step", "a"]),
    (CHAIN, &["--step", "a", "d", "b"]),
    (CHAIN, &["--dry-run"]),
    (CHAIN, &["--list"]),
    (CHAIN, &["--step", "holds", "--investigate"]),
    // A condition looks at what a step makes, and leads to the file that is made, or to none.
    (
        "
data: {made: out/made, missing: nowhere}
pipeline:
  - {name: make, task: tasks/a.py, outputs: {-o: $made}}
  - {name: big, kind: condition, predicate: non_empty, inputs: {data: $made}}
  - {name: way, kind: switch, condition: $big, data: $made}
  - {name: other, kind: switch, condition: $big, data: $missing}
  - {name: b, task: tasks/b.py, inputs: {x: $way.then}, args: {--y: $made}}
  - {name: c, task: tasks/c.py, inputs: {x: $way.else}}
  - {name: d, task: tasks/d.py, inputs: {x: $other.then}}
  - {name: e, task: tasks/e.py, inputs: {x: $other.else}}
",
        &[],
    ),
    // Two switches: both must lead there.
    (
        "
data: {table: data/table.csv, typed: data/typed.csv}
parameters: {one: true, two: false}
pipeline:
  - {name: x, kind: switch, condition: $one, data: $table}
  - {name: y, kind: switch, condition: $two, data: $typed}
  - {name: a, task: tasks/a.py, inputs: {p: $x.then, q: $y.then}}
  - {name: b, task: tasks/b.py, inputs: {p: $x.then, q: $y.else}}
  - {name: c, task: tasks/c.py, inputs: {p: $x.else, q: $y.else}}
  - {name: d, task: tasks/d.py, args: {--p: $x.then, --q: $y.then}}
  - {name: e, task: tasks/e.py, inputs: {p: $x.then}, args: {--q: $y.else}}
",
        &[],
    ),
    // A condition that cannot tell fails, and so nothing that asks it runs.
    (
        "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, script: asks/broken.py, inputs: {data: $table}}
  - {name: way, kind: switch, condition: $holds, data: $table}
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}}
  - {name: b, task: tasks/b.py, inputs: {x: $way.else}}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    (
        "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, script: asks/without.py}
  - {name: way, kind: switch, condition: $holds, data: $table}
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    // It asks for what it is not given; the step that makes what it looks at fails.
    (
        "
pipeline:
  - {name: holds, kind: condition, script: asks/after.py}
  - {name: c, task: tasks/c.py}
",
        &[],
    ),
    (
        "
data: {made: out/made}
pipeline:
  - {name: make, task: tasks/a.py, outputs: {-o: $made}, args: {--fail: true}}
  - {name: holds, kind: condition, predicate: exists, inputs: {data: $made}}
  - {name: way, kind: switch, condition: $holds, data: $made}
  - {name: b, task: tasks/b.py, inputs: {x: $way.then}}
  - {name: c, task: tasks/c.py, inputs: {x: $way.else}}
  - {name: d, task: tasks/d.py}
",
        &[],
    ),
    // What is optional, what is disabled.
    (
        "
data: {table: data/table.csv}
parameters: {go: true}
pipeline:
  - {name: x, kind: switch, condition: $go, data: $table, optional: true}
  - {name: y, kind: condition, predicate: exists, inputs: {data: $table}, disabled: true}
  - {name: a, task: tasks/a.py, inputs: {x: $x.then}}
  - {name: b, task: tasks/b.py, inputs: {x: $x.else}, optional: true}
",
        &["--include", "x", "b"],
    ),
    // Conditions beside loops and passes.
    (
        "
data: {texts: texts, clean: {type: data_folder, path: out/clean}, fit: out/fit.txt}
pipeline:
  - {name: some, kind: condition, predicate: count, inputs: {data: $texts}, args: {pattern: '*.txt', n: 2}}
  - {name: way, kind: switch, condition: $some, data: $texts}
  - {name: clean, task: tasks/a.py, loop: {over: $way.then, into: $clean}, inputs: {x: $loop_item, y: $way.then}, outputs: {-o: $loop_output}}
  - {name: none, task: tasks/b.py, loop: {over: $texts, into: out/b}, inputs: {x: $loop_item}, args: {--y: $way.else}}
  - group: g
    multi_pass: {count: 2}
    steps:
      - {name: fit, task: tasks/c.py, inputs: {x: $clean}, outputs: {-o: $fit}}
  - {name: fitted, kind: condition, predicate: is_file, inputs: {data: $fit}}
  - {name: end, kind: switch, condition: $fitted, data: $fit}
  - {name: d, task: tasks/d.py, inputs: {x: $end.then}}
  - {name: e, task: tasks/e.py, inputs: {x: $end.else}}
",
        &[],
    ),
];

const BY_PARAMETER: &str = "
data: {table: data/table.csv}
parameters: {go: true, one: 1}
pipeline:
  - {name: way, kind: switch, condition: $go, data: $table}
  - {name: idle, kind: switch, condition: $one}
  - group: both
    steps:
      - {name: then, task: tasks/a.py, inputs: {x: $way.then}, outputs: {-o: out/then}}
      - {name: else, task: tasks/b.py, inputs: {x: $way.else}, outputs: {-o: out/else}}
  - {name: plain, task: tasks/c.py, inputs: {x: $table}}
";

const CHAIN: &str = "
data: {table: data/table.csv, asked: nowhere, one: out/one, two: out/two, three: out/three, four: out/four}
pipeline:
  - {name: holds, kind: condition, predicate: exists, inputs: {data: $asked}}
  - {name: way, kind: switch, condition: $holds, data: $table}
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}, outputs: {-o: $one}}
  - {name: b, task: tasks/b.py, inputs: {x: $one}, outputs: {-o: $two}}
  - {name: c, task: tasks/c.py, inputs: {x: $two, y: $table}}
  - {name: d, task: tasks/d.py, inputs: {x: $way.else}, outputs: {-o: $three}}
  - {name: e, task: tasks/e.py, inputs: {x: $three}, outputs: {-o: $four}}
  - {name: f, task: tasks/f.py, inputs: {x: $table}}
";

const DIFFERENT: &[Different] = &[
    Different {
        yaml: BY_PARAMETER,
        call: &["--from", "way"],
        original: "succeeds: a c | out/then",
        ours: "succeeds: a | out/then",
        why: "`--from` means what depends on the step, not what stands below it",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
parameters: {off: true}
pipeline:
  - {name: way, kind: switch, condition: $off, data: $table}
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}}
",
        call: &[],
        original: "(refused)",
        ours: "succeeds: a |",
        why: "`on`, `off`, `yes` and `no` are words, also as names: the original cannot find the parameter",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
parameters: {text: 'false'}
pipeline:
  - {name: way, kind: switch, condition: $text, data: $table}
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}}
",
        call: &[],
        original: "succeeds: a |",
        ours: "(refused)",
        why: "a switch decides by what is true or false; any text is true to the original",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, predicate: exist, inputs: {data: $table}}
  - {name: c, task: tasks/c.py}
",
        call: &[],
        original: "fails: c |",
        ours: "(refused)",
        why: "what can never be is told before anything runs: a predicate that there is none of",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, script: asks/none.py}
  - {name: c, task: tasks/c.py}
",
        call: &[],
        original: "fails: c |",
        ours: "(refused)",
        why: "what can never be is told before anything runs: a script that is not there",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, predicate: count, inputs: {data: $table}, args: {op: '>>'}}
  - {name: c, task: tasks/c.py}
",
        call: &[],
        original: "fails: c |",
        ours: "(refused)",
        why: "what can never be is told before anything runs: a comparison that there is none of",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
pipeline:
  - {name: a, task: tasks/a.py, inputs: {x: $way.then}}
  - {name: way, kind: switch, condition: $holds, data: $table}
  - {name: holds, kind: condition, predicate: exists, inputs: {data: $table}}
",
        call: &[],
        original: "fails: a |",
        ours: "succeeds: a |",
        why: "where a step stands does not matter",
    },
    Different {
        yaml: "
data: {table: data/table.csv}
pipeline:
  - {name: holds, kind: condition, predicate: exists, inputs: {data: $table}}
  - {name: a, task: tasks/a.py, args: {--holds: $holds}}
",
        call: &[],
        original: "(refused)",
        ours: "succeeds: a |",
        why: "the result of a condition can be an argument",
    },
];
