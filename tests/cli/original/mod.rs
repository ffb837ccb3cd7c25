//! Beside the original, `loom-pipeline` 0.7.0: what runs there runs here, hands the tasks the same arguments and leaves the
//! same files, but for the differences that are meant. Those stand in tables, each with its reason.

mod both;
mod chance;
mod program;

mod arguments;
mod calls;
mod clean;
mod data;
mod logic;
mod loops;
mod passes;
mod values;
mod written;
