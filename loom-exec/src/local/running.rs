//! A process while it runs: its output, its end, and what ends it early.

use std::io::{ErrorKind, PipeReader, Read};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process_group};

use super::ending::Ending;
use super::leaks::Leaks;
use crate::cancel::Stage;
use crate::{Job, Stream};

/// What one read may bring.
const CHUNK: usize = 64 << 10;
/// How long what a step leaves running may take to end by itself: a helper that ends when it sees that the step has, or that
/// writes what the step gave it last.
const STRAGGLE: Duration = Duration::from_millis(100);
/// How often is looked whether it has.
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// Why a process was told to end.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Stopped,
    /// It alone, while the run goes on.
    UnitStopped,
    TimedOut,
}

/// A process that has been spawned and not yet reaped.
pub(super) struct Running {
    group: Pid,
    stdout: Option<PipeReader>,
    stderr: Option<PipeReader>,
    buffer: Vec<u8>,
}

/// When a process that was told to end is killed, and why it was told.
struct Telling {
    why: Told,
    kill_at: Option<Instant>,
}

impl Running {
    pub(super) fn new(group: Pid, stdout: Option<PipeReader>, stderr: Option<PipeReader>) -> Self {
        Self { group, stdout, stderr, buffer: vec![0; CHUNK] }
    }

    /// Hands on output until the process ends, and ends it where the run stops or its time is over. Returns why it was
    /// told to end, if it was.
    pub(super) fn wait(&mut self, ending: &Ending, job: &mut Job<'_>) -> Result<Option<Told>, String> {
        let times_out_at = job.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut told: Option<Telling> = None;
        let mut killed = false;
        let mut stopped = false;
        let mut bell = job.cancel.bell();
        // It may have rung before.
        let mut rung = job.cancel.ends_unit(job.unit);
        loop {
            let deadline = match &told {
                None => times_out_at,
                Some(told) => told.kill_at.filter(|_| !killed),
            };
            let at_once = (rung && told.is_none()).then_some(Duration::ZERO);
            let until = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let patience = [until, ending.patience(), at_once].into_iter().flatten().min();
            let ready = self.poll(ending, job, &bell, stopped, killed, patience)?;
            let is_late = deadline.is_some_and(|deadline| deadline <= Instant::now());
            stopped |= ready.stop;
            if ready.rung {
                bell = job.cancel.bell();
                rung = job.cancel.ends_unit(job.unit);
            }
            if told.is_none() && (ready.stop || rung || is_late) {
                let (why, signal) = match ready.stop {
                    true => (Told::Stopped, job.cancel.signal().and_then(Signal::from_named_raw)),
                    false if rung => (Told::UnitStopped, None),
                    false => (Told::TimedOut, None),
                };
                let _ = kill_process_group(self.group, signal.unwrap_or(Signal::TERM));
                // A stopped process does not hear a signal other than KILL until it goes on.
                let _ = kill_process_group(self.group, Signal::CONT);
                told = Some(Telling { why, kill_at: Instant::now().checked_add(job.grace) });
            } else if told.is_some() && is_late && !killed {
                killed = true;
                let _ = kill_process_group(self.group, Signal::KILL);
            }
            if ready.kill && !killed {
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
                return Ok(told.map(|told| told.why));
            }
        }
    }

    /// Gives what the step left running a moment to end by itself if the step did, tells of what has not, and ends it.
    pub(super) fn end_leaks(&mut self, leaks: &Leaks<'_>, with_patience: bool, job: &mut Job<'_>) {
        let mut left = leaks.look();
        if left.is_empty() {
            return;
        }
        if with_patience {
            let until = Instant::now() + STRAGGLE;
            while !left.is_empty() && Instant::now() < until && !job.cancel.is_stopped() {
                // What it still has to say is the step's.
                let _ = self.take(job, BETWEEN_LOOKS);
                left = leaks.look();
            }
            if !job.cancel.is_stopped() {
                for pid in &left {
                    (job.leaked)(leaks.leak(*pid));
                }
            }
        }
        if !left.is_empty() {
            leaks.end();
        }
        let _ = self.drain(job);
    }

    /// Takes what is in the pipes, without waiting for their end: whoever else holds them open may do so for long.
    fn drain(&mut self, job: &mut Job<'_>) -> Result<(), String> {
        // No more than a pipe can hold was written before the end.
        let mut left = 2 * (1 << 20) / CHUNK;
        while left > 0 && self.take(job, Duration::ZERO)? {
            left -= 1;
        }
        Ok(())
    }

    /// Takes what the pipes have, once they have anything, or the time is over. Returns whether they had.
    fn take(&mut self, job: &mut Job<'_>, at_most: Duration) -> Result<bool, String> {
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
        if fds.is_empty() && at_most.is_zero() {
            return Ok(false);
        }
        poll_for(&mut fds, Some(at_most))?;
        let ready: Vec<Stream> =
            fds.iter().zip(streams).filter(|(fd, _)| !fd.revents().is_empty()).map(|(_, stream)| stream).collect();
        drop(fds);
        for stream in &ready {
            self.read(*stream, job);
        }
        Ok(!ready.is_empty())
    }

    fn poll(
        &self,
        ending: &Ending,
        job: &Job<'_>,
        bell: &Stage,
        stopped: bool,
        killed: bool,
        timeout: Option<Duration>,
    ) -> Result<Ready, String> {
        let (stop, kill) = (job.cancel.stop_fd(), job.cancel.kill_fd());
        let mut fds = Vec::with_capacity(6);
        let mut add = |fd| {
            fds.push(PollFd::from_borrowed_fd(fd, PollFlags::IN));
            fds.len() - 1
        };
        let ended = ending.fd().map(&mut add);
        let stdout = self.stdout.as_ref().map(|pipe| add(pipe.as_fd()));
        let stderr = self.stderr.as_ref().map(|pipe| add(pipe.as_fd()));
        let rung = (!stopped).then(|| add(bell.fd()));
        let stop = (!stopped).then(|| add(stop));
        let kill = (!killed).then(|| add(kill));
        poll_for(&mut fds, timeout)?;
        let ready = |at: Option<usize>| at.is_some_and(|at| !fds[at].revents().is_empty());
        Ok(Ready {
            ended: ready(ended) || (ended.is_none() && ending.is_over()),
            stdout: ready(stdout),
            stderr: ready(stderr),
            rung: ready(rung),
            stop: ready(stop),
            kill: ready(kill),
        })
    }

    fn read(&mut self, stream: Stream, job: &mut Job<'_>) {
        let pipe = match stream {
            Stream::Stdout => self.stdout.as_mut(),
            Stream::Stderr => self.stderr.as_mut(),
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
    rung: bool,
    stop: bool,
    kill: bool,
}

pub(super) fn poll_for(fds: &mut [PollFd<'_>], timeout: Option<Duration>) -> Result<(), String> {
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
