//! Every entry gets its place in the chain once, whoever writes, whatever comes twice, and though the stream lets some slip.

use domain::ActivityId;
use domain::chain::Head;
use functions::jobs::seal;
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::Value;

use super::table::{Item, copy, streamed, text};
use super::{items, verdict};
use crate::harness::{Newsroom, World, seconds};

/// So many entries like one that is there, of which the stream knows nothing: it only tells of new items, and these change.
async fn slipped(world: &World, news: &Newsroom, number: u16) -> Vec<Item> {
    let newest = news.log("&limit=1").await.expect(200);
    let newest = items(&newest)[0]["id"].as_str().unwrap();
    let like = world.item(&news.team, newest).await;
    let copies = (0..number).map(|n| copy(&like, world.now(), n).1);
    let copies: Vec<_> = copies.collect();
    let nothing_yet = copies.iter().map(|item| {
        let mut item = item.clone();
        item.insert("type".to_owned(), text("something else"));
        item
    });
    world.put_all(nothing_yet.collect()).await;
    world.settle().await;
    world.put_all(copies.clone()).await;
    copies
}

/// The numbers and hashes of what is sealed, in the order of the chain.
async fn seals(world: &World, news: &Newsroom) -> Vec<(u64, Value)> {
    let log = news.audited(world).await.entries.into_iter();
    let seals =
        log.filter_map(|entry| Some((entry.get("sequence")?.as_u64()?, entry["hash"].clone())));
    let mut seals: Vec<_> = seals.collect();
    seals.sort_by_key(|(sequence, _)| *sequence);
    seals
}

#[tokio::test]
async fn a_life_of_posts_is_a_chain_from_the_first_entry_to_the_last() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let fresh = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    let cake = news.draft("Cake", &[&news.bluesky, &news.mastodon]).await;
    news.schedule(&fresh, world.now() + seconds(30)).await;
    news.schedule(&cake, world.now() + seconds(400)).await;
    world.advance(seconds(600)).await;
    let log = news.audited(&world).await;
    assert_eq!(log.entries.len(), 10);
    assert_eq!(verdict(&log, world.now()), Ok(10));
    let last = log
        .entries
        .iter()
        .max_by_key(|entry| entry["sequence"].as_u64());
    assert_eq!(last.unwrap()["hash"], log.head.hash);
    world.finish().await;
}

#[tokio::test]
async fn each_team_has_a_chain_of_its_own_and_nothing_else_has_one() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other news").await;
    world.settle().await;
    let log = super::read(&world, &news.ana, &other).await;
    assert_eq!(verdict(&log, world.now()), Ok(1));
    assert_eq!(log.entries[0]["sequence"], 1);
    let app = world.stack.app();
    let scan = app.aws.dynamodb().scan().table_name(&app.config.table);
    let found = scan.send().await.unwrap().items.unwrap();
    let of_users = found
        .iter()
        .filter(|item| item.get("type") == Some(&text("activity")) && !item.contains_key("team"));
    let of_users: Vec<_> = of_users.collect();
    assert!(of_users.len() > 2, "signing up and in is in the user's log");
    for item in of_users {
        assert!(!item.contains_key("sequence") && !item.contains_key("unsealed_pk"));
    }
    world.finish().await;
}

#[tokio::test]
async fn entries_that_many_write_at_once_stand_in_one_chain() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let drafts = (0..40).map(|n| {
        let news = &news;
        async move { news.draft(&format!("Draft {n}"), &[&news.bluesky]).await }
    });
    join_all(drafts).await;
    world.settle().await;
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(43));
    world.finish().await;
}

