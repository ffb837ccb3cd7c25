//! What the command line says of a sweep: `--sweep`, `--set` and `--only`.

use super::check::{self, Computed, Fault, Place};
use super::{Axis, AxisValues, Sweep};
use crate::{Parameter, Pipeline, Scalar, Span, Style, Suggest, Value};

/// A value cannot be given to a name, for all that `--set` says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SetError {
    /// Neither a parameter nor an axis has this name.
    #[error("no parameter is named `{0}`")]
    Unknown(String),
    /// The axis goes through labels, and this is none of them.
    #[error("{0}")]
    NoLabel(String),
    /// The axis goes through its values together with others, and this is none of them.
    #[error("`{axis}` goes together with `{with}` (`zip`), and `{value}` is none of its values")]
    Zipped {
        /// The axis.
        axis: String,
        /// Another one that it is zipped with.
        with: String,
        /// What was to be set.
        value: String,
    },
    /// What the parameter is, the labels of an axis say.
    #[error("the labels of the axis `{axis}` set `{name}`: choose one with `{axis}=LABEL`")]
    OfLabels {
        /// The parameter.
        name: String,
        /// The axis.
        axis: String,
    },
}

impl Pipeline {
    /// Gives a parameter another value, as `--set` does: `true` and `false` are switches, everything else
    /// reaches the tasks byte for byte. An axis of this name keeps to the value, or to the label, if it has labels.
    ///
    /// # Errors
    /// Where nothing has this name, an axis has no such label, the labels of an axis set the parameter, or the axis is zipped with
    /// another one and has no such value. Nothing is changed then.
    ///
    /// ```
    /// let text = "parameters: {threshold: 0.5}\nsweep: {axes: {depth: [2, 8]}}\npipeline: []\n";
    /// let mut pipeline = loom_spec::parse(&loom_spec::Source::new("p.yml", text)).pipeline;
    /// assert!(pipeline.set_parameter("threshold", "0.70").is_ok());
    /// assert!(pipeline.set_parameter("depth", "4").is_ok());
    /// assert!(pipeline.set_parameter("treshold", "0.70").is_err());
    /// ```
    pub fn set_parameter(&mut self, name: &str, text: &str) -> Result<(), SetError> {
        if let Some(sweep) = &mut self.sweep
            && sweep.keep_zipped(name, text)?
        {
            return Ok(());
        }
        let axis = self.sweep.as_mut().and_then(|sweep| sweep.axis_mut(name)).map(|axis| {
            let value = given(text, axis.span);
            let pinned = match &axis.values {
                AxisValues::Settings(labels) => chosen(name, labels, &[value])?,
                _ => AxisValues::List(vec![Value::Scalar(value)]),
            };
            Ok((axis, pinned))
        });
        let axis = axis.transpose().map_err(SetError::NoLabel)?;
        let is_axis = axis.is_some();
        if let Some((axis, pinned)) = axis {
            axis.values = pinned;
            axis.is_pinned = true;
        } else if let Some(axis) = self.sweep.as_ref().and_then(|sweep| sweep.axis_that_sets(name)) {
            return Err(SetError::OfLabels { name: name.to_owned(), axis: axis.name.text.to_string() });
        }
        match self.parameters.iter_mut().find(|parameter| &*parameter.name.text == name) {
            Some(Parameter { value, .. }) => *value = Value::Scalar(given(text, value.span())),
            None if is_axis => {}
            None => return Err(SetError::Unknown(name.to_owned())),
        }
        Ok(())
    }

