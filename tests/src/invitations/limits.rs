//! How many invitations an address gets, a team sends, and a team has open.

use domain::Role;
use futures::future::join_all;
use serde_json::Value;

use super::{DAY, WEEK, items};
use crate::harness::{Answer, Newsroom, World, seconds};

/// How long an answer says to wait, in seconds.
#[track_caller]
fn retry_after(answer: Answer) -> i64 {
    let answer = answer.expect_problem(429);
    let seconds = answer.headers["retry-after"].to_str().unwrap();
    seconds.parse().unwrap()
}

#[tokio::test]
async fn an_address_is_mailed_five_times_in_an_hour_whichever_team_invites_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other").await;
    let other = Newsroom {
        ana: news.ana.clone(),
        team: other,
        mastodon: String::new(),
        bluesky: String::new(),
    };
    let first = news
        .invite("ben@example.com", "viewer")
        .await
        .expect(202)
        .id();
    let second = other
        .invite("ben@example.com", "viewer")
        .await
        .expect(202)
        .id();
    for _ in 0..3 {
        news.resend(&first).await.expect(202);
    }
    let wait = retry_after(other.resend(&second).await);
    assert!(wait <= 3_600, "{wait}");
    news.ana
        .api
        .delete(&news.invitation(&first))
        .await
        .expect(204);
    retry_after(news.invite("ben@example.com", "viewer").await);
    // Others are not held up.
    news.invite("eve@example.com", "viewer").await.expect(202);
    world.settle().await;
    assert_eq!(world.subjects("ben@example.com").len(), 5);
    world.jump(seconds(wait)).await;
    let other = other.later(&world).await;
    other.resend(&second).await.expect(202);
    world.finish().await;
}

#[tokio::test]
async fn a_team_sends_a_hundred_invitations_a_day_and_has_a_hundred_open() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for n in 0..100 {
        news.invite(&format!("guest{n}@example.com"), "viewer")
            .await
            .expect(202);
    }
    let wait = retry_after(news.invite("guest100@example.com", "viewer").await);
    assert!(wait <= DAY, "{wait}");
    world.pass(seconds(wait)).await;
    let news = news.later(&world).await;
    let refused = news
        .invite("guest100@example.com", "viewer")
        .await
        .expect_problem(409);
    assert!(refused.text.contains("100"), "{}", refused.text);
    let first = news.invitations().await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    news.ana
        .api
        .delete(&news.invitation(&first))
        .await
        .expect(204);
    news.invite("guest101@example.com", "viewer")
        .await
        .expect(202);
    news.invite("guest102@example.com", "viewer")
        .await
        .expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn expired_invitations_neither_count_nor_hide_those_that_do() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for n in 0..120 {
        world
            .invite(&format!("old{n}@example.com"), &news.team, Role::Viewer)
            .await;
    }
    world.settle().await;
    // They are shown for a week more.
    world.pass(seconds(WEEK)).await;
    for n in 0..99 {
        world
            .invite(&format!("new{n}@example.com"), &news.team, Role::Viewer)
            .await;
    }
    let news = news.later(&world).await;
    news.invite("last@example.com", "viewer").await.expect(202);
    news.invite("more@example.com", "viewer")
        .await
        .expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn many_invitations_come_in_pages_each_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let invite = async |n: u8| {
        let email = format!("guest{n}@example.com");
        world.invite(&email, &news.team, Role::Viewer).await
    };
    let mut expected = join_all((0..103).map(invite)).await;
    expected.sort();
    let path = format!("/teams/{}/invitations", news.team);
    let (mut seen, mut sizes, mut next) = (Vec::new(), Vec::new(), path.clone());
    loop {
        let page = news.ana.api.get(&next).await.expect(200);
        let ids = items(&page);
        sizes.push(ids.len());
        seen.extend(ids.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        let Value::String(cursor) = &page.body["next_cursor"] else {
            break;
        };
        next = format!("{path}?cursor={cursor}");
    }
    assert_eq!((seen, sizes), (expected, vec![50, 50, 3]));
    world.finish().await;
}
