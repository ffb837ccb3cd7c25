//! Values that the original changes on their way, and words that do not mean the same to it.

use std::fmt::Write as _;

use super::both::{Case, Outcome, Program, REFUSED};

#[test]
fn values_arrive_as_written_where_the_original_changes_them() {
    let mut yaml = "parameters:\n".to_owned();
    for (row, (value, ..)) in CHANGED.iter().enumerate() {
        let _ = writeln!(yaml, "  p{row}: {value}");
    }
    yaml.push_str("pipeline:\n  - name: a\n    task: tasks/a.py\n    args:\n");
    for (row, (value, ..)) in CHANGED.iter().enumerate() {
        let _ = writeln!(yaml, "      --written-{row}: {value}\n      --named-{row}: $p{row}");
    }
    let case = Case::new(&yaml, &[]);
    let (original, ours) = (case.run(Program::Original), case.run(Program::Ours));
    for (row, (value, by_original, by_us)) in CHANGED.iter().enumerate() {
        for flag in [format!("--written-{row}"), format!("--named-{row}")] {
            assert_eq!(behind(&original, &flag), *by_original, "the original, {flag}: {value}");
            assert_eq!(behind(&ours, &flag), *by_us, "loom, {flag}: {value}");
        }
    }
}

#[test]
fn calls_and_paths_differ_where_they_are_meant_to() {
    for (step, call, by_original, by_us) in DIFFERENT {
        let yaml = format!("parameters: {{p: 1}}\npipeline:\n  - {{name: a, task: tasks/a.py, {step}}}\n");
        let case = Case::new(&yaml, call);
        for (program, expected) in [(Program::Original, by_original), (Program::Ours, by_us)] {
            let outcome = case.run(program);
            assert_eq!(outcome.words(), *expected, "{program:?}\n{case}\n{outcome}");
        }
    }
}

fn behind(outcome: &Outcome, flag: &str) -> String {
    match outcome.behind(flag) {
        None => LEFT_OUT.to_owned(),
        Some(words) if words.is_empty() => ALONE.to_owned(),
        Some(words) => words,
    }
}

const ALONE: &str = "(the flag alone)";
const LEFT_OUT: &str = "(nothing)";

/// Values that the original changes: as written, what it passes on, what loom does. `|` stands between words.
const CHANGED: &[(&str, &str, &str)] = &[
    ("0.10", "0.1", "0.10"),
    ("1.50", "1.5", "1.50"),
    (".5", "0.5", ".5"),
    ("5.", "5.0", "5."),
    ("+5", "5", "+5"),
    ("007", "7", "007"),
    ("010", "8", "010"),
    ("0x1F", "31", "0x1F"),
    ("0b101", "5", "0b101"),
    ("1_000", "1000", "1_000"),
    ("12:30", "750", "12:30"),
    ("1.0e+3", "1000.0", "1.0e+3"),
    ("0.00001", "1e-05", "0.00001"),
    ("12345678901234567.0", "1.2345678901234568e+16", "12345678901234567.0"),
    (".inf", "inf", ".inf"),
    (".nan", "nan", ".nan"),
    ("2024-01-31T12:00:00Z", "2024-01-31 12:00:00+00:00", "2024-01-31T12:00:00Z"),
    ("yes", ALONE, "yes"),
    ("On", ALONE, "On"),
    ("no", LEFT_OUT, "no"),
    ("OFF", LEFT_OUT, "OFF"),
    ("null", "None", LEFT_OUT),
    ("~", "None", LEFT_OUT),
    ("", "None", LEFT_OUT),
    ("[64, 32]", "[64, 32]", "64|32"),
    ("[a, true, 0.10]", "['a', True, 0.1]", "a|true|0.10"),
    ("[]", "[]", ALONE),
    ("${UNSET:-two words}", "${UNSET:-two words}", "two words"),
];

/// Keys of a step and words of a call that do not mean the same: what the original passes on, what loom does.
const DIFFERENT: &[(&str, &[&str], &str, &str)] = &[
    ("args: {--x: {a: 1}}", &[], "--x|{'a': 1}", REFUSED),
    ("args: {--x: $$name}", &[], REFUSED, "--x|$name"),
    ("inputs: {x: -dash.csv}", &[], "-dash.csv", "./-dash.csv"),
    ("args: {--x: $p}", &["--set", "p=0.50"], "--x|0.5", "--x|0.50"),
    ("args: {--x: $p}", &["--set", "p=1_000"], "--x|1000", "--x|1_000"),
    ("args: {}", &["--step", "a", "--extra", "'two words' one"], "'two|words'|one", "two words|one"),
];
