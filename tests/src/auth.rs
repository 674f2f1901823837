//! Signing up, signing in and staying signed in.

use futures::future::join_all;
use serde_json::{Value, json};

use crate::harness::{PASSWORD, World, seconds};

#[tokio::test]
async fn a_person_signs_up_confirms_the_address_and_logs_in() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let teams = ana.api.get("/teams").await.expect(200);
    assert_eq!(teams.body, json!({ "items": [], "next_cursor": null }));
    world.finish().await;
}

#[tokio::test]
async fn the_first_account_is_admin_and_the_second_is_not() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    ana.api
        .post("/teams", &json!({ "name": "One" }))
        .await
        .expect(201);
    ben.api
        .post("/teams", &json!({ "name": "Two" }))
        .await
        .expect_problem(403);
    world.finish().await;
}

#[tokio::test]
async fn of_many_first_accounts_confirmed_at_once_one_is_admin() {
    let world = World::start().await;
    let emails: Vec<_> = (0..20).map(|n| format!("first{n}@example.com")).collect();
    join_all(emails.iter().map(|email| world.register(email, PASSWORD))).await;
    let mut tokens = Vec::new();
    for email in &emails {
        tokens.push(world.verification_token(email).await);
    }
    let bodies: Vec<_> = tokens
        .iter()
        .map(|token| json!({ "token": token }))
        .collect();
    let confirmations = join_all(
        bodies
            .iter()
            .map(|body| world.anonymous.post("/verify-email", body)),
    )
    .await;
    let confirmations: Vec<_> = confirmations
        .into_iter()
        .map(|answer| answer.expect(201))
        .collect();
    let admins = confirmations
        .iter()
        .filter(|answer| answer.body["role"] == "admin")
        .count();
    assert_eq!(admins, 1);
    world.finish().await;
}

#[tokio::test]
async fn with_an_admin_address_nobody_else_becomes_admin() {
    let parameters = [("AdminEmail".to_owned(), "Boss@Example.com".to_owned())].into();
    let world = World::with(local::Data::Memory, parameters).await;
    let ana = world.sign_up("ana").await;
    let boss = world.sign_up("boss").await;
    ana.api
        .post("/teams", &json!({ "name": "One" }))
        .await
        .expect_problem(403);
    boss.api
        .post("/teams", &json!({ "name": "Two" }))
        .await
        .expect(201);
    world.finish().await;
}

#[tokio::test]
async fn registration_does_not_tell_whether_an_address_is_known() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let body =
        |email: &str| json!({ "email": email, "password": "another good password", "name": "Eve" });
    let known = world
        .anonymous
        .post("/register", &body("ana@example.com"))
        .await;
    let unknown = world
        .anonymous
        .post("/register", &body("new@example.com"))
        .await;
    assert_eq!((known.status, &known.text), (unknown.status, &unknown.text));
    world.settle().await;
    assert_eq!(
        world.subjects("ana@example.com"),
        ["Confirm your address", "You have an account already"]
    );
    world.log_in("ana@example.com").await;
    world.finish().await;
}

