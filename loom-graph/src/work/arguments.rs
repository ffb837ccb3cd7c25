//! Values as Python has them, for what is asked of it.

use loom_spec::{Entry, Scalar, Style, Value};

use super::{Argument, Facts, Part};
use crate::graph::StepGraph;
use crate::links::{Role, StepId};
use crate::names::{Resolved, Values};
use crate::sweep::fill;

impl StepGraph {
    /// A path that a condition looks at says where the axes go, as all paths do.
    pub(super) fn fill_axes(&self, id: StepId, value: &mut Argument) {
        if let (Argument::Text(text), Some((space, config))) = (value, self.values(id).config)
            && text.contains('{')
        {
            *text = fill(text, space, config);
        }
    }

    pub(super) fn arguments<'a>(
        &self,
        entries: impl Iterator<Item = &'a Entry>,
        id: StepId,
        part: Option<&Part>,
        facts: Facts<'_>,
    ) -> Vec<(String, Argument)> {
        let mut values: Vec<(String, Argument)> = Vec::new();
        for entry in entries {
            let value = self.argument(&entry.value, self.values(id), Some(id), part, facts);
            values.push((entry.key.text.to_string(), value));
        }
        values
    }

    pub(super) fn argument(
        &self,
        value: &Value,
        values: Values<'_>,
        id: Option<StepId>,
        part: Option<&Part>,
        facts: Facts<'_>,
    ) -> Argument {
        let again = |value: &Value| self.argument(value, values, id, part, facts);
        match value {
            Value::List(items, _) => Argument::List(items.iter().map(again).collect()),
            Value::Map(entries, _) => {
                Argument::Map(entries.iter().map(|entry| (entry.key.text.to_string(), again(&entry.value))).collect())
            }
            Value::Scalar(scalar) if scalar.reference().is_some() => {
                // A parameter is a number or a text as it is written, not as the words of a command line.
                if let Some(parameter) = self.names().parameter(values, scalar) {
                    return again(parameter);
                }
                let Some(id) = id else { return Argument::Nothing };
                let path = |node: u32| {
                    let data = self.data_for(id, node, Role::Question);
                    data.first().map_or_else(String::new, |datum| match part {
                        Some(part) => self.datum_path(id, *datum, Some(part)),
                        None => self.links().datum(*datum).path.to_string(),
                    })
                };
                match self.within(id).scalar(scalar) {
                    Ok(Resolved::Data(index)) => Argument::Text(path(index)),
                    Ok(Resolved::Answer(step)) => {
                        (facts.answers)(self.step_for(id, step)).map_or(Argument::Nothing, Argument::Bool)
                    }
                    Ok(Resolved::Branch(_, payload)) => match *payload {
                        Resolved::Data(index) => Argument::Text(path(index)),
                        Resolved::Text(text) => Argument::Text(text.into_owned()),
                        _ => Argument::Nothing,
                    },
                    _ => Argument::Nothing,
                }
            }
            Value::Scalar(scalar) => match self.names().text(scalar) {
                Ok(text) if scalar.style == Style::Plain || scalar.style == Style::Given => typed(scalar, &text),
                Ok(text) => Argument::Text(text.into_owned()),
                Err(_) => Argument::Nothing,
            },
        }
    }
}

/// A plain scalar as what YAML 1.2 (core schema) takes it for.
fn typed(scalar: &Scalar, text: &str) -> Argument {
    if scalar.is_null() {
        return Argument::Nothing;
    }
    if let Some(switch) = scalar.as_bool() {
        return Argument::Bool(switch);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let minus = if text.starts_with('-') { "-" } else { "" };
    let all = |text: &str, test: fn(&char) -> bool| !text.is_empty() && text.chars().all(|c| test(&c));
    if all(unsigned, char::is_ascii_digit) {
        let digits = unsigned.trim_start_matches('0');
        return Argument::Int(if digits.is_empty() { "0".to_owned() } else { format!("{minus}{digits}") });
    }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(number) = unsigned.strip_prefix(prefix).and_then(|digits| u64::from_str_radix(digits, radix).ok()) {
            return Argument::Int(format!("{minus}{number}"));
        }
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Argument::Float(if minus.is_empty() { f64::INFINITY } else { f64::NEG_INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" => return Argument::Float(f64::NAN),
        _ => {}
    }
    let looks_like_number = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    match text.parse::<f64>() {
        Ok(number) if looks_like_number => Argument::Float(number),
        _ => Argument::Text(text.to_owned()),
    }
}
