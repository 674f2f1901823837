//! What Slack's answers mean: the consent, the choice of a channel, rotating tokens, and webhooks.

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{any, body_string_contains, header, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::connect::{Begin, ConnectInput, Connected, Connector, Field, Health, Pending, Trip};
use crate::egress::Egress;
use crate::publisher::Target;
use crate::tokens::{ClientCredentials, Tokens};

const ALL: &str = "chat:write,files:write,channels:read,groups:read,channels:join,channels:history,groups:history";
const WEBHOOK: &str =
    "https://hooks.slack.com/services/T0SBXSARI/B0SBXBERITA/canary0123456789abcdefgh";

fn egress(server: &MockServer) -> Egress {
    let hosts = [HOST, "hooks.slack.com"];
    let uri = || server.uri().parse().unwrap();
    Egress::new(&hosts.map(|host| (host.to_owned(), uri())).into()).unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the-client".to_owned(),
        secret: "canary-client".to_owned().into(),
    }
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn redirect_uri() -> url::Url {
    "https://api.example/oauth/callback".parse().unwrap()
}

async fn serve(server: &MockServer, at: &str, status: u16, body: &Value) {
    Mock::given(path(at))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(server)
        .await;
}

fn no(code: &str) -> Value {
    json!({ "ok": false, "error": code })
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

async fn begin(
    server: &MockServer,
    webhook: Option<&str>,
    client: Option<&ClientCredentials>,
) -> Result<Begin, ConnectError> {
    let input = ConnectInput {
        webhook_url: webhook.map(|address| address.to_owned().into()),
        ..ConnectInput::default()
    };
    let trip = Trip {
        redirect_uri: &redirect_uri(),
        state: "the-state",
        now: now(),
    };
    let begun = Slack.begin(&egress(server), &input, &trip, client).await;
    assert!(!format!("{begun:?}").contains("canary"), "{begun:?}");
    begun
}

async fn finish(server: &MockServer) -> Result<Vec<Connected>, ConnectError> {
    let pending = Pending {
        host: HOST.to_owned(),
        client: None,
        verifier: "canary-verifier".to_owned().into(),
        redirect_uri: redirect_uri(),
    };
    let finished = Slack
        .finish(
            &egress(server),
            Some(&client()),
            &pending,
            "the-code",
            now(),
        )
        .await;
    assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
    finished
}

fn installation(scope: &str) -> Value {
    json!({ "ok": true, "access_token": "xoxb-canary", "token_type": "bot", "scope": scope, "bot_user_id": "U1", "app_id": "A1",
        "team": { "id": "T0SBXSARI", "name": "Sari Media" }, "is_enterprise_install": false, "authed_user": { "id": "U2" } })
}

fn channel(id: &str, name: &str, member: bool) -> Value {
    json!({ "id": id, "name": name, "is_channel": true, "is_private": false, "is_archived": false, "is_member": member })
}

/// A Slack that takes the code and has these channels, all on one page.
async fn slack(installation: &Value, channels: &Value) -> MockServer {
    let server = MockServer::start().await;
    serve(&server, "/api/oauth.v2.access", 200, installation).await;
    let page =
        json!({ "ok": true, "channels": channels, "response_metadata": { "next_cursor": "" } });
    serve(&server, "/api/conversations.list", 200, &page).await;
    server
}

fn target() -> Target {
    Target {
        host: HOST.to_owned(),
        remote_id: "T0SBXSARI/C0SBXBERITA".to_owned(),
        handle: "#berita".to_owned(),
        max_characters: None,
    }
}

fn lasting() -> Tokens {
    Tokens::lasting("xoxb-canary".to_owned())
}

fn rotating() -> Tokens {
    let mut tokens = Tokens {
        refresh: Some("xoxe-1-canary".to_owned().into()),
        ..lasting()
    };
    tokens.expire(now());
    tokens
}

async fn check(server: &MockServer, tokens: &Tokens) -> Result<Health, Error> {
    let checked = Slack.check(&egress(server), None, &target(), tokens).await;
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
    checked
}

async fn revoke(server: &MockServer, tokens: &Tokens) -> Result<(), Error> {
    Slack
        .revoke(&egress(server), Some(&client()), &target(), tokens)
        .await
}

async fn calls(server: &MockServer) -> Vec<String> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .map(|request| request.url.path().to_owned())
        .collect()
}

#[tokio::test]
async fn the_consent_page_is_asked_for_every_scope_with_commas() {
    let server = MockServer::start().await;
    let begun = begin(&server, None, Some(&client())).await.unwrap();
    let Begin::Redirect {
        authorization_url,
        pending,
    } = begun
    else {
        panic!("{begun:?}")
    };
    assert_eq!(authorization_url.path(), "/oauth/v2/authorize");
    let asked: BTreeMap<String, String> = authorization_url.query_pairs().into_owned().collect();
    assert_eq!(asked["scope"], ALL);
    assert_eq!(asked["client_id"], "the-client");
    assert_eq!(asked["state"], "the-state");
    assert_eq!(asked["redirect_uri"], redirect_uri().as_str());
    assert_eq!(pending.host, HOST);
    let error = begin(&server, None, None).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Input { field: Field::WebhookUrl, message } if message.contains("not registered")),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_app_offers_the_channels_that_it_can_post_in_its_own_first() {
    let mut private = channel("G0SBXREDAKSI", "redaksi", true);
    private["is_private"] = json!(true);
    let mut hidden = channel("C0SBXDIREKSI", "direksi", false);
    hidden["is_private"] = json!(true);
    let mut archived = channel("C0SBXARSIP", "arsip", true);
    archived["is_archived"] = json!(true);
    let channels = json!([
        channel("C0SBXUMUM", "umum", false),
        private,
        channel("C0SBXACAK", "acak", false),
        hidden,
        archived,
        channel("../evil", "evil", true),
        channel("C0SBXBERITA", "berita", true),
    ]);
    let server = slack(&installation(ALL), &channels).await;
    let found = finish(&server).await.unwrap();
    let offered: Vec<_> = found
        .iter()
        .map(|account| (account.target.remote_id.as_str(), account.permissions.len()))
        .collect();
    assert_eq!(
        offered,
        [
            ("T0SBXSARI/C0SBXBERITA", 1),
            ("T0SBXSARI/G0SBXREDAKSI", 1),
            ("T0SBXSARI/C0SBXACAK", 0),
            ("T0SBXSARI/C0SBXUMUM", 0),
        ]
    );
    let first = &found[0];
    assert_eq!(first.target, target());
    assert_eq!(first.display_name, "Sari Media #berita");
    assert_eq!(
        first.url.as_str(),
        "https://app.slack.com/client/T0SBXSARI/C0SBXBERITA"
    );
    assert!(found.iter().all(|account| account.grant == "T0SBXSARI"));
    assert_eq!(first.tokens.access.expose_secret(), "xoxb-canary");
    assert_eq!(
        (first.tokens.expires_at, first.tokens.ends_at),
        (None, None)
    );
    assert_eq!(first.tokens.scopes.join(","), ALL);

    let requests = server.received_requests().await.unwrap();
    let exchange = form(&requests[0]);
    assert_eq!(exchange["code"], "the-code");
    assert_eq!(exchange["redirect_uri"], redirect_uri().as_str());
    assert!(
        requests[0].headers["authorization"]
            .to_str()
            .unwrap()
            .starts_with("Basic ")
    );
    assert_eq!(requests[1].headers["authorization"], "Bearer xoxb-canary");
    let asked = form(&requests[1]);
    assert_eq!(asked["types"], "public_channel,private_channel");
    assert_eq!(asked.get("cursor"), None);
}

#[tokio::test]
async fn every_page_of_channels_is_read_within_bounds() {
    let server = MockServer::start().await;
    serve(&server, "/api/oauth.v2.access", 200, &installation(ALL)).await;
    let page = |id: &str, next: &str| json!({ "ok": true, "channels": [channel(id, "n", true)], "response_metadata": { "next_cursor": next } });
    Mock::given(path("/api/conversations.list"))
        .and(body_string_contains("cursor=second%3D"))
        .respond_with(ResponseTemplate::new(200).set_body_json(page("C2", "")))
        .with_priority(1)
        .mount(&server)
        .await;
    serve(
        &server,
        "/api/conversations.list",
        200,
        &page("C1", "second="),
    )
    .await;
    assert_eq!(finish(&server).await.unwrap().len(), 2);

    // A listing that does not end, with the same channel again and again.
    server.reset().await;
    serve(&server, "/api/oauth.v2.access", 200, &installation(ALL)).await;
    serve(
        &server,
        "/api/conversations.list",
        200,
        &page("C1", "again"),
    )
    .await;
    assert_eq!(finish(&server).await.unwrap().len(), 1);
    assert_eq!(calls(&server).await.len(), 11);

    let many: Vec<_> = (0..1_000)
        .map(|n| channel(&format!("C{n}"), "n", false))
        .collect();
    let server = slack(&installation(ALL), &json!(many)).await;
    assert_eq!(finish(&server).await.unwrap().len(), 200);
}

#[tokio::test]
async fn without_a_scope_or_a_channel_nothing_is_connected() {
    let without = ALL.replace("files:write,", "");
    let server = slack(&installation(&without), &json!([])).await;
    let error = finish(&server).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("files:write is missing")),
        "{error:?}"
    );
    assert_eq!(calls(&server).await, ["/api/oauth.v2.access"]);

    let server = slack(&installation(ALL), &json!([])).await;
    let error = finish(&server).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("no channel in \"Sari Media\"")),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_installation_that_is_not_ours_to_use_is_not_connected() {
    let with = |name: &str, value: Value| {
        let mut installation = installation(ALL);
        installation[name] = value;
        installation
    };
    for (hostile, refused) in [
        (with("is_enterprise_install", json!(true)), true),
        (with("token_type", json!("user")), true),
        (with("team", json!(null)), false),
        (with("team", json!({ "id": "../x", "name": "evil" })), false),
        (with("access_token", json!("")), false),
        (with("access_token", json!(null)), false),
    ] {
        let server = slack(&hostile, &json!([channel("C1", "n", true)])).await;
        let error = finish(&server).await.unwrap_err();
        assert_eq!(
            matches!(error, ConnectError::Refused { .. }),
            refused,
            "{hostile}: {error:?}"
        );
    }
    let huge = with("team", json!({ "id": "T1", "name": "w".repeat(5_000) }));
    let server = slack(&huge, &json!([channel("C1", &"n\n".repeat(5_000), true)])).await;
    let account = finish(&server).await.unwrap().remove(0);
    assert!(account.target.handle.chars().count() <= 301 && !account.target.handle.contains('\n'));
    assert!(account.display_name.chars().count() <= 602);
}

