//! LinkedIn: <https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api> (checked 2026-11, version 202608).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::LinkedIn,
    text: &[TextLimit::new(
        Measure::LinkedIn,
        3_000,
        "an emoji counts two or more; \\ | { } @ [ ] ( ) < > * _ ~ count two, because they go out with a backslash",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 20,
        mixing: Mixing::OneKind,
        images: Some(
            FileRules::new(20, &[MediaType::Jpeg, MediaType::Png], 5_000_000).pixels(36_152_319),
        ),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 5_000_000).pixels(36_152_319)),
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4], 500_000_000)
                .shapes(ratio(10, 24), ratio(24, 10))
                .lasting(3_000, 1_800_000),
        ),
        documents: Some(FileRules::new(1, &[MediaType::Pdf], 100_000_000)),
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 4_086,
            of_films: false,
        }),
    },
    requires_media: false,
    threads: None,
    first_comment: Some(TextLimit::new(
        Measure::Utf16,
        1_250,
        "an emoji counts two or more",
    )),
    link: LinkUse::WithoutFiles,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 210,
        lines: 3,
    }),
    refuses_duplicates: Some("LinkedIn refuses the same content again (422 DUPLICATE_POST)."),
    documentation: "https://learn.microsoft.com/linkedin/marketing/community-management/shares/posts-api",
};
