//! Small pictures of pictures.

use std::io::{BufReader, Cursor};

use image::{ImageFormat, ImageReader, Limits};

use super::Located;
use super::locate::open;
use crate::Refused;

/// The widest that is made, in pixels.
const WIDEST: u32 = 2048;
/// The largest picture that is opened: so many pixels a side, so many bytes in memory.
const LONGEST_SIDE: u32 = 20_000;
const MOST_MEMORY: u64 = 256 << 20;

/// A picture of a picture, as PNG: no wider and no higher than so many pixels, in the same proportions.
pub fn thumb(located: &Located, width: u32) -> Result<Vec<u8>, Refused> {
    let (file, _) = open(&located.path)?;
    let broken = |error: &dyn std::fmt::Display| Refused::new("cannot_read", format!("the picture cannot be read: {error}"));
    let mut reader = ImageReader::new(BufReader::new(file)).with_guessed_format().map_err(|error| broken(&error))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let side = width.clamp(8, WIDEST);
    let picture = reader.decode().map_err(|error| broken(&error))?;
    let small = if picture.width() > side || picture.height() > side { picture.thumbnail(side, side) } else { picture };
    let small = if small.color().has_alpha() { small.into_rgba8().into() } else { image::DynamicImage::from(small.into_rgb8()) };
    let mut bytes = Cursor::new(Vec::new());
    small.write_to(&mut bytes, ImageFormat::Png).map_err(|error| broken(&error))?;
    Ok(bytes.into_inner())
}

/// The width and height of a picture, in pixels, as its first bytes tell.
pub(super) fn size(located: &Located) -> Option<(u32, u32)> {
    let (file, _) = open(&located.path).ok()?;
    ImageReader::new(BufReader::new(file)).with_guessed_format().ok()?.into_dimensions().ok()
}
