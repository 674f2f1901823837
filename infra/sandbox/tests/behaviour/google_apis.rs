//! Google, where applications act for people: consent, tokens, channels, locations.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::registered::{Registered, told};
use crate::stage::{Stage, parameter, string};

const YOUTUBE: Registered = Registered {
    authorize: "/accounts.google.com/o/oauth2/v2/auth",
    token: "/oauth2.googleapis.com/token",
    client: ("client_id", "tayang-youtube", "youtube-sandbox-secret"),
    basic: false,
    agent: "test",
    scope: "openid https://www.googleapis.com/auth/youtube",
    parameters: &[("access_type", "offline"), ("prompt", "consent")],
    pkce: true,
};
const BUSINESS: Registered = Registered {
    client: (
        "client_id",
        "tayang-google_business",
        "google_business-sandbox-secret",
    ),
    scope: "openid https://www.googleapis.com/auth/business.manage",
    ..YOUTUBE
};
const CHANNELS: &str = "/www.googleapis.com/youtube/v3/channels?part=id,snippet&mine=true";
const REVOKE: &str = "/oauth2.googleapis.com/revoke";
const LOCATIONS: &str = "/mybusinessbusinessinformation.googleapis.com/v1/accounts/-/locations";

fn reason(body: &Value) -> &str {
    let old = body["error"]["errors"][0]["reason"].as_str();
    old.or_else(|| body["error"]["details"][0]["reason"].as_str())
        .unwrap_or_default()
}

#[tokio::test]
async fn both_decisions_go_back_and_the_page_lets_scopes_be_left_out() {
    let stage = Stage::set().await;
    let page = stage.get(YOUTUBE.authorize).query(&YOUTUBE.request());
    let page = page.send().await.unwrap().text().await.unwrap();
    for expected in [
        r#"action="/accounts.google.com/o/oauth2/v2/auth""#,
        "Sari Wijaya",
        "https://www.googleapis.com/auth/youtube",
        r#"name="decision" value="deny""#,
    ] {
        assert!(page.contains(expected), "{expected}: {page}");
    }
    let denied = YOUTUBE
        .decide(&stage, "sari", &[("decision", "deny")])
        .await;
    assert_eq!(parameter(&denied, "error"), "access_denied");
    assert_eq!(parameter(&denied, "state"), "st&te");
    let agreed = YOUTUBE.decide(&stage, "sari", &[]).await;
    assert_eq!(parameter(&agreed, "state"), "st&te");
    assert_eq!(parameter(&agreed, "scope"), YOUTUBE.scope);
    let code = parameter(&agreed, "code");
    assert!(
        code.starts_with("4/0A") && code.contains("sbxcode"),
        "{code}"
    );
    let without = [("without", "https://www.googleapis.com/auth/youtube")];
    let granted = YOUTUBE.granted(&stage, "sari", &without).await;
    assert_eq!(granted["scope"], "openid");
    let token = string(&granted["access_token"]);
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
    assert_eq!(status, 403);
    assert_eq!(reason(&body), "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
}

#[tokio::test]
async fn a_code_works_once_within_ten_minutes_for_whoever_began() {
    let stage = Stage::set().await;
    let first = YOUTUBE.code(&stage, "sari", &[]).await;
    for (name, value, status, error) in [
        ("client_secret", "wrong", 401, "invalid_client"),
        ("code", "4/nonsense", 400, "invalid_grant"),
        ("code_verifier", "another-verifier", 400, "invalid_grant"),
        (
            "redirect_uri",
            "http://localhost:3000/",
            400,
            "redirect_uri_mismatch",
        ),
    ] {
        let answer = YOUTUBE.exchange(&stage, &first, &[(name, value)]).await;
        let (given, body) = told(answer).await;
        assert_eq!((given, &body["error"]), (status, &json!(error)), "{name}");
    }
    let of_another = BUSINESS.exchange(&stage, &first, &[]).await;
    assert_eq!(told(of_another).await.1["error"], "invalid_grant");
    let (status, body) = told(YOUTUBE.exchange(&stage, &first, &[]).await).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(3_599)));
    for token in ["access_token", "refresh_token"] {
        assert!(string(&body[token]).contains("sbxsecret"));
    }
    let (_, used) = told(YOUTUBE.exchange(&stage, &first, &[]).await).await;
    assert_eq!(used["error"], "invalid_grant");
    let late = YOUTUBE.code(&stage, "sari", &[]).await;
    stage.pass(SignedDuration::from_mins(10));
    let (_, expired) = told(YOUTUBE.exchange(&stage, &late, &[]).await).await;
    assert_eq!(expired["error"], "invalid_grant");
}

#[tokio::test]
async fn only_offline_access_with_consent_brings_a_refresh_token() {
    let stage = Stage::set().await;
    for more in [
        [("access_type", "online"), ("prompt", "consent")],
        [("access_type", "offline"), ("prompt", "select_account")],
    ] {
        let granted = YOUTUBE.granted(&stage, "sari", &more).await;
        assert_eq!(granted.get("refresh_token"), None);
    }
}

