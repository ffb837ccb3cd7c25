//! The original as a program: where it is, and how it is run.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::{Mutex, OnceLock};

use crate::support::{self, Sandbox};

/// Those that nobody uses at the moment. They end with the tests, when nothing more can come.
static IDLE: Mutex<Vec<Original>> = Mutex::new(Vec::new());

/// A process that runs the original as often as it is told to.
pub struct Original {
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// One that is lent.
pub struct Lent(Option<Original>);

impl Original {
    pub fn lend() -> Lent {
        let idle = IDLE.lock().expect("nobody fails in between").pop();
        Lent(Some(idle.unwrap_or_else(Self::start)))
    }

    fn start() -> Self {
        let mut command = Command::new(python());
        command.args(["-c", include_str!("serve.py")]).env_clear().env("PATH", support::path());
        let process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Child { stdin, stdout, .. } = process.expect("the original can be started");
        let calls = stdin.expect("it has a standard input");
        Self { calls, answers: BufReader::new(stdout.expect("it has a standard output")) }
    }

    /// Whether it succeeded, and what it said.
    pub fn run(&mut self, sandbox: &Sandbox, words: &[&str], environment: &[(&str, String)]) -> (bool, String) {
        let said = tempfile::tempdir().expect("a temporary folder");
        let [stdout, stderr] = ["stdout", "stderr"].map(|name| said.path().join(name));
        for path in [&stdout, &stderr] {
            File::create(path).expect("files can be made");
        }
        let environment: std::collections::BTreeMap<&str, &String> =
            environment.iter().map(|(name, value)| (*name, value)).collect();
        let call = serde_json::json!({
            "folder": sandbox.path(),
            "words": words,
            "environment": environment,
            "stdout": stdout,
            "stderr": stderr,
        });
        writeln!(self.calls, "{call}").expect("it takes calls");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        let code: i32 = answer.trim().parse().expect("it answers with an exit code");
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        (code == 0, format!("exit {code}\n--- stdout\n{}--- stderr\n{}", read(&stdout), read(&stderr)))
    }
}

impl std::ops::Deref for Lent {
    type Target = Original;

    fn deref(&self) -> &Original {
        self.0.as_ref().expect("it is given back at the end")
    }
}

impl std::ops::DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Original {
        self.0.as_mut().expect("it is given back at the end")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // One that is in the middle of a call when a test fails would give its answer to the next call.
        if !std::thread::panicking()
            && let (Some(original), Ok(mut idle)) = (self.0.take(), IDLE.lock())
        {
            idle.push(original);
        }
    }
}

/// The Python that the original is installed for.
pub fn python() -> PathBuf {
    original().join("bin/python")
}

/// The virtual environment that holds the original; made once, for all tests and all times.
fn original() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = target.join("loom-pipeline-0.7.0");
        let (python, stamp) = (folder.join("bin/python"), folder.join("complete"));
        // Other processes may want it at the same time.
        let lock = File::create(target.join("loom-pipeline.lock")).expect("the target folder can be written");
        lock.lock().expect("files can be locked");
        // The Python that it was made with may be gone since.
        if !stamp.exists() || !python.exists() {
            prepare("python3", &["-m", "venv", "--clear", &folder.to_string_lossy()]);
            // It always imports Send2Trash, but asks for it only with its editor.
            let packages = ["loom-pipeline==0.7.0", "Send2Trash==2.2.0"];
            prepare(&python, &[&["-m", "pip", "install", "--quiet"], &packages[..]].concat());
            File::create(&stamp).expect("the target folder can be written");
        }
        folder
    })
}

/// Runs a program that makes the environment.
fn prepare(program: impl AsRef<Path>, args: &[&str]) {
    let program = program.as_ref();
    let failure = match Command::new(program).args(args).output() {
        Ok(Output { status, .. }) if status.success() => return,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    panic!(
        "cannot install the original. This test needs Python 3.11 or later with `venv`, and access to PyPI.\n\
         {} {}\n{failure}",
        program.display(),
        args.join(" "),
    );
}
