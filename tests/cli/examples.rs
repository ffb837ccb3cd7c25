//! Every example runs, and leaves what its README says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::support::{Sandbox, repository, status};

/// A copy of an example, without what earlier runs left in it.
pub fn example(name: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    copy(&repository().join("examples").join(name), &sandbox.path());
    sandbox
}

pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if [".loom", ".venv", "data", "__pycache__"].iter().any(|left| name == *left) {
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
pub fn made(sandbox: &Sandbox) -> BTreeMap<String, Vec<u8>> {
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

/// What a test of an example does with less of: three hundred trainings are many.
const LESS: &[(&str, &str, &str)] =
    &[("random-search", "sample: 60", "sample: 4"), ("random-search", "seed: [1, 2, 3, 4, 5]", "seed: [1, 2]")];

/// Runs the commands of an example's README, then the example by its folder from elsewhere, and that once more from the
/// beginning: each in one shell, as somebody would who types them.
fn runs_by_its_readme(name: &str) {
    let sandbox = Sandbox::new();
    copy(&repository().join("examples").join(name), &sandbox.path().join("examples").join(name));
    let pipeline = format!("examples/{name}/pipeline.yml");
    for (_, all, less) in LESS.iter().filter(|(of, ..)| *of == name) {
        let text = sandbox.read(&pipeline);
        assert!(text.contains(all), "{name}: {all}");
        sandbox.write(&pipeline, text.replace(all, less));
    }
    let readme = sandbox.read(&format!("examples/{name}/README.md"));
    let commands = commands(&readme);
    assert!(commands.contains(&format!("cd examples/{name}\n")), "{name}: {commands}");
    let mut made: Vec<BTreeMap<PathBuf, Vec<u8>>> = Vec::new();
    for script in [&commands, &format!("loom examples/{name}\n"), &format!("loom examples/{name} --force\n")] {
        let output = sandbox.shell(&format!("set -e\n{script}")).output().unwrap();
        assert_eq!(status(&output), "0", "{name}: {}", sandbox.shown(&output));
        made.push(tree(&sandbox.path().join("examples").join(name).join("data")));
    }
    assert!(!made[0].is_empty(), "{name} makes something");
    assert!(made[1] == made[2], "{name} makes the same again");
}

/// The commands in the `sh` blocks of a README, but for the editor, which serves until somebody ends it.
fn commands(readme: &str) -> String {
    let mut commands = String::new();
    let mut inside = false;
    for line in readme.lines() {
        if line.starts_with("```") {
            inside = matches!(line, "```sh" | "```bash");
        } else if inside && !line.starts_with("loom-ui ") {
            let _ = writeln!(commands, "{line}");
        }
    }
    commands
}

/// The files below a folder. Pictures and archives may hold the time at which they were made.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(tree(&path));
        } else {
            files.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    files
}

/// A test for each example.
macro_rules! runs_by_its_readme {
    ($($test:ident $name:literal,)*) => {
        const EXAMPLES: &[&str] = &[$($name),*];
        $(
            #[test]
            fn $test() {
                runs_by_its_readme($name);
            }
        )*
    };
}

runs_by_its_readme! {
    linear_runs "linear",
    diamond_runs "diamond",
    parameters_runs "parameters",
    parallel_runs "parallel",
    sweep_runs "sweep",
    random_search_runs "random-search",
    optional_steps_runs "optional_steps",
    loop_runs "loop",
    groups_runs "groups",
    curve_fitting_runs "curve-fitting",
    image_processing_runs "image-processing",
    branching_runs "branching",
    refine_runs "refine",
    shell_and_r_runs "shell-and-r",
}

#[test]
fn every_example_is_run() {
    let folders = std::fs::read_dir(repository().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let pipelines =
        folders.filter(|folder| folder.join("pipeline.yml").is_file() && !folder.join("Cargo.toml").exists());
    let mut found: Vec<String> =
        pipelines.map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned()).collect();
    found.sort_unstable();
    let mut run = EXAMPLES.to_vec();
    run.sort_unstable();
    assert_eq!(found, run);
}

#[test]
fn optional_and_disabled_steps_run_by_name() {
    let sandbox = example("optional_steps");
    assert!(sandbox.loom(&["--include", "plot_beats"]).contains("done   plot_beats"));
    assert!(sandbox.loom(&["--step", "analyse_spectrum"]).contains("done   analyse_spectrum"));
}

#[test]
fn every_example_checks_without_a_word() {
    for name in EXAMPLES {
        let shown = example(name).loom(&["check"]);
        assert!(shown.contains("no problems") && !shown.contains("stderr"), "{name}: {shown}");
    }
}
