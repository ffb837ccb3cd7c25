//! Where everything is asked for.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};

use crate::refusal::Refusal;
use crate::serve::Server;
use crate::{assets, socket};
use loom_ui_core::{Editor, Refused};

mod body;
mod data;
mod docs;
mod runs;
mod session;

/// What a handler answers: a value as JSON, or why not.
type Answer<T> = Result<Json<T>, Refusal>;

/// All routes. A method that is not named at a route, the router refuses there.
pub(crate) fn all(server: &Arc<Server>) -> Router {
    let reading = Router::new()
        .route("/session", get(session::session))
        .route("/pipelines", get(session::pipelines))
        .route("/ws", get(socket::open))
        .route("/docs/{doc}", get(docs::state))
        .route("/docs/{doc}/text", get(docs::text))
        .route("/docs/{doc}/check", post(docs::check))
        .route("/docs/{doc}/fold", post(docs::fold))
        .route("/docs/{doc}/diff", get(docs::diff))
        .route("/docs/{doc}/search", get(docs::search))
        .route("/docs/{doc}/nodes/{node}", get(docs::details))
        .route("/docs/{doc}/tasks", get(docs::tasks))
        .route("/docs/{doc}/states", get(docs::states))
        .route("/docs/{doc}/compare", get(docs::compare))
        .route("/docs/{doc}/data/{node}", get(data::facts))
        .route("/docs/{doc}/data/{node}/thumb", get(data::thumb))
        .route("/docs/{doc}/data/{node}/preview", get(data::preview))
        .route("/docs/{doc}/data/{node}/raw", get(data::raw))
        .route("/docs/{doc}/clean", get(data::clean_preview))
        .route("/docs/{doc}/plan", post(runs::plan))
        .route("/docs/{doc}/runs", get(runs::list))
        .route("/docs/{doc}/runs/{run}", get(runs::detail))
        .route("/docs/{doc}/runs/{run}/logs/{unit}", get(runs::log))
        .route("/docs/{doc}/runs/{run}/diff/{other}", get(runs::diff));
    let writing = Router::new()
        .route("/pipelines", post(session::create))
        .route("/docs/{doc}/text", put(docs::replace_text))
        .route("/docs/{doc}/edit", post(docs::edit))
        .route("/docs/{doc}/undo", post(docs::undo))
        .route("/docs/{doc}/redo", post(docs::redo))
        .route("/docs/{doc}/save", post(docs::save))
        .route("/docs/{doc}/reload", post(docs::reload))
        .route("/docs/{doc}/merge", post(docs::settle))
        .route("/docs/{doc}/layout", post(docs::lay_out))
        .route("/docs/{doc}/open", post(data::open))
        .route("/docs/{doc}/clean", post(data::clean))
        .route("/docs/{doc}/runs", post(runs::start))
        .route("/docs/{doc}/runs/{run}/cancel", post(runs::cancel))
        .route("/docs/{doc}/runs/{run}", delete(runs::delete));
    let writing = if server.workspace.is_read_only() { writing.layer(from_fn(refuse_to_write)) } else { writing };
    let api = reading.merge(writing).with_state(Arc::clone(server));
    Router::new().nest("/api/v1", api).fallback(get(assets::asset))
}

async fn refuse_to_write(_: axum::extract::Request, _: Next) -> Response {
    let message = "this was started with `--read-only`: nothing can be changed or run";
    Refusal::new(StatusCode::FORBIDDEN, "read_only", message).into_response()
}

/// Asks an open pipeline, where it may wait for a disk without keeping others from their answers.
async fn ask<T: Send + 'static>(
    server: Arc<Server>,
    doc: String,
    question: impl FnOnce(&Server, &Editor) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refusal> {
    wait(move || question(&server, &*server.workspace.editor(&doc)?)).await
}

/// As [`ask`], of no pipeline in particular.
async fn wait<T: Send + 'static>(question: impl FnOnce() -> Result<T, Refused> + Send + 'static) -> Result<T, Refusal> {
    match tokio::task::spawn_blocking(question).await {
        Ok(answer) => answer.map_err(Refusal::from),
        // It panicked, which was told, or the program ends.
        Err(_) => Err(Refusal::bug()),
    }
}

/// What was asked for by a name that nothing has.
fn missing(what: &str) -> Refused {
    Refused { code: "not_found", message: format!("there is no {what}, or there is none any more") }
}
