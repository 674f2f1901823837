//! What Reddit is asked, and what its answers mean.

use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::Reddit;
use crate::connect::Health;
use crate::publisher::{Error, ErrorKind};
use crate::rehearsal::{BASIC, Rehearsal, after, due, form, kind, map, tokens};

const TOKEN: &str = "POST /www.reddit.com/api/v1/access_token";
const REVOKE: &str = "POST /www.reddit.com/api/v1/revoke_token";
const ME: &str = "GET /oauth.reddit.com/api/v1/me";
const SCOPE: &str = "identity submit flair read history edit";
const DAY: i64 = 86_400;
const HOSTS: [&str; 2] = ["www.reddit.com", "oauth.reddit.com"];

async fn stage() -> Rehearsal {
    Rehearsal::of(&Reddit, &HOSTS).await
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "canary-access", "expires_in": DAY, "token_type": "bearer",
        "refresh_token": "canary-refresh", "scope": scope,
    })
}

fn me(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "icon_img": "https://styles.redditmedia.com/x.png" })
}

fn bare(status: u16) -> Value {
    json!({ "message": "Reddit's words", "error": status })
}

/// Reddit, where somebody agreed.
async fn with(status: u16, me: Value) -> Rehearsal {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    stage.answer(ME, status, me).await;
    stage
}

/// Every request says what we are, in the form that Reddit asks for.
async fn all_named(stage: &Rehearsal) {
    for request in stage.requests().await {
        let agent = request.headers["user-agent"].to_str().unwrap();
        assert!(agent.starts_with("web:tayang:v"), "{agent}");
    }
}

#[tokio::test]
async fn the_consent_is_asked_for_so_that_it_lasts() {
    let stage = stage().await;
    let (place, query, _) = stage.begin().await;
    assert_eq!(place, "/www.reddit.com/api/v1/authorize");
    let expected = [
        ("client_id", "the-client"),
        ("duration", "permanent"),
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
    let stage = with(200, me("abc123", "sari_wijaya")).await;
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
        ("www.reddit.com", "abc123", "sari_wijaya")
    );
    assert_eq!(account.display_name, "sari_wijaya");
    assert_eq!(
        account.url.as_str(),
        "https://www.reddit.com/user/sari_wijaya/"
    );
    assert_eq!(account.grant, "abc123");
    assert_eq!(account.tokens.expires_at, after(DAY));
    assert_eq!(account.tokens.ends_at, None);
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], BASIC);
    let expected = [
        ("code", "canary-code"),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://api.example/oauth/callback"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    assert_eq!(requests[1].headers["authorization"], "Bearer canary-access");
    all_named(&stage).await;
}

#[tokio::test]
async fn what_was_not_granted_is_named_and_nothing_is_connected() {
    let stage = stage().await;
    let scope = "identity flair read history edit";
    stage.answer(TOKEN, 200, granted(scope)).await;
    let reason = stage.refusal().await;
    assert!(reason.contains("submit is missing"), "{reason}");
    assert_eq!(stage.requests().await.len(), 1);
}

#[tokio::test]
async fn access_that_would_end_within_a_day_is_not_taken() {
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
    stage
        .answer(TOKEN, 200, json!({ "error": "invalid_grant" }))
        .await;
    assert_eq!(stage.refusal().await, "Reddit refused: invalid_grant");
    stage.reset().await;
    stage.answer(TOKEN, 401, bare(401)).await;
    assert_eq!(stage.refusal().await, "Reddit refused: Reddit's words");
    for status in [429, 500, 503] {
        stage.reset().await;
        stage.answer(TOKEN, status, json!("a page")).await;
        stage.is_unreachable("token").await;
        with(status, json!("a page"))
            .await
            .is_unreachable("me")
            .await;
    }
    let reason = with(403, bare(403)).await.refusal().await;
    assert_eq!(reason, "Reddit refused with status 403 Forbidden");
}

#[tokio::test]
async fn a_suspended_account_is_not_connected() {
    let mut suspended = me("abc123", "dimas");
    suspended["is_suspended"] = json!(true);
    let reason = with(200, suspended).await.refusal().await;
    assert!(reason.contains("has suspended u/dimas"), "{reason}");
}

