//! The several files that one data node stands for: one for each configuration, or for each pass.

use std::collections::HashSet;

use loom_exec::Project;
use loom_graph::{Datum, Links, Part, StepGraph, StepId};

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

/// The files that a datum stands for, if they are several, in the order of the units that make them.
pub(super) fn instances(project: &Project, datum: &Datum) -> Vec<Instance> {
    let Some(graph) = project.checked().expanded.as_deref() else { return Vec::new() };
    let links = graph.links();
    let mut found = Found { known: HashSet::new(), all: Vec::new() };
    // Only what is made for a configuration has a name of it.
    for step in links.steps() {
        for made in links.writes(step) {
            let one = links.datum(made.datum);
            let is_it = match (&datum.name, &one.name) {
                (Some(name), Some(other)) => name == other,
                (None, None) => is_written_as(project, graph, step, datum, &made.path),
                _ => false,
            };
            if is_it {
                found.add(graph, step, links, made.datum);
            }
            if found.all.len() >= MOST_INSTANCES {
                break;
            }
        }
    }
    found.all.truncate(MOST_INSTANCES);
    if let [only] = &found.all[..]
        && *only.path == *datum.path
    {
        return Vec::new();
    }
    found.all
}

/// Whether a path without a data node is what a step writes there, whatever its configuration makes of the path.
fn is_written_as(project: &Project, graph: &StepGraph, step: StepId, datum: &Datum, path: &str) -> bool {
    if *datum.path == *path {
        return true;
    }
    let written = graph.written(step);
    let links = &project.checked().links;
    let places = |links: &Links, step| links.writes(step).map(|made| made.path.to_string()).collect::<Vec<_>>();
    let place = places(graph.links(), step).iter().position(|made| *made == *path);
    place.is_some_and(|place| places(links, written).get(place).is_some_and(|made| **made == *datum.path))
}

struct Found {
    known: HashSet<String>,
    all: Vec<Instance>,
}

impl Found {
    fn add(&mut self, graph: &StepGraph, step: StepId, links: &Links, datum: loom_graph::DatumId) {
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
