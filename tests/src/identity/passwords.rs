//! Passwords: which are taken, and what is kept of them.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::user::Proof;
use local::{Data, Options};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::OTHER_PASSWORD;
use crate::harness::{Answer, PASSWORD, World, seconds};

/// What every new hash says of itself: algorithm, version, 19 MiB, two passes, one lane, and which pepper.
const COSTS: &str = "$argon2id$v=19$m=19456,t=2,p=1,keyid=";
/// Everybody's password, hashed with 8 MiB, one pass and no pepper.
const WEAK_HASH: &str = "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$iNzKw1mqRoBmECApSUJ1uduSNjc/V7zb1KmmmoC4c2s";

async fn register(world: &World, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password, "name": "Rosalind Quayle" });
    world.elsewhere().post("/register", &body).await
}

async fn sign_up(world: &World, email: &str, password: &str) {
    register(world, email, password).await.expect(202);
    world.confirm(&world.anonymous, email).await.expect(201);
}

/// A text of that many bytes without much repetition in it.
fn long(bytes: usize) -> String {
    let words = (0..).map(|n| format!("lamp {n} "));
    let mut text: String = words.take(bytes / 6).collect();
    text.truncate(bytes);
    text
}

#[tokio::test]
async fn a_password_needs_fifteen_characters_and_no_particular_ones() {
    let world = World::start().await;
    for short in ["", "correct hörse1", "Aa1!Bb2@Cc3#Dd"] {
        let refused = register(&world, "ana@example.com", short).await;
        assert_eq!(refused.expect_problem(422).pointer(), "/password");
    }
    for (n, good) in [
        "correct hörse12",
        "kqzvhtwmepxgrba",
        "749203851662047",
        "UPPER GREY HERON",
    ]
    .into_iter()
    .enumerate()
    {
        let email = format!("ana{n}@example.com");
        sign_up(&world, &email, good).await;
        world.anonymous.log_in(&email, good).await.expect(200);
    }
    world.finish().await;
}

#[tokio::test]
async fn every_byte_of_a_password_of_1024_counts_and_a_longer_one_is_refused() {
    let world = World::start().await;
    let refused = register(&world, "ana@example.com", &long(1_025)).await;
    assert_eq!(refused.expect_problem(422).pointer(), "/password");
    for bytes in [64, 1_024] {
        let (email, password) = (format!("ana{bytes}@example.com"), long(bytes));
        sign_up(&world, &email, &password).await;
        let (cut, last) = password.split_at(bytes - 1);
        let other = if last == "x" { "y" } else { "x" };
        for wrong in [
            cut.to_owned(),
            format!("{cut}{other}"),
            format!("{password}x"),
        ] {
            let refused = world.anonymous.log_in(&email, &wrong).await;
            refused.expect_problem(401);
        }
        world.anonymous.log_in(&email, &password).await.expect(200);
    }
    let huge = "x".repeat(200_000);
    let refused = world.anonymous.log_in("ana64@example.com", &huge).await;
    refused.expect_problem(401);
    world.finish().await;
}

#[tokio::test]
async fn a_password_typed_composed_or_decomposed_is_the_same() {
    let world = World::start().await;
    let composed = "cr\u{e8}me br\u{fb}l\u{e9}e at noon";
    let decomposed = "cre\u{300}me bru\u{302}le\u{301}e at noon";
    assert_ne!(composed, decomposed);
    for (n, (chosen, typed)) in [(composed, decomposed), (decomposed, composed)]
        .into_iter()
        .enumerate()
    {
        let email = format!("ana{n}@example.com");
        sign_up(&world, &email, chosen).await;
        world.anonymous.log_in(&email, typed).await.expect(200);
        let plain = "creme brulee at noon";
        world
            .anonymous
            .log_in(&email, plain)
            .await
            .expect_problem(401);
    }
    world.finish().await;
}

