//! How each platform counts: examples from its documentation.

use domain::Platform;
use domain::content::Said;

use crate::rules::testing::{film, picture, said, target, with_media};
use crate::rules::{Measure, linkedin_escaped, preview, rules};

#[test]
fn each_way_of_counting_counts_as_documented() {
    let table = [
        (Measure::Graphemes, "👨‍👩‍👧‍👧", 1),
        (Measure::Graphemes, "e\u{301}", 1),
        (Measure::Mastodon, "👍🏿 ok", 4),
        (Measure::Bytes, "👨‍👩‍👧‍👧", 25),
        (Measure::Bytes, "é", 2),
        (Measure::CodePoints, "e\u{301}👍🏿", 4),
        (Measure::TrimmedCodePoints, "  a b\n", 3),
        (Measure::TrimmedUtf16, " 👍 ", 2),
        (Measure::Utf16, "a👍é", 4),
        // Each emoji counts as its bytes in UTF-8, everything else as one.
        (Measure::Threads, "héllo", 5),
        (Measure::Threads, "👍", 4),
        (Measure::Threads, "a👨‍👩‍👧‍👧b", 27),
        (Measure::Threads, "漢字", 2),
        (Measure::Threads, "❤️", 6),
        // Reserved characters go out with a backslash.
        (Measure::LinkedIn, "plain", 5),
        (Measure::LinkedIn, "(a) [b] <c> {d}", 15 + 8),
        (Measure::LinkedIn, r"a\b|c@d*e_f~g", 13 + 6),
        (Measure::LinkedIn, "#tag # end", 10 + 1),
        (Measure::Weighted, "Hi http://test.co", 26),
        (Measure::Weighted, "H🐱☺👨‍👩‍👧‍👦", 7),
        (Measure::Weighted, "1⃣", 2),
        (Measure::Weighted, "漢字", 4),
        (Measure::Weighted, "example.com", 23),
        (Measure::Weighted, "file.notatld", 12),
        (Measure::Weighted, "e\u{301}", 1),
    ];
    for (measure, text, expected) in table {
        assert_eq!(measure.length(text), expected, "{measure:?} {text}");
    }
    let families = "👨‍👩‍👧‍👦".repeat(140);
    assert_eq!(Measure::Weighted.length(&families), 280);
    let label = format!("{}.com", "a".repeat(64));
    assert_eq!(Measure::Weighted.length(&label), 68, "no label is as long");
    assert_eq!(Measure::Weighted.length(&format!("https://{label}")), 76);
    let encoded = format!("https://{}.com", "漢".repeat(62));
    assert_eq!(
        Measure::Weighted.length(&encoded),
        8 + 124 + 4,
        "encoded, no label is as long"
    );
}

#[test]
fn mastodon_counts_a_link_as_23_and_a_remote_mention_without_its_server() {
    let table = [
        ("plain", 5),
        ("https://example.com", 23),
        (
            "https://example.com/a/very/long/path?with=a&query=string#fragment",
            23,
        ),
        ("see http://example.com.", 4 + 23 + 1),
        ("example.com/as/typed", 20),
        ("ftp://example.com/as/typed", 26),
        ("http://localhost/as/typed", 25),
        ("@alice@social.example hi", "@alice hi".len()),
        ("(@alice.b@social.example)", "(@alice.b)".len()),
        ("@alice @bob@b.example", "@alice @bob".len()),
        (
            "mail@alice@social.example",
            "mail@alice@social.example".len(),
        ),
        ("https://example.com/@alice@social.example", 23),
    ];
    for (text, expected) in table {
        assert_eq!(Measure::Mastodon.length(text), expected, "{text}");
    }
}

#[test]
fn a_text_for_linkedin_is_escaped_once_and_keeps_its_hashtags() {
    assert_eq!(linkedin_escaped(r"a\(b) #tag #"), r"a\\\(b\) #tag \#");
    assert_eq!(
        linkedin_escaped("https://a.example/b_c"),
        r"https://a.example/b\_c"
    );
}

/// What a post says on a platform, and its lengths there beside their limits.
type Row<'a> = (Platform, &'a Said, &'a [(usize, usize)]);

/// The lengths and limits that a preview shows.
fn counts(platform: Platform, said: &Said) -> Vec<(usize, usize)> {
    let parts = preview(platform, said, &target()).parts;
    parts[0]
        .counts
        .iter()
        .map(|count| (count.length, count.limit))
        .collect()
}

#[test]
fn every_platform_has_its_documented_limits() {
    let text = said("a👍");
    let pictured = with_media(text.clone(), &[picture()]);
    let filmed = with_media(text.clone(), &[film()]);
    let table: &[Row<'_>] = &[
        (Platform::Mastodon, &text, &[(2, 500)]),
        (Platform::Bluesky, &text, &[(2, 300), (5, 3_000)]),
        (Platform::Facebook, &text, &[(3, 63_206)]),
        (Platform::Instagram, &pictured, &[(3, 2_200)]),
        (Platform::Threads, &text, &[(5, 500)]),
        (Platform::X, &text, &[(3, 280)]),
        (Platform::LinkedIn, &text, &[(3, 3_000)]),
        (Platform::Telegram, &text, &[(3, 4_096)]),
        (Platform::Telegram, &pictured, &[(3, 1_024)]),
        (Platform::Discord, &text, &[(2, 2_000)]),
        (Platform::Slack, &text, &[(3, 40_000)]),
        (Platform::YouTube, &filmed, &[(5, 5_000)]),
        (Platform::GoogleBusiness, &text, &[(3, 1_500)]),
        (Platform::TikTok, &filmed, &[(3, 2_200)]),
        (Platform::TikTok, &pictured, &[(3, 4_000)]),
        (Platform::Pinterest, &pictured, &[(2, 800)]),
        (Platform::Reddit, &text, &[(2, 40_000)]),
    ];
    for (platform, said, expected) in table {
        assert_eq!(counts(*platform, said), *expected, "{platform}");
    }
    assert!(
        <Platform as strum::IntoEnumIterator>::iter()
            .all(|platform: Platform| { table.iter().any(|(listed, ..)| *listed == platform) })
    );
}

#[test]
fn a_server_of_mastodon_sets_its_own_limit_and_no_other_platform_does() {
    let own = crate::publisher::Target {
        max_characters: Some(5_000),
        ..target()
    };
    let limit = |platform: Platform| {
        let preview = preview(platform, &said("a"), &own);
        preview.parts[0].counts[0].limit
    };
    assert_eq!(limit(Platform::Mastodon), 5_000);
    assert_eq!(limit(Platform::Bluesky), 300);
    let set_by_server =
        |platform: &Platform| rules(*platform).text.iter().any(|it| it.set_by_server);
    let found: Vec<Platform> = <Platform as strum::IntoEnumIterator>::iter()
        .filter(set_by_server)
        .collect();
    assert_eq!(found, [Platform::Mastodon]);
}
