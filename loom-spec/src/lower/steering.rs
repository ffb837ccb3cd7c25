//! What steers a step: its environment, what it takes, how long it may, and what is tried again.

use std::time::Duration;

use super::{Lower, PYTHON_KEYS, RESOURCES_KEYS, RETRIES_KEYS};
use crate::pipeline::{Amount, FailedBy, Resources, Retries};
use crate::tree::{Kind, Node};
use crate::{Entry, Execution, Problem, Scalar};

/// Nobody waits for longer, and clocks can still count it.
const LONGEST: Duration = Duration::from_secs(3650 * DAY);
const DAY: u64 = 86_400;

impl Lower<'_> {
    pub(super) fn env(&mut self, node: Node<'_>) -> Vec<Entry> {
        if self.is_absent(node) || !self.expect_mapping(node, "`env`", "variables and their values") {
            return Vec::new();
        }
        let mut entries = Vec::new();
        for (key, value) in node.entries(self.problems) {
            let name = key.text;
            if !is_variable(name) {
                let fitting: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
                let near = (fitting != name && is_variable(&fitting)).then(|| format!("did you mean `{fitting}`?"));
                self.problems.push(
                    Problem::error("wrong-kind", format!("`{name}` cannot be the name of a variable"))
                        .at(key.span, "expected letters, digits and `_`, with no digit at the front")
                        .maybe_help(near),
                );
            } else if matches!(value.kind(), Kind::Scalar(..)) {
                entries.push(Entry { key: self.key(key), value: self.value(value) });
            } else {
                let problem = self.wrong_kind_problem(value, &format!("the variable `{name}`"), "a text");
                self.problems.push(problem.help("a variable holds one text; several values are arguments, or a file"));
            }
        }
        entries
    }

    pub(super) fn resources(&mut self, node: Node<'_>) -> Resources {
        let mut resources = Resources::default();
        if self.is_absent(node) || !self.expect_mapping(node, "`resources`", "the keys `cpus`, `mem` and `gpus`") {
            return resources;
        }
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "of `resources`", RESOURCES_KEYS) {
            let amount = match key.text {
                "cpus" => self.count(value, "`cpus`").map(|count| count as u64),
                "mem" => self.memory(value),
                _ => self.whole(value, "`gpus`").map(u64::from),
            };
            let amount = amount.map(|amount| Amount { amount, span: value.span() });
            match key.text {
                "cpus" => resources.cpus = amount,
                "mem" => resources.mem = amount,
                _ => resources.gpus = amount,
            }
        }
        resources
    }

    /// `python` under `execution`: a program, or a mapping.
    pub(super) fn python(&mut self, node: Node<'_>, execution: &mut Execution) {
        if !matches!(node.kind(), Kind::Mapping) {
            let expected = "a program or its path, or the keys `interpreter` and `preload`";
            execution.python = self.text(node, "`python`", expected);
            return;
        }
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "of `python`", PYTHON_KEYS) {
            match key.text {
                "interpreter" => execution.python = self.text(value, "`interpreter`", "a program or its path"),
                _ => self.preload(value, &mut execution.preload),
            }
        }
    }

    fn preload(&mut self, node: Node<'_>, modules: &mut Vec<Scalar>) {
        if self.is_absent(node) {
            return;
        }
        if !matches!(node.kind(), Kind::Sequence) {
            let problem = self.wrong_kind_problem(node, "`preload`", "a list of modules");
            let name = node.scalar().map_or("numpy", |(text, _)| text);
            self.problems.push(problem.help(format!("write it in brackets: `preload: [{name}]`")));
            return;
        }
        for item in node.items() {
            let Some(module) = self.text(item, "a module", "its name, such as `numpy`") else { continue };
            if let Some(first) = modules.iter().find(|known| known.text == module.text) {
                self.problems.push(
                    Problem::error("duplicate-value", format!("the module `{}` is named twice", module.text))
                        .at(module.span, "named again here")
                        .at(first.span, "first named here")
                        .help("keep one of the two"),
                );
            } else if is_module(&module.text) {
                modules.push(module);
            } else {
                let text = &module.text;
                let help = if text.contains('/') || text.ends_with(".py") {
                    "modules are named as `import` takes them, not by their files: `lib/losses.py` is `lib.losses`"
                } else if text.contains('-') {
                    "this is what `import` takes, not what `pip install` does: of `scikit-learn` it is `sklearn`"
                } else {
                    "a module is named as `import` takes it, such as `numpy` or `scipy.stats`"
                };
                self.problems.push(
                    Problem::error("bad-module", format!("`{text}` is not the name of a module"))
                        .at(module.span, "expected a name that `import` takes")
                        .help(help),
                );
            }
        }
    }

    fn memory(&mut self, node: Node<'_>) -> Option<u64> {
        let bytes = node.scalar().and_then(|(text, _)| bytes(text));
        if bytes.is_none() {
            self.wrong_kind(node, "`mem`", "bytes, or a number with K, M, G or T, such as `4G`");
        }
        bytes
    }

    pub(super) fn timeout(&mut self, node: Node<'_>) -> Option<Duration> {
        let timeout = self.duration(node, "`timeout`")?;
        if timeout.is_zero() {
            let problem = self.wrong_kind_problem(node, "`timeout`", "more than no time");
            self.problems.push(problem.help("leave the key out, if a step may take as long as it takes"));
            return None;
        }
        Some(timeout)
    }

    fn duration(&mut self, node: Node<'_>, what: &str) -> Option<Duration> {
        let duration = node.scalar().and_then(|(text, _)| duration(text));
        if let Some(duration) = duration.filter(|duration| *duration <= LONGEST) {
            return Some(duration);
        }
        match duration {
            Some(_) => self.wrong_kind(node, what, "ten years (`3650d`) at most"),
            None => self.wrong_kind(node, what, "seconds, or a time such as `90s`, `30m`, `2h`, `1d` or `1h30m`"),
        }
        None
    }

    pub(super) fn retries(&mut self, node: Node<'_>) -> Option<Retries> {
        let all = FailedBy::ALL.to_vec();
        if !matches!(node.kind(), Kind::Mapping) {
            let max = node.scalar().and_then(|(text, _)| super::values::digits(text)?.parse().ok());
            if max.is_none() {
                self.wrong_kind(node, "`retries`", "a whole number, or a mapping with the key `max`");
            }
            return Some(Retries { max: max?, delay: Duration::ZERO, on: all });
        }
        let (mut max, mut delay, mut on) = (None, None, None);
        let entries = node.entries(self.problems);
        for (key, value) in self.known(entries, "of `retries`", RETRIES_KEYS) {
            match key.text {
                "max" => max = Some(self.whole(value, "`max`")),
                "delay" => delay = self.duration(value, "`delay`"),
                _ => on = self.failures(value),
            }
        }
        if max.is_none() {
            self.problems.push(
                Problem::error("missing-key", "`retries` does not say how many")
                    .at(node.span(), "expected a key `max` in this mapping"),
            );
        }
        Some(Retries { max: max??, delay: delay.unwrap_or_default(), on: on.unwrap_or(all) })
    }

    fn failures(&mut self, node: Node<'_>) -> Option<Vec<FailedBy>> {
        let words = FailedBy::ALL.map(FailedBy::word);
        let expected = format!("a list of: {}", words.join(", "));
        if !matches!(node.kind(), Kind::Sequence) {
            self.wrong_kind(node, "`on`", &expected);
            return None;
        }
        let mut failures = Vec::new();
        for item in node.items() {
            let Some(word) = self.text(item, "an item of `on`", &expected) else { continue };
            match FailedBy::ALL.into_iter().find(|known| known.word() == &*word.text) {
                Some(known) if failures.contains(&known) => {}
                Some(known) => failures.push(known),
                None => {
                    let near = self.suggest.did_you_mean(&word.text, words);
                    self.problems.push(
                        Problem::error("wrong-kind", format!("nothing fails by `{}`", word.text))
                            .at(word.span, "unknown")
                            .help(near.unwrap_or_else(|| format!("known are: {}", words.join(", ")))),
                    );
                }
            }
        }
        if node.items().next().is_none() {
            let problem = Problem::error("wrong-kind", "`on` names no failure, so nothing would be tried again");
            self.problems.push(problem.at(node.span(), format!("expected {expected}")));
        }
        Some(failures).filter(|failures| !failures.is_empty())
    }
}

