//! Signed-in devices: who sees them, how long they last, and what ends them.

use domain::Role;
use serde_json::{Value, json};

use super::OTHER_PASSWORD;
use crate::harness::{Api, PASSWORD, World, seconds};

async fn listed(api: &Api) -> Vec<Value> {
    let answer = api.get("/me/sessions").await.expect(200);
    assert_eq!(answer.body["next_cursor"], Value::Null);
    answer.body["items"].as_array().unwrap().clone()
}

async fn current(api: &Api) -> String {
    let sessions = listed(api).await;
    let current: Vec<_> = sessions
        .iter()
        .filter(|session| session["current"] == true)
        .collect();
    assert_eq!(current.len(), 1, "{sessions:?}");
    current[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn everybody_sees_the_own_devices_and_where_they_are() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.sign_up("ben").await;
    world.later(seconds(60)).await;
    let phone = world.visitor(5).saying("user-agent", "Phone/1.0");
    let phone = phone.enter(&ana.email).await;
    world.later(seconds(60)).await;
    let moved = phone.api.from_place("127.0.6.1");
    moved.renew(&phone.refresh_token).await.expect(200);

    let sessions = listed(&ana.api).await;
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    assert_eq!(sessions[0]["place"], "127.0.0.0/24");
    assert_eq!(sessions[0]["current"], true);
    let seen = &sessions[1];
    assert_eq!(
        (&seen["device"], &seen["place"], &seen["current"]),
        (&json!("Phone/1.0"), &json!("127.0.6.0/24"), &json!(false))
    );
    assert_eq!(seen["started_at"], "2026-06-01T12:01:00Z");
    assert_eq!(seen["renewed_at"], "2026-06-01T12:02:00Z");
    assert_eq!(seen["expires_at"], "2026-07-01T12:01:00Z");
    assert_eq!(current(&phone.api).await, seen["id"]);
    world.finish().await;
}

#[tokio::test]
async fn one_device_is_signed_out_at_once_and_the_others_go_on() {
    let world = World::start().await;
    let mut here = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&here.email).await;
    let mut tablet = world.visitor(6).enter(&here.email).await;
    let id = current(&phone.api).await;
    let path = format!("/me/sessions/{id}");
    here.api.delete(&path).await.expect(204);
    assert!(phone.is_over().await);
    assert!(!here.is_over().await && !tablet.is_over().await);
    assert_eq!(listed(&here.api).await.len(), 2);
    here.api.delete(&path).await.expect_problem(404);
    world.finish().await;
}

#[tokio::test]
async fn nobody_can_end_somebody_elses_session_or_learn_of_it() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let mut ben = world.sign_up("ben").await;
    let theirs = current(&ben.api).await;
    let random: domain::SessionId = domain::ids::new(world.now(), [9; 10]);
    let mut answers = Vec::new();
    for id in [
        theirs,
        random.to_string(),
        "nonsense".into(),
        ana.id.clone(),
    ] {
        let path = format!("/me/sessions/{id}");
        let mut refused = ana.api.delete(&path).await.expect_problem(404);
        refused.body["instance"] = Value::Null;
        answers.push(refused.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert!(!ben.is_over().await);
    world.finish().await;
}

#[tokio::test]
async fn all_other_devices_are_signed_out_at_once() {
    let world = World::start().await;
    let mut here = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&here.email).await;
    let mut tablet = world.visitor(6).enter(&here.email).await;
    here.api.delete("/me/sessions").await.expect(204);
    assert!(phone.is_over().await && tablet.is_over().await);
    assert!(!here.is_over().await);
    assert_eq!(listed(&here.api).await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn logging_out_ends_this_session_and_no_other() {
    let world = World::start().await;
    let mut here = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&here.email).await;
    here.api.post("/logout", &json!({})).await.expect(204);
    assert!(here.is_over().await && !phone.is_over().await);
    here.api
        .post("/logout", &json!({}))
        .await
        .expect_problem(401);
    world.finish().await;
}

#[tokio::test]
async fn a_changed_password_ends_every_session_and_its_owner_is_told() {
    let world = World::start().await;
    let mut here = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&here.email).await;
    let body = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    here.api.post("/me/password", &body).await.expect(200);
    assert!(here.is_over().await && phone.is_over().await);
    world
        .anonymous
        .log_in(&here.email, PASSWORD)
        .await
        .expect_problem(401);
    world
        .anonymous
        .log_in(&here.email, OTHER_PASSWORD)
        .await
        .expect(200);
    world.settle().await;
    let subjects = world.subjects(&here.email);
    assert!(
        subjects.contains(&"Your password was changed".to_owned()),
        "{subjects:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn what_somebody_may_do_is_looked_up_at_every_request() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let team = |name: &str| json!({ "name": name });
    let change = async |change: Value| {
        let path = format!("/users/{}", ben.id);
        ana.api.patch(&path, &change).await.expect(200);
    };
    ben.api
        .post("/teams", &team("One"))
        .await
        .expect_problem(403);
    change(json!({ "role": "admin" })).await;
    ben.api.post("/teams", &team("Two")).await.expect(201);
    change(json!({ "role": "member" })).await;
    ben.api
        .post("/teams", &team("Three"))
        .await
        .expect_problem(403);

    // In a team too: whoever was taken out of it finds that it does not exist.
    let team = ana.create_team("Four").await;
    let path = format!("/teams/{team}/accounts");
    ben.api.get(&path).await.expect_problem(404);
    world.join(&ben, &team, Role::Viewer).await;
    ben.api.get(&path).await.expect(200);
    world.leave(&ben, &team).await;
    ben.api.get(&path).await.expect_problem(404);
    world.finish().await;
}

#[tokio::test]
async fn signing_in_from_a_new_place_is_told_and_from_a_known_one_it_is_not() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.visitor(0).enter(&ana.email).await;
    world.settle().await;
    assert_eq!(world.subjects(&ana.email), ["Confirm your address"]);
    for _ in 0..2 {
        world.visitor(5).enter(&ana.email).await;
        world.settle().await;
        assert_eq!(
            world.subjects(&ana.email),
            ["Confirm your address", "New sign-in to your account"]
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn tokens_stand_in_bodies_and_an_access_token_counts_in_its_header_only() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let answer = world.anonymous.log_in(&ana.email, PASSWORD).await;
    let answer = answer.expect(200);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.headers.get("set-cookie").is_none());
    let renewed = world.anonymous.renew(&ana.refresh_token).await.expect(200);
    assert_eq!(renewed.headers["cache-control"], "no-store");
    // An access token counts in the header only.
    let access = ana.api.token.as_ref().unwrap();
    for path in [
        format!("/me?access_token={access}"),
        format!("/me?token={access}"),
    ] {
        world.anonymous.get(&path).await.expect_problem(401);
    }
    let cookie = format!("access_token={access}");
    let in_cookie = world.anonymous.saying("cookie", &cookie);
    in_cookie.get("/me").await.expect_problem(401);
    world.finish().await;
}
