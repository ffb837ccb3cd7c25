//! What is noticed of what people do to files between runs, and what is not run for it.

use std::fs::File;
use std::time::{Duration, SystemTime};

use crate::support::{Sandbox, until};

const PIPELINE: &str = "data: {source: source.txt, made: out/made.txt, counted: out/counted.txt}
parameters: {word: x}
pipeline:
  - {name: count, command: 'wc -c < $1 > $3', inputs: {made: $made}, outputs: {-o: $counted}}
  - {name: make, task: tasks/make.py, inputs: {source: $source}, outputs: {-o: $made}, args: {--word: $word}}
";

const MAKE: &str = "import sys
from words import ending
source, _, made, _, word = sys.argv[1:]
open(made, 'w').write(open(source).read() + word + ending)
";

/// The pipeline, once run.
fn ran() -> Sandbox {
    let sandbox = Sandbox::with(PIPELINE);
    sandbox.write("source.txt", "source").write("tasks/make.py", MAKE).write("tasks/words.py", "ending = '!'\n");
    assert_eq!(runs(&sandbox, &[]), "make, count");
    sandbox
}

/// The units that a run starts, each with its reason, in order.
fn runs(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.loom(&[args, &["--sequential"]].concat());
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    let started: Vec<&str> = shown.lines().filter_map(|line| line.strip_prefix("start  ")).collect();
    started.join(", ")
}

/// Changes a file in place, so that nothing but its content and its times change.
fn edit(sandbox: &Sandbox, path: &str, text: &str) {
    sandbox.write(path, text);
}

fn set_modified(sandbox: &Sandbox, path: &str, time: SystemTime) {
    let file = File::options().append(true).open(sandbox.path().join(path)).unwrap();
    file.set_modified(time).unwrap();
}

fn modified(sandbox: &Sandbox, path: &str) -> SystemTime {
    sandbox.path().join(path).metadata().unwrap().modified().unwrap()
}

#[test]
fn every_edit_is_noticed_and_nothing_else() {
    type Edit = fn(&Sandbox);
    const NOW: fn() -> SystemTime = SystemTime::now;
    let edits: [(&str, Edit, &str); 13] = [
        ("nothing", |_| {}, ""),
        (
            "same size and time",
            |sandbox| {
                let before = modified(sandbox, "source.txt");
                edit(sandbox, "source.txt", "SOURCE");
                set_modified(sandbox, "source.txt", before);
            },
            "make  input source changed, count  input made changed",
        ),
        (
            "an older time",
            |sandbox| {
                edit(sandbox, "source.txt", "older");
                set_modified(sandbox, "source.txt", SystemTime::UNIX_EPOCH);
            },
            "make  input source changed, count  input made changed",
        ),
        ("touched only", |sandbox| set_modified(sandbox, "source.txt", NOW()), ""),
        ("a task that is touched only", |sandbox| set_modified(sandbox, "tasks/make.py", NOW()), ""),
        (
            "a clock in the future",
            |sandbox| {
                for path in ["source.txt", "out/made.txt", "tasks/words.py"] {
                    set_modified(sandbox, path, NOW() + Duration::from_secs(3_000_000_000));
                }
            },
            "",
        ),
        (
            "the task",
            |sandbox| edit(sandbox, "tasks/make.py", &format!("{MAKE}# better\n")),
            "make  tasks/make.py changed",
        ),
        (
            "a module",
            |sandbox| edit(sandbox, "tasks/words.py", "ending = '!!'\n"),
            "make  tasks/words.py changed (imported by tasks/make.py), count  input made changed",
        ),
        (
            "an output is gone",
            |sandbox| std::fs::remove_file(sandbox.path().join("out/made.txt")).unwrap(),
            "make  output out/made.txt is missing",
        ),
        (
            "an output is edited",
            |sandbox| edit(sandbox, "out/made.txt", "by hand"),
            "make  output out/made.txt was changed",
        ),
        ("an output is empty", |sandbox| edit(sandbox, "out/made.txt", ""), "make  output out/made.txt was changed"),
        (
            "the same bytes in another file",
            |sandbox| {
                sandbox.write("source.new", "source");
                std::fs::rename(sandbox.path().join("source.new"), sandbox.path().join("source.txt")).unwrap();
            },
            "",
        ),
        (
            "an argument in the file",
            |sandbox| edit(sandbox, "pipeline.yml", &PIPELINE.replace("word: x", "word: y")),
            "make  --word x -> y, count  input made changed",
        ),
    ];
    for (what, edit, expected) in edits {
        let sandbox = ran();
        edit(&sandbox);
        let planned = sandbox.loom(&["--dry-run"]);
        for unit in expected.split(", ").filter(|unit| unit.starts_with("make")) {
            assert!(planned.contains(&format!("run   {unit}")), "{what}: {planned}");
        }
        assert_eq!(expected.is_empty(), planned.contains("0 steps would run"), "{what}: {planned}");
        assert_eq!(runs(&sandbox, &[]), expected, "{what}");
        assert_eq!(runs(&sandbox, &[]), "", "after {what}");
    }
}

