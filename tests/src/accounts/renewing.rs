//! Tokens are renewed ahead of time and by one at a time, and only the platform's clear word ends an account.

use futures::future::join_all;
use local::Options;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::scene::{DAY, HOUR, SAMPLES, Sample, Scene, X, offered, requests};
use crate::harness::{World, seconds};

const REFRESH: &str = "com.atproto.server.refreshSession";
/// What a request for new tokens has in its body.
const REFRESHES: &str = "grant_type=refresh_token";

fn sample(platform: &str) -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == platform)
        .unwrap()
}

/// A world in which nothing runs but what a test runs.
async fn still_world() -> World {
    World::from(Options {
        schedules: false,
        ..Options::default()
    })
    .await
}

/// How often new tokens were asked for.
fn renewals(world: &World) -> usize {
    let asked = requests(world, "token").into_iter();
    let asked = asked.filter(|request| request.body.contains(REFRESHES));
    asked.count() + requests(world, REFRESH).len()
}

/// One tick of the caretaker, and what follows from it.
async fn tick(world: &World) {
    world
        .stack
        .invoke("jobs-caretaker", json!({}))
        .await
        .unwrap();
    world.settle().await;
}

/// Lets time pass in such steps, each with a tick.
async fn pass(world: &World, time: i64, step: i64) {
    for _ in 0..time / step {
        world.settle().await;
        world.pass(seconds(step)).await;
        tick(world).await;
    }
}

/// The message by which somebody looks after the account.
async fn chore(world: &World, scene: &Scene, account: &str) -> Value {
    let stored = scene.stored(world, account).await;
    let due = json!({ "at": stored.chore_at, "team_id": scene.team, "account_id": account });
    json!({ "Records": [{ "messageId": "m", "body": due.to_string() }] })
}

/// Asks the platform with the account's tokens, as they are in the vault.
async fn works(world: &World, scene: &Scene, account: &str) -> bool {
    let app = world.stack.app();
    let stored = scene.stored(world, account).await;
    let sealed = world
        .store()
        .sealed_tokens(stored.id)
        .await
        .unwrap()
        .unwrap();
    let tokens = app.open_tokens(&stored, &sealed).await.unwrap();
    let client = app.platform_client(stored.platform).await.unwrap();
    let (egress, target) = (app.egress().unwrap(), app::vault::target(&stored));
    let connector = platforms::connector(stored.platform);
    let health = connector
        .check(egress, client.as_ref(), &target, &tokens)
        .await;
    health.is_ok() && !tokens.is_due(app.now())
}

/// Connects everything that the consent of the sample's person opens.
async fn all_of(scene: &Scene, sample: &Sample) -> Vec<String> {
    let back = scene.agreed(sample, sample.person.unwrap()).await;
    let (offer, names) = offered(&scene.ana.api, &back).await;
    let body = json!({ "offer_id": offer, "accounts": names });
    let chosen = scene.ana.api.post("/oauth/choose", &body).await.expect(201);
    let chosen = chosen.body["items"].as_array().unwrap().iter();
    chosen
        .map(|account| account["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn accounts_that_share_their_tokens_are_renewed_together_by_one_request() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    let slack = Sample {
        person: Some("dimas"),
        ..sample("slack")
    };
    let accounts = all_of(&scene, &slack).await;
    assert!(accounts.len() > 1, "{accounts:?}");
    let before = asked_to_renew(&world);
    let mut looks = Vec::new();
    for account in accounts.iter().cycle().take(12) {
        looks.push(chore(&world, &scene, account).await);
    }
    world.pass(seconds(10 * HOUR)).await;
    let looks = looks
        .into_iter()
        .map(|look| world.stack.invoke("jobs-tend", look));
    for answer in join_all(looks).await {
        assert_eq!(answer.unwrap()["batchItemFailures"], json!([]));
    }
    world.settle().await;
    assert_eq!(asked_to_renew(&world), before + 1);
    for account in &accounts {
        assert!(works(&world, &scene, account).await, "{account}");
    }
    pass(&world, 2 * DAY, 6 * HOUR).await;
    scene.sign_in(&world).await;
    for account in &accounts {
        assert_eq!(scene.status(account).await, "active");
        assert!(works(&world, &scene, account).await, "{account}");
    }
    world.finish().await;
}

/// How many requests with a refresh token came, wherever the platform takes them.
fn asked_to_renew(world: &World) -> usize {
    let requests = world.stack.sandbox().requests().into_iter();
    requests
        .filter(|request| request.body.contains(REFRESHES))
        .count()
}

#[tokio::test]
async fn tokens_are_renewed_before_they_end_and_every_time_anew() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    // Two hours, renewed half an hour before; each renewal uses up the refresh token of the one before.
    let accounts = [
        scene.connect(&X).await,
        scene.connect(&sample("bluesky")).await,
    ];
    world.advance(seconds(90 * 60 - 1)).await;
    assert_eq!(renewals(&world), 0);
    world.advance(seconds(301)).await;
    assert_eq!(renewals(&world), 2);
    world.advance(seconds(2 * HOUR)).await;
    assert_eq!(renewals(&world), 4);
    scene.sign_in(&world).await;
    for account in &accounts {
        assert!(works(&world, &scene, account).await);
        assert_eq!(scene.status(account).await, "active");
    }
    world.finish().await;
}