#[tokio::test]
async fn a_refused_code_and_a_busy_slack_are_told_apart() {
    for (status, body, refused) in [
        (200, no("invalid_code"), true),
        (200, no("code_already_used"), true),
        (200, no("bad_redirect_uri"), true),
        (200, no("internal_error"), false),
        (200, no("fatal_error"), false),
        (200, no("ratelimited"), false),
        (429, no("ratelimited"), false),
        (503, no("invalid_code"), false),
        (200, json!("no object"), false),
    ] {
        let server = MockServer::start().await;
        serve(&server, "/api/oauth.v2.access", status, &body).await;
        let error = finish(&server).await.unwrap_err();
        assert_eq!(
            matches!(error, ConnectError::Refused { .. }),
            refused,
            "{status} {body}: {error:?}"
        );
        assert_eq!(calls(&server).await.len(), 1);
    }
}

#[tokio::test]
async fn a_token_that_rotates_is_renewed_in_time_and_once() {
    let mut rotated = installation(ALL);
    rotated["expires_in"] = json!(43_200);
    rotated["refresh_token"] = json!("xoxe-1-canary");
    let server = slack(&rotated, &json!([channel("C0SBXBERITA", "berita", true)])).await;
    let first = finish(&server).await.unwrap().remove(0).tokens;
    let hours = |hours: i64| now() + SignedDuration::from_hours(hours);
    assert_eq!((first.expires_at, first.ends_at), (Some(hours(12)), None));
    let renew = async |tokens: &Tokens, at: Timestamp| {
        Slack
            .refresh(&egress(&server), Some(&client()), &target(), tokens, at)
            .await
    };
    assert!(renew(&first, hours(8)).await.unwrap().is_none());

    server.reset().await;
    let next = json!({ "ok": true, "access_token": "xoxe.xoxb-canary-2", "refresh_token": "xoxe-1-canary-2", "expires_in": 43_200,
        "token_type": "bot", "scope": ALL, "team": { "id": "T0SBXSARI", "name": "Sari Media" } });
    serve(&server, "/api/oauth.v2.access", 200, &next).await;
    let second = renew(&first, hours(9)).await.unwrap().unwrap();
    assert_eq!(second.access.expose_secret(), "xoxe.xoxb-canary-2");
    assert_eq!(second.refresh.unwrap().expose_secret(), "xoxe-1-canary-2");
    assert_eq!(second.expires_at, Some(hours(21)));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let sent = form(&requests[0]);
    assert_eq!(sent["grant_type"], "refresh_token");
    assert_eq!(sent["refresh_token"], "xoxe-1-canary");

    assert!(renew(&lasting(), hours(9_999)).await.unwrap().is_none());
}

