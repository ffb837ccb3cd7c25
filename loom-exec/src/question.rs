//! Answering conditions: a look at the file system, or a function in a process of its own.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use loom_graph::{Argument, Asked, Question};
use loom_spec::Predicate;

use crate::Command;
use crate::files::matching;

/// Runs in Python: calls `evaluate` of the file that the first argument names with what the second one says, and writes
/// the answer alone to standard output. What the file itself prints goes to standard error.
const ASK: &str = include_str!("ask.py");

/// The command that answers a question, if it takes one.
pub(crate) fn command(question: &Question, python: PathBuf) -> Option<Command> {
    let Asked::Script(script) = &question.asked else { return None };
    let mut values = String::from("{");
    for (index, (name, value)) in question.values.iter().enumerate() {
        if index > 0 {
            values.push(',');
        }
        push_text(name, &mut values);
        values.push(':');
        push(value, &mut values);
    }
    values.push('}');
    let args = ["-c", ASK, script, &values].map(OsString::from);
    Some(Command { program: python, args: args.into(), variables: Vec::new() })
}

/// The answer that a process gave, as far as it gave one.
pub(crate) fn answer(question: &Question, output: &[u8]) -> Option<bool> {
    match output.trim_ascii() {
        b"true" => Some(!question.negate),
        b"false" => Some(question.negate),
        _ => None,
    }
}

/// The answer of the file system.
pub(crate) fn look(question: &Question, predicate: Predicate, folder: &Path) -> Result<bool, String> {
    let given = |wanted: &str| question.values.iter().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let data = given("data").ok_or("there is nothing to look at")?;
    let path = || folder.join(data.to_string());
    let holds = match predicate {
        Predicate::Exists => path().exists(),
        Predicate::IsFile => path().is_file(),
        Predicate::IsDir => path().is_dir(),
        Predicate::NonEmpty if path().is_dir() => {
            std::fs::read_dir(path()).is_ok_and(|mut entries| entries.next().is_some())
        }
        Predicate::NonEmpty => path().metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0),
        Predicate::Count if path().is_dir() => {
            let pattern = given("pattern").map_or("*".to_owned(), Argument::to_string);
            let count = matching(&path(), Some(&pattern))?.len();
            compares(count as f64, &given("op").map_or(">=".to_owned(), Argument::to_string), given("n"))?
        }
        // A file counts as one, whatever its name.
        Predicate::Count if path().exists() => {
            compares(1.0, &given("op").map_or(">=".to_owned(), Argument::to_string), given("n"))?
        }
        Predicate::Count => false,
        Predicate::Param => is_true(data),
    };
    Ok(holds != question.negate)
}

fn compares(count: f64, sign: &str, with: Option<&Argument>) -> Result<bool, String> {
    let number = match with {
        None => 1.0,
        Some(Argument::Float(number)) => *number,
        Some(value) => value.to_string().trim().parse().map_err(|_| format!("`n` is no number: {value}"))?,
    };
    Ok(match sign {
        "==" | "=" => count == number,
        "!=" => count != number,
        ">" => count > number,
        "<" => count < number,
        ">=" => count >= number,
        "<=" => count <= number,
        sign => return Err(format!("`op` is none of == != > < >= <=: {sign}")),
    })
}

/// Whether a value is anything but false, zero, empty, or a word for one of these.
fn is_true(value: &Argument) -> bool {
    match value {
        Argument::Nothing => false,
        Argument::Bool(holds) => *holds,
        Argument::Int(digits) => digits != "0",
        Argument::Float(number) => *number != 0.0,
        Argument::Text(text) => {
            !matches!(&*text.trim().to_lowercase(), "" | "0" | "false" | "no" | "off" | "none" | "null")
        }
        Argument::List(items) => !items.is_empty(),
        Argument::Map(entries) => !entries.is_empty(),
    }
}

/// A value in JSON, with what Python reads beyond it: infinities, and numbers of any size.
fn push(value: &Argument, out: &mut String) {
    match value {
        Argument::Nothing => out.push_str("null"),
        Argument::Bool(holds) => out.push_str(if *holds { "true" } else { "false" }),
        Argument::Int(digits) => out.push_str(digits),
        Argument::Float(number) if number.is_nan() => out.push_str("NaN"),
        Argument::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
        }
        Argument::Float(number) => {
            let _ = write!(out, "{number:?}");
        }
        Argument::Text(text) => push_text(text, out),
        Argument::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push(item, out);
            }
            out.push(']');
        }
        Argument::Map(entries) => {
            out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                push_text(key, out);
                out.push(':');
                push(value, out);
            }
            out.push('}');
        }
    }
}

fn push_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
