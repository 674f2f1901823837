//! What Instagram is asked, and what its answers mean.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::Instagram;
use crate::connect::{Begin, ConnectError, ConnectInput, Connected, Connector, Pending, Trip};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const CODE: &str = "/api.instagram.com/oauth/access_token";
const LONG: &str = "/graph.instagram.com/access_token";
const RENEW: &str = "/graph.instagram.com/refresh_access_token";
const ME: &str = "/graph.instagram.com/v26.0/me";
const ID: &str = "17841400000000001";
const GRANTED: &str = "instagram_business_basic,instagram_business_content_publish";
const SIXTY_DAYS: i64 = 60 * 86_400;

struct Stage {
    server: MockServer,
    egress: Egress,
}

impl Stage {
    async fn set() -> Self {
        let server = MockServer::start().await;
        let hosts = [
            "www.instagram.com",
            "api.instagram.com",
            "graph.instagram.com",
        ];
        let at = |host: &str| format!("{}/{host}", server.uri()).parse().unwrap();
        let endpoints = BTreeMap::from(hosts.map(|host| (host.to_owned(), at(host))));
        let egress = Egress::new(&endpoints).unwrap();
        Self { server, egress }
    }

    async fn with(short: Value, profile: Value) -> Self {
        let stage = Self::set().await;
        stage.answer("POST", CODE, 200, short).await;
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

    async fn finish(&self, code: &str) -> Result<Vec<Connected>, ConnectError> {
        Instagram
            .finish(&self.egress, Some(&client()), &pending(), code, now())
            .await
    }

    async fn refresh(&self, tokens: &Tokens, at: Timestamp) -> Result<Option<Tokens>, Error> {
        Instagram
            .refresh(&self.egress, Some(&client()), &target(), tokens, at)
            .await
    }

    async fn check(&self) -> Result<(), Error> {
        Instagram
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
        id: "tayang-instagram".to_owned(),
        secret: "canary-app-secret-1".to_owned().into(),
    }
}

fn pending() -> Pending {
    Pending {
        host: "www.instagram.com".to_owned(),
        client: None,
        verifier: "canary-verifier-1".to_owned().into(),
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
    }
}

fn target() -> Target {
    Target {
        host: "www.instagram.com".to_owned(),
        remote_id: ID.to_owned(),
        handle: "kopi.senja".to_owned(),
        max_characters: None,
    }
}

fn tokens() -> Tokens {
    Tokens::lasting("canary-long-1".to_owned()).renewed_before(days(60), now())
}

fn short() -> Value {
    json!({ "access_token": "canary-short-1", "user_id": 27_184_u64, "permissions": GRANTED })
}

fn long(token: &str) -> Value {
    json!({ "access_token": token, "token_type": "bearer", "expires_in": SIXTY_DAYS })
}

fn profile() -> Value {
    json!({ "user_id": ID, "username": "kopi.senja", "name": "Kopi Senja", "id": "9999" })
}

fn error(code: i64, subcode: Option<i64>, message: &str) -> Value {
    json!({ "error": { "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode } })
}

fn query(request: &Request) -> BTreeMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

#[tokio::test]
async fn the_consent_page_is_asked_for_both_permissions() {
    let stage = Stage::set().await;
    let redirect_uri: Url = "https://api.example/oauth/callback".parse().unwrap();
    let trip = Trip {
        redirect_uri: &redirect_uri,
        state: "the-state",
        now: now(),
    };
    let input = ConnectInput::default();
    let client = client();
    let begun = Instagram.begin(&stage.egress, &input, &trip, Some(&client));
    let Begin::Redirect {
        authorization_url, ..
    } = begun.await.unwrap()
    else {
        panic!("Instagram needs consent");
    };
    assert_eq!(
        authorization_url.path(),
        "/www.instagram.com/oauth/authorize"
    );
    let query: BTreeMap<_, _> = authorization_url.query_pairs().collect();
    assert_eq!(query["client_id"], "tayang-instagram");
    assert_eq!(query["scope"], GRANTED);
    assert_eq!(query["state"], "the-state");
}

#[tokio::test]
async fn a_code_becomes_a_token_of_sixty_days_and_the_account_is_known_by_its_own_id() {
    let listed = json!({ "data": [short()] });
    let as_list = json!({ "access_token": "canary-short-1", "permissions": GRANTED.split(',').collect::<Vec<_>>() });
    for (short, profile) in [
        (short(), profile()),
        (listed, json!({ "data": [profile()] })),
        (as_list, profile()),
    ] {
        let stage = Stage::with(short, profile).await;
        let account = stage.finish("canary-code-1#_").await.unwrap().remove(0);
        assert_eq!(account.target, target());
        assert_eq!(account.grant, ID);
        assert_eq!(account.display_name, "Kopi Senja");
        assert_eq!(account.url.path(), "/www.instagram.com/kopi.senja/");
        assert_eq!(account.tokens.access.expose_secret(), "canary-long-1");
        assert_eq!(account.tokens.scopes.join(","), GRANTED);
        assert_eq!(account.tokens.expires_at, Some(now() + days(60)));
        assert_eq!(account.tokens.renew_at, Some(now() + days(50)));
        assert_eq!(account.tokens.ends_at, Some(now() + days(60)));
        assert!(!format!("{account:?}").contains("canary"));

        let requests = stage.requests().await;
        let form: BTreeMap<String, String> = url::form_urlencoded::parse(&requests[0].body)
            .into_owned()
            .collect();
        assert_eq!(form["code"], "canary-code-1");
        assert_eq!(form["grant_type"], "authorization_code");
        assert_eq!(form["client_secret"], "canary-app-secret-1");
        assert_eq!(form["redirect_uri"], pending().redirect_uri.as_str());
        let exchange = query(&requests[1]);
        assert_eq!(exchange["grant_type"], "ig_exchange_token");
        assert_eq!(exchange["access_token"], "canary-short-1");
        assert_eq!(requests[2].headers["authorization"], "Bearer canary-long-1");
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_and_the_token_is_not_exchanged() {
    for permissions in [
        json!("instagram_business_basic"),
        json!(null),
        json!(["other"]),
    ] {
        let mut short = short();
        short["permissions"] = permissions;
        let stage = Stage::with(short, profile()).await;
        let error = stage.finish("canary-code-1").await.unwrap_err();
        let words = error.to_string();
        assert!(
            words.contains("instagram_business_content_publish is missing"),
            "{words}"
        );
        assert_eq!(stage.requests().await.len(), 1);
    }
}

#[tokio::test]
async fn a_code_that_is_refused_and_a_platform_that_is_busy_are_told_apart() {
    let words = "Matching code was not found or was already used: AQcanary1234567890";
    let used = json!({ "error_type": "OAuthException", "code": 400, "error_message": words });
    let table = [
        (400, used.clone(), true),
        (
            400,
            error(190, None, "Malformed access token IGcanary1234567890"),
            true,
        ),
        (500, used, false),
        (400, error(4, None, "Limit"), false),
        (400, error(2, None, "Busy"), false),
        (200, json!({ "access_token": 7 }), false),
        (200, json!([]), false),
    ];
    for (status, body, refused) in table {
        let stage = Stage::set().await;
        stage.answer("POST", CODE, status, body.clone()).await;
        let error = stage.finish("canary-code-1").await.unwrap_err();
        let is_refused = matches!(error, ConnectError::Refused { .. });
        assert_eq!(is_refused, refused, "{status} {body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

#[tokio::test]
async fn a_hostile_profile_is_not_taken() {
    for (field, value) in [
        ("user_id", json!("../1")),
        ("user_id", json!(-5)),
        ("user_id", json!(null)),
        ("username", json!("a/b")),
        ("username", json!("")),
        ("username", json!("x".repeat(65))),
    ] {
        let mut hostile = profile();
        hostile[field] = value;
        let stage = Stage::with(short(), hostile.clone()).await;
        let result = stage.finish("canary-code-1").await;
        assert!(
            matches!(result, Err(ConnectError::Unreachable { .. })),
            "{hostile}: {result:?}"
        );
    }
    let mut hostile = profile();
    hostile["name"] = json!("x\n".repeat(50_000));
    let stage = Stage::with(short(), hostile).await;
    let account = stage.finish("canary-code-1").await.unwrap().remove(0);
    assert!(account.display_name.len() <= 300 && !account.display_name.contains('\n'));
}

#[tokio::test]
async fn a_token_is_renewed_with_itself_ten_days_before_its_end_and_not_earlier() {
    let stage = Stage::set().await;
    stage.answer("GET", RENEW, 200, long("canary-long-2")).await;
    let mut old = tokens();
    old.scopes = vec!["instagram_business_basic".to_owned()];
    let early = now() + days(50) - SignedDuration::from_secs(1);
    assert!(stage.refresh(&old, early).await.unwrap().is_none());
    assert!(stage.requests().await.is_empty());
    let due = now() + days(50);
    let new = stage.refresh(&old, due).await.unwrap().unwrap();
    assert_eq!(new.access.expose_secret(), "canary-long-2");
    assert_eq!(new.scopes, old.scopes);
    assert_eq!(new.expires_at, Some(due + days(60)));
    assert_eq!(new.ends_at, new.expires_at);
    let asked = query(&stage.requests().await[0]);
    assert_eq!(asked["grant_type"], "ig_refresh_token");
    assert_eq!(asked["access_token"], "canary-long-1");
}

#[tokio::test]
async fn only_a_dead_token_disconnects_the_account() {
    let limited = ErrorKind::RateLimited { retry_after: None };
    let expired = "Error validating access token: Session has expired, EAAcanary1234567890";
    let table = [
        (
            400,
            error(190, Some(463), expired),
            ErrorKind::ReconnectAccount,
        ),
        (
            400,
            error(190, None, "removed"),
            ErrorKind::ReconnectAccount,
        ),
        (400, error(10, None, "Not permitted"), ErrorKind::Temporary),
        (
            400,
            error(100, None, "Invalid parameter"),
            ErrorKind::Temporary,
        ),
        (400, error(2, None, "Busy"), ErrorKind::Temporary),
        (
            400,
            json!({ "error_type": "OAuthException", "code": 400, "error_message": "no" }),
            ErrorKind::Temporary,
        ),
        (401, json!({}), ErrorKind::Temporary),
        (500, json!({}), ErrorKind::Temporary),
        (200, json!("odd"), ErrorKind::Temporary),
        (400, error(17, None, "Limit"), limited.clone()),
        (429, json!({}), limited),
    ];
    for (status, body, expected) in table {
        let stage = Stage::set().await;
        stage.answer("GET", RENEW, status, body.clone()).await;
        stage.answer("GET", ME, status, body.clone()).await;
        let refreshed = stage.refresh(&tokens(), now() + days(61)).await;
        for error in [refreshed.unwrap_err(), stage.check().await.unwrap_err()] {
            assert_eq!(error.kind, expected, "{status} {body}: {error}");
            assert!(!error.to_string().contains("canary"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_check_reads_the_profile_and_another_account_is_an_error() {
    let stage = Stage::set().await;
    stage.answer("GET", ME, 200, profile()).await;
    stage.check().await.unwrap();
    let requests = stage.requests().await;
    assert_eq!(requests[0].headers["authorization"], "Bearer canary-long-1");
    assert_eq!(query(&requests[0])["fields"], "user_id,username,name");
    let stage = Stage::set().await;
    let mut other = profile();
    other["user_id"] = json!("5");
    stage.answer("GET", ME, 200, other).await;
    assert_eq!(stage.check().await.unwrap_err().kind, ErrorKind::Temporary);
}

#[tokio::test]
async fn there_is_nothing_to_give_back() {
    let stage = Stage::set().await;
    let (client, target, tokens) = (client(), target(), tokens());
    let revoked = Instagram.revoke(&stage.egress, Some(&client), &target, &tokens);
    revoked.await.unwrap();
    assert!(stage.requests().await.is_empty());
}
