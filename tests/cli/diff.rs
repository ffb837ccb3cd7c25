//! `loom diff`: two units, held against each other.

use crate::support::Sandbox;

const PIPELINE: &str = r#"data: {table: {type: csv, path: table.csv}}
pipeline:
  - {name: one, task: try.sh, inputs: {t: $table}, outputs: {-o: one.json}, args: {--rate: 0.1, --fast: true, --same: 7}, env: {MODE: a, SAME: x}}
  - {name: two, task: try.sh, inputs: {t: other.csv}, outputs: {-o: two.json}, args: {--rate: 0.2, --fast: false, --same: 7}, env: {MODE: b, SAME: x}}
  - {name: three, command: 'printf "{\"score\":1,\"list\":[1,2]}" > $2', outputs: {-o: three.json}}
  - {name: four, command: 'printf "{\"score\":1,\"list\":[1,3]}" > $2', outputs: {-o: four.json}}
  - {name: fails, command: 'exit 3', outputs: {-o: fails.json}}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(PIPELINE);
    sandbox.write("table.csv", "").write("other.csv", "");
    sandbox.write(
        "try.sh",
        "case $5 in 0.1) score=0.5 ;; *) score=0.75 ;; esac\nprintf '{\\n  \"rate\": %s,\\n  \"score\": %s,\\n  \"size\": 10,\\n  \"name\": \"%s\"\\n}\\n' $5 $score $MODE > $3\n",
    );
    sandbox
}

/// What a person sees, without what a unit took: widths differ with it.
fn seen(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.loom(args);
    let lines = shown.lines().map(|line| match line.starts_with("took ") {
        true => line.split_whitespace().collect::<Vec<_>>().join(" "),
        false => line.trim_end().to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_differs_is_told_side_by_side() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    insta::assert_snapshot!(seen(&sandbox, &["diff", "one", "two"]), @r#"
    exit 0
    --- stdout
            one        two
    t       table.csv  other.csv
    --rate  0.1        0.2
    --fast  true       -
    $MODE   a          b
    score   0.5        0.75       +0.25 (+50.0 %)
    took [TIME] s [TIME] s
    1 number is the same

    one.json → two.json
    @@ -1,6 +1,6 @@
     {
    -  "rate": 0.1,
    -  "score": 0.5,
    +  "rate": 0.2,
    +  "score": 0.75,
       "size": 10,
    -  "name": "a"
    +  "name": "b"
     }
    "#);
    assert_eq!(seen(&sandbox, &["diff", ".", "one", "two"]), seen(&sandbox, &["diff", "one", "two"]));
}

#[test]
fn documents_on_one_line_are_written_out() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    insta::assert_snapshot!(seen(&sandbox, &["diff", "three", "four"]), @r#"
    exit 0
    --- stdout
             three                                     four
    program  sh -c "printf \"{\\\"score\\\":1,\\\"li…  sh -c "printf \"{\\\"score\\\":1,\\\"li…
    list.1   2                                         3                                         +1 (+50.0 %)
    took [TIME] s [TIME] s
    2 numbers are the same

    three.json → four.json
    @@ -3,5 +3,5 @@
       "list": [
         1,
    -    2
    +    3
       ]
     }
    "#);
}

#[test]
fn a_unit_that_failed_has_no_numbers() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    insta::assert_snapshot!(seen(&sandbox, &["diff", "four", "fails"]), @r#"
    exit 0
    --- stdout
             four                                      fails
    program  sh -c "printf \"{\\\"score\\\":1,\\\"li…  sh -c "exit 3"
    score    1                                         -
    list.0   1                                         -
    list.1   3                                         -
    took [TIME] s failed
    "#);
}

#[test]
fn before_a_run_there_is_what_they_are_called_with() {
    let sandbox = sandbox();
    insta::assert_snapshot!(seen(&sandbox, &["diff", "one", "two"]), @"
    exit 0
    --- stdout
            one        two
    t       table.csv  other.csv
    --rate  0.1        0.2
    --fast  true       -
    $MODE   a          b
    ");
    insta::assert_snapshot!(seen(&sandbox, &["diff", "one", "one"]), @"
    exit 0
    --- stdout
    one and one are called with the same
    ");
}

#[test]
fn long_documents_are_not_compared_line_by_line() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    sandbox.write("three.json", format!("[\"{}\"]", "x".repeat(1 << 20)));
    let shown = seen(&sandbox, &["diff", "three", "four"]);
    assert!(shown.ends_with("not the same; more than 1 MB are not compared line by line"), "{shown}");
}

#[test]
fn names_that_are_none_are_told_with_the_nearest() {
    insta::assert_snapshot!(sandbox().loom(&["diff", "one", "tow"]), @"
    exit 2
    --- stderr
    error: no unit is named `tow`
      help: did you mean `two`?
    ");
    insta::assert_snapshot!(sandbox().loom(&["diff", "one"]), @"
    exit 2
    --- stderr
    error: 2 values required by '<UNIT> <UNIT>...'; only 1 was provided

    Usage: loom diff [PIPELINE] UNIT UNIT

    For more information, try '--help'.
    ");
}

#[test]
fn units_of_a_sweep_differ_by_their_axes_and_by_all_that_they_gather() {
    let sandbox = Sandbox::with(
        r#"sweep: {axes: {rate: [1, 2], config: {low: {size: 5}, high: {size: 7}}}, repeat: {seed: [1, 2]}}
data: {made: "m/{rate}_{config}_{seed}.txt", stop: stop.txt, mean: "a/{rate}_{config}.json"}
pipeline:
  - {name: make, command: 'echo > $2', outputs: {-o: $made}, args: {-r: $rate, -s: $seed, -c: $size}}
  - {name: mean, command: 'echo 3 > $5', gather: [seed], inputs: {made: $made, words: $stop}, outputs: {-o: $mean}, args: {-r: $rate}}
"#,
    );
    sandbox.write("stop.txt", "");
    insta::assert_snapshot!(seen(&sandbox, &["diff", "mean@rate=1,config=low", "mean@rate=2,config=high"]), @"
    exit 0
    --- stdout
            mean@rate=1,config=low       mean@rate=2,config=high
    config  low                          high
    made    m/1_low_1.txt m/1_low_2.txt  m/2_high_1.txt m/2_high_2.txt
    -r      1                            2
    ");
}
