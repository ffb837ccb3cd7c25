//! The live display of a run on a terminal: lines scroll, and below them stands what runs, and how far it all is.
//!
//! The lines are the same that go to a file or a pipe. A thread draws anew while time goes by; whoever tells of an event
//! draws, too, unless that was done a moment ago.

mod progress;
mod screen;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use loom_exec::{Cancel, Event};

use crate::args::RunArgs;
use crate::outlet::Outlet;
use crate::swept::Swept;
use crate::terminal::{Paint, wants_color};
use progress::Progress;
use screen::{Screen, Size};

/// How often what stands below is drawn anew while nothing happens.
const EVERY: Duration = Duration::from_millis(100);
/// How soon after it was drawn it is drawn again because something happened.
const SOON: Duration = Duration::from_millis(50);
/// A run that is over sooner shows nothing but its lines.
const AFTER: Duration = Duration::from_millis(200);

/// The display of one run. It is gone from the terminal when it is dropped.
pub(crate) struct Live {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    over: Condvar,
}

struct State {
    terminal: File,
    screen: Screen<Outlet<File>>,
    progress: Progress,
    paint: Paint,
    begun: Instant,
    drawn: Option<Instant>,
    is_over: bool,
    /// What went wrong on the other thread.
    trouble: Option<io::Error>,
}

impl Live {
    /// The display, if the lines of the run go to a terminal that can show it.
    pub(crate) fn begin(args: &RunArgs, cancel: &Cancel, swept: &Swept) -> Option<Self> {
        let is_dumb = std::env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb");
        if args.quiet || is_dumb {
            return None;
        }
        let events_to_stdout = args.events.as_ref().is_some_and(|path| path.as_os_str() == "-");
        let (stdout, stderr) = (io::stdout(), io::stderr());
        let terminal = match events_to_stdout {
            false if stdout.is_terminal() => stdout.as_fd().try_clone_to_owned(),
            // Two on one terminal would write over each other.
            true if stderr.is_terminal() && !stdout.is_terminal() => stderr.as_fd().try_clone_to_owned(),
            _ => return None,
        };
        let terminal = File::from(terminal.ok()?);
        let out = Outlet::new(terminal.try_clone().ok()?, cancel.clone());
        let color = if events_to_stdout { wants_color(args.color, &stderr) } else { wants_color(args.color, &stdout) };
        let now = Instant::now();
        let state = State {
            terminal,
            screen: Screen::new(out),
            progress: Progress::new(now, swept.clone()),
            paint: Paint { color },
            begun: now,
            drawn: None,
            is_over: false,
            trouble: None,
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), over: Condvar::new() });
        let ticking = Arc::clone(&shared);
        // Without the thread it is drawn when something happens, no more.
        let ticker = std::thread::Builder::new().name("loom-live".to_owned()).spawn(move || ticking.tick());
        Some(Self { shared, ticker: ticker.ok() })
    }

    /// Where the lines go.
    pub(crate) fn lines(&self) -> impl Write + use<> {
        Lines(Arc::clone(&self.shared))
    }

    /// Takes in what happened, the lines about it having been written.
    pub(crate) fn tell(&self, event: &Event) -> io::Result<()> {
        let mut state = self.shared.state();
        let now = Instant::now();
        state.progress.add(event, now);
        if let Some(error) = state.trouble.take() {
            return Err(error);
        }
        if matches!(event, Event::RunFinished { .. }) {
            return state.end();
        }
        if state.screen.is_full() || state.drawn.is_none_or(|drawn| now.duration_since(drawn) >= SOON) {
            state.draw(now)?;
        }
        Ok(())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Whoever cannot be told that it is over need not be.
        let _ = self.shared.state().end();
        self.shared.over.notify_all();
        if let Some(ticker) = self.ticker.take() {
            let _ = ticker.join();
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self) {
        let mut state = self.state();
        while !state.is_over {
            (state, _) = self.over.wait_timeout(state, EVERY).unwrap_or_else(PoisonError::into_inner);
            if state.is_over || state.trouble.is_some() {
                continue;
            }
            if let Err(error) = state.draw(Instant::now()) {
                state.trouble = Some(error);
            }
        }
    }
}

impl State {
    fn draw(&mut self, now: Instant) -> io::Result<()> {
        if self.is_over {
            return Ok(());
        }
        self.drawn = Some(now);
        let size = size_of(&self.terminal);
        let area = if now.duration_since(self.begun) < AFTER {
            Vec::new()
        } else {
            self.progress.lines(now, size, self.paint)
        };
        self.screen.draw(&area, size)
    }

    /// Leaves the lines and nothing else.
    fn end(&mut self) -> io::Result<()> {
        if self.is_over {
            return Ok(());
        }
        self.is_over = true;
        let size = size_of(&self.terminal);
        self.screen.end(size)
    }
}

fn size_of(terminal: &File) -> Size {
    match rustix::termios::tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            Size { columns: size.ws_col.into(), rows: size.ws_row.into() }
        }
        _ => Size { columns: 80, rows: 24 },
    }
}

/// The lines of the run, on their way to the screen.
struct Lines(Arc<Shared>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state();
        state.screen.add(bytes);
        // What was added when it was over is not to be lost.
        if state.is_over {
            let size = size_of(&state.terminal);
            state.screen.end(size)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
