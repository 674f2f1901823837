//! Forgotten passwords: who learns what, and what a link in a mail can do.

use serde_json::{Value, json};

use super::{OTHER_PASSWORD, comparable};
use crate::harness::{Answer, PASSWORD, World, seconds};

async fn forgot(world: &World, email: &str) -> Answer {
    world
        .elsewhere()
        .post("/forgot-password", &json!({ "email": email }))
        .await
}

async fn reset(world: &World, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "new_password": password });
    world.anonymous.post("/reset-password", &body).await
}

#[track_caller]
fn is_unusable(answer: Answer) {
    assert_eq!(answer.expect_problem(422).pointer(), "/token");
}

#[tokio::test]
async fn whoever_asks_for_a_new_password_does_not_learn_whether_the_address_is_known() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let (cleo, dora) = ("sari.wijaya.sandbox@gmail.com", "dora@example.com");
    world
        .visitor(1)
        .sign_in_at("google", "sari")
        .await
        .expect(200);
    world.register(dora, PASSWORD).await;
    let close = json!({ "status": "disabled" });
    ana.api
        .patch(&format!("/users/{}", ben.id), &close)
        .await
        .expect(200);
    world.later(seconds(1)).await;

    let mut told = Vec::new();
    for email in [
        "ana@example.com",
        "ben@example.com",
        cleo,
        dora,
        "nobody@example.com",
    ] {
        told.push(comparable(&forgot(&world, email).await.expect(202)));
    }
    assert!(told.iter().all(|answer| *answer == told[0]), "{told:#?}");
    world.settle().await;
    let asked = |email: &str| {
        let subjects = world.subjects(email);
        subjects
            .iter()
            .filter(|subject| subject.contains("password"))
            .count()
    };
    // Only those get a mail who could use it: an account that is closed, or not confirmed, is not opened by one.
    assert_eq!(asked("ana@example.com"), 1);
    assert_eq!(asked(cleo), 1);
    for other in ["ben@example.com", dora, "nobody@example.com"] {
        assert_eq!(asked(other), 0, "{other}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_new_password_is_chosen_once_with_the_link_of_the_mail_and_the_owner_is_told() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    let done = reset(&world, &token, OTHER_PASSWORD).await.expect(200);
    assert_eq!(done.body["access_token"], Value::Null);
    world
        .anonymous
        .log_in("ana@example.com", OTHER_PASSWORD)
        .await
        .expect(200);
    world
        .anonymous
        .log_in("ana@example.com", PASSWORD)
        .await
        .expect_problem(401);
    is_unusable(reset(&world, &token, PASSWORD).await);
    world.settle().await;
    let subjects = world.subjects("ana@example.com");
    assert_eq!(
        subjects.last().map(String::as_str),
        Some("Your password was changed")
    );
    world.finish().await;
}

#[tokio::test]
async fn a_link_works_for_an_hour() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    world.later(seconds(3_599)).await;
    let last_moment = world.reset_token("ana@example.com").await;
    is_unusable(reset(&world, &token, OTHER_PASSWORD).await);
    world.later(seconds(3_599)).await;
    reset(&world, &last_moment, OTHER_PASSWORD)
        .await
        .expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_link_dies_with_the_password_that_it_was_to_replace() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let first = world.reset_token(&ana.email).await;
    let second = world.reset_token(&ana.email).await;
    assert_ne!(first, second);
    reset(&world, &second, OTHER_PASSWORD).await.expect(200);
    is_unusable(reset(&world, &first, PASSWORD).await);

    let third = world.reset_token(&ana.email).await;
    let ana = world.anonymous.log_in(&ana.email, OTHER_PASSWORD).await;
    let ana = world.anonymous.entered(&ana.expect(200));
    let change = json!({ "current_password": OTHER_PASSWORD, "new_password": PASSWORD });
    ana.api.post("/me/password", &change).await.expect(200);
    is_unusable(reset(&world, &third, OTHER_PASSWORD).await);
    world.anonymous.enter(&ana.email).await;
    world.finish().await;
}