#[tokio::test]
async fn a_confirmation_works_once_and_for_an_hour() {
    let world = World::start().await;
    world.register("ana@example.com", PASSWORD).await;
    let token = world.verification_token("ana@example.com").await;
    world
        .anonymous
        .post("/verify-email", &json!({ "token": token }))
        .await
        .expect(201);
    assert_eq!(
        world
            .anonymous
            .post("/verify-email", &json!({ "token": token }))
            .await
            .expect_problem(422)
            .pointer(),
        "/token"
    );

    world.register("ben@example.com", PASSWORD).await;
    let token = world.verification_token("ben@example.com").await;
    world.advance(seconds(3_600)).await;
    world
        .anonymous
        .post("/verify-email", &json!({ "token": token }))
        .await
        .expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn a_changed_token_confirms_nothing() {
    let world = World::start().await;
    world.register("ana@example.com", PASSWORD).await;
    let token = world.verification_token("ana@example.com").await;
    let (id, code) = token.split_once('.').unwrap();
    for forged in [
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{}", code.replace(&code[..1], "!")),
        format!("{id}.{}", "A".repeat(code.len())),
    ] {
        assert_eq!(
            world
                .anonymous
                .post("/verify-email", &json!({ "token": forged }))
                .await
                .expect_problem(422)
                .pointer(),
            "/token"
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn two_sign_ups_with_one_address_make_one_account() {
    let world = World::start().await;
    world.register("ana@example.com", PASSWORD).await;
    let first = world.verification_token("ana@example.com").await;
    world
        .register("ana@example.com", "the password of another")
        .await;
    let second = world.verification_token("ana@example.com").await;
    assert_ne!(first, second);
    world
        .anonymous
        .post("/verify-email", &json!({ "token": first }))
        .await
        .expect(201);
    world
        .anonymous
        .post("/verify-email", &json!({ "token": second }))
        .await
        .expect_problem(409);
    world.log_in("ana@example.com").await;
    world.finish().await;
}

#[tokio::test]
async fn an_unknown_address_an_unconfirmed_one_and_a_wrong_password_are_answered_alike() {
    let world = World::start().await;
    world.sign_up("ana").await;
    world.register("ben@example.com", PASSWORD).await;
    let mut answers = Vec::new();
    for (email, password) in [
        ("ana@example.com", "not her password at all"),
        ("nobody@example.com", PASSWORD),
        ("ben@example.com", PASSWORD),
    ] {
        let mut answer = world
            .anonymous
            .post("/login", &json!({ "email": email, "password": password }))
            .await
            .expect_problem(401);
        answer.body["instance"] = Value::Null;
        answers.push(answer.body);
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:#?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn an_access_token_expires_and_a_refresh_token_brings_the_next_pair() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.advance(seconds(15 * 60 + 31)).await;
    let refused = ana.api.get("/teams").await.expect_problem(401);
    assert_eq!(refused.headers["www-authenticate"], "Bearer");
    let next = world
        .anonymous
        .post(
            "/refresh-token",
            &json!({ "refresh_token": ana.refresh_token }),
        )
        .await
        .expect(200);
    assert_eq!(next.body["expires_in"], 900);
    world
        .anonymous
        .with_token(&next.field("access_token"))
        .get("/teams")
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn fifty_parallel_renewals_leave_one_lineage() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let renew = |token: &str| {
        let (api, body) = (world.anonymous.clone(), json!({ "refresh_token": token }));
        async move { api.post("/refresh-token", &body).await }
    };
    let answers = join_all((0..50).map(|_| renew(&ana.refresh_token))).await;
    let next: std::collections::BTreeSet<_> = answers
        .into_iter()
        .map(|answer| answer.expect(200).field("refresh_token"))
        .collect();
    assert_eq!(
        next.len(),
        1,
        "every one of them must lead to the same next token"
    );
    renew(next.first().unwrap()).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_refresh_token_that_is_used_again_later_ends_the_session_and_its_owner_is_told() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let renew = |token: String| {
        let api = world.anonymous.clone();
        async move {
            api.post("/refresh-token", &json!({ "refresh_token": token }))
                .await
        }
    };
    let next = renew(ana.refresh_token.clone())
        .await
        .expect(200)
        .field("refresh_token");
    world.advance(seconds(10)).await;
    renew(ana.refresh_token.clone()).await.expect_problem(401);
    renew(next).await.expect_problem(401);
    world.settle().await;
    assert_eq!(
        world.subjects("ana@example.com"),
        ["Confirm your address", "We ended one of your sessions"]
    );
    world.finish().await;
}

#[tokio::test]
async fn tokens_of_one_kind_are_worth_nothing_as_another() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let access = ana.api.token.clone().unwrap();
    world
        .anonymous
        .with_token(&ana.refresh_token)
        .get("/teams")
        .await
        .expect_problem(401);
    world
        .anonymous
        .post("/refresh-token", &json!({ "refresh_token": access }))
        .await
        .expect_problem(401);
    world
        .anonymous
        .post("/verify-email", &json!({ "token": access }))
        .await
        .expect_problem(422);
    world
        .anonymous
        .post("/verify-email", &json!({ "token": ana.refresh_token }))
        .await
        .expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn the_published_keys_have_no_private_part_and_name_the_key_that_signed() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let keys = world
        .anonymous
        .get("/.well-known/jwks.json")
        .await
        .expect(200);
    assert_eq!(keys.headers["cache-control"], "public, max-age=300");
    let key = &keys.body["keys"][0];
    assert!(
        key["d"].is_null() && key["kty"] == "OKP" && key["crv"] == "Ed25519",
        "{key}"
    );
    let header = ana.api.token.unwrap().split('.').next().unwrap().to_owned();
    let header =
        base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(
        (&header["kid"], &header["typ"], &header["alg"]),
        (&key["kid"], &json!("at+jwt"), &json!("EdDSA"))
    );
    world.finish().await;
}

#[tokio::test]
async fn the_page_of_the_mail_only_shows_a_button_and_lets_no_markup_in() {
    let world = World::start().await;
    world.register("ana@example.com", PASSWORD).await;
    let token = world.verification_token("ana@example.com").await;
    let page = world
        .anonymous
        .get(&format!("/verify-email?token={token}"))
        .await
        .expect(200);
    assert!(
        page.text.contains(&token) && page.headers["content-type"] == "text/html; charset=utf-8"
    );
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    world
        .anonymous
        .post(
            "/login",
            &json!({ "email": "ana@example.com", "password": PASSWORD }),
        )
        .await
        .expect_problem(401);
    let hostile = world
        .anonymous
        .get("/verify-email?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        .await
        .expect(200);
    assert!(!hostile.text.contains("<script>alert"), "{}", hostile.text);
    world.finish().await;
}
