//! What Google Business Profile is asked, and what its answers mean.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::GoogleBusiness;
use crate::connect::{Connected, Health};
use crate::rehearsal::{Rehearsal, due, form, kind, tokens};

const TOKEN: &str = "POST /oauth2.googleapis.com/token";
const REVOKE: &str = "POST /oauth2.googleapis.com/revoke";
const USER_INFO: &str = "GET /openidconnect.googleapis.com/v1/userinfo";
const LOCATIONS: &str = "GET /mybusinessbusinessinformation.googleapis.com/v1/accounts/-/locations";
const LOCATION: &str = "GET /mybusinessbusinessinformation.googleapis.com/v1/locations/41";
const SCOPE: &str = "openid https://www.googleapis.com/auth/business.manage";
const HOSTS: [&str; 4] = [
    "accounts.google.com",
    "oauth2.googleapis.com",
    "openidconnect.googleapis.com",
    "mybusinessbusinessinformation.googleapis.com",
];

async fn stage() -> Rehearsal {
    Rehearsal::of(&GoogleBusiness, &HOSTS).await
}

fn granted(scope: &str) -> Value {
    json!({
        "access_token": "canary-access", "expires_in": 3_599, "refresh_token": "canary-refresh",
        "scope": scope, "token_type": "Bearer",
    })
}

/// Google, where somebody agreed who manages these locations.
async fn with(status: u16, body: Value) -> Rehearsal {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted(SCOPE)).await;
    stage.answer(USER_INFO, 200, json!({ "sub": "110" })).await;
    stage.answer(LOCATIONS, status, body).await;
    stage
}

fn location(name: &str, title: &str, maps: &str) -> Value {
    json!({
        "name": name, "title": title,
        "storefrontAddress": { "addressLines": ["Jalan Braga 10", "2F"], "locality": "Bandung" },
        "metadata": { "mapsUri": maps, "hasVoiceOfMerchant": true },
    })
}

async fn one(location: Value) -> Connected {
    let stage = with(200, json!({ "locations": [location] })).await;
    stage.finish().await.unwrap().remove(0)
}

fn error(status: u16, name: &str, reason: Option<&str>) -> Value {
    let details = reason.map(|reason| json!({ "@type": "…ErrorInfo", "reason": reason }));
    let details: Vec<Value> = details.into_iter().collect();
    json!({ "error": { "code": status, "message": "Google's words", "status": name, "details": details } })
}

#[tokio::test]
async fn the_consent_is_asked_for_so_that_it_lasts() {
    let stage = stage().await;
    let (place, query, _) = stage.begin().await;
    assert_eq!(place, "/accounts.google.com/o/oauth2/v2/auth");
    for (name, value) in [
        ("access_type", "offline"),
        ("prompt", "consent"),
        ("scope", SCOPE),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(query[name], value);
    }
    assert!(!query.contains_key("include_granted_scopes"));
    stage.needs_registration().await;
}

#[tokio::test]
async fn every_verified_location_can_be_chosen_and_is_told_from_others_of_its_name() {
    let mut elsewhere = location("locations/42", "Kopi Aurora", "");
    elsewhere["storefrontAddress"] = json!({ "locality": "Jakarta" });
    let unverified = json!({ "name": "locations/43", "title": "Kiosk", "metadata": {} });
    let bare = json!({ "name": "locations/44", "metadata": { "hasVoiceOfMerchant": true } });
    let maps = "https://maps.google.com/maps?cid=1";
    let first = location("locations/41", "Kopi Aurora", maps);
    let list = json!({ "locations": [first, elsewhere, unverified, bare] });
    let stage = with(200, list).await;
    let connected = stage.finish().await.unwrap();
    let shown = |account: &Connected| {
        let id = account.target.remote_id.clone();
        (id, account.display_name.clone(), account.url.to_string())
    };
    let elsewhere = "https://business.google.com/locations";
    let expected = [
        ("41", "Kopi Aurora, Jalan Braga 10, Bandung", maps),
        ("42", "Kopi Aurora, Jakarta", elsewhere),
        ("44", "44", elsewhere),
    ];
    let expected = expected.map(|(id, name, url)| (id.to_owned(), name.to_owned(), url.to_owned()));
    assert_eq!(connected.iter().map(shown).collect::<Vec<_>>(), expected);
    for account in &connected {
        assert_eq!(account.grant, "110");
        assert_eq!(account.permissions, ["hasVoiceOfMerchant"]);
        assert_eq!(account.target.host, "business.google.com");
        let refresh = account.tokens.refresh.as_ref().unwrap();
        assert_eq!(refresh.expose_secret(), "canary-refresh");
    }
    let requests = stage.requests().await;
    let asked: Vec<_> = requests[2].url.query_pairs().collect();
    let fields = "name,title,storefrontAddress,metadata";
    assert_eq!(asked[0], ("readMask".into(), fields.into()));
    assert_eq!(requests[2].headers["authorization"], "Bearer canary-access");
}

#[tokio::test]
async fn whoever_manages_nothing_that_can_publish_is_told_what_to_do() {
    let reason = with(200, json!({})).await.refusal().await;
    assert!(reason.contains("manages no location"), "{reason}");
    let unverified = json!({ "locations": [{ "name": "locations/43", "title": "Kiosk" }] });
    let reason = with(200, unverified).await.refusal().await;
    assert!(reason.contains("is verified"), "{reason}");
}

