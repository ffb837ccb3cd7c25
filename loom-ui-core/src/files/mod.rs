//! Files as the editor shows them: which there are, what is in them, the logs of runs, and what configurations came to.
//!
//! Whoever asks names a card, never a path. What the pipeline itself names may be looked into wherever it lies; nothing else
//! can be asked for. Nothing here runs anything, and no file is read that is none: a pipe would never end.

mod cleaning;
mod compare;
mod data;
mod locate;
mod log;
mod picture;
mod preview;
mod search;
mod tasks;

pub use cleaning::{clean, clean_preview};
pub use compare::comparison;
pub use data::{DataWatch, facts};
pub use locate::{Located, locate, raw};
pub use log::LogFile;
pub use picture::thumb;
pub use preview::preview;
pub use search::search;
pub use tasks::tasks;
