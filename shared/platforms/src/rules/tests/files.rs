//! What is found wrong with files.

use domain::content::{Attachment, Said};
use domain::{AltText, MediaType, Platform};
use serde_json::json;

use crate::rules::testing::{codes, file, film, found, picture, said, with_media, with_options};

fn of(media: &[Attachment]) -> Said {
    with_media(said("Hello"), media)
}

fn on_tiktok(media: &[Attachment]) -> Said {
    with_options(of(media), Platform::TikTok, json!({"privacy": "self_only"}))
}

fn gif() -> Attachment {
    file(MediaType::Gif, 400, 300, 2_000)
}

fn document() -> Attachment {
    Attachment {
        alt: None,
        ..file(MediaType::Pdf, 0, 0, 0)
    }
}

fn sized(width: u32, height: u32) -> Attachment {
    Attachment {
        width,
        height,
        ..picture()
    }
}

fn lasting(duration_ms: u64) -> Attachment {
    Attachment {
        duration_ms,
        ..film()
    }
}

fn with_bytes(file: Attachment, bytes: u64) -> Attachment {
    Attachment { bytes, ..file }
}

#[test]
fn how_many_files_and_which_beside_which_is_checked() {
    let many = |count: usize| vec![picture(); count];
    let none: &[&str] = &[];
    let table: &[(Platform, Vec<Attachment>, &[&str])] = &[
        (Platform::Mastodon, many(4), none),
        (Platform::Mastodon, many(5), &["too_many_files"]),
        (Platform::Mastodon, vec![film()], none),
        (
            Platform::Mastodon,
            vec![film(), film()],
            &["too_many_files"],
        ),
        (
            Platform::Mastodon,
            vec![picture(), film()],
            &["mixed_media"],
        ),
        (Platform::Bluesky, many(4), none),
        (Platform::Bluesky, vec![gif()], &["media_kind"]),
        (Platform::Facebook, many(11), &["too_many_files"]),
        (Platform::Instagram, vec![picture(), film()], none),
        (Platform::Instagram, many(11), &["too_many_files"]),
        (Platform::Instagram, vec![document()], &["media_kind"]),
        (Platform::Threads, many(20), none),
        (Platform::Threads, many(21), &["too_many_files"]),
        (Platform::X, many(5), &["too_many_files"]),
        (Platform::X, vec![gif(), picture()], &["mixed_media"]),
        (
            Platform::LinkedIn,
            vec![picture(), document()],
            &["mixed_media", "option_missing"],
        ),
        (
            Platform::Telegram,
            vec![picture(), film()],
            &["alt_not_shown"],
        ),
        (Platform::Telegram, vec![document(), document()], none),
        (
            Platform::Telegram,
            vec![document(), film()],
            &["mixed_media"],
        ),
        (
            Platform::Discord,
            vec![picture(), film(), document(), gif()],
            none,
        ),
        (Platform::Discord, many(11), &["too_many_files"]),
        (Platform::GoogleBusiness, vec![film()], &["media_kind"]),
        (
            Platform::Pinterest,
            vec![sized(1_000, 1_500), sized(1_000, 1_000)],
            &["different_sizes"],
        ),
        (
            Platform::Reddit,
            vec![film(), film()],
            &["too_many_files", "option_missing"],
        ),
    ];
    for (platform, media, expected) in table {
        assert_eq!(
            codes(*platform, &of(media)),
            *expected,
            "{platform} {}",
            media.len()
        );
    }
}

#[test]
fn each_file_is_of_a_type_size_shape_and_length_that_the_platform_takes() {
    let png = |platform| codes(platform, &of(&[file(MediaType::Png, 800, 800, 0)]));
    assert_eq!(png(Platform::Instagram), ["media_type"]);
    assert_eq!(png(Platform::Facebook), [] as [&str; 0]);
    let webp = on_tiktok(&[file(MediaType::WebP, 800, 800, 0)]);
    assert_eq!(codes(Platform::TikTok, &webp), ["alt_not_shown"]);
    let png = on_tiktok(&[file(MediaType::Png, 800, 800, 0)]);
    assert_eq!(
        codes(Platform::TikTok, &png),
        ["media_type", "alt_not_shown"]
    );

    let none: &[&str] = &[];
    let table: &[(Platform, Attachment, &[&str])] = &[
        (Platform::Bluesky, with_bytes(picture(), 2_000_000), none),
        (
            Platform::Bluesky,
            with_bytes(picture(), 2_000_001),
            &["file_too_large"],
        ),
        (
            Platform::X,
            with_bytes(picture(), 5_000_001),
            &["file_too_large"],
        ),
        (Platform::Instagram, sized(1_000, 1_250), none),
        (Platform::Instagram, sized(1_000, 1_251), &["too_narrow"]),
        (Platform::Instagram, sized(1_910, 1_000), none),
        (Platform::Instagram, sized(1_911, 1_000), &["too_wide"]),
        (Platform::Instagram, sized(300, 300), &["too_few_pixels"]),
        (
            Platform::Telegram,
            sized(6_000, 4_001),
            &["too_many_pixels", "alt_not_shown"],
        ),
        (
            Platform::LinkedIn,
            sized(6_013, 6_013),
            &["too_many_pixels"],
        ),
        (Platform::X, file(MediaType::Gif, 1_280, 1_080, 900), none),
        (
            Platform::X,
            file(MediaType::Gif, 1_281, 100, 900),
            &["too_many_pixels"],
        ),
        (Platform::X, lasting(140_000), none),
        (Platform::X, lasting(140_001), &["film_too_long"]),
        (Platform::X, lasting(499), &["film_too_short"]),
        (Platform::Instagram, lasting(2_999), &["film_too_short"]),
        (
            Platform::GoogleBusiness,
            sized(249, 400),
            &["too_few_pixels", "alt_not_shown"],
        ),
    ];
    for (platform, media, expected) in table {
        let found = codes(*platform, &of(std::slice::from_ref(media)));
        assert_eq!(found, *expected, "{platform} {media:?}");
    }
}

#[test]
fn a_finding_says_which_file_and_what_would_be_right() {
    let media = [picture(), with_bytes(picture(), 3_250_000)];
    let found = found(Platform::Bluesky, &of(&media));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pointer, "/media/1");
    assert_eq!(
        found[0].detail,
        "the file has 3.3 MB, and the limit is 2 MB"
    );
}

#[test]
fn descriptions_have_a_limit_and_their_absence_is_told() {
    let described = |alt: Option<String>| Attachment {
        alt: alt.map(|alt| AltText::parse(&alt).unwrap()),
        ..picture()
    };
    let on = |platform, alt| codes(platform, &of(&[described(alt)]));
    let long = |letters: usize| Some("a".repeat(letters));
    assert_eq!(on(Platform::X, long(1_000)), [] as [&str; 0]);
    assert_eq!(on(Platform::X, long(1_001)), ["alt_too_long"]);
    assert_eq!(on(Platform::Pinterest, long(501)), ["alt_too_long"]);
    assert_eq!(on(Platform::Mastodon, long(1_501)), ["alt_too_long"]);
    assert_eq!(on(Platform::Mastodon, None), ["alt_missing"]);
    assert_eq!(on(Platform::Telegram, None), [] as [&str; 0]);
    assert_eq!(on(Platform::Telegram, long(3)), ["alt_not_shown"]);
    let found = found(Platform::Mastodon, &of(&[picture(), described(None)]));
    assert_eq!(found[0].pointer, "/media/1/alt");
    assert!(!found[0].is_error());
}