#[tokio::test]
async fn only_slacks_own_word_ends_a_refresh_token() {
    for (status, body, kind) in [
        (
            200,
            no("invalid_refresh_token"),
            ErrorKind::ReconnectAccount,
        ),
        (200, no("token_revoked"), ErrorKind::ReconnectAccount),
        (200, no("account_inactive"), ErrorKind::ReconnectAccount),
        (
            400,
            json!({ "ok": false, "error": "invalid_grant" }),
            ErrorKind::ReconnectAccount,
        ),
        (200, no("bad_client_secret"), ErrorKind::Temporary),
        (200, no("invalid_client_id"), ErrorKind::Temporary),
        (200, no("internal_error"), ErrorKind::Temporary),
        (200, no("org_login_required"), ErrorKind::Temporary),
        (200, json!({ "ok": true }), ErrorKind::Temporary),
        (200, json!("no object"), ErrorKind::Temporary),
        (503, no("invalid_refresh_token"), ErrorKind::Temporary),
        (
            200,
            no("ratelimited"),
            ErrorKind::RateLimited { retry_after: None },
        ),
    ] {
        let server = MockServer::start().await;
        serve(&server, "/api/oauth.v2.access", status, &body).await;
        let renewed = Slack
            .refresh(
                &egress(&server),
                Some(&client()),
                &target(),
                &rotating(),
                now(),
            )
            .await;
        let error = renewed.unwrap_err();
        assert_eq!(error.kind, kind, "{status} {body}");
        assert!(!format!("{error:?}").contains("canary"), "{error:?}");
    }
    let nobody = MockServer::start().await;
    let renewed = Slack
        .refresh(&egress(&nobody), None, &target(), &rotating(), now())
        .await;
    assert_eq!(renewed.unwrap_err().kind, ErrorKind::Temporary);
}