#[tokio::test]
async fn what_many_seal_at_once_gets_one_place_each() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let entries = slipped(&world, &news, 60).await;
    let app = world.stack.app();
    // All of them by one, and each half by others, at the same moment.
    let (some, others) = entries.split_at(30);
    let events = [&entries, &entries, some, others, some].map(streamed);
    for outcome in join_all(events.map(|event| seal::handle(app, event))).await {
        outcome.unwrap();
    }
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(63));
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_sealed_twice_nor_after_another_end_than_the_present_one() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let (store, team) = (world.store(), news.team.parse().unwrap());
    let (nothing, past) = (Head::default(), store.chain_head(team).await.unwrap());
    news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.settle().await;
    let head = store.chain_head(team).await.unwrap();
    let sealed = news.audited(&world).await.entries.remove(0);
    let sealed: ActivityId = sealed["id"].as_str().unwrap().parse().unwrap();
    let unsealed = slipped(&world, &news, 1).await.remove(0);
    let unsealed: ActivityId = unsealed["id"].as_s().unwrap().parse().unwrap();
    // The first one read the entry before somebody else sealed it, and the end of the chain after that; the others an end that is past.
    for (head, entry) in [(&head, sealed), (&nothing, unsealed), (&past, unsealed)] {
        let outcome = store.seal(team, head, &[(entry, head.seal("{}"))]).await;
        assert!(matches!(outcome, Err(store::Error::Stale)), "{outcome:?}");
    }
    assert_eq!(store.chain_head(team).await.unwrap(), head);
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(4));
    world.finish().await;
}

#[tokio::test]
async fn what_comes_again_after_it_was_sealed_keeps_its_place() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let entries = slipped(&world, &news, 7).await;
    let app = world.stack.app();
    // A worker that died after the first ones: the whole batch comes again.
    seal::handle(app, streamed(&entries[..3])).await.unwrap();
    let first = seals(&world, &news).await;
    seal::handle(app, streamed(&entries)).await.unwrap();
    let second = seals(&world, &news).await;
    assert_eq!((first.len(), &first[..]), (6, &second[..6]));
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(10));
    seal::handle(app, streamed(&entries)).await.unwrap();
    assert_eq!(seals(&world, &news).await, second);
    world.finish().await;
}

#[tokio::test]
async fn what_the_stream_let_slip_is_a_gap_until_the_next_tick_finds_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let slipped = slipped(&world, &news, 3).await;
    let log = news.audited(&world).await;
    assert_eq!(log.entries.len(), 6);
    assert_eq!(verdict(&log, world.now()), Ok(3), "it is waited for");
    let broken = verdict(&log, world.now() + seconds(601)).unwrap_err();
    let first = slipped[0]["id"].as_s().unwrap();
    assert!(
        broken.contains(first) && broken.contains("no place in the chain"),
        "{broken}"
    );
    world.advance(seconds(600)).await;
    assert_eq!(verdict(&news.audited(&world).await, world.now()), Ok(6));
    world.finish().await;
}

#[tokio::test]
async fn a_tick_that_finds_nothing_changes_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let before = seals(&world, &news).await;
    world.advance(seconds(700)).await;
    assert_eq!(seals(&world, &news).await, before);
    assert_eq!(before.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn who_keeps_the_end_of_the_chain_notices_that_it_was_cut_off_and_made_anew() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.settle().await;
    let kept = news.audited(&world).await;
    news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.settle().await;
    let grown = news.audited(&world).await;
    let now: Timestamp = world.now();
    assert!(audit::verify(&grown, Some(&kept.head), now).is_ok());
    // Somebody who may write to the table takes the last entry out and puts the end back.
    assert!(audit::verify(&kept, None, now).is_ok());
    assert!(audit::verify(&kept, Some(&grown.head), now).is_err());
    world.finish().await;
}

#[tokio::test]
async fn the_table_that_is_exported_computes_nothing_that_people_wrote() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let formula = "=HYPERLINK(\"https://evil.example\")";
    let team = news.ana.create_team(formula).await;
    world.settle().await;
    let log = super::read(&world, &news.ana, &team).await;
    assert_eq!(log.entries[0]["details"]["name"], formula);
    let table = audit::csv(&log.entries);
    assert!(
        table.contains(r#","'=HYPERLINK(""https://evil.example"")""#),
        "{table}"
    );
    assert_eq!(audit::jsonl(&log.entries).lines().count(), 1);
    world.finish().await;
}
