//! Tokens, links and states: each is good for one thing.

use serde_json::json;

use super::OTHER_PASSWORD;
use crate::harness::{Answer, PASSWORD, World};

#[track_caller]
fn is_unusable(answer: Answer) {
    assert_eq!(answer.expect_problem(422).pointer(), "/token");
}

#[tokio::test]
async fn what_is_good_for_one_thing_is_good_for_nothing_else() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let access = ana.api.token.clone().unwrap();
    let choose = world.reset_token(&ana.email).await;
    world.register("ben@example.com", PASSWORD).await;
    let sign_up = world.token_from("ben@example.com", "/verify-email").await;
    let wish = json!({ "email": "ana@example.org" });
    ana.api.post("/me/email", &wish).await.expect(202);
    let address = world.token_from("ana@example.org", "/verify-email").await;
    let google = world.visitor(1).set_out("google").await;
    let state = google.query_pairs().find(|(name, _)| name == "state");
    let state = state.unwrap().1.into_owned();

    for token in [&ana.refresh_token, &choose, &sign_up, &address, &state] {
        let api = world.anonymous.with_token(token);
        api.get("/me").await.expect_problem(401);
    }
    for token in [&access, &choose, &sign_up, &address, &state] {
        world.anonymous.renew(token).await.expect_problem(401);
    }
    for token in [&access, &ana.refresh_token, &choose, &state] {
        let body = json!({ "token": token });
        is_unusable(world.anonymous.post("/verify-email", &body).await);
    }
    for token in [&access, &ana.refresh_token, &sign_up, &address, &state] {
        is_unusable(reset(&world, token).await);
    }
    for token in [&access, &ana.refresh_token, &choose, &sign_up] {
        let path = format!("/oauth/callback?state={token}&code=x");
        let refused = world.visitor(1).get(&path).await.expect_problem(422);
        assert_eq!(refused.pointer(), "?state");
    }
    // Each of them still does what it is for.
    for token in [&sign_up, &address] {
        let body = json!({ "token": token });
        let confirmed = world.anonymous.post("/verify-email", &body).await;
        assert!([200, 201].contains(&confirmed.status), "{}", confirmed.text);
    }
    world.finish().await;
}

async fn reset(world: &World, token: &str) -> Answer {
    let body = json!({ "token": token, "new_password": OTHER_PASSWORD });
    world.anonymous.post("/reset-password", &body).await
}

#[tokio::test]
async fn a_changed_link_and_links_for_something_else_choose_no_password() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let token = world.reset_token(&ana.email).await;
    let (id, code) = token.split_once('.').unwrap();
    let other = format!(
        "{}{}",
        if code.starts_with('A') { "B" } else { "A" },
        &code[1..]
    );
    world.register("ben@example.com", PASSWORD).await;
    let sign_up = world.token_from("ben@example.com", "/verify-email").await;
    let wish = json!({ "email": "ana@example.org" });
    ana.api.post("/me/email", &wish).await.expect(202);
    let address = world.token_from("ana@example.org", "/verify-email").await;
    for wrong in [
        String::new(),
        ".".into(),
        id.into(),
        format!("{id}."),
        format!("{id}.{}", "A".repeat(code.len())),
        format!("{id}.{other}"),
        format!("x{token}"),
        sign_up.clone(),
        address.clone(),
        ana.refresh_token.clone(),
        ana.api.token.clone().unwrap(),
    ] {
        is_unusable(reset(&world, &wrong).await);
    }
    // A link to choose a password confirms no address.
    let confirm = json!({ "token": token });
    let confirmed = world.anonymous.post("/verify-email", &confirm).await;
    is_unusable(confirmed);
    world
        .anonymous
        .post("/verify-email", &json!({ "token": sign_up }))
        .await
        .expect(201);
    reset(&world, &token).await.expect(200);
    world.finish().await;
}
