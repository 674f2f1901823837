//! What X's answers mean, and what is sent to it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::X;
use crate::connect::{Begin, ConnectError, ConnectInput, Connected, Connector, Pending, Trip};
use crate::publisher::{Error, ErrorKind, Target};
use crate::{ClientCredentials, Egress, Health, Tokens};

const SCOPES: &str = "tweet.read tweet.write users.read media.write offline.access";
const BASIC: &str = "Basic dGhlLWNsaWVudDpjYW5hcnktY2xpZW50";

fn egress(server: &MockServer) -> Egress {
    let at = |host: &str| (host.to_owned(), server.uri().parse().unwrap());
    Egress::new(&BTreeMap::from([at("x.com"), at("api.x.com")])).unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the-client".to_owned(),
        secret: "canary-client".to_owned().into(),
    }
}

fn target() -> Target {
    Target {
        host: "x.com".to_owned(),
        remote_id: "17".to_owned(),
        handle: "ada_news".to_owned(),
        max_characters: None,
    }
}

fn tokens() -> Tokens {
    Tokens {
        refresh: Some("canary-refresh".to_owned().into()),
        ..Tokens::lasting("canary-access".to_owned())
    }
    .renewed_before(SignedDuration::from_hours(2), now())
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

async fn serve(server: &MockServer, at: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status)
        .insert_header("date", "Sun, 22 Nov 2026 20:41:00 GMT")
        .set_body_json(body);
    Mock::given(path(at))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn granted(scope: &str) -> Value {
    json!({"token_type": "bearer", "expires_in": 7200, "access_token": "canary-access", "scope": scope, "refresh_token": "canary-refresh"})
}

fn ada() -> Value {
    json!({"data": {"id": "17", "name": "Ada\nLovelace", "username": "ada_news"}})
}

async fn finish(token: (u16, Value), me: (u16, Value)) -> Result<Vec<Connected>, ConnectError> {
    let server = MockServer::start().await;
    serve(&server, "/2/oauth2/token", token.0, token.1).await;
    serve(&server, "/2/users/me", me.0, me.1).await;
    let pending = Pending {
        host: "x.com".to_owned(),
        client: None,
        verifier: "canary-verifier".to_owned().into(),
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
    };
    let finished = X
        .finish(
            &egress(&server),
            Some(&client()),
            &pending,
            "the-code",
            now(),
        )
        .await;
    assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
    let sent = server.received_requests().await.unwrap();
    let exchange = form(&sent[0]);
    assert_eq!(sent[0].headers["authorization"], BASIC);
    assert_eq!(exchange["grant_type"], "authorization_code");
    assert_eq!(exchange["code"], "the-code");
    assert_eq!(exchange["code_verifier"], "canary-verifier");
    assert_eq!(exchange["redirect_uri"], pending.redirect_uri.as_str());
    assert!(!exchange.contains_key("client_secret"));
    if let Some(me) = sent.get(1) {
        assert_eq!(me.headers["authorization"], "Bearer canary-access");
    }
    finished
}

#[tokio::test]
async fn a_person_agrees_with_a_challenge_to_every_scope() {
    let server = MockServer::start().await;
    let trip = Trip {
        redirect_uri: &"https://api.example/oauth/callback".parse().unwrap(),
        state: "the-state",
        now: now(),
    };
    let begun = X
        .begin(
            &egress(&server),
            &ConnectInput::default(),
            &trip,
            Some(&client()),
        )
        .await;
    let Begin::Redirect {
        authorization_url, ..
    } = begun.unwrap()
    else {
        panic!("a person must agree first")
    };
    assert_eq!(authorization_url.path(), "/i/oauth2/authorize");
    let query: BTreeMap<_, _> = authorization_url.query_pairs().into_owned().collect();
    assert_eq!(query["scope"], SCOPES);
    assert_eq!(query["code_challenge_method"], "S256");
    assert_eq!(query["code_challenge"].len(), 43);
}

#[tokio::test]
async fn the_account_is_known_by_its_id_and_its_tokens_are_renewed_within_two_hours() {
    let accounts = finish((200, granted(SCOPES)), (200, ada())).await.unwrap();
    let [account] = accounts.as_slice() else {
        panic!("{accounts:?}")
    };
    assert_eq!(account.target, target());
    assert_eq!(account.display_name, "Ada Lovelace");
    assert!(account.url.path().ends_with("/ada_news"));
    assert_eq!(account.grant, "17");
    let tokens = &account.tokens;
    let hours = SignedDuration::from_hours(2);
    assert_eq!(tokens.expires_at, Some(now() + hours));
    assert_eq!(
        tokens.renew_at,
        Some(now() + hours - SignedDuration::from_mins(30))
    );
    assert_eq!(tokens.ends_at, None);
    assert_eq!(tokens.scopes.join(" "), SCOPES);
}

#[tokio::test]
async fn too_little_and_strange_answers_are_refused() {
    let missing = SCOPES.replace(" tweet.write", "");
    let error = finish((200, granted(&missing)), (200, ada()))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("tweet.write is missing")),
        "{error:?}"
    );
    let mut brief = granted(SCOPES);
    brief["refresh_token"] = Value::Null;
    let error = finish((200, brief), (200, ada())).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    let used = json!({"error": "invalid_request", "error_description": "Value passed for the authorization code was invalid."});
    let error = finish((400, used), (200, ada())).await.unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("authorization code")),
        "{error:?}"
    );
    let forbidden = json!({"title": "Client Forbidden", "detail": "enroll your app", "type": "https://api.x.com/2/problems/client-forbidden"});
    let error = finish((200, granted(SCOPES)), (403, forbidden))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("enroll your app")),
        "{error:?}"
    );
    for user in [
        json!({"id": "", "username": "ada"}),
        json!({"id": "17/../18", "username": "ada"}),
        json!({"id": "123456789012345678901", "username": "ada"}),
        json!({"id": "17", "username": "ada/../admin"}),
        json!({"id": "17", "username": ""}),
        json!({"id": "17", "username": "a".repeat(51)}),
        json!({"id": 17, "username": "ada"}),
    ] {
        let error = finish((200, granted(SCOPES)), (200, json!({"data": user})))
            .await
            .unwrap_err();
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{user}: {error:?}"
        );
    }
    let huge = json!({"data": {"id": "17", "name": "x".repeat(100_000), "username": "ada"}});
    let accounts = finish((200, granted(SCOPES)), (200, huge)).await.unwrap();
    assert!(accounts[0].display_name.len() <= 300);
}

