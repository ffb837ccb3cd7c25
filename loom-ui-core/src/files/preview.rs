//! A look into a file, with a bound on what it costs.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::kinds::{HEAD, content_type, cut, kind_of, picture, text_of};
use super::place::{Located, Stamp, missing};
use super::tree;
use crate::Refused;
use crate::api::{FileKind, Preview, PreviewEntry, PreviewKind};

const MOST_ROWS: usize = 1_000;
const MOST_COLUMNS: usize = 500;
const LONGEST_CELL: usize = 300;
/// Rows are looked for no further than this into a file; what no quote ends is as long.
const LONGEST_TABLE: u64 = 64 << 20;
/// The rows of a file are counted up to this size.
const COUNTED: u64 = 8 << 20;
const LONGEST_TEXT: u64 = 256 << 10;
const LONGEST_JSON: u64 = 16 << 20;
const MOST_ITEMS: usize = 2_000;
const MOST_ENTRIES: usize = 1_000;
/// So many bytes of what is no text are shown.
const SHOWN_BYTES: usize = 256;
const MOST_PIXELS: u64 = 64_000_000;
const MOST_MEMORY: u64 = 256 << 20;
const LARGEST_PICTURE: u64 = 256 << 20;
/// No small picture is wider, or higher, than this.
const WIDEST: u32 = 480;

/// A look into a file; of a table, `limit` rows from `offset` on, at most 1,000.
pub fn preview(located: &Located, offset: usize, limit: usize) -> Result<Preview, Refused> {
    look(located, offset, limit).ok_or_else(|| missing(&located.id))
}

fn look(located: &Located, offset: usize, limit: usize) -> Option<Preview> {
    let stamp = located.stamp()?;
    let head = if stamp.is_file { located.head(HEAD)? } else { Vec::new() };
    let content = match kind_of(located, stamp, &head) {
        FileKind::Folder => folder(located)?,
        FileKind::Image => {
            let (width, height) = dimensions(located).unwrap_or_default();
            PreviewKind::Image { width, height }
        }
        FileKind::Table => table(located, stamp, offset, limit)?,
        FileKind::Json => match json(located, stamp) {
            Some(tree) => tree,
            None => text(located, stamp)?,
        },
        FileKind::Text => text(located, stamp)?,
        FileKind::Video | FileKind::Binary => PreviewKind::Binary { head: bytes_shown(&head) },
    };
    Some(Preview {
        id: located.id.clone(),
        path: located.path.clone(),
        size: stamp.size,
        modified: stamp.modified(),
        content,
    })
}

fn folder(located: &Located) -> Option<PreviewKind> {
    let (entries, total) = located.list(MOST_ENTRIES)?;
    let entries = entries.into_iter().map(|entry| PreviewEntry {
        name: entry.name.to_string_lossy().into_owned(),
        size: entry.size,
        folder: entry.is_folder,
    });
    Some(PreviewKind::Folder { entries: entries.collect(), total })
}

fn text(located: &Located, stamp: Stamp) -> Option<PreviewKind> {
    let head = located.head(LONGEST_TEXT)?;
    let cut = stamp.size > head.len() as u64;
    Some(PreviewKind::Text { text: text_of(&head, cut), cut })
}

fn json(located: &Located, stamp: Stamp) -> Option<PreviewKind> {
    if stamp.size > LONGEST_JSON {
        return None;
    }
    let head = located.head(LONGEST_JSON)?;
    let (items, cut) = tree::items_of(&text_of(&head, false), MOST_ITEMS)?;
    Some(PreviewKind::Json { items, cut })
}

