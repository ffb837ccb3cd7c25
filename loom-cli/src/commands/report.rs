//! stub
use crate::args::ReportArgs;
pub(crate) fn report(_: &ReportArgs) -> u8 { 0 }
