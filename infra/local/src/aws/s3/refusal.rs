//! Errors as S3 words them.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

/// Why S3 does not do what it is asked.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
}

impl Refusal {
    pub(super) fn new(
        status: StatusCode,
        code: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
        }
    }

    pub(super) fn denied() -> Self {
        Self::forbidden("Access Denied")
    }

    pub(super) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "AccessDenied", message)
    }

    pub(super) fn invalid(code: &str, message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(super) fn no_such(what: &str) -> Self {
        let message = format!("The specified {} does not exist.", what.to_lowercase());
        Self::new(StatusCode::NOT_FOUND, format!("NoSuch{what}"), message)
    }

    pub(super) fn signature() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
        Self::new(StatusCode::FORBIDDEN, "SignatureDoesNotMatch", message)
    }

    pub(super) fn not_implemented() -> Self {
        let message = "local mode does not know this operation";
        Self::new(StatusCode::NOT_IMPLEMENTED, "NotImplemented", message)
    }

    pub(super) fn answer(self) -> Response {
        let fields = [("Code", self.code), ("Message", self.message)];
        let mut response = super::xml("Error", &fields).into_response();
        *response.status_mut() = self.status;
        response
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        tracing::error!(%error, "S3 failed");
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(status, "InternalError", error.to_string())
    }
}
