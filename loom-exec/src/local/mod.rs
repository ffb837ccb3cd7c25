//! Commands as processes of this machine.
//!
//! A worker thread spawns the command, then waits in one `poll` for its output, its end and the run's stop, so that no
//! further thread and no timer is needed.

mod ending;
#[cfg(target_os = "linux")]
pub(crate) mod orphans;

use std::io::{ErrorKind, Read};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use ending::Ending;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::{Executor, Job, Outcome, Stream};

/// What one read may bring.
const CHUNK: usize = 64 << 10;

/// The executor of this machine: each command a process of its own, in a process group of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExecutor;

impl Executor for LocalExecutor {
    fn execute(&self, mut job: Job<'_>) -> Outcome {
        match run(&mut job) {
            Ok(outcome) => outcome,
            Err(message) => Outcome::Broken { message },
        }
    }
}

fn run(job: &mut Job<'_>) -> Result<Outcome, String> {
    let command = job.command;
    let mut child = std::process::Command::new(&command.program)
        .args(&command.args)
        .current_dir(job.folder)
        .env_clear()
        .envs(job.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| cannot_start(&command.program, &error))?;
    let group = Pid::from_child(&child);
    let ended = Ending::of(&child)
        .map_err(|error| format!("cannot wait for {}: {error}", command.program.display()))
        .and_then(|ending| Running::new(&mut child, group).wait(&ending, job));
    // The process has ended but is not reaped, so its number, which is that of the group, is still its own:
    // what it left running in the group ends with it.
    let _ = kill_process_group(group, Signal::KILL);
    let status = child.wait().map_err(|error| format!("cannot wait for {}: {error}", command.program.display()))?;
    let stopped = ended?;
    Ok(match (status.code(), status.signal()) {
        (Some(0), _) => Outcome::Succeeded,
        // It was told to end, and ended: how is not worth telling.
        _ if stopped => Outcome::Stopped,
        (Some(code), _) => Outcome::Exited { code },
        (None, signal) => Outcome::Signalled { signal: signal.unwrap_or(0) },
    })
}

fn cannot_start(program: &Path, error: &std::io::Error) -> String {
    let program = program.display();
    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::NOEXEC) => {
            format!("cannot start {program}: its first line must say what runs it (`#!`)")
        }
        _ => format!("cannot start {program}: {error}"),
    }
}

/// A process that has been spawned and not yet reaped.
struct Running {
    group: Pid,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    buffer: Vec<u8>,
}

impl Running {
    fn new(child: &mut Child, group: Pid) -> Self {
        Self { group, stdout: child.stdout.take(), stderr: child.stderr.take(), buffer: vec![0; CHUNK] }
    }

    /// Hands on output until the process ends, and ends it where the run stops. Returns whether it was told to end.
    fn wait(mut self, ending: &Ending, job: &mut Job<'_>) -> Result<bool, String> {
        let mut told_at: Option<Instant> = None;
        let mut killed = false;
        loop {
            let timeout = match told_at {
                Some(told_at) if !killed => Some(job.grace.saturating_sub(told_at.elapsed())),
                _ => None,
            };
            let ready = self.poll(ending, job, told_at.is_some(), killed, timeout)?;
            if ready.stop {
                told_at = Some(Instant::now());
                let signal = job.cancel.signal().and_then(Signal::from_named_raw).unwrap_or(Signal::TERM);
                let _ = kill_process_group(self.group, signal);
                // A stopped process does not hear a signal other than KILL until it goes on.
                let _ = kill_process_group(self.group, Signal::CONT);
            }
            let grace_is_over = told_at.is_some_and(|told_at| told_at.elapsed() >= job.grace);
            if (ready.kill || grace_is_over) && !killed {
                killed = true;
                let _ = kill_process_group(self.group, Signal::KILL);
            }
            if ready.stdout {
                self.read(Stream::Stdout, job);
            }
            if ready.stderr {
                self.read(Stream::Stderr, job);
            }
            if ready.ended {
                self.drain(job)?;
                return Ok(told_at.is_some());
            }
        }
    }

    /// Takes what is in the pipes, without waiting for their end: whoever else holds them open may do so for long.
    fn drain(&mut self, job: &mut Job<'_>) -> Result<(), String> {
        // No more than a pipe can hold was written before the end.
        let mut left = 2 * (1 << 20) / CHUNK;
        while left > 0 {
            left -= 1;
            let mut fds = Vec::with_capacity(2);
            let mut streams = Vec::with_capacity(2);
            if let Some(stdout) = &self.stdout {
                fds.push(PollFd::new(stdout, PollFlags::IN));
                streams.push(Stream::Stdout);
            }
            if let Some(stderr) = &self.stderr {
                fds.push(PollFd::new(stderr, PollFlags::IN));
                streams.push(Stream::Stderr);
            }
            poll_for(&mut fds, Some(Duration::ZERO))?;
            let ready: Vec<Stream> =
                fds.iter().zip(streams).filter(|(fd, _)| !fd.revents().is_empty()).map(|(_, stream)| stream).collect();
            drop(fds);
            if ready.is_empty() {
                break;
            }
            for stream in ready {
                self.read(stream, job);
            }
        }
        Ok(())
    }

    fn poll(
        &self,
        ending: &Ending,
        job: &Job<'_>,
        told: bool,
        killed: bool,
        timeout: Option<Duration>,
    ) -> Result<Ready, String> {
        let (stop, kill) = (job.cancel.stop_fd(), job.cancel.kill_fd());
        let mut fds = vec![PollFd::from_borrowed_fd(ending.as_fd(), PollFlags::IN)];
        let mut add = |fd| {
            fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            fds.len() - 1
        };
        let stdout = self.stdout.as_ref().map(|pipe| add(pipe.as_fd()));
        let stderr = self.stderr.as_ref().map(|pipe| add(pipe.as_fd()));
        let stop = (!told).then(|| add(stop));
        let kill = (!killed).then(|| add(kill));
        poll_for(&mut fds, timeout)?;
        let ready = |at: Option<usize>| at.is_some_and(|at| !fds[at].revents().is_empty());
        Ok(Ready {
            ended: ready(Some(0)),
            stdout: ready(stdout),
            stderr: ready(stderr),
            stop: ready(stop),
            kill: ready(kill),
        })
    }

    fn read(&mut self, stream: Stream, job: &mut Job<'_>) {
        let pipe: Option<&mut dyn Read> = match stream {
            Stream::Stdout => self.stdout.as_mut().map(|pipe| pipe as &mut dyn Read),
            Stream::Stderr => self.stderr.as_mut().map(|pipe| pipe as &mut dyn Read),
        };
        match pipe.map(|pipe| pipe.read(&mut self.buffer)) {
            Some(Ok(length)) if length > 0 => (job.output)(stream, &self.buffer[..length]),
            Some(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
            // The end of the pipe, or one that cannot be read: either way nothing more comes of it.
            _ => match stream {
                Stream::Stdout => self.stdout = None,
                Stream::Stderr => self.stderr = None,
            },
        }
    }
}

/// What a poll found.
struct Ready {
    ended: bool,
    stdout: bool,
    stderr: bool,
    stop: bool,
    kill: bool,
}

fn poll_for(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> Result<(), String> {
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos().into(),
    });
    match poll(fds, timeout.as_ref()) {
        Ok(_) => Ok(()),
        Err(rustix::io::Errno::INTR) => {
            for fd in fds {
                fd.clear_revents();
            }
            Ok(())
        }
        Err(error) => Err(format!("cannot wait for a process: {error}")),
    }
}
