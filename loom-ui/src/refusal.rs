//! What a request is refused with: the one form of all errors.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use loom_ui_core::api;
use serde::Serialize;

/// A status and a problem.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    problem: api::Problem,
}

/// Marks an answer that has the form already.
#[derive(Clone, Copy)]
pub(crate) struct IsRefusal;

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self { status, problem: api::Problem { code: code.to_owned(), message: message.into() } }
    }

    /// A fault of this program. What it was is told where the program runs, not to whoever asked.
    pub(crate) fn bug() -> Self {
        let message = "this is a bug in loom-ui; the terminal that it runs in says more";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "bug", message)
    }

    /// What the router itself refuses, in words.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (code, message) = match status {
            StatusCode::NOT_FOUND => ("not_found", "there is nothing at this address"),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method", "this address does not take this method; see the header Allow")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("too_large", "the body is larger than 10 MB"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media_type", "the body must be JSON, sent as application/json"),
            StatusCode::UPGRADE_REQUIRED => ("upgrade", "this address is for a WebSocket"),
            _ if status.is_server_error() => return Self { status, ..Self::bug() },
            _ => ("bad_request", "the request cannot be understood"),
        };
        Self::new(status, code, message)
    }
}

impl From<loom_ui_core::Refused> for Refusal {
    fn from(refused: loom_ui_core::Refused) -> Self {
        let status = match refused.code {
            "not_found" => StatusCode::NOT_FOUND,
            "changed_on_disk" => StatusCode::PRECONDITION_FAILED,
            "stale" | "unsaved" | "conflicts" => StatusCode::CONFLICT,
            "read_only" | "forbidden" => StatusCode::FORBIDDEN,
            "too_many" => StatusCode::TOO_MANY_REQUESTS,
            "cannot_write" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Self::new(status, refused.code, refused.message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            error: &'a api::Problem,
        }
        let body = serde_json::to_vec(&Body { error: &self.problem }).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/json")], body).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(IsRefusal);
        response
    }
}
