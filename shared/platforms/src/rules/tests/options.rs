//! What is found wrong with options.

use domain::content::{Attachment, Said};
use domain::{Link, MediaType, Platform};
use serde_json::{Value, json};

use crate::publisher::Target;
use crate::rules::check;
use crate::rules::testing::{
    codes, file, film, found, picture, said, target, with_media, with_options,
};

fn filmed() -> Said {
    with_media(said("Hello"), &[film()])
}

fn lasting(duration_ms: u64) -> Said {
    let film = Attachment {
        duration_ms,
        ..film()
    };
    with_media(said(""), &[film])
}

fn on(platform: Platform, said: &Said, options: Value) -> Vec<&'static str> {
    codes(platform, &with_options(said.clone(), platform, options))
}

/// What is found, and where.
fn at(platform: Platform, said: &Said, options: Value) -> Vec<(&'static str, String)> {
    found(platform, &with_options(said.clone(), platform, options))
        .into_iter()
        .map(|finding| (finding.code, finding.pointer))
        .collect()
}

const NONE: [&str; 0] = [];

#[test]
fn what_a_platform_asks_for_is_missed_where_it_belongs() {
    let missing = |platform, said: &Said| {
        found(platform, said)
            .into_iter()
            .filter(|finding| finding.code == "option_missing")
            .map(|finding| (finding.pointer, finding.detail))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        missing(Platform::Reddit, &said("Hello")),
        [(
            "/versions".to_owned(),
            "Reddit needs a title: say options.title in a version for reddit".to_owned()
        )]
    );
    let mut given = with_options(filmed(), Platform::YouTube, json!({"title": "T"}));
    given.source.options = Some(3);
    let missed = missing(Platform::YouTube, &given);
    assert_eq!(missed.len(), 1);
    assert_eq!(missed[0].0, "/versions/3/options/made_for_kids");
    assert_eq!(missing(Platform::TikTok, &filmed()).len(), 1);
}

#[test]
fn youtube_takes_titles_and_tags_within_their_limits() {
    let with = |title: &str, tags: &[&str]| {
        let options = json!({"title": title, "made_for_kids": false, "tags": tags});
        on(Platform::YouTube, &filmed(), options)
    };
    assert_eq!(with(&"t".repeat(100), &["a", "b c"]), NONE);
    assert_eq!(with(&"t".repeat(101), &[]), ["option_too_long"]);
    assert_eq!(with(" ", &[]), ["option_empty"]);
    assert_eq!(with("a < b", &[]), ["angle_brackets"]);
    assert_eq!(with("a", &["<b>"]), ["angle_brackets"]);
    // A comma between tags counts, and two for the quotes around a tag with a space.
    let (long, spaced) = ("a".repeat(250), format!("{} b", "a".repeat(245)));
    assert_eq!(with("t", &[&long, &spaced]), NONE);
    let longer = format!("{spaced}c");
    assert_eq!(with("t", &[&long, &longer]), ["option_too_long"]);
    let long = with_media(said(""), &lasting(900_001).body.media);
    let options = json!({"title": "t", "made_for_kids": true});
    assert_eq!(on(Platform::YouTube, &long, options), ["film_long"]);
}

#[test]
fn option_texts_are_single_lines_without_control_characters() {
    let title = json!({"title": "a\nb"});
    assert_eq!(
        at(Platform::Reddit, &said("Hello"), title),
        [("control_character", "/options/title".to_owned())]
    );
    let warning = json!({"content_warning": "a\u{0}b"});
    assert_eq!(
        on(Platform::Mastodon, &said("Hello"), warning),
        ["control_character"]
    );
    let offer = |terms: &str| json!({"topic": "offer", "title": "T", "starts_at": "2030-01-31T09:00:00", "ends_at": "2030-02-01T09:00:00", "terms": terms});
    let business = |terms: &str| on(Platform::GoogleBusiness, &said("Hello"), offer(terms));
    assert_eq!(business("one\ntwo"), NONE);
    assert_eq!(business("one\rtwo"), ["control_character"]);
}

