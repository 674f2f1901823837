//! Films and documents: read in pieces twice, once to know their hash, and once to copy them.

use std::ops::Range;

use anyhow::Result;
use app::media::{Bucket, Fingerprint, Head, PIECE, Writing, checked_key};
use domain::media::{Findings, Media};
use media::film::{self, Container, Film, Outline};
use media::{Refused, Shape, check_document};

use super::{Verdict, findings};

/// How much of a document's beginning and end is looked at.
const EDGE: u64 = 1_024;

/// Where a file lies that is being checked, and what it is.
struct File<'a> {
    bucket: &'a Bucket<'a>,
    media: &'a Media,
    key: &'a str,
    head: &'a Head,
}

pub(super) async fn document(
    bucket: &Bucket<'_>,
    media: &Media,
    key: &str,
    head: &Head,
) -> Result<Verdict> {
    let file = File {
        bucket,
        media,
        key,
        head,
    };
    let edge = EDGE.min(head.bytes);
    let (Some(first), Some(last)) = (
        file.read(0..edge).await?,
        file.read(head.bytes - edge..head.bytes).await?,
    ) else {
        return Ok(None);
    };
    if let Err(refused) = check_document(&first, &last) {
        return Ok(Some(Err(refused)));
    }
    let unchanged = Film {
        shape: Shape::default(),
        patches: Vec::new(),
    };
    file.copy(&unchanged).await
}

pub(super) async fn film(
    bucket: &Bucket<'_>,
    media: &Media,
    key: &str,
    head: &Head,
    container: Container,
) -> Result<Verdict> {
    let file = File {
        bucket,
        media,
        key,
        head,
    };
    let mut outline = Outline::new(head.bytes);
    while let Some(at) = outline.next() {
        let end = head.bytes.min(at + film::HEADER);
        let Some(header) = file.read(at..end).await? else {
            return Ok(None);
        };
        if let Err(refused) = outline.read(&header) {
            return Ok(Some(Err(refused)));
        }
    }
    let (brands, movie) = match places(&outline) {
        Ok(places) => places,
        Err(refused) => return Ok(Some(Err(refused))),
    };
    let (Some(brands), Some(movie)) = (file.read(brands).await?, file.read(movie).await?) else {
        return Ok(None);
    };
    match film::check(container, &outline, &brands, &movie) {
        Ok(checked) => file.copy(&checked).await,
        Err(refused) => Ok(Some(Err(refused))),
    }
}

fn places(outline: &Outline) -> Result<(Range<u64>, Range<u64>), Refused> {
    Ok((outline.brands()?, outline.movie()?))
}

impl File<'_> {
    async fn read(&self, range: Range<u64>) -> Result<Option<Vec<u8>>> {
        let etag = &self.head.etag;
        self.bucket.read(self.key, range, etag).await
    }

    /// A piece as it goes out.
    async fn piece(&self, film: &Film, number: u64) -> Result<Option<Vec<u8>>> {
        let start = number * PIECE;
        let end = self.head.bytes.min(start + PIECE);
        let Some(mut piece) = self.read(start..end).await? else {
            return Ok(None);
        };
        film.patch(start, &mut piece);
        Ok(Some(piece))
    }

    /// Moves the file out of quarantine, patched where it must be.
    async fn copy(&self, film: &Film) -> Result<Verdict> {
        let pieces = self.head.bytes.div_ceil(PIECE);
        let mut fingerprint = Fingerprint::default();
        for number in 0..pieces {
            let Some(piece) = self.piece(film, number).await? else {
                return Ok(None);
            };
            fingerprint.add(&piece);
        }
        let fingerprint = fingerprint.finish();
        let media = self.media;
        let to = checked_key(media.team, media.id, &fingerprint);
        let kind = media.media_type.to_string();
        let is_copied = if film.patches.is_empty() {
            let copied = self.bucket.copy(self.key, &self.head.etag, &to, &kind);
            copied.await?
        } else {
            let mut writing = self.bucket.begin(&to, &kind).await?;
            match self.write(film, pieces, &mut writing).await {
                Ok(true) => writing.finish().await.map(|()| true)?,
                stopped => {
                    writing.give_up().await;
                    stopped?
                }
            }
        };
        let found: Findings = findings(fingerprint, self.head.bytes, film.shape);
        Ok(is_copied.then_some(Ok(found)))
    }

    /// Writes all pieces. Says whether the file was there to its end.
    async fn write(&self, film: &Film, pieces: u64, writing: &mut Writing<'_>) -> Result<bool> {
        for number in 0..pieces {
            let Some(piece) = self.piece(film, number).await? else {
                return Ok(false);
            };
            writing.add(piece).await?;
        }
        Ok(true)
    }
}
