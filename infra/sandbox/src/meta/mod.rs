//! What the stand-ins for Facebook, Instagram and Threads have in common: errors of the Graph API.

mod door;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(crate) use self::door::{
    authorized, fields, inspect, lengthen, profile, refused, renew, require,
};
use crate::call::Reply;

/// An error as the Graph API words it.
pub(crate) struct Error {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) kind: &'static str,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
}

impl Error {
    pub(crate) fn new(code: u32, message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
            kind: "OAuthException",
            code,
            subcode: None,
        }
    }

    pub(crate) fn with(self, subcode: u32) -> Self {
        Self {
            subcode: Some(subcode),
            ..self
        }
    }

    /// What stands in the answer.
    pub(crate) fn body(&self) -> Value {
        let mut error = json!({ "message": self.message, "type": self.kind, "code": self.code, "fbtrace_id": "Asandbox0000000000000000" });
        if let Some(subcode) = self.subcode {
            error["error_subcode"] = json!(subcode);
        }
        error
    }

    pub(crate) fn reply(self) -> Reply {
        Reply::json(self.status, &json!({ "error": self.body() }))
    }
}

/// The call carries no token.
pub(crate) fn no_token() -> Error {
    let message =
        "An active access token must be used to query information about the current user.";
    Error::new(2500, message)
}

/// There is no such token.
pub(crate) fn unknown_token() -> Error {
    Error::new(
        190,
        "Invalid OAuth access token - Cannot parse access token",
    )
}

/// The token has come to its end.
pub(crate) fn expired_token() -> Error {
    Error::new(190, "Error validating access token: Session has expired.").with(463)
}

/// Somebody took the consent back.
pub(crate) fn revoked_token(client_id: &str) -> Error {
    let message = format!(
        "Error validating access token: The user has not authorized application {client_id}."
    );
    Error::new(190, message).with(458)
}

/// The answer to too many requests, with what Meta tells of the time until more are taken.
pub(crate) fn too_many(use_case: &str, resets_at: Timestamp, now: Timestamp) -> Reply {
    let seconds = resets_at.duration_since(now).as_secs().max(0);
    let minutes = (seconds + 59) / 60;
    let usage = json!({ "type": use_case, "call_count": 100, "total_cputime": 20, "total_time": 20, "estimated_time_to_regain_access": minutes });
    Error::new(4, "(#4) Application request limit reached")
        .reply()
        .with(
            "x-business-use-case-usage",
            json!({ "17841400000000000": [usage] }).to_string(),
        )
}

/// The body that a bare status has.
pub(crate) fn failure(status: u16) -> Reply {
    let message = "An unexpected error has occurred. Please retry your request later.";
    Error {
        status,
        ..Error::new(2, message)
    }
    .reply()
}
