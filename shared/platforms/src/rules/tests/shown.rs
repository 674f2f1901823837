//! What a preview shows.

use domain::content::{Part, Said};
use domain::{Link, MediaType, Platform, PostText};
use serde_json::json;

use crate::rules::testing::{file, picture, said, target, with_media, with_options};
use crate::rules::{Crop, EntityKind, Preview, preview};

fn shown(platform: Platform, text: &str) -> Preview {
    preview(platform, &said(text), &target())
}

/// What was made something of, and where it leads.
fn seen(platform: Platform, text: &str) -> Vec<(EntityKind, String, Option<String>)> {
    let entities = shown(platform, text).parts.remove(0).entities;
    entities
        .into_iter()
        .map(|entity| {
            assert_eq!(text[entity.start..entity.end], entity.text);
            (entity.kind, entity.text, entity.url)
        })
        .collect()
}

#[test]
fn each_platform_makes_something_of_what_it_knows() {
    use EntityKind::{Cashtag, Hashtag, Link, Mention};
    let text = "@ana_d see example.com #kopi $ABC";
    let leading = |kind, text: &str, url: &str| (kind, text.to_owned(), Some(url.to_owned()));
    assert_eq!(
        seen(Platform::X, text),
        [
            leading(Mention, "@ana_d", "https://x.com/ana_d"),
            leading(Link, "example.com", "https://example.com"),
            leading(Hashtag, "#kopi", "https://x.com/hashtag/kopi"),
            leading(Cashtag, "$ABC", "https://x.com/search?q=%24ABC"),
        ]
    );
    assert_eq!(
        seen(
            Platform::Bluesky,
            "@ana.bsky.social (example.com) #kopi $ABC"
        ),
        [
            leading(
                Mention,
                "@ana.bsky.social",
                "https://bsky.app/profile/ana.bsky.social"
            ),
            leading(Link, "example.com", "https://example.com"),
            leading(Hashtag, "#kopi", "https://bsky.app/hashtag/kopi"),
            leading(Cashtag, "$ABC", "https://bsky.app/hashtag/%24ABC"),
        ]
    );
    assert_eq!(
        seen(
            Platform::Mastodon,
            "@ana @budi@b.example https://example.com/x #kopi example.com"
        ),
        [
            leading(Mention, "@ana", "https://mastodon.example/@ana"),
            leading(Mention, "@budi@b.example", "https://b.example/@budi"),
            leading(Link, "https://example.com/x", "https://example.com/x"),
            leading(Hashtag, "#kopi", "https://mastodon.example/tags/kopi"),
        ]
    );
    assert_eq!(
        seen(Platform::Instagram, text),
        [
            leading(Mention, "@ana_d", "https://www.instagram.com/ana_d"),
            leading(
                Hashtag,
                "#kopi",
                "https://www.instagram.com/explore/tags/kopi"
            ),
        ]
    );
    assert_eq!(
        seen(Platform::Reddit, "u/ana in r/kopi, not in sour/dough"),
        [
            leading(Mention, "u/ana", "https://www.reddit.com/u/ana"),
            leading(Mention, "r/kopi", "https://www.reddit.com/r/kopi"),
        ]
    );
    assert_eq!(seen(Platform::GoogleBusiness, text), []);
    assert_eq!(seen(Platform::Discord, text), []);
    assert_eq!(
        seen(Platform::Telegram, text)[1],
        leading(Link, "example.com", "https://example.com")
    );
}

#[test]
fn a_platform_that_trims_shows_the_trimmed_text() {
    assert_eq!(shown(Platform::Discord, "  a b \n").parts[0].text, "a b");
    assert_eq!(shown(Platform::Mastodon, " a ").parts[0].text, " a ");
}