#[tokio::test]
async fn what_was_unticked_is_named_and_nothing_is_connected() {
    let stage = stage().await;
    stage.answer(TOKEN, 200, granted("openid")).await;
    let reason = stage.refusal().await;
    assert!(
        reason.contains("auth/business.manage is missing"),
        "{reason}"
    );
    assert_eq!(stage.requests().await.len(), 1);
}

#[tokio::test]
async fn answers_that_cannot_be_right_connect_nothing_and_lead_nowhere() {
    for name in [
        "",
        "41",
        "locations/",
        "locations/../x",
        "accounts/1/locations/41",
        &format!("locations/{}", "1".repeat(33)),
    ] {
        let list = json!({ "locations": [location(name, "x", "")] });
        with(200, list).await.is_unreachable(name).await;
    }
    for maps in [
        "javascript:alert(1)",
        "http://maps.google.com/maps?cid=1",
        "https://maps.google.com.evil.example/",
        "https://evil.example@maps.google.com:444/",
        "https://user@maps.google.com/",
    ] {
        let account = one(location("locations/41", "x", maps)).await;
        assert_eq!(
            account.url.as_str(),
            "https://business.google.com/locations"
        );
    }
    let account = one(location("locations/41", &"n\r\n".repeat(9_000), "")).await;
    assert!(account.display_name.chars().count() <= 300);
    assert!(!account.target.handle.contains('\n'));
}

#[tokio::test]
async fn a_project_that_is_not_let_in_is_told_from_a_person_who_is_not() {
    let off = error(403, "PERMISSION_DENIED", Some("SERVICE_DISABLED"));
    let reason = with(403, off).await.refusal().await;
    assert!(reason.contains("must switch on the API"), "{reason}");
    let denied = error(403, "PERMISSION_DENIED", None);
    let reason = with(403, denied).await.refusal().await;
    assert_eq!(reason, "Google Business Profile refused: Google's words");
    for (status, name) in [
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ] {
        let stage = with(status, error(status, name, None)).await;
        stage.is_unreachable(name).await;
    }
}

#[tokio::test]
async fn a_check_tells_what_is_lost_from_what_passes() {
    let stage = stage().await;
    for (metadata, permissions) in [
        (
            json!({ "hasVoiceOfMerchant": true }),
            vec!["hasVoiceOfMerchant".to_owned()],
        ),
        (json!({}), vec![]),
    ] {
        stage.reset().await;
        let body = json!({ "name": "locations/41", "metadata": metadata });
        stage.answer(LOCATION, 200, body).await;
        let permissions = Some(permissions);
        assert_eq!(
            stage.check("41", &tokens(3_600)).await,
            Ok(Health { permissions })
        );
    }
    for (status, body, expected) in [
        (200, json!({ "name": "locations/42" }), "later"),
        (200, json!({}), "later"),
        (403, error(403, "PERMISSION_DENIED", None), "reconnect"),
        (
            403,
            error(
                403,
                "PERMISSION_DENIED",
                Some("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
            ),
            "reconnect",
        ),
        (
            403,
            error(403, "PERMISSION_DENIED", Some("SERVICE_DISABLED")),
            "later",
        ),
        (
            403,
            error(403, "PERMISSION_DENIED", Some("SOMETHING_NEW")),
            "later",
        ),
        (403, json!("a page of a proxy"), "later"),
        (404, error(404, "NOT_FOUND", None), "reconnect"),
        (404, json!("a page of a proxy"), "later"),
        (429, error(429, "RESOURCE_EXHAUSTED", None), "wait"),
        (503, error(503, "UNAVAILABLE", None), "later"),
    ] {
        stage.reset().await;
        stage.answer(LOCATION, status, body.clone()).await;
        let checked = stage.check("41", &tokens(3_600)).await;
        assert_eq!(kind(checked), expected, "{status} {body}");
    }
    assert_eq!(kind(stage.check("../x", &tokens(3_600)).await), "later");
}

#[tokio::test]
async fn a_check_asks_the_refresh_token_before_it_gives_an_account_up() {
    let stage = stage().await;
    for (status, body, expected) in [
        (200, granted(SCOPE), None),
        (400, json!({ "error": "invalid_grant" }), Some("reconnect")),
        (500, json!({ "error": "invalid_grant" }), Some("later")),
    ] {
        stage.reset().await;
        let refused = error(401, "UNAUTHENTICATED", None);
        stage.answer(LOCATION, 401, refused).await;
        stage.answer(TOKEN, status, body).await;
        let checked = stage.check("41", &tokens(3_600)).await;
        match expected {
            None => assert_eq!(checked, Ok(Health::default())),
            Some(expected) => assert_eq!(kind(checked), expected, "{status}"),
        }
    }
}

#[tokio::test]
async fn tokens_are_renewed_and_given_back_at_google() {
    let stage = stage().await;
    assert!(stage.refresh(&tokens(3_600)).await.unwrap().is_none());
    let renewed = json!({ "access_token": "canary-new", "expires_in": 3_599 });
    stage.answer(TOKEN, 200, renewed).await;
    let new = stage.refresh(&due()).await.unwrap().unwrap();
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh");
    stage.reset().await;
    stage
        .answer(TOKEN, 400, json!({ "error": "invalid_grant" }))
        .await;
    assert_eq!(kind(stage.refresh(&due()).await), "reconnect");
    stage.reset().await;
    stage.answer(REVOKE, 200, json!({})).await;
    assert_eq!(stage.revoke(&tokens(3_600)).await, Ok(()));
    assert_eq!(form(&stage.requests().await[0])["token"], "canary-refresh");
}

#[tokio::test]
async fn nothing_is_given_up_while_nobody_answers() {
    stage().await.survives_silence(&HOSTS).await;
}