#[test]
fn an_argument_of_the_call_counts_as_one_of_the_file() {
    let sandbox = ran();
    assert_eq!(runs(&sandbox, &["--set", "word=yy"]), "make  --word x -> yy, count  input made changed");
    assert_eq!(runs(&sandbox, &["--set", "word=yy"]), "");
    assert_eq!(runs(&sandbox, &[]), "make  --word yy -> x, count  input made changed");
}

#[test]
fn an_input_that_is_edited_while_its_step_runs_makes_it_run_again() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: slow, command: 'cat $1 > $3; : > begun; cat go', inputs: {i: source.txt}, outputs: {-o: made.txt}}
",
    );
    sandbox.write("source.txt", "old");
    assert!(sandbox.shell("mkfifo go").status().unwrap().success());
    let run = sandbox.command(&[]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    until(|| sandbox.has("begun"));
    sandbox.write("source.txt", "new");
    // Opens when the step reads, and lets it go on.
    sandbox.write("go", "");
    let shown = sandbox.shown(&run.wait_with_output().unwrap());
    insta::assert_snapshot!(shown, @"
    exit 0
    --- stdout
    start  slow
    note   slow  input source.txt changed while it ran: it runs again next time
    done   slow  [TIME] s
    1 step: 1 ok in [TIME] s
    ");
    assert_eq!(sandbox.read("made.txt"), "old");
    std::fs::remove_file(sandbox.path().join("go")).unwrap();
    sandbox.write("go", "");
    assert_eq!(runs(&sandbox, &[]), "slow  input source.txt changed while it ran");
    assert_eq!(sandbox.read("made.txt"), "new");
    assert_eq!(runs(&sandbox, &[]), "");
}

#[test]
fn a_pipeline_that_is_edited_during_a_run_counts_from_the_next_one_on() {
    let pipeline = |word: &str| {
        format!(
            "pipeline: [{{name: slow, command: 'echo {word} > $2; : > begun; cat go', outputs: {{-o: made.txt}}}}]\n"
        )
    };
    let sandbox = Sandbox::with(&pipeline("old"));
    assert!(sandbox.shell("mkfifo go").status().unwrap().success());
    let mut run = sandbox.command(&["--quiet"]).spawn().unwrap();
    until(|| sandbox.has("begun"));
    sandbox.write("pipeline.yml", pipeline("new")).write("go", "");
    assert!(run.wait().unwrap().success());
    assert_eq!(sandbox.read("made.txt"), "old\n");
    std::fs::remove_file(sandbox.path().join("go")).unwrap();
    sandbox.write("go", "");
    assert_eq!(runs(&sandbox, &[]), "slow  'echo old > $2; : > begun; cat go' -> 'echo new > $2; : > begun; cat go'");
    assert_eq!(sandbox.read("made.txt"), "new\n");
}

#[test]
fn a_failed_step_runs_again_and_says_why() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: 'cat missing; cp missing $2', outputs: {-o: a.txt}}]\n");
    assert!(sandbox.loom(&[]).starts_with("exit 1"));
    sandbox.write("missing", "here");
    assert_eq!(runs(&sandbox, &[]), "a  failed last time: exit code 1");
    assert_eq!(runs(&sandbox, &[]), "");
}

#[test]
fn what_is_asked_for_runs_in_any_case() {
    let sandbox = ran();
    assert_eq!(runs(&sandbox, &["--force"]), "make, count");
    assert_eq!(runs(&sandbox, &["--step", "make"]), "make");
    assert_eq!(runs(&sandbox, &["--to", "make"]), "");
    assert!(sandbox.loom(&["--force", "--dry-run"]).contains("run   make  forced\n"));
}

#[test]
fn only_new_and_changed_items_of_a_loop_run_and_what_is_left_over_goes() {
    let sandbox = Sandbox::with(
        "data: {raw: raw, clean: clean}
pipeline:
  - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: all, command: 'cat $1/* > $3', inputs: {clean: $clean}, outputs: {-o: all.txt}}
",
    );
    for name in ["a", "b", "c", "d"] {
        sandbox.write(&format!("raw/{name}.txt"), name);
    }
    assert_eq!(runs(&sandbox, &[]), "clean/a.txt, clean/b.txt, clean/c.txt, clean/d.txt, all");
    assert_eq!(runs(&sandbox, &[]), "");
    sandbox.write("raw/b.txt", "B").write("raw/e.txt", "e").write("clean/d.txt", "mine now");
    for name in ["a", "d"] {
        std::fs::remove_file(sandbox.path().join(format!("raw/{name}.txt"))).unwrap();
    }
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    gone   clean/a.txt  removed clean/a.txt, as what it was made from is gone
    loop   clean  3 files
    start  clean/b.txt  input raw/b.txt changed
    done   clean/b.txt  [TIME] s
    skip   clean/c.txt  up to date (ran [AGO])
    start  clean/e.txt
    done   clean/e.txt  [TIME] s
    start  all  input clean changed
    done   all  [TIME] s
    4 units: 3 ok, 1 up to date in [TIME] s
    ");
    assert_eq!(sandbox.read("all.txt"), "Bcmine nowe");
    assert_eq!(runs(&sandbox, &[]), "");
}

