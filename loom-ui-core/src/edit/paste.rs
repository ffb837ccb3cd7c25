//! Pieces of other pipelines, or of this one once more.

use std::collections::HashMap;

use loom_spec::Value;

use super::draft::Draft;
use super::rename;
use super::yaml::{New, Path, Seg, below, entries, items, key, new_of, scalar};
use super::{add, index::text_of};
use crate::Refused;
use crate::document::Pins;

/// Puts a piece of YAML in.
pub(super) fn paste(draft: &mut Draft<'_>, text: &str) -> Result<String, Refused> {
    let around = draft.around;
    let unreadable = || {
        Refused::edit(
            "what is to be put in is no piece of a pipeline: `data`, `parameters` and `pipeline`, as in a file",
        )
    };
    let mut piece = Draft::new(text, &Pins::new(), around).map_err(|_| unreadable())?;
    let known = ["data", "parameters", "pipeline"];
    let strange = entries(&piece.tree).iter().map(|entry| &*entry.key.text).find(|key| !known.contains(key));
    if let Some(strange) = strange {
        return Err(Refused::edit(format!("`{strange}` cannot be put in: only data, parameters and steps can")));
    }
    let renamed = renamed(draft, &mut piece)?;
    own_paths(draft, &mut piece, &renamed)?;
    let mut count = 0;
    for section in ["data", "parameters"] {
        for entry in key(&piece.tree, section).map(entries).unwrap_or_default() {
            let path: Path = vec![Seg::Key(section.to_owned()), Seg::Key(entry.key.text.to_string())];
            draft.set(&path, new_of(&entry.value))?;
            count += 1;
        }
    }
    let list = vec![Seg::Key("pipeline".to_owned())];
    for step in key(&piece.tree, "pipeline").map(items).unwrap_or_default() {
        add::append(draft, &list, None, new_of(step))?;
        count += 1;
    }
    if count == 0 {
        return Err(Refused::edit("there is nothing in it to be put in"));
    }
    Ok(match (count, items_of(&piece.tree)) {
        (1, Some(name)) => format!("paste {name}"),
        _ => format!("paste {count} nodes"),
    })
}

fn items_of(tree: &Value) -> Option<String> {
    let step = key(tree, "pipeline").and_then(|list| items(list).first()).and_then(|step| text_of(step, "name"));
    let named =
        |section| key(tree, section).and_then(|map| entries(map).first()).map(|entry| entry.key.text.to_string());
    step.or_else(|| named("data")).or_else(|| named("parameters"))
}

/// Gives other names to what is called like something that is there; the new names by the old ids.
fn renamed(draft: &Draft<'_>, piece: &mut Draft<'_>) -> Result<HashMap<String, String>, Refused> {
    let mut renamed = HashMap::new();
    let own = &piece.index;
    let named = own.data.iter().map(|data| format!("data:{}", data.name));
    let named = named.chain(own.parameters.iter().map(|parameter| format!("param:{}", parameter.name)));
    let named = named.chain(own.steps.iter().map(|step| format!("step:{}", step.name)));
    let named = named.chain(own.groups.iter().map(|group| format!("group:{}", group.name)));
    for id in named.collect::<Vec<_>>() {
        let Some((kind, name)) = id.split_once(':') else { continue };
        let index = &draft.index;
        let is_taken = match kind {
            "step" | "group" => add::is_taken_for_step(index, name),
            _ => index.is_taken(name),
        };
        if !is_taken {
            continue;
        }
        let to = {
            let own = &piece.index;
            rename::for_copy(index, name, |name| add::is_taken_for_step(own, name))
        };
        rename::rename(piece, &id, &to)?;
        renamed.insert(id.clone(), to);
    }
    Ok(renamed)
}

/// Gives other paths to data that a pasted step makes, where others have them already.
fn own_paths(draft: &Draft<'_>, piece: &mut Draft<'_>, renamed: &HashMap<String, String>) -> Result<(), Refused> {
    let path_of = |value: &Value| {
        let path = key(value, "path").unwrap_or(value);
        scalar(path).map(|path| path.text.to_string())
    };
    let mut taken: Vec<String> = key(&draft.tree, "data")
        .map(entries)
        .unwrap_or_default()
        .iter()
        .filter_map(|entry| path_of(&entry.value))
        .collect();
    for (id, name) in renamed {
        if !id.starts_with("data:") {
            continue;
        }
        let place = piece.index.find_data(name)?.path.clone();
        let is_made = piece.index.uses_of(&format!("data:{name}")).any(|found| found.how.starts_with("outputs"));
        let Some(path) = piece.get(&place).and_then(path_of).filter(|path| is_made && taken.contains(path)) else {
            continue;
        };
        let (folder, file) = path.rsplit_once('/').map_or(("", &*path), |(folder, file)| (folder, file));
        let (stem, suffix) = file.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).unwrap_or((file, ""));
        let whole = |stem: &str| {
            let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
            let suffix = if suffix.is_empty() { String::new() } else { format!(".{suffix}") };
            format!("{folder}{stem}{suffix}")
        };
        let stem = add::unique(stem, |stem| taken.contains(&whole(stem)));
        let own = if piece.get(&below(&place, "path")).is_some() { below(&place, "path") } else { place };
        piece.set(&own, New::Text(whole(&stem)))?;
        taken.push(whole(&stem));
    }
    Ok(())
}
