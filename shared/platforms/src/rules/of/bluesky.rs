//! Bluesky: <https://github.com/bluesky-social/atproto/tree/main/lexicons/app/bsky> (checked 2026-11).

use domain::{MediaType, Platform};

use super::THREAD_PARTS;
use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing};
use crate::rules::limits::{LinkUse, Rules, TextLimit};

const CHARACTERS: TextLimit = TextLimit::new(Measure::Graphemes, 300, "links count in full");
const BYTES: TextLimit = TextLimit::new(Measure::Bytes, 3_000, "in UTF-8");

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Bluesky,
    text: &[CHARACTERS, BYTES],
    may_be_blank: false,
    media: MediaRules {
        most: 4,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            4,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            2_000_000,
        )),
        animations: None,
        videos: Some(FileRules::new(1, &[MediaType::Mp4], 300_000_000).lasting(0, 180_000)),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::Graphemes,
            limit: 2_000,
            of_films: true,
        }),
    },
    requires_media: false,
    threads: Some(THREAD_PARTS),
    first_comment: Some(CHARACTERS),
    link: LinkUse::WithoutFiles,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: None,
    documentation: "https://docs.bsky.app/docs/advanced-guides/posts",
};
