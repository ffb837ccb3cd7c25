//! The page, as it was built into the program: files by their exact names, and no others.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::refusal::Refusal;

/// A file of the page.
struct Asset {
    /// Where it is asked for.
    path: &'static str,
    bytes: &'static [u8],
    /// Changes with its content.
    etag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

fn find(path: &str) -> Option<&'static Asset> {
    let path = if path == "/" { "/index.html" } else { path };
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Whether this is for everybody: the page itself, which has nothing of the user in it.
pub(crate) fn is_public(path: &str) -> bool {
    find(path).is_some()
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Answers with a file of the page.
pub(crate) async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let Some(asset) = find(uri.path()) else {
        return Refusal::of_status(StatusCode::NOT_FOUND).into_response();
    };
    // What the build named after its content never changes.
    let caching = if asset.path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let common = [(header::ETAG, asset.etag), (header::CACHE_CONTROL, caching)];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known == asset.etag) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, kind(asset.path))], Bytes::from_static(asset.bytes)).into_response()
}
