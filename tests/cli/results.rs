//! `loom results`: the numbers that steps wrote, for people, for programs and for a browser.

use crate::support::Sandbox;

/// Three steps that write a number each, one that reads them, and one that fails.
const PIPELINE: &str = r#"pipeline:
  - {name: low, task: try.sh, outputs: {-o: low.json}, args: {--rate: 0.10, --kind: a|b}}
  - {name: mid, task: try.sh, outputs: {-o: mid.json}, args: {--rate: 0.5, --kind: a|b}}
  - {name: high, task: try.sh, outputs: {-o: high.json}, args: {--rate: 2, --kind: 'c, "d"'}}
  - {name: broken, task: try.sh, outputs: {-o: broken.json}, args: {--rate: none, --kind: e}}
  - {name: compare, command: 'printf "{\"rows\": [%s]}" 17 > $5', inputs: {a: low.json, b: mid.json, c: high.json}, outputs: {-o: all.json}}
"#;

/// Writes `rate`, as it was given, a score that is greatest at 0.5, and a size.
const TASK: &str = r#"case $4 in
  0.10) score=0.625 ;;
  0.5) score=0.75 ;;
  2) score=0.5 ;;
  *) echo "no rate: $4"; exit 3 ;;
esac
echo "{\"rate\": $4, \"size\": 100, \"metrics\": {\"score\": $score, \"loss\": 1e-3, \"ok\": true}, \"seconds\": ${#4}}" > $2
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with(PIPELINE);
    sandbox.write("try.sh", TASK);
    sandbox
}

fn after_a_run() -> Sandbox {
    let sandbox = sandbox();
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 1\n"), "{shown}");
    sandbox
}