#[test]
fn a_long_text_is_cut_before_a_link_and_folded_where_the_feed_folds() {
    let text = format!("{} https://example.com/a", "a".repeat(270));
    let part = &shown(Platform::X, &text).parts[0];
    assert_eq!(part.counts[0].remaining, 280 - 294);
    assert_eq!(part.cut_at, Some(271), "the link is one");
    let part = &shown(Platform::Bluesky, &"a".repeat(301)).parts[0];
    assert_eq!((part.cut_at, part.folded_at), (Some(300), None));
    let part = &shown(Platform::LinkedIn, &"a".repeat(300)).parts[0];
    assert_eq!((part.cut_at, part.folded_at), (None, Some(210)));
    let part = &shown(Platform::LinkedIn, "a\nb\nc\nd").parts[0];
    assert_eq!(part.folded_at, Some(5));
    assert_eq!(
        shown(Platform::LinkedIn, "a\nb\nc").parts[0].folded_at,
        None
    );
}

#[test]
fn parts_comment_title_and_card_are_shown() {
    let mut post = said("one");
    post.body.parts = vec![Part {
        text: PostText::parse("two").unwrap(),
        media: vec![picture()],
    }];
    post.body.first_comment = Some(PostText::parse("first").unwrap());
    post.body.link = Some(Link::parse("https://www.example.com/x").unwrap());
    let on_bluesky = preview(Platform::Bluesky, &post, &target());
    let texts: Vec<_> = on_bluesky
        .parts
        .iter()
        .map(|part| part.text.as_str())
        .collect();
    assert_eq!(texts, ["one", "two"]);
    assert_eq!(on_bluesky.parts[1].media[0].alt.as_deref(), Some("A cat"));
    let comment = on_bluesky.first_comment.unwrap();
    assert_eq!(
        (comment.text.as_str(), comment.counts[0].limit),
        ("first", 300)
    );
    let card = on_bluesky.link.unwrap();
    assert_eq!(
        (card.url.as_str(), card.host.as_str()),
        ("https://www.example.com/x", "example.com")
    );
    assert_eq!(preview(Platform::Instagram, &post, &target()).link, None);
    assert_eq!(
        preview(Platform::Telegram, &post, &target()).first_comment,
        None
    );
    let card = shown(Platform::Mastodon, "see https://example.com/y")
        .link
        .unwrap();
    assert_eq!(card.url, "https://example.com/y");
    let titled = with_options(said("a"), Platform::Reddit, json!({"title": "T"}));
    assert_eq!(
        preview(Platform::Reddit, &titled, &target())
            .title
            .as_deref(),
        Some("T")
    );
}

#[test]
fn a_story_shows_no_text() {
    let story = json!({"format": "story"});
    let post = with_options(
        with_media(said("words"), &[picture()]),
        Platform::Instagram,
        story,
    );
    assert_eq!(
        preview(Platform::Instagram, &post, &target()).parts[0].text,
        ""
    );
}

#[test]
fn what_a_feed_does_not_show_of_a_picture_is_cropped_evenly() {
    let crops = |platform, sizes: &[(u32, u32)]| -> Vec<Option<Crop>> {
        let media: Vec<_> = sizes
            .iter()
            .map(|(width, height)| file(MediaType::Jpeg, *width, *height, 0))
            .collect();
        let parts = preview(platform, &with_media(said(""), &media), &target()).parts;
        parts[0].media.iter().map(|media| media.crop).collect()
    };
    let crop = |width, height, left, top| {
        Some(Crop {
            width,
            height,
            left,
            top,
        })
    };
    assert_eq!(
        crops(Platform::X, &[(900, 1_600)]),
        [crop(900, 1_200, 0, 200)]
    );
    assert_eq!(crops(Platform::X, &[(1_600, 900)]), [None]);
    assert_eq!(
        crops(Platform::Bluesky, &[(1_000, 1_000), (1_000, 500)]),
        [None, crop(500, 500, 250, 0)]
    );
    assert_eq!(
        crops(Platform::Instagram, &[(1_000, 1_250), (1_000, 1_000)]),
        [None, crop(800, 1_000, 100, 0)]
    );
    let said: Said = with_media(said(""), &[file(MediaType::Mp4, 100, 900, 1_000)]);
    assert_eq!(
        preview(Platform::X, &said, &target()).parts[0].media[0].crop,
        None
    );
}
