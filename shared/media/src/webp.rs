//! WebP (RFC 9649): the picture with its transparency and its colour profile is copied, and every other chunk is left out.

use crate::bytes::{Cursor, size};
use crate::{Cleaned, Refused, Result, Shape, damaged, exif, not_a};

const ICC: u8 = 0x20;
const ALPHA: u8 = 0x10;
const EXIF: u8 = 0x08;
const ANIMATION: u8 = 0x02;

#[derive(Default)]
struct Picture<'a> {
    /// The flags and the sides of the canvas, in the extended form.
    canvas: Option<(u8, u32, u32)>,
    profile: Option<&'a [u8]>,
    alpha: Option<&'a [u8]>,
    image: Option<([u8; 4], &'a [u8])>,
    orientation: Option<u16>,
}

pub(crate) fn clean(file: &[u8]) -> Result<Cleaned> {
    let mut at = Cursor::new(file);
    let (riff, length, webp) = (at.name(), at.le32(), at.name());
    if riff.as_ref() != Some(b"RIFF") || webp.as_ref() != Some(b"WEBP") {
        return Err(not_a("WebP"));
    }
    // The length counts from behind itself; what follows it is no part of the picture.
    let length = length
        .and_then(size)
        .and_then(|length| length.checked_sub(4));
    let body = length.and_then(|length| at.take(length)).ok_or_else(cut)?;
    let picture = Picture::read(body)?;
    picture.write()
}

fn cut() -> Refused {
    damaged("WebP")
}

impl<'a> Picture<'a> {
    fn read(body: &'a [u8]) -> Result<Self> {
        let mut picture = Self::default();
        let mut at = Cursor::new(body);
        while !at.rest().is_empty() {
            let is_first = at.at() == 0;
            let name = at.name().ok_or_else(cut)?;
            let length = at.le32().and_then(size).ok_or_else(cut)?;
            let body = at.take(length).ok_or_else(cut)?;
            // Chunks begin at even places.
            if length % 2 == 1 && !at.rest().is_empty() {
                at.take(1);
            }
            picture.chunk(name, body, is_first)?;
        }
        Ok(picture)
    }

    fn chunk(&mut self, name: [u8; 4], body: &'a [u8], is_first: bool) -> Result<()> {
        match &name {
            b"VP8X" if is_first => self.canvas = Some(canvas(body).ok_or_else(cut)?),
            b"VP8 " | b"VP8L" if self.image.is_none() => self.image = Some((name, body)),
            b"VP8X" | b"VP8 " | b"VP8L" => return Err(cut()),
            b"ALPH" => self.alpha = self.alpha.or(Some(body)),
            b"ICCP" => self.profile = self.profile.or(Some(body)),
            b"EXIF" => {
                // Some programs write what precedes EXIF in a JPEG.
                let tiff = body.strip_prefix(b"Exif\0\0").unwrap_or(body);
                self.orientation = self.orientation.or_else(|| exif::orientation(tiff));
            }
            b"ANIM" | b"ANMF" => return Err(animated()),
            _ => {}
        }
        Ok(())
    }

    fn write(self) -> Result<Cleaned> {
        let (name, image) = self.image.ok_or_else(cut)?;
        let sides = if &name == b"VP8L" {
            lossless(image)
        } else {
            lossy(image)
        };
        let (width, height) = sides.ok_or_else(cut)?;
        let mut body = b"WEBP".to_vec();
        let mut flags = 0;
        if let Some((said, canvas_width, canvas_height)) = self.canvas {
            if said & ANIMATION != 0 {
                return Err(animated());
            }
            if (canvas_width, canvas_height) != (width, height) {
                return Err(cut());
            }
            flags = said & ALPHA;
        }
        let profile = self.profile.filter(|_| self.canvas.is_some());
        let alpha = self.alpha.filter(|_| self.canvas.is_some());
        flags |= profile.map_or(0, |_| ICC) | self.orientation.map_or(0, |_| EXIF);
        flags |= alpha.map_or(0, |_| ALPHA);
        if flags != 0 {
            let mut canvas = vec![flags, 0, 0, 0];
            for side in [width, height] {
                canvas.extend(side.wrapping_sub(1).to_le_bytes().iter().take(3));
            }
            put(&mut body, *b"VP8X", &canvas);
        }
        if let Some(profile) = profile {
            put(&mut body, *b"ICCP", profile);
        }
        if let Some(alpha) = alpha {
            put(&mut body, *b"ALPH", alpha);
        }
        put(&mut body, name, image);
        if let Some(orientation) = self.orientation {
            put(&mut body, *b"EXIF", &exif::only(orientation));
        }
        let mut bytes = b"RIFF".to_vec();
        bytes.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(body);
        let (width, height) = exif::turned(self.orientation, width, height);
        let shape = Shape {
            width,
            height,
            duration_ms: 0,
        };
        Ok(Cleaned { bytes, shape })
    }
}

fn animated() -> Refused {
    Refused::new("an animated WebP is not taken: upload it as GIF or MP4")
}

fn canvas(body: &[u8]) -> Option<(u8, u32, u32)> {
    let mut at = Cursor::new(body);
    let flags = at.u8()?;
    at.take(3)?;
    Some((flags, at.le24()? + 1, at.le24()? + 1))
}

/// The sides of a lossy picture (RFC 6386, 9.1): a key frame.
fn lossy(body: &[u8]) -> Option<(u32, u32)> {
    let mut at = Cursor::new(body);
    let is_key_frame = at.le24()? & 1 == 0;
    let begins = at.take(3)? == [0x9d, 0x01, 0x2a];
    let (width, height) = (at.le16()? & 0x3fff, at.le16()? & 0x3fff);
    (is_key_frame && begins).then_some((width.into(), height.into()))
}

/// The sides of a lossless picture: 14 bits each.
fn lossless(body: &[u8]) -> Option<(u32, u32)> {
    let mut at = Cursor::new(body);
    let begins = at.u8()? == 0x2f;
    let bits = at.le32()?;
    let is_known_version = bits >> 29 == 0;
    let sides = ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1);
    (begins && is_known_version).then_some(sides)
}

fn put(to: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    to.extend(name);
    to.extend(u32::try_from(body.len()).unwrap_or(u32::MAX).to_le_bytes());
    to.extend(body);
    if body.len() % 2 == 1 {
        to.push(0);
    }
}
