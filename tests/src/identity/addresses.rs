//! Changing the address that one signs in with: asked for by whoever is really there, confirmed by whoever has the new one.

use serde_json::json;

use super::{OTHER_PASSWORD, comparable};
use crate::harness::{Answer, PASSWORD, Person, World, seconds};

const OLD: &str = "ana@example.com";
const NEW: &str = "ana@example.org";

async fn ask(person: &Person, email: &str) -> Answer {
    let body = json!({ "email": email, "current_password": PASSWORD });
    person.api.post("/me/email", &body).await
}

async fn confirm(world: &World, token: &str) -> Answer {
    let body = json!({ "token": token });
    world.anonymous.post("/verify-email", &body).await
}

#[track_caller]
fn is_unusable(answer: Answer) {
    assert_eq!(answer.expect_problem(422).pointer(), "/token");
}

#[tokio::test]
async fn a_new_address_counts_when_it_is_confirmed_and_both_addresses_are_told_each_time() {
    let world = World::start().await;
    let mut ana = world.sign_up("ana").await;
    ask(&ana, NEW).await.expect(202);
    world.settle().await;
    assert_eq!(world.subjects(NEW), ["Confirm your new address"]);
    assert_eq!(
        world.subjects(OLD),
        [
            "Confirm your address",
            "Somebody asked to change your address"
        ]
    );
    // Until then nothing has changed.
    assert_eq!(ana.api.get("/me").await.expect(200).body["email"], OLD);
    world
        .anonymous
        .log_in(NEW, PASSWORD)
        .await
        .expect_problem(401);

    let user = world.confirm(&world.visitor(9), NEW).await.expect(200);
    assert_eq!(
        (&user.body["id"], &user.body["email"]),
        (&json!(ana.id), &json!(NEW))
    );
    assert!(ana.is_over().await);
    world
        .anonymous
        .log_in(OLD, PASSWORD)
        .await
        .expect_problem(401);
    assert_eq!(world.anonymous.enter(NEW).await.id, ana.id);
    world.settle().await;
    for (address, other) in [(OLD, NEW), (NEW, OLD)] {
        let (subjects, letters) = (world.subjects(address), world.letters(address));
        let told = subjects
            .iter()
            .rposition(|subject| subject == "Your address was changed");
        assert!(letters[told.unwrap()].contains(other), "{subjects:?}");
    }
    // The old address is free.
    let other = world.sign_up("ana").await;
    assert_ne!(other.id, ana.id);
    world.finish().await;
}

#[tokio::test]
async fn only_whoever_knows_the_password_or_has_just_signed_in_can_ask_for_another_address() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let just_signed_in = json!({ "email": NEW });
    ana.api.post("/me/email", &just_signed_in).await.expect(202);
    world.later(seconds(600)).await;
    ana.api
        .post("/me/email", &just_signed_in)
        .await
        .expect_problem(403);
    let wrong = json!({ "email": NEW, "current_password": OTHER_PASSWORD });
    let refused = ana.api.post("/me/email", &wrong).await;
    assert_eq!(refused.expect_problem(422).pointer(), "/current_password");
    ask(&ana, NEW).await.expect(202);
    let refused = ask(&ana, "Ana@Example.com").await.expect_problem(422);
    assert_eq!(refused.pointer(), "/email");
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_somebody_has_is_answered_like_a_free_one_and_its_owner_is_told() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.sign_up("ben").await;
    let taken = ask(&ana, "ben@example.com").await;
    let free = ask(&ana, NEW).await;
    assert_eq!(comparable(&taken), comparable(&free));
    world.settle().await;
    assert_eq!(
        world.subjects("ben@example.com"),
        [
            "Confirm your address",
            "Somebody wanted to use your address"
        ]
    );
    let letter = world.letters("ben@example.com").pop().unwrap();
    assert!(!letter.contains("?token="), "{letter}");
    world.finish().await;
}

#[tokio::test]
async fn of_two_who_confirm_one_address_one_gets_it() {
    let world = World::start().await;
    let (ana, ben) = (world.sign_up("ana").await, world.sign_up("ben").await);
    ask(&ana, "shared@example.org").await.expect(202);
    let anas = world
        .token_from("shared@example.org", "/verify-email")
        .await;
    ask(&ben, "shared@example.org").await.expect(202);
    let bens = world
        .token_from("shared@example.org", "/verify-email")
        .await;
    assert_ne!(anas, bens);
    let (first, second) = futures::join!(confirm(&world, &anas), confirm(&world, &bens));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", first.text, second.text);
    world.finish().await;
}

#[tokio::test]
async fn a_confirmation_of_a_new_address_works_once_and_for_an_hour() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    ask(&ana, NEW).await.expect(202);
    let token = world.token_from(NEW, "/verify-email").await;
    world.later(seconds(3_600)).await;
    is_unusable(confirm(&world, &token).await);

    let ana = world.anonymous.enter(OLD).await;
    ask(&ana, NEW).await.expect(202);
    let token = world.token_from(NEW, "/verify-email").await;
    world.later(seconds(3_599)).await;
    confirm(&world, &token).await.expect(200);
    is_unusable(confirm(&world, &token).await);
    world.finish().await;
}

#[tokio::test]
async fn a_wish_for_an_address_dies_with_every_change_of_what_one_signs_in_with() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    // Two wishes: the first one that is confirmed ends the other.
    ask(&ana, "one@example.org").await.expect(202);
    ask(&ana, "two@example.org").await.expect(202);
    let one = world.token_from("one@example.org", "/verify-email").await;
    let two = world.token_from("two@example.org", "/verify-email").await;
    confirm(&world, &two).await.expect(200);
    is_unusable(confirm(&world, &one).await);

    // A changed password ends it.
    let ana = world.anonymous.enter("two@example.org").await;
    ask(&ana, "three@example.org").await.expect(202);
    let three = world.token_from("three@example.org", "/verify-email").await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    ana.api.post("/me/password", &change).await.expect(200);
    is_unusable(confirm(&world, &three).await);

    // Ending all other sessions ends it: one of them may have asked for it.
    let ana = world.anonymous.log_in("two@example.org", OTHER_PASSWORD);
    let ana = world.anonymous.entered(&ana.await.expect(200));
    let wish = json!({ "email": "four@example.org" });
    ana.api.post("/me/email", &wish).await.expect(202);
    let four = world.token_from("four@example.org", "/verify-email").await;
    ana.api.delete("/me/sessions").await.expect(204);
    is_unusable(confirm(&world, &four).await);
    world.finish().await;
}

#[tokio::test]
async fn somebody_without_a_password_changes_the_address_after_signing_in_anew() {
    let world = World::start().await;
    let sari = world.visitor(1);
    let sari = sari.entered(&sari.sign_in_at("google", "sari").await.expect(200));
    let refused = ask(&sari, NEW).await.expect_problem(422);
    assert_eq!(refused.pointer(), "/current_password");
    world.later(seconds(600)).await;
    let wish = json!({ "email": NEW });
    sari.api.post("/me/email", &wish).await.expect_problem(403);
    let sari = sari
        .api
        .entered(&sari.api.sign_in_at("google", "sari").await.expect(200));
    sari.api.post("/me/email", &wish).await.expect(202);
    world.confirm(&world.anonymous, NEW).await.expect(200);
    // Who somebody is at Google does not depend on the address.
    let again = sari.api.sign_in_at("google", "sari").await.expect(200);
    assert_eq!(
        (&again.body["user"]["id"], &again.body["user"]["email"]),
        (&json!(sari.id), &json!(NEW))
    );
    world.finish().await;
}
