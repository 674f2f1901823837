//! Pictures, films and documents that go out with posts: uploaded into quarantine, checked, and kept as long as a post uses them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::content::{Attachment, ContentHash};
use crate::error::Refused;
use crate::ids::{MediaId, TeamId, UserId};
use crate::team::{Member, Permission};
use crate::text::AltText;

/// How long an upload may take to begin: the life of its signed form.
pub const UPLOAD_WITHIN: SignedDuration = SignedDuration::from_mins(15);
/// How long a file is kept that no post uses.
pub const UNUSED_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// The most bytes that all files of a team may have.
pub const TEAM_QUOTA: u64 = 20 * 1024 * 1024 * 1024;
/// The most files that a team may have.
pub const TEAM_FILES: u64 = 10_000;

/// What a file is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MediaKind {
    /// A still picture.
    Image,
    /// A moving picture without sound (GIF).
    Animation,
    /// A film.
    Video,
    /// A document (PDF).
    Document,
}

/// A type of file that may be uploaded: the exact media type, and how large it may be.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
pub enum MediaType {
    /// JPEG.
    #[serde(rename = "image/jpeg")]
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    /// PNG.
    #[serde(rename = "image/png")]
    #[strum(serialize = "image/png")]
    Png,
    /// WebP.
    #[serde(rename = "image/webp")]
    #[strum(serialize = "image/webp")]
    WebP,
    /// GIF.
    #[serde(rename = "image/gif")]
    #[strum(serialize = "image/gif")]
    Gif,
    /// MP4.
    #[serde(rename = "video/mp4")]
    #[strum(serialize = "video/mp4")]
    Mp4,
    /// QuickTime.
    #[serde(rename = "video/quicktime")]
    #[strum(serialize = "video/quicktime")]
    QuickTime,
    /// PDF.
    #[serde(rename = "application/pdf")]
    #[strum(serialize = "application/pdf")]
    Pdf,
}

impl MediaType {
    /// What such a file is.
    pub fn kind(self) -> MediaKind {
        match self {
            Self::Jpeg | Self::Png | Self::WebP => MediaKind::Image,
            Self::Gif => MediaKind::Animation,
            Self::Mp4 | Self::QuickTime => MediaKind::Video,
            Self::Pdf => MediaKind::Document,
        }
    }

    /// The most bytes that such a file may have.
    pub fn max_bytes(self) -> u64 {
        const MIB: u64 = 1024 * 1024;
        match self.kind() {
            MediaKind::Image => 20 * MIB,
            MediaKind::Animation => 15 * MIB,
            MediaKind::Video => 512 * MIB,
            MediaKind::Document => 100 * MIB,
        }
    }
}

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The SHA-256 of the bytes that go out.
    pub fingerprint: ContentHash,
    /// How many bytes go out.
    pub bytes: u64,
    /// How wide it is, in pixels; 0 for a document.
    pub width: u32,
    /// How high it is, in pixels; 0 for a document.
    pub height: u32,
    /// How long it plays, in milliseconds; 0 for what does not move.
    pub duration_ms: u64,
}

/// Where a file stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaState {
    /// Nothing was uploaded and checked yet.
    Awaited,
    /// It was checked and may be used.
    Ready(Findings),
    /// It was checked and may not be used; the bytes are gone.
    Refused {
        /// Why, in words.
        reason: String,
    },
}

/// A file of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// Its id.
    pub id: MediaId,
    /// The team.
    pub team: TeamId,
    /// Who uploaded it.
    pub uploaded_by: UserId,
    /// What it was said to be.
    pub media_type: MediaType,
    /// How many bytes it was said to have.
    pub declared_bytes: u64,
    /// Where it stands.
    pub state: MediaState,
    /// When the upload was asked for.
    pub created_at: Timestamp,
}

impl Media {
    /// Lets a member upload a file of exactly this type and size.
    pub fn announce(
        id: MediaId,
        member: &Member,
        media_type: MediaType,
        bytes: u64,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        member.require(Permission::WritePosts)?;
        let most = media_type.max_bytes();
        if bytes == 0 || bytes > most {
            return Err(Refused::invalid(
                "/bytes",
                format!("must be from 1 to {most} for {media_type}"),
            ));
        }
        Ok(Self {
            id,
            team: member.team,
            uploaded_by: member.user,
            media_type,
            declared_bytes: bytes,
            state: MediaState::Awaited,
            created_at: now,
        })
    }

    /// The file as a part of a post. `pointer` is where the post names it.
    pub fn attach(&self, alt: Option<AltText>, pointer: &str) -> Result<Attachment, Refused> {
        match &self.state {
            MediaState::Ready(found) => Ok(Attachment {
                media: self.id,
                alt,
                fingerprint: found.fingerprint.clone(),
                kind: self.media_type.kind(),
                content_type: self.media_type.to_string(),
                bytes: found.bytes,
                width: found.width,
                height: found.height,
                duration_ms: found.duration_ms,
            }),
            MediaState::Awaited => Err(Refused::invalid(
                pointer,
                "was not uploaded and checked yet: GET /media/{mediaId} says when it is ready",
            )),
            MediaState::Refused { reason } => Err(Refused::invalid(
                pointer,
                format!("cannot be used: {reason}"),
            )),
        }
    }
}
