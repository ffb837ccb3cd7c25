//! The program `loom`, run as people run it: real processes, real files, real signals.

mod support;

mod run;
