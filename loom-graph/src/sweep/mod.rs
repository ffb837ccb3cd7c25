//! Searching: from axes to configurations, and from steps to one instance for each configuration that concerns them.

mod flow;
mod paths;
mod projection;
mod space;

use std::sync::Arc;

pub(crate) use flow::{Axes, Flow};
pub(crate) use paths::{file_name_of, fill, mark, matches_all, push_name};
pub(crate) use projection::{Projection, Projections};
pub use space::{AxisValue, ConfigId, Space, SpaceAxis};

use crate::links::{DatumId, Links, Role, StepId};

/// The sweep of a pipeline: its configurations, and whom they concern.
#[derive(Clone, Debug)]
pub(crate) struct Sweeping {
    pub(crate) space: Arc<Space>,
    pub(crate) flow: Flow,
    projections: Projections,
}

impl Sweeping {
    pub(crate) fn new(space: Arc<Space>, flow: Flow, links: &Links) -> Self {
        let projections = Projections::new(&space, &flow, links);
        Self { space, flow, projections }
    }

    /// The configurations, as far as they differ in some axes.
    pub(crate) fn projection(&self, axes: Axes) -> &Projection {
        self.projections.of(axes)
    }

    /// What is gathered where of `axes` only `kept` are told apart, for one class of those.
    pub(crate) fn gathered(&self, axes: Axes, kept: Axes, class: u32) -> &[u32] {
        self.projections.gathered(axes, kept, class)
    }

    /// How many instances of a datum all instances of a step gather together, by one of its uses.
    pub(crate) fn gathered_count(&self, step: StepId, datum: DatumId, role: Role) -> u64 {
        let (axes, ended) = (self.flow.of_datum(datum), self.flow.ended(step, datum, role));
        if ended == 0 {
            return 0;
        }
        let kept = axes & !ended;
        let by = self.projection(kept);
        let of_instance = |config| self.gathered(axes, kept, by.class(config)).len() as u64;
        self.projection(self.flow.of_step(step)).firsts().map(of_instance).sum()
    }

    /// How many instances a step has.
    pub(crate) fn count(&self, step: StepId) -> usize {
        self.projection(self.flow.of_step(step)).len() as usize
    }
}
