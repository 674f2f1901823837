//! What follows when a team was deleted: nothing of it goes out, and in the end nothing of it is left but its log.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::publication::Claim;
use domain::{Kind, Role};
use futures::join;
use sandbox::{Effect, Fault};
use serde_json::Value;

use crate::harness::{Newsroom, World, seconds};

/// How long everything takes that a deletion begins, with time to spare.
const CLEARED: i64 = 15 * 60;

/// A row of a table: its partition, and all of it as text.
struct Row {
    partition: String,
    text: String,
}

/// Every row of both tables.
async fn rows(world: &World) -> Vec<Row> {
    let app = world.stack.app();
    let mut rows = Vec::new();
    for table in [&app.config.table, &app.config.vault_table] {
        let scan = app.aws.dynamodb().scan().table_name(table);
        let mut items = scan.consistent_read(true).into_paginator().items().send();
        while let Some(item) = items.next().await {
            let item = item.unwrap();
            rows.push(Row {
                partition: item["PK"].as_s().unwrap().clone(),
                text: item
                    .iter()
                    .map(|(name, value)| format!("{name}={}", shown(value)))
                    .collect::<Vec<_>>()
                    .join(" "),
            });
        }
    }
    rows
}

fn shown(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::B(bytes) => String::from_utf8_lossy(bytes.as_ref()).into_owned(),
        other => format!("{other:?}"),
    }
}

/// The rows that name any of these ids, but for entries of the log and the end of their chain.
async fn left_of(world: &World, ids: &BTreeSet<String>) -> Vec<String> {
    let rows = rows(world).await;
    let names_one = |row: &&Row| ids.iter().any(|id| row.text.contains(id));
    let is_log = |row: &Row| {
        let mut of_it = ["ACTIVITY#", "CHAIN#"].into_iter();
        of_it.any(|kind| row.partition.starts_with(kind))
    };
    let rows = rows.iter().filter(|row| !is_log(row));
    rows.filter(names_one).map(|row| row.text.clone()).collect()
}

#[tokio::test]
async fn what_a_deleted_team_had_scheduled_is_cancelled_and_nothing_of_it_goes_out() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let both = [&news.mastodon, &news.bluesky];
    for (text, after) in [("Now", 20), ("In five minutes", 300), ("In an hour", 3_600)] {
        let post = news.draft(text, &both).await;
        news.schedule(&post, world.now() + seconds(after)).await;
    }
    // The first is on its way to the queue already.
    world.settle().await;
    news.delete().await;
    world.advance(seconds(3_600 + CLEARED)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    assert_eq!(news.count(&world, Kind::PublicationCancelled).await, 6);
    assert_eq!(news.count(&world, Kind::PublicationMissed).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn nothing_goes_out_even_if_the_clearing_away_never_comes() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Too late", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(600)).await;
    let (team, id) = (news.team.parse().unwrap(), post.parse().unwrap());
    // A worker has read all that it needs.
    world.pass(seconds(600)).await;
    let store = world.store();
    let found = store
        .post(id)
        .await
        .unwrap()
        .unwrap()
        .publications
        .remove(0);
    let Claim::Prepare(claimed) = found.claim("worker", world.now()) else {
        panic!("must be claimable")
    };
    store.claim(&found, &claimed).await.unwrap();
    let account = store.account(team, claimed.account).await.unwrap().unwrap();
    let armed = claimed.arm("worker", Value::Null, world.now()).unwrap();
    let ana = world.log_in("ana@example.com").await;
    let path = format!("/teams/{}?name=Harbour%20news", news.team);
    ana.api.delete(&path).await.expect(204);
    let refused = store.arm(&claimed, &armed, &account).await;
    assert!(refused.is_err(), "armed in a team that was deleted");
    world.finish().await;
}

#[tokio::test]
async fn the_access_to_a_deleted_teams_accounts_is_given_back_and_its_tokens_are_destroyed() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let accounts = [&news.mastodon, &news.bluesky].map(|id| id.parse().unwrap());
    for account in accounts {
        assert!(
            world
                .store()
                .sealed_tokens(account)
                .await
                .unwrap()
                .is_some()
        );
    }
    news.delete().await;
    world.advance(seconds(CLEARED)).await;
    for account in accounts {
        assert_eq!(world.store().sealed_tokens(account).await.unwrap(), None);
    }
    let requests = world.stack.sandbox().requests();
    for operation in ["revoke", "com.atproto.server.deleteSession"] {
        let given_back = requests
            .iter()
            .filter(|request| request.operation == operation);
        assert_eq!(given_back.count(), 1, "{operation}");
    }
    assert_eq!(news.count(&world, Kind::AccountDisconnected).await, 2);
    world.finish().await;
}

