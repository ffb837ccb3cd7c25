//! Selecting steps and changing values from the command line.

use crate::support::Sandbox;

/// a → b → c → d, where b is optional; e stands alone in a group with b; f is disabled.
const PIPELINE: &str = "data: {a: a.txt, b: b.txt, c: c.txt}
parameters: {word: w, switch: false}
pipeline:
  - {name: a, command: [touch], outputs: {-r: $a}}
  - group: side
    steps:
      - {name: b, command: [cp], inputs: {i: $a}, outputs: {-t: $b}, optional: true}
      - {name: e, command: [echo], args: {--word: $word, --switch: $switch}}
  - {name: c, command: [cp], inputs: {i: $a}, outputs: {-t: $c}}
  - {name: d, command: [cat], inputs: {c: $c}}
  - {name: f, command: [cat], inputs: {c: $c}, disabled: true}
";

/// The steps that would run, in order.
fn selected(args: &[&str]) -> String {
    let sandbox = Sandbox::with(PIPELINE);
    for file in ["a.txt", "b.txt", "c.txt"] {
        sandbox.write(file, "");
    }
    let shown = sandbox.loom(&[&["--dry-run"], args].concat());
    let names = shown.lines().filter_map(|line| line.strip_prefix("run   ")?.split(' ').next());
    names.collect::<Vec<_>>().join(" ")
}

#[test]
fn steps_are_selected_by_name_by_place_and_by_group() {
    for (args, expected) in [
        (&[][..], "a e c d"),
        (&["--step", "d", "a"], "a d"),
        (&["--step", "f", "b"], "b f"),
        (&["--from", "c"], "c d"),
        (&["--from", "a"], "a c d"),
        (&["--from", "b"], "b"),
        (&["--to", "d"], "a c d"),
        (&["--to", "f"], "a c f"),
        (&["--from", "a", "--to", "c"], "a c"),
        (&["--group", "side"], "b e"),
        (&["--include", "b"], "a b e c d"),
        (&["--from", "a", "--include", "b"], "a b c d"),
        (&["--include", "f"], "a e c d"),
    ] {
        assert_eq!(selected(args), expected, "{args:?}");
    }
}

fn command_of_e(args: &[&str]) -> String {
    let shown = Sandbox::with(PIPELINE).loom(&[&["--dry-run", "--step", "e"], args].concat());
    let line = shown.lines().find(|line| line.contains("echo")).unwrap_or(&shown);
    line.split_once("echo").map_or_else(|| shown.clone(), |(_, words)| words.trim().to_owned())
}

#[test]
fn values_from_the_command_line_arrive_byte_for_byte() {
    for (args, expected) in [
        (&[][..], "--word w"),
        (&["--set", "word=0.70"], "--word 0.70"),
        (&["--set", "word=a=b", "switch=true"], "--word 'a=b' --switch"),
        (&["--set", "word="], "--word ''"),
        (&["--set", "word=$a"], "--word '$a'"),
        (&["--set", "word=${HOME}"], "--word '${HOME}'"),
        (&["--set", "word=null"], "--word null"),
        (&["--set", "word= spaced "], "--word ' spaced '"),
        (&["--set", "word=false"], ""),
        (&["--extra", "-n 'two words' \"$x\""], "--word w -n 'two words' '$x'"),
    ] {
        assert_eq!(command_of_e(args), expected, "{args:?}");
    }
}

#[test]
fn a_data_node_may_lead_elsewhere() {
    let sandbox = Sandbox::with(PIPELINE);
    sandbox.write("other/c.txt", "from elsewhere\n");
    insta::assert_snapshot!(sandbox.loom(&["--step", "d", "--var", "c=other/c.txt"]), @"
    exit 0
    --- stdout
    start  d
           d | from elsewhere
    done   d  [TIME] s
    1 step: 1 ok in [TIME] s
    ");
}

#[test]
fn extra_words_are_for_one_step() {
    insta::assert_snapshot!(Sandbox::with(PIPELINE).loom(&["--extra", "x"]), @"
    exit 2
    --- stderr
    error: `--extra` is for one step, and 4 are selected
      = help: select one with `--step NAME`

    1 error; nothing was run
    ");
    insta::assert_snapshot!(Sandbox::with(PIPELINE).loom(&["--step", "e", "--extra", "'x"]), @"
    exit 2
    --- stderr
    error: `--extra` has a quote that is not closed
    ");
}

#[test]
fn the_list_is_in_file_order_and_by_group() {
    insta::assert_snapshot!(Sandbox::with(PIPELINE).loom(&["--list"]), @"
    exit 0
    --- stdout
    a  touch
    group side
      b  cp  optional
      e  echo

    c  cp
    d  cat
    f  cat  disabled
    ");
}

#[test]
fn unplanned_steps_between_keep_the_order_of_those_around_them() {
    // d reads what c makes of what a makes: without c, d still comes after a.
    assert_eq!(selected(&["--step", "d", "a", "--sequential"]), "a d");
}

#[test]
fn one_file_of_a_loop_is_selected_by_the_name_of_its_unit() {
    let sandbox = Sandbox::with(
        "pipeline: [{name: clean, command: [cp], loop: {over: raw, into: clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}]\n",
    );
    sandbox.write("raw/a.txt", "a").write("raw/b.txt", "b").write("raw/c.txt", "c");
    let made = || ["a", "b", "c"].map(|name| sandbox.has(&format!("clean/{name}.txt")));
    assert!(sandbox.loom(&["--step", "clean/b.txt"]).contains("1 step: 1 ok"));
    assert_eq!(made(), [false, true, false]);
    assert!(sandbox.loom(&["--step", "clean/c.txt", "clean/b.txt"]).contains("2 units: 2 ok"));
    assert_eq!(made(), [false, true, true]);
    // With its loop, a file says no more.
    assert!(sandbox.loom(&["--step", "clean/b.txt", "clean"]).contains("3 units: 3 ok"));
    insta::assert_snapshot!(sandbox.loom(&["--step", "clean/d.txt"]), @"
    exit 1
    --- stdout
    fail   clean  [TIME] s  the loop clean goes through no file d.txt
    1 step: 0 ok, 1 failed in [TIME] s
    ");
    assert!(sandbox.loom(&["--step", "cleen/b.txt"]).contains("no step is named `cleen/b.txt`"));
}
