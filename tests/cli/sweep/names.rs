//! Names of units and of their files, whatever the values are.

use std::collections::BTreeSet;

use super::{planned, run, units};
use crate::support::Sandbox;

/// Values that are hard to name.
fn values() -> Vec<String> {
    let plain = [
        "a", "a/b", "a b", " a", "a ", "a,b", "a=b", "a@b", "a#b", "a\"b", "a'b", "..", ".", "", "ä", "日本", "a\\b",
        "-a", "a:b", "a\tb", "a\nb", "{x}", "{y}", "$a", "*", "~", "a~b", "null", "0.1", "a/b,c=d", "\"a\"", "%41",
        "A",
    ];
    let mut values: Vec<String> = plain.map(str::to_owned).into();
    for end in ["1", "2"] {
        values.push(format!("{}{end}", "long".repeat(75)));
        values.push(format!("{}{end}", "ö".repeat(299)));
        values.push(format!("{}{end}", "a/ b,".repeat(60)));
    }
    values
}

/// These values as a list in YAML.
fn list(values: &[&String]) -> String {
    serde_json::to_string(values).unwrap().replace('$', "$$")
}

#[test]
fn every_name_selects_what_it_names_and_nothing_else() {
    let values = values();
    let list = list(&values.iter().collect::<Vec<_>>());
    let sandbox = Sandbox::with(&format!(
        "sweep: {{axes: {{x: {list}, y: [1, '1,2']}}}}
pipeline:
  - {{name: one, command: [echo], args: {{-x: $x}}}}
  - {{name: two, command: [echo], args: {{-x: $x, -y: $y}}}}
"
    ));
    let all = planned(&sandbox, &[]);
    assert_eq!(all.len(), 3 * values.len());
    assert_eq!(all.iter().map(|(unit, _)| unit).collect::<BTreeSet<_>>().len(), all.len());
    let reaches: Vec<&String> =
        all.iter().filter(|(unit, _)| unit.starts_with("one@")).map(|(_, command)| &command[2]).collect();
    assert_eq!(reaches, values.iter().collect::<Vec<_>>());
    for (unit, command) in &all {
        assert!(unit.chars().count() < 3 * 64 + 40, "{unit}");
        assert!(!unit.contains(char::is_control), "{unit:?}");
        assert_eq!(planned(&sandbox, &["--step", unit]), [(unit.clone(), command.clone())]);
    }
    // With one of two axes, all that have it.
    for (unit, _) in all.iter().filter(|(unit, _)| unit.starts_with("one@")) {
        let some = unit.replacen("one@", "two@", 1);
        let expected = ["1", "\"1,2\""].map(|y| format!("{some},y={y}"));
        assert_eq!(units(&sandbox, &["--step", &some]), expected);
    }
}

#[test]
fn every_unit_runs_whatever_it_is_called() {
    let values = values();
    let list = list(&values.iter().collect::<Vec<_>>());
    let sandbox = Sandbox::with(&format!(
        "sweep: {{axes: {{x: {list}, n: {:?}}}, zip: [[x, n]]}}
pipeline: [{{name: one, command: 'printf %s \"$4\" > \"$2\"', outputs: {{-o: 'out/{{n}}.txt'}}, args: {{--: [$x, $n]}}}}]
",
        (0..values.len()).collect::<Vec<_>>()
    ));
    assert_eq!(run(&sandbox, &[]).well().len(), values.len());
    for (number, value) in values.iter().enumerate() {
        assert_eq!(sandbox.read(&format!("out/{number}.txt")), *value);
    }
    super::all_is_up_to_date(&sandbox);
}

#[test]
fn a_file_that_two_configurations_would_write_is_told_its_axis() {
    let told = |path: &str, axes: &str| {
        Sandbox::with(&format!(
            "data: {{out: '{path}'}}
sweep: {{axes: {{{axes}}}}}
pipeline:
  - {{name: one, command: [touch], outputs: {{--: $out}}, args: {{-a: $model, -b: $rate}}}}
"
        ))
        .loom(&["--dry-run"])
    };
    insta::assert_snapshot!(told("out/{model}.txt", "model: [a, b], rate: [1, 2]"), @"
    exit 2
    --- stderr
    error: `rate=1` and `rate=2` would both be `out/a.txt`
     --> ./pipeline.yml:1:13
      |
    1 | data: {out: 'out/{model}.txt'}
      |             ^^^^^^^^^^^^^^^^^ the path does not say which
      |
      = help: write {rate} in the path, too

    1 error; nothing was run
    ");
    insta::assert_snapshot!(told("out/{model}_{rate}.txt", "model: [a/b, a b], rate: [1]"), @r#"
    exit 2
    --- stderr
    error: `model="a/b"` and `model=a b` would both be `out/a_b_1.txt`
     --> ./pipeline.yml:1:13
      |
    1 | data: {out: 'out/{model}_{rate}.txt'}
      |             ^^^^^^^^^^^^^^^^^^^^^^^^ the values are written alike in paths
      |
      = help: rename one of the values, or give each a label

    1 error; nothing was run
    "#);
    insta::assert_snapshot!(told("out/{modle}.txt", "model: [a, b], rate: [1, 2]"), @"
    exit 0
    --- stdout
    run   one@model=a,rate=1  has not run yet
          /usr/bin/touch -- 'out/{modle}@model=a,rate=1.txt' -a a -b 1
    run   one@model=a,rate=2  has not run yet
          /usr/bin/touch -- 'out/{modle}@model=a,rate=2.txt' -a a -b 2
    run   one@model=b,rate=1  has not run yet
          /usr/bin/touch -- 'out/{modle}@model=b,rate=1.txt' -a b -b 1
    run   one@model=b,rate=2  has not run yet
          /usr/bin/touch -- 'out/{modle}@model=b,rate=2.txt' -a b -b 2
    4 steps would run in [SANDBOX], up to 2 at a time
    ");
    // What does not differ need not be named.
    assert!(told("out/{model}.txt", "model: [a, b], rate: [1]").starts_with("exit 0"));
}

#[test]
fn files_of_values_stand_in_their_folder() {
    let values = values();
    // What is alike but for what a path cannot hold collides; the others stand for themselves.
    let values: Vec<&String> = values
        .iter()
        .filter(|value| {
            !value.is_empty() && (value.chars().all(char::is_alphanumeric) || ["..", "{x}"].contains(&value.as_str()))
        })
        .collect();
    let list = list(&values);
    let sandbox = Sandbox::with(&format!(
        "sweep: {{axes: {{x: {list}}}}}
pipeline: [{{name: one, command: [touch], outputs: {{--: 'out/{{x}}'}}}}]
"
    ));
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "0", "{}", told.shown);
    assert_eq!(std::fs::read_dir(sandbox.path().join("out")).unwrap().count(), values.len());
    let here = std::fs::read_dir(sandbox.path()).unwrap().count();
    assert_eq!(here, 3, "the file, .loom and out");
}
