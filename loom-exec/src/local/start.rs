//! Starting a process, and patience with a machine that has no room for one more.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::io::Errno;

use crate::{Job, Outcome};

/// What a step finds in its environment that may leave processes behind, and they after it.
pub(crate) const DETACHED: &str = "LOOM_DETACH";

/// How long a machine is waited for on which nothing of this run could end, try by try.
const PAUSES: [u64; 6] = [10, 30, 90, 270, 500, 500];

/// The command could not be started.
pub(super) enum Refusal {
    Stopped,
    Because(String),
}

/// The command could not be started, which is how the job ends.
impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Stopped => Self::Stopped,
            Refusal::Because(message) => Self::Broken { message },
        }
    }
}

/// Spawns the command of a job. Where there is no room for one more process, it waits for one to end.
pub(super) fn start<T>(job: &Job<'_>, mut spawn: impl FnMut() -> io::Result<T>) -> Result<T, Refusal> {
    let groups = job.cancel.groups();
    let is_to_end = || job.cancel.ends_unit(job.unit);
    let mut pauses = PAUSES.into_iter().map(Duration::from_millis);
    loop {
        let ends = groups.ends();
        let error = match spawn() {
            Ok(started) => return Ok(started),
            Err(error) => error,
        };
        let why_full = why_full(&error).filter(|_| !is_to_end());
        let Some(why) = why_full else {
            return Err(match is_to_end() {
                true => Refusal::Stopped,
                false => Refusal::Because(cannot_start(&job.command.program, &error)),
            });
        };
        if groups.wait_for_end(ends, Duration::from_millis(50)) {
            continue;
        }
        match pauses.next() {
            Some(pause) => std::thread::sleep(pause),
            None => {
                let program = job.command.program.display();
                return Err(Refusal::Because(format!("cannot start {program}: {why}, though nothing else runs")));
            }
        }
    }
}

pub(super) fn command(job: &Job<'_>) -> Command {
    let mut command = Command::new(&job.command.program);
    command
        .args(&job.command.args)
        .current_dir(job.folder)
        .env_clear()
        .envs(job.environment.iter().map(|(name, value)| (name, value)))
        .env_remove(DETACHED)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0);
    if job.detach {
        command.env(DETACHED, "1");
    }
    command
}

/// Which limit was met, if it is one that the end of a process may help.
fn why_full(error: &io::Error) -> Option<&'static str> {
    match error.raw_os_error().map(Errno::from_raw_os_error)? {
        Errno::AGAIN => Some("there may be no more processes (`ulimit -u`, or the limit of a container)"),
        Errno::MFILE => Some("there may be no more open files (`ulimit -n`)"),
        Errno::NFILE => Some("the system has no more open files (`fs.file-max`)"),
        Errno::NOMEM => Some("there is no more memory (`ulimit -v`, or the machine's own)"),
        _ => None,
    }
}

fn cannot_start(program: &Path, error: &io::Error) -> String {
    let program = program.display();
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOEXEC) => {
            format!("cannot start {program}: its first line must say what runs it (`#!`)")
        }
        Some(Errno::TOOBIG) => format!(
            "cannot start {program}: its command line is longer than the system takes; a step that gathers this much takes \
             a list instead (`gather: {{axes: true, as: manifest}}`)"
        ),
        _ => format!("cannot start {program}: {error}"),
    }
}
