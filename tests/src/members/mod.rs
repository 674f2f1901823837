//! The members of a team.

mod last_admin;
mod roles;

use std::collections::{BTreeMap, BTreeSet};

use domain::Role;
use serde_json::{Value, json};

use crate::harness::{Newsroom, Person, World, seconds};

fn members(team: &str) -> String {
    format!("/teams/{team}/members")
}

fn member(team: &str, person: &Person) -> String {
    format!("/teams/{team}/members/{}", person.id)
}

fn by_id(person: &Person, role: &str) -> Value {
    json!({ "user_id": person.id, "role": role })
}

fn role(role: &str) -> Value {
    json!({ "role": role })
}

/// The members by id, with their roles.
async fn roles(news: &Newsroom) -> BTreeMap<String, String> {
    let list = news.ana.api.get(&members(&news.team)).await.expect(200);
    let items = list.body["items"].as_array().unwrap().iter();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    items
        .map(|one| (text(one, "user_id"), text(one, "role")))
        .collect()
}

/// The newest entry of the team's log, as an admin reads it: what happened, who did it, and what else it says.
async fn logged(admin: &Person, team: &str) -> (Value, Value, Value) {
    let log = admin.api.get(&format!("/activity?team_id={team}")).await;
    let mut entry = log.expect(200).body["items"][0].take();
    (
        entry["kind"].take(),
        entry["actor_id"].take(),
        entry["details"].take(),
    )
}

#[tokio::test]
async fn a_user_is_added_by_id_and_may_at_once_what_the_role_may() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let path = members(&news.team);
    for (person, name) in [(&ben, "editor"), (&eve, "viewer")] {
        world.advance(seconds(1)).await;
        let added = news
            .ana
            .api
            .post(&path, &by_id(person, name))
            .await
            .expect(201);
        assert_eq!(
            added.body,
            json!({ "user_id": person.id, "name": "Ana", "email": person.email, "role": name, "status": "active", "joined_at": world.now().to_string() })
        );
        assert_eq!(
            logged(&news.ana, &news.team).await,
            (
                json!("member.added"),
                json!(news.ana.id),
                json!({ "role": name })
            )
        );
    }
    let draft = json!({ "team_id": news.team, "text": "Mine", "account_ids": [news.mastodon] });
    ben.api.post("/posts", &draft).await.expect(201);
    eve.api.post("/posts", &draft).await.expect_problem(403);
    eve.api
        .get(&format!("/posts?team_id={}", news.team))
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_added_twice_or_with_a_closed_account_or_who_is_not_there() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let path = members(&news.team);
    let add = async |body: Value| news.ana.api.post(&path, &body).await;
    add(by_id(&ben, "viewer")).await.expect(201);
    for name in ["viewer", "admin"] {
        add(by_id(&ben, name)).await.expect_problem(409);
    }
    add(by_id(&news.ana, "viewer")).await.expect_problem(409);
    let disable = json!({ "status": "disabled" });
    news.ana
        .api
        .patch(&format!("/users/{}", eve.id), &disable)
        .await
        .expect(200);
    assert_eq!(
        add(by_id(&eve, "viewer"))
            .await
            .expect_problem(422)
            .pointer(),
        "/user_id"
    );
    let nobody = json!({ "user_id": "user_01kaw3x0fhe9ps6r4h8x5tq7vd", "role": "viewer" });
    assert_eq!(add(nobody).await.expect_problem(404).pointer(), "/user_id");
    // Who was added twice is in the team once, as he was added first.
    ben.api
        .get(&format!("/teams/{}", news.team))
        .await
        .expect(200);
    assert_eq!(
        roles(&news).await,
        BTreeMap::from([
            (news.ana.id.clone(), "admin".to_owned()),
            (ben.id, "viewer".to_owned()),
        ])
    );
    world.finish().await;
}

#[tokio::test]
async fn who_is_added_is_named_by_id_or_by_address_and_by_one_of_the_two() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let path = members(&news.team);
    let both = json!({ "user_id": ben.id, "email": ben.email, "role": "viewer" });
    for (body, pointer) in [
        (both, "/email"),
        (json!({ "role": "viewer" }), "/email"),
        (json!({ "user_id": ben.id }), "/role"),
        (json!({ "user_id": ben.id, "role": "owner" }), "/role"),
        (json!({ "user_id": ben.id, "role": "Admin" }), "/role"),
        (json!({ "email": "ben", "role": "viewer" }), "/email"),
        (
            json!({ "email": "ben@example.com\r\nBcc: eve@example.com", "role": "viewer" }),
            "/email",
        ),
    ] {
        let refused = news.ana.api.post(&path, &body).await.expect_problem(422);
        assert_eq!(refused.pointer(), pointer, "{body}");
    }
    ben.api
        .get(&format!("/teams/{}", news.team))
        .await
        .expect_problem(404);
    world.finish().await;
}

#[tokio::test]
async fn everybody_sees_who_is_in_the_team_and_only_admins_see_the_addresses_of_others() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    world.join(&ben, &news.team, Role::Editor).await;
    world.join(&eve, &news.team, Role::Viewer).await;
    for person in [&news.ana, &ben, &eve] {
        let list = person.api.get(&members(&news.team)).await.expect(200);
        assert_eq!(list.body["next_cursor"], Value::Null);
        // Ids of one millisecond are in no particular order.
        let shown: BTreeSet<_> = list.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let text = |name: &str| one[name].as_str().map(str::to_owned);
                (
                    text("user_id").unwrap(),
                    text("role").unwrap(),
                    text("email"),
                )
            })
            .collect();
        let expected =
            [(&news.ana, "admin"), (&ben, "editor"), (&eve, "viewer")].map(|(other, role)| {
                let is_shown = person.id == news.ana.id || person.id == other.id;
                (
                    other.id.clone(),
                    role.to_owned(),
                    is_shown.then(|| other.email.clone()),
                )
            });
        assert_eq!(shown, BTreeSet::from(expected));
    }
    world.finish().await;
}

#[tokio::test]
async fn many_members_come_in_pages_each_member_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let app = world.stack.app();
    let admin = world
        .store()
        .member(news.team.parse().unwrap(), news.ana.id.parse().unwrap());
    let admin = admin.await.unwrap().unwrap();
    let mut expected = vec![news.ana.id.clone()];
    for n in 0..102 {
        let user = last_admin::put(&world, n, None).await;
        let added = admin
            .add(
                &user,
                Role::Viewer,
                domain::Entry::system(app.new_id()),
                app.now(),
            )
            .unwrap();
        world.store().add_member(&added, &admin).await.unwrap();
        expected.push(user.id.to_string());
    }
    let (mut seen, mut sizes, mut path) = (Vec::new(), Vec::new(), members(&news.team));
    loop {
        let page = news.ana.api.get(&path).await.expect(200);
        let items = page.body["items"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(
            items
                .iter()
                .map(|one| one["user_id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("{}?cursor={next}", members(&news.team));
    }
    expected.sort();
    assert_eq!((seen, sizes), (expected, vec![50, 50, 3]));
    world.finish().await;
}
