//! What is open, and what could be.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use loom_ui_core::api::{PipelineEntry, Session};
use serde::Deserialize;

use super::body::Body;
use super::{Answer, wait};
use crate::serve::Server;

pub(super) async fn session(State(server): State<Arc<Server>>) -> Answer<Session> {
    let answer = wait(move || {
        Ok(Session {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root: server.workspace.root().display().to_string(),
            workspace: server.workspace.is_folder(),
            first: server.workspace.first(),
            read_only: server.workspace.is_read_only(),
            can_open: server.opener.can_open(),
        })
    });
    answer.await.map(Json)
}

pub(super) async fn pipelines(State(server): State<Arc<Server>>) -> Answer<Vec<PipelineEntry>> {
    wait(move || Ok(server.workspace.pipelines())).await.map(Json)
}

#[derive(Deserialize)]
pub(super) struct New {
    path: String,
}

pub(super) async fn create(State(server): State<Arc<Server>>, Body(new): Body<New>) -> Answer<PipelineEntry> {
    wait(move || server.workspace.create(&new.path)).await.map(Json)
}
