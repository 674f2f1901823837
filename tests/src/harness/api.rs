//! Speaks HTTP to the API, and to the consent page of a platform.

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method};
use serde_json::Value;

/// A client of the API, signed in or not.
#[derive(Clone)]
pub(crate) struct Api {
    client: Client,
    base: String,
    pub(crate) token: Option<String>,
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
fn client() -> Client {
    Client::builder().redirect(Policy::none()).build().unwrap()
}

impl Api {
    pub(crate) fn new(base: &str) -> Self {
        Self {
            client: client(),
            base: base.to_owned(),
            token: None,
        }
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

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        content_type: &str,
    ) -> Answer {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.base))
            .header("accept", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", content_type).body(body);
        }
        Answer::read(request.send().await.unwrap()).await
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
    let client = client();
    let mut address = url::Url::parse(authorization_url).unwrap();
    assert_eq!(
        client.get(address.clone()).send().await.unwrap().status(),
        200
    );
    let mut form: Vec<(String, String)> = address.query_pairs().into_owned().collect();
    form.extend([
        ("account".to_owned(), account.to_owned()),
        ("decision".to_owned(), decision.to_owned()),
    ]);
    address.set_query(None);
    let answer = client.post(address).form(&form).send().await.unwrap();
    let back = url::Url::parse(answer.headers()[LOCATION].to_str().unwrap()).unwrap();
    format!("{}?{}", back.path(), back.query().unwrap())
}
