//! What a form that was signed lets somebody upload: one file of one type and size to one place, for a quarter of an hour.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::samples::{GIF, jpeg};
use super::{announce, post_form, show};
use crate::harness::{Newsroom, World, seconds};

/// A form with one field more, or another one.
fn with(form: &Value, field: &str, value: &str) -> Value {
    let mut form = form.clone();
    form["fields"][field] = value.into();
    form
}

#[tokio::test]
async fn nothing_but_the_announced_file_can_be_uploaded_with_a_form() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let file = jpeg();
    let announced = announce(&news.ana, &news.team, "image/jpeg", file.len()).await;
    let form = &announced["upload"];
    let key = format!(
        "quarantine/{}/{}",
        news.team,
        announced["id"].as_str().unwrap()
    );
    assert_eq!(form["fields"]["key"], key);

    let policy = STANDARD.decode(form["fields"]["policy"].as_str().unwrap());
    let policy = String::from_utf8(policy.unwrap()).unwrap();
    let wider = STANDARD.encode(policy.replace("image/jpeg", "text/html"));
    let later = STANDARD.encode(policy.replace("2026", "2036"));
    let mut without = form.clone();
    without["fields"].as_object_mut().unwrap().remove("policy");
    let mut unsigned = form.clone();
    unsigned["fields"]["x-amz-signature"] = "0".repeat(64).into();
    for (form, file, code) in [
        (form.clone(), [&file[..], b"!"].concat(), "EntityTooLarge"),
        (form.clone(), file[1..].to_vec(), "EntityTooSmall"),
        (form.clone(), Vec::new(), "EntityTooSmall"),
        (
            with(form, "Content-Type", "text/html"),
            file.clone(),
            "AccessDenied",
        ),
        (
            with(form, "key", "media/other"),
            file.clone(),
            "AccessDenied",
        ),
        (
            with(form, "key", &format!("{key}/../other")),
            file.clone(),
            "AccessDenied",
        ),
        (
            with(form, "acl", "public-read"),
            file.clone(),
            "AccessDenied",
        ),
        (
            with(form, "x-amz-meta-more", "x"),
            file.clone(),
            "AccessDenied",
        ),
        (
            with(form, "policy", &wider),
            file.clone(),
            "SignatureDoesNotMatch",
        ),
        (
            with(form, "policy", &later),
            file.clone(),
            "SignatureDoesNotMatch",
        ),
        (unsigned, file.clone(), "SignatureDoesNotMatch"),
        (without, file.clone(), "AccessDenied"),
    ] {
        let uploaded = post_form(&form, &file).await;
        assert_eq!(uploaded.code, code, "{uploaded:?} {form}");
        assert!((400..500).contains(&uploaded.status));
    }
    world.settle().await;
    assert_eq!(world.stack.files(), Vec::<String>::new());
    let id = announced["id"].as_str().unwrap();
    assert_eq!(show(&news.ana, id).await["state"], "awaited");
    world.finish().await;
}

#[tokio::test]
async fn a_form_is_good_for_a_quarter_of_an_hour() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let announced = announce(&news.ana, &news.team, "image/gif", GIF.len()).await;
    let until = announced["upload"]["expires_at"].as_str().unwrap();
    assert_eq!(until, (world.now() + seconds(900)).to_string());
    world.advance(seconds(901)).await;
    let uploaded = post_form(&announced["upload"], GIF).await;
    assert_eq!(
        (uploaded.status, uploaded.code.as_str()),
        (403, "AccessDenied")
    );
    assert!(uploaded.message.contains("expired"), "{uploaded:?}");
    world.finish().await;
}

#[tokio::test]
async fn what_is_announced_must_be_of_a_type_and_a_size_that_is_taken() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mib = 1024 * 1024;
    for (kind, bytes, pointer) in [
        ("image/svg+xml", json!(100), "/content_type"),
        ("text/html", json!(100), "/content_type"),
        ("image/JPEG", json!(100), "/content_type"),
        ("image/jpeg; charset=utf-8", json!(100), "/content_type"),
        ("", json!(100), "/content_type"),
        ("image/jpeg", json!(0), "/bytes"),
        ("image/jpeg", json!(-1), "/bytes"),
        ("image/jpeg", json!(20 * mib + 1), "/bytes"),
        ("image/gif", json!(15 * mib + 1), "/bytes"),
        ("video/mp4", json!(512 * mib + 1), "/bytes"),
        ("application/pdf", json!(100 * mib + 1), "/bytes"),
        ("image/jpeg", json!(u64::MAX), "/bytes"),
        ("image/jpeg", json!(1.5), "/bytes"),
    ] {
        let body = json!({ "team_id": news.team, "content_type": kind, "bytes": bytes });
        let answer = news.ana.api.post("/media", &body).await.expect_problem(422);
        assert_eq!(answer.pointer(), pointer, "{body}");
    }
    for (kind, bytes) in [
        ("image/jpeg", 20 * mib),
        ("image/gif", 15 * mib),
        ("video/quicktime", 512 * mib),
        ("application/pdf", 100 * mib),
    ] {
        announce(&news.ana, &news.team, kind, bytes).await;
    }
    world.finish().await;
}

#[tokio::test]
async fn a_user_announces_two_hundred_files_in_ten_minutes_and_no_more() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for _ in 0..200 {
        announce(&news.ana, &news.team, "image/gif", 1).await;
    }
    let body = json!({ "team_id": news.team, "content_type": "image/gif", "bytes": 1 });
    let answer = news.ana.api.post("/media", &body).await.expect_problem(429);
    let wait: i64 = answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    world.advance(seconds(wait)).await;
    announce(&news.ana, &news.team, "image/gif", 1).await;
    world.finish().await;
}
