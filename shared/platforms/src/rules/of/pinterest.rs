//! Pinterest: <https://developers.pinterest.com/docs/api/v5/pins-create> (checked 2026-11, v5).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Pinterest,
    text: &[TextLimit::new(
        Measure::CodePoints,
        800,
        "the text is the description",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 5,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            5,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            20_000_000,
        )),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 20_000_000)),
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 2_000_000_000)
                .shapes(ratio(1, 2), ratio(191, 100))
                .lasting(4_000, 900_000),
        ),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::CodePoints,
            limit: 500,
            of_films: false,
        }),
    },
    requires_media: true,
    threads: None,
    first_comment: None,
    link: LinkUse::Own,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 60,
        lines: 2,
    }),
    refuses_duplicates: None,
    documentation: "https://developers.pinterest.com/docs/api/v5/pins-create",
};
