//! Stub until merged.
use crate::Cancel;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("x")]
    Stopped,
    #[error("y")]
    #[allow(dead_code)]
    Failed,
}
pub(crate) struct Fetcher;
impl Fetcher {
    pub(crate) fn new(_: &HashMap<OsString, OsString>) -> Self {
        Self
    }
    pub(crate) fn fetch(&self, _: &str, _: &Path, _: &Cancel) -> Result<(), FetchError> {
        Err(FetchError::Stopped)
    }
}
