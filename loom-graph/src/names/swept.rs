//! Names whose values a sweep gives: which they are, and what they stand for.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use loom_spec::{Pipeline, Value};

use super::{End, Names, Target, Values};
use crate::sweep::{Axes, AxisValue, Space};

impl Names {
    /// The value of a parameter as it is written; none, if that differs from configuration to configuration and none is looked at,
    /// or if the configuration gives it none.
    pub(super) fn value<'a>(&self, values: Values<'a>, parameter: u32) -> Option<&'a Value> {
        let written = || values.pipeline.parameters.get(parameter as usize).map(|parameter| &parameter.value);
        let Some(axis) = self.swept.get(&parameter) else { return written() };
        let (space, config) = values.config?;
        let found = space.value(config, *axis as usize);
        let name = self.parameter_name(values.pipeline, parameter);
        if *space.axes()[*axis as usize].name == *name {
            return Some(&found.value);
        }
        // Another label sets it.
        found.settings.iter().find(|(set, _)| **set == *name).map(|(_, value)| value).or_else(written)
    }

    /// The names that only a sweep gives a value.
    pub(crate) fn of_sweep(&self) -> impl Iterator<Item = &str> {
        self.of_sweep.iter().map(|name| &**name)
    }

    /// Whether any parameter has other values from configuration to configuration.
    pub(crate) fn have_sweep(&self) -> bool {
        !self.swept.is_empty()
    }

    /// All values that a sweep gives what a name stands for.
    pub(crate) fn swept_values<'a>(&self, pipeline: &'a Pipeline, space: &'a Space, name: &str) -> Vec<&'a Value> {
        let Some(End::Value(end)) = self.end(name) else { return Vec::new() };
        let Some(axis) = self.swept.get(&end) else { return Vec::new() };
        let axis = &space.axes()[*axis as usize];
        let name = self.parameter_name(pipeline, end);
        let written = pipeline.parameters.get(end as usize).map(|parameter| &parameter.value);
        let value = |value: &'a AxisValue| {
            let set = value.settings.iter().find(|(set, _)| **set == *name).map(|(_, value)| value);
            if *axis.name == *name { Some(&value.value) } else { set.or(written) }
        };
        axis.values.iter().filter_map(value).collect()
    }

    pub(super) fn parameter_name<'a>(&'a self, pipeline: &'a Pipeline, parameter: u32) -> &'a str {
        let behind = || &self.of_sweep[parameter as usize - pipeline.parameters.len()];
        pipeline.parameters.get(parameter as usize).map_or_else(behind, |parameter| &parameter.name.text)
    }

    /// The axes that what a name stands for depends on, one bit for each. Data depend on what makes them, which is not
    /// looked at here.
    pub(crate) fn axes_of(&self, pipeline: &Pipeline, name: &str) -> Axes {
        let axes_of = |name: &str| match self.end(name) {
            Some(End::Value(end)) => self.swept.get(&end).map_or(Err(end), |axis| Ok(1 << axis)),
            _ => Ok(0),
        };
        match axes_of(name) {
            Ok(axes) => axes,
            Err(written) => {
                let Some(Value::List(items, _)) = pipeline.parameters.get(written as usize).map(|p| &p.value) else {
                    return 0;
                };
                let of_item = |item: &Value| match item {
                    Value::Scalar(scalar) => scalar.reference().and_then(|name| axes_of(name).ok()).unwrap_or(0),
                    Value::List(..) | Value::Map(..) => 0,
                };
                items.iter().map(of_item).fold(0, |all, axes| all | axes)
            }
        }
    }
}

/// Makes parameters of the names that only a sweep gives a value, and says which of all parameters it gives one.
pub(super) fn swept(
    pipeline: &Pipeline,
    space: Option<&Space>,
    targets: &mut HashMap<Arc<str>, Target>,
) -> (Vec<Arc<str>>, HashMap<u32, u32>) {
    let (mut of_sweep, mut swept) = (Vec::new(), HashMap::new());
    for (index, axis) in space.iter().flat_map(|space| space.axes().iter().enumerate()) {
        let set = axis.values.iter().flat_map(|value| value.settings.iter().map(|(name, _)| name));
        for name in std::iter::once(&axis.name).chain(set) {
            let parameter = match targets.get(name) {
                Some(Target::Parameter(parameter)) => *parameter,
                _ => {
                    let behind = (pipeline.parameters.len() + of_sweep.len()) as u32;
                    targets.insert(Arc::clone(name), Target::Parameter(behind));
                    of_sweep.push(Arc::clone(name));
                    behind
                }
            };
            swept.entry(parameter).or_insert(index as u32);
        }
    }
    (of_sweep, swept)
}
