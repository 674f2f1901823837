//! How long files are kept: as long as a post uses them, and a day or two when none does.

use std::collections::BTreeMap;

use domain::MediaId;
use futures::future::join;
use local::{Data, Options};
use serde_json::{Value, json};

use super::samples::GIF;
use super::{announce, checked, download, post_form, show, upload};
use crate::harness::{Newsroom, World, seconds};

const DAY: i64 = 86_400;

async fn post_with(news: &Newsroom, media: &[&Value]) -> String {
    let media: Vec<_> = media.iter().map(|id| json!({ "media_id": id })).collect();
    let body = json!({ "team_id": news.team, "text": "Look", "account_ids": [news.mastodon], "media": media });
    news.ana.api.post("/posts", &body).await.expect(201).id()
}

/// A system in which nothing is swept away but by the test.
pub(super) async fn without_schedules() -> World {
    let schedules = false;
    World::from(Options {
        schedules,
        ..Options::default()
    })
    .await
}

/// Nothing may be under way when the clock jumps: it would run out of time.
async fn later(world: &World, by: jiff::SignedDuration) {
    world.settle().await;
    world.jump(by).await;
}

pub(super) async fn sweep(world: &World) -> Value {
    let swept = world.stack.invoke("jobs-sweep-media", json!({})).await;
    swept.unwrap()
}

