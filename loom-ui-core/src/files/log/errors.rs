//! Lines that look like an error.

use memchr::memmem::Finder;

/// Without one of these in it no line looks like an error.
const NEEDLES: [&str; 12] = [
    "rror",
    "RROR",
    "raceback",
    "panicked",
    "ailed",
    "FAILED",
    "xception",
    "atal",
    "FATAL",
    "egmentation",
    "illed",
    "not found",
];

/// Looks for lines that may look like an error, in many bytes at once.
#[derive(Debug)]
pub(super) struct Needles(Vec<Finder<'static>>);

impl Default for Needles {
    fn default() -> Self {
        Self(NEEDLES.iter().map(Finder::new).collect())
    }
}

impl Needles {
    /// The place of the first word in the bytes that an error may have.
    pub(super) fn first_in(&self, bytes: &[u8]) -> Option<usize> {
        let mut first = None;
        for finder in &self.0 {
            let until = first.unwrap_or(bytes.len());
            first = finder.find(&bytes[..until]).or(first);
        }
        first
    }
}

/// Whether a line of output looks like an error: what programs say when they give up, not what they measure.
pub(super) fn looks_like_error(line: &str) -> bool {
    let line = line.trim();
    if line.len() > 2_000 {
        return false;
    }
    let starts = ["Traceback (most recent call last)", "Fatal", "fatal:", "FATAL", "Segmentation fault", "Error in "];
    if starts.iter().any(|start| line.starts_with(start)) || line == "Killed" {
        return true;
    }
    if line.contains(" panicked at ") || line.contains("(core dumped)") || line.ends_with(": command not found") {
        return true;
    }
    if line.starts_with("sh: ") && line.ends_with(": not found") {
        return true;
    }
    says_error(line) || says_failed(line)
}

/// `ValueError: no such column`, `file.c:3:1: error: …`, `[ERROR] …`; but not `error: 0.13` and not `mean error: 0.13`.
fn says_error(line: &str) -> bool {
    let marks = ["[ERROR]", "ERROR:", "ERROR ", "[error]", "| ERROR |", " ERROR ", " - ERROR - "];
    let is_marked =
        |mark: &&str| if mark.starts_with([' ', '|']) { line.contains(*mark) } else { line.starts_with(*mark) };
    if marks.iter().any(is_marked) && !is_measured(line.rsplit("ERROR").next().unwrap_or_default()) {
        return true;
    }
    for (at, _) in line.match_indices(':') {
        let (before, behind) = (&line[..at], &line[at + 1..]);
        let word = before.rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let word = word.split('[').next().unwrap_or_default();
        let is_class = (word.ends_with("Error") || word.ends_with("Exception")) && !is_measured(behind);
        let is_word = word.eq_ignore_ascii_case("error") && !is_measured(behind);
        // An error comes first in its line, or behind the place that it is at.
        let lead =
            before[..before.len() - before.rsplit(char::is_whitespace).next().unwrap_or_default().len()].trim_end();
        if (is_class || is_word) && (lead.is_empty() || lead.ends_with(':')) {
            return true;
        }
    }
    // A class of error without a message.
    let class = line.rsplit('.').next().unwrap_or_default();
    (class.ends_with("Error") || class.ends_with("Exception"))
        && class.len() > 5
        && class.chars().all(char::is_alphanumeric)
        && !line.contains(char::is_whitespace)
}

/// `step failed`, `failed to open`, `FAILED tests/a.py`; but not `0 failed` and not `failed: 0`.
fn says_failed(line: &str) -> bool {
    for (at, word) in line.match_indices("ailed").chain(line.match_indices("AILED")) {
        let (Some(before), behind) = (line.get(..at.saturating_sub(1)), &line[at + word.len()..]) else { continue };
        let is_word = before.chars().next_back().is_none_or(|c| !c.is_alphanumeric())
            && behind.chars().next().is_none_or(|c| !c.is_alphanumeric());
        let last = before.trim_end().rsplit(|c: char| c.is_whitespace()).next().unwrap_or_default();
        let none = ["0", "no", "none", "No", "not"].contains(&last) || last.parse::<f64>().is_ok_and(|n| n == 0.0);
        let is_told = behind.trim().is_empty()
            || behind.starts_with(':')
            || behind.starts_with('.')
            || [" to ", " with ", " at ", " in ", " because "].iter().any(|next| behind.starts_with(next))
            || (word == "AILED" && before.is_empty());
        if is_word && !none && is_told && !is_measured(behind) {
            return true;
        }
    }
    false
}

/// Whether what follows a word is a number that was measured.
fn is_measured(behind: &str) -> bool {
    let behind = behind.trim_start_matches([':', '=', ' ', ']', '|', '-']);
    let number = behind.split([' ', ',', ';', '%', ')']).next().unwrap_or_default();
    number.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_error_and_what_does_not() {
        for line in [
            "Traceback (most recent call last):",
            "ValueError: could not convert string to float: 'a'",
            "subprocess.CalledProcessError: Command '['x']' returned non-zero exit status 1.",
            "KeyboardInterruptError",
            "src/main.rs:3:5: error: expected `;`",
            "error[E0308]: mismatched types",
            "error: no such file",
            "ERROR: could not open the table",
            "2026-01-01 10:00:00 ERROR no space left",
            "Error in f(x) : object 'x' not found",
            "thread 'main' panicked at src/main.rs:2:5:",
            "Segmentation fault (core dumped)",
            "Killed",
            "the download failed",
            "failed to open data.csv",
            "FAILED tests/test_a.py::test",
            "sh: 1: pyhton: not found",
            "bash: pyhton: command not found",
        ] {
            assert!(looks_like_error(line), "{line}");
            assert!(Needles::default().first_in(line.as_bytes()).is_some(), "{line}");
        }
        for line in [
            "",
            "epoch 3, error: 0.13",
            "error: 0.13",
            "mean absolute error: 0.5",
            "training error: low",
            "0 failed, 3 passed",
            "12 passed, 0 failed",
            "failed: 0",
            "no errors",
            "ErrorBars are drawn",
            "wrote errors.csv",
            "loss=0.4",
        ] {
            assert!(!looks_like_error(line), "{line}");
        }
    }
}