    /// Sweeps over an axis, as `--sweep NAME=VALUES` does: in the place of the axis of this name, if there is one, else
    /// after all others. The values are words with commas between (one with a comma in it stands in double quotes), or
    /// computed as in the file: `linspace(0, 1, 5)`. Of an axis with labels, the words are those to keep.
    ///
    /// # Errors
    /// What is wrong with the values, as a line.
    ///
    /// ```
    /// let mut pipeline = loom_spec::Pipeline::default();
    /// pipeline.set_axis("threshold", "0.3,0.5,0.7")?;
    /// pipeline.set_axis("lr", "geomspace(1e-4, 1e-1, 4)")?;
    /// assert_eq!(pipeline.sweep.as_ref().map_or(0, |sweep| sweep.axes.len()), 2);
    /// assert!(pipeline.set_axis("lr", "0.1,0.1").is_err());
    /// # Ok::<(), String>(())
    /// ```
    pub fn set_axis(&mut self, name: &str, text: &str) -> Result<(), String> {
        check::name(name)?;
        if let Some(from) = self.sweep.as_ref().and_then(|sweep| sweep.from.as_ref()) {
            return Err(format!(
                "the configurations come from `{}`: take `from` out of the file to sweep over axes",
                from.text
            ));
        }
        let place = Place {
            is_sampled: self.sweep.as_ref().is_some_and(|sweep| sweep.sample.is_some()),
            is_repeat: self
                .sweep
                .as_ref()
                .is_some_and(|sweep| sweep.repeat.iter().any(|axis| &*axis.name.text == name)),
        };
        let axis = self.sweep.as_mut().and_then(|sweep| sweep.axis_mut(name));
        let span = axis.as_ref().map_or_else(Span::default, |axis| axis.span);
        let values = match (&axis, words(text, span)?) {
            (Some(Axis { values: AxisValues::Settings(labels), .. }), Given::Words(words)) => {
                chosen(name, labels, &words)?
            }
            (Some(Axis { values: AxisValues::Settings(labels), .. }), Given::Computed(how, _)) => {
                return Err(format!("`{name}` has labels, and `{}` computes none: {}", how.word(), all(labels)));
            }
            (_, Given::Words(words)) => {
                let values: Vec<Value> = words.into_iter().map(Value::Scalar).collect();
                if let Some(fault) = check::twice(&values) {
                    return Err(fault.line());
                }
                AxisValues::List(values)
            }
            (_, Given::Computed(how, numbers)) => {
                if let Some((message, help)) = how.refused(place) {
                    return Err(format!("{message}: {help}"));
                }
                how.values(numbers, span).map_err(Fault::line)?
            }
        };
        match axis {
            Some(axis) => axis.values = values,
            None => self.sweep.get_or_insert_with(Sweep::default).axes.push(Axis::given(name, values)),
        }
        Ok(())
    }

    /// Keeps the configurations that have this value on this axis, as `--only AXIS=VALUE` does: given again for the same
    /// axis, those that have one of the values. Returns whether there is a sweep; whether it has such an axis is not
    /// looked at.
    ///
    /// ```
    /// let mut pipeline = loom_spec::Pipeline::default();
    /// assert!(!pipeline.keep_only("model", "mlp"));
    /// pipeline.set_axis("model", "mlp,deep")?;
    /// assert!(pipeline.keep_only("model", "mlp"));
    /// # Ok::<(), String>(())
    /// ```
    #[must_use = "without a sweep there is nothing to keep"]
    pub fn keep_only(&mut self, axis: &str, value: &str) -> bool {
        let Some(sweep) = &mut self.sweep else { return false };
        sweep.only.push((axis.to_owned(), value.to_owned()));
        true
    }
}

impl Sweep {
    /// All axes, those of `repeat` last.
    pub fn all_axes(&self) -> impl Iterator<Item = &Axis> {
        self.axes.iter().chain(&self.repeat)
    }

    fn axis_mut(&mut self, name: &str) -> Option<&mut Axis> {
        self.axes.iter_mut().chain(&mut self.repeat).find(|axis| &*axis.name.text == name)
    }

    /// The axis whose labels set a parameter.
    fn axis_that_sets(&self, parameter: &str) -> Option<&Axis> {
        self.all_axes().find(|axis| match &axis.values {
            AxisValues::Settings(labels) => {
                labels.iter().flat_map(|(_, settings)| settings).any(|entry| &*entry.key.text == parameter)
            }
            _ => false,
        })
    }
}

type Labels = [(Scalar, Vec<crate::Entry>)];

/// The labels that are asked for, in this order.
fn chosen(axis: &str, labels: &Labels, words: &[Scalar]) -> Result<AxisValues, String> {
    let mut kept: Vec<(Scalar, Vec<crate::Entry>)> = Vec::with_capacity(words.len());
    for word in words {
        let Some(found) = labels.iter().find(|(label, _)| check::is_same(label, word)) else {
            let near = Suggest::default().did_you_mean(&word.text, labels.iter().map(|(label, _)| &*label.text));
            let help = near.unwrap_or_else(|| all(labels));
            return Err(format!("the axis `{axis}` has no label `{}`: {help}", check::shown(&word.text)));
        };
        if kept.iter().any(|(label, _)| label.text == found.0.text) {
            return Err(format!("the label `{}` is given twice", found.0.text));
        }
        kept.push(found.clone());
    }
    Ok(AxisValues::Settings(kept))
}

