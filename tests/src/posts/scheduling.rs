//! Several posts get their times at once, or none of them does.

use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds};

/// So many drafts, all for one account.
async fn drafts(news: &Newsroom, how_many: usize) -> Vec<String> {
    let mut drafts = Vec::new();
    for n in 0..how_many {
        drafts.push(news.draft(&format!("Post {n}"), &[&news.bluesky]).await);
    }
    drafts
}

/// How many posts stand in a status.
async fn count(news: &Newsroom, status: &str) -> usize {
    let path = format!("/posts?status={status}&limit=100");
    let list = news.ana.api.get(&path).await.expect(200);
    list.body["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn one_post_that_cannot_be_scheduled_keeps_the_others_from_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut posts = drafts(&news, 2).await;
    let long = news.draft(&"x".repeat(301), &[&news.bluesky]).await;
    posts.insert(1, long.clone());
    let at = (world.now() + seconds(60)).to_string();
    let refused = news.ana.schedule_all(&posts, &at).await.expect_problem(422);
    assert_eq!(refused.pointer(), "/posts/1/post_id");
    assert_eq!(count(&news, "draft").await, 3);

    let body = |posts: Value| json!({ "posts": posts });
    let past = body(json!([
        { "post_id": posts[0], "publish_at": at },
        { "post_id": posts[2], "publish_at": "2026-06-01T11:59:59Z" },
    ]));
    let refused = news
        .ana
        .api
        .post("/posts/schedule", &past)
        .await
        .expect_problem(422);
    assert_eq!(refused.pointer(), "/posts/1/publish_at");
    let late = body(json!([{ "post_id": posts[0], "publish_at": at, "max_late_seconds": 59 }]));
    let refused = news
        .ana
        .api
        .post("/posts/schedule", &late)
        .await
        .expect_problem(422);
    assert_eq!(refused.pointer(), "/posts/0/max_late_seconds");
    assert_eq!(count(&news, "draft").await, 3);

    posts.remove(1);
    posts.reverse();
    let scheduled = news.ana.schedule_all(&posts, &at).await.expect(200);
    assert_eq!(each(&scheduled.body["items"], "id"), posts);
    world.advance(seconds(90)).await;
    assert_eq!(world.published().len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_batch_names_each_post_once_and_posts_of_one_team_only() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let posts = drafts(&news, 2).await;
    let other = news.ana.create_team("Other").await;
    let there = news.ana.connect_bluesky(&other).await;
    let body = json!({ "team_id": other, "text": "There", "account_ids": [there] });
    let there = news.ana.write(&body).await;
    let at = (world.now() + seconds(60)).to_string();
    let twice = [posts[0].clone(), posts[1].clone(), posts[0].clone()];
    let mixed = [posts[0].clone(), there];
    for (posts, pointer) in [
        (&twice[..], "/posts/2/post_id"),
        (&mixed[..], "/posts/1/post_id"),
        (&[], "/posts"),
        (&vec![posts[0].clone(); 26][..], "/posts"),
    ] {
        let refused = news.ana.schedule_all(posts, &at).await.expect_problem(422);
        assert_eq!(refused.pointer(), pointer, "{}", refused.text);
    }
    let one = json!({ "post_id": posts[0], "publish_at": at });
    let both = json!({ "post_id": posts[0], "publish_at": at, "posts": [one] });
    let refused = news
        .ana
        .api
        .post("/posts/schedule", &both)
        .await
        .expect_problem(422);
    assert_eq!(refused.pointer(), "/posts");
    for (body, pointer) in [
        (json!({ "publish_at": at }), "/post_id"),
        (json!({ "post_id": posts[0] }), "/publish_at"),
    ] {
        let refused = news
            .ana
            .api
            .post("/posts/schedule", &body)
            .await
            .expect_problem(422);
        assert_eq!(refused.pointer(), pointer);
    }
    assert_eq!(count(&news, "draft").await, 3);
    world.finish().await;
}

#[tokio::test]
async fn a_team_that_asks_schedules_twenty_five_posts_at_once() {
    let world = World::start().await;
    let Desk { news, .. } = Desk::that_asks(&world).await;
    let posts = drafts(&news, 25).await;
    let at = (world.now() + seconds(3_600)).to_string();
    let scheduled = news.ana.schedule_all(&posts, &at).await.expect(200);
    assert_eq!(each(&scheduled.body["items"], "id"), posts);
    assert_eq!(
        (count(&news, "pending").await, count(&news, "draft").await),
        (25, 0)
    );
    world.finish().await;
}

#[tokio::test]
async fn more_than_one_transaction_holds_is_refused_and_changes_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let posts = drafts(&news, 25).await;
    let at = (world.now() + seconds(60)).to_string();
    let refused = news.ana.schedule_all(&posts, &at).await;
    let detail = refused.expect_problem(409).field("detail");
    assert!(detail.contains("fewer posts"), "{detail}");
    assert_eq!(count(&news, "draft").await, 25);
    news.ana.schedule_all(&posts[..16], &at).await.expect(200);
    assert_eq!(
        (count(&news, "approved").await, count(&news, "draft").await),
        (16, 9)
    );
    world.finish().await;
}

#[tokio::test]
async fn posts_that_say_the_same_go_out_at_the_same_time_each() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut posts = Vec::new();
    for _ in 0..3 {
        posts.push(news.draft("Good morning", &[&news.bluesky]).await);
    }
    let at = (world.now() + seconds(60)).to_string();
    let all = news.ana.schedule_all(&posts, &at).await.expect(200);
    let items = all.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 3);
    assert!(
        items
            .iter()
            .all(|post| post["content_hash"] == items[0]["content_hash"])
    );
    world.advance(seconds(61)).await;
    assert_eq!(world.published(), ["Good morning"; 3]);
    world.finish().await;
}
