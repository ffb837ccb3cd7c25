//! A look into a file.

use std::fs;
use std::io::{BufReader, Read};

use serde_json::Value;

use super::data::{head, kind_of, millis};
use super::locate::open;
use super::{Located, picture};
use crate::Refused;
use crate::api::{FileKind, Preview, PreviewEntry, PreviewKind, TreeItem};

/// So much of a text is shown, in bytes.
const MOST_TEXT: u64 = 256 << 10;
/// JSON beyond this is shown as text.
const MOST_JSON: u64 = 16 << 20;
const MOST_ITEMS: usize = 2000;
const MOST_ROWS: usize = 1000;
const MOST_COLUMNS: usize = 200;
/// So many characters of a cell or a value are shown.
const WIDEST: usize = 500;
/// The rows of a table beyond this are not counted.
const MOST_COUNTED: u64 = 8 << 20;
const MOST_ENTRIES: usize = 1000;
const HEAD: usize = 512;

/// Whether files with this suffix have rows and columns.
pub(super) fn is_table(suffix: &str) -> bool {
    matches!(suffix, "csv" | "tsv")
}

/// What is in a file, or in a folder. Of a table `limit` rows from `offset` on.
pub fn preview(located: &Located, offset: usize, limit: usize) -> Result<Preview, Refused> {
    let metadata = fs::metadata(&located.path).map_err(|_| Refused::new("not_found", format!("{} is not there", located.shown)))?;
    let content = if metadata.is_dir() {
        folder(located)?
    } else {
        // Whether it is a file at all is found out here.
        open(&located.path)?;
        let head = head(&located.path);
        match kind_of(located, &head) {
            FileKind::Image => {
                let (width, height) = picture::size(located).unwrap_or_default();
                PreviewKind::Image { width, height }
            }
            FileKind::Table => table(located, metadata.len(), offset, limit.min(MOST_ROWS))?,
            FileKind::Json if metadata.len() <= MOST_JSON => match json(located) {
                Some(json) => json,
                None => text(located)?,
            },
            FileKind::Json | FileKind::Text => text(located)?,
            FileKind::Video | FileKind::Folder | FileKind::Binary => PreviewKind::Binary { head: dump(&head) },
        }
    };
    Ok(Preview {
        id: located.id.clone(),
        path: located.shown.clone(),
        size: metadata.len(),
        modified: millis(&metadata).unwrap_or_default(),
        content,
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn cannot_read(error: &dyn std::fmt::Display) -> Refused {
    Refused::new("cannot_read", format!("it cannot be read: {error}"))
}

fn folder(located: &Located) -> Result<PreviewKind, Refused> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(&located.path).map_err(|error| cannot_read(&error))?.flatten() {
        let metadata = entry.metadata();
        entries.push(PreviewEntry {
            name: entry.file_name().to_string_lossy().into_owned(),
            size: metadata.as_ref().map_or(0, fs::Metadata::len),
            folder: metadata.is_ok_and(|metadata| metadata.is_dir()),
        });
    }
    let total = entries.len();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    entries.truncate(MOST_ENTRIES);
    Ok(PreviewKind::Folder { entries, total })
}

fn table(located: &Located, size: u64, offset: usize, limit: usize) -> Result<PreviewKind, Refused> {
    let (file, _) = open(&located.path)?;
    let is_tabs = located.path.extension().is_some_and(|suffix| suffix.eq_ignore_ascii_case("tsv"));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if is_tabs { b'\t' } else { b',' })
        .flexible(true)
        .from_reader(BufReader::new(file));
    let cells = |record: &csv::ByteRecord| -> Vec<String> {
        let cells = record.iter().take(MOST_COLUMNS).map(|cell| cut(&String::from_utf8_lossy(cell)));
        cells.collect()
    };
    let mut columns = cells(reader.byte_headers().map_err(|error| cannot_read(&error))?);
    if let Some(first) = columns.first_mut() {
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    let (mut rows, mut count) = (Vec::new(), 0);
    let mut record = csv::ByteRecord::new();
    let counts = size <= MOST_COUNTED;
    while reader.read_byte_record(&mut record).map_err(|error| cannot_read(&error))? {
        if count >= offset && rows.len() < limit {
            rows.push(cells(&record));
        }
        count += 1;
        if !counts && rows.len() >= limit {
            return Ok(PreviewKind::Table { columns, rows, offset, total: None });
        }
    }
    Ok(PreviewKind::Table { columns, rows, offset, total: Some(count) })
}

fn json(located: &Located) -> Option<PreviewKind> {
    let (file, _) = open(&located.path).ok()?;
    let document: Value = serde_json::from_reader(BufReader::new(file)).ok()?;
    let mut items = Vec::new();
    let cut = !walk("", &document, 0, &mut items);
    Some(PreviewKind::Json { items, cut })
}

/// Returns whether all of it was told. What is read is not nested deeper than the reader allows.
fn walk(key: &str, value: &Value, depth: usize, items: &mut Vec<TreeItem>) -> bool {
    if items.len() >= MOST_ITEMS {
        return false;
    }
    let (shown, holds) = match value {
        Value::Array(all) => (format!("[{}]", all.len()), true),
        Value::Object(all) => (format!("{{{}}}", all.len()), true),
        value => (cut(&value.to_string()), false),
    };
    items.push(TreeItem { depth, key: cut(key), value: shown, holds });
    match value {
        Value::Array(all) => all.iter().enumerate().all(|(at, value)| walk(&at.to_string(), value, depth + 1, items)),
        Value::Object(all) => all.iter().all(|(key, value)| walk(key, value, depth + 1, items)),
        _ => true,
    }
}

fn text(located: &Located) -> Result<PreviewKind, Refused> {
    let (file, metadata) = open(&located.path)?;
    let mut bytes = Vec::new();
    file.take(MOST_TEXT).read_to_end(&mut bytes).map_err(|error| cannot_read(&error))?;
    let cut = metadata.len() > MOST_TEXT;
    // A character may be cut in two at the end.
    let text = String::from_utf8_lossy(&bytes);
    let text = if cut { text.trim_end_matches(char::REPLACEMENT_CHARACTER) } else { &*text };
    Ok(PreviewKind::Text { text: text.trim_start_matches('\u{feff}').to_owned(), cut })
}

/// Sixteen bytes a line, as numbers and as what of them is text.
fn dump(head: &[u8]) -> String {
    let lines = head[..head.len().min(HEAD)].chunks(16).enumerate().map(|(line, bytes)| {
        let numbers: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let text: String =
            bytes.iter().map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' }).collect();
        format!("{:06x}  {:<47}  {text}", line * 16, numbers.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}
