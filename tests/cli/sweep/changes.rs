//! What runs again, and what does not.

use super::{all_is_up_to_date, names, run};
use crate::support::Sandbox;

/// One shared step, one unit for each value, and all of them together.
fn pipeline(values: &str) -> String {
    format!(
        "data: {{base: base.txt, part: 'part_{{x}}.txt', all: all.txt}}
sweep:
  axes:
    x: [{values}]
pipeline:
  - {{name: shared, task: shared.sh, outputs: {{-o: $base}}}}
  - {{name: work, task: work.sh, inputs: {{base: $base}}, outputs: {{-o: $part}}, args: {{-x: $x}}}}
  - {{name: all, command: [sort], gather: true, inputs: {{parts: $part}}, outputs: {{-o: $all}}}}
"
    )
}

fn sandbox(values: &str) -> Sandbox {
    let sandbox = Sandbox::with(&pipeline(values));
    sandbox.write("shared.sh", "echo base > \"$2\"\n");
    sandbox.write("work.sh", "[ \"$5\" != \"$(cat broken 2> /dev/null)\" ] && echo \"$5 on $(cat \"$1\")\" > \"$3\"\n");
    sandbox
}

#[test]
fn a_value_more_or_less_runs_its_units_and_what_gathers() {
    let sandbox = sandbox("1, 2, 3");
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["all"][1..], ["part_1.txt", "part_2.txt", "part_3.txt", "-o", "all.txt"]);
    assert_eq!(told.well(), names(["shared", "work@x=1", "work@x=2", "work@x=3", "all"]));
    all_is_up_to_date(&sandbox);

    sandbox.write("pipeline.yml", pipeline("1, 2, 3, 4"));
    assert_eq!(run(&sandbox, &[]).well(), names(["work@x=4", "all"]));
    assert_eq!(sandbox.read("all.txt"), "1 on base\n2 on base\n3 on base\n4 on base\n");
    all_is_up_to_date(&sandbox);

    sandbox.write("pipeline.yml", pipeline("1, 3, 4"));
    assert_eq!(run(&sandbox, &[]).well(), names(["all"]));
    assert_eq!(sandbox.read("all.txt"), "1 on base\n3 on base\n4 on base\n");

    // What was taken away is still known when it comes back; in another order, its file is another argument.
    sandbox.write("pipeline.yml", pipeline("4, 3, 2, 1"));
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["all"][1..5], ["part_4.txt", "part_3.txt", "part_2.txt", "part_1.txt"]);
    assert_eq!(told.well(), names(["all"]));
    all_is_up_to_date(&sandbox);
}

#[test]
fn a_value_written_otherwise_is_another_value() {
    let sandbox = sandbox("0.5, 1");
    run(&sandbox, &[]).well();
    sandbox.write("pipeline.yml", pipeline("0.50, 1"));
    assert_eq!(run(&sandbox, &[]).well(), names(["work@x=0.50", "all"]));
    assert_eq!(sandbox.read("part_0.50.txt"), "0.50 on base\n");
}

#[test]
fn the_code_of_the_shared_step_runs_the_rest_if_its_bytes_differ() {
    let sandbox = sandbox("1, 2");
    run(&sandbox, &[]).well();
    sandbox.write("shared.sh", "# The same by other words.\necho base > \"$2\"\n");
    assert_eq!(run(&sandbox, &[]).well(), names(["shared"]));
    all_is_up_to_date(&sandbox);
    sandbox.write("shared.sh", "echo other > \"$2\"\n");
    assert_eq!(run(&sandbox, &[]).well(), names(["shared", "work@x=1", "work@x=2", "all"]));
    assert_eq!(sandbox.read("all.txt"), "1 on other\n2 on other\n");
    all_is_up_to_date(&sandbox);
    // The code of the swept step: of each of its units.
    sandbox.write("work.sh", "echo \"$5 after $(cat \"$1\")\" > \"$3\"\n");
    assert_eq!(run(&sandbox, &[]).well(), names(["work@x=1", "work@x=2", "all"]));
}

