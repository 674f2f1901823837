//! What Pinterest is asked, and what its answers mean.

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::Pinterest;
use crate::connect::Health;
use crate::publisher::{Error, ErrorKind};
use crate::rehearsal::{BASIC, Rehearsal, after, due, form, kind, map, now, tokens};

const TOKEN: &str = "POST /api.pinterest.com/v5/oauth/token";
const USER: &str = "GET /api.pinterest.com/v5/user_account";
const SCOPE: &str = "boards:read,boards:write,pins:read,pins:write,user_accounts:read";
const MONTH: i64 = 2_592_000;

async fn stage() -> Rehearsal {
    Rehearsal::of(&Pinterest, &["www.pinterest.com", "api.pinterest.com"]).await
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "canary-access", "expires_in": MONTH, "token_type": "bearer",
        "refresh_token": "canary-refresh-2", "refresh_token_expires_in": 2 * MONTH,
        "refresh_token_expires_at": 1_800_000_000, "response_type": "authorization_code",
        "scope": scope,
    })
}

fn user(id: &str, username: &str, business: &Value) -> Value {
    json!({ "id": id, "username": username, "business_name": business, "account_type": "BUSINESS" })
}

fn error(code: i64) -> Value {
    json!({ "code": code, "message": "Pinterest's\nwords" })
}

/// Pinterest, where somebody agreed.
async fn with(status: u16, user: Value) -> Rehearsal {
    let stage = stage().await;
    let scope = SCOPE.replace(',', " ");
    stage.answer(TOKEN, 200, granted(&scope)).await;
    stage.answer(USER, status, user).await;
    stage
}

#[tokio::test]
async fn the_consent_is_asked_for_with_commas() {
    let stage = stage().await;
    let (place, query, _) = stage.begin().await;
    assert_eq!(place, "/www.pinterest.com/oauth/");
    let expected = [
        ("client_id", "the-client"),
        ("redirect_uri", "https://api.example/oauth/callback"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "the-state"),
    ];
    assert_eq!(query, map(&expected));
    stage.needs_registration().await;
}

#[tokio::test]
async fn the_account_of_whoever_agreed_is_connected() {
    let stage = with(200, user("549", "kopiaurora", &json!("Kopi Aurora"))).await;
    let connected = stage.finish().await.unwrap();
    let [account] = connected.as_slice() else {
        panic!("{connected:?}")
    };
    let target = &account.target;
    assert_eq!(
        (
            target.host.as_str(),
            target.remote_id.as_str(),
            target.handle.as_str()
        ),
        ("www.pinterest.com", "549", "kopiaurora")
    );
    assert_eq!(account.display_name, "Kopi Aurora");
    assert_eq!(
        account.url.as_str(),
        "https://www.pinterest.com/kopiaurora/"
    );
    assert_eq!(account.grant, "549");
    assert_eq!(account.tokens.expires_at, after(MONTH));
    assert_eq!(account.tokens.ends_at, after(2 * MONTH));
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], BASIC);
    let expected = [
        ("code", "canary-code"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://api.example/oauth/callback"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    assert_eq!(requests[1].headers["authorization"], "Bearer canary-access");
    for business in [Value::Null, json!("")] {
        let stage = with(200, user("549", "bima", &business)).await;
        let account = stage.finish().await.unwrap().remove(0);
        assert_eq!(account.display_name, "bima");
    }
}

#[tokio::test]
async fn what_was_not_granted_is_named_and_nothing_is_connected() {
    let stage = stage().await;
    let scope = "boards:read boards:write pins:read user_accounts:read";
    stage.answer(TOKEN, 200, granted(scope)).await;
    let reason = stage.refusal().await;
    assert!(reason.contains("pins:write is missing"), "{reason}");
    assert_eq!(stage.requests().await.len(), 1);
}

#[tokio::test]
async fn a_refusal_is_told_from_trouble_that_passes() {
    let stage = stage().await;
    stage.answer(TOKEN, 401, error(283)).await;
    assert_eq!(
        stage.refusal().await,
        "Pinterest refused: Pinterest's words"
    );
    for status in [429, 500, 503] {
        stage.reset().await;
        stage.answer(TOKEN, status, error(283)).await;
        stage.is_unreachable("token").await;
        with(status, error(8)).await.is_unreachable("user").await;
    }
    let reason = with(403, error(29)).await.refusal().await;
    assert_eq!(reason, "Pinterest: Pinterest's words");
}

#[tokio::test]
async fn answers_that_cannot_be_right_connect_nothing() {
    for (id, username) in [
        ("", "sari"),
        ("5a", "sari"),
        ("5", ""),
        ("5", "../x"),
        ("5", "a?b"),
        (&*"5".repeat(65), "sari"),
    ] {
        let stage = with(200, user(id, username, &Value::Null)).await;
        stage.is_unreachable(username).await;
    }
    for body in [
        json!({}),
        json!("x"),
        json!({ "id": 5, "username": "sari" }),
    ] {
        with(200, body.clone())
            .await
            .is_unreachable(&body.to_string())
            .await;
    }
    let stage = with(200, user("5", "sari", &json!("n\n".repeat(9_000)))).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert_eq!(account.display_name.chars().count(), 299);
}

#[tokio::test]
async fn each_renewal_brings_a_new_refresh_token_and_moves_the_end() {
    let stage = stage().await;
    assert!(stage.refresh(&tokens(MONTH)).await.unwrap().is_none());
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    let mut old = due();
    old.ends_at = after(1);
    let new = stage.refresh(&old).await.unwrap().unwrap();
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh-2");
    assert_eq!(new.ends_at, after(2 * MONTH));
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], BASIC);
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "canary-refresh"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
}

