//! What a gathering step is told, and when it runs.

use serde_json::{Value, json};

use super::{all_is_up_to_date, names, planned, run};
use crate::support::Sandbox;

/// Trainings from seeds, their means, and all means.
fn pipeline(seeds: &str) -> String {
    format!(
        "data: {{training: 'out/{{rate}}_{{seed}}.txt', mean: 'out/mean_{{rate}}.txt', best: best.txt}}
sweep:
  axes: {{rate: [0.1, 0.01]}}
  repeat: {{seed: [{seeds}]}}
pipeline:
  - {{name: train, command: 'echo \"$4 from $6\" > \"$2\"', outputs: {{-o: $training}}, args: {{--rate: $rate, --seed: $seed}}}}
  - {{name: average, command: [sort], gather: [seed], inputs: {{all: $training}}, outputs: {{-o: $mean}}}}
  - {{name: choose, command: [sort], gather: true, inputs: {{means: $mean}}, outputs: {{-o: $best}}}}
"
    )
}

#[test]
fn over_the_seeds_and_then_over_the_rest() {
    let sandbox = Sandbox::with(&pipeline("1, 2"));
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["average@rate=0.1"][1..], ["out/0.1_1.txt", "out/0.1_2.txt", "-o", "out/mean_0.1.txt"]);
    assert_eq!(told.began["average@rate=0.01"][1..], ["out/0.01_1.txt", "out/0.01_2.txt", "-o", "out/mean_0.01.txt"]);
    assert_eq!(told.began["choose"][1..], ["out/mean_0.1.txt", "out/mean_0.01.txt", "-o", "best.txt"]);
    let trainings =
        ["train@rate=0.1,seed=1", "train@rate=0.1,seed=2", "train@rate=0.01,seed=1", "train@rate=0.01,seed=2"];
    let mut all = names(trainings);
    all.extend(names(["average@rate=0.1", "average@rate=0.01", "choose"]));
    assert_eq!(told.well(), all);
    assert_eq!(sandbox.read("best.txt"), "0.01 from 1\n0.01 from 2\n0.1 from 1\n0.1 from 2\n");
    all_is_up_to_date(&sandbox);
    sandbox.write("pipeline.yml", pipeline("1, 2, 3"));
    let more = ["train@rate=0.1,seed=3", "train@rate=0.01,seed=3", "average@rate=0.1", "average@rate=0.01", "choose"];
    assert_eq!(run(&sandbox, &[]).well(), names(more));
    all_is_up_to_date(&sandbox);
}

#[test]
fn a_mean_runs_without_the_trainings_that_failed_elsewhere() {
    let sandbox = Sandbox::with(&pipeline("1, 2").replace("'echo", "'[ $4-$6 != 0.1-2 ] && echo"));
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "1");
    assert_eq!(told.that("exited"), names(["train@rate=0.1,seed=2"]));
    assert_eq!(told.that("skipped"), names(["average@rate=0.1", "choose"]));
    assert_eq!(told.ended["average@rate=0.01"], "succeeded");
}

/// The word of a command that is the manifest, as JSON.
fn manifest(sandbox: &Sandbox, command: &[String]) -> Value {
    let path = command.iter().find(|word| word.starts_with(".loom/")).unwrap_or_else(|| panic!("{command:?}"));
    serde_json::from_str(&sandbox.read(path)).unwrap()
}

#[test]
fn a_manifest_says_which_file_is_of_what() {
    let sandbox = Sandbox::with(
        "data: {one: 'out/one.txt', all: all.json}
sweep:
  axes:
    value: [0.50, 3, -1e-4, mlp, '', 'a/b', '4 2']
pipeline:
  - {name: one, command: 'echo x > \"$2\"', outputs: {-o: $one}, args: {-v: $value}}
  - {name: all, command: [cp], gather: {axes: true, as: manifest}, inputs: {ones: $one}, outputs: {-T: $all}}
",
    );
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "0", "{}", told.shown);
    let found = manifest(&sandbox, &told.began["all"]);
    assert_eq!(found, serde_json::from_str::<Value>(&sandbox.read("all.json")).unwrap());
    let found = found.as_array().unwrap();
    let values: Vec<&Value> = found.iter().map(|entry| &entry["parameters"]["value"]).collect();
    let [half, three, small, ..] = values[..] else { panic!("{values:?}") };
    assert_eq!((half.as_f64(), three.as_i64(), small.as_f64()), (Some(0.5), Some(3), Some(-1e-4)));
    for entry in found {
        assert_eq!(entry["parameters"].as_object().unwrap().len(), 1);
        assert_eq!(sandbox.read(entry["path"].as_str().unwrap()), "x\n");
    }
    assert_eq!(values[3..], ["mlp", "", "a/b", "4 2"]);
    all_is_up_to_date(&sandbox);
}

