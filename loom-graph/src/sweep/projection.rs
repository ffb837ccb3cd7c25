//! The configurations, as far as they differ in some axes: what a step that only some axes concern sees of them.

use foldhash::{HashMap, HashMapExt};

use super::flow::{Axes, Flow};
use super::{ConfigId, Space};
use crate::links::{DatumId, Links};

/// The classes of configurations that are alike in some axes, in the order in which the sweep comes to them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projection {
    /// The class of each configuration; nothing, if there is only one class.
    class_of: Vec<u32>,
    /// The first configuration of each class.
    firsts: Vec<ConfigId>,
}

impl Projection {
    fn new(space: &Space, axes: Axes) -> Self {
        if axes == 0 {
            return Self { class_of: Vec::new(), firsts: vec![ConfigId(0)] };
        }
        let wanted: Vec<usize> = (0..space.axes().len()).filter(|axis| axes & (1 << axis) != 0).collect();
        let mut projection = Self { class_of: Vec::with_capacity(space.len()), firsts: Vec::new() };
        let mut known: HashMap<Box<[u32]>, u32> = HashMap::new();
        let mut values = Vec::with_capacity(wanted.len());
        for config in (0..space.len() as u32).map(ConfigId) {
            let indices = space.indices(config);
            values.clear();
            values.extend(wanted.iter().map(|axis| indices[*axis]));
            let class = match known.get(&values[..]) {
                Some(class) => *class,
                None => {
                    let class = projection.firsts.len() as u32;
                    known.insert(values.as_slice().into(), class);
                    projection.firsts.push(config);
                    class
                }
            };
            projection.class_of.push(class);
        }
        projection
    }

    /// The class of a configuration.
    pub(crate) fn class(&self, config: ConfigId) -> u32 {
        self.class_of.get(config.0 as usize).copied().unwrap_or(0)
    }

    /// The first configuration of a class.
    pub(crate) fn first(&self, class: u32) -> ConfigId {
        self.firsts[class as usize]
    }

    /// The first configuration of each class.
    pub(crate) fn firsts(&self) -> impl ExactSizeIterator<Item = ConfigId> + '_ {
        self.firsts.iter().copied()
    }

    /// How many classes there are.
    pub(crate) fn len(&self) -> u32 {
        self.firsts.len() as u32
    }
}

/// For each class of some axes, the classes of more axes that are in it.
type Members = Vec<Vec<u32>>;

/// All projections that the steps and data of a pipeline need.
#[derive(Clone, Debug, Default)]
pub(crate) struct Projections {
    by_axes: HashMap<Axes, Projection>,
    gathered: HashMap<(Axes, Axes), Members>,
}

impl Projections {
    pub(crate) fn new(space: &Space, flow: &Flow, links: &Links) -> Self {
        let mut projections = Self::default();
        let mut needed = vec![0];
        needed.extend(links.steps().map(|step| flow.of_step(step)));
        needed.extend((0..links.data().len() as u32).map(|datum| flow.of_datum(DatumId(datum))));
        let mut pairs = Vec::new();
        for step in links.steps().filter(|step| flow.gathered(*step) != 0) {
            for used in links.uses(step) {
                let axes = flow.of_datum(used.datum);
                pairs.push((axes, axes & !flow.ended(step, used.datum, used.role)));
            }
        }
        needed.extend(pairs.iter().map(|(_, kept)| *kept));
        for axes in needed {
            projections.by_axes.entry(axes).or_insert_with(|| Projection::new(space, axes));
        }
        for (axes, kept) in pairs {
            if axes == kept || projections.gathered.contains_key(&(axes, kept)) {
                continue;
            }
            let (all, by) = (projections.of(axes), projections.of(kept));
            let mut members = vec![Vec::new(); by.len() as usize];
            for (class, config) in all.firsts().enumerate() {
                members[by.class(config) as usize].push(class as u32);
            }
            projections.gathered.insert((axes, kept), members);
        }
        projections
    }

    pub(crate) fn of(&self, axes: Axes) -> &Projection {
        &self.by_axes[&axes]
    }

    pub(crate) fn gathered(&self, axes: Axes, kept: Axes, class: u32) -> &[u32] {
        self.gathered.get(&(axes, kept)).and_then(|members| members.get(class as usize)).map_or(&[], Vec::as_slice)
    }
}
