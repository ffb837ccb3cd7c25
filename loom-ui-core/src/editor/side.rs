//! What is remembered of a document and does not belong in its file: where cards were put, and what is folded.
//!
//! It lies in `.loom-ui/<pipeline file>.json` in the pipeline folder: apart from `.loom`, which is cleaned away with what the
//! steps made, and so that it can be kept under version control with the pipeline.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What is remembered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    /// Cards that somebody put somewhere: their upper left corners, in CSS pixels.
    pub(super) positions: BTreeMap<String, (f64, f64)>,
    /// Groups and branches that somebody folded or unfolded.
    pub(super) folded: BTreeMap<String, bool>,
}

impl Side {
    /// Reads what is there. What cannot be read is as if it were not: only places are lost.
    pub(super) fn read(file: &Path) -> Self {
        let text = fs::read(path(file)).unwrap_or_default();
        let side: Self = serde_json::from_slice(&text).unwrap_or_default();
        let is_sound = |place: &(f64, f64)| place.0.is_finite() && place.1.is_finite();
        Self { positions: side.positions.into_iter().filter(|(_, place)| is_sound(place)).collect(), ..side }
    }

    /// Writes it. That it cannot be written is no reason to stop anybody from working.
    pub(super) fn write(&self, file: &Path) -> std::io::Result<()> {
        let path = path(file);
        if *self == Self::default() && !path.exists() {
            return Ok(());
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut new = tempfile::NamedTempFile::new_in(folder)?;
        new.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        new.write_all(b"\n")?;
        new.persist(path)?;
        Ok(())
    }
}

fn path(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(".json");
    file.parent().unwrap_or(Path::new(".")).join(".loom-ui").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pipeline.yml");
        assert_eq!(Side::read(&file), Side::default());
        Side::default().write(&file).unwrap();
        assert!(!folder.path().join(".loom-ui").exists(), "there is nothing to remember");
        let mut side = Side::default();
        side.positions.insert("step:a".to_owned(), (1.5, -20.0));
        side.folded.insert("group:g".to_owned(), true);
        side.write(&file).unwrap();
        assert_eq!(Side::read(&file), side);
        fs::write(path(&file), "{ broken").unwrap();
        assert_eq!(Side::read(&file), Side::default());
    }
}
