//! Connecting an account again: it stays the same account, what waits for it goes on, and nobody else's account takes its place.

use domain::Role;
use futures::future::join_all;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::scene::{HOUR, SAMPLES, Sample, Scene, agree};
use crate::harness::{World, decide, seconds};

const CREATE_STATUS: &str = "create_status";

fn sample(platform: &str) -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == platform)
        .unwrap()
}

/// A team whose account on Mastodon the platform does not let it use any more, which it learned by a post for the next second.
async fn locked_out(world: &World, scene: &Scene, account: &String) -> String {
    world
        .stack
        .sandbox()
        .script(Fault::on(CREATE_STATUS, Effect::RevokeToken));
    let post = scene.draft("Blocked", &[account]).await;
    scene.schedule(world, &post, 1).await;
    world.advance(seconds(2)).await;
    assert_eq!(scene.state(&post).await, "blocked");
    assert_eq!(scene.status(account).await, "needs_reconnect");
    post
}

#[tokio::test]
async fn every_platform_connects_an_account_again_and_it_keeps_its_id() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    for sample in SAMPLES {
        world.jump(seconds(61)).await;
        scene.sign_in(&world).await;
        let id = scene.connect(&sample).await;
        let before = scene.account(&id).await;
        world.jump(seconds(61)).await;
        assert_eq!(scene.connect_again(&sample, &id).await, id, "{sample:?}");
        let mut after = scene.account(&id).await;
        assert_eq!(after["connected_at"], world.now().to_string());
        for moved in ["connected_at", "checked_at", "access_ends_at"] {
            after[moved] = before[moved].clone();
        }
        assert_eq!(after, before);
    }
    assert_eq!(scene.accounts().await.len(), SAMPLES.len());
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_waits_goes_out_at_its_time_with_the_new_tokens() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let post = scene.draft("Patient", &[&account]).await;
    scene.schedule(&world, &post, 600).await;
    assert_eq!(
        scene.connect_again(&sample("mastodon"), &account).await,
        account
    );
    world.advance(seconds(500)).await;
    assert_eq!(scene.state(&post).await, "waiting");
    world.advance(seconds(99)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(2)).await;
    assert_eq!(world.published(), ["Patient"]);
    world.finish().await;
}

#[tokio::test]
async fn connecting_somebody_elses_account_in_its_place_is_refused_with_both_names_and_changes_nothing()
 {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let others = [
        ("mastodon", "aurora", "aurora@mastodon.sandbox"),
        ("facebook", "sari", "kopisenja"),
        ("x", "bima", "bimaprasetyo"),
        ("linkedin", "bima", "Bima Prasetyo"),
        ("youtube", "sari", "sariwijaya"),
        ("reddit", "citra", "citra_lestari"),
    ];
    for (platform, person, other) in others {
        let sample = sample(platform);
        let id = scene.connect(&sample).await;
        let before = (scene.stored(&world, &id).await, sealed(&world, &id).await);
        let begun = scene.begin_again(&sample, &id).await.expect(202);
        let back = agree(&begun, person).await;
        let refused = scene.ana.api.get(&back).await.expect_problem(409);
        let detail = refused.field("detail");
        for name in [other, sample.handle] {
            assert!(detail.contains(name), "{name} is not in {detail}");
        }
        let after = (scene.stored(&world, &id).await, sealed(&world, &id).await);
        assert_eq!(after, before, "{platform}");
    }
    assert_eq!(scene.accounts().await.len(), others.len());
    assert_eq!(
        scene.entries("account.reconnected").await,
        Vec::<Value>::new()
    );
    world.finish().await;
}

#[tokio::test]
async fn what_somebody_brings_must_be_for_the_same_account() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let cases = [
        // The password of another account, the address of another channel, a bot of other channels.
        ("bluesky", json!({ "password": "demo-pass-word-0002" }), 422),
        (
            "discord",
            json!({ "webhook_url": "https://discord.com/api/webhooks/1200000000000000003/sbxsecretSariUmum000000000000000000000000000000000000000000000000003" }),
            409,
        ),
        (
            "telegram",
            json!({ "token": "7000000002:AAsbxsecretBima00000000000000000002" }),
            422,
        ),
    ];
    for (platform, body, status) in cases {
        let id = scene.connect(&sample(platform)).await;
        let before = (scene.stored(&world, &id).await, sealed(&world, &id).await);
        let path = format!("{}/{id}/reconnect", scene.accounts_path());
        let refused = scene.ana.api.post(&path, &body).await;
        assert_eq!(refused.status, status, "{platform}: {}", refused.text);
        let after = (scene.stored(&world, &id).await, sealed(&world, &id).await);
        assert_eq!(after, before, "{platform}");
    }
    // Another webhook of the same channel is as good.
    let discord = scene.accounts().await;
    let discord = discord
        .iter()
        .find(|it| it["platform"] == "discord")
        .unwrap();
    let path = format!(
        "{}/{}/reconnect",
        scene.accounts_path(),
        discord["id"].as_str().unwrap()
    );
    let other = "https://discord.com/api/webhooks/1200000000000000002/sbxsecretSariCadangan0000000000000000000000000000000000000000000002";
    let again = scene
        .ana
        .api
        .post(&path, &json!({ "webhook_url": other }))
        .await;
    assert_eq!(again.expect(201).body["id"], discord["id"]);
    world.finish().await;
}

