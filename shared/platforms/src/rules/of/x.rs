//! X: <https://docs.x.com/x-api/media/quickstart/best-practices> (checked 2026-11, API v2).

use domain::{MediaType, Platform};

use super::THREAD_PARTS;
use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{LinkUse, Rules, TextLimit};

const LIMIT: TextLimit = TextLimit::new(
    Measure::Weighted,
    280,
    "a link counts 23; an emoji, and a letter of Chinese, Japanese or Korean, counts two",
);

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::X,
    text: &[LIMIT],
    may_be_blank: false,
    media: MediaRules {
        most: 4,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            4,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            5_000_000,
        )),
        animations: Some(
            FileRules::new(1, &[MediaType::Gif], 15_000_000)
                .sides(0, 1_280)
                .pixels(1_382_400),
        ),
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 512_000_000)
                .sides(32, 0)
                .shapes(ratio(1, 3), ratio(3, 1))
                .lasting(500, 140_000),
        ),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 1_000,
            of_films: false,
        }),
    },
    requires_media: false,
    threads: Some(THREAD_PARTS),
    first_comment: Some(LIMIT),
    link: LinkUse::FromText,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: Some("X refuses the same text again (error 403)."),
    documentation: "https://docs.x.com/x-api/posts/create-post",
};