/// Whether `import` could take this.
fn is_module(name: &str) -> bool {
    name.split('.').all(|part| {
        let begins = part.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
        begins && part.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Whether every system and shell takes it for the name of a variable.
fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The number at the front, in billionths, and what is behind it.
fn number(text: &str) -> Option<(u128, &str)> {
    const PLACES: usize = 9;
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let is_number = !whole.is_empty() && whole.len() < 20 && !fraction.is_empty() && !fraction.contains('.');
    if !is_number {
        return None;
    }
    let fraction = &fraction[..fraction.len().min(PLACES)];
    let billionths = format!("{whole}{fraction:0<PLACES$}").parse().ok()?;
    Some((billionths, rest))
}

/// A time as the pipeline file has it: `90s`, `1h30m`, `1.5d`, the greatest unit first and each once; a number alone is
/// seconds. None, if it is no time.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(loom_spec::duration("1m30s"), Some(Duration::from_secs(90)));
/// assert_eq!(loom_spec::duration("2.5"), Some(Duration::from_millis(2500)));
/// assert_eq!(loom_spec::duration("30s1m"), None);
/// ```
pub fn duration(text: &str) -> Option<Duration> {
    let mut units = [('d', DAY), ('h', 3600), ('m', 60), ('s', 1)].into_iter();
    let mut rest = text;
    let mut nanoseconds: u128 = 0;
    loop {
        let (amount, behind) = number(rest)?;
        let seconds = match behind.chars().next() {
            // `1m30` may be anything.
            None if rest.len() == text.len() => 1,
            unit => units.find(|(name, _)| Some(*name) == unit)?.1,
        };
        nanoseconds += amount * u128::from(seconds);
        rest = behind.get(1..).unwrap_or_default();
        if rest.is_empty() {
            return u64::try_from(nanoseconds / 1_000_000_000)
                .ok()
                .map(|seconds| Duration::new(seconds, (nanoseconds % 1_000_000_000) as u32));
        }
    }
}

/// `4G`, `1.5GiB`, `512`: by powers of 1024, whatever the letter is followed by.
fn bytes(text: &str) -> Option<u64> {
    let (amount, unit) = number(text)?;
    let unit = unit.to_ascii_lowercase();
    let letter = match unit.strip_suffix("ib").or(unit.strip_suffix('b')).unwrap_or(&unit) {
        "" if unit.len() < 2 => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let bytes = amount.checked_mul(1 << letter)?;
    // Half a byte is a mistake.
    (letter > 0 || bytes % 1_000_000_000 == 0).then(|| u64::try_from(bytes / 1_000_000_000).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        let seconds = |text| duration(text).map(|duration| duration.as_secs_f64());
        for (text, expected) in [
            ("90", 90.0),
            ("0", 0.0),
            ("0.5", 0.5),
            ("90s", 90.0),
            ("30m", 1800.0),
            ("2h", 7200.0),
            ("1d", 86_400.0),
            ("1h30m", 5400.0),
            ("1d2h3m4.25s", 93_784.25),
            ("1.5h", 5400.0),
            ("0.1", 0.1),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "s",
            "-1",
            "+1",
            "1e3",
            "1x",
            "1 h",
            "30m1h",
            "1h1h",
            "1m30",
            "1..5s",
            ".5",
            "5.",
            "1ä",
            "99999999999999999999",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_of_memory_are_read() {
        for (text, expected) in [
            ("0", 0),
            ("512", 512),
            ("512B", 512),
            ("1K", 1 << 10),
            ("1k", 1 << 10),
            ("4G", 4 << 30),
            ("4GB", 4 << 30),
            ("4GiB", 4 << 30),
            ("1.5M", 3 << 19),
            ("0.1K", 102),
            ("2T", 2 << 40),
        ] {
            assert_eq!(bytes(text), Some(expected), "{text}");
        }
        for text in ["", "G", "-1G", "1.5", "1e9", "4 G", "4iB", "4P", "4GG", "4GiBB", "16777216T", "4.G"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_variables_are_told_from_others() {
        for name in ["A", "_", "a1_B"] {
            assert!(is_variable(name), "{name}");
        }
        for name in ["", "1A", "A-B", "A B", "A=B", "Ä", "A\0"] {
            assert!(!is_variable(name), "{name}");
        }
    }
}
