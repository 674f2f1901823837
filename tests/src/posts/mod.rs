//! Posts: from the first draft to what became of them.

mod approving;
mod approving_races;
mod cancelling;
mod content;
mod editing;
mod listing;
mod local_times;
mod queue;
mod refused;
mod repeating;
pub(crate) mod scene;
mod schedule_changes;
mod scheduling;
mod stopping;
mod zone_rules;

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn a_draft_is_kept_as_it_was_written() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let text =
        "Two loaves 🥖🥖 — \"fresh\"\n\tأهلا e\u{301} \u{202e}rtl #tag :v attribute_exists(PK)";
    let post = news.draft(text, &[&news.mastodon, &news.bluesky]).await;
    let read = news.post(&post).await;
    assert_eq!(
        (&read["text"], &read["status"], &read["publications"]),
        (&json!(text), &json!("draft"), &json!([]))
    );
    assert_eq!(read["account_ids"].as_array().unwrap().len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn posts_of_all_teams_come_in_one_list_newest_first_each_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other").await;
    let there = news.ana.connect_bluesky(&other).await;
    let mut written = Vec::new();
    for n in 0..25 {
        world.advance(seconds(1)).await;
        let (team, account) = if n % 3 == 0 {
            (&other, &there)
        } else {
            (&news.team, &news.bluesky)
        };
        let body =
            json!({ "team_id": team, "text": format!("Post {n}"), "account_ids": [account] });
        written.push(news.ana.api.post("/posts", &body).await.expect(201).id());
    }
    written.reverse();
    let (mut seen, mut path) = (Vec::new(), "/posts?limit=7".to_owned());
    loop {
        let page = news.ana.api.get(&path).await.expect(200);
        seen.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|post| post["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("/posts?limit=7&cursor={next}");
    }
    assert_eq!(seen, written);
    let of_team = news
        .ana
        .api
        .get(&format!("/posts?team_id={other}&limit=100"))
        .await
        .expect(200);
    assert_eq!(of_team.body["items"].as_array().unwrap().len(), 9);
    world.finish().await;
}

#[tokio::test]
async fn the_list_can_be_narrowed_to_a_status() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let draft = news.draft("A draft", &[&news.bluesky]).await;
    let planned = news.draft("Planned", &[&news.bluesky]).await;
    news.schedule(&planned, world.now() + seconds(600)).await;
    let ids = |status: &'static str| {
        let api = news.ana.api.clone();
        async move {
            let list = api
                .get(&format!("/posts?status={status}"))
                .await
                .expect(200);
            list.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|post| post["id"].as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>()
        }
    };
    assert_eq!(ids("draft").await, [draft].into());
    assert_eq!(ids("approved").await, [planned.clone()].into());
    world.advance(seconds(601)).await;
    assert_eq!(ids("approved").await, BTreeSet::new());
    assert_eq!(ids("published").await, [planned].into());
    assert_eq!(
        news.ana
            .api
            .get("/posts?status=lost")
            .await
            .expect_problem(422)
            .pointer(),
        "?status"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_text_that_a_platform_would_refuse_cannot_be_scheduled() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let long = "x".repeat(301);
    let post = news.draft(&long, &[&news.mastodon, &news.bluesky]).await;
    let body = json!({ "post_id": post, "publish_at": (world.now() + seconds(60)).to_string() });
    let refused = news
        .ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect_problem(422);
    let errors = refused.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "500 characters fit Mastodon: {errors:?}");
    assert!(
        errors[0]["detail"].as_str().unwrap().contains("301"),
        "{errors:?}"
    );
    assert_eq!(news.post(&post).await["status"], "draft");
    world.finish().await;
}

#[tokio::test]
async fn a_time_that_has_passed_or_is_none_is_refused() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Late", &[&news.bluesky]).await;
    for time in [
        "2026-06-01T11:59:59Z",
        "2026-06-01T11:59:59",
        "tomorrow",
        "2026-02-30T00:00:00Z",
        "2099-01-01T00:00:00Z",
        "",
    ] {
        let refused = news
            .ana
            .api
            .post(
                "/posts/schedule",
                &json!({ "post_id": post, "publish_at": time }),
            )
            .await
            .expect_problem(422);
        assert_eq!(refused.pointer(), "/publish_at", "{time}");
    }
    for late in [0, 59, 86_401] {
        let body = json!({ "post_id": post, "publish_at": (world.now() + seconds(60)).to_string(), "max_late_seconds": late });
        assert_eq!(
            news.ana
                .api
                .post("/posts/schedule", &body)
                .await
                .expect_problem(422)
                .pointer(),
            "/max_late_seconds"
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn a_time_may_be_given_in_any_offset() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Pagi!", &[&news.bluesky]).await;
    let body = json!({ "post_id": post, "publish_at": "2026-06-02T09:00:00+07:00" });
    let scheduled = news
        .ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect(200);
    assert_eq!(
        (&scheduled.body["publish_at"], &scheduled.body["status"]),
        (&json!("2026-06-02T02:00:00Z"), &json!("approved"))
    );
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_is_out_cannot_be_scheduled_again() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Once", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(5)).await;
    world.advance(seconds(6)).await;
    assert_eq!(news.post(&post).await["status"], "published");
    let body = json!({ "post_id": post, "publish_at": (world.now() + seconds(60)).to_string() });
    news.ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn two_people_who_schedule_one_post_at_once_leave_it_with_one_time() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Which?", &[&news.bluesky]).await;
    let bodies: Vec<_> = (0..6).map(|n| json!({ "post_id": post, "publish_at": (world.now() + seconds(60 + n)).to_string() })).collect();
    let answers = futures::future::join_all(
        bodies
            .iter()
            .map(|body| news.ana.api.post("/posts/schedule", body)),
    )
    .await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer.status, 200 | 412)),
        "{answers:?}"
    );
    assert!(answers.iter().any(|answer| answer.status == 200));
    world.advance(seconds(180)).await;
    assert_eq!(world.published(), ["Which?"]);
    world.finish().await;
}

#[tokio::test]
async fn a_function_can_do_nothing_that_its_policy_does_not_allow() {
    let template = std::fs::read_to_string("../template.yaml").unwrap();
    let (before, posts_create) = template.split_once("\n  PostsCreate:\n").unwrap();
    let without = posts_create.replacen("dynamodb:PutItem, ", "", 1);
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("template.yaml");
    std::fs::write(&changed, format!("{before}\n  PostsCreate:\n{without}")).unwrap();
    let world = World::from(local::Options {
        template: changed,
        ..local::Options::default()
    })
    .await;
    let news = Newsroom::open(&world).await;
    let body = json!({ "team_id": news.team, "text": "Denied", "account_ids": [news.bluesky] });
    let answer = news.ana.api.post("/posts", &body).await.expect_problem(500);
    assert!(!answer.text.contains("dynamodb"), "{}", answer.text);
    let list = news.ana.api.get("/posts").await.expect(200);
    assert_eq!(list.body["items"], json!([]));
}
