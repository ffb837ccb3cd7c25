//! A project whose pipelines are part of its code: `tests/pipelines.rs` pins what they mean.
