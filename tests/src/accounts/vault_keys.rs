//! The key of the vault is changed while accounts publish, renew and come, and however often the work on it is cut off.

use std::collections::{BTreeSet, HashMap};

use app::{App, secrets};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::Account;
use functions::jobs::rotate_vault;
use local::Options;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use store::keys::SHARDS;
use store::{Error, Replaced, Wrapped};

use super::scene::{SAMPLES, Sample, Scene};
use super::vault::rows;
use crate::harness::{World, seconds};

/// How long a step of the rotation is known before the next one.
const KNOWN: i64 = 15 * 60;
/// So many accounts are sealed where it is about many; the example `rotation` has 10,000.
const MANY: usize = 400;
/// As many as one request can write.
const BATCH: usize = 25;

/// A world in which the job runs when the test says so.
async fn world() -> World {
    World::from(Options {
        schedules: false,
        ..Options::default()
    })
    .await
}

fn sample(platform: &str) -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == platform)
        .unwrap()
}

/// What a run says: its step, how many were wrapped, and whether any is left that is known of.
type Run = (Value, u64, bool);

async fn run(world: &World, event: Value) -> Run {
    let answer = world
        .stack
        .invoke("jobs-rotate-vault", event)
        .await
        .unwrap();
    let rewrapped = answer["rewrapped"].as_u64().unwrap();
    (answer["step"].clone(), rewrapped, answer["left"] == true)
}

fn step(name: &str) -> Run {
    (json!(name), 0, false)
}

/// A function of its own, which reads the secret when it first needs it.
fn function(world: &World) -> App {
    let app = world.stack.app();
    App::new(app.config.clone(), app.clock().clone())
}

/// The id of the key that seals, as the secret says at this moment.
async fn key(world: &World) -> String {
    function(world).vault_keys().await.unwrap().id().to_owned()
}

/// The seeds of the secret that there are, by their names.
async fn seeds(world: &World) -> BTreeSet<&'static str> {
    let app = world.stack.app();
    let text = secrets::read(&app.aws, &app.config.vault_secret)
        .await
        .unwrap();
    let secret: Value = serde_json::from_str(text.expose_secret()).unwrap();
    let names = ["seed", "next", "previous"].into_iter();
    names.filter(|name| secret[*name].is_string()).collect()
}

/// How many rows there are under each key: by the table, whatever the index says.
async fn under(world: &World) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for row in rows(world).await {
        let key = row["key_id"].as_s().unwrap().clone();
        assert!(row["key_pk"].as_s().unwrap().contains(&key));
        *counts.entry(key).or_default() += 1;
    }
    counts
}

/// What the index has under a key, at most a thousand of each shard.
async fn indexed(world: &World, key: &str) -> Vec<Wrapped> {
    let mut found = Vec::new();
    for shard in 0..SHARDS {
        found.extend(
            world
                .store()
                .wrapped_under(key, shard, 1_000)
                .await
                .unwrap(),
        );
    }
    found
}

async fn opens(world: &World, app: &App, account: &Account) -> bool {
    let sealed = world
        .store()
        .sealed_tokens(account.id)
        .await
        .unwrap()
        .unwrap();
    app.open_tokens(account, &sealed).await.is_ok()
}

/// Announces the next key and, when it is known everywhere, switches to it.
async fn switch(world: &World) {
    assert_eq!(run(world, json!({ "begin": true })).await, step("announce"));
    world.jump(seconds(KNOWN)).await;
    assert_eq!(run(world, json!({})).await, step("switch"));
}

/// Every account opens, for a function that has just started and for those that run, and two of them publish.
async fn all_is_well(world: &World, scene: &mut Scene, accounts: &[String]) {
    scene.sign_in(world).await;
    let fresh = function(world);
    for account in accounts {
        let account = scene.stored(world, account).await;
        assert!(opens(world, &fresh, &account).await, "{account:?}");
        assert!(
            opens(world, world.stack.app(), &account).await,
            "{account:?}"
        );
    }
    let before = world.published().len();
    let text = format!("On the pier at {}", world.now());
    let post = scene.draft(&text, &[&accounts[0], &accounts[1]]).await;
    scene.schedule(world, &post, 60).await;
    world.advance(seconds(61)).await;
    assert_eq!(world.published().len(), before + 2);
}

