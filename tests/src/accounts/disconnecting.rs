//! Taking an account from its team: nothing goes out any more, the access is given back and destroyed, and nobody else loses anything.

use futures::future::join_all;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::scene::{HOUR, SAMPLES, Sample, Scene, X, agree, has_tokens, offered, requests};
use crate::harness::{World, seconds};

const CREATE_STATUS: &str = "create_status";

fn sample(platform: &str) -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == platform)
        .unwrap()
}

/// What the platforms were asked to forget, by host.
fn given_back(world: &World) -> Vec<String> {
    let requests = world.stack.sandbox().requests().into_iter();
    requests
        .filter(|request| {
            let by = |sample: &Sample| sample.given_back == Some(request.operation.as_str());
            SAMPLES.iter().any(by)
        })
        .map(|request| request.host)
        .collect()
}

/// The texts that went out, and the states of a post's only publication after a disconnection.
async fn end_of(scene: &Scene, post: &str) -> (Value, Value) {
    let post = scene.post(post).await;
    (
        post["status"].clone(),
        post["publications"][0]["state"].clone(),
    )
}

#[tokio::test]
async fn every_platform_gets_its_access_back_once_and_nothing_of_the_account_is_left() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    for sample in SAMPLES {
        world.jump(seconds(61)).await;
        scene.sign_in(&world).await;
        let id = scene.connect(&sample).await;
        let before = given_back(&world).len();
        scene.disconnect(&id).await;
        let path = format!("{}/{id}", scene.accounts_path());
        scene.ana.api.get(&path).await.expect_problem(404);
        world.settle().await;
        assert!(!has_tokens(&world, &id).await, "{sample:?}");
        let told = &given_back(&world)[before..];
        // Where there are two tokens, both are given back.
        assert_eq!(
            told.is_empty(),
            sample.given_back.is_none(),
            "{sample:?} {told:?}"
        );
        assert!(told.len() <= 2, "{sample:?} {told:?}");
        let table = &world.stack.app().config.table;
        for item in world.stack.items(table).unwrap() {
            let is_log = item.contains("ACTIVITY#");
            assert!(is_log || !item.contains(&id), "{item}");
        }
        scene.ana.api.delete(&path).await.expect_problem(404);
    }
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    world.finish().await;
}

#[tokio::test]
async fn tokens_that_were_given_back_open_nothing_at_the_platform() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let id = scene.connect(&X).await;
    let stored = scene.stored(&world, &id).await;
    let sealed = world
        .store()
        .sealed_tokens(stored.id)
        .await
        .unwrap()
        .unwrap();
    let app = world.stack.app();
    let tokens = app.open_tokens(&stored, &sealed).await.unwrap();
    let client = app.platform_client(domain::Platform::X).await.unwrap();
    let target = app::vault::target(&stored);
    let check = || async {
        let connector = platforms::connector(domain::Platform::X);
        let egress = app.egress().unwrap();
        connector
            .check(egress, client.as_ref(), &target, &tokens)
            .await
    };
    assert!(check().await.is_ok());
    scene.disconnect(&id).await;
    world.settle().await;
    let dead = check().await.unwrap_err();
    assert_eq!(dead.kind, platforms::ErrorKind::ReconnectAccount);
    world.finish().await;
}

#[tokio::test]
async fn what_is_scheduled_for_it_is_cancelled_and_its_author_is_told() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let mastodon = scene.connect(&sample("mastodon")).await;
    let bluesky = scene.connect(&sample("bluesky")).await;
    let alone = scene.draft("On one", &[&mastodon]).await;
    let both = scene.draft("On both", &[&mastodon, &bluesky]).await;
    for post in [&alone, &both] {
        scene.schedule(&world, post, 600).await;
    }
    scene.disconnect(&mastodon).await;
    world.settle().await;
    assert_eq!(
        end_of(&scene, &alone).await,
        (json!("cancelled"), json!("cancelled"))
    );
    assert_eq!(scene.post(&both).await["status"], "approved");
    assert_eq!(scene.entries("publication.cancelled").await.len(), 2);
    let told = world.subjects("ana@example.com");
    assert_eq!(
        told.len(),
        3,
        "one mail for each post, and the first: {told:?}"
    );
    world.advance(seconds(601)).await;
    assert_eq!(world.published(), ["On both"]);
    assert_eq!(scene.post(&both).await["status"], "partly_published");
    let entries = scene.entries("account.disconnected").await;
    assert_eq!(entries[0]["account_id"], mastodon.as_str());
    assert_eq!(entries[0]["actor_id"], scene.ana.id.as_str());
    world.finish().await;
}

