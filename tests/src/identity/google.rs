//! Signing up and in at Google.

use sandbox::{Effect, Fault, Flaw};
use serde_json::{Value, json};

use crate::harness::{PASSWORD, World, consent, seconds};

const SARI: &str = "sari.wijaya.sandbox@gmail.com";

/// The claims of the next ID token, over its own.
fn claim(world: &World, claims: &Value) {
    let claims = claims.as_object().unwrap().clone();
    let flaw = Effect::FlawedIdToken(Flaw::Claims(claims));
    world.stack.sandbox().script(Fault::on("token", flaw));
}

#[tokio::test]
async fn whoever_has_an_address_that_google_answers_for_is_in_at_once_and_comes_in_again() {
    let world = World::start().await;
    for (account, email, name) in [
        ("sari", SARI, "Sari Wijaya"),
        ("bima", "bima@kopi-aurora.example", "Bima Prasetyo"),
    ] {
        let browser = world.visitor(1);
        let first = browser.sign_in_at("google", account).await.expect(200);
        assert_eq!(first.headers["cache-control"], "no-store");
        let first = browser.entered(&first);
        let me = first.api.get("/me").await.expect(200).body;
        assert_eq!(
            (&me["email"], &me["name"], &me["has_password"]),
            (&json!(email), &json!(name), &json!(false))
        );
        assert_eq!(me["identities"][0]["provider"], "google");
        let elsewhere = world.visitor(2);
        let again = elsewhere.sign_in_at("google", account).await.expect(200);
        assert_eq!(again.body["user"]["id"], first.id);
        world
            .anonymous
            .log_in(email, PASSWORD)
            .await
            .expect_problem(401);
    }
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_google_does_not_answer_for_is_confirmed_by_mail_in_the_same_browser() {
    let world = World::start().await;
    for (account, email) in [
        ("citra", "citra@surat.example"),
        ("dimas", "dimas@surat.example"),
    ] {
        let browser = world.visitor(1);
        let answer = browser.sign_in_at("google", account).await.expect(200);
        assert_eq!(answer.body["email"], email);
        assert!(answer.body["access_token"].is_null(), "{}", answer.text);
        world
            .confirm(&world.visitor(2), email)
            .await
            .expect_problem(403);
        let user = world.confirm(&browser, email).await.expect(201);
        let signed_in = browser.sign_in_at("google", account).await.expect(200);
        assert_eq!(signed_in.body["user"]["id"], user.body["id"]);
        // From now on any browser will do: the identity is known.
        let elsewhere = world.visitor(2);
        let signed_in = elsewhere.sign_in_at("google", account).await.expect(200);
        assert_eq!(signed_in.body["user"]["id"], user.body["id"]);
    }
    world.finish().await;
}

#[tokio::test]
async fn people_are_known_by_who_they_are_at_google_and_not_by_their_address() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let sari = browser.sign_in_at("google", "sari").await.expect(200);
    let sari = sari.body["user"]["id"].clone();
    // Her address at Google changes.
    claim(&world, &json!({ "email": "sari.new@gmail.com" }));
    let again = browser.sign_in_at("google", "sari").await.expect(200);
    assert_eq!(
        (&again.body["user"]["id"], &again.body["user"]["email"]),
        (&sari, &json!(SARI))
    );
    // Somebody else has got her address there.
    claim(&world, &json!({ "email": SARI, "email_verified": true }));
    let refused = browser
        .sign_in_at("google", "bima")
        .await
        .expect_problem(409);
    assert!(
        refused
            .field("detail")
            .contains("sign in to it as you did before")
    );
    // Even without any address she is the same.
    claim(&world, &json!({ "email": null, "email_verified": null }));
    let again = browser.sign_in_at("google", "sari").await.expect(200);
    assert_eq!(again.body["user"]["id"], sari);
    world.finish().await;
}

