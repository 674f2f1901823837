//! Whatever has not gone out can be kept from going out.

use sandbox::{Effect, Fault};
use serde_json::json;

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn a_post_is_cancelled_wherever_it_stands_before_it_goes_out() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = (world.now() + seconds(120)).to_string();
    let draft = ben.write(&news.body("Draft", &[&news.mastodon])).await;
    let pending = desk.pending("Pending", &at).await;
    let approved = desk.pending("Approved", &at).await;
    let hash = eve.seen(&approved).await;
    eve.approve(&approved, &hash).await.expect(200);
    let rejected = desk.pending("Rejected", &at).await;
    let hash = eve.seen(&rejected).await;
    eve.reject(&rejected, &hash, "No").await.expect(200);
    for post in [&draft, &pending, &approved, &rejected] {
        let cancelled = ben.cancel(post, "").await.expect(200);
        assert_eq!(cancelled.body["status"], "cancelled", "{}", cancelled.text);
        let again = ben.cancel(post, "").await.expect_problem(409);
        assert!(
            again.field("detail").contains("cancelled"),
            "{}",
            again.text
        );
        ben.schedule(post, &at).await.expect_problem(409);
        ben.edit(post, &news.body("Anew", &[&news.mastodon]))
            .await
            .expect_problem(409);
    }
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    let kept = news.post(&approved).await;
    assert_eq!(
        (&kept["text"], &kept["publications"][0]["state"]),
        (&json!("Approved"), &json!("cancelled"))
    );
    let kinds = news.kinds_about(&draft).await;
    assert_eq!(kinds, ["post.cancelled", "post.created"]);
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_changed_since_it_was_seen_is_not_cancelled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Seen", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(60)).await;
    let mut ana = news.ana.clone();
    ana.api = ana.api.saying("if-match", "\"1\"");
    ana.cancel(&post, "").await.expect_problem(412);
    assert_eq!(news.post(&post).await["status"], "approved");
    world.finish().await;
}

#[tokio::test]
async fn a_post_goes_out_on_the_accounts_where_it_was_not_cancelled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut body = news.body("Only here", &[&news.mastodon, &news.bluesky]);
    body["versions"] = json!([{ "platform": "bluesky", "text": "Not there" }]);
    let post = news.ana.write(&body).await;
    news.schedule(&post, world.now() + seconds(60)).await;
    let query = format!("?account_id={}", news.bluesky);
    let left = news.ana.cancel(&post, &query).await.expect(200).body;
    assert_eq!(
        (&left["status"], &left["cancelled_account_ids"]),
        (&json!("approved"), &json!([news.bluesky]))
    );
    let again = news.ana.cancel(&post, &query).await.expect_problem(409);
    assert!(again.field("detail").contains("already"), "{}", again.text);
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["Only here"]);
    assert_eq!(news.post(&post).await["status"], "published");
    world.finish().await;
}

#[tokio::test]
async fn a_draft_simply_goes_to_one_account_less_and_with_the_last_it_is_cancelled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Fewer", &[&news.mastodon, &news.bluesky]).await;
    let on = |account: &str| format!("?account_id={account}");
    let left = news
        .ana
        .cancel(&post, &on(&news.bluesky))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&left["status"], &left["account_ids"], &left["edition"]),
        (&json!("draft"), &json!([news.mastodon]), &json!(2))
    );
    let missing = news
        .ana
        .cancel(&post, &on(&news.bluesky))
        .await
        .expect_problem(404);
    assert_eq!(missing.pointer(), "?account_id");
    let left = news
        .ana
        .cancel(&post, &on(&news.mastodon))
        .await
        .expect(200)
        .body;
    assert_eq!(left["status"], "cancelled");
    world.finish().await;
}

#[tokio::test]
async fn what_is_out_cannot_be_cancelled_and_the_answer_says_what_can() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let wait = Effect::TooManyRequests { reset_seconds: 300 };
    let wait = Fault::on("com.atproto.repo.putRecord", wait);
    world.stack.sandbox().script(wait);
    let post = news
        .draft("Half out", &[&news.mastodon, &news.bluesky])
        .await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    let read = news.post(&post).await;
    let publications = read["publications"].as_array().unwrap();
    let out = publications
        .iter()
        .find(|of| of["state"] == "published")
        .unwrap();
    assert_eq!(out["account_id"], json!(news.mastodon));

    let refused = news.ana.cancel(&post, "").await.expect_problem(409);
    let detail = refused.field("detail");
    let can = format!("DELETE /posts/{post}?account_id={}", news.bluesky);
    for said in [
        "it is out on",
        out["url"].as_str().unwrap(),
        "it can still be cancelled",
        &can,
    ] {
        assert!(detail.contains(said), "{said} is not in {detail}");
    }
    let there = format!("?account_id={}", news.mastodon);
    let refused = news.ana.cancel(&post, &there).await.expect_problem(409);
    assert!(
        refused.field("detail").contains("it is out on"),
        "{}",
        refused.text
    );
    assert_eq!(
        news.post(&post).await["version"],
        read["version"],
        "nothing changed"
    );

    let rest = format!("?account_id={}", news.bluesky);
    let left = news.ana.cancel(&post, &rest).await.expect(200).body;
    assert_eq!(left["status"], "published");
    let mut states = each(&left["publications"], "state");
    states.sort_unstable();
    assert_eq!(states, ["cancelled", "published"]);
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), ["Half out"]);
    world.finish().await;
}

#[tokio::test]
async fn a_post_of_which_nobody_knows_whether_it_is_out_cannot_be_cancelled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let lost = Fault::on("create_status", Effect::ExecThen500);
    world.stack.sandbox().script(lost);
    let post = news.draft("Perhaps", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    let refused = news.ana.cancel(&post, "").await.expect_problem(409);
    assert!(
        refused.field("detail").contains("not known"),
        "{}",
        refused.text
    );
    world.finish().await;
}
