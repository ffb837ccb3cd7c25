//! A file that stands where a unit is going to make one is put aside first: what is there afterwards is what the unit made, and
//! nothing that an earlier run, half a run, or somebody by hand had left.

use std::io;
use std::path::{Path, PathBuf};

use loom_graph::Unit;

use crate::decide::{Decider, Needs};
use crate::memory::run_folder::file_name;

/// What was put aside for a unit.
#[derive(Debug)]
pub(super) struct Aside {
    /// In the folder of the run.
    folder: PathBuf,
    /// What stood there, relative to the pipeline folder.
    parts: Vec<PathBuf>,
    whose: Whose,
}

/// Who made what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The unit, when it last ended well.
    Result,
    /// The unit, when it last failed or was stopped.
    Half,
    /// Somebody else, at least in part.
    Somebody,
}

impl Aside {
    /// Puts aside what stands at the outputs of a unit. `whose` was found out before the unit began.
    pub(super) fn put(
        run: &Path,
        pipeline_folder: &Path,
        decider: &Decider<'_>,
        unit: &Unit,
        needs: &Needs,
        whose: Whose,
    ) -> Result<Option<Self>, String> {
        let mut aside = Self { folder: run.join("aside").join(file_name(&unit.name)), parts: Vec::new(), whose };
        for part in decider.own_parts(needs) {
            let to = aside.folder.join(&part);
            let moved = to.parent().map_or(Ok(()), std::fs::create_dir_all);
            match moved.and_then(|()| std::fs::rename(pipeline_folder.join(&part), &to)) {
                Ok(()) => aside.parts.push(part),
                // On another disk it stays, and the unit writes over it.
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(format!("cannot put {} aside: {error}", part.display())),
            }
        }
        Ok((!aside.parts.is_empty()).then_some(aside))
    }

    /// The unit has ended. If it failed and made nothing instead, what stood there takes its place again. Of the rest, what is of
    /// use to nobody is removed; what is kept is returned, with where it is.
    pub(super) fn settle(mut self, pipeline_folder: &Path, succeeded: bool) -> Option<(Vec<PathBuf>, PathBuf)> {
        if !succeeded {
            self.parts.retain(|part| {
                let place = pipeline_folder.join(part);
                place.symlink_metadata().is_ok() || std::fs::rename(self.folder.join(part), place).is_err()
            });
        }
        let is_kept = match self.whose {
            Whose::Result => !succeeded,
            Whose::Half => false,
            Whose::Somebody => true,
        };
        if is_kept && !self.parts.is_empty() {
            return Some((self.parts, self.folder));
        }
        // What cannot be removed goes with the folder of the run.
        let _ = std::fs::remove_dir_all(&self.folder);
        None
    }
}

/// Removes what an attempt left that failed, before the next one.
pub(super) fn clear(pipeline_folder: &Path, decider: &Decider<'_>, needs: &Needs) {
    for part in decider.own_parts(needs) {
        // What cannot be removed is written over.
        let _ = std::fs::remove_file(pipeline_folder.join(part));
    }
}
