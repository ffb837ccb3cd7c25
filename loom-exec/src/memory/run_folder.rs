//! The folder of a run: what its units wrote.
//!
//! Under `.loom/<pipeline file>/runs/<run>/`, one `<unit>.log` per unit that wrote something, the bytes as they were.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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
        let runs = base.join(file_name(pipeline_file)).join("runs");
        let path = runs.join(run);
        fs::create_dir_all(&path)?;
        remove_old_runs(&runs)?;
        Ok(Self { path })
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a unit's output is kept, if it writes any.
    pub(crate) fn log_path(&self, unit: &str) -> PathBuf {
        self.path.join(format!("{}.log", file_name(unit)))
    }
}

/// Runs are named by the time they began, so that the oldest come first.
fn remove_old_runs(runs: &Path) -> io::Result<()> {
    let mut names: Vec<_> = fs::read_dir(runs)?.filter_map(|entry| Some(entry.ok()?.file_name())).collect();
    names.sort_unstable();
    for name in names.iter().take(names.len().saturating_sub(RUNS_KEPT)) {
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
