//! What Threads is asked, and what its answers mean.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::Threads;
use crate::connect::{Begin, ConnectError, ConnectInput, Connected, Connector, Pending, Trip};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const CODE: &str = "/graph.threads.net/oauth/access_token";
const LONG: &str = "/graph.threads.net/access_token";
const RENEW: &str = "/graph.threads.net/refresh_access_token";
const DEBUG: &str = "/graph.threads.net/v1.0/debug_token";
const ME: &str = "/graph.threads.net/v1.0/me";
const ID: &str = "25000000000000001";
const SCOPES: [&str; 3] = ["threads_basic", "threads_content_publish", "threads_delete"];

struct Stage {
    server: MockServer,
    egress: Egress,
}

impl Stage {
    async fn set() -> Self {
        let server = MockServer::start().await;
        let hosts = ["www.threads.net", "graph.threads.net"];
        let at = |host: &str| format!("{}/{host}", server.uri()).parse().unwrap();
        let endpoints = BTreeMap::from(hosts.map(|host| (host.to_owned(), at(host))));
        let egress = Egress::new(&endpoints).unwrap();
        Self { server, egress }
    }

    async fn with(scopes: &[&str], profile: Value) -> Self {
        let stage = Self::set().await;
        let short =
            json!({ "access_token": "canary-short-1", "user_id": 25_000_000_000_000_001_u64 });
        let debugged = json!({ "data": { "type": "USER", "is_valid": true, "scopes": scopes, "user_id": ID } });
        stage.answer("POST", CODE, 200, short).await;
        stage.answer("GET", DEBUG, 200, debugged).await;
        stage.answer("GET", LONG, 200, long("canary-long-1")).await;
        stage.answer("GET", ME, 200, profile).await;
        stage
    }

    async fn answer(&self, verb: &str, at: &str, status: u16, body: Value) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&self.server)
            .await;
    }

    async fn finish(&self) -> Result<Vec<Connected>, ConnectError> {
        Threads
            .finish(
                &self.egress,
                Some(&client()),
                &pending(),
                "canary-code-1#_",
                now(),
            )
            .await
    }

    async fn refresh(&self, at: Timestamp) -> Result<Option<Tokens>, Error> {
        Threads
            .refresh(&self.egress, Some(&client()), &target(), &tokens(), at)
            .await
    }

    async fn check(&self) -> Result<(), Error> {
        Threads
            .check(&self.egress, Some(&client()), &target(), &tokens())
            .await
            .map(|_| ())
    }

    async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(days * 24)
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "tayang-threads".to_owned(),
        secret: "canary-app-secret-1".to_owned().into(),
    }
}

fn pending() -> Pending {
    Pending {
        host: "www.threads.net".to_owned(),
        client: None,
        verifier: "canary-verifier-1".to_owned().into(),
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
    }
}

fn target() -> Target {
    Target {
        host: "www.threads.net".to_owned(),
        remote_id: ID.to_owned(),
        handle: "sari.wijaya".to_owned(),
        max_characters: None,
    }
}

fn tokens() -> Tokens {
    Tokens::lasting("canary-long-1".to_owned()).renewed_before(days(60), now())
}

fn long(token: &str) -> Value {
    json!({ "access_token": token, "token_type": "bearer", "expires_in": 60 * 86_400 })
}

fn profile() -> Value {
    json!({ "id": ID, "username": "sari.wijaya", "name": "Sari Wijaya" })
}

fn error(code: i64, message: &str) -> Value {
    json!({ "error": { "message": message, "type": "OAuthException", "code": code } })
}

fn query(request: &Request) -> BTreeMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_consent_page_is_asked_for_every_permission() {
    let stage = Stage::set().await;
    let redirect_uri: Url = "https://api.example/oauth/callback".parse().unwrap();
    let trip = Trip {
        redirect_uri: &redirect_uri,
        state: "the-state",
        now: now(),
    };
    let input = ConnectInput::default();
    let client = client();
    let begun = Threads.begin(&stage.egress, &input, &trip, Some(&client));
    let Begin::Redirect {
        authorization_url, ..
    } = begun.await.unwrap()
    else {
        panic!("Threads needs consent");
    };
    assert_eq!(authorization_url.path(), "/www.threads.net/oauth/authorize");
    let query: BTreeMap<_, _> = authorization_url.query_pairs().collect();
    assert_eq!(query["client_id"], "tayang-threads");
    assert_eq!(query["scope"], SCOPES.join(","));
}

