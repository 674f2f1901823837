//! YouTube: <https://developers.google.com/youtube/v3/docs/videos#resource> (checked 2026-11, API v3).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{FileRules, MediaRules, Mixing};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::YouTube,
    text: &[TextLimit::new(
        Measure::Bytes,
        5_000,
        "in UTF-8: the text is the description",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 1,
        mixing: Mixing::OneKind,
        images: None,
        animations: None,
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 274_877_906_944)
                .lasting(0, 43_200_000),
        ),
        documents: None,
        alt: None,
    },
    requires_media: true,
    threads: None,
    first_comment: Some(TextLimit::new(
        Measure::Utf16,
        10_000,
        "an emoji counts two or more",
    )),
    link: LinkUse::FromText,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 157,
        lines: 3,
    }),
    refuses_duplicates: None,
    documentation: "https://developers.google.com/youtube/v3/docs/videos/insert",
};