async fn workspace(identity: &Value, info: &Value) -> MockServer {
    let server = MockServer::start().await;
    serve(&server, "/api/auth.test", 200, identity).await;
    serve(&server, "/api/conversations.info", 200, info).await;
    server
}

#[tokio::test]
async fn a_check_looks_at_the_token_and_at_the_channel() {
    let here = json!({ "ok": true, "team_id": "T0SBXSARI", "user_id": "U1" });
    let berita =
        |member: bool| json!({ "ok": true, "channel": channel("C0SBXBERITA", "berita", member) });
    let health = |permissions: &[&str]| Health {
        permissions: Some(permissions.iter().map(|held| (*held).to_owned()).collect()),
    };
    let server = workspace(&here, &berita(true)).await;
    assert_eq!(check(&server, &lasting()).await, Ok(health(&["is_member"])));
    let asked = server.received_requests().await.unwrap();
    assert_eq!(form(&asked[1])["channel"], "C0SBXBERITA");
    let server = workspace(&here, &berita(false)).await;
    assert_eq!(check(&server, &lasting()).await, Ok(health(&[])));

    let mut archived = berita(true);
    archived["channel"]["is_archived"] = json!(true);
    let mut left = berita(false);
    left["channel"]["is_private"] = json!(true);
    let elsewhere = json!({ "ok": true, "team_id": "T0SBXBIMA" });
    let (dead, temporary) = (ErrorKind::ReconnectAccount, ErrorKind::Temporary);
    for (identity, info, kind) in [
        (no("invalid_auth"), berita(true), &dead),
        (no("token_revoked"), berita(true), &dead),
        (no("account_inactive"), berita(true), &dead),
        (no("token_expired"), berita(true), &dead),
        (elsewhere, berita(true), &dead),
        (here.clone(), no("channel_not_found"), &dead),
        (here.clone(), no("missing_scope"), &dead),
        (here.clone(), archived, &dead),
        (here.clone(), left, &dead),
        (no("org_login_required"), berita(true), &temporary),
        (no("something_new"), berita(true), &temporary),
        (no("internal_error"), berita(true), &temporary),
        (json!("a page of some proxy"), berita(true), &temporary),
        (here.clone(), no("fatal_error"), &temporary),
        (here.clone(), json!({ "ok": true }), &temporary),
    ] {
        let server = workspace(&identity, &info).await;
        let error = check(&server, &lasting()).await.unwrap_err();
        assert_eq!(&error.kind, kind, "{identity} {info}");
    }
    // A token that has run out, but can be renewed, is not dead.
    let server = workspace(&no("token_expired"), &berita(true)).await;
    assert_eq!(check(&server, &rotating()).await, Ok(Health::default()));
    for status in [401, 403, 500, 502] {
        let server = MockServer::start().await;
        let answer = ResponseTemplate::new(status).set_body_string("a page of some proxy");
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let error = check(&server, &lasting()).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Temporary, "{status}");
    }
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(429).insert_header("retry-after", "30");
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let retry_after = Some(SignedDuration::from_secs(30));
    let error = check(&server, &lasting()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited { retry_after });
}

