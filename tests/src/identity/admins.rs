//! Admins of the deployment and the people in it.

use std::collections::BTreeSet;

use domain::{Activity, Actor, Kind, Locale, PersonName, Scope, User, UserRole, Zone};
use futures::future::join_all;
use serde_json::{Value, json};
use store::NewUser;

use crate::harness::{PASSWORD, Person, World, seconds};

async fn update(by: &Person, whom: &str, change: &Value) -> crate::harness::Answer {
    by.api.patch(&format!("/users/{whom}"), change).await
}

fn role(role: &str) -> Value {
    json!({ "role": role })
}

fn status(status: &str) -> Value {
    json!({ "status": status })
}

/// Puts somebody into the table.
async fn put(world: &World, n: u8, password_hash: Option<String>) -> User {
    let user = User::new(
        domain::ids::new(world.now(), [n; 10]),
        domain::Email::parse(&format!("somebody{n}@example.com")).unwrap(),
        PersonName::parse("Somebody").unwrap(),
        (Locale::En, Zone::utc()),
        (UserRole::Member, password_hash),
        world.now(),
    );
    let new = NewUser {
        user: &user,
        from: None,
        identity: None,
        claims_admin: false,
    };
    let entry = Activity::new(
        domain::Entry::system(domain::ids::new(world.now(), [n; 10])),
        Scope::User(user.id),
        Actor::User(user.id),
        Kind::UserCreated,
        world.now(),
    );
    world.store().create_user(&new, &entry).await.unwrap();
    user
}

#[tokio::test]
async fn an_admin_sees_everybody_page_by_page_and_finds_one_by_address() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    for n in 0..120 {
        put(&world, n, None).await;
    }
    let mut path = "/users".to_owned();
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    loop {
        let page = ana.api.get(&path).await.expect(200).body;
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        seen.extend(
            items
                .iter()
                .map(|user| user["email"].as_str().unwrap().to_owned()),
        );
        for user in items {
            let fields: BTreeSet<_> = user
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let shown = [
                "created_at",
                "email",
                "id",
                "locale",
                "name",
                "role",
                "signed_in_at",
                "status",
                "time_zone",
            ];
            assert_eq!(fields, shown.into());
        }
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/users?cursor={cursor}");
    }
    assert_eq!(sizes, [50, 50, 21]);
    let everybody: BTreeSet<_> = seen.iter().collect();
    assert_eq!(everybody.len(), 121);

    let one = ana.api.get("/users?email=Somebody7%40example.com").await;
    let one = one.expect(200).body;
    assert_eq!(one["items"][0]["email"], "somebody7@example.com");
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let none = ana.api.get("/users?email=nobody%40example.com").await;
    assert_eq!(none.expect(200).body["items"], json!([]));
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_of_the_list_of_people_is_its_owners_and_of_no_other_list() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    update(&ana, &ben.id, &role("admin")).await.expect(200);
    for n in 0..60 {
        put(&world, n, None).await;
    }
    let page = ana.api.get("/users").await.expect(200).body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/users?cursor={cursor}");
    ana.api.get(&path).await.expect(200);
    assert_eq!(
        ben.api.get(&path).await.expect_problem(422).pointer(),
        "?cursor"
    );
    let other = format!("/teams?cursor={cursor}");
    assert_eq!(
        ana.api.get(&other).await.expect_problem(422).pointer(),
        "?cursor"
    );
    for wrong in ["x", "", &cursor[1..], &format!("{cursor}A")] {
        let refused = ana.api.get(&format!("/users?cursor={wrong}")).await;
        assert_eq!(refused.expect_problem(422).pointer(), "?cursor");
    }
    world.later(seconds(86_401)).await;
    let ana = world.anonymous.enter(&ana.email).await;
    assert_eq!(
        ana.api.get(&path).await.expect_problem(422).pointer(),
        "?cursor"
    );
    world.finish().await;
}

#[tokio::test]
async fn nobody_else_sees_or_changes_people_be_they_there_or_not() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let nobody: domain::UserId = domain::ids::new(world.now(), [9; 10]);
    let nobody = nobody.to_string();
    ben.api.get("/users").await.expect_problem(403);
    ben.api
        .get("/users?email=ana%40example.com")
        .await
        .expect_problem(403);
    let mut told = Vec::new();
    for whom in [&ana.id, &ben.id, &nobody, &"nonsense".to_owned()] {
        let mut refused = update(&ben, whom, &role("admin")).await.expect_problem(403);
        refused.body["instance"] = Value::Null;
        told.push(refused.body);
    }
    assert!(told.iter().all(|answer| *answer == told[0]), "{told:#?}");
    world
        .anonymous
        .patch(&format!("/users/{}", ana.id), &role("member"))
        .await
        .expect_problem(401);
    for whom in [&nobody, &"nonsense".to_owned()] {
        update(&ana, whom, &role("admin")).await.expect_problem(404);
    }
    world.finish().await;
}

