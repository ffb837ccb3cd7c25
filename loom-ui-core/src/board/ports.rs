//! Where wires may end on a step.

use std::collections::HashSet;

use loom_spec::{Entry, Program, Step, TaskInterface, Value};

use super::model::Model;
use crate::api::{Port, PortState, Side};
use crate::text::one_line;

/// How many arguments are shown; those that a wire leads to, and those that must be given, always are.
const MOST_ARGS: usize = 6;
/// How many ports there may be on a side; what lies behind shares one.
const MOST_PORTS: usize = 24;

/// The ports of a step, without their heights. `used` are the ports that flows end at.
pub(super) fn ports(model: &Model<'_>, node: usize, used: &HashSet<&str>) -> Vec<Port> {
    let Some((id, step)) = model.step(node) else { return Vec::new() };
    let interface = model.interfaces[id.index()].as_deref();
    let maker = Maker { step, interface, used };
    let mut left = maker.inputs();
    left.extend(maker.args());
    let mut right = maker.outputs();
    for (ports, other) in [(&mut left, "in"), (&mut right, "out")] {
        if ports.len() > MOST_PORTS {
            let more = ports.len() - MOST_PORTS + 1;
            ports.truncate(MOST_PORTS - 1);
            let state = PortState::Connected;
            let side = ports[0].side;
            ports.retain(|port| port.id != other);
            ports.push(Port { state, ..port(other.to_owned(), side, format!("{more} more")) });
        }
    }
    left.extend(right);
    left
}

struct Maker<'a> {
    step: &'a Step,
    interface: Option<&'a TaskInterface>,
    used: &'a HashSet<&'a str>,
}

impl Maker<'_> {
    fn inputs(&self) -> Vec<Port> {
        let Step { program, each, inputs, .. } = self.step;
        let mut ports = Vec::new();
        if let Program::Switch(switch) = program {
            ports.push(self.port("condition".to_owned(), Side::Left, "condition", Some(&switch.condition.text)));
            let data = switch.data.as_ref().map(|data| &*data.text);
            ports.push(self.port("data".to_owned(), Side::Left, "data", data));
        }
        if let Some(each) = each {
            ports.push(self.port("loop:over".to_owned(), Side::Left, "each of", Some(&each.over.text)));
        }
        let declared = self.interface.map_or(&[][..], |interface| &interface.inputs);
        for (place, entry) in inputs.iter().enumerate() {
            let named = declared.iter().find(|port| port.name == *entry.key.text);
            let declared = named.or_else(|| declared.get(place));
            ports.push(declared_as(declared, self.entry("in", Side::Left, entry)));
        }
        for declared in declared.iter().skip(inputs.len()) {
            if !inputs.iter().any(|entry| *entry.key.text == *declared.name) {
                let open = self.port(format!("in:{}", declared.name), Side::Left, &declared.name, None);
                ports.push(declared_as(Some(declared), open));
            }
        }
        ports
    }

    fn args(&self) -> Vec<Port> {
        let args = &self.step.args;
        let declared = self.interface.map_or(&[][..], |interface| &interface.args);
        let find = |name: &str| declared.iter().find(|port| port.name == *name);
        let all: Vec<Port> =
            args.iter().map(|entry| declared_as(find(&entry.key.text), self.entry("arg", Side::Left, entry))).collect();
        let connected = all.iter().filter(|port| port.state == PortState::Connected).count();
        let mut room = MOST_ARGS.saturating_sub(connected);
        let shown = all
            .into_iter()
            .filter(|port| port.state == PortState::Connected || room.checked_sub(1).map(|left| room = left).is_some());
        let mut ports: Vec<Port> = shown.collect();
        let is_given = |name: &str| args.iter().chain(&self.step.outputs).any(|entry| *entry.key.text == *name);
        for declared in declared.iter().filter(|port| port.required && !is_given(&port.name)) {
            let open = self.port(format!("arg:{}", declared.name), Side::Left, &declared.name, None);
            ports.push(declared_as(Some(declared), open));
        }
        // What only a pass gives it.
        let mut others: Vec<&str> = self.used.iter().filter_map(|id| id.strip_prefix("arg:")).collect();
        others.retain(|key| !ports.iter().any(|port| port.id.strip_prefix("arg:") == Some(*key)));
        others.sort_unstable();
        ports.extend(others.into_iter().map(|key| self.port(format!("arg:{key}"), Side::Left, key, None)));
        ports
    }

    fn outputs(&self) -> Vec<Port> {
        let Step { program, each, outputs, .. } = self.step;
        let mut ports = Vec::new();
        match program {
            Program::Switch(_) => {
                for way in ["then", "else"] {
                    ports.push(self.port(way.to_owned(), Side::Right, way, None));
                }
            }
            Program::Condition(_) => ports.push(self.port("out".to_owned(), Side::Right, "answer", None)),
            _ => {}
        }
        if let Some(each) = each {
            ports.push(self.port("loop:into".to_owned(), Side::Right, "into", Some(&each.into.text)));
        }
        let declared = self.interface.map_or(&[][..], |interface| &interface.outputs);
        for entry in outputs {
            let declared = declared.iter().find(|port| port.name == *entry.key.text);
            ports.push(declared_as(declared, self.entry("out", Side::Right, entry)));
        }
        let is_given = |name: &str| outputs.iter().chain(&self.step.args).any(|entry| *entry.key.text == *name);
        for declared in declared.iter().filter(|port| !is_given(&port.name)) {
            let open = self.port(format!("out:{}", declared.name), Side::Right, &declared.name, None);
            ports.push(declared_as(Some(declared), open));
        }
        ports
    }

    fn entry(&self, section: &str, side: Side, entry: &Entry) -> Port {
        let value = value_text(&entry.value);
        self.port(format!("{section}:{}", entry.key.text), side, &entry.key.text, Some(&value))
    }

    fn port(&self, id: String, side: Side, label: &str, value: Option<&str>) -> Port {
        let state = match value {
            _ if self.used.contains(&*id) => PortState::Connected,
            Some(_) => PortState::Value,
            None => PortState::Open,
        };
        let value = value.filter(|_| state == PortState::Value && side == Side::Left).map(one_line);
        Port { state, value, ..port(id, side, one_line(label)) }
    }
}

/// A port of which nothing is said but its name.
pub(super) fn port(id: String, side: Side, label: String) -> Port {
    let (data_type, value, required, state) = (None, None, false, PortState::Open);
    Port { id, side, y: 0, label, value, data_type, required, state }
}

fn declared_as(declared: Option<&loom_spec::Port>, port: Port) -> Port {
    match declared {
        Some(declared) => Port { data_type: declared.kind.clone(), required: declared.required, ..port },
        None => port,
    }
}

/// A value as people would write it on one line.
pub(super) fn value_text(value: &Value) -> String {
    match value {
        Value::Scalar(scalar) => scalar.text.to_string(),
        Value::List(items, _) => {
            let items: Vec<String> = items.iter().take(20).map(value_text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries, _) => {
            let entry = |entry: &Entry| format!("{}: {}", entry.key.text, value_text(&entry.value));
            format!("{{{}}}", entries.iter().take(20).map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}