#[test]
fn each_unit_has_a_manifest_of_its_own() {
    let sandbox = Sandbox::with(
        "data: {one: 'one_{name}_{seed}.txt', two: 'two_{name}_{seed}.txt', all: 'all_{name}.json'}
sweep:
  axes: {of: [a/b, a b], name: [1, 2]}
  zip: [[of, name]]
  repeat: {seed: [1, 2]}
pipeline:
  - {name: one, command: 'echo x > $2', outputs: {-o: $one}, args: {-f: [$of, $name, $seed]}}
  - {name: two, command: [cp], inputs: {i: $one}, outputs: {-T: $two}}
  - {name: all, command: 'cat $1 $2 > $4', gather: {axes: [seed], as: manifest}, inputs: {ones: $one, twos: $two}, outputs: {-o: $all}}
",
    );
    let told = run(&sandbox, &[]);
    assert_eq!(told.well().len(), 4 + 4 + 2);
    for (of, name) in [("a/b", 1), ("a b", 2)] {
        let list = |step: &str| {
            let entry = |seed| {
                let path = format!("{step}_{name}_{seed}.txt");
                json!({"parameters": {"of": of, "name": name, "seed": seed}, "path": path})
            };
            json!([entry(1), entry(2)])
        };
        let text = sandbox.read(&format!("all_{name}.json"));
        let found: Vec<Value> = serde_json::Deserializer::from_str(&text).into_iter().map(Result::unwrap).collect();
        assert_eq!(found, [list("one"), list("two")]);
    }
    all_is_up_to_date(&sandbox);
}

#[test]
fn a_manifest_with_other_parameters_and_the_same_paths_is_another_manifest() {
    let pipeline = |values: &str, how: &str| {
        format!(
            "data: {{one: 'out/{{value}}.txt', all: all.json}}
sweep: {{axes: {{value: [{values}]}}}}
pipeline:
  - {{name: one, command: 'echo same > \"$2\"', outputs: {{-o: $one}}}}
  - {{name: all, command: 'cp \"$1\" all.json', gather: {{axes: true, as: {how}}}, inputs: {{ones: $one}}, outputs: {{-T: $all}}}}
"
        )
    };
    for how in ["manifest", "arguments"] {
        let sandbox = Sandbox::with(&pipeline("'a b', c", how));
        assert!(run(&sandbox, &[]).well().contains("all"));
        sandbox.write("pipeline.yml", pipeline("'a/b', c", how));
        let ran = run(&sandbox, &[]).well();
        assert_eq!(ran.contains("all"), how == "manifest", "{how}: {ran:?}");
        assert!(!ran.contains("one@value=c"), "{how}: {ran:?}");
        if how == "manifest" {
            let found: Value = serde_json::from_str(&sandbox.read("all.json")).unwrap();
            assert_eq!(found[0], json!({"parameters": {"value": "a/b"}, "path": "out/a_b.txt"}));
        }
        all_is_up_to_date(&sandbox);
    }
}

/// Of three one fails for each value that stands in `broken`.
fn with_failures(how: &str) -> Sandbox {
    let sandbox = Sandbox::with(&format!(
        "data: {{one: 'one_{{x}}.txt', all: all.txt, end: end.txt}}
sweep: {{axes: {{x: [a, b, c]}}}}
pipeline:
  - {{name: one, command: '! grep -q $4 broken && echo $4 > $2', outputs: {{-o: $one}}, args: {{-x: $x}}}}
  - {{name: all, command: 'cat \"$@\" > all.txt', gather: {{axes: true, {how}}}, inputs: {{ones: $one}}}}
  - {{name: end, command: 'echo > end.txt'}}
"
    ));
    sandbox.write("broken", "");
    sandbox
}

#[test]
fn what_did_not_fail_may_do() {
    let sandbox = with_failures("allow_failed: true");
    sandbox.write("broken", "b\n");
    let told = run(&sandbox, &[]);
    assert_eq!((told.exit.as_str(), told.that("exited")), ("1", names(["one@x=b"])));
    assert_eq!(told.began["all"].last_chunk::<2>().unwrap(), &["one_a.txt", "one_c.txt"]);
    assert_eq!(sandbox.read("all.txt"), "a\nc\n");

    // If all have failed, there is nothing to go on with.
    sandbox.write("broken", "a\nb\nc\n");
    let told = run(&sandbox, &["--force"]);
    assert_eq!(told.that("exited"), names(["one@x=a", "one@x=b", "one@x=c"]));
    assert!(told.ended["all"].starts_with("skipped"), "{:?}", told.ended);

    sandbox.write("broken", "");
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["all"].last_chunk::<3>().unwrap(), &["one_a.txt", "one_b.txt", "one_c.txt"]);
    assert_eq!(sandbox.read("all.txt"), "a\nb\nc\n");
    told.well();
}

