//! What Mastodon's answers mean, and what is sent to it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::PostText;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wiremock::matchers::{body_json, header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::connect::{Begin, ConnectError, ConnectInput, Connector, Field, Health, Pending, Trip};
use crate::publisher::ErrorKind;
use crate::tokens::ClientCredentials;

const HOST: &str = "mastodon.sandbox";

fn egress(server: &MockServer) -> Egress {
    Egress::new(&BTreeMap::from([(
        HOST.to_owned(),
        server.uri().parse().unwrap(),
    )]))
    .unwrap()
}

fn target(max_characters: Option<u32>) -> Target {
    Target {
        host: HOST.to_owned(),
        remote_id: "1".to_owned(),
        handle: format!("ada@{HOST}"),
        max_characters,
    }
}

fn tokens() -> Tokens {
    let client = ClientCredentials {
        id: "client".to_owned(),
        secret: "canary-client".to_owned().into(),
    };
    Tokens {
        client: Some(client),
        ..Tokens::lasting("canary-access".to_owned())
    }
}

fn redirect_uri() -> Url {
    "https://api.example/oauth/callback".parse().unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

/// A post of a text and nothing else.
fn said(text: &str) -> Said {
    let mut said = Said::default();
    said.body.text = PostText::parse(text).unwrap();
    said
}

fn content(said: &Said) -> Content<'_> {
    Content {
        said,
        key: "kfq2x7m4kfq2x7m4kfq2x7m4kf",
        created_at: now(),
    }
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    Answer {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers,
        body: body.to_string().into(),
    }
}

fn kind(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Published { .. } => "published",
        Outcome::Refused { .. } => "refused",
        Outcome::NotSent { .. } => "not sent",
        Outcome::RateLimited { .. } => "rate limited",
        Outcome::TokenExpired { .. } => "token expired",
        Outcome::ReconnectAccount { .. } => "reconnect",
        Outcome::Unclear { .. } => "unclear",
    }
}

#[test]
fn documented_answers_mean_what_the_documentation_says() {
    let error = |words: &str| json!({ "error": words });
    let table = [
        (
            200,
            json!({"id": "109", "url": "https://mastodon.sandbox/@ada/109"}),
            "published",
        ),
        (
            200,
            json!({"id": "01HXULID", "url": "https://mastodon.sandbox/@ada/01HXULID"}),
            "published",
        ),
        (200, json!({"id": "109", "url": null}), "unclear"),
        (
            200,
            json!({"id": "109", "scheduled_at": "2026-11-22T21:00:00Z"}),
            "unclear",
        ),
        (
            200,
            json!({"id": "", "url": "https://mastodon.sandbox/@ada/109"}),
            "unclear",
        ),
        (
            200,
            json!({"id": "109", "url": "javascript:alert(1)"}),
            "unclear",
        ),
        (200, json!({}), "unclear"),
        (
            202,
            json!({"id": "109", "url": "https://mastodon.sandbox/@ada/109"}),
            "unclear",
        ),
        (301, json!({}), "unclear"),
        (400, error("param is missing"), "refused"),
        (401, error("The access token is invalid"), "reconnect"),
        (401, error("The access token was revoked"), "reconnect"),
        (401, error("The access token expired"), "reconnect"),
        (401, json!("no json object"), "reconnect"),
        (
            403,
            error("This action is outside the authorized scopes"),
            "reconnect",
        ),
        (403, error("Your login is currently disabled"), "reconnect"),
        (403, error("This action is not allowed"), "refused"),
        (403, json!("an error page of a proxy"), "unclear"),
        (404, error("Record not found"), "refused"),
        (404, json!("an error page of a proxy"), "unclear"),
        (408, error("timeout"), "unclear"),
        (409, error("conflict"), "unclear"),
        (410, error("Gone"), "refused"),
        (
            422,
            error("Validation failed: Text character limit of 500 exceeded"),
            "refused",
        ),
        (
            422,
            error("Validation failed: Text can't be blank"),
            "refused",
        ),
        (422, error("Duplicate record"), "unclear"),
        (422, json!("an error page of a proxy"), "unclear"),
        (425, error("too early"), "unclear"),
        (429, error("Too many requests"), "rate limited"),
        (429, json!("an error page of a proxy"), "rate limited"),
        (500, error("An error"), "unclear"),
        (502, json!("bad gateway"), "unclear"),
        (
            503,
            error("There was a temporary problem serving your request, please try again"),
            "unclear",
        ),
        (504, json!(""), "unclear"),
    ];
    for (status, body, expected) in table {
        assert_eq!(
            kind(&outcome(&answer(status, &[], &body))),
            expected,
            "{status} {body}"
        );
    }
}

