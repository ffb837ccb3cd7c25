//! What happens in a run, as it happens: all that reporters, editors and logs ever see of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::decide::Reason;
use crate::{Command, Leak};

/// One thing that happened.
///
/// For every unit there is one `UnitStarted`, any number of `UnitOutput`, and one `UnitFinished`, in this order; or one
/// `UnitUpToDate`; or one `UnitSkipped`; or, if the run was stopped, nothing. How many units a loop has, and how many passes
/// there are, is found out as the run goes on. `RunStarted` is the first event, but for a `RunWaiting`, and `RunFinished` the
/// last.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Another run has the lock; this one begins when it ends.
    RunWaiting {
        /// The name that this run will have.
        #[serde(default)]
        run: Arc<str>,
        /// The name of the other run, if it has said so.
        holder: Arc<str>,
    },
    /// The run begins.
    RunStarted {
        /// The name of the run, which its tasks find in `LOOM_RUN_ID`.
        run: Arc<str>,
        /// How many steps are to run; a group that runs in passes is one.
        steps: usize,
        /// How many may run at the same time.
        workers: usize,
        /// The folder that keeps the run, if it is kept.
        folder: Option<PathBuf>,
        /// How many units are known to be up to date.
        up_to_date: usize,
        /// How many units are known to be not, or perhaps not.
        to_run: usize,
        /// How long these took when they last ended well, all in all, in seconds when serialised.
        #[serde(with = "seconds", default)]
        expected: Duration,
        /// Of how many of them that is not known.
        #[serde(default)]
        unexpected: usize,
    },
    /// The folder of the run cannot take what happens any more. The units run on, and are remembered all the same.
    RunNotRecorded {
        /// Why.
        message: String,
    },
    /// Units are run in another way than the pipeline asks for, with the same results.
    RunWarned {
        /// In which, and why.
        message: String,
    },
    /// A unit is about to be spawned.
    UnitStarted {
        /// Its name.
        unit: Arc<str>,
        /// In a sweep, the values of the axes that concern it: names, and values as people read them. An object when
        /// serialised.
        #[serde(with = "pairs", default, skip_serializing_if = "Vec::is_empty")]
        configuration: Vec<(Arc<str>, Arc<str>)>,
        /// What runs; none where the engine itself does what is to be done.
        command: Option<Command>,
        /// Why it runs; empty where there was nothing to decide.
        reasons: Vec<Reason>,
        /// How long it took when it last ended well, in seconds when serialised.
        #[serde(with = "maybe_seconds", default)]
        expected: Option<Duration>,
    },
    /// A unit does not run, because what it would make is there.
    UnitUpToDate {
        /// Its name.
        unit: Arc<str>,
        /// When it ran last: milliseconds since 1970.
        ran_at: i64,
    },
    /// A unit ended well, but something that it reads changed while it ran: the next run runs it again.
    InputChanged {
        /// Its name.
        unit: Arc<str>,
        /// The data node, or the path where it is none.
        input: String,
    },
    /// A file stood where a unit makes one, and was not, or not only, the unit's work: it was put aside and is kept.
    PutAside {
        /// Its name.
        unit: Arc<str>,
        /// What stood there, relative to the pipeline folder.
        path: String,
        /// Where it is kept.
        to: PathBuf,
    },
    /// What a loop had made from a file that is not there any more was removed, as nobody has changed it since.
    LeftOverRemoved {
        /// The unit that made it.
        unit: Arc<str>,
        /// What it made, relative to the pipeline folder.
        path: String,
    },
    /// The files of a loop were counted; each is a unit from here on. If there is none, the loop itself is one.
    LoopCounted {
        /// The step.
        unit: Arc<str>,
        /// How many files it goes through.
        items: usize,
        /// Whether they are among those that were counted when the run began.
        #[serde(default)]
        foreseen: bool,
    },
    /// A unit wrote something.
    UnitOutput {
        /// Its name.
        unit: Arc<str>,
        /// Where to.
        stream: Stream,
        /// Whole lines, the last one perhaps without its end: then the unit ended there, or the line is too long to
        /// be waited for, and goes on with the next event of this stream.
        #[serde(with = "lossy")]
        text: Vec<u8>,
    },
    /// A unit ended and left a process running, which is ended now.
    UnitLeaked {
        /// Its name.
        unit: Arc<str>,
        /// The process.
        leak: Leak,
    },
    /// A unit failed, and is tried again.
    UnitRetried {
        /// Its name.
        unit: Arc<str>,
        /// How it failed.
        outcome: Outcome,
        /// Which retry comes now; the first is 1.
        attempt: u32,
        /// How many there may be.
        of: u32,
        /// How long is waited before, in seconds when serialised.
        #[serde(with = "seconds")]
        delay: Duration,
    },
    /// A unit ended.
    UnitFinished {
        /// Its name.
        unit: Arc<str>,
        /// How.
        outcome: Outcome,
        /// How long it took, in seconds when serialised.
        #[serde(with = "seconds")]
        duration: Duration,
        /// The file that keeps its output; none if it wrote nothing.
        log: Option<PathBuf>,
    },
    /// A unit, or a step with all its units, does not run.
    UnitSkipped {
        /// Its name.
        unit: Arc<str>,
        /// Why.
        because: SkipReason,
    },
    /// The run is over; nothing of it is running.
    RunFinished {
        /// How it went.
        summary: Summary,
    },
}

