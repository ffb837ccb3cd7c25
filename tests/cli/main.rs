//! The program `loom`, run as people run it: real processes, real files, real signals.

#![allow(clippy::disallowed_methods, reason = "tests run programs and hand them an environment")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;
mod units;
mod watched;

mod book;
mod changes;
mod clean;
mod crash;
mod diff;
mod edits;
mod examples;
mod faults;
mod fork;
mod graph;
mod install;
mod interfaces;
mod original;
mod output;
mod problems;
mod readme;
mod report;
mod results;
mod run;
mod runs;
mod select;
mod signals;
mod size;
mod steering;
mod survive;
mod sweep;
mod sweep_display;
mod telling;
mod two_runs;