#[tokio::test]
async fn a_renewal_replaces_both_tokens() {
    let server = MockServer::start().await;
    let mut new = granted(SCOPES);
    new["access_token"] = json!("new-access");
    new["refresh_token"] = json!("new-refresh");
    serve(&server, "/2/oauth2/token", 200, new).await;
    let later = now() + SignedDuration::from_mins(91);
    let renewed = X
        .refresh(
            &egress(&server),
            Some(&client()),
            &target(),
            &tokens(),
            later,
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(renewed.access.expose_secret(), "new-access");
    assert_eq!(renewed.refresh.unwrap().expose_secret(), "new-refresh");
    assert_eq!(
        renewed.expires_at,
        Some(later + SignedDuration::from_hours(2))
    );
    let sent = server.received_requests().await.unwrap();
    assert_eq!(sent[0].headers["authorization"], BASIC);
    let sent = form(&sent[0]);
    assert_eq!(sent["grant_type"], "refresh_token");
    assert_eq!(sent["refresh_token"], "canary-refresh");
}

#[tokio::test]
async fn only_a_dead_refresh_token_disconnects() {
    let error = |code: &str, words: &str| json!({"error": code, "error_description": words});
    let table = [
        (
            400,
            error("invalid_request", "Value passed for the token was invalid."),
            ErrorKind::ReconnectAccount,
        ),
        (
            400,
            error("invalid_grant", "words"),
            ErrorKind::ReconnectAccount,
        ),
        (
            400,
            error(
                "invalid_request",
                "Missing required parameter [refresh_token].",
            ),
            ErrorKind::Temporary,
        ),
        (
            401,
            error("unauthorized_client", "Missing valid authorization header"),
            ErrorKind::Temporary,
        ),
        (
            503,
            error("invalid_request", "Value passed for the token was invalid."),
            ErrorKind::Temporary,
        ),
    ];
    let later = now() + SignedDuration::from_hours(2);
    for (status, body, expected) in table {
        let server = MockServer::start().await;
        serve(&server, "/2/oauth2/token", status, body.clone()).await;
        let error = X
            .refresh(
                &egress(&server),
                Some(&client()),
                &target(),
                &tokens(),
                later,
            )
            .await
            .unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}");
        assert!(!format!("{error:?}").contains("canary"));
    }
}

