//! What a post says is kept and shown as it was written, and goes out as the version that is meant for each account.

use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn everything_that_a_post_says_comes_back_as_it_was_written() {
    let world = World::start().await;
    let Desk { news, ben, .. } = Desk::open(&world).await;
    let body = json!({
        "team_id": news.team,
        "text": "The harbour market opens at nine",
        "link": "https://example.com/market?day=1#bread",
        "parts": [{ "text": "Bread first" }, { "text": "Then fish" }],
        "first_comment": "See you there",
        "versions": [
            { "platform": "mastodon", "text": "On Mastodon", "options": { "platform": "mastodon", "visibility": "unlisted", "language": "id" } },
            { "account_id": news.bluesky, "link": "https://example.com/sky", "parts": [], "first_comment": "" },
        ],
        "account_ids": [news.mastodon, news.bluesky],
        "labels": ["market", " autumn ", "market"],
        "assignee_id": ben.id,
    });
    let created = news.ana.api.post("/posts", &body).await.expect(201);
    assert_eq!(created.headers["etag"], "\"1\"");
    assert!(created.body["findings"].is_array());
    let read = news.ana.read(&created.id()).await;
    assert!(read.get("findings").is_none(), "{read}");
    for view in [&created.body, &read] {
        for name in [
            "team_id",
            "text",
            "link",
            "first_comment",
            "versions",
            "assignee_id",
        ] {
            assert_eq!(view[name], body[name], "{name} of {view}");
        }
        let parts =
            json!([{ "text": "Bread first", "media": [] }, { "text": "Then fish", "media": [] }]);
        assert_eq!((&view["parts"], &view["media"]), (&parts, &json!([])));
        assert_eq!(view["labels"], json!(["autumn", "market"]));
        let mut accounts = [news.mastodon.as_str(), news.bluesky.as_str()];
        accounts.sort_unstable();
        assert_eq!(view["account_ids"], json!(accounts));
        assert_eq!(
            (&view["author_id"], &view["edited_by_id"], &view["edition"]),
            (&json!(news.ana.id), &json!(news.ana.id), &json!(1))
        );
        assert_eq!(view["content_hash"], Value::Null, "it has no time yet");
    }
    world.finish().await;
}

#[tokio::test]
async fn each_account_gets_the_version_that_is_meant_for_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut body = news.body("Everywhere", &[&news.mastodon, &news.bluesky]);
    body["versions"] = json!([{ "platform": "mastodon", "text": "On Mastodon" }]);
    let first = news.ana.write(&body).await;
    // What is meant for an account counts more than what is meant for its platform.
    body["versions"] = json!([
        { "platform": "bluesky", "text": "On Bluesky" },
        { "account_id": news.bluesky, "text": "For Alice" },
    ]);
    let second = news.ana.write(&body).await;
    for post in [&first, &second] {
        news.schedule(post, world.now() + seconds(30)).await;
        world.advance(seconds(60)).await;
    }
    let mut published = world.published();
    published[..2].sort_unstable();
    published[2..].sort_unstable();
    assert_eq!(
        published,
        ["Everywhere", "On Mastodon", "Everywhere", "For Alice"]
    );
    world.finish().await;
}

#[tokio::test]
async fn options_of_a_platform_go_out_with_the_post() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut body = news.body("Quietly", &[&news.mastodon]);
    body["versions"] = json!([{
        "platform": "mastodon",
        "options": { "platform": "mastodon", "visibility": "unlisted", "content_warning": "Fish" },
    }]);
    let post = news.ana.write(&body).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    let requests = world.stack.sandbox().requests();
    let sent = requests
        .iter()
        .find(|request| request.operation == "create_status");
    let sent = format!("{:?}", sent.unwrap());
    for said in ["unlisted", "Fish"] {
        assert!(sent.contains(said), "{said} is not in {sent}");
    }
    world.finish().await;
}

#[tokio::test]
async fn findings_say_on_which_account_what_would_be_refused_and_where_it_stands() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut body = news.body(&"x".repeat(301), &[&news.mastodon, &news.bluesky]);
    let created = news.ana.api.post("/posts", &body).await.expect(201);
    let [finding] = &created.body["findings"].as_array().unwrap()[..] else {
        panic!("500 characters fit Mastodon: {}", created.body["findings"]);
    };
    assert_eq!(
        [
            &finding["account_id"],
            &finding["platform"],
            &finding["severity"],
            &finding["code"],
            &finding["pointer"]
        ],
        [
            &json!(news.bluesky),
            &json!("bluesky"),
            &json!("error"),
            &json!("too_long"),
            &json!("/text")
        ]
    );
    assert!(
        finding["detail"].as_str().unwrap().contains("301"),
        "{finding}"
    );

    body["versions"] = json!([
        { "platform": "mastodon", "text": "y".repeat(501) },
        { "account_id": news.bluesky, "text": "short" },
    ]);
    let edited = news.ana.edit(&created.id(), &body).await.expect(200);
    assert_eq!(
        each(&edited.body["findings"], "pointer"),
        ["/versions/0/text"]
    );
    assert_eq!(each(&edited.body["findings"], "platform"), ["mastodon"]);

    body["versions"][0]["text"] = json!("short too");
    let edited = news.ana.edit(&created.id(), &body).await.expect(200);
    assert_eq!(edited.body["findings"], json!([]));
    world.finish().await;
}

#[tokio::test]
async fn what_tayang_cannot_publish_yet_is_written_down_but_not_scheduled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (offer, pages) = news.ana.offered_pages(&news.team).await;
    let chosen = json!({ "offer_id": offer, "accounts": [pages[0]] });
    let chosen = news
        .ana
        .api
        .post("/oauth/choose", &chosen)
        .await
        .expect(201);
    let page = chosen.body["items"][0]["id"].as_str().unwrap().to_owned();
    for (field, value, account, named) in [
        (
            "parts",
            json!([{ "text": "And more" }]),
            &news.mastodon,
            "/parts",
        ),
        (
            "first_comment",
            json!("Come early"),
            &news.mastodon,
            "/first_comment",
        ),
        (
            "link",
            json!("https://example.com/"),
            &news.bluesky,
            "/link",
        ),
        ("text", json!("Anything at all"), &page, ""),
    ] {
        let mut body = news.body("Half", &[account]);
        body[field] = value;
        let created = news.ana.api.post("/posts", &body).await.expect(201);
        let found = created.body["findings"].as_array().unwrap();
        let yet = found
            .iter()
            .find(|finding| finding["code"] == "not_published_yet");
        assert_eq!(yet.unwrap()["pointer"], named, "{found:?}");

        let refused = news
            .ana
            .schedule(&created.id(), "now")
            .await
            .expect_problem(422);
        assert_eq!(refused.pointer(), "/post_id");
        let errors = refused.body["errors"].as_array().unwrap();
        let told = errors.iter().any(|error| {
            let detail = error["detail"].as_str().unwrap();
            detail.contains(&format!("{named}:")) && detail.contains("yet")
        });
        assert!(told, "{field}: {errors:?}");
        assert_eq!(news.post(&created.id()).await["status"], "draft");
    }
    world.finish().await;
}
