//! What a sweep may cost: failures, sizes, kills; and configurations that stand in a file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{all_is_up_to_date, names, run, units};
use crate::crash::ended_well;
use crate::support::{Sandbox, until};
use crate::survive::{Run, send};

/// Units of which all fail, and one beside them that does not.
fn failing(limit: &str) -> Sandbox {
    Sandbox::with(&format!(
        "sweep: {{axes: {{x: {{arange: [8]}}}}{limit}}}
pipeline:
  - {{name: one, command: 'exit 3', args: {{-x: $x}}}}
  - {{name: other, command: 'echo > other'}}
"
    ))
}

#[test]
fn after_so_many_failures_nothing_more_starts() {
    for (limit, args, failed) in [
        ("", &[][..], 8),
        (", max_failures: 3", &[], 3),
        (", max_failures: 1", &[], 1),
        (", max_failures: 100", &[], 8),
        (", max_failures: 3", &["--fail-fast"], 1),
        ("", &["--fail-fast"], 1),
    ] {
        let sandbox = failing(limit);
        let told = run(&sandbox, &[args, &["--sequential"]].concat());
        assert_eq!((told.exit.as_str(), told.that("exited").len()), ("1", failed), "{limit} {args:?}: {}", told.shown);
        assert_eq!(sandbox.has("other"), failed == 8, "{limit} {args:?}");
        // What was not begun is begun by the next run, and what failed is run again.
        let told = run(&sandbox, &["--set", "x=7", "--step", "one"]);
        assert_eq!(told.that("exited"), names(["one@x=7"]));
    }
}

#[test]
fn more_than_there_may_be_is_refused() {
    let sandbox = |max: &str, x: usize, y: usize| {
        Sandbox::with(&format!(
            "sweep: {{axes: {{x: {{arange: [{x}]}}, y: {{arange: [{y}]}}}}, repeat: {{seed: [1, 2]}}{max}}}
pipeline: [{{name: one, command: [echo], args: {{-x: $x, -y: $y, -s: $seed}}}}]
"
        ))
    };
    insta::assert_snapshot!(sandbox(", max: 11", 3, 2).loom(&["--dry-run"]));
    insta::assert_snapshot!(sandbox("", 1000, 1000).loom(&["--dry-run"]));
    assert_eq!(units(&sandbox(", max: 12", 3, 2), &[]).len(), 12);
    // What is not kept does not count.
    assert_eq!(units(&sandbox(", max: 4", 3, 2), &["--only", "x=1"]).len(), 4);
}

const FROM_FILE: &str = "parameters: {epochs: 5}
sweep: {from: FILE}
pipeline: [{name: one, command: 'echo \"$4 $6 $8\" > $2', outputs: {-o: 'out/{model}_{rate}.txt'}, args: {-m: $model, -r: $rate, -e: $epochs}}]
";

#[test]
fn configurations_may_stand_in_a_file() {
    for (file, text, more) in [
        ("configs.csv", "model,rate,epochs\nmlp,0.10,1\n\"a,b\",1e-3,2\r\ndeep,0.1,\"3\"\n", "new,1,4\n"),
        (
            "configs.jsonl",
            "{\"model\": \"mlp\", \"rate\": 0.10, \"epochs\": 1}\n{\"model\": \"a,b\", \"rate\": 1e-3, \"epochs\": 2}\n\n{\"epochs\": 3, \"model\": \"deep\", \"rate\": 0.1}\n",
            "{\"model\": \"new\", \"rate\": 1, \"epochs\": 4}\n",
        ),
    ] {
        let sandbox = Sandbox::with(&FROM_FILE.replace("FILE", file));
        sandbox.write(file, text);
        let expected = [
            "one@model=mlp,rate=0.10,epochs=1",
            "one@model=\"a,b\",rate=1e-3,epochs=2",
            "one@model=deep,rate=0.1,epochs=3",
        ];
        assert_eq!(units(&sandbox, &[]), expected, "{file}");
        assert_eq!(run(&sandbox, &[]).well(), names(expected));
        let made = ["mlp_0.10", "a_b_1e-3", "deep_0.1"].map(|name| sandbox.read(&format!("out/{name}.txt")));
        assert_eq!(made, ["mlp 0.10 1\n", "a,b 1e-3 2\n", "deep 0.1 3\n"]);
        all_is_up_to_date(&sandbox);
        sandbox.write(file, format!("{text}{more}"));
        assert_eq!(run(&sandbox, &[]).well(), names(["one@model=new,rate=1,epochs=4"]));
    }
    // What a line lacks is what the parameters have.
    let sandbox = Sandbox::with(&FROM_FILE.replace("FILE", "c.jsonl"));
    sandbox.write("c.jsonl", "{\"model\": \"a\", \"rate\": 1, \"epochs\": 7}\n{\"model\": \"b\", \"rate\": 2}\n");
    assert_eq!(run(&sandbox, &[]).exit, "0");
    assert_eq!([sandbox.read("out/a_1.txt"), sandbox.read("out/b_2.txt")], ["a 1 7\n", "b 2 5\n"]);
}

