//! A request to a platform, taken apart, and the answer to it.

use axum::{
    body::Body,
    http::{HeaderMap, Method, Response, header},
};
use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value};
use url::Url;

use crate::google::Flaw;

/// One request to one platform at one moment; it can be carried out again later.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The platform's host, e.g. `mastodon.sandbox`.
    pub(crate) host: String,
    /// The path on that host, percent-encoded as it came.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) now: Timestamp,
    /// Where a browser reaches the platform's host, e.g. `http://127.0.0.1:4001/mastodon.sandbox`.
    pub(crate) base: String,
    /// Until when listings leave out what this call creates.
    pub(crate) unlisted_until: Option<Timestamp>,
    /// What is wrong with the ID token in the answer.
    pub(crate) flaw: Option<Flaw>,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization")?.split_once(' ')?;
        scheme
            .eq_ignore_ascii_case("bearer")
            .then_some(token.trim())
    }

    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect()
    }

    /// The segment at the place, or nothing at all.
    pub(crate) fn segment(&self, place: usize) -> &str {
        self.segments().get(place).copied().unwrap_or_default()
    }

    pub(crate) fn parameters(&self) -> Map<String, Value> {
        form(self.query.as_bytes())
    }

    /// The fields of the body, sent as JSON or as a form.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        if self
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
        {
            match serde_json::from_slice(&self.body) {
                Ok(Value::Object(fields)) => fields,
                _ => Map::new(),
            }
        } else {
            form(&self.body)
        }
    }
}

/// Reads a form; `name[]` collects a list.
fn form(body: &[u8]) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        let value = Value::from(value.into_owned());
        if let Some(name) = name.strip_suffix("[]") {
            match fields
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()))
            {
                Value::Array(list) => list.push(value),
                single => *single = value,
            }
        } else {
            fields.insert(name.into_owned(), value);
        }
    }
    fields
}

/// The text in a field; a number is taken for its digits.
pub(crate) fn text(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// Whether a field says yes.
pub(crate) fn flag(fields: &Map<String, Value>, name: &str) -> bool {
    text(fields, name).is_some_and(|text| matches!(text.as_str(), "true" | "1" | "on"))
}

/// What a platform answers.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self {
            status: 302,
            headers: vec![("location", location.to_owned())],
            body: Vec::new(),
        }
    }

    /// Sends the browser back to an application, with those of the parameters that have a value.
    pub(crate) fn back_to(mut address: Url, parameters: &[(&str, Option<&str>)]) -> Self {
        for (name, value) in parameters {
            if let Some(value) = value {
                address.query_pairs_mut().append_pair(name, value);
            }
        }
        Self::redirect(address.as_str())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        let cached = self
            .headers
            .iter()
            .any(|(name, _)| *name == header::CACHE_CONTROL);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        if !cached {
            response = response.header(header::CACHE_CONTROL, "no-store");
        }
        response
            .body(Body::from(self.body))
            .unwrap_or_else(|error| {
                tracing::error!(%error, "an answer could not be built");
                Response::new(Body::empty())
            })
    }
}
