//! Sweeps through steps of every kind: loops, conditions and switches, groups that run in passes.

use super::{all_is_up_to_date, names, run};
use crate::support::Sandbox;

#[test]
fn a_loop_for_each_configuration() {
    let sandbox = Sandbox::with(
        "data: {raw: raw, clean: 'clean_{how}', count: 'count_{how}.txt', all: all.txt}
sweep: {axes: {how: {up: {from: a-z, to: A-Z}, down: {from: A-Z, to: a-z}}}}
pipeline:
  - name: clean
    command: 'tr $5 $6 < $1 > $3'
    loop: {over: $raw, into: $clean}
    inputs: {text: $loop_item}
    outputs: {-o: $loop_output}
    args: {--: [$from, $to]}
  - {name: count, command: 'cat $1/* > $3', inputs: {clean: $clean}, outputs: {-o: $count}}
  - {name: all, command: 'cat $1/* $2/* > $4', gather: true, inputs: {clean: $clean}, outputs: {-o: $all}}
",
    );
    sandbox.write("raw/a.txt", "Aa\n").write("raw/b.txt", "Bb\n");
    let told = run(&sandbox, &[]);
    let all = [
        "clean@how=up/a.txt",
        "clean@how=up/b.txt",
        "clean@how=down/a.txt",
        "clean@how=down/b.txt",
        "count@how=up",
        "count@how=down",
        "all",
    ];
    assert_eq!(told.well(), names(all));
    assert_eq!(sandbox.read("all.txt"), "AA\nBB\naa\nbb\n");
    assert_eq!(sandbox.read("count_down.txt"), "aa\nbb\n");
    all_is_up_to_date(&sandbox);

    // One file more is one unit more of each; one that is swept away is taken from both.
    sandbox.write("raw/c.txt", "Cc\n");
    let ran = run(&sandbox, &[]).well();
    assert_eq!(ran, names(["clean@how=up/c.txt", "clean@how=down/c.txt", "count@how=up", "count@how=down", "all"]));
    assert_eq!(sandbox.read("all.txt"), "AA\nBB\nCC\naa\nbb\ncc\n");
    // A file that is lost in one configuration is made again there.
    std::fs::remove_file(sandbox.path().join("clean_up/b.txt")).unwrap();
    assert_eq!(run(&sandbox, &[]).well(), names(["clean@how=up/b.txt"]));
    all_is_up_to_date(&sandbox);
    // One file of one configuration by its name.
    let ran = run(&sandbox, &["--step", "clean@how=down/a.txt"]).well();
    assert_eq!(ran, names(["clean@how=down/a.txt"]));
}

#[test]
fn a_loop_over_what_a_swept_step_makes() {
    let sandbox = Sandbox::with(
        "data: {raw: 'raw_{n}', clean: 'clean_{n}', all: all.txt}
sweep: {axes: {n: [1, 2, 3]}}
pipeline:
  - {name: make, command: 'mkdir -p $2 && for i in $(seq $4); do echo $4$i > $2/$i; done', outputs: {-o: $raw}, args: {-n: $n}}
  - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: all, command: 'cat $1/* $2/* $3/* > $5', gather: true, inputs: {all: $clean}, outputs: {-o: $all}}
",
    );
    let ran = run(&sandbox, &[]).well();
    let items = ["clean@n=1/1", "clean@n=2/1", "clean@n=2/2", "clean@n=3/1", "clean@n=3/2", "clean@n=3/3"];
    let mut all = names(items);
    all.extend(names(["make@n=1", "make@n=2", "make@n=3", "all"]));
    assert_eq!(ran, all);
    assert_eq!(sandbox.read("all.txt"), "11\n21\n22\n31\n32\n33\n");
    all_is_up_to_date(&sandbox);
}

/// Numbers up to 2 go one way and the others another one; what each way leads to is gathered.
fn ways(numbers: &str) -> String {
    format!(
        "data: {{made: 'made_{{n}}.txt', small: 'small_{{n}}.txt', large: 'large_{{n}}.txt', smalls: smalls.txt, larges: larges.txt}}
sweep: {{axes: {{n: [{numbers}]}}}}
pipeline:
  - {{name: make, command: 'echo $4 > $2', outputs: {{-o: $made}}, args: {{-n: $n}}}}
  - {{name: is_small, kind: condition, script: small.py, inputs: {{data: $made}}}}
  - {{name: way, kind: switch, condition: $is_small, data: $made}}
  - {{name: small, command: [cp], inputs: {{i: $way.then}}, outputs: {{-T: $small}}}}
  - {{name: large, command: [cp], inputs: {{i: $way.else}}, outputs: {{-T: $large}}}}
  - {{name: smalls, command: [sort], gather: true, inputs: {{all: $small}}, outputs: {{-o: $smalls}}}}
  - {{name: larges, command: [sort], gather: true, inputs: {{all: $large}}, outputs: {{-o: $larges}}}}
"
    )
}

