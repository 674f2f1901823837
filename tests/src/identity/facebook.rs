//! Signing up and in at Facebook, which does not say whether an address is verified.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::harness::{World, seconds};

#[tokio::test]
async fn whoever_signs_up_at_facebook_confirms_the_address_in_the_same_browser() {
    let world = World::start().await;
    let email = "eka@surat.example";
    let browser = world.visitor(1);
    let answer = browser.sign_in_at("facebook", "eka").await.expect(200);
    assert_eq!(answer.body["email"], email);
    assert!(answer.body["access_token"].is_null(), "{}", answer.text);
    world
        .confirm(&world.visitor(2), email)
        .await
        .expect_problem(403);
    world
        .confirm(&world.anonymous, email)
        .await
        .expect_problem(403);
    let user = world.confirm(&browser, email).await.expect(201);
    assert_eq!(user.body["name"], "Eka Saputra");
    let eka = world.visitor(2);
    let eka = eka.entered(&eka.sign_in_at("facebook", "eka").await.expect(200));
    assert_eq!(eka.id, user.body["id"].as_str().unwrap());
    assert_eq!(eka.api.identities().await, ["facebook"]);
    world.finish().await;
}

#[tokio::test]
async fn a_confirmation_of_a_sign_up_at_facebook_works_once_and_for_an_hour() {
    let world = World::start().await;
    let email = "eka@surat.example";
    let browser = world.visitor(1);
    browser.sign_in_at("facebook", "eka").await.expect(200);
    let token = world.token_from(email, "/verify-email").await;
    world.later(seconds(3_600)).await;
    let body = json!({ "token": token });
    browser
        .post("/verify-email", &body)
        .await
        .expect_problem(422);
    browser.sign_in_at("facebook", "eka").await.expect(200);
    world.confirm(&browser, email).await.expect(201);
    world.confirm(&browser, email).await.expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn somebody_without_an_address_at_facebook_is_told_what_to_do() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let refused = browser.sign_in_at("facebook", "fitri").await;
    assert_eq!(
        refused.expect_problem(409).field("detail"),
        "Facebook did not share an e-mail address: sign up with an address and a password, then link Facebook"
    );
    assert!(world.stack.mails().is_empty());
    // Linked to an account with an address, it opens that.
    world.sign_up("fitri").await;
    let fitri = world.visitor(1).enter("fitri@example.com").await;
    fitri.api.link("facebook", "fitri").await.expect(200);
    let again = browser.sign_in_at("facebook", "fitri").await.expect(200);
    assert_eq!(again.body["user"]["id"], fitri.id);
    world.finish().await;
}

#[tokio::test]
async fn an_account_with_that_address_is_neither_opened_nor_betrayed() {
    let world = World::start().await;
    let email = "sari.wijaya.sandbox@gmail.com";
    let attacker = world.visitor(3);
    let before = attacker.sign_in_at("facebook", "sari").await;
    let google = world.visitor(1);
    let google = google.entered(&google.sign_in_at("google", "sari").await.expect(200));
    let after = world.visitor(1).sign_in_at("facebook", "sari").await;
    assert_eq!(
        (before.status, &before.body),
        (after.status, &after.body),
        "an address that is known is answered like one that is not"
    );
    assert_eq!(google.api.identities().await, ["google"]);
    world.settle().await;
    assert_eq!(
        world.subjects(email),
        ["Confirm your address", "You have an account already"]
    );
    // The link from before there was the account does not help either.
    let token = world.token_from(email, "/verify-email").await;
    let body = json!({ "token": token });
    let refused = attacker.post("/verify-email", &body).await;
    refused.expect_problem(409);
    assert_eq!(google.api.identities().await, ["google"]);
    world.finish().await;
}

#[tokio::test]
async fn facebook_is_shown_that_we_know_the_apps_secret_and_no_token_stands_in_an_address() {
    let world = World::start().await;
    world
        .visitor(1)
        .sign_in_at("facebook", "eka")
        .await
        .expect(200);
    let requests = world.stack.sandbox().requests();
    let of = |operation: &str| {
        let found: Vec<_> = requests
            .iter()
            .filter(|request| request.operation == operation)
            .collect();
        assert_eq!(found.len(), 1, "{operation}");
        let query = url::form_urlencoded::parse(found[0].query.as_bytes());
        query.into_owned().collect::<BTreeMap<_, _>>()
    };
    let exchange = of("access_token");
    assert_eq!(exchange["code_verifier"].len(), 43);
    let profile = of("me");
    assert_eq!(profile["appsecret_proof"].len(), 64);
    assert_eq!(profile["fields"], "id,name,email");
    assert!(!profile.contains_key("access_token"), "{profile:?}");
    world.finish().await;
}

#[tokio::test]
async fn an_answer_that_says_it_is_from_somebody_else_is_not_taken_to_facebook() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("facebook", "eka").await;
    let refused = browser
        .get(&format!("{back}&iss=https://google.sandbox"))
        .await;
    refused.expect_problem(409);
    let sent = world.stack.sandbox().requests();
    assert!(
        !sent
            .iter()
            .any(|request| request.operation == "access_token")
    );
    let body: Value = browser.get(&back).await.expect_problem(422).body;
    assert_eq!(body["errors"][0]["pointer"], "?state");
    world.finish().await;
}
