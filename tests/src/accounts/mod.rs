//! Connecting social accounts.

mod choosing;
mod connecting;
mod disconnecting;
mod disconnecting_races;
mod platforms;
mod reconnecting;
mod renewing;
mod scene;
mod vault;
mod vault_keys;

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{Newsroom, Person, World, consent, seconds};

#[tokio::test]
async fn connected_accounts_are_listed_and_never_with_a_token() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let list = news
        .ana
        .api
        .get(&format!("/teams/{}/accounts", news.team))
        .await
        .expect(200);
    let accounts = list.body["items"].as_array().unwrap();
    let handles: Vec<_> = accounts
        .iter()
        .map(|account| account["handle"].as_str().unwrap())
        .collect();
    assert!(
        handles.contains(&"harbour@mastodon.sandbox") && handles.contains(&"alice.bluesky.sandbox"),
        "{handles:?}"
    );
    assert!(accounts.iter().all(|account| account["status"] == "active"));
    for forbidden in ["token", "demo-pass-word", "secret", "sealed", "refresh"] {
        assert!(
            !list.text.contains(forbidden),
            "{forbidden} in {}",
            list.text
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn a_state_brings_one_account_back_and_only_once() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let back = consent(&ana.begin_mastodon(&team).await, "harbour", "authorize").await;
    ana.api.get(&back).await.expect(200);
    assert_eq!(
        ana.api.get(&back).await.expect_problem(422).pointer(),
        "?state"
    );
    ana.api
        .get("/oauth/callback?code=x&state=made-up")
        .await
        .expect_problem(422);
    ana.api
        .get("/oauth/callback?code=x")
        .await
        .expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn a_way_back_in_another_browser_connects_nothing_and_ends_there() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    // One browser has no cookie of ours, the other is on a way of its own and has one.
    let elsewhere = ana.api.in_new_browser();
    let mastodon = json!({ "platform": "mastodon", "host": "mastodon.sandbox" });
    let path = format!("/teams/{team}/accounts");
    elsewhere.post(&path, &mastodon).await.expect(202);
    for other in [&world.anonymous, &elsewhere] {
        let back = consent(&ana.begin_mastodon(&team).await, "harbour", "authorize").await;
        for browser in [other, &ana.api] {
            let refused = browser.get(&back).await.expect_problem(422);
            assert_eq!(refused.pointer(), "?state");
        }
    }
    let accounts = ana.api.get(&path).await.expect(200);
    assert_eq!(accounts.body["items"], json!([]));
    ana.connect_mastodon(&team).await;
    world.finish().await;
}

#[tokio::test]
async fn the_cookie_of_a_browser_cannot_be_read_by_pages_nor_sent_by_other_sites() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let mastodon = json!({ "platform": "mastodon", "host": "mastodon.sandbox" });
    let path = format!("/teams/{team}/accounts");
    let begun = ana.api.post(&path, &mastodon).await.expect(202);
    let cookie = begun.headers["set-cookie"].to_str().unwrap();
    let attributes: BTreeSet<_> = cookie.split("; ").skip(1).collect();
    assert!(cookie.starts_with("__Host-tayang-browser="), "{cookie}");
    assert_eq!(
        attributes,
        BTreeSet::from([
            "HttpOnly",
            "Max-Age=7200",
            "Path=/",
            "SameSite=Lax",
            "Secure"
        ])
    );
    world.finish().await;
}

#[tokio::test]
async fn ten_minutes_after_its_beginning_a_connection_cannot_be_finished() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let back = consent(&ana.begin_mastodon(&team).await, "harbour", "authorize").await;
    world.jump(seconds(600)).await;
    assert_eq!(
        ana.api.get(&back).await.expect_problem(422).pointer(),
        "?state"
    );
    world.finish().await;
}

#[tokio::test]
async fn refused_consent_connects_nothing_and_says_so() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let back = consent(&ana.begin_mastodon(&team).await, "harbour", "deny").await;
    ana.api.get(&back).await.expect_problem(409);
    let list = ana
        .api
        .get(&format!("/teams/{team}/accounts"))
        .await
        .expect(200);
    assert_eq!(list.body["items"], json!([]));
    world.finish().await;
}

#[tokio::test]
async fn connecting_again_keeps_the_accounts_id() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    assert_eq!(news.ana.connect_mastodon(&news.team).await, news.mastodon);
    assert_eq!(news.ana.connect_bluesky(&news.team).await, news.bluesky);
    let list = news
        .ana
        .api
        .get(&format!("/teams/{}/accounts", news.team))
        .await
        .expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn one_social_account_in_two_teams_is_two_accounts_with_tokens_of_their_own() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other").await;
    let again = news.ana.connect_mastodon(&other).await;
    assert_ne!(again, news.mastodon);
    let (first, second) = (news.mastodon.parse().unwrap(), again.parse().unwrap());
    let (first, second) = (
        world.store().sealed_tokens(first).await.unwrap(),
        world.store().sealed_tokens(second).await.unwrap(),
    );
    assert_ne!(first, second);
    world.finish().await;
}

#[tokio::test]
async fn the_server_is_registered_with_once() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    for account in ["harbour", "aurora"] {
        let back = consent(&ana.begin_mastodon(&team).await, account, "authorize").await;
        ana.api.get(&back).await.expect(200);
    }
    let registrations = world
        .stack
        .sandbox()
        .requests()
        .into_iter()
        .filter(|request| request.operation == "register_app")
        .count();
    assert_eq!(registrations, 1);
    world.finish().await;
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let path = format!("/teams/{team}/accounts");
    let wrong = |change: (&str, serde_json::Value)| {
        let mut body = Person::bluesky();
        body[change.0] = change.1;
        body
    };
    for (body, pointer) in [
        (json!({ "platform": "mastodon" }), "/host"),
        (
            json!({ "platform": "mastodon", "host": "not a host" }),
            "/host",
        ),
        (
            json!({ "platform": "mastodon", "host": "127.0.0.1" }),
            "/host",
        ),
        (
            json!({ "platform": "mastodon", "host": "localhost" }),
            "/host",
        ),
        (
            json!({ "platform": "mastodon", "host": "169.254.169.254" }),
            "/host",
        ),
        (json!({ "platform": "friendster" }), "/platform"),
        (wrong(("identifier", json!(null))), "/identifier"),
        (wrong(("password", json!(null))), "/password"),
        (
            wrong(("password", json!("not the app password"))),
            "/password",
        ),
    ] {
        assert_eq!(
            ana.api
                .post(&path, &body)
                .await
                .expect_problem(422)
                .pointer(),
            pointer,
            "{body}"
        );
    }
    world.finish().await;
}

#[tokio::test]
async fn sealed_tokens_open_only_for_the_account_they_were_sealed_for() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let app = world.stack.app();
    let team = news.team.parse().unwrap();
    let (mastodon, bluesky) = (
        news.mastodon.parse().unwrap(),
        news.bluesky.parse().unwrap(),
    );
    let sealed = world
        .store()
        .sealed_tokens(mastodon)
        .await
        .unwrap()
        .unwrap();
    let (mastodon, bluesky) = (
        world
            .store()
            .account(team, mastodon)
            .await
            .unwrap()
            .unwrap(),
        world.store().account(team, bluesky).await.unwrap().unwrap(),
    );
    assert!(app.open_tokens(&mastodon, &sealed).await.is_ok());
    assert!(app.open_tokens(&bluesky, &sealed).await.is_err());
    world.finish().await;
}
