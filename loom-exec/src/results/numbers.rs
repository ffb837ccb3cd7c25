//! Numbers in files that scripts wrote.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A document that is longer than this, in bytes, is data and no result.
const LONGEST: usize = 4 << 20;
/// A document with more numbers than this is data and no result.
const MOST: usize = 200;

/// Every number of a JSON document in the order of the document, by the keys and indices that lead to it, dots between. A truth
/// value is no number, nor is a text that looks like one; `NaN` and `Infinity`, which Python writes, are left out. The
/// error says why a document is not looked through: it is not JSON, or it is data rather than a result.
///
/// ```
/// use loom_exec::results::metrics_of_json;
/// let text = r#"{"name": "a", "metrics": {"f1": 0.5, "loss": NaN}, "folds": [1, 2], "ok": true}"#;
/// let numbers = metrics_of_json(text).unwrap();
/// let shown: Vec<_> = numbers.iter().map(|(path, number)| (&**path, *number)).collect();
/// assert_eq!(shown, [("metrics.f1", 0.5), ("folds.0", 1.0), ("folds.1", 2.0)]);
/// assert!(metrics_of_json("[1, 2").is_err());
/// ```
pub fn metrics_of_json(text: &str) -> Result<Vec<(String, f64)>, String> {
    let mut found = Vec::new();
    let mut path = String::new();
    each_number(text, &mut path, &mut |path, number| found.push((path.to_owned(), number)))?;
    Ok(found)
}

/// The number at a place in a JSON document, keys and indices with dots between. A key may have a dot in it.
///
/// ```
/// use loom_exec::results::number_of_json;
/// let document = serde_json::json!({"runs": [{"v1.5": 3, "text": "3"}]});
/// assert_eq!(number_of_json(&document, "runs.0.v1.5"), Some(3.0));
/// assert_eq!(number_of_json(&document, "runs.0.text"), None);
/// ```
pub fn number_of_json(document: &Value, path: &str) -> Option<f64> {
    if path.is_empty() {
        return document.as_f64().filter(|number| number.is_finite());
    }
    let ends = path.match_indices('.').map(|(at, _)| at).chain([path.len()]);
    for end in ends {
        let (key, rest) = (&path[..end], path.get(end + 1..).unwrap_or_default());
        let inside = match document {
            Value::Object(entries) => entries.get(key),
            Value::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => return None,
        };
        if let Some(number) = inside.and_then(|inside| number_of_json(inside, rest)) {
            return Some(number);
        }
    }
    None
}

/// The last number in a column of a CSV file, or of one with tabs. A cell that is empty is passed over, because those who write
/// several tables into one leave many so; the last that is not must be a number.
///
/// ```
/// use loom_exec::results::number_of_csv;
/// let text = b"epoch,loss,\"val loss\"\n1,0.5,\n2,0.25,0.3\n3,0.125,\n";
/// assert_eq!(number_of_csv(&text[..], b',', "loss"), Ok(0.125));
/// assert_eq!(number_of_csv(&text[..], b',', "val loss"), Ok(0.3));
/// assert_eq!(number_of_csv(&text[..], b',', "los").unwrap_err(), "no column `los`");
/// ```
pub fn number_of_csv(text: impl std::io::Read, delimiter: u8, column: &str) -> Result<f64, String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text);
    let told = |error: csv::Error| format!("not CSV: {error}");
    let heads = reader.byte_headers().map_err(told)?;
    let is_column = |head: &[u8]| head.trim_ascii() == column.as_bytes();
    let Some(index) = heads.iter().position(is_column) else { return Err(format!("no column `{column}`")) };
    let (mut record, mut last) = (csv::ByteRecord::new(), Vec::new());
    while reader.read_byte_record(&mut record).map_err(told)? {
        if let Some(cell) = record.get(index).map(<[u8]>::trim_ascii).filter(|cell| !cell.is_empty()) {
            last.clear();
            last.extend_from_slice(cell);
        }
    }
    let number = std::str::from_utf8(&last).ok().and_then(|text| text.parse::<f64>().ok());
    let number = number.filter(|number| number.is_finite());
    number.ok_or_else(|| format!("the column `{column}` does not end with a number"))
}

/// Tells every number of a document, with its path behind what `path` says already.
pub(super) fn each_number(text: &str, path: &mut String, tell: &mut dyn FnMut(&str, f64)) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!("it has {} MB, too many to look through", text.len() >> 20));
    }
    let mut found: Vec<(usize, f64)> = Vec::new();
    let mut paths = String::new();
    let text = strict(text);
    let mut reader = serde_json::Deserializer::from_str(&text);
    let before = path.len();
    let walk = Walk {
        path,
        tell: &mut |path, number| {
            if found.len() < MOST {
                paths.push_str(path);
            }
            found.push((paths.len(), number));
        },
    };
    let read = walk.deserialize(&mut reader).and_then(|()| reader.end());
    path.truncate(before);
    read.map_err(|error| format!("not JSON: {error}"))?;
    if found.len() > MOST {
        return Err(format!("it has {} numbers, more than {MOST}", found.len()));
    }
    let mut start = 0;
    for (end, number) in found {
        tell(&paths[start..end], number);
        start = end;
    }
    Ok(())
}

