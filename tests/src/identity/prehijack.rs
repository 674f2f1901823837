//! Taking an account before its owner has it: the five attacks of Sudhodanan and Paverd (arXiv 2205.10174).

use sandbox::{Effect, Fault, Flaw};
use serde_json::json;

use super::OTHER_PASSWORD;
use crate::harness::{PASSWORD, World, seconds};

/// The victim's address, which is Google's to vouch for.
const VICTIM: &str = "sari.wijaya.sandbox@gmail.com";
const VICTIMS_PASSWORD: &str = "twelve otters float by";

#[tokio::test]
async fn a_sign_up_that_nobody_confirmed_is_not_merged_with_the_owners_account_at_a_provider() {
    let world = World::start().await;
    // The attacker signs up with the victim's address, and cannot confirm it.
    world.register(VICTIM, OTHER_PASSWORD).await;
    let attackers_link = world.token_from(VICTIM, "/verify-email").await;
    let attacker = world.visitor(7);
    attacker
        .log_in(VICTIM, OTHER_PASSWORD)
        .await
        .expect_problem(401);

    let victim = world.visitor(1);
    let victim = victim.entered(&victim.sign_in_at("google", "sari").await.expect(200));
    let me = victim.api.get("/me").await.expect(200);
    assert_eq!(me.body["has_password"], false);
    attacker
        .log_in(VICTIM, OTHER_PASSWORD)
        .await
        .expect_problem(401);
    // Not even the victim's own click on the old mail puts the attacker's password on the account.
    let click = json!({ "token": attackers_link });
    victim.api.post("/verify-email", &click).await.expect(409);
    attacker
        .log_in(VICTIM, OTHER_PASSWORD)
        .await
        .expect_problem(401);
    let me = victim.api.get("/me").await.expect(200);
    assert_eq!(me.body["has_password"], false);
    world.finish().await;
}

#[tokio::test]
async fn no_session_outlives_the_password_that_its_owner_takes_back() {
    let world = World::start().await;
    world.register(VICTIM, PASSWORD).await;
    let confirmation = world.confirm(&world.visitor(1), VICTIM).await;
    confirmation.expect(201);
    let attacker = world.visitor(7);
    let mut on_one_device = attacker.enter(VICTIM).await;
    let mut on_another = world.visitor(8).enter(VICTIM).await;
    assert!(!on_one_device.is_over().await && !on_another.is_over().await);

    let token = world.reset_token(VICTIM).await;
    let body = json!({ "token": token, "new_password": VICTIMS_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    assert!(on_one_device.is_over().await && on_another.is_over().await);
    attacker.log_in(VICTIM, PASSWORD).await.expect_problem(401);
    world.finish().await;
}

#[tokio::test]
async fn no_identity_that_somebody_else_linked_outlives_a_reset() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let attacker = world.visitor(7).enter("ana@example.com").await;
    attacker.api.link("google", "bima").await.expect(200);
    let back_in = attacker.api.sign_in_at("google", "bima").await.expect(200);
    assert_eq!(back_in.body["user"]["id"], attacker.id);
    // Two more ways in that the attacker has set out on and not finished.
    let unfinished_link = attacker.api.agreed_to_link("google", "citra").await;
    let unfinished_sign_in = attacker.api.agreed("google", "bima").await;

    let token = world.reset_token("ana@example.com").await;
    let body = json!({ "token": token, "new_password": VICTIMS_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    attacker.api.get(&unfinished_link).await.expect_problem(401);
    let signed_up = attacker.api.get(&unfinished_sign_in).await.expect(200);
    assert_ne!(signed_up.body["user"]["id"], attacker.id);

    let ana = world.visitor(1);
    let ana = ana.log_in("ana@example.com", VICTIMS_PASSWORD).await;
    let ana = world.visitor(1).entered(&ana.expect(200));
    assert!(ana.api.identities().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn no_change_of_address_that_somebody_else_began_outlives_a_reset() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let attacker = world.visitor(7).enter("ana@example.com").await;
    let wish = json!({ "email": "attacker@example.org" });
    attacker.api.post("/me/email", &wish).await.expect(202);
    let link = world
        .token_from("attacker@example.org", "/verify-email")
        .await;

    let token = world.reset_token("ana@example.com").await;
    let body = json!({ "token": token, "new_password": VICTIMS_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    let confirm = json!({ "token": link });
    let refused = world.visitor(7).post("/verify-email", &confirm).await;
    assert_eq!(refused.expect_problem(422).pointer(), "/token");
    world
        .anonymous
        .log_in("ana@example.com", VICTIMS_PASSWORD)
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_provider_that_does_not_vouch_for_an_address_opens_no_account_with_it() {
    let world = World::start().await;
    // The attacker's accounts at the providers bear the victim's address, which neither provider has verified.
    let claims = json!({ "email": VICTIM, "email_verified": false });
    let claims = claims.as_object().unwrap().clone();
    let flaw = Effect::FlawedIdToken(Flaw::Claims(claims));
    for (provider, account) in [("google", "dimas"), ("facebook", "sari")] {
        if provider == "google" {
            let fault = Fault::on("token", flaw.clone());
            world.stack.sandbox().script(fault);
        }
        let attacker = world.visitor(7);
        let answer = attacker.sign_in_at(provider, account).await.expect(200);
        assert_eq!(answer.body["email"], VICTIM);
        assert!(answer.body["access_token"].is_null(), "{}", answer.text);
        // The victim's click on the mail, which the attacker hopes for, is worth nothing in the victim's browser.
        let link = json!({ "token": world.token_from(VICTIM, "/verify-email").await });
        for victim in [world.visitor(1), world.anonymous.clone()] {
            let refused = victim.post("/verify-email", &link).await;
            refused.expect_problem(403);
        }
        world.later(seconds(1)).await;
    }

    let victim = world.visitor(1);
    let victim = victim.entered(&victim.sign_in_at("google", "sari").await.expect(200));
    assert_eq!(victim.api.identities().await, ["google"]);
    // Now that there is an account, the attacker's unverified one does not open it either.
    let attacker = world.visitor(7);
    let answer = attacker.sign_in_at("facebook", "sari").await.expect(200);
    assert!(answer.body["access_token"].is_null(), "{}", answer.text);
    world.settle().await;
    let subjects = world.subjects(VICTIM);
    assert_eq!(
        subjects.last().map(String::as_str),
        Some("You have an account already")
    );
    world.finish().await;
}
