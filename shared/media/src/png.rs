//! PNG (ISO/IEC 15948): the chunks that the picture is decoded from are copied, and every other one is left out. Of an animated one the
//! still picture stays.

use crate::bytes::{Cursor, size};
use crate::{Cleaned, Refused, Result, Shape, damaged, exif, not_a};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What is copied besides the picture itself: how its colours and its pixels are meant.
const KEPT: [&[u8; 4]; 11] = [
    b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"bKGD", b"pHYs",
    b"hIST",
];

pub(crate) fn clean(file: &[u8]) -> Result<Cleaned> {
    let mut at = Cursor::new(file);
    if at.take(SIGNATURE.len()) != Some(SIGNATURE) {
        return Err(not_a("PNG"));
    }
    let mut bytes = SIGNATURE.to_vec();
    let (name, body) = chunk(&mut at)?;
    if &name != b"IHDR" {
        return Err(cut());
    }
    let (width, height) = header(body).ok_or_else(cut)?;
    put(&mut bytes, name, body);
    // Where the orientation goes: before the data.
    let after_header = bytes.len();
    let (mut orientation, mut has_data) = (None, false);
    loop {
        let (name, body) = chunk(&mut at)?;
        match &name {
            b"IEND" => {
                put(&mut bytes, name, body.get(..0).unwrap_or_default());
                break;
            }
            b"IHDR" => return Err(cut()),
            b"IDAT" => {
                has_data = true;
                put(&mut bytes, name, body);
            }
            b"eXIf" => orientation = orientation.or_else(|| exif::orientation(body)),
            name if KEPT.contains(&name) => put(&mut bytes, *name, body),
            // A lower-case first letter: nothing that the picture needs.
            [first, ..] if first.is_ascii_lowercase() => {}
            _ => return Err(cut()),
        }
    }
    if !has_data {
        return Err(cut());
    }
    if let Some(orientation) = orientation {
        let mut exif = Vec::new();
        put(&mut exif, *b"eXIf", &exif::only(orientation));
        bytes.splice(after_header..after_header, exif);
    }
    let (width, height) = exif::turned(orientation, width, height);
    let shape = Shape {
        width,
        height,
        duration_ms: 0,
    };
    Ok(Cleaned { bytes, shape })
}

fn cut() -> Refused {
    damaged("PNG")
}

/// The sides, if the header is one that PNG allows.
fn header(body: &[u8]) -> Option<(u32, u32)> {
    let mut at = Cursor::new((body.len() == 13).then_some(body)?);
    let (width, height) = (at.be32()?, at.be32()?);
    let (depth, colour) = (at.u8()?, at.u8()?);
    let depths: &[u8] = match colour {
        0 => &[1, 2, 4, 8, 16],
        3 => &[1, 2, 4, 8],
        2 | 4 | 6 => &[8, 16],
        _ => return None,
    };
    let rest = (at.u8()?, at.u8()?, at.u8()?);
    let is_known = depths.contains(&depth) && matches!(rest, (0, 0, 0 | 1));
    is_known.then_some((width, height))
}

/// The next chunk, its checksum looked at.
fn chunk<'a>(at: &mut Cursor<'a>) -> Result<([u8; 4], &'a [u8])> {
    let mut next = || {
        let length = size(at.be32()?)?;
        let name = at.name()?;
        let body = at.take(length)?;
        (checksum(name, body) == at.be32()?).then_some((name, body))
    };
    next().ok_or_else(cut)
}

fn put(to: &mut Vec<u8>, name: [u8; 4], body: &[u8]) {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    to.extend(length.to_be_bytes());
    to.extend(name);
    to.extend(body);
    to.extend(checksum(name, body).to_be_bytes());
}

/// CRC-32 over name and body.
pub(crate) fn checksum(name: [u8; 4], body: &[u8]) -> u32 {
    let bytes = name.iter().chain(body);
    let sum = bytes.fold(u32::MAX, |sum, byte| {
        TABLE[usize::from(sum.to_le_bytes()[0] ^ byte)] ^ (sum >> 8)
    });
    !sum
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let (mut index, mut value) = (0, 0);
    while index < 256 {
        let (mut sum, mut bit): (u32, u8) = (value, 0);
        while bit < 8 {
            sum = (sum >> 1) ^ (if sum & 1 == 1 { 0xedb8_8320 } else { 0 });
            bit += 1;
        }
        table[index] = sum;
        index += 1;
        value += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_of_an_empty_end_is_the_one_that_every_png_ends_with() {
        assert_eq!(checksum(*b"IEND", b""), 0xae42_6082);
    }
}