#[test]
fn the_reset_of_a_rate_limit_is_an_iso_time() {
    let headers = [
        ("date", "Sun, 22 Nov 2026 20:41:00 GMT"),
        ("x-ratelimit-reset", "2026-11-22T20:45:00.123456Z"),
    ];
    let limited = outcome(&answer(
        429,
        &headers,
        &json!({"error": "Too many requests"}),
    ));
    let Outcome::RateLimited {
        retry_after: Some(wait),
        ..
    } = limited
    else {
        panic!("{limited:?}")
    };
    assert_eq!(wait.as_secs(), 240);
}

#[tokio::test]
async fn one_request_carries_the_key_and_the_same_effect_repeats_it_byte_for_byte() {
    let server = MockServer::start().await;
    let status =
        json!({"id": "109", "url": "https://mastodon.sandbox/@ada/109", "content": "<p>Hi</p>"});
    Mock::given(method("POST"))
        .and(path("/api/v1/statuses"))
        .and(header("authorization", "Bearer canary-access"))
        .and(header("idempotency-key", "kfq2x7m4kfq2x7m4kfq2x7m4kf"))
        .and(body_json(json!({"status": "Hi"})))
        .respond_with(ResponseTemplate::new(200).set_body_json(status))
        .mount(&server)
        .await;
    let egress = egress(&server);
    let effect = Mastodon
        .prepare(&egress, &target(None), &tokens(), &content(&said("Hi")))
        .await
        .unwrap();
    let stored: Effect = Value::from(effect.clone()).into();
    for effect in [effect, stored] {
        let published = Mastodon
            .send(&egress, &target(None), &tokens(), &effect)
            .await;
        let url = "https://mastodon.sandbox/@ada/109".parse().unwrap();
        assert_eq!(
            published,
            Outcome::Published {
                remote_id: "109".to_owned(),
                url
            }
        );
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn options_are_sent_and_what_is_not_said_is_left_to_the_server() {
    let effect = |options: Value| async move {
        let mut said = said("Hi");
        said.options = Some(serde_json::from_value(options).unwrap());
        let nowhere = Egress::new(&BTreeMap::new()).unwrap();
        let effect = Mastodon
            .prepare(&nowhere, &target(None), &tokens(), &content(&said))
            .await;
        Value::from(effect.unwrap())["body"].clone()
    };
    let all = json!({"platform": "mastodon", "visibility": "unlisted", "content_warning": "food", "sensitive": true, "language": "id"});
    assert_eq!(
        effect(all).await,
        json!({"status": "Hi", "visibility": "unlisted", "spoiler_text": "food", "sensitive": true, "language": "id"})
    );
    assert_eq!(
        effect(json!({"platform": "mastodon"})).await,
        json!({"status": "Hi"})
    );
}

#[tokio::test]
async fn what_was_stored_before_there_were_options_is_sent_as_it_was() {
    let server = MockServer::start().await;
    let stored = json!({"status": "Hi", "visibility": "public"});
    Mock::given(method("POST"))
        .and(body_json(&stored))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"id": "109", "url": "https://mastodon.sandbox/@ada/109"})),
        )
        .mount(&server)
        .await;
    let effect = Effect::from(json!({"key": "kfq2x7m4kfq2x7m4kfq2x7m4kf", "body": stored}));
    let sent = Mastodon
        .send(&egress(&server), &target(None), &tokens(), &effect)
        .await;
    assert_eq!(kind(&sent), "published");
}