#[test]
fn each_configuration_goes_its_own_way() {
    let sandbox = Sandbox::with(&ways("1, 2, 3"));
    sandbox.write("small.py", "def evaluate(data):\n    return int(open(data).read()) <= 2\n");
    let asked = |unit: &str| unit.starts_with("is_small@") || unit.starts_with("way@");
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["smalls"][1..3], ["small_1.txt", "small_2.txt"]);
    assert_eq!(told.began["larges"][1..], ["large_3.txt", "-o", "larges.txt"]);
    assert_eq!(told.that("skipped"), names(["small@n=3", "large@n=1", "large@n=2"]));
    let ran = told.well();
    assert_eq!(ran.len(), 3 * 3 + 3 + 2, "{ran:?}");
    assert_eq!([sandbox.read("smalls.txt"), sandbox.read("larges.txt")], ["1\n2\n", "3\n"]);
    assert!(run(&sandbox, &[]).well().iter().all(|unit| asked(unit)));

    // One that goes the other way now is in the other gathering.
    sandbox.write("pipeline.yml", ways("1, 3, 4"));
    let mut ran = run(&sandbox, &[]).well();
    ran.retain(|unit| !asked(unit));
    assert_eq!(ran, names(["make@n=4", "large@n=4", "smalls", "larges"]));
    assert_eq!([sandbox.read("smalls.txt"), sandbox.read("larges.txt")], ["1\n", "3\n4\n"]);
    assert!(run(&sandbox, &[]).well().iter().all(|unit| asked(unit)));

    // If none goes a way, there is nothing to gather behind it, and that is no failure.
    sandbox.write("pipeline.yml", ways("1, 2"));
    let told = run(&sandbox, &[]);
    assert!(told.ended["larges"].starts_with("skipped"), "{:?}", told.ended);
    assert!(told.well().contains("smalls"));
    assert_eq!(sandbox.read("smalls.txt"), "1\n2\n");
    assert!(run(&sandbox, &[]).well().iter().all(|unit| asked(unit)));
}

#[test]
fn a_switch_by_a_parameter_of_the_sweep() {
    let sandbox = Sandbox::with(
        "data: {any: any.txt, plot: 'plot_{config}.txt', all: all.txt}
sweep: {axes: {config: {a: {with_plot: true}, b: {with_plot: false}, c: {with_plot: true}}}}
pipeline:
  - {name: way, kind: switch, condition: $with_plot, data: $any}
  - {name: plot, command: 'echo $5 > $3', inputs: {any: $way.then}, outputs: {-o: $plot}, args: {-c: $config}}
  - {name: all, command: [sort], gather: true, inputs: {all: $plot}, outputs: {-o: $all}}
",
    );
    sandbox.write("any.txt", "");
    let told = run(&sandbox, &[]);
    assert_eq!(told.began["all"][1..3], ["plot_a.txt", "plot_c.txt"]);
    assert_eq!(told.that("skipped"), names(["plot@config=b"]));
    assert!(told.well().contains("plot@config=a"));
    assert_eq!(sandbox.read("all.txt"), "a\nc\n");
    let ran = run(&sandbox, &[]).well();
    assert!(ran.iter().all(|unit| unit.starts_with("way@")), "{ran:?}");
}

