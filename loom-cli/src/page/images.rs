//! The pictures that a run made, small enough to stand in a page.

use std::collections::HashSet;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

use loom_exec::runs::{Fate, History};
use loom_exec::{Decisions, Part, Unit};

use super::Html;

/// A larger picture is not shown.
const LARGEST: u64 = 2 << 20;
/// All pictures together are no larger.
const ALL: u64 = 16 << 20;
/// Nor are they more.
const MOST: usize = 60;
/// Of a folder, so many.
const MOST_OF_FOLDER: usize = 12;

/// A picture that a unit made.
#[derive(Debug)]
pub(crate) struct Image {
    unit: String,
    path: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

/// The pictures that the units of a run made, and how many more there are.
pub(crate) fn find(decisions: &Decisions, history: &History) -> (Vec<Image>, usize) {
    let graph = decisions.plan().graph();
    let (mut images, mut more, mut size) = (Vec::new(), 0, 0);
    let mut seen = HashSet::new();
    for step in graph.run_order() {
        let mut units: Vec<Unit> = decisions.units(step).unwrap_or_default();
        if graph.group(step).is_some() {
            units.push(graph.unit(step, Part::Final(0)));
        }
        for unit in units {
            let made_it = history.of(&unit.name).is_some_and(|known| match &known.fate {
                Fate::Ended(outcome) => outcome.is_success(),
                Fate::UpToDate { .. } => true,
                Fate::Unfinished | Fate::Skipped(_) => false,
            });
            if !made_it {
                continue;
            }
            for made in graph.makes(&unit) {
                let (found, left) = pictures_at(decisions.folder(), &made.path);
                more += left;
                for (path, kind) in found {
                    let file = decisions.folder().join(&path);
                    let length = file.metadata().map_or(u64::MAX, |metadata| metadata.len());
                    if !seen.insert(path.clone()) {
                        continue;
                    }
                    if length > LARGEST || size + length > ALL || images.len() >= MOST {
                        more += 1;
                        continue;
                    }
                    let Ok(bytes) = std::fs::read(&file) else { continue };
                    size += length;
                    let path = path.to_string_lossy().into_owned();
                    images.push(Image { unit: unit.name.to_string(), path, kind, bytes });
                }
            }
        }
    }
    (images, more)
}

/// The pictures at a path, which may be one or a folder of some; and how many there are besides.
fn pictures_at(folder: &Path, path: &str) -> (Vec<(PathBuf, &'static str)>, usize) {
    let full = folder.join(path);
    if full.is_file() {
        return (kind(&full).map(|kind| (PathBuf::from(path), kind)).into_iter().collect(), 0);
    }
    let Ok(entries) = std::fs::read_dir(&full) else { return (Vec::new(), 0) };
    let pictures = entries.flatten().filter_map(|entry| {
        let kind = kind(&entry.path())?;
        entry.path().is_file().then(|| (Path::new(path).join(entry.file_name()), kind))
    });
    let mut pictures: Vec<_> = pictures.collect();
    pictures.sort();
    let more = pictures.len().saturating_sub(MOST_OF_FOLDER);
    pictures.truncate(MOST_OF_FOLDER);
    (pictures, more)
}

fn kind(path: &Path) -> Option<&'static str> {
    let suffix = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match suffix.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

pub(super) fn section(images: &[Image], more: usize, out: &mut String) -> fmt::Result {
    if images.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section id=\"images\"><h2>Images <small>{}</small></h2><div class=\"inside\">", images.len())?;
    writeln!(out, "<div class=\"images\">")?;
    for image in images {
        let (path, unit) = (Html(&image.path), Html(&image.unit));
        write!(out, "<figure><img alt=\"{path}\" src=\"data:{};base64,", image.kind)?;
        base64(&image.bytes, out);
        writeln!(out, "\"><figcaption>{path}<span>made by {unit}</span></figcaption></figure>")?;
    }
    writeln!(out, "</div>")?;
    if more > 0 {
        writeln!(out, "<p class=\"note\">{more} more, or too large to be shown here</p>")?;
    }
    writeln!(out, "</div></section>")
}

/// Base64 (RFC 4648), with its padding.
fn base64(bytes: &[u8], out: &mut String) {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { letter.into() } else { '=' });
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_the_rfc() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in cases {
            let mut out = String::new();
            super::base64(plain.as_bytes(), &mut out);
            assert_eq!(out, encoded);
        }
    }
}
