//! What is wrong is told: all of it at once, each at its place, with what was expected and how to go on. Nothing has run.

mod call;
mod cycles;
mod files;
mod kinds;
mod look;
mod names;
mod references;
mod steering;
mod text;

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::Sandbox;

/// What `loom` says of a pipeline that it refuses.
fn refused(pipeline: impl AsRef<[u8]>) -> String {
    refusal(Sandbox::new().write("pipeline.yml", pipeline))
}

/// What `loom` says of a folder that it refuses to run. `loom check` says the same, every message has a place, and nothing
/// has been written.
fn refusal(sandbox: &Sandbox) -> String {
    let before = files(&sandbox.path());
    let run = sandbox.loom(&[]);
    let check = sandbox.loom(&["check"]);
    assert_eq!(files(&sandbox.path()), before, "something has run:\n{run}");
    assert!(check.starts_with("exit 2\n--- stdout\n"), "{check}");
    let told = |shown: &str| shown.split_once("--- stderr\n").expect("problems are told on stderr").1.to_owned();
    let rest = told(&run).strip_prefix(&told(&check)).map(ToOwned::to_owned);
    assert!(rest.is_some_and(|rest| rest.ends_with("; nothing was run\n")), "{run}\nbut check says\n{check}");
    let messages = run.lines().filter(|line| line.starts_with("error: ") || line.starts_with("warning: "));
    let places = run.lines().filter(|line| line.trim_start().starts_with("--> ./pipeline.yml:"));
    assert_eq!(messages.count(), places.count(), "{run}");
    assert_eq!(run.lines().find(|line| line.ends_with(' ')), None, "{run}");
    run
}

/// Every file and folder in a folder.
fn files(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .flat_map(|path| {
            if path.is_dir() { files(&path) } else { BTreeSet::from([path.clone()]) }.into_iter().chain([path])
        })
        .collect()
}

/// A pipeline with nothing wrong in it.
const SMALL: &str = "data: {raw: raw.csv}
parameters: {rate: 0.5}
pipeline:
  - {name: fit, command: [touch], outputs: {-r: fitted}}
  - group: figures
    steps:
      - {name: plot, command: [touch], outputs: {-r: plotted}}
";
