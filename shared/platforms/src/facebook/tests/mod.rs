//! What Facebook is asked, and what its answers mean.

mod access;
mod connecting;

use std::collections::BTreeMap;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::Facebook;
use crate::connect::{Begin, ConnectError, ConnectInput, Connected, Connector, Pending, Trip};
use crate::egress::Egress;
use crate::meta::proof;
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const GRAPH: &str = "/graph.facebook.com/v26.0";
const PERSON: &str = "122100000000000003";
const PAGE: &str = "100200300400501";
const SCOPES: [&str; 3] = [
    "pages_show_list",
    "pages_manage_posts",
    "pages_read_engagement",
];

struct Stage {
    server: MockServer,
    egress: Egress,
}

impl Stage {
    async fn set() -> Self {
        let server = MockServer::start().await;
        let hosts = ["www.facebook.com", "graph.facebook.com"];
        let at = |host: &str| format!("{}/{host}", server.uri()).parse().unwrap();
        let endpoints = BTreeMap::from(hosts.map(|host| (host.to_owned(), at(host))));
        let egress = Egress::new(&endpoints).unwrap();
        Self { server, egress }
    }

    /// Facebook, where a person granted these permissions and has these pages.
    async fn with(granted: &[&str], pages: Value) -> Self {
        let stage = Self::set().await;
        let short = json!({ "access_token": "canary-short-1", "token_type": "bearer", "expires_in": 5_000 });
        let long = json!({ "access_token": "canary-long-1", "token_type": "bearer" });
        let permissions: Vec<Value> = granted
            .iter()
            .map(|name| json!({ "permission": name, "status": "granted" }))
            .chain([json!({ "permission": "email", "status": "declined" })])
            .collect();
        Mock::given(method("GET"))
            .and(path(format!("{GRAPH}/oauth/access_token")))
            .and(query_param_is_missing("grant_type"))
            .respond_with(ResponseTemplate::new(200).set_body_json(short))
            .mount(&stage.server)
            .await;
        Mock::given(method("GET"))
            .and(path(format!("{GRAPH}/oauth/access_token")))
            .and(query_param("grant_type", "fb_exchange_token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(long))
            .mount(&stage.server)
            .await;
        stage.get("/me", 200, json!({ "id": PERSON })).await;
        stage
            .get("/me/permissions", 200, json!({ "data": permissions }))
            .await;
        stage
            .get("/me/accounts", 200, json!({ "data": pages }))
            .await;
        stage
    }

    /// Answers reading that path; what was said before about it stands.
    async fn get(&self, at: &str, status: u16, body: Value) {
        self.answer("GET", at, status, body).await;
    }

    async fn answer(&self, verb: &str, at: &str, status: u16, body: Value) {
        Mock::given(method(verb))
            .and(path(format!("{GRAPH}{at}")))
            .respond_with(ResponseTemplate::new(status).set_body_json(body))
            .mount(&self.server)
            .await;
    }

    async fn finish(&self) -> Result<Vec<Connected>, ConnectError> {
        Facebook
            .finish(
                &self.egress,
                Some(&client()),
                &pending(),
                "canary-code-1",
                now(),
            )
            .await
    }

    async fn check(&self) -> Result<(), Error> {
        Facebook
            .check(&self.egress, Some(&client()), &target(), &tokens())
            .await
            .map(|_| ())
    }

    async fn revoke(&self) -> Result<(), Error> {
        Facebook
            .revoke(&self.egress, Some(&client()), &target(), &tokens())
            .await
    }

    async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.unwrap()
    }
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "1000000000000001".to_owned(),
        secret: "canary-app-secret-1".to_owned().into(),
    }
}

fn pending() -> Pending {
    Pending {
        host: "www.facebook.com".to_owned(),
        client: None,
        verifier: "canary-verifier-1".to_owned().into(),
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
    }
}

fn target() -> Target {
    Target {
        host: "www.facebook.com".to_owned(),
        remote_id: PAGE.to_owned(),
        handle: "kopisenja".to_owned(),
        max_characters: None,
    }
}

fn tokens() -> Tokens {
    Tokens::lasting("canary-page-1".to_owned())
}

fn page() -> Value {
    json!({
        "id": PAGE, "name": "Kopi Senja", "username": "kopisenja", "access_token": "canary-page-1",
        "tasks": ["ADVERTISE", "CREATE_CONTENT"],
    })
}

fn error(code: i64, subcode: Option<i64>, message: &str) -> Value {
    json!({ "error": {
        "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode, "fbtrace_id": "A1",
    } })
}

fn inspected(valid: bool, scopes: &[&str]) -> Value {
    json!({ "data": { "app_id": "1000000000000001", "type": "PAGE", "is_valid": valid, "scopes": scopes, "user_id": PERSON } })
}

fn query(request: &Request) -> BTreeMap<String, String> {
    request.url.query_pairs().into_owned().collect()
}

fn proof_of(token: &str) -> String {
    proof(&client().secret, &SecretString::from(token.to_owned()))
}

fn reason(result: Result<Vec<Connected>, ConnectError>) -> String {
    match result.unwrap_err() {
        ConnectError::Refused { reason } => reason,
        other => panic!("{other:?}"),
    }
}
