//! Google Business Profile: <https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts> (checked 2026-11, v4).

use domain::{MediaType, Platform};

use crate::rules::counting::Measure;
use crate::rules::files::{FileRules, MediaRules, Mixing};
use crate::rules::limits::{Fold, LinkUse, Rules, TextLimit};

/// The rules.
pub(crate) static RULES: Rules = Rules {
    platform: Platform::GoogleBusiness,
    text: &[TextLimit::new(
        Measure::Utf16,
        1_500,
        "an emoji counts two or more",
    )],
    may_be_blank: false,
    media: MediaRules {
        most: 1,
        mixing: Mixing::OneKind,
        images: Some(
            FileRules::new(1, &[MediaType::Jpeg, MediaType::Png], 5_000_000).sides(250, 0),
        ),
        animations: None,
        videos: None,
        documents: None,
        alt: None,
    },
    requires_media: false,
    threads: None,
    first_comment: None,
    link: LinkUse::Own,
    hashtags: None,
    mentions: None,
    links: None,
    fold: Some(Fold {
        characters: 120,
        lines: 4,
    }),
    refuses_duplicates: None,
    documentation: "https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts",
};
