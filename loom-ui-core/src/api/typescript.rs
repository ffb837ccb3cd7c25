//! The types of this module, as TypeScript has them.

use ts_rs::{Config, TS};

use super::*;
use crate::layout::Point;

/// A TypeScript file that declares every type of [`api`](super).
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut out = String::from("// Made from the types of loom-ui-core/src/api: see loom-ui/tests/types.rs.\n");
    macro_rules! declare {
        ($($name:ty),* $(,)?) => {
            $(
                out.push_str("\nexport ");
                out.push_str(&<$name as TS>::decl(&config));
                out.push('\n');
            )*
        };
    }
    declare!(
        Point,
        Text,
        Side,
        PortState,
        Port,
        BadgeKind,
        Badge,
        CardKind,
        Card,
        WireKind,
        Wire,
        Frame,
        Board,
        BoardChange,
        Severity,
        Place,
        Fix,
        Diagnostic,
        Parameter,
        OutlineItem,
        OutsideKind,
        Conflict,
        Outside,
        DocState,
        TextDiff,
        FieldKind,
        Field,
        UsedBy,
        Details,
        Written,
        Target,
        NewStep,
        RemoveRefs,
        Op,
        EditRequest,
        OpVerdict,
        Choice,
        MergeChoices,
        RunTarget,
        PlanRequest,
        RunRequest,
        StopRequest,
        PlannedUnit,
        Plan,
        UnitState,
        Counts,
        StepState,
        FileKind,
        DataState,
        States,
        RunState,
        RunInfo,
        UnitRow,
        RunDetail,
        LogSpan,
        LogLine,
        LogPage,
        RunDiffLine,
        RunDiff,
        FileLink,
        DataFacts,
        TreeItem,
        PreviewEntry,
        PreviewKind,
        Preview,
        CleanEntry,
        CleanPreview,
        ColumnKind,
        ComparisonColumn,
        ComparisonRow,
        Comparison,
        Session,
        PipelineEntry,
        TaskPort,
        TaskArgument,
        TaskInfo,
        Problem,
        ClientMessage,
        ServerMessage,
    );
    out
}
