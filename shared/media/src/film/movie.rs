//! The description of a film: how long it plays, how large it is shown, and which of its tracks are neither picture nor sound.

use std::ops::Range;

use super::{Box, Outline, Patch, cut, in_pieces, one, samples, tells};
use crate::bytes::Cursor;
use crate::{Refused, Result, Shape};

/// The most tracks that a film may have.
const MAX_TRACKS: usize = 64;
/// The longest that a film may play, in milliseconds: a day.
const LONGEST: u64 = 24 * 60 * 60 * 1_000;

/// The boxes within another one, with their bodies.
pub(super) struct Inner<'a> {
    bytes: &'a [u8],
    /// Where the bytes lie in the file.
    base: u64,
    at: u64,
}

impl<'a> Inner<'a> {
    pub(super) fn of(bytes: &'a [u8], base: u64) -> Self {
        Self { bytes, base, at: 0 }
    }

    fn body(&self, of: &Box) -> Option<&'a [u8]> {
        let from = usize::try_from(of.body - self.base).ok()?;
        let to = usize::try_from(of.end - self.base).ok()?;
        self.bytes.get(from..to)
    }
}

impl<'a> Iterator for Inner<'a> {
    type Item = Result<(Box, &'a [u8])>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.bytes.get(usize::try_from(self.at).ok()?..)?;
        // QuickTime ends some lists with four zeros.
        if rest.len() < 8 {
            return None;
        }
        let start = self.base + self.at;
        let found = one(rest, start, self.base + self.bytes.len() as u64);
        let found = found.and_then(|found| {
            let body = self.body(&found)?;
            Some((found, body))
        });
        let Some((found, body)) = found else {
            self.at = self.bytes.len() as u64;
            return Some(Err(cut()));
        };
        self.at = found.end - self.base;
        Some(Ok((found, body)))
    }
}

/// The first box of a kind within another one.
pub(super) fn first(bytes: &[u8], kind: [u8; 4]) -> Result<&[u8]> {
    for inner in Inner::of(bytes, 0) {
        let (found, body) = inner?;
        if found.kind == kind {
            return Ok(body);
        }
    }
    Err(cut())
}

/// What the film measures, and what is to be written over. `base` is where the description lies in the file.
pub(super) fn read(outline: &Outline, movie: &[u8], base: u64) -> Result<(Shape, Vec<Patch>)> {
    let (mut length, mut sides) = (None, None);
    let (mut tracks, mut patches) = (0, Vec::new());
    for inner in Inner::of(movie, base) {
        let (found, body) = inner?;
        match &found.kind {
            b"mvhd" => length = Some(duration(body).ok_or_else(cut)?),
            b"mvex" => return Err(in_pieces()),
            b"trak" => {
                tracks += 1;
                if tracks > MAX_TRACKS {
                    return Err(cut());
                }
                let track = Track::read(body)?;
                match track.handler {
                    // Pictures, sounds, texts to read along with them, and time codes.
                    [b'v', b'i', b'd', b'e'] => sides = sides.or(track.sides),
                    [b's', b'o', b'u', b'n']
                    | [b't', b'e', b'x', b't']
                    | [b's', b'b', b't', b'l']
                    | [b's', b'u', b'b', b't']
                    | [b'c', b'l', b'c', b'p']
                    | [b't', b'm', b'c', b'd'] => {}
                    // Whatever else a camera noted down from moment to moment, such as where it was.
                    _ => {
                        for data in samples::places(track.samples)? {
                            if !outline.is_data(&data) {
                                return Err(cut());
                            }
                            patches.push(Patch {
                                at: data,
                                with: b"",
                            });
                        }
                        patches.extend(found.blank());
                        continue;
                    }
                }
                patches.extend(told(body, found.body)?);
            }
            kind if tells(*kind) => patches.extend(found.blank()),
            _ => {}
        }
    }
    let (width, height) = sides.ok_or_else(|| Refused::new("it has no picture"))?;
    let duration_ms = length.ok_or_else(cut)?;
    if duration_ms == 0 || duration_ms > LONGEST {
        return Err(Refused::new("it does not say how long it plays"));
    }
    let shape = Shape {
        width,
        height,
        duration_ms,
    };
    Ok((shape, patches))
}

/// Blanks what only tells about a track.
fn told(track: &[u8], base: u64) -> Result<Vec<Patch>> {
    let mut patches = Vec::new();
    for inner in Inner::of(track, base) {
        let (found, body) = inner?;
        if tells(found.kind) {
            patches.extend(found.blank());
        } else if &found.kind == b"mdia" {
            for inner in Inner::of(body, found.body) {
                let (found, _) = inner?;
                patches.extend(
                    tells(found.kind)
                        .then(|| found.blank())
                        .into_iter()
                        .flatten(),
                );
            }
        }
    }
    Ok(patches)
}

/// Milliseconds, from the head of the film.
fn duration(body: &[u8]) -> Option<u64> {
    let mut at = Cursor::new(body);
    let (scale, length) = match at.u8()? {
        0 => {
            at.take(3 + 8)?;
            (at.be32()?, u64::from(at.be32()?))
        }
        1 => {
            at.take(3 + 16)?;
            (at.be32()?, at.be64()?)
        }
        _ => return None,
    };
    length.checked_mul(1_000)?.checked_div(scale.into())
}

struct Track<'a> {
    handler: [u8; 4],
    sides: Option<(u32, u32)>,
    /// The table of its samples.
    samples: &'a [u8],
}

impl<'a> Track<'a> {
    fn read(track: &'a [u8]) -> Result<Self> {
        let sides = sides(first(track, *b"tkhd")?);
        let media = first(track, *b"mdia")?;
        let mut handler = Cursor::new(first(media, *b"hdlr")?);
        handler.take(8);
        let handler = handler.name().ok_or_else(cut)?;
        let samples = first(first(media, *b"minf")?, *b"stbl")?;
        Ok(Self {
            handler,
            sides,
            samples,
        })
    }
}

/// The sides as they are shown: the matrix may turn the picture on its side.
fn sides(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = Cursor::new(head);
    let times: Range<usize> = match at.u8()? {
        0 => 0..20,
        1 => 0..32,
        _ => return None,
    };
    at.take(3 + times.len() + 16)?;
    let matrix = Cursor::new(at.take(36)?);
    let number = |place: usize| {
        let mut at = matrix;
        at.take(4 * place)?;
        at.be32()
    };
    let (a, b, c, d) = (number(0)?, number(1)?, number(3)?, number(4)?);
    let (width, height) = (at.be32()? >> 16, at.be32()? >> 16);
    let on_its_side = a == 0 && d == 0 && b != 0 && c != 0;
    let sides = if on_its_side {
        (height, width)
    } else {
        (width, height)
    };
    (sides != (0, 0)).then_some(sides)
}
