//! What Bluesky's answers mean, and what is sent to it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::PostText;
use domain::content::Said;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{body_json, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Trip,
};

const HOST: &str = "bluesky.sandbox";
const DID: &str = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

fn egress(server: &MockServer) -> Egress {
    Egress::new(&BTreeMap::from([(
        HOST.to_owned(),
        server.uri().parse().unwrap(),
    )]))
    .unwrap()
}

fn target() -> Target {
    Target {
        host: HOST.to_owned(),
        remote_id: DID.to_owned(),
        handle: "ada.test".to_owned(),
        max_characters: None,
    }
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn tokens(expires_at: Option<Timestamp>) -> Tokens {
    Tokens {
        refresh: Some("canary-refresh".to_owned().into()),
        expires_at,
        renew_at: expires_at.map(|end| end - SignedDuration::from_mins(30)),
        ..Tokens::lasting("canary-access".to_owned())
    }
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

fn request() -> PutRecord {
    PutRecord::new(DID, &content(&said("Hi")), vec![])
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
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

fn written() -> Value {
    json!({"uri": format!("at://{DID}/app.bsky.feed.post/{}", request().rkey), "cid": "bafyreib"})
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn documented_answers_mean_what_the_documentation_says() {
    let error = |name: &str, message: &str| json!({ "error": name, "message": message });
    let table = [
        (200, written(), "published"),
        (
            200,
            json!({"uri": "at://did:plc:other/app.bsky.feed.post/3k", "cid": "bafyreib"}),
            "unclear",
        ),
        (200, json!({"uri": written()["uri"], "cid": ""}), "unclear"),
        (200, json!({}), "unclear"),
        (202, written(), "unclear"),
        (302, json!({}), "unclear"),
        (
            400,
            error("ExpiredToken", "Token has expired"),
            "token expired",
        ),
        (
            401,
            error("ExpiredToken", "Token has expired"),
            "token expired",
        ),
        (
            400,
            error("InvalidToken", "Token could not be verified"),
            "reconnect",
        ),
        (
            401,
            error("AuthMissing", "Authentication Required"),
            "reconnect",
        ),
        (
            401,
            error("AuthenticationRequired", "Invalid identifier or password"),
            "reconnect",
        ),
        (401, json!("no json object"), "reconnect"),
        (
            400,
            error("AccountTakedown", "Account has been taken down"),
            "reconnect",
        ),
        (
            403,
            error("AccountDeactivated", "Account is deactivated"),
            "reconnect",
        ),
        (403, error("InsufficientScope", "scope"), "reconnect"),
        (403, json!("an error page of a proxy"), "unclear"),
        (
            400,
            error(
                "InvalidRequest",
                "Invalid app.bsky.feed.post record: grapheme too big (maximum 300, got 301) at $.record.text",
            ),
            "refused",
        ),
        (
            400,
            error(
                "InvalidRequest",
                "Invalid datetime (got x) at $.record.createdAt",
            ),
            "refused",
        ),
        (
            400,
            error("BlobNotFound", "Could not find blob: bafy"),
            "refused",
        ),
        (
            413,
            error("PayloadTooLarge", "request entity too large"),
            "refused",
        ),
        (400, error("InvalidSwap", "Record was at bafy"), "unclear"),
        (400, error("SomethingNew", "?"), "unclear"),
        (400, json!("an error page of a proxy"), "unclear"),
        (404, json!("an error page of a proxy"), "unclear"),
        (408, json!({}), "unclear"),
        (409, json!({}), "unclear"),
        (
            429,
            error("RateLimitExceeded", "Rate Limit Exceeded"),
            "rate limited",
        ),
        (429, json!("an error page of a proxy"), "rate limited"),
        (
            500,
            error("InternalServerError", "Internal Server Error"),
            "unclear",
        ),
        (502, error("UpstreamFailure", "Upstream Failure"), "unclear"),
        (503, json!(""), "unclear"),
    ];
    for (status, body, expected) in table {
        assert_eq!(
            kind(&outcome(&answer(status, &[], &body), &request())),
            expected,
            "{status} {body}"
        );
    }
}

#[test]
fn the_reset_of_a_rate_limit_is_in_unix_seconds() {
    let reset = (now().as_second() + 90).to_string();
    let headers = [
        ("date", "Sun, 22 Nov 2026 20:41:00 GMT"),
        ("ratelimit-reset", reset.as_str()),
        ("ratelimit-policy", "5000;w=3600"),
    ];
    let limited = outcome(
        &answer(
            429,
            &headers,
            &json!({"error": "RateLimitExceeded", "message": "Rate Limit Exceeded"}),
        ),
        &request(),
    );
    let Outcome::RateLimited {
        retry_after: Some(wait),
        reason,
    } = limited
    else {
        panic!("{limited:?}")
    };
    assert_eq!(
        (wait.as_secs(), reason.as_str()),
        (90, "RateLimitExceeded Rate Limit Exceeded")
    );
}

#[tokio::test]
async fn both_limits_of_a_text_are_checked() {
    let nowhere = Egress::new(&BTreeMap::new()).unwrap();
    let prepared = async |text: &str| {
        let said = said(text);
        let (target, tokens, content) = (target(), tokens(None), content(&said));
        let prepared = Bluesky.prepare(&nowhere, &target, &tokens, &content).await;
        prepared.map(drop).map_err(|error| error.context)
    };
    let family = "👨‍👩‍👧‍👧";
    assert_eq!(prepared(&"a".repeat(300)).await, Ok(()));
    assert_eq!(
        prepared(&"a".repeat(301)).await,
        Err("the text is too long: 301 characters, and the limit is 300".to_owned())
    );
    assert_eq!(
        prepared(&family.repeat(121)).await,
        Err("the text is too long: 3025 bytes, and the limit is 3000".to_owned())
    );
}

#[tokio::test]
async fn languages_and_warnings_are_a_part_of_the_record() {
    let nowhere = Egress::new(&BTreeMap::new()).unwrap();
    let options =
        json!({"platform": "bluesky", "languages": ["id", "en-GB"], "labels": ["nudity"]});
    let mut said = said("Hi");
    said.options = Some(serde_json::from_value(options).unwrap());
    let (target, tokens, content) = (target(), tokens(None), content(&said));
    let effect = Bluesky.prepare(&nowhere, &target, &tokens, &content).await;
    let record = Value::from(effect.unwrap())["record"].clone();
    let labels =
        json!({"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "nudity"}]});
    assert_eq!(
        record,
        json!({"$type": "app.bsky.feed.post", "text": "Hi", "createdAt": "2026-11-22T20:41:00.000Z", "langs": ["id", "en-GB"], "labels": labels})
    );
}

#[tokio::test]
async fn one_request_writes_the_record_and_the_same_effect_repeats_it_byte_for_byte() {
    let server = MockServer::start().await;
    let record = json!({"$type": "app.bsky.feed.post", "text": "Hi", "createdAt": "2026-11-22T20:41:00.000Z"});
    Mock::given(method("POST"))
        .and(path("/xrpc/com.atproto.repo.putRecord"))
        .and(header("authorization", "Bearer canary-access"))
        .and(body_json(json!({"repo": DID, "collection": "app.bsky.feed.post", "rkey": request().rkey, "record": record})))
        .respond_with(ResponseTemplate::new(200).set_body_json(written()))
        .mount(&server)
        .await;
    let egress = egress(&server);
    let effect = Bluesky
        .prepare(&egress, &target(), &tokens(None), &content(&said("Hi")))
        .await
        .unwrap();
    let stored: Effect = Value::from(effect.clone()).into();
    for effect in [effect, stored] {
        let published = Bluesky
            .send(&egress, &target(), &tokens(None), &effect)
            .await;
        let url = format!("{}/profile/{DID}/post/{}", server.uri(), request().rkey)
            .parse()
            .unwrap();
        assert_eq!(
            published,
            Outcome::Published {
                remote_id: written()["uri"].as_str().unwrap().to_owned(),
                url
            }
        );
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
}

async fn handle(server: &MockServer, handle: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    let at = Mock::given(path("/xrpc/com.atproto.identity.resolveHandle"))
        .and(query_param("handle", handle));
    at.respond_with(answer).mount(server).await;
}

#[tokio::test]
async fn mentions_are_looked_up_once_each_and_unknown_handles_stay_text() {
    let server = MockServer::start().await;
    handle(&server, "bob.test", 200, json!({"did": "did:plc:bob"})).await;
    handle(
        &server,
        "odd.test",
        200,
        json!({"did": "javascript:alert(1)"}),
    )
    .await;
    handle(
        &server,
        "nobody.test",
        400,
        json!({"error": "InvalidRequest", "message": "Unable to resolve handle"}),
    )
    .await;
    let text = "🦋 @bob.test and @bob.test, not @nobody.test or @odd.test; see bsky.app #ok";
    let effect = Bluesky
        .prepare(
            &egress(&server),
            &target(),
            &tokens(None),
            &content(&said(text)),
        )
        .await
        .unwrap();
    let facets = effect.read::<PutRecord>().unwrap().record.facets;
    let shown: Vec<(&str, Value)> = facets
        .iter()
        .map(|facet| {
            (
                &text[facet.index.byte_start..facet.index.byte_end],
                json!(facet.features),
            )
        })
        .collect();
    let mention = json!([{"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:bob"}]);
    let link = json!([{"$type": "app.bsky.richtext.facet#link", "uri": "https://bsky.app"}]);
    let tag = json!([{"$type": "app.bsky.richtext.facet#tag", "tag": "ok"}]);
    assert_eq!(
        shown,
        [
            ("@bob.test", mention.clone()),
            ("@bob.test", mention),
            ("bsky.app", link),
            ("#ok", tag)
        ]
    );
    assert_eq!(
        json!(facets[0].index),
        json!({"byteStart": 5, "byteEnd": 14})
    );
    assert_eq!(server.received_requests().await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_server_that_cannot_look_up_a_mention_now_is_asked_again_later() {
    let server = MockServer::start().await;
    handle(
        &server,
        "bob.test",
        502,
        json!({"error": "UpstreamFailure"}),
    )
    .await;
    handle(
        &server,
        "eve.test",
        429,
        json!({"error": "RateLimitExceeded"}),
    )
    .await;
    let prepare = async |text| {
        Bluesky
            .prepare(
                &egress(&server),
                &target(),
                &tokens(None),
                &content(&said(text)),
            )
            .await
            .unwrap_err()
            .kind
    };
    assert_eq!(prepare("hi @bob.test").await, ErrorKind::Temporary);
    assert!(matches!(
        prepare("hi @eve.test").await,
        ErrorKind::RateLimited { .. }
    ));
}

fn jwt(end: Timestamp) -> String {
    format!(
        "e30.{}.canary",
        URL_SAFE_NO_PAD
            .encode(json!({"exp": end.as_second(), "scope": "com.atproto.appPass"}).to_string())
    )
}

fn session(access: &str, service: &str) -> Value {
    let service = json!([{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": service}]);
    json!({"accessJwt": access, "refreshJwt": "canary-new", "did": DID, "handle": "ada.test", "didDoc": {"id": DID, "service": service}, "active": true})
}

async fn serve(status: u16, body: Value) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .mount(&server)
        .await;
    server
}

async fn begin(server: &MockServer) -> Result<Connected, ConnectError> {
    let input = ConnectInput {
        host: Some(HOST.to_owned()),
        identifier: Some("@ada.test".to_owned()),
        password: Some("canary-password".to_owned().into()),
        ..ConnectInput::default()
    };
    let trip = Trip {
        redirect_uri: &"https://api.example".parse().unwrap(),
        state: "state",
        now: now(),
    };
    match Bluesky.begin(&egress(server), &input, &trip, None).await? {
        Begin::Connected(connected) => Ok(*connected),
        Begin::Redirect { .. } => panic!("no browser is needed"),
    }
}

#[tokio::test]
async fn an_app_password_connects_the_account_on_the_server_that_holds_it() {
    let end = now() + SignedDuration::from_mins(120);
    let server = serve(200, session(&jwt(end), "https://pds.example")).await;
    let connected = begin(&server).await.unwrap();
    assert_eq!(
        connected.target,
        Target {
            host: "pds.example".to_owned(),
            ..target()
        }
    );
    assert_eq!(connected.tokens.expires_at, Some(end));
    assert_eq!(
        connected.url.as_str(),
        format!("https://bsky.app/profile/{DID}")
    );
    assert!(!format!("{connected:?}").contains("canary"));
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].body_json::<Value>().unwrap(),
        json!({"identifier": "ada.test", "password": "canary-password"})
    );
}

#[tokio::test]
async fn a_session_may_not_lead_to_a_private_address() {
    for service in [
        "http://127.0.0.1:9001",
        "https://127.0.0.1",
        "https://localhost",
        "https://user@pds.example",
        "http://pds.example",
    ] {
        let server = serve(200, session("a", service)).await;
        assert!(
            matches!(
                begin(&server).await,
                Err(ConnectError::Input {
                    field: Field::Host,
                    ..
                })
            ),
            "{service}"
        );
    }
    let server = MockServer::start().await;
    let here = ResponseTemplate::new(200).set_body_json(session("a", &server.uri()));
    Mock::given(method("POST"))
        .respond_with(here)
        .mount(&server)
        .await;
    assert_eq!(
        begin(&server).await.unwrap().target.host,
        HOST,
        "a configured endpoint stands for its host"
    );
}

#[tokio::test]
async fn a_person_is_told_what_is_wrong() {
    let error = |name: &str| json!({"error": name, "message": "words"});
    let table = [
        (401, error("AuthenticationRequired"), "password"),
        (401, error("AuthFactorTokenRequired"), "password"),
        (400, error("InvalidRequest"), "identifier"),
        (404, json!("a web site"), "host"),
        (200, json!({"ok": true}), "host"),
        (401, error("AccountTakedown"), "refused"),
        (429, error("RateLimitExceeded"), "unreachable"),
        (500, error("InternalServerError"), "unreachable"),
    ];
    for (status, body, expected) in table {
        let found = match begin(&serve(status, body.clone()).await).await.unwrap_err() {
            ConnectError::Input { field, .. } => field.to_string(),
            ConnectError::Refused { .. } => "refused".to_owned(),
            ConnectError::Unreachable { .. } => "unreachable".to_owned(),
        };
        assert_eq!(found, expected, "{status} {body}");
    }
    let mut inactive = session("a", "https://pds.example");
    inactive["active"] = json!(false);
    inactive["status"] = json!("takendown");
    assert_eq!(
        begin(&serve(200, inactive).await).await.unwrap_err(),
        ConnectError::Refused {
            reason: "the account is takendown".to_owned()
        }
    );
}

#[tokio::test]
async fn a_session_is_renewed_ahead_of_its_end_and_not_before() {
    let end = now() + SignedDuration::from_mins(120);
    let server = serve(200, session(&jwt(end), "https://pds.example")).await;
    let refresh = async |expires_at| {
        Bluesky
            .refresh(
                &egress(&server),
                None,
                &target(),
                &tokens(expires_at),
                now(),
            )
            .await
            .unwrap()
    };
    assert!(refresh(Some(end)).await.is_none());
    assert!(server.received_requests().await.unwrap().is_empty());
    let renewed = refresh(Some(now() + SignedDuration::from_mins(15)))
        .await
        .unwrap();
    assert_eq!(renewed.expires_at, Some(end));
    assert_eq!(renewed.refresh.unwrap().expose_secret(), "canary-new");
    let requests = server.received_requests().await.unwrap();
    assert_eq!(
        requests[0].url.path(),
        "/xrpc/com.atproto.server.refreshSession"
    );
    assert_eq!(
        requests[0].headers["authorization"],
        "Bearer canary-refresh"
    );
    assert!(requests[0].body.is_empty());
    let opaque = serve(200, session("opaque", "https://pds.example")).await;
    let tokens = begin(&opaque).await.unwrap().tokens;
    assert_eq!(
        tokens.renew_at,
        Some(now() + SignedDuration::from_mins(45)),
        "a session of unknown length is renewed within the hour"
    );
}

#[tokio::test]
async fn a_session_that_cannot_be_renewed_says_why() {
    let error = |name: &str| json!({"error": name, "message": "words"});
    let mut other = session("a", "https://pds.example");
    other["did"] = json!("did:plc:other");
    let table = [
        (400, error("ExpiredToken"), ErrorKind::ReconnectAccount),
        (400, error("InvalidToken"), ErrorKind::ReconnectAccount),
        (401, error("AccountTakedown"), ErrorKind::ReconnectAccount),
        (200, other, ErrorKind::ReconnectAccount),
        (403, json!("an error page of a proxy"), ErrorKind::Temporary),
        (500, error("InternalServerError"), ErrorKind::Temporary),
        (200, json!({}), ErrorKind::Temporary),
    ];
    for (status, body, expected) in table {
        let server = serve(status, body.clone()).await;
        let error = Bluesky
            .refresh(
                &egress(&server),
                None,
                &target(),
                &tokens(Some(now())),
                now(),
            )
            .await
            .unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

#[test]
fn a_post_is_shown_by_the_public_application_unless_its_server_is_the_operators_own() {
    let page: Url = "https://bsky.app/profile/x/post/y".parse().unwrap();
    let own = "http://127.0.0.1:4001/bluesky.sandbox".parse().unwrap();
    let egress = Egress::new(&[("bluesky.sandbox".to_owned(), own)].into()).unwrap();
    assert_eq!(shown(&egress, "bsky.social", page.clone()), page);
    assert_eq!(
        shown(&egress, "bluesky.sandbox", page).as_str(),
        "http://127.0.0.1:4001/bluesky.sandbox/profile/x/post/y"
    );
}

#[tokio::test]
async fn a_check_asks_for_the_session_and_an_access_token_that_ran_out_is_no_fault() {
    let error = |name: &str, message: &str| json!({ "error": name, "message": message });
    let table = [
        (200, json!({"did": DID, "handle": "ada.test"}), None),
        (400, error("ExpiredToken", "Token has expired"), None),
        (
            400,
            error("ExpiredToken", "Token has been revoked"),
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            400,
            error("InvalidToken", "Token could not be verified"),
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            401,
            error("AccountTakedown", "Account has been taken down"),
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            400,
            error("InvalidRequest", "words"),
            Some(ErrorKind::Temporary),
        ),
        (
            403,
            json!("an error page of a proxy"),
            Some(ErrorKind::Temporary),
        ),
        (
            429,
            error("RateLimitExceeded", "words"),
            Some(ErrorKind::RateLimited { retry_after: None }),
        ),
        (
            502,
            error("UpstreamFailure", "words"),
            Some(ErrorKind::Temporary),
        ),
    ];
    for (status, body, expected) in table {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .and(path("/xrpc/com.atproto.server.getSession"))
            .and(header("authorization", "Bearer canary-access"))
            .respond_with(ResponseTemplate::new(status).set_body_json(&body))
            .mount(&server)
            .await;
        let found =
            Connector::check(&Bluesky, &egress(&server), None, &target(), &tokens(None)).await;
        assert!(!format!("{found:?}").contains("canary"), "{found:?}");
        match found {
            Ok(health) => assert_eq!((health, expected), (Health::default(), None), "{body}"),
            Err(error) => assert_eq!(Some(error.kind), expected, "{body}"),
        }
        assert_eq!(server.received_requests().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_session_is_ended_with_its_refresh_token_and_one_that_is_over_counts_as_ended() {
    let error = |name: &str| json!({"error": name, "message": "words"});
    let table = [
        (200, json!({}), Ok(())),
        (400, error("ExpiredToken"), Ok(())),
        (400, error("InvalidToken"), Ok(())),
        (400, error("InvalidRequest"), Err(ErrorKind::Temporary)),
        (500, error("InternalServerError"), Err(ErrorKind::Temporary)),
    ];
    for (status, body, expected) in table {
        let server = serve(status, body.clone()).await;
        let revoked = Bluesky
            .revoke(&egress(&server), None, &target(), &tokens(None))
            .await;
        assert!(!format!("{revoked:?}").contains("canary"), "{revoked:?}");
        assert_eq!(revoked.map_err(|error| error.kind), expected, "{body}");
        let requests = server.received_requests().await.unwrap();
        assert_eq!(
            requests[0].url.path(),
            "/xrpc/com.atproto.server.deleteSession"
        );
        assert_eq!(
            requests[0].headers["authorization"],
            "Bearer canary-refresh"
        );
    }
}
