//! Providers that open an account besides its password: linked by whoever is signed in to it, and unlinked again.

use serde_json::json;

use super::OTHER_PASSWORD;
use crate::harness::{PASSWORD, World, seconds};

#[tokio::test]
async fn a_provider_that_was_linked_opens_the_account_and_the_owner_is_told() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let ana = world.visitor(1).enter("ana@example.com").await;
    for (provider, account) in [("google", "sari"), ("facebook", "eka")] {
        let linked = ana.api.link(provider, account).await.expect(200);
        assert_eq!(linked.body["provider"], provider);
        assert!(linked.body["access_token"].is_null());
        let there = world.visitor(2).sign_in_at(provider, account).await;
        assert_eq!(there.expect(200).body["user"]["id"], ana.id);
    }
    let mut identities = ana.api.identities().await;
    identities.sort();
    assert_eq!(identities, ["facebook", "google"]);
    // Linking takes nothing away.
    world
        .visitor(1)
        .log_in("ana@example.com", PASSWORD)
        .await
        .expect(200);
    world.settle().await;
    let told = world.subjects("ana@example.com");
    for provider in ["Google", "Facebook"] {
        let subject = format!("{provider} was linked to your account");
        assert!(told.contains(&subject), "{told:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn an_identity_opens_one_account_and_an_account_has_one_of_each_provider() {
    let world = World::start().await;
    world.sign_up("ana").await;
    world.sign_up("ben").await;
    let ana = world.visitor(1).enter("ana@example.com").await;
    let ben = world.visitor(2).enter("ben@example.com").await;
    ana.api.link("google", "sari").await.expect(200);
    ben.api.link("google", "sari").await.expect_problem(409);
    ana.api.link("google", "bima").await.expect_problem(409);
    // Not even of two at once do both get it.
    let backs = [
        ana.api.agreed_to_link("facebook", "eka").await,
        ben.api.agreed_to_link("facebook", "eka").await,
    ];
    let (one, two) = futures::join!(ana.api.get(&backs[0]), ben.api.get(&backs[1]));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert!(ben.api.identities().await.len() <= 1);
    let there = world.visitor(3).sign_in_at("google", "sari").await;
    assert_eq!(there.expect(200).body["user"]["id"], ana.id);
    world.finish().await;
}

#[tokio::test]
async fn linking_and_unlinking_need_a_sign_in_of_the_last_ten_minutes() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let browser = world.visitor(1);
    let ana = browser.enter("ana@example.com").await;
    ana.api.link("google", "sari").await.expect(200);
    world.later(seconds(600)).await;
    let facebook = json!({ "provider": "facebook" });
    ana.api
        .post("/me/identities", &facebook)
        .await
        .expect_problem(403);
    ana.api
        .delete("/me/identities/google")
        .await
        .expect_problem(403);
    // Renewed tokens are no new sign-in.
    let renewed = browser.renew(&ana.refresh_token).await.expect(200);
    let renewed = browser.with_token(&renewed.field("access_token"));
    renewed
        .delete("/me/identities/google")
        .await
        .expect_problem(403);
    let ana = browser.enter("ana@example.com").await;
    ana.api.delete("/me/identities/google").await.expect(204);
    world.finish().await;
}

#[tokio::test]
async fn a_provider_that_was_unlinked_opens_the_account_no_more_and_the_owner_is_told() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let ana = world.visitor(1).enter("ana@example.com").await;
    ana.api.link("google", "sari").await.expect(200);
    ana.api.delete("/me/identities/google").await.expect(204);
    for provider in ["google", "facebook", "github"] {
        let path = format!("/me/identities/{provider}");
        ana.api.delete(&path).await.expect_problem(404);
    }
    let there = world.visitor(2).sign_in_at("google", "sari").await;
    assert_ne!(there.expect(200).body["user"]["id"], ana.id);
    world.settle().await;
    let told = world.subjects("ana@example.com");
    let subject = "Google was unlinked from your account".to_owned();
    assert!(told.contains(&subject), "{told:?}");
    world.finish().await;
}