#[tokio::test]
async fn what_no_post_uses_is_deleted_after_a_day_and_what_one_uses_is_kept() {
    let world = without_schedules().await;
    let news = Newsroom::open(&world).await;
    let used = checked(&world, &news, "image/gif", GIF).await;
    let unused = checked(&world, &news, "image/gif", GIF).await;
    let never = announce(&news.ana, &news.team, "image/gif", 1).await;
    let post = post_with(&news, &[&used["id"]]).await;

    later(&world, seconds(DAY - 1)).await;
    assert_eq!(sweep(&world).await["deleted"], 0);
    assert_eq!(world.stack.files().len(), 2);
    // The one that is used is looked at every day, for a month.
    for _ in 0..30 {
        later(&world, seconds(DAY + 1)).await;
        sweep(&world).await;
    }
    let files = world.stack.files();
    assert!(
        matches!(&files[..], [one] if one.contains(used["id"].as_str().unwrap())),
        "{files:?}"
    );
    let ana = world.log_in(&news.ana.email).await;
    let shown = show(&ana, used["id"].as_str().unwrap()).await;
    assert_eq!(download(&shown).await.status(), 200);
    for gone in [&unused, &never] {
        let path = format!("/media/{}", gone["id"].as_str().unwrap());
        ana.api.get(&path).await.expect_problem(404);
    }
    // With the post goes the file.
    let record = world.store().post(post.parse().unwrap()).await.unwrap();
    world.store().remove_post(&record.unwrap()).await.unwrap();
    later(&world, seconds(DAY + 1)).await;
    assert_eq!(sweep(&world).await["deleted"], 1);
    assert_eq!(world.stack.files(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_file_that_two_posts_use_goes_with_the_second_of_them() {
    let world = without_schedules().await;
    let news = Newsroom::open(&world).await;
    let file = checked(&world, &news, "image/gif", GIF).await;
    let id: MediaId = file["id"].as_str().unwrap().parse().unwrap();
    let first = post_with(&news, &[&file["id"]]).await;
    let second = post_with(&news, &[&file["id"]]).await;
    for (post, files) in [(first, 1), (second, 0)] {
        let record = world.store().post(post.parse().unwrap()).await.unwrap();
        world.store().remove_post(&record.unwrap()).await.unwrap();
        later(&world, seconds(DAY + 1)).await;
        sweep(&world).await;
        assert_eq!(world.stack.files().len(), files);
    }
    assert!(world.store().media_use(id).await.unwrap().is_none());
    world.finish().await;
}

#[tokio::test]
async fn of_using_a_file_and_sweeping_it_away_at_once_one_wins_and_a_used_one_is_never_gone() {
    let world = without_schedules().await;
    let mut news = Newsroom::open(&world).await;
    let (mut kept, mut swept) = (0, 0);
    for round in 0..12 {
        news.ana = world.log_in(&news.ana.email).await;
        let file = checked(&world, &news, "image/gif", GIF).await;
        let id: MediaId = file["id"].as_str().unwrap().parse().unwrap();
        let team = news.team.parse().unwrap();
        later(&world, seconds(DAY + 1)).await;
        let (app, post) = (world.stack.app(), world.stack.app().new_id());
        let using = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            let ids = [id];
            let used = app.store.use_media(team, post, &ids, app.now());
            used.await.unwrap().is_empty()
        };
        let (is_used, _) = join(using, sweep(&world)).await;
        let is_there = world.store().media(id).await.unwrap().is_some();
        assert_eq!(is_used, is_there);
        let files = world.stack.files();
        let has_bytes = files.iter().any(|key| key.contains(&id.to_string()));
        assert_eq!(is_used, has_bytes, "{files:?}");
        if is_used {
            kept += 1;
        } else {
            swept += 1;
        }
    }
    assert_eq!(kept + swept, 12);
    world.finish().await;
}

#[tokio::test]
async fn a_file_that_a_post_is_about_to_name_is_not_swept_away_before_the_post_is_there() {
    let world = without_schedules().await;
    let news = Newsroom::open(&world).await;
    let file = checked(&world, &news, "image/gif", GIF).await;
    let id: MediaId = file["id"].as_str().unwrap().parse().unwrap();
    later(&world, seconds(DAY + 1)).await;
    let (app, team) = (world.stack.app(), news.team.parse().unwrap());
    // It was read as unused; then a post notes it, whose own write has not come yet.
    let read = app.store.media_use(id).await.unwrap().unwrap();
    let ids = [id];
    let failed = app.store.use_media(team, app.new_id(), &ids, app.now());
    assert_eq!(failed.await.unwrap(), []);
    let discarded = app.store.discard_media(&read, app.now()).await;
    assert!(
        matches!(discarded, Err(store::Error::Stale)),
        "{discarded:?}"
    );
    assert_eq!(sweep(&world).await["deleted"], 0);
    // And one that was discarded is named by no post any more.
    later(&world, seconds(DAY + 1)).await;
    let read = app.store.media_use(id).await.unwrap().unwrap();
    app.store.discard_media(&read, app.now()).await.unwrap();
    let failed = app.store.use_media(team, app.new_id(), &ids, app.now());
    assert_eq!(failed.await.unwrap(), ids);
    // A sweep that was cut off here is ended by the next one.
    assert_eq!(sweep(&world).await["deleted"], 1);
    assert_eq!(world.stack.files(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn files_survive_a_restart_and_what_was_uploaded_before_it_is_checked_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Data::Folder(folder.path().to_owned());
    let world = World::with(data(), BTreeMap::new()).await;
    let news = Newsroom::open(&world).await;
    let ready = checked(&world, &news, "image/gif", GIF).await;
    let late = upload(&news.ana, &news.team, "image/gif", GIF).await;
    let form = announce(&news.ana, &news.team, "image/gif", GIF.len()).await;
    world.stack.shutdown().await;

    let world = World::with(data(), BTreeMap::new()).await;
    let ana = world.log_in(&news.ana.email).await;
    world.settle().await;
    for id in [ready["id"].as_str().unwrap(), &late] {
        let shown = show(&ana, id).await;
        assert_eq!(shown["state"], "ready", "{shown}");
        assert_eq!(download(&shown).await.bytes().await.unwrap(), GIF);
    }
    // The address of S3 is another one now; the form is the same.
    let mut form = form["upload"].clone();
    let path = url::Url::parse(form["url"].as_str().unwrap()).unwrap();
    form["url"] = format!("{}{}", world.stack.aws_url(), path.path()).into();
    assert_eq!(post_form(&form, GIF).await.status, 204);
    world.settle().await;
    assert_eq!(world.stack.files().len(), 3);
    world.stack.shutdown().await;

    local::forget(folder.path()).unwrap();
    let world = World::with(data(), BTreeMap::new()).await;
    assert_eq!(world.stack.files(), Vec::<String>::new());
    world.stack.shutdown().await;
}
