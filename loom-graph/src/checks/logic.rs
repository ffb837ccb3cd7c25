//! What can be wrong with conditions and switches.

use loom_spec::{Condition, Predicate, Problem, Step, Switch, Test, Value};

use super::Check;
use crate::names::Resolved;

impl<'a> Check<'a> {
    pub(super) fn condition(&mut self, step: &'a Step, condition: &'a Condition) {
        let names = self.names.within(self.pipeline, step);
        for entry in &step.inputs {
            if let Value::Scalar(scalar) = &entry.value
                && (scalar.is_null() || scalar.text.trim().is_empty())
            {
                self.problems.push(
                    Problem::error("wrong-kind", format!("the input `{}` has no value", entry.key.text))
                        .at(entry.key.span, "expected what to look at, such as `$name`"),
                );
            }
        }
        for entry in step.inputs.iter().chain(&step.args) {
            self.asked_with(names, entry);
        }
        let Test::Predicate(predicate) = &condition.test else { return };
        let mut has_data = false;
        let mut asked: Vec<&str> = Vec::new();
        for entry in step.inputs.iter().chain(&step.args) {
            let known: &[&str] = match predicate {
                Predicate::Count => &["data", "pattern", "op", "n"],
                _ => &["data"],
            };
            has_data |= &*entry.key.text == "data";
            if asked.contains(&&*entry.key.text) {
                self.problems.push(
                    Problem::error("duplicate-key", format!("`{}` is given under `inputs` and `args`", entry.key.text))
                        .at(entry.key.span, "given again here"),
                );
            }
            asked.push(&entry.key.text);
            if !known.contains(&&*entry.key.text) {
                // The original takes any argument, and makes nothing of it.
                let near = self.suggest.did_you_mean(&entry.key.text, known.iter().copied());
                let message = format!("`{}` makes nothing of `{}`", predicate.word(), entry.key.text);
                self.problems.push(
                    Problem::warning("no-effect", message)
                        .at(entry.key.span, "not looked at")
                        .help(near.unwrap_or_else(|| format!("it takes: {}", known.join(", ")))),
                );
            }
            self.count_argument(entry);
        }
        if !has_data {
            self.problems.push(
                Problem::error("missing-key", format!("`{}` has nothing to look at", predicate.word()))
                    .at(step.name.span, "expected an input `data` in this step")
                    .help("write `inputs: {data: $name}`"),
            );
        }
    }

    /// What `count` compares with is a number, and how, one of a few signs.
    fn count_argument(&mut self, entry: &'a loom_spec::Entry) {
        const SIGNS: [&str; 7] = ["==", "=", "!=", ">", "<", ">=", "<="];
        let Ok(Resolved::Text(text)) = self.names.resolve(self.pipeline, &entry.value) else { return };
        let (fits, expected) = match &*entry.key.text {
            "op" => (SIGNS.contains(&&*text), "one of == != > < >= <="),
            "n" => (text.trim().parse::<f64>().is_ok(), "a number"),
            _ => return,
        };
        if !fits {
            self.problems.push(
                Problem::error("wrong-kind", format!("`{}` cannot be `{text}`", entry.key.text))
                    .at(entry.value.span(), format!("expected {expected}")),
            );
        }
    }

    pub(super) fn switch_step(&mut self, step: &'a Step, switch: &'a Switch) {
        let scalar = &switch.condition;
        match self.names.scalar(self.pipeline, scalar) {
            Ok(Resolved::Answer(_) | Resolved::Switch(_) | Resolved::Nothing) => {}
            Ok(Resolved::OfSweep(name)) => self.decides_by_sweep(step, switch, name),
            // As numbers are true or false to Python.
            Ok(Resolved::Text(text)) if matches!(&*text, "0" | "1") => {}
            Ok(found) => {
                let found = match found {
                    Resolved::Text(text) => format!("`{text}`"),
                    Resolved::Data(_) => "a data node".to_owned(),
                    Resolved::List(_) => "a list".to_owned(),
                    _ => "another switch".to_owned(),
                };
                self.problems.push(
                    Problem::error("wrong-kind", format!("`{}` cannot decide by {found}", step.name.text))
                        .at(scalar.span, "expected a condition, or a parameter that is true or false"),
                );
            }
            Err(fault) => self.fault(fault),
        }
        if let Some(data) = &switch.data {
            match self.names.scalar(self.pipeline, data) {
                Ok(Resolved::Data(_) | Resolved::Text(_) | Resolved::Branch(..)) => {}
                Ok(found) => self.not_a_path(data, &found),
                Err(fault) => self.fault(fault),
            }
        }
    }
}