fn all(labels: &Labels) -> String {
    let known: Vec<&str> = labels.iter().take(20).map(|(label, _)| &*label.text).collect();
    format!("there are: {}", known.join(", "))
}

fn given(text: &str, span: Span) -> Scalar {
    Scalar { text: text.into(), span, style: Style::Given }
}

/// What stands behind the `=`.
enum Given {
    Words(Vec<Scalar>),
    Computed(Computed, Vec<Scalar>),
}

fn words(text: &str, span: Span) -> Result<Given, String> {
    let call = text.trim().strip_suffix(')').and_then(|rest| rest.split_once('('));
    let call = call.filter(|(word, _)| word.chars().all(|c| c.is_ascii_alphabetic() || c == '_'));
    if let Some((word, numbers)) = call {
        if let Some(how) = Computed::find(word) {
            let numbers = numbers.split(',').map(|number| given(number.trim(), span)).collect();
            return Ok(Given::Computed(how, numbers));
        }
        if let Some(near) = Suggest::default().nearest(word, Computed::all().map(Computed::word)) {
            return Err(format!("nothing is computed by `{word}`: did you mean `{near}`?"));
        }
    }
    if text.trim().is_empty() {
        return Err("there are no values: write them with commas between, such as `0.3,0.5`".to_owned());
    }
    let mut words = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (word, behind) = match text.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let (word, behind) = text.split_once(',').map_or((text, None), |(word, behind)| (word, Some(behind)));
                if word.trim().is_empty() {
                    return Err("a value is empty: take out a comma, or write `\"\"` if it is meant".to_owned());
                }
                (word.trim().to_owned(), behind)
            }
        };
        words.push(given(&word, span));
        rest = behind;
    }
    Ok(Given::Words(words))
}

/// The text up to the quote that closes, and what is behind the comma that follows it. `\"` is a quote, `\\` a
/// backslash, and any other backslash is one.
fn unquoted(quoted: &str) -> Result<(String, Option<&str>), String> {
    let mut word = String::new();
    let mut letters = quoted.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => {
                let behind = quoted[at + 1..].trim_start();
                return match behind.strip_prefix(',') {
                    Some(behind) => Ok((word, Some(behind))),
                    None if behind.is_empty() => Ok((word, None)),
                    None => Err(format!("`{}` stands behind a quote: expected a comma", check::shown(behind))),
                };
            }
            '\\' => word.push(letters.next_if(|(_, next)| matches!(next, '"' | '\\')).map_or('\\', |(_, next)| next)),
            _ => word.push(letter),
        }
    }
    Err("a double quote is not closed: write one at the end of the value".to_owned())
}

impl Sweep {
    /// Keeps, of an axis that is zipped with others, the turns with this value: what goes with it stays with it. Returns whether
    /// the axis is one that is zipped, and whose values are known.
    fn keep_zipped(&mut self, name: &str, text: &str) -> Result<bool, SetError> {
        let is_name = |known: &&Scalar| *known.text == *name;
        let Some(zip) = self.zip.iter().find(|zip| zip.iter().any(|known| is_name(&known))) else { return Ok(false) };
        let Some(axis) = self.all_axes().find(|axis| *axis.name.text == *name) else { return Ok(false) };
        let is_there = match &axis.values {
            AxisValues::List(values) => values.iter().any(|value| *check::text(value) == *text),
            AxisValues::Settings(labels) => labels.iter().any(|(label, _)| *label.text == *text),
            AxisValues::Range(..) | AxisValues::Draw(..) => return Ok(false),
        };
        if !is_there {
            let with =
                zip.iter().find(|known| !is_name(known)).map_or_else(String::new, |known| known.text.to_string());
            return Err(SetError::Zipped { axis: name.to_owned(), with, value: text.to_owned() });
        }
        self.only.push((name.to_owned(), text.to_owned()));
        Ok(true)
    }
}
