//! A post goes out again at further times: at each of them once, whatever happens meanwhile.

use std::collections::BTreeMap;

use local::{Data, Options, Stack};
use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{Newsroom, World, seconds, start_of_time};

/// A post that goes out in a minute.
async fn planned(world: &World, news: &Newsroom) -> String {
    let post = news.draft("Again", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(60)).await;
    post
}

fn times(world: &World, after: &[i64]) -> Value {
    let times = after
        .iter()
        .map(|by| (world.now() + seconds(*by)).to_string());
    json!({ "times": times.collect::<Vec<_>>() })
}

/// How often the platforms published something.
fn count(world: &World) -> usize {
    world.published().len()
}

#[tokio::test]
async fn a_post_goes_out_once_at_each_of_its_times() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = planned(&world, &news).await;
    let wish = times(&world, &[400, 120, 240]);
    let repeating = news.ana.repost(&post, &wish).await.expect(200).body;
    assert_eq!(repeating["repetition"]["state"], "active");
    assert_eq!(
        each(&repeating["repetition"]["next"], "publish_at").len(),
        3
    );
    for (until, out) in [(61, 1), (58, 1), (2, 2), (118, 2), (2, 3), (158, 3), (2, 4)] {
        world.advance(seconds(until)).await;
        assert_eq!(count(&world), out, "{}", world.now());
    }
    world.advance(seconds(300)).await;
    assert_eq!(count(&world), 4);
    let read = news.post(&post).await;
    assert_eq!(
        (&read["status"], &read["repetition"]["state"]),
        (&json!("published"), &json!("ended"))
    );
    let publications = read["publications"].as_array().unwrap();
    let mut occurrences: Vec<_> = publications
        .iter()
        .map(|of| of["occurrence"].as_u64().unwrap())
        .collect();
    occurrences.sort_unstable();
    assert_eq!(occurrences, [0, 1, 2, 3]);
    assert!(
        publications
            .iter()
            .all(|of| of["sent_at"] == of["publish_at"]),
        "{publications:?}"
    );
    // When they are over, others may follow.
    let more = times(&world, &[60]);
    let more = news.ana.repost(&post, &more).await.expect(200).body;
    assert_eq!(more["repetition"]["next"][0]["occurrence"], 4);
    world.advance(seconds(90)).await;
    assert_eq!(count(&world), 5);
    world.finish().await;
}

#[tokio::test]
async fn a_rule_keeps_its_time_on_the_clock_when_clocks_change() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    let post = news.draft("Guten Morgen", &[&news.mastodon]).await;
    let first = json!({ "post_id": post, "publish_at": "2026-10-24T09:00:00", "time_zone": "Europe/Berlin" });
    news.ana
        .api
        .post("/posts/schedule", &first)
        .await
        .expect(200);
    let rule = json!({ "rule": "FREQ=DAILY;COUNT=3", "time_zone": "Europe/Berlin" });
    let repeating = news.ana.repost(&post, &rule).await.expect(200).body;
    // The first time of the rule is the post's own, at which it goes out anyway.
    assert_eq!(
        each(&repeating["repetition"]["next"], "publish_at"),
        ["2026-10-25T08:00:00Z", "2026-10-26T08:00:00Z"]
    );
    assert_eq!(repeating["publish_at"], "2026-10-24T07:00:00Z");
    for (at, out) in [
        ("2026-10-24T07:00:00Z", 1),
        ("2026-10-25T08:00:00Z", 2),
        ("2026-10-26T08:00:00Z", 3),
    ] {
        let at: jiff::Timestamp = at.parse().unwrap();
        world.settle().await;
        world
            .jump(at.duration_since(world.now()) - seconds(90))
            .await;
        world.advance(seconds(89)).await;
        assert_eq!(count(&world), out - 1);
        // The next time is planned by a tick that comes every five minutes.
        world.advance(seconds(302)).await;
        assert_eq!(count(&world), out);
    }
    news.ana = world.log_in(&news.ana.email).await;
    let read = news.post(&post).await;
    let sent: Vec<_> = read["publications"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["sent_at"].as_str().unwrap())
        .collect();
    for at in [
        "2026-10-24T07:00:00Z",
        "2026-10-25T08:00:00Z",
        "2026-10-26T08:00:00Z",
    ] {
        assert!(sent.contains(&at), "{sent:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_dry_run_shows_the_times_and_keeps_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = planned(&world, &news).await;
    let before = news.post(&post).await;
    let mut wish = times(&world, &[120, 240]);
    wish["dry_run"] = json!(true);
    let shown = news.ana.repost(&post, &wish).await.expect(200).body;
    assert_eq!(each(&shown["repetition"]["next"], "publish_at").len(), 2);
    assert_eq!(news.post(&post).await, before);
    assert_eq!(
        news.kinds_about(&post).await,
        ["post.created", "post.scheduled"]
    );
    world.advance(seconds(300)).await;
    assert_eq!(count(&world), 1);
    world.finish().await;
}

#[tokio::test]
async fn where_approval_is_asked_for_further_times_wait_for_a_yes_of_their_own() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { ben, eve, .. } = &desk;
    let post = desk
        .pending("Again", &(world.now() + seconds(60)).to_string())
        .await;
    ben.repost(&post, &times(&world, &[120]))
        .await
        .expect_problem(409);
    let own = eve.seen(&post).await;
    eve.approve(&post, &own).await.expect(200);
    world.advance(seconds(61)).await;
    let wish = times(&world, &[60, 600]);
    let asked = ben.repost(&post, &wish).await.expect(200).body;
    assert_eq!(
        (&asked["status"], &asked["repetition"]["state"]),
        (&json!("published"), &json!("pending"))
    );
    let hash = eve.seen(&post).await;
    assert_ne!(hash, own);
    ben.approve(&post, &hash).await.expect_problem(409);
    eve.approve(&post, &own).await.expect_problem(409);
    world.advance(seconds(120)).await;
    assert_eq!(count(&world), 1, "nothing goes out before the yes");
    let yes = eve.approve(&post, &hash).await.expect(200).body;
    assert_eq!(yes["repetition"]["state"], "active");
    world.advance(seconds(901)).await;
    assert_eq!(count(&world), 2, "of the two times one had passed");

    // The next ones are refused, and none of them comes.
    let mut desk = desk;
    desk.again(&world).await;
    let Desk { news, ben, eve } = &desk;
    ben.repost(&post, &times(&world, &[60])).await.expect(200);
    let hash = eve.seen(&post).await;
    let no = eve.reject(&post, &hash, "Enough").await.expect(200).body;
    assert_eq!(
        (&no["status"], &no["repetition"]["state"]),
        (&json!("published"), &json!("stopped"))
    );
    world.advance(seconds(120)).await;
    assert_eq!(count(&world), 2);
    assert_eq!(
        each(&news.post(&post).await["feedback"], "decision"),
        ["approved", "approved", "rejected"]
    );
    world.finish().await;
}

