//! Three texts: as it was, as it is here, as it is in the file. What both sides changed goes together, by what it means and not
//! by lines.

use std::collections::{BTreeMap, HashSet};

use loom_spec::Value;

use super::lines;
use crate::api::{Choice, Conflict};
use crate::edit::index::{Index, StepAt};
use crate::edit::yaml::{self, Edit, Seg, entries, get, items, new_of, same, scalar};

/// What became of it.
pub(super) enum Merging {
    /// One text that has the changes of both.
    Text(String),
    /// What is to be chosen.
    Conflicts(Vec<Conflict>),
}

/// The id of the conflict that is the whole file.
const WHOLE: &str = "file";

/// A step of a path that stays the same when other items come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Key(String),
    /// An item of a list of steps, by its name.
    Named(String),
}

impl Part {
    fn text(&self) -> &str {
        let (Self::Key(text) | Self::Named(text)) = self;
        text
    }
}

/// What is to be done to the text of the file, where paths are looked up when it is done.
enum Change {
    Set(Vec<Part>, Value),
    Remove(Vec<Part>),
    /// Into what is at the path, as its item of this number.
    Insert(Vec<Part>, usize, Part, Value),
    Move(Vec<Part>, usize, usize),
}

/// The changes that were made here, made in the text of the file.
pub(super) fn merge(base: &str, mine: &str, theirs: &str, choices: &[(String, Choice)]) -> Merging {
    if let Some((_, choice)) = choices.iter().find(|(id, _)| id == WHOLE) {
        return Merging::Text(if *choice == Choice::Mine { mine } else { theirs }.to_owned());
    }
    let by_lines = lines::merged(base, mine, theirs);
    let whole = || {
        let label = "the whole file".to_owned();
        let [base, mine, theirs] = [base, mine, theirs].map(|text| Some(text.to_owned()));
        Merging::Conflicts(vec![Conflict { id: WHOLE.to_owned(), label, base, mine, theirs }])
    };
    let trees = [base, mine, theirs].map(|text| yaml::read(text).filter(|tree| matches!(tree, Value::Map(..))));
    let [Some(base_tree), Some(my_tree), Some(their_tree)] = &trees else {
        return by_lines.map_or_else(whole, Merging::Text);
    };
    let mut merge = Merge { texts: [base, mine, theirs], choices, changes: Vec::new(), conflicts: Vec::new() };
    let merged = merge.value(&[], Some(base_tree), Some(my_tree), Some(their_tree));
    if !merge.conflicts.is_empty() {
        // A step that went to another group cannot be told part by part: it would be in both.
        let before = groups(base_tree);
        let is_moved = [my_tree, their_tree]
            .iter()
            .any(|tree| groups(tree).iter().any(|(step, group)| before.get(step).is_some_and(|was| was != group)));
        return if is_moved { whole() } else { Merging::Conflicts(merge.conflicts) };
    }
    let Some(merged) = merged else { return whole() };
    if has_twins(&merged) && !has_twins(my_tree) && !has_twins(their_tree) {
        return whole();
    }
    // A step that one side removed while the other put it elsewhere would be back, or be gone for both; and two that are new and
    // have one name would be mixed. Who chose, chose that.
    let steps = [base_tree, my_tree, their_tree].map(groups);
    if choices.is_empty() && (!has_all(&groups(&merged), &steps) || mixes(my_tree, their_tree, &steps)) {
        return whole();
    }
    let is_meant = |text: &String| yaml::read(text).is_some_and(|tree| same(&tree, &merged));
    // By lines, the comments of both sides stay; but only what is meant counts.
    if let Some(text) = by_lines.filter(is_meant) {
        return Merging::Text(text);
    }
    let made = merge.changes.iter().try_fold(theirs.to_owned(), |text, change| made(&text, change));
    made.filter(is_meant).map_or_else(whole, Merging::Text)
}

/// Steps with the groups that they are in.
type Groups = BTreeMap<String, Option<String>>;

/// The steps with the groups that they are in.
fn groups(tree: &Value) -> Groups {
    let index = Index::of(tree);
    let group = |step: &StepAt| step.group.map(|group| index.groups[group].name.clone());
    index.steps.iter().map(|step| (step.name.clone(), group(step))).collect()
}

/// Whether there are just those steps that both sides left, and those that one of them added.
fn has_all(merged: &Groups, [base, mine, theirs]: &[Groups; 3]) -> bool {
    let is_wanted = |step: &String| match base.contains_key(step) {
        true => mine.contains_key(step) && theirs.contains_key(step),
        false => mine.contains_key(step) || theirs.contains_key(step),
    };
    let all = base.keys().chain(mine.keys()).chain(theirs.keys());
    all.into_iter().all(|step| is_wanted(step) == merged.contains_key(step))
}

