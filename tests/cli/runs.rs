//! Looking back and ahead: `loom runs`, `loom log`, `loom why`, `loom plan`.

use std::process::Stdio;

use crate::support::{Sandbox, until};

const PIPELINE: &str = r#"data:
  raw: raw.txt
  clean: clean.txt
  count: count.txt
parameters: {words: 3}
pipeline:
  - {name: clean, command: 'echo "cleaning $1"; cp $1 $3', inputs: {i: $raw}, outputs: {-o: $clean}}
  - {name: count, command: 'head -n $4 $1 > $3', inputs: {i: $clean}, outputs: {-o: $count}, args: {w: $words}}
  - {name: publish, optional: true, command: [cat], inputs: {c: $count}, outputs: {-o: published.txt}}
  - {name: never, disabled: true, command: [cat], inputs: {c: $count}}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(&PIPELINE.replace("head -n $4 $1 > $3", "head -n $5 $1 > $3"));
    sandbox.write("raw.txt", "a\nb\nc\nd\n");
    sandbox
}

/// What a person sees, without the names of runs, moments and how long ago they were.
fn seen(sandbox: &Sandbox, args: &[&str]) -> String {
    steady(&sandbox.loom(args))
}

fn steady(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut kept: Vec<&str> = Vec::new();
        let mut index = 0;
        while index < words.len() {
            let word = words[index];
            let is_date = |word: &str| word.len() == 10 && word.starts_with("20") && word.matches('-').count() == 2;
            let is_name = word.len() > 22 && word.starts_with("20") && word.contains("Z-");
            if is_name {
                kept.push("[RUN]");
            } else if is_date(word) {
                kept.push("[DATE]");
                index += 1;
            } else if words.get(index..index + 2).is_some_and(|two| two[0] == "just" && two[1].starts_with("now")) {
                kept.push("[AGO]");
                index += 1;
            } else if words.get(index + 2).is_some_and(|ago| ago.starts_with("ago")) && words[index + 1] == "s" {
                kept.push("[AGO]");
                index += 2;
            } else {
                kept.push(word);
            }
            index += 1;
        }
        out.push_str(indent);
        out.push_str(&kept.join(" "));
        out.push('\n');
    }
    out
}

/// The folders of the runs, the newest first.
fn folders(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let runs = std::fs::read_dir(sandbox.path().join(".loom/pipeline.yml/runs")).unwrap();
    let mut runs: Vec<_> = runs.map(|run| run.unwrap().path()).collect();
    runs.sort();
    runs.reverse();
    runs
}

