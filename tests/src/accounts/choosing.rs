//! A consent that opens several accounts: somebody chooses, in the browser in which he agreed, and only he and only what was offered.

use std::collections::BTreeSet;

use domain::Role;
use futures::future::join_all;
use serde_json::{Value, json};

use super::scene::{SAMPLES, Sample, Scene, has_tokens, offered, requests};
use crate::harness::{Answer, Api, World, seconds};

/// Sari's pages, of which Tayang may publish on two.
const PAGES: [&str; 2] = ["100200300400501", "100200300400502"];
/// A page that she may only look at.
const WATCHED: &str = "100200300400503";

fn facebook() -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == "facebook")
        .unwrap()
}

async fn choose(browser: &Api, offer: &str, accounts: &[&str]) -> Answer {
    let body = json!({ "offer_id": offer, "accounts": accounts });
    browser.post("/oauth/choose", &body).await
}

/// Sari has agreed and is back in Ana's browser.
async fn offer(scene: &Scene) -> String {
    let back = scene.agreed(&facebook(), "sari").await;
    let (offer, pages) = offered(&scene.ana.api, &back).await;
    assert_eq!(pages, PAGES);
    offer
}

async fn names(scene: &Scene) -> BTreeSet<String> {
    let accounts = scene.accounts().await;
    let names = accounts
        .iter()
        .map(|account| account["name"].as_str().unwrap().to_owned());
    names.collect()
}

#[tokio::test]
async fn of_several_pages_the_chosen_one_is_connected_and_no_other() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    let chosen = choose(&scene.ana.api, &offer, &PAGES[1..])
        .await
        .expect(201);
    assert_eq!(chosen.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(
        names(&scene).await,
        BTreeSet::from(["Toko Buku Wijaya".to_owned()])
    );
    let accounts = scene.accounts().await;
    assert_eq!(chosen.body["items"][0], accounts[0]);
    assert!(has_tokens(&world, accounts[0]["id"].as_str().unwrap()).await);
    world.finish().await;
}

#[tokio::test]
async fn several_pages_are_connected_together_and_each_has_a_token_of_its_own() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    // Somebody who chooses without being signed in is known by the browser.
    let browser = world.anonymous.in_browser_of(&scene.ana.api);
    let chosen = choose(&browser, &offer, &[PAGES[1], PAGES[0], PAGES[0]]).await;
    assert_eq!(
        chosen.expect(201).body["items"].as_array().unwrap().len(),
        2
    );
    let mut tokens = Vec::new();
    for account in scene.accounts().await {
        let id = account["id"].as_str().unwrap();
        let stored = scene.stored(&world, id).await;
        let sealed = world
            .store()
            .sealed_tokens(stored.id)
            .await
            .unwrap()
            .unwrap();
        let opened = world
            .stack
            .app()
            .open_tokens(&stored, &sealed)
            .await
            .unwrap();
        tokens.push(secrecy::ExposeSecret::expose_secret(&opened.access).to_owned());
        assert_eq!(stored.connected_by.to_string(), scene.ana.id);
    }
    assert_ne!(tokens[0], tokens[1]);
    assert_eq!(scene.entries("account.connected").await.len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn whoever_has_one_page_is_not_asked_and_whoever_has_none_is_told() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let back = scene.agreed(&facebook(), "eka").await;
    let account = scene.ana.api.get(&back).await.expect(200);
    assert_eq!(account.field("name"), "Warung Eka");
    for (person, told) in [
        ("dimas", "Facebook shows no page that you manage"),
        ("citra", "you may not publish on any of the pages"),
    ] {
        let back = scene.agreed(&facebook(), person).await;
        let refused = scene.ana.api.get(&back).await.expect_problem(409);
        assert!(refused.text.contains(told), "{}", refused.text);
    }
    assert_eq!(scene.accounts().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_choice_from_another_browser_finds_nothing_and_takes_nothing_away() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    let strange = scene.ana.api.in_new_browser();
    strange
        .get("/oauth/authorize?provider=google")
        .await
        .expect(200);
    let without_cookies = world
        .anonymous
        .with_token(scene.ana.api.token.as_ref().unwrap());
    for browser in [&strange, &without_cookies, &world.anonymous] {
        let refused = choose(browser, &offer, &PAGES).await.expect_problem(404);
        assert!(refused.text.contains("offer_id"), "{}", refused.text);
    }
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    choose(&scene.ana.api, &offer, &PAGES).await.expect(201);
    world.finish().await;
}

#[tokio::test]
async fn a_choice_can_be_made_for_thirty_minutes_and_once() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    let (early, late) = (offer(&scene).await, offer(&scene).await);
    world.jump(seconds(30 * 60 - 1)).await;
    choose(&scene.ana.api, &early, &PAGES[..1])
        .await
        .expect(201);
    choose(&scene.ana.api, &early, &PAGES[1..])
        .await
        .expect_problem(404);
    world.jump(seconds(1)).await;
    choose(&scene.ana.api, &late, &PAGES[1..])
        .await
        .expect_problem(404);
    scene.sign_in(&world).await;
    assert_eq!(scene.accounts().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn what_was_not_offered_cannot_be_chosen_and_nothing_of_the_choice_is_connected() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    for (wrong, pointer) in [
        (vec![PAGES[0], WATCHED], "/accounts/1"),
        (vec![WATCHED], "/accounts/0"),
        (vec!["100200300400504"], "/accounts/0"),
        (vec![""], "/accounts/0"),
        (vec!["../me"], "/accounts/0"),
        (vec![], "/accounts"),
        (vec![PAGES[0]; 51], "/accounts"),
    ] {
        let refused = choose(&scene.ana.api, &offer, &wrong).await;
        assert_eq!(refused.expect_problem(422).pointer(), pointer, "{wrong:?}");
    }
    let nobodys = "offer_01kaw3x0fhe9ps6r4h8x5tq7vd";
    choose(&scene.ana.api, nobodys, &PAGES)
        .await
        .expect_problem(404);
    choose(&scene.ana.api, "x", &PAGES)
        .await
        .expect_problem(422);
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    choose(&scene.ana.api, &offer, &PAGES).await.expect(201);
    world.finish().await;
}

#[tokio::test]
async fn whoever_may_no_longer_connect_when_he_chooses_connects_nothing() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &scene.team, Role::Admin).await;
    let of_ben = Scene {
        ana: ben.clone(),
        team: scene.team.clone(),
    };
    let offer = offer(&of_ben).await;
    let member = format!("/teams/{}/members/{}", scene.team, ben.id);
    for role in ["editor", "viewer"] {
        let role = json!({ "role": role });
        scene.ana.api.patch(&member, &role).await.expect(200);
        choose(&ben.api, &offer, &PAGES).await.expect_problem(403);
    }
    scene.ana.api.delete(&member).await.expect(204);
    choose(&ben.api, &offer, &PAGES).await.expect_problem(404);
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    world.finish().await;
}

