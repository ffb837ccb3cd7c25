//! What a process of its own is told to run.

use std::path::{Path, PathBuf};

use loom_exec::{Memory, Project, Selection, Settings};
use serde::{Deserialize, Serialize};

use super::{Runs, selection};
use crate::api::{PlanRequest, RunRequest};

/// A run for a process of its own, which is handed this as JSON.
///
/// ```
/// use loom_ui_core::runs::ToRun;
/// let to_run = ToRun { file: "/work/pipeline.yml".into(), ..ToRun::default() };
/// assert_eq!(ToRun::read(&to_run.json())?, to_run);
/// assert!(ToRun::read("{}").is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToRun {
    /// The pipeline file.
    pub file: PathBuf,
    /// What of it.
    #[serde(default)]
    pub plan: PlanRequest,
    /// How many units at the same time; none is as the pipeline says.
    #[serde(default)]
    pub workers: Option<usize>,
}

impl ToRun {
    /// What is asked for, of this file.
    pub fn new(file: &Path, request: &RunRequest) -> Self {
        Self { file: file.to_path_buf(), plan: request.plan.clone(), workers: request.workers }
    }

    /// As JSON. A path that is not UTF-8 has none; then it is empty.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From such JSON. The error says what is wrong with it.
    pub fn read(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| format!("what is to run is not told as it should be: {error}"))
    }

    /// The steps that are meant; see [`selection`].
    pub fn selection(&self, project: &Project) -> Result<Selection, String> {
        let mut runs = Runs::default();
        runs.look(project, &Memory::default(), &[]).map_err(|error| format!("cannot list the runs: {error}"))?;
        selection(project.checked(), &self.plan, &runs)
    }

    /// What the pipeline is to be opened with; see [`settings`](super::settings).
    pub fn settings(&self, base: &Settings) -> Settings {
        super::settings(base, &self.plan)
    }
}