async fn sealed(world: &World, id: &str) -> Option<store::Envelope> {
    world
        .store()
        .sealed_tokens(id.parse().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn of_several_pages_the_one_that_is_connected_again_needs_no_choice() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let facebook = sample("facebook");
    let back = scene.agreed(&facebook, "sari").await;
    let (offer, pages) = super::scene::offered(&scene.ana.api, &back).await;
    let body = json!({ "offer_id": offer, "accounts": pages });
    let chosen = scene.ana.api.post("/oauth/choose", &body).await.expect(201);
    let id = chosen.body["items"][1]["id"].as_str().unwrap().to_owned();
    let begun = scene.begin_again(&facebook, &id).await.expect(202);
    let back = agree(&begun, "sari").await;
    assert_eq!(scene.ana.api.get(&back).await.expect(200).id(), id);
    // A page that is left out in the dialog is not connected by another one.
    let begun = scene.begin_again(&facebook, &id).await.expect(202);
    let form = [
        ("account", "sari"),
        ("decision", "authorize"),
        ("choice", pages[0].as_str()),
    ];
    let back = decide(&begun.field("authorization_url"), &form).await;
    scene.ana.api.get(&back).await.expect_problem(409);
    assert_eq!(scene.status(&id).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn what_was_blocked_goes_out_after_connecting_again_and_what_is_too_late_is_missed_and_told()
{
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let in_time = locked_out(&world, &scene, &account).await;
    // A second one that waits with little patience, and was scheduled before the account was lost.
    world.advance(seconds(60)).await;
    scene.connect_again(&sample("mastodon"), &account).await;
    world.settle().await;
    assert_eq!(world.published(), ["Blocked"]);
    assert_eq!(scene.state(&in_time).await, "published");

    let too_late = scene.draft("Old news", &[&account]).await;
    let later = scene.draft("Still news", &[&account]).await;
    let at = (world.now() + seconds(600)).to_string();
    for (post, max_late) in [(&too_late, 300), (&later, 3_600)] {
        let body = json!({ "post_id": post, "publish_at": at, "max_late_seconds": max_late });
        scene
            .ana
            .api
            .post("/posts/schedule", &body)
            .await
            .expect(200);
    }
    locked_out(&world, &scene, &account).await;
    assert_eq!(scene.state(&too_late).await, "blocked");
    assert_eq!(scene.state(&later).await, "blocked");
    // Nothing runs for a while, so that it is found when the account is there again and not before.
    world.pass(seconds(600 + 301)).await;
    scene.sign_in(&world).await;
    scene.connect_again(&sample("mastodon"), &account).await;
    world.settle().await;
    assert_eq!(scene.state(&too_late).await, "missed");
    assert_eq!(scene.state(&later).await, "published");
    assert!(!world.published().contains(&"Old news".to_owned()));
    let told = world.subjects("ana@example.com");
    let missed = told
        .iter()
        .filter(|it| *it == "Your post was not published in time");
    assert_eq!(missed.count(), 1, "{told:?}");
    assert_eq!(scene.entries("publication.missed").await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn what_is_blocked_for_too_long_is_missed_though_nobody_connects_the_account() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let post = locked_out(&world, &scene, &account).await;
    world.advance(seconds(HOUR + 120)).await;
    scene.sign_in(&world).await;
    assert_eq!(scene.state(&post).await, "missed");
    assert_eq!(scene.post(&post).await["status"], "failed");
    scene.connect_again(&sample("mastodon"), &account).await;
    world.advance(seconds(61)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_post_for_later_is_blocked_while_its_account_is_lost_and_goes_out_at_its_own_time() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let tomorrow = scene.draft("Tomorrow's news", &[&account]).await;
    scene.schedule(&world, &tomorrow, 2 * HOUR).await;
    let at = scene.post(&tomorrow).await["publications"][0]["publish_at"].clone();
    let blocked = locked_out(&world, &scene, &account).await;
    assert_eq!(scene.state(&tomorrow).await, "blocked");
    let status = scene.post(&tomorrow).await["status"].clone();
    assert_eq!(status, "approved", "it has not begun to go out");
    world.advance(seconds(60)).await;
    scene.connect_again(&sample("mastodon"), &account).await;
    world.settle().await;
    assert_eq!(scene.state(&tomorrow).await, "waiting");
    assert_eq!(scene.state(&blocked).await, "published");
    world.advance(seconds(HOUR)).await;
    assert_eq!(world.published(), ["Blocked"]);
    world.advance(seconds(HOUR)).await;
    scene.sign_in(&world).await;
    let post = scene.post(&tomorrow).await;
    assert_eq!(post["status"], "published");
    assert_eq!(post["publications"][0]["sent_at"], at);
    world.finish().await;
}

#[tokio::test]
async fn what_waits_for_an_admin_is_listed_until_it_is_done_and_for_nobody_else() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let eve = world.sign_up("eve").await;
    world.join(&eve, &scene.team, Role::Editor).await;
    assert_eq!(scene.todo(&account).await, None);
    locked_out(&world, &scene, &account).await;
    let todo = scene.todo(&account).await.unwrap();
    assert_eq!(todo["kind"], "reconnect_account");
    let summary = todo["summary"].as_str().unwrap();
    assert!(summary.contains("harbour@mastodon.sandbox"), "{summary}");
    let of_eve = eve.api.get("/todos").await.expect(200);
    assert_eq!(of_eve.body["items"], json!([]));
    let path = format!("{}/{account}/reconnect", scene.accounts_path());
    eve.api.post(&path, &json!({})).await.expect_problem(403);
    scene.connect_again(&sample("mastodon"), &account).await;
    assert_eq!(scene.todo(&account).await, None);
    let shown = scene.account(&account).await;
    assert_eq!(
        (&shown["status"], &shown["problem"]),
        (&json!("active"), &Value::Null)
    );
    world.finish().await;
}

#[tokio::test]
async fn an_account_that_was_disconnected_meanwhile_is_not_connected_again() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("mastodon")).await;
    let begun = scene
        .begin_again(&sample("mastodon"), &account)
        .await
        .expect(202);
    let back = agree(&begun, "harbour").await;
    scene.disconnect(&account).await;
    scene.ana.api.get(&back).await.expect_problem(404);
    let begun = scene.begin_again(&sample("mastodon"), &account).await;
    begun.expect_problem(404);
    world.settle().await;
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    // Connected from the beginning, it is another account.
    assert_ne!(scene.connect(&sample("mastodon")).await, account);
    world.finish().await;
}

#[tokio::test]
async fn however_many_connect_an_account_again_at_once_its_tokens_open_it() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&sample("x")).await;
    let mut backs = Vec::new();
    for _ in 0..6 {
        let begun = scene.begin_again(&sample("x"), &account).await.expect(202);
        backs.push(agree(&begun, "sari").await);
    }
    let answers = join_all(backs.iter().map(|back| scene.ana.api.get(back))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert!(statuses.contains(&200), "{statuses:?}");
    assert!(statuses.iter().all(|status| *status < 500), "{statuses:?}");
    let stored = scene.stored(&world, &account).await;
    let tokens = sealed(&world, &account).await.unwrap();
    assert!(
        world
            .stack
            .app()
            .open_tokens(&stored, &tokens)
            .await
            .is_ok()
    );
    let succeeded = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(stored.token_generation as usize, 1 + succeeded);
    world.finish().await;
}

#[tokio::test]
async fn one_consent_connects_every_page_of_it_again_that_the_team_has() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let facebook = sample("facebook");
    let back = scene.agreed(&facebook, "sari").await;
    let (offer, pages) = super::scene::offered(&scene.ana.api, &back).await;
    let body = json!({ "offer_id": offer, "accounts": pages });
    let chosen = scene.ana.api.post("/oauth/choose", &body).await.expect(201);
    let ids = chosen.body["items"].as_array().unwrap().iter();
    let ids: Vec<_> = ids
        .map(|account| account["id"].as_str().unwrap().to_owned())
        .collect();
    let app = world.stack.app();
    for id in &ids {
        let before = scene.stored(&world, id).await;
        let failed = before.failed(
            "The session has been invalidated",
            domain::Entry::system(app.new_id()),
            app.now(),
        );
        let failed = failed.unwrap();
        let entry = Some(&failed.activity);
        let kept = world
            .store()
            .change_account(&before, &failed.account, entry);
        kept.await.unwrap();
    }
    world.settle().await;
    for id in &ids {
        assert_eq!(scene.status(id).await, "needs_reconnect");
        assert!(scene.todo(id).await.is_some());
    }
    assert_eq!(scene.begin_again(&facebook, &ids[0]).await.status, 202);
    let begun = scene.begin_again(&facebook, &ids[0]).await.expect(202);
    let back = agree(&begun, "sari").await;
    assert_eq!(scene.ana.api.get(&back).await.expect(200).id(), ids[0]);
    world.settle().await;
    for id in &ids {
        assert_eq!(scene.status(id).await, "active");
        assert_eq!(scene.todo(id).await, None);
    }
    assert_eq!(scene.accounts().await.len(), 2);
    world.finish().await;
}
