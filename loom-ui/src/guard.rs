//! What stands before every request, in this order: the name that it is for, where it comes from, who sent it, how large it is.
//!
//! A page that anybody can make a browser open sends requests here as well, so nothing is asked of a request but what such a page
//! cannot give. It stands in one place, before the routes, so that no route can be without it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use tower::ServiceExt;

use crate::assets;
use crate::refusal::{IsRefusal, Refusal};
use crate::serve::Server;

/// The largest body, in bytes.
pub(crate) const MAX_BODY: usize = 10 << 20;
/// The longest head of a request, in bytes.
pub(crate) const MAX_HEAD: usize = 32 << 10;

/// The subprotocol of a socket that carries the token, before it.
const TOKEN_PROTOCOL: &str = "token.";
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Answers a request, or refuses it.
pub(crate) async fn answer(server: Arc<Server>, routes: Router, request: Request<Incoming>) -> Response {
    let is_api = is_api(request.uri().path());
    let host = host(&request).map(str::to_owned);
    let response = match check(&server, &request, host.as_deref()) {
        Ok(()) => routes.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}),
        Err(refusal) => refusal.into_response(),
    };
    let host = host.filter(|host| server.hosts.has(host));
    sealed(in_the_one_form(response), is_api, host.as_deref())
}

fn check(server: &Server, request: &Request<Incoming>, host: Option<&str>) -> Result<(), Refusal> {
    let host = host.filter(|host| server.hosts.has(host)).ok_or_else(misdirected)?;
    check_origin(server, request, host)?;
    if !assets::is_public(request.uri().path()) && !has_token(server, request) {
        return Err(Refusal::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "this takes the token that is in the address which loom-ui printed when it started: open that address, or send the \
             header `Authorization: Bearer TOKEN`",
        ));
    }
    check_head(request)?;
    check_body(request.headers())
}

fn misdirected() -> Refusal {
    let message =
        "this server does not go by that name; open the address that it printed, or start it with `--allow-host NAME`";
    Refusal::new(StatusCode::MISDIRECTED_REQUEST, "host", message)
}

/// The one name that a request is for; none if it says several, or different ones.
fn host<B>(request: &Request<B>) -> Option<&str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, further) = (hosts.next()?, hosts.next());
    let host = host.to_str().ok().filter(|_| further.is_none())?;
    let target = request.uri().authority().map(axum::http::uri::Authority::as_str);
    target.is_none_or(|target| target.eq_ignore_ascii_case(host)).then_some(host)
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

fn is_upgrade(headers: &HeaderMap) -> bool {
    headers.contains_key(header::UPGRADE) || headers.contains_key(header::SEC_WEBSOCKET_KEY)
}

/// What another page makes a browser send is refused. A link to the page itself may stand anywhere.
fn check_origin<B>(server: &Server, request: &Request<B>, host: &str) -> Result<(), Refusal> {
    let foreign = || {
        let message = "this comes from a page of another origin, and only the page of this server may ask that";
        Err(Refusal::new(StatusCode::FORBIDDEN, "origin", message))
    };
    let headers = request.headers();
    let is_read = [Method::GET, Method::HEAD].contains(request.method());
    let is_page = is_read && !is_api(request.uri().path()) && !is_upgrade(headers);
    if is_page {
        return Ok(());
    }
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        // A program that is no browser sends none; a socket must have one, as a browser always says.
        (None, _) if is_upgrade(headers) => return foreign(),
        (None, _) => {}
        (Some(origin), None) if origin.to_str().is_ok_and(|origin| server.hosts.is_origin(origin, host)) => {}
        _ => return foreign(),
    }
    let is_ours = |site: &HeaderValue| ["same-origin", "none"].iter().any(|word| site == word);
    if headers.get_all(FETCH_SITE).iter().all(is_ours) { Ok(()) } else { foreign() }
}

/// Whether a request carries the token: in a header that no form and no picture of another page can set.
fn has_token<B>(server: &Server, request: &Request<B>) -> bool {
    let headers = request.headers();
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    let protocols = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter(|_| is_upgrade(headers));
    let protocols = protocols.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut tokens = bearer.into_iter().chain(protocols.filter_map(|word| word.trim().strip_prefix(TOKEN_PROTOCOL)));
    tokens.any(|token| server.token.is(token))
}

/// The buffer that a head is read into is larger for a moment than a head may be.
fn check_head<B>(request: &Request<B>) -> Result<(), Refusal> {
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len());
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target + fields.sum::<usize>() <= MAX_HEAD {
        return Ok(());
    }
    let message = "the head of the request is larger than 32 kB";
    Err(Refusal::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too_large", message))
}

/// What a body must be like, as far as its head says.
fn check_body(headers: &HeaderMap) -> Result<(), Refusal> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(Refusal::of_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    let has_body = length.is_some_and(|length| length > 0) || headers.contains_key(header::TRANSFER_ENCODING);
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if has_body && !kind.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(())
}

/// An error that the router or an extractor made gets the form that all have.
fn in_the_one_form(response: Response) -> Response {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    if !is_error || response.extensions().get::<IsRefusal>().is_some() {
        return response;
    }
    let mut refusal = Refusal::of_status(status).into_response();
    if let Some(allow) = response.headers().get(header::ALLOW) {
        refusal.headers_mut().insert(header::ALLOW, allow.clone());
    }
    refusal
}

/// Puts on an answer what keeps a browser from making more of it than it is.
fn sealed(mut response: Response, is_api: bool, host: Option<&str>) -> Response {
    let headers = response.headers_mut();
    let always = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // For browsers that know nothing of `frame-ancestors`.
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in always {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // What a file is sent with is stricter.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        // Some browsers take `'self'` to be without the sockets.
        let socket = host.map(|host| format!(" ws://{host} wss://{host}")).unwrap_or_default();
        let policy = format!(
            "default-src 'self'; connect-src 'self'{socket}; img-src 'self' blob: data:; media-src 'self' blob:; \
             style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::from_str(&policy);
        let closed = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, policy.unwrap_or(closed));
    }
    if is_api || !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