#[tokio::test]
async fn an_admin_promotes_and_demotes_and_whom_it_concerns_is_told() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let promoted = update(&ana, &ben.id, &role("admin")).await.expect(200);
    assert_eq!(promoted.body["role"], "admin");
    ben.api.get("/users").await.expect(200);
    let demoted = update(&ben, &ana.id, &role("member")).await.expect(200);
    assert_eq!(demoted.body["role"], "member");
    ana.api.get("/users").await.expect_problem(403);
    world.settle().await;
    for email in [&ana.email, &ben.email] {
        assert_eq!(
            world.subjects(email),
            ["Confirm your address", "Your role was changed"]
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn an_admin_changes_role_and_status_and_nothing_else() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let before = world.stored(&ben.email).await;
    for (field, value) in [
        ("role", json!("owner")),
        ("status", json!("deleted")),
        ("email", json!("eve@example.com")),
        ("name", json!("Eve")),
        ("password_hash", json!("x")),
        ("epoch", json!(0)),
        ("revision", json!(0)),
        ("id", json!(ana.id)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let refused = update(&ana, &ben.id, &json!({ field: value })).await;
        assert_eq!(refused.expect_problem(422).pointer(), format!("/{field}"));
    }
    update(&ana, &ben.id, &json!({})).await.expect(200);
    assert_eq!(world.stored(&ben.email).await, before);
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_disabled_is_out_at_once_and_stays_out_until_enabled() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let mut ben = world.sign_up("ben").await;
    let mut phone = world.visitor(5).enter(&ben.email).await;
    update(&ana, &ben.id, &status("disabled")).await.expect(200);
    assert!(ben.is_over().await && phone.is_over().await);
    // Only whoever knows the password is told why.
    let told = world.anonymous.log_in(&ben.email, PASSWORD).await;
    told.expect_problem(403);
    let wrong = world.anonymous.log_in(&ben.email, "not his at all").await;
    wrong.expect_problem(401);

    update(&ana, &ben.id, &status("active")).await.expect(200);
    assert!(ben.is_over().await && phone.is_over().await);
    world.anonymous.enter(&ben.email).await;
    world.settle().await;
    let told = world.subjects(&ben.email);
    for subject in ["Your account was closed", "Your account is open again"] {
        assert!(told.contains(&subject.to_owned()), "{told:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn the_last_admin_can_neither_be_demoted_nor_disabled() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    for change in [role("member"), status("disabled")] {
        update(&ana, &ana.id, &change).await.expect_problem(409);
    }
    // An admin who is disabled does not count.
    update(&ana, &ben.id, &role("admin")).await.expect(200);
    update(&ana, &ben.id, &status("disabled")).await.expect(200);
    update(&ana, &ana.id, &role("member"))
        .await
        .expect_problem(409);
    ana.api.delete("/me").await.expect_problem(409);
    update(&ana, &ben.id, &status("active")).await.expect(200);
    update(&ana, &ana.id, &role("member")).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_admins_who_demote_each_other_at_once_at_least_one_is_left() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let mut admins = vec![ana.clone()];
    // The others have the same password: hashing it for each would take long.
    let hash = world.stored(&ana.email).await.password_hash;
    for n in 1..20 {
        let next = put(&world, n, hash.clone()).await;
        let next = world.anonymous.enter(next.email.as_str()).await;
        update(&ana, &next.id, &role("admin")).await.expect(200);
        admins.push(next);
    }
    let demote = [role("member"), status("disabled")];
    let mutual = (0..20).map(|n| update(&admins[n], &admins[(n + 1) % 20].id, &demote[n % 2]));
    for answer in join_all(mutual).await {
        assert!(
            [200, 401, 403, 409, 412].contains(&answer.status),
            "{}",
            answer.text
        );
    }
    let users = world.store().users(None, 50).await.unwrap();
    let left: Vec<_> = users.iter().filter(|user| user.is_admin()).collect();
    assert!(!left.is_empty());
    // Whoever is left can still do what admins do.
    let admin = world.anonymous.enter(left[0].email.as_str()).await;
    admin.api.get("/users").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_admin_who_was_demoted_meanwhile_changes_nobody() {
    let world = World::start().await;
    let (ana, ben, eve) = (
        world.sign_up("ana").await,
        world.sign_up("ben").await,
        world.sign_up("eve").await,
    );
    let path = format!("/users/{}", ben.id);
    ana.api.patch(&path, &role("admin")).await.expect(200);
    let (ben, eve) = (ben.id.parse().unwrap(), eve.id.parse().unwrap());
    let admin = world.store().user(ben).await.unwrap().unwrap();
    ana.api.patch(&path, &role("member")).await.expect(200);

    let before = world.store().user(eve).await.unwrap().unwrap();
    let after = User {
        role: UserRole::Admin,
        ..before.clone()
    };
    let changed = world
        .store()
        .change_user_as(&admin, &before, &after, &[])
        .await;
    assert!(matches!(changed, Err(store::Error::Stale)), "{changed:?}");
    assert_eq!(world.store().user(eve).await.unwrap(), Some(before));
    world.finish().await;
}
