//! Trips to a provider: good for one return, for ten minutes, in the browser that set out.

use futures::future::join_all;

use super::visitor::COOKIE;
use crate::harness::{Answer, World, consent, seconds};

const SARI: &str = "sari.wijaya.sandbox@gmail.com";

#[track_caller]
fn is_unusable(answer: Answer) {
    assert_eq!(answer.expect_problem(422).pointer(), "?state");
}

#[tokio::test]
async fn a_return_that_is_loaded_again_in_the_same_browser_is_refused_and_ends_nothing() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("google", "sari").await;
    let mut sari = browser.entered(&browser.get(&back).await.expect(200));
    for _ in 0..3 {
        is_unusable(browser.get(&back).await);
    }
    assert!(!sari.is_over().await);
    world.settle().await;
    assert!(world.stack.mails().is_empty());
    world.finish().await;
}

#[tokio::test]
async fn a_return_that_was_used_and_comes_from_another_browser_ends_its_session_and_the_owner_is_told()
 {
    let world = World::start().await;
    for place in [7, 1] {
        let browser = world.visitor(1);
        let back = browser.agreed("google", "sari").await;
        let mut sari = browser.entered(&browser.get(&back).await.expect(200));
        let mut other = world.visitor(2);
        other = other
            .entered(&other.sign_in_at("google", "sari").await.expect(200))
            .api;
        // One who has a cookie of his own and one who has none.
        let thief = world.visitor(place);
        if place == 7 {
            thief.set_out("google").await;
        }
        is_unusable(thief.get(&back).await);
        assert!(sari.is_over().await);
        other.get("/me").await.expect(200);
        is_unusable(thief.get(&back).await);
        world.settle().await;
    }
    let ended = world.subjects(SARI);
    let ended = ended
        .iter()
        .filter(|subject| *subject == "We ended one of your sessions");
    assert_eq!(ended.count(), 2);
    let line = "\"event\":\"session.reused\"";
    assert!(world.logged().matches(line).count() >= 2);
    world.finish().await;
}

#[tokio::test]
async fn a_return_that_comes_from_another_browser_first_ends_the_trip() {
    let world = World::start().await;
    let owner = world.visitor(1);
    let mut back = owner.agreed("google", "sari").await;
    // Without a cookie, with one of its own, and with some that the owner's could be mistaken for.
    let others = [
        world.visitor(7),
        world.visitor(7),
        world.visitor(7),
        world.visitor(7),
    ];
    others[1].set_out("google").await;
    let cookie = owner.cookies()[COOKIE].clone();
    let mut near = cookie.clone().into_bytes();
    near[0] = if near[0] == b'A' { b'B' } else { b'A' };
    others[2].keep_cookie(COOKIE, &String::from_utf8(near).unwrap());
    others[3].keep_cookie(&COOKIE.replace("__Host-", ""), &cookie);
    for other in &others {
        is_unusable(other.get(&back).await);
        // Whoever was lured into agreeing cannot be talked into handing the way back to the one who began.
        is_unusable(owner.get(&back).await);
        back = owner.agreed("google", "sari").await;
    }
    owner.get(&back).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_victim_cannot_be_signed_in_to_the_attackers_account() {
    let world = World::start().await;
    let attacker = world.visitor(7);
    let bait = attacker.agreed("google", "bima").await;
    // The victim follows the attacker's link, with a trip of the own under way or without.
    let victim = world.visitor(1);
    is_unusable(victim.get(&bait).await);
    let own = victim.agreed("google", "sari").await;
    is_unusable(victim.get(&bait).await);
    let signed_in = victim.get(&own).await.expect(200);
    assert_eq!(signed_in.body["user"]["email"], SARI);
    world.finish().await;
}

#[tokio::test]
async fn a_trip_lasts_ten_minutes() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("google", "sari").await;
    let late = browser.agreed("facebook", "eka").await;
    world.later(seconds(599)).await;
    browser.get(&back).await.expect(200);
    world.later(seconds(1)).await;
    is_unusable(browser.get(&late).await);
    world.finish().await;
}