#[test]
fn a_gathering_that_all_ways_lead_past_has_not_failed() {
    let sandbox = Sandbox::with(
        "data: {any: any.txt, one: 'one_{x}.txt', other: other.txt}
parameters: {flag: false}
sweep: {axes: {x: [1, 2]}}
pipeline:
  - {name: way, kind: switch, condition: $flag, data: $any}
  - {name: one, command: 'echo > $3', inputs: {any: $way.then}, outputs: {-o: $one}, args: {-x: $x}}
  - {name: other, command: 'echo > $2', outputs: {-o: $other}}
  - {name: all, command: [cat], gather: true, inputs: {ones: $one, other: $other}}
",
    );
    sandbox.write("any.txt", "");
    let told = run(&sandbox, &["--sequential"]);
    // What it does not gather ends last, and well.
    assert_eq!(told.ended["all"], r#"skipped: {"condition_not_met":"way"}"#);
    assert_eq!(told.well(), names(["way", "other"]));
    let told = run(&sandbox, &["--set", "flag=true"]);
    assert_eq!(told.began["all"][1..], ["one_1.txt", "one_2.txt", "other.txt"]);
    assert_eq!(told.exit, "0");
}

/// Adds what it is told to until it is more than enough.
const PASSES: &str = "data: {number: 'number_{rate}.txt', all: all.txt}
sweep: {axes: {rate: [1, 5]}}
pipeline:
  - group: refine
    multi_pass:
      schedule: [{by: 1}, {by: 2}, {by: 3}, {by: 4}]
      feedback: {fit.--output: fit.--start}
      condition: {script: enough.py, inputs: {number: $number}, args: {limit: 14}}
    steps:
      - {name: fit, command: 'echo $(($(cat ${8-zero.txt}) + $4 * $6)) > $2', outputs: {--output: $number}, args: {--rate: $rate, --by: $by}}
  - {name: all, command: [sort], gather: true, inputs: {all: $number}, outputs: {-o: $all}}
";

#[test]
fn a_group_with_passes_for_each_configuration() {
    let sandbox = Sandbox::with(PASSES);
    sandbox.write("zero.txt", "0\n");
    sandbox.write("enough.py", "def evaluate(number, limit):\n    return int(open(number).read()) > limit\n");
    let told = run(&sandbox, &[]);
    assert_eq!(told.exit, "0", "{}", told.shown);
    // 1 + 2 + 3 + 4 is never enough; 5 + 10 is, in the second pass.
    let mut fits: Vec<&str> = told.began.keys().map(String::as_str).filter(|unit| unit.contains("/fit")).collect();
    fits.sort_unstable();
    let slow = ["refine@rate=1/fit#0", "refine@rate=1/fit#1", "refine@rate=1/fit#2", "refine@rate=1/fit#3"];
    assert_eq!(fits, [&slow[..], &["refine@rate=5/fit#0", "refine@rate=5/fit#1"]].concat());
    let last = &told.began["refine@rate=5/fit#1"];
    assert!(last.ends_with(&["--start", "number_5_iter0.txt"].map(str::to_owned)), "{last:?}");
    assert_eq!([sandbox.read("number_1.txt"), sandbox.read("number_5.txt")], ["10\n", "15\n"]);
    assert_eq!(sandbox.read("number_1_iter2.txt"), "6\n");
    assert!(!sandbox.has("number_5_iter2.txt"));
    assert_eq!(sandbox.read("all.txt"), "10\n15\n");
    let again = run(&sandbox, &[]);
    assert!(again.began.keys().all(|unit| !unit.contains("/fit") && unit != "all"), "{}", again.shown);
    assert_eq!(again.exit, "0", "{}", again.shown);

    sandbox.write("pipeline.yml", PASSES.replace("[1, 5]", "[1, 5, 6]"));
    let mut ran = run(&sandbox, &[]).well();
    ran.retain(|unit| unit.contains("/fit") || unit == "all");
    assert_eq!(ran, names(["refine@rate=6/fit#0", "refine@rate=6/fit#1", "all"]));
    assert_eq!(sandbox.read("all.txt"), "10\n15\n18\n");
}

#[test]
fn what_a_switch_turns_away_from_is_gathered_no_more() {
    let sandbox = Sandbox::with(
        "data: {any: any.txt, out: 'out_{c}.txt'}
sweep: {axes: {c: [a, b]}}
pipeline:
  - {name: is_on, kind: condition, predicate: exists, inputs: {data: 'flag_{c}'}}
  - {name: way, kind: switch, condition: $is_on, data: $any}
  - {name: make, command: 'echo $5 > $3', inputs: {any: $way.then}, outputs: {-o: $out}, args: {-c: $c}}
  - {name: sum, command: 'for f in \"$@\"; do case $f in out*) cat $f;; esac; done > sum.txt', gather: true,
     inputs: {outs: $out}, outputs: {-o: sum.txt}}
",
    );
    sandbox.write("any.txt", "").write("flag_a", "").write("flag_b", "");
    let sum = |args: &[&str]| {
        let shown = sandbox.loom(&[args, &["--sequential"]].concat());
        assert!(shown.starts_with("exit 0\n"), "{shown}");
        (sandbox.read("sum.txt"), shown.contains("start  sum"))
    };
    assert_eq!(sum(&[]), ("a\nb\n".to_owned(), true));
    assert_eq!(sum(&[]), ("a\nb\n".to_owned(), false));
    std::fs::remove_file(sandbox.path().join("flag_b")).unwrap();
    assert_eq!(sum(&[]), ("a\n".to_owned(), true), "what stands there is from another time");
    assert_eq!(sum(&[]), ("a\n".to_owned(), false));
    assert!(sum(&["--force"]).1);
    assert_eq!(sum(&[]), ("a\n".to_owned(), false));
    sandbox.write("flag_b", "");
    assert_eq!(sum(&[]), ("a\nb\n".to_owned(), true));
}