#[tokio::test]
async fn the_last_way_to_sign_in_stays() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let sari = browser.entered(&browser.sign_in_at("google", "sari").await.expect(200));
    let only = sari.api.delete("/me/identities/google").await;
    only.expect_problem(409);
    sari.api.link("facebook", "eka").await.expect(200);
    // Of both at once one stays.
    let (one, two) = futures::join!(
        sari.api.delete("/me/identities/google"),
        sari.api.delete("/me/identities/facebook")
    );
    let gone = [&one, &two]
        .into_iter()
        .filter(|answer| answer.status == 204);
    assert_eq!(gone.count(), 1, "{} {}", one.status, two.status);
    assert_eq!(sari.api.identities().await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_link_is_not_finished_when_the_session_that_began_it_is_over() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let change = json!({ "current_password": PASSWORD, "new_password": OTHER_PASSWORD });
    for n in 0..3 {
        let password = if n == 2 { OTHER_PASSWORD } else { PASSWORD };
        let browser = world.visitor(1);
        let ana = browser.log_in("ana@example.com", password).await;
        let ana = browser.entered(&ana.expect(200));
        let back = ana.api.agreed_to_link("google", "sari").await;
        match n {
            0 => ana.api.post("/logout", &json!({})).await.expect(204),
            1 => ana.api.post("/me/password", &change).await.expect(200),
            _ => {
                let elsewhere = world.visitor(2);
                let elsewhere = elsewhere.log_in("ana@example.com", password).await;
                let elsewhere = world.visitor(2).entered(&elsewhere.expect(200));
                elsewhere.api.delete("/me/sessions").await.expect(204)
            }
        };
        ana.api.get(&back).await.expect_problem(401);
        world.later(seconds(1)).await;
    }
    let ana = world.visitor(1);
    let ana = ana.log_in("ana@example.com", OTHER_PASSWORD).await;
    let ana = world.visitor(1).entered(&ana.expect(200));
    assert!(ana.api.identities().await.is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_link_is_finished_in_the_browser_that_began_it_and_not_in_the_victims() {
    let world = World::start().await;
    world.sign_up("ana").await;
    world.sign_up("eve").await;
    let ana = world.visitor(1).enter("ana@example.com").await;
    let eve = world.visitor(7).enter("eve@example.com").await;
    // Eve sends Ana the last step of linking Eve's identity, hoping it gets linked to Ana's account.
    let bait = eve.api.agreed_to_link("google", "bima").await;
    let refused = ana.api.get(&bait).await.expect_problem(422);
    assert_eq!(refused.pointer(), "?state");
    assert!(ana.api.identities().await.is_empty());
    // In Eve's browser it is linked to Eve's account, whoever's token is sent along.
    let bait = eve.api.agreed_to_link("google", "bima").await;
    let token = ana.api.token.as_ref().unwrap();
    eve.api.with_token(token).get(&bait).await.expect(200);
    assert!(ana.api.identities().await.is_empty());
    assert_eq!(eve.api.identities().await, ["google"]);
    world.finish().await;
}

#[tokio::test]
async fn an_identity_that_is_linked_while_the_password_is_reset_does_not_outlive_the_reset() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    let attacker = world.visitor(7).enter("ana@example.com").await;
    // The reset has read what there is, and the attacker links an identity before it is written.
    let store = world.store();
    let before = world.stored("ana@example.com").await;
    let identities = store.identities(before.id).await.unwrap();
    attacker.api.link("google", "bima").await.expect(200);
    let entry = domain::Activity::new(
        domain::Entry::system(domain::ids::new(world.now(), [5; 10])),
        domain::Scope::User(before.id),
        domain::Actor::User(before.id),
        domain::Kind::PasswordReset,
        world.now(),
    );
    let after = before.with_password("hash".to_owned(), world.now());
    let id = token.split('.').next().unwrap().parse().unwrap();
    let reset = store.reset_password(&before, &after, id, &identities, &entry);
    assert!(matches!(reset.await, Err(store::Error::Stale)));

    let body = json!({ "token": token, "new_password": OTHER_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect(200);
    let there = world.visitor(7).sign_in_at("google", "bima").await;
    assert_ne!(there.expect(200).body["user"]["id"], attacker.id);
    world.finish().await;
}
