//! What a step is handed of what it gathers: paths, or a list of them.

use super::{Argument, Facts, Manifest, tidy};
use crate::graph::StepGraph;
use crate::links::{DatumId, StepId};
use crate::names::Values;
use crate::sweep::file_name_of;

impl StepGraph {
    /// What a step is handed of what it gathers: the paths, or that of a list of them.
    pub(super) fn gathered(&self, id: StepId, mut data: Vec<DatumId>, facts: Facts<'_>) -> Vec<String> {
        if self.step(id).gather.as_ref().is_some_and(|gather| gather.manifest) {
            return data.first().map(|datum| self.manifest_path(id, *datum, facts)).into_iter().collect();
        }
        data.retain(|datum| (facts.is_there)(*datum));
        data.iter().map(|datum| tidy(&self.links().datum(*datum).path)).collect()
    }

    /// The list of the instances of a datum that a step gathers: named by the step, and by what it lists.
    fn manifest_path(&self, id: StepId, datum: DatumId, facts: Facts<'_>) -> String {
        format!("{}/{}/{}.json", facts.manifests, file_name_of(self.name(id)), file_name_of(&self.label_of(datum)))
    }

    pub(super) fn manifests(&self, id: StepId, facts: Facts<'_>) -> Vec<Manifest> {
        let mut manifests: Vec<Manifest> = Vec::new();
        if !self.step(id).gather.as_ref().is_some_and(|gather| gather.manifest) {
            return manifests;
        }
        let path = |datum: DatumId| serde_json::Value::from(tidy(&self.links().datum(datum).path));
        let uses = self.links().uses(id).chunk_by(|one, other| one.written == other.written);
        for used in uses.filter(|used| used[0].gathered) {
            let manifest = self.manifest_path(id, used[0].datum, facts);
            if manifests.iter().any(|known| known.path == manifest) {
                continue;
            }
            let there = used.iter().map(|used| used.datum).filter(|datum| (facts.is_there)(*datum));
            let entry =
                |datum| format!("  {{\"parameters\": {}, \"path\": {}}}", self.parameters_of(datum), path(datum));
            let entries: Vec<String> = there.map(entry).collect();
            let text = if entries.is_empty() { "[]\n".to_owned() } else { format!("[\n{}\n]\n", entries.join(",\n")) };
            manifests.push(Manifest { path: manifest, of: self.label_of(used[0].datum), text });
        }
        manifests
    }

    /// The parameters of a datum of a sweep, as a JSON object: the values of its axes, and what their labels set.
    fn parameters_of(&self, datum: DatumId) -> String {
        let Some((space, axes, config)) = self.axes_of_datum(datum) else { return "{}".to_owned() };
        let values = Values { pipeline: self.pipeline(), config: Some((space, config)) };
        let mut entries = Vec::new();
        for axis in axes {
            let value = space.value(config, axis);
            let set = value.settings.iter().map(|(name, value)| (name, value));
            for (name, value) in std::iter::once((&space.axes()[axis].name, &value.value)).chain(set) {
                let value = self.argument(value, values, None, None, Facts::NONE);
                entries.push(format!("{}: {}", serde_json::Value::from(&**name), json(&value)));
            }
        }
        format!("{{{}}}", entries.join(", "))
    }
}

/// A value as JSON has it. A number that JSON does not know is a text.
fn json(value: &Argument) -> String {
    match value {
        Argument::Nothing => "null".to_owned(),
        Argument::Bool(holds) => holds.to_string(),
        Argument::Int(digits) => digits.clone(),
        Argument::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| serde_json::Value::from(number.to_string()).to_string(), |number| number.to_string()),
        Argument::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Argument::List(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(", ")),
        Argument::Map(entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{}: {}", serde_json::Value::from(&**key), json(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
