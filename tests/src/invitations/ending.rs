//! How an invitation ends: declined, taken back, expired, and what brings it back.

use domain::{Kind, Role};
use serde_json::json;

use super::{DAY, WEEK, accept, accept_by_link, decline, is_member, items, mine};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn an_invitation_can_be_declined_and_the_address_invited_again() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let first = news.invite(&ben.email, "editor").await.expect(202).id();
    world.advance(seconds(1)).await;
    decline(&ben, &first).await.expect(204);
    assert_eq!(news.logged(&world).await[0], Kind::InvitationDeclined);
    assert_eq!(
        (mine(&ben).await, news.invitations().await),
        (vec![], vec![])
    );
    for answer in [accept(&ben, &first).await, decline(&ben, &first).await] {
        answer.expect_problem(404);
    }
    news.resend(&first).await.expect_problem(404);
    let second = news.invite(&ben.email, "viewer").await.expect(202).id();
    accept(&ben, &second).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_that_was_taken_back_is_gone_for_everybody() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    world.advance(seconds(1)).await;
    news.ana
        .api
        .delete(&news.invitation(&invitation))
        .await
        .expect(204);
    assert_eq!(news.logged(&world).await[0], Kind::InvitationRevoked);
    assert_eq!(
        (mine(&ben).await, news.invitations().await),
        (vec![], vec![])
    );
    accept(&ben, &invitation).await.expect_problem(404);
    assert_eq!(
        accept_by_link(&world, &token)
            .await
            .expect_problem(422)
            .pointer(),
        "/token"
    );
    news.ana
        .api
        .delete(&news.invitation(&invitation))
        .await
        .expect_problem(404);
    assert!(!is_member(&ben, &news.team).await);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_works_for_seven_days() {
    for (age, works) in [(WEEK - 1, true), (WEEK, false), (2 * WEEK - DAY, false)] {
        let world = World::start().await;
        let news = Newsroom::open(&world).await;
        let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
        let for_ben = news.invite(&ben.email, "editor").await.expect(202).id();
        let for_eve = news.invite(&eve.email, "editor").await.expect(202).id();
        let token = world.invitation_token(&for_eve).await;
        world.settle().await;
        // Its rows are there for a week more, so that the team sees that it has expired.
        world.pass(seconds(age)).await;
        let ben = world.log_in(&ben.email).await;
        assert!(
            world
                .store()
                .invitation(for_ben.parse().unwrap())
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(mine(&ben).await.len(), usize::from(works));
        let todos = ben.api.get("/todos").await.expect(200);
        assert_eq!(items(&todos).len(), usize::from(works));
        let news = news.later(&world).await;
        let statuses: Vec<_> = news
            .invitations()
            .await
            .iter()
            .map(|one| one["status"].clone())
            .collect();
        let status = if works { "open" } else { "expired" };
        assert_eq!(statuses, [status, status]);
        if works {
            accept(&ben, &for_ben).await.expect(200);
            accept_by_link(&world, &token).await.expect(200);
        } else {
            accept(&ben, &for_ben).await.expect_problem(404);
            decline(&ben, &for_ben).await.expect_problem(404);
            assert_eq!(
                accept_by_link(&world, &token)
                    .await
                    .expect_problem(422)
                    .pointer(),
                "/token"
            );
            assert!(!is_member(&ben, &news.team).await);
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn an_invitation_that_is_sent_again_is_the_same_and_works_for_seven_days_more() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let first = news.invite(&ben.email, "editor").await.expect(202);
    let token = world.invitation_token(&first.id()).await;
    world.settle().await;
    // Even when it has expired, while it is shown.
    for days in [6, 10] {
        world.pass(seconds(days * DAY)).await;
        let news = Newsroom {
            ana: world.log_in(&news.ana.email).await,
            team: news.team.clone(),
            mastodon: String::new(),
            bluesky: String::new(),
        };
        let resent = news.resend(&first.id()).await.expect(202);
        let expected = json!({
            "id": first.id(), "team_id": news.team, "email": ben.email, "role": "editor", "status": "open", "invited_by": news.ana.id,
            "sent_at": world.now().to_string(), "expires_at": (world.now() + seconds(WEEK)).to_string(),
        });
        assert_eq!(resent.body, expected);
        assert_eq!(news.invitations().await, [expected]);
        assert_eq!(news.logged(&world).await[0], Kind::InvitationResent);
    }
    world.pass(seconds(WEEK - 1)).await;
    accept_by_link(&world, &token).await.expect(200);
    let ben = world.log_in(&ben.email).await;
    assert!(is_member(&ben, &news.team).await);
    world.finish().await;
}

#[tokio::test]
async fn an_address_is_invited_once_at_a_time_and_no_member_is() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let first = news.invite(&ben.email, "editor").await.expect(202).id();
    for (email, role) in [("ben@example.com", "editor"), ("BEN@example.com", "admin")] {
        news.invite(email, role).await.expect_problem(409);
    }
    assert_eq!(news.invitations().await.len(), 1);
    accept(&ben, &first).await.expect(200);
    news.invite(&ben.email, "viewer").await.expect_problem(409);
    news.invite(&news.ana.email, "viewer")
        .await
        .expect_problem(409);
    // Another team's invitation is its own.
    let other = news.ana.create_team("Other").await;
    world.invite(&ben.email, &other, Role::Viewer).await;
    assert_eq!(mine(&ben).await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn an_expired_invitation_gives_way_to_a_new_one_and_does_not_come_back() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let old = news.invite(&ben.email, "admin").await.expect(202).id();
    world.settle().await;
    world.pass(seconds(WEEK)).await;
    let news = news.later(&world).await;
    let new = news.invite(&ben.email, "viewer").await.expect(202).id();
    // Sending the old one again would make two, with different roles.
    news.resend(&old).await.expect_problem(409);
    // Taking the old one back leaves the new one as it is.
    news.ana
        .api
        .delete(&news.invitation(&old))
        .await
        .expect(204);
    news.invite(&ben.email, "admin").await.expect_problem(409);
    let ben = world.log_in(&ben.email).await;
    let open: Vec<_> = mine(&ben)
        .await
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(open, [json!(new)]);
    let joined = accept(&ben, &new).await.expect(200);
    assert_eq!(joined.body["role"], "viewer");
    world.finish().await;
}
