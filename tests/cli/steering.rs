//! The keys that steer a step, as its task feels them; and many steps of which some fail.

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::support::{Sandbox, how_often};
use crate::survive::Seeded;

#[test]
fn a_step_is_tried_again_as_often_as_it_says() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: third, command: 'echo x >> tries; [ $(wc -l < tries) = 3 ] && : > $2', outputs: {-o: made}, retries: 2}
  - {name: never, command: 'echo x >> never; exit 4', retries: {max: 1, delay: 0.01s, on: [exit]}}
  - {name: other, command: 'echo x >> other; exit 4', retries: {max: 5, on: [signal, timeout]}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    start  third
    retry  third  exit code 1; retry 1 of 2
    retry  third  exit code 1; retry 2 of 2
    done   third  [TIME] s
    start  never
    retry  never  exit code 4; retry 1 of 1 in [TIME] s
    fail   never  [TIME] s  exit code 4
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo x >> never; exit 4' never)
    start  other
    fail   other  [TIME] s  exit code 4
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo x >> other; exit 4' other)
    3 steps: 1 ok, 2 failed in [TIME] s
    ");
    assert_eq!(["tries", "never", "other"].map(|file| sandbox.read(file).lines().count()), [3, 2, 1]);
    // What was tried again and ended well has ended well.
    assert!(sandbox.loom(&["--dry-run"]).contains("skip  third  up to date"));
}

#[test]
fn a_step_has_the_time_that_it_is_given() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: slow, command: 'echo begun; exec sleep 1000', timeout: 0.2s}
  - {name: stubborn, command: \"trap '' TERM; while :; do sleep 1; done\", timeout: 0.2s, retries: {max: 1, on: [timeout]}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--grace", "0.1s"]), @r#"
    exit 1
    --- stdout
    start  slow
           slow | begun
    fail   slow  [TIME] s  timed out after [TIME] s
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/slow.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo begun; exec sleep 1000' slow)
    start  stubborn
    retry  stubborn  timed out after 0.2 s; retry 1 of 1
    fail   stubborn  [TIME] s  timed out after [TIME] s
           by hand  (cd [SANDBOX] && /usr/bin/sh -c "trap '' TERM; while :; do sleep 1; done" stubborn)
    2 steps: 0 ok, 2 failed in [TIME] s
    "#);
}

#[test]
fn the_environment_of_a_step_is_what_it_says_and_counts() {
    let pipeline = |seed: &str| {
        format!(
            "data: {{table: t.csv}}
parameters: {{rate: 0.10}}
pipeline:
  - name: a
    command: 'echo \"$SEED $RATE $TABLE ${{HOME-unset}} $OMP_NUM_THREADS\" > $2'
    outputs: {{-o: a.txt}}
    env: {{SEED: {seed}, RATE: $rate, TABLE: $table, HOME: }}
    resources: {{cpus: 2}}
"
        )
    };
    let sandbox = Sandbox::with(&pipeline("007"));
    sandbox.write("t.csv", "");
    assert!(sandbox.loom(&["--max-workers", "4"]).starts_with("exit 0"));
    assert_eq!(sandbox.read("a.txt"), "007 0.10 t.csv unset 2\n");
    assert!(sandbox.loom(&["--dry-run"]).contains("0 steps would run"));
    sandbox.write("pipeline.yml", pipeline("8"));
    assert!(sandbox.loom(&["--dry-run"]).contains("run   a  SEED 007 -> 8\n"));
    sandbox.write("pipeline.yml", pipeline("007")).write("t.csv", "changed");
    assert!(sandbox.loom(&["--dry-run"]).contains("run   a  input table changed\n"));
}

#[test]
fn a_step_without_a_cache_always_runs() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: a, command: 'echo same > $2', outputs: {-o: a.txt}, cache: false}
  - {name: b, command: 'cp $1 $3', inputs: {a: a.txt}, outputs: {-o: b.txt}}
",
    );
    assert!(sandbox.loom(&[]).starts_with("exit 0"));
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    start  a
    done   a  [TIME] s
    skip   b  up to date (ran [AGO])
    2 steps: 1 ok, 1 up to date in [TIME] s
    ");
}

#[test]
fn what_does_not_fit_beside_each_other_runs_one_after_another() {
    let steps: String = (0..6)
        .map(|step| {
            let alone = "mkdir busy && sleep 0.01 && rmdir busy";
            format!("  - {{name: s{step}, command: '{alone}', resources: {{mem: 3G}}}}\n")
        })
        .collect();
    let sandbox = Sandbox::with(&format!("execution: {{resources: {{mem: 4G}}}}\npipeline:\n{steps}"));
    let shown = sandbox.loom(&["--max-workers", "6"]);
    assert!(shown.starts_with("exit 0"), "{shown}");
}

