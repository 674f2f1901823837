//! What happens to an invitation at once: one of it counts.

use domain::{Kind, Role};
use futures::future::{BoxFuture, FutureExt, join_all};
use futures::join;
use serde_json::json;

use super::{accept, accept_by_link, decline, is_member, mine};
use crate::harness::{Answer, Newsroom, World};

#[tokio::test]
async fn of_twenty_who_accept_one_invitation_at_once_one_joins_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    // As an admin, so that a second time would be counted too.
    let invitation = news.invite(&ben.email, "admin").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    let tries = (0..20).map(|n| -> BoxFuture<'_, Answer> {
        match n % 2 {
            0 => accept(&ben, &invitation).boxed(),
            _ => accept_by_link(&world, &token).boxed(),
        }
    });
    let answers = join_all(tries).await;
    let joined = answers.iter().filter(|answer| answer.status == 200);
    assert_eq!(joined.count(), 1);
    for answer in &answers {
        assert!(
            [200, 404, 409, 412, 422, 503].contains(&answer.status),
            "{}",
            answer.text
        );
    }
    let entries = news.logged(&world).await;
    let joined = entries.iter().filter(|kind| **kind == Kind::MemberJoined);
    assert_eq!(joined.count(), 1);
    // Counted once: with Ben gone, Ana is the last admin.
    world.leave(&ben, &news.team).await;
    let own = format!("/teams/{}/members/{}", news.team, news.ana.id);
    news.ana.api.delete(&own).await.expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn of_accepting_and_taking_back_at_once_one_counts() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    for n in 0..8 {
        let invitation = world.invite(&ben.email, &news.team, Role::Viewer).await;
        let path = news.invitation(&invitation);
        let other = async {
            if n % 2 == 0 {
                news.ana.api.delete(&path).await
            } else {
                decline(&ben, &invitation).await
            }
        };
        let (joined, ended) = join!(accept(&ben, &invitation), other);
        assert!(
            (joined.status == 200) != (ended.status == 204),
            "{} {}",
            joined.status,
            ended.status
        );
        assert_eq!(is_member(&ben, &news.team).await, joined.status == 200);
        assert!(mine(&ben).await.is_empty() && news.invitations().await.is_empty());
        if joined.status == 200 {
            world.leave(&ben, &news.team).await;
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_who_invite_one_address_at_once_one_does() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (app, store) = (world.stack.app(), world.store());
    let (team, user) = (news.team.parse().unwrap(), news.ana.id.parse().unwrap());
    let admin = store.member(team, user).await.unwrap().unwrap();
    let invite = |_| {
        let wish = (
            domain::Email::parse("ben@example.com").unwrap(),
            Role::Viewer,
        );
        let invited = domain::Invitation::create(
            app.new_id(),
            &admin,
            wish,
            domain::Entry::system(app.new_id()),
            app.now(),
        );
        let (invited, admin) = (invited.unwrap(), &admin);
        async move { store.invite(&invited, admin).await }
    };
    let outcomes = join_all((0..20).map(invite)).await;
    let done = outcomes.iter().filter(|outcome| outcome.is_ok());
    assert_eq!(done.count(), 1, "{outcomes:?}");
    assert_eq!(news.invitations().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn whoever_accepts_while_the_team_is_deleted_joins_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let (app, store) = (world.stack.app(), world.store());
    // What requests hold in their hands that read everything before the deletion.
    let mut read = Vec::new();
    for (person, role) in [(&ben, Role::Viewer), (&eve, Role::Admin)] {
        let id = world.invite(&person.email, &news.team, role).await;
        let invitation = store
            .invitation(id.parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        let user = store
            .user(person.id.parse().unwrap())
            .await
            .unwrap()
            .unwrap();
        let joined = invitation.accept(&user, domain::Entry::system(app.new_id()), app.now());
        read.push((invitation, joined, user));
    }
    let (team, user) = (news.team.parse().unwrap(), news.ana.id.parse().unwrap());
    let admin = store.member(team, user).await.unwrap().unwrap();
    let new = world.sign_up("new").await;
    let new = store.user(new.id.parse().unwrap()).await.unwrap().unwrap();
    let added = [Role::Viewer, Role::Admin].map(|role| {
        let added = admin.add(&new, role, domain::Entry::system(app.new_id()), app.now());
        added.unwrap()
    });
    let wish = (
        domain::Email::parse("late@example.com").unwrap(),
        Role::Viewer,
    );
    let invited = domain::Invitation::create(
        app.new_id(),
        &admin,
        wish,
        domain::Entry::system(app.new_id()),
        app.now(),
    );
    let invited = invited.unwrap();

    let both = store.team_of(team, user).await.unwrap().unwrap();
    let entry = both.team.delete(
        &admin,
        "Harbour news",
        domain::Entry::system(app.new_id()),
        app.now(),
    );
    store
        .delete_team(&both.team, &entry.unwrap(), &admin)
        .await
        .unwrap();
    for (invitation, joined, user) in &read {
        let refused = store.accept_invitation(invitation, joined, user).await;
        assert!(refused.is_err(), "joined as {}", joined.member.role);
    }
    for added in &added {
        let refused = store.add_member(added, &admin).await;
        assert!(refused.is_err(), "added as {}", added.member.role);
    }
    assert!(store.invite(&invited, &admin).await.is_err());
    for person in [&ben, &eve] {
        accept(person, &read[0].0.id.to_string())
            .await
            .expect_problem(404);
        assert_eq!(
            person.api.get("/teams").await.expect(200).body["items"],
            json!([])
        );
    }
    world.finish().await;
}