#[tokio::test]
async fn every_platform_that_renews_goes_on_for_months_and_checks_the_account_every_day() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    let mut accounts = Vec::new();
    for sample in SAMPLES {
        // Without a refresh token, the access on LinkedIn ends after sixty days.
        if sample.platform != "linkedin" {
            accounts.push((sample, scene.connect(&sample).await));
        }
    }
    // Slack's tokens, where they are set to end, do so after twelve hours.
    let slack = Sample {
        person: Some("dimas"),
        ..sample("slack")
    };
    for account in all_of(&scene, &slack).await {
        accounts.push((slack, account));
    }
    world.stack.sandbox().enforce_limits(false);
    pass(&world, 65 * DAY, 12 * HOUR).await;
    scene.sign_in(&world).await;
    for (sample, account) in &accounts {
        let stored = scene.stored(&world, account).await;
        let health = scene.account(account).await;
        assert_eq!(health["status"], "active", "{sample:?}: {health}");
        let age = world.now().duration_since(stored.checked_at);
        assert!(age <= seconds(DAY), "{sample:?} was checked {age} ago");
        assert!(works(&world, &scene, account).await, "{sample:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_who_need_new_tokens_at_once_one_asks_the_platform() {
    let world = still_world().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&X).await;
    let chore = chore(&world, &scene, &account).await;
    world.pass(seconds(100 * 60)).await;
    let needs = (0..20).map(|_| world.stack.invoke("jobs-tend", chore.clone()));
    let answers = join_all(needs).await;
    for answer in answers {
        assert_eq!(answer.unwrap()["batchItemFailures"], json!([]));
    }
    world.settle().await;
    assert_eq!(renewals(&world), 1);
    assert!(works(&world, &scene, &account).await);
    let stored = scene.stored(&world, &account).await;
    assert_eq!(stored.status, domain::AccountStatus::Active);
    world.finish().await;
}

#[tokio::test]
async fn eight_posts_and_a_dozen_looks_after_the_account_at_one_moment_renew_it_once_and_all_go_out()
 {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    let account = scene.connect(&sample("bluesky")).await;
    let mut events = Vec::new();
    for n in 0..8 {
        let post = scene.draft(&format!("Post {n}"), &[&account]).await;
        scene.schedule(&world, &post, 100 * 60).await;
        let post = scene.post(&post).await;
        let due = json!({ "post_id": post["id"], "publication_id": post["publications"][0]["id"] });
        events.push(json!({ "Records": [{ "messageId": "m", "body": due.to_string() }] }));
    }
    let chore = chore(&world, &scene, &account).await;
    world.pass(seconds(100 * 60)).await;
    let posts = events.into_iter().map(|event| ("jobs-publish", event));
    let looks = (0..12).map(|_| ("jobs-tend", chore.clone()));
    let workers = posts.chain(looks);
    let answers = join_all(workers.map(|(job, event)| world.stack.invoke(job, event))).await;
    for answer in answers {
        assert_eq!(answer.unwrap()["batchItemFailures"], json!([]));
    }
    world.settle().await;
    assert_eq!(renewals(&world), 1);
    assert_eq!(world.published().len(), 8);
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn new_tokens_are_in_the_vault_before_anybody_uses_them() {
    let world = still_world().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("bluesky")).await;
    let before = world
        .store()
        .sealed_tokens(account.parse().unwrap())
        .await
        .unwrap();
    let post = scene.draft("With new tokens", &[&account]).await;
    scene.schedule(&world, &post, 100 * 60).await;
    let post = scene.post(&post).await;
    let due = json!({ "post_id": post["id"], "publication_id": post["publications"][0]["id"] });
    let event = json!({ "Records": [{ "messageId": "m", "body": due.to_string() }] });
    world.pass(seconds(100 * 60)).await;
    let slow = Effect::Timeout {
        executes: true,
        delay_ms: 400,
    };
    world
        .stack
        .sandbox()
        .script(Fault::on("com.atproto.repo.putRecord", slow));
    let looked = async {
        while world.published().is_empty() {
            app::clock::pause(std::time::Duration::from_millis(5)).await;
        }
        // The request that uses them is under way, and its worker may die now.
        let now = world.store().sealed_tokens(account.parse().unwrap()).await;
        assert_ne!(now.unwrap(), before);
        assert!(works(&world, &scene, &account).await);
    };
    let (answer, ()) = futures::join!(world.stack.invoke("jobs-publish", event), looked);
    answer.unwrap();
    world.settle().await;
    world.finish().await;
}

