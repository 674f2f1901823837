//! What a post may not be: each with the place where it stands.

use domain::Role;
use serde_json::{Value, json};

use super::scene::Desk;
use crate::harness::{Newsroom, World};

/// A post with one field of it written otherwise.
fn with(news: &Newsroom, name: &str, value: Value) -> Value {
    let mut body = news.body("Fine", &[&news.mastodon, &news.bluesky]);
    body[name] = value;
    body
}

#[tokio::test]
async fn what_cannot_be_a_post_is_refused_with_the_place_where_it_stands() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let many = |n: usize| vec![json!({ "text": "more" }); n];
    let labels: Vec<_> = (0..11).map(|n| format!("label {n}")).collect();
    let mastodon = json!({ "platform": "mastodon", "text": "x" });
    for (name, value, pointer) in [
        ("text", json!(" \n\t"), "/text"),
        ("text", json!("bell \u{7}"), "/text"),
        ("text", json!("x".repeat(100_001)), "/text"),
        ("link", json!("ftp://example.com/"), "/link"),
        ("link", json!("https://ana:secret@example.com/"), "/link"),
        ("link", json!("harbour"), "/link"),
        ("account_ids", json!([]), "/account_ids"),
        (
            "account_ids",
            json!(vec![&news.mastodon; 21]),
            "/account_ids",
        ),
        ("account_ids", json!(["somebody"]), "/account_ids/0"),
        ("parts", json!(many(25)), "/parts"),
        (
            "parts",
            json!([{ "text": "one" }, { "text": " " }]),
            "/parts/1/text",
        ),
        (
            "parts",
            json!([{ "text": "one", "link": "https://example.com/" }]),
            "/parts/0/link",
        ),
        ("labels", json!(labels), "/labels"),
        ("labels", json!(["fine", " "]), "/labels/1"),
        ("labels", json!(["x".repeat(41)]), "/labels/0"),
        (
            "media",
            json!([{ "media_id": "a picture" }]),
            "/media/0/media_id",
        ),
        ("versions", json!([{ "text": "for nobody" }]), "/versions/0"),
        (
            "versions",
            json!([{ "platform": "mastodon", "account_id": news.mastodon }]),
            "/versions/0",
        ),
        ("versions", json!([mastodon, mastodon]), "/versions/1"),
        (
            "versions",
            json!([{ "platform": "myspace" }]),
            "/versions/0/platform",
        ),
        (
            "versions",
            json!([{ "platform": "bluesky", "parts": [{ "text": "" }] }]),
            "/versions/0/parts/0/text",
        ),
        (
            "versions",
            json!([{ "platform": "bluesky", "parts": many(25) }]),
            "/versions/0/parts",
        ),
        ("colour", json!("blue"), "/colour"),
    ] {
        let body = with(&news, name, value);
        let refused = news.ana.api.post("/posts", &body).await.expect_problem(422);
        assert_eq!(refused.pointer(), pointer, "{name}: {}", refused.text);
    }
    let mut nowhere = news.body("Fine", &[&news.mastodon]);
    nowhere.as_object_mut().unwrap().remove("team_id");
    let refused = news
        .ana
        .api
        .post("/posts", &nowhere)
        .await
        .expect_problem(422);
    assert_eq!(refused.pointer(), "/team_id");
    let list = news.ana.api.get("/posts").await.expect(200);
    assert_eq!(list.body["items"], json!([]));
    world.finish().await;
}

#[tokio::test]
async fn options_that_a_platform_does_not_have_are_refused() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for (options, pointer) in [
        (
            json!({ "platform": "bluesky" }),
            "/versions/0/options/platform",
        ),
        (
            json!({ "platform": "mastodon", "visibility": "secret" }),
            "/versions/0/options",
        ),
        (
            json!({ "platform": "mastodon", "colour": "blue" }),
            "/versions/0/options",
        ),
        (json!({ "visibility": "unlisted" }), "/versions/0/options"),
    ] {
        let version = json!([{ "platform": "mastodon", "options": options }]);
        let body = with(&news, "versions", version);
        let refused = news.ana.api.post("/posts", &body).await.expect_problem(422);
        let told = refused.pointer();
        assert!(
            told.starts_with(pointer),
            "{told} for {options}: {}",
            refused.text
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn what_belongs_to_another_team_does_not_exist_for_a_post() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other").await;
    let there = news.ana.connect_bluesky(&other).await;
    let (kind, _) = there.split_once('_').unwrap();
    let (_, elsewhere) = news.team.split_once('_').unwrap();
    let nobody = format!("{kind}_{elsewhere}");
    for (name, value, pointer) in [
        (
            "account_ids",
            json!([news.mastodon, there]),
            "/account_ids/1",
        ),
        ("account_ids", json!([nobody]), "/account_ids/0"),
        (
            "versions",
            json!([{ "account_id": there, "text": "x" }]),
            "/versions/0/account_id",
        ),
        ("team_id", json!(other), "/account_ids/0"),
    ] {
        let body = with(&news, name, value);
        let missing = news.ana.api.post("/posts", &body).await.expect_problem(404);
        assert_eq!(missing.pointer(), pointer, "{name}: {}", missing.text);
    }
    world.finish().await;
}

#[tokio::test]
async fn only_a_member_who_may_write_posts_sees_to_one() {
    let world = World::start().await;
    let Desk { news, ben, .. } = Desk::open(&world).await;
    let (kim, joe) = (world.sign_up("kim").await, world.sign_up("joe").await);
    world.join(&kim, &news.team, Role::Viewer).await;
    let wish = |id: &str| with(&news, "assignee_id", json!(id));
    let refused = ben
        .api
        .post("/posts", &wish(&kim.id))
        .await
        .expect_problem(422);
    assert_eq!(refused.pointer(), "/assignee_id");
    let missing = ben
        .api
        .post("/posts", &wish(&joe.id))
        .await
        .expect_problem(404);
    assert_eq!(missing.pointer(), "/assignee_id");
    let created = ben
        .api
        .post("/posts", &wish(&news.ana.id))
        .await
        .expect(201);
    assert_eq!(created.body["assignee_id"], json!(news.ana.id));
    world.finish().await;
}
