//! The board of a pipeline.

mod board {
    mod draw;
    mod laws;
    mod told;
}