#[tokio::test]
async fn an_account_with_that_address_is_never_opened_or_linked_by_the_address() {
    let world = World::start().await;
    world.register(SARI, PASSWORD).await;
    world.confirm(&world.anonymous, SARI).await.expect(201);
    let refused = world.visitor(1).sign_in_at("google", "sari").await;
    let refused = refused.expect_problem(409);
    assert_eq!(
        refused.field("detail"),
        "there is an account with the address of this Google account: sign in to it as you did before, then link Google"
    );
    let sari = world.anonymous.enter(SARI).await;
    assert!(sari.api.identities().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn whoever_refuses_consent_changes_nothing_and_can_begin_again() {
    let world = World::start().await;
    let browser = world.visitor(1);
    for provider in ["google", "facebook"] {
        let address = browser.set_out(provider).await;
        let back = consent(address.as_str(), "sari", "deny").await;
        let refused = browser.get(&back).await.expect_problem(409);
        assert!(refused.field("detail").contains("you did not allow it"));
        let refused = browser.get(&back).await.expect_problem(422);
        assert_eq!(refused.pointer(), "?state");
    }
    assert!(world.stack.mails().is_empty());
    browser.sign_in_at("google", "sari").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_name_from_google_brings_no_markup_into_the_page() {
    let world = World::start().await;
    let name = "<img src=x onerror=alert(1)>\" onfocus=\"";
    claim(&world, &json!({ "name": name }));
    let browser = world.visitor(1).saying("accept", "text/html");
    let sent = browser.get("/oauth/authorize?provider=google").await;
    let address = sent.headers["location"].to_str().unwrap();
    let back = consent(address, "sari", "authorize").await;
    let page = browser.get(&back).await.expect(200);
    assert!(!page.text.contains("<img"), "{}", page.text);
    assert!(!page.text.contains("\" onfocus=\""), "{}", page.text);
    world.finish().await;
}

#[tokio::test]
async fn while_google_does_not_answer_nobody_is_signed_in_and_a_new_trip_works_afterwards() {
    let world = World::start().await;
    let browser = world.visitor(1);
    for effect in [
        Effect::FailBeforeExec { status: Some(503) },
        Effect::FailBeforeExec { status: None },
        Effect::ExecThenReset,
        Effect::ExecThenAnswer {
            status: 200,
            body: Value::Null,
        },
    ] {
        let back = browser.agreed("google", "sari").await;
        world
            .stack
            .sandbox()
            .script(Fault::on("token", effect.clone()));
        let refused = browser.get(&back).await;
        assert_eq!(refused.status, 502, "{effect:?}: {}", refused.text);
        browser.get(&back).await.expect_problem(422);
        let exchanges = world.stack.sandbox().requests();
        let exchanges = exchanges
            .iter()
            .filter(|request| request.operation == "token");
        assert!(exchanges.count() <= 4, "a code is sent once");
        world.later(seconds(1)).await;
    }
    browser.sign_in_at("google", "sari").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn somebody_whose_account_was_closed_cannot_come_in_by_google_either() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let browser = world.visitor(1);
    let sari = browser.entered(&browser.sign_in_at("google", "sari").await.expect(200));
    let path = format!("/users/{}", sari.id);
    let close = json!({ "status": "disabled" });
    ana.api.patch(&path, &close).await.expect(200);
    sari.api.get("/me").await.expect_problem(401);
    let refused = browser.sign_in_at("google", "sari").await;
    refused.expect_problem(403);
    let open = json!({ "status": "active" });
    ana.api.patch(&path, &open).await.expect(200);
    browser.sign_in_at("google", "sari").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn the_first_of_all_people_is_admin_whichever_way_they_sign_up() {
    let world = World::start().await;
    let sari = world.visitor(1).sign_in_at("google", "sari").await;
    assert_eq!(sari.expect(200).body["user"]["role"], "admin");
    let bima = world.visitor(1).sign_in_at("google", "bima").await;
    assert_eq!(bima.expect(200).body["user"]["role"], "member");
    world.finish().await;
}
