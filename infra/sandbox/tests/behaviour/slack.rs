//! Slack: installing the app, its channels, rotating tokens, and incoming webhooks.

use jiff::SignedDuration;
use reqwest::Response;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, header, json as body, parameter, string};

const CONSENT: &str = "/slack.com/oauth/v2/authorize";
const ACCESS: &str = "/slack.com/api/oauth.v2.access";
const SCOPES: &str = "chat:write,channels:read,groups:read,channels:join";
const BERITA: &str = "/hooks.slack.com/services/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";

async fn decided(stage: &Stage, account: &str, more: &[(&str, &str)]) -> url::Url {
    let mut form = vec![
        ("response_type", "code"),
        ("client_id", "tayang-slack"),
        ("redirect_uri", REDIRECT),
        ("scope", SCOPES),
        ("state", "st&te"),
        ("account", account),
        ("decision", "authorize"),
    ];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
    form.extend_from_slice(more);
    stage.consent(CONSENT, &form).await
}

async fn code(stage: &Stage, account: &str) -> String {
    parameter(&decided(stage, account, &[]).await, "code")
}

/// Slack says how it went in the body.
async fn said(answer: Response) -> Value {
    assert_eq!(answer.status(), 200);
    body(answer).await
}

async fn access(stage: &Stage, form: &[(&str, &str)]) -> Value {
    let post = stage.post(ACCESS);
    let post = post.basic_auth("tayang-slack", Some("slack-sandbox-secret"));
    said(post.form(form).send().await.unwrap()).await
}

async fn install(stage: &Stage, account: &str) -> Value {
    let code = code(stage, account).await;
    access(stage, &[("code", &code), ("redirect_uri", REDIRECT)]).await
}

async fn renew(stage: &Stage, token: &Value) -> Value {
    let token = string(token);
    access(
        stage,
        &[("grant_type", "refresh_token"), ("refresh_token", &token)],
    )
    .await
}

async fn call(stage: &Stage, token: &Value, method: &str, form: &[(&str, &str)]) -> Value {
    let post = stage.post(&format!("/slack.com/api/{method}"));
    let post = post.bearer_auth(string(token)).form(form);
    said(post.send().await.unwrap()).await
}

async fn names(stage: &Stage, token: &Value, form: &[(&str, &str)]) -> Vec<String> {
    let listed = call(stage, token, "conversations.list", form).await;
    let channels = listed["channels"].as_array().unwrap();
    channels
        .iter()
        .map(|channel| string(&channel["name"]))
        .collect()
}

const BOTH: (&str, &str) = ("types", "public_channel,private_channel");

#[tokio::test]
async fn the_app_is_installed_for_a_code_that_is_good_once() {
    let stage = Stage::set().await;
    let back = decided(&stage, "sari", &[]).await;
    assert_eq!(parameter(&back, "state"), "st&te");
    let code = parameter(&back, "code");
    assert!(code.contains("sbxcode"));
    let form = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
    let installed = access(&stage, &form).await;
    assert_eq!(installed["ok"], true);
    assert_eq!(installed["token_type"], "bot");
    assert_eq!(installed["scope"], SCOPES);
    assert_eq!(
        installed["team"],
        json!({ "id": "T0SBXSARI", "name": "Sari Media" })
    );
    assert_eq!(installed["expires_in"], json!(null));
    assert!(string(&installed["access_token"]).starts_with("xoxb-sbxsecret"));
    assert_eq!(access(&stage, &form).await["error"], "code_already_used");
    let test = call(&stage, &installed["access_token"], "auth.test", &[]).await;
    assert_eq!(
        (&test["team_id"], &test["ok"]),
        (&json!("T0SBXSARI"), &json!(true))
    );
}

#[tokio::test]
async fn a_code_is_for_one_client_one_address_and_ten_minutes() {
    let stage = Stage::set().await;
    let code = code(&stage, "sari").await;
    let form = [("code", code.as_str()), ("redirect_uri", REDIRECT)];
    for (id, secret, error) in [
        ("tayang-slack", "wrong", "bad_client_secret"),
        ("another", "slack-sandbox-secret", "invalid_client_id"),
    ] {
        let mut form = form.to_vec();
        form.extend([("client_id", id), ("client_secret", secret)]);
        let answer = stage.post(ACCESS).form(&form).send().await.unwrap();
        assert_eq!(said(answer).await["error"], error);
    }
    let elsewhere = [
        ("code", code.as_str()),
        ("redirect_uri", "http://localhost:3000/x"),
    ];
    assert_eq!(
        access(&stage, &elsewhere).await["error"],
        "bad_redirect_uri"
    );
    assert_eq!(
        access(&stage, &[("code", "none")]).await["error"],
        "invalid_code"
    );
    assert_eq!(
        access(&stage, &[("grant_type", "password")]).await["error"],
        "invalid_grant_type"
    );
    stage.pass(SignedDuration::from_secs(599));
    let other = self::code(&stage, "sari").await;
    stage.pass(SignedDuration::from_secs(1));
    assert_eq!(access(&stage, &form).await["error"], "invalid_code");
    stage.pass(SignedDuration::from_secs(598));
    let form = [("code", other.as_str()), ("redirect_uri", REDIRECT)];
    assert_eq!(access(&stage, &form).await["ok"], true);
}

