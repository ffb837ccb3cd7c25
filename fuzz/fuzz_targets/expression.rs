//! Any text as an expression of `multi_pass`.
#![no_main]

use std::ops::Range;

use libfuzzer_sys::{Corpus, fuzz_target};
use loom_graph::{Expression, ExpressionError, Value};

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(bytes) else { return Corpus::Reject };
    match Expression::parse(text) {
        Ok(expression) => {
            for (name, range) in expression.names() {
                assert_eq!(text.get(range), Some(name));
            }
            for error in expression.check_names(&["iter", "lr", "model"]) {
                lies_inside(text, &error);
            }
            match expression.evaluate(&lookup) {
                Ok(value) => reads_back(&value),
                Err(error) => lies_inside(text, &error),
            }
        }
        Err(error) => lies_inside(text, &error),
    }
    // The values of a schedule are read by the same rules.
    reads_back(&Value::from_text(text));
    Corpus::Keep
});

/// Small values of every kind, and names that stand for nothing.
fn lookup(name: &str) -> Option<Value> {
    Some(match name.bytes().fold(name.len(), |sum, byte| sum + usize::from(byte)) % 7 {
        0 => return None,
        1 => Value::from(0),
        2 => Value::from(3),
        3 => Value::from(-0.5),
        4 => Value::from(f64::INFINITY),
        5 => Value::from(true),
        _ => Value::from("mlp"),
    })
}

fn lies_inside(text: &str, error: &ExpressionError) {
    let Range { start, end } = error.range;
    assert!(start <= end && text.get(start..end).is_some(), "{error:?}");
}

/// What a task is handed is the number that was computed.
fn reads_back(value: &Value) {
    let written = value.to_string();
    match value {
        Value::Float(number) if number.is_finite() => assert_eq!(Value::from_text(&written), *value),
        Value::Int(_) => assert_eq!(Value::from_text(&written), *value),
        _ => {}
    }
}
