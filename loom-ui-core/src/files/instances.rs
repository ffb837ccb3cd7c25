//! The several files that one data node stands for: one for each configuration, or for each pass.

use std::collections::HashSet;

use loom_exec::Project;
use loom_graph::{Datum, DatumId, Part, StepGraph, StepId, Use};

use super::place::Wanted;

/// Of what comes in several, no more than this are told.
pub(super) const MOST_INSTANCES: usize = 1_000;

/// One of several files of a data node.
pub(super) struct Instance {
    /// What tells it from the others: `lr=0.1`, `pass 2`.
    pub(super) label: String,
    /// Its path, as the unit that makes it is handed it.
    pub(super) path: String,
}

impl Instance {
    pub(super) fn wanted<'a>(&'a self, project: &Project, datum: &Datum) -> Wanted<'a> {
        Wanted::named(project, datum, &self.path)
    }
}

/// The files that a datum stands for, if they are several, in the order of the units that make them; of one that no step
/// makes, in the order of the configurations.
pub(super) fn instances(project: &Project, datum: &Datum) -> Vec<Instance> {
    let checked = project.checked();
    let Some(graph) = checked.expanded.as_deref() else { return Vec::new() };
    let links = graph.links();
    let mut found = Found { known: HashSet::new(), all: Vec::new() };
    if let Some(maker) = checked.links.producer(datum.canonical) {
        let is_it = |made: &Use| checked.links.datum(made.datum).canonical == datum.canonical;
        let place = checked.links.writes(maker).position(is_it);
        for step in graph.instances(maker).into_iter().take(MOST_INSTANCES) {
            let made = place.and_then(|place| links.writes(step).nth(place));
            made.into_iter().for_each(|made| found.add(graph, step, made.datum));
        }
    } else if graph.space().is_some() && datum.name.is_some() {
        let named = links.data().iter().filter(|one| one.name == datum.name).take(MOST_INSTANCES);
        named.for_each(|one| found.push(one.path.to_string(), one.path.to_string()));
    }
    found.all.truncate(MOST_INSTANCES);
    match &found.all[..] {
        [only] if *only.path == *datum.path => Vec::new(),
        _ => found.all,
    }
}

struct Found {
    known: HashSet<String>,
    all: Vec<Instance>,
}

impl Found {
    fn add(&mut self, graph: &StepGraph, step: StepId, datum: DatumId) {
        let links = graph.links();
        let configuration = graph.configuration(step);
        let label: Vec<String> = configuration.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let label = label.join(",");
        let path = &links.datum(datum).path;
        if let Some((_, passes)) = graph.group(step).filter(|_| graph.is_made_per_pass(step, datum)) {
            let count = passes.pass_count().min(MOST_INSTANCES);
            let place = links.writes(step).position(|made| made.datum == datum);
            for pass in 0..u32::try_from(count).unwrap_or(0) {
                let unit = graph.unit(step, Part::Pass(pass));
                let Some(file) = place.and_then(|place| graph.makes(&unit).into_iter().nth(place)) else { continue };
                let pass = format!("pass {}", unit.name.rsplit('#').next().unwrap_or_default());
                let label = if label.is_empty() { pass } else { format!("{label} {pass}") };
                self.push(label, file.path);
            }
        }
        self.push(label, path.to_string());
    }

    fn push(&mut self, label: String, path: String) {
        if self.known.insert(path.clone()) {
            let label = if label.is_empty() { "result".to_owned() } else { label };
            self.all.push(Instance { label, path });
        }
    }
}