/// JSON without the `NaN` and `Infinity` that Python writes and JSON does not know: `null` stands in their place.
pub(super) fn strict(text: &str) -> Cow<'_, str> {
    const WORDS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];
    if !text.contains("NaN") && !text.contains("Infinity") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut is_quoted) = (text, false);
    while let Some(c) = rest.chars().next() {
        if let Some(after) = WORDS.iter().filter(|_| !is_quoted).find_map(|word| rest.strip_prefix(word)) {
            out.push_str("null");
            rest = after;
            continue;
        }
        is_quoted ^= c == '"';
        let escaped = if is_quoted && c == '\\' { rest[1..].chars().next() } else { None };
        let length = c.len_utf8() + escaped.map_or(0, char::len_utf8);
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.into()
}

/// Goes through a document, and keeps nothing of it but the path to where it is.
struct Walk<'a> {
    path: &'a mut String,
    tell: &'a mut dyn FnMut(&str, f64),
}

impl Walk<'_> {
    fn number<E>(self, number: f64) -> Result<(), E> {
        if number.is_finite() {
            (self.tell)(self.path, number);
        }
        Ok(())
    }

    /// What is inside, under this name.
    fn inside(&mut self, name: fmt::Arguments<'_>) -> Walk<'_> {
        // Writing to a string does not fail.
        if !self.path.is_empty() {
            self.path.push('.');
        }
        let _ = fmt::write(self.path, name);
        Walk { path: self.path, tell: self.tell }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.number(number)
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.number(number as f64)
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<(), A::Error> {
        let before = self.path.len();
        for index in 0.. {
            let inside = self.inside(format_args!("{index}"));
            let more = items.next_element_seed(inside)?.is_some();
            self.path.truncate(before);
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let before = self.path.len();
        while let Some(key) = entries.next_key::<Cow<'_, str>>()? {
            entries.next_value_seed(self.inside(format_args!("{key}")))?;
            self.path.truncate(before);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_python_writes_and_json_does_not_know_is_nothing() {
        let text = r#"{"a": NaN, "b": [-Infinity, 1], "NaN": "a \" NaN", "c": "\\", "d": Infinity}"#;
        assert_eq!(strict(text), r#"{"a": null, "b": [null, 1], "NaN": "a \" NaN", "c": "\\", "d": null}"#);
        assert_eq!(metrics_of_json(text).unwrap(), [("b.1".to_owned(), 1.0)]);
    }

    #[test]
    fn data_are_no_results() {
        let many: Vec<usize> = (0..201).collect();
        assert_eq!(metrics_of_json(&format!("{many:?}")).unwrap_err(), "it has 201 numbers, more than 200");
        assert_eq!(metrics_of_json(&format!("{:?}", &many[..200])).unwrap().len(), 200);
        let long = format!("[\"{}\"]", "x".repeat(LONGEST));
        assert_eq!(metrics_of_json(&long).unwrap_err(), "it has 4 MB, too many to look through");
        assert!(metrics_of_json(&"[".repeat(10_000)).unwrap_err().starts_with("not JSON: recursion limit"));
    }

    #[test]
    fn only_numbers_are_numbers() {
        let document =
            serde_json::json!({"a": true, "b": "1", "c": null, "d": {"e": [1, -2.5]}, "": 4, "d.e": {"1": 9}});
        let found = |path: &str| number_of_json(&document, path);
        let paths = ["a", "b", "c", "d", "d.e", "d.e.1", "d.e.2", "", "d.e.x", "x"];
        assert_eq!(paths.map(found), [None, None, None, None, None, Some(-2.5), None, None, None, None]);
        assert_eq!(metrics_of_json("17").unwrap(), [(String::new(), 17.0)]);
    }

    #[test]
    fn columns_end_with_a_number_or_say_why_not() {
        let found = |text: &str, column: &str| number_of_csv(text.as_bytes(), b',', column);
        assert_eq!(found("a,b\n1, 2 \n", "b"), Ok(2.0));
        assert_eq!(found("a\tb\n", "a").unwrap_err(), "no column `a`");
        assert_eq!(found("a,b\n1\n", "b").unwrap_err(), "the column `b` does not end with a number");
        assert_eq!(found("a\n1\nnan\n", "a").unwrap_err(), "the column `a` does not end with a number");
        assert_eq!(found("\u{feff}a,b\n1,2\n", "a"), Ok(1.0));
        assert_eq!(number_of_csv(&b"a\xff,b\n1,2\n"[..], b',', "b"), Ok(2.0));
    }
}
