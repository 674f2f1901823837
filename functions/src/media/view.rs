//! Files, as the API shows them.

use std::collections::BTreeMap;

use app::media::{READ_WITHIN, UploadForm};
use app::{App, Result};
use domain::Media;
use domain::media::{Findings, MediaState};
use serde::Serialize;
use utoipa::ToSchema;

/// A file.
#[derive(Debug, Serialize, ToSchema)]
pub struct MediaView {
    /// Its id.
    #[schema(example = "media_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The team.
    pub team_id: String,
    /// Who uploads it.
    pub uploaded_by: String,
    /// What it is: `image`, `animation`, `video` or `document`.
    #[schema(example = "image")]
    pub kind: String,
    /// Its media type.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// `awaited` until it was uploaded and checked, then `ready` or `refused`.
    #[schema(example = "ready")]
    pub state: String,
    /// Why it was refused.
    pub reason: Option<String>,
    /// How many bytes it has: as announced, and once it is ready as it goes out.
    pub bytes: u64,
    /// How wide it is shown, in pixels, once it is ready.
    pub width: Option<u32>,
    /// How high it is shown, in pixels, once it is ready.
    pub height: Option<u32>,
    /// How long it plays, in milliseconds, once it is ready.
    pub duration_ms: Option<u64>,
    /// Where it can be read for a while, once it is ready. Whoever has the address can.
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// Until when (RFC 3339).
    #[schema(format = "date-time")]
    pub url_expires_at: Option<String>,
    /// When it was announced (RFC 3339).
    #[schema(format = "date-time")]
    pub created_at: String,
}

/// A form by which the file is uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadView {
    /// Where to post it to, as `multipart/form-data`.
    #[schema(format = "uri")]
    pub url: String,
    /// The fields of the form, as they are; the last field, `file`, is the file.
    pub fields: BTreeMap<String, String>,
    /// Until when (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
}

/// A file that was announced, and how to upload it.
#[derive(Debug, Serialize, ToSchema)]
pub struct AnnouncedMediaView {
    /// The file.
    #[serde(flatten)]
    pub media: MediaView,
    /// How to upload it.
    pub upload: UploadView,
}

impl MediaView {
    pub(super) fn new(app: &App, media: &Media) -> Result<Self> {
        let (mut found, mut refusal) = (None, None);
        let state = match &media.state {
            MediaState::Awaited => "awaited",
            MediaState::Ready(findings) => {
                found = Some(findings);
                "ready"
            }
            MediaState::Refused { reason } => {
                refusal = Some(reason.clone());
                "refused"
            }
        };
        let url = found.map(|found| app.media_url(media, found)).transpose()?;
        let seen = |side: fn(&Findings) -> u32| found.map(side).filter(|side| *side > 0);
        let played = found.map(|found| found.duration_ms);
        Ok(Self {
            id: media.id.to_string(),
            team_id: media.team.to_string(),
            uploaded_by: media.uploaded_by.to_string(),
            kind: media.media_type.kind().to_string(),
            content_type: media.media_type.to_string(),
            state: state.to_owned(),
            reason: refusal,
            bytes: found.map_or(media.declared_bytes, |found| found.bytes),
            width: seen(|found| found.width),
            height: seen(|found| found.height),
            duration_ms: played.filter(|duration| *duration > 0),
            url_expires_at: url.as_ref().map(|_| (app.now() + READ_WITHIN).to_string()),
            url: url.map(String::from),
            created_at: media.created_at.to_string(),
        })
    }
}

impl From<UploadForm> for UploadView {
    fn from(form: UploadForm) -> Self {
        Self {
            url: form.url.into(),
            fields: form.fields,
            expires_at: form.expires_at.to_string(),
        }
    }
}
