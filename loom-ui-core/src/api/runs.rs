//! Runs: before, during, after.

use serde::{Deserialize, Serialize};

use super::Diagnostic;

/// What is to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlanRequest {
    /// Which steps.
    pub target: RunTarget,
    /// Optional steps that are to run, too.
    pub include: Vec<String>,
    /// Parameters with other values, for this run only.
    pub set: Vec<(String, String)>,
    /// Values that configurations are to have.
    pub only: Vec<(String, String)>,
    /// Whether everything selected runs, be it up to date or not.
    pub force: bool,
}

/// Which steps are to run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RunTarget {
    /// All.
    #[default]
    All,
    /// These, by name, and no others.
    Steps(Vec<String>),
    /// These and all that comes after them.
    From(Vec<String>),
    /// These and all that they need.
    Until(Vec<String>),
    /// The steps of a group.
    Group(String),
    /// What makes a data node, and all that it needs.
    Data(String),
    /// What failed in a run, and all that comes after it.
    FailedOf(String),
}

/// A run to be started.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RunRequest {
    /// What is to run.
    pub plan: PlanRequest,
    /// How many units at the same time; none is as the pipeline says.
    pub workers: Option<usize>,
    /// The revision that is meant: another one, or one that is not saved, is refused.
    pub rev: u64,
}

/// What of a run is to end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StopRequest {
    /// Units that end as if they had failed, while the run goes on; with none, all of the run ends.
    pub units: Vec<String>,
}

/// What would run, and why.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Plan {
    /// The units in an order in which they could run; at most 2,000 of them.
    pub units: Vec<PlannedUnit>,
    /// How many are to run.
    pub to_run: usize,
    /// How many are up to date.
    pub up_to_date: usize,
    /// How long those took when they last ended well, all in all; of those of which it is known.
    pub expected_ms: u64,
    /// Why nothing can run.
    pub problems: Vec<Diagnostic>,
}

/// A unit of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PlannedUnit {
    /// Its name.
    pub unit: String,
    /// The id of its step.
    pub node: String,
    /// Whether it is to run.
    pub runs: bool,
    /// Why, or why not.
    pub why: Vec<String>,
    /// What would run.
    pub command: Option<String>,
    /// How long it took when it last ended well.
    pub expected_ms: Option<u64>,
}

/// What is to be known of all cards at a moment: by their ids.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct States {
    /// Of steps, folded groups and branches.
    pub steps: Vec<StepState>,
    /// Of data.
    pub data: Vec<DataState>,
}

/// How a step stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct StepState {
    /// The card.
    pub id: String,
    /// Of all its units the one that matters most.
    pub state: UnitState,
    /// Why it is not up to date, or how it failed.
    pub why: Vec<String>,
    /// Its units, if there are several.
    pub counts: Counts,
    /// When what runs began.
    pub began: Option<u64>,
    /// How long it took last.
    pub took_ms: Option<u64>,
}

/// How many units are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Counts {
    /// All.
    pub units: usize,
    /// Ran well, or are up to date.
    pub ok: usize,
    /// Failed.
    pub failed: usize,
    /// Are running.
    pub running: usize,
    /// Could not run, or were led past.
    pub skipped: usize,
    /// Are to run.
    pub stale: usize,
}

/// How a unit stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum UnitState {
    /// It runs.
    Running,
    /// It will run in the run that is at work.
    Queued,
    /// It failed.
    Failed,
    /// The run was stopped before its end.
    Stopped,
    /// It could not run, as something that it needs did not.
    Skipped,
    /// A switch led past it.
    NotMet,
    /// It would run: never did, or something changed.
    Stale,
    /// It is up to date.
    Fresh,
    /// It would not run: optional or disabled.
    LeftOut,
    /// It is not known, as the pipeline has errors.
    Unknown,
}

/// How data stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct DataState {
    /// The card.
    pub id: String,
    /// Whether anything is there.
    pub exists: bool,
    /// What is there.
    pub kind: Option<super::FileKind>,
    /// Its size; of a folder the number of entries.
    pub size: Option<u64>,
    /// When it was changed.
    pub modified: Option<u64>,
    /// Changes whenever what is there does.
    pub etag: String,
    /// What makes it is to run again.
    pub stale: bool,
    /// Its first lines, each cut to 60 characters; at most 4.
    pub lines: Vec<String>,
    /// Whether there is a picture of it.
    pub thumb: bool,
    /// The numbers in it that it says it is compared by, as text.
    pub numbers: Vec<(String, String)>,
}

