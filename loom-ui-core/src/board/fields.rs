//! What of a node can be set: what is written, and what could be.

use loom_spec::{DATA_TYPES, Entry, Port, Predicate, Program, Source, Step, TaskInterface, Value};

use super::raw;
use crate::api::{Field, FieldKind};

/// The fields of one node.
pub(super) struct Fields<'a> {
    source: &'a Source,
    /// What is written for the node.
    value: Option<&'a Value>,
    fields: Vec<Field>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(source: &'a Source, value: Option<&'a Value>) -> Self {
        Self { source, value, fields: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Field> {
        self.fields
    }

    /// Notes what is wrong with what a path leads to.
    pub(super) fn problem(&mut self, path: &[String], message: &str) {
        let near =
            self.fields.iter_mut().filter(|field| path.starts_with(&field.path) && field.kind != FieldKind::Name);
        // The longest path that leads there, or else the name, which stands for the whole node.
        match near.max_by_key(|field| field.path.len()) {
            Some(field) if !field.path.is_empty() || path.is_empty() => {
                field.problem.get_or_insert_with(|| message.to_owned());
            }
            _ => {
                if let Some(name) = self.fields.first_mut() {
                    name.problem.get_or_insert_with(|| message.to_owned());
                }
            }
        }
    }

    pub(super) fn name(&mut self, name: &str) {
        let field = self.field(&["name"], "", "name", FieldKind::Name);
        self.fields.push(Field { text: Some(name.to_owned()), value: None, ..field });
    }

    pub(super) fn parameter(&mut self) {
        let kind = match self.value {
            Some(Value::Scalar(scalar)) if scalar.as_bool().is_some() => FieldKind::Switch,
            Some(Value::List(..) | Value::Map(..)) => FieldKind::Yaml,
            _ => FieldKind::Text,
        };
        self.push(&[], "settings", "value", kind);
    }

    pub(super) fn data(&mut self) {
        let is_short = !matches!(self.value, Some(Value::Map(..)));
        let path: &[&str] = if is_short { &[] } else { &["path"] };
        self.push(path, "settings", "path", FieldKind::Text);
        let types = DATA_TYPES.map(str::to_owned).to_vec();
        let field = self.field(&["type"], "settings", "type", FieldKind::Choice);
        self.fields.push(Field { choices: types, ..field });
        for (key, label, kind, description) in [
            ("name", "title", FieldKind::Text, "what the editor shows in place of the name"),
            ("description", "description", FieldKind::Text, "what it holds"),
            ("pattern", "pattern", FieldKind::Text, "of a folder: what counts as an item of it, as in *.png"),
            ("nested_in", "nested in", FieldKind::Reference, "the data that the path is inside of"),
            (
                "allow_outside_pipeline",
                "outside allowed",
                FieldKind::Switch,
                "a step may write it outside the pipeline folder",
            ),
            ("metrics", "metrics", FieldKind::Yaml, "the numbers in it that configurations are compared by"),
        ] {
            self.described(&[key], label, kind, description);
        }
    }

    pub(super) fn step(&mut self, step: &Step, interface: Option<&TaskInterface>) {
        let nothing = TaskInterface::default();
        let interface = interface.unwrap_or(&nothing);
        self.ports("inputs", &step.inputs, &interface.inputs);
        self.ports("outputs", &step.outputs, &interface.outputs);
        let is_output = |port: &&Port| step.outputs.iter().any(|entry| *entry.key.text == *port.name);
        let args: Vec<Port> = interface.args.iter().filter(|port| !is_output(port)).cloned().collect();
        self.ports("args", &step.args, &args);
        self.program(&step.program);
        if step.each.is_some() {
            self.described(&["loop", "over"], "loop over", FieldKind::Reference, "the folder with the files");
            let into = "the folder that takes a file of the same name for each";
            self.described(&["loop", "into"], "loop into", FieldKind::Reference, into);
            self.described(&["loop", "filter"], "loop filter", FieldKind::Text, "which files, as in *.txt");
            let parallel = "whether items may run at the same time";
            self.described(&["loop", "parallel"], "loop parallel", FieldKind::Switch, parallel);
        }
        self.described(&["optional"], "optional", FieldKind::Switch, "runs only if it is asked for");
        self.described(&["disabled"], "disabled", FieldKind::Switch, "runs only if it is selected by name");
        if matches!(step.program, Program::Task(_) | Program::Words(_) | Program::Shell(_)) {
            for (key, kind, description) in [
                ("retries", FieldKind::Yaml, "how often a unit that failed is tried again"),
                ("timeout", FieldKind::Text, "how long one attempt may take: 90s, 1h30m"),
                ("cache", FieldKind::Switch, "whether what is up to date may be left out"),
                ("gather", FieldKind::Yaml, "whether it gets what all configurations made"),
                ("resources", FieldKind::Yaml, "what it takes while it runs: {cpus: 2, mem: 4G}"),
                ("env", FieldKind::Yaml, "variables of its environment"),
            ] {
                self.described(&[key], key, kind, description);
            }
        }
    }

    pub(super) fn passes(&mut self) {
        for (key, kind, description) in [
            ("count", FieldKind::Number, "how many passes there are"),
            ("schedule", FieldKind::Yaml, "the parameters of each pass"),
            ("expressions", FieldKind::Yaml, "the parameters of every pass, to be computed for each"),
            ("feedback", FieldKind::Yaml, "which output of one pass goes where in the next"),
            ("condition", FieldKind::Yaml, "what may end the passes early"),
        ] {
            self.described(&["multi_pass", key], key, kind, description);
        }
    }

    fn program(&mut self, program: &Program) {
        match program {
            Program::Task(_) => {
                let is_old = self.value.is_some_and(|value| raw::get(value, "script").is_some());
                self.push(&[if is_old { "script" } else { "task" }], "settings", "task", FieldKind::Text);
            }
            Program::Shell(_) => self.push(&["command"], "settings", "command", FieldKind::Text),
            Program::Words(_) => self.push(&["command"], "settings", "command", FieldKind::Yaml),
            Program::Condition(_) => {
                let field = self.field(&["predicate"], "settings", "predicate", FieldKind::Choice);
                let choices = Predicate::ALL.map(|predicate| predicate.word().to_owned()).to_vec();
                if field.text.is_some() || self.value.is_none_or(|value| raw::get(value, "script").is_none()) {
                    self.fields.push(Field { choices, ..field });
                } else {
                    self.push(&["script"], "settings", "script", FieldKind::Text);
                }
                self.described(&["negate"], "negate", FieldKind::Switch, "turns the answer round");
            }
            Program::Switch(_) => {
                let what = "what decides: a condition, or a parameter that is true or false";
                self.described(&["condition"], "condition", FieldKind::Reference, what);
                self.described(&["data"], "data", FieldKind::Reference, "what is handed on");
            }
        }
    }

    /// What is written in a section, then what the task takes beside that.
    fn ports(&mut self, section: &'static str, written: &[Entry], declared: &[Port]) {
        for (place, entry) in written.iter().enumerate() {
            let named = declared.iter().find(|port| port.name == *entry.key.text);
            // Inputs are handed over by their order, whatever their keys are.
            let port = named.or_else(|| declared.get(place).filter(|_| section == "inputs"));
            let field = self.field(&[section, &entry.key.text], section, &entry.key.text, FieldKind::Text);
            let kind = kind_of(section, Some(&entry.value), port);
            self.fields.push(declared_as(port, Field { kind, ..field }));
        }
        let others = declared.iter().enumerate().filter(|(place, port)| {
            let is_there = written.iter().any(|entry| *entry.key.text == *port.name);
            !is_there && (section != "inputs" || *place >= written.len())
        });
        for (_, port) in others {
            let field = self.field(&[section, &port.name], section, &port.name, kind_of(section, None, Some(port)));
            self.fields.push(declared_as(Some(port), field));
        }
    }

    fn described(&mut self, path: &[&str], label: &str, kind: FieldKind, description: &str) {
        let field = self.field(path, "settings", label, kind);
        self.fields.push(Field { description: Some(description.to_owned()), ..field });
    }

    fn push(&mut self, path: &[&str], section: &str, label: &str, kind: FieldKind) {
        let field = self.field(path, section, label, kind);
        self.fields.push(field);
    }

    fn field(&self, path: &[&str], section: &str, label: &str, kind: FieldKind) -> Field {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        let value = self.value.and_then(|value| raw::at(value, &path));
        Field {
            section: section.to_owned(),
            label: label.to_owned(),
            kind,
            value: value.map(raw::written),
            text: value.map(|value| raw::typed(value, self.source)),
            saved: None,
            default: None,
            choices: Vec::new(),
            description: None,
            data_type: None,
            required: false,
            line: value.map(|value| self.source.position(value.span().start).line as usize),
            problem: None,
            path,
        }
    }
}

fn declared_as(port: Option<&Port>, field: Field) -> Field {
    let Some(port) = port else { return field };
    Field {
        default: port.default.clone(),
        choices: port.choices.clone(),
        description: port.description.clone(),
        data_type: port.kind.clone(),
        required: port.required,
        ..field
    }
}

/// How to ask for a value: by what is written, else by what the task takes.
fn kind_of(section: &str, value: Option<&Value>, port: Option<&Port>) -> FieldKind {
    match value {
        Some(Value::List(..) | Value::Map(..)) => return FieldKind::Yaml,
        Some(Value::Scalar(scalar)) if scalar.reference().is_some() => return FieldKind::Reference,
        _ if section != "args" => return FieldKind::Reference,
        _ => {}
    }
    let is_switch = matches!(value, Some(Value::Scalar(scalar)) if scalar.as_bool().is_some());
    match port.and_then(|port| port.kind.as_deref()) {
        _ if port.is_some_and(|port| !port.choices.is_empty()) => FieldKind::Choice,
        Some("bool") => FieldKind::Switch,
        Some("int" | "float") => FieldKind::Number,
        _ if is_switch => FieldKind::Switch,
        _ => FieldKind::Text,
    }
}
