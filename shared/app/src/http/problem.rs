//! Errors as problem documents (RFC 9457). The table of problems stands here and nowhere else.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use lambda_http::Body;
use serde::Serialize;

use crate::Response;
use crate::error::{Error, FieldError};

/// What every error of one kind has in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The HTTP status.
    pub status: StatusCode,
    /// The last part of the problem's `type`; it never changes.
    pub slug: &'static str,
    /// The problem's `title`.
    pub title: &'static str,
}

const fn kind(status: StatusCode, slug: &'static str, title: &'static str) -> Kind {
    Kind {
        status,
        slug,
        title,
    }
}

/// Every kind of problem, in order of status.
pub const KINDS: [Kind; 13] = [
    kind(
        StatusCode::BAD_REQUEST,
        "unreadable",
        "The request cannot be read",
    ),
    kind(StatusCode::UNAUTHORIZED, "unauthenticated", "Sign in first"),
    kind(StatusCode::FORBIDDEN, "forbidden", "You may not do this"),
    kind(StatusCode::NOT_FOUND, "not-found", "Not found"),
    kind(
        StatusCode::CONFLICT,
        "conflict",
        "Not possible in the present state",
    ),
    kind(
        StatusCode::PRECONDITION_FAILED,
        "stale",
        "Changed meanwhile",
    ),
    kind(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Too large"),
    kind(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        "Not a type that is understood here",
    ),
    kind(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
        "Values that cannot be accepted",
    ),
    kind(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-requests",
        "Too many requests",
    ),
    kind(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "An error on our side",
    ),
    kind(
        StatusCode::BAD_GATEWAY,
        "upstream",
        "A platform did not answer as it should",
    ),
    kind(
        StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "Not available at the moment",
    ),
];

/// Where the kinds are explained; a problem's `type` is this and the kind's slug.
pub const TYPE_BASE: &str = "urn:tayang:problem:";

impl Error {
    /// The kind of problem that this is.
    pub fn kind(&self) -> Kind {
        let at = match self {
            Self::Unreadable(_) => 0,
            Self::Unauthenticated(_) => 1,
            Self::Forbidden(_) => 2,
            Self::NotFound(_) => 3,
            Self::Conflict(_) => 4,
            Self::Stale => 5,
            Self::TooLarge(_) => 6,
            Self::UnsupportedMedia => 7,
            Self::Invalid(_) => 8,
            Self::TooMany(_) => 9,
            Self::Internal(_) => 10,
            Self::Upstream(_) => 11,
            Self::Unavailable(_) => 12,
        };
        KINDS[at]
    }
}

#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: String,
    instance: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
}

/// The answer that says `error` to the client; faults of ours are logged here, once.
pub fn answer(error: &Error, request_id: &str) -> Response {
    let Kind {
        status,
        slug,
        title,
    } = error.kind();
    match error {
        Error::Internal(cause) | Error::Unavailable(cause) => {
            tracing::error!(request_id, error = format!("{cause:#}"), "request failed");
        }
        _ => tracing::info!(request_id, slug, detail = %error, "request refused"),
    }
    let errors = error.fields();
    let document = Document {
        r#type: format!("{TYPE_BASE}{slug}"),
        title,
        status: status.as_u16(),
        detail: error.to_string(),
        instance: request_id,
        errors: &errors,
    };
    let mut response = Response::new(Body::Text(
        serde_json::to_string(&document).unwrap_or_default(),
    ));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    match error {
        Error::Unauthenticated(_) => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
        }
        Error::TooMany(after) => {
            headers.insert(RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)))
        }
        Error::Unavailable(_) => headers.insert(RETRY_AFTER, HeaderValue::from_static("1")),
        _ => None,
    };
    response
}
