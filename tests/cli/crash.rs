//! A run that is killed at any moment, with its steps or without: the next run, called like any other, makes it right.
//!
//! `LOOM_KILLS=1000 cargo test -p loom-cli --test cli crash` kills a thousand times each; `LOOM_SEED` chooses other moments.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::support::{Sandbox, how_often};
use crate::survive::{Run, Seeded, send};

/// What each step runs: it writes its output by halves, and fails if it meets itself.
const STEP: &str = r#"#!/bin/sh
out=$1; shift
exec flock -n "locks/$(basename "$out")" sh -c '
    out=$1; shift
    printf "(" > "$out"
    sleep 0.00$(($$ % 8))
    cat "$@" >> "$out"
    sleep 0.00$(($$ % 5))
    printf ")" >> "$out"
' sh "$out" "$@"
"#;

/// A folder with a pipeline of twelve steps and a loop.
fn sandbox() -> Sandbox {
    let mut steps = String::from("data: {raw: raw, each: each}\npipeline:\n");
    let mut add = |name: &str, inputs: &str| {
        let command = format!("sh step.sh made/{name} {inputs}");
        let inputs = inputs.split(' ').enumerate().map(|(at, input)| format!("i{at}: {input}, ")).collect::<String>();
        steps +=
            &format!("  - {{name: {name}, command: '{command}', inputs: {{{inputs}}}, outputs: {{o: made/{name}}}}}\n");
    };
    for at in 0..4 {
        add(&format!("a{at}"), "source");
        add(&format!("b{at}"), &format!("made/a{at} made/a{}", (at + 1) % 4));
        add(&format!("c{at}"), &format!("made/b{at} made/b{}", (at + 3) % 4));
    }
    steps += "  - {name: each, command: [sh, one.sh], loop: {over: $raw, into: $each}, inputs: {i: $loop_item}, outputs: {o: $loop_output}}\n";
    let sandbox = Sandbox::with(&steps);
    sandbox.write("source", "s").write("step.sh", STEP).write("locks/none", "").write("made/none", "");
    sandbox.write("one.sh", "exec sh step.sh \"$3\" \"$1\"\n");
    for item in ["w", "x", "y", "z"] {
        sandbox.write(&format!("raw/{item}"), item);
    }
    sandbox
}

/// Everything that the steps make, by path.
fn made(sandbox: &Sandbox) -> Vec<(String, String)> {
    let mut made = Vec::new();
    for folder in ["made", "each"] {
        let Ok(entries) = sandbox.path().join(folder).read_dir() else { continue };
        for entry in entries {
            let path = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
            made.push((path.clone(), sandbox.read(&path)));
        }
    }
    made.sort();
    made
}

/// The units that events say ended well.
pub fn ended_well(events: &str) -> BTreeSet<String> {
    let lines = events.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let ended = lines.filter(|line| line["what"]["outcome"]["outcome"] == "succeeded");
    ended.map(|line| line["what"]["unit"].as_str().unwrap().to_owned()).collect()
}

/// Kills a run at random moments, and looks that the next one makes it right.
fn kill_and_run_again(with_steps: bool) {
    let mut seeded = Seeded(how_often("LOOM_SEED", 0xC4A5) as u64);
    let whole = sandbox();
    assert!(whole.loom(&["--quiet"]).starts_with("exit 0"));
    let right = made(&whole);
    for turn in 0..how_often("LOOM_KILLS", 20) {
        let mut run = Run::start(sandbox(), &["--max-workers", "4", "--events", "events"]);
        let [.., runner] = run.chain();
        let moment = Instant::now() + Duration::from_micros(seeded.below(150_000));
        while Instant::now() < moment {
            std::thread::yield_now();
        }
        let victims = if with_steps { run.left() } else { vec![runner] };
        let victims: Vec<String> = victims.iter().map(u32::to_string).collect();
        send("KILL", &victims.iter().map(String::as_str).collect::<Vec<_>>());
        run.end();
        run.is_gone(&format!("in turn {turn}"));
        let ended =
            if run.sandbox.has("events") { ended_well(&run.sandbox.read("events")) } else { BTreeSet::default() };

        let next = run.sandbox.loom(&["--verbose"]);
        assert!(next.starts_with("exit 0"), "turn {turn}: {next}");
        assert_eq!(made(&run.sandbox), right, "turn {turn}: {next}");
        let begun = next.lines().filter_map(|line| line.strip_prefix("start  ")?.split(' ').next());
        let again: Vec<&str> = begun.filter(|unit| ended.contains(*unit)).collect();
        assert_eq!(again, [""; 0], "turn {turn}: what had ended ran again: {next}");
        let after = run.sandbox.loom(&["--dry-run"]);
        assert!(after.contains("\n0 units would run"), "turn {turn}: {after}");
    }
}

#[test]
fn a_killed_runner_is_made_good() {
    kill_and_run_again(false);
}

#[test]
fn a_killed_runner_with_its_steps_is_made_good() {
    kill_and_run_again(true);
}

#[test]
fn a_damaged_journal_costs_runs_and_nothing_else() {
    let mut seeded = Seeded(how_often("LOOM_SEED", 0xDA3A) as u64);
    let sandbox = sandbox();
    assert!(sandbox.loom(&["--quiet"]).starts_with("exit 0"));
    let right = made(&sandbox);
    let journal = sandbox.path().join(".loom/pipeline.yml/journal");
    for turn in 0..how_often("LOOM_DAMAGES", 20) {
        let mut bytes = std::fs::read(&journal).unwrap();
        let mut below = |bound: usize| usize::try_from(seeded.below(bound as u64)).unwrap();
        let at = below(bytes.len());
        match below(4) {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << below(8),
            2 => {
                let length = below(bytes.len() - at);
                let piece = bytes[at..at + length].to_vec();
                let to = below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let length = below(bytes.len() - at);
                bytes.drain(at..at + length);
            }
        }
        std::fs::write(&journal, bytes).unwrap();
        // Something to be noticed, so that nothing is right by being left alone.
        let (path, _) = &right[below(right.len())];
        if path != "made/none" {
            sandbox.write(path, "damaged");
        }
        let next = sandbox.loom(&[]);
        assert!(next.starts_with("exit 0"), "turn {turn}: {next}");
        assert_eq!(made(&sandbox), right, "turn {turn}: {next}");
    }
}
