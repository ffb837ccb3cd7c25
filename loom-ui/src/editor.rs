//! A stand-in for `loom_ui_core::Editor`, until that is there.
#![allow(missing_docs, clippy::needless_pass_by_value, clippy::unused_self)]
use std::fs::File;
use std::path::{Path, PathBuf};

use loom_exec::Settings;
pub use loom_ui_core::Refused;
use loom_ui_core::api::*;

type Result<T> = std::result::Result<T, Refused>;
pub type Listener = Box<dyn Fn(ServerMessage) + Send + Sync>;

fn not_yet<T>() -> Result<T> {
    Err(Refused { code: "not_yet", message: "not yet".to_owned() })
}

pub struct Editor {
    id: String,
    file: PathBuf,
}

impl Editor {
    pub fn open(id: &str, _root: &Path, file: &Path, _settings: Settings, _read_only: bool) -> Result<Self> {
        Ok(Self { id: id.to_owned(), file: file.to_owned() })
    }
    pub fn create(_root: &Path, file: &Path) -> Result<()> {
        std::fs::write(file, "pipeline: []\n").map_err(|e| Refused { code: "cannot_write", message: e.to_string() })
    }
    pub fn state(&self) -> DocState {
        DocState {
            id: self.id.clone(),
            path: self.file.display().to_string(),
            rev: 0,
            dirty: false,
            version: "0".to_owned(),
            read_only: None,
            broken: false,
            board: Board::default(),
            diagnostics: vec![],
            parameters: vec![],
            outline: vec![],
            undo: None,
            redo: None,
            outside: None,
        }
    }
    pub fn text(&self) -> (u64, String) {
        (0, std::fs::read_to_string(&self.file).unwrap_or_default())
    }
    pub fn edit(&self, _r: &EditRequest) -> Result<u64> {
        not_yet()
    }
    pub fn replace_text(&self, _base: u64, _text: String) -> Result<u64> {
        not_yet()
    }
    pub fn undo(&self) -> Result<u64> {
        not_yet()
    }
    pub fn redo(&self) -> Result<u64> {
        not_yet()
    }
    pub fn fold(&self, _folds: &[(String, bool)]) -> Result<u64> {
        not_yet()
    }
    pub fn lay_out(&self) -> Result<u64> {
        not_yet()
    }
    pub fn reload(&self) -> Result<u64> {
        not_yet()
    }
    pub fn settle(&self, _c: &MergeChoices) -> Result<u64> {
        not_yet()
    }
    pub fn save(&self, _version: &str, _force: bool) -> Result<DocState> {
        not_yet()
    }
    pub fn check(&self, _ops: &[Op]) -> OpVerdict {
        OpVerdict { allowed: false, reason: None, refs: vec![], diff: None }
    }
    pub fn details(&self, _node: &str) -> Option<Details> {
        None
    }
    pub fn diff(&self, _against: &str) -> Result<TextDiff> {
        not_yet()
    }
    pub fn search(&self, _q: &str) -> Vec<OutlineItem> {
        vec![]
    }
    pub fn files_changed(&self) {}
    pub fn states(&self) -> States {
        States::default()
    }
    pub fn facts(&self, _node: &str) -> Result<DataFacts> {
        not_yet()
    }
    pub fn preview(&self, _id: &str, _offset: usize, _limit: usize) -> Result<Preview> {
        not_yet()
    }
    pub fn thumb(&self, _id: &str, _w: u32) -> Result<Vec<u8>> {
        not_yet()
    }
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }
    pub fn raw(&self, _id: &str) -> Result<(File, String)> {
        not_yet()
    }
    pub fn clean_preview(&self) -> Result<CleanPreview> {
        not_yet()
    }
    pub fn clean(&self, _token: &str, _keys: &[String], _permanently: bool) -> Result<()> {
        not_yet()
    }
    pub fn tasks(&self) -> Vec<TaskInfo> {
        vec![]
    }
    pub fn comparison(&self) -> Comparison {
        Comparison::default()
    }
    pub fn plan(&self, _r: &PlanRequest) -> Plan {
        Plan::default()
    }
    pub fn start(&self, _r: &RunRequest) -> Result<String> {
        not_yet()
    }
    pub fn cancel(&self, _run: &str, _units: &[String]) -> Result<()> {
        not_yet()
    }
    pub fn runs(&self) -> Vec<RunInfo> {
        vec![]
    }
    pub fn run(&self, _name: &str) -> Option<RunDetail> {
        None
    }
    pub fn log(&self, _run: &str, _unit: &str, _from: usize, _limit: usize, _q: Option<&str>) -> Option<LogPage> {
        None
    }
    pub fn run_diff(&self, _a: &str, _b: &str) -> Option<RunDiff> {
        None
    }
    pub fn delete_run(&self, _run: &str) -> Result<()> {
        not_yet()
    }
    pub fn listen(&self, _listener: Listener) {}
}