#[tokio::test]
async fn the_limit_of_the_server_counts_and_not_500() {
    let nowhere = Egress::new(&BTreeMap::new()).unwrap();
    let prepared = async |length: usize, limit: Option<u32>| {
        let said = said(&"a".repeat(length));
        let (target, tokens, content) = (target(limit), tokens(), content(&said));
        let prepared = Mastodon.prepare(&nowhere, &target, &tokens, &content).await;
        prepared.map(drop).map_err(|error| error.context)
    };
    assert_eq!(prepared(5000, Some(5000)).await, Ok(()));
    assert_eq!(
        prepared(501, None).await,
        Err("the text is too long: 501 characters, and the limit is 500".to_owned())
    );
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

async fn serve(server: &MockServer, at: &str, status: u16, body: Value) {
    Mock::given(path(at))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(server)
        .await;
}

async fn begin(
    server: &MockServer,
    host: &str,
    client: Option<&ClientCredentials>,
) -> Result<(Url, Pending), ConnectError> {
    let input = ConnectInput {
        host: Some(host.to_owned()),
        ..ConnectInput::default()
    };
    let trip = Trip {
        redirect_uri: &redirect_uri(),
        state: "the-state",
        now: now(),
    };
    match Mastodon
        .begin(&egress(server), &input, &trip, client)
        .await?
    {
        Begin::Redirect {
            authorization_url,
            pending,
        } => Ok((authorization_url, *pending)),
        Begin::Connected(_) => panic!("a person must agree first"),
    }
}

#[tokio::test]
async fn connecting_registers_the_application_and_asks_with_pkce_and_scopes() {
    let server = MockServer::start().await;
    serve(
        &server,
        "/api/v1/apps",
        200,
        json!({"id": "1", "client_id": "the-client", "client_secret": "canary-client"}),
    )
    .await;
    let (url, pending) = begin(&server, "https://Mastodon.Sandbox/@ada", None)
        .await
        .unwrap();

    let redirect_uri = redirect_uri();
    let registered = form(&server.received_requests().await.unwrap()[0]);
    assert_eq!(registered["redirect_uris"], redirect_uri.as_str());
    assert_eq!(
        registered["scopes"],
        "read:accounts read:statuses write:statuses write:media"
    );
    assert!(
        url.as_str()
            .starts_with(&format!("{}/oauth/authorize?", server.uri())),
        "the browser must be able to open {url}"
    );
    let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(pending.verifier.expose_secret()));
    let expected = [
        ("client_id", "the-client"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("redirect_uri", redirect_uri.as_str()),
        ("response_type", "code"),
        (
            "scope",
            "read:accounts read:statuses write:statuses write:media",
        ),
        ("state", "the-state"),
    ];
    assert_eq!(
        asked,
        expected
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    );
    let debug = format!("{pending:?}");
    assert!(
        !debug.contains("canary") && !debug.contains(pending.verifier.expose_secret()),
        "{debug}"
    );
}

#[tokio::test]
async fn a_known_registration_is_used_again() {
    let server = MockServer::start().await;
    let (url, pending) = begin(&server, HOST, tokens().client.as_ref())
        .await
        .unwrap();
    assert!(
        url.query_pairs()
            .any(|pair| pair == ("client_id".into(), "client".into()))
    );
    assert_eq!(pending.client.unwrap().id, "client");
    assert!(server.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_person_is_told_what_is_wrong_with_the_server() {
    let server = MockServer::start().await;
    let refused = |result: Result<(Url, Pending), ConnectError>| result.map(|_| ()).unwrap_err();
    for typed in [
        "",
        "  ",
        "localhost",
        "127.0.0.1",
        "https://127.0.0.1:9001/",
        "http://mastodon.sandbox",
        "a b",
        "ada@",
        "mastodon.sandbox:8080",
    ] {
        let error = refused(begin(&server, typed, None).await);
        assert!(
            matches!(
                error,
                ConnectError::Input {
                    field: Field::Host,
                    ..
                }
            ),
            "{typed}: {error:?}"
        );
    }
    let error = refused(begin(&server, HOST, None).await);
    assert!(
        matches!(&error, ConnectError::Input { field: Field::Host, message } if message.contains("does not speak")),
        "{error:?}"
    );
    Mock::given(path("/api/v1/apps"))
        .respond_with(
            ResponseTemplate::new(301)
                .insert_header("location", "https://social.example/api/v1/apps"),
        )
        .mount(&server)
        .await;
    let error = refused(begin(&server, HOST, None).await);
    assert!(
        matches!(&error, ConnectError::Input { field: Field::Host, message } if message.contains("social.example")),
        "{error:?}"
    );
    server.reset().await;
    serve(&server, "/api/v1/apps", 503, json!({"error": "down"})).await;
    assert!(matches!(
        refused(begin(&server, HOST, None).await),
        ConnectError::Unreachable { .. }
    ));
    server.reset().await;
    serve(
        &server,
        "/api/v1/apps",
        403,
        json!({"error": "not\r\nallowed"}),
    )
    .await;
    assert_eq!(
        refused(begin(&server, HOST, None).await),
        ConnectError::Refused {
            reason: format!("{HOST} refused: not  allowed")
        }
    );
}

async fn server_that_grants(scope: &str) -> MockServer {
    let server = MockServer::start().await;
    let token = json!({"access_token": "canary-access", "token_type": "Bearer", "scope": scope, "created_at": 1});
    serve(&server, "/oauth/token", 200, token).await;
    let profile = json!({"id": "7", "username": "ada", "acct": "ada", "display_name": "", "url": "https://mastodon.sandbox/@ada"});
    serve(&server, "/api/v1/accounts/verify_credentials", 200, profile).await;
    serve(
        &server,
        "/api/v2/instance",
        200,
        json!({"configuration": {"statuses": {"max_characters": 1000}}}),
    )
    .await;
    server
}

fn pending() -> Pending {
    Pending {
        host: HOST.to_owned(),
        client: tokens().client,
        verifier: "canary-verifier-canary-verifier-canary-verifier"
            .to_owned()
            .into(),
        redirect_uri: redirect_uri(),
    }
}

#[tokio::test]
async fn the_code_is_exchanged_with_the_verifier_and_the_account_is_known() {
    let server = server_that_grants("read write").await;
    let stored = pending().to_sealed_json().unwrap();
    let pending = Pending::from_json(stored.expose_secret()).unwrap();
    let connected = Mastodon
        .finish(&egress(&server), None, &pending, "the-code", now())
        .await
        .unwrap();
    let [connected] = connected.as_slice() else {
        panic!("{connected:?}")
    };
    assert_eq!(connected.grant, "7");
    assert_eq!(
        connected.target,
        Target {
            remote_id: "7".to_owned(),
            ..target(Some(1000))
        }
    );
    assert_eq!(connected.display_name, "ada@mastodon.sandbox");
    assert_eq!(connected.tokens.expires_at, None);
    assert!(!format!("{connected:?} {stored:?}").contains("canary"));

    let requests = server.received_requests().await.unwrap();
    let sent = form(&requests[0]);
    assert_eq!(sent["grant_type"], "authorization_code");
    assert_eq!(sent["code"], "the-code");
    assert_eq!(sent["code_verifier"], pending.verifier.expose_secret());
    assert_eq!(sent["client_id"], "client");
    assert_eq!(sent["client_secret"], "canary-client");
    assert_eq!(sent["redirect_uri"], redirect_uri().as_str());
    assert_eq!(requests[1].headers["authorization"], "Bearer canary-access");
    assert_eq!(
        Mastodon
            .refresh(
                &egress(&server),
                None,
                &connected.target,
                &connected.tokens,
                now()
            )
            .await
            .map(|tokens| tokens.is_none()),
        Ok(true)
    );
}

#[tokio::test]
async fn an_account_that_grants_too_little_is_not_connected() {
    let server = server_that_grants("read:accounts read:statuses write:media").await;
    let error = Mastodon
        .finish(&egress(&server), None, &pending(), "the-code", now())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("write:statuses is missing")),
        "{error:?}"
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refused_code_and_a_broken_server_are_told_apart() {
    let server = MockServer::start().await;
    serve(
        &server,
        "/oauth/token",
        400,
        json!({"error": "invalid_grant", "error_description": "<b>used</b>"}),
    )
    .await;
    let error = Mastodon
        .finish(&egress(&server), None, &pending(), "used", now())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("invalid_grant")),
        "{error:?}"
    );
    for status in [429, 500, 503] {
        server.reset().await;
        serve(
            &server,
            "/oauth/token",
            status,
            json!({"error": "Too many requests"}),
        )
        .await;
        let error = Mastodon
            .finish(&egress(&server), None, &pending(), "the-code", now())
            .await
            .unwrap_err();
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{status}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_whose_tokens_end_gets_asked_for_new_ones_in_time() {
    let server = MockServer::start().await;
    let renewed = json!({"access_token": "new", "token_type": "Bearer", "expires_in": 3600});
    serve(&server, "/oauth/token", 200, renewed).await;
    let mut old = tokens();
    old.refresh = Some("canary-refresh".to_owned().into());
    old.expire(now());
    let new = Mastodon
        .refresh(&egress(&server), None, &target(None), &old, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(new.access.expose_secret(), "new");
    assert_eq!(new.refresh.unwrap().expose_secret(), "canary-refresh");
    assert_eq!(new.expires_at, Some(now() + SignedDuration::from_hours(1)));
    assert_eq!(
        form(&server.received_requests().await.unwrap()[0])["grant_type"],
        "refresh_token"
    );
}

async fn check(server: &MockServer) -> Result<Health, crate::Error> {
    let found = Connector::check(&Mastodon, &egress(server), None, &target(None), &tokens()).await;
    assert!(!format!("{found:?}").contains("canary"), "{found:?}");
    found
}

#[tokio::test]
async fn a_check_reads_the_profile_and_only_a_clear_no_disconnects() {
    let at = "/api/v1/accounts/verify_credentials";
    let error = |words: &str| json!({ "error": words });
    let table = [
        (200, json!({"id": "7"}), None),
        (
            401,
            error("The access token was revoked"),
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            403,
            error("Your login is currently disabled"),
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            403,
            json!("an error page of a proxy"),
            Some(ErrorKind::Temporary),
        ),
        (404, error("Not Found"), Some(ErrorKind::Temporary)),
        (
            429,
            error("Too many requests"),
            Some(ErrorKind::RateLimited { retry_after: None }),
        ),
        (503, error("down"), Some(ErrorKind::Temporary)),
    ];
    for (status, body, expected) in table {
        let server = MockServer::start().await;
        serve(&server, at, status, body).await;
        let found = check(&server).await.map_err(|error| error.kind);
        assert_eq!(found.err(), expected, "{status}");
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].method.as_str(), "GET");
        assert_eq!(requests[0].headers["authorization"], "Bearer canary-access");
    }
}

#[tokio::test]
async fn access_is_given_back_with_the_registration_that_got_it() {
    for (status, given_back) in [(200, true), (403, true), (429, false), (500, false)] {
        let server = MockServer::start().await;
        serve(&server, "/oauth/revoke", status, json!({})).await;
        let revoked = Mastodon
            .revoke(&egress(&server), None, &target(None), &tokens())
            .await;
        let expected = if given_back {
            Ok(())
        } else {
            Err(ErrorKind::Temporary)
        };
        assert!(!format!("{revoked:?}").contains("canary"), "{revoked:?}");
        assert_eq!(revoked.map_err(|error| error.kind), expected, "{status}");
        let sent = form(&server.received_requests().await.unwrap()[0]);
        assert_eq!(sent["token"], "canary-access");
        assert_eq!(sent["client_id"], "client");
        assert_eq!(sent["client_secret"], "canary-client");
    }
}
