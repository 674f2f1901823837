//! Guessing passwords: how often, from where, and who is kept out by it.

use std::collections::BTreeMap;

use domain::Email;
use domain::throttle::{Failures, SIGN_IN_ADDRESS};
use futures::future::join_all;
use jiff::SignedDuration;
use local::Data;
use serde_json::json;
use store::{Count, FailureKey};

use super::{OTHER_PASSWORD, comparable, retry_after};
use crate::harness::{Api, PASSWORD, World, seconds, start_of_time};

const WRONG: &str = "not her password at all";

/// What so many wrong passwords in a row are answered with.
async fn guess(api: &Api, email: &str, times: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        statuses.push(api.log_in(email, WRONG).await.status);
    }
    statuses
}

#[tokio::test]
async fn after_five_failures_each_further_try_waits_as_long_as_it_is_told() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let email = "ana@example.com";
    let here = world.visitor(0);
    assert_eq!(guess(&here, email, 5).await, [401; 5]);
    for wait in [15, 30, 60] {
        assert_eq!(retry_after(&here.log_in(email, WRONG).await), wait);
        assert_eq!(retry_after(&here.log_in(email, PASSWORD).await), wait);
        world.later(seconds(wait - 1)).await;
        assert_eq!(retry_after(&here.log_in(email, PASSWORD).await), 1);
        world.later(SignedDuration::from_millis(500)).await;
        assert_eq!(retry_after(&here.log_in(email, PASSWORD).await), 1);
        world.later(SignedDuration::from_millis(500)).await;
        here.log_in(email, WRONG).await.expect_problem(401);
    }
    world.later(seconds(120)).await;
    here.log_in(email, PASSWORD).await.expect(200);
    // A sign-in forgets the failures before it.
    assert_eq!(guess(&here, email, 5).await, [401; 5]);
    assert_eq!(retry_after(&here.log_in(email, PASSWORD).await), 15);
    world.finish().await;
}

#[tokio::test]
async fn what_strangers_try_elsewhere_does_not_lock_the_owner_out_where_he_signs_in_from() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let email = "ana@example.com";
    assert_eq!(guess(&world.visitor(1), email, 5).await, [401; 5]);
    assert_eq!(guess(&world.visitor(2), email, 5).await, [401; 5]);
    for place in 3..40 {
        let stranger = world.visitor(place);
        assert_eq!(retry_after(&stranger.log_in(email, WRONG).await), 15);
        // The right password does not help whoever comes from where nobody signed in from.
        assert_eq!(retry_after(&stranger.log_in(email, PASSWORD).await), 15);
    }
    world.visitor(0).log_in(email, PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_place_is_recognised_for_ninety_days_after_signing_in_there() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let reach_the_limit = async |first: u8| {
        for place in [first, first + 1] {
            assert_eq!(guess(&world.visitor(place), &ana.email, 5).await, [401; 5]);
        }
    };
    world.later(seconds(90 * 86_400 - 1)).await;
    reach_the_limit(1).await;
    world
        .visitor(0)
        .log_in(&ana.email, PASSWORD)
        .await
        .expect(200);
    world.later(seconds(90 * 86_400)).await;
    reach_the_limit(3).await;
    let elsewhere = world.visitor(0).log_in(&ana.email, PASSWORD).await;
    assert_eq!(retry_after(&elsewhere), 15);
    world.finish().await;
}

#[tokio::test]
async fn after_a_hundred_failures_nobody_may_try_from_elsewhere_for_thirty_days() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let email = Email::parse(&ana.email).unwrap();
    let key = FailureKey::Address(&email);
    let failures = |count| Failures {
        count,
        last: world.now(),
    };
    let ninety_nine = Count {
        key,
        before: world.store().failures_of(key).await.unwrap(),
        after: failures(99),
        policy: SIGN_IN_ADDRESS,
    };
    world.store().count_failures(&[ninety_nine]).await.unwrap();
    let stranger = world.visitor(1);
    assert_eq!(
        retry_after(&stranger.log_in(&ana.email, PASSWORD).await),
        3_600
    );
    world.later(seconds(3_600)).await;
    stranger.log_in(&ana.email, WRONG).await.expect_problem(401);
    let refused = stranger.log_in(&ana.email, PASSWORD).await;
    assert_eq!(retry_after(&refused), 30 * 86_400);
    world
        .visitor(0)
        .log_in(&ana.email, PASSWORD)
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_address_that_nobody_has_is_throttled_like_one_that_somebody_has() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let mut told = Vec::new();
    for (place, email) in [(1, "ana@example.com"), (2, "nobody@example.com")] {
        let mut answers = Vec::new();
        for other in [0, 20] {
            let api = world.visitor(place + other);
            for _ in 0..6 {
                answers.push(comparable(&api.log_in(email, WRONG).await));
            }
        }
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].last().unwrap().0, 429);
    world.finish().await;
}

