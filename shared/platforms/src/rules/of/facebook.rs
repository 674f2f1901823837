//! Facebook Pages: <https://developers.facebook.com/docs/pages-api/posts> (checked 2026-11, Graph API v26.0).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Facebook,
    text: &[TextLimit::new(
        Measure::Utf16,
        63_206,
        "an emoji counts two or more",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 10,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            10,
            &[MediaType::Jpeg, MediaType::Png],
            4_000_000,
        )),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 4_000_000)),
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 1_000_000_000)
                .lasting(0, 1_200_000),
        ),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 2_000,
            of_films: false,
        }),
    },
    requires_media: false,
    threads: None,
    first_comment: Some(TextLimit::new(
        Measure::Utf16,
        8_000,
        "an emoji counts two or more",
    )),
    link: LinkUse::WithoutFiles,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 480,
        lines: 5,
    }),
    refuses_duplicates: Some("Facebook refuses the same text again on the same page (error 506)."),
    documentation: "https://developers.facebook.com/docs/pages-api/posts",
};