#[test]
fn languages_and_labels_are_of_the_known_kind() {
    let mastodon = |language: &str| {
        on(
            Platform::Mastodon,
            &said("Hello"),
            json!({ "language": language }),
        )
    };
    assert_eq!(mastodon("id"), NONE);
    assert_eq!(mastodon("indonesian"), ["option_invalid"]);
    let bluesky = |options: Value| at(Platform::Bluesky, &said("Hello"), options);
    assert_eq!(
        bluesky(json!({"languages": ["id", "en-GB", "zh-Hant"]})),
        []
    );
    assert_eq!(
        bluesky(json!({"languages": ["id", "en", "fr", "de"]})),
        [("option_too_many", "/options/languages".to_owned())]
    );
    assert_eq!(
        bluesky(json!({"languages": ["id", "not a language"]})),
        [("option_invalid", "/options/languages/1".to_owned())]
    );
    assert_eq!(bluesky(json!({"labels": ["nudity"]})), []);
    assert_eq!(
        bluesky(json!({"labels": ["nudity", "rude"]})),
        [("option_invalid", "/options/labels/1".to_owned())]
    );
    assert_eq!(
        bluesky(json!({"labels": ["nudity", "nudity"]})),
        [("option_repeated", "/options/labels/1".to_owned())]
    );
}

#[test]
fn reels_are_one_film_and_stories_one_file_without_words() {
    let reel = json!({"format": "reel"});
    let story = json!({"format": "story"});
    let pictured = with_media(said(""), &[picture()]);
    let both = with_media(said(""), &[picture(), film()]);
    assert_eq!(on(Platform::Facebook, &lasting(90_000), reel.clone()), NONE);
    assert_eq!(
        on(Platform::Facebook, &lasting(90_001), reel.clone()),
        ["film_too_long"]
    );
    assert_eq!(
        on(Platform::Facebook, &pictured, reel.clone()),
        ["format_unsuitable"]
    );
    assert_eq!(
        on(Platform::Facebook, &said("a"), reel.clone()),
        ["media_missing"]
    );
    assert_eq!(
        on(Platform::Instagram, &lasting(900_000), reel.clone()),
        NONE
    );
    assert_eq!(on(Platform::Instagram, &both, reel), ["format_unsuitable"]);
    assert_eq!(
        on(Platform::Instagram, &lasting(60_001), story.clone()),
        ["film_too_long"]
    );
    assert_eq!(
        on(Platform::Instagram, &both, story.clone()),
        ["format_unsuitable"]
    );
    let worded = with_media(said("words"), &[picture()]);
    assert_eq!(
        on(Platform::Instagram, &worded, story.clone()),
        ["text_not_shown"]
    );
    let upright = with_media(said(""), &[file(MediaType::Jpeg, 1_080, 1_920, 0)]);
    assert_eq!(on(Platform::Instagram, &upright, story), NONE);
    assert_eq!(on(Platform::Instagram, &upright, json!({})), ["too_narrow"]);
}

#[test]
fn a_cover_lies_within_its_film() {
    let cover = |at: u64| json!({ "cover_at_ms": at });
    assert_eq!(on(Platform::Instagram, &filmed(), cover(30_000)), NONE);
    assert_eq!(
        on(Platform::Instagram, &filmed(), cover(30_001)),
        ["option_out_of_range"]
    );
    let pictured = with_media(said(""), &[picture()]);
    assert_eq!(
        on(Platform::Instagram, &pictured, cover(0)),
        ["option_unused"]
    );
}