#[tokio::test]
async fn a_link_dies_when_the_address_that_it_went_to_is_given_up() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let token = world.reset_token(&ana.email).await;
    let wish = json!({ "email": "ana@example.org" });
    ana.api.post("/me/email", &wish).await.expect(202);
    world
        .confirm(&world.anonymous, "ana@example.org")
        .await
        .expect(200);
    is_unusable(reset(&world, &token, OTHER_PASSWORD).await);
    // Somebody else who takes the address over gets nothing by the old link either.
    world.sign_up("ana").await;
    is_unusable(reset(&world, &token, OTHER_PASSWORD).await);
    world.finish().await;
}

#[tokio::test]
async fn a_link_does_not_open_an_account_that_was_closed() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let token = world.reset_token(&ben.email).await;
    let path = format!("/users/{}", ben.id);
    let close = json!({ "status": "disabled" });
    ana.api.patch(&path, &close).await.expect(200);
    is_unusable(reset(&world, &token, OTHER_PASSWORD).await);
    world.finish().await;
}

#[tokio::test]
async fn a_password_that_is_refused_does_not_use_the_link_up() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    let refused = reset(&world, &token, "too short").await;
    assert_eq!(refused.expect_problem(422).pointer(), "/new_password");
    reset(&world, &token, OTHER_PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn of_two_people_who_use_one_link_at_once_one_chooses_the_password() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    let passwords = ["first of two herons", "second of two herons"];
    let (one, two) = futures::join!(
        reset(&world, &token, passwords[0]),
        reset(&world, &token, passwords[1])
    );
    let (winner, loser) = if one.status == 200 {
        (0, two)
    } else {
        two.expect(200);
        (1, one)
    };
    is_unusable(loser);
    for (n, password) in passwords.into_iter().enumerate() {
        let expected = if n == winner { 200 } else { 401 };
        let answer = world.anonymous.log_in("ana@example.com", password).await;
        answer.expect(expected);
    }
    world.finish().await;
}

#[tokio::test]
async fn the_page_of_the_mail_changes_nothing_and_lets_no_markup_in() {
    let world = World::start().await;
    world.sign_up("ana").await;
    let token = world.reset_token("ana@example.com").await;
    let browser = world.anonymous.saying("accept", "text/html");
    let page = browser
        .get(&format!("/reset-password?token={token}"))
        .await
        .expect(200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    let hostile = "/reset-password?token=%22%3E%3Cscript%3Ealert(1)%3C/script%3E";
    let hostile = browser.get(hostile).await.expect(200);
    assert!(!hostile.text.contains("<script>alert"), "{}", hostile.text);
    world.anonymous.enter("ana@example.com").await;
    reset(&world, &token, OTHER_PASSWORD).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_link_leads_to_the_deployment_and_not_where_a_header_says() {
    let world = World::start().await;
    world.sign_up("ana").await;
    world.later(seconds(1)).await;
    let liar = world
        .anonymous
        .saying("host", "evil.example")
        .saying("x-forwarded-host", "evil.example")
        .saying("x-forwarded-proto", "http")
        .saying("origin", "https://evil.example");
    let body = json!({ "email": "ana@example.com" });
    liar.post("/forgot-password", &body).await.expect(202);
    let sign_up = json!({ "email": "ben@example.com", "password": PASSWORD, "name": "Ben" });
    liar.post("/register", &sign_up).await.expect(202);
    world.settle().await;
    let base = world.stack.api_url();
    for mail in world.stack.mails() {
        let html = mail.html.unwrap();
        assert!(mail.text.contains(base) && html.contains(base));
        assert!(!mail.text.contains("evil") && !html.contains("evil"));
    }
    world.finish().await;
}

#[tokio::test]
async fn somebody_who_signs_in_at_a_provider_can_choose_a_first_password_by_mail() {
    let world = World::start().await;
    let email = "sari.wijaya.sandbox@gmail.com";
    let sari = world.visitor(1).sign_in_at("google", "sari").await;
    let sari = world.visitor(1).entered(&sari.expect(200));
    let token = world.reset_token(email).await;
    reset(&world, &token, PASSWORD).await.expect(200);
    sari.api.get("/me").await.expect_problem(401);
    let sari = world.anonymous.enter(email).await;
    let me = sari.api.get("/me").await.expect(200);
    assert_eq!(me.body["has_password"], true);
    assert_eq!(me.body["identities"], json!([]));
    world.finish().await;
}