#[tokio::test]
async fn at_last_no_row_of_a_deleted_team_is_left_but_its_log() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Editor).await;
    let mut ids = BTreeSet::from([
        news.team.clone(),
        news.mastodon.clone(),
        news.bluesky.clone(),
    ]);
    for n in 0..60 {
        let email = format!("guest{n}@example.com");
        ids.insert(world.invite(&email, &news.team, Role::Viewer).await);
    }
    let both = [&news.mastodon, &news.bluesky];
    let out = news.draft("Out already", &both).await;
    news.schedule(&out, world.now() + seconds(30)).await;
    world.advance(seconds(40)).await;
    assert_eq!(world.published().len(), 2);
    for n in 0..60 {
        ids.insert(news.draft(&format!("Draft {n}"), &both).await);
    }
    let waits = news.draft("Waits", &both).await;
    news.schedule(&waits, world.now() + seconds(86_400)).await;
    ids.extend([out, waits]);
    let broken = world.store();
    let account = broken.account(news.team.parse().unwrap(), news.bluesky.parse().unwrap());
    let account = account.await.unwrap().unwrap();
    let app = world.stack.app();
    let failed = account
        .failed("revoked", domain::Entry::system(app.new_id()), app.now())
        .unwrap();
    broken
        .change_account(&account, &failed.account, None)
        .await
        .unwrap();
    world.settle().await;
    // Everything is found while it is there, in the vault as well.
    let before = left_of(&world, &ids).await;
    for kind in [
        "MEMBER#",
        "INVITED#",
        "REMOTE#",
        "GRANT#",
        "OPEN#",
        "DUE#",
        "SNAPSHOT#",
        "TODO#",
        "ATTEMPT#",
        "TOKENS",
        "CHORE#",
    ] {
        assert!(
            before.iter().any(|row| row.contains(kind)),
            "nothing is found of {kind}"
        );
    }

    news.delete().await;
    world.advance(seconds(CLEARED)).await;
    assert_eq!(left_of(&world, &ids).await, Vec::<String>::new());
    let team = news.team.parse().unwrap();
    let log = world.store().activity(team, None, 500).await.unwrap();
    for kind in [Kind::TeamCreated, Kind::InvitationSent, Kind::TeamDeleted] {
        assert!(log.iter().any(|entry| entry.kind == kind), "{kind} is gone");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_publication_that_is_being_sent_while_the_team_is_deleted_is_recorded() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let slow = Effect::Timeout {
        executes: true,
        delay_ms: 1_000,
    };
    world
        .stack
        .sandbox()
        .script(Fault::on("create_status", slow));
    let post = news.draft("On its way", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    let deletion = async {
        let sent = || {
            let requests = world.stack.sandbox().requests();
            requests
                .iter()
                .any(|request| request.operation == "create_status")
        };
        while !sent() {
            tokio::task::yield_now().await;
        }
        news.delete().await;
    };
    join!(world.advance(seconds(31)), deletion);
    world.settle().await;
    assert_eq!(world.published(), ["On its way"]);
    assert_eq!(news.count(&world, Kind::PublicationPublished).await, 1);
    world.advance(seconds(CLEARED)).await;
    assert_eq!(news.count(&world, Kind::PublicationCancelled).await, 0);
    assert_eq!(
        left_of(&world, &BTreeSet::from([news.team.clone(), post])).await,
        Vec::<String>::new()
    );
    world.finish().await;
}

#[tokio::test]
async fn a_publication_whose_worker_died_while_the_team_was_deleted_ends_and_is_recorded() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Perhaps out", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(600)).await;
    world.pass(seconds(600)).await;
    let store = world.store();
    let (team, id) = (news.team.parse().unwrap(), post.parse().unwrap());
    let found = store
        .post(id)
        .await
        .unwrap()
        .unwrap()
        .publications
        .remove(0);
    let Claim::Prepare(claimed) = found.claim("worker", world.now()) else {
        panic!("must be claimable")
    };
    store.claim(&found, &claimed).await.unwrap();
    let account = store.account(team, claimed.account).await.unwrap().unwrap();
    let armed = claimed.arm("worker", Value::Null, world.now()).unwrap();
    store.arm(&claimed, &armed, &account).await.unwrap();
    // Here the worker dies, and nobody knows whether it has sent anything.
    news.delete().await;
    world.advance(seconds(90)).await;
    assert!(
        store.post(id).await.unwrap().is_some(),
        "removed under the worker's hands"
    );
    world.advance(seconds(CLEARED)).await;
    assert_eq!(news.count(&world, Kind::PublicationUnclear).await, 1);
    assert_eq!(news.count(&world, Kind::PublicationCancelled).await, 0);
    assert_eq!(
        left_of(&world, &BTreeSet::from([news.team.clone(), post])).await,
        Vec::<String>::new()
    );
    world.finish().await;
}
