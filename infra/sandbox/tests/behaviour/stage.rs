//! A sandbox on a free port, with a clock that only tests move, and short ways to talk to it.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, RequestBuilder, Response, redirect::Policy};
use sandbox::Sandbox;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const REDIRECT: &str = "http://localhost:3000/oauth/callback";
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-allowed-by-the-rfc";

pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) base: String,
    pub(crate) http: Client,
    clock: Arc<Mutex<Timestamp>>,
}

pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let clock = Arc::new(Mutex::new(
            "2026-11-22T09:00:00Z".parse::<Timestamp>().unwrap(),
        ));
        let hand = Arc::clone(&clock);
        let sandbox = Sandbox::new(Arc::new(move || *hand.lock().unwrap()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = sandbox.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        #[expect(clippy::disallowed_methods, reason = "the client of a test")]
        let http = Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .build()
            .unwrap();
        Self {
            sandbox,
            base,
            http,
            clock,
        }
    }

    pub(crate) fn pass(&self, time: SignedDuration) {
        let mut clock = self.clock.lock().unwrap();
        *clock = clock.checked_add(time).unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.clock.lock().unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base))
    }

    pub(crate) fn delete(&self, path: &str) -> RequestBuilder {
        self.http.delete(format!("{}{path}", self.base))
    }

    // Mastodon

    pub(crate) async fn register(&self, scopes: &str) -> App {
        let form = [
            ("client_name", "Tayang"),
            ("redirect_uris", REDIRECT),
            ("scopes", scopes),
            ("website", "https://example.com"),
        ];
        let app = json(
            self.post("/mastodon.sandbox/api/v1/apps")
                .form(&form)
                .send()
                .await
                .unwrap(),
        )
        .await;
        App {
            id: string(&app["client_id"]),
            secret: string(&app["client_secret"]),
        }
    }

    /// What a browser sends when a person decides; returns where it is sent to.
    pub(crate) async fn decide(
        &self,
        app: &App,
        scope: &str,
        account: &str,
        decision: &str,
    ) -> url::Url {
        let challenge = challenge();
        let form = [
            ("response_type", "code"),
            ("client_id", &app.id),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
            ("state", "st&te"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("account", account),
            ("decision", decision),
        ];
        let answer = self
            .post("/mastodon.sandbox/oauth/authorize")
            .form(&form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 302);
        answer.headers()["location"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Sends the consent page's form, as a browser does; returns where it is sent to.
    pub(crate) async fn consent(&self, path: &str, form: &[(&str, &str)]) -> url::Url {
        let answer = self.post(path).form(form).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        header(&answer, "location").parse().unwrap()
    }

    pub(crate) async fn exchange(&self, app: &App, code: &str, verifier: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", &app.id),
            ("client_secret", &app.secret),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ];
        self.post("/mastodon.sandbox/oauth/token")
            .form(&form)
            .send()
            .await
            .unwrap()
    }

    pub(crate) async fn mastodon_token(&self, scopes: &str) -> String {
        let app = self.register(scopes).await;
        let back = self.decide(&app, scopes, "aurora", "authorize").await;
        string(
            &json(
                self.exchange(&app, &parameter(&back, "code"), VERIFIER)
                    .await,
            )
            .await["access_token"],
        )
    }

    pub(crate) fn toot(&self, token: &str, text: &str) -> RequestBuilder {
        self.post("/mastodon.sandbox/api/v1/statuses")
            .bearer_auth(token)
            .json(&json!({ "status": text }))
    }

    // Bluesky

    pub(crate) async fn session(&self) -> Value {
        let login =
            json!({ "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
        let answer = self
            .post("/bluesky.sandbox/xrpc/com.atproto.server.createSession")
            .json(&login)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        json(answer).await
    }

    pub(crate) async fn xrpc(&self, token: &str, nsid: &str, body: &Value) -> Response {
        self.post(&format!("/bluesky.sandbox/xrpc/{nsid}"))
            .bearer_auth(token)
            .json(body)
            .send()
            .await
            .unwrap()
    }
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

pub(crate) fn parameter(url: &url::Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .unwrap()
        .1
        .into_owned()
}

pub(crate) fn string(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) async fn json(answer: Response) -> Value {
    answer.json().await.unwrap()
}

pub(crate) fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}