#[tokio::test]
async fn what_waits_for_the_account_is_cancelled_with_it() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    world
        .stack
        .sandbox()
        .script(Fault::on(CREATE_STATUS, Effect::RevokeToken));
    let post = scene.draft("Blocked", &[&account]).await;
    scene.schedule(&world, &post, 1).await;
    world.advance(seconds(2)).await;
    assert_eq!(scene.state(&post).await, "blocked");
    scene.disconnect(&account).await;
    world.settle().await;
    assert_eq!(
        end_of(&scene, &post).await,
        (json!("cancelled"), json!("cancelled"))
    );
    assert_eq!(scene.todo(&account).await, None);
    assert!(
        !has_tokens(&world, &account).await,
        "a dead token is given back in vain"
    );
    world.advance(seconds(600)).await;
    assert_eq!(scene.entries("account.needs_reconnect").await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn while_the_platform_is_down_it_is_tried_again_every_five_minutes() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&X).await;
    let down = Effect::FailBeforeExec { status: Some(503) };
    world
        .stack
        .sandbox()
        .script(Fault::on("revoke", down).times(3));
    scene.disconnect(&account).await;
    world.settle().await;
    assert_eq!(requests(&world, "revoke").len(), 1);
    assert!(has_tokens(&world, &account).await);
    world.advance(seconds(600)).await;
    assert_eq!(requests(&world, "revoke").len(), 3);
    assert!(has_tokens(&world, &account).await);
    world.advance(seconds(301)).await;
    let asked = requests(&world, "revoke");
    // The refresh token, then the access token.
    assert_eq!(asked.iter().filter(|request| request.executed).count(), 2);
    assert!(!has_tokens(&world, &account).await);
    world.advance(seconds(HOUR)).await;
    assert_eq!(requests(&world, "revoke").len(), asked.len());
    world.finish().await;
}

#[tokio::test]
async fn after_an_hour_the_tokens_are_destroyed_though_the_platform_did_not_take_them_back() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&X).await;
    let effects = [
        Effect::FailBeforeExec { status: Some(503) },
        Effect::FailBeforeExec { status: None },
        Effect::TooManyRequests { reset_seconds: 900 },
    ];
    for effect in effects.iter().cycle().take(60) {
        world
            .stack
            .sandbox()
            .script(Fault::on("revoke", effect.clone()));
    }
    scene.disconnect(&account).await;
    world.advance(seconds(HOUR - 1)).await;
    assert!(has_tokens(&world, &account).await);
    world.advance(seconds(302)).await;
    assert!(!has_tokens(&world, &account).await);
    let asked = requests(&world, "revoke").len();
    assert!((12..=14).contains(&asked), "{asked}");
    world.advance(seconds(HOUR)).await;
    assert_eq!(requests(&world, "revoke").len(), asked);
    assert!(world.logged().contains("an access was not given back"));
    world.finish().await;
}

