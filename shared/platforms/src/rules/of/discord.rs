//! Discord, by a webhook: <https://discord.com/developers/docs/resources/webhook#execute-webhook> (checked 2026-11, API v10).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing};
use crate::rules::limits::{LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Discord,
    text: &[
        TextLimit::new(
            Measure::TrimmedCodePoints,
            2_000,
            "blanks at both ends do not count",
        ),
        TextLimit::new(
            Measure::TrimmedUtf16,
            2_000,
            "an emoji counts two or more, as the application of Discord counts",
        )
        .advised(),
    ],
    may_be_blank: false,
    media: MediaRules {
        most: 10,
        mixing: Mixing::Everything,
        images: Some(FileRules::new(
            10,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            10_485_760,
        )),
        animations: Some(FileRules::new(10, &[MediaType::Gif], 10_485_760)),
        videos: Some(FileRules::new(
            10,
            &[MediaType::Mp4, MediaType::QuickTime],
            10_485_760,
        )),
        documents: Some(FileRules::new(10, &[MediaType::Pdf], 10_485_760)),
        alt: Some(AltLimit {
            measure: Measure::CodePoints,
            limit: 1_024,
            of_films: true,
        }),
    },
    requires_media: false,
    threads: None,
    first_comment: None,
    link: LinkUse::FromText,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: None,
    documentation: "https://discord.com/developers/docs/resources/webhook#execute-webhook",
};
