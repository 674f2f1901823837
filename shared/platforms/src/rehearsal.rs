//! What the tests of several connectors share: one server that plays all hosts of a platform, and short ways to walk through a connector.

use std::collections::BTreeMap;
use std::fmt::Debug;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::Value;
use url::Url;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Trip,
};
use crate::egress::Egress;
use crate::publisher::{Error, ErrorKind, Target};
use crate::tokens::{ClientCredentials, Tokens};

const REDIRECT: &str = "https://api.example/oauth/callback";

/// Everything secret in these tests contains this word.
const CANARY: &str = "canary";

/// A platform that is played, and the connector that is tried.
pub(crate) struct Rehearsal {
    server: MockServer,
    egress: Egress,
    connector: &'static dyn Connector,
}

impl Rehearsal {
    pub(crate) async fn of(connector: &'static dyn Connector, hosts: &[&str]) -> Self {
        let server = MockServer::start().await;
        let at = |host: &str| format!("{}/{host}", server.uri()).parse().unwrap();
        let endpoints = hosts.iter().map(|host| ((*host).to_owned(), at(host)));
        let egress = Egress::new(&endpoints.collect::<BTreeMap<_, _>>()).unwrap();
        Self {
            server,
            egress,
            connector,
        }
    }

    /// Asserts that nothing is given up while the platform cannot be reached.
    pub(crate) async fn survives_silence(mut self, hosts: &[&str]) {
        let nowhere: Url = "http://127.0.0.1:9".parse().unwrap();
        let endpoints = hosts
            .iter()
            .map(|host| ((*host).to_owned(), nowhere.clone()));
        self.egress = Egress::new(&endpoints.collect::<BTreeMap<_, _>>()).unwrap();
        self.is_unreachable("nobody answers").await;
        assert_eq!(kind(self.refresh(&due()).await), "later");
        assert_eq!(kind(self.check("1", &due()).await), "later");
        assert_eq!(kind(self.revoke(&due()).await), "later");
    }

    /// From now on, this is answered at a host and path: `POST /api.example/token`.
    pub(crate) async fn answer(&self, at: &str, status: u16, body: Value) {
        let answer = ResponseTemplate::new(status).set_body_json(body);
        self.mount(at, answer).await;
    }

    /// The same, at a time of the platform's clock.
    pub(crate) async fn answer_at(&self, now: Timestamp, at: &str, status: u16, body: Value) {
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let answer = ResponseTemplate::new(status).set_body_json(body);
        self.mount(at, answer.insert_header("date", date)).await;
    }

    pub(crate) async fn mount(&self, at: &str, answer: ResponseTemplate) {
        let (verb, place) = at.split_once(' ').unwrap();
        let mock = Mock::given(method(verb)).and(path(place));
        mock.respond_with(answer).mount(&self.server).await;
    }

    /// The same for one request, before everything else.
    pub(crate) async fn mount_once(&self, at: &str, answer: ResponseTemplate) {
        let (verb, place) = at.split_once(' ').unwrap();
        let mock = Mock::given(method(verb)).and(path(place));
        let mock = mock.respond_with(answer).up_to_n_times(1).with_priority(1);
        mock.mount(&self.server).await;
    }

    /// Nothing is answered any more, and nothing was asked.
    pub(crate) async fn reset(&self) {
        self.server.reset().await;
    }

    pub(crate) async fn requests(&self) -> Vec<Request> {
        let requests = self.server.received_requests().await.unwrap();
        for request in &requests {
            silent(&request.url);
        }
        requests
    }

    /// Where the browser is sent, its parameters, and what is remembered.
    pub(crate) async fn begin(&self) -> (String, BTreeMap<String, String>, Pending) {
        let redirect_uri = redirect_uri();
        let trip = Trip {
            redirect_uri: &redirect_uri,
            state: "the-state",
            now: now(),
        };
        let (input, client) = (ConnectInput::default(), client());
        let begun = self
            .connector
            .begin(&self.egress, &input, &trip, Some(&client));
        let Begin::Redirect {
            authorization_url,
            pending,
        } = begun.await.unwrap()
        else {
            panic!("a person must agree first");
        };
        assert!(self.requests().await.is_empty());
        silent(&authorization_url);
        let place = authorization_url
            .as_str()
            .strip_prefix(&self.server.uri())
            .unwrap();
        let place = place.split('?').next().unwrap().to_owned();
        let query = authorization_url.query_pairs().into_owned().collect();
        (place, query, *pending)
    }

