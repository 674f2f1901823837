//! What becomes of a file that was uploaded.

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::samples::{GIF, PDF, PLACE, film, jpeg};
use super::{announce, checked, download, holds, post_form, show};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn a_picture_loses_where_it_was_taken_and_keeps_which_way_up_it_is_shown() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let file = jpeg();
    assert!(holds(&file, PLACE));
    let announced = announce(&news.ana, &news.team, "image/jpeg", file.len()).await;
    assert_eq!(
        (&announced["state"], &announced["kind"], &announced["url"]),
        (&json!("awaited"), &json!("image"), &Value::Null)
    );
    assert_eq!(post_form(&announced["upload"], &file).await.status, 204);
    world.settle().await;

    let shown = show(&news.ana, announced["id"].as_str().unwrap()).await;
    assert_eq!(shown["state"], "ready", "{shown}");
    // On its side: as high as it is wide in the file.
    assert_eq!(
        (&shown["width"], &shown["height"]),
        (&json!(30), &json!(40))
    );
    assert_eq!(shown["duration_ms"], Value::Null);
    let answer = download(&shown).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-type"], "image/jpeg");
    assert_eq!(answer.headers()["content-disposition"], "inline");
    let cleaned = answer.bytes().await.unwrap();
    assert!(!holds(&cleaned, PLACE) && !holds(&cleaned, b"ns.adobe.com"));
    assert!(holds(
        &cleaned,
        b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06"
    ));
    assert!(holds(&cleaned, b"picture\xff\xd9"));
    assert_eq!(shown["bytes"], cleaned.len());
    // Nothing is left in quarantine.
    let files = world.stack.files();
    assert!(
        matches!(&files[..], [one] if one.starts_with("media/")),
        "{files:?}"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_film_of_many_pieces_loses_where_it_was_taken_and_nothing_else() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for says_where in [false, true] {
        let file = film(9 * 1024 * 1024, says_where);
        assert_eq!(holds(&file, PLACE), says_where);
        let shown = checked(&world, &news, "video/mp4", &file).await;
        assert_eq!(shown["state"], "ready", "{shown}");
        assert_eq!(
            [&shown["width"], &shown["height"], &shown["duration_ms"]],
            [&json!(40), &json!(30), &json!(2_500)]
        );
        let read = download(&shown).await.bytes().await.unwrap();
        assert_eq!(read.len(), file.len());
        assert!(!holds(&read, PLACE));
        assert_eq!(read == file, !says_where);
        let pictures = ..9 * 1024 * 1024;
        assert!(read[pictures] == file[pictures]);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_document_is_saved_and_not_shown() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let shown = checked(&world, &news, "application/pdf", PDF).await;
    assert_eq!(
        (&shown["state"], &shown["kind"]),
        (&json!("ready"), &json!("document"))
    );
    assert_eq!(
        (&shown["width"], &shown["height"]),
        (&Value::Null, &Value::Null)
    );
    let answer = download(&shown).await;
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(answer.headers()["content-disposition"], "attachment");
    assert_eq!(answer.bytes().await.unwrap(), PDF);
    world.finish().await;
}

#[tokio::test]
async fn a_file_that_is_not_what_it_was_said_to_be_is_refused_in_words_and_its_bytes_are_gone() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let html: &[u8] = b"<!doctype html><script>alert(1)</script>";
    let (jpeg, mut huge, mut cut) = (jpeg(), jpeg(), jpeg());
    let sides = huge.windows(4).position(|part| part == [0, 30, 0, 40]);
    huge[sides.unwrap()..][..4].copy_from_slice(&[0xff; 4]);
    cut.pop();
    for (kind, file, words) in [
        ("image/jpeg", svg, "not a JPEG"),
        ("image/png", svg, "not a PNG"),
        ("image/webp", html, "not a WebP"),
        ("image/gif", html, "not a GIF"),
        ("video/mp4", html, "not an MP4"),
        ("video/quicktime", svg, "not an MP4 or QuickTime"),
        ("application/pdf", html, "not a PDF"),
        ("image/png", &jpeg, "not a PNG"),
        ("image/jpeg", GIF, "not a JPEG"),
        ("image/jpeg", &huge, "20000 pixels"),
        ("image/jpeg", &cut, "cut off"),
        ("application/pdf", &PDF[..20], "cut off"),
        (
            "video/quicktime",
            &film(10, false),
            "upload it as video/mp4",
        ),
    ] {
        let shown = checked(&world, &news, kind, file).await;
        assert_eq!(shown["state"], "refused", "{kind}");
        let reason = shown["reason"].as_str().unwrap();
        assert!(reason.contains(words), "{kind}: {reason}");
        assert_eq!(shown["url"], Value::Null);
        let post = json!({ "team_id": news.team, "text": "Look", "account_ids": [news.mastodon], "media": [{ "media_id": shown["id"] }] });
        let answer = news.ana.api.post("/posts", &post).await.expect_problem(422);
        assert_eq!(answer.pointer(), "/media/0/media_id");
    }
    assert_eq!(world.stack.files(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn an_event_that_comes_twice_and_a_file_that_is_uploaded_twice_change_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let file = jpeg();
    let announced = announce(&news.ana, &news.team, "image/jpeg", file.len()).await;
    let id = announced["id"].as_str().unwrap();
    // Both at once: two events about one file, and the second one about other bytes.
    let mut other = file.clone();
    let place = other
        .windows(7)
        .position(|part| part == b"picture")
        .unwrap();
    other[place] = b'P';
    assert_eq!(post_form(&announced["upload"], &file).await.status, 204);
    assert_eq!(post_form(&announced["upload"], &other).await.status, 204);
    world.settle().await;
    let first = show(&news.ana, id).await;
    assert_eq!(first["state"], "ready", "{first}");
    let bytes = download(&first).await.bytes().await.unwrap();

    // Again, now that it is ready, with the same form.
    for again in [&other, &file] {
        assert_eq!(post_form(&announced["upload"], again).await.status, 204);
        world.settle().await;
        let key = format!("quarantine/{}/{id}", news.team);
        let event = json!({ "Records": [{ "s3": { "object": { "key": key } } }] });
        world
            .stack
            .invoke("jobs-inspect-media", event)
            .await
            .unwrap();
        let shown = show(&news.ana, id).await;
        assert_eq!(shown["state"], "ready");
        assert_eq!(download(&shown).await.bytes().await.unwrap(), bytes);
    }
    assert_eq!(world.stack.files().len(), 1, "{:?}", world.stack.files());
    world.finish().await;
}

#[tokio::test]
async fn many_looks_at_one_upload_at_once_reach_one_verdict_and_leave_one_file() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let file = jpeg();
    for _ in 0..5 {
        let announced = announce(&news.ana, &news.team, "image/jpeg", file.len()).await;
        let id = announced["id"].as_str().unwrap();
        let key = format!("quarantine/{}/{id}", news.team);
        let event = json!({ "Records": [{ "s3": { "object": { "key": key } } }] });
        assert_eq!(post_form(&announced["upload"], &file).await.status, 204);
        let looks = (0..8).map(|_| world.stack.invoke("jobs-inspect-media", event.clone()));
        for look in futures::future::join_all(looks).await {
            look.unwrap();
        }
        world.settle().await;
        assert_eq!(show(&news.ana, id).await["state"], "ready");
    }
    assert_eq!(world.stack.files().len(), 5, "{:?}", world.stack.files());
    world.finish().await;
}

#[tokio::test]
async fn the_address_of_a_file_is_good_for_a_quarter_of_an_hour_and_for_nothing_else() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let shown = checked(&world, &news, "image/gif", GIF).await;
    let address = shown["url"].as_str().unwrap().to_owned();
    let get = async |address: &str| {
        let answer = super::page().get(address).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(get(&address).await, 200);
    let other = address.replace("/media/team_", "/quarantine/team_");
    for changed in [
        address.replace("X-Amz-Expires=900", "X-Amz-Expires=9000"),
        address.replace("inline", "attachment"),
        address.replace("image%2Fgif", "text%2Fhtml"),
        address.split('?').next().unwrap().to_owned(),
        other,
    ] {
        assert_ne!(changed, address);
        assert_eq!(get(&changed).await, 403, "{changed}");
    }
    world.advance(seconds(15 * 60)).await;
    assert_eq!(get(&address).await, 200);
    world.advance(seconds(1)).await;
    assert_eq!(get(&address).await, 403);
    world.finish().await;
}
