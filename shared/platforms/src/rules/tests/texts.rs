//! What is found wrong with texts, threads, comments and links.

use domain::content::{Part, Said, Source};
use domain::{Link, Platform, PostText};
use serde_json::json;
use strum::IntoEnumIterator;

use crate::rules::testing::{codes, film, found, picture, said, target, with_media, with_options};
use crate::rules::{Severity, check, is_fine};

fn linked(mut said: Said) -> Said {
    said.body.link = Some(Link::parse("https://example.com/news").unwrap());
    said
}

fn threaded(mut said: Said, parts: &[&str]) -> Said {
    let part = |text: &&str| Part {
        text: PostText::parse(text).unwrap(),
        media: Vec::new(),
    };
    said.body.parts = parts.iter().map(part).collect();
    said
}

fn commented(mut said: Said, comment: &str) -> Said {
    said.body.first_comment = Some(PostText::parse(comment).unwrap());
    said
}

#[test]
fn a_short_text_suits_every_platform_that_asks_for_nothing_else() {
    for platform in Platform::iter() {
        let expected: &[&str] = match platform {
            Platform::Instagram | Platform::Pinterest => &["media_missing"],
            Platform::YouTube => &["media_missing", "option_missing", "option_missing"],
            Platform::TikTok => &["media_missing", "option_missing"],
            Platform::Reddit => &["option_missing"],
            _ => &[],
        };
        assert_eq!(codes(platform, &said("Hello")), expected, "{platform}");
    }
}

#[test]
fn what_is_too_long_is_refused_where_it_stands_and_what_is_only_long_is_warned_of() {
    let at = |platform, text: String, severity, code| {
        let found = found(platform, &said(&text));
        let about = found.iter().find(|finding| finding.code == code);
        let about = about.unwrap_or_else(|| panic!("{platform} {code}: {found:?}"));
        assert_eq!(
            (about.severity, about.pointer.as_str()),
            (severity, "/text")
        );
        about.detail.clone()
    };
    let error = Severity::Error;
    let warning = Severity::Warning;
    assert_eq!(
        at(Platform::X, "a".repeat(281), error, "too_long"),
        "the text is too long: 281 characters, and the limit is 280"
    );
    assert_eq!(
        at(Platform::Slack, "a".repeat(4_001), warning, "long"),
        "the text is long: 4001 UTF-16 units, and 4000 are advised"
    );
    assert_eq!(
        at(Platform::Threads, "é".repeat(251), warning, "long"),
        "the text is long: 502 bytes, and 500 are advised"
    );
    at(Platform::Slack, "a".repeat(40_001), error, "too_long");
    at(Platform::Discord, "👍".repeat(1_001), warning, "long");
    at(Platform::Discord, "a".repeat(2_001), error, "too_long");
    at(
        Platform::GoogleBusiness,
        "a".repeat(1_501),
        error,
        "too_long",
    );
    at(Platform::LinkedIn, "(".repeat(1_501), error, "too_long");
    let blanks = format!(" {}\n", "a".repeat(2_000));
    assert_eq!(codes(Platform::Discord, &said(&blanks)), [] as [&str; 0]);
}

#[test]
fn a_content_warning_counts_on_mastodon() {
    let warned = |letters: usize| {
        let options = json!({ "content_warning": "w".repeat(10) });
        codes(
            Platform::Mastodon,
            &with_options(said(&"a".repeat(letters)), Platform::Mastodon, options),
        )
    };
    assert_eq!(warned(490), [] as [&str; 0]);
    assert_eq!(warned(491), ["too_long"]);
}

#[test]
fn a_mistake_is_shown_in_the_version_that_it_stands_in() {
    let mut post = with_media(said(&"a".repeat(301)), &[film()]);
    post.source = Source {
        text: Some(2),
        media: Some(1),
        ..Source::default()
    };
    let found = check(Platform::Bluesky, &post, &target());
    let pointers: Vec<_> = found
        .iter()
        .map(|finding| (finding.code, finding.pointer.as_str()))
        .collect();
    assert_eq!(
        pointers,
        [
            ("too_long", "/versions/2/text"),
            ("not_published_yet", "/versions/1/media")
        ]
    );
}

