//! Reading what a request carries.

use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use http_body_util::LengthLimitError;
use serde::de::DeserializeOwned;

use crate::guard::MAX_BODY;
use crate::refusal::Refusal;

/// How long a body may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// A body that is JSON, whole and not too large. No body is `null`.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        let Ok(bytes) = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_BODY)).await else {
            return Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "timeout", "the body did not come"));
        };
        let bytes = bytes.map_err(|error| {
            let is_too_large =
                std::error::Error::source(&error).is_some_and(<dyn std::error::Error>::is::<LengthLimitError>);
            let status = if is_too_large { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
            Refusal::of_status(status)
        })?;
        let bytes = if bytes.is_empty() { &b"null"[..] } else { &bytes };
        let value = serde_json::from_slice(bytes).map_err(|error| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                format!("the body is not what is expected here: {error}"),
            )
        })?;
        Ok(Self(value))
    }
}
