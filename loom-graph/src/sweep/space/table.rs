//! Configurations from a file: a table with a header line, or a JSON object a line.

use std::fmt;

use foldhash::{HashMap, HashSet};
use loom_spec::{Scalar, Span, Style, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The configurations of a file.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    /// For each configuration the line it stands on, and a value for each column; none where it has no such key.
    pub(super) rows: Vec<(u64, Vec<Option<Value>>)>,
}

/// What is wrong with a file, and on which line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadTable {
    pub(super) line: u64,
    pub(super) message: String,
}

/// What a file is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    JsonLines,
}

impl Format {
    pub(super) fn of(path: &str) -> Option<Self> {
        let suffix = path.rsplit_once('.')?.1.to_ascii_lowercase();
        match &*suffix {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}

/// Reads at most one configuration more than `most`. All values stand at `span`.
pub(super) fn read(format: Format, text: &str, span: Span, most: u64) -> Result<Table, BadTable> {
    match format {
        Format::Csv => csv(text, span, most),
        Format::JsonLines => json_lines(text, span, most),
    }
}

fn csv(text: &str, span: Span, most: u64) -> Result<Table, BadTable> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let broken = |error: &csv::Error| BadTable {
        line: error.position().map_or(1, csv::Position::line),
        message: error.to_string(),
    };
    let headers = reader.headers().map_err(|error| broken(&error))?.clone();
    let columns: Vec<String> = headers.iter().map(|name| name.trim().to_owned()).collect();
    let mut known = HashSet::default();
    for (place, name) in columns.iter().enumerate() {
        let message = match name.is_empty() {
            true => format!("column {} has no name", place + 1),
            false if !known.insert(name) => format!("two columns are named `{name}`"),
            false => continue,
        };
        return Err(BadTable { line: 1, message });
    }
    if columns.is_empty() {
        return Err(BadTable { line: 1, message: "there is no header line".to_owned() });
    }
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        // A record's position is before the empty lines that were passed over.
        let start = record.position().map_or(0, |position| position.byte() as usize);
        let behind = |from: usize| text.as_bytes().get(from..).unwrap_or_default();
        let empty = behind(start).iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = behind(counted).iter().take((start + empty).saturating_sub(counted));
        line += passed.filter(|byte| **byte == b'\n').count() as u64;
        counted = start + empty;
        if record.len() != columns.len() {
            let fields = if record.len() == 1 { "field" } else { "fields" };
            let message = format!("{} {fields}, and the header line has {}", record.len(), columns.len());
            return Err(BadTable { line, message });
        }
        rows.push((line, record.iter().map(|field| Some(given(field, span))).collect()));
        if rows.len() as u64 > most {
            return Ok(Table { columns, rows });
        }
    }
    if text.get(counted..).is_some_and(is_open) {
        return Err(BadTable { line, message: "a quote is not closed".to_owned() });
    }
    Ok(Table { columns, rows })
}

/// Whether the last record has a quote that is not closed, so that the reader took the end of the file for its end: one that a
/// field begins with, as a quote within a field is a sign like any other.
fn is_open(record: &str) -> bool {
    let mut rest = record;
    loop {
        let Some(quoted) = rest.trim_start_matches(',').strip_prefix('"') else {
            match rest.split_once(',') {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
            continue;
        };
        // Two quotes in a row are one that is meant.
        let mut inside = quoted;
        loop {
            let Some((_, behind)) = inside.split_once('"') else { return true };
            match behind.strip_prefix('"') {
                Some(further) => inside = further,
                None => break rest = behind,
            }
        }
    }
}

fn json_lines(text: &str, span: Span, most: u64) -> Result<Table, BadTable> {
    let mut table = Table::default();
    let mut places: HashMap<String, usize> = HashMap::default();
    for (line, text) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if text.trim().is_empty() {
            continue;
        }
        let bad = |message: String| BadTable { line, message };
        let Object(entries) = serde_json::from_str(text).map_err(|error| {
            // It counts the lines of its text, which is one line.
            let shown = error.to_string();
            bad(shown.replace(" at line 1 column ", " at column "))
        })?;
        let mut row = vec![None; table.columns.len()];
        for (key, raw) in entries {
            let value = value(&key, raw.get(), span).map_err(&bad)?;
            let place = *places.entry(key).or_insert_with_key(|key| {
                table.columns.push(key.clone());
                row.push(None);
                row.len() - 1
            });
            if row[place].replace(value).is_some() {
                return Err(bad(format!("`{}` is there twice", table.columns[place])));
            }
        }
        table.rows.push((line, row));
        if table.rows.len() as u64 > most {
            break;
        }
    }
    for (_, row) in &mut table.rows {
        row.resize(table.columns.len(), None);
    }
    Ok(table)
}