#[tokio::test]
async fn of_two_pages_of_one_consent_the_first_one_leaves_the_other_its_access() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let back = scene.agreed(&sample("facebook"), "sari").await;
    let (offer, pages) = offered(&scene.ana.api, &back).await;
    let body = json!({ "offer_id": offer, "accounts": pages });
    let chosen = scene.ana.api.post("/oauth/choose", &body).await.expect(201);
    let ids: Vec<_> = chosen.body["items"].as_array().unwrap().iter().collect();
    let [first, last] = [0, 1].map(|n| ids[n]["id"].as_str().unwrap().to_owned());
    scene.disconnect(&first).await;
    world.settle().await;
    assert!(!has_tokens(&world, &first).await);
    assert_eq!(given_back(&world), Vec::<String>::new());
    // The other one is well: its daily check says so.
    let before = scene.stored(&world, &last).await.checked_at;
    world.jump(seconds(24 * HOUR)).await;
    world.advance(seconds(301)).await;
    let stored = scene.stored(&world, &last).await;
    assert!(stored.checked_at > before && stored.status == domain::AccountStatus::Active);
    let mut scene = scene;
    scene.sign_in(&world).await;
    scene.disconnect(&last).await;
    world.settle().await;
    assert_eq!(given_back(&world), ["graph.facebook.com"]);
    assert!(!has_tokens(&world, &last).await);
    world.finish().await;
}

#[tokio::test]
async fn of_two_teams_with_one_account_the_first_one_that_leaves_takes_nothing_from_the_other() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let other = Scene {
        ana: scene.ana.clone(),
        team: scene.ana.create_team("Other").await,
    };
    for sample in [sample("mastodon"), sample("bluesky"), X, sample("facebook")] {
        let (here, there) = (scene.connect(&sample).await, other.connect(&sample).await);
        let before = given_back(&world).len();
        scene.disconnect(&here).await;
        world.settle().await;
        assert_eq!(given_back(&world).len(), before, "{sample:?}");
        assert!(!has_tokens(&world, &here).await);
        assert!(has_tokens(&world, &there).await);
        assert_eq!(other.status(&there).await, "active");
        other.disconnect(&there).await;
        world.settle().await;
        assert!(given_back(&world).len() > before, "{sample:?}");
        assert!(!has_tokens(&world, &there).await);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_post_of_the_other_team_goes_out_after_the_first_one_left() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let other = Scene {
        ana: scene.ana.clone(),
        team: scene.ana.create_team("Other").await,
    };
    let here = scene.connect(&sample("mastodon")).await;
    let there = other.connect(&sample("mastodon")).await;
    let [ours, theirs] = [
        scene.draft("Ours", &[&here]).await,
        other.draft("Theirs", &[&there]).await,
    ];
    scene.schedule(&world, &ours, 300).await;
    other.schedule(&world, &theirs, 300).await;
    scene.disconnect(&here).await;
    world.advance(seconds(301)).await;
    assert_eq!(world.published(), ["Theirs"]);
    world.finish().await;
}

