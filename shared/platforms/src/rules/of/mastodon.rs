//! Mastodon, with its defaults where a server says nothing else: <https://docs.joinmastodon.org/user/posting/> (checked 2026-11, version 4.5).

use domain::{MediaType, Platform};

use super::THREAD_PARTS;
use crate::rules::counting::Measure;
use crate::rules::files::{AltLimit, FileRules, MediaRules, Mixing};
use crate::rules::limits::{LinkUse, Rules, TextLimit};

const LIMIT: TextLimit = TextLimit {
    set_by_server: true,
    ..TextLimit::new(
        Measure::Mastodon,
        500,
        "a link counts 23, of @user@server only @user counts, and a content warning counts too",
    )
};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::Mastodon,
    text: &[LIMIT],
    may_be_blank: false,
    media: MediaRules {
        most: 4,
        mixing: Mixing::OneKind,
        images: Some(FileRules::new(
            4,
            &[MediaType::Jpeg, MediaType::Png, MediaType::WebP],
            16_000_000,
        )),
        animations: Some(FileRules::new(1, &[MediaType::Gif], 16_000_000)),
        videos: Some(FileRules::new(
            1,
            &[MediaType::Mp4, MediaType::QuickTime],
            99_000_000,
        )),
        documents: None,
        alt: Some(AltLimit {
            measure: Measure::CodePoints,
            limit: 1_500,
            of_films: true,
        }),
    },
    requires_media: false,
    threads: Some(THREAD_PARTS),
    first_comment: Some(LIMIT),
    link: LinkUse::FromText,
    hashtags: None,
    mentions: None,
    links: None,
    fold: None,
    refuses_duplicates: None,
    documentation: "https://docs.joinmastodon.org/methods/statuses/#create",
};
