//! What TikTok is asked, and what its answers mean.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::TikTok;
use crate::connect::Health;
use crate::rehearsal::{Rehearsal, after, due, form, kind, map, now, tokens};

const TOKEN: &str = "POST /open.tiktokapis.com/v2/oauth/token/";
const REVOKE: &str = "POST /open.tiktokapis.com/v2/oauth/revoke/";
const USER: &str = "GET /open.tiktokapis.com/v2/user/info/";
const SCOPE: &str = "user.info.basic,user.info.profile,video.publish,video.list";
const HOSTS: [&str; 2] = ["www.tiktok.com", "open.tiktokapis.com"];

async fn stage() -> Rehearsal {
    Rehearsal::of(&TikTok, &HOSTS).await
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "canary-access", "expires_in": 86_400, "open_id": "-000_a.B",
        "refresh_token": "canary-refresh-2", "refresh_expires_in": 31_536_000,
        "scope": scope, "token_type": "Bearer",
    })
}

fn user(id: &str, username: &str, name: &str) -> Value {
    let user = json!({ "open_id": id, "username": username, "display_name": name });
    json!({ "data": { "user": user }, "error": { "code": "ok", "message": "", "log_id": "1" } })
}

fn error(code: &str) -> Value {
    json!({ "data": {}, "error": { "code": code, "message": "TikTok's\nwords", "log_id": "1" } })
}

fn flat(code: &str) -> Value {
    json!({ "error": code, "error_description": "TikTok's\nwords", "log_id": "1" })
}

/// TikTok, where somebody agreed.
async fn with(status: u16, user: Value) -> Rehearsal {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    stage.answer(USER, status, user).await;
    stage
}