#[test]
fn a_folder_is_all_that_is_in_it() {
    let sandbox = Sandbox::with(
        "data: {folder: made}
pipeline:
  - {name: fill, command: 'mkdir -p $3/deep; cp $1 $3/deep/a; cp $1 $3/b', inputs: {i: in.txt}, outputs: {-o: $folder}}
  - {name: beside, command: 'date > $2', outputs: {-o: made/of_another.txt}}
  - {name: read, command: 'find $1 -type f | sort > $3', inputs: {folder: $folder}, outputs: {-o: list.txt}}
",
    );
    sandbox.write("in.txt", "1");
    assert_eq!(runs(&sandbox, &[]), "fill, beside, read");
    assert_eq!(runs(&sandbox, &[]), "");
    sandbox.write("made/deep/a", "2");
    assert_eq!(runs(&sandbox, &[]), "fill  output made was changed");
    std::fs::remove_file(sandbox.path().join("made/b")).unwrap();
    assert_eq!(runs(&sandbox, &[]), "fill  output made was changed");
    sandbox.write("made/new", "");
    // Nobody but a person made it, so it stays, and counts.
    assert_eq!(runs(&sandbox, &[]), "fill  output made was changed, read  input folder changed");
    assert_eq!(runs(&sandbox, &[]), "");
}

#[test]
fn a_deleted_memory_costs_a_run_and_nothing_else() {
    let sandbox = ran();
    std::fs::remove_dir_all(sandbox.path().join(".loom")).unwrap();
    assert_eq!(runs(&sandbox, &[]), "make, count");
    sandbox.write(".loom/pipeline.yml/journal", "loom-journal 2\nof the future\n");
    assert_eq!(runs(&sandbox, &[]), "make, count");
    assert_eq!(runs(&sandbox, &[]), "");
}

#[test]
fn what_a_step_does_not_make_again_is_not_taken_for_its_result() {
    let sandbox = Sandbox::with("pipeline: [{name: w, task: w.sh, outputs: {-o: w.txt}}]\n");
    sandbox.write("w.sh", "echo 1 >> $2\n");
    assert_eq!(runs(&sandbox, &[]), "w");
    assert_eq!(runs(&sandbox, &["--force"]), "w");
    assert_eq!(sandbox.read("w.txt"), "1\n");
    sandbox.write("w.txt", "by hand");
    let shown = sandbox.loom(&[]);
    assert!(
        shown.contains("aside  w  what stood at w.txt before is kept in [SANDBOX]/.loom/pipeline.yml/runs/"),
        "{shown}"
    );
    assert_eq!(sandbox.read("w.txt"), "1\n");
    sandbox.write("w.sh", "echo elsewhere > typo\n");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    start  w  w.sh changed
    fail   w  [TIME] s  ended well, but did not make w.txt
           by hand  (cd [SANDBOX] && /usr/bin/sh w.sh -o w.txt)
    1 step: 0 ok, 1 failed in [TIME] s
    ");
    // What it had made before is there again, and counts for nothing.
    assert_eq!(sandbox.read("w.txt"), "1\n");
    assert!(sandbox.loom(&["--dry-run"]).contains("run   w  failed last time: ended well, but did not make w.txt"));
}

#[test]
fn a_failed_attempt_leaves_nothing_to_the_next_one() {
    let sandbox = Sandbox::with(
        "pipeline: [{name: a, command: 'if [ -e tried ]; then exit 0; fi; : > tried; echo half > $2; exit 1', outputs: {-o: a.txt}, retries: 1}]\n",
    );
    let shown = sandbox.loom(&[]);
    assert!(shown.contains("ended well, but did not make a.txt"), "{shown}");
}

