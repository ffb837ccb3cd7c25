//! Order, failure, commands, and what is told of them.

use crate::support::Sandbox;

#[test]
fn steps_run_in_data_order_wherever_they_stand() {
    let sandbox = Sandbox::with(
        "pipeline:
  - {name: last, command: 'cat $1 > $3', inputs: {x: b.txt}, outputs: {-o: c.txt}}
  - {name: middle, command: 'cat $1 > $3', inputs: {x: a.txt}, outputs: {-o: b.txt}}
  - {name: first, command: 'echo hello > $2', outputs: {-o: a.txt}}
",
    );
    insta::assert_snapshot!(sandbox.loom(&[]), @"
    exit 0
    --- stdout
    start  first
    done   first  [TIME] s
    start  middle
    done   middle  [TIME] s
    start  last
    done   last  [TIME] s
    3 steps: 3 ok in [TIME] s
    ");
    assert_eq!(sandbox.read("c.txt"), "hello\n");
}

const FAILING: &str = "pipeline:
  - {name: root, command: 'echo trouble >&2; exit 3', outputs: {-o: a.txt}}
  - {name: needs_root, command: [cp], inputs: {a: a.txt}, outputs: {-o: b.txt}}
  - {name: needs_that, command: [cp], inputs: {b: b.txt}, outputs: {-o: c.txt}}
  - {name: alone, command: 'echo made > $2', outputs: {-o: alone.txt}}
  - {name: liar, command: ['true'], outputs: {-o: never.txt}}
  - {name: killed, command: 'kill -9 $$'}
";

#[test]
fn a_failure_skips_what_needs_it_and_nothing_else() {
    let sandbox = Sandbox::with(FAILING);
    insta::assert_snapshot!(sandbox.loom(&["--sequential"]), @"
    exit 1
    --- stdout
    start  root
           root | trouble
    fail   root  [TIME] s  exit code 3
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/root.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo trouble >&2; exit 3' root -o a.txt)
    skip   needs_root  root failed
    skip   needs_that  root failed
    start  alone
    done   alone  [TIME] s
    start  liar
    fail   liar  [TIME] s  ended well, but did not make never.txt
           by hand  (cd [SANDBOX] && /usr/bin/true -o never.txt)
    start  killed
    fail   killed  [TIME] s  killed by SIGKILL (out of memory?)
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'kill -9 $$' killed)
    6 steps: 1 ok, 3 failed, 2 skipped in [TIME] s
    ");
    assert!(sandbox.has("alone.txt"));
}

#[test]
fn quiet_tells_what_fails_and_what_it_wrote() {
    let sandbox = Sandbox::with(FAILING);
    insta::assert_snapshot!(sandbox.loom(&["--sequential", "--quiet"]), @"
    exit 1
    --- stdout
    fail   root  [TIME] s  exit code 3
           root | trouble
           log      [SANDBOX]/.loom/pipeline.yml/runs/[RUN]/root.log
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'echo trouble >&2; exit 3' root -o a.txt)
    skip   needs_root  root failed
    skip   needs_that  root failed
    fail   liar  [TIME] s  ended well, but did not make never.txt
           by hand  (cd [SANDBOX] && /usr/bin/true -o never.txt)
    fail   killed  [TIME] s  killed by SIGKILL (out of memory?)
           by hand  (cd [SANDBOX] && /usr/bin/sh -c 'kill -9 $$' killed)
    6 steps: 1 ok, 3 failed, 2 skipped in [TIME] s
    ");
    insta::assert_snapshot!(sandbox.loom(&["--step", "alone", "-q"]), @"exit 0");
}

#[test]
fn verbose_tells_the_commands() {
    let sandbox = Sandbox::with("pipeline: [{name: greet, command: [echo, 'hello  world', \"it's\"]}]");
    insta::assert_snapshot!(sandbox.loom(&["-v"]), @r#"
    exit 0
    --- stdout
    start  greet
           /usr/bin/echo 'hello  world' "it's"
           greet | hello  world it's
    done   greet  [TIME] s
    1 step: 1 ok in [TIME] s
    "#);
}

#[test]
fn a_dry_run_shows_commands_and_writes_nothing() {
    let sandbox = Sandbox::with(
        "data: {table: data/table.csv}
parameters: {rate: 1e-3, odd: 'a b', neg: -5}
pipeline:
  - {name: b, task: ./b, inputs: {t: $table, dash: -x}, args: {--rate: $rate, --odd: $odd, --neg: $neg, --many: [1, $table, ~]}}
  - {name: a, task: ./b, outputs: {-o: $table}, args: {--on: true, --off: false, --none: ~, --word: \"true\"}}
  - {name: c, command: [x], optional: true}
  - {name: d, command: [x], disabled: true}
",
    );
    sandbox.write("b", "#!/bin/sh\n").write("-x", "");
    std::process::Command::new("chmod").args(["+x", "b"]).current_dir(sandbox.path()).status().unwrap();
    insta::assert_snapshot!(sandbox.loom(&["--dry-run"]), @"
    exit 0
    --- stdout
    run   a  has not run yet
          [SANDBOX]/b -o data/table.csv --on --word true
    run   b  makes no files
          [SANDBOX]/b data/table.csv ./-x --rate 1e-3 --odd 'a b' --neg -5 --many 1 data/table.csv
    skip  c  optional
    skip  d  disabled
    2 steps would run in [SANDBOX], up to 2 at a time
    ");
    assert!(!sandbox.has("data") && !sandbox.has(".loom"));
}

#[test]
fn a_task_runs_in_the_pipeline_folder_and_knows_its_run() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "deep/er/pipeline.yml",
        "pipeline: [{name: where, command: 'pwd; echo $LOOM_STEP; echo $LOOM_PIPELINE_DIR; test -n \"$LOOM_RUN_ID\"; echo $PYTHONUNBUFFERED'}]",
    );
    insta::assert_snapshot!(sandbox.loom(&["deep/er"]), @"
    exit 0
    --- stdout
    start  where
           where | [SANDBOX]/deep/er
           where | where
           where | [SANDBOX]/deep/er
           where | 1
    done   where  [TIME] s
    1 step: 1 ok in [TIME] s
    ");
}

#[test]
fn a_folder_a_file_and_no_path_at_all_mean_the_same() {
    let sandbox = Sandbox::with("pipeline: [{name: a, command: ['true']}]");
    for args in [&[][..], &["."], &["pipeline.yml"], &["./pipeline.yml"]] {
        assert!(sandbox.loom(args).contains("1 ok"), "{args:?}");
    }
    let path = sandbox.path();
    let from_elsewhere = crate::support::loom().arg(&path).current_dir("/").output().unwrap();
    assert!(from_elsewhere.status.success());
}

#[test]
fn a_pipeline_named_like_a_command_runs_by_its_path() {
    let sandbox = Sandbox::new();
    sandbox.write("check/pipeline.yml", "pipeline: [{name: a, command: ['true']}]");
    assert!(sandbox.loom(&["./check"]).contains("1 ok"));
}

#[test]
fn nothing_to_do_is_said_and_is_no_failure() {
    insta::assert_snapshot!(Sandbox::with("pipeline: []\n").loom(&[]), @"
    exit 0
    --- stdout
    nothing to run: the pipeline has no steps
    ");
    insta::assert_snapshot!(
        Sandbox::with("pipeline: [{name: a, command: [x], optional: true}, {name: b, command: [x], disabled: true}]")
            .loom(&[]),
        @"
    exit 0
    --- stdout
    nothing to run: 1 optional (see `--include`), 1 disabled (see `--step`)
    "
    );
}

#[test]
fn odd_names_are_names() {
    let names = ["-dash", "with space", "quo\"te's", "$(touch hurt)", "new\nline", "ünï", "a;b|c&d", "*", "~", "%41"];
    let steps: String = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let (path, flag) = (format!("out/{name}{index}"), "--output");
            format!("  - {{name: \"{name}\", task: make.py, outputs: {{{flag}: \"{path}\"}}, args: {{--text: \"{name}\"}}}}\n")
                .replace("\"$(", "\"$$(")
        })
        .collect();
    let sandbox = Sandbox::with(&format!("pipeline:\n{steps}"));
    sandbox.write("make.py", "import sys; open(sys.argv[2], 'w').write(sys.argv[4])");
    let shown = sandbox.loom(&[]);
    assert!(shown.contains("10 ok"), "{shown}");
    for (index, name) in names.iter().enumerate() {
        assert_eq!(sandbox.read(&format!("out/{name}{index}")), **name);
    }
    assert!(!sandbox.has("hurt"));
}

#[test]
fn the_interpreter_is_the_one_that_the_pipeline_or_the_environment_says() {
    let sandbox = Sandbox::with("pipeline: [{name: a, task: a.py}]");
    sandbox.write("a.py", "").write("env/bin/python", "#!/bin/sh\nexec python3 \"$@\"\n");
    let python = sandbox.path().join("env/bin/python");
    std::process::Command::new("chmod").arg("+x").arg(&python).status().unwrap();
    let real = std::process::Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .map(|output| String::from_utf8(output.stdout).unwrap().trim().to_owned())
        .unwrap();
    let dry = |command: &mut std::process::Command| sandbox.shown(&command.output().unwrap());
    // The shim is asked once where it leads, and is not in the way of the tasks.
    for found in [
        dry(sandbox.command(&["--dry-run"]).env("LOOM_PYTHON", &python)),
        dry(sandbox.command(&["--dry-run"]).env("VIRTUAL_ENV", sandbox.path().join("env"))),
    ] {
        assert!(found.contains(&format!("{real} a.py")), "{found}");
    }
    sandbox.write("pipeline.yml", "execution: {python: no/such/python}\npipeline: [{name: a, task: a.py}]");
    insta::assert_snapshot!(sandbox.loom(&["--dry-run"]), @"
    exit 2
    --- stderr
    error: the program `no/such/python` cannot be found (`execution.python`)
     --> ./pipeline.yml:1:21
      |
    1 | execution: {python: no/such/python}
      |                     ^^^^^^^^^^^^^^ asked for here
      |
      = help: a path is relative to the folder of the pipeline file

    1 error; nothing was run
    ");
}
