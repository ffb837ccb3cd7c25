//! Sweeps, run for real: which units there are, what each of them is told, which of them run again, and what is gathered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::{Sandbox, status};

mod bounds;
mod changes;
mod choosing;
mod examples;
mod gathering;
mod kinds;
mod names;

/// What a run did.
struct Told {
    exit: String,
    /// All that a person sees of it.
    shown: String,
    /// The units that began, each with its command.
    began: BTreeMap<String, Vec<String>>,
    /// How those ended that began, and what did not begin for which reason.
    ended: BTreeMap<String, String>,
}

/// Runs `loom` and listens to its events.
fn run(sandbox: &Sandbox, args: &[&str]) -> Told {
    let output = sandbox.command(&[args, &["--events", ".events"]].concat()).output().unwrap();
    let events = if sandbox.has(".events") { sandbox.read(".events") } else { String::new() };
    let _ = std::fs::remove_file(sandbox.path().join(".events"));
    let mut told =
        Told { exit: status(&output), shown: sandbox.shown(&output), began: BTreeMap::new(), ended: BTreeMap::new() };
    for line in events.lines() {
        let what = &serde_json::from_str::<Value>(line).unwrap()["what"];
        let Some(unit) = what["unit"].as_str().map(str::to_owned) else { continue };
        match what["event"].as_str().unwrap() {
            "unit_started" => {
                told.began.insert(unit, words(&what["command"]));
            }
            "unit_finished" => {
                told.ended.insert(unit, what["outcome"]["outcome"].as_str().unwrap().to_owned());
            }
            "unit_up_to_date" => {
                told.ended.insert(unit, "up to date".to_owned());
            }
            "unit_skipped" => {
                told.ended.insert(unit, format!("skipped: {}", what["because"]));
            }
            _ => {}
        }
    }
    told
}

impl Told {
    /// The names of the units that ran, which all ended well.
    fn well(self) -> BTreeSet<String> {
        assert_eq!(self.exit, "0", "{}", self.shown);
        self.began.into_keys().collect()
    }

    /// The names of the units that ended in this way.
    fn that(&self, how: &str) -> BTreeSet<String> {
        self.ended.iter().filter(|(_, ended)| ended.starts_with(how)).map(|(unit, _)| unit.clone()).collect()
    }
}

/// The words of a JSON list.
fn words(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// These names.
fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// The units of a plan in its order, each with its command.
fn planned(sandbox: &Sandbox, args: &[&str]) -> Vec<(String, Vec<String>)> {
    let output = sandbox.command(&[&["plan", "--format", "json"], args].concat()).output().unwrap();
    assert_eq!(status(&output), "0", "{args:?}: {}", sandbox.shown(&output));
    let plan: Value = serde_json::from_slice(&output.stdout).unwrap();
    let unit = |unit: &Value| (unit["unit"].as_str().unwrap().to_owned(), words(&unit["command"]));
    plan["units"].as_array().unwrap().iter().map(unit).collect()
}

/// The names of the units of a plan, in its order.
fn units(sandbox: &Sandbox, args: &[&str]) -> Vec<String> {
    planned(sandbox, args).into_iter().map(|(unit, _)| unit).collect()
}

/// That a second run would run nothing.
fn all_is_up_to_date(sandbox: &Sandbox) {
    assert_eq!(run(sandbox, &[]).well(), names([]));
}
