//! Where the samples of a track lie in a film.

use std::ops::Range;

use super::cut;
use super::movie::{Inner, first};
use crate::Result;
use crate::bytes::{Cursor, size};

/// The most places of one track that are looked up.
const MAX_PLACES: usize = 200_000;

/// How long the samples of a track are.
enum Sizes<'a> {
    /// All the same.
    Same(u64),
    /// Each its own, four bytes each.
    Each(&'a [u8]),
}

/// The bytes of each chunk of samples, by the tables of a track.
pub(super) fn places(table: &[u8]) -> Result<Vec<Range<u64>>> {
    let chunks = offsets(table)?;
    if chunks.is_empty() {
        return Ok(Vec::new());
    }
    let runs = entries(first(table, *b"stsc")?, 12)?;
    let (sizes, count) = sizes(first(table, *b"stsz")?).ok_or_else(cut)?;
    let run = |number: usize| {
        let mut at = Cursor::new(runs.get(12 * number..)?);
        Some((at.be32()?, at.be32()?))
    };
    let (mut places, mut next_run, mut per_chunk, mut sample) = (Vec::new(), 0, 0, 0_u64);
    for (number, start) in (1..).zip(chunks) {
        while let Some((_, samples)) = run(next_run).filter(|(from, _)| *from <= number) {
            (per_chunk, next_run) = (samples, next_run + 1);
        }
        let last = sample.saturating_add(per_chunk.into()).min(count);
        let length = match &sizes {
            Sizes::Same(each) => each.checked_mul(last - sample),
            Sizes::Each(table) => between(table, sample, last),
        };
        let end = length.and_then(|length| start.checked_add(length));
        places.push(start..end.ok_or_else(cut)?);
        sample = last;
    }
    Ok(places)
}

/// Where the chunks of a track begin.
fn offsets(table: &[u8]) -> Result<Vec<u64>> {
    for inner in Inner::of(table, 0) {
        let (found, body) = inner?;
        let width = match &found.kind {
            b"stco" => 4,
            b"co64" => 8,
            _ => continue,
        };
        let offsets = entries(body, width)?.chunks_exact(width);
        if offsets.len() > MAX_PLACES {
            return Err(cut());
        }
        let number = |bytes: &[u8]| {
            let bytes = bytes.iter();
            bytes.fold(0_u64, |number, byte| number << 8 | u64::from(*byte))
        };
        return Ok(offsets.map(number).collect());
    }
    Err(cut())
}

/// The entries of a table: a version, flags, how many there are, and so many of `width` bytes.
fn entries(body: &[u8], width: usize) -> Result<&[u8]> {
    let mut at = Cursor::new(body);
    at.take(4);
    let count = at.be32().and_then(size);
    let length = count.and_then(|count| count.checked_mul(width));
    length.and_then(|length| at.take(length)).ok_or_else(cut)
}

/// How long samples are, and how many there are.
fn sizes(body: &[u8]) -> Option<(Sizes<'_>, u64)> {
    let mut at = Cursor::new(body);
    at.take(4)?;
    let (same, count) = (at.be32()?, at.be32()?);
    let sizes = if same == 0 {
        Sizes::Each(at.take(size(count)?.checked_mul(4)?)?)
    } else {
        Sizes::Same(same.into())
    };
    Some((sizes, count.into()))
}

/// The length of the samples from `first` to before `last` together.
fn between(table: &[u8], first: u64, last: u64) -> Option<u64> {
    let place = |sample: u64| usize::try_from(sample).ok()?.checked_mul(4);
    let lengths = table.get(place(first)?..place(last)?)?.chunks_exact(4);
    let length = |bytes: &[u8]| Cursor::new(bytes).be32().map(u64::from);
    lengths.map(length).sum()
}
