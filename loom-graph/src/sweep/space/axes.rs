//! From what is written under `axes` and `repeat`, or in the file of `from`, to axes with values.

use std::sync::Arc;

use foldhash::HashSet;
use loom_spec::{Axis, AxisValues, Entry, Problem, Program, Range, Scalar, Span, Style, Sweep, Value};

use super::AxisValue;
use super::build::Build;
use super::column::{Column, UNSET};
use super::draw::{BadDraw, Urn};
use super::range::{self, BadRange};
use super::table::{self, Format};
use super::value::{plain, text_of};
use crate::world::refused_as_path;

/// What has a meaning in a step with a loop.
const LOOP_NAMES: [&str; 2] = ["loop_item", "loop_output"];

impl Build<'_> {
    /// The axes of a list, each with its values. They take their names.
    pub(super) fn axes(&mut self, axes: &[Axis], is_repeat: bool) -> Vec<Column> {
        axes.iter().map(|axis| self.column(axis, is_repeat)).collect()
    }

    fn column(&mut self, axis: &Axis, is_repeat: bool) -> Column {
        let name = &axis.name;
        self.take_name(name, &name.text, "is an axis");
        let mut column = Column::new(&name.text, name.span);
        column.is_repeat = is_repeat;
        let mut is_empty = false;
        match &axis.values {
            AxisValues::List(values) => {
                is_empty = values.is_empty();
                column.sequence = values.iter().map(|value| column.intern(value)).collect();
            }
            AxisValues::Settings(labels) => {
                is_empty = labels.is_empty();
                self.labels(&mut column, name, labels);
            }
            AxisValues::Range(range, numbers) => match range::values(*range, numbers, self.values_left) {
                Ok(values) => {
                    self.values_left = self.values_left.saturating_sub(values.len() as u64);
                    let span = axis.span;
                    column.sequence = values.into_iter().map(|text| column.intern(&plain(text, span))).collect();
                }
                Err(bad) => self.bad_range(axis, *range, numbers, bad),
            },
            AxisValues::Draw(draw, numbers) => match Urn::new(*draw, numbers) {
                Ok(urn) => column.urn = Some(urn),
                Err(BadDraw(place, message)) => {
                    let span = place.and_then(|place| numbers.get(place)).map_or(axis.span, |number| number.span);
                    let problem = Problem::error("bad-draw", message);
                    self.error(
                        placed(problem, name, span, format!("`{}` cannot be drawn", name.text))
                            .help(format!("write `{}: [from, to]`, from the lesser to the greater", draw.word())),
                    );
                }
            },
        }
        if is_empty {
            let problem = Problem::error("no-values", format!("`{}` has no values", name.text));
            self.error(placed(problem, name, axis.span, "an axis goes through one at least"));
        }
        self.pin(&mut column, name);
        let is_drawn = column.urn.is_some() && (is_repeat || self.sweep.sample.is_none());
        if is_drawn {
            let (message, help) = match is_repeat {
                true => ("the values of an axis of `repeat` are the same for every configuration", "list them"),
                false => ("values are drawn only for a sample", "write `sample: 60` beside `axes`, or list the values"),
            };
            self.error(
                placed(
                    Problem::error("no-sample", message),
                    name,
                    axis.span,
                    format!("`{}` is to be drawn", name.text),
                )
                .help(help),
            );
        }
        column
    }

    fn labels(&mut self, column: &mut Column, axis: &Scalar, labels: &[(Scalar, Vec<Entry>)]) {
        column.is_labelled = true;
        let mut set: Vec<&Scalar> = Vec::new();
        let mut known = HashSet::default();
        for (label, settings) in labels {
            for entry in settings {
                if known.insert(&*entry.key.text) {
                    set.push(&entry.key);
                }
            }
            let settings = settings.iter().map(|entry| (Arc::clone(&entry.key.text), entry.value.clone())).collect();
            let value = Value::Scalar(label.clone());
            let id = column.add(AxisValue { text: text_of(&value), value, settings });
            column.sequence.push(id);
        }
        for key in set {
            self.take_name(key, &axis.text, "is set by a label");
            if let Some(given) = self.pinned(&key.text) {
                let message = format!("`--set {}={}` would have no effect", key.text, given.text);
                self.error(
                    Problem::error("set-by-label", message)
                        .at(key.span, format!("the labels of `{}` set `{}`", axis.text, key.text))
                        .help(format!("`--set {}=LABEL` picks a label", axis.text)),
                );
            }
            let lacking = labels.iter().find(|(_, settings)| settings.iter().all(|entry| entry.key.text != key.text));
            if let Some((label, _)) = lacking
                && self.parameter(&key.text).is_none()
            {
                let message =
                    format!("`{}` sets no `{}`, which another label of `{}` does", label.text, key.text, axis.text);
                self.error(
                    Problem::error("no-value", message)
                        .at(label.span, "what is it here?")
                        .at(key.span, "set here")
                        .help(format!("set `{0}` for each label, or give it a value under `parameters`", key.text)),
                );
            }
        }
    }

    fn bad_range(&mut self, axis: &Axis, range: Range, numbers: &[Scalar], bad: BadRange) {
        let word = range.word();
        let (span, message, help) = match bad {
            BadRange::Count(form) => (
                axis.span,
                format!("`{word}` does not take {} numbers", numbers.len()),
                Some(format!("write `{word}: {form}`")),
            ),
            BadRange::Number(place, message) => {
                (numbers.get(place).map_or(axis.span, |number| number.span), message, None)
            }
            BadRange::TooMany(count) => {
                let message = format!(
                    "`{}` would have {count} values: there may be {} that are computed, of all axes together",
                    axis.name.text, self.most_values
                );
                return self.error(placed(
                    Problem::error("too-many-values", message),
                    &axis.name,
                    axis.span,
                    "too many",
                ));
            }
        };
        let problem =
            placed(Problem::error("bad-range", message), &axis.name, span, format!("`{word}` of `{}`", axis.name.text));
        self.error(problem.maybe_help(help));
    }

    /// Leaves an axis the one value that was given from outside the file, if one was.
    fn pin(&mut self, column: &mut Column, name: &Scalar) {
        if let Some(given) = self.pinned(&name.text) {
            let value = Value::Scalar(given.clone());
            let found = column.matching(&value);
            let id = match found {
                None if column.is_labelled => {
                    let message = format!("`{}` has no label `{}`", name.text, given.text);
                    let help = self.near_or_all("", &given.text, "the labels are", column.texts());
                    return self.error(Problem::error("unknown-label", message).help(help));
                }
                // It reaches the tasks as it was given.
                None => column.intern(&value),
                Some(id) => id,
            };
            column.urn = None;
            column.sequence = vec![id];
        }
        let mut axes = self.pipeline.sweep.iter().flat_map(Sweep::all_axes);
        let is_pinned = axes.any(|axis| axis.is_pinned && axis.name.text == name.text);
        let is_given = is_pinned || name.style == Style::Given || self.pinned(&name.text).is_some();
        column.is_pinned = is_given && column.urn.is_none() && column.sequence.len() == 1;
    }

    /// The axes that the file of `from` has, and its configurations; none if nobody can look.
    pub(super) fn table(&mut self, from: &Scalar) -> Option<(Vec<Column>, Vec<u32>)> {
        let (axes, sample, zip) = (&self.sweep.axes, &self.sweep.sample, &self.sweep.zip);
        let other = [
            ("axes", axes.first().map(|axis| axis.name.clone())),
            ("sample", sample.as_ref().map(|sample| plain_at(sample.span))),
            ("zip", zip.iter().flatten().next().cloned()),
        ];
        for (key, place) in other {
            let Some(place) = place else { continue };
            let problem = Problem::error("from-and-axes", format!("a sweep has either `from` or `{key}`"))
                .at(from.span, "the configurations are those of this file");
            self.error(placed(problem, &place, place.span, "and here are others").help("remove one of the two"));
        }
        let bad = |message: String| {
            Problem::error("bad-table", message).at(from.span, "the configurations are to be read from here")
        };
        if let Some(message) = refused_as_path(&from.text) {
            self.error(bad(message));
            return Some(Default::default());
        }
        let Some(format) = Format::of(&from.text) else {
            let message = format!("`{}` is neither a `.csv` nor a `.jsonl` file", from.text);
            self.error(bad(message).help("a table with a header line, or a JSON object on each line"));
            return Some(Default::default());
        };
        let text = match self.world.text(&from.text)? {
            Ok(text) => text,
            Err(why) => {
                let message = format!("`{}` cannot be read: {why}", from.text);
                self.error(bad(message).help("a path is relative to the folder of the pipeline file"));
                return Some(Default::default());
            }
        };
        let table = match table::read(format, &text, from.span, self.limit) {
            Ok(table) => table,
            Err(wrong) => {
                self.error(bad(format!("{}:{}: {}", from.text, wrong.line, wrong.message)));
                return Some(Default::default());
            }
        };
        let mut columns: Vec<Column> = Vec::new();
        for name in &table.columns {
            let name = Scalar { text: name.as_str().into(), span: from.span, style: Style::Plain };
            self.take_name(&name, &name.text, "is a column");
            let mut column = Column::new(&name.text, from.span);
            self.pin(&mut column, &name);
            columns.push(column);
        }
        let defaults: Vec<Option<Value>> = table.columns.iter().map(|name| self.parameter(name).cloned()).collect();
        let mut rows = Vec::with_capacity(table.rows.len() * columns.len());
        let mut lacking: HashSet<usize> = HashSet::default();
        for (line, row) in &table.rows {
            for (place, (column, cell)) in columns.iter_mut().zip(row).enumerate() {
                let value = cell.as_ref().or(defaults[place].as_ref());
                rows.push(match value {
                    _ if column.is_pinned => column.sequence[0],
                    Some(value) => column.intern(value),
                    None => {
                        if lacking.insert(place) {
                            let name = &column.name;
                            let message = format!("{}:{line}: `{name}` has no value here", from.text);
                            self.error(
                                bad(message).help(format!("add it, or give `{name}` a value under `parameters`")),
                            );
                        }
                        UNSET
                    }
                });
            }
        }
        Some((columns, rows))
    }

    /// Sees to it that a name can be one of an axis, or set by the labels of one, and by no other.
    pub(super) fn take_name(&mut self, name: &Scalar, axis: &Arc<str>, what: &'static str) {
        let text = &*name.text;
        if let Some((first, span, is_given, first_what)) = self.taken.get(text).cloned() {
            let message = match first == *axis {
                true => format!("`{text}` is set twice"),
                false => format!("`{text}` would be set by both `{first}` and `{axis}`"),
            };
            let problem = placed(Problem::error("set-twice", message), name, name.span, what);
            let problem = if is_given { problem } else { problem.at(span, first_what) };
            return self.error(problem.help("a parameter can be varied in one place: rename or remove one of the two"));
        }
        let is_given = name.style == Style::Given;
        self.taken.insert(Arc::clone(&name.text), (Arc::clone(axis), name.span, is_given, what));
        let clash = |other: Span, kind: &str| {
            let role = if name.text == *axis { "an axis" } else { "a parameter that labels set" };
            let message = format!("`{text}` is both {role} and a {kind}");
            placed(Problem::error("name-clash", message), name, name.span, what)
                .at(other, format!("the {kind}"))
                .help("`$name` could mean either: rename one of the two")
        };
        let is_condition =
            |step: &&loom_spec::Step| matches!(step.program, Program::Condition(_)) && &*step.name.text == text;
        if LOOP_NAMES.contains(&text) {
            let message = format!("`{text}` cannot be varied");
            let problem = placed(Problem::error("name-clash", message), name, name.span, what);
            self.error(problem.help(format!("`${text}` is a file of a loop: choose another name")));
        } else if let Some(data) = self.pipeline.data.iter().find(|data| &*data.name.text == text) {
            self.error(clash(data.name.span, "data node"));
        } else if let Some(step) = self.pipeline.steps.iter().find(is_condition) {
            self.error(clash(step.name.span, "condition"));
        } else if name.text == *axis && !is_name(text) {
            let problem = Problem::error("axis-name", format!("`{text}` cannot be the name of an axis"));
            self.error(
                placed(problem, name, name.span, what).help(
                    "a name is made of letters, digits, `_`, `-` and `.`, as it stands in names of units and paths",
                ),
            );
        }
    }
}

fn plain_at(span: Span) -> Scalar {
    Scalar { text: Arc::from(""), span, style: Style::Plain }
}

/// Adds a place, unless what it is about was given from outside the file.
pub(super) fn placed(problem: Problem, about: &Scalar, span: Span, label: impl Into<String>) -> Problem {
    if about.style == Style::Given { problem } else { problem.at(span, label) }
}

/// Whether a text can stand in the names of units, and between braces in a path.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_alphanumeric() || "_-.".contains(sign))
}
