//! JPEG (ITU-T T.81): what is needed to decode the picture is copied, and every other segment is left out.

use crate::bytes::Cursor;
use crate::{Cleaned, Refused, Result, Shape, damaged, exif, not_a};

/// The most scans: a progressive picture has about ten, and each costs a decoder a pass over the whole.
const MAX_SCANS: usize = 100;
const EXIF: &[u8] = b"Exif\0\0";

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;

pub(crate) fn clean(file: &[u8]) -> Result<Cleaned> {
    if !file.starts_with(&[0xff, START, 0xff]) {
        return Err(not_a("JPEG"));
    }
    let mut picture = Picture::default();
    let mut at = Cursor::new(file);
    at.take(2);
    loop {
        let marker = marker(&mut at).ok_or_else(cut)?;
        match marker {
            END => break,
            // Restart markers belong into scans, which are copied as a whole.
            0x00..=0xbf | START | 0xd0..=0xd7 => return Err(cut()),
            _ => {
                let length = at.be16().ok_or_else(cut)?;
                let length = usize::from(length).checked_sub(2).ok_or_else(cut)?;
                let body = at.take(length).ok_or_else(cut)?;
                picture.segment(marker, body)?;
                if marker == SCAN {
                    picture.scan(&mut at)?;
                }
            }
        }
    }
    picture.finish()
}

fn cut() -> Refused {
    damaged("JPEG")
}

/// The next marker; it may be preceded by any number of `FF`.
fn marker(at: &mut Cursor<'_>) -> Option<u8> {
    let mut byte = (at.u8()? == 0xff).then_some(0xff)?;
    while byte == 0xff {
        byte = at.u8()?;
    }
    Some(byte)
}

#[derive(Default)]
struct Picture {
    /// JFIF's own segment, which comes first.
    jfif: Vec<u8>,
    rest: Vec<u8>,
    sides: Option<(u16, u16)>,
    scans: usize,
    orientation: Option<u16>,
}

impl Picture {
    fn segment(&mut self, marker: u8, body: &[u8]) -> Result<()> {
        match marker {
            // Baseline, extended and progressive, Huffman-coded: what cameras and programs write.
            0xc0..=0xc2 => {
                self.frame(body)?;
                put(&mut self.rest, marker, body);
            }
            // Tables of Huffman codes, of quantisation, and the restart interval.
            0xc4 | 0xdb | 0xdd => put(&mut self.rest, marker, body),
            SCAN => {
                self.scans += 1;
                if self.sides.is_none() || self.scans > MAX_SCANS {
                    return Err(cut());
                }
                put(&mut self.rest, marker, body);
            }
            APP0 if body.starts_with(b"JFIF\0") && self.jfif.is_empty() => {
                // What follows these 14 bytes is a small picture, perhaps of what was cut away.
                let mut head = body.get(..14).ok_or_else(cut)?.to_vec();
                head[12..].fill(0);
                put(&mut self.jfif, marker, &head);
            }
            APP1 if body.starts_with(EXIF) => {
                let found = exif::orientation(body.get(EXIF.len()..).unwrap_or_default());
                self.orientation = self.orientation.or(found);
            }
            APP2 if body.starts_with(b"ICC_PROFILE\0") => put(&mut self.rest, marker, body),
            APP14 if body.starts_with(b"Adobe") => put(&mut self.rest, marker, body),
            APP0..=0xef | 0xfe => {}
            _ => {
                return Err(Refused::new(
                    "this kind of JPEG is not taken: save it as baseline or progressive",
                ));
            }
        }
        Ok(())
    }

    fn frame(&mut self, body: &[u8]) -> Result<()> {
        let mut at = Cursor::new(body);
        let (_precision, height, width) = (at.u8(), at.be16(), at.be16());
        let sides = width.zip(height).ok_or_else(cut)?;
        if self.sides.replace(sides).is_some() {
            return Err(cut());
        }
        Ok(())
    }

    /// Copies the coded data of a scan, up to the marker that ends it.
    fn scan(&mut self, at: &mut Cursor<'_>) -> Result<()> {
        let data = at.rest();
        let mut length = 0;
        loop {
            let next = data.get(length..).unwrap_or_default();
            let skip = next.iter().position(|byte| *byte == 0xff).ok_or_else(cut)?;
            length += skip;
            match data.get(length + 1) {
                Some(0x00 | 0xd0..=0xd7) => length += 2,
                Some(0xff) => length += 1,
                Some(_) => break,
                None => return Err(cut()),
            }
        }
        self.rest.extend(at.take(length).ok_or_else(cut)?);
        Ok(())
    }

    fn finish(self) -> Result<Cleaned> {
        let (width, height) = self.sides.filter(|_| self.scans > 0).ok_or_else(cut)?;
        let mut bytes = vec![0xff, START];
        bytes.extend(self.jfif);
        if let Some(orientation) = self.orientation {
            let body = [EXIF, &exif::only(orientation)].concat();
            put(&mut bytes, APP1, &body);
        }
        bytes.extend(self.rest);
        bytes.extend([0xff, END]);
        let (width, height) = exif::turned(self.orientation, width.into(), height.into());
        let shape = Shape {
            width,
            height,
            duration_ms: 0,
        };
        Ok(Cleaned { bytes, shape })
    }
}

/// Writes a segment; its body was read from one, so its length fits.
fn put(to: &mut Vec<u8>, marker: u8, body: &[u8]) {
    let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX);
    to.extend([0xff, marker]);
    to.extend(length.to_be_bytes());
    to.extend(body);
}