#[test]
fn a_failed_configuration_is_alone_in_being_run_again() {
    let sandbox = sandbox("1, 2, 3");
    sandbox.write("broken", "2");
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "1");
    assert_eq!(told.that("exited"), names(["work@x=2"]));
    assert_eq!(told.that("succeeded"), names(["shared", "work@x=1", "work@x=3"]));
    assert_eq!(told.ended["all"], r#"skipped: {"failed":"work@x=2"}"#);
    assert!(!sandbox.has("all.txt"));
    // As long as it is broken, it is run again and nothing else is.
    let told = run(&sandbox, &[]);
    assert_eq!((told.exit.as_str(), told.began.into_keys().collect()), ("1", names(["work@x=2"])));

    std::fs::remove_file(sandbox.path().join("broken")).unwrap();
    assert_eq!(run(&sandbox, &[]).well(), names(["work@x=2", "all"]));
    assert_eq!(sandbox.read("all.txt"), "1 on base\n2 on base\n3 on base\n");
    all_is_up_to_date(&sandbox);
}

#[test]
fn a_lost_or_changed_result_is_made_again_for_its_configuration() {
    let sandbox = sandbox("1, 2, 3");
    run(&sandbox, &[]).well();
    std::fs::remove_file(sandbox.path().join("part_2.txt")).unwrap();
    // The same bytes come back: what gathers them has nothing to do.
    assert_eq!(run(&sandbox, &[]).well(), names(["work@x=2"]));
    sandbox.write("part_3.txt", "by hand\n");
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "0", "{}", told.shown);
    assert!(told.began.keys().all(|unit| unit == "work@x=3" || unit == "all"), "{:?}", told.began);
    assert_eq!(sandbox.read("all.txt"), "1 on base\n2 on base\n3 on base\n");
    all_is_up_to_date(&sandbox);
}

#[test]
fn a_changed_setting_of_a_label_runs_the_units_of_the_label() {
    let pipeline = |mid: &str| {
        format!(
            "data: {{part: 'part_{{config}}.txt', plain: plain.txt, all: all.txt}}
parameters: {{depth: 1}}
sweep:
  axes:
    config:
      low: {{threshold: 0.3}}
      mid: {{{mid}}}
pipeline:
  - {{name: plain, command: 'echo $4 > $2', args: {{-d: $depth}}, outputs: {{-o: $plain}}}}
  - {{name: work, command: 'echo $3 $5 $6 > $2', outputs: {{-o: $part}}, args: {{-t: $threshold, -c: $config}}}}
  - {{name: all, command: [sort], gather: true, inputs: {{parts: $part}}, outputs: {{-o: $all}}}}
"
        )
    };
    let sandbox = Sandbox::with(&pipeline("threshold: 0.5"));
    assert_eq!(run(&sandbox, &[]).well(), names(["plain", "work@config=low", "work@config=mid", "all"]));
    sandbox.write("pipeline.yml", pipeline("threshold: 0.6"));
    let told = run(&sandbox, &[]);
    assert!(told.began["work@config=mid"].ends_with(&["-t", "0.6", "-c", "mid"].map(str::to_owned)), "{}", told.shown);
    assert_eq!(told.ended["work@config=low"], "up to date");
    assert!(told.well().is_subset(&names(["work@config=mid", "all"])));
    all_is_up_to_date(&sandbox);
    // A label that sets what it did not set before, for a step that knew one value of it.
    sandbox.write("pipeline.yml", pipeline("threshold: 0.6, depth: 2"));
    let told = run(&sandbox, &[]);
    assert_eq!(told.began.keys().cloned().collect::<Vec<_>>(), ["plain@config=low", "plain@config=mid"]);
    assert_eq!([sandbox.read("plain@config=low.txt"), sandbox.read("plain@config=mid.txt")], ["1\n", "2\n"]);
    all_is_up_to_date(&sandbox);
}