#[tokio::test]
async fn an_offer_says_what_the_team_has_already_and_choosing_that_connects_it_again() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let first = offer(&scene).await;
    let chosen = choose(&scene.ana.api, &first, &PAGES[..1])
        .await
        .expect(201);
    let before = chosen.body["items"][0]["id"].clone();
    let back = scene.agreed(&facebook(), "sari").await;
    let offer = scene.ana.api.get(&back).await.expect(200);
    let known = offer.body["accounts"].as_array().unwrap().iter();
    let known: Vec<_> = known.map(|account| account["connected"].clone()).collect();
    assert_eq!(known, [true, false]);
    let chosen = choose(&scene.ana.api, &offer.field("offer_id"), &PAGES).await;
    assert_eq!(chosen.expect(201).body["items"][0]["id"], before);
    assert_eq!(scene.accounts().await.len(), 2);
    assert_eq!(scene.entries("account.reconnected").await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn of_many_choices_at_once_each_page_is_connected_once() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    let choices = (0..8).map(|_| choose(&scene.ana.api, &offer, &PAGES));
    let answers = join_all(choices).await;
    assert!(answers.iter().any(|answer| answer.status == 201));
    assert!(
        answers.iter().all(|answer| answer.status < 500),
        "{answers:?}"
    );
    assert_eq!(scene.accounts().await.len(), 2);
    for account in scene.accounts().await {
        let stored = scene.stored(&world, account["id"].as_str().unwrap()).await;
        let sealed = world
            .store()
            .sealed_tokens(stored.id)
            .await
            .unwrap()
            .unwrap();
        assert!(
            world
                .stack
                .app()
                .open_tokens(&stored, &sealed)
                .await
                .is_ok()
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn what_waits_for_a_choice_is_sealed_and_gone_when_the_choice_is_made() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let offer = offer(&scene).await;
    let vault = || {
        let app = world.stack.app();
        world
            .stack
            .items(&app.config.vault_table)
            .unwrap()
            .join("\n")
    };
    assert!(vault().contains("OFFER#"));
    assert!(!vault().contains("sbxsecret"));
    choose(&scene.ana.api, &offer, &PAGES).await.expect(201);
    assert!(!vault().contains("OFFER#"));
    world.finish().await;
}

#[tokio::test]
async fn wherever_one_has_several_accounts_two_of_them_can_be_chosen() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for platform in ["linkedin", "slack", "youtube", "google_business"] {
        let sample = SAMPLES
            .iter()
            .find(|it| it.platform == platform && it.person.is_some());
        let back = scene.agreed(sample.unwrap(), "sari").await;
        let (offer, names) = offered(&scene.ana.api, &back).await;
        assert!(names.len() > 1, "{platform}: {names:?}");
        let [.., one, other] = names.as_slice() else {
            panic!()
        };
        let chosen = choose(&scene.ana.api, &offer, &[one, other])
            .await
            .expect(201);
        for account in chosen.body["items"].as_array().unwrap() {
            assert_eq!(account["status"], "active", "{account}");
            assert_eq!(account["platform"], platform);
        }
    }
    assert_eq!(scene.accounts().await.len(), 8);
    // Each of them is looked after: its tokens open it.
    world.jump(seconds(86_400)).await;
    world.advance(seconds(301)).await;
    assert!(
        requests(&world, "token")
            .iter()
            .all(|it| it.status == Some(200))
    );
    let mut scene = scene;
    scene.sign_in(&world).await;
    for account in scene.accounts().await {
        assert_eq!(account["status"], "active", "{account}");
    }
    world.finish().await;
}
