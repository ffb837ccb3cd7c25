//! What of a sweep runs, as it is said on the command line.

use super::{names, planned, run, units};
use crate::support::Sandbox;

const PIPELINE: &str = "data: {base: base.txt, trained: 'trained_{model}_{rate}.txt', judged: 'judged_{model}_{rate}.txt', all: all.txt}
sweep:
  axes:
    model: {mlp: {depth: 2}, deep: {depth: 8}}
    rate: [0.1, 0.01]
pipeline:
  - {name: prepare, command: 'echo base > $2', outputs: {-o: $base}}
  - {name: train, command: 'echo $5 $7 > $3', inputs: {i: $base}, outputs: {-o: $trained}, args: {-d: $depth, -r: $rate}}
  - {name: judge, command: [cp], inputs: {i: $trained}, outputs: {-T: $judged}}
  - {name: all, command: [sort], gather: true, inputs: {i: $judged}, outputs: {-o: $all}}
";

/// The units of a plan, one after another.
fn plan(args: &[&str]) -> String {
    units(&made(), args).join(" ")
}

fn made() -> Sandbox {
    let sandbox = Sandbox::with(PIPELINE);
    for path in ["base.txt", "all.txt"] {
        sandbox.write(path, "");
    }
    for rate in ["0.1", "0.01", "1e-3", "0.2"] {
        for model in ["mlp", "deep"] {
            sandbox.write(&format!("trained_{model}_{rate}.txt"), "").write(&format!("judged_{model}_{rate}.txt"), "");
        }
    }
    sandbox
}

#[test]
fn units_are_selected_by_step_by_axis_and_by_name() {
    for (args, expected) in [
        (&["--step", "train@model=mlp,rate=0.1"][..], "train@model=mlp,rate=0.1"),
        (&["--step", "train@rate=0.1,model=mlp"], "train@model=mlp,rate=0.1"),
        (&["--step", "train@model=mlp"], "train@model=mlp,rate=0.1 train@model=mlp,rate=0.01"),
        (&["--step", "train@rate=0.01"], "train@model=mlp,rate=0.01 train@model=deep,rate=0.01"),
        (&["--step", "train@rate=0.01", "all"], "train@model=mlp,rate=0.01 train@model=deep,rate=0.01 all"),
        (
            &["--step", "train"],
            "train@model=mlp,rate=0.1 train@model=mlp,rate=0.01 train@model=deep,rate=0.1 train@model=deep,rate=0.01",
        ),
        (&["--from", "train@model=deep,rate=0.1"], "train@model=deep,rate=0.1 judge@model=deep,rate=0.1 all"),
        (&["--to", "judge@model=deep,rate=0.1"], "prepare train@model=deep,rate=0.1 judge@model=deep,rate=0.1"),
        (
            &["--from", "train@model=deep", "--to", "judge@rate=0.1"],
            "train@model=deep,rate=0.1 judge@model=deep,rate=0.1",
        ),
        (
            &["--only", "model=mlp"],
            "prepare train@model=mlp,rate=0.1 train@model=mlp,rate=0.01 judge@model=mlp,rate=0.1 judge@model=mlp,rate=0.01 all",
        ),
        (
            &["--only", "model=mlp", "--only", "rate=0.1"],
            "prepare train@model=mlp,rate=0.1 judge@model=mlp,rate=0.1 all",
        ),
        (
            &["--only", "rate=0.1", "--only", "rate=0.010", "--only", "model=deep", "--step", "train"],
            "train@model=deep,rate=0.1 train@model=deep,rate=0.01",
        ),
        (&["--set", "rate=0.2", "--step", "train"], "train@model=mlp,rate=0.2 train@model=deep,rate=0.2"),
        (&["--set", "rate=0.2", "model=deep", "--step", "train"], "train@model=deep,rate=0.2"),
        (
            &["--sweep", "rate=1e-3,0.2", "--only", "model=mlp", "--step", "train"],
            "train@model=mlp,rate=1e-3 train@model=mlp,rate=0.2",
        ),
        (&["--sweep", "model=deep", "--step", "judge"], "judge@model=deep,rate=0.1 judge@model=deep,rate=0.01"),
    ] {
        let found = plan(args);
        // The units of a step stand in the order of the sweep, wherever they stand among the others.
        let mut found: Vec<&str> = found.split(' ').collect();
        found.sort_by_key(|unit| ["prepare", "train", "judge", "all"].iter().position(|step| unit.starts_with(step)));
        assert_eq!(found.join(" "), expected, "{args:?}");
    }
}