/// Whether both sides have a new step of one name, and another one each.
fn mixes(my_tree: &Value, their_tree: &Value, [base, mine, theirs]: &[Groups; 3]) -> bool {
    let step = |tree, name: &str| yaml::get(tree, &Index::of(tree).path_of(&format!("step:{name}")).ok()?).cloned();
    let mut new = mine.keys().filter(|name| theirs.contains_key(*name) && !base.contains_key(*name));
    new.any(|name| match (step(my_tree, name), step(their_tree, name)) {
        (Some(mine), Some(theirs)) => !same(&mine, &theirs),
        _ => true,
    })
}

/// Whether two steps have one name.
fn has_twins(tree: &Value) -> bool {
    let mut seen = HashSet::new();
    Index::of(tree).steps.into_iter().any(|step| !seen.insert(step.name))
}

struct Merge<'t> {
    texts: [&'t str; 3],
    choices: &'t [(String, Choice)],
    changes: Vec<Change>,
    conflicts: Vec<Conflict>,
}

impl Merge<'_> {
    /// What it comes to, and, as changes, how the file is to get there.
    fn value(
        &mut self,
        path: &[Part],
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) -> Option<Value> {
        let alike = |one: Option<&Value>, other: Option<&Value>| match (one, other) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        };
        if alike(mine, theirs) || alike(base, mine) {
            return theirs.cloned();
        }
        let list = path.last().is_none_or(|part| matches!(part.text(), "pipeline" | "steps"));
        if let (Some(my_parts), Some(their_parts)) = (parts(mine, list), parts(theirs, list)) {
            let same_kind = matches!(mine, Some(Value::Map(..))) == matches!(theirs, Some(Value::Map(..)));
            let base_parts = if base.is_some() { parts(base, list) } else { Some(Vec::new()) };
            if let (Some(base_parts), true) = (base_parts, same_kind)
                && let Some(value) = self.keyed(path, base, &base_parts, (mine, &my_parts), (theirs, &their_parts))
            {
                return Some(value);
            }
        }
        if alike(base, theirs) || self.chosen(path, base, mine, theirs) == Some(Choice::Mine) {
            match (mine, theirs) {
                (Some(mine), Some(_)) => self.changes.push(Change::Set(path.to_vec(), mine.clone())),
                (None, Some(_)) => self.changes.push(Change::Remove(path.to_vec())),
                // What is around puts it in.
                (_, None) => {}
            }
            return mine.cloned();
        }
        theirs.cloned()
    }

    /// A mapping, or a list of steps: part by part. None, if it must be taken as a whole.
    fn keyed(
        &mut self,
        path: &[Part],
        base: Option<&Value>,
        base_parts: &[Part],
        (mine, my_parts): (Option<&Value>, &[Part]),
        (theirs, their_parts): (Option<&Value>, &[Part]),
    ) -> Option<Value> {
        let order = order(base_parts, my_parts, their_parts)?;
        let mut kept = Vec::new();
        let mut children = Vec::new();
        for part in &order {
            let of = |value: Option<&Value>| value.and_then(|value| child(value, part)).cloned();
            let (base, mine, theirs) = (of(base), of(mine), of(theirs));
            let mut inner = path.to_vec();
            inner.push(part.clone());
            if let Some(value) = self.value(&inner, base.as_ref(), mine.as_ref(), theirs.as_ref()) {
                kept.push(part.clone());
                children.push(value);
            }
        }
        let mut now: Vec<&Part> = their_parts.iter().filter(|part| kept.contains(part)).collect();
        for (at, (part, value)) in kept.iter().zip(&children).enumerate() {
            match now.iter().position(|known| *known == part) {
                Some(from) if from == at => {}
                Some(from) => {
                    self.changes.push(Change::Move(path.to_vec(), from, at));
                    let moved = now.remove(from);
                    now.insert(at, moved);
                }
                None => {
                    self.changes.push(Change::Insert(path.to_vec(), at, part.clone(), value.clone()));
                    now.insert(at, part);
                }
            }
        }
        let whole = theirs.or(mine)?;
        Some(match whole {
            Value::Map(_, span) => {
                let both = [theirs, mine];
                let key = |part: &Part| {
                    let entries = both.iter().flatten().flat_map(|value| entries(value));
                    entries.map(|entry| &entry.key).find(|key| &*key.text == part.text()).cloned()
                };
                let entry = |(part, value)| Some(loom_spec::Entry { key: key(part)?, value });
                Value::Map(kept.iter().zip(children).map(entry).collect::<Option<_>>()?, *span)
            }
            _ => Value::List(children.into(), whole.span()),
        })
    }

    /// Which side is to be taken; a conflict, if nobody has said.
    fn chosen(
        &mut self,
        path: &[Part],
        base: Option<&Value>,
        mine: Option<&Value>,
        theirs: Option<&Value>,
    ) -> Option<Choice> {
        let escaped = path.iter().map(|part| part.text().replace('~', "~0").replace('/', "~1"));
        let id = format!("/{}", escaped.collect::<Vec<_>>().join("/"));
        if let Some((_, choice)) = self.choices.iter().find(|(known, _)| *known == id) {
            return Some(*choice);
        }
        let label = path.iter().map(Part::text).collect::<Vec<_>>().join(" › ");
        let texts = self.texts;
        let shown = |value: Option<&Value>, text: usize| {
            value.map(|value| {
                let span = value.span();
                texts[text].get(span.start as usize..span.end as usize).unwrap_or_default().trim_end().to_owned()
            })
        };
        let (base, mine, theirs) = (shown(base, 0), shown(mine, 1), shown(theirs, 2));
        self.conflicts.push(Conflict { id, label, base, mine, theirs });
        None
    }
}

