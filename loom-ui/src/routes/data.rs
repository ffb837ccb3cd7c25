//! Files: by the names of data, never by paths.

use std::fs::File;
use std::io::Read;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body as Sent, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::channel::Channel;
use loom_ui_core::api::{CleanPreview, DataFacts, Preview};
use serde::Deserialize;

use super::body::Body;
use super::{Answer, ask};
use crate::refusal::Refusal;
use crate::serve::Server;
use loom_ui_core::Refused;

type Here = State<Arc<Server>>;
type Node = Path<(String, String)>;

/// What a file of the user may do in a browser: nothing.
const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
/// How much of a file is sent at once.
const PIECE: usize = 64 << 10;
/// How wide a small picture is, unless it is said, and at most.
const WIDTH: u32 = 240;
const MAX_WIDTH: u32 = 1024;

pub(super) async fn facts(State(server): Here, Path((doc, node)): Node) -> Answer<DataFacts> {
    ask(server, doc, move |_, editor| editor.facts(&node)).await.map(Json)
}

#[derive(Deserialize)]
pub(super) struct Window {
    #[serde(default)]
    offset: usize,
    limit: Option<usize>,
}

pub(super) async fn preview(
    State(server): Here,
    Path((doc, node)): Node,
    Query(window): Query<Window>,
) -> Answer<Preview> {
    let limit = window.limit.unwrap_or(1000).min(1000);
    ask(server, doc, move |_, editor| editor.preview(&node, window.offset, limit)).await.map(Json)
}

#[derive(Deserialize)]
pub(super) struct Width {
    w: Option<u32>,
}

/// A small picture. Whoever has it already is told so, and it is not made again.
pub(super) async fn thumb(
    State(server): Here,
    Path((doc, node)): Node,
    Query(Width { w }): Query<Width>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let width = w.unwrap_or(WIDTH).clamp(16, MAX_WIDTH);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).map(str::to_owned);
    let found = ask(server, doc, move |_, editor| {
        let etag = format!("\"{}-{width}\"", blake3::hash(editor.facts(&node)?.state.etag.as_bytes()).to_hex());
        let picture = if known.as_deref() == Some(&*etag) { None } else { Some(editor.thumb(&node, width)?) };
        Ok((etag, picture))
    });
    let (etag, picture) = found.await?;
    let Some(picture) = picture else { return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response()) };
    let kind = if picture.starts_with(b"RIFF") { "image/webp" } else { "image/png" };
    let headers = [(header::ETAG, &*etag), (header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, SANDBOX)];
    Ok((headers, picture).into_response())
}

/// A file as it is, to be kept and never to be shown: what a step made might be a page with a mind of its own.
pub(super) async fn raw(State(server): Here, Path((doc, node)): Node) -> Result<Response, Refusal> {
    let (file, name, length) = ask(server, doc, move |_, editor| {
        let (file, name) = editor.raw(&node)?;
        let length = file.metadata().map_err(|error| cannot_read(&error))?.len();
        Ok((file, name, length))
    })
    .await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX)),
        (header::CONTENT_DISPOSITION, as_attachment(&name)),
        (header::CONTENT_LENGTH, length.into()),
    ];
    Ok((headers, pieces(file, length)).into_response())
}

fn cannot_read(error: &std::io::Error) -> Refused {
    Refused { code: "cannot_read", message: format!("the file cannot be read: {error}") }
}

/// A header that lets a browser keep a file under its name, whatever that is made of.
fn as_attachment(name: &str) -> HeaderValue {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    let plain: String = name.bytes().map(|byte| if is_plain(&byte) { byte as char } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| if is_plain(&byte) { (byte as char).to_string() } else { format!("%{byte:02X}") })
        .collect();
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

/// The first `length` bytes of a file, read as they are sent.
fn pieces(file: File, length: u64) -> Sent {
    let (mut sender, body) = Channel::<Bytes, std::io::Error>::new(2);
    tokio::spawn(async move {
        let mut rest = file.take(length);
        loop {
            let read = tokio::task::spawn_blocking(move || {
                let mut piece = Vec::with_capacity(PIECE);
                rest.by_ref().take(PIECE as u64).read_to_end(&mut piece).map(|_| (rest, piece))
            });
            match read.await {
                Ok(Ok((_, piece))) if piece.is_empty() => return,
                Ok(Ok((left, piece))) => {
                    rest = left;
                    // Whoever asked is gone.
                    if sender.send_data(piece.into()).await.is_err() {
                        return;
                    }
                }
                Ok(Err(error)) => return sender.abort(error),
                Err(_) => return,
            }
        }
    });
    Sent::new(body)
}

#[derive(Deserialize)]
pub(super) struct Named {
    id: String,
}

/// Opens a file with the program of the system.
pub(super) async fn open(
    State(server): Here,
    Path(doc): Path<String>,
    Body(Named { id }): Body<Named>,
) -> Result<StatusCode, Refusal> {
    ask(server, doc, move |server, editor| {
        let refused = |message: String| Refused { code: "forbidden", message };
        if !server.opener.can_open() {
            let why = "files are not opened from here: there is no screen, `--no-open` was given, or others can reach this server";
            return Err(refused(why.to_owned()));
        }
        let facts = editor.facts(&id)?;
        let folder = editor.folder();
        let gone = || Refused { code: "not_found", message: format!("{} is not there", facts.path) };
        // Links are followed before it is looked where they lead.
        let path = folder.join(&facts.path).canonicalize().map_err(|_| gone())?;
        if !path.starts_with(server.workspace.root()) {
            return Err(gone());
        }
        if is_program(&path) {
            return Err(refused(format!("{} is a program, and opening it might run it", facts.path)));
        }
        server.opener.open(&path).map_err(|error| refused(format!("the system does not open it: {error}")))
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a desktop might run a file instead of showing it.
fn is_program(path: &FilePath) -> bool {
    let is_launcher = path
        .extension()
        .is_some_and(|end| ["desktop", "exe", "bat", "cmd", "app", "command"].iter().any(|e| end == *e));
    #[cfg(unix)]
    let may_run = {
        use std::os::unix::fs::PermissionsExt;
        path.is_file() && path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
    };
    #[cfg(not(unix))]
    let may_run = false;
    is_launcher || may_run
}

pub(super) async fn clean_preview(State(server): Here, Path(doc): Path<String>) -> Answer<CleanPreview> {
    ask(server, doc, |_, editor| editor.clean_preview()).await.map(Json)
}

#[derive(Deserialize)]
pub(super) struct Clean {
    token: String,
    keys: Vec<String>,
    #[serde(default)]
    permanently: bool,
}

pub(super) async fn clean(
    State(server): Here,
    Path(doc): Path<String>,
    Body(clean): Body<Clean>,
) -> Result<StatusCode, Refusal> {
    ask(server, doc, move |_, editor| editor.clean(&clean.token, &clean.keys, clean.permanently)).await?;
    Ok(StatusCode::NO_CONTENT)
}