#[tokio::test]
async fn a_state_that_nobody_gave_out_is_refused() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("google", "sari").await;
    let query = back.split_once('?').unwrap().1;
    let state = url::form_urlencoded::parse(query.as_bytes());
    let state = state.into_owned().find(|(name, _)| name == "state");
    let state = state.unwrap().1;
    let other = format!(
        "{}{}",
        if state.starts_with('A') { "B" } else { "A" },
        &state[1..]
    );
    for wrong in [
        String::new(),
        other,
        state[..42].to_owned(),
        format!("{state}A"),
        state.to_lowercase() + "x",
        "A".repeat(43),
        "x".repeat(5_000),
        "%00".to_owned(),
        "TRIP%23x".to_owned(),
        "attribute_exists(PK)".to_owned(),
    ] {
        let path = format!("/oauth/callback?state={wrong}&code=x");
        is_unusable(browser.get(&path).await);
    }
    browser
        .get("/oauth/callback?code=x")
        .await
        .expect_problem(422);
    let twice = format!("{back}&state={}", "A".repeat(43));
    browser.get(&twice).await.expect_problem(422);
    browser.get(&back).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn of_many_returns_at_once_one_arrives() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let back = browser.agreed("google", "sari").await;
    let answers = join_all((0..10).map(|_| browser.get(&back))).await;
    let arrived: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(arrived.len(), 1);
    let mut sari = browser.entered(arrived[0]);
    assert!(!sari.is_over().await);
    world.finish().await;
}

#[tokio::test]
async fn two_trips_of_one_browser_do_not_disturb_each_other() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let google = browser.agreed("google", "sari").await;
    let cookie = browser.cookies()[COOKIE].clone();
    let facebook = browser.agreed("facebook", "eka").await;
    assert_eq!(browser.cookies()[COOKIE], cookie);
    browser.get(&facebook).await.expect(200);
    browser.get(&google).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn what_is_remembered_of_a_trip_is_sealed_for_its_browser() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let address = browser.set_out("google").await;
    let nonce = address.query_pairs().find(|(name, _)| name == "nonce");
    let state = address.query_pairs().find(|(name, _)| name == "state");
    let cookie = browser.cookies()[COOKIE].clone();
    let table = super::everything_in_the_tables(&world).await;
    for secret in [&nonce.unwrap().1, &state.unwrap().1, &*cookie] {
        assert!(!table.contains(secret), "{secret}");
    }
    world.finish().await;
}

#[tokio::test]
async fn connecting_an_account_needs_the_browser_too() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    for other in [world.visitor(7), world.anonymous.clone()] {
        let address = ana.begin_mastodon(&team).await;
        let back = consent(&address, "harbour", "authorize").await;
        let other = other.with_token(ana.api.token.as_ref().unwrap());
        is_unusable(other.get(&back).await);
        is_unusable(ana.api.get(&back).await);
    }
    let address = ana.begin_mastodon(&team).await;
    let back = consent(&address, "harbour", "authorize").await;
    ana.api.get(&back).await.expect(200);
    is_unusable(ana.api.get(&back).await);

    // A trip for one thing is not taken for another: what it was for is what was remembered.
    let address = ana.begin_mastodon(&team).await;
    let google = world.visitor(1).agreed("google", "sari").await;
    let code = google.split("code=").nth(1).unwrap().split('&').next();
    let state = url::Url::parse(&address).unwrap();
    let state = state.query_pairs().find(|(name, _)| name == "state");
    let mixed = format!(
        "/oauth/callback?state={}&code={}",
        state.unwrap().1,
        code.unwrap()
    );
    let refused = ana.api.get(&mixed).await;
    assert!([409, 502].contains(&refused.status), "{}", refused.text);
    let accounts = ana.api.get(&format!("/teams/{team}/accounts")).await;
    assert_eq!(accounts.body["items"].as_array().unwrap().len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn of_two_cookies_of_the_name_the_first_counts() {
    let world = World::start().await;
    let browser = world.visitor(1);
    let sends = |first: &str, second: &str| {
        let cookies = format!("{COOKIE}={first}; {COOKIE}={second}");
        world.anonymous.saying("cookie", &cookies)
    };
    let back = browser.agreed("google", "sari").await;
    let cookie = browser.cookies()[COOKIE].clone();
    let other = "A".repeat(cookie.len());
    is_unusable(sends(&other, &cookie).get(&back).await);
    let back = browser.agreed("google", "sari").await;
    sends(&cookie, &other).get(&back).await.expect(200);
    world.finish().await;
}
