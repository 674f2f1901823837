//! What holds for every text.

use domain::Platform;
use proptest::prelude::*;
use strum::IntoEnumIterator;

use crate::rules::testing::{film, picture, said, target, with_media};
use crate::rules::weighted;
use crate::rules::{Measure, check, preview};

const MEASURES: [Measure; 10] = [
    Measure::Graphemes,
    Measure::Mastodon,
    Measure::CodePoints,
    Measure::TrimmedCodePoints,
    Measure::Threads,
    Measure::Utf16,
    Measure::TrimmedUtf16,
    Measure::LinkedIn,
    Measure::Bytes,
    Measure::Weighted,
];

/// Texts of what is difficult: links, names, tags, emoji, marks, letters of several scripts.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "\\PC{0,4}",
        "[a-z ]{1,12}",
        "[#@$/:.?()_-]{1,3}",
        Just("https://example.com/a_(b)?c=d".to_owned()),
        Just("http://".to_owned()),
        Just("example.co.jp/x".to_owned()),
        Just("@ana@b.example".to_owned()),
        Just("xn--80ak6aa92e.com".to_owned()),
        Just("みんな。みんな.みんな".to_owned()),
        Just("👨‍👩‍👧‍👦🇮🇩1️⃣☺\u{FE0E}👍🏿".to_owned()),
        Just("e\u{301}\u{200D}\u{202E}\u{FEFF}".to_owned()),
        Just("\n\t \u{A0}".to_owned()),
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_text_is_cut_between_characters_and_what_is_before_fits(text in text(), limit in 0_usize..60) {
        for measure in MEASURES {
            match measure.cut(&text, limit) {
                None => prop_assert!(measure.length(&text) <= limit),
                Some(cut) => {
                    prop_assert!(text.is_char_boundary(cut), "{:?}", measure);
                    prop_assert!(measure.length(&text[..cut]) <= limit, "{:?}", measure);
                    prop_assert!(cut < text.len());
                }
            }
        }
    }

    #[test]
    fn what_stands_on_two_lines_counts_as_its_lines(first in text(), second in text()) {
        let together = format!("{first}\n{second}");
        for measure in [Measure::CodePoints, Measure::Utf16, Measure::Bytes, Measure::Threads] {
            let apart = measure.length(&first) + 1 + measure.length(&second);
            prop_assert_eq!(measure.length(&together), apart, "{:?}", measure);
        }
    }

    #[test]
    fn letters_and_links_add_up_on_x(words in prop::collection::vec("[a-z]{1,9}", 1..9), links in 0_usize..6) {
        let mut text = words.join(" ");
        for number in 0..links {
            text.push_str(" https://example.com/");
            text.push_str(&"x".repeat(number * 10));
        }
        let letters = words.join(" ").len();
        prop_assert_eq!(weighted::length(&text), letters + links * 24);
    }

    #[test]
    fn a_text_is_long_for_x_in_the_time_of_its_length(seed in "[a-z.＠@#$/?()-]{1,8}") {
        let long = seed.repeat(20_000 / seed.len());
        prop_assert!(weighted::length(&long) > 0);
        prop_assert!(weighted::hashtags(&long).len() <= long.len());
    }
}

proptest! {
    // Each case asks every platform.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_written_can_be_checked_and_previewed(text in text(), pictures in 0_usize..3, filmed: bool) {
        let mut media = vec![picture(); pictures];
        media.extend(filmed.then(film));
        let Ok(parsed) = domain::PostText::parse(&text) else { return Ok(()) };
        let post = with_media(said(parsed.as_str()), &media);
        for platform in Platform::iter() {
            let shown = preview(platform, &post, &target());
            prop_assert_eq!(&shown.findings, &check(platform, &post, &target()));
            let part = &shown.parts[0];
            let is_long = part.counts.iter().any(|count| count.remaining < 0);
            prop_assert_eq!(part.cut_at.is_some(), is_long, "{}", platform);
            for at in part.cut_at.iter().chain(&part.folded_at) {
                prop_assert!(part.text.is_char_boundary(*at), "{}", platform);
            }
            let mut end = 0;
            for entity in &part.entities {
                prop_assert!(entity.start >= end && entity.end > entity.start, "{}", platform);
                prop_assert_eq!(&part.text[entity.start..entity.end], &entity.text);
                let is_web = |url: &String| url.starts_with("https://") || url.to_ascii_lowercase().starts_with("http://");
                prop_assert!(entity.url.iter().all(is_web), "{:?}", entity);
                end = entity.end;
            }
        }
    }
}
