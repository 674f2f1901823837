//! Every platform's card shows what the platform shows.

use std::fs;
use std::path::Path;

use domain::options::{Mastodon, Options};
use domain::{Content, Locale, Platform};
use strum::IntoEnumIterator;

use super::fixtures::{Scene, account, picture, scenes, text, version};
use super::{card, page_of};

fn scene(name: &str) -> Content {
    let mut all = scenes().into_iter();
    all.find(|scene| scene.name == name).unwrap().content
}

#[test]
fn every_scene_has_a_card_on_every_platform() {
    // They are kept, so that one can look at them in a browser.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/preview");
    fs::create_dir_all(&folder).unwrap();
    for Scene { name, content } in scenes() {
        let page = page_of(Locale::En, &content);
        for platform in Platform::iter() {
            let card = card(&page, platform);
            assert!(card.contains(platform.title()), "{name} on {platform}");
            assert!(card.contains("<p class=\"count"), "{name} on {platform}");
            assert!(card.contains(">KS<") || card.contains(">KR<") || card.contains(">KH<"));
        }
        for (media, (width, height)) in content_shapes(&content) {
            fs::write(folder.join(media), picture(width, height)).unwrap();
        }
        fs::write(folder.join(format!("{name}.html")), page).unwrap();
    }
}

fn content_shapes(content: &Content) -> Vec<(String, (u32, u32))> {
    let parts = content.body.parts.iter().flat_map(|part| &part.media);
    let all = content.body.media.iter().chain(parts);
    all.map(|file| (file.media.to_string(), (file.width, file.height)))
        .collect()
}

#[test]
fn a_long_text_is_folded_where_the_feed_folds_it_and_nothing_of_it_is_lost() {
    let page = page_of(Locale::En, &scene("long"));
    for (platform, button) in [
        (Platform::Facebook, "See more"),
        (Platform::Instagram, "more"),
        (Platform::LinkedIn, "more"),
        (Platform::YouTube, "more"),
        (Platform::TikTok, "more"),
    ] {
        let card = card(&page, platform);
        let button = format!("</span>{button}</summary>");
        assert!(card.contains(&button), "{platform}");
        assert!(card.contains("roastery"), "{platform}");
    }
}

#[test]
fn what_is_too_long_is_marked_and_counted() {
    let page = page_of(Locale::En, &scene("errors"));
    for platform in [Platform::Mastodon, Platform::Bluesky, Platform::X] {
        let card = card(&page, platform);
        assert!(card.contains("<mark>"), "{platform}");
        assert!(card.contains("too many</p>"), "{platform}");
        assert!(card.contains("To be put right"), "{platform}");
    }
    assert!(page.contains("class=\"summary bad\""));
}

#[test]
fn the_parts_of_a_thread_stand_below_each_other() {
    let page = page_of(Locale::En, &scene("thread"));
    for platform in [
        Platform::Mastodon,
        Platform::Bluesky,
        Platform::Threads,
        Platform::X,
    ] {
        let card = card(&page, platform);
        assert_eq!(card.matches("<section").count(), 3, "{platform}");
        assert!(card.contains("<b>Part 3</b>"), "{platform}");
        let places = ["Three things", "The cranes", "And the bell"].map(|words| card.find(words));
        assert!(places.is_sorted() && places[0].is_some(), "{platform}");
    }
}

#[test]
fn many_pictures_are_arranged_as_the_platform_arranges_them() {
    let page = page_of(Locale::En, &scene("many"));
    for (platform, arrangement) in [
        (Platform::Mastodon, "grid n4"),
        (Platform::Facebook, "grid n5"),
        (Platform::LinkedIn, "grid n5"),
        (Platform::Telegram, "grid n7"),
        (Platform::Discord, "grid n7"),
        (Platform::X, "grid n4"),
        (Platform::Instagram, "carousel n7"),
        (Platform::TikTok, "carousel n7"),
        (Platform::Reddit, "carousel n7"),
        (Platform::Threads, "strip n7"),
        (Platform::Slack, "stack n7"),
    ] {
        let gallery = format!("<div class=\"gallery {arrangement}\"");
        assert!(card(&page, platform).contains(&gallery), "{platform}");
    }
    assert!(card(&page, Platform::Facebook).contains(">+2<"));
    // What is beside the post can be read where the platform lets people read it, and everywhere by those who do not see the picture.
    assert!(card(&page, Platform::Mastodon).contains("<summary>ALT</summary>"));
    assert!(
        card(&page, Platform::Slack).contains("alt=\"Fishing boats in the harbour at sunrise\"")
    );
    assert!(card(&page, Platform::Slack).contains("alt=\"Picture 4, without a description\""));
}

#[test]
fn the_part_of_a_picture_that_is_seen_has_its_rule_in_the_style() {
    let page = page_of(Locale::En, &scene("many"));
    for card in page.split("<figure class=\"").skip(1) {
        let classes = card.split('"').next().unwrap();
        assert!(!classes.is_empty());
        for class in classes.split(' ') {
            assert!(
                page.contains(&format!("\n.{class}{{--"))
                    || page.contains(&format!(".{class}{{--")),
                "{class}"
            );
        }
    }
}

#[test]
fn a_content_warning_folds_text_and_pictures() {
    let mut content = scene("two");
    content.versions = vec![version(Options::Mastodon(Mastodon {
        content_warning: Some("Bread".into()),
        ..Mastodon::default()
    }))];
    let page = page_of(Locale::En, &content);
    let card = card(&page, Platform::Mastodon);
    let (before, folded) = card.split_once("<details class=\"warning\">").unwrap();
    assert!(!before.contains("harbour market"));
    assert!(folded.contains("<span dir=\"auto\">Bread</span>"));
    assert!(folded.contains("harbour market"));
}

#[test]
fn the_page_speaks_indonesian() {
    let page = page_of(Locale::Id, &scene("thread"));
    assert!(page.contains("<html lang=\"id\">"));
    for words in ["Pratinjau", "<b>Bagian 2</b>", "dari 500 karakter · sisa "] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_page_is_built_for_people_who_do_not_see_it_too() {
    let page = page_of(Locale::En, &scene("many"));
    for number in 0..Platform::iter().count() {
        assert!(page.contains(&format!("aria-labelledby=\"name-{number}\"")));
        assert!(page.contains(&format!("<h2 id=\"name-{number}\">")));
        assert!(page.contains(&format!("href=\"#account-{number}\"")));
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<main>").count(), 1);
    assert!(page.split("<img ").skip(1).all(|image| {
        let tag = image.split('>').next().unwrap();
        tag.contains(" alt=\"") && !tag.contains(" alt=\"\"")
    }));
}

#[test]
fn a_post_of_one_word_looks_right_on_an_account_with_one_word() {
    let mut account = account(Platform::Bluesky);
    account.name = domain::AccountName::parse("Ana").unwrap();
    let content = Content::of_text(text("Hello"));
    let response = super::drawn(
        Locale::En,
        &content,
        &[account],
        &std::collections::BTreeMap::new(),
    );
    assert!(super::html(&response).contains(">A</span>"));
}
