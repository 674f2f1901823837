//! Telegram: <https://core.telegram.org/bots/api#sendmessage> (checked 2026-11, Bot API 10.1).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{FileRules, MediaRules, Mixing, ratio};
use crate::rules::limits::{Applies, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Telegram,
    text: &[
        TextLimit::new(Measure::Utf16, 4_096, "an emoji counts two or more")
            .only(Applies::WithoutMedia),
        TextLimit::new(Measure::Utf16, 1_024, "an emoji counts two or more")
            .only(Applies::WithMedia),
    ],
    may_be_blank: false,
    media: MediaRules {
        most: 10,
        mixing: Mixing::PicturesAndFilms,
        images: Some(
            FileRules::new(
                10,
                &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
                10_000_000,
            )
            .both_sides(10_000)
            .shapes(ratio(1, 20), ratio(20, 1)),
        ),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 50_000_000)),
        videos: Some(FileRules::new(
            10,
            &[MediaType::Mp4, MediaType::QuickTime],
            50_000_000,
        )),
        documents: Some(FileRules::new(10, &[MediaType::Pdf], 50_000_000)),
        alt: None,
    },
    requires_media: false,
    threads: None,
    first_comment: None,
    link: LinkUse::Own,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: None,
    documentation: "https://core.telegram.org/bots/api#sendmessage",
};