    /// Comes back with a code, by way of the vault.
    pub(crate) async fn finish(&self) -> Result<Vec<Connected>, ConnectError> {
        let pending = Pending {
            host: "unused.example".to_owned(),
            client: None,
            verifier: "canary-verifier-canary-verifier-canary-verifier".into(),
            redirect_uri: redirect_uri(),
        };
        let sealed = pending.to_sealed_json().unwrap();
        let pending = Pending::from_json(sealed.expose_secret()).unwrap();
        let client = client();
        let finished = self
            .connector
            .finish(&self.egress, Some(&client), &pending, "canary-code", now())
            .await;
        silent(&finished);
        if let Err(error) = &finished {
            silent(&error.to_string());
        }
        finished
    }

    /// Why nothing is connected.
    pub(crate) async fn refusal(&self) -> String {
        match self.finish().await.unwrap_err() {
            ConnectError::Refused { reason } => reason,
            error => panic!("{error:?}"),
        }
    }

    /// Asserts that nothing is connected, and that this may pass.
    pub(crate) async fn is_unreachable(&self, why: &str) {
        let error = self.finish().await.unwrap_err();
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{why}: {error:?}"
        );
    }

    pub(crate) async fn refresh(&self, tokens: &Tokens) -> Result<Option<Tokens>, Error> {
        let client = client();
        let refreshed = self
            .connector
            .refresh(&self.egress, Some(&client), &target("1"), tokens, now())
            .await;
        silent(&refreshed);
        refreshed
    }

    pub(crate) async fn check(&self, id: &str, tokens: &Tokens) -> Result<Health, Error> {
        let client = client();
        let checked = self
            .connector
            .check(&self.egress, Some(&client), &target(id), tokens)
            .await;
        silent(&checked);
        checked
    }

    pub(crate) async fn revoke(&self, tokens: &Tokens) -> Result<(), Error> {
        let client = client();
        let revoked = self
            .connector
            .revoke(&self.egress, Some(&client), &target("1"), tokens)
            .await;
        silent(&revoked);
        revoked
    }

    /// What nobody who deployed this has registered for cannot be connected.
    pub(crate) async fn needs_registration(&self) {
        let redirect_uri = redirect_uri();
        let trip = Trip {
            redirect_uri: &redirect_uri,
            state: "the-state",
            now: now(),
        };
        let input = ConnectInput::default();
        let begun = self.connector.begin(&self.egress, &input, &trip, None);
        let error = begun.await.unwrap_err();
        assert!(error.to_string().contains("is not set up"), "{error}");
    }
}

/// Asserts that nothing secret is shown.
pub(crate) fn silent(shown: &impl Debug) {
    let shown = format!("{shown:?}");
    assert!(!shown.contains(CANARY), "{shown}");
}

pub(crate) fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

pub(crate) fn after(seconds: i64) -> Option<Timestamp> {
    now().checked_add(SignedDuration::from_secs(seconds)).ok()
}

pub(crate) fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the-client".to_owned(),
        secret: "canary-secret".into(),
    }
}

/// `the-client` and `canary-secret` in an `Authorization` header.
pub(crate) const BASIC: &str = "Basic dGhlLWNsaWVudDpjYW5hcnktc2VjcmV0";

fn redirect_uri() -> Url {
    REDIRECT.parse().unwrap()
}

fn target(id: &str) -> Target {
    Target {
        host: "unused.example".to_owned(),
        remote_id: id.to_owned(),
        handle: "unused".to_owned(),
        max_characters: None,
    }
}

/// Tokens whose access token lives for as long from now.
pub(crate) fn tokens(seconds: i64) -> Tokens {
    let tokens = Tokens {
        refresh: Some("canary-refresh".into()),
        scopes: vec!["kept".to_owned()],
        ..Tokens::lasting("canary-access")
    };
    tokens.renewed_before(SignedDuration::from_secs(seconds), now())
}

/// The same tokens, when it is time to renew them.
pub(crate) fn due() -> Tokens {
    let mut tokens = tokens(3_600);
    tokens.expire(now());
    tokens
}

pub(crate) fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

/// What an error makes the caller do.
pub(crate) fn kind<T: Debug>(result: Result<T, Error>) -> &'static str {
    match result.unwrap_err().kind {
        ErrorKind::Rejected => "rejected",
        ErrorKind::ReconnectAccount => "reconnect",
        ErrorKind::RateLimited { .. } => "wait",
        ErrorKind::Temporary => "later",
    }
}

/// The parameters of a request for consent or of a form, to compare with.
pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}