#[tokio::test]
async fn only_a_dead_refresh_token_ends_the_connection() {
    for (status, body, expected) in [
        (401, error(283), "reconnect"),
        (400, error(283), "reconnect"),
        (401, error(2), "later"),
        (400, error(1), "later"),
        (200, json!({}), "later"),
        (401, json!("a page of a proxy"), "later"),
        (429, error(8), "wait"),
        (500, error(283), "later"),
    ] {
        let stage = stage().await;
        stage.answer(TOKEN, status, body.clone()).await;
        assert_eq!(
            kind(stage.refresh(&due()).await),
            expected,
            "{status} {body}"
        );
    }
}

#[tokio::test]
async fn a_check_tells_what_is_lost_from_what_passes() {
    let stage = stage().await;
    stage
        .answer(USER, 200, user("5", "renamed", &Value::Null))
        .await;
    assert_eq!(
        stage.check("5", &tokens(MONTH)).await,
        Ok(Health::default())
    );
    for (status, body, expected) in [
        (200, user("6", "sari", &Value::Null), "later"),
        (200, json!({}), "later"),
        (401, error(2), "reconnect"),
        (403, error(29), "later"),
        (404, json!("a page"), "later"),
        (500, error(0), "later"),
    ] {
        stage.reset().await;
        stage.answer_at(now(), USER, status, body.clone()).await;
        let checked = stage.check("5", &tokens(MONTH)).await;
        assert_eq!(kind(checked), expected, "{status} {body}");
    }
    let old = tokens(MONTH);
    for at in [old.renew_at.unwrap(), old.expires_at.unwrap()] {
        stage.reset().await;
        stage.answer_at(at, USER, 401, error(2)).await;
        assert_eq!(stage.check("5", &old).await, Ok(Health::default()));
    }
}

#[tokio::test]
async fn the_wait_is_told_in_seconds() {
    let stage = stage().await;
    for (reset, seconds) in [
        ("42", Some(42)),
        ("42.5", Some(42)),
        ("x", None),
        ("-1", None),
    ] {
        stage.reset().await;
        let limited = ResponseTemplate::new(429).set_body_json(error(8));
        let limited = limited.insert_header("x-ratelimit-reset", reset);
        stage.mount(USER, limited).await;
        let Err(Error { kind, .. }) = stage.check("5", &tokens(MONTH)).await else {
            panic!("{reset}")
        };
        let retry_after = seconds.map(SignedDuration::from_secs);
        assert_eq!(kind, ErrorKind::RateLimited { retry_after });
    }
}

#[tokio::test]
async fn there_is_no_place_to_give_access_back() {
    let stage = stage().await;
    assert_eq!(stage.revoke(&tokens(MONTH)).await, Ok(()));
    assert!(stage.requests().await.is_empty());
}
