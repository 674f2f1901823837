//! The shape of a platform's rules for files.

use domain::{MediaKind, MediaType};
use serde::Serialize;

use super::counting::Measure;
use super::limits::unit_of;

/// What files a platform takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MediaRules {
    /// The most files of one text, of all kinds.
    pub most: u32,
    /// Which kinds may stand together.
    pub mixing: Mixing,
    /// Pictures.
    pub images: Option<FileRules>,
    /// Moving pictures without sound.
    pub animations: Option<FileRules>,
    /// Films.
    pub videos: Option<FileRules>,
    /// Documents.
    pub documents: Option<FileRules>,
    /// The limit of a description for people who do not see the file.
    pub alt: Option<AltLimit>,
}

impl MediaRules {
    /// The rules of one kind of file; none where it is not taken.
    pub fn of(&self, kind: MediaKind) -> Option<&FileRules> {
        match kind {
            MediaKind::Image => self.images.as_ref(),
            MediaKind::Animation => self.animations.as_ref(),
            MediaKind::Video => self.videos.as_ref(),
            MediaKind::Document => self.documents.as_ref(),
        }
    }
}

/// Which kinds of file may stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Mixing {
    /// Only files of one kind.
    OneKind,
    /// Pictures and films.
    PicturesAndFilms,
    /// All that are taken.
    Everything,
}

/// What a platform takes of one kind of file. What is 0 has no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FileRules {
    /// The most of them.
    pub most: u32,
    /// The types.
    pub types: &'static [MediaType],
    /// The most bytes.
    pub max_bytes: u64,
    /// The least pixels of each side.
    pub min_side: u32,
    /// The most pixels of each side.
    pub max_side: u32,
    /// The most pixels of both sides together.
    pub max_sides: u32,
    /// The most pixels in all.
    pub max_pixels: u64,
    /// The narrowest shape.
    pub narrowest: Option<Ratio>,
    /// The widest shape.
    pub widest: Option<Ratio>,
    /// The shortest, in milliseconds.
    pub min_ms: u64,
    /// The longest, in milliseconds.
    pub max_ms: u64,
}

impl FileRules {
    pub(super) const fn new(most: u32, types: &'static [MediaType], max_bytes: u64) -> Self {
        Self {
            most,
            types,
            max_bytes,
            min_side: 0,
            max_side: 0,
            max_sides: 0,
            max_pixels: 0,
            narrowest: None,
            widest: None,
            min_ms: 0,
            max_ms: 0,
        }
    }

    pub(super) const fn sides(self, min_side: u32, max_side: u32) -> Self {
        Self {
            min_side,
            max_side,
            ..self
        }
    }

    pub(super) const fn both_sides(self, max_sides: u32) -> Self {
        Self { max_sides, ..self }
    }

    pub(super) const fn pixels(self, max_pixels: u64) -> Self {
        Self { max_pixels, ..self }
    }

    pub(super) const fn shapes(self, narrowest: Ratio, widest: Ratio) -> Self {
        Self {
            narrowest: Some(narrowest),
            widest: Some(widest),
            ..self
        }
    }

    pub(super) const fn lasting(self, min_ms: u64, max_ms: u64) -> Self {
        Self {
            min_ms,
            max_ms,
            ..self
        }
    }
}

/// A shape: width to height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ratio {
    /// The width.
    pub width: u32,
    /// The height.
    pub height: u32,
}

/// Names a shape.
pub(super) const fn ratio(width: u32, height: u32) -> Ratio {
    Ratio { width, height }
}

impl Ratio {
    /// Whether this shape is wider than something of this size.
    pub(super) fn is_wider_than(self, width: u32, height: u32) -> bool {
        u128::from(width) * u128::from(self.height) < u128::from(height) * u128::from(self.width)
    }

    /// Whether this shape is narrower than something of this size.
    pub(super) fn is_narrower_than(self, width: u32, height: u32) -> bool {
        u128::from(width) * u128::from(self.height) > u128::from(height) * u128::from(self.width)
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

/// The limit of a description for people who do not see a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AltLimit {
    /// How it is counted.
    #[serde(rename = "unit", serialize_with = "unit_of")]
    pub measure: Measure,
    /// The most that is taken.
    pub limit: u32,
    /// Whether films have one too.
    pub of_films: bool,
}
