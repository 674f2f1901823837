//! What Google and YouTube are asked, and what their answers mean.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::YouTube;
use crate::connect::{Connected, Health};
use crate::rehearsal::{Rehearsal, after, due, form, kind, map, now, tokens};

const TOKEN: &str = "POST /oauth2.googleapis.com/token";
const REVOKE: &str = "POST /oauth2.googleapis.com/revoke";
const USER_INFO: &str = "GET /openidconnect.googleapis.com/v1/userinfo";
const CHANNELS: &str = "GET /www.googleapis.com/youtube/v3/channels";
const SCOPE: &str = "openid https://www.googleapis.com/auth/youtube";
const FIRST: &str = "UCsariwijaya000000000001";
const SECOND: &str = "UCkopiaurora000000000002";
const HOSTS: [&str; 4] = [
    "accounts.google.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "www.googleapis.com",
];

async fn stage() -> Rehearsal {
    Rehearsal::of(&YouTube, &HOSTS).await
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "canary-access", "expires_in": 3_599, "refresh_token": "canary-refresh",
        "scope": scope, "token_type": "Bearer",
    })
}

fn channels(items: &Value) -> Value {
    json!({ "kind": "youtube#channelListResponse", "items": items })
}

fn channel(id: &str, title: &str, handle: Option<&str>) -> Value {
    json!({ "id": id, "snippet": { "title": title, "customUrl": handle } })
}

fn error(status: u16, name: &str, reason: &str) -> Value {
    json!({ "error": {
        "code": status, "message": "Google's\nwords", "status": name, "errors": [{ "reason": reason }],
    } })
}

/// Google, where somebody agreed who has these channels.
async fn with(status: u16, body: Value) -> Rehearsal {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    stage.answer(USER_INFO, 200, json!({ "sub": "110" })).await;
    stage.answer(CHANNELS, status, body).await;
    stage
}

#[tokio::test]
async fn the_consent_is_asked_for_so_that_it_lasts() {
    let stage = stage().await;
    let (place, query, pending) = stage.begin().await;
    assert_eq!(place, "/accounts.google.com/o/oauth2/v2/auth");
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(pending.verifier.expose_secret()));
    let expected = [
        ("access_type", "offline"),
        ("client_id", "the-client"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
        ("redirect_uri", "https://api.example/oauth/callback"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("state", "the-state"),
    ];
    assert_eq!(query, map(&expected));
    stage.needs_registration().await;
}

#[tokio::test]
async fn every_channel_of_whoever_agreed_can_be_chosen_and_all_hang_on_one_consent() {
    let items = json!([
        channel(FIRST, "Sari Wijaya", Some("@sariwijaya")),
        channel(SECOND, "", None)
    ]);
    let stage = with(200, channels(&items)).await;
    let connected = stage.finish().await.unwrap();
    let shown = |account: &Connected| {
        let target = &account.target;
        let url = account.url.to_string();
        let name = account.display_name.clone();
        (target.remote_id.clone(), target.handle.clone(), name, url)
    };
    let expected = [
        (FIRST, "sariwijaya", "Sari Wijaya"),
        (SECOND, SECOND, SECOND),
    ];
    let expected = expected.map(|(id, handle, name)| {
        let url = format!("https://www.youtube.com/channel/{id}");
        (id.to_owned(), handle.to_owned(), name.to_owned(), url)
    });
    assert_eq!(connected.iter().map(shown).collect::<Vec<_>>(), expected);
    for account in &connected {
        assert_eq!(account.grant, "110");
        assert_eq!(account.target.host, "www.youtube.com");
        let tokens = &account.tokens;
        assert_eq!(tokens.expires_at, after(3_599));
        assert_eq!(tokens.renew_at, after(3_599 - 15 * 60));
        assert_eq!(tokens.ends_at, None);
        let refresh = tokens.refresh.as_ref().unwrap();
        assert_eq!(refresh.expose_secret(), "canary-refresh");
        assert_eq!(tokens.scopes.join(" "), SCOPE);
    }
    let requests = stage.requests().await;
    let expected = [
        ("client_id", "the-client"),
        ("client_secret", "canary-secret"),
        ("code", "canary-code"),
        (
            "code_verifier",
            "canary-verifier-canary-verifier-canary-verifier",
        ),
        ("grant_type", "authorization_code"),
        ("redirect_uri", "https://api.example/oauth/callback"),
    ];
    assert_eq!(form(&requests[0]), map(&expected));
    for request in &requests[1..] {
        assert_eq!(request.headers["authorization"], "Bearer canary-access");
    }
    assert_eq!(requests.len(), 3);
}

#[tokio::test]
async fn what_was_unticked_is_named_and_nothing_is_connected() {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted("openid")).await;
    let reason = stage.refusal().await;
    assert!(
        reason.contains("https://www.googleapis.com/auth/youtube is missing"),
        "{reason}"
    );
    assert_eq!(stage.requests().await.len(), 1);
}

