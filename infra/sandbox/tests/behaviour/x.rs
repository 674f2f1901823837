//! X: codes of half a minute, PKCE, refresh tokens for one use.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::json;

use crate::registered::{Registered, told};
use crate::stage::{Stage, header, parameter, string};

const X: Registered = Registered {
    authorize: "/x.com/i/oauth2/authorize",
    token: "/api.x.com/2/oauth2/token",
    client: ("client_id", "tayang-x", "x-sandbox-secret"),
    basic: true,
    agent: "test",
    scope: "tweet.read tweet.write users.read media.write offline.access",
    parameters: &[],
    pkce: true,
};
const ME: &str = "/api.x.com/2/users/me?user.fields=id,name,username";
const INVALID_TOKEN: &str = "Value passed for the token was invalid.";

#[tokio::test]
async fn both_decisions_go_back() {
    let stage = Stage::set().await;
    let agreed = X.decide(&stage, "sari", &[]).await;
    assert!(parameter(&agreed, "code").contains("sbxcode"));
    assert_eq!(parameter(&agreed, "state"), "st&te");
    let denied = X.decide(&stage, "sari", &[("decision", "deny")]).await;
    assert_eq!(parameter(&denied, "error"), "access_denied");
    assert!(!denied.as_str().contains("sbxcode"));
    let without = Registered { pkce: false, ..X };
    let refused = without.decide(&stage, "sari", &[]).await;
    assert_eq!(parameter(&refused, "error"), "invalid_request");
}

