//! The configurations of a sweep, in its order.

mod axes;
mod build;
mod column;
mod condition;
mod draw;
mod group;
mod range;
mod rules;
mod sieve;
mod table;
mod told;
mod value;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use loom_spec::{Pipeline, Problems, Span, Value};

use super::flow::Axes;
use super::paths::{in_name, push_name};
use crate::World;

/// All configurations of a sweep: a value for each axis.
#[derive(Clone, Debug, Default)]
pub struct Space {
    axes: Vec<SpaceAxis>,
    /// For each configuration the value of each axis, as an index into [`SpaceAxis::values`].
    indices: Vec<u32>,
}

/// A configuration, as an index into the order of the sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConfigId(pub u32);

/// An axis with all the values that any configuration gives it.
#[derive(Clone, Debug)]
pub struct SpaceAxis {
    /// The name.
    pub name: Arc<str>,
    /// Whether results are aggregated over it: an axis of `repeat`.
    pub is_repeat: bool,
    /// The values, in the order in which they are written.
    pub values: Vec<AxisValue>,
    /// Where the axis stands in the file.
    pub span: Span,
}

/// A value of an axis.
#[derive(Clone, Debug)]
pub struct AxisValue {
    /// What `$axis` stands for: the value, or the label.
    pub value: Value,
    /// The further parameters that a label sets.
    pub settings: Vec<(Arc<str>, Value)>,
    /// The value as people read it, and as units are named by it.
    pub text: Arc<str>,
}

impl AxisValue {
    /// What the label sets a parameter to, as people read it; none if it leaves that alone.
    pub fn setting(&self, parameter: &str) -> Option<Arc<str>> {
        let set = self.settings.iter().find(|(name, _)| **name == *parameter);
        set.map(|(_, value)| value::text_of(value))
    }
}

impl Space {
    /// Works out the configurations of a pipeline; none if it has no sweep, or nobody can say what it sweeps over. Where
    /// that is an error there is no configuration, and the axes are those that could be told.
    pub(crate) fn new(pipeline: &Pipeline, world: &dyn World, problems: &mut Problems) -> Option<Self> {
        build::space(pipeline, pipeline.sweep.as_ref()?, world, problems)
    }

    /// The axis of this name, as an index into [`Space::axes`].
    pub fn axis(&self, name: &str) -> Option<usize> {
        self.axes.iter().position(|axis| &*axis.name == name)
    }

    /// The axes, in file order, those of `repeat` last.
    pub fn axes(&self) -> &[SpaceAxis] {
        &self.axes
    }

    /// The value that a configuration gives an axis.
    pub fn value(&self, config: ConfigId, axis: usize) -> &AxisValue {
        &self.axes[axis].values[self.indices(config)[axis] as usize]
    }

    /// The name of a configuration: `rate=0.1,depth=2`.
    pub fn name(&self, config: ConfigId) -> String {
        let mut name = String::new();
        push_name(self, Axes::MAX, config, &mut name);
        name.trim_start_matches('@').to_owned()
    }

    /// A value as it stands in the name of a configuration: in quotes where it could be mistaken for more than a value.
    ///
    /// ```
    /// assert_eq!(loom_graph::Space::in_name("0.1"), "0.1");
    /// assert_eq!(loom_graph::Space::in_name("a,b"), "\"a,b\"");
    /// ```
    pub fn in_name(value: &str) -> String {
        in_name(value)
    }

    /// How many configurations there are.
    pub fn len(&self) -> usize {
        self.indices.len().checked_div(self.axes.len()).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value that a configuration gives each axis, as indices into [`SpaceAxis::values`].
    pub fn indices(&self, config: ConfigId) -> &[u32] {
        let count = self.axes.len();
        &self.indices[config.0 as usize * count..(config.0 as usize + 1) * count]
    }
}