#[tokio::test]
async fn a_person_may_say_no_or_leave_out_a_scope() {
    let stage = Stage::set().await;
    let refused = decided(&stage, "sari", &[("decision", "deny")]).await;
    assert_eq!(parameter(&refused, "error"), "access_denied");
    let back = decided(&stage, "sari", &[("without", "groups:read")]).await;
    let code = parameter(&back, "code");
    let installed = access(&stage, &[("code", &code), ("redirect_uri", REDIRECT)]).await;
    assert_eq!(installed["scope"], "chat:write,channels:read,channels:join");
    let listed = call(
        &stage,
        &installed["access_token"],
        "conversations.list",
        &[BOTH],
    )
    .await;
    assert_eq!(
        (&listed["error"], &listed["needed"]),
        (&json!("missing_scope"), &json!("groups:read"))
    );
}

#[tokio::test]
async fn the_app_sees_public_channels_and_the_private_ones_that_it_is_in() {
    let stage = Stage::set().await;
    let token = install(&stage, "sari").await["access_token"].take();
    let open = ("exclude_archived", "true");
    assert_eq!(
        names(&stage, &token, &[BOTH, open]).await,
        ["umum", "berita", "redaksi"]
    );
    assert_eq!(
        names(&stage, &token, &[BOTH]).await,
        ["umum", "berita", "redaksi", "arsip"]
    );
    assert_eq!(
        names(&stage, &token, &[]).await,
        ["umum", "berita", "arsip"]
    );
    let page = call(
        &stage,
        &token,
        "conversations.list",
        &[BOTH, ("limit", "3")],
    )
    .await;
    let cursor = string(&page["response_metadata"]["next_cursor"]);
    assert_eq!(
        names(&stage, &token, &[BOTH, ("limit", "3"), ("cursor", &cursor)]).await,
        ["arsip"]
    );
    let lost = call(&stage, &token, "conversations.list", &[("cursor", "x")]).await;
    assert_eq!(lost["error"], "invalid_cursor");
    for (channel, error) in [
        ("C0SBXBERITA", json!(null)),
        ("C0SBXREDAKSI", json!(null)),
        ("C0SBXDIREKSI", json!("channel_not_found")),
        ("C0SBXSTUDIO", json!("channel_not_found")),
    ] {
        let info = call(
            &stage,
            &token,
            "conversations.info",
            &[("channel", channel)],
        )
        .await;
        assert_eq!(info["error"], error, "{channel}");
    }
    for (person, count) in [("bima", 1), ("citra", 0), ("dimas", 2)] {
        let token = install(&stage, person).await["access_token"].take();
        assert_eq!(
            names(&stage, &token, &[BOTH, open]).await.len(),
            count,
            "{person}"
        );
    }
}

#[tokio::test]
async fn a_token_without_rotation_does_not_end_and_is_the_same_for_every_installation() {
    let stage = Stage::set().await;
    let first = install(&stage, "sari").await;
    stage.pass(SignedDuration::from_hours(9_999));
    let second = install(&stage, "sari").await;
    assert_eq!(first["access_token"], second["access_token"]);
    assert_eq!(
        call(&stage, &first["access_token"], "auth.test", &[]).await["ok"],
        true
    );
    assert_eq!(first["refresh_token"], json!(null));
    assert_ne!(
        install(&stage, "bima").await["access_token"],
        first["access_token"]
    );
}

#[tokio::test]
async fn where_tokens_rotate_they_live_twelve_hours_and_a_refresh_token_is_good_once() {
    let stage = Stage::set().await;
    let first = install(&stage, "dimas").await;
    assert_eq!(first["expires_in"], json!(43_200));
    let second = renew(&stage, &first["refresh_token"]).await;
    assert_eq!(second["ok"], true);
    assert_eq!(second["team"]["id"], "T0SBXDIMAS");
    assert_eq!(
        renew(&stage, &first["refresh_token"]).await["error"],
        "invalid_refresh_token"
    );
    assert_eq!(
        renew(&stage, &second["access_token"]).await["error"],
        "invalid_refresh_token"
    );
    for token in [&first["access_token"], &second["access_token"]] {
        assert_eq!(call(&stage, token, "auth.test", &[]).await["ok"], true);
    }
    stage.pass(SignedDuration::from_hours(12));
    let over = call(&stage, &second["access_token"], "auth.test", &[]).await;
    assert_eq!(over["error"], "token_expired");
    let third = renew(&stage, &second["refresh_token"]).await;
    assert_eq!(
        call(&stage, &third["access_token"], "auth.test", &[]).await["ok"],
        true
    );
    let none = call(&stage, &third["refresh_token"], "auth.test", &[]).await;
    assert_eq!(none["error"], "invalid_auth");
}

