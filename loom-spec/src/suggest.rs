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
    comparisons_left: usize,
}

impl Default for Suggest {
    fn default() -> Self {
        Self { comparisons_left: 300_000 }
    }
}

impl Suggest {
    /// The nearest of `known` to `name`, if one is near enough to be what was meant: at most a third
    /// of its letters wrong, missing, added or swapped.
    pub fn nearest<'a>(&mut self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        if name.len() > 100 {
            return None;
        }
        let lower = name.to_lowercase();
        let mut best: Option<(usize, &str)> = None;
        for candidate in known {
            let allowed = name.len().max(candidate.len()).div_ceil(3).min(best.map_or(usize::MAX, |(d, _)| d));
            if candidate == name || name.len().abs_diff(candidate.len()) > allowed {
                continue;
            }
            self.comparisons_left = self.comparisons_left.checked_sub(1)?;
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