#[tokio::test]
async fn the_consent_is_asked_for_by_key_with_commas_and_without_a_challenge() {
    let stage = stage().await;
    let (place, query, _) = stage.begin().await;
    assert_eq!(place, "/www.tiktok.com/v2/auth/authorize/");
    let expected = [
        ("client_key", "the-client"),
        ("disable_auto_auth", "1"),
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
    let stage = with(200, user("-000_a.B", "sari.wijaya", "Sari Wijaya")).await;
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
        ("www.tiktok.com", "-000_a.B", "sari.wijaya")
    );
    assert_eq!(account.display_name, "Sari Wijaya");
    assert_eq!(account.url.as_str(), "https://www.tiktok.com/@sari.wijaya");
    assert_eq!(account.grant, "-000_a.B");
    assert_eq!(account.tokens.scopes.join(","), SCOPE);
    assert_eq!(account.tokens.expires_at, after(86_400));
    assert_eq!(account.tokens.ends_at, after(31_536_000));
    let requests = stage.requests().await;
    let expected = [
        ("client_key", "the-client"),
        ("client_secret", "canary-secret"),
        ("code", "canary-code"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://api.example/oauth/callback"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    let fields = "fields=open_id,username,display_name";
    assert_eq!(requests[1].url.query(), Some(fields));
    assert_eq!(requests[1].headers["authorization"], "Bearer canary-access");
}

#[tokio::test]
async fn what_was_unticked_is_named_and_nothing_is_connected() {
    let stage = stage().await;
    let scope = "user.info.basic,user.info.profile,video.list";
    stage.answer(TOKEN, 200, granted(scope)).await;
    let reason = stage.refusal().await;
    assert!(reason.contains("video.publish is missing"), "{reason}");
    assert_eq!(stage.requests().await.len(), 1);
}

#[tokio::test]
async fn access_that_would_end_within_hours_is_not_taken() {
    let stage = stage().await;
    let mut answer = granted(SCOPE);
    answer["refresh_token"] = Value::Null;
    stage.answer(TOKEN, 200, answer).await;
    let reason = stage.refusal().await;
    assert!(reason.contains("for a short time only"), "{reason}");
}

#[tokio::test]
async fn an_error_with_a_status_of_success_is_an_error() {
    let stage = stage().await;
    stage.answer(TOKEN, 200, flat("invalid_grant")).await;
    assert_eq!(stage.refusal().await, "TikTok refused: TikTok's words");
    stage.reset().await;
    stage.answer(TOKEN, 503, flat("invalid_grant")).await;
    stage.is_unreachable("503").await;
    with(200, error("internal_error"))
        .await
        .is_unreachable("internal_error")
        .await;
    for (status, code) in [(429, "rate_limit_exceeded"), (500, "internal_error")] {
        with(status, error(code)).await.is_unreachable(code).await;
    }
    let stage = with(401, error("scope_not_authorized")).await;
    assert_eq!(stage.refusal().await, "TikTok refused: TikTok's words");
}

#[tokio::test]
async fn answers_that_cannot_be_right_connect_nothing() {
    for (id, username) in [
        ("", "sari"),
        ("a/b", "sari"),
        ("id", ""),
        ("id", "../x"),
        ("id", "a?b"),
        (&*"i".repeat(129), "sari"),
    ] {
        let stage = with(200, user(id, username, "x")).await;
        stage.is_unreachable(username).await;
    }
    let empty = json!({ "data": {}, "error": { "code": "ok" } });
    for body in [json!({}), json!("x"), empty] {
        with(200, body.clone())
            .await
            .is_unreachable(&body.to_string())
            .await;
    }
    let stage = with(200, user("id", "sari", &"n\n".repeat(9_000))).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert_eq!(account.display_name.chars().count(), 299);
    let stage = with(200, user("id", "sari", " ")).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert_eq!(account.display_name, "sari");
}

#[tokio::test]
async fn a_renewal_takes_the_new_refresh_token_and_its_end() {
    let stage = stage().await;
    assert!(stage.refresh(&tokens(86_400)).await.unwrap().is_none());
    assert!(stage.requests().await.is_empty());
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    let new = stage.refresh(&due()).await.unwrap().unwrap();
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh-2");
    assert_eq!(new.expires_at, after(86_400));
    assert_eq!(new.ends_at, after(31_536_000));
    let expected = [
        ("client_key", "the-client"),
        ("client_secret", "canary-secret"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "canary-refresh"),
    ];
    assert_eq!(form(&stage.requests().await[0]), map(&expected));
}

#[tokio::test]
async fn only_a_dead_refresh_token_ends_the_connection() {
    for (status, body, expected) in [
        (200, flat("invalid_grant"), "reconnect"),
        (400, flat("invalid_grant"), "reconnect"),
        (200, flat("invalid_client"), "later"),
        (400, flat("invalid_request"), "later"),
        (200, json!({}), "later"),
        (200, json!("x"), "later"),
        (429, flat("rate_limit_exceeded"), "wait"),
        (500, flat("invalid_grant"), "later"),
        (504, json!("a page"), "later"),
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
    stage.answer(USER, 200, user("id", "sari", "")).await;
    assert_eq!(
        stage.check("id", &tokens(86_400)).await,
        Ok(Health::default())
    );
    for (status, body, expected) in [
        (200, user("another", "sari", ""), "later"),
        (401, error("access_token_invalid"), "reconnect"),
        (200, error("access_token_invalid"), "reconnect"),
        (401, error("scope_not_authorized"), "reconnect"),
        (403, error("scope_permission_missed"), "reconnect"),
        (429, error("rate_limit_exceeded"), "wait"),
        (429, json!("a page"), "wait"),
        (401, json!("a page of a proxy"), "later"),
        (403, error("something_new"), "later"),
        (500, error("internal_error"), "later"),
        (200, json!({}), "later"),
    ] {
        stage.reset().await;
        stage.answer_at(now(), USER, status, body.clone()).await;
        let checked = stage.check("id", &tokens(86_400)).await;
        assert_eq!(kind(checked), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_token_that_has_merely_run_out_is_not_lost() {
    let stage = stage().await;
    let refused = error("access_token_invalid");
    let old = tokens(86_400);
    for (at, lost) in [
        (old.renew_at.unwrap(), false),
        (old.expires_at.unwrap(), false),
        (now(), true),
    ] {
        stage.reset().await;
        stage.answer_at(at, USER, 401, refused.clone()).await;
        let checked = stage.check("id", &old).await;
        assert_eq!(checked.is_err(), lost, "{at}");
    }
}

#[tokio::test]
async fn giving_back_works_with_an_access_token_that_has_run_out() {
    let stage = stage().await;
    stage.answer(REVOKE, 200, json!({})).await;
    assert_eq!(stage.revoke(&tokens(86_400)).await, Ok(()));
    let requests = stage.requests().await;
    let expected = [
        ("client_key", "the-client"),
        ("client_secret", "canary-secret"),
        ("token", "canary-access"),
    ];
    assert_eq!(requests.len(), 1);
    assert_eq!(form(&requests[0]), map(&expected));

    stage.reset().await;
    let first = wiremock::ResponseTemplate::new(200).set_body_json(flat("invalid_request"));
    stage.mount_once(REVOKE, first).await;
    stage.answer(REVOKE, 200, json!({})).await;
    let mut renewed = granted(SCOPE);
    renewed["access_token"] = json!("canary-new");
    stage.answer(TOKEN, 200, renewed).await;
    assert_eq!(stage.revoke(&tokens(86_400)).await, Ok(()));
    let requests = stage.requests().await;
    assert_eq!(form(&requests[2])["token"], "canary-new");
}

#[tokio::test]
async fn what_opens_nothing_is_given_back_and_what_is_not_known_is_not() {
    let stage = stage().await;
    for (revoked, renewed, expected) in [
        (
            (200, flat("invalid_request")),
            (200, flat("invalid_grant")),
            None,
        ),
        (
            (400, flat("invalid_request")),
            (503, json!("")),
            Some("later"),
        ),
        (
            (503, json!("")),
            (200, flat("invalid_grant")),
            Some("later"),
        ),
        (
            (429, json!("")),
            (200, flat("invalid_grant")),
            Some("later"),
        ),
    ] {
        stage.reset().await;
        stage.answer(REVOKE, revoked.0, revoked.1).await;
        stage.answer(TOKEN, renewed.0, renewed.1).await;
        let given_back = stage.revoke(&tokens(86_400)).await;
        match expected {
            None => assert_eq!(given_back, Ok(())),
            Some(expected) => assert_eq!(kind(given_back), expected),
        }
    }
}

#[tokio::test]
async fn nothing_is_given_up_while_nobody_answers() {
    stage().await.survives_silence(&HOSTS).await;
}
