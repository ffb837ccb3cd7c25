//! Any text as a Python script whose docstring may have front matter.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use loom_spec::{Position, TaskInterface};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    match TaskInterface::of_python(text) {
        None => {}
        Some(Err(error)) => lies_inside(text, error.position),
        Some(Ok(interface)) => {
            for port in interface.inputs.iter().chain(&interface.outputs).chain(&interface.args) {
                lies_inside(text, port.position);
            }
        }
    }
    Corpus::Keep
});

/// An editor can go to the place: a character of the script, or the end of a line.
fn lies_inside(text: &str, position: Position) {
    let line = text.split('\n').nth((position.line as usize).wrapping_sub(1));
    let columns = line.map(|line| line.chars().count() + 1);
    assert!(columns.is_some_and(|columns| (1..=columns).contains(&(position.column as usize))), "{position:?}");
}
