//! Where a file names what is defined elsewhere in it.

use std::collections::HashSet;

use loom_graph::Expression;
use loom_spec::{Scalar, Span, Value};

use super::index::{Index, NamedAt};
use super::yaml::{Path, Seg, below, entries, get, item, items, key, scalar};

/// How something is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum UseKind {
    /// `$name`
    Reference,
    /// `$switch.then`
    Branch,
    /// `step.flag`
    Feedback,
    /// A word of an expression.
    Word,
    /// The name as it is.
    Name,
    /// `{name}` in a text.
    Braces,
}

/// A place where something is named that is defined elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// The node that it is part of, by id.
    pub(crate) node: String,
    /// What is named, by id.
    pub(crate) target: String,
    /// Where: the value, or the value of the key.
    pub(crate) path: Path,
    pub(crate) is_key: bool,
    pub(crate) span: Span,
    /// In words: `inputs › data`.
    pub(crate) how: String,
    pub(crate) kind: UseKind,
    /// The text of the scalar.
    pub(crate) text: String,
}

/// All uses in a file, section by section.
pub(super) fn uses(index: &Index, tree: &Value) -> Vec<Use> {
    Finder { index, uses: Vec::new() }.all(tree)
}

struct Finder<'i> {
    index: &'i Index,
    uses: Vec<Use>,
}

/// A part of a file in which names are looked for.
struct Part<'p> {
    node: &'p str,
    /// How much of a path is the node's.
    depth: usize,
    group: Option<usize>,
}

