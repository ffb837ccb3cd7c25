//! A run in a process of its own: whoever started it may watch its folder, stop it, or end without it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::{Cancel, Ended, Event};

/// Behind the name of a run: it waits for the run that is named next.
const WAITS: &str = "waits";
/// Behind the name of a run: it is at work.
const BEGINS: &str = "begins";
/// So much is told of what a run wrote to its standard error, in bytes.
const MOST_SAID: u64 = 64 << 10;
/// How long a run may leave unread what it is asked.
const PATIENCE: Duration = Duration::from_secs(1);

/// A run in a process of its own. It goes on when this is dropped.
///
/// The program that is started opens a pipeline, runs it, and says which run it is by writing [`Apart::line`] of each event
/// to its standard output; all else is found in the folder of the run, by [`Run::follow`](crate::runs::Run::follow). That output
/// is a socket, by which it is asked for more: see [`Apart::hear`]. It is best a program that is
/// [`supervise`](crate::supervise)d.
///
/// ```
/// use std::path::Path;
/// use loom_exec::{Apart, Ended};
///
/// // Stands for a program that runs a pipeline.
/// let args = ["-c", "echo 20260102T030405.006Z-7 begins"].map(Into::into);
/// let run = Apart::start(Path::new("/bin/sh"), &args, Path::new("/"), [])?;
/// assert_eq!(&**run.name(), "20260102T030405.006Z-7");
/// assert_eq!(run.wait(), Ended::Exited(0));
/// # Ok::<(), loom_exec::NotStarted>(())
/// ```
#[derive(Debug)]
pub struct Apart {
    name: Arc<str>,
    id: u32,
    asked: UnixStream,
    shared: Arc<Shared>,
}

/// No run came of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotStarted {
    /// The program could not be started.
    #[error("cannot start {}: {source}", program.display())]
    System {
        /// The program.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The program ended before there was a run.
    #[error("{}", if said.is_empty() { format!("the run ended before it began, with exit code {}", ended.code()) } else { said.clone() })]
    Ended {
        /// How.
        ended: Ended,
        /// What it wrote to its standard error.
        said: String,
    },
}

#[derive(Debug)]
struct Shared {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Debug)]
struct Now {
    child: Child,
    /// The name of the run, once it is known.
    run: Option<Arc<str>>,
    /// The run that it waits for.
    waits_for: Option<Arc<str>>,
    ended: Option<Ended>,
    /// What it writes to its standard error. A file takes that however much it is, and whoever reads it.
    errors: File,
}

