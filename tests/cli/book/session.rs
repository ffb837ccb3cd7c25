//! A session in a shell, as the documentation shows it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::examples::copy;
use crate::support::{path, repository};

/// What a session may run, so that it is the same on a machine that has more.
const PROGRAMS: [&str; 15] =
    ["sh", "awk", "cat", "cmp", "cut", "echo", "find", "head", "ls", "mkdir", "sed", "sort", "touch", "tr", "uniq"];

/// Where a session seems to be.
const HOME: &str = "/home/me";
const BIN: &str = "/usr/bin";

/// A folder, and a shell in it.
pub struct Session {
    _root: tempfile::TempDir,
    root: PathBuf,
    /// Where the next command runs.
    folder: PathBuf,
    /// The exit code of the last command.
    status: i32,
}

impl Session {
    /// In an empty folder (`empty`), or in a folder of a copy of the repository's examples (`examples/parallel`, `.`).
    pub fn new(place: &str) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let root = temporary.path().canonicalize().expect("it exists");
        let (home, bin) = (root.join("me"), root.join("bin"));
        for folder in [&home, &bin, &root.join("elsewhere")] {
            std::fs::create_dir(folder).expect("folders can be made");
        }
        link(Path::new(env!("CARGO_BIN_EXE_loom")), &bin.join("loom"));
        for program in PROGRAMS {
            let found = std::env::split_paths(&path()).map(|folder| folder.join(program)).find(|path| path.is_file());
            link(&found.unwrap_or_else(|| panic!("the documentation needs `{program}`")), &bin.join(program));
        }
        link(python(), &bin.join("python3"));
        let folder = match place {
            "empty" => home,
            place => {
                copy(&repository().join("examples"), &home.join("examples"));
                home.join(place).canonicalize().unwrap_or_else(|_| panic!("there is no folder {place}"))
            }
        };
        Self { _root: temporary, root, folder, status: 0 }
    }

    /// Writes a file that the page shows.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("folders can be made");
        std::fs::write(path, text).expect("files can be written");
    }

    /// Runs a command as if it were typed, and returns all that is then seen.
    pub fn run(&mut self, command: &str) -> String {
        let (seen, place) = (self.root.join("seen"), self.root.join("place"));
        let file = File::create(&seen).expect("files can be written");
        let script =
            format!("(exit {})\n{command}\nstatus=$?\npwd -P >'{}'\nexit $status", self.status, place.display());
        let status = Command::new(self.root.join("bin/sh"))
            .args(["-c", &script])
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", self.root.join("bin"))
            .env("HOME", self.root.join("elsewhere"))
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a file can be opened twice"))
            .stderr(file)
            .status()
            .expect("a shell starts");
        self.status = status.code().unwrap_or(1);
        if let Ok(place) = std::fs::read_to_string(&place) {
            self.folder = place.trim_end_matches('\n').into();
        }
        let seen = String::from_utf8(std::fs::read(&seen).expect("it was written")).expect("it is text");
        let at = |folder: &str| self.root.join(folder).to_string_lossy().into_owned();
        seen.replace(&at("me"), HOME).replace(&at("bin"), BIN)
    }
}

/// What the tests' own `python3` is: a version manager's is a script that leads there.
fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
        let answer = String::from_utf8(asked.expect("the documentation needs Python").stdout).expect("a path");
        answer.trim_end().into()
    })
}

fn link(program: &Path, at: &Path) {
    std::os::unix::fs::symlink(program, at).expect("links can be made");
}

/// The commands of a block, each with what is shown below it. A line that begins with `> ` goes on with the command.
pub fn commands(block: &str) -> Vec<(String, Vec<&str>)> {
    let mut commands: Vec<(String, Vec<&str>)> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push((command.to_owned(), Vec::new())),
            (None, Some((command, shown))) => match line.strip_prefix("> ").filter(|_| shown.is_empty()) {
                Some(more) => *command += &format!("\n{more}"),
                None => shown.push(line),
            },
            (None, None) => panic!("a session begins with `$ `, not with {line:?}"),
        }
    }
    commands
}

/// Whether what is shown is what was seen, but for durations and the names of runs. In what is shown, `[..]` stands for
/// anything on a line, and a line `...` for any lines.
pub fn is_shown(shown: &[&str], seen: &[&str]) -> bool {
    match shown {
        [] => seen.is_empty(),
        ["...", rest @ ..] => (0..=seen.len()).any(|lines| is_shown(rest, &seen[lines..])),
        [line, rest @ ..] => seen.split_first().is_some_and(|(first, more)| fits(line, first) && is_shown(rest, more)),
    }
}

fn fits(shown: &str, seen: &str) -> bool {
    let (shown, seen) = (steady(shown), steady(seen));
    let mut parts = shown.split("[..]");
    let Some(mut rest) = parts.next().and_then(|first| seen.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        if let Some(before) = last.replace(part) {
            let Some((_, behind)) = rest.split_once(before) else { return false };
            rest = behind;
        }
    }
    last.map_or(rest.is_empty(), |last| rest.ends_with(last))
}

/// A line without what differs from run to run.
fn steady(line: &str) -> String {
    let line = &crate::support::without_ages(line);
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    let is_time = |index: usize| {
        let unit = words.get(index + 1).map(|unit| unit.trim_matches(|c: char| !c.is_alphanumeric()));
        words[index].parse::<f64>().is_ok() && matches!(unit, Some("s" | "min"))
    };
    let steady = |index: usize| if is_time(index) { "0".to_owned() } else { without_run(words[index]) };
    (0..words.len()).map(steady).collect::<Vec<_>>().join(" ")
}

/// A path without the name of a run in it.
fn without_run(word: &str) -> String {
    let Some((before, behind)) = word.split_once("/runs/") else { return word.to_owned() };
    let behind = behind.trim_start_matches(|c: char| c.is_ascii_digit() || "TZ.-".contains(c));
    format!("{before}/runs/RUN{behind}")
}

#[test]
fn what_is_shown_may_leave_out_what_differs() {
    for (shown, seen, expected) in [
        ("a\nb", "a\nb", true),
        ("a", "a\nb", false),
        ("a\n...", "a", true),
        ("...\nc", "a\nb\nc", true),
        ("...\nc", "a\nb", false),
        ("a [..] c", "a b b c", true),
        ("a [..] c", "a b b", false),
        ("[..]b[..]", "abc", true),
        ("[..]b[..]b", "ab", false),
        ("done   a  0.05 s", "done   a  1.25 s", true),
        ("skip  a  up to date (ran just now)", "skip  a  up to date (ran 2 s ago)", true),
        ("2 steps: 2 ok in 0.10 s", "2 steps: 1 ok in 0.10 s", false),
        ("log x/runs/20260101T000000.000Z-1/a.log", "log x/runs/20270101T000000.000Z-77/a.log", true),
        ("log x/runs/20260101T000000.000Z-1/a.log", "log x/runs/20270101T000000.000Z-77/b.log", false),
    ] {
        let lines = |text: &'static str| text.lines().collect::<Vec<_>>();
        assert_eq!(is_shown(&lines(shown), &lines(seen)), expected, "{shown:?} {seen:?}");
    }
}