#[test]
fn tags_mentions_and_links_have_their_numbers() {
    let numbered = |count: usize, before: &str, after: &str| {
        let one = |n: usize| format!("{before}{n}{after} ");
        said(&(0..count).map(one).collect::<Vec<_>>().concat())
    };
    let tags = |count| with_media(numbered(count, "#tag", "x"), &[picture()]);
    let people = |count| with_media(numbered(count, "@ana", ""), &[picture()]);
    let pages = |count| numbered(count, "https://example.com/", "");
    assert_eq!(codes(Platform::Instagram, &tags(5)), [] as [&str; 0]);
    assert_eq!(codes(Platform::Instagram, &tags(6)), ["many_hashtags"]);
    assert_eq!(codes(Platform::Instagram, &tags(31)), ["too_many_hashtags"]);
    assert_eq!(codes(Platform::Instagram, &people(4)), ["many_mentions"]);
    assert_eq!(
        codes(Platform::Instagram, &people(21)),
        ["too_many_mentions"]
    );
    assert_eq!(codes(Platform::Threads, &tags(2)), ["many_hashtags"]);
    assert_eq!(codes(Platform::Threads, &pages(5)), [] as [&str; 0]);
    assert_eq!(codes(Platform::Threads, &pages(6)), ["too_many_links"]);
    let same = said(&"https://example.com/ ".repeat(6));
    assert_eq!(codes(Platform::Threads, &same), [] as [&str; 0]);
    let fifth = linked(pages(5));
    assert_eq!(codes(Platform::Threads, &fifth), ["too_many_links"]);
    assert_eq!(
        codes(Platform::X, &said("$ABC and $DEF")),
        ["too_many_cashtags"]
    );
    assert_eq!(
        codes(Platform::X, &said("a\u{FEFF}b")),
        ["invalid_character"]
    );
    let film = with_options(
        with_media(said("1 < 2"), &[film()]),
        Platform::YouTube,
        json!({"title": "T", "made_for_kids": false}),
    );
    assert_eq!(codes(Platform::YouTube, &film), ["angle_brackets"]);
}

#[test]
fn threads_and_first_comments_are_for_platforms_that_have_them() {
    let thread = threaded(said("one"), &["two", "three"]);
    assert_eq!(codes(Platform::X, &thread), [] as [&str; 0]);
    assert_eq!(codes(Platform::LinkedIn, &thread), ["no_threads"]);
    let long = threaded(said("one"), &["two", &"a".repeat(281)]);
    let found_in = found(Platform::X, &long);
    assert_eq!(found_in.len(), 1);
    assert_eq!(found_in[0].pointer, "/parts/1/text");
    let empty = threaded(said("one"), &[" "]);
    assert_eq!(found(Platform::X, &empty)[0].pointer, "/parts/0/text");
    let many = threaded(said("one"), &["more"; 25]);
    assert_eq!(codes(Platform::X, &many), ["too_many_parts"]);

    let comment = commented(said("one"), "first");
    assert_eq!(codes(Platform::Facebook, &comment), [] as [&str; 0]);
    assert_eq!(codes(Platform::Telegram, &comment), ["no_comments"]);
    let none = commented(said("one"), "");
    assert_eq!(codes(Platform::Telegram, &none), [] as [&str; 0]);
    let long = commented(said("one"), &"a".repeat(281));
    assert_eq!(found(Platform::X, &long)[0].pointer, "/first_comment");
}

#[test]
fn a_link_is_shown_or_somebody_is_told_that_it_is_not() {
    let plain = linked(said("News"));
    let written = linked(said("News: https://example.com/news"));
    for platform in Platform::iter() {
        let found = codes(platform, &plain);
        let (code, is_told) = match platform {
            Platform::Mastodon
            | Platform::X
            | Platform::Discord
            | Platform::Slack
            | Platform::YouTube => ("link_not_in_text", true),
            Platform::Instagram | Platform::TikTok => ("link_not_shown", true),
            _ => ("link_not_in_text", false),
        };
        assert_eq!(found.contains(&code), is_told, "{platform} {found:?}");
        let is_told_though_written = codes(platform, &written).contains(&"link_not_in_text");
        assert!(!is_told_though_written, "{platform}");
    }
    let pictured = |said: &Said| with_media(said.clone(), &[picture()]);
    for platform in [Platform::Bluesky, Platform::Facebook, Platform::Threads] {
        assert_eq!(
            codes(platform, &pictured(&plain)),
            ["link_beside_files"],
            "{platform}"
        );
        assert_eq!(
            codes(platform, &pictured(&written)),
            [] as [&str; 0],
            "{platform}"
        );
    }
}

#[test]
fn a_link_alone_is_a_post_where_it_is_shown_as_a_card() {
    let alone = linked(said(""));
    assert_eq!(codes(Platform::Bluesky, &alone), [] as [&str; 0]);
    assert!(codes(Platform::Mastodon, &alone).contains(&"empty"));
}

#[test]
fn what_tayang_does_not_send_yet_is_refused_for_every_platform_without_a_publisher() {
    for platform in Platform::iter() {
        let found = check(platform, &said("Hello"), &target());
        let is_refused = found.iter().any(|finding| {
            finding.code == "not_published_yet" && finding.is_error() && finding.pointer.is_empty()
        });
        assert_eq!(
            is_refused,
            crate::publisher(platform).is_none(),
            "{platform}"
        );
        assert!(is_refused || is_fine(&found), "{platform}");
    }
}
