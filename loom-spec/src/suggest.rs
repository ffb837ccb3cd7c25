//! The nearest known name to a misspelt one.

/// Finds the nearest of many names, with a bound on the work that all questions together may cost:
/// past it, a message goes without a suggestion rather than without an end.
///
/// ```
/// let mut suggest = loom_spec::Suggest::default();
/// assert_eq!(suggest.nearest("ouputs", ["inputs", "outputs"]), Some("outputs"));
/// assert_eq!(suggest.nearest("colour", ["inputs", "outputs"]), None);
/// ```
#[derive(Debug)]
pub struct Suggest {
    /// In pairs of letters: what a comparison costs is the product of the lengths.
    work_left: usize,
}

impl Default for Suggest {
    fn default() -> Self {
        Self { work_left: 8_000_000 }
    }
}

impl Suggest {
    /// Whoever wrote a longer name has not misspelt it by a letter or two.
    const LONGEST: usize = 100;

    /// The nearest of `known` to `name`, if one is near enough to be what was meant: at most a third
    /// of its letters wrong, missing, added or swapped; of three letters or fewer, one, if most are right.
    pub fn nearest<'a>(&mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        // A letter is four bytes at most: what is far too long need not be counted.
        let is_huge = |text: &str| text.len() > 8 * Self::LONGEST;
        if is_huge(name) || name.chars().count() > Self::LONGEST {
            return None;
        }
        let lower = name.to_lowercase();
        let length = lower.chars().count();
        let mut best: Option<(usize, &str)> = None;
        for candidate in known {
            self.work_left = self.work_left.checked_sub(1)?;
            if candidate == name || is_huge(candidate) {
                continue;
            }
            let count = candidate.chars().count();
            let allowed = allowed(length, count).min(best.map_or(usize::MAX, |(least, _)| least));
            if length.abs_diff(count) > allowed {
                continue;
            }
            self.work_left = self.work_left.checked_sub(length * count)?;
            let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
            if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
                best = Some((distance, candidate));
            }
        }
        best.map(|(_, name)| name)
    }

    /// `did you mean …?` for the nearest name.
    pub fn did_you_mean<'a>(&mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
        self.nearest(name, known).map(|near| format!("did you mean `{near}`?"))
    }
}

/// How far apart two names of these lengths may be.
fn allowed(one: usize, other: usize) -> usize {
    let (shorter, longer) = (one.min(other), one.max(other));
    if shorter <= 3 { (longer.saturating_sub(1) / 2).min(1) } else { longer.div_ceil(3) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_meant_is_suggested() {
        let cases = [
            ("ouputs", "outputs", true),
            ("rwa", "raw", true),
            ("id", "ids", true),
            ("A", "a", true),
            ("a", "b", false),
            ("in", "on", false),
            ("abc", "axcy", false),
            ("🎉", "数据", false),
            ("数居集", "数据集", true),
            ("größe", "grösse", true),
        ];
        for (name, known, expected) in cases {
            assert_eq!(Suggest::default().nearest(name, [known]).is_some(), expected, "{name} {known}");
        }
    }

    #[test]
    fn long_names_cost_more_than_short_ones() {
        let known: Vec<String> = (0..2_000).map(|n| format!("{n:x>95}")).collect();
        let mut suggest = Suggest::default();
        for _ in 0..10 {
            suggest.nearest(&"y".repeat(95), known.iter().map(String::as_str));
        }
        assert_eq!(suggest.nearest("ouputs", ["outputs"]), Some("outputs"), "what is left is not spent");
        assert!(suggest.work_left < 95 * 95, "{}", suggest.work_left);
    }
}
