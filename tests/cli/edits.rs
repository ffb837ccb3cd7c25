//! After any edits, a run comes to what a run from nothing comes to.
//!
//! `LOOM_EDITS=10000 cargo test -p loom-cli --test cli edits` makes as many edits; `LOOM_SEED` chooses others.

use crate::support::{Sandbox, how_often};
use crate::survive::Seeded;

/// A pipeline with all that there is: a loop, a folder that two steps fill, passes that feed on each other, and two ways.
fn pipeline(word: &str, rate: &str) -> String {
    format!(
        "data: {{raw: raw, clean: clean, folder: made/folder, g: made/g.txt}}
parameters: {{word: {word}}}
pipeline:
  - {{name: all, command: 'find $1 -type f | sort | xargs cat > $3', inputs: {{clean: $clean}}, outputs: {{-o: made/all.txt}}}}
  - {{name: clean, command: [sh, tasks/clean.sh], loop: {{over: $raw, into: $clean, filter: '*.txt'}}, inputs: {{i: $loop_item}}, outputs: {{-o: $loop_output}}, args: {{--word: $word}}}}
  - {{name: inside, command: 'sort $1 > $3', inputs: {{all: made/all.txt}}, outputs: {{-o: made/folder/inside.txt}}}}
  - {{name: fill, command: 'mkdir -p $3; cp $1 $3/a; wc -c < $1 > $3/b', inputs: {{s: source.txt}}, outputs: {{-o: $folder}}}}
  - {{name: list, command: 'cat $1/* > $3', inputs: {{folder: $folder}}, outputs: {{-o: made/list.txt}}}}
  - group: refine
    multi_pass:
      schedule: [{{step: 1}}, {{step: {rate}}}, {{step: 3}}]
      feedback: {{fit.-o: fit.before}}
    steps:
      - {{name: fit, command: [sh, tasks/fit.sh], inputs: {{before: source.txt}}, outputs: {{-o: $g}}, args: {{--step: $step}}}}
  - {{name: there, kind: condition, predicate: exists, inputs: {{data: flag.txt}}}}
  - {{name: way, kind: switch, condition: $there, data: $g}}
  - {{name: yes, command: 'echo yes $(cat $1) > $3', inputs: {{g: $way.then}}, outputs: {{-o: made/yes.txt}}}}
  - {{name: no, command: 'echo no $(cat $1) > $3', inputs: {{g: $way.else}}, outputs: {{-o: made/no.txt}}}}
"
    )
}

/// Files of the folder, those of loom left out, by path.
fn files(sandbox: &Sandbox, folders: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in folders {
        let mut open = vec![(*folder).to_owned()];
        while let Some(folder) = open.pop() {
            let Ok(entries) = sandbox.path().join(&folder).read_dir() else { continue };
            for entry in entries.map(Result::unwrap) {
                let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
                if entry.file_type().unwrap().is_dir() {
                    open.push(path);
                } else {
                    files.push((path.clone(), sandbox.read(&path)));
                }
            }
        }
    }
    files.sort();
    files
}

/// The folder with its sources only, and what a run makes of them.
fn from_nothing(sandbox: &Sandbox) -> Vec<(String, String)> {
    let fresh = Sandbox::new();
    for (path, text) in files(sandbox, &["raw", "tasks"]) {
        fresh.write(&path, text);
    }
    for path in ["pipeline.yml", "source.txt", "flag.txt"] {
        if sandbox.has(path) {
            fresh.write(path, sandbox.read(path));
        }
    }
    let shown = fresh.loom(&[]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    files(&fresh, &["made", "clean"])
}

#[test]
fn any_edits_come_to_what_a_run_from_nothing_comes_to() {
    let mut seeded = Seeded(how_often("LOOM_SEED", 0xED17) as u64);
    let sandbox = Sandbox::with(&pipeline("x", "2"));
    let clean = |ending: &str| format!("echo $(cat \"$1\") $5 {ending} > \"$3\"\n");
    let fit = |sign: &str| format!("echo $(($(head -c 3 $1) {sign} $5)) > $3\n");
    sandbox.write("tasks/clean.sh", clean("")).write("tasks/fit.sh", fit("+")).write("source.txt", "12");
    sandbox.write("raw/a.txt", "a").write("raw/b.txt", "b").write("raw/c.csv", "c");
    for turn in 0..how_often("LOOM_EDITS", 40) {
        let mut history = Vec::new();
        let mut below = |bound: u64| seeded.below(bound);
        for _ in 0..=below(3) {
            let item = format!("raw/{}.txt", ["a", "b", "d", "e"][below(4) as usize]);
            let number = below(3);
            let edit = below(10);
            history.push(format!("{edit} {item} {number}"));
            match edit {
                0 => drop(sandbox.write(&item, format!("item {number}"))),
                1 => drop(std::fs::remove_file(sandbox.path().join(&item))),
                2 => drop(sandbox.write("source.txt", (10 + number).to_string())),
                3 => drop(sandbox.write("tasks/clean.sh", clean(["", "!", "?"][number as usize]))),
                4 => drop(sandbox.write("tasks/fit.sh", fit(["+", "-", "*"][number as usize]))),
                5 if sandbox.has("flag.txt") => std::fs::remove_file(sandbox.path().join("flag.txt")).unwrap(),
                5 => drop(sandbox.write("flag.txt", "")),
                6 => {
                    let rate = (below(3) + 1).to_string();
                    sandbox.write("pipeline.yml", pipeline(["x", "y", "'$$z'"][number as usize], &rate));
                }
                7 => {
                    // Of what was made, anything but what a loop made, which would be somebody's own if its source went, too.
                    let made = files(&sandbox, &["made"]);
                    if !made.is_empty() {
                        let (path, _) = &made[below(made.len() as u64) as usize];
                        match number {
                            0 => std::fs::remove_file(sandbox.path().join(path)).unwrap(),
                            1 => drop(sandbox.write(path, "")),
                            _ => drop(sandbox.write(path, "damaged")),
                        }
                    }
                }
                8 => drop(sandbox.loom(&["--step", ["all", "fill", "refine", "clean"][below(4) as usize]])),
                _ => drop(sandbox.loom(&["--to", ["all", "inside", "list", "refine"][below(4) as usize]])),
            }
        }
        let shown = sandbox.loom(&[]);
        assert!(shown.starts_with("exit 0"), "turn {turn}: {history:?}\n{shown}");
        let made = files(&sandbox, &["made", "clean"]);
        for (path, text) in from_nothing(&sandbox) {
            let found = made.iter().find(|(known, _)| *known == path).map(|(_, text)| text);
            assert_eq!(found, Some(&text), "turn {turn}: {path} after {history:?}\n{shown}");
        }
        // Nothing is left of what went, either.
        let of_loop = |files: &[(String, String)]| files.iter().filter(|(path, _)| path.starts_with("clean")).count();
        assert_eq!(of_loop(&made), of_loop(&from_nothing(&sandbox)), "turn {turn}: {history:?}\n{shown}");
        let again = sandbox.loom(&[]);
        assert!(!again.contains("\nstart  "), "turn {turn}: {history:?}\n{again}");
    }
}
