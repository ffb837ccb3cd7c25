//! What has a name in a file, where it stands, and where it is named elsewhere.

use std::collections::HashSet;

use loom_graph::Expression;
use loom_spec::{Scalar, Span, Value};

use super::yaml::{Path, Seg, below, entries, is_null, item, items, key, scalar};
use crate::Refused;

/// What a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    Task,
    Condition,
    Switch,
}

/// A step.
#[derive(Clone, Debug)]
pub(crate) struct StepAt {
    pub(crate) name: String,
    pub(crate) path: Path,
    pub(crate) kind: StepKind,
    /// The group, by its number.
    pub(crate) group: Option<usize>,
}

/// A group.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupAt {
    pub(crate) name: String,
    /// Where the item is; none, if steps only say that they are in it.
    pub(crate) path: Option<Path>,
    /// Whether its steps run in passes.
    pub(crate) has_passes: bool,
    /// What its passes give.
    gives: HashSet<String>,
}

/// Data or a parameter.
#[derive(Clone, Debug)]
pub(crate) struct NamedAt {
    pub(crate) name: String,
    pub(crate) path: Path,
}

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

/// All that has a name, and all that is named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    pub(crate) steps: Vec<StepAt>,
    pub(crate) groups: Vec<GroupAt>,
    pub(crate) data: Vec<NamedAt>,
    pub(crate) parameters: Vec<NamedAt>,
    /// What a sweep gives values: axes, and what their labels set.
    pub(crate) swept: Vec<NamedAt>,
    pub(crate) uses: Vec<Use>,
}

impl Index {
    pub(crate) fn of(tree: &Value) -> Self {
        let mut index = Self::default();
        let top = |name: &str| (key(tree, name), vec![Seg::Key(name.to_owned())]);
        for (section, list) in [("data", &mut index.data), ("parameters", &mut index.parameters)] {
            let (Some(value), path) = top(section) else { continue };
            let named = entries(value).iter().map(|entry| &*entry.key.text);
            list.extend(named.map(|name| NamedAt { name: name.to_owned(), path: below(&path, name) }));
        }
        if let (Some(value), path) = top("pipeline") {
            index.steps_of(value, &path);
        }
        if let (Some(value), path) = top("sweep") {
            index.axes_of(value, &path);
        }
        let uses = Finder { index: &index, uses: Vec::new() }.all(tree);
        index.uses = uses;
        index
    }

    fn steps_of(&mut self, list: &Value, path: &[Seg]) {
        for (at, value) in items(list).iter().enumerate() {
            let path = item(path, at);
            let has = |name| key(value, name).is_some();
            let runs = ["task", "script", "command", "kind"].into_iter().any(has);
            let group = text_of(value, "group");
            if has("steps") || has("multi_pass") || group.is_some() && !runs {
                let passes = key(value, "multi_pass");
                let number = self.groups.len();
                self.groups.push(GroupAt {
                    name: group.unwrap_or_default(),
                    path: Some(path.clone()),
                    has_passes: passes.is_some(),
                    gives: passes.map(given).unwrap_or_default(),
                });
                let steps = key(value, "steps").map(items).unwrap_or_default();
                let path = below(&path, "steps");
                for (at, value) in steps.iter().enumerate() {
                    self.step(value, item(&path, at), Some(number));
                }
            } else {
                let label = group.map(|name| self.label(name));
                self.step(value, path, label);
            }
        }
    }

    fn label(&mut self, name: String) -> usize {
        let known = self.groups.iter().position(|group| group.name == name && !group.has_passes);
        known.unwrap_or_else(|| {
            self.groups.push(GroupAt { name, ..GroupAt::default() });
            self.groups.len() - 1
        })
    }

    fn step(&mut self, value: &Value, path: Path, group: Option<usize>) {
        let kind = match text_of(value, "kind").as_deref() {
            Some("condition") => StepKind::Condition,
            Some("switch") => StepKind::Switch,
            _ => StepKind::Task,
        };
        if let Some(name) = text_of(value, "name") {
            self.steps.push(StepAt { name, path, kind, group });
        }
    }

    fn axes_of(&mut self, sweep: &Value, path: &[Seg]) {
        for section in ["axes", "repeat"] {
            let Some(axes) = key(sweep, section) else { continue };
            let path = below(path, section);
            for axis in entries(axes) {
                let name = &*axis.key.text;
                let path = below(&path, name);
                self.swept.push(NamedAt { name: name.to_owned(), path: path.clone() });
                for label in entries(&axis.value) {
                    let path = below(&path, &label.key.text);
                    for set in entries(&label.value) {
                        let name = set.key.text.to_string();
                        self.swept.push(NamedAt { path: below(&path, &name), name });
                    }
                }
            }
        }
    }

    /// Whether the group runs in passes that give a parameter of this name.
    fn gives(&self, group: Option<usize>, name: &str) -> bool {
        group.is_some_and(|group| self.groups[group].gives.contains(name))
    }

    /// What `$name` stands for, by its id.
    pub(crate) fn target(&self, name: &str) -> Option<(String, UseKind)> {
        let step = |wanted: &str, kind| self.steps.iter().any(|step| step.name == wanted && step.kind == kind);
        if let Some((switch, "then" | "else")) = name.rsplit_once('.')
            && step(switch, StepKind::Switch)
        {
            return Some((format!("step:{switch}"), UseKind::Branch));
        }
        let is_in = |list: &[NamedAt]| list.iter().any(|known| known.name == name);
        let id = if is_in(&self.data) {
            format!("data:{name}")
        } else if is_in(&self.parameters) || is_in(&self.swept) {
            format!("param:{name}")
        } else if step(name, StepKind::Condition) || step(name, StepKind::Switch) {
            format!("step:{name}")
        } else {
            return None;
        };
        Some((id, UseKind::Reference))
    }

