//! Speaks HTTP to the API, and to the consent page of a provider or platform.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

use super::leaks::Answers;

/// A client of the API, signed in or not, in a browser or not.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    client: Client,
    base: String,
    pub(crate) token: Option<String>,
    /// What it says in every request besides what that needs.
    headers: HeaderMap,
    /// The cookies, where it is a browser. Its clones are the same browser.
    cookies: Option<Arc<Mutex<BTreeMap<String, String>>>>,
    /// What it and its clones were answered.
    pub(super) answers: Answers,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The body, if it is JSON.
    pub(crate) body: Value,
}

/// A client that shows redirects instead of following them.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests are clients of their own"
)]
fn client(from: Option<IpAddr>) -> Client {
    let builder = Client::builder().redirect(Policy::none()).no_proxy();
    builder.local_address(from).build().unwrap()
}

impl Api {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            client: client(None),
            base: base.to_owned(),
            token: None,
            headers: HeaderMap::new(),
            cookies: None,
            answers: Answers::default(),
        }
    }

    /// The same client at another address of loopback, such as `127.7.7.7`: /24 networks are places.
    #[expect(
        clippy::wrong_self_convention,
        reason = "requests are sent from a place, nothing is converted"
    )]
    pub(crate) fn from_place(&self, address: &str) -> Self {
        Self {
            client: client(Some(address.parse().unwrap())),
            ..self.clone()
        }
    }

    /// The same client as a browser that nobody used before.
    pub(crate) fn in_new_browser(&self) -> Self {
        Self {
            cookies: Some(Arc::default()),
            ..self.clone()
        }
    }

    /// The same client in the browser of another one, if that is in any.
    pub(crate) fn in_browser_of(&self, other: &Self) -> Self {
        Self {
            cookies: other.cookies.clone(),
            ..self.clone()
        }
    }

    /// The same client, which says one thing more in every request.
    pub(crate) fn saying(&self, name: &str, value: &str) -> Self {
        let mut same = self.clone();
        let (name, value) = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        same.headers.insert(name.unwrap(), value.unwrap());
        same
    }

    /// The cookies of its browser.
    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        let cookies = self.cookies.as_ref();
        cookies.map_or_else(BTreeMap::new, |cookies| cookies.lock().unwrap().clone())
    }

    /// Puts a cookie into its browser.
    pub(crate) fn keep_cookie(&self, name: &str, value: &str) {
        let cookies = self.cookies.as_ref().unwrap();
        let mut cookies = cookies.lock().unwrap();
        cookies.insert(name.to_owned(), value.to_owned());
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "application/json").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(
            Method::POST,
            path,
            Some(body.to_string()),
            "application/json",
        )
        .await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(
            Method::PATCH,
            path,
            Some(body.to_string()),
            "application/json",
        )
        .await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        let body = Some(body.to_string());
        self.send(Method::PUT, path, body, "application/json").await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, "application/json")
            .await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        content_type: &str,
    ) -> Answer {
        let mut headers = self.headers.clone();
        let json = HeaderValue::from_static("application/json");
        headers.entry("accept").or_insert(json);
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.base))
            .headers(headers);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", content_type).body(body);
        }
        if let Some(cookies) = self.cookie_header() {
            request = request.header(COOKIE, cookies);
        }
        let answer = Answer::read(request.send().await.unwrap()).await;
        self.keep_cookies(&answer);
        self.answers
            .keep(method.as_str(), path, &answer.headers, &answer.text);
        answer
    }

    fn cookie_header(&self) -> Option<String> {
        let cookies = self.cookies.as_ref()?.lock().unwrap();
        let cookies: Vec<_> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
    }

    fn keep_cookies(&self, answer: &Answer) {
        if self.cookies.is_none() {
            return;
        }
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            self.keep_cookie(name, value);
        }
    }
}

impl Answer {
    async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            status,
            headers,
            text,
            body,
        }
    }

    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// Expects a problem document (RFC 9457) of this status.
    #[track_caller]
    pub(crate) fn expect_problem(self, status: u16) -> Self {
        let answer = self.expect(status);
        assert_eq!(
            answer.headers["content-type"], "application/problem+json",
            "{}",
            answer.text
        );
        assert_eq!(answer.body["status"], status, "{}", answer.text);
        assert!(
            answer.body["type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("urn:tayang:problem:")),
            "{}",
            answer.text
        );
        assert!(
            answer.body["title"].is_string() && answer.body["detail"].is_string(),
            "{}",
            answer.text
        );
        answer
    }

    /// Where the first of the values is that the problem is about.
    #[track_caller]
    pub(crate) fn pointer(&self) -> &str {
        self.body["errors"][0]["pointer"]
            .as_str()
            .unwrap_or_else(|| panic!("no pointer in {}", self.text))
    }

    #[track_caller]
    pub(crate) fn field(&self, name: &str) -> String {
        self.body[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.text))
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.field("id")
    }
}

/// Decides on a consent page as a person's browser would; answers with the path and query of the way back.
pub(crate) async fn consent(authorization_url: &str, account: &str, decision: &str) -> String {
    decide(
        authorization_url,
        &[("account", account), ("decision", decision)],
    )
    .await
}

/// Fills in the form of a consent page as a person's browser would; answers with the path and query of the way back.
pub(crate) async fn decide(authorization_url: &str, fields: &[(&str, &str)]) -> String {
    let client = client(None);
    let mut address = url::Url::parse(authorization_url).unwrap();
    assert_eq!(
        client.get(address.clone()).send().await.unwrap().status(),
        200
    );
    let mut form: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    let fields = fields.iter().copied();
    form.extend(fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
    address.set_query(None);
    let answer = client.post(address).form(&form).send().await.unwrap();
    let back = url::Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
    format!("{}?{}", back.path(), back.query().unwrap())
}
