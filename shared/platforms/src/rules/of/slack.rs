//! Slack: <https://docs.slack.dev/reference/methods/chat.postMessage> (checked 2026-11).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Slack,
    text: &[
        TextLimit::new(
            Measure::Utf16,
            40_000,
            "an emoji counts two or more; Slack cuts what is longer",
        ),
        TextLimit::new(Measure::Utf16, 4_000, "what Slack advises").advised(),
    ],
    may_be_blank: false,
    media: MediaRules {
        most: 10,
        mixing: Mixing::Everything,
        images: Some(FileRules::new(
            10,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            1_000_000_000,
        )),
        animations: Some(FileRules::new(10, &[MediaType::Gif], 1_000_000_000)),
        videos: Some(FileRules::new(
            10,
            &[MediaType::Mp4, MediaType::QuickTime],
            1_000_000_000,
        )),
        documents: Some(FileRules::new(10, &[MediaType::Pdf], 1_000_000_000)),
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 2_000,
            of_films: false,
        }),
    },
    requires_media: false,
    threads: None,
    first_comment: None,
    link: LinkUse::FromText,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 700,
        lines: 5,
    }),
    refuses_duplicates: None,
    documentation: "https://docs.slack.dev/reference/methods/chat.postMessage",
};
