//! Beside the original, `loom-pipeline` 0.7.0: what runs there runs here, hands the tasks the same arguments and leaves the
//! same files, but for the differences that are meant. Those stand in tables, each with its reason.
//!
//! One in four pipelines runs with Python tasks that are forked; `LOOM_TEST_PRELOAD=1` makes it all of them.

mod both;
mod chance;
mod program;

mod arguments;
mod calls;
mod clean;
mod data;
mod generated;
mod logic;
mod loops;
mod passes;
mod values;
mod written;

use both::{Case, Program};

/// What the pipelines and calls stand in.
const TEXTS: [&str; 9] = [
    include_str!("arguments.rs"),
    include_str!("calls.rs"),
    include_str!("clean.rs"),
    include_str!("data.rs"),
    include_str!("generated.rs"),
    include_str!("logic.rs"),
    include_str!("loops.rs"),
    include_str!("passes.rs"),
    include_str!("written.rs"),
];

#[rustfmt::skip]
const KEYS: &[&str] = &[
    "data", "parameters", "pipeline", "execution", "output_dir", "layout", "editor", "type", "path", "name",
    "description", "pattern", "nested_in", "allow_outside_pipeline", "task", "script", "inputs", "outputs", "args",
    "optional", "disabled", "loop", "over", "into", "filter", "parallel", "group", "steps", "multi_pass", "schedule",
    "expressions", "count", "condition", "feedback", "kind", "predicate", "negate", "max_workers",
];

#[test]
fn every_key_and_flag_of_the_original_is_in_some_pipeline() {
    let help = Case::new("pipeline: []\n", &["--help"]).run(Program::Original).said;
    let flags = help.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| word.starts_with("--"));
    let flags: Vec<&str> =
        flags.filter(|flag| *flag != "--help" && flag.len() > 2 && !flag.starts_with("---")).collect();
    assert!(flags.len() > 10, "{help}");
    for flag in flags {
        let is_there = |text: &&str| text.contains(&format!("\"{flag}\"")) || text.contains(&format!("\"{flag}="));
        assert!(TEXTS.iter().any(is_there), "{flag} is in no call");
    }
    for key in KEYS {
        assert!(TEXTS.iter().any(|text| text.contains(&format!("{key}: "))), "`{key}` is in no pipeline");
    }
}
