//! A folder with a pipeline in it, and `loom` run on it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::watched::Watched;

/// A temporary folder to run `loom` in.
pub struct Sandbox {
    folder: tempfile::TempDir,
    watched: Watched,
}

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), watched: Watched::new() }
    }

    /// A folder with this `pipeline.yml`.
    pub fn with(pipeline: &str) -> Self {
        let sandbox = Self::new();
        sandbox.write("pipeline.yml", pipeline);
        sandbox
    }

    /// The folder, as the system knows it.
    pub fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists")
    }

    /// Writes a file, and the folders around it.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("inside the sandbox")).expect("folders can be made");
        std::fs::write(path, text).expect("files can be written");
        self
    }

    /// Reads a file.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Whether a file is there.
    pub fn has(&self, path: &str) -> bool {
        self.path().join(path).exists()
    }

    /// `loom`, to be run in the folder, in an environment that does not depend on who runs the tests.
    pub fn command(&self, args: &[&str]) -> Command {
        self.watched.goes_on();
        let mut command = loom();
        command.args(args).current_dir(self.path());
        command
    }

    /// Lines for a shell, to be run in the folder, where `loom` and `python` are programs like any other.
    pub fn shell(&self, script: &str) -> Command {
        self.watched.goes_on();
        let programs = self.path().join(".programs");
        std::fs::create_dir_all(&programs).expect("folders can be made");
        let python = which("python3").expect("the tests need Python");
        for (name, program) in [("loom", PathBuf::from(env!("CARGO_BIN_EXE_loom"))), ("python", python)] {
            let link = programs.join(name);
            if link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(program, link).expect("links can be made");
            }
        }
        let mut path = programs.into_os_string();
        path.push(":");
        path.push(self::path());
        let mut command = Command::new("sh");
        command.args(["-c", script]).current_dir(self.path());
        command.env_clear().env("PATH", path).env("HOME", self.path());
        command
    }

    /// Runs `loom` and returns all that a person sees of it.
    pub fn loom(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("loom runs");
        self.shown(&output)
    }

    /// Status, standard output and standard error, without what differs from run to run.
    pub fn shown(&self, output: &Output) -> String {
        let mut shown = format!("exit {}\n", status(output));
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !bytes.is_empty() {
                let _ = write!(shown, "--- {name}\n{}", self.steady(&String::from_utf8_lossy(bytes)));
            }
        }
        shown
    }

    /// Text without durations, run names and the place of the sandbox.
    fn steady(&self, text: &str) -> String {
        let text = text.replace(&*self.path().to_string_lossy(), "[SANDBOX]");
        let mut steady = String::new();
        for line in text.lines() {
            let words = line.split_inclusive(' ').collect::<Vec<_>>();
            for (index, word) in words.iter().enumerate() {
                let is_duration = word.trim_end().parse::<f64>().is_ok()
                    && words.get(index + 1).is_some_and(|unit| unit.trim_end() == "s");
                if is_duration {
                    steady.push_str("[TIME] ");
                } else if let Some((before, after)) = word.split_once("/runs/") {
                    let rest = after.split_once('/').map_or("", |(_, rest)| rest);
                    let _ = write!(steady, "{before}/runs/[RUN]/{rest}");
                } else {
                    steady.push_str(word);
                }
            }
            steady.push('\n');
        }
        without_ages(&steady)
    }
}

/// Text without how long ago something ran.
pub fn without_ages(text: &str) -> String {
    let mut parts = text.split("(ran ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |steady, part| {
        let rest = part.split_once(')').map_or("", |(_, rest)| rest);
        format!("{steady}(ran [AGO]){rest}")
    })
}

/// The program under test, in a small and steady environment.
pub fn loom() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loom"));
    command.env_clear().env("PATH", path()).env("HOME", "/nonexistent");
    command
}

/// The PATH of the tests' own environment: they need its Python and its shell.
pub fn path() -> std::ffi::OsString {
    std::env::var_os("PATH").expect("tests run with a PATH")
}

/// Waits until something is so. It is to be so soon; who waits for ever has found a defect.
pub fn until(mut is_so: impl FnMut() -> bool) {
    while !is_so() {
        std::thread::yield_now();
    }
}

/// The exit code, or the signal.
pub fn status(output: &Output) -> String {
    output.status.code().map_or_else(|| output.status.to_string(), |code| code.to_string())
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the repository").to_path_buf()
}

/// A program on the PATH.
fn which(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&path()).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// How often a test does what it does: as often as this variable says, else as often as is enough for every day.
pub fn how_often(variable: &str, usually: usize) -> usize {
    std::env::var(variable).ok().and_then(|times| times.parse().ok()).unwrap_or(usually)
}
