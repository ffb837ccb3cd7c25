//! What a front end and the editor say to each other: types that have a JSON form, and nothing that does anything.
//!
//! With the feature `typescript` each has a TypeScript type as well; `loom-ui` makes the file of them that its page is
//! written with. Lengths are CSS pixels, `y` grows downwards, times are milliseconds, moments milliseconds since 1970, sizes bytes.
//! Nodes are told apart by ids that stay as long as their names do: `step:NAME`, `data:NAME`, `param:NAME`, `path:PATH` for a
//! path that no data node names, `group:NAME`, and `fold:NAME` for branches that are alike, by the name of the first.

mod board;
mod compare;
mod data;
mod document;
mod op;
mod runs;
mod session;
#[cfg(feature = "typescript")]
mod typescript;

pub use board::{
    Badge, BadgeKind, Board, BoardChange, Card, CardKind, Frame, Port, PortState, Side, Text, Wire, WireKind,
};
pub use compare::{ColumnKind, Comparison, ComparisonColumn, ComparisonRow};
pub use data::{CleanEntry, CleanPreview, DataFacts, FileKind, FileLink, Preview, PreviewEntry, PreviewKind, TreeItem};
pub use document::{
    Conflict, Details, Diagnostic, DocState, Field, FieldKind, Fix, OutlineItem, Outside, OutsideKind, Parameter,
    Place, Severity, TextDiff, UsedBy, WhereUsed,
};
pub use op::{Choice, EditRequest, MergeChoices, NewStep, Op, OpVerdict, RemoveRefs, Target, Written};
pub use runs::{
    Counts, DataState, LogLine, LogPage, LogSpan, Plan, PlanRequest, PlannedUnit, RunDetail, RunDiff, RunDiffLine,
    RunInfo, RunRequest, RunState, RunTarget, States, StepState, StopRequest, UnitRow, UnitState,
};
pub use session::{ClientMessage, PipelineEntry, Problem, ServerMessage, Session, TaskArgument, TaskInfo, TaskPort};
#[cfg(feature = "typescript")]
pub use typescript::typescript;