#[tokio::test]
async fn the_token_of_the_app_is_given_back_and_one_that_is_dead_counts_as_given_back() {
    for (body, fine) in [
        (json!({ "ok": true, "revoked": true }), true),
        (no("token_revoked"), true),
        (no("invalid_auth"), true),
        (no("account_inactive"), true),
        (no("internal_error"), false),
        (no("something_new"), false),
    ] {
        let server = MockServer::start().await;
        serve(&server, "/api/auth.revoke", 200, &body).await;
        assert_eq!(revoke(&server, &lasting()).await.is_ok(), fine, "{body}");
        assert_eq!(calls(&server).await, ["/api/auth.revoke"]);
    }
}

#[tokio::test]
async fn one_that_has_run_out_is_renewed_to_be_given_back() {
    let server = MockServer::start().await;
    Mock::given(path("/api/auth.revoke"))
        .and(header("authorization", "Bearer xoxe.xoxb-canary-2"))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "revoked": true })),
        )
        .with_priority(1)
        .mount(&server)
        .await;
    serve(&server, "/api/auth.revoke", 200, &no("token_expired")).await;
    let next = json!({ "ok": true, "access_token": "xoxe.xoxb-canary-2", "refresh_token": "xoxe-1-canary-2", "expires_in": 43_200 });
    serve(&server, "/api/oauth.v2.access", 200, &next).await;
    revoke(&server, &rotating()).await.unwrap();
    let expected = [
        "/api/auth.revoke",
        "/api/oauth.v2.access",
        "/api/auth.revoke",
    ];
    assert_eq!(calls(&server).await, expected);

    for (answer, fine) in [
        (no("invalid_refresh_token"), true),
        (no("internal_error"), false),
    ] {
        server.reset().await;
        serve(&server, "/api/auth.revoke", 200, &no("token_expired")).await;
        serve(&server, "/api/oauth.v2.access", 200, &answer).await;
        assert_eq!(revoke(&server, &rotating()).await.is_ok(), fine, "{answer}");
    }
}

