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

/// Collects problems; past [`Problems::KEPT`] of one kind it only counts, so that a file of a million
/// mistakes costs no more than one of a thousand.
#[derive(Debug, Default)]
pub struct Problems {
    list: Vec<Problem>,
    left_out: usize,
}

impl Problems {
    /// How many are kept in full.
    pub const KEPT: usize = 1000;

    /// Takes one more.
    pub fn push(&mut self, problem: Problem) {
        if self.are_too_many() {
            self.leave_out();
        } else {
            self.list.push(problem);
        }
    }

    /// Whether a further one would only be counted, so that it need not be worded.
    pub fn are_too_many(&self) -> bool {
        self.list.len() >= Self::KEPT
    }

    /// Counts one more without keeping it.
    pub fn leave_out(&mut self) {
        self.left_out += 1;
    }

    /// All of them in file order (those without a place last), with a last one that counts what was left out.
    pub fn into_vec(mut self) -> Vec<Problem> {
        sort(&mut self.list);
        // What an alias or a merge brings to several places is wrong only once.
        self.list.dedup();
        if self.left_out > 0 {
            let n = self.left_out;
            self.list.push(Problem::error("too-many-problems", format!("and {n} more, not shown")));
        }
        self.list
    }
}

/// Puts problems into file order, those without a place last.
pub fn sort(problems: &mut [Problem]) {
    problems.sort_by_key(|problem| problem.span().map_or(u32::MAX, |span| span.start));
}