/// What the parts of a mapping or a list of steps are called; none of anything else, or if two are called the same.
fn parts(value: Option<&Value>, list: bool) -> Option<Vec<Part>> {
    let parts: Vec<Part> = match value? {
        Value::Map(entries, _) => entries.iter().map(|entry| Part::Key(entry.key.text.to_string())).collect(),
        Value::List(items, _) if list => items.iter().map(name).collect::<Option<_>>()?,
        _ => return None,
    };
    let mut seen = HashSet::new();
    parts.iter().all(|part| seen.insert(part.text().to_owned())).then_some(parts)
}

/// What a step, or a group of steps, is called.
fn name(item: &Value) -> Option<Part> {
    let text = |key| yaml::key(item, key).and_then(scalar).map(|scalar| scalar.text.to_string());
    let group = || text("group").map(|name| format!("group {name}"));
    text("name").or_else(group).map(Part::Named)
}

fn child<'v>(value: &'v Value, part: &Part) -> Option<&'v Value> {
    match part {
        Part::Key(key) => yaml::key(value, key),
        Part::Named(_) => items(value).iter().find(|item| name(item).as_ref() == Some(part)),
    }
}

/// All parts in the order that they are to stand in: theirs, with mine put in behind what they stand behind here; mine, if only
/// here the order was changed. None, if both changed it.
fn order(base: &[Part], mine: &[Part], theirs: &[Part]) -> Option<Vec<Part>> {
    let common =
        |of: &[Part], with: &[Part]| -> Vec<Part> { of.iter().filter(|part| with.contains(part)).cloned().collect() };
    let kept = |with: &[Part]| common(mine, base) == common(base, with);
    let (first, second) = if kept(mine) || common(mine, theirs) == common(theirs, mine) {
        (theirs, mine)
    } else if common(theirs, base) == common(base, theirs) {
        (mine, theirs)
    } else {
        return None;
    };
    let mut order = first.to_vec();
    let mut behind: Option<&Part> = None;
    for part in second {
        if !order.contains(part) {
            let mut at = behind.and_then(|part| order.iter().position(|known| known == part)).map_or(0, |at| at + 1);
            // What both put in at the same place: theirs first.
            while order.get(at).is_some_and(|next| !base.contains(next) && !second.contains(next)) {
                at += 1;
            }
            order.insert(at, part.clone());
        }
        behind = Some(part);
    }
    // What neither has any more is of no account, but what one of them changed is asked for.
    order.retain(|part| mine.contains(part) || theirs.contains(part));
    Some(order)
}

/// The text with a change made; none if that cannot be done.
fn made(text: &str, change: &Change) -> Option<String> {
    let tree = yaml::read(text)?;
    let place = |path: &[Part]| -> Option<Vec<Seg>> {
        let mut place = Vec::new();
        for part in path {
            let around = get(&tree, &place)?;
            place.push(match part {
                Part::Key(key) => Seg::Key(key.clone()),
                Part::Named(_) => Seg::Item(items(around).iter().position(|item| name(item).as_ref() == Some(part))?),
            });
        }
        Some(place)
    };
    let edits = match change {
        Change::Set(path, value) => vec![Edit::Set { path: place(path)?, value: new_of(value) }],
        Change::Remove(path) => vec![Edit::Remove { path: place(path)? }],
        Change::Insert(path, at, Part::Named(_), value) => {
            vec![Edit::Insert { path: place(path)?, at: *at, value: new_of(value) }]
        }
        Change::Insert(path, at, Part::Key(key), value) => {
            let path = place(path)?;
            let last = entries(get(&tree, &path)?).len();
            let set = Edit::Set { path: yaml::below(&path, key), value: new_of(value) };
            let moved = (*at != last).then(|| Edit::Move { path: path.clone(), from: last, to: *at });
            [Some(set), moved].into_iter().flatten().collect()
        }
        Change::Move(path, from, to) => vec![Edit::Move { path: place(path)?, from: *from, to: *to }],
    };
    yaml::changed(text, &edits).ok()
}