    /// Whether `$name` means something already, anywhere.
    pub(crate) fn is_taken(&self, name: &str) -> bool {
        matches!(name, "loop_item" | "loop_output")
            || self.target(name).is_some()
            || self.groups.iter().any(|group| group.gives.contains(name))
    }

    /// The step of this name.
    pub(crate) fn find_step(&self, name: &str) -> Result<&StepAt, Refused> {
        let mut found = self.steps.iter().filter(|step| step.name == name);
        match (found.next(), found.next()) {
            (Some(step), None) => Ok(step),
            (None, _) => Err(gone("step", name)),
            _ => Err(Refused::edit(format!(
                "two steps are named `{name}`, so it is not sure which is meant; give one another name in the text"
            ))),
        }
    }

    pub(crate) fn find_data(&self, name: &str) -> Result<&NamedAt, Refused> {
        self.data.iter().find(|data| data.name == name).ok_or_else(|| gone("data node", name))
    }

    pub(crate) fn find_parameter(&self, name: &str) -> Result<&NamedAt, Refused> {
        let own = self.parameters.iter().find(|parameter| parameter.name == name);
        own.or_else(|| self.swept.iter().find(|axis| axis.name == name)).ok_or_else(|| gone("parameter", name))
    }

    pub(crate) fn find_group(&self, name: &str) -> Result<(usize, &GroupAt), Refused> {
        let mut found = self.groups.iter().enumerate().filter(|(_, group)| group.name == name);
        match (found.next(), found.next()) {
            (Some(group), None) => Ok(group),
            (None, _) => Err(gone("group", name)),
            _ => Err(Refused::edit(format!(
                "two groups are named `{name}`, so it is not sure which is meant; give one another name in the text"
            ))),
        }
    }

    pub(crate) fn uses_of<'i>(&'i self, id: &'i str) -> impl Iterator<Item = &'i Use> {
        self.uses.iter().filter(move |found| found.target == id)
    }

    /// Where a node stands in the file.
    pub(crate) fn path_of(&self, id: &str) -> Result<Path, Refused> {
        match id.split_once(':') {
            Some(("step", name)) => Ok(self.find_step(name)?.path.clone()),
            Some(("data", name)) => Ok(self.find_data(name)?.path.clone()),
            Some(("param", name)) => Ok(self.find_parameter(name)?.path.clone()),
            Some(("group", name)) => self.find_group(name)?.1.path.clone().ok_or_else(|| {
                Refused::edit(format!("`{name}` has no place of its own: its steps only say that they are in it"))
            }),
            Some(("path", path)) => Err(Refused::edit(format!(
                "`{path}` is only a path that steps name; make it a data node to say more of it"
            ))),
            Some(("fold", _)) => Err(Refused::edit("unfold the branches, and take one of them")),
            _ if id.is_empty() => Ok(Path::new()),
            _ => Err(Refused::edit(format!("there is no `{id}`"))),
        }
    }
}

fn gone(what: &str, name: &str) -> Refused {
    Refused::edit(format!("there is no {what} `{name}`"))
}

pub(crate) fn text_of(value: &Value, name: &str) -> Option<String> {
    key(value, name).and_then(scalar).filter(|scalar| !scalar.is_null()).map(|scalar| scalar.text.to_string())
}

/// The names that the passes of a group give.
fn given(passes: &Value) -> HashSet<String> {
    let scheduled = key(passes, "schedule").map(items).unwrap_or_default().iter().flat_map(entries);
    let computed = key(passes, "expressions").map(entries).unwrap_or_default();
    scheduled.chain(computed).map(|entry| entry.key.text.to_string()).collect()
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
            let Some(value) = super::yaml::get(tree, &step.path) else { continue };
            let node = format!("step:{}", step.name);
            self.step(&Part { node: &node, depth: step.path.len(), group: step.group }, value, &step.path);
        }
        for (number, group) in index.groups.iter().enumerate() {
            let Some(path) = &group.path else { continue };
            let Some(passes) = super::yaml::get(tree, &below(path, "multi_pass")) else { continue };
            let node = format!("group:{}", group.name);
            let part = Part { node: &node, depth: path.len(), group: Some(number) };
            self.passes(&part, passes, &below(path, "multi_pass"));
        }
        if let Some(sweep) = key(tree, "sweep") {
            self.sweep(sweep);
        }
        if let Some(python) = key(tree, "execution").and_then(|execution| key(execution, "python")) {
            let path = vec![Seg::Key("execution".to_owned()), Seg::Key("python".to_owned())];
            self.value(&Part { node: "execution", depth: 1, group: None }, python, &path);
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
                let around = super::yaml::get(sweep, around.get(1..)?)?;
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
        let mut fitting = steps.filter(|step| {
            text.text.strip_prefix(&*step.name).is_some_and(|rest| rest.starts_with('.'))
        });
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

/// Whether a key is there and says something.
pub(crate) fn says(value: &Value, name: &str) -> bool {
    key(value, name).is_some_and(|value| !is_null(value))
}
