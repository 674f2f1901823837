//! Texts that are refused, and strange ones that must come back as they were sent.

use serde_json::{Value, json};

use super::{Endpoint, is_type, refused, refused_at, without_effect};
use crate::authz::foreign::{Place, places};
use crate::authz::scene::Scene;
use crate::harness::{Newsroom, PASSWORD, World};

/// Texts that mean something to a database, a shell, a template or a reader of logs.
const MEANINGFUL: [&str; 20] = [
    "#",
    ":v",
    "attribute_exists(PK)",
    "attribute_not_exists(#PK) OR :v = :v",
    "SET #role = :admin",
    "TEAM#team_01kaw3x0fhe9ps6r4h8x5tq7vd",
    "META",
    "{\"S\":\"text\"}",
    "' OR 1=1 --",
    "$(reboot)",
    "`reboot`",
    "${AWS::StackName}",
    "{{ 7 * 7 }}",
    "<script>alert(1)</script>",
    "%00%0a",
    "\\u0000",
    "../../etc/passwd",
    "=HYPERLINK(\"x\")",
    "true",
    "1e400",
];

/// Texts that programs like to break.
const FRAGILE: [&str; 7] = [
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "\u{202e}drawkcab\u{202c}",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
    "𝒳𠜎🦀",
    "שלום مرحبا",
    "\u{fffd}\u{e000}",
    "ﬁ ① Ⅷ",
];

#[tokio::test]
async fn meaningful_and_fragile_texts_come_back_as_they_were_sent() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for text in MEANINGFUL.into_iter().chain(FRAGILE) {
        let team = news.ana.api.post("/teams", &json!({ "name": text })).await;
        // Names are kept in NFC, which leaves all of these but stacked accents as they are.
        if !text.starts_with('Z') {
            assert_eq!(team.expect(201).body["name"], text);
        }
        let post = news.draft(text, &[&news.bluesky]).await;
        assert_eq!(news.post(&post).await["text"], text);
    }
    let names = news.ana.api.get("/teams").await.expect(200).body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|team| team["name"].as_str().unwrap().to_owned())
        .collect::<Vec<_>>();
    assert!(
        MEANINGFUL
            .iter()
            .all(|text| names.contains(&(*text).to_owned())),
        "{names:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn meaningful_texts_are_names_and_passwords_like_any_other() {
    let world = World::start().await;
    for (n, text) in ["attribute_exists(PK)", "#", ":v", "🦀"]
        .into_iter()
        .enumerate()
    {
        let (email, password) = (
            format!("user{n}@example.com"),
            format!("{text} {PASSWORD} {text}"),
        );
        world
            .anonymous
            .post(
                "/register",
                &json!({ "email": email, "password": password, "name": text }),
            )
            .await
            .expect(202);
        let token = world.verification_token(&email).await;
        world
            .anonymous
            .post("/verify-email", &json!({ "token": token }))
            .await
            .expect(201);
        let signed_in = world
            .anonymous
            .post("/login", &json!({ "email": email, "password": password }))
            .await
            .expect(200);
        assert_eq!(signed_in.body["user"]["name"], text);
        assert!(!signed_in.text.contains(&password));
    }
    world.finish().await;
}

/// Where a blank text is as good as none: beside a picture, and where nothing has to be said.
const MAY_BE_BLANK: [(&str, &str); 4] = [
    ("POST /posts", "text"),
    ("POST /posts", "first_comment"),
    ("PUT /posts/{postId}", "text"),
    ("PUT /posts/{postId}", "first_comment"),
];

/// Texts that no field takes.
fn unacceptable() -> Vec<(&'static str, Value)> {
    vec![
        ("nothing", json!("")),
        ("blanks", json!(" \t ")),
        ("NUL", json!("a\u{0}b")),
        ("a bell", json!("a\u{7}b")),
        ("an escape", json!("\u{1b}[31mred")),
        ("a C1 control", json!("a\u{9b}b")),
        ("a carriage return alone", json!("a\rb")),
        ("200,000 letters", json!("a".repeat(200_000))),
        ("40,000 crabs", json!("🦀".repeat(40_000))),
    ]
}

#[tokio::test]
async fn controls_blanks_and_endless_texts_are_refused_in_every_field() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for (field, schema) in endpoint
                .fields()
                .into_iter()
                .filter(|(_, schema)| is_type(schema, "string"))
            {
                // A password may be any text (NIST SP 800-63B-4), and of a secret that is wrong nobody is told more than that.
                let is_secret = schema["format"] == "password" || field == "refresh_token";
                let is_used = endpoint.call.body.as_ref().unwrap().get(field).is_some();
                // Whose queue it is says that the time is a slot of that: what is wrong then is that it is not.
                let of_queue = endpoint.call.body.as_ref().unwrap()["queue_account_id"].is_string();
                if field == "publish_at" && of_queue {
                    continue;
                }
                let may_be_blank = MAY_BE_BLANK.contains(&(endpoint.route.as_str(), field));
                for (name, value) in unacceptable() {
                    let what = format!("{} with {name} as {field}", endpoint.route);
                    if may_be_blank && value.as_str().unwrap().trim().is_empty() {
                        continue;
                    }
                    match (is_secret, is_used) {
                        (false, true) => refused_at(
                            endpoint.send(scene, &endpoint.with(field, value)).await,
                            &format!("/{field}"),
                            &what,
                        ),
                        (true, true) => drop(refused(
                            endpoint.send(scene, &endpoint.with(field, value)).await,
                            &what,
                        )),
                        (_, false) => {}
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lone_surrogates_are_refused_in_every_field() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for field in endpoint.fields().into_keys().chain(["unknown"]) {
                for surrogate in [
                    "\\ud800",
                    "\\udc00",
                    "\\ud83d\\ud83d",
                    "\\udc00\\ud800",
                    "\\ud83dx",
                    "\\uD83",
                    "\\x00",
                    "\\u{1f980}",
                ] {
                    let body = endpoint
                        .with(field, json!("SURROGATE"))
                        .to_string()
                        .replace("SURROGATE", surrogate);
                    let what = format!("{} {body}", endpoint.route);
                    let answer = refused(endpoint.send_text(scene, body).await, &what);
                    assert!(
                        matches!(answer.status, 400 | 422),
                        "{what}: {}",
                        answer.text
                    );
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_id_in_a_body_that_is_none_is_named_wherever_it_stands() {
    let scene = Scene::open().await;
    let endpoints = Endpoint::with_body(&scene).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            for place in places(&endpoint.call) {
                let Place::Body(pointer) = &place else {
                    continue;
                };
                let id = place.read(&endpoint.call);
                let (kind, tail) = id.split_once('_').unwrap();
                let other_kind = if kind == "user" { "team" } else { "user" };
                for bad in [
                    "x",
                    tail,
                    &format!("_{tail}"),
                    &format!("{other_kind}_{tail}"),
                    &id.to_uppercase(),
                    &id[..id.len() - 1],
                    &format!("{id}0"),
                    &format!(" {id}"),
                    &format!("{id}#META"),
                    &format!("{}8{}", &id[..id.len() - 26], &id[id.len() - 25..]),
                ] {
                    let call = place.write(&endpoint.call, bad);
                    refused_at(
                        call.send(endpoint.api(scene)).await,
                        pointer,
                        &format!("{} {pointer} {bad}", endpoint.route),
                    );
                }
            }
        }
    })
    .await;
}
