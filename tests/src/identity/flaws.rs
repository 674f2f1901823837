//! What comes back from a provider and is not as it should be: nobody gets in by it.

use sandbox::{Effect, Fault, Flaw};
use serde_json::{Value, json};

use crate::harness::{Answer, Api, World, consent, seconds};

/// What there is of people: nobody may have come to be by something that was refused.
async fn nobody_is_there(world: &World) {
    world.settle().await;
    assert!(world.stack.mails().is_empty());
    let users = world.store().users(None, 10).await.unwrap();
    assert!(users.is_empty(), "{users:?}");
}

fn exchanges(world: &World) -> usize {
    let requests = world.stack.sandbox().requests();
    let exchange = |operation: &str| ["token", "access_token"].contains(&operation);
    requests
        .iter()
        .filter(|request| exchange(&request.operation))
        .count()
}

/// A way back with one parameter changed, or left out.
fn changed(back: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = back.split_once('?').unwrap();
    let pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
    let mut pairs: Vec<_> = pairs.filter(|(named, _)| named != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{path}?{query}")
}

/// Refused, in words of ours that do not repeat the provider's.
#[track_caller]
fn is_refused(what: &str, answer: Answer) {
    assert_eq!(answer.status, 409, "{what}: {}", answer.text);
    let detail = answer.expect_problem(409).field("detail");
    assert!(
        detail.contains("google.sandbox") && detail.contains("start again"),
        "{what}: {detail}"
    );
}

async fn sign_in_with(world: &World, browser: &Api, flaw: Flaw) -> Answer {
    let fault = Fault::on("token", Effect::FlawedIdToken(flaw));
    world.stack.sandbox().script(fault);
    browser.sign_in_at("google", "sari").await
}

#[tokio::test]
async fn an_id_token_that_is_wrong_in_any_way_signs_nobody_in() {
    let world = World::start().await;
    let claims = |claims: Value| Flaw::Claims(claims.as_object().unwrap().clone());
    let browser = world.visitor(1);
    let now = world.now().as_second();
    for flaw in [
        Flaw::WrongNonce,
        Flaw::WrongAudience,
        Flaw::WrongIssuer,
        Flaw::Expired,
        Flaw::NoSubject,
        Flaw::AlgorithmNone,
        Flaw::SignedWithPublicKey,
        Flaw::UnknownKey,
        Flaw::BadSignature,
        claims(json!({ "nonce": null })),
        claims(json!({ "nonce": "" })),
        claims(json!({ "iss": "https://google.sandbox/" })),
        claims(json!({ "iss": "accounts.google.com" })),
        claims(json!({ "iss": null })),
        claims(json!({ "aud": null })),
        claims(json!({ "aud": [] })),
        claims(json!({ "aud": ["tayang.apps.google.sandbox", "other"], "azp": "other" })),
        claims(json!({ "azp": "other" })),
        claims(json!({ "exp": now - 60 })),
        claims(json!({ "exp": null })),
        claims(json!({ "exp": "2100-01-01T00:00:00Z" })),
        claims(json!({ "iat": now + 61 })),
        claims(json!({ "iat": null })),
        claims(json!({ "nbf": now + 61 })),
        claims(json!({ "sub": "" })),
        claims(json!({ "sub": "x".repeat(256) })),
        claims(json!({ "sub": 7 })),
    ] {
        let answer = sign_in_with(&world, &browser, flaw.clone()).await;
        is_refused(&format!("{flaw:?}"), answer);
    }
    nobody_is_there(&world).await;
    browser.sign_in_at("google", "sari").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_id_token_that_is_wrong_links_nothing() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    for flaw in [Flaw::WrongNonce, Flaw::WrongAudience, Flaw::BadSignature] {
        let back = ana.api.agreed_to_link("google", "sari").await;
        let fault = Fault::on("token", Effect::FlawedIdToken(flaw.clone()));
        world.stack.sandbox().script(fault);
        is_refused(&format!("{flaw:?}"), ana.api.get(&back).await);
    }
    assert!(ana.api.identities().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn keys_that_google_changes_are_noticed() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let sari = browser.sign_in_at("google", "sari").await.expect(200);
    world.stack.sandbox().rotate_keys();
    world.later(seconds(61)).await;
    let again = browser.sign_in_at("google", "sari").await.expect(200);
    assert_eq!(again.body["user"]["id"], sari.body["user"]["id"]);
    world.finish().await;
}

#[tokio::test]
async fn a_code_is_only_shown_to_the_server_that_says_it_made_it() {
    let world = World::start().await;
    let browser = world.visitor(1);
    for issuer in [
        None,
        Some(""),
        Some("https://accounts.google.com"),
        Some("https://www.facebook.com"),
        Some("https://google.sandbox/"),
        Some("https://GOOGLE.sandbox"),
        Some("google.sandbox"),
    ] {
        let back = browser.agreed("google", "sari").await;
        let refused = browser.get(&changed(&back, "iss", issuer)).await;
        is_refused(&format!("{issuer:?}"), refused);
        // It was used up all the same.
        browser.get(&back).await.expect_problem(422);
    }
    assert_eq!(exchanges(&world), 0);
    nobody_is_there(&world).await;
    world.finish().await;
}

#[tokio::test]
async fn a_code_of_another_trip_is_worth_nothing() {
    let world = World::start().await;
    let (attacker, victim) = (world.visitor(7), world.visitor(1));
    let stolen = attacker.agreed("google", "bima").await;
    let code = url::form_urlencoded::parse(stolen.split_once('?').unwrap().1.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned());
    let own = victim.agreed("google", "sari").await;
    // The victim's browser is made to bring the attacker's code: the verifier is the victim's.
    let refused = victim.get(&changed(&own, "code", code.as_deref())).await;
    is_refused("injected code", refused);
    for (what, wrong) in [("no such code", Some("4/0Anothing")), ("empty", Some(""))] {
        let back = victim.agreed("google", "sari").await;
        let refused = victim.get(&changed(&back, "code", wrong)).await;
        is_refused(what, refused);
    }
    nobody_is_there(&world).await;
    world.finish().await;
}

#[tokio::test]
async fn what_a_provider_or_anybody_else_says_of_an_error_is_not_repeated() {
    let world = World::start().await;
    let hostile = "<script>alert(1)</script>";
    for accept in ["application/json", "text/html"] {
        for error in [hostile, "server_error", ""] {
            let browser = world.visitor(1).saying("accept", accept);
            let program = browser.saying("accept", "application/json");
            let address = program.set_out("google").await;
            let back = consent(address.as_str(), "sari", "deny").await;
            let back = changed(&back, "error", Some(error));
            let back = changed(&back, "error_description", Some(hostile));
            let back = changed(&back, "error_uri", Some("https://evil.example"));
            let answer = browser.get(&back).await;
            assert_eq!(answer.status, 400, "{}", answer.text);
            assert!(!answer.text.contains("alert") && !answer.text.contains("evil"));
        }
        let browser = world.visitor(1).saying("accept", accept);
        let path = format!("/oauth/callback?state={hostile}&code={hostile}&error={hostile}");
        let answer = browser.get(&path).await;
        assert!([400, 422].contains(&answer.status), "{}", answer.text);
        assert!(!answer.text.contains("<script>alert"), "{}", answer.text);
    }
    nobody_is_there(&world).await;
    world.finish().await;
}

#[tokio::test]
async fn a_code_and_an_error_together_are_an_error() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("google", "sari").await;
    let both = format!("{back}&error=access_denied");
    browser.get(&both).await.expect_problem(409);
    let back = browser.agreed("google", "sari").await;
    let neither = changed(&back, "code", None);
    browser.get(&neither).await.expect_problem(400);
    assert_eq!(exchanges(&world), 0);
    nobody_is_there(&world).await;
    world.finish().await;
}
