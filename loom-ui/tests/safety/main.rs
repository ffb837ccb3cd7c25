//! The program as it is met on the network: by the page, by other pages, and by whoever sends what he likes.

#![allow(clippy::disallowed_methods, reason = "tests run programs and hand them an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod answers;
mod ending;
mod files;
mod limits;
mod malformed;
mod opening;
mod origins;
mod runs;
mod sockets;
mod start;
mod support;
mod token;
