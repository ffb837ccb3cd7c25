//! What is written when a run is over: the trace, and JUnit XML.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::time::Instant;

use loom_exec::Event;
use loom_exec::runs::History;

use super::{Said, say};
use crate::args::RunArgs;
use crate::{exit, junit, trace};

/// The files that were asked for. They are made before the run, so that a path that cannot be is told before hours are gone.
pub(super) struct Afterwards {
    trace: Option<(PathBuf, File)>,
    junit: Option<(PathBuf, File)>,
    suite: String,
    begun: Instant,
    history: History,
}

impl Afterwards {
    pub(super) fn begin(args: &RunArgs, folder: &Path) -> Result<Self, Said> {
        let make = |path: &PathBuf| match File::create(path) {
            Ok(file) => Ok((path.clone(), file)),
            Err(error) => {
                say(&format!("error: cannot write {}: {error}", path.display()));
                Err(Said(exit::WRONG))
            }
        };
        Ok(Self {
            trace: args.trace.as_ref().map(make).transpose()?,
            junit: args.junit.as_ref().map(make).transpose()?,
            suite: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            begun: Instant::now(),
            history: History::default(),
        })
    }

    pub(super) fn tell(&mut self, event: &Event) {
        if self.trace.is_some() || self.junit.is_some() {
            self.history.add(self.begun.elapsed(), event);
        }
    }

    /// Writes the files, now that the run is over.
    pub(super) fn write(self) -> Result<(), Said> {
        let Self { trace, junit, suite, history, .. } = self;
        let written = |(path, file): (PathBuf, File), write: &dyn Fn(&mut BufWriter<File>) -> io::Result<()>| {
            write(&mut BufWriter::new(file)).map_err(|error| {
                say(&format!("error: cannot write {}: {error}", path.display()));
                Said(exit::FAILED)
            })
        };
        trace.map_or(Ok(()), |file| written(file, &|out| trace::write(&history, out)))?;
        junit.map_or(Ok(()), |file| written(file, &|out| junit::write(&history, &suite, out)))
    }
}
