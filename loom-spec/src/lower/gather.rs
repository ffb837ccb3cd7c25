//! What becomes of the configurations: what a step gathers, and what they are compared by.

use super::{GATHER_KEYS, Lower};
use crate::sweep::check;
use crate::sweep::{Gather, Goal, Metric};
use crate::tree::{self, Kind, Node};
use crate::{Problem, Scalar};

impl Lower<'_> {
    pub(super) fn gather(&mut self, node: Node<'_>) -> Option<Gather> {
        let mut gather = Gather { axes: None, manifest: false, allow_failed: false, span: node.span() };
        match node.kind() {
            Kind::Scalar(..) => return self.over(node, "`gather`")?.then_some(gather),
            Kind::Sequence => gather.axes = Some(self.gathered(node)?),
            Kind::Mapping => {
                let mut is_over = Some(true);
                let entries = node.entries(self.problems);
                for (key, value) in self.known(entries, "of `gather`", GATHER_KEYS) {
                    match key.text {
                        "axes" if matches!(value.kind(), Kind::Sequence) => {
                            gather.axes = self.gathered(value);
                            is_over = is_over.filter(|_| gather.axes.is_some());
                        }
                        "axes" => is_over = self.over(value, "`axes`"),
                        "as" => gather.manifest = self.is_manifest(value),
                        "allow_failed" => {
                            gather.allow_failed = self.switch(value, "`allow_failed`").unwrap_or(false);
                        }
                        _ => {}
                    }
                    if is_over == Some(false) {
                        let problem = Problem::error("wrong-kind", "`gather` is over no axes");
                        let help = "leave `gather` out, if nothing is gathered";
                        self.problems.push(problem.at(value.span(), "expected true, or a list of axes").help(help));
                        is_over = None;
                    }
                }
                is_over?;
            }
        }
        Some(gather)
    }

    /// Whether to gather over all axes.
    fn over(&mut self, node: Node<'_>, what: &str) -> Option<bool> {
        if let Some((text, style)) = node.scalar() {
            let scalar = Scalar { text: text.into(), span: node.span(), style };
            if scalar.as_bool().is_some() {
                return scalar.as_bool();
            }
            let problem = self.wrong_kind_problem(node, what, "true, or a list of axes");
            let lower = text.to_lowercase();
            let help = match &*lower {
                "true" | "false" => Some("write it without the quotes".to_owned()),
                "yes" | "on" | "all" => Some("write `true`".to_owned()),
                "no" | "off" | "none" => Some("leave the key out".to_owned()),
                _ if check::name(text).is_ok() => Some(format!("write a list: `[{}]`", check::shown(text))),
                _ => None,
            };
            self.problems.push(problem.maybe_help(help.filter(|_| !self.is_absent(node))));
        } else {
            self.wrong_kind(node, what, "true, or a list of axes");
        }
        None
    }

    fn gathered(&mut self, node: Node<'_>) -> Option<Vec<Scalar>> {
        if node.items().next().is_none() {
            let problem = Problem::error("wrong-kind", "`gather` names no axis");
            let problem = problem.at(node.span(), "expected the name of an axis in this list");
            self.problems.push(problem.help("`gather: true` is over all axes"));
            return None;
        }
        let names = self.names(node, "an axis of `gather`", &mut Vec::new());
        Some(names).filter(|names| !names.is_empty())
    }

    fn is_manifest(&mut self, node: Node<'_>) -> bool {
        const WORDS: [&str; 2] = ["manifest", "arguments"];
        let Some(word) = self.text(node, "`as`", "`manifest` or `arguments`") else { return false };
        if !WORDS.contains(&&*word.text) {
            let near = self.suggest.did_you_mean(&word.text, WORDS);
            self.problems.push(
                Problem::error("wrong-kind", format!("nothing is handed over as `{}`", check::shown(&word.text)))
                    .at(word.span, "expected `manifest` or `arguments`")
                    .help(near.unwrap_or_else(|| "a manifest is one JSON file, arguments are paths".to_owned())),
            );
        }
        &*word.text == "manifest"
    }

    /// `metrics` of a data node.
    pub(super) fn metrics(&mut self, node: Node<'_>) -> Vec<Metric> {
        if self.is_absent(node) {
            return Vec::new();
        }
        if !matches!(node.kind(), Kind::Mapping) {
            let first = node.items().find_map(Node::scalar).or(node.scalar()).map(|(text, _)| check::shown(text));
            let problem =
                self.wrong_kind_problem(node, "`metrics`", "a mapping: what to compare by, and `max` or `min`");
            let example = first.unwrap_or_else(|| "accuracy".to_owned());
            self.problems.push(problem.help(format!("write `{{{example}: max}}`, if more is better")));
            return Vec::new();
        }
        let mut metrics = Vec::new();
        for (key, value) in node.entries(self.problems) {
            if key.text.is_empty() {
                self.problems.push(
                    Problem::error("wrong-kind", "a metric has no name")
                        .at(key.span, "expected keys with dots between, such as `scores.accuracy`, or a column"),
                );
                continue;
            }
            metrics.extend(self.goal(key, value).map(|goal| Metric { path: self.key(key), goal }));
        }
        metrics
    }

    fn goal(&mut self, key: tree::Scalar<'_>, node: Node<'_>) -> Option<Goal> {
        let word = self.text(node, format!("the metric `{}`", check::shown(key.text)), "`max` or `min`")?;
        let found = Goal::ALL.into_iter().find(|goal| goal.word() == &*word.text);
        if found.is_none() {
            let lower = word.text.to_lowercase();
            let begun = Goal::ALL.map(Goal::word).into_iter().find(|known| lower.starts_with(known));
            let near = begun.or_else(|| self.suggest.nearest(&word.text, Goal::ALL.map(Goal::word)));
            self.problems.push(
                Problem::error("wrong-kind", format!("`{}` does not say which is better", check::shown(&word.text)))
                    .at(word.span, "expected `max` or `min`")
                    .help(near.map_or_else(
                        || "`max`, if more is better; `min`, if less is".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    )),
            );
        }
        found
    }
}
