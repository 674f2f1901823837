//! Threads: <https://developers.facebook.com/docs/threads/posts> (checked 2026-11, v1.0).

use domain::{MediaType, Platform};

use super::THREAD_PARTS;
use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{AtMost, LinkUse, Rules, TextLimit};

const LIMIT: TextLimit = TextLimit::new(
    Measure::Threads,
    500,
    "an emoji counts as its bytes in UTF-8: four or more",
);

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Threads,
    text: &[
        LIMIT,
        TextLimit::new(Measure::Bytes, 500, "in UTF-8: what Threads may mean").advised(),
    ],
    may_be_blank: false,
    media: MediaRules {
        most: 20,
        mixing: Mixing::PicturesAndFilms,
        images: Some(
            FileRules::new(20, &[MediaType::Jpeg, MediaType::Png], 8_000_000)
                .sides(320, 0)
                .shapes(ratio(1, 10), ratio(10, 1)),
        ),
        animations: None,
        videos: Some(
            FileRules::new(20, &[MediaType::Mp4, MediaType::QuickTime], 1_000_000_000)
                .shapes(ratio(1, 100), ratio(10, 1))
                .lasting(0, 300_000),
        ),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 1_000,
            of_films: true,
        }),
    },
    requires_media: false,
    threads: Some(THREAD_PARTS),
    first_comment: Some(LIMIT),
    link: LinkUse::WithoutFiles,
    hashtags: Some(AtMost {
        limit: None,
        advised: Some(1),
    }),
    mentions: None,
    links: Some(AtMost {
        limit: Some(5),
        advised: None,
    }),
    fold: None,
    refuses_duplicates: None,
    documentation: "https://developers.facebook.com/docs/threads/posts",
};
