//! Data nodes that lie inside others.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};
use loom_spec::Pipeline;

use super::{Names, Resolved, Target};

/// The paths of the data nodes that are nested in others: each is looked at once, however long the chains are.
pub(super) fn nested_paths(names: &Names, pipeline: &Pipeline) -> HashMap<u32, Option<Arc<str>>> {
    let mut paths: HashMap<u32, Option<Arc<str>>> = HashMap::new();
    let around = |data: u32| {
        let name = pipeline.data[data as usize].nested_in.as_ref()?.reference()?;
        match names.get(name) {
            Some(Target::Data(index)) => Some(index),
            _ => None,
        }
    };
    for start in 0..pipeline.data.len() as u32 {
        if pipeline.data[start as usize].nested_in.is_none() {
            continue;
        }
        let mut way = vec![start];
        let mut seen: HashSet<u32> = HashSet::from_iter([start]);
        let mut outer = None;
        while let Some(next) = around(way[way.len() - 1]) {
            if let Some(known) = paths.get(&next) {
                outer = known.clone();
                break;
            }
            if !seen.insert(next) {
                // A circle, which is refused, leads nowhere.
                outer = None;
                break;
            }
            way.push(next);
        }
        for data in way.into_iter().rev() {
            let own = match names.data_path(pipeline, &pipeline.data[data as usize].path) {
                Ok(Resolved::Text(text)) => Some(text),
                _ => None,
            };
            let full = match (own, outer, around(data)) {
                (Some(own), _, _) if own.starts_with('/') => Some(Arc::from(&*own)),
                (Some(own), Some(outer), _) => Some(Arc::from(format!("{}/{own}", outer.trim_end_matches('/')))),
                (Some(own), None, None) => Some(Arc::from(&*own)),
                _ => None,
            };
            if pipeline.data[data as usize].nested_in.is_some() {
                paths.insert(data, full.clone());
            }
            outer = full;
        }
    }
    paths
}
