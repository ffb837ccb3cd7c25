//! The example is run, so that it cannot rot.

use std::process::Command;

#[test]
fn it_runs_a_pipeline_and_tells_its_progress() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("embed");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    let pipeline = "pipeline:
  - {name: shout, command: 'tr a-z A-Z < $1 > $3', inputs: {text: said.txt}, outputs: {-o: shouted.txt}}
  - {name: say, command: 'echo hello > $2', outputs: {-o: said.txt}}
";
    std::fs::write(folder.join("pipeline.yml"), pipeline).expect("it can be written");
    // An earlier test run is no earlier run.
    let _ = std::fs::remove_dir_all(folder.join(".loom"));
    let run = || {
        let output = Command::new(env!("CARGO_BIN_EXE_example-embed")).arg(&folder).output().expect("it starts");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    insta::assert_snapshot!(run(), @"
    [1/2] say: ok
    [2/2] shout: ok
    ");
    insta::assert_snapshot!(run(), @"
    [1/2] say: up to date
    [2/2] shout: up to date
    ");
    assert_eq!(std::fs::read_to_string(folder.join("shouted.txt")).expect("it was made"), "HELLO\n");
}

#[test]
fn it_says_what_is_wrong() {
    let output = Command::new(env!("CARGO_BIN_EXE_example-embed")).arg("/nowhere.yml").output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere.yml"));
}

#[test]
fn the_smallest_program_runs_the_pipeline_of_its_folder() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("smallest");
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    std::fs::write(folder.join("pipeline.yml"), "pipeline: [{name: say, command: [echo, hello]}]")
        .expect("it can be written");
    let output = Command::new(env!("CARGO_BIN_EXE_smallest")).current_dir(&folder).output().expect("it starts");
    insta::assert_snapshot!(String::from_utf8_lossy(&output.stdout), @"
    say: ok
    1 of 1 ok
    ");
    assert!(output.stderr.is_empty());
}
