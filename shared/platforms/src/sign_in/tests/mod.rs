//! What providers are asked and what they are believed, against a provider whose every answer a test decides.

mod documents;
mod facebook;
mod id_token;
mod open_id;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, Once};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::*;

const HOST: &str = "google.sandbox";
const ISSUER: &str = "https://google.sandbox";
const CLIENT: &str = "tayang.apps.google.sandbox";
const SECRET: &str = "canary secret";
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// The provider's key, and another one that it starts to use, or that somebody else has.
static KEYS: LazyLock<[KeyPair; 2]> =
    LazyLock::new(|| [(); 2].map(|()| KeyPair::generate(KeySize::Rsa2048).unwrap()));

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn seconds(seconds: i64) -> Timestamp {
    now() + jiff::SignedDuration::from_secs(seconds)
}

fn attempt() -> Attempt {
    Attempt {
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
        state: "canary-state".to_owned(),
        nonce: "canary-nonce".to_owned().into(),
        // RFC 7636, appendix B
        verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
            .to_owned()
            .into(),
    }
}

fn secret() -> SecretString {
    SECRET.to_owned().into()
}

fn open_id() -> OpenId {
    OpenId::new(ISSUER.parse().unwrap(), CLIENT.to_owned())
}

fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "sub": "110169484474386276334",
        "aud": CLIENT,
        "exp": now().as_second() + 3_600,
        "iat": now().as_second(),
        "nonce": "canary-nonce",
        "email": "ada@gmail.com",
        "email_verified": true,
        "name": "Ada Lovelace",
    })
}

fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "first"})
}

/// The object with other values for some of its members; null takes one out.
fn with(mut object: Value, changes: &Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            object.as_object_mut().unwrap().remove(name);
        } else {
            object[name] = value.clone();
        }
    }
    object
}

fn signing_input(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", part(header), part(claims))
}

fn token(header: &Value, claims: &Value, key: &KeyPair) -> String {
    let input = signing_input(header, claims);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn jwk(id: &str, key: &KeyPair) -> Value {
    let public: PublicKeyComponents<Vec<u8>> = key.public_key().into();
    json!({
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": id,
        "n": URL_SAFE_NO_PAD.encode(public.n),
        "e": URL_SAFE_NO_PAD.encode(public.e),
    })
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn granted(id_token: &str) -> ResponseTemplate {
    ok(&json!({
        "access_token": "canary-access",
        "token_type": "Bearer",
        "expires_in": 3_599,
        "id_token": id_token,
    }))
}

/// A provider at the base URL of its host; everything it answers can be changed at any time.
struct Provider {
    server: MockServer,
    egress: Egress,
    answers: Arc<Mutex<BTreeMap<String, ResponseTemplate>>>,
}

impl Provider {
    /// One that serves these hosts and answers nothing yet.
    async fn blank(hosts: &[&str]) -> Self {
        let server = MockServer::start().await;
        let answers: Arc<Mutex<BTreeMap<String, ResponseTemplate>>> = Arc::default();
        let known = answers.clone();
        let answer = move |request: &Request| {
            let known = known.lock().unwrap();
            let answer = known.get(request.url.path());
            answer.map_or(ResponseTemplate::new(404), Clone::clone)
        };
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let base: Url = server.uri().parse().unwrap();
        let endpoints = hosts
            .iter()
            .map(|&host| (host.to_owned(), base.clone()))
            .collect();
        Self {
            egress: Egress::new(&endpoints).unwrap(),
            server,
            answers,
        }
    }

    /// One that signs people in.
    async fn start() -> Self {
        let provider = Self::blank(&[HOST]).await;
        provider.discovery(&json!({}));
        provider.answer("/keys", ok(&json!({"keys": [jwk("first", &KEYS[0])]})));
        provider.issue(&claims());
        provider
    }

    fn answer(&self, path: &str, answer: ResponseTemplate) {
        let mut answers = self.answers.lock().unwrap();
        answers.insert(path.to_owned(), answer);
    }

    /// Describes itself as usual, with these changes.
    fn discovery(&self, changes: &Value) {
        let usual = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize?tenant=1"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
            "response_types_supported": ["code"],
        });
        self.answer(DISCOVERY, ok(&with(usual, changes)));
    }

    /// Answers every code with a token that says this.
    fn issue(&self, claims: &Value) {
        self.answer("/token", granted(&token(&header(), claims, &KEYS[0])));
    }

    async fn finish(&self, open_id: &OpenId) -> Result<Profile, SignInError> {
        self.finish_at(open_id, now()).await
    }

    async fn finish_at(&self, open_id: &OpenId, now: Timestamp) -> Result<Profile, SignInError> {
        let (egress, attempt, secret) = (&self.egress, attempt(), secret());
        open_id
            .finish(egress, &attempt, "canary-code", None, &secret, now)
            .await
    }

    async fn requests(&self, path: &str) -> Vec<Request> {
        let mut requests = self.server.received_requests().await.unwrap();
        requests.retain(|request| request.url.path() == path);
        requests
    }
}

fn refusal<T: std::fmt::Debug>(result: Result<T, SignInError>) -> String {
    match result {
        Err(SignInError::Refused { reason }) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

fn outage<T: std::fmt::Debug>(result: Result<T, SignInError>) -> String {
    match result {
        Err(SignInError::Unreachable { reason }) => reason,
        other => panic!("not unreachable: {other:?}"),
    }
}

/// The parameters of a query or a form. None may come twice.
fn parameters(encoded: &[u8]) -> BTreeMap<String, String> {
    let pairs: Vec<_> = url::form_urlencoded::parse(encoded).into_owned().collect();
    let count = pairs.len();
    let parameters: BTreeMap<_, _> = pairs.into_iter().collect();
    assert_eq!(parameters.len(), count, "{parameters:?}");
    parameters
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn the_challenge_is_the_one_of_the_specification() {
    assert_eq!(
        attempt().challenge(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn an_attempt_does_not_show_what_must_be_guessed() {
    let shown = format!("{:?}", attempt());
    assert!(shown.contains("/oauth/callback"), "{shown}");
    assert!(
        !shown.contains("canary") && !shown.contains("dBjft"),
        "{shown}"
    );
}

#[test]
fn an_address_with_letters_that_turn_into_ascii_ones_is_dropped() {
    assert_eq!(
        address(Some(" Kate@Example.com "))
            .as_ref()
            .map(domain::Email::as_str),
        Some("kate@example.com")
    );
    assert_eq!(
        address(Some("\u{212a}ate@example.com")),
        None,
        "the Kelvin sign"
    );
}

thread_local! {
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct Lines;

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(bytes));
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What this thread, and so this test, has logged since the last call. One subscriber serves the whole process, because those of
/// single threads get in each other's way.
fn logged() -> String {
    static SUBSCRIBER: Once = Once::new();
    SUBSCRIBER.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(|| Lines)
            .init();
    });
    String::from_utf8(LOGGED.take()).unwrap()
}