impl Apart {
    /// Starts a program in a folder, with these arguments and this environment and no other, and waits until it says which
    /// run it is, or ends. A run that has to wait for another one says so at once.
    pub fn start(
        program: &Path,
        args: &[OsString],
        folder: &Path,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, NotStarted> {
        let failed = |source| NotStarted::System { program: program.to_path_buf(), source };
        let errors = tempfile::tempfile().map_err(failed)?;
        let (asked, told) = UnixStream::pair().map_err(failed)?;
        asked.set_write_timeout(Some(PATIENCE)).map_err(failed)?;
        let hears = asked.try_clone().map_err(failed)?;
        let child = Command::new(program)
            .args(args)
            .current_dir(folder)
            .env_clear()
            .envs(environment)
            .stdin(Stdio::null())
            // Its supervisors hand it on as it is, which they cannot do with standard input.
            .stdout(OwnedFd::from(told))
            .stderr(errors.try_clone().map_err(failed)?)
            // What a terminal sends to whoever started it is not meant for it.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let id = child.id();
        let now = Now { child, run: None, waits_for: None, ended: None, errors };
        let shared = Arc::new(Shared { now: Mutex::new(now), changed: Condvar::new() });
        let watched = Arc::clone(&shared);
        let watching = std::thread::Builder::new().name("loom-apart".to_owned()).spawn(move || watched.watch(hears));
        if let Err(source) = watching {
            // Nobody would ever wait for it.
            let mut now = shared.now();
            let _ = now.child.kill().and_then(|()| now.child.wait());
            return Err(failed(source));
        }
        let mut now = shared.now();
        loop {
            match (&now.run, now.ended) {
                (Some(name), _) => return Ok(Self { name: Arc::clone(name), id, asked, shared: Arc::clone(&shared) }),
                (None, Some(ended)) => return Err(NotStarted::Ended { ended, said: now.said() }),
                (None, None) => now = shared.changed.wait(now).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// What the program is to write of an event to its standard output, as a line; nothing of most.
    pub fn line(event: &Event) -> Option<String> {
        match event {
            Event::RunWaiting { run, holder } => Some(format!("{run} {WAITS} {holder}\n")),
            // A run that was stopped while it waited has no folder.
            Event::RunStarted { run, folder: Some(_), .. } => Some(format!("{run} {BEGINS}\n")),
            _ => None,
        }
    }

    /// The name of the run.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The run that it waits for, if it does. Until it begins it has no folder.
    pub fn waits_for(&self) -> Option<Arc<str>> {
        let now = self.shared.now();
        now.waits_for.clone().filter(|_| now.ended.is_none())
    }

    /// Sends a signal: [`TERM`](crate::TERM) asks it to end politely, and a second signal not to wait for that. To one
    /// that has ended nothing is sent, and that is no error.
    pub fn signal(&self, signal: i32) -> io::Result<()> {
        let signal = Signal::from_named_raw(signal).ok_or(io::ErrorKind::InvalidInput)?;
        let now = self.shared.now();
        // As long as nobody has waited for it, its number is nobody else's; and that is done under the lock.
        if now.ended.is_none() {
            kill_process(Pid::from_child(&now.child), signal)?;
        }
        Ok(())
    }

    /// Asks it to end one unit, and to go on as after a failure. A unit that is not at work is left as it is, and to a run
    /// that has ended nothing is said: neither is an error. One is that it does not listen.
    pub fn stop_unit(&self, unit: &str) -> io::Result<()> {
        let line = serde_json::to_string(unit)? + "\n";
        match (&self.asked).write_all(line.as_bytes()) {
            Err(_) if self.try_wait().is_some() => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }

    /// To be called by the program that was started: hands what it is asked to its run, until whoever started it has ended,
    /// or nobody did by [`Apart::start`]. The run goes on after that.
    ///
    /// Its standard output is read for that, in a thread that is never ended.
    pub fn hear(cancel: Cancel) -> io::Result<()> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        if !out.metadata()?.file_type().is_socket() {
            return Ok(());
        }
        let hear = move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if let Ok(unit) = serde_json::from_str::<String>(&line) {
                    // If there is no room for that it goes on, which is seen.
                    let _ = cancel.stop_unit(&unit);
                }
            }
        };
        std::thread::Builder::new().name("loom-hear".to_owned()).spawn(hear)?;
        Ok(())
    }

    /// How it ended, if it has.
    pub fn try_wait(&self) -> Option<Ended> {
        self.shared.now().ended
    }

    /// Waits for its end.
    pub fn wait(&self) -> Ended {
        let mut now = self.shared.now();
        loop {
            match now.ended {
                Some(ended) => return ended,
                None => now = self.shared.changed.wait(now).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// What it wrote to its standard error, the first 64 kB of it.
    pub fn said(&self) -> String {
        self.shared.now().said()
    }
}

impl Shared {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads all that the process writes, and waits for its end.
    fn watch(&self, told: UnixStream) {
        let mut told = BufReader::new(told);
        let mut line = Vec::new();
        while told.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
            self.hear(&String::from_utf8_lossy(&line));
            line.clear();
        }
        let pid = Pid::from_child(&self.now().child);
        // It is only looked at here, so that the lock is not held while it runs.
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while matches!(waitid(WaitId::Pid(pid), options), Err(rustix::io::Errno::INTR)) {}
        let mut now = self.now();
        let status = now.child.wait();
        now.ended = Some(status.map_or(Ended::Exited(u8::MAX), ended));
        self.changed.notify_all();
    }

    fn hear(&self, line: &str) {
        let mut words = line.split_whitespace();
        let (Some(run), Some(what)) = (words.next(), words.next()) else { return };
        let mut now = self.now();
        match what {
            WAITS => now.waits_for = Some(words.next().unwrap_or_default().into()),
            BEGINS => now.waits_for = None,
            _ => return,
        }
        now.run.get_or_insert_with(|| run.into());
        self.changed.notify_all();
    }
}

impl Now {
    fn said(&self) -> String {
        let length = self.errors.metadata().map_or(0, |metadata| metadata.len().min(MOST_SAID));
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let length = self.errors.read_at(&mut bytes, 0).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..length]).trim_end().to_owned()
    }
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => Ended::Signalled(signal.unwrap_or(Signal::KILL.as_raw())),
    }
}
