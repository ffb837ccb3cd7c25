//! Edits of pipelines: what becomes of the text.

mod connect;
mod examples;
mod laws;
mod merging;
mod ops;
mod texts;

use loom_spec::TaskInterface;
use loom_ui_core::api::{EditRequest, Op};
use loom_ui_core::{Document, Refused, Surroundings};

/// What the tasks of these tests say of themselves.
fn interface(task: &str) -> Option<std::sync::Arc<TaskInterface>> {
    let script = match task {
        "tasks/make.py" => "outputs: {--output: csv}\nargs: {--rows: int}",
        "tasks/fit.py" => "inputs: {table: csv}\noutputs: {--output: json}\nargs: {--rate: float}",
        "tasks/look.py" => "inputs: {numbers: json}",
        _ => return None,
    };
    let script = format!("'''\n---\n{script}\n---\n'''\n");
    TaskInterface::of_python(&script).and_then(Result::ok).map(std::sync::Arc::new)
}

/// The document after one edit.
fn edited(document: &mut Document, ops: Vec<Op>) -> Result<(), Refused> {
    let request = EditRequest { base_rev: document.rev(), label: None, coalesce: None, ops };
    document.edit(&request, &Surroundings { interface: &interface })
}

/// How an edit changes a text, under what undo calls it; or why it is refused.
fn change(text: &str, ops: Vec<Op>) -> String {
    let mut document = Document::new(text);
    let verdict = document.check(&ops, &Surroundings { interface: &interface });
    match edited(&mut document, ops) {
        Ok(()) => {
            assert!(verdict.allowed, "{verdict:?}");
            assert_eq!(verdict.diff, Some(document.text_diff()));
            let label = document.undo_label().unwrap_or("nothing").to_owned();
            let reason = verdict.reason.map(|reason| format!("warning: {reason}\n")).unwrap_or_default();
            let shown = format!("{label}\n{reason}{}", document.text_diff().unified);
            let new = document.text().to_owned();
            if document.undo().is_some() {
                assert_eq!(document.text(), text);
                document.redo();
                assert_eq!(document.text(), new);
            }
            shown
        }
        Err(refused) => {
            assert_eq!(document.text(), text);
            assert!(!verdict.allowed && verdict.reason.as_deref() == Some(&*refused.message), "{verdict:?}");
            format!("refused ({}): {}\n", refused.code, refused.message)
        }
    }
}

fn text(text: &str) -> loom_ui_core::api::Written {
    loom_ui_core::api::Written::Text(text.to_owned())
}

fn set(node: &str, path: &[&str], value: &str) -> Op {
    Op::Set { node: node.to_owned(), path: path.iter().map(|key| (*key).to_owned()).collect(), value: text(value) }
}

fn rename(node: &str, to: &str) -> Op {
    Op::Rename { node: node.to_owned(), to: to.to_owned() }
}

fn connect(from: &str, to: &str) -> Op {
    let target = |text: &str| {
        let (node, port) = text.split_once('/').expect("a node and a port");
        loom_ui_core::api::Target { node: node.to_owned(), port: port.to_owned() }
    };
    // Paths have slashes in them.
    let target = |text: &str| match text.strip_prefix("path:").and(text.rsplit_once('/')) {
        Some((node, port)) => loom_ui_core::api::Target { node: node.to_owned(), port: port.to_owned() },
        None => target(text),
    };
    Op::Connect { from: target(from), to: target(to) }
}
