//! `loom schema`: what an editor wants to know of the pipeline file.

use super::print;

pub(crate) fn schema() -> u8 {
    print(&format!("{:#}\n", loom_spec::schema()))
}