#[tokio::test]
async fn what_everybody_would_try_is_refused_wherever_a_password_is_chosen() {
    let world = World::start().await;
    let email = "lighthouse.keeper@example.com";
    sign_up(&world, email, PASSWORD).await;
    let ana = world.anonymous.enter(email).await;
    let token = world.reset_token(email).await;
    let bad = [
        "qwertyuiop123456",
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "lighthouse.keeper1",
        "RosalindQuayle2026",
        "tayangtayangtayang",
    ];
    for (n, bad) in bad.into_iter().enumerate() {
        let another = format!("lighthouse.keeper@example{n}.com");
        let refused = register(&world, &another, bad).await.expect_problem(422);
        assert_eq!(refused.pointer(), "/password", "{bad}");
        assert!(!refused.text.contains(bad), "{}", refused.text);
        let body = json!({ "current_password": PASSWORD, "new_password": bad });
        let refused = ana.api.post("/me/password", &body).await;
        assert_eq!(
            refused.expect_problem(422).pointer(),
            "/new_password",
            "{bad}"
        );
        let body = json!({ "token": token, "new_password": bad });
        let refused = world.anonymous.post("/reset-password", &body).await;
        assert_eq!(
            refused.expect_problem(422).pointer(),
            "/new_password",
            "{bad}"
        );
    }
    world.anonymous.log_in(email, PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_breached_password_is_refused_and_the_list_is_told_five_digits_of_its_hash() {
    let breached = MockServer::start().await;
    // SHA-1 of everybody's password.
    let (prefix, rest) = ("F06C6", "EBC520C8F36DAA8B559DEF501E3848B6B62");
    let list = ResponseTemplate::new(200).set_body_string(format!("{rest}:9\r\n"));
    Mock::given(method("GET"))
        .respond_with(list)
        .mount(&breached)
        .await;
    let endpoints = json!({ "api.pwnedpasswords.com": breached.uri() });
    let parameters = BTreeMap::from([
        ("BreachedPasswords".to_owned(), "on".to_owned()),
        ("PlatformEndpoints".to_owned(), endpoints.to_string()),
    ]);
    let world = World::with(Data::Memory, parameters).await;

    let refused = register(&world, "ana@example.com", PASSWORD).await;
    assert_eq!(refused.expect_problem(422).pointer(), "/password");
    sign_up(&world, "ana@example.com", OTHER_PASSWORD).await;
    let ana = world.anonymous.log_in("ana@example.com", OTHER_PASSWORD);
    let ana = world.anonymous.entered(&ana.await.expect(200));
    let body = json!({ "current_password": OTHER_PASSWORD, "new_password": PASSWORD });
    let refused = ana.api.post("/me/password", &body).await;
    assert_eq!(refused.expect_problem(422).pointer(), "/new_password");

    let asked = breached.received_requests().await.unwrap();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].url.path(), format!("/range/{prefix}"));
    for request in &asked {
        assert!(request.url.path().len() == "/range/".len() + 5 && request.url.query().is_none());
        assert!(request.body.is_empty());
    }
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_kept_out_while_the_list_of_breached_passwords_cannot_be_reached() {
    let breached = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&breached)
        .await;
    let endpoints = json!({ "api.pwnedpasswords.com": breached.uri() });
    let parameters = BTreeMap::from([
        ("BreachedPasswords".to_owned(), "on".to_owned()),
        ("PlatformEndpoints".to_owned(), endpoints.to_string()),
    ]);
    let world = World::with(Data::Memory, parameters).await;
    sign_up(&world, "ana@example.com", PASSWORD).await;
    let refused = register(&world, "ben@example.com", "passwordpassword").await;
    assert_eq!(refused.expect_problem(422).pointer(), "/password");
    world.finish().await;
}

#[tokio::test]
async fn what_is_kept_of_a_password_is_an_argon2id_hash_that_never_comes_twice() {
    let world = World::start().await;
    let mut hashes = Vec::new();
    for name in ["ana", "ben"] {
        let email = format!("{name}@example.com");
        register(&world, &email, PASSWORD).await.expect(202);
        let token = world.token_from(&email, "/verify-email").await;
        let id = token.split('.').next().unwrap().parse().unwrap();
        let waiting = world.store().registration(id).await.unwrap().unwrap();
        let Proof::Password(hash) = waiting.proof else {
            panic!("{:?}", waiting.proof)
        };
        world
            .anonymous
            .post("/verify-email", &json!({ "token": token }))
            .await
            .expect(201);
        assert_eq!(
            world.stored(&email).await.password_hash.as_ref(),
            Some(&hash)
        );
        hashes.push(hash);
    }
    let token = world.reset_token("ana@example.com").await;
    let body = json!({ "token": token, "new_password": PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    hashes.extend(world.stored("ana@example.com").await.password_hash);
    for hash in &hashes {
        assert!(hash.starts_with(COSTS), "{hash}");
    }
    hashes.sort();
    hashes.dedup();
    assert_eq!(hashes.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn a_weaker_hash_is_replaced_when_its_owner_signs_in() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let hash = AttributeValue::S(WEAK_HASH.to_owned());
    world.set_of_user(&ana.id, "password_hash", hash).await;
    world
        .anonymous
        .log_in(&ana.email, OTHER_PASSWORD)
        .await
        .expect_problem(401);
    let kept = |user: domain::User| user.password_hash.unwrap();
    assert_eq!(kept(world.stored(&ana.email).await), WEAK_HASH);

    world.anonymous.enter(&ana.email).await;
    let stronger = kept(world.stored(&ana.email).await);
    assert!(stronger.starts_with(COSTS), "{stronger}");
    world.anonymous.enter(&ana.email).await;
    assert_eq!(kept(world.stored(&ana.email).await), stronger);
    world
        .anonymous
        .log_in(&ana.email, OTHER_PASSWORD)
        .await
        .expect_problem(401);
    // Nothing else changed: the session from before goes on.
    assert_eq!(ana.api.get("/me").await.expect(200).body["id"], ana.id);
    world.finish().await;
}

#[tokio::test]
async fn a_password_stays_good_however_old_it_is() {
    let world = World::from(Options {
        schedules: false,
        ..Options::default()
    })
    .await;
    world.sign_up("ana").await;
    world.later(seconds(3 * 366 * 86_400)).await;
    let answer = world.anonymous.log_in("ana@example.com", PASSWORD).await;
    assert_ne!(answer.expect(200).body["access_token"], Value::Null);
    world.finish().await;
}