#[tokio::test]
async fn at_every_step_of_a_rotation_every_account_opens_and_publishes() {
    let world = world().await;
    world.stack.sandbox().enforce_limits(false);
    let mut scene = Scene::open(&world).await;
    let mut accounts = Vec::new();
    for sample in &SAMPLES {
        accounts.push(scene.connect(sample).await);
    }
    let old = key(&world).await;
    let all = rows(&world).await.len();
    all_is_well(&world, &mut scene, &accounts).await;

    assert_eq!(
        run(&world, json!({ "begin": true })).await,
        step("announce")
    );
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "next"]));
    all_is_well(&world, &mut scene, &accounts).await;
    assert_eq!(run(&world, json!({})).await, (Value::Null, 0, false));
    world.jump(seconds(KNOWN - 150)).await;
    // What runs has read the secret just before the switch, and goes on with what it read.
    all_is_well(&world, &mut scene, &accounts).await;
    world.jump(seconds(28)).await;
    let late = function(&world);
    assert_eq!(late.vault_keys().await.unwrap().id(), old);
    assert_eq!(key(&world).await, old);

    assert_eq!(run(&world, json!({})).await, step("switch"));
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "previous"]));
    let new = key(&world).await;
    assert_ne!(new, old);
    all_is_well(&world, &mut scene, &accounts).await;
    let (step_taken, rewrapped, _) = run(&world, json!({})).await;
    assert_eq!((step_taken, rewrapped), (Value::Null, all as u64));
    assert_eq!(under(&world).await, HashMap::from([(new.clone(), all)]));
    all_is_well(&world, &mut scene, &accounts).await;

    // It opens with the key that it has only heard of, and seals with the one that it still takes for the present one.
    let account = scene.stored(&world, &accounts[1]).await;
    assert_eq!(late.vault_keys().await.unwrap().id(), old);
    let before = world
        .store()
        .sealed_tokens(account.id)
        .await
        .unwrap()
        .unwrap();
    let tokens = late.open_tokens(&account, &before).await.unwrap();
    let after = late.seal_tokens(&account, &tokens).await.unwrap();
    let replaced = Replaced {
        account: account.id,
        before,
        after,
    };
    world.store().replace_tokens(&[replaced]).await.unwrap();
    assert_eq!(under(&world).await[&old], 1);
    all_is_well(&world, &mut scene, &accounts).await;

    // The job comes upon it when it could have forgotten, and forgets only after it has looked once more.
    world.jump(seconds(KNOWN)).await;
    assert_eq!(run(&world, json!({})).await, (Value::Null, 1, false));
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "previous"]));
    assert_eq!(indexed(&world, &old).await, []);
    assert_eq!(run(&world, json!({})).await, step("forget"));
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed"]));
    assert_eq!(under(&world).await, HashMap::from([(new, all)]));
    all_is_well(&world, &mut scene, &accounts).await;
    world.finish().await;
}

