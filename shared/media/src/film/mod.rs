//! MP4 and QuickTime (ISO/IEC 14496-12): read in pieces, because films are large. What tells where they were taken is overwritten in
//! place, so that nothing else moves.

mod movie;
mod samples;

use std::ops::Range;

use crate::bytes::Cursor;
use crate::{Refused, Result, Shape, damaged, fits};

/// How many bytes of a box must be read to know where it ends.
pub const HEADER: u64 = 16;
/// The most boxes that a film may consist of; those that are cut into pieces for streaming have thousands.
const MAX_BOXES: usize = 64;
/// The most bytes of the list of types that a film says to be.
const MAX_BRANDS: u64 = 4_096;
/// The most bytes of the description of a film.
const MAX_MOVIE: u64 = 32 * 1024 * 1024;

/// Which of the two it was said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// MP4.
    Mp4,
    /// QuickTime.
    QuickTime,
}

/// A box of the outermost level: what it is and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Box {
    kind: [u8; 4],
    start: u64,
    body: u64,
    end: u64,
}

/// The boxes of the outermost level, as far as they were read.
#[derive(Clone, Debug)]
pub struct Outline {
    size: u64,
    boxes: Vec<Box>,
}

/// Bytes to write over what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where.
    at: Range<u64>,
    /// What, from the beginning of the range; zeros after it.
    with: &'static [u8],
}

/// What was found in a film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    /// What it measures.
    pub shape: Shape,
    /// What is to be written over it.
    pub patches: Vec<Patch>,
}

impl Outline {
    /// The outline of a file of so many bytes; nothing of it was read yet.
    pub fn new(size: u64) -> Self {
        Self {
            size,
            boxes: Vec::new(),
        }
    }

    /// Where the header of the next box begins: `HEADER` bytes from there are to be read, or what there is. Nothing at the end.
    pub fn next(&self) -> Option<u64> {
        let at = self.boxes.last().map_or(0, |last| last.end);
        (at < self.size).then_some(at)
    }

    /// Reads the header of the next box.
    pub fn read(&mut self, header: &[u8]) -> Result<()> {
        let Some(start) = self.next() else {
            return Ok(());
        };
        let is_first = self.boxes.is_empty();
        if is_first && header.get(4..8) != Some(b"ftyp") {
            return Err(no_film());
        }
        let next = one(header, start, self.size).ok_or_else(cut)?;
        if !is_first && &next.kind == b"ftyp" {
            return Err(cut());
        }
        match &next.kind {
            b"moof" => return Err(in_pieces()),
            _ if self.boxes.len() >= MAX_BOXES => return Err(in_pieces()),
            _ => self.boxes.push(next),
        }
        Ok(())
    }

    /// Where the list of types stands that the film says to be.
    pub fn brands(&self) -> Result<Range<u64>> {
        self.only(*b"ftyp", MAX_BRANDS)
    }

    /// Where the description of the film stands.
    pub fn movie(&self) -> Result<Range<u64>> {
        self.only(*b"moov", MAX_MOVIE)
    }

    fn only(&self, kind: [u8; 4], most: u64) -> Result<Range<u64>> {
        let mut found = self.boxes.iter().filter(|one| one.kind == kind);
        match (found.next(), found.next()) {
            (Some(one), None) if one.end - one.body <= most => Ok(one.body..one.end),
            _ => Err(cut()),
        }
    }

    /// Whether bytes lie within the pictures and sounds themselves.
    fn is_data(&self, bytes: &Range<u64>) -> bool {
        let mut data = self.boxes.iter().filter(|one| &one.kind == b"mdat");
        data.any(|one| one.body <= bytes.start && bytes.end <= one.end)
    }
}

/// Looks through a film: `brands` and `movie` are the bytes where `outline` says that these stand.
pub fn check(container: Container, outline: &Outline, brands: &[u8], movie: &[u8]) -> Result<Film> {
    if is_quick_time(brands)? != (container == Container::QuickTime) {
        return Err(Refused::new(match container {
            Container::Mp4 => "it is a QuickTime file: upload it as video/quicktime",
            Container::QuickTime => "it is an MP4 file: upload it as video/mp4",
        }));
    }
    let at = outline.movie()?.start;
    let (shape, mut patches) = movie::read(outline, movie, at)?;
    fits(shape)?;
    // Programs keep in these what they know of a film: XMP, previews, where it was taken.
    let told = outline.boxes.iter().filter(|one| tells(one.kind));
    patches.extend(told.flat_map(Box::blank));
    patches.sort_unstable_by_key(|patch| patch.at.start);
    Ok(Film { shape, patches })
}

/// Whether a box only tells about a film what is not needed to show it.
fn tells(kind: [u8; 4]) -> bool {
    matches!(&kind, b"udta" | b"meta" | b"uuid")
}

/// Whether the film says that it is QuickTime; anything else must be a kind of MP4.
fn is_quick_time(brands: &[u8]) -> Result<bool> {
    const MP4: [&[u8]; 6] = [b"iso", b"mp4", b"avc1", b"M4V", b"MSNV", b"f4v "];
    let major = brands.get(..4).ok_or_else(cut)?;
    let compatible = brands.get(8..).unwrap_or_default().chunks_exact(4);
    if major == b"qt  " {
        return Ok(true);
    }
    let mut all = std::iter::once(major).chain(compatible);
    if all.any(|brand| MP4.iter().any(|known| brand.starts_with(known))) {
        return Ok(false);
    }
    Err(no_film())
}

fn no_film() -> Refused {
    Refused::new("it is not an MP4 or QuickTime file")
}

fn cut() -> Refused {
    damaged("video")
}

fn in_pieces() -> Refused {
    Refused::new("the video is cut into pieces for streaming: save it as one ordinary file")
}

/// The box that begins with `bytes` at `start`, within what ends at `limit`.
fn one(bytes: &[u8], start: u64, limit: u64) -> Option<Box> {
    let mut at = Cursor::new(bytes);
    let (length, kind) = (at.be32()?, at.name()?);
    let (header, length) = match length {
        // It goes on to the end.
        0 => (8, limit.checked_sub(start)?),
        1 => (16, at.be64()?),
        length => (8, length.into()),
    };
    let end = start.checked_add(length)?;
    (length >= header && end <= limit).then_some(Box {
        kind,
        start,
        body: start + header,
        end,
    })
}

impl Box {
    /// Makes it a box that says nothing, of the same length.
    fn blank(&self) -> [Patch; 2] {
        [
            Patch {
                at: self.start + 4..self.start + 8,
                with: b"free",
            },
            Patch {
                at: self.body..self.end,
                with: b"",
            },
        ]
    }
}

impl Film {
    /// Writes over a piece of the film that begins at `start` what is to be written there.
    pub fn patch(&self, start: u64, piece: &mut [u8]) {
        let end = start + piece.len() as u64;
        for patch in &self.patches {
            let from = patch.at.start.max(start);
            let to = patch.at.end.min(end);
            for at in from..to {
                let within = usize::try_from(at - patch.at.start).unwrap_or(usize::MAX);
                let byte = patch.with.get(within).copied().unwrap_or(0);
                let place = usize::try_from(at - start).ok();
                if let Some(old) = place.and_then(|place| piece.get_mut(place)) {
                    *old = byte;
                }
            }
        }
    }
}
