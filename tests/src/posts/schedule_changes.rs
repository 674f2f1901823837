//! What scheduling a post decides besides its time: how late it may be, and what a post that ended can still become.

use sandbox::{Effect, Fault};
use serde_json::json;

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn now_is_at_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.advance(seconds(10)).await;
    let post = news.draft("Now!", &[&news.bluesky]).await;
    let scheduled = news.ana.schedule(&post, "now").await.expect(200).body;
    assert_eq!(scheduled["publish_at"], json!(world.now().to_string()));
    world.settle().await;
    assert_eq!(world.published(), ["Now!"]);
    world.finish().await;
}

#[tokio::test]
async fn a_post_may_be_as_late_as_its_team_says_unless_it_says_otherwise() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    news.set(&json!({ "max_late_seconds": 120 })).await;
    let (usual, own) = (
        news.draft("Two minutes", &[&news.bluesky]).await,
        news.draft("Ten minutes", &[&news.bluesky]).await,
    );
    let at = (world.now() + seconds(60)).to_string();
    let scheduled = news.ana.schedule(&usual, &at).await.expect(200).body;
    assert_eq!(scheduled["max_late_seconds"], 120);
    let body = json!({ "post_id": own, "publish_at": at, "max_late_seconds": 600 });
    let scheduled = news
        .ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect(200);
    assert_eq!(scheduled.body["max_late_seconds"], 600);
    world.settle().await;
    world.jump(seconds(60 + 300)).await;
    world.advance(seconds(61)).await;
    assert_eq!(world.published(), ["Ten minutes"]);
    let missed = news.post(&usual).await;
    assert_eq!(
        (&missed["status"], &missed["publications"][0]["state"]),
        (&json!("failed"), &json!("missed"))
    );
    world.finish().await;
}

#[tokio::test]
async fn what_did_not_go_out_can_be_scheduled_again_and_only_there_it_goes_out() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let body = json!({ "error": "Validation failed: no" });
    let refuse = Fault::on("create_status", Effect::Reject { status: 422, body });
    world.stack.sandbox().script(refuse);
    let post = news.draft("Again", &[&news.mastodon, &news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    assert_eq!(news.post(&post).await["status"], "partly_published");
    let again = news.schedule(&post, world.now() + seconds(30)).await;
    let mut states = each(&again["publications"], "state");
    states.sort_unstable();
    assert_eq!(states, ["published", "waiting"]);
    world.advance(seconds(60)).await;
    assert_eq!(world.published(), ["Again", "Again"]);
    assert_eq!(news.post(&post).await["status"], "published");
    world.finish().await;
}

#[tokio::test]
async fn a_time_is_changed_only_by_whoever_has_seen_the_one_before() {
    let world = World::start().await;
    let Desk { news, mut ben, .. } = Desk::open(&world).await;
    let post = news.draft("When?", &[&news.bluesky]).await;
    ben.api = ben.api.saying("if-match", "\"1\"");
    let at = (world.now() + seconds(60)).to_string();
    let scheduled = ben.schedule(&post, &at).await.expect(200);
    assert_eq!(scheduled.headers["etag"], "\"2\"");
    ben.schedule(&post, &at).await.expect_problem(412);
    let log = news.told(&post).await;
    let scheduled = log.iter().find(|(kind, _)| kind == "post.scheduled");
    assert_eq!(scheduled.unwrap().1["publish_at"], json!(at));
    world.finish().await;
}
