//! Professional accounts on Instagram: <https://developers.facebook.com/docs/instagram-platform/content-publishing> (checked 2026-11).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{AtMost, Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Instagram,
    text: &[TextLimit::new(
        Measure::Utf16,
        2_200,
        "an emoji counts two or more",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 10,
        mixing: Mixing::PicturesAndFilms,
        images: Some(
            FileRules::new(10, &[MediaType::Jpeg], 8_388_608)
                .sides(320, 0)
                .shapes(ratio(4, 5), ratio(191, 100)),
        ),
        animations: None,
        videos: Some(
            FileRules::new(10, &[MediaType::Mp4, MediaType::QuickTime], 300_000_000)
                .shapes(ratio(1, 100), ratio(10, 1))
                .lasting(3_000, 900_000),
        ),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::Utf16,
            limit: 1_000,
            of_films: false,
        }),
    },
    requires_media: true,
    threads: None,
    first_comment: Some(TextLimit::new(
        Measure::Utf16,
        300,
        "an emoji counts two or more",
    )),
    link: LinkUse::Never,
    hashtags: Some(AtMost {
        limit: Some(30),
        advised: Some(5),
    }),
    mentions: Some(AtMost {
        limit: Some(20),
        advised: Some(3),
    }),
    links: None,
    fold: Some(Fold {
        characters: 125,
        lines: 2,
    }),
    refuses_duplicates: None,
    documentation: "https://developers.facebook.com/docs/instagram-platform/content-publishing",
};
