//! What a file is, by its name and its first bytes.

use super::place::{Located, Stamp};
use crate::api::FileKind;

/// How much of a file is looked at to tell what it is.
pub(super) const HEAD: u64 = 4 << 10;

/// The kind of what stands there; `head` are its first bytes.
pub(super) fn kind_of(located: &Located, stamp: Stamp, head: &[u8]) -> FileKind {
    if stamp.is_folder {
        return FileKind::Folder;
    }
    if !stamp.is_file {
        return FileKind::Binary;
    }
    let suffix = located.suffix();
    if picture(head).is_some() {
        return FileKind::Image;
    }
    if is_film(&suffix) && !is_text(head) {
        return FileKind::Video;
    }
    if !is_text(head) {
        return FileKind::Binary;
    }
    match (&*suffix, located.data_type.as_deref()) {
        ("csv" | "tsv" | "tab", _) => FileKind::Table,
        ("json" | "geojson" | "ipynb", _) => FileKind::Json,
        ("txt" | "md" | "log" | "jsonl" | "yml" | "yaml" | "py" | "svg" | "html", _) => FileKind::Text,
        (_, Some("csv")) => FileKind::Table,
        (_, Some("json")) => FileKind::Json,
        _ => FileKind::Text,
    }
}

/// The form of a picture that can be shown, by its first bytes.
pub(super) fn picture(head: &[u8]) -> Option<image::ImageFormat> {
    use image::ImageFormat::{Bmp, Gif, Jpeg, Png, WebP};
    let format = image::guess_format(head).ok()?;
    match format {
        Png | Jpeg | Gif | WebP => Some(format),
        // Text may begin with these two letters; what follows is a size, with bytes that are no text.
        Bmp if head.get(6..10) == Some(&[0; 4]) => Some(format),
        _ => None,
    }
}

fn is_film(suffix: &str) -> bool {
    ["mp4", "m4v", "webm", "mov", "mkv", "avi", "ogv"].contains(&suffix)
}

/// Whether these first bytes are of a text: without NUL, and with few control characters; a short text may have two.
fn is_text(head: &[u8]) -> bool {
    let is_control = |byte: &&u8| matches!(**byte, 0x01..=0x08 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    !head.contains(&0) && !head.starts_with(b"%PDF") && head.iter().filter(is_control).count() * 20 <= head.len() + 40
}

/// What to call the content of a file where it is handed out. Nothing that a browser would run: all other text is plain.
pub(super) fn content_type(kind: FileKind, suffix: &str, head: &[u8]) -> &'static str {
    match kind {
        FileKind::Image => picture(head).map_or("application/octet-stream", |format| format.to_mime_type()),
        FileKind::Video => match suffix {
            "mp4" | "m4v" => "video/mp4",
            "webm" => "video/webm",
            "ogv" => "video/ogg",
            "mov" => "video/quicktime",
            _ => "application/octet-stream",
        },
        FileKind::Table | FileKind::Json | FileKind::Text => "text/plain; charset=utf-8",
        FileKind::Folder | FileKind::Binary => "application/octet-stream",
    }
}

/// Bytes of a text as text, and no more than what is whole of them, if they were cut.
pub(super) fn text_of(bytes: &[u8], is_cut: bool) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if is_cut && error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    };
    String::from_utf8_lossy(whole).into_owned()
}

/// A text on one line, cut behind so many characters.
pub(super) fn cut(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(most).is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
}
