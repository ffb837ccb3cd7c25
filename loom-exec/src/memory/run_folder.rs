//! The folder of a run: what happened, and what its units wrote.
//!
//! Under `.loom/<pipeline file>/runs/<run>/` there are `events.jsonl`, the events as they came, but for what units wrote; one
//! `<unit>.log` per unit that wrote something, the bytes as they were; and `summary.json`, once the run is over.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::event::{Event, Summary};
use crate::event_lines::EventLines;

/// The events of a run, in its folder.
pub(crate) const EVENTS: &str = "events.jsonl";
/// How a run went, in its folder.
pub(crate) const SUMMARY: &str = "summary.json";

/// How many runs are kept.
const RUNS_KEPT: usize = 50;

/// The folder of one run.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder of a new run, and removes those of runs long past. `base` is the `.loom` folder.
    pub(crate) fn create(base: &Path, pipeline_file: &str, run: &str) -> io::Result<Self> {
        super::make_folder(base)?;
        let runs = runs_folder(base, pipeline_file);
        let path = runs.join(run);
        fs::create_dir_all(&path)?;
        remove_old_runs(&runs, run)?;
        Ok(Self { path })
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a unit's output is kept, if it writes any.
    pub(crate) fn log_path(&self, unit: &str) -> PathBuf {
        self.path.join(log_name(unit))
    }
}

/// The folder that the runs of a pipeline are kept in.
pub(crate) fn runs_folder(base: &Path, pipeline_file: &str) -> PathBuf {
    base.join(file_name(pipeline_file)).join("runs")
}

/// The file in the folder of a run that keeps a unit's output.
pub(crate) fn log_name(unit: &str) -> String {
    format!("{}.log", file_name(unit))
}

/// Keeps what happens in a run. What cannot be kept is told once, and ends nothing.
#[derive(Debug)]
pub(crate) struct Recorder {
    path: PathBuf,
    /// None once something could not be written.
    lines: Option<EventLines<BufWriter<File>>>,
    /// What went wrong before anything was told.
    trouble: Option<String>,
}

impl Recorder {
    /// Begins to keep a run in its folder.
    pub(crate) fn begin(folder: &RunFolder) -> Self {
        let path = folder.path().to_path_buf();
        let new = path.join("events.jsonl.new");
        let created = File::create(&new).and_then(|file| {
            // By this others see that the run is at work. Where there are no locks, it seems to be over. It is locked before
            // it has its name, lest who looks in between holds the lock for a moment and it is never had.
            let _ = file.try_lock();
            fs::rename(&new, path.join(EVENTS)).map(|()| file)
        });
        match created {
            Ok(file) => Self { path, lines: Some(EventLines::new(BufWriter::new(file))), trouble: None },
            Err(error) => {
                let trouble = Some(format!("cannot write {}: {error}", path.join(EVENTS).display()));
                Self { path, lines: None, trouble }
            }
        }
    }

    /// Keeps an event; returns why it cannot, the first time.
    pub(crate) fn tell(&mut self, event: &Event) -> Option<String> {
        let Some(lines) = &mut self.lines else { return self.trouble.take() };
        if let Event::RunStarted { .. } = event {
            lines.begin();
        }
        let (name, written) = match event {
            // The logs have it.
            Event::UnitOutput { .. } => return None,
            // There may be many at once, and a run that is cut off has done nothing for them.
            Event::UnitUpToDate { .. } => (EVENTS, lines.add(event)),
            Event::RunFinished { summary } => match lines.tell(event) {
                Ok(()) => (SUMMARY, write_summary(&self.path, summary)),
                error => (EVENTS, error),
            },
            event => (EVENTS, lines.tell(event)),
        };
        let error = written.err()?;
        self.lines = None;
        Some(format!("cannot write {}: {error}", self.path.join(name).display()))
    }
}

/// Writes a summary as a whole or not at all.
fn write_summary(folder: &Path, summary: &Summary) -> io::Result<()> {
    let new = folder.join("summary.json.new");
    let mut text = serde_json::to_vec_pretty(summary)?;
    text.push(b'\n');
    fs::write(&new, text)?;
    fs::rename(&new, folder.join(SUMMARY))
}

