//! The events of a run as JSON lines, for programs and for the folder of the run.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::event::Event;

/// The version of the format. It grows when a field goes or changes what it means, not when one is added.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    /// Seconds since the run began.
    at: f64,
    #[serde(rename = "what")]
    event: &'a Event,
}

#[derive(Deserialize)]
struct ReadLine {
    version: u32,
    at: f64,
    #[serde(rename = "what")]
    event: Event,
}

/// Writes each event as one line: `{"version":1,"at":0.01,"what":{"event":"unit_started",…}}`. `at` is in seconds since
/// this was made.
///
/// ```
/// use loom_exec::{Event, EventLines, SkipReason};
///
/// let mut lines = EventLines::new(Vec::new());
/// lines.tell(&Event::UnitSkipped { unit: "plot".into(), because: SkipReason::Failed("fit".into()) })?;
/// let text = String::from_utf8(lines.into_inner())?;
/// let (_, event) = EventLines::<Vec<u8>>::read(&text).expect("it was just written");
/// assert!(matches!(event, Event::UnitSkipped { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EventLines<W> {
    out: W,
    begun: Instant,
}

impl<W> EventLines<W> {
    /// The event of a line, and how long after the beginning it came; none if it is no such line, or one of another version.
    pub fn read(line: &str) -> Option<(Duration, Event)> {
        let ReadLine { version, at, event } = serde_json::from_str(line).ok()?;
        (version == VERSION).then_some((Duration::try_from_secs_f64(at).ok()?, event))
    }
}

impl<W: Write> EventLines<W> {
    /// Lines to this writer. Time is counted from here.
    pub fn new(out: W) -> Self {
        Self { out, begun: Instant::now() }
    }

    /// Writes an event, and sees to it that it is not held back.
    pub fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.add(event)?;
        self.out.flush()
    }

    /// Counts time from now on.
    pub(crate) fn begin(&mut self) {
        self.begun = Instant::now();
    }

    /// Writes an event.
    pub(crate) fn add(&mut self, event: &Event) -> io::Result<()> {
        let line = Line { version: VERSION, at: self.begun.elapsed().as_secs_f64(), event };
        serde_json::to_writer(&mut self.out, &line)?;
        self.out.write_all(b"\n")
    }

    /// The writer.
    pub fn into_inner(self) -> W {
        self.out
    }
}
