//! Pinterest: HTTP Basic, refresh tokens that are replaced at each use, boards.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::registered::{Registered, told};
use crate::stage::{Stage, header, parameter, string};

const PINTEREST: Registered = Registered {
    authorize: "/www.pinterest.com/oauth/",
    token: "/api.pinterest.com/v5/oauth/token",
    client: ("client_id", "tayang-pinterest", "pinterest-sandbox-secret"),
    basic: true,
    agent: "test",
    scope: "boards:read,boards:write,pins:read,pins:write,user_accounts:read",
    parameters: &[],
    pkce: false,
};
const USER: &str = "/api.pinterest.com/v5/user_account";
const MONTH: i64 = 30 * 86_400;

#[tokio::test]
async fn both_decisions_go_back() {
    let stage = Stage::set().await;
    let agreed = PINTEREST.decide(&stage, "sari", &[]).await;
    assert!(parameter(&agreed, "code").contains("sbxcode"));
    assert_eq!(parameter(&agreed, "state"), "st&te");
    let denied = PINTEREST.decide(&stage, "sari", &[("decision", "deny")]);
    assert_eq!(parameter(&denied.await, "error"), "access_denied");
}

#[tokio::test]
async fn a_code_is_exchanged_by_whoever_proves_who_they_are() {
    let stage = Stage::set().await;
    let code = PINTEREST.code(&stage, "sari", &[]).await;
    let by_form = Registered {
        basic: false,
        ..PINTEREST
    };
    let (status, body) = told(by_form.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["code"]), (401, &json!(2)));
    let elsewhere = [("redirect_uri", "http://localhost:3000/")];
    let (status, body) = told(PINTEREST.exchange(&stage, &code, &elsewhere).await).await;
    assert_eq!((status, &body["code"]), (401, &json!(283)));
    let (status, body) = told(PINTEREST.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(MONTH)));
    assert_eq!(body["refresh_token_expires_in"], 2 * MONTH);
    let end = stage.now().as_second() + 2 * MONTH;
    assert_eq!(body["refresh_token_expires_at"], end);
    assert_eq!(body["scope"], PINTEREST.scope.replace(',', " "));
    assert!(string(&body["access_token"]).starts_with("pina_sbxsecret"));
    assert!(string(&body["refresh_token"]).starts_with("pinr.sbxsecret"));
    let (_, used) = told(PINTEREST.exchange(&stage, &code, &[]).await).await;
    assert_eq!(used["code"], 283);
}

#[tokio::test]
async fn each_renewal_begins_sixty_days_and_ends_the_token_before() {
    let stage = Stage::set().await;
    let granted = PINTEREST.granted(&stage, "sari", &[]).await;
    let mut refresh = string(&granted["refresh_token"]);
    for _ in 0..3 {
        stage.pass(SignedDuration::from_hours(59 * 24));
        let (status, renewed) = told(PINTEREST.renew(&stage, &refresh).await).await;
        assert_eq!(status, 200);
        assert_eq!(renewed["refresh_token_expires_in"], 2 * MONTH);
        let (status, old) = told(PINTEREST.renew(&stage, &refresh).await).await;
        assert_eq!((status, &old["code"]), (401, &json!(283)));
        refresh = string(&renewed["refresh_token"]);
    }
    stage.pass(SignedDuration::from_hours(60 * 24));
    let (_, over) = told(PINTEREST.renew(&stage, &refresh).await).await;
    assert_eq!(over["code"], 283);
}

#[tokio::test]
async fn people_and_their_boards_are_told_as_far_as_the_scopes_reach() {
    let stage = Stage::set().await;
    let token = PINTEREST.access(&stage, "sari").await;
    let (_, user) = PINTEREST.read(&stage, USER, &token).await;
    assert_eq!(user["username"], "kopiaurora");
    assert_eq!(user["business_name"], "Kopi Aurora");
    let boards = "/api.pinterest.com/v5/boards?page_size=2";
    let (_, first) = PINTEREST.read(&stage, boards, &token).await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let next = format!("{boards}&bookmark={}", string(&first["bookmark"]));
    let (_, second) = PINTEREST.read(&stage, &next, &token).await;
    assert_eq!(second["items"][0]["name"], "Kedai");
    assert!(second["bookmark"].is_null());
    let nobody = PINTEREST.access(&stage, "citra").await;
    let (_, none) = PINTEREST.read(&stage, boards, &nobody).await;
    assert_eq!(none, json!({ "items": [], "bookmark": null }));
    let granted = PINTEREST.granted(&stage, "bima", &[("without", "boards:read")]);
    let narrow = string(&granted.await["access_token"]);
    let (status, body) = PINTEREST.read(&stage, boards, &narrow).await;
    assert_eq!((status, &body["code"]), (401, &json!(3)));
    let (status, body) = PINTEREST.read(&stage, USER, "pina_nonsense").await;
    assert_eq!((status, &body["code"]), (401, &json!(2)));
}

#[tokio::test]
async fn faults_are_answered_as_pinterest_words_them() {
    let stage = Stage::set().await;
    let token = PINTEREST.access(&stage, "sari").await;
    let limited = Effect::TooManyRequests { reset_seconds: 60 };
    stage.sandbox.script(Fault::on("user_account", limited));
    let answer = stage.get(USER).bearer_auth(&token).send().await.unwrap();
    assert_eq!(header(&answer, "x-ratelimit-reset"), "60");
    let (status, body) = told(answer).await;
    assert_eq!((status, &body["code"]), (429, &json!(8)));
    stage
        .sandbox
        .script(Fault::on("user_account", Effect::RevokeToken));
    let (status, body) = PINTEREST.read(&stage, USER, &token).await;
    assert_eq!((status, &body["code"]), (401, &json!(2)));
}
