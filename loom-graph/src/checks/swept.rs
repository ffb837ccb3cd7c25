//! What can be wrong with the values that a sweep gives a parameter: each is checked as if it stood where the parameter is used.

use loom_spec::{Problem, Scalar, Step, Switch, Value};

use super::{Check, kind_of};
use crate::names::Resolved;
use crate::url::is_url;
use crate::world::refused_as_path;

impl<'a> Check<'a> {
    /// What a sweep gives a parameter that stands where a text is expected: each of its values must be one.
    pub(super) fn of_sweep(&mut self, scalar: &Scalar, name: &str, is_path: bool) {
        let Some(space) = self.space else { return };
        for value in self.names.swept_values(self.pipeline, space, name) {
            let found = self.names.resolve(self.pipeline, value);
            let wrong = match &found {
                Ok(Resolved::Text(text)) if is_path && !is_url(text) => match text.is_empty() {
                    true => Some("an empty text".to_owned()),
                    false => refused_as_path(text),
                },
                Ok(Resolved::Text(_)) | Err(_) => None,
                Ok(found) => Some(kind_of(found).to_owned()),
            };
            if let Some(found) = wrong {
                let message =
                    format!("`{}` is not a text in every configuration: {found} among its values", scalar.text);
                let expected = if is_path { "expected a path" } else { "expected a text" };
                self.problems.push(
                    Problem::error("wrong-kind", message).at(scalar.span, expected).at(value.span(), "this value"),
                );
                return;
            }
        }
    }

    /// Whether the configurations come from a file.
    pub(super) fn comes_from_a_file(&self) -> bool {
        self.pipeline.sweep.as_ref().is_some_and(|sweep| sweep.from.is_some())
    }

    /// A switch decides by what is true or false, in every configuration.
    pub(super) fn decides_by_sweep(&mut self, step: &'a Step, switch: &'a Switch, name: &str) {
        let Some(space) = self.space else { return };
        for value in self.names.swept_values(self.pipeline, space, name) {
            match self.names.resolve(self.pipeline, value) {
                Ok(Resolved::Switch(_) | Resolved::Nothing) | Err(_) => {}
                Ok(Resolved::Text(text)) if matches!(&*text, "0" | "1") => {}
                Ok(_) => {
                    let shown = if let Value::Scalar(scalar) = value { &*scalar.text } else { value.kind() };
                    self.problems.push(
                        Problem::error("wrong-kind", format!("`{}` cannot decide by `{shown}`", step.name.text))
                            .at(switch.condition.span, "expected true or false in every configuration")
                            .at(value.span(), "this value"),
                    );
                    return;
                }
            }
        }
    }
}
