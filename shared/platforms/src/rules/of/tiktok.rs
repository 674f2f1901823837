//! TikTok: <https://developers.tiktok.com/doc/content-posting-api-reference-direct-post> (checked 2026-11, v2).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{FileRules, MediaRules, Mixing};
use crate::rules::limits::{Applies, Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::TikTok,
    text: &[
        TextLimit::new(Measure::Utf16, 2_200, "an emoji counts two or more")
            .only(Applies::WithVideo),
        TextLimit::new(Measure::Utf16, 4_000, "an emoji counts two or more")
            .only(Applies::WithImages),
    ],
    may_be_blank: false,
    media: MediaRules {
        most: 35,
        mixing: Mixing::OneKind,
        images: Some(
            FileRules::new(35, &[MediaType::Jpeg, MediaType::WebP], 20_000_000)
                .sides(0, 1_920)
                .pixels(2_073_600),
        ),
        animations: None,
        videos: Some(
            FileRules::new(1, &[MediaType::Mp4, MediaType::QuickTime], 4_000_000_000)
                .sides(360, 4_096)
                .lasting(3_000, 600_000),
        ),
        documents: None,
        alt: None,
    },
    requires_media: true,
    threads: None,
    first_comment: None,
    link: LinkUse::Never,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 100,
        lines: 2,
    }),
    refuses_duplicates: None,
    documentation: "https://developers.tiktok.com/doc/content-posting-api-reference-direct-post",
};
