//! A time may be given as clocks show it somewhere.

use serde_json::{Value, json};

use crate::harness::{Answer, Newsroom, World, seconds};

async fn schedule(news: &Newsroom, at: &str, zone: Option<&str>) -> Answer {
    let post = news.draft("Local", &[&news.bluesky]).await;
    let mut body = json!({ "post_id": post, "publish_at": at });
    if let Some(zone) = zone {
        body["time_zone"] = json!(zone);
    }
    news.ana.api.post("/posts/schedule", &body).await
}

#[tokio::test]
async fn a_local_time_is_what_clocks_show_in_its_zone() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for (at, zone, instant) in [
        (
            "2026-06-02T09:00:00",
            "Asia/Jakarta",
            "2026-06-02T02:00:00Z",
        ),
        (
            "2026-06-02T09:00:00",
            "Asia/Kathmandu",
            "2026-06-02T03:15:00Z",
        ),
        (
            "2026-07-01T09:00:00",
            "America/New_York",
            "2026-07-01T13:00:00Z",
        ),
        (
            "2027-01-01T09:00:00",
            "America/New_York",
            "2027-01-01T14:00:00Z",
        ),
        (
            "2027-01-01T09:00:00-05:00",
            "America/New_York",
            "2027-01-01T14:00:00Z",
        ),
    ] {
        let scheduled = schedule(&news, at, Some(zone)).await.expect(200).body;
        assert_eq!(scheduled["publish_at"], instant, "{at} in {zone}");
        assert_eq!(
            (&scheduled["local_time"], &scheduled["time_zone"]),
            (&json!(at[..19]), &json!(zone))
        );
    }
    let instant = schedule(&news, "2026-06-02T09:00:00+07:00", None)
        .await
        .expect(200);
    assert_eq!(
        (
            &instant.body["publish_at"],
            &instant.body["local_time"],
            &instant.body["time_zone"]
        ),
        (&json!("2026-06-02T02:00:00Z"), &Value::Null, &Value::Null)
    );
    world.finish().await;
}

#[tokio::test]
async fn a_local_time_without_a_zone_is_the_one_of_the_team() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    news.set(&json!({ "time_zone": "Asia/Jakarta" })).await;
    let scheduled = schedule(&news, "2026-06-01T19:01:00", None)
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&scheduled["publish_at"], &scheduled["time_zone"]),
        (&json!("2026-06-01T12:01:00Z"), &json!("Asia/Jakarta"))
    );
    world.advance(seconds(59)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(2)).await;
    assert_eq!(world.published(), ["Local"]);
    world.finish().await;
}

#[tokio::test]
async fn a_time_that_clocks_skip_is_refused_with_the_next_one_that_they_show() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let gap = schedule(&news, "2027-03-14T02:30:00", Some("America/New_York")).await;
    let gap = gap.expect_problem(422);
    assert_eq!(gap.pointer(), "/publish_at");
    assert!(gap.text.contains("2027-03-14T03:00:00"), "{}", gap.text);
    let after = schedule(&news, "2027-03-14T03:00:00", Some("America/New_York")).await;
    assert_eq!(after.expect(200).body["publish_at"], "2027-03-14T07:00:00Z");
    world.finish().await;
}

#[tokio::test]
async fn of_a_time_that_clocks_show_twice_the_offset_says_which() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let zone = Some("America/New_York");
    let fold = schedule(&news, "2026-11-01T01:30:00", zone)
        .await
        .expect_problem(422);
    assert_eq!(fold.pointer(), "/publish_at");
    for offset in ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"] {
        assert!(fold.text.contains(offset), "{}", fold.text);
    }
    for (at, instant) in [
        ("2026-11-01T01:30:00-04:00", "2026-11-01T05:30:00Z"),
        ("2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00Z"),
    ] {
        let scheduled = schedule(&news, at, zone).await.expect(200).body;
        assert_eq!(
            (&scheduled["publish_at"], &scheduled["local_time"]),
            (&json!(instant), &json!("2026-11-01T01:30:00"))
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_time_or_no_zone_is_refused() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for (at, zone, pointer) in [
        (
            "2026-06-02T09:00:00+08:00",
            Some("Asia/Jakarta"),
            "/publish_at",
        ),
        ("2026-06-02", Some("Asia/Jakarta"), "/publish_at"),
        ("2026-06-31T09:00:00", Some("Asia/Jakarta"), "/publish_at"),
        ("2026-06-01T18:59:59", Some("Asia/Jakarta"), "/publish_at"),
        ("NOW", None, "/publish_at"),
        ("2026-06-02T09:00:00", Some("Asia/Atlantis"), "/time_zone"),
        ("2026-06-02T09:00:00", Some(""), "/time_zone"),
    ] {
        let refused = schedule(&news, at, zone).await.expect_problem(422);
        assert_eq!(
            refused.pointer(),
            pointer,
            "{at} in {zone:?}: {}",
            refused.text
        );
    }
    world.finish().await;
}
