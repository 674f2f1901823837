//! Reddit: <https://www.reddit.com/dev/api#POST_api_submit> (checked 2026-11).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{FileRules, MediaRules, Mixing};
use crate::rules::limits::{LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Reddit,
    text: &[TextLimit::new(
        Measure::CodePoints,
        40_000,
        "the text below the title",
    )],
    may_be_blank: true,
    media: MediaRules {
        most: 20,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            20,
            &[MediaType::Jpeg, MediaType::Png],
            20_000_000,
        )),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 20_000_000)),
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 1_000_000_000)
                .lasting(2_000, 900_000),
        ),
        documents: None,
        alt: None,
    },
    requires_media: false,
    threads: None,
    first_comment: Some(TextLimit::new(Measure::CodePoints, 10_000, "in Markdown")),
    link: LinkUse::Own,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: Some(
        "Reddit refuses a link that was posted in the same community before (ALREADY_SUB).",
    ),
    documentation: "https://www.reddit.com/dev/api#POST_api_submit",
};