#[tokio::test]
async fn tokens_that_are_renewed_in_the_middle_of_a_rotation_survive_it() {
    let world = world().await;
    let mut scene = Scene::open(&world).await;
    let mut accounts = Vec::new();
    for platform in ["mastodon", "bluesky", "x", "pinterest", "telegram"] {
        accounts.push(scene.connect(&sample(platform)).await);
    }
    let x = scene.stored(&world, &accounts[2]).await;
    let before = world.store().sealed_tokens(x.id).await.unwrap().unwrap();
    let old = key(&world).await;
    switch(&world).await;
    assert_eq!(run(&world, json!({ "most": 1 })).await.0, Value::Null);
    world.jump(seconds(80 * 60)).await;
    world
        .stack
        .invoke("jobs-caretaker", json!({}))
        .await
        .unwrap();
    world.settle().await;
    let renewed = world.store().sealed_tokens(x.id).await.unwrap().unwrap();
    assert_ne!(renewed.sealed, before.sealed);
    all_is_well(&world, &mut scene, &accounts).await;
    while run(&world, json!({ "most": 1 })).await.0 != json!("forget") {}
    assert_eq!(indexed(&world, &old).await, []);
    assert!(!under(&world).await.contains_key(&old));
    all_is_well(&world, &mut scene, &accounts).await;
    world.finish().await;
}

#[tokio::test]
async fn a_wrapped_key_that_is_late_takes_the_place_of_no_newer_one_and_of_none_that_is_gone() {
    let world = world().await;
    let scene = Scene::open(&world).await;
    let bluesky = scene.connect(&sample("bluesky")).await;
    let account = scene.stored(&world, &bluesky).await;
    let old = key(&world).await;
    switch(&world).await;
    let app = function(&world);
    let keys = app.vault_keys().await.unwrap();
    let read = indexed(&world, &old).await;
    let [wrapped] = read.as_slice() else {
        panic!("{read:?}")
    };
    let late = keys.rewrap(wrapped).unwrap();

    // Renewed after the job had read it and before it writes.
    let before = world
        .store()
        .sealed_tokens(account.id)
        .await
        .unwrap()
        .unwrap();
    let tokens = app.open_tokens(&account, &before).await.unwrap();
    let after = app.seal_tokens(&account, &tokens).await.unwrap();
    let replaced = Replaced {
        account: account.id,
        before,
        after: after.clone(),
    };
    world.store().replace_tokens(&[replaced]).await.unwrap();
    let stale = world.store().rewrap(wrapped, &late, keys.id()).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    assert_eq!(
        world.store().sealed_tokens(account.id).await.unwrap(),
        Some(after)
    );
    assert!(opens(&world, &app, &account).await);

    scene.disconnect(&bluesky).await;
    world
        .stack
        .invoke("jobs-caretaker", json!({}))
        .await
        .unwrap();
    world.settle().await;
    assert_eq!(world.store().sealed_tokens(account.id).await.unwrap(), None);
    let stale = world.store().rewrap(wrapped, &late, keys.id()).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    assert_eq!(rows(&world).await.len(), 0);
    world.finish().await;
}

/// So many accounts with tokens in the vault, made of one that is real.
async fn sealed(world: &World, like: &Account, many: usize) -> Vec<Account> {
    let app = world.stack.app();
    let real = world.store().sealed_tokens(like.id).await.unwrap().unwrap();
    let tokens = app.open_tokens(like, &real).await.unwrap();
    let (mut accounts, mut requests) = (Vec::new(), Vec::new());
    for n in 0..many {
        let account = Account {
            id: app.new_id(),
            ..like.clone()
        };
        let sealed = app.seal_tokens(&account, &tokens).await.unwrap();
        let shard = n % usize::from(SHARDS);
        let row = [
            ("PK", format!("ACCOUNT#{}", account.id)),
            ("SK", "TOKENS".to_owned()),
            ("type", "sealed".to_owned()),
            ("key_pk", format!("KEY#{}#{shard:02}", sealed.key_id)),
            ("sealed", sealed.sealed),
            ("wrapped", sealed.wrapped),
            ("key_id", sealed.key_id),
            ("context", sealed.context),
        ];
        let row = row.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
        let put = PutRequest::builder().set_item(Some(HashMap::from(row)));
        let request = WriteRequest::builder().put_request(put.build().unwrap());
        requests.push(request.build());
        accounts.push(account);
    }
    for batch in requests.chunks(BATCH) {
        let write = app.aws.dynamodb().batch_write_item();
        let write = write.request_items(&app.config.vault_table, batch.to_vec());
        let left = write.send().await.unwrap().unprocessed_items;
        assert!(left.is_none_or(|left| left.is_empty()));
    }
    accounts
}

