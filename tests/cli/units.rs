//! Steps that are more than one command, or none: loops, passes, conditions, switches, and data that is fetched.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{Sandbox, status};

/// The events of a run, as JSON.
fn events(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    sandbox
        .read("events.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["what"].clone())
        .collect()
}

#[test]
fn a_thousand_files_are_a_thousand_units() {
    let sandbox = Sandbox::with(
        "
data: {raw: raw, clean: clean, count: count.txt, other: other.txt}
pipeline:
  - {name: count, command: 'ls clean > count.txt', inputs: {i: $clean}, outputs: {o: $count}}
  - name: clean
    command: 'case $1 in *777*) echo a bad file >&2; exit 3;; esac; cp \"$1\" \"$3\"'
    loop: {over: $raw, into: $clean, filter: '*.txt'}
    inputs: {i: $loop_item}
    outputs: {-o: $loop_output}
  - {name: other, command: 'echo > other.txt', outputs: {o: $other}}
",
    );
    for number in 0..1000 {
        sandbox.write(&format!("raw/f{number:04}.txt"), "x");
    }
    sandbox.write("raw/left.csv", "out");
    let output = sandbox.command(&["--max-workers", "3", "--events", "events.jsonl"]).output().unwrap();
    assert_eq!(status(&output), "1");
    let shown = sandbox.shown(&output);
    assert!(shown.contains("fail   clean/f0777.txt  [TIME] s  exit code 3"), "{shown}");
    assert!(shown.contains("skip   count  clean/f0777.txt failed"), "{shown}");
    assert!(shown.ends_with("1002 units: 1000 ok, 1 failed, 1 skipped in [TIME] s\n"), "{shown}");
    let (mut running, mut most, mut started) = (0usize, 0, 0);
    for event in events(&sandbox) {
        match event["event"].as_str().unwrap() {
            "unit_started" => {
                running += 1;
                started += 1;
            }
            "unit_finished" => running -= 1,
            _ => {}
        }
        most = most.max(running);
    }
    assert_eq!((started, most), (1001, 3));
    assert_eq!(std::fs::read_dir(sandbox.path().join("clean")).unwrap().count(), 999);
    assert!(sandbox.has("other.txt") && !sandbox.has("count.txt"));
}

#[test]
fn a_loop_takes_one_item_at_a_time_if_told_so() {
    let sandbox = Sandbox::with("
pipeline:
  - {name: each, command: [cp], loop: {over: raw, into: made, parallel: false}, inputs: {i: $loop_item}, args: {-T: $loop_output}}
");
    for number in 0..5 {
        sandbox.write(&format!("raw/{number}"), "x");
    }
    let output = sandbox.command(&["--max-workers", "4", "--events", "events.jsonl"]).output().unwrap();
    assert_eq!(status(&output), "0", "{}", sandbox.shown(&output));
    let told: Vec<String> = events(&sandbox)
        .iter()
        .filter_map(|event| {
            let word = event["event"].as_str()?.strip_prefix("unit_")?;
            Some(format!("{word} {}", event["unit"].as_str()?))
        })
        .collect();
    let expected: Vec<String> =
        (0..5).flat_map(|n| [format!("started each/{n}"), format!("finished each/{n}")]).collect();
    assert_eq!(told, expected);
}

#[test]
fn an_empty_folder_is_no_failure_and_a_missing_one_is() {
    let sandbox = Sandbox::with(
        "
data: {raw: raw, clean: clean}
pipeline:
  - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: after, command: [ls], inputs: {i: $clean}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    fail   clean  [TIME] s  the folder raw does not exist
    skip   after  clean failed
    2 steps: 0 ok, 1 failed, 1 skipped in [TIME] s
    --- stderr
    warning: `clean` goes through `raw`, which does not exist
     --> ./pipeline.yml:4:47
      |
    4 |   - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs...
      |                                               ^^^^ no such folder
      |
      = help: no step makes it: the step will fail; a path is relative to the
              folder of the pipeline file
    ");
    std::fs::create_dir(sandbox.path().join("raw")).unwrap();
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    loop   clean  no files
    done   clean  [TIME] s
    start  after
    done   after  [TIME] s
    2 steps: 2 ok in [TIME] s
    ");
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential"]), @"
    exit 0
    --- stdout
    run   clean  no files
    run   after  makes no files
          /usr/bin/ls clean
    2 steps would run in [SANDBOX], one at a time
    ");
}

#[test]
fn what_a_loop_goes_through_may_be_made_by_a_step() {
    let sandbox = Sandbox::with(
        "
data: {raw: raw, clean: clean}
pipeline:
  - {name: clean, command: [cp], loop: {over: $raw, into: $clean}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: make, command: 'mkdir -p raw; echo 1 > raw/a; echo 2 > \"raw/b c\"', outputs: {o: $raw}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential"]), @r#"
    exit 0
    --- stdout
    run   make  has not run yet
          /usr/bin/sh -c 'mkdir -p raw; echo 1 > raw/a; echo 2 > "raw/b c"' make o raw
    run   clean  for each file of raw, which make makes
          cp $loop_item -T $loop_output
    2 steps would run in [SANDBOX], one at a time
    "#);
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--verbose"]), @r#"
    exit 0
    --- stdout
    start  make
           /usr/bin/sh -c 'mkdir -p raw; echo 1 > raw/a; echo 2 > "raw/b c"' make o raw
    done   make  [TIME] s
    loop   clean  2 files
    start  clean/a
           /usr/bin/cp raw/a -T clean/a
    done   clean/a  [TIME] s
    start  clean/b c
           /usr/bin/cp 'raw/b c' -T 'clean/b c'
    done   clean/b c  [TIME] s
    3 units: 3 ok in [TIME] s
    "#);
}

const PASSES: &str = "
data: {start: start.txt, g: out/g.txt, score: out/score.txt}
pipeline:
  - group: refine
    multi_pass:
      count: 4
      expressions: {step: \"0.1 * (iter + 1)\", last: \"iter == 3\"}
      feedback: {fit.-o: fit.from}
      condition: {script: stop.py, inputs: {score: $score}, args: {enough: 2}}
    steps:
      - {name: fit, task: fit.sh, inputs: {from: $start}, outputs: {-o: $g}, args: {--step: $step, --last: $last}}
      - {name: score, task: score.sh, inputs: {g: $g}, outputs: {-o: $score}}
  - {name: after, command: [cat], inputs: {score: $score}}
";

fn passes() -> Sandbox {
    let sandbox = Sandbox::with(PASSES);
    sandbox.write("start.txt", "begin\n");
    sandbox.write("fit.sh", "in=$1 out=$3; shift 3; { cat $in; echo $*; } > $out\n");
    sandbox.write("score.sh", "wc -l < $1 > $3\n");
    sandbox.write("stop.py", "def evaluate(score, enough):\n    return int(open(score).read()) > enough\n");
    sandbox
}

#[test]
fn passes_end_when_the_condition_is_met() {
    let sandbox = passes();
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--quiet"]), @"exit 0");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    skip   refine/fit#0  up to date (ran [AGO])
    skip   refine/score#0  up to date (ran [AGO])
    start  refine#0
    done   refine#0  [TIME] s  not yet
    skip   refine/fit#1  up to date (ran [AGO])
    skip   refine/score#1  up to date (ran [AGO])
    start  refine#1
    done   refine#1  [TIME] s  condition met
    skip   refine  up to date (ran [AGO])
    start  after
           after | 3
    done   after  [TIME] s
    8 units: 3 ok, 5 up to date in [TIME] s
    ");
    assert_eq!(sandbox.read("out/g.txt"), sandbox.read("out/g_iter1.txt"));
    assert_eq!(sandbox.read("out/score.txt").trim(), "3");
    assert!(!sandbox.has("out/g_iter2.txt"));
    insta::assert_snapshot!(sandbox.loom(&["--list"]), @"
    exit 0
    --- stdout
    group refine, up to 4 passes
      fit    fit.sh
      score  score.sh

    after  cat
    ");
    insta::assert_snapshot!(sandbox.loom(&["--step", "fit"]), @"
    exit 2
    --- stderr
    error: `fit` runs only in the passes of `refine` (`--step`)
      = help: select them all: `--step refine`

    1 error; nothing was run
    ");
    insta::assert_snapshot!(sandbox.loom(&["--step", "refine", "--dry-run", "--sequential"]), @"
    exit 0
    --- stdout
    run   refine/fit#0  selected by name
          /usr/bin/sh fit.sh start.txt -o out/g_iter0.txt --step 0.1
    run   refine/score#0  selected by name
          /usr/bin/sh score.sh out/g_iter0.txt -o out/score_iter0.txt
    run   refine#0  condition
          evaluate(score=out/score_iter0.txt, enough=2) of stop.py
    run   refine/fit#1  selected by name, unless the condition is met before
          /usr/bin/sh fit.sh out/g_iter0.txt -o out/g_iter1.txt --step 0.2
    run   refine/score#1  selected by name, unless the condition is met before
          /usr/bin/sh score.sh out/g_iter1.txt -o out/score_iter1.txt
    run   refine#1  condition, unless the condition is met before
          evaluate(score=out/score_iter1.txt, enough=2) of stop.py
    run   refine/fit#2  selected by name, unless the condition is met before
          /usr/bin/sh fit.sh out/g_iter1.txt -o out/g_iter2.txt --step 0.30000000000000004
    run   refine/score#2  selected by name, unless the condition is met before
          /usr/bin/sh score.sh out/g_iter2.txt -o out/score_iter2.txt
    run   refine#2  condition, unless the condition is met before
          evaluate(score=out/score_iter2.txt, enough=2) of stop.py
    run   refine/fit#3  selected by name, unless the condition is met before
          /usr/bin/sh fit.sh out/g_iter2.txt -o out/g_iter3.txt --step 0.4 --last
    run   refine/score#3  selected by name, unless the condition is met before
          /usr/bin/sh score.sh out/g_iter3.txt -o out/score_iter3.txt
    run   refine#3  condition, unless the condition is met before
          evaluate(score=out/score_iter3.txt, enough=2) of stop.py
    12 units would run in [SANDBOX], one at a time
    ");
}

#[test]
fn a_pass_that_fails_ends_them_all() {
    let sandbox = passes();
    sandbox.write("score.sh", "case $1 in *iter1*) exit 4;; esac; wc -l < $1 > $3\n");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    start  refine/fit#0
    done   refine/fit#0  [TIME] s
    start  refine/score#0
    done   refine/score#0  [TIME] s
    start  refine#0
    done   refine#0  [TIME] s  not yet
    start  refine/fit#1
    done   refine/fit#1  [TIME] s
    start  refine/score#1
    fail   refine/score#1  [TIME] s  exit code 4
           by hand  (cd [SANDBOX] && /usr/bin/sh score.sh out/g_iter1.txt -o out/score_iter1.txt)
    skip   refine  refine/score#1 failed
    skip   after  refine/score#1 failed
    7 units: 4 ok, 1 failed, 2 skipped in [TIME] s
    ");
    assert!(!sandbox.has("out/g.txt"));
    // The condition itself may fail.
    sandbox
        .write("score.sh", "wc -l < $1 > $3\n")
        .write("stop.py", "def evaluate(score, enough):\n    raise ValueError('no')\n");
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--quiet"]), @r#"
    exit 1
    --- stdout
    fail   refine#0  [TIME] s  exit code 1
           refine#0 | Traceback (most recent call last):
           refine#0 |   File "[SANDBOX]/stop.py", line 2, in evaluate
           refine#0 |     raise ValueError('no')
           refine#0 | ValueError: no
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/refine#0.log
    skip   refine  refine#0 failed
    skip   after  refine#0 failed
    5 units: 1 ok, 1 up to date, 1 failed, 2 skipped in [TIME] s
    "#);
}

#[test]
fn what_an_expression_cannot_mean_is_told_at_its_line() {
    for (expression, told) in [
        ("\"__import__('os').system('x')\"", "error[expression]"),
        ("\"1 / (iter - 2)\"", "in pass 2"),
        ("\"itre + 1\"", "did you mean `iter`?"),
        ("iter +", "error[expression]"),
    ] {
        let sandbox = Sandbox::with(&format!(
            "
pipeline:
  - group: g
    multi_pass: {{count: 5, expressions: {{lr: {expression}}}}}
    steps: [{{name: a, command: [touch], args: {{never: $lr}}}}]
"
        ));
        let output = sandbox.command(&["check", "--format", "json"]).output().unwrap();
        assert_eq!(status(&output), "2", "{expression}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let problem = &report["problems"][0];
        assert_eq!(problem["places"][0]["start"]["line"], 4, "{expression}: {problem}");
        let text = format!("error[{}]: {} {}", problem["code"].as_str().unwrap(), problem["message"], problem["help"]);
        assert!(text.contains(told), "{expression}: {text}");
        assert!(!sandbox.has("never"));
    }
}

const BRANCHES: &str = "
data: {big: big.txt, small: small.txt}
pipeline:
  - {name: report_big, command: [cat], inputs: {b: $big}}
  - {name: is_there, kind: condition, predicate: exists, inputs: {data: flag.txt}}
  - {name: route, kind: switch, condition: $is_there, data: nothing.txt}
  - {name: big, command: 'echo $1 > $3', inputs: {i: $route.then}, outputs: {-o: $big}}
  - {name: small, command: 'echo $@ > small.txt', inputs: {i: $route.else}, outputs: {-o: $small}, args: {--there: $is_there}}
";

#[test]
fn a_branch_that_is_not_taken_is_no_failure() {
    let sandbox = Sandbox::with(BRANCHES);
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    done   is_there  [TIME] s  false
    done   route  [TIME] s  else
    skip   big  condition not met (route)
    skip   report_big  condition not met (route)
    start  small
    done   small  [TIME] s
    5 steps: 3 ok, 2 not taken in [TIME] s
    ");
    assert_eq!(sandbox.read("small.txt"), "nothing.txt -o small.txt\n");
    sandbox.write("flag.txt", "");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    done   is_there  [TIME] s  true
    done   route  [TIME] s  then
    skip   small  condition not met (route)
    start  big
    done   big  [TIME] s
    start  report_big
           report_big | nothing.txt
    done   report_big  [TIME] s
    5 steps: 4 ok, 1 not taken in [TIME] s
    ");
    insta::assert_snapshot!(sandbox.loom(&["--dry-run", "--sequential"]), @"
    exit 0
    --- stdout
    run   is_there  condition
          exists flag.txt
    run   route  switch
          switch $is_there
    skip  big  up to date (ran [AGO]), only if route leads to `then`
    run   report_big  makes no files
          /usr/bin/cat big.txt
    run   small  is_there is to be answered, only if route leads to `else`
          /usr/bin/sh -c 'echo $@ > small.txt' small nothing.txt -o small.txt --there '$is_there'
    4 steps would run in [SANDBOX], one at a time; 1 up to date
    ");
}

#[test]
fn a_condition_that_cannot_be_told_fails_with_its_own_words() {
    let sandbox = Sandbox::with(
        "
parameters: {limit: 0.5}
pipeline:
  - {name: ask, kind: condition, script: ask.py, inputs: {limit: $limit}, args: {name: '5'}}
  - {name: route, kind: switch, condition: $ask, data: x}
  - {name: then, command: [echo], inputs: {i: $route.then}}
  - {name: other, command: [echo, other]}
",
    );
    sandbox.write("helper.py", "LIMIT = 1\n");
    sandbox.write("ask.py", "import helper\nprint('asked')\ndef evaluate(limit, name):\n    assert (limit, name) == (0.5, '5')\n    raise ValueError(f'no limit like {limit}')\n");
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @r#"
    exit 1
    --- stdout
    start  ask
           ask | asked
           ask | Traceback (most recent call last):
           ask |   File "[SANDBOX]/ask.py", line 5, in evaluate
           ask |     raise ValueError(f'no limit like {limit}')
           ask | ValueError: no limit like 0.5
    fail   ask  [TIME] s  exit code 1
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/ask.log
    skip   route  ask failed
    skip   then  ask failed
    start  other
           other | other
    done   other  [TIME] s
    4 steps: 1 ok, 1 failed, 2 skipped in [TIME] s
    "#);
    sandbox.write(
        "ask.py",
        "import helper\nprint('asked')\ndef evaluate(limit, name):\n    return limit < helper.LIMIT\n",
    );
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 0
    --- stdout
    start  ask
           ask | asked
    done   ask  [TIME] s  true
    done   route  [TIME] s  then
    start  then
           then | x
    done   then  [TIME] s
    start  other
           other | other
    done   other  [TIME] s
    4 steps: 4 ok in [TIME] s
    ");
    sandbox.write("ask.py", "import sys\ndef evalute(**values): pass\n");
    insta::assert_snapshot!(sandbox.loom(&["--step", "ask"]), @"
    exit 1
    --- stdout
    start  ask
           ask | ask.py has no function `evaluate`
    fail   ask  [TIME] s  exit code 1
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/ask.log
    1 step: 0 ok, 1 failed in [TIME] s
    ");
    sandbox.write("ask.py", "import os\nos._exit(0)\n");
    insta::assert_snapshot!(sandbox.loom(&["--step", "ask"]), @"
    exit 1
    --- stdout
    start  ask
    fail   ask  [TIME] s  it ended without an answer
    1 step: 0 ok, 1 failed in [TIME] s
    ");
    // A condition is asked in a run, and by nothing else.
    sandbox.write("ask.py", "open('asked', 'w')\n");
    for call in [
        &["check"][..],
        &["--dry-run"],
        &["--list"],
        &["graph"],
        &["--step", "ask", "--investigate"],
        &["--clean-list"],
    ] {
        sandbox.loom(call);
        assert!(!sandbox.has("asked"), "{call:?}");
    }
}

/// A web server for one path, which counts how often it is asked.
fn serve() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = request.next().unwrap().unwrap();
            while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
            counted.fetch_add(1, Ordering::SeqCst);
            let answer: &[u8] = if first.contains("/table.csv") {
                b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\na,b\n"
            } else {
                b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            };
            stream.write_all(answer).unwrap();
        }
    });
    (address, count)
}

#[test]
fn an_address_is_fetched_once() {
    let (address, count) = serve();
    let sandbox = Sandbox::with(&format!(
        "
data: {{table: '{address}/table.csv?x=1', gone: {address}/gone.csv}}
pipeline:
  - {{name: a, command: [cat], inputs: {{t: $table}}}}
  - {{name: b, command: [cat], args: {{'-': $table}}}}
  - {{name: c, command: [cat], inputs: {{t: $gone}}, optional: true}}
"
    ));
    let first = sandbox.loom(&[]);
    assert!(first.contains("a | a,b") && first.contains("2 ok"), "{first}");
    let again = sandbox.loom(&["--sequential"]);
    assert!(again.contains("2 steps: 2 ok"), "{again}");
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let kept: Vec<_> = std::fs::read_dir(sandbox.path().join(".loom-url-cache"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(matches!(&kept[..], [name] if name.to_str().unwrap().ends_with("_table.csv")), "{kept:?}");
    let failed = sandbox.loom(&["--step", "c"]);
    assert!(failed.starts_with("exit 1") && failed.contains("404"), "{failed}");
    let cleaned = sandbox.loom(&["--clean", "--permanent", "-y"]);
    assert!(cleaned.starts_with("exit 0") && !sandbox.has(".loom-url-cache"), "{cleaned}");
}

#[test]
fn a_file_without_a_name_in_text_fails_alone() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::with(
        "
pipeline:
  - {name: copy, command: [cp], loop: {over: raw, into: made}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
",
    );
    sandbox.write("raw/ok.txt", "x");
    std::fs::write(sandbox.path().join("raw").join(std::ffi::OsStr::from_bytes(b"bad\xff.txt")), "x").unwrap();
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    loop   copy  2 files
    start  copy/ok.txt
    done   copy/ok.txt  [TIME] s
    fail   copy/bad�.txt  [TIME] s  the name of the file is not UTF-8 text
    2 units: 1 ok, 1 failed in [TIME] s
    ");
}

#[test]
fn a_list_is_of_what_is_selected() {
    let sandbox = passes();
    insta::assert_snapshot!(sandbox.loom(&["--list", "--step", "after"]), @"
    exit 0
    --- stdout
    after  cat
    ");
    insta::assert_snapshot!(sandbox.loom(&["--list", "--step", "refin"]), @"
    exit 2
    --- stderr
    error: no step is named `refin` (`--step`)
      = help: did you mean `refine`?

    1 error; nothing was run
    ");
    insta::assert_snapshot!(sandbox.loom(&["--list", "--include", "aftr"]), @"
    exit 2
    --- stderr
    error: no step is named `aftr` (`--include`)
      = help: did you mean `after`?

    1 error; nothing was run
    ");
}