/// Why a unit does not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SkipReason {
    /// It needed something of this unit, which failed.
    Failed(Arc<str>),
    /// It stands, itself or with what it needs, behind the way that this switch did not take. That is no failure.
    ConditionNotMet(Arc<str>),
}

impl std::fmt::Display for SkipReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(unit) => write!(f, "{unit} failed"),
            Self::ConditionNotMet(switch) => write!(f, "condition not met ({switch})"),
        }
    }
}

/// One of the two streams that a process writes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// How a unit ended. A failure is a value, not an error: the run goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Its command exited with 0, and everything it declares is there.
    Succeeded,
    /// It was asked whether something holds, and answered.
    Answered {
        /// The answer.
        holds: bool,
    },
    /// It led one of two ways.
    Led {
        /// Whether it was the way that is taken if the condition holds.
        then: bool,
    },
    /// It was asked whether a pass was the last, and answered.
    Judged {
        /// Whether it was.
        last: bool,
    },
    /// Its command exited with another code.
    Exited {
        /// The code.
        code: i32,
    },
    /// A signal ended it.
    Signalled {
        /// The signal's number.
        signal: i32,
    },
    /// It took longer than it may, and was ended.
    TimedOut {
        /// How long that is, in seconds when serialised.
        #[serde(with = "seconds")]
        after: Duration,
    },
    /// Its command exited with 0, but some of what it declares is not there.
    MissingOutputs {
        /// The paths.
        paths: Vec<String>,
    },
    /// It could not be run, or what it wrote could not be kept.
    Broken {
        /// Why.
        message: String,
    },
    /// The run was stopped while it ran; or it alone was, which counts as a failure.
    Stopped,
    /// The thread that ran it panicked: a bug in loom or in an embedding program's executor.
    Panicked,
}

impl Outcome {
    /// Whether the unit did what it should.
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Succeeded | Self::Answered { .. } | Self::Led { .. } | Self::Judged { .. })
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Succeeded => f.write_str("ok"),
            Self::Answered { holds } => write!(f, "{holds}"),
            Self::Led { then } => f.write_str(if *then { "then" } else { "else" }),
            Self::Judged { last } => f.write_str(if *last { "condition met" } else { "not yet" }),
            Self::Exited { code } => write!(f, "exit code {code}"),
            Self::Signalled { signal } => f.write_str(&signal_in_words(*signal)),
            Self::TimedOut { after } => write!(f, "timed out after {}", duration_in_words(*after)),
            Self::MissingOutputs { paths } => write!(f, "ended well, but did not make {}", paths.join(", ")),
            Self::Broken { message } => f.write_str(message),
            Self::Stopped => f.write_str("stopped"),
            Self::Panicked => f.write_str("a bug in loom: the thread that ran it panicked"),
        }
    }
}