#[test]
fn gpus_are_handed_out() {
    let steps: String = (0..4)
        .map(|step| {
            let command = "mkdir busy$CUDA_VISIBLE_DEVICES && sleep 0.01 && rmdir busy$CUDA_VISIBLE_DEVICES";
            let told = format!("{command} && echo $CUDA_VISIBLE_DEVICES >> gpus");
            format!("  - {{name: s{step}, command: '{told}', resources: {{gpus: 1}}}}\n")
        })
        .collect();
    let sandbox = Sandbox::with(&format!("pipeline:\n{steps}"));
    let output = sandbox.command(&["--max-workers", "4"]).env("CUDA_VISIBLE_DEVICES", "3,5").output().unwrap();
    assert!(output.status.success(), "{}", sandbox.shown(&output));
    let used: HashSet<String> = sandbox.read("gpus").lines().map(str::to_owned).collect();
    assert_eq!(used, HashSet::from(["3".to_owned(), "5".to_owned()]));
}

#[test]
fn the_first_failure_may_be_the_last_thing() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: a, command: 'exit 1'}
  - {name: b, command: 'touch b'}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--fail-fast"]), @"
    exit 1
    --- stdout
    start  a
    fail   a  [TIME] s  exit code 1
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'exit 1' a)
    2 steps: 0 ok, 1 failed, 1 not run in [TIME] s
    ");
    assert!(!sandbox.has("b"));
}

#[test]
fn of_many_steps_of_which_some_fail_the_right_ones_run() {
    let count = how_often("LOOM_STEPS", 1000);
    let mut seeded = Seeded(how_often("LOOM_SEED", 0xF417) as u64);
    let mut below = |bound: usize| seeded.below(bound as u64) as usize;
    let mut text = String::from("pipeline:\n");
    let mut needs: Vec<Vec<usize>> = Vec::new();
    let mut fails: Vec<bool> = Vec::new();
    for step in 0..count {
        let mine: Vec<usize> = (0..below(3).min(step)).map(|_| below(step)).collect();
        let inputs: String = mine.iter().enumerate().map(|(at, on)| format!("i{at}: f{on}, ")).collect();
        fails.push(below(100) == 0);
        let program = if fails[step] { "false" } else { "touch" };
        let _ = writeln!(
            text,
            "  - {{name: s{step}, command: [{program}], inputs: {{{inputs}}}, outputs: {{--: f{step}}}}}"
        );
        needs.push(mine);
    }
    let sandbox = Sandbox::with(&text);
    let shown = sandbox.loom(&["--events", "events"]);
    assert!(shown.starts_with("exit 1"), "{shown}");
    // A step is skipped if anything that it needs failed or was skipped.
    let mut lost = vec![false; count];
    for step in 0..count {
        lost[step] = needs[step].iter().any(|on| fails[*on] || lost[*on]);
    }
    let mut seen: Vec<Vec<String>> = vec![Vec::new(); count];
    for line in sandbox.read("events").lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let what = &line["what"];
        let Some(step) = what["unit"].as_str().and_then(|unit| unit.strip_prefix('s')) else { continue };
        let told = match what["event"].as_str().unwrap() {
            "unit_finished" => what["outcome"]["outcome"].as_str().unwrap().to_owned(),
            "unit_skipped" => format!("skipped because of {}", what["because"]["failed"].as_str().unwrap()),
            _ => continue,
        };
        seen[step.parse::<usize>().unwrap()].push(told);
    }
    let mut counts = (0, 0, 0);
    for step in 0..count {
        let [told] = &seen[step][..] else { panic!("s{step} is told of as {:?}", seen[step]) };
        match (fails[step], lost[step]) {
            (_, true) => {
                let cause: usize = told.strip_prefix("skipped because of s").unwrap().parse().unwrap();
                assert!(fails[cause] && !lost[cause], "s{step}: {told}");
                counts.2 += 1;
            }
            (true, false) => {
                assert_eq!(told, "exited", "s{step}");
                counts.1 += 1;
            }
            (false, false) => {
                assert_eq!(told, "succeeded", "s{step}");
                counts.0 += 1;
            }
        }
        assert_eq!(sandbox.has(&format!("f{step}")), !fails[step] && !lost[step], "s{step}");
    }
    let (ok, failed, skipped) = counts;
    assert!(shown.contains(&format!("{count} steps: {ok} ok, {failed} failed, {skipped} skipped in")), "{counts:?}");
}

#[test]
fn a_command_is_shown_with_its_environment() {
    let sandbox =
        Sandbox::with("pipeline: [{name: a, command: 'exit $CODE', env: {CODE: 3, NOTE: 'two words', HOME: }}]\n");
    let shown = sandbox.loom(&["--sequential"]);
    assert!(shown.contains("&& env -u HOME 'CODE=3' 'NOTE=two words' /"), "{shown}");
    let by_hand = shown.lines().find_map(|line| line.trim().strip_prefix("by hand  ")).unwrap();
    let by_hand = by_hand.replace("[SANDBOX]", &sandbox.path().to_string_lossy());
    assert_eq!(sandbox.shell(&by_hand).status().unwrap().code(), Some(3), "{by_hand}");
}
