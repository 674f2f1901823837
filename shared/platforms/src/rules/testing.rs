//! What tests of rules begin with: posts, files and an account.

use domain::content::{Attachment, ContentHash, Said};
use domain::{AltText, MediaKind, MediaType, Platform, PostText, ids};
use jiff::Timestamp;
use serde_json::Value;

use super::{Finding, check};
use crate::publisher::Target;

pub(crate) fn target() -> Target {
    Target {
        host: "mastodon.example".to_owned(),
        remote_id: "1".to_owned(),
        handle: "ana".to_owned(),
        max_characters: None,
    }
}

/// A post of a text and nothing else.
pub(crate) fn said(text: &str) -> Said {
    let mut said = Said::default();
    said.body.text = PostText::parse(text).unwrap();
    said
}

/// The options of a platform, as they come in a request.
pub(crate) fn with_options(mut said: Said, platform: Platform, mut options: Value) -> Said {
    options["platform"] = platform.to_string().into();
    said.options = Some(serde_json::from_value(options).unwrap());
    said
}

pub(crate) fn with_media(mut said: Said, media: &[Attachment]) -> Said {
    said.body.media = media.to_vec();
    said
}

pub(crate) fn file(media_type: MediaType, width: u32, height: u32, duration_ms: u64) -> Attachment {
    Attachment {
        media: ids::new(Timestamp::UNIX_EPOCH, [7; 10]),
        alt: Some(AltText::parse("A cat").unwrap()),
        fingerprint: ContentHash::of(b"cat"),
        kind: media_type.kind(),
        content_type: media_type.to_string(),
        bytes: 100_000,
        width,
        height,
        duration_ms,
    }
}

pub(crate) fn picture() -> Attachment {
    file(MediaType::Jpeg, 1_000, 1_000, 0)
}

pub(crate) fn film() -> Attachment {
    let film = file(MediaType::Mp4, 720, 720, 30_000);
    assert_eq!(film.kind, MediaKind::Video);
    Attachment { alt: None, ..film }
}

/// The codes of what is found, but for what Tayang does not send yet.
pub(crate) fn codes(platform: Platform, said: &Said) -> Vec<&'static str> {
    found(platform, said)
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

/// What is found, but for what Tayang does not send yet.
pub(crate) fn found(platform: Platform, said: &Said) -> Vec<Finding> {
    let mut found = check(platform, said, &target());
    found.retain(|finding| finding.code != "not_published_yet");
    found
}