#[tokio::test]
async fn access_that_would_end_within_the_hour_is_not_taken() {
    let stage = stage().await;
    let mut answer = granted(SCOPE);
    answer["refresh_token"] = Value::Null;
    stage.answer(TOKEN, 200, answer).await;
    let reason = stage.refusal().await;
    assert!(reason.contains("for a short time only"), "{reason}");
}

#[tokio::test]
async fn whoever_has_no_channel_is_told_what_to_do() {
    let signup = error(401, "UNAUTHENTICATED", "youtubeSignupRequired");
    let nothing = json!({ "kind": "youtube#channelListResponse" });
    for (status, body) in [(401, signup), (200, nothing), (200, channels(&json!([])))] {
        let reason = with(status, body).await.refusal().await;
        assert!(reason.contains("make one at youtube.com"), "{reason}");
    }
}

#[tokio::test]
async fn answers_that_cannot_be_right_connect_nothing() {
    let bad = |id: &str| channels(&json!([channel(id, "x", None)]));
    for id in ["", "UC1", "UC../../../../etc/passwd", &"U".repeat(24)] {
        with(200, bad(id)).await.is_unreachable(id).await;
    }
    for body in [json!({}), json!([]), json!("x"), json!({ "items": [] })] {
        with(200, body.clone())
            .await
            .is_unreachable(&body.to_string())
            .await;
    }
    for sub in ["", "a/b", "a b", &"1".repeat(256)] {
        let stage = stage().await;
        stage.answer(TOKEN, 200, granted(SCOPE)).await;
        stage.answer(USER_INFO, 200, json!({ "sub": sub })).await;
        stage.is_unreachable(sub).await;
    }
    let long = "@".to_owned() + &"x".repeat(9_000);
    let huge = channels(&json!([channel(
        FIRST,
        &"n\u{0}".repeat(9_000),
        Some(&long)
    )]));
    let account = with(200, huge).await.finish().await.unwrap().remove(0);
    assert_eq!(account.display_name.chars().count(), 299);
    assert_eq!(account.target.handle.len(), 300);
}

#[tokio::test]
async fn a_refusal_is_told_from_trouble_that_passes() {
    let stage = stage().await;
    let used = json!({ "error": "invalid_grant", "error_description": "Bad\nRequest" });
    stage.answer(TOKEN, 400, used).await;
    assert_eq!(stage.refusal().await, "YouTube refused: Bad Request");
    for status in [429, 500, 503] {
        stage.reset().await;
        let body = json!({ "error": "invalid_grant" });
        stage.answer(TOKEN, status, body).await;
        stage.is_unreachable(&status.to_string()).await;
    }
    for (status, name, reason) in [
        (403, "", "quotaExceeded"),
        (403, "", "rateLimitExceeded"),
        (429, "RESOURCE_EXHAUSTED", ""),
        (500, "INTERNAL", "backendError"),
        (503, "UNAVAILABLE", ""),
    ] {
        let stage = with(status, error(status, name, reason)).await;
        stage.is_unreachable(reason).await;
    }
    let off = error(403, "PERMISSION_DENIED", "accessNotConfigured");
    let reason = with(403, off).await.refusal().await;
    assert!(
        reason.contains("must switch on the API") && reason.contains("Google's words"),
        "{reason}"
    );
    let denied = error(403, "PERMISSION_DENIED", "forbidden");
    let reason = with(403, denied).await.refusal().await;
    assert_eq!(reason, "YouTube refused: Google's words");
}

#[tokio::test]
async fn a_renewal_keeps_the_refresh_token() {
    let stage = stage().await;
    assert!(stage.refresh(&tokens(3_600)).await.unwrap().is_none());
    assert!(stage.requests().await.is_empty());
    let renewed =
        json!({ "access_token": "canary-new", "expires_in": 3_599, "token_type": "Bearer" });
    stage.answer(TOKEN, 200, renewed).await;
    let new = stage.refresh(&due()).await.unwrap().unwrap();
    assert_eq!(new.access.expose_secret(), "canary-new");
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh");
    assert_eq!(new.expires_at, after(3_599));
    assert_eq!(new.scopes, ["kept"]);
    let expected = [
        ("client_id", "the-client"),
        ("client_secret", "canary-secret"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "canary-refresh"),
    ];
    assert_eq!(form(&stage.requests().await[0]), map(&expected));
}

