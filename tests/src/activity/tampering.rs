//! Whatever is done to a log in the table is found by reading it over HTTP.

use aws_sdk_dynamodb::types::AttributeValue;

use super::table::{Item, SEAL, text};
use super::verdict;
use crate::harness::{Newsroom, World, seconds};

/// A log of seven entries, the ids of which are in the order of the chain.
async fn log(world: &World) -> (Newsroom, Vec<String>) {
    let news = Newsroom::open(world).await;
    world.advance(seconds(1)).await;
    let post = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.advance(seconds(1)).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    news.draft("And cake", &[&news.mastodon]).await;
    world.settle().await;
    let log = news.audited(world).await;
    assert_eq!(verdict(&log, world.now()), Ok(7));
    let mut entries = log.entries;
    entries.sort_by_key(|entry| entry["sequence"].as_u64());
    let ids = entries.iter().map(|entry| entry["id"].as_str().unwrap());
    (news, ids.map(str::to_owned).collect())
}

/// What the command says after something was done to the log.
async fn broken(world: &World, news: &Newsroom) -> String {
    world.settle().await;
    let verdict = verdict(&news.audited(world).await, world.now());
    verdict.expect_err("the command noticed nothing")
}

fn with(item: &Item, name: &str, value: AttributeValue) -> Item {
    let mut item = item.clone();
    item.insert(name.to_owned(), value);
    item
}

#[tokio::test]
async fn an_entry_that_was_changed_is_named() {
    let world = World::start().await;
    let (news, ids) = log(&world).await;
    let item = world.item(&news.team, &ids[1]).await;
    let mut details = item["details"].as_m().unwrap().clone();
    details.insert("handle".into(), text("somebody.else"));
    let mut emptied = item.clone();
    emptied.remove("place").unwrap();
    for changed in [
        with(&item, "details", AttributeValue::M(details)),
        with(&item, "kind", text("post.scheduled")),
        with(&item, "at", text("2026-06-01T11:00:00Z")),
        with(&item, "place", text("203.0.113.0/24")),
        with(&item, "hash", text(&"0".repeat(64))),
        emptied,
    ] {
        world.put(changed).await;
        let why = broken(&world, &news).await;
        assert_eq!(
            why,
            format!(
                "the chain is broken at entry 2, {}: it is not what was sealed",
                ids[1]
            )
        );
    }
    world.put(item).await;
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(7));
    world.finish().await;
}

#[tokio::test]
async fn an_entry_that_was_taken_out_is_missed_wherever_it_was() {
    let world = World::start().await;
    let (news, ids) = log(&world).await;
    for (n, id) in ids.iter().enumerate() {
        let item = world.item(&news.team, id).await;
        world.delete(&news.team, id).await;
        let why = broken(&world, &news).await;
        let expected = format!("the chain is broken at entry {}: it is missing", n + 1);
        assert_eq!(why, expected);
        world.put(item).await;
    }
    world.settle().await;
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(7));
    world.finish().await;
}

#[tokio::test]
async fn entries_that_changed_places_are_found() {
    let world = World::start().await;
    let (news, ids) = log(&world).await;
    let [one, other] = [&ids[3], &ids[4]];
    let (first, second) = (
        world.item(&news.team, one).await,
        world.item(&news.team, other).await,
    );
    let exchanged = |item: &Item, from: &Item, names: &[&str]| {
        let names = names.iter();
        names.fold(item.clone(), |item, name| {
            with(&item, name, from[*name].clone())
        })
    };
    for names in [&SEAL[..], &["sequence"], &["at"], &["kind"]] {
        world.put(exchanged(&first, &second, names)).await;
        world.put(exchanged(&second, &first, names)).await;
        let why = broken(&world, &news).await;
        assert!(why.contains("entry 4, "), "{names:?}: {why}");
    }
    world.end().await;
}

#[tokio::test]
async fn an_entry_whose_place_was_taken_away_is_missed() {
    let world = World::start().await;
    let (news, ids) = log(&world).await;
    let mut item = world.item(&news.team, &ids[6]).await;
    for name in SEAL {
        item.remove(name);
    }
    world.put(item).await;
    let why = broken(&world, &news).await;
    assert_eq!(why, "the chain is broken at entry 7: it is missing");
    world.finish().await;
}
