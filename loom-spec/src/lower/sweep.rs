//! Sweeps: the axes and their values, and which configurations there are of them.

use std::sync::Arc;

use super::{Entries, Lower, SWEEP, SWEEP_KEYS};
use crate::pipeline::Amount;
use crate::sweep::check::{self, Computed, Place};
use crate::sweep::{Axis, AxisValues, Sweep};
use crate::tree::{Kind, Node};
use crate::{Entry, Problem, Scalar, Span, Style, Value};

const VALUES: &str = "a list of values, such as `[0.3, 0.5]`";

impl Lower<'_> {
    pub(super) fn sweep(&mut self, node: Node<'_>, at: Span) -> Option<Sweep> {
        if self.is_absent(node) || !self.expect_mapping(node, "`sweep`", "the key `axes`, with names and their values")
        {
            return None;
        }
        let mut sweep = Sweep { span: node.span(), ..Sweep::default() };
        let entries = node.entries(self.problems);
        let given = entries.iter().filter(|(key, _)| !key.text.starts_with("x-")).count();
        let entries = self.known(entries, SWEEP, SWEEP_KEYS);
        // A misplaced axis is told of as such.
        let is_complete = entries.len() == given;
        let place = |name: &str| {
            let found = entries.iter().find(|(key, value)| key.text == name && !self.is_absent(*value));
            found.map(|(key, _)| key.span)
        };
        let [axes, repeat, sample, seed] = ["axes", "repeat", "sample", "seed"].map(place);
        let from = entries.iter().find(|(key, _)| key.text == "from").map(|(key, _)| key.span);
        // Beside `from`, axes are wrong as such.
        let crossed = Place { is_sampled: sample.is_some() || from.is_some(), is_repeat: false };
        let repeated = Place { is_repeat: true, ..crossed };
        for (key, value) in entries {
            match key.text {
                "axes" => sweep.axes = self.axes(value, "`axes`", crossed),
                "repeat" => sweep.repeat = self.axes(value, "`repeat`", repeated),
                "zip" => sweep.zip = self.zip(value),
                "exclude" => sweep.exclude = self.configurations(value, "`exclude`"),
                "include" => sweep.include = self.configurations(value, "`include`"),
                "where" => sweep.condition = self.filled(value, "`where`", "an expression, such as `\"lr < 0.1\"`"),
                "from" => sweep.from = self.configurations_file(value),
                "sample" => sweep.sample = self.amount(value, "`sample`", 1),
                "seed" => sweep.seed = self.amount(value, "`seed`", 0),
                "max" => sweep.max = self.amount(value, "`max`", 1),
                "max_failures" => sweep.max_failures = self.amount(value, "`max_failures`", 1),
                _ => {}
            }
        }
        if let (Some(from), Some(axes)) = (from, axes) {
            self.problems.push(
                Problem::error("two-sweeps", "a sweep has one of `from` and `axes`")
                    .at(from, "takes the configurations from a file")
                    .at(axes, "makes them of axes")
                    .help("keep one of the two; values for each configuration of the file can stand under `repeat`"),
            );
        }
        if let (Some(from), Some(sample)) = (from, sample) {
            self.problems.push(
                Problem::error("two-sweeps", "a sweep has one of `from` and `sample`")
                    .at(sample, "draws the configurations")
                    .at(from, "takes them from a file")
                    .help("keep one of the two"),
            );
        }
        if let (None, Some(seed)) = (sample, seed) {
            self.problems.push(
                Problem::warning("no-sample", "`seed` has no effect: nothing is drawn")
                    .at(seed, "not needed")
                    .help("remove it, or write `sample: N` to draw N configurations"),
            );
        }
        if is_complete && axes.is_none() && repeat.is_none() && from.is_none() {
            self.problems.push(
                Problem::error("missing-key", "a sweep has nothing to go through")
                    .at(at, "expected a key `axes`, `repeat` or `from` under it")
                    .help("an axis is a parameter and its values: `axes: {threshold: [0.3, 0.5]}`"),
            );
        }
        self.tell_of_both(&sweep);
        Some(sweep)
    }

    /// An axis cannot be repeated and not.
    fn tell_of_both(&mut self, sweep: &Sweep) {
        let names: foldhash::HashMap<&str, Span> =
            sweep.axes.iter().map(|axis| (&*axis.name.text, axis.name.span)).collect();
        for axis in &sweep.repeat {
            if let Some(first) = names.get(&*axis.name.text) {
                self.problems.push(
                    Problem::error("duplicate-key", format!("`{}` is an axis twice", axis.name.text))
                        .at(axis.name.span, "an axis of `repeat`")
                        .at(*first, "an axis of `axes`")
                        .help("keep one of the two: results are aggregated over those of `repeat`"),
                );
            }
        }
    }

    /// The axes of `axes` or `repeat`. One without readable values has its own name for one, so that references to it are
    /// not wrong as well.
    fn axes(&mut self, node: Node<'_>, what: &str, place: Place) -> Vec<Axis> {
        if self.is_absent(node) {
            return Vec::new();
        }
        if !matches!(node.kind(), Kind::Mapping) {
            let problem = self.wrong_kind_problem(node, what, "a mapping: names of axes and their values");
            let example = if place.is_repeat { "repeat: {seed: [1, 2, 3]}" } else { "axes: {threshold: [0.3, 0.5]}" };
            self.problems.push(problem.help(format!("write the name of a parameter, and its values: `{example}`")));
            return Vec::new();
        }
        let entries = node.entries(self.problems);
        if entries.is_empty() {
            let problem = Problem::error("wrong-kind", format!("{what} has no axes"));
            self.problems.push(problem.at(node.span(), "expected names of axes and their values"));
        }
        let mut axes = Vec::with_capacity(entries.len());
        for (mut key, value) in entries {
            if let Err(message) = check::name(key.text) {
                self.problems.push(
                    Problem::error("wrong-kind", message)
                        .at(key.span, "expected the name of a parameter, or a new one"),
                );
                key.text = key.text.trim_start_matches('$');
            }
            let name = self.key(key);
            let what = format!("the axis `{}`", check::shown(key.text));
            let values = self.axis_values(value, &what, place).unwrap_or_else(|| {
                let text = Arc::clone(&name.text);
                AxisValues::List(vec![Value::Scalar(Scalar { text, span: value.span(), style: Style::Quoted })])
            });
            axes.push(Axis { name, values, is_pinned: false, span: value.span() });
        }
        axes
    }

    fn axis_values(&mut self, node: Node<'_>, what: &str, place: Place) -> Option<AxisValues> {
        match node.kind() {
            Kind::Scalar(text, style) => {
                let problem = self.wrong_kind_problem(node, what, VALUES);
                let is_reference = style == Style::Plain && text.starts_with('$');
                let help = (!self.is_absent(node) && !is_reference).then(|| match style {
                    Style::Plain => format!("write a list: `[{}]`", check::shown(text)),
                    _ => format!("write a list: `[\"{}\"]`", check::shown(text)),
                });
                self.problems.push(problem.maybe_help(help));
                None
            }
            Kind::Sequence => {
                if node.items().next().is_none() {
                    let problem = Problem::error("wrong-kind", format!("{what} has no values"));
                    self.problems.push(problem.at(node.span(), "expected a value in this list"));
                    return None;
                }
                let values: Vec<Value> =
                    node.items().filter_map(|item| self.axis_value(item, "a value of an axis")).collect();
                if let Some(fault) = check::twice(&values) {
                    self.problems.push(fault.problem());
                }
                (!values.is_empty()).then_some(AxisValues::List(values))
            }
            Kind::Mapping => {
                let entries = node.entries(self.problems);
                if entries.is_empty() {
                    let problem = Problem::error("wrong-kind", format!("{what} has no values"));
                    self.problems.push(problem.at(node.span(), "expected labels, or a key such as `linspace`"));
                    return None;
                }
                let computed: Vec<(Computed, Span, Node<'_>)> = entries
                    .iter()
                    .filter_map(|(key, value)| Some((Computed::find(key.text)?, key.span, *value)))
                    .collect();
                match computed[..] {
                    [] => Some(self.labels(entries, what)),
                    [(how, at, value)] if entries.len() == 1 => self.computed(how, at, value, place),
                    [(how, at, _), ..] => {
                        let mut others = entries.iter().filter(|(key, _)| key.text != how.word());
                        let other = others.next().map_or(at, |(key, _)| key.span);
                        self.problems.push(
                            Problem::error("two-ranges", format!("{what} is computed in one way"))
                                .at(at.max(other), "a second key")
                                .at(at.min(other), "the first one")
                                .help(format!("keep one of them: `{}: [{}]`", how.word(), how.numbers())),
                        );
                        None
                    }
                }
            }
        }
    }

    fn computed(&mut self, how: Computed, at: Span, node: Node<'_>, place: Place) -> Option<AxisValues> {
        let word = how.word();
        if let Some((message, help)) = how.refused(place) {
            let code = if place.is_repeat { "wrong-kind" } else { "no-sample" };
            self.problems.push(Problem::error(code, message).at(at, "a draw").help(help));
            return None;
        }
        if !matches!(node.kind(), Kind::Sequence) {
            let problem = self.wrong_kind_problem(node, &format!("`{word}`"), &format!("a list: {}", how.numbers()));
            self.problems.push(problem.help(format!("write `{word}: [{}]`, with numbers for these", how.numbers())));
            return None;
        }
        let mut numbers = Vec::new();
        let mut is_complete = true;
        for item in node.items() {
            let number = self.text(item, format!("a number of `{word}`"), "a number");
            is_complete &= number.is_some();
            numbers.extend(number);
        }
        if !is_complete {
            return None;
        }
        match how.values(numbers, node.span()) {
            Ok(values) => Some(values),
            Err(fault) => {
                self.problems.push(fault.problem());
                None
            }
        }
    }

    /// Labels, each with the parameters that it sets.
    fn labels(&mut self, entries: Entries<'_>, what: &str) -> AxisValues {
        let mut labels = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if key.text.is_empty() || key.text.starts_with('$') {
                let message = match key.text {
                    "" => "a label cannot be empty".to_owned(),
                    text => format!("the label `{}` cannot be a reference", check::shown(text)),
                };
                self.problems.push(Problem::error("wrong-kind", message).at(key.span, "expected a word"));
            }
            if self.is_absent(value) {
                labels.push((self.key(key), Vec::new()));
                continue;
            }
            if matches!(value.kind(), Kind::Mapping) {
                let settings = self.settings(value);
                labels.push((self.key(key), settings));
                continue;
            }
            let near = self.suggest.did_you_mean(key.text, Computed::all().map(Computed::word));
            let is_list = matches!(value.kind(), Kind::Sequence);
            let words: Vec<&str> = Computed::all().map(Computed::word).collect();
            let help = near.filter(|_| is_list).unwrap_or_else(|| match is_list {
                true => format!("values are computed by: {}", words.join(", ")),
                false => format!("write `{}: {{parameter: value}}`", key.text),
            });
            let problem = Problem::error("wrong-kind", format!("the label `{}` of {what} sets nothing", key.text));
            self.problems.push(problem.at(value.span(), "expected a mapping: parameters and their values").help(help));
            labels.push((self.key(key), Vec::new()));
        }
        AxisValues::Settings(labels)
    }

    /// Names and values, each a scalar or a list of them.
    fn settings(&mut self, node: Node<'_>) -> Vec<Entry> {
        let mut settings = Vec::new();
        for (key, value) in node.entries(self.problems) {
            if key.text.is_empty() || key.text.starts_with('$') {
                let name = key.text.trim_start_matches('$');
                let near = (!name.is_empty()).then(|| format!("write it without the `$`: `{name}`"));
                let message = match key.text {
                    "" => "a parameter has no name".to_owned(),
                    text => format!("`{}` is not the name of a parameter", check::shown(text)),
                };
                self.problems
                    .push(Problem::error("wrong-kind", message).at(key.span, "expected a name").maybe_help(near));
            } else if let Some(value) = self.axis_value(value, &format!("`{}`", key.text)) {
                settings.push(Entry { key: self.key(key), value });
            }
        }
        settings
    }

    /// A scalar or a list of scalars, without references.
    fn axis_value(&mut self, node: Node<'_>, what: &str) -> Option<Value> {
        let expected = "a value, or a list of them";
        let mut items: Vec<Node<'_>> = node.items().collect();
        if matches!(node.kind(), Kind::Mapping) {
            self.wrong_kind(node, what, expected);
            return None;
        }
        if node.scalar().is_some() {
            items.push(node);
        }
        let mut fits = true;
        for item in items {
            let Some((text, style)) = item.scalar() else {
                self.wrong_kind(item, "an item of a value", "text, a number, true or false");
                fits = false;
                continue;
            };
            let scalar = Scalar { text: self.intern(text), span: item.span(), style };
            if scalar.reference().is_some() {
                self.problems.push(
                    Problem::error("wrong-kind", format!("{what} cannot be a reference"))
                        .at(item.span(), "expected the value itself")
                        .help(format!("for the text `{text}`, write `${text}`")),
                );
                fits = false;
            }
        }
        fits.then(|| self.value(node))
    }

    /// `zip`: lists of names.
    fn zip(&mut self, node: Node<'_>) -> Vec<Vec<Scalar>> {
        let expected = "a list of lists, such as `[[model, depth]]`";
        if self.is_absent(node) {
            return Vec::new();
        }
        if !matches!(node.kind(), Kind::Sequence) {
            self.wrong_kind(node, "`zip`", expected);
            return Vec::new();
        }
        if node.items().next().is_some() && node.items().all(|item| item.scalar().is_some()) {
            let names: Vec<&str> = node.items().filter_map(Node::scalar).map(|(text, _)| text).collect();
            let problem = Problem::error("wrong-kind", "`zip` has names, and not lists of them");
            let help = format!("write `zip: [[{}]]`", check::shown(&names.join(", ")));
            self.problems.push(problem.at(node.span(), format!("expected {expected}")).help(help));
            return Vec::new();
        }
        let mut seen: Vec<(String, Span)> = Vec::new();
        let mut groups = Vec::new();
        for item in node.items() {
            if !matches!(item.kind(), Kind::Sequence) {
                self.wrong_kind(item, "an item of `zip`", "a list of axes that go together");
                continue;
            }
            let names = self.names(item, "an axis of `zip`", &mut seen);
            if item.items().nth(1).is_none() {
                self.problems.push(
                    Problem::error("wrong-kind", "one axis alone cannot be paired")
                        .at(item.span(), "expected the names of two axes or more"),
                );
            } else if names.len() > 1 {
                groups.push(names);
            }
        }
        groups
    }

    /// Names of axes, none of which has been named before.
    pub(super) fn names(&mut self, node: Node<'_>, what: &str, seen: &mut Vec<(String, Span)>) -> Vec<Scalar> {
        let mut names = Vec::new();
        for item in node.items() {
            let Some(name) = self.text(item, what, "the name of an axis") else { continue };
            if let Err(message) = check::name(&name.text) {
                let problem = Problem::error("wrong-kind", message);
                self.problems.push(problem.at(name.span, "expected the name of an axis"));
                continue;
            }
            // More axes than these are refused later.
            const FEW: usize = 1000;
            if let Some((_, first)) = seen.iter().find(|(known, _)| **known == *name.text) {
                self.problems.push(
                    Problem::error("duplicate-value", format!("the axis `{}` is named twice", name.text))
                        .at(name.span, "named again here")
                        .at(*first, "first named here")
                        .help("keep one of the two"),
                );
                continue;
            }
            if seen.len() < FEW {
                seen.push((name.text.to_string(), name.span));
            }
            names.push(name);
        }
        names
    }

    /// `exclude` or `include`: configurations, by some of their values.
    fn configurations(&mut self, node: Node<'_>, what: &str) -> Vec<Vec<Entry>> {
        if self.is_absent(node) {
            return Vec::new();
        }
        if !matches!(node.kind(), Kind::Sequence) {
            let problem = self.wrong_kind_problem(node, what, "a list of mappings, such as `- {model: deep}`");
            let is_one = matches!(node.kind(), Kind::Mapping);
            self.problems
                .push(problem.maybe_help(is_one.then(|| "put `- ` in front of it, or `[` `]` around it".into())));
            return Vec::new();
        }
        let mut all = Vec::new();
        for item in node.items() {
            if !self.expect_mapping(item, &format!("an item of {what}"), "axes and their values") {
                continue;
            }
            let settings = self.settings(item);
            if item.entries(&mut crate::Problems::default()).is_empty() {
                let problem = Problem::error("wrong-kind", format!("an item of {what} names no axis"));
                self.problems.push(problem.at(item.span(), "expected axes and their values"));
            } else if !settings.is_empty() {
                all.push(settings);
            }
        }
        all
    }

    fn configurations_file(&mut self, node: Node<'_>) -> Option<Scalar> {
        let path = self.path_text(node, "`from`")?;
        if path.reference().is_some() || path.as_bool().is_some() {
            self.wrong_kind(node, "`from`", "the path of a file, such as `configs.csv`");
            return None;
        }
        Some(path)
    }

    /// A text with something in it.
    fn filled(&mut self, node: Node<'_>, what: &str, expected: &str) -> Option<Scalar> {
        let text = self.text(node, what, expected)?;
        if text.text.trim().is_empty() {
            let problem = Problem::error("wrong-kind", format!("{what} cannot be empty"));
            self.problems.push(problem.at(text.span, format!("expected {expected}")));
            return None;
        }
        Some(text)
    }

    fn amount(&mut self, node: Node<'_>, what: &str, least: u64) -> Option<Amount> {
        let amount = node.scalar().and_then(|(text, _)| super::digits(text)?.parse().ok());
        let amount = amount.filter(|amount| *amount >= least);
        if amount.is_none() {
            self.wrong_kind(node, what, &format!("a whole number, {least} or more"));
        }
        Some(Amount { amount: amount?, span: node.span() })
    }
}
