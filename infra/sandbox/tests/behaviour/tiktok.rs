//! TikTok: consent by key, flat errors that look like success, refresh tokens that change.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::registered::{Registered, told};
use crate::stage::{Stage, parameter, string};

const TIKTOK: Registered = Registered {
    authorize: "/www.tiktok.com/v2/auth/authorize/",
    token: "/open.tiktokapis.com/v2/oauth/token/",
    client: ("client_key", "tayang-tiktok", "tiktok-sandbox-secret"),
    basic: false,
    agent: "test",
    scope: "user.info.basic,user.info.profile,video.publish,video.list",
    parameters: &[],
    pkce: false,
};
const USER: &str = "/open.tiktokapis.com/v2/user/info/?fields=open_id,username,display_name";
const REVOKE: &str = "/open.tiktokapis.com/v2/oauth/revoke/";

#[tokio::test]
async fn both_decisions_go_back_and_the_application_is_named_by_its_key() {
    let stage = Stage::set().await;
    let agreed = TIKTOK.decide(&stage, "sari", &[]).await;
    assert_eq!(parameter(&agreed, "scopes"), TIKTOK.scope);
    assert_eq!(parameter(&agreed, "state"), "st&te");
    assert!(parameter(&agreed, "code").contains("sbxcode"));
    let denied = TIKTOK.decide(&stage, "sari", &[("decision", "deny")]).await;
    assert_eq!(parameter(&denied, "error"), "access_denied");
    let mut by_id = TIKTOK.request();
    by_id[0].0 = "client_id".to_owned();
    let page = stage.get(TIKTOK.authorize).query(&by_id).send();
    assert_eq!(page.await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_code_brings_tokens_and_an_id_and_refusals_look_like_success() {
    let stage = Stage::set().await;
    let code = TIKTOK.code(&stage, "sari", &[]).await;
    for (name, value, error) in [
        ("client_secret", "wrong", "invalid_client"),
        ("code", "nonsense", "invalid_grant"),
        ("redirect_uri", "http://localhost:3000/", "invalid_grant"),
        ("grant_type", "password", "unsupported_grant_type"),
    ] {
        let answer = TIKTOK.exchange(&stage, &code, &[(name, value)]).await;
        let (status, body) = told(answer).await;
        assert_eq!((status, &body["error"]), (200, &json!(error)), "{name}");
        assert!(body.get("access_token").is_none());
    }
    let (_, body) = told(TIKTOK.exchange(&stage, &code, &[]).await).await;
    assert_eq!(body["expires_in"], 7_200);
    assert_eq!(body["refresh_expires_in"], 180 * 86_400);
    assert_eq!(body["open_id"], "-000sariSandboxOpenId0000000000000001");
    assert_eq!(body["scope"], TIKTOK.scope);
    assert!(string(&body["access_token"]).starts_with("act.sbxsecret"));
    let (_, used) = told(TIKTOK.exchange(&stage, &code, &[]).await).await;
    assert_eq!(used["error"], "invalid_grant");
}

#[tokio::test]
async fn a_renewal_replaces_the_refresh_token() {
    let stage = Stage::set().await;
    let granted = TIKTOK.granted(&stage, "sari", &[]).await;
    let first = string(&granted["refresh_token"]);
    let (_, renewed) = told(TIKTOK.renew(&stage, &first).await).await;
    let second = string(&renewed["refresh_token"]);
    assert_ne!(first, second);
    assert_eq!(renewed["open_id"], granted["open_id"]);
    let (status, body) = told(TIKTOK.renew(&stage, &first).await).await;
    assert_eq!((status, &body["error"]), (200, &json!("invalid_grant")));
    stage.pass(SignedDuration::from_hours(180 * 24));
    let (_, body) = told(TIKTOK.renew(&stage, &second).await).await;
    assert_eq!(body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_person_is_told_as_far_as_the_scopes_reach() {
    let stage = Stage::set().await;
    let token = TIKTOK.access(&stage, "bima").await;
    let (status, body) = TIKTOK.read(&stage, USER, &token).await;
    assert_eq!((status, &body["error"]["code"]), (200, &json!("ok")));
    assert_eq!(body["data"]["user"]["username"], "bimaprasetyo");
    let without = [("without", "user.info.profile")];
    let granted = TIKTOK.granted(&stage, "bima", &without).await;
    let narrow = string(&granted["access_token"]);
    let (status, body) = TIKTOK.read(&stage, USER, &narrow).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (401, &json!("scope_not_authorized"))
    );
    stage.pass(SignedDuration::from_hours(2));
    let (status, body) = TIKTOK.read(&stage, USER, &token).await;
    assert_eq!(
        (status, &body["error"]["code"]),
        (401, &json!("access_token_invalid"))
    );
}

#[tokio::test]
async fn access_is_given_back_once_and_with_everything_that_hangs_on_it() {
    let stage = Stage::set().await;
    let granted = TIKTOK.granted(&stage, "sari", &[]).await;
    let access = string(&granted["access_token"]);
    let form = [("token", access.as_str())];
    let give_back = || TIKTOK.form(&stage, REVOKE, &form).send();
    assert_eq!(told(give_back().await.unwrap()).await, (200, json!({})));
    let (status, body) = told(give_back().await.unwrap()).await;
    assert_eq!((status, &body["error"]), (200, &json!("invalid_request")));
    assert_eq!(TIKTOK.read(&stage, USER, &access).await.0, 401);
    let refresh = string(&granted["refresh_token"]);
    let (_, body) = told(TIKTOK.renew(&stage, &refresh).await).await;
    assert_eq!(body["error"], "invalid_grant");
}

#[tokio::test]
async fn faults_are_answered_as_tiktok_words_them() {
    let stage = Stage::set().await;
    let token = TIKTOK.access(&stage, "sari").await;
    for (effect, status, code) in [
        (
            Effect::TooManyRequests { reset_seconds: 60 },
            429,
            "rate_limit_exceeded",
        ),
        (
            Effect::FailBeforeExec { status: Some(500) },
            500,
            "internal_error",
        ),
        (Effect::RevokeToken, 401, "access_token_invalid"),
    ] {
        stage.sandbox.script(Fault::on("user_info", effect));
        let (given, body) = TIKTOK.read(&stage, USER, &token).await;
        assert_eq!((given, &body["error"]["code"]), (status, &json!(code)));
    }
}