#[tokio::test]
async fn revoking_ends_every_token_of_the_workspace() {
    let stage = Stage::set().await;
    let (first, second) = (
        install(&stage, "dimas").await,
        install(&stage, "dimas").await,
    );
    let trial = call(
        &stage,
        &first["access_token"],
        "auth.revoke",
        &[("test", "1")],
    )
    .await;
    assert_eq!(trial["revoked"], false);
    let revoked = call(&stage, &first["access_token"], "auth.revoke", &[]).await;
    assert_eq!(revoked["revoked"], true);
    for token in [&first["access_token"], &second["access_token"]] {
        assert_eq!(
            call(&stage, token, "auth.test", &[]).await["error"],
            "token_revoked"
        );
    }
    assert_eq!(
        renew(&stage, &second["refresh_token"]).await["error"],
        "invalid_refresh_token"
    );
    assert_eq!(install(&stage, "dimas").await["ok"], true);
}

#[tokio::test]
async fn tokens_that_are_none_limits_and_faults_are_answered_as_slack_does() {
    let stage = Stage::set().await;
    let token = install(&stage, "sari").await["access_token"].take();
    let nobody = stage.post("/slack.com/api/auth.test").send().await.unwrap();
    assert_eq!(said(nobody).await["error"], "not_authed");
    let stranger = call(&stage, &json!("xoxb-none"), "auth.test", &[]).await;
    assert_eq!(stranger["error"], "invalid_auth");
    assert_eq!(
        call(&stage, &token, "no.such", &[]).await["error"],
        "unknown_method"
    );
    stage.sandbox.script(Fault::on(
        "auth.test",
        Effect::TooManyRequests { reset_seconds: 30 },
    ));
    let post = stage
        .post("/slack.com/api/auth.test")
        .bearer_auth(string(&token));
    let limited = post.send().await.unwrap();
    assert_eq!(
        (limited.status().as_u16(), header(&limited, "retry-after")),
        (429, "30")
    );
    assert_eq!(body(limited).await["error"], "ratelimited");
    stage
        .sandbox
        .script(Fault::on("auth.test", Effect::RevokeToken));
    assert_eq!(
        call(&stage, &token, "auth.test", &[]).await["error"],
        "token_revoked"
    );
    let requests = stage.sandbox.requests();
    assert_eq!(requests.last().unwrap().account.as_deref(), Some("sari"));
}

async fn posted(stage: &Stage, path: &str, payload: &'static str) -> (u16, String) {
    let post = stage.post(path).header("content-type", "application/json");
    let answer = post.body(payload).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_webhook_says_in_plain_words_what_is_wrong() {
    let stage = Stage::set().await;
    let wrong = |words: &str| (400, words.to_owned());
    assert_eq!(
        posted(&stage, BERITA, "not=json").await,
        wrong("invalid_payload")
    );
    assert_eq!(
        posted(&stage, BERITA, r#""text""#).await,
        wrong("invalid_payload")
    );
    assert_eq!(
        posted(&stage, BERITA, r#"{"text":""}"#).await,
        wrong("no_text")
    );
    for (from, to, expected) in [
        ("T0SBXSARI", "T0SBXNONE", (404, "no_team")),
        ("B0SBXBERITA", "B0SBXNONE", (404, "no_service")),
        ("Berita00001", "Berita00009", (403, "invalid_token")),
        (
            "B0SBXBERITA/sbxsecretSariBerita00001",
            "B0SBXARSIP/sbxsecretSariArsip000002",
            (410, "channel_is_archived"),
        ),
    ] {
        let (status, words) = posted(&stage, &BERITA.replace(from, to), "{}").await;
        assert_eq!((status, words.as_str()), expected);
    }
    let form = stage
        .post(BERITA)
        .form(&[("payload", "{}")])
        .send()
        .await
        .unwrap();
    assert_eq!(form.text().await.unwrap(), "no_text");
    stage
        .sandbox
        .script(Fault::on("webhook", Effect::RevokeToken));
    for _ in 0..2 {
        assert_eq!(
            posted(&stage, BERITA, "{}").await,
            (404, "no_service".to_owned())
        );
    }
    let others = BERITA.replace(
        "T0SBXSARI/B0SBXBERITA/sbxsecretSariBerita00001",
        "T0SBXBIMA/B0SBXUMUM/sbxsecretBimaUmum0000003",
    );
    assert_eq!(posted(&stage, &others, "{}").await.0, 400);
}