#[tokio::test]
async fn a_code_becomes_a_token_of_sixty_days_after_the_permissions_were_looked_at() {
    let stage = Stage::with(&SCOPES, profile()).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert_eq!(account.target, target());
    assert_eq!(account.grant, ID);
    assert_eq!(account.display_name, "Sari Wijaya");
    assert_eq!(account.url.path(), "/www.threads.net/@sari.wijaya");
    assert_eq!(account.tokens.access.expose_secret(), "canary-long-1");
    assert_eq!(account.tokens.scopes, SCOPES);
    assert_eq!(account.tokens.expires_at, Some(now() + days(60)));
    assert_eq!(account.tokens.renew_at, Some(now() + days(50)));
    assert!(!format!("{account:?}").contains("canary"));

    let requests = stage.requests().await;
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(&requests[0].body)
        .into_owned()
        .collect();
    assert_eq!(form["code"], "canary-code-1");
    assert_eq!(form["client_secret"], "canary-app-secret-1");
    assert_eq!(query(&requests[1])["input_token"], "canary-short-1");
    assert_eq!(
        requests[1].headers["authorization"],
        "Bearer canary-short-1"
    );
    let exchange = query(&requests[2]);
    assert_eq!(exchange["grant_type"], "th_exchange_token");
    assert_eq!(exchange["client_secret"], "canary-app-secret-1");
    assert_eq!(requests[3].headers["authorization"], "Bearer canary-long-1");
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_and_the_token_is_not_exchanged() {
    let stage = Stage::with(&SCOPES[..2], profile()).await;
    let error = stage.finish().await.unwrap_err();
    let words = error.to_string();
    assert!(words.contains("threads_delete is missing"), "{words}");
    assert_eq!(stage.requests().await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_connects_nothing() {
    for (at, verb, body) in [
        (CODE, "POST", json!({ "user_id": 1 })),
        (DEBUG, "GET", json!({ "data": { "is_valid": true } })),
        (LONG, "GET", json!({ "access_token": null })),
        (ME, "GET", json!({ "id": "me", "username": "sari" })),
        (ME, "GET", json!({ "id": "1", "username": "sari/../x" })),
    ] {
        let stage = Stage::set().await;
        stage.answer(verb, at, 200, body.clone()).await;
        let short = json!({ "access_token": "canary-short-1" });
        stage.answer("POST", CODE, 200, short).await;
        let debugged = json!({ "data": { "scopes": SCOPES } });
        stage.answer("GET", DEBUG, 200, debugged).await;
        stage.answer("GET", LONG, 200, long("canary-long-1")).await;
        stage.answer("GET", ME, 200, profile()).await;
        let result = stage.finish().await;
        assert!(
            matches!(result, Err(ConnectError::Unreachable { .. })),
            "{body}: {result:?}"
        );
    }
}

#[tokio::test]
async fn a_token_is_renewed_with_itself_when_it_is_due() {
    let stage = Stage::set().await;
    stage.answer("GET", RENEW, 200, long("canary-long-2")).await;
    let early = now() + days(50) - SignedDuration::from_secs(1);
    assert!(stage.refresh(early).await.unwrap().is_none());
    let due = now() + days(50);
    let new = stage.refresh(due).await.unwrap().unwrap();
    assert_eq!(new.access.expose_secret(), "canary-long-2");
    assert_eq!(new.renew_at, Some(due + days(50)));
    let requests = stage.requests().await;
    assert_eq!(requests.len(), 1);
    assert_eq!(query(&requests[0])["grant_type"], "th_refresh_token");
}

#[tokio::test]
async fn only_a_dead_token_disconnects_the_account() {
    let limited = ErrorKind::RateLimited { retry_after: None };
    let table = [
        (
            400,
            error(190, "Error validating access token: THcanary1234567890"),
            ErrorKind::ReconnectAccount,
        ),
        (
            500,
            error(190, "Error validating access token"),
            ErrorKind::ReconnectAccount,
        ),
        (400, error(10, "Not permitted"), ErrorKind::Temporary),
        (400, error(1, "Unknown"), ErrorKind::Temporary),
        (502, json!("bad gateway"), ErrorKind::Temporary),
        (400, error(613, "Limit"), limited),
    ];
    for (status, body, expected) in table {
        let stage = Stage::set().await;
        stage.answer("GET", RENEW, status, body.clone()).await;
        stage.answer("GET", ME, status, body.clone()).await;
        let refreshed = stage.refresh(now() + days(55)).await;
        for error in [refreshed.unwrap_err(), stage.check().await.unwrap_err()] {
            assert_eq!(error.kind, expected, "{status} {body}: {error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_check_reads_the_profile_and_revoking_asks_nothing() {
    let stage = Stage::set().await;
    stage.answer("GET", ME, 200, profile()).await;
    stage.check().await.unwrap();
    let (client, target, tokens) = (client(), target(), tokens());
    let revoked = Threads.revoke(&stage.egress, Some(&client), &target, &tokens);
    revoked.await.unwrap();
    assert_eq!(stage.requests().await.len(), 1);
}
