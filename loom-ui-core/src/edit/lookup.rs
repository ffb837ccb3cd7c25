//! What an edit is about, and who uses what.

use loom_spec::{Source, Value};

use super::index::Index;
use super::yaml::{self, Path, Seg, below, get};
use crate::api::{Op, RemoveRefs, UsedBy};

/// Who uses a node, in file order.
pub(super) fn uses(index: &Index, source: &Source, node: &str) -> Vec<UsedBy> {
    let mut uses: Vec<_> = index.uses_of(node).collect();
    uses.sort_by_key(|found| found.span);
    let used = |found: &super::uses::Use| UsedBy {
        node: found.node.clone(),
        label: found.node.split_once(':').map_or(&*found.node, |(_, name)| name).to_owned(),
        how: found.how.clone(),
        line: source.position(found.span.start).line as usize,
    };
    uses.into_iter().map(used).collect()
}

/// Who uses a node of a pipeline, by the node's id, in file order; nobody, where the text cannot be read.
///
/// ```
/// let text = "data: {a: a.csv}\npipeline: [{name: s, command: [x], inputs: {table: $a}}]\n";
/// let uses = loom_ui_core::used_by(&loom_spec::Source::new("p.yml", text), "data:a");
/// assert_eq!((&*uses[0].node, &*uses[0].how, uses[0].line), ("step:s", "inputs › table", 2));
/// ```
pub fn used_by(source: &Source, node: &str) -> Vec<UsedBy> {
    yaml::read(source.text()).map(|tree| uses(&Index::of(&tree), source, node)).unwrap_or_default()
}

/// Keys as a front end gives them, from a node on: where something has numbered items, a key is a number.
pub(super) fn keyed(tree: &Value, start: Path, keys: &[String]) -> Path {
    let mut path = start;
    for key in keys {
        let seg = match (get(tree, &path), key.parse()) {
            (Some(Value::List(..)), Ok(at)) => Seg::Item(at),
            _ => Seg::Key(key.clone()),
        };
        path.push(seg);
    }
    path
}

/// What must be the same in two texts for an edit to mean the same in both, as text.
pub(super) fn about(op: &Op, tree: &Value, index: &Index) -> Vec<String> {
    let whole = |id: &str| match index.path_of(id) {
        Ok(path) => shown(get(tree, &path)),
        Err(_) => "none".to_owned(),
    };
    let there = |id: &str| index.path_of(id).is_ok().to_string();
    let uses = |id: &str| -> Vec<String> {
        let mut uses: Vec<String> = index.uses_of(id).map(|found| format!("{} {}", found.node, found.how)).collect();
        uses.sort();
        uses
    };
    match op {
        Op::Set { node, path, .. } | Op::Unset { node, path } => {
            let value = index.path_of(node).ok().map(|start| shown(get(tree, &keyed(tree, start, path))));
            vec![there(node), value.unwrap_or_default()]
        }
        Op::Remove { node, refs } => {
            let mut about = vec![whole(node)];
            if *refs != RemoveRefs::Refuse {
                about.extend(uses(node));
            }
            about
        }
        Op::Rename { node, .. } => vec![there(node)],
        Op::Connect { from, to } => {
            let keys = |port: &str| port_keys(port);
            let at = |target: &crate::api::Target| {
                let start = index.path_of(&target.node).ok();
                start.map(|start| shown(get(tree, &keyed(tree, start, &keys(&target.port))))).unwrap_or_default()
            };
            vec![there(&from.node), there(&to.node), at(from), at(to)]
        }
        Op::Disconnect { wire } => {
            let ends = super::disconnect::ends(wire, index);
            let both = |(from, to): (crate::api::Target, crate::api::Target)| {
                let at = |target: &crate::api::Target| {
                    let start = index.path_of(&target.node).ok();
                    let keys = port_keys(&target.port);
                    start.map(|start| shown(get(tree, &keyed(tree, start, &keys)))).unwrap_or_default()
                };
                vec![at(&from), at(&to)]
            };
            ends.map(both).unwrap_or_default()
        }
        Op::Group { nodes, .. } => nodes.iter().map(|node| format!("{:?}", group_of(index, node))).collect(),
        Op::Ungroup { node } => {
            let members =
                index.steps.iter().filter(|step| group_of(index, &format!("step:{}", step.name)) == name(node));
            let mut about: Vec<String> = members.map(|step| step.name.clone()).collect();
            about.push(there(node));
            about
        }
        Op::Reorder { node, before } => {
            let group = |id: &str| format!("{:?}", group_of(index, id));
            std::iter::once(node).chain(before).map(|id| format!("{} {}", there(id), group(id))).collect()
        }
        Op::AddStep(_)
        | Op::AddData { .. }
        | Op::AddParameter { .. }
        | Op::Move { .. }
        | Op::Unpin { .. }
        | Op::Paste { .. } => Vec::new(),
    }
}

fn name(id: &str) -> Option<&str> {
    id.split_once(':').map(|(_, name)| name)
}

/// The name of the group of a step.
fn group_of<'i>(index: &'i Index, id: &str) -> Option<&'i str> {
    let step = index.steps.iter().find(|step| Some(&*step.name) == name(id))?;
    step.group.map(|group| &*index.groups[group].name)
}

/// The keys that lead from a step to what is at a port.
pub(super) fn port_keys(port: &str) -> Vec<String> {
    let keys: Vec<&str> = match port.split_once(':') {
        Some(("in", key)) => vec!["inputs", key],
        Some(("out", key)) => vec!["outputs", key],
        Some(("arg", key)) => vec!["args", key],
        Some(("loop", key)) => vec!["loop", key],
        _ if matches!(port, "condition" | "data") => vec![port],
        _ => vec![],
    };
    keys.into_iter().map(str::to_owned).collect()
}

/// The path that a port leads to.
pub(super) fn port_path(start: &[Seg], port: &str) -> Path {
    port_keys(port).iter().fold(start.to_vec(), |path, key| below(&path, key))
}

/// A value in one form whatever way it is written.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "none".to_owned(),
        Some(Value::Scalar(scalar)) if scalar.is_null() => "null".to_owned(),
        Some(Value::Scalar(scalar)) => format!("{:?}{}", scalar.text, scalar.as_bool().is_some()),
        Some(Value::List(items, _)) => {
            format!("[{}]", items.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(","))
        }
        Some(Value::Map(entries, _)) => {
            let entry = |entry: &loom_spec::Entry| format!("{:?}:{}", entry.key.text, shown(Some(&entry.value)));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(","))
        }
    }
}
