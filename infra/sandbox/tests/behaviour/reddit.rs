//! Reddit: HTTP Basic, names for applications, refresh tokens without end, errors that look like success.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::registered::{Registered, told};
use crate::stage::{Stage, header, parameter, string};

const REDDIT: Registered = Registered {
    authorize: "/www.reddit.com/api/v1/authorize",
    token: "/www.reddit.com/api/v1/access_token",
    client: ("client_id", "tayang-reddit", "reddit-sandbox-secret"),
    basic: true,
    agent: "web:tayang:v1",
    scope: "identity submit flair read history edit",
    parameters: &[("duration", "permanent")],
    pkce: false,
};
const ME: &str = "/oauth.reddit.com/api/v1/me";
const REVOKE: &str = "/www.reddit.com/api/v1/revoke_token";

#[tokio::test]
async fn both_decisions_go_back_and_permanent_access_must_be_asked_for() {
    let stage = Stage::set().await;
    let agreed = REDDIT.decide(&stage, "sari", &[]).await;
    assert!(parameter(&agreed, "code").contains("sbxcode"));
    assert_eq!(agreed.fragment(), Some("_"));
    let denied = REDDIT.decide(&stage, "sari", &[("decision", "deny")]).await;
    assert_eq!(parameter(&denied, "error"), "access_denied");
    assert_eq!(parameter(&denied, "state"), "st&te");
    let granted = REDDIT.granted(&stage, "sari", &[("duration", "temporary")]);
    assert_eq!(granted.await.get("refresh_token"), None);
}

#[tokio::test]
async fn a_code_works_once_and_refusals_look_like_success() {
    let stage = Stage::set().await;
    let code = REDDIT.code(&stage, "sari", &[]).await;
    let stranger = Registered {
        client: ("client_id", "tayang-reddit", "wrong"),
        ..REDDIT
    };
    let (status, body) = told(stranger.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["error"]), (401, &json!(401)));
    let (status, body) = told(REDDIT.exchange(&stage, "nonsense", &[]).await).await;
    assert_eq!((status, &body["error"]), (200, &json!("invalid_grant")));
    let (_, body) = told(REDDIT.exchange(&stage, &code, &[]).await).await;
    assert_eq!(body["expires_in"], 86_400);
    assert_eq!(body["scope"], REDDIT.scope);
    for token in ["access_token", "refresh_token"] {
        assert!(string(&body[token]).contains("sbxsecret"));
    }
    let (status, used) = told(REDDIT.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &used["error"]), (200, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_refresh_token_stays_for_years() {
    let stage = Stage::set().await;
    let granted = REDDIT.granted(&stage, "sari", &[]).await;
    let refresh = string(&granted["refresh_token"]);
    let old = string(&granted["access_token"]);
    stage.pass(SignedDuration::from_hours(24 * 400));
    assert_eq!(REDDIT.read(&stage, ME, &old).await.0, 401);
    let (_, renewed) = told(REDDIT.renew(&stage, &refresh).await).await;
    assert_eq!(renewed.get("refresh_token"), None);
    let new = string(&renewed["access_token"]);
    let (_, me) = REDDIT.read(&stage, ME, &new).await;
    assert_eq!(
        (&me["id"], &me["name"]),
        (&json!("sari0001"), &json!("sari_wijaya"))
    );
    let (status, body) = told(REDDIT.renew(&stage, "nonsense").await).await;
    assert_eq!((status, &body["error"]), (400, &json!(400)));
}

#[tokio::test]
async fn whoever_does_not_say_who_they_are_is_slowed_down() {
    let stage = Stage::set().await;
    let token = REDDIT.access(&stage, "sari").await;
    let code = REDDIT.code(&stage, "sari", &[]).await;
    for agent in ["Tayang/1", "", "a::b"] {
        let nameless = Registered { agent, ..REDDIT };
        assert_eq!(nameless.read(&stage, ME, &token).await.0, 429);
        let answer = nameless.exchange(&stage, &code, &[]).await;
        assert_eq!(answer.status(), 429);
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_given_back_takes_everything_along() {
    let stage = Stage::set().await;
    let granted = REDDIT.granted(&stage, "sari", &[]).await;
    let refresh = string(&granted["refresh_token"]);
    let first = string(&granted["access_token"]);
    let (_, renewed) = told(REDDIT.renew(&stage, &refresh).await).await;
    let second = string(&renewed["access_token"]);
    let give_back = async |token: &str| {
        let form = [("token", token)];
        let answer = REDDIT.form(&stage, REVOKE, &form).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    };
    give_back(&first).await;
    assert_eq!(REDDIT.read(&stage, ME, &first).await.0, 401);
    assert_eq!(REDDIT.read(&stage, ME, &second).await.0, 200);
    give_back(&refresh).await;
    assert_eq!(REDDIT.read(&stage, ME, &second).await.0, 401);
    let (status, body) = told(REDDIT.renew(&stage, &refresh).await).await;
    assert_eq!((status, &body["error"]), (400, &json!(400)));
    give_back(&refresh).await;
    give_back("nonsense").await;
}

#[tokio::test]
async fn scopes_and_suspensions_are_told() {
    let stage = Stage::set().await;
    let granted = REDDIT.granted(&stage, "bima", &[("without", "identity")]);
    let narrow = string(&granted.await["access_token"]);
    assert_eq!(REDDIT.read(&stage, ME, &narrow).await.0, 403);
    let token = REDDIT.access(&stage, "dimas").await;
    let (_, me) = REDDIT.read(&stage, ME, &token).await;
    assert_eq!(me["is_suspended"], true);
}

#[tokio::test]
async fn faults_are_answered_as_reddit_words_them() {
    let stage = Stage::set().await;
    let token = REDDIT.access(&stage, "sari").await;
    let ask = || {
        let get = stage.get(ME).header("user-agent", REDDIT.agent);
        get.bearer_auth(&token).send()
    };
    let limited = Effect::TooManyRequests { reset_seconds: 60 };
    stage.sandbox.script(Fault::on("me", limited));
    let answer = ask().await.unwrap();
    assert_eq!(answer.status(), 429);
    assert_eq!(header(&answer, "x-ratelimit-reset"), "60");
    let broken = Effect::FailBeforeExec { status: Some(503) };
    stage.sandbox.script(Fault::on("me", broken));
    let page = ask().await.unwrap().text().await.unwrap();
    assert!(page.starts_with("<!doctype html>"), "{page}");
    stage.sandbox.script(Fault::on("me", Effect::RevokeToken));
    assert_eq!(REDDIT.read(&stage, ME, &token).await.0, 401);
}