#[test]
fn a_bad_file_of_configurations_is_told_by_its_line() {
    let mut told = String::new();
    for (file, text) in [
        ("none.csv", None),
        ("empty.csv", Some("")),
        ("short.csv", Some("model,rate\nmlp,1\ndeep\n")),
        ("long.csv", Some("model,rate\nmlp,1,2\n")),
        ("twice.csv", Some("model,model\nmlp,1\n")),
        ("open.csv", Some("model,rate\n\"mlp,1\n")),
        ("broken.jsonl", Some("{\"model\": \"a\", \"rate\": 1}\n{\"model\": \n")),
        ("list.jsonl", Some("[1, 2]\n")),
        ("deep.jsonl", Some("{\"model\": {\"a\": 1}, \"rate\": 1}\n")),
        ("lacks.jsonl", Some("{\"model\": \"a\", \"rate\": 1}\n{\"model\": \"b\"}\n")),
        ("configs.txt", Some("model\n")),
    ] {
        let sandbox = Sandbox::with(&format!("sweep: {{from: {file}}}\npipeline: [{{name: one, command: [echo]}}]\n"));
        if let Some(text) = text {
            sandbox.write(file, text);
        }
        let _ = writeln!(told, "# {file}\n{}", sandbox.loom(&["check"]));
    }
    insta::assert_snapshot!(told);
}

/// Forty units and what gathers them. One of them waits as long as there is a pipe named `hold`.
fn forty() -> Sandbox {
    let sandbox = Sandbox::with(
        "data: {one: 'one/{x}_{seed}.txt', mean: 'mean_{x}.txt', all: all.txt}
sweep: {axes: {x: {arange: [10]}}, repeat: {seed: [1, 2, 3, 4]}}
pipeline:
  - {name: one, command: [sh, one.sh], outputs: {-o: $one}, args: {--: [$x, $seed]}}
  - {name: mean, command: [sort], gather: [seed], inputs: {ones: $one}, outputs: {-o: $mean}}
  - {name: all, command: [sort], gather: true, inputs: {means: $mean}, outputs: {-o: $all}}
",
    );
    sandbox.write("one.sh", "printf 'x is %s, ' \"$4\" > \"$2\"\n[ \"$4$5\" = 52 ] && [ -p hold ] && cat hold\necho \"seed $5\" >> \"$2\"\n");
    sandbox
}

fn made(sandbox: &Sandbox) -> Vec<(String, String)> {
    let ones = (0..10).flat_map(|x| (1..5).map(move |seed| format!("one/{x}_{seed}.txt")));
    let paths = ones.chain((0..10).map(|x| format!("mean_{x}.txt"))).chain(["all.txt".to_owned()]);
    paths.map(|path| (path.clone(), sandbox.read(&path))).collect()
}

#[test]
fn a_sweep_that_is_killed_goes_on_where_it_was() {
    let whole = forty();
    assert_eq!(run(&whole, &[]).well().len(), 51);
    let right = made(&whole);
    // The one that waits has begun by the time that thirty have ended: killed along with the run, it does not go on waiting.
    for (enough, with_steps) in [(1, false), (12, false), (30, true)] {
        let sandbox = forty();
        assert!(std::process::Command::new("mkfifo").arg(sandbox.path().join("hold")).status().unwrap().success());
        let mut killed = Run::start(sandbox, &["--max-workers", "4", "--events", "events"]);
        let [.., runner] = killed.chain();
        let ended =
            || if killed.sandbox.has("events") { ended_well(&killed.sandbox.read("events")) } else { BTreeSet::new() };
        until(|| ended().len() >= enough);
        let victims = if with_steps { killed.left() } else { vec![runner] };
        let victims: Vec<String> = victims.iter().map(u32::to_string).collect();
        send("KILL", &victims.iter().map(String::as_str).collect::<Vec<_>>());
        killed.end();
        killed.is_gone("when it is killed");
        let ended = ended_well(&killed.sandbox.read("events"));
        assert!(ended.len() >= enough && !ended.contains("one@x=5,seed=2"));
        std::fs::remove_file(killed.sandbox.path().join("hold")).unwrap();

        let next = run(&killed.sandbox, &["--max-workers", "4"]);
        assert_eq!(made(&killed.sandbox), right);
        let again: BTreeSet<String> = next.began.keys().filter(|unit| ended.contains(*unit)).cloned().collect();
        assert_eq!(again, names([]), "what had ended ran again");
        assert!(next.well().contains("one@x=5,seed=2"));
        all_is_up_to_date(&killed.sandbox);
    }
}

#[test]
fn two_thousand_configurations_in_one_run() {
    let sandbox = Sandbox::with(
        "sweep: {axes: {x: {arange: [100]}, y: {arange: [20]}}}
pipeline: [{name: one, command: [touch], outputs: {--: 'out/{x}/{y}'}}]
",
    );
    let told = run(&sandbox, &["--quiet"]);
    assert_eq!(told.that("succeeded").len(), 2000);
    assert_eq!(told.well().len(), 2000);
    for x in 0..100 {
        assert!((0..20).all(|y| sandbox.has(&format!("out/{x}/{y}"))), "{x}");
    }
    all_is_up_to_date(&sandbox);
}