/// A text as it reaches the tasks, in which a `$` is a `$`.
fn given(text: &str, span: Span) -> Value {
    Value::Scalar(Scalar { text: text.into(), span, style: Style::Given })
}

/// A number keeps its digits.
fn value(key: &str, raw: &str, span: Span) -> Result<Value, String> {
    let parsed = |error: serde_json::Error| error.to_string();
    match raw.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(raw).map_err(parsed)?;
            // What is in quotes is a text, whatever it looks like; but there it could be a reference.
            let style = if text.contains('$') { Style::Given } else { Style::Quoted };
            Ok(Value::Scalar(Scalar { text: text.into(), span, style }))
        }
        Some(b'[') => {
            let items: Vec<Box<RawValue>> = serde_json::from_str(raw).map_err(parsed)?;
            let items = items.iter().map(|item| match item.get().as_bytes().first() {
                Some(b'[' | b'{') => Err(format!("`{key}` is a list of more than words and numbers")),
                _ => value(key, item.get(), span),
            });
            Ok(Value::List(items.collect::<Result<_, _>>()?, span))
        }
        Some(b'{') => Err(format!("`{key}` is an object, and a parameter is a value or a list of values")),
        _ => Ok(super::value::plain(raw, span)),
    }
}

/// An object whose keys keep their order.
struct Object(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object such as `{\"lr\": 0.1}`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sweep::space::value::text_of;

    fn shown(format: Format, text: &str) -> String {
        match read(format, text, Span::default(), 100) {
            Ok(table) => {
                let row = |(line, row): &(u64, Vec<Option<Value>>)| {
                    let cells = row
                        .iter()
                        .map(|cell| cell.as_ref().map_or("-".into(), |value| format!("<{}>", text_of(value))));
                    format!("\n{line}: {}", cells.collect::<Vec<_>>().join(" "))
                };
                table.columns.join(" ") + &table.rows.iter().map(row).collect::<String>()
            }
            Err(bad) => format!("line {}: {}", bad.line, bad.message),
        }
    }

    #[test]
    fn tables_are_read() {
        let cases = [
            ("a,b\n1,x\n", "a b\n2: <1> <x>"),
            ("\u{feff}a, b\r\n1e-4,\"x, \"\"y\"\"\nz\"\r\n\r\n$p,\r\n", "a b\n2: <1e-4> <x, \"y\"\nz>\n5: <$p> <>"),
            ("\u{feff}ä,ö\n\n数,据\n1\n", "line 4: 1 field, and the header line has 2"),
            ("a,b\n1\n", "line 2: 1 field, and the header line has 2"),
            ("a,b\n1,2\n\n1,2,3\n", "line 4: 3 fields, and the header line has 2"),
            ("a,a\n", "line 1: two columns are named `a`"),
            ("a,\n", "line 1: column 2 has no name"),
            ("", "line 1: there is no header line"),
            ("a\n", "a"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(Format::Csv, text), expected, "{text:?}");
        }
    }

    #[test]
    fn objects_are_read() {
        let cases = [
            (
                "{\"lr\": 1e-4, \"model\": \"a \\\"b\\\"\"}\n\n{\"model\": null, \"layers\": [1, 2.50], \"lr\": true}\n",
                "lr model layers\n1: <1e-4> <a \"b\"> -\n3: <true> <null> <1 2.50>",
            ),
            ("{\"a\": 1}\n{\"a\": \n", "line 2: EOF while parsing a value at column 6"),
            ("[1]", "line 1: invalid type: sequence, expected an object such as `{\"lr\": 0.1}` at column 0"),
            ("{\"a\": {\"b\": 1}}", "line 1: `a` is an object, and a parameter is a value or a list of values"),
            ("{\"a\": [[1]]}", "line 1: `a` is a list of more than words and numbers"),
            ("{\"a\": 1, \"a\": 2}", "line 1: `a` is there twice"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(Format::JsonLines, text), expected, "{text:?}");
        }
        assert_eq!((Format::of("a/b.JSONL"), Format::of("csv")), (Some(Format::JsonLines), None));
    }

    #[test]
    fn an_open_quote_is_one_that_a_field_begins_with() {
        let open = ["3,\"q\n1,x\n", "3,\"q", "\"a,b", "\"\"\""];
        let closed = ["\"x\ny\",5\" disk\n", "\"x\"\"y\",z", "a,b", "", "\"\""];
        assert_eq!(open.map(is_open), [true; 4]);
        assert_eq!(closed.map(is_open), [false; 5]);
    }
}
