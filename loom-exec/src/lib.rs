//! Runs loom pipelines: an embeddable engine with a worker-thread channel executor.
//!
//! Open a pipeline, decide what is to run, run it, and watch:
//!
//! ```
//! use loom_exec::{Event, Project, RunOptions, Selection, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pipeline.yml");
//! # std::fs::write(&path, "
//! # pipeline:
//! #   - {name: hello, command: 'echo hello > hello.txt', outputs: {out: hello.txt}}
//! #   - {name: count, command: [wc, -c], inputs: {text: hello.txt}}
//! # ")?;
//! let project = Project::open(&path, Settings::with_environment(std::env::vars_os()))?;
//! let decisions = project.plan(&Selection::default())?;
//! let summary = decisions.run(&RunOptions::default(), |event| {
//!     if let Event::UnitFinished { unit, outcome, .. } = event {
//!         assert!(outcome.is_success(), "{unit}: {outcome}");
//!     }
//! })?;
//! assert_eq!(summary.succeeded, 2);
//! # Ok(())
//! # }
//! ```
//!
//! The crate has no global state: it prints nothing, installs no signal handler, reads no environment but the one it
//! is given, and never exits; [`supervise`] and [`hand_signals_to`] alone are about the whole process, for programs that ask for it. A pipeline
//! that is wrong is [`Refused`] with all its problems; a step that fails is an [`Outcome`], not an error.
//!
//! * **Select** what runs with a [`Selection`], change parameters and paths with [`Settings`].
//! * **Ask** beforehand what would run and why: [`Decisions::forecast`].
//! * **Watch** typed [`Event`]s, delivered on the thread that called [`Decisions::run`].
//! * **Cancel** from any thread with a [`Cancel`] in [`RunOptions`]: steps get a signal as a process group, a grace
//!   period, and SIGKILL.
//! * **Plug in** another [`Executor`] with [`Decisions::run_on`].
//! * **Clean** up what the steps made, and nothing else: [`clean`].
//! * **Compare** the numbers that steps wrote: [`results`].
//! * **Start** a run in a process of its own, and follow it: [`Apart`], [`runs::Follow`].
//! * **Keep** what happens and the units' output in `.loom`, elsewhere, or not at all: [`Memory`]; and **look back** at
//!   the [`runs`] that are kept.
//!
//! On Linux and macOS each command is a process group of its own, and what it leaves running in it ends with it. A process
//! that leaves its group (`setsid`) is found only on Linux and with [`RunOptions::end_orphans`]. Neither outlives a program
//! that is killed if that is supervised: [`supervise`].

#![deny(missing_docs)]

mod apart;
mod cancel;
pub mod clean;
mod copies;
mod decide;
mod event;
mod event_lines;
mod executor;
mod fetch;
mod files;
mod host;
mod limits;
mod lines;
mod local;
mod memory;
mod program;
mod project;
mod question;
pub mod reasons;
pub mod results;
mod run;
pub mod runs;
mod schedule;
mod slots;
mod supervise;

pub use apart::{Apart, NotStarted};
pub use cancel::Cancel;
pub use decide::{Forecast, ForecastError, LastRun, Reason, Verdict};
pub use event::{Event, Outcome, SkipReason, Stream, Summary};
pub use event_lines::EventLines;
pub use executor::{Executor, Job, Leak};
pub use local::LocalExecutor;
pub use loom_graph::{LeftOut, Part, Selection, Target, Unit};
pub use memory::Memory;
#[cfg(fuzzing)]
pub use memory::journal::fuzzing;
pub use program::Command;
pub use project::{Decisions, Project, Refused, Settings};
pub use run::{RunError, RunOptions};
pub use supervise::{Ended, Runner, Supervised, ending_signals, hand_signals_to, is_supervisor, supervise};

/// The number of SIGTERM, which politely asks a process to end.
pub const TERM: i32 = rustix::process::Signal::TERM.as_raw();