#[test]
fn runs_are_listed_with_how_they_went() {
    let sandbox = sandbox();
    assert_eq!(sandbox.loom(&["runs"]), "exit 0\n--- stdout\nno runs are kept\n");
    sandbox.loom(&[]);
    sandbox.loom(&["--set", "words=none"]);
    sandbox.loom(&["--set", "words=none", "--step", "clean"]);
    std::fs::remove_file(folders(&sandbox)[0].join("summary.json")).unwrap();
    insta::assert_snapshot!(seen(&sandbox, &["runs"]), @"
    exit 0
    --- stdout
    # RUN WHEN TOOK OK UP TO DATE FAILED SKIPPED
    1 [RUN] [DATE] [AGO] did not finish
    2 [RUN] [DATE] [AGO] [TIME] s 0 1 1 0
    3 [RUN] [DATE] [AGO] [TIME] s 2 0 0 0
    ");
}

#[test]
fn a_run_that_goes_on_is_listed_as_that() {
    let sandbox = Sandbox::with("pipeline: [{name: wait, command: 'echo waits; touch begun; read line < gate'}]");
    assert!(std::process::Command::new("mkfifo").arg(sandbox.path().join("gate")).status().unwrap().success());
    let mut child = sandbox.command(&[]).stdout(Stdio::null()).spawn().unwrap();
    until(|| sandbox.has("begun") && sandbox.loom(&["log", "wait"]).contains("waits"));
    assert!(seen(&sandbox, &["runs"]).ends_with("is running\n"));
    std::fs::write(sandbox.path().join("gate"), "go\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert!(seen(&sandbox, &["runs"]).ends_with(" 1 0 0 0\n"));
}

#[test]
fn the_folder_of_a_run_keeps_its_events_and_its_summary() {
    let sandbox = sandbox();
    sandbox.loom(&["--events", "events.jsonl"]);
    let folder = &folders(&sandbox)[0];
    let kept = std::fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let whole = sandbox.read("events.jsonl");
    let what = |text: &str| -> Vec<serde_json::Value> {
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["what"].clone());
        lines.filter(|what| what["event"] != "unit_output").collect()
    };
    assert!(whole.contains("unit_output") && !kept.contains("unit_output"));
    assert_eq!(what(&kept), what(&whole));
    let summary = std::fs::read_to_string(folder.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
    assert_eq!(summary, what(&kept).last().unwrap()["summary"]);
}

#[test]
fn a_run_whose_folder_is_gone_says_so_and_goes_on() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: careless, command: 'rm -r .loom/pipeline.yml/runs; echo > $2', outputs: {-o: x}}
  - {name: after, command: [test, -s], inputs: {x: x}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 0
    --- stdout
    start  careless
    done   careless  [TIME] s
    start  after
    done   after  [TIME] s
    note   the run is not kept: cannot write [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/summary.json: No such file or directory (os error 2)
    2 steps: 2 ok in [TIME] s
    ");
}

#[test]
fn a_log_is_printed_as_it_is() {
    let bytes = b"\xff\x00 not text \x1b[31m\r\n";
    let sandbox =
        Sandbox::with("pipeline: [{name: raw, command: [cat], inputs: {i: bytes}}, {name: mute, command: [true]}]");
    sandbox.write("bytes", bytes);
    insta::assert_snapshot!(sandbox.loom(&["log", "raw"]), @"
    exit 2
    --- stderr
    error: no run is kept
      help: a run is kept in `.loom` in the pipeline folder
    ");
    sandbox.loom(&[]);
    sandbox.write("bytes", "second\n");
    sandbox.loom(&["--step", "raw"]);
    let log = |args: &[&str]| sandbox.command(args).output().unwrap().stdout;
    assert_eq!(log(&["log", "raw"]), b"second\n");
    assert_eq!(log(&["log", "1", "raw"]), b"second\n");
    assert_eq!(log(&["log", "2", "raw"]), bytes);
    let name = folders(&sandbox)[1].file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(log(&["log", &name, "raw"]), bytes);
    let path = sandbox.path();
    assert_eq!(log(&["log", path.to_str().unwrap(), &name, "raw"]), bytes);
    assert_eq!(log(&["log", "pipeline.yml", "raw"]), b"second\n");
    // By default the newest run in which it ran.
    insta::assert_snapshot!(seen(&sandbox, &["log", "mute"]), @"
    exit 0
    --- stderr
    mute wrote nothing in the run [RUN]
    ");
    insta::assert_snapshot!(seen(&sandbox, &["log", "1", "mute"]), @"
    exit 2
    --- stderr
    error: `mute` did not run in the run [RUN] so it wrote nothing
      help: `loom why mute` tells when it last ran
    ");
    insta::assert_snapshot!(seen(&sandbox, &["log", "raww"]), @"
    exit 2
    --- stderr
    error: no unit is named `raww`
      help: did you mean `raw`?
    ");
    insta::assert_snapshot!(seen(&sandbox, &["log", "7", "raw"]), @"
    exit 2
    --- stderr
    error: no run is named `7`
      help: 2 runs are kept: `loom runs` lists them
    ");
    // Both began on one day, or in one century.
    let told = sandbox.loom(&["log", &name[..2], "raw"]);
    assert!(told.contains(&format!("error: several runs have names that begin with `{}`", &name[..2])), "{told}");
}

#[test]
fn why_tells_when_a_unit_ran_and_what_changed_since() {
    let sandbox = sandbox();
    insta::assert_snapshot!(seen(&sandbox, &["why", "count"]), @"
    exit 0
    --- stdout
    count will run
      has not run yet
    ");
    sandbox.loom(&[]);
    insta::assert_snapshot!(seen(&sandbox, &["why", "clean"]), @"
    exit 0
    --- stdout
    clean is up to date
    last ran [AGO] [DATE]
    ended ok, after [TIME] s
    because it had not run before
    run [RUN]
    log [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/clean.log
    ");
    sandbox.write("raw.txt", "other\n");
    insta::assert_snapshot!(seen(&sandbox, &["why", "clean"]), @"
    exit 0
    --- stdout
    clean will run
      input raw changed
    last ran [AGO] [DATE]
    ended ok, after [TIME] s
    because it had not run before
    run [RUN]
    log [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/clean.log
    ");
    insta::assert_snapshot!(seen(&sandbox, &["why", ".", "count"]), @"
    exit 0
    --- stdout
    count will run, unless what it reads comes out as it was
      input clean will change
    last ran [AGO] [DATE]
    ended ok, after [TIME] s
    because it had not run before
    run [RUN]
    ");
    insta::assert_snapshot!(seen(&sandbox, &["why", "publish"]), @"
    exit 0
    --- stdout
    publish will run
      has not run yet
    ");
    insta::assert_snapshot!(seen(&sandbox, &["why", "never"]), @"
    exit 2
    --- stderr
    error: `never` is disabled, so it does not run
      help: `--step never` runs it all the same
    ");
    insta::assert_snapshot!(seen(&sandbox, &["why", "cuont"]), @"
    exit 2
    --- stderr
    error: no unit is named `cuont`
      help: did you mean `count`?
    ");
    sandbox.loom(&["--set", "words=none"]);
    insta::assert_snapshot!(seen(&sandbox, &["why", "count"]), @"
    exit 0
    --- stdout
    count will run
      failed last time: exit code 1
    last ran [AGO] [DATE]
    ended exit code 1, after [TIME] s
    because -o count.txt w 3 -> count.txt w none
    run [RUN]
    log [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/count.log
    ");
}

#[test]
fn the_name_of_a_loop_stands_for_all_its_units() {
    let sandbox = Sandbox::with(
        "data: {raw: {type: data_folder, path: raw}, out: {type: data_folder, path: out}}
pipeline:
  - name: copy
    command: 'cp $1 $3'
    loop: {over: $raw, into: $out}
    inputs: {i: $loop_item}
    outputs: {o: $loop_output}
",
    );
    sandbox.write("raw/a.txt", "a").write("raw/b.txt", "b");
    let told = seen(&sandbox, &["why", "copy"]);
    assert!(told.contains("copy/a.txt run has not run yet\ncopy/b.txt run has not run yet\n"), "{told}");
    let told = seen(&sandbox, &["why", "copy/a.txt"]);
    assert!(told.contains("copy/a.txt will run\n  has not run yet\n"), "{told}");
}

#[test]
fn a_plan_is_a_table_or_json() {
    let sandbox = sandbox();
    sandbox.loom(&[]);
    insta::assert_snapshot!(seen(&sandbox, &["plan", "--set", "words=2"]), @"
    exit 0
    --- stdout
    UNIT WHAT WHY
    clean skip up to date (ran [AGO])
    count run -o count.txt w 3 -> count.txt w 2
    publish skip optional
    never skip disabled
    1 to run, 1 up to date; [TIME] s of work, as it took last time
    ");
    sandbox.write("raw.txt", "other\n");
    insta::assert_snapshot!(seen(&sandbox, &["plan", "--include", "publish"]), @"
    exit 0
    --- stdout
    UNIT WHAT WHY
    clean run input raw changed
    count perhaps input clean will change
    publish run has not run yet
    never skip disabled
    2 to run, 1 perhaps, 0 up to date; [TIME] s of work, as it took last time, and 1 never done
    ");
    insta::assert_snapshot!(seen(&sandbox, &["plan", "--step", "count"]), @"
    exit 0
    --- stdout
    UNIT WHAT WHY
    count run selected by name
    1 to run, 0 up to date; [TIME] s of work, as it took last time
    ");
    let json = sandbox.command(&["plan", "--set", "words=2", "--format", "json"]).output().unwrap().stdout;
    let mut plan: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(plan["folder"], sandbox.path().to_str().unwrap());
    for unit in plan["units"].as_array_mut().unwrap() {
        assert!(unit["last_ran"].is_i64() && unit["expected"].is_f64(), "{unit}");
        unit["last_ran"] = 0.into();
        unit["expected"] = 0.into();
        // The shell, wherever it is.
        unit["command"][0] = "sh".into();
    }
    insta::assert_snapshot!(serde_json::to_string_pretty(&plan["units"][1]).unwrap(), @r#"
    {
      "unit": "count",
      "kind": "command",
      "verdict": "run",
      "reasons": [
        {
          "what": {
            "reason": "argument",
            "name": "-o",
            "old": "count.txt w 3",
            "new": "count.txt w 2"
          },
          "text": "-o count.txt w 3 -> count.txt w 2"
        },
        {
          "what": {
            "reason": "input_will_change",
            "input": "clean",
            "path": "clean.txt"
          },
          "text": "input clean will change"
        }
      ],
      "notes": [],
      "command": [
        "sh",
        "-c",
        "head -n $5 $1 > $3",
        "count",
        "clean.txt",
        "-o",
        "count.txt",
        "w",
        "2"
      ],
      "last_ran": 0,
      "expected": 0
    }
    "#);
    assert_eq!(plan["units"][0]["verdict"], "run");
    assert_eq!(plan["left_out"][1], serde_json::json!({"step": "never", "reason": "disabled"}));
    // The same as the run says.
    let told = sandbox.loom(&["--set", "words=2"]);
    assert!(told.contains("start  clean  input raw changed\n"), "{told}");
}

#[test]
fn whoever_only_looks_leaves_nothing() {
    let sandbox = sandbox();
    for args in [&["plan"][..], &["why", "count"], &["runs"], &["log", "count"], &["report"]] {
        sandbox.loom(args);
        assert!(!sandbox.has(".loom"), "{args:?}");
    }
    sandbox.write("pipeline.yml", "pipeline: [{name: a, comand: x}]");
    for args in [&["plan"][..], &["why", "a"]] {
        let told = sandbox.loom(args);
        assert!(told.starts_with("exit 2\n") && told.contains("did you mean `command`?"), "{told}");
    }
    // What is past does not need a pipeline that can be run.
    assert_eq!(sandbox.loom(&["runs"]), "exit 0\n--- stdout\nno runs are kept\n");
}
