//! The interpreter that forks: how it is started, asked, and ended.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, IoSlice, PipeReader, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, WaitOptions, pidfd_open, pidfd_send_signal, waitid, waitpid,
};

use super::not_used;
use crate::Job;
use crate::local::Process;
use crate::local::running::poll_for;
use crate::local::start::{DETACHED, Refusal, start};

/// What the server does, in Python.
const SERVER: &str = include_str!("server.py");
/// So many environments have a server each.
const MOST_SERVERS: usize = 4;
/// Room for the name of a unit in the environment that `/proc` shows of a fork, in bytes.
const ROOM: usize = 1024;
/// How long the modules may take to be imported.
const TO_IMPORT: Duration = Duration::from_secs(300);
/// How long an answer may take, which is a matter of milliseconds.
const TO_ANSWER: Duration = Duration::from_secs(20);

type Environment = Vec<(OsString, OsString)>;

/// The servers of a run.
pub(super) struct Servers {
    modules: Vec<String>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    servers: Vec<(Environment, Arc<Server>)>,
    /// Nothing is forked any more.
    given_up: bool,
    /// What was told, each once.
    told: Vec<String>,
}

/// What came of the start of a server.
enum Started {
    Up(Server),
    Stopped,
    /// It cannot fork for this run.
    Unfit(String),
}

/// What a server answers to the wish for a fork.
enum Answer {
    Forked(Pid),
    /// An interpreter of its own has to run this, and why that is, if anybody would wonder.
    NotHere(String),
}

