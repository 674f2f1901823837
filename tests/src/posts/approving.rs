//! In a team that asks for approval nothing goes out without somebody's yes to exactly what goes out.

use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{World, seconds};

#[tokio::test]
async fn a_post_goes_out_after_somebody_elses_yes_and_not_without_it() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, eve, .. } = &desk;
    let at = (world.now() + seconds(60)).to_string();
    let (yes, none) = (
        desk.pending("Yes", &at).await,
        desk.pending("None", &at).await,
    );
    assert_eq!(news.post(&yes).await["publications"], json!([]));
    let hash = eve.seen(&yes).await;
    let approved = eve.approve(&yes, &hash).await.expect(200).body;
    assert_eq!(
        (&approved["status"], &approved["content_hash"]),
        (&json!("approved"), &json!(hash))
    );
    assert_eq!(
        approved["approval"],
        json!({ "content_hash": hash, "by_id": eve.id, "at": world.now().to_string() })
    );
    assert_eq!(
        each(&approved["publications"], "content_hash"),
        [hash.as_str()]
    );
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["Yes"]);
    assert_eq!(news.post(&yes).await["status"], "published");
    let waits = news.post(&none).await;
    assert_eq!(
        (&waits["status"], &waits["publications"]),
        (&json!("pending"), &json!([]))
    );
    world.finish().await;
}

#[tokio::test]
async fn a_yes_is_to_what_was_seen_and_to_nothing_else() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = world.now() + seconds(600);
    let post = desk.pending("Seen", &at.to_string()).await;
    let first = eve.seen(&post).await;
    // Another text, other accounts, another time: each is something else.
    ben.edit(&post, &news.body("Other", &[&news.mastodon]))
        .await
        .expect(200);
    let second = eve.seen(&post).await;
    ben.edit(&post, &news.body("Other", &[&news.mastodon, &news.bluesky]))
        .await
        .expect(200);
    let third = eve.seen(&post).await;
    ben.schedule(&post, &(at + seconds(1)).to_string())
        .await
        .expect(200);
    let fourth = eve.seen(&post).await;
    for stale in [&first, &second, &third, &"0".repeat(64)] {
        let refused = eve.approve(&post, stale).await.expect_problem(409);
        assert!(
            refused.field("detail").contains(&fourth),
            "{}",
            refused.text
        );
        eve.reject(&post, stale, "No").await.expect_problem(409);
    }
    for no_hash in ["", "x", &fourth[1..], &"g".repeat(64)] {
        let refused = eve.approve(&post, no_hash).await.expect_problem(422);
        assert_eq!(refused.pointer(), "/content_hash", "{no_hash}");
    }
    assert_eq!(news.post(&post).await["feedback"], json!([]));
    eve.approve(&post, &fourth).await.expect(200);
    let again = eve.approve(&post, &fourth).await.expect_problem(409);
    assert!(again.field("detail").contains(&eve.id), "{}", again.text);
    world.finish().await;
}

#[tokio::test]
async fn nobody_approves_what_he_wrote_or_changed_unless_the_team_lets_him() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = (world.now() + seconds(600)).to_string();
    let post = desk.pending("Mine", &at).await;
    let hash = ben.seen(&post).await;
    let refused = ben.approve(&post, &hash).await.expect_problem(409);
    assert!(
        refused.field("detail").contains("yourself"),
        "{}",
        refused.text
    );
    ben.reject(&post, &hash, "No").await.expect_problem(409);
    eve.edit(&post, &news.body("Ours", &[&news.mastodon]))
        .await
        .expect(200);
    let hash = eve.seen(&post).await;
    for own in [ben, eve] {
        own.approve(&post, &hash).await.expect_problem(409);
    }
    news.set(&json!({ "own_approval": true })).await;
    ben.approve(&post, &hash).await.expect(200);
    assert_eq!(news.post(&post).await["approval"]["by_id"], json!(ben.id));
    world.finish().await;
}