#[tokio::test]
async fn one_place_may_fail_sixty_times_in_ten_minutes_whatever_addresses_it_tries() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let (here, next_door) = (world.visitor(1), world.anonymous.from_place("127.0.1.77"));
    for n in 0..60 {
        let api = if n % 2 == 0 { &here } else { &next_door };
        let email = format!("nobody{n}@example.com");
        api.log_in(&email, WRONG).await.expect_problem(401);
    }
    world.later(seconds(61)).await;
    for api in [&here, &next_door] {
        let refused = api.log_in("ana@example.com", PASSWORD).await;
        assert_eq!(retry_after(&refused), 600 - 61);
    }
    world
        .visitor(2)
        .log_in("ana@example.com", PASSWORD)
        .await
        .expect(200);
    world.later(seconds(600 - 61)).await;
    here.log_in("ana@example.com", PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_place_where_many_people_sign_in_is_not_held_up_by_that() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let office = world.visitor(1);
    for _ in 0..70 {
        office.log_in("ana@example.com", PASSWORD).await.expect(200);
    }
    world.finish().await;
}

#[tokio::test]
async fn of_fifty_passwords_tried_at_once_no_more_are_looked_at_than_one_after_another() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let email = "ana@example.com";
    let here = world.visitor(1);
    let looked_at = |answers: Vec<crate::harness::Answer>| {
        let answers = answers.into_iter();
        let refused = answers.filter(|answer| {
            assert!([401, 429].contains(&answer.status), "{}", answer.text);
            answer.status == 401
        });
        refused.count()
    };
    let at_once = join_all((0..50).map(|_| here.log_in(email, WRONG))).await;
    let from_here = looked_at(at_once);
    assert!((1..=5).contains(&from_here), "{from_here}");

    let places: Vec<_> = (2..32).map(|place| world.visitor(place)).collect();
    let at_once = join_all(places.iter().map(|api| api.log_in(email, WRONG))).await;
    let from_everywhere = looked_at(at_once);
    assert!(from_everywhere + from_here <= 10, "{from_everywhere}");

    // Nor does the right password among many get through beyond that.
    world.later(seconds(3_600)).await;
    let one_more = join_all((0..10).map(|_| here.log_in(email, PASSWORD))).await;
    let signed_in = one_more.iter().filter(|answer| answer.status == 200);
    assert!(signed_in.count() >= 1);
    world.finish().await;
}

#[tokio::test]
async fn where_a_request_comes_from_is_not_what_its_headers_say() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let here = world.visitor(1);
    let mut statuses = Vec::new();
    for n in 0..8 {
        let address = format!("198.51.{n}.7");
        let mut liar = here.clone();
        for header in [
            "x-forwarded-for",
            "x-real-ip",
            "true-client-ip",
            "cf-connecting-ip",
            "x-client-ip",
        ] {
            liar = liar.saying(header, &address);
        }
        let liar = liar.saying("forwarded", &format!("for={address}"));
        statuses.push(liar.log_in("ana@example.com", WRONG).await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
    world.finish().await;
}

#[tokio::test]
async fn failures_are_remembered_when_everything_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Data::Folder(folder.path().to_owned());
    let world = World::with(data(), BTreeMap::new()).await;
    world.sign_up("ana").await;
    assert_eq!(
        guess(&world.visitor(1), "ana@example.com", 5).await,
        [401; 5]
    );
    world.finish().await;

    let world = World::with(data(), BTreeMap::new()).await;
    assert_eq!(world.now(), start_of_time());
    let refused = world.visitor(1).log_in("ana@example.com", PASSWORD).await;
    assert_eq!(retry_after(&refused), 15);
    world
        .visitor(0)
        .log_in("ana@example.com", PASSWORD)
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn whoever_holds_an_access_token_cannot_guess_the_password_with_it() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let change =
        |current: &str| json!({ "current_password": current, "new_password": OTHER_PASSWORD });
    let moved = |current: &str| json!({ "current_password": current, "email": "eve@example.com" });
    for n in 0..5 {
        let (path, body) = match n % 2 {
            0 => ("/me/password", change(WRONG)),
            _ => ("/me/email", moved(WRONG)),
        };
        let refused = ana.api.post(path, &body).await.expect_problem(422);
        assert_eq!(refused.pointer(), "/current_password");
    }
    for wait in [15, 14] {
        let refused = ana.api.post("/me/password", &change(PASSWORD)).await;
        assert_eq!(retry_after(&refused), wait);
        let refused = ana.api.post("/me/email", &moved(PASSWORD)).await;
        assert_eq!(retry_after(&refused), wait);
        world.later(seconds(1)).await;
    }
    world.later(seconds(13)).await;
    ana.api
        .post("/me/password", &change(PASSWORD))
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn of_many_proofs_tried_at_once_no_more_are_looked_at_than_one_after_another() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let body = json!({ "current_password": WRONG, "new_password": OTHER_PASSWORD });
    let answers = join_all((0..30).map(|_| ana.api.post("/me/password", &body))).await;
    let looked_at = answers.iter().filter(|answer| answer.status == 422).count();
    assert!((1..=5).contains(&looked_at), "{looked_at}");
    assert!(
        answers
            .iter()
            .all(|answer| [422, 429].contains(&answer.status))
    );
    world.finish().await;
}