#[test]
fn collaborators_topics_titles_and_names_have_their_limits() {
    let people = |people: &[&str]| {
        on(
            Platform::Instagram,
            &filmed(),
            json!({ "collaborators": people }),
        )
    };
    assert_eq!(people(&["ana", "budi.s", "c_d"]), NONE);
    assert_eq!(people(&["a", "b", "c", "d"]), ["option_too_many"]);
    assert_eq!(people(&["@ana"]), ["option_invalid"]);
    let topic = |topic: &str| on(Platform::Threads, &said("a"), json!({ "topic_tag": topic }));
    assert_eq!(topic(&"t".repeat(50)), NONE);
    assert_eq!(topic(&"t".repeat(51)), ["option_too_long"]);
    assert_eq!(topic("a.b"), ["option_invalid"]);
    let thread = |name: &str| {
        on(
            Platform::Discord,
            &said("a"),
            json!({ "thread_name": name }),
        )
    };
    assert_eq!(thread(&"t".repeat(100)), NONE);
    assert_eq!(thread(&"t".repeat(101)), ["option_too_long"]);
    let reddit = |title: &str| on(Platform::Reddit, &said(""), json!({ "title": title }));
    assert_eq!(reddit(&"t".repeat(300)), NONE);
    assert_eq!(reddit(&"t".repeat(301)), ["option_too_long"]);
    let pictured = with_media(said(""), &[picture()]);
    let pin = |title: &str| on(Platform::Pinterest, &pictured, json!({ "title": title }));
    assert_eq!(pin(&"t".repeat(101)), ["option_too_long"]);
    let photo = |title: &str| {
        let options = json!({"privacy": "self_only", "title": title});
        on(Platform::TikTok, &pictured, options)
    };
    assert_eq!(photo(&"t".repeat(90)), ["alt_not_shown"]);
    assert_eq!(photo(&"t".repeat(91)), ["alt_not_shown", "option_too_long"]);
}

#[test]
fn linkedin_wants_titles_and_an_organization_has_no_connections() {
    let document = Attachment {
        alt: None,
        ..file(MediaType::Pdf, 0, 0, 0)
    };
    let post = with_media(said("a"), &[document]);
    assert_eq!(on(Platform::LinkedIn, &post, json!({})), ["option_missing"]);
    assert_eq!(on(Platform::LinkedIn, &post, json!({"title": "T"})), NONE);
    assert_eq!(
        on(Platform::LinkedIn, &said("a"), json!({"title": "T"})),
        ["option_unused"]
    );
    let organization = Target {
        remote_id: "urn:li:organization:1".to_owned(),
        ..target()
    };
    let connections = json!({"visibility": "connections"});
    let post = with_options(said("a"), Platform::LinkedIn, connections);
    let found = check(Platform::LinkedIn, &post, &organization);
    assert_eq!(found[0].pointer, "/options/visibility");
}

#[test]
fn events_and_offers_have_a_time_and_buttons_a_link() {
    let event = |starts: &str, ends: &str| {
        let options = json!({"topic": "event", "title": "T", "starts_at": starts, "ends_at": ends});
        on(Platform::GoogleBusiness, &said("a"), options)
    };
    assert_eq!(event("2030-01-31T09:00:00", "2030-01-31T10:00:00"), NONE);
    assert_eq!(
        event("2030-01-31T09:00:00", "2030-01-31T09:00:00"),
        ["option_invalid"]
    );
    assert_eq!(
        event("2030-01-31T09:00:00Z", "2030-01-31T10:00:00"),
        ["option_invalid"]
    );
    assert_eq!(
        event("2030-02-30T09:00:00", "2030-03-31T10:00:00"),
        ["option_invalid"]
    );
    let with = |options: Value| on(Platform::GoogleBusiness, &said("a"), options);
    assert_eq!(with(json!({"topic": "event"})), ["option_missing"; 3]);
    assert_eq!(with(json!({"coupon_code": "X"})), ["option_unused"]);
    assert_eq!(with(json!({"action": "book"})), ["option_invalid"]);
    assert_eq!(with(json!({"action": "call"})), NONE);
    let mut linked = said("a");
    linked.body.link = Some(Link::parse("https://example.com/").unwrap());
    let with = |options: Value| on(Platform::GoogleBusiness, &linked, options);
    assert_eq!(with(json!({"action": "book"})), NONE);
    assert_eq!(with(json!({"action": "call"})), ["option_invalid"]);
    assert_eq!(with(json!({})), ["option_missing"]);
}