#[tokio::test]
async fn a_rotation_of_many_that_is_cut_off_three_times_loses_none() {
    let world = world().await;
    let scene = Scene::open(&world).await;
    let bluesky = scene.connect(&sample("bluesky")).await;
    let real = scene.stored(&world, &bluesky).await;
    let mut accounts = sealed(&world, &real, MANY).await;
    accounts.push(real);
    let old = key(&world).await;
    switch(&world).await;
    // From now on the old seed could be forgotten, if only nothing was left.
    world.jump(seconds(KNOWN)).await;

    let most = MANY as u64 / 5;
    for _ in 0..2 {
        let (step, rewrapped, left) = run(&world, json!({ "most": most })).await;
        assert_eq!((step, left), (Value::Null, true));
        assert!((most..most + 100).contains(&rewrapped), "{rewrapped}");
        sample_opens(&world, &accounts, 11).await;
    }
    // Cut off in the middle of a page: dropped when half of the shards are done.
    let job = function(&world);
    let store = world.store();
    tokio::select! {
        done = rotate_vault::handle(&job, json!({})) => panic!("not cut off: {done:?}"),
        () = async { while !store.wrapped_under(&old, 9, 1).await.unwrap().is_empty() {} } => {}
    }
    let left = indexed(&world, &old).await.len();
    assert!((1..MANY * 3 / 5).contains(&left), "{left}");
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "previous"]));
    sample_opens(&world, &accounts, 11).await;

    let rest = run(&world, json!({})).await;
    assert!(rest.0.is_null() && rest.1 > 0, "{rest:?}");
    assert_eq!(indexed(&world, &old).await, []);
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "previous"]));
    assert_eq!(run(&world, json!({})).await, step("forget"));
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed"]));
    sample_opens(&world, &accounts, 1).await;
    world.finish().await;
}

#[tokio::test]
async fn a_row_that_does_not_open_holds_up_no_other_and_keeps_the_old_key() {
    let world = world().await;
    let scene = Scene::open(&world).await;
    let bluesky = scene.connect(&sample("bluesky")).await;
    let real = scene.stored(&world, &bluesky).await;
    // One for each shard, and of the first shard one that was tampered with.
    let accounts = sealed(&world, &real, usize::from(SHARDS)).await;
    let spoilt = &accounts[0];
    let app = world.stack.app();
    let other = world.store().sealed_tokens(real.id).await.unwrap().unwrap();
    let update = app.aws.dynamodb().update_item();
    let update = update.table_name(&app.config.vault_table);
    let update = update
        .key("PK", AttributeValue::S(format!("ACCOUNT#{}", spoilt.id)))
        .key("SK", AttributeValue::S("TOKENS".to_owned()))
        .update_expression("SET #wrapped = :wrapped")
        .expression_attribute_names("#wrapped", "wrapped");
    let update = update.expression_attribute_values(":wrapped", AttributeValue::S(other.wrapped));
    update.send().await.unwrap();
    let old = key(&world).await;
    switch(&world).await;
    for _ in 0..3 {
        world.jump(seconds(KNOWN)).await;
        assert_eq!(run(&world, json!({})).await.0, Value::Null);
    }
    assert_eq!(under(&world).await[&old], 1);
    assert!(world.logged().contains("vault.does_not_open"));
    assert_eq!(seeds(&world).await, BTreeSet::from(["seed", "previous"]));
    sample_opens(&world, &accounts[1..], 1).await;
    world.finish().await;
}

/// Every so many of the accounts open, for a function that knows nothing but the secret as it is.
async fn sample_opens(world: &World, accounts: &[Account], every: usize) {
    let app = function(world);
    for account in accounts.iter().step_by(every) {
        assert!(opens(world, &app, account).await, "{}", account.id);
    }
}
