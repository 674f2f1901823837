//! Further times can be left out one by one, or stopped.

use serde_json::{Value, json};

use super::scene::each;
use crate::harness::{Newsroom, World, seconds};

/// A post that is out, and goes out again after ten, twenty and thirty minutes.
async fn repeating(world: &World, news: &Newsroom) -> String {
    let before = world.published().len();
    let post = news.draft("Again", &[&news.mastodon]).await;
    news.ana.schedule(&post, "now").await.expect(200);
    world.settle().await;
    let times: Vec<_> = [600, 1_200, 1_800]
        .map(|by| (world.now() + seconds(by)).to_string())
        .into();
    news.ana
        .repost(&post, &json!({ "times": times }))
        .await
        .expect(200);
    assert_eq!(world.published().len(), before + 1);
    post
}

async fn stop(news: &Newsroom, post: &str, query: &str) -> crate::harness::Answer {
    news.ana
        .api
        .delete(&format!("/posts/repost/{post}{query}"))
        .await
}

fn next(view: &Value) -> Vec<u64> {
    let next = view["repetition"]["next"].as_array().unwrap().iter();
    next.map(|one| one["occurrence"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_time_that_is_left_out_publishes_nothing_and_the_others_stay() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    for (left_out, others) in [(1, [2, 3]), (2, [1, 3]), (3, [1, 2])] {
        let post = repeating(&world, &news).await;
        let before = world.published().len();
        let left = stop(&news, &post, &format!("?occurrence={left_out}"))
            .await
            .expect(200)
            .body;
        assert_eq!(
            (next(&left), &left["repetition"]["skipped"]),
            (others.into(), &json!([left_out]))
        );
        for occurrence in 1..=3 {
            world.advance(seconds(601)).await;
            news.ana = world.log_in(&news.ana.email).await;
            let read = news.post(&post).await;
            let of = read["publications"]
                .as_array()
                .unwrap()
                .iter()
                .find(|of| of["occurrence"] == occurrence);
            let is_out = of.is_some_and(|of| of["state"] == "published");
            assert_eq!(
                is_out,
                occurrence != left_out,
                "{occurrence} without {left_out}"
            );
        }
        assert_eq!(world.published().len() - before, 2);
        world.advance(seconds(300)).await;
        assert_eq!(news.post(&post).await["repetition"]["state"], "ended");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_stopped_goes_out_no_more() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    let post = repeating(&world, &news).await;
    world.advance(seconds(900)).await;
    news.ana = world.log_in(&news.ana.email).await;
    assert_eq!(world.published().len(), 2);
    let stopped = stop(&news, &post, "").await.expect(200).body;
    assert_eq!(
        (
            &stopped["status"],
            &stopped["repetition"]["state"],
            next(&stopped)
        ),
        (&json!("published"), &json!("stopped"), vec![])
    );
    let mut states = each(&stopped["publications"], "state");
    states.sort_unstable();
    assert_eq!(states, ["cancelled", "published", "published"]);
    world.advance(seconds(840)).await;
    assert_eq!(world.published().len(), 2);
    stop(&news, &post, "").await.expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn only_a_time_that_is_to_come_is_left_out() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    let post = repeating(&world, &news).await;
    world.advance(seconds(900)).await;
    news.ana = world.log_in(&news.ana.email).await;
    for query in [
        "?occurrence=0",
        "?occurrence=1",
        "?occurrence=4",
        "?occurrence=first",
    ] {
        let refused = stop(&news, &post, query).await.expect_problem(422);
        assert_eq!(refused.pointer(), "?occurrence", "{query}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_goes_out_again_is_not_edited_or_given_another_time_before_that_is_stopped() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Again", &[&news.mastodon]).await;
    let at = (world.now() + seconds(60)).to_string();
    news.ana.schedule(&post, &at).await.expect(200);
    let wish = json!({ "times": [(world.now() + seconds(300)).to_string()] });
    news.ana.repost(&post, &wish).await.expect(200);
    let other = news.body("Other", &[&news.mastodon]);
    for refused in [
        news.ana.edit(&post, &other).await,
        news.ana.schedule(&post, &at).await,
    ] {
        let detail = refused.expect_problem(409).field("detail");
        assert!(detail.contains("DELETE /posts/repost/"), "{detail}");
    }
    stop(&news, &post, "").await.expect(200);
    news.ana.edit(&post, &other).await.expect(200);
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), ["Other"]);
    world.finish().await;
}

#[tokio::test]
async fn a_platform_that_refuses_what_it_had_already_is_named_before() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = repeating(&world, &news).await;
    stop(&news, &post, "").await.expect(200);
    let wish = json!({ "times": [(world.now() + seconds(300)).to_string()], "dry_run": true });
    let shown = news.ana.repost(&post, &wish).await.expect(200).body;
    assert_eq!(shown["duplicates"], json!([]), "Mastodon takes it again");
    world.finish().await;
}

#[tokio::test]
async fn whoever_cancels_a_post_before_it_is_out_stops_its_further_times() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Never", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(60)).await;
    let wish = json!({ "times": [(world.now() + seconds(120)).to_string()] });
    news.ana.repost(&post, &wish).await.expect(200);
    let cancelled = news.ana.cancel(&post, "").await.expect(200).body;
    assert_eq!(
        (&cancelled["status"], &cancelled["repetition"]["state"]),
        (&json!("cancelled"), &json!("stopped"))
    );
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}
