//! What has a name in a file, where it stands, and where it is named elsewhere.

use std::collections::HashSet;

use loom_spec::Value;

use super::uses::{Use, UseKind, uses};
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
    /// The names of data, and of parameters and what is swept: each use asks for one.
    named: [HashSet<String>; 2],
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
        let names = |list: &[NamedAt]| list.iter().map(|known| known.name.clone()).collect::<HashSet<_>>();
        index.named = [names(&index.data), names(&index.parameters)];
        index.named[1].extend(names(&index.swept));
        index.uses = uses(&index, tree);
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
    pub(super) fn gives(&self, group: Option<usize>, name: &str) -> bool {
        group.is_some_and(|group| self.groups[group].gives.contains(name))
    }

    /// What `$name` stands for, by its id.
    pub(crate) fn target(&self, name: &str) -> Option<(String, UseKind)> {
        let step = |wanted: &str, kind| self.steps.iter().any(|step| step.kind == kind && step.name == wanted);
        if let Some((switch, "then" | "else")) = name.rsplit_once('.')
            && step(switch, StepKind::Switch)
        {
            return Some((format!("step:{switch}"), UseKind::Branch));
        }
        let [data, parameters] = &self.named;
        let id = if data.contains(name) {
            format!("data:{name}")
        } else if parameters.contains(name) {
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

/// Whether a key is there and says something.
pub(crate) fn says(value: &Value, name: &str) -> bool {
    key(value, name).is_some_and(|value| !is_null(value))
}
