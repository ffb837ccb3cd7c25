//! The JSON Schema of a pipeline file, by which editors complete, explain and check what is written.
//!
//! The types in [`file`] stand for the file as people write it, one key a field, its comment being what an editor shows.
//! They are kept apart from [`Pipeline`](crate::Pipeline), which is what has been understood of it.

mod file;
mod values;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

/// The JSON Schema of a pipeline file: draft 7, the newest that the YAML language servers of editors know.
///
/// It covers what can be said of a file key by key; what needs the whole file, such as whether `$table` is
/// anything, is left to [`parse`](crate::parse) and to the checks of `loom-graph`. The keys stand in the order in which they are
/// documented, so the same version always gives the same text.
///
/// ```
/// let schema = loom_spec::schema();
/// assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
/// assert_eq!(schema["properties"]["execution"]["properties"]["max_workers"]["minimum"], 1);
/// ```
pub fn schema() -> Value {
    let settings = SchemaSettings::draft07().with(|settings| {
        settings.transforms.push(Box::new(RecursiveTransform(allow_free_keys)));
        settings.transforms.push(Box::new(RecursiveTransform(set_in_order)));
    });
    settings.into_generator().into_root_schema_for::<file::File>().to_value()
}

/// Lets `<<` stand in every mapping, for the checkers that do not merge before they check; and keys that begin with `x-`
/// where no other unknown key may.
fn allow_free_keys(schema: &mut Schema) {
    let Some(others) = schema.get("additionalProperties") else { return };
    let mut free = serde_json::Map::new();
    if others == false {
        free.insert("^x-".to_owned(), json!({"description": "Free for your own use: loom reads nothing from it."}));
    }
    free.insert("^<<$".to_owned(), true.into());
    schema.insert("patternProperties".to_owned(), free.into());
}

/// Says first what a schema is, then what it takes, then its parts; and makes one line of each description.
fn set_in_order(schema: &mut Schema) {
    const FIRST: [&str; 8] = ["$schema", "title", "description", "examples", "default", "type", "enum", "required"];
    const LAST: [&str; 3] = ["patternProperties", "additionalProperties", "definitions"];
    let Some(keywords) = schema.as_object_mut() else { return };
    if let Some(Value::String(description)) = keywords.get_mut("description") {
        *description = description.replace('\n', " ");
    }
    let mut sorted: Vec<_> = std::mem::take(keywords).into_iter().collect();
    sorted.sort_by_key(|(keyword, _)| {
        let first = FIRST.iter().position(|known| known == keyword);
        let last = LAST.iter().position(|known| known == keyword);
        first.or(last.map(|index| FIRST.len() + 1 + index)).unwrap_or(FIRST.len())
    });
    keywords.extend(sorted);
}

/// A mapping or list that may also be left empty, as in `inputs:` with nothing behind it.
#[derive(Default)]
struct OrEmpty<T>(std::marker::PhantomData<T>);

impl<T: JsonSchema> JsonSchema for OrEmpty<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        widen(&mut schema, &["null"]);
        schema
    }
}

/// Lets a schema take further types: one schema that takes two gives better messages than a choice of two schemas.
fn widen(schema: &mut Schema, types: &[&str]) {
    let mut all = match schema.remove("type") {
        Some(Value::Array(all)) => all,
        one => one.into_iter().collect(),
    };
    all.extend(types.iter().map(|name| Value::from(*name)));
    schema.insert("type".to_owned(), all.into());
}
