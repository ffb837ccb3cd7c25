//! Beside the original, `loom-pipeline` 0.7.0: what runs there runs here, hands the tasks the same arguments and leaves the
//! same files, but for the differences that are meant. Those stand in tables, each with its reason.

mod both;
mod chance;
mod program;

mod arguments;
mod values;
mod written;
mod loops;
mod passes;
mod logic;
mod data;
mod calls;
mod clean;
