//! Cleaning: what goes, what stays, and what is asked first.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Sandbox, path, status};

/// A pipeline folder in a sandbox, so that there is an outside, and a trash beside it.
struct Place {
    sandbox: Sandbox,
}

impl Place {
    fn with(pipeline: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("p/pipeline.yml", pipeline);
        Self { sandbox }
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        self.sandbox.write(&format!("p/{path}"), text);
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.sandbox.command(&[&["p"], args].concat());
        command.env("XDG_DATA_HOME", self.sandbox.path().join("share"));
        command
    }

    fn loom(&self, args: &[&str]) -> String {
        self.sandbox.shown(&self.command(args).output().unwrap())
    }

    fn run(&self) {
        let shown = self.loom(&["-q"]);
        assert_eq!(shown, "exit 0\n");
    }

    /// Everything in the pipeline folder, and what it is: the content of a file, the target of a link.
    fn tree(&self) -> BTreeMap<PathBuf, String> {
        walk(&self.sandbox.path().join("p"), |path, metadata| {
            if metadata.is_symlink() {
                format!("-> {}", path.read_link().unwrap().display())
            } else if metadata.is_dir() {
                "/".to_owned()
            } else {
                String::from_utf8(std::fs::read(path).unwrap()).unwrap()
            }
        })
    }

    /// Everything in the sandbox, with all that would tell of a change.
    fn stamps(&self) -> BTreeMap<PathBuf, impl PartialEq + std::fmt::Debug + use<>> {
        use std::os::unix::fs::MetadataExt;
        walk(&self.sandbox.path(), |_, metadata| {
            (metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec(), metadata.len())
        })
    }

