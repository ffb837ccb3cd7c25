//! x
use loom_exec::results::Results;
use std::path::Path;
pub(crate) struct Page<'a> {
    pub(crate) results: &'a Results,
    pub(crate) pipeline: &'a Path,
}
impl Page<'_> {
    pub(crate) fn render(&self) -> String {
        let _ = (self.results, self.pipeline);
        String::new()
    }
}
