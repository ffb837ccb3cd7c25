//! Finding nodes by what people remember of them.

use crate::api::OutlineItem;

/// No more than this are told.
const MOST_FOUND: usize = 200;

/// The nodes that a text leads to, the best first: by label, by what they run or where they stand, and by id. A text that begins
/// a name is better than one that begins a word in it, and that than one anywhere in it; last come those that have
/// its letters in order. Without a text there are none.
///
/// ```
/// use loom_ui_core::api::{CardKind, OutlineItem};
/// let item = |label: &str, sub: Option<&str>| OutlineItem {
///     id: format!("step:{label}"), card: None, kind: CardKind::Step, label: label.into(), sub: sub.map(str::to_owned),
///     depth: 0, problem: None, line: 1,
/// };
/// let outline = [item("retrain", None), item("train", None), item("plot", Some("tasks/train_plot.py"))];
/// let found = loom_ui_core::files::search(&outline, "train");
/// assert_eq!(found.iter().map(|item| &*item.label).collect::<Vec<_>>(), ["train", "plot", "retrain"]);
/// ```
pub fn search(outline: &[OutlineItem], query: &str) -> Vec<OutlineItem> {
    let query = query.trim().to_lowercase();
    if query.is_empty() {
        return Vec::new();
    }
    let rank = |item: &OutlineItem| {
        let sub = item.sub.as_deref().and_then(|sub| rank(&query, sub)).map(|rank| rank + 2);
        let name = item.id.split_once(':').map_or(&*item.id, |(_, name)| name);
        let name = rank(&query, name).map(|rank| rank + 1);
        [rank(&query, &item.label), sub, name].into_iter().flatten().min()
    };
    let mut found: Vec<(u32, &OutlineItem)> = outline.iter().filter_map(|item| Some((rank(item)?, item))).collect();
    found.sort_by_key(|(rank, item)| (*rank, item.label.chars().count()));
    found.into_iter().take(MOST_FOUND).map(|(_, item)| item.clone()).collect()
}

/// How well a query that is in small letters fits a text; the smaller, the better.
fn rank(query: &str, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    if text == query {
        return Some(0);
    }
    if text.starts_with(query) {
        return Some(10);
    }
    let begins_word = |at: usize| text[..at].chars().next_back().is_some_and(|before| !before.is_alphanumeric());
    let mut places = text.match_indices(query).map(|(at, _)| at).peekable();
    if places.peek().is_some() {
        return Some(if places.any(begins_word) { 20 } else { 30 });
    }
    let mut letters = query.chars().filter(|c| !c.is_whitespace()).peekable();
    for c in text.chars() {
        letters.next_if_eq(&c);
    }
    (letters.peek().is_none() && query.chars().count() > 1).then_some(40)
}