/// In the largest unit that leaves no rest.
fn duration_in_words(duration: Duration) -> String {
    match (duration.as_secs(), duration.subsec_nanos()) {
        (seconds, 0) if seconds > 0 && seconds % 3600 == 0 => format!("{} h", seconds / 3600),
        (seconds, 0) if seconds > 0 && seconds % 60 == 0 => format!("{} min", seconds / 60),
        _ => format!("{} s", duration.as_secs_f64()),
    }
}

fn signal_in_words(signal: i32) -> String {
    use rustix::process::Signal;
    let known = [
        (Signal::KILL, "SIGKILL (out of memory?)"),
        (Signal::SEGV, "SIGSEGV (invalid memory access)"),
        (Signal::ABORT, "SIGABRT (it gave up)"),
        (Signal::BUS, "SIGBUS (invalid memory access, or a full disk behind a mapped file)"),
        (Signal::FPE, "SIGFPE (arithmetic error)"),
        (Signal::ILL, "SIGILL (an instruction this processor does not know)"),
        (Signal::TERM, "SIGTERM"),
        (Signal::INT, "SIGINT"),
        (Signal::HUP, "SIGHUP"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::PIPE, "SIGPIPE (nobody read what it wrote)"),
        (Signal::XCPU, "SIGXCPU (CPU time limit)"),
        (Signal::XFSZ, "SIGXFSZ (file size limit)"),
    ];
    match known.iter().find(|(known, _)| known.as_raw() == signal) {
        Some((_, words)) => format!("killed by {words}"),
        None => format!("killed by signal {signal}"),
    }
}

/// How a run went, in units: those that ended, and those that did not run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Units that ended well.
    pub succeeded: usize,
    /// Units that were up to date, and did not run.
    pub up_to_date: usize,
    /// Units that did not.
    pub failed: usize,
    /// Steps, or what is left of a group that runs in passes, that needed something of a failed unit.
    pub skipped: usize,
    /// Steps behind the way that a switch did not take.
    pub not_taken: usize,
    /// Units that were ended, or not begun, because the run was stopped.
    pub not_run: usize,
    /// Why nothing more could be kept of the run, if so: then it ended early.
    pub not_kept: Option<String>,
    /// The signal that the run was stopped with, if it was.
    pub stopped_by: Option<i32>,
    /// How long the run took, in seconds when serialised.
    #[serde(with = "seconds")]
    pub duration: Duration,
    /// Whether a thread panicked.
    pub panicked: bool,
}

impl Summary {
    /// Whether all that was to run ended well.
    pub fn is_success(&self) -> bool {
        self.failed + self.skipped + self.not_run == 0 && self.stopped_by.is_none() && self.not_kept.is_none()
    }

    /// The number of units that ran, or were to.
    pub fn total(&self) -> usize {
        self.succeeded + self.up_to_date + self.failed + self.skipped + self.not_taken + self.not_run
    }
}

mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}

mod pairs {
    use std::fmt;
    use std::sync::Arc;

    use serde::de::{MapAccess, Visitor};
    use serde::{Deserializer, Serializer};

    type Pair = (Arc<str>, Arc<str>);

    pub(super) fn serialize<S: Serializer>(pairs: &[Pair], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Pair>, D::Error> {
        struct Pairs;

        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<Pair>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<Pair>, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }

        deserializer.deserialize_map(Pairs)
    }
}

mod maybe_seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        duration.map(|duration| duration.as_secs_f64()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let seconds: Option<f64> = Option::deserialize(deserializer)?;
        seconds.map(|seconds| Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)).transpose()
    }
}

mod lossy {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(text: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(text))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(deserializer).map(String::into_bytes)
    }
}