#[tokio::test]
async fn a_rejected_post_is_changed_submitted_and_approved_and_all_that_was_said_stays() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = (world.now() + seconds(120)).to_string();
    let post = desk.pending("Opens at nine", &at).await;
    let no = eve.seen(&post).await;
    let rejected = eve
        .reject(&post, &no, "It opens at eight")
        .await
        .expect(200)
        .body;
    assert_eq!(
        (&rejected["status"], &rejected["publications"]),
        (&json!("rejected"), &json!([]))
    );
    eve.approve(&post, &no).await.expect_problem(409);

    world.advance(seconds(5)).await;
    let path = format!("/posts/{post}/feedback");
    let said = json!({ "feedback": "In winter\ntoo?" });
    let said = ben.api.post(&path, &said).await.expect(201);
    assert_eq!(said.body["decision"], "comment");
    world.advance(seconds(5)).await;
    let edited = ben
        .edit(&post, &news.body("Opens at eight", &[&news.mastodon]))
        .await;
    assert_eq!(edited.expect(200).body["status"], "draft");
    let submitted = ben.submit(&post).await.expect(200).body;
    assert_eq!(
        (&submitted["status"], &submitted["publish_at"]),
        (&json!("pending"), &json!(at))
    );
    let yes = eve.seen(&post).await;
    let body = json!({ "content_hash": yes, "feedback": "Thanks" });
    eve.api
        .post(&format!("/posts/{post}/approve"), &body)
        .await
        .expect(200);

    let read = news.post(&post).await;
    let thread = &read["feedback"];
    assert_eq!(
        each(thread, "decision"),
        ["rejected", "comment", "approved"]
    );
    assert_eq!(
        each(thread, "text"),
        ["It opens at eight", "In winter\ntoo?", "Thanks"]
    );
    assert_eq!(each(thread, "by_id"), [&eve.id, &ben.id, &eve.id]);
    let about: Vec<_> = thread
        .as_array()
        .unwrap()
        .iter()
        .map(|word| (&word["edition"], &word["content_hash"]))
        .collect();
    assert_eq!(
        about,
        [
            (&json!(1), &json!(no)),
            (&json!(1), &Value::Null),
            (&json!(2), &json!(yes))
        ]
    );
    assert_eq!(
        news.kinds_about(&post).await,
        [
            "post.approved",
            "post.commented",
            "post.created",
            "post.edited",
            "post.rejected",
            "post.scheduled",
            "post.submitted"
        ]
    );
    world.advance(seconds(120)).await;
    assert_eq!(world.published(), ["Opens at eight"]);
    world.finish().await;
}

#[tokio::test]
async fn a_post_is_submitted_where_approval_is_asked_for_and_with_a_time_that_is_to_come() {
    let world = World::start().await;
    let mut desk = Desk::that_asks(&world).await;
    let draft = desk
        .ben
        .write(&desk.news.body("No time", &[&desk.news.mastodon]))
        .await;
    let refused = desk.ben.submit(&draft).await.expect_problem(409);
    assert!(
        refused.field("detail").contains("no time"),
        "{}",
        refused.text
    );
    let pending = desk
        .pending("Late", &(world.now() + seconds(60)).to_string())
        .await;
    desk.ben.submit(&pending).await.expect_problem(409);
    let hash = desk.eve.seen(&pending).await;
    desk.eve.reject(&pending, &hash, "No").await.expect(200);
    world.settle().await;
    world.jump(seconds(60 + 3_601)).await;
    desk.again(&world).await;
    let refused = desk.ben.submit(&pending).await.expect_problem(409);
    assert!(
        refused.field("detail").contains("has passed"),
        "{}",
        refused.text
    );
    desk.news.set(&json!({ "approval_required": false })).await;
    let refused = desk.ben.submit(&draft).await.expect_problem(409);
    assert!(
        refused.field("detail").contains("does not ask"),
        "{}",
        refused.text
    );
    world.finish().await;
}

#[tokio::test]
async fn what_waits_too_long_is_reminded_of_and_then_missed_and_the_log_says_so() {
    let world = World::start().await;
    let mut desk = Desk::that_asks(&world).await;
    let at = world.now() + seconds(25 * 3_600);
    let post = desk.pending("Tomorrow", &at.to_string()).await;
    let hash = desk.eve.seen(&post).await;
    for (until, told) in [
        (at - seconds(24 * 3_600), "post.approval_due"),
        (at - seconds(3_600), "post.approval_due"),
        (at + seconds(3_600), "post.approval_missed"),
    ] {
        world.settle().await;
        world
            .jump(until.duration_since(world.now()) - seconds(10))
            .await;
        desk.again(&world).await;
        let before = desk.news.told(&post).await;
        world.advance(seconds(5)).await;
        assert_eq!(desk.news.told(&post).await.len(), before.len());
        // Ticks for chores come every five minutes.
        world.advance(seconds(305)).await;
        let log = desk.news.told(&post).await;
        assert_eq!(log.len(), before.len() + 1, "{log:?}");
        let (kind, details) = log.last().unwrap();
        assert_eq!(
            (kind.as_str(), &details["publish_at"]),
            (told, &json!(at.to_string()))
        );
    }
    let late = desk.eve.approve(&post, &hash).await.expect_problem(409);
    assert!(late.field("detail").contains("has passed"), "{}", late.text);
    assert_eq!(world.published(), Vec::<String>::new());
    // Another time, and it goes on.
    let soon = world.now() + seconds(60);
    desk.ben
        .schedule(&post, &soon.to_string())
        .await
        .expect(200);
    let hash = desk.eve.seen(&post).await;
    desk.eve.approve(&post, &hash).await.expect(200);
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["Tomorrow"]);
    world.finish().await;
}

#[tokio::test]
async fn a_yes_that_comes_late_but_not_too_late_sends_the_post_at_once() {
    let world = World::start().await;
    let mut desk = Desk::that_asks(&world).await;
    let post = desk
        .pending("Late", &(world.now() + seconds(60)).to_string())
        .await;
    world.advance(seconds(60 + 1_800)).await;
    desk.again(&world).await;
    assert_eq!(world.published(), Vec::<String>::new());
    let hash = desk.eve.seen(&post).await;
    desk.eve.approve(&post, &hash).await.expect(200);
    world.settle().await;
    assert_eq!(world.published(), ["Late"]);
    world.finish().await;
}
