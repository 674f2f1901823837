//! A post can be changed until it goes out; every edition is kept, and a yes does not outlive what it was given to.

use futures::future::join_all;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn an_edition_that_somebody_else_has_replaced_is_not_written_over() {
    let world = World::start().await;
    let Desk { news, mut ben, .. } = Desk::open(&world).await;
    let post = news.draft("One", &[&news.mastodon]).await;
    let body = |text: &str| news.body(text, &[&news.mastodon]);
    let plain = ben.api.clone();
    ben.api = plain.saying("if-match", "\"1\"");
    let edited = ben.edit(&post, &body("Two")).await.expect(200);
    assert_eq!(
        (&edited.headers["etag"], &edited.body["version"]),
        (&"\"2\"".parse().unwrap(), &json!(2))
    );
    ben.edit(&post, &body("Three")).await.expect_problem(412);
    ben.api = plain.saying("if-match", "\"2\"");
    ben.edit(&post, &body("Three")).await.expect(200);
    assert_eq!(news.post(&post).await["text"], "Three");
    // Whoever says nothing about what he has seen writes over it.
    news.ana.edit(&post, &body("Four")).await.expect(200);
    assert_eq!(news.post(&post).await["text"], "Four");
    world.finish().await;
}

#[tokio::test]
async fn of_eight_edits_at_once_one_is_written() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Before", &[&news.mastodon]).await;
    let bodies: Vec<_> = (0..8)
        .map(|n| news.body(&format!("After {n}"), &[&news.mastodon]))
        .collect();
    let mut ana = news.ana.clone();
    ana.api = ana.api.saying("if-match", "\"1\"");
    let answers = join_all(bodies.iter().map(|body| ana.edit(&post, body))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(
        statuses.iter().filter(|status| **status == 412).count(),
        7,
        "{statuses:?}"
    );
    let won = answers.iter().find(|answer| answer.status == 200).unwrap();
    let read = news.post(&post).await;
    assert_eq!(
        each(&read["editions"], "text"),
        [won.body["text"].as_str().unwrap(), "Before"]
    );
    world.finish().await;
}

#[tokio::test]
async fn each_edition_is_kept_with_who_wrote_it() {
    let world = World::start().await;
    let Desk { news, ben, .. } = Desk::open(&world).await;
    let post = news.draft("One", &[&news.mastodon]).await;
    world.advance(seconds(5)).await;
    let written = world.now().to_string();
    ben.edit(&post, &news.body("Two", &[&news.mastodon]))
        .await
        .expect(200);
    ben.edit(&post, &news.body("Two", &[&news.bluesky]))
        .await
        .expect(200);
    let mut labelled = news.body("Two", &[&news.bluesky]);
    labelled["labels"] = json!(["market"]);
    labelled["assignee_id"] = json!(ben.id);
    let same = news.ana.edit(&post, &labelled).await.expect(200);
    assert_eq!(
        (&same.body["edition"], &same.body["version"]),
        (&json!(3), &json!(4))
    );

    let read = news.post(&post).await;
    let editions = &read["editions"];
    assert_eq!(each(editions, "text"), ["Two", "Two", "One"]);
    assert_eq!(each(editions, "by_id"), [&ben.id, &ben.id, &news.ana.id]);
    let accounts: Vec<_> = editions
        .as_array()
        .unwrap()
        .iter()
        .map(|edition| &edition["account_ids"][0])
        .collect();
    assert_eq!(
        accounts,
        [
            &json!(news.bluesky),
            &json!(news.mastodon),
            &json!(news.mastodon)
        ]
    );
    assert_eq!(editions[1]["at"], json!(written));
    assert_eq!(
        (&read["author_id"], &read["edited_by_id"], &read["labels"]),
        (&json!(news.ana.id), &json!(ben.id), &json!(["market"]))
    );
    assert_eq!(
        news.kinds_about(&post).await,
        ["post.created", "post.edited", "post.edited", "post.edited"]
    );
    let log = news.told(&post).await;
    let to_second = log.iter().find(|(_, details)| details["edition"] == "2");
    assert_eq!(to_second.unwrap().1["edition_before"], "1");
    world.finish().await;
}