/// Runs are named by the time they began, so that the oldest come first.
fn remove_old_runs(runs: &Path, own: &str) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(runs)?.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    names.sort_unstable();
    // A clock that was set back makes the newest run the first by name.
    let old = names.len().saturating_sub(RUNS_KEPT);
    for name in names.iter().filter(|name| **name != *own).take(old) {
        match fs::remove_dir_all(runs.join(name)) {
            // Another run that is beginning may be at the same work.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// A name as one file name, readable where it can be: what a file name should not hold is written `%xx`, and a long
/// one is cut and told apart by a number made from the whole.
pub(crate) fn file_name(name: &str) -> String {
    const LONGEST: usize = 200;
    let mut out = String::new();
    for (index, byte) in name.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric() || b"_-@=,+#".contains(&byte) || (byte == b'.' && index > 0);
        if plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    if out.len() > LONGEST {
        // FNV-1a.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        out.truncate(LONGEST);
        let _ = write!(out, "~{hash:016x}");
    }
    out
}

/// A log file that begins to exist with its first byte.
#[derive(Debug)]
pub(crate) struct Log {
    path: Option<PathBuf>,
    file: Option<File>,
    error: Option<io::Error>,
}

impl Log {
    /// At this path; nowhere, if there is none.
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self { path, file: None, error: None }
    }

    /// Adds bytes. After the first error it takes no more.
    pub(crate) fn append(&mut self, bytes: &[u8]) {
        let Some(path) = &self.path else { return };
        if self.error.is_some() {
            return;
        }
        let written = match &mut self.file {
            Some(file) => file.write_all(bytes),
            None => File::create(path).and_then(|file| self.file.insert(file).write_all(bytes)),
        };
        self.error = written.err();
    }

    /// Why what was written could not be kept, if so.
    pub(crate) fn check(&self) -> Result<(), String> {
        match (&self.error, &self.path) {
            (Some(error), Some(path)) => Err(format!("cannot write {}: {error}", path.display())),
            _ => Ok(()),
        }
    }

    /// The file, if anything was written; or why that could not be kept.
    pub(crate) fn finish(self) -> Result<Option<PathBuf>, String> {
        match (self.error, self.path) {
            (Some(error), Some(path)) => Err(format!("cannot write {}: {error}", path.display())),
            (_, path) => Ok(path.filter(|_| self.file.is_some())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_is_told_once() {
        let (summary, items) = (Summary::default(), 3);
        let events = [Event::LoopCounted { unit: "a".into(), items, foreseen: true }, Event::RunFinished { summary }];
        let nowhere = RunFolder { path: PathBuf::from("/nonexistent/run") };
        let mut recorder = Recorder::begin(&nowhere);
        let told = events.each_ref().map(|event| recorder.tell(event));
        assert!(told[0].as_ref().is_some_and(|told| told.starts_with("cannot write /nonexistent/run/events.jsonl: ")));
        assert_eq!(told[1], None);

        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(folder.path().join(SUMMARY)).expect("it can be made");
        let mut recorder = Recorder::begin(&RunFolder { path: folder.path().to_path_buf() });
        let told = events.each_ref().map(|event| recorder.tell(event));
        assert_eq!(told[0], None);
        assert!(told[1].as_ref().is_some_and(|told| told.contains("summary.json: ")));
        assert_eq!(fs::read_to_string(folder.path().join(EVENTS)).expect("it is there").lines().count(), 2);
    }

    #[test]
    fn any_name_is_a_file_name() {
        assert_eq!(file_name("train@lr=0.1"), "train@lr=0.1");
        assert_eq!(file_name("clean/foo.txt"), "clean%2ffoo.txt");
        assert_eq!(file_name(".."), "%2e.");
        assert_eq!(file_name("a\nb ä"), "a%0ab%20%c3%a4");
        let long = file_name(&"x".repeat(5000));
        assert!(long.len() < 250);
        assert_ne!(long, file_name(&"x".repeat(5001)));
    }
}
