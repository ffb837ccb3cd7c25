//! Runs: before, during, after.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use loom_ui_core::api::{LogPage, Plan, PlanRequest, RunDetail, RunDiff, RunInfo, RunRequest, StopRequest};
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::{Answer, ask, missing, wait};
use crate::refusal::Refusal;
use crate::serve::Server;

type Here = State<Arc<Server>>;
type OfRun = Path<(String, String)>;

/// How many lines of a log an answer holds, unless it is asked for fewer.
const MAX_LINES: usize = 5000;

pub(super) async fn plan(
    State(server): Here,
    Path(doc): Path<String>,
    Body(request): Body<Option<PlanRequest>>,
) -> Answer<Plan> {
    let request = request.unwrap_or_default();
    ask(server, doc, move |_, editor| editor.plan(&request)).await.map(Json)
}

#[derive(Serialize)]
pub(super) struct Started {
    run: String,
}

pub(super) async fn start(
    State(server): Here,
    Path(doc): Path<String>,
    Body(request): Body<RunRequest>,
) -> Answer<Started> {
    let run = wait(move || server.workspace.start(&doc, &request)).await?;
    Ok(Json(Started { run }))
}

pub(super) async fn list(State(server): Here, Path(doc): Path<String>) -> Answer<Vec<RunInfo>> {
    ask(server, doc, |_, editor| Ok(editor.runs())).await.map(Json)
}

pub(super) async fn detail(State(server): Here, Path((doc, run)): OfRun) -> Answer<RunDetail> {
    ask(server, doc, move |_, editor| editor.run(&run).ok_or_else(|| missing("such run"))).await.map(Json)
}

pub(super) async fn cancel(
    State(server): Here,
    Path((doc, run)): OfRun,
    Body(request): Body<Option<StopRequest>>,
) -> Result<StatusCode, Refusal> {
    let request = request.unwrap_or_default();
    ask(server, doc, move |_, editor| editor.cancel(&run, &request)).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn delete(State(server): Here, Path((doc, run)): OfRun) -> Result<StatusCode, Refusal> {
    ask(server, doc, move |_, editor| editor.delete_run(&run)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Lines {
    #[serde(default)]
    from: usize,
    limit: Option<usize>,
    q: Option<String>,
}

pub(super) async fn log(
    State(server): Here,
    Path((doc, run, unit)): Path<(String, String, String)>,
    Query(asked): Query<Lines>,
) -> Answer<LogPage> {
    let limit = asked.limit.unwrap_or(MAX_LINES).min(MAX_LINES);
    let query = asked.q.filter(|query| !query.is_empty());
    let page = ask(server, doc, move |_, editor| {
        editor.log(&run, &unit, asked.from, limit, query.as_deref()).ok_or_else(|| missing("log of that"))
    });
    page.await.map(Json)
}

pub(super) async fn diff(
    State(server): Here,
    Path((doc, one, other)): Path<(String, String, String)>,
) -> Answer<RunDiff> {
    ask(server, doc, move |_, editor| editor.run_diff(&one, &other).ok_or_else(|| missing("such run"))).await.map(Json)
}