#[test]
fn a_condition_may_end_the_passes_earlier_than_before() {
    let sandbox = Sandbox::with(
        "data: {g: g.txt}
parameters: {goal: 99}
pipeline:
  - group: refine
    multi_pass: {count: 3, expressions: {k: iter}, condition: {script: stop.py, inputs: {g: $g}, args: {goal: $goal}}}
    steps: [{name: fit, command: 'echo $4 > $2', outputs: {-o: $g}, args: {-k: $k}}]
  - {name: after, command: 'cat $1 > $3', inputs: {g: $g}, outputs: {-o: after.txt}}
",
    );
    sandbox.write("stop.py", "def evaluate(g, goal): return float(open(g).read()) >= float(goal)\n");
    for (goal, made) in [("99", "2"), ("0", "0"), ("1", "1"), ("99", "2")] {
        let shown = sandbox.loom(&["--set", &format!("goal={goal}")]);
        assert!(shown.starts_with("exit 0"), "{shown}");
        assert_eq!((sandbox.read("g.txt").trim(), sandbox.read("after.txt").trim()), (made, made), "{goal}: {shown}");
        let again = sandbox.loom(&["--set", &format!("goal={goal}")]);
        assert!(!again.contains("start  after"), "{goal}: {again}");
    }
}

#[test]
fn half_of_an_item_that_is_no_more_is_nothing_to_go_on_with() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: clean, command: 'cp $1 $3; [ $1 != raw/b ]', loop: {over: raw, into: clean}, inputs: {i: $loop_item}, outputs: {-o: $loop_output}}
  - {name: merge, command: 'cat $1/* > $3', inputs: {c: clean}, outputs: {-o: merged.txt}}
",
    );
    sandbox.write("raw/a", "a").write("raw/b", "b");
    assert!(sandbox.loom(&[]).starts_with("exit 1"));
    std::fs::remove_file(sandbox.path().join("raw/b")).unwrap();
    assert_eq!(runs(&sandbox, &[]), "merge");
    assert_eq!(sandbox.read("merged.txt"), "a");
}

#[test]
fn what_was_changed_and_changed_back_while_a_step_ran_may_have_been_read() {
    let sandbox = Sandbox::with(
        "pipeline: [{name: slow, command: ': > begun; cat go; cat $1 > $3; : > read; cat on', inputs: {i: in.txt}, outputs: {-o: out.txt}}]\n",
    );
    sandbox.write("in.txt", "A");
    assert!(sandbox.shell("mkfifo go on").status().unwrap().success());
    let mut run = sandbox.command(&["--quiet"]).spawn().unwrap();
    until(|| sandbox.has("begun"));
    sandbox.write("in.txt", "B").write("go", "");
    until(|| sandbox.has("read"));
    sandbox.write("in.txt", "A").write("on", "");
    assert!(run.wait().unwrap().success());
    for fifo in ["go", "on"] {
        std::fs::remove_file(sandbox.path().join(fifo)).unwrap();
        sandbox.write(fifo, "");
    }
    assert_eq!(runs(&sandbox, &[]), "slow  input in.txt changed while it ran");
    assert_eq!(sandbox.read("out.txt"), "A");
}

#[test]
fn what_a_loop_loses_a_further_loop_loses_too() {
    let each = "command: [cp], inputs: {i: $loop_item}, outputs: {-T: $loop_output}";
    let sandbox = Sandbox::with(&format!(
        "pipeline:\n  - {{name: one, loop: {{over: raw, into: l1}}, {each}}}\n  - {{name: two, loop: {{over: l1, into: l2}}, {each}}}\n"
    ));
    sandbox.write("raw/a", "a").write("raw/b", "b");
    assert_eq!(runs(&sandbox, &[]), "one/a, one/b, two/a, two/b");
    std::fs::remove_file(sandbox.path().join("raw/a")).unwrap();
    let planned = sandbox.loom(&["--dry-run"]);
    for gone in ["gone  l1/a", "gone  l2/a", "\n0 steps would run"] {
        assert!(planned.contains(gone), "{planned}");
    }
    assert_eq!(runs(&sandbox, &[]), "");
    assert!(!sandbox.has("l1/a") && !sandbox.has("l2/a") && sandbox.has("l2/b"));
}

#[test]
fn a_step_may_write_into_the_folder_that_it_reads_and_outside_where_it_is_allowed() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "in/pipeline.yml",
        "data: {out: {path: ../out.txt, allow_outside_pipeline: true}}
pipeline:
  - {name: a, command: 'ls $1 > $3', inputs: {folder: folder}, outputs: {-o: folder/list.txt}}
  - {name: b, command: 'echo b > $2', outputs: {-o: $out}}
",
    );
    sandbox.write("in/folder/x", "");
    assert_eq!(runs(&sandbox, &["in"]), "a, b");
    assert_eq!(runs(&sandbox, &["in"]), "");
    assert_eq!(runs(&sandbox, &["in", "--force"]), "a, b");
    assert_eq!(sandbox.read("out.txt"), "b\n");
    assert_eq!(runs(&sandbox, &["in"]), "");
}
