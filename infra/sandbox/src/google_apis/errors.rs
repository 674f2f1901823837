//! How Google says no: at its token endpoint, and in its APIs.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{
    call::{Call, Reply},
    social::{self, Problem, Server, Token},
    state::State,
};

pub(super) fn refused(problem: Problem) -> Reply {
    let error = social::oauth_error;
    match problem {
        Problem::Client => error(401, "invalid_client", "Unauthorized"),
        Problem::GrantType => error(400, "unsupported_grant_type", "Invalid grant_type."),
        Problem::Missing(name) => {
            let words = format!("Missing required parameter: {name}");
            error(400, "invalid_request", &words)
        }
        Problem::UnknownCode | Problem::UsedCode | Problem::ExpiredCode => {
            error(400, "invalid_grant", "Bad Request")
        }
        Problem::Redirect => error(400, "redirect_uri_mismatch", "Bad Request"),
        Problem::Verifier => error(400, "invalid_grant", "Invalid code verifier."),
        Problem::Refresh => error(400, "invalid_grant", "Token has been expired or revoked."),
        Problem::UnknownToken => error(400, "invalid_token", "Token expired or revoked"),
    }
}

/// An error as the APIs word it, with the reason in both places where they have it.
pub(super) fn error(status: u16, name: &str, reason: &str, message: &str) -> Reply {
    let mut error = json!({
        "code": status, "message": message, "status": name,
        "errors": [{ "message": message, "domain": "global", "reason": reason }],
    });
    // The newer place has the newer names of reasons, which are in capitals.
    if reason
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    {
        error["errors"] = Value::Null;
        error["details"] = json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason, "domain": "googleapis.com",
        }]);
    }
    if let Some(fields) = error.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    Reply::json(status, &json!({ "error": error }))
}

/// An error that says no more than its name.
pub(super) fn plain(status: u16, name: &str, message: &str) -> Reply {
    let error = json!({ "code": status, "message": message, "status": name });
    Reply::json(status, &json!({ "error": error }))
}

/// The token of a call to an API, if it is alive and allows what the scope stands for.
pub(super) fn authorized(
    server: &'static Server,
    state: &State,
    call: &Call,
    scope: &str,
) -> Result<Token, Reply> {
    let token = social::token_of(server, state, call)
        .map_err(|_| error(401, "UNAUTHENTICATED", "authError", "Invalid Credentials"))?;
    if token.allows(&[scope]) {
        return Ok(token);
    }
    Err(error(
        403,
        "PERMISSION_DENIED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        "Request had insufficient authentication scopes.",
    ))
}

pub(super) fn too_many(_: Timestamp, _: Timestamp) -> Reply {
    plain(429, "RESOURCE_EXHAUSTED", "Quota exceeded.")
}

/// The body that a bare status has.
pub(super) fn failure(status: u16) -> Reply {
    match status {
        404 => plain(404, "NOT_FOUND", "Requested entity was not found."),
        503 => plain(503, "UNAVAILABLE", "The service is currently unavailable."),
        _ => plain(status, "INTERNAL", "Internal error encountered."),
    }
}