#[tokio::test]
async fn where_nobody_asks_for_approval_what_was_edited_last_goes_out_at_the_same_time() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Typo", &[&news.mastodon]).await;
    let before = news.schedule(&post, world.now() + seconds(60)).await;
    let both = news.body("No typo", &[&news.mastodon, &news.bluesky]);
    let edited = news.ana.edit(&post, &both).await.expect(200).body;
    assert_eq!(
        (&edited["status"], &edited["publish_at"]),
        (&json!("approved"), &before["publish_at"])
    );
    assert_ne!(edited["content_hash"], before["content_hash"]);
    assert_eq!(edited["approval"]["content_hash"], edited["content_hash"]);
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["No typo", "No typo"]);
    assert_eq!(news.post(&post).await["status"], "published");
    world.finish().await;
}

#[tokio::test]
async fn where_approval_is_asked_for_an_edit_takes_the_yes_away() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = world.now() + seconds(120);
    let post = desk.pending("Approved", &at.to_string()).await;
    let hash = eve.seen(&post).await;
    eve.approve(&post, &hash).await.expect(200);
    let edited = ben
        .edit(&post, &news.body("Changed", &[&news.mastodon]))
        .await;
    let edited = edited.expect(200).body;
    assert_eq!(
        (&edited["status"], &edited["approval"]),
        (&json!("pending"), &Value::Null)
    );
    assert_eq!(each(&edited["publications"], "state"), ["cancelled"]);
    assert_ne!(edited["content_hash"], json!(hash));
    eve.approve(&post, &hash).await.expect_problem(409);
    world.advance(seconds(60)).await;
    let hash = eve.seen(&post).await;
    eve.approve(&post, &hash).await.expect(200);
    world.advance(seconds(59)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(2)).await;
    assert_eq!(world.published(), ["Changed"]);
    world.finish().await;
}

#[tokio::test]
async fn a_yes_that_was_taken_away_publishes_nothing_even_when_its_time_comes() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let post = desk
        .pending("Approved", &(world.now() + seconds(60)).to_string())
        .await;
    let hash = desk.eve.seen(&post).await;
    desk.eve.approve(&post, &hash).await.expect(200);
    let body = desk
        .news
        .body("Changed", &[&desk.news.mastodon, &desk.news.bluesky]);
    desk.ben.edit(&post, &body).await.expect(200);
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    assert_eq!(desk.news.post(&post).await["status"], "pending");
    world.finish().await;
}

#[tokio::test]
async fn a_post_on_its_way_is_not_edited_into_one_that_would_be_refused() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Short", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(60)).await;
    let long = news.body(&"x".repeat(301), &[&news.bluesky]);
    let refused = news.ana.edit(&post, &long).await.expect_problem(422);
    assert_eq!(refused.pointer(), "/text");
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["Short"]);
    world.finish().await;
}

#[tokio::test]
async fn what_is_out_or_may_be_is_not_edited_but_can_be_labelled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (out, maybe) = (
        news.draft("Out", &[&news.bluesky]).await,
        news.draft("Maybe", &[&news.mastodon]).await,
    );
    let lost = Fault::on("create_status", Effect::ExecThen500);
    world.stack.sandbox().script(lost);
    for post in [&out, &maybe] {
        news.schedule(post, world.now() + seconds(30)).await;
    }
    world.advance(seconds(60)).await;
    for (post, text, account, status) in [
        (&out, "Out", &news.bluesky, "published"),
        (&maybe, "Maybe", &news.mastodon, "publishing"),
    ] {
        assert_eq!(news.post(post).await["status"], status);
        let other = news.body("Something else", &[account]);
        let refused = news.ana.edit(post, &other).await.expect_problem(409);
        let detail = refused.field("detail");
        assert!(detail.contains(status), "{detail}");
        let mut same = news.body(text, &[account]);
        same["labels"] = json!(["kept"]);
        let labelled = news.ana.edit(post, &same).await.expect(200).body;
        assert_eq!(
            (&labelled["status"], &labelled["edition"]),
            (&json!(status), &json!(1))
        );
    }
    world.finish().await;
}