/// A run in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RunInfo {
    /// Its name.
    pub run: String,
    /// Counts the runs of the pipeline that are kept; 1 is the oldest.
    pub number: usize,
    /// When it began.
    pub began: u64,
    /// How it stands.
    pub state: RunState,
    /// Whether it was started by this program, since it was opened: then it can be stopped here.
    pub ours: bool,
    /// How long it took, or has taken.
    pub took_ms: u64,
    /// How long is still expected, if that is known.
    pub left_ms: Option<u64>,
    /// Its units.
    pub counts: Counts,
    /// How many were up to date.
    pub up_to_date: usize,
    /// How many may run at the same time.
    pub workers: usize,
    /// What is different from the run before, in few words.
    pub changed: Option<String>,
    /// What went wrong with the run itself, as against its units.
    pub trouble: Option<String>,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub enum RunState {
    /// It waits for another one to end.
    Waiting,
    /// It is at work.
    Running,
    /// All is well.
    Ok,
    /// Something failed.
    Failed,
    /// It was stopped.
    Stopped,
    /// It ended nobody knows how: it was killed, or the machine went down.
    Lost,
}

/// A run with its units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RunDetail {
    /// The run.
    pub info: RunInfo,
    /// What became of the units, in the order in which they were first heard of.
    pub units: Vec<UnitRow>,
    /// How many lanes [`UnitRow::lane`] goes through.
    pub lanes: usize,
}

/// A unit of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct UnitRow {
    /// Its name.
    pub unit: String,
    /// The id of its step, by the pipeline as it is now.
    pub node: String,
    /// How it stands.
    pub state: UnitState,
    /// Since the run began; none if it did not.
    pub started_ms: Option<u64>,
    /// How long it took, or has taken.
    pub took_ms: u64,
    /// How long it took when it last ended well.
    pub expected_ms: Option<u64>,
    /// What ran beside it is in another lane; from 0.
    pub lane: Option<usize>,
    /// Whether it is one of those that the run could not have been shorter without.
    pub critical: bool,
    /// How it ended, in words: `exit code 1`.
    pub outcome: Option<String>,
    /// Why it ran.
    pub why: Vec<String>,
    /// What ran.
    pub command: Option<String>,
    /// How often it was tried again.
    pub retries: u32,
    /// Whether there is output.
    pub log: bool,
}

/// Lines of the output of a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LogPage {
    /// The number of the first line, from 0.
    pub from: usize,
    /// The lines.
    pub lines: Vec<LogLine>,
    /// How many there are in all, so far.
    pub total: usize,
    /// The number of the first line that looks like an error.
    pub first_error: Option<usize>,
    /// Of a search: the numbers of all lines that match, at most 10,000.
    pub matches: Vec<usize>,
    /// Whether there will be more: it is still running.
    pub open: bool,
}

/// A line of output, with its colours read and what was overwritten left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LogLine {
    /// The pieces of the line.
    pub spans: Vec<LogSpan>,
    /// Whether it looks like an error.
    pub error: bool,
}

/// A piece of a line in one style.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LogSpan {
    /// The text.
    pub text: String,
    /// Words of style: `bold dim italic underline`, `red green yellow blue magenta cyan white black gray`, a colour with `bg-`
    /// before it; parted by spaces, empty for plain.
    pub style: String,
}

/// How two runs differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RunDiff {
    /// The one.
    pub one: RunInfo,
    /// The other.
    pub other: RunInfo,
    /// What differs, unit by unit and key by key.
    pub lines: Vec<RunDiffLine>,
}

/// A difference of two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RunDiffLine {
    /// The unit.
    pub unit: String,
    /// What: `result`, `duration`, `command`.
    pub what: String,
    /// In the one.
    pub one: Option<String>,
    /// In the other.
    pub other: Option<String>,
}