impl Finder<'_> {
    fn all(mut self, tree: &Value) -> Vec<Use> {
        let index = self.index;
        for (section, kind) in [("data", "data"), ("parameters", "param")] {
            let path = vec![Seg::Key(section.to_owned())];
            for entry in key(tree, section).map(entries).unwrap_or_default() {
                let node = format!("{kind}:{}", entry.key.text);
                let part = Part { node: &node, depth: 2, group: None };
                let path = below(&path, &entry.key.text);
                match key(&entry.value, "path").filter(|_| kind == "data") {
                    Some(value) => {
                        self.value(&part, value, &below(&path, "path"));
                        if let Some(around) = key(&entry.value, "nested_in") {
                            self.value(&part, around, &below(&path, "nested_in"));
                        }
                    }
                    None if kind == "data" && scalar(&entry.value).is_none() => {}
                    None => self.value(&part, &entry.value, &path),
                }
            }
        }
        for step in &index.steps {
            let Some(value) = get(tree, &step.path) else { continue };
            let node = format!("step:{}", step.name);
            self.step(&Part { node: &node, depth: step.path.len(), group: step.group }, value, &step.path);
        }
        for (number, group) in index.groups.iter().enumerate() {
            let Some(path) = &group.path else { continue };
            let Some(passes) = get(tree, &below(path, "multi_pass")) else { continue };
            let node = format!("group:{}", group.name);
            let part = Part { node: &node, depth: path.len(), group: Some(number) };
            self.passes(&part, passes, &below(path, "multi_pass"));
        }
        if let Some(sweep) = key(tree, "sweep") {
            self.sweep(sweep);
        }
        if let Some(python) = key(tree, "execution").and_then(|execution| key(execution, "python")) {
            let mut path = vec![Seg::Key("execution".to_owned()), Seg::Key("python".to_owned())];
            let interpreter = key(python, "interpreter");
            path.extend(interpreter.map(|_| Seg::Key("interpreter".to_owned())));
            self.value(&Part { node: "execution", depth: 1, group: None }, interpreter.unwrap_or(python), &path);
        }
        self.uses
    }

    fn step(&mut self, part: &Part<'_>, value: &Value, path: &[Seg]) {
        for entry in entries(value) {
            let path = below(path, &entry.key.text);
            match &*entry.key.text {
                "name" | "kind" | "group" | "predicate" => {}
                "gather" => {
                    let axes = key(&entry.value, "axes");
                    let inner = if axes.is_some() { below(&path, "axes") } else { path };
                    self.axis_names(part, axes.unwrap_or(&entry.value), &inner);
                }
                name if name.starts_with("x-") => {}
                _ => self.value(part, &entry.value, &path),
            }
        }
    }

    fn passes(&mut self, part: &Part<'_>, passes: &Value, path: &[Seg]) {
        let schedule = below(path, "schedule");
        for (at, pass) in key(passes, "schedule").map(items).unwrap_or_default().iter().enumerate() {
            let path = item(&schedule, at);
            for entry in entries(pass) {
                let path = below(&path, &entry.key.text);
                self.key_name(part, &entry.key, &path);
                self.value(part, &entry.value, &path);
            }
        }
        let expressions = below(path, "expressions");
        for entry in key(passes, "expressions").map(entries).unwrap_or_default() {
            let path = below(&expressions, &entry.key.text);
            self.key_name(part, &entry.key, &path);
            if let Some(text) = scalar(&entry.value) {
                self.words(part, text, &path);
            }
        }
        let feedback = below(path, "feedback");
        for entry in key(passes, "feedback").map(entries).unwrap_or_default() {
            let path = below(&feedback, &entry.key.text);
            self.fed(part, &entry.key, &path, true);
            if let Some(to) = scalar(&entry.value) {
                self.fed(part, to, &path, false);
            }
        }
        if let Some(condition) = key(passes, "condition") {
            self.value(part, condition, &below(path, "condition"));
        }
    }

    fn sweep(&mut self, sweep: &Value) {
        let part = Part { node: "sweep", depth: 0, group: None };
        let path = vec![Seg::Key("sweep".to_owned())];
        for axis in &self.index.swept {
            // Where the sweep is the only one who knows the name, its first place is where it is defined.
            let is_defined = self.index.parameters.iter().any(|known| known.name == axis.name);
            let first = self.index.swept.iter().find(|known| known.name == axis.name);
            if !is_defined && first.is_some_and(|first| first.path == axis.path) {
                continue;
            }
            let entry = axis.path.split_last().and_then(|(_, around)| {
                let around = get(sweep, around.get(1..)?)?;
                entries(around).iter().find(|entry| *entry.key.text == *axis.name)
            });
            if let Some(entry) = entry {
                self.key_name(&part, &entry.key, &axis.path);
            }
        }
        let zip = below(&path, "zip");
        for (at, names) in key(sweep, "zip").map(items).unwrap_or_default().iter().enumerate() {
            self.axis_names(&part, names, &item(&zip, at));
        }
        for section in ["exclude", "include"] {
            let path = below(&path, section);
            for (at, settings) in key(sweep, section).map(items).unwrap_or_default().iter().enumerate() {
                for entry in entries(settings) {
                    self.key_name(&part, &entry.key, &below(&item(&path, at), &entry.key.text));
                }
            }
        }
        if let Some(condition) = key(sweep, "where").and_then(scalar) {
            self.words(&part, condition, &below(&path, "where"));
        }
    }

    fn value(&mut self, part: &Part<'_>, value: &Value, path: &[Seg]) {
        match value {
            Value::Scalar(scalar) => self.scalar(part, scalar, path),
            Value::List(list, _) => {
                for (at, value) in list.iter().enumerate() {
                    self.value(part, value, &item(path, at));
                }
            }
            Value::Map(map, _) => {
                for entry in map {
                    self.value(part, &entry.value, &below(path, &entry.key.text));
                }
            }
        }
    }

    fn scalar(&mut self, part: &Part<'_>, scalar: &Scalar, path: &[Seg]) {
        if let Some(name) = scalar.reference() {
            if let Some((target, kind)) = self.index.target(name) {
                self.found(part, target, scalar, path, false, kind);
            }
            return;
        }
        if scalar.text.contains('{') {
            let mut seen = HashSet::new();
            let names = self.index.swept.iter().map(|axis| &axis.name);
            for name in names.filter(|name| scalar.text.contains(&format!("{{{name}}}")) && seen.insert(*name)) {
                self.found(part, format!("param:{name}"), scalar, path, false, UseKind::Braces);
            }
        }
    }

    /// A key that is the name of a parameter.
    fn key_name(&mut self, part: &Part<'_>, name: &Scalar, path: &[Seg]) {
        let is_known = |list: &[NamedAt]| list.iter().any(|known| *known.name == *name.text);
        if is_known(&self.index.parameters) || is_known(&self.index.swept) {
            self.found(part, format!("param:{}", name.text), name, path, true, UseKind::Name);
        }
    }

    fn axis_names(&mut self, part: &Part<'_>, names: &Value, path: &[Seg]) {
        for (at, name) in items(names).iter().enumerate() {
            let Some(name) = scalar(name) else { continue };
            if self.index.swept.iter().any(|axis| *axis.name == *name.text) {
                self.found(part, format!("param:{}", name.text), name, &item(path, at), false, UseKind::Name);
            }
        }
    }

    fn words(&mut self, part: &Part<'_>, text: &Scalar, path: &[Seg]) {
        let Ok(expression) = Expression::parse(&text.text) else { return };
        let mut seen = HashSet::new();
        for (name, _) in expression.names() {
            let is_known = |list: &[NamedAt]| list.iter().any(|known| known.name == name);
            // In a pass, that is its number.
            if name == "iter" && part.group.is_some() && !self.index.gives(part.group, name) {
                continue;
            }
            if seen.insert(name.to_owned()) && (is_known(&self.index.parameters) || is_known(&self.index.swept)) {
                self.found(part, format!("param:{name}"), text, path, false, UseKind::Word);
            }
        }
    }

    /// One side of a line of feedback: `step.flag`.
    fn fed(&mut self, part: &Part<'_>, text: &Scalar, path: &[Seg], is_key: bool) {
        let steps = self.index.steps.iter().filter(|step| step.group == part.group);
        let mut fitting =
            steps.filter(|step| text.text.strip_prefix(&*step.name).is_some_and(|rest| rest.starts_with('.')));
        if let Some(step) = fitting.next() {
            self.found(part, format!("step:{}", step.name), text, path, is_key, UseKind::Feedback);
        }
    }

    fn found(&mut self, part: &Part<'_>, target: String, at: &Scalar, path: &[Seg], is_key: bool, kind: UseKind) {
        let words = path[part.depth.min(path.len())..].iter().filter_map(|seg| match seg {
            Seg::Key(key) => Some(&**key),
            Seg::Item(_) => None,
        });
        let how = words.collect::<Vec<_>>().join(" › ");
        self.uses.push(Use {
            node: part.node.to_owned(),
            target,
            path: path.to_vec(),
            is_key,
            span: at.span,
            how: if how.is_empty() { "value".to_owned() } else { how },
            kind,
            text: at.text.to_string(),
        });
    }
}

impl Use {
    /// What stands there if what it names is called otherwise.
    pub(crate) fn renamed(&self, from: &str, to: &str) -> String {
        match self.kind {
            UseKind::Reference => format!("${to}"),
            UseKind::Branch => format!("${to}{}", &self.text[1 + from.len()..]),
            UseKind::Feedback => format!("{to}{}", &self.text[from.len()..]),
            UseKind::Name => to.to_owned(),
            UseKind::Braces => self.text.replace(&format!("{{{from}}}"), &format!("{{{to}}}")),
            UseKind::Word => {
                let mut text = self.text.clone();
                if let Ok(expression) = Expression::parse(&self.text) {
                    let mut places: Vec<_> =
                        expression.names().filter(|(name, _)| *name == from).map(|(_, range)| range).collect();
                    places.sort_by_key(|range| std::cmp::Reverse(range.start));
                    for place in places {
                        text.replace_range(place, to);
                    }
                }
                text
            }
        }
    }
}
