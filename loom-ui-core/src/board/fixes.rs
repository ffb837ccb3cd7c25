//! Edits that mend a problem.

use loom_spec::{Port, Problem, Value};

use super::diagnostics::Site;
use super::model::Model;
use super::raw;
use crate::api::{Fix, Op, Written};

/// How many choices are offered.
const MOST_CHOICES: usize = 5;

/// What would mend a problem, the likeliest first.
pub(super) fn fixes(problem: &Problem, site: &Site<'_>, model: &Model<'_>) -> Vec<Fix> {
    let fixer = Fixer { problem, site, model };
    let mut fixes = Vec::new();
    let near = problem.help.as_deref().and_then(meant);
    if let Some(near) = near {
        fixes.extend(if site.is_key { fixer.rename_key(near) } else { fixer.put_in_its_place(near) });
    }
    match problem.code {
        "unknown-name" => fixes.extend(fixer.define()),
        "unknown-key" | "unknown-flag" | "no-effect" if site.is_key => fixes.push(fixer.remove()),
        "missing-flag" => fixes.extend(fixer.give()),
        "not-a-choice" => fixes.extend(fixer.choices()),
        "data-type" => fixes.extend(fixer.data_type()),
        "word-not-switch" => fixes.extend(fixer.switch()),
        _ => {}
    }
    fixes
}

/// The name that a hint asks about: did you mean `this`?
fn meant(help: &str) -> Option<&str> {
    let (_, behind) = help.split_once("did you mean `")?;
    behind.split_once('`').map(|(name, _)| name)
}

struct Fixer<'f> {
    problem: &'f Problem,
    site: &'f Site<'f>,
    model: &'f Model<'f>,
}

impl Fixer<'_> {
    fn set(&self, path: Vec<String>, value: Written) -> Op {
        Op::Set { node: self.site.id.clone(), path, value }
    }

    fn value(&self) -> Option<&Value> {
        raw::at(self.site.value?, &self.site.path)
    }

    /// The value at the place becomes another one.
    fn put_in_its_place(&self, near: &str) -> Option<Fix> {
        let Value::Scalar(scalar) = self.value()? else { return None };
        let is_reference = scalar.reference().is_some() && !near.starts_with('$');
        let near = if is_reference { format!("${near}") } else { near.to_owned() };
        let ops = vec![self.set(self.site.path.clone(), Written::Text(near.clone()))];
        Some(Fix { label: format!("change to `{near}`"), ops })
    }

    fn rename_key(&self, near: &str) -> Option<Fix> {
        let mut path = self.site.path.clone();
        let value = raw::written(self.value()?);
        path.pop()?;
        path.push(near.to_owned());
        if raw::at(self.site.value?, &path).is_some() {
            return None;
        }
        let unset = Op::Unset { node: self.site.id.clone(), path: self.site.path.clone() };
        Some(Fix { label: format!("rename to `{near}`"), ops: vec![self.set(path, value), unset] })
    }

    fn remove(&self) -> Fix {
        let path = self.site.path.clone();
        let label = format!("remove `{}`", path.last().map_or("", String::as_str));
        Fix { label, ops: vec![Op::Unset { node: self.site.id.clone(), path }] }
    }

    /// A name that nothing has is given to something.
    fn define(&self) -> Option<Fix> {
        let Value::Scalar(scalar) = self.value()? else { return None };
        let name = scalar.reference()?;
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name || matches!(name, "loop_item" | "loop_output") {
            return None;
        }
        let name = name.to_owned();
        Some(match self.site.path.first().map(String::as_str) {
            Some("inputs" | "outputs" | "loop" | "data") => Fix {
                label: format!("add data `{name}`"),
                ops: vec![Op::AddData { path: format!("data/{name}"), name: Some(name), data_type: None }],
            },
            Some("args") => Fix {
                label: format!("add a parameter `{name}`"),
                ops: vec![Op::AddParameter { name, value: Written::Quoted(String::new()) }],
            },
            _ => return None,
        })
    }

    /// Gives a flag that the task cannot do without.
    fn give(&self) -> Option<Fix> {
        // `task` needs `--flag`, which …
        let flag = self.problem.message.split('`').nth(3)?;
        let port = self.interface()?.args.iter().find(|port| port.name == flag)?;
        let value = port.default.as_ref().or(port.choices.first());
        let value = value.map_or(Written::Quoted(String::new()), |value| Written::Text(value.clone()));
        let ops = vec![self.set(vec!["args".to_owned(), flag.to_owned()], value)];
        Some(Fix { label: format!("add `{flag}`"), ops })
    }

    fn choices(&self) -> Vec<Fix> {
        let choices = self.port().map_or(&[][..], |port| &port.choices);
        let fix = |choice: &String| Fix {
            label: format!("change to `{choice}`"),
            ops: vec![self.set(self.site.path.clone(), Written::Text(choice.clone()))],
        };
        choices.iter().take(MOST_CHOICES).map(fix).collect()
    }

    /// Gives data the type that the task expects of it.
    fn data_type(&self) -> Option<Fix> {
        let wanted = self.port()?.kind.clone()?;
        let node = self.model.node_at(self.problem.labels.get(1)?.span)?;
        let node = self.model.nodes[node].id.clone();
        let label = format!("make `{}` {wanted}", node.split_once(':').map_or("", |(_, name)| name));
        Some(Fix { label, ops: vec![Op::Set { node, path: vec!["type".to_owned()], value: Written::Text(wanted) }] })
    }

    fn switch(&self) -> Vec<Fix> {
        let Some(Value::Scalar(scalar)) = self.value() else { return Vec::new() };
        let switch = matches!(&*scalar.text.to_lowercase(), "yes" | "on").to_string();
        let to = |label: String, value: Written| Fix { label, ops: vec![self.set(self.site.path.clone(), value)] };
        vec![
            to(format!("change to `{switch}`"), Written::Text(switch.clone())),
            to(format!("keep the word `{}`, in quotes", scalar.text), Written::Quoted(scalar.text.to_string())),
        ]
    }

    fn interface(&self) -> Option<&loom_spec::TaskInterface> {
        let (step, _) = self.model.step(self.site.node?)?;
        self.model.interfaces[step.index()].as_deref()
    }

    /// What the task says of the entry at the place; of inputs by name, else by their order.
    fn port(&self) -> Option<&Port> {
        let interface = self.interface()?;
        let (section, key) = (self.site.path.first()?, self.site.path.get(1)?);
        let named = |ports: &'_ [Port]| ports.iter().position(|port| port.name == *key);
        match &**section {
            "args" => named(&interface.args).map(|at| &interface.args[at]),
            "outputs" => named(&interface.outputs).map(|at| &interface.outputs[at]),
            "inputs" => {
                let (_, step) = self.model.step(self.site.node?)?;
                let place = || step.inputs.iter().position(|entry| *entry.key.text == **key);
                interface.inputs.get(named(&interface.inputs).or_else(place)?)
            }
            _ => None,
        }
    }
}
