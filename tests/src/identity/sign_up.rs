//! Signing up: nobody learns who has an account, and nobody gets one without showing that the address is theirs.

use serde_json::{Value, json};

use super::{OTHER_PASSWORD, comparable};
use crate::harness::{PASSWORD, World, seconds};

async fn register(world: &World, email: &str) -> crate::harness::Answer {
    let body = json!({ "email": email, "password": OTHER_PASSWORD, "name": "Eve" });
    world.elsewhere().post("/register", &body).await
}

#[tokio::test]
async fn a_sign_up_is_answered_the_same_whoever_has_the_address() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let path = format!("/users/{}", ben.id);
    let close = json!({ "status": "disabled" });
    ana.api.patch(&path, &close).await.expect(200);
    register(&world, "waiting@example.com").await.expect(202);
    world
        .visitor(1)
        .sign_in_at("google", "sari")
        .await
        .expect(200);
    let known = [
        "ana@example.com",
        "ANA@Example.com",
        "ben@example.com",
        "waiting@example.com",
        "sari.wijaya.sandbox@gmail.com",
    ];
    let unknown = comparable(&register(&world, "nobody@example.com").await);
    assert_eq!(unknown.0, 202);
    for email in known {
        assert_eq!(
            comparable(&register(&world, email).await),
            unknown,
            "{email}"
        );
    }
    world.settle().await;
    // Their owners are told, and nothing of theirs has changed.
    for email in ["ana@example.com", "sari.wijaya.sandbox@gmail.com"] {
        let told = world.subjects(email);
        let last = told.last().map(String::as_str);
        assert_eq!(last, Some("You have an account already"), "{email}");
        let letter = world.letters(email).pop().unwrap();
        assert!(!letter.contains("?token="), "{letter}");
        let login = world.visitor(3).log_in(email, OTHER_PASSWORD).await;
        login.expect_problem(401);
    }
    world.anonymous.enter("ana@example.com").await;
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_there_before_the_address_is_confirmed() {
    let world = World::start().await;
    register(&world, "ana@example.com").await.expect(202);
    world
        .anonymous
        .log_in("ana@example.com", OTHER_PASSWORD)
        .await
        .expect_problem(401);
    assert!(world.store().users(None, 10).await.unwrap().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn of_two_confirmations_of_one_sign_up_at_once_one_makes_the_account() {
    let world = World::start().await;
    register(&world, "ana@example.com").await.expect(202);
    let token = world.token_from("ana@example.com", "/verify-email").await;
    let body = json!({ "token": token });
    let (one, two) = futures::join!(
        world.anonymous.post("/verify-email", &body),
        world.anonymous.post("/verify-email", &body)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!([409, 422].contains(&statuses[1]), "{statuses:?}");
    assert_eq!(world.store().users(None, 10).await.unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_later_sign_up_of_the_same_address_counts_as_well_until_one_is_confirmed() {
    let world = World::start().await;
    // Somebody else signs up with Ana's address first; her own mail still works.
    world.register("ana@example.com", OTHER_PASSWORD).await;
    let not_hers = world.token_from("ana@example.com", "/verify-email").await;
    world.later(seconds(60)).await;
    world.register("ana@example.com", PASSWORD).await;
    world
        .confirm(&world.anonymous, "ana@example.com")
        .await
        .expect(201);
    let body = json!({ "token": not_hers });
    world
        .anonymous
        .post("/verify-email", &body)
        .await
        .expect_problem(409);
    world
        .anonymous
        .log_in("ana@example.com", OTHER_PASSWORD)
        .await
        .expect_problem(401);
    world.anonymous.enter("ana@example.com").await;
    world.finish().await;
}

#[tokio::test]
async fn there_is_nobody_before_the_first_one_signs_up() {
    let world = World::start().await;
    assert!(world.store().users(None, 10).await.unwrap().is_empty());
    for (email, password) in [
        ("admin@example.com", "admin"),
        ("root@localhost.com", "root"),
        ("tayang@localhost.com", "tayang"),
        ("admin@example.com", PASSWORD),
    ] {
        let refused = world.anonymous.log_in(email, password).await;
        refused.expect_problem(401);
    }
    world.finish().await;
}

#[tokio::test]
async fn nobody_gives_himself_anything_at_sign_up() {
    let world = World::start().await;
    world.sign_up("ana").await;
    for (name, value) in [
        ("role", json!("admin")),
        ("status", json!("active")),
        ("id", json!("user_01kaw3x0fhe9ps6r4h8x5tq7vd")),
        ("email_verified", json!(true)),
        (
            "password_hash",
            json!("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AA"),
        ),
        ("epoch", json!(1)),
        ("created_at", json!("2020-01-01T00:00:00Z")),
    ] {
        let mut body = json!({ "email": "eve@example.com", "password": PASSWORD, "name": "Eve" });
        body[name] = value;
        let refused = world.anonymous.post("/register", &body).await;
        let pointer = refused.expect_problem(422).pointer().to_owned();
        assert_eq!(pointer, format!("/{name}"));
    }
    let eve = world.sign_up("eve").await;
    let me = eve.api.get("/me").await.expect(200);
    assert_eq!(me.body["role"], "member");
    world.finish().await;
}

#[tokio::test]
async fn a_provider_stands_alone_in_a_sign_up_and_in_a_sign_in() {
    let world = World::start().await;
    for (path, fields) in [
        ("/register", &["email", "password", "name"][..]),
        ("/login", &["email", "password"]),
    ] {
        for field in fields {
            let mut body = json!({ "provider": "google" });
            body[*field] = json!("ana@example.com");
            let refused = world.anonymous.post(path, &body).await;
            let pointer = refused.expect_problem(422).pointer().to_owned();
            assert_eq!(pointer, format!("/{field}"), "{path}");
        }
        let nothing = world.anonymous.post(path, &json!({})).await;
        assert_eq!(nothing.expect_problem(422).pointer(), "/email");
    }
    let one = comparable(
        &world
            .anonymous
            .log_in("ana@example.com", "")
            .await
            .expect_problem(401),
    );
    assert_ne!(one.2, Value::Null);
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_looks_like_a_key_or_an_expression_is_an_address() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let strange = [
        "user#x@example.com".to_owned(),
        format!("user#{}@example.com", &ana.id[5..]),
        "email#ana@example.com".to_owned(),
        "#pk=x@example.com".to_owned(),
        "session#a|b@example.com".to_owned(),
        "{}'$where`=1@example.com".to_owned(),
        "attribute_exists/pk@example.com".to_owned(),
    ];
    for email in &strange {
        world.register(email, PASSWORD).await;
        let user = world.confirm(&world.anonymous, email).await.expect(201);
        assert_eq!(user.body["email"], *email);
        let there = world.visitor(1).enter(email).await;
        assert_eq!(user.body["id"], there.id);
        let percent = url::form_urlencoded::byte_serialize(email.as_bytes());
        let path = format!("/users?email={}", percent.collect::<String>());
        let found = ana.api.get(&path).await.expect(200);
        assert_eq!(found.body["items"][0]["id"], there.id);
    }
    // Only as addresses do they stand in the table, and in no key.
    let table = super::everything_in_the_tables(&world).await;
    let texts = table.split('"').filter(|text| text.contains('@'));
    for text in texts.filter(|text| text.contains('#')) {
        assert!(strange.iter().any(|email| email == text), "{text}");
    }
    world.finish().await;
}