async fn webhook(status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(path(&WEBHOOK["https://hooks.slack.com".len()..]))
        .respond_with(ResponseTemplate::new(status).set_body_string(body))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_webhook_is_connected_without_a_registration_and_without_a_post() {
    for alive in [
        "invalid_payload",
        "no_text",
        "missing_text_or_fallback_or_attachments",
        "invalid_payload\n",
    ] {
        let server = webhook(400, alive).await;
        let begun = begin(&server, Some(&format!(" {WEBHOOK} ")), None)
            .await
            .unwrap();
        let Begin::Connected(connected) = begun else {
            panic!("{begun:?}")
        };
        assert_eq!(connected.target.remote_id, "T0SBXSARI/B0SBXBERITA");
        assert_eq!(connected.grant, "T0SBXSARI/B0SBXBERITA");
        assert_eq!(
            connected.url.as_str(),
            "https://app.slack.com/client/T0SBXSARI"
        );
        assert_eq!(connected.tokens.access.expose_secret(), WEBHOOK);
        assert_eq!(
            check(&server, &connected.tokens).await,
            Ok(Health::default())
        );
        let requests = server.received_requests().await.unwrap();
        for request in &requests {
            assert_eq!(request.headers["content-type"], "application/json");
            assert!(
                serde_json::from_slice::<Value>(&request.body).is_err(),
                "there is something to post"
            );
        }
        revoke(&server, &connected.tokens).await.unwrap();
        let later = "2036-11-22T20:41:00Z".parse().unwrap();
        let renewed = Slack
            .refresh(
                &egress(&server),
                None,
                &connected.target,
                &connected.tokens,
                later,
            )
            .await;
        assert!(renewed.unwrap().is_none());
        assert_eq!(calls(&server).await.len(), requests.len());
    }
}

#[tokio::test]
async fn only_slacks_own_word_ends_a_webhook() {
    for (status, body, dead) in [
        (404, "no_service", true),
        (404, "no_team", true),
        (404, "channel_not_found", true),
        (403, "invalid_token", true),
        (400, "invalid_token", true),
        (403, "action_prohibited", true),
        (410, "channel_is_archived", true),
        (410, "no_active_hooks", true),
        (404, "<html>not found</html>", false),
        (403, "a page of some proxy", false),
        (400, "something new", false),
        (500, "rollup_error", false),
        (503, "no_service", false),
        (302, "", false),
        // Nothing was there to post, so this cannot be Slack's answer.
        (200, "ok", false),
    ] {
        let server = webhook(status, body).await;
        let tokens = Tokens::lasting(WEBHOOK.to_owned());
        let expected = if dead {
            ErrorKind::ReconnectAccount
        } else {
            ErrorKind::Temporary
        };
        let error = check(&server, &tokens).await.unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}");
        let error = begin(&server, Some(WEBHOOK), None).await.unwrap_err();
        let input = matches!(
            error,
            ConnectError::Input {
                field: Field::WebhookUrl,
                ..
            }
        );
        assert_eq!(input, dead, "{status} {body}: {error:?}");
    }
    let echo = format!("cannot POST {WEBHOOK}");
    let server = webhook(404, &echo).await;
    let error = check(&server, &Tokens::lasting(WEBHOOK.to_owned()))
        .await
        .unwrap_err();
    assert!(error.context.contains("cannot POST"), "{error:?}");
    begin(&server, Some(WEBHOOK), None).await.unwrap_err();
}

#[tokio::test]
async fn what_is_no_address_of_a_webhook_is_refused_before_any_call() {
    let server = MockServer::start().await;
    let path = &WEBHOOK["https://hooks.slack.com".len()..];
    for typed in [
        format!("http://hooks.slack.com{path}"),
        format!("https://hooks.slack.com.evil.example{path}"),
        format!("https://hooks.slack.com@evil.example{path}"),
        format!("https://hooks.slack.com:8443{path}"),
        format!("https://slack.com{path}"),
        format!("{WEBHOOK}/"),
        format!("{WEBHOOK}?x=y"),
        format!("{WEBHOOK}#x"),
        format!("{WEBHOOK}%2f..%2fx"),
        "https://hooks.slack.com/services/T0SBXSARI/B0SBXBERITA/../canary0123456789abcdefgh"
            .to_owned(),
        "https://hooks.slack.com/services/t0sbxsari/B0SBXBERITA/canary0123456789abcdefgh"
            .to_owned(),
        "https://hooks.slack.com/services/B0SBXSARI/T0SBXBERITA/canary0123456789abcdefgh"
            .to_owned(),
        "https://hooks.slack.com/services/T0SBXSARI/B0SBXBERITA/canary".to_owned(),
        "https://hooks.slack.com/workflows/T0SBXSARI/A0SBXBERITA/1/canary0123456789".to_owned(),
        "canary".to_owned(),
    ] {
        let error = begin(&server, Some(&typed), Some(&client()))
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                ConnectError::Input {
                    field: Field::WebhookUrl,
                    ..
                }
            ),
            "{typed}: {error:?}"
        );
    }
    assert!(server.received_requests().await.unwrap().is_empty());
}