#[tokio::test]
async fn a_refresh_token_stays_until_access_is_taken_back() {
    let stage = Stage::set().await;
    let granted = YOUTUBE.granted(&stage, "sari", &[]).await;
    let refresh = string(&granted["refresh_token"]);
    let old = string(&granted["access_token"]);
    stage.pass(SignedDuration::from_secs(3_599));
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &old).await;
    assert_eq!((status, reason(&body)), (401, "authError"));
    for _ in 0..2 {
        let (status, renewed) = told(YOUTUBE.renew(&stage, &refresh).await).await;
        assert_eq!(status, 200);
        assert_eq!(renewed.get("refresh_token"), None);
        let new = string(&renewed["access_token"]);
        assert_eq!(YOUTUBE.read(&stage, CHANNELS, &new).await.0, 200);
    }
    let (status, body) = told(BUSINESS.renew(&stage, &refresh).await).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
    let renewed = told(YOUTUBE.renew(&stage, &refresh).await).await.1;
    let alive = string(&renewed["access_token"]);
    let give_back = || stage.post(REVOKE).form(&[("token", &refresh)]).send();
    assert_eq!(give_back().await.unwrap().status(), 200);
    let (status, body) = told(give_back().await.unwrap()).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_token")));
    assert_eq!(YOUTUBE.read(&stage, CHANNELS, &alive).await.0, 401);
    let (_, body) = told(YOUTUBE.renew(&stage, &refresh).await).await;
    assert_eq!(body["error"], "invalid_grant");
}

#[tokio::test]
async fn people_have_several_channels_one_or_none() {
    let stage = Stage::set().await;
    for (person, count) in [("sari", 2), ("bima", 1), ("dimas", 1)] {
        let token = YOUTUBE.access(&stage, person).await;
        let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
        let channels = body["items"].as_array().unwrap();
        assert_eq!((status, channels.len()), (200, count), "{person}");
        for channel in channels {
            assert_eq!(string(&channel["id"]).len(), 24);
        }
    }
    let token = YOUTUBE.access(&stage, "citra").await;
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
    assert_eq!((status, reason(&body)), (401, "youtubeSignupRequired"));
    let ids = "/www.googleapis.com/youtube/v3/channels?part=id";
    let (status, _) = YOUTUBE.read(&stage, ids, &token).await;
    assert_eq!(status, 400);
    let me = "/openidconnect.googleapis.com/v1/userinfo";
    let (_, body) = YOUTUBE.read(&stage, me, &token).await;
    assert_eq!(body["sub"], "110000000000000000003");
}

#[tokio::test]
async fn people_manage_several_locations_one_or_none_and_only_their_own() {
    let stage = Stage::set().await;
    let all = format!("{LOCATIONS}?readMask=name,title,metadata");
    for (person, count, verified) in [("sari", 3, 2), ("bima", 1, 1), ("dimas", 1, 0)] {
        let token = BUSINESS.access(&stage, person).await;
        let (status, body) = BUSINESS.read(&stage, &all, &token).await;
        let locations = body["locations"].as_array().unwrap();
        assert_eq!((status, locations.len()), (200, count), "{person}");
        let has = |location: &&Value| location["metadata"]["hasVoiceOfMerchant"] == true;
        assert_eq!(locations.iter().filter(has).count(), verified, "{person}");
        assert_eq!(locations[0].get("storefrontAddress"), None);
    }
    let token = BUSINESS.access(&stage, "citra").await;
    assert_eq!(BUSINESS.read(&stage, &all, &token).await, (200, json!({})));
    let (status, body) = BUSINESS.read(&stage, LOCATIONS, &token).await;
    assert_eq!(status, 400, "the mask is missing");
    assert_eq!(body["error"]["status"], "INVALID_ARGUMENT");
    let one = |id: &str| {
        format!("/mybusinessbusinessinformation.googleapis.com/v1/locations/{id}?readMask=name")
    };
    let token = BUSINESS.access(&stage, "bima").await;
    let mine = "4100000000000000004";
    let (_, body) = BUSINESS.read(&stage, &one(mine), &token).await;
    assert_eq!(body, json!({ "name": format!("locations/{mine}") }));
    let (status, body) = BUSINESS
        .read(&stage, &one("4100000000000000001"), &token)
        .await;
    assert_eq!(
        (status, &body["error"]["status"]),
        (403, &json!("PERMISSION_DENIED"))
    );
    let (status, body) = BUSINESS.read(&stage, &one("1"), &token).await;
    assert_eq!(
        (status, &body["error"]["status"]),
        (404, &json!("NOT_FOUND"))
    );
    let accounts = "/mybusinessaccountmanagement.googleapis.com/v1/accounts";
    let (_, body) = BUSINESS.read(&stage, accounts, &token).await;
    assert_eq!(body["accounts"][0]["type"], "PERSONAL");
    let of_youtube = YOUTUBE.access(&stage, "bima").await;
    assert_eq!(BUSINESS.read(&stage, &all, &of_youtube).await.0, 403);
}

#[tokio::test]
async fn faults_are_answered_as_google_words_them() {
    let stage = Stage::set().await;
    let token = YOUTUBE.access(&stage, "bima").await;
    let limited = Fault::on("channels", Effect::TooManyRequests { reset_seconds: 60 });
    stage.sandbox.script(limited.account("bima"));
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
    assert_eq!(
        (status, &body["error"]["status"]),
        (429, &json!("RESOURCE_EXHAUSTED"))
    );
    let broken = Effect::FailBeforeExec { status: Some(503) };
    stage.sandbox.script(Fault::on("channels", broken));
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
    assert_eq!(
        (status, &body["error"]["status"]),
        (503, &json!("UNAVAILABLE"))
    );
    stage
        .sandbox
        .script(Fault::on("channels", Effect::RevokeToken));
    let (status, body) = YOUTUBE.read(&stage, CHANNELS, &token).await;
    assert_eq!((status, reason(&body)), (401, "authError"));
}
