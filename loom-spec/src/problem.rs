//! What is wrong with a pipeline, told so that the person who wrote it can go on.

use serde::Serialize;

use crate::Span;

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The pipeline does not run.
    Error,
    /// It runs, but perhaps not as meant.
    Warning,
}

/// A spot in the source and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What stands there, in a few words; may be empty.
    pub text: String,
}

/// One thing that is wrong: what, where (the first label is the place itself, the others are spots
/// that explain it), and how to go on.
///
/// ```
/// let parsed = loom_spec::parse(&loom_spec::Source::new("p.yml", "pipelin: []\n"));
/// let problem = &parsed.problems[0];
/// assert_eq!(problem.code, "unknown-key");
/// assert_eq!(problem.help.as_deref(), Some("did you mean `pipeline`?"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A stable name of this kind of problem, in kebab case.
    pub code: &'static str,
    /// Whether it stops the pipeline.
    pub severity: Severity,
    /// What is wrong, as a lower-case sentence without a full stop.
    pub message: String,
    /// The place, then further spots. Empty where the file has no place for it (a bad `--step`).
    pub labels: Vec<Label>,
    /// How to go on.
    pub help: Option<String>,
}

impl Problem {
    /// The code of [`NotShown::closing`]: an entry that is no problem itself, and counts those that are not listed.
    pub const NOT_SHOWN: &'static str = "too-many-problems";

    /// An error without a place yet.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    /// A warning without a place yet.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds a spot; the first one is the place of the problem.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: label.into() });
        self
    }

    /// Says how to go on.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says how to go on, where there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The place of the problem, where it has one.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Whether it stops the pipeline.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// How many problems were found beyond those that are kept in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotShown {
    /// Those that stop the pipeline.
    pub errors: usize,
    /// The others.
    pub warnings: usize,
}

impl NotShown {
    /// The entry that ends a list of problems with the number of those that are not in it, if there are any. It is an
    /// error only if errors are missing from the list.
    pub fn closing(self) -> Option<Problem> {
        let message = format!("and {} more, not shown", self.errors + self.warnings);
        match self {
            Self { errors: 0, warnings: 0 } => None,
            Self { errors: 0, .. } => Some(Problem::warning(Problem::NOT_SHOWN, message)),
            _ => Some(Problem::error(Problem::NOT_SHOWN, message)),
        }
    }
}

/// Collects problems; past [`Problems::KEPT`] of one severity it only counts, so that a file of a million
/// mistakes costs no more than one of a thousand, and warnings never stand in the way of errors.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    errors: usize,
    not_shown: NotShown,
}

impl Problems {
    /// How many of each severity are kept in full.
    pub const KEPT: usize = 1000;

    /// Goes on where another collector stopped.
    pub fn resume(list: Vec<Problem>, not_shown: NotShown) -> Self {
        let errors = list.iter().filter(|problem| problem.is_error()).count();
        Self { list, errors, not_shown }
    }

    /// Takes one more.
    pub fn push(&mut self, problem: Problem) {
        if self.are_too_many(problem.severity) {
            self.leave_out(problem.severity);
        } else {
            self.errors += usize::from(problem.is_error());
            self.list.push(problem);
        }
    }

    /// Takes one more, which is worded only if it is kept.
    pub fn push_with(&mut self, severity: Severity, problem: impl FnOnce() -> Problem) {
        if self.are_too_many(severity) {
            self.leave_out(severity);
        } else {
            self.push(problem());
        }
    }

    /// Whether there is an error among them, be it shown or not.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Problem::is_error) || self.not_shown.errors > 0
    }

    /// Whether a further one would only be counted, so that it need not be worded.
    pub fn are_too_many(&self, severity: Severity) -> bool {
        let warnings = self.list.len() - self.errors;
        Self::KEPT <= if severity == Severity::Error { self.errors } else { warnings }
    }

    /// Counts one more without keeping it.
    pub fn leave_out(&mut self, severity: Severity) {
        match severity {
            Severity::Error => self.not_shown.errors += 1,
            Severity::Warning => self.not_shown.warnings += 1,
        }
    }

    /// Those that are kept, in file order (those without a place last), and how many are not.
    pub fn into_parts(mut self) -> (Vec<Problem>, NotShown) {
        sort(&mut self.list);
        // What an alias or a merge brings to several places is wrong only once.
        self.list.dedup();
        (self.list, self.not_shown)
    }
}

/// Puts problems into file order, those without a place last.
pub fn sort(problems: &mut [Problem]) {
    problems.sort_by_key(|problem| problem.span().map_or(u32::MAX, |span| span.start));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_errors_are_counted_apart() {
        let mut problems = Problems::default();
        for _ in 0..Problems::KEPT + 5 {
            problems.push(Problem::warning("w", "a warning"));
        }
        assert!(problems.are_too_many(Severity::Warning) && !problems.are_too_many(Severity::Error));
        let at = |start| Span { start, end: start };
        problems.push(Problem::error("e", "an error").at(at(7), ""));
        let (list, not_shown) = problems.into_parts();
        assert_eq!(list[0].code, "e");
        assert_eq!(not_shown, NotShown { errors: 0, warnings: 5 });
        let closing = not_shown.closing().expect("some are missing");
        assert!(!closing.is_error());
        assert_eq!(closing.message, "and 5 more, not shown");

        let mut problems = Problems::resume(list, not_shown);
        for n in 0..Problems::KEPT as u32 + 1 {
            problems.push(Problem::error("e", "an error").at(at(n + 10), ""));
        }
        let (_, not_shown) = problems.into_parts();
        assert_eq!(not_shown, NotShown { errors: 2, warnings: 5 });
        let closing = not_shown.closing().expect("some are missing");
        assert!(closing.is_error());
        assert_eq!(closing.message, "and 7 more, not shown");
    }
}
