//! What somebody is in the team who joins by an invitation: what it says, and never more than that.

use domain::Role;
use serde_json::{Value, json};

use super::{accept, accept_by_link, is_member, mine};
use crate::harness::{Newsroom, Person, World};

/// What somebody is in a team.
async fn role_in(person: &Person, team: &str) -> Value {
    let team = person.api.get(&format!("/teams/{team}")).await.expect(200);
    team.body["role"].clone()
}

#[tokio::test]
async fn the_role_of_the_invitation_is_the_one_that_one_gets_either_way() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for role in ["admin", "editor", "viewer"] {
        for by_link in [false, true] {
            let person = world.sign_up(&format!("{role}-{by_link}")).await;
            let invitation = news.invite(&person.email, role).await.expect(202).id();
            let joined = if by_link {
                let token = world.invitation_token(&invitation).await;
                accept_by_link(&world, &token).await
            } else {
                accept(&person, &invitation).await
            };
            assert_eq!(joined.expect(200).body["role"], role);
            assert_eq!(role_in(&person, &news.team).await, role);
            let list = format!("/teams/{}/invitations", news.team);
            let status = if role == "admin" { 200 } else { 403 };
            person.api.get(&list).await.expect(status);
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn only_an_admin_who_has_joined_lets_the_first_one_leave() {
    for (role, may_leave) in [("admin", true), ("editor", false), ("viewer", false)] {
        let world = World::start().await;
        let news = Newsroom::open(&world).await;
        let ben = world.sign_up("ben").await;
        let own = format!("/teams/{}/members/{}", news.team, news.ana.id);
        let invitation = news.invite(&ben.email, role).await.expect(202).id();
        // Being invited counts for nothing.
        news.ana.api.delete(&own).await.expect_problem(409);
        accept(&ben, &invitation).await.expect(200);
        let left = news.ana.api.delete(&own).await;
        assert_eq!(left.status, if may_leave { 204 } else { 409 }, "{role}");
        assert_eq!(is_member(&news.ana, &news.team).await, !may_leave);
        if may_leave {
            let last = format!("/teams/{}/members/{}", news.team, ben.id);
            ben.api.delete(&last).await.expect_problem(409);
        }
        world.finish().await;
    }
}

#[tokio::test]
async fn whoever_is_added_while_invited_keeps_the_role_that_was_given() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "admin").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    world.join(&ben, &news.team, Role::Viewer).await;
    accept(&ben, &invitation).await.expect_problem(409);
    accept_by_link(&world, &token).await.expect_problem(409);
    assert_eq!(role_in(&ben, &news.team).await, "viewer");
    // Nor was an admin counted: Ana is the only one.
    let own = format!("/teams/{}/members/{}", news.team, news.ana.id);
    news.ana.api.delete(&own).await.expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn an_account_that_is_closed_between_reading_and_writing_joins_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let id = news.invite(&ben.email, "admin").await.expect(202).id();
    let (app, store) = (world.stack.app(), world.store());
    let read = store
        .invitation(id.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let user = store.user(ben.id.parse().unwrap()).await.unwrap().unwrap();
    assert!(read.is_open_to(&user, world.now()));
    let joined = read.accept(&user, domain::Entry::system(app.new_id()), app.now());
    let path = format!("/users/{}", ben.id);
    let status = |status: &str| json!({ "status": status });
    news.ana
        .api
        .patch(&path, &status("disabled"))
        .await
        .expect(200);
    let refused = store.accept_invitation(&read, &joined, &user).await;
    assert!(matches!(refused, Err(store::Error::Stale)), "{refused:?}");
    // The invitation is still there for when the account is opened again.
    news.ana
        .api
        .patch(&path, &status("active"))
        .await
        .expect(200);
    let ben = world.log_in(&ben.email).await;
    assert!(!is_member(&ben, &news.team).await);
    assert_eq!(mine(&ben).await[0]["id"], json!(id));
    accept(&ben, &id).await.expect(200);
    world.finish().await;
}
