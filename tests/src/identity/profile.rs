//! The own profile, and the languages that mails are written in.

use serde_json::{Value, json};

use crate::harness::{PASSWORD, World, seconds};

#[tokio::test]
async fn everybody_sees_and_changes_the_own_profile() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let me = ana.api.get("/me").await.expect(200).body;
    let expected = json!({
        "id": ana.id, "email": "ana@example.com", "name": "Ana", "locale": "en", "time_zone": "UTC",
        "role": "admin", "status": "active", "created_at": "2026-06-01T12:00:00Z",
        "signed_in_at": "2026-06-01T12:00:00Z", "has_password": true, "identities": [],
    });
    assert_eq!(me, expected);
    let change = json!({ "name": " Ana Lee ", "locale": "id", "time_zone": "asia/jakarta" });
    let mut changed = expected;
    changed["name"] = json!("Ana Lee");
    changed["locale"] = json!("id");
    changed["time_zone"] = json!("Asia/Jakarta");
    let answer = ana.api.patch("/me", &change).await.expect(200);
    assert_eq!(answer.body, changed);
    assert_eq!(ana.api.get("/me").await.expect(200).body, changed);
    assert_eq!(
        ana.api.patch("/me", &json!({})).await.expect(200).body,
        changed
    );
    world.finish().await;
}

#[tokio::test]
async fn what_is_no_name_language_or_time_zone_is_refused_and_nothing_else_can_be_changed() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let before = ana.api.get("/me").await.expect(200).body;
    for (field, value) in [
        ("name", json!(" ")),
        ("name", json!("a\r\nb")),
        ("name", json!("x".repeat(81))),
        ("locale", json!("de")),
        ("locale", json!("EN")),
        ("time_zone", json!("Asia/Nowhere")),
        ("time_zone", json!("+07:00")),
        ("time_zone", json!("../../etc/passwd")),
        ("email", json!("eve@example.com")),
        ("role", json!("admin")),
        ("status", json!("active")),
        ("id", json!(ana.id)),
        ("has_password", json!(false)),
        ("identities", json!([])),
        ("password_hash", json!("x")),
        ("epoch", json!(0)),
    ] {
        let refused = ana.api.patch("/me", &json!({ field: value })).await;
        assert_eq!(refused.expect_problem(422).pointer(), format!("/{field}"));
    }
    assert_eq!(ana.api.get("/me").await.expect(200).body, before);
    world.finish().await;
}

#[tokio::test]
async fn mails_are_written_in_the_language_that_was_chosen_at_sign_up() {
    let world = World::start().await;
    let body = |email: &str| json!({ "email": email, "password": PASSWORD, "name": "Budi" });
    let mut chosen = body("chosen@example.com");
    chosen["locale"] = json!("id");
    world.anonymous.post("/register", &chosen).await.expect(202);
    let browser = world.anonymous.saying("accept-language", "id-ID,id;q=0.9");
    let by_browser = body("browser@example.com");
    browser.post("/register", &by_browser).await.expect(202);
    let mut against = body("against@example.com");
    against["locale"] = json!("en");
    browser.post("/register", &against).await.expect(202);
    world.settle().await;
    for (email, subject) in [
        ("chosen@example.com", "Konfirmasi alamat email Anda"),
        ("browser@example.com", "Konfirmasi alamat email Anda"),
        ("against@example.com", "Confirm your address"),
    ] {
        assert_eq!(world.subjects(email), [subject]);
    }
    world.finish().await;
}

#[tokio::test]
async fn mails_follow_the_language_and_the_clock_of_the_profile() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let change = json!({ "locale": "id", "time_zone": "Asia/Jakarta" });
    ana.api.patch("/me", &change).await.expect(200);
    world.visitor(5).enter(&ana.email).await;
    let token = world.reset_token(&ana.email).await;
    let body = json!({ "token": token, "new_password": "seven grey herons wade" });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    world.settle().await;
    assert_eq!(
        world.subjects(&ana.email),
        [
            "Confirm your address",
            "Ada yang baru saja masuk ke akun Anda",
            "Buat kata sandi baru",
            "Kata sandi Anda telah diubah",
        ]
    );
    // 12:00 in Universal Time is 19:00 in Jakarta.
    let letters = world.letters(&ana.email);
    assert!(letters[1].contains("19.00 WIB"), "{}", letters[1]);
    world.finish().await;
}

#[tokio::test]
async fn of_two_changes_of_a_profile_at_once_neither_is_lost_unnoticed() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    for n in 0..5 {
        let name = json!({ "name": format!("Ana {n}") });
        let zone = if n % 2 == 0 {
            "Asia/Jakarta"
        } else {
            "Asia/Makassar"
        };
        let zone = json!({ "time_zone": zone });
        let (one, two) = futures::join!(ana.api.patch("/me", &name), ana.api.patch("/me", &zone));
        let me = ana.api.get("/me").await.expect(200).body;
        for (answer, field, wanted) in [
            (one, "name", &name["name"]),
            (two, "time_zone", &zone["time_zone"]),
        ] {
            match answer.status {
                200 => assert_eq!(&me[field], wanted),
                412 => {}
                other => panic!("{other}: {}", answer.text),
            }
        }
        world.later(seconds(1)).await;
    }
    assert_ne!(Value::Null, ana.api.get("/me").await.expect(200).body["id"]);
    world.finish().await;
}
