//! When the rules of time zones change, a post that was scheduled in local time keeps that local time.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::post::{Change, Moved};
use domain::{Activity, Actor, Entry, Kind, Scope};
use jiff::Timestamp;
use serde_json::json;
use store::Guard;

use super::scene::Desk;
use crate::harness::{Newsroom, World, seconds};

/// Makes a post look as if rules by which clocks were an hour behind had been known when it was scheduled.
async fn by_older_rules(world: &World, post: &str) -> Timestamp {
    let record = world
        .store()
        .post(post.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let mut older = record.post.clone();
    let timing = older.timing.as_mut().unwrap();
    timing.schedule.publish_at += seconds(3_600);
    let schedule = timing.schedule;
    older.version += 1;
    let moved = record.publications.iter().map(|publication| Moved {
        before: Some(publication.clone()),
        after: publication
            .replanned(publication.content.clone(), schedule)
            .unwrap(),
    });
    let (id, scope) = (world.stack.app().new_id(), Scope::Team(older.team));
    let entry = Entry::system(id);
    let activity = Activity::new(
        entry,
        scope,
        Actor::System,
        Kind::PostScheduled,
        world.now(),
    );
    let change = Change {
        publications: moved.collect(),
        activity: activity.about_post(older.id),
        before: Some(record.post),
        post: older,
        approved: None,
        feedback: None,
    };
    world
        .store()
        .save_post(&change, &Guard::default())
        .await
        .unwrap();
    schedule.publish_at
}

/// Forgets which rules posts were looked through for.
async fn forget_rules(world: &World) {
    let app = world.stack.app();
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let key = HashMap::from([
        ("PK".to_owned(), text("CONTROL")),
        ("SK".to_owned(), text("TIME_RULES")),
    ]);
    let delete = app.aws.dynamodb().delete_item();
    let delete = delete.table_name(&app.config.table).set_key(Some(key));
    delete.send().await.unwrap();
}

/// A post for nine o'clock in Jakarta on a day.
async fn at_nine(news: &Newsroom, day: &str, accounts: &[&String]) -> String {
    let post = news.draft("Nine o'clock", accounts).await;
    let body = json!({ "post_id": post, "publish_at": format!("{day}T09:00:00"), "time_zone": "Asia/Jakarta" });
    news.ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect(200);
    post
}

#[tokio::test]
async fn posts_in_local_time_move_with_the_rules_of_their_zone_and_the_log_says_so() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    let post = at_nine(&news, "2026-06-04", &[&news.mastodon, &news.bluesky]).await;
    let instant = news.draft("An instant", &[&news.mastodon]).await;
    let at: Timestamp = "2026-06-04T02:00:00Z".parse().unwrap();
    news.schedule(&instant, at).await;
    let was = by_older_rules(&world, &post).await;
    assert_eq!(was, at + seconds(3_600));
    forget_rules(&world).await;
    // The job comes once a day.
    world.settle().await;
    world.jump(seconds(24 * 3_600 - 30)).await;
    world.advance(seconds(60)).await;

    news.ana = world.log_in(&news.ana.email).await;
    let read = news.post(&post).await;
    assert_eq!(
        (&read["publish_at"], &read["local_time"], &read["status"]),
        (
            &json!(at.to_string()),
            &json!("2026-06-04T09:00:00"),
            &json!("approved")
        )
    );
    let publications = read["publications"].as_array().unwrap();
    assert!(
        publications
            .iter()
            .all(|of| of["publish_at"] == at.to_string()),
        "{read}"
    );
    let log = news.told(&post).await;
    let (kind, details) = log.last().unwrap();
    assert_eq!(
        (
            kind.as_str(),
            &details["publish_at_before"],
            &details["publish_at"]
        ),
        (
            "post.moved",
            &json!(was.to_string()),
            &json!(at.to_string())
        )
    );
    assert_eq!(
        news.kinds_about(&instant).await.len(),
        2,
        "an instant is the same by all rules"
    );
    world
        .jump(at.duration_since(world.now()) - seconds(60))
        .await;
    world.advance(seconds(61)).await;
    assert_eq!(world.published().len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn posts_are_looked_through_once_for_each_version_of_the_rules() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = at_nine(&news, "2026-06-04", &[&news.mastodon]).await;
    forget_rules(&world).await;
    let run = || world.stack.invoke("jobs-resolve-times", json!({}));
    assert_eq!(run().await.unwrap()["moved"], 0);
    let was = by_older_rules(&world, &post).await;
    assert_eq!(run().await.unwrap()["moved"], 0, "these rules are known");
    assert_eq!(news.post(&post).await["publish_at"], json!(was.to_string()));
    forget_rules(&world).await;
    assert_eq!(run().await.unwrap()["moved"], 1);
    assert_eq!(run().await.unwrap()["moved"], 0);
    assert_eq!(news.post(&post).await["publish_at"], "2026-06-04T02:00:00Z");
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_waits_for_a_yes_gets_the_time_by_the_rules_of_that_moment() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let post = at_nine(&desk.news, "2026-06-02", &[&desk.news.mastodon]).await;
    by_older_rules(&world, &post).await;
    let hash = desk.eve.seen(&post).await;
    let approved = desk.eve.approve(&post, &hash).await.expect(200).body;
    assert_eq!(
        (
            &approved["publish_at"],
            &approved["publications"][0]["publish_at"]
        ),
        (
            &json!("2026-06-02T02:00:00Z"),
            &json!("2026-06-02T02:00:00Z")
        )
    );
    world.finish().await;
}
