//! Authorization servers as data: what is asked, what the answers mean, and when access is over.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;
use crate::connect::Health;

const SERVER: Server = Server {
    title: "Example",
    host: "web.example",
    authorize: ("web.example", "/authorize"),
    token: ("api.example", "/token"),
    revoke: Some(("api.example", "/revoke")),
    scopes: &["read", "write"],
    separator: ",",
    client: ClientAuth::Form("client_key"),
    pkce: true,
    parameters: &[("prompt", "consent")],
    dead: &["invalid_grant", "The token is gone."],
};

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the client".to_owned(),
        secret: "canary:client".to_owned().into(),
    }
}

fn egress(base: &str) -> Egress {
    let at = |host: &str| (host.to_owned(), base.parse().unwrap());
    Egress::new(&BTreeMap::from([at("web.example"), at("api.example")])).unwrap()
}

async fn serving(status: u16, body: &Value) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &Value) -> Answer {
    let headers = headers
        .iter()
        .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()));
    Answer {
        status: http::StatusCode::from_u16(status).unwrap(),
        headers: headers.collect(),
        body: body.to_string().into(),
    }
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

fn pending() -> Pending {
    Pending {
        host: "web.example".to_owned(),
        client: None,
        verifier: "canary-verifier".to_owned().into(),
        redirect_uri: "https://app.example/back".parse().unwrap(),
    }
}

fn begun(server: &Server) -> (BTreeMap<String, String>, Pending) {
    let trip = Trip {
        redirect_uri: &"https://app.example/back".parse().unwrap(),
        state: "the-state",
        now: now(),
    };
    let begun = server.begin(&egress("http://127.0.0.1:1/w"), &trip, Some(&client()));
    let Begin::Redirect {
        authorization_url,
        pending,
    } = begun.unwrap()
    else {
        panic!("a person must agree first")
    };
    assert!(
        authorization_url
            .as_str()
            .starts_with("http://127.0.0.1:1/w/authorize?")
    );
    let query = authorization_url.query_pairs().into_owned().collect();
    (query, *pending)
}

