//! What no person can bring about on purpose, and what no pipeline asks for yet.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Cleaning, Kind, Removal, RemoveError};
use crate::project::{Project, Settings};

/// A pipeline folder with these files in it, each with its own path as content, and an empty folder `outside` beside it.
fn folder(pipeline: &str, files: &[&str]) -> tempfile::TempDir {
    let around = tempfile::tempdir().unwrap();
    std::fs::create_dir(around.path().join("outside")).unwrap();
    for file in files {
        let path = around.path().join("p").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    std::fs::write(around.path().join("p/pipeline.yml"), pipeline).unwrap();
    around
}

fn open(around: &Path) -> Project {
    Project::open(around.join("p"), Settings::default()).unwrap()
}

fn paths(cleaning: &Cleaning) -> Vec<&str> {
    cleaning.entries().iter().map(|entry| entry.path.to_str().unwrap()).collect()
}

const FOLDER: &str = "pipeline: [{name: a, command: [x], outputs: {-o: data/made}}]";

#[test]
fn nothing_is_removed_through_a_link_that_came_later() {
    for how in [Removal::Permanently, Removal::Trash] {
        let around = folder(FOLDER, &["data/made/a.txt"]);
        let (p, outside) = (around.path().join("p"), around.path().join("outside"));
        let cleaning = open(around.path()).cleaning().unwrap();
        std::fs::rename(p.join("data"), outside.join("data")).unwrap();
        symlink("../outside/data", p.join("data")).unwrap();
        let results = cleaning.remove(how);
        assert!(matches!(&results[..], [Err(RemoveError::Changed { path })] if path == Path::new("data/made")));
        assert!(outside.join("data/made/a.txt").exists());
    }
}

#[test]
fn what_became_a_link_is_removed_as_one() {
    let around = folder(FOLDER, &["data/made/a.txt"]);
    let (made, outside) = (around.path().join("p/data/made"), around.path().join("outside"));
    let cleaning = open(around.path()).cleaning().unwrap();
    std::fs::rename(&made, outside.join("made")).unwrap();
    symlink("../../outside/made", &made).unwrap();
    assert!(cleaning.remove(Removal::Permanently)[0].is_ok());
    assert!(made.symlink_metadata().is_err() && outside.join("made/a.txt").exists());
}

#[test]
fn what_vanished_is_as_good_as_removed() {
    for how in [Removal::Permanently, Removal::Trash] {
        for gone in ["data/made", "data"] {
            let around = folder(FOLDER, &["data/made/a.txt"]);
            let cleaning = open(around.path()).cleaning().unwrap();
            std::fs::remove_dir_all(around.path().join("p").join(gone)).unwrap();
            assert!(cleaning.remove(how)[0].is_ok(), "{gone}");
        }
    }
}

#[test]
fn a_project_that_was_opened_before_a_run_sees_what_the_run_made() {
    let around = folder("pipeline: [{name: a, command: [x], outputs: {-o: data/a.txt}}]", &["pipeline.yml"]);
    let project = open(around.path());
    assert!(project.cleaning().unwrap().entries().is_empty());
    symlink("../outside", around.path().join("p/data")).unwrap();
    std::fs::write(around.path().join("outside/a.txt"), "").unwrap();
    // What is made now lies outside, where the pipeline may write nothing.
    assert_eq!(project.cleaning().unwrap_err().problems[0].code, "outside");
}

#[test]
fn links_between_results_make_no_two_makers_of_one() {
    let around = folder(
        "pipeline:
  - {name: a, command: [x], outputs: {-o: run1}}
  - {name: b, command: [x], inputs: {r: run1}, outputs: {-o: latest}}
  - {name: c, command: [x], inputs: {r: latest/r.txt, s: given.txt}}
",
        &["run1/r.txt", "store/s.txt"],
    );
    symlink("run1", around.path().join("p/latest")).unwrap();
    symlink("store/s.txt", around.path().join("p/given.txt")).unwrap();
    let cleaning = open(around.path()).cleaning().unwrap();
    assert_eq!(paths(&cleaning), ["latest", "run1"]);
    assert_eq!(cleaning.entries()[0].kind, Kind::Link);
    assert!(cleaning.left_alone().is_empty());
}

#[test]
fn sources_are_kept_by_every_name_that_leads_to_them() {
    let around = folder(
        "pipeline:
  - {name: a, command: [x], inputs: {d: out/door/s.txt, g: given.txt}, outputs: {-o: out}}
  - {name: b, command: [out/tool], inputs: {l: out/linked.txt, d: out/away/y.txt}}
",
        &["out/room/s.txt", "out/room/waste.txt", "out/tool", "raw.txt", "out/given/g.txt", "room/y.txt"],
    );
    let p = around.path().join("p");
    symlink("room", p.join("out/door")).unwrap();
    // A step may well fill its folder with links to sources.
    symlink("../raw.txt", p.join("out/linked.txt")).unwrap();
    symlink("../room", p.join("out/away")).unwrap();
    symlink("out/given/g.txt", p.join("given.txt")).unwrap();
    let cleaning = open(around.path()).cleaning().unwrap();
    assert_eq!(cleaning.entries()[0].kind, Kind::Folder { files: 3, kept: 4 });
    assert!(cleaning.remove(Removal::Permanently)[0].is_ok());
    for kept in
        ["out/room/s.txt", "out/door/s.txt", "out/tool", "raw.txt", "given.txt", "out/given/g.txt", "room/y.txt"]
    {
        assert!(p.join(kept).exists(), "{kept}");
    }
    for gone in ["out/room/waste.txt", "out/linked.txt", "out/away"] {
        assert!(p.join(gone).symlink_metadata().is_err(), "{gone}");
    }
}

#[test]
fn files_of_passes_go_with_those_they_become() {
    let files = ["out/fit.txt", "out/fit_iter0.txt", "out/fit_iter12.txt"];
    let others = [
        "out/fit_iter13.txt",
        "out/fit_iter01.txt",
        "out/fit_iter.txt",
        "out/fit_iter0.csv",
        "out/fit_iterx.txt",
        "out/outfit_iter0.txt",
        "fit_iter0.txt",
    ];
    let step = "{name: a, command: [x], outputs: {-o: $fit}}";
    let passes =
        format!("data: {{fit: out/fit.txt}}\npipeline: [{{group: g, multi_pass: {{count: 13}}, steps: [{step}]}}]");
    let once = format!("data: {{fit: out/fit.txt}}\npipeline: [{step}]");
    let all = [&files[..], &others].concat();
    assert_eq!(paths(&open(folder(&passes, &all).path()).cleaning().unwrap()), files);
    assert_eq!(paths(&open(folder(&once, &all).path()).cleaning().unwrap()), &files[..1]);
}

#[test]
fn a_deep_tree_goes() {
    let deep = format!("data/made/{}x.txt", "d/".repeat(300));
    let around = folder(FOLDER, &[&deep, "data/made/a.txt"]);
    let cleaning = open(around.path()).cleaning().unwrap();
    assert_eq!(cleaning.entries()[0].kind, Kind::Folder { files: 2, kept: 0 });
    assert!(cleaning.remove(Removal::Permanently)[0].is_ok());
    assert!(!around.path().join("p/data").exists());
}