#[tokio::test]
async fn what_has_no_further_times_to_offer_is_refused() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let draft = news.draft("Never", &[&news.mastodon]).await;
    news.ana
        .repost(&draft, &times(&world, &[120]))
        .await
        .expect_problem(409);
    let post = planned(&world, &news).await;
    let many: Vec<_> = (1..=51).map(|n| n * 60).collect();
    let rule = |rule: &str| json!({ "rule": rule });
    for (wish, pointer) in [
        (json!({}), ""),
        (json!({ "times": [], "rule": "FREQ=DAILY" }), ""),
        (json!({ "times": [] }), "/times"),
        (times(&world, &many), "/times"),
        (times(&world, &[120, 120]), "/times/1"),
        (json!({ "times": ["soon"] }), "/times/0"),
        (times(&world, &[-60]), "/times/0"),
        (rule("FREQ=SOMETIMES"), "/rule"),
        (rule("FREQ=SECONDLY;COUNT=3"), "/rule"),
        (rule("FREQ=DAILY;COUNT=501"), "/rule"),
        (
            json!({ "times": ["2026-07-01T00:00:00Z"], "starts_at": "2026-07-01T00:00:00" }),
            "/starts_at",
        ),
        (
            json!({ "times": ["2026-07-01T00:00:00Z"], "max_late_seconds": 1 }),
            "/max_late_seconds",
        ),
    ] {
        let refused = news.ana.repost(&post, &wish).await.expect_problem(422);
        assert_eq!(refused.pointer(), pointer, "{wish}: {}", refused.text);
    }
    news.ana
        .repost(&post, &times(&world, &[120]))
        .await
        .expect(200);
    news.ana
        .repost(&post, &times(&world, &[180]))
        .await
        .expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn further_times_come_once_each_though_the_process_ends_between_them() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Data::Folder(folder.path().to_owned());
    let world = World::with(data(), BTreeMap::new()).await;
    let news = Newsroom::open(&world).await;
    let post = planned(&world, &news).await;
    let wish = times(&world, &[200, 400, 600]);
    news.ana.repost(&post, &wish).await.expect(200);
    world.advance(seconds(150)).await;
    assert_eq!(count(&world), 1);
    world.stack.shutdown().await;
    // It is away at one of the times, and begins again within its lateness.
    for (begins, runs, out) in [(260, 60, 2), (390, 100, 3), (590, 200, 4), (900, 200, 4)] {
        let clock = app::Clock::manual(start_of_time() + seconds(begins));
        let options = Options {
            data: data(),
            clock,
            ..Options::default()
        };
        let stack = Stack::start(options).await.unwrap();
        stack.advance(seconds(runs)).await.unwrap();
        assert_eq!(stack.sandbox().executed().len(), out, "from {begins} on");
        stack.shutdown().await;
    }
}
