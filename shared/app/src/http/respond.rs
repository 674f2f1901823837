//! Answers.

use std::fmt::Display;

use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderValue, StatusCode};
use lambda_http::Body;
use serde::Serialize;

use crate::Response;
use crate::error::Result;

/// A JSON answer.
pub fn json(status: StatusCode, view: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_string(view).map_err(anyhow::Error::from)?;
    Ok(with_type(status, "application/json", body))
}

/// A JSON answer with status 200.
pub fn ok(view: &impl Serialize) -> Result<Response> {
    json(StatusCode::OK, view)
}

/// The same answer, with the revision that it shows (RFC 9110, 8.8.3).
pub fn with_etag(mut response: Response, revision: impl Display) -> Response {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

/// The answer that there is nothing more to say: status 204.
pub fn nothing() -> Response {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer of any type.
pub fn with_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A page of a list.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// What is on the page.
    pub items: Vec<T>,
    /// Where the next page begins; absent on the last one.
    pub next_cursor: Option<String>,
}
