//! Finding nodes by what is typed.

use crate::api::OutlineItem;

/// So many are found.
const MOST: usize = 200;

/// The items of an outline that fit what was typed, the best first: in their names, their paths and tasks, their values.
pub fn search(outline: &[OutlineItem], query: &str) -> Vec<OutlineItem> {
    let query = query.trim().to_lowercase();
    let fit = |item: &OutlineItem| {
        let name = fit(&item.label, &query);
        let sub = item.sub.as_deref().map_or(0, |sub| fit(sub, &query));
        // A name says more than a path.
        (2 * name).max(sub)
    };
    let mut found: Vec<(u32, &OutlineItem)> = outline.iter().map(|item| (fit(item), item)).filter(|(fit, _)| *fit > 0).collect();
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    found.into_iter().take(MOST).map(|(_, item)| item.clone()).collect()
}

/// How well a text fits: as a whole, from its beginning, from the beginning of a word, somewhere, or with letters between.
fn fit(text: &str, query: &str) -> u32 {
    let text = text.to_lowercase();
    if query.is_empty() || text == query {
        return 10;
    }
    if text.starts_with(query) {
        return 8;
    }
    if let Some(at) = text.find(query) {
        let is_word = text[..at].chars().next_back().is_some_and(|before| !before.is_alphanumeric());
        return if is_word { 6 } else { 4 };
    }
    let mut letters = text.chars();
    u32::from(query.chars().all(|wanted| letters.any(|letter| letter == wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_fit_comes_first() {
        assert!(fit("train", "train") > fit("train_all", "train"));
        assert!(fit("train_all", "train") > fit("pre_train", "train"));
        assert!(fit("pre_train", "train") > fit("restrain", "train"));
        assert!(fit("restrain", "train") > fit("transition", "train"));
        assert_eq!(fit("make", "train"), 0);
    }
}