#[tokio::test]
async fn the_week_of_an_application_in_testing_is_known() {
    let stage = stage().await;
    let mut answer = granted(SCOPE);
    answer["refresh_token_expires_in"] = json!(604_799);
    stage.answer(TOKEN, 200, answer).await;
    stage.answer(USER_INFO, 200, json!({ "sub": "110" })).await;
    let items = json!([channel(FIRST, "Sari", None)]);
    stage.answer(CHANNELS, 200, channels(&items)).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert_eq!(account.tokens.ends_at, after(604_799));
}

#[tokio::test]
async fn only_a_dead_refresh_token_ends_the_connection() {
    let dead = json!({ "error": "invalid_grant", "error_description": "Token has been expired or revoked." });
    for (status, body, expected) in [
        (400, dead.clone(), "reconnect"),
        (401, json!({ "error": "invalid_client" }), "later"),
        (400, json!({ "error": "invalid_request" }), "later"),
        (403, json!("a page of a proxy"), "later"),
        (404, json!({}), "later"),
        (200, json!({}), "later"),
        (429, dead.clone(), "wait"),
        (500, dead.clone(), "later"),
        (503, dead, "later"),
    ] {
        let stage = stage().await;
        stage.answer(TOKEN, status, body).await;
        assert_eq!(kind(stage.refresh(&due()).await), expected, "{status}");
    }
}

#[tokio::test]
async fn a_check_tells_what_is_lost_from_what_passes() {
    let mine = channels(&json!([{ "id": SECOND }, { "id": FIRST }]));
    let stage = stage().await;
    stage.answer(CHANNELS, 200, mine).await;
    assert_eq!(
        stage.check(FIRST, &tokens(3_600)).await,
        Ok(Health::default())
    );
    for (status, body, expected) in [
        (200, channels(&json!([{ "id": SECOND }])), "reconnect"),
        (200, channels(&json!([])), "reconnect"),
        (200, json!({}), "later"),
        (401, error(401, "", "youtubeSignupRequired"), "reconnect"),
        (403, error(403, "", "insufficientPermissions"), "reconnect"),
        (403, error(403, "PERMISSION_DENIED", "forbidden"), "later"),
        (403, error(403, "", "accessNotConfigured"), "later"),
        (403, error(403, "", "quotaExceeded"), "wait"),
        (403, json!("a page of a proxy"), "later"),
        (404, json!("a page of a proxy"), "later"),
        (429, json!({}), "wait"),
        (500, error(500, "INTERNAL", "backendError"), "later"),
    ] {
        stage.reset().await;
        stage.answer(CHANNELS, status, body.clone()).await;
        let checked = stage.check(FIRST, &tokens(3_600)).await;
        assert_eq!(kind(checked), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn a_check_asks_the_refresh_token_before_it_gives_an_account_up() {
    let stage = stage().await;
    let dead = json!({ "error": "invalid_grant" });
    for (status, body, expected) in [
        (200, granted(SCOPE), None),
        (400, dead.clone(), Some("reconnect")),
        (503, dead, Some("later")),
    ] {
        stage.reset().await;
        let refused = error(401, "UNAUTHENTICATED", "authError");
        stage.answer_at(now(), CHANNELS, 401, refused).await;
        stage.answer(TOKEN, status, body).await;
        let checked = stage.check(FIRST, &tokens(3_600)).await;
        match expected {
            None => assert_eq!(checked, Ok(Health::default())),
            Some(expected) => assert_eq!(kind(checked), expected, "{status}"),
        }
    }
}

#[tokio::test]
async fn giving_back_takes_the_refresh_token_and_what_is_gone_is_given_back() {
    let stage = stage().await;
    let gone = json!({ "error": "invalid_token", "error_description": "Token expired or revoked" });
    for (status, body) in [(200, json!({})), (400, gone)] {
        stage.reset().await;
        stage.answer(REVOKE, status, body).await;
        assert_eq!(stage.revoke(&tokens(3_600)).await, Ok(()));
        assert_eq!(form(&stage.requests().await[0])["token"], "canary-refresh");
    }
    for (status, body) in [
        (503, json!({})),
        (400, json!({ "error": "invalid_request" })),
    ] {
        stage.reset().await;
        stage.answer(REVOKE, status, body).await;
        assert_eq!(kind(stage.revoke(&tokens(3_600)).await), "later");
    }
}

#[tokio::test]
async fn nothing_is_given_up_while_nobody_answers() {
    stage().await.survives_silence(&HOSTS).await;
}