#[test]
fn what_gathers_gets_what_is_left_of_the_sweep() {
    let command = |args: &[&str]| {
        let planned = planned(&made(), args);
        planned.iter().find(|(unit, _)| unit == "all").unwrap().1[1..].join(" ")
    };
    assert_eq!(command(&["--only", "model=mlp"]), "judged_mlp_0.1.txt judged_mlp_0.01.txt -o all.txt");
    assert_eq!(command(&["--set", "rate=0.2"]), "judged_mlp_0.2.txt judged_deep_0.2.txt -o all.txt");
    assert_eq!(
        command(&["--sweep", "rate=geomspace(1e-3,1e-1,2)", "--set", "model=deep"]),
        "judged_deep_1e-3.txt judged_deep_0.1.txt -o all.txt"
    );
}

#[test]
fn the_command_line_can_make_a_sweep_of_what_is_none() {
    let sandbox = Sandbox::with(
        "parameters: {n: 1}
pipeline: [{name: one, command: 'echo $4 > $2', outputs: {-o: one.txt}, args: {-n: $n}}]\n",
    );
    assert_eq!(run(&sandbox, &["--sweep", "n=1,2,\"a,b\""]).well(), names(["one@n=1", "one@n=2", "one@n=\"a,b\""]));
    assert_eq!(sandbox.read("one@n=a_b.txt"), "a,b\n");
    assert!(!sandbox.has("one.txt"));
    assert_eq!(run(&sandbox, &[]).well(), names(["one"]));
    assert_eq!(run(&sandbox, &["--sweep", "n=2,3"]).well(), names(["one@n=3"]));
}

#[test]
fn what_runs_for_a_while_and_what_is_pinned_leave_the_rest_as_it_is() {
    let sandbox = Sandbox::with(PIPELINE);
    assert_eq!(run(&sandbox, &[]).well().len(), 1 + 4 + 4 + 1);
    assert_eq!(run(&sandbox, &["--only", "model=mlp"]).well(), names(["all"]));
    let ran = run(&sandbox, &["--set", "rate=0.1"]).well();
    assert_eq!(ran, names(["all"]));
    assert_eq!(run(&sandbox, &[]).well(), names(["all"]));
    assert_eq!(run(&sandbox, &["--step", "train@model=mlp,rate=0.1"]).well(), names(["train@model=mlp,rate=0.1"]));
}

#[test]
fn a_unit_is_asked_about_by_its_name() {
    let sandbox = Sandbox::with(PIPELINE.replace("echo $5 $7 > $3", "echo told $5 $7; echo $5 $7 > $3").as_str());
    assert_eq!(run(&sandbox, &[]).exit, "0");
    assert!(sandbox.loom(&["log", "train@model=deep,rate=0.1"]).contains("told 8 0.1\n"));
    assert!(sandbox.loom(&["why", "train@model=deep,rate=0.1"]).contains("train@model=deep,rate=0.1 is up to date\n"));
    for about in ["why", "log"] {
        let told = sandbox.loom(&[about, "train@model=deep,rate=0.2"]);
        assert!(told.contains("no unit is named `train@model=deep,rate=0.2`"), "{told}");
        assert!(told.contains("did you mean `train@model=deep,rate=0.1`?"), "{told}");
    }
    sandbox.write("trained_deep_0.1.txt", "changed");
    let why = sandbox.loom(&["why", "train@model=deep,rate=0.1"]);
    assert!(why.contains("trained_deep_0.1.txt"), "{why}");
    assert!(sandbox.loom(&["why", "train@model=mlp,rate=0.1"]).contains("is up to date"));
}

#[test]
fn a_name_that_no_unit_has_is_told_the_nearest() {
    let sandbox = made();
    let mut told = String::new();
    for args in [
        &["--step", "train@model=mpl"][..],
        &["--step", "train@modle=mlp"],
        &["--step", "trian@model=mlp"],
        &["--step", "prepare@model=mlp"],
        &["--from", "judge@model=mlp,rate=1"],
        &["--only", "model=mpl"],
        &["--only", "modle=mlp"],
        &["--set", "model=mpl"],
        &["--set", "depth=3"],
    ] {
        told += &format!("$ loom {}\n{}\n", args.join(" "), sandbox.loom(args));
    }
    insta::assert_snapshot!(told);
}