/// What a person sees, without what a step took: widths differ with it.
fn seen(sandbox: &Sandbox, args: &[&str]) -> String {
    let shown = sandbox.loom(args).replace("[TIME] s", "[TIME]");
    let lines = shown.lines().map(|line| match line.split_once("[TIME]") {
        Some((before, after)) => format!("{} [TIME]{after}", before.trim_end()),
        None => line.to_owned(),
    });
    lines.map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn steps_are_compared_by_the_numbers_that_they_have_in_common() {
    let sandbox = after_a_run();
    insta::assert_snapshot!(seen(&sandbox, &["results"]), @r#"
    exit 0
    --- stdout
    unit    rate  kind    score  seconds    took  state
    low     0.10  a|b     0.625        4 [TIME]  ok
    mid     0.5   a|b     0.750        3 [TIME]  ok
    high    2     c, "d"  0.500        1 [TIME]  ok
    broken  none  e           -        -       -  failed
    the same in all: size=100, loss=0.001
    4 units, 1 failed; from low.json and 3 more files
    to mark the best: `metrics: {metrics.score: max}` in the data node; or `--sort -score`
    "#);
    insta::assert_snapshot!(seen(&sandbox, &["results", "--sort", "-score", "--top", "2"]), @"
    exit 0
    --- stdout
    unit  rate  score  seconds    took
    mid    0.5  0.750        3 [TIME]
    low   0.10  0.625        4 [TIME]
    the same in all: kind=a|b, size=100, loss=0.001
    2 of 4 units, 1 failed; from low.json and 3 more files
    ");
}

#[test]
fn where_nothing_is_made_yet_it_says_how_to_make_it() {
    insta::assert_snapshot!(sandbox().loom(&["results"]), @"
    exit 0
    --- stdout
    no results: no step has made a JSON file with numbers in it
      help: run the pipeline: `loom`
      help: or say which numbers count: `metrics: {loss: min}` in a data node, a key
            of its JSON or a column of its CSV
    ");
    let sandbox = sandbox();
    sandbox.write("low.json", "{\"score\": ");
    insta::assert_snapshot!(sandbox.loom(&["results", "pipeline.yml"]), @"
    exit 0
    --- stdout
    no results: no numbers could be read from what was made
      low.json: not JSON: EOF while parsing a value at line 1 column 10
    ");
}

#[test]
fn programs_get_an_empty_table_where_there_is_nothing() {
    let sandbox = sandbox();
    let shown = sandbox.loom(&["results", "--format", "csv"]);
    assert!(shown.starts_with("exit 0\n--- stdout\nlabel,state,duration\n--- stderr\nno results: "), "{shown}");
    let output = sandbox.command(&["results", "--format", "json"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["rows"], serde_json::json!([]));
    let shown = sandbox.loom(&["results", "--html", "page.html"]);
    assert!(shown.starts_with("exit 2\n--- stderr\nno results: ") && !sandbox.has("page.html"), "{shown}");
}

#[test]
fn the_best_of_the_tutorial_is_what_its_own_comparison_finds() {
    let sandbox = Sandbox::new();
    crate::examples::copy(&crate::support::repository().join("examples/parallel"), &sandbox.path());
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    let compared: serde_json::Value = serde_json::from_str(&sandbox.read("data/comparison.json")).unwrap();
    let output = sandbox.command(&["results", "--sort", "-f1_score", "--format", "json"]).output().unwrap();
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results["rows"].as_array().unwrap().len(), 3);
    assert_eq!(results["rows"][0]["parameters"]["config-name"], compared["best"]);
    let best = compared["configurations"].as_array().unwrap();
    let best = best.iter().find(|row| row["config"] == compared["best"]).unwrap();
    assert_eq!(results["rows"][0]["metrics"]["f1_score"], best["f1_score"]);
    assert_eq!(results["rows"][0]["parameters"]["threshold"], best["threshold"]);
}

#[test]
fn means_are_taken_over_all_other_parameters() {
    let sandbox = after_a_run();
    insta::assert_snapshot!(seen(&sandbox, &["results", "--by", "kind", "--sort", "score"]), @r#"
    exit 0
    --- stdout
    kind                  score              seconds    took  state
    c, "d"           0.5000 (1)           1.0000 (1) [TIME]  ok
    a|b     0.6875 ± 0.0884 (2)  3.5000 ± 0.7071 (2) [TIME]  ok
    e                         -                    -       -  failed
    the same in all: size=100, loss=0.001
    3 rows of 4 units, 1 failed; from low.json and 3 more files
    "#);
    insta::assert_snapshot!(seen(&sandbox, &["results", "--by", "kin"]), @"
    exit 2
    --- stderr
    error: no parameter is named `kin`
      help: did you mean `kind`?
    ");
}

#[test]
fn a_front_has_what_nothing_else_beats() {
    let sandbox = after_a_run();
    insta::assert_snapshot!(seen(&sandbox, &["results", "--pareto", "score:max,rate:min", "--sort", "rate"]), @"
    exit 0
    --- stdout
    unit  rate  score  seconds    took
    low   0.10  0.625        4 [TIME]
    mid    0.5  0.750        3 [TIME]
    the same in all: kind=a|b, size=100, loss=0.001
    2 of 4 units, 1 failed; from low.json and 3 more files
    ");
    insta::assert_snapshot!(seen(&sandbox, &["results", "--pareto", "score,duration"]), @"
    exit 2
    --- stderr
    error: which `score` is better is not said
      help: `--pareto score:min` for the smaller, `score:max` for the larger
    ");
    insta::assert_snapshot!(seen(&sandbox, &["results", "--pareto", "score:max,kind:min"]), @"
    exit 2
    --- stderr
    error: there are no numbers in the column `kind`
      help: `--pareto` weighs metrics, parameters that are numbers, and `duration`
    ");
    insta::assert_snapshot!(seen(&sandbox, &["results", "--pareto", "score:max"]), @"
    exit 2
    --- stderr
    error: `--pareto` weighs two columns or more
      help: as in `--pareto accuracy,duration`
    ");
}

#[test]
fn names_that_are_none_are_told_with_the_nearest() {
    let sandbox = after_a_run();
    insta::assert_snapshot!(seen(&sandbox, &["results", "--sort", "-scrore"]), @"
    exit 2
    --- stderr
    error: no column is named `scrore`
      help: did you mean `score`?
    ");
    insta::assert_snapshot!(seen(&sandbox, &["results", "--pareto", "colour,score:max"]), @"
    exit 2
    --- stderr
    error: no column is named `colour`
      help: there are: rate, kind, size, score, loss, seconds, duration
    ");
}

#[test]
fn programs_get_every_column_and_every_digit() {
    let sandbox = after_a_run();
    let steady = |text: String| -> String {
        // The last column of CSV and Markdown is what it took.
        let lines = text.lines().map(|line| {
            let (before, last) = line.trim_end_matches(" |").rsplit_once([',', '|']).unwrap_or((line, ""));
            if last.trim().parse::<f64>().is_ok() { format!("{before},[TIME]") } else { line.to_owned() }
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(steady(sandbox.loom(&["results", "--format", "csv"])), @r#"
    exit 0
    --- stdout
    label,state,rate,kind,size,score,loss,seconds,duration
    low,ok,0.10,a|b,100,0.625,0.001,4,[TIME]
    mid,ok,0.5,a|b,100,0.75,0.001,3,[TIME]
    high,ok,2,"c, ""d""",100,0.5,0.001,1,[TIME]
    broken,failed,none,e,,,,,
    "#);
    insta::assert_snapshot!(steady(sandbox.loom(&["results", "--format", "markdown"])), @r#"
    exit 0
    --- stdout
    | label | state | rate | kind | size | score | loss | seconds | duration |
    | --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |
    | low | ok | 0.10 | a\|b | 100 | 0.625 | 0.001 | 4 ,[TIME]
    | mid | ok | 0.5 | a\|b | 100 | 0.75 | 0.001 | 3 ,[TIME]
    | high | ok | 2 | c, "d" | 100 | 0.5 | 0.001 | 1 ,[TIME]
    | broken | failed | none | e |  |  |  |  |  |
    "#);
    let output = sandbox.command(&["results", "--format", "json"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["version"], 1);
    assert_eq!(told["of"], "units");
    assert_eq!(told["rows"][1]["metrics"]["score"], 0.75);
    // One of the rates is no number, so none of them is.
    assert_eq!(told["rows"][0]["parameters"]["rate"], "0.10");
    assert_eq!(told["rows"][3]["state"], "failed");
    assert_eq!(told["rows"][3]["metrics"]["score"], serde_json::Value::Null);
    assert!(told["rows"][3]["duration"].is_null() && told["rows"][0]["duration"].is_f64());
}

#[test]
fn what_cannot_be_read_is_told() {
    let sandbox = after_a_run();
    sandbox.write("mid.json", "{\"metrics\": {\"score\": 0.75,}}");
    let shown = seen(&sandbox, &["results"]);
    assert!(shown.contains("1 failed, 1 missing") && shown.contains("mid.json: not JSON: trailing comma"), "{shown}");
    let shown = sandbox.loom(&["results", "--format", "csv"]);
    assert!(shown.contains("--- stderr\nwarning: mid.json: not JSON: trailing comma"), "{shown}");
}

#[test]
fn a_pipeline_that_is_wrong_has_no_results() {
    let sandbox = Sandbox::with("pipeline: [{name: a, task: none.py, outputs: {-o: a.json}}]");
    let shown = sandbox.loom(&["results"]);
    assert!(shown.starts_with("exit 2\n") && shown.ends_with("1 error; nothing was compared\n"), "{shown}");
}

#[test]
fn a_page_needs_nothing_else() {
    let sandbox = after_a_run();
    let shown = sandbox.loom(&["results", "--html", "results.html"]);
    assert_eq!(shown, "exit 0\n--- stdout\n[SANDBOX]/results.html\n");
    let page = sandbox.read("results.html");
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"));
    assert!(
        !page.contains("http:") && !page.contains("https:") && !page.contains("@import") && !page.contains("src=\"")
    );
    let data = page.split_once("type=\"application/json\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["labels"], serde_json::json!(["low", "mid", "high", "broken"]));
    assert_eq!(data["axes"][1]["values"][2], "c, \"d\"");
    let score = data["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == "score").unwrap();
    assert_eq!(score["values"], serde_json::json!([0.625, 0.75, 0.5, null]));
    let shown = sandbox.loom(&["results", "--html", "no/such/folder.html"]);
    assert!(shown.starts_with("exit 1\n") && shown.contains("cannot write"), "{shown}");
}

#[test]
fn the_files_of_a_loop_are_compared_and_so_are_the_passes_of_a_group() {
    let sandbox = Sandbox::with(
        r#"data: {pass: pass.json}
parameters: {rate: 0}
pipeline:
  - {name: fit, task: fit.sh, loop: {over: raw, into: out}, inputs: {i: $loop_item}, outputs: {-o: $loop_output}}
  - group: refine
    multi_pass: {schedule: [{rate: 1}, {rate: 2}]}
    steps:
      - {name: pass, task: pass.sh, outputs: {-o: $pass}, args: {-r: $rate}}
"#,
    );
    sandbox.write("raw/a.json", "1").write("raw/b.json", "2");
    sandbox.write("fit.sh", "echo \"{\\\"fit\\\": $(cat $1)}\" > $3");
    sandbox.write("pass.sh", "echo \"{\\\"fit\\\": $4.5}\" > $2");
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    insta::assert_snapshot!(seen(&sandbox, &["results", "--sort", "-fit"]), @"
    exit 0
    --- stdout
    unit           r  fit    took
    refine/pass#1  2  2.5 [TIME]
    fit/b.json     -  2.0 [TIME]
    refine/pass#0  1  1.5 [TIME]
    fit/a.json     -  1.0 [TIME]
    4 units; from out/a.json and 3 more files
    ");
}

/// Two rates and two seeds, a step that makes no numbers and one that does.
const SWEEP: &str = r#"sweep: {axes: {rate: [1, 2]}, repeat: {seed: [1, 2]}}
parameters: {scale: 1}
data:
  prepared: {path: "p/{rate}.txt"}
  shared: {path: "s/{rate}.json", metrics: {size: max}}
  made: {path: "m/{rate}_{seed}.json", metrics: {loss: min}}
pipeline:
  - {name: prepare, command: 'test ! -e bad$4 && echo $6 > $2', outputs: {-o: $prepared}, args: {-r: $rate, -s: $scale}}
  - {name: measure, command: 'echo "{\"size\": 0.1}" > $2', outputs: {-o: $shared}, args: {-r: $rate}}
  - name: train
    command: 'test ! -e bad$5$7 && echo "{\"loss\": $5.$7}" > $3'
    inputs: {p: $prepared}
    outputs: {-o: $made}
    args: {-r: $rate, -s: $seed}
"#;

/// The lines of a table without its column of times.
fn rows(sandbox: &Sandbox, args: &[&str]) -> String {
    let args = [&["results", "--format", "csv"], args].concat();
    let shown = sandbox.loom(&args);
    let lines = shown.lines().skip(2).map(|line| line.rsplit_once(',').map_or(line, |(before, _)| before));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_was_made_otherwise_than_now_is_outdated() {
    let sandbox = Sandbox::with(SWEEP);
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    insta::assert_snapshot!(rows(&sandbox, &[]), @"
    label,state,rate,size,size std,size n,loss,loss std,loss n
    rate=1,ok,1,0.1,,1,1.15,0.07071067811865465,2
    rate=2,ok,2,0.1,,1,2.1500000000000004,0.07071067811865482,2
    ");
    // The words of another step have changed, whose result its own was made of.
    sandbox.write("pipeline.yml", SWEEP.replace("scale: 1", "scale: 2"));
    let shown = sandbox.loom(&["--only", "rate=2"]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    insta::assert_snapshot!(rows(&sandbox, &[]), @"
    label,state,rate,size,size std,size n,loss,loss std,loss n
    rate=2,ok,2,0.1,,1,2.1500000000000004,0.07071067811865482,2
    rate=1,outdated,1,0.1,,1,1.15,0.07071067811865465,2
    ");
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains(", 2 outdated; from") && shown.contains("★     2"), "{shown}");
    // What is said of the environment counts, too.
    sandbox.write("pipeline.yml", SWEEP.replace("    inputs: {p: $", "    env: {A: 1}\n    inputs: {p: $"));
    assert!(sandbox.loom(&["results"]).contains(", 4 outdated; from"));
}

#[test]
fn what_failed_counts_though_it_makes_no_numbers() {
    let sandbox = Sandbox::with(SWEEP);
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    sandbox.write("pipeline.yml", SWEEP.replace("scale: 1", "scale: 2")).write("bad2", "").write("bad12", "");
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 1\n"), "{shown}");
    insta::assert_snapshot!(rows(&sandbox, &[]), @"
    label,state,rate,size,size std,size n,loss,loss std,loss n
    rate=1,partly failed,1,0.1,,1,1.1,,1
    rate=2,failed,2,0.1,,1,,,0
    ");
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains("1 failed"), "{shown}");
}

#[test]
fn the_best_of_all_is_marked_or_none() {
    let sandbox = Sandbox::with(SWEEP);
    sandbox.loom(&[]);
    let told = |args: &[&str]| -> serde_json::Value {
        let args = [&["results", "--format", "json"], args].concat();
        serde_json::from_slice(&sandbox.command(&args).output().unwrap().stdout).unwrap()
    };
    assert_eq!(told(&[])["best"], "rate=1");
    assert_eq!(told(&["--sort", "-rate", "--top", "1"])["best"], serde_json::Value::Null);
    assert!(!sandbox.loom(&["results", "--sort", "-rate", "--top", "1"]).contains('★'));
    // A metric that has a goal is sorted by it.
    let first = |sort: &str| told(&["--sort", sort])["rows"][0]["parameters"]["rate"].clone();
    assert_eq!([first("loss"), first("-loss"), first("rate"), first("-rate")], [1, 2, 1, 2]);
    sandbox.write("pipeline.yml", SWEEP.replace("loss: min", "loss: max"));
    assert_eq!([first("loss"), first("-loss")], [2, 1]);
}

#[test]
fn why_there_are_no_results_is_true() {
    let none = "no results: no step makes a file that numbers could be read from";
    let sandbox = Sandbox::with("pipeline: [{name: a, command: 'echo 1 > $2', outputs: {-o: a.txt}}]");
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains(none), "{shown}");
    let sandbox = Sandbox::with(
        "sweep: {axes: {x: [1, 2]}}
pipeline: [{name: a, command: 'echo {} > $2', outputs: {-o: 'o_{x}.json'}}]",
    );
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains("none of 2 is made yet"), "{shown}");
    sandbox.loom(&[]);
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains("there are no numbers in what was made"), "{shown}");
    let sandbox = Sandbox::with(SWEEP);
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains("none of 4 is made yet"), "{shown}");
    sandbox.loom(&[]);
    for name in ["s/1.json", "s/2.json", "m/1_1.json", "m/1_2.json", "m/2_1.json", "m/2_2.json"] {
        sandbox.write(name, "{");
    }
    let shown = sandbox.loom(&["results"]);
    assert!(shown.contains("no numbers could be read from what was made\n  "), "{shown}");
}

#[test]
fn what_conditions_and_failures_leave_open_is_not_outdated() {
    let pipeline = r#"sweep: {axes: {rate: [1, 2]}, repeat: {seed: [1, 2]}}
parameters: {scale: 1}
data: {made: "m/{rate}_{seed}.txt", mean: {path: "a/{rate}.json", metrics: {x: max}}, other: {path: "o/{rate}.json", metrics: {y: max}}}
pipeline:
  - {name: is_full, kind: condition, predicate: non_empty, inputs: {data: full.txt}}
  - {name: make, command: 'test $4$6 != 21 && echo > $2', outputs: {-o: $made}, args: {-r: $rate, -s: $seed}}
  - {name: mean, command: 'echo "{\"x\": 1}" > a/$RATE.json', gather: {axes: [seed], allow_failed: true}, inputs: {m: $made}, outputs: {-o: $mean}, env: {RATE: $rate}}
  - {name: other, command: 'echo "{\"y\": 1}" > $2', outputs: {-o: $other}, args: {-r: $rate, --full: $is_full, -s: $scale}}
"#;
    let sandbox = Sandbox::with(pipeline);
    sandbox.write("full.txt", "x");
    let shown = sandbox.loom(&[]);
    assert!(shown.starts_with("exit 1\n"), "{shown}");
    insta::assert_snapshot!(rows(&sandbox, &[]), @"
    label,state,rate,x,x std,x n,y,y std,y n
    rate=1,ok,1,1,,1,1,,1
    rate=2,partly failed,2,1,,1,1,,1
    ");
    sandbox.write("pipeline.yml", pipeline.replace("scale: 1", "scale: 2"));
    insta::assert_snapshot!(rows(&sandbox, &[]), @"
    label,state,rate,x,x std,x n,y,y std,y n
    rate=1,outdated,1,1,,1,1,,1
    rate=2,outdated,2,1,,1,1,,1
    ");
}
