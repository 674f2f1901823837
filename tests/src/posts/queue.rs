//! An account's queue gives each post a slot of its own.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::json;

use super::scene::each;
use crate::harness::{Newsroom, World, seconds};

/// The test begins on a Monday at noon in universal time.
const SLOTS: [(&str, &str); 3] = [
    ("monday", "09:00"),
    ("monday", "19:05"),
    ("tuesday", "09:00"),
];
const FIRST: &str = "2026-06-01T12:05:00Z";
const SECOND: &str = "2026-06-02T02:00:00Z";
const THIRD: &str = "2026-06-08T02:00:00Z";

async fn with_slots(world: &World) -> Newsroom {
    let news = Newsroom::open(world).await;
    news.slots(&news.bluesky, "Asia/Jakarta", &SLOTS).await;
    news
}

/// The slot that a new post gets.
async fn slot(news: &Newsroom, post: &str) -> String {
    let answer = news.ana.schedule(post, "queue").await.expect(200);
    assert_eq!(answer.body["queue_account_id"], json!(news.bluesky));
    answer.field("publish_at")
}

#[tokio::test]
async fn each_post_gets_the_next_slot_that_is_free_and_goes_out_in_it() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let (one, two, three) = (
        news.draft("One", &[&news.bluesky]).await,
        news.draft("Two", &[&news.bluesky]).await,
        news.draft("Three", &[&news.bluesky]).await,
    );
    assert_eq!(slot(&news, &one).await, FIRST);
    assert_eq!(slot(&news, &two).await, SECOND);
    assert_eq!(slot(&news, &three).await, THIRD);
    world.advance(seconds(299)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(2)).await;
    assert_eq!(world.published(), ["One"]);
    world.finish().await;
}

#[tokio::test]
async fn posts_that_are_scheduled_at_once_get_different_slots() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let posts = [
        news.draft("One", &[&news.bluesky]).await,
        news.draft("Two", &[&news.bluesky]).await,
    ];
    let scheduled = news.ana.schedule_all(&posts, "queue").await.expect(200);
    assert_eq!(
        each(&scheduled.body["items"], "publish_at"),
        [FIRST, SECOND]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_slot_is_free_again_when_its_post_is_cancelled_or_gets_another_time() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let mut posts = Vec::new();
    for n in 0..4 {
        posts.push(news.draft(&format!("Post {n}"), &[&news.bluesky]).await);
    }
    assert_eq!(slot(&news, &posts[0]).await, FIRST);
    assert_eq!(slot(&news, &posts[1]).await, SECOND);
    news.ana.cancel(&posts[0], "").await.expect(200);
    assert_eq!(slot(&news, &posts[2]).await, FIRST);
    let moved = news.schedule(&posts[1], world.now() + seconds(7_200)).await;
    assert_eq!(moved["queue_account_id"], json!(null));
    assert_eq!(slot(&news, &posts[3]).await, SECOND);
    world.finish().await;
}

#[tokio::test]
async fn eight_who_take_a_slot_at_once_take_eight_different_ones() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let mut posts = Vec::new();
    for n in 0..8 {
        posts.push(news.draft(&format!("Post {n}"), &[&news.bluesky]).await);
    }
    let answers = join_all(posts.iter().map(|post| news.ana.schedule(post, "queue"))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200; 8]);
    let slots: BTreeSet<_> = answers
        .iter()
        .map(|answer| answer.field("publish_at"))
        .collect();
    assert_eq!(slots.len(), 8, "{slots:?}");
    assert_eq!(slots.first().unwrap(), FIRST);
    world.finish().await;
}

#[tokio::test]
async fn new_slots_are_for_posts_to_come() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let (one, two) = (
        news.draft("One", &[&news.bluesky]).await,
        news.draft("Two", &[&news.bluesky]).await,
    );
    assert_eq!(slot(&news, &one).await, FIRST);
    news.slots(&news.bluesky, "UTC", &[("monday", "12:03")])
        .await;
    assert_eq!(slot(&news, &two).await, "2026-06-01T12:03:00Z");
    assert_eq!(news.post(&one).await["publish_at"], FIRST);
    world.finish().await;
}

#[tokio::test]
async fn a_queue_must_be_there_and_be_of_an_account_of_the_post() {
    let world = World::start().await;
    let news = with_slots(&world).await;
    let (here, both, there) = (
        news.draft("Here", &[&news.bluesky]).await,
        news.draft("Both", &[&news.bluesky, &news.mastodon]).await,
        news.draft("There", &[&news.mastodon]).await,
    );
    let wish = |post: &str, account: &str| json!({ "post_id": post, "publish_at": "queue", "queue_account_id": account });
    let ask = |body| {
        let api = news.ana.api.clone();
        async move { api.post("/posts/schedule", &body).await }
    };
    let plain = |post: &str| json!({ "post_id": post, "publish_at": "queue" });
    let mut timed = wish(&here, &news.bluesky);
    timed["publish_at"] = json!("now");
    for (body, status) in [
        (plain(&there), 422),
        (plain(&both), 422),
        (wish(&both, &news.mastodon), 422),
        (timed, 422),
        (wish(&here, &news.mastodon), 404),
    ] {
        let refused = ask(body).await.expect_problem(status);
        assert_eq!(refused.pointer(), "/queue_account_id", "{}", refused.text);
    }
    let scheduled = ask(wish(&both, &news.bluesky)).await.expect(200);
    assert_eq!(scheduled.body["publish_at"], FIRST);
    assert_eq!(scheduled.body["publications"].as_array().unwrap().len(), 2);
    world.finish().await;
}