impl Servers {
    pub(super) fn new(modules: Vec<String>) -> Self {
        Self { modules, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a job as a fork; none if it has to have an interpreter of its own.
    pub(super) fn start(&self, job: &mut Job<'_>) -> Result<Option<Process>, Refusal> {
        let is_own = |name: &OsString| name == "LOOM_STEP" || name == DETACHED;
        let environment: Environment = job.environment.iter().filter(|(name, _)| !is_own(name)).cloned().collect();
        let step = job.environment.iter().find(|(name, _)| name == "LOOM_STEP").map(|(_, value)| value.as_os_str());
        let Some(step) = step.filter(|step| step.len() < ROOM) else { return Ok(None) };
        let mut message = b"F".to_vec();
        let words = [step, job.command.program.as_os_str()].into_iter();
        for (index, word) in words.chain(job.command.args.iter().map(OsString::as_os_str)).enumerate() {
            message.extend((index > 0).then_some(0));
            message.extend(word.as_bytes());
        }
        let Some(server) = self.server(environment, job)? else { return Ok(None) };
        let started = start(job, || server.fork(&message));
        match started? {
            Ok((Answer::Forked(pid), pipes)) => Ok(Some(Process::forked(pid, pipes, server))),
            Ok((Answer::NotHere(why), _)) => {
                if !why.is_empty() {
                    let told = format!("an interpreter of its own runs {}: {why}", job.unit);
                    self.tell(told, job);
                }
                Ok(None)
            }
            Err(lost) => {
                self.give_up(&lost, job);
                Ok(None)
            }
        }
    }

    /// The server for an environment, which is started where there is none; none if there can be none.
    fn server(&self, environment: Environment, job: &mut Job<'_>) -> Result<Option<Arc<Server>>, Refusal> {
        // Held while one is started, so that all who need it wait for the same one.
        let mut state = self.state();
        if state.given_up {
            return Ok(None);
        }
        if let Some((_, server)) = state.servers.iter().find(|(of, _)| *of == environment) {
            return Ok(Some(Arc::clone(server)));
        }
        if state.servers.len() >= MOST_SERVERS {
            return Ok(None);
        }
        if job.cancel.ends_unit(job.unit) {
            return Err(Refusal::Stopped);
        }
        match Server::start(&self.modules, &environment, job) {
            Ok(Started::Up(server)) => {
                let server = Arc::new(server);
                state.servers.push((environment, Arc::clone(&server)));
                Ok(Some(server))
            }
            Ok(Started::Stopped) => Err(Refusal::Stopped),
            Ok(Started::Unfit(why)) => {
                drop(state);
                self.give_up(&why, job);
                Ok(None)
            }
            // There is no room for it now; how that is waited for is known where the task itself is started.
            Err(_) => Ok(None),
        }
    }

    fn give_up(&self, why: &str, job: &mut Job<'_>) {
        let before = std::mem::replace(&mut self.state().given_up, true);
        if !before {
            self.tell(not_used(why), job);
        }
    }

    fn tell(&self, message: String, job: &mut Job<'_>) {
        let mut state = self.state();
        if !state.told.contains(&message) {
            state.told.push(message.clone());
            drop(state);
            (job.warn)(message);
        }
    }
}

/// An interpreter that has imported the modules. It ends when this is dropped.
pub(in crate::local) struct Server {
    /// The process, by a file descriptor that can be nobody else's.
    process: OwnedFd,
    control: Mutex<UnixStream>,
    /// Kept open for whatever it may still write, which nobody reads.
    _output: PipeReader,
}

impl Server {
    fn start(modules: &[String], environment: &Environment, job: &Job<'_>) -> io::Result<Started> {
        let (control, theirs) = UnixStream::pair()?;
        let (mut output, written) = io::pipe()?;
        let mut command = Command::new(&job.command.program);
        command
            .args(["-c", SERVER])
            .args(modules)
            .current_dir(job.folder)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("LOOM_STEP", " ".repeat(ROOM))
            .stdin(OwnedFd::from(theirs))
            .stdout(written.try_clone()?)
            .stderr(written)
            .process_group(0);
        let mut child = command.spawn()?;
        // The other ends of what it was given.
        drop(command);
        let process = match pidfd_open(Pid::from_child(&child), PidfdFlags::empty()) {
            Ok(process) => process,
            Err(error) => {
                let _ = child.kill().and_then(|()| child.wait());
                return match error {
                    Errno::NOSYS | Errno::PERM => Ok(Started::Unfit("it takes Linux 5.3 or later".to_owned())),
                    error => Err(error.into()),
                };
            }
        };
        control.set_read_timeout(Some(TO_ANSWER))?;
        let until = Instant::now() + TO_IMPORT;
        let mut server = Self { process, control: Mutex::new(control), _output: output.try_clone()? };
        loop {
            let bell = job.cancel.bell();
            if job.cancel.ends_unit(job.unit) {
                return Ok(Started::Stopped);
            }
            let control = server.control.get_mut().unwrap_or_else(PoisonError::into_inner);
            let mut fds = [
                PollFd::new(control, PollFlags::IN),
                PollFd::new(&output, PollFlags::IN),
                PollFd::from_borrowed_fd(job.cancel.stop_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(bell.fd(), PollFlags::IN),
            ];
            poll_for(&mut fds, Some(until.saturating_duration_since(Instant::now()))).map_err(io::Error::other)?;
            let [news, said, ..] = fds.map(|fd| !fd.revents().is_empty());
            if said {
                let mut text = vec![0; 64 << 10];
                let length = output.read(&mut text)?;
                if length > 0 {
                    let text = String::from_utf8_lossy(&text[..length]).trim_end().to_owned();
                    let line = text.lines().last().unwrap_or_default();
                    return Ok(Started::Unfit(format!("as the modules are imported, `{line}` is written")));
                }
            }
            if news || said {
                return Ok(match server.answer() {
                    Ok((b'R', _)) => Started::Up(server),
                    Ok((_, why)) => Started::Unfit(String::from_utf8_lossy(&why).into_owned()),
                    Err(_) => Started::Unfit("the interpreter that was to import the modules has ended".to_owned()),
                });
            }
            if until <= Instant::now() {
                return Ok(Started::Unfit(format!("the modules are not imported after {} s", TO_IMPORT.as_secs())));
            }
        }
    }

    /// Asks for a fork. The outer error is the system's, and may pass; the inner one says that the server is lost.
    fn fork(&self, message: &[u8]) -> io::Result<Result<(Answer, [PipeReader; 2]), String>> {
        let (stdout, out) = io::pipe()?;
        let (stderr, err) = io::pipe()?;
        let (kind, text) = match self.ask(message, &[out.as_fd(), err.as_fd()]) {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(self.lost(&error))),
        };
        let number = std::str::from_utf8(&text).ok().and_then(|text| text.parse::<i32>().ok());
        match (kind, number) {
            (b'P', Some(pid)) if let Some(pid) = Pid::from_raw(pid) => Ok(Ok((Answer::Forked(pid), [stdout, stderr]))),
            (b'E', Some(code)) => Err(io::Error::from_raw_os_error(code)),
            (b'N', _) => {
                let why = Answer::NotHere(String::from_utf8_lossy(&text).into_owned());
                Ok(Ok((why, [stdout, stderr])))
            }
            _ => Ok(Err(self.lost(&io::ErrorKind::InvalidData.into()))),
        }
    }

    /// Reaps a fork that has ended. Where the server is lost, that is for whoever was given its orphans: this process, if it asked
    /// for them.
    pub(in crate::local) fn reap(&self, pid: Pid) -> Result<ExitStatus, String> {
        let mut message = String::new();
        let _ = write!(message, "W{pid}");
        let answer = self.ask(message.as_bytes(), &[]);
        let status = match &answer {
            Ok((b'W', text)) => std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()),
            _ => None,
        };
        if let Some(status) = status {
            return Ok(ExitStatus::from_raw(status));
        }
        self.end();
        loop {
            match waitpid(Some(pid), WaitOptions::empty()) {
                Ok(Some((_, status))) => return Ok(ExitStatus::from_raw(status.as_raw())),
                Ok(None) | Err(Errno::INTR) => {}
                Err(_) => {
                    return Err("how it ended was known to the interpreter that forked it, which is lost".to_owned());
                }
            }
        }
    }

    fn ask(&self, message: &[u8], pipes: &[std::os::fd::BorrowedFd<'_>]) -> io::Result<(u8, Vec<u8>)> {
        let control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        send(&control, message, pipes)?;
        receive(&control)
    }

    fn answer(&mut self) -> io::Result<(u8, Vec<u8>)> {
        receive(self.control.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    fn lost(&self, error: &io::Error) -> String {
        self.end();
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
                "the interpreter that forks does not answer".to_owned()
            }
            _ => "the interpreter that forks has ended".to_owned(),
        }
    }

    /// Ends it, but none of its forks.
    fn end(&self) {
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
        let process = || waitid(WaitId::PidFd(self.process.as_fd()), WaitIdOptions::EXITED);
        while matches!(process(), Err(Errno::INTR)) {}
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn send(control: &UnixStream, message: &[u8], pipes: &[std::os::fd::BorrowedFd<'_>]) -> io::Result<()> {
    let length = u32::try_from(message.len()).map_err(|_| io::ErrorKind::InvalidInput)?.to_le_bytes();
    let whole = [&length[..], message].concat();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(2))];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    if !pipes.is_empty() {
        rights.push(SendAncillaryMessage::ScmRights(pipes));
    }
    let mut sent = loop {
        match rustix::net::sendmsg(control, &[IoSlice::new(&whole)], &mut rights, SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            sent => break sent?,
        }
    };
    while sent < whole.len() {
        match rustix::net::send(control, &whole[sent..], SendFlags::NOSIGNAL) {
            Err(Errno::INTR) => {}
            more => sent += more?,
        }
    }
    Ok(())
}

fn receive(mut control: &UnixStream) -> io::Result<(u8, Vec<u8>)> {
    let mut length = [0; 4];
    control.read_exact(&mut length)?;
    let mut text = vec![0; u32::from_le_bytes(length).min(1 << 20) as usize];
    control.read_exact(&mut text)?;
    let kind = *text.first().ok_or(io::ErrorKind::InvalidData)?;
    text.remove(0);
    Ok((kind, text))
}
