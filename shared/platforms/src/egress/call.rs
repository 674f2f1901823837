//! One request to a platform, and its answer.

use std::fmt;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// A request that has not been sent. Its `Debug` form shows neither query, headers nor body, which may hold secrets.
#[must_use = "a call does nothing until it is handed to the egress client"]
pub struct Call {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Bytes>,
    pub(super) fault: Option<&'static str>,
    pub(super) path_is_secret: bool,
}

impl Call {
    /// A GET request.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// A POST request, without a body until one is added.
    pub fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    pub(super) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            fault: None,
            path_is_secret: false,
        }
    }

    /// Keeps the path out of the log: it says something about a secret.
    pub fn with_secret_path(mut self) -> Self {
        self.path_is_secret = true;
        self
    }

    /// The URL as it may be logged, where the request really goes.
    pub(super) fn shown(&self, url: &Url) -> String {
        if self.path_is_secret {
            url.origin().ascii_serialization()
        } else {
            without_query(url)
        }
    }

    /// Authorises the request with a bearer token.
    pub fn bearer(self, token: &SecretString) -> Self {
        let value = SecretString::from(format!("Bearer {}", token.expose_secret()));
        self.insert(AUTHORIZATION, value.expose_secret(), true)
    }

    /// Authorises the request with the id and secret of a client (HTTP Basic).
    pub(crate) fn basic(self, id: &str, secret: &SecretString) -> Self {
        let value = crate::oauth::basic(id, secret);
        self.insert(AUTHORIZATION, value.expose_secret(), true)
    }

    /// A DELETE request.
    pub fn delete(url: Url) -> Self {
        Self::new(Method::DELETE, url)
    }

    /// Adds a header; a value that no header can hold (a line break, say) makes the call fail before anything is sent.
    pub fn header(self, name: HeaderName, value: &str) -> Self {
        self.insert(name, value, false)
    }

    /// Sends the value as JSON.
    pub fn json<T: Serialize>(mut self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = Some(body.into()),
            Err(_) => self.fault = Some("the body cannot be written as JSON"),
        }
        self.header(CONTENT_TYPE, "application/json")
    }

    /// Sends the pairs as a form.
    pub fn form(mut self, pairs: &[(&str, &str)]) -> Self {
        self.body = Some(
            url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish()
                .into(),
        );
        self.header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    fn insert(mut self, name: HeaderName, value: &str, secret: bool) -> Self {
        match HeaderValue::from_str(value) {
            Ok(mut value) => {
                value.set_sensitive(secret);
                self.headers.insert(name, value);
            }
            Err(_) => self.fault = Some("a header holds a character that is not allowed there"),
        }
        self
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("url", &self.shown(&self.url))
            .finish_non_exhaustive()
    }
}

/// The URL as it may be logged.
fn without_query(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    shown.into()
}

/// What came back, whatever its status. Its `Debug` form shows the status alone: bodies and headers may hold tokens.
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; that of an error is cut when it is long.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON of this shape, or nothing.
    pub fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// A header as text, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// How long `Retry-After` asks to wait.
    pub fn retry_after(&self) -> Option<SignedDuration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        match value.parse() {
            Ok(seconds) => Some(bounded(SignedDuration::from_secs(seconds))),
            Err(_) => self.wait_until(http_date(value)?),
        }
    }

    /// How long it is until `reset` by the platform's own clock, which its `Date` header shows.
    pub fn wait_until(&self, reset: Timestamp) -> Option<SignedDuration> {
        let date = http_date(self.headers.get(DATE)?.to_str().ok()?)?;
        Some(bounded(reset.duration_since(date)))
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn bounded(wait: SignedDuration) -> SignedDuration {
    wait.clamp(SignedDuration::ZERO, LONGEST_WAIT)
}

fn http_date(value: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(value)
        .ok()
        .map(|date| date.timestamp())
}