fn table(located: &Located, stamp: Stamp, offset: usize, limit: usize) -> Option<PreviewKind> {
    let file = located.open()?;
    let delimiter = if matches!(&*located.suffix(), "tsv" | "tab") { b'\t' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(BufReader::new(file.take(LONGEST_TABLE)));
    let cells = |record: &csv::ByteRecord| -> Vec<String> {
        record.iter().take(MOST_COLUMNS).map(|cell| cut(&String::from_utf8_lossy(cell), LONGEST_CELL)).collect()
    };
    let mut columns = cells(reader.byte_headers().ok()?);
    if let Some(first) = columns.first_mut() {
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    let (mut rows, mut record, mut at) = (Vec::new(), csv::ByteRecord::new(), 0);
    let limit = limit.min(MOST_ROWS);
    let is_counted = stamp.size <= COUNTED;
    let mut is_whole = is_counted;
    while is_counted || rows.len() < limit {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => {
                is_whole = false;
                break;
            }
        }
        if at >= offset && rows.len() < limit {
            rows.push(cells(&record));
        }
        at += 1;
    }
    Some(PreviewKind::Table { columns, rows, offset, total: is_whole.then_some(at) })
}

/// Bytes as hexadecimal numbers and as text, sixteen on a line.
fn bytes_shown(head: &[u8]) -> String {
    let lines = head[..head.len().min(SHOWN_BYTES)].chunks(16).enumerate().map(|(line, bytes)| {
        let numbers: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' };
        let text: String = bytes.iter().map(shown).collect();
        format!("{:04x}  {:<47}  {text}", line * 16, numbers.join(" "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What a picture may cost.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    limits
}

/// Reads the head of a picture, of a form that can be shown.
fn decoder(file: File) -> Option<impl ImageDecoder> {
    let mut file = BufReader::new(file);
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head).ok()?;
    let format = picture(&head)?;
    file.rewind().ok()?;
    let mut reader = ImageReader::with_format(file, format);
    reader.limits(limits());
    reader.into_decoder().ok()
}

/// Width and height of a picture, as it is to be seen.
fn dimensions(located: &Located) -> Option<(u32, u32)> {
    let file = located.open()?;
    // What strangers wrote is not to bring anything down.
    let read = || -> Option<(u32, u32)> {
        let mut decoder = decoder(file)?;
        let (width, height) = decoder.dimensions();
        Some(if is_turned(decoder.orientation().ok()) { (height, width) } else { (width, height) })
    };
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

fn is_turned(orientation: Option<Orientation>) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Some(Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH))
}

/// A small picture of a file as PNG: no wider than `width` pixels and 480, and no higher than 480.
pub fn thumb(located: &Located, width: u32) -> Result<Vec<u8>, Refused> {
    let made = || small(located.open()?, width.clamp(1, WIDEST));
    catch_unwind(AssertUnwindSafe(made)).ok().flatten().ok_or_else(|| missing(&located.id))
}

fn small(file: File, width: u32) -> Option<Vec<u8>> {
    if file.metadata().ok()?.len() > LARGEST_PICTURE {
        return None;
    }
    let mut decoder = decoder(file)?;
    let (w, h) = decoder.dimensions();
    if u64::from(w) * u64::from(h) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return None;
    }
    decoder.set_limits(limits()).ok()?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut shown = DynamicImage::from_decoder(decoder).ok()?;
    let (most_width, most_height) = if is_turned(Some(orientation)) { (WIDEST, width) } else { (width, WIDEST) };
    if shown.width() > most_width || shown.height() > most_height {
        shown = shown.thumbnail(most_width, most_height);
    }
    shown.apply_orientation(orientation);
    let shown = if shown.color().has_alpha() {
        DynamicImage::ImageRgba8(shown.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(shown.to_rgb8())
    };
    let mut png = Cursor::new(Vec::new());
    shown.write_to(&mut png, ImageFormat::Png).ok()?;
    Some(png.into_inner())
}

/// A file to be handed out as it is, and its name. Of what kind it is tells [`content_type_of`].
pub fn raw(located: &Located) -> Result<(File, String), Refused> {
    let file = located.open().ok_or_else(|| missing(&located.id))?;
    Ok((file, located.file_name()))
}

/// What to call the content of a file where it is handed out: never something that a browser would run.
pub fn content_type_of(located: &Located) -> &'static str {
    let head = located.head(HEAD).unwrap_or_default();
    let kind = located.stamp().map_or(FileKind::Binary, |stamp| kind_of(located, stamp, &head));
    content_type(kind, &located.suffix(), &head)
}
