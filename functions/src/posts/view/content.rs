//! What posts say, as the API shows it.

use domain::content::{Attachment, For, Part, Version};
use domain::{Account, Content, Options};
use platforms::rules::Finding;
use serde::Serialize;
use utoipa::ToSchema;

/// What a post says.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContentView {
    /// The text.
    pub text: String,
    /// The page that it is about.
    pub link: Option<String>,
    /// The files, in order.
    pub media: Vec<AttachmentView>,
    /// What follows in the same thread.
    pub parts: Vec<PartView>,
    /// A comment that is written below it at once.
    pub first_comment: Option<String>,
    /// What is different on a platform, or for an account.
    pub versions: Vec<VersionView>,
}

/// A file of a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    /// The file.
    pub media_id: String,
    /// What it shows.
    pub alt: Option<String>,
    /// `image`, `animation`, `video` or `document`.
    pub kind: String,
    /// Its media type.
    #[schema(example = "image/jpeg")]
    pub content_type: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// How wide it is, in pixels.
    pub width: u32,
    /// How high it is, in pixels.
    pub height: u32,
    /// How long it plays, in milliseconds.
    pub duration_ms: u64,
}

/// A part of a thread.
#[derive(Debug, Serialize, ToSchema)]
pub struct PartView {
    /// The text.
    pub text: String,
    /// The files, in order.
    pub media: Vec<AttachmentView>,
}

/// What is different on a platform, or for an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionView {
    /// On this platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// For this account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Another text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Another link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Other files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Vec<AttachmentView>>,
    /// Other parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<PartView>>,
    /// Another first comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_comment: Option<String>,
    /// What only this platform knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Options>,
}

/// Something that a platform would refuse, or that is unwise there.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingView {
    /// On which account.
    pub account_id: String,
    /// The platform.
    pub platform: String,
    /// `error`: it would be refused. `warning`: it goes out, and may not look as it was meant.
    #[schema(example = "error")]
    pub severity: String,
    /// What it is, in a word that never changes.
    #[schema(example = "too_long")]
    pub code: String,
    /// Where it is: a JSON pointer (RFC 6901) into the post as it was written.
    #[schema(example = "/text")]
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl From<&(Account, Finding)> for FindingView {
    fn from((account, finding): &(Account, Finding)) -> Self {
        Self {
            account_id: account.id.to_string(),
            platform: account.platform.to_string(),
            severity: if finding.is_error() {
                "error"
            } else {
                "warning"
            }
            .to_owned(),
            code: finding.code.to_string(),
            pointer: finding.pointer.clone(),
            detail: finding.detail.clone(),
        }
    }
}

impl From<&Attachment> for AttachmentView {
    fn from(attachment: &Attachment) -> Self {
        Self {
            media_id: attachment.media.to_string(),
            alt: attachment.alt.as_ref().map(ToString::to_string),
            kind: attachment.kind.to_string(),
            content_type: attachment.content_type.clone(),
            bytes: attachment.bytes,
            width: attachment.width,
            height: attachment.height,
            duration_ms: attachment.duration_ms,
        }
    }
}

fn files(media: &[Attachment]) -> Vec<AttachmentView> {
    media.iter().map(AttachmentView::from).collect()
}

fn parts(parts: &[Part]) -> Vec<PartView> {
    let view = |part: &Part| PartView {
        text: part.text.to_string(),
        media: files(&part.media),
    };
    parts.iter().map(view).collect()
}

impl From<&Version> for VersionView {
    fn from(version: &Version) -> Self {
        let (platform, account_id) = match version.of {
            For::Platform(platform) => (Some(platform.to_string()), None),
            For::Account(account) => (None, Some(account.to_string())),
        };
        Self {
            platform,
            account_id,
            text: version.text.as_ref().map(ToString::to_string),
            link: version.link.as_ref().map(ToString::to_string),
            media: version.media.as_deref().map(files),
            parts: version.parts.as_deref().map(parts),
            first_comment: version.first_comment.as_ref().map(ToString::to_string),
            options: version.options.clone(),
        }
    }
}

impl From<&Content> for ContentView {
    fn from(content: &Content) -> Self {
        let body = &content.body;
        Self {
            text: body.text.to_string(),
            link: body.link.as_ref().map(ToString::to_string),
            media: files(&body.media),
            parts: parts(&body.parts),
            first_comment: body.first_comment.as_ref().map(ToString::to_string),
            versions: content.versions.iter().map(VersionView::from).collect(),
        }
    }
}