#[test]
fn what_lacks_everything_is_told_what_failed() {
    let sandbox = with_failures("allow_failed: true");
    let pipeline = sandbox.read("pipeline.yml").replace("inputs: {ones: $one}", "inputs: {ones: $one, end: end.txt}");
    sandbox.write("pipeline.yml", pipeline.replace("'echo > end.txt'", "[touch], outputs: {--: end.txt}"));
    sandbox.write("broken", "a\nb\nc\n");
    let told = run(&sandbox, &["--sequential"]);
    // Not `end`, which ended last and well.
    let because = &told.ended["all"];
    assert!(because.starts_with("skipped: {\"failed\":\"one@x="), "{because}");
    assert_eq!(told.ended["end"], "succeeded");
}

#[test]
fn an_old_result_of_what_has_failed_is_not_gathered() {
    let sandbox = with_failures("allow_failed: true");
    run(&sandbox, &[]).well();
    // It fails now, and what it made before is put back.
    sandbox.write("broken", "b\n");
    let told = run(&sandbox, &["--force"]);
    assert_eq!(told.that("exited"), names(["one@x=b"]));
    assert_eq!((sandbox.read("one_b.txt"), sandbox.read("all.txt")), ("b\n".to_owned(), "a\nc\n".to_owned()));
    let told = run(&sandbox, &["--step", "all"]);
    assert_eq!(told.began["all"].last_chunk::<2>().unwrap(), &["one_a.txt", "one_c.txt"]);
    told.well();
}

#[test]
fn mended_failures_are_gathered_when_they_are_there() {
    let sandbox = Sandbox::with(
        "data: {one: 'one_{x}.txt', all: all.json}
sweep: {axes: {x: [a, b, c]}}
pipeline:
  - {name: one, command: '! grep -q $4 broken && echo $4 > $2', outputs: {-o: $one}, args: {-x: $x}}
  - {name: all, command: [cp], gather: {axes: true, as: manifest, allow_failed: true}, inputs: {ones: $one}, outputs: {-T: $all}}
",
    );
    let gathered = || {
        let all: Value = serde_json::from_str(&sandbox.read("all.json")).unwrap();
        all.as_array()
            .unwrap()
            .iter()
            .map(|one| one["parameters"]["x"].as_str().unwrap().to_owned())
            .collect::<String>()
    };
    sandbox.write("broken", "b\n");
    assert_eq!(run(&sandbox, &[]).exit, "1");
    assert_eq!(gathered(), "ac");
    // It fails again, and what gathered the others has them.
    let told = run(&sandbox, &[]);
    assert_eq!(told.began.into_keys().collect::<Vec<_>>(), ["one@x=b"]);
    sandbox.write("broken", "");
    assert_eq!(run(&sandbox, &[]).well(), names(["one@x=b", "all"]));
    assert_eq!(gathered(), "abc");
    all_is_up_to_date(&sandbox);
}

#[test]
fn two_inputs_may_have_different_axes() {
    let sandbox = Sandbox::with(
        "data: {a: 'a_{x}.txt', b: 'b_{y}.txt', c: c.txt, both: 'both_{x}.txt', all: all.txt, rows: 'rows_{x}.txt'}
sweep: {axes: {x: [1, 2], y: [p, q, r]}}
pipeline:
  - {name: a, command: 'echo $4 > $2', outputs: {-o: $a}, args: {-x: $x}}
  - {name: b, command: 'echo $4 > $2', outputs: {-o: $b}, args: {-y: $y}}
  - {name: c, command: 'echo c > $2', outputs: {-o: $c}}
  - {name: all, command: [sort], gather: true, inputs: {a: $a, b: $b, c: $c}, outputs: {-o: $all}}
  - {name: rows, command: [sort], gather: [y], inputs: {a: $a, b: $b, c: $c}, outputs: {-o: $rows}}
",
    );
    let told = run(&sandbox, &[]);
    let shown = |unit: &str| told.began[unit][1..].join(" ");
    assert_eq!(shown("all"), "a_1.txt a_2.txt b_p.txt b_q.txt b_r.txt c.txt -o all.txt");
    assert_eq!(shown("rows@x=1"), "a_1.txt b_p.txt b_q.txt b_r.txt c.txt -o rows_1.txt");
    assert_eq!(shown("rows@x=2"), "a_2.txt b_p.txt b_q.txt b_r.txt c.txt -o rows_2.txt");
    assert_eq!(told.well().len(), 2 + 3 + 1 + 1 + 2);
    all_is_up_to_date(&sandbox);
}

#[test]
fn data_in_args_are_gathered_too() {
    let sandbox = Sandbox::with(
        "data: {one: 'one_{x}.txt'}
sweep: {axes: {x: [1, 2]}}
pipeline:
  - {name: one, command: 'echo $4 > $2', outputs: {-o: $one}, args: {-x: $x}}
  - {name: all, command: [cat], gather: true, inputs: {ones: $one}}
  - {name: told, command: [echo], gather: true, args: {--of: $one}}
",
    );
    let commands: Vec<String> = planned(&sandbox, &[]).iter().map(|(_, command)| command[1..].join(" ")).collect();
    assert_eq!(commands[2..], ["one_1.txt one_2.txt", "--of one_1.txt one_2.txt"]);
}
