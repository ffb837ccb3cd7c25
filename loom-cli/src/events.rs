//! The events of a run as JSON lines, for programs.

use std::io::{self, Write};
use std::time::Instant;

use loom_exec::Event;
use serde::Serialize;

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

/// Writes each event as one line: `{"version":1,"at":0.01,"what":{"event":"unit_started",…}}`.
pub(crate) struct Events<W> {
    out: W,
    begun: Instant,
}

impl<W: Write> Events<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, begun: Instant::now() }
    }

    pub(crate) fn tell(&mut self, event: &Event) -> io::Result<()> {
        serde_json::to_writer(
            &mut self.out,
            &Line { version: VERSION, at: self.begun.elapsed().as_secs_f64(), event },
        )?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}
