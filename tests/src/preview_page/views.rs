//! How a post will look, as JSON.

use domain::{Content, Platform};
use functions::posts::preview::view::{PreviewView, Shown};
use serde_json::Value;

use super::accounts;
use super::fixtures::{account, scenes, text};

fn view(content: &Content, platform: Platform) -> Value {
    let account = account(platform);
    let shown = Shown::new(&account, content.said_by(&account));
    serde_json::to_value(PreviewView::new(&[shown])).unwrap()
}

#[test]
fn offsets_count_characters_and_not_bytes() {
    let said = "🥖é #harbour https://example.com/a @ana@mastodon.example";
    let view = view(&Content::of_text(text(said)), Platform::Mastodon);
    let part = &view["accounts"][0]["parts"][0];
    let characters: Vec<char> = said.chars().collect();
    for (kind, number) in [("tags", 1), ("links", 1), ("mentions", 1)] {
        let entities = part[kind].as_array().unwrap();
        assert_eq!(entities.len(), number, "{kind}");
        for entity in entities {
            let place = |end: &str| usize::try_from(entity[end].as_u64().unwrap()).unwrap();
            let stretch: String = characters[place("start")..place("end")].iter().collect();
            assert_eq!(entity["text"], stretch, "{kind}");
        }
    }
    assert_eq!(part["tags"][0]["start"], 3);
}

#[test]
fn the_text_is_cut_and_folded_between_characters() {
    let said = "🥖".repeat(600);
    let content = Content::of_text(text(&said));
    for account in accounts() {
        let view = view(&content, account.platform);
        let part = &view["accounts"][0]["parts"][0];
        for offset in ["cut_at", "folded_at"] {
            let within = part[offset].as_u64().is_none_or(|offset| offset < 600);
            assert!(within, "{offset} on {}", account.platform);
        }
    }
    let on_bluesky = view(&content, Platform::Bluesky);
    assert_eq!(on_bluesky["accounts"][0]["parts"][0]["cut_at"], 300);
    assert_eq!(
        on_bluesky["accounts"][0]["parts"][0]["counts"][0]["remaining"],
        -300
    );
}

#[test]
fn a_post_can_be_published_when_nothing_is_wrong_on_any_account() {
    for scene in scenes() {
        let accounts = accounts();
        let shown: Vec<_> = accounts
            .iter()
            .map(|account| Shown::new(account, scene.content.said_by(account)))
            .collect();
        let view = serde_json::to_value(PreviewView::new(&shown)).unwrap();
        let each = view["accounts"].as_array().unwrap();
        assert_eq!(each.len(), accounts.len());
        let is_fine = |account: &Value| account["errors"].as_array().unwrap().is_empty();
        assert_eq!(
            view["publishable"],
            each.iter().all(is_fine),
            "{}",
            scene.name
        );
    }
    let fine = view(&Content::of_text(text("Hello")), Platform::Mastodon);
    assert_eq!(fine["publishable"], true);
    let wrong = view(
        &Content::of_text(text(&"a".repeat(501))),
        Platform::Mastodon,
    );
    assert_eq!(wrong["publishable"], false);
    assert_eq!(wrong["accounts"][0]["errors"][0]["pointer"], "/text");
}

#[test]
fn files_say_what_of_them_is_seen() {
    let scenes = scenes();
    let many = scenes.iter().find(|scene| scene.name == "many").unwrap();
    let view = view(&many.content, Platform::Facebook);
    let files = view["accounts"][0]["parts"][0]["media"].as_array().unwrap();
    assert_eq!(files.len(), 7);
    let upright = &files[0];
    assert_eq!(
        (&upright["width"], &upright["height"]),
        (&1080.into(), &1350.into())
    );
    assert_eq!(upright["crop"]["width"], upright["crop"]["height"]);
    assert_eq!(
        upright["alt"],
        "A loaf of dark bread on a wooden table, steam rising from it"
    );
    assert_eq!(files[6]["alt"], Value::Null);
}