#[test]
fn a_browser_takes_along_what_the_data_says() {
    let (query, pending) = begun(&SERVER);
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&oauth2::PkceCodeVerifier::new(
        pending.verifier.expose_secret().to_owned(),
    ));
    let expected = [
        ("response_type", "code"),
        ("client_key", "the client"),
        ("redirect_uri", "https://app.example/back"),
        ("scope", "read,write"),
        ("state", "the-state"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("prompt", "consent"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(query, BTreeMap::from(expected));
    let plain = Server {
        pkce: false,
        separator: " ",
        client: ClientAuth::Basic,
        ..SERVER
    };
    let (query, _) = begun(&plain);
    assert_eq!(query["scope"], "read write");
    assert_eq!(query["client_id"], "the client");
    assert!(!query.contains_key("code_challenge"));
}

#[tokio::test]
async fn a_client_proves_who_it_is_in_the_form_or_in_the_header() {
    let token = json!({"access_token": "canary-access", "scope": "read write"});
    for (client_auth, pkce) in [(SERVER.client, true), (ClientAuth::Basic, false)] {
        let server = serving(200, &token).await;
        let example = Server {
            client: client_auth,
            pkce,
            ..SERVER
        };
        let egress = egress(&server.uri());
        let grant = example
            .exchange(&egress, Some(&client()), &pending(), "the-code")
            .await
            .unwrap();
        assert!(!format!("{grant:?}").contains("canary"));
        let sent = &server.received_requests().await.unwrap()[0];
        assert_eq!(sent.url.path(), "/token");
        let sent_form = form(sent);
        assert_eq!(sent_form["code"], "the-code");
        assert_eq!(sent_form["redirect_uri"], "https://app.example/back");
        let verifier = sent_form.get("code_verifier").map(String::as_str);
        assert_eq!(verifier, pkce.then_some("canary-verifier"));
        let (id, secret) = (sent_form.get("client_key"), sent_form.get("client_secret"));
        if let ClientAuth::Basic = client_auth {
            assert_eq!((id, secret), (None, None));
            // "the+client:canary%3Aclient"
            let expected = "Basic dGhlK2NsaWVudDpjYW5hcnklM0FjbGllbnQ=";
            assert_eq!(sent.headers["authorization"], expected);
        } else {
            assert_eq!(id.unwrap(), "the client");
            assert_eq!(secret.unwrap(), "canary:client");
            assert!(!sent.headers.contains_key("authorization"));
        }
    }
}

#[tokio::test]
async fn everything_that_is_needed_must_be_granted() {
    for (scope, missing) in [
        (json!("read write more"), None),
        (json!("write,read"), None),
        (json!(null), None),
        (json!("read"), Some("write is missing")),
        (json!("reading write"), Some("read is missing")),
        (json!("none"), Some("read, write is missing")),
    ] {
        let server = serving(200, &json!({"access_token": "canary", "scope": scope})).await;
        let egress = egress(&server.uri());
        let granted = SERVER
            .exchange(&egress, Some(&client()), &pending(), "the-code")
            .await;
        match (granted, missing) {
            (Ok(_), None) => {}
            (Err(ConnectError::Refused { reason }), Some(missing)) => {
                assert!(reason.ends_with(missing), "{reason}");
            }
            (granted, _) => panic!("{scope}: {granted:?}"),
        }
    }
}

#[test]
fn an_answer_to_a_code_is_read_refused_or_waited_for() {
    let refused = |status: u16, body: &Value| match SERVER.granted(&answer(status, &[], body)) {
        Err(ConnectError::Refused { reason }) => Some(reason),
        Err(ConnectError::Unreachable { .. }) => None,
        other => panic!("{status} {body}: {other:?}"),
    };
    let used = json!({"error": "invalid_grant", "error_description": "used\r\nup"});
    assert_eq!(refused(400, &used).unwrap(), "Example refused: used  up");
    assert_eq!(
        refused(200, &json!({"error": "invalid_grant"})).unwrap(),
        "Example refused: invalid_grant"
    );
    assert_eq!(
        refused(403, &json!({"code": 7, "message": "no"})).unwrap(),
        "Example refused: no"
    );
    for status in [302, 429, 500, 503] {
        assert_eq!(refused(status, &used), None, "{status}");
    }
}

#[test]
fn only_the_words_for_a_dead_token_disconnect() {
    let error = |code: &str, words: &str| json!({"error": code, "error_description": words});
    let limited = Some(SignedDuration::from_secs(9));
    let table = [
        (400, error("invalid_grant", ""), ErrorKind::ReconnectAccount),
        (
            401,
            error("invalid_grant", "x"),
            ErrorKind::ReconnectAccount,
        ),
        (
            200,
            error("invalid_grant", "x"),
            ErrorKind::ReconnectAccount,
        ),
        (
            400,
            error("invalid_request", "The token is gone."),
            ErrorKind::ReconnectAccount,
        ),
        (400, error("invalid_request", "other"), ErrorKind::Temporary),
        (401, error("invalid_client", "x"), ErrorKind::Temporary),
        (500, error("invalid_grant", "x"), ErrorKind::Temporary),
        (400, json!("a page"), ErrorKind::Temporary),
        (200, json!({"access_token": ""}), ErrorKind::Temporary),
        (
            429,
            error("invalid_grant", "x"),
            ErrorKind::RateLimited {
                retry_after: limited,
            },
        ),
    ];
    for (status, body, expected) in table {
        let answer = answer(status, &[("retry-after", "9")], &body);
        let error = SERVER.renewed(&answer).unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}");
    }
}

#[tokio::test]
async fn nothing_is_asked_without_credentials_or_need() {
    let server = serving(200, &json!({"access_token": "new"})).await;
    let egress = egress(&server.uri());
    let tokens = Tokens {
        refresh: Some("canary-refresh".to_owned().into()),
        ..Tokens::lasting("canary-access".to_owned())
    }
    .renewed_before(SignedDuration::from_hours(2), now());
    let refresh = async |client, at| SERVER.refresh(&egress, client, &tokens, at).await;
    let client = client();
    assert!(refresh(Some(&client), now()).await.unwrap().is_none());
    let late = now() + SignedDuration::from_hours(2);
    let unknown = refresh(None, late).await.unwrap_err();
    assert_eq!(unknown.kind, ErrorKind::Temporary);
    assert!(server.received_requests().await.unwrap().is_empty());
    let renewed = refresh(Some(&client), late).await.unwrap().unwrap();
    assert_eq!(renewed.access.expose_secret(), "new");
    assert_eq!(renewed.refresh.unwrap().expose_secret(), "canary-refresh");
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_given_back_is_gone_when_the_server_says_so_or_does_not_know_it() {
    for (status, body, gone) in [
        (200, json!({}), true),
        (204, json!(null), true),
        (400, json!({"error": "invalid_token"}), true),
        (400, json!({"error": "invalid_grant"}), true),
        (200, json!({"error": "access_denied"}), false),
        (401, json!({"error": "invalid_client"}), false),
        (500, json!({"error": "invalid_grant"}), false),
        (429, json!({}), false),
    ] {
        let server = serving(status, &body).await;
        let token = "canary-access".to_owned().into();
        let egress = egress(&server.uri());
        let given = SERVER.give_back(&egress, Some(&client()), &token).await;
        assert!(!format!("{given:?}").contains("canary"));
        assert_eq!(given.is_ok(), gone, "{status} {body}");
        assert!(gone || given.unwrap_err().kind == ErrorKind::Temporary);
        let sent = form(&server.received_requests().await.unwrap()[0]);
        assert_eq!(sent["token"], "canary-access");
    }
}

#[test]
fn lifetimes_become_times_to_renew_and_to_end() {
    let (hour, day) = (
        SignedDuration::from_hours(1),
        SignedDuration::from_hours(24),
    );
    let grant = |body: Value| Grant::read(&answer(200, &[], &body)).unwrap();
    let first = grant(json!({
        "access_token": "a", "expires_in": "3600", "refresh_token": "r", "refresh_expires_in": 86_400, "scope": "read,write",
    }))
    .into_tokens(&["asked"], None, now());
    assert_eq!(first.expires_at, Some(now() + hour));
    assert_eq!(first.renew_at, Some(now() + SignedDuration::from_mins(45)));
    assert_eq!(first.ends_at, Some(now() + day));
    assert_eq!(first.scopes, ["read", "write"]);

    let later = now() + hour;
    let same = grant(json!({"access_token": "b", "expires_in": 3600})).into_tokens(
        &["asked"],
        Some(&first),
        later,
    );
    assert_eq!(same.refresh.unwrap().expose_secret(), "r");
    assert_eq!((same.ends_at, same.scopes), (first.ends_at, first.scopes));

    let brief = grant(json!({"access_token": "c", "expires_in": 3600})).into_tokens(
        &["asked"],
        None,
        now(),
    );
    assert_eq!(brief.ends_at, Some(now() + hour));
    assert_eq!(
        (brief.renew_at, brief.scopes),
        (None, vec!["asked".to_owned()])
    );

    for endless in [
        json!({"access_token": "d"}),
        json!({"access_token": "d", "expires_in": 0}),
    ] {
        let lasting = grant(endless).into_tokens(&[], None, now());
        assert_eq!((lasting.expires_at, lasting.ends_at), (None, None));
    }
    let absurd = grant(json!({"access_token": "e", "expires_in": i64::MAX}));
    let absurd = absurd.into_tokens(&[], None, now());
    assert_eq!(absurd.expires_at, None);
}

#[test]
fn a_token_that_is_not_taken_is_dead_unless_its_time_had_come() {
    let date = |text: &str| answer(401, &[("date", text)], &json!({}));
    let tokens = Tokens {
        refresh: Some("r".to_owned().into()),
        ..Tokens::lasting("a".to_owned())
    }
    .renewed_before(SignedDuration::from_hours(2), now());
    let kind = |tokens: &Tokens, answer: &Answer| {
        not_taken(tokens, answer, "words").map_err(|error| error.kind)
    };
    let dead = Err(ErrorKind::ReconnectAccount);
    let soon = date("Sun, 22 Nov 2026 20:42:00 GMT");
    let late = date("Sun, 22 Nov 2026 22:41:00 GMT");
    assert_eq!(kind(&tokens, &soon), dead);
    assert_eq!(kind(&tokens, &late), Ok(Health::default()));
    let only = Tokens {
        refresh: None,
        ..tokens
    };
    assert_eq!(kind(&only, &late), dead, "nothing can renew it");
}