    /// The names in the trash.
    fn trash(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.sandbox.path().join("share/Trash/files")).into_iter().flatten();
        let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn walk<T>(root: &Path, what: impl Fn(&Path, &std::fs::Metadata) -> T) -> BTreeMap<PathBuf, T> {
    let mut found = BTreeMap::new();
    let mut ahead = vec![root.to_path_buf()];
    while let Some(path) = ahead.pop() {
        let metadata = path.symlink_metadata().unwrap();
        if metadata.is_dir() {
            ahead.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        }
        found.insert(path.strip_prefix(root).unwrap().to_path_buf(), what(&path, &metadata));
    }
    found
}

const USUAL: &str = "data:
  table: data/table.csv
  result: data/out/result.json
  plots: plots
pipeline:
  - {name: fit, task: tasks/fit.sh, inputs: {t: $table}, outputs: {-o: $result}}
  - {name: plot, command: 'mkdir -p $3/deep; echo 123456789 > $3/deep/a.png; : > $3/b.png', inputs: {r: $result}, outputs: {-o: $plots}}
  - {name: extra, command: 'echo > $2', outputs: {-o: extra.txt}, optional: true}
  - {name: off, command: 'echo > $2', outputs: {-o: off.txt}, disabled: true}
";

fn usual() -> Place {
    let place = Place::with(USUAL);
    place.write("data/table.csv", "1,2\n").write("tasks/fit.sh", "cp $1 $3\n").write("notes.txt", "mine\n");
    place
}

#[test]
fn after_a_run_and_a_cleaning_the_sources_are_there_and_nothing_else() {
    let place = usual();
    let sources = place.tree();
    place.run();
    place.loom(&["--step", "extra", "off"]);
    assert_ne!(place.tree(), sources);
    let shown = place.loom(&["--clean", "-y"]);
    assert!(shown.starts_with("exit 0\n"), "{shown}");
    assert_eq!(place.tree(), sources);
    assert_eq!(place.trash(), [".loom", "extra.txt", "off.txt", "plots", "result.json"]);
    assert_eq!(place.sandbox.read("share/Trash/files/plots/deep/a.png"), "123456789\n");
    let info = place.sandbox.read("share/Trash/info/result.json.trashinfo");
    assert!(info.contains("/p/data/out/result.json\nDeletionDate="), "{info}");

    place.run();
    place.loom(&["--clean", "--permanent", "--yes"]);
    assert_eq!(place.tree(), sources);
    assert_eq!(place.trash().len(), 5);
    insta::assert_snapshot!(place.loom(&["--clean", "-y"]), @"
    exit 0
    --- stdout
    nothing to clean: nothing that the steps make is there
    ");
}

#[test]
fn a_cleaning_is_shown_with_sizes() {
    let place = usual();
    place.write("data/out/result.json", &"x".repeat(1_234_567)).write("plots/deep/a.png", "1").write("plots/b.png", "");
    place.write(".loom-url-cache/x", "12").write(".loom-thumbnails/y", "123");
    insta::assert_snapshot!(place.loom(&["--clean-list"]), @"
    exit 0
    --- stdout
       1.2 MB  data/out/result.json  result
       1 byte  plots/                plots, 2 files
      3 bytes  .loom-thumbnails/     1 file
      2 bytes  .loom-url-cache/      1 file
    4 files and folders (1.2 MB)
    ");
    insta::assert_snapshot!(place.loom(&["--clean", "-y", "--permanent"]), @"
    exit 0
    --- stdout
       1.2 MB  data/out/result.json  result
       1 byte  plots/                plots, 2 files
      3 bytes  .loom-thumbnails/     1 file
      2 bytes  .loom-url-cache/      1 file
    4 files and folders (1.2 MB)
    removed 4 files and folders (1.2 MB)
    ");
    place.write("data/out/result.json", "{}");
    assert_eq!(place.loom(&["--clean", "-y", "-q"]), "exit 0\n");
    assert_eq!(place.trash(), ["result.json"]);
}

#[test]
fn what_only_reads_changes_nothing() {
    let place = usual();
    place.run();
    let before = place.stamps();
    for args in [
        &["--clean-list"][..],
        &["--list"],
        &["--dry-run"],
        &["--investigate"],
        &["--clean"],
        &["--clean", "--permanent"],
    ] {
        place.loom(args);
        assert_eq!(place.stamps(), before, "{args:?}");
    }
    for args in [["check", "p"], ["graph", "p"]] {
        place.sandbox.loom(&args);
        assert_eq!(place.stamps(), before, "{args:?}");
    }
}

#[test]
fn a_link_goes_and_what_it_leads_to_stays() {
    let place = Place::with(
        "pipeline:
  - {name: away, command: 'ln -s ../outside $2', outputs: {-o: away}}
  - {name: file, command: 'ln -s ../outside/x.txt $2', outputs: {-o: file.txt}}
  - {name: made, command: 'mkdir $2; echo > $2/a; ln -s ../../outside $2/in', outputs: {-o: made}}
  - {name: latest, command: 'ln -s $1 $3', inputs: {m: made}, outputs: {-o: latest}}
  - {name: dangling, command: 'ln -s nowhere $2', outputs: {-o: dangling}}
",
    );
    place.sandbox.write("outside/x.txt", "precious\n");
    let sources = place.tree();
    // `dangling` and `away` are there as links; loom wants the data of a step to be there.
    for how in [&["--clean", "-y"][..], &["--clean", "-y", "--permanent"]] {
        place.loom(&["-q"]);
        for link in ["away", "file.txt", "made/in", "latest", "dangling"] {
            assert!(place.sandbox.path().join("p").join(link).is_symlink(), "{link}");
        }
        let shown = place.loom(how);
        assert!(shown.starts_with("exit 0\n"), "{shown}");
        assert_eq!(place.tree(), sources);
        assert_eq!(place.sandbox.read("outside/x.txt"), "precious\n");
    }
    // A link is nothing to keep, and no trash gets a copy of what it leads to.
    assert_eq!(place.trash(), [".loom", "made"]);
}

#[test]
fn a_source_stays_that_lies_in_what_a_step_makes() {
    let place = Place::with(
        "data: {seed: out/deep/seed.txt}
pipeline:
  - {name: make, task: out/make.sh, inputs: {s: $seed, l: out/link.txt}, outputs: {-o: out}}
  - {name: use, command: 'cp $1 $3', inputs: {r: out/result.txt}, outputs: {-o: out/kept/copy.txt}}
  - {name: read, command: [ls], inputs: {k: out/kept}}
",
    );
    place.write("out/deep/seed.txt", "seed\n").write("linked.txt", "linked\n");
    place.write("out/make.sh", "mkdir -p out/new/er; cat $1 $2 > out/result.txt; cp $1 out/deep/more.txt\n");
    symlink("../linked.txt", place.sandbox.path().join("p/out/link.txt")).unwrap();
    let sources = place.tree();
    place.run();
    std::fs::remove_dir_all(place.sandbox.path().join("p/.loom")).unwrap();
    insta::assert_snapshot!(place.loom(&["--clean-list"]), @"
    exit 0
    --- stdout
      29 bytes  out/  3 files, 3 stay
    1 folder (29 bytes)
    left alone:
      out/deep/seed.txt  a source: no step makes it
      out/link.txt       a source: no step makes it
      out/make.sh        needed to run the pipeline
    ");
    place.loom(&["--clean", "-y"]);
    assert_eq!(place.tree(), sources);
    place.run();
    place.loom(&["--clean", "-y", "--permanent"]);
    assert_eq!(place.tree(), sources);
}

#[test]
fn a_result_goes_that_lies_in_what_steps_read() {
    let place = Place::with(
        "pipeline:
  - {name: make, command: 'echo > $2', outputs: {-o: data/new.txt}}
  - {name: read, command: [ls], inputs: {d: data}}
",
    );
    // The folder is a source, and stays when nothing is left in it.
    std::fs::create_dir(place.sandbox.path().join("p/data")).unwrap();
    let sources = place.tree();
    place.run();
    place.loom(&["--clean", "-y"]);
    assert_eq!(place.tree(), sources);
}

#[test]
fn what_is_outside_or_is_needed_is_left_alone() {
    let place = Place::with(
        "data:
  up: {path: ../outside/up.txt, allow_outside_pipeline: true}
  through: {path: door/through.txt, allow_outside_pipeline: true}
  here: .
  itself: pipeline.yml
pipeline:
  - {name: a, command: [x], outputs: {-o: $up, -p: $through}}
  - {name: b, command: [x], outputs: {-o: $here}}
  - {name: c, command: [x], outputs: {-o: $itself}}
  - {name: d, task: t.sh}
  - {name: f, command: [x], outputs: {-o: t.sh}}
  - {name: e, command: [x], outputs: {-o: window/result.txt}}
",
    );
    place.write("t.sh", "").write("room/other.txt", "");
    place.sandbox.write("outside/up.txt", "").write("outside/through.txt", "");
    symlink("../outside", place.sandbox.path().join("p/door")).unwrap();
    symlink("room", place.sandbox.path().join("p/window")).unwrap();
    let before = place.stamps();
    insta::assert_snapshot!(place.loom(&["--clean", "-y"]), @"
    exit 0
    --- stdout
    nothing to clean: nothing that the steps make is there
    left alone:
      .                  the pipeline folder itself
      ../outside/up.txt  outside the pipeline folder
      door/through.txt   outside the pipeline folder
      pipeline.yml       needed to run the pipeline
      t.sh               needed to run the pipeline
    ");
    assert_eq!(place.stamps(), before);
    // A link that leads elsewhere inside is a way like any other.
    place.write("room/result.txt", "");
    let shown = place.loom(&["--clean", "-y", "--permanent"]);
    assert!(shown.contains("room/result.txt"), "{shown}");
    assert!(!place.sandbox.has("p/room/result.txt") && place.sandbox.has("p/window/other.txt"));
}

#[test]
fn another_pipeline_of_the_folder_keeps_what_is_its_own() {
    let place = usual();
    place.write("other.yml", "pipeline: [{name: o, command: 'echo hello; echo > $2', outputs: {-o: o.txt}}]");
    let first = place.tree();
    assert!(place.sandbox.loom(&["p/other.yml"]).contains("1 ok"));
    let with_other = place.tree();
    assert_ne!(with_other, first);
    place.run();
    place.loom(&["--clean", "-y"]);
    assert_eq!(place.tree(), with_other);
    place.sandbox.loom(&["p/other.yml", "--clean", "-y", "--permanent"]);
    assert_eq!(place.tree(), first);
}

/// Runs loom on a terminal that types this.
fn on_a_terminal(place: &Place, args: &[&str], typed: &str) -> String {
    const PTY: &str = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
    let loom = place.command(args);
    let mut terminal = Command::new("python3");
    terminal.args(["-c", PTY]).arg(loom.get_program()).args(loom.get_args()).current_dir(place.sandbox.path());
    terminal.env_clear().env("PATH", path()).env("XDG_DATA_HOME", place.sandbox.path().join("share"));
    let mut child = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
    place.sandbox.shown(&child.wait_with_output().unwrap())
}

#[test]
fn a_person_is_asked_first() {
    let place = usual();
    place.write("plots/b.png", "123").write("data/out/result.json", "{}");
    let before = place.tree();
    for no in ["n\n", "\n", "yes please\n", "\u{4}"] {
        let shown = on_a_terminal(&place, &["--clean"], no);
        assert!(shown.starts_with("exit 0\n"), "{shown}");
        assert!(shown.contains("Move 2 files and folders (5 bytes) to the trash? [y/N] "), "{shown}");
        assert!(shown.ends_with("nothing was removed\n"), "{shown}");
        assert_eq!(place.tree(), before);
    }
    let shown = on_a_terminal(&place, &["--clean", "-q"], "y\n");
    assert!(shown.ends_with("[y/N] y\n") || shown.ends_with("[y/N] \n"), "{shown}");
    assert_eq!(place.trash(), ["plots", "result.json"]);

    place.write("plots/b.png", "123");
    let shown = on_a_terminal(&place, &["--clean", "--permanent"], "YES\n");
    assert!(shown.contains("Remove 1 folder (3 bytes) for good? [y/N] "), "{shown}");
    assert!(shown.ends_with("removed 1 folder (3 bytes)\n"), "{shown}");
    assert!(!place.sandbox.has("p/plots"));
}

#[test]
fn who_cannot_be_asked_has_not_agreed() {
    let place = usual();
    place.write("plots/b.png", "");
    let before = place.stamps();
    insta::assert_snapshot!(place.loom(&["--clean"]), @"
    exit 2
    --- stdout
      0 bytes  plots/  plots, 1 file
    1 folder (0 bytes)
    --- stderr
    error: standard input is no terminal, so nobody can be asked whether to remove this
      help: `-y` removes it without a question; nothing was removed
    ");
    assert_eq!(place.stamps(), before);
}

#[test]
fn a_pipeline_with_errors_is_not_cleaned() {
    let place = Place::with(
        "pipeline:
  - {name: a, command: [x], outputs: {-o: a.txt}}
  - {name: b, command: [x], outputs: {-o: a.txt}}
",
    );
    place.write("a.txt", "");
    let before = place.stamps();
    insta::assert_snapshot!(place.loom(&["--clean", "-y"]), @"
    exit 2
    --- stderr
    error: both `a` and `b` make `a.txt`
     --> p/pipeline.yml:3:43
      |
    2 |   - {name: a, command: [x], outputs: {-o: a.txt}}
      |                                           ----- `a` makes it here
    3 |   - {name: b, command: [x], outputs: {-o: a.txt}}
      |                                           ^^^^^ `b` makes it here
      |
      = help: each file is made by one step, once: give one of them another path

    1 error; nothing was removed
    ");
    for text in [
        "pipeline: [{name: a, comand: [x], outputs: {-o: a.txt}}]",
        "pipeline: [{name: a, command: [x], outputs: {-o: ../a.txt}}]",
    ] {
        place.write("pipeline.yml", text);
        assert!(place.loom(&["--clean-list"]).ends_with("nothing was removed\n"));
    }
    assert!(place.sandbox.has("p/a.txt"));
    assert_eq!(place.stamps().len(), before.len());
}

#[test]
fn what_no_trash_takes_stays() {
    let place = usual();
    place.write("plots/b.png", "1").write("data/out/result.json", "");
    let before = place.tree();
    let shown = |command: &mut Command| place.sandbox.shown(&command.output().unwrap());
    insta::assert_snapshot!(shown(place.command(&["--clean", "-y", "-q"]).env_remove("XDG_DATA_HOME").env_remove("HOME")), @"
    exit 1
    --- stderr
    error: cannot move data/out/result.json to the trash: Neither the XDG_DATA_HOME nor the HOME environment variable was found
    error: cannot move plots to the trash: Neither the XDG_DATA_HOME nor the HOME environment variable was found
      help: `--permanent` removes without a trash, for good
    ");
    insta::assert_snapshot!(shown(place.command(&["--clean", "-y", "-q"]).env("XDG_DATA_HOME", "/dev/null")), @"
    exit 1
    --- stderr
    error: cannot move data/out/result.json to the trash: /dev/null/Trash: Not a directory (os error 20)
    error: cannot move plots to the trash: /dev/null/Trash: Not a directory (os error 20)
      help: `--permanent` removes without a trash, for good
    ");
    assert_eq!(place.tree(), before);
}

#[test]
fn what_may_not_be_removed_is_told_and_the_rest_goes() {
    let place = usual();
    place.write("plots/deep/a.png", "").write("plots/b.png", "").write("data/out/result.json", "");
    let folder = place.sandbox.path();
    let mode = |path: &str, mode| std::fs::set_permissions(folder.join(path), PermissionsExt::from_mode(mode)).unwrap();
    // Who is root may do everything, and so becomes nobody, who may do what all may.
    for path in [".", "p", "p/data", "p/data/out", "p/plots"] {
        mode(path, 0o777);
    }
    mode("p/plots/deep", 0o555);
    let loom = folder.join("loom");
    std::fs::copy(env!("CARGO_BIN_EXE_loom"), &loom).unwrap();
    let mut command = Command::new(&loom);
    command.args(["p", "--clean", "-y", "--permanent"]).current_dir(&folder).env_clear();
    if std::os::unix::fs::MetadataExt::uid(&folder.metadata().unwrap()) == 0 {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    mode("p/plots/deep", 0o755);
    assert_eq!(status(&output), "1");
    insta::assert_snapshot!(place.sandbox.shown(&output), @"
    exit 1
    --- stdout
      0 bytes  data/out/result.json  result
      0 bytes  plots/                plots, 2 files
    2 files and folders (0 bytes)
    removed 1 file (0 bytes)
    --- stderr
    error: cannot remove plots/deep/a.png: Permission denied (os error 13)
    ");
    assert!(place.sandbox.has("p/plots/deep/a.png"));
    assert!(!place.sandbox.has("p/plots/b.png") && !place.sandbox.has("p/data/out"));
}

#[test]
fn flags_without_a_meaning_are_refused() {
    let place = usual();
    for args in [
        &["--clean", "--dry-run"][..],
        &["--clean", "--step", "fit"],
        &["--clean-list", "--list"],
        &["--clean-list", "--clean"],
        &["--clean", "--sequential"],
        &["--permanent"],
        &["--clean-list", "-y"],
    ] {
        let shown = place.loom(args);
        assert!(shown.starts_with("exit 2\n"), "{args:?} {shown}");
    }
}

#[test]
fn what_no_pass_and_no_item_made_stays() {
    let sandbox = Sandbox::with(
        "
data: {m: m.txt, mine: m_iter5.txt, labels: labelled/labels.csv}
pipeline:
  - group: g
    multi_pass: {count: 2}
    steps: [{name: fit, command: 'echo > \"$2\"', outputs: {-o: $m}}]
  - {name: each, command: [cp], loop: {over: in, into: labelled}, inputs: {i: $loop_item}, outputs: {-T: $loop_output}}
  - {name: look, command: [cat], inputs: {l: $labels, a: labelled/a.txt, m: $mine}}
",
    );
    for source in ["in/a.txt", "labelled/labels.csv", "m_iter5.txt", "m_iter01.txt", "m_iter7.txt"] {
        sandbox.write(source, "precious");
    }
    let names = || walk(&sandbox.path(), |_, _| ()).into_keys().collect::<Vec<_>>();
    let before = names();
    let ran = sandbox.loom(&[]);
    assert!(ran.starts_with("exit 0"), "{ran}");
    assert!(sandbox.has("labelled/a.txt") && sandbox.has("m_iter1.txt"));
    let cleaned = sandbox.loom(&["--clean", "--permanent", "-y"]);
    assert!(cleaned.starts_with("exit 0"), "{cleaned}");
    assert_eq!(names(), before);
}