#[tokio::test]
async fn the_consent_page_is_in_its_own_words_and_colours() {
    let stage = Stage::set().await;
    let page = stage.get(X.authorize).query(&X.request());
    let page = page.send().await.unwrap().text().await.unwrap();
    for expected in [
        r#"action="/x.com/i/oauth2/authorize""#,
        r#"name="account" value="dimas""#,
        "citra_lestari",
        "Post and delete posts for you",
        "--sign: #1d77b8",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    for path in ["/x.com/avatars/sari.svg", "/api.x.com/avatars/sari.svg"] {
        assert_eq!(stage.get(path).send().await.unwrap().status(), 200);
    }
    let profile = stage.get("/x.com/sariwijaya").send().await.unwrap();
    assert_eq!(header(&profile, "location"), "/accounts");
    let nobody = stage.get("/x.com/nobody").send().await.unwrap();
    assert_eq!(nobody.status(), 404);
}

#[tokio::test]
async fn a_code_works_once_within_thirty_seconds_for_the_same_request() {
    let stage = Stage::set().await;
    let code = X.code(&stage, "sari", &[]).await;
    let by_form = Registered { basic: false, ..X };
    let (status, body) = told(by_form.exchange(&stage, &code, &[]).await).await;
    assert_eq!(
        (status, &body["error"]),
        (401, &json!("unauthorized_client"))
    );
    for other in [
        ("redirect_uri", "http://localhost:3000/"),
        ("code_verifier", "another-verifier"),
        ("code", "nonsense"),
    ] {
        let (status, body) = told(X.exchange(&stage, &code, &[other]).await).await;
        assert_eq!(
            (status, &body["error"]),
            (400, &json!("invalid_request")),
            "{other:?}"
        );
    }
    stage.pass(SignedDuration::from_secs(29));
    let (status, body) = told(X.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(7200)));
    assert_eq!(body["token_type"], "bearer");
    assert_eq!(body["scope"], X.scope);
    assert!(string(&body["access_token"]).contains("sbxsecret"));
    assert!(body.get("refresh_token_expires_in").is_none());
    let (status, _) = told(X.exchange(&stage, &code, &[]).await).await;
    assert_eq!(status, 400);
    let late = X.code(&stage, "sari", &[]).await;
    stage.pass(SignedDuration::from_secs(30));
    let (status, _) = told(X.exchange(&stage, &late, &[]).await).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn a_refresh_token_is_good_for_one_use_and_for_half_a_year_unused() {
    let stage = Stage::set().await;
    let first = X.granted(&stage, "bima", &[]).await;
    let old = string(&first["refresh_token"]);
    stage.pass(SignedDuration::from_hours(3));
    let (_, over) = X.read(&stage, ME, &string(&first["access_token"])).await;
    assert_eq!(over["status"], 401);
    let (status, renewed) = told(X.renew(&stage, &old).await).await;
    assert_eq!(status, 200);
    let (status, body) = told(X.renew(&stage, &old).await).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
    assert_eq!(body["error_description"], INVALID_TOKEN);
    let (status, me) = X.read(&stage, ME, &string(&renewed["access_token"])).await;
    assert_eq!(
        (status, &me["data"]["username"]),
        (200, &json!("bimaprasetyo"))
    );
    stage.pass(SignedDuration::from_hours(183 * 24));
    let (status, _) = told(X.renew(&stage, &string(&renewed["refresh_token"])).await).await;
    assert_eq!(status, 400);
    let short = X
        .granted(&stage, "bima", &[("without", "offline.access")])
        .await;
    assert!(short.get("refresh_token").is_none());
}

#[tokio::test]
async fn tokens_open_what_their_scopes_allow_until_they_are_given_back() {
    let stage = Stage::set().await;
    let narrow = X
        .granted(&stage, "citra", &[("without", "users.read")])
        .await;
    let (status, body) = X.read(&stage, ME, &string(&narrow["access_token"])).await;
    assert_eq!((status, &body["title"]), (403, &json!("Forbidden")));
    let granted = X.granted(&stage, "citra", &[]).await;
    let (access, refresh) = (
        string(&granted["access_token"]),
        string(&granted["refresh_token"]),
    );
    let (_, me) = X.read(&stage, ME, &access).await;
    assert_eq!(me["data"]["id"], "1700000000000000003");
    let (status, _) = X.read(&stage, ME, &refresh).await;
    assert_eq!(status, 401, "a refresh token opens nothing");
    let revoke = async |token: &str| {
        let path = "/api.x.com/2/oauth2/revoke";
        let answer = X.form(&stage, path, &[("token", token)]).send().await;
        answer.unwrap().status()
    };
    assert_eq!(revoke("unknown").await, 200);
    assert_eq!(revoke(&refresh).await, 200);
    assert_eq!(X.renew(&stage, &refresh).await.status(), 400);
    assert_eq!(X.read(&stage, ME, &access).await.0, 200, "only this token");
    assert_eq!(revoke(&access).await, 200);
    assert_eq!(X.read(&stage, ME, &access).await.0, 401);
}

#[tokio::test]
async fn faults_are_answered_as_x_words_them() {
    let stage = Stage::set().await;
    let granted = X.granted(&stage, "sari", &[]).await;
    let access = string(&granted["access_token"]);
    let limited = Effect::TooManyRequests { reset_seconds: 60 };
    stage
        .sandbox
        .script(Fault::on("me", limited).account("sari"));
    let answer = stage.get(ME).bearer_auth(&access).send().await.unwrap();
    let reset = (stage.now().as_second() + 60).to_string();
    assert_eq!(header(&answer, "x-rate-limit-reset"), reset);
    assert_eq!(answer.status(), 429);
    stage.sandbox.script(Fault::on("me", Effect::RevokeToken));
    let (status, body) = X.read(&stage, ME, &access).await;
    assert_eq!((status, &body["title"]), (401, &json!("Unauthorized")));
    let (status, _) = told(X.renew(&stage, &string(&granted["refresh_token"])).await).await;
    assert_eq!(status, 400, "the whole consent is gone");
}

#[tokio::test]
async fn people_may_be_asked_for_seventy_five_times_in_a_quarter_of_an_hour() {
    let stage = Stage::set().await;
    let access = X.access(&stage, "dimas").await;
    for _ in 0..75 {
        assert_eq!(X.read(&stage, ME, &access).await.0, 200);
    }
    assert_eq!(X.read(&stage, ME, &access).await.0, 429);
    stage.pass(SignedDuration::from_mins(15));
    assert_eq!(X.read(&stage, ME, &access).await.0, 200);
}
