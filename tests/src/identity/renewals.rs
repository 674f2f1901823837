//! Staying signed in: how long, and what happens when somebody holds a copy of a token.

use futures::future::join_all;
use local::Options;
use serde_json::json;

use crate::harness::{World, seconds};

const DAY: i64 = 86_400;

/// A world in which days pass quickly: no schedule fires.
async fn still_world() -> World {
    World::from(Options {
        schedules: false,
        ..Options::default()
    })
    .await
}

#[tokio::test]
async fn a_session_that_is_renewed_while_it_is_ended_is_over() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    for _ in 0..5 {
        let mut phone = world.visitor(5).enter(&ana.email).await;
        let nothing = json!({});
        let (renewed, ended) = futures::join!(
            phone.api.renew(&phone.refresh_token),
            phone.api.post("/logout", &nothing)
        );
        ended.expect(204);
        if renewed.status == 200 {
            phone.refresh_token = renewed.field("refresh_token");
            phone.api = phone.api.with_token(&renewed.field("access_token"));
        }
        assert!(phone.is_over().await);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_session_that_nobody_renews_ends_after_fourteen_days() {
    let world = still_world().await;
    let mut ana = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&ana.email).await;
    world.later(seconds(14 * DAY - 1)).await;
    assert!(!ana.is_over().await);
    world.later(seconds(1)).await;
    assert!(phone.is_over().await);
    world.later(seconds(14 * DAY - 2)).await;
    assert!(!ana.is_over().await);
    world.finish().await;
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_however_often_it_is_renewed() {
    let world = still_world().await;
    let mut ana = world.sign_up("ana").await;
    for _ in 0..3 {
        world.later(seconds(10 * DAY - 1)).await;
        assert!(!ana.is_over().await);
    }
    world.later(seconds(2)).await;
    assert!(!ana.is_over().await);
    world.later(seconds(1)).await;
    assert!(ana.is_over().await);
    world.finish().await;
}

#[tokio::test]
async fn whichever_of_thief_and_owner_renews_second_ends_the_session_of_both() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let thief = world.visitor(7);
    let stolen = thief.renew(&ana.refresh_token).await.expect(200);
    let thief = thief.with_token(&stolen.field("access_token"));
    thief.get("/me").await.expect(200);
    world.later(seconds(10)).await;
    world
        .anonymous
        .renew(&ana.refresh_token)
        .await
        .expect_problem(401);
    thief.get("/me").await.expect_problem(401);
    thief
        .renew(&stolen.field("refresh_token"))
        .await
        .expect_problem(401);
    // The person's other devices are not touched.
    world.visitor(5).enter(&ana.email).await;
    world.settle().await;
    let told = world.subjects(&ana.email);
    assert!(
        told.contains(&"We ended one of your sessions".to_owned()),
        "{told:?}"
    );
    // The alarm in the template counts such lines.
    assert!(world.logged().contains("\"event\":\"session.reused\""));
    world.finish().await;
}

#[tokio::test]
async fn fifty_renewals_at_once_that_meet_a_used_token_end_the_session_and_leave_nothing() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let first = world.anonymous.renew(&ana.refresh_token).await.expect(200);
    let second = first.field("refresh_token");
    let third = world.anonymous.renew(&second).await.expect(200);
    // The first token is two generations old: it is used again together with the newest one.
    let newest = third.field("refresh_token");
    let tokens = [&ana.refresh_token, &newest];
    let renewals = (0..50).map(|n| world.anonymous.renew(tokens[n % 2]));
    let answers = join_all(renewals).await;
    let mut left: Vec<_> = answers
        .into_iter()
        .filter(|answer| answer.status == 200)
        .map(|answer| answer.field("refresh_token"))
        .collect();
    left.extend([newest, second]);
    for token in left {
        world.anonymous.renew(&token).await.expect_problem(401);
    }
    world.settle().await;
    let told = world.subjects(&ana.email);
    let ended = told
        .iter()
        .filter(|subject| *subject == "We ended one of your sessions");
    assert_eq!(ended.count(), 1, "{told:?}");
    world.finish().await;
}