async fn check(answer: ResponseTemplate, tokens: &Tokens) -> Result<Health, Error> {
    let server = MockServer::start().await;
    let answer = answer.insert_header("date", "Sun, 22 Nov 2026 20:41:00 GMT");
    Mock::given(method("GET"))
        .and(path("/2/users/me"))
        .respond_with(answer)
        .mount(&server)
        .await;
    let checked = X
        .check(&egress(&server), Some(&client()), &target(), tokens)
        .await;
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
    checked
}

#[tokio::test]
async fn a_check_tells_a_token_that_was_taken_back_from_one_that_ran_out() {
    let answer = |status: u16, body: Value| ResponseTemplate::new(status).set_body_json(body);
    let unauthorized = || {
        let body = json!({"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401});
        answer(401, body)
    };
    let kind = |checked: Result<Health, Error>| checked.map_err(|error| error.kind);
    assert_eq!(
        kind(check(answer(200, ada()), &tokens()).await),
        Ok(Health::default())
    );
    assert_eq!(
        kind(check(unauthorized(), &tokens()).await),
        Err(ErrorKind::ReconnectAccount)
    );
    let issued = now() - SignedDuration::from_hours(3);
    let old = tokens().renewed_before(SignedDuration::from_hours(2), issued);
    assert_eq!(
        kind(check(unauthorized(), &old).await),
        Ok(Health::default())
    );
    let other = json!({"data": {"id": "18", "name": "Eve", "username": "eve"}});
    assert_eq!(
        kind(check(answer(200, other), &tokens()).await),
        Err(ErrorKind::Temporary)
    );
    let forbidden = json!({"title": "Forbidden", "detail": "words"});
    assert_eq!(
        kind(check(answer(403, forbidden), &tokens()).await),
        Err(ErrorKind::Temporary)
    );
    let reset = (now().as_second() + 90).to_string();
    let limited = answer(429, json!({"title": "Too Many Requests"}))
        .insert_header("x-rate-limit-reset", reset.as_str());
    assert_eq!(
        kind(check(limited, &tokens()).await),
        Err(ErrorKind::RateLimited {
            retry_after: Some(SignedDuration::from_secs(90))
        })
    );
}

#[tokio::test]
async fn both_tokens_are_given_back_the_refresh_token_first() {
    let server = MockServer::start().await;
    // The access token is dead already, and X says so.
    let dead = json!({"error": "invalid_request", "error_description": "Value passed for the token was invalid."});
    Mock::given(path("/2/oauth2/revoke"))
        .and(body_string_contains("canary-access"))
        .respond_with(ResponseTemplate::new(400).set_body_json(dead))
        .mount(&server)
        .await;
    serve(&server, "/2/oauth2/revoke", 200, json!({"revoked": true})).await;
    let client = client();
    let egress = egress(&server);
    let tokens = tokens();
    let target = target();
    let revoke = || X.revoke(&egress, Some(&client), &target, &tokens);
    revoke().await.unwrap();
    let sent = server.received_requests().await.unwrap();
    let given: Vec<_> = sent
        .iter()
        .map(|request| form(request)["token"].clone())
        .collect();
    assert_eq!(given, ["canary-refresh", "canary-access"]);
    assert_eq!(sent[0].headers["authorization"], BASIC);
    server.reset().await;
    serve(&server, "/2/oauth2/revoke", 500, json!({})).await;
    assert_eq!(revoke().await.unwrap_err().kind, ErrorKind::Temporary);
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}