#[tokio::test]
async fn answers_that_cannot_be_right_connect_nothing() {
    for (id, name) in [
        ("", "sari"),
        ("a/b", "sari"),
        ("a", ""),
        ("a", "../x"),
        ("a", "a?b"),
        ("a", &*"n".repeat(65)),
    ] {
        with(200, me(id, name)).await.is_unreachable(name).await;
    }
    for body in [json!({}), json!("x"), json!({ "id": 5, "name": "sari" })] {
        with(200, body.clone())
            .await
            .is_unreachable(&body.to_string())
            .await;
    }
}

#[tokio::test]
async fn a_renewal_keeps_the_refresh_token() {
    let stage = stage().await;
    assert!(stage.refresh(&tokens(DAY)).await.unwrap().is_none());
    let renewed = json!({ "access_token": "canary-new", "expires_in": DAY, "scope": SCOPE });
    stage.answer(TOKEN, 200, renewed).await;
    let new = stage.refresh(&due()).await.unwrap().unwrap();
    assert_eq!(new.access.expose_secret(), "canary-new");
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh");
    assert_eq!(new.ends_at, None);
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], BASIC);
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "canary-refresh"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    all_named(&stage).await;
}

#[tokio::test]
async fn only_a_dead_refresh_token_ends_the_connection() {
    for (status, body, expected) in [
        (400, json!({ "error": 400 }), "reconnect"),
        (400, bare(400), "reconnect"),
        (200, json!({ "error": "invalid_grant" }), "reconnect"),
        (401, bare(401), "later"),
        (403, bare(403), "later"),
        (400, json!("a page of a proxy"), "later"),
        (200, json!({}), "later"),
        (429, bare(429), "wait"),
        (500, json!({ "error": 400 }), "later"),
        (503, json!("a page"), "later"),
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
async fn a_check_asks_the_refresh_token_before_it_gives_an_account_up() {
    let stage = stage().await;
    for (status, body, expected) in [
        (200, granted(SCOPE), None),
        (400, json!({ "error": 400 }), Some("reconnect")),
        (503, json!("a page"), Some("later")),
    ] {
        stage.reset().await;
        stage.answer(ME, 401, bare(401)).await;
        stage.answer(TOKEN, status, body).await;
        let checked = stage.check("abc123", &tokens(DAY)).await;
        match expected {
            None => assert_eq!(checked, Ok(Health::default())),
            Some(expected) => assert_eq!(kind(checked), expected, "{status}"),
        }
        all_named(&stage).await;
    }
}

#[tokio::test]
async fn a_check_tells_what_is_lost_from_what_passes() {
    let stage = stage().await;
    stage.answer(ME, 200, me("abc123", "sari")).await;
    assert_eq!(
        stage.check("abc123", &tokens(DAY)).await,
        Ok(Health::default())
    );
    all_named(&stage).await;
    for (status, body, expected) in [
        (200, me("another", "sari"), "later"),
        (200, json!({}), "later"),
        (403, bare(403), "later"),
        (500, json!("a page"), "later"),
    ] {
        stage.reset().await;
        stage.answer(ME, status, body.clone()).await;
        let checked = stage.check("abc123", &tokens(DAY)).await;
        assert_eq!(kind(checked), expected, "{status} {body}");
    }
    stage.reset().await;
    let limited = ResponseTemplate::new(429).insert_header("x-ratelimit-reset", "60");
    stage.mount(ME, limited).await;
    let Err(Error { kind, .. }) = stage.check("abc123", &tokens(DAY)).await else {
        panic!("it should wait")
    };
    let retry_after = Some(SignedDuration::from_secs(60));
    assert_eq!(kind, ErrorKind::RateLimited { retry_after });
}

#[tokio::test]
async fn giving_back_takes_the_refresh_token() {
    let stage = stage().await;
    stage.mount(REVOKE, ResponseTemplate::new(204)).await;
    assert_eq!(stage.revoke(&tokens(DAY)).await, Ok(()));
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], BASIC);
    let expected = [
        ("token", "canary-refresh"),
        ("token_type_hint", "refresh_token"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    all_named(&stage).await;
    for (status, body) in [(401, bare(401)), (503, json!("a page"))] {
        stage.reset().await;
        stage.answer(REVOKE, status, body).await;
        assert_eq!(kind(stage.revoke(&tokens(DAY)).await), "later");
    }
}

#[tokio::test]
async fn nothing_is_given_up_while_nobody_answers() {
    stage().await.survives_silence(&HOSTS).await;
}