#[tokio::test]
async fn an_answer_that_was_lost_is_asked_for_again_with_the_old_pair() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    // Bluesky takes a used refresh token for two hours more, X does not.
    let bluesky = scene.connect(&sample("bluesky")).await;
    let x = scene.connect(&X).await;
    let lost = |operation| Fault::on(operation, Effect::ExecThenReset);
    world.stack.sandbox().script(lost(REFRESH));
    world
        .stack
        .sandbox()
        .script(lost("token").containing(REFRESHES));
    world.pass(seconds(91 * 60)).await;
    tick(&world).await;
    scene.sign_in(&world).await;
    for account in [&bluesky, &x] {
        assert_eq!(scene.status(account).await, "active", "nobody knows yet");
    }
    world.pass(seconds(15 * 60)).await;
    tick(&world).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&bluesky).await, "active");
    assert!(works(&world, &scene, &bluesky).await);
    let lost = scene.account(&x).await;
    assert_eq!(lost["status"], "needs_reconnect");
    assert!(
        lost["problem"].as_str().unwrap().starts_with("X "),
        "{lost}"
    );
    assert!(scene.todo(&x).await.is_some());
    assert_eq!(scene.todo(&bluesky).await, None);
    pass(&world, DAY, 4 * HOUR).await;
    scene.sign_in(&world).await;
    let entries = scene.entries("account.needs_reconnect").await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["account_id"], x.as_str());
    scene.connect_again(&X, &x).await;
    assert_eq!(scene.status(&x).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn days_of_outages_timeouts_and_limits_disconnect_no_account() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    let accounts = [
        scene.connect(&X).await,
        scene.connect(&sample("bluesky")).await,
        scene.connect(&sample("mastodon")).await,
        scene.connect(&sample("facebook")).await,
        scene.connect(&sample("telegram")).await,
    ];
    let effects = [
        Effect::FailBeforeExec { status: Some(500) },
        Effect::FailBeforeExec { status: Some(503) },
        Effect::FailBeforeExec { status: None },
        Effect::TooManyRequests { reset_seconds: 900 },
        Effect::Reject {
            status: 200,
            body: json!("<html>maintenance</html>"),
        },
        Effect::Reject {
            status: 502,
            body: Value::Null,
        },
    ];
    for effect in effects {
        world
            .stack
            .sandbox()
            .script(Fault::on("*", effect).times(u32::MAX));
        pass(&world, 12 * HOUR, 2 * HOUR).await;
        scene.sign_in(&world).await;
        for account in &accounts {
            let shown = scene.account(account).await;
            assert_eq!(shown["status"], "active", "{shown}");
        }
        world.stack.sandbox().clear_faults();
    }
    assert_eq!(
        scene.entries("account.needs_reconnect").await,
        Vec::<Value>::new()
    );
    // When it is over, those that nobody answered for are well within a quarter of an hour, and the rest when their day has passed.
    pass(&world, HOUR / 4, HOUR / 4).await;
    let of_x = scene.stored(&world, &accounts[0]).await;
    assert_eq!(of_x.checked_at, world.now());
    pass(&world, DAY, 4 * HOUR).await;
    scene.sign_in(&world).await;
    for account in &accounts {
        let stored = scene.stored(&world, account).await;
        let age = world.now().duration_since(stored.checked_at);
        assert!(age <= seconds(DAY), "{stored:?}");
        assert!(works(&world, &scene, account).await, "{stored:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn an_account_that_its_owner_took_back_must_be_connected_again_which_is_said_once() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    for sample in SAMPLES {
        // Slack's webhooks are checked without leaving a trace, which is a request of its own kind.
        let operations = ["*"];
        let account = scene.connect(&sample).await;
        for operation in operations {
            world
                .stack
                .sandbox()
                .script(Fault::on(operation, Effect::RevokeToken));
        }
        let chore = chore(&world, &scene, &account).await;
        world.pass(seconds(DAY + 1)).await;
        let looks = (0..6).map(|_| world.stack.invoke("jobs-tend", chore.clone()));
        for answer in join_all(looks).await {
            assert_eq!(
                answer.unwrap()["batchItemFailures"],
                json!([]),
                "{sample:?}"
            );
        }
        world.settle().await;
        world.stack.sandbox().clear_faults();
        tick(&world).await;
        scene.sign_in(&world).await;
        let shown = scene.account(&account).await;
        assert_eq!(shown["status"], "needs_reconnect", "{shown}");
        assert!(shown["problem"].is_string(), "{shown}");
        let entries = scene.entries("account.needs_reconnect").await;
        let of_it = entries
            .iter()
            .filter(|entry| entry["account_id"] == account.as_str());
        assert_eq!(of_it.count(), 1, "{sample:?}");
        assert!(scene.todo(&account).await.is_some(), "{sample:?}");
        scene.disconnect(&account).await;
        world.settle().await;
    }
    world.finish().await;
}

#[tokio::test]
async fn an_access_that_cannot_be_renewed_is_announced_seven_days_before_and_ends() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    // Looked after at another time of day than it was connected at: nothing falls together by chance.
    let account = scene.connect(&sample("linkedin")).await;
    let end = scene.stored(&world, &account).await.access.ends_at.unwrap();
    assert_eq!(end, world.now() + seconds(60 * DAY));
    let down = Effect::FailBeforeExec { status: Some(503) };
    world
        .stack
        .sandbox()
        .script(Fault::on("*", down).times(u32::MAX));
    pass(&world, DAY + 5 * HOUR, HOUR).await;
    world.stack.sandbox().clear_faults();
    pass(&world, 51 * DAY, DAY).await;
    let soon = end - seconds(7 * DAY);
    let left = soon.duration_since(world.now()).as_secs();
    pass(&world, left - HOUR, HOUR).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "active");
    assert_eq!(scene.entries("account.expiring").await, Vec::<Value>::new());
    pass(&world, 2 * HOUR, HOUR).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "expiring");
    let entries = scene.entries("account.expiring").await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0]["details"]["ends_at"], end.to_string());
    pass(&world, 6 * DAY, DAY).await;
    let left = end.duration_since(world.now()).as_secs();
    pass(&world, left - HOUR, HOUR).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "expiring");
    assert_eq!(scene.entries("account.expiring").await.len(), 1);
    pass(&world, 2 * HOUR, HOUR).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "needs_reconnect");
    assert_eq!(scene.entries("account.needs_reconnect").await.len(), 1);
    // Connected again, it has another sixty days, and is announced again at their end.
    scene.connect_again(&sample("linkedin"), &account).await;
    assert_eq!(scene.status(&account).await, "active");
    pass(&world, 54 * DAY, DAY).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.entries("account.expiring").await.len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn a_chore_whose_message_was_lost_is_found_by_the_caretaker() {
    let world = still_world().await;
    let mut scene = Scene::open(&world).await;
    let account = scene.connect(&X).await;
    let before = scene.stored(&world, &account).await;
    // Days in which nothing ran, and nothing was sent.
    world.pass(seconds(3 * DAY)).await;
    world.settle().await;
    assert_eq!(scene.stored(&world, &account).await, before);
    let found = world
        .stack
        .invoke("jobs-caretaker", json!({}))
        .await
        .unwrap();
    assert_eq!(found, json!({ "chores": 1 }));
    world.settle().await;
    assert_eq!(renewals(&world), 1);
    assert!(works(&world, &scene, &account).await);
    let found = world
        .stack
        .invoke("jobs-caretaker", json!({}))
        .await
        .unwrap();
    assert_eq!(found, json!({ "chores": 0 }));
    scene.sign_in(&world).await;
    assert_eq!(scene.status(&account).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn a_worker_that_died_while_it_renewed_is_followed_by_another_after_a_minute() {
    let world = still_world().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&X).await;
    let stored = scene.stored(&world, &account).await;
    world.pass(seconds(91 * 60)).await;
    let store = world.store();
    let (now, until) = (world.now(), world.now() + seconds(60));
    store
        .lease_tokens(stored.id, ("dead", until), now)
        .await
        .unwrap();
    let second = store.lease_tokens(stored.id, ("other", until), now).await;
    assert!(matches!(second, Err(store::Error::Stale)), "{second:?}");
    tick(&world).await;
    assert_eq!(renewals(&world), 0, "somebody else is said to renew them");
    assert_eq!(
        scene.stored(&world, &account).await.status,
        domain::AccountStatus::Active
    );
    world.pass(seconds(15 * 60)).await;
    tick(&world).await;
    assert_eq!(renewals(&world), 1);
    assert!(works(&world, &scene, &account).await);
    world.finish().await;
}
