//! An open pipeline: its text, its graph, what is known of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use loom_ui_core::api::{
    Comparison, Details, DocState, EditRequest, MergeChoices, Op, OpVerdict, OutlineItem, States, TaskInfo, TextDiff,
};
use serde::{Deserialize, Serialize};

use super::body::Body;
use super::{Answer, ask, missing};
use crate::refusal::Refusal;
use crate::serve::Server;
use loom_ui_core::{Editor, Refused};

type Here = State<Arc<Server>>;
type Doc = Path<String>;

/// Changes a pipeline, and answers how it is then.
async fn change(
    server: Arc<Server>,
    doc: String,
    change: impl FnOnce(&Editor) -> Result<u64, Refused> + Send + 'static,
) -> Answer<DocState> {
    ask(server, doc, move |_, editor| change(editor).map(|_| editor.state())).await.map(Json)
}

pub(super) async fn state(State(server): Here, Path(doc): Doc) -> Answer<DocState> {
    ask(server, doc, |_, editor| Ok(editor.state())).await.map(Json)
}

#[derive(Serialize)]
pub(super) struct Text {
    rev: u64,
    text: String,
}

pub(super) async fn text(State(server): Here, Path(doc): Doc) -> Answer<Text> {
    let (rev, text) = ask(server, doc, |_, editor| Ok(editor.text())).await?;
    Ok(Json(Text { rev, text }))
}

#[derive(Deserialize)]
pub(super) struct NewText {
    base_rev: u64,
    text: String,
}

pub(super) async fn replace_text(State(server): Here, Path(doc): Doc, Body(new): Body<NewText>) -> Answer<DocState> {
    change(server, doc, move |editor| editor.replace_text(new.base_rev, &new.text)).await
}

pub(super) async fn edit(State(server): Here, Path(doc): Doc, Body(request): Body<EditRequest>) -> Answer<DocState> {
    change(server, doc, move |editor| editor.edit(&request)).await
}

#[derive(Deserialize)]
pub(super) struct Ops {
    ops: Vec<Op>,
}

pub(super) async fn check(State(server): Here, Path(doc): Doc, Body(Ops { ops }): Body<Ops>) -> Answer<OpVerdict> {
    ask(server, doc, move |_, editor| Ok(editor.check(&ops))).await.map(Json)
}

pub(super) async fn undo(State(server): Here, Path(doc): Doc) -> Answer<DocState> {
    change(server, doc, Editor::undo).await
}

pub(super) async fn redo(State(server): Here, Path(doc): Doc) -> Answer<DocState> {
    change(server, doc, Editor::redo).await
}

pub(super) async fn reload(State(server): Here, Path(doc): Doc) -> Answer<DocState> {
    change(server, doc, Editor::reload).await
}

pub(super) async fn lay_out(State(server): Here, Path(doc): Doc) -> Answer<DocState> {
    change(server, doc, Editor::lay_out).await
}

pub(super) async fn settle(State(server): Here, Path(doc): Doc, Body(choices): Body<MergeChoices>) -> Answer<DocState> {
    change(server, doc, move |editor| editor.settle(&choices)).await
}

#[derive(Deserialize)]
pub(super) struct Folds {
    folds: Vec<(String, bool)>,
}

pub(super) async fn fold(State(server): Here, Path(doc): Doc, Body(Folds { folds }): Body<Folds>) -> Answer<DocState> {
    change(server, doc, move |editor| editor.fold(&folds)).await
}

#[derive(Deserialize)]
pub(super) struct Save {
    version: String,
    #[serde(default)]
    force: bool,
}

pub(super) async fn save(State(server): Here, Path(doc): Doc, Body(save): Body<Save>) -> Answer<DocState> {
    let saved = ask(server, doc, move |_, editor| {
        let state = editor.state();
        if !save.force && state.dirty && state.version != save.version {
            let message = "the file is not what it was when you last looked: look at what is in it now, and save again";
            return Err(Refused::new("changed_on_disk", message));
        }
        editor.save(&save.version, save.force)
    });
    saved.await.map(Json)
}

pub(super) async fn diff(State(server): Here, Path(doc): Doc) -> Answer<TextDiff> {
    ask(server, doc, |_, editor| Ok(editor.diff())).await.map(Json)
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
}

pub(super) async fn search(
    State(server): Here,
    Path(doc): Doc,
    Query(asked): Query<Search>,
) -> Answer<Vec<OutlineItem>> {
    ask(server, doc, move |_, editor| Ok(editor.search(&asked.q))).await.map(Json)
}

pub(super) async fn details(State(server): Here, Path((doc, node)): Path<(String, String)>) -> Answer<Details> {
    let details = ask(server, doc, move |_, editor| editor.details(&node).ok_or_else(|| missing("such node")));
    details.await.map(Json)
}

pub(super) async fn tasks(State(server): Here, Path(doc): Doc) -> Answer<Vec<TaskInfo>> {
    ask(server, doc, |_, editor| Ok(editor.tasks())).await.map(Json)
}

pub(super) async fn states(State(server): Here, Path(doc): Doc) -> Answer<States> {
    ask(server, doc, |_, editor| Ok(editor.states())).await.map(Json)
}

pub(super) async fn compare(State(server): Here, Path(doc): Doc) -> Result<Json<Comparison>, Refusal> {
    ask(server, doc, |_, editor| Ok(editor.comparison())).await.map(Json)
}
