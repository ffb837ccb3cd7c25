//! Every example runs, and leaves what its README says.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{Sandbox, repository, status};

/// A copy of an example, without what earlier runs left in it.
fn example(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    copy(&repository().join("examples").join(name), &sandbox.path());
    sandbox
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if [".loom", "data", "__pycache__"].iter().any(|left| name == *left) {
            continue;
        }
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            std::fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}

/// The files that a run left in `data`.
fn made(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(sandbox.path().join("data"))
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
        })
        .collect()
}

#[test]
fn the_tutorial_is_the_tutorials_letter_for_letter() {
    let readme = std::fs::read_to_string(repository().join("examples/parallel/README.md")).unwrap();
    let pipeline = std::fs::read_to_string(repository().join("examples/parallel/pipeline.yml")).unwrap();
    assert!(pipeline.starts_with("data:\n  dataset:\n    type: csv\n    path: data/dataset.csv\n"));
    assert!(readme.contains("loom pipeline.yml"));
    assert_eq!(pipeline.matches("task: tasks/process.py").count(), 3);
}

#[test]
fn parallel_runs_its_three_configurations_at_the_same_time() {
    let sandbox = example("parallel");
    let output = sandbox.command(&["--max-workers", "3", "--events", "events.jsonl"]).output().unwrap();
    assert_eq!(status(&output), "0", "{}", sandbox.shown(&output));
    let made = made(&sandbox);
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    assert_eq!(names, ["comparison.json", "dataset.csv", "results_high.json", "results_low.json", "results_mid.json"]);
    let events = sandbox.read("events.jsonl");
    let events = events.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["what"].clone());
    let (mut running, mut most) = (0, 0);
    for event in events {
        if event["unit"].as_str().is_some_and(|unit| unit.starts_with("process_config_")) {
            match event["event"].as_str().unwrap() {
                "unit_started" => running += 1,
                "unit_finished" => running -= 1,
                _ => {}
            }
            most = most.max(running);
        }
    }
    assert_eq!(most, 3);
    let comparison: serde_json::Value = serde_json::from_slice(&made["comparison.json"]).unwrap();
    assert_eq!(comparison["configurations"].as_array().unwrap().len(), 3);
}

#[test]
fn every_example_makes_the_same_files_again() {
    for name in ["parallel", "linear", "diamond", "optional_steps"] {
        let sandbox = example(name);
        let first = sandbox.command(&[]).output().unwrap();
        assert_eq!(status(&first), "0", "{name}: {}", sandbox.shown(&first));
        let made_first = made(&sandbox);
        assert!(!made_first.is_empty(), "{name} makes something");
        std::fs::remove_dir_all(sandbox.path().join("data")).unwrap();
        let second = sandbox.command(&["--sequential"]).output().unwrap();
        assert_eq!(status(&second), "0", "{name}");
        assert!(made_first == made(&sandbox), "{name} is deterministic");
    }
}

#[test]
fn optional_and_disabled_steps_run_by_name() {
    let sandbox = example("optional_steps");
    assert!(sandbox.loom(&["--include", "plot_beats"]).contains("done   plot_beats"));
    assert!(sandbox.loom(&["--step", "analyse_spectrum"]).contains("done   analyse_spectrum"));
}

#[test]
fn every_example_checks_without_a_word() {
    for name in ["parallel", "linear", "diamond", "optional_steps"] {
        let shown = example(name).loom(&["check"]);
        assert!(shown.contains("no problems") && !shown.contains("stderr"), "{name}: {shown}");
    }
}
