//! Whose a file is, and how much a team may have.

use domain::Role;
use serde_json::json;

use super::keeping::{sweep, without_schedules};
use super::samples::{GIF, jpeg};
use super::{announce, checked, upload};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn a_file_of_another_team_is_not_there_and_a_viewer_uploads_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let file = checked(&world, &news, "image/gif", GIF).await;
    let path = format!("/media/{}", file["id"].as_str().unwrap());
    let (ben, vera) = (world.sign_up("ben").await, world.sign_up("vera").await);
    let body = json!({ "team_id": news.team, "content_type": "image/gif", "bytes": 1 });
    ben.api.get(&path).await.expect_problem(404);
    let answer = ben.api.post("/media", &body).await.expect_problem(404);
    assert_eq!(answer.pointer(), "/team_id");
    world.anonymous.get(&path).await.expect_problem(401);

    world.join(&vera, &news.team, Role::Viewer).await;
    vera.api.get(&path).await.expect(200);
    vera.api.post("/media", &body).await.expect_problem(403);

    // A team of the same person is another team.
    let other = news.ana.create_team("Other").await;
    let account = news.ana.connect_bluesky(&other).await;
    for media in [
        file["id"].clone(),
        json!("media_01m81bb110ejaarxfabza4kfhk"),
    ] {
        let post = json!({ "team_id": other, "text": "Look", "account_ids": [account], "media": [{ "media_id": media }] });
        let answer = news.ana.api.post("/posts", &post).await.expect_problem(404);
        assert_eq!(answer.pointer(), "/media/0/media_id");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_team_has_room_for_twenty_gibibytes_and_what_was_refused_takes_none() {
    let world = without_schedules().await;
    let news = Newsroom::open(&world).await;
    let largest = 512 * 1024 * 1024;
    for _ in 0..39 {
        announce(&news.ana, &news.team, "video/mp4", largest).await;
    }
    // Of the last half gibibyte a refused file takes nothing.
    let refused = checked(&world, &news, "image/png", &jpeg()).await;
    assert_eq!(refused["state"], "refused");
    announce(&news.ana, &news.team, "video/mp4", largest).await;
    let body = json!({ "team_id": news.team, "content_type": "image/gif", "bytes": 1 });
    let full = news.ana.api.post("/media", &body).await.expect_problem(409);
    let detail = full.body["detail"].as_str().unwrap();
    assert!(detail.contains("20 GiB"), "{detail}");
    // Another team has room of its own, and after a day there is room again.
    let other = news.ana.create_team("Other").await;
    announce(&news.ana, &other, "video/mp4", largest).await;
    world.jump(seconds(25 * 3_600)).await;
    sweep(&world).await;
    let body = json!({ "team_id": news.team, "content_type": "image/gif", "bytes": 1 });
    let again = world.log_in(&news.ana.email).await;
    again.api.post("/media", &body).await.expect(201);
    world.finish().await;
}

#[tokio::test]
async fn the_files_of_a_deleted_team_are_deleted_with_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    checked(&world, &news, "image/gif", GIF).await;
    let used = checked(&world, &news, "image/jpeg", &jpeg()).await;
    let post = json!({ "team_id": news.team, "text": "Look", "account_ids": [news.mastodon], "media": [{ "media_id": used["id"] }] });
    news.ana.api.post("/posts", &post).await.expect(201);
    let waiting = announce(&news.ana, &news.team, "image/gif", 1).await;
    assert_eq!(world.stack.files().len(), 2);
    let other = news.ana.create_team("Other").await;
    let kept = upload(&news.ana, &other, "image/gif", GIF).await;
    world.settle().await;

    let path = format!("/teams/{}?name=Harbour%20news", news.team);
    news.ana.api.delete(&path).await.expect(204);
    for id in [&used["id"], &waiting["id"]] {
        let path = format!("/media/{}", id.as_str().unwrap());
        news.ana.api.get(&path).await.expect_problem(404);
    }
    world.advance(seconds(3_600)).await;
    let files = world.stack.files();
    assert!(
        matches!(&files[..], [one] if one.contains(&kept)),
        "{files:?}"
    );
    let (app, team) = (world.stack.app(), news.team.parse().unwrap());
    let left = app.store.media_of_team(team, None, 10).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    world.finish().await;
}