#[tokio::test]
async fn an_account_connected_again_from_the_beginning_while_the_old_one_goes_keeps_its_access() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let old = scene.connect(&X).await;
    let back = agree(&scene.begin(&X).await.expect(202), "sari").await;
    let down = Effect::FailBeforeExec { status: Some(503) };
    world.stack.sandbox().script(Fault::on("revoke", down));
    scene.disconnect(&old).await;
    world.settle().await;
    let new = scene.ana.api.get(&back).await.expect(200).id();
    assert_ne!(new, old);
    world.advance(seconds(600)).await;
    assert!(!has_tokens(&world, &old).await);
    assert!(has_tokens(&world, &new).await);
    let asked = requests(&world, "revoke");
    assert!(asked.iter().all(|request| !request.executed), "{asked:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_publication_that_is_being_prepared_is_cancelled_and_its_worker_cannot_send() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let post = scene.draft("Half way", &[&account]).await;
    scene.schedule(&world, &post, 600).await;
    world.pass(seconds(600)).await;
    let store = world.store();
    let record = store.post(post.parse().unwrap()).await.unwrap().unwrap();
    let found = &record.publications[0];
    let domain::publication::Claim::Prepare(claimed) = found.claim("w", world.now()) else {
        panic!("must be claimable")
    };
    store.claim(found, &claimed).await.unwrap();
    let stored = scene.stored(&world, &account).await;
    scene.disconnect(&account).await;
    // Before the chore is done, the account's status stops the worker; afterwards the publication itself does.
    let armed = claimed.arm("w", Value::Null, world.now()).unwrap();
    let lost = store.arm(&claimed, &armed, &stored).await;
    assert!(lost.is_err(), "{lost:?}");
    world.settle().await;
    let lost = store.arm(&claimed, &armed, &stored).await;
    assert!(matches!(lost, Err(store::NotArmed::Lost)), "{lost:?}");
    assert_eq!(
        end_of(&scene, &post).await,
        (json!("cancelled"), json!("cancelled"))
    );
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_publication_that_is_being_sent_ends_as_it_ends() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let slow = Effect::Timeout {
        executes: true,
        delay_ms: 400,
    };
    world.stack.sandbox().script(Fault::on(CREATE_STATUS, slow));
    let post = scene.draft("On its way", &[&account]).await;
    scene.schedule(&world, &post, 1).await;
    let disconnected = async {
        while world.published().is_empty() {
            app::clock::pause(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(scene.state(&post).await, "armed");
        scene.disconnect(&account).await;
    };
    futures::join!(world.advance(seconds(2)), disconnected);
    world.settle().await;
    assert_eq!(
        end_of(&scene, &post).await,
        (json!("published"), json!("published"))
    );
    assert_eq!(world.published(), ["On its way"]);
    assert!(!has_tokens(&world, &account).await);
    world.finish().await;
}

#[tokio::test]
async fn whenever_an_account_is_disconnected_each_post_is_either_out_or_cancelled() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let mut ends = Vec::new();
    for round in 0..10_u64 {
        let account = scene.connect(&sample("bluesky")).await;
        let mut posts = Vec::new();
        for n in 0..3 {
            let post = scene.draft(&format!("Race {round}.{n}"), &[&account]).await;
            scene.schedule(&world, &post, 60).await;
            posts.push(post);
        }
        world.pass(seconds(60)).await;
        let events = join_all(posts.iter().map(|post| async {
            let post = scene.post(post).await;
            let due =
                json!({ "post_id": post["id"], "publication_id": post["publications"][0]["id"] });
            json!({ "Records": [{ "messageId": "m", "body": due.to_string() }] })
        }))
        .await;
        let workers = events
            .into_iter()
            .map(|event| world.stack.invoke("jobs-publish", event));
        // The first time the account goes before the workers come, the last time after they went.
        let answers = if round == 0 {
            scene.disconnect(&account).await;
            join_all(workers).await
        } else if round == 9 {
            let answers = join_all(workers).await;
            scene.disconnect(&account).await;
            answers
        } else {
            let disconnected = async {
                app::clock::pause(std::time::Duration::from_millis(round * 8)).await;
                scene.disconnect(&account).await;
            };
            futures::join!(join_all(workers), disconnected).0
        };
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        world.settle().await;
        // A worker whose access was given back while it sent is told so, waits, and finds the account gone.
        world.advance(seconds(20)).await;
        for (n, post) in posts.iter().enumerate() {
            let state = scene.state(post).await;
            let text = format!("Race {round}.{n}");
            let out = world.published().iter().filter(|it| **it == text).count();
            match state.as_str() {
                "published" => assert_eq!(out, 1),
                "cancelled" | "refused" => assert_eq!(out, 0),
                other => panic!("{text} is {other}, and went out {out} times"),
            }
            ends.push(state);
        }
    }
    let published = ends.iter().filter(|end| *end == "published").count();
    assert!(published > 0 && published < ends.len(), "{ends:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_team_that_is_deleted_gives_back_everything() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let mut ids = Vec::new();
    for platform in ["mastodon", "bluesky", "x", "facebook"] {
        ids.push(scene.connect(&sample(platform)).await);
    }
    let path = format!("/teams/{}?name=Harbour%20news", scene.team);
    scene.ana.api.delete(&path).await.expect(204);
    world.advance(seconds(301)).await;
    for id in &ids {
        assert!(!has_tokens(&world, id).await);
    }
    let hosts = given_back(&world);
    for host in [
        "mastodon.sandbox",
        "bluesky.sandbox",
        "api.x.com",
        "graph.facebook.com",
    ] {
        assert!(
            hosts.contains(&host.to_owned()),
            "{host} is not in {hosts:?}"
        );
    }
    world.finish().await;
}
