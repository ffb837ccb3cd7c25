//! What is wrong, where, and what would mend it.

use loom_graph::Checked;
use loom_spec::{Problem, Source, Span, Value};

use super::fixes;
use super::model::Model;
use super::raw;
use crate::api::{Diagnostic, Place, Severity};

/// How much of a line is shown.
const LONGEST_EXCERPT: usize = 200;

/// All problems of a pipeline, in file order.
pub(super) fn diagnostics(
    checked: &Checked,
    model: &Model<'_>,
    tree: Option<&Value>,
    source: &Source,
) -> Vec<Diagnostic> {
    checked.problems.iter().map(|problem| diagnostic(problem, model, tree, source)).collect()
}

/// Where in a pipeline a problem is.
pub(super) struct Site<'v> {
    /// The node or group.
    pub(super) id: String,
    /// The node; none of a group.
    pub(super) node: Option<usize>,
    /// What is written for it.
    pub(super) value: Option<&'v Value>,
    /// The keys that lead to the place from there.
    pub(super) path: Vec<String>,
    /// Whether the place is the last of the keys itself.
    pub(super) is_key: bool,
}

/// Finds the node or group that a place is in, and what it is there.
pub(super) fn site<'v>(model: &Model<'_>, tree: Option<&'v Value>, span: Span) -> Option<Site<'v>> {
    let (id, node, value) = match model.node_at(span) {
        Some(node) => {
            let value = tree.and_then(|tree| raw::of_node(tree, model, node));
            (model.nodes[node].id.clone(), Some(node), value)
        }
        None => {
            let name = &model.pipeline.groups[model.group_at(span)?].name;
            (format!("group:{}", name.text), None, tree.and_then(|tree| raw::of_group(tree, name)))
        }
    };
    let (path, is_key) = value.map(|value| raw::path_to(value, span)).unwrap_or_default();
    Some(Site { id, node, value, path, is_key })
}

fn diagnostic(problem: &Problem, model: &Model<'_>, tree: Option<&Value>, source: &Source) -> Diagnostic {
    let site = problem.span().and_then(|span| site(model, tree, span));
    let is_step = |site: &&Site<'_>| site.node.is_some_and(|node| model.step(node).is_some());
    Diagnostic {
        code: problem.code.to_owned(),
        severity: if problem.is_error() { Severity::Error } else { Severity::Warning },
        message: problem.message.clone(),
        hint: problem.help.clone(),
        port: site.as_ref().filter(is_step).and_then(|site| raw::port(&site.path)),
        fixes: site.as_ref().map(|site| fixes::fixes(problem, site, model)).unwrap_or_default(),
        node: site.map(|site| site.id),
        places: problem.labels.iter().map(|label| (place(source, label.span), label.text.clone())).collect(),
        excerpt: problem.span().map(|span| excerpt(source, span)),
    }
}

/// A place as people count it.
pub(super) fn place(source: &Source, span: Span) -> Place {
    let (start, end) = (source.position(span.start), source.position(span.end.max(span.start)));
    Place {
        line: start.line as usize,
        column: start.column as usize,
        end_line: end.line as usize,
        end_column: end.column as usize,
    }
}

fn excerpt(source: &Source, span: Span) -> String {
    let text = source.text();
    let at = (span.start as usize).min(text.len());
    let before = text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let line = text.get(before..).unwrap_or_default().lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST_EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
